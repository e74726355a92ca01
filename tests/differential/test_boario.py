"""Preset ``boario`` against BoARIO 0.7.2 itself, step by step.

BoARIO (GPL-3) is a test-only dependency. It makes a temporary folder at import, so it is given a private
TMPDIR; and it relaxes overtime only where scarcity is *exactly* zero, which rounding decides, so a
tolerance |ζ| ≤ 1e-14 is put into both sides.
"""

from __future__ import annotations

import dataclasses
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy, FinalUseKind
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.presets import BOARIO
from autarky.sources import read_table
from autarky.sources.pymrio_bridge import from_pymrio, to_pymrio

STEPS = 365
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def boario(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """BoARIO's three modules, imported into a private temporary folder and made tolerant of rounding."""
    patch = pytest.MonkeyPatch()
    patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("boario")))
    patch.setattr(tempfile, "tempdir", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        event = pytest.importorskip("boario.event")
        import boario.extended_models
        import boario.model_base
        import boario.simulation
    logging.getLogger("boario").setLevel(logging.CRITICAL)

    def tolerant_overproduction(model: Any) -> None:
        demand = model.entire_demand_tot
        scarcity = np.divide(demand - model.production, demand, out=np.zeros_like(demand), where=demand != 0)
        relaxing = np.abs(scarcity) <= BOARIO.scarcity_tolerance
        rise = (model.overprod_max - model.overprod) * scarcity
        fall = np.where(relaxing, model.overprod_base - model.overprod, 0.0)
        model.overprod = np.maximum(1.0, model.overprod + (rise + fall) * model.overprod_tau)

    patch.setattr(boario.model_base.ARIOBaseModel, "calc_overproduction", tolerant_overproduction)
    yield {
        "event": event,
        "model": boario.extended_models.ARIOPsiModel,
        "simulation": boario.simulation.Simulation,
    }
    patch.undo()


@pytest.fixture(scope="module")
def small() -> Economy:
    """pymrio's built-in test system: 6 regions × 8 sectors."""
    pymrio = pytest.importorskip("pymrio")
    system = pymrio.load_test()
    system.calc_all()
    return from_pymrio(system, year=2010)


@pytest.fixture(scope="module")
def wiod(shared_data: Path) -> Economy:
    """WIOD 2011 in 16 regions, without the column of truncation gaps, which pymrio has no place for."""
    path = shared_data / "wiod2013" / "wiod2013_2011_r16s17.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    economy = read_table(path, format="wiod2013")
    keep = [f for f, user in enumerate(economy.final_users) if user.kind is not FinalUseKind.DISCREPANCY]
    return dataclasses.replace(
        economy,
        final_users=tuple(economy.final_users[f] for f in keep),
        Y=economy.Y[:, keep],
        reported_output=None,
    )


def _boario_run(
    boario: dict[str, Any],
    economy: Economy,
    *,
    loss: dict[str, Any] | None = None,
    recovery: int | None = None,
    stocks: float = 1.0,
) -> dict[str, np.ndarray]:
    """Production, evening stocks and unmet final demand of every step, in autarky's order."""
    import pandas as pd

    io = to_pymrio(economy).calc_system()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = boario["model"](io)
        simulation = boario["simulation"](model, n_temporal_units_to_sim=STEPS + 20)
        model.inputs_stock = model.inputs_stock * stocks
        if loss is not None:
            where = [pair for pair in economy.industries.pairs if pair[0] in loss["regions"]]
            capital = pd.Series(model.productive_capital, index=model.industries).loc[where]
            if recovery is None:
                impact = pd.Series(loss["share"], index=capital.index)
                event = boario["event"].from_series(
                    impact, event_type="arbitrary", occurrence=4, duration=STEPS + 10, recovery_tau=1
                )
            else:
                event = boario["event"].from_series(
                    (capital * loss["share"])[capital > 0],
                    event_type="recovery",
                    occurrence=5,
                    duration=20,
                    recovery_tau=recovery,
                    # Damage is rounded to this factor's digits; large enough for rounding not to be seen.
                    event_monetary_factor=10**6,
                )
            simulation.add_event(event)
        production, inventory = [], []
        for _ in range(STEPS):
            status = simulation.next_step()
            assert status == 0, "BoARIO crashed"
            production.append(model.production.copy())
            inventory.append(model.inputs_stock.copy())
        unmet = simulation.final_demand_unmet.iloc[:STEPS]
    sectors, regions = list(model.sectors), list(model.regions)
    pairs = [(region, sector) for region in regions for sector in sectors]
    order = [pairs.index(pair) for pair in economy.industries.pairs]
    rows = [sectors.index(sector) for sector in economy.industries.sectors]
    columns = list(economy.industries.pairs)
    return {
        "production": np.array(production)[:, order],
        "inventory": np.array(inventory)[:, rows][:, :, order],
        "unmet": unmet[columns].to_numpy(),
    }


def _autarky_run(
    economy: Economy, shocks: list[dict[str, Any]], stocks: float = 1.0
) -> dict[str, np.ndarray]:
    scenario = Scenario.model_validate(
        {
            "start": "2001-01-01",
            "days": STEPS,
            "shocks": shocks,
            "behaviour": {"preset": "boario", "initial_stocks": stocks},
        }
    )
    data = simulate(economy, scenario, record_inventory=True).data
    unmet = data["unmet_final_demand"]
    by_region = [
        unmet.isel(final_user=(data["final_region"] == region).values).sum("final_user").values
        for region in economy.industries.regions
    ]
    assert list(data["slot_product"].values) == list(economy.industries.sectors)
    return {
        "production": data["output"].values,
        "inventory": data["inventory"].values,
        "unmet": np.stack(by_region, axis=1).reshape(STEPS, -1),
    }


def _require_same(theirs: dict[str, np.ndarray], ours: dict[str, np.ndarray], economy: Economy) -> None:
    output = economy.x / 365.0
    stock = ours["inventory"][0]
    bases = {"production": output, "inventory": np.where(stock > 0, stock, np.inf), "unmet": output}
    for name, base in bases.items():
        apart = np.abs(theirs[name] - ours[name]) / np.where(base > 0, base, np.inf)
        worst = np.unravel_index(np.argmax(apart), apart.shape)
        assert apart.max() <= TOLERANCE, f"{name} differs by {apart.max():.2e} of base at {worst}"


def _require_a_story(run: dict[str, np.ndarray], economy: Economy) -> None:
    """The comparison means something only if the shock moved production and stocks and left demand unmet."""
    relative = run["production"] / np.where(economy.x > 0, economy.x / 365.0, np.inf)
    assert relative[:, economy.x > 0].min() < 0.9
    assert run["unmet"].max() > 0
    assert np.ptp(run["inventory"], axis=0).max() > 0


def _date(step: int) -> str:
    return str(np.datetime64("2001-01-01") + step)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_capacity_loss_without_recovery_is_boarios_on_pymrios_small(
    boario: dict[str, Any], small: Economy, share: float
) -> None:
    region = small.industries.regions[0]
    theirs = _boario_run(boario, small, loss={"regions": [region], "share": share})
    # An arbitrary event acts one step late: 4 + 1.
    shock = {"kind": "capacity_loss", "regions": [region], "share": share, "from": _date(5)}
    ours = _autarky_run(small, [shock])
    _require_a_story(ours, small)
    _require_same(theirs, ours, small)


def test_a_capacity_loss_with_recovery_is_boarios_on_pymrios_small(
    boario: dict[str, Any], small: Economy
) -> None:
    region = small.industries.regions[2]
    theirs = _boario_run(boario, small, loss={"regions": [region], "share": 0.4}, recovery=60)
    ours = _autarky_run(small, [_recovering(region, 0.4, 60)])
    _require_a_story(ours, small)
    _require_same(theirs, ours, small)


def _recovering(region: str, share: float, days: int) -> dict[str, Any]:
    """BoARIO's recovery event at step 5 for 20: in full on steps 5 … 26, then linear from step 27."""
    return {
        "kind": "capacity_loss",
        "regions": [region],
        "share": share,
        "from": _date(5),
        "until": _date(26),
        "recovery": {"days": days, "curve": "linear"},
    }


def test_a_run_from_depleted_stocks_is_boarios_on_pymrios_small(
    boario: dict[str, Any], small: Economy
) -> None:
    theirs = _boario_run(boario, small, stocks=0.6)
    ours = _autarky_run(small, [], stocks=0.6)
    _require_a_story(ours, small)
    _require_same(theirs, ours, small)


@pytest.mark.parametrize("recovery", [None, 90])
def test_capacity_losses_are_boarios_on_wiod_2011(
    boario: dict[str, Any], wiod: Economy, recovery: int | None
) -> None:
    theirs = _boario_run(boario, wiod, loss={"regions": ["CHN"], "share": 0.5}, recovery=recovery)
    without = {"kind": "capacity_loss", "regions": ["CHN"], "share": 0.5, "from": _date(5)}
    ours = _autarky_run(wiod, [without if recovery is None else _recovering("CHN", 0.5, recovery)])
    _require_a_story(ours, wiod)
    _require_same(theirs, ours, wiod)


def test_a_run_from_depleted_stocks_is_boarios_on_wiod_2011(boario: dict[str, Any], wiod: Economy) -> None:
    theirs = _boario_run(boario, wiod, stocks=0.7)
    ours = _autarky_run(wiod, [], stocks=0.7)
    _require_a_story(ours, wiod)
    _require_same(theirs, ours, wiod)
