"""The balance of a day: its numbers add up, and are those of the result."""

import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.errors import InputError
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.shortfalls import simulate_and_trace
from autarky.study_file import packaged_study, read_study
from autarky.workbench.balance import balance_of, explain
from cases import Case, base_use, cases, law
from small_economies import START, chain

DAYS = 40


def cut_off(**behaviour: object) -> Scenario:
    cut = {"kind": "trade_cut", "origin": "CHINA", "from": START, "share_kept": 0.0}
    given = {"start": START, "days": DAYS, "shocks": [cut], "behaviour": {"inventory_days": 5, **behaviour}}
    return Scenario.model_validate(given)


def test_a_mill_without_oil_lacks_what_it_needs_of_it() -> None:
    scenario = cut_off()
    result, trace = simulate_and_trace(chain(), scenario)
    day = balance_of(result, trace, scenario, "mill", 20)
    assert "stock of oil" in day.limit and day.output < day.base
    oil = day.inputs[0]
    sent = result.data["gate_delivery"].sel(gate=["CHINA.oil", "RUSSIA.oil"]).values[20]
    assert oil.limits and oil.delivered == pytest.approx(sent.sum()) and sent[0] == 0
    assert oil.needed == pytest.approx(oil.at_hand + oil.short) and oil.short > 0
    first = balance_of(result, trace, scenario, "mill", 0)
    oil = next(one for one in first.inputs if one.code == "oil (abroad)")
    assert oil.stock == pytest.approx(5.0) and oil.left == pytest.approx(4.1) and oil.short == 0
    assert first.limit.startswith("its orders") and first.share == 1.0


def test_who_is_served_adds_up_to_what_was_delivered() -> None:
    scenario = cut_off()
    result, trace = simulate_and_trace(chain(), scenario)
    day = balance_of(result, trace, scenario, "mill", 25)
    assert [one.name for one in day.users] == ["shop"]
    assert day.users[0].received == pytest.approx(day.suppliers[0].received)


@law(25)
@given(cases("autarky"), st.integers(0, DAYS - 1))
def test_every_number_adds_up_and_is_the_results(case: Case, t: int) -> None:
    economy, scenario = case.economy(), case.scenario(DAYS, steps_per_day=1)
    result, trace = simulate_and_trace(economy, scenario)
    stocks = simulate(economy, scenario, record_inventory=True).data["inventory"].values
    data = result.data
    slots, uses = [str(slot) for slot in trace.network.slots], base_use(economy, data)
    for j, industry in enumerate(economy.industries.labels):
        day = balance_of(result, trace, scenario, industry, t)
        assert day.output == data["output"].values[t, j] and day.orders == data["demand"].values[t, j]
        assert day.capacity == data["capacity"].values[t, j]
        scale = max([1e-9, *(one.stock + one.needed for one in day.inputs)])
        forgone = 0.0
        for one in day.inputs:
            assert one.needed == pytest.approx(one.at_hand + one.short, abs=1e-12 * scale)
            assert one.left == pytest.approx(one.stock + one.delivered - one.used, abs=1e-9 * scale)
            assert one.left == pytest.approx(stocks[t, slots.index(one.code), j], abs=1e-5 * scale)
            assert one.delivered >= 0 and 0 <= one.used <= one.stock * (1 + 1e-9)
            takes = uses[slots.index(one.code), j] * day.output / day.base if day.base > 0 else 0.0
            forgone += max(takes - one.used, 0.0)
        if day.inputs:
            assert forgone == pytest.approx(data["forgone_inputs"].values[t, j], abs=1e-5 * scale)
        delivered, received = (sum(one.received for one in side) for side in (day.suppliers, day.users))
        # Where negative flows of the table supply, nobody says how much of them went.
        if not any(one.name == "taken from inventories" for one in day.suppliers):
            assert received == pytest.approx(delivered, abs=1e-4 * max(scale, delivered))


def test_what_a_record_cannot_tell_is_said_and_not_guessed() -> None:
    scenario = cut_off(production="linear")
    result, trace = simulate_and_trace(chain(), scenario)
    day = balance_of(result, trace, scenario, "mill", 20)
    assert day.inputs == day.users == () and "production: linear" in day.note
    assert day.output == result.data["output"].values[20, 1]


def test_the_demo_is_explained_on_its_worst_day_on_a_date_and_where_nothing_is_lost() -> None:
    study = read_study(packaged_study())
    asked = study.content, packaged_study(), study.read_economy().digest
    worst = explain(*asked, "", None)
    assert worst.balance.day.number == 30 and worst.why is not None
    assert worst.industries[0][0] == worst.balance.industry
    again = explain(*asked, "333", datetime.date(2024, 5, 25))
    assert again.balance.day.number == 145 and again.why is not None
    assert sum(root.share for root in again.why.roots) == pytest.approx(1.0)
    before = explain(*asked, "333", 2)
    assert before.why is None and "loses nothing on day 2" in before.nothing
    for wrong in (("nobody", 3), ("333", 730), ("333", -1), ("333", datetime.date(2031, 1, 1))):
        with pytest.raises(InputError):
            explain(*asked, *wrong)
    with pytest.raises(InputError, match="is not the one of the run"):
        explain(study.content, Path("elsewhere.yaml"), "0" * 64, "", None)
    assert np.isclose(worst.balance.share, worst.why.lowest)
