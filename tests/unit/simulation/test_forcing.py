"""Names become arrays by day, and names that match nothing become one line each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from autarky.economy import Economy
from autarky.errors import ScenarioError
from autarky.scenario import Scenario
from autarky.simulation.forcing import Forcing, build_forcing
from autarky.simulation.network import build_network
from autarky.simulation.presets import parameters
from small_economies import chain, date, scenario, two_regions

MINE, MILL, SHOP, CHINA_OIL, RUSSIA_OIL, CHINA_ORE = range(6)
HOME = 0


def forcing(*shocks: dict[str, Any], economy: Economy | None = None, **more: Any) -> Forcing:
    return _forcing(scenario(*shocks, **more), economy or chain())


def _forcing(one: Scenario, economy: Economy) -> Forcing:
    return build_forcing(build_network(economy, parameters(one.behaviour, one.groups)), [one])


def problems(*shocks: dict[str, Any], economy: Economy | None = None, **more: Any) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        forcing(*shocks, economy=economy, **more)
    return [str(problem) for problem in error.value.problems]


def cut(**fields: Any) -> dict[str, Any]:
    return {"kind": "trade_cut", "from": date(10), "share_kept": 0.0, **fields}


def loss(**fields: Any) -> dict[str, Any]:
    return {"kind": "capacity_loss", "from": date(10), "share": 1.0, **fields}


def demand(**fields: Any) -> dict[str, Any]:
    return {"kind": "demand_change", "from": date(10), "factor": 0.5, **fields}


def test_unknown_names_come_with_the_nearest_known_ones_all_at_once() -> None:
    lines = problems(
        cut(origin=["CHINA ", "RUSIA"], products=["0il"]),
        loss(sectors="mines"),
        demand(users=["HH", "household"]),
    )
    assert lines == [
        "shocks[0].origin[0]: unknown region or partner 'CHINA ' — did you mean 'CHINA'?",
        "shocks[0].origin[1]: unknown region or partner 'RUSIA' — did you mean 'RUSSIA'?",
        "shocks[0].products[0]: unknown product '0il' — did you mean 'oil'?",
        "shocks[1].sectors[0]: unknown sector 'mines' — did you mean 'mine'?",
        "shocks[2].users[1]: unknown final user 'household' — did you mean 'households'?",
    ]


def test_a_region_with_a_blank_finds_the_region_without() -> None:
    (line,) = problems(cut(origin="NOR "), economy=two_regions())
    assert line == "shocks[0].origin[0]: unknown region or partner 'NOR ' — did you mean 'NOR'?"


def test_dates_outside_the_simulated_period_are_told() -> None:
    after, before = problems(
        {**cut(), "from": date(60)}, {**cut(), "from": "2019-01-01", "until": "2019-12-31"}, days=60
    )
    assert after.startswith("shocks[0].from: starts on 2020-03-01, after the last simulated day 2020-02-29")
    assert before.startswith("shocks[1].until: ends on 2019-12-31, before the first simulated day 2020-01-01")


def series(**fields: Any) -> dict[str, Any]:
    return {"kind": "trade_series", "from": "2020-01-01", "shares": [0.5, 0.2, 1.5], **fields}


def harvest(**fields: Any) -> dict[str, Any]:
    crops = [{"month": 6, "share": 0.1}, {"month": 10, "share": 0.9}]
    return {"kind": "harvest", "sectors": "mine", "crops": crops, **fields}


def test_a_series_holds_each_share_for_a_calendar_month_and_the_last_one_for_good() -> None:
    kept = forcing(series(origin="CHINA"), days=150).ceilings.strength[0]
    assert (kept[:31] == 0.5).all()
    assert (kept[31:60] == 0.2).all()  # 2020 is a leap year: 29 days
    assert (kept[60:] == 1.5).all()


def test_a_series_by_year_holds_each_share_for_twelve_months() -> None:
    begun = series(origin="CHINA", per="year", **{"from": "2019-02-01"})
    kept = forcing(begun, days=500).ceilings.strength[0]
    assert (kept[:31] == 0.5).all()
    assert (kept[31 : 31 + 366] == 0.2).all()  # February 2020 to January 2021
    assert (kept[31 + 366 :] == 1.5).all()


def test_before_its_first_month_a_series_limits_nothing() -> None:
    later = forcing(series(**{"from": "2020-02-01"}))
    assert np.isinf(later.ceilings.strength[0, :31]).all()
    assert (later.demands.strength[0, :31] == 1.0).all()
    assert later.ceilings.strength[0, 31] == later.demands.strength[0, 31] == 0.5


def test_what_does_not_pass_through_is_traded_all_the_same() -> None:
    kept = forcing(series(origin="CHINA", pass_through=0.6), days=90).ceilings.strength[0]
    np.testing.assert_allclose(kept[[0, 31, 60]], [0.7, 0.52, 1.3])


def test_of_exports_a_series_scales_the_orders_from_abroad() -> None:
    one = forcing(series(origin="HOME", products="mine"))
    assert len(one.ceilings.scenario) == 0
    assert len(one.demands.first) == 1
    assert (one.demands.strength[0, :31] == 0.5).all()


def test_between_the_regions_of_a_table_a_series_is_a_ceiling() -> None:
    one = forcing(series(origin="NOR"), economy=two_regions())
    assert len(one.demands.scenario) == 0
    assert list(zip(one.ceilings.first, one.ceilings.second, strict=True)) == [(0, 1), (1, 1)]


def test_a_series_that_touches_no_trade_is_told() -> None:
    (line,) = problems(series(origin="RUSSIA", products="ore"))
    assert line.startswith("shocks[0]: touches no trade flow of the base year")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"shares": []}, "has no shares; give one for each month, or year, from the first"),
        ({"from": "2020-01-15"}, "starts on 2020-01-15, inside a month; begin on its first day, 2020-01-01"),
        ({"shares": [0.1, -0.1]}, "greater than or equal to 0"),
        ({"per": "day"}, "'month' or 'year'"),
        ({"pass_through": 1.1}, "less than or equal to 1"),
    ],
)
def test_a_series_that_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        scenario(series(**fields))


def test_a_crop_feeds_the_flow_until_the_same_harvest_of_the_next_year() -> None:
    one = forcing(harvest(weather={"2019": 0.8, "2020": 0.5}), days=800)
    capacity = 1.0 - one.losses.strength[0]
    np.testing.assert_allclose(capacity[:152], 0.8)  # to 31 May 2020: both crops of 2019
    np.testing.assert_allclose(
        capacity[152:274], 0.1 * 0.5 + 0.9 * 0.8
    )  # from 1 June the early crops of 2020
    np.testing.assert_allclose(capacity[274:517], 0.5)  # from 1 October the main one
    np.testing.assert_allclose(capacity[517:639], 0.1 + 0.9 * 0.5)  # 2021 is not named: as in the base year
    np.testing.assert_allclose(capacity[639:], 1.0)


def test_fertiliser_raises_the_yield_by_its_elasticity() -> None:
    fed = {"supply": {"2019": 0.5, "2020": 2.0}, "elasticity": 0.3}
    one = forcing(harvest(fertiliser=fed, weather={"2019": 0.9}), days=300)
    capacity = 1.0 - one.losses.strength[0]
    np.testing.assert_allclose(capacity[0], 0.9 * 0.5**0.3)
    np.testing.assert_allclose(capacity[-1], 2.0**0.3)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"crops": [{"month": 10, "share": 0.9}]},
            "has crops that add to 0.9 of a year's; make them add to 1",
        ),
        ({"crops": []}, "has crops that add to 0 of a year's"),
        ({"crops": [{"month": 13, "share": 1}]}, "less than or equal to 12"),
        ({"weather": {"20": 1.0}}, "should match pattern"),
    ],
)
def test_a_harvest_that_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        scenario(harvest(**fields))


def test_a_shock_that_starts_on_the_last_day_acts() -> None:
    assert forcing({**cut(), "from": date(59)}, days=60).ceilings.strength[0, 59] == 0.0


def test_a_shock_that_began_before_the_first_day_acts_from_the_first() -> None:
    strength = forcing({**cut(), "from": "2019-06-01", "until": date(3)}).ceilings.strength[0]
    assert (strength[:4] == 0.0).all()
    assert (strength[4:] == np.inf).all()


def test_a_cut_that_touches_nothing_names_what_would_match() -> None:
    (line,) = problems(cut(origin="RUSSIA", products="ore"))
    assert line.startswith("shocks[0]: touches no trade flow of the base year — ")
    assert "products that would match: 'oil'" in line
    assert "origins that would match: 'CHINA'" in line


def test_a_cut_inside_a_region_says_that_it_never_cuts_there() -> None:
    (line,) = problems(cut(origin="HOME", destination="HOME"))
    assert "touches no trade flow" in line


def test_a_loss_and_a_demand_change_that_touch_nothing_are_told() -> None:
    hit, wanted = problems(loss(sectors="ore"), demand(users="HH", products="mine"))
    assert hit.startswith("shocks[0]: hits no industry that produced in the base year")
    assert wanted.startswith("shocks[1]: touches no final demand of the base year")


def test_a_cut_limits_the_gates_and_destinations_it_names() -> None:
    ceilings = forcing(cut(origin="CHINA", destination="HOME")).ceilings
    assert list(zip(ceilings.first, ceilings.second, strict=True)) == [(CHINA_OIL, HOME), (CHINA_ORE, HOME)]


def test_a_cut_between_regions_leaves_deliveries_inside_them() -> None:
    ceilings = forcing(cut(), economy=two_regions()).ceilings
    assert {(int(i), int(d)) for i, d in zip(ceilings.first, ceilings.second, strict=True)} == {
        (0, 1),
        (1, 1),
        (2, 0),
        (3, 0),
    }


def test_a_group_stands_for_its_members() -> None:
    ceilings = forcing(cut(origin="east"), groups={"east": ["CHINA", "RUSSIA"]}).ceilings
    assert sorted(ceilings.first) == [CHINA_OIL, RUSSIA_OIL, CHINA_ORE]


def test_a_cut_comes_in_and_goes_out_in_straight_lines() -> None:
    kept = forcing(cut(until=date(20), ramp_days=4)).ceilings.strength[0]
    np.testing.assert_allclose(kept[10:14], [0.75, 0.5, 0.25, 0.0])
    assert (kept[13:21] == 0.0).all()
    np.testing.assert_allclose(kept[21:24], [0.25, 0.5, 0.75])
    assert np.isinf(kept[:10]).all()
    assert np.isinf(kept[24:]).all()


def test_without_a_ramp_a_cut_acts_from_its_first_to_its_last_day() -> None:
    kept = forcing(cut(until=date(20), share_kept=0.3)).ceilings.strength[0]
    assert np.isinf(kept[[9, 21]]).all()
    np.testing.assert_allclose(kept[10:21], 0.3)


@pytest.mark.parametrize(
    ("curve", "lost"),
    [
        ("linear", [0.75, 0.5, 0.25, 0.0]),
        ("convex", [0.5625, 0.25, 0.0625, 0.0]),
        ("concave", [0.9375, 0.75, 0.4375, 0.0]),
    ],
)
def test_capacity_comes_back_along_its_curve(curve: str, lost: list[float]) -> None:
    one = forcing(loss(until=date(12), recovery={"days": 4, "curve": curve})).losses
    assert (one.strength[0, :10] == 0.0).all()
    assert (one.strength[0, 10:13] == 1.0).all()
    np.testing.assert_allclose(one.strength[0, 13:17], lost)
    assert (one.strength[0, 17:] == 0.0).all()


def test_capacity_is_whole_on_the_day_after_a_loss_without_recovery() -> None:
    lost = forcing(loss(until=date(12), share=0.4)).losses.strength[0]
    assert lost[12] == 0.4
    assert lost[13] == 0.0


def test_a_loss_without_regions_spares_the_gates_and_one_with_a_partner_hits_them() -> None:
    assert list(forcing(loss()).losses.first) == [MINE, MILL, SHOP]
    assert list(forcing(loss(regions="RUSSIA")).losses.first) == [RUSSIA_OIL]


@pytest.mark.parametrize(("value", "per"), [(0.45, "day"), (0.45 * 365 / 12, "month"), (0.45 * 365, "year")])
def test_a_ceiling_in_money_is_a_share_of_the_flow_it_limits(value: float, per: str) -> None:
    """Half of the 0.9 a day that comes from CHINA as oil."""
    limited = {"kind": "trade_cut", "from": date(10), "origin": "CHINA", "products": "oil"}
    kept = forcing({**limited, "ceiling": {"value": value, "per": per}}).ceilings.strength[0]
    np.testing.assert_allclose(kept[10:], 0.5)


def test_a_demand_change_finds_users_by_code_and_by_kind() -> None:
    by_code, by_kind = forcing(demand(users="HH")).demands, forcing(demand(users="households")).demands
    assert list(by_code.first) == list(by_kind.first)
    assert list(by_code.second) == list(by_kind.second)
    assert len(by_code.first) == 2, "what households buy of the shop, and ore from abroad"
    np.testing.assert_allclose(by_code.strength[0, [9, 10, 59]], [1.0, 0.5, 0.5])


def test_days_on_which_nothing_changes_are_known() -> None:
    changes = forcing(cut(until=date(20))).changes
    assert list(np.flatnonzero(changes)) == [0, 10, 21]


def exempt(*shocks: dict[str, Any], spare: list[dict[str, Any]], economy: Economy | None = None) -> Forcing:
    given = scenario(*shocks, groups={"east": ["CHINA", "RUSSIA"]}).model_dump(by_alias=True)
    return _forcing(Scenario.model_validate({**given, "exempt": spare}), economy or chain())


def test_an_exempt_flow_is_limited_by_no_cut_and_no_series() -> None:
    one = exempt(
        cut(origin="east"),
        series(origin="CHINA"),
        spare=[{"origin": "CHINA", "products": "oil"}, {"origin": "RUSSIA"}],
    )
    assert list(one.ceilings.first) == [CHINA_ORE, CHINA_ORE]


def test_a_ceiling_counts_only_what_is_still_cut() -> None:
    limited = cut(origin="east", products="oil", share_kept=None)
    limited = {**limited, "ceiling": {"value": 0.05, "per": "day"}}
    kept = exempt(limited, spare=[{"origin": "CHINA"}]).ceilings
    assert list(kept.first) == [RUSSIA_OIL]
    assert kept.strength[0, 10] == pytest.approx(0.5)  # 0.05 of Russia's 0.1, not of all oil's 1.0


def test_exports_in_a_series_can_be_exempt_by_destination() -> None:
    assert list(exempt(series(origin="HOME"), spare=[]).demands.first)
    assert not list(exempt(series(origin="HOME"), spare=[{"destination": "ABROAD"}]).demands.first)


def test_a_cut_of_which_everything_is_exempt_does_nothing() -> None:
    assert not len(exempt(cut(), series(), spare=[{}]).ceilings.first)


@pytest.mark.parametrize(
    ("spare", "words"),
    [
        (
            {"origin": ["CHINA", "RUSIA"]},
            "exempt[1].origin[1]: unknown region or partner 'RUSIA' — did you mean 'RUSSIA'?",
        ),
        (
            {"products": "oils"},
            "exempt[1].products[0]: unknown product 'oils' — did you mean 'oil'?",
        ),
        (
            {"origin": "RUSSIA", "products": "ore"},
            "exempt[1]: spares nothing that a shock cuts — products that would match: 'oil'; "
            "origins that would match: 'CHINA'",
        ),
        (
            {"origin": "HOME"},
            "exempt[1]: spares nothing that a shock cuts — origins that would match: 'CHINA', 'RUSSIA'",
        ),
    ],
)
def test_an_exemption_that_spares_nothing_is_told_with_the_nearest(spare: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError) as error:
        exempt(cut(destination="HOME"), spare=[{"origin": "CHINA", "products": "ore"}, spare])
    assert [str(problem) for problem in error.value.problems] == [words]


def test_an_exemption_where_no_shock_cuts_trade_is_told() -> None:
    with pytest.raises(ScenarioError, match=r"exempt\[0\]: spares nothing .* no shock cuts trade; leave it"):
        exempt(loss(), spare=[{"origin": "CHINA"}])


def test_each_scenario_has_its_own_groups() -> None:
    economy = chain()
    given = [
        scenario(cut(origin="some"), groups={"some": [partner]}) for partner in ("CHINA", "RUSSIA", "CHINA")
    ]
    network = build_network(economy, parameters(given[0].behaviour, given[0].groups))
    cuts = build_forcing(network, given).ceilings
    by_scenario = [
        list(cuts.first[start:end]) for start, end in zip(cuts.start, cuts.start[1:], strict=False)
    ]
    assert by_scenario == [[CHINA_OIL, CHINA_ORE], [RUSSIA_OIL], [CHINA_OIL, CHINA_ORE]]
