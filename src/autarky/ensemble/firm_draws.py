"""Draws of firms: the same numbers of each drawn network, side by side or one by one, resumable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.ensemble.blocks import arrays_in, arrays_sealed, tasks
from autarky.ensemble.executors import Executor, Task
from autarky.ensemble.keeping import Progress, kept_blocks, resumable

FORMAT = "autarky firm draws 1"

Numbers = Mapping[str, npt.NDArray[Any]]
"""What is kept of a draw, by name; of the same shapes in each."""


@dataclass(frozen=True)
class Draws:
    """What is done to a draw: its network is made and asked, the numbers are sealed."""

    of_draw: Callable[[int], Numbers]
    plan: str

    def __call__(self, task: Task) -> bytes:
        """The numbers of one draw as a sealed netCDF file."""
        return arrays_sealed(self.of_draw(task[0]), self.plan, FORMAT)


def run_draws(
    of_draw: Callable[[int], Numbers],
    draws: int,
    key: str,
    *,
    folder: Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    command: str = "autarky firms STUDY",
) -> dict[str, npt.NDArray[Any]]:
    """The numbers of every draw, by name, draws first; draws that lie in ``folder`` are read.

    A draw is one task, so small networks are best drawn by workers, side by side. Of large ones each draw
    needs the machine for itself: give no executor, and let ``of_draw`` share the work out (``all_cascades``).

    Parameters
    ----------
    of_draw : callable
        Draw (from 0) → its numbers. It travels to workers, so it must pickle.
    draws : int
    key : str
        Says what decides the numbers: the same key, the same numbers.
    folder, executor, progress
        As for ``kept_blocks``.
    command : str
        What the user is told to give again after an interruption.

    Raises
    ------
    StoppedError
        If the user stops it: the draws done so far stay in ``folder``.
    InputError
        If ``folder`` cannot be written, or workers cannot do their work.
    """
    plan = hashlib.sha256(json.dumps([FORMAT, version("autarky"), key]).encode()).hexdigest()
    every = tasks(draws, 1)
    work = Draws(of_draw, plan)
    made: list[Numbers] = [{}] * draws
    with resumable(plan, every, "draws", folder=folder, command=command):
        for task, content in kept_blocks(
            lambda _: work, plan, every, folder=folder, executor=executor, progress=progress
        ):
            made[task[0]] = arrays_in(content, FORMAT)
    return {name: np.stack([numbers[name] for numbers in made]) for name in made[0]}
