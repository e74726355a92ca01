"""Labour: who has hours for what today, what hands can make of it, and what grows on household plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.declared import ALL, Names
from autarky.economy import Economy, FinalUseKind
from autarky.errors import Problem
from autarky.results import Reason, variable
from autarky.scenario import HoursWithheld, LabourTime, Scenario
from autarky.scenario.labour import Purpose, WorkingGroup
from autarky.simulation.behaviours.acting import Acting, Booleans, Floats, Setting, Told, added
from autarky.simulation.dates import acts, weight
from autarky.simulation.lookup import Lookup
from autarky.simulation.network import DAYS_PER_YEAR

WORK, GARDEN, MARKET, REST = range(4)
_GIVE = ("work", "garden", "market", "rest")
"""Uses that can give up hours."""
_PURPOSES = tuple(purpose.value for purpose in Purpose)
USES = (*_GIVE, *_PURPOSES)
"""What the 168 hours of a week go to; the base year's sessions stand with those that are withheld."""


def begin(setting: Setting) -> Acting | None:
    """Hours of the people there are, if somebody counts them."""
    counted = [scenario.behaviour.labour is not None for scenario in setting.scenarios]
    made: dict[int, _Declared] = {}
    names: Lookup | None = None
    for scenario, counts in zip(setting.scenarios, counted, strict=True):
        if id(scenario) in made:
            continue  # fills the last pack
        if names is None or scenario.groups != names.groups:
            names = setting.lookup(scenario)
        shocks = [
            (shock, f"shocks[{k}]")
            for k, shock in enumerate(scenario.shocks)
            if isinstance(shock, HoursWithheld)
        ]
        if counts:
            made[id(scenario)] = _Reading(setting, scenario, names).read(shocks)
        elif shocks:
            what, remedy = "withholds hours that nobody counts", "declare behaviour.labour with its groups"
            setting.problems.append(Problem(shocks[0][1], what, remedy))
    return _Labour(setting, made) if all(counted) and not setting.problems else None


@dataclass(frozen=True)
class _Declared:
    """What one scenario says, as numbers. G groups, n industries, U uses that give, S shocks."""

    people: Floats
    """(G,)"""
    week: Floats
    """(G, U) hours a week of the base year."""
    sessions: Floats
    """(G,) those of the base year."""
    slack: Floats
    """(G,)"""
    works: Floats
    """(G, n) share of a group's work hours in each industry."""
    plot: Floats
    """(G, products, final users in table order) food grown in the base year, flow per day."""
    elasticity: Floats
    """(G,)"""
    weight: Floats
    """(S, days + 1) how far each shock acts."""
    take: Floats
    """(S, G, U) hours a week of an average person that a shock in full takes from each use."""
    purpose: Floats
    """(S, purposes) 1 for what its hours go to."""
    hiring: Floats
    """(3,) speed up, speed down, most people relative to the base year."""


class _Reading:
    """One scenario's names and numbers → arrays; what does not fit is told."""

    def __init__(self, setting: Setting, scenario: Scenario, names: Lookup) -> None:
        self.scenario, self.names, self.problems = scenario, names, setting.problems
        self.economy: Economy = setting.network.economy
        n = len(self.economy.industries)
        self.base_output = setting.network.tables.base_output[:n]
        labour = scenario.behaviour.labour
        assert labour is not None  # else nobody reads
        self.labour: LabourTime = labour
        self.groups = list(labour.groups.values())

    def read(self, shocks: Sequence[tuple[HoursWithheld, str]]) -> _Declared:
        places = [f"behaviour.labour.groups.{name}" for name in self.labour.groups]
        weeks = [group.hours_a_week for group in self.groups]
        week = np.array([[one.work, one.garden, one.market, one.rest] for one in weeks])
        taken = [self._take(shock, place, week) for shock, place in shocks]
        hiring = self.labour.hiring
        return _Declared(
            people=np.array([group.people for group in self.groups]),
            week=week,
            sessions=np.array([one.sessions for one in weeks]),
            slack=np.array([group.slack for group in self.groups]),
            works=np.stack([self._works(group, p) for group, p in zip(self.groups, places, strict=True)]),
            plot=np.stack([self._plot(group, p) for group, p in zip(self.groups, places, strict=True)]),
            elasticity=np.array([group.plot.elasticity if group.plot else 1.0 for group in self.groups]),
            weight=np.array([weight(shock, self.scenario, 0.0) for shock, _ in shocks]).reshape(
                len(shocks), self.scenario.days + 1
            ),
            take=np.array(taken).reshape(len(shocks), *week.shape),
            purpose=np.array([[shock.purpose == one for one in Purpose] for shock, _ in shocks])
            .astype(np.float64)
            .reshape(len(shocks), len(Purpose)),
            hiring=np.array(
                [1.0 / hiring.hiring_days, 1.0 / hiring.firing_days, hiring.most] if hiring else [0.0] * 3
            ),
        )

    def _take(self, shock: HoursWithheld, place: str, week: Floats) -> Floats:
        """(G, U): of each person covered no more than he spends; what a use lacks comes from rest."""
        acts(shock, self.scenario, place, self.problems)
        known = tuple(self.labour.groups)
        hit = self.names.resolve(shock.groups, known, f"{place}.groups", "group of behaviour.labour")
        shares = shock.taken_from
        wanted = shock.hours_a_week * np.array([shares.work, shares.garden, shares.market])
        take = np.zeros_like(week)
        take[:, :REST] = np.minimum(wanted, week[:, :REST])
        take[:, REST] = np.minimum(shock.hours_a_week - take[:, :REST].sum(axis=1), week[:, REST])
        covered: Floats = shock.people_share * np.array([[float(name in hit)] for name in known])
        return take * covered

    def _works(self, group: WorkingGroup, place: str) -> Floats:
        """(n,) share of a group's work hours in each industry; within one name by value added."""
        known, works = self.economy.industries.sectors, np.zeros(len(self.base_output))
        regions = self._regions(group, place)
        whole = isinstance(group.sectors, dict)
        given = group.sectors if isinstance(group.sectors, dict) else {"": 1.0}
        value_added = np.maximum(self.economy.value_added.sum(axis=0), 0.0)
        for name, share in given.items():
            where = f"{place}.sectors.{name}" if whole else f"{place}.sectors"
            sought: Names = (name,) if whole else group.sectors  # type: ignore[assignment]
            sectors = self.names.resolve(sought, known, where, "sector")
            pairs = self.economy.industries.pairs
            here = np.array([region in regions and sector in sectors for region, sector in pairs])
            here &= self.base_output > 0
            if group.hours_a_week.work == 0 or share == 0 or not (sectors and regions):
                continue
            if not here.any():
                what = "names no industry that made anything in the base year"
                self.problems.append(Problem(where, what, "name another sector or region"))
                continue
            size = np.where(here, value_added, 0.0)
            size = size if size.sum() > 0 else np.where(here, self.base_output, 0.0)
            works += share * size / size.sum()
        return works

    def _plot(self, group: WorkingGroup, place: str) -> Floats:
        """(products, final users): food that a group grew in the base year, per day, and who eats it."""
        economy, users = self.economy, self.economy.final_users
        food = np.zeros((len(economy.products), len(users)))
        if group.plot is None:
            return food
        eats, kind = group.plot.household, FinalUseKind.HOUSEHOLDS
        known = tuple(dict.fromkeys(user.category for user in users))
        named = self.names.resolve(eats, known, f"{place}.plot.household", "final user")
        regions = self._regions(group, place)
        eaters = np.array(
            [u.region in regions and u.category in named and (eats != ALL or u.kind is kind) for u in users]
        )
        used = np.maximum(economy.Y.sum(axis=0) + economy.imports_final.sum(axis=0), 0.0) * eaters
        if named and regions and not used.any():
            what = "is eaten by no final user of the base year"
            self.problems.append(Problem(f"{place}.plot.household", what, "name one where the group lives"))
            return food
        for name, value in group.plot.food.items():
            found = self.names.resolve((name,), economy.products, f"{place}.plot.food.{name}", "product")
            for product in sorted(found):
                share = used / max(used.sum(), 1e-300)
                food[economy.products.index(product)] += value / len(found) / DAYS_PER_YEAR * share
        return food

    def _regions(self, group: WorkingGroup, place: str) -> frozenset[str]:
        known = self.economy.industries.regions
        return self.names.resolve(group.regions, known, f"{place}.regions", "region")


class _Labour:
    """Everybody's week, day by day. Arrays end with packs of scenarios, (B, W)."""

    def __init__(self, setting: Setting, made: dict[int, _Declared]) -> None:
        self.setting, self.economy = setting, setting.network.economy
        self.made = [made[id(scenario)] for scenario in setting.scenarios]
        self.names = tuple(self._labour().groups)
        self.n = len(self.economy.industries)
        # Where there are fewer shocks than elsewhere, or none, some withhold nothing.
        most = max(1, *(len(one.weight) for one in self.made))

        def lanes(name: str, shocks: bool = False) -> Floats:
            def of(scenario: Scenario) -> Floats:
                values: Floats = getattr(made[id(scenario)], name)
                if shocks:
                    short = most - len(values)
                    values = np.concatenate([values, np.zeros((short, *values.shape[1:]))])
                return values

            return setting.lanes(of).astype(setting.state.output.dtype)

        self.people, self.week, self.slack = lanes("people"), lanes("week"), lanes("slack")
        self.sessions, self.elasticity = lanes("sessions"), lanes("elasticity")
        self.weight, self.take = lanes("weight", True), lanes("take", True)
        self.purpose, self.hiring = lanes("purpose", True), lanes("hiring")
        self.plot = lanes("plot") if any(one.plot.any() for one in self.made) else None
        # Share of each group in the hours of each industry, (G, n, B, W).
        hours = lanes("works")
        hours *= (self.people * self.week[:, WORK])[:, None]
        total = added(hours)
        self.worked = total > 0
        self.share = hours / np.where(self.worked, total, 1.0)
        base = setting.network.tables.base_output[: self.n, None, None]
        self.base = base.astype(total.dtype)
        self.hired = self._labour().hiring is not None
        spare = np.ones((), dtype=total.dtype) / (np.ones((), dtype=total.dtype) - self.slack) - 1
        self.able_base = 1 + added(self.share * spare[:, None])
        """(n, B, W) what hands could make in the base year, relative to what they made."""
        self.staff = np.ones_like(total)
        """(n, B, W) people at work relative to the base year."""
        self.present = np.ones_like(total)
        """(n, B, W) their work hours relative to the base year's."""
        days, shape = setting.days if setting.records else 0, total.shape[1:]
        self.kept_hours = np.zeros((days, len(self.names), len(USES), *shape))
        self.kept_staff = np.zeros((days, self.n, *shape))

    def _labour(self) -> LabourTime:
        labour = self.setting.scenarios[0].behaviour.labour
        assert labour is not None  # ``begin``
        return labour

    def morning(self, day: int) -> Booleans:
        """Hours of the day; hands = base · Σ_g w_g (work hours / base year's) / (1 − slack) · staff."""
        packs = len(self.setting.state.hands)
        if day == 0 or (self.weight[:, day] != self.weight[:, day - 1]).any():
            self._spend(day)
        elif not self.hired:
            return np.zeros(packs, dtype=np.bool_)
        able = self.base * np.maximum(self.able, 0.0) * self.staff
        hands = np.where(self.worked, able, np.inf).transpose(1, 0, 2)
        before = self.setting.state.hands[:, : self.n]
        changed: Booleans = (hands != before).any(axis=(1, 2))
        before[:] = hands
        return changed

    def _spend(self, day: int) -> None:
        """Everybody's week under the shocks of the day, and what follows for hands and plots."""
        week = self.week
        asked, wanted = np.zeros_like(week), np.zeros_like(week[:, : len(_PURPOSES)])
        for acts_now, take, purpose in zip(self.weight[:, day], self.take, self.purpose, strict=True):
            asked += acts_now * take
            wanted += (acts_now * added(take.swapaxes(0, 1)))[:, None] * purpose
        # Several shocks together may ask a use for more than it has: rest stands in, as far as it can.
        given = np.minimum(asked, week)
        lacking = added((asked - given)[:, :REST].swapaxes(0, 1))
        given[:, REST] = np.minimum(asked[:, REST] + lacking, week[:, REST])
        total, granted = added(wanted.swapaxes(0, 1)), added(given.swapaxes(0, 1))
        wanted *= (granted / np.where(total > 0, total, 1.0))[:, None]
        wanted[:, 0] += self.sessions
        self.hours = np.concatenate([week - given, wanted], axis=1)
        """(G, USES, B, W) hours a week of an average person."""
        kept = _ratio(self.hours[:, WORK], week[:, WORK])
        # 1 + Σ w (… − 1): exactly 1 where nothing is withheld.
        one = np.ones((), dtype=week.dtype)
        self.present = one + added(self.share * (kept - one)[:, None])
        self.able = one + added(self.share * (kept / (one - self.slack) - one)[:, None])
        if self.plot is not None:
            grown = _ratio(self.hours[:, GARDEN], week[:, GARDEN]) ** self.elasticity
            self.setting.outside["plots"] = added(self.plot * grown[:, None, None])
            self.setting.outside_base.setdefault("plots", added(self.plot))

    def evening(self, day: int) -> None:
        """Hiring and firing: staff += γ (need / hours of a person − staff), need = min(x_inp, d) / base."""
        state, n = self.setting.state, self.n
        if self.setting.records:
            self._say_what_limits()
        if self.hired:
            exogenous = self.setting.network.tables.exogenous_supply[:n, None]
            asked = np.minimum(state.possible[:, :n], np.maximum(state.demand[:, :n] - exogenous, 0.0))
            need = _ratio(asked.transpose(1, 0, 2), np.broadcast_to(self.base, self.staff.shape))
            up, down, most = self.hiring
            most = most * state.survive[:, :n].transpose(1, 0, 2)
            # Whom a loss of capacity keeps from work has to be hired again.
            here = np.minimum(self.staff, most)
            if self.setting.records:
                self.kept_staff[day] = here
            present = np.maximum(self.present, 0.0)
            gap = np.where(present > 0, need / np.where(present > 0, present, 1.0), most) - here
            self.staff = np.clip(here + np.where(gap >= 0, up, down) * gap, 0.0, most)
        elif self.setting.records:
            made = state.output[:, :n].transpose(1, 0, 2)
            self.kept_staff[day] = _ratio(made, np.broadcast_to(self.base, made.shape))
        if self.setting.records:
            self.kept_hours[day] = self.hours

    def _say_what_limits(self) -> None:
        """Where hands allow less than machines: for hours withheld, and for people who are not there."""
        state, normal = self.setting.state, self.setting.rules.normal_capacity
        machines = normal[: self.n] * state.survive[:, : self.n].transpose(1, 0, 2)
        hands = state.hands[:, : self.n].transpose(1, 0, 2)
        lacking = 1.0 - np.minimum(
            np.divide(hands, machines, out=np.ones(machines.shape), where=machines > 0), 1.0
        )
        withheld = np.maximum(1.0 - self.able / self.able_base, 0.0)
        away = np.maximum(1.0 - self.staff, 0.0)
        # Where all are there for all their hours, there are too few of them.
        share = np.divide(withheld, withheld + away, out=np.zeros(away.shape), where=withheld + away > 0)
        for reason, part in ((Reason.HOURS, share), (Reason.STAFF, 1.0 - share)):
            factor = self.setting.limits.setdefault(reason, np.ones(normal.shape))
            factor[: self.n] = 1.0 - lacking * part

    def told(self, k: int, done: int) -> Told:
        """Hours, people and food of scenario k."""
        width = self.kept_hours.shape[-1]
        lane = (..., k // width, k % width)
        mine = self.made[k]
        hours, staff = self.kept_hours[:done][lane], self.kept_staff[:done][lane]
        week = np.concatenate([mine.week, np.zeros((len(self.names), len(_PURPOSES)))], axis=1)
        week[:, USES.index(Purpose.SESSIONS)] = mine.sessions
        people = added(mine.people[:, None] * mine.works)
        daily = mine.people[:, None] * mine.works / 7.0
        there = added(hours[:, :, WORK].T[:, :, None] * daily[:, None])
        there = there * staff if self.hired else there
        grown = mine.plot.sum(axis=(1, 2))
        ratio = _ratio(hours[:, :, GARDEN], np.broadcast_to(mine.week[:, GARDEN], hours.shape[:2]))
        by_group, by_industry, flow = "labour_group", "industry", f"{self.economy.unit} per day"
        about = "People at work" if self.hired else "People at work if all worked base-year hours"
        a_week, a_day = "hours per week", "hours per day"
        variables: dict[str, Any] = {
            "hours": variable(
                hours, ("day", by_group, "hours_use"), a_week, "Hours of a person, by what they go to"
            ),
            "hours_base": variable(week, (by_group, "hours_use"), a_week, "The same in the base year"),
            "employment": variable(people * staff, ("day", by_industry), "persons", about),
            "employment_base": variable(people, (by_industry,), "persons", "People at work in the base year"),
            "hours_at_work": variable(
                there, ("day", by_industry), a_day, "Work hours of the people there are, used or not"
            ),
            "hours_at_work_base": variable(
                added(mine.week[:, WORK, None] * daily), (by_industry,), a_day, "The same in the base year"
            ),
            "garden_food": variable(
                grown * ratio**mine.elasticity, ("day", by_group), flow, "Grown on household plots"
            ),
            "garden_food_base": variable(grown, (by_group,), flow, "Grown on plots in the base year"),
        }
        return Told(variables, {by_group: list(self.names), "hours_use": list(USES)})


def _ratio(now: npt.NDArray[Any], base: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """``now / base``; 1 where there is no base."""
    ratio: npt.NDArray[Any] = np.divide(now, base, out=np.ones_like(now), where=base > 0)
    return ratio
