"""Lifelines: which imports to keep, ranked by what keeping them would avert, households first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from autarky.explanation.answer import json_ready, printed
from autarky.explanation.wording import count, listing, percent, rounded


@dataclass(frozen=True)
class Kept:
    """One gate kept alone, all others being closed as the scenario says, and the same gate closed alone."""

    gate: str
    """``partner.product``."""
    partner: str
    product: str
    name: str
    """As printed."""
    imports: float
    """A year's, in the table's unit."""
    imports_share: float
    """Of all imports cut."""
    averts: float
    """Share of the households' loss averted if it alone is kept; 1 = all. NaN where they lose nothing."""
    averts_value_added: float
    """The same of value added."""
    closed_alone: float
    """What households lose if it alone is closed, share of base, beyond what they lose if none is."""


@dataclass(frozen=True)
class Step:
    """One step of a cumulative curve: this gate is kept, and all before it."""

    gate: str
    name: str
    imports_share: float
    averts: float
    averts_value_added: float


@dataclass(frozen=True)
class BestSet:
    """Of all sets of as many gates the one that averts most, households first."""

    gates: tuple[str, ...]
    imports_share: float
    averts: float


@dataclass(frozen=True)
class Lifelines:
    """What should be kept: gates alone, the curve of a greedy choice, and the best possible small sets."""

    scenario: str
    economy: str
    unit: str
    consumers: str
    """``households``, or ``final users`` where the table names no households."""
    regions: tuple[str, ...]
    """Those that lose imports; the losses are theirs."""
    days: int
    consumption_lost: float
    """By the scenario as it stands, share of base over the run; NaN without consumers."""
    gdp_lost: float
    imports_cut: float
    """A year's imports, in the table's unit, that the scenario limits."""
    alone: tuple[Kept, ...]
    """Those that avert most first."""
    greedy: tuple[Step, ...]
    best: tuple[BestSet, ...]
    """By number of gates; over the gates named in the notes where there are more than ``MOST_EXHAUSTIVE``."""
    budget: float | None
    """Most imports to be kept, share of those cut."""
    notes: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is lost, what one gate alone averts, what a few together avert."""
        who = self.consumers
        lost = (
            f"Without {count(len(self.alone), 'import gate')}, {rounded(self.imports_cut, 3)} {self.unit} a "
        )
        lost += f"year, {who} lose {percent(self.consumption_lost)} of what they consume over "
        lost += f"{count(self.days, 'day')}, and value added is {percent(self.gdp_lost)} lower."
        told = [lost]
        first = self.alone[0]
        if not math.isfinite(first.averts):
            return (*told, f"What {who} lose is nothing, so there is nothing to avert.")
        if first.averts < 0.01:
            told.append(
                f"No import kept alone averts as much as 1 % of what {who} lose: each lacks the others."
            )
        else:
            told.append(
                f"Kept alone, {first.name} averts most: {percent(first.averts)} of what {who} lose, for "
                f"{percent(first.imports_share)} of the imports cut."
            )
        for number in sorted({3, self.half} & set(range(2, len(self.greedy) + 1))):
            step = self.greedy[number - 1]
            named = listing([one.name for one in self.greedy[:number]], most=4)
            told.append(
                f"Keeping the first {_spelt(number)}, {percent(step.imports_share)} of the imports cut, "
                f"averts {percent(step.averts)} of what {who} lose ({named})."
            )
        return tuple(told)

    @property
    def half(self) -> int:
        """Steps of the curve after which half of the households' loss is averted; 0: never."""
        return next((k for k, step in enumerate(self.greedy, start=1) if step.averts >= 0.5), 0)

    def text(self, width: int = 100) -> str:
        """The printed answer, ``width`` columns wide."""
        lines = [("", f"{self.scenario} · {self.economy} · what to keep")]
        lines += [("KEEP", sentence) for sentence in self.sentences]
        lines += [
            (
                "ALONE",
                f"{kept.name}: {_averts(kept.averts)} (value added "
                f"{percent(kept.averts_value_added)}), {percent(kept.imports_share)} of the imports cut; "
                f"closed alone, {self.consumers} lose {percent(kept.closed_alone)}",
            )
            for kept in self.alone[:8]
        ]
        if len(self.alone) > 8:
            lines.append(("", f"and {count(len(self.alone) - 8, 'more gate')}"))
        lines += [
            (
                "ONE BY ONE",
                f"{number}. {step.name}: with those before it {percent(step.imports_share)} of the imports "
                f"cut, {_averts(step.averts)} (value added {percent(step.averts_value_added)})",
            )
            for number, step in enumerate(self.greedy[:12], start=1)
        ]
        if len(self.greedy) > 12:
            last = self.greedy[-1]
            lines.append(
                (
                    "",
                    f"and {count(len(self.greedy) - 12, 'more step')}, to {percent(last.imports_share)} of "
                    f"the imports cut and {percent(last.averts)} averted",
                )
            )
        names = {kept.gate: kept.name for kept in self.alone}
        lines += [
            (
                "BEST POSSIBLE",
                f"{count(len(found.gates), 'gate')}, {percent(found.imports_share)} of the imports cut: "
                f"{_averts(found.averts)} ({listing([names[gate] for gate in found.gates], most=4)})",
            )
            for found in self.best[:4]
        ]
        lines += [("NOTE", note) for note in self.notes]
        return printed(lines, max(width, 40))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, with the sentences."""
        return {"sentences": list(self.sentences), **json_ready(self)}


def _spelt(number: int) -> str:
    words = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[number - 2] if 2 <= number <= 12 else f"{number:,}"


def _averts(share: float) -> str:
    """What households are spared, or that they lose nothing."""
    return f"averts {percent(share)}" if math.isfinite(share) else "nothing to avert"
