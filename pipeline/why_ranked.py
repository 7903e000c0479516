"""Why a record is ranked where it is, for people: terms that sum to its score, similar decisions, criterion words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.array_cache import FolderCache
from pipeline.decisions.uncounted import waiting_in_words
from pipeline.errors import ReviewError
from pipeline.identity import clean_id
from pipeline.protocol import Protocol, nearest, read_protocol
from pipeline.records import mapping_of, rows_of
from pipeline.review import Review
from pipeline.screen.criteria_words import criterion_words
from pipeline.screen.features import record_texts
from pipeline.screen.printed_terms import START
from pipeline.screen.ranking import learn
from pipeline.screen.why import Why, why
from pipeline.stages.screen import criteria_text, kept_features, kept_meanings, screening_texts
from pipeline.stages.screen_progress import labels_of
from pipeline.stages.table import STAGES
from pipeline.tables import read_parquet

SHOWN_TERMS = 20
_DECIMALS = 2


def why_ranked(review: Review, wanted: str) -> list[str]:
    """Return what makes the place of a record in the reading order, as lines for people.

    The model is fitted again from the tables of the last run, which gives the same one.

    Args:
        review: the review; it must have been run.
        wanted: id of an entry or a record.

    Raises:
        ReviewError: no record of databases or registers has this id, or the review was not run yet.
    """
    protocol = read_protocol(review.protocol)
    clusters, records = _table(review, "deduplicate/clusters"), _table(review, "deduplicate/records")
    screened, ranking = _table(review, "screen/screened"), _table(review, "screen/ranking")
    texts = screening_texts(screened, records)
    record = _record(clean_id(wanted), clusters, screened, wanted)
    if record not in set(texts["record_id"]):
        raise ReviewError("came by other methods: such records are not ranked", found=wanted)
    shown = texts[["record_id", "title", "abstract", "keywords_author", "keywords_index"]]
    cache = FolderCache(review.state / "arrays")
    features = kept_features(shown, cache)
    criteria, seed = criteria_text(protocol), protocol.review.seed
    labels = labels_of(screened)
    vectors = kept_meanings(shown, len(labels), protocol, cache, lambda done, total: None)
    workings = learn(shown, labels, criteria, protocol.screening, seed, features, vectors)
    titles = dict(zip(texts["record_id"], texts["title"], strict=True))
    place = {row["record_id"]: row for row in rows_of(ranking)}[record]
    text = record_texts(shown[shown["record_id"] == record])[0]
    outcome = {row["record_id"]: row for row in rows_of(screened)}
    said = _said(review, outcome[record])
    return [
        f"{record}  {_plain(titles[record]) or '(no title)'}",
        f"  Ranked {place['rank']} of {len(ranking):,}, band {place['band'].replace('_', ' ')} (orders the work, "
        f"decides nothing); {_outcome(outcome[record], said)}",
        *_score_lines(why(workings, record), titles, outcome),
        *_word_lines(protocol, text),
    ]


def _table(review: Review, name: str) -> pd.DataFrame:
    stage, _, table = name.partition("/")
    path = review.stages / f"{name}.parquet"
    if not path.is_file():
        raise ReviewError("this review was not run yet", file=review.shown(path), hint="run `make review` first")
    return read_parquet(path, next(item for item in STAGES if item.name == stage).columns(table))


def _record(entry: str, clusters: pd.DataFrame, screened: pd.DataFrame, wanted: str) -> str:
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    if entry not in cluster_of:
        raise ReviewError(
            f"no entry or record of this review has this id{nearest(entry, list(cluster_of))}",
            found=wanted,
            hint="copy the id from a worklist or from outputs/report/ranking.csv",
        )
    found = screened.loc[screened["cluster_id"] == cluster_of[entry], "record_id"]
    return str(found.iloc[0])


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _said(review: Review, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return person and decision of each decision at title and abstract that the outcome of a record rests on."""
    given = _table(review, "decisions/screening")
    own = given[given["row_id"].isin(list(row["rests_on"]))]
    return list(zip(own["reviewer"], own["decision"], strict=True))


def _outcome(row: Mapping[str, Any], said: list[tuple[str, str]]) -> str:
    if row["outcome"] == "undecided":
        return waiting_in_words(said, int(row["readers"])) or "undecided"
    by = f" by {', '.join(row['decided_by'])}" if row["decided_by"] else ""
    return f"{row['outcome'].replace('_', ' ')}{by}" + (f", reason {row['reason']}" if _plain(row["reason"]) else "")


def _score_lines(found: Why, titles: Mapping[str, Any], outcome: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if found.score is None:
        yield "  Score: none, nothing could be learned yet; the order is random (seeded)"
    else:
        score, start = round(found.score, _DECIMALS), round(found.intercept, _DECIMALS)
        yield f"  Score {score:+.2f} points, above 0 is nearer to the inclusions. It is the sum of:"
        shown = [(term, round(points, _DECIMALS)) for term, points in found.terms[:SHOWN_TERMS]]
        yield from (f"    {points:+8.2f}  {term}" for term, points in shown)
        others = len(found.terms) - len(shown)
        if others:
            yield f"    {score - start - sum(points for _, points in shown):+8.2f}  ({others:,} other terms)"
        yield f"    {start:+8.2f}  {START}"
        if found.learned_from and found.held_out is not None:
            yield f"  The model learned from its decision; one that did not gives {found.held_out:+.2f}"
    yield "  Similar decided records:" if found.similar else "  Similar decided records: none"
    for item in found.similar:
        reason = _plain(outcome[item.record_id]["reason"])
        decision = "included" if item.included else "excluded" + (f" ({reason})" if reason else "")
        yield f"    {item.likeness:.2f}  {item.record_id} {decision}: {_plain(titles[item.record_id])[:80]}"


def _word_lines(protocol: Protocol, text: str) -> Iterator[str]:
    yield "  Words of the criteria that stand in it (the criteria are for people to judge, these are only hints):"
    for code, words in criterion_words(protocol, text).items():
        yield f"    {code}: {', '.join(words) or '-'}"
