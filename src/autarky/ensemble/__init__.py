"""Ensemble: the same question many times, in blocks, anywhere, resumable, with the same bytes."""

from autarky.ensemble.blocks import write_atomically
from autarky.ensemble.cascades import all_cascades
from autarky.ensemble.cluster import Dask
from autarky.ensemble.executors import Executor, Processes, Serial
from autarky.ensemble.firm_draws import run_draws
from autarky.ensemble.run import BLOCKS, PLAN, Ensemble, claimed, prepare, run_ensemble
from autarky.ensemble.sweep import Sweep, run_sweep

__all__ = [
    "BLOCKS",
    "PLAN",
    "Dask",
    "Ensemble",
    "Executor",
    "Processes",
    "Serial",
    "Sweep",
    "all_cascades",
    "claimed",
    "prepare",
    "run_draws",
    "run_ensemble",
    "run_sweep",
    "write_atomically",
]
