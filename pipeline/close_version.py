"""Closing a version of a review: the state of every entry is written down for good, for an update to go on from."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.errors import ReviewError
from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES
from pipeline.store import write_atomic
from pipeline.version_names import VERSION_NAME, version_file


def close_version(review: Review, name: str) -> list[str]:
    """Write `screening/versions/NAME.csv` from the last run and return lines for people.

    Args:
        review: the review; its last run must be up to date.
        name: name of the version, such as `2026-03`.

    Raises:
        ReviewError: the name cannot be a file's, the version is there already, or the review is not up to date.
    """
    file = version_file(name)
    path = review.folder / file
    if not VERSION_NAME.fullmatch(name):
        hint = "use small letters a to z, digits, `.`, `-`, `_`, such as 2026-03"
        raise ReviewError("this cannot be the name of a version", found=name, hint=hint)
    if path.exists() or path.is_symlink():
        raise ReviewError("this version is closed already and is never written again", file=file, hint="choose a name")
    run = ReviewRun(review)
    for stage in STAGES:
        if run.fresh(stage) is None:
            hint = "run `python -m pipeline review`, look at the result, then close the version"
            raise ReviewError(f"the review is not up to date (stage {stage.name})", file="outputs/", hint=hint)
    return _write(review, name)


def _write(review: Review, name: str) -> list[str]:
    from pipeline.records import ENTRY_COLUMNS
    from pipeline.report.conservation import STATE_COLUMNS
    from pipeline.tables import read_parquet
    from pipeline.versions import WAITING, version_bytes

    states = read_parquet(review.stages / "count" / "states.parquet", STATE_COLUMNS)
    columns = tuple(column for column in ENTRY_COLUMNS if column.name in ("entry_id", "title"))
    entries = read_parquet(review.stages / "import" / "entries.parquet", columns)
    shown = (title if isinstance(title, str) else "" for title in entries["title"])
    titles = dict(zip(entries["entry_id"], shown, strict=True))
    path = review.folder / version_file(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, version_bytes(name, f"{datetime.now(UTC):%Y-%m-%d}", states, titles))
    included = states[states["state"] == "included"]
    waiting = int(states["state"].isin(WAITING).sum())
    lines = [
        f"version {name} closed: {included['study_id'].nunique():,} studies in {len(included):,} reports, "
        f"{len(states):,} entries; written to {version_file(name)}"
    ]
    if waiting:
        lines.append(f"{waiting:,} records that wait for people are not part of it; the update takes them up")
    lines.append("for the update: add the exports of the new searches and write into screening/protocol.toml:")
    return [*lines, "[previous]", f'version = "{name}"']
