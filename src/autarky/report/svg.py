"""SVG: pictures with a title and a finding, date axes and marks, drawn from elements and styled by class."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
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
