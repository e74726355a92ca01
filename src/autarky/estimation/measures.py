"""Measures: figures become ranges that sums of cells have to keep to, in money of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse

from autarky.errors import EconomyError, Problem, did_you_mean
from autarky.estimation.entropy import Constraints
from autarky.estimation.frame import Axis, Frame
from autarky.estimation.recipe import Cells, Measure, Recipe, Sum
from autarky.evidence import Evidence, Figure, resolve
from autarky.evidence.units import conversion, parse_unit

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Reading:
    """A figure as the table sees it: which cells, and between which values their sum (or ratio) lies."""

    measure: Measure
    figure: Figure
    cells: Positions
    """Cells that are added up."""
    whole: Positions | None
    """Cells that they are a share of; None for an amount."""
    low: float
    value: float
    high: float
    """Money of the table if not foreign, else of the claims; a ratio for shares."""
    foreign: bool
    """Whether the amounts still have to be converted."""
    others: tuple[Reading, ...] = ()
    """What other sources say, where each is to be taken for itself: draws choose among them."""

    @property
    def name(self) -> str:
        """The figure and its period."""
        return f"{self.figure.figure}, {self.figure.as_of}"

    def drawn(self, rng: np.random.Generator) -> Reading:
        """One source's reading, with its value anywhere in its range."""
        chosen = (self, *self.others)[int(rng.integers(1 + len(self.others)))]
        return replace(chosen, value=chosen.low + float(rng.random()) * (chosen.high - chosen.low), others=())


def read_measures(recipe: Recipe, evidence: Evidence, frame: Frame) -> tuple[Reading, ...]:
    """Every measure of a recipe, held against its claims.

    Raises
    ------
    EconomyError
        All problems at once: a figure without a claim, a name that is not in the table, cells that do not
        exist, a unit that is neither money nor a share, a range of claims without any width.
    """
    problems: list[Problem] = []
    readings = []
    for k, measure in enumerate(recipe.measures):
        place = f"measures[{k}]"
        unknown = [
            problem
            for part in ("sum", "of")
            for problem in _unknown_names(getattr(measure, part) or (), frame, f"{place}.{part}")
        ]
        problems += unknown
        claims = evidence.on(measure.figure, measure.as_of)
        if not claims:
            problems.append(_no_claim(evidence, measure.figure, measure.as_of, f"{place}.figure"))
        if unknown or not claims:
            continue
        best = resolve(claims)[0].claims[0]
        found = [
            _reading(recipe, evidence, frame, measure, figure, place, problems)
            # The best graded source is the one that the central table keeps to.
            for figure in sorted(resolve(claims, measure.resolve), key=lambda one: best not in one.claims)
        ]
        given = [reading for reading in found if reading is not None]
        if given:
            readings.append(replace(given[0], others=tuple(given[1:])))
    if problems:
        raise EconomyError(problems)
    return tuple(readings)


def _reading(
    recipe: Recipe,
    evidence: Evidence,
    frame: Frame,
    measure: Measure,
    figure: Figure,
    place: str,
    problems: list[Problem],
) -> Reading | None:
    low, high = figure.low, figure.high
    if low == high:
        grade = evidence.claim(figure.claims[0]).reliability
        error = measure.error if measure.error is not None else recipe.errors.get(grade)
        if error is None:
            what = f"no error is given for claims of reliability {grade}, such as {figure.claims[0]}"
            problems.append(Problem("errors", what, f"add {grade}: 0.1, or error to {place}"))
            return None
        low, high = low - error * abs(low), high + error * abs(high)
    factor, foreign = _factor(recipe, measure, figure)
    if factor is None:
        wanted = "a share (pct of total, share)" if measure.of else f"money ({recipe.unit})"
        what = f"{figure.figure} is in {figure.unit}, which is not {wanted}"
        problems.append(Problem(f"{place}.figure", what, "measure it in other cells, or give 'of'"))
        return None
    if foreign and recipe.conversion is None:
        what = f"{figure.figure} is in {figure.unit}, and the table in {recipe.unit}"
        problems.append(Problem(f"{place}.figure", what, "add 'conversion:' with a figure for the rate"))
        return None
    cells = _positions(frame, measure.sum)
    whole = None if measure.of is None else _positions(frame, measure.of)
    if not len(cells) or (whole is not None and not len(whole)):
        problems.append(
            Problem(place, "names no cell of the table", "name other products, users or partners")
        )
        return None
    factor *= measure.scale
    return Reading(measure, figure, cells, whole, low * factor, figure.value * factor, high * factor, foreign)


def _factor(recipe: Recipe, measure: Measure, figure: Figure) -> tuple[float | None, bool]:
    """What the figure is multiplied by to be money of the table or a ratio, and whether it is foreign."""
    if measure.of is not None:
        return conversion(figure.unit, "share") or conversion(figure.unit, "ratio"), False
    if (own := conversion(figure.unit, recipe.unit)) is not None:
        return own, False
    unit = parse_unit(figure.unit)
    foreign = "USD" if recipe.conversion is None else recipe.conversion.foreign
    if unit.kinds == (foreign,):
        return unit.size / parse_unit(recipe.unit).size, True
    return None, False


def _positions(frame: Frame, groups: Sum) -> Positions:
    return np.unique(np.concatenate([frame.select(cells) for cells in groups]))


def _unknown_names(groups: Sequence[Cells], frame: Frame, place: str) -> list[Problem]:
    problems = []
    axes: tuple[Axis, ...] = ("products", "users", "partners")
    for k, cells in enumerate(groups):
        for axis in axes:
            asked, known = getattr(cells, axis), frame.known(axis)
            problems += [
                Problem(f"{place}[{k}].{axis}", f"unknown name {name!r}", did_you_mean(name, known))
                for name in (() if asked == "all" else asked)
                if name not in known
            ]
    return problems


def _no_claim(evidence: Evidence, figure: str, as_of: str, place: str) -> Problem:
    periods = [claim.as_of for claim in evidence.on(figure)]
    if periods:
        remedy = f"the figure is there for {', '.join(dict.fromkeys(periods))}"
        return Problem(place, f"no claim on {figure!r} for {as_of}", remedy)
    known = tuple(dict.fromkeys(claim.figure for claim in evidence.claims))
    return Problem(place, f"no claim on {figure!r}", did_you_mean(figure, known))


@dataclass(frozen=True)
class Program:
    """What the cells must keep to, and how much of each sum is besides a floor or under a ceiling."""

    constraints: Constraints
    slack: Floats
    """(measures with a floor or ceiling,) as in the prior: further cells, after those of the table."""


def program_of(frame: Frame, readings: Sequence[Reading], rate: float, prior: Floats) -> Program:
    """The balance of each industry, exactly, and every reading within its range.

    A share s of a whole W is held as ``sum − s·W = 0``, with the width of its range times W as in the prior:
    linear, and exact where W is pinned by a figure of its own. What is more than a floor, or less than a
    ceiling, is a cell of its own: ``sum − more = floor``.

    Parameters
    ----------
    rate : float
        Money of the table for one unit of foreign money.
    prior : array, shape (cells,)
    """
    n, m = len(frame.sectors), len(readings)
    one_sided = [k for k, reading in enumerate(readings) if reading.measure.bound != "equal"]
    rows = scipy.sparse.lil_array((m, frame.size + len(one_sided)))
    low, value, high, slack = np.zeros(m), np.zeros(m), np.zeros(m), np.zeros(len(one_sided))
    for k, reading in enumerate(readings):
        rows[k, reading.cells] = 1.0
        if reading.whole is None:
            size = rate if reading.foreign else 1.0
            low[k], value[k], high[k] = (size * at for at in (reading.low, reading.value, reading.high))
        else:
            for place in reading.whole:
                rows[k, place] -= reading.value
            size = prior[reading.whole].sum()
            low[k], high[k] = ((at - reading.value) * size for at in (reading.low, reading.high))
        if k in one_sided:
            at = one_sided.index(k)
            sign = 1.0 if reading.measure.bound == "at_least" else -1.0
            rows[k, frame.size + at] = -sign
            has = (rows[[k], : frame.size] @ prior).item()
            # What the prior leaves besides the figure; a little where it leaves none.
            slack[at] = max(sign * (has - value[k]), 0.05 * abs(value[k]) + 1e-9 * prior.sum())
    balance = scipy.sparse.hstack(
        [frame.balance(), scipy.sparse.csr_array((n, len(one_sided)))], format="csr"
    )
    zeros = np.zeros(n)
    constraints = Constraints(
        matrix=scipy.sparse.csr_array(scipy.sparse.vstack([balance, rows.tocsr()])),
        low=np.concatenate([zeros, low]),
        target=np.concatenate([zeros, value]),
        high=np.concatenate([zeros, high]),
        names=(*(f"balance of {sector}" for sector in frame.sectors), *_told_apart(readings)),
    )
    return Program(constraints, slack)


def _told_apart(readings: Sequence[Reading]) -> list[str]:
    """Names of the readings; a figure that is held against several sums gets numbers."""
    names = [reading.name for reading in readings]
    return [
        f"{name} ({names[: k + 1].count(name)})" if names.count(name) > 1 else name
        for k, name in enumerate(names)
    ]
