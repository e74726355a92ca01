"""Firm folders: what ranking the firms of a study leaves on disk, and reading it again.

``runs/<id>/{manifest.json, study.yaml, firms.json, ranking.csv, report.html, run.log.jsonl}``; the ranking
holds every node whose loss is known. Manifest and log alone hold clock times.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autarky.explanation.answer import json_ready
from autarky.explanation.firms import sentences, text
from autarky.explanation.stored import restored
from autarky.report.firms import render_firms
from autarky.results.firms import CutLoss, FirmDays, FirmResult, Ranking, Spread
from autarky.run_folder.csv_text import csv_bytes
from autarky.run_folder.folder import (
    LOG,
    REPORT,
    STUDY,
    Kept,
    find_folder,
    json_bytes,
    log_lines,
    read_manifest,
    save_folder,
)
from autarky.run_folder.plan_tables import Cell

FORMAT = "autarky firms 1"
FIRMS, RANKING = "firms.json", "ranking.csv"


@dataclass(frozen=True)
class FirmRun(Kept):
    """A firm result on disk."""

    @property
    def ranking(self) -> Path:
        """Every node whose loss is known, as CSV."""
        return self.path / RANKING

    @cached_property
    def found(self) -> FirmResult:
        """All that is told of the firms.

        Raises
        ------
        SourceError
            If ``firms.json`` is not what was written.
        """
        content = self.as_written(FIRMS, "ranking", "rank the firms again")
        return restored(FirmResult, json.loads(content))

    def page(self) -> str:
        """The page, drawn from what is stored."""
        return page_of(self.found, self.manifest["inputs"])

    def text(self) -> str:
        """What is printed."""
        places = f"report   {self.report}\nranking  {self.ranking}"
        return f"{text(self.found)}\n{places}\nnext     autarky export {self.path} --format xlsx"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: where the result lies, and all of it."""
        return {
            "run": self.id,
            "path": str(self.path),
            "report": str(self.report),
            "ranking": str(self.ranking),
            "sentences": [words for _, words in sentences(self.found)],
            "firms": json_ready(self.found),
        }


def save_firms(
    runs: Path,
    *,
    title: str,
    study: bytes,
    found: FirmResult,
    ranking: Iterable[Sequence[Cell]],
    inputs: Mapping[str, Any],
    versions: Mapping[str, str],
    log: Sequence[Mapping[str, Any]],
    seconds: float,
) -> FirmRun:
    """Writes a firm folder into ``runs`` and returns it; on any error or interruption nothing is left.

    Parameters
    ----------
    ranking
        Rows of ``ranking.csv``, its heading first: every node whose loss is known.
    inputs
        What went in; ``command`` and ``digests`` stand on the page.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    contents = {
        STUDY: study,
        FIRMS: json_bytes(json_ready(found)),
        RANKING: csv_bytes(ranking),
        REPORT: page_of(found, inputs).encode(),
        LOG: log_lines(log),
    }
    told = {
        "headline": sentences(found)[0][1],
        "ended": {"outcome": "RANKED", "meaning": "firms and suppliers abroad by what their failure costs"},
        "inputs": dict(inputs),
        "versions": dict(versions),
    }
    return FirmRun(*save_folder(runs, title, FORMAT, FIRMS, contents, told, seconds))


def page_of(found: FirmResult, inputs: Mapping[str, Any]) -> str:
    """The page of a firm result; ``inputs`` as in the manifest."""
    return render_firms(found, command=inputs["command"], digests=inputs["digests"])


def read_firms(run: str | Path, runs: str | Path = "runs") -> FirmRun:
    """The firm result in a folder, given by its path or by its id in ``runs``.

    Raises
    ------
    SourceError
        If the folder is not a firm result that autarky wrote.
    """
    path = find_folder(run, runs)
    return FirmRun(path, read_manifest(path, FORMAT))


def firm_tables(found: FirmResult) -> Iterator[tuple[str, Iterator[list[Cell]]]]:
    """(name, rows): what is told of nodes, of the curve, the cut, the weeks and the chains; with ranges."""
    yield "nodes", _nodes(found.ranking)
    yield "curve", _curve(found.ranking)
    if found.cut is not None:
        yield "cut", _cut(found.cut, found.ranking.weights)
        yield "sectors", _sectors(found.cut)
    if found.days is not None:
        yield "weeks", _weeks(found.days)
        if found.days.courses:
            yield "days", _days(found.days)
        yield "chains", _chains(found.days)
    yield "rules", _pairs(found)


def _heads(name: str) -> list[Cell]:
    return [name, f"{name} 5 %", f"{name} 95 %"]


def _cells(figure: Spread) -> list[Cell]:
    return [figure.middle, figure.low, figure.high]


def _nodes(ranking: Ranking) -> Iterator[list[Cell]]:
    yield [
        *("place", "name", "label", "sector", "region", "kind", "abroad", "rest of sector", "output share"),
        *(head for weight in ranking.weights for head in _heads(f"lost of {weight}")),
        *_heads("downstream"),
        *_heads("upstream"),
        "rounds",
    ]
    for node in ranking.first(len(ranking.nodes), len(ranking.foreign)):
        yield [
            node.place,
            node.name,
            node.label,
            node.sector,
            node.region,
            node.kind,
            int(node.is_foreign),
            int(node.is_rest),
            node.output_share,
            *(cell for loss in (*node.loss, node.downstream, node.upstream) for cell in _cells(loss)),
            node.iterations,
        ]


def _curve(ranking: Ranking) -> Iterator[list[Cell]]:
    yield ["nodes from the top", *_heads("share of all losses")]
    for nodes, share in ranking.curve:
        yield [nodes, *_cells(share)]


def _cut(cut: CutLoss, weights: Sequence[str]) -> Iterator[list[Cell]]:
    yield ["what", "of", *_heads("share")]
    yield ["direct", weights[0], *_cells(cut.direct)]
    for what, losses in (("by firms", cut.loss), ("by sectors", cut.by_sector)):
        for weight, loss in zip(weights, losses, strict=True):
            yield [what, weight, *_cells(loss)]
    yield ["downstream", weights[0], *_cells(cut.downstream)]
    yield ["upstream", weights[0], *_cells(cut.upstream)]
    yield ["aggregation error", weights[0], *_cells(cut.error)]


def _sectors(cut: CutLoss) -> Iterator[list[Cell]]:
    yield ["sector", "name", *_heads("by firms"), *_heads("as one firm")]
    for one in cut.sectors:
        yield [one.sector, one.name, *_cells(one.by_firms), *_cells(one.by_sector)]


def _weeks(days: FirmDays) -> Iterator[list[Cell]]:
    weeks = range(len(days.by_week[0]) if days.by_week else 0)
    yield ["sector", "name", "what", *(f"week {week + 1}" for week in weeks)]
    for what, rows in (
        ("output by firms", days.by_week),
        ("output as one firm", days.by_sector_model),
        ("firms below half", days.stopped_by_week),
    ):
        for code, name, row in zip(days.sectors, days.sector_names, rows, strict=True):
            yield [code, name, what, *row]


def _days(days: FirmDays) -> Iterator[list[Cell]]:
    yield ["day", *(course.label for course in days.courses)]
    for day in range(days.days):
        yield [day - days.first_shock, *(course.output[day] for course in days.courses)]


def _chains(days: FirmDays) -> Iterator[list[Cell]]:
    yield ["firm", "step", "label", "sector", "day", "date", "output", "bound by", "days of stock", "share"]
    for chain in days.chains:
        for k, step in enumerate(chain.steps, start=1):
            told = [step.label, step.sector, step.day, step.date, step.output, step.bound_by]
            yield [chain.label, k, *told, step.stock_days, step.share]


def _pairs(found: FirmResult) -> Iterator[list[Cell]]:
    yield ["rule", "value"]
    for name, value in found.rules:
        yield [name, value]
