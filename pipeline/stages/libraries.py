"""The libraries whose versions the report prints; they are part of the key of its stage."""

from __future__ import annotations

from typing import Final

REPORTED: Final = (
    "bibtexparser",
    "fonttools",
    "jinja2",
    "networkx",
    "pandas",
    "pyarrow",
    "pydantic",
    "python-calamine",
    "python-docx",
    "rapidfuzz",
    "scikit-learn",
    "scipy",
    "statsmodels",
    "typst",
)
