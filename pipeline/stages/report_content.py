"""What the sections of the report are made of: the tables of the run and the one counts object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.protocol import Protocol
from pipeline.records import rows_of
from pipeline.report.counts import Counts
from pipeline.report.flow_files import DRAFT
from pipeline.report.source_overlap import Overlap, contribution_listing, intersection_listing, source_overlap
from pipeline.report.wording import Wording, wording
from pipeline.stages.contract import StageInput
from pipeline.stages.count import counts_of
from pipeline.stages.report_characteristics import characteristics
from pipeline.stages.report_lists import Listing, listings
from pipeline.stages.update import Since, since, version_of


@dataclass(frozen=True)
class ReportContent:
    """One run of the report: its input, and what several sections need, each worked out once."""

    stage: StageInput

    @property
    def protocol(self) -> Protocol:
        """The protocol of the review."""
        return self.stage.protocol

    @cached_property
    def words(self) -> Wording:
        """The words of the kind of review."""
        return wording(self.protocol.report.profile)

    @cached_property
    def counts(self) -> Counts:
        """Every number of the flow; the only place where sections take them from."""
        tables, version = self.stage.tables, version_of(self.stage.files, self.protocol)
        return counts_of(tables["count/states"], tables["import/sources"], self.protocol, version)

    @cached_property
    def update(self) -> Since | None:
        """What is new since the closed version that an update goes on from; None for any other review."""
        version = version_of(self.stage.files, self.protocol)
        return since(version, self.stage.tables["count/states"]) if version else None

    @property
    def flow_states(self) -> pd.DataFrame:
        """The states of the entries that the lanes of the flow count: in an update what is new, else all."""
        return self.update.states if self.update else self.stage.tables["count/states"]

    @property
    def flow_sources(self) -> pd.DataFrame:
        """Rows of import/sources of the sources that the flow lists."""
        sources = self.stage.tables["import/sources"]
        if self.update is None:
            return sources
        brought = sources["source"].isin(set(self.update.states["source"]))
        return sources[brought | ~sources["source"].isin(self.update.sources)]

    def in_state(self, state: str) -> int:
        """Return how many works of the whole review are in a state, those of a closed version among them."""
        return int((self.stage.tables["count/states"]["state"] == state).sum())

    @cached_property
    def lists(self) -> Mapping[str, Listing]:
        """The lists behind the boxes, by file name."""
        return listings(self.stage) | {
            "source_overlap.csv": contribution_listing(self.overlap),
            "source_intersections.csv": intersection_listing(self.overlap),
            "characteristics.csv": characteristics(self.stage),
        }

    @cached_property
    def overlap(self) -> Overlap:
        """What each source contributed; sources of which nothing could be read are named with the searches."""
        tables = self.stage.tables
        records, reports, sources = tables["deduplicate/records"], tables["full_text/reports"], tables["import/sources"]
        found_by = dict(zip(records["cluster_id"], records["sources"], strict=True))
        included = frozenset(reports.loc[reports["state"] == "included", "cluster_id"])
        entries = {str(name): int(n) for name, n in tables["import/entries"]["source"].value_counts().items()}
        return source_overlap(sources.loc[sources["status"] == "read", "source"], found_by, included, entries)

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands at the head of every page: a draft, and the notice of the protocol."""
        broken = dict.fromkeys(self.stage.tables["count/broken"]["identity"])
        draft = f"{DRAFT} ({', '.join(broken)})" if broken else ""
        return tuple(part for part in (draft, " ".join(self.protocol.review.notice.split())) if part)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader must know first."""
        said = list(self.marks)
        if self.counts.waiting:
            said.append(
                f"Provisional: {self.counts.waiting:,} records or reports wait for people; the numbers will move."
            )
        said += [_unread_notice(row) for row in rows_of(self.unread)]
        return tuple(said)

    @property
    def unread(self) -> pd.DataFrame:
        """Rows of import/sources whose export could not be read or is missing."""
        sources = self.stage.tables["import/sources"]
        return sources[sources["status"].isin(["refused", "missing"])]


def _unread_notice(row: Mapping[str, object]) -> str:
    if row["status"] == "missing":
        return f"The export {row['file']} of source {row['source']} is missing: nothing of it is in this report."
    return f"The export {row['file']} could not be read: nothing of it is in this report."
