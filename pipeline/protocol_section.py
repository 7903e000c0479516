"""What every section of the protocol is: frozen, and without unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of a TOML file of the review; an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)
