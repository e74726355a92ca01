"""Techniques: shares of output come to be made with other inputs, and practice makes them cheaper.

Of pool p an industry j needs, relative to the base year, ``a = 1 + Σ φ (factor·e − 1)`` over the techniques
that have come in. φ is a technique's share in its output on the day, and
``e = max(floor, initial·(1 + Q/Q₁)^−b)`` with all that the technique made so far (Wright 1936, Journal of the
Aeronautical Sciences 3(4); Arrow 1962, Review of Economic Studies 29(3)). What one plant learns, all
industries of a technique_change learn (assumption).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem
from autarky.results import Reason, variable
from autarky.scenario import Scenario, TechniqueChange
from autarky.scenario.adaptation import Learning, NewInput
from autarky.simulation import dates
from autarky.simulation.behaviours.acting import Setting, Told
from autarky.simulation.lookup import Lookup

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def begin(setting: Setting) -> Techniques | None:
    """Techniques, if some scenario changes any."""
    if not any(_changes(scenario) for scenario in setting.scenarios):
        return None
    return Techniques(setting)


def _changes(scenario: Scenario) -> list[tuple[int, TechniqueChange]]:
    return [(k, shock) for k, shock in enumerate(scenario.shocks) if isinstance(shock, TechniqueChange)]


@dataclass
class _Technique:
    """One technique_change in one scenario. Industries are users, in the kernels' order."""

    name: str
    share: Floats
    """(days + 1,) φ."""
    users: Integers
    pools: Integers
    """(slots,) pool of each slot that the technique needs more or less of …"""
    slot_user: Integers
    """(slots,) … and its user."""
    factor: Floats
    """(slots,)"""
    capacity: float
    learning: Learning | None
    made: float = 0.0
    """Q, in days of the base-year output of its industries."""
    record: list[tuple[float, float, float, float]] = field(default_factory=list)
    """By day: share, inputs relative to ``factor``, output, inputs beyond the base year's."""

    @property
    def practice(self) -> float:
        """e: its inputs today relative to ``factor``."""
        if (learning := self.learning) is None:
            return 1.0
        gained = (1.0 + self.made / learning.first_days) ** -learning.rate
        return float(max(learning.floor, learning.initial * gained))


class Techniques:
    """Writes ``state.intensity`` each morning, and counts what each technique makes."""

    def __init__(self, setting: Setting) -> None:
        self.state, self.rules, self.records = setting.state, setting.rules, setting.records
        self.network = setting.network
        self.unit = setting.network.economy.unit
        tables = setting.network.tables
        self.base_use = tables.base_use
        self.industry = tables.user_industry[: setting.rules.first_final]
        self.base_output = tables.base_output[self.industry]
        distinct = {id(scenario): scenario for scenario in setting.scenarios}
        reads = {key: _read(setting, scenario) for key, scenario in distinct.items()}
        # Lanes that fill a pack repeat the last scenario, on techniques of their own: each learns for itself.
        self.lanes = [
            [_Technique(**vars(one) | {"record": []}) for one in reads[id(scenario)]]
            for scenario in setting.scenarios
        ]
        self.scale_capacity = setting.scale_capacity
        self.scales = any(one.capacity != 1.0 for techniques in self.lanes for one in techniques)
        self.able = np.ones_like(setting.rules.normal_capacity)

    def morning(self, day: int) -> Booleans:
        """Needs and capacity of the day, from the shares that have come in and what was learnt."""
        _, packs, _, width = self.state.intensity.shape
        changed = np.zeros(packs, dtype=np.bool_)
        for k, techniques in enumerate(self.lanes):
            moving = [
                one
                for one in techniques
                if one.share[day] != (one.share[day - 1] if day else 0.0)
                or (one.learning is not None and one.share[day] > 0.0)
            ]
            if moving:
                changed[k // width] |= self._write(techniques, day, k)
        if self.scales:
            changed |= self.scale_capacity(Reason.TECHNIQUE, self.able)
        return changed

    def _write(self, techniques: list[_Technique], day: int, k: int) -> bool:
        """Needs (P, industries) and what plants can make, of one scenario; whether a need moved."""
        width = self.state.intensity.shape[-1]
        mine = self.state.intensity[:, k // width, :, k % width]
        before = mine.copy()
        for one in techniques:
            mine[one.pools, one.slot_user] = 1.0
        for one in techniques:
            need = one.share[day] * (one.factor * one.practice - 1.0)
            mine[one.pools, one.slot_user] = np.maximum(mine[one.pools, one.slot_user] + need, 0.0)
        able = self.able[:, k // width, k % width]
        able[:] = 1.0
        for one in techniques:
            able[self.industry[one.users]] += one.share[day] * (one.capacity - 1.0)
        return not np.array_equal(before, mine)

    def evening(self, day: int) -> None:
        """Count what was made, by technique."""
        made = self.state.made
        width = made.shape[-1]
        for k, techniques in enumerate(self.lanes):
            relative = made[k // width, :, k % width]
            for one in techniques:
                share, practice = float(one.share[day]), one.practice
                output = share * relative[one.users] * self.base_output[one.users]
                if self.records:
                    more = self.base_use[one.pools, one.slot_user] * (one.factor * practice - 1.0)
                    cost = share * float((relative[one.slot_user] * more).sum())
                    one.record.append((share, practice, float(output.sum()), cost))
                one.made += float(output.sum()) / float(self.base_output[one.users].sum())

    def told(self, k: int, done: int) -> Told:
        """By day and technique: share, what practice leaves, output, and inputs beyond the base year's."""
        techniques = self.lanes[k]
        if not techniques:
            return Told({})
        share, practice, output, cost = np.array([one.record[:done] for one in techniques]).transpose(2, 1, 0)
        axes, flow = ("day", "technique"), f"{self.unit} per day"
        return Told(
            {
                "technique_share": variable(share, axes, "1", "Share of its industries' output"),
                "technique_practice": variable(
                    practice, axes, "1", "Inputs of a technique relative to what it declares, by learning"
                ),
                "technique_output": variable(output, axes, flow, "Output made by a technique"),
                "technique_cost": variable(
                    cost, axes, flow, "Inputs beyond those of the base year's technique, at base-year prices"
                ),
            },
            {"technique": [one.name for one in techniques]},
        )


def _read(setting: Setting, scenario: Scenario) -> list[_Technique]:
    """The technique_changes of a scenario as positions; what does not fit is added to the problems."""
    lookup = setting.lookup(scenario)
    adaptation = scenario.behaviour.adaptation
    default = adaptation.learning if adaptation is not None else None
    found: list[_Technique] = []
    whole = np.zeros((setting.rules.first_final, setting.days + 1))
    for position, change in _changes(scenario):
        place = f"shocks[{position}]"
        users = _users(change, lookup, place)
        if not len(users):
            continue
        factors: dict[tuple[int, int], float] = {}
        for k, needed in enumerate(change.inputs):
            _slots(needed, users, lookup, f"{place}.inputs[{k}]", factors)
        if not change.inputs and change.capacity == 1.0:
            lookup.problems.append(Problem(place, "changes nothing", "name inputs, or a capacity"))
        pools, slot_user = np.array(list(factors), dtype=np.int64).reshape(-1, 2).T
        share = change.share * dates.weight(change, scenario, change.ramp_days)
        whole[users] += share
        if (whole[users] > 1.0 + 1e-9).any():
            crowded = users[np.argmax(whole[users].max(axis=1))]
            label = setting.network.supplier_labels[setting.network.users[crowded]]
            what = f"makes shares of {label} add to {whole[crowded].max():g} on some day"
            lookup.problems.append(Problem(f"{place}.share", what, "lower a share, or end one technique"))
        name = change.name or f"{place}"
        learning = change.learning or default
        factor = np.array(list(factors.values()))
        found.append(_Technique(name, share, users, pools, slot_user, factor, change.capacity, learning))
    names = [one.name for one in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        what = f"two techniques are called {name!r}"
        lookup.problems.append(Problem("shocks", what, "give each a name of its own"))
    return found


def _users(change: TechniqueChange, lookup: Lookup, place: str) -> Integers:
    """The industries that change, as users."""
    network, before = lookup.network, len(lookup.problems)
    industries = network.economy.industries
    regions = lookup.resolve(change.regions, industries.regions, f"{place}.regions", "region")
    sectors = lookup.resolve(change.sectors, industries.sectors, f"{place}.sectors", "sector")
    if len(lookup.problems) > before:
        return np.empty(0, dtype=np.int64)
    users = [
        j
        for j, i in enumerate(network.tables.user_industry)
        if i >= 0 and network.tables.base_output[i] > 0
        if industries.pairs[i][0] in regions and industries.pairs[i][1] in sectors
    ]
    if not users:
        what = "changes no industry that produced in the base year"
        lookup.problems.append(Problem(place, what, "name another region or sector"))
    return np.array(users, dtype=np.int64)


def _slots(
    needed: NewInput, users: Integers, lookup: Lookup, place: str, factors: dict[tuple[int, int], float]
) -> None:
    """Add (pool, user) → factor of one input; what the base year never bought cannot be bought more of."""
    network, before = lookup.network, len(lookup.problems)
    products = lookup.resolve((needed.product,), network.economy.products, f"{place}.product", "product")
    if len(lookup.problems) > before:
        return
    pools = [p for p, slot in enumerate(network.slots) if slot.product in products]
    apart = [p for p in pools if needed.origin == "any" or network.slots[p].origin == needed.origin]
    if not apart:
        what = f"{needed.product!r} is one input, wherever it comes from, in this scenario"
        remedy = "leave origin out, or declare it in behaviour.imports.non_competitive"
        lookup.problems.append(Problem(f"{place}.origin", what, remedy))
        return
    bought = [(p, int(j)) for p in apart for j in users if network.tables.base_use[p, j] > 0]
    never = set(users.tolist()) - {j for _, j in bought}
    if never and (needed.factor > 1.0 or not bought):
        label = network.supplier_labels[network.users[min(never)]]
        where = "" if needed.origin == "any" else f" from {needed.origin}"
        what = f"{label} bought no {needed.product!r}{where} in the base year: there is nothing to scale"
        lookup.problems.append(Problem(place, what, "name an input that it bought, or fewer industries"))
    factors.update(dict.fromkeys(bought, needed.factor))
