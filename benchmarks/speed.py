"""CPU per record on large files made of the real ones, ours and the peers' in the same run; is reading linear in size?

The records of all plain files of a format are joined, with keys of their own, until there are 10,000 and 50,000. A
peer that does not read one of the joined files takes part with those it reads exactly, and so do we.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import peers
from benchmarks.census_scans import text_of
from benchmarks.imports import manifest_of

SIZES = (10_000, 50_000)
ENDINGS = {"ris": ".ris", "bibtex": ".bib", "nbib": ".nbib"}
# Peer -> format, how many times its CPU ours may be (1/10: ten times as fast); the bars.
BARS = {
    "asreview": ("ris", 1.0),
    "rispy": ("ris", 3.0),
    "bibtexparser-full": ("bibtex", 1 / 10),
    "pybtex": ("bibtex", 1 / 2),
    "nbib": ("nbib", 1 / 3),
}
TURNS = 3
_KEY = re.compile(r"^(@\w+\s*\{\s*)([^,\s{}=\"]+),", re.MULTILINE)
_OURS = """
import json, resource, sys, time
from pathlib import Path
from pipeline.formats import read_export
data = Path(sys.argv[1]).read_bytes()
seconds = []
for _ in range(int(sys.argv[2])):
    start = time.process_time()
    export = read_export("x", data)
    seconds.append(time.process_time() - start)
    found = len(export.reading.entries) + len(export.reading.rejects)
    del export
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"records": found, "cpu_s": min(seconds), "peak_mb": peak}))
"""


def run(folder: Path, out: Path, environments: Path | None) -> int:
    """Print CPU per record at both sizes, then against the peers; exit status 1 where a bar is missed."""
    out.mkdir(parents=True, exist_ok=True)
    manifest = manifest_of(folder)
    print(f"{'format':<8} {'records':>8} {'MB':>6} {'CPU s':>7} {'ms/record':>9} {'peak MB':>8}")
    for form in ENDINGS:
        for size in SIZES:
            path = joined(folder, plain(manifest, form), form, size, out)
            _print_ours(form, path, ours(path, repeats=1))
    path = large_bibtex(out)
    _print_ours("bibtex", path, ours(path, repeats=1))
    if environments is None:
        return 0
    met = [against(peer, folder, manifest, out, environments) for peer in BARS]
    return int(not all(met))


def _print_ours(form: str, path: Path, told: Mapping[str, float]) -> None:
    size = path.stat().st_size / 1e6
    each = 1000 * told["cpu_s"] / told["records"]
    print(
        f"{form:<8} {told['records']:>8,} {size:>6.1f} {told['cpu_s']:>7.2f} {each:>9.3f} {told['peak_mb']:>8.0f}",
        flush=True,
    )


def plain(manifest: Sequence[Mapping[str, str]], form: str) -> list[Mapping[str, str]]:
    """Return the files of a format that are neither damaged on purpose nor odd."""
    return [row for row in manifest if row["format"] == form and not row["path"].startswith(("awkward", "derived"))]


def joined(folder: Path, files: Sequence[Mapping[str, str]], form: str, records: int, out: Path) -> Path:
    """Write the records of files again and again until there are about as many as wanted; return the file."""
    texts = [text_of((folder / row["path"]).read_bytes()).strip("\n") + "\n\n" for row in files]
    held = sum(int(row["records"]) for row in files)
    text = "".join(texts) * max(round(records / max(held, 1)), 1)
    if form == "bibtex":
        number = iter(range(10**9))
        text = _KEY.sub(lambda found: f"{found.group(1)}{found.group(2)}x{next(number)},", text)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{form}-{records}{ENDINGS[form]}"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def large_bibtex(out: Path) -> Path:
    """Write a BibTeX file of 50,000 entries and 100 MB; return it."""
    words = "services are made together with those who use them and the two sides learn from one another "
    abstract = words * 19
    path = out / "bibtex-100MB.bib"
    with path.open("w", encoding="utf-8", newline="") as stream:
        for number in range(50_000):
            stream.write(
                f"@article{{key{number},\n  title = {{A study of {{Co-Production}} number {number}}},\n"
                f"  author = {{M{{\\'e}}ndez, Ana and van Dam, Max}},\n  journal = {{Journal of Trials}},\n"
                f"  year = {{{1990 + number % 30}}},\n  doi = {{10.5555/{number}}},\n"
                f"  abstract = {{{abstract}}}\n}}\n\n"
            )
    return path


def ours(path: Path, repeats: int = 3) -> dict[str, float]:
    """Return records, CPU seconds (best of several readings) and peak memory of our reader in its own process."""
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-c", _OURS, str(path.resolve()), str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def against(peer: str, folder: Path, manifest: Sequence[Mapping[str, str]], out: Path, environments: Path) -> bool:
    """Print a peer's CPU and ours on the joined files that the peer reads exactly; return whether the bar is met."""
    form, bar = BARS[peer]
    python = peers.environment(peer, environments)
    if python is None:
        return True
    files = plain(manifest, form)
    # A file that a peer reads alone may break the next one: those count that it reads exactly twice over.
    doubled = [joined(folder, [row], form, 2 * int(row["records"]), out / f"twice-{n}") for n, row in enumerate(files)]
    told = peers.read_with(peer, python, [(path, form) for path in doubled])
    readable = [
        row for row, path in zip(files, doubled, strict=True) if told[str(path)].records == 2 * int(row["records"])
    ]
    for path in doubled:
        shutil.rmtree(path.parent)
    records = 1_000 if peer == "bibtexparser-full" else SIZES[0]
    path = joined(folder, readable, form, records, out)
    # Turn about, so that what else the machine does falls on both alike.
    runs = [(peers.read_with(peer, python, [(path, form)])[str(path)], ours(path)) for _ in range(TURNS)]
    theirs = min((run[0] for run in runs), key=lambda item: item.cpu_s)
    mine = min((run[1] for run in runs), key=lambda item: item["cpu_s"])
    if theirs.records is None:
        print(f"{peer:<18} refuses the joined file: {theirs.error}")
        return True
    ratio = (mine["cpu_s"] / mine["records"]) / (theirs.cpu_s / theirs.records)
    print(
        f"{peer:<18} {theirs.records:>7,} records {theirs.cpu_s:>7.2f} CPU s; ours {mine['records']:>7,}"
        f" {mine['cpu_s']:>6.2f} CPU s: {ratio:.2f} of theirs, bar {bar:.2f}: {'met' if ratio <= bar else 'missed'}",
        flush=True,
    )
    return ratio <= bar
