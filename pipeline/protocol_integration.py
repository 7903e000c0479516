"""The section of the protocol about how far disciplines draw on one another."""

from __future__ import annotations

from pydantic import Field, StrictInt, field_validator

from pipeline.protocol_section import Section


class IntegrationSection(Section):
    """Measures of integration between disciplines, and the verdict on pairs of them."""

    similarity: str = Field(
        default="", description="CSV of similarities between disciplines, 0 to 1: code, then a column a code"
    )
    anchors: str = Field(
        default="", description="CSV of anchor works: key, tradition, author, year, title, source, volume, page, doi"
    )
    anchor_traditions: tuple[str, ...] = Field(
        default=(), description="the two traditions of the anchor works; a paper that cites both is bridging"
    )
    traditions: str = Field(
        default="", description="CSV with code, discipline: which discipline a code of `theory_dimension` belongs to"
    )
    pairs: tuple[str, ...] = Field(
        default=(), description='pairs of disciplines looked at closely, as "PA:MKT"; empty: the two with most papers'
    )
    background: str = Field(
        default="", description="stratum whose records are the background: same journals, another topic"
    )
    query_words: tuple[str, ...] = Field(
        default=(), description="words of the search, left out of the vocabulary; a star stands for any ending"
    )
    narrow: tuple[str, ...] = Field(
        default=(), description='codes that make the narrow definition, as "dimension:code"; all must hold'
    )
    policy_dimension: str = Field(default="policy_area", description="dimension of the coding frame: policy areas")
    theory_dimension: str = Field(default="theory", description="dimension of the coding frame: theories")
    concept_dimensions: tuple[str, ...] = Field(
        default=(), description="dimensions whose codes are tested against the disciplines one by one"
    )
    information_dimensions: tuple[str, ...] = Field(
        default=("theory", "mode"), description="dimensions: how much does the discipline tell about the code"
    )
    periods: tuple[StrictInt, ...] = Field(
        default=(2008, 2013, 2018, 2023), description="first years of the periods of change over time"
    )
    permutations: int = Field(strict=True, default=1000, ge=99, le=100_000, description="permutations of labels")
    bootstrap: int = Field(strict=True, default=2000, ge=199, le=100_000, description="draws of papers for intervals")

    @field_validator("pairs", "narrow")
    @classmethod
    def _two_parts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if value.count(":") != 1 or not all(part.strip() for part in value.split(":")):
                raise ValueError(f'give two names with a colon between them, as "PA:MKT", not {value!r}')
        return values

    @field_validator("anchor_traditions")
    @classmethod
    def _two(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if len(values) not in (0, 2):
            raise ValueError("name two traditions, or none")
        return values

    @field_validator("periods")
    @classmethod
    def _rising(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if list(values) != sorted(set(values)):
            raise ValueError("the years must rise")
        return values

    def split(self, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Return `first:second` texts as pairs."""
        parts = [value.split(":") for value in values]
        return tuple((first.strip(), second.strip()) for first, second in parts)
