"""The slow, readable twin of the planner's formulation: one sentence after the other, in loops over names.

It shares nothing with the package but the meaning of a problem's fields. Where one can, it goes another way:
capacity is no variable but the sum of what was there and was built, less what has retired since.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import scipy.optimize
import scipy.sparse

from autarky.planning.problem import PlanningProblem

Key = tuple[Any, ...]
Terms = dict[Key, float]
"""Coefficients by variable; the constant stands at the empty key."""

ONE: Key = ()


class Model:
    """Variables with bounds, and sums that may not fall below zero."""

    def __init__(self) -> None:
        self.bounds: dict[Key, tuple[float, float]] = {}
        self.not_negative: list[Terms] = []
        self.zero: list[Terms] = []

    def variable(self, *key: Any, least: float = 0.0, most: float = math.inf) -> Key:
        assert key not in self.bounds
        self.bounds[key] = (float(least), float(most))
        return key

    def least(self, cost: Terms, kept: Iterable[tuple[Terms, float]] = ()) -> float | None:
        """Least cost with ``terms ≤ at_most`` of each pair kept; None if there is no way."""
        place = {key: column for column, key in enumerate(self.bounds)}
        above = self.not_negative + [plus({ONE: most}, terms, -1.0) for terms, most in kept]
        matrices = []
        for sums in (above, self.zero):
            entries = [
                (value, row, place[key]) for row, s in enumerate(sums) for key, value in s.items() if key
            ]
            values, rows, columns = zip(*entries, strict=True) if entries else ((), (), ())
            shape = len(sums), len(place)
            matrices.append(scipy.sparse.csr_array((values, (rows, columns)), shape=shape))
        found = scipy.optimize.linprog(
            [cost.get(key, 0.0) for key in place],
            A_ub=-matrices[0],
            b_ub=[s.get(ONE, 0.0) for s in above],
            A_eq=matrices[1] if self.zero else None,
            b_eq=[-s.get(ONE, 0.0) for s in self.zero] or None,
            bounds=list(self.bounds.values()),
            method="highs-ds",
            # At the usual 1e-7 simplex stops up to 1e-6 short where a share of a large basket is at stake.
            options={"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-9},
        )
        if found.status == 2:
            return None
        assert found.status == 0, found.message
        return float(found.fun)


def plus(terms: Terms, others: Mapping[Key, float], times: float = 1.0) -> Terms:
    """``terms + times·others``, in place."""
    for key, value in others.items():
        terms[key] = terms.get(key, 0.0) + times * value
    return terms


class Plan:
    """A planning problem as a model."""

    def __init__(self, problem: PlanningProblem) -> None:
        self.p = problem
        self.model = Model()
        self.T = len(problem.periods)
        self.spans = range(self.T + 1) if problem.stationary_after else range(self.T)
        self.n, self.m = len(problem.products), len(problem.techniques)
        self.capacity: dict[tuple[int, int], Terms] = {}
        self.demand_and_needs()
        self.activities_and_plants()
        self.trade()
        self.stocks()
        self.baskets()
        self.work()
        self.money()
        self.deposits()
        self.targets()
        self.siege()
        self.model.not_negative += self.balance.values()

    def at(self, by_period: Any, t: int) -> Any:
        """A number of period t; the year after is as the last."""
        return by_period[min(t, self.T - 1)]

    def begins(self, t: int) -> float:
        return float(sum(self.p.years[:t]))

    def counts(self, t: int) -> float:
        """Years that a span stands for."""
        return float(self.p.years[t]) if t < self.T else self.p.after_years

    def ready(self, t: int, lasts: float) -> int:
        """The first span by whose middle something begun with span t is done."""
        s = t
        while s < self.T and self.begins(s) + self.p.years[s] / 2 < self.begins(t) + lasts - 1e-9:
            s += 1
        return s

    def spread(self, t: int, lag: float) -> dict[int, float]:
        """What falls in each period, per year of it, of one unit spread evenly over the years of building."""
        years = {}
        for s in range(t, self.T):
            begin, end = self.begins(s), self.begins(s + 1)
            under = min(end, self.begins(t) + lag) - begin
            if under > 0:
                years[s] = under
        if not years:
            years = {t: 1.0}
        return {s: under / sum(years.values()) / self.p.years[s] for s, under in years.items()}

    def needs(self, t: int, h: int, i: int) -> float:
        households = self.p.households
        return float(self.at(households.persons, t)[h] * households.basket[h, i])

    def demand_and_needs(self) -> None:
        """What is made, bought and taken from stock is enough for what is used, sold, stored and wanted."""
        self.balance: dict[tuple[int, int], Terms] = {}
        for t in self.spans:
            for i in range(self.n):
                wanted = self.at(self.p.public_demand, t)[i]
                wanted += sum(self.needs(t, h, i) for h in range(len(self.p.households.groups)))
                self.balance[t, i] = {ONE: -wanted}

    def activities_and_plants(self) -> None:
        p, model = self.p, self.model
        for t in self.spans:
            for j in range(self.m):
                x = model.variable("activity", t, j)
                for i in range(self.n):
                    out = p.make[i, j] * self.at(p.yields, t)[j]
                    plus(self.balance[t, i], {x: out - p.use[i, j]})
        for j in range(self.m):
            if math.isinf(p.capacity[j]):
                continue
            can_be_built = any(p.most_starts[t, j] > 0 for t in range(self.T))
            for t in range(self.T) if can_be_built else ():
                most = p.most_starts[t, j] * p.years[t]
                if p.start_growth[j] > 0:
                    # Whoever has started more before can start more.
                    model.variable("starts", t, j)
                    learnt: Terms = {ONE: most, ("starts", t, j): -1.0}
                    for before in range(t):
                        learnt[("starts", before, j)] = p.start_growth[j] * p.years[t]
                    model.not_negative.append(learnt)
                else:
                    model.variable("starts", t, j, most=most)
                for s, share in self.spread(t, p.lag[j]).items():
                    for i in range(self.n):
                        plus(self.balance[s, i], {("starts", t, j): -p.builds_with[i, j] * share})
            # There is what was there before and what has come since, less what retired of each.
            there: Terms = {ONE: p.capacity[j]}
            for t in self.spans:
                # The year after is a year, and renews at once what takes no time to build.
                years = p.years[t] if t < self.T else (1.0 if p.lag[j] > 0 else 0.0)
                left = (1 - p.retirement[j]) ** years
                there = {key: value * left for key, value in there.items()}
                if t < self.T:
                    plus(there, {ONE: p.arriving[t, j]})
                for begun in range(self.T) if can_be_built else ():
                    if self.ready(begun, p.lag[j]) == t:
                        plus(there, {("starts", begun, j): 1.0})
                if t == self.T:
                    # The year after: what is kept up is at most what is there, and is renewed as it retires.
                    kept = model.variable("kept up", j)
                    model.not_negative.append(plus(dict(there), {kept: -1.0}))
                    there = {kept: 1.0}
                    for i in range(self.n):
                        plus(self.balance[t, i], {kept: -p.builds_with[i, j] * p.retirement[j]})
                self.capacity[t, j] = dict(there)
                model.not_negative.append(plus(dict(there), {("activity", t, j): -1.0}))

    def trade(self) -> None:
        for name, trade, sign in (("imports", self.p.imports, 1.0), ("exports", self.p.exports, -1.0)):
            for t in self.spans:
                for c, i in enumerate(trade.products):
                    bound = self.at(trade.contracted, t)[c] if name == "imports" else 0.0
                    flow = self.model.variable(name, t, c, least=bound, most=self.at(trade.ceiling, t)[c])
                    plus(self.balance[t, i], {flow: sign})

    def stocks(self) -> None:
        stocks = self.p.stocks
        if stocks is None:
            return
        for k, i in enumerate(stocks.products):
            before: Terms = {ONE: stocks.initial[k]}
            for t in range(self.T):
                end = self.model.variable("stock", t, k, least=stocks.least[t, k], most=stocks.most[t, k])
                years = self.p.years[t]
                plus(self.balance[t, i], before, (1 - stocks.spoilage[k]) ** years / years)
                plus(self.balance[t, i], {end: -1 / years})
                before = {end: 1.0}
            if self.p.stationary_after:
                # What spoils in the year after is made again.
                plus(self.balance[self.T, i], before, -stocks.spoilage[k])

    def baskets(self) -> None:
        households = self.p.households
        held = "livelihood" in self.p.must_hold
        groups = range(len(households.groups))
        if (households.basket > 0).any():
            worst = self.model.variable("worst", least=1.0 if held else 0.0, most=1.0)
        for t in self.spans:
            for h in groups:
                for i in range(self.n):
                    if households.basket[h, i] > 0:
                        needed = self.needs(t, h, i)
                        lack = self.model.variable("lack", t, h, i, most=needed)
                        plus(self.balance[t, i], {lack: 1.0})
                        # Nobody lacks a larger share of anything than 1 less the worst coverage.
                        self.model.not_negative.append({ONE: needed, worst: -needed, lack: -1.0})
            for b, h in enumerate(households.bundle_groups):
                if households.extra[b].any():
                    for g, (width, _) in enumerate(households.segments):
                        most = width * self.at(households.persons, t)[h]
                        more = self.model.variable("extra", t, b, g, most=most)
                        for i in range(self.n):
                            plus(self.balance[t, i], {more: -households.extra[b, i]})

    def work(self) -> None:
        labour = self.p.labour
        if labour is None:
            return
        place = labour.skills.index
        free: dict[tuple[int, int], Terms] = {}
        for t in self.spans:
            for s in range(len(labour.skills)):
                hours = self.at(labour.hours, t)[s]
                over = self.model.variable("overtime", t, s, most=hours * labour.overtime[s])
                free[t, s] = {ONE: hours, over: 1.0}
                for j in range(self.m):
                    plus(free[t, s], {("activity", t, j): -labour.per_activity[s, j]})
                    if t == self.T and not math.isinf(self.p.capacity[j]):
                        renewed = self.p.retirement[j] * labour.per_start[s, j]
                        plus(free[t, s], {("kept up", j): -renewed})
            for k, (a, b, worth) in enumerate(labour.substitutes):
                stands = self.model.variable("standing in", t, k)
                plus(free[t, place(a)], {stands: -1.0})
                plus(free[t, place(b)], {stands: worth})
        for kind, begun, j in [key for key in self.model.bounds if key[0] == "starts"]:
            for t, share in self.spread(begun, self.p.lag[j]).items():
                for s in range(len(labour.skills)):
                    plus(free[t, s], {(kind, begun, j): -labour.per_start[s, j] * share})
        for k, (a, b, lasts) in enumerate(labour.training):
            for begun in range(self.T):
                most = labour.most_trained[begun, k] * self.p.years[begun]
                trained = self.model.variable("training", begun, k, most=most)
                for t in self.spans:
                    if t >= begun:
                        plus(free[t, place(a)], {trained: -1.0})
                    if t >= begun and self.done(begun, lasts, t):
                        plus(free[t, place(b)], {trained: 1.0})
        self.model.not_negative += free.values()

    def done(self, begun: int, lasts: float, t: int) -> bool:
        """Whether what began with one span and lasts so many years is done when another begins."""
        return self.begins(t) >= self.begins(begun) + lasts - 1e-9

    def money(self) -> None:
        exchange = self.p.foreign_exchange
        if exchange is None:
            return
        held: Terms = {ONE: exchange.reserves}
        owed: Terms = {ONE: exchange.debt}
        for t in self.spans:
            left: Terms = {ONE: self.at(exchange.inflow, t)}
            for name, trade, sign in (("imports", self.p.imports, -1.0), ("exports", self.p.exports, 1.0)):
                for c in range(len(trade.channels)):
                    plus(left, {(name, t, c): sign * self.at(trade.price, t)[c]})
            plus(left, owed, -exchange.interest)
            if t < self.T:
                # Last period's reserves and this one's debt pay; this one's reserves and last period's debt
                # must be paid, each once in the years of the period.
                years = self.p.years[t]
                plus(left, held, 1 / years)
                plus(left, owed, -1 / years)
                held = {self.model.variable("reserves", t): 1.0}
                owed = {self.model.variable("debt", t, most=exchange.debt_limit[t]): 1.0}
                plus(left, held, -1 / years)
                plus(left, owed, 1 / years)
            self.model.not_negative.append(left)

    def deposits(self) -> None:
        for d, there in enumerate(self.p.deposit):
            left: Terms = {ONE: there}
            for t in self.spans:
                for j in range(self.m):
                    plus(left, {("activity", t, j): -self.counts(t) * self.p.draws[d, j]})
            self.model.not_negative.append(left)

    def targets(self) -> None:
        for k, target in enumerate(self.p.targets):
            held = f"target: {target.name}" in self.p.must_hold
            for t in self.spans:
                level = self.at(target.level, t)
                if math.isnan(level):
                    continue
                missed = self.model.variable("missed", t, k, most=0.0 if held else math.inf)
                room: Terms = {ONE: level, missed: 1.0}
                for j in range(self.m):
                    plus(room, {("activity", t, j): -self.at(target.activity, t)[j]})
                    plus(room, self.capacity.get((t, j), {}), -self.at(target.capacity, t)[j])
                for c in range(len(self.p.imports.channels)):
                    plus(room, {("imports", t, c): -self.at(target.imports, t)[c]})
                for s in range(len(self.p.stocks.products) if self.p.stocks else 0):
                    plus(room, {("stock", min(t, self.T - 1), s): -self.at(target.stocks, t)[s]})
                self.model.not_negative.append(room)

    def siege(self) -> None:
        """From capacity, stocks and what is left of imports, a share of everything wanted can be had."""
        p, siege, model = self.p, self.p.siege, self.model
        if siege is None:
            return
        for t in self.spans:
            if t < siege.first:
                continue
            had: list[Terms] = []
            for i in range(self.n):
                basket = sum(self.needs(t, h, i) for h in range(len(p.households.groups)))
                wanted = siege.coverage * basket + siege.public_share * self.at(p.public_demand, t)[i]
                had.append({ONE: -wanted})
            for j in range(self.m):
                x = model.variable("siege activity", t, j)
                for i in range(self.n):
                    plus(had[i], {x: p.make[i, j] * self.at(p.yields, t)[j] - p.use[i, j]})
                if (t, j) in self.capacity:
                    model.not_negative.append(plus(dict(self.capacity[t, j]), {x: -1.0}))
            for c, i in enumerate(p.imports.products):
                arriving = model.variable("siege imports", t, c)
                model.not_negative.append({("imports", t, c): 1 - siege.cut[c], arriving: -1.0})
                plus(had[i], {arriving: 1.0})
            if p.stocks is not None:
                for k, i in enumerate(p.stocks.products):
                    used = model.variable("siege stock", t, k)
                    there = ("stock", min(t, self.T - 1), k)
                    unspoilt = 1 - p.stocks.spoilage[k]
                    model.not_negative.append({there: unspoilt / siege.years, used: -1.0})
                    plus(had[i], {used: 1.0})
            if p.labour is not None:
                for s in range(len(p.labour.skills)):
                    free: Terms = {ONE: self.at(p.labour.hours, t)[s] * (1 + p.labour.overtime[s])}
                    for j in range(self.m):
                        free[("siege activity", t, j)] = -p.labour.per_activity[s, j]
                    model.not_negative.append(free)
            model.not_negative += had

    def cost_of(self, stage: str) -> Terms:
        """What a stage of this name keeps small."""
        p, households = self.p, self.p.households
        cost: Terms = {}
        if stage == "worst coverage":
            return {("worst",): -1.0}
        for key in self.model.bounds:
            match key, stage:
                case ("lack", t, h, i), "shortfall":
                    cost[key] = self.counts(t) * households.weights[h, i] / households.basket[h, i]
                case ("missed", t, k), _ if stage == f"targets of priority {p.targets[k].priority}":
                    if f"target: {p.targets[k].name}" not in p.must_hold:
                        cost[key] = self.counts(t) / p.targets[k].scale
                case ("extra", t, b, g), "consumption beyond the basket":
                    middle = self.begins(t) + self.counts(t) / 2
                    worth = households.bundle_weights[b] * households.segments[g][1]
                    worth /= (1 + p.discount) ** middle
                    cost[key] = -self.counts(t) * worth
                case _ if stage == f"least {p.least}":
                    cost[key] = self.quiet(key)
        return cost

    def quiet(self, key: Key) -> float:
        """Cost of one variable in the last stage."""
        p = self.p
        kind = key[0]
        if kind in ("imports", "exports") and p.least != "labour":
            trade = p.imports if kind == "imports" else p.exports
            price = self.counts(key[1]) * self.at(trade.price, key[1])[key[2]]
            if kind == "imports":
                return float(price)
            return -float(price) if p.least == "foreign exchange" else 0.0
        if p.least == "labour":
            assert p.labour is not None
            if kind == "activity":
                return float(sum(p.labour.per_activity[:, key[2]]) * self.counts(key[1]))
            return float(sum(p.labour.per_start[:, key[2]])) if kind == "starts" else 0.0
        if p.least == "foreign exchange":
            return 0.0
        small = {"starts": 1.0, "activity": 1e-3, "stock": 1e-3, "debt": 1e-3, "reserves": 1e-4}
        besides = ("siege activity", "siege imports", "siege stock", "overtime", "training")
        return small.get(kind, 1e-3 if kind in besides else 0.0)
