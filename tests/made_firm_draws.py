"""Made draws of firms: numbers that cost nothing, for workers to make; they must import what they do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Numbers:
    """Numbers of a draw, each call of which leaves a mark in a folder; one draw may be stopped."""

    marks: Path
    stops_at: int = -1

    def __call__(self, draw: int) -> dict[str, np.ndarray[Any, Any]]:
        """Floats that no decimal writes exactly, whole numbers, and names."""
        if draw == self.stops_at:
            raise KeyboardInterrupt
        (self.marks / f"{draw}").touch()
        rng = np.random.default_rng(draw)
        return {
            "loss": rng.random((4, 2)),
            "links": np.array(1000 + draw),
            "first": np.array([b"steel-00001", f"mill-{draw}".encode()]),
        }

    def done(self) -> set[int]:
        """Draws made since this was last asked."""
        found = {int(path.name) for path in self.marks.iterdir()}
        for path in self.marks.iterdir():
            path.unlink()
        return found
