"""How far the firms of a network add up to a table: less is told, more is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.errors import EconomyError, Problem, did_you_mean
from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import MOST_TOLD, FirmNetwork, Floats, Integers

TOLERANCE = 1e-6
"""Share of a figure of the table by which firms may exceed it: what rounding in lists leaves (assumption)."""
_LINKS_AT_A_TIME = 1 << 22


class Covered(NamedTuple):
    """What the firms of one industry, or the suppliers behind one gate, have of the table's figures."""

    label: str
    firms: int
    output: float
    """Their output; of a gate what is imported through it. Currency / year."""
    table_output: float
    sold: float
    """Their sales to firms, currency / year."""
    table_sold: float
    """What the table's industries buy of it, currency / year."""


@dataclass(frozen=True)
class Agreement:
    """How much of a table the firms of a network account for. Residuals are shares of the table's figure."""

    unit: str
    industries: tuple[Covered, ...]
    gates: tuple[Covered, ...]
    residual_output: float
    """Output of industries that no firm in the data makes."""
    residual_links: float
    """Intermediate use, imports included, that no link shows."""
    residual_imports: float
    """Imports that no supplier abroad in the data sells; 0 where the table has none."""
    residual_value_added: float
    largest_excess: float
    """Largest share by which firms exceed a figure of the table; at most ``tolerance``, 0 if none does."""
    largest_excess_at: str
    """Which figure that is; empty if none."""
    tolerance: float

    @property
    def sentence(self) -> str:
        """What is missing in all, in words."""
        least = f"; the largest excess is {self.largest_excess:.1e}, {self.largest_excess_at}"
        return (
            f"Not in the firm data: {_share(self.residual_output)} of output, "
            f"{_share(self.residual_links)} of the value of links, {_share(self.residual_imports)} of "
            f"imports, {_share(self.residual_value_added)} of value added"
            f"{least if self.largest_excess else ''}."
        )

    def text(self) -> str:
        """For printing: what is missing in all, then a line for each industry and gate."""
        lines = [self.sentence]
        rows = (*self.industries, *self.gates)
        wide = max(len(row.label) for row in rows)
        lines.append(f"{'':{wide}}  firms  of output  of sales to firms")
        lines += [
            f"{row.label:{wide}}  {row.firms:>5,}  {_share(_of(row.output, row.table_output)):>9}"
            f"  {_share(_of(row.sold, row.table_sold)):>17}"
            for row in rows
        ]
        return "\n".join(lines)


def agreement(
    network: FirmNetwork, frame: Frame, *, jobs: Floats | None = None, tolerance: float = TOLERANCE
) -> Agreement:
    """Hold the firms of a network against the table they are part of.

    Firms may be less than the table, in every figure; the rest is other firms.

    Parameters
    ----------
    network : FirmNetwork
        Its sectors and regions bear the codes of the table.
    frame : Frame
    jobs : array, shape (I,), optional
        Persons engaged by industry, where they are known.
    tolerance : float
        Share of a figure by which firms may exceed it.

    Raises
    ------
    EconomyError
        Firms sell, make, import, add or employ more than the table has; a sector, region or gate is not the
        table's; currency or unit differ. All problems at once.
    """
    place = places(network, frame)
    size = len(frame.output)
    sold = blocks(network, place, frame)
    output = sums(network.nodes.output, place, size)
    home = place[: network.firms]
    industries = len(frame.value_added)
    value_added = sums(network.nodes.value_added[: network.firms], home, industries)
    own_jobs = sums(network.nodes.jobs[: network.firms], home, industries)
    labels = labels_of(frame)
    figures = [
        ("output" if p < industries else "imports", labels[p], output[p], frame.output[p])
        for p in range(size)
    ]
    # Firms that lose money make others add more than the sector does: only gains are held against it.
    figures += [
        ("value added", label, found, max(0.0, table))
        for label, found, table in zip(labels, value_added, frame.value_added, strict=False)
    ]
    if jobs is not None:
        figures += [("jobs", *each) for each in zip(labels, own_jobs, jobs, strict=False)]
    problems, largest, where = [], 0.0, ""
    more: dict[str, int] = {}

    def compare(sort: str, at: str, found: float, table: float) -> None:
        nonlocal largest, where
        if found <= table:
            return
        if found > table * (1 + tolerance):
            more[sort] = more.get(sort, 0) + 1
            if more[sort] <= MOST_TOLD:
                unit = "" if sort == "jobs" else f" {network.unit}"
                what = (
                    f"firms have {found:.10g}{unit}, the table {table:.10g}, {found - table:.4g} more than it"
                )
                remedy = "correct the firms, or the table: firms may be less than a sector, never more"
                problems.append(Problem(f"{network.name}: {at}, {sort}", what, remedy))
        elif found / table - 1 > largest:
            largest, where = found / table - 1, f"{at}, {sort}"

    for p, column in np.argwhere(sold > frame.use):
        compare(
            "sales", f"{labels[p]} → {labels[column]}", float(sold[p, column]), float(frame.use[p, column])
        )
    for sort, at, found, table in figures:
        compare(sort, at, float(found), float(table))
    for sort, count in more.items():
        if count > MOST_TOLD:
            left = f"{count - MOST_TOLD} more of these"
            problems.append(Problem(f"{network.name}: {sort}", left, "correct those above first"))
    if problems:
        raise EconomyError(problems)
    counts = np.bincount(place, minlength=size)
    covered = tuple(
        Covered(labels[p], int(counts[p]), float(output[p]), float(frame.output[p]), *map(float, both))
        for p, both in enumerate(zip(sold.sum(axis=1), frame.use.sum(axis=1), strict=True))
    )
    return Agreement(
        unit=network.unit,
        industries=covered[:industries],
        gates=covered[industries:],
        residual_output=_missing(output[:industries], frame.output[:industries]),
        residual_links=_missing(sold, frame.use),
        residual_imports=_missing(output[industries:], frame.output[industries:]),
        residual_value_added=_missing(value_added, frame.value_added),
        largest_excess=largest,
        largest_excess_at=where,
        tolerance=tolerance,
    )


def labels_of(frame: Frame) -> tuple[str, ...]:
    """Names of the rows of ``frame.use``: industries, then gates as ``partner.product``."""
    return (*frame.economy.industries.labels, *frame.gate_names)


def places(network: FirmNetwork, frame: Frame) -> Integers:
    """(n,) row of ``frame.use`` that each node belongs to: its industry, or its gate.

    Raises
    ------
    EconomyError
        A sector, region or gate is not the table's; currency or unit differ.
    """
    economy, name = frame.economy, network.name
    problems = [
        Problem(f"{name}: {what}", f"{ours!r} is not the table's {table!r}", "convert the firm data")
        for what, ours, table in (
            ("currency", network.currency, economy.currency),
            ("unit", network.unit, economy.unit),
        )
        if ours != table
    ]
    rows = np.full((len(frame.sectors), len(frame.regions), 2), -1, dtype=np.int64)
    industries = len(frame.value_added)
    rows[frame.industry_sector, frame.industry_region, 0] = np.arange(industries)
    rows[frame.gate_sector, frame.gate_region, 1] = np.arange(industries, len(frame.output))
    sector = _codes(network.sectors, frame.sectors)[network.nodes.sector]
    region = _codes(network.regions, frame.regions)[network.nodes.region]
    place = np.where(
        (sector < 0) | (region < 0), -1, rows[sector, region, network.is_foreign.astype(np.int64)]
    )
    strange = np.flatnonzero(place < 0)
    problems += _strange(network, frame, strange[:MOST_TOLD])
    if len(strange) > MOST_TOLD:
        problems.append(
            Problem(name, f"{len(strange) - MOST_TOLD} more of these", "correct those above first")
        )
    if problems:
        raise EconomyError(problems)
    return place


def blocks(network: FirmNetwork, place: Integers, frame: Frame) -> Floats:
    """(I + g, I) sum of links by the places of supplier and buyer, currency / year."""
    rows, columns = frame.use.shape
    total = np.zeros(rows * columns)
    for start in range(0, len(network.sales), _LINKS_AT_A_TIME):
        some = slice(start, start + _LINKS_AT_A_TIME)
        cell = place[network.supplier[some]] * columns + place[network.buyer[some]]
        total += sums(network.sales[some], cell, rows * columns)
    return total.reshape(rows, columns)


def sums(figure: Floats, place: npt.NDArray[np.integer[Any]], size: int) -> Floats:
    """(size,) sum of a figure over the nodes of each place."""
    return np.bincount(place, weights=figure, minlength=size).astype(np.float64, copy=False)


def _codes(ours: Sequence[str], table: Sequence[str]) -> Integers:
    known = {code: i for i, code in enumerate(table)}
    return np.array([known.get(code, -1) for code in ours], dtype=np.int64)


def _strange(network: FirmNetwork, frame: Frame, nodes: Integers) -> Iterator[Problem]:
    for node in map(int, nodes):
        sector = network.sectors[network.nodes.sector[node]]
        region = network.regions[network.nodes.region[node]]
        at = f"{network.name}: {network.id_of(node)}"
        if node >= network.firms:
            found = f"{region}.{sector}"
            yield Problem(
                at, f"{found!r} is no import gate of the table", did_you_mean(found, frame.gate_names)
            )
        elif sector not in (own := frame.economy.industries.sectors):
            yield Problem(at, f"{sector!r} is no sector of the table", did_you_mean(sector, own))
        else:
            remedy = did_you_mean(region, frame.economy.industries.regions)
            yield Problem(at, f"{region!r} is no region of the table", remedy)


def _missing(found: Floats, table: Floats) -> float:
    return max(0.0, 1.0 - _of(float(found.sum()), float(table.sum())))


def _of(found: float, table: float) -> float:
    return found / table if table else 1.0


def _share(share: float) -> str:
    return f"{100 * share:.3g} %"
