"""Attribution: what several causes cost together, shared out over them, and what holds in every order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from autarky.explanation.answer import json_ready, printed
from autarky.explanation.wording import count, listing, percent, rounded, shorten

LEAST = 5e-5
"""Share of the base year below which nothing is told of a loss: 0.005 %."""


@dataclass(frozen=True)
class CauseShocks:
    """A cause: its name, and the shocks that come and go with it, in words."""

    name: str
    shocks: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """What a cause adds to a loss; shares of the base year."""

    cause: str
    part: float
    """Shapley value: the mean over all orders of what it adds to the causes before it."""
    error: float
    """Standard error of the part; 0 where every order was counted."""
    alone: float
    """What it adds with no other cause, first in every order."""
    last: float
    """What it adds when all others are there already."""
    least: float
    """The least it adds, whatever came before it."""
    most: float
    range: tuple[float, ...] = ()
    """The part over the draws: 5, 25, 50, 75 and 95 %; empty without draws."""
    largest_in: float | None = None
    """Share of the draws in which no other cause has a larger part; None without draws."""


@dataclass(frozen=True)
class Pair:
    """What two causes do together beyond what each does by itself."""

    causes: tuple[str, str]
    more: float
    """Shapley interaction index, share of the base year: below 0 where they overlap."""


@dataclass(frozen=True)
class SharedLoss:
    """A loss over the days that count, shared out."""

    loss: str
    """``value_added`` or ``consumption``."""
    name: str
    """As printed."""
    total: float
    """Lost with all causes, less what is lost with none; the parts add up to it."""
    without: float
    """Lost with none of the causes."""
    alone: float
    """Sum of what each cause costs alone."""
    parts: tuple[Part, ...]
    """In the order of the causes."""
    pairs: tuple[Pair, ...]
    """Empty where orders were sampled."""
    range: tuple[float, ...] = ()
    """The total over the draws: 5, 25, 50, 75 and 95 %."""

    @property
    def ranked(self) -> tuple[Part, ...]:
        """The largest part first; ties as declared."""
        return tuple(sorted(self.parts, key=lambda part: -part.part))

    @property
    def together(self) -> float:
        """What all lose together beyond the sum of what each loses alone."""
        return self.total - self.alone

    def share(self, part: float) -> float:
        """Of the total; NaN where there is none."""
        return part / self.total if abs(self.total) >= LEAST else math.nan

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is lost, to whom most of it goes back, and what holds in whatever order causes are counted."""
        if abs(self.total) < LEAST and all(abs(part.part) < LEAST for part in self.parts):
            return (f"{_first(self.name)}: nothing is lost to these causes.",)
        told = [f"Of {self.name} {percent(self.total)} is lost to all causes together{self._ranged()}."]
        parts = [f"{part.cause} {percent(part.part)}{_error(part)}" for part in self.ranked]
        told.append(f"Shared out, that is {listing(parts, most=12)}.")
        told += [*self._in_every_order(), *self._overlap()]
        return tuple(told)

    def _ranged(self) -> str:
        return (
            f" ({percent(self.range[0])} to {percent(self.range[-1])} in nine tenths of draws)"
            if self.range
            else ""
        )

    def _in_every_order(self) -> list[str]:
        first, *others = self.ranked
        told = []
        whatever = "In whatever order they are counted" if self.pairs else "In every order that was sampled"
        if others and all(first.least > other.most + LEAST / 10 for other in others):
            told.append(
                f"{whatever}, {first.cause} costs more than any other: at least {_finely(first.least)}, the "
                f"others at most {_finely(max(other.most for other in others))}."
            )
        elif others:
            told.append(
                f"Which costs most depends on the order in which they are counted: {first.cause} adds "
                f"{_finely(first.least)} to {_finely(first.most)}, {others[0].cause} "
                f"{_finely(others[0].least)} to {_finely(others[0].most)}."
            )
        if self.range:
            leads = sorted(self.parts, key=lambda part: -(part.largest_in or 0.0))
            often = [f"{part.cause} in {percent(part.largest_in)}" for part in leads if part.largest_in]
            told.append(f"Of the draws, the largest part is that of {listing(often)}.")
        if gains := [part.cause for part in self.parts if part.most < -LEAST]:
            told.append(f"Nothing is lost to {listing(gains)} in any order: with it less is lost.")
        return told

    def _overlap(self) -> list[str]:
        if len(self.parts) < 2:
            return []
        if abs(self.together) < LEAST:
            return ["Together they cost what each costs alone, added up."]
        word = "less" if self.together < 0 else "more"
        why = "they take in part the same" if self.together < 0 else "each makes others worse"
        told = f"Together they cost {percent(abs(self.together))} of the base year {word} than each alone "
        told += f"added up ({percent(self.alone)}): {why}"
        strong = [pair for pair in self.pairs if abs(pair.more) >= LEAST]
        if strong:
            most = max(strong, key=lambda pair: abs(pair.more))
            told += f"; most of all {most.causes[0]} and {most.causes[1]} ({_signed(most.more)})"
        return [told + "."]


@dataclass(frozen=True)
class Row:
    """A loss in one month, industry or need, shared out; ``parts`` in the order of the causes, adding up."""

    code: str
    name: str
    total: float
    parts: tuple[float, ...]


@dataclass(frozen=True)
class Attribution:
    """The loss of a scenario, shared out over its causes by their Shapley values."""

    scenario: str
    economy: str
    consumers: str
    """``households``, or ``final users`` where the table names no households."""
    since: str
    """First day that counts (ISO)."""
    until: str
    """Last day that counts."""
    days: int
    """Days that count."""
    causes: tuple[CauseShocks, ...]
    losses: tuple[SharedLoss, ...]
    """Value added, then consumption (left out where nobody consumes)."""
    months: tuple[Row, ...]
    """Value added lost in each month, share of that month's base."""
    industries: tuple[Row, ...]
    """Value added lost in each industry, share of the base of all of them; the largest first."""
    needs: tuple[Row, ...]
    """Lost of each product that consumers buy, share of its own base; by money lost, the largest first."""
    sets: int
    """Sets of causes that were simulated."""
    orders: int | None
    """Orders that were sampled; None: every order counts."""
    seed: int | None
    draws: int
    """Draws from which the ranges are; 0: none."""
    failed: int
    """Draws left out because a set of causes could not be simulated in them."""
    notes: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Of each loss what goes back to whom, and what holds in every order."""
        return tuple(sentence for loss in self.losses for sentence in loss.sentences)

    def text(self, width: int = 100) -> str:
        """The printed answer, ``width`` columns wide."""
        lines = [("", f"{self.scenario} · {self.economy} · what goes back to what")]
        for loss in self.losses:
            heading = {"value_added": "VALUE ADDED", "consumption": "CONSUMPTION"}[loss.loss]
            lines += [(heading, sentence) for sentence in loss.sentences]
            lines += [("  " + heading.lower(), self._line(loss, part)) for part in loss.ranked]
        for row in self.worst_months:
            parts = _listed(row, self.causes)
            lines.append(("BY MONTH", f"{row.name}: {percent(row.total)} of value added ({parts})"))
        for row in (one for one in self.industries[:5] if abs(one.total) >= LEAST):
            lines.append(("BY INDUSTRY", f"{row.name}: {percent(row.total)} ({_listed(row, self.causes)})"))
        lines += [("NOTE", note) for note in self.notes]
        return printed(lines, max(width, 40))

    @property
    def worst_months(self) -> tuple[Row, ...]:
        """The three months in which most is lost, as they follow each other."""
        worst = sorted(self.months, key=lambda row: -row.total)[:3]
        return tuple(row for row in self.months if row in worst and abs(row.total) >= LEAST)

    def _line(self, loss: SharedLoss, part: Part) -> str:
        told = f"{part.cause}: {percent(part.part)}{_error(part)}"
        if math.isfinite(share := loss.share(part.part)):
            told += f", {percent(share)} of the loss"
        told += f" (alone {percent(part.alone)}, last {percent(part.last)}; in any order "
        told += f"{percent(part.least)} to {percent(part.most)})"
        if part.range:
            told += f"; over the draws {percent(part.range[0])} to {percent(part.range[-1])}"
            told += f", largest in {percent(part.largest_in or 0.0)} of them"
        return told

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, with the sentences."""
        return {"sentences": list(self.sentences), **json_ready(self)}


def _listed(row: Row, causes: tuple[CauseShocks, ...]) -> str:
    """The parts of a row, the largest first; what is next to nothing is left out."""
    ranked = sorted(zip(causes, row.parts, strict=True), key=lambda pair: -abs(pair[1]))
    told = [f"{shorten(cause.name, 40)} {percent(part)}" for cause, part in ranked if abs(part) >= LEAST]
    return listing(told, most=6) if told else "no cause to speak of"


def _finely(share: float) -> str:
    """Per cent to three digits, where two numbers are held against each other."""
    return f"{rounded(100 * share, 3)} %"


def _error(part: Part) -> str:
    return f" ± {percent(part.error)}" if part.error else ""


def _signed(value: float) -> str:
    return percent(value) if value < 0 else f"+{percent(value)}"


def _first(text: str) -> str:
    return text[0].upper() + text[1:]


def sampled_words(orders: int, sets: int) -> str:
    """How orders were sampled, one sentence."""
    return (
        f"{count(orders, 'order')} of the causes were sampled, in pairs of an order and its reverse "
        f"({count(sets, 'set')} simulated); ± is one standard error."
    )
