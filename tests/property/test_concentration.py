"""The concentration of suppliers keeps its bounds, and sees neither names, order nor currency."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autarky.accounts import open_accounts
from autarky.dependence.concentration import (
    eu_dependency_indicators,
    herfindahl_hirschman_index,
    import_concentration,
    single_point_of_failure,
    world_export_concentration,
)
from made_economies import make_economy

Matrix = npt.NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)
amounts = st.integers(2, 8).flatmap(lambda n: arrays(np.float64, (n, 1), elements=st.floats(0.01, 1e6)))


@given(amounts)
def test_the_index_lies_between_one_over_n_and_one(supplied: Matrix) -> None:
    index = herfindahl_hirschman_index(supplied)[0]
    assert 1 / len(supplied) - 1e-12 <= index <= 1 + 1e-12


@given(amounts, st.randoms(use_true_random=False), st.floats(1e-3, 1e3))
def test_order_and_currency_change_nothing(supplied: Matrix, random: object, rate: float) -> None:
    order = list(range(len(supplied)))
    random.shuffle(order)  # type: ignore[attr-defined]
    np.testing.assert_allclose(
        herfindahl_hirschman_index(supplied[order] * rate), herfindahl_hirschman_index(supplied), rtol=1e-9
    )


@given(amounts)
def test_suppliers_that_merge_raise_the_index(supplied: Matrix) -> None:
    merged = np.vstack([supplied[:1] + supplied[1:2], supplied[2:]])
    before, after = herfindahl_hirschman_index(supplied)[0], herfindahl_hirschman_index(merged)[0]
    shares = supplied[:2, 0] / supplied.sum()
    np.testing.assert_allclose(after - before, 2 * shares.prod(), rtol=1e-6, atol=1e-12)


@settings(max_examples=40)
@given(seeds)
def test_every_index_of_an_economy_keeps_its_bounds(seed: int) -> None:
    economy = make_economy(np.random.default_rng(seed), oddities=True)
    accounts = open_accounts(economy, economy.industries.regions[:1])
    hhi = import_concentration(accounts)
    least, most = hhi.sel(bound="least").values, hhi.sel(bound="most").values
    known = ~np.isnan(most)
    assert (least[known] <= most[known]).all() and (most[known] <= 1 + 1e-12).all()
    assert (np.isnan(least) == np.isnan(most)).all()
    if economy.is_multi_regional:
        assert (least[known] == most[known]).all()
        assert (most[known] >= 1 / len(accounts.origins) - 1e-12).all()
        world = world_export_concentration(accounts).values
        assert (world[~np.isnan(world)] >= 1 / len(economy.industries.regions) - 1e-12).all()


@settings(max_examples=40)
@given(seeds)
def test_trade_of_a_bloc_is_the_same_seen_from_its_accounts_and_cell_by_cell(seed: int) -> None:
    economy = make_economy(np.random.default_rng(seed), national=False, negative_inventories=False, regions=3)
    home = economy.industries.regions[:2]
    accounts = open_accounts(economy, home)
    sectors = economy.industries.sectors
    sold = dict.fromkeys(sectors, 0.0)  # between different regions at home
    bought = dict(sold)
    for (seller, product), row, final in zip(economy.industries.pairs, economy.Z, economy.Y, strict=True):
        buyers = [region for region, _ in economy.industries.pairs] + [u.region for u in economy.final_users]
        for buyer, value in zip(buyers, [*row, *final], strict=True):
            if buyer in home and seller in home and buyer != seller:
                sold[product] += value
            if buyer in home and seller not in home:
                bought[product] += value
    indicators, _ = eu_dependency_indicators(accounts)
    inside, outside = np.array(list(sold.values())), np.array(list(bought.values()))
    with np.errstate(invalid="ignore"):
        expected = outside / (outside + inside)
    np.testing.assert_allclose(indicators.sel(indicator="CDI2", bound="most").values, expected, rtol=1e-9)
    shares = single_point_of_failure(accounts)
    only = shares.sel(share="imports_lost").values  # one region abroad: all imports are from it
    assert np.allclose(only[~np.isnan(only)], 1.0)
