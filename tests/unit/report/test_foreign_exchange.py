"""The section on foreign exchange says when money bound, in words, pictures and tables alike."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from autarky.explanation.foreign_exchange import ForeignExchange, foreign_exchange
from autarky.report.foreign_exchange import foreign_exchange_part
from autarky.results import SimulationResult
from autarky.simulation import simulate
from parsed_page import Page
from small_economies import chain, date, scenario

END = datetime.date(2020, 4, 9)
BAN = {"kind": "trade_cut", "origin": "HOME", "share_kept": 0, "from": date(20)}


@pytest.fixture(scope="module")
def short() -> SimulationResult:
    """Exports are banned from the 21st day on; ore is paid for first."""
    money = {"reserves": 10.0, "spending_days": 10.0, "first_paid": [["ore"]]}
    return simulate(chain(), scenario(BAN, days=100, foreign_exchange=money))


def told(result: SimulationResult) -> ForeignExchange:
    found = foreign_exchange(result)
    assert found is not None
    return found


def test_periods_add_up_to_the_run(short: SimulationResult) -> None:
    money = told(short)
    assert money.period == "week" and len(money.starts) == 15
    for name, values in money.flows.items():
        assert values.sum() == pytest.approx(float(short.data[name].sum())), name
    assert money.bound.sum() == short.data["money_bound"].sum()
    assert money.reserves[-1] == short.data["reserves"].values[-1]
    assert not money.reserves.flags.writeable


def test_the_finding_names_the_day_the_size_and_what_was_left_out(short: SimulationResult) -> None:
    money = told(short)
    bound = np.flatnonzero(short.data["money_bound"].values)
    assert money.first == datetime.date(2020, 1, 1) + datetime.timedelta(int(bound[0]))
    assert f"on {len(bound)} days of 100" in money.finding
    assert "Least is paid of oil" in money.finding
    assert list(money.paid_share) == ["oil"]
    # Money for oil is what is left of 1, 1/10 of the reserves, and a day of everything before.
    paid, asked = short.data["gate_delivery"].values[:, :2].sum(), 0.0
    share = short.data["import_paid_share"].values[:, :2]
    sent = short.data["gate_delivery"].values[:, :2]
    asked = float((sent / share).sum())
    assert money.paid_share["oil"] == pytest.approx(paid / asked)


def test_the_section_shows_what_the_finding_says(short: SimulationResult) -> None:
    money = told(short)
    section = foreign_exchange_part(money, {"oil": "Crude <oil>"}, "million USD", END)
    assert section is not None
    page = Page(f"<html><body>{section}</body></html>")
    assert [tag for tag, _ in page.elements].count("svg") == 4
    assert money.finding.replace("<", "&lt;") in str(section)
    assert "Crude &lt;oil&gt;" in str(section)
    assert str(section).count("<tr>") == 1 + 1 + 1 + 15
    assert "Money binds from" in str(section)


def test_money_enough_is_told_and_draws_no_line() -> None:
    result = simulate(chain(), scenario(days=30, foreign_exchange={"reserves": 10.0}))
    section = foreign_exchange_part(told(result), {}, "million USD", datetime.date(2020, 1, 30))
    assert "On no day are imports short for want of foreign exchange." in str(section)
    assert 'class="need"' not in str(section)


def test_arrears_are_told() -> None:
    debt = {"per_year": 365.0 * 3.0, "from": date(0)}
    result = simulate(chain(), scenario(days=30, foreign_exchange={"reserves": 0.0, "debt_service": debt}))
    assert "30 million USD of debt service are in arrears." in told(result).finding


def test_a_run_that_counts_no_money_has_no_section() -> None:
    result = simulate(chain(), scenario(days=5))
    assert foreign_exchange(result) is None
    assert foreign_exchange_part(None, {}, "million USD", END) is None
