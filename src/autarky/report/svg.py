"""SVG: pictures with a title and a finding, date axes and marks, drawn from elements and styled by class."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autarky.report.markup import Content, Markup, element

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def picture(
    ident: str, width: float, height: float, title: str, finding: str, *drawing: Content, class_: str
) -> Markup:
    """An image with its name (``<title>``) and the finding it shows (``<desc>``), read out to the blind."""
    return element(
        "svg",
        element("title", title, id=f"{ident}-title"),
        element("desc", finding, id=f"{ident}-finding"),
        *drawing,
        role="img",
        aria_labelledby=f"{ident}-title {ident}-finding",
        viewBox=f"0 0 {width:g} {height:g}",
        class_=class_,
    )


def text(x: float, y: float, words: str, class_: str | None = None, anchor: str | None = None) -> Markup:
    """Text with its baseline at (x, y)."""
    return element("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def tenths(place: float) -> str:
    """A coordinate to a tenth of a pixel, in as few signs as can be: a path has hundreds."""
    return f"{place:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class NumberAxis:
    """Numbers along a line of ``length`` from ``origin`` on; a negative length runs backwards (upwards)."""

    low: float
    high: float
    origin: float
    length: float
    step: float
    """Distance of the ticks, a round number."""

    def at(self, value: float) -> float:
        """Where a number is, kept inside the axis."""
        kept = min(max(value, self.low), self.high)
        return self.origin + self.length * (kept - self.low) / (self.high - self.low)

    def ticks(self) -> Sequence[tuple[float, float]]:
        """Places and numbers of the ticks."""
        count = round((self.high - self.low) / self.step)
        numbers = [round(self.low / self.step + k) * self.step for k in range(count + 1)]
        return [(self.at(number), number) for number in numbers]


def number_axis(
    values: Iterable[float], origin: float, length: float, ticks: int = 5, least: float = 1e-9
) -> NumberAxis:
    """An axis of round ends around the finite values; ``least`` is the smallest step between ticks."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    wide = max((high - low) / ticks, least)
    power = 10.0 ** math.floor(math.log10(wide))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= wide * (1 - 1e-9))
    start, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return NumberAxis(start * step, max(end, start + 1) * step, origin, length, step)


@dataclass(frozen=True)
class DateAxis:
    """Dates from left to right: ``days`` days from ``start`` fill ``width`` from ``left`` on."""

    start: datetime.date
    days: int
    left: float
    width: float

    def x(self, date: datetime.date) -> float:
        """Where a date's morning is, kept inside the axis."""
        passed = min(max((date - self.start).days, 0), self.days)
        return self.left + self.width * passed / self.days

    def ticks(self, room: float = 58) -> Sequence[tuple[float, str]]:
        """Places and labels of first days of months, as dense as ``room`` per label allows."""
        most = max(int(self.width / room), 1)
        firsts = self._month_starts()
        for step in (1, 2, 3, 6, 12, 24, 60, 120):
            chosen = [date for date in firsts if (date.year * 12 + date.month - 1) % step == 0]
            if len(chosen) <= most:
                break
        labels = [(self.x(date), f"{MONTHS[date.month - 1]} {date.year}") for date in chosen]
        if len(labels) < 2:
            date = self.start
            first = (self.left, f"{date.day} {MONTHS[date.month - 1]} {date.year}")
            labels = [first, *(label for label in labels if label[0] - self.left > 1.4 * room)]
        # A label that would run over the right edge is dropped rather than cut.
        return [
            label
            for label in labels
            if label[0] <= self.left + self.width - room * 0.4 or label[0] == self.left
        ]

    def _month_starts(self) -> Sequence[datetime.date]:
        end = self.start + datetime.timedelta(self.days)
        months = range(self.start.year * 12 + self.start.month - 1, end.year * 12 + end.month)
        dates = (datetime.date(month // 12, month % 12 + 1, 1) for month in months)
        return [date for date in dates if self.start <= date < end]
