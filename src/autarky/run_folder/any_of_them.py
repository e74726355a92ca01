"""Whichever lies in a folder: a run, an ensemble, a plan or a comparison."""

from __future__ import annotations

from pathlib import Path

from autarky.run_folder import comparison, plan
from autarky.run_folder.comparison import ComparisonRun, read_comparison
from autarky.run_folder.ensemble import EnsembleRun, is_ensemble, read_ensemble
from autarky.run_folder.folder import Run, holds, read_run
from autarky.run_folder.plan import PlanRun, read_plan


def read_any(run: str | Path, runs: str | Path = "runs") -> Run | EnsembleRun | PlanRun | ComparisonRun:
    """A run, an ensemble, a plan or a comparison, whichever lies in a folder.

    Raises
    ------
    SourceError
        If the folder is none of them.
    """
    if holds(run, runs, plan.FORMAT):
        return read_plan(run, runs)
    if holds(run, runs, comparison.FORMAT):
        return read_comparison(run, runs)
    return read_ensemble(run, runs) if is_ensemble(run, runs) else read_run(run, runs)
