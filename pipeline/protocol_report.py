"""The sections of the protocol about the report: what it prints, and how the protocol changed."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, StrictInt, field_validator

from pipeline.protocol_section import Section

Profile = Literal["systematic", "scr"]


class ReportSection(Section):
    """What the report prints."""

    authors: tuple[str, ...] = Field(default=(), description="authors of the review")
    year_bands: tuple[StrictInt, ...] = Field(
        default=(1990, 2000, 2010, 2015, 2020), description="first years of the bands of the discipline by year table"
    )
    profile: Profile = Field(
        default="systematic",
        description="systematic: checklist and words of PRISMA 2020; scr: those of a scoping review (PRISMA-ScR)",
    )
    most_rows: int = Field(
        strict=True, default=200, ge=10, le=5000, description="rows of a table printed at most; its file holds all"
    )
    registration: str = Field(default="", description="register and number of the review, or that it is not registered")
    protocol_address: str = Field(default="", description="where the protocol of the review can be read")
    support: str = Field(default="", description="who paid for the review, and in which role")
    interests: str = Field(default="", description="competing interests of the authors, or that there are none")


class AmendmentSection(Section):
    """A change of the protocol: which version it made, when, what and why (PRISMA 2020, item 24c)."""

    version: str = Field(min_length=1, description="version of the protocol that the change made")
    made_on: date | None = Field(default=None, description="when, as a date")
    what: str = Field(min_length=1, description="what changed")
    why: str = Field(min_length=1, description="why")

    @field_validator("made_on", mode="before")
    @classmethod
    def _no_number(cls, value: object) -> object:
        if isinstance(value, (int, float)):
            raise ValueError("give a date: 2026-03-14")
        return value
