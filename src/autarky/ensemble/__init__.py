"""Ensemble: the same question many times, in blocks, anywhere, resumable, with the same bytes."""

from autarky.ensemble.blocks import write_atomically
from autarky.ensemble.cluster import Dask
from autarky.ensemble.executors import Executor, Processes, Serial
from autarky.ensemble.run import BLOCKS, PLAN, Ensemble, claimed, prepare, run_ensemble

__all__ = [
    "BLOCKS",
    "PLAN",
    "Dask",
    "Ensemble",
    "Executor",
    "Processes",
    "Serial",
    "claimed",
    "prepare",
    "run_ensemble",
    "write_atomically",
]
