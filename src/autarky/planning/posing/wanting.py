"""Wanting: who lives on what, what is taken as given, what policies want, and which siege must be borne."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autarky.declared import ALL
from autarky.planning.posing.from_table import TableBase
from autarky.planning.posing.reading import Reader
from autarky.planning.posing.section import BasketItem, Group, HouseholdsRule, PlanSection, TargetRule
from autarky.planning.posing.technology import NEEDS_TABLE, Item, Technology
from autarky.planning.posing.trading import IMPORT_BUDGET, Trading
from autarky.planning.problem import (
    DAYS,
    LIVELIHOOD,
    TARGET,
    Households,
    Labour,
    Matrix,
    Siege,
    Stocks,
    Target,
    Vector,
)

EVERYBODY = "everybody"


def read_households(
    section: PlanSection, base: TableBase | None, technology: Technology, reader: Reader
) -> Households:
    """Groups with their baskets; with a table and none declared, everybody as in the base year."""
    rule, p, n = section.households, len(reader.periods), len(technology.products)
    consumed = np.zeros(n)
    if base is not None:
        consumed[: technology.of_table] = base.consumption
    if rule is None:
        if base is None or not consumed.any():
            none = np.zeros((0, n))
            return Households((), np.zeros((p, 0)), none, none, none)
        reader.assume(
            f"Everybody is one group, as one person, who needs what households used in {base.year}, "
            "weighed by its worth, and wants more of the same."
        )
        weights = consumed / consumed.sum()
        bundles = _bundles((EVERYBODY,), consumed[None], (False,), technology)
        return Households((EVERYBODY,), np.ones((p, 1)), consumed[None], weights[None], **bundles)
    place = "plan.households"
    reader.once(f"{place}.groups[{{}}].name", "group", (group.name for group in rule.groups))
    persons = np.stack(
        [
            reader.by_period(f"{place}.groups[{g}].persons", group.persons)
            for g, group in enumerate(rule.groups)
        ],
        axis=1,
    )
    each = consumed / (float(persons[0].sum()) or 1.0)
    read = [
        _Group(f"{place}.groups[{g}]", group, reader, technology, base, each).read()
        for g, group in enumerate(rule.groups)
    ]
    basket, weights, extra = (np.stack(rows) for rows in zip(*read, strict=True))
    names = tuple(group.name for group in rule.groups)
    together = [
        base is None or group.extra is not None if group.extra_together is None else group.extra_together
        for group in rule.groups
    ]
    segments = _segments(rule, reader) or Households.segments
    bundles = _bundles(names, extra, together, technology)
    return Households(names, persons, basket, weights, segments=segments, **bundles)


def _bundles(
    groups: Sequence[str], extra: Matrix, together: Sequence[bool], technology: Technology
) -> dict[str, Any]:
    """What each group wants more of: all in one bundle, or each product by itself, weighted by its worth."""
    names, rows, of, weights = [], [], [], []
    for g, (group, wanted) in enumerate(zip(groups, extra, strict=True)):
        parts = _parts(wanted, technology)
        products = np.flatnonzero(parts)
        if together[g] or not len(products):
            products = np.array([-1])
        for i in products:
            names.append(group if i < 0 else f"{group}.{technology.products[i]}")
            rows.append(wanted if i < 0 else np.where(np.arange(len(wanted)) == i, wanted, 0.0))
            of.append(g)
            weights.append(1.0 if i < 0 else parts[i])
    return {
        "extra": np.array(rows),
        "bundles": tuple(names),
        "bundle_groups": np.array(of, dtype=np.int64),
        "bundle_weights": np.array(weights),
    }


@dataclass
class _Group:
    """One group and where it stands."""

    place: str
    group: Group
    reader: Reader
    technology: Technology
    base: TableBase | None
    consumed: Vector
    """(n,) per person in the base year."""

    def read(self) -> tuple[Vector, Vector, Vector]:
        """(n,) basket, weights and extra of one person and year."""
        group, reader = self.group, self.reader
        n = len(self.technology.products)
        basket, given = np.zeros(n), dict[int, float]()
        reader.cite(f"basket of {group.name}", group.source)
        if group.share_of_base is not None:
            if self.base is None:
                reader.refuse(f"{self.place}.share_of_base", *NEEDS_TABLE)
            number = reader.amount(f"{self.place}.share_of_base", group.share_of_base, "a share", "share")
            reader.cite(f"basket of {group.name}", number.source)
            belong = list(self.technology.named(reader, f"{self.place}.products", group.products))
            basket[belong] = number.converted * self.consumed[belong]
        items, weighed = self._items("basket", group.basket)
        for i, amount in items.items():
            basket[i] = amount
        given |= weighed
        weights = self._weights(basket, given)
        extra = np.zeros(n)
        if group.extra is not None:
            for i, amount in self._items("extra", group.extra)[0].items():
                extra[i] = amount
        elif self.base is not None:
            extra = self.consumed
            reader.assume("Beyond their baskets people want more of what households used in the base year.")
        else:
            extra = basket
            reader.assume("Beyond their baskets people want more of the same.")
        return basket, weights, extra

    def _items(self, name: str, items: Sequence[BasketItem]) -> tuple[dict[int, float], dict[int, float]]:
        amounts, weights = dict[int, float](), dict[int, float]()
        for k, item in enumerate(items):
            place = f"{self.place}.{name}[{k}]"
            if not self.reader.knows(f"{place}.product", "product", item.product, self.technology.items):
                continue
            found = self.technology.items[item.product]
            number = self.reader.amount(
                f"{place}.amount", item.amount, item.product, found.unit, factor=found.factor
            )
            self.reader.cite(f"{name} of {self.group.name}, {item.product}", number.source)
            if found.product in amounts:
                what = f"{self.technology.products[found.product]} is there already"
                self.reader.refuse(f"{place}.product", what, "give each product once")
            amounts[found.product] = number.converted
            if item.weight is not None:
                weights[found.product] = item.weight
        return amounts, weights

    def _weights(self, basket: Vector, given: dict[int, float]) -> Vector:
        """(n,) as given; else as parts of its worth."""
        there = basket > 0
        if not there.any():
            return np.zeros_like(basket)
        weights = _parts(basket, self.technology)
        for i, weight in given.items():
            weights[i] = weight if there[i] else 0.0
        if weights.sum() <= 0:
            what = f"the basket of {self.group.name} weighs nothing"
            self.reader.refuse(f"{self.place}.basket", what, "give a weight above 0")
            return weights
        return np.asarray(weights / weights.sum())


def _parts(amounts: Vector, technology: Technology) -> Vector:
    """(n,) part of each product in what is wanted: a table's by its worth, any other as one of so many."""
    there = amounts > 0
    parts = np.where(there, 1.0 / max(there.sum(), 1), 0.0)
    priced = there & (np.arange(len(amounts)) < technology.of_table)
    if priced.any():
        parts[priced] = amounts[priced] / amounts[priced].sum() * (priced.sum() / there.sum())
    return np.asarray(parts)


def _segments(rule: HouseholdsRule, reader: Reader) -> tuple[tuple[float, float], ...]:
    place = "plan.households.segments"
    for k, segment in enumerate(rule.segments):
        if segment.width is None and k < len(rule.segments) - 1:
            what = "is without end, and another follows"
            reader.refuse(f"{place}[{k}]", what, "give it a width, or put it last")
        if k and segment.worth > rule.segments[k - 1].worth:
            what = f"is worth {segment.worth:g}, more than the one before it"
            reader.refuse(f"{place}[{k}].worth", what, "let each be worth no more than the one before")
    return tuple((np.inf if one.width is None else one.width, one.worth) for one in rule.segments)


def read_public_demand(
    section: PlanSection, base: TableBase | None, technology: Technology, reader: Reader
) -> Matrix:
    """(p, n) what is taken as given."""
    rule, p = section.public, len(reader.periods)
    demand = np.zeros((p, len(technology.products)))
    reader.cite("public demand", rule.source)
    if base is None:
        if rule.share_of_base is not None:
            reader.refuse("plan.public.share_of_base", *NEEDS_TABLE)
    else:
        share = np.ones(p)
        if rule.share_of_base is not None:
            share = reader.by_period("plan.public.share_of_base", rule.share_of_base, before=1.0)
        elif base.public.any():
            reader.assume(f"Government and others use as much of everything as in {base.year}.")
        demand[:, : technology.of_table] = share[:, None] * base.public
    for name, path in rule.items.items():
        place = f"plan.public.items.{name}"
        if reader.knows(place, "product", name, technology.items):
            item = technology.items[name]
            demand[:, item.product] += reader.by_period(place, path, before=0.0) * item.factor
    return demand


@dataclass
class Wanted:
    """What targets and the siege may be about."""

    section: PlanSection
    base: TableBase | None
    technology: Technology
    imports: Trading
    labour: Labour | None
    stocks: Stocks | None
    households: Households
    public_demand: Matrix
    reader: Reader

    def targets(self) -> Iterator[Target]:
        """Every target; one of days in stock for each product."""
        rules = self.section.targets
        self.reader.once("plan.targets[{}].name", "target", (rule.name for rule in rules))
        for k, rule in enumerate(rules):
            place = f"plan.targets[{k}]"
            if rule.name in (IMPORT_BUDGET, LIVELIHOOD):
                what = f"{rule.name!r} is the name of something else"
                self.reader.refuse(f"{place}.name", what, "give it another name")
            self.reader.cite(rule.name, rule.source)
            read = _Target(place, rule, self)
            yield from getattr(read, rule.kind)()

    def must_hold(self, targets: Sequence[Target]) -> frozenset[str]:
        """Policies that may not give way, by their names in the problem."""
        held = {f"{TARGET}: {IMPORT_BUDGET}"} if any(t.name == IMPORT_BUDGET for t in targets) else set()
        by_name: dict[str, list[str]] = {LIVELIHOOD: [LIVELIHOOD]}
        for rule in self.section.targets:
            by_name[rule.name] = [
                f"{TARGET}: {target.name}"
                for target in targets
                if target.name == rule.name or target.name in _stock_names(rule, self.technology.products)
            ]
        if not self.households.basket.any():
            del by_name[LIVELIHOOD]
        names = tuple(by_name) if self.section.must_hold == ALL else self.section.must_hold
        for k, name in enumerate(names):
            place = "plan.must_hold" if self.section.must_hold == ALL else f"plan.must_hold[{k}]"
            if self.reader.knows(place, "policy", name, by_name):
                held.update(by_name[name])
        return frozenset(held)

    def siege(self) -> Siege | None:
        """From when on which imports may stop, and what must be left then."""
        rule, reader = self.section.siege, self.reader
        if rule is None:
            return None
        if not reader.knows("plan.siege.from", "period", rule.start, reader.periods):
            return None
        cut = np.zeros(len(self.imports.base))
        for k, one in enumerate(rule.cut):
            place = f"plan.siege.cut[{k}]"
            matching = self.imports.matching(reader, place, one.products, one.partners, self.technology)
            if not matching and len(cut):
                reader.refuse(place, "stops no imports", "name products and partners that are imported")
            for c, _ in matching:
                cut[c] = one.share
        first = reader.periods.index(rule.start)
        return Siege(first, cut, rule.coverage, rule.public_share, rule.years)


def _stock_names(rule: TargetRule, products: Sequence[str]) -> set[str]:
    return {f"{rule.name}: {product}" for product in products} if rule.kind == "stock_days" else set()


@dataclass
class _Target:
    """One target and where it stands: a method for each kind makes ``Σ coefficients·quantities ≤ level``."""

    place: str
    rule: TargetRule
    wanted: Wanted

    def imports(self) -> Iterator[Target]:
        matching = self._channels()
        if not matching:
            return
        coefficients = np.zeros(self._shape("imports"))
        for c, item in matching:
            coefficients[:, c] = 1.0 / item.factor
        of_base = float(coefficients[0] @ self.wanted.imports.base)
        level = self._level() * self._base(of_base, "imports")
        unit = self._one_unit({item.unit for _, item in matching})
        yield self._made(
            level, f"{unit} / year", np.nanmax(level, initial=0.0) or of_base, imports=coefficients
        )

    def import_share(self) -> Iterator[Target]:
        technology = self.wanted.technology
        matching = self._channels()
        if not matching:
            return
        products = sorted({item.product for _, item in matching} | self._named())
        made = self._made_of(products)
        columns = [c for c, _ in matching]
        self._one_unit({technology.product_units[i] for i in products})
        base = self.wanted.imports.base[columns].sum()
        supply = base + np.nansum(made[0] * technology.base_activity)
        share = self._level(most=1.0) * self._base(base / supply if supply > 0 else 0.0, "import share")
        imports = np.zeros(self._shape("imports"))
        known = np.where(np.isnan(share), 0.0, share)[:, None]
        # m − σ·(m + Σ v·x) ≤ 0
        imports[:, columns] = 1.0 - known
        ceiling = self.wanted.imports.trade.ceiling[:, columns]
        usual = np.where(np.isfinite(ceiling), ceiling, 0.0).sum(axis=1).max(initial=0.0)
        unit = f"{technology.product_units[products[0]]} / year"
        yield self._made(
            np.where(np.isnan(share), np.nan, 0.0),
            unit,
            base or usual,
            imports=imports,
            activity=-known * made,
        )

    def technique_share(self) -> Iterator[Target]:
        technology = self.wanted.technology
        chosen = self._techniques()
        if self.rule.techniques == ALL:
            what = "is about all techniques, whose share is always the whole"
            self.wanted.reader.refuse(f"{self.place}.techniques", what, "name the techniques")
            return
        products = sorted(self._named())
        if self.rule.products == ALL:
            products = np.flatnonzero(technology.make[:, chosen].any(axis=1)).tolist()
        made = self._made_of(products)
        by_chosen = np.zeros_like(made)
        by_chosen[:, chosen] = made[:, chosen]
        if not by_chosen.any():
            if chosen and products:
                what = "is about techniques that make none of its products"
                self.wanted.reader.refuse(self.place, what, "name techniques that make them")
            return
        self._one_unit({technology.product_units[i] for i in products})
        of_base = 0.0
        total = np.nansum(made[0] * technology.base_activity)
        if total > 0:
            of_base = float(np.nansum(by_chosen[0] * technology.base_activity) / total)
        share = self._level(most=1.0) * self._base(of_base, "share of techniques")
        known = np.where(np.isnan(share), 0.0, share)[:, None]
        there = np.where(np.isfinite(technology.capacity), technology.capacity, 0.0)
        usual = float((made[0] * there).sum())
        yield self._made(
            np.where(np.isnan(share), np.nan, 0.0),
            f"{technology.product_units[products[0]]} / year",
            total or usual,
            activity=known * made - by_chosen,
        )

    def activity(self) -> Iterator[Target]:
        yield from self._at_least("activity", self.wanted.technology.base_activity)

    def capacity(self) -> Iterator[Target]:
        capacity = self.wanted.technology.capacity
        chosen = self._techniques()
        if self.rule.techniques == ALL:
            chosen = [j for j in chosen if np.isfinite(capacity[j])]
        elif any(np.isinf(capacity[j]) for j in chosen):
            names = [self.wanted.technology.techniques[j] for j in chosen if np.isinf(capacity[j])]
            what = f"{' and '.join(names)} needs no plant"
            self.wanted.reader.refuse(f"{self.place}.techniques", what, "give it a capacity")
            return
        yield from self._at_least("capacity", capacity, chosen)

    def _at_least(self, kind: str, base: Vector, chosen: list[int] | None = None) -> Iterator[Target]:
        technology = self.wanted.technology
        chosen = self._techniques() if chosen is None else chosen
        if not chosen:
            if self.rule.techniques == ALL:
                self._nothing("there are no such techniques")
            return
        unit = self._one_unit({technology.technique_units[j] for j in chosen})
        level = self._level() * self._base(float(np.nansum(base[chosen])), kind)
        coefficients = np.zeros(self._shape("techniques"))
        coefficients[:, chosen] = -1.0
        scale = float(np.nanmax(level, initial=0.0))
        unit = f"{unit} / year"
        if kind == "activity":
            yield self._made(-level, unit, scale, activity=coefficients)
        else:
            yield self._made(-level, unit, scale, capacity=coefficients)

    def stock_days(self) -> Iterator[Target]:
        wanted, technology = self.wanted, self.wanted.technology
        if self.rule.of_base:
            self.wanted.reader.refuse(
                f"{self.place}.of_base", "no stock of the base year is known", "give days of use"
            )
        kept = [] if wanted.stocks is None else wanted.stocks.products.tolist()
        named = kept if self.rule.products == ALL else sorted(self._named())
        chosen = [i for i in named if i in kept]
        if not chosen and (named or not kept):
            self._nothing("nothing of it is kept in stock")
        share = self._level() / DAYS
        known = np.where(np.isnan(share), 0.0, share)
        households = wanted.households
        for i in chosen:
            # s ≥ d/365·(Σ u·x + baskets + public demand)
            fixed = households.persons @ households.basket[:, i] + wanted.public_demand[:, i]
            stocks = np.zeros(self._shape("stocks"))
            stocks[:, kept.index(i)] = -1.0
            used = known[:, None] * technology.use[i]
            name = self.rule.name if len(chosen) == 1 else f"{self.rule.name}: {technology.products[i]}"
            there = wanted.stocks.most[:, kept.index(i)].max() if wanted.stocks is not None else 1.0
            yield self._made(
                -share * fixed, technology.product_units[i], there, name=name, stocks=stocks, activity=used
            )

    def employment(self) -> Iterator[Target]:
        labour, technology = self.wanted.labour, self.wanted.technology
        if labour is None:
            self._nothing("labour is not counted")
            return
        skills = self.wanted.reader.known_of(f"{self.place}.skills", "skill", self.rule.skills, labour.skills)
        hours = labour.per_activity[skills].sum(axis=0)
        level = self._level() * self._base(float(np.nansum(hours * technology.base_activity)), "hours")
        activity = np.broadcast_to(-hours, self._shape("techniques")).copy()
        yield self._made(-level, f"{labour.unit} / year", np.nanmax(level, initial=0.0), activity=activity)

    def _channels(self) -> list[tuple[int, Item]]:
        wanted, reader = self.wanted, self.wanted.reader
        so_far = len(reader.problems)
        found = wanted.imports.matching(
            reader, self.place, self.rule.products, self.rule.partners, wanted.technology
        )
        if not found and len(reader.problems) == so_far:
            self._nothing("nothing that matches it is imported")
        return found

    def _techniques(self) -> list[int]:
        place = f"{self.place}.techniques"
        return self.wanted.reader.known_of(
            place, "technique", self.rule.techniques, self.wanted.technology.techniques
        )

    def _named(self) -> set[int]:
        """Products that are named, without those that only their imports bear out."""
        if self.rule.products == ALL:
            return set()
        reader, technology = self.wanted.reader, self.wanted.technology
        return set(technology.named(reader, f"{self.place}.products", self.rule.products))

    def _made_of(self, products: Sequence[int]) -> Matrix:
        """(p, m) how much of the products each technique makes; what only passes imports on makes nothing."""
        technology = self.wanted.technology
        made = technology.make[list(products)].sum(axis=0) * technology.makes_anew
        return np.asarray(made * technology.yields)

    def _shape(self, of: str) -> tuple[int, int]:
        wanted = self.wanted
        sizes = {
            "imports": len(wanted.imports.base),
            "techniques": len(wanted.technology.techniques),
            "stocks": 0 if wanted.stocks is None else len(wanted.stocks.products),
        }
        return len(wanted.reader.periods), sizes[of]

    def _level(self, most: float = np.inf) -> Vector:
        """(p,) nan before the first period that is named."""
        if self.rule.of_base:
            most = np.inf
        return self.wanted.reader.by_period(f"{self.place}.level", self.rule.level, before=np.nan, most=most)

    def _base(self, of_base: float, what: str) -> float:
        """What a level is a share of; 1 if it is none."""
        if not self.rule.of_base:
            return 1.0
        if self.wanted.base is None:
            self.wanted.reader.refuse(f"{self.place}.of_base", *NEEDS_TABLE)
        elif of_base <= 0:
            self.wanted.reader.refuse(
                f"{self.place}.of_base", f"the base year has no such {what}", "give a level"
            )
        return of_base

    def _one_unit(self, units: set[str]) -> str:
        if len(units) > 1:
            what = f"adds up {' and '.join(sorted(units))}"
            self.wanted.reader.refuse(self.place, what, "name only what is counted in the same unit")
        return min(units, default="")

    def _nothing(self, why: str) -> None:
        self.wanted.reader.refuse(
            self.place, f"has nothing to be about: {why}", "name something that is there"
        )

    def _made(
        self,
        level: Vector,
        unit: str,
        scale: float,
        *,
        name: str = "",
        activity: Matrix | None = None,
        imports: Matrix | None = None,
        capacity: Matrix | None = None,
        stocks: Matrix | None = None,
    ) -> Target:
        def or_none(coefficients: Matrix | None, of: str) -> Matrix:
            return np.zeros(self._shape(of)) if coefficients is None else coefficients

        return Target(
            name or self.rule.name,
            unit,
            self.rule.priority,
            level,
            float(scale) if scale > 0 else 1.0,
            or_none(activity, "techniques"),
            or_none(imports, "imports"),
            or_none(capacity, "techniques"),
            or_none(stocks, "stocks"),
            self.rule.source or "",
        )
