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


def _added(key: str, label: str, listed: bool = False) -> TemplateRow:
    """Return a row that the official file has not: it belongs to no node of the figure."""
    return TemplateRow(key, NOT_GIVEN, "ext", label, listed)


ROWS: Final = (
    TemplateRow("NA", "node4", "prevstud", "Previous studies"),
    TemplateRow("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    TemplateRow("previous_reports", "NA", "box1", "Reports of studies included in previous version of review"),
    TemplateRow("NA", "node6", "newstud", "Identification of new studies via databases and registers"),
    TemplateRow("database_results", "node7", "box2", "Databases"),
    TemplateRow("database_specific_results", "NA", "box2", "Specific Databases", True),
    TemplateRow("register_results", "NA", "box2", "Registers"),
    TemplateRow("register_specific_results", "NA", "box2", "Specific Registers", True),
    TemplateRow("NA", "node16", "othstud", "Identification of new studies via other methods"),
    TemplateRow("website_results", "node17", "box11", "Websites"),
    TemplateRow("organisation_results", "NA", "box11", "Organisations"),
    TemplateRow("citations_results", "NA", "box11", "Citation searching"),
    TemplateRow("duplicates", "node8", "box3", "Duplicate records"),
    TemplateRow("excluded_automatic", "NA", "box3", "Records marked as ineligible by automation tools"),
    TemplateRow("excluded_other", "NA", "box3", "Records removed for other reasons"),
    TemplateRow("records_screened", "node9", "box4", "Records screened"),
    TemplateRow("records_excluded", "node10", "box5", "Records excluded"),
    TemplateRow("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"),
    TemplateRow("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"),
    TemplateRow("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    TemplateRow("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    TemplateRow("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"),
    TemplateRow("dbr_excluded", "node14", "box9", "Reports excluded", True),
    TemplateRow("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    TemplateRow("other_excluded", "node21", "box15", "Reports excluded", True),
    TemplateRow("new_studies", "node15", "box10", "New studies included in review"),
    TemplateRow("new_reports", "NA", "box10", "Reports of new included studies"),
    TemplateRow("total_studies", "node22", "box16", "Total studies included in review"),
    TemplateRow("total_reports", "NA", "box16", "Reports of total included studies"),
    TemplateRow("identification", "node1", "identification", "Identification"),
    TemplateRow("screening", "node2", "screening", "Screening"),
    TemplateRow("included", "node3", "included", "Included"),
    TemplateRow("total_studies_ma", "node23", "box17", "Total studies included in meta-analysis"),
    TemplateRow("total_reports_ma", "NA", "box17", "Reports of total included studies in meta-analysis"),
)

# Rows that the official file has not. The R package looks for its keys within these, so none may contain one of its.
ADDED_ROWS: Final = (
    _added("ext_excl_by_people", "Records excluded by a human"),
    _added("ext_excl_by_tools", "Records excluded by automation tools"),
    _added("ext_removed_why", "Records removed for other reasons: which", True),
    _added("ext_further_sources", "Records identified from further other sources", True),
    _added("ext_other_taken_out", "Other methods: records removed before retrieval", True),
    _added("ext_await_title", "Records awaiting a decision on title and abstract"),
    _added("ext_in_conflict", "Records in conflict"),
    _added("ext_dbr_await_retrieval", "Reports awaiting retrieval"),
    _added("ext_dbr_await_eligibility", "Reports awaiting assessment for eligibility"),
    _added("ext_other_await_retrieval", "Other methods: reports awaiting retrieval"),
    _added("ext_other_await_eligibility", "Other methods: reports awaiting assessment for eligibility"),
    _added("ext_earlier_waits", "Of the previous version, waiting for people again", True),
    _added("ext_kept_apart", "Excluded in this flow and counted apart", True),
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
