"""Disciplines: files checked as a whole, evidence in a fixed order, ties never broken silently."""

from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ProtocolError
from pipeline.records import check
from pipeline.synthesis.disciplines import (
    DISCIPLINE_COLUMNS,
    DisciplineFiles,
    FileNames,
    Scheme,
    assign_disciplines,
    confirm_disciplines,
)
from pipeline.synthesis.journal_files import read_journal_files

NAMES = b"code,name,informative\nNUT,Nutrition,yes\nEDU,Education,\nECO,Economics,\nMIX,Everything,no\n"
CORE = (
    b"title,issn,discipline\nSchool Meals Quarterly,1234-5678|2345-678X,NUT\n"
    b"The Pupil & the Plate,,EDU\nAll,9999-9999,MIX\n"
)
CROSSWALK = (
    b"scheme,label,discipline\nwide,Food & Nutrition,NUT\nwide,Schooling,EDU\nwide,Pedagogy,EDU\n"
    b"wide,Money,ECO\nwide,General,MIX\nother,Money,NUT\n"
)
PATTERNS = b"label,code\ndietetics,NUT\nteaching,EDU\nleftovers,\n"
FRAME = (
    b"dimension,code,pattern\nfield,dietetics,\\b(?:diet|meal)\nfield,teaching,\\b(?:teach|pupil)\nfield,leftovers,waste\n"
    b"aim,health,health\n"
)


def files(**changed: bytes) -> DisciplineFiles:
    given = {"names": NAMES, "core": CORE, "crosswalk": CROSSWALK, "patterns": PATTERNS, "frame": FRAME} | changed
    return DisciplineFiles.read(**given, dimension="field")


def table(*rows: dict[str, object]) -> pd.DataFrame:
    empty = {"title": "", "abstract": "", "keywords_author": [], "keywords_index": [], "journal": None, "issn": []}
    empty |= {"journal_abbr": None, "booktitle": None, "subject_categories": [], "research_areas": []}
    return pd.DataFrame([{"record_id": f"r{place}"} | empty | row for place, row in enumerate(rows, start=1)])


def assigned(**fields: object) -> list[tuple[object, ...]]:
    result = check(assign_disciplines(table(fields), files()), DISCIPLINE_COLUMNS, "disciplines")
    return [(r.discipline, round(r.weight, 6), r.primary, r.tie, r.discipline_source) for r in result.itertuples()]


def mistakes(**changed: bytes) -> str:
    with pytest.raises(ProtocolError) as caught:
        files(**changed)
    return "\n".join(caught.value.lines)


# --- evidence in its order


def test_a_core_journal_counts_before_categories_and_words() -> None:
    everything = {"subject_categories": ["Money"], "title": "Teaching pupils to teach"}
    assert assigned(issn=["2345-678x"], **everything) == [("NUT", 1.0, True, False, "core")]
    assert assigned(journal="PUPIL AND THE PLATE (Online)", **everything) == [("EDU", 1.0, True, False, "core")]


def test_the_issn_counts_before_the_title() -> None:
    assert assigned(issn=["12345678"], journal="The Pupil & the Plate")[0][0] == "NUT"


def test_categories_count_in_fractions() -> None:
    result = assigned(subject_categories=["Schooling", "food and nutrition", "Pedagogy", "Not in the crosswalk"])
    assert result == [("EDU", 0.666667, True, False, "wc"), ("NUT", 0.333333, False, False, "wc")]


def test_a_tie_has_no_primary_and_is_flagged() -> None:
    result = assigned(subject_categories=["Schooling", "Money", "Food & Nutrition"])
    assert result == [(code, 0.333333, False, True, "wc") for code in ("NUT", "EDU", "ECO")]


def test_a_category_named_twice_counts_once() -> None:
    assert assigned(subject_categories=["Schooling", "SCHOOLING", "Money"])[0] == ("EDU", 0.5, False, True, "wc")


def test_the_first_scheme_of_the_file_settles_a_shared_label() -> None:
    assert assigned(subject_categories=["Money"]) == [("ECO", 1.0, True, False, "wc")]


def test_a_code_without_information_is_never_assigned() -> None:
    assert assigned(subject_categories=["General"]) == [("unknown", 1.0, True, False, "none")]
    assert assigned(subject_categories=["General", "Money"]) == [("ECO", 1.0, True, False, "wc")]
    assert assigned(issn=["9999-9999"], journal="All") == [("unknown", 1.0, True, False, "none")]


def test_research_areas_count_where_no_category_is_known() -> None:
    assert assigned(subject_categories=["Unheard of"], research_areas=["Money"])[0][0] == "ECO"
    assert assigned(subject_categories=["Schooling"], research_areas=["Money"])[0][0] == "EDU"


def test_clear_words_are_a_suggestion() -> None:
    result = assign_disciplines(table({"title": "Meals and diets", "abstract": "A pupil eats."}), files())
    assert result.loc[0, ["discipline", "discipline_source", "matched"]].tolist() == ["NUT", "predicted", "meal; diet"]


@pytest.mark.parametrize(
    "fields",
    [
        {"abstract": "One meal."},
        {"title": "Meals and pupils", "abstract": "meal, teaching"},
        {"title": "Waste, waste and waste", "keywords_author": ["waste"]},
        {"title": "No meals, without diets", "abstract": "no meal"},
        {},
    ],
)
def test_few_rival_unassigned_or_negated_words_leave_it_unknown(fields: dict[str, object]) -> None:
    assert assigned(**fields) == [("unknown", 1.0, True, False, "none")]


def test_what_matched_is_told() -> None:
    rows = table({"issn": ["1234-5678"]}, {"journal": "All about"}, {"subject_categories": ["Schooling", "Pedagogy"]})
    assert assign_disciplines(rows, files())["matched"].tolist() == ["ISSN 1234-5678", "", "Schooling; Pedagogy"]


@pytest.mark.parametrize("absent", ["names", "core", "crosswalk", "patterns", "frame"])
def test_every_file_may_be_absent(absent: str) -> None:
    rows = table({"issn": ["1234-5678"]}, {"subject_categories": ["Schooling"]}, {"title": "Meals and diets, meals"})
    found = assign_disciplines(rows, files(**{absent: b""}))["discipline"].tolist()
    lost = {"core": ["unknown", "EDU", "NUT"], "crosswalk": ["NUT", "unknown", "NUT"]}
    lost |= {key: ["NUT", "EDU", "unknown"] for key in ("patterns", "frame")}
    assert found == lost.get(absent, ["NUT", "EDU", "NUT"])


def test_without_files_and_without_records_there_is_nothing_to_say() -> None:
    nothing = DisciplineFiles.read(b"", b"", b"", b"", b"")
    assert assign_disciplines(table({"title": "Meals"}), nothing)["discipline"].tolist() == ["unknown"]
    empty = assign_disciplines(table({}).iloc[:0], nothing)
    assert list(empty.columns) == [column.name for column in DISCIPLINE_COLUMNS]


CATEGORIES = ["Schooling", "Pedagogy", "Money", "Food & Nutrition", "General", "Unheard of"]


@given(st.lists(st.lists(st.sampled_from(CATEGORIES), max_size=6), min_size=1, max_size=5))
def test_shares_sum_to_one_and_a_tie_is_the_absence_of_a_primary(lists: list[list[str]]) -> None:
    result = assign_disciplines(table(*({"subject_categories": item} for item in lists)), files())
    for _, rows in result.groupby("record_id"):
        assert abs(rows["weight"].sum() - 1) < 1e-9
        assert rows["primary"].sum() == (0 if rows["tie"].any() else 1)
        assert rows["tie"].nunique() == 1


def test_the_order_of_records_and_categories_does_not_matter() -> None:
    seen = set()
    for order in permutations(["Schooling", "Money", "Pedagogy"]):
        result = assign_disciplines(table({"subject_categories": list(order)}), files())
        seen.add(tuple(zip(result["discipline"], result["weight"], strict=True)))
    assert len(seen) == 1


# --- people have the last word


def confirmed(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["record_id", "dimension", "code", "reviewer"], dtype="string")


def test_codes_of_people_replace_what_was_assigned() -> None:
    before = assign_disciplines(
        table({"subject_categories": ["Schooling", "Money"]}, {"title": "Meals, diets"}), files()
    )
    given = confirmed(
        ("r1", "field", "dietetics", "anna"), ("r1", "field", "dietetics", "ben"), ("r2", "aim", "teaching", "anna")
    )
    after = check(confirm_disciplines(before, given, files()), DISCIPLINE_COLUMNS, "disciplines")
    first = after.loc[0, ["discipline", "weight", "primary", "tie", "discipline_source", "matched"]].tolist()
    assert first == ["NUT", 1.0, True, False, "person", "anna: dietetics; ben: dietetics"]
    assert after["record_id"].tolist() == ["r1", "r2"]
    assert after["discipline_source"].tolist() == ["person", "predicted"]


def test_people_who_name_several_share_the_record() -> None:
    before = assign_disciplines(table({"issn": ["1234-5678"]}), files())
    given = confirmed(("r1", "field", "teaching", "anna"), ("r1", "field", "dietetics", "ben"))
    after = confirm_disciplines(before, given, files())
    assert after[["discipline", "weight", "tie"]].to_numpy().tolist() == [["EDU", 0.5, True], ["NUT", 0.5, True]]
    assert not after["primary"].any()


@pytest.mark.parametrize("label", ["leftovers", "not_stated", "unheard of"])
def test_a_code_that_stands_for_no_discipline_changes_nothing(label: str) -> None:
    before = assign_disciplines(table({"issn": ["1234-5678"]}), files())
    pd.testing.assert_frame_equal(
        confirm_disciplines(before, confirmed(("r1", "field", label, "anna")), files()), before
    )


# --- mistakes in the files


def test_the_mistakes_of_all_files_are_raised_together() -> None:
    text = mistakes(
        names=b"code,name\nNUT,Nutrition\nNUT,Again\nunknown,x\n",
        core=b"title,issn,discipline\nA,12-34,NUT\nB,,NOT\n",
        crosswalk=b"scheme,label\nw,x\n",
        patterns=b"label,code\ndietetics,NAT\n",
        frame=b"dimension,code,pattern\nfield,dietetics,(\n",
    )
    for said in (
        "names.csv, row 3, column 'code': stands in a row above already; found 'NUT'",
        "names.csv, row 4, column 'code': no usable code; found 'unknown'",
        "core_journals.csv, row 2, column 'issn': not an ISSN; found '12-34'",
        "core_journals.csv, row 3, column 'discipline': unknown value; found 'NOT'; allowed: NUT, unknown",
        "crosswalk.csv, row 1, column 'discipline': column missing",
        "patterns.csv, row 2, column 'code': unknown value; found 'NAT'",
        "coding_frame.csv, row 2, column 'pattern': regular expression cannot be used",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"names": b"code,name,informative\nNUT,x,perhaps\n"}, "found 'perhaps'; allowed: yes, no"),
        ({"core": b"title,issn,discipline\nA,1111-1111,NUT\nB,1111-1111,EDU\n"}, "row 3, column 'issn': has the disc"),
        ({"core": b"title,issn,discipline\nA,,NUT\nThe A,,EDU\n"}, "row 3, column 'title': has the discipline 'NUT'"),
        ({"crosswalk": b"scheme,label,discipline\nw,A,NUT\nw,a,EDU\n"}, "row 3, column 'label': has the discipline"),
        ({"patterns": b"label,code\ndietetics,NUT\n"}, "no row for the code 'teaching' of the coding frame"),
        ({"patterns": b"label,code\ndietetics,NUT\ndietetics,EDU\n"}, "row 3, column 'label': stands in a row above"),
        ({"frame": b"dimension,code,pattern\naim,health,x\n"}, "no dimension 'field'; allowed: aim"),
    ],
)
def test_each_mistake_has_its_message(changed: dict[str, bytes], said: str) -> None:
    assert said in mistakes(**changed)


def test_messages_use_the_names_the_protocol_gives_the_files() -> None:
    with pytest.raises(ProtocolError, match=r"^screening/mine\.csv, row 1, column 'code'"):
        DisciplineFiles.read(b"x\ny\n", b"", b"", b"", b"", files=FileNames(names="screening/mine.csv"))


def test_labels_the_frame_does_not_have_do_no_harm() -> None:
    assert len(files(patterns=PATTERNS + b"cooking,NUT\n").patterns) == 2


# --- the register of journals, topics, and the second scheme

REGISTER = (
    b"title,issn,scheme,category\nJournal of Lunch,5555-5555,wide,Schooling\nBroad Affairs,6666-6666,wide,Money\n"
    b"All Sciences,7777-7777,wide,General\nPlates,8888-8888,wide,Food & Nutrition\n"
)
BROAD = CROSSWALK.replace(b"scheme,label,discipline\n", b"scheme,label,discipline,covers\n").replace(
    b"wide,Money,ECO", b"wide,Money,ECO,NUT|EDU"
)
TOPICS = b"topic,subfield\nSchool lunches,Schooling\nPrices,Money\n"
OWN = (
    b"title,issn,category\nJournal of Lunch,5555-5555,Money; Food & Nutrition\nSchool Meals Quarterly,1234-5678,Money\n"
)


def by_journal(scheme: Scheme = "first", own: bytes = b"", **fields: object) -> list[tuple[object, ...]]:
    used = files(crosswalk=BROAD)
    journals = read_journal_files(used, REGISTER, b"abbreviation,title\njol,journal of lunch\n", TOPICS, own)
    result = check(assign_disciplines(table(fields), used, journals, scheme), DISCIPLINE_COLUMNS, "disciplines")
    return [(r.discipline, round(r.weight, 6), r.tie, r.discipline_source) for r in result.itertuples()]


def test_the_journal_counts_after_the_records_own_categories_and_before_words() -> None:
    words = {"title": "Meals and diets", "abstract": "diet diet"}
    assert by_journal(issn=["5555-5555"], **words) == [("EDU", 1.0, False, "issn")]
    assert by_journal(journal="JOURNAL OF LUNCH", **words) == [("EDU", 1.0, False, "title")]
    assert by_journal(journal="JoL", **words) == [("EDU", 1.0, False, "abbrev")]
    assert by_journal(journal_abbr="J LUNCH", **words) == [("EDU", 1.0, False, "abbrev")]
    assert by_journal(booktitle="Journal of Lunch", **words) == [("EDU", 1.0, False, "title")]
    assert by_journal(booktitle="J LUNCH", **words) == [("NUT", 1.0, False, "predicted")]
    assert by_journal(issn=["5555-5555"], subject_categories=["Money"]) == [("ECO", 1.0, False, "wc")]
    assert by_journal(issn=["1234-5678"], journal="Journal of Lunch") == [("NUT", 1.0, False, "core")]


def test_the_primary_topic_counts_and_its_field_does_not() -> None:
    assert by_journal(subject_categories=["School lunches", "Money", "Prices"]) == [("EDU", 1.0, False, "openalex")]


def test_words_choose_within_a_broad_category_and_are_flagged() -> None:
    assert by_journal(journal="Broad Affairs") == [("ECO", 1.0, False, "title")]
    assert by_journal(journal="Broad Affairs", title="Meals, diets") == [("NUT", 1.0, False, "predicted")]
    assert by_journal(journal="Broad Affairs", title="One pupil, one meal") == [("ECO", 1.0, False, "title")]
    assert by_journal(journal="Journal of Lunch", title="Meals, diets") == [("EDU", 1.0, False, "title")]


def test_a_multidisciplinary_journal_says_nothing() -> None:
    assert by_journal(issn=["7777-7777"]) == [("unknown", 1.0, False, "none")]
    assert by_journal(issn=["7777-7777"], title="Meals, diets") == [("NUT", 1.0, False, "predicted")]


def test_the_second_scheme_knows_journals_alone() -> None:
    assert by_journal("second", subject_categories=["Money"], title="Meals, diets") == [("unknown", 1.0, False, "none")]
    assert by_journal("second", issn=["5555-5555"], subject_categories=["Money"]) == [("EDU", 1.0, False, "issn")]
    shared = by_journal("second", OWN, issn=["5555-5555"])
    assert shared == [("NUT", 0.5, True, "issn"), ("ECO", 0.5, True, "issn")]
    assert by_journal("second", OWN, issn=["8888-8888"]) == [("unknown", 1.0, False, "none")]


def test_a_core_journal_stays_what_it_is_whatever_the_teams_own_list_says() -> None:
    assert by_journal("second", OWN, issn=["1234-5678"]) == [("NUT", 1.0, False, "core")]
    assert by_journal("first", OWN, issn=["1234-5678"]) == [("NUT", 1.0, False, "core")]
