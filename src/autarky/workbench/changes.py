"""Changes by hand: a cell corrected, a total taken out; made to a table as it was read, told in its notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autarky.economy import Economy, Industries
from autarky.errors import EconomyError, Problem, did_you_mean
from autarky.sources.csv_folder import final_user_labels

BLOCKS = {
    "Z": "intermediate use",
    "Y": "final demand",
    "value_added": "value added",
    "imports_intermediate": "imports for industries",
    "imports_final": "imports for final users",
    "adjustments": "adjustments",
    "reported_output": "printed output",
}
"""The blocks of a table whose cells can be corrected, each with its name in words."""
WHOLE = {"Z": "industry", "Y": "final user", "value_added": "component of value added"}
"""What can be taken out whole where it is a total of others: block whose finding says so → what it is."""


@dataclass(frozen=True)
class Change:
    """One thing changed by hand; without a ``row``, all of ``column`` (an industry, user or component) is
    taken out."""

    id: str
    when: str
    """Date and time (UTC), ISO 8601."""
    reason: str
    block: str
    row: str
    column: str
    was: float | None = None
    now: float | None = None
    undone: str = ""
    """When it was taken back; empty while it stands."""

    def told(self, unit: str = "") -> str:
        """The change in words: what was what before, what it is now, and why."""
        if not self.row:
            return f"{WHOLE[self.block]} {self.column} taken out, because: {self.reason}"
        assert self.was is not None and self.now is not None
        where = f"{BLOCKS[self.block]}, row {self.row}, column {self.column}"
        return f"{where}: {self.was:.12g} became {self.now:.12g} {unit}, because: {self.reason}"


def labels_of(economy: Economy, block: str) -> tuple[Sequence[str], Sequence[str]]:
    """Labels of a block's rows and columns, as its CSV file has them.

    Raises
    ------
    EconomyError
        If there is no such block.
    """
    industries = economy.industries.labels
    users = final_user_labels(economy.final_users, economy.industries.regions)
    gates = [f"{gate.partner}.{gate.product}" for gate in economy.gates]
    known = {
        "Z": (industries, industries),
        "Y": (industries, users),
        "value_added": (economy.value_added_names, industries),
        "imports_intermediate": (gates, industries),
        "imports_final": (gates, users),
        "adjustments": (economy.adjustment_names, industries),
        "reported_output": (industries if economy.reported_output is not None else (), ("output",)),
    }
    if block not in known:
        raise EconomyError(Problem("block", f"unknown block {block!r}", did_you_mean(block, list(known))))
    return known[block]


def value_at(economy: Economy, block: str, row: str, column: str) -> float:
    """What stands in a cell, currency / year.

    Raises
    ------
    EconomyError
        If there is no such block, row or column.
    """
    return float(_two_dimensional(economy, block)[_index(economy, block, row, column)])


def with_changes(economy: Economy, changes: Iterable[Change]) -> Economy:
    """The table with every change that stands made to it, in order, each told in a note.

    Raises
    ------
    EconomyError
        If a change names what is not there.
    """
    standing = [change for change in changes if not change.undone]
    for change in standing:
        economy = _with_cell(economy, change) if change.row else _without(economy, change)
    if not standing:
        return economy
    cells = len({(change.block, change.row, change.column) for change in standing if change.row})
    taken = sum(not change.row for change in standing)
    notes = [f"Changed by hand: {_counted(cells, 'cell')}" + (f", {taken} taken out whole" if taken else "")]
    notes += [f"Changed by hand: {change.told(economy.unit)}" for change in standing]
    provenance = replace(economy.provenance, notes=(*economy.provenance.notes, *notes))
    return replace(economy, provenance=provenance)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _with_cell(economy: Economy, change: Change) -> Economy:
    cells = np.array(_two_dimensional(economy, change.block))
    cells[_index(economy, change.block, change.row, change.column)] = change.now
    return _replaced(economy, {change.block: cells[:, 0] if change.block == "reported_output" else cells})


def _without(economy: Economy, change: Change) -> Economy:
    """The table without an industry, final user or component; imports that the industry made stay gates."""
    if change.block == "Z" and economy.is_multi_regional:
        what = "an industry of one region cannot be taken out of a table of several"
        raise EconomyError(Problem(change.column, what, "upload a file without it"))
    names = {
        "Z": economy.industries.labels,
        "Y": labels_of(economy, "Y")[1],
        "value_added": economy.value_added_names,
    }.get(change.block, ())
    if change.column not in names:
        what = f"{change.column!r} is no {WHOLE.get(change.block, 'part of the table')}"
        raise EconomyError(Problem("taken out", what, did_you_mean(change.column, list(names))))
    i = list(names).index(change.column)
    if change.block == "Y":
        return _replaced(
            economy,
            {
                "final_users": _but(economy.final_users, i),
                "Y": np.delete(economy.Y, i, axis=1),
                "imports_final": np.delete(economy.imports_final, i, axis=1),
            },
        )
    if change.block == "value_added":
        return _replaced(
            economy,
            {
                "value_added_names": _but(economy.value_added_names, i),
                "value_added": np.delete(economy.value_added, i, axis=0),
            },
        )
    regions, sectors = economy.industries.regions, economy.industries.sectors
    output = economy.reported_output
    return _replaced(
        economy,
        {
            "industries": Industries(regions, _but(sectors, i)),
            "sector_names": _but(economy.sector_names, i),
            "Z": np.delete(np.delete(economy.Z, i, axis=0), i, axis=1),
            "Y": np.delete(economy.Y, i, axis=0),
            "value_added": np.delete(economy.value_added, i, axis=1),
            "imports_intermediate": np.delete(economy.imports_intermediate, i, axis=1),
            "adjustments": np.delete(economy.adjustments, i, axis=1),
            "reported_output": None if output is None else np.delete(output, i),
        },
    )


def _replaced(economy: Economy, parts: dict[str, Any]) -> Economy:
    return replace(economy, **parts)


def _but(labels: tuple[Any, ...], i: int) -> tuple[Any, ...]:
    return labels[:i] + labels[i + 1 :]


def _two_dimensional(economy: Economy, block: str) -> Any:
    labels_of(economy, block)
    cells = getattr(economy, block)
    return cells if cells is None or cells.ndim == 2 else cells[:, None]


def _index(economy: Economy, block: str, row: str, column: str) -> tuple[int, int]:
    rows, columns = labels_of(economy, block)
    problems = [
        Problem(f"{BLOCKS[block]}, {what}", f"there is no {what} {label!r}", did_you_mean(label, list(known)))
        for what, label, known in (("row", row, rows), ("column", column, columns))
        if label not in known
    ]
    if problems:
        raise EconomyError(problems)
    return list(rows).index(row), list(columns).index(column)
