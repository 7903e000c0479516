"""Real exports: every value that a second count finds is kept, and damage fails no reader and hides no record."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from benchmarks.census import count, values_kept
from benchmarks.census_content import pool_of
from benchmarks.census_scans import FAMILIES
from benchmarks.fuzz import Source, check, run, sources
from pipeline.formats import read_export
from pipeline.records import ParsedEntry, Reading, RejectedEntry

RIS = """TY  - JOUR
TI  - Tide tables of <i>Port</i> Ellery &amp; bay
AU  - Marsh, Ida
AU  - Holm, Per
AB  - First line of a text
and its second line
VL  - 12
SN  - 12345678 (ISSN)
ER  -

TY  - BOOK
TI  - Second book
ER  -
"""


@pytest.mark.shared_data
def test_every_value_of_the_real_exports_is_kept(shared_data: Path) -> None:
    totals, losses, _ = count(shared_data / "exports")
    assert losses == []
    assert {name for name, total in totals.items() if total.values_in} >= {"ris", "wos", "wos-tab", "nbib", "bibtex"}


@pytest.mark.shared_data
def test_no_damage_fails_a_reader(shared_data: Path) -> None:
    result = run(sources(shared_data / "exports"), cases=300, seed=7)
    assert [(failure, name) for failure, name, _ in result.failures] == []
    assert result.refused.total() < 150
    assert result.neighbours > 100


def ris_reading(**changes: object) -> Reading:
    fields = {
        "title": "Tide tables of Port Ellery & bay",
        "authors": ["Marsh, Ida", "Holm, Per"],
        "abstract": "First line of a text and its second line",
        "volume": "12",
        "issn": ["1234-5678"],
        "type_raw": "JOUR",
    }
    first = ParsedEntry(1, "TY  - JOUR", {**fields, **changes})
    return Reading((first,), (RejectedEntry(11, "TY  - BOOK\nTI  - Second book", "a reason"),))


def test_the_census_counts_values_and_finds_them_whatever_their_mark_up() -> None:
    census = FAMILIES["ris"](RIS)
    assert [record.line for record in census.records] == [1, 11]
    assert census.values_in == 9
    assert values_kept(census, ris_reading()) == (9, [])


@pytest.mark.parametrize(
    ("changes", "tags"),
    [
        ({"title": "Tide tables of Port Ellery"}, ["TI"]),
        ({"authors": ["Marsh, Ida"]}, ["AU"]),
        ({"abstract": "First line of a text"}, ["AB"]),
        ({"volume": "1"}, ["VL"]),
        ({"issn": ["1234-5679"]}, ["SN"]),
        ({"title": "", "abstract": "Tide tables, and more of Port Ellery: " + "the bay. " * 40}, ["TI", "AB"]),
    ],
)  # fmt: skip
def test_the_census_notices_what_is_lost(changes: dict[str, object], tags: list[str]) -> None:
    _, lost = values_kept(FAMILIES["ris"](RIS), ris_reading(**changes))
    assert [loss.tag for loss in lost] == tags


def test_numbers_in_a_long_text_do_not_stand_for_a_volume() -> None:
    pool = pool_of({"abstract": "In 12 towns of the coast the tide was read every hour. " * 4}, {})
    assert not pool.holds("12")
    assert pool_of({"pages": "12-19"}, {}).holds("12")


def test_latex_and_accents_are_one_form() -> None:
    pool = pool_of({"title": "Über Wärme bei 3 µm und α-Strahlen", "authors": ["Núñez, Ana"]}, {})
    assert pool.holds(r"{\"U}ber W{\"{a}}rme bei 3 {$\mu$}m und {$\alpha$}-Strahlen")
    assert pool.holds(r"N{\'u}{\~n}ez, Ana")
    assert not pool.holds(r"N{\'u}nez, Ana")


def test_the_other_scans_find_records_and_values() -> None:
    wos = "FN x\nVR 1.0\nPT J\nAU Marsh, I\n   Holm, P\nTI Tide\n   tables\nER\n\nEF\n"
    nbib = "PMID- 1\nTI  - Tide\n      tables\n\nPMID- 2\nTI  - Piers\n"
    bibtex = (
        '@string{ell = "Ellery"}\n@comment{no}\n@book{k1,\n title = {Tide {T}ables},\n month = jan # " " # ell\n}\n'
    )
    table = '\nTitle,Year,Author\n"Tide\ntables",2001,\nPiers,,"Holm, P"\n'
    refer = "%0 Book\n%T Tide\n%A Marsh\n\n%T Piers\n%0 Book\n"
    counts = {"wos": (1, 3), "nbib": (2, 4), "bibtex": (1, 4), "csv": (2, 4), "enw": (2, 5)}
    texts = {"wos": wos, "nbib": nbib, "bibtex": bibtex, "csv": table, "enw": refer}
    for family, text in texts.items():
        census = FAMILIES[family](text)
        assert (len(census.records), census.values_in) == counts[family], family
    assert dict(FAMILIES["bibtex"](bibtex).records[0].values)["month"] == "January Ellery"


def test_the_check_notices_a_record_that_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(name: str, data: bytes) -> object:
        read = read_export(name, data)
        fewer = Reading(read.reading.entries[:1], (), ())
        return type(read)(read.format, read.encoding, fewer)

    monkeypatch.setattr("benchmarks.fuzz.read_export", forgetful)
    assert [failure.kind for failure in check("x", RIS.encode(), Random(0))[3]] == ["lost"]


def test_the_run_notices_a_reader_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: str, data: bytes) -> object:
        raise RecursionError("too deep")

    monkeypatch.setattr("benchmarks.fuzz.read_export", fails)
    result = run([Source("own.ris", RIS.encode())], cases=3, seed=1)
    assert {failure.kind for failure, _, _ in result.failures} == {"raises"}
