"""Journals: found by ISSN, title or abbreviation; what is ambiguous stays so."""

import gzip

import pytest

from pipeline.errors import ProtocolError
from pipeline.synthesis.discipline_files import DisciplineFiles
from pipeline.synthesis.journal_files import JournalFiles, read_journal_files
from pipeline.synthesis.journals import shares_of

NAMES = b"code,name,informative\nNUT,Nutrition,\nEDU,Education,\nECO,Economics,\nMIX,Everything,no\n"
CORE = b"title,issn,discipline\nSchool Meals Quarterly,1234-5678,NUT\nCanteen Review,,NUT\n"
CROSSWALK = (
    b"scheme,label,discipline,code,covers\nown,Food,NUT,,\nown,Schooling,EDU,,\nown,Trade,ECO,,NUT|EDU\n"
    b"own,General,MIX,,\nasjc,Marketing,ECO,1406,\nasjc,Education,EDU,3304,\nother,Food,EDU,,\n"
)
REGISTER = (
    b"title,title_other,issn,scheme,category\n"
    b"Journal of School Meals,Revue des repas,1111-1111|2222-2222,own,Food\n"
    b"The Pupil & the Plate: A Review of Teaching,,3333-3333,own,Schooling\n"
    b"Lunch Policy,,4444-4444,own,Trade\n"
    b"Lunch Politics,,5555-5555,own,Schooling\n"
    b"Kitchen Review A,,,own,Food\n"
    b"Kitchen Review Applied,,,own,Food\n"
    b"Everything,,6666-6666,own,General\n"
    b"Twin,,,own,Food\nTwin,,,own,Schooling\n"
    b"Meals of the Term,,1234-5678,own,Schooling\n"
    b"Cahiers d'alimentation,,,own,Food\n"
    b"National Bulletin of Lunch,,,own,Food\n"
    b'"Journal of the Lunch Society. B, Suppers",,,own,Food\n'
)
ABBREVIATIONS = b"abbreviation,title\njsm,journal of school meals\nxyz,nowhere listed\ncan rev,canteen review\n"
TOPICS = b"topic,subfield,code\nSchool Lunch Programs,Education,3304\n"


def disciplines() -> DisciplineFiles:
    return DisciplineFiles.read(NAMES, CORE, CROSSWALK, b"", b"")


def journals(**changed: bytes) -> JournalFiles:
    given = {"register": REGISTER, "abbreviations": ABBREVIATIONS, "topics": TOPICS} | changed
    return read_journal_files(disciplines(), **given)


def told(name: str) -> tuple[str, str]:
    match = journals().register.named(name)
    return match.how, match.title


@pytest.mark.parametrize(
    ("name", "how", "title"),
    [
        ("JOURNAL OF SCHOOL MEALS", "title", "journal of school meals"),
        ("Revue des repas", "title", "revue des repas"),
        ("The Pupil and the Plate", "title", "pupil and the plate"),
        ("Pupil & the Plate: another subtitle", "title", "pupil and the plate"),
        ("PUPIL AND THE PLATE-INTERNATIONAL JOURNAL OF TEACHING", "title", "pupil and the plate"),
        ("J SCHOOL MEALS", "abbrev", "journal of school meals"),
        ("J. Sch. Meals", "abbrev", "journal of school meals"),
        ("JSM", "abbrev", "journal of school meals"),
        ("CAN REV", "abbrev", "canteen review"),
        ("LUNCH POLI", "ambiguous", ""),
        ("LUNCH POLICY-LONDON", "title", "lunch policy"),
        ("KITCHEN REV A", "abbrev", "kitchen review a"),
        ("KITCHEN REV APPL", "abbrev", "kitchen review applied"),
        ("Twin", "ambiguous", ""),
        ("CAHIERS D ALIMENTATION", "title", "cahiers d alimentation"),
        ("NATL B LUNCH", "abbrev", "national bulletin of lunch"),
        ("J LUNCH SOC", "none", ""),
        ("XYZ", "none", ""),
        ("Governing the Canteen", "none", ""),
        ("", "none", ""),
        ("...", "none", ""),
    ],
)
def test_a_name_leads_to_one_journal_or_to_none(name: str, how: str, title: str) -> None:
    assert told(name) == (how, title)


def test_a_journal_is_found_by_any_of_its_issns() -> None:
    found = journals().register.of_issns(["", "9999-9999", "22222222"])
    assert found is not None and found[0] == "2222-2222" and found[1].shares == (("NUT", 1.0),)
    assert journals().register.of_issns(["6666-6666"]) is None, "a multidisciplinary journal says nothing"


def test_a_journal_that_shares_an_issn_with_a_core_journal_is_settled() -> None:
    match = journals().register.named("Meals of the Term")
    assert match.journal is not None and match.journal.settled and match.journal.shares == (("NUT", 1.0),)


def test_a_broad_category_names_what_it_holds() -> None:
    match = journals().register.named("Lunch Policy")
    assert match.journal is not None and match.journal.covers == {"ECO", "NUT", "EDU"}


def test_categories_are_shared_equally_and_silent_ones_left_out() -> None:
    assert shares_of(["ECO", "EDU", "ECO", "MIX", ""], frozenset({"MIX"})) == (("ECO", 2 / 3), ("EDU", 1 / 3))
    assert shares_of([], frozenset()) == ()


def test_compressed_files_are_read_alike() -> None:
    assert journals(register=gzip.compress(REGISTER)) == journals()


def test_topics_lead_to_disciplines() -> None:
    assert journals().topics == {"school lunch programs": "EDU"}


def test_a_list_of_scimago_is_read_as_it_is() -> None:
    own = (
        b'Rank;Sourceid;Title;Type;Issn;SJR;Categories;Areas\n1;7;"Lunch Letters";journal;"12121212, 123X";1,2;'
        b'"Marketing (Q1); Education (Q2); Unheard of (Q1)";"Business"\n'
    )
    found = journals(own=own).own
    assert found is not None
    assert found.by_issn["1212-1212"].shares == (("ECO", 0.5), ("EDU", 0.5))


def test_a_scopus_source_list_is_read_by_its_numbers() -> None:
    own = (
        b"Source Title,Print-ISSN,E-ISSN,All Science Journal Classification Codes (ASJC)\n"
        b"Lunch Letters,121212,13131313,1406; 3304;\n"
    )
    found = journals(own=own).own
    assert found is not None and found.by_issn["0012-1212"].shares == (("ECO", 0.5), ("EDU", 0.5))
    assert found.by_issn["1313-1313"] is found.by_title["lunch letters"]


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"register": b"name,issn\nx,y\n"}, "journals.csv, row 1, column 'title'"),
        ({"register": b"title,issn\nx,y\n"}, "column 'category'"),
        ({"abbreviations": b"short,title\n"}, "column 'abbreviation'"),
        ({"topics": b"topic\nx\n"}, "topics.csv"),
        ({"register": b"\x1f\x8bnot gzip"}, "is no CSV in UTF-8"),
        ({"own": b"\xff\xfe\x00"}, "own_journals.csv"),
    ],
)
def test_mistakes_name_file_and_column(changed: dict[str, bytes], wanted: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        journals(**changed)
    assert wanted in "\n".join(caught.value.lines)


def test_without_files_no_journal_is_known() -> None:
    nothing = read_journal_files(DisciplineFiles())
    assert nothing.own is None and nothing.register.named("Journal of School Meals").how == "none"
