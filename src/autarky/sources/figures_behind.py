"""Figures behind an estimated table: what its ``evidence/`` folder says it was moved to fit, and how."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from autarky.errors import Problem, SourceError

FIGURES, CELLS, RECIPE = "evidence/figures.csv", "evidence/cells.csv", "evidence/recipe.yaml"


@dataclass(frozen=True)
class FigureBehind:
    """A figure that an estimated table was made to fit."""

    figure: str
    as_of: str
    how: str
    """How its claims were settled, in words."""
    claims: tuple[str, ...]
    """Ids of the claims used, the one that gives the value first."""
    share: float
    """Of all that the table records, by value: what lies in cells on which its claims bear."""


def folder_behind(table: str | Path) -> Path:
    """The folder of a table: an embedded one by its name, else a path."""
    packaged = Path(str(resources.files("autarky"))) / "data" / str(table)
    return Path(table) if Path(table).exists() else packaged


def figures_behind(table: str | Path) -> tuple[FigureBehind, ...]:
    """The figures behind a table, those that decide most of it first; empty for one that is not estimated.

    ``table`` is an embedded table's name, or a path.

    Raises
    ------
    SourceError
        If the folder's evidence cannot be read.
    """
    folder = folder_behind(table)
    if not (folder / FIGURES).is_file():
        return ()
    try:
        with (folder / CELLS).open(newline="", encoding="utf-8") as stream:
            cells = [(abs(float(row["value"])), row["claims"].split()) for row in csv.DictReader(stream)]
        with (folder / FIGURES).open(newline="", encoding="utf-8") as stream:
            told = list(csv.DictReader(stream))
        of_claim: dict[str, set[int]] = defaultdict(set)
        for k, (_, claims) in enumerate(cells):
            for claim in claims:
                of_claim[claim].add(k)
        whole = sum(value for value, _ in cells) or 1.0
        found = []
        for row in told:
            claims = tuple(row["claims"].split())
            borne = set().union(*(of_claim[claim] for claim in claims))
            share = sum(cells[k][0] for k in borne) / whole
            found.append(FigureBehind(row["figure"], row["as_of"], row["how"], claims, share))
    except (OSError, UnicodeDecodeError, KeyError, ValueError, AttributeError) as error:
        remedy = "estimate the table again: autarky estimate"
        raise SourceError(Problem(str(folder / FIGURES), f"cannot be read ({error})", remedy)) from None
    return tuple(sorted(found, key=lambda one: -one.share))
