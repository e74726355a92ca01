"""Shock: what a scenario, and losses of named firms, leave of each node's capacity, at its worst."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.declared import ALL, Names
from autarky.errors import Problem, ScenarioError, did_you_mean
from autarky.firm_network import FirmNetwork
from autarky.firm_network.section import FirmLoss
from autarky.scenario import (
    BlocCut,
    CapacityLoss,
    Dated,
    Destruction,
    Exemption,
    Period,
    Scenario,
    Shock,
    TradeCut,
    TradeSeries,
)

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

_IN_A_YEAR = {Period.DAY: 365.0, Period.MONTH: 12.0, Period.YEAR: 1.0}
_WITHOUT_PLACE = {
    "demand_change": "changed demand of final users",
    "harvest": "harvests",
    "hours_withheld": "hours withheld from work",
    "ration_change": "changed rations",
    "transfer": "transfers",
    "aid": "aid",
    "institution_change": "changed rules of allocation",
    "technique_change": "changed techniques",
}


class Remaining(NamedTuple):
    """What a shock leaves before anything follows from it."""

    share: Floats
    """(n,) share of each node's capacity that is left, 0 to 1."""
    notes: tuple[str, ...]
    """What of the scenario a cascade cannot tell, one sentence each."""


def remaining_after(network: FirmNetwork, scenario: Scenario, losses: Sequence[FirmLoss] = ()) -> Remaining:
    """What is left of each node's capacity when every shock is at its worst; what strikes a node twice
    multiplies.

    Cuts of imports strike suppliers abroad, by partner and product; where only some regions at home are cut
    off, a supplier loses what it sells there. Capacity losses and destruction strike the firms of sectors and
    regions, losses of named firms those. All else a scenario can say has no place in a cascade, which knows
    neither days nor exports, and is told in the notes.

    Parameters
    ----------
    network : FirmNetwork
    scenario : Scenario
    losses : sequence of FirmLoss
        Places in messages read ``firms.shocks[0].firms[0]``.

    Raises
    ------
    ScenarioError
        All problems at once: unknown names (with the nearest known), shocks that strike nothing, or that do
        not act while the scenario runs.
    """
    reader = _Reader(network, scenario)
    for position, shock in enumerate(scenario.shocks):
        reader.strike(shock, f"shocks[{position}]")
    for position, loss in enumerate(losses):
        reader.lose(loss, f"firms.shocks[{position}]")
    if reader.problems:
        raise ScenarioError(list(dict.fromkeys(reader.problems)))
    return Remaining(reader.share, tuple(dict.fromkeys(reader.notes)))


class _Reader:
    """Takes one shock after another; problems are collected."""

    def __init__(self, network: FirmNetwork, scenario: Scenario) -> None:
        self.network, self.scenario = network, scenario
        self.share = np.ones(len(network))
        self.notes: list[str] = []
        self.problems: list[Problem] = []
        nodes, firms = network.nodes, network.firms
        self.home = tuple(dict.fromkeys(network.regions[r] for r in nodes.region[:firms]))
        self.known = (*network.regions, *network.sectors)
        # (suppliers abroad, regions): what each sells to firms there.
        sells = network.supplier >= firms
        self.sold_to = np.zeros((len(network) - firms, len(network.regions)))
        places = network.supplier[sells] - firms, nodes.region[network.buyer[sells]]
        np.add.at(self.sold_to, places, network.sales[sells])

    def strike(self, shock: Shock, place: str) -> None:
        """One shock of the scenario."""
        if isinstance(shock, TradeCut | BlocCut | TradeSeries):
            self._cut(shock, place)
        elif isinstance(shock, CapacityLoss | Destruction):
            before = len(self.problems)
            regions = self._named(shock.regions, f"{place}.regions", "region or partner")
            if shock.regions == ALL:  # left open, a loss is one at home
                regions = np.isin(self.network.regions, self.home)
            sectors = self._named(shock.sectors, f"{place}.sectors", "sector")
            nodes = self.network.nodes
            struck = np.flatnonzero(regions[nodes.region] & sectors[nodes.sector])
            if len(self.problems) > before or not self._acts(shock, place):
                return
            if not len(struck):
                self._problem(place, "strikes no firm of the network", "name another region or sector")
            self.share[struck] *= 1.0 - shock.share
        else:
            what = _WITHOUT_PLACE[shock.kind]
            self.notes.append(f"The cascade leaves out {what}: it starts from supply that is lost.")

    def lose(self, loss: FirmLoss, place: str) -> None:
        """A loss of named firms."""
        if not self._acts(loss, place):
            return
        network = self.network
        if loss.firms == ALL:
            self.share[: network.firms] *= 1.0 - loss.share
            return
        struck = set()
        for position, name in enumerate(loss.firms):
            node = network.find(name)
            if node is None:
                remedy = did_you_mean(name, network.ids_near(name))
                self._problem(f"{place}.firms[{position}]", f"unknown firm {name!r}", remedy)
            else:
                struck.add(node)
        self.share[sorted(struck)] *= 1.0 - loss.share

    def _cut(self, cut: TradeCut | BlocCut | TradeSeries, place: str) -> None:
        before = len(self.problems)
        products, ends = self._flows(cut, place)
        spared = [self._flows(exemption, f"exempt[{k}]") for k, exemption in enumerate(self.scenario.exempt)]
        if len(self.problems) > before or not self._acts(cut, place):
            return
        at_home = np.isin(self.network.regions, self.home)
        sends = bool((ends & at_home[:, None] & ~np.eye(len(ends), dtype=np.bool_)).any())
        if sends:
            what = "what a cut does to exports and to trade between regions at home"
            self.notes.append(f"The cascade leaves out {what}: it starts from supply that is lost.")
        crossing = self._from_abroad(products, ends)
        if not (crossing & (self.sold_to > 0)).any():
            alone = (self.sold_to.sum(axis=1) == 0) & (self.network.final_sales[self.network.firms :] > 0)
            if (crossing.any(axis=1) & alone).any():
                self.notes.append(
                    "The cascade leaves out imports that final users alone buy: no firm lacks them."
                )
            elif not sends:
                self._problem(place, "cuts nothing that firms buy abroad", self._nearest(cut))
            return
        for exempt in spared:
            crossing &= ~self._from_abroad(*exempt)
        sold = self.sold_to.sum(axis=1)
        hit = np.where(crossing, self.sold_to, 0.0).sum(axis=1)
        # A supplier that sells to final users alone goes on; nobody who makes anything misses it.
        part = np.divide(hit, sold, out=np.zeros(len(sold)), where=sold > 0)
        if ((part > 0) & (part < 1 - 1e-9)).any():
            self.notes.append(
                "A supplier abroad that is cut off from some regions only loses their share of its sales, "
                "and every buyer is short by that share."
            )
        abroad = slice(self.network.firms, None)
        self.share[abroad] *= 1.0 - part * (1.0 - self._kept(cut, part))

    def _flows(
        self, flows: TradeCut | BlocCut | TradeSeries | Exemption, place: str
    ) -> tuple[Booleans, Booleans]:
        """(sectors,) and (regions, regions): the products that are named, and from where to where."""
        products = self._named(flows.products, f"{place}.products", "product")
        if isinstance(flows, BlocCut):
            inside = self._named(flows.bloc, f"{place}.bloc", "region or partner").astype(np.int64)
            crosses = np.array(
                [[flows.crosses(one, other) for other in (False, True)] for one in (False, True)]
            )
            return products, np.asarray(crosses[inside[:, None], inside])
        origins = self._named(flows.origin, f"{place}.origin", "region or partner")
        targets = self._named(flows.destination, f"{place}.destination", "region or partner")
        return products, np.asarray(origins[:, None] & targets)

    def _from_abroad(self, products: Booleans, ends: Booleans) -> Booleans:
        """(suppliers abroad, regions): which of their sales are named."""
        nodes, firms = self.network.nodes, self.network.firms
        return np.asarray(products[nodes.sector[firms:], None] & ends[nodes.region[firms:]])

    def _nearest(self, cut: TradeCut | BlocCut | TradeSeries) -> str:
        """Which products, or else which origins, would be struck."""
        network, firms = self.network, self.network.firms
        bought = self.sold_to.sum(axis=1)
        if not bought.any():
            return "no firm of the network buys abroad; leave it out"
        largest = np.argsort(-bought, kind="stable")
        largest = largest[bought[largest] > 0] + firms
        if not isinstance(cut, BlocCut):
            origins = network.regions if cut.origin == ALL else self._opened(cut.origin)
            of_origin = [i for i in largest if network.regions[network.nodes.region[i]] in origins]
            largest = np.array(of_origin if of_origin else largest)
        names = [repr(network.id_of(int(i))) for i in largest[:5]]
        return f"suppliers abroad that would match: {', '.join(names)}"

    def _kept(self, cut: TradeCut | BlocCut | TradeSeries, part: Floats) -> float:
        """Least share of what it limits that a cut lets through while the scenario runs."""
        if isinstance(cut, TradeSeries):
            first = self._months(cut.start, self.scenario.start)
            last = self._months(cut.start, self.scenario.end)
            length = 12 if cut.per == "year" else 1
            shares = [
                cut.shares[min(month // length, len(cut.shares) - 1)]
                for month in range(max(0, first), last + 1)
            ]
            return min(1.0, 1.0 - cut.pass_through * (1.0 - min(shares)))
        if cut.share_kept is not None:
            kept = cut.share_kept
        else:
            assert cut.ceiling is not None  # a cut has one of the two
            base = float(self.network.nodes.output[self.network.firms :] @ part)
            kept = min(1.0, cut.ceiling.value * _IN_A_YEAR[cut.ceiling.per] / base) if base > 0 else 1.0
        last_day = self.scenario.end if cut.until is None else min(cut.until, self.scenario.end)
        days = (last_day - cut.start).days + 1
        return 1.0 - (1.0 - kept) * (min(1.0, days / cut.ramp_days) if cut.ramp_days else 1.0)

    @staticmethod
    def _months(start: datetime.date, date: datetime.date) -> int:
        return 12 * (date.year - start.year) + date.month - start.month

    def _acts(self, shock: Dated | TradeSeries, place: str) -> bool:
        """Whether a shock's dates meet the scenario's days; if not, say so."""
        until = shock.until if isinstance(shock, Dated) else None
        if shock.start <= self.scenario.end and (until is None or until >= self.scenario.start):
            return True
        days = f"{self.scenario.start} to {self.scenario.end}"
        self._problem(
            place, f"does not act on the simulated days, {days}", "move the shock, or change the days"
        )
        return False

    def _named(self, given: Names, place: str, what: str) -> Booleans:
        """Which regions, or for sectors and products which sectors, a list names."""
        known = self.network.regions if "region" in what else self.network.sectors
        if given == ALL:
            return np.ones(len(known), dtype=np.bool_)
        groups = self.scenario.groups
        for k, name in enumerate(given):
            wrong = [item for item in self._opened((name,)) if item not in self.known]
            wrong += [name] if name in self.known and name not in known else []
            for item in wrong:
                remedy = did_you_mean(item, (*known, *groups))
                self._problem(f"{place}[{k}]", f"unknown {what} {item!r}", remedy)
        return np.isin(known, self._opened(given))

    def _opened(self, given: Names) -> list[str]:
        """Names with groups opened up."""
        return [item for name in given for item in self.scenario.groups.get(name, (name,))]

    def _problem(self, place: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(place, what, remedy))
