"""Firm network: firms, foreign suppliers and the links between them, built once and never changed.

Nodes are the firms at home, then the suppliers abroad: one for each imported product and partner. A supplier
abroad buys nothing; otherwise it is a node like any other, so that import dependence and chokepoints at home
are ranked alike. A node makes one **kind** of product; suppliers of one kind can stand in for each other.

An imported product that home products cannot replace (non-competitive) is a kind of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.economy import Provenance
from autarky.errors import EconomyError, Problem

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

OVERSOLD = 1e-9
"""Share of its output by which a firm's sales may exceed it: what rounding leaves."""
NEAR = 500
"""Names on either side of an unknown one among which the nearest are looked for."""
MOST_TOLD = 20
"""Problems of one sort that are told one by one."""


class Level(IntEnum):
    """What a buyer can do without a kind of input (Diem et al. 2022 use the same three numbers)."""

    NO_EFFECT = 0
    """Non-essential: its lack stops nothing in the short run."""
    LINEAR = 1
    """Important: output falls by the input's share in all inputs."""
    ESSENTIAL = 2
    """Output falls as far as the supply of this kind."""


@dataclass(frozen=True, eq=False)
class Nodes:
    """What is known of each node, (n,) each: first the firms, then the suppliers abroad."""

    ids: npt.NDArray[np.bytes_]
    """Name of each, UTF-8, no two alike."""
    kind: npt.NDArray[np.int32]
    """Position in ``kinds``: what it makes."""
    sector: npt.NDArray[np.int32]
    """Position in ``sectors``; of a supplier abroad the sector that makes its product at home."""
    region: npt.NDArray[np.int32]
    """Position in ``regions``; of a supplier abroad the partner."""
    output: Floats
    """Output with sales to final users; of a supplier abroad all that it sells here. Currency / year."""
    value_added: Floats
    """Currency / year; 0 abroad."""
    jobs: Floats
    """Persons; 0 abroad."""
    is_rest: npt.NDArray[np.bool_]
    """Whether it stands for all firms of a sector that are not in the data."""


@dataclass(frozen=True, eq=False)
class FirmNetwork:
    """A supply network of ``n`` nodes, the first ``firms`` of them at home, and ``m`` links.

    Links stand supplier after supplier, in it by buyer (compressed sparse rows). Every array is read-only.

    Raises
    ------
    EconomyError
        If an amount is negative or not finite, a firm sells to itself, a link stands twice, a position is out
        of range, a supplier abroad buys, or a node sells more than it makes: all sorts of problem at once.
    """

    name: str
    year: int
    currency: str
    """ISO code."""
    unit: str
    """What one unit of the amounts is, for instance ``million USD``."""
    kinds: tuple[str, ...]
    """(K,) product kinds."""
    essentiality: npt.NDArray[np.uint8]
    """(K, K) ``Level`` of a supplier's kind (row) for a buyer's kind (column)."""
    sectors: tuple[str, ...]
    regions: tuple[str, ...]
    nodes: Nodes
    firms: int
    """Number of firms at home: nodes from here on are suppliers abroad."""
    first: Integers
    """(n + 1,) first link of each supplier."""
    buyer: npt.NDArray[np.uint32]
    """(m,) node that buys."""
    sales: Floats
    """(m,) currency / year."""
    provenance: Provenance
    sector_names: tuple[str, ...] = ()
    """Long name of each sector; the codes if there is none."""
    is_synthetic: bool = False
    """Whether the firms are drawn: then nothing is said of any real firm."""
    is_illustrative: bool = False
    """Whether its named firms are examples that stand for no real one, and are marked so wherever told."""
    notes: tuple[str, ...] = field(default=())
    """What a reader must know: assumptions, what was added. One sentence each."""

    def __post_init__(self) -> None:
        if not self.sector_names:
            object.__setattr__(self, "sector_names", self.sectors)
        for holder, name, dtype in self._arrays():
            given = getattr(holder, name)
            array = np.ascontiguousarray(given) if dtype is None else np.ascontiguousarray(given, dtype=dtype)
            array = array.view()
            array.flags.writeable = False
            object.__setattr__(holder, name, array)
        problems = self._shape_problems() or [*self._amount_problems(), *self._link_problems()]
        if problems:
            raise EconomyError(problems)

    def _arrays(self) -> list[tuple[Any, str, Any]]:
        types = {"kind": np.int32, "sector": np.int32, "region": np.int32, "is_rest": np.bool_, "ids": None}
        nodes = [(self.nodes, item.name, types.get(item.name, np.float64)) for item in fields(Nodes)]
        own: list[tuple[Any, str, Any]] = [
            (self, "essentiality", np.uint8),
            (self, "first", np.int64),
            (self, "buyer", np.uint32),
            (self, "sales", np.float64),
        ]
        return nodes + own

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self.nodes.ids)

    def __reduce__(self) -> tuple[Any, ...]:
        # numpy forgets ``writeable = False`` when pickled; rebuilding keeps the promise on a worker.
        return type(self), tuple(getattr(self, item.name) for item in fields(self))

    @cached_property
    def supplier(self) -> npt.NDArray[np.uint32]:
        """(m,) node that sells."""
        return _frozen(np.repeat(np.arange(len(self), dtype=np.uint32), np.diff(self.first)))

    @cached_property
    def sold(self) -> Floats:
        """(n,) sales to firms, currency / year."""
        return _frozen(np.bincount(self.supplier, weights=self.sales, minlength=len(self)))

    @cached_property
    def bought(self) -> Floats:
        """(n,) purchases from firms and from abroad, currency / year."""
        return _frozen(np.bincount(self.buyer, weights=self.sales, minlength=len(self)))

    @cached_property
    def final_sales(self) -> Floats:
        """(n,) output that goes to final users, exports included, currency / year; never negative."""
        return _frozen(np.maximum(self.nodes.output - self.sold, 0.0))

    @cached_property
    def is_foreign(self) -> npt.NDArray[np.bool_]:
        """(n,) whether a node is a supplier abroad."""
        return _frozen(np.arange(len(self)) >= self.firms)

    def id_of(self, node: int) -> str:
        """Name of a node."""
        return bytes(self.nodes.ids[node]).decode()

    def find(self, name: str) -> int | None:
        """The node of a name; None if there is none."""
        order, ids = self._by_id
        place = int(np.searchsorted(ids, name.encode()))
        return int(order[place]) if place < len(ids) and ids[place] == name.encode() else None

    def ids_near(self, name: str) -> list[str]:
        """Names that stand near one in the order of their bytes: of a million not all can be compared."""
        _, ids = self._by_id
        place = int(np.searchsorted(ids, name.encode()))
        return [bytes(found).decode() for found in ids[max(0, place - NEAR) : place + NEAR]]

    @cached_property
    def _by_id(self) -> tuple[Integers, npt.NDArray[np.bytes_]]:
        order = np.argsort(self.nodes.ids, kind="stable")
        return order, self.nodes.ids[order]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every number and label: two networks with one digest give the same numbers."""
        digest = hashlib.sha256(
            repr((self.kinds, self.sectors, self.regions, self.unit, self.firms)).encode()
        )
        for holder, name, _ in self._arrays():
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(getattr(holder, name)).data)
        return digest.hexdigest()

    # --- what may be wrong -----------------------------------------------------------------------

    def _shape_problems(self) -> list[Problem]:
        n, k, m = len(self), len(self.kinds), len(self.sales)
        wanted = {"essentiality": (k, k), "first": (n + 1,), "buyer": (m,), "sales": (m,)}
        wanted |= {item.name: (n,) for item in fields(Nodes)}
        problems = [
            Problem(f"{self.name}: {name}", f"has shape {found}, not {shape}", "give one number per label")
            for name, shape in wanted.items()
            if (found := getattr(self.nodes if hasattr(self.nodes, name) else self, name).shape) != shape
        ]
        if not 0 < self.firms <= n:
            problems.append(
                Problem(f"{self.name}: firms", f"{self.firms} of {n} nodes", "give at least one firm")
            )
        if problems:
            return problems
        if self.first[0] != 0 or self.first[-1] != m or (np.diff(self.first) < 0).any():
            remedy = "bring the links in order with links_in_order"
            problems.append(Problem(f"{self.name}: first", "does not count the links", remedy))
        for name, among in (("kind", self.kinds), ("sector", self.sectors), ("region", self.regions)):
            where = getattr(self.nodes, name)
            outside = np.flatnonzero((where < 0) | (where >= len(among)))
            problems += self._told(outside, name, lambda i, where=where: f"is position {where[i]}", "unknown")
        if m and self.buyer.max() >= n:
            problems.append(Problem(f"{self.name}: links", "name a buyer that is no node", "add it"))
        if (self.essentiality > max(Level)).any():
            problems.append(Problem(f"{self.name}: essentiality", "knows 0, 1 and 2 only", "correct it"))
        return problems

    def _amount_problems(self) -> list[Problem]:
        problems = []
        for name in ("output", "value_added", "jobs"):
            amount = getattr(self.nodes, name)
            # Value added may be negative: a firm can lose money.
            wrong = ~np.isfinite(amount) if name == "value_added" else ~(np.isfinite(amount) & (amount >= 0))
            problems += self._told(
                np.flatnonzero(wrong), name, lambda i, a=amount: f"is {a[i]:g}", "give a number from 0 on"
            )
        wrong_links = np.flatnonzero(~(np.isfinite(self.sales) & (self.sales > 0)))
        problems += self._links_told(wrong_links, "is not above 0", "leave the link out, or correct it")
        if problems:
            return problems
        over = np.flatnonzero(self.sold > self.nodes.output * (1 + OVERSOLD))
        return self._told(
            over,
            "output",
            lambda i: f"is {self.nodes.output[i]:g} {self.unit}, and it sells {self.sold[i]:g}",
            "correct its output or its sales",
        )

    def _link_problems(self) -> list[Problem]:
        # The firms of a sector that one node stands for do trade with each other.
        own = np.flatnonzero((self.supplier == self.buyer) & ~self.nodes.is_rest[self.supplier])
        problems = self._links_told(own, "is from a firm to itself", "leave it out: it is no trade")
        together = self.supplier[1:] == self.supplier[:-1]
        again = np.flatnonzero(together & (self.buyer[1:] == self.buyer[:-1])) + 1
        problems += self._links_told(again, "stands twice", "add the two together")
        if not problems and (together & (self.buyer[1:] < self.buyer[:-1])).any():
            remedy = "bring them in order with links_in_order"
            problems.append(Problem(f"{self.name}: links", "are not in order of buyers", remedy))
        abroad = np.flatnonzero(self.buyer >= self.firms)
        return problems + self._links_told(
            abroad, "sells to a supplier abroad", "make it an export: leave it out"
        )

    def _told(self, where: Integers, name: str, what: Any, remedy: str) -> list[Problem]:
        told = [Problem(f"{self.name}: {self.id_of(i)}, {name}", what(i), remedy) for i in where[:MOST_TOLD]]
        return told + self._more(where, name, remedy)

    def _links_told(self, where: Integers, what: str, remedy: str) -> list[Problem]:
        told = []
        for link in where[:MOST_TOLD]:
            supplier, buyer = int(self.supplier[link]), int(self.buyer[link])
            place = f"{self.name}: link {self.id_of(supplier)} → {self.id_of(buyer)}"
            told.append(Problem(place, f"{what} ({self.sales[link]:g} {self.unit})", remedy))
        return told + self._more(where, "links", remedy)

    def _more(self, where: Integers, name: str, remedy: str) -> list[Problem]:
        left = len(where) - MOST_TOLD
        return [Problem(f"{self.name}: {name}", f"{left} more of these", remedy)] if left > 0 else []


def links_in_order(
    nodes: int,
    supplier: npt.NDArray[np.integer[Any]],
    buyer: npt.NDArray[np.integer[Any]],
    sales: Floats,
) -> tuple[Integers, npt.NDArray[np.uint32], Floats]:
    """``first``, ``buyer``, ``sales`` of links in any order; nothing is added together.

    Parameters
    ----------
    nodes : int
        Number of nodes.
    supplier, buyer : integer arrays, shape (m,)
    sales : array, shape (m,), currency / year
    """
    # One number for both ends: numpy sorts whole numbers by their digits, twice as fast as pairs.
    order = np.argsort(np.asarray(supplier, np.uint64) * np.uint64(nodes) + buyer, kind="stable")
    counts = np.bincount(np.asarray(supplier), minlength=nodes)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return first, np.asarray(buyer)[order].astype(np.uint32), np.asarray(sales, dtype=np.float64)[order]


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array
