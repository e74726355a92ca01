"""Laws of search, spare parts and rebuilding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.errors import ScenarioError
from autarky.scenario import Scenario
from autarky.simulation import simulate, simulate_panel
from autarky.simulation.run import simulate_many
from autarky.sources import embedded
from cases import law

CUT = {"kind": "trade_cut", "origin": "CHINA", "share_kept": 0.3, "from": "2020-02-01"}
STORM = {
    "kind": "destruction",
    "sectors": ["agriculture", "coal"],
    "share": 0.05,
    "capital_years": 2,
    "goods": {"construction": 0.7, "machinery": 0.3},
    "days": 90,
    "from": "2020-03-01",
}
SEARCH = {"days": 60, "most": 0.5, "cost": 0.3}
PARTS = {"products": ["machinery"], "wear_days": 400, "store_days": 30, "salvaged": 0.3}


def scenario(shocks: list[dict[str, Any]], days: int = 400, **behaviour: Any) -> Scenario:
    plain = {"inventory_days": 20, "production": "critical", "criticality": [{"level": "important"}]}
    told = {"start": "2020-01-01", "days": days, "shocks": shocks, "behaviour": plain | behaviour}
    return Scenario.model_validate(told)


def gdp(one: Scenario) -> np.ndarray[Any, Any]:
    return np.asarray(simulate(embedded("north-korea-2019"), one).data["gdp"].values)


def test_the_base_year_stands_still_for_ten_years_whatever_is_switched_on() -> None:
    found = simulate(embedded("north-korea-2019"), scenario([], 3650, search=SEARCH, spare_parts=PARTS)).data
    assert np.abs(found["output"] / found["output_base"] - 1).max() < 1e-9
    assert float(found["machines"].min()) == 1.0
    assert float(found["capacity_found"].max()) == 0.0


@given(st.floats(0, 1), st.floats(0, 1))
@law(5)
def test_who_can_find_more_elsewhere_is_never_worse_off_in_all(low: float, high: float) -> None:
    low, high = sorted((low, high))
    one, other = (gdp(scenario([CUT], search={**SEARCH, "most": most})).sum() for most in (low, high))
    assert other >= one * (1 - 1e-6)


@pytest.mark.parametrize("spare", [0.0, 0.4])
def test_what_was_found_comes_besides_what_gates_have_to_spare_and_it_alone_is_dear(spare: float) -> None:
    search, still = {**SEARCH, "most": 1.0, "days": 5}, {"max": 1}
    found = simulate(
        embedded("north-korea-2019"), scenario([CUT], search=search, import_spare=spare, overtime=still)
    ).data
    came, base = found["gate_delivery"].values, found["gate_delivery_base"].values
    beyond = np.maximum(came - base * (1.0 + spare), 0.0).sum(axis=1)
    assert beyond.max() > 0.0
    assert (beyond[1:] <= found["capacity_found"].values[:-1] * (1 + 1e-9)).all()
    assert found["search_cost"].values == pytest.approx(SEARCH["cost"] * beyond, abs=1e-9)


def test_who_finds_nothing_pays_nothing_for_what_suppliers_had_to_spare() -> None:
    found = simulate(
        embedded("north-korea-2019"), scenario([CUT], search={**SEARCH, "most": 0.0}, import_spare=0.4)
    ).data
    assert (found["gate_delivery"] > found["gate_delivery_base"] * 1.01).any()
    assert float(found["search_cost"].max()) == 0.0


@given(st.floats(0, 1), st.floats(0, 1))
@law(5)
def test_more_salvaged_never_wears_faster(low: float, high: float) -> None:
    low, high = sorted((low, high))
    one, other = (
        simulate(
            embedded("north-korea-2019"), scenario([CUT], spare_parts={**PARTS, "salvaged": share})
        ).data["machines"]
        for share in (low, high)
    )
    assert float((other - one).min()) >= -1e-12


def test_what_was_destroyed_comes_back_no_faster_than_it_can_be_built() -> None:
    found = simulate(embedded("north-korea-2019"), scenario([STORM])).data
    left = found["damage_left"].values
    first = int(np.flatnonzero(left)[0])
    assert first == 60  # 1 March, in the evening: nothing has come yet
    assert left[first] == left.max()
    assert (np.diff(left[first:]) <= 0).all()
    built = np.flatnonzero(left[first:] == 0)[0]
    assert built >= 90
    goods = {"construction": 0.7, "machinery": 0.3}
    extra = sum(
        float(
            (found["consumption"] - found["consumption_base"])
            .sel(product=product, final_user=str(found["final_user"].values[k]))
            .clip(min=0)
            .sum()
        )
        for product in goods
        for k, kind in enumerate(found["kind"].values)
        if kind == "investment"
    )
    # Goods conserve: what was built came on top of what those who invest buy anyway, or instead of it.
    assert extra <= left.max() * (1 + 1e-9)


def test_capacity_follows_the_damage_that_is_left() -> None:
    found = simulate(embedded("north-korea-2019"), scenario([STORM], overtime={"max": 1})).data
    share = found["capacity"].sel(industry="coal") / found["output_base"].sel(industry="coal")
    left = found["damage_left"].values
    assert share.values[61] == pytest.approx(1 - 0.05 * left[60] / left.max())


@pytest.mark.parametrize("share", [0.0, 1e-300])
def test_who_loses_nothing_has_nothing_to_rebuild(share: float) -> None:
    found = simulate(embedded("north-korea-2019"), scenario([STORM | {"share": share}], 90)).data
    assert np.abs(found["output"] / found["output_base"] - 1).max() < 1e-9
    assert float(found["damage_left"].max()) < 1e-9


def test_company_changes_nothing() -> None:
    table = embedded("north-korea-2019")
    ones = [
        scenario([CUT, STORM], 150, search={**SEARCH, "most": most}, spare_parts={**PARTS, "salvaged": most})
        for most in (0.1, 0.5, 0.9)
    ]
    for alone, among in zip((simulate(table, one) for one in ones), simulate_many(table, ones), strict=True):
        for name in ("output", "capacity_found", "machines", "damage_left"):
            assert (alone.data[name].values == among.data[name].values).all(), name


def test_company_whose_groups_mean_other_things_changes_nothing() -> None:
    table, search = embedded("north-korea-2019"), {**SEARCH, "products": ["some"]}
    ones = [
        scenario([CUT], 120, search=search).model_copy(update={"groups": {"some": (product,)}})
        for product in ("petroleum", "machinery")
    ]
    together = simulate_panel(table, ones)["measured"].values
    for one, among in zip(ones, together, strict=True):
        np.testing.assert_array_equal(simulate_panel(table, [one])["measured"].values[0], among)
    with pytest.raises(ScenarioError, match="groups included"):
        simulate_many(table, ones)


@pytest.mark.parametrize(
    ("shocks", "behaviour", "place"),
    [
        ([], {"search": {**SEARCH, "products": ["fod"]}}, "behaviour.search.products[0]"),
        ([], {"search": {**SEARCH, "products": ["construction"]}}, "behaviour.search.products"),
        ([], {"spare_parts": {**PARTS, "products": ["spares"]}}, "behaviour.spare_parts.products[0]"),
        ([], {"spare_parts": {**PARTS, "users": ["smiths"]}}, "behaviour.spare_parts.users[0]"),
        ([{**STORM, "sectors": ["smiths"]}], {}, "shocks[0].sectors[0]"),
        ([{**STORM, "goods": {"bricks": 1}}], {}, "shocks[0].goods.bricks[0]"),
        ([{**STORM, "goods": {"crude_oil": 1}}], {}, "shocks[0].goods.crude_oil"),
        ([{**STORM, "from": "2031-01-01"}], {}, "shocks[0].from"),
        ([], {"search": SEARCH, "steps_per_day": 2}, "behaviour.steps_per_day"),
    ],
)
def test_what_does_not_fit_is_refused(
    shocks: list[dict[str, Any]], behaviour: dict[str, Any], place: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        simulate(embedded("north-korea-2019"), scenario(shocks, **behaviour))
    assert [problem.place for problem in caught.value.problems] == [place]
