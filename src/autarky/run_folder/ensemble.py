"""Ensemble folders: what an ensemble leaves on disk once all of its draws are done, and reading it again.

``runs/<id>/{manifest.json, plan.json, study.yaml, ensemble.nc, report.html, run.log.jsonl}``, and ``blocks/``
if the draws were asked for. The id says what is run, not when: the same command finds the same folder. The
manifest is written last: a folder without one is an ensemble that is not done, and the command resumes it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autarky import explanation
from autarky.ensemble import BLOCKS, PLAN, write_atomically
from autarky.errors import InputError, Problem, SourceError
from autarky.results import EnsembleResult
from autarky.results.netcdf import ensemble_from_netcdf, to_netcdf
from autarky.run_folder.folder import (
    LOG,
    MANIFEST,
    REPORT,
    STUDY,
    Kept,
    json_bytes,
    log_lines,
    read_manifest,
    sha256,
    slug,
    this_platform,
)

FORMAT = "autarky ensemble 1"
NUMBERS = "ensemble.nc"
ENSEMBLE_ID = re.compile(r"ensemble-[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{10}")
"""What an ensemble folder is called: name of the study, beginning of the digest of all that decides it."""


@dataclass(frozen=True)
class EnsembleRun(Kept):
    """An ensemble on disk."""

    told: explanation.RangesAnswer | None = None
    """The answer, where it is at hand from the run itself."""

    @property
    def numbers(self) -> Path:
        """The numbers, as netCDF."""
        return self.path / NUMBERS

    @cached_property
    def result(self) -> EnsembleResult:
        """What the draws come to.

        Raises
        ------
        SourceError
            If ``ensemble.nc`` is not what was written.
        """
        remedy = "move the folder away, then run it again"
        content = self.as_written(NUMBERS, "the ensemble was done", remedy)
        return ensemble_from_netcdf(content, str(self.numbers))

    @cached_property
    def answer(self) -> explanation.RangesAnswer:
        """What stops, when, why, and what it does to people: in how many draws, from where to where."""
        return self.told or explanation.answer_of_draws(self.result)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: where the ensemble lies, how many draws, how many failed."""
        return {
            "run": self.id,
            "path": str(self.path),
            "report": str(self.report),
            **self.manifest["ended"],
            "answer": self.answer.to_dict(),
        }


def ensemble_id(title: str, facts: object) -> str:
    """The folder's name: from the study's title and everything that decides the ensemble (JSON-ready)."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return f"ensemble-{slug(title)}-{digest[:10]}"


def save_ensemble(
    folder: Path,
    *,
    study: bytes,
    result: EnsembleResult,
    answer: explanation.RangesAnswer,
    report: str,
    inputs: Mapping[str, Any],
    log: Sequence[Mapping[str, Any]],
    seconds: float,
    keep_draws: bool = False,
) -> EnsembleRun:
    """Completes the folder in which an ensemble ran; until the manifest is there, nothing of it counts.

    The blocks go, unless the draws are to be kept; then the manifest lists them. ``folder`` must be claimed.

    Raises
    ------
    InputError
        If the folder cannot be written; the same command then tries again.
    """
    try:
        contents = {
            STUDY: study,
            NUMBERS: to_netcdf(result),
            REPORT: report.encode(),
            LOG: log_lines(log),
        }
        for name, content in contents.items():
            write_atomically(folder / name, content)
        files = {name: sha256(content) for name, content in contents.items()}
        kept = sorted((folder / BLOCKS).glob("[0-9]*.nc")) if keep_draws else []
        for path in (folder / PLAN, *kept):
            files[str(path.relative_to(folder))] = sha256(path.read_bytes())
        run, failed = result.record.run, result.data["failed"].values != ""
        manifest = {
            "format": FORMAT,
            "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "seconds": round(seconds, 3),
            "headline": answer.sentences[0],
            "ended": {"draws": result.record.draws, "failed": int(failed.sum()), "kept": keep_draws},
            "inputs": dict(inputs),
            "files": files,
            "uncertainty": dict(result.record.uncertainty),
            "precision": result.record.precision,
            "parameters": dict(run.parameters),
            "assumptions": list(run.assumptions),
            "seed": result.record.uncertainty.get("seed"),
            "versions": dict(run.versions),
            "platform": this_platform(),
        }
        write_atomically(folder / MANIFEST, json_bytes(manifest))
        found = EnsembleRun(folder, manifest, answer)
        tidy(found)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise InputError(Problem(str(folder), what, "put that right; the same command resumes")) from error
    return found


def tidy(run: EnsembleRun) -> None:
    """Removes what the manifest does not list and makes the rest read-only; may be done again any time."""
    listed = {run.path / name for name in run.manifest["files"]} | {run.path / MANIFEST}
    folders = {path.parent for path in listed}
    if run.path / BLOCKS not in folders:
        shutil.rmtree(run.path / BLOCKS, ignore_errors=True)
    for place in folders:
        for path in place.iterdir():
            if path.is_file() and path not in listed:
                path.unlink()
            elif path.is_file():
                path.chmod(0o444)
    for place in folders:
        place.chmod(0o555)


def read_ensemble(run: str | Path, runs: str | Path = "runs") -> EnsembleRun:
    """The ensemble in a folder, given by its path or by its id in ``runs``.

    Raises
    ------
    SourceError
        If the folder is not one of an ensemble that is done.
    """
    path = Path(run)
    if not path.exists() and ENSEMBLE_ID.fullmatch(str(run)):
        path = Path(runs) / path
    if not (path / MANIFEST).is_file():
        what, remedy = "is not the folder of an ensemble", "give the one that 'autarky ensemble' printed"
        if (path / PLAN).is_file():
            what, remedy = "is an ensemble that is not done", "give its command again to resume it"
        raise SourceError(Problem(str(path), what, remedy))
    return EnsembleRun(path, read_manifest(path, FORMAT))


def is_ensemble(run: str | Path, runs: str | Path = "runs") -> bool:
    """Whether a folder, or an id in ``runs``, is that of an ensemble, done or not."""
    path = Path(run)
    if not path.exists() and ENSEMBLE_ID.fullmatch(str(run)):
        return True
    return (path / NUMBERS).is_file() or (path / PLAN).is_file()
