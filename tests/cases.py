"""What the laws of the simulation are tried on: drawn economies, scenarios and rules, small to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.scenario import Scenario
from made_economies import START, make_behaviour, make_economy, make_shocks

Floats = npt.NDArray[np.float64]

PRODUCTION = ("leontief", "critical", "linear")
RATIONING = ("proportional", "priority", "market", "mixed")


def law(examples: int) -> settings:
    """Hypothesis settings of a law: the same examples on every machine."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow],
    )


@dataclass(frozen=True)
class Case:
    """The numbers a random economy and its scenario are made from."""

    seed: int
    national: bool
    sectors: int
    regions: int
    preset: str = "autarky"
    production: str = "leontief"
    rationing: str = "proportional"

    def economy(self, scale: float = 1.0) -> Economy:
        return make_economy(
            np.random.default_rng(self.seed),
            national=self.national,
            # boario rations negative demand in proportion; rank by rank it has no meaning.
            negative_inventories=self.preset == "autarky",
            scale=scale,
            sectors=self.sectors,
            regions=self.regions,
        )

    def behaviour(self, **changes: Any) -> dict[str, Any]:
        rng = np.random.default_rng([self.seed, 1])
        return make_behaviour(rng, self.economy(), self.preset, self.production, self.rationing) | changes

    def shocks(self, days: int) -> list[dict[str, Any]]:
        return make_shocks(np.random.default_rng([self.seed, 2]), self.economy(), days)

    def scenario(self, days: int, shocks: list[dict[str, Any]] | None = None, **changes: Any) -> Scenario:
        shocks = self.shocks(days) if shocks is None else shocks
        return scenario(days, shocks, self.behaviour(**changes))


def scenario(days: int, shocks: list[dict[str, Any]], behaviour: dict[str, Any]) -> Scenario:
    """A scenario from its parts, from START on."""
    return Scenario.model_validate({"start": START, "days": days, "shocks": shocks, "behaviour": behaviour})


def day(number: int) -> str:
    """The date of a day, the first being 0."""
    return str(np.datetime64(START) + number)


def cases(*presets: str) -> st.SearchStrategy[Case]:
    """Economies of 2 to 20 industries under all rules of some presets."""
    return st.builds(
        Case,
        seed=st.integers(0, 2**32 - 1),
        national=st.booleans(),
        sectors=st.integers(2, 5),
        regions=st.integers(2, 4),
        preset=st.sampled_from(presets or ("autarky", "boario")),
        production=st.sampled_from(PRODUCTION),
        rationing=st.sampled_from(RATIONING),
    )


def base_use(economy: Economy, data: Any, negative: bool = False) -> Floats:
    """Base-year use per day of each input slot of the result by each industry, (slots, industries)."""
    pairs = [*economy.industries.pairs, *economy.gates]
    flows = np.vstack([economy.Z, economy.imports_intermediate]) / 365.0
    flows = flows if negative else np.maximum(flows, 0.0)
    slots = zip(data["slot_product"].values, data["slot_origin"].values, strict=True)
    inside = np.array([[region == user for user, _ in economy.industries.pairs] for region, _ in pairs])
    return np.array(
        [
            (flows * {"any": True, "home": inside, "abroad": ~inside}[origin])[
                [made == product for _, made in pairs]
            ].sum(axis=0)
            for product, origin in slots
        ]
    )
