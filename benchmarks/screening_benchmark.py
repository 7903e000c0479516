"""How early the classifier finds the inclusions of finished reviews, and whether its lower cut holds.

    python benchmarks/screening_benchmark.py [--sets NAME ...] [--draws 5] [--splits 50] [--no-bands] [--json FILE]

The data are eight labelled sets (`REVIEW_SHARED_DATA`, else `../shared/data` beside the project). Three measurements:

1. *two given*: one inclusion and one exclusion are known at the start, without criteria text, as in the peer's run;
2. *criteria only*: no decision is known, the criteria text is (the sets that have one);
3. *bands*: the share of the inclusions not yet decided that the lower cut keeps, after random parts of the records
   are decided, and after parts of the classifier's own order (where such a cut is expected to be withheld).

The reader takes 1 record at a time, later batches of 5 % of what is decided, and the classifier learns after each.
The peer is ASReview 3.0.8 with its default model, measured on the same sets with two given (CPU seconds on the same
machine, learning after every record). Labels are final inclusions, so they are noisy for title and abstract.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.records import Column, typed
from pipeline.screen.bands import (
    LIKELY_IN_PRECISION,
    assign_bands,
    lower_cut,
    score_shift,
    upper_cut,
    withheld_if_shifted,
)
from pipeline.screen.classifier import (
    EXCLUDED,
    INCLUDED,
    UNDECIDED,
    ClassifierSettings,
    Evidence,
    fit,
    gather_evidence,
    out_of_fold_scores,
    seeded_key,
)
from pipeline.screen.evaluate import OrderFigures, order_figures
from pipeline.screen.features import HasText, has_text

METHOD = ClassifierSettings()
TARGET_RECALL = CONFIDENCE = 0.95

# WSS@95, recall@10%, mean place of the inclusions, loss, CPU seconds (vandeschoot_2017: first 698 decisions only)
PEER: dict[str, tuple[float, float, float, float, float]] = {
    "nagtegaal_2019": (0.729, 0.690, 170, 0.063, 26.8),
    "vandeschoot_2017": (0.909, 1.00, 80, 0.011, 23.9),
    "kitchenham_2010": (0.675, 0.682, 146, 0.075, 17.2),
    "oud_2018": (0.806, 0.947, 49, 0.042, 7.4),
    "jeyaraman_2020": (0.639, 0.674, 123, 0.070, 27),
    "meijboom_2021": (0.706, 0.778, 70, 0.061, 8.4),
    "bannachbrown_2019": (0.412, 0.570, 259, 0.070, 46.9),
    "cohen_adhd_2006": (0.528, 0.667, 70, 0.074, 10.8),
}

_COLUMNS = (
    Column("record_id", "str", "id", nullable=False),
    Column("title", "str", "title"),
    Column("abstract", "str", "abstract"),
    Column("keywords_author", "list", "keywords"),
    Column("keywords_index", "list", "none"),
)


@dataclass(frozen=True)
class LabelledSet:
    """One finished review: its records sorted by id, which of them were included, and its criteria ('' if unknown)."""

    name: str
    records: pd.DataFrame
    included: NDArray[np.bool_]
    criteria: str


@dataclass(frozen=True)
class BandCheck:
    """What the bands would do with the undecided records at one moment, and whether the lower cut is let stand.

    Attributes:
        known: known inclusions with an abstract, which the lower cut rests on.
        cut: whether there are enough inclusions for a cut.
        stands: whether the cut is let stand; the other figures are those of the cut before that question.
        shift: share of pairs in which a decided record scores above an undecided one.
        recall: share of the undecided inclusions that are not likely_out; None if there are none.
        out: share of the undecided records that are likely_out.
        precision: share of the undecided likely_in records that are inclusions; None if there are none.
    """

    known: int
    cut: bool
    stands: bool
    shift: float | None
    recall: float | None
    out: float
    precision: float | None


def data_folder() -> Path:
    """Return the folder of the labelled sets."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("REVIEW_SHARED_DATA", beside)) / "screening"


def load_set(name: str) -> LabelledSet:
    """Return one labelled set of the shared ones."""
    return read_set(data_folder() / f"{name}.csv.gz")


def read_set(path: Path) -> LabelledSet:
    """Return one labelled set and the criteria beside it; the file's own keywords are split at semicolons."""
    name = path.name.removesuffix(".csv.gz")
    table = pd.read_csv(path, keep_default_na=False, dtype=str)
    table = table.sort_values("record_id", kind="stable").reset_index(drop=True)
    keywords = table["keywords"] if "keywords" in table else pd.Series([""] * len(table))
    shown = table.assign(
        title=table["title"].replace("", None),
        abstract=table["abstract"].replace("", None),
        keywords_author=keywords.map(lambda text: [word for word in text.split(";") if word.strip()]),
        keywords_index=[[] for _ in range(len(table))],
    )[[column.name for column in _COLUMNS]]
    beside = path.with_name("criteria.json")
    texts = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
    included = (table["included"] == "1").to_numpy(dtype=bool)
    return LabelledSet(name, typed(shown, _COLUMNS), included, texts.get(name, {}).get("text", ""))


def evidence_of(labelled: LabelledSet, criteria: str, seed: int) -> Evidence:
    """Return the evidence of a set without any decision."""
    return gather_evidence(labelled.records, [UNDECIDED] * len(labelled.records), criteria, seed, METHOD)


def draw_priors(evidence: Evidence, included: NDArray[np.bool_], draw: int) -> list[int]:
    """Return the rows of one inclusion and one exclusion, drawn by a hash of their ids."""
    keys = [seeded_key(record_id, draw, "prior") for record_id in evidence.record_ids]
    return [min(np.flatnonzero(included == side).tolist(), key=keys.__getitem__) for side in (True, False)]


def simulate(
    evidence: Evidence, included: NDArray[np.bool_], priors: Sequence[int], stop_at_last: bool = False
) -> list[int]:
    """Return the rows in the order in which the reader would have read them, priors left out.

    Args:
        evidence: the records, undecided.
        included: the decision of each.
        priors: rows that are decided beforehand.
        stop_at_last: end with the batch that holds the last inclusion.
    """
    decisions = np.full(len(included), UNDECIDED, dtype=np.int8)
    decisions[list(priors)] = np.where(included[list(priors)], INCLUDED, EXCLUDED)
    random_keys = np.array([seeded_key(i, evidence.seed, "random order") for i in evidence.record_ids], dtype=float)
    order: list[int] = []
    while len(order) + len(priors) < len(included):
        if stop_at_last and not included[decisions == UNDECIDED].any():
            break
        found = fit(replace(evidence, decisions=decisions), None, METHOD).scores
        scores = found if found is not None else random_keys
        unread = np.flatnonzero(decisions == UNDECIDED)
        size = max(1, math.ceil(0.05 * (len(order) + len(priors))))
        batch = unread[np.argsort(-scores[unread].round(9), kind="stable")][:size]
        decisions[batch] = np.where(included[batch], INCLUDED, EXCLUDED)
        order.extend(batch.tolist())
    return order


def check_bands(
    evidence: Evidence, included: NDArray[np.bool_], read: Sequence[int], presence: Sequence[HasText]
) -> BandCheck:
    """Return what the bands do with the records that are not in `read`."""
    decisions = np.full(len(included), UNDECIDED, dtype=np.int8)
    decisions[list(read)] = np.where(included[list(read)], INCLUDED, EXCLUDED)
    now = replace(evidence, decisions=decisions)
    fitted = fit(now, None, METHOD)
    assert fitted.scores is not None
    held_out = out_of_fold_scores(now, METHOD)
    learned = decisions != UNDECIDED
    decided = ~np.isnan(held_out) & learned
    full = np.array([value == "full" for value in presence]) & ~np.isnan(held_out)
    lower = lower_cut(held_out[decided & included & full].tolist(), TARGET_RECALL, CONFIDENCE)
    shift = score_shift(held_out[full & learned].tolist(), held_out[full & ~learned].tolist())
    upper = upper_cut(held_out[decided].tolist(), included[decided].tolist(), LIKELY_IN_PRECISION, CONFIDENCE)
    learned[fitted.presumed] = True
    scores = np.where(learned, held_out, fitted.scores)
    bands = np.array(assign_bands(scores, presence, lower, upper))
    unread = decisions == UNDECIDED
    sought, likely_in = unread & included, unread & (bands == "likely_in")
    return BandCheck(
        known=lower.support,
        cut=lower.value is not None,
        stands=withheld_if_shifted(lower, shift).value is not None,
        shift=shift,
        recall=float((bands[sought] != "likely_out").mean()) if sought.any() else None,
        out=float((bands[unread] == "likely_out").mean()) if unread.any() else 0.0,
        precision=float(included[likely_in].mean()) if likely_in.any() else None,
    )


def measure_order(labelled: LabelledSet, criteria: str, draws: int) -> tuple[list[OrderFigures], float]:
    """Return the figures of each draw and the CPU seconds of one run (reading the texts included)."""
    figures, seconds = [], []
    for draw in range(1, draws + 1):
        started = time.process_time()
        evidence = evidence_of(labelled, criteria, draw)
        priors = [] if criteria else draw_priors(evidence, labelled.included, draw)
        order = simulate(evidence, labelled.included, priors)
        seconds.append(time.process_time() - started)
        figures.append(order_figures(labelled.included[order].tolist()))
    return figures, statistics.mean(seconds)


def measure_bands(labelled: LabelledSet, splits: int) -> dict[str, list[BandCheck]]:
    """Return band checks after random quarters and halves, and after parts of the classifier's own order."""
    evidence = evidence_of(labelled, "", 1)
    presence = has_text(labelled.records)
    number = len(labelled.included)
    moments: dict[str, list[BandCheck]] = {}
    for share in (0.25, 0.5):
        moments[f"random {share:.0%} read"] = []
        for split in range(splits):
            keys = [seeded_key(record_id, split, "random reading") for record_id in evidence.record_ids]
            read = sorted(range(number), key=keys.__getitem__)[: int(number * share)]
            moments[f"random {share:.0%} read"].append(check_bands(evidence, labelled.included, read, presence))
    priors = draw_priors(evidence, labelled.included, 1)
    order = priors + simulate(evidence, labelled.included, priors)
    for share in (0.1, 0.25, 0.5):
        read = order[: int(number * share)]
        moments[f"own order, {share:.0%} read"] = [check_bands(evidence, labelled.included, read, presence)]
    return moments


def average(figures: Sequence[OrderFigures]) -> tuple[float, float, float, float]:
    """Return the means of WSS@95, recall@10%, mean place and loss over the draws."""
    rows = [(item.work_saved, item.early_recall, item.time_to_discovery, item.loss) for item in figures]
    means = [statistics.mean(value for value in column if value is not None) for column in zip(*rows, strict=True)]
    return means[0], means[1], means[2], means[3]


def print_orders(title: str, rows: dict[str, tuple[list[OrderFigures], float]]) -> None:
    """Print one table of orders next to the peer's figures, with the mean over the sets."""
    print(f"\n{title}")
    print("| set | WSS@95 | recall@10% | ATD | loss | CPU s | peer: WSS@95 | recall@10% | ATD | loss | CPU s |")
    print("|---" * 11 + "|")
    ours, peers = [], []
    for name, (figures, seconds) in rows.items():
        saved, early, place, lost = average(figures)
        peer = PEER[name]
        ours.append((saved, early, place / figures[0].records, lost, seconds))
        peers.append((*peer[:2], peer[2] / figures[0].records, *peer[3:]))
        print(
            f"| {name} | {saved:.3f} | {early:.3f} | {place:.0f} | {lost:.3f} | {seconds:.1f} "
            f"| {peer[0]:.3f} | {peer[1]:.3f} | {peer[2]:.0f} | {peer[3]:.3f} | {peer[4]:.1f} |"
        )
    means = [statistics.mean(column) for table in (ours, peers) for column in zip(*table, strict=True)]
    print("| mean (ATD: share of N) | " + " | ".join(f"{value:.3f}" for value in means) + " |")


def print_bands(rows: dict[str, dict[str, list[BandCheck]]]) -> None:
    """Print how often and how well the lower cut held, one line a set and moment."""
    print("\nbands, target recall .95, of the inclusions not yet decided")
    print("| set | moment | known inclusions | cuts | median shift | if all stood: held, mean, worst ", end="")
    print("| let stand: number, held, mean, worst | share likely_out | likely_in: number, mean precision |")
    print("|---" * 8 + "|")
    for name, moments in rows.items():
        for moment, checks in moments.items():
            cut = [check for check in checks if check.cut and check.recall is not None]
            stands = [check for check in cut if check.stands]
            precise = [check.precision for check in checks if check.precision is not None]
            shifts = [check.shift for check in checks if check.shift is not None]
            known, shift = statistics.mean(check.known for check in checks), statistics.median(shifts or [0.5])
            print(
                f"| {name} | {moment} | {known:.0f} | {len(cut)}/{len(checks)} | {shift:.2f} "
                f"| {held(cut)} | {len(stands)}, {held(stands)} "
                f"| {statistics.mean([check.out for check in stands] or [0.0]):.2f} "
                f"| {len(precise)}{f', {statistics.mean(precise):.2f}' if precise else ''} |"
            )


def held(checks: Sequence[BandCheck]) -> str:
    """Return how many cuts kept the target share, the mean share kept, and the worst."""
    kept = [check.recall for check in checks if check.recall is not None]
    if not kept:
        return "-"
    return f"{sum(value >= TARGET_RECALL for value in kept)}/{len(kept)}, {statistics.mean(kept):.3f}, {min(kept):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=sorted(PEER), default=list(PEER))
    parser.add_argument("--draws", type=int, default=5, help="prior draws a set")
    parser.add_argument("--splits", type=int, default=50, help="random parts a set for the band check")
    parser.add_argument("--no-bands", action="store_true", help="leave the band check out")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    sets = [load_set(name) for name in options.sets]
    given = {item.name: measure_order(item, "", options.draws) for item in sets}
    print_orders("two given", given)
    cold = {item.name: measure_order(item, item.criteria, options.draws) for item in sets if item.criteria}
    if cold:
        print_orders("criteria only, nothing given (peer: two given)", cold)
    bands = {} if options.no_bands else {item.name: measure_bands(item, options.splits) for item in sets}
    if bands:
        print_bands(bands)
    if options.json:
        written = {
            "two_given": {name: [asdict(item) for item in figures] for name, (figures, _) in given.items()},
            "criteria_only": {name: [asdict(item) for item in figures] for name, (figures, _) in cold.items()},
            "bands": {
                name: {moment: [asdict(check) for check in checks] for moment, checks in moments.items()}
                for name, moments in bands.items()
            },
        }
        options.json.write_text(json.dumps(written, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
