"""The tables of the duplicate stage: their columns, and the result that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.records import BIBLIOGRAPHIC_COLUMNS, Column

if TYPE_CHECKING:
    import pandas as pd

SAME_STUDY = "same_study"

CLUSTER_COLUMNS: tuple[Column, ...] = (
    Column("entry_id", "str", "id of the entry", nullable=False),
    Column("cluster_id", "str", "id of the record: its earliest decided entry, else its smallest", nullable=False),
    Column("cluster_size", "int", "number of entries in the cluster", nullable=False),
)

RECORD_COLUMNS: tuple[Column, ...] = (
    Column("cluster_id", "str", "id of the record: its earliest decided entry, else its smallest", nullable=False),
    *BIBLIOGRAPHIC_COLUMNS,
    Column("origin", "str", "JSON object: field -> id of the entry its value came from", nullable=False),
    Column("other_identifiers", "list", "further DOIs, PubMed ids, accession numbers of its entries, as `doi:10.1/x`"),
    Column("members", "list", "ids of the entries, sorted"),
    Column("sources", "list", "names of the sources that found the work, sorted"),
    Column("kinds", "list", "kinds of these sources, sorted"),
)

PAIR_COLUMNS: tuple[Column, ...] = (
    Column("entry_a", "str", "id of one entry, the smaller of the two", nullable=False),
    Column("entry_b", "str", "id of the other entry", nullable=False),
    Column("verdict", "str", "duplicate, different, uncertain (a person decides) or same_study", nullable=False),
    Column("basis", "str", "who says so: rule or person", nullable=False),
    Column("reason", "str", "what agrees or contradicts, in words", nullable=False),
    Column("title_similarity", "float", "likeness of the titles, 0 to 1; empty where a title is missing"),
    Column("author_similarity", "float", "likeness of the authors, 0 to 1; empty where authors are missing"),
    Column("journal_similarity", "float", "likeness of journal or book, 0 to 1; empty where one is missing"),
    Column("score", "float", "how much speaks for one work, 0 to 1; orders the list for people"),
    Column("joins", "bool", "whether the two are in one cluster by themselves, not only by way of other entries"),
)

DECISION_COLUMNS: tuple[Column, ...] = (
    Column("stage", "str", "duplicate_pair or split", nullable=False),
    Column("entry_id", "str", "entry the answer is about", nullable=False),
    Column("other_entry_id", "str", "the other entry of a pair; for split the record it was taken out of"),
    Column("decision", "str", "same, different or same_study for a pair; split or withdraw for split", nullable=False),
    Column("reviewer", "str", "who answered"),
    Column("sequence", "int", "place of the answer among all answers: larger is newer"),
)


@dataclass(frozen=True)
class Deduplication:
    """What the duplicate stage hands on.

    Attributes:
        clusters: `CLUSTER_COLUMNS`, one row an entry, sorted by entry id.
        records: `RECORD_COLUMNS`, one row a cluster, sorted by cluster id.
        pairs: `PAIR_COLUMNS`, sorted by the two ids.
    """

    clusters: pd.DataFrame
    records: pd.DataFrame
    pairs: pd.DataFrame
