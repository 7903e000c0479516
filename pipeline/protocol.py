"""The protocol of a review: screening/protocol.toml and references/sources.toml, checked as a whole.

The models below are the reference of both files: each key's type, default and meaning. Reading collects every mistake
of a file and raises them together; an unknown key is a mistake (with the nearest known one), never ignored.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
import unicodedata
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator, model_validator

from pipeline.errors import ProtocolError
from pipeline.protocol_integration import IntegrationSection
from pipeline.protocol_mistakes import mistake_lines, mistakes_across, nearest
from pipeline.protocol_previous import AdjustmentSection, PreviousSection
from pipeline.protocol_report import AmendmentSection, ReportSection
from pipeline.protocol_screening import FullTextSection, ScreeningSection
from pipeline.protocol_section import Section
from pipeline.protocol_synthesis import CodingSection, DisciplinesSection, SynthesisSection
from pipeline.protocol_toml import toml_mistake
from pipeline.protocol_words import WordsSection

__all__ = [
    "CodingSection",
    "Criterion",
    "DedupSection",
    "DisciplinesSection",
    "FullTextSection",
    "IntegrationSection",
    "Protocol",
    "ReportSection",
    "ReviewSection",
    "ScreeningSection",
    "SearchLog",
    "Source",
    "SourceKind",
    "Stratum",
    "nearest",
    "read_protocol",
    "read_search_log",
]

_Model = TypeVar("_Model", bound=BaseModel)

SourceKind = Literal["database", "register", "other", "demonstration"]


class ReviewSection(Section):
    """What the review is."""

    title: str = Field(min_length=1, description="title of the review, as reports print it")
    question: str = Field(min_length=1, description="the review question")
    version: str = Field(default="1", description="version of the protocol; stored with every decision")
    seed: int = Field(strict=True, default=1, ge=0, description="seed of every random step")
    notice: str = Field(default="", description="a sentence every page of the report shows")


class Criterion(Section):
    """One criterion; its key in [criteria.KEY] is the code that decisions use as reason."""

    label: str = Field(min_length=1, description="short name, printed in tables and in the flow diagram")
    include_if: str = Field(default="", description="text of an inclusion criterion")
    exclude_if: str = Field(default="", description="text of an exclusion criterion")
    order: int = Field(strict=True, default=0, description="place in lists; without it the order of the file")

    @model_validator(mode="after")
    def _one_side(self) -> Criterion:
        if bool(self.include_if.strip()) == bool(self.exclude_if.strip()):
            raise ValueError("give either include_if or exclude_if")
        return self


class Stratum(Section):
    """Records kept beside the included set: still excluded in the flow, but counted apart and used by some tables."""

    label: str = Field(min_length=1, description="name, as tables print it")
    reasons: tuple[str, ...] = Field(min_length=1, description="exclusion codes whose records may belong to it")
    marked: bool = Field(
        strict=True,
        default=False,
        description="true: only records a person marks (column `stratum`); false: all with these codes",
    )


VersionPolicy = Literal["merged", "linked", "apart"]


class DedupSection(Section):
    """When two entries are the same work."""

    title_similarity: float = Field(
        strict=True,
        default=0.90,
        ge=0.5,
        le=1,
        description="title similarity (0 to 1) a merge asks for when no identifier agrees",
    )
    review_similarity: float = Field(
        strict=True,
        default=0.80,
        ge=0.5,
        le=1,
        description="title similarity from which an undecided pair goes to a person",
    )
    cochrane_versions: VersionPolicy = Field(
        default="linked",
        description="updates of one Cochrane review (same review number): merged into one record, "
        "linked as reports of one study, or apart",
    )
    preprints: VersionPolicy = Field(
        default="linked", description="a preprint and the article it became: merged, linked or apart"
    )
    conference_versions: VersionPolicy = Field(
        default="linked", description="a conference paper or abstract and its journal version: merged, linked or apart"
    )
    retraction_notices: VersionPolicy = Field(
        default="linked", description="a work and the notice that retracts it: merged, linked or apart"
    )
    corrected_republications: VersionPolicy = Field(
        default="merged", description="an article and its corrected republication: merged, linked or apart"
    )


class Source(Section):
    """One row of the search log, [[source]] in references/sources.toml."""

    name: str = Field(min_length=1, description="name of the source, unique; printed in the flow diagram")
    kind: SourceKind = Field(description="database, register, other (websites, experts, citations) or demonstration")
    hits_reported: int | None = Field(
        strict=True, default=None, ge=0, description="number of hits the database reported"
    )
    export: tuple[str, ...] = Field(
        default=(),
        validate_default=True,
        description="export file or list of files, relative to references/; none where hits_reported is 0",
    )
    database: str = Field(default="", description="database searched")
    platform: str = Field(default="", description="platform it was searched on")
    query: str = Field(default="", description="the search as run, word for word")
    searched_on: date | None = Field(default=None, description="date of the search")
    note: str = Field(default="", description="anything else")

    @field_validator("searched_on", mode="before")
    @classmethod
    def _no_number(cls, value: object) -> object:
        if isinstance(value, (int, float)):
            raise ValueError("give a date: 2026-03-14")
        return value

    @field_validator("export", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("export")
    @classmethod
    def _inside(cls, names: tuple[str, ...], given: ValidationInfo) -> tuple[str, ...]:
        if not names and given.data.get("hits_reported") != 0:
            raise ValueError("name the file; for a search without hits write hits_reported = 0")
        paths = [PurePosixPath(name.replace("\\", "/")) for name in names]
        for name, path in zip(names, paths, strict=True):
            if not path.name or path.is_absolute() or ".." in path.parts or ":" in name:
                raise ValueError(f"an export is named relative to references/ and lies inside it, not {name!r}")
        return tuple(path.as_posix() for path in paths)


class Protocol(Section):
    """screening/protocol.toml, checked."""

    review: ReviewSection
    criteria: dict[str, Criterion] = Field(min_length=1, description="one table [criteria.CODE] a criterion")
    strata: dict[str, Stratum] = Field(default_factory=dict, description="one table [strata.NAME] a stratum")
    dedup: DedupSection = DedupSection()
    screening: ScreeningSection
    full_text: FullTextSection = FullTextSection()
    words: WordsSection = WordsSection()
    coding: CodingSection = CodingSection()
    disciplines: DisciplinesSection = DisciplinesSection()
    synthesis: SynthesisSection = SynthesisSection()
    integration: IntegrationSection = IntegrationSection()
    report: ReportSection = ReportSection()
    previous: PreviousSection = PreviousSection()
    adjustments: dict[str, AdjustmentSection] = Field(
        default_factory=dict, description="one table [adjustments.NAME] a declared difference"
    )

    amendments: dict[str, AmendmentSection] = Field(
        default_factory=dict, description="one table [amendments.NAME] a change of the protocol"
    )

    @model_validator(mode="after")
    def _codes_exist(self) -> Protocol:
        wrong = [message for _, message in mistakes_across(self.model_dump())]
        if self.adjustments and self.previous.studies is None:
            also = "; those of a closed version are derived" if self.previous.version else ""
            wrong.append(f"[adjustments] are for numbers typed into [previous]{also}: fill [previous] too")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def exclusion_codes(self) -> tuple[str, ...]:
        """Codes of the exclusion criteria in protocol order."""
        return self._codes("exclude_if")

    @property
    def inclusion_codes(self) -> tuple[str, ...]:
        """Codes of the inclusion criteria in protocol order."""
        return self._codes("include_if")

    def _codes(self, side: str) -> tuple[str, ...]:
        chosen = [(code, item) for code, item in self.criteria.items() if getattr(item, side)]
        return tuple(code for code, _ in sorted(chosen, key=lambda pair: pair[1].order))

    @property
    def full_text_codes(self) -> tuple[str, ...]:
        """Reasons allowed at full text, in the order the flow diagram prints them."""
        return self.full_text.reasons or self.exclusion_codes

    def label(self, code: str) -> str:
        """Return the printed name of a code (the code itself where it is none of the protocol's)."""
        item = self.criteria.get(code)
        return item.label if item else code

    def section_sha256(self, sections: tuple[str, ...]) -> str:
        """Return the hash of the named sections as validated, so that comments and spacing do not count."""
        chosen = {name: self.model_dump(mode="json")[name] for name in sections}
        return hashlib.sha256(json.dumps(chosen, sort_keys=False, ensure_ascii=False).encode()).hexdigest()

    @property
    def all_reviewers(self) -> tuple[str, ...]:
        """Everybody whose ledger counts."""
        return tuple(
            dict.fromkeys([*self.screening.reviewers, *self.screening.resolver, *self.screening.past_reviewers])
        )


class SearchLog(Section):
    """references/sources.toml, checked."""

    source: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> SearchLog:
        wrong = [message for _, message in mistakes_across(self.model_dump())]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def source_of(self, file: str) -> Source | None:
        """Return the entry of the search log that names an export file (None where there is none)."""
        wanted = unicodedata.normalize("NFC", file)  # macOS may store an accent in a file's name as two characters
        return next(
            (item for item in self.source if wanted in [unicodedata.normalize("NFC", name) for name in item.export]),
            None,
        )


def read_protocol(path: Path, shown_as: str = "screening/protocol.toml") -> Protocol:
    """Return the protocol of a review.

    Raises:
        ProtocolError: the file is missing, is not TOML, or has mistakes (all of them, a line each).
    """
    return _read(Protocol, path, shown_as)


def read_search_log(path: Path, shown_as: str = "references/sources.toml") -> SearchLog:
    """Return the search log; an absent file is an empty log.

    Raises:
        ProtocolError: as for `read_protocol`.
    """
    return _read(SearchLog, path, shown_as) if path.exists() else SearchLog()


class _DedupSettings(Section):
    """The section [dedup] alone."""

    dedup: DedupSection


def read_dedup_settings(path: Path) -> DedupSection:
    """Return the section [dedup] of a protocol, or of a file that holds only that.

    Raises:
        ProtocolError: the file is missing, is not TOML, has no such section, or the section has mistakes.
    """
    return _read(_DedupSettings, path, str(path), only="dedup").dedup


def _read(model: type[_Model], path: Path, shown_as: str, only: str = "") -> _Model:
    text = _text(path, shown_as)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProtocolError.from_lines([toml_mistake(text, error, shown_as)]) from None
    if only:
        if only not in data:
            hint = "name a review's protocol.toml or another file with that section"
            raise ProtocolError(f"has no section [{only}]", file=shown_as, hint=hint)
        data = {only: data[only]}
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ProtocolError.from_lines(list(mistake_lines(model, error, data, text, shown_as))) from None


def _text(path: Path, shown_as: str) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ProtocolError(
            "not found", file=shown_as, hint="`python -m pipeline new FOLDER` writes a commented skeleton"
        ) from None
    except OSError as error:
        raise ProtocolError(f"cannot be read: {error.strerror}", file=shown_as, hint="check its rights") from error
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ProtocolError(f"line {line} is not UTF-8 text", file=shown_as, hint="save the file as UTF-8") from None
