"""The documentation does not lie: every command of the README is run, every reference page is what the code says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flow.toy_review import REPOSITORY

README = REPOSITORY / "README.md"
NOT_RUN = ("make test", "git clone", "py -m venv", ".venv\\Scripts", ".venv/bin/prefect server", "PREFECT_API_URL")
"""Set-up, this test itself, other systems and servers that stay: each is covered elsewhere or cannot be run here."""


def blocks() -> list[tuple[str, list[str]]]:
    """Return each command of the README's console blocks with the output shown for it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif found:
                found[-1][1].append(line)
    return found


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, prefect_server: str) -> Path:
    """Return a copy of what the repository ships, with this environment in place of a new one."""
    folder = tmp_path_factory.mktemp("readme") / "review"
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in names:
        if (REPOSITORY / name).is_file() and not name.startswith(("tests/", "screening/worklists", "screening/dupl")):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, target)
    shutil.rmtree(folder / "screening" / "machine", ignore_errors=True)
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    return folder


@pytest.mark.flow
def test_every_command_of_the_readme_runs_and_prints_what_the_readme_shows(clone: Path) -> None:
    commands = blocks()
    assert len(commands) >= 6
    for command, shown in commands:
        if command.startswith(NOT_RUN):
            continue
        runnable = command.replace("make review", "make -s -o .venv/.run review")
        done = subprocess.run(
            ["bash", "-c", runnable],
            cwd=clone,
            env=os.environ | {"MAKEFLAGS": ""},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == 0, f"{command}: {printed}"
        missing = [line for line in shown if line.strip() not in ("", "...") and line.strip() not in printed]
        assert not missing, f"{command} printed\n{printed}\nbut the README shows\n{missing}"


def test_the_reference_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "docs/make_reference.py", "--check"],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nrun: python docs/make_reference.py"


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in [README, *sorted((REPOSITORY / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http://", "https://")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_run_time_dependency_is_explained() -> None:
    text = (
        (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").partition("dependencies = [")[2].partition("]")[0]
    )
    explained = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name in re.findall(r'"([a-z0-9-]+)', text):
        assert f"| {name} |" in explained, name
