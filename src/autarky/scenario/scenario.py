"""Scenario: what happens, when, to whom, and how everybody reacts."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from autarky.declared import Declared, Name
from autarky.scenario.adaptation import TechniqueChange
from autarky.scenario.aid import Aid
from autarky.scenario.allocation import InstitutionChange
from autarky.scenario.behaviour import Behaviour
from autarky.scenario.blocs import BlocCut
from autarky.scenario.destruction import Destruction
from autarky.scenario.households import RationChange, Transfer
from autarky.scenario.labour import HoursWithheld
from autarky.scenario.shocks import (
    CapacityLoss,
    DemandChange,
    Exemption,
    Harvest,
    TradeCut,
    TradeSeries,
)

Shock = Annotated[
    TradeCut
    | CapacityLoss
    | DemandChange
    | TradeSeries
    | Harvest
    | BlocCut
    | HoursWithheld
    | RationChange
    | Transfer
    | Aid
    | InstitutionChange
    | TechniqueChange
    | Destruction,
    Field(discriminator="kind"),
]


class Scenario(Declared):
    """What happens, when, to whom, and how everybody reacts."""

    name: Name = "scenario"
    """A short name, printed on the answer."""
    start: datetime.date
    """First day of the simulation."""
    days: Annotated[int, Field(ge=1, le=36_500)]
    """Number of days."""
    groups: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """Names for lists of regions, sectors or users, to be used wherever one of them is. A group is not called
    like one of them."""
    shocks: tuple[Shock, ...] = ()
    """What happens. To trade: trade_cut, bloc_cut, trade_series. To production: capacity_loss, destruction,
    harvest, technique_change, hours_withheld. To users: demand_change, ration_change, transfer, aid. To the
    rules: institution_change."""
    exempt: tuple[Exemption, ...] = ()
    """Trade that goes on as in the base year: no trade_cut, bloc_cut or trade_series touches it."""
    behaviour: Behaviour = Behaviour()
    """How everybody reacts."""

    @property
    def end(self) -> datetime.date:
        """Last day of the simulation."""
        return self.start + datetime.timedelta(days=self.days - 1)
