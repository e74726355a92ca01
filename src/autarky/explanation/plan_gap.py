"""Plan gap: what is lacking or imported at first, what closes it, and what remains, in one unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autarky.explanation.action_plan import WHOLE, span_words, worst_by_span
from autarky.explanation.wording import listing, percent, plain, rounded
from autarky.results.plan import PlanResult, Series

MOST_PARTS = 8
"""Parts that are told one by one; the rest are added up."""


@dataclass(frozen=True)
class PlanGap:
    """From a whole, part by part, to what remains: whole + parts = remains."""

    what: str
    """What is counted: ``lacking of the basket, the worst-off group`` or ``imports``."""
    unit: str
    """Empty: a share of the basket."""
    first: str
    """When the whole is counted, in words."""
    whole: float
    parts: tuple[tuple[str, float], ...]
    """(what changes, and because of what; by how much: below zero it closes the gap)."""
    last: str
    """When what remains is counted."""

    @property
    def remains(self) -> float:
        """What is left."""
        return self.whole + sum(change for _, change in self.parts)

    def words(self, amount: float) -> str:
        """An amount in words."""
        return f"{rounded(amount, 3)} {self.unit}" if self.unit else percent(amount)

    def number(self, amount: float) -> str:
        """An amount without its unit, for an axis."""
        return rounded(amount, 3) if self.unit else percent(amount)

    @property
    def finding(self) -> str:
        """What the parts come to, in one sentence."""
        told = f"{self.what[0].upper()}{self.what[1:]}: {self.words(self.whole)} {self.first}, "
        told += f"{self.words(self.remains)} {self.last}"
        closing = [(name, change) for name, change in self.parts if change < 0]
        if not closing:
            return f"{told}; nothing closes it."
        name, change = min(closing, key=lambda one: one[1])
        return f"{told}; the largest part: {name}, {self.words(change)}."


def plan_gap(result: PlanResult) -> PlanGap | None:
    """What the worst-off group lacks, by year; where nobody lacks anything, what is imported.

    None where nothing is lacking, and imports are in units that do not add up or do not change.
    """
    worst = worst_by_span(result)
    if worst and min(one.basket for one in worst) < WHOLE:
        lacking = [1.0 - one.basket for one in worst]
        parts = tuple(
            (_ready(result, one.span), lacking[k] - lacking[k - 1])
            for k, one in enumerate(worst)
            if k and abs(lacking[k] - lacking[k - 1]) > 1e-6
        )
        first, last = (f"in {span_words(one.span)}" for one in (worst[0], worst[-1]))
        return PlanGap("lacking of the basket of the worst-off group", "", first, lacking[0], parts, last)
    return _imports(result)


def _ready(result: PlanResult, span: str) -> str:
    names = [plain(step.name) for step in result.steps if step.act == "start" and step.ready == span]
    return f"{span_words(span)}: {listing(tuple(dict.fromkeys(names)), 2) or 'nothing new is ready'}"


def _imports(result: PlanResult) -> PlanGap | None:
    moving = [one for one in result.imports if one.by_span and (any(one.by_span) or one.base)]
    if len({one.unit for one in moving}) != 1:
        return None
    based = all(one.base is not None for one in moving)
    changes = sorted(_changes(moving, based), key=lambda one: -abs(one[1]))
    if not any(change for _, change in changes):
        return None
    parts = [one for one in changes[:MOST_PARTS] if one[1]]
    if rest := sum(change for _, change in changes[MOST_PARTS:]):
        parts.append((f"{len(changes) - MOST_PARTS} other imports", rest))
    whole = sum((one.base or 0.0) if based else one.by_span[0] for one in moving)
    first = "in the base year" if based else f"in {span_words(result.spans[0])}"
    last = f"in {span_words(result.spans[-1])}"
    return PlanGap("imports", moving[0].unit, first, whole, tuple(parts), last)


def _changes(series: list[Series], based: bool) -> Iterator[tuple[str, float]]:
    for one in series:
        before = (one.base or 0.0) if based else one.by_span[0]
        change = one.by_span[-1] - before
        yield f"{'' if one.by_span[-1] else 'no more '}{plain(one.name)}", change
