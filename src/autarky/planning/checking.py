"""Checking: a plan held against every sentence of its problem, by arithmetic of its own.

The program's rows, and the functions that wrote them, are not used: a mistake there would be believed twice.
Only the problem's tables and the plan's amounts by their labels are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.errors import SimulationError
from autarky.planning.highs import solver_version
from autarky.planning.linear_program import Floats
from autarky.planning.plan import Plan
from autarky.planning.problem import AFTER, LIVELIHOOD, TARGET, PlanningProblem, Target
from autarky.planning.stages import COVERAGE, GAIN, KEPT, LOOSER, SHORTFALL, TARGETS
from autarky.results.plan import Certificate

MOST = 1e-6
"""The largest breach, relative to the size of its constraint, with which a plan is shown."""


def certificate(plan: Plan) -> Certificate:
    """Largest breach of any constraint, ``max(0, −Σ terms) / max(Σ |terms|, 1)``, and where; and the gap.

    Balances, capacity, building, trade, stocks, labour, foreign exchange, deposits, baskets, targets, siege,
    the year after, signs and bounds, and that no later stage took from an earlier one. Where the usual need
    of a product is below one unit, it stands in the place of the 1.
    """
    found = Amounts(plan.problem, plan.values)
    worst, where = max(
        (sentence.worst(found.smallest) for sentence in _sentences(found, plan)), key=lambda told: told[0]
    )
    last = plan.stages[-1]
    return Certificate(
        solver=solver_version(),
        rows=len(last.program.row_lower),
        columns=len(last.program.lower),
        entries=int(last.program.A.nnz),
        violation=worst,
        where=where if worst > 0 else "",
        gap=_gap(plan),
        notes=(
            f"a plan is shown if no constraint is broken by more than {MOST:g} of its size",
            f"a later stage may take {KEPT:g} of what an earlier one reached, {KEPT * LOOSER:g} if it must",
            *(f"{stage.name}: {stage.solution.method}" for stage in plan.stages),
        ),
    )


def checked(plan: Plan) -> Certificate:
    """The certificate of a plan that may be shown.

    Raises
    ------
    SimulationError
        If a constraint is broken by more than ``MOST``, naming it.
    """
    told = certificate(plan)
    if not told.violation <= MOST:
        raise SimulationError(
            f"the plan is not shown: {told.where} is broken by {told.violation:.2g} of its size, "
            f"and {MOST:g} is the most ({told.solver}, {plan.stages[-1].solution.method})"
        )
    return told


@dataclass(frozen=True, eq=False)
class Sentence:
    """One kind of constraint: ``Σ terms ≥ 0``, or ``= 0``, in every place of the labels."""

    words: str
    """``balance of {1} in {0}``, with a label for each axis."""
    labels: tuple[Sequence[str], ...]
    terms: tuple[Floats | float, ...]
    """Each in the shape of the labels, or broadcast to it."""
    exact: bool = False

    def worst(self, smallest: float) -> tuple[float, str]:
        """The largest breach relative to the size of its terms, and where it is."""
        shape = tuple(len(labels) for labels in self.labels)
        total, size = np.zeros(shape), np.full(shape, 0.0)
        for term in self.terms:
            total += term
            size += np.abs(term)
        if not total.size:
            return 0.0, ""
        breach = np.abs(total) if self.exact else np.maximum(0.0, -total)
        # What is allowed without end cannot be broken; what is no number is broken wholly.
        relative = np.where(total == np.inf, 0.0, breach / np.maximum(size, smallest))
        relative = np.where(np.isnan(relative), np.inf, relative)
        at = np.unravel_index(int(relative.argmax()), shape)
        told = [_spelt(labels[int(k)]) for labels, k in zip(self.labels, at, strict=True)]
        return float(relative[at]) + 0.0, self.words.format(*told)


@dataclass(frozen=True, eq=False)
class Amounts:
    """A plan's amounts as arrays in the order of the problem's own labels; absent ones are zero.

    s spans, p periods, n products, m techniques, c and e channels, k stocks, h groups.
    """

    problem: PlanningProblem
    values: dict[str, xr.DataArray]

    @cached_property
    def spans(self) -> tuple[str, ...]:
        """Labels of the periods and, where it counts, the year after."""
        return self.problem.periods + ((AFTER,) if self.problem.stationary_after else ())

    @cached_property
    def at(self) -> npt.NDArray[np.int64]:
        """(s,) the period whose tables hold in each span: in the year after, the last one's."""
        return np.minimum(np.arange(len(self.spans)), len(self.problem.periods) - 1)

    @cached_property
    def years(self) -> Floats:
        """(s,) years that each span counts for."""
        after = [self.problem.after_years] if self.problem.stationary_after else []
        return np.array([*self.problem.years, *after])

    @cached_property
    def smallest(self) -> float:
        """What a constraint is at least held against: one unit, or the usual need of a product if smaller."""
        wanted = self.needs.sum(axis=1) + self.public
        there = wanted[wanted > 0]
        return min(1.0, float(np.median(there))) if there.size else 1.0

    def __call__(self, name: str, *labels: Sequence[str]) -> Floats:
        """Amounts of one block in the shape of the labels given; zero where the plan has none."""
        found = np.zeros(tuple(len(given) for given in labels))
        if name in self.values:
            array = self.values[name]
            to, of = [], []
            for dim, given in zip(array.dims, labels, strict=True):
                place = {label: k for k, label in enumerate(array.coords[dim].values.tolist())}
                to.append([k for k, label in enumerate(given) if label in place])
                of.append([place[label] for label in given if label in place])
            found[np.ix_(*to)] = array.values[np.ix_(*of)]
        return found

    @cached_property
    def activity(self) -> Floats:
        """(s, m)"""
        return self("activity", self.spans, self.problem.techniques)

    @cached_property
    def capacity(self) -> Floats:
        """(s, m) zero where no plant is needed."""
        return self("capacity", self.spans, self.problem.techniques)

    @cached_property
    def starts(self) -> Floats:
        """(p, m)"""
        return self("starts", self.problem.periods, self.problem.techniques)

    @cached_property
    def imports(self) -> Floats:
        """(s, c)"""
        return self("imports", self.spans, self.problem.imports.labels)

    @cached_property
    def exports(self) -> Floats:
        """(s, e)"""
        return self("exports", self.spans, self.problem.exports.labels)

    @cached_property
    def stock(self) -> Floats:
        """(p, k) at the end of each period."""
        stocks = self.problem.stocks
        names = [] if stocks is None else [self.problem.products[i] for i in stocks.products]
        return self("stock", self.problem.periods, names)

    @cached_property
    def needs(self) -> Floats:
        """(s, h, n) the whole basket of each group."""
        households = self.problem.households
        return np.asarray(households.persons[self.at][:, :, None] * households.basket[None])

    @cached_property
    def lack(self) -> Floats:
        """(s, h, n) what is missing from the basket."""
        groups, products = self.problem.households.groups, self.problem.products
        pairs = [f"{group}.{product}" for group in groups for product in products]
        flat = self("basket shortfall", self.spans, pairs)
        return flat.reshape(len(self.spans), len(groups), len(products))

    @cached_property
    def extra(self) -> Floats:
        """(s, b, segments) person-years of each bundle beyond the basket."""
        households = self.problem.households
        segments = [str(k + 1) for k in range(len(households.segments))]
        return self("extra consumption", self.spans, households.bundles, segments)

    @cached_property
    def public(self) -> Floats:
        """(s, n)"""
        return self.problem.public_demand[self.at]

    @cached_property
    def comes_of_starts(self) -> Floats:
        """(s, m) capacity from what was started, in the span in which it can first be used."""
        problem = self.problem
        begins = np.concatenate([[0.0], np.cumsum(problem.years)])
        found = np.zeros((len(self.spans), len(problem.techniques)))
        for period in range(len(problem.periods)):
            for j in np.flatnonzero(self.starts[period]):
                ready = begins[period] + problem.lag[j] - 1e-9
                middles = begins[:-1] + problem.years / 2
                span = next((t for t, middle in enumerate(middles) if middle >= ready), len(middles))
                if span < len(self.spans):
                    found[span, j] += self.starts[period, j]
        return found

    @cached_property
    def under_construction(self) -> Floats:
        """(p, m) capacity's worth of building done per year of each period; all within the plan."""
        problem = self.problem
        begins = np.concatenate([[0.0], np.cumsum(problem.years)])
        found = np.zeros((len(problem.periods), len(problem.techniques)))
        for period in range(len(problem.periods)):
            for j in np.flatnonzero(self.starts[period]):
                begin = begins[period]
                end = min(begin + max(problem.lag[j], 1e-9), begins[-1])
                for during, years in enumerate(problem.years):
                    shared = min(end, begins[during + 1]) - max(begin, begins[during])
                    if shared > 0:
                        found[during, j] += self.starts[period, j] * shared / (end - begin) / years
        return found

    @cached_property
    def renewed(self) -> Floats:
        """(s, m) capacity rebuilt per year: in the year after, what retires."""
        found = np.zeros_like(self.capacity)
        if self.problem.stationary_after:
            found[-1] = self.capacity[-1] * self.problem.retirement
        return found

    def built(self) -> Floats:
        """(s, m) capacity's worth of building per year, new and renewed."""
        found = self.renewed.copy()
        found[: len(self.problem.periods)] += self.under_construction
        return found


def _sentences(found: Amounts, plan: Plan) -> Iterator[Sentence]:
    yield _balance(found)
    yield from _capacity(found)
    yield from _trade(found)
    yield from _stocks(found)
    yield from _households(found)
    yield from _labour(found)
    yield from _foreign_exchange(found)
    yield from _deposits(found)
    yield from _targets(found)
    yield from _siege(found)
    yield from _signs(found)
    yield from _kept(found, plan)


def _balance(found: Amounts) -> Sentence:
    problem, at = found.problem, found.at
    shape = len(found.spans), len(problem.products)
    comes, goes = np.zeros(shape), np.zeros(shape)
    for flow, trade, side in (
        (found.imports, problem.imports, comes),
        (found.exports, problem.exports, goes),
    ):
        for channel, product in enumerate(trade.products):
            side[:, product] += flow[:, channel]
    taken, put = np.zeros(shape), np.zeros(shape)
    stocks = problem.stocks
    if stocks is not None:
        for k, product in enumerate(stocks.products):
            before = stocks.initial[k]
            for t, years in enumerate(problem.years):
                taken[t, product] = before * (1.0 - stocks.spoilage[k]) ** years / years
                put[t, product] = found.stock[t, k] / years
                before = found.stock[t, k]
            if problem.stationary_after:
                put[-1, product] = before * stocks.spoilage[k]
    terms = (
        (found.activity * problem.yields[at]) @ problem.make.T,
        -found.activity @ problem.use.T,
        comes,
        -goes,
        taken,
        -put,
        -found.built() @ problem.builds_with.T,
        -found.needs.sum(axis=1),
        found.lack.sum(axis=1),
        -found.extra.sum(axis=2) @ problem.households.extra,
        -found.public,
    )
    return Sentence("balance of {1} in {0}", (found.spans, problem.products), terms)


def _capacity(found: Amounts) -> Iterator[Sentence]:
    problem = found.problem
    labels = found.spans, problem.techniques
    needed = np.isfinite(problem.capacity)
    yield Sentence("plant of {1} in {0}", labels, (np.where(needed, found.capacity, np.inf), -found.activity))
    periods = len(problem.periods)
    left = np.zeros_like(found.capacity)
    comes = found.comes_of_starts.copy()
    before = np.where(needed, problem.capacity, 0.0)
    for t, at in enumerate(found.at):
        # The year after is one year, in which what is built at once is renewed as it retires.
        lost = 1.0 - (1.0 - problem.retirement) ** (problem.years[at] if t < periods else 1.0)
        left[t] = before * (1.0 - np.where((t == periods) & (problem.lag == 0), 0.0, lost))
        before = found.capacity[t]
        if t < periods:
            comes[t] += problem.arriving[t]
    terms = np.where(needed, left, 0.0), np.where(needed, comes, 0.0), -found.capacity
    during = tuple(term[:periods] for term in terms)
    yield Sentence(
        "capacity of {1} kept up to {0}", (problem.periods, problem.techniques), during, exact=True
    )
    if problem.stationary_after:
        after = tuple(term[periods:] for term in terms)
        yield Sentence("capacity of {1} kept up to {0}", ((AFTER,), problem.techniques), after)
    learnt = np.zeros_like(found.starts)
    learnt[1:] = np.cumsum(found.starts, axis=0)[:-1] * problem.start_growth
    limit = (problem.most_starts + learnt) * problem.years[:, None]
    yield Sentence(
        "pace of building of {1} in {0}", (problem.periods, problem.techniques), (limit, -found.starts)
    )


def _trade(found: Amounts) -> Iterator[Sentence]:
    problem, at = found.problem, found.at
    for name, trade, flow in (
        ("import", problem.imports, found.imports),
        ("export", problem.exports, found.exports),
    ):
        labels = found.spans, trade.labels
        yield Sentence(f"{name} ceiling of {{1}} in {{0}}", labels, (trade.ceiling[at], -flow))
        # What is sold is not contracted: only imports are held to their least.
        if name == "import":
            yield Sentence("contract of {1} in {0}", labels, (flow, -trade.contracted[at]))


def _stocks(found: Amounts) -> Iterator[Sentence]:
    stocks = found.problem.stocks
    if stocks is None:
        return
    labels = found.problem.periods, [found.problem.products[i] for i in stocks.products]
    yield Sentence("room for the stock of {1} in {0}", labels, (stocks.most, -found.stock))
    yield Sentence("strategic reserve of {1} in {0}", labels, (found.stock, -stocks.least))


def _households(found: Amounts) -> Iterator[Sentence]:
    problem = found.problem
    households = problem.households
    labels = found.spans, households.groups, problem.products
    yield Sentence("basket of {1} in {0}: {2}", labels, (found.needs, -found.lack))
    if LIVELIHOOD in problem.must_hold:
        yield Sentence("whole basket of {1} in {0}: {2}", labels, (-found.lack,))
    if "worst coverage" in found.values:
        worst = float(found.values["worst coverage"])
        shared = -worst * found.needs
        yield Sentence("coverage of {1} in {0}: {2}", labels, (found.needs, shared, -found.lack))
        yield Sentence("worst coverage below zero", (("",),), (worst,))
        yield Sentence("worst coverage, at most 1", (("",),), (1.0, -worst))
    widths = np.array([width for width, _ in households.segments])
    persons = households.persons[found.at][:, households.bundle_groups]
    segments = [str(k + 1) for k in range(len(widths))]
    with np.errstate(invalid="ignore"):
        room = np.where(np.isinf(widths), np.inf, persons[:, :, None] * widths)
    consumes = np.any(households.extra > 0, axis=1, keepdims=True)
    room = np.where(consumes, room, 0.0)
    yield Sentence(
        "consumption of {1} in {0}, segment {2}",
        (found.spans, households.bundles, segments),
        (room, -found.extra),
    )


def _labour(found: Amounts) -> Iterator[Sentence]:
    problem = found.problem
    labour = problem.labour
    if labour is None:
        return
    hours = labour.hours[found.at]
    over = found("overtime", found.spans, labour.skills)
    labels = found.spans, labour.skills
    yield Sentence("overtime of {1} in {0}", labels, (hours * labour.overtime, -over))
    moved, came = np.zeros_like(hours), np.zeros_like(hours)
    place = labour.skills.index
    pairs = [f"{a} for {b}" for a, b, _ in labour.substitutes]
    stands_in = found("standing in", found.spans, pairs)
    for column, (a, b, worth) in enumerate(labour.substitutes):
        moved[:, place(a)] += stands_in[:, column]
        came[:, place(b)] += worth * stands_in[:, column]
    pairs = [f"{a} to {b}" for a, b, _ in labour.training]
    trained = found("training", problem.periods, pairs)
    begins = np.concatenate([[0.0], np.cumsum(problem.years)])
    for column, (a, b, lasts) in enumerate(labour.training):
        for t in range(len(problem.periods)):
            moved[t:, place(a)] += trained[t, column]
            done = [span for span in range(len(found.spans)) if begins[span] >= begins[t] + lasts - 1e-9]
            came[done, place(b)] += trained[t, column]
    if labour.training:
        most = labour.most_trained * problem.years[:, None]
        yield Sentence("training of {1} in {0}", (problem.periods, pairs), (most, -trained))
    working = found.activity @ labour.per_activity.T
    building = found.built() @ labour.per_start.T
    yield Sentence("labour of {1} in {0}", labels, (hours, over, came, -moved, -working, -building))


def _foreign_exchange(found: Amounts) -> Iterator[Sentence]:
    problem, at = found.problem, found.at
    exchange = problem.foreign_exchange
    if exchange is None:
        return
    paid = (found.imports * problem.imports.price[at]).sum(axis=1)
    earned = (found.exports * problem.exports.price[at]).sum(axis=1)
    reserves, debt = found("reserves", problem.periods), found("debt", problem.periods)
    from_reserves, borrowed, interest = (np.zeros(len(found.spans)) for _ in range(3))
    held, owed = exchange.reserves, exchange.debt
    for t, years in enumerate(problem.years):
        from_reserves[t] = (held - reserves[t]) / years
        borrowed[t] = (debt[t] - owed) / years
        interest[t] = exchange.interest * owed
        held, owed = reserves[t], debt[t]
    if problem.stationary_after:
        interest[-1] = exchange.interest * owed
    inflow = exchange.inflow[at]
    terms = inflow, earned, from_reserves, borrowed, -paid, -interest
    yield Sentence("foreign exchange in {0}", (found.spans,), terms)
    yield Sentence("debt limit in {0}", (problem.periods,), (exchange.debt_limit, -debt))


def _deposits(found: Amounts) -> Iterator[Sentence]:
    problem = found.problem
    if problem.deposits:
        drawn = problem.draws @ (found.years @ found.activity)
        yield Sentence("deposit of {0}", (problem.deposits,), (problem.deposit, -drawn))


def _wanted(found: Amounts, target: Target) -> tuple[npt.NDArray[np.int64], Floats, tuple[Floats, ...]]:
    """(spans in which it is wanted, what it allows there, and its terms)."""
    at = found.at
    level = target.level[at]
    when = np.flatnonzero(~np.isnan(level))
    parts = (
        (target.activity, found.activity),
        (target.imports, found.imports),
        (target.capacity, np.where(np.isfinite(found.problem.capacity), found.capacity, 0.0)),
        (target.stocks, found.stock[at]),
    )
    terms = tuple((coefficients[at] * amounts).sum(axis=1)[when] for coefficients, amounts in parts)
    return when, level[when], terms


def _targets(found: Amounts) -> Iterator[Sentence]:
    for target in found.problem.targets:
        policy = f"{TARGET}: {target.name}"
        when, level, terms = _wanted(found, target)
        spans = [found.spans[t] for t in when]
        missed = found(f"{policy} missed", spans)
        named = policy.replace("{", "{{").replace("}", "}}")
        yield Sentence(f"{named} in {{0}}", (spans,), (level, missed, *(-term for term in terms)))
        if policy in found.problem.must_hold:
            yield Sentence(f"{named}, which must hold, in {{0}}", (spans,), (-missed,))


def _siege(found: Amounts) -> Iterator[Sentence]:
    problem = found.problem
    siege = problem.siege
    if siege is None:
        return
    spans, at = found.spans[siege.first :], found.at[siege.first :]
    running = found("activity under siege", spans, problem.techniques)
    plant = np.where(np.isfinite(problem.capacity), found.capacity[siege.first :], np.inf)
    yield Sentence("plant of {1} under siege in {0}", (spans, problem.techniques), (plant, -running))
    comes = np.zeros((len(spans), len(problem.products)))
    arriving = found("imports under siege", spans, problem.imports.labels)
    usual = found.imports[siege.first :] * (1.0 - siege.cut)
    yield Sentence("imports of {1} under siege in {0}", (spans, problem.imports.labels), (usual, -arriving))
    for channel, product in enumerate(problem.imports.products):
        comes[:, product] += arriving[:, channel]
    stocks = problem.stocks
    if stocks is not None:
        names = [problem.products[i] for i in stocks.products]
        used = found("stock used under siege", spans, names)
        there = found.stock[at] * (1.0 - stocks.spoilage)
        yield Sentence("stock of {1} under siege in {0}", (spans, names), (there, -siege.years * used))
        for k, product in enumerate(stocks.products):
            comes[:, product] += used[:, k]
    labour = problem.labour
    if labour is not None:
        hours = labour.hours[at] * (1.0 + labour.overtime)
        working = running @ labour.per_activity.T
        yield Sentence("labour of {1} under siege in {0}", (spans, labour.skills), (hours, -working))
    terms = (
        (running * problem.yields[at]) @ problem.make.T,
        -running @ problem.use.T,
        comes,
        -siege.coverage * found.needs[siege.first :].sum(axis=1),
        -siege.public_share * found.public[siege.first :],
    )
    yield Sentence("siege: {1} in {0}", (spans, problem.products), terms)


def _signs(found: Amounts) -> Iterator[Sentence]:
    for name, array in found.values.items():
        labels = tuple([str(label) for label in array.coords[dim].values] for dim in array.dims)
        if labels:
            places = ", ".join(f"{{{k}}}" for k in range(len(labels)))
            named = name.replace("{", "{{").replace("}", "}}")
            yield Sentence(f"{named} below zero: {places}", labels, (array.values,))


def _kept(found: Amounts, plan: Plan) -> Iterator[Sentence]:
    """Every stage's aim, worked out again from the last one's amounts."""
    problem = found.problem
    households = problem.households
    years = found.years
    taken: Callable[[Floats, Floats], Floats] = lambda part, whole: np.divide(  # noqa: E731
        part, whole, out=np.zeros_like(part), where=whole > 0
    )
    middle = np.append(
        np.cumsum(problem.years) - problem.years / 2, problem.years.sum() + problem.after_years / 2
    )
    for stage in plan.stages:
        leeway = 0.0
        if stage.name == COVERAGE:
            reached = 1.0 - float(taken(found.lack, found.needs).max(initial=0.0)) - stage.value
            count = 1
        elif stage.name == SHORTFALL:
            shares = taken(found.lack, np.broadcast_to(households.basket, found.lack.shape))
            lacking = years @ (shares * households.weights).sum(axis=(1, 2))
            reached, count = stage.value - float(lacking), found.lack.size
        elif stage.name.startswith(TARGETS):
            wanted = [target for target in problem.targets if stage.name.endswith(f" {target.priority}")]
            missing = 0.0
            count = 0
            for target in wanted:
                when, _, _ = _wanted(found, target)
                missed = found(f"{TARGET}: {target.name} missed", [found.spans[t] for t in when])
                missing += float(years[when] @ missed) / target.scale
                count += len(when)
            reached = stage.value - missing
        elif stage.name == GAIN:
            worth = years * (1.0 + problem.discount) ** -middle[: len(years)]
            slopes = np.array([slope for _, slope in households.segments])
            gained = float(worth @ (found.extra @ slopes @ households.bundle_weights))
            reached, count = gained - stage.value, 1
            ends = sum(width * slope for width, slope in households.segments if np.isfinite(width))
            # So little of what can be gained is what the solver leaves of earlier stages.
            leeway = KEPT * ends * float(worth @ problem.spread(households.persons).sum(axis=1))
        else:
            continue
        # A stage of many amounts may be kept by a bound on each.
        allowed = LOOSER * KEPT * (1.0 + abs(stage.value)) * max(count, 1) + leeway
        yield Sentence(f"what the stage {stage.name} reached", (("",),), (reached, allowed))


def _gap(plan: Plan) -> float:
    """Primal against dual value of the last stage, relative to the primal (at least 1).

    ``Σ duals·binding sides + Σ reduced costs·binding bounds + Σ lock duals·locks`` (strong duality).
    """
    last = plan.stages[-1]
    program, solution = last.program, last.solution
    primal = float(last.objective @ solution.values)
    dual = float(solution.lock_duals @ np.array([lock.at_most for lock in last.locks]))
    for prices, low, high in (
        (solution.row_duals, program.row_lower, program.row_upper),
        (solution.reduced_costs, program.lower, program.upper),
    ):
        side = np.where(prices > 0, low, high)
        # A price of a side that is not there is the solver's last digit, and without a value.
        dual += float(prices @ np.where(np.isfinite(side), side, 0.0))
    return abs(primal - dual) / max(1.0, abs(primal))


def _spelt(label: str) -> str:
    return "the year after" if label == AFTER else label
