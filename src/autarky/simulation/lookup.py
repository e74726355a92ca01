"""Lookup: names of a scenario → positions in a network; what matches nothing is told with what would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from autarky.declared import ALL, Names
from autarky.errors import Problem, did_you_mean
from autarky.scenario import (
    Allocation,
    Behaviour,
    BlocCut,
    CapacityLoss,
    DemandChange,
    Exemption,
    Harvest,
    Scenario,
    TradeCut,
    TradeSeries,
)
from autarky.simulation.channels import INDUSTRIES
from autarky.simulation.network import Network

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


class Naming:
    """The names a scenario may use, and its groups of them; problems are collected, not raised."""

    def __init__(
        self, groups: Mapping[str, tuple[str, ...]], role: Mapping[str, str], problems: list[Problem]
    ) -> None:
        """``role``: every name there is, and what it names."""
        self.groups = groups
        self.role = role
        self.problems = problems

    def check_groups(self) -> None:
        """A group has members, all of them known, and a name of its own."""
        reserved = {ALL: "word for everything", INDUSTRIES: "word for all industries"}
        for group, members in self.groups.items():
            place = f"groups.{group}"
            if role := reserved.get(group) or self.role.get(group):
                what = f"the group {group!r} is called like a {role}"
                self.problems.append(Problem(place, what, "give the group another name"))
            if not members:
                self.problems.append(Problem(place, f"the group {group!r} is empty", "name its members"))
            self.problems += [
                Problem(
                    f"{place}[{k}]",
                    f"unknown name {member!r} in group {group!r}",
                    did_you_mean(member, tuple(self.role)),
                )
                for k, member in enumerate(members)
                if member not in self.role
            ]

    def check_keys(self, given: Iterable[str], known: Sequence[str], place: str, what: str) -> None:
        """Keys are known names or groups of them; two groups do not say something of the same one."""
        often: Counter[str] = Counter()
        for name in given:
            members = self.resolve((name,), known, f"{place}.{name}", what)
            often.update(members if name in self.groups else ())
        self.problems += [
            Problem(place, f"{name!r} is in several of these groups", "give it a number of its own")
            for name, number in sorted(often.items())
            if number > 1 and name not in given
        ]

    def resolve(self, given: Names, known: Sequence[str], place: str, what: str) -> frozenset[str]:
        """The known names a list stands for, groups opened up."""
        if given == ALL:
            return frozenset(known)
        found: set[str] = set()
        for k, name in enumerate(given):
            opened: Iterable[str] = self.groups.get(name, (name,))
            for item in opened:
                if item in known:
                    found.add(item)
                elif name not in self.groups or item in self.role:  # else it is told with the group
                    inside = f" (in group {name!r})" if name in self.groups else ""
                    self.problems.append(
                        Problem(
                            f"{place}[{k}]",
                            f"unknown {what} {item!r}{inside}",
                            did_you_mean(item, (*known, *self.groups)),
                        )
                    )
        return frozenset(found)

    def check_allocation(
        self,
        priority: Sequence[tuple[str, ...]],
        allocation: Allocation | None,
        place: str,
        users: Sequence[str],
        products: Sequence[str],
    ) -> None:
        """Every user and product that rules of allocation name is known, or a group of known ones."""
        for k, rank in enumerate(priority):
            self.resolve(rank, users, f"{place}.priority[{k}]", "user")
        if allocation is not None:
            place = f"{place}.allocation"
            self.check_keys(allocation.willingness_to_pay, users, f"{place}.willingness_to_pay", "user")
            self.check_keys(allocation.by_product, products, f"{place}.by_product", "product")
            for name, owner in allocation.ownership.items():
                self.resolve(owner.products, products, f"{place}.ownership.{name}.products", "product")


class Lookup(Naming):
    """Names → positions for one scenario; problems are collected, not raised."""

    def __init__(
        self, network: Network, groups: Mapping[str, tuple[str, ...]], problems: list[Problem]
    ) -> None:
        self.network = network
        economy = network.economy
        self.origins = tuple(dict.fromkeys(network.supplier_regions))
        self.final_regions = tuple(dict.fromkeys(user.region for user in economy.final_users))
        self.final_names = tuple(
            dict.fromkeys(
                [u.category for u in economy.final_users] + [u.kind.value for u in economy.final_users]
            )
        )

        role = {
            **dict.fromkeys(self.final_names, "final user"),
            **dict.fromkeys(self.final_regions, "region of final users"),
            **dict.fromkeys(self.origins, "region or partner"),
            **dict.fromkeys(economy.products, "sector or product"),
        }
        self.users = (*economy.industries.sectors, INDUSTRIES, *self.final_names)
        super().__init__(groups, role, problems)
        abroad = np.array(network.supplier_regions)[:, None] != np.array(network.destinations)
        self.trade: Booleans = abroad & (network.tables.base_to_destination > 0)
        """(m, D) the flows that cross a border in the base year."""
        self._found: dict[tuple[Names, Names, Names], tuple[Booleans, Booleans]] = {}
        self._last_named: tuple[tuple[int, ...] | None, object, Booleans | None] = None, None, None

    def check_behaviour(self, behaviour: Behaviour) -> None:
        """Every name in a behaviour is one of the table's, or a group of them."""
        products, sectors = self.network.economy.products, self.network.economy.industries.sectors
        for k, rule in enumerate(behaviour.criticality):
            place = f"behaviour.criticality[{k}]"
            self.resolve(rule.inputs, products, f"{place}.inputs", "product")
            self.resolve(rule.users, sectors, f"{place}.users", "sector")
        self.check_allocation(behaviour.priority, behaviour.allocation, "behaviour", self.users, products)
        if behaviour.imports is not None:
            place = "behaviour.imports"
            first = self.resolve(behaviour.imports.competitive, products, f"{place}.competitive", "product")
            second = self.resolve(
                behaviour.imports.non_competitive, products, f"{place}.non_competitive", "product"
            )
            self.problems += [
                Problem(place, f"{name!r} is declared both competitive and non-competitive", "choose one")
                for name in sorted(first & second)
            ]
        for field in ("inventory_days", "restocking_days", "initial_stocks"):
            given = getattr(behaviour, field)
            if given is not None:
                self.check_keys(given.products, products, f"behaviour.{field}.products", "product")

    def series_flows(
        self, series: TradeSeries, place: str, spared: Callable[[Integers], Booleans]
    ) -> tuple[Integers, list[tuple[int, int]]]:
        """(supplier, destination) of the flows a series limits; (pool, user) of the orders it scales."""
        network, economy = self.network, self.network.economy
        links = self.cut_links(series, place)
        links = links[~spared(links)]
        # In a national table who buys abroad is a final user, and what he buys is what he wants.
        abroad = set() if economy.is_multi_regional else set(self.final_regions)
        abroad -= set(economy.industries.regions)
        is_order = np.array([place in abroad for place in network.destinations])[links[:, 1]]
        sold = {(network.supplier_products[i], network.destinations[d]) for i, d in links[is_order]}
        n = len(economy.industries)
        ordered = [
            (p, position)
            for position, column in enumerate(network.users)
            if column >= n
            for p, slot in enumerate(network.slots)
            if (slot.product, economy.final_users[column - n].region) in sold
            and network.tables.base_use[p, position] != 0
        ]
        return links[~is_order], ordered

    def cut_links(self, cut: TradeCut | TradeSeries | BlocCut, place: str) -> Integers:
        """(supplier, destination) of every trade flow a cut names, shape (flows, 2), suppliers in order."""
        if isinstance(cut, BlocCut):
            return self._border_links(cut, place)
        ends = self._ends(cut, place)
        if ends is None:
            return np.empty((0, 2), dtype=np.int64)
        delivers, receives = ends
        links = np.argwhere(self.trade & delivers[:, None] & receives).astype(np.int64)
        if not len(links):
            what = "touches no trade flow of the base year"
            fallback = "deliveries inside a region are never cut; choose an origin that exports"
            self.problems.append(Problem(place, what, self._nearest_flows(cut, self.trade) or fallback))
        return links

    def members(self, cut: BlocCut, place: str) -> frozenset[str]:
        """The places of a bloc, groups opened up; that it has no members, or nobody outside, is a problem."""
        places = tuple(dict.fromkeys((*self.origins, *self.network.destinations)))
        inside = self.resolve(cut.bloc, places, f"{place}.bloc", "region or partner")
        if not cut.bloc:
            self.problems.append(Problem(f"{place}.bloc", "is empty", "name the members of the bloc"))
        elif len(inside) == len(places):
            what = "is everybody: nobody is left outside"
            self.problems.append(Problem(f"{place}.bloc", what, "leave out those it is cut off from"))
        return inside

    def _border_links(self, cut: BlocCut, place: str) -> Integers:
        """(supplier, destination) of every flow across the border of a bloc that its cut names."""
        network, before = self.network, len(self.problems)
        inside = self.members(cut, place)
        products = self.resolve(cut.products, network.economy.products, f"{place}.products", "product")
        if len(self.problems) > before:
            return np.empty((0, 2), dtype=np.int64)
        delivers = np.array([int(region in inside) for region in network.supplier_regions])
        receives = np.array([int(region in inside) for region in network.destinations])
        named = np.array([product in products for product in network.supplier_products])
        crosses = np.array([[cut.crosses(one, other) for other in (False, True)] for one in (False, True)])
        links = np.argwhere(self.trade & named[:, None] & crosses[delivers[:, None], receives])
        if not len(links):
            what = "touches no trade flow of the base year"
            remedy = "none of these products crosses the border of the bloc this way; choose others"
            self.problems.append(Problem(place, what, remedy))
        return links.astype(np.int64)

    def exempt_links(self, scenario: Scenario) -> Callable[[Integers], Booleans]:
        """Tells which (supplier, destination) links of a scenario are exempt.

        An exemption that spares nothing of what the scenario's shocks name is a problem.
        """
        if not scenario.exempt:
            return lambda links: np.zeros(len(links), dtype=np.bool_)
        shocks = [
            (shock, f"shocks[{position}]")
            for position, shock in enumerate(scenario.shocks)
            if isinstance(shock, TradeCut | TradeSeries | BlocCut)
        ]
        named = self._named(shocks)
        spared = np.zeros_like(self.trade)
        for k, exemption in enumerate(scenario.exempt):
            ends = self._ends(exemption, f"exempt[{k}]")
            if ends is None:
                continue
            rows, columns = (np.flatnonzero(end) for end in ends)
            place = np.ix_(rows, columns)
            spared[place] = True
            if named is not None and not named[place].any():
                what = "spares nothing that a shock cuts"
                remedy = self._nearest_flows(exemption, named) or "no shock cuts trade; leave it out"
                self.problems.append(Problem(f"exempt[{k}]", what, remedy))
        return lambda links: spared[links[:, 0], links[:, 1]]

    def _named(self, shocks: Sequence[tuple[TradeCut | TradeSeries | BlocCut, str]]) -> Booleans | None:
        """(m, D) the flows that some of the shocks name; None where one of them is wrong itself."""
        key = tuple(id(shock) for shock, _ in shocks)
        if self._last_named[0] != key:
            before = len(self.problems)
            named = np.zeros_like(self.trade)
            for shock, place in shocks:
                links = self.cut_links(shock, place)
                named[links[:, 0], links[:, 1]] = True
            # The shocks themselves are kept beside: while they live nothing else has their identity.
            self._last_named = key, shocks, named if len(self.problems) == before else None
        return self._last_named[2]

    def _ends(
        self, flows: TradeCut | TradeSeries | Exemption, place: str
    ) -> tuple[Booleans, Booleans] | None:
        """(m,) suppliers that deliver and (D,) destinations that receive; None: a name is unknown."""
        found = self._found.get(given := (flows.origin, flows.destination, flows.products))
        if found is None:
            network = self.network
            before = len(self.problems)
            origins = self.resolve(flows.origin, self.origins, f"{place}.origin", "region or partner")
            targets = self.resolve(
                flows.destination, network.destinations, f"{place}.destination", "region or partner"
            )
            products = self.resolve(flows.products, network.economy.products, f"{place}.products", "product")
            if len(self.problems) > before:
                return None
            places = zip(network.supplier_regions, network.supplier_products, strict=True)
            found = (
                np.array([region in origins and product in products for region, product in places]),
                np.array([destination in targets for destination in network.destinations]),
            )
            self._found[given] = found
        return found

    def _nearest_flows(self, flows: TradeCut | TradeSeries | Exemption, among: Booleans) -> str:
        """Which single condition, dropped, would let a cut (an exemption) match some of these flows."""
        network = self.network
        origins = self.resolve(flows.origin, self.origins, "", "")
        targets = self.resolve(flows.destination, network.destinations, "", "")
        products = self.resolve(flows.products, network.economy.products, "", "")
        found: dict[str, dict[str, float]] = {"products": {}, "origins": {}, "destinations": {}}
        for i, d in np.argwhere(among):
            region, product = network.supplier_regions[i], network.supplier_products[i]
            destination, flow = network.destinations[d], network.tables.base_to_destination[i, d]
            hits = (region in origins, destination in targets, product in products)
            if hits == (True, True, False):
                found["products"][product] = found["products"].get(product, 0.0) + flow
            elif hits == (False, True, True):
                found["origins"][region] = found["origins"].get(region, 0.0) + flow
            elif hits == (True, False, True):
                found["destinations"][destination] = found["destinations"].get(destination, 0.0) + flow
        said = [
            f"{what} that would match: "
            + ", ".join(repr(name) for name in sorted(matching, key=lambda f: -matching[f])[:5])
            for what, matching in found.items()
            if matching
        ]
        return "; ".join(said)

    def losing_suppliers(self, loss: CapacityLoss | Harvest, place: str) -> list[tuple[int, int]]:
        """(supplier, -1) of every industry or gate a loss hits."""
        network = self.network
        before = len(self.problems)
        regions = self.resolve(loss.regions, self.origins, f"{place}.regions", "region or partner")
        # Left open, a loss hits industries; gates abroad only when their partner is named.
        if loss.regions == ALL:
            regions = frozenset(network.economy.industries.regions)
        sectors = self.resolve(loss.sectors, network.economy.products, f"{place}.sectors", "sector")
        if len(self.problems) > before:
            return []
        members = [
            (i, -1)
            for i, (region, product) in enumerate(
                zip(network.supplier_regions, network.supplier_products, strict=True)
            )
            if region in regions and product in sectors and network.tables.base_output[i] > 0
        ]
        if not members:
            self.problems.append(
                Problem(
                    place, "hits no industry that produced in the base year", "name another region or sector"
                )
            )
        return members

    def final_slots(self, change: DemandChange, place: str) -> list[tuple[int, int]]:
        """(pool, user) of every final demand a change scales."""
        network = self.network
        before = len(self.problems)
        regions = self.resolve(change.regions, self.final_regions, f"{place}.regions", "region")
        names = self.resolve(change.users, self.final_names, f"{place}.users", "final user")
        products = self.resolve(change.products, network.economy.products, f"{place}.products", "product")
        if len(self.problems) > before:
            return []
        n = len(network.economy.industries)
        members = []
        for position, column in enumerate(network.users):
            if column < n:
                continue
            user = network.economy.final_users[column - n]
            if user.region in regions and (user.category in names or user.kind.value in names):
                members += [
                    (p, position)
                    for p, slot in enumerate(network.slots)
                    if slot.product in products and network.tables.base_use[p, position] != 0
                ]
        if not members:
            self.problems.append(
                Problem(place, "touches no final demand of the base year", "name other users or products")
            )
        return members
