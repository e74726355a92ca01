"""The slow twin of techniques and elasticities: what an industry needs, straight from the text."""

from __future__ import annotations

import datetime
from typing import Any

from autarky.declared import ALL
from autarky.scenario import TechniqueChange


class Techniques:
    """Every morning ``twin.intensity[j, slot]``, and capacity where a technique changes it."""

    def __init__(self, twin: Any) -> None:
        self.twin = twin
        self.changes = [s for s in twin.scenario.shocks if isinstance(s, TechniqueChange)]
        self.made = [0.0 for _ in self.changes]
        self.able: dict[Any, float] = {}
        twin.scales.append(self.able)
        adaptation = twin.scenario.behaviour.adaptation
        self.default = adaptation.learning if adaptation else None

    def users(self, change: TechniqueChange) -> list[Any]:
        twin = self.twin
        return [
            j
            for j in twin.industries
            if twin.base[j] > 0 and twin._in(j[1], change.regions) and twin._in(j[2], change.sectors)
        ]

    def factor(self, change: TechniqueChange, slot: Any) -> float | None:
        """The last that names the slot counts."""
        found = None
        for needed in change.inputs:
            if self.twin._in(slot[0], (needed.product,)) and needed.origin in ("any", slot[1]):
                found = needed.factor
        return found

    def practice(self, n: int) -> float:
        learning = self.changes[n].learning or self.default
        if learning is None:
            return 1.0
        power = (1.0 + self.made[n] / learning.first_days) ** (-learning.rate)
        return max(learning.floor, learning.initial * power)

    def share(self, change: TechniqueChange, day: int) -> float:
        return change.share * self.twin._weight_of(change, day, change.ramp_days)

    def morning(self, day: int) -> None:
        twin = self.twin
        twin.intensity = {}
        self.able.clear()
        for n, change in enumerate(self.changes):
            phi = self.share(change, day)
            for j in self.users(change):
                self.able[j] = self.able.get(j, 1.0) + phi * (change.capacity - 1.0)
                for slot in twin.use[j]:
                    factor = self.factor(change, slot)
                    if factor is not None and twin.use[j][slot] > 0:
                        need = twin.intensity.get((j, slot), 1.0)
                        twin.intensity[j, slot] = need + phi * (factor * self.practice(n) - 1.0)
        twin.intensity = {key: max(0.0, need) for key, need in twin.intensity.items()}

    def evening(self, day: int, happened: Any) -> None:
        for n, change in enumerate(self.changes):
            users = self.users(change)
            output = sum(happened["output"][j] for j in users) * self.share(change, day)
            self.made[n] += output / sum(self.twin.base[j] for j in users)


class Elasticities:
    """Every morning ``twin.sigma``: between classes under None, within each under its name."""

    def __init__(self, twin: Any) -> None:
        self.twin = twin
        given = twin.scenario.behaviour.elasticities
        self.given = given
        for name, one in given.classes.items():
            for slot in {slot for j in twin.industries for slot in twin.use[j]}:
                if one.products == ALL or twin._in(slot[0], one.products):
                    twin.input_class[slot] = name
        starts = [s.start for s in twin.scenario.shocks if hasattr(s, "start")]
        self.first = max(min(starts), twin.scenario.start) if starts else None

    def morning(self, day: int) -> None:
        given, part = self.given, 0.0
        if self.first is not None and given.long_run_days:
            since = (self.twin.scenario.start + datetime.timedelta(days=day) - self.first).days
            part = min(1.0, max(0.0, since / given.long_run_days))
        for name, one in ((None, given.between), ("others", given.others), *given.classes.items()):
            late = one.short if one.long is None else one.long
            self.twin.sigma[name] = one.short + (late - one.short) * part

    def evening(self, day: int, happened: Any) -> None:
        pass


def mean(weights: list[float], values: list[float], sigma: float) -> float:
    """``(Σ w v^ρ)^(1/ρ)`` with ρ = (σ − 1)/σ; its limits at 0 and 1."""
    if sigma == 0.0:
        return min(values)
    if sigma <= 1.0 and min(values) <= 0.0:
        return 0.0
    if sigma == 1.0:
        whole = 1.0
        for weight, value in zip(weights, values, strict=True):
            whole *= value**weight
        return whole
    rho = (sigma - 1.0) / sigma
    # By the largest term, so that powers stay in range.
    unit = min(values) if rho < 0 else max(values)
    if unit == 0.0:
        return 0.0
    whole = sum(w * (v / unit) ** rho for w, v in zip(weights, values, strict=True))
    return unit * whole ** (1.0 / rho)


def largest(holds: Any, low: float, high: float) -> float:
    """The largest number for which something holds, which holds at ``low`` and up to the answer."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def most(weights: list[float], held: list[float], sigma: float, cost: float) -> float:
    """The largest y that inputs allow, none used beyond ``κ y``, κ = cost^−σ, nor beyond what is held."""
    if cost >= 1.0 or sigma == 0.0:
        return min(held)
    stretch = cost**-sigma

    def holds(y: float) -> bool:
        return mean(weights, [min(h, stretch * y) for h in held], sigma) >= y * (1.0 - 1e-15)

    return largest(holds, min(held), max(held))


def level(weights: list[float], held: list[float], sigma: float, cost: float, goal: float) -> float:
    """The lowest t with ``F(min(h, t)) = goal``, at most ``κ goal``."""
    if cost >= 1.0 or sigma == 0.0:
        return goal
    high = goal * cost**-sigma
    return largest(lambda t: mean(weights, [min(h, t) for h in held], sigma) < goal, goal, high)


def nested(twin: Any, j: Any, reserve: Any) -> tuple[dict[Any, Any], float, float]:
    """Classes: (slots, weights, held, σ, share of inputs, most); the cost of all inputs; what all allow."""
    need = {s: twin.intensity.get((j, s), 1.0) for s in twin.use[j]}
    output = twin.economy.x[twin.industries.index(j)] / 365.0
    value = {s: twin.use[j][s] * need[s] for s in twin.use[j]}
    cost = sum(value.values()) / output if output > 0 else 1.0
    binding = [s for s in value if value[s] > twin.preset.negligible_share * output and value[s] > 0]
    whole = sum(value[s] for s in binding)
    classes: dict[Any, Any] = {}
    for name in {twin.input_class.get(s, "others") for s in binding}:
        slots = [s for s in binding if twin.input_class.get(s, "others") == name]
        share = sum(value[s] for s in slots)
        weights = [value[s] / share for s in slots]
        held = [twin.stock[j][s] / (reserve(s) * need[s]) for s in slots]
        sigma = twin.sigma[name]
        classes[name] = slots, weights, held, sigma, share / whole, most(weights, held, sigma, cost)
    if not classes:
        return classes, cost, float("inf")
    shares, mosts = zip(*((one[4], one[5]) for one in classes.values()), strict=True)
    return classes, cost, most(list(shares), list(mosts), twin.sigma[None], cost)


def blended(twin: Any, j: Any) -> float:
    """What stocks allow, relative to the base year."""
    return nested(twin, j, twin._reserve)[2]


def taken(twin: Any, j: Any, made: float) -> dict[Any, float]:
    """Use of each slot, relative to the base year: what is short is used up, the others rise alike."""
    classes, cost, _ = nested(twin, j, lambda slot: twin.dt)
    levels = dict.fromkeys((s for one in classes.values() for s in one[0]), made)
    if any(h < made for one in classes.values() for h in one[2]):
        shares, mosts = zip(*((one[4], one[5]) for one in classes.values()), strict=True)
        together = level(list(shares), list(mosts), twin.sigma[None], cost, made)
        for slots, weights, held, sigma, _, top in classes.values():
            mine = level(weights, held, sigma, cost, min(together, top))
            levels |= dict.fromkeys(slots, mine)
    used = {}
    for s in twin.use[j]:
        need = twin.intensity.get((j, s), 1.0)
        # What never binds is used by the recipe.
        used[s] = min(levels.get(s, made) * need * twin.dt, twin.stock[j][s])
    return used
