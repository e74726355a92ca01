"""Trading: what may come in and go out, at what price, and what pays for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autarky.declared import ALL, Names
from autarky.errors import did_you_mean
from autarky.planning.posing.from_table import TableBase
from autarky.planning.posing.reading import Reader
from autarky.planning.posing.section import PlanSection, TradeRule
from autarky.planning.posing.technology import NEEDS_TABLE, Item, Technology
from autarky.planning.problem import ForeignExchange, Matrix, Target, Trade, Vector

ABROAD = "ABROAD"
"""The partner where none is named."""
IMPORT_BUDGET = "import budget"
"""Target that keeps spending on imports to a share of the base year's."""


@dataclass
class Channel:
    """One product from, or to, one partner, by period."""

    partner: str
    product: int
    base: float
    price: Vector
    ceiling: Vector
    contracted: Vector
    priced: bool = False
    bound_by: str = ""
    """Place of the rule that gave the contract."""


@dataclass(frozen=True, eq=False)
class Trading:
    """Channels of imports or exports, and what went through them in the base year."""

    trade: Trade
    base: Vector
    """(c,) 0 where the table has none."""

    def matching(
        self, reader: Reader, place: str, products: Names, partners: Names, technology: Technology
    ) -> list[tuple[int, Item]]:
        """Channels of the products and partners that are named, and by which name of the product."""
        named = technology.named(reader, f"{place}.products", products)
        known = [partner for partner, _ in self.trade.channels]
        if partners != ALL:
            for partner in partners:
                reader.knows(f"{place}.partners", "partner", partner, list(dict.fromkeys(known)))
        return [
            (c, named[int(product)])
            for c, (partner, product) in enumerate(zip(known, self.trade.products, strict=True))
            if int(product) in named and (partners == ALL or partner in partners)
        ]


def read_trade(
    section: PlanSection, kind: str, base: TableBase | None, technology: Technology, reader: Reader
) -> Trading:
    """Imports or exports (``kind``): the base year's and no more, changed by one rule after the other."""
    rules: Sequence[TradeRule] = getattr(section, kind)
    is_paid = base is not None or section.foreign_exchange is not None
    p = len(reader.periods)
    channels: list[Channel] = []
    if base is not None:
        labels, flows = (
            (base.import_channels, base.imports_base)
            if kind == "imports"
            else (base.export_channels, base.exports_base)
        )
        for (partner, product), flow in zip(labels, flows, strict=True):
            held = np.full(p, float(flow))
            i = technology.items[product].product
            channels.append(Channel(partner, i, float(flow), np.ones(p), held, np.zeros(p), priced=True))
        reader.assume(
            f"Where nothing else is said, {kind} of each product and partner are at most those of "
            f"{base.year}, at its prices."
        )
    partners = [partner for partner, _ in (base.import_channels + base.export_channels)] if base else []
    for k, rule in enumerate(rules):
        _Rule(f"plan.{kind}[{k}]", kind, rule, reader, technology).apply(channels, partners)
        reader.cite(f"{kind}: {_told(rule.products)}", rule.source)
    for channel in channels:
        over = channel.contracted > channel.ceiling * (1 + 1e-9)
        if over.any():
            t = int(np.argmax(over))
            what = (
                f"{channel.contracted[t]:g} of {technology.products[channel.product]} from {channel.partner} "
                f"is contracted in {reader.periods[t]}, above the ceiling of {channel.ceiling[t]:g}"
            )
            reader.refuse(channel.bound_by, what, "raise the ceiling or lower the contract")
        if is_paid and not channel.priced:
            reader.assume(
                f"{technology.products[channel.product]} is traded at 1 per unit: no price is given."
            )
    return _stacked(channels, technology, p)


def _told(names: Names) -> str:
    return "all products" if names == ALL else ", ".join(names)


def _stacked(channels: list[Channel], technology: Technology, p: int) -> Trading:
    def by_channel(name: str) -> Matrix:
        return np.stack([getattr(c, name) for c in channels], axis=1) if channels else np.zeros((p, 0))

    labels = tuple((c.partner, technology.products[c.product]) for c in channels)
    products = np.array([c.product for c in channels], np.int64)
    trade = Trade(labels, products, by_channel("price"), by_channel("ceiling"), by_channel("contracted"))
    return Trading(trade, np.array([c.base for c in channels], np.float64))


@dataclass
class _Rule:
    """One rule and where it stands."""

    place: str
    kind: str
    rule: TradeRule
    reader: Reader
    technology: Technology

    def apply(self, channels: list[Channel], partners: list[str]) -> None:
        rule, reader = self.rule, self.reader
        named = self.technology.named(reader, f"{self.place}.products", rule.products)
        if rule.partners != ALL and partners:
            for partner in rule.partners:
                reader.knows(f"{self.place}.partners", "partner", partner, [*dict.fromkeys(partners), ABROAD])
        if rule.products != ALL:
            channels += self._opened(channels)
        matching = [
            channel
            for channel in channels
            if channel.product in named and (rule.partners == ALL or channel.partner in rule.partners)
        ]
        if not matching and named:
            remedy = did_you_mean(_told(rule.partners), tuple(dict.fromkeys(c.partner for c in channels)))
            reader.refuse(self.place, f"no {self.kind} match it", remedy if channels else "name products")
        if self.kind == "exports" and rule.contracted is not None:
            what = "binds exports, which have no least amount"
            reader.refuse(f"{self.place}.contracted", what, "take them as given under public.items")
        for channel in matching:
            self._change(channel, named[channel.product])

    def _opened(self, channels: list[Channel]) -> list[Channel]:
        """Trade in what is named and not traded yet, in any of its parts; in a product of the table only by
        a rule that says how much. Before the first period with a ceiling there is none of it."""
        rule, p = self.rule, len(self.reader.periods)
        says = rule.ceiling is not None or rule.unlimited
        ceiling = np.full(p, np.inf if rule.ceiling is None else 0.0)
        there = {(channel.partner, channel.product) for channel in channels}
        traded = {channel.product for channel in channels}
        asked = [name for name in rule.products if name in self.technology.items]
        found = []
        for name in asked:
            i = self.technology.items[name].product
            if i < self.technology.of_table and not says:
                continue
            same = {i, *self.technology.parts.get(name, ())}
            if (imported := self.technology.items.get(f"imported {name}")) is not None:
                i = imported.product
            if rule.partners == ALL:
                wanted = [] if same & traded else [ABROAD]
            else:
                wanted = [one for one in rule.partners if not any((one, k) in there for k in same)]
            found += [Channel(partner, i, 0.0, np.ones(p), ceiling, np.zeros(p)) for partner in wanted]
        return found

    def _change(self, channel: Channel, item: Item) -> None:
        rule, reader = self.rule, self.reader
        if rule.unlimited:
            channel.ceiling = np.full(len(reader.periods), np.inf)
        if rule.ceiling is not None:
            # Before the first period that is named, what held so far.
            so_far = channel.ceiling / item.factor
            ceiling = reader.by_period(f"{self.place}.ceiling", rule.ceiling, before=so_far)
            channel.ceiling = ceiling * item.factor
        if rule.share is not None and (channel.base > 0 or rule.products != ALL):
            if channel.base <= 0:
                what = f"the table has no {self.kind} of {self.technology.products[channel.product]}"
                reader.refuse(f"{self.place}.share", what, "give a ceiling")
            so_far = channel.ceiling / (channel.base or 1.0)
            share = reader.by_period(f"{self.place}.share", rule.share, before=so_far)
            channel.ceiling = share * channel.base
        if rule.contracted is not None:
            so_far = channel.contracted / item.factor
            contracted = reader.by_period(f"{self.place}.contracted", rule.contracted, before=so_far)
            channel.contracted = contracted * item.factor
            channel.bound_by = f"{self.place}.contracted"
        if rule.price is not None:
            price = reader.by_period(f"{self.place}.price", rule.price, before=channel.price * item.factor)
            channel.price = price / item.factor
            channel.priced = True


def read_foreign_exchange(
    section: PlanSection, base: TableBase | None, reader: Reader
) -> ForeignExchange | None:
    """What pays for imports: as declared, or as in the base year of a table; else imports cost nothing."""
    rule, p = section.foreign_exchange, len(reader.periods)
    if rule is None and base is None:
        return None
    deficit = base.deficit if base is not None else 0.0
    if base is not None and (rule is None or not isinstance(rule.inflow, float | tuple)):
        reader.assume(
            f"What imports cost beyond exports in {base.year}, {deficit:g} {base.unit}, "
            "is paid for in every year of the plan."
        )
    if rule is None:
        assert base is not None
        return ForeignExchange(base.unit, np.full(p, deficit), np.zeros(p), 0.0, 0.0, 0.0)
    place = "plan.foreign_exchange"
    reader.cite("foreign exchange", rule.source)
    inflow = np.full(p, deficit)
    if rule.inflow is not None:
        inflow = reader.by_period(f"{place}.inflow", rule.inflow, before=deficit, least=-np.inf)
    return ForeignExchange(
        rule.currency or (base.unit if base is not None else "currency"),
        inflow,
        reader.by_period(f"{place}.debt_limit", rule.debt_limit, before=0.0),
        rule.interest,
        rule.debt,
        rule.reserves,
    )


def read_import_budget(
    section: PlanSection, imports: Trading, technology: Technology, base: TableBase | None, reader: Reader
) -> Target | None:
    """Spending on imports as a target that must hold: ``Σ price·imports ≤ share·base year's``."""
    rule = section.foreign_exchange
    if rule is None or rule.budget_share is None:
        return None
    place = "plan.foreign_exchange.budget_share"
    if base is None:
        reader.refuse(place, *NEEDS_TABLE)
        return None
    spent = float(base.imports_base.sum())
    none = np.zeros((len(reader.periods), len(technology.techniques)))
    return Target(
        IMPORT_BUDGET,
        f"{rule.currency or base.unit} / year",
        1,
        reader.by_period(place, rule.budget_share, before=np.nan) * spent,
        spent or 1.0,
        none,
        imports.trade.price,
        none,
        np.zeros((len(reader.periods), 0)),
        rule.source or "",
    )
