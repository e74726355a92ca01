"""Clash: which policies cannot hold together, how much each must give, and the cheapest way out.

Physics is never relaxed. The solver's own irreducible infeasible set is of no use here: everything in an
input-output system hangs together, so that it names hundreds of rows (docs/plan.md).

References
----------
Chinneck (2008), *Feasibility and Infeasibility in Optimization*, §6.2 (deletion filter, here over policies
instead of rows) and ch. 7 (least-cost repair).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from autarky.planning.formulation import Formulation, Policy, formulate
from autarky.planning.highs import Lock, Session, Solution, Status
from autarky.planning.linear_program import Floats
from autarky.planning.problem import (
    CONTRACTS,
    DEBT,
    EXPORT_CEILINGS,
    FOREIGN_EXCHANGE,
    IMPORT_CEILINGS,
    LABOUR,
    LIVELIHOOD,
    PUBLIC_DEMAND,
    RESERVES,
    SIEGE,
    SOFT,
    TARGET,
    PlanningProblem,
)
from autarky.planning.telling.steps import measure
from autarky.results.plan import Clash, Giving, Measure

WORTH: Mapping[str, float] = {LIVELIHOOD: 10.0}
"""What a share of a policy is worth in a joint repair, others 1. Assumption: a tenth of all baskets lost is
as bad as giving up another policy altogether; with equal worth, hunger would often be the cheapest repair."""

ORDER = (
    TARGET,
    CONTRACTS,
    RESERVES,
    DEBT,
    LABOUR,
    EXPORT_CEILINGS,
    SIEGE,
    PUBLIC_DEMAND,
    FOREIGN_EXCHANGE,
    IMPORT_CEILINGS,
    LIVELIHOOD,
)
"""The filter tries to do without the first of these first: where several sets clash, the one that is told is
about livelihoods and imports rather than about what is wished besides."""

NOTHING = 1e-6
"""Share of a policy below which it gives nothing, and of a place's whole below which that place does not."""

POINTS = 5
"""Of the curve between two policies."""

PER_YEAR = " / year"
"""Ends the unit of what is a flow."""


def clash(problem: PlanningProblem, *, title: str = "", worth: Mapping[str, float] = WORTH) -> Clash:
    """A smallest set of policies that cannot hold together, and what each would have to give.

    A policy gives by ``share = Σ years·v·given / Σ years·v·whole`` over its spans and places. ``v`` is what
    makes places comparable: prices in trade, persons and weights of the basket for livelihoods, the unit
    itself where all places have one, and else 1/whole. What each must give *alone* is the least share with
    all other policies held, of the set or not; the joint repair has the least ``Σ worth·share`` of all that
    must hold. The curve trades the two that give most in the repair (or need least alone) against each other,
    all others giving no more than they do there.

    Parameters
    ----------
    problem
        One whose ``must_hold`` and limits cannot hold together. What may give way by default, as livelihoods
        and targets do, is free to and is never named.
    title
        By default that of the problem.
    worth
        By policy, or kind of policy; 1 where left out.

    Returns
    -------
    Clash
        With no policies if they are not what is in the way: the numbers that nobody decides contradict
        themselves.

    Raises
    ------
    ValueError
        If all policies can hold.
    """
    table = _Table(formulate(problem, giving=True))
    title = title or problem.title
    if table.can_hold(table.names):
        raise ValueError(f"{title}: all policies can hold, there is a plan")
    if not table.can_hold(()):
        return Clash(title, (), (), (), solved=table.solved)
    held = list(table.names)
    for name in table.names:
        fewer = [other for other in held if other != name]
        if not table.can_hold(fewer):
            held = fewer
    # The most important last in the filter is told first.
    members = held[::-1]
    alone = tuple(table.giving(name, table.least({name: 1.0})) for name in members)
    everything = {name: worth.get(name, worth.get(_kind(name), 1.0)) for name in table.names}
    repaired = table.least(everything)
    repair = [table.giving(name, repaired) for name in table.names[::-1]]
    repair = sorted((giving for giving in repair if giving.share > NOTHING), key=lambda one: -one.share)
    exchanged, exchange = _exchange(table, members, alone, repair)
    return Clash(title, tuple(members), alone, tuple(repair), exchange, exchanged, table.solved)


def _kind(policy: str) -> str:
    return policy.split(":", 1)[0]


@dataclass
class _Table:
    """All policies that must hold at one table: each can be held, made to give, or limited in giving."""

    formulation: Formulation
    solved: int = field(default=0, init=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Policies that must hold, in the order in which the filter does without them."""
        problem = self.formulation.problem
        must = [
            name
            for name, policy in self.formulation.policies.items()
            if (_kind(name) not in SOFT or name in problem.must_hold) and (policy.most > 0).any()
        ]
        priority = {f"{TARGET}: {target.name}": -target.priority for target in problem.targets}
        return tuple(sorted(must, key=lambda name: (ORDER.index(_kind(name)), priority.get(name, 0))))

    @cached_property
    def shares(self) -> Mapping[str, Floats]:
        """(n,) share of each policy that a unit of each variable gives."""
        found = {}
        for name in self.names:
            policy = self.formulation.policies[name]
            problem = self.formulation.problem
            each = _years(problem, policy) * _worth(problem, policy)[1]
            whole = float((each * policy.scale)[policy.most > 0].sum())
            found[name] = np.zeros(len(self.formulation.program.lower))
            found[name][policy.gives] = each / whole
        return found

    @cached_property
    def session(self) -> Session:
        # One row for each policy, by which its giving can be limited; free until then.
        locks = [Lock(self.shares[name] / self._scale(name), np.inf) for name in self.names]
        return Session(self.formulation.program, locks)

    def _scale(self, name: str) -> float:
        """To bring a policy's coefficients near 1: shares of large countries are small numbers."""
        return float(self.shares[name].max())

    def can_hold(self, held: Sequence[str]) -> bool:
        """Whether these can hold if all others give as much as may be."""
        self._let(set(self.names) - set(held))
        return self._solve(np.zeros(len(self.formulation.program.lower))) is not None

    def least(self, costs: Mapping[str, float], limits: Mapping[str, float] | None = None) -> Floats | None:
        """(n,) variables with the least ``Σ cost·share`` of those that may give, all others held.

        Those with a limit may give up to that share; those with a cost without end. None: not possible.
        """
        limits = limits or {}
        self._let({*costs, *limits})
        first = len(self.formulation.program.row_lower)
        for k, name in enumerate(self.names):
            self.session.set_sides(first + k, -np.inf, limits.get(name, np.inf) / self._scale(name))
        cost = sum((weight * self.shares[name] for name, weight in costs.items()), np.zeros(1))
        there = cost[cost > 0]
        cost = cost / np.sqrt(there.min() * there.max())
        found = self._solve(cost, corner=True)
        for k in range(len(self.names)):
            self.session.set_sides(first + k, -np.inf, np.inf)
        return None if found is None else found.values

    def share(self, name: str, values: Floats) -> float:
        """Share of a policy that is given."""
        return max(float(self.shares[name] @ values), 0.0)

    def giving(self, name: str, values: Floats | None) -> Giving:
        """What a policy gives, place by place."""
        problem, policy = self.formulation.problem, self.formulation.policies[name]
        unit, worth = _worth(problem, policy)
        if values is None:
            return Giving(name, unit, np.nan, np.nan, False)
        given = np.maximum(values[policy.gives], 0.0)
        flows = _flows(policy)
        total = (_years(problem, policy) * worth * given).sum() if flows else (worth * given).max(initial=0.0)
        part = given / policy.scale
        places = []
        for at in sorted(zip(*np.nonzero(part > NOTHING), strict=True), key=lambda at: (-part[at], at)):
            told = [labels[k] for labels, k in zip(policy.labels.values(), at, strict=True)]
            places.append((", ".join(told), _amount(problem, policy, told[-1], float(given[at]))))
        return Giving(name, unit, float(total), self.share(name, values), True, tuple(places))

    def _let(self, giving: set[str]) -> None:
        for name in self.names:
            policy = self.formulation.policies[name]
            gives = name in giving
            self.session.set_bounds(policy.gives, 0.0, policy.most.ravel() if gives else 0.0)
            if name == LIVELIHOOD:
                worst = self.formulation.variables["worst coverage"].positions
                self.session.set_bounds(worst, 0.0 if gives else 1.0, 1.0)

    def _solve(self, cost: Floats, *, corner: bool = False) -> Solution | None:
        self.solved += 1
        solution = self.session.solve(cost, crossover=corner)
        return solution if solution.status is Status.OPTIMAL else None


def _exchange(
    table: _Table, members: Sequence[str], alone: Sequence[Giving], repair: Sequence[Giving]
) -> tuple[tuple[str, str], tuple[tuple[float, float], ...]]:
    """(the two policies, the curve between what one and the other gives)."""
    nothing: tuple[tuple[str, str], tuple[tuple[float, float], ...]] = ("", ""), ()
    by_need = sorted((one for one in alone if one.possible), key=lambda one: one.share)
    largest = dict.fromkeys(one.policy for one in (*repair, *by_need, *alone) if one.policy in members)
    if len(largest) < 2:
        return nothing
    first, second, *_ = largest
    others = {one.policy: _no_tighter(one.share) for one in repair if one.policy not in (first, second)}
    low = table.least({first: 1.0}, {second: np.inf, **others})
    high = table.least({first: 1.0}, others)
    if high is None:
        # The second cannot hold wholly, whatever the first gives.
        down = table.least({second: 1.0}, {first: np.inf, **others})
        if down is not None:
            kept = _no_tighter(table.share(second, down))
            high = table.least({first: 1.0}, {second: kept, **others})
    if low is None or high is None:
        return nothing
    ends = table.share(first, low), table.share(first, high)
    curve = []
    for given in np.linspace(*ends, POINTS) if ends[1] - ends[0] > NOTHING else ():
        values = table.least({second: 1.0}, {first: _no_tighter(float(given)), **others})
        if values is None:
            return nothing
        curve.append((table.giving(first, values).total, table.giving(second, values).total))
    return ((first, second), tuple(curve)) if curve else nothing


def _no_tighter(share: float) -> float:
    """A limit that the solver can tell from what it found before."""
    return share * (1.0 + 1e-7) + 1e-8


def _flows(policy: Policy) -> bool:
    """Whether a policy is about so much per year, which adds up over the years, and not about a level."""
    return policy.unit.endswith(PER_YEAR)


def _worth(problem: PlanningProblem, policy: Policy) -> tuple[str, Floats]:
    """(unit, worth in it of a unit given at each place): by this places can be added up."""
    one = np.ones(policy.most.shape)
    if policy.name == LIVELIHOOD:
        households = problem.households
        h, i = np.nonzero(households.basket > 0)
        # What weighs nothing in the basket must still not be given for nothing.
        return "person-years of basket", np.maximum(households.weights[h, i], 1e-6) / households.basket[
            h, i
        ] * one
    if "channel" in policy.labels:
        trade = problem.exports if policy.name == EXPORT_CEILINGS else problem.imports
        channels = [trade.labels.index(channel) for channel in policy.labels["channel"]]
        price = problem.spread(trade.price)[:, channels]
        if (price > 0).all():
            exchange = problem.foreign_exchange
            return exchange.currency if exchange is not None else "at the prices of trade", price
    elif "product" in policy.labels:
        units = {
            problem.product_units[problem.products.index(product)] for product in policy.labels["product"]
        }
        if len(units) == 1:
            return units.pop(), one
    else:
        return policy.unit.removesuffix(PER_YEAR), one
    return "whole amounts", 1.0 / policy.scale


def _years(problem: PlanningProblem, policy: Policy) -> Floats:
    """Years that each span or period of a policy counts for, in a shape that fits what it gives."""
    spans = next(iter(policy.labels.values()))
    years = problem.span_weights[[problem.spans.index(span) for span in spans]]
    return np.asarray(years.reshape((-1,) + (1,) * (policy.most.ndim - 1)))


def _amount(problem: PlanningProblem, policy: Policy, last: str, amount: float) -> Measure:
    """An amount given, in the unit of the product that the last label of its place names."""
    products = {
        "product": {product: product for product in problem.products},
        "channel": {
            label: channel[1]
            for trade in (problem.imports, problem.exports)
            for label, channel in zip(trade.labels, trade.channels, strict=True)
        },
        "basket": {
            f"{g}.{product}": product for g in problem.households.groups for product in problem.products
        },
    }
    named = products.get(list(policy.labels)[-1])
    if named is None:
        return Measure(amount, policy.unit)
    return measure(problem, named[last], amount, per_year=_flows(policy))
