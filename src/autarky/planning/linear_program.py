"""Linear program: variables and rows in named blocks, with labels and units; free of any solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import xarray as xr

from autarky.errors import InputError, Problem

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Labels = Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Block:
    """Variables, or rows, of one name: one for each combination of labels."""

    name: str
    unit: str
    labels: Mapping[str, tuple[str, ...]]
    """Dimension → its labels; empty: a single one."""
    positions: Integers
    """Place of each among all variables (rows), in the shape of the labels."""
    end: int
    """The place after its last."""
    policy: str = ""
    """Of rows: what somebody wants and could give up; empty: what nature or arithmetic demands."""

    def __getitem__(self, key: Any) -> Integers:
        """Positions by index, as of the array."""
        return np.asarray(self.positions[key])


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """Minimise or maximise ``c·x`` subject to ``l ≤ x ≤ u`` and ``a ≤ A·x ≤ b``; n variables, m rows.

    The objective is not part of it: one program is solved for several, one after the other.
    """

    variables: tuple[Block, ...]
    rows: tuple[Block, ...]
    lower: Floats
    """(n,) −inf: none."""
    upper: Floats
    """(n,) inf: none."""
    row_lower: Floats
    """(m,)"""
    row_upper: Floats
    """(m,)"""
    entry_row: Integers
    """(k,) row of each coefficient; several at one place add up."""
    entry_column: Integers
    """(k,)"""
    coefficients: Floats
    """(k,) row's unit per variable's unit."""

    @cached_property
    def A(self) -> sp.csc_array:
        """(m, n) coefficients, column by column."""
        shape = len(self.row_lower), len(self.lower)
        entries = self.coefficients, (self.entry_row, self.entry_column)
        return sp.csc_array(sp.coo_array(entries, shape=shape))

    def variable(self, position: int) -> str:
        """Name of a variable: ``output[2021, steel]``."""
        return _named(self.variables, position)

    def row(self, position: int) -> str:
        """Name of a row."""
        return _named(self.rows, position)

    def labelled(self, values: Floats, *, of: str = "variables") -> dict[str, xr.DataArray]:
        """Numbers by variable (n,), or with ``of="rows"`` by row (m,), as one labelled array per block."""
        blocks = self.variables if of == "variables" else self.rows
        return {
            block.name: xr.DataArray(
                values[block.positions],
                coords={dim: list(labels) for dim, labels in block.labels.items()},
                dims=tuple(block.labels),
                name=block.name,
                attrs={"units": block.unit},
            )
            for block in blocks
        }

    def with_sides(
        self,
        *,
        lower: Floats | None = None,
        upper: Floats | None = None,
        row_lower: Floats | None = None,
        row_upper: Floats | None = None,
    ) -> LinearProgram:
        """The same program with other bounds of its variables, or other sides of its rows."""
        other = replace(
            self,
            lower=self.lower if lower is None else lower,
            upper=self.upper if upper is None else upper,
            row_lower=self.row_lower if row_lower is None else row_lower,
            row_upper=self.row_upper if row_upper is None else row_upper,
        )
        # The coefficients are the same: what was put together of them need not be put together again.
        if "A" in self.__dict__:
            other.__dict__["A"] = self.A
        return other


class Sides(NamedTuple):
    """Lower and upper sides of one block, in its shape."""

    lower: Floats
    upper: Floats


class Builder:
    """Collects blocks and coefficients into a ``LinearProgram``."""

    def __init__(self) -> None:
        self._variables: list[Block] = []
        self._rows: list[Block] = []
        self._sides: dict[int, Sides] = {}
        self._entries: list[tuple[Integers, Integers, Floats]] = []

    def variables(
        self,
        name: str,
        labels: Labels | None = None,
        *,
        lower: npt.ArrayLike = 0.0,
        upper: npt.ArrayLike = np.inf,
        unit: str = "1",
    ) -> Block:
        """Variables of one name, one for each combination of labels, between bounds that fit their shape."""
        return self._block(self._variables, name, labels, lower, upper, unit, "")

    def rows(
        self,
        name: str,
        labels: Labels | None = None,
        *,
        lower: npt.ArrayLike = -np.inf,
        upper: npt.ArrayLike = np.inf,
        unit: str = "1",
        policy: str = "",
    ) -> Block:
        """Rows of one name, between sides that fit their shape; equal sides make an equation."""
        return self._block(self._rows, name, labels, lower, upper, unit, policy)

    def sides_of(self, block: Block) -> Sides:
        """Bounds of a block's variables, or sides of its rows, to be written to."""
        return self._sides[id(block)]

    def add(self, rows: npt.ArrayLike, variables: npt.ArrayLike, coefficients: npt.ArrayLike) -> None:
        """Add coefficients at positions of rows and variables; the three are broadcast together."""
        row, column, value = np.broadcast_arrays(
            np.asarray(rows, np.int64),
            np.asarray(variables, np.int64),
            np.asarray(coefficients, np.float64),
        )
        there = value.ravel() != 0
        self._entries.append((row.ravel()[there], column.ravel()[there], value.ravel()[there]))

    def build(self) -> LinearProgram:
        """The program.

        Raises
        ------
        InputError
            For every bound or coefficient that is not a number, every lower bound above its upper one, and
            every name given twice: all at once.
        """
        row, column, value = list(zip(*self._entries, strict=True)) or [(), (), ()]
        program = LinearProgram(
            tuple(self._variables),
            tuple(self._rows),
            lower=self._joined(self._variables, "lower"),
            upper=self._joined(self._variables, "upper"),
            row_lower=self._joined(self._rows, "lower"),
            row_upper=self._joined(self._rows, "upper"),
            entry_row=np.concatenate([np.zeros(0, np.int64), *row]),
            entry_column=np.concatenate([np.zeros(0, np.int64), *column]),
            coefficients=np.concatenate([np.zeros(0), *value]),
        )
        if problems := list(_problems(program)):
            raise InputError(problems)
        return program

    def _joined(self, blocks: Sequence[Block], side: str) -> Floats:
        parts = [getattr(self._sides[id(block)], side).ravel() for block in blocks]
        return np.concatenate([np.zeros(0), *parts])

    def _block(
        self,
        blocks: list[Block],
        name: str,
        labels: Labels | None,
        lower: npt.ArrayLike,
        upper: npt.ArrayLike,
        unit: str,
        policy: str,
    ) -> Block:
        named = {dim: tuple(given) for dim, given in (labels or {}).items()}
        shape = tuple(len(given) for given in named.values())
        first = blocks[-1].end if blocks else 0
        positions = first + np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)
        block = Block(name, unit, named, positions, first + positions.size, policy)
        sides = (np.array(np.broadcast_to(np.asarray(given, np.float64), shape)) for given in (lower, upper))
        self._sides[id(block)] = Sides(*sides)
        blocks.append(block)
        return block


def _problems(program: LinearProgram) -> list[Problem]:
    found = []
    for what, blocks in (("variables", program.variables), ("rows", program.rows)):
        names = [block.name for block in blocks]
        found += [
            Problem(name, f"names two blocks of {what}", "give each a name of its own")
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
    sides = (
        (program.lower, program.upper, program.variable),
        (program.row_lower, program.row_upper, program.row),
    )
    for low, high, named in sides:
        found += [
            Problem(named(int(at)), f"has bounds {low[at]:g} and {high[at]:g}", "put the lower one first")
            for at in np.flatnonzero(~(low <= high))
        ]
    found += [
        Problem(
            f"{program.row(int(program.entry_row[at]))}, {program.variable(int(program.entry_column[at]))}",
            f"has the coefficient {program.coefficients[at]:g}",
            "give a finite number",
        )
        for at in np.flatnonzero(~np.isfinite(program.coefficients))
    ]
    return found


def _named(blocks: Sequence[Block], position: int) -> str:
    for block in blocks:
        if block.positions.size and block.positions.flat[0] <= position <= block.positions.flat[-1]:
            place = np.unravel_index(position - int(block.positions.flat[0]), block.positions.shape)
            told = [labels[k] for labels, k in zip(block.labels.values(), place, strict=True)]
            return f"{block.name}[{', '.join(told)}]" if told else block.name
    raise IndexError(position)
