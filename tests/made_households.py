"""Random households: what a group of them may earn, be rationed, hold and need, and what may befall it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autarky.economy import Economy
from autarky.household_groups import HouseholdGroup, with_household_groups
from made_economies import START

GROUPS = ("rural", "urban")


def in_groups(economy: Economy, rng: np.random.Generator) -> Economy:
    """The households of an economy in two groups, whose shares differ by product."""
    part = float(rng.uniform(0.2, 0.8))
    by_product = {q: float(rng.uniform(0.2, 0.8)) for q in economy.products if rng.random() < 0.5}
    given = {
        GROUPS[0]: {"default": part, "products": by_product},
        GROUPS[1]: {"default": 1.0 - part, "products": {q: 1.0 - share for q, share in by_product.items()}},
    }
    groups = {
        name: HouseholdGroup.model_validate({"share": share, "source": "assumption: random"})
        for name, share in given.items()
    }
    return with_household_groups(economy, groups)


def make_life(rng: np.random.Generator, economy: Economy) -> dict[str, Any]:
    """How a group lives; all income shares, or the three beside wages."""
    first, last = economy.industries.sectors[0], economy.industries.sectors[-1]
    shares = [float(s) for s in rng.dirichlet(np.ones(4))]
    income: dict[str, Any] = dict(zip(("plots", "markets", "transfers"), shares, strict=False))
    income |= {"market_sectors": [last], "wage_sectors": [first] if rng.random() < 0.3 else "all"}
    return {
        "income": income,
        "rations": {first: float(rng.choice([0.0, 0.3, 1.0])), last: 0.2},
        "ration_price": float(rng.choice([0.0, 0.1, 1.0])),
        "food_stock_days": float(rng.choice([0.0, 3.0, 20.0])),
        "basket": {"food": {first: 0.9}, "all": {"everything": 0.5, last: 0.8}},
    }


def make_households(rng: np.random.Generator, economy: Economy) -> dict[str, Any]:
    """``behaviour.households`` for an economy of ``in_groups``."""
    first, last = economy.industries.sectors[0], economy.industries.sectors[-1]
    both = {f"HH-{name}": make_life(rng, economy) for name in GROUPS}
    return {
        "groups": both if rng.random() < 0.8 else {"HH-rural": both["HH-rural"]},
        "food": [first],
        "essentials": [[first], [last]] if rng.random() < 0.5 and first != last else [[first]],
        "overhang_days": float(rng.choice([1.0, 10.0, 200.0])),
        "restocking_days": float(rng.choice([1.0, 15.0])),
    }


def make_changes(rng: np.random.Generator, economy: Economy, days: int) -> list[dict[str, Any]]:
    """A change of rations and one of money."""

    def date() -> str:
        return str(np.datetime64(START) + int(rng.integers(0, days // 2)))

    changes: list[dict[str, Any]] = [
        {
            "kind": "ration_change",
            "from": date(),
            "groups": "HH-rural",
            "products": [economy.industries.sectors[-1]],
            "factor": float(rng.choice([0.0, 0.5, 2.0])),
            "ramp_days": float(rng.choice([0.0, 5.0])),
        },
        {"kind": "transfer", "from": date(), "share": float(rng.choice([-0.4, 0.3]))},
        {"kind": "transfer", "from": date(), "money": float(rng.choice([-200.0, 500.0])), "ramp_days": 3},
    ]
    return [change for change in changes if rng.random() < 0.7]
