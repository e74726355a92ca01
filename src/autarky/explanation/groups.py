"""Groups: which households fall below what they need, when and how far, what they live on, what they hold."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.explanation.conditions import first_shock_day
from autarky.explanation.losses import Array, Calendar, Day, shares
from autarky.explanation.names import Names, texts
from autarky.explanation.timeline import Timeline, timeline_of
from autarky.explanation.wording import count, date_words, listing, percent, rounded
from autarky.results import FALLS, SimulationResult
from autarky.scenario import Scenario

MOST_PRODUCTS = 4
"""Products that are told of where groups name no needs."""
SOURCES = ("deliveries", "aid", "plots", "store")
"""What a group lives on: bought or rationed, given, grown on its plots, and what it held."""
_SAME = 1e-9
_VISIBLE = 5e-4
"""Changes below 0.05 % are not told."""


@dataclass(frozen=True)
class GroupNeed:
    """How a group fares with one need or, where none are declared, with one product."""

    group: str
    """Code of the final user."""
    name: str
    need: str
    need_name: str
    below: Day | None
    """First day below the line."""
    lowest: float
    """Lowest daily share of the basket, or of the base year."""
    lowest_day: Day
    days_below: float
    """Share of the run's days."""
    short: float
    """Missing to the line, mean of the run's days, as a share of the line."""

    @property
    def code(self) -> str:
        """Its row in :func:`needs_by_period`."""
        return f"{self.group}/{self.need}"


@dataclass(frozen=True)
class GroupFood:
    """What a group used and where it came from, by day as shares of what it used in the base year."""

    group: str
    name: str
    used: float
    """Mean of the run's days."""
    sources: Mapping[str, float]
    """Source → mean of the run's days; they add up to ``used``. Negative: given away, or put into store."""


@dataclass(frozen=True)
class GroupMoney:
    """What a group earns by day and holds, in the table's unit."""

    group: str
    name: str
    income_base: Mapping[str, float]
    income: Mapping[str, float]
    """Source → mean of the run's days."""
    cash_base: float
    """On the first morning."""
    cash: float
    """On the last evening."""
    days_of_spending: float
    """By which cash has grown, in days of base-year spending; NaN where nothing was spent."""


@dataclass(frozen=True)
class Groups:
    """All groups of a run's households."""

    counted: bool
    """Whether needs, food and money are counted; if not, what is delivered stands for what is used."""
    line: float
    """Share below which a need is not met: the basket itself, or 90 % of the base year."""
    needs: tuple[GroupNeed, ...]
    """Those that are missing most first."""
    food: tuple[GroupFood, ...]
    food_name: str
    """What ``food`` counts."""
    money: tuple[GroupMoney, ...]
    finding: str

    def lines(self, most: int = 4) -> tuple[str, ...]:
        """Who falls below what, as printed: who misses most first, groups that fare alike together."""
        by_group: dict[str, list[GroupNeed]] = {}
        for need in self.needs:
            by_group.setdefault(need.name, []).append(need)
        alike: dict[str, list[str]] = {}
        for name, mine in by_group.items():
            alike.setdefault("; ".join(map(self._short, mine[:2])), []).append(name)
        told = [f"{listing(names, most=6)}: {words}" for words, names in alike.items()]
        if len(told) > most:
            left = sum(len(names) for names in list(alike.values())[most - 1 :])
            told[most - 1 :] = [f"and {count(left, 'more group')}"]
        return tuple(told)

    def _short(self, need: GroupNeed) -> str:
        line = "the basket" if self.counted else percent(self.line)
        if need.below is None:
            return f"{need.need_name} never below {line}"
        return (
            f"{need.need_name} below {line} from {day_words(need.below)}, on {percent(need.days_below)} of "
            f"days, lowest {percent(need.lowest)}"
        )


def groups(result: SimulationResult) -> Groups | None:
    """Who falls below what, and when; None where a run's households are not told apart."""
    found = _shares(result)
    if found is None:
        return None
    counted = "need_share" in result.data
    line = 1.0 if counted else FALLS
    scenario = Scenario.model_validate(result.record.scenario)
    calendar = Calendar(result, first_shock_day(scenario))
    needs = tuple(sorted((_need(one, line, calendar) for one in found), key=lambda need: -need.short))
    users = {one.group: one.name for one in found}
    if "eaten" in result.data:
        codes = texts(result.data, "household")
        users = dict(zip(codes, _names(result, codes), strict=True))
        food, food_name = _food(result, users)
        money = _money(result, users)
    else:
        food, food_name, money = (), "", ()
    return Groups(counted, line, needs, food, food_name, money, _finding(needs, money, counted, line))


def needs_by_period(result: SimulationResult) -> Timeline:
    """The share of each need that each group meets, by period: rows as in ``Groups.needs``."""
    found = _shares(result) or []
    courses = np.array([one.share for one in found]).T.reshape(result.data.sizes["day"], len(found))
    return timeline_of(result, [f"{one.group}/{one.need}" for one in found], courses)


def day_words(day: Day) -> str:
    """``day 45 (14 Feb 2020)``."""
    date = date_words(datetime.date.fromisoformat(day.date))
    return f"day {day.number:,} ({date})".replace("-", "−")


@dataclass(frozen=True)
class _Course:
    """The share of a need that a group meets, day by day."""

    group: str
    name: str
    need: str
    need_name: str
    share: Array


def _shares(result: SimulationResult) -> list[_Course] | None:
    """By group and need, or by group and product where several groups live in one region."""
    names, data = Names(result), result.data
    if "need_share" in data:
        values = data["need_share"].transpose("household", "need", "day").values
        users = texts(data, "household")
        called = list(zip(texts(data, "need"), names.needs, strict=True))
    else:
        chosen = np.array(texts(data, "kind"), dtype=object) == "households"
        regions = [r for r, is_one in zip(texts(data, "final_region"), chosen, strict=True) if is_one]
        if len(set(regions)) == len(regions):
            return None
        users = tuple(u for u, is_one in zip(texts(data, "final_user"), chosen, strict=True) if is_one)
        received = data["consumption"].transpose("day", "final_user", "product").values[:, chosen]
        base = data["consumption_base"].transpose("final_user", "product").values[chosen]
        share = shares(received.reshape(len(received), -1), base.reshape(-1)).reshape(received.shape)
        lost = np.nansum(np.maximum(1 - share, 0.0) * base, axis=(0, 1))
        first = [p for p in np.argsort(-lost, kind="stable") if lost[p] > _VISIBLE * base.sum()]
        products = first[:MOST_PRODUCTS]
        values = share[:, :, products].transpose(1, 2, 0)
        called = [(names.product_codes[p], names.products[p]) for p in products]
    return [
        _Course(user, name, need, words, np.asarray(values[u, k], dtype=np.float64))
        for u, (user, name) in enumerate(zip(users, _names(result, users), strict=True))
        for k, (need, words) in enumerate(called)
        if np.isfinite(values[u, k]).all()
    ]


def _names(result: SimulationResult, users: Sequence[str]) -> list[str]:
    """``rural`` for ``HOME.households-rural``; with its region where the table has several."""
    names, data = Names(result), result.data
    known = texts(data, "final_user")
    place = [known.index(user) for user in users]
    regions, categories = texts(data, "final_region"), texts(data, "category")
    own = [categories[k] for k in place]
    # The code of a group begins with that of the column it was split from.
    column = f"{own[0].partition('-')[0]}-" if own else ""
    if all(category.startswith(column) for category in own):
        own = [category.removeprefix(column) for category in own]
    told = [names.of(category) for category in own]
    if not names.is_multi_regional:
        return told
    return [f"{names.of(regions[k])}: {category}" for k, category in zip(place, told, strict=True)]


def _need(one: _Course, line: float, calendar: Calendar) -> GroupNeed:
    below = one.share < line - _SAME
    lowest = int(np.argmin(one.share))
    return GroupNeed(
        group=one.group,
        name=one.name,
        need=one.need,
        need_name=one.need_name,
        below=calendar.day(int(np.argmax(below))) if below.any() else None,
        lowest=float(one.share[lowest]),
        lowest_day=calendar.day(lowest),
        days_below=float(below.mean()),
        short=float(np.maximum(1 - one.share / line, 0.0).mean()) if below.any() else 0.0,
    )


def _food(result: SimulationResult, users: Mapping[str, str]) -> tuple[tuple[GroupFood, ...], str]:
    """used = deliveries + aid + plots + drawn from store: plots are what the other four leave."""
    data, days = result.data, result.data.sizes["day"]
    products, declared = _foods(result)
    eaten = data["eaten"].transpose("day", "product", "household").values[:, products]
    base = data["eaten_base"].transpose("product", "household").values[products].sum(axis=0)
    columns = [texts(data, "final_user").index(user) for user in users]

    def received(name: str) -> Array:
        values = data[name].transpose("day", "product", "final_user").values
        return np.asarray(values[:, products][:, :, columns].sum(axis=(0, 1)), dtype=np.float64)

    deliveries = received("consumption")
    aid = received("aid_received") - received("aid_given") if "aid_given" in data else np.zeros(len(base))
    closing = np.nan_to_num(data["household_food_stock"].values[-1])
    opening = np.array([_opening(result, user) for user in users])
    drawn = (opening - closing) * base if declared else np.zeros(len(base))
    used = eaten.sum(axis=(0, 1))
    plots = used - deliveries - aid - drawn
    whole = np.where(base > 0, base, np.nan) * days
    found = []
    for h, (user, name) in enumerate(users.items()):
        if not base[h] > 0:
            continue
        amounts = (deliveries[h], aid[h], plots[h], drawn[h])
        # What is left of rounding is not a harvest.
        kept = (float(amount / whole[h]) if abs(amount) > 1e-6 * whole[h] else 0.0 for amount in amounts)
        sources = dict(zip(SOURCES, kept, strict=True))
        found.append(GroupFood(user, name, float(used[h] / whole[h]), sources))
    return tuple(found), "food" if declared else "all products"


def _foods(result: SimulationResult) -> tuple[npt.NDArray[np.intp], bool]:
    """Positions of the products that households hold stocks of; of all, where they hold none."""
    scenario = result.record.scenario
    named: Sequence[str] = _declared(result).get("food") or ()
    opened = {code for name in named for code in (scenario.get("groups") or {}).get(name, (name,))}
    chosen = [k for k, product in enumerate(texts(result.data, "product")) if product in opened]
    declared = bool(chosen)
    return np.array(chosen if declared else range(result.data.sizes["product"]), dtype=np.intp), declared


def _opening(result: SimulationResult, user: str) -> float:
    """Days of food held on the first morning, as declared."""
    opened: Mapping[str, Sequence[str]] = result.record.scenario.get("groups") or {}
    category = texts(result.data, "category")[texts(result.data, "final_user").index(user)]
    for name, life in (_declared(result).get("groups") or {}).items():
        if {category, "households"} & set(opened.get(name, (name,))):
            return float(life.get("food_stock_days", 0.0))
    return 0.0


def _declared(result: SimulationResult) -> Mapping[str, Any]:
    behaviour: Mapping[str, Any] = result.record.scenario.get("behaviour") or {}
    found: Mapping[str, Any] = behaviour.get("households") or {}
    return found


def _money(result: SimulationResult, users: Mapping[str, str]) -> tuple[GroupMoney, ...]:
    data = result.data
    income = data["household_income"].transpose("day", "household", "income_source").values.mean(axis=0)
    base = data["household_income_base"].transpose("household", "income_source").values
    cash = data["household_cash"].transpose("day", "household").values[-1]
    cash_base, spending = data["household_cash_base"].values, data["household_spending_base"].values
    sources = texts(data, "income_source")
    return tuple(
        GroupMoney(
            group=user,
            name=name,
            income_base=dict(zip(sources, map(float, base[h]), strict=True)),
            income=dict(zip(sources, map(float, income[h]), strict=True)),
            cash_base=float(cash_base[h]),
            cash=float(cash[h]),
            days_of_spending=float((cash[h] - cash_base[h]) / spending[h]) if spending[h] > 0 else np.nan,
        )
        for h, (user, name) in enumerate(users.items())
    )


def _finding(needs: Sequence[GroupNeed], money: Sequence[GroupMoney], counted: bool, line: float) -> str:
    """Who falls first, of each need; who misses most; what is left over."""
    below = "below the basket" if counted else f"below {percent(line)} of the base year"
    fallen = [need for need in needs if need.below is not None]
    if not needs:
        told = ["No product that households use falls visibly." if not counted else "No need is declared."]
    elif not fallen:
        least = min(needs, key=lambda need: need.lowest)
        told = [
            f"No group falls {below}; the lowest is {least.name}, {least.need_name}, at "
            f"{percent(least.lowest)} on {day_words(least.lowest_day)}."
        ]
    else:
        told = [_who_first(need, needs, below) for need in dict.fromkeys(n.need for n in fallen)]
        most = fallen[0]
        alike = [one.name for one in fallen if one.need == most.need and one.short > most.short - 1e-6]
        of = "the basket" if counted else "the base year"
        told.append(
            f"Most is missing to {listing(alike, most=6)}: of {most.need_name}, {percent(most.short)} of "
            f"{of if counted else f'these {percent(line)}'} over the run, and {percent(1 - most.lowest)} of "
            f"{of} on {day_words(most.lowest_day)}."
        )
    if grown := [one for one in money if one.days_of_spending >= 1]:
        low, high = (rounded(pick(one.days_of_spending for one in grown)) for pick in (min, max))
        span = low if low == high else f"{low} to {high}"
        told.append(
            f"Money left unspent has grown by {span} days of base-year spending in "
            f"{'every group' if len(grown) == len(money) else listing([one.name for one in grown])}."
        )
    return " ".join(told)


def _who_first(need: str, needs: Sequence[GroupNeed], below: str) -> str:
    """``Of food, a and b fall below the basket first, on day 45 (…); c never does.``"""
    mine = [one for one in needs if one.need == need]
    days = {one.name: one.below for one in mine if one.below is not None}
    first = min(days.values(), key=lambda day: day.number)
    names = [name for name, day in days.items() if day == first]
    spared = [one.name for one in mine if one.below is None]
    others = [name for name in days if name not in names]
    told = f"Of {mine[0].need_name}, "
    if len(names) == len(mine) > 1:
        return f"{told}all groups fall {below} on {day_words(first)}."
    told += f"{listing(names)} {'falls' if len(names) == 1 else 'fall'} {below}"
    told += f" {'first, ' if others else ''}on {day_words(first)}"
    if others:
        told += f", then {listing(others)}"
    return (
        f"{told}; {listing(spared)} never {'does' if len(spared) == 1 else 'do'}." if spared else f"{told}."
    )
