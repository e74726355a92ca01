"""The sections on household groups and on hours show the numbers of the result, and say who falls first."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from autarky.explanation import answer
from autarky.explanation.groups import groups, needs_by_period
from autarky.explanation.hours import hours
from autarky.explanation.wording import percent, rounded
from autarky.report import render
from autarky.report.groups import groups_part
from autarky.report.hours import hours_part
from autarky.results import SimulationResult, day_axis, variable
from autarky.simulation import simulate
from autarky.study import accepted
from autarky.study_file import read_study
from made_results import START, made_result, national_result
from parsed_page import Page

STUDIES = Path(__file__).parents[3] / "studies"
END = datetime.date(2024, 4, 9)
DAYS = 100


def with_variables(result: SimulationResult, variables: dict, coords: dict) -> SimulationResult:
    """The result with what a behaviour tells."""
    return replace(result, data=result.data.merge(xr.Dataset(variables, coords=coords)))


def two_groups(shares: np.ndarray) -> SimulationResult:
    """Rural and urban households; ``shares`` of two products, (days, 2), reach both alike."""
    consumers = (("households-rural", "households"), ("households-urban", "households"), ("I", "investment"))
    return made_result(shares, sectors={"bread": "Bread", "coal": "Coal"}, consumers=consumers)


def with_needs(rural: np.ndarray, urban: np.ndarray) -> SimulationResult:
    """One need; rural households live on deliveries, as much from plots, and ten days of store."""
    result = two_groups(np.full((len(rural), 2), 1.0))
    days, users = len(rural), ["HOM.households-rural", "HOM.households-urban"]
    delivered = result.data["consumption"].values[:, :, :2]
    base = result.data["consumption_base"].values[:, :2].copy()
    eaten = delivered.copy()
    eaten[:, 0, 0] *= 2
    base[0, 0] *= 2
    # Over the run five of ten days of base-year use come out of store.
    eaten[:, 0, 0] += 5 * base[0, 0] / days
    stock = np.stack([np.linspace(10, 5, days), np.zeros(days)], axis=1)
    income = np.tile([[3.0, 1.0], [4.0, 0.0]], (days, 1, 1))
    share = np.stack([rural, urban], axis=1)[:, :, None]
    first = [[int(np.argmax(one < 1)) if (one < 1).any() else -1] for one in (rural, urban)]
    by = ("day", "household")
    variables = {
        "eaten": variable(eaten, ("day", "product", "household"), "M", "eaten"),
        "eaten_base": variable(base, ("product", "household"), "M", "eaten"),
        "household_food_stock": variable(stock, by, "day", "stock"),
        "need_share": variable(share, ("day", "household", "need"), "1", "met"),
        "first_day_below_need": variable(np.array(first), ("household", "need"), "1", "first"),
        "household_income": variable(income / 2, (*by, "income_source"), "M", "income"),
        "household_income_base": variable(income[0], ("household", "income_source"), "M", "income"),
        "household_cash": variable(np.tile([4.0, 44.0], (days, 1)), by, "M", "cash"),
        "household_cash_base": variable(np.array([4.0, 4.0]), ("household",), "M", "cash"),
        "household_spending_base": variable(np.array([4.0, 4.0]), ("household",), "M", "spent"),
    }
    coords = {"household": users, "need": ["food"], "income_source": ["wages", "plots"]}
    found = with_variables(result, variables, coords)
    lives = {"households-rural": {"food_stock_days": 10.0}, "households-urban": {}}
    behaviour = {"households": {"groups": lives, "food": ["eats"]}}
    scenario = {**found.record.scenario, "groups": {"eats": ["bread"]}, "behaviour": behaviour}
    return replace(found, record=replace(found.record, scenario=scenario))


@pytest.fixture(scope="module")
def needy() -> SimulationResult:
    """Rural households fall below on day 40, to 0.6 on day 50 for ten days; urban ones keep 1.2."""
    rural = np.ones(DAYS)
    rural[40:], rural[50:60] = 0.9, 0.6
    return with_needs(rural, np.full(DAYS, 1.2))


def test_a_need_is_told_by_its_first_day_its_lowest_day_and_what_is_missing(needy: SimulationResult) -> None:
    told = groups(needy)
    assert told is not None and told.counted
    worst, other = told.needs
    assert (worst.name, worst.need, worst.below.number, worst.lowest_day.number) == ("rural", "food", 40, 50)
    assert worst.below.date == str(START + datetime.timedelta(40))
    assert worst.lowest == pytest.approx(0.6)
    assert worst.days_below == pytest.approx(0.6)
    assert worst.short == pytest.approx((50 * 0.1 + 10 * 0.4) / DAYS)
    assert (other.name, other.below, other.short, other.lowest) == ("urban", None, 0.0, 1.2)
    assert "Of food, rural falls below the basket on day 40 (10 Feb 2024); urban never does." in told.finding
    assert "Most is missing to rural: of food, 9 % of the basket over the run, and 40 %" in told.finding
    assert told.lines()[0].startswith(
        "rural: food below the basket from day 40 (10 Feb 2024), on 60 % of days"
    )
    assert told.lines()[1] == "urban: food never below the basket"


def test_the_first_day_is_the_one_that_the_run_recorded(needy: SimulationResult) -> None:
    told = groups(needy)
    recorded = needy.data["first_day_below_need"]
    for need in told.needs:
        position = int(recorded.sel(household=need.group, need=need.need))
        assert (position == -1) == (need.below is None)
        assert need.below is None or need.below.number == position


def test_what_was_eaten_adds_up_over_its_sources(needy: SimulationResult) -> None:
    rural, urban = groups(needy).food
    assert groups(needy).food_name == "food"
    assert rural.used == pytest.approx(1 + 5 / DAYS)
    assert rural.sources == pytest.approx({"deliveries": 0.5, "aid": 0.0, "plots": 0.5, "store": 5 / DAYS})
    assert urban.sources == {"deliveries": pytest.approx(1.0), "aid": 0.0, "plots": 0.0, "store": 0.0}


def test_income_stands_beside_base_and_money_left_over_is_told(needy: SimulationResult) -> None:
    rural, urban = groups(needy).money
    assert (rural.income_base, rural.income) == ({"wages": 3, "plots": 1}, {"wages": 1.5, "plots": 0.5})
    assert (rural.days_of_spending, urban.days_of_spending) == (0.0, 10.0)
    assert groups(needy).finding.endswith(
        "Money left unspent has grown by 10 days of base-year spending in urban."
    )


def test_the_section_has_the_numbers_of_the_result(needy: SimulationResult) -> None:
    section = groups_part(needy, "million USD", END)
    page = Page(f"<html><body>{section}</body></html>")
    rows = page.table("Needs met by group")
    assert rows[1] == ["rural: food", "day 40 (10 Feb 2024)", "60 %", "60 %", "day 50 (20 Feb 2024)", "9 %"]
    assert rows[2][:2] == ["urban: food", "never"]
    assert page.table("Food used by group")[1] == ["rural", "105 %", "50 %", "50 %", "5 %"]
    assert page.table("Income by group")[1] == ["rural: wages", "3", "1.5", "50 %"]
    assert page.table("Money held")[2] == ["urban", "4", "44", "10"]
    assert [tag for tag, _ in page.elements].count("svg") == 2
    assert str(section).count('class="first"') == 1
    shown = page.table("Needs met, basket as base")
    week = needs_by_period(needy).row("HOM.households-rural/food")
    assert shown[1][1:] == [f"{share * 100:.0f}" for share in week]


def test_groups_of_a_run_that_counts_no_needs_are_told_by_what_reaches_them() -> None:
    shares = np.ones((DAYS, 2))
    shares[30:, 1] = 0.5
    told = groups(two_groups(shares))
    assert not told.counted and told.line == 0.9
    assert {need.need for need in told.needs} == {"coal"}
    assert {need.below.number for need in told.needs} == {30}
    assert "Of Coal, all groups fall below 90 % of the base year on day 30 (31 Jan 2024)." in told.finding
    assert told.lines() == (
        "rural and urban: Coal below 90 % from day 30 (31 Jan 2024), on 70 % of days, lowest 50 %",
    )
    section = groups_part(two_groups(shares), "million USD", END)
    assert "What they hold" not in section and "Received by group" in section


def test_nothing_is_told_of_groups_that_do_not_exist() -> None:
    assert groups(national_result(days=30)) is None
    assert groups_part(national_result(days=30), "million USD", END) is None
    assert hours(national_result(days=30)) is None
    assert hours_part(None, "million USD") is None
    still = groups(two_groups(np.ones((30, 2))))
    assert still.needs == () and still.finding == "No product that households use falls visibly."


def working(withheld: float) -> SimulationResult:
    """Farmers lose hours in February: half from work, half from garden; plots follow their hours."""
    result = made_result(np.ones((DAYS, 2)), sectors={"bread": "Bread", "coal": "Coal"})
    february = (day_axis(START, DAYS).astype("datetime64[M]") == np.datetime64("2024-02"))[:, None]
    base = np.array([[50.0, 10.0, 104.0, 4.0], [40.0, 0.0, 124.0, 4.0]])
    spent = np.tile(base, (DAYS, 1, 1))
    spent[:, 0] += february * withheld * np.array([-0.5, -0.5, 0.0, 1.0])
    work = np.stack([100 * spent[:, 0, 0] / 50, np.full(DAYS, 300.0)], axis=1)
    by = ("day", "industry")
    variables = {
        "hours": variable(spent, ("day", "labour_group", "hours_use"), "hours per week", "hours"),
        "hours_base": variable(base, ("labour_group", "hours_use"), "hours per week", "hours"),
        "employment": variable(np.tile([20.0, 54.0], (DAYS, 1)), by, "persons", "People at work"),
        "employment_base": variable(np.array([20.0, 60.0]), ("industry",), "persons", "people"),
        "hours_at_work": variable(work, by, "hours per day", "hours"),
        "hours_at_work_base": variable(np.array([100.0, 300.0]), ("industry",), "hours per day", "hours"),
        "garden_food": variable(
            np.stack([2 * spent[:, 0, 1] / 10, np.zeros(DAYS)], axis=1), ("day", "labour_group"), "M", "food"
        ),
        "garden_food_base": variable(np.array([2.0, 0.0]), ("labour_group",), "M", "food"),
    }
    coords = {"labour_group": ["farmers", "at_home"], "hours_use": ["work", "garden", "rest", "sessions"]}
    return with_variables(result, variables, coords)


def test_the_month_that_differs_most_stands_beside_base_and_mean() -> None:
    told = hours(working(2.0))
    farmers, others = told.groups
    assert farmers.month == datetime.date(2024, 2, 1)
    assert farmers.most == pytest.approx((49, 9, 104, 6))
    assert farmers.withheld_most == pytest.approx(2.0)
    assert farmers.withheld == pytest.approx(2.0 * 29 / DAYS)
    assert sum(farmers.mean) == pytest.approx(168) and sum(farmers.most) == pytest.approx(168)
    assert others.month is None and others.name == "at home"
    assert "Farmers: 2 hours a week go to sessions in Feb 2024 beyond" in told.finding
    assert "(1 from work and 1 from garden)" in told.finding


def test_hours_at_work_people_and_plots_are_told_against_base() -> None:
    told = hours(working(2.0))
    bread, coal = told.industries
    assert (bread.industry, coal.industry) == ("bread", "coal")
    assert bread.hours == pytest.approx(1 - 0.02 * 29 / DAYS) and bread.hours_lowest == pytest.approx(0.98)
    assert (coal.hours, coal.people) == pytest.approx((1.0, 0.9))
    (garden,) = told.garden
    assert garden.lowest == pytest.approx(0.9) and garden.share == pytest.approx(1 - 0.1 * 29 / DAYS)
    assert "People at work change most in Coal: −10 %." in told.finding
    assert "Food from plots changes by −2.9 %, most for farmers: 97 % of the base year." in told.finding


def test_a_week_that_nobody_changes_is_said_to_be_the_same() -> None:
    told = hours(working(0.0))
    assert told.finding.startswith("Nobody's week differs visibly")
    assert "Hours at work stay" in told.finding and "Food from plots stays" in told.finding
    section = str(hours_part(told, "million USD"))
    assert "Feb 2024" not in section


def test_the_section_on_hours_has_the_numbers_of_the_result() -> None:
    result = working(2.0)
    section = hours_part(hours(result), "million USD")
    page = Page(f"<html><body>{section}</body></html>")
    rows = page.table("Hours a week")
    assert rows[0] == ["group", "work", "garden", "rest", "sessions"]
    spent, base = result.data["hours"].values, result.data["hours_base"].values
    assert rows[1][1:] == [rounded(value, 4) for value in base[0]]
    assert rows[2][1:] == [rounded(value, 4) for value in spent[:, 0].mean(axis=0)]
    assert rows[3] == ["farmers, Feb 2024", "49", "9", "104", "6"]
    assert page.table("Food grown")[1] == ["farmers", "2", percent(1 - 0.1 * 29 / DAYS), "90 %"]
    # Rest is not drawn: three uses of two or three bars each.
    bars = [a for tag, a in page.elements if tag == "rect" and a["class"].startswith("u-")]
    assert len(bars) == 3 + 3 * 3 + 2 * 2
    # A bar's end is at its hours, on an axis that all groups share.
    scale = float(bars[3]["width"]) / 50
    assert [float(a["width"]) for a in bars[3:6]] == pytest.approx(
        [50 * scale, 10 * scale, 4 * scale], abs=0.02
    )


@pytest.mark.parametrize(
    ("name", "sections"), [("north-korea-households", {"groups"}), ("north-korea-study-sessions", {"hours"})]
)
def test_studies_with_groups_or_hours_have_their_sections(name: str, sections: set[str]) -> None:
    study = read_study(STUDIES / f"{name}.yaml")
    result = simulate(accepted(study.read_economy(), study), study.scenario_to_run)
    text = render(result, answer(result))
    page = Page(text)
    there = {attrs["id"] for tag, attrs in page.elements if tag == "div" and "id" in attrs}
    assert there & {"groups", "hours", "foreign-exchange"} == sections
    assert len(text.encode()) < 300_000
    if told := groups(result):
        assert told.finding in "".join(page.text)
        # Nobody in this study has plots that are counted or is given aid.
        for one in told.food:
            assert sum(one.sources.values()) == pytest.approx(one.used, abs=2e-6)
            assert one.sources["plots"] == one.sources["aid"] == 0.0
    if spent := hours(result):
        assert spent.finding in "".join(page.text)
