"""Limits: by what, and how far, suppliers could make less and final users wanted less, day by day.

Behaviours say it (``Setting.limits`` and ``Setting.unwanted``); only what is not nothing is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.results import Reason
from autarky.simulation.behaviours.acting import Setting

Floats = npt.NDArray[np.float64]

_NOTHING = 1e-9
"""Share that counts as none."""


class Limits(NamedTuple):
    """What limited one scenario. All arrays (T,): shares that were missing, each day."""

    suppliers: Mapping[int, Mapping[Reason, Floats]] = {}
    """Supplier → why it could make less → share of what it could have made otherwise. Shares of several
    reasons multiply."""
    users: Mapping[tuple[int, int], Mapping[Reason, Floats]] = {}
    """(pool, final user in network order) → why less was wanted → share of what it would have wanted under
    the changes of demand. Shares of several reasons add."""

    def left(self, i: int, days: int) -> dict[Reason, Floats]:
        """(T,) share that each reason leaves a supplier of what it could make."""
        return {reason: 1.0 - missing[:days] for reason, missing in self.suppliers.get(i, {}).items()}


NO_LIMITS = Limits()


class LimitsKept:
    """What behaviours said, of all scenarios side by side."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.suppliers: dict[Reason, list[npt.NDArray[np.float64]]] = defaultdict(list)
        self.users: dict[Reason, list[npt.NDArray[np.float64]]] = defaultdict(list)

    def take(self, day: int) -> None:
        """Keep what was said of a day: what is not wanted this evening is not delivered tomorrow."""
        for reason, factor in self.setting.limits.items():
            _keep(self.suppliers[reason], day, 1.0 - factor)
        for reason, missing in self.setting.unwanted.items():
            _keep(self.users[reason], day + 1, np.moveaxis(missing, 1, 2))

    def of(self, k: int, days: int) -> Limits:
        """Those of one scenario."""
        width = self.setting.state.output.shape[-1]
        lane = divmod(k, width)
        suppliers: dict[int, dict[Reason, Floats]] = defaultdict(dict)
        users: dict[tuple[int, int], dict[Reason, Floats]] = defaultdict(dict)
        for reason, kept in self.suppliers.items():
            for (i,), missing in _by_place(kept, lane, days):
                suppliers[i][reason] = missing
        for reason, kept in self.users.items():
            for (p, f), missing in _by_place(kept, lane, days):
                users[p, f][reason] = missing
        return Limits(dict(suppliers), dict(users))


def _keep(kept: list[Floats], day: int, missing: Floats) -> None:
    """One line for each cell that is not nothing: the day, its place, pack and lane, and what is missing."""
    found = np.nonzero(missing > _NOTHING)
    if len(found[0]):
        kept.append(np.stack([np.full(len(found[0]), day), *found, missing[found]], axis=1))


def _by_place(
    kept: list[Floats], lane: tuple[int, int], days: int
) -> Iterator[tuple[tuple[int, ...], Floats]]:
    """Each place of a lane with what is missing there by day, (T,)."""
    if not kept:
        return
    lines = np.concatenate(kept)
    lines = lines[(lines[:, -3] == lane[0]) & (lines[:, -2] == lane[1]) & (lines[:, 0] < days)]
    places, place_of = np.unique(lines[:, 1:-3].astype(np.int64), axis=0, return_inverse=True)
    for k, place in enumerate(places):
        mine = lines[place_of.ravel() == k]
        missing = np.zeros(days)
        missing[mine[:, 0].astype(np.int64)] = mine[:, -1]
        yield tuple(int(part) for part in place), missing
