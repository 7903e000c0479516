"""Order labelled sets with ASReview's default model, one JSON line a run: the rows in the order it asked for them.

    python peer_ranker.py < runs.json

Runs in the peer's own environment: nothing of this project is imported. `runs.json` is a list of [file, mode, draw].
Each file is given to the peer's own reader. Mode `priors`: one included and one excluded record are drawn as its
command line does with `--prior-seed DRAW` (numpy's RandomState); mode `random`: nothing is given, and its own random
querier (that RandomState) reads until it has seen both sides. It stops at the last inclusion. CPU seconds are those of
reading and ordering, imports left out.
"""

import contextlib
import gzip
import io
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from asreview import load_dataset
from asreview.learner import ActiveLearningCycle
from asreview.models.models import get_ai_config
from asreview.models.queriers import Random, TopDown
from asreview.models.stoppers import IsFittable
from asreview.simulation.simulate import Simulate


def order(path: Path, mode: str, draw: int) -> dict[str, object]:
    """Return one run: mode, draw, the rows given, the rows read up to the last inclusion, CPU seconds."""
    start = time.process_time()
    data = load_dataset(path, dataset_id=path.name)
    labels = data.input["included"]
    sides = [np.where(labels == side)[0] for side in (1, 0)]
    given = [int(np.random.RandomState(draw).choice(rows, 1, replace=False)[0]) for rows in sides]
    given = given if mode == "priors" else []
    np.random.seed(0)
    querier = TopDown() if mode == "priors" else Random(random_state=np.random.RandomState(draw))
    asked = ActiveLearningCycle(querier=querier, stopper=IsFittable())
    learning = ActiveLearningCycle.from_meta(get_ai_config("elas_u4")["value"])
    run = Simulate(data.input.get_df(), labels, [asked, learning], print_progress=False)
    for row in given:
        run.label([row])
    run.review()
    rows = [int(row) for row in run._results["record_id"]]
    seconds = time.process_time() - start
    return {"mode": mode, "draw": draw, "given": given, "rows": rows[len(given) :], "cpu_s": seconds}


def main() -> None:
    """Do the runs that standard input names."""
    with tempfile.TemporaryDirectory() as folder:
        for name, mode, draw in json.load(sys.stdin):
            path = Path(name)
            plain = Path(folder) / path.name.removesuffix(".gz")
            plain.write_bytes(gzip.decompress(path.read_bytes()))
            with contextlib.redirect_stdout(io.StringIO()):
                done = order(plain, mode, draw)
            print(json.dumps({"path": str(path), **done}), flush=True)


if __name__ == "__main__":
    main()
