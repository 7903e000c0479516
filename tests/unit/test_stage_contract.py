"""What a stage is: its code's fingerprint follows the imports, its tables and functions can be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.protocol import Protocol
from pipeline.records import Column
from pipeline.stages.contract import PACKAGE, StageInput, StageResult, code_fingerprint, resolve
from pipeline.stages.table import STAGES

SOURCES = {
    "__init__.py": "VERSION = 1\n",
    "top.py": "from toy.middle import f\n",
    "middle.py": "def f():\n    from toy import sub\n    import toy.sub.deep\n",
    "sub/__init__.py": "",
    "sub/deep.py": "LIMIT = 1\n",
    "sub/templates/page.html": "<p>",
    "sub/templates/fonts/a.css": "a",
    "other.py": "X = 1\n",
    "broken.py": "def (",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in SOURCES.items():
        path = tmp_path / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "toy"


def fingerprint(package: Path) -> str:
    return code_fingerprint(frozenset({"toy.top"}), package)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("top.py", "from toy.middle import f  # x\n"),
        ("middle.py", SOURCES["middle.py"] + "\n"),
        ("sub/deep.py", "LIMIT = 2\n"),
        ("sub/__init__.py", "X = 1\n"),
        ("__init__.py", "VERSION = 2\n"),
        ("sub/templates/page.html", "<div>"),
        ("sub/templates/fonts/a.css", "b"),
        ("sub/templates/new.html", "new"),
    ],
)
def test_a_change_in_anything_that_is_imported_however_far_changes_the_fingerprint(
    package: Path, name: str, text: str
) -> None:
    before = fingerprint(package)
    assert fingerprint(package) == before
    (package / name).write_text(text, "utf-8")
    assert fingerprint(package) != before


@pytest.mark.parametrize("name", ["other.py", "broken.py", "sub/unused.py"])
def test_a_change_in_a_module_that_is_not_imported_changes_nothing(package: Path, name: str) -> None:
    before = fingerprint(package)
    (package / name).write_text("Y = 2\n", "utf-8")
    assert fingerprint(package) == before


def test_modules_that_import_one_another_come_to_an_end(package: Path) -> None:
    (package / "sub" / "deep.py").write_text("import toy.top\n", "utf-8")
    assert len(fingerprint(package)) == 64


def test_a_folder_that_is_moved_keeps_its_fingerprint(package: Path, tmp_path: Path) -> None:
    before = fingerprint(package)
    (tmp_path / "elsewhere").mkdir()
    package.rename(tmp_path / "elsewhere" / "toy")
    assert code_fingerprint(frozenset({"toy.top"}), tmp_path / "elsewhere" / "toy") == before


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_can_be_loaded_and_its_tables_have_columns(stage: object) -> None:
    from pipeline.stages.contract import Stage

    assert isinstance(stage, Stage)
    assert callable(stage.load())
    for table in stage.writes:
        columns = stage.columns(table)
        assert columns
        assert all(isinstance(column, Column) for column in columns)
    assert len(stage.code_sha256) == 64
    assert set(stage.sections) <= set(Protocol.model_fields)


def test_a_stage_reads_tables_of_earlier_stages_only() -> None:
    there: set[str] = set()
    for stage in STAGES:
        assert set(stage.reads) <= there
        there |= {f"{stage.name}/{table}" for table in stage.writes}


def test_the_readers_of_formats_are_part_of_the_import_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every module below pipeline/formats and pipeline/normalise reaches the import stage by a plain import."""
    read: set[Path] = set()
    original = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.add(path)
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    code_fingerprint(frozenset({"pipeline.stages.import_exports"}))
    formats = set((PACKAGE / "formats").glob("*.py"))
    assert formats <= read


def test_names_are_resolved() -> None:
    assert resolve("pipeline.errors:DONE") == 0
    with pytest.raises(AttributeError):
        resolve("pipeline.errors:nothing")


def test_defaults_of_input_and_result_do_nothing() -> None:
    StageInput({}, {}, protocol=None).progress(1, 2)  # type: ignore[arg-type]
    assert StageResult() == StageResult({}, {}, (), "", {})
