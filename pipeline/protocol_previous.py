"""What an updated review adds to the protocol: what its previous version included, and declared differences."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.version_names import VERSION_NAME


class PreviousSection(BaseModel):
    """An updated review: the closed version it goes on from; or, for a review done elsewhere, its numbers.

    Numbers are typed in, so who and when are asked for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = Field(
        default="", description="name of the closed version this review goes on from; all numbers are derived from it"
    )
    studies: int | None = Field(strict=True, default=None, ge=0, description="studies in the previous version")
    reports: int | None = Field(strict=True, default=None, ge=0, description="reports of these studies")
    entered_by: str = Field(default="", description="who typed these numbers in")
    entered_at: date | None = Field(default=None, description="when, as a date")

    @field_validator("entered_at", mode="before")
    @classmethod
    def _no_number(cls, value: object) -> object:
        if isinstance(value, (int, float)):
            raise ValueError("give a date: 2026-03-14")
        return value

    @model_validator(mode="after")
    def _all_or_none(self) -> PreviousSection:
        if self.version and not VERSION_NAME.fullmatch(self.version):
            raise ValueError(
                "[previous] version is the name given to `close-version`: small letters a to z, digits, `.`, `-`, `_`; "
                f"found {self.version!r}"
            )
        given = (
            self.studies is not None,
            self.reports is not None,
            bool(self.entered_by.strip()),
            bool(self.entered_at),
        )
        if self.version and any(given):
            raise ValueError("[previous] takes either version, or studies, reports, entered_by and entered_at")
        if any(given) and not all(given):
            raise ValueError("[previous] needs studies, reports, entered_by and entered_at")
        if self.studies is not None and self.reports is not None and self.studies > self.reports:
            raise ValueError(f"{self.studies} studies cannot have {self.reports} reports: each has at least one")
        return self


class AdjustmentSection(BaseModel):
    """A declared difference between the totals of an updated review and the sum of both versions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    identity: Literal["I15", "I16"] = Field(description="I15 for the total of studies, I16 for that of reports")
    n: int = Field(strict=True, description="number to add, such as -2 for two studies retracted since")
    note: str = Field(min_length=1, description="why; printed in the figure")
