"""Labour time in numbers that can be checked by hand.

In ``chain`` a mine makes 2 a day, a mill 2 and a shop 3. Value added is 2, 0 and 1: of 30 people, spread by
value added, 20 work in the mine, 10 in the shop and nobody in the mill.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from autarky.errors import ScenarioError
from autarky.scenario import HoursWithheld, LabourTime, Scenario
from autarky.simulation import behaviours, simulate
from autarky.simulation.behaviours import Setting
from small_economies import chain, date, scenario, three_regions

WEEK = {"work": 40.0, "garden": 16.0, "market": 8.0, "sessions": 4.0}
STIFF = {"overtime": {"max": 1}, "substitution_days": "off"}


def group(people: float = 30, **fields: Any) -> dict[str, Any]:
    return {"people": people, "hours_a_week": WEEK, **fields}


def labour(hiring: Any = None, **groups: Any) -> dict[str, Any]:
    return {"groups": groups or {"all": group()}, "hiring": hiring}


def withheld(hours: float, start: int = 5, **fields: Any) -> dict[str, Any]:
    return {"kind": "hours_withheld", "from": date(start), "hours_a_week": hours, **fields}


def run(*shocks: dict[str, Any], economy: Any = None, days: int = 20, **behaviour: Any) -> xr.Dataset:
    given = scenario(*shocks, days=days, **{**STIFF, "labour": labour(), **behaviour})
    return simulate(economy or chain(), given).data


def hours(data: xr.Dataset, day: int, of: str = "all") -> dict[str, float]:
    one = data["hours"].sel(labour_group=of).isel(day=day)
    return {str(use): float(one.sel(hours_use=use)) for use in one["hours_use"].values}


def test_a_tenth_of_work_hours_withheld_is_a_tenth_of_output_where_people_work() -> None:
    data = run(withheld(4.0, taken_from={"work": 1}))
    assert data["output"].values[4] == pytest.approx([2, 2, 3])
    assert data["output"].values[5] == pytest.approx([1.8, 2, 2.7])  # the mill still has stocks and no people
    assert data["employment"].values[4] == pytest.approx([20, 0, 10])
    assert data["employment"].values[5] == pytest.approx([18, 0, 9])
    assert data["hours_at_work"].values[4] == pytest.approx([20 * 40 / 7, 0, 10 * 40 / 7])
    assert data["hours_at_work"].values[5] == pytest.approx([20 * 36 / 7, 0, 10 * 36 / 7])


def test_a_week_has_168_hours_and_says_what_they_go_to() -> None:
    data = run(
        withheld(6.0, taken_from={"work": 0.5, "garden": 0.25}, until=date(9)),
        withheld(3.0, people_share=0.5, purpose="mobilisation"),
    )
    base = {"work": 40, "garden": 16, "market": 8, "rest": 100, "sessions": 4, "mobilisation": 0}
    assert hours(data, 4) == pytest.approx(base | {"lockdown": 0})
    now = base | {"work": 37, "garden": 14.5, "rest": 100 - 1.5 - 1.5, "sessions": 10, "mobilisation": 1.5}
    assert hours(data, 9) == pytest.approx(now | {"lockdown": 0})
    after = base | {"rest": 98.5, "mobilisation": 1.5}
    assert hours(data, 10) == pytest.approx(after | {"lockdown": 0})
    assert data["hours_base"].sum() == pytest.approx(168)


def test_what_a_use_lacks_comes_from_rest_and_what_rest_lacks_is_not_withheld() -> None:
    data = run(withheld(20.0, taken_from={"garden": 1.0}, purpose="lockdown"))
    assert hours(data, 5)["garden"] == 0
    assert hours(data, 5)["rest"] == pytest.approx(96)
    assert hours(data, 5)["lockdown"] == pytest.approx(20)
    # Two at once ask rest for 200 hours of its 100: they share what there is.
    both = withheld(100.0, purpose="lockdown"), withheld(100.0, purpose="mobilisation")
    assert hours(run(*both), 5) == pytest.approx(
        {**WEEK, "rest": 0, "lockdown": 50, "mobilisation": 50}, abs=1e-12
    )


def test_hands_are_mixed_over_the_groups_by_their_hours_and_each_has_its_own_slack() -> None:
    """In the mine 30 × 40 hours have a quarter of slack, 10 × 40 none: they are 3/4 and 1/4 of its hours."""
    groups = {"many": group(30, sectors="mine", slack=0.25), "few": group(10, sectors="mine")}
    loses = {
        "many": {0: 1.0, 10: 1.0, 20: 0.75 * 0.5 / 0.75 + 0.25},
        "few": {20: 0.75 / 0.75 + 0.25 * 0.5, 40: 1.0, 0: 1.0},
    }
    for who, by_hours in loses.items():
        for taken, share in by_hours.items():
            shock = withheld(taken, groups=who, taken_from={"work": 1})
            capacity = run(shock, labour=labour(**groups))["capacity"].values[5]
            assert capacity == pytest.approx([2 * min(1.0, share), 2, 3]), (who, taken)


def test_sectors_can_be_given_as_shares_of_a_groups_hours() -> None:
    groups = {
        "all": group(10, sectors={"mine": 0.25, "mill": 0.75}),
        "mill": group(30, sectors=["mill"]),
    }
    data = run(withheld(20, groups=["mill"], taken_from={"work": 1}), labour=labour(**groups))
    assert data["employment_base"].values == pytest.approx([2.5, 37.5, 0])
    # Of 37.5 people's hours 30 people's are halved: 0.8 · 0.5 + 0.2.
    assert data["capacity"].values[5] == pytest.approx([2, 2 * 0.6, 3])


def test_a_group_works_in_its_regions_only() -> None:
    groups = {"nor": group(regions="NOR"), "rest": group(regions=["CHN", "USA"])}
    data = run(
        withheld(20, groups="nor", taken_from={"work": 1}),
        economy=three_regions(),
        labour=labour(**groups),
    )
    share = data["capacity"].values[5] / data["output_base"].values
    assert share == pytest.approx([0.5, 0.5, 1, 1, 1, 1])


@pytest.mark.parametrize(("elasticity", "left"), [(1.0, 0.25), (0.5, 0.5), (0.0, 1.0)])
def test_garden_food_follows_garden_hours(elasticity: float, left: float) -> None:
    """12 of 16 garden hours are withheld."""
    plot = {"food": {"shop": 365 * 3, "ore": 365}, "elasticity": elasticity}
    data = run(withheld(12, taken_from={"garden": 1}), labour=labour(all=group(plot=plot)))
    assert data["garden_food_base"].item() == pytest.approx(4)
    assert data["garden_food"].values[4:6, 0] == pytest.approx([4, 4 * left])
    assert data["output"].values == pytest.approx(np.broadcast_to([2, 2, 3], (20, 3)))


def test_plots_reach_the_households_of_the_groups_regions_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """NOR's and CHN's households eat what a group of both grows, by what they used."""
    seen: list[Setting] = []

    def look(setting: Setting) -> None:
        seen.append(setting)

    monkeypatch.setattr(behaviours, "_BEGIN", (*behaviours._BEGIN, look))
    economy = three_regions()
    plot = {"food": {"food": 730.0}, "elasticity": 0.5}
    groups = {"north": group(regions=["NOR", "CHN"], plot=plot), "usa": group(regions="USA")}
    run(withheld(15, taken_from={"garden": 1}), economy=economy, labour=labour(**groups))
    used = economy.Y.sum(axis=0)
    eaten = 2.0 * used[:2] / used[:2].sum()
    (setting,) = seen
    assert setting.outside_base["plots"][:, :, 0, 0] == pytest.approx(np.array([[*eaten, 0], [0, 0, 0]]))
    assert setting.outside["plots"][:, :, 0, 0] == pytest.approx(np.array([[*eaten / 4, 0], [0, 0, 0]]))


def test_people_are_fired_at_a_fifteenth_and_hired_at_a_thirtieth_of_the_gap() -> None:
    """Households want half of what the shop sells for five days; the shop then needs half its people."""
    change = {
        "kind": "demand_change",
        "from": date(5),
        "until": date(9),
        "users": "households",
        "factor": 0.5,
    }
    data = run(change, labour=labour(hiring={}), days=30)
    staff = data["employment"].sel(industry="shop").values / 10
    expected, now = [], 1.0
    for day in range(30):
        expected.append(now)
        need = 0.5 if 5 <= day <= 9 else 1.0
        now += (need - now) / (30 if need > now else 15)
    assert staff == pytest.approx(expected)
    output = data["output"].sel(industry="shop").values
    assert output[9] == pytest.approx(1.5)
    assert output[10:] == pytest.approx(3 * np.array(expected[10:]))  # hands bind on the way back


def test_whom_a_capacity_loss_keeps_from_work_has_to_be_hired_again() -> None:
    loss = {"kind": "capacity_loss", "from": date(5), "until": date(5), "sectors": "shop", "share": 0.6}
    data = run(loss, labour=labour(hiring={"hiring_days": 10}), days=10)
    staff = data["employment"].sel(industry="shop").values / 10
    assert staff[4:6] == pytest.approx([1.0, 0.4])
    # On the day of the loss nobody is let in; then a tenth of the gap a day.
    assert staff[6:8] == pytest.approx([0.4, 0.46])
    assert data["output"].sel(industry="shop").values[7] == pytest.approx(3 * 0.46)


@pytest.mark.parametrize(
    ("shock", "groups", "place", "what"),
    [
        (withheld(2, groups="farmers"), {}, "shocks[0].groups[0]", "unknown group of behaviour.labour"),
        (withheld(2, start=500), {}, "shocks[0].from", "after the last simulated day"),
        ({}, {"sectors": "mien"}, "behaviour.labour.groups.all.sectors[0]", "unknown sector 'mien'"),
        ({}, {"sectors": {"mien": 1}}, "behaviour.labour.groups.all.sectors.mien[0]", "unknown sector"),
        ({}, {"regions": "SOUTH"}, "behaviour.labour.groups.all.regions[0]", "unknown region"),
        (
            {},
            {"plot": {"food": {"rice": 1}}},
            "behaviour.labour.groups.all.plot.food.rice[0]",
            "unknown product",
        ),
        (
            {},
            {"plot": {"food": {"ore": 1}, "household": "EXP"}},
            "behaviour.labour.groups.all.plot.household",
            "eaten by no final user",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(
    shock: dict[str, Any], groups: dict[str, Any], place: str, what: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        run(*([shock] if shock else []), labour=labour(all=group(**groups)))
    assert [p.place for p in caught.value.problems] == [place]
    assert what in caught.value.problems[0].what


def test_withholding_hours_that_nobody_counts_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"shocks\[0\]: withholds hours that nobody counts"):
        run(withheld(2), labour=None)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"hours_a_week": {"work": 100, "garden": 70}}, "adds to 170 hours"),
        ({"sectors": {"mine": 0.5, "shop": 0.4}}, "add to 0.9"),
        ({"hours_a_week": {"work": 40}, "plot": {"food": {"shop": 1}}}, "nobody works"),
        ({"slack": 1.0}, "less than or equal to 0.99"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(given: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        LabourTime.model_validate(labour(all=group(**given)))
    with pytest.raises(ValidationError, match=r"adds to 1\.1"):
        HoursWithheld.model_validate(withheld(2, taken_from={"work": 0.6, "garden": 0.5}))


def test_a_shock_says_what_it_does() -> None:
    def told(names: Any, everybody: str) -> str:
        return everybody if names == "all" else " and ".join(names)

    shock = HoursWithheld.model_validate(withheld(2.5, taken_from={"work": 0.3}))
    expected = "2.5 hours a week of every group go to sessions (30% from work, the rest from rest)"
    assert shock.clause(told) == expected
    some = HoursWithheld.model_validate(
        withheld(1, people_share=0.4, groups=["a", "b"], purpose="lockdown", taken_from={"work": 1})
    )
    assert some.clause(told) == "1 hour a week of 40% of a and b goes to lockdown (100% from work)"


def test_what_has_no_source_is_an_assumption() -> None:
    sourced = group(source="census", plot={"food": {"shop": 1}, "source": "assumption: as elsewhere"})
    declared = LabourTime.model_validate(labour(hiring={}, a=sourced, b=group()))
    assert declared.assumptions() == (
        "household plots of a: assumption: as elsewhere",
        "people, hours and slack of b: the study's choice, no source given",
        "hiring and firing: the study's choice, no source given",
    )
    given = scenario(labour=labour(a=sourced, b=group()))
    assert "household plots of a: assumption: as elsewhere" in simulate(chain(), given).record.assumptions


def test_scenarios_side_by_side_share_the_names_of_groups_and_nothing_else() -> None:
    def common(**fields: Any) -> Any:
        given = Scenario.model_validate(
            {"start": date(0), "days": 3, "behaviour": {"labour": {"groups": {"a": group(**fields)}}}}
        )
        assert given.behaviour.labour is not None
        return given.behaviour.labour.in_common()

    assert common() == common(people=5, slack=0.3)
