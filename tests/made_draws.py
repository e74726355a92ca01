"""Made draws: an ensemble's draws by hand, with whatever a draw can be: cheap, failing, on another table."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autarky.economy import Economy
from autarky.ensemble import Ensemble, prepare
from autarky.ensemble.executors import Task
from autarky.errors import Problem, ScenarioError
from autarky.scenario import Scenario
from small_economies import chain, scenario


@dataclass(frozen=True)
class MadeDraws:
    """Draws of the share of oil from CHINA that is kept, and of the days of stock."""

    count: int
    days: int = 30
    tables: Mapping[int, Economy] = field(default_factory=dict)
    """Draws on a table of their own."""
    undrawable: frozenset[int] = frozenset()
    """Draws that cannot be made into a scenario."""
    unrunnable: frozenset[int] = frozenset()
    """Draws whose scenario the simulation refuses."""

    names = ("oil kept", "stock")

    def __len__(self) -> int:
        return self.count

    @property
    def points(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """A regular pattern: no draw twice."""
        place = np.arange(self.count)
        return np.column_stack([(place + 0.5) / self.count, (place * 0.618034) % 1.0])

    @property
    def values(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Shares from 0 to 0.6, stocks from 2 to 8 days."""
        return self.points * [0.6, 6.0] + [0.0, 2.0]

    @property
    def strata(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """All in one."""
        return np.zeros(self.count, dtype=np.int64)

    @property
    def parameters(self) -> tuple[Mapping[str, Any], ...]:
        """Named only."""
        return tuple({"name": name} for name in self.names)

    def scenario(self, i: int) -> Scenario:
        """CHINA's oil is cut from the sixth day on."""
        if i in self.undrawable:
            raise ScenarioError(Problem("stock", "is negative", "draw another"))
        kept, stock = (float(value) for value in self.values[i])
        return made_scenario(kept, stock, "MARS" if i in self.unrunnable else "CHINA", self.days)

    def economy(self, i: int) -> Economy:
        """The chain, but for draws with their own."""
        return self.tables.get(i, CHAIN)

    def economy_key(self, i: int) -> Hashable:
        """Equal for draws on one table."""
        return i if i in self.tables else -1


CHAIN = chain()


def made_scenario(kept: float, stock: float, origin: str = "CHINA", days: int = 30) -> Scenario:
    """Oil from one partner is cut."""
    shock = {"kind": "trade_cut", "origin": [origin], "from": "2020-01-06", "products": ["oil"]}
    return scenario({**shock, "share_kept": kept}, days=days, inventory_days=stock)


def made_ensemble(draws: MadeDraws) -> Ensemble:
    """An ensemble of made draws, ready to be run."""
    own = made_scenario(0.3, 5.0, days=draws.days)
    return prepare(CHAIN, own, draws, uncertainty={"draws": len(draws)}, need_share=0.8, precision="float64")


@dataclass(frozen=True)
class Toy:
    """Work that is cheap, and does not depend on anything but the task."""

    def __call__(self, task: Task) -> bytes:
        """The task's own digits, many times over."""
        return repr(task).encode() * 1000


@dataclass(frozen=True)
class Deadly:
    """Work that kills the worker that takes up one task, as often as there are lives in a folder."""

    lives: Path
    task: Task

    def __call__(self, task: Task) -> bytes:
        """As ``Toy``, if it comes to that."""
        lives = sorted(self.lives.iterdir()) if task == self.task else []
        if lives:
            lives[0].unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return Toy()(task)


@dataclass(frozen=True)
class Wrong:
    """Work with a fault in it."""

    def __call__(self, task: Task) -> bytes:
        """An error that carries problems."""
        raise ScenarioError([Problem("here", "is wrong", "mend it"), Problem("there", "too", "mend it")])


@dataclass(frozen=True)
class Threads:
    """Work that says how many threads numba was started with."""

    def __call__(self, task: Task) -> bytes:
        """The number, as text."""
        import numba

        return str(numba.config.NUMBA_NUM_THREADS).encode()


@dataclass(frozen=True)
class Slow:
    """Work that takes a while, and leaves the number of its process in a folder."""

    seconds: float
    folder: Path

    def __call__(self, task: Task) -> bytes:
        """As ``Toy``, later."""
        (self.folder / str(os.getpid())).touch()
        time.sleep(self.seconds)
        return Toy()(task)
