"""Flow diagrams: the same PRISMA2020 files through the peers that install, and through ours, in one run.

`python -m benchmarks flows DIR --out OUT --peers ENVIRONMENTS` reads every `dev*.csv` of DIR and `ok_*`, `bad_*` of
DIR/synthetic, draws each with each program, writes `OUT/flows.csv` and prints the table of docs/methods.md.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.peers import environment
from pipeline.errors import ReviewError
from pipeline.prisma import prisma
from pipeline.report.flow import Flow, FlowLane, FlowLine
from pipeline.report.prisma_read import read_prisma
from pipeline.report.prisma_write import written_prisma

PEERS = ("prisma-flow", "prisma-flowchart")
OURS = "this program"
DRAWER = Path(__file__).with_name("flow_peer.py")
_SUM = re.compile(r"^I\d\d: |should equal|does not equal")
PRINT_WIDTH_PT = 170 / 25.4 * 72
# What the official template new_v2 prints, without numbers; source: PRISMA 2020 (10.1136/bmj.n71).
STRINGS = (
    "Identification of studies via databases and registers",
    "Identification of studies via other methods",
    "Records identified from*:",
    "Records removed before screening:",
    "Duplicate records removed",
    "Records marked as ineligible by automation tools",
    "Records removed for other reasons",
    "Records excluded**",
    "Reports sought for retrieval",
    "Reports assessed for eligibility",
    "Studies included in review",
    "Reports of included studies",
)
_LANE = FlowLane(160, 0, 12, 148, 0, 108, (FlowLine("No public service", 60), FlowLine("No data", 48)), 40)
NEW_V2 = Flow(
    databases=950,
    registers=60,
    duplicates=210,
    automation_ineligible=40,
    removed_other=0,
    screened=760,
    excluded=600,
    main=_LANE,
    other_lines=(FlowLine("Websites", 25), FlowLine("Organisations", 10), FlowLine("Citation searching", 22)),
    other=FlowLane(57, 0, 3, 54, 0, 47, (FlowLine("No data", 47),), 7),
    studies=42,
    reports=47,
)


@dataclass(frozen=True)
class Drawn:
    """What a program made of a file: whether it drew it, what it said, the SVG's text, and the smallest text in pt."""

    drawn: bool
    said: tuple[str, ...] = ()
    text: str = ""
    elements: int = 0
    smallest_pt: float | None = None
    same_twice: bool = False
    missing: int = 0
    error: str = ""


@dataclass
class Tally:
    """What a program does over all files."""

    strings: int = 0
    noticed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    real: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    smallest_pt: float = float("inf")
    landscape_pt: float = 0
    text_elements: bool = True
    same_twice: bool = True


def run(folder: Path, out: Path, peers: Path | None) -> int:
    """Draw every file with every program, write the table, print it, and return 0, or 1 where ours misses a bar."""
    out.mkdir(parents=True, exist_ok=True)
    template = out / "new_v2.csv"
    template.write_bytes(written_prisma(NEW_V2))
    files = [template, *sorted(folder.glob("dev*.csv")), *sorted((folder / "synthetic").glob("*.csv"))]
    tallies: dict[str, Tally] = {}
    rows: list[list[object]] = []
    for program in (*(PEERS if peers else ()), OURS):
        python = environment(program, peers) if peers and program != OURS else None
        if program != OURS and python is None:
            continue
        tallies[program] = tally = Tally()
        for file in files:
            target = out / program.replace(" ", "_") / f"{file.stem}.svg"
            target.parent.mkdir(parents=True, exist_ok=True)
            drawn = _ours(file, target.parent / file.stem) if python is None else _peer(program, python, file, target)
            _count(tally, file, drawn)
            rows.append([program, file.stem, drawn.drawn, drawn.smallest_pt or "", "; ".join(drawn.said), drawn.error])
    with (out / "flows.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["program", "flow", "drawn", "smallest_pt_at_170_mm", "said", "error"])
        writer.writerows(rows)
    _print(tallies, len([file for file in files if file.stem.startswith("ok_")]))
    ours = tallies[OURS]
    return int(
        bool(ours.alarms or ours.failed or ours.reasons) or len(ours.noticed) != 6 or ours.strings != len(STRINGS)
    )


def _count(tally: Tally, file: Path, drawn: Drawn) -> None:
    """Take note of what a program did with a file."""
    name = file.stem
    if name == "new_v2":
        words = _squeezed(drawn.text)
        tally.strings = sum(_squeezed(string) in words for string in STRINGS)
    alarm = bool(drawn.said) or bool(drawn.error)
    if name.startswith("bad_") and alarm:
        tally.noticed.append(name)
    if name.startswith("ok_") and drawn.said:
        tally.alarms.append(name)
    if name.startswith("ok_") and not drawn.drawn:
        tally.failed.append(name)
    if name.startswith("ok_reason") and drawn.drawn and (drawn.missing or not _reasons_printed(file, drawn.text)):
        tally.reasons.append(name)
    if name.startswith("dev"):
        tally.real += [name] if drawn.drawn else []
        tally.broken += [name] if any(_SUM.search(line) for line in drawn.said) else []
    if drawn.drawn:
        wide = name == "new_v2"
        tally.smallest_pt = min(tally.smallest_pt, drawn.smallest_pt or tally.smallest_pt)
        tally.landscape_pt = (drawn.smallest_pt or 0) * 250 / 170 if wide else tally.landscape_pt
        tally.text_elements = tally.text_elements and drawn.elements > 0
        tally.same_twice = tally.same_twice and drawn.same_twice


def _reasons_printed(file: Path, text: str) -> bool:
    """Return whether every reason of a file is printed whole."""
    flow = read_prisma(file.read_bytes(), file.name).flow
    words = _squeezed(text)
    return all(_squeezed(line.label) in words for lane in flow.lanes for line in lane.reasons)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _ours(file: Path, target: Path) -> Drawn:
    try:
        _, problems, _ = prisma(file, target, draft=file.stem.startswith("dev"))
    except ReviewError as error:
        return Drawn(False, error=str(error))
    if not (target / "flow.svg").is_file():
        return Drawn(False, tuple(problems))
    first = (target / "flow.svg").read_bytes()
    prisma(file, target.with_name(f"{target.name}-again"), draft=file.stem.startswith("dev"))
    same = first == (target.with_name(f"{target.name}-again") / "flow.svg").read_bytes()
    return _measured(first.decode("utf-8"), tuple(problems), same)


def _peer(program: str, python: Path, file: Path, target: Path) -> Drawn:
    told, shots = {}, []
    for again in (target, target.with_name(f"{target.stem}-again.svg")):
        command = [str(python), str(DRAWER), program, str(file), str(again)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        told = json.loads(done.stdout.splitlines()[-1])
        shots.append(again.read_bytes() if told["drawn"] else b"")
    if not told["drawn"]:
        return Drawn(False, tuple(told["said"]), error=told["error"])
    measured = _measured(shots[0].decode("utf-8"), tuple(told["said"]), shots[0] == shots[1])
    return replace(measured, missing=len(told["missing"]))


def _measured(svg: str, said: tuple[str, ...], same: bool) -> Drawn:
    """Return what an SVG prints; text drawn as outlines is taken from the comments that its writer leaves."""
    root = ElementTree.fromstring(svg)
    elements = [element for element in root.iter() if element.tag.endswith("}text")]
    texts = [" ".join("".join(element.itertext()).split()) for element in elements]
    if not texts:
        texts = [item.replace("&#45;", "-") for item in re.findall(r"<!-- (.*?) -->", svg, re.DOTALL)]
    box = [float(number) for number in root.attrib["viewBox"].split()]
    sizes = [*_font_sizes(root), *(100 * float(scale) for scale in re.findall(r"scale\((0\.\d+) -0\.\d+\)", svg))]
    smallest = round(min(sizes) * PRINT_WIDTH_PT / box[2], 1) if sizes else None
    return Drawn(True, said, "\n".join(texts), len(elements), smallest, same)


def _font_sizes(root: ElementTree.Element) -> Iterator[float]:
    """Yield the sizes of text in the units of the figure, from attributes, styles and style sheets."""
    for element in root.iter():
        if "font-size" in element.attrib:
            yield float(element.attrib["font-size"].removesuffix("px").removesuffix("pt"))
        sources = (element.attrib.get("style", ""), element.text or "" if element.tag.endswith("}style") else "")
        for source in sources:
            yield from (float(size) for size in re.findall(r"font(?:-size)?:[^;}]*?([\d.]+)px", source))


def _print(tallies: dict[str, Tally], sound: int) -> None:
    """Print the table, a column a program."""
    names = list(tallies)

    def row(what: str, cells: Sequence[object]) -> None:
        print(f"| {what} | " + " | ".join(str(cell) for cell in cells) + " |")

    row("", names)
    print("|---" * (len(names) + 1) + "|")
    every = list(tallies.values())
    row(f"official strings of new_v2, of {len(STRINGS)}", [tally.strings for tally in every])
    row("flows that do not add up noticed, of 6", [len(tally.noticed) for tally in every])
    row(f"false alarms on the {sound} that do", [len(tally.alarms) for tally in every])
    row("sound flows not drawn", [", ".join(tally.failed) or 0 for tally in every])
    row("odd reasons not printed whole", [", ".join(tally.reasons) or 0 for tally in every])
    row("real flows drawn, of 8", [len(tally.real) for tally in every])
    row("real flows with a sum named that does not hold (6 have one)", [len(tally.broken) for tally in every])
    row("smallest text of any figure at 170 mm, pt", [f"{tally.smallest_pt:.1f}" for tally in every])
    row("smallest text of new_v2 in landscape (250 mm), pt", [f"{tally.landscape_pt:.1f}" for tally in every])
    row("text is text, not outlines", ["yes" if tally.text_elements else "no" for tally in every])
    row("same bytes twice", ["yes" if tally.same_twice else "no" for tally in every])
