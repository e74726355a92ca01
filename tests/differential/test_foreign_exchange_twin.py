"""Foreign exchange equals its slow twin, tests/reference/foreign_exchange.py, on 40 random economies."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.scenario import Scenario
from autarky.simulation.run import simulate_many
from made_economies import make_economy, make_scenario
from made_payments import make_payments
from reference.day import Twin, live
from reference.foreign_exchange import ForeignExchangeTwin

DAYS = 60
RULES = [
    (production, rationing)
    for production in ("leontief", "critical", "linear")
    for rationing in ("proportional", "priority")
]


@pytest.mark.parametrize("seed", range(40))
def test_foreign_exchange_equals_its_slow_twin(seed: int) -> None:
    """Every second economy beside the same scenario with other money."""
    rng = np.random.default_rng([seed, 17])
    economy = make_economy(rng, national=True, oddities=True)
    given = make_scenario(rng, economy, DAYS, "autarky", *RULES[seed % 6]).model_dump(by_alias=True)
    given["behaviour"] |= {"steps_per_day": 1, "foreign_exchange": make_payments(rng, economy, DAYS)}
    if seed % 4 == 0:
        given["shocks"] = [*given["shocks"][:1], _exports_banned(rng)]
    scenario = Scenario.model_validate(given)
    richer = {"reserves": given["behaviour"]["foreign_exchange"]["reserves"] * 2.0 + 1.0}
    other = scenario.model_dump(by_alias=True)
    other["behaviour"]["foreign_exchange"] |= richer
    together = [Scenario.model_validate(other), scenario] if seed % 2 else [scenario]
    data = simulate_many(economy, together, record_inventory=True)[-1].data

    twins: list[ForeignExchangeTwin] = []

    def begin(twin: Twin) -> ForeignExchangeTwin:
        twins.append(ForeignExchangeTwin(twin))
        return twins[0]

    days = live(economy, scenario, (begin,))
    base = economy.x / 365.0
    industries = [("industry", *pair) for pair in economy.industries.pairs]
    gates = [("gate", *gate) for gate in economy.gates]
    finals = [("final", user.region, user.category) for user in economy.final_users]
    _close(data["output"].values, [[day[0]["output"][i] for i in industries] for day in days], base)
    sent = [[day[0]["sent"][g] for g in gates] for day in days]
    _close(data["gate_delivery"].values, sent, data["gate_delivery_base"].values)
    came = [[sum(day[0]["came"][f].values()) for f in finals] for day in days]
    _close(data["consumption"].sum("product").values, came, np.array(base.sum()))
    (twin,) = twins
    money = twin.paid_base
    for name in ("export_earnings", "unrecorded_finance", "debt_service", "import_payments"):
        _close(data[name].values, [told[name] for told in twin.told], np.array(money), name)
    for name in ("purse", "reserves", "arrears"):
        _close(data[name].values, [told[name] for told in twin.told], np.array(DAYS * money), name)
    paid = [[told["import_paid_share"][g] for g in gates] for told in twin.told]
    _close(data["import_paid_share"].values, paid, np.array(1.0), "import_paid_share", 1e-8)
    assert data["money_bound"].values.tolist() == [told["money_bound"] for told in twin.told]


def _exports_banned(rng: np.random.Generator) -> dict[str, object]:
    """Nothing, or little, is sold abroad for some weeks."""
    kept = float(rng.choice([0.0, 0.2]))
    return {
        "kind": "trade_cut",
        "origin": ["NOR"],
        "from": "2020-01-10",
        "until": "2020-02-10",
        "share_kept": kept,
        "ramp_days": 5.0,
    }


def _close(
    ours: np.ndarray, theirs: object, base: np.ndarray, name: str = "goods", within: float = 1e-9
) -> None:
    apart = np.abs(ours - np.array(theirs, dtype=np.float64)) / np.where(base > 0, base, 1.0)
    assert apart.max(initial=0.0) < within, f"{name} differs by {apart.max():.2e} of base"
