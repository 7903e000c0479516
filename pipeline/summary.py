"""The last lines of a run: what was found, what waits for a person and where, what must be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SHOWN_WARNINGS = 12
_SHOWN_PROBLEMS = 30


def count_lines(counts: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the numbers of the flow with their PRISMA 2020 names, in the order of the flow."""
    if not counts:
        return
    main, other = counts["main"], counts["other"]
    yield "Records identified from databases and registers", counts["identified"]
    if counts["others"]:
        yield "Records identified from other sources", counts["other_identified"]
    yield "Duplicate records removed", counts["duplicates"]
    yield "Records removed for other reasons", counts["removed_other_reasons"]
    yield "Records screened", counts["screened"]
    yield "Records excluded", counts["excluded_records"]
    yield "Records that wait for screening", counts["awaiting_screening"]
    if counts["in_conflict"]:
        yield "Records readers differ about", counts["in_conflict"]
    for name, key in (
        ("Reports sought for retrieval", "sought"),
        ("Reports that wait for retrieval", "awaiting_retrieval"),
        ("Reports not retrieved", "not_retrieved"),
        ("Reports assessed for eligibility", "assessed"),
        ("Reports that wait for eligibility", "awaiting_eligibility"),
    ):
        yield name, main[key] + other[key]
    yield "Reports excluded", sum(line["n"] for lane in (main, other) for line in lane["excluded"])
    yield "Studies included in review", counts["studies_included"]
    yield "Reports of included studies", counts["reports_included"]
    if counts.get("previous"):
        yield "Total studies included in review, both versions", counts["total_studies"]
        yield "Reports of total included studies, both versions", counts["total_reports"]
    for line in counts.get("previous_waiting", ()):
        yield f"{line['label']} again, of the previous version", line["n"]
    for line in counts["strata"]:
        yield f"Kept apart: {line['label']}", line["n"]


def summary_lines(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield the summary of a run as plain lines; what waits for people comes last."""
    for what, number in count_lines(status["counts"]):
        yield f"{what}: {number:,}"
    yield from status.get("screening", {}).get("lines", ())
    yield from notice_lines(status)
    yield from waiting_lines(status)


def notice_lines(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield what people must see: problems first, then warnings; a long list is cut and says where the rest is."""
    for severity, limit in (("problem", _SHOWN_PROBLEMS), ("warning", _SHOWN_WARNINGS)):
        texts = [notice["text"] for notice in status["notices"] if notice["severity"] == severity]
        for text in texts[:limit]:
            yield f"{severity.upper()}: {text}"
        if len(texts) > limit:
            yield f"... {len(texts) - limit:,} more {severity}s; all are in outputs/status.json"


def waiting_lines(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield what waits for people and in which file, or that nothing does."""
    waiting, queued = status["waiting"], status["queued"]
    if not waiting and not queued:
        if status["state"] == "complete":
            yield "Nothing waits for a person."
        return
    yield "provisional: people have work to do, then run the same command again:"
    for item in waiting:
        yield f"  {item['file']}: {item['rows']:,} {_rows(item['rows'])} to fill ({item['task']})"
    for kind, number in sorted(queued.items()):
        yield f"  {number:,} more for a later {kind} sheet"


def _rows(number: int) -> str:
    return "row" if number == 1 else "rows"
