"""The sections of the protocol about reading: title and abstract, and full text."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any, Literal

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
        strict=True,
        default=1,
        ge=1,
        le=2,
        description='how many people decide each record; 2 is the same as `double_screening = "all"`',
    )
    double_screening: Literal["none", "random", "borderline", "all"] = Field(
        default="none",
        description="which records two people read: `random` a share drawn at random, `borderline` these and every "
        "record that the ranking calls borderline once it can tell, `all` every record",
    )
    double_share: float = Field(
        strict=True, default=0.20, gt=0, le=1, description="that share; it is drawn by record id and the review's seed"
    )
    pilot: int = Field(
        strict=True,
        default=0,
        ge=0,
        le=1000,
        description="so many records, drawn at random, are read by all reviewers before anything else is",
    )
    resolver: tuple[str, ...] = Field(
        default=(),
        description="who settles what readers decided differently: a name, or several, of whom the first counts who "
        "did not read the record; empty: the readers together, and the first of `reviewers` writes it down",
    )
    resolver_may_read: bool = Field(
        strict=True,
        default=False,
        description="true: a resolver may settle records that they read themselves; the report says how many",
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
        strict=True,
        default=True,
        description="false: worklists without score, band and terms (blinded), as it is by itself where "
        "`double_screening` or `pilot` is set",
    )
    show_decisions: bool = Field(
        strict=True, default=False, description="true: worklists show what others decided about the record"
    )
    sheets: Literal["csv", "xlsx"] = Field(default="csv", description="as what worklists are written; both are read")
    sentence_model: bool = Field(
        strict=True,
        default=False,
        description="true: where most records are decided, likeness in meaning to these counts beside words; needs "
        "`make sentence-model`, and reads about 1,000 records a minute, once",
    )
    classifier_exclusions: Literal["off", "screening", "before_screening"] = Field(
        default="off",
        description="whether the classifier may exclude without a person, and where the flow diagram counts it: off, "
        "screening (records excluded by automation tools) or before_screening (records marked as ineligible by them)",
    )
    exclusions_rest_on: Literal["", "expected_recall", "whole_review", "hypergeometric", "corrected", "biased_urn"] = (
        Field(
            default="",
            description="the statement such exclusions rest on: expected_recall (an average), whole_review (with "
            "confidence), or a stopping rule (hypergeometric, corrected, biased_urn): once it lets people stop, what "
            "is unread is excluded; needed where classifier_exclusions is not off",
        )
    )
    exclusion_sample: int = Field(
        strict=True,
        default=50,
        ge=1,
        le=5000,
        description="how many of the records that the classifier excluded go to people as a check, drawn at random",
    )

    @model_validator(mode="before")
    @classmethod
    def _readers(cls, data: Any) -> Any:  # noqa: ANN401
        """Express `readers_per_record` and `double_screening` by one another; two readers are blinded by themselves."""
        if not isinstance(data, dict):
            return data
        filled = dict(data)
        if data.get("readers_per_record") == 2:
            filled.setdefault("double_screening", "all")
        if data.get("double_screening") == "all":
            filled.setdefault("readers_per_record", 2)
        if filled.get("double_screening", "none") != "none" or data.get("pilot"):
            filled.setdefault("show_scores", False)
        return filled

    @field_validator("resolver", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) and value else () if value == "" else value

    @field_validator("reviewers", "past_reviewers", "resolver")
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
        if (self.double_screening == "all") != (self.readers_per_record == 2):
            raise ValueError(
                f"double_screening = {self.double_screening!r} and readers_per_record = {self.readers_per_record} "
                "contradict each other; leave one of them out"
            )
        if len(self.reviewers) < 2 and (self.double_screening != "none" or self.pilot):
            raise ValueError("double_screening and pilot need two reviewers at least")
        both = [name for name in self.reviewers if name in self.past_reviewers]
        if both:
            raise ValueError(f"reviewers and past_reviewers both name {', '.join(both)}; name each person once")
        if len(self.reviewers) == 2 and self.resolver and set(self.resolver) <= set(self.reviewers):
            if not self.resolver_may_read:
                raise ValueError(
                    "resolver names one of the two readers; name a third person, or allow it: resolver_may_read = true"
                )
        return self

    @model_validator(mode="after")
    def _rests_on_a_statement(self) -> ScreeningSection:
        if self.classifier_exclusions != "off" and not self.exclusions_rest_on:
            raise ValueError(
                "classifier_exclusions is switched on: name the statement it rests on in exclusions_rest_on "
                "(expected_recall, whole_review, or a stopping rule: hypergeometric, corrected, biased_urn)"
            )
        return self


class FullTextSection(Section):
    """Full-text stage."""

    reasons: tuple[str, ...] = Field(
        default=(), description="codes allowed as full-text reasons, in the order reports print them; empty: all"
    )
    pdfs: str = Field(
        default="screening/full_texts",
        description="folder of full texts as PDF, relative to the review; they are matched to the reports by id or DOI "
        "in the file name, DOI or title in the file, and linked on the sheet and in the report",
    )

    @field_validator("pdfs")
    @classmethod
    def _inside(cls, folder: str) -> str:
        path = PurePosixPath(folder.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in folder or path == PurePosixPath():
            raise ValueError(f"the folder of full texts lies inside the review, not {folder!r}")
        return path.as_posix()
