"""The run folder: what a run leaves on disk, written whole or not at all, and how to read it again."""

from autarky.results.netcdf import to_netcdf
from autarky.run_folder.any_of_them import read_any
from autarky.run_folder.comparison import ComparisonRun, read_comparison, save_comparison
from autarky.run_folder.ensemble import (
    ENSEMBLE_ID,
    EnsembleRun,
    ensemble_id,
    is_ensemble,
    read_ensemble,
    save_ensemble,
    tidy,
)
from autarky.run_folder.export import ExportFormat, export_run
from autarky.run_folder.figures import export_figures
from autarky.run_folder.firms import FirmRun, read_firms, save_firms
from autarky.run_folder.folder import (
    MANIFEST,
    REPORT,
    RESULT,
    RUN_ID,
    STUDY,
    Run,
    changed_files,
    read_run,
    save_run,
    sha256,
)
from autarky.run_folder.plan import PLAN, PlanRun, read_plan, save_plan

__all__ = [
    "ENSEMBLE_ID",
    "MANIFEST",
    "PLAN",
    "REPORT",
    "RESULT",
    "RUN_ID",
    "STUDY",
    "ComparisonRun",
    "EnsembleRun",
    "ExportFormat",
    "FirmRun",
    "PlanRun",
    "Run",
    "changed_files",
    "ensemble_id",
    "export_figures",
    "export_run",
    "is_ensemble",
    "read_any",
    "read_comparison",
    "read_ensemble",
    "read_firms",
    "read_plan",
    "read_run",
    "save_comparison",
    "save_ensemble",
    "save_firms",
    "save_plan",
    "save_run",
    "sha256",
    "tidy",
    "to_netcdf",
]
