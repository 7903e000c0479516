"""A whole sheet with the texts that spreadsheets change most gladly, filled, for an office program to open and save."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from pipeline.decisions.issue import Task
from pipeline.decisions.sheet_workbook import workbook_bytes
from pipeline.decisions.worklist_kinds import KINDS
from pipeline.identity import text_sha256
from tests.unit.decisions_support import (
    IDS,
    Cells,
    Desk,
    protocol,
    read_cells,
    save,
    task,
    workbook_cells,
)

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "office"
TEXTS = (
    "Co-production, “quoted”: naïve? Café & crème",
    "=1+1 meals",
    "@school and -home",
    "+ and - and = in one title",
    "＝１＋１ in full width",
    "'single' quotes",
    "Обед в школе; 給食 и meals",
    'A "double" quote, a comma; a semicolon',
    "  blanks around  ",
    "A title\nof two lines",
    "An emoji 🍎 and a no-break\u00a0space, soft\u00adhyphen",
    "MAR1 and 1e5 and 00012 in words",
    "Long: " + "many words in a row, " * 300,
)
ANSWERS: tuple[tuple[str, str, str], ...] = (
    ("include", "", ""),
    ("EXCLUDE", "E1", "see p. 3; “odd”"),
    ("1", "", "1984"),
    ("0", "E2_policy", "p = .05, not a formula"),
    ("maybe", "", "line one\nline two"),
    ("Yes.", "", ""),
    ("нет", "Type of document", "обед"),
    ("x", "", ""),
    ("n", "e10", "a, b; c"),
    ("?", "", ""),
    ("in", "", ""),
    ("out", "Politics, policy, planning", ""),
    ("", "", ""),
)
_MEANT = {"include": ("include", "1", "Yes.", "x", "in"), "maybe": ("maybe", "?")}
_CODES = {"E1": "E1_technical", "E2_policy": "E2_policy", "Type of document": "E10_type", "e10": "E10_type"}
_CODES |= {"Politics, policy, planning": "E2_policy", "": ""}


def office_task(number: int) -> Task:
    """Return what waits for a person about one of the texts."""
    item, title = task(number), TEXTS[number]
    abstract = "\n".join([title, title[::-1], "Last, line"])
    cells = {**item.cells, "title": title, "abstract": abstract, "text_sha256": text_sha256(title, abstract)}
    return replace(item, cells=cells)


def desk_for_office(folder: Path, sheets: str) -> Desk:
    """Return a review with one issued sheet of all the texts."""
    desk = Desk(folder, protocol(sheets=sheets))
    desk.issue(*(office_task(number) for number in range(len(TEXTS))))
    return desk


def fill_for_office(path: Path) -> None:
    """Write the answers into the sheet, as what it is."""
    workbook = path.suffix == ".xlsx"
    rows: list[Cells] = workbook_cells(path) if workbook else read_cells(path)
    for row, (decision, reason, note) in zip(rows, ANSWERS, strict=True):
        row |= {"decision": decision, "reason": reason, "note": note}
    columns = list(rows[0])
    if workbook:
        path.write_bytes(workbook_bytes(KINDS["borderline"], columns, [list(row.values()) for row in rows]))
    else:
        save(path, rows)


def filled_rows() -> list[tuple[str, str, str, str, str]]:
    """Return what the ledger must hold: id, decision, reason, title, note."""
    found = []
    for number, (decision, reason, note) in enumerate(ANSWERS):
        word = next((word for word, texts in _MEANT.items() if decision in texts), "exclude")
        if decision:
            found.append((IDS[number], word, _CODES[reason], TEXTS[number], note))
    return found


# Without a screen the program does not look at the mark of UTF-8 that makes it choose UTF-8 on one.
_AS_UTF8 = ("--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",)


def through_office(office: str, source: Path, target: str, folder: Path, *, utf8: bool = True) -> Path:
    """Have an office program read a file and save it as something else, and return the new file.

    `utf8`: a CSV is opened as what it is; otherwise as cp1252, as some programs do.
    """
    utf8 = utf8 and source.suffix == ".csv"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    form = {"csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"}.get(target, target)
    arguments = [office, profile, "--headless", *(_AS_UTF8 if utf8 else ()), "--convert-to", form]
    arguments += ["--outdir", str(folder / target), str(source)]
    subprocess.run(arguments, check=True, capture_output=True, timeout=180)
    found = sorted((folder / target).glob(f"{source.stem}*.{target}"))
    return found[0]
