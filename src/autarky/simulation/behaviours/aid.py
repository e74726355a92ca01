"""Aid: goods that final users give to others out of what reached them that day.

Of each product an aid wants Q = weight·basket/365 a day. Its givers f, who received r_f, set aside

    t_f = r_f · min(1, Q / Σ r),

of which receiver g's share s_g goes to g as far as it passes, k(f, g): given_f = t_f Σ_g s_g k(f, g), and
received_g = s_g Σ_f k(f, g) t_f, so that nothing is lost on the way. Where several aids want more of f than
f has, all are scaled down alike. k = 1 inside a region; across a border the share stated, or the least that
any cut naming this trade leaves, and no more than 1. From a partner abroad t = Q. Proportions are an
assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.declared import Names
from autarky.errors import Problem
from autarky.results import variable
from autarky.scenario import Aid, BlocCut, Exemption, Scenario, TradeCut, TradeSeries
from autarky.simulation import dates
from autarky.simulation.behaviours.acting import Booleans, Floats, Setting, Told
from autarky.simulation.forcing import kept_by_day
from autarky.simulation.lookup import Lookup
from autarky.simulation.network import DAYS_PER_YEAR, Network

Cut = TradeCut | TradeSeries | BlocCut
Integers = npt.NDArray[np.int64]


def begin(setting: Setting) -> Giving | None:
    """The behaviour, if some scenario has aid in it."""
    if not any(isinstance(shock, Aid) for scenario in setting.scenarios for shock in scenario.shocks):
        return None
    read = [_read_all(setting, scenario) for scenario in setting.scenarios]
    return None if setting.problems else Giving(setting, read)


@dataclass(frozen=True)
class _One:
    """One aid of one scenario: P products, F final users in table order, O places that deliver, D that
    receive."""

    basket: Floats
    """(P,) wanted when it acts in full, flow per day."""
    weight: Floats
    """(days + 1,)"""
    gives: Booleans
    """(F,)"""
    partner: Booleans
    """(O,) the partner abroad that gives, if one does."""
    share: Floats
    """(P, F) of what is given, by receiver; adds to 1."""
    limits: tuple[tuple[Booleans, Floats], ...]
    """What keeps it from passing: the trade that is named, (P, O, D), and the share kept, (days + 1,)."""


class _Packs:
    """The j-th aid of each scenario, scenarios on the trailing axes (B, W), places that take part."""

    def __init__(
        self, lanes: Sequence[_One | None], origins: Integers, ends: Integers, here: Integers, width: int
    ) -> None:
        some = next(one for one in lanes if one is not None)
        nothing = replace(some, basket=np.zeros_like(some.basket), partner=some.partner & False, limits=())
        each = [one or nothing for one in lanes]

        def packed(values: Iterable[npt.ArrayLike]) -> npt.NDArray[Any]:
            stacked = np.stack([np.asarray(value) for value in values], axis=-1)
            return stacked.reshape(*stacked.shape[:-1], -1, width)

        self.basket, self.weight = packed(one.basket for one in each), packed(one.weight for one in each)
        self.gives = packed(one.gives for one in each)
        self.partner = packed(one.partner[origins] for one in each)
        self.share = packed(one.share for one in each)
        self.by_end = np.stack([self.share[:, here == end].sum(axis=1) for end in ends], axis=1)
        shape = len(some.basket), len(origins), len(ends)
        none = np.zeros(shape, dtype=np.bool_), np.ones_like(some.weight)
        self.limits = []
        for c in range(max(len(one.limits) for one in each)):
            of = [one.limits[c] if c < len(one.limits) else none for one in each]
            named = (mask if mask is none[0] else mask[:, origins][:, :, ends] for mask, _ in of)
            self.limits.append((packed(named), packed(kept for _, kept in of)))

    def passing(self, day: int) -> Floats:
        """(P, origins, ends, B, W) share that passes."""
        shape = (len(self.basket), len(self.partner), self.by_end.shape[1], *self.basket.shape[1:])
        passes = np.ones(shape)
        for named, kept in self.limits:
            passes = np.where(named, np.minimum(passes, kept[day]), passes)
        return passes


class Giving:
    """Aid at work."""

    def __init__(self, setting: Setting, read: Sequence[Sequence[_One]]) -> None:
        self.setting = setting
        network, width = setting.network, setting.state.output.shape[-1]
        economy, n = network.economy, len(network.economy.industries)
        places, ends = _places(network)
        users = economy.final_users
        self.home = np.array([places.index(u.region) if u.region in places else -1 for u in users])
        self.here = np.array([ends.index(user.region) for user in users])
        every = [one for lane in read for one in lane]
        gives, takes = (np.any([which(one) for one in every], axis=0) for which in (_gives, _takes))
        partners = np.any([one.partner for one in every], axis=0)
        self.origins = np.union1d(self.home[gives], np.flatnonzero(partners))
        self.ends = np.unique(self.here[takes])
        lanes = ([lane[j] if j < len(lane) else None for lane in read] for j in range(max(map(len, read))))
        self.aids = [_Packs(each, self.origins, self.ends, self.here, width) for each in lanes]
        self.product_of = [economy.products.index(slot.product) for slot in network.slots]
        self.order = np.argsort(network.users[n:])
        self.shape = (len(economy.products), len(users), len(read) // width, width)
        setting.outside["aid"], setting.outside_base["aid"] = np.zeros(self.shape), np.zeros(self.shape)
        # Lanes that only fill the last pack tell nothing new.
        last = setting.scenarios[-1]
        self.kept = 1 + next(k for k, scenario in enumerate(setting.scenarios) if scenario is last)
        self.days: list[dict[str, Floats]] = []

    def morning(self, day: int) -> Booleans:
        """Nobody's orders change: who is given to wants no less."""
        return np.zeros(self.shape[2], dtype=np.bool_)

    def evening(self, day: int) -> None:
        """Givers give out of what reached them today."""
        came = np.zeros(self.shape)
        for p, product in enumerate(self.product_of):
            came[product] += np.moveaxis(self.setting.state.received[p][:, self.order], 1, 0)
        held = np.maximum(came, 0.0)
        wanted = [aid.basket * aid.weight[day] for aid in self.aids]
        aside = [self._set_aside(held, aid.gives, most) for aid, most in zip(self.aids, wanted, strict=True)]
        passes = [aid.passing(day) for aid in self.aids]
        # Of what is set aside only what passes is given; over all aids that is no more than there is.
        leaving = [
            taken * self._of_each(np.sum(passing * aid.by_end[:, None], axis=2))
            for aid, taken, passing in zip(self.aids, aside, passes, strict=True)
        ]
        asked = np.sum(leaving, axis=0)
        enough = np.divide(held, asked, out=np.ones_like(held), where=asked > held)
        given, received, abroad = asked * enough, np.zeros(self.shape), np.zeros_like(came[:, 0])
        for aid, taken, passing, most in zip(self.aids, aside, passes, wanted, strict=True):
            bundle = self._by_origin(taken * enough) + most[:, None] * aid.partner
            arrives = np.sum(passing * bundle[:, :, None], axis=1)
            for e, end in enumerate(self.ends):
                there = self.here == end
                received[:, there] += arrives[:, e, None] * aid.share[:, there]
            sent = most[:, None, None] * aid.partner[:, None] * passing * aid.by_end[:, None]
            abroad += sent.sum(axis=(1, 2))
        self.setting.outside["aid"] = received - given
        if self.setting.records:
            told = {"came": came, "given": given, "received": received, "abroad": abroad}
            flat = ((name, values.reshape(*values.shape[:-2], -1)) for name, values in told.items())
            self.days.append({name: values[..., : self.kept].copy() for name, values in flat})

    def _set_aside(self, held: Floats, gives: Booleans, wanted: Floats) -> Floats:
        """(P, F, B, W) each giver's part, in proportion to what it holds and no more than that."""
        has = np.where(gives, held, 0.0)
        whole = has.sum(axis=1)
        part = np.divide(wanted, whole, out=np.ones_like(whole), where=whole > wanted)
        return np.asarray(has * part[:, None])

    def _by_origin(self, values: Floats) -> Floats:
        """(P, F, B, W) → (P, origins, B, W): final users of one place together."""
        return np.stack([values[:, self.home == place].sum(axis=1) for place in self.origins], axis=1)

    def _of_each(self, values: Floats) -> Floats:
        """(P, origins, B, W) → (P, F, B, W): to each final user what is of its place, 0 to others."""
        spread = np.zeros(self.shape)
        for o, place in enumerate(self.origins):
            spread[:, self.home == place] = values[:, o, None]
        return spread

    def told(self, k: int, done: int) -> Told:
        """Aid given, received, and what final users have after it."""
        mine = self.setting.scenarios[k].shocks
        if not self.days or not any(isinstance(shock, Aid) for shock in mine):
            return Told({})
        kept = {
            name: np.stack([day[name][..., min(k, self.kept - 1)] for day in self.days[:done]])
            for name in self.days[0]
        }
        unit, dims = f"{self.setting.network.economy.unit} per day", ("day", "product", "final_user")
        after = kept["came"] + kept["received"] - kept["given"]
        return Told(
            {
                "aid_given": variable(kept["given"], dims, unit, "Given to others as aid by final users"),
                "aid_received": variable(kept["received"], dims, unit, "Received as aid by final users"),
                "aid_from_abroad": variable(
                    kept["abroad"], dims[:2], unit, "Of aid received, what partners abroad gave"
                ),
                "consumption_after_aid": variable(
                    after, dims, unit, "Received by final users, aid given taken off and aid received added"
                ),
            }
        )


def _gives(one: _One) -> Booleans:
    return one.gives


def _takes(one: _One) -> Booleans:
    return np.asarray(one.share.any(axis=0))


def _places(network: Network) -> tuple[list[str], list[str]]:
    """Places that deliver, and that receive."""
    return list(dict.fromkeys(network.supplier_regions)), list(network.destinations)


def _read_all(setting: Setting, scenario: Scenario) -> list[_One]:
    lookup = setting.lookup(scenario)
    found = [
        _read(setting.network, lookup, scenario, shock, f"shocks[{position}]")
        for position, shock in enumerate(scenario.shocks)
        if isinstance(shock, Aid)
    ]
    return [one for one in found if one is not None]


def _read(network: Network, lookup: Lookup, scenario: Scenario, aid: Aid, place: str) -> _One | None:
    """An aid's names as positions; None where something is wrong with them."""
    economy, before = network.economy, len(lookup.problems)
    places, users = _places(network)[0], economy.final_users

    def named(regions: frozenset[str], given: Names, field: str) -> Booleans:
        names = lookup.resolve(given, lookup.final_names, f"{place}.{field}", "final user")
        return np.array(
            [u.region in regions and (u.category in names or u.kind.value in names) for u in users]
        )

    def wrong(field: str, what: str, remedy: str) -> None:
        lookup.problems.append(Problem(f"{place}.{field}", what, remedy))

    known = tuple(dict.fromkeys((*lookup.final_regions, *lookup.origins)))
    giving = lookup.resolve(aid.giver, known, f"{place}.giver", "region or partner")
    partners = sorted(giving - set(economy.industries.regions))
    gives = named(giving - set(partners), aid.giver_users, "giver_users")
    receiving = lookup.resolve(aid.receiver, lookup.final_regions, f"{place}.receiver", "region")
    takes = named(receiving, aid.receiver_users, "receiver_users")
    basket = np.zeros(len(economy.products))
    for product, amount in aid.basket.items():
        for name in lookup.resolve((product,), economy.products, f"{place}.basket.{product}", "product"):
            basket[economy.products.index(name)] += amount / DAYS_PER_YEAR
    if len(lookup.problems) > before:
        return None
    if len(partners) > 1 or (partners and len(partners) < len(giving)):
        wrong(
            "giver", f"is {', '.join(sorted(giving))}", "name regions, or one partner abroad: an aid for each"
        )
    elif partners and partners[0] not in lookup.origins:
        wrong("giver", f"{partners[0]!r} delivers nothing", "name a partner that the table imports from")
    elif not partners and not gives.any():
        wrong("giver_users", "match no final user of the givers", "name others")
    if not takes.any():
        wrong("receiver_users", "match no final user of the receivers", "name others")
    if (gives & takes).any():
        wrong("receiver", "gives to itself", "name receivers that are not among the givers")
    share = _shares(network, lookup, aid, takes, place)
    if len(lookup.problems) > before:
        return None
    return _One(
        basket=basket,
        weight=dates.weight(aid, scenario, aid.ramp_days),
        gives=gives,
        partner=np.array([one in partners for one in places]),
        share=share,
        limits=tuple(_limits(network, lookup, scenario, aid)),
    )


def _shares(network: Network, lookup: Lookup, aid: Aid, takes: Booleans, place: str) -> Floats:
    """(P, F) share of each receiver of each product; adds to 1 over receivers."""
    economy, n = network.economy, len(network.economy.industries)
    used = np.zeros((len(economy.products), len(economy.final_users)))
    for p, slot in enumerate(network.slots):
        used[economy.products.index(slot.product), network.users[n:] - n] += network.tables.base_use[p, n:]
    used = np.maximum(used, 0.0) * takes
    parts = [(1.0, takes)]
    if aid.shares:
        parts = [
            (share, takes & np.array([name in (u.region, u.category) for u in economy.final_users]))
            for name, share in aid.shares.items()
        ]
        wrong = [name for name, (_, who) in zip(aid.shares, parts, strict=True) if not who.any()]
        often = np.sum([who for _, who in parts], axis=0)[takes]
        if wrong:
            what = f"names {', '.join(map(repr, wrong))}, who receives nothing"
            lookup.problems.append(Problem(f"{place}.shares", what, "name receivers only"))
        elif (often != 1).any():
            what = "does not name every receiver once"
            lookup.problems.append(Problem(f"{place}.shares", what, "name each by region or by code"))
    split = np.zeros_like(used)
    for share, who in parts:
        # Where nobody of them used the product: by use of all products, and without that in equal parts.
        by_product, by_all = used * who, np.broadcast_to(used.sum(axis=0) * who, used.shape)
        key = np.where(by_product.sum(axis=1, keepdims=True) > 0, by_product, by_all)
        key = np.where(key.sum(axis=1, keepdims=True) > 0, key, who)
        split += share * key / np.maximum(key.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return split


def _limits(
    network: Network, lookup: Lookup, scenario: Scenario, aid: Aid
) -> Iterable[tuple[Booleans, Floats]]:
    """The trade across borders that something limits, and by how much; cuts name it, traded before or not."""
    places, ends = _places(network)
    across = np.array([[origin != end for end in ends] for origin in places])
    products = len(network.economy.products)
    if aid.share_passing is not None:
        yield (
            np.broadcast_to(across, (products, *across.shape)),
            np.full(scenario.days + 1, aid.share_passing),
        )
        return
    spared = np.zeros((products, *across.shape), dtype=np.bool_)
    for exemption in scenario.exempt:
        spared |= _named(network, lookup, exemption)
    exempt = lookup.exempt_links(scenario)
    for shock in scenario.shocks:
        if isinstance(shock, Cut):
            links = lookup.cut_links(shock, "")
            kept = kept_by_day(shock, network, scenario, links[~exempt(links)])
            yield _named(network, lookup, shock) & across & ~spared, kept


def _named(network: Network, lookup: Lookup, flows: Cut | Exemption) -> Booleans:
    """(P, O, D) the trade that somebody names, whether there was any in the base year or not."""
    places, ends = _places(network)
    products = lookup.resolve(flows.products, network.economy.products, "", "product")
    named = np.array([product in products for product in network.economy.products])
    if isinstance(flows, BlocCut):
        inside = lookup.members(flows, "")
        border = [[flows.crosses(one in inside, other in inside) for other in ends] for one in places]
    else:
        origins = lookup.resolve(flows.origin, places, "", "region or partner")
        targets = lookup.resolve(flows.destination, ends, "", "region or partner")
        border = [[one in origins and other in targets for other in ends] for one in places]
    return np.asarray(named[:, None, None] & np.array(border))
