"""Comparison: several runs side by side: who loses what in each, and what all of them agree on."""

from __future__ import annotations

import datetime
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autarky.errors import InputError, Problem
from autarky.explanation.conclusions import QUESTIONS, answers
from autarky.explanation.conditions import conditions, first_shock_day
from autarky.explanation.measured import (
    BESIDES,
    ECONOMY,
    GROUPS,
    INDUSTRIES,
    PRODUCTS,
    USERS,
    Measure,
    Measured,
    measured,
)
from autarky.explanation.names import Names
from autarky.explanation.wording import plain
from autarky.results import SimulationResult
from autarky.scenario import Scenario

MOST_PRODUCTS, MOST_INDUSTRIES, MOST_GROUPS = 10, 15, 24
"""Products and industries that are told: those that lose most in any of the runs."""
SAME = 1e-12
"""Differences up to this are none: the order of summation."""


@dataclass(frozen=True)
class Column:
    """One of the runs."""

    name: str
    note: str
    economy: str
    start: str
    days: int
    day_zero: str
    """Date from which its days are counted (ISO)."""
    outcome: str
    conditions: tuple[str, ...]
    """The if-part: one clause for each shock."""
    differs: tuple[str, ...]
    """What it declares otherwise than the first; empty for the first."""
    first: tuple[str, ...]
    """Industries that stop first; empty: none stops."""
    first_day: float
    """Infinite: none stops."""


SURE = 0.9
"""Share of draws in which all runs must say the same for it to head the answer."""


@dataclass(frozen=True)
class Range:
    """What the draws come to, for one number of one run."""

    low: float
    """Five in a hundred draws are below it."""
    middle: float
    high: float
    difference_low: float
    """The same of the difference against the first run, draw by draw."""
    difference_middle: float
    difference_high: float
    sign_holds: float
    """Share of draws in which the difference has the sign that it has without draws."""


@dataclass(frozen=True)
class Row:
    """Who loses what: a measure in every run."""

    key: str
    section: str
    subject: str
    name: str
    what: str
    unit: str
    """As ``Measure.unit``."""
    values: tuple[float, ...]
    differences: tuple[float, ...]
    """Against the first run; exactly 0 where both are the same, NaN where one has no value."""
    ranges: tuple[Range, ...] = ()
    """One for each run, where draws were made."""

    @property
    def differs(self) -> bool:
        """Whether any run, or any draw of one, says anything else than the first."""
        drawn = [one.difference_low for one in self.ranges] + [one.difference_high for one in self.ranges]
        return any(math.isnan(value) or abs(value) > SAME for value in (*self.differences, *drawn))


@dataclass(frozen=True)
class Conclusion:
    """An answer that the first run gives to a question, and which of the others give the same."""

    question: str
    sentence: str
    answers: tuple[str, ...]
    """What each run says."""
    holds: tuple[bool, ...]
    """For each run, whether it says the same as the first."""
    share: float
    """Share of draws in which every run says it; NaN without draws."""
    shares: tuple[float, ...]
    """For each run, the share of draws in which it says it; empty without draws."""

    @property
    def number(self) -> int:
        """In how many runs it holds."""
        return sum(self.holds)

    @property
    def holds_in_all(self) -> bool:
        """Whether it does in every run."""
        return all(self.holds)

    @property
    def is_sure(self) -> bool:
        """Whether it does in every run, and in nine of ten draws where draws were made."""
        return self.holds_in_all and not self.share < SURE


@dataclass(frozen=True)
class Comparison:
    """Runs side by side, in plain values. Losses are shares of the base year, days count from day 0."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    conclusions: tuple[Conclusion, ...]
    remarks: tuple[str, ...]
    """What makes the runs less comparable than they look."""
    draws: int = 0
    """Draws that were made of every run, the same for each."""
    failed: int = 0
    """Draws that could not be simulated in one of the runs, and count in none."""
    drawn: str = ""
    """How the draws were made, one sentence."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the runs."""
        return tuple(column.name for column in self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """Of all rows."""
        return tuple(row.key for row in self.rows)

    def of(self, *sections: str, what: str | None = None) -> tuple[Row, ...]:
        """Rows of some sections, and of one measure if it is named."""
        return tuple(
            row for row in self.rows if row.section in sections and (what is None or row.what == what)
        )


@dataclass(frozen=True)
class Drawn:
    """What is kept of a draw of one run: the rows' values and the answers to the questions."""

    values: tuple[float, ...]
    answers: tuple[str, ...]


def compare(
    title: str, results: Sequence[SimulationResult], names: Sequence[str], notes: Sequence[str] = ()
) -> Comparison:
    """Runs side by side; differences are against the first.

    Days are counted from the earliest first shock if all runs start on the same date, else from each run's
    own first shock.

    Raises
    ------
    InputError
        If they are not in the same currency and unit.
    """
    _refuse_other_money(results, names)
    scenarios = [Scenario.model_validate(dict(result.record.scenario)) for result in results]
    zeros = day_zeros(scenarios)
    found = [measured(result, zero) for result, zero in zip(results, zeros, strict=True)]
    clauses = [
        tuple(clause.text for clause in conditions(scenario, Names(result)))
        for scenario, result in zip(scenarios, results, strict=True)
    ]
    columns = []
    for k, (result, scenario, run) in enumerate(zip(results, scenarios, found, strict=True)):
        first, day = run.first_to_stop
        columns.append(
            Column(
                name=plain(names[k]),
                note=plain(notes[k]) if k < len(notes) and notes[k] else "",
                economy=_economy(result),
                start=scenario.start.isoformat(),
                days=int(result.data.sizes["day"]),
                day_zero=zeros[k].isoformat(),
                outcome=str(result.outcome.value),
                conditions=clauses[k],
                differs=() if not k else tuple(_differs(scenarios[0], scenario, clauses[0], clauses[k])),
                first=first,
                first_day=day,
            )
        )
    return Comparison(
        title=plain(title),
        columns=tuple(columns),
        rows=_rows(found),
        conclusions=_conclusions([answers(run) for run in found]),
        remarks=tuple(_remarks(results, scenarios, columns)),
    )


def day_zeros(scenarios: Sequence[Scenario]) -> tuple[datetime.date, ...]:
    """Day 0 of each scenario: the same for all where they start together."""
    own = tuple(first_shock_day(scenario) for scenario in scenarios)
    if len({scenario.start for scenario in scenarios}) > 1:
        return own
    # A scenario without shocks has no day 0 of its own.
    shocked = [day for day, scenario in zip(own, scenarios, strict=True) if scenario.shocks]
    return (min(shocked, default=own[0]),) * len(own)


def drawn(comparison: Comparison, result: SimulationResult, position: int) -> Drawn:
    """What is kept of one draw of the run at a position."""
    run = measured(result, datetime.date.fromisoformat(comparison.columns[position].day_zero))
    values = run.by_key
    return Drawn(
        tuple(values[key].value if key in values else math.nan for key in comparison.keys), answers(run)
    )


def with_draws(
    comparison: Comparison, draws: Sequence[Sequence[Drawn]], *, failed: int, told: str
) -> Comparison:
    """The comparison with ranges: ``draws`` holds for each draw what is kept of each run."""
    values = np.array([[one.values for one in draw] for draw in draws])  # draws, runs, rows
    rows = tuple(
        replace(
            row,
            ranges=tuple(
                _range(values[:, k, r], values[:, 0, r], row.differences[k]) for k in range(values.shape[1])
            ),
        )
        for r, row in enumerate(comparison.rows)
    )
    order = {question: q for q, question in enumerate(QUESTIONS)}
    conclusions = []
    for one in comparison.conclusions:
        said = np.array(
            [[told.answers[order[one.question]] == one.sentence for told in draw] for draw in draws]
        )
        conclusions.append(
            replace(one, share=float(said.all(axis=1).mean()), shares=tuple(said.mean(axis=0).tolist()))
        )
    return replace(
        comparison,
        rows=rows,
        conclusions=tuple(conclusions),
        draws=len(draws),
        failed=failed,
        drawn=told,
    )


def difference(one: float, other: float) -> float:
    """``one − other``; 0 where both never happen."""
    if one == other:
        return 0.0
    return one - other


def _range(values: Any, first: Any, central: float) -> Range:
    apart = np.array([difference(one, other) for one, other in zip(values, first, strict=True)])
    low, middle, high = _quantiles(values)
    less, about, more = _quantiles(apart)
    signs = np.where(np.abs(apart) <= SAME, 0.0, np.sign(apart))
    sign = 0.0 if abs(central) <= SAME else math.copysign(1.0, central)
    known = np.isfinite(central) | np.isinf(central)
    return Range(low, middle, high, less, about, more, float((signs == sign).mean()) if known else math.nan)


def _quantiles(values: Any) -> tuple[float, float, float]:
    """5, 50 and 95 %: values that occur, so that "never" needs no mean with a number; NaN counts as never
    told and is left out."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return math.nan, math.nan, math.nan
    places = [max(math.ceil(share * len(known)) - 1, 0) for share in (0.05, 0.5, 0.95)]
    low, middle, high = (float(known[place]) for place in places)
    return low, middle, high


def _rows(found: Sequence[Measured]) -> tuple[Row, ...]:
    """Rows in the order of sections; which, and in which order, does not depend on the order of runs."""
    every: dict[str, Measure] = {}
    for run in found:
        for one in run.measures:
            every.setdefault(one.key, one)
    told = {
        GROUPS: _largest(found, GROUPS)[:MOST_GROUPS],
        PRODUCTS: _largest(found, PRODUCTS)[:MOST_PRODUCTS],
        INDUSTRIES: _largest(found, INDUSTRIES)[:MOST_INDUSTRIES],
    }
    # What stops first is told whatever it weighs.
    stopping = sorted(
        one.subject
        for one in every.values()
        if one.section == INDUSTRIES and any(one.name in run.first_to_stop[0] for run in found)
    )
    told[INDUSTRIES] = list(dict.fromkeys((*told[INDUSTRIES], *stopping[:MOST_INDUSTRIES])))
    chosen: list[Measure] = []
    for section in (ECONOMY, USERS, GROUPS, PRODUCTS, INDUSTRIES, BESIDES):
        inside = [one for one in every.values() if one.section == section]
        if section in told:
            place = {code: k for k, code in enumerate(told[section])}
            inside = sorted(
                (one for one in inside if one.subject in place), key=lambda one: place[one.subject]
            )
        chosen += inside
    rows = []
    for one in chosen:
        values = tuple(run.by_key[one.key].value if one.key in run.by_key else math.nan for run in found)
        rows.append(
            Row(
                key=one.key,
                section=one.section,
                subject=one.subject,
                name=one.name,
                what=one.what,
                unit=one.unit,
                values=values,
                differences=tuple(difference(value, values[0]) for value in values),
            )
        )
    return tuple(rows)


def _largest(found: Sequence[Measured], section: str) -> list[str]:
    """Subjects by what they lose, or gain, in the run in which that is most."""
    most: dict[str, float] = {}
    for run in found:
        for one in run.measures:
            if one.section == section:
                most[one.subject] = max(most.get(one.subject, 0.0), abs(one.weight))
    return sorted(most, key=lambda code: (-most[code], code))


def _conclusions(said: Sequence[Sequence[str]]) -> tuple[Conclusion, ...]:
    """One for each question that the first run can answer."""
    return tuple(
        Conclusion(
            question=question,
            sentence=said[0][q],
            answers=tuple(answer[q] for answer in said),
            holds=tuple(answer[q] == said[0][q] for answer in said),
            share=math.nan,
            shares=(),
        )
        for q, question in enumerate(QUESTIONS)
        if said[0][q]
    )


def _economy(result: SimulationResult) -> str:
    name, year = result.record.economy.get("name", "economy"), result.record.economy.get("year")
    return plain(name) if year is None or str(year) in str(name) else f"{plain(name)} {year}"


def _refuse_other_money(results: Sequence[SimulationResult], names: Sequence[str]) -> None:
    def money(result: SimulationResult) -> tuple[Any, Any]:
        return result.record.economy.get("currency"), result.record.economy.get("unit")

    problems = [
        Problem(
            name,
            f"is in {money(result)[1]}, and {names[0]} in {money(results[0])[1]}",
            "compare runs in the same currency and unit",
        )
        for name, result in zip(names, results, strict=True)
        if money(result) != money(results[0])
    ]
    if problems:
        raise InputError(problems)


def _remarks(
    results: Sequence[SimulationResult], scenarios: Sequence[Scenario], columns: Sequence[Column]
) -> Iterator[str]:
    digests = [result.record.economy.get("digest") for result in results]
    if len(set(digests)) > 1:
        tables = ", ".join(dict.fromkeys(column.economy for column in columns))
        yield (
            f"the runs are on different tables ({tables}): a difference between them is one of tables "
            "as well as of what is declared"
        )
    if len({scenario.start for scenario in scenarios}) > 1:
        yield "the runs start on different dates: days are counted from each run's own first shock"
    if len({column.days for column in columns}) > 1:
        yield "the runs are not of one length: losses are shares of as many days of the base year as each has"


def _differs(base: Scenario, other: Scenario, clauses: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    """What a scenario declares otherwise than another: leaves of its behaviour, shocks added and left out."""
    dumps = [scenario.behaviour.model_dump(mode="json", by_alias=True) for scenario in (base, other)]
    off = [name for name in base.behaviour.parts if name not in other.behaviour.parts]
    yield from (f"{name}: switched off" for name in off)
    before, after = (
        dict(_leaves({name: value for name, value in dump.items() if name not in off})) for dump in dumps
    )
    for path in dict.fromkeys((*before, *after)):
        if before.get(path) != after.get(path) and not path.endswith("source"):
            yield plain(f"{path}: {_short(after.get(path))} instead of {_short(before.get(path))}")
    left, added = Counter(clauses) - Counter(said), Counter(said) - Counter(clauses)
    yield from (f"left out: {clause}" for clause in left.elements())
    yield from (f"besides: {clause}" for clause in added.elements())
    if base.start != other.start or base.days != other.days:
        yield f"{other.days} days from {other.start} instead of {base.days} from {base.start}"


def _leaves(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, one in value.items():
        path = f"{above}.{key}" if above else key
        if isinstance(one, Mapping):
            yield from _leaves(one, path)
        else:
            yield path, one


def _short(value: Any) -> str:
    if value is None:
        return "what the preset has"
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return told if len(told) <= 90 else f"{told[:89].rstrip()}…"
