"""The measures of integration at scale: a made-up corpus through all of them, without and with bootstrap.

5,000 records with 100,000 references in 20 disciplines of uneven size, lists of uneven length, a few works that
everybody cites and many cited once, abstracts of 120 words, a background of another topic, and disciplines given by
people beside those of the journals. Each run has a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline.integration.corpus import Corpus, Floats, Paper, Reference, build_corpus
from pipeline.integration.measures import measure
from pipeline.integration.settings import Measured, MeasureSettings

CODES = (
    *("PA", "POL", "MKT", "BUS", "ECO", "SOC", "SWK", "HSR", "MED", "NUR"),
    *("EDU", "PLN", "ENV", "ICT", "PSY", "LAW", "COM", "HUM", "ENG", "NAT"),
)
BARS = {"without bootstrap": 60.0, "with bootstrap": 600.0}
MEMORY_BAR_MB = 2048.0
AREAS = ("health", "housing", "education", "safety", "water", "employment")
KINDS = ("article", "article", "article", "chapter", "review")
WORDS = 120


def similarities() -> Floats:
    """Return made-up similarities between the disciplines: neighbours in the list are closer."""
    places = np.arange(len(CODES))
    return np.asarray(np.exp(-np.abs(places[:, None] - places[None, :]) / 3.0))


def corpus_of(records: int, references: int, seed: int, prefix: str = "") -> Corpus:
    """Return a made-up corpus of a size."""
    rng = np.random.default_rng(seed)
    sizes = 1 / np.arange(1, len(CODES) + 1)
    own = rng.choice(len(CODES), records, p=sizes / sizes.sum())
    works = max(100, references // 2)
    work_of = rng.choice(len(CODES), works, p=sizes / sizes.sum())
    popularity = 1 / np.arange(1, works + 1) ** 0.7
    lengths = rng.lognormal(0, 0.6, records)
    lengths = np.maximum(1, np.round(lengths * 1.03 * references / lengths.sum())).astype(int)
    by_code = [np.flatnonzero(work_of == code) for code in range(len(CODES))]
    chances = [popularity[places] / popularity[places].sum() for places in by_code]
    vocabulary = [f"word{number}" for number in range(20_000)]
    term_chance = 1 / np.arange(1, len(vocabulary) + 1)
    term_chance /= term_chance.sum()
    papers, cited = [], []
    for number in range(records):
        code = int(own[number])
        name = f"{prefix}r{number:05d}"
        text = " ".join(vocabulary[term] for term in rng.choice(len(vocabulary), WORDS, p=term_chance))
        papers.append(_paper(name, number, code, text))
        sides = np.where(rng.random(lengths[number]) < 0.6, code, rng.choice(len(CODES), lengths[number]))
        for side in np.unique(sides):
            if len(by_code[side]):
                drawn = rng.choice(by_code[side], int((sides == side).sum()), p=chances[side])
                known = rng.random(len(drawn)) < 0.8
                cited += [
                    Reference(name, f"w{work}", {CODES[side]: 1.0} if told else {})
                    for work, told in zip(drawn, known, strict=True)
                ]
    return build_corpus(papers, cited, CODES, similarity=similarities(), similarity_name="made up", scheme="made up")


def _paper(name: str, number: int, code: int, text: str) -> Paper:
    label = CODES[code]
    weights = {label: 1.0} if number % 10 else {label: 0.6, CODES[(code + 1) % len(CODES)]: 0.4}
    return Paper(
        name,
        1995 + number % 30,
        weights,
        document_type=KINDS[number % len(KINDS)],
        policy_areas=frozenset({AREAS[number % len(AREAS)]}),
        hand_weights=weights if number % 7 else None,
        traditions=frozenset({label}) if number % 5 == 0 else None,
        text=text,
        codes={
            "theory": frozenset({f"theory{(number + code) % 12}"}),
            "mode": frozenset({f"mode{number % 3}"}),
            "label": frozenset({f"label{number % 7}", f"label{code % 7}"}),
        },
        name=name,
        narrow=bool(number % 2),
    )


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `integration` to the benchmarks."""
    meaning = "the measures of integration on a made-up corpus of a size: CPU seconds and peak memory"
    command = commands.add_parser("integration", help=meaning, description=meaning)
    command.add_argument("--records", type=int, default=5000, help="citing records (default: 5,000)")
    command.add_argument("--references", type=int, default=100_000, help="references in all (default: 100,000)")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the table")
    command.set_defaults(measure=start)


def start(chosen: argparse.Namespace) -> int:
    """Run both benchmarks, print and write what they took; return 1 where a bar is missed at full size."""
    chosen.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for name, bootstrap in (("without bootstrap", 0), ("with bootstrap", 2000)):
        command = [sys.executable, "-m", "benchmarks.integration", f"{chosen.records}", f"{chosen.references}"]
        ended = subprocess.run([*command, f"{bootstrap}"], capture_output=True, text=True, check=True, env=os.environ)
        told = json.loads(ended.stdout)
        bar = BARS[name]
        good = told["cpu_s"] <= bar and told["peak_mb"] <= MEMORY_BAR_MB
        rows.append({"run": name, **told, "bar_cpu_s": bar, "bar_mb": MEMORY_BAR_MB, "within": "yes" if good else "no"})
        print(
            f"{name}: {told['records']:,} records, {told['references']:,} references, {told['tables']} tables; "
            f"{told['cpu_s']:.1f} CPU s (bar {bar:.0f}), {told['peak_mb']:.0f} MB at most (bar {MEMORY_BAR_MB:.0f})",
            flush=True,
        )
    with (chosen.out / "integration.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    full = chosen.records >= 5000 and chosen.references >= 100_000
    return 1 if full and any(row["within"] == "no" for row in rows) else 0


def once(records: int, references: int, bootstrap: int) -> Mapping[str, float]:
    """Run all measures once and return what they took; making the corpus is not counted in the seconds."""
    corpus, background = corpus_of(records, references, 1), corpus_of(records // 5, references // 5, 2, "b")
    settings = MeasureSettings(
        seed=1,
        bootstrap=bootstrap,
        periods=(2000, 2005, 2010, 2015, 2020),
        pairs=(("PA", "MKT"),),
        concept_dimensions=("theory", "mode", "label"),
    )
    began, last = time.process_time(), [time.process_time()]

    def told(done: int, total: int) -> None:
        if os.environ.get("BENCHMARK_STEPS"):
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            spent = time.process_time() - last[0]
            print(f"step {done} of {total}: {spent:.1f} s, {peak:.0f} MB", file=sys.stderr, flush=True)
        last[0] = time.process_time()

    found = measure(Measured(corpus, background, corpus), settings, told)
    return {
        "records": len(corpus.papers),
        "references": len(corpus.citing),
        "disciplines": len(CODES),
        "tables": len(found.tables),
        "verdicts": len(found.verdicts),
        "permutations": settings.permutations,
        "bootstrap": bootstrap,
        "cpu_s": round(time.process_time() - began, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0),
    }


if __name__ == "__main__":
    print(json.dumps(once(*map(int, sys.argv[1:4]))))
