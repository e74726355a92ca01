"""Comparison folders: what laying runs side by side leaves on disk, and reading it again.

``runs/<id>/{manifest.json, study.yaml, comparison.json, report.html, run.log.jsonl}``; of runs that were on
disk already, ``study-1.yaml``, ``study-2.yaml`` … Manifest and log alone hold clock times.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from autarky.explanation.answer import json_ready
from autarky.explanation.comparison import Comparison, Range
from autarky.explanation.comparison_text import sentences, text
from autarky.explanation.stored import restored
from autarky.report.comparison import render_comparison
from autarky.run_folder.folder import (
    LOG,
    REPORT,
    Kept,
    find_folder,
    json_bytes,
    log_lines,
    read_manifest,
    save_folder,
)
from autarky.run_folder.plan_tables import Cell

FORMAT = "autarky comparison 1"
COMPARISON = "comparison.json"


@dataclass(frozen=True)
class ComparisonRun(Kept):
    """A comparison on disk."""

    @cached_property
    def found(self) -> Comparison:
        """The runs side by side.

        Raises
        ------
        SourceError
            If ``comparison.json`` is not what was written.
        """
        content = self.as_written(COMPARISON, "comparing", "compare again")
        return restored(Comparison, json.loads(content))

    def page(self) -> str:
        """The page, drawn from what is stored."""
        return page_of(self.found, self.manifest["inputs"])

    def text(self) -> str:
        """What is printed."""
        return f"{text(self.found)}\nreport  {self.report}"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: where the comparison lies, and all of it."""
        return {
            "run": self.id,
            "path": str(self.path),
            "report": str(self.report),
            "sentences": list(sentences(self.found)),
            "comparison": json_ready(self.found, infinity=True),
        }


def save_comparison(
    runs: Path,
    *,
    found: Comparison,
    studies: Mapping[str, bytes],
    inputs: Mapping[str, Any],
    versions: Mapping[str, str],
    log: Sequence[Mapping[str, Any]],
    seconds: float,
) -> ComparisonRun:
    """Writes a comparison folder into ``runs`` and returns it; on any error nothing is left.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    contents = {
        **studies,
        COMPARISON: json_bytes(json_ready(found, infinity=True)),
        REPORT: page_of(found, inputs).encode(),
        LOG: log_lines(log),
    }
    told = {
        "title": found.title,
        "headline": sentences(found)[0],
        "ended": {"outcome": "COMPARED", "meaning": f"{len(found.columns)} runs side by side"},
        "inputs": dict(inputs),
        "versions": dict(versions),
    }
    title = f"compare {found.title}"
    return ComparisonRun(*save_folder(runs, title, FORMAT, COMPARISON, contents, told, seconds))


def page_of(found: Comparison, inputs: Mapping[str, Any]) -> str:
    """The page of a comparison; ``inputs`` as in the manifest."""
    return render_comparison(found, command=inputs["command"], digests=inputs["digests"])


def read_comparison(run: str | Path, runs: str | Path = "runs") -> ComparisonRun:
    """The comparison in a folder, given by its path or by its id in ``runs``.

    Raises
    ------
    SourceError
        If the folder is not a comparison that autarky wrote.
    """
    path = find_folder(run, runs)
    return ComparisonRun(path, read_manifest(path, FORMAT))


def comparison_tables(found: Comparison) -> Iterator[tuple[str, Iterator[list[Cell]]]]:
    """(name, rows): values, differences and conclusions, a column for each run; with draws their ranges."""
    yield "runs", _columns(found)
    yield "values", _numbers(found, "values")
    yield "differences", _numbers(found, "differences")
    yield "conclusions", _conclusions(found)
    if found.draws:
        yield "ranges", _ranges(found)


_HEAD: tuple[Cell, ...] = ("section", "code", "name", "what", "unit")


def _columns(found: Comparison) -> Iterator[list[Cell]]:
    yield ["run", "economy", "start", "days", "day 0", "differs", "if", "note"]
    for one in found.columns:
        differs, conditions = "; ".join(one.differs), "; ".join(one.conditions)
        yield [one.name, one.economy, one.start, one.days, one.day_zero, differs, conditions, one.note]


def _numbers(found: Comparison, field: str) -> Iterator[list[Cell]]:
    yield [*_HEAD, *found.names]
    for row in found.rows:
        yield [row.section, row.subject, row.name, row.what, row.unit, *getattr(row, field)]


def _conclusions(found: Comparison) -> Iterator[list[Cell]]:
    yield ["question", "conclusion", "holds in", *found.names, "share of draws in which all agree"]
    for one in found.conclusions:
        yield [one.question, one.sentence, one.number, *one.answers, one.share]


def _ranges(found: Comparison) -> Iterator[list[Cell]]:
    yield [*_HEAD, "run", *(item.name.replace("_", " ") for item in fields(Range))]
    for row in found.rows:
        for name, one in zip(found.names, row.ranges, strict=True):
            numbers = [getattr(one, item.name) for item in fields(Range)]
            yield [row.section, row.subject, row.name, row.what, row.unit, name, *numbers]
