"""The sections of the protocol about what is done with the included studies: disciplines and codes."""

from __future__ import annotations

from pydantic import Field

from pipeline.protocol_section import Section


class CodingSection(Section):
    """Coding of what was included."""

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
