"""Run folders: written beside, made durable, moved into place, then read-only. The folders are the truth.

``runs/<id>/{manifest.json, study.yaml, result.nc, report.html, run.log.jsonl}``. The manifest holds the
digests of everything read and written; it and the log hold the only clock times, so that ``result.nc`` and
``report.html`` are the same whenever a study runs.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autarky import explanation
from autarky.errors import InputError, Problem, SourceError, did_you_mean
from autarky.explanation.countdown import Countdown
from autarky.explanation.foreign_exchange import foreign_exchange
from autarky.explanation.groups import groups
from autarky.explanation.hours import hours
from autarky.explanation.lifelines import Lifelines
from autarky.explanation.stored import announced_of, countdown_of, lifelines_of
from autarky.report.card import card
from autarky.report.figures import Figure, figures_of
from autarky.results import SimulationResult
from autarky.results.netcdf import from_netcdf, to_netcdf

FORMAT = "autarky run 1"
MANIFEST, STUDY, RESULT, REPORT, LOG = (
    "manifest.json",
    "study.yaml",
    "result.nc",
    "report.html",
    "run.log.jsonl",
)
RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}-[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a run folder is called: time (UTC), beginning of the result's digest, name of the study."""


@dataclass(frozen=True)
class Kept:
    """Something on disk: its folder and its manifest; what it came to is read when it is asked for."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Name of the folder."""
        return self.path.name

    @property
    def report(self) -> Path:
        """The one-page report."""
        return self.path / REPORT

    @property
    def study(self) -> bytes:
        """The study file as it was given."""
        return read_bytes(self.path / STUDY)

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Every picture of the page by its name; the last value of a notebook's cell is shown.

        Raises
        ------
        SourceError
            If ``report.html`` is not what was written.
        """
        return figures_of(self._page_as_written())

    def _repr_html_(self) -> str:
        return card(self._page_as_written(), self.figures.values(), str(self.report))

    def _page_as_written(self) -> str:
        remedy = "draw it again with: autarky report RUN"
        return self.as_written(REPORT, "it was written", remedy).decode()

    def as_written(self, name: str, when: str, remedy: str) -> bytes:
        """The bytes of one of its files.

        Raises
        ------
        SourceError
            If they are not what was written: it ``was changed after`` …
        """
        content = read_bytes(self.path / name)
        if sha256(content) != self.manifest["files"].get(name):
            raise SourceError(Problem(str(self.path / name), f"was changed after {when}", remedy))
        return content


@dataclass(frozen=True)
class Run(Kept):
    """A run on disk."""

    @property
    def numbers(self) -> Path:
        """The numbers, as netCDF."""
        return self.path / RESULT

    @cached_property
    def result(self) -> SimulationResult:
        """What happened, day by day.

        Raises
        ------
        SourceError
            If ``result.nc`` is not what the run wrote.
        """
        content = self.as_written(RESULT, "the run", "run the study again")
        return from_netcdf(content, str(self.numbers))

    @cached_property
    def answer(self) -> explanation.Answer:
        """What stops, when, why, and what it does to people."""
        return explanation.answer(self.result)

    @cached_property
    def lifelines(self) -> Lifelines | None:
        """Which imports to keep; None where it was not asked."""
        return lifelines_of(self.result.record)

    @cached_property
    def countdown(self) -> Countdown | None:
        """Days of stock by product; None where it was not asked."""
        return countdown_of(self.result.record)

    def text(self) -> str:
        """What is printed: the imports to keep and the stocks where they were asked for, else the answer."""
        if self.lifelines is None or self.countdown is None:
            said = [("ANNOUNCED", one.finding) for one in announced_of(self.result.record)]
            besides = (*self._lived(), *said)
            return self.answer.text(report=str(self.report), run=self.id, besides=besides)
        return "\n".join((self.lifelines.text(), self.countdown.text(), f"report  {self.report}"))

    def _lived(self) -> Iterator[tuple[str, str]]:
        """How groups fared, what hours went to and what imports could be paid: headings and sentences."""
        if (by_group := groups(self.result)) is not None:
            yield from (("BY GROUP", line) for line in by_group.lines() or (by_group.finding,))
        if (spent := hours(self.result)) is not None:
            yield "HOURS", spent.finding
        if (money := foreign_exchange(self.result)) is not None:
            yield "FOREIGN EXCHANGE", money.finding

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: where the run lies, how it ended, what it says."""
        return {
            "run": self.id,
            "path": str(self.path),
            "report": str(self.report),
            "outcome": self.result.outcome.name.lower(),
            "answer": self.answer.to_dict(),
            "chains": list(self.result.record.chains),
            "lifelines": self.lifelines.to_dict() if self.lifelines else None,
            "countdown": self.countdown.to_dict() if self.countdown else None,
            "announced": list(self.result.record.announced),
        }


def save_run(
    runs: Path,
    *,
    title: str,
    study: bytes,
    result: SimulationResult,
    report: str,
    inputs: Mapping[str, Any],
    log: Sequence[Mapping[str, Any]],
    seconds: float,
) -> Run:
    """Writes a run folder into ``runs`` and returns it; on any error or interruption nothing is left.

    Parameters
    ----------
    title : str
        What the folder is named after.
    study : bytes
        The study file as given.
    inputs : mapping
        What was read and from where, for the manifest (JSON-ready).
    log : sequence of mappings
        One event per line of ``run.log.jsonl``.
    seconds : float
        How long the run took.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    contents = {STUDY: study, RESULT: to_netcdf(result), REPORT: report.encode(), LOG: log_lines(log)}
    told = {
        "headline": explanation.answer(result).sentences[0],
        "ended": {"outcome": result.outcome.name, "meaning": result.outcome.value},
        "inputs": dict(inputs),
        "parameters": dict(result.record.parameters),
        "assumptions": list(result.record.assumptions),
        "seed": result.record.seed,
        "versions": dict(result.record.versions),
    }
    return Run(*save_folder(runs, title, FORMAT, RESULT, contents, told, seconds))


def save_folder(
    runs: Path,
    title: str,
    format: str,
    named_by: str,
    contents: Mapping[str, bytes],
    told: Mapping[str, Any],
    seconds: float,
) -> tuple[Path, Mapping[str, Any]]:
    """Writes a folder of files and the manifest about them into ``runs``, whole and read-only, or not at all.

    Parameters
    ----------
    named_by : str
        The file whose digest stands in the folder's name, after the time and before the title.
    told : mapping
        What the manifest says besides format, clock times, digests and platform (JSON-ready).

    Raises
    ------
    InputError
        If it cannot be written; nothing is left then.
    """
    created = datetime.datetime.now(datetime.UTC)
    digests = {name: sha256(content) for name, content in contents.items()}
    manifest = {
        "format": format,
        "created": created.isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        **told,
        "files": digests,
        "platform": this_platform(),
    }
    run_id = f"{created:%Y%m%dT%H%M%SZ}-{digests[named_by][:8]}-{slug(title)}"
    return write_folder(runs, run_id, {MANIFEST: json_bytes(manifest), **contents}), manifest


def write_folder(runs: Path, run_id: str, contents: Mapping[str, bytes]) -> Path:
    """A folder of files in ``runs``, whole and read-only, or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        return _write(runs, run_id, contents)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise InputError(Problem(str(runs), what, "choose another folder with --runs")) from error


def read_run(run: str | Path, runs: str | Path = "runs") -> Run:
    """The run in a folder, given by its path or by its id in ``runs``.

    Raises
    ------
    SourceError
        If the folder is not a run that autarky wrote.
    """
    path = find_folder(run, runs)
    return Run(path, read_manifest(path, FORMAT))


def find_folder(run: str | Path, runs: str | Path = "runs") -> Path:
    """Where a run lies that is given by its path or by its id in ``runs``.

    Raises
    ------
    SourceError
        If there is no manifest.
    """
    path = Path(run)
    if not path.exists() and RUN_ID.fullmatch(str(run)):
        path = Path(runs) / path
    if not (path / MANIFEST).is_file():
        raise SourceError(Problem(str(path), "is not a run folder", _nearest_run(path)))
    return path


def read_manifest(path: Path, format: str) -> Mapping[str, Any]:
    """The manifest in a folder.

    Raises
    ------
    SourceError
        If it is not a manifest of this format.
    """
    try:
        manifest = json.loads(read_bytes(path / MANIFEST))
    except ValueError:
        manifest = None
    if not (
        isinstance(manifest, dict)
        and manifest.get("format") == format
        and isinstance(manifest.get("files"), dict)
        and isinstance(manifest.get("inputs"), dict)
    ):
        what, remedy = f"is not an {format!r} manifest", "run the study again"
        other = manifest.get("format") if isinstance(manifest, dict) else None
        if isinstance(other, str) and other.startswith("autarky ") and other != format:
            what, remedy = f"{what} but an {other!r} one", "give another folder: autarky runs list names them"
        raise SourceError(Problem(str(path / MANIFEST), what, remedy))
    return manifest


def holds(run: str | Path, runs: str | Path, format: str) -> bool:
    """Whether a folder, given by its path or by its id in ``runs``, was written in a format."""
    try:
        manifest = json.loads(read_bytes(find_folder(run, runs) / MANIFEST))
    except (SourceError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == format


def changed_files(run: Run) -> list[str]:
    """Files of a run that are no longer what its manifest says they were."""
    digests = run.manifest["files"]
    return [
        name
        for name in (STUDY, RESULT, REPORT, LOG)
        if not (run.path / name).is_file() or sha256(read_bytes(run.path / name)) != digests.get(name)
    ]


def read_bytes(path: Path) -> bytes:
    """The bytes of a file of a run.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise SourceError(Problem(str(path), what, "check that it is there and its permissions")) from error


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def slug(title: str) -> str:
    """A title as part of a file name: ASCII letters, digits and single hyphens, at most 40."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "study"


def this_platform() -> dict[str, Any]:
    """What a run ran on, for its manifest."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }


def log_lines(log: Sequence[Mapping[str, Any]]) -> bytes:
    """One event per line, as JSON."""
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in log).encode()


def json_bytes(value: object) -> bytes:
    """A JSON document to be read by people too."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _nearest_run(path: Path) -> str:
    if not path.parent.is_dir():
        return "give the folder that 'autarky run' printed"
    known = sorted(entry.name for entry in path.parent.iterdir() if RUN_ID.fullmatch(entry.name))
    return did_you_mean(path.name, known) if known else "give the folder that 'autarky run' printed"


def _write(runs: Path, run_id: str, contents: Mapping[str, bytes]) -> Path:
    is_new = not runs.exists()
    runs.mkdir(parents=True, exist_ok=True)
    try:
        beside = Path(tempfile.mkdtemp(prefix=".writing-", dir=runs))
        try:
            for name, content in contents.items():
                with (beside / name).open("xb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                (beside / name).chmod(0o444)
            _sync_folder(beside)
            path = _move(beside, runs, run_id)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    except BaseException:
        if is_new and not any(runs.iterdir()):
            runs.rmdir()
        raise
    _sync_folder(runs)
    path.chmod(0o555)
    return path


def _move(beside: Path, runs: Path, run_id: str) -> Path:
    """Under its id, or id-2, id-3 … if the same study ran twice in one second."""
    for count in range(1, 1000):
        path = runs / (run_id if count == 1 else f"{run_id}-{count}")
        # rename() would put an empty folder in the place of another; a run is never empty, so it refuses.
        if not path.exists():
            try:
                beside.rename(path)
            except OSError:
                if path.exists():
                    continue
                raise
            return path
    raise OSError(f"{run_id} exists a thousand times")


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
