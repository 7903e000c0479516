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
