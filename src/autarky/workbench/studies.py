"""Studies: the study files edited in the workbench; every text that was ever saved is kept."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autarky import sources
from autarky.document.tree import MAX_BYTES, parse
from autarky.errors import InputError, Problem, ScenarioError, did_you_mean
from autarky.study_file import Study
from autarky.study_file.reading import STUDY
from autarky.uncertainty.distributions import Choice, TableDraws
from autarky.workbench.workspace import ID, NotThere, Workspace, new_id, write_whole

KIND = "studies"
FILE = "study.yaml"
TABLES = ("..", "..", "tables")
"""How a study names a table of its workspace: from here on, an id and what lies under it."""


@dataclass(frozen=True)
class Kept:
    """A study as it was saved last."""

    id: str
    content: bytes
    digest: str
    """SHA-256 of the content: who saves says which text was changed."""
    title: str
    saved: datetime


class Changed(InputError):  # noqa: N818 (it is what happened to the study)
    """Somebody else has saved in between; ``kept`` is what they wrote. Nothing was overwritten."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        what = f"was saved by somebody else at {kept.saved:%H:%M:%S} UTC, after you had opened it"
        super().__init__(
            Problem("the study", what, "compare the two texts, and save the one that is to stay")
        )


class Studies:
    """The studies of a workspace, each in a folder of its own with all its earlier texts."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def create(self, content: bytes) -> str:
        """Keeps a new study and returns its id. It may be a draft that is not right yet.

        Raises
        ------
        ScenarioError
            If it is empty, not text, or larger than 1 MiB.
        """
        _refuse_no_text(content)
        folder = self.workspace.new(KIND)
        _write(folder, content)
        return folder.name

    def read(self, name: str) -> Kept:
        """A study by its id.

        Raises
        ------
        NotThere
            If there is none.
        """
        path = self.path(name)
        if not path.is_file():
            raise NotThere(f"no study {name!r}")
        content = path.read_bytes()
        saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Kept(name, content, digest_of(content), title_of(content), saved)

    def path(self, name: str) -> Path:
        """Where the file of a study lies: paths in it count from its folder.

        Raises
        ------
        NotThere
            If there is none.
        """
        return self.workspace.kept(KIND, name) / FILE

    def save(self, name: str, content: bytes, was: str) -> Kept:
        """Puts a text in the place of the one whose digest is ``was``, which stays among the earlier ones.

        Raises
        ------
        NotThere
            If there is no such study.
        Changed
            If another text stands there by now; the one given is then nowhere kept, but in the error's page.
        ScenarioError
            If it is empty, not text, or larger than 1 MiB.
        """
        _refuse_no_text(content)
        with _SAVING:
            there = self.read(name)
            if there.digest != was and there.content != content:
                raise Changed(there)
            if there.content != content:
                _write(self.path(name).parent, content)
        return self.read(name)

    def all(self) -> list[Kept]:
        """Every study, the one saved last first."""
        found = []
        for name in self.workspace.names(KIND):
            try:
                found.append(self.read(name))
            except (NotThere, OSError):
                continue  # it was being made when the workbench was stopped
        return sorted(found, key=lambda kept: kept.saved, reverse=True)

    def earlier(self, name: str) -> list[bytes]:
        """Every text that was ever saved, the newest first.

        Raises
        ------
        NotThere
            If there is no such study.
        """
        folder = self.path(name).parent / "saved"
        kept = sorted((path for path in folder.glob("*.yaml") if ID.fullmatch(path.stem)), reverse=True)
        return [path.read_bytes() for path in kept]


_SAVING = threading.Lock()


def digest_of(content: bytes) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def title_of(content: bytes) -> str:
    """The title that a study gives itself; a draft that has none yet is called so."""
    found = re.search(rb"^title:.*(?:\n[ \t]+\S.*)*", content, re.MULTILINE)
    if found is not None:
        try:
            title = parse(found[0], Path(FILE), STUDY).child("title")
        except InputError:
            title = None
        if title is not None and title.text.strip():
            return " ".join(title.text.split())[:200]
    return "a study without a title"


def refuse_outside(study: Study, workspace: Workspace) -> None:
    """A study may have come from somebody else: it reads no file but tables of this workspace.

    Raises
    ------
    ScenarioError
        With a problem for each table it names that is neither embedded nor one of the workspace.
    """
    found = [
        Problem(study.locate(place), *wrong)
        for place, name in _tables_named(study)
        if (wrong := _outside(name, workspace)) is not None
    ]
    if found:
        raise ScenarioError(found)


def _tables_named(study: Study) -> Iterator[tuple[str, str]]:
    """(place, path) of every table or list on disk that a study names."""
    embedded = sources.embedded_names()
    if (firms := study.firms) is not None:
        counted = firms.split.business_demography if firms.split is not None else None
        for place, named in (
            ("files", firms.files),
            ("split.business_demography", counted),
            ("jobs", firms.jobs),
        ):
            if named is not None:
                yield f"firms.{place}.path", named.path
    if study.economy is not None and study.economy.path is not None:
        yield "economy.path", study.economy.path
    for k, parameter in enumerate(study.uncertainty.parameters if study.uncertainty is not None else ()):
        place, spread = f"uncertainty.parameters[{k}].distribution", parameter.distribution
        if isinstance(spread, TableDraws):
            if spread.table not in embedded:
                yield f"{place}.table", spread.table
        elif parameter.tables and isinstance(spread, Choice):
            for position, option in enumerate(spread.of):
                # NAME#7 is a table drawn beside NAME.
                name = re.sub(r"#\d{1,9}\Z", "", str(option.value))
                if name not in embedded:
                    yield f"{place}.of[{position}].value", name


def _outside(name: str, workspace: Workspace) -> tuple[str, str] | None:
    """What is wrong with a path, and what to do; None: it is a table of the workspace."""
    remedy = "name an embedded table, or add the file under Tables and take the path it is given there"
    steps = PurePosixPath(name).parts
    is_plain = "/".join(steps) == name.rstrip("/") and "\\" not in name and name.isprintable()
    if not is_plain or steps[:3] != TABLES or len(steps) < 4 or ".." in steps[3:]:
        return f"the table {name!r} is neither embedded nor one of this workspace", remedy
    try:
        home = workspace.kept("tables", steps[3])
    except NotThere:
        known = tuple("/".join((*TABLES, one)) for one in workspace.names("tables"))
        return f"no table of this workspace is called {steps[3]!r}", (
            did_you_mean(name, known) if known else remedy
        )
    path = home.joinpath(*steps[4:])
    if not path.resolve().is_relative_to(home.resolve()):
        return f"the table {name!r} leads out of this workspace", remedy
    return None


def _write(folder: Path, content: bytes) -> None:
    """First among what was ever saved: should two save at once from two workbenches, both texts are there."""
    beside = folder / "saved"
    beside.mkdir(exist_ok=True)
    write_whole(beside / f"{new_id()}.yaml", content)
    write_whole(folder / FILE, content)


def _refuse_no_text(content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise ScenarioError(Problem("the study", "is larger than 1 MiB", STUDY.large))
    if not content.strip():
        raise ScenarioError(Problem("the study", "is empty", "write a text, or begin from an example"))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise ScenarioError(Problem("the study", what, "save the file as UTF-8")) from None
