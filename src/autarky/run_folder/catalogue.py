"""The catalogue: a SQLite list of the run folders, made from them and never the truth."""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from autarky.run_folder.comparison import FORMAT as COMPARED
from autarky.run_folder.ensemble import ENSEMBLE_ID
from autarky.run_folder.ensemble import FORMAT as DRAWN
from autarky.run_folder.firms import FORMAT as RANKED
from autarky.run_folder.folder import FORMAT as RAN
from autarky.run_folder.folder import MANIFEST, RUN_ID
from autarky.run_folder.plan import FORMAT as PLANNED

KINDS = {
    RAN: "run",
    DRAWN: "ensemble",
    PLANNED: "plan",
    COMPARED: "comparison",
    RANKED: "firm result",
}
"""Format of a manifest → what is in its folder."""
BROKEN = "broken"
"""Kind of a folder that is none of them."""
_VERSION = 1
"""Of the table below; a file of another version is made anew."""
_PATIENCE = 5.0
"""Seconds to wait for another process that writes."""

_BROKEN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR)
"""What SQLite says of a file that is none, is damaged, or has other columns."""

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue: what a manifest says of a run, ensemble, plan, comparison or firm result."""

    id: str
    kind: str
    """run, ensemble, plan, comparison or firm result; broken: the headline says in which way."""
    title: str
    economy: str
    created: str
    """Date and time (UTC), ISO 8601; empty of a broken one."""
    seconds: float
    headline: str
    """The first sentence of its answer; the title, of what was kept before manifests told it."""
    study_sha256: str


class Catalogue:
    """The runs of a folder; every read first takes in what is new on disk and forgets what is gone.

    It never fails: a file that is broken or of another version is made anew, and where none can be written,
    or none is given, the folders are read instead.
    """

    def __init__(self, runs: Path, file: Path | None = None) -> None:
        self.runs, self.file = runs, file

    def entries(self) -> list[Entry]:
        """All of them, the newest first."""
        return self._with_table(lambda table: _listed(self.runs, table))

    def entry(self, run: str) -> Entry | None:
        """One of them."""
        return next((entry for entry in self.entries() if entry.id == run), None)

    def reindex(self) -> list[Entry]:
        """Makes the catalogue anew from the folders."""
        return self._with_table(lambda table: _listed(self.runs, table, anew=True))

    def _with_table(self, work: Callable[[sqlite3.Connection], T]) -> T:
        for file in (self.file, self.file):
            if file is None:
                break
            try:
                with contextlib.closing(_opened(file)) as table:
                    return work(table)
            except (sqlite3.Error, OSError) as error:
                if getattr(error, "sqlite_errorcode", None) not in _BROKEN:
                    break
                with contextlib.suppress(OSError):
                    _replace(file)
        # No file, or another process writes for too long, or the disk is full or read-only.
        with contextlib.closing(_prepared(sqlite3.connect(":memory:", isolation_level=None))) as table:
            return work(table)


def as_lines(entries: Sequence[Entry]) -> list[str]:
    """A line for each, in columns: when, kind, id, title, headline."""
    rows = [(one.created, one.kind, one.id, one.title, one.headline) for one in entries]
    # Manifests may come from somebody else: a title can neither break the line nor move the cursor.
    plain = [["".join(filter(str.isprintable, " ".join(cell.split()))) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*plain, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in plain]


_COLUMNS = tuple(field.name for field in fields(Entry))


def _opened(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    table = sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)
    try:
        table.execute("PRAGMA journal_mode = WAL")
        table.execute("PRAGMA synchronous = NORMAL")
        return _prepared(table)
    except BaseException:
        table.close()
        raise


def _prepared(table: sqlite3.Connection) -> sqlite3.Connection:
    """With the table of this version in it."""
    if _version(table) != _VERSION:
        with _writing(table):
            if _version(table) != _VERSION:  # nobody has done it meanwhile
                table.execute("DROP TABLE IF EXISTS entry")
                columns = ", ".join(f"{name} NOT NULL" for name in _COLUMNS)
                table.execute(f"CREATE TABLE entry ({columns}, stamp NOT NULL, PRIMARY KEY (id))")
                table.execute(f"PRAGMA user_version = {_VERSION}")
    return table


def _version(table: sqlite3.Connection) -> int:
    return int(table.execute("PRAGMA user_version").fetchone()[0])


@contextlib.contextmanager
def _writing(table: sqlite3.Connection) -> Iterator[None]:
    """One who writes at a time, and all of it or nothing."""
    table.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        table.execute("ROLLBACK")
        raise
    table.execute("COMMIT")


def _replace(file: Path) -> None:
    """Removes a broken file, unless another process was faster."""
    with Path(f"{file}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with contextlib.closing(_opened(file)) as table:
                table.execute(f"SELECT {', '.join(_COLUMNS)}, stamp FROM entry LIMIT 1")
        except sqlite3.Error:
            for name in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
                name.unlink(missing_ok=True)


def _listed(runs: Path, table: sqlite3.Connection, *, anew: bool = False) -> list[Entry]:
    """The entries, after what has changed on disk since the last look (or, anew, everything) was read."""
    if anew or _known(table) != _stamps(runs):
        with _writing(table):
            # Looked at once more: another process may have been here before we were let in.
            known, there = {} if anew else _known(table), _stamps(runs)
            read = [_entry(runs / name) for name, stamp in there.items() if known.get(name) != stamp]
            gone = [(name,) for name in _known(table) if name not in there]
            table.executemany("DELETE FROM entry WHERE id = ?", gone)
            marks = ", ".join("?" * (len(_COLUMNS) + 1))
            new = [(*astuple(entry), there[entry.id]) for entry in read]
            table.executemany(f"INSERT OR REPLACE INTO entry VALUES ({marks})", new)
    rows = table.execute(f"SELECT {', '.join(_COLUMNS)} FROM entry ORDER BY created DESC, id DESC")
    return [Entry(*row) for row in rows]


def _known(table: sqlite3.Connection) -> dict[str, str]:
    return dict(table.execute("SELECT id, stamp FROM entry"))


def _stamps(runs: Path) -> dict[str, str]:
    """Folder → what changes when its manifest does. An ensemble that is not done is left out."""
    found = {}
    try:
        entries = [(entry.name, entry) for entry in os.scandir(runs)]
    except OSError:
        return {}
    for name, entry in entries:
        is_ensemble = ENSEMBLE_ID.fullmatch(name) is not None
        if not (is_ensemble or RUN_ID.fullmatch(name)) or not entry.is_dir(follow_symlinks=False):
            continue
        try:
            manifest = Path(entry.path, MANIFEST).lstat()
            found[name] = f"{manifest.st_mtime_ns} {manifest.st_size} {manifest.st_ino}"
        except OSError:
            if not is_ensemble:
                found[name] = "no manifest"
    return found


def _entry(folder: Path) -> Entry:
    """What a folder's manifest says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        kind = KINDS[manifest["format"]]
        missing = [name for name in manifest["files"] if not (folder / name).is_file()]
        if missing:
            return _broken(folder, f"{missing[0]} is missing")
        return _of_manifest(folder.name, kind, manifest)
    except OSError as error:
        return _broken(folder, f"its manifest cannot be read: {error.strerror or error}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _broken(folder, "its manifest is not one that autarky wrote")


def _of_manifest(name: str, kind: str, manifest: Mapping[str, Any]) -> Entry:
    inputs = manifest["inputs"]
    study, economy = inputs.get("study") or {}, inputs.get("economy") or {}
    title = str(study.get("title") or manifest.get("title") or name)
    seconds = float(manifest["seconds"])
    found = Entry(
        name,
        kind,
        title,
        str(economy.get("name") or ""),
        str(manifest["created"]),
        seconds,
        str(manifest.get("headline") or title),
        str(study.get("sha256") or ""),
    )
    if not math.isfinite(seconds):
        raise ValueError("what took no number of seconds was not written by autarky")
    for text in astuple(found):
        str(text).encode()  # what is no Unicode, SQLite would not take
    return found


def _broken(folder: Path, what: str) -> Entry:
    return Entry(folder.name, BROKEN, folder.name, "", "", 0.0, f"broken: {what}", "")
