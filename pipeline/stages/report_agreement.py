"""The section of the report about the readers: how far they agree, and how what they differed about was settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.protocol_screening import ScreeningSection
from pipeline.records import rows_of
from pipeline.report.page import Section, Table
from pipeline.report.wording import counted
from pipeline.screen.agreement_words import (
    GROUP_NOTES,
    GROUP_WORDS,
    figure,
    group_line,
    interval,
    is_missing,
    percentage,
    settled_line,
)
from pipeline.stages.contract import StageInput

_PAIRS = ("Readers", "About", "n", "Agreement", "95 % interval", "Kappa", "Large-sample", "Bootstrap", "PABAK")
_CODES = ("Code", "Readers", "First", "Second", "Both", "Positive agreement", "Kappa")
_METHODS = (
    "Kappa is Cohen's (1960), its large-sample interval that of Fleiss, Cohen and Everitt (1969), its other interval "
    "the percentiles of 2,000 seeded draws of records; the share's interval is Wilson's. PABAK is kappa as if "
    "prevalence and bias did not count (Byrt, Bishop and Carlin 1993). Agreement on reasons is among the records that "
    "both excluded. What a person decided after a record was settled does not count."
)


def agreement_sections(stage: StageInput) -> Iterable[Section]:
    """Yield the section on agreement, nothing where no record was read by two and none is to be.

    Args:
        stage: with the tables agreement/pairs, agreement/codes, agreement/groups and agreement/settled.
    """
    groups, pairs, codes, settled = (
        rows_of(stage.tables[f"agreement/{table}"]) for table in ("groups", "pairs", "codes", "settled")
    )
    if not groups:
        return
    twice = sum(int(group["n"]) for group in groups)
    resolvers = sorted({str(row["resolver"]) for row in settled})
    paragraphs, tables = [reading_words(stage.protocol.screening, twice, resolvers), _METHODS], []
    for group in groups:
        paragraphs.append(f"{_capital(group_line(group))}. {GROUP_NOTES[group['group']]}")
        own = [row for row in pairs if row["group"] == group["group"]]
        if own:
            tables.append(_pair_table(group["group"], own, stage.protocol.screening.confidence))
        of_codes = [row for row in codes if row["group"] == group["group"]]
        if of_codes:
            tables.append(_code_table(group["group"], of_codes))
    if settled:
        paragraphs.append(f"{_capital(settled_line(settled))}.")
    yield Section("Agreement of the readers", "agreement", tuple(paragraphs), tuple(tables))


def reading_words(settings: ScreeningSection, twice: int = 0, resolvers: Sequence[str] = ()) -> str:
    """Return how the reading was organised, as the methods of a report tell it.

    Args:
        settings: what the protocol asks for.
        twice: records that two or more people read.
        resolvers: who settled what readers differed about, so far.

    >>> reading_words(ScreeningSection(reviewers=("ann", "ben"), double_screening="all"), 5, ["cleo"])
    'Two people were to read each record, blinded. cleo settled what readers differed about.'
    """
    share = f"a random share of {percentage(settings.double_share).removesuffix('.0 %').removesuffix(' %')} %"
    text = {
        "none": "One person was to read each record",
        "random": f"One person was to read each record, and a second one {share}",
        "borderline": f"One person was to read each record, and a second one {share} and the records the "
        "ranking called borderline",
        "all": "Two people were to read each record",
    }[settings.double_screening]
    if not settings.show_scores and not settings.show_decisions and settings.double_screening != "none":
        text += ", blinded"
    elif settings.double_screening == "none" and twice:
        text += f"; {counted(twice, 'record was', 'records were')} read by two or more all the same"
    parts = [f"{text}."]
    if settings.pilot:
        parts.insert(0, f"All {len(settings.reviewers)} readers began with a pilot of {settings.pilot} records.")
    if resolvers:
        return " ".join([*parts, f"{' and '.join(resolvers)} settled what readers differed about."])
    who = " or ".join(settings.resolver) or "the readers together"
    return " ".join([*parts, f"What readers differ about is for {who} to settle; nothing of it is settled yet."])


def _pair_table(group: str, rows: Sequence[dict[str, Any]], confidence: float) -> Table:
    cells = tuple(
        (
            f"{row['first']}, {row['second']}",
            str(row["measure"]),
            f"{row['n']:,}",
            percentage(row["share"]),
            interval(row["share_low"], row["share_high"]),
            figure(row["kappa"], 3),
            interval(row["kappa_low"], row["kappa_high"]),
            interval(row["bootstrap_low"], row["bootstrap_high"]),
            figure(row["pabak"]),
        )
        for row in rows
    )
    remarks = [f"{row['first']}, {row['second']}, {row['measure']}: {row['remark']}" for row in rows if _told(row)]
    header = tuple(name.replace("95 %", f"{confidence:.0%}".replace("%", " %")) for name in _PAIRS)
    return Table(f"Agreement: {GROUP_WORDS[group]}", header, cells, "; ".join(remarks), "")


def _told(row: dict[str, Any]) -> bool:
    return not is_missing(row["remark"])


def _code_table(group: str, rows: Sequence[dict[str, Any]]) -> Table:
    cells = tuple(
        (
            str(row["code"]),
            f"{row['first']}, {row['second']}",
            f"{row['first_n']:,}",
            f"{row['second_n']:,}",
            f"{row['both']:,}",
            figure(row["positive"]),
            figure(row["kappa"]),
        )
        for row in rows
    )
    note = "How often each gave a code to a record that both excluded; positive agreement: 2 both / (first + second)."
    return Table(f"Agreement on each reason: {GROUP_WORDS[group]}", _CODES, cells, note, "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
