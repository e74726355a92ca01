"""Rebuilding: destroyed capital takes capacity away, and comes back with the goods it is rebuilt of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.economy import FinalUseKind
from autarky.errors import Problem
from autarky.results import Reason, variable
from autarky.scenario import Destruction, Scenario
from autarky.simulation.behaviours.acting import Booleans, Floats, Setting, Told
from autarky.simulation.dates import acts, day_of


def begin(setting: Setting) -> Rebuilding | None:
    """Ready for the first day, if something is destroyed in some scenario."""
    sites = [
        site
        for scenario, lane in _once(setting)
        for position, shock in enumerate(scenario.shocks)
        if isinstance(shock, Destruction)
        for site in _sites(setting, scenario, lane, shock, f"shocks[{position}]")
    ]
    return Rebuilding(setting, sites) if sites or setting.problems else None


def _once(setting: Setting) -> list[tuple[Scenario, list[int]]]:
    """Each scenario with the lanes it fills."""
    lanes: dict[int, tuple[Scenario, list[int]]] = {}
    for lane, scenario in enumerate(setting.scenarios):
        lanes.setdefault(id(scenario), (scenario, []))[1].append(lane)
    return list(lanes.values())


@dataclass
class _Site:
    """What one shock destroyed in one region of one scenario. Values in the table's unit, flows per day."""

    lanes: list[int]
    """Positions of the scenario on the axis of packs."""
    day: int
    """On which it is destroyed."""
    industries: npt.NDArray[np.int64]
    share: float
    damage: float
    """Cost of rebuilding all of it."""
    pace: float
    """Cost of what can be rebuilt in a day."""
    goods: Floats
    """(goods,) share of each good in the cost."""
    slots: list[tuple[npt.NDArray[np.int64], int, Floats]]
    """Of each good: pools, final user, and share of each pool in what the user buys of it."""
    waiting: Floats
    """(goods,) what has come and waits for the other goods."""
    left: float
    """Damage that is left."""
    ordered: Floats
    """(goods,) cost ordered this evening."""
    coming: Floats
    """(goods,) cost ordered last evening."""
    parts: list[Floats]
    """Of each good: what of all that the user ordered last evening of each pool is for rebuilding."""


def _sites(
    setting: Setting, scenario: Scenario, lanes: list[int], shock: Destruction, place: str
) -> list[_Site]:
    network, economy, lookup = setting.network, setting.network.economy, setting.lookup(scenario)
    before, n = len(setting.problems), len(economy.industries)
    regions = lookup.resolve(shock.regions, economy.industries.regions, f"{place}.regions", "region")
    sectors = lookup.resolve(shock.sectors, economy.industries.sectors, f"{place}.sectors", "sector")
    goods = {
        name: lookup.resolve((name,), economy.products, f"{place}.goods.{name}", "product")
        for name in shock.goods
    }
    if not acts(shock, scenario, place, setting.problems) or len(setting.problems) > before:
        return []
    sites, base = [], network.tables.base_output[:n]
    for region in economy.industries.regions:
        hit = [
            i
            for i, (home, sector) in enumerate(economy.industries.pairs)
            if home == region and sector in sectors and base[i] > 0.0
        ]
        if region not in regions or not hit:
            continue
        slots = [_slot(setting, region, of) for of in goods.values()]
        for name, slot in zip(goods, slots, strict=True):
            if slot is None:
                what = f"nobody who invests in {region} bought {name!r} in the base year"
                setting.problems.append(Problem(f"{place}.goods.{name}", what, "name a good they bought"))
        damage = shock.share * shock.capital_years * 365.0 * float(base[hit].sum())
        sites.append(
            _Site(
                lanes=lanes,
                day=max(0, day_of(shock.start, scenario)),
                industries=np.array(hit),
                share=shock.share,
                damage=damage,
                pace=damage / shock.days,
                goods=np.array(list(shock.goods.values())),
                slots=[slot for slot in slots if slot is not None],
                waiting=np.zeros(len(goods)),
                left=damage,
                ordered=np.zeros(len(goods)),
                coming=np.zeros(len(goods)),
                parts=[],
            )
        )
    if not sites and len(setting.problems) == before:
        what, remedy = "hits no industry that produced in the base year", "name another region or sector"
        setting.problems.append(Problem(place, what, remedy))
    return sites


def _slot(
    setting: Setting, region: str, products: frozenset[str]
) -> tuple[npt.NDArray[np.int64], int, Floats] | None:
    """Pools of some products, who invests in a region, and what of his purchases each pool delivers."""
    network, n = setting.network, setting.rules.first_final
    users = network.economy.final_users
    for f, column in enumerate(network.users[n:] - n):
        if users[column].region == region and users[column].kind is FinalUseKind.INVESTMENT:
            pools = np.array([p for p, slot in enumerate(network.slots) if slot.product in products])
            bought = np.maximum(network.tables.base_use[pools, n + f], 0.0)
            if bought.sum() > 0.0:
                return pools[bought > 0.0], f, bought[bought > 0.0]
    return None


class Rebuilding:
    """Sites, one after the other; each belongs to one scenario and touches nobody else's lane."""

    def __init__(self, setting: Setting, sites: list[_Site]) -> None:
        self.setting, self.sites = setting, sites
        state = setting.state
        self.packs, self.width = state.output.shape[0], state.output.shape[-1]
        self.factor = np.ones((state.output.shape[1], self.packs, self.width))
        self.extra = np.zeros_like(state.appetite)
        """(P, B, F, W) what rebuilding adds to final demand relative to the base year."""
        self.invests = np.zeros((state.appetite.shape[0], 1, state.appetite.shape[2], 1), dtype=np.bool_)
        for site in sites:
            for pools, f, _ in site.slots:
                self.invests[pools, 0, f] = True
        days = setting.days if setting.records else 0
        self.kept = np.zeros((2, days, len(setting.scenarios)))

    def morning(self, day: int) -> Booleans:
        """Destroy what is destroyed today; order what can be built in a day, while anything is missing."""
        base, n = self.setting.network.tables.base_use, self.setting.rules.first_final
        before = self.extra.copy()
        self.extra[:], self.factor[:] = 0.0, 1.0
        for site in self.sites:
            if day < site.day:
                continue
            b, w = divmod(site.lanes[0], self.width)
            site.parts = [
                cost * bought / bought.sum() / base[pools, n + f] / (1.0 + before[pools, b, f, w])
                for cost, (pools, f, bought) in zip(site.ordered, site.slots, strict=True)
            ]
            site.coming = site.ordered
            gone = site.share * site.left / site.damage if site.damage > 0.0 else 0.0
            missing = np.maximum(site.left * site.goods - site.waiting - site.coming, 0.0)
            site.ordered = np.minimum(site.pace * site.goods, missing)
            for b, w in (divmod(lane, self.width) for lane in site.lanes):
                self.factor[site.industries, b, w] *= 1.0 - gone
                for cost, (pools, f, bought) in zip(site.ordered, site.slots, strict=True):
                    self.extra[pools, b, f, w] += cost * bought / bought.sum() / base[pools, n + f]
        appetite = self.setting.state.appetite
        # Nobody else says what they want who invest.
        appetite[:] = np.where(self.invests, 1.0 + self.extra, appetite)
        changed = (self.extra != before).any(axis=(0, 2, 3))
        return np.asarray(changed | self.setting.scale_capacity(Reason.DESTROYED, self.factor))

    def evening(self, day: int) -> None:
        """Goods that came for rebuilding, in proportion to what was ordered, and what was built of them."""
        received = self.setting.state.received
        for site in self.sites:
            if day < site.day:
                continue
            b, w = divmod(site.lanes[0], self.width)
            for k, ((pools, f, _), part) in enumerate(zip(site.slots, site.parts, strict=True)):
                site.waiting[k] += float((received[pools, b, f, w] * part).sum())
            built = min(site.left, float((site.waiting / site.goods).min()))
            site.waiting -= built * site.goods
            # What rounding leaves of the last brick is no damage.
            site.left = site.left - built if site.left - built > 1e-9 * site.damage else 0.0
            if self.setting.records:
                self.kept[0, day, site.lanes] += site.left
                self.kept[1, day, site.lanes] += float(site.waiting.sum())

    def told(self, k: int, done: int) -> Told:
        """Damage that is left, and goods that wait."""
        if not any(k in site.lanes for site in self.sites):
            return Told({})
        unit = self.setting.network.economy.unit
        return Told(
            {
                "damage_left": variable(
                    self.kept[0, :done, k], ("day",), unit, "Cost of what is destroyed and not rebuilt"
                ),
                "goods_waiting": variable(
                    self.kept[1, :done, k], ("day",), unit, "Goods for rebuilding that wait for others"
                ),
            }
        )
