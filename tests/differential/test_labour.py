"""Labour time equals its slow twin, tests/reference/labour.py, on 40 random economies × 20 days.

Faults seeded once, by hand, each alone, and in how many of the 40 each was caught:

    rest does not stand in for a use that lacks hours     13
    purposes get more hours than are given up              3
    the base year's sessions forgotten                    19
    slack ignored                                         26
    share of people ignored                               29
    groups weighed by people, not hours                   37
    hired as fast as fired                                20
    staff not bounded                                     16
    a capacity loss keeps nobody out                       6
    hours withheld ignored in hiring                      20
    a shock begins a day late                             39
    hours spread by output, not value added               29
    groups of a shock ignored                             37
    supply that goes on anyway not taken off need         18
    regions of a group ignored                            23
    a use gives up more than it has                       14

Who eats what plots bring forth, and lanes that follow the first, are caught by tests/unit and tests/property.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation.run import simulate_many
from made_economies import START, make_behaviour, make_economy, make_shocks
from reference.day import live
from reference.labour import TwinLabour

DAYS = 20
USES = ("work", "garden", "market", "rest", "sessions", "mobilisation", "lockdown")


def _date(rng: np.random.Generator, first: int, last: int) -> str:
    return str(np.datetime64(START) + int(rng.integers(first, last)))


def make_labour(rng: np.random.Generator, economy: Economy, hires: bool) -> dict[str, Any]:
    """Two or three groups; one may work nowhere, one in named shares, one in one region only."""
    made = [str(s) for s in economy.industries.sectors if s != economy.industries.sectors[-1]]
    region = str(rng.choice(economy.industries.regions))
    share = float(rng.uniform(0.1, 0.9))
    last = economy.industries.sectors[-1]
    groups: dict[str, Any] = {
        "all": {"people": float(rng.uniform(1, 100)), "hours_a_week": {"work": 40, "sessions": 4}},
        "some": {
            "people": float(rng.uniform(1, 100)),
            "sectors": {made[0]: share, made[-1]: 1 - share} if len(made) > 1 else made,
            "hours_a_week": {"work": float(rng.uniform(10, 60)), "garden": 6, "market": 9},
            "slack": float(rng.choice([0.0, 0.05, 0.3])),
            "plot": {
                "food": {made[0]: 36.5, last: 10},
                "elasticity": float(rng.choice([0, 0.5, 1])),
                "household": "HH",
            },
        },
        "here": {
            "people": 7,
            "sectors": [made[0]],
            "regions": [region],
            "hours_a_week": {"work": 30, "garden": 20},
            "plot": {"food": {made[0]: 5}},
        },
    }
    if rng.random() < 0.5:
        groups["all"] |= {"hours_a_week": {"garden": 12}, "plot": {"food": {last: 7}}}
    hiring = {"hiring_days": 10, "firing_days": 5, "most": float(rng.choice([1.0, 1.2]))}
    return {"groups": groups, "hiring": hiring if hires else None}


def make_withheld(rng: np.random.Generator) -> list[dict[str, Any]]:
    """One to three shocks that may ask for more hours than there are."""
    return [
        {
            "kind": "hours_withheld",
            "from": _date(rng, 0, 12),
            **({"until": _date(rng, 12, DAYS)} if rng.random() < 0.6 else {}),
            "groups": [["some"], ["here", "all"], "all"][int(rng.integers(3))],
            "hours_a_week": float(rng.choice([3.0, 20.0, 120.0])),
            "people_share": float(rng.choice([1.0, 0.6])),
            "taken_from": {
                "work": float(rng.uniform(0, 0.6)),
                "garden": float(rng.uniform(0, 0.3)),
                "market": float(rng.choice([0.0, 0.1])),
            },
            "purpose": str(rng.choice(["sessions", "mobilisation", "lockdown"])),
        }
        for _ in range(int(rng.integers(1, 4)))
    ]


def make_case(seed: int, hires: bool) -> tuple[Economy, Scenario]:
    rng = np.random.default_rng([seed, 39])
    economy = make_economy(rng, oddities=True)
    production = ("leontief", "critical", "linear")[seed % 3]
    behaviour = make_behaviour(rng, economy, "autarky", production, "proportional")
    behaviour |= {"labour": make_labour(rng, economy, hires), "steps_per_day": 1}
    shocks = [*make_shocks(rng, economy, DAYS), *make_withheld(rng)]
    given = {"start": START, "days": DAYS, "shocks": shocks, "behaviour": behaviour}
    return economy, Scenario.model_validate(given)


@pytest.mark.parametrize("seed", range(40))
def test_labour_equals_its_slow_twin(seed: int) -> None:
    economy, scenario = make_case(seed, hires=seed % 2 == 1)
    kept: list[TwinLabour] = []

    def begin(twin: Any) -> TwinLabour:
        kept.append(TwinLabour(twin))
        return kept[0]

    days = live(economy, scenario, (begin,))
    data = simulate_many(economy, [scenario])[0].data
    industries = [("industry", *pair) for pair in economy.industries.pairs]
    groups = [str(name) for name in data["labour_group"].values]
    theirs: dict[str, Any] = {
        "output": [[day[0]["output"][i] for i in industries] for day in days],
        "capacity": [[day[0]["capacity"][i] for i in industries] for day in days],
        "hours": [[[day["hours"][g][use] for use in USES] for g in groups] for day in kept[0].days],
        "employment": [[day["employment"][i] for i in industries] for day in kept[0].days],
        "hours_at_work": [[day["hours_at_work"][i] for i in industries] for day in kept[0].days],
        "garden_food": [[day["garden_food"][g] for g in groups] for day in kept[0].days],
    }
    assert [str(use) for use in data["hours_use"].values] == list(USES)
    for name, expected in theirs.items():
        ours, scale = data[name].values, np.abs(np.array(expected)).max() + 1.0
        apart = np.abs(ours - np.array(expected)) / scale
        assert apart.max() < 1e-9, f"{name} differs by {apart.max():.2e} at {np.argmax(apart)}"
