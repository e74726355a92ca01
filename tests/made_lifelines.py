"""Made lifelines and countdowns, by formula, for tests of what draws them."""

from __future__ import annotations

from dataclasses import replace

from autarky.explanation.countdown import Countdown, ProductCountdown
from autarky.explanation.lifelines import BestSet, Kept, Lifelines, Step
from made_chains import START, day


def lifelines(gates: int, best: int = 4, consumers: str = "households", name: str = "Import") -> Lifelines:
    """Gate k averts 0.4·0.8ᵏ alone; steps avert 1 − 0.6ᵏ with k/gates of the imports."""
    alone = tuple(
        Kept(
            f"BOR.{k}",
            "BOR",
            f"{k}",
            f"{name} {k} from Boria",
            imports=10.0 + k,
            imports_share=1 / gates,
            averts=0.4 * 0.8**k,
            averts_value_added=0.3 * 0.8**k,
            closed_alone=0.05 * 0.8**k,
        )
        for k in range(gates)
    )
    steps = tuple(
        Step(kept.gate, kept.name, (k + 1) / gates, 1 - 0.6 ** (k + 1), 0.9 - 0.9 * 0.6 ** (k + 1))
        for k, kept in enumerate(alone[:30])
    )
    return Lifelines(
        scenario="Crude oil embargo",
        economy="Arcadia 2020",
        unit="million ARD",
        consumers=consumers,
        regions=("HOM",),
        days=365,
        consumption_lost=0.21,
        gdp_lost=0.13,
        imports_cut=sum(kept.imports for kept in alone),
        alone=alone,
        greedy=steps,
        best=tuple(
            BestSet(tuple(kept.gate for kept in alone[:k]), k / gates, min(steps[k - 1].averts + 0.02, 1.0))
            for k in range(1, min(best, gates) + 1)
        ),
        budget=0.2,
        notes=("The order was found forwards.",),
    )


def countdown(products: int, stopping: int, name: str = "Product") -> Countdown:
    """The first ``stopping`` products stop an industry, the last of them first."""

    def row(k: int) -> ProductCountdown:
        told = ProductCountdown(
            product=f"P{k}",
            name=f"{name} {k}",
            origin=("any", "home", "abroad")[k % 3],
            stock_days=10.0 + k,
            day=None,
            industry="",
            stock_value=5.0 + k,
            days_bought=None,
            averts=None,
        )
        if k >= stopping:
            return told
        return replace(
            told,
            day=day(90 - k),
            industry="Motor vehicles",
            days_bought=0.5 + k / 100,
            averts=0.01,
            moves=4 + k,
            added_value=2.0 + k,
        )

    return Countdown(
        scenario="Crude oil embargo",
        economy="Arcadia 2020",
        unit="million ARD",
        consumers="households",
        day_zero=START.isoformat(),
        rows=tuple(row(k) for k in (*range(stopping - 1, -1, -1), *range(stopping, products))),
        notes=("Stocks are those of the first day.",),
    )
