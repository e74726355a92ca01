"""Aid: what is given is received, nobody gives more than they had, and company changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.run import simulate_many
from cases import law
from made_economies import START, make_economy, make_shocks

DAYS = 20
SEEDS = st.integers(0, 2**32 - 1)


def world(seed: int) -> Economy:
    return make_economy(np.random.default_rng(seed), national=False, regions=3, sectors=3)


def nation(seed: int) -> Economy:
    return make_economy(np.random.default_rng(seed), national=True, sectors=3)


def aid(economy: Economy, giver: str, receiver: str, amount: float, **more: Any) -> dict[str, Any]:
    product = economy.gates[0].product if economy.gates else economy.products[0]
    return {
        "kind": "aid",
        "from": "2020-01-04",
        "giver": giver,
        "receiver": receiver,
        "basket": {product: amount},
        **more,
    }


def scenario(*shocks: dict[str, Any]) -> Scenario:
    return Scenario.model_validate({"start": START, "days": DAYS, "shocks": shocks})


@law(20)
@given(SEEDS, st.sampled_from([1.0, 300.0, 1e7]))
def test_what_is_given_is_received_and_nobody_gives_more_than_they_had(seed: int, amount: float) -> None:
    economy = world(seed)
    cut = {"kind": "bloc_cut", "bloc": ["CHN", "NOR"], "from": "2020-01-10", "share_kept": 0.2}
    gifts = aid(economy, "CHN", "NOR", amount), aid(economy, "CHN", "PRK", amount, ramp_days=5)
    data = simulate(
        economy, scenario(cut, *gifts, *make_shocks(np.random.default_rng(seed), economy, DAYS))
    ).data
    given, received = data["aid_given"], data["aid_received"]
    scale = float(data["consumption_base"].sum())
    np.testing.assert_allclose(
        given.sum("final_user"), received.sum("final_user"), rtol=1e-9, atol=1e-9 * scale
    )
    assert (given >= 0).all() and (received >= 0).all()
    assert (given <= data["consumption"].clip(min=0) + 1e-9 * scale).all()
    np.testing.assert_allclose(
        data["consumption_after_aid"], data["consumption"] + received - given, atol=1e-9 * scale
    )


@law(20)
@given(SEEDS, st.sampled_from([1.0, 500.0]), st.floats(0.0, 1.0))
def test_aid_from_abroad_is_what_was_promised_as_far_as_it_passes(
    seed: int, amount: float, passes: float
) -> None:
    economy = nation(seed)
    partner, product = economy.gates[0]
    gift = aid(economy, partner, "NOR", amount)
    cut = {"kind": "trade_cut", "from": START, "share_kept": passes, "origin": partner, "products": product}
    closed = any(name == product for _, name in economy.gates) and _traded(economy, product, partner)
    shocks = [cut] if closed else []
    found = [
        simulate(economy, scenario(*shocks, {**gift, **more})).data
        for more in ({}, {"share_passing": 1.0}, {"share_passing": passes})
    ]
    for data, kept in zip(found, (passes if closed else 1.0, 1.0, passes), strict=True):
        np.testing.assert_allclose(
            data["aid_received"].sum(("product", "final_user"))[3:], kept * amount / 365.0
        )
        np.testing.assert_allclose(
            data["aid_from_abroad"].sum("product"), data["aid_received"].sum(("product", "final_user"))
        )
        assert (data["aid_given"] == 0).all()


def _traded(economy: Economy, product: str, partner: str) -> bool:
    row = list(economy.gates).index((partner, product))
    home = [user.region == "NOR" for user in economy.final_users]
    return bool(economy.imports_intermediate[row].sum() + economy.imports_final[row][home].sum() > 0)


@law(15)
@given(SEEDS, st.integers(1, 9))
def test_company_does_not_change_a_byte_and_aid_does_not_change_deliveries(seed: int, count: int) -> None:
    economy, rng = world(seed), np.random.default_rng(seed)
    shocks = make_shocks(rng, economy, DAYS)
    mine = scenario(*shocks, aid(economy, "NOR", "CHN", 200.0))
    others = [
        scenario(*shocks),
        scenario(
            *make_shocks(rng, economy, DAYS),
            aid(economy, "PRK", "NOR", 900.0),
            aid(economy, "CHN", "PRK", 5.0),
        ),
    ]
    company = [others[k % 2] for k in range(count)]
    alone = simulate(economy, mine).data
    together = simulate_many(economy, [*company, mine])
    assert alone.identical(together[-1].data)
    without = together[0].data
    for name in ("output", "consumption", "unmet_final_demand", "gdp"):
        np.testing.assert_array_equal(alone[name], without[name])
