"""A review is a folder: where its files lie, which of them are people's and which are the program's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ReviewError


@dataclass(frozen=True)
class Review:
    """The paths of one review. `references` and `screening` are people's, `outputs` and `state` the program's."""

    folder: Path

    @property
    def references(self) -> Path:
        """Exports as downloaded, and sources.toml; only ever read."""
        return self.folder / "references"

    @property
    def search_log(self) -> Path:
        """The search log."""
        return self.references / "sources.toml"

    @property
    def screening(self) -> Path:
        """Protocol, ledgers, worklists, coding frame."""
        return self.folder / "screening"

    @property
    def protocol(self) -> Path:
        """The protocol."""
        return self.screening / "protocol.toml"

    @property
    def ledgers(self) -> Path:
        """One append-only ledger a person."""
        return self.screening / "decisions"

    @property
    def worklists(self) -> Path:
        """Sheets that people fill."""
        return self.screening / "worklists"

    @property
    def duplicate_sheets(self) -> Path:
        """Sheets of uncertain pairs."""
        return self.screening / "duplicates"

    @property
    def outputs(self) -> Path:
        """Everything the program can make again."""
        return self.folder / "outputs"

    @property
    def stages(self) -> Path:
        """Tables and manifests of the stages."""
        return self.outputs / "stages"

    @property
    def state(self) -> Path:
        """Lock, run log and Prefect's files: no results, may be deleted."""
        return self.folder / ".pipeline"

    def shown(self, path: Path) -> str:
        """Return a path as messages name it: relative to the review, with forward slashes."""
        try:
            return path.relative_to(self.folder).as_posix()
        except ValueError:
            return path.as_posix()


def open_review(folder: Path) -> Review:
    """Return the review in a folder.

    Raises:
        ReviewError: the folder does not exist, is no review, or one of the folders that are written in is a link that
            leads out of it.
    """
    review = Review(folder.resolve())
    if not review.folder.is_dir():
        raise ReviewError("no such folder", file=str(folder), hint="`python -m pipeline new FOLDER` makes a review")
    if not review.protocol.is_file():
        raise ReviewError(
            "is not a review: it has no screening/protocol.toml",
            file=str(folder),
            hint="`python -m pipeline new FOLDER` writes a commented skeleton",
        )
    machine, report = review.screening / "machine", review.outputs / "report"
    written = (review.screening, review.ledgers, review.worklists, review.duplicate_sheets, machine)
    for path in (*written, review.outputs, review.stages, report, review.state):
        if path.is_symlink() and not path.resolve().is_relative_to(review.folder):
            raise ReviewError(
                "is a symbolic link that leads out of the review; nothing is written through it",
                file=review.shown(path),
                found=str(path.readlink()),
                hint="put a folder of its own in its place",
            )
    return review
