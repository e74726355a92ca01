"""Structural paths: the chains of supply that carry most of what stands behind one final demand."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from numba import njit

from autarky.accounts import Accounts, Factor
from autarky.dependence.measured import measured
from autarky.errors import EconomyError, InputError, Problem, did_you_mean

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

VALUE_ADDED, IMPORTS = "value added", "imports"
EXPORTS = "exports"

_SLICES = 32
"""Parts of a pass, between which the clock is read."""
_WALKED = 1_000_000
"""Nodes of a pass beyond which tails are worth their making."""
_TAILS_EACH, _TAILS = 5_000, 8_000_000
"""Most tails kept, per industry and together: 16 bytes each."""


class _Tree(NamedTuple):
    """Suppliers of each industry, first the one through which the largest path leads. Sizes without signs."""

    start: Positions
    """(n + 1,) where the suppliers of each industry begin."""
    supplier: npt.NDArray[np.int32]
    share: Vector
    """Input from the supplier per unit of the industry's output."""
    largest: Vector
    """The largest path through that supplier, per unit of the industry's output."""
    content: Vector
    """(n,) content per unit of output: a path that ends here."""
    best: Vector
    """(n,) the largest path that begins here, per unit of output."""


class _Tails(NamedTuple):
    """For each industry, every path that begins there and is worth at least its cutoff, largest first."""

    start: Positions
    """(n + 1,)"""
    value: Vector
    """Per unit of the first industry's output."""
    together: Vector
    """Running sums of ``value``, from 0: one more entry per industry."""
    cutoff: Vector
    """(n,)"""
    longest: int
    """Most rounds of any of them."""


def structural_paths(
    accounts: Accounts,
    of: str,
    *,
    content: str = VALUE_ADDED,
    origins: Sequence[str] = (),
    share: float = 0.99,
    depth: int = 64,
    paths: int = 1_000,
    nodes: int = 5_000_000_000,
    seconds: float = 60.0,
) -> xr.DataArray:
    """``q_k·A_kj·…·A_ih·y_h``: each term of ``q·(I + A + A² + …)·y``, the largest ones listed.

    A path runs from a final demand to a supplier, to its supplier, and so on to the industry where content
    enters. All paths worth at least a threshold are counted, and the threshold halved, until they carry
    ``share`` of the content. Two exact bounds make that quick. The content of all paths together is known
    beforehand from one solve, so that what remains is known whenever the search stops; and no branch is
    entered whose largest path is below the threshold. Long searches meet in the middle: the paths that
    begin at each industry are made once and sorted, so that all continuations of a branch are counted by
    one look-up.

    Parameters
    ----------
    accounts : Accounts
    of : str
        A final user at home (``KOR.CONS_h``), an industry at home (what it sells to final users, at home and
        abroad), or ``exports``.
    content : {"value added", "imports"}
        Value added, followed through the whole table, abroad too; or imports where they cross the border into
        home industries. For ``exports`` only home industries are followed either way: what other countries
        make of them is not behind them.
    origins : sequence of str
        Regions whose value added, or partners whose imports, count; all if left out.
    share : float
        Part of the content to find, above 0 and below 1; of paths within ``depth``.
    depth : int
        Most rounds of supply: 0 is what the final seller adds itself.
    paths : int
        How many of the largest are listed; the others are counted.
    nodes : int
        Bound on the search that does not depend on the machine: branches entered at one threshold.
    seconds : float
        The other bound. What a threshold found before the clock stopped it half-way is not told.

    Returns
    -------
    structural_paths : DataArray, dims (path), in the table's unit per year
        Largest first; coordinates on ``path``: ``depth``, ``share`` of the content, ``cumulative_share``.
        ``path`` is a text, buyer first: ``KOR.CONS_h ← KOR.Food ← USA.Agriculture``. Attributes: ``total``
        content; ``counted`` paths, each worth ``smallest`` or more; ``found_share`` and ``remaining_share``,
        of which ``beyond_depth_share`` is in longer paths; ``stopped``, why; ``branches`` entered. Where a
        flow or content is negative, shares are of the sum of the paths' sizes without sign, ``gross``.

    Raises
    ------
    InputError
        If a name is unknown or a number out of its range.
    EconomyError
        If paths do not add up to anything: inputs cost more than output.

    References
    ----------
    Defourny & Thorbecke (1984); Treloar (1997); Lenzen (2003). Bounds by the largest path and by sorted
    tails: own, tested against a search without them.

    Blind spots
    -----------
    A path is an average over all that an industry makes; no firm need stand on it. What final users import
    themselves has no path when ``content`` is imports (see ``imports_embodied``).
    """
    numbers = {"share": share, "depth": depth, "paths": paths, "nodes": nodes, "seconds": seconds}
    _refuse(accounts, of, content, origins, numbers)
    deadline = time.monotonic() + seconds
    system = _system(accounts, of, content, origins)
    signed = (system.A, system.q, system.y)
    A, q, y = (np.abs(part) if (part < 0).any() else part for part in signed)
    gross = _gross(A, q, y, system.factor if A is system.A else Factor(A))
    search = _Search(A, q, y, depth, nodes, deadline)
    found = search.until(share, gross, paths)
    largest = search.list(found.listed_at, paths) if found.counted else []
    values = np.array([_value(system, path) for path in largest])
    shares = np.abs(values) / gross
    buyer = of if of in (*accounts.final_labels, EXPORTS) else "final use"
    origin = f" from {', '.join(origins)}" if origins else ""
    array = measured(
        values,
        {"path": [" ← ".join([buyer, *(system.labels[i] for i in path)]) for path in largest]},
        name="structural_paths",
        long_name=f"Structural paths of {content}{origin} behind {of}",
        units=f"{accounts.economy.unit} / year",
        formula="q_k·A_kj·…·A_ih·y_h",
        source="Defourny & Thorbecke (1984); Treloar (1997); Lenzen (2003)",
        blind=(
            "A path is an average over all that an industry makes; no firm need stand on it. Imports that "
            "final users buy themselves have no path"
        ),
    )
    array = array.assign_coords(
        depth=("path", np.array([len(path) - 1 for path in largest], dtype=np.int64)),
        share=("path", shares),
        cumulative_share=("path", np.cumsum(shares)),
    )
    found_share = found.carried / gross if gross > 0 else np.nan
    array.attrs |= {
        "total": float(system.factor.solve_transposed(system.q) @ system.y),
        "gross": gross,
        "counted": found.counted,
        "smallest": found.smallest,
        "found_share": found_share,
        "remaining_share": 1.0 - found_share,
        "beyond_depth_share": 1.0 - search.within / gross if gross > 0 else np.nan,
        "stopped": found.stopped,
        "branches": found.branches,
    }
    return array


class _Found(NamedTuple):
    """What the last threshold that was finished found."""

    counted: int
    carried: float
    smallest: float
    listed_at: float
    """The largest threshold that leaves as many paths as are to be listed."""
    branches: int
    stopped: str


class _Search:
    """Paths of ``q·(I + A + A² + …)·y``, none negative, above thresholds."""

    def __init__(self, A: Matrix, q: Vector, y: Vector, depth: int, nodes: int, deadline: float) -> None:
        self.depth, self.nodes, self.deadline = depth, nodes, deadline
        self.within, self.output = _within(A, q, y, depth)
        self.tree = _tree(A, q)
        self.roots = np.flatnonzero(y)
        self.flows = y[self.roots]
        self.tails: _Tails | None = None
        self.meets = True

    def until(self, share: float, gross: float, listed: int) -> _Found:
        """Halve the threshold until enough is found, or a bound is met."""
        found = _Found(0, 0.0, gross, gross, 0, "there is no content to follow")
        if not self.within > 0:
            return found
        listed_at = None
        threshold = gross
        while True:
            walked = self._above(threshold)
            if isinstance(walked, str):
                return found._replace(stopped=walked)
            counted, branches, carried = walked
            if listed_at is None and counted >= listed:
                listed_at = threshold
            at = threshold if listed_at is None else listed_at
            found = _Found(counted, carried, threshold, at, branches, "")
            # Rounding may keep a sum of all paths a last digit below the whole.
            if carried >= min(share, 1 - 1e-12) * self.within:
                return found._replace(
                    stopped=f"share: {share:.6g} of the content of at most {self.depth} rounds"
                )
            if branches > _WALKED and self.meets and self.tails is None:
                self.tails = _made_tails(self.tree, self.output, self.depth)
            threshold /= 2

    def _above(self, threshold: float) -> tuple[int, int, float] | str:
        """Paths at or above a threshold, branches entered, their content; or the bound that was met."""
        slices = [slice(part, None, _SLICES) for part in range(min(_SLICES, len(self.roots)))]
        if self.tails is None:
            return self._sum(
                lambda part: _walk(
                    self.tree,
                    self.roots[part],
                    self.flows[part],
                    threshold,
                    self.depth,
                    self.nodes,
                    *_NOWHERE,
                ),
                slices,
            )
        return self._meet(self.tails, threshold, slices)

    def _meet(self, tails: _Tails, threshold: float, slices: list[slice]) -> tuple[int, int, float] | str:
        """The same from both ends: branches that tails do not reach are kept by industry, and meet them."""
        n = len(self.tree.content)
        kept = np.zeros((len(slices), n), dtype=np.int64)

        def spread(k: int, flows: Vector) -> Any:
            roots = self.roots[slices[k]], self.flows[slices[k]]
            return _spread(self.tree, tails, *roots, threshold, self.depth, self.nodes, kept[k], flows)

        counted = self._sum(lambda k: spread(k, np.empty(0)), range(len(slices)))
        if isinstance(counted, str):
            return counted
        # Where each slice puts the flows of each industry: industry by industry, slice by slice.
        ends = np.cumsum(kept.T).reshape(n, len(slices)).T
        start = np.append(0, ends[-1])
        kept[:] = np.vstack([start[:-1], ends[:-1]])
        flows = np.empty(start[-1])
        filled = self._sum(lambda k: spread(k, flows), range(len(slices)))
        if isinstance(filled, str):
            return filled

        def meet(i: int) -> Any:
            here = np.sort(flows[start[i] : start[i + 1]])[::-1]
            return _pair(self.tree, tails, i, here, threshold, self.nodes)

        met = self._sum(meet, np.flatnonzero(np.diff(start)))
        if isinstance(met, str):
            return met
        branches = counted[1] + met[1]
        if branches > self.nodes:
            return _too_many(self.nodes)
        return counted[0] + met[0], branches, counted[2] + met[2]

    def _sum(self, work: Callable[[Any], Any], parts: Iterable[Any]) -> tuple[int, int, float] | str:
        """Paths, branches and content of parts of a pass, done side by side and added in their order."""

        def unless_late(part: Any) -> Any:
            return work(part) if time.monotonic() <= self.deadline else None

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            done = list(threads.map(unless_late, parts))
        if any(one is None for one in done):
            return "seconds: the clock; on another machine it may come to more or less"
        counted, branches = sum(one[0] for one in done), sum(one[1] for one in done)
        if any(one[0] == -2 for one in done):
            return _TOO_DEEP
        if any(one[0] < 0 for one in done) or branches > self.nodes:
            return _too_many(self.nodes)
        return counted, branches, sum(one[2] for one in done)

    def list(self, threshold: float, most: int) -> list[list[int]]:
        """The largest paths at or above a threshold, as positions from the final seller on."""
        values, ends, steps = _listed(self.tree, self.roots, self.flows, threshold, self.depth)
        begins = np.append(0, ends)
        largest = np.argsort(-values, kind="stable")[:most]
        return [steps[begins[k] : ends[k]].tolist() for k in largest]


_TOO_DEEP = "depth: with a tail, some branch would be longer than asked"


def _too_many(nodes: int) -> str:
    return f"nodes: the next threshold takes more than {nodes} branches"


_ANY_NUMBER = np.iinfo(np.int64).max
_NOWHERE = (np.empty(0), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32))


@njit(cache=True, nogil=True)
def _walk(
    tree: Any, roots: Any, flows: Any, threshold: Any, depth: Any, most: Any,
    values: Any, ends: Any, steps: Any,
) -> Any:  # fmt: skip
    """Paths worth at least the threshold: how many (−1: more than ``most`` branches), branches, sum, steps.

    They are written down as far as ``values`` has room: value, end among the steps, steps in a row.
    The slow twin is tests/reference/structural_paths.py.
    """
    at = np.empty(depth + 1, np.int64)
    flow = np.empty(depth + 1)
    turn = np.empty(depth + 1, np.int64)
    found, branches, carried, length = 0, 0, 0.0, 0
    for root in range(len(roots)):
        if flows[root] * tree.best[roots[root]] < threshold:
            continue
        level = 0
        at[0], flow[0], turn[0] = roots[root], flows[root], -1
        while level >= 0:
            i, size = at[level], flow[level]
            if turn[level] < 0:
                branches += 1
                if branches > most:
                    return -1, branches, carried, length
                value = size * tree.content[i]
                if value >= threshold:
                    if found < len(values):
                        values[found], ends[found] = value, length + level + 1
                        steps[length : length + level + 1] = at[: level + 1]
                    found += 1
                    carried += value
                    length += level + 1
                turn[level] = tree.start[i]
            p = turn[level]
            if p < tree.start[i + 1] and level < depth and size * tree.largest[p] >= threshold:
                turn[level] = p + 1
                level += 1
                at[level], flow[level], turn[level] = tree.supplier[p], size * tree.share[p], -1
            else:
                level -= 1
    return found, branches, carried, length


@njit(cache=True, nogil=True)
def _spread(
    tree: Any,
    tails: Any,
    roots: Any,
    flows: Any,
    threshold: Any,
    depth: Any,
    most: Any,
    place: Any,
    kept: Any,
) -> Any:
    """Branches whose continuations are not all among the tails: kept by industry, from ``place`` on.

    Counted here are only the paths of roots that tails reach. ``place`` ends where the next flow would go;
    without room nothing is kept, and it tells how many there are. −1: more than ``most``; −2: so deep that
    a tail might lead beyond ``depth``.
    """
    at = np.empty(depth + 1, np.int64)
    flow = np.empty(depth + 1)
    turn = np.empty(depth + 1, np.int64)
    found, branches, carried = 0, 0, 0.0
    for root in range(len(roots)):
        i, size = roots[root], flows[root]
        if size * tree.best[i] < threshold:
            continue
        if size * tails.cutoff[i] <= threshold:
            k = _reached(tails, i, size, threshold, tails.start[i], tails.start[i + 1])
            found += k - tails.start[i]
            carried += size * tails.together[k + i]
            continue
        level = 0
        at[0], flow[0], turn[0] = i, size, -1
        while level >= 0:
            i, size = at[level], flow[level]
            if turn[level] < 0:
                branches += 1
                if branches > most:
                    return -1, branches, carried
                if level + 1 + tails.longest > depth:
                    return -2, branches, carried
                if len(kept):
                    kept[place[i]] = size
                place[i] += 1
                turn[level] = tree.start[i]
            p, end = turn[level], tree.start[i + 1]
            # Suppliers that tails reach are not entered here.
            while p < end and size * tree.largest[p] >= threshold:
                if size * tree.share[p] * tails.cutoff[tree.supplier[p]] > threshold:
                    break
                p += 1
            if p < end and level < depth and size * tree.largest[p] >= threshold:
                turn[level] = p + 1
                level += 1
                at[level], flow[level], turn[level] = tree.supplier[p], size * tree.share[p], -1
            else:
                level -= 1
    return found, branches, carried


@njit(cache=True, nogil=True)
def _pair(tree: Any, tails: Any, i: Any, flows: Any, threshold: Any, most: Any) -> Any:
    """Paths that end at i with one of the flows, largest first, or go on by a tail of a supplier."""
    found, branches, carried = 0, 0, 0.0
    for size in flows:
        value = size * tree.content[i]
        if value < threshold:
            break
        found += 1
        carried += value
    for p in range(tree.start[i], tree.start[i + 1]):
        if flows[0] * tree.largest[p] < threshold:
            break
        j, share = tree.supplier[p], tree.share[p]
        first, high = 0, len(flows)
        while first < high:
            middle = (first + high) // 2
            if flows[middle] * share * tails.cutoff[j] > threshold:
                first = middle + 1
            else:
                high = middle
        begin = tails.start[j]
        k = tails.start[j + 1]
        for f in range(first, len(flows)):
            if flows[f] * tree.largest[p] < threshold:
                break
            branches += 1
            size = flows[f] * share
            # The flows fall, and so do the tails that reach the threshold: look on from the last one.
            low, high, stride = begin, k, 1
            while high > begin:
                probe = max(high - stride, begin)
                if size * tails.value[probe] >= threshold:
                    low = probe + 1
                    break
                high = probe
                stride *= 2
            k = _reached(tails, j, size, threshold, low, high)
            found += k - begin
            carried += size * tails.together[k + j]
        if branches > most:
            return -1, branches, carried
    return found, branches, carried


@njit(cache=True, nogil=True)
def _reached(tails: Any, i: Any, size: Any, threshold: Any, low: Any, high: Any) -> Any:
    """End of the tails of i that come to the threshold; it lies between low and high."""
    while low < high:
        middle = (low + high) // 2
        if size * tails.value[middle] >= threshold:
            low = middle + 1
        else:
            high = middle
    return low


def _listed(
    tree: _Tree, roots: Positions, flows: Vector, threshold: float, depth: int
) -> tuple[Vector, Positions, npt.NDArray[np.int32]]:
    """All paths at or above a threshold, root by root: values, ends among the steps, steps."""
    whole = (tree, roots, flows, threshold, depth, _ANY_NUMBER)
    found, _, _, length = _walk(*whole, *_NOWHERE)
    values, ends, steps = np.empty(found), np.empty(found, dtype=np.int64), np.empty(length, dtype=np.int32)
    _walk(*whole, values, ends, steps)
    return values, ends, steps


def _tree(A: Matrix, q: Vector) -> _Tree:
    by_user = np.ascontiguousarray(A.T)
    best = q
    # Each round lets paths be one step longer. A cycle makes a path smaller, so that n rounds are enough.
    for _ in range(len(q) + 1):
        longer = np.maximum(q, (by_user * best).max(axis=1))
        if np.array_equal(longer, best):
            break
        best = longer
    else:
        raise EconomyError(_UNPRODUCTIVE)
    start, suppliers = [0], []
    largest: list[Vector] = []
    for inputs in by_user:
        through = inputs * best
        chosen = np.flatnonzero(through)
        chosen = chosen[np.argsort(-through[chosen], kind="stable")]
        suppliers.append(chosen)
        largest.append(through[chosen])
        start.append(start[-1] + len(chosen))
    supplier = np.concatenate(suppliers)
    user = np.repeat(np.arange(len(q)), np.diff(start))
    return _Tree(
        np.array(start), supplier.astype(np.int32), by_user[user, supplier], np.concatenate(largest), q, best
    )


def _made_tails(tree: _Tree, output: Vector, depth: int) -> _Tails:
    """As many tails as memory is given, with the lower a cutoff the more often a tail will be looked up.

    Paths above a threshold grow in number about as a power of it. Then fewest branches are entered where
    an industry's cutoff is as the root of what a unit of its output carries over its output.
    """
    n = len(tree.content)
    roots = np.arange(n)
    weight = np.sqrt(np.divide(output, tree.best, out=np.zeros(n), where=tree.best > 0))
    most = min(_TAILS_EACH * n, _TAILS)
    cutoff = float((weight * tree.best).max())
    for _ in range(60):
        found, *_ = _walk(tree, roots, weight, cutoff / 2, depth, 8 * most, *_NOWHERE)
        if not 0 <= found <= most:
            break
        cutoff /= 2
    values, ends, steps = _listed(tree, roots, weight, cutoff, depth)
    begins = np.append(0, ends[:-1])
    first = steps[begins]
    start = np.searchsorted(first, np.arange(n + 1))
    together = np.zeros(len(values) + n)
    for i in range(n):
        tails = slice(start[i], start[i + 1])
        values[tails] = np.sort(values[tails])[::-1] / weight[i]
        together[start[i] + i + 1 : start[i + 1] + i + 1] = np.cumsum(values[tails])
    cutoffs = np.divide(cutoff, weight, out=np.full(n, np.inf), where=weight > 0)
    return _Tails(start, values, together, cutoffs, int((ends - begins).max()) - 1)


def _within(A: Matrix, q: Vector, y: Vector, depth: int) -> tuple[float, Vector]:
    """``Σ_k q·A^k·y`` and ``Σ_k A^k·y`` for k from 0 to depth."""
    flow, output = y, y.copy()
    for _ in range(depth):
        flow = A @ flow
        output += flow
        if (flow <= 1e-17 * output).all():
            break
    return float(q @ output), output


_UNPRODUCTIVE = Problem(
    "technical coefficients",
    "inputs, negative ones counted by their size, cost more than output: paths do not add up to anything",
    "run: autarky check TABLE",
)


def _gross(A: Matrix, q: Vector, y: Vector, factor: Factor) -> float:
    """Sum of the sizes of all paths."""
    content = factor.solve_transposed(q)
    if (content < (1 - 1e-9) * q).any():
        raise EconomyError(_UNPRODUCTIVE)
    return float(content @ y)


class _System(NamedTuple):
    """What paths run through."""

    A: Matrix
    q: Vector
    y: Vector
    labels: Sequence[str]
    factor: Factor


def _system(accounts: Accounts, of: str, content: str, origins: Sequence[str]) -> _System:
    economy = accounts.economy
    if content == IMPORTS or of == EXPORTS:
        A, labels, factor = accounts.A, accounts.labels, accounts.factor
        x, added, regions = accounts.x, accounts.value_added, [region for region, _ in accounts.industries]
        if of == EXPORTS:
            y = accounts.exports.sum(axis=1)
        elif of in accounts.final_labels:
            y = accounts.final[:, accounts.final_labels.index(of)]
        else:
            # A national table does not say who buys exports: they count as final.
            abroad = accounts.exports_final if economy.is_multi_regional else accounts.exports
            y = np.where(np.array(labels) == of, accounts.final.sum(axis=1) + abroad.sum(axis=1), 0.0)
    else:
        A, labels, factor = economy.A, economy.industries.labels, accounts.world_factor
        x, added = economy.x, economy.value_added.sum(axis=0)
        regions = [region for region, _ in economy.industries.pairs]
        if of in accounts.final_labels:
            user = accounts.final_users[accounts.final_labels.index(of)]
            y = economy.Y[:, economy.final_users.index(user)]
        else:
            y = np.where(np.array(labels) == of, economy.Y.sum(axis=1), 0.0)
    if content == IMPORTS:
        counts = [not origins or source.partner in origins for source in accounts.sources]
        q = accounts.A_imported[np.array(counts, dtype=bool)].sum(axis=0)
    else:
        counts = [not origins or region in origins for region in regions]
        q = np.divide(added, x, out=np.zeros(len(x)), where=(x != 0) & np.array(counts))
    return _System(A, q, np.ascontiguousarray(y), labels, factor)


def _value(system: _System, path: Sequence[int]) -> float:
    flow = system.y[path[0]]
    for user, supplier in itertools.pairwise(path):
        flow = flow * system.A[supplier, user]
    return float(flow * system.q[path[-1]])


def _refuse(
    accounts: Accounts, of: str, content: str, origins: Sequence[str], numbers: dict[str, float]
) -> None:
    """Raise all that is wrong with a question at once."""
    ends = (*accounts.final_labels, *accounts.labels, EXPORTS)
    problems = []
    if of not in ends:
        what = f"{of!r} is neither a final user nor an industry at home, nor {EXPORTS!r}"
        problems.append(Problem("of", what, did_you_mean(of, ends)))
    if content not in (VALUE_ADDED, IMPORTS):
        what = f"{content!r} is not a content of paths"
        problems.append(Problem("content", what, f"use {VALUE_ADDED!r} or {IMPORTS!r}"))
    known = tuple(dict.fromkeys(source.partner for source in accounts.sources))
    if content == VALUE_ADDED:
        known = accounts.home if of == EXPORTS else accounts.economy.industries.regions
    problems += [
        Problem("origins", f"{content} comes from no {origin!r}", did_you_mean(origin, known))
        for origin in origins
        if origin not in known
    ]
    if not 0 < numbers["share"] < 1:
        problems.append(Problem("share", f"is {numbers['share']}", "give a share above 0 and below 1"))
    for name, least in (("depth", 0), ("paths", 0), ("nodes", 1), ("seconds", 0)):
        if not numbers[name] >= least:
            problems.append(Problem(name, f"is {numbers[name]}", f"give {least} or more"))
    if problems:
        raise InputError(problems)
