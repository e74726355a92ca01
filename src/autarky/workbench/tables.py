"""Uploaded tables: taken in within limits, kept as a CSV folder, changed by hand with every change kept."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import shutil
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from autarky import checks
from autarky.audit import find_table
from autarky.economy import Economy
from autarky.errors import InputError, Problem, SourceError, did_you_mean
from autarky.limited import check_archive, in_limited_child
from autarky.sources import embedded_names, read_table
from autarky.sources.csv_folder import write_csv_folder
from autarky.workbench.changes import WHOLE, Change, value_at, with_changes
from autarky.workbench.doctoring import about, effect
from autarky.workbench.workspace import NotThere, Workspace, new_id, write_whole

SECONDS = 30.0
"""Longest that reading an upload may take."""
MEMORY = 2 * 2**30
"""Most memory, bytes, that reading an upload may take."""
MAX_CHANGES = 1_000
"""Most changes by hand to one table: beyond these it is another table."""
LONGEST = 500
"""Longest reason, characters."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,98}\.csv(\.gz)?")
_ABOUT, _READ, _TABLE = "table.json", "read", "table"
_CHANGES = "changes/by-hand.json"
# Two browsers are two threads of one process: a change reads, decides and writes without another between.
_CHANGING = threading.Lock()


@dataclass(frozen=True)
class Accepted:
    """A check that the table fails and that is accepted all the same."""

    reason: str
    when: str


@dataclass(frozen=True)
class StoredTable:
    """A table that a study of the workspace can run on: an uploaded one, or one that comes with autarky."""

    id: str
    name: str
    """As the file was called; shown, and never part of a path."""
    folder: Path | None = None
    """Where its CSV folder lies; None for an embedded table."""
    format: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    uploaded: str = ""
    sha256: str = ""
    about: str = ""
    """What the table is, in a line."""
    changes: tuple[Change, ...] = ()
    """By hand, the first first; those undone too."""
    accepted: Mapping[str, Accepted] = field(default_factory=dict)
    """Check that fails → why it is accepted."""
    effect: tuple[str, ...] = ()
    """What the last change by hand did to the checks."""
    revision: str = ""
    """Digest of changes and acceptances: another one, once anything was changed."""

    @property
    def reference(self) -> dict[str, Any]:
        """What a study of the workspace writes under ``economy:`` to run on it."""
        if self.folder is None:
            return {"embedded": self.id}
        reference: dict[str, Any] = {"path": f"../../tables/{self.id}/{_TABLE}", "format": "csv_folder"}
        if self.accepted:
            reference["accept"] = {check: accepted.reason for check, accepted in self.accepted.items()}
        return reference

    def read(self) -> Economy:
        """The table, with what was changed by hand."""
        return find_table(self.id if self.folder is None else self.folder)


class Tables:
    """The uploaded tables of a workspace, and those that come with autarky."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def all(self) -> list[StoredTable]:
        """The uploaded tables, the newest first."""
        kept = self.workspace.hidden / "tables"
        return [
            self.table(name) for name in self.workspace.names("tables") if (kept / name / _ABOUT).is_file()
        ]

    def table(self, name: str) -> StoredTable:
        """A table by its id; an embedded one by its name.

        Raises
        ------
        NotThere
            If there is none.
        """
        if name in embedded_names():
            return StoredTable(name, name)
        folder = self.workspace.kept("tables", name)
        if not (folder / _ABOUT).is_file():  # an upload that was interrupted
            raise NotThere(f"no table {name!r}")
        about = json.loads((folder / _ABOUT).read_bytes())
        with _CHANGING:
            _settle(folder)
            by_hand = (folder / _TABLE / _CHANGES).read_bytes()
        kept = json.loads(by_hand)
        return StoredTable(
            id=name,
            folder=folder / _TABLE,
            changes=tuple(Change(**change) for change in kept["changes"]),
            accepted={check: Accepted(**why) for check, why in kept["accepted"].items()},
            effect=tuple(kept["effect"]),
            revision=hashlib.sha256(by_hand).hexdigest()[:16],
            **about,
        )

    def upload(
        self, name: str, content: bytes, format: str | None = None, options: Mapping[str, Any] | None = None
    ) -> str:
        """Takes in a table: a ZIP of a folder of CSV files, a workbook, or one file. Its id.

        Parameters
        ----------
        name
            As the file was called.
        content
            Its bytes.
        format
            One of ``sources.FORMATS``; recognised from the content if left out.
        options
            What the format's reader takes, for instance ``{"year": "2014"}``.

        Raises
        ------
        InputError
            If it cannot be read as a table within ``SECONDS`` and ``MEMORY``.
        """
        shown = _one_line(name)[:200] or "a file without a name"
        if not content:
            raise SourceError(Problem(shown, "is empty (0 bytes)", "give a file that holds a table"))
        kind = _kind(content)
        if kind in (".zip", ".xlsx"):
            check_archive(content, shown)
            _refuse_macros(content, shown)
        folder = self.workspace.new("tables")
        try:
            economy = _taken_in(folder, kind, content, shown, format, options or {})
            write_csv_folder(economy, folder / _READ)
            write_csv_folder(economy, folder / _TABLE, {_CHANGES: _by_hand((), {}, ())})
            told = {
                "name": shown,
                "format": format or "",
                "options": dict(options or {}),
                "uploaded": _now(),
                "sha256": hashlib.sha256(content).hexdigest(),
                "about": about(economy),
            }
            write_whole(folder / _ABOUT, _json(told))
        except InputError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise _named(error, folder, shown) from None
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder.name

    def correct(
        self,
        name: str,
        revision: str,
        *,
        block: str,
        row: str,
        column: str,
        was: float,
        now: float,
        reason: str,
    ) -> StoredTable:
        """Writes another value into a cell; the old one, the time and the reason are kept.

        Parameters
        ----------
        revision
            Of the table as the user saw it.
        was
            What the user saw in the cell.

        Raises
        ------
        InputError
            If the table was changed meanwhile, there is no such cell, or the reason is missing.
        """
        economy = self._of(name).read()
        here = value_at(economy, block, row, column)
        place = f"row {row}, column {column}"
        if not math.isfinite(now):
            raise SourceError(Problem(place, f"{now} is no number that a cell can hold", "write a number"))
        change = Change(new_id(), _now(), _reason(reason), block, row, column, here, now)
        meanwhile = f"{place} is now {here:.12g}; you saw {was:.12g} and wanted {now:.12g}"
        if here != was:
            raise _changed(meanwhile)
        if here == now:
            raise SourceError(Problem(place, f"is {now:.12g} already", "write the value that it should be"))
        return self._write(name, revision, lambda changes: (*changes, change), meanwhile)

    def take_out(self, name: str, revision: str, *, block: str, label: str, reason: str) -> StoredTable:
        """Takes out what is a total of others: an industry (``block`` Z), final user (Y) or component of
        value added (value_added).

        Raises
        ------
        InputError
            If the table was changed meanwhile, there is none of that label, or the reason is missing.
        """
        if block not in WHOLE:
            raise SourceError(
                Problem("block", f"nothing of {block!r} can be taken out", "upload a file without it")
            )
        change = Change(new_id(), _now(), _reason(reason), block, "", label)
        meanwhile = f"you wanted to take out {label}"
        return self._write(name, revision, lambda changes: (*changes, change), meanwhile)

    def undo(self, name: str, revision: str, change: str) -> StoredTable:
        """Takes a change back; that it was made, and taken back, is kept.

        Raises
        ------
        InputError
            If the table was changed meanwhile.
        NotThere
            If no change that stands has this id.
        """
        found = next((one for one in self._of(name).changes if one.id == change and not one.undone), None)
        if found is None:
            raise NotThere(f"no change {change!r}")
        undone = replace(found, undone=_now())
        return self._write(
            name,
            revision,
            lambda changes: tuple(undone if one.id == change else one for one in changes),
            f"you wanted to undo: {found.told()}",
        )

    def accept(self, name: str, revision: str, check: str, reason: str) -> StoredTable:
        """Accepts a check that the table fails, for every study begun with it; no reason takes it back.

        Raises
        ------
        InputError
            If the table was changed meanwhile.
        """
        table, known = self._of(name), [one for one, _ in checks.CHECKS]
        if check not in known:
            raise SourceError(Problem("check", f"unknown check {check!r}", did_you_mean(check, known)))
        accepted = {one: why for one, why in table.accepted.items() if one != check}
        if reason.strip():
            accepted[check] = Accepted(_reason(reason), _now())
        folder = self.workspace.kept("tables", name)
        with _CHANGING:
            _refuse_stale(folder, revision, f"you wanted to accept the check {check!r}")
            write_whole(folder / _TABLE / _CHANGES, _by_hand(table.changes, accepted, table.effect))
        return self.table(name)

    def _of(self, name: str) -> StoredTable:
        table = self.table(name)
        if table.folder is None:
            remedy = "upload a table of your own"
            raise SourceError(Problem(name, "comes with autarky and is not changed here", remedy))
        return table

    def _write(self, name: str, revision: str, change: Any, meanwhile: str) -> StoredTable:
        """The table as read, with the changes as they are now, in the place of the one before."""
        table = self._of(name)
        folder = self.workspace.kept("tables", name)
        changes = change(table.changes)
        if len(changes) > MAX_CHANGES:
            what = f"{MAX_CHANGES:,} changes by hand are the most"
            raise SourceError(Problem(table.name, what, "change the file, and upload it again"))
        with _CHANGING:
            _refuse_stale(folder, revision, meanwhile)
            following = folder / "table.next"
            shutil.rmtree(following, ignore_errors=True)
            economy = with_changes(find_table(folder / _READ), changes)
            told = effect(checks.check(table.read()), checks.check(economy))
            write_csv_folder(economy, following, {_CHANGES: _by_hand(changes, table.accepted, told)})
            _settle(folder)
        return self.table(name)


def _taken_in(
    folder: Path, kind: str, content: bytes, shown: str, format: str | None, options: Mapping[str, Any]
) -> Economy:
    """Keeps what was uploaded as it came, and reads it within limits."""
    original = folder / "original" / f"table{kind}"
    original.parent.mkdir()
    write_whole(original, content)
    if kind == ".xlsx":  # read by a child of its reader's own
        return read_table(original, format or None, **options)
    path, unpacked = original, folder / "unpacked"
    if kind == ".zip":
        path = unpacked
        _unpack(original, unpacked)
    economy = in_limited_child(
        read_table, path, format or None, seconds=SECONDS, memory=MEMORY, place=shown, **options
    )
    shutil.rmtree(unpacked, ignore_errors=True)
    return economy


def _settle(folder: Path) -> None:
    """Puts the next table, which is whole if it is there, in the place of the one before; also after a crash
    in the middle of just that."""
    table, following, before = folder / _TABLE, folder / "table.next", folder / "table.was"
    if not following.is_dir():
        return
    if table.is_dir():
        shutil.rmtree(before, ignore_errors=True)
        table.rename(before)
    following.rename(table)
    shutil.rmtree(before, ignore_errors=True)


def _unpack(archive: Path, folder: Path) -> None:
    """The CSV files of the one folder of a ZIP that holds a table, under their plain names."""
    folder.mkdir()
    with zipfile.ZipFile(archive) as opened:
        members: dict[PurePosixPath, list[zipfile.ZipInfo]] = {}
        for member in opened.infolist():
            path = PurePosixPath(member.filename)
            if (
                not member.is_dir()
                and re.search(r"\.csv(\.gz)?$", path.name)
                and "__MACOSX" not in path.parts
            ):
                members.setdefault(path.parent, []).append(member)
        if len(members) > 1:
            members = {
                parent: inside
                for parent, inside in members.items()
                if {PurePosixPath(one.filename).name for one in inside} & {"economy.csv", "economy.csv.gz"}
            }
        if len(members) != 1:
            what = f"holds {len(members) or 'no'} folder{'s' if members else ''} of a table in CSV files"
            remedy = "pack the files of one table, as docs/formats/csv-folder.md describes"
            raise SourceError(Problem(str(archive), what, remedy))
        (inside,) = members.values()
        for member in inside:
            name = PurePosixPath(member.filename).name
            if not _PLAIN.fullmatch(name):
                what = f"holds a file called {name[:80]!r}"
                raise SourceError(Problem(str(archive), what, "use letters, digits, '_', '-' and '.'"))
            if (folder / name).exists():
                raise SourceError(Problem(str(archive), f"holds {name!r} twice", "keep one of the two"))
            with opened.open(member) as stream, (folder / name).open("xb") as file:
                shutil.copyfileobj(stream, file)


def _kind(content: bytes) -> str:
    """How the bytes are packed, as the suffix that the readers know."""
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return ".xlsx" if "[Content_Types].xml" in archive.namelist() else ".zip"
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            return ".zip"
    return ".csv.gz" if content.startswith(b"\x1f\x8b") else ".csv"


def _refuse_macros(content: bytes, shown: str) -> None:
    """Macros would never run here; but whoever opened the kept original in a spreadsheet would have them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()):
            raise SourceError(Problem(shown, "holds macros", "save it as a workbook without macros (.xlsx)"))


def _named(error: InputError, folder: Path, shown: str) -> InputError:
    """The same problems, without the folders of this machine: the upload by the name it was given."""

    def told(text: str) -> str:
        text = re.sub(
            re.escape(f"{folder}/original/table") + r"(\.csv\.gz|\.csv|\.zip|\.xlsx)", lambda _: shown, text
        )
        return text.replace(f"{folder}/unpacked/", "").replace(f"{folder}/unpacked", shown)

    return type(error)([Problem(told(one.place), told(one.what), told(one.remedy)) for one in error.problems])


def _refuse_stale(folder: Path, revision: str, meanwhile: str) -> None:
    now = hashlib.sha256((folder / _TABLE / _CHANGES).read_bytes()).hexdigest()[:16]
    if now != revision:
        raise _changed(meanwhile)


def _changed(meanwhile: str) -> InputError:
    what = f"was changed since you opened it; {meanwhile}"
    return InputError(Problem("the table", what, "open it again, and do it again if it is still needed"))


def _reason(text: str) -> str:
    reason = _one_line(text)
    if not reason or len(reason) > LONGEST:
        what = "is missing" if not reason else f"has more than {LONGEST} characters"
        raise SourceError(Problem("reason", what, "say in a sentence where the right value comes from"))
    return reason


def _one_line(text: str) -> str:
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _by_hand(changes: tuple[Change, ...], accepted: Mapping[str, Accepted], effect: tuple[str, ...]) -> bytes:
    return _json(
        {
            "changes": [asdict(change) for change in changes],
            "accepted": {check: asdict(why) for check, why in accepted.items()},
            "effect": effect,
        }
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
