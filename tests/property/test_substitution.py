"""Laws of inputs that replace each other: between fixed proportions and one for one, out of what is held."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autarky.simulation.kernels import level_of, most_blended
from autarky.simulation.run import simulate
from cases import law
from small_economies import coal_from_apart, scenario

sigmas = st.sampled_from([0.0, 1e-6, 0.1, 0.5, 0.9, 1.0, 1.2, 2.0, 10.0])
costs = st.floats(0.05, 0.95)


@st.composite
def inputs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Weights that add to 1, and what is held."""
    count = draw(st.integers(1, 6))
    weight = np.array(draw(st.lists(st.floats(0.05, 1.0), min_size=count, max_size=count)))
    held = np.array(draw(st.lists(st.floats(0.01, 40.0), min_size=count, max_size=count)))
    return weight / weight.sum(), held


def _mean(weight: np.ndarray, values: np.ndarray, sigma: float) -> float:
    if sigma == 1.0:
        return float(np.exp((weight * np.log(values)).sum()))
    if sigma == 0.0:
        return float(values.min())
    rho, unit = (sigma - 1.0) / sigma, values.min() if sigma < 1.0 else values.max()
    return float(unit * (weight * (values / unit) ** rho).sum() ** (1.0 / rho))


@law(200)
@given(inputs(), sigmas, costs)
def test_output_lies_between_fixed_proportions_and_one_for_one(
    given_inputs: tuple[np.ndarray, np.ndarray], sigma: float, cost: float
) -> None:
    weight, held = given_inputs
    most = most_blended(weight, held, sigma, cost)
    assert held.min() * (1 - 1e-12) <= most <= (weight * held).sum() * (1 + 1e-12)


@law(200)
@given(inputs(), costs)
def test_the_limits_are_fixed_proportions_and_one_for_one(
    given_inputs: tuple[np.ndarray, np.ndarray], cost: float
) -> None:
    weight, held = given_inputs
    np.testing.assert_allclose(most_blended(weight, held, 1e-7, cost), held.min(), rtol=1e-5)
    np.testing.assert_allclose(most_blended(weight, held, 1e6, cost), (weight * held).sum(), rtol=1e-4)


@law(200)
@given(inputs(), sigmas, sigmas, costs, st.integers(0, 5), st.floats(0.0, 5.0))
def test_output_rises_with_every_stock_and_with_the_elasticity(
    given_inputs: tuple[np.ndarray, np.ndarray],
    sigma: float,
    other: float,
    cost: float,
    which: int,
    more: float,
) -> None:
    weight, held = given_inputs
    most = most_blended(weight, held, sigma, cost)
    richer = held.copy()
    richer[which % len(held)] += more
    assert most_blended(weight, richer, sigma, cost) >= most * (1 - 1e-9)
    low, high = sorted((sigma, other))
    assert most_blended(weight, held, high, cost) >= most_blended(weight, held, low, cost) * (1 - 1e-9)


@law(200)
@given(inputs(), st.sampled_from([0.1, 0.5, 1.0, 1.2, 2.0, 10.0]), costs, st.floats(0.05, 1.0))
def test_what_is_used_makes_the_output_and_no_more(
    given_inputs: tuple[np.ndarray, np.ndarray], sigma: float, cost: float, part: float
) -> None:
    weight, held = given_inputs
    goal = part * most_blended(weight, held, sigma, cost)
    level = level_of(weight, held, sigma, cost, goal)
    assert goal <= level <= goal * cost**-sigma * (1 + 1e-12)
    np.testing.assert_allclose(_mean(weight, np.minimum(held, level), sigma), goal, rtol=1e-9)


def _lost(between: float, production: str = "ces") -> float:
    cut = {"kind": "trade_cut", "from": "2020-01-11", "share_kept": 0.5, "origin": "CHINA"}
    behaviour = {
        "production": production,
        "overtime": {"max": 1.0},
        "elasticities": {"between": {"short": 0.0}, "others": {"short": between}},
    }
    data = simulate(coal_from_apart(), scenario(cut, days=200, **behaviour)).data
    return float((data["output_base"] - data["output"]).sum())


def test_without_substitution_the_run_is_that_of_fixed_proportions_and_with_it_less_is_lost():
    assert abs(_lost(0.0) - _lost(0.0, "leontief")) < 1e-9 * _lost(0.0, "leontief")
    assert abs(_lost(1e-6) - _lost(0.0)) < 1e-3 * _lost(0.0)
    assert _lost(2.0) < 0.98 * _lost(0.0)


def test_under_ces_nothing_moves_for_ten_years_without_a_shock():
    elasticities = {
        "between": {"short": 0.3, "long": 0.9},
        "classes": {"fuels": {"products": ["coal"], "short": 1.0, "long": 3.0}},
        "long_run_days": 100,
    }
    data = simulate(coal_from_apart(), scenario(days=3650, production="ces", elasticities=elasticities)).data
    np.testing.assert_allclose(data["output"].values / data["output_base"].values, 1.0, rtol=1e-9)
