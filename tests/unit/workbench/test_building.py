"""A budget buys what averts most for its money, and what is chosen is what is simulated."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.errors import InputError
from autarky.explanation.counting import countdown
from autarky.explanation.ranking import lifelines
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.sources import embedded
from autarky.study_file import study_from_bytes
from autarky.workbench.building import LOTS, Basket, Offer, bought, edits_of, offer_of, solve, told
from autarky.workbench.levers import edited, study_with
from made_lifelines import countdown as made_countdown
from made_lifelines import lifelines as made_lifelines

STUDY = b"""version: 1
title: Trade with China stops
economy: {embedded: north-korea-2019}
scenario:
  start: 2019-01-01
  days: 120
  shocks:
    - {kind: trade_cut, origin: CHINA, destination: all, products: all, from: 2019-01-11, share_kept: 0.0}
"""


@pytest.fixture(scope="module")
def ranked():
    study = study_from_bytes(STUDY, Path("study.yaml"))
    economy, scenario = embedded("north-korea-2019"), study.scenario_to_run
    result = simulate(economy, scenario)
    return (
        economy,
        scenario,
        lifelines(economy, scenario, candidates=3),
        countdown(economy, scenario, result),
    )


@pytest.fixture(scope="module")
def offer() -> Offer:
    return offer_of(made_lifelines(12), made_countdown(9, 5))


@given(share=st.floats(0, 1.2))
def test_what_a_budget_buys_never_costs_more(share: float) -> None:
    offer = offer_of(made_lifelines(12), made_countdown(9, 5))
    basket = bought(offer, share * offer.most)
    assert basket.cost(offer) <= share * offer.most * (1 + 1e-12)
    assert all(0 < lots <= max(LOTS) for lots in (basket.lots or {}).values())


def test_no_money_buys_nothing_and_all_of_it_everything_that_averts(offer: Offer) -> None:
    assert bought(offer, 0.0) == Basket((), {})
    everything = bought(offer, math.inf)
    assert set(everything.kept) == {one.key for one in offer.imports if one.adds > 0 and one.cost > 0}
    assert everything.lots == {one.key: max(LOTS) for one in offer.stocks if one.averts > 0}


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_what_all_of_it_costs_buys_all_of_it_however_sums_are_rounded(one: float, other: float) -> None:
    made = offer_of(made_lifelines(1), made_countdown(1, 1))
    (kept,), (raised,) = made.imports, made.stocks
    imports = (replace(kept, cost=one, adds=1e-3),)
    stocks = (replace(raised, cost=other, averts=1e3),)
    offer = replace(made, imports=imports, stocks=stocks)
    basket = bought(offer, offer.most)
    assert basket == Basket((kept.key,), {raised.key: max(LOTS)})


def test_the_first_thing_bought_averts_most_for_its_money(offer: Offer) -> None:
    worth = {one.key: one.adds / one.cost for one in offer.imports if one.cost > 0}
    worth |= {one.key: one.averts / one.cost for one in offer.stocks}
    costs = {one.key: one.cost for one in (*offer.imports, *offer.stocks)}
    best = max(worth, key=lambda key: worth[key])
    basket = bought(offer, costs[best])
    assert best in basket.kept or best in (basket.lots or {})


def test_nothing_more_is_bought_where_the_imports_kept_avert_all(offer: Offer) -> None:
    first = replace(offer.imports[0], adds=1.0, cost=1.0)
    dear = replace(offer, imports=(first, *offer.imports[1:]))
    assert bought(dear, math.inf) == Basket((first.key,), {})


def test_what_is_not_offered_is_refused_by_name(ranked) -> None:
    _, _, keep_first, counted = ranked
    basket = Basket(("CHINA.nothing",), {"nothing": 1, counted.rows[0].product: 99})
    with pytest.raises(InputError) as caught:
        solve(STUDY, Path("study.yaml"), embedded("north-korea-2019").digest, keep_first, counted, basket)
    assert [problem.what for problem in caught.value.problems] == [
        "is not among those ranked",
        "is not among those ranked",
        "is to be raised by 99 lots",
    ]


def test_keeping_every_import_leaves_trade_as_it_was(ranked) -> None:
    economy, _scenario, keep_first, counted = ranked
    offer = offer_of(keep_first, counted)
    basket = Basket(tuple(one.key for one in offer.imports))
    found = solve(STUDY, Path("study.yaml"), economy.digest, keep_first, counted, basket)
    assert found.declared.consumption_lost > 0.01
    assert found.moved.consumption_lost == pytest.approx(0, abs=1e-9)


def test_an_empty_basket_changes_nothing(ranked) -> None:
    economy, scenario, keep_first, counted = ranked
    assert edits_of(scenario, Basket(), offer_of(keep_first, counted), keep_first.regions) == {}
    found = solve(STUDY, Path("study.yaml"), economy.digest, keep_first, counted, Basket())
    assert replace(found.moved, sentence="", behaviour="") == replace(
        found.declared, sentence="", behaviour=""
    )


def test_a_raised_stock_is_that_many_days_more_in_the_scenario_and_in_the_study(ranked) -> None:
    _economy, scenario, keep_first, counted = ranked
    offer = offer_of(keep_first, counted)
    stock = offer.stocks[0]
    basket = Basket((offer.imports[0].key,), {stock.key: 2})
    edits = edits_of(scenario, basket, offer, keep_first.regions)
    changed: Scenario = edited(scenario, edits)
    assert changed.behaviour.inventory_days is not None
    assert changed.behaviour.inventory_days.products[stock.key] == pytest.approx(stock.held + 20)
    written = study_with(STUDY, edits, told(basket, offer), "a run")
    again = study_from_bytes(written, Path("study.yaml")).scenario_to_run
    assert again.model_copy(update={"name": ""}) == changed.model_copy(update={"name": ""})
