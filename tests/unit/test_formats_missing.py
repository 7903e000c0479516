"""What an export cannot give is said, with what to export instead."""

from __future__ import annotations

from pipeline.formats import read_export

RIS = "TY  - JOUR\nTI  - Halls\n{more}ER  - \n"


def remarks(text: str) -> list[str]:
    return [remark for remark in read_export("x", text.encode()).remarks if remark.startswith("no ")]


def test_no_abstracts_at_all() -> None:
    one, two = RIS.format(more=""), RIS.format(more="AB  - NA\n")
    found = remarks(one + two)
    assert len(found) == 1
    assert found[0].startswith("no abstract in any of its 2 records")
    assert "full record" in found[0]
    assert remarks(one + RIS.format(more="AB  - We asked.\n")) == []


def test_the_database_says_what_to_choose() -> None:
    scopus = remarks(RIS.format(more="DB  - Scopus\nUR  - https://www.scopus.com/x?eid=2-s2.0-1\n"))
    assert "'Abstract & keywords'" in scopus[0]
    assert "tick 'References'" in scopus[1]


def test_web_of_science_without_cited_references() -> None:
    record = "PT J\nTI Halls\nAB We asked.\nUT WOS:000111\n{more}ER\n\n"
    plain = "FN Clarivate\nVR 1.0\n" + record.format(more="") + "EF\n"
    assert "Full Record and Cited References" in remarks(plain)[0]
    assert remarks("FN Clarivate\nVR 1.0\n" + record.format(more="CR Lim A, 1999, J FOOD\n") + "EF\n") == []


def test_what_a_reader_said_is_not_said_twice() -> None:
    pubmed = "PMID,Title,Authors,Journal/Book,Create Date\n1,Halls,Lim A,J Food,2001/01/01\n"
    found = read_export("x", pubmed.encode()).remarks
    assert sum("abstract" in remark for remark in found) == 1


def test_the_references_of_a_scopus_bibtex_are_cited_references() -> None:
    cited = "Lim, A., Halls (2007) J Food, 6; Roy, B., Bread (1996) J Food, 2"
    entry = f"@ARTICLE{{{{A2001,\n title={{{{T}}}}, abstract={{{{x}}}},\n references={{{{{cited}}}}},{{}}\n}}}}"
    parted = read_export("x", entry.format("\n source={Scopus}").encode()).reading.entries[0]
    assert parted.fields["cited_references"] == ["Lim, A., Halls (2007) J Food, 6", "Roy, B., Bread (1996) J Food, 2"]
    kept = read_export("x", entry.format("").encode()).reading.entries[0]
    assert "cited_references" not in kept.fields
    assert "references" in kept.extra
