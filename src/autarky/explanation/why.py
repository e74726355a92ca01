"""Why: what an industry did not make, as a tree from its loss back to the cut, with dates and amounts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from autarky.explanation.answer import json_ready, printed
from autarky.explanation.losses import Day
from autarky.explanation.wording import date_words, percent, rounded
from autarky.results import STOPS

RULE = (
    "A day's lost output is laid to the input whose stock bound it (what fewer orders or lost capacity would "
    "have cost anyway, to them); a missing stock to the deliveries that fell short, the latest first; these "
    "to the suppliers that fell short, by base-year share; and so on back, day by day. Shares tell what "
    "bound; what relieving one branch brings is simulated (kept alone, --relieve), and is less where another "
    "input binds next"
)

_ROOTS = 8
"""Ends that are printed one by one."""


@dataclass(frozen=True)
class Branch:
    """A part of a loss on its way back: what fell short, since when, by how much; what that comes from."""

    kind: str
    """``input``, ``supplier``, ``gate``, ``money``, ``capacity``, ``orders``, ``stock``, ``circle`` or
    ``smaller``."""
    name: str
    code: str
    """Label in the table, or empty."""
    share: float
    """Of the whole loss; the branches of one node add to its share."""
    first: Day | None
    """First day on which what fell short here matters to the loss."""
    stock_days: float | None
    """Of an input: days from the first delivery that fell short to the first day it bound."""
    short: float | None
    """Not delivered (supplier, gate, input) or not made, over the days told, in the table's unit."""
    of: float | None
    """The base year's over as many days."""
    why: str
    """A clause: ``trade cut``; or empty."""
    branches: tuple[Branch, ...] = ()

    def text(self, unit: str) -> str:
        """The branch as one line, without its share."""
        since = f"from day {_number(self.first)}, {_words(self.first)}" if self.first else ""
        amount = ""
        if self.short is not None and self.of:
            amount = f": {rounded(self.short, 3)} of {rounded(self.of, 3)} {unit} missing"
        if self.kind == "input":
            lasted = f"stock lasted {self.stock_days:g} d, " if self.stock_days is not None else ""
            return f"for want of {self.name} ({lasted}short {since}){amount}"
        if self.kind in ("supplier", "gate", "money", "capacity", "orders"):
            return f"{', '.join(filter(None, (self.name, self.why)))} {since}{amount}"
        return self.name


@dataclass(frozen=True)
class Root:
    """Where a part of a loss comes to an end, all branches together."""

    kind: str
    name: str
    code: str
    share: float
    destination: str = ""
    """Of a cut: the region or partner that did not receive."""
    averts: float | None = None
    """Share of the loss averted, simulated, with this trade alone exempt from every cut; None: not tried."""


@dataclass(frozen=True)
class Relieved:
    """What would have happened had one input not run out for this industry, all else as it was."""

    input: str
    lost_share: float
    """Output lost over the run, share of base."""
    day: Day | None
    """First day below the level; None: never."""
    then: str
    """What binds then on that day; empty where nothing does."""


@dataclass(frozen=True)
class Why:
    """Why one industry made less. Days are counted from the first shock; shares of the loss add to 1."""

    scenario: str
    economy: str
    unit: str
    day_zero: str
    industry: str
    name: str
    level: float
    """Share of base output below which it fell."""
    day: Day
    """First day below ``level``."""
    lowest: float
    lowest_day: Day
    window: tuple[Day, Day]
    """First and last day whose lost output is told."""
    lost: float
    """Output lost on those days, in the table's unit."""
    lost_share: float
    """The same as a share of base output of as many days."""
    branches: tuple[Branch, ...]
    roots: tuple[Root, ...]
    rule: str = RULE
    relieved: tuple[Relieved, ...] = ()

    @property
    def sentence(self) -> str:
        """The loss in one sentence."""
        verb = "stops" if self.level == STOPS else "falls"
        first, last = self.window
        days = (
            f"on day {_number(first)}" if first == last else f"from day {_number(first)} to {_number(last)}"
        )
        return (
            f"{self.name} {verb} (below {percent(self.level)} of base) on day {_number(self.day)} "
            f"({_words(self.day)}), is at {percent(self.lowest)} at its lowest, on day "
            f"{_number(self.lowest_day)}, and makes {rounded(self.lost, 3)} {self.unit} "
            f"({percent(self.lost_share)}) less {days}"
        )

    @property
    def because(self) -> str:
        """The thickest chain in one line, from the industry back to its end."""
        links, branches = [self.name], self.branches
        while branches:
            thickest = max(branches, key=lambda branch: branch.share)
            if thickest.kind == "smaller":
                break
            links.append(f"{thickest.name} {percent(thickest.share)}")
            branches = thickest.branches
        return " ← ".join(links)

    def text(self, width: int = 100) -> str:
        """The tree as it is printed."""
        lines = [("", f"{self.scenario} · {self.economy}"), ("WHY", self.sentence)]
        head = printed(lines, max(width, 40)).splitlines()
        head.append("BECAUSE")
        for branch in self.branches:
            head += _drawn(branch, self.unit, "", width)
        tail = [("GOES BACK TO", _root_line(root)) for root in self.roots[:_ROOTS]]
        if len(self.roots) > _ROOTS:
            rest = sum(root.share for root in self.roots[_ROOTS:])
            tail.append(("", f"{percent(rest)} {len(self.roots) - _ROOTS:,} more"))
        tail += [("HAD IT NOT RUN OUT", _relieved_line(one, self)) for one in self.relieved]
        tail.append(("RULE", self.rule))
        return "\n".join([*head, printed(tail, max(width, 40))])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        values: dict[str, Any] = json_ready(self)
        return {"sentence": self.sentence, "because": self.because, **values}


def _root_line(root: Root) -> str:
    """Where a part ends, and what keeping that trade alone would have averted."""
    if root.averts is None:
        kept = ""
    elif root.averts < 0 and percent(root.averts) != "0 %":
        kept = f"; kept alone, the loss is {percent(-root.averts)} larger: others take what is scarce next"
    else:
        kept = f"; kept alone, {percent(root.averts)} of the loss is averted"
    return f"{percent(root.share)} {root.name}{kept}"


def _relieved_line(one: Relieved, found: Why) -> str:
    """What one input at hand would have changed."""
    said = f"with {one.input} at hand all along it would have lost {percent(one.lost_share)} "
    said += f"instead of {percent(found.lost_share)}"
    if one.day is None:
        return f"{said}, and not fallen below {percent(found.level)}"
    return f"{said}, falling below {percent(found.level)} on day {_number(one.day)} for want of {one.then}"


def _drawn(branch: Branch, unit: str, indent: str, width: int) -> list[str]:
    """A branch and what it comes from, as indented lines."""
    lines = printed([(f"{indent}{percent(branch.share)}", branch.text(unit))], max(width, len(indent) + 40))
    found = lines.splitlines()
    for deeper in branch.branches:
        found += _drawn(deeper, unit, indent + "  ", width)
    return found


def _number(day: Day) -> str:
    return f"{day.number:,}".replace("-", "−")


def _words(day: Day) -> str:
    return date_words(datetime.date.fromisoformat(day.date))
