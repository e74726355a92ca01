"""What firm lists lack of a table, as one visible rest-of-sector firm in each industry.

Let T be a block of the table (what industry l buys of k, or through an import gate), N its part in listed
links and R = T − N the remainder. It is given out by one rule, k by k:

1. Listed firms of l buy of the rest of k what their links lack of their sector's recipe, T divided by the
   output of l: at most R in all, and no firm more than its recipe in all inputs together.
2. What then is left of R goes from the rest of k to the rest of l.
3. Where the rest of k makes less than that, the listed firms of k sell to the rest of l, in proportion to
   what they sell to nobody listed.

The rest of k takes what listed firms leave of output, value added and jobs. A gate is served by the supplier
of its own name, ``partner.product``. Sums are then those of the table; that the rule is right is an
assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from autarky.errors import EconomyError, Problem
from autarky.firm_network.consistency import TOLERANCE, Agreement, agreement, blocks, labels_of, places, sums
from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import FirmNetwork, Floats, Integers, Level, Nodes, links_in_order
from autarky.memory import SHARE, free_memory, in_words

BYTES_PER_LINK = 110
"""Memory that completing takes for each link of the result, sorting included (measured)."""
_NOISE = 1e-11
"""Remainders below this share of a figure are what rounding leaves."""
_CELLS_AT_A_TIME = 1 << 21


def completed(
    network: FirmNetwork, frame: Frame, *, jobs: Floats | None = None, tolerance: float = TOLERANCE
) -> FirmNetwork:
    """A network with one more firm in each industry, which has what the others lack of the table.

    The new firm is called ``sector-rest`` (``region.sector-rest`` in a table of several regions) and trades
    with itself too. Afterwards every block, output, import and value added is the table's, to 1e-9. A network
    that has all of it stays as it is.

    Parameters
    ----------
    network : FirmNetwork
        Its sectors and regions bear the codes of the table; its firms have at most what the table has.
    frame : Frame
    jobs : array, shape (I,), optional
        Persons engaged by industry. Where no firm of the network has any, they are shared out by output.
    tolerance : float
        Share of a figure by which firms may exceed it; such an excess is taken off them.

    Raises
    ------
    EconomyError
        Firms have more than the table, a firm has the name of a rest-of-sector firm, or memory is too short.
    """
    told = agreement(network, frame, jobs=jobs, tolerance=tolerance)
    listed = _listed(network, places(network, frame), frame, jobs)
    lack = _lack(listed, frame)
    links = _links(listed, lack, frame)
    return _joined(network, frame, listed, lack, links, told)


class _Listed(NamedTuple):
    """The network by place (row of ``frame.use``), fitted where it exceeds the table by rounding."""

    network: FirmNetwork
    place: Integers
    """(n,)"""
    own: Integers
    """(P,) node that stands for the rest of each place: one of the network, or ``n + place``, a new one."""
    is_own: npt.NDArray[np.bool_]
    """(n,)"""
    sales: Floats
    """(m,)"""
    sold: Floats
    """(n,)"""
    output: Floats
    """(n,)"""
    value_added: Floats
    """(n,)"""
    jobs: Floats
    """(n,)"""
    industry_jobs: Floats
    """(I,) what firms are to add up to."""

    def others(self, figure: Floats) -> Floats:
        """(P,) sum over the nodes that are not ``own``."""
        return sums(np.where(self.is_own, 0.0, figure), self.place, len(self.own))


class _Lack(NamedTuple):
    """What the listed have not: of output (P,), and of each block (P, I)."""

    output: Floats
    """Output of the firm that stands for the rest."""
    room: Floats
    """Of that, what it does not sell over links of the network."""
    blocks: Floats


class _Links(NamedTuple):
    """Links to add; a node from ``n`` on is the one that place ``node − n`` gets."""

    supplier: Integers
    buyer: Integers
    sales: Floats


def _listed(network: FirmNetwork, place: Integers, frame: Frame, jobs: Floats | None) -> _Listed:
    nodes, firms, size = network.nodes, network.firms, len(frame.output)
    sales = network.sales
    scale = _at_most_one(frame.use, blocks(network, place, frame))
    if (scale < 1).any():
        sales = sales * scale[place[network.supplier], place[network.buyer]]
    sold = sums(sales, network.supplier, len(network))
    # Too large an output is taken off sales to final users: those to firms fit already.
    spare = np.maximum(nodes.output - sold, 0.0)
    left = np.maximum(frame.output - sums(sold, place, size), 0.0)
    output = sold + spare * _at_most_one(left, sums(spare, place, size))[place]

    def by_industry(figure: Floats) -> Floats:
        return sums(figure[:firms], place[:firms], len(frame.value_added))

    own_jobs, industry_jobs = nodes.jobs, by_industry(nodes.jobs)
    if jobs is not None:
        industry_jobs = np.asarray(jobs, dtype=np.float64)
        if not own_jobs.any():
            own_jobs = output * np.append(industry_jobs, np.zeros(size - len(jobs)))[place]
            own_jobs = own_jobs / np.where(output > 0, frame.output[place], 1.0)
        own_jobs = _fitted(own_jobs, place, by_industry(own_jobs), industry_jobs)
    added = by_industry(nodes.value_added)
    own = _own(network, frame)
    is_own = np.isin(np.arange(len(network)), own)
    return _Listed(
        network,
        place,
        own,
        is_own,
        sales,
        sold,
        output,
        value_added=_fitted(nodes.value_added, place, added, np.maximum(frame.value_added, 0.0)),
        jobs=own_jobs,
        industry_jobs=industry_jobs,
    )


def _own(network: FirmNetwork, frame: Frame) -> Integers:
    own = np.arange(len(frame.output)) + len(network)
    problems = []
    for p, name in enumerate(_names(frame)):
        if (found := network.find(name)) is None:
            continue
        own[p] = found
        if network.nodes.is_rest[found] == network.is_foreign[found]:
            remedy = "give it another name: this one is kept for what the data lack of its sector"
            problems.append(Problem(f"{network.name}: {name}", "is a firm of the data", remedy))
    if problems:
        raise EconomyError(problems)
    return own


def _names(frame: Frame) -> list[str]:
    labels, industries = labels_of(frame), len(frame.value_added)
    return [f"{label}-rest" if p < industries else label for p, label in enumerate(labels)]


def _lack(listed: _Listed, frame: Frame) -> _Lack:
    place, network = listed.place, listed.network
    sold = blocks(replace(network, sales=listed.sales), place, frame)
    output = _cut(frame.output - listed.others(listed.output), frame.output)
    of_own = sums(np.where(listed.is_own, listed.sold, 0.0), place, len(frame.output))
    return _Lack(output, np.maximum(output - of_own, 0.0), _cut(frame.use - sold, frame.use))


def _links(listed: _Listed, lack: _Lack, frame: Frame) -> _Links:
    """The lacking part of each block as links between nodes, by the three steps above."""
    recipes = _Recipes(listed, lack, frame)
    wanted, count = np.zeros_like(frame.use), np.zeros_like(frame.use)
    for firms, gap in recipes:
        buyers = sparse.csr_matrix(
            (np.ones(len(firms)), (np.arange(len(firms)), listed.place[firms])),
            shape=(len(firms), frame.use.shape[1]),
        )
        wanted += gap @ buyers
        count += (gap > 0) @ buyers
    to_listed = np.minimum(wanted, lack.blocks)
    to_listed *= _at_most_one(lack.room, to_listed.sum(axis=1))[:, None]
    share = np.divide(to_listed, wanted, out=np.zeros_like(wanted), where=wanted > 0)
    to_rest = _cut(lack.blocks - to_listed, frame.use)

    spare = np.where(listed.is_own, 0.0, np.maximum(listed.output - listed.sold, 0.0))
    in_place = sums(spare, listed.place, len(listed.own))
    short = _cut(to_listed.sum(axis=1) + to_rest.sum(axis=1) - lack.room, frame.output)
    short = np.minimum(short, in_place)
    by_listed = to_rest * np.minimum(1.0, _ratio(short, to_rest.sum(axis=1)))[:, None]
    by_rest = _cut(to_rest - by_listed, frame.use)
    sellers = np.flatnonzero((spare > 0) & (short > 0)[listed.place])
    added = count[share > 0].sum() + len(sellers) * to_rest.shape[1] + np.count_nonzero(by_rest)
    _refuse_too_many(listed.network, int(added))

    found = []
    for firms, gap in recipes:
        amounts = gap * share[:, listed.place[firms]]
        k, j = np.nonzero(amounts)
        found.append(_Links(listed.own[k], firms[j], amounts[k, j]))
    for p in np.flatnonzero(short > 0):
        firms = sellers[listed.place[sellers] == p]
        amounts = np.outer(spare[firms] / in_place[p], by_listed[p])
        i, column = np.nonzero(amounts)
        found.append(_Links(firms[i], listed.own[column], amounts[i, column]))
    k, column = np.nonzero(by_rest)
    found.append(_Links(listed.own[k], listed.own[column], by_rest[k, column]))
    return _Links(*(np.concatenate(each) for each in zip(*found, strict=True)))


class _Recipes:
    """What the links of listed firms lack of their sector's recipe, some firms at a time."""

    def __init__(self, listed: _Listed, lack: _Lack, frame: Frame) -> None:
        network, n = listed.network, len(listed.network)
        to_place = sparse.csr_matrix((np.ones(n), (listed.place, np.arange(n))), shape=(len(listed.own), n))
        links = sparse.csr_matrix((listed.sales, network.buyer, network.first), shape=(n, n))
        self._bought = (to_place @ links).tocsc()
        self._listed, self._lacking = listed, lack.blocks > 0
        self._recipe = frame.use * _ratio(np.ones(len(frame.value_added)), frame.output[: frame.use.shape[1]])
        self._firms = np.flatnonzero(~listed.is_own[: network.firms])

    def __iter__(self) -> Iterator[tuple[Integers, Floats]]:
        """(f,) firms and (P, f) what they lack from each place."""
        step = max(1, _CELLS_AT_A_TIME // len(self._listed.own))
        for start in range(0, len(self._firms), step):
            firms = self._firms[start : start + step]
            column = self._listed.place[firms]
            recipe = self._recipe[:, column] * self._listed.output[firms]
            bought = self._bought[:, firms].toarray()
            gap = _cut(recipe - bought, recipe)
            gap[~self._lacking[:, column]] = 0.0
            # Who buys more of one thing than the recipe has buys less of the others.
            in_all = np.maximum(recipe.sum(axis=0) - bought.sum(axis=0), 0.0)
            yield firms, gap * _at_most_one(in_all, gap.sum(axis=0))


def _joined(
    network: FirmNetwork, frame: Frame, listed: _Listed, lack: _Lack, links: _Links, told: Agreement
) -> FirmNetwork:
    """The network with what it lacked: firms, the new rest firms, suppliers abroad, the new ones."""
    n, size, industries = len(network), len(frame.output), len(frame.value_added)
    value_added, jobs = np.zeros(size), np.zeros(size)
    value_added[:industries] = frame.value_added - listed.others(listed.value_added)[:industries]
    jobs[:industries] = np.maximum(listed.industry_jobs - listed.others(listed.jobs)[:industries], 0.0)
    has_something = (lack.output > 0) | (np.bincount(listed.place, minlength=size) == 0)
    has_something[:industries] |= np.abs(value_added[:industries]) > _NOISE * np.abs(frame.value_added)
    has_something[:industries] |= jobs[:industries] > _NOISE * listed.industry_jobs
    for ends in (links.supplier, links.buyer):
        has_something[ends[ends >= n] - n] = True
    is_new = has_something & (listed.own >= n)
    new_home, new_gates = (
        np.flatnonzero(is_new[some]) for some in (slice(industries), slice(industries, None))
    )
    new_gates += industries

    old = np.arange(n)
    order = np.concatenate([old[: network.firms], n + new_home, old[network.firms :], n + new_gates])
    position = np.full(n + size, -1, dtype=np.int64)
    position[order] = np.arange(len(order))
    kinds = tuple(dict.fromkeys((*network.kinds, *frame.kinds)))
    kind = np.append(frame.industry_kind, frame.gate_kind)
    ids = np.array([name.encode() for name in _names(frame)], dtype=np.bytes_)

    def both(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> npt.NDArray[Any]:
        every = np.concatenate([ours, theirs])
        # An own node of the network gets its figures from what is lacking, like a new one.
        every[listed.own] = theirs
        return np.asarray(every[order])

    nodes = network.nodes
    first, buyer, sales = _together(
        len(order),
        np.concatenate([position[network.supplier], position[links.supplier]]),
        np.concatenate([position[network.buyer], position[links.buyer]]),
        np.concatenate([listed.sales, links.sales]),
    )
    output = both(listed.output, lack.output)
    sold = np.add.reduceat(np.append(sales, 0.0), first[:-1]) * (np.diff(first) > 0)
    rest = position[listed.own[:industries]]
    idle = np.where((rest >= 0) & (output[rest] == 0), sums(sales, buyer, len(order))[rest], 0.0)
    return replace(
        network,
        kinds=kinds,
        essentiality=_levels(kinds, network, frame),
        sectors=frame.sectors,
        sector_names=frame.sector_names,
        regions=frame.regions,
        nodes=Nodes(
            ids=both(nodes.ids, ids),
            kind=both(_among(network.kinds, kinds)[nodes.kind], _among(frame.kinds, kinds)[kind]),
            sector=both(
                _among(network.sectors, frame.sectors)[nodes.sector],
                np.append(frame.industry_sector, frame.gate_sector),
            ),
            region=both(
                _among(network.regions, frame.regions)[nodes.region],
                np.append(frame.industry_region, frame.gate_region),
            ),
            # What rounding leaves of sales above output.
            output=np.maximum(output, sold),
            value_added=both(listed.value_added, value_added),
            jobs=both(listed.jobs, jobs),
            is_rest=both(nodes.is_rest, np.arange(size) < industries),
        ),
        firms=network.firms + len(new_home),
        first=first,
        buyer=buyer,
        sales=sales,
        notes=(
            *network.notes,
            *_notes(told, frame, idle, lacks_jobs=bool(listed.jobs.any()) and not jobs.any()),
            *frame.notes,
        ),
    )


def _notes(told: Agreement, frame: Frame, idle: Floats, *, lacks_jobs: bool) -> Iterator[str]:
    """What was added; ``idle`` (I,) is what rest firms without output buy; only the listed may have jobs."""
    if max(told.residual_output, told.residual_links) > _NOISE:
        yield (
            f"{told.sentence} One firm per industry stands for all of it; how the listed firms trade with it "
            "follows their sector's average (assumption)."
        )
        if lacks_jobs:
            yield "Jobs are those of the listed firms alone: how many the others have is not known."
    if idle.any():
        lacks = 100 * idle.sum() / frame.use[:, idle > 0].sum()
        yield (
            f"Listed firms make all the output of {np.count_nonzero(idle)} of {len(idle)} industries, and "
            f"their links lack {lacks:.3g} % of what those buy: a rest-of-sector firm that makes nothing "
            "buys it, so that for want of it no firm stops."
        )


def _levels(kinds: Sequence[str], network: FirmNetwork, frame: Frame) -> npt.NDArray[np.uint8]:
    """Essentiality of all kinds: the network's where it knows both, then the table's, else essential."""
    levels = np.full((len(kinds), len(kinds)), Level.ESSENTIAL, dtype=np.uint8)
    for known, given in ((frame.kinds, frame.essentiality), (network.kinds, network.essentiality)):
        where = _among(known, kinds)
        levels[np.ix_(where, where)] = given
    return levels


def _together(
    nodes: int, supplier: Integers, buyer: Integers, sales: Floats
) -> tuple[Integers, npt.NDArray[np.uint32], Floats]:
    """Links in order, two between the same nodes as one."""
    first, buyers, amounts = links_in_order(nodes, supplier, buyer, sales)
    is_start = np.append(True, buyers[1:] != buyers[:-1]) if len(buyers) else np.zeros(0, dtype=bool)
    is_start[first[:-1][np.diff(first) > 0]] = True
    if is_start.all():
        return first, buyers, amounts
    starts = np.flatnonzero(is_start)
    before = np.concatenate([[0], np.cumsum(is_start)])
    return before[first], buyers[starts], np.add.reduceat(amounts, starts)


def _refuse_too_many(network: FirmNetwork, added: int) -> None:
    needed, free = BYTES_PER_LINK * (len(network.sales) + added), int(free_memory() * SHARE)
    if needed > free:
        what = f"completing it takes {added:,} more links and {in_words(needed)}; {in_words(free)} are free"
        remedy = "take a table with fewer sectors, a machine with more memory, or leave it incomplete"
        raise EconomyError(Problem(network.name, what, remedy))


def _fitted(figure: Floats, place: Integers, found: Floats, table: Floats) -> Floats:
    """A figure of firms, less where they have more than the table by rounding."""
    scale = np.ones(int(place.max()) + 1 + len(table))
    scale[: len(table)] = np.where(found > table, _at_most_one(table, found), 1.0)
    return figure * scale[place]


def _at_most_one(most: Floats, found: Floats) -> Floats:
    return np.minimum(1.0, np.divide(most, found, out=np.ones_like(found), where=found > most))


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def _cut(remainder: Floats, whole: Floats) -> Floats:
    """A remainder, 0 where it is what rounding leaves, or less."""
    return np.where(remainder > _NOISE * whole, remainder, 0.0)


def _among(some: Sequence[str], all_of_them: Sequence[str]) -> Integers:
    """Position of each name; −1 for one that is not among them, which no node has."""
    known = {name: i for i, name in enumerate(all_of_them)}
    return np.array([known.get(name, -1) for name in some], dtype=np.int64)
