"""The methods paragraphs on deduplication and screening, written from facts of the run (PRISMA 2020, items 8 and 16a).

Numbers that stand in the flow come from the counts object, all others from the tables of the run. A fact that is not
there is left out or said to be missing; nothing is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from pipeline import __version__
from pipeline.dedup.pair_table import BY_PERSON
from pipeline.report.counts import Counts
from pipeline.report.page import Section
from pipeline.report.wording import counted
from pipeline.screen.methods_facts import ScreeningFacts
from pipeline.stages.report_content import ReportContent
from pipeline.stages.report_screening import screening_facts

_OF_THE_UPDATE = (
    "Numbers of duplicates, of records that went into screening and of who decided them are those of this update. What "
    "is said of the order, its random sample and the stopping rule rests on all records, the closed version's among "
    "them."
)
_WORDS = {1: "one person", 2: "two people independently"}


def methods_sections(content: ReportContent) -> Iterable[Section]:
    """Yield the section on how records were deduplicated and screened."""
    pairs = content.stage.tables["deduplicate/pairs"]
    facts, pairs = methods_facts_and_pairs(content, screening_facts(content.stage), pairs)
    said = (deduplication_text(content.counts, pairs), *screening_text(facts, content.counts))
    opening = (_OF_THE_UPDATE,) if content.update else ()
    yield Section("Deduplication and screening: methods", "methods", (*opening, *said))


def methods_facts_and_pairs(
    content: ReportContent, facts: ScreeningFacts, pairs: pd.DataFrame
) -> tuple[ScreeningFacts, pd.DataFrame]:
    """Return the facts and pairs that stand beside the numbers of the flow: in an update those of its own records.

    Args:
        content: the report.
        facts: of all records.
        pairs: `deduplicate/pairs`.
    """
    if content.update is None:
        return facts, pairs
    return _facts_of_update(content, facts), _pairs_of_update(content, pairs)


def _facts_of_update(content: ReportContent, facts: ScreeningFacts) -> ScreeningFacts:
    """Return the facts with those about records and people for the records that the update screens."""
    new, tables = content.flow_states, content.stage.tables
    went_in = (new["lane"] == "main") & ~new["state"].isin(["duplicate", "removed", "ineligible_machine"])
    screened = tables["screen/screened"]
    screened = screened[screened["record_id"].isin(set(new.loc[went_in, "record_id"]))]
    records = tables["deduplicate/records"]
    own = records[records["cluster_id"].isin(set(screened["cluster_id"]))]
    by_people = screened.loc[screened["outcome"].isin(["included", "excluded"]), "decided_by"]
    return replace(
        facts,
        records_without_abstract=int(own["abstract"].fillna("").astype(str).str.strip().eq("").sum()),
        labelled_by=tuple(sorted({name for names in by_people for name in names})),
    )


def _pairs_of_update(content: ReportContent, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with an entry of the update, and those that wait for a person."""
    new = set(content.flow_states["entry_id"])
    own = pairs["entry_a"].isin(new) | pairs["entry_b"].isin(new)
    return pairs[own | (pairs["verdict"] == "uncertain")]


def deduplication_text(counts: Counts, pairs: pd.DataFrame) -> str:
    """Return how duplicates were found and by whom they were joined.

    Args:
        counts: for the number of duplicates.
        pairs: `deduplicate/pairs`.
    """
    joined = pairs[pairs["verdict"] == "duplicate"]["basis"].value_counts()
    apart = pairs.loc[(pairs["verdict"] == "different") & (pairs["basis"] == "person"), "reason"]
    answered = int(apart.str.startswith(BY_PERSON).sum())
    waiting = int((pairs["verdict"] == "uncertain").sum())
    said = [
        f"Records were compared with the rules for duplicates of this pipeline (version {__version__}; rules and "
        "reasons in duplicates.csv), which rest on identifiers and on the likeness of titles, authors, journals and "
        "pages.",
        f"{counted(counts.duplicates, 'duplicate record was', 'duplicate records were')} removed in databases and "
        f"registers; {counted(int(joined.get('rule', 0)), 'pair was', 'pairs were')} joined by a rule and "
        f"{int(joined.get('person', 0)):,} by a person, and people kept {answered:,} apart.",
    ]
    if len(apart) > answered:
        more = counted(len(apart) - answered, "more pair was", "more pairs were")
        said.append(f"{more} kept apart because of what people said about other entries of the two records.")
    if waiting:
        said.append(f"{counted(waiting, 'pair is', 'pairs are')} uncertain and kept apart until a person decides.")
    return " ".join(said)


def screening_text(facts: ScreeningFacts, counts: Counts) -> tuple[str, ...]:
    """Return the paragraphs about the selection process: who decided, what a tool did, when reading stopped.

    Args:
        facts: what the run knows of the screening tool; None or empty where there is nothing to say.
        counts: for every number that also stands in the flow.
    """
    paragraphs = (_people(facts, counts), _tool(facts, counts), _stopping(facts), _checks(facts))
    return tuple(text for text in (" ".join(filter(None, said)) for said in paragraphs) if text)


def _people(facts: ScreeningFacts, counts: Counts) -> Iterator[str]:
    readers = facts.readers_per_record
    by = _WORDS.get(readers, f"{readers} people") if readers else ""
    start = f"{counted(counts.screened, 'record', 'records')} went into screening at title and abstract"
    yield f"{start}; each was to be decided by {by}." if by else f"{start}."
    if facts.labelled_by:
        yield f"Decisions were made by {_listed(facts.labelled_by)}."
    yield (
        f"People excluded {counts.excluded_human:,} and automation tools {counts.excluded_machine:,}; "
        f"{counts.main.sought:,} went on to retrieval."
    )
    if counts.awaiting_screening or counts.in_conflict:
        yield (
            f"{counted(counts.awaiting_screening, 'record waits', 'records wait')} for a decision and readers differ "
            f"about {counts.in_conflict:,}."
        )
    if facts.records_without_abstract:
        bare = counted(facts.records_without_abstract, "record has", "records have")
        yield f"{bare} no abstract; people read such records in any case."


def _tool(facts: ScreeningFacts, counts: Counts) -> Iterator[str]:
    if facts.use == "not used" and not facts.model:
        if counts.excluded_machine == 0:
            yield "No automation tool excluded a record."
        return
    named = facts.model or "A ranking model"
    details = "; ".join(part for part in (facts.features, ", ".join(facts.software)) if part)
    yield f"{named[:1].upper()}{named[1:]}{f' ({details})' if details else ''} {_use(facts, counts)}."
    yield _basis(facts)
    yield from (_sentence(text) for text in facts.thresholds if text)
    if facts.seed is not None:
        yield f"The seed of its random steps was {facts.seed}."


def _use(facts: ScreeningFacts, counts: Counts) -> str:
    by_machine = counts.excluded_machine + counts.automation_ineligible
    if facts.use == "ranked and excluded" or by_machine:
        return (
            "set the order in which people read, and excluded "
            f"{counted(by_machine, 'record', 'records')} that no person decided; the flow diagram counts "
            "these apart"
        )
    if facts.use == "ranked":
        return "set the order in which people read; it excluded nothing and replaced no reader"
    return "was not used to order or to exclude records"


def _basis(facts: ScreeningFacts) -> str:
    if facts.basis == "criteria":
        return "The last order rests on the words of the criteria alone, as there were too few decisions to learn from."
    if facts.basis == "none":
        return "The last order is random, drawn with the seed of the protocol."
    if facts.training_records is None:
        return "The last order rests on the decisions so far."
    relevant = "" if facts.training_relevant is None else f", {facts.training_relevant:,} of them inclusions"
    return f"It was trained on {counted(facts.training_records, 'decided record', 'decided records')}{relevant}."


def _stopping(facts: ScreeningFacts) -> Iterator[str]:
    if facts.target_recall is not None and facts.confidence is not None:
        yield f"The protocol asks for a recall of {facts.target_recall:.0%} at a confidence of {facts.confidence:.0%}."
    if not facts.stopping_rule:
        yield "No stopping rule has given advice yet." if facts.target_recall is not None else ""
        return
    if facts.waiting == 0 and not facts.excluded_by_machine:
        yield "Every record was decided by people; reading did not end by a rule."
        return
    advice = f", whose advice at the last run was: {facts.stopping_advice}" if facts.stopping_advice else ""
    yield f"When to stop is for people to decide; they were advised by the {_rule(facts.stopping_rule)}{advice}."
    if facts.stopping_assumption:
        yield _sentence(f"It assumes that {facts.stopping_assumption}")
    if facts.inclusions_found is not None:
        yield f"{counted(facts.inclusions_found, 'inclusion', 'inclusions')} had been found at title and abstract."
    if facts.estimated_recall is not None:
        bound = ""
        if facts.recall_lower is not None:
            sure = "" if facts.confidence is None else f", one-sided {facts.confidence:.0%} interval"
            bound = f" (from {facts.recall_lower:.1%}{sure})"
        yield f"The estimated recall, if reading stopped there, is {facts.estimated_recall:.1%}{bound}."
    else:
        yield "Its recall cannot be estimated yet."


def _rule(name: str) -> str:
    """Return the name of a stopping rule in words."""
    if name == "corrected":
        return "hypergeometric rule corrected for repeated looks"
    spoken = name.replace("_", " ")
    return spoken if spoken.endswith("rule") else f"{spoken} rule"


def _checks(facts: ScreeningFacts) -> Iterator[str]:
    if facts.audit_share:
        yield f"{facts.audit_share:.0%} of each worklist was drawn at random as a check of the order."
    if facts.audit_outcome:
        yield _sentence(facts.audit_outcome)
    elif facts.audit_records is not None:
        found = "" if facts.audit_relevant is None else f", {facts.audit_relevant:,} of them inclusions"
        yield f"{counted(facts.audit_records, 'record', 'records')} of that sample were decided{found}."
    yield from _machine_checks(facts)


def _machine_checks(facts: ScreeningFacts) -> Iterator[str]:
    """Yield what people found among the records that the tool excluded."""
    if facts.machine_outcome:
        yield _sentence(facts.machine_outcome)
    elif facts.machine_sample_records is not None:
        missed = "" if facts.machine_sample_missed is None else f" and found {facts.machine_sample_missed:,} to include"
        yield (
            f"Of the records that the tool excluded, people read "
            f"{counted(facts.machine_sample_records, 'record', 'records')} as a check{missed}."
        )
    if facts.machine_missed_upper is not None:
        yield f"At most {facts.machine_missed_upper:,} inclusions are estimated to be among all that it excluded."
    if facts.statement_void:
        yield f"The statement its exclusions rested on no longer holds. {_sentence(facts.statement_void)}"


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _sentence(text: str) -> str:
    """Return a fact as a sentence: with a capital, a full stop, and the names of bands in words."""
    spoken = text.replace("likely_out", "likely out").replace("likely_in", "likely in")
    return f"{spoken[:1].upper()}{spoken[1:]}" + ("" if spoken.endswith((".", "!", "?")) else ".")
