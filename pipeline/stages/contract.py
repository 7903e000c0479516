"""What a stage is: named tables and files in, named tables and files out, and nothing else.

A stage function is pure: it reads only its `StageInput`, writes nothing, knows no clock and no folder. The runner
hashes what it reads, checks what it returns against the column tables, and writes it.
"""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from typing import Protocol as Typing

from pipeline.errors import Notice
from pipeline.protocol import Protocol
from pipeline.records import Column
from pipeline.review import Review
from pipeline.store import json_bytes, sha256_of

if TYPE_CHECKING:
    import pandas as pd

PACKAGE = Path(__file__).resolve().parents[1]


class Progress(Typing):
    """Told how far a long step is: `progress(done, total)`."""

    def __call__(self, done: int, total: int) -> None:
        """Take note that `done` of `total` units are finished."""


class ArrayCache(Typing):
    """Keeps arrays that are slow to make: with and without it a stage returns the same."""

    def get(self, name: str) -> Mapping[str, Any] | None:
        """Return the arrays kept under a name, None where there are none."""

    def put(self, name: str, arrays: Mapping[str, Any]) -> None:
        """Keep arrays under a name, `kind-hash of all they depend on`."""


class NoCache:
    """Keeps nothing."""

    def get(self, name: str) -> Mapping[str, Any] | None:
        """Return nothing."""
        return None

    def put(self, name: str, arrays: Mapping[str, Any]) -> None:
        """Keep nothing."""


@dataclass(frozen=True)
class StageInput:
    """What a stage gets: tables by name, people's files by path relative to the review, the protocol.

    `draft`: sums that do not hold are to be noted instead of ending the run.
    """

    tables: Mapping[str, pd.DataFrame]
    files: Mapping[str, bytes]
    protocol: Protocol
    progress: Progress = field(default=lambda done, total: None)
    cache: ArrayCache = field(default_factory=NoCache)
    draft: bool = False


@dataclass(frozen=True)
class StageResult:
    """What a stage returns: tables by name, other files relative to outputs/, notices, a line, numbers."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    summary: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """One row of the table of stages.

    Attributes:
        name: short name; tables of the stage are called `name/table`.
        function: `module:function` of the pure function (imported only when the stage runs).
        reads: tables of earlier stages.
        files: people's files it reads, from the review and its protocol.
        writes: table -> `module:CONSTANT` of its columns.
        sections: protocol sections it depends on.
        libraries: distributions whose version is part of the key.
        draft: whether it heeds `StageInput.draft`, which is part of the key then.
    """

    name: str
    function: str
    reads: tuple[str, ...]
    writes: Mapping[str, str]
    sections: tuple[str, ...] = ()
    files: Callable[[Review, Protocol], list[Path]] = lambda review, protocol: []
    libraries: tuple[str, ...] = ("pandas", "pyarrow")
    draft: bool = False

    def load(self) -> Callable[[StageInput], StageResult]:
        """Return the stage's function."""
        loaded: Callable[[StageInput], StageResult] = resolve(self.function)
        return loaded

    def columns(self, table: str) -> tuple[Column, ...]:
        """Return the columns of one of the stage's tables."""
        loaded: tuple[Column, ...] = resolve(self.writes[table])
        return loaded

    @property
    def code_sha256(self) -> str:
        """Fingerprint of the code the stage runs: its module and every module of this package that it imports."""
        modules = {self.function.split(":")[0], *(target.split(":")[0] for target in self.writes.values())}
        return code_fingerprint(frozenset(modules))


def resolve(target: str) -> Any:  # noqa: ANN401
    """Return the object named `module:name`."""
    module, name = target.split(":")
    return getattr(importlib.import_module(module), name)


def code_fingerprint(modules: frozenset[str], package: Path = PACKAGE) -> str:
    """Return the hash of the source of modules and of all modules of the package that they import, however far.

    Imports are read from the source, so nothing is imported; data files beside a module (templates) count too.
    """
    waiting, seen = sorted(modules), dict[str, str]()
    while waiting:
        name = waiting.pop()
        path = _source_file(name, package)
        if name in seen or path is None:
            continue
        source = path.read_bytes()
        seen[name] = sha256_of(source)
        waiting += _imported(source.decode("utf-8"), package.name)
        if path.name != "__init__.py":
            waiting.append(name.rpartition(".")[0])
        templates = path.parent / "templates"
        for data in sorted(item for item in templates.rglob("*") if item.is_file()):
            seen[f"{name}:{data.relative_to(templates).as_posix()}"] = sha256_of(data.read_bytes())
    return sha256_of(json_bytes(seen))


@functools.lru_cache(maxsize=512)
def _source_file(module: str, package: Path) -> Path | None:
    base = package.parent.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if module.split(".")[0] == package.name and path.is_file():
            return path
    return None


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all statements below a node: imports are statements, and most of a module's nodes are parts of them."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        inner = getattr(node, name, ())
        for item in inner if isinstance(inner, list) else ():
            yield item
            yield from _statements(item)


@functools.lru_cache(maxsize=512)
def _imported(source: str, package: str) -> tuple[str, ...]:
    found: set[str] = set()
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(sorted(name for name in found if name.split(".")[0] == package))
