"""Screening as a team does it, round after round: worklists, advice, machine runs; in one process, without Prefect."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.console import Console
from pipeline.errors import ReviewError
from pipeline.machine_runs import revoke
from pipeline.next_worklist import next_worklist
from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.screen.methods_facts import ScreeningFacts
from pipeline.screening_status import screening_status
from pipeline.stages.contract import StageInput
from pipeline.stages.screening_facts import screening_facts
from pipeline.stages.table import STAGES
from pipeline.summary import summary_lines
from pipeline.tables import read_parquet
from pipeline.undo import undo_decisions
from pipeline.why_ranked import why_ranked
from tests.flow.toy_review import PROTOCOL, fill, make_review, output_hashes, read_csv, ris, run_stages, truth, write

WORDS = re.findall(r"\w+", "oats rye plum leek bean kale pear rice corn fig beet dill mint sage lime date pea nut yam")
ALONE = PROTOCOL.replace('reviewers = ["ann", "ben"]', 'reviewers = ["ann"]')
ON = """batch_size = 40
smallest_batch = 40
audit_share = 0.5
exclusion_sample = 5
classifier_exclusions = "screening"
exclusions_rest_on = "expected_recall"
"""


def works(number: int, first: int = 0) -> list[dict[str, str]]:
    """Return works, every second about school lunch, each with words of its own."""
    found = []
    for place in range(first, first + number):
        chance = random.Random(place)
        own = " ".join(chance.sample(WORDS, 3))
        lunch = place % 2 == 0
        title = f"Free school lunch of {own} {place}" if lunch else f"Canteens at work with {own} {place}"
        abstract = (
            f"Pupils were served lunch with {own}; they ate more of it at school."
            if lunch
            else f"Employees chose {own} from menus at work; no pupils were asked."
        )
        found.append(
            {"title": title, "abstract": abstract, "journal": "Meals", "author": f"Name{place}, A.", "year": "2001"}
            | {"doi": f"10.5555/many.{place}", "volume": str(place + 1), "pages": f"{place}-{place + 3}"}
        )
    return found


def many(folder: Path, number: int, protocol: str) -> Review:
    """Write a review of many works in one database."""
    review = make_review(folder)
    for name in ("schools.csv", "ministry.bib"):
        (review.references / name).unlink()
    write(review.search_log, '[[source]]\nname = "Food Index"\nkind = "database"\nexport = "food.ris"\n')
    write(review.references / "food.ris", ris(works(number)))
    write(review.protocol, protocol)
    return review


def decide(review: Review, files: tuple[str, ...]) -> list[dict[str, str]]:
    """Fill the worklists of title and abstract rightly and return their rows as issued."""
    rows = []
    for file in files:
        if "-borderline." in file:
            rows += read_csv(review.folder / file)
            fill(review.folder / file, {row["id"]: truth(row) for row in rows})
    return rows


def table(review: Review, name: str) -> list[dict[str, Any]]:
    stage, _, short = name.partition("/")
    columns = next(item for item in STAGES if item.name == stage).columns(short)
    frame = read_parquet(review.stages / f"{name}.parquet", columns)
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def screening(run: ReviewRun) -> dict[str, Any]:
    found: dict[str, Any] = run.status()["screening"]
    return found


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a review after two filled rounds, with exclusions switched on and not due yet."""
    review = many(tmp_path_factory.mktemp("rounds") / "many", 240, ALONE.replace("batch_size = 12", ON))
    for _ in range(2):
        decide(review, run_stages(review).issued.new)
    return review.folder


@pytest.fixture
def review(started: Path, tmp_path: Path) -> Review:
    """Return a fresh copy of that review."""
    return Review(Path(shutil.copytree(started, tmp_path / "many")))


@pytest.fixture(scope="module")
def excluded(started: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the review after its first machine run."""
    folder = Path(shutil.copytree(started, tmp_path_factory.mktemp("machine") / "many"))
    run_stages(Review(folder))
    return folder


@pytest.fixture
def frozen(excluded: Path, tmp_path: Path) -> Review:
    """Return a fresh copy of the review after its first machine run."""
    return Review(Path(shutil.copytree(excluded, tmp_path / "frozen")))


def machine_files(review: Review) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((review.screening / "machine" / "runs").iterdir())}


def outcomes(review: Review) -> dict[str, str]:
    return {row["record_id"]: row["outcome"] for row in table(review, "screen/screened")}


# --- rounds -----------------------------------------------------------------------------------------------------


def test_three_rounds_grow_carry_a_marked_random_share_and_advise(tmp_path: Path) -> None:
    protocol = ALONE.replace("batch_size = 12", "batch_size = 30\nsmallest_batch = 20")
    review, seen = many(tmp_path / "many", 120, protocol), set[str]()
    for number in range(1, 4):
        run = run_stages(review)
        told = screening(run)
        assert (told["rounds"], told["decided"]) == (number - 1, len(seen))
        names = [(row["kind"], row["name"]) for row in told["statements"]]
        assert names == [
            *(("stopping", rule) for rule in ("hypergeometric", "corrected", "biased_urn")),
            *(("triage", cut) for cut in ("expected_recall", "whole_review")),
        ]
        assert all(line in "\n".join(summary_lines(run.status())) for line in told["lines"])
        sheet = next(file for file in run.issued.new if "-borderline." in file)
        rows = read_csv(review.folder / sheet)
        assert len(rows) == 20
        assert [place for place, row in enumerate(rows, 1) if row["why"].startswith("random audit")] == [10, 20]
        assert all("E2_no_school (No school): Meals at work" in row["criteria"] for row in rows)
        assert not {row["id"] for row in rows} & seen
        seen |= {row["id"] for row in rows}
        decide(review, run.issued.new)
    run_stages(review)
    reading = table(review, "screen/reading")
    assert [row["drawn"] for row in reading].count("audit") == 6
    assert {row["record_id"] for row in reading} == seen
    assert [row["read_so_far"] for row in table(review, "screen/rounds")] == [20, 40, 60]
    page = (review.outputs / "report" / "index.html").read_text("utf-8")
    assert "Recall curve so far" in page
    assert "Stopping: biased urn" in page


def facts_of(run: ReviewRun) -> ScreeningFacts:
    """Return what a methods section can say, from the tables of a run."""
    columns = {item.name: item for item in STAGES}["report"].reads
    tables = {}
    for name in columns:
        stage, _, short = name.partition("/")
        columns_of = next(item for item in STAGES if item.name == stage).columns(short)
        tables[name] = read_parquet(run.review.stages / f"{name}.parquet", columns_of)
    return screening_facts(StageInput(tables, {}, run.protocol))


def test_the_methods_section_gets_its_facts(review: Review) -> None:
    write(review.protocol, review.protocol.read_text("utf-8").replace('"screening"\n', '"off"\n'))
    run = run_stages(review)
    facts = facts_of(run)
    included = sum(row["included"] for row in table(review, "screen/reading"))
    assert (facts.use, facts.basis, facts.labelled_by, facts.seed) == ("ranked", "decisions", ("ann",), 7)
    assert (facts.records, facts.records_without_abstract, facts.rounds) == (240, 0, 2)
    assert (facts.training_records, facts.training_relevant) == (80, included)
    assert (facts.decided_by_people, facts.waiting, facts.excluded_by_machine) == (80, 160, 0)
    assert (facts.audit_share, facts.audit_records) == (0.5, 40)
    assert facts.estimated_recall is not None
    assert facts.recall_lower is not None
    assert 0 < facts.recall_lower <= facts.estimated_recall <= 1
    assert (facts.stopping_rule, facts.stopping_advice) == ("biased_urn", "read on")
    assert any(part.startswith("scikit-learn ") for part in facts.software)
    assert facts.statement == ""


def test_a_sorted_filtered_and_shortened_sheet_loses_neither_order_nor_draw(review: Review) -> None:
    run_stages(review)
    before = table(review, "screen/reading")
    sheet = min(review.worklists.glob("*-borderline.ann.csv"))
    rows = sorted(read_csv(sheet), key=lambda row: row["title"])
    header = ",".join(f'"{name}"' for name in rows[0])
    kept = [",".join('"' + cell.replace('"', '""') + '"' for cell in row.values()) for row in rows[:25]]
    sheet.write_bytes("\r\n".join([header, *kept]).encode("utf-8-sig"))
    run_stages(review)
    assert table(review, "screen/reading") == before


def test_without_its_draws_a_decision_stays_and_only_its_order_is_unknown(review: Review) -> None:
    run_stages(review)
    before = table(review, "screen/reading")
    shutil.rmtree(review.screening / "machine" / "draws")
    run_stages(review)
    after = table(review, "screen/reading")
    assert {row["record_id"]: row["included"] for row in after} == {r["record_id"]: r["included"] for r in before}
    assert {row["drawn"] for row in after} == {"elsewhere"}


def test_the_kept_features_change_nothing_and_may_be_deleted(review: Review) -> None:
    run_stages(review)
    before = output_hashes(review)
    kept = list((review.state / "arrays").glob("features-*.npz"))
    assert len(kept) == 1
    shutil.rmtree(review.state)
    shutil.rmtree(review.outputs)
    run_stages(review)
    assert output_hashes(review) == before


def test_a_new_search_shows_its_scores_and_undoes_the_sample(review: Review) -> None:
    run_stages(review)
    log = review.search_log.read_text("utf-8")
    other = [work | {"title": f"Soil of {work['title'].split()[-1]} fields", "abstract": "Wheat and soil and dung."}
             for work in works(60, 1000)]  # fmt: skip
    write(review.references / "soil.ris", ris(other))
    write(review.search_log, log + '\n[[source]]\nname = "Soil Index"\nkind = "database"\nexport = "soil.ris"\n')
    told = screening(run_stages(review))
    drift = {row["source"]: row for row in told["drift"]}
    assert drift["Soil Index"]["decided"] == 0
    assert "no record of it is decided yet" in drift["Soil Index"]["remark"]
    assert any(line.startswith("Drift, Soil Index: ") for line in told["lines"])
    assert told["statements"][3]["says"] == "cannot say"


# --- machine runs -----------------------------------------------------------------------------------------------


def test_off_means_that_nobody_but_people_excludes(review: Review) -> None:
    write(review.protocol, review.protocol.read_text("utf-8").replace('"screening"\n', '"off"\n'))
    told = screening(run_stages(review))
    assert told["statements"][3]["says"] == "can cut"
    assert not (review.screening / "machine" / "runs").exists()
    assert "excluded_machine" not in outcomes(review).values()


def test_a_run_is_written_when_its_statement_can_be_made_and_excludes_what_nobody_read(frozen: Review) -> None:
    files = machine_files(frozen)
    assert list(files) == ["0001.csv", "0001.json"]
    facts = json.loads(files["0001.json"])
    assert (facts["statement"], facts["mode"], facts["protocol_version"]) == ("expected_recall", "screening", "1")
    assert facts["sample_inclusions"] >= 19
    assert facts["model"]["seed"] == 7
    found = outcomes(frozen)
    by_machine = [record for record, outcome in found.items() if outcome == "excluded_machine"]
    assert len(by_machine) == facts["excluded"] > 50
    assert list(found.values()).count("included") + list(found.values()).count("excluded") == 80
    counts = json.loads((frozen.outputs / "report" / "counts.json").read_bytes())
    assert counts["excluded_machine"] == len(by_machine)
    assert counts["automation_ineligible"] == 0
    figure = (frozen.outputs / "report" / "flow.svg").read_text("utf-8")
    assert "Excluded by automation tools" in figure
    assert f"n = {len(by_machine)}" in figure


def test_the_same_files_give_the_same_bytes_and_a_second_run_writes_nothing(frozen: Review) -> None:
    before, files = output_hashes(frozen), machine_files(frozen)
    shutil.rmtree(frozen.outputs)
    run_stages(frozen)
    assert (output_hashes(frozen), machine_files(frozen)) == (before, files)


def test_another_ranking_leaves_the_run_as_it_is(frozen: Review) -> None:
    files, before = machine_files(frozen), outcomes(frozen)
    sheet = max(frozen.worklists.glob("*-borderline.ann.csv"))
    decide(frozen, (frozen.shown(sheet),))
    run_stages(frozen)
    assert machine_files(frozen) == files
    after = outcomes(frozen)
    moved = {record for record in before if before[record] != after[record]}
    assert moved <= {row["id"] for row in read_csv(sheet)}
    assert any(before[record] == "excluded_machine" for record in moved)  # the sample that people read


def test_people_read_a_random_sample_and_the_misses_are_bounded(frozen: Review) -> None:
    by_machine = {record for record, outcome in outcomes(frozen).items() if outcome == "excluded_machine"}
    sheet = max(frozen.worklists.glob("*-borderline.ann.csv"))
    rows = read_csv(sheet)
    sample = [row for row in rows if row["id"] in by_machine]
    assert len(sample) >= 5
    assert all(row["why"].startswith("random audit") for row in sample)
    first = sample[0]["id"]
    fill(sheet, {row["id"]: truth(row) for row in rows} | {first: {"decision": "include"}})
    told = screening(run_stages(frozen))
    check = told["machine"]["check"]
    assert (check["read"] >= 5, check["missed"]) == (True, 1)
    assert check["upper"] >= 1
    assert outcomes(frozen)[first] == "included"
    assert any(line.startswith("Machine run 1, sample: 1 inclusion among") for line in told["lines"])
    page = (frozen.outputs / "report" / "index.html").read_text("utf-8")
    assert "1 inclusion among" in page
    facts = facts_of(ReviewRun(frozen))
    assert (facts.use, facts.statement, facts.statement_void) == ("ranked and excluded", "expected_recall", "")
    assert (facts.machine_sample_records, facts.machine_sample_missed) == (check["read"], 1)
    assert facts.machine_missed_upper == check["upper"]


def test_a_run_is_taken_back_by_record_and_as_a_whole(frozen: Review) -> None:
    by_machine = sorted(record for record, outcome in outcomes(frozen).items() if outcome == "excluded_machine")
    files = machine_files(frozen)
    with pytest.raises(ReviewError, match="is no record that machine run 1 excluded"):
        revoke(frozen, 1, ["r0000000000000"], "ann")
    with pytest.raises(ReviewError, match="no such machine run"):
        revoke(frozen, 7, [], "ann")
    revoke(frozen, 1, by_machine[:2], "ann", "looks relevant")
    run_stages(frozen)
    assert [outcomes(frozen)[record] for record in by_machine[:3]] == ["undecided", "undecided", "excluded_machine"]
    revoke(frozen, 1, [], "ann")
    told = screening(run_stages(frozen))
    assert "excluded_machine" not in outcomes(frozen).values()
    assert any("was taken back" in line for line in told["lines"])
    assert {name: data for name, data in machine_files(frozen).items() if name in files} == files
    write(frozen.protocol, frozen.protocol.read_text("utf-8").replace('version = "1"', 'version = "2"'))
    told = screening(run_stages(frozen))
    again = {record for record, outcome in outcomes(frozen).items() if outcome == "excluded_machine"}
    assert not again & set(by_machine)  # what people took back no later run excludes


def test_an_edited_run_is_not_used_and_ends_with_a_problem(frozen: Review) -> None:
    path = frozen.screening / "machine" / "runs" / "0001.csv"
    path.write_bytes(path.read_bytes().replace(b",yes,", b",,", 1))
    run = run_stages(frozen)
    assert run.exit_status == 3
    assert any("this machine run cannot be used" in notice.text for notice in run.notices)
    assert (frozen.screening / "machine" / "runs" / "0002.json").exists()  # the statement can still be made anew


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("served in schools", "served at schools"), "the criteria changed"),
        (lambda text: text.replace("[screening]", "[screening]\ntarget_recall = 0.99"), "was raised from 95% to 99%"),
    ],
    ids=["criteria", "target"],
)
def test_a_changed_protocol_voids_the_statement_and_says_so(frozen: Review, change: Any, reason: str) -> None:  # noqa: ANN401
    # With few inclusions in the sample the statement of the whole review cannot be made anew: the old run stays, void.
    text = frozen.protocol.read_text("utf-8").replace("expected_recall", "whole_review")
    write(frozen.protocol, change(text))
    run = run_stages(frozen)
    told = screening(run)
    assert told["machine"]["run"] == 1 and "0002.json" not in machine_files(frozen)
    assert any(reason in item for item in told["machine"]["void"])
    assert any(notice.code == "statement_void" and reason in notice.text for notice in run.notices)


def test_criteria_that_changed_under_the_random_sample_make_no_new_run(frozen: Review) -> None:
    text = frozen.protocol.read_text("utf-8")
    write(frozen.protocol, text.replace("served in schools", "served at schools"))
    run = run_stages(frozen)
    told = screening(run)
    assert told["machine"]["run"] == 1 and "0002.json" not in machine_files(frozen)
    assert any(notice.code == "criteria_changed" for notice in run.notices)
    triage = [row["sentence"] for row in told["statements"] if row["kind"] == "triage"]
    assert all("the criteria changed after" in sentence and "Assumed" not in sentence for sentence in triage)


def test_a_changed_record_voids_the_statement_and_goes_to_people_again(frozen: Review) -> None:
    found = table(frozen, "screen/machine")
    titles = {row["cluster_id"]: row["title"] for row in table(frozen, "deduplicate/records")}
    victim = next(row for row in found if row["standing"] == "excluded")
    title = titles[victim["cluster_id"]]
    export = frozen.references / "food.ris"
    number = title.split()[-1]
    text = export.read_text("utf-8")
    assert f"TI  - {title}\n" in text
    new = [work | {"title": f"Canteens of prisons {work['title'].split()[-1]}"} for work in works(40, 2001)]
    write(export, text + "\n" + ris(new))
    run = run_stages(frozen, accept_changes=True)
    told = screening(run)
    assert told["machine"]["run"] == 1
    assert told["machine"]["void"] == ["40 records are new or changed"]
    assert told["machine"]["stands"] == told["machine"]["excluded"]
    assert number
    assert any(line.startswith("Machine run 1") and "(void: 40 records are new" in line for line in told["lines"])
    assert "excluded_machine" not in {
        outcome for record, outcome in outcomes(frozen).items() if record not in {row["record_id"] for row in found}
    }


def test_reading_ends_where_the_named_stopping_rule_lets_it(tmp_path: Path) -> None:
    rule = ON.replace("expected_recall", "corrected").replace("audit_share = 0.5", "audit_share = 0.1")
    review = many(tmp_path / "many", 240, ALONE.replace("batch_size = 12", rule))
    run = run_stages(review)
    assert screening(run)["why_no_machine_run"].startswith("cannot say: no inclusion is found yet")
    for _ in range(6):
        if screening(run)["machine"]:
            break
        decide(review, run.issued.new)
        run = run_stages(review)
    told = screening(run)
    assert told["machine"]["statement"] == "corrected" and not told["machine"]["void"]
    facts = json.loads(machine_files(review)["0001.json"])
    assert facts["sentence"].startswith("people may stop: ") and facts["spoken_by"] == "corrected"
    assert facts["assumption"] == "the ranking of the unread records is no worse than a random order"
    now = outcomes(review)
    assert {now[record] for record in now} == {"included", "excluded", "excluded_machine"}
    counts = run.status()["counts"]
    assert counts["awaiting_screening"] == 0 and counts["excluded_machine"] == told["machine"]["excluded"] > 0
    assert sum(outcome == "excluded_machine" for outcome in now.values()) == counts["excluded_machine"]
    assert screening(run_stages(review))["machine"]["run"] == 1
    # Raised so far that the rule would have people read on: the run stays, void for both reasons.
    write(
        review.protocol, review.protocol.read_text("utf-8").replace("[screening]", "[screening]\ntarget_recall = 0.99")
    )
    later = screening(run_stages(review))["machine"]
    assert later["run"] == 1 and later["stands"] == told["machine"]["excluded"]
    assert later["void"] == [
        "the recall asked for was raised from 95% to 99%",
        "the rule no longer lets people stop (read on)",
    ]


def test_before_screening_is_counted_before_screening(review: Review) -> None:
    text = review.protocol.read_text("utf-8")
    write(
        review.protocol,
        text.replace('classifier_exclusions = "screening"', 'classifier_exclusions = "before_screening"'),
    )
    run_stages(review)
    counts = json.loads((review.outputs / "report" / "counts.json").read_bytes())
    assert counts["automation_ineligible"] > 50
    assert counts["screened"] == 240 - counts["automation_ineligible"]
    assert counts["excluded_machine"] == 0


# --- commands ---------------------------------------------------------------------------------------------------


def test_the_next_worklist_comes_without_the_report_and_status_and_why_tell(
    review: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    write(review.protocol, review.protocol.read_text("utf-8").replace('"screening"\n', '"off"\n'))
    page = (review.outputs / "report" / "index.html").read_bytes()
    lines, exit_status = next_worklist(review, Console(plain=True))
    assert exit_status == 0
    assert "decisions" in capsys.readouterr().out
    assert [line for line in lines if (line.startswith("new sheet ") and "0003-borderline" in line) or "0004-b" in line]
    assert (review.outputs / "report" / "index.html").read_bytes() == page
    stages = json.loads((review.outputs / "status.json").read_bytes())["stages"]
    assert stages.keys() == {stage.name for stage in STAGES}
    later = {name for name, said in stages.items() if said.endswith(" (as of the last `make review`)")}
    assert later == {"references", "integrate", "report"}
    told = screening_status(review)
    assert told[0].startswith("Screening: 80 of 240 records decided, ")
    assert any(line.startswith("  0001 ann: 40 of 40, ") for line in told)
    lines, _ = next_worklist(review, Console(plain=True))
    assert "No new sheet: the current ones are not full (--now issues the next all the same)." in lines
    undecided = next(record for record, outcome in outcomes(review).items() if outcome == "undecided")
    why = why_ranked(review, undecided)
    points = [float(line.split()[0]) for line in why if line.startswith("    ") and line.split()[0][0] in "+-" and
              len(line.split()) > 1 and ")" not in line.split()[0]]  # fmt: skip
    score = float(next(line for line in why if line.startswith("  Score ")).split()[1])
    assert sum(points) == pytest.approx(score, abs=0.001)
    assert any(line.startswith("    I1_meals: ") for line in why)
    with pytest.raises(ReviewError, match="no entry or record of this review has this id"):
        why_ranked(review, "r0000000000000")


def test_where_several_review_undo_asks_whose_decisions(review: Review) -> None:
    team = review.protocol.read_text("utf-8").replace('reviewers = ["ann"]', 'reviewers = ["ann", "ben"]')
    write(review.protocol, team)
    before = (review.ledgers / "ann.csv").read_bytes()
    with pytest.raises(ReviewError) as caught:
        undo_decisions(review, "")
    assert caught.value.lines == [
        "it is not said whose decisions are to be taken back; allowed: ann, ben; say it: `screen undo --reviewer NAME`"
    ]
    assert (review.ledgers / "ann.csv").read_bytes() == before


def test_the_last_decisions_of_a_person_are_withdrawn_and_come_again(review: Review) -> None:
    run_stages(review)
    before = outcomes(review)
    lines = undo_decisions(review, "ann", 2)
    assert [line.split(":")[0] for line in lines] == [
        "withdrawn",
        "withdrawn",
        "run `make review` or `python -m pipeline screen next`",
    ]
    run_stages(review)
    after = outcomes(review)
    changed = {
        record for record in before if before[record] in ("included", "excluded") and before[record] != after[record]
    }
    assert len(changed) == 2
    one = next(record for record in before if before[record] == "included" and record not in changed)
    undo_decisions(review, "", wanted=[one])  # one reviewer: nobody else could be meant
    run_stages(review)
    assert outcomes(review)[one] in ("undecided", "excluded_machine")
    with pytest.raises(ReviewError, match="no decision on this id stands"):
        undo_decisions(review, "ann", wanted=[one])
    with pytest.raises(ReviewError, match="nobody of this review"):
        undo_decisions(review, "zoe")


def test_every_part_of_the_command_prints_lines(frozen: Review, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(frozen.folder)
    assert main(["screen", "status", "--review", folder]) == 0
    told = capsys.readouterr().out
    assert "Stopping, hypergeometric: read on: " in told
    assert "Machine run 1 of " in told
    assert main(["screen", "agreement", "--review", folder]) == 0
    assert capsys.readouterr().out.strip()
    found = outcomes(frozen)
    by_machine = sorted(record for record, outcome in found.items() if outcome == "excluded_machine")
    assert main(["screen", "why", by_machine[0], "--review", folder]) == 0
    assert "excluded machine" in capsys.readouterr().out
    assert main(["screen", "undo", by_machine[0], "--run", "1", "--note", "mine", "--review", folder]) == 0
    assert "goes to people again" in capsys.readouterr().out
    assert main(["screen", "undo", by_machine[0], "--run", "1", "--review", folder]) == 2
    assert "taken back already" in capsys.readouterr().err
    assert main(["screen", "undo", "--note", "why", "--review", folder]) == 2
    assert main(["screen", "undo", "--reviewer", "ann", "--review", folder]) == 0
    assert capsys.readouterr().out.startswith("withdrawn: ")
    assert main(["screen", "next", "--plain", "--review", folder]) == 0
    printed = capsys.readouterr().out
    assert "The report is as of the last `make review`." in printed
    assert outcomes(frozen)[by_machine[0]] == "undecided"
