"""Channels: a rule of allocation as the ways in which suppliers hand out what they have, one after another.

Of what a supplier has on a day each channel has a share, and a ranking of the users. In a channel orders that
are not filled yet are served rank by rank; users of one rank share in proportion to what they still ask for;
what nobody takes passes to the next channel. proportional is one channel in which all stand alike, priority
one that goes by the plan's list, market one that goes by bids, random one that goes by a draw; mixed is a
channel of the plan and then one of the market. Sellers of several kinds, and rules of before and after a
change, are channels one after another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.declared import ALL
from autarky.economy import Economy
from autarky.errors import Problem
from autarky.scenario import Allocation, InstitutionChange, Rationing, Scenario
from autarky.simulation import dates

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

INDUSTRIES = "industries"
"""In a rank of a priority, or among bids: all industries not named."""
_WHOLE = 1e-12
"""Of a whole, what rounding may leave."""
_ALIKE = 1e-9
"""Bids that differ by no more than this, relative to the higher one, share a rank."""


class Channel(NamedTuple):
    """One way in which a product is handed out."""

    rule: Rationing
    """Whom it ranks before whom; not mixed."""
    share: float
    """Of what there is."""
    gain: float
    """Capacity of those who sell in this way above the base year's, relative to it."""


@dataclass(frozen=True, eq=False)
class Users:
    """Who buys what, as rules of allocation tell users apart: industries, then final users."""

    products: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    """(users,) region and name."""
    names: tuple[tuple[str, ...], ...]
    """(users,) by which names each can be called, its own first."""
    value_added: Floats
    """(industries,)"""
    use: Callable[[], Floats]
    """(products, users) use of the base year; asked for only where bids rank."""

    @property
    def shape(self) -> tuple[int, int]:
        """Products, users."""
        return len(self.products), len(self.names)


def users_of(economy: Economy) -> Users:
    """The users of a table, in its order."""
    pairs, final = economy.industries.pairs, economy.final_users
    products = tuple(economy.products)

    def use() -> Floats:
        made = [product for _, product in (*pairs, *economy.gates)]
        rows = np.hstack([economy.Z, economy.Y])
        if economy.gates:
            rows = np.vstack([rows, np.hstack([economy.imports_intermediate, economy.imports_final])])
        found = np.zeros((len(products), rows.shape[1]))
        np.add.at(found, [products.index(product) for product in made], np.maximum(rows, 0.0))
        return found

    return Users(
        products=products,
        places=(*pairs, *((user.region, user.category) for user in final)),
        names=(
            *((sector, INDUSTRIES) for _, sector in pairs),
            *((user.category, user.kind.value) for user in final),
        ),
        value_added=economy.value_added.sum(axis=0),
        use=use,
    )


@dataclass(frozen=True)
class Institution:
    """The rules that hold from some day on: what a study declares, groups opened up."""

    place: str
    """Where the study declares it."""
    rationing: Rationing
    priority: tuple[tuple[str, ...], ...]
    allocation: Allocation

    def in_common(self) -> Hashable:
        """What scenarios that run side by side have in common: the rankings by which each product goes."""
        given = self.allocation
        owned = {q for owner in given.ownership.values() if owner.products != ALL for q in owner.products}
        named = sorted(owned | set(given.by_product))
        return tuple(
            (product, tuple(self.ranking(channel.rule) for channel in self.channels(product)))
            for product in (*named, "")
        )

    def channels(self, product: str) -> list[Channel]:
        """How a product is handed out: owners in the order declared, then by the rule for what is left.

        A way in which nothing goes is no channel, and two that follow each other by one ranking are one.
        """
        given = self.allocation
        found: list[Channel] = []
        left = 1.0
        for owner in given.ownership.values():
            if owner.products == ALL or product in owner.products:
                own = None if owner.efficiency is None else owner.efficiency.factor
                found += self._parts(owner.rationing, owner.share, own)
                left -= owner.share
        # Shares that add to all that there is leave nothing, but for rounding.
        rest = left if left > _WHOLE else 0.0
        found += self._parts(given.by_product.get(product, self.rationing), rest, None)
        merged: list[Channel] = []
        for rule, share, gain in found:
            if share > 0.0 and merged and merged[-1].rule is rule:
                before = merged.pop()
                gain = (before.share * before.gain + share * gain) / (before.share + share)
                share += before.share
            merged += [Channel(rule, share, gain)] if share > 0.0 else []
        return merged

    def _parts(self, rule: Rationing, share: float, own: float | None) -> list[Channel]:
        """A rule as channels: mixed is priority, then market."""
        parts = [(rule, share)]
        if rule is Rationing.MIXED:
            plan = self.allocation.plan_share or 0.0
            parts = [(Rationing.PRIORITY, share * plan), (Rationing.MARKET, share * (1.0 - plan))]
        known = self.allocation.efficiency
        stated = [known[pure].factor if own is None and pure in known else own or 1.0 for pure, _ in parts]
        return [Channel(pure, part, factor - 1.0) for (pure, part), factor in zip(parts, stated, strict=True)]

    def problems(self, products: Sequence[str]) -> list[Problem]:
        """What its rules need and do not have."""
        rules, given, place = self.allocation.rules(self.rationing), self.allocation, self.place
        found: list[Problem] = []
        by_plan = rules & {Rationing.PRIORITY, Rationing.MIXED}
        if by_plan and not self.priority:
            remedy = "rationing by priority needs at least one rank of users"
            found.append(Problem(f"{place}.priority", "priority is empty", remedy))
        seen: dict[str, int] = {}
        for rank, names in enumerate(self.priority if by_plan else ()):
            for name in names:
                if name in seen:
                    what = f"{name!r} already stands in rank {seen[name] + 1}"
                    found.append(Problem(f"{place}.priority[{rank}]", what, "name each user once"))
                seen[name] = rank
        if Rationing.MIXED in rules and given.plan_share is None:
            what = "plan_share is left out, while rationing is mixed"
            remedy = "give the share of what there is that goes by priority; the rest goes by market"
            found.append(Problem(f"{place}.allocation.plan_share", what, remedy))
        if Rationing.RANDOM in rules and given.seed is None:
            what = "seed is left out, while rationing is random"
            found.append(
                Problem(
                    f"{place}.allocation.seed", what, "give a whole number, so that it can be drawn again"
                )
            )
        for product in products:
            owners = [o for o in given.ownership.values() if o.products == ALL or product in o.products]
            if (whole := sum(owner.share for owner in owners)) > 1.0 + 1e-9:
                what = f"has shares that add to {whole:.10g} of {product}"
                found.append(Problem(f"{place}.allocation.ownership", what, "let them add to 1 at most"))
                break
        return found

    def assumptions(self) -> tuple[str, ...]:
        """What its rules take for granted, in sentences."""
        rules, told = self.allocation.rules(self.rationing), []
        if rules & {Rationing.MARKET, Rationing.MIXED}:
            told.append(
                "allocation by market: an industry bids its value added per unit of the product that it "
                "uses, and a final user without a willingness to pay bids 1"
            )
        if Rationing.RANDOM in rules and self.allocation.seed is not None:
            told.append(
                f"allocation by random: one draw of many (seed {self.allocation.seed}), the same on all days"
            )
        return tuple(told)

    def ranks(self, rule: Rationing, users: Users) -> Integers:
        """(products, users) who is served before whom by a rule; 0 first."""
        if rule is Rationing.PRIORITY:
            names = {name: rank for rank, members in enumerate(self.priority) for name in members}
            last = len(self.priority)
            listed = np.array([_first(names, called, last) for called in users.names], dtype=np.int64)
            return np.broadcast_to(np.unique(listed, return_inverse=True)[1], users.shape)
        if rule is Rationing.MARKET:
            return np.array([_by_bid(bids) for bids in _bids(users, self.allocation.willingness_to_pay)])
        if rule is Rationing.RANDOM:
            return np.array([_drawn(users, self.allocation.seed or 0, q) for q in users.products])
        return np.zeros(users.shape, dtype=np.int64)

    def ranking(self, rule: Rationing) -> Hashable:
        """What tells the ranking of a rule from another's."""
        given = self.allocation
        chosen: dict[Rationing, Hashable] = {
            Rationing.PRIORITY: self.priority,
            Rationing.MARKET: tuple(sorted(given.willingness_to_pay.items())),
            Rationing.RANDOM: given.seed,
        }
        return rule, chosen.get(rule)


@dataclass(frozen=True, eq=False)
class Channels:
    """The channels of all institutions of a run, for the arrays of its network."""

    institution: tuple[int, ...]
    """(C,) which institution a channel belongs to."""
    ranking: Integers
    """(C, products) which ranking it goes by."""
    ranks: Integers
    """(rankings, products, users in table order) 0 served first; users of one rank share."""

    @property
    def ranked(self) -> bool:
        """Whether somebody is ever served before somebody else."""
        return bool(self.ranks.any())


def problems_of(institutions: Sequence[Institution], products: Sequence[str]) -> list[Problem]:
    """What rules need and do not have; what a change of them takes over is told where it is declared."""
    found = [problem for one in institutions for problem in one.problems(products)]
    return list(reversed({problem.what: problem for problem in reversed(found)}.values()))


def build_channels(users: Users, institutions: Sequence[Institution]) -> Channels:
    """Arrange what institutions declare; a channel that a product lacks has no share and any ranking."""
    known: dict[Hashable, int] = {}
    ranks: list[Integers] = []
    institution: list[int] = []
    ranking: list[list[int]] = []
    for k, one in enumerate(institutions):
        by_product = [one.channels(product) for product in users.products]
        by_rule: dict[Rationing, Integers] = {}
        first = len(ranking)
        for q, channels in enumerate(by_product):
            for c, channel in enumerate(channels, start=first):
                if c == len(ranking):
                    ranking.append([0] * len(by_product))
                    institution.append(k)
                number = known.setdefault(one.ranking(channel.rule), len(known))
                if number == len(ranks):
                    ranks.append(np.zeros(users.shape, dtype=np.int64))
                if channel.rule not in by_rule:
                    by_rule[channel.rule] = one.ranks(channel.rule, users)
                # A ranking by which a product does not go tells nobody apart.
                ranks[number][q] = by_rule[channel.rule][q]
                ranking[c][q] = number
    return Channels(tuple(institution), np.array(ranking, dtype=np.int64), np.array(ranks))


def shares_and_gains(
    institutions: Sequence[Institution], channels: Channels, products: Sequence[str]
) -> tuple[Floats, Floats]:
    """(C, products) share of each channel while its institution holds, and gain in capacity by it."""
    shares = np.zeros(channels.ranking.shape)
    gains = np.zeros_like(shares)
    first = {k: channels.institution.index(k) for k in range(len(institutions))}
    for k, one in enumerate(institutions):
        for q, product in enumerate(products):
            for c, channel in enumerate(one.channels(product), start=first[k]):
                shares[c, q], gains[c, q] = channel.share, channel.share * channel.gain
    return shares, gains


def weights_by_day(scenario: Scenario) -> Floats:
    """(1 + changes, days + 1) how far the behaviour's rules, and those of each change, hold."""
    changes = [shock for shock in scenario.shocks if isinstance(shock, InstitutionChange)]
    weights = np.ones((1 + len(changes), scenario.days + 1))
    for k, change in enumerate(changes, start=1):
        weights[k] = dates.weight(change, scenario, change.transition_days)
        weights[:k] *= 1.0 - weights[k]
    return weights


def shared_up_to(weights: Floats, shares: Floats) -> Floats:
    """Share of what there is that goes by a channel or one before it: (C, …) both, 1 at the end."""
    upto = np.cumsum(weights * shares, axis=0)
    return np.where(upto > 1.0 - _WHOLE, 1.0, upto)


def _first(given: dict[str, int], names: tuple[str, ...], otherwise: int) -> int:
    return next((given[name] for name in names if name in given), otherwise)


def _bids(users: Users, willing: dict[str, float]) -> Floats:
    """(products, users) value per unit of a product to each user; NaN where it uses none.

    Industries: ``v_j / a_qj``, value added per unit of output over the input of the product per unit of
    output; what is made of the last unit where every input binds.
    """
    n, use = len(users.value_added), users.use()
    bids = np.where(use > 0.0, 1.0, np.nan)
    np.divide(users.value_added, use[:, :n], out=bids[:, :n], where=use[:, :n] > 0.0)
    for user, names in enumerate(users.names):
        stated = next((willing[name] for name in names if name in willing), None)
        if stated is not None:
            bids[:, user] = np.where(use[:, user] > 0.0, stated, np.nan)
    return bids


def _by_bid(bids: Floats) -> Integers:
    """Ranks of users, the highest bid first; bids that are equal but for rounding share a rank."""
    ranks = np.zeros(len(bids), dtype=np.int64)
    rank, leader = -1, np.inf
    for user in np.argsort(-bids, kind="stable"):
        if np.isnan(bids[user]):
            break
        if rank < 0 or leader - bids[user] > _ALIKE * abs(leader):
            rank, leader = rank + 1, bids[user]
        ranks[user] = rank
    return ranks


def _drawn(users: Users, seed: int, product: str) -> Integers:
    """Ranks drawn for a product: the order of BLAKE2 digests of seed, product and user."""
    names = [f"{seed}\n{product}\n{place}.{name}" for place, name in users.places]
    drawn = [hashlib.blake2b(name.encode()).digest() for name in names]
    ranks = np.empty(len(drawn), dtype=np.int64)
    ranks[sorted(range(len(drawn)), key=drawn.__getitem__)] = np.arange(len(drawn))
    return ranks
