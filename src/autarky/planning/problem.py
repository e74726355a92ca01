"""Planning problem: what can be made from what, by when, and what is wanted; numbers with their labels.

Flows are per year; the number of a period is the rate in each of its years. Products and techniques have
units of their own: money of the base year where they come from a table, tonnes or hours where declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

DAYS = 365.0
"""Days in a year: person-days in a person-year."""

AFTER = "after"
"""Label of the stationary year after the plan, which may go on for ever."""

LIVELIHOOD = "livelihood"
PUBLIC_DEMAND = "public demand"
FOREIGN_EXCHANGE = "foreign exchange"
DEBT = "debt limit"
IMPORT_CEILINGS = "import ceilings"
EXPORT_CEILINGS = "export ceilings"
CONTRACTS = "contracted imports"
RESERVES = "strategic reserves"
SIEGE = "siege"
LABOUR = "labour"
"""Policy of one skill: ``labour: engineers``."""
TARGET = "target"
"""Policy of one target: ``target: its name``."""
SOFT = (LIVELIHOOD, TARGET)
"""Policies that give way by default, as little as can be; all others hold unless they are let go."""


@dataclass(frozen=True)
class Quantity:
    """A physical unit for a product of the table: how its amounts are told besides in money."""

    name: str
    product: str
    unit: str
    per_unit: float
    """Physical units per unit of the product."""
    source: str = ""


@dataclass(frozen=True)
class Coefficient:
    """One coefficient of a technique with its range, told by its source."""

    technique: str
    kind: str
    """``makes``, ``uses``, ``builds_with``, ``labour`` or ``building_labour``."""
    item: str
    """The product, quantity or skill, as declared."""
    value: float
    low: float
    high: float
    unit: str
    source: str
    product: str = ""
    """The product of the problem that it becomes (skills: empty)."""
    factor: float = 1.0
    """From the declared unit to that of the problem: the array holds ``value·factor``."""


@dataclass(frozen=True, eq=False)
class Labour:
    """Hours of work of s skills, in ``unit`` per year."""

    skills: tuple[str, ...]
    hours: Matrix
    """(p, s) hours there are, hours withheld already taken off."""
    per_activity: Matrix
    """(s, m) hours per unit of activity."""
    per_start: Matrix
    """(s, m) hours per unit of capacity built, over the whole time of building."""
    overtime: Vector
    """(s,) most overtime as a share of hours."""
    unit: str = "hours"
    training: tuple[tuple[str, str, float], ...] = ()
    """(from, to, years it takes): people who change their skill for good."""
    most_trained: Matrix = field(default_factory=lambda: np.zeros((0, 0)))
    """(p, pairs of training) hours per year that can start training."""
    substitutes: tuple[tuple[str, str, float], ...] = ()
    """(skill that stands in, skill it stands in for, hours it is worth)."""


@dataclass(frozen=True, eq=False)
class Trade:
    """c channels of imports, or of exports: a product from, or to, a partner."""

    channels: tuple[tuple[str, str], ...]
    """(partner, product)."""
    products: Positions
    """(c,) position of each channel's product."""
    price: Matrix
    """(p, c) currency per unit of product."""
    ceiling: Matrix
    """(p, c) most per year; inf: none."""
    contracted: Matrix
    """(p, c) least per year."""

    @property
    def labels(self) -> tuple[str, ...]:
        """``partner.product`` of each channel."""
        return tuple(f"{partner}.{product}" for partner, product in self.channels)


@dataclass(frozen=True, eq=False)
class ForeignExchange:
    """What pays for imports besides exports, in ``currency``."""

    currency: str
    inflow: Vector
    """(p,) currency per year from aid, remittances and what is not traded here; negative: payments."""
    debt_limit: Vector
    """(p,) currency."""
    interest: float
    """Per year."""
    debt: float
    """Before the plan."""
    reserves: float
    """Before the plan."""


@dataclass(frozen=True, eq=False)
class Stocks:
    """k products that keep."""

    products: Positions
    """(k,)"""
    initial: Vector
    """(k,) units of product."""
    most: Matrix
    """(p, k) room at the end of each period."""
    spoilage: Vector
    """(k,) per year."""
    least: Matrix
    """(p, k) strategic minimum at the end of each period."""


@dataclass(frozen=True, eq=False)
class Households:
    """h groups of people and what they live on."""

    groups: tuple[str, ...]
    persons: Matrix
    """(p, h)"""
    basket: Matrix
    """(h, n) livelihood basket, units of product per person and year."""
    weights: Matrix
    """(h, n) what the lack of all of a product takes from the basket; each row adds up to 1."""
    extra: Matrix
    """(b, n) one person-year of each bundle beyond the basket, units of product."""
    segments: tuple[tuple[float, float], ...] = ((0.1, 1.0), (0.2, 0.8), (0.4, 0.6), (np.inf, 0.4))
    """(width as a share of the persons, worth of each): more of a bundle is worth less and less."""
    bundles: tuple[str, ...] = ()
    """What people want more of, each by itself; left out: one bundle for each group, of its name."""
    bundle_groups: Positions = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(b,) position of the group whose bundle it is."""
    bundle_weights: Vector = field(default_factory=lambda: np.zeros(0))
    """(b,) part of a person-year beyond the basket; those of a group add up to 1."""

    def __post_init__(self) -> None:
        if not self.bundles:
            object.__setattr__(self, "bundles", self.groups)
            object.__setattr__(self, "bundle_groups", np.arange(len(self.groups)))
            object.__setattr__(self, "bundle_weights", np.ones(len(self.groups)))

    def needs(self, period: int) -> Matrix:
        """(h, n) the basket of all persons of each group, units of product per year."""
        return np.asarray(self.persons[period][:, None] * self.basket)


@dataclass(frozen=True, eq=False)
class Target:
    """What a policy wants: ``Σ coefficients · quantities ≤ level`` in each period, or else a shortfall."""

    name: str
    unit: str
    priority: int
    """1 comes first."""
    level: Vector
    """(p,) nan: nothing is wanted in that period."""
    scale: float
    """What counts as one whole shortfall, in the unit."""
    activity: Matrix
    """(p, m)"""
    imports: Matrix
    """(p, c)"""
    capacity: Matrix
    """(p, m)"""
    stocks: Matrix
    """(p, k)"""
    source: str = ""


@dataclass(frozen=True, eq=False)
class Siege:
    """From one period on, a sudden cut of imports must leave a share of the basket; nothing new is built."""

    first: int
    """Position of the first period in which it may come."""
    cut: Vector
    """(c,) share of each import channel that stops."""
    coverage: float
    """Share of every basket product that must be left."""
    public_share: float
    """Share of public demand that must be left."""
    years: float
    """How long stocks must last."""


@dataclass(frozen=True, eq=False)
class PlanningProblem:
    """p periods, n products, m techniques, c import and e export channels, k stocks, h household groups."""

    title: str
    periods: tuple[str, ...]
    years: Vector
    """(p,) length of each period."""
    products: tuple[str, ...]
    product_units: tuple[str, ...]
    techniques: tuple[str, ...]
    technique_units: tuple[str, ...]
    make: Matrix
    """(n, m) V: output of each product per unit of activity. Joint products stay as they are."""
    use: Matrix
    """(n, m) U: input of each product per unit of activity."""
    yields: Matrix
    """(p, m) multiplies what an activity makes: harvests, wear."""
    capacity: Vector
    """(m,) activity per year that the base year's plants allow; inf: needs no plant."""
    arriving: Matrix
    """(p, m) capacity from projects already under way, by the period in which it comes."""
    retirement: Vector
    """(m,) share of capacity lost per year."""
    lag: Vector
    """(m,) years from the start of building to the first output."""
    most_starts: Matrix
    """(p, m) capacity that can be started per year; 0: cannot be built."""
    start_growth: Vector
    """(m,) by how much a unit started before raises that limit: what has been learnt."""
    builds_with: Matrix
    """(n, m) capital goods per unit of capacity, over the whole time of building."""
    imports: Trade
    exports: Trade
    households: Households
    public_demand: Matrix
    """(p, n) government, defence and what else is taken as given, units of product per year."""
    foreign_exchange: ForeignExchange | None = None
    labour: Labour | None = None
    stocks: Stocks | None = None
    siege: Siege | None = None
    deposits: tuple[str, ...] = ()
    deposit: Vector = field(default_factory=lambda: np.zeros(0))
    """(d,) what is in the ground."""
    draws: Matrix = field(default_factory=lambda: np.zeros((0, 0)))
    """(d, m) what a unit of activity takes from it."""
    deposit_units: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    must_hold: frozenset[str] = frozenset()
    """Policies of ``SOFT`` (a target by ``target: name``) that may not give way at all."""
    stationary_after: bool = True
    """Whether the year after the plan, going on for ever, is part of it."""
    after_years: float = 10.0
    """How many years the year after counts for."""
    discount: float = 0.0
    """Per year, of consumption beyond the basket; livelihoods are not discounted."""
    least: str = "imports and starts"
    """What the last stage keeps small: ``imports and starts``, ``foreign exchange`` or ``labour``."""
    quantities: tuple[Quantity, ...] = ()
    coefficients: tuple[Coefficient, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Long name of a product or technique, where there is one."""
    sources: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    """What was assumed where nobody says anything, one sentence each."""

    @cached_property
    def spans(self) -> tuple[str, ...]:
        """The periods, and the year after where it counts."""
        return self.periods + ((AFTER,) if self.stationary_after else ())

    @cached_property
    def starts_at(self) -> Vector:
        """(p + 1,) years from the beginning of the plan to that of each period, and to its end."""
        return np.asarray(np.concatenate([[0.0], np.cumsum(self.years)]))

    def spread(self, by_period: Matrix) -> Matrix:
        """(spans, …) of (p, …): the year after is as the last period."""
        return np.concatenate([by_period, by_period[-1:]]) if self.stationary_after else by_period

    @cached_property
    def span_weights(self) -> Vector:
        """(spans,) years each counts for: its length, or what the year after stands for."""
        return np.concatenate([self.years, [self.after_years]]) if self.stationary_after else self.years

    @cached_property
    def arrival(self) -> Positions:
        """(p, m) the span in which capacity started at the beginning of a period can first be used: the first
        by whose middle it is ready; p, the year after, for what is ready no sooner."""
        ready = self.starts_at[:-1, None] + self.lag[None, :]
        found = np.searchsorted(self.starts_at[:-1] + self.years / 2, ready - 1e-9)
        return np.asarray(np.minimum(found, len(self.periods)), dtype=np.int64)

    @cached_property
    def building(self) -> npt.NDArray[np.float64]:
        """(p, p, m) share of a start's needs that falls in each later period, per year of that period.

        The needs are spread evenly over the time of building. What would fall after the plan is brought
        forward into it, so that nothing counted in the year after is left unpaid.
        """
        begin = self.starts_at[:-1]
        end = self.starts_at[1:]
        lag = np.maximum(self.lag, 1e-9)
        done = begin[:, None, None] + lag[None, None, :]
        overlap = np.minimum(end[None, :, None], done) - np.maximum(
            begin[None, :, None], begin[:, None, None]
        )
        share = np.clip(overlap, 0.0, None)
        share /= share.sum(axis=1, keepdims=True)
        return np.asarray(share / self.years[None, :, None])

    @cached_property
    def left(self) -> Matrix:
        """(spans, m) share of the capacity of the span before that is left in each.

        What retires within a period is lost to all of it. The year after renews as much as retires in it, so
        that it loses only what it takes time to build.
        """
        during = (1.0 - self.retirement) ** self.years[:, None]
        after = np.where(self.lag > 0, 1.0 - self.retirement, 1.0)
        return np.vstack([during, after[None]]) if self.stationary_after else during

    @cached_property
    def buildable(self) -> Positions:
        """Positions of techniques that can be built in some period."""
        return np.flatnonzero((self.most_starts > 0).any(axis=0) & np.isfinite(self.capacity))

    @cached_property
    def with_plants(self) -> Positions:
        """Positions of techniques that need a plant."""
        return np.flatnonzero(np.isfinite(self.capacity))

    def name_of(self, code: str) -> str:
        """The long name of a product or technique, or its code."""
        return self.names.get(code, code)

    def in_units(self, product: str, amount: float) -> tuple[float, str]:
        """An amount of a product in its physical unit where there is one, else in its own."""
        for quantity in self.quantities:
            if quantity.product == product:
                return amount * quantity.per_unit, quantity.unit
        return amount, self.product_units[self.products.index(product)]
