"""The table of stages: a row adds a stage. Nothing heavy is imported until a stage runs."""

from __future__ import annotations

from pathlib import Path

from pipeline.decisions.criteria_log import CRITERIA_LOG
from pipeline.decisions.full_text_files import full_text_register
from pipeline.decisions.worklist_kinds import is_leftover
from pipeline.draws import draws_in_use
from pipeline.errors import ProtocolError
from pipeline.protocol import Protocol
from pipeline.review import Review
from pipeline.stages.contract import Stage
from pipeline.stages.libraries import REPORTED
from pipeline.version_names import version_file


def exports(review: Review, protocol: Protocol) -> list[Path]:
    """Return every file below references/ that may be an export, and the search log."""
    if not review.references.is_dir():
        return []
    found = (path for path in review.references.rglob("*") if path.is_file() and not is_leftover(path.name))
    pdfs = review.folder / protocol.full_text.pdfs
    exported = (path for path in found if not path.is_relative_to(pdfs))
    return sorted(path for path in exported if path.suffix.lower() not in (".md", ".gitkeep"))


def ledgers(review: Review, protocol: Protocol) -> list[Path]:
    """Return the ledgers."""
    found = review.ledgers.glob("*.csv") if review.ledgers.is_dir() else ()
    return sorted(path for path in found if not is_leftover(path.name))


def screening_files(review: Review, protocol: Protocol) -> list[Path]:
    """Return how the rows of decided worklists were drawn, the machine runs, and the log of criteria."""
    runs = review.screening / "machine" / "runs"
    found = runs.iterdir() if runs.is_dir() else ()
    own = [path for path in found if path.is_file() and path.suffix in (".csv", ".json")]
    runs_kept = sorted(path for path in own if not is_leftover(path.name))
    return [*draws_in_use(review), *runs_kept, *_criteria_log(review)]


def full_text_files(review: Review, protocol: Protocol) -> list[Path]:
    """Return the register of the PDFs, where there are any: not the PDFs themselves, which may be very large."""
    register = full_text_register(review)
    return [register] if register.is_file() else []


def coding_files(review: Review, protocol: Protocol) -> list[Path]:
    """Return the coding frame and the discipline files that the protocol names."""
    parts = protocol.disciplines
    names = (protocol.coding.frame, parts.names, parts.core_journals, parts.crosswalk, parts.patterns)
    return [review.screening / name for name in dict.fromkeys(names) if name]


def journal_files(review: Review, protocol: Protocol) -> list[Path]:
    """Return the coding files, and the files about journals that the protocol names."""
    parts = protocol.disciplines
    names = (parts.journals, parts.abbreviations, parts.topics, parts.own_journals)
    found = [review.screening / name for name in dict.fromkeys(names) if name]
    return [*coding_files(review, protocol), *found]


def cited_files(review: Review, protocol: Protocol) -> list[Path]:
    """Return the files about journals, and the cited works that people assigned where there are any."""
    works = review.screening / protocol.disciplines.cited_works
    return [*journal_files(review, protocol), *([works] if works.is_file() else [])]


def integration_files(review: Review, protocol: Protocol) -> list[Path]:
    """Return the files about journals, and those that the section [integration] names."""
    parts = protocol.integration
    names = (parts.similarity, parts.anchors, parts.traditions)
    return [*journal_files(review, protocol), *(review.screening / name for name in dict.fromkeys(names) if name)]


def closed_version(review: Review, protocol: Protocol) -> list[Path]:
    """Return the file of the closed version that an updated review goes on from.

    Raises:
        ProtocolError: there is no such file; says which versions are closed.
    """
    name = protocol.previous.version
    if not name:
        return []
    path = review.folder / version_file(name)
    if not path.exists():
        there = ", ".join(sorted(file.stem for file in path.parent.glob("*.csv")))
        hint = f"write a version that is there: {there}" if there else "no version is closed here: put the file back"
        message = "there is no such closed version, but [previous] version of screening/protocol.toml names it"
        raise ProtocolError(message, file=version_file(name), found=name, hint=hint)
    return [path]


def report_files(review: Review, protocol: Protocol) -> list[Path]:
    """Return the coding files, the closed version and the log of criteria."""
    return [*coding_files(review, protocol), *closed_version(review, protocol), *_criteria_log(review)]


def _criteria_log(review: Review) -> list[Path]:
    path = review.folder / CRITERIA_LOG
    return [path] if path.is_file() else []


_DEDUP = "pipeline.dedup.tables"

STAGES: tuple[Stage, ...] = (
    Stage(
        "import",
        "pipeline.stages.import_exports:import_exports",
        reads=(),
        writes={
            "entries": "pipeline.records:ENTRY_COLUMNS",
            "rejects": "pipeline.records:REJECT_COLUMNS",
            "sources": "pipeline.stages.import_exports:SOURCE_COLUMNS",
        },
        files=exports,
        libraries=("bibtexparser", "pandas", "pyarrow", "python-calamine"),
    ),
    Stage(
        "decisions",
        "pipeline.stages.read_decisions:read_decisions",
        reads=("import/entries",),
        writes=dict.fromkeys(
            ("duplicates", "screening", "full_text", "coding"), "pipeline.stages.read_decisions:DECISION_COLUMNS"
        ),
        sections=("screening",),
        files=ledgers,
    ),
    Stage(
        "compare",
        "pipeline.stages.compare:compare",
        reads=("import/entries", "decisions/duplicates"),
        writes={"clusters": f"{_DEDUP}:CLUSTER_COLUMNS", "pairs": f"{_DEDUP}:PAIR_COLUMNS"},
        sections=("dedup",),
        libraries=("pandas", "pyarrow", "rapidfuzz"),
    ),
    Stage(
        "reconcile",
        "pipeline.stages.reconcile:reconcile",
        reads=("compare/clusters", "compare/pairs", "decisions/screening", "decisions/full_text"),
        writes={"clusters": f"{_DEDUP}:CLUSTER_COLUMNS", "pairs": f"{_DEDUP}:PAIR_COLUMNS"},
        sections=("screening",),
    ),
    Stage(
        "deduplicate",
        "pipeline.stages.deduplicate:deduplicate",
        reads=("import/entries", "reconcile/clusters", "reconcile/pairs"),
        writes={
            "clusters": f"{_DEDUP}:CLUSTER_COLUMNS",
            "records": f"{_DEDUP}:RECORD_COLUMNS",
            "pairs": f"{_DEDUP}:PAIR_COLUMNS",
        },
    ),
    Stage(
        "screen",
        "pipeline.stages.screen:screen",
        reads=("deduplicate/clusters", "deduplicate/records", "decisions/screening", "decisions/full_text"),
        writes={
            "screened": "pipeline.stages.screen:SCREENED_COLUMNS",
            "ranking": "pipeline.screen.ranking:RANKING_COLUMNS",
            "reading": "pipeline.screen.rounds:READING_COLUMNS",
            "rounds": "pipeline.screen.rounds:ROUND_COLUMNS",
            "statements": "pipeline.screen.statements:STATEMENT_COLUMNS",
            "drift": "pipeline.screen.drift:DRIFT_COLUMNS",
            "terms": "pipeline.screen.terms:TERM_COLUMNS",
            "model": "pipeline.screen.model_facts:MODEL_COLUMNS",
            "runs": "pipeline.screen.machine_run:RUN_COLUMNS",
            "machine": "pipeline.screen.machine_run:MACHINE_COLUMNS",
            "proposed": "pipeline.screen.machine_run:PROPOSED_COLUMNS",
        },
        sections=("review", "criteria", "strata", "screening"),
        files=screening_files,
        libraries=("numpy", "pandas", "pyarrow", "scikit-learn", "scipy"),
    ),
    Stage(
        "agreement",
        "pipeline.stages.agreement:agreement_stage",
        reads=("screen/screened", "deduplicate/clusters", "decisions/screening"),
        writes={
            "pairs": "pipeline.stages.agreement:PAIR_COLUMNS",
            "codes": "pipeline.stages.agreement:CODE_COLUMNS",
            "groups": "pipeline.stages.agreement:GROUP_COLUMNS",
            "settled": "pipeline.stages.agreement:SETTLED_COLUMNS",
        },
        sections=("review", "criteria", "screening"),
        libraries=("pandas", "pyarrow", "scipy", "statsmodels"),
    ),
    Stage(
        "full_text",
        "pipeline.stages.full_text:full_text",
        reads=(
            "screen/screened",
            "deduplicate/clusters",
            "deduplicate/records",
            "deduplicate/pairs",
            "decisions/full_text",
        ),
        writes={
            "reports": "pipeline.stages.full_text:REPORT_COLUMNS",
            "studies": "pipeline.stages.full_text:STUDY_COLUMNS",
        },
        files=full_text_files,
        libraries=("pandas", "pyarrow", "rapidfuzz"),
    ),
    Stage(
        "code",
        "pipeline.stages.code:code",
        reads=(
            "full_text/reports",
            "screen/screened",
            "deduplicate/records",
            "deduplicate/clusters",
            "decisions/coding",
        ),
        writes={
            "coded": "pipeline.stages.code:CODED_COLUMNS",
            "disciplines": "pipeline.synthesis.disciplines:DISCIPLINE_COLUMNS",
            "suggestions": "pipeline.synthesis.coding:SUGGESTION_COLUMNS",
            "confirmed": "pipeline.stages.code:CONFIRMED_COLUMNS",
        },
        sections=("coding", "disciplines", "strata"),
        files=journal_files,
    ),
    Stage(
        "references",
        "pipeline.stages.references:references",
        reads=("screen/screened", "deduplicate/records", "code/coded", "code/disciplines"),
        writes={
            "references": "pipeline.synthesis.cited_columns:REFERENCE_COLUMNS",
            "lists": "pipeline.synthesis.cited_columns:LIST_COLUMNS",
            "unresolved": "pipeline.synthesis.cited_columns:UNRESOLVED_COLUMNS",
            "disciplines": "pipeline.synthesis.disciplines:DISCIPLINE_COLUMNS",
        },
        sections=("disciplines",),
        files=cited_files,
    ),
    Stage(
        "suggest",
        "pipeline.stages.suggest:suggest",
        reads=(
            "code/coded",
            "code/suggestions",
            "code/confirmed",
            "screen/screened",
            "deduplicate/records",
            "deduplicate/clusters",
            "decisions/coding",
        ),
        writes={
            "incidents": "pipeline.synthesis.incidents:INCIDENT_COLUMNS",
            "answered": "pipeline.stages.suggest:ANSWERED_COLUMNS",
            "learned": "pipeline.synthesis.coding:SUGGESTION_COLUMNS",
            "models": "pipeline.synthesis.trained:MODEL_COLUMNS",
        },
        sections=("review", "coding", "disciplines", "synthesis"),
        files=coding_files,
        libraries=("pandas", "pyarrow", "scikit-learn"),
    ),
    Stage(
        "integrate",
        "pipeline.stages.integrate:integrate",
        reads=(
            "deduplicate/records",
            "screen/screened",
            "code/coded",
            "code/disciplines",
            "code/suggestions",
            "code/confirmed",
            "references/references",
            "references/disciplines",
        ),
        writes={"results": "pipeline.stages.integrate:RESULT_COLUMNS"},
        sections=("review", "coding", "disciplines", "integration"),
        files=integration_files,
        libraries=("networkx", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "statsmodels"),
    ),
    Stage(
        "count",
        "pipeline.stages.count:count",
        reads=(
            "import/entries",
            "import/rejects",
            "import/sources",
            "deduplicate/clusters",
            "deduplicate/records",
            "screen/screened",
            "full_text/reports",
        ),
        writes={
            "states": "pipeline.report.conservation:STATE_COLUMNS",
            "broken": "pipeline.report.conservation:BROKEN_COLUMNS",
        },
        draft=True,
        sections=("criteria", "strata", "full_text", "previous", "adjustments"),
        files=closed_version,
    ),
    Stage(
        "worklists",
        "pipeline.stages.worklists:worklists",
        reads=(
            "import/entries",
            "deduplicate/records",
            "deduplicate/pairs",
            "decisions/screening",
            "screen/screened",
            "screen/ranking",
            "screen/statements",
            "screen/machine",
            "full_text/reports",
            "code/coded",
            "code/suggestions",
            "code/confirmed",
            "suggest/incidents",
            "suggest/answered",
            "suggest/learned",
        ),
        writes={"tasks": "pipeline.stages.worklists:TASK_COLUMNS"},
        sections=("review", "criteria", "strata", "screening", "full_text", "coding", "synthesis"),
        files=coding_files,
    ),
    Stage(
        "report",
        "pipeline.stages.report:report",
        reads=(
            "import/entries",
            "import/rejects",
            "import/sources",
            "decisions/screening",
            "decisions/full_text",
            "decisions/coding",
            "deduplicate/records",
            "deduplicate/pairs",
            "screen/screened",
            "screen/ranking",
            "screen/reading",
            "screen/rounds",
            "screen/statements",
            "screen/drift",
            "screen/terms",
            "screen/model",
            "screen/runs",
            "screen/machine",
            "agreement/pairs",
            "agreement/codes",
            "agreement/groups",
            "agreement/settled",
            "full_text/reports",
            "code/coded",
            "code/disciplines",
            "code/suggestions",
            "code/confirmed",
            "suggest/incidents",
            "suggest/answered",
            "suggest/learned",
            "suggest/models",
            "integrate/results",
            "count/states",
            "count/broken",
        ),
        writes={},
        sections=(
            "review",
            "criteria",
            "strata",
            "dedup",
            "screening",
            "full_text",
            "coding",
            "disciplines",
            "synthesis",
            "integration",
            "report",
            "previous",
            "adjustments",
            "amendments",
        ),
        files=report_files,
        libraries=REPORTED,
    ),
)
