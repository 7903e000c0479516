"""What an export lacks that the report needs, and which export to choose instead: one remark a thing."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.records import Reading

# Database or format -> what to choose so that the export carries the thing.
_ABSTRACTS = {
    "Web of Science": "choose 'Full Record' as record content",
    "Scopus": "tick 'Abstract & keywords' before you export",
    "PubMed": "save as 'PubMed' (.nbib)",
    "Embase": "choose the fields 'Abstract' and 'Index terms'",
    "SpringerLink": "its lists carry none: take the works from another database, or fetch them by DOI in Zotero",
}
_ABSTRACTS_ELSEWHERE = "choose the full record, or 'citation and abstract', when you export"
# Databases that export cited references, where one asks for them.
_REFERENCES = {
    "Web of Science": "choose 'Full Record and Cited References' as plain text, tab-delimited or BibTeX",
    "Scopus": "tick 'References' and export as CSV or BibTeX",
}


def missing_remarks(reading: Reading) -> Iterator[str]:
    """Yield a line for abstracts and for cited references that no entry of an export has, with what to choose instead.

    Args:
        reading: what was read of one file.
    """
    number = len(reading.entries)
    if not number:
        return
    databases = {name for entry in reading.entries[:50] for name in entry.extra.get("database", ())}
    told = " ".join(reading.remarks)
    records = "its one record" if number == 1 else f"any of its {number:,} records"
    if "abstract" not in told and not any("abstract" in entry.fields for entry in reading.entries):
        advice = next((_ABSTRACTS[name] for name in sorted(databases) if name in _ABSTRACTS), _ABSTRACTS_ELSEWHERE)
        yield f"no abstract in {records}, so people and the ranking have titles alone: {advice}"
    citing = next((name for name in sorted(databases) if name in _REFERENCES), None)
    if citing and "cited references" not in told and not any("cited_references" in e.fields for e in reading.entries):
        yield f"no cited references in {records}, which the tables of citations need: {_REFERENCES[citing]}"
