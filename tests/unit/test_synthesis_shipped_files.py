"""The shipped discipline files and coding frame: they can be used, and agree with hand-given labels as measured."""

import os
from pathlib import Path

import pandas as pd
import pytest

from pipeline.synthesis.coding import CodingFrame, read_frame, suggest_codes
from pipeline.synthesis.disciplines import DisciplineFiles, assign_disciplines

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("REVIEW_SHARED_DATA", ROOT.parent / "shared" / "data"))

needs_shared_data = pytest.mark.skipif(
    not (SHARED / "coproduction" / "records_dev.csv").exists(),
    reason=f"no development data at {SHARED} (set REVIEW_SHARED_DATA to the folder)",
)


def shipped(name: str) -> bytes:
    return (ROOT / "screening" / name).read_bytes()


@pytest.fixture(scope="module")
def files() -> DisciplineFiles:
    names = ("names", "core_journals", "crosswalk", "patterns")
    contents = [shipped(f"disciplines/{name}.csv") for name in names]
    return DisciplineFiles.read(*contents, shipped("coding_frame.csv"))


@pytest.fixture(scope="module")
def frame() -> CodingFrame:
    return read_frame(shipped("coding_frame.csv"))


def record(**fields: object) -> pd.DataFrame:
    empty = {"title": "", "abstract": "", "keywords_author": [], "keywords_index": [], "journal": "", "issn": []}
    empty |= {"journal_abbr": "", "booktitle": "", "subject_categories": [], "research_areas": []}
    return pd.DataFrame([{"record_id": "r1"} | empty | fields])


def test_the_files_are_plain_text_with_plain_line_ends() -> None:
    for path in [ROOT / "screening" / "coding_frame.csv", *(ROOT / "screening" / "disciplines").glob("*.csv")]:
        content = path.read_bytes()
        assert b"\r" not in content and not content.startswith(b"\xef\xbb\xbf"), path.name


def test_the_readme_names_every_file_with_its_number_of_rows(files: DisciplineFiles) -> None:
    readme = shipped("disciplines/README.md").decode()
    for path in (ROOT / "screening" / "disciplines").glob("*.csv"):
        rows = len(path.read_text(encoding="utf-8").splitlines()) - 1
        assert f"| `{path.name}` | {rows} |" in readme


def test_what_is_settled_by_journal(files: DisciplineFiles) -> None:
    assert len(files.names) == 21 and files.uninformative == {"MUL"}
    trap = ["Marketing", "Public Administration", "Sociology and Political Science"]
    by_journal = assign_disciplines(record(issn=["0033-3352"], subject_categories=trap), files)
    assert by_journal[["discipline", "weight", "tie"]].to_numpy().tolist() == [["PA", 1.0, False]]
    by_category = assign_disciplines(record(subject_categories=trap), files)
    assert set(by_category["discipline"]) == {"MKT", "PA", "SOC"} and by_category["tie"].all()
    services = assign_disciplines(record(issn=["1094-6705"], subject_categories=["Business", "Management"]), files)
    assert services["discipline"].tolist() == ["MKT"]


def test_categories_count_in_fractions(files: DisciplineFiles) -> None:
    found = assign_disciplines(record(subject_categories=["Business", "Management", "Public Administration"]), files)
    shares = dict(zip(found["discipline"], found["weight"].round(6), strict=True))
    assert shares == {"BUS": 0.666667, "PA": 0.333333}


def test_the_frame_has_its_dimensions_definitions_and_patterns(frame: CodingFrame) -> None:
    wanted = "discipline mode level aim label concept_type policy_area actor leadership_factor structure_factor foster"
    assert set(wanted.split() + ["hinder", "outcome", "method", "theory", "dark_side"]) <= set(frame.dimensions)
    assert all(item.definition for item in frame.codes)
    assert len(frame.codes) == 122
    assert sum(item.pattern is None for item in frame.codes) == 4


@pytest.mark.parametrize(
    ("word", "dimension", "code"),
    [
        ("confirm", "actor", "private_firm"),
        ("stakeholder", "policy_area", "social_care"),
        ("inequality", "outcome", "service_quality"),
        ("capacity", "discipline", "urban_studies"),
        ("transparent", "discipline", "education"),
        ("conflict", "foster", "ict"),
        ("delay", "actor", "citizen"),
        ("ongoing", "actor", "third_sector_org"),
    ],
)
def test_a_pattern_does_not_match_inside_another_word(frame: CodingFrame, word: str, dimension: str, code: str) -> None:
    pattern = next(item.pattern for item in frame.of(dimension) if item.code == code)
    assert pattern is not None and pattern.search(word) is None


# --- measured on the development data


@pytest.fixture(scope="module")
def labelled() -> pd.DataFrame:
    """Included development records in the columns of a record, with the hand-given discipline as `label`."""
    read = {"dtype": str, "keep_default_na": False}
    found = pd.read_csv(SHARED / "coproduction" / "records_dev.csv", **read)
    labels = pd.read_csv(SHARED / "coproduction" / "labels_dev.csv", **read)[["id", "decision", "discipline"]]
    found = found.merge(labels, on="id").query("decision == 'include'")
    subjects = found["note"].str.extract("subject=([^=]*); cited_refs")[0].fillna("")
    lists = {"keywords_index": "", "issn": "", "research_areas": ""}
    table = pd.DataFrame({name: found[name] for name in ("title", "abstract", "journal")}).assign(
        record_id=found["id"],
        booktitle="",
        journal_abbr="",
        label=found["discipline"],
        keywords_author=found["keywords"],
        **lists,
    )
    table["subject_categories"] = [[part.strip() for part in cell.split(";")] for cell in subjects]
    return table


@needs_shared_data
@pytest.mark.shared_data
def test_disciplines_agree_with_hand_given_labels(files: DisciplineFiles, labelled: pd.DataFrame) -> None:
    equal = pd.read_csv(SHARED / "disciplines" / "label_map.csv", dtype=str, keep_default_na=False)
    pairs = set(zip(equal["label"], equal["code"], strict=True))
    found = assign_disciplines(labelled, files)
    found = found[found["primary"]].merge(labelled[["record_id", "label"]], on="record_id")
    agrees = pd.Series([pair in pairs for pair in zip(found["label"], found["discipline"], strict=True)])
    decided = found["discipline"] != "unknown"
    by_journal = found["discipline_source"] == "core"
    assert agrees.sum() / len(labelled) >= 0.61
    assert agrees[decided].mean() >= 0.82
    assert agrees[by_journal].mean() >= 0.90
    assert (~decided).mean() <= 0.28


@needs_shared_data
@pytest.mark.shared_data
def test_shares_of_suggested_dimensions_are_near_those_of_the_frame_as_designed(labelled: pd.DataFrame) -> None:
    """The design's own patterns, read by this program, hit as often as its text says (records with abstract)."""
    designed = read_frame((SHARED / "coproduction" / "coding_frame_patterns.csv").read_bytes())
    table = labelled[labelled["abstract"] != ""]
    found = suggest_codes(table, designed)
    share = found.groupby("dimension")["record_id"].nunique() / len(table)
    stated = {"actor": 0.90, "method": 0.75, "foster": 0.68, "concept_type": 0.66, "mode": 0.64, "level": 0.63}
    stated |= {"aim": 0.62, "policy_area": 0.59, "outcome": 0.58, "label": 0.42, "hinder": 0.24, "theory": 0.20}
    assert {name: round(float(share[name]), 2) for name in stated} == pytest.approx(stated, abs=0.03)


@needs_shared_data
@pytest.mark.shared_data
def test_shipped_patterns_hit_no_more_often_than_designed_save_for_added_codes(
    frame: CodingFrame, labelled: pd.DataFrame
) -> None:
    designed = read_frame((SHARED / "coproduction" / "coding_frame_patterns.csv").read_bytes())
    counts = {}
    for name, used in (("designed", designed), ("shipped", frame)):
        found = suggest_codes(labelled, used).groupby(["dimension", "code"])["record_id"].nunique()
        counts[name] = found
    both = pd.DataFrame(counts).dropna(subset=["designed"]).fillna(0)
    more = both[both["shipped"] > both["designed"]]
    assert list(more.index) == [("discipline", "public_administration")]
