"""Blocs and aid: what is refused and how, what is told, and aid worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.explanation.conditions import conditions
from autarky.explanation.names import Names
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.run import simulate_many
from autarky.simulation.sweep import limited_imports, network_of
from autarky.sources.wiod2013 import read_wiod2013
from autarky.study_file import read_study
from autarky.verdict.runs import PARTNER_CUT, variants
from small_economies import YEAR, chain, date, scenario, three_regions, two_regions

STUDIES = Path(__file__).resolve().parents[3] / "studies" / "world"


NAMES = Names(simulate(three_regions(), scenario(days=1)))


def bloc(*members: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "bloc_cut", "bloc": list(members), "from": date(5), "share_kept": 0.0, **fields}


def aid(giver: Any, receiver: Any, basket: dict[str, float], **fields: Any) -> dict[str, Any]:
    return {"kind": "aid", "giver": giver, "receiver": receiver, "basket": basket, "from": date(5), **fields}


def problems(*shocks: dict[str, Any], economy: Any = None, **more: Any) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        simulate(economy or three_regions(), scenario(*shocks, **more))
    return [str(problem) for problem in error.value.problems]


def test_a_bloc_of_everybody_of_nobody_and_of_strangers_is_refused() -> None:
    lines = problems(bloc("NOR", "CHN", "USA"), bloc("NRO"), bloc(), bloc("NOR", products="cole"))
    assert lines == [
        "shocks[0].bloc: is everybody: nobody is left outside — leave out those it is cut off from",
        "shocks[1].bloc[0]: unknown region or partner 'NRO' — did you mean 'NOR'?",
        "shocks[2].bloc: is empty — name the members of the bloc",
        "shocks[3].products[0]: unknown product 'cole' — did you mean 'coal'?",
    ]


def test_a_bloc_across_whose_border_nothing_was_traded_is_refused() -> None:
    (line,) = problems(bloc("HOME", products="shop"), economy=chain())
    assert line.startswith("shocks[0]: touches no trade flow of the base year")


def test_a_nation_and_a_partner_are_a_bloc() -> None:
    """Home and CHINA: what Russia sells is cut, and what is sold abroad; CHINA's gates stay open."""
    found = limited_imports(network_of(chain(), scenario()), scenario(bloc("HOME", "CHINA")))
    assert [(flow.partner, flow.product) for flow in found] == [("RUSSIA", "oil")]
    data = simulate(chain(), scenario(bloc("HOME", "CHINA"))).data
    gates = data["gate_delivery"].sel(day=date(20))
    assert gates.sel(gate="RUSSIA.oil") == 0.0 and gates.sel(gate="CHINA.oil") > 0.0
    assert data["consumption"].sel(final_user="ABROAD.EXP", day=date(20)).sum() == 0.0


def test_directions_are_the_blocs_own() -> None:
    bought, sold = (
        simulate(chain(), scenario(bloc("HOME", directions=way))).data for way in ("imports", "exports")
    )
    last = {"day": date(20)}
    assert (bought["gate_delivery"].sel(last) == 0.0).all()
    assert bought["consumption"].sel(final_user="ABROAD.EXP", product="mine", **last) > 0.0
    assert (sold["gate_delivery"].sel(last) > 0.0).all()
    assert sold["consumption"].sel(final_user="ABROAD.EXP", product="mine", **last) == 0.0


def test_a_bloc_is_told_in_words_with_what_is_exempt_across_its_border() -> None:
    shocks = bloc("NOR", "CHN", ramp_days=10), bloc("NOR", directions="exports", share_kept=0.25)
    exempt = [{"origin": "USA", "destination": "NOR", "products": "coal"}]
    told = conditions(_with(scenario(*shocks), exempt), NAMES)
    assert [one.text for one in told] == [
        "trade in all products between the bloc of NOR and CHN and everybody else is cut to nothing "
        "from 6 Jan 2020 on, coming in over 10 days, except coal from USA to NOR",
        "trade in all products from the bloc of NOR to everybody else is held to 25 % of the base year "
        "from 6 Jan 2020 on",
    ]


def test_a_verdict_counts_a_bloc_cut_among_the_limits_on_imports() -> None:
    one = scenario(bloc("HOME", "CHINA"))
    assert PARTNER_CUT in variants(one, chain())
    with pytest.raises(ScenarioError, match="limits no imports"):
        variants(scenario(bloc("HOME", directions="exports")), chain())


def test_aid_that_nobody_can_give_or_receive_is_refused() -> None:
    lines = problems(
        aid("NOR", "NOR", {"food": 1.0}),
        aid("NOR", "CHN", {"food": 1.0}, giver_users="government"),
        aid("NOR", "CHN", {"food": 1.0}, shares={"USA": 1.0}),
        aid("NOR", ["CHN", "USA"], {"food": 1.0}, shares={"CHN": 1.0}),
        aid("MARS", "CHN", {"fod": 1.0}),
    )
    assert lines[0] == "shocks[0].receiver: gives to itself — name receivers that are not among the givers"
    assert lines[1].startswith("shocks[1].giver_users[0]: unknown final user 'government'")
    assert lines[2] == "shocks[2].shares: names 'USA', who receives nothing — name receivers only"
    assert lines[3] == "shocks[3].shares: does not name every receiver once — name each by region or by code"
    assert lines[4].startswith("shocks[4].giver[0]: unknown region or partner 'MARS'")
    assert lines[5].startswith("shocks[4].basket.fod")
    (mixed,) = problems(aid(["CHINA", "RUSSIA"], "HOME", {"oil": 1.0}), economy=chain())
    assert mixed == "shocks[0].giver: is CHINA, RUSSIA — name regions, or one partner abroad: an aid for each"


def test_aid_is_taken_from_givers_and_reaches_receivers() -> None:
    """Two regions whose households take 1 of each product a day from each: 2 a day of food."""
    economy = two_regions()
    held = float(simulate(economy, scenario(days=3)).data["consumption_base"].sel(product="food")[0])
    data = simulate(economy, scenario(aid("NOR", "CHN", {"food": 0.25 * held * YEAR}), days=10)).data
    food = {"product": "food"}
    np.testing.assert_allclose(
        data["aid_given"].sel(**food, final_user="NOR.HH"), [0.0] * 5 + [0.25 * held] * 5
    )
    np.testing.assert_allclose(data["consumption_after_aid"].sel(**food)[-1], [0.75 * held, 1.25 * held])
    # They cannot give what they have not got.
    much = simulate(economy, scenario(aid("NOR", "CHN", {"food": 9.0 * held * YEAR}), days=10)).data
    np.testing.assert_allclose(much["consumption_after_aid"].sel(**food)[-1], [0.0, 2.0 * held], atol=1e-12)


def test_aid_passes_as_far_as_cuts_of_its_trade_leave_or_as_far_as_is_stated() -> None:
    closed = bloc("NOR", share_kept=0.4, products="food")
    basket = {"food": 0.1 * YEAR, "coal": 0.1 * YEAR}
    passed = {}
    for name, more, exempt in (
        ("cut", {}, []),
        ("stated", {"share_passing": 1.0}, []),
        ("exempt", {}, [{"origin": "NOR", "products": "food"}]),
    ):
        data = simulate(
            two_regions(), _with(scenario(closed, aid("NOR", "CHN", basket, **more), days=12), exempt)
        ).data
        passed[name] = data["aid_received"].sel(final_user="CHN.HH")[-1].values / 0.1
    np.testing.assert_allclose(passed["cut"], [0.4, 1.0])
    np.testing.assert_allclose(passed["stated"], [1.0, 1.0])
    np.testing.assert_allclose(passed["exempt"], [1.0, 1.0])


def test_aid_is_told_in_words() -> None:
    shocks = aid("NOR", ["CHN", "USA"], {"food": 300.0}), aid("NOR", "CHN", {"food": 1.0}, giver_users="HH")
    assert [one.text for one in conditions(scenario(*shocks), NAMES)] == [
        "households in CHN and USA are given up to 300 (table's unit) a year of food by NOR "
        "from 6 Jan 2020 on",
        "households in CHN are given up to 1 (table's unit) a year of food by HH in NOR from 6 Jan 2020 on",
    ]


def _with(one: Scenario, exempt: list[dict[str, str]]) -> Scenario:
    return Scenario.model_validate({**one.model_dump(by_alias=True), "exempt": exempt})


def _world(name: str, days: int) -> Scenario:
    found = read_study(STUDIES / name).scenario
    assert found is not None
    return found.model_copy(update={"days": days})


def test_the_studies_of_a_bloc_on_the_world_table(shared_data: Path) -> None:
    """Ninety days: trade inside goes on, and aid inside the bloc is given and received."""
    table = shared_data / "wiod2013" / "wiod2013_2011_41x35.csv.gz"
    if not table.is_file():
        pytest.skip(f"{table.name} is not among the real tables")
    names = ("bloc-euro-area-cut-off.yaml", "bloc-germany-cut-off.yaml", "bloc-euro-area-aid.yaml")
    together, alone, aided = (
        result.data for result in simulate_many(read_wiod2013(table), [_world(name, 90) for name in names])
    )
    germany = (together["region"] == "DEU").values
    lost = [
        1 - data["output"].values[:, germany].sum() / 90 / data["output_base"].values[germany].sum()
        for data in (together, alone)
    ]
    # A member that keeps some of its trade loses less than without any of it; the world loses more.
    assert 0.01 < lost[0] < lost[1]
    assert together["gdp"].sum() < alone["gdp"].sum()
    given, received = (
        aided["aid_given"].sum(("day", "product")),
        aided["aid_received"].sum(("day", "product")),
    )
    assert float(given.sum()) == pytest.approx(float(received.sum())) and float(given.sum()) > 100.0
    assert set(aided["final_region"].values[received.values > 0]) == {"CYP", "GRC", "MLT", "PRT"}
    np.testing.assert_array_equal(aided["consumption"], together["consumption"])
