"""From evidence to verdict: estimate a table, hold a model against what was observed, judge sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autarky.errors import InputError, Problem, did_you_mean
from autarky.estimation.estimate import Estimate, estimate
from autarky.estimation.known_errors import known_errors
from autarky.estimation.reading import packaged_recipes, read_recipe
from autarky.explanation import estimated
from autarky.run_folder.estimate import save_estimate

Progress = Callable[[int, int], None]

ESTIMATES = Path("estimates")
"""Where estimated tables go unless a place is named."""


@dataclass(frozen=True)
class EstimatedTable:
    """An estimated economy and the folder it was written to."""

    estimate: Estimate
    folder: Path

    def text(self) -> str:
        """What it rests on, and how to go on."""
        return (
            f"{estimated.text(self.estimate)}\n{self.folder} written, with the origin of every cell in "
            f"evidence/cells.csv; to use it: economy: {{path: {self.folder}}}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"folder": str(self.folder), **estimated.to_dict(self.estimate)}


def estimate_table(
    recipe: str | Path,
    out: str | Path | None = None,
    *,
    draws: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> EstimatedTable:
    """Estimates the economy of a recipe and writes it as a folder that studies can name.

    The recipe is a file, or the name of one that comes with autarky. The same recipe, claims and donors give
    the same bytes.

    Raises
    ------
    InputError
        If recipe, claims or donors are wrong: all problems at once, and nothing is written.
    InfeasibleError
        If the figures cannot all hold.
    """
    path = _recipe_path(recipe)
    folder = Path(out) if out is not None else ESTIMATES / path.stem
    if folder.exists():
        raise InputError(
            Problem(str(folder), "exists already", "choose another name with --out, or remove it")
        )
    read = read_recipe(path)
    evidence, donors = read.read_evidence(), read.read_donors()
    with read.naming_places():
        found = estimate(
            read.recipe,
            evidence,
            donors,
            draws=draws,
            seed=seed,
            known_errors=[trial.sentence() for trial in known_errors()],
            progress=progress,
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_estimate(found, folder, read.content)
    return EstimatedTable(found, folder)


def _recipe_path(recipe: str | Path) -> Path:
    path, known = Path(recipe), packaged_recipes()
    if path.exists() or len(path.parts) > 1:
        return path
    if str(recipe) in known:
        return known[str(recipe)]
    remedy = did_you_mean(str(recipe), [*known])
    raise InputError(Problem(str(recipe), "no such recipe", remedy))
