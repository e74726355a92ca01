"""Forcing: names of a scenario become what happens to the nodes of a firm network, by day.

What a scenario can say and a network of firms cannot live through is refused, all of it at once; what is
left out of a shock that otherwise acts is told in ``notes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.declared import ALL
from autarky.errors import Problem, ScenarioError, did_you_mean
from autarky.firm_network import FirmNetwork
from autarky.firm_network.section import FirmLoss
from autarky.scenario import (
    Allocation,
    BlocCut,
    CapacityLoss,
    DemandChange,
    Exemption,
    Harvest,
    InstitutionChange,
    PresetName,
    ProductionFunction,
    Scenario,
    TradeCut,
    TradeSeries,
)
from autarky.simulation import dates
from autarky.simulation.by_firm import kernels
from autarky.simulation.by_firm.allocation import FINAL_USERS, problems_with, product_of_kinds
from autarky.simulation.channels import INDUSTRIES
from autarky.simulation.forcing import harvested_by_day, kept_of_flow, lost_by_day
from autarky.simulation.lookup import Naming
from autarky.simulation.network import DAYS_PER_YEAR
from autarky.simulation.presets import Parameters

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_LEAVE_OUT = "leave it out here, or live through the sectors with autarky run"


class Effect(NamedTuple):
    """One shock: the members it strikes, and its strength on each day."""

    members: Integers
    """Nodes, or kinds of final demand."""
    strength: Floats
    """(days + 1,) share kept (inf: no limit), share lost, or factor."""


class Forcing(NamedTuple):
    """What happens from outside; sized by the shocks, never by days × firms."""

    ceilings: tuple[Effect, ...]
    losses: tuple[Effect, ...]
    demands: tuple[Effect, ...]
    changes: Booleans
    """(days + 1,) whether anything differs from the day before."""
    notes: tuple[str, ...]
    """What of the scenario is left out, one sentence each."""

    def act(self, day: int, tables: kernels.Tables, state: kernels.State) -> None:
        """Ceilings, capacity left and final demand of a day."""
        state.ceiling[:] = np.inf
        state.survive[:] = 1.0
        state.wanted_final[:] = 1.0
        for nodes, kept in self.ceilings:
            if kept[day] < np.inf:
                state.ceiling[nodes] = np.minimum(state.ceiling[nodes], kept[day] * tables.base[nodes])
        for nodes, lost in self.losses:
            state.survive[nodes] *= 1.0 - lost[day]
        for kinds, factor in self.demands:
            state.wanted_final[kinds] *= factor[day]


def build_forcing(
    network: FirmNetwork, scenario: Scenario, losses: Sequence[FirmLoss], params: Parameters
) -> Forcing:
    """Turn a scenario, and losses of named firms, into what strikes the nodes of a network.

    Raises
    ------
    ScenarioError
        All problems at once: unknown names with the nearest known, dates outside the period, shocks that
        strike nothing, and what a network of firms cannot live through.
    """
    reader = _Reader(network, scenario)
    reader.check_behaviour(params)
    for position, shock in enumerate(scenario.shocks):
        place = f"shocks[{position}]"
        match shock:
            case TradeCut() | BlocCut() | TradeSeries():
                reader.cut(shock, place)
            case CapacityLoss() | Harvest():
                reader.lose(shock, place)
            case DemandChange():
                reader.want(shock, place)
            case InstitutionChange():
                if dates.acts(shock, scenario, place, reader.problems):
                    reader.check_rules(shock.priority or (), shock.allocation, place)
            case _:
                reader.refuse(place, f"{shock.kind} is not lived through firm by firm")
    for position, loss in enumerate(losses):
        reader.lose_firms(loss, f"firms.shocks[{position}]")
    if reader.problems:
        raise ScenarioError(list(dict.fromkeys(reader.problems)))
    changes = np.zeros(scenario.days + 1, dtype=np.bool_)
    changes[0] = True
    for effect in (*reader.ceilings, *reader.losses, *reader.demands):
        changes[1:] |= effect.strength[1:] != effect.strength[:-1]
    return Forcing(
        tuple(reader.ceilings), tuple(reader.losses), tuple(reader.demands), changes, tuple(reader.notes)
    )


class _Reader(Naming):
    """Takes one thing after another; problems are collected."""

    def __init__(self, network: FirmNetwork, scenario: Scenario) -> None:
        nodes = network.nodes
        self.home = tuple(dict.fromkeys(network.regions[r] for r in np.unique(nodes.region[: network.firms])))
        role = {
            **dict.fromkeys(FINAL_USERS, "final user"),
            **dict.fromkeys(network.regions, "region or partner"),
            **dict.fromkeys(network.sectors, "sector or product"),
        }
        super().__init__(scenario.groups, role, [])
        self.network, self.scenario = network, scenario
        self.ceilings: list[Effect] = []
        self.losses: list[Effect] = []
        self.demands: list[Effect] = []
        self.notes: list[str] = []
        self.check_groups()
        self.exempt = np.zeros(len(network), dtype=np.bool_)
        for position, exemption in enumerate(scenario.exempt):
            self.exempt |= self._imports(exemption, f"exempt[{position}]")

    def refuse(self, place: str, what: str) -> None:
        """What a network of firms cannot live through."""
        self.problems.append(Problem(place, what, _LEAVE_OUT))

    def check_behaviour(self, params: Parameters) -> None:
        """Behaviour that firms do not have is refused, names are known."""
        behaviour, preset = params.behaviour, params.preset
        if behaviour.preset is not PresetName.AUTARKY:
            self.refuse("behaviour.preset", f"{behaviour.preset.value} is not lived through firm by firm")
        for name in behaviour.parts:
            if name != "allocation":
                self.refuse(f"behaviour.{name}", "is not lived through firm by firm")
        if preset.production is ProductionFunction.CES:
            self.refuse("behaviour.production", "ces is not lived through firm by firm")
        if behaviour.steps_per_day != 1:
            self.refuse("behaviour.steps_per_day", "firms live through whole days")
        self.check_rules(self.scenario.behaviour.priority, self.scenario.behaviour.allocation, "behaviour")
        self.problems += problems_with(self.network, params)
        known = (*self.network.sectors, *self.network.kinds)
        for field in ("inventory_days", "restocking_days", "initial_stocks"):
            given = getattr(self.scenario.behaviour, field)
            if given is not None:
                self.check_keys(given.products, known, f"behaviour.{field}.products", "product")
        if preset.production is ProductionFunction.LEONTIEF and (self.network.essentiality < 2).any():
            self.notes.append(
                "By production: leontief every input binds, day by day, whatever its essentiality; "
                "production: critical heeds it."
            )

    def check_rules(
        self, priority: tuple[tuple[str, ...], ...], allocation: Allocation | None, place: str
    ) -> None:
        """Names in rules of allocation are known."""
        sectors = self.network.sectors
        self.check_allocation(priority, allocation, place, (*sectors, INDUSTRIES, *FINAL_USERS), sectors)

    def cut(self, cut: TradeCut | BlocCut | TradeSeries, place: str) -> None:
        """Imports get ceilings; exports go on, since firms know final users only all together."""
        if not dates.acts(cut, self.scenario, place, self.problems):
            return
        before = len(self.problems)
        hit = self._imports(cut, place)
        if len(self.problems) > before:
            return
        members = np.flatnonzero(hit & ~self.exempt)
        exports = self._cuts_exports(cut)
        if exports:
            self.notes.append(
                f"{place}: exports go on: firms know final users, abroad and at home, only all together."
            )
        elif not hit.any():
            remedy = "trade inside the network is not cut; name a partner and a product that firms import"
            self.problems.append(Problem(place, "touches no supplier abroad", remedy))
        if len(members):
            base = float(self.network.nodes.output[members].sum()) / DAYS_PER_YEAR
            self.ceilings.append(Effect(members, kept_of_flow(cut, self.scenario, base)))

    def _imports(self, flows: TradeCut | BlocCut | TradeSeries | Exemption, place: str) -> Booleans:
        """(n,) suppliers abroad whose deliveries are named."""
        network, nodes, nowhere = (
            self.network,
            self.network.nodes,
            np.zeros(len(self.network), dtype=np.bool_),
        )
        before = len(self.problems)
        if isinstance(flows, BlocCut):
            inside = self.resolve(flows.bloc, network.regions, f"{place}.bloc", "region or partner")
            receiving = {region in inside for region in self.home}
            origins = frozenset(
                region
                for region in network.regions
                if any(flows.crosses(region in inside, receives) for receives in receiving)
            )
            reached = len(receiving) == 1
        else:
            origins = self.resolve(flows.origin, network.regions, f"{place}.origin", "region or partner")
            given = self.resolve(
                flows.destination, network.regions, f"{place}.destination", "region or partner"
            )
            reached = given.issuperset(self.home)
            if not reached and not given.intersection(self.home):
                origins = frozenset()  # exports alone
                reached = True
        products = self.resolve(flows.products, network.sectors, f"{place}.products", "product")
        if len(self.problems) > before:
            return nowhere
        from_there = np.array([region in origins for region in network.regions], dtype=np.bool_)
        of_these = np.array([sector in products for sector in network.sectors], dtype=np.bool_)
        named = network.is_foreign & from_there[nodes.region] & of_these[nodes.sector]
        if named.any() and not reached:
            what = "cuts off only some regions of the network, and suppliers abroad deliver to all"
            self.problems.append(Problem(place, what, f"name all of {', '.join(self.home)}"))
            return nowhere
        if len(self.home) > 1 and origins.intersection(self.home) and not isinstance(flows, Exemption):
            self.refuse(place, "cuts trade between regions of the network, which is not done firm by firm")
        return named & (nodes.output > 0.0)

    def _cuts_exports(self, cut: TradeCut | BlocCut | TradeSeries) -> bool:
        """Whether what the network sells abroad is named too."""
        if isinstance(cut, BlocCut):
            inside = self.resolve(cut.bloc, self.network.regions, "", "")
            return any(
                cut.crosses(region in inside, place in inside)
                for region in self.home
                for place in self.network.regions
                if place not in self.home
            )
        origins = self.resolve(cut.origin, self.network.regions, "", "")
        places = self.resolve(cut.destination, self.network.regions, "", "")
        return not origins.isdisjoint(self.home) and not places.issubset(self.home)

    def lose(self, loss: CapacityLoss | Harvest, place: str) -> None:
        """Firms of sectors and regions, or suppliers abroad where their partner is named, lose capacity."""
        if not dates.acts(loss, self.scenario, place, self.problems):
            return
        network, before = self.network, len(self.problems)
        regions = self.resolve(loss.regions, network.regions, f"{place}.regions", "region or partner")
        # Left open, a loss strikes firms; suppliers abroad only when their partner is named.
        regions = frozenset(self.home) if loss.regions == ALL else regions
        sectors = self.resolve(loss.sectors, network.sectors, f"{place}.sectors", "sector")
        if len(self.problems) > before:
            return
        there = np.array([region in regions for region in network.regions], dtype=np.bool_)
        these = np.array([sector in sectors for sector in network.sectors], dtype=np.bool_)
        members = np.flatnonzero(there[network.nodes.region] & these[network.nodes.sector])
        if not len(members):
            self.problems.append(Problem(place, "strikes no firm", "name another region or sector"))
        strength = (
            1.0 - harvested_by_day(loss, self.scenario)
            if isinstance(loss, Harvest)
            else lost_by_day(loss, self.scenario)
        )
        self.losses.append(Effect(members, strength))

    def lose_firms(self, loss: FirmLoss, place: str) -> None:
        """Named firms, or suppliers abroad, lose capacity."""
        if not dates.acts(loss, self.scenario, place, self.problems):
            return
        network, members = self.network, set(range(self.network.firms) if loss.firms == ALL else ())
        for position, name in enumerate(() if loss.firms == ALL else loss.firms):
            node = network.find(name)
            if node is None:
                what, remedy = f"unknown firm {name!r}", did_you_mean(name, network.ids_near(name))
                self.problems.append(Problem(f"{place}.firms[{position}]", what, remedy))
            else:
                members.add(node)
        self.losses.append(
            Effect(np.array(sorted(members), dtype=np.int64), lost_by_day(loss, self.scenario))
        )

    def want(self, change: DemandChange, place: str) -> None:
        """Final users want more or less of products."""
        if not dates.acts(change, self.scenario, place, self.problems):
            return
        before = len(self.problems)
        users = self.resolve(change.users, FINAL_USERS, f"{place}.users", "final user")
        products = self.resolve(change.products, self.network.sectors, f"{place}.products", "product")
        if len(self.problems) > before:
            return
        if len(users) < len(FINAL_USERS) or change.regions != ALL:
            self.refuse(place, "names some of the final users, and firms know them only all together")
        made = product_of_kinds(self.network)
        members = np.flatnonzero([product in products for product in made])
        weight = dates.weight(change, self.scenario, change.ramp_days)
        self.demands.append(Effect(members, dates.between(1.0, change.factor, weight)))
