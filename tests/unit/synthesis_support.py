"""Made-up studies with codes, disciplines and incidents, in the tables that the synthesis reads."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd

from pipeline.protocol import read_protocol
from pipeline.records import entry_frame
from pipeline.stages.code import CODED_COLUMNS, CONFIRMED_COLUMNS
from pipeline.stages.contract import StageInput
from pipeline.stages.suggest import ANSWERED_COLUMNS
from pipeline.synthesis.coding import SUGGESTION_COLUMNS
from pipeline.synthesis.disciplines import DISCIPLINE_COLUMNS
from pipeline.synthesis.frame import CodingFrame, read_frame
from pipeline.synthesis.incidents import INCIDENT_COLUMNS
from pipeline.synthesis.trained import MODEL_COLUMNS

SCREENING = Path(__file__).parents[2] / "screening"
FILES = {
    f"screening/{path.relative_to(SCREENING).as_posix()}": path.read_bytes()
    for path in [*SCREENING.glob("*.csv"), *(SCREENING / "disciplines").glob("*.csv")]
}
FRAME: CodingFrame = read_frame(FILES["screening/coding_frame.csv"])
SIZES = {"PA": 70, "MKT": 31, "HSR": 24, "SWK": 9, "EDU": 4, "ECO": 2, "unknown": 5}


def made_up_review(seed: int = 1, group: str = "included", reviewers: tuple[str, ...] = ("ann", "ben")) -> StageInput:
    """Return a review of 145 studies in seven disciplines, all coded by people, 40 with an incident.

    Args:
        seed: of everything.
        group: the group of all studies.
        reviewers: who coded; the second only every third study.
    """
    chance = random.Random(seed)
    records = [(f"s{number:04d}", code) for code, n in SIZES.items() for number in range(n)]
    records = [(f"{code.lower()}{key}", code) for key, code in records]
    coded = [
        {"record_id": key, "study_id": key, "group": group, "year": chance.randint(1996, 2025)} for key, _ in records
    ]
    disciplines = [
        {
            "record_id": key,
            "discipline": code,
            "weight": 1.0,
            "primary": True,
            "tie": False,
            "discipline_source": "core" if code != "unknown" else "none",
            "matched": "",
        }
        for key, code in records
    ]
    confirmed = [row for key, code in records for row in _codes(key, code, chance, reviewers)]
    tables = {
        "code/coded": entry_frame(coded, CODED_COLUMNS),
        "code/disciplines": entry_frame(disciplines, DISCIPLINE_COLUMNS),
        "code/suggestions": entry_frame([], SUGGESTION_COLUMNS),
        "code/confirmed": entry_frame(confirmed, CONFIRMED_COLUMNS),
        "suggest/incidents": entry_frame(_incidents(records, chance), INCIDENT_COLUMNS),
        "suggest/answered": entry_frame([], ANSWERED_COLUMNS),
        "suggest/learned": entry_frame([], SUGGESTION_COLUMNS),
        "suggest/models": entry_frame([], MODEL_COLUMNS),
        "screen/screened": pd.DataFrame({"record_id": [k for k, _ in records], "cluster_id": [k for k, _ in records]}),
        "deduplicate/records": pd.DataFrame(
            {"cluster_id": [k for k, _ in records], "title": [f"Study {k}" for k, _ in records]}
        ),
    }
    return StageInput(tables, FILES, read_protocol(SCREENING / "protocol.toml"))


def _codes(key: str, code: str, chance: random.Random, reviewers: tuple[str, ...]) -> list[dict[str, object]]:
    rows = []
    for dimension in FRAME.dimensions:
        if dimension == "discipline":
            continue
        items = FRAME.of(dimension)
        favoured = items[(len(code) + len(dimension)) % len(items)] if code == "MKT" else items[0]
        chosen = [favoured] if chance.random() < 0.5 else chance.sample(items, 1)
        if items[0].selection == "multi" and chance.random() < 0.3:
            chosen.append(chance.choice(items))
        stated = chance.random() < 0.8
        for place, reviewer in enumerate(reviewers):
            if place and chance.random() > 0.34:
                continue
            given = {item.code: chance.choice(item.values) if len(item.values) > 1 else "" for item in chosen}
            if place and chance.random() < 0.2:
                given = {chance.choice(items).code: ""}
            for answer, value in (given if stated else {"not_stated": ""}).items():
                row = {"record_id": key, "dimension": dimension, "code": answer, "reviewer": reviewer, "value": value}
                row["settled"] = True
                rows.append(row)
    return rows


def _incidents(records: list[tuple[str, str]], chance: random.Random) -> list[dict[str, object]]:
    factors = [item for name in ("leadership_factor", "structure_factor") for item in FRAME.of(name)]
    rows = []
    for key, _ in records[::3]:
        item = chance.choice(factors)
        rows.append(
            {
                "record_id": key,
                "study_id": key,
                "factor": item.code,
                "dimension": item.dimension,
                "direction": chance.choice(("fosters", "hinders", "hinders", "mixed")),
                "passage": "the depot closed the list and the neighbours went home",
                "actor": "citizen",
                "phase": "co_delivery",
                "area": "general",
                "claim_kind": "observed",
                "source": "full_text:12",
                "coder_kind": "person" if chance.random() < 0.8 else "program",
                "reviewer": "ann",
            }
        )
    return rows
