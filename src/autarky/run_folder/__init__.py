"""The run folder: what a run leaves on disk, written whole or not at all, and how to read it again."""

from autarky.results.netcdf import to_netcdf
from autarky.run_folder.export import ExportFormat, export_run
from autarky.run_folder.folder import (
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

__all__ = [
    "REPORT",
    "RESULT",
    "RUN_ID",
    "STUDY",
    "ExportFormat",
    "Run",
    "changed_files",
    "export_run",
    "read_run",
    "save_run",
    "sha256",
    "to_netcdf",
]
