"""Only input and output is tried again; a mistake of the program is shown with its traceback and ends with 1."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipeline.review import Review
from tests.flow.toy_review import REPOSITORY

pytestmark = pytest.mark.flow

CODE = """
import sys
from pipeline.run import ReviewRun
true, calls = ReviewRun.run_stage, []
def troubled(self, stage, progress):
    calls.append(stage.name)
    if stage.name == "screen" and calls.count("screen") == 1:
        raise {error}
    return true(self, stage, progress)
ReviewRun.run_stage = troubled
from pipeline.cli import main
try:
    status = main(sys.argv[1:])
finally:
    print("screen was tried", calls.count("screen"), "times")
sys.exit(status)
"""


def run_with(error: str, review: Review) -> subprocess.CompletedProcess[str]:
    """Run the review with an error in the first try of one stage."""
    (review.stages / "screen" / "manifest.json").unlink()
    return subprocess.run(
        [sys.executable, "-c", CODE.format(error=error), "review", str(review.folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_file_that_could_not_be_read_is_tried_again(review: Review) -> None:
    done = run_with('OSError(5, "the share is away for a moment")', review)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "screen was tried 2 times" in done.stdout


def test_a_mistake_of_the_program_is_not_tried_again_and_ends_with_1(review: Review) -> None:
    done = run_with('ZeroDivisionError("ours")', review)
    assert done.returncode == 1
    assert "screen was tried 1 times" in done.stdout
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError: ours" in done.stderr


def test_a_mistake_of_the_user_is_not_tried_again_and_ends_with_2(review: Review) -> None:
    done = run_with('__import__("pipeline.errors").errors.ReviewError("yours")', review)
    assert done.returncode == 2
    assert "screen was tried 1 times" in done.stdout
    assert done.stderr.strip() == "error: yours"
