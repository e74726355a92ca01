"""Blocks: whole or not at all, the same bytes whatever the company, and a draw that fails says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.ensemble import Ensemble
from autarky.ensemble.blocks import (
    BYTES,
    DRAWS,
    FORMAT,
    block_size,
    is_sealed,
    sealed,
    tasks,
)
from autarky.results.netcdf import dataset_from_netcdf
from made_draws import CHAIN, MadeDraws, made_ensemble
from small_economies import chain

ROOM = 10**9


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    """Twenty draws: one cannot be drawn, two are refused, three run on a table of their own."""
    other = chain(shop_inventories=0.25)
    return made_ensemble(
        MadeDraws(
            20,
            tables={2: other, 5: other, 13: other},
            undrawable=frozenset({3}),
            unrunnable=frozenset({6, 11}),
        )
    )


@given(st.integers(1, 10**6), st.integers(1, 10**9))
def test_blocks_cover_every_draw_once_and_stay_small(draws: int, bytes_of_a_draw: int) -> None:
    size = block_size(draws, bytes_of_a_draw)
    assert 1 <= size <= DRAWS
    assert size == 1 or size * bytes_of_a_draw <= BYTES
    if draws <= 10_000:
        every = tasks(draws, size)
        assert [draw for first, last in every for draw in range(first, last)] == list(range(draws))


@given(st.data())
def test_a_block_with_any_byte_changed_or_missing_is_found_out(data: st.DataObject) -> None:
    content = sealed(b"CDF\x02 a header, digest\x00\x00\x00\x40" + b"0" * 64 + b" and numbers" * 20)
    assert is_sealed(content)
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    assert not is_sealed(bytes(changed))
    assert not is_sealed(content[:place])


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 20])
def test_how_many_are_simulated_side_by_side_changes_no_byte(ensemble: Ensemble, batch: int) -> None:
    work = ensemble.simulation(ROOM)
    assert replace(work, batch=batch)((0, 20)) == work((0, 20))


def test_draws_that_fail_say_why_and_leave_the_others_alone(ensemble: Ensemble) -> None:
    data, _ = dataset_from_netcdf(ensemble.simulation(ROOM)((0, 20)), "block", FORMAT)
    failed = data["failed"].values
    assert np.flatnonzero(failed != "").tolist() == [3, 6, 11]
    assert failed[3] == "stock: is negative — draw another"
    assert "unknown region or partner 'MARS'" in failed[6]
    assert np.isnan(data["output"].values[[3, 6, 11]]).all()
    assert np.isnan(data["measured"].values[[3, 6, 11]]).all()
    assert (data["first_day_below"].values[[3, 6, 11]] == -1).all()
    alive = failed == ""
    assert np.isfinite(data["output"].values[alive]).all()
    assert len(np.unique(data["gdp"].values[alive].sum(axis=1))) > 10


def test_a_draw_on_a_table_of_its_own_runs_on_it(ensemble: Ensemble) -> None:
    data, _ = dataset_from_netcdf(ensemble.simulation(ROOM)((0, 20)), "block", FORMAT)
    same = replace(ensemble.simulation(ROOM), draws=replace(ensemble.draws, tables={}))
    alone, _ = dataset_from_netcdf(same((0, 20)), "block", FORMAT)
    differs = (data["gdp"].values != alone["gdp"].values).any(axis=1) & (data["failed"].values == "")
    assert np.flatnonzero(differs).tolist() == [2, 5, 13]


def test_a_draw_whose_table_has_other_industries_fails_and_no_other() -> None:
    from small_economies import two_regions

    draws = MadeDraws(4)
    ensemble = made_ensemble(draws)
    odd = replace(ensemble.simulation(ROOM), draws=replace(draws, tables={1: two_regions(), 2: CHAIN}))
    data, _ = dataset_from_netcdf(odd((0, 4)), "block", FORMAT)
    assert [bool(why) for why in data["failed"].values] == [False, True, False, False]
