"""RIS in the manners of its exporters; the records are invented."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pipeline.formats.ris import read, recognise
from pipeline.records import ParsedEntry, Reading

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"


def one(body: str) -> ParsedEntry:
    """Return the entry of one record given without its first and last line."""
    found = read(f"TY  - JOUR\n{dedent(body).strip()}\nER  - \n")
    assert len(found.entries) == 1, found.rejects
    return found.entries[0]


def test_core_sample() -> None:
    first, second, third, fourth = read((EXPORTS / "core.ris").read_text(encoding="utf-8")).entries
    assert first.fields["authors"] == ["Müller, Jörg", "Nuñez, Ana"]
    assert first.fields["doi"] == "10.5555/invented.2019.001"
    assert first.fields["pages"] == "101-119"
    assert (first.fields["year"], first.fields["date"]) == (2019, "2019/04/02/")
    assert first.fields["abstract"].endswith("how it is made. They answered: together, mostly.")
    assert first.fields["keywords_author"] == ["co-production", "public services", "partnership"]
    assert first.fields["issn"] == ["1234-567X"]
    assert first.line == 1
    assert second.fields["booktitle"] == "Handbook of Invented Governance"
    assert second.fields["editors"] == ["Brun, Élise"]
    assert second.fields["isbn"] == ["9783161484100"]
    assert second.fields["type"] == "chapter"
    assert "year_unreadable" in third.flags
    assert third.fields["accession"] == "2-s2.0-12345678901"
    assert third.extra["database"] == ["Scopus"]
    assert "abstract" not in third.fields
    assert fourth.extra["XX"] == ["a tag nobody knows"]
    assert fourth.extra["database"] == ["Web of Science"]


@pytest.mark.parametrize("mark", ["TY  - JOUR", "TY - JOUR", " TY  - JOUR", "TY\t- JOUR", "ty  - JOUR"])
def test_type_line_variants(mark: str) -> None:
    text = f"{mark}\nTI  - A title\nER  -\n"
    assert recognise(text) > 0.9
    assert read(text).entries[0].fields["title"] == "A title"


@pytest.mark.parametrize("line", ["KW  - a", "KW - a", "KW\t- a", "KW  -  a", " KW  - a", "kw  - a"])
def test_tag_variants(line: str) -> None:
    assert one(f"TI  - T\n{line}").fields["keywords_author"] == ["a"]


def test_continuations_are_not_tags() -> None:
    entry = one("TI  - T\nAB  - Studies from the\nUK - based and old - and\nER without its hyphen,\nin all.")
    assert entry.fields["abstract"] == "Studies from the UK - based and old - and ER without its hyphen, in all."


def test_lower_case_text_with_a_hyphen_is_not_a_tag() -> None:
    assert one("TI  - T\nAB  - one\nit - or two").fields["abstract"] == "one it - or two"


def test_no_end_mark_at_all() -> None:
    found = read("TY  - JOUR\nTI  - One\n\nTY  - JOUR\nTI  - Two\n\nTY  - JOUR\nTI  - Three\n")
    assert [entry.fields["title"] for entry in found.entries] == ["One", "Two", "Three"]
    assert [entry.flags for entry in found.entries] == [("no_end_mark",), ("no_end_mark",), ("incomplete",)]


def test_last_record_cut_off() -> None:
    found = read("TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nAU  - A, B\n")
    assert len(found.entries) == 1
    assert found.rejects[0].line == 4
    assert "cut off" in found.rejects[0].reason


def test_record_without_type_is_a_reject_and_its_neighbours_are_read() -> None:
    found = read("TY  - JOUR\nTI  - One\nER  - \n\nTI  - Two\nAU  - A, B\nER  - \n\nTY  - JOUR\nTI  - Three\nER  - \n")
    assert [entry.fields["title"] for entry in found.entries] == ["One", "Three"]
    assert [(reject.line, "no TY line" in reject.reason) for reject in found.rejects] == [(5, True)]
    assert found.rejects[0].raw == "TI  - Two\nAU  - A, B\nER  -"


def test_only_records_without_type() -> None:
    found = read("JF  - J\nT1  - One\nER  -\nJF  - J\nT1  - Two\nER  -\n")
    assert (len(found.entries), len(found.rejects)) == (0, 2)


def test_lines_outside_records_are_reported_not_read() -> None:
    text = "Record #1 of 1\nProvider: John Wiley\n1.\nTY  - JOUR\nTI  - One\nER  - \nSearch strategy: all of it\n"
    found = read(text)
    assert len(found.entries) == 1
    assert "Search strategy" not in found.entries[0].raw
    assert any("line 7" in remark and "Search strategy" in remark for remark in found.remarks)


def test_header_names_the_database() -> None:
    found = read("Provider: APA\nDatabase: PsycINFO\nContent: text\n\nTY  - JOUR\nTI  - One\nER  - \n")
    assert found.entries[0].extra["database"] == ["PsycINFO"]
    assert found.entries[0].raw.startswith("TY")


def test_text_behind_the_end_mark_is_kept() -> None:
    assert read("TY  - GEN\nTI  - T\nER  - End of Reference\n").entries[0].extra["ER"] == ["End of Reference"]


def test_single_cr_between_tags_in_a_file_of_lf_lines() -> None:
    entry = one("TI  - T\nWE  - Index\rAN  - WOS:000000000000001")
    assert entry.fields["accession"] == "WOS:000000000000001"


def test_repeated_tags_are_all_kept() -> None:
    entry = one("TI  - T\nM1  - a\nM1  - b\nAD  - x\nAD  - y\nN1  - p\nN1  - q\nVL  - 1\nVL  - 2\nSP  - 1\nSP  - 7")
    assert entry.extra["M1"] == ["a", "b"]
    assert entry.fields["affiliations"] == ["x", "y"]
    assert entry.extra["N1"] == ["p", "q"]
    assert (entry.fields["volume"], entry.extra["VL"]) == ("1", ["2"])
    assert (entry.fields["pages"], entry.extra["SP"]) == ("1", ["7"])


def test_a1_and_a2_are_never_joined() -> None:
    entry = one("TI  - T\nA1  - Writer, A\nA2  - Editor, B\nA3  - Series, C")
    assert entry.fields["authors"] == ["Writer, A"]
    assert entry.fields["editors"] == ["Editor, B"]
    assert entry.extra["A3"] == ["Series, C"]


def test_au_before_a1() -> None:
    entry = one("TI  - T\nAU  - One, A\nA1  - One, A\nA1  - Other, B")
    assert entry.fields["authors"] == ["One, A"]
    assert entry.extra["A1"] == ["Other, B"]


def test_authors_in_apa_manner() -> None:
    assert one("TI  - T\nAU  - Aasen, J., Galaaen, K., & Lien, L.").fields["authors"] == [
        "Aasen, J.",
        "Galaaen, K.",
        "Lien, L.",
    ]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("JF  - Full Name\nJO  - Full N.\nT2  - Full Name", {"journal": "Full Name", "journal_abbr": "Full N."}),
        ("T2  - The Journal\nJ2  - Jnl", {"journal": "The Journal", "journal_abbr": "Jnl"}),
        ("DP  - EBSCOhost\nT2  - Another Title\nJO  - The Journal", {"journal": "The Journal"}),
        ("DO  - 10.1234/a", {"doi": "10.1234/a"}),
        ("M3  - doi:10.1234/a", {"doi": "10.1234/a"}),
        ("L3  - 10.1234/a", {"doi": "10.1234/a"}),
        ("UR  - https://doi.org/10.1234/A", {"doi": "10.1234/a"}),
        ("N1  - doi: 10.1234/a", {"doi": "10.1234/a"}),
        ("DB  - Scopus\nC2  - 12345\nN1  - Cited By :9", {"pmid": "12345", "times_cited": 9}),
        ("DP  - EBSCOhost\nDB  - psyh\nN1  - Accession Number: 2019-1; Affiliations: 1: X", {"accession": "2019-1"}),
        ("DP  - EBSCOhost\nUR  - https://search.ebscohost.com/login.aspx?db=sih&AN=777&site=x", {"accession": "777"}),
        (
            "DB  - Embase\nU2  - L2030\nM1  - (A.) Univ X\nC5  - 99",
            {"accession": "L2030", "affiliations": ["(A.) Univ X"], "pmid": "99"},
        ),
        ("AN  - CN-001\nC3  - PUBMED 123, EMBASE 9", {"accession": "CN-001", "pmid": "123"}),
        ("AN  - pub.11\nU1  - 35957633 [PMID]\nU1  - PMC9 [PMCID]", {"pmid": "35957633", "pmcid": "PMC9"}),
        ("UR  - https://lens.org/001-257-578-706-377", {"accession": "001-257-578-706-377"}),
        ("DB  - Ovid MEDLINE(R)\nID  - 5", {"accession": "5"}),
        ("DP  - NLM\nAN  - 21557", {"accession": "21557", "pmid": "21557"}),
        ("C7  - 2864", {"article_number": "2864"}),
        ("SP  - 67-76\nEP  - 76", {"pages": "67-76"}),
        ("LA  - English; German", {"language": ["English", "German"]}),
        ("KW  - a; b\nKW  - *c\nd", {"keywords_author": ["a", "b", "*c", "d"]}),
        ("N1  - <p>ASReview_relevant</p>", {"label": "included"}),
        ("N1  - ASReview_irrelevant", {"label": "excluded"}),
        ('N1  - RAYYAN-INCLUSION: {"Ann"=>"Included", "Bo"=>"Included"} | RAYYAN-LABELS: x', {"label": "included"}),
        ("PMID - 123", {"pmid": "123"}),
    ],
)
def test_dialects(body: str, fields: dict[str, object]) -> None:
    entry = one("TI  - T\n" + body)
    assert {name: entry.fields.get(name) for name in fields} == fields


def test_unlike_decisions_are_flagged_not_decided() -> None:
    entry = one('TI  - T\nN1  - RAYYAN-INCLUSION: {"Ann"=>"Included", "Bo"=>"Excluded"}')
    assert "label" not in entry.fields
    assert "labels_differ" in entry.flags
    assert "RAYYAN" in entry.extra["N1"][0]
    assert "label" not in one("TI  - T\nN1  - ASReview_not_seen").fields


@pytest.mark.parametrize(
    ("body", "database"),
    [
        ("DB  - Scopus", "Scopus"),
        ("AN  - WOS:000123456700001", "Web of Science"),
        ("AN  - MEDLINE:123", "MEDLINE"),
        ("DP  - EBSCOhost\nDB  - psyh", "APA PsycINFO"),
        ("DP  - EBSCOhost\nDB  - xyz", "xyz"),
        ("UR  - https://search.proquest.com/docview/1\nDB  - Social Services Abstracts", "Social Services Abstracts"),
        ("AN  - CN-001", "CENTRAL"),
        ("AN  - pub.12", "Dimensions"),
    ],
)
def test_database_as_stated(body: str, database: str) -> None:
    assert one("TI  - T\n" + body).extra["database"] == [database]


def test_no_database_where_none_is_stated() -> None:
    assert "database" not in one("TI  - T").extra


def test_types_of_works_decide_the_container() -> None:
    for kind, column in (("CHAP", "booktitle"), ("CPAPER", "booktitle"), ("JOUR", "journal"), ("RPRT", "series")):
        entry = read(f"TY  - {kind}\nTI  - T\nT2  - Container\nER  - \n").entries[0]
        assert entry.fields[column] == "Container"


def test_web_of_science_ris_warns_of_what_it_lacks() -> None:
    def remarks(reading: Reading) -> str:
        return " ".join(reading.remarks)

    assert "subject categories" in remarks(read("TY  - JOUR\nTI  - T\nAN  - WOS:1\nER  - \n"))
    assert "subject categories" not in remarks(read("TY  - JOUR\nTI  - T\nER  - \n"))


def test_title_is_a_script() -> None:
    title = '<script>alert("x")</script> and =HYPERLINK("http://x")'
    assert one(f"TI  - {title}").fields["title"] == title


def test_empty_tags_are_no_values() -> None:
    entry = one("TI  - T\nAB  -\nKW  - \nDO  - \nZZ  - ")
    assert set(entry.fields) == {"title", "type", "type_raw"}
    assert entry.extra == {}


def test_thousands_of_authors() -> None:
    authors = "\n".join(f"AU  - Name{number}, A" for number in range(5000))
    assert len(one(f"TI  - T\n{authors}").fields["authors"]) == 5000


def test_unicode_separators_stay_inside_a_field() -> None:
    assert one("TI  - One\u2028two\x85three").fields["title"] == "One\u2028two\x85three"
