"""Foreign exchange on the chain: exports earn 1 a day, imports cost 2, so unrecorded finance is 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from autarky.errors import ScenarioError
from autarky.scenario import ForeignExchange
from autarky.simulation import simulate
from small_economies import YEAR, chain, date, scenario, two_regions

NO_EXPORTS = {"kind": "trade_cut", "origin": "HOME", "share_kept": 0, "from": date(5)}


def run(*shocks: dict[str, Any], days: int = 30, **foreign_exchange: Any) -> xr.Dataset:
    money = {"reserves": 0.0, **foreign_exchange}
    return simulate(chain(), scenario(*shocks, days=days, foreign_exchange=money)).data


def test_what_exports_earned_is_spent_a_day_later() -> None:
    data = run(NO_EXPORTS)
    assert data["export_earnings"].values[4:8].tolist() == [1.0, 1.0, 0.0, 0.0]
    assert data["import_payments"].values[4:8] == pytest.approx([2.0, 2.0, 1.0, 1.0], abs=1e-9)
    assert data["money_bound"].values[4:8].tolist() == [0, 0, 1, 1]
    assert data["reserves"].values == pytest.approx(np.zeros(30), abs=1e-9)


def test_all_gates_get_the_same_share_of_what_they_would_deliver() -> None:
    data = run(NO_EXPORTS)
    assert data["gate_delivery"].values[6] == pytest.approx([0.45, 0.05, 0.5], abs=1e-9)
    assert data["import_paid_share"].values[6] == pytest.approx([0.5, 0.5, 0.5], abs=1e-9)
    assert (data["import_paid_share"].values[4] == 1.0).all()


def test_what_is_paid_first_is_paid_in_full_before_the_rest() -> None:
    """Ore costs 1 a day, and 1 is all there is."""
    data = run(NO_EXPORTS, first_paid=[["ore"]])
    assert data["gate_delivery"].values[6] == pytest.approx([0.0, 0.0, 1.0], abs=1e-9)
    data = run(NO_EXPORTS, first_paid=[["oil"], ["ore"]])
    assert data["gate_delivery"].values[6] == pytest.approx([0.9, 0.1, 0.0], abs=1e-9)


def test_reserves_above_the_minimum_are_spent_by_a_part_a_day() -> None:
    """9 held, 1 of them untouched: 8 / 16 = 0.5 on the first day without earnings, then 7.5 / 16."""
    data = run(NO_EXPORTS, reserves=9.0, minimum=1.0, spending_days=16.0)
    assert data["import_payments"].values[5:8] == pytest.approx([2.0, 1.5, 1.46875], abs=1e-9)
    assert data["reserves"].values[5:8] == pytest.approx([9.0, 8.5, 8.03125], abs=1e-9)


def test_reserves_that_give_out_are_felt_on_an_economy_that_has_stood_still() -> None:
    """Finance stops at once; reserves last 100 days, on which nothing moves, and then money binds."""
    stops = {"share": 0.0, "from": date(0)}
    data = run(days=160, reserves=100.0, spending_days=1.0, unrecorded=stops)
    # The last reserve of 0.0…1 is spent too; from then on imports cost what exports earn.
    assert data["import_payments"].values[:99] == pytest.approx(np.full(99, 2.0), abs=1e-9)
    assert data["import_payments"].values[101] == pytest.approx(1.0, abs=1e-6)
    assert data["money_bound"].values[[50, 110, 159]].tolist() == [0, 1, 1]


def test_money_that_comes_back_is_felt() -> None:
    """All is made again, though filling stocks competes with what households buy abroad."""
    half = {"share": 0.5, "from": date(5), "until": date(199)}
    data = run({**NO_EXPORTS, "until": date(20)}, days=600, unrecorded=half)
    assert (data["output"].values[199] < 0.9 * data["output_base"].values).any()
    assert (data["output"].values[-1] >= 0.99 * data["output_base"].values).all()
    assert data["import_payments"].values[-1] == pytest.approx(2.0, rel=0.02)


def test_exports_earn_at_their_price_and_imports_cost_theirs() -> None:
    dear = {"factor": 2.0, "from": date(3), "until": date(6)}
    data = run(export_prices=[dear, {**dear, "products": ["mine"], "from": date(5)}])
    assert data["export_earnings"].values[3:9] == pytest.approx([1.0, 2.0, 2.0, 4.0, 4.0, 1.0])
    data = run(import_prices=[{"products": ["oil"], "factor": 3.0, "from": date(3)}])
    # Oil and ore of 1 a day each would cost 4: half of both can be paid for.
    assert data["import_payments"].values[2:5] == pytest.approx([2.0, 2.0, 2.0], abs=1e-9)
    assert data["gate_delivery"].values[3] == pytest.approx([0.45, 0.05, 0.5], abs=1e-9)


def test_creditors_are_paid_first_and_what_they_do_not_get_is_in_arrears() -> None:
    """2 a day come in, 3 are owed: of 1.5 held, 1 goes on the first day, the rest and 0.5 of arrears next."""
    data = run(reserves=1.5, debt_service={"per_year": 3.0 * YEAR, "from": date(4)})
    assert data["import_payments"].values[3:7] == pytest.approx([2.0, 0.0, 0.0, 0.0], abs=1e-9)
    assert data["reserves"].values[3:7] == pytest.approx([1.5, 0.5, 0.0, 0.0], abs=1e-9)
    assert data["arrears"].values[3:6] == pytest.approx([0.0, 0.0, 0.5], abs=1e-9)


def test_what_imports_do_not_cost_is_put_aside() -> None:
    """Ore of 1 a day no longer comes; what it cost is held."""
    cut = {"kind": "trade_cut", "destination": "HOME", "products": "ore", "share_kept": 0, "from": date(5)}
    data = run(cut)
    assert np.diff(data["reserves"].values[5:12]) == pytest.approx(np.ones(6), abs=1e-9)


CHEAP = {"factor": 0.5, "from": date(1)}
PROCESSING = {"partners": ["CHINA", "ABROAD"], "imports": ["oil"], "exports": ["mine"]}


def test_exports_follow_the_parts_and_come_back_with_them() -> None:
    """Oil from China, nine tenths of it, is cut for twenty days; what the mine sells abroad goes with it."""
    cut = {"kind": "trade_cut", "origin": "CHINA", "products": "oil", "share_kept": 0}
    rest = {"from": date(5), "until": date(24)}
    data = run({**cut, **rest}, days=300, processing=[{**PROCESSING, "partners": "all"}])
    sold = data["consumption"].sel(product="mine", final_user="ABROAD.EXP").values
    # Cut on day 5, known on the morning of day 6, ordered that evening, delivered on day 7.
    assert sold[5:9] == pytest.approx([1.0, 1.0, 0.1, 0.1], abs=1e-9)
    assert sold[-1] == pytest.approx(1.0, abs=1e-6)


def test_parts_are_not_sent_for_products_that_may_not_leave() -> None:
    half = {**PROCESSING, "share_of_imports": 0.5}
    data = run(NO_EXPORTS, reserves=1e3, spending_days=1.0, processing=[half])
    assert data["gate_delivery"].values[4:6, 0] == pytest.approx([0.9, 0.45], abs=1e-9)
    assert data["gate_delivery"].values[5, 2] == pytest.approx(1.0, abs=1e-9)


def test_exports_that_fall_because_abroad_wants_less_stop_their_parts_too() -> None:
    less = {
        "kind": "trade_series",
        "origin": "HOME",
        "destination": "ABROAD",
        "from": date(0),
        "shares": [0.4],
    }
    data = run(less, reserves=1e3, spending_days=1.0, processing=[PROCESSING])
    assert data["gate_delivery"].values[0, 0] == pytest.approx(0.36, abs=1e-9)


@pytest.mark.parametrize(
    ("declared", "place", "said"),
    [
        ({"first_paid": [["oli"]]}, "first_paid[0][0]", "unknown imported product 'oli'"),
        ({"first_paid": [["oil"], ["oil"]]}, "first_paid[1]", "already stands in rank 1"),
        (
            {"export_prices": [{"products": "coal", "factor": 1, "from": date(1)}]},
            "export_prices[0].products[0]",
            "coal",
        ),
        (
            {"debt_service": {"per_year": 1, "from": "2031-01-01"}},
            "debt_service",
            "acts on no day of the run",
        ),
        ({"unrecorded": {"share": 1, "from": "2031-01-01"}}, "unrecorded", "acts on no day of the run"),
        ({"processing": [{**PROCESSING, "imports": ["mill"]}]}, "processing[0]", "brings in these parts"),
        ({"processing": [{**PROCESSING, "exports": ["oil"]}]}, "processing[0]", "buys these exports"),
        ({"processing": [{**PROCESSING, "partners": "JAPAN"}]}, "processing[0].partners[0]", "JAPAN"),
    ],
)
def test_names_and_dates_that_match_nothing_are_told(declared: dict[str, Any], place: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        run(**declared)
    assert f"behaviour.foreign_exchange.{place}: " in str(caught.value)
    assert said in str(caught.value)


def test_a_table_of_several_regions_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"behaviour\.foreign_exchange: needs a national table"):
        simulate(two_regions(), scenario(foreign_exchange={"reserves": 1.0}))


def test_what_has_no_source_is_an_assumption() -> None:
    debt = {"per_year": 1.0, "from": date(0), "source": "central bank (2019)"}
    declared = ForeignExchange.model_validate(
        {
            "reserves": 5.0,
            "debt_service": debt,
            "unrecorded": {"share": 1, "from": date(0), "source": "assumption: x"},
        }
    )
    assert declared.assumptions() == (
        "reserves of foreign exchange: the study's numbers, no source given",
        "unrecorded finance that goes on: assumption: x",
        "reserves above their minimum can be spent over 365 days",
    )
