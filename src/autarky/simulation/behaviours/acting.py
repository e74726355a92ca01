"""Acting: what every behaviour is given, what it does each day, and what it tells in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem
from autarky.results import Reason
from autarky.scenario import Scenario
from autarky.simulation import kernels
from autarky.simulation.forcing import Forcing
from autarky.simulation.lookup import Lookup
from autarky.simulation.network import Network
from autarky.simulation.presets import Parameters

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)


@dataclass
class Setting:
    """The stage a behaviour enters. Lanes that only fill the last pack repeat the last scenario."""

    network: Network
    scenarios: list[Scenario]
    """One for each lane, B × W."""
    each: list[Parameters]
    """The same scenarios' parameters, groups opened up."""
    rules: kernels.Rules
    """Held in arrays of packs; ``normal_capacity`` is changed by ``scale_capacity`` alone."""
    state: kernels.State
    """Of last evening in the morning, of this evening after it. What a behaviour may change in the morning:
    ``appetite`` (felt in tomorrow's deliveries), ``hands``, ``purse`` and ``gate_price`` (felt today)."""
    forcing: Forcing
    days: int
    records: bool
    """Whether what happens each day is kept."""
    problems: list[Problem] = field(default_factory=list)
    outside: dict[str, Floats] = field(default_factory=dict)
    """What reaches final users today besides deliveries, flow per day, by source (``plots``, ``aid``):
    (products, final users in table order, B, W). Written by its behaviour in the morning, read by
    ``households`` in the evening."""
    outside_base: dict[str, Floats] = field(default_factory=dict)
    """The same in the base year."""

    premium: Floats | None = None
    """(B, gates, W) what a unit from each gate costs beyond its price, as a share of it; None: nothing does.
    Written by ``search``, read by ``foreign_exchange``."""
    limits: dict[Reason, Floats] = field(default_factory=dict)
    """For the record: factors on what suppliers can make today, (m, B, W), by what lowers them. The same
    arrays may be told every day."""
    unwanted: dict[Reason, Floats] = field(default_factory=dict)
    """For the record: shares of what final users want tomorrow under the changes of demand that they do not
    ask for, (P, B, final users, W), by what keeps them from it."""
    _scales: dict[str, Floats] = field(default_factory=dict)
    _normal: Floats | None = None

    def scale_capacity(self, by: str, factor: Floats) -> Booleans:
        """Let one behaviour multiply normal capacity, (m, B, W), by its factor of today; packs that changed.

        Factors of several behaviours multiply, each counted from the capacity of the first day. Where ``by``
        is a reason, the record tells it.
        """
        if isinstance(by, Reason):
            self.limits[by] = factor
        normal = self.rules.normal_capacity
        if self._normal is None:
            self._normal = normal.copy()
        self._scales[by] = factor
        now = self._normal
        for scale in self._scales.values():
            now = now * scale
        now = now.astype(normal.dtype)
        changed: Booleans = (now != normal).any(axis=(0, 2))
        normal[:] = now
        return changed

    def lookup(self, scenario: Scenario) -> Lookup:
        """Names of a scenario → positions; what matches nothing is added to ``problems``."""
        return Lookup(self.network, scenario.groups, self.problems)

    def lanes(self, of: Callable[[Scenario], float | Floats]) -> Floats:
        """A number, or an array, of each scenario as packs: (…, B, W), whatever the kernels count in."""
        width = self.state.output.shape[-1]
        each = [np.asarray(of(scenario), dtype=np.float64) for scenario in self.scenarios]
        values = np.stack(each, axis=-1)
        return values.reshape(*values.shape[:-1], -1, width)

    def declared(self, part: str, name: str) -> Floats:
        """(B, W) a number that scenarios declare in a part of their behaviour; all have it, or none has."""
        return self.lanes(lambda scenario: getattr(scenario.behaviour.parts[part], name))


@dataclass(frozen=True)
class Told:
    """What a behaviour adds to the result of one scenario."""

    variables: Mapping[str, Any]
    """Name → ``results.variable``."""
    coords: Mapping[str, Any] = field(default_factory=dict)


def added(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Sum over the first axis, one after the other: bytes do not depend on what stands beside."""
    total = np.zeros(values.shape[1:], values.dtype)
    for one in values:
        total += one
    return total


class Acting(Protocol):
    """A behaviour at work on all scenarios that run side by side."""

    def morning(self, day: int) -> Booleans:
        """Prepare the day; whether anything that the kernels read changed, by pack, (B,)."""
        ...

    def evening(self, day: int) -> None:
        """Take note of what the day brought."""
        ...

    def told(self, k: int, done: int) -> Told:
        """What scenario k's first ``done`` days came to."""
        ...
