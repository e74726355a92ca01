"""Blocks: consecutive draws, simulated, kept and resumed as one file, of the same bytes wherever made."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.economy import Economy
from autarky.ensemble.executors import Task
from autarky.errors import AutarkyError, EconomyError, InputError, Problem, SimulationError
from autarky.results import variable
from autarky.results.netcdf import dataset_from_netcdf, dataset_to_netcdf
from autarky.scenario import Scenario
from autarky.simulation.panel import Precision, simulate_panel

FORMAT = "autarky block 1"
DRAWS, FEWEST = 64, 8
"""Draws in a block, and the fewest of them in the blocks of a small ensemble, for workers to share."""
BYTES = 128 * 2**20
"""What a block should not exceed: it is passed on, checked and written in one piece."""
NAME = re.compile(r"([0-9]{6,})-([0-9]{6,})\.nc")

UNSEALED = "0" * 64
"""What stands for the digest of a block until it is sealed."""
_TOLD = 300
"""Characters kept of why a draw failed."""


def block_size(draws: int, bytes_of_a_draw: int) -> int:
    """Draws in a block: decided by the ensemble alone, never by who makes it."""
    shared = max(FEWEST, min(DRAWS, draws // 16))
    return max(1, min(shared, BYTES // bytes_of_a_draw, draws))


def tasks(draws: int, size: int) -> list[Task]:
    """The blocks of an ensemble: (first draw, the one after the last)."""
    return [(first, min(first + size, draws)) for first in range(0, draws, size)]


def file_name(task: Task) -> str:
    """What the file of a block is called."""
    return f"{task[0]:06d}-{task[1]:06d}.nc"


class Courses(Protocol):
    """Courses of events by number: each a scenario on a table, made when it is asked for."""

    def scenario(self, i: int) -> Scenario:
        """What happens."""
        ...

    def economy(self, i: int) -> Economy:
        """On which table; asked for equal keys one after the other."""
        ...

    def economy_key(self, i: int) -> Hashable:
        """Equal for courses on the same table."""
        ...


@dataclass(frozen=True)
class Simulation:
    """What is done to a block: simulate its draws, and keep why one of them failed.

    Draws on one table are simulated side by side, ``batch`` at a time: as many as fit in memory; no byte
    depends on it.
    """

    draws: Courses
    template: xr.Dataset
    """The panel of the study's own scenario: what a draw's numbers are called and where they belong."""
    need_share: float
    precision: Precision
    batch: int
    plan: str
    """Digest of the plan that the block belongs to."""

    def __call__(self, task: Task) -> bytes:
        """The block as a sealed netCDF file."""
        first, last = task
        made = _Block(self, first, last)
        tables: dict[Hashable, list[tuple[int, Scenario]]] = {}
        for draw in range(first, last):
            try:
                tables.setdefault(self.draws.economy_key(draw), []).append((draw, self.draws.scenario(draw)))
            except (InputError, SimulationError) as error:
                made.failed[draw] = _in_one_line(error)
        for members in tables.values():
            for start in range(0, len(members), self.batch):
                made.simulate(members[start : start + self.batch])
        return sealed(dataset_to_netcdf(made.dataset(), made.attributes))


class _Block:
    """The numbers of a block while it is made; those of a draw that fails stay NaN (whole numbers: -1)."""

    def __init__(self, simulation: Simulation, first: int, last: int) -> None:
        self.simulation, self.first = simulation, first
        self.failed: dict[int, str] = {}
        self.attributes = {"digest": UNSEALED, "format": FORMAT, "plan": simulation.plan}
        self.draws = np.arange(first, last)
        self.by_draw = {
            str(name): np.full(
                (len(self.draws), *found.shape[1:]), np.nan if found.dtype.kind == "f" else -1, found.dtype
            )
            for name, found in simulation.template.data_vars.items()
            if "draw" in found.dims
        }

    def simulate(self, members: Sequence[tuple[int, Scenario]]) -> None:
        """Simulates draws side by side; if that fails, each half by itself, down to the one that failed."""
        asked = self.simulation
        try:
            panel = simulate_panel(
                asked.draws.economy(members[0][0]),
                [scenario for _, scenario in members],
                need_share=asked.need_share,
                precision=asked.precision,
            )
            if panel.sizes["day"] != asked.template.sizes["day"]:
                raise KeyboardInterrupt  # which the day loop takes as a wish for the days so far
            _require_same_names(panel, asked.template)
        except (InputError, SimulationError) as error:
            if len(members) == 1:
                self.failed[members[0][0]] = _in_one_line(error)
                return
            half = len(members) // 2
            self.simulate(members[:half])
            self.simulate(members[half:])
            return
        places = [draw - self.first for draw, _ in members]
        for name, values in self.by_draw.items():
            values[places] = panel[name].values

    def dataset(self) -> xr.Dataset:
        """The block, labelled as the template is."""
        template = self.simulation.template
        data: dict[str, Any] = {
            str(name): (found.dims, self.by_draw.get(str(name), found.values), found.attrs)
            for name, found in template.data_vars.items()
        }
        why = np.array([self.failed.get(int(draw), "") for draw in self.draws])
        data["failed"] = variable(why, ("draw",), "", "Why the draw failed; empty if it did not")
        coords = {name: found for name, found in template.coords.items() if "draw" not in found.dims}
        return xr.Dataset(data, coords=coords).assign_coords(draw=self.draws)


def _require_same_names(panel: xr.Dataset, template: xr.Dataset) -> None:
    """Draws are set side by side: their tables need the industries and household needs of the study's own."""
    for name, what in (("industry", "industries"), ("need", "household needs")):
        if panel[name].values.tolist() != template[name].values.tolist():
            remedy = "give tables with the same regions and sectors"
            raise EconomyError(Problem("table", f"has other {what} than the study's own", remedy))


def _in_one_line(error: AutarkyError) -> str:
    first = str(error).splitlines()[0]
    more = len(error.problems) - 1 if isinstance(error, InputError) else 0
    line = " ".join(first.split()) + (f" (and {more} more)" if more else "")
    return line if len(line) <= _TOLD else line[: _TOLD - 1] + "…"


def arrays_sealed(arrays: Mapping[str, npt.NDArray[Any]], plan: str, format: str) -> bytes:
    """Arrays by name as the sealed netCDF file of a block."""
    data = xr.Dataset(
        {
            name: (tuple(f"{name}_{axis}" for axis in range(array.ndim)), array)
            for name, array in arrays.items()
        }
    )
    return sealed(dataset_to_netcdf(data, {"digest": UNSEALED, "format": format, "plan": plan}))


def arrays_in(content: bytes, format: str) -> dict[str, npt.NDArray[Any]]:
    """What ``arrays_sealed`` put into a block; whole numbers come back in 32 bits."""
    data, _ = dataset_from_netcdf(content, "block", format)
    found = {str(name): variable.values for name, variable in data.data_vars.items()}
    return {name: values.astype(values.dtype.newbyteorder("=")) for name, values in found.items()}


def sealed(content: bytes) -> bytes:
    """The bytes, with their own SHA-256 where the attribute ``digest`` holds 64 zeros."""
    return content.replace(UNSEALED.encode(), hashlib.sha256(content).hexdigest().encode(), 1)


def is_sealed(content: bytes) -> bool:
    """Whether the bytes are what ``sealed`` made: not one of them is missing or changed."""
    mark = content.find(b"digest")
    found = re.compile(rb"[0-9a-f]{64}").search(content, max(mark, 0), max(mark, 0) + 100)
    if mark < 0 or found is None:
        return False
    unsealed = content[: found.start()] + UNSEALED.encode() + content[found.end() :]
    return hashlib.sha256(unsealed).hexdigest().encode() == found[0]


def is_of_plan(path: Path, plan: str) -> bool:
    """Whether a block's file is there, whole, and made for this plan."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return is_sealed(content) and plan.encode() in content[: 2**16]


def write_atomically(path: Path, content: bytes) -> None:
    """Writes beside, makes durable, moves into place: whoever looks finds all of it or nothing.

    Several may write the same file at once: the last stands.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.writing")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Makes the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
