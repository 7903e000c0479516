"""A reporting checklist for one run: what is filled of each line, where it stands, what people have to add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.report.checklist_lines import MISSING, PRISMA_2020, PRISMA_S, PRISMA_SCR, ChecklistLine, Status
from pipeline.report.counts import Counts
from pipeline.report.page import Link, Table
from pipeline.report.wording import Wording

_PAGE: Final = "index.html"
_LESS: Final[Mapping[Status, Status]] = {"filled": "part", "part": "yours", "yours": "yours"}
HEADER: Final = ("checklist", "item", "topic", "status", "location", "text")


@dataclass(frozen=True)
class CheckedLine:
    """A line of a checklist for this run; `place` is empty where a person reports it elsewhere."""

    checklist: str
    number: str
    topic: str
    status: Status
    place: str
    text: str

    @property
    def location(self) -> str:
        """File and anchor, as `index.html#flow`."""
        return f"{_PAGE}{self.place}" if self.place.startswith("#") else self.place

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as a row of checklist.csv (`HEADER`)."""
        return (self.checklist, self.number, self.topic, self.status, self.location, self.text)


def checked_lines(
    profile: str, counts: Counts, facts: Iterable[str], listed: Mapping[str, int] | None = None
) -> tuple[CheckedLine, ...]:
    """Return the lines of the statement of a profile, then those of PRISMA-S.

    Args:
        profile: `systematic` (PRISMA 2020) or `scr` (PRISMA-ScR).
        counts: for every number.
        facts: what the run has, as `ChecklistLine.needs` names it.
        listed: how many studies, reports and excluded reports the lists hold; an update lists more than it counts.
    """
    name, lines = ("PRISMA-ScR", PRISMA_SCR) if profile == "scr" else ("PRISMA 2020", PRISMA_2020)
    there, numbers = frozenset(facts), _numbers(counts, listed or {})
    parts = ((name, lines), ("PRISMA-S", PRISMA_S))
    return tuple(_checked(name, line, there, numbers) for name, lines in parts for line in lines)


def _checked(name: str, line: ChecklistLine, there: frozenset[str], numbers: Mapping[str, str]) -> CheckedLine:
    status = line.fill if there.issuperset(line.needs) else _LESS[line.fill]
    gives = line.gives.format_map(numbers)
    parts = [gives] if status != "yours" else []
    if status != line.fill:
        parts.append("missing: " + "; ".join(MISSING[need] for need in line.needs if need not in there))
    elif line.left:
        parts.append(f"yours: {line.left}")
    text = "; ".join(parts)
    return CheckedLine(name, line.number, line.topic, status, line.place if status != "yours" else "", text)


def _numbers(counts: Counts, listed: Mapping[str, int]) -> dict[str, str]:
    found = {
        "identified": counts.identified,
        "other_identified": counts.other_identified,
        "all_identified": counts.identified + counts.other_identified,
        "registers": len(counts.registers),
        "others": len(counts.others),
        "duplicates": counts.duplicates,
        "screened": counts.screened,
        "assessed": counts.main.assessed + counts.other.assessed,
        "reports_excluded": counts.main.excluded_total + counts.other.excluded_total,
        "studies": counts.studies_included,
        "reports": counts.reports_included,
    }
    found |= {"listed_studies": found["studies"], "listed_reports": found["reports"]}
    found |= {"listed_excluded": found["reports_excluded"], **listed}
    return {name: f"{number:,}" for name, number in found.items()}


def reported_as(lines: Iterable[CheckedLine], words: Wording) -> str:
    """Return the sentence on what the review is reported by: what is filled, in part, and a person's."""
    own = [line.status for line in lines if line.checklist == words.statement]
    return (
        f"Reported following {words.statement}; {own.count('filled')} of {len(own)} items filled by the pipeline, "
        f"{own.count('part')} in part, {own.count('yours')} are a person's to write."
    )


def checklist_tables(lines: Iterable[CheckedLine]) -> tuple[Table, ...]:
    """Return a table for each checklist, with a link to the place of each line."""
    given = list(lines)
    return tuple(
        Table(
            f"{name} checklist",
            ("Item", "Topic", "Status", "Where", "What"),
            tuple(
                (
                    line.number,
                    line.topic,
                    line.status,
                    Link(line.location, line.place) if line.place else "",
                    line.text,
                )
                for line in given
                if line.checklist == name
            ),
            "",
            "checklist.csv",
        )
        for name in dict.fromkeys(line.checklist for line in given)
    )
