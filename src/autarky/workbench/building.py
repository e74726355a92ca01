"""Building: imports to keep and stocks to lay in for a sum of money, and what they come to together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autarky.errors import InputError, Problem, did_you_mean
from autarky.explanation.countdown import Countdown, ProductCountdown
from autarky.explanation.counting import MORE_DAYS
from autarky.explanation.lifelines import Lifelines
from autarky.explanation.wording import rounded
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.presets import parameters
from autarky.workbench.levers import Edits, as_declared, edited
from autarky.workbench.solved import Solved, side_by_side

LOTS = range(10)
"""Lots of ``MORE_DAYS`` days by which a stock can be raised."""
_ALL = 1 - 1e-3
"""Share of the loss at which the imports kept avert all of it, and nothing is left for more to avert."""
_RULE = (
    "In the order of what a unit of money averts: imports in the order of keep-first, each by what it adds "
    f"to those before it, and stocks by what {MORE_DAYS:g} days more avert alone; what costs more than is "
    "left is passed over, and where imports kept avert all of the loss, nothing more is bought."
)


@dataclass(frozen=True)
class Import:
    """An import that can be kept: exempt from every cut."""

    key: str
    """``partner.product``."""
    name: str
    cost: float
    """A year's imports, table's unit."""
    averts: float
    """Share of the households' loss that it averts alone."""
    adds: float
    """What it averts beyond those before it in the order of keep-first; 0 for those beyond that order."""


@dataclass(frozen=True)
class Stock:
    """A stock that can be raised, lot by lot of ``MORE_DAYS`` days of base-year use."""

    key: str
    name: str
    held: float
    """Days held now."""
    cost: float
    """Of one lot, table's unit, once."""
    averts: float
    """Share of the households' loss that one lot averts alone; 0 where that was not asked."""
    first: str
    """The industry that stops, or falls, first for want of it, and when; empty if none does."""


@dataclass(frozen=True)
class Offer:
    """What can be kept and laid in, of one run whose imports and stocks have been ranked."""

    unit: str
    consumers: str
    imports: tuple[Import, ...]
    stocks: tuple[Stock, ...]

    @property
    def most(self) -> float:
        """What all of it costs: every import for a year, every stock raised by all lots."""
        return math.fsum([one.cost for one in self.imports]) + max(LOTS) * math.fsum(
            one.cost for one in self.stocks
        )

    @property
    def rule(self) -> str:
        """How a sum of money is spent, in words."""
        return _RULE


@dataclass(frozen=True)
class Basket:
    """What is chosen of an offer."""

    kept: tuple[str, ...] = ()
    """Keys of imports."""
    lots: Mapping[str, int] | None = None
    """Key of a stock → lots."""

    def cost(self, offer: Offer) -> float:
        """Of the first year, table's unit: a year of the imports kept, and the stocks once."""
        lots = self.lots or {}
        return math.fsum(one.cost for one in offer.imports if one.key in self.kept) + math.fsum(
            one.cost * lots.get(one.key, 0) for one in offer.stocks
        )


def offer_of(keep_first: Lifelines, countdown: Countdown) -> Offer:
    """What a run's ranked imports and stocks offer, the imports in the order of keep-first."""
    before, adds = 0.0, {}
    order = {step.gate: k for k, step in enumerate(keep_first.greedy)}
    for step in keep_first.greedy:
        adds[step.gate] = step.averts - before if math.isfinite(step.averts) else 0.0
        before = step.averts if math.isfinite(step.averts) else 0.0
    alone = sorted(keep_first.alone, key=lambda one: order.get(one.gate, len(order)))
    imports = tuple(
        Import(
            one.gate,
            one.name,
            one.imports,
            one.averts if math.isfinite(one.averts) else 0.0,
            adds.get(one.gate, 0.0),
        )
        for one in alone
    )
    stocks = {}
    for row in countdown.rows:
        if row.added_value > 0 and row.product not in stocks:
            stocks[row.product] = Stock(
                row.product, row.name, row.stock_days, row.added_value, row.averts or 0.0, _first(row)
            )
    return Offer(keep_first.unit, keep_first.consumers, imports, tuple(stocks.values()))


def _first(row: ProductCountdown) -> str:
    return "" if row.day is None else f"{row.industry}, day {row.day.number}"


def bought(offer: Offer, budget: float) -> Basket:
    """What a sum of money buys, by the offer's rule."""
    wishes: list[tuple[float, int, str, float]] = []
    for k, one in enumerate(offer.imports):
        if one.adds > 0 and one.cost > 0:
            wishes.append((one.adds / one.cost, k, one.key, one.cost))
    for k, stock in enumerate(offer.stocks):
        if stock.averts > 0:
            wishes += [(stock.averts / stock.cost, k, stock.key, stock.cost)] * max(LOTS)
    imports = {one.key: one.adds for one in offer.imports}
    left, kept, lots = budget, list[str](), dict[str, int]()
    for _, _, key, cost in sorted(wishes, key=lambda wish: (-wish[0], wish[1], wish[2])):
        if math.fsum(imports[one] for one in kept) > _ALL:
            break
        # The last thing that a budget is made for must not fail for the rounding of those before it.
        if cost > left + 5e-13 * budget:
            continue
        left -= cost
        if key in imports:
            kept.append(key)
        else:
            lots[key] = lots.get(key, 0) + 1
    return Basket(tuple(kept), lots)


def refuse_unknown(offer: Offer, basket: Basket) -> None:
    """Raises for what is chosen and not offered.

    Raises
    ------
    InputError
        For each.
    """
    imports, stocks = tuple(one.key for one in offer.imports), tuple(one.key for one in offer.stocks)
    problems = [
        Problem(f"import {key!r}", "is not among those ranked", did_you_mean(key, imports))
        for key in basket.kept
        if key not in imports
    ]
    for key, number in (basket.lots or {}).items():
        if key not in stocks:
            problems.append(Problem(f"stock {key!r}", "is not among those ranked", did_you_mean(key, stocks)))
        elif number not in LOTS:
            what = f"is to be raised by {number} lots"
            problems.append(Problem(f"stock {key!r}", what, f"choose {LOTS[0]} to {LOTS[-1]}"))
    if problems:
        raise InputError(problems)


def edits_of(scenario: Scenario, basket: Basket, offer: Offer, regions: Sequence[str]) -> Edits:
    """What a basket changes in a scenario: exempt trade, and days of stock."""
    edits: Edits = {}
    if basket.kept:
        split = [key.partition(".") for key in basket.kept]
        declared = scenario.model_dump(mode="json", by_alias=True)["exempt"]
        kept = [
            {"origin": [partner], "destination": list(regions), "products": [product]}
            for partner, _, product in split
        ]
        edits["exempt",] = [*declared, *kept]
    raised = {key: number for key, number in (basket.lots or {}).items() if number}
    if raised:
        given = scenario.behaviour.inventory_days
        default = parameters(scenario.behaviour, scenario.groups, scenario.shocks).preset.inventory_days
        held = {one.key: one.held for one in offer.stocks}
        products = dict(given.products) if given else {}
        products |= {key: round(held[key] + number * MORE_DAYS, 6) for key, number in raised.items()}
        source = given.source if given and given.source else "assumption: as the preset"
        source += "; stocks raised by hand"
        edits["behaviour", "inventory_days"] = {"default": default, "products": products, "source": source}
    return edits


def told(basket: Basket, offer: Offer) -> tuple[str, ...]:
    """What is chosen, in words."""
    lots = basket.lots or {}
    return (
        *(
            f"{one.name} kept: {rounded(one.cost, 3)} {offer.unit} a year"
            for one in offer.imports
            if one.key in basket.kept
        ),
        *(
            f"{one.name}: {lots[one.key] * MORE_DAYS:g} days more in stock, for "
            f"{rounded(one.cost * lots[one.key], 3)} {offer.unit} once"
            for one in offer.stocks
            if lots.get(one.key)
        ),
    )


def solve(
    content: bytes, path: Path, digest: str, keep_first: Lifelines, countdown: Countdown, basket: Basket
) -> Solved:
    """What a run comes to with a basket, beside what it comes to as declared.

    Raises
    ------
    InputError
        If something is chosen that is not offered, or the run's table is gone or another.
    """
    offer = offer_of(keep_first, countdown)
    refuse_unknown(offer, basket)
    scenario, economy, declared = as_declared(content, path, digest)
    edits = edits_of(scenario, basket, offer, keep_first.regions)
    moved = simulate(economy, edited(scenario, edits)) if edits else declared
    return side_by_side(declared, moved, told(basket, offer))
