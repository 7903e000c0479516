"""Runs in a peer's environment: draws one PRISMA2020 file with it and says as JSON what became of that.

    python flow_peer.py PEER FLOW.csv OUT.svg

Imports nothing of this project. A peer that reads the file itself is given the file; for `prisma-flow`, which takes
keywords, the file is read here, generously: reasons are parted at `;` and at their last comma.
"""

from __future__ import annotations

import csv
import json
import sys
import warnings
from pathlib import Path

KEYWORDS = {
    "records_identified_databases": "database_results",
    "records_identified_registers": "register_results",
    "records_removed_duplicates": "duplicates",
    "records_removed_automation": "excluded_automatic",
    "records_removed_other": "excluded_other",
    "records_screened": "records_screened",
    "records_excluded": "records_excluded",
    "reports_sought": "dbr_sought_reports",
    "reports_not_retrieved": "dbr_notretrieved_reports",
    "reports_assessed": "dbr_assessed",
    "studies_included": "new_studies",
    "reports_included": "new_reports",
    "previous_studies": "previous_studies",
    "previous_reports": "previous_reports",
    "total_studies": "total_studies",
    "total_reports": "total_reports",
    "website_results": "website_results",
    "organisation_results": "organisation_results",
    "citations_results": "citations_results",
    "other_sought_reports": "other_sought_reports",
    "other_notretrieved_reports": "other_notretrieved_reports",
    "other_assessed": "other_assessed",
}


def main(peer: str, source: str, target: str) -> dict[str, object]:
    """Draw the file and return what was said: drawn, said (warnings and errors of the peer), error (it broke)."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            said = {"prisma-flow": prisma_flow, "prisma-flowchart": prisma_flowchart}[peer](source, target)
        said += [str(item.message) for item in caught if "glyph" not in str(item.message).lower()]
        missing = sorted({str(item.message) for item in caught if "glyph" in str(item.message).lower()})
    except BaseException as error:
        return {"drawn": False, "said": [], "missing": [], "error": f"{type(error).__name__}: {error}"[:300]}
    return {"drawn": Path(target).is_file(), "said": said, "missing": missing, "error": ""}


def prisma_flowchart(source: str, target: str) -> list[str]:
    """Draw with prisma-flowchart, which reads the file itself."""
    from prisma_flow_diagram.parser import load_prisma_csv
    from prisma_flow_diagram.renderer import render_prisma

    data = load_prisma_csv(source)
    render_prisma(data, previous=data.has_previous_data(), other=data.has_other_data()).save(target, overwrite=True)
    return []


def prisma_flow(source: str, target: str) -> list[str]:
    """Draw with prisma-flow and return what its validation says."""
    import prismaflow

    with Path(source).open(encoding="utf-8-sig", newline="") as stream:
        text = stream.read()
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    cells = {row["data"]: (row["n"] or "").strip() for row in csv.DictReader(text.splitlines(), delimiter=delimiter)}
    given = {name: int(cells[key]) for name, key in KEYWORDS.items() if cells.get(key, "").lstrip("-").isdigit()}
    given |= {"reports_excluded": reasons(cells.get("dbr_excluded", ""))}
    others = any(given.get(name) for name in ("website_results", "organisation_results", "citations_results"))
    if others:
        given |= {"other_excluded": reasons(cells.get("other_excluded", ""))}
        given["template"] = prismaflow.PrismaTemplate.PRISMA_2020_NEW_DATABASES_REGISTERS_OTHER
    flow = prismaflow.new_review(**given)
    told = prismaflow.validate_flow(flow)
    flow.to_svg(target)
    return [item.message for item in (*told.errors, *told.warnings)]


def reasons(text: str) -> dict[str, int]:
    """Return the reasons of a cell with their numbers."""
    found = {}
    for part in filter(None, (item.strip() for item in text.split(";"))):
        name, _, number = part.rpartition(",")
        if number.strip().isdigit():
            found[name.strip()] = int(number)
    return found


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:4])))
