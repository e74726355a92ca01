"""Kept study: the study of a run on disk, to be asked again, and what it counts on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from autarky.run_folder import EnsembleRun, Run
from autarky.study_file import Study, study_from_bytes
from autarky.workbench.studies import refuse_outside
from autarky.workbench.workspace import Workspace


@dataclass(frozen=True)
class KeptStudy:
    """What it takes to simulate a run's study again."""

    study: Study
    content: bytes
    path: Path
    """Where the file counts as lying."""
    digest: str
    """Of the table that the run was made with."""


def study_to_ask(kept: Run | EnsembleRun, workspace: Workspace) -> KeptStudy:
    """The study of a run. It may come from somebody else, and reads no table but those of the workspace.

    Raises
    ------
    InputError
        If the study cannot be read, or names another table.
    """
    content = kept.study
    study = _parsed(content, workspace.hidden / "studies" / kept.id / "study.yaml")
    refuse_outside(study, workspace)
    named = study.economy.path if study.economy is not None else None
    # Paths count from a folder that is there; all folders that a study lies in are as deep.
    home = workspace.hidden / "tables" / PurePosixPath(named).parts[3] if named else workspace.hidden
    return KeptStudy(study, content, home / "study.yaml", kept.manifest["inputs"]["economy"]["digest"])


_parsed = lru_cache(maxsize=8)(study_from_bytes)
