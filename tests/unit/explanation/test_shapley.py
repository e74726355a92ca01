"""Shapley arithmetic against the definition by orders, closed forms, and what sampled orders promise."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.explanation.shapley import Shares, draw_orders, exact, interactions, sampled, sets_along

Floats = npt.NDArray[np.float64]


def _game(causes: int, seed: int, losses: int = 2) -> Floats:
    return np.random.default_rng(seed).normal(size=(1 << causes, losses))


def _of(causes: int, worth: object) -> Floats:
    """A game from a function of the frozenset of its members."""
    members = [frozenset(k for k in range(causes) if one >> k & 1) for one in range(1 << causes)]
    return np.array([[float(worth(some))] for some in members])  # type: ignore[operator]


def _by_orders(values: Floats) -> Shares:
    """The mean over all orders, written from the definition."""
    causes = int(math.log2(len(values)))
    added: dict[int, list[Floats]] = {k: [] for k in range(causes)}
    for order in itertools.permutations(range(causes)):
        for place, k in enumerate(order):
            before = sum(2**other for other in order[:place])
            added[k].append(values[before + 2**k] - values[before])
    stacked = np.array([added[k] for k in range(causes)])
    nothing = np.zeros((causes, values.shape[1]))
    return Shares(stacked.mean(axis=1), nothing, stacked.min(axis=1), stacked.max(axis=1))


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_parts_are_the_mean_over_all_orders(causes: int, seed: int) -> None:
    values = _game(causes, seed)
    for mine, defined in zip(exact(values), _by_orders(values), strict=True):
        np.testing.assert_allclose(mine, defined, atol=1e-12)


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_parts_add_up_to_the_whole(causes: int, seed: int) -> None:
    values = _game(causes, seed)
    np.testing.assert_allclose(exact(values).parts.sum(axis=0), values[-1] - values[0], atol=1e-12)


def test_causes_that_do_not_meet_keep_what_they_do_alone() -> None:
    shares = exact(_of(4, lambda members: sum((k + 1) ** 2 for k in members)))
    assert shares.parts[:, 0] == pytest.approx([1, 4, 9, 16])
    assert shares.least[:, 0] == pytest.approx(shares.most[:, 0])


def test_what_needs_some_of_the_causes_is_shared_equally_by_them() -> None:
    shares = exact(_of(5, lambda members: {1, 3, 4} <= members))
    assert shares.parts[:, 0] == pytest.approx([0, 1 / 3, 0, 1 / 3, 1 / 3])


def test_gloves_of_shapley_and_shubik() -> None:
    # One left glove, two right ones; a pair is worth 1: two thirds to the left one.
    shares = exact(_of(3, lambda members: 0 in members and len(members) > 1))
    assert shares.parts[:, 0] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_runways_of_littlechild_and_owen() -> None:
    # Littlechild & Owen (1973): aircraft share each stretch of a runway equally with all that need it.
    costs = [1.0, 4.0, 9.0, 10.0]
    shares = exact(_of(4, lambda members: max((costs[k] for k in members), default=0.0)))
    stretches = np.diff([0.0, *costs]) / [4, 3, 2, 1]
    assert shares.parts[:, 0] == pytest.approx(np.cumsum(stretches))


@given(st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_interactions_are_the_mean_over_orders_of_the_two_as_one(causes: int, seed: int) -> None:
    values = _game(causes, seed)
    found = interactions(values)
    others = list(range(2, causes))
    expected = []
    # The pair 0, 1 as one player among the others: the mean over orders of what both add beyond each.
    for order in itertools.permutations([-1, *others]):
        before = sum(2**k for k in order[: order.index(-1)])
        expected.append(values[before + 3] - values[before + 1] - values[before + 2] + values[before])
    np.testing.assert_allclose(found[0, 1], np.mean(expected, axis=0), atol=1e-12)
    np.testing.assert_array_equal(found[0, 1], found[1, 0])
    np.testing.assert_array_equal(found[[0, 1], [0, 1]], 0.0)


def _values_along(values: Floats, orders: npt.NDArray[np.int64]) -> dict[int, Floats]:
    return {some: values[some] for some in sets_along(orders)}


@given(st.integers(2, 7), st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_sampled_parts_add_up_however_few_the_orders(causes: int, pairs: int, seed: int) -> None:
    values, orders = _game(causes, seed), draw_orders(causes, pairs, seed)
    shares = sampled(_values_along(values, orders), orders)
    np.testing.assert_allclose(shares.parts.sum(axis=0), values[-1] - values[0], atol=1e-12)
    assert (shares.least <= shares.parts + 1e-12).all() and (shares.parts <= shares.most + 1e-12).all()


@given(st.integers(0, 2**32 - 1))
def test_all_orders_sampled_are_the_exact_parts(seed: int) -> None:
    values = _game(4, seed)
    orders = np.array([one for half in itertools.permutations(range(4)) for one in (half, half[::-1])])
    np.testing.assert_allclose(
        sampled(_values_along(values, orders), orders).parts, exact(values).parts, atol=1e-12
    )


@pytest.mark.parametrize("seed", range(6))
def test_sampled_parts_lie_within_four_standard_errors_of_the_exact_ones(seed: int) -> None:
    values, orders = _game(8, seed), draw_orders(8, 100, seed)
    shares = sampled(_values_along(values, orders), orders)
    away = np.abs(shares.parts - exact(values).parts) / shares.errors
    assert (away < 4).all()
    # And the errors are not so large that this says nothing.
    assert (away > 0.2).mean() > 0.3


def test_every_second_order_is_the_one_before_it_reversed() -> None:
    orders = draw_orders(7, 5, 3)
    np.testing.assert_array_equal(orders[::2], orders[1::2, ::-1])
    np.testing.assert_array_equal(np.sort(orders, axis=1), np.tile(np.arange(7), (10, 1)))
    np.testing.assert_array_equal(orders, draw_orders(7, 5, 3))
    assert (orders != draw_orders(7, 5, 4)).any()


def test_sets_along_orders_hold_what_is_told_besides() -> None:
    found = sets_along(draw_orders(9, 2, 0))
    whole = 2**9 - 1
    assert found == tuple(sorted(set(found)))
    assert {0, whole, *(2**k for k in range(9)), *(whole - 2**k for k in range(9))} <= set(found)
    assert len(found) <= 2 + 2 * 9 + 4 * 8


def test_there_may_be_more_causes_than_a_number_of_the_machine_has_bits() -> None:
    orders = draw_orders(70, 2, 0)
    values = {one: np.array([float(one.bit_count())]) for one in sets_along(orders)}
    np.testing.assert_array_equal(sampled(values, orders).parts, np.ones((70, 1)))
