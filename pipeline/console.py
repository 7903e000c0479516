"""What a person sees while a run goes on: a bar per long stage on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pipeline.decisions.collect import Collected
    from pipeline.run import StageRun
    from pipeline.stages.contract import Progress

_WIDTH = 12


class Console:
    """Prints a line a stage. `plain` (or output that is no terminal) means no bars."""

    def __init__(self, stream: TextIO | None = None, *, plain: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._bars = not plain and self._stream.isatty()

    def line(self, text: str) -> None:
        """Print one line at once."""
        encoding = self._stream.encoding or "utf-8"
        shown = "".join(c if c.isprintable() else " " for c in text)
        print(shown.encode(encoding, "replace").decode(encoding), file=self._stream, flush=True)

    def unchanged(self, run: StageRun) -> None:
        """Say that a stage did not need to run."""
        self.line(f"{run.stage:<{_WIDTH}} unchanged: {run.manifest.summary}")

    def ran(self, run: StageRun) -> None:
        """Say what a stage brought and why it ran."""
        self.line(f"{run.stage:<{_WIDTH}} {run.manifest.summary} ({run.why})")

    def collected(self, collected: Collected) -> None:
        """Say whose decisions were taken into the ledgers."""
        for reviewer, rows in collected.appended.items():
            self.line(f"{'ledger':<{_WIDTH}} {len(rows):,} decisions of {reviewer} appended")

    @contextmanager
    def stage(self, name: str) -> Iterator[Progress]:
        """Show that a stage runs, and how far it is; yields what the stage tells its progress to."""
        if not self._bars:
            self.line(f"{name:<{_WIDTH}} ...")
            yield lambda done, total: None
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn(f"{name:<{_WIDTH}}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=RichConsole(file=self._stream), transient=True) as bar:
            shown = bar.add_task(name, total=None)
            yield lambda done, total: bar.update(shown, completed=done, total=total)
