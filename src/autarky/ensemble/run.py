"""Run: an ensemble into a folder, block by block, so that it can be stopped anywhere and resumed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from autarky.economy import Economy
from autarky.ensemble.blocks import (
    Simulation,
    block_size,
    file_name,
    is_of_plan,
    tasks,
    write_atomically,
)
from autarky.ensemble.executors import Executor
from autarky.ensemble.memory import side_by_side
from autarky.ensemble.reduction import reduced
from autarky.errors import InputError, Problem, StoppedError
from autarky.results import EnsembleRecord, EnsembleResult, Outcome
from autarky.scenario import Scenario
from autarky.simulation import memory_needed, simulate, simulate_panel
from autarky.simulation.panel import Precision

if TYPE_CHECKING:
    from autarky.uncertainty import Draws

PLAN, BLOCKS = "plan.json", "blocks"
FORMAT = "autarky ensemble plan 1"

Progress = Callable[[int, int], None]
"""Told (draws done, draws in all) after every block."""


@dataclass(frozen=True)
class Ensemble:
    """What is to be run: draws on a study's table, and what the study's own scenario says of itself."""

    economy: Economy
    scenario: Scenario
    draws: Draws
    template: xr.Dataset
    """The panel of the study's own scenario."""
    record: EnsembleRecord
    labels: dict[str, str]
    need_share: float
    precision: Precision

    @property
    def block(self) -> int:
        """Draws in a block."""
        return block_size(len(self.draws), self._bytes_of_a_draw)

    @property
    def plan(self) -> bytes:
        """What decides the bytes of every block, as JSON: the same plan, the same blocks."""
        drawn = hashlib.sha256()
        for values in (self.draws.points, self.draws.values):
            drawn.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
        told = {
            "format": FORMAT,
            "draws": len(self.draws),
            "block": self.block,
            "need_share": self.need_share,
            "drawn": drawn.hexdigest(),
            "record": asdict(self.record),
        }
        return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()

    def simulation(self, room: int) -> Simulation:
        """What workers do to a block, each with ``room`` bytes of memory.

        Raises
        ------
        InputError
            If not even one draw fits.
        """
        block = 3 * self.block * self._bytes_of_a_draw  # as arrays, as a file, and on its way

        def needed(draws: int) -> int:
            return block + memory_needed(self.economy, self.scenario, draws, self.precision)

        batch = side_by_side(needed, room, self.block)
        digest = hashlib.sha256(self.plan).hexdigest()
        return Simulation(self.draws, self.template, self.need_share, self.precision, batch, digest)

    @property
    def _bytes_of_a_draw(self) -> int:
        return sum(found.nbytes for found in self.template.data_vars.values() if "draw" in found.dims)


def prepare(
    economy: Economy,
    scenario: Scenario,
    draws: Draws,
    *,
    uncertainty: Mapping[str, Any],
    need_share: float,
    precision: Precision,
) -> Ensemble:
    """An ensemble, ready to be run. Simulates the study's own scenario, whose errors are the study's.

    ``uncertainty`` is the study's section with what the command line changed, JSON-ready.
    """
    own = simulate(economy, scenario)
    if own.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    template = simulate_panel(economy, [scenario], need_share=need_share, precision=precision)
    record = EnsembleRecord(own.record, uncertainty, len(draws), precision, tuple(draws.parameters))
    return Ensemble(economy, scenario, draws, template, record, dict(own.labels), need_share, precision)


def run_ensemble(
    ensemble: Ensemble,
    work: Simulation,
    folder: Path,
    executor: Executor,
    *,
    beside: Mapping[str, bytes] | None = None,
    command: str = "autarky ensemble STUDY",
    progress: Progress | None = None,
) -> EnsembleResult:
    """All draws, made in blocks in ``folder/blocks`` where they are not there yet, and what they come to.

    ``folder`` must be claimed. A block that is damaged, or of another plan, is made again. ``beside`` are
    files that are to lie there from the beginning; ``command`` is what the user is told to give again after
    an interruption.

    Raises
    ------
    InputError
        If every draw fails (nothing is left in the folder), or the workers cannot do their work.
    StoppedError
        If the user stops it: the blocks done so far stay.
    """
    every = tasks(len(ensemble.draws), ensemble.block)
    blocks = folder / BLOCKS
    total, done = len(ensemble.draws), 0
    try:
        blocks.mkdir(exist_ok=True)
        files = {PLAN: ensemble.plan, **(beside or {})}
        for name, content in files.items():
            write_atomically(folder / name, content)
        missing = [task for task in every if not is_of_plan(blocks / file_name(task), work.plan)]
        for task in missing:  # from here on, a block that is there is good
            (blocks / file_name(task)).unlink(missing_ok=True)
        done = total - sum(last - first for first, last in missing)
        if progress is not None:
            progress(done, total)
        with closing(executor.run(work, missing)) as made:
            for (first, last), content in made:
                write_atomically(blocks / file_name((first, last)), content)
                done += last - first
                if progress is not None:
                    progress(done, total)
        result = reduced(blocks, every, ensemble.draws, ensemble.template, ensemble.record, ensemble.labels)
    except KeyboardInterrupt as error:
        # Counted on the disk: a block may have come into place just before it could be counted here.
        done = sum(last - first for first, last in every if (blocks / file_name((first, last))).exists())
        what = f"interrupted: {done} of {total} draws are done and kept in {folder}"
        raise StoppedError(Problem("autarky ensemble", what, f"to resume: {command}")) from error
    except OSError as error:
        what = f"cannot be written or read: {error.strerror or error}; {done} of {total} draws are kept"
        raise InputError(Problem(str(folder), what, f"put that right, then: {command}")) from error
    why = result.data["failed"].values
    if all(why):
        shutil.rmtree(blocks)
        for name in files:
            (folder / name).unlink()
        what = f"the first with {str(why[0])!r}"
        raise InputError(Problem(f"all {total} draws failed", what, "correct the study"))
    return result


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Inside, nobody else writes to the folder; it is made if need be, and goes again if it stays empty.

    Raises
    ------
    InputError
        If another process has claimed it, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise InputError(Problem(str(folder), what, "choose another folder with --runs")) from error
    try:
        if not _locked(handle, folder):
            what = "another process is running this ensemble"
            remedy = "wait for it, or stop it; the same command then resumes"
            raise InputError(Problem(str(folder), what, remedy))
        try:
            yield
        finally:
            with suppress(OSError):
                folder.rmdir()
    finally:
        os.close(handle)


def _locked(handle: int, folder: Path) -> bool:
    """Locks the folder itself: no file is left behind, and a process that was killed holds no lock."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The one who held it before may have found it empty, and removed it.
        return os.path.samestat(os.fstat(handle), folder.stat())
    except (BlockingIOError, FileNotFoundError):
        return False
