"""The per-discipline tables: a set worked by hand, and totals that always add up."""

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ConservationError
from pipeline.records import entry_frame
from pipeline.synthesis import tables
from pipeline.synthesis.coding import SUGGESTION_COLUMNS
from pipeline.synthesis.disciplines import DISCIPLINE_COLUMNS
from pipeline.synthesis.tables import SynthesisTable, band_labels, synthesis_tables

NAMES = {"NUT": "Nutrition", "EDU": "Education", "ECO": "Economics"}
CODES = {"setting": ("primary", "kitchen"), "funding": ("free", "paid")}

Shares = Mapping[str, float]


def record_table(*rows: tuple[str, int | None, str]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["record_id", "year", "group"])
    return table.astype({"record_id": "string", "year": "Int64", "group": "string"})


def discipline_table(shares: Mapping[str, Shares], source: str = "wc") -> pd.DataFrame:
    rows = []
    for record_id, parts in shares.items():
        leading = [code for code, share in parts.items() if share == max(parts.values())]
        for code, share in parts.items():
            tie = len(leading) > 1
            row = {
                "record_id": record_id,
                "discipline": code,
                "weight": share,
                "primary": leading == [code],
                "tie": tie,
            }
            rows.append(row | {"discipline_source": source, "matched": ""})
    return entry_frame(rows, DISCIPLINE_COLUMNS)


def suggestion_table(*rows: tuple[str, str, str], negated: bool = False) -> pd.DataFrame:
    same = {"field": "title", "matched": "x", "start": 0, "method": "pattern", "negated": negated}
    keys = ("record_id", "dimension", "code")
    return entry_frame([dict(zip(keys, row, strict=True)) | same for row in rows], SUGGESTION_COLUMNS)


def confirmed_table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["record_id", "dimension", "code"], dtype="string")
    return table.assign(reviewer="anna")


def made(
    records: pd.DataFrame,
    disciplines: pd.DataFrame,
    suggestions: pd.DataFrame | None = None,
    confirmed: pd.DataFrame | None = None,
    dimensions: tuple[str, ...] = ("setting",),
    codes: Mapping[str, tuple[str, ...]] | None = CODES,
) -> dict[str, SynthesisTable]:
    found = synthesis_tables(
        records,
        disciplines,
        suggestion_table() if suggestions is None else suggestions,
        confirmed_table() if confirmed is None else confirmed,
        names=NAMES,
        dimensions=dimensions,
        year_bands=(2000, 2010),
        codes=codes,
    )
    return {table.name: table for table in found}


@pytest.fixture
def worked() -> dict[str, SynthesisTable]:
    """Six studies and one record: two nutrition, one education, one tied, one unknown, one without any row."""
    records = record_table(
        ("s1", 1999, "included"),
        ("s2", 2000, "included"),
        ("s3", 2009, "included"),
        ("s4", 2015, "included"),
        ("s5", None, "included"),
        ("s6", 2010, "included"),
        ("p1", 2012, "passed"),
    )
    shares = {
        "s1": {"NUT": 1.0},
        "s2": {"NUT": 0.75, "ECO": 0.25},
        "s3": {"EDU": 1.0},
        "s4": {"NUT": 0.5, "EDU": 0.5},
        "s5": {"unknown": 1.0},
        "p1": {"EDU": 1.0},
    }
    suggestions = pd.concat(
        [
            suggestion_table(("s1", "setting", "primary"), ("s1", "setting", "kitchen"), ("s2", "setting", "primary")),
            suggestion_table(("s3", "setting", "primary"), ("s4", "funding", "free"), ("gone", "setting", "primary")),
            suggestion_table(("s5", "setting", "kitchen"), negated=True),
        ]
    )
    confirmed = confirmed_table(("s2", "setting", "kitchen"), ("s3", "setting", "not_stated"))
    return made(records, discipline_table(shares), suggestions, confirmed)


YEARS = """\
discipline,records,before 2000,2000-2009,from 2010,no_year,judged,coverage,records fractional,2000-2009 fractional
NUT,2,1,1,0,0,2,1.0000,2.2500,0.7500
EDU,1,0,1,0,0,1,1.0000,1.5000,1.0000
ECO,0,0,0,0,0,0,,0.2500,0.2500
unknown,2,0,0,1,1,1,0.5000,2.0000,0.0000
several,1,0,0,1,0,1,1.0000,0.0000,0.0000
total,6,1,2,2,1,5,0.8333,6.0000,2.0000
"""

SETTINGS = """\
discipline,records,primary,kitchen,not_stated,judged,coverage,kitchen share,kitchen low,kitchen high,not_stated share
NUT,2,1,2,0,2,1.0000,1.0000,0.3424,1.0000,0.0000
EDU,1,0,0,1,1,1.0000,0.0000,0.0000,0.7935,1.0000
ECO,0,0,0,0,0,,,,,
unknown,2,0,0,2,0,0.0000,0.0000,0.0000,0.6576,1.0000
several,1,0,0,1,0,0.0000,0.0000,0.0000,0.7935,1.0000
total,6,1,2,4,3,0.5000,0.3333,0.0968,0.7000,0.6667
"""


@pytest.mark.parametrize(
    ("name", "golden"), [("discipline_by_year_included", YEARS), ("discipline_by_setting_included", SETTINGS)]
)
def test_a_set_worked_by_hand(worked: dict[str, SynthesisTable], name: str, golden: str) -> None:
    header = golden.splitlines()[0].split(",")
    assert worked[name].frame[header].to_csv(index=False, float_format="%.4f", lineterminator="\n") == golden


def test_the_note_says_what_can_be_relied_on(worked: dict[str, SynthesisTable]) -> None:
    note = worked["discipline_by_setting_included"].note
    for said in (
        "6 studies included after full text",
        "provisional",
        "confirmed by people 2 of 6 studies",
        "suggested by pattern, unconfirmed: 1",
        "not judged: 3",
        "unknown: 2",
        "several, none first: 1",
        "Wilson",
    ):
        assert said in note


def test_included_and_passed_have_tables_of_their_own(worked: dict[str, SynthesisTable]) -> None:
    assert set(worked) == {
        f"discipline_by_{what}_{group}" for what in ("year", "setting") for group in ("included", "passed")
    }
    passed = worked["discipline_by_year_passed"]
    assert passed.frame["records"].tolist() == [1, 1]
    assert "not yet decided at full text" in passed.title and "not yet decided at full text" in passed.note


def test_rows_have_names_and_the_order_of_the_names(worked: dict[str, SynthesisTable]) -> None:
    names = worked["discipline_by_year_included"].frame["name"].tolist()
    assert names == ["Nutrition", "Education", "Economics", "not known", "several, none of them first", "all"]


def test_the_whole_has_no_interval_of_its_share(worked: dict[str, SynthesisTable]) -> None:
    last = worked["discipline_by_year_included"].frame.iloc[-1]
    assert last["records share"] == 1 and pd.isna(last["records low"])


def test_nothing_to_count_is_said_and_not_shown_as_zeros(worked: dict[str, SynthesisTable]) -> None:
    table = worked["discipline_by_setting_passed"]
    assert table.note == "not computed: no pattern matched and nobody coded (1 records)."
    assert len(table.frame) == 0 and "kitchen" in table.frame.columns
    assert made(record_table(), discipline_table({}))["discipline_by_year_included"].note.startswith(
        "not computed: no studies included after full text yet"
    )
    undated = made(record_table(("a", None, "included")), discipline_table({}))
    assert undated["discipline_by_year_included"].note == "not computed: none has a readable year (1 studies)."


def test_a_table_confirmed_throughout_is_not_provisional() -> None:
    found = made(
        record_table(("a", 2001, "included")),
        discipline_table({"a": {"NUT": 1.0}}),
        suggestion_table(("a", "setting", "primary")),
        confirmed_table(("a", "setting", "kitchen")),
    )["discipline_by_setting_included"]
    assert "provisional" not in found.note
    assert found.frame[["primary", "kitchen"]].iloc[-1].tolist() == [0, 1]


def test_all_codes_of_all_people_count_and_a_code_beats_not_stated() -> None:
    found = made(
        record_table(("a", 2001, "included")),
        discipline_table({"a": {"NUT": 1.0}}),
        confirmed=confirmed_table(*(("a", "setting", code) for code in ("kitchen", "primary", "not_stated"))),
    )["discipline_by_setting_included"].frame.iloc[-1]
    assert found[["primary", "kitchen", "not_stated", "judged"]].tolist() == [1, 1, 0, 1]


def test_without_a_frame_the_codes_that_occur_are_the_columns() -> None:
    arguments = (record_table(("a", 2001, "included")), discipline_table({"a": {"NEW": 1.0}}))
    found = made(*arguments, suggestion_table(("a", "setting", "roof"), ("a", "setting", "barn")), codes=None)
    frame = found["discipline_by_setting_included"].frame
    assert frame.columns[2:7].tolist() == ["records", "barn", "roof", "not_stated", "judged"]
    assert frame["name"].tolist() == ["NEW", "all"]


def test_words_only_disciplines_are_counted_as_unconfirmed() -> None:
    found = made(record_table(("a", 2001, "included")), discipline_table({"a": {"NUT": 1.0}}, source="predicted"))
    assert "discipline by words only, unconfirmed: 1" in found["discipline_by_year_included"].note


@pytest.mark.parametrize(
    "rows", [[("a", 2000, "included"), ("a", 2001, "passed")], [("a", 2000, "kept")], [("a", 2000, None)]]
)
def test_records_must_be_unique_and_in_a_known_group(rows: list[tuple[str, int, str]]) -> None:
    with pytest.raises(ValueError, match=r"twice|group"):
        made(record_table(*rows), discipline_table({}))


def test_a_column_that_does_not_add_up_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables._Counted, "rows", lambda self: ["NUT"])
    with pytest.raises(ConservationError, match="records"):
        made(record_table(("a", 2001, "included")), discipline_table({"a": {"EDU": 1.0}}))


@pytest.mark.parametrize(("firsts", "labels"), [((), ("all years",)), ((2000,), ("before 2000", "from 2000"))])
def test_names_of_bands(firsts: tuple[int, ...], labels: tuple[str, ...]) -> None:
    assert band_labels(firsts) == labels


# --- any corpus


@st.composite
def corpora(draw: st.DrawFn) -> dict[str, object]:
    """A made-up corpus: records with years, discipline parts in quarters, suggestions and people's codes."""
    keys = [f"r{n}" for n in range(draw(st.integers(0, 12)))]
    year = st.one_of(st.none(), st.integers(1950, 2030))
    records = record_table(*((key, draw(year), draw(st.sampled_from(["included", "passed"]))) for key in keys))
    shares = {}
    for key in keys:
        parts = draw(st.lists(st.sampled_from([*NAMES, "OTH"]), max_size=4))
        if parts:
            shares[key] = {code: parts.count(code) / len(parts) for code in parts}
    row = st.tuples(
        st.sampled_from([*keys, "gone"]), st.sampled_from(list(CODES)), st.sampled_from(["free", "kitchen"])
    )
    judged = st.tuples(row, st.booleans()).map(lambda p: (*p[0][:2], "not_stated" if p[1] else p[0][2]))
    return {
        "records": records,
        "disciplines": discipline_table(shares),
        "suggestions": suggestion_table(*draw(st.lists(row, max_size=20))),
        "confirmed": confirmed_table(*draw(st.lists(judged, max_size=10))),
    }


@settings(max_examples=40, deadline=None)
@given(corpora())
def test_totals_add_up_for_any_corpus(corpus: dict[str, pd.DataFrame]) -> None:
    found = made(**corpus, dimensions=("setting", "funding"))
    sizes = corpus["records"]["group"].value_counts()
    for table in found.values():
        if table.note.startswith("not computed"):
            assert len(table.frame) == 0
            continue
        rows, total = table.frame.iloc[:-1], table.frame.iloc[-1]
        assert total["discipline"] == "total" and total["records"] == sizes[table.name.rsplit("_", 1)[1]]
        end = table.frame.columns.get_loc("coverage")
        counts = table.frame.columns[2:end]
        fractions = [column for column in table.frame.columns if column.endswith(" fractional")]
        assert (rows[counts].sum() == total[counts].astype("Int64")).all()
        assert (rows[fractions].sum() - total[fractions].astype(float)).abs().max() < 1e-6
        assert total["records fractional"] == pytest.approx(total["records"])
        missing = "no_year" if "_year_" in table.name else "not_stated"
        codes = [column for column in counts if column not in ("records", missing, "judged")]
        for row in table.frame.itertuples(index=False):
            cells = dict(zip(table.frame.columns, row, strict=True))
            assert all(cells[code] <= cells["records"] - cells[missing] for code in codes)
            assert cells["records"] - cells[missing] <= min(cells["judged"], sum(cells[code] for code in codes))
            if missing == "no_year":
                assert sum(cells[code] for code in codes) + cells[missing] == cells["records"]


@settings(max_examples=12, deadline=None)
@given(corpora())
def test_the_order_of_rows_does_not_matter(corpus: dict[str, pd.DataFrame]) -> None:
    turned = {name: frame.iloc[::-1] for name, frame in corpus.items()}
    for name, table in made(**corpus).items():
        other = made(**turned)[name]
        assert table.note == other.note
        pd.testing.assert_frame_equal(table.frame, other.frame)
