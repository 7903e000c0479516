"""Read files with one peer and print, as a JSON line a file, how many records it returns and the CPU seconds it took.

    python peer_reader.py PEER < files.json

Runs in the peer's own environment: nothing of this project is imported. `files.json` is a list of [path, format].
"""

import contextlib
import importlib
import io
import json
import logging
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

# Peer -> formats of the manifest that it says it reads, and the ending it wants to see (None: any).
FORMATS = {
    "rispy": {"ris": None},
    "bibtexparser": {"bibtex": None},
    "bibtexparser-full": {"bibtex": None},
    "pybtex": {"bibtex": None},
    "nbib": {"nbib": None},
    "asreview": {"ris": ".ris", "csv": ".csv", "tab": ".tsv"},
    "bibliography-io": {
        "ris": ".ris", "bibtex": ".bib", "nbib": ".nbib", "csv": ".csv", "enw": ".enw", "tab": ".tsv",
    },
}  # fmt: skip


def count(peer: str, path: Path) -> int:
    """Return how many records a peer returns for a file."""
    if peer == "rispy":
        rispy = importlib.import_module("rispy")
        with path.open(encoding="utf-8-sig") as stream:
            return len(rispy.load(stream))
    if peer.startswith("bibtexparser"):
        bibtexparser = importlib.import_module("bibtexparser")
        parts = importlib.import_module("bibtexparser.middlewares")
        own = [parts.LatexDecodingMiddleware(), parts.SeparateCoAuthors(), parts.SplitNameParts()]
        text = path.read_text(encoding="utf-8-sig")
        return len(bibtexparser.parse_string(text, append_middleware=own if peer.endswith("full") else []).entries)
    if peer == "pybtex":
        importlib.import_module("pybtex.errors").set_strict_mode(False)
        reader = importlib.import_module("pybtex.database.input.bibtex")
        return len(reader.Parser().parse_string(path.read_text(encoding="utf-8-sig")).entries)
    if peer == "nbib":
        nbib = importlib.import_module("nbib")
        return len(nbib.read(path.read_text(encoding="utf-8-sig")))
    if peer == "asreview":
        return len(importlib.import_module("asreview.data.loader").load_records(path))
    return len(importlib.import_module("bibliography_io").load_records(path))


def main() -> None:
    """Read the files that standard input names."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    peer = sys.argv[1]
    folder = Path(tempfile.mkdtemp())
    wanted = FORMATS[peer]
    for number, (name, form) in enumerate(json.load(sys.stdin)):
        if form not in wanted:
            continue
        path = Path(name)
        if wanted[form] is not None and path.suffix.lower() != wanted[form]:
            path = folder / f"{number}{wanted[form]}"
            shutil.copy(name, path)
        told = {"path": name, "records": None, "error": ""}
        quiet = io.StringIO()
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            start = time.process_time()
            try:
                told["records"] = count(peer, path)
            except BaseException as error:  # whatever a peer raises, it refused the file
                told["error"] = f"{type(error).__name__}: {error}"[:200]
            told["cpu_s"] = time.process_time() - start
        print(json.dumps(told), flush=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
