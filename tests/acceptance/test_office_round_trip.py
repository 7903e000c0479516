"""A whole sheet through LibreOffice and back, as CSV and as workbook: equal decisions, titles and notes (C19).

`RECORD_OFFICE=1 make acceptance` keeps what LibreOffice wrote in tests/fixtures/office/, where the tests that need no
LibreOffice read it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.unit.office_support import FIXTURES, desk_for_office, fill_for_office, filled_rows, through_office

pytestmark = pytest.mark.acceptance

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine")
@pytest.mark.parametrize(
    ("issued", "target"),
    [(issued, target) for issued in ("csv", "xlsx") for target in ("csv", "xlsx", "ods", "xls")]
    + [("csv_as_cp1252", "csv"), ("csv_as_cp1252", "xlsx")],
)
def test_a_whole_sheet_through_libreoffice_and_back(tmp_path: Path, issued: str, target: str) -> None:
    sheets, mixed = issued.partition("_")[0], issued != issued.partition("_")[0]
    desk = desk_for_office(tmp_path / "review", sheets)
    path = desk.sheet(f"0001-borderline.ann.{sheets}")
    fill_for_office(path)
    saved = through_office(str(OFFICE), path, target, tmp_path / "office", utf8=not mixed)
    if os.environ.get("RECORD_OFFICE") == "1":
        FIXTURES.mkdir(exist_ok=True)
        shutil.copyfile(saved, FIXTURES / f"from_{issued}.{target}")
    path.unlink()
    path.with_suffix(f".{target}").write_bytes(saved.read_bytes())
    desk.collect()
    assert (desk.problems(), desk.texts("warning")) == ([], [])
    given = [(row.entry_id, row.decision, row.reason, row.title, row.note) for row in desk.rows()]
    assert given == filled_rows()
    assert desk.collect().number == 0
