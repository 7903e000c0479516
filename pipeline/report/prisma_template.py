"""The rows of the PRISMA2020 file, the CSV of the R package and Shiny app PRISMA2020: keys, places, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HEADER: Final = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
NOT_GIVEN: Final = "NA"


@dataclass(frozen=True)
class TemplateRow:
    """One row: its key (NA for titles), node and box of the figure, and its label; `listed` ones hold `reason, n`."""

    key: str
    node: str
    box: str
    label: str
    listed: bool = False


def _row(key: str, node: str, box: str, label: str, listed: bool = False) -> TemplateRow:
    return TemplateRow(key, node, box, label, listed)


ROWS: Final = (
    _row("NA", "node4", "prevstud", "Previous studies"),
    _row("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    _row("previous_reports", "NA", "box1", "Reports of studies included in previous version of review"),
    _row("NA", "node6", "newstud", "Identification of new studies via databases and registers"),
    _row("database_results", "node7", "box2", "Databases"),
    _row("database_specific_results", "NA", "box2", "Specific Databases", True),
    _row("register_results", "NA", "box2", "Registers"),
    _row("register_specific_results", "NA", "box2", "Specific Registers", True),
    _row("NA", "node16", "othstud", "Identification of new studies via other methods"),
    _row("website_results", "node17", "box11", "Websites"),
    _row("organisation_results", "NA", "box11", "Organisations"),
    _row("citations_results", "NA", "box11", "Citation searching"),
    _row("duplicates", "node8", "box3", "Duplicate records"),
    _row("excluded_automatic", "NA", "box3", "Records marked as ineligible by automation tools"),
    _row("excluded_other", "NA", "box3", "Records removed for other reasons"),
    _row("records_screened", "node9", "box4", "Records screened"),
    _row("records_excluded", "node10", "box5", "Records excluded"),
    _row("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"),
    _row("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"),
    _row("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    _row("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    _row("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"),
    _row("dbr_excluded", "node14", "box9", "Reports excluded", True),
    _row("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    _row("other_excluded", "node21", "box15", "Reports excluded", True),
    _row("new_studies", "node15", "box10", "New studies included in review"),
    _row("new_reports", "NA", "box10", "Reports of new included studies"),
    _row("total_studies", "node22", "box16", "Total studies included in review"),
    _row("total_reports", "NA", "box16", "Reports of total included studies"),
    _row("identification", "node1", "identification", "Identification"),
    _row("screening", "node2", "screening", "Screening"),
    _row("included", "node3", "included", "Included"),
    _row("total_studies_ma", "node23", "box17", "Total studies included in meta-analysis"),
    _row("total_reports_ma", "NA", "box17", "Reports of total included studies in meta-analysis"),
)

# Rows that the official file has not. The R package looks for its keys within these, so none may contain one of its.
ADDED_ROWS: Final = (
    _row("ext_excl_by_people", "NA", "ext", "Records excluded by a human"),
    _row("ext_excl_by_tools", "NA", "ext", "Records excluded by automation tools"),
    _row("ext_removed_why", "NA", "ext", "Records removed for other reasons: which", True),
    _row("ext_further_sources", "NA", "ext", "Records identified from further other sources", True),
    _row("ext_other_taken_out", "NA", "ext", "Other methods: records removed before retrieval", True),
    _row("ext_await_title", "NA", "ext", "Records awaiting a decision on title and abstract"),
    _row("ext_in_conflict", "NA", "ext", "Records in conflict"),
    _row("ext_dbr_await_retrieval", "NA", "ext", "Reports awaiting retrieval"),
    _row("ext_dbr_await_eligibility", "NA", "ext", "Reports awaiting assessment for eligibility"),
    _row("ext_other_await_retrieval", "NA", "ext", "Other methods: reports awaiting retrieval"),
    _row("ext_other_await_eligibility", "NA", "ext", "Other methods: reports awaiting assessment for eligibility"),
    _row("ext_kept_apart", "NA", "ext", "Excluded in this flow and counted apart", True),
)
TEMPLATE_KEY: Final = "ext_which"
UNCLEAR_KEY: Final = "ext_unclear"
SOURCES_KEY: Final = "ext_sources"
STAGE_KEY: Final = "ext_stage"
STAGE_REMOVED_KEY: Final = "ext_stage_removed"
ADJUSTMENT_KEY: Final = "ext_adjust"
LISTED: Final = frozenset(row.key for row in (*ROWS, *ADDED_ROWS) if row.listed)
LABELS: Final = {row.key: row.label for row in (*ROWS, *ADDED_ROWS) if row.key != "NA"}
REPEATED: Final = (STAGE_KEY, STAGE_REMOVED_KEY, ADJUSTMENT_KEY)
BOX_OF: Final = {
    "previous_studies": "previous",
    "database_results": "identified",
    "duplicates": "removed",
    "records_screened": "screened",
    "records_excluded": "records_excluded",
    "dbr_sought_reports": "sought",
    "dbr_notretrieved_reports": "not_retrieved",
    "dbr_assessed": "assessed",
    "dbr_excluded": "reports_excluded",
    "website_results": "other_identified",
    "other_sought_reports": "other_sought",
    "other_notretrieved_reports": "other_not_retrieved",
    "other_assessed": "other_assessed",
    "other_excluded": "other_reports_excluded",
    "new_studies": "included",
    "total_studies": "total",
}
