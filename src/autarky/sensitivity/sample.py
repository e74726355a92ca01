"""Sample: parameters and measures of an ensemble's draws as plain arrays; failed is told apart from never."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.results import EnsembleResult

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

TIMES = ("first_stop", "first_need")
"""Measures that are days: no number there means *never*, not *failed*."""

_CONSTANT = 1e-9

MOST_OPTIONS = 12
"""Options of a choice that are held against each other."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Draws as arrays; rows are draws in the order they were drawn, failed ones included."""

    names: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    """By parameter: names of the options of a choice; empty for a number."""
    points: Floats
    """Shape (draws, parameters), 0 to 1."""
    values: Floats
    """Shape (draws, parameters); of a choice: position of the option."""
    strata: Integers
    """Shape (draws,)."""
    place: Integers
    """Shape (draws,): position inside the stratum. Every stratum has the same points, so draws of one place
    are not independent of each other."""
    measures: tuple[str, ...]
    measured: Floats
    """Shape (draws, measures). Never: infinity. Failed: NaN in the whole row."""
    usable: Flags
    """Shape (draws,): the draw did not fail."""
    independent: Flags
    """Shape (draws,): usable, and drawn independently of all other places. Of a Saltelli design: A and B."""
    days: int
    saltelli: bool
    seed: int

    @property
    def within_run(self) -> Floats:
        """``measured`` with the length of the run in place of never, so that it can be averaged."""
        return np.where(np.isposinf(self.measured), float(self.days), self.measured)

    @property
    def varied(self) -> tuple[int, ...]:
        """Positions of the parameters that take more than one value among usable draws.

        Choices of more than ``MOST_OPTIONS``, such as the tables drawn beside an estimate, are left out: what
        tells so many options apart is mostly what else was drawn with them.
        """
        values = self.values[self.usable]
        if not len(values):
            return ()
        return tuple(
            int(column)
            for column in np.flatnonzero(np.ptp(values, axis=0) > 0)
            if len(self.options[column]) <= MOST_OPTIONS
        )


def read_sample(result: EnsembleResult) -> Sample:
    """Read the draws of an ensemble.

    A draw failed if its error is recorded or a measure that is no day has no number. A measure without a
    number in any draw (household consumption where nobody consumes) is left out.
    """
    data, uncertainty = result.data, result.record.uncertainty
    names = tuple(str(name) for name in data["parameter"].values)
    declared = {str(parameter["name"]): parameter for parameter in result.record.parameters}
    measures = [str(name) for name in data["measure"].values]
    measured = np.array(data["measured"].transpose("draw", "measure").values, dtype=np.float64)
    times = np.isin(measures, TIMES)
    kept = times | np.isfinite(measured).any(axis=0)
    measured, times = measured[:, kept], times[kept]
    failed = np.array([bool(str(error)) for error in data["failed"].values], dtype=bool)
    failed |= ~np.isfinite(measured[:, ~times]).all(axis=1)
    measured = np.where(np.isnan(measured), np.inf, measured)
    measured[failed] = np.nan
    points = np.asarray(data["point"].transpose("draw", "parameter").values, dtype=np.float64)
    strata = np.asarray(data["stratum"].values, dtype=np.int64)
    saltelli = str(uncertainty.get("design", "")) == "saltelli"
    independent = ~failed
    if saltelli:
        for rows, columns in saltelli_rows(points, strata):
            independent[rows[2 * len(rows) // (len(columns) + 2) :]] = False
    return Sample(
        names=names,
        options=tuple(_options(declared.get(name, {})) for name in names),
        points=points,
        values=np.asarray(data["value"].transpose("draw", "parameter").values, dtype=np.float64),
        strata=strata,
        place=_places(strata),
        measures=tuple(name for name, keep in zip(measures, kept, strict=True) if keep),
        measured=measured,
        usable=~failed,
        independent=independent,
        days=int(data.sizes["day"]),
        saltelli=saltelli,
        seed=int(uncertainty.get("seed", 0)),
    )


def saltelli_rows(points: Floats, strata: Integers) -> list[tuple[Integers, Integers]]:
    """By stratum, the rows of its A, B, AB_0 … AB_{D−1} and the columns that AB_d takes from B.

    Parameters that stand still inside strata (one of several sources each) have no AB of their own.

    Raises
    ------
    ValueError
        If the draws are not laid out so.
    """
    laid_out = []
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        own = points[rows]
        columns = np.flatnonzero(np.ptp(own, axis=0) > 0)
        base = len(rows) // (len(columns) + 2)
        blocks = own[: base * (len(columns) + 2)].reshape(len(columns) + 2, base, own.shape[1])
        expected = np.repeat(blocks[:1], len(columns), axis=0)
        expected[np.arange(len(columns)), :, columns] = blocks[1][:, columns].T
        if blocks.size != own.size or not np.array_equal(blocks[2:], expected):
            raise ValueError(f"draws of stratum {stratum} are not the rows A, B, AB of a Saltelli design")
        laid_out.append((rows, columns))
    return laid_out


def is_constant(values: Floats) -> Flags:
    """Whether a measure stands still among draws (axis 0): it moves by no more than rounding."""
    return np.asarray(np.ptp(values, axis=0) <= _CONSTANT * np.maximum(1.0, np.abs(values).max(axis=0)))


def settled(values: Floats) -> Floats:
    """Values without rounding noise, for whatever compares them: zeros of −2e-17 and 1e-16 are one zero.

    Rounded to 10⁻⁹ of the largest in the column, or of 1.
    """
    grid = _CONSTANT * np.maximum(1.0, np.abs(values).max(axis=0))
    return np.asarray(np.round(values / grid) * grid)


def number(value: Any) -> float | None:
    """A plain number, or None where there is none (NaN) or it is never (infinity)."""
    return float(value) if np.isfinite(value) else None


def _places(strata: Integers) -> Integers:
    order = np.argsort(strata, kind="stable")
    counts = np.unique(strata, return_counts=True)[1]
    place = np.empty(len(strata), dtype=np.int64)
    place[order] = np.concatenate([np.arange(count) for count in counts]) if len(counts) else []
    return place


def _options(parameter: Mapping[str, Any]) -> tuple[str, ...]:
    options = parameter.get("options") or ()
    return tuple(option if isinstance(option, str) else json.dumps(option) for option in options)
