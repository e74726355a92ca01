"""Solved: a study as it is declared beside the same with something changed, in the numbers that tell."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from autarky.explanation import answer
from autarky.explanation.losses import consumption, total_share
from autarky.explanation.timeline import Timeline, timeline_of
from autarky.results import SimulationResult, Variant


@dataclass(frozen=True)
class Solved:
    """Two runs of one study: as it is declared, and with something changed."""

    consumers: str
    declared: Variant
    moved: Variant
    changes: tuple[str, ...]
    """What was changed, in words."""
    period: str
    starts: tuple[datetime.date, ...]
    end: datetime.date
    before: tuple[float, ...]
    """What households receive by period, share of the base year, as declared; NaN without a base."""
    after: tuple[float, ...]
    """The same with the change."""


def side_by_side(declared: SimulationResult, moved: SimulationResult, changes: Iterable[str]) -> Solved:
    """Two runs over the same days."""
    one, two = answer(declared), answer(moved)
    before, after = _consumed(declared), _consumed(moved)
    return Solved(
        consumers=one.consumers,
        declared=one.as_declared,
        moved=two.in_short("changed", ""),
        changes=tuple(changes),
        period=before.period,
        starts=before.starts,
        end=datetime.date.fromisoformat(one.end),
        before=tuple(before.shares[0].tolist()),
        after=tuple(after.shares[0].tolist()),
    )


def _consumed(result: SimulationResult) -> Timeline:
    """What households receive, all products together, by period: one row."""
    return timeline_of(result, ("",), total_share(*consumption(result))[:, None])
