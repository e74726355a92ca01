"""Presets: complete parameter sets, and what a scenario leaves of them.

A preset is proved by its differential test, not by its name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any, TypeVar

from autarky.declared import ALL, Names
from autarky.scenario import (
    Allocation,
    Behaviour,
    ImportMode,
    InstitutionChange,
    PerProduct,
    PresetName,
    ProductionFunction,
    Rationing,
    Shock,
)
from autarky.simulation.channels import Institution

T = TypeVar("T")


class OrdersFollow(IntEnum):
    """What an industry orders of an input before it looks at its stock; kernels know it by number."""

    NEED = 0
    """What output would need if inputs were no obstacle."""
    USE = 1
    """What was used."""
    DEMAND = 2
    """What all orders received would need, whatever capacity allows."""
    PLANT = 3
    """What output would need if neither inputs nor people were an obstacle."""


class StockTarget(IntEnum):
    """What a stock aims at, in days of use; kernels know it by number."""

    NEED_UP_TO_BASE = 0
    """Of what output would need, at most of the base year's."""
    NEED = 1
    """Of what output would need."""
    BASE = 2
    """Of the base year's, always."""


@dataclass(frozen=True)
class Preset:
    """Every number and rule of the day. Days are days, shares are dimensionless.

    Rules a study cannot set (they define the preset) stand after ``import_spare``.
    """

    name: PresetName
    reference: str
    production: ProductionFunction
    inventory_days: float
    restocking_days: float
    initial_stocks: float
    rationing: Rationing
    overtime_max: float
    overtime_days: float
    utilisation: float
    substitution_days: float
    """``inf``: orders never move."""
    imports: ImportMode | None
    """None: non-competitive in a national table, competitive in a multi-regional one."""
    import_spare: float
    negligible_share: float
    """Inputs worth at most this share of the user's output never bind."""
    importance: float
    """Share of an important input's shortage that output loses."""
    reserve_share: float | None
    """Output is throttled once a stock is below this share of its target; None: below one step's need."""
    orders_follow: OrdersFollow
    """What orders replace before any gap in stock."""
    need_is_urgent: bool
    """What is missing for one step's need is reordered at once, only the rest over ``restocking_days``."""
    stock_target: StockTarget
    """What a stock aims at."""
    orders_shrink: bool
    """A stock above its target lowers orders (True), or only a stock below it raises them (False)."""
    half_of_normal: bool
    """What an important input takes away is counted from normal capacity (True), or from today's (False)."""
    use_on_arrival: bool
    """What arrives on a day can be used on it where the input does not bind."""
    restart_share: float
    """Output relative to the base year that is always possible, whatever is in stock."""
    weigh_by_capacity: bool
    """Industries split orders over suppliers by base share × capacity."""
    signed_scarcity: bool
    """Overtime falls with the *negative* scarcity of a supplier that made more than is asked today."""
    scarcity_tolerance: float
    """Scarcity up to this counts as none, and overtime relaxes."""
    overtime_first_step: int
    """First step in which overtime moves."""
    closeness_gates: bool
    """Stocks (or orders) stand still for everybody while *all* are close to balance (target)."""
    negative_demand_is_supply: bool
    """Negative final demand is exogenous supply (True), or negative demand that is rationed (False)."""
    shortest_inventory_days: float
    """Shorter ``inventory_days`` count as this many."""


AUTARKY = Preset(
    name=PresetName.AUTARKY,
    reference="docs/model.md; overtime: Hallegatte (2008), Risk Analysis 28(3)",
    production=ProductionFunction.LEONTIEF,
    inventory_days=30.0,
    restocking_days=30.0,
    initial_stocks=1.0,
    rationing=Rationing.PROPORTIONAL,
    overtime_max=1.25,
    overtime_days=365.0,
    utilisation=1.0,
    substitution_days=30.0,
    imports=None,
    import_spare=0.0,
    negligible_share=0.001,
    importance=0.5,
    reserve_share=None,
    orders_follow=OrdersFollow.NEED,
    need_is_urgent=True,
    stock_target=StockTarget.NEED_UP_TO_BASE,
    orders_shrink=False,
    half_of_normal=False,
    use_on_arrival=False,
    restart_share=0.001,
    weigh_by_capacity=False,
    signed_scarcity=False,
    scarcity_tolerance=1e-9,
    overtime_first_step=0,
    closeness_gates=False,
    negative_demand_is_supply=True,
    shortest_inventory_days=0.0,
)
"""The default. Orders follow need, so that a passing shock passes."""

BOARIO = Preset(
    name=PresetName.BOARIO,
    reference="BoARIO 0.7.2, ARIOPsiModel with order_type='alt'; Hallegatte (2013), Risk Analysis 34(1)",
    production=ProductionFunction.LEONTIEF,
    inventory_days=90.0,
    restocking_days=60.0,
    initial_stocks=1.0,
    rationing=Rationing.PROPORTIONAL,
    overtime_max=1.25,
    overtime_days=365.0,
    utilisation=1.0,
    substitution_days=math.inf,
    imports=ImportMode.COMPETITIVE,
    import_spare=0.0,
    negligible_share=1e-5 / 365.0,
    importance=0.5,
    reserve_share=0.8,
    orders_follow=OrdersFollow.USE,
    need_is_urgent=False,
    stock_target=StockTarget.NEED,
    orders_shrink=False,
    half_of_normal=False,
    use_on_arrival=False,
    restart_share=0.0,
    weigh_by_capacity=True,
    signed_scarcity=True,
    scarcity_tolerance=1e-14,
    overtime_first_step=2,
    closeness_gates=True,
    negative_demand_is_supply=False,
    shortest_inventory_days=2.0,
)
"""BoARIO 0.7.2's day, written from its documented equations and differentially tested to 1e-9.

Quirks kept because the numbers depend on them:

1. Output is throttled once a stock falls below ψ = 0.8 of its *target*, not below a day's need.
2. Orders replace what was *used*, not what is needed: with short inventories and slow restocking the
   economy can spiral to zero for ever (the ``autarky`` preset does not).
3. Suppliers are weighted by *capacity* relative to the base year, not by what they deliver.
4. Overtime relaxes only where scarcity is exactly zero, which rounding decides; here and in the test
   |ζ| ≤ 1e-14 counts as zero in both. A negative ζ (made more yesterday than is asked today) lowers it.
5. Overtime starts to move in the third step.
6. While *all* deliveries are ``numpy.allclose`` to use no stock moves, and while *all* stocks are
   ``allclose`` to their targets no gap is reordered. The absolute tolerance (1e-8 table units) makes
   the preset depend on the currency's scale.
7. The cut-off below which an input cannot throttle compares an *annual* flow with a *daily* output:
   1e-5 acts as 1e-5 / 365.
8. Inventories of one day or less count as two days.
9. Negative final demand is negative demand: it is rationed like any other.
10. Final users never change supplier.

Events of BoARIO map to shocks thus (the test does it): a ``recovery`` event that occurs at step o, lasts d
and recovers over τ acts in full on steps o … o + d + 1 and then as linear recovery over τ; an
``arbitrary`` event acts one step late (o + 1). Rebuilding events are not reproduced.
"""

PICHLER2022 = Preset(
    name=PresetName.PICHLER2022,
    reference="Pichler, Pangallo, del Rio-Chanona, Lafond & Farmer (2022), Journal of Economic Dynamics and "
    "Control 144, 104527",
    production=ProductionFunction.CRITICAL,
    inventory_days=30.0,
    restocking_days=10.0,
    initial_stocks=1.0,
    rationing=Rationing.PROPORTIONAL,
    overtime_max=1.0,
    overtime_days=365.0,
    utilisation=1.0,
    substitution_days=math.inf,
    imports=None,
    import_spare=0.0,
    negligible_share=0.0,
    importance=0.5,
    reserve_share=None,
    orders_follow=OrdersFollow.DEMAND,
    need_is_urgent=False,
    stock_target=StockTarget.BASE,
    orders_shrink=True,
    half_of_normal=True,
    use_on_arrival=True,
    restart_share=0.0,
    weigh_by_capacity=False,
    signed_scarcity=False,
    scarcity_tolerance=1e-9,
    overtime_first_step=0,
    closeness_gates=False,
    negative_demand_is_supply=True,
    shortest_inventory_days=0.0,
)
"""The day of Pichler et al. (2022), from its equations, held against a slow twin written from them.

It hires and fires (1/30 and 1/15 of the gap a day) and its households consume out of what they earn and
expect to earn (``behaviours/labour.py``, ``behaviours/consumption.py``). What differs from the paper:

1. Days of stock are per input here, per industry there; the survey behind theirs is not in the package, so
   that 30 days stand in (assumption).
2. Which inputs are critical or important is the study's to say (``criticality``); inputs without a rule are
   essential. The survey of industries that the paper uses is not in the package.
3. Orders are never below zero; in the paper a full stock can make them negative.
4. Households learn in the morning what was earned the day before, order in the evening, and receive on the
   next day: a day later than in the paper.
5. Imports come through gates like any other input; the paper's input-output table has none apart.
"""

PRESETS: dict[PresetName, Preset] = {preset.name: preset for preset in (AUTARKY, BOARIO, PICHLER2022)}


@dataclass(frozen=True)
class Parameters:
    """A preset with a study's changes, and which of its values nobody gave a source for."""

    preset: Preset
    behaviour: Behaviour
    """As the study declares it, every group replaced by its members."""
    inventory_days: dict[str, float]
    """By product, exceptions only."""
    restocking_days: dict[str, float]
    initial_stocks: dict[str, float]
    institutions: tuple[Institution, ...]
    """Who is served by which rule: as ``behaviour`` has it, then after each change."""
    assumptions: tuple[str, ...]

    def in_force(self) -> dict[str, Any]:
        """Every parameter, JSON-ready."""
        return {
            **{key: (None if value == math.inf else value) for key, value in asdict(self.preset).items()},
            "steps_per_day": self.behaviour.steps_per_day,
            "by_product": {
                "inventory_days": self.inventory_days,
                "restocking_days": self.restocking_days,
                "initial_stocks": self.initial_stocks,
            },
            "criticality": [rule.model_dump(mode="json") for rule in self.behaviour.criticality],
            "priority": [list(rank) for rank in self.behaviour.priority],
            **{
                name: part.model_dump(mode="json", by_alias=True)
                for name, part in self.behaviour.parts.items()
            },
            "imports_by_product": (
                self.behaviour.imports.model_dump(mode="json") if self.behaviour.imports else None
            ),
        }


def parameters(
    behaviour: Behaviour, groups: Mapping[str, tuple[str, ...]] | None = None, shocks: Sequence[Shock] = ()
) -> Parameters:
    """The preset a study names, with everything the study says instead; ``groups`` are opened up.

    Of the shocks only changes of institutions count, since they say who may be served before whom.

    Values that stand in neither the study nor, for presets that reproduce a publication, in that
    publication are listed as assumptions, and so is what the study itself calls one: ``source: assumption``.
    """
    declared = behaviour
    behaviour = _opened(declared, groups or {})
    preset = PRESETS[behaviour.preset]
    changes: dict[str, Any] = {}
    assumptions: list[str] = []
    assumed = preset is AUTARKY

    def choose(name: str, given: Any, sentence: str) -> None:
        if given is not None:
            changes[name] = given
        elif assumed:
            assumptions.append(sentence)

    def declare(what: str, source: str | None, otherwise: str) -> None:
        if source is None:
            assumptions.append(f"{what}: {otherwise}, no source given")
        elif source.startswith("assumption"):
            assumptions.append(f"{what}: {source}")

    choose("production", behaviour.production, f"production function: {preset.production.value}")
    choose("rationing", behaviour.rationing, f"rationing: {preset.rationing.value}")
    choose("utilisation", behaviour.utilisation, f"base-year capacity is used to {preset.utilisation:.0%}")
    choose(
        "import_spare",
        behaviour.import_spare,
        f"import gates can deliver {preset.import_spare:.0%} more than in the base year",
    )
    choose(
        "negligible_share",
        behaviour.negligible_share,
        f"inputs worth at most {preset.negligible_share:.1%} of the user's output never stop it",
    )
    if behaviour.importance is not None:
        changes["importance"] = behaviour.importance
    moving = behaviour.substitution_days
    choose(
        "substitution_days",
        math.inf if moving == "off" else moving,
        f"unserved orders move to suppliers with spare capacity over {preset.substitution_days:g} days",
    )
    mode = behaviour.imports.default if behaviour.imports else None
    choose(
        "imports",
        mode,
        "imports are non-competitive in a national table (no home supplier can fill their slot) "
        "and competitive in a multi-regional one",
    )
    if behaviour.imports:
        declare("which imports compete with home products", behaviour.imports.source, "the study's choice")
    if behaviour.overtime is not None:
        changes |= {"overtime_max": behaviour.overtime.max, "overtime_days": behaviour.overtime.days}
    labour = behaviour.labour
    if labour is not None and labour.hiring is not None:
        # Who lets people go for want of inputs must not stop ordering them for want of people: output would
        # spiral to nothing and stay there. What they cannot work up meanwhile is ordered the less later,
        # counted from a target that stands: one that fell with orders would make every fall fall further.
        changes |= {"orders_shrink": True, "stock_target": StockTarget.BASE}
        if preset.orders_follow is OrdersFollow.NEED:
            changes["orders_follow"] = OrdersFollow.PLANT
    by_product: dict[str, dict[str, float]] = {}
    for name, what in (
        ("inventory_days", "days of stock of every input"),
        ("restocking_days", "days to reorder a gap in stock"),
        ("initial_stocks", "of the target in stock on the first day"),
    ):
        given = getattr(behaviour, name)
        choose(name, given.default if given else None, f"{getattr(preset, name):g} {what}")
        by_product[name] = dict(given.products) if given else {}
        if given:
            declare(name.replace("_", " "), given.source, "the study's numbers")
    if assumed:
        assumptions.append(
            f"{preset.restart_share:.1%} of base output is always possible: nobody is locked at empty stocks"
        )
    if changes.get("production", preset.production) is ProductionFunction.CRITICAL:
        rules = behaviour.criticality
        for source in dict.fromkeys(rule.source for rule in rules):
            declare("which inputs are critical", source, "the study's choice")
        if not any(rule.inputs == ALL and rule.users == ALL for rule in rules):
            assumptions.append("inputs without a criticality rule are essential")
    assumptions += [sentence for part in behaviour.parts.values() for sentence in part.assumptions()]
    preset = replace(preset, **changes)
    institutions = [_institution("behaviour", behaviour, preset)]
    for position, shock in enumerate(shocks):
        if isinstance(shock, InstitutionChange):
            after = _opened(_changed(declared, shock), groups or {})
            institutions.append(_institution(f"shocks[{position}]", after, preset))
            assumptions += shock.allocation.assumptions() if shock.allocation is not None else ()
    assumptions += [sentence for one in institutions for sentence in one.assumptions()]
    return Parameters(
        preset=preset,
        behaviour=behaviour,
        institutions=tuple(institutions),
        assumptions=tuple(dict.fromkeys(assumptions)),
        **by_product,
    )


def _changed(behaviour: Behaviour, change: InstitutionChange) -> Behaviour:
    """The behaviour after a change of institutions; what the change leaves out stays."""
    names = ("rationing", "priority", "allocation")
    return behaviour.model_copy(update={name: given for name in names if (given := getattr(change, name))})


def _institution(place: str, behaviour: Behaviour, preset: Preset) -> Institution:
    rationing = behaviour.rationing or preset.rationing
    return Institution(place, rationing, behaviour.priority, behaviour.allocation or Allocation())


def _opened(behaviour: Behaviour, groups: Mapping[str, tuple[str, ...]]) -> Behaviour:
    """Each group replaced by its members; a product's own number outranks that of its group."""
    if not groups:
        return behaviour

    def names(given: Names) -> Names:
        return given if given == ALL else opened(given)

    def opened(given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(member for name in given for member in groups.get(name, (name,))))

    def by_name(given: Mapping[str, T]) -> dict[str, T]:
        of_groups = {m: value for name, value in given.items() for m in groups.get(name, ())}
        return of_groups | {name: value for name, value in given.items() if name not in groups}

    def numbers(given: PerProduct | None) -> PerProduct | None:
        return given and given.model_copy(update={"products": by_name(given.products)})

    def allocation(given: Allocation | None) -> Allocation | None:
        return given and given.model_copy(
            update={
                "willingness_to_pay": by_name(given.willingness_to_pay),
                "by_product": by_name(given.by_product),
                "ownership": {
                    name: owner.model_copy(update={"products": names(owner.products)})
                    for name, owner in given.ownership.items()
                },
            }
        )

    rule = behaviour.imports
    return behaviour.model_copy(
        update={
            "criticality": tuple(
                one.model_copy(update={"inputs": names(one.inputs), "users": names(one.users)})
                for one in behaviour.criticality
            ),
            "priority": tuple(opened(rank) for rank in behaviour.priority),
            "inventory_days": numbers(behaviour.inventory_days),
            "restocking_days": numbers(behaviour.restocking_days),
            "initial_stocks": numbers(behaviour.initial_stocks),
            "allocation": allocation(behaviour.allocation),
            "imports": rule
            and rule.model_copy(
                update={
                    "competitive": opened(rule.competitive),
                    "non_competitive": opened(rule.non_competitive),
                }
            ),
        }
    )
