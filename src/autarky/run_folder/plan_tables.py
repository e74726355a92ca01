"""A plan as tables: one for each list in it, a row for each entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from autarky.results.plan import Balance, Clash, Giving, Measure, PlanResult, Series

Cell = str | int | float | None


def plan_tables(found: PlanResult | Clash) -> Iterator[tuple[str, Iterator[list[Cell]]]]:
    """(name, rows) of each list of a plan, or of a clash, that is not empty."""
    if isinstance(found, Clash):
        for name in ("alone", "repair"):
            if givings := getattr(found, name):
                yield name, _givings(givings)
        return
    lists = {item.name: getattr(found, item.name) for item in fields(found)}
    if found.frontier is not None:
        lists |= {"frontier": found.frontier.points, "years_needed": found.frontier.years}
    if found.robustness is not None:
        yield "robustness", _robustness(found.robustness.steps)
    for name, entries in lists.items():
        if not isinstance(entries, tuple) or not entries or not is_dataclass(entries[0]):
            continue
        if isinstance(entries[0], Series):
            yield name, _series(entries, found.spans)
        elif isinstance(entries[0], Balance):
            yield name, _balances(entries)
        else:
            yield name, _entries(entries)


def _entries(entries: Sequence[Any]) -> Iterator[list[Cell]]:
    """A column for each field, four for an amount: value, unit, and the same in a physical unit."""
    yield [
        heading
        for item in fields(entries[0])
        for heading in _headings(item.name, getattr(entries[0], item.name))
    ]
    for entry in entries:
        yield [cell for item in fields(entry) for cell in _cells(getattr(entry, item.name))]


def _headings(name: str, value: Any) -> list[Cell]:
    if isinstance(value, Measure):
        return [name, f"{name} unit", f"{name} physical", f"{name} physical unit"]
    return [name]


def _cells(value: Any) -> list[Cell]:
    if isinstance(value, Measure):
        return [value.value, value.unit, value.physical, value.physical_unit]
    if isinstance(value, tuple):
        return ["; ".join(map(_in_words, value))]
    return [value]


def _in_words(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_in_words, value))
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(_in_words(getattr(value, item.name)) for item in fields(value))
    return f"{value:.10g}" if isinstance(value, float) else "" if value is None else str(value)


def _series(entries: Sequence[Series], spans: Sequence[str]) -> Iterator[list[Cell]]:
    yield [
        "code",
        "name",
        "unit",
        "base",
        *spans,
        *(f"limit {span}" for span in spans),
        "physical unit",
        "per unit",
    ]
    for one in entries:
        limits = one.limit or (None,) * len(spans)
        physical = [one.physical_unit, one.physical_per_unit]
        yield [one.code, one.name, one.unit, one.base, *one.by_span, *limits, *physical]


def _balances(entries: Sequence[Balance]) -> Iterator[list[Cell]]:
    yield ["span", "product", "unit", "direction", "what", "amount"]
    for one in entries:
        for direction, flows in (("comes", one.comes), ("goes", one.goes)):
            for what, amount in flows:
                yield [one.span, one.product, one.unit, direction, what, amount]
        yield [one.span, one.product, one.unit, "left over", "", one.left_over]


def _robustness(steps: Sequence[tuple[str, str, str, float]]) -> Iterator[list[Cell]]:
    yield ["period", "act", "what", "share of draws"]
    for period, act, what, share in steps:
        yield [period, act, what, share]


def _givings(givings: Sequence[Giving]) -> Iterator[list[Cell]]:
    yield ["policy", "place", "amount", "unit", "possible"]
    for one in givings:
        yield [one.policy, "all", one.total, one.unit, one.possible]
        for place, amount in one.by_place:
            yield [one.policy, place, *_cells(amount)[:2], one.possible]
