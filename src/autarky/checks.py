"""Audit a table: what its own identities say about it. It diagnoses and never repairs.

How much two sums may differ follows from the printed decimals. A cell printed with ``d`` decimals is within
``0.5·10⁻ᵈ`` of its true value, so two sums over ``k`` cells in all agree to ``0.5·10⁻ᵈ·k``; in full
precision (``decimals`` is None) to ``1e-9`` of the absolute values summed. Row balance sums ``n + c + 1``
cells; column balance the inputs of a column and the ``n + c`` uses that make up its output.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import ArpackError

from autarky import iomath
from autarky.economy import DeclaredGap, Economy, FinalUseKind, ImportTreatment, Matrix, Vector
from autarky.errors import Problem

Mask = npt.NDArray[np.bool_]

SHOWN = 5
"""Findings of one check and status that are listed one by one, worst first; the rest are counted."""
COLLECTED = 1_000
"""Breaches looked at in one check; beyond these a table is broken, not flawed."""
NOTICEABLE = 0.01
"""A gap that rounding allows is still a WARNING above this share of output."""
NO_RECIPE = 10.0
"""Inputs above this many times the output are no recipe but a missing output."""
SAME = 1e-3
"""Two rows are the same if they differ by less than this share of their absolute sum."""
SLIPS = (-9, -6, -3, 3, 6, 9)
"""Powers of ten by which thousands, millions and billions are mistaken for one another."""

_TOTAL_LABEL = re.compile(
    r"(sub-?|grand )?totals?\b|T\d+$|TM$|TNM$|TI+$|T[IF]U$|TVA$|ST(II|PI|FC|IU|FD)$", re.I
)


class Status(StrEnum):
    """How a check ended."""

    FAIL = "FAIL"
    WARNING = "WARNING"
    PASS = "PASS"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True)
class Finding:
    """What one check found at one place; every FAIL has row, column, both sums and their difference."""

    check: str
    status: Status
    message: str
    row: str = ""
    column: str = ""
    left: float | None = None
    right: float | None = None
    difference: float | None = None
    """``left − right``, in ``unit``."""
    unit: str = ""
    block: str = ""
    """Array of the economy that its cells stand in, such as ``Z``; empty where it is about none."""
    at: tuple[int | None, int | None] = (None, None)
    """Position in that array: a cell, or a whole row or column where the other is None."""
    parts: tuple[int, ...] = ()
    """Positions of those that a total is the sum of."""

    def __str__(self) -> str:
        return f"{self.status.value:<8}{self.check}: {self.message}"


def check(economy: Economy) -> tuple[Finding, ...]:
    """Every check on one table, in a fixed order, at least one finding each.

    A breach that the source itself declares (``economy.declared_gaps``) is a WARNING instead of a FAIL.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    findings : tuple of Finding
        By check; within a check FAIL first, then the largest difference first.

    References
    ----------
    Miller & Blair (2022), ch. 2; System of National Accounts 2008, ch. 28 (identities).
    """
    findings: list[Finding] = []
    for name, examine in CHECKS:
        findings += _settle(economy, name, examine(economy, name))
    return tuple(findings)


def refusal(findings: Iterable[Finding]) -> tuple[Problem, ...]:
    """The FAILs as problems: why a study must not run on this table. Empty if there are none."""
    remedy = "correct the table, or declare the gap where its source explains it"
    return tuple(
        Problem(f"check {finding.check!r}", finding.message, remedy)
        for finding in findings
        if finding.status is Status.FAIL
    )


# ------------------------------------------------------------------------------------------------- checks


def _row_balance(economy: Economy, name: str) -> list[Finding]:
    """``Z·1 + Y·1`` = output as printed, row by row."""
    printed = economy.reported_output
    if printed is None:
        return [_note(name, Status.SKIPPED, "the source prints no output to compare row sums with")]
    cells = economy.Z.shape[1] + economy.Y.shape[1] + 1
    size = np.abs(economy.Z).sum(axis=1) + np.abs(economy.Y).sum(axis=1) + np.abs(printed)
    allowed = _allowed(economy, cells, size)
    gap = np.abs(economy.x - printed)

    def found(status: Status, i: int, remark: str = "") -> Finding:
        label = economy.industries.labels[i]
        row, words = f"row {label}", ("intermediate and final use sum to", "printed output is")
        gap = _gap(economy, name, status, (label, "all uses"), row, economy.x[i], printed[i], words, remark)
        return replace(gap, block="Z", at=(i, None))

    failed = [found(Status.FAIL, i) for (i,) in _worst(gap > allowed, gap)]
    # Rounding can hide much of a small industry: worth knowing, and no fault.
    large = (gap <= allowed) & (gap > NOTICEABLE * np.abs(printed)) & (gap > 1e-9 * size)
    remark = f" (rounding allows it, yet it is over {NOTICEABLE:.0%} of output)"
    noticed = [found(Status.WARNING, i, remark) for (i,) in _worst(large, gap)]
    largest = f"largest gap {_figure(gap.max())}, allowed {_figure(allowed[gap.argmax()])} {economy.unit}"
    return failed + noticed or [_note(name, Status.PASS, f"{len(gap)} rows; {largest}")]


def _column_balance(economy: Economy, name: str) -> list[Finding]:
    """``1ᵀZ + 1ᵀimports + 1ᵀvalue_added + 1ᵀadjustments`` = ``Z·1 + Y·1``, column by column."""
    if not economy.value_added_names:
        return [_note(name, Status.SKIPPED, "the table has no value added, so columns have no total")]
    left, allowed = _column_sums(economy), _column_allowed(economy)
    gap = np.abs(left - economy.x)
    words = ("inputs, value added and adjustments sum to", "output is")
    failed = []
    for (j,) in _worst(gap > allowed, gap):
        label = economy.industries.labels[j]
        place = ("all inputs and value added", label)
        gap_here = _gap(economy, name, Status.FAIL, place, f"column {label}", left[j], economy.x[j], words)
        failed.append(replace(gap_here, block="Z", at=(None, j)))
    largest = f"largest gap {_figure(gap.max())}, allowed {_figure(allowed[gap.argmax()])} {economy.unit}"
    return failed or [_note(name, Status.PASS, f"{len(gap)} columns; {largest}")]


def _signs(economy: Economy, name: str) -> list[Finding]:
    """No negative use, imports or output; negative value added and final demand are listed."""
    industries = economy.industries.labels
    users = [f"{user.region}.{user.category}" for user in economy.final_users]
    gates = [f"{gate.partner}.{gate.product}" for gate in economy.gates]
    free = np.array([_may_be_negative(economy, user.kind) for user in economy.final_users], dtype=bool)
    over_Z, over_Y = _exceeded_by_imports(economy)
    # What rounding can turn negative: the sum of a row, the sum of a column of components.
    row = _allowed(economy, economy.Z.shape[1] + economy.Y.shape[1], np.abs(economy.x))
    column = _allowed(economy, len(economy.value_added), np.abs(economy.value_added).sum(axis=0))
    output, added = economy.x[:, None], economy.value_added.sum(axis=0)[None]
    fail, warn = Status.FAIL, Status.WARNING
    at_gates, at_users = economy.imports_intermediate, economy.imports_final
    blocks: tuple[tuple[Status, str, str, Matrix, Mask, Sequence[str], Sequence[str]], ...] = (
        (fail, "intermediate use", "Z", economy.Z, (economy.Z < 0) & ~over_Z, industries, industries),
        (fail, "imports", "imports_intermediate", at_gates, at_gates < 0, gates, industries),
        (fail, "imports", "imports_final", at_users, (at_users < 0) & ~free, gates, users),
        (fail, "output", "Z", output, output < -row[:, None], industries, ("all uses",)),
        (warn, "final demand", "Y", economy.Y, (economy.Y < 0) & ~free & ~over_Y, industries, users),
        (warn, "value added", "value_added", added, added < -column, ("all components",), industries),
    )
    findings = []
    for status, what, block, cells, wrong, rows, columns in blocks:
        for i, j in _worst(wrong, np.abs(cells)):
            value = float(cells[i, j])
            message = f"row {rows[i]}, column {columns[j]}: {what} is {_figure(value)} {economy.unit}"
            at = (None if what == "value added" else i, None if what == "output" else j)
            place = (rows[i], columns[j])
            findings.append(
                Finding(name, status, message, *place, value, 0.0, value, economy.unit, block, at)
            )
    drawn = int((economy.Y[:, free] < 0).sum())
    told = f"; {drawn} negative cells of inventories and the like are exogenous supply" if drawn else ""
    return findings or [_note(name, Status.PASS, f"no negative use, imports, output or value added{told}")]


def _imports_within_use(economy: Economy, name: str) -> list[Finding]:
    """0 ≤ imports ≤ total use, by product and user: otherwise domestic use comes out negative."""
    treatment = economy.import_treatment
    if not economy.gates or treatment in (ImportTreatment.ROW, ImportTreatment.NONE):
        return [_note(name, Status.SKIPPED, f"no imports by product and user to compare. {treatment.value}")]
    findings = []
    home_Z, home_Y, gate_Z, gate_Y = _by_product(economy)
    over_Z, over_Y = _beyond_use(economy)
    users = [f"{user.region}.{user.category}" for user in economy.final_users]
    for block, home, gate, over, columns in (
        ("imports_intermediate", home_Z, gate_Z, over_Z, economy.industries.labels),
        ("imports_final", home_Y, gate_Y, over_Y, users),
    ):
        for i, j in _worst(over, np.abs(home)):
            product = economy.products[i]
            left, right = gate[i, j], gate[i, j] + home[i, j]
            where = f"row {product}, column {columns[j]}"
            words = ("imports are", "total use is")
            place = (product, columns[j])
            found = _gap(economy, name, Status.FAIL, place, where, left, right, words)
            gates = tuple(k for k, gate in enumerate(economy.gates) if gate.product == product)
            findings.append(replace(found, block=block, at=(None, j), parts=gates))
    if findings:
        return findings
    if treatment is ImportTreatment.PROPORTIONAL:
        return [_note(name, Status.WARNING, f"within use by construction. {treatment.value}")]
    imported = economy.imports_intermediate.sum()
    used = imported + economy.Z.sum()
    share = imported / used if used > 0 else 0.0
    return [_note(name, Status.PASS, f"{share:.1%} of intermediate use is imported. {treatment.value}")]


def _near_zero_output(economy: Economy, name: str) -> list[Finding]:
    """An industry that uses inputs makes something."""
    inputs = economy.Z.sum(axis=0) + economy.imports_intermediate.sum(axis=0)
    allowed = _allowed(economy, economy.Z.shape[0] + len(economy.gates), np.abs(economy.Z).sum(axis=0))
    labels = economy.industries.labels
    wrong = (inputs > allowed) & (inputs > NO_RECIPE * economy.x)
    words = ("inputs sum to", "output is")
    findings = []
    for (j,) in _worst(wrong, inputs):
        place = ("all inputs", labels[j])
        where = f"column {labels[j]}"
        found = _gap(economy, name, Status.FAIL, place, where, inputs[j], economy.x[j], words)
        findings.append(replace(found, block="Z", at=(None, j)))
    idle = [labels[j] for j in np.flatnonzero((economy.x <= 0) & ~wrong)]
    if idle:
        message = f"{len(idle)} of {len(labels)} industries make nothing (output 0 or less): {_some(idle)}"
        findings.append(_note(name, Status.WARNING, message))
    return findings or [_note(name, Status.PASS, f"all {len(labels)} industries make something")]


def _productive(economy: Economy, name: str) -> list[Finding]:
    """The spectral radius of the domestic A is below 1: a surplus can be made (Hawkins & Simon 1949)."""
    try:
        radius = iomath.spectral_radius(economy.A)
    except (ArpackError, np.linalg.LinAlgError):
        return [_note(name, Status.SKIPPED, "the eigenvalue iteration did not settle")]
    if radius < 1:
        return [_note(name, Status.PASS, f"spectral radius of A is {radius:.4f}")]
    j = int(economy.A.sum(axis=0).argmax())
    label = economy.industries.labels[j]
    message = (
        f"spectral radius of A is {radius:.4g}, must be below 1; the largest inputs are in column {label}"
    )
    place, unit = ("all inputs", label), "per unit of output"
    return [Finding(name, Status.FAIL, message, *place, radius, 1.0, radius - 1, unit, "Z", (None, j))]


def _totals(economy: Economy, name: str) -> list[Finding]:
    """No industry, final user or component of value added is the sum of others."""
    users = [f"{user.region}.{user.category}" for user in economy.final_users]
    findings: list[Finding] = []
    accused: set[str] = set()
    for what, block, labels, rows, columns in (
        ("industry", "Z", economy.industries.labels, economy.Z, economy.Z.T),
        ("final user", "Y", users, economy.Y.T, None),
        ("value added", "value_added", economy.value_added_names, economy.value_added, None),
    ):
        for i, parts in _sums_of_others(rows, columns):
            left, right = float(rows[i].sum()), float(rows[parts].sum())
            bare = labels[i].rsplit(".", 1)[-1]
            # Two small rows may add up to a third by chance; three, or a telling label, may not.
            sure = len(parts) > 2 or _TOTAL_LABEL.match(bare)
            status = Status.FAIL if sure else Status.WARNING
            span = f"{labels[parts[0]]} to {labels[parts[-1]]}"
            words = (f"{what} {labels[i]} sums to", f"the {len(parts)} rows {span} sum to")
            place = (labels[i], span)
            found = _gap(economy, name, status, place, "read as one of them", left, right, words)
            at = (None, i) if block == "Y" else (i, None)
            findings.append(replace(found, block=block, at=at, parts=tuple(map(int, parts))))
            accused.add(labels[i])
        for label in labels:
            if label not in accused and _TOTAL_LABEL.match(label.rsplit(".", 1)[-1]):
                message = f"{what} {label} is named like a total, and is not the sum of others"
                findings.append(_note(name, Status.WARNING, message, row=label))
    return findings or [_note(name, Status.PASS, "no row is the sum of others")]


def _orientation(economy: Economy, name: str) -> list[Finding]:
    """Rows supply and columns use: not the table that balances only when Z is turned."""
    if not economy.value_added_names:
        return [_note(name, Status.SKIPPED, "the table has no value added, so columns have no total")]
    allowed = float(_column_allowed(economy).sum())
    added = _column_sums(economy) - economy.Z.sum(axis=0)
    by_row, by_column, final = economy.Z.sum(axis=1), economy.Z.sum(axis=0), economy.Y.sum(axis=1)
    as_read = np.abs(by_column + added - by_row - final)
    turned = np.abs(by_row + added - by_column - final)
    if as_read.sum() > allowed and turned.sum() <= max(allowed, NOTICEABLE * as_read.sum()):
        j = int(as_read.argmax())
        label = economy.industries.labels[j]
        words = ("inputs and value added sum to", "output is")
        remark = "; with rows and columns of Z exchanged the table balances: it is transposed"
        left, right = by_column[j] + added[j], economy.x[j]
        place = ("all inputs and value added", label)
        found = _gap(economy, name, Status.FAIL, place, f"column {label}", left, right, words, remark)
        return [replace(found, block="Z", at=(None, j))]
    return [_note(name, Status.PASS, "exchanging rows and columns of Z does not balance it better")]


def _unit_slips(economy: Economy, name: str) -> list[Finding]:
    """No block, row or column stands in thousands where the rest stands in millions."""
    findings = []
    if economy.value_added_names:
        findings += _block_slips(economy, name)
    comparisons: list[tuple[str, Vector, Vector, Vector, tuple[str, str]]] = []
    if economy.reported_output is not None:
        allowed = _allowed(economy, economy.Z.shape[1] + economy.Y.shape[1] + 1, np.abs(economy.x))
        words = ("uses sum to", "printed output is")
        comparisons.append(("row", economy.x, economy.reported_output, allowed, words))
    if economy.value_added_names:
        words = ("inputs and value added sum to", "output is")
        comparisons.append(("column", _column_sums(economy), economy.x, _column_allowed(economy), words))
    if not comparisons:
        return [_note(name, Status.SKIPPED, "the table has neither value added nor a printed output")]
    for axis, left, right, allowed, words in comparisons:
        power = _power_of_ten(left, right)
        for (i,) in _worst((power != 0) & (np.abs(left - right) > allowed), np.abs(left - right)):
            label = economy.industries.labels[i]
            place = (label, "all uses") if axis == "row" else ("all inputs and value added", label)
            remark = f": about {10.0 ** abs(power[i]):,.0f} times apart"
            where = f"{axis} {label}"
            found = _gap(economy, name, Status.FAIL, place, where, left[i], right[i], words, remark)
            findings.append(replace(found, block="Z", at=(i, None) if axis == "row" else (None, i)))
    return findings or [_note(name, Status.PASS, "no row, column or block is a thousand times off")]


CHECKS: tuple[tuple[str, Callable[[Economy, str], list[Finding]]], ...] = (
    ("row balance", _row_balance),
    ("column balance", _column_balance),
    ("signs", _signs),
    ("imports within use", _imports_within_use),
    ("near-zero output", _near_zero_output),
    ("spectral radius", _productive),
    ("totals read as industries", _totals),
    ("orientation", _orientation),
    ("unit slips", _unit_slips),
)


# --------------------------------------------------------------------------------------------- arithmetic


def _allowed(economy: Economy, cells: int, size: Vector) -> Vector:
    """Difference that rounding explains between sums over ``cells`` cells of absolute size ``size``."""
    rounding = 0.0 if economy.decimals is None else 0.5 * 10.0**-economy.decimals * cells
    return rounding + 1e-9 * size


def _column_sums(economy: Economy) -> Vector:
    blocks = (economy.Z, economy.imports_intermediate, economy.value_added, economy.adjustments)
    return np.asarray(sum(block.sum(axis=0) for block in blocks), dtype=np.float64)


def _column_allowed(economy: Economy) -> Vector:
    blocks = (economy.Z, economy.imports_intermediate, economy.value_added, economy.adjustments)
    cells = sum(len(block) for block in blocks) + economy.Z.shape[1] + economy.Y.shape[1]
    size = sum(np.abs(block).sum(axis=0) for block in blocks)
    return _allowed(economy, cells, size + np.abs(economy.Z).sum(axis=1) + np.abs(economy.Y).sum(axis=1))


def _may_be_negative(economy: Economy, kind: FinalUseKind) -> bool:
    net = economy.import_treatment is ImportTreatment.NET_EXPORTS and kind is FinalUseKind.EXPORTS
    return net or kind in (FinalUseKind.INVENTORIES, FinalUseKind.DISCREPANCY)


def _by_product(economy: Economy) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Domestic and imported use by product: (p, n), (p, c), (p, n), (p, c)."""
    products = economy.products
    regions, sectors = len(economy.industries.regions), len(economy.industries.sectors)
    index = {product: p for p, product in enumerate(products)}
    result = []
    for home, gates in ((economy.Z, economy.imports_intermediate), (economy.Y, economy.imports_final)):
        domestic, imported = (
            np.zeros((len(products), home.shape[1])),
            np.zeros((len(products), home.shape[1])),
        )
        domestic[:sectors] = home.reshape(regions, sectors, home.shape[1]).sum(axis=0)
        np.add.at(imported, [index[gate.product] for gate in economy.gates], gates)
        result.append((domestic, imported))
    return result[0][0], result[1][0], result[0][1], result[1][1]


def _beyond_use(economy: Economy) -> tuple[Mask, Mask]:
    """Where imports exceed total use, by product and user: (p, n) and (p, c)."""
    home_Z, home_Y, gate_Z, gate_Y = _by_product(economy)
    # Capital formation is net of disposals, so that imports may exceed what is left of it.
    free = np.array(
        [
            _may_be_negative(economy, user.kind) or user.kind is FinalUseKind.INVESTMENT
            for user in economy.final_users
        ],
        dtype=bool,
    )
    allowed_Z = _allowed(economy, 2, gate_Z)
    allowed_Y = _allowed(economy, 2, gate_Y)
    # A use that is negative in all is no excess of imports: its sign is the finding.
    over_Z = (home_Z < -allowed_Z) & (gate_Z + home_Z >= -allowed_Z)
    return over_Z, (home_Y < -allowed_Y) & (gate_Y + home_Y >= -allowed_Y) & ~free


def _exceeded_by_imports(economy: Economy) -> tuple[Mask, Mask]:
    """The cells of Z and Y that are negative because imports exceed use: reported there, not as signs."""
    if not economy.gates:
        return np.zeros(economy.Z.shape, dtype=bool), np.zeros(economy.Y.shape, dtype=bool)
    sectors, regions = len(economy.industries.sectors), len(economy.industries.regions)
    over_Z, over_Y = _beyond_use(economy)
    return np.tile(over_Z[:sectors], (regions, 1)), np.tile(over_Y[:sectors], (regions, 1))


def _sums_of_others(rows: Matrix, columns: Matrix | None) -> list[tuple[int, npt.NDArray[np.intp]]]:
    """(row, parts): rows that are the sum of the block before or after them, or of all others.

    Where a row has a column of its own (an industry), that must be the sum of the same parts, or empty.
    """
    weight = np.abs(rows).sum(axis=1)
    alive = np.flatnonzero(weight)
    # Two sums of each row, plain and weighted, tell nearly every block that cannot be the row.
    weights = np.stack([np.ones(rows.shape[1]), np.cos(np.arange(rows.shape[1]))], axis=1)
    total = rows @ weights
    before = np.concatenate((np.zeros((1, 2)), np.cumsum(total, axis=0)))
    found = []
    for i in alive:
        near = SAME * weight[i]
        starts = np.flatnonzero((np.abs(before[i] - before[:i] - total[i]) <= near).all(axis=1))
        ends = (np.abs(before[i + 2 :] - before[i + 1] - total[i]) <= near).all(axis=1)
        blocks = [range(start, i) for start in starts]
        blocks += [range(i + 1, i + 2 + end) for end in np.flatnonzero(ends)]
        if (np.abs(before[-1] - 2 * total[i]) <= near).all():
            blocks.append(range(len(rows)))
        for block in blocks:
            parts = np.array([k for k in block if k != i and weight[k] > 0], dtype=np.intp)
            if len(parts) < 2 or np.abs(rows[parts].sum(axis=0) - rows[i]).sum() > near:
                continue
            if columns is not None:
                own = np.abs(columns[i]).sum()
                if own > 0 and np.abs(columns[parts].sum(axis=0) - columns[i]).sum() > SAME * own:
                    continue
            found.append((int(i), parts))
            break
    return found


def _power_of_ten(left: Vector, right: Vector) -> npt.NDArray[np.int_]:
    """k where ``left/right`` is within 12 % of 10ᵏ for one of the usual slips, 0 elsewhere."""
    sound = (left > 0) & (right > 0)
    ratio = np.log10(np.where(sound, left, 1.0)) - np.log10(np.where(sound, right, 1.0))
    power = np.rint(ratio).astype(int)
    return np.where(np.isin(power, SLIPS) & (np.abs(ratio - power) < 0.05), power, 0)


def _block_slips(economy: Economy, name: str) -> list[Finding]:
    """A whole block in another unit: scaling it by a power of a thousand makes the columns balance."""
    parts = {
        "Z": economy.Z.sum(axis=0) - economy.Z.sum(axis=1),
        "Y": -economy.Y.sum(axis=1),
        "imports_intermediate": economy.imports_intermediate.sum(axis=0),
        "value_added": economy.value_added.sum(axis=0),
        "adjustments": economy.adjustments.sum(axis=0),
    }
    gap = np.asarray(sum(parts.values()), dtype=np.float64)
    if np.abs(gap).sum() <= _column_allowed(economy).sum():
        return []
    findings = []
    for block, share in parts.items():
        for power in SLIPS:
            scaled = np.abs(gap + (10.0**power - 1) * share).sum()
            if np.abs(share).sum() > 0 and scaled < NOTICEABLE * min(1.0, 10.0**power) * np.abs(gap).sum():
                left, right = float(np.abs(share).sum()), float(np.abs(gap - share).sum())
                times = f"{10.0 ** abs(power):,.0f} times too {'small' if power > 0 else 'large'}"
                words = (f"{block} sums to", "the other blocks to")
                place, remark = (block, "all columns"), f": {times}"
                found = _gap(economy, name, Status.FAIL, place, f"block {block}", left, right, words, remark)
                findings.append(replace(found, block=block))
    return findings


def _worst(wrong: Mask, size: npt.NDArray[np.float64]) -> list[tuple[int, ...]]:
    """Index of each True cell, the largest ``size`` first, ``COLLECTED`` at most."""
    places = np.argwhere(wrong)
    order = np.argsort(-size[wrong], kind="stable")[:COLLECTED]
    return [tuple(int(index) for index in places[k]) for k in order]


# ------------------------------------------------------------------------------------------------- wording


def _note(check: str, status: Status, message: str, row: str = "") -> Finding:
    return Finding(check, status, message, row=row)


def _gap(
    economy: Economy,
    check: str,
    status: Status,
    place: tuple[str, str],
    where: str,
    left: float,
    right: float,
    words: tuple[str, str],
    remark: str = "",
) -> Finding:
    left, right = float(left), float(right)
    message = (
        f"{where}: {words[0]} {_figure(left)}, {words[1]} {_figure(right)}; "
        f"difference {_figure(abs(left - right))} of {_figure(right)} {economy.unit}{remark}"
    )
    return Finding(check, status, message, *place, left, right, left - right, economy.unit)


def _figure(value: float) -> str:
    """A number as people read it: thousands marked, four digits where it is small."""
    return f"{value:,.0f}" if abs(value) >= 1_000 or value == 0 else f"{value:.4g}"


def _some(labels: Sequence[str], between: str = ", ") -> str:
    more = f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else ""
    return between.join(labels[:SHOWN]) + more


def _settle(economy: Economy, name: str, findings: list[Finding]) -> list[Finding]:
    """Excuse what the source declares, sort, keep the worst and count the rest."""
    declared = [gap for gap in economy.declared_gaps if gap.check == name]
    seen = [
        finding
        for finding in findings
        if finding.status is Status.FAIL and any(_excuses(gap, finding) for gap in declared)
    ]
    kept = [finding for finding in findings if finding not in seen]
    if declared:
        places = _some([gap.place for gap in declared], "; ")
        reasons = Counter(gap.reason for gap in declared).most_common(1)[0][0]
        message = f"{len(declared)} declared by the source: {places}. {reasons}"
        summary = _note(name, Status.WARNING, message)
        if seen:
            worst = max(seen, key=_weight)
            message += f". Worst: {worst.message}"
            summary = replace(worst, status=Status.WARNING, message=message)
        kept = [finding for finding in kept if finding.status in (Status.FAIL, Status.WARNING)] + [summary]
    result: list[Finding] = []
    for status in Status:
        alike = sorted((f for f in kept if f.status is status), key=_weight, reverse=True)
        if len(alike) > SHOWN:
            count = f"{len(alike):,}" + (" or more" if len(alike) >= COLLECTED else "")
            alike[0] = replace(alike[0], message=f"{alike[0].message} (worst of {count})")
        result += alike[:SHOWN]
    return result


def _weight(finding: Finding) -> float:
    return abs(finding.difference or 0.0)


def _excuses(gap: DeclaredGap, finding: Finding) -> bool:
    """A gap is declared for a cell ('row R, column C' or 'R, C'), a whole row or a whole column."""
    row, column = finding.row, finding.column
    return gap.place in (f"row {row}, column {column}", f"{row}, {column}", f"row {row}", f"column {column}")
