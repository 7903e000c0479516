"""The sections of the protocol about reading: title and abstract, and full text."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from pipeline.protocol_section import Section

# A reviewer names files: the names of sheets know these characters, Windows keeps these names for devices.
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


class ScreeningSection(Section):
    """Who reads, how much at a time, and how the records are ordered."""

    reviewers: tuple[str, ...] = Field(min_length=1, description="who gets worklists; names of letters, digits, -, _")
    past_reviewers: tuple[str, ...] = Field(default=(), description="whose earlier decisions count, without worklists")
    readers_per_record: int = Field(
        strict=True, default=1, ge=1, le=2, description="how many people decide each record"
    )
    batch_size: int = Field(strict=True, default=50, ge=1, le=5000, description="rows of one worklist at most")
    smallest_batch: int = Field(
        strict=True,
        default=20,
        ge=1,
        le=5000,
        description="rows of the first worklists; they grow with what is decided (about 5 %), up to batch_size",
    )
    audit_share: float = Field(
        strict=True,
        default=0.10,
        ge=0,
        le=0.5,
        description="share of each worklist that is drawn at random from all undecided records (0: none; then no "
        "statement about recall can be checked)",
    )
    target_recall: float = Field(
        strict=True, default=0.95, gt=0, lt=1, description="recall the lower cut of the bands is set for"
    )
    confidence: float = Field(strict=True, default=0.95, gt=0, lt=1, description="confidence of that statement")
    show_scores: bool = Field(
        strict=True, default=True, description="false: worklists without score, band and terms (blinded)"
    )
    classifier_exclusions: Literal["off", "screening", "before_screening"] = Field(
        default="off",
        description="whether the classifier may exclude without a person, and where the flow diagram counts it: off, "
        "screening (records excluded by automation tools) or before_screening (records marked as ineligible by them)",
    )
    exclusions_rest_on: Literal["", "expected_recall", "whole_review"] = Field(
        default="",
        description="the statement such exclusions rest on: expected_recall (an average) or whole_review (with "
        "confidence); needed where classifier_exclusions is not off",
    )
    exclusion_sample: int = Field(
        strict=True,
        default=50,
        ge=1,
        le=5000,
        description="how many of the records that the classifier excluded go to people as a check, drawn at random",
    )

    @field_validator("reviewers", "past_reviewers")
    @classmethod
    def _plain_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not _FILE_NAME.fullmatch(name) or name in _DEVICES:
                raise ValueError(
                    "a reviewer's name is made of small letters a to z, digits, - and _, at most 40, and no device "
                    f"name of Windows (it names files); not {name!r}"
                )
        if len(set(names)) < len(names):
            raise ValueError("a name stands twice")
        return names

    @model_validator(mode="after")
    def _enough_readers(self) -> ScreeningSection:
        if self.readers_per_record > len(self.reviewers):
            raise ValueError("readers_per_record is larger than the number of reviewers")
        both = [name for name in self.reviewers if name in self.past_reviewers]
        if both:
            raise ValueError(f"reviewers and past_reviewers both name {', '.join(both)}; name each person once")
        return self

    @model_validator(mode="after")
    def _rests_on_a_statement(self) -> ScreeningSection:
        if self.classifier_exclusions != "off" and not self.exclusions_rest_on:
            raise ValueError(
                "classifier_exclusions is switched on: name the statement it rests on in exclusions_rest_on "
                "(expected_recall or whole_review)"
            )
        return self


class FullTextSection(Section):
    """Full-text stage."""

    reasons: tuple[str, ...] = Field(
        default=(), description="codes allowed as full-text reasons, in the order reports print them; empty: all"
    )
