"""Draws: every run of a study's uncertainty, each made when it is asked for: a Scenario and an Economy."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.errors import EconomyError, Problem, ScenarioError
from autarky.scenario import Scenario
from autarky.uncertainty import design as designs
from autarky.uncertainty.checking import (
    drawn_columns,
    driven_value,
    places_of,
    problems,
    rank_matrix,
    strata_of,
)
from autarky.uncertainty.design import Base, Design
from autarky.uncertainty.distributions import Choice, Dirichlet, Each, label, options_of
from autarky.uncertainty.edits import Scaling, Split, edited, input_share, value_added_share
from autarky.uncertainty.matching import TableNames, table_problems
from autarky.uncertainty.places import Place, path_of, with_values
from autarky.uncertainty.section import DRIVES, Parameter, Uncertainty

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Draws:
    """All runs of a study's uncertainty. Made by ``draw_up``; D columns, one per parameter or share.

    Run i lies in stratum ``i // (len / strata)``: one combination of the sources of kind each. Every stratum
    has the same points, so that sources are compared draw by draw.
    """

    uncertainty: Uncertainty
    central: Scenario
    """The study's own scenario."""
    table: Economy
    """The study's own table."""
    tables: Mapping[str, Economy]
    """Name → table, for parameters that choose among tables."""
    points: Floats
    """Where in its distribution each value lies, (runs, D), between 0 and 1."""
    values: Floats
    """Values, (runs, D); of a choice the position of the option."""
    strata: Integers
    """Combination of the sources of kind each, (runs,), from 0."""
    _last: dict[Hashable, Economy] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.points)

    def __getstate__(self) -> dict[str, Any]:
        # What can be made again need not travel.
        kept = set(self.__dataclass_fields__) - {"_last"}
        return {name: value for name, value in self.__dict__.items() if name in kept} | {"_last": {}}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the D columns, in the order of the study."""
        return tuple(name for parameter in self.uncertainty.parameters for name in parameter.columns)

    @property
    def parameters(self) -> tuple[Mapping[str, Any], ...]:
        """By column, JSON-ready: name, sentence, source, kind, unit, drives, options and option_sources."""
        return tuple(row for parameter in self.uncertainty.parameters for row in _described(parameter))

    @property
    def sentence(self) -> str:
        """How the draws were made, one sentence."""
        u = self.uncertainty
        drawn = sum(1 for _ in drawn_columns(u))
        told = designs.in_words(u.design, u.seed, u.draws, drawn)
        strata = strata_of(u)
        return f"{told}; the same for each of {strata} combinations of sources" if strata > 1 else told

    def scenario(self, i: int) -> Scenario:
        """The scenario of run i.

        Raises
        ------
        ScenarioError
            If its values, each possible by itself, contradict each other.
        """
        dump, drives = self._drives
        try:
            values = [
                (place, driven_value(parameter, place, self._value(i, parameter, column), self.central.end))
                for parameter, column, place in drives
            ]
            return with_values(self.central, dump, values)
        except ScenarioError as error:
            raise ScenarioError(_in_run(i, problem) for problem in error.problems) from error

    def economy(self, i: int) -> Economy:
        """The table of run i; the last one made is kept, so ask for equal keys one after the other.

        Raises
        ------
        EconomyError
            If the coefficients drawn leave an industry without value added, or an economy that needs more
            than it makes.
        """
        key = self.economy_key(i)
        if key not in self._last:
            self._last.clear()
            self._last[key] = self._economy(i)
        return self._last[key]

    def economy_key(self, i: int) -> Hashable:
        """Equal for runs on the same table: the values that change it; empty if none does."""
        return tuple(self.values[i, self._table_columns].tolist())

    def base(self, i: int) -> Base | None:
        """Where run i stands in a Saltelli design, counted inside its stratum; None for other designs."""
        if self.uncertainty.design is not Design.SALTELLI:
            return None
        row, matrix = designs.base_of(i % (len(self) // strata_of(self.uncertainty)), self.uncertainty.draws)
        if matrix < 2:
            return Base(row, "AB"[matrix], None)
        return Base(row, "AB", list(drawn_columns(self.uncertainty))[matrix - 2])

    @cached_property
    def _drives(self) -> tuple[Mapping[str, Any], tuple[tuple[Parameter, int, Place], ...]]:
        """The scenario as plain values, and which column of which parameter drives which of its places."""
        return self.central.model_dump(), tuple(
            (parameter, first + (k if isinstance(parameter.distribution, Dirichlet) else 0), place)
            for first, parameter in self.uncertainty.drawn()
            for k, place in enumerate(places_of(parameter, self.central))
        )

    @cached_property
    def _table_columns(self) -> list[int]:
        return [
            first + k
            for first, parameter in self.uncertainty.drawn()
            if parameter.coefficients or parameter.origins or parameter.tables
            for k in range(len(parameter.columns))
        ]

    @cached_property
    def _edits(self) -> tuple[tuple[int, Parameter, Scaling | Split], ...]:
        """(first column, parameter, cells of the table) of every parameter that edits the table."""
        names = TableNames(self.table, self.central)
        return tuple(
            (first, parameter, cells)
            for first, parameter in self.uncertainty.drawn()
            if (cells := names.cells(parameter)) is not None
        )

    def _value(self, i: int, parameter: Parameter, column: int) -> Any:
        """The value itself: the option chosen, or the number."""
        value = float(self.values[i, column])
        spread = parameter.distribution
        return spread.of[int(value)].value if isinstance(spread, Choice) else value

    def _economy(self, i: int) -> Economy:
        table = self.table
        for first, parameter in self.uncertainty.drawn():
            if parameter.tables:
                table = self.tables[self._value(i, parameter, first)]
        splits, scalings = [], []
        for first, parameter, cells in self._edits:
            if isinstance(cells, Split):
                splits.append((cells, self.values[i, first : first + len(parameter.columns)]))
            else:
                scalings.append((cells, float(self._value(i, parameter, first))))
        if not splits and not scalings:
            return table
        try:
            return edited(
                table, splits, scalings, "coefficients or origins drawn from the study's uncertainty"
            )
        except EconomyError as error:
            raise EconomyError(_in_run(i, problem) for problem in error.problems) from error


def draw_up(
    uncertainty: Uncertainty,
    scenario: Scenario,
    economy: Economy,
    *,
    tables: Mapping[str, Economy] | None = None,
) -> Draws:
    """All draws of a study's uncertainty, held against its scenario and its table.

    Parameters
    ----------
    uncertainty : Uncertainty
    scenario : Scenario
        Central values: what no parameter drives stays as it is.
    economy : Economy
    tables : mapping of name to Economy, optional
        Those that parameters with ``tables: true`` choose from; labelled like ``economy``.

    Raises
    ------
    ScenarioError
        With everything wrong; places are ``uncertainty.parameters[0].sets[0]`` and the like.
    """
    found = [
        Problem(path_of(("uncertainty", *steps)), what, remedy)
        for steps, what, remedy in problems(uncertainty, scenario)
    ]
    if found:
        raise ScenarioError(found)
    named = dict(tables or {})
    found = list(table_problems(uncertainty, economy, named))
    names = TableNames(economy, scenario)
    for k, parameter in enumerate(uncertainty.parameters):
        names.check(parameter, f"uncertainty.parameters[{k}]", [economy, *named.values()])
    if found := found + names.problems:
        raise ScenarioError(found)
    points, strata = _all_points(uncertainty)
    values = np.empty_like(points)
    for first, parameter in uncertainty.drawn():
        columns = slice(first, first + len(parameter.columns))
        values[:, columns] = parameter.distribution.quantile(points[:, columns])
    draws = Draws(uncertainty, scenario, economy, named, _frozen(points), _frozen(values), strata)
    if found := list(_exhausted(draws)):
        raise ScenarioError(found)
    return draws


def _all_points(uncertainty: Uncertainty) -> tuple[Floats, Integers]:
    """Points of all columns and the stratum of each run: the design, once for each combination of sources."""
    drawn = list(drawn_columns(uncertainty))
    once = designs.unit_points(uncertainty.design, uncertainty.seed, uncertainty.draws, len(drawn))
    if uncertainty.correlations:
        columns, matrix = rank_matrix(uncertainty)
        once = designs.correlated(once, [drawn.index(column) for column in columns], matrix)
    each = [(c, len(p.distribution.of)) for c, p in uncertainty.drawn() if isinstance(p.distribution, Each)]
    sizes = [size for _, size in each]
    strata = np.repeat(np.arange(math.prod(sizes)), len(once))
    points = np.empty((len(strata), len(drawn) + len(each)))
    points[:, drawn] = np.tile(once, (math.prod(sizes), 1))
    for (column, size), chosen in zip(each, np.unravel_index(strata, sizes) if sizes else (), strict=True):
        points[:, column] = (chosen + 0.5) / size
    return points, strata


def _exhausted(draws: Draws) -> Iterable[Problem]:
    """Factors that, at their highest, leave an industry without value added."""
    for k, parameter in enumerate(draws.uncertainty.parameters):
        for first, other, cells in draws._edits:
            if other is not parameter or not isinstance(cells, Scaling):
                continue
            chosen = (draws._value(i, parameter, first) for i in np.unique(draws.values[:, first], True)[1])
            factor = max(chosen)
            left = value_added_share(draws.table) - (factor - 1.0) * input_share(draws.table, cells)
            if len(short := np.flatnonzero((left < -1e-12) & (value_added_share(draws.table) >= 0))):
                j = short[np.argmin(left[short])]
                yield Problem(
                    f"uncertainty.parameters[{k}].distribution",
                    f"a factor of {factor:.3g} on coefficients would leave "
                    f"{draws.table.industries.labels[j]!r} without value added",
                    "narrow the distribution, or name fewer inputs or users",
                )


def _described(parameter: Parameter) -> list[dict[str, Any]]:
    """A parameter's columns for a record."""
    spread = parameter.distribution
    options = options_of(spread)
    return [
        {
            "name": name,
            "sentence": parameter.sentence,
            "source": parameter.source,
            "kind": spread.kind,
            "unit": parameter.unit,
            "drives": next(drive for drive in DRIVES if getattr(parameter, drive) is not None),
            "options": [label(option.value) for option in options],
            "option_sources": [option.source for option in options],
        }
        for name in parameter.columns
    ]


def _in_run(i: int, problem: Problem) -> Problem:
    return Problem(f"draw {i}, {problem.place}", problem.what, problem.remedy)


def _frozen(array: Floats) -> Floats:
    array.flags.writeable = False
    return array
