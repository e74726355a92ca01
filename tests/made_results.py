"""Made results: runs written by formula, with every variable of the schema, for tests of what reads them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.results import (
    FALLS,
    STOPS,
    Binding,
    Outcome,
    Reason,
    RunRecord,
    SimulationResult,
    day_axis,
    variable,
)
from autarky.scenario import Scenario

START = datetime.date(2024, 1, 1)

NATIONAL = {
    "A01": "Crop and animal production, hunting and related service activities",
    "B": "Mining and quarrying",
    "C10": "Manufacture of food products, beverages and tobacco products",
    "C19": "Manufacture of coke and refined petroleum products",
    "C20": "Manufacture of chemicals and chemical products",
    "C22": "Manufacture of rubber and plastic products",
    "C25": "Manufacture of fabricated metal products, except machinery and equipment",
    "D35": "Electricity, gas, steam and air conditioning supply",
    "F": "Construction",
    "H49": "Land transport and transport via pipelines",
    "L68": "Real estate activities",
    "T": "Activities of households as employers",
}
"""Sectors of the national economy; the last makes nothing."""

REGIONS = {"ARC": "Arcadia", "BOR": "Boria", "CAL": "Calidor", "DEL": "Delmark", "ELD": "Eldania"}
SECTORS = {
    "agr": "Agriculture",
    "min": "Mining",
    "ele": "Electrical equipment",
    "mot": "Motor vehicles",
    "hot": "Hotels and restaurants",
    "ser": "Services",
}

Array = npt.NDArray[np.float64]


def dip(
    days: int, onset: float, depth: float, ramp: float = 10, end: float = np.inf, back: float = 40
) -> Array:
    """A share of base that is 1 until ``onset``, falls by ``depth`` over ``ramp`` days, and comes back."""
    t = np.arange(days, dtype=float)
    down = np.clip((t - onset) / ramp, 0, 1)
    up = np.clip((t - end) / back, 0, 1)
    return 1 - depth * np.minimum(down, 1 - up)


def made_result(
    shares: Array,
    *,
    sectors: Mapping[str, str],
    regions: Mapping[str, str] | None = None,
    base: Array | None = None,
    gates: Sequence[tuple[str, str]] = (),
    gate_shares: Array | None = None,
    competitive: Sequence[str] = (),
    causes: Mapping[int, tuple[int, str, str]] | None = None,
    scenario: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
    consumers: Sequence[tuple[str, str]] = (("C41", "households"), ("I51", "investment")),
    outcome: Outcome = Outcome.COMPLETED,
    start: datetime.date = START,
) -> SimulationResult:
    """A whole result around ``shares``, output as a share of base, shape (days, industries).

    Households receive of each product the mean of what its makers make and its gates deliver. ``causes``
    gives an industry's binding slot (or ``Binding``), supplier and reason; without one, fewer orders bind.
    """
    regions = regions or {"HOM": "Homeland"}
    days, n = shares.shape
    codes = list(sectors)
    pairs = [(region, sector) for region in regions for sector in codes]
    industries = [sector if len(regions) == 1 else f"{region}.{sector}" for region, sector in pairs]
    assert n == len(industries)
    base = np.linspace(40.0, 10.0, n) if base is None else base
    products = codes + [product for _, product in gates if product not in codes]
    products = list(dict.fromkeys(products))
    gate_labels = [f"{partner}.{product}" for partner, product in gates]
    gate_base = np.linspace(6.0, 1.0, len(gates)) if gates else np.zeros(0)
    gate_shares = np.ones((days, len(gates))) if gate_shares is None else gate_shares

    received = np.ones((days, len(products)))
    for p, product in enumerate(products):
        makers = [i for i, (_, sector) in enumerate(pairs) if sector == product and base[i] > 0]
        sources = [shares[:, i] for i in makers]
        sources += [gate_shares[:, g] for g, (_, imported) in enumerate(gates) if imported == product]
        if sources:
            received[:, p] = np.mean(sources, axis=0)
    users = [(region, category, kind) for region in regions for category, kind in consumers]
    consumption_base = np.outer(
        [
            max(float(base[[i for i, (_, s) in enumerate(pairs) if s == p]].sum()), 0.0) or 1.5
            for p in products
        ],
        np.linspace(0.3, 0.1, len(users)),
    )
    consumption = np.broadcast_to(
        received[:, :, None] * consumption_base, (days, *consumption_base.shape)
    ).copy()
    if len(regions) > 1:
        # A region's buyers feel half of what happens at home and half of what happens everywhere.
        for u, (region, _, _) in enumerate(users):
            for p, product in enumerate(products):
                home = shares[:, pairs.index((region, product))]
                consumption[:, p, u] = consumption_base[p, u] * (home + received[:, p]) / 2

    imported = {product for _, product in gates} - set(competitive)
    slots = [(product, "home" if product in imported else "any") for product in codes]
    slots += [(product, "abroad") for _, product in gates if product in imported]
    value_added_base = base * 0.4
    first = np.full((2, n), -1)
    for level, threshold in enumerate((FALLS, STOPS)):
        below = (shares < threshold) & (base > 0)
        first[level] = np.where(below.any(axis=0), below.argmax(axis=0), -1)
    binding = np.full((2, n), int(Binding.DEMAND))
    supplier = np.full((2, n), "", dtype=object)
    reason = np.full((2, n), "", dtype=object)
    for industry, (slot, who, why) in (causes or {}).items():
        binding[:, industry], supplier[:, industry], reason[:, industry] = slot, who, why
    declared = {
        "name": "No shock",
        "start": start.isoformat(),
        "days": days,
        "shocks": [],
        **(scenario or {}),
    }
    output = shares * base

    flow = "million USD / day"
    data = xr.Dataset(
        {
            "output": variable(output, ("day", "industry"), flow, "output"),
            "output_base": variable(base, ("industry",), flow, "output in the base year"),
            "demand": variable(output, ("day", "industry"), flow, "orders received"),
            "capacity": variable(
                np.broadcast_to(base, output.shape).copy(), ("day", "industry"), flow, "capacity"
            ),
            "binding": variable(
                np.full((days, n), int(Binding.DEMAND)), ("day", "industry"), "1", "what limited output"
            ),
            "stock_cover": variable(30 * shares, ("day", "industry"), "day", "cover of the scarcest input"),
            "forgone_inputs": variable(np.zeros((days, n)), ("day", "industry"), flow, "forgone inputs"),
            "value_added_base": variable(value_added_base, ("industry",), flow, "value added"),
            "gdp": variable(shares @ value_added_base, ("day",), flow, "value added"),
            "gate_delivery": variable(gate_shares * gate_base, ("day", "gate"), flow, "delivered by gates"),
            "gate_delivery_base": variable(gate_base, ("gate",), flow, "delivered by gates in the base year"),
            "consumption": variable(consumption, ("day", "product", "final_user"), flow, "received"),
            "consumption_base": variable(
                consumption_base, ("product", "final_user"), flow, "received in base"
            ),
            "unmet_final_demand": variable(
                np.maximum(consumption_base - consumption, 0),
                ("day", "product", "final_user"),
                flow,
                "not received",
            ),
            "first_day_below": variable(first, ("level", "industry"), "1", "first day below level × base"),
            "cause_binding": variable(binding, ("level", "industry"), "1", "binding on that day"),
            "cause_supplier": (("level", "industry"), supplier),
            "cause_reason": (("level", "industry"), reason),
        },
        coords={
            "day": day_axis(start, days).astype("datetime64[ns]"),
            "industry": industries,
            "region": ("industry", [region for region, _ in pairs]),
            "sector": ("industry", [sector for _, sector in pairs]),
            "gate": np.array(gate_labels, dtype=object),
            "partner": ("gate", np.array([partner for partner, _ in gates], dtype=object)),
            "gate_product": ("gate", np.array([product for _, product in gates], dtype=object)),
            "product": products,
            "final_user": [f"{region}.{category}" for region, category, _ in users],
            "final_region": ("final_user", [region for region, _, _ in users]),
            "category": ("final_user", [category for _, category, _ in users]),
            "kind": ("final_user", [kind for _, _, kind in users]),
            "slot": [p if origin == "any" else f"{p} ({origin})" for p, origin in slots],
            "slot_product": ("slot", [product for product, _ in slots]),
            "slot_origin": ("slot", [origin for _, origin in slots]),
            "level": [FALLS, STOPS],
        },
    )
    record = RunRecord(
        scenario=Scenario.model_validate(declared).model_dump(mode="json", by_alias=True),
        parameters={
            "name": "autarky",
            "production": "leontief",
            "inventory_days": 30.0,
            "initial_stocks": 1.0,
            "restocking_days": 30.0,
            "substitution_days": 30.0,
            "by_product": {"inventory_days": {"B": 19.0}, "initial_stocks": {}, "restocking_days": {}},
            "criticality": [],
        },
        assumptions=("30 days of stock of every input", "30 days to reorder a gap in stock"),
        economy={
            "name": "Testland",
            "year": 2019,
            "unit": "million USD",
            "currency": "USD",
            "valuation": "basic prices",
            "import_treatment": "matrix: the source gives imports by product and user",
            "digest": "0123456789abcdef" * 4,
            "citation": "Made by formula for tests.",
            "notes": ["Every number is invented."],
            "declared_gaps": [{"check": "balance", "place": "row T", "reason": "makes nothing"}],
        },
        versions={"autarky": "0.1.0", "numpy": np.__version__},
    )
    names = {**dict(sectors), **dict(regions)} if labels is None else dict(labels)
    return SimulationResult(data, outcome, record, names)


def national_result(days: int = 200, labels: Mapping[str, str] | None = None) -> SimulationResult:
    """Imports of crude oil (product B) cut from day 20 to day 140: refining stops, its users follow."""
    codes = list(NATIONAL)
    shares = np.ones((days, len(codes)))
    oil, refined = len(codes) + 0, codes.index("C19")
    plan = {
        "C19": (39, 0.95, oil, "ABROAD.B", Reason.TRADE_CUT),
        "C20": (52, 0.60, oil, "ABROAD.B", Reason.TRADE_CUT),
        "H49": (69, 0.70, refined, "C19", Reason.SHORT_ITSELF),
        "C22": (83, 0.55, codes.index("C20"), "C20", Reason.SHORT_ITSELF),
        "A01": (90, 0.35, refined, "C19", Reason.SHORT_ITSELF),
        "C10": (104, 0.30, codes.index("A01"), "A01", Reason.SHORT_ITSELF),
        "F": (96, 0.20, codes.index("C22"), "C22", Reason.SHORT_ITSELF),
        "C25": (110, 0.12, int(Binding.DEMAND), "", ""),
        "D35": (60, 0.06, refined, "C19", Reason.SHORT_ITSELF),
    }
    causes = {}
    for code, (onset, depth, slot, who, why) in plan.items():
        position = codes.index(code)
        shares[:, position] = dip(days, onset, depth, end=150 + 0.3 * onset)
        causes[position] = (slot, who, str(why))
    base = np.array([30, 12, 60, 25, 40, 18, 22, 35, 50, 28, 70, 0], dtype=float)
    gates = [("ABROAD", code) for code in ("B", "C20", "C25", "C10", "COFFEE")]
    gate_shares = np.ones((days, len(gates)))
    gate_shares[:, 0] = np.where((np.arange(days) >= 20) & (np.arange(days) <= 140), 0.0, 1.0)
    gate_shares[:, 2] = dip(days, 100, 0.15, end=170)
    return made_result(
        shares,
        sectors=NATIONAL,
        base=base,
        gates=gates,
        gate_shares=gate_shares,
        competitive=("C25",),
        causes=causes,
        labels=labels,
        scenario={
            "name": "Crude oil embargo",
            "shocks": [
                {
                    "kind": "trade_cut",
                    "origin": "ABROAD",
                    "products": ["B"],
                    "share_kept": 0,
                    "from": (START + datetime.timedelta(20)).isoformat(),
                    "until": (START + datetime.timedelta(140)).isoformat(),
                }
            ],
        },
    )


def world_result(days: int = 240) -> SimulationResult:
    """Arcadia's electrical equipment is kept from everybody for 90 days; motor vehicles elsewhere stop."""
    sectors = list(SECTORS)
    pairs = [(region, sector) for region in REGIONS for sector in sectors]
    shares = np.ones((days, len(pairs)))
    slot, supplier = sectors.index("ele"), "ARC.ele"
    causes = {}
    for i, (region, sector) in enumerate(pairs):
        distance = list(REGIONS).index(region)
        depth = {"ele": 0.5, "mot": 0.8, "ser": 0.12, "hot": 0.05}.get(sector, 0.02)
        depth *= 0.5 if region == "ARC" else 1 - 0.15 * (distance - 1)
        onset = 40 + 6 * distance + 5 * sectors.index(sector)
        shares[:, i] = dip(days, onset, depth, ramp=12, end=130 + 5 * distance)
        if region == "ARC":
            causes[i] = (int(Binding.DEMAND), "", "")
        else:
            causes[i] = (slot, supplier, str(Reason.TRADE_CUT))
    return made_result(
        shares,
        sectors=SECTORS,
        regions=REGIONS,
        causes=causes,
        scenario={
            "name": "Arcadia sells no electrical equipment",
            "shocks": [
                {
                    "kind": "trade_cut",
                    "origin": "ARC",
                    "products": ["ele"],
                    "share_kept": 0,
                    "from": (START + datetime.timedelta(10)).isoformat(),
                    "until": (START + datetime.timedelta(99)).isoformat(),
                }
            ],
        },
    )


def large_result(industries: int = 71, days: int = 730) -> SimulationResult:
    """As large as the embedded economy over two years, with every industry falling at its own time."""
    rng = np.random.default_rng(7)
    sectors = {
        f"{i:03d}": f"Industry number {i} with a name as long as official ones are" for i in range(industries)
    }
    shares = np.ones((days, industries))
    for i in range(industries):
        shares[:, i] = dip(days, 30 + 5 * i, 0.15 + 0.8 * rng.random(), ramp=40, end=days - 250 + i, back=90)
        shares[20:, i] -= 0.05 * rng.random(days - 20)
    gates = [("ABROAD", code) for code in sectors]
    gate_shares = np.ones((days, industries))
    gate_shares[9:] = np.linspace(0, 0.5, industries) * rng.random((days - 9, industries))
    causes = {i: (industries + i, f"ABROAD.{i:03d}", str(Reason.TRADE_CUT)) for i in range(industries)}
    shock = {"kind": "trade_cut", "share_kept": 0, "from": "2024-01-10"}
    return made_result(
        shares,
        sectors=sectors,
        gates=gates,
        gate_shares=gate_shares,
        causes=causes,
        scenario={"name": "All imports", "shocks": [shock]},
    )
