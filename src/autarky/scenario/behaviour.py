"""Behaviour: how industries, traders and final users react. What is left out comes from the preset."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from autarky.declared import ALL, Declared, Name, Names, Positive, Share
from autarky.scenario.adaptation import Adaptation
from autarky.scenario.allocation import Allocation, Rationing
from autarky.scenario.consumption import Consumption
from autarky.scenario.elasticities import Elasticities
from autarky.scenario.foreign_exchange import ForeignExchange
from autarky.scenario.households import Households
from autarky.scenario.labour import Hiring, LabourTime, Week, WorkingGroup
from autarky.scenario.part import Part
from autarky.scenario.search import Search
from autarky.scenario.spare_parts import SpareParts


class PerProduct(Declared):
    """A number for every product, with exceptions by code."""

    default: Annotated[float, Field(ge=0, le=36_500)] | None = None
    """For products not named; the preset's value if left out."""
    products: dict[Name, Annotated[float, Field(ge=0, le=36_500)]] = Field(default_factory=dict)
    """Product code, or group → value. A product's own number outranks that of its group."""
    source: str | None = None
    """Where the numbers come from; without one they are marked as an assumption."""


class Criticality(StrEnum):
    """How much an industry can do without an input (Pichler et al. 2022)."""

    ESSENTIAL = "essential"
    IMPORTANT = "important"
    NON_ESSENTIAL = "non_essential"


ByProduct = Annotated[
    PerProduct,
    BeforeValidator(
        lambda given: {"default": given} if isinstance(given, int | float) else given,
        json_schema_input_type=PerProduct | float,
    ),
]
"""One number for all products, or a default with exceptions."""


class CriticalityRule(Declared):
    """Says how critical some inputs are to some users; later rules override earlier ones."""

    inputs: Names = ALL
    """Product codes of the inputs."""
    users: Names = ALL
    """Sector codes of the industries that use them."""
    level: Criticality
    """essential, important or non_essential."""
    source: str | None = None
    """Where this comes from; without one, or with the word assumption, it is marked as an assumption."""


class ProductionFunction(StrEnum):
    """What limits output when inputs run short."""

    LEONTIEF = "leontief"
    """Every input binds."""
    CRITICAL = "critical"
    """Essential inputs bind, important ones in part, non-essential ones not (Pichler et al. 2022)."""
    LINEAR = "linear"
    """Inputs replace each other one for one."""
    CES = "ces"
    """Inputs replace each other with constant elasticities of substitution, see ``elasticities``."""


class Overtime(Declared):
    """Capacity above normal while demand is unmet (Hallegatte 2008)."""

    max: Annotated[float, Field(ge=1, le=10)] = 1.25
    """Highest capacity relative to normal; 1 switches it off."""
    days: Positive = 365
    """Days to get there under full scarcity, and back."""


class ImportMode(StrEnum):
    """Whether home suppliers can fill an imported input's slot."""

    COMPETITIVE = "competitive"
    NON_COMPETITIVE = "non_competitive"


class ImportRule(Declared):
    """Which imported products home suppliers could replace. The choice decides results: try both."""

    default: ImportMode | None = None
    """For products not named below; the preset's mode if left out."""
    competitive: tuple[Name, ...] = ()
    """Product codes (or groups) that home suppliers can replace."""
    non_competitive: tuple[Name, ...] = ()
    """Product codes (or groups) that they cannot."""
    source: str | None = None
    """Where this comes from; without one it is marked as an assumption."""


class PresetName(StrEnum):
    """Complete parameter sets, see ``autarky.simulation.presets``."""

    AUTARKY = "autarky"
    BOARIO = "boario"
    PICHLER2022 = "pichler2022"


_EVERYBODY = LabourTime(
    groups={
        "everybody": WorkingGroup(
            people=1,
            hours_a_week=Week(work=40),
            source="assumption: all who work count as one person, so that people are shares",
        )
    },
    hiring=Hiring(),
)
"""Hiring where nobody counts hours."""


class Behaviour(Declared):
    """How industries, traders and final users react. What is left out comes from the preset."""

    preset: PresetName = PresetName.AUTARKY
    """Complete parameter set to start from."""
    production: ProductionFunction | None = None
    """leontief, critical, linear or ces."""
    elasticities: Elasticities | None = None
    """For production: ces. How easily inputs replace each other."""
    criticality: tuple[CriticalityRule, ...] = ()
    """For production: critical. Inputs without a rule are essential."""
    inventory_days: ByProduct | None = None
    """Days of use of an input that an industry likes to hold."""
    restocking_days: ByProduct | None = None
    """Days over which a gap in stock is reordered."""
    initial_stocks: ByProduct | None = None
    """Stock on the first day as a share of its target (1 = full)."""
    rationing: Rationing | None = None
    """proportional or priority."""
    priority: tuple[tuple[Name, ...], ...] = ()
    """Ranks, first served first: sector codes, or kinds of final user (households, exports …), or
    ``industries`` for all industries not named. Users not named come last, together."""
    overtime: Overtime | None = None
    """Capacity above normal while demand is unmet."""
    utilisation: Annotated[float, Field(gt=0, le=1)] | None = None
    """Base year output as a share of capacity."""
    substitution_days: Positive | Literal["off"] | None = None
    """Days in which orders that one supplier leaves unserved move to others of the same product that have
    spare capacity; ``off``: never."""
    imports: ImportRule | None = None
    """Which imports compete with home products."""
    negligible_share: Share | None = None
    """Inputs worth at most this share of the user's output never stop it."""
    importance: Share | None = None
    """Share of an important input's shortage that output loses, for production: critical. 0.5 in Pichler et
    al. (2022); at 1 important inputs are essential, at 0 non_essential."""
    import_spare: Annotated[float, Field(ge=0, le=100)] | None = None
    """Share by which import gates of a national table can deliver more than in the base year."""
    allocation: Allocation | None = None
    """Who is served under which rule, by product and by ownership; for rationing: market, mixed, random."""
    labour: LabourTime | None = None
    """Hours of the people there are; without it nobody counts hours."""
    households: Households | None = None
    """What households earn, are rationed, grow and hold; without it they want what they had."""
    consumption: Consumption | None = None
    """How much of what they earn, and expect to earn, households spend; the preset pichler2022 has it."""
    foreign_exchange: ForeignExchange | None = None
    """What imports may cost; without it they are never short of money."""
    adaptation: Adaptation | None = None
    """How techniques are learnt, where a technique_change does not say."""
    search: Search | None = None
    """Importers look for other suppliers abroad when theirs fail; without it they have those they had."""
    spare_parts: SpareParts | None = None
    """Machines wear out without parts; without it they last for ever."""
    steps_per_day: Annotated[int, Field(ge=1, le=24)] = 1
    """Steps the day is cut into; results are by day whatever it is."""

    @model_validator(mode="after")
    def _complete(self) -> Behaviour:
        """The preset pichler2022 hires and fires, and its households spend what they earn and expect."""
        if self.preset is PresetName.PICHLER2022:
            for name, part in (("labour", _EVERYBODY), ("consumption", Consumption())):
                if name not in self.model_fields_set:
                    object.__setattr__(self, name, part)
        return self

    @model_validator(mode="after")
    def _ces_has_elasticities(self) -> Behaviour:
        if self.production is ProductionFunction.CES and self.elasticities is None:
            raise ValueError("has production: ces and no elasticities; declare them, or choose another")
        return self

    @property
    def parts(self) -> dict[str, Part]:
        """The behaviours with numbers of their own that are switched on, by field."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: part for name, part in given.items() if isinstance(part, Part)}
