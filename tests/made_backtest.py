"""A closed economy made from a seed, two studies of it, and claims on how it grew: a backtest in small."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment, Industries, Provenance
from autarky.evidence import Claim, Evidence, Source
from autarky.scenario import PerProduct, Scenario
from autarky.uncertainty import Uncertainty
from autarky.verdict.backtest import Hindcast
from autarky.verdict.growth import HEADLINE, WEATHER

SECTORS = tuple(code for group in (*WEATHER.values(), *HEADLINE.values()) for code in group)
PARTNERS = ("CHINA", "ABROAD")
IMPORTED = ("chemicals", "machinery", "textiles", "crude_oil")
PASS_THROUGH, IMPORTANCE = "export-loss pass-through", "import criticality"


def made_country(year: int, seed: int = 0, exposure: float = 0.12) -> Economy:
    """Nineteen sectors that import from two partners and sell to them; heavy industry imports most."""
    rng = np.random.default_rng(seed)
    n = len(SECTORS)
    A = rng.lognormal(0.0, 1.0, (n, n))
    A *= rng.uniform(0.2, 0.45, n) / A.sum(axis=0)
    finals = (
        FinalUser("HOME", "households", FinalUseKind.HOUSEHOLDS),
        FinalUser("HOME", "investment", FinalUseKind.INVESTMENT),
        FinalUser("CHINA", "exports_china", FinalUseKind.EXPORTS),
        FinalUser("ABROAD", "exports_other", FinalUseKind.EXPORTS),
    )
    Y = rng.lognormal(3.0, 0.5, (n, 4)) * (1.0, 0.3, 0.2, 0.1)
    x = np.linalg.solve(np.eye(n) - A, Y.sum(axis=1))
    gates = tuple(Gate(p, s) for p in PARTNERS for s in IMPORTED)
    heavy = np.isin(SECTORS, HEADLINE["heavy_chemical"] + HEADLINE["light_industry"])
    M = rng.lognormal(0.0, 0.7, (len(gates), n)) * np.where(heavy, 1.0, 0.15)
    M *= exposure / M.sum(axis=0).max()
    imports_final = np.zeros((len(gates), 4))
    imports_final[:, 0] = rng.uniform(0.0, 2.0, len(gates))
    return Economy(
        name=f"made {year}",
        year=year,
        currency="KRW",
        unit="billion KRW",
        valuation="basic prices",
        industries=Industries(("HOME",), SECTORS),
        Z=A * x,
        final_users=finals,
        Y=Y,
        value_added_names=("value added",),
        value_added=((1.0 - A.sum(axis=0) - M.sum(axis=0)) * x)[None, :],
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("made", "assumption: random numbers"),
        gates=gates,
        imports_intermediate=M * x,
        imports_final=imports_final,
    )


def made_study(
    year: int, imports: Sequence[float], exports: Sequence[float], *, tables: bool = True, seed: int = 7
) -> Hindcast:
    """Trade follows yearly shares of the base year's; θ, pass-through, stocks and the table are not known."""
    economy = made_country(year - 1)
    days = (datetime.date(year + len(imports), 1, 1) - datetime.date(year, 1, 1)).days
    first = f"{year}-01-01"
    shocks = [
        {
            "kind": "trade_series",
            "from": first,
            "origin": list(PARTNERS),
            "shares": list(imports),
            "per": "year",
        },
        {
            "kind": "trade_series",
            "from": first,
            "origin": ["HOME"],
            "destination": list(PARTNERS),
            "shares": list(exports),
            "per": "year",
            "pass_through": 0.5,
        },
    ]
    behaviour = {
        "production": "critical",
        "criticality": [
            {"inputs": ["chemicals", "machinery", "textiles", "crude_oil"], "level": "important"}
        ],
        "importance": 0.5,
    }
    scenario = Scenario.model_validate(
        {"name": f"made {year}", "start": first, "days": days, "shocks": shocks, "behaviour": behaviour}
    )
    parameters: list[dict[str, Any]] = [
        _uniform(PASS_THROUGH, 0.0, 1.0, "shocks[1].pass_through"),
        _uniform(IMPORTANCE, 0.0, 1.0, "behaviour.importance"),
        _uniform("days of stock", 10.0, 60.0, "behaviour.inventory_days.default"),
    ]
    names = ("one#0", "one#1", "two#0", "two#1")
    if tables:
        parameters.append(
            {
                "name": "table",
                "distribution": {"kind": "discrete", "of": [{"value": name} for name in names]},
                "source": "assumption: made",
                "tables": True,
            }
        )
    behaviour_days = scenario.behaviour.model_copy(update={"inventory_days": PerProduct(default=30.0)})
    drawn = {
        name: replace(made_country(year - 1, seed=k, exposure=0.08 + 0.04 * k), name=name)
        for k, name in enumerate(names)
    }
    return Hindcast(
        name=f"made-{year}",
        study=f"study of {year}".encode(),
        scenario=scenario.model_copy(update={"behaviour": behaviour_days}),
        uncertainty=Uncertainty.model_validate({"parameters": parameters, "seed": seed}),
        economy=economy,
        tables=drawn if tables else {},
        table_labels={
            name: {"donor": name[:3], "phi": 1000.0 + 100.0 * k} for k, name in enumerate(names) if tables
        },
    )


def _uniform(name: str, low: float, high: float, place: str) -> dict[str, Any]:
    distribution = {"kind": "uniform", "low": low, "high": high}
    return {"name": name, "distribution": distribution, "source": "assumption: made", "sets": place}


def past_study(**given: Any) -> Hindcast:
    """2017–19: imports hold, exports fall."""
    return made_study(2017, (1.0, 0.7, 0.8), (0.65, 0.1, 0.12), **given)


def future_study(**given: Any) -> Hindcast:
    """2020–23: imports all but stop, and come back."""
    return made_study(2020, (0.25, 0.1, 0.35, 0.75), (0.3, 0.3, 0.5, 0.9), **given)


IMPORTS = {2016: 3700, 2017: 3780, 2018: 2600, 2019: 2970, 2020: 770, 2021: 630, 2022: 1430, 2023: 2440}
"""Million USD by year."""
_GROWTH = """year mining light_industry heavy_chemical manufacturing construction services
2015 -2.6 . . -3.4 4.8 0.8
2016 8.4 . 6.7 4.8 1.2 0.6
2017 -11.0 . -10.4 -6.9 -4.4 0.5
2018 -17.8 -2.6 -12.4 -9.1 -4.4 0.9
2019 -0.7 1.0 -2.3 -1.1 2.9 0.9
2020 -9.6 -7.5 . -3.8 1.3 -4.0"""


def _by_year(text: str) -> dict[int, dict[str, float]]:
    (_, *groups), *rows = [line.split() for line in text.splitlines()]
    return {
        int(year): {g: float(v) for g, v in zip(groups, values, strict=True) if v != "."}
        for year, *values in rows
    }


GROWTH: Mapping[int, Mapping[str, float]] = _by_year(_GROWTH)
"""Growth by group and year, %."""


def made_evidence(growth: Mapping[int, Mapping[str, float]] = GROWTH, *, cut_off: bool = True) -> Evidence:
    """Claims on growth and on imports, and another model's answer to a full cut."""
    claims = [
        _claim(f"growth-{group}-{year}", f"growth / {group}", value, "pct", str(year))
        for year, groups in growth.items()
        for group, value in groups.items()
    ]
    claims += [
        _claim(f"imports-{year}", "trade / KOTRA imports", float(value), "million USD", str(year))
        for year, value in IMPORTS.items()
    ]
    if cut_off:
        figure = "outcome / manufacturing loss under complete trade cut-off"
        claims.append(_claim("cut-off", figure, -43.0, "pct", "2019"))
    return Evidence(tuple(claims), {"made": Source(key="made", title="made for a test", publisher="nobody")})


def _claim(ident: str, figure: str, value: float, unit: str, as_of: str) -> Claim:
    return Claim(
        id=ident,
        figure=figure,
        value=value,
        unit=unit,
        as_of=as_of,
        source="made",
        kind="estimate",
        reliability="A",
        credibility=2,
    )
