"""What a methods section has to say about the screening tool: PRISMA 2020, item 8 (Page et al. 2021, 10.1136/bmj.n71).

The words are written elsewhere; here stand the facts, each from the tables of the run, none typed in. The list follows
item 8 and what is asked of reports of machine-assisted screening: which model, trained on what and by whom, whether
it ranked or decided, with which thresholds, when reading stopped and how that was checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ModelUse = Literal["not used", "ranked", "ranked and excluded"]


@dataclass(frozen=True)
class ScreeningFacts:
    """The facts of the screening of one review; None or empty where there is nothing to say.

    Attributes:
        model: the model in words.
        features: what of a record it sees, in words.
        software: distributions and versions it ran with, such as 'scikit-learn 1.9.1'.
        basis: 'criteria', 'decisions' or 'none' (seeded random order): what the last order rests on.
        use: whether the model was not used, ranked only, or ranked and excluded.
        records: records of databases and registers, after duplicates were removed.
        records_without_abstract: those without an abstract, which people read in any case.
        training_records: decided records the last model learned from.
        training_relevant: inclusions among them.
        labelled_by: people whose decisions these are, in alphabetical order.
        readers_per_record: people who decide each record.
        decided_by_people: records decided by people at title and abstract.
        waiting: records that wait for people at title and abstract.
        excluded_by_machine: records excluded by machine runs that stand.
        thresholds: the cuts in force, one sentence each (bands, statements that an exclusion rests on).
        target_recall: recall asked for (0 to 1).
        confidence: confidence asked for (0 to 1).
        stopping_rule: name of the rule whose advice is reported.
        stopping_advice: 'stop', 'read on' or 'cannot say'.
        stopping_assumption: what the rule rests on, in words.
        inclusions_found: inclusions found at title and abstract.
        estimated_recall: recall if reading stopped now, median estimate (0 to 1).
        recall_lower: lower end of its one-sided interval at the confidence (0 to 1; the upper end is 1).
        rounds: worklists of title and abstract that were issued.
        audit_share: share of a worklist that is drawn at random (0 to 1).
        audit_records: decided records of the random sample.
        audit_relevant: inclusions among them.
        audit_outcome: one sentence about what the random sample says of the ranking.
        machine_sample_records: records excluded by machine runs that people read as a check.
        machine_sample_missed: inclusions among them.
        machine_missed_upper: upper bound of the inclusions among all that machine runs excluded, at the confidence.
        machine_outcome: one sentence about that check.
        statement: 'expected_recall', 'whole_review' or a stopping rule where exclusions rest on one, else empty.
        statement_void: why the statement no longer holds, else empty.
        seed: seed of the protocol.
    """

    model: str = ""
    features: str = ""
    software: tuple[str, ...] = ()
    basis: str = "none"
    use: ModelUse = "not used"
    records: int | None = None
    records_without_abstract: int | None = None
    training_records: int | None = None
    training_relevant: int | None = None
    labelled_by: tuple[str, ...] = ()
    readers_per_record: int | None = None
    decided_by_people: int | None = None
    waiting: int | None = None
    excluded_by_machine: int | None = None
    thresholds: tuple[str, ...] = ()
    target_recall: float | None = None
    confidence: float | None = None
    stopping_rule: str = ""
    stopping_advice: str = ""
    stopping_assumption: str = ""
    inclusions_found: int | None = None
    estimated_recall: float | None = None
    recall_lower: float | None = None
    rounds: int | None = None
    audit_share: float | None = None
    audit_records: int | None = None
    audit_relevant: int | None = None
    audit_outcome: str = ""
    machine_sample_records: int | None = None
    machine_sample_missed: int | None = None
    machine_missed_upper: int | None = None
    machine_outcome: str = ""
    statement: str = ""
    statement_void: str = ""
    seed: int | None = None
