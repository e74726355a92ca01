"""Runs: which courses are taken, and what is kept of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.scenario import DemandChange, Fertiliser, Harvest, ImportMode, Rationing, Scenario, TradeCut
from autarky.simulation import simulate
from autarky.verdict.dependence import dependence, direct_input_share, imports_to_gdp
from autarky.verdict.runs import (
    CLOSURE,
    CLOSURE_REPLACED,
    COURSES,
    OPEN,
    PARTNER_CUT,
    TOTAL,
    TOTAL_REPLACED,
    Group,
    rolling_mean,
    run_variants,
    variants,
)
from made_draws import MadeDraws, made_scenario
from small_economies import chain, two_regions

GROUPS = {
    "food": Group("received", ("ore",)),
    "materials": Group("available", ("oil",)),
    "commerce": Group("made", ("shop",)),
    "absent": Group("made", ("wool",)),
    "scarcest": Group("scarcest", ("shop", "oil", "wool")),
}


def closure(**changes: object) -> Scenario:
    return made_scenario(0.3, 5.0, days=60).model_copy(update=changes)


def test_every_course_changes_only_what_it_says() -> None:
    exports = TradeCut.model_validate({"from": "2020-01-03", "origin": ["HOME"], "share_kept": 0.5})
    given = closure(shocks=(*closure().shocks, exports))
    found = variants(given, chain(), spare=0.25)
    assert set(found) == set(COURSES)
    assert found[CLOSURE] == given
    assert found[OPEN].shocks == (exports,)
    assert found[TOTAL].shocks[0] == exports
    total = found[TOTAL].shocks[1]
    assert (total.origin, total.start, total.share_kept) == (
        ("CHINA", "RUSSIA"),
        datetime.date(2020, 1, 6),
        0.0,
    )
    assert found[PARTNER_CUT].shocks[1].origin == ("CHINA",)
    assert found[TOTAL_REPLACED].shocks == found[TOTAL].shocks
    assert found[CLOSURE_REPLACED].shocks == given.shocks
    for name, course in found.items():
        replaced = name in (CLOSURE_REPLACED, TOTAL_REPLACED)
        assert (course.behaviour == given.behaviour) is not replaced
        if replaced:
            assert course.behaviour.utilisation == pytest.approx(0.8)
            assert course.behaviour.imports.default is ImportMode.COMPETITIVE


def test_where_imports_are_free_fields_get_the_base_years_fertiliser() -> None:
    harvest = Harvest(
        sectors=("mine",),
        crops=({"month": 9, "share": 1.0},),
        weather={"2019": 0.9},
        fertiliser=Fertiliser(supply={"2020": 0.5}, elasticity=0.3),
    )
    found = variants(closure(shocks=(*closure().shocks, harvest)), chain())
    assert found[OPEN].shocks == (harvest.model_copy(update={"fertiliser": None}),)
    assert harvest in found[TOTAL].shocks


def test_a_partner_that_is_not_there_has_no_course_of_its_own() -> None:
    assert PARTNER_CUT not in variants(closure(), chain(), partner="MARS")


def test_groups_of_partners_are_opened_up() -> None:
    cut = TradeCut.model_validate({"from": "2020-01-06", "origin": ["neighbours"], "share_kept": 0.0})
    given = closure(shocks=(cut,), groups={"neighbours": ("CHINA",)})
    assert variants(given, chain())[OPEN].shocks == ()


@pytest.mark.parametrize("table", [chain(), two_regions()])
def test_a_study_that_limits_no_imports_is_refused(table: object) -> None:
    cut = TradeCut.model_validate({"from": "2020-01-06", "origin": ["HOME"], "share_kept": 0.0})
    with pytest.raises(ScenarioError, match="trade_cut or trade_series of imports"):
        variants(closure(shocks=(cut,)), table)


def test_runs_keep_what_the_simulation_says() -> None:
    draws = MadeDraws(3, days=60)
    runs = run_variants(draws, groups=GROUPS)
    assert (runs.draws, runs.failed, runs.ranked) == (3, 0, False)
    result = simulate(chain(), draws.scenario(1)).data
    course = runs.courses[CLOSURE].isel(draw=1)
    gdp = result["gdp"] / result["value_added_base"].sum()
    assert course["path"].sel(series="gdp").values == pytest.approx(gdp.values, rel=1e-6)
    imports = result["gate_delivery"].sum("gate") / result["gate_delivery_base"].sum()
    assert course["path"].sel(series="imports").values == pytest.approx(imports.values, rel=1e-6)
    households = result["consumption"].sel(final_user="HOME.HH").sum("product") / 4.0
    assert course["path"].sel(series="households").values == pytest.approx(households.values, rel=1e-6)
    shop = result["output"].sel(industry="shop") / 3.0
    assert course["path"].sel(series="commerce").values == pytest.approx(shop.values, rel=1e-6)
    oil = result["gate_delivery"].sel(gate=["CHINA.oil", "RUSSIA.oil"]).sum("gate")
    assert course["path"].sel(series="materials").values == pytest.approx(oil.values, rel=1e-6)
    scarcest = np.minimum(oil, np.where(result["binding"].sel(industry="shop") == -1, 1.0, shop))
    assert course["path"].sel(series="scarcest").values == pytest.approx(scarcest.values, rel=1e-6)
    assert np.isnan(course["path"].sel(series="absent")).all()
    assert np.isnan(course["path"].sel(series="government")).all()  # the chain has none
    lowest = rolling_mean(result["output"].values, 30).min(axis=0) / result["output_base"].values
    assert course["lowest"].values == pytest.approx(lowest)
    left = (result["demand"] - result["output"]).clip(min=0)
    for cause, held in (("inputs", result["binding"] >= 0), ("capacity", result["binding"] == -2)):
        unserved = float(left.where(held, 0.0).sum() / result["output_base"].sum())
        assert float(course["unserved"].sel(bound_by=cause)) == pytest.approx(unserved)
    assert float(course["unserved"].sel(bound_by="inputs")) > 0


def test_spare_capacity_is_spread_over_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []

    def noting(*given: Any, spare: float, **more: Any) -> dict[str, Scenario]:
        seen.append(spare)
        return variants(*given, spare=spare, **more)

    monkeypatch.setattr("autarky.verdict.runs.variants", noting)
    run_variants(MadeDraws(8), groups=GROUPS, spare=(0.1, 0.5))
    steps = np.diff([0.1, *sorted(seen), 0.5])
    assert len(seen) == 8 and (steps > 0).all()
    assert steps.max() < 0.4 / 4


def test_with_imports_free_nothing_is_lost_and_without_them_most() -> None:
    runs = run_variants(MadeDraws(2, days=60), groups=GROUPS)
    assert runs.courses[OPEN]["path"].sel(series="gdp").values == pytest.approx(1.0)
    last = {
        name: float(course["path"].sel(series="imports")[:, -1].max())
        for name, course in runs.courses.items()
    }
    assert last[TOTAL] == last[TOTAL_REPLACED] == 0.0
    assert last[OPEN] == pytest.approx(1.0)
    # RUSSIA still delivers its 0.1 of 2 a day.
    assert last[PARTNER_CUT] == pytest.approx(0.05, rel=0.1)


@dataclass(frozen=True)
class Changed(MadeDraws):
    """Draws with something changed in every scenario."""

    changes: Mapping[str, Any] = field(default_factory=dict)

    def scenario(self, i: int) -> Scenario:
        """The made one, changed."""
        given = super().scenario(i)
        behaviour = given.behaviour.model_copy(update=self.changes.get("behaviour", {}))
        shocks = (*given.shocks, *self.changes.get("shocks", ()))
        return given.model_copy(update={"behaviour": behaviour, "shocks": shocks})


def test_makers_that_wait_for_orders_are_not_short() -> None:
    fewer = DemandChange.model_validate(
        {"from": "2020-01-03", "users": ["EXP"], "regions": ["ABROAD"], "factor": 0}
    )
    groups = {"made": Group("made", ("mine",)), "available": Group("available", ("mine",))}
    course = run_variants(Changed(1, days=60, changes={"shocks": [fewer]}), groups=groups).courses[OPEN][
        "path"
    ]
    assert float(course.sel(series="made").min()) < 0.6
    assert float(course.sel(series="available").min()) == pytest.approx(1.0)


def test_draws_are_picked_evenly_and_failed_ones_counted() -> None:
    runs = run_variants(MadeDraws(9, unrunnable=frozenset({4})), most=3, groups=GROUPS)  # 0, 4, 8
    assert (runs.draws, runs.failed) == (2, 1)
    with pytest.raises(ScenarioError):
        run_variants(MadeDraws(2, undrawable=frozenset({0, 1})), groups=GROUPS)


def test_a_study_that_ranks_users_is_known_to() -> None:
    ranks = {"rationing": Rationing.PRIORITY, "priority": (("households",), ("industries",))}
    assert run_variants(Changed(1, changes={"behaviour": ranks}), groups=GROUPS).ranked


def test_dependence_of_the_chain_is_what_its_table_says() -> None:
    economy = chain()
    found = dict(zip(economy.products, zip(*dependence(economy, "CHINA"), strict=True), strict=True))
    # Oil is only bought, nine tenths of it from CHINA; the mill's 2 hold 0.9 of it, the shop's 3 the mill's.
    assert found["oil"] == pytest.approx((0.9, 0.9))
    assert found["mine"] == pytest.approx((0.0, 0.0))
    assert found["mill"] == pytest.approx((0.0, 0.45))
    assert found["shop"] == pytest.approx((0.0, 0.3))
    assert found["ore"] == pytest.approx((1.0, 1.0))
    assert dependence(economy, "MARS").total == pytest.approx(0.0)


def test_home_makers_and_imports_of_one_product_are_weighed() -> None:
    from small_economies import coal_from_apart

    economy = coal_from_apart()
    direct, total = dependence(economy, "CHINA")
    # Coal: 0.3 bought, 0.8 made and sold at home. Its makers buy nothing abroad, but food, into which goes
    # coal from CHINA: 0.3 / ((1 − 0.2/1.7)(1 − 0.5)) of food a unit, with 0.3/1.7 of it each.
    coal = economy.products.index("coal")
    assert direct[coal] == pytest.approx(0.3 / 1.1)
    assert total[coal] == pytest.approx(0.3 / 1.1 + 0.8 / 1.1 * 0.68 * 0.3 / 1.7)
    assert direct_input_share(economy, "CHINA", "food") == pytest.approx(0.3 / 0.5)
    assert np.isnan(direct_input_share(economy, "CHINA", "silk"))
    assert imports_to_gdp(economy) == pytest.approx(0.3 / economy.value_added.sum() * 365)
