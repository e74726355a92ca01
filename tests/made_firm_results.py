"""Small firm results for tests: a network that is given, one that is drawn, and an illustrative plant."""

from __future__ import annotations

import math
from dataclasses import replace

from autarky.results.firms import (
    ChainStep,
    CutLoss,
    FirmChain,
    FirmCourse,
    FirmDays,
    FirmResult,
    NetworkFacts,
    RankedNode,
    Ranking,
    SectorLoss,
    Spread,
)

WEIGHTS = ("output", "value_added", "jobs")
RULES = (
    ("others of a kind make up for a failure", "as far as their market share goes (assumption)"),
    ("essential inputs", "every kind (assumption)"),
    ("tolerance", "0.01"),
)


def sure(value: float) -> Spread:
    """A figure of one network."""
    return Spread(value, value, value)


def about(value: float, by: float = 0.2) -> Spread:
    """A figure over draws, a share ``by`` of it to either side."""
    return Spread(value, value * (1 - by), value * (1 + by))


def node(
    place: int, label: str, loss: float, *, draws: bool = False, abroad: bool = False, **other
) -> RankedNode:
    """A node of the ranking, which itself makes a quarter of what its failure costs."""
    told = about if draws else sure
    values = {
        "place": place,
        "name": f"ABROAD.{place}" if abroad else f"firm-{place}",
        "label": label,
        "sector": "mills",
        "region": "ABROAD" if abroad else "HOME",
        "kind": "mills",
        "is_foreign": abroad,
        "is_rest": False,
        "output_share": loss / 4,
        "loss": (told(loss), told(loss * 1.1), told(loss * 0.9)),
        "downstream": told(loss * 0.8),
        "upstream": told(loss * 0.3),
        "iterations": 7,
    }
    return RankedNode(**(values | other))


def given() -> FirmResult:
    """One network that somebody recorded, ranked whole, no shock and no days."""
    losses = [0.31, 0.24, 0.12, 0.06, 0.02]
    names = ["Anchor mill", "Ore from ABROAD", "Bay foundry", "Mills (all other firms)", "Cove works"]
    nodes = tuple(
        node(k, name, loss, abroad="ABROAD" in name, is_rest="other" in name)
        for k, (name, loss) in enumerate(zip(names, losses, strict=True), start=1)
    )
    shares = [sum(losses[: k + 1]) / sum(losses) for k in range(len(losses))]
    return FirmResult(
        title="Who holds up whom",
        network=NetworkFacts(
            name="harbour-town",
            year=2020,
            unit="million USD",
            firms=4,
            foreign_suppliers=1,
            links=9,
            kinds=2,
            sectors=2,
            draws=1,
            is_synthetic=False,
            is_illustrative=False,
            final_share=0.45,
            residual_share=0.12,
            block_error=2e-13,
            notes=("Mills (all other firms) stands for what the lists lack.",),
        ),
        ranking=Ranking(
            weights=WEIGHTS,
            tolerance=0.01,
            most_iterations=9,
            how="Every node's cascade was computed.",
            nodes=nodes,
            foreign=(nodes[1],),
            curve=tuple((k, sure(share)) for k, share in enumerate(shares, start=1)),
        ),
        cut=None,
        days=None,
        rules=RULES,
    )


def drawn() -> FirmResult:
    """20 synthetic networks under a cut of all imports, without days."""
    labels = [
        f"{which} firm of {name} (drawn)"
        for name in ("Chemicals", "Metals")
        for which in ("largest", "2nd largest")
    ]
    nodes = [
        node(1, "Crude oil from ABROAD", 0.092, draws=True, abroad=True),
        *(node(k, label, 0.08 / k, draws=True) for k, label in enumerate(labels, start=2)),
    ]
    farther = node(37, "Rubber from FARTHER", 0.004, draws=True, abroad=True)
    sectors = ["Farms", "Chemicals", "Metals", "Trade"]
    return FirmResult(
        title="Imports stop",
        network=replace(
            given().network,
            name="somewhere-2020",
            firms=10_000,
            foreign_suppliers=64,
            links=81_234,
            kinds=71,
            sectors=71,
            draws=20,
            is_synthetic=True,
            residual_share=0.0,
            notes=("Firm sizes follow a Pareto tail (assumption).",),
        ),
        ranking=Ranking(
            weights=WEIGHTS,
            tolerance=0.01,
            most_iterations=14,
            how="The 500 largest of 10,064 nodes by their bound were computed; others may belong here.",
            nodes=tuple(nodes),
            foreign=(nodes[0], farther),
            curve=(),
        ),
        cut=CutLoss(
            sentence="nothing is imported",
            direct=sure(0.0),
            loss=(about(0.34), about(0.3), about(0.38)),
            downstream=about(0.33),
            upstream=about(0.05),
            by_sector=(about(0.26, 0.01), about(0.24, 0.01), about(0.3, 0.01)),
            error=Spread(-0.24, -0.36, -0.05),
            sectors=tuple(
                SectorLoss(name.lower(), name, about(0.1 + 0.2 * k), about(0.08 + 0.15 * k, 0.0))
                for k, name in enumerate(sectors)
            ),
            iterations=11,
        ),
        days=None,
        rules=RULES,
    )


def plant() -> FirmResult:
    """A factory for fishing gear among three sectors, lived through for 30 weeks after a cut in the third."""
    weeks, shock = 30, 14
    falls = [(0.6, 0.2), (0.89, 0.55), (1.0, 0.97)]
    by_week = tuple(
        tuple(1.0 if k < 2 + 3 * s else max(low, high - 0.04 * (k - 2 - 3 * s)) for k in range(weeks))
        for s, (high, low) in enumerate(falls)
    )
    stopped = tuple(tuple(0.5 if share < 0.5 else 0.0 for share in row) for row in by_week)
    output = tuple(
        1.0 if day < shock + 19 else max(0.05, 1 - 0.01 * (day - shock - 18)) for day in range(7 * weeks)
    )
    label = "Fishing-gear factory (illustrative)"
    steps = (
        ChainStep("gear", label, "gear", False, 29, "2020-02-13", 0.88, "Plastics", 18.5, 0.7),
        ChainStep(
            "plastics-rest",
            "Plastics (all other firms)",
            "plastics",
            False,
            7,
            "2020-01-22",
            0.6,
            "Naphtha (abroad)",
            6.0,
            0.9,
        ),
        ChainStep(
            "ABROAD.naphtha", "Naphtha from ABROAD", "naphtha", True, None, "2020-01-15", 0.0, "", None, None
        ),
    )
    chain = FirmChain(
        "gear",
        label,
        0.52,
        steps,
        f"{label} falls below 90 % of base on day 29 (13 Feb 2020), for want of Plastics.",
    )
    names = (label, "Gear (all other firms)", "Plastics (all other firms)", "Naphtha from ABROAD")
    nodes = tuple(
        node(k, name, 0.2 / k, abroad="ABROAD" in name, is_rest="other" in name)
        for k, name in enumerate(names, start=1)
    )
    network = replace(
        given().network,
        name="somewhere-2019",
        firms=3,
        draws=1,
        is_illustrative=True,
        notes=("The factory is an example.",),
    )
    return FirmResult(
        title="A factory without its inputs",
        network=network,
        ranking=replace(given().ranking, nodes=nodes, foreign=nodes[3:], curve=()),
        cut=CutLoss(
            sentence="Naphtha from ABROAD is cut to nothing",
            direct=sure(0.0),
            loss=(sure(0.21), sure(0.2), sure(0.25)),
            downstream=sure(0.2),
            upstream=sure(0.04),
            by_sector=(sure(0.25), sure(0.2), sure(0.3)),
            error=sure(0.19),
            sectors=(
                SectorLoss("gear", "Gear", sure(0.2), sure(0.4)),
                SectorLoss("plastics", "Plastics", sure(0.7), sure(0.5)),
                SectorLoss("idle", "Idle", sure(math.nan), sure(math.nan)),
            ),
            iterations=5,
        ),
        days=FirmDays(
            start="2020-01-01",
            days=7 * weeks,
            first_shock=shock,
            sectors=("plastics", "gear", "farms"),
            sector_names=("Plastics", "Gear", "Farms"),
            by_week=by_week,
            by_sector_model=tuple(tuple(min(1.0, share + 0.1) for share in row) for row in by_week),
            stopped_by_week=stopped,
            gdp_lost=sure(0.12),
            gdp_lost_by_sector=0.09,
            error=sure(-0.25),
            first=(("Plastics (all other firms)", 7), (label, 29)),
            courses=(FirmCourse("gear", label, output),),
            chains=(chain,),
            shocks=(("2020-01-15", ""),),
        ),
        rules=RULES,
    )


MADE = {"given": given, "drawn": drawn, "plant": plant}
"""Name → a result of each sort."""
