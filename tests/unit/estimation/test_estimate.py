"""An economy from figures: balanced, within every range, the same every time, and honest about clashes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autarky.errors import EconomyError, InfeasibleError
from autarky.estimation.estimate import Estimate, estimate
from autarky.estimation.recipe import Recipe
from made_estimates import DONORS, RECIPE, claim, evidence, recipe


@pytest.fixture
def norland(tmp_path: Path) -> Recipe:
    return recipe(tmp_path)


@pytest.fixture
def found(norland: Recipe) -> Estimate:
    return estimate(norland, evidence(), DONORS)


def test_every_industry_earns_what_it_pays(found: Estimate) -> None:
    economy = found.economy
    costs = economy.Z.sum(axis=0) + economy.imports_intermediate.sum(axis=0) + economy.value_added.sum(axis=0)
    np.testing.assert_allclose(costs, economy.x, atol=1e-9)
    assert (economy.x > 0).all()


def test_every_figure_is_within_its_range(found: Estimate) -> None:
    for one in found.measures:
        slack = 0.01 * max(abs(one.low), abs(one.high))  # cells are rounded
        match one.reading.measure.bound:
            case "equal":
                assert one.low - slack <= one.found <= one.high + slack, one.reading.name
            case "at_least":
                assert one.found >= one.low - slack, one.reading.name
            case "at_most":
                assert one.found <= one.high + slack, one.reading.name


def test_foreign_money_enters_at_the_rate_that_is_claimed(norland: Recipe) -> None:
    # At 1.2 in place of 1, trade is a fifth larger and so is the output of the table; shares stay.
    dear = evidence(claim("rate / KRW per USD", 1.2, "KRW/USD"), without="rate / KRW per USD")
    cheap = evidence(claim("rate / KRW per USD", 1.0, "KRW/USD"), without="rate / KRW per USD")
    many, few = (estimate(norland, given, DONORS, draws=0).economy for given in (dear, cheap))
    assert many.imports.sum() == pytest.approx(1.2 * few.imports.sum(), rel=0.02)


def test_only_traded_products_pass_the_border(found: Estimate) -> None:
    economy = found.economy
    assert {gate.product for gate in economy.gates} == {"farms", "mills", "oil", "parts"}
    exported = economy.Y[:, 3:].sum(axis=1)
    assert exported[economy.industries.sectors.index("power")] == 0
    assert exported[economy.industries.sectors.index("assembly")] > 0


def test_what_is_bought_only_abroad_goes_to_its_users(found: Estimate) -> None:
    economy = found.economy
    rows = [k for k, gate in enumerate(economy.gates) if gate.product == "oil"]
    by_user = economy.imports_intermediate[rows].sum(axis=0)
    assert by_user[economy.industries.sectors.index("farms")] == 0
    assert by_user[economy.industries.sectors.index("power")] > 0
    assert economy.imports_final[rows].sum() == 0


def test_an_activity_of_the_recipe_stays_near_its_shares(found: Estimate) -> None:
    economy = found.economy
    j = economy.industries.sectors.index("assembly")
    parts = [k for k, gate in enumerate(economy.gates) if gate.product == "parts"]
    assert economy.imports_intermediate[parts, j].sum() / economy.x[j] == pytest.approx(0.5, rel=0.25)


def test_a_draw_depends_on_the_seed_and_its_number_alone(norland: Recipe) -> None:
    few, many = (estimate(norland, evidence(), DONORS, draws=n).draws for n in (2, 5))
    for one, same in zip(few, many, strict=False):
        assert (one.cells == same.cells).all()
        assert (one.donor, one.rate) == (same.donor, same.rate)
    other = estimate(norland, evidence(), DONORS, draws=2, seed=7).draws
    assert (other[0].cells != few[0].cells).any()


def test_draws_reach_over_donors_and_over_the_rate(norland: Recipe) -> None:
    draws = estimate(norland, evidence(), DONORS, draws=40).draws
    assert {one.donor for one in draws} == {"east", "west"}
    rates = [one.rate for one in draws]
    assert 0.8 <= min(rates) < 0.9 and 1.35 < max(rates) <= 1.5


def test_every_drawn_table_balances(found: Estimate) -> None:
    assert len(found.draws) == 6 and not found.failed
    for one in found.draws:
        blocks = found.frame.blocks(one.cells)
        sold = blocks["Z"].sum(axis=1) + blocks["Y"].sum(axis=1)
        paid = blocks["Z"].sum(axis=0) + blocks["imports_intermediate"].sum(axis=0)
        np.testing.assert_allclose(sold, paid + blocks["value_added"][0], atol=1e-9)


def test_sources_taken_each_for_itself_reach_the_draws_and_are_never_averaged(tmp_path: Path) -> None:
    text = RECIPE.replace(
        '{figure: level / gdp, as_of: "2019", sum', '{figure: level / gdp, as_of: "2019", resolve: each, sum'
    )
    twice = evidence(
        claim("level / gdp", 2.0, "billion USD", source="bank", reliability="B", low=1.9, high=2.1)
    )
    draws = estimate(recipe(tmp_path, text), twice, DONORS, draws=40)
    assert draws.measures[0].found == pytest.approx(1000, rel=0.06)  # the best graded
    place = draws.frame.places["value_added"]
    sizes = np.array([drawn.cells[place].sum() / drawn.rate for drawn in draws.draws])
    near = (np.abs(sizes - 1000) < 100) | (np.abs(sizes - 2000) < 200)
    assert near.all() and (sizes < 1500).any() and (sizes > 1500).any()


def test_figures_that_cannot_hold_together_are_named(norland: Recipe) -> None:
    more = evidence(claim("trade / oil", 150, "million USD"), without="trade / oil")
    with pytest.raises(InfeasibleError) as told:
        estimate(norland, more, DONORS)
    assert "trade / oil, 2019" in str(told.value) and "trade / imports, 2019" in str(told.value)


def test_all_that_does_not_fit_is_told_at_once(tmp_path: Path) -> None:
    text = RECIPE.replace("products: farms}", "products: farm}").replace("share / power", "share / powers")
    wrong_unit = evidence(claim("use / households", 5, "kt"), without="use / households")
    with pytest.raises(EconomyError) as told:
        estimate(recipe(tmp_path, text), wrong_unit, DONORS)
    lines = [str(problem) for problem in told.value.problems]
    assert any("measures[1].sum[0].products: unknown name 'farm'" in line for line in lines)
    assert any("measures[2].figure: no claim on 'share / powers'" in line for line in lines)
    assert any("measures[3].figure: use / households is in kt" in line for line in lines)
    assert all(" — " in line for line in lines)


def test_a_period_without_a_claim_is_told_with_the_periods_there_are(tmp_path: Path) -> None:
    text = RECIPE.replace(
        '{figure: trade / exports, as_of: "2019"', '{figure: trade / exports, as_of: "2018"'
    )
    with pytest.raises(EconomyError, match="for 2018 — the figure is there for 2019"):
        estimate(recipe(tmp_path, text), evidence(), DONORS)


def test_claims_that_bear_on_a_cell_are_told_with_it(found: Estimate) -> None:
    names, claims = list(found.frame.names()), found.claims_of_cells()
    of_farms = claims[names.index(("value_added", "value_added", "farms"))]
    assert set(of_farms) == {"level---gdp-office", "share---farms-office"}
    assert claims[names.index(("Z", "farms", "mills"))] == ()


def test_a_donor_without_a_sector_is_told(tmp_path: Path) -> None:
    text = RECIPE.replace("power: Power}", "power: Power, fish: Fish}")
    with pytest.raises(EconomyError, match="donor east has no sector 'fish'"):
        estimate(recipe(tmp_path, text), evidence(), DONORS)
