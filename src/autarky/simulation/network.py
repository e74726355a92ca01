"""Network: an Economy as suppliers, input slots and users, in the arrays that the kernels read.

One structure serves a national table with import gates and a multi-regional table:

* a **supplier** is an industry or an import gate;
* a **pool** is the set of suppliers that can fill the same input slot: all makers of a product
  (competitive), or those at home and those abroad apart (non-competitive);
* a **user** is an industry or a final user; users stand in **groups** of one destination region and one
  class (industries, final users, split where some are served before others);
* a **tile** is the block of base-year flows from one pool to one group; only flows that exist are stored,
  user after user (compressed sparse columns), so that zeros cost nothing;
* a **book** is the orders one pool receives from one group (or, where suppliers treat all groups alike, from
  all industries, and from all final users), one **link** per supplier in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.declared import ALL
from autarky.economy import Economy
from autarky.errors import EconomyError, Problem, ScenarioError
from autarky.scenario import Criticality, ImportMode
from autarky.simulation.channels import Channels, build_channels, problems_of, users_of
from autarky.simulation.presets import Parameters

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DAYS_PER_YEAR = 365.0

NO_SLOT, ESSENTIAL, IMPORTANT, NON_BINDING = 0, 1, 2, 3
"""Codes of ``Tables.criticality``; the kernels know them by number."""

_LEVELS = {
    Criticality.ESSENTIAL: ESSENTIAL,
    Criticality.IMPORTANT: IMPORTANT,
    Criticality.NON_ESSENTIAL: NON_BINDING,
}


class Tables(NamedTuple):
    """The network in numbers. m suppliers, P pools, G groups, N users (in group order), D destinations.

    Flows are in the table's unit per day.
    """

    flows: Floats
    """(entries,) base-year flows that exist: pool after pool, in it user after user, in it by supplier.

    Each user's are even in number: the last may be a flow of nothing."""
    entry_row: npt.NDArray[np.uint32]
    """(entries,) the supplier of a flow: position among the rows of its tile."""
    entry_start: npt.NDArray[np.uint64]
    """(P, N + 1) first entry of each user."""
    tile_start: Integers
    """(P, G + 1) first of a tile's rows in ``tile_row``."""
    tile_row: Integers
    """(Σ rows of tiles,) the rows of each tile, counted from the first of the pool."""
    pool_order: Integers
    """(P,) order in which threads share pools out: every stretch of it has about as much to do."""
    pool_start: Integers
    """(P + 1,) first row of each pool."""
    row_supplier: Integers
    """(rows,) the supplier a row stands for; one supplier can stand in two pools."""
    supplier_rows: Integers
    """(m, 2) the rows of a supplier, -1 for none."""
    group_start: Integers
    """(G + 1,) first user of each group."""
    group_destination: Integers
    """(G,) destination region of each group."""
    group_is_final: npt.NDArray[np.bool_]
    """(G,) industries come first, so this is False … True."""
    group_rank: Integers
    """(rankings, P, G) who is served before whom, 0 first."""
    user_industry: Integers
    """(N,) industry of a user, -1 for a final user."""
    base_use: Floats
    """(P, N) base-year use of each pool by each user."""
    inverse_base_use: Floats
    """(P, N) 1 / base_use, 0 where there is none."""
    user_output: Floats
    """(N,) output of users, 0 of final users: what an input's cost is compared with."""
    criticality: npt.NDArray[np.uint8]
    """(P, N) whether a slot exists and binds: ``NO_SLOT``, ``ESSENTIAL``, ``IMPORTANT``, ``NON_BINDING``."""
    base_output: Floats
    """(m,) output of industries, imports of gates."""
    exogenous_supply: Floats
    """(m,) what negative flows of the table provide every day."""
    base_to_destination: Floats
    """(m, D) base-year flow of each supplier to each destination region."""


def in_precision(tables: Tables, precision: npt.DTypeLike) -> Tables:
    """The same tables with what is read for every flow in float32, or as they are."""
    if np.dtype(precision) == np.float64:
        return tables
    names = ("flows", "base_use", "inverse_base_use")
    return tables._replace(**{name: getattr(tables, name).astype(precision) for name in names})


class Books(NamedTuple):
    """Where orders are written down: with groups apart a book per tile, else two per pool. L links in all."""

    start: Integers
    """(P + 1,) first book of each pool; books of industries stand before those of final users."""
    link: Integers
    """(books + 1,) first link of each book."""
    destination: Integers
    """(books,) destination region; -1 where groups are together."""
    rank: Integers
    """(rankings, books) who is served before whom, 0 first."""
    is_final: npt.NDArray[np.bool_]
    """(books,)"""
    link_row: Integers
    """(L,) row of each link."""
    link_book: Integers
    """(L,) book of each link."""
    row_start: Integers
    """(R + 1,) first of each row's links in ``row_link``."""
    row_link: Integers
    """(L,) links row after row, in the order of the books."""
    mine: Integers
    """(L,) links supplier after supplier (of all its rows), in it destination after destination."""
    mine_start: Integers
    """(m, D + 1) first position in ``mine`` of a supplier's links to each destination; where groups are
    together the first and the last column hold."""
    turn: Integers
    """(rankings, L) positions in ``mine``: each supplier's links by rank."""
    turn_there: Integers
    """(rankings, L) positions in ``mine``: each supplier's links to each destination by rank."""
    ranking: Integers
    """(channels, P) which ranking a channel of a pool goes by."""
    tile_link: Integers
    """(Σ rows of tiles,) link of each row of each tile."""
    entry_link: npt.NDArray[np.uint32]
    """(entries,) link of each flow."""


def keep_books(network: Network, groups_apart: bool) -> Books:
    """The books of a network: where suppliers can treat groups differently, each group has its own."""
    tables = network.tables
    pools, groups = tables.tile_start.shape[0], tables.tile_start.shape[1] - 1
    together = np.zeros(len(tables.group_rank), dtype=np.int64)
    ranks: list[Integers] = []
    start, ends = [0], [0]
    about: list[tuple[int, bool]] = []
    rows: list[Integers] = []
    tile_link, entry_link = np.empty(len(tables.tile_row), dtype=np.int64), []
    for p in range(pools):
        pool = np.arange(tables.pool_start[p], tables.pool_start[p + 1])
        entries = tables.entry_start[p, tables.group_start].astype(np.int64)
        first = ends[-1]
        if not groups_apart:
            for is_final in (False, True):
                rows.append(pool)
                ends.append(ends[-1] + len(pool))
                about.append((-1, is_final))
                ranks.append(together)
        for g in range(groups):
            tile = slice(tables.tile_start[p, g], tables.tile_start[p, g + 1])
            sellers = tables.tile_row[tile]
            if groups_apart and len(sellers):
                tile_link[tile] = ends[-1] + np.arange(len(sellers))
                rows.append(pool[sellers])
                ends.append(ends[-1] + len(sellers))
                place = int(tables.group_destination[g])
                about.append((place, bool(tables.group_is_final[g])))
                ranks.append(tables.group_rank[:, p, g])
            elif len(sellers):
                tile_link[tile] = first + (len(pool) if tables.group_is_final[g] else 0) + sellers
            entry_link.append(tile_link[tile][tables.entry_row[entries[g] : entries[g + 1]]])
        start.append(len(about))
    link_row = np.concatenate(rows)
    row_link = np.argsort(link_row, kind="stable")
    link_book = np.repeat(np.arange(len(about)), np.diff(ends))
    destination, is_last = np.array(about, dtype=np.int64).reshape(-1, 2).T
    rank = np.stack(ranks, axis=1)
    return Books(
        start=np.array(start, dtype=np.int64),
        link=np.array(ends, dtype=np.int64),
        destination=np.ascontiguousarray(destination),
        rank=np.ascontiguousarray(rank),
        is_final=is_last > 0,
        link_row=link_row,
        link_book=link_book,
        row_start=np.searchsorted(link_row[row_link], np.arange(len(tables.row_supplier) + 1)).astype(
            np.int64
        ),
        row_link=row_link,
        **_turns(tables, link_row, destination[link_book], rank[:, link_book]),
        ranking=np.ascontiguousarray(network.channels.ranking[:, network.slot_product]),
        tile_link=tile_link,
        entry_link=np.concatenate(entry_link).astype(np.uint32),
    )


def _turns(tables: Tables, row: Integers, destination: Integers, rank: Integers) -> dict[str, Integers]:
    """Each supplier's links in the order in which they are served; equal ranks stay in the order of rows."""
    suppliers, places = tables.base_to_destination.shape
    supplier, there = tables.row_supplier[row], np.maximum(destination, 0)
    mine = np.lexsort((row, there, supplier))
    key = (supplier * places + there)[mine]
    bounds = np.arange(suppliers)[:, None] * places + np.arange(places + 1)
    row, there, supplier = row[mine], there[mine], supplier[mine]
    by_rank = [ranks[mine] for ranks in rank]
    return {
        "mine": mine,
        "mine_start": np.searchsorted(key, bounds),
        "turn": np.array([np.lexsort((mine, row, ranks, supplier)) for ranks in by_rank]),
        "turn_there": np.array([np.lexsort((mine, ranks, there, supplier)) for ranks in by_rank]),
    }


@dataclass(frozen=True)
class Slot:
    """The name of a pool: a product, and where its suppliers may be: any, home or abroad."""

    product: str
    origin: str

    def __str__(self) -> str:
        return self.product if self.origin == "any" else f"{self.product} ({self.origin})"


@dataclass(frozen=True, eq=False)
class Network:
    """Arrays for the kernels and names for everybody else."""

    economy: Economy
    tables: Tables
    slots: tuple[Slot, ...]
    """(P,) what each pool supplies."""
    destinations: tuple[str, ...]
    """(D,) regions that receive: producing regions, then regions of final users abroad."""
    users: Integers
    """(N,) table column (industries, then final users) of each user in group order."""
    channels: Channels
    """How suppliers hand out what they have."""
    negative_flows: tuple[str, ...]
    """Negative flows treated as exogenous supply, one sentence each."""

    @cached_property
    def slot_product(self) -> Integers:
        """(P,) product of each slot, by position."""
        return np.array([self.economy.products.index(slot.product) for slot in self.slots], dtype=np.int64)

    def pools_of(self, i: int) -> tuple[int, ...]:
        """Pools that a supplier can deliver to."""
        rows = self.tables.supplier_rows[i]
        return tuple(
            int(np.searchsorted(self.tables.pool_start, row, side="right") - 1) for row in rows if row >= 0
        )

    @cached_property
    def supplier_regions(self) -> tuple[str, ...]:
        """(m,) region of each industry, partner of each gate."""
        return supplier_places(self.economy)[0]

    @cached_property
    def supplier_products(self) -> tuple[str, ...]:
        """(m,) product of each supplier."""
        return supplier_places(self.economy)[1]

    @cached_property
    def supplier_labels(self) -> tuple[str, ...]:
        """(m,) industry label, or ``partner.product`` of a gate."""
        gates = (f"{gate.partner}.{gate.product}" for gate in self.economy.gates)
        return (*self.economy.industries.labels, *gates)


def supplier_places(economy: Economy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Region and product of each supplier: industries in table order, then gates."""
    pairs = [*economy.industries.pairs, *economy.gates]
    return tuple(region for region, _ in pairs), tuple(product for _, product in pairs)


def build_network(economy: Economy, parameters: Parameters) -> Network:
    """Arrange an economy into suppliers, pools, groups and tiles.

    Parameters
    ----------
    economy : Economy
    parameters : Parameters
        Which imports compete, who is served first, what is critical.

    Returns
    -------
    network : Network
        Memory: one float64 per base-year flow, without the blocks that are zero.

    Raises
    ------
    ScenarioError
        If a rule of allocation lacks what it needs: ranks, a share, a seed. Names that the economy does not
        know are refused with those of the shocks, by ``build_forcing``.
    EconomyError
        If an industry has more negative than positive use, so that its base year cannot stand.
    """
    n, g = len(economy.industries), len(economy.gates)
    regions, products = supplier_places(economy)
    table = np.zeros((n + g, n + len(economy.final_users)))
    table[:n, :n], table[:n, n:] = economy.Z, economy.Y
    if g:
        table[n:, :n], table[n:, n:] = economy.imports_intermediate, economy.imports_final
    table /= DAYS_PER_YEAR

    user_regions = [region for region, _ in economy.industries.pairs]
    user_regions += [user.region for user in economy.final_users]
    destinations = tuple(dict.fromkeys(user_regions))
    negative: tuple[str, ...] = ()
    exogenous = np.zeros(n + g)
    if parameters.preset.negative_demand_is_supply:
        exogenous, negative = _take_out_negative_flows(economy, table)
    elif (table[:, :n] < 0).any():
        i, j = np.argwhere(table[:, :n] < 0)[0]
        raise EconomyError(
            Problem(
                f"{economy.name}: row {(*economy.industries.labels, *economy.gates)[i]}, "
                f"column {economy.industries.labels[j]}",
                f"is {table[i, j] * DAYS_PER_YEAR:g} {economy.unit}",
                "this preset takes no negative intermediate use; correct the table or use preset autarky",
            )
        )

    if problems := problems_of(parameters.institutions, economy.products):
        raise ScenarioError(problems)
    channels = build_channels(users_of(economy), parameters.institutions)
    # Who is nowhere served before or after another may stand in one group with him.
    vectors = channels.ranks.reshape(-1, channels.ranks.shape[-1])
    alike = np.unique(vectors, axis=1, return_inverse=True)[1].reshape(-1)
    groups: dict[tuple[bool, int, int], list[int]] = {}
    for column, region in enumerate(user_regions):
        key = (column >= n, destinations.index(region), int(alike[column]))
        groups.setdefault(key, []).append(column)
    keys = sorted(groups)
    users = np.array([column for key in keys for column in groups[key]], dtype=np.int64)
    group_start = np.cumsum([0] + [len(groups[key]) for key in keys])

    slots, pools = _pools(economy, parameters, regions, products)
    home = np.array([[region == other for other in destinations] for region in regions])
    destination_of = np.array([destinations.index(user_regions[column]) for column in users])
    arranged = np.ascontiguousarray(table[:, users])

    row_supplier: list[int] = []
    supplier_rows = np.full((n + g, 2), -1, dtype=np.int64)
    pool_start = [0]
    tile_start = np.zeros((len(slots), len(keys) + 1), dtype=np.int64)
    tile_row: list[int] = []
    group_of = np.searchsorted(group_start, np.arange(len(users)), side="right") - 1
    base_use = np.zeros((len(slots), len(users)))
    flows: list[Floats] = []
    rows_of: list[Integers] = []
    entries = np.zeros((len(slots), len(users) + 1), dtype=np.int64)
    for p, (slot, suppliers) in enumerate(zip(slots, pools, strict=True)):
        block = arranged[suppliers]
        if slot.origin != "any":
            inside = home[suppliers][:, destination_of]
            block = np.where(inside if slot.origin == "home" else ~inside, block, 0.0)
        sells = (block != 0).any(axis=1)
        block, suppliers = block[sells], [i for i, keep in zip(suppliers, sells, strict=True) if keep]
        for row, i in enumerate(suppliers, start=len(row_supplier)):
            supplier_rows[i, 0 if supplier_rows[i, 0] < 0 else 1] = row
        row_supplier += suppliers
        pool_start.append(len(row_supplier))
        base_use[p] = block.sum(axis=0)
        user, seller = np.nonzero(block.T)
        bought = np.zeros((len(keys), len(block)), dtype=np.bool_)
        bought[group_of[user], seller] = True
        tile_start[p] = len(tile_row) + np.concatenate([[0], np.cumsum(bought.sum(axis=1))])
        tile_row += list(np.nonzero(bought)[1])
        local = (np.cumsum(bought, axis=1) - 1)[group_of[user], seller]
        # Kernels take flows two by two: a user with an odd number gets one more, of nothing.
        odd = np.flatnonzero(np.bincount(user, minlength=len(users)) % 2)
        order = np.argsort(np.concatenate([user, odd]), kind="stable")
        flows.append(np.concatenate([block[seller, user], np.zeros(len(odd))])[order])
        rows_of.append(np.concatenate([local, np.zeros(len(odd), dtype=np.int64)])[order])
        entries[p, 1:] = np.cumsum(np.bincount(np.concatenate([user, odd]), minlength=len(users)))
    sizes = entries[:, -1].copy()
    entries += np.concatenate([[0], np.cumsum(sizes)[:-1]])[:, None]

    user_industry = np.where(users < n, users, -1)
    base_to_destination = np.stack(
        [arranged[:, destination_of == d].sum(axis=1) for d in range(len(destinations))], axis=1
    )
    base_output = table.sum(axis=1) - exogenous
    if parameters.preset.negative_demand_is_supply:
        # A supplier whose stocks run down by more than is used made nothing; what is there is given.
        base_output = np.maximum(base_output, 0.0)
    elif (base_output < 0).any():
        i = int(np.argmin(base_output))
        raise EconomyError(
            Problem(
                f"{economy.name}: row {(*economy.industries.labels, *economy.gates)[i]}",
                f"adds up to {base_output[i] * DAYS_PER_YEAR:g} {economy.unit}",
                "a supplier cannot have negative output; run autarky check and correct the table",
            )
        )
    tables = Tables(
        flows=np.concatenate(flows),
        entry_row=np.concatenate(rows_of).astype(np.uint32),
        entry_start=entries.astype(np.uint64),
        tile_start=tile_start,
        tile_row=np.array(tile_row, dtype=np.int64),
        pool_order=_shared_out(sizes + len(users)),
        pool_start=np.array(pool_start, dtype=np.int64),
        row_supplier=np.array(row_supplier, dtype=np.int64),
        supplier_rows=supplier_rows,
        group_start=group_start.astype(np.int64),
        group_destination=np.array([key[1] for key in keys], dtype=np.int64),
        group_is_final=np.array([key[0] for key in keys]),
        group_rank=np.ascontiguousarray(
            channels.ranks[:, [economy.products.index(slot.product) for slot in slots]][
                ..., users[group_start[:-1]]
            ]
        ),
        user_industry=user_industry,
        base_use=base_use,
        inverse_base_use=np.divide(1.0, base_use, out=np.zeros_like(base_use), where=base_use != 0),
        user_output=np.where(
            user_industry >= 0, economy.x[np.maximum(user_industry, 0)] / DAYS_PER_YEAR, 0.0
        ),
        criticality=_criticality(economy, parameters, slots, base_use, user_industry),
        base_output=base_output,
        exogenous_supply=exogenous,
        base_to_destination=base_to_destination,
    )
    return Network(economy, tables, slots, destinations, users, channels, negative)


def _shared_out(work: Integers) -> Integers:
    """An order in which heavy and light items alternate: equal stretches of it weigh about the same."""
    heavy_first = np.argsort(-work, kind="stable")
    there, back = heavy_first[0::2], heavy_first[1::2][::-1]
    return np.concatenate([there, back]).astype(np.int64)


def _take_out_negative_flows(economy: Economy, table: Floats) -> tuple[Floats, tuple[str, ...]]:
    """Move negative flows out of the table (in place) into exogenous supply of their supplier.

    A negative change in inventories, or a negative use, is goods that appear without being made:
    supply that goes on whatever happens.
    """
    rows = [*economy.industries.labels, *(f"{gate.partner}.{gate.product}" for gate in economy.gates)]
    columns = [*economy.industries.labels]
    columns += [f"{user.region}.{user.category}" for user in economy.final_users]
    places = np.argwhere(table < 0)
    sentences = tuple(
        f"{rows[i]} → {columns[j]}: {table[i, j] * DAYS_PER_YEAR:,.6g} {economy.unit} a year"
        for i, j in places
    )
    exogenous = -np.minimum(table, 0.0).sum(axis=1)
    np.maximum(table, 0.0, out=table)
    return exogenous, sentences


def _pools(
    economy: Economy, parameters: Parameters, regions: Sequence[str], products: Sequence[str]
) -> tuple[tuple[Slot, ...], list[list[int]]]:
    """The input slots and, for each, the suppliers that can fill it."""
    rule = parameters.behaviour.imports
    default = parameters.preset.imports
    if default is None:
        national = not economy.is_multi_regional
        default = ImportMode.NON_COMPETITIVE if national else ImportMode.COMPETITIVE
    makers: dict[str, list[int]] = {}
    for i, product in enumerate(products):
        makers.setdefault(product, []).append(i)
    slots: list[Slot] = []
    pools: list[list[int]] = []
    for product, suppliers in makers.items():
        mode = default
        if rule is not None and product in rule.competitive:
            mode = ImportMode.COMPETITIVE
        elif rule is not None and product in rule.non_competitive:
            mode = ImportMode.NON_COMPETITIVE
        if mode is ImportMode.COMPETITIVE:
            slots.append(Slot(product, "any"))
            pools.append(suppliers)
        else:
            slots += [Slot(product, "home"), Slot(product, "abroad")]
            pools += [suppliers, suppliers]
    return tuple(slots), pools


def _criticality(
    economy: Economy,
    parameters: Parameters,
    slots: Sequence[Slot],
    base_use: Floats,
    user_industry: Integers,
) -> npt.NDArray[np.uint8]:
    """Which slots exist and bind, (P, N), if they are not negligible."""
    levels = np.where(base_use > 0, ESSENTIAL, NO_SLOT).astype(np.uint8)
    if parameters.preset.production.value == "critical":
        sectors = np.array([economy.industries.pairs[i][1] if i >= 0 else "" for i in user_industry])
        for rule in parameters.behaviour.criticality:
            inputs = np.array([rule.inputs == ALL or slot.product in rule.inputs for slot in slots])
            users = np.isin(sectors, list(rule.users)) if rule.users != ALL else sectors != ""
            levels[np.ix_(inputs, users)] = _LEVELS[rule.level]
    levels[base_use <= 0] = NO_SLOT
    levels[:, user_industry < 0] = NO_SLOT
    return levels
