"""The sections of the protocol about what is done with the included studies: disciplines and codes."""

from __future__ import annotations

from pydantic import Field

from pipeline.protocol_section import Section


class CodingSection(Section):
    """Coding of what was included."""

    least_positives: int = Field(
        default=15, ge=5, description="confirmed studies with a code, and without it, that a trained suggestion needs"
    )

    frame: str = Field(default="", description="CSV with the columns dimension, code, pattern, relative to screening/")
    dimensions: tuple[str, ...] = Field(default=(), description="dimensions on the coding worklist; empty: all")


class DisciplinesSection(Section):
    """How a record gets its discipline."""

    names: str = Field(default="", description="CSV with code, name; relative to screening/")
    core_journals: str = Field(default="", description="CSV with title, issn, discipline; relative to screening/")
    crosswalk: str = Field(default="", description="CSV with scheme, label, discipline; relative to screening/")
    patterns: str = Field(default="", description="CSV with label, code: coding-frame discipline -> discipline code")
    dimension: str = Field(default="discipline", description="dimension of the coding frame that names disciplines")
    journals: str = Field(
        default="", description="CSV (plain or .gz) of journals with title, issn, category; relative to screening/"
    )
    abbreviations: str = Field(default="", description="CSV (plain or .gz) with abbreviation, title of journals")
    topics: str = Field(default="", description="CSV (plain or .gz) with topic, code or subfield: OpenAlex topics")
    own_journals: str = Field(
        default="",
        description="the team's own list of journals for the second scheme: SCImago's CSV, a Scopus source list saved "
        "as CSV, or title, issn, category; empty: the second scheme reads the register",
    )
    cited_works: str = Field(
        default="disciplines/cited_works.csv",
        description="CSV with key, discipline (several with |): cited works that people assign by hand; read where it "
        "is there",
    )


class SynthesisSection(Section):
    """Tables and figures of the synthesis: which dimensions of the coding frame play which part."""

    tables: dict[str, str] = Field(
        default_factory=dict,
        description="dimension -> number, such as mode = 'T2': tables by discipline; empty: every dimension, no number",
    )
    cross_tables: dict[str, str] = Field(
        default_factory=dict, description="'rows x columns' -> number: tables of two dimensions"
    )
    factors: tuple[str, ...] = Field(default=(), description="dimensions of what helps or hinders, for the incidents")
    actors: str = Field(default="", description="dimension of the actors, for the incidents")
    phases: str = Field(default="", description="dimension of the phase of the service, for the incidents")
    areas: str = Field(default="", description="dimension of the policy area, for the incidents")
    modes: str = Field(default="", description="dimension of the modes: columns of the evidence map and of figures")
    outcomes: str = Field(default="", description="dimension of the outcomes: rows of the evidence map")
    grades: str = Field(default="", description="dimension of the strength of evidence: shades of the evidence map")
    review: str = Field(default="", description="'dimension:code' of works that review others; they tell no incident")
    traditions: str = Field(
        default="", description="column of the coding frame that names the tradition a code (a theory) belongs to"
    )
    marks: dict[str, str] = Field(
        default_factory=dict,
        description="column of the coding frame -> words: the note of a table names the codes that are marked in it",
    )
    test_group: tuple[str, ...] = Field(
        default=(),
        description="'dimension:code' that all must hold: the studies that are compared with the others on whether "
        "they use codes of two or more traditions",
    )
    gaps: tuple[str, ...] = Field(
        default=(), description="'rows x columns': where to look for gaps; discipline may be one of the two"
    )
    strata: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="stratum -> dimensions with a table of its records, counted apart"
    )
