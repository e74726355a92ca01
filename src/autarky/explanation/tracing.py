"""Tracing: the way back of a loss put into names, dates and amounts; and one input relieved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.errors import InputError, Problem, did_you_mean
from autarky.explanation.conditions import first_shock_day
from autarky.explanation.losses import Calendar, industry_losses, output_shares
from autarky.explanation.names import Names
from autarky.explanation.why import Branch, Relieved, Root, Why
from autarky.explanation.wording import percent
from autarky.results import FALLS, STOPS, Reason, SimulationResult
from autarky.scenario import Exemption, Scenario
from autarky.simulation.shortfalls import REASONS, Node, Place, Trace, outputs, simulate_and_trace

Floats = npt.NDArray[np.float64]

_LEAST, _MOST, _DEPTH = 0.01, 4, 12
"""Branches below this share of the loss, beyond this number at a node, or deeper, are told together."""
_KEPT = 8
"""Imports that are kept alone, each in a simulation of its own: as many as go side by side."""


def why(
    economy: Economy,
    scenario: Scenario,
    industry: str,
    *,
    day: int | None = None,
    relieve: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Why:
    """Why an industry made less: simulates the scenario, traces the loss back, and relieves what is asked.

    Parameters
    ----------
    industry : str
        Label or long name of the industry.
    day : int, optional
        Explain the output lost on this day, counted from the first shock; else of all days.
    relieve : sequence of str
        Inputs (slots, products, or their long names; ``all``: each that bound) that would not have run out.

    Raises
    ------
    InputError
        If there is no such industry, day or input, or nothing to explain.
    """
    result, trace = simulate_and_trace(economy, scenario, progress=progress)
    names = Names(result)
    found = explained(result, trace, scenario, _industry(names, industry), day=day)
    (found,) = with_what_keeping_averts([found], economy, scenario, trace, progress=progress)
    asked = _inputs_of(found) if list(relieve) == ["all"] else [_slot(trace, one) for one in relieve]
    relieved = []
    for slot in asked:
        try:
            other, _ = simulate_and_trace(
                economy, scenario, at_hand=(found.industry, slot), progress=progress
            )
        except KeyError as error:
            problem = Problem("--relieve", f"{found.name} has no input {slot!r}", "name one that bound it")
            raise InputError(problem) from error
        relieved.append(_had_not_run_out(other, scenario, found, slot))
    return replace(found, relieved=tuple(relieved))


def explained(
    result: SimulationResult, trace: Trace, scenario: Scenario, industry: str, *, day: int | None = None
) -> Why:
    """Why an industry (by its label) made less in a run that was traced.

    Raises
    ------
    InputError
        If it never falls below 90 % of base, or loses nothing on ``day``.
    """
    return _Teller(result, trace, scenario, industry).tell(day)


def largest_losers(
    result: SimulationResult, trace: Trace, scenario: Scenario, most: int = 3
) -> tuple[Why, ...]:
    """Why those industries made less that lost most value added; none where none falls below 90 %."""
    names, calendar = Names(result), Calendar(result, first_shock_day(scenario))
    losses = industry_losses(result, names, calendar)
    largest = sorted(losses, key=lambda loss: (-loss.value_added_lost, loss.industry))[:most]
    return tuple(explained(result, trace, scenario, loss.industry) for loss in largest)


def with_what_keeping_averts(
    chains: Sequence[Why],
    economy: Economy,
    scenario: Scenario,
    trace: Trace,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Why, ...]:
    """The chains, and for the trade that most of their losses goes back to what keeping it alone would avert.

    Each is exempt from every cut in a simulation of its own; all of them side by side.
    """
    total: dict[tuple[str, str], float] = {}
    for root in (root for chain in chains for root in chain.roots):
        if root.kind == "gate" and root.share >= _LEAST:
            key = (root.code, root.destination)
            total[key] = total.get(key, 0.0) + root.share
    tried = sorted(total, key=lambda key: (-total[key], key))[:_KEPT]
    if not tried:
        return tuple(chains)
    made = outputs(economy, [_keeping(scenario, trace, *key) for key in tried], progress=progress)
    day_zero = (first_shock_day(scenario) - scenario.start).days
    return tuple(
        replace(
            chain,
            roots=tuple(
                replace(root, averts=_averted(chain, trace, day_zero, made[tried.index(key)]))
                if (key := (root.code, root.destination)) in tried
                else root
                for root in chain.roots
            ),
        )
        for chain in chains
    )


def _keeping(scenario: Scenario, trace: Trace, supplier: str, destination: str) -> Scenario:
    """The scenario with one supplier's sales to one destination exempt from every cut."""
    network = trace.network
    i = network.supplier_labels.index(supplier)
    spared = Exemption(
        origin=(network.supplier_regions[i],),
        destination=(destination,),
        products=(network.supplier_products[i],),
    )
    return scenario.model_copy(update={"exempt": (*scenario.exempt, spared)})


def _averted(chain: Why, trace: Trace, day_zero: int, made: Floats) -> float:
    """Share of a chain's loss that is not lost with these outputs, (T, n)."""
    j = trace.network.economy.industries.labels.index(chain.industry)
    first, last = chain.window
    days = made[first.number + day_zero : last.number + day_zero + 1, j]
    return float(1.0 - np.maximum(trace.base[j] - days, 0.0).sum() / chain.lost)


class _Teller:
    """Puts a trace into names and days."""

    def __init__(self, result: SimulationResult, trace: Trace, scenario: Scenario, industry: str) -> None:
        self.result, self.trace = result, trace
        self.names = Names(result)
        self.calendar = Calendar(result, first_shock_day(scenario))
        self.j = self.names.industry_codes.index(industry)
        self.unit = str(result.record.economy["unit"])

    def tell(self, day: int | None) -> Why:
        trace, j, calendar = self.trace, self.j, self.calendar
        share = output_shares(self.result)[:, j]
        load, level, first_below = self._load(day, share)
        days = np.flatnonzero(load > 0)
        base = float(trace.base[j])
        lowest = int(np.nanargmin(share))
        self.whole = float(load.sum())
        record = self.result.record
        return Why(
            scenario=str(record.scenario["name"]),
            economy=str(record.economy["name"]),
            unit=self.unit,
            day_zero=calendar.origin.isoformat(),
            industry=self.names.industry_codes[j],
            name=self.names.industries[j],
            level=level,
            day=calendar.day(first_below),
            lowest=float(share[lowest]),
            lowest_day=calendar.day(lowest),
            window=(calendar.day(int(days[0])), calendar.day(int(days[-1]))),
            lost=self.whole,
            lost_share=self.whole / (base * (days[-1] - days[0] + 1)),
            branches=self._branches(Node(Place.LOST, j), load, (j,), 0),
            roots=self._roots(Node(Place.LOST, j), load),
        )

    def _load(self, day: int | None, share: Floats) -> tuple[Floats, float, int]:
        """The loss that is told, by day; the level it fell below, and the first day below."""
        lost = self.trace.lost[:, self.j]
        name = self.names.industries[self.j]
        below = [(level, np.flatnonzero(share < level * (1 - 1e-9))) for level in (STOPS, FALLS)]
        fallen = [(level, int(days[0])) for level, days in below if len(days)]
        if not fallen:
            what = f"{name} never falls below {percent(FALLS)} of its base output"
            lowest = (
                f" (its lowest is {percent(float(np.nanmin(share)))})" if np.isfinite(share).any() else ""
            )
            raise InputError(Problem("autarky why", what + lowest, "choose an industry that falls"))
        level, first = fallen[0]
        if day is None:
            return lost, level, first
        position = day + (self.calendar.origin - self.calendar.dates[0]).days
        if not 0 <= position < len(lost):
            last = (self.calendar.dates[-1] - self.calendar.origin).days
            raise InputError(Problem("--day", f"day {day} is not simulated", f"choose one from 0 to {last}"))
        if lost[position] <= 0:
            what = f"{name} loses nothing on day {day}"
            raise InputError(
                Problem(
                    "--day",
                    what,
                    f"it first falls below {percent(level)} on day {self.calendar.day(first).number}",
                )
            )
        load = np.zeros(len(lost))
        load[position] = lost[position]
        return load, level, first

    def _branches(self, node: Node, load: Floats, path: tuple[int, ...], depth: int) -> tuple[Branch, ...]:
        """What a load comes from, thickest first; what is thin, or too deep, together."""
        parts = self._told_parts(node, load)
        shares = {other: float(part.sum()) / self.whole for other, part in parts.items()}
        ordered = sorted(parts, key=lambda other: (-shares[other], other.place.value, other[1:]))
        shown = [other for other in ordered if shares[other] >= _LEAST][:_MOST] if depth < _DEPTH else []
        found = [self._branch(node, other, parts[other], shares[other], path, depth) for other in shown]
        rest = sum(shares[other] for other in ordered if other not in shown)
        if rest > 1e-6:
            name = "smaller branches" if depth < _DEPTH else "further back"
            found.append(Branch("smaller", name, "", rest, None, None, None, None, ""))
        return tuple(found)

    def _told_parts(self, node: Node, load: Floats) -> dict[Node, Floats]:
        """The next places that are worth a line: SHORT and OVERRUN are passed through."""
        found: dict[Node, Floats] = {}

        def add(other: Node, part: Floats) -> None:
            found[other] = found[other] + part if other in found else part

        for other, part in self.trace.pass_on(node, load):
            if other.place is Place.OVERRUN or (other.place is Place.SHORT and node.place is Place.LOST):
                for last, piece in self.trace.pass_on(other, part):
                    add(last, piece)
            else:
                add(other, part)
        return found

    def _branch(
        self, above: Node, node: Node, load: Floats, share: float, path: tuple[int, ...], depth: int
    ) -> Branch:
        days = np.flatnonzero(load > 1e-9 * load.max())
        first, last = int(days[0]), int(days[-1])
        told = Branch("", "", "", share, self.calendar.day(first), None, None, None, "")
        match node.place:
            case Place.INPUT:
                return self._input_branch(told, node, load, path, depth)
            case Place.CUT:
                short, of = self._missing(above, node.first, first, last)
                return replace(
                    told,
                    kind="gate",
                    name=self._cut_name(node, above.place is Place.ORDERS),
                    code=self.trace.network.supplier_labels[node.first],
                    short=short,
                    of=of,
                    why="trade cut",
                )
            case Place.SHORT:
                short, of = self._missing(above, node.first, first, last)
                name = self._supplier_name(node.first)
                told = replace(
                    told,
                    kind="supplier",
                    name=name,
                    code=self.trace.network.supplier_labels[node.first],
                    short=short,
                    of=of,
                    why="itself short of inputs",
                )
                if node.first in path:
                    return replace(told, kind="circle", name=f"{name} again: round in a circle")
                return replace(told, branches=self._branches(node, load, (*path, node.first), depth + 1))
            case Place.CAPACITY:
                return replace(
                    told,
                    kind="capacity",
                    name=self._supplier_name(node.first),
                    code=self.trace.network.supplier_labels[node.first],
                    why="capacity lost",
                )
            case Place.LIMIT:
                reason = REASONS[node.second]
                short, of = self._missing(above, node.first, first, last)
                return replace(
                    told,
                    kind=_LIMITS.get(reason, "capacity"),
                    name=self._supplier_name(node.first),
                    code=self.trace.network.supplier_labels[node.first],
                    short=short,
                    of=of,
                    why=reason.value,
                )
            case Place.UNWANTED:
                return replace(told, kind="orders", name=self._end_name(node))
            case Place.ORDERS | Place.LOST:
                name = f"fewer orders for {self._supplier_name(node.first)}"
                told = replace(told, kind="orders", name=name, code=self.names.industry_codes[node.first])
                if node.first in path and above.place is not Place.LOST:
                    return replace(told, kind="circle", name=f"{name}, again: round in a circle")
                return replace(told, branches=self._branches(node, load, (*path, node.first), depth + 1))
        return replace(told, kind=_ENDS[node.place], name=self._end_name(node), first=None)

    def _input_branch(
        self, told: Branch, node: Node, load: Floats, path: tuple[int, ...], depth: int
    ) -> Branch:
        p, j = node.first, node.second
        bound = int(np.flatnonzero(load > 1e-9 * load.max())[0])
        missing = self.trace.shortfall(p, j)
        laid = sum(part for other, part in self.trace.pass_on(node, load) if other.place is not Place.STOCK)
        fed = (
            np.flatnonzero(np.asarray(laid) > 1e-9 * load.max()) if np.ndim(laid) else np.array([], dtype=int)
        )
        first = int(fed[0]) if len(fed) else bound
        last = int(fed[-1]) if len(fed) else bound
        use = float(self.trace.network.tables.base_use[p, int(self.trace.days.industry_user[j])])
        return replace(
            told,
            kind="input",
            name=self.names.slots[p],
            code=str(self.trace.network.slots[p]),
            first=self.calendar.day(first),
            stock_days=float(bound - first) if len(fed) else None,
            short=float(missing[first : last + 1].sum()),
            of=use * (last - first + 1),
            branches=self._branches(node, load, path, depth + 1),
        )

    def _missing(
        self, above: Node, supplier: int, first: int, last: int
    ) -> tuple[float | None, float | None]:
        """What a supplier did not deliver to a stock over some days, and its base-year deliveries."""
        if above.place is not Place.INPUT:
            return None, None
        if supplier not in self.trace.suppliers(above.first, above.second)[0]:
            return None, None
        short, flow = self.trace.shortfall_of(supplier, above.first, above.second)
        return float(short[first : last + 1].sum()), flow * (last - first + 1)

    def _roots(self, node: Node, load: Floats) -> tuple[Root, ...]:
        shares = self.trace.roots(node, load)
        found: dict[tuple[str, str, str, str], float] = {}
        for end, share in shares.items():
            kind = self._root_kind(end)
            is_supplier = end.place in (Place.CUT, Place.CAPACITY, Place.LIMIT)
            code = self.trace.network.supplier_labels[end.first] if is_supplier else ""
            destination = self.trace.network.destinations[end.second] if end.place is Place.CUT else ""
            about = (kind, self._root_name(end), code, destination)
            found[about] = found.get(about, 0.0) + share
        ordered = sorted(found.items(), key=lambda item: (item[0][0] == "smaller", -item[1], item[0]))
        return tuple(
            Root(kind, name, code, share, destination) for (kind, name, code, destination), share in ordered
        )

    def _root_kind(self, end: Node) -> str:
        if end.place is Place.LIMIT:
            return _LIMITS.get(REASONS[end.second], "capacity")
        return {Place.CUT: "gate", Place.CAPACITY: "capacity"}.get(end.place) or _ENDS[end.place]

    def _root_name(self, end: Node) -> str:
        match end.place:
            case Place.CUT:
                return f"{self._cut_name(end, self._is_export(end))}, trade cut"
            case Place.CAPACITY:
                return f"{self._supplier_name(end.first)}, capacity lost"
            case Place.LIMIT:
                return f"{self._supplier_name(end.first)}, {REASONS[end.second].value}"
        return self._end_name(end)

    def _is_export(self, end: Node) -> bool:
        return end.first < self.trace.n and not self.names.is_multi_regional

    def _cut_name(self, node: Node, is_export: bool) -> str:
        network = self.trace.network
        product = self.names.of(network.supplier_products[node.first])
        region = self.names.of(network.supplier_regions[node.first])
        target = self.names.of(network.destinations[node.second])
        if is_export:
            return f"sales of {product} to {target}"
        if self.names.is_multi_regional:
            return f"{region}: {product} to {target}"
        return f"{product} from {region}"

    def _supplier_name(self, i: int) -> str:
        if i < self.trace.n:
            return self.names.industries[i]
        gate = self.names.gates[i - self.trace.n]
        return f"{gate.product} from {gate.partner}"

    def _end_name(self, node: Node) -> str:
        match node.place:
            case Place.DEMAND:
                user = self.trace.network.economy.final_users[node.first]
                return f"{self.names.of(user.category)} want less"
            case Place.UNWANTED:
                user = self.trace.network.economy.final_users[node.first]
                return f"{self.names.of(user.category)} ask for less, {REASONS[node.second].value}"
            case Place.STOCK:
                name = self.names.slots[node.first]
                return f"a stock of {name} that was too small, no supplier having fallen short"
        return "not traced further" if node.first < 0 else "orders that moved or are not told"


_ENDS = {Place.DEMAND: "orders", Place.UNWANTED: "orders", Place.STOCK: "stock", Place.UNTOLD: "smaller"}
_LIMITS = {Reason.NO_MONEY: "money"}
"""Kinds of limits that are none of capacity."""


def _had_not_run_out(result: SimulationResult, scenario: Scenario, found: Why, slot: str) -> Relieved:
    names = Names(result)
    calendar = Calendar(result, first_shock_day(scenario))
    j = names.industry_codes.index(found.industry)
    share = output_shares(result)[:, j]
    days = np.flatnonzero(share < found.level * (1 - 1e-9))
    codes = [str(code) for code in result.data["slot"].values]
    then = ""
    if len(days):
        binding = int(result.data["binding"].transpose("day", "industry").values[days[0], j])
        then = names.slots[binding] if binding >= 0 else ("fewer orders", "its own capacity")[binding == -2]
    window = slice(
        found.window[0].number + (calendar.origin - calendar.dates[0]).days,
        found.window[1].number + (calendar.origin - calendar.dates[0]).days + 1,
    )
    return Relieved(
        input=names.slots[codes.index(slot)],
        lost_share=float(np.maximum(1 - share[window], 0.0).mean()),
        day=calendar.day(int(days[0])) if len(days) else None,
        then=then,
    )


def _industry(names: Names, asked: str) -> str:
    """The label of an industry given by label or long name."""
    by_name = dict(zip(names.industries, names.industry_codes, strict=True))
    if asked in names.industry_codes:
        return asked
    if asked in by_name:
        return by_name[asked]
    close = {name.lower(): code for name, code in by_name.items()}
    if asked.lower() in close:
        return close[asked.lower()]
    remedy = did_you_mean(asked, (*names.industry_codes, *names.industries))
    raise InputError(Problem("autarky why", f"no industry {asked!r}", remedy))


def _slot(trace: Trace, asked: str) -> str:
    """The label of a slot given by label, product or long name; from abroad before from home."""
    labels = [str(slot) for slot in trace.network.slots]
    if asked in labels:
        return asked
    economy = trace.network.economy
    for origin in ("abroad", "any", "home"):
        for slot in trace.network.slots:
            names = (slot.product, economy.product_name(slot.product).lower())
            if slot.origin == origin and (asked in names or asked.lower() in names):
                return str(slot)
    raise InputError(Problem("--relieve", f"no input {asked!r}", did_you_mean(asked, labels)))


def _inputs_of(found: Why) -> list[str]:
    return [branch.code for branch in found.branches if branch.kind == "input"]
