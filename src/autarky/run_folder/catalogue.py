"""The catalogue: a SQLite list of the run folders, made from them and never the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue: what a manifest says of a run, ensemble, plan or comparison."""

    id: str
    kind: str
    """run, ensemble, plan or comparison."""
    title: str
    economy: str
    created: str
    """Date and time (UTC), ISO 8601."""
    seconds: float
    headline: str
    """The first sentence of its answer."""
    study_sha256: str


class Catalogue:
    """The runs of a folder; every read first takes in what is new on disk and forgets what is gone."""

    def __init__(self, runs: Path, file: Path) -> None:
        self.runs, self.file = runs, file

    def entries(self) -> list[Entry]:
        """All of them, the newest first."""
        raise NotImplementedError

    def entry(self, run: str) -> Entry | None:
        """One of them."""
        return next((entry for entry in self.entries() if entry.id == run), None)

    def reindex(self) -> int:
        """Makes the catalogue anew from the folders; how many there are."""
        raise NotImplementedError
