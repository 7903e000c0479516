"""Stopping rules on finished reviews and on synthetic orders: `python -m benchmarks stopping DIR --out OUT`.

`stopping.csv` has one row a set, draw and rule: what was read when the rule first let stop, the recall then, and the
share of records saved. Rules: `hypergeometric_published` (over all records, as published), and over the records with an
abstract, all others read beforehand and counted as read: `hypergeometric`, `corrected`, `biased_urn` (the shipped
omega), `biased_urn_left_out` (omega fixed on the other sets of the folder).

`stopping_coverage.csv` has one row a prevalence, kind of order and rule: how often the target recall was reached on
synthetic orders of 2,000 records. Kinds: `random`; `slightly biased` (each inclusion 1.5 times as likely to be next);
`biased` (OMEGA times);
`stragglers` (nine tenths of the inclusions early, the others anywhere); `cluster` (the others at the very end);
`cluster, random tail` (the same, but the second half is read in random order). `biased_urn_audited` carries an audit
share of 10 % and falls back to `corrected` where it contradicts omega.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.orders import Order, add_arguments, finished_reviews, orders_of
from pipeline.screen.audit import AuditRound, check_omega, latest_rounds
from pipeline.screen.stopping import OMEGA, Reading, Rule, advise, first_stop, may_stop

TARGET = CONFIDENCE = 0.95
# The largest omega that held in every run on every other set is divided by this, and rounded down to quarters.
SAFETY = 3.0
OMEGAS = tuple(np.arange(1.0, 15.5, 0.5).tolist())
STOPPING_COLUMNS = ["dataset", "draw", "rule", "target", "confidence", "read", "recall", "saved"]
COVERAGE_COLUMNS = ["prevalence", "order", "rule", "orders", "held", "worst_recall", "saved"]
PREVALENCES = (0.005, 0.02, 0.1)
RECORDS = 2000
AUDIT = 0.1
KINDS = ("random", "slightly biased", "biased", "stragglers", "cluster", "cluster, random tail")
BIAS = {"random": 1.0, "slightly biased": 1.5, "biased": OMEGA}


@dataclass(frozen=True)
class Stop:
    """Where a rule let stop: records read, recall of all inclusions of the order, share of the records saved."""

    read: int
    recall: float
    saved: float


def stop_of(order: Order, rule: Rule, omega: float = 1.0, without_abstract_first: bool = True) -> Stop:
    """Return where a rule first lets stop."""
    first = ~order.has_abstract if without_abstract_first else np.zeros(len(order.included), dtype=np.bool_)
    rest = order.included[~first]
    elsewhere = int(order.included[first].sum())
    read = first_stop(rule, rest.tolist(), elsewhere, TARGET, CONFIDENCE, omega)
    return _stop(int(first.sum()) + read, elsewhere + int(rest[:read].sum()), order)


def _stop(read: int, found: int, order: Order) -> Stop:
    total = len(order.included)
    return Stop(read, found / int(order.included.sum()), 1 - read / total)


def audited_stop(order: Order, random: np.random.Generator) -> Stop:
    """Return where the biased urn first lets stop when every batch (+5 %) carries an audit share of 10 %."""
    read_first = int((~order.has_abstract).sum())
    elsewhere = int(order.included[~order.has_abstract].sum())
    hits = order.included[order.has_abstract]
    number = len(hits)
    unread = np.ones(number, dtype=np.bool_)
    lottery = random.permutation(number)
    places: list[int] = []
    ranked = 0
    rounds: list[AuditRound] = []
    while unread.any():
        size = max(1, round(0.05 * (number - int(unread.sum()))))
        audit_size = int(random.binomial(size, AUDIT))
        audit = lottery[unread[lottery]][:audit_size]
        unread[audit] = False
        batch = np.flatnonzero(unread)[: size - audit_size]
        unread[batch] = False
        places.extend((np.flatnonzero(hits[batch]) + ranked + 1).tolist())
        ranked += len(batch)
        elsewhere += int(hits[audit].sum())
        rounds.append(AuditRound(len(batch), int(hits[batch].sum()), len(audit), int(hits[audit].sum())))
        reading = Reading(tuple(places), ranked, int(unread.sum()), elsewhere)
        if may_stop("biased_urn", reading, TARGET, CONFIDENCE, OMEGA):
            check = check_omega(latest_rounds(rounds), OMEGA)
            if advise("biased_urn", reading, TARGET, CONFIDENCE, OMEGA, check).advice == "stop":
                break
    read = read_first + number - int(unread.sum())
    return _stop(read, len(places) + elsewhere, order)


def omega_from(orders: list[Order]) -> float:
    """Return the omega fixed on these orders: the largest that held in every run, divided by `SAFETY`, in quarters."""
    held = 1.0
    for omega in OMEGAS:
        if any(stop_of(order, "biased_urn", omega).recall < TARGET for order in orders):
            break
        held = omega
    return max(1.0, math.floor(held / SAFETY * 4) / 4)


def measure(orders: list[Order], seed: int) -> pd.DataFrame:
    """Return the rows of stopping.csv."""
    rows = []
    for name in dict.fromkeys(order.dataset for order in orders):
        others = [order for order in orders if order.dataset != name]
        omega = omega_from(others) if others else OMEGA
        print(f"{name}: omega {omega:g} fixed on the other sets")
        for order in (order for order in orders if order.dataset == name):
            random = np.random.default_rng([seed, order.draw])
            stops = {
                "hypergeometric_published": stop_of(order, "hypergeometric", without_abstract_first=False),
                "hypergeometric": stop_of(order, "hypergeometric"),
                "corrected": stop_of(order, "corrected"),
                "biased_urn": stop_of(order, "biased_urn", OMEGA),
                "biased_urn_left_out": stop_of(order, "biased_urn", omega),
                "biased_urn_audited": audited_stop(order, random),
            }
            rows += [
                (name, order.draw, rule, TARGET, CONFIDENCE, stop.read, round(stop.recall, 6), round(stop.saved, 6))
                for rule, stop in stops.items()
            ]
    return pd.DataFrame(rows, columns=STOPPING_COLUMNS)


def synthetic_order(kind: str, prevalence: float, random: np.random.Generator) -> Order:
    """Return one synthetic order; see the module for the kinds."""
    inclusions = round(RECORDS * prevalence)
    hits = np.zeros(RECORDS, dtype=np.bool_)
    hits[:inclusions] = True
    rates = np.ones(RECORDS)
    if kind in BIAS:
        rates[hits] = BIAS[kind]
    else:
        late = max(1, inclusions // 10)
        rates[: inclusions - late] = 30.0
        rates[inclusions - late : inclusions] = 1.0 if kind == "stragglers" else 1e-9
    # Records drawn one after another with these weights come in the order of exponential waiting times.
    order = hits[np.argsort(random.exponential(size=RECORDS) / rates)]
    if kind == "cluster, random tail":
        order[RECORDS // 2 :] = random.permutation(order[RECORDS // 2 :])
    return Order(kind, 0, order, np.ones(RECORDS, dtype=np.bool_))


def synthetic_stops(order: Order, random: np.random.Generator) -> dict[str, Stop]:
    """Return where each rule lets stop on a synthetic order."""
    if order.dataset == "cluster, random tail":
        head: NDArray[np.bool_] = order.included[: RECORDS // 2]
        tail = replace(order, included=order.included[RECORDS // 2 :])
        read = first_stop("corrected", tail.included.tolist(), int(head.sum()), TARGET, CONFIDENCE)
        return {"corrected": _stop(len(head) + read, int(head.sum() + tail.included[:read].sum()), order)}
    return {
        "hypergeometric": stop_of(order, "hypergeometric"),
        "corrected": stop_of(order, "corrected"),
        "biased_urn": stop_of(order, "biased_urn", OMEGA),
        "biased_urn_audited": audited_stop(order, random),
    }


def coverage(number: int, seed: int, prevalences: Sequence[float]) -> pd.DataFrame:
    """Return the rows of stopping_coverage.csv.

    Args:
        number: synthetic orders a kind and prevalence.
        seed: seed of all draws.
        prevalences: shares of inclusions.
    """
    rows = []
    for prevalence in prevalences:
        for kind in KINDS:
            random = np.random.default_rng([seed, round(prevalence * 1000), KINDS.index(kind)])
            stops: dict[str, list[Stop]] = {}
            for _ in range(number):
                order = synthetic_order(kind, prevalence, random)
                for rule, stop in synthetic_stops(order, random).items():
                    stops.setdefault(rule, []).append(stop)
            for rule, found in stops.items():
                recalls = [stop.recall for stop in found]
                held = float(np.mean([recall >= TARGET for recall in recalls]))
                saved = float(np.mean([stop.saved for stop in found]))
                rows.append((prevalence, kind, rule, number, round(held, 4), round(min(recalls), 4), round(saved, 4)))
    return pd.DataFrame(rows, columns=COVERAGE_COLUMNS)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return for each rule the mean share saved (mean of the sets), worst recall, and sets with a run below target."""
    sets = table.groupby(["rule", "dataset"], sort=False).agg(saved=("saved", "mean"), recall=("recall", "min"))
    grouped = sets.groupby("rule", sort=False)
    return pd.DataFrame(
        {
            "saved": grouped["saved"].mean().round(3),
            "worst_recall": grouped["recall"].min().round(3),
            "sets_below": grouped["recall"].agg(lambda values: int((values < TARGET).sum())),
        }
    )


def start(options: argparse.Namespace) -> int:
    """Measure and write the tables; 1 where a set falls below the target recall."""
    options.out.mkdir(parents=True, exist_ok=True)
    reviews = list(finished_reviews(options.folder))
    failed = False
    if reviews:
        table = measure(orders_of(reviews, options.draws, options.seed, options.orders), options.seed)
        table.to_csv(options.out / "stopping.csv", index=False)
        shown = summary(table)
        print(table.pivot_table(index="rule", columns="dataset", values="saved", sort=False).round(3).to_string())
        print(shown.to_string())
        failed = bool(shown["sets_below"].any())
    if options.synthetic:
        covered = coverage(options.synthetic, options.seed, options.prevalences)
        covered.to_csv(options.out / "stopping_coverage.csv", index=False)
        print(covered.to_string(index=False))
    return int(failed or not reviews)


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `stopping` to the benchmarks."""
    meaning = "stopping rules on finished reviews and synthetic orders: records read, recall, share saved, coverage"
    command = commands.add_parser("stopping", help=meaning, description=meaning)
    add_arguments(command)
    command.add_argument("--draws", type=int, default=5, help="orders a set")
    command.add_argument("--orders", type=Path, metavar="FILE", help="orders.csv.gz to read instead of making orders")
    command.add_argument("--synthetic", type=int, default=1000, help="synthetic orders a kind and prevalence; 0: none")
    command.add_argument("--prevalences", type=float, nargs="+", default=PREVALENCES, help="of the synthetic orders")
    command.set_defaults(measure=start)
