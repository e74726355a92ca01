"""Whichever lies in a folder: a run, an ensemble, a plan, a comparison or a firm result."""

from __future__ import annotations

from pathlib import Path

from autarky.run_folder import comparison, firms, plan
from autarky.run_folder.comparison import ComparisonRun, read_comparison
from autarky.run_folder.ensemble import EnsembleRun, is_ensemble, read_ensemble
from autarky.run_folder.firms import FirmRun, read_firms
from autarky.run_folder.folder import Run, holds, read_run
from autarky.run_folder.plan import PlanRun, read_plan


def read_any(
    run: str | Path, runs: str | Path = "runs"
) -> Run | EnsembleRun | PlanRun | ComparisonRun | FirmRun:
    """A run, an ensemble, a plan, a comparison or a firm result, whichever lies in a folder.

    Raises
    ------
    SourceError
        If the folder is none of them.
    """
    if holds(run, runs, plan.FORMAT):
        return read_plan(run, runs)
    if holds(run, runs, comparison.FORMAT):
        return read_comparison(run, runs)
    if holds(run, runs, firms.FORMAT):
        return read_firms(run, runs)
    return read_ensemble(run, runs) if is_ensemble(run, runs) else read_run(run, runs)
