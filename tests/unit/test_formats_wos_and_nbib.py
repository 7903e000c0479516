"""Web of Science (tagged and tab-delimited) and PubMed's format."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.formats import nbib, wos

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
TEXT = (EXPORTS / "core.wos.txt").read_text(encoding="utf-8")
TAB = (EXPORTS / "core.wos-tab.txt").read_text(encoding="utf-8")
NBIB = (EXPORTS / "core.nbib").read_text(encoding="utf-8")


class TestTagged:
    def test_core_sample(self) -> None:
        first, second, third, fourth = wos.read(TEXT).entries
        assert first.fields["authors"] == ["Müller, Jörg", "Nuñez, Ana"]
        assert first.extra["AU"] == ["Muller, J", "Nunez, A"]
        assert first.fields["title"] == "Neighbours as partners: a café study of how services are made"
        assert first.fields["keywords_author"] == ["co-production", "public services"]
        assert first.fields["subject_categories"] == ["Public Administration", "Social Sciences, Interdisciplinary"]
        assert first.fields["research_areas"] == ["Public Administration", "Social Sciences - Other Topics"]
        assert len(first.fields["affiliations"]) == len(first.fields["cited_references"]) == 2
        assert (first.fields["times_cited"], first.extra["Z9"]) == (7, ["8"])
        assert first.fields["issn"] == ["1234-5679", "1234-5680"]
        assert (first.fields["pages"], first.fields["date"], first.fields["year"]) == ("101-119", "APR", 2019)
        assert first.raw.startswith("PT J\n")
        assert first.raw.endswith("\nER")
        assert first.line == 3
        assert second.fields["authors"] == ["Okafor, N"]
        assert second.fields["booktitle"] == "HANDBOOK OF INVENTED GOVERNANCE"
        assert second.fields["type"] == "book"
        assert (third.fields["year"], third.fields["date"]) == (2020, "NOV 2020")
        assert third.extra["database"] == ["MEDLINE"]
        assert fourth.fields["authors"] == ["Lindqvist, A", "Invented Transport Group"]
        assert first.extra["database"] == ["Web of Science"]

    @pytest.mark.parametrize(
        "head", ["", "XX Thomson Reuters Web of Science\nVR 1.0\n", "FN ISI Export Format VR 1.0 \n\n"]
    )
    def test_damaged_header(self, head: str) -> None:
        text = head + TEXT.split("VR 1.0\n", 1)[1]
        assert wos.recognise(text) > 0.6
        assert len(wos.read(text).entries) == 4

    def test_record_without_pt_is_a_reject(self) -> None:
        found = wos.read("FN x\nVR 1.0\nTI A\nAU B, C\nER\n\nPT J\nTI Two\nER\n\nEF\n")
        assert [entry.fields["title"] for entry in found.entries] == ["Two"]
        assert found.rejects[0].line == 3
        assert "no PT line" in found.rejects[0].reason

    def test_no_end_marks(self) -> None:
        found = wos.read("PT J\nTI One\nPT J\nTI Two\n")
        assert [entry.flags for entry in found.entries] == [("no_end_mark",), ("incomplete",)]

    def test_cut_before_the_title(self) -> None:
        found = wos.read("PT J\nTI One\nER\n\nPT J\nAU A, B")
        assert (len(found.entries), "cut off" in found.rejects[0].reason) == (1, True)

    def test_continuation_before_any_tag_is_kept(self) -> None:
        entry = wos.read("PT J\nTI One\nC1 Univ X\n   Okafor N, 2001\nER\n").entries[0]
        assert entry.fields["affiliations"] == ["Univ X", "Okafor N, 2001"]

    def test_two_files_joined(self) -> None:
        assert len(wos.read(TEXT + TEXT).entries) == 8


class TestTab:
    def test_core_sample(self) -> None:
        assert wos.recognise_tab(TAB) > 0.9
        first, second, third, fourth = wos.read_tab(TAB).entries
        assert first.fields["title"] == 'Neighbours as "partners": a café study'
        assert first.fields["authors"] == ["Müller, Jörg", "Nuñez, Ana"]
        assert first.fields["affiliations"] == [
            "[Müller, Jörg; Nuñez, Ana] Univ Nowhere",
            "[Nuñez, Ana] Inst Invention",
        ]
        assert first.fields["cited_references"] == ["Okafor N, 2001", "Brun E, 2002"]
        assert first.fields["subject_categories"] == ["Public Administration", "Sociology"]
        assert second.fields["authors"] == ["Okafor, N"]
        assert third.fields["type"] == "review"
        assert fourth.fields["booktitle"] == "PROCEEDINGS OF THE INVENTED MEETING"
        assert [entry.line for entry in (first, second, third, fourth)] == [2, 3, 4, 5]

    def test_order_of_columns_is_not_identity(self) -> None:
        turned = "\n".join("\t".join(reversed(line.rstrip("\t").split("\t"))) for line in TAB.rstrip("\n").split("\n"))
        assert [e.raw for e in wos.read_tab(turned).entries] == [e.raw for e in wos.read_tab(TAB).entries]

    def test_same_fields_as_the_tagged_form(self) -> None:
        tagged = wos.read("PT J\nAU A, B\nTI T\nSO J\nWC X; Y\nUT WOS:1\nER\n").entries[0]
        header = "PT\tAU\tTI\tSO\tWC\tUT\tPY\tBP\tEP\n"
        tab = wos.read_tab(header + "J\tA, B\tT\tJ\tX; Y\tWOS:1\t\t\t\n").entries[0]
        assert dict(tagged.fields) == dict(tab.fields)
        assert dict(tagged.extra) == dict(tab.extra)

    def test_rows_that_cannot_be_assigned(self) -> None:
        lines = TAB.rstrip("\n").split("\n")
        found = wos.read_tab("\n".join([*lines[:2], "no\tmore", lines[2] + "\tx\ty", *lines[3:]]) + "\n")
        assert (len(found.entries), [reject.line for reject in found.rejects]) == (3, [3, 4])


class TestNbib:
    def test_core_sample(self) -> None:
        first, second, third, fourth = nbib.read(NBIB).entries
        assert first.fields["title"].endswith("how services are made.")
        assert first.fields["doi"] == "10.5555/invented.2019.001"
        assert (first.fields["pmid"], first.fields["pmcid"]) == ("11111111", "PMC7654321")
        assert first.fields["issn"] == ["1234-567X", "1234-5688"]
        assert first.extra["IS"] == ["1234-567X (Electronic)", "1234-5688 (Linking)"]
        assert first.fields["keywords_author"] == ["co-production", "partnership"]
        assert first.fields["keywords_index"] == ["Humans", "*Patient Participation"]
        assert (first.fields["year"], first.fields["date"]) == (2019, "2019 Apr-May")
        assert first.fields["abstract"].endswith("mostly (p < 0.05).")
        assert first.fields["type"] == "review"
        assert first.extra["AU"] == ["Müller J", "Nuñez A"]
        assert second.fields["authors"] == ["Okafor, N", "Invented Kitchens Group"]
        assert third.fields["accession"] == "EJ1234567"
        assert third.extra["database"] == ["ERIC"]
        assert fourth.fields["title_other"] == "Trafik planerad av resenärer."
        assert [entry.line for entry in (first, second, third, fourth)] == [2, 34, 43, 51]

    def test_records_without_empty_lines_between(self) -> None:
        found = nbib.read("PMID- 1\nTI  - One\nSO  - x\nPMID- 2\nTI  - Two\nSO  - y\n")
        assert [entry.fields["pmid"] for entry in found.entries] == ["1", "2"]

    def test_pmc_number_before_the_pmid(self) -> None:
        found = nbib.read("PMC - PMC1\nPMID- 1\nTI  - One\n\nPMC - PMC2\nPMID- 2\nTI  - Two\n")
        assert [(entry.fields["pmcid"], entry.fields["pmid"]) for entry in found.entries] == [
            ("PMC1", "1"),
            ("PMC2", "2"),
        ]

    def test_last_record_without_its_source_line(self) -> None:
        found = nbib.read("PMID- 1\nTI  - One\nSO  - x\n\nPMID- 2\nTI  - Two is c")
        assert "incomplete" in found.entries[1].flags
        cut = nbib.read("PMID- 1\nTI  - One\nSO  - x\n\nPMID- 2\nOWN - NLM\n")
        assert (len(cut.entries), len(cut.rejects)) == (1, 1)

    def test_stray_lines_are_reported(self) -> None:
        found = nbib.read("Downloaded today\n\nPMID- 1\nTI  - One\nSO  - x\n\nthe end\n")
        assert len(found.entries) == 1
        assert any("line 1" in remark for remark in found.remarks)

    def test_ris_is_not_nbib(self) -> None:
        assert nbib.recognise("TY  - JOUR\nTI  - T\nER  - \n") == 0.0

    def test_unreadable_year_of_a_dated_record(self) -> None:
        assert "year_unreadable" in nbib.read("PMID- 1\nTI  - One\nDP  - in press\n").entries[0].flags
