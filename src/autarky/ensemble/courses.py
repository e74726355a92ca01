"""Courses: many courses of events, each a scenario on a table, and a few numbers of the panel of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.io import netcdf_file

from autarky.ensemble.blocks import FORMAT, Courses, Simulation, block_size, tasks
from autarky.ensemble.executors import Executor
from autarky.ensemble.keeping import Progress, kept_blocks
from autarky.ensemble.memory import side_by_side
from autarky.errors import InputError
from autarky.simulation import memory_needed

Panel = Mapping[str, npt.NDArray[np.float64]]
"""``gdp`` and ``household_consumption`` (courses, day), ``output`` (courses, day, industry) and
``consumption`` (courses, day, need): shares of the base year."""


def run_courses(
    courses: Courses,
    number: int,
    template: xr.Dataset,
    numbers: Callable[[Panel], npt.NDArray[np.float64]],
    *,
    folder: Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """``numbers`` of the panel of each course, and why a course failed: empty if it did not.

    Parameters
    ----------
    courses : Courses
    number : int
        How many there are.
    template : Dataset
        Panel of the first course.
    numbers : callable
        Panel of some courses → array (courses, K).
    folder, executor, progress
        As for ``kept_blocks``.

    Returns
    -------
    values : array, shape (number, K)
        NaN where a course failed.
    failed : tuple of str
    """
    economy, likeness = courses.economy(0), courses.scenario(0)
    needed = [memory_needed(economy, likeness, some) for some in (1, 2)]
    panel_bytes = sum(found.nbytes for found in template.data_vars.values() if "draw" in found.dims)
    size = block_size(number, max(panel_bytes, 1))
    plan = _plan(courses, number, size)

    def work(doer: Executor) -> Simulation:
        room = doer.room()
        step = needed[1] - needed[0]
        batch = side_by_side(lambda some: needed[0] + (some - 1) * step, room, size)
        return Simulation(courses, template, 0.8, "float64", batch, plan)

    values: npt.NDArray[np.float64] | None = None
    failed = [""] * number
    every = tasks(number, size)
    for (first, last), content in kept_blocks(
        work, plan, every, folder=folder, executor=executor, progress=progress
    ):
        panel, why = _read(content)
        told = numbers(panel)
        if values is None:
            values = np.full((number, told.shape[1]), np.nan)
        values[first:last] = told
        failed[first:last] = why
    assert values is not None  # there is at least one course
    return values, tuple(failed)


def _plan(courses: Courses, number: int, size: int) -> str:
    """SHA-256 over what decides the bytes of every block."""
    digest = hashlib.sha256(json.dumps([FORMAT, version("autarky"), number, size]).encode())
    tables: dict[object, str] = {}
    for i in range(number):
        key = courses.economy_key(i)
        try:
            if key not in tables:
                tables[key] = courses.economy(i).digest
            told = f"{tables[key]} {courses.scenario(i).model_dump_json(by_alias=True)}"
        except InputError as error:  # such a course fails, and its block says why
            told = str(error)
        digest.update(f"{told}\n".encode())
    return digest.hexdigest()


def _read(content: bytes) -> tuple[Panel, list[str]]:
    """Series of a block, and why courses failed."""
    with netcdf_file(BytesIO(content), "r", mmap=False) as file:
        found = {
            name: np.array(file.variables[name][:], dtype=np.float64)
            for name in ("gdp", "household_consumption", "output", "consumption")
        }
        letters = np.array(file.variables["failed"][:])
    return found, [b"".join(row).rstrip(b"\0").decode() for row in letters]
