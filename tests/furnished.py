"""A workspace in which somebody has worked: a faulty table, a sound one, a study and what came of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autarky.study import keep_first, run_study
from autarky.workbench.editing import begun_with
from autarky.workbench.studies import Studies
from autarky.workbench.tables import Tables
from autarky.workbench.workspace import Workspace
from wrong_tables import GOOD


@dataclass(frozen=True)
class Furnished:
    """Ids of what lies in a workspace."""

    folder: Path
    faulty: str
    """A table in which somebody typed 130 for 30."""
    table: str
    study: str
    """All imports of Norland stop: not started."""
    ranked: str
    """A run with the imports to keep first."""
    halved: str
    """A run of the same with half of the imports."""


def packed(files: Mapping[str, str] = GOOD, **typed: tuple[str, str]) -> bytes:
    """A ZIP of a table of text files, something else typed in some."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            was, now = typed.get(name.removesuffix(".csv"), ("", ""))
            assert was in text
            archive.writestr(name, text.replace(was, now) if was else text)
    return content.getvalue()


def faulty_table(files: Mapping[str, str] = GOOD) -> bytes:
    """A table in which somebody typed 130 for 30: rows and columns do not balance."""
    return packed(files, Z=("10,30,0", "10,130,0"))


def furnished(folder: Path, files: Mapping[str, str] = GOOD) -> Furnished:
    """Works in a folder as somebody at the workbench would: 90 days on a table of text files."""
    workspace = Workspace(folder, folder / "runs")
    tables, studies = Tables(workspace), Studies(workspace)
    faulty = tables.upload("faulty.zip", faulty_table(files))
    given = tables.table(tables.upload("norland.zip", packed(files)))
    text = begun_with(given.reference, given.read()).decode()
    text = text.replace("days: 365", "days: 90").replace("-06-28", "-03-20")
    study = studies.create(text.encode())
    half = studies.create(text.replace("share_kept: 0", "share_kept: 0.5").encode())
    ranked = keep_first(studies.path(study), workspace.runs, workers=1, variants=False).id
    halved = run_study(studies.path(half), workspace.runs, variants=False).id
    return Furnished(folder, faulty, given.id, study, ranked, halved)
