"""Reading: numbers by period, amounts with units and names of a section; every problem met is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from autarky.declared import ALL
from autarky.errors import Problem, did_you_mean
from autarky.evidence.units import conversion
from autarky.planning.posing.section import Amount
from autarky.planning.problem import Vector

ASSUMPTION = "assumption"
"""How a source begins that is none."""

ByPeriod = float | tuple[float, ...] | dict[str, float]


@dataclass(frozen=True)
class Number:
    """A number as declared, and the factor that takes it into the unit of the problem."""

    value: float
    low: float
    high: float
    unit: str
    factor: float = 1.0
    source: str = ""

    @property
    def converted(self) -> float:
        """The number in the unit of the problem."""
        return self.value * self.factor

    @property
    def is_told(self) -> bool:
        """Whether anything is known of it besides its value."""
        return bool(self.source) or self.low != self.high


@dataclass
class Reader:
    """Reads one section: problems, sources and assumptions gather as it goes."""

    periods: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, None] = field(default_factory=dict)
    assumptions: dict[str, None] = field(default_factory=dict)

    def refuse(self, place: str, what: str, remedy: str) -> None:
        """Keep a problem."""
        problem = Problem(place, what, remedy)
        if problem not in self.problems:
            self.problems.append(problem)

    def assume(self, sentence: str) -> None:
        """Say once what is assumed."""
        self.assumptions[sentence] = None

    def cite(self, what: str, source: str | None) -> None:
        """Keep where something comes from; a source that begins with the word assumption is told as one."""
        if source and source.casefold().startswith(ASSUMPTION):
            self.assume(f"{what}: {source.partition(':')[2].strip() or source}")
        elif source:
            self.sources[source] = None

    def knows(self, place: str, what: str, name: str, known: Sequence[str] | Mapping[str, object]) -> bool:
        """Whether there is such a name; if not, that is a problem."""
        if name not in known:
            self.refuse(place, f"unknown {what} {name!r}", did_you_mean(name, tuple(known)))
        return name in known

    def known_of(self, place: str, what: str, names: object, known: Sequence[str]) -> list[int]:
        """Positions of the names, in their order, or of all there are."""
        if names == ALL:
            return list(range(len(known)))
        assert isinstance(names, tuple)
        return [known.index(name) for name in names if self.knows(place, what, name, known)]

    def once(self, place: str, what: str, names: Iterable[str]) -> None:
        """Every name is given once; ``place`` holds ``{}`` for the position."""
        seen: set[str] = set()
        for k, name in enumerate(names):
            if name in seen:
                self.refuse(place.format(k), f"{what} {name!r} is there already", "give it another name")
            seen.add(name)

    def by_period(
        self,
        place: str,
        given: ByPeriod,
        *,
        before: float | Vector | None = None,
        least: float = 0.0,
        most: float = np.inf,
    ) -> Vector:
        """(p,) a number for all periods, one for each, or each holding until the next that is named.

        ``before`` is what holds before the first that is named; None: the first period must be named.
        """
        p = len(self.periods)
        if isinstance(given, dict):
            return self._by_name(place, given, before, least, most)
        if isinstance(given, tuple):
            if len(given) != p:
                self.refuse(
                    place,
                    f"has {len(given)} {'number' if len(given) == 1 else 'numbers'} for {p} periods",
                    "give one number for all, one for each, or {period: number}",
                )
                return np.zeros(p) + (0.0 if before is None else before)
            for k, value in enumerate(given):
                self.within(f"{place}[{k}]", value, least, most)
            return np.array(given, np.float64)
        self.within(place, given, least, most)
        return np.full(p, given, np.float64)

    def _by_name(
        self, place: str, given: dict[str, float], before: float | Vector | None, least: float, most: float
    ) -> Vector:
        result = np.zeros(len(self.periods))
        result[:] = np.nan if before is None else before
        for label, value in given.items():
            if self.knows(f"{place}.{label}", "period", label, self.periods):
                self.within(f"{place}.{label}", value, least, most)
        for t in sorted(self.periods.index(label) for label in given if label in self.periods):
            result[t:] = given[self.periods[t]]
        if before is None and self.periods[0] not in given:
            self.refuse(place, f"says nothing for {self.periods[0]}", "name the first period too")
            return np.zeros(len(self.periods))
        return result

    def within(self, place: str, value: float, least: float, most: float = np.inf) -> None:
        """A number outside its range is a problem."""
        if value < least:
            what = f"is {value:g}, a negative number" if least == 0 else f"is {value:g}"
            self.refuse(place, what, f"give a number of {least:g} or more")
        elif value > most:
            self.refuse(place, f"is {value:g}", f"give a number of {most:g} or less")

    def amount(
        self, place: str, given: float | Amount, of: str, unit: str, *, per: str = "", factor: float = 1.0
    ) -> Number:
        """A number that cannot be negative, converted into ``unit``, or ``unit`` per ``per``.

        ``factor`` goes on from ``unit`` to that of the problem; ``of`` is what is counted.
        """
        if not isinstance(given, Amount):
            self.within(place, given, 0.0)
            return Number(given, given, given, unit, factor)
        low = given.value if given.low is None else given.low
        high = given.value if given.high is None else given.high
        self.within(place, low, 0.0)
        told = given.unit or unit
        into = self.factor(place, told, of, unit, per)
        return Number(given.value, low, high, told, into * factor, given.source or "")

    def factor(self, place: str, told: str, of: str, unit: str, per: str = "") -> float:
        """From the unit that is told into the one in which something is counted."""
        factor = convert(told, unit, per)
        if factor is None:
            what = f"unit mismatch: it is in {told}, and {of} is counted in {unit}"
            self.refuse(place, what, f"give it in {unit}, or in a unit that measures the same")
        return 1.0 if factor is None else factor


def convert(unit: str, into: str, per: str = "") -> float | None:
    """The factor from a unit into another, or into another per a third; None if there is none."""
    unit, into, per = (_singular(text) for text in (unit, into, per))
    if unit == into:
        return 1.0
    if (factor := _factor(unit, into)) is not None:
        return factor
    above, _, below = unit.rpartition("/")
    if above and per:
        one, other = _factor(above, into), _factor(below, per)
        return None if one is None or other is None else one / other
    return None


def _factor(unit: str, into: str) -> float | None:
    try:
        return conversion(unit, into)
    except ValueError:
        # Units of one's own, such as sets, are only equal to themselves.
        return None


def _singular(unit: str) -> str:
    return re.sub(r"\b(hour|day|week|month|year|person)s\b", r"\1", unit)
