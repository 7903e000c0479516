"""The programs we are measured against, each in an environment of its own, on the same files in the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READER = Path(__file__).with_name("peer_reader.py")
# Peer -> what pip installs for it. Two names may share an environment.
PACKAGES = {
    "rispy": "rispy==0.10.0",
    "bibtexparser": "bibtexparser==2.1.0",
    "bibtexparser-full": "bibtexparser==2.1.0",
    "pybtex": "pybtex==0.26.1",
    "nbib": "nbib==0.3.2",
    "asreview": "asreview==3.0.8",
    "bibliography-io": "bibliography-io==0.1.0",
    "bib-dedupe": "bib-dedupe==0.11.0",
    "prisma-flow": "prisma-flow==0.6.1",
    "prisma-flowchart": "prisma-flowchart==0.1.1",
}
NO_READERS = ("bib-dedupe", "prisma-flow", "prisma-flowchart")
READERS = tuple(name for name in PACKAGES if name not in NO_READERS)


@dataclass(frozen=True)
class Told:
    """What a peer returned for a file: records (None: it refused the file), why, CPU seconds."""

    records: int | None
    error: str
    cpu_s: float


def environment(peer: str, folder: Path) -> Path | None:
    """Return the Python of a peer's environment, made where it is missing; None where it cannot be installed."""
    place = folder / PACKAGES[peer].partition("=")[0]
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = place / ".installed"
    if ready.is_file() and ready.read_text() == PACKAGES[peer]:
        return python
    for command in (
        [sys.executable, "-m", "venv", str(place)],
        [str(python), "-m", "pip", "-q", "install", PACKAGES[peer]],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{peer} could not be installed: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
            return None
    ready.write_text(PACKAGES[peer])
    return python


def read_with(peer: str, python: Path, files: Iterable[tuple[Path, str]]) -> dict[str, Told]:
    """Return what a peer makes of files (path, format of the manifest), by path; other formats are left out."""
    asked = json.dumps([[str(path), form] for path, form in files])
    done = subprocess.run([str(python), str(READER), peer], input=asked, capture_output=True, text=True, check=False)
    told = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    return {item["path"]: Told(item["records"], item["error"], item["cpu_s"]) for item in told}


def compare(
    folder: Path, manifest: Sequence[Mapping[str, str]], ours: Mapping[str, tuple[int, float]], environments: Path
) -> None:
    """Print, for each peer, how many files it reads exactly, refuses or gets wrong without a word, and the CPU of both.

    Args:
        folder: where the files are.
        manifest: path, format and true number of records of each.
        ours: path -> records found by our reader, CPU seconds.
        environments: folder of the peers' environments.
    """
    true = {str(folder / entry["path"]): int(entry["records"] or 0) for entry in manifest}
    mine = {str(folder / path): told for path, told in ours.items()}
    print(
        f"{'reader':<18} {'tried':>5} {'exact':>5} {'silently wrong':>14} {'refused':>7}   {'ours exact':>10}"
        f"   {'CPU s, theirs':>13} {'ours':>6} (files both read exactly)"
    )
    for peer in READERS:
        python = environment(peer, environments)
        if python is None:
            continue
        told = read_with(peer, python, [(folder / entry["path"], entry["format"]) for entry in manifest])
        exact = {path for path, item in told.items() if item.records == true[path]}
        refused = {path for path, item in told.items() if item.records is None}
        right = {path for path in told if mine[path][0] == true[path]}
        both = exact & right
        print(
            f"{peer:<18} {len(told):>5} {len(exact):>5} {len(told) - len(exact | refused):>14}"
            f" {len(refused - exact):>7}   {len(right):>10}   {sum(told[path].cpu_s for path in both):>13.2f}"
            f" {sum(mine[path][1] for path in both):>6.2f}"
        )
