"""The workspace: where runs, uploaded tables, studies being edited and jobs lie; ids, never paths, name them.

``FOLDER/runs/<id>`` holds what ``autarky run`` and its like write; ``FOLDER/.autarky/`` what the workbench
keeps besides: ``tables/<id>/``, ``studies/<id>/study.yaml``, ``jobs/<id>/`` and the catalogue, which can be
made again from ``runs``. A study names an uploaded table as ``../../tables/<id>/…``: tables lie beside
studies and jobs, so the same words hold in both.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from autarky.errors import InputError, Problem
from autarky.run_folder import ENSEMBLE_ID, MANIFEST, RUN_ID

ID = re.compile(r"[0-9a-f]{11}-[0-9a-f]{10}")
"""Of a table, study or job: milliseconds since 1970, then chance; names sort by time."""


class NotThere(LookupError):  # noqa: N818 (it is what a page answers with 404, and no error)
    """Nothing lies under a name that a request gave."""


def new_id() -> str:
    """An id that nobody has yet."""
    return f"{time.time_ns() // 1_000_000:011x}-{secrets.token_hex(5)}"


@dataclass(frozen=True)
class Workspace:
    """A folder and what lies where in it. No text from outside becomes part of a path unless it is an id."""

    folder: Path
    runs: Path

    @property
    def hidden(self) -> Path:
        """What the workbench keeps besides runs."""
        return self.folder / ".autarky"

    def run(self, name: str) -> Path:
        """The folder of a run, ensemble, plan or comparison that is there.

        Raises
        ------
        NotThere
            If the name is not an id, or nothing whole lies under it.
        """
        path = self.runs / name if RUN_ID.fullmatch(name) or ENSEMBLE_ID.fullmatch(name) else None
        if path is None or path.is_symlink() or not (path / MANIFEST).is_file():
            raise NotThere(f"no run {name!r}")
        return path

    def kept(self, kind: str, name: str) -> Path:
        """The folder of a table, study or job (``kind``: tables, studies, jobs) that is there.

        Raises
        ------
        NotThere
            If the name is not an id, or nothing lies under it.
        """
        path = self.hidden / kind / name if ID.fullmatch(name) else None
        if path is None or path.is_symlink() or not path.is_dir():
            raise NotThere(f"none of {kind} is {name!r}")
        return path

    def new(self, kind: str) -> Path:
        """An empty folder under a new id."""
        path = self.hidden / kind / new_id()
        path.mkdir(parents=True)
        return path

    def names(self, kind: str) -> list[str]:
        """Ids of a kind, the newest first."""
        folder = self.hidden / kind
        found = (entry.name for entry in folder.iterdir()) if folder.is_dir() else ()
        return sorted((name for name in found if ID.fullmatch(name)), reverse=True)


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """A file in the place of another, whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        handle, beside = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).chmod(mode)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise InputError(
            Problem(str(path), what, "check its permissions and the room on the disk")
        ) from error
