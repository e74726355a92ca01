"""An estimate does not depend on the order or the unit in which figures are told."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autarky.estimation.estimate import estimate
from autarky.estimation.recipe import Recipe
from made_estimates import DONORS, claim, evidence, read_text


def norland(**changes: object) -> Recipe:
    return read_text().model_copy(update=changes)


@settings(max_examples=15)
@given(st.permutations(range(8)))
def test_measures_in_another_order_give_the_same_table(order: list[int]) -> None:
    given_order = norland()
    other = norland(measures=tuple(given_order.measures[k] for k in order))
    one, same = (estimate(recipe, evidence(), DONORS, draws=0) for recipe in (given_order, other))
    # The prior is blown up measure by measure, so it settles a little differently.
    np.testing.assert_allclose(same.cells, one.cells, atol=0.02 * one.cells.max())


@settings(max_examples=10)
@given(st.sampled_from(["thousand KRW", "billion KRW"]))
def test_another_unit_scales_every_cell(unit: str) -> None:
    size = {"thousand KRW": 1000.0, "billion KRW": 0.001}[unit]
    one = estimate(norland(), evidence(), DONORS, draws=0)
    other = estimate(norland(unit=unit), evidence(), DONORS, draws=0)
    np.testing.assert_allclose(other.cells, size * one.cells, rtol=1e-3, atol=0.002 * max(size, 1.0))


@settings(max_examples=20)
@given(st.floats(0.6, 1.6))
def test_a_larger_economy_has_the_same_recipes(size: float) -> None:
    # All money is foreign here: another rate of conversion is another unit of account.
    def rate(value: float) -> object:
        return evidence(claim("rate / KRW per USD", value, "KRW/USD"), without="rate / KRW per USD")

    one, other = (estimate(norland(), rate(at), DONORS, draws=0).economy for at in (1.0, size))
    np.testing.assert_allclose(other.A, one.A, rtol=1e-2, atol=2e-3)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_every_draw_keeps_every_figure_within_its_range(seed: int) -> None:
    found = estimate(norland(), evidence(), DONORS, draws=2, seed=seed)
    for drawn in found.draws:
        for one in found.measures:
            reading = one.reading
            if reading.whole is not None or reading.measure.bound != "equal":
                continue
            rate = drawn.rate if reading.foreign else 1.0
            amount = drawn.cells[reading.cells].sum() / rate
            assert reading.low * 0.995 <= amount <= reading.high * 1.005, reading.name
