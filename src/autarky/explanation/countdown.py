"""Countdown: days from the cut to the first stop for want of each product, and days that more stock buys."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from autarky.explanation.answer import json_ready, printed
from autarky.explanation.losses import Day
from autarky.explanation.wording import count, date_words, percent, rounded


@dataclass(frozen=True)
class ProductCountdown:
    """What is known of an input slot: its stock, the first stop for want of it, and what more stock buys."""

    product: str
    name: str
    origin: str
    """Where its suppliers may be: ``any``, ``home`` or ``abroad``."""
    stock_days: float
    """Days of base-year use in stock on the first day."""
    day: Day | None
    """Of the first industry below half of base for want of it (below 90 % where ``stops`` is False); None:
    there is none."""
    industry: str
    """The largest that stops on that day, as printed; empty where there is none."""
    stock_value: float
    """Of what all industries of the regions hold of it on the first day, table's unit."""
    days_bought: float | None
    """Days by which that stop moves per added stock worth 1 % of a year's imports cut; None: no stop."""
    averts: float | None
    """Share of the households' loss averted by the stock added."""
    stops: bool = True
    """False: nothing stops for want of it, and ``day`` is the first fall below 90 %."""
    moves: int | None = None
    """Days by which the industry stops later with the stock added, whatever it lacks then."""
    at_least: bool = False
    """With the stock added it does not stop within the run: it gains ``moves`` days or more."""
    added_value: float = 0.0
    """Of the stock added, table's unit."""


@dataclass(frozen=True)
class Countdown:
    """Products by the day on which want of them first stops an industry."""

    scenario: str
    economy: str
    unit: str
    consumers: str
    """``households``, or ``final users`` where the table names no households."""
    day_zero: str
    """Date of day 0, the first day of the first shock (ISO)."""
    rows: tuple[ProductCountdown, ...]
    """Those that stop an industry by day, then those that make one fall, then the others."""
    notes: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Which product stops an industry first, and of which more stock buys most days."""
        stopping = [row for row in self.rows if row.day is not None and row.stops]
        if not stopping:
            told = f"Nothing stops for want of any of {count(len(self.rows), 'input')}"
            falling = [row for row in self.rows if row.day is not None]
            if falling:
                first = falling[0]
                told += f"; {first.name} is the first for want of which an industry falls below 90 %: "
                told += f"{first.industry}, on {_day(first.day)}"
            return (f"{told}.",)
        first = stopping[0]
        sentences = [
            f"{first.name} runs out first: want of it stops {first.industry} on {_day(first.day)}, with "
            f"{rounded(first.stock_days, 3)} days of use in stock; {len(stopping):,} of "
            f"{count(len(self.rows), 'input')} stop an industry."
        ]
        bought = [row for row in stopping if row.days_bought is not None and row.days_bought > 0]
        if bought:
            most = max(bought, key=lambda row: row.days_bought or 0.0)
            sentences.append(
                f"More of {most.name} in stock buys most: {rounded(most.days_bought or 0.0, 3)} days"
                f"{' or more' if most.at_least else ''} per stock worth 1 % of a year's imports cut."
            )
        return tuple(sentences)

    def text(self, width: int = 100) -> str:
        """The printed countdown, ``width`` columns wide."""
        lines = [("", f"{self.scenario} · {self.economy} · countdown from {_words(self.day_zero)}")]
        lines += [("COUNTDOWN", sentence) for sentence in self.sentences]
        told = [row for row in self.rows if row.day is not None]
        lines += [(_heading(row), _line(row, self.unit, self.consumers)) for row in told[:12]]
        if len(told) > 12:
            lines.append(("", f"and {count(len(told) - 12, 'more input')}"))
        lines += [("NOTE", note) for note in self.notes]
        return printed(lines, max(width, 40))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, with the sentences."""
        return {"sentences": list(self.sentences), **json_ready(self)}


def _heading(row: ProductCountdown) -> str:
    return "STOPS" if row.stops else "FALLS"


def _line(row: ProductCountdown, unit: str, consumers: str) -> str:
    line = f"{row.name}{'' if row.origin == 'any' else f' ({row.origin})'}: {_day(row.day)}, {row.industry}; "
    line += f"{rounded(row.stock_days, 3)} days in stock, worth {rounded(row.stock_value, 3)} {unit}"
    if row.moves is not None:
        line += f"; {rounded(row.added_value, 3)} {unit} more would move it by "
        line += f"{'at least ' if row.at_least else ''}{count(row.moves, 'day')}"
    if row.averts is not None:
        line += f" and avert {percent(row.averts)} of what {consumers} lose"
    return line


def _day(day: Day | None) -> str:
    assert day is not None  # asked only of rows that have one
    number = f"{day.number:,}".replace("-", "−")
    return f"day {number} ({_words(day.date)})"


def _words(iso: str) -> str:
    return date_words(datetime.date.fromisoformat(iso))
