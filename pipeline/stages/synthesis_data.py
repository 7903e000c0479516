"""What the synthesis counts: studies by group, with the codes of all their reports; and the check against the flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from pipeline.errors import ConservationError
from pipeline.records import rows_of
from pipeline.report.counts import Counts
from pipeline.stages.code import coding_files
from pipeline.stages.contract import StageInput
from pipeline.stages.suggest import synthesis_roles
from pipeline.synthesis.coded import Dimension, coded_dimension
from pipeline.synthesis.cross_tables import Axis, dimension_axis, discipline_axis
from pipeline.synthesis.discipline_files import SEVERAL, UNKNOWN
from pipeline.synthesis.frame import CodingFrame
from pipeline.synthesis.proportion import SIZES
from pipeline.synthesis.roles import DISCIPLINE, Roles
from pipeline.synthesis.tables import GROUPS, Group

BRIDGING: Final = "bridging"
"""The column of studies that use codes of two or more traditions."""


@dataclass(frozen=True)
class Studies:
    """The studies of one group.

    Attributes:
        group: which.
        table: record_id (the report the study is shown by), study_id, group, year.
        suggestions, confirmed: the codes of all reports of these studies, under that record id.
        firsts: study -> its first discipline, `several` on a tie, `unknown` without any.
        frame: the coding frame.
    """

    group: Group
    table: pd.DataFrame
    suggestions: pd.DataFrame
    confirmed: pd.DataFrame
    firsts: Mapping[str, str]
    frame: CodingFrame
    _known: dict[str, Dimension] = field(default_factory=dict)

    @property
    def members(self) -> frozenset[str]:
        """Ids of the studies."""
        return frozenset(self.firsts)

    def dimension(self, name: str) -> Dimension:
        """Return what is known in one dimension."""
        if name not in self._known:
            self._known[name] = coded_dimension(name, self.suggestions, self.confirmed, self.firsts)
        return self._known[name]

    def axis(self, name: str, disciplines: Mapping[str, str], *, pooled: bool = True) -> Axis:
        """Return a dimension, or the disciplines by name, as a side of a table; small disciplines pooled in one."""
        if name != DISCIPLINE:
            return dimension_axis(name, tuple(item.code for item in self.frame.of(name)), self.dimension(name))
        size = Counter(self.firsts.values())
        small = {code for code, n in size.items() if n < SIZES.pool_below} - {UNKNOWN, SEVERAL} if pooled else set()
        others = f"others, each below {SIZES.pool_below}"
        shown = {key: others if code in small else disciplines.get(code, code) for key, code in self.firsts.items()}
        last = [others, *(disciplines[code] for code in (UNKNOWN, SEVERAL))]
        return discipline_axis(shown, [*(name for name in disciplines.values() if name not in last), *last])

    def traditions(self, marks: Mapping[str, Mapping[str, str]]) -> Axis:
        """Return the traditions as a side of a table, and last those studies that bridge two of them.

        Args:
            marks: dimension -> code -> tradition.
        """
        used: dict[str, set[str]] = {}
        for name, codes in marks.items():
            for study, given in self.dimension(name).of.items():
                used.setdefault(study, set()).update(codes[code] for code in given if code in codes)
        kinds = tuple(dict.fromkeys(tradition for codes in marks.values() for tradition in codes.values()))

        def having(code: str) -> frozenset[str]:
            return frozenset(
                study for study, given in used.items() if (len(given) > 1 if code == BRIDGING else code in given)
            )

        return Axis("tradition", (*kinds, BRIDGING), having, frozenset(used))


@dataclass(frozen=True)
class SynthesisData:
    """All that the tables and figures of the synthesis are made from.

    Attributes:
        frame, roles: the coding frame and the parts that its dimensions play.
        names: discipline code -> name, in the order of the rows.
        groups: the studies: included, passed, then the strata of the protocol.
        disciplines: the disciplines of the records that the studies are shown by.
        incidents: the register, candidates among it.
        titles: record -> title.
    """

    frame: CodingFrame
    roles: Roles
    names: Mapping[str, str]
    groups: Mapping[str, Studies]
    disciplines: pd.DataFrame
    incidents: pd.DataFrame
    titles: Mapping[str, str]

    @property
    def main(self) -> Studies:
        """The included studies; while there are none, the records that passed title and abstract."""
        included = self.groups[GROUPS[0].key]
        return included if included.members else self.groups[GROUPS[1].key]

    @property
    def disciplines_shown(self) -> dict[str, str]:
        """Discipline -> how tables name it, in their order."""
        return {**self.names, UNKNOWN: "not known", SEVERAL: "several, none first"}


def synthesis_data(stage: StageInput) -> SynthesisData:
    """Return what the synthesis counts.

    Inputs: `code/*`, `suggest/incidents`, `suggest/learned`, `screen/screened`, `deduplicate/records`; the coding frame
    and the discipline files.
    """
    frame, files = coding_files(stage.files, stage.protocol)
    coded = stage.tables["code/coded"].sort_values(["group", "record_id"], kind="stable")
    strata = {
        name: Group(name, "records", f"in the stratum {stratum.label!r}, outside the included and counted apart")
        for name, stratum in stage.protocol.strata.items()
    }
    groups = {group.key: group for group in GROUPS} | strata
    shown = _shown_by(coded)
    suggestions = pd.concat([stage.tables["code/suggestions"], stage.tables["suggest/learned"]], ignore_index=True)
    moved = [
        table.assign(record_id=table["record_id"].map(shown)).dropna(subset=["record_id"])
        for table in (suggestions, stage.tables["code/confirmed"])
    ]
    table = coded[coded["record_id"].map(shown) == coded["record_id"]]
    disciplines = stage.tables["code/disciplines"]
    disciplines = disciplines[disciplines["record_id"].isin(set(table["record_id"]))]
    firsts = first_disciplines(disciplines)
    chosen: dict[str, Studies] = {}
    for key, group in groups.items():
        part = table[table["group"] == key]
        own = {str(record): firsts.get(str(record), UNKNOWN) for record in part["record_id"]}
        given = [rows[rows["record_id"].isin(set(own))] for rows in moved]
        chosen[key] = Studies(group, part, given[0], given[1], own, frame)
    incidents = stage.tables["suggest/incidents"]
    return SynthesisData(
        frame,
        synthesis_roles(stage.protocol, frame),
        files.names,
        chosen,
        disciplines,
        incidents.assign(study=incidents["record_id"].map(shown)),
        _titles(stage),
    )


def _shown_by(coded: pd.DataFrame) -> dict[str, str]:
    """Return record -> the record its study is shown by: an included report before one that waits."""
    first: dict[str, str] = {}
    for row in rows_of(coded):
        apart = row["group"] if row["group"] not in (GROUPS[0].key, GROUPS[1].key) else ""
        first.setdefault(f"{apart}|{row['study_id']}", row["record_id"])
    return {
        row["record_id"]: first[
            f"{row['group'] if row['group'] not in (GROUPS[0].key, GROUPS[1].key) else ''}|{row['study_id']}"
        ]
        for row in rows_of(coded)
    }


def first_disciplines(disciplines: pd.DataFrame) -> dict[str, str]:
    """Return record -> its first discipline, `several` where the largest share is tied."""
    best: dict[str, tuple[float, str]] = {}
    columns = (disciplines[name] for name in ("record_id", "discipline", "weight"))
    for record, code, weight in zip(*columns, strict=True):
        share, first = best.get(str(record), (0.0, ""))
        if weight - share > 1e-9:
            best[str(record)] = (float(weight), str(code))
        elif abs(weight - share) <= 1e-9 and first:
            best[str(record)] = (share, SEVERAL)
    return {record: code for record, (_, code) in best.items()}


def _titles(stage: StageInput) -> dict[str, str]:
    screened, records = stage.tables["screen/screened"], stage.tables["deduplicate/records"]
    titles = dict(zip(records["cluster_id"], records["title"], strict=True))
    found = {
        record: titles.get(cluster)
        for record, cluster in zip(screened["record_id"], screened["cluster_id"], strict=True)
    }
    return {str(record): title if isinstance(title, str) else "" for record, title in found.items()}


def check_studies(data: SynthesisData, counts: Counts, *, derived: bool) -> None:
    """Check that the tables count as many included studies as the flow.

    Args:
        data: what the tables count.
        counts: the numbers of the flow.
        derived: the review goes on from a closed version, whose studies are among the records.

    Raises:
        ConservationError: I21, the two numbers differ.
    """
    expected = counts.total_studies if derived else counts.studies_included
    counted = len(data.groups[GROUPS[0].key].members)
    if counted != expected:
        raise ConservationError("I21", f"the tables count {counted} included studies, the flow {expected}")
