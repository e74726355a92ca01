"""Elasticities: σ of the day, for each class of inputs, between short and long run (production: ces)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem
from autarky.scenario import Scenario, Starting
from autarky.scenario.elasticities import Elasticities
from autarky.simulation import kernels
from autarky.simulation.behaviours.acting import Setting, Told

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def begin(setting: Setting) -> MovingElasticities | None:
    """Elasticities, where the production function has any."""
    if setting.rules.production != kernels.CES:
        return None
    for scenario in {id(scenario): scenario for scenario in setting.scenarios}.values():
        setting.state.input_class[:] = _classes(setting, scenario)
    declared = [_of(scenario) for scenario in setting.scenarios]
    short = [[one.short for one in (e.between, *e.classes.values(), e.others)] for e in declared]
    late = [
        [one.short if one.long is None else one.long for one in (e.between, *e.classes.values(), e.others)]
        for e in declared
    ]
    days = [e.long_run_days or 1.0 for e in declared]
    first = [_first_day(scenario) for scenario in setting.scenarios]
    shape = setting.state.elasticity.shape
    return MovingElasticities(
        setting.state,
        *(np.array(numbers).T.reshape(shape) for numbers in (short, late)),
        *(np.array(numbers).reshape(shape[1:]) for numbers in (first, days)),
    )


@dataclass(frozen=True)
class MovingElasticities:
    """σ moves in a straight line from short to long over ``days`` from the day of the first shock."""

    state: kernels.State
    short: Floats
    """(1 + classes, B, W)"""
    late: Floats
    first: Floats
    """(B, W)"""
    days: Floats

    def morning(self, day: int) -> Booleans:
        """Write σ of the day."""
        part = np.clip((day - self.first) / self.days, 0.0, 1.0)
        now = (self.short * (1.0 - part) + self.late * part).astype(self.state.elasticity.dtype)
        changed = (now != self.state.elasticity).any(axis=(0, 2))
        self.state.elasticity[:] = now
        return np.asarray(changed)

    def evening(self, day: int) -> None:
        """Nothing that happens moves an elasticity."""

    def told(self, k: int, done: int) -> Told:
        """Everything about them is in the parameters."""
        return Told({})


def _of(scenario: Scenario) -> Elasticities:
    elasticities = scenario.behaviour.elasticities
    assert elasticities is not None  # Behaviour asks for them with production: ces
    return elasticities


def _first_day(scenario: Scenario) -> float:
    """Day of the first shock; without one the long run never comes."""
    days = [(one.start - scenario.start).days for one in scenario.shocks if isinstance(one, Starting)]
    return float(max(0, min(days))) if days else np.inf


def _classes(setting: Setting, scenario: Scenario) -> npt.NDArray[np.int64]:
    """(P,) class of each pool; the last is that of products in no class."""
    lookup, slots = setting.lookup(scenario), setting.network.slots
    classes = _of(scenario).classes
    found = np.full(len(slots), len(classes), dtype=np.int64)
    taken: dict[str, str] = {}
    for c, (name, one) in enumerate(classes.items()):
        place = f"behaviour.elasticities.classes.{name}.products"
        for product in sorted(
            lookup.resolve(one.products, setting.network.economy.products, place, "product")
        ):
            if product in taken:
                what = f"{product!r} is already in class {taken[product]!r}"
                setting.problems.append(Problem(place, what, "put it into one of them"))
            taken[product] = name
            found[[slot.product == product for slot in slots]] = c
    return found
