"""Random small economies and scenarios, made from a seed: every kind of thing the engine must handle."""

from __future__ import annotations

from typing import Any

import numpy as np

from autarky.economy import (
    ABROAD,
    Economy,
    FinalUseKind,
    FinalUser,
    Gate,
    ImportTreatment,
    Industries,
    Provenance,
)
from autarky.scenario import Scenario

SECTORS = ("food", "coal", "steel", "power", "cloth")
REGIONS = ("NOR", "CHN", "PRK", "USA", "IND", "FRA")
START = "2020-01-01"


def make_economy(
    rng: np.random.Generator,
    *,
    national: bool | None = None,
    negative_inventories: bool = True,
    oddities: bool = False,
    scale: float = 1.0,
    sectors: int | None = None,
    regions: int | None = None,
) -> Economy:
    """A balanced economy: multi-regional, or national with gates from one or two partners.

    With oddities, one in ten has five or six regions, one in five an industry that neither makes nor uses
    anything, and in three in ten so much of one product comes out of inventories that less may be wanted.
    """
    national = bool(rng.integers(2)) if national is None else national
    many = oddities and rng.random() < 0.1
    R = 1 if national else (regions or int(rng.integers(5, 7) if many else rng.integers(2, 5)))
    S = sectors or int(rng.integers(2, 6))
    n = R * S
    region_names, sector_names = REGIONS[:R], SECTORS[:S]
    weights = rng.lognormal(0.0, 1.0, (n, n)) * (rng.random((n, n)) < 0.7)
    share = weights / np.maximum(weights.sum(axis=0), 1e-9) * rng.uniform(0.2, 0.6, n)
    finals = [
        FinalUser(region, category, kind)
        for region in region_names
        for category, kind in (
            ("HH", FinalUseKind.HOUSEHOLDS),
            ("GOV", FinalUseKind.GOVERNMENT),
            ("INV", FinalUseKind.INVENTORIES),
        )
    ]
    partners = (ABROAD,) if rng.integers(2) else ("CHINA", "RUSSIA")
    if national:
        finals.append(FinalUser(partners[0], "EXP", FinalUseKind.EXPORTS))
    Y = rng.lognormal(1.0, 1.0, (n, len(finals))) * (rng.random((n, len(finals))) < 0.8)
    Y[:, 0] += 1.0
    for column, user in enumerate(finals):
        if user.kind is FinalUseKind.INVENTORIES:
            Y[:, column] *= 0.05 * (rng.choice([-1.0, 1.0], n) if negative_inventories else 1.0)
    if oddities and negative_inventories and rng.random() < 0.3:
        row = rng.integers(n)
        Y[row, 2] = -0.95 * (Y[row].sum() - Y[row, 2])
    idle = [n - 1] if oddities and rng.random() < 0.2 else []
    share[:, idle] = share[idle] = Y[idle] = 0.0
    x = np.linalg.solve(np.eye(n) - share, Y.sum(axis=1))
    Z = share * x
    gates: list[Gate] = []
    imports_intermediate = np.zeros((0, n))
    imports_final = np.zeros((0, len(finals)))
    left = x - Z.sum(axis=0)
    if national:
        gates = [Gate(p, s) for p in partners for s in (*sector_names, "oil") if rng.random() < 0.8]
        gates = gates or [Gate(partners[0], "oil")]
        g = len(gates)
        imported = rng.lognormal(0.0, 1.0, (g, n)) * (rng.random((g, n)) < 0.7)
        imports_intermediate = imported / np.maximum(imported.sum(axis=0), 1e-9) * (left * 0.5)
        imports_final = rng.lognormal(0.0, 1.0, (g, len(finals))) * (rng.random((g, len(finals))) < 0.5)
        imports_final[:, -1] = 0.0
        left = left - imports_intermediate.sum(axis=0)
    year = 365.0 * scale
    return Economy(
        name="made",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(region_names, sector_names),
        Z=Z * year,
        final_users=tuple(finals),
        Y=Y * year,
        value_added_names=("value added",),
        value_added=left[None, :] * year,
        import_treatment=ImportTreatment.MATRIX if national else ImportTreatment.MULTI_REGIONAL,
        provenance=Provenance("made", "assumption: random numbers"),
        gates=tuple(gates),
        imports_intermediate=imports_intermediate * year,
        imports_final=imports_final * year,
    )


def trade_of(economy: Economy) -> list[tuple[str, str, str]]:
    """Origin, destination and product of every flow that crosses a border, once each."""
    table = np.block([[economy.Z, economy.Y], [economy.imports_intermediate, economy.imports_final]])
    suppliers = [*economy.industries.pairs, *economy.gates]
    places = [region for region, _ in economy.industries.pairs]
    places += [user.region for user in economy.final_users]
    flows = {(suppliers[i][0], places[j], suppliers[i][1]) for i, j in np.argwhere(table > 0)}
    return sorted(flow for flow in flows if flow[0] != flow[1])


def _among(rng: np.random.Generator, name: str, names: tuple[str, ...]) -> list[str]:
    """One name and some of the others."""
    return [other for other in names if other == name or rng.random() < 0.4]


def _date(rng: np.random.Generator, first: int, last: int) -> str:
    return str(np.datetime64(START) + int(rng.integers(first, last)))


def make_shocks(rng: np.random.Generator, economy: Economy, days: int) -> list[dict[str, Any]]:
    """Between one and four shocks of all kinds; none that touches nothing."""
    regions = economy.industries.regions
    sectors = economy.industries.sectors
    partners = tuple(sorted({gate.partner for gate in economy.gates}))
    trade = trade_of(economy)
    shocks: list[dict[str, Any]] = []
    for _ in range(int(rng.integers(1, 5))):
        kind = rng.choice(["trade_cut", "capacity_loss", "demand_change"], p=[0.5, 0.3, 0.2])
        shock: dict[str, Any] = {"kind": str(kind), "from": _date(rng, 0, days // 2)}
        if rng.random() < 0.6:
            shock["until"] = _date(rng, days // 2, days)
        region, sector = economy.industries.pairs[rng.choice(np.flatnonzero(economy.x > 0))]
        if kind == "trade_cut":
            origin, destination, product = trade[rng.integers(len(trade))]
            if rng.random() < 0.6:
                shock["origin"] = [origin]
            if rng.random() < 0.4:
                shock["destination"] = [destination]
            if rng.random() < 0.5:
                shock["products"] = [product]
            if rng.random() < 0.7:
                shock["share_kept"] = float(rng.choice([0.0, 0.0, 0.3, 0.8]))
            else:
                amount = float(rng.uniform(0, 2000))
                shock["ceiling"] = {"value": amount, "per": str(rng.choice(["day", "month", "year"]))}
            shock["ramp_days"] = float(rng.choice([0, 0, 7]))
        elif kind == "capacity_loss":
            shock["sectors"] = _among(rng, sector, sectors)
            shock["regions"] = _among(rng, region, (*regions, *partners))
            shock["share"] = float(rng.choice([0.2, 0.6, 1.0]))
            if rng.random() < 0.5:
                shock["recovery"] = {
                    "days": int(rng.integers(1, 20)),
                    "curve": str(rng.choice(["linear", "convex", "concave"])),
                }
        else:
            shock["users"] = ["households"] if rng.random() < 0.5 else "all"
            shock["products"] = _among(rng, sector, sectors)
            shock["factor"] = float(rng.choice([0.0, 0.5, 1.5]))
            shock["ramp_days"] = float(rng.choice([0, 5]))
        shocks.append(shock)
    return shocks


def make_behaviour(
    rng: np.random.Generator, economy: Economy, preset: str, production: str, rationing: str
) -> dict[str, Any]:
    """Everything that can be set, set at random."""
    sectors = economy.industries.sectors
    behaviour: dict[str, Any] = {
        "preset": preset,
        "production": production,
        "rationing": rationing,
        "inventory_days": {"default": float(rng.choice([1, 3, 10, 30])), "products": {sectors[0]: 5.0}},
        "restocking_days": float(rng.choice([1, 5, 30])),
        "initial_stocks": {"default": float(rng.choice([1.0, 0.5])), "products": {sectors[-1]: 0.8}},
        "overtime": {"max": float(rng.choice([1.0, 1.25])), "days": float(rng.choice([10, 365]))},
        "steps_per_day": int(rng.choice([1, 1, 2])),
    }
    if production == "critical":
        behaviour["criticality"] = [
            {"inputs": [sectors[0]], "level": "important"},
            {"inputs": [sectors[-1]], "users": [sectors[0]], "level": "non_essential"},
        ]
        behaviour["importance"] = float(rng.choice([0.0, 0.3, 0.5, 1.0]))
    if rationing == "mixed":
        behaviour["allocation"] = {"plan_share": float(rng.choice([0.3, 0.7]))}
    if rationing in ("priority", "mixed"):
        behaviour["priority"] = [[sectors[-1]], ["households", "industries"]]
    if preset == "autarky":
        behaviour["substitution_days"] = [5.0, 30.0, "off"][int(rng.integers(3))]
        behaviour["imports"] = {
            "default": str(rng.choice(["competitive", "non_competitive"])),
            "competitive": [sectors[0]],
        }
        behaviour["utilisation"] = float(rng.choice([1.0, 0.8]))
        behaviour["import_spare"] = float(rng.choice([0.0, 0.2]))
        behaviour["negligible_share"] = float(rng.choice([0.0, 0.02]))
    return behaviour


def make_scenario(
    rng: np.random.Generator,
    economy: Economy,
    days: int,
    preset: str = "autarky",
    production: str = "leontief",
    rationing: str = "proportional",
) -> Scenario:
    """A scenario with random shocks and random behaviour."""
    return Scenario.model_validate(
        {
            "name": "made",
            "start": START,
            "days": days,
            "shocks": make_shocks(rng, economy, days),
            "behaviour": make_behaviour(rng, economy, preset, production, rationing),
        }
    )
