"""The command line as people use it: runs, kills, spreadsheets, mistakes, exit statuses."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from pipeline.review import Review
from pipeline.stages.table import STAGES
from tests.flow.toy_review import (
    PROTOCOL,
    REPOSITORY,
    SOURCES,
    command,
    fill,
    make_review,
    output_hashes,
    read_csv,
    truth,
    write,
)

pytestmark = pytest.mark.flow


def test_a_first_run_ends_well_and_says_last_what_waits_and_where(run_once: tuple[Path, str]) -> None:
    folder, printed = run_once
    lines = printed.strip().splitlines()
    assert "screening/worklists/0001-borderline.ann.csv: 12 rows to fill (decide title and abstract)" in printed
    assert lines[-1].startswith("Report: ")
    assert (folder / "screening/worklists/0001-borderline.ann.csv").is_file()
    for name in ("report/flow.svg", "report/index.html", "report/records.csv", "report/counts.json", "status.json"):
        assert (folder / "outputs" / name).stat().st_size > 100


def test_the_run_is_a_prefect_flow_with_states_logs_and_artifacts(
    run_once: tuple[Path, str], prefect_server: str
) -> None:
    def ask(what: str) -> list[dict[str, object]]:
        request = urllib.request.Request(
            f"{prefect_server}/{what}/filter", data=b"{}", headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: list[dict[str, object]] = json.load(answer)
            return found

    runs = [run for run in ask("flow_runs") if run["name"] == str(run_once[0])]
    assert [run["state_name"] for run in runs] == ["AwaitingScreening"]
    tasks = {run["name"] for run in ask("task_runs") if run["flow_run_id"] == runs[0]["id"]}
    assert {stage.name for stage in STAGES} <= tasks
    artifacts = {artifact["key"]: artifact["type"] for artifact in ask("artifacts")}
    assert artifacts["prisma-counts"] == "table"
    assert artifacts["review-summary"] == "markdown"
    assert any("entries from 3 files" in str(line["message"]) for line in ask("logs"))


def test_a_second_run_says_unchanged_starts_no_prefect_and_changes_no_byte(review: Review) -> None:
    before = output_hashes(review)
    done = command("review", str(review.folder), PREFECT_API_URL="http://127.0.0.1:9/nobody")
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"^\w+ +unchanged: ", done.stdout, re.MULTILINE)) == len(STAGES)
    assert output_hashes(review) == before


def test_a_sheet_saved_by_a_spreadsheet_is_read_and_only_what_follows_runs(review: Review) -> None:
    sheet = review.worklists / "0001-borderline.ann.csv"
    fill(sheet, {row["id"]: truth(row) for row in read_csv(sheet)})
    done = command("review", str(review.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 decisions of ann appended" in done.stdout
    assert re.search(r"^import +unchanged", done.stdout, re.MULTILINE)
    assert re.search(r"^deduplicate +unchanged", done.stdout, re.MULTILINE)
    assert len(read_csv(review.ledgers / "ann.csv")) == 12
    counts = json.loads((review.outputs / "status.json").read_bytes())["counts"]
    assert counts["excluded_records"] + counts["main"]["sought"] == 12
    assert command("review", str(review.folder)).stdout.count("unchanged") == len(STAGES)


def test_explain_prints_the_whole_path(review: Review) -> None:
    sheet = review.worklists / "0001-borderline.ann.csv"
    first, *others = read_csv(sheet)
    answers = {row["id"]: {"decision": "include"} for row in others}
    fill(sheet, answers | {first["id"]: {"decision": "exclude", "reason": "E1"}})
    (review.references / "cut.bib").write_text("@article{cut,\n  author = {Berg, Nora\n")
    command("review", str(review.folder))
    states = read_csv(review.outputs / "report" / "records.csv")
    by_state = {row["state"]: row["entry_id"] for row in states}
    for state, wanted in {
        "excluded_human": ("Decision: ", "ann, title abstract: exclude, reason E", "Records excluded (by a person)"),
        "awaiting_retrieval": ("title abstract: include", "Report r", "waits to be retrieved"),
        "duplicate": ("entries are this work", "duplicate by rule: ", "The work itself, as r"),
        "removed": ("Could not be read: ", "Records removed for other reasons (unreadable)"),
        "awaiting_screening": ("Decisions: none yet", "waits for a person"),
    }.items():
        done = command("explain", by_state[state].upper(), "--review", str(review.folder))
        assert done.returncode == 0, done.stderr
        assert "Identified in references/" in done.stdout
        for words in wanted:
            assert words in done.stdout, (state, done.stdout)
    by_doi = command("explain", "10.5555/toy.0.0", "--review", str(review.folder))
    assert "Free school lunch and the vegetables pupils eat in Bergen" in by_doi.stdout


def test_a_run_killed_in_any_stage_is_completed_by_the_next(
    prefect_server: str, run_once: tuple[Path, str], tmp_path: Path
) -> None:
    review = make_review(tmp_path / "killed")
    killed = []
    for stage in STAGES:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "review", str(review.folder)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if re.match(rf"{stage.name} +\.\.\.", line):
                time.sleep(0.02)
                os.kill(process.pid, signal.SIGKILL)
                killed.append(stage.name)
                break
        process.stdout.close()
        process.wait(60)
    assert killed == [stage.name for stage in STAGES]
    done = command("review", str(review.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert output_hashes(review) == output_hashes(Review(run_once[0]))


def test_no_run_asks_for_an_address_outside_this_machine(tmp_path: Path) -> None:
    """A whole review with Prefect's own temporary server; every look-up and connection is watched."""
    guard, asked = tmp_path / "guard", tmp_path / "asked.txt"
    write(
        guard / "sitecustomize.py",
        f"""
import socket
LOG = {str(asked)!r}
HERE = ("127.", "localhost", "::1", "0.0.0.0")
true_look_up, true_connect = socket.getaddrinfo, socket.socket.connect
def refuse(host):
    with open(LOG, "a") as log:
        log.write(f"{{host}}\\n")
    raise OSError("no network in this test")
def look_up(host, *rest, **more):
    name = host.decode() if isinstance(host, bytes) else host
    if name and not str(name).startswith(HERE):
        refuse(name)
    return true_look_up(host, *rest, **more)
def connect(self, address):
    if isinstance(address, tuple) and not str(address[0]).startswith(HERE):
        refuse(address[0])
    return true_connect(self, address)
socket.getaddrinfo, socket.socket.connect = look_up, connect
""",
    )
    review = make_review(tmp_path / "toy")
    environment = {"PYTHONPATH": f"{guard}{os.pathsep}{REPOSITORY}", "PREFECT_HOME": str(tmp_path / "home")}
    done = command("review", str(review.folder), PREFECT_API_URL="", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rows to fill" in done.stdout
    assert not asked.exists(), asked.read_text()


def test_bad_data_is_named_in_one_line_each_and_the_good_part_is_used(review: Review) -> None:
    """Many mistakes at once: each is named with file, row, value and what to do; none costs anything else."""
    write(review.references / "empty.ris", "")
    (review.references / "picture.ris").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    write(review.references / "login.ris", "<!DOCTYPE html><html><body>Sign in</body></html>")
    write(
        review.references / "broken.bib",
        "@article{a,\n title = {A good one of school lunch},\n author = {Moss, E.}\n}\n\n"
        "@article{b,\n author = {Moss, E.\n\n@article{c,\n title = {Another good one},\n author = {Laine, A.}\n}\n",
    )
    sheet = review.worklists / "0001-borderline.ann.csv"
    rows = read_csv(sheet)
    swapped = rows[4]["id"][:3] + rows[4]["id"][4] + rows[4]["id"][3] + rows[4]["id"][5:]
    fill(
        sheet,
        {
            rows[0]["id"]: {"decision": "perhaps"},
            rows[1]["id"]: {"decision": "exclude", "reason": "E9"},
            rows[2]["id"]: {"decision": "exclude"},
            rows[3]["id"]: {"decision": "include"},
            rows[4]["id"]: {"decision": "include", "id": swapped if swapped != rows[4]["id"] else "r000000000000z"},
        },
    )
    done = command("review", str(review.folder))
    assert done.returncode == 3
    assert "Traceback" not in done.stdout + done.stderr
    named = [line for line in done.stdout.splitlines() if line.startswith(("PROBLEM", "WARNING"))]
    for words in (
        ("empty.ris", "no records"),
        ("picture.ris",),
        ("login.ris",),
        ("broken.bib", "could not be read"),
        ("0001-borderline.ann.csv, row 2", "'perhaps'", "include, exclude, maybe, withdraw"),
        ("0001-borderline.ann.csv, row 3", "'E9'", "E1_no_meal, E2_no_school"),
        ("0001-borderline.ann.csv, row 4", "needs a reason"),
        ("0001-borderline.ann.csv, row 6", "check character"),
    ):
        assert [line for line in named if all(word in line for word in words)], (words, named)
    assert [row["decision"] for row in read_csv(review.ledgers / "ann.csv")] == ["include"]
    counts = json.loads((review.outputs / "status.json").read_bytes())["counts"]
    assert counts["removed"] == [{"label": "unreadable", "n": 1, "code": "unreadable"}]
    titles = {row["title"] for row in read_csv(review.outputs / "report" / "records.csv")}
    assert {"A good one of school lunch", "Another good one"} <= titles


def test_a_sheet_with_a_renamed_column_is_refused_whole_and_not_issued_twice(review: Review) -> None:
    sheet = review.worklists / "0001-borderline.ann.csv"
    text = sheet.read_bytes().decode("utf-8-sig").replace("id,decision,", "id,verdict,", 1)
    write(sheet, text)
    done = command("review", str(review.folder))
    assert done.returncode == 3
    assert "has no column 'decision'" in done.stdout
    assert "verdict" in done.stdout
    assert len(list(review.worklists.glob("*-borderline.ann.csv"))) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("seed = 7", "sede = 7"), ["[review] sede: unknown key", "did you mean 'seed'"]),
        (("batch_size = 12", 'batch_size = "many"'), ["line 28: [screening] batch_size", "'many'"]),
        (('reasons = ["E1_no_meal"]', 'reasons = ["E1_no_meel"]'), ["E1_no_meel", "did you mean 'E1_no_meal'"]),
        (("[screening]", "[screening"), ["not valid TOML", "line"]),
    ],
    ids=["typo", "type", "code", "syntax"],
)
def test_a_mistake_in_the_protocol_is_named_and_ends_with_2(
    review: Review, change: tuple[str, str], words: list[str]
) -> None:
    write(review.protocol, PROTOCOL.replace(*change))
    done = command("review", str(review.folder))
    assert done.returncode == 2
    assert "screening/protocol.toml" in done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr


def test_mistakes_in_both_files_are_reported_together(review: Review) -> None:
    write(review.protocol, PROTOCOL.replace("seed = 7", "sede = 7").replace("version", "versoin"))
    write(review.search_log, SOURCES.replace('kind = "register"', 'kind = "regster"'))
    done = command("review", str(review.folder))
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if line.startswith("error: ")]) == 3


def test_a_short_export_is_a_warning_that_stays(review: Review) -> None:
    write(review.search_log, SOURCES.replace("hits_reported = 24", "hits_reported = 240"))
    for _ in range(2):
        done = command("review", str(review.folder))
        assert done.returncode == 0
        assert "reported 240 hits, its export holds 24" in done.stdout


def test_status_answers_and_is_strict_on_request(review: Review) -> None:
    assert command("status", str(review.folder)).returncode == 0
    assert command("status", str(review.folder), "--strict").returncode == 3
    found = json.loads(command("status", str(review.folder), "--json").stdout)
    assert found["state"] == "awaiting people"


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("review", "--help"), ("status", "{}"), ("explain", "10.5555/toy.0.0", "--review", "{}")],
    ids=lambda arguments: arguments[0],
)
def test_quick_commands_import_neither_prefect_nor_pandas(review: Review, arguments: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom pipeline.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "loaded = {'prefect', 'pandas', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)\n"
    )
    filled = [argument.format(review.folder) for argument in arguments]
    done = subprocess.run(
        [sys.executable, "-c", code, *filled], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("review", "{}/nowhere"), "no such folder"),
        (("review", "{}/references"), "is not a review"),
        (("explain", "r0000", "--review", "{}"), "no entry has this id, DOI or title"),
        (("explain", "r0000000000000", "--review", "{}"), "no entry of this review has or had this id"),
        (("new", "{}"), "exists and is not empty"),
        (("import-decisions", "nothing.csv", "--reviewer", "an", "--review", "{}"), "did you mean 'ann'"),
    ],
)
def test_wrong_use_is_one_line_and_ends_with_2(review: Review, arguments: tuple[str, ...], words: str) -> None:
    done = command(*(argument.format(review.folder) for argument in arguments))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert words in done.stderr


def test_two_runs_at_once_in_a_folder_are_refused(review: Review) -> None:
    from pipeline.lock import run_lock

    with run_lock(review.state / "lock"):
        done = command("review", str(review.folder))
    assert done.returncode == 2
    assert "another run works in this folder" in done.stderr


def test_a_count_that_does_not_add_up_stops_the_run_and_names_ids(review: Review) -> None:
    """Break conservation on purpose: a duplicates stage that forgets an entry must be found out."""
    code = (
        "import sys\n"
        "import pipeline.stages.deduplicate as stage\n"
        "true = stage.find_duplicates\n"
        "def forgetful(*arguments):\n"
        "    found = true(*arguments)\n"
        "    return type(found)(found.clusters.iloc[1:], found.records, found.pairs)\n"
        "stage.find_duplicates = forgetful\n"
        "from pipeline.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    (review.stages / "deduplicate" / "manifest.json").unlink()
    done = subprocess.run(
        [sys.executable, "-c", code, "review", str(review.folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert re.search(r"error: K3 every entry in one cluster: .* entries: r\w{13}", done.stderr), done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_review_can_be_run_as_it_is_written(tmp_path: Path, prefect_server: str) -> None:
    folder = tmp_path / "fresh"
    assert command("new", str(folder)).returncode == 0
    done = command("review", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no exports" in done.stdout
