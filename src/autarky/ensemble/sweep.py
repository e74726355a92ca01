"""Sweep: one network, many scenarios, a few numbers of each, in blocks that can be stopped and resumed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import xarray as xr

from autarky.ensemble.blocks import UNSEALED, arrays_in, sealed, tasks
from autarky.ensemble.executors import Executor, Task
from autarky.ensemble.keeping import Progress, kept_blocks
from autarky.ensemble.memory import side_by_side
from autarky.results.netcdf import dataset_to_netcdf
from autarky.scenario import Scenario
from autarky.simulation.network import Network
from autarky.simulation.panel import Precision
from autarky.simulation.sweep import simulate_sweep, sweep_bytes

FORMAT = "autarky sweep 1"
FEW = 128
"""Up to so many scenarios are one block, made in this process: a worker takes seconds to start."""
FEWEST, MOST = 64, 256
"""Scenarios in a block of more."""


@dataclass(frozen=True)
class Sweep:
    """Scenarios that share a network, and what is told of each (``simulation.sweep.simulate_sweep``)."""

    network: Network
    scenarios: tuple[Scenario, ...]
    regions: tuple[str, ...]
    precision: Precision = "float64"
    first_days: bool = False
    more_stock: tuple[tuple[str, float], ...] = ()

    @property
    def block(self) -> int:
        """Scenarios in a block: decided by the sweep alone, never by who makes it."""
        number = len(self.scenarios)
        return number if number <= FEW else max(FEWEST, min(MOST, number // 16 // 16 * 16))

    @property
    def plan(self) -> str:
        """SHA-256 over what decides the bytes of every block."""
        told = {
            "format": FORMAT,
            "version": version("autarky"),
            "economy": self.network.economy.digest,
            "block": self.block,
            "regions": self.regions,
            "precision": self.precision,
            "first_days": self.first_days,
            "more_stock": self.more_stock,
        }
        digest = hashlib.sha256(json.dumps(told).encode())
        for scenario in self.scenarios:
            digest.update(scenario.model_dump_json(by_alias=True).encode() + b"\n")
        return digest.hexdigest()


@dataclass(frozen=True)
class Simulation:
    """What is done to a block: simulate it, ``batch`` scenarios at a time; no byte depends on that."""

    sweep: Sweep
    batch: int
    plan: str

    def __call__(self, task: Task) -> bytes:
        """The block as a sealed netCDF file."""
        asked, (first, last) = self.sweep, task
        parts = [
            simulate_sweep(
                asked.network,
                asked.scenarios[start : min(start + self.batch, last)],
                asked.regions,
                precision=asked.precision,
                first_days=asked.first_days,
                more_stock=asked.more_stock[start : min(start + self.batch, last)],
            )
            for start in range(first, last, self.batch)
        ]
        attributes = {"digest": UNSEALED, "format": FORMAT, "plan": self.plan}
        return sealed(dataset_to_netcdf(xr.concat(parts, "scenario"), attributes))


def run_sweep(
    sweep: Sweep,
    *,
    folder: Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> dict[str, np.ndarray]:
    """What is told of each scenario, by name, scenarios first; blocks that lie in ``folder`` are read.

    The bytes are the same whoever does the work. Many sweeps may share ``folder``, see ``kept_blocks``.

    Raises
    ------
    ScenarioError, SimulationError
        As ``simulate``.
    InputError
        If not even one scenario fits into memory, or workers cannot do their work.
    OSError
        If a block cannot be written.
    """
    plan = sweep.plan
    every = tasks(len(sweep.scenarios), sweep.block)

    def needed(scenarios: int) -> int:
        return sweep_bytes(sweep.network, sweep.scenarios[0], scenarios, sweep.precision)

    def work(doer: Executor) -> Simulation:
        return Simulation(sweep, side_by_side(needed, doer.room(), sweep.block), plan)

    made = kept_blocks(work, plan, every, folder=folder, executor=executor, progress=progress)
    contents = dict(made)
    names = ["lost", *(["first_day"] if sweep.first_days else [])]
    read = [arrays_in(contents[task], FORMAT) for task in every]
    return {name: np.concatenate([part[name] for part in read]) for name in names}
