"""What the checks find in a table, cell by cell, and which cell alone would explain it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np

from autarky.audit import find_table
from autarky.checks import Finding, Status, check
from autarky.economy import Economy, Vector
from autarky.workbench.changes import BLOCKS, WHOLE, labels_of, value_at

SHOWN = 7
"""Cells of a sum that are shown one by one, the largest; the others are added up."""
AROUND = 2
"""Rows and columns shown on either side of a cell."""
FEW = 3
"""Cells that may be named as the one that is wrong; more would tell nothing."""
ALIKE = 1e-3
"""Two gaps are one fault seen twice if they differ by less than this share."""
LARGER = ("totals read as industries", "orientation")
"""Checks that fail where more than a cell is at fault."""
INPUTS = ("Z", "imports_intermediate")
COLUMN = ("Z", "imports_intermediate", "value_added", "adjustments")
"""Blocks that add up to an industry's output, down its column."""


@dataclass(frozen=True)
class Cell:
    """A number of a window; with a ``block`` it is a cell of the table, otherwise a sum."""

    value: float
    block: str = ""
    row: str = ""
    column: str = ""
    is_wrong: bool = False
    """Whether it is what the finding is about."""

    @property
    def text(self) -> str:
        """As people read it: thousands marked, four digits where it is small."""
        return figure(self.value)


@dataclass(frozen=True)
class Row:
    """A row of a window."""

    label: str
    cells: tuple[Cell, ...]
    is_sum: bool = False


@dataclass(frozen=True)
class Window:
    """A piece of a table around a finding, its numbers in ``unit``."""

    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Shown:
    """A finding and its cells."""

    finding: Finding
    window: Window | None
    total: tuple[str, str] = ("", "")
    """Block and label of what is a total of others and can be taken out whole."""


@dataclass(frozen=True)
class Checked:
    """A check, the worst that it found, and where."""

    name: str
    status: Status
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class Suspect:
    """A cell that alone would explain several findings."""

    cell: Cell
    expected: float
    settles: str

    @property
    def told(self) -> str:
        """The diagnosis as an if–then."""
        cell = self.cell
        return (
            f"If {BLOCKS[cell.block]}, row {cell.row}, column {cell.column} were {figure(self.expected)} "
            f"instead of {cell.text}, {self.settles} would balance."
        )


@dataclass(frozen=True)
class Examination:
    """A table as the doctor sees it."""

    about: str
    unit: str
    verdict: str
    passes: bool
    checks: tuple[Checked, ...]
    suspects: tuple[Suspect, ...]
    blocks: tuple[tuple[str, str], ...]
    """Blocks that have cells: name and words."""
    labels: tuple[str, ...]
    """Of every row and column, where there are few enough to choose from."""


def examine(economy: Economy) -> Examination:
    """Every check on a table, each finding with its cells."""
    findings = check(economy)
    checks = tuple(
        _checked(economy, name, tuple(found)) for name, found in groupby(findings, key=lambda one: one.check)
    )
    blocks = tuple((name, words) for name, words in BLOCKS.items() if all(labels_of(economy, name)))
    labels = dict.fromkeys(label for name, _ in blocks for side in labels_of(economy, name) for label in side)
    return Examination(
        about=about(economy),
        unit=economy.unit,
        verdict=verdict(checks),
        passes=all(one.status is not Status.FAIL for one in checks),
        checks=checks,
        suspects=suspects(economy, findings),
        blocks=blocks,
        labels=tuple(labels) if len(labels) <= 300 else (),
    )


def about(economy: Economy) -> str:
    """What the table is, in a line."""
    gates = f", {len(economy.gates)} import gates" if economy.gates else ""
    year = "" if str(economy.year) in economy.name else f" {economy.year}"
    return f"{economy.name}{year}: {len(economy.industries)} industries{gates}, {economy.unit}"


def examined(
    place: str, revision: str, asked: tuple[str, ...] | None = None
) -> tuple[Examination, Cell | None]:
    """A table on disk or embedded, as the doctor sees it, and one cell of it where one is asked for.

    Parameters
    ----------
    place
        Its folder, or its name.
    revision
        Another one once it was changed: what was examined last is kept.
    asked
        Block, row and column.

    Raises
    ------
    InputError
        If there is no such table or cell.
    """
    economy, seen = _last(place, revision)
    if asked is None:
        return seen, None
    block, row, column = asked
    return seen, Cell(value_at(economy, block, row, column), block, row, column)


@lru_cache(maxsize=4)
def _last(place: str, revision: str) -> tuple[Economy, Examination]:
    economy = find_table(place)
    return economy, examine(economy)


def verdict(checks: Sequence[Checked]) -> str:
    """One sentence on all checks."""
    failed = [one.name for one in checks if one.status is Status.FAIL]
    warned = [one.name for one in checks if one.status is Status.WARNING]
    also = f"; {len(warned)} only warn{'s' if len(warned) == 1 else ''}" if warned else ""
    if failed:
        return (
            f"This table fails {len(failed)} of {len(checks)} checks ({', '.join(failed)}){also}: no study "
            "runs on it until they are corrected, or accepted with a reason."
        )
    skipped = [one.name for one in checks if one.status is Status.SKIPPED]
    passed = f"{len(checks) - len(skipped)} of {len(checks)}" if skipped else f"all {len(checks)}"
    but = f" ({', '.join(skipped)}: it lacks the figures)" if skipped else ""
    return f"This table passes {passed} checks{but}{also}: a study can run on it."


def effect(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[str, ...]:
    """What a change did to the checks, a sentence for each that it did something to."""
    was, now = _by_check(before), _by_check(after)
    words = {
        Status.FAIL: ("fails", "failed"),
        Status.WARNING: ("warns", "warned"),
        Status.PASS: ("passes", "passed"),
        Status.SKIPPED: ("cannot be made", "could not be made"),
    }
    told = []
    for name, found in now.items():
        worst, worse = _worst(found), _worst(was.get(name, found))
        gap, gap_before = _largest(found), _largest(was.get(name, found))
        if worst is not worse:
            told.append(f"{name} now {words[worst][0]}; before, it {words[worse][1]}")
        elif worst is Status.FAIL and gap != gap_before:
            told.append(
                f"{name} still fails; its largest difference is {figure(gap)} instead of {figure(gap_before)}"
            )
    return tuple(told) or ("no check came out differently",)


def figure(value: float) -> str:
    """A number as people read it."""
    if float(value).is_integer() or abs(value) >= 1e6:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}"


def suspects(economy: Economy, findings: Iterable[Finding]) -> tuple[Suspect, ...]:
    """Cells that alone would explain a gap, where there are ``FEW`` at most for one; none where a whole
    row or block is at fault.

    A cell ``Z[i, j]`` that is too large by d makes row i sum to d too much, so column i has d too little
    beside it, and column j has d too much. One of final demand does that to row and column i alone, one of
    ``Z[i, i]`` or of the printed output to row i, one of imports or value added to column j.
    """
    found = [one for one in findings if one.status is Status.FAIL and one.difference is not None]
    if any(one.check in LARGER or (one.block and one.at == (None, None)) for one in found):
        return ()
    rows = {one.at[0]: one.difference or 0.0 for one in found if one.check == "row balance"}
    columns = {one.at[1]: one.difference or 0.0 for one in found if one.check == "column balance"}
    labels, printed = economy.industries.labels, economy.reported_output
    told: list[Suspect] = []
    rows_left, columns_left = dict(rows), dict(columns)
    for j, gap in columns.items():
        for i, other in columns.items():
            if i is None or j is None or i == j or not _alike(gap, -other):
                continue
            # Without printed output the columns cannot tell Z[i, j] too large from Z[j, i] too small.
            if printed is None or _alike(gap, rows.get(i, 0.0)):
                which = f"row {labels[i]} and the columns {labels[i]} and {labels[j]}"
                told += _instead(economy, [("Z", i, j)], gap, which)
                for left, k in ((rows_left, i), (columns_left, i), (columns_left, j)):
                    left.pop(k, None)
    for i, gap in rows_left.items():
        if i is None:
            continue
        if i not in columns_left:
            told += _instead(economy, [("Z", i, i)], gap, f"row {labels[i]}")
            told += _instead(economy, [("reported_output", i, 0)], -gap, f"row {labels[i]}")
        elif _alike(gap, -columns_left[i]):
            users = [("Y", i, k) for k in range(len(economy.final_users))]
            told += _instead(economy, users, gap, f"row {labels[i]} and column {labels[i]}")
            del columns_left[i]
    for j, gap in columns_left.items():
        if j is not None and j not in rows_left:
            inputs = [(block, k, j) for block in COLUMN[1:] for k in range(len(_block(economy, block)))]
            told += _instead(economy, inputs, gap, f"column {labels[j]}")
    return tuple(told)


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= ALIKE * abs(one)


def _instead(
    economy: Economy, places: Iterable[tuple[str, int, int]], gap: float, settles: str
) -> list[Suspect]:
    """Each cell without the gap, if none becomes negative by it that was not, and they are few."""
    told = []
    for block, i, k in places:
        rows, columns = labels_of(economy, block)
        cells = _block(economy, block)
        value = float(cells[i] if cells.ndim == 1 else cells[i, k])
        expected = value - gap
        if value != 0 and (expected >= 0 or (value < 0 and expected < value)):
            places_of = 9 if economy.decimals is None else economy.decimals
            neat = round(expected, places_of) + 0.0
            told.append(Suspect(Cell(value, block, rows[i], columns[k], is_wrong=True), neat, settles))
    return told if len(told) <= FEW else []


# ----------------------------------------------------------------------------------------------- windows


def _checked(economy: Economy, name: str, findings: tuple[Finding, ...]) -> Checked:
    shown = []
    for one in findings:
        whole = (
            one.check == "totals read as industries"
            and one.parts
            and not (one.block == "Z" and economy.is_multi_regional)
        )
        position = next((index for index in one.at if index is not None), 0)
        names = labels_of(economy, one.block)[1 if one.block == "Y" else 0] if whole else ()
        shown.append(Shown(one, window(economy, one), (one.block, names[position]) if whole else ("", "")))
    return Checked(name, _worst(findings), tuple(shown))


def window(economy: Economy, finding: Finding) -> Window | None:
    """The cells that a finding is about, with their neighbours or with what they are added to; None if it is
    about none."""
    i, j = finding.at
    if not finding.block:
        return None
    if finding.check == "totals read as industries":
        return _total(economy, finding)
    if finding.check == "imports within use" and j is not None:
        return _imports(economy, finding, j)
    if finding.check == "orientation" and j is not None:
        return _turned(economy, j)
    if i is None and j is None:
        return _blocks(economy, finding.block)
    if i is not None and j is not None:
        return _around(economy, finding.block, i, j)
    if i is not None:
        return _row(economy, i)
    assert j is not None
    if finding.block == "value_added":
        return _column(economy, j, ("value_added",), "value added")
    if finding.check in ("near-zero output", "spectral radius"):
        return _column(economy, j, INPUTS, "inputs")
    return _column(economy, j, COLUMN, "inputs, value added and adjustments")


def _around(economy: Economy, block: str, i: int, j: int) -> Window:
    rows, columns = labels_of(economy, block)
    cells = _block(economy, block)
    beside = range(max(0, j - AROUND), min(len(columns), j + AROUND + 1))
    above = range(max(0, i - AROUND), min(len(rows), i + AROUND + 1))
    where = f"around row {rows[i]}, column {columns[j]}"
    return Window(
        f"{BLOCKS[block].capitalize()} {where}, {economy.unit}; expected: 0 or more",
        "row",
        tuple(columns[k] for k in beside),
        tuple(
            Row(
                rows[m],
                tuple(Cell(float(cells[m, k]), block, rows[m], columns[k], (m, k) == (i, j)) for k in beside),
            )
            for m in above
        ),
    )


def _row(economy: Economy, i: int) -> Window:
    """Who uses what an industry makes, against its printed output."""
    label = economy.industries.labels[i]
    parts = [
        Cell(float(value), block, label, column)
        for block in ("Z", "Y")
        for column, value in zip(labels_of(economy, block)[1], _block(economy, block)[i], strict=True)
    ]
    rows = _largest_of(parts, lambda cell: f"{cell.column}, {BLOCKS[cell.block]}")
    rows.append(Row("sum of the row", (Cell(float(economy.x[i]), is_wrong=True),), is_sum=True))
    if economy.reported_output is not None:
        printed = float(economy.reported_output[i])
        rows.append(Row("expected: the printed output", (Cell(printed, "reported_output", label, "output"),)))
        rows.append(Row("difference", (Cell(float(economy.x[i]) - printed),), is_sum=True))
    return Window(f"Row {label}: who uses what it makes", "used by", (economy.unit,), tuple(rows))


def _column(economy: Economy, j: int, blocks: tuple[str, ...], what: str) -> Window:
    """What an industry uses and pays, against its output."""
    label = economy.industries.labels[j]
    parts = [
        Cell(float(value), block, row, label)
        for block in blocks
        for row, value in zip(labels_of(economy, block)[0], _block(economy, block)[:, j], strict=True)
    ]
    rows = _largest_of(parts, lambda cell: f"{cell.row}, {BLOCKS[cell.block]}")
    total = float(sum(_block(economy, block)[:, j].sum() for block in blocks))
    output = float(economy.x[j])
    rows.append(Row(f"sum of {what}", (Cell(total, is_wrong=True),), is_sum=True))
    if blocks != ("value_added",):
        expected = "expected: its output" if blocks == COLUMN else "expected: well below its output"
        rows.append(Row(f"{expected}, the sum of row {label}", (Cell(output),), is_sum=True))
        rows.append(Row("difference", (Cell(total - output),), is_sum=True))
    else:
        rows.append(Row("expected: 0 or more", (), is_sum=True))
    return Window(f"Column {label}: {what}", "what", (economy.unit,), tuple(rows))


def _imports(economy: Economy, finding: Finding, j: int) -> Window:
    """Imports of a product by one user, against its use of the product."""
    gates, columns = labels_of(economy, finding.block)
    home = "Z" if finding.block == "imports_intermediate" else "Y"
    domestic = [
        Cell(float(_block(economy, home)[i, j]), home, economy.industries.labels[i], columns[j])
        for i, (_, sector) in enumerate(economy.industries.pairs)
        if sector == finding.row
    ]
    imported = [
        Cell(float(_block(economy, finding.block)[k, j]), finding.block, gates[k], columns[j], is_wrong=True)
        for k in finding.parts
    ]
    rows = [Row(f"{cell.row}, {BLOCKS[cell.block]}", (cell,)) for cell in (*imported, *domestic)]
    rows.append(Row("imports", (Cell(finding.left or 0.0, is_wrong=True),), is_sum=True))
    rows.append(Row("expected: no more than the total use", (Cell(finding.right or 0.0),), is_sum=True))
    rows.append(Row("difference", (Cell(finding.difference or 0.0),), is_sum=True))
    caption = f"{finding.row} used by {columns[j]}: from abroad and from home"
    return Window(caption, "from", (economy.unit,), tuple(rows))


def _turned(economy: Economy, j: int) -> Window:
    """What an industry buys beside what it sells: a table that is turned has them exchanged."""
    labels = economy.industries.labels
    bought, sold = economy.Z[:, j], economy.Z[j]
    shown = np.sort(np.argsort(-(np.abs(bought) + np.abs(sold)), kind="stable")[:SHOWN])
    rows = [
        Row(
            labels[k],
            (
                Cell(float(bought[k]), "Z", labels[k], labels[j]),
                Cell(float(sold[k]), "Z", labels[j], labels[k]),
            ),
        )
        for k in shown
    ]
    rows += _others(
        len(labels) - len(shown), (bought.sum() - bought[shown].sum(), sold.sum() - sold[shown].sum())
    )
    rows.append(
        Row(
            "sum",
            (Cell(float(bought.sum()), is_wrong=True), Cell(float(sold.sum()), is_wrong=True)),
            is_sum=True,
        )
    )
    columns = (f"column {labels[j]}: bought", f"row {labels[j]}: sold")
    caption = f"{labels[j]} as it was read; expected: the two columns exchanged ({economy.unit})"
    return Window(caption, "industry", columns, tuple(rows))


def _total(economy: Economy, finding: Finding) -> Window:
    """A row that is the sum of others, above those and their sum."""
    block = finding.block
    rows, columns = labels_of(economy, block)
    cells = _block(economy, block)
    if block == "Y":
        rows, columns, cells = columns, rows, cells.T
    (i,) = (index for index in finding.at if index is not None)
    shown = np.sort(np.argsort(-np.abs(cells[i]), kind="stable")[: 2 * AROUND])
    few = finding.parts if len(finding.parts) <= SHOWN else finding.parts[: SHOWN - 1]

    def row(k: int) -> Row:
        return Row(rows[k], tuple(Cell(float(cells[k, m]), is_wrong=k == i) for m in shown))

    parts = [row(k) for k in few]
    rest = cells[np.array(finding.parts[len(few) :], dtype=int)][:, shown].sum(axis=0)
    parts += _others(len(finding.parts) - len(few), rest)
    sums = cells[np.array(finding.parts)][:, shown].sum(axis=0)
    told = [*parts, Row("sum of these", tuple(Cell(float(one)) for one in sums), is_sum=True), row(i)]
    others = f"repeats the sum of {len(finding.parts)} others ({economy.unit})"
    caption = f"{WHOLE[block].capitalize()} {rows[i]} {others}"
    return Window(caption, WHOLE[block], tuple(columns[m] for m in shown), tuple(told))


def _blocks(economy: Economy, wrong: str) -> Window:
    """What each block sums to, where one of them stands in another unit."""
    rows = [
        Row(BLOCKS[name], (Cell(float(_block(economy, name).sum()), is_wrong=name == wrong),))
        for name in (*COLUMN, "Y")
        if _block(economy, name).size
    ]
    caption = f"Sum of each block; expected: all in {economy.unit}"
    return Window(caption, "block", (economy.unit,), tuple(rows))


def _largest_of(parts: Sequence[Cell], label: object) -> list[Row]:
    assert callable(label)
    order = sorted(range(len(parts)), key=lambda k: -abs(parts[k].value))[:SHOWN]
    shown = set(order)
    rows = [Row(label(parts[k]), (parts[k],)) for k in sorted(shown)]
    rest = [part.value for k, part in enumerate(parts) if k not in shown and part.value]
    return rows + _others(len(rest), (sum(rest),))


def _others(number: int, sums: Iterable[float]) -> list[Row]:
    return (
        [Row(f"{number:,} other{'' if number == 1 else 's'}", tuple(Cell(float(one)) for one in sums))]
        if number
        else []
    )


def _block(economy: Economy, name: str) -> Vector:
    cells: Vector = getattr(economy, name)
    return cells


def _by_check(findings: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    return {name: tuple(found) for name, found in groupby(findings, key=lambda one: one.check)}


def _worst(findings: Sequence[Finding]) -> Status:
    return min((one.status for one in findings), key=list(Status).index)


def _largest(findings: Sequence[Finding]) -> float:
    return max((abs(one.difference or 0.0) for one in findings if one.status is Status.FAIL), default=0.0)
