"""Checks: what an uncertainty section contradicts in itself or in its scenario, all of it at once."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.errors import ScenarioError, did_you_mean
from autarky.scenario import Scenario
from autarky.uncertainty.design import Design, is_possible, runs_of
from autarky.uncertainty.distributions import (
    NEAREST,
    Choice,
    Dirichlet,
    Each,
    Scalar,
    trials,
)
from autarky.uncertainty.places import Place, Step, find, shifted, with_values
from autarky.uncertainty.section import Parameter, Uncertainty

MAX_RUNS = 10_000_000
"""More runs than this are refused before memory is asked for."""

Found = tuple[tuple[Step, ...], str, str]
"""Steps from the section to the place, what is wrong, what to do."""
Contradictions = Callable[[Scenario], Iterable[tuple[tuple[Step, ...], str, str]]]


def problems(
    uncertainty: Uncertainty, scenario: Scenario, contradictions: Contradictions = lambda scenario: ()
) -> list[Found]:
    """Everything wrong with a section, before any table is read.

    Every place must exist in the scenario, and both ends of what can be drawn, the median, and each option
    must give a valid scenario, one parameter at a time.

    Parameters
    ----------
    uncertainty : Uncertainty
    scenario : Scenario
        Valid by itself.
    contradictions : callable, optional
        What else a valid scenario must not hold, asked about each trial: (steps, what, remedy).
    """
    found: list[Found] = []
    if not uncertainty.parameters:
        found.append(
            (("parameters",), "the uncertainty section names no parameter", "add one, or delete the section")
        )
    names: dict[str, int] = {}
    driven: dict[tuple[Step, ...], str] = {}
    dump = scenario.model_dump()
    for k, parameter in enumerate(uncertainty.parameters):
        here: tuple[Step, ...] = ("parameters", k)
        for name in parameter.columns:
            if names.setdefault(name, k) != k:
                found.append(
                    ((*here, "name"), f"two parameters are called {name!r}", "give each its own name")
                )
        found += _places(parameter, here, scenario, dump, driven, contradictions)
    runs = runs_of(uncertainty.design, uncertainty.draws, sum(1 for _ in drawn_columns(uncertainty)))
    runs *= strata_of(uncertainty)
    if runs > MAX_RUNS:
        found.append(
            (("draws",), f"this comes to {runs:,} runs", f"ask for fewer: at most {MAX_RUNS:,} are made")
        )
    return found + list(_correlations(uncertainty))


def drawn_columns(uncertainty: Uncertainty) -> Iterator[int]:
    """Positions of the columns that are drawn: all but those of kind each."""
    for first, parameter in uncertainty.drawn():
        if not parameter.is_crossed:
            yield from range(first, first + len(parameter.columns))


def strata_of(uncertainty: Uncertainty) -> int:
    """Number of combinations of the sources of kind each; 1 without any."""
    return math.prod(
        len(p.distribution.of) for p in uncertainty.parameters if isinstance(p.distribution, Each)
    )


def rank_matrix(uncertainty: Uncertainty) -> tuple[list[int], npt.NDArray[np.float64]]:
    """Columns of the parameters that stand in a correlation, in order, and their rank correlations."""
    wanted = {name for pair in uncertainty.correlations for name in pair.parameters}
    columns = [column for column, parameter in uncertainty.drawn() if parameter.name in wanted]
    position = {p.name: columns.index(column) for column, p in uncertainty.drawn() if column in columns}
    matrix = np.eye(len(columns))
    for pair in uncertainty.correlations:
        a, b = (position[name] for name in pair.parameters)
        matrix[a, b] = matrix[b, a] = pair.rank_correlation
    return columns, matrix


def places_of(parameter: Parameter, scenario: Scenario) -> list[Place]:
    """The places of the scenario that a parameter drives; none if it drives the table."""
    return [find(path, scenario) for path in parameter.sets or parameter.scales or parameter.shifts or ()]


def driven_value(parameter: Parameter, place: Place, value: Any, last_day: datetime.date) -> Any:
    """What stands at a place when the parameter has a value: the value, a multiple, a later date.

    What would last beyond the run lasts to its last day.
    """
    if parameter.scales:
        return place.central * value
    if not parameter.shifts:
        return value
    date = shifted(place.central, value)
    return min(date, last_day) if place.steps[-1] == "until" else date


def _places(
    parameter: Parameter,
    here: tuple[Step, ...],
    scenario: Scenario,
    dump: Mapping[str, Any],
    driven: dict[tuple[Step, ...], str],
    contradictions: Contradictions,
) -> Iterator[Found]:
    if parameter.coefficients is not None:
        least = min(value for values in _trials(parameter) for value in values[1])
        if least < 0:
            what = f"{parameter.name!r} is a factor on coefficients and can be {least:.3g}"
            yield (*here, "distribution"), what, "cut it off at 0; 1 is no change"
    field = next((name for name in ("sets", "scales", "shifts") if getattr(parameter, name)), None)
    if field is None:
        return
    places: list[Place] = []
    for path in getattr(parameter, field):
        # A place written without a list has no position in the file: it is then told at the field.
        at = (*here, field, len(places))
        try:
            place = find(path, scenario)
        except ScenarioError as error:
            yield at, f"{path!r}: {error.problems[0].what}", error.problems[0].remedy
            return
        if place.steps in driven:
            what = f"{path!r} is driven by {driven[place.steps]!r} already"
            yield at, what, "let one parameter drive it, or split the scenario's shocks or rules"
            return
        driven[place.steps] = parameter.name
        if (wrong := _cannot(field, place)) is not None:
            yield at, f"{path!r} {wrong[0]}", wrong[1]
            return
        places.append(place)
    for which, values in _trials(parameter):
        try:
            each = values if len(values) == len(places) else values * len(places)
            pairs = [
                (p, driven_value(parameter, p, v, scenario.end)) for p, v in zip(places, each, strict=True)
            ]
            trial = with_values(scenario, dump, pairs)
            wrong = next(((what, remedy) for _, what, remedy in contradictions(trial)), None)
        except ScenarioError as error:
            problem = error.problems[0]
            wrong = f"{problem.place} {problem.what}", problem.remedy
        except OverflowError:
            wrong = "the date leaves the calendar", "narrow the distribution"
        if wrong is not None:
            yield (*here, "distribution"), f"{which} of {parameter.name!r} does not fit: {wrong[0]}", wrong[1]
            return


def _cannot(field: str, place: Place) -> tuple[str, str] | None:
    """Why a number cannot be multiplied, or a date moved; None if it can."""
    is_number = isinstance(place.central, int | float) and not isinstance(place.central, bool)
    is_date = isinstance(place.central, datetime.date)
    shown = "nothing" if place.central is None else repr(place.central)
    if field == "scales" and not is_number:
        return (
            f"has no number in the scenario to be multiplied, but {shown}",
            "write a number there, or use sets",
        )
    if field == "scales" and place.central == 0:
        return "is 0 in the scenario, and so is every multiple", "write another number there, or use sets"
    if field == "shifts" and not is_date:
        remedy = "write a date there" if place.central is None else "name a from or until"
        return f"has no date in the scenario to be moved, but {shown}", remedy
    if field == "sets" and is_date:
        return "is a date", "use shifts, which moves it by days"
    return None


def _trials(parameter: Parameter) -> list[tuple[str, list[Any]]]:
    """(what it is, values) that stand for all that can be drawn: one value, or of dirichlet one by share."""
    spread = parameter.distribution
    if isinstance(spread, Dirichlet):
        size = len(spread.shares)
        points = np.full((size, size), NEAREST)
        np.fill_diagonal(points, 1.0 - NEAREST)
        said = ["the mean", *(f"the upper end of {name!r}" for name in spread.shares)]
        return list(zip(said, [list(spread.shares.values()), *spread.quantile(points).tolist()], strict=True))
    assert isinstance(spread, Scalar | Choice)
    return [(which, [value]) for which, value in trials(spread).items()]


def _correlations(uncertainty: Uncertainty) -> Iterator[Found]:
    if not uncertainty.correlations:
        return
    if uncertainty.design not in (Design.LATIN_HYPERCUBE, Design.RANDOM):
        why = {
            Design.SALTELLI: "Sobol indices hold for independent parameters only",
        }.get(uncertainty.design, "reordering would undo the sequence")
        remedy = "use design: latin_hypercube, or delete the correlations"
        what = f"rank correlations cannot be had with design {uncertainty.design.value}: {why}"
        yield ("correlations",), what, remedy
        return
    kinds = {parameter.name: parameter.distribution.kind for parameter in uncertainty.parameters}
    seen: set[frozenset[str]] = set()
    complete = True
    for k, pair in enumerate(uncertainty.correlations):
        here: tuple[Step, ...] = ("correlations", k, "parameters")
        for j, name in enumerate(pair.parameters):
            if name not in kinds:
                yield (*here, j), f"unknown parameter {name!r}", did_you_mean(name, tuple(kinds))
            elif kinds[name] in ("each", "draws", "dirichlet"):
                what = f"{name!r} is of kind {kinds[name]}, which has no ranks to correlate"
                yield (*here, j), what, "name parameters of another kind"
            else:
                continue
            complete = False
        if len(both := frozenset(pair.parameters)) == 1:
            yield here, f"{pair.parameters[0]!r} is correlated with itself", "name two parameters"
            complete = False
        elif both in seen:
            yield here, "this pair stands above already", "keep one of the two"
            complete = False
        seen.add(both)
    if not complete:
        return
    columns, matrix = rank_matrix(uncertainty)
    if not is_possible(matrix):
        what = "the rank correlations contradict each other (they are not positive definite)"
        remedy = "bring the strongest nearer to 0, or name the pairs left out, which count as 0"
        yield ("correlations",), what, remedy
    elif uncertainty.draws <= len(columns) + 1:
        what = f"draws is {uncertainty.draws}, too few to correlate {len(columns)} parameters"
        yield ("draws",), what, f"ask for {len(columns) + 2} or more"
