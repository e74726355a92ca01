"""Quantile functions of the distributions a study may name, against closed forms and scipy's own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from autarky.uncertainty.distributions import (
    Dirichlet,
    Discrete,
    Each,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)

U = np.concatenate([[1e-9, 1e-4], np.linspace(0.01, 0.99, 99), [1 - 1e-4, 1 - 1e-9]])
SIX_SD = {"mean": 0.0, "sd": 1.0, "low": 6.0, "high": 7.0}


@pytest.mark.parametrize(
    ("distribution", "peer"),
    [
        (Uniform(low=-1, high=3), stats.uniform(-1, 4)),
        (Triangular(low=15, mode=30, high=60), stats.triang(15 / 45, 15, 45)),
        (Triangular(low=0, mode=0, high=0.2), stats.triang(0, 0, 0.2)),
        (Triangular(low=-2, mode=1, high=1), stats.triang(1, -2, 3)),
        (Normal(mean=30, sd=5), stats.norm(30, 5)),
        (Normal(mean=30, sd=20, low=0, high=60), stats.truncnorm(-1.5, 1.5, 30, 20)),
        (Normal(mean=30, sd=20, low=40), stats.truncnorm(0.5, np.inf, 30, 20)),
        (Normal(mean=1, sd=0.2, high=0.7), stats.truncnorm(-np.inf, -1.5, 1, 0.2)),
        (Lognormal(median=30, spread=1.5), stats.lognorm(math.log(1.5), scale=30)),
        (
            Lognormal(low=10, high=40, probability=0.9),
            stats.lognorm(math.log(4) / 2 / stats.norm.ppf(0.95), scale=20),
        ),
    ],
    ids=lambda value: value.in_words() if hasattr(value, "in_words") else "",
)
def test_a_quantile_is_that_of_scipy(distribution: Uniform, peer: stats.rv_continuous) -> None:
    np.testing.assert_allclose(distribution.quantile(U), peer.ppf(U), rtol=1e-9, atol=1e-9)


def test_a_tail_is_resolved_or_refused() -> None:
    with np.errstate(all="raise"):
        values = Normal(mean=0, sd=1, low=4, high=5).quantile(U)
    np.testing.assert_allclose(values, stats.truncnorm(4, 5).ppf(U), rtol=1e-9)
    with pytest.raises(ValueError, match="next to nothing"):
        Normal(**SIX_SD)


def test_the_central_range_of_a_lognormal_is_what_it_says() -> None:
    spread = Lognormal(low=10, high=40)
    np.testing.assert_allclose(spread.quantile(np.array([0.025, 0.5, 0.975])), [10, 20, 40])


def test_a_lognormal_is_cut_off_where_it_says() -> None:
    values = Lognormal(median=1, spread=2, at_least=0.5, at_most=3).quantile(U)
    assert values.min() >= 0.5 and values.max() <= 3
    whole = stats.norm(0, math.log(2))
    low, high = whole.cdf(math.log(0.5)), whole.cdf(math.log(3))
    np.testing.assert_allclose(values, np.exp(whole.ppf(low + U * (high - low))), rtol=1e-9)


def test_options_take_up_their_weight_of_the_unit_interval() -> None:
    choice = Discrete(of=({"value": "a", "weight": 3}, {"value": 2}, {"value": False, "weight": 4}))  # type: ignore[arg-type]
    u = np.array([1e-9, 0.374, 0.376, 0.499, 0.501, 1 - 1e-9])
    assert choice.quantile(u).tolist() == [0, 0, 1, 1, 2, 2]
    assert choice.in_words() == "one of a (38%), 2 (12%), false (50%)"
    sources = Each(of=({"value": 15, "source": "A"}, {"value": 30, "source": "B"}))  # type: ignore[arg-type]
    assert sources.quantile(np.array([0.25, 0.75])).tolist() == [0, 1]


def test_shares_of_a_dirichlet_add_to_one_and_vary_as_they_should() -> None:
    shares = {"CHN": 0.6, "RUS": 0.3, "NOR": 0.1}
    drawn = Dirichlet(shares=shares, concentration=20).quantile(
        stats.qmc.LatinHypercube(3, rng=1).random(20_000)
    )
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0, atol=1e-14)
    for values, mean in zip(drawn.T, shares.values(), strict=True):
        # Marginals are beta distributions: Johnson, Kotz & Balakrishnan (2000), ch. 49.
        assert stats.kstest(values, stats.beta(20 * mean, 20 * (1 - mean)).cdf).statistic < 0.012
        assert values.var() == pytest.approx(mean * (1 - mean) / 21, rel=0.03)


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (Triangular(low=15, mode=30, high=60), "triangular 15–30–60"),
        (Uniform(low=-60, high=30), "uniform −60 to 30"),
        (Normal(mean=30, sd=5, low=0), "normal 30, sd 5, from 0"),
        (Lognormal(low=10, high=40), "lognormal, 95% in 10–40"),
        (Lognormal(median=3, spread=1.5, at_most=9), "lognormal, median 3, geometric sd 1.5, up to 9"),
        (
            Dirichlet(shares={"CHN": 0.6, "RUS": 0.4}, concentration=20),
            "Dirichlet around CHN 0.6, RUS 0.4, concentration 20",
        ),
    ],
)
def test_a_distribution_is_told_in_words(distribution: Uniform, words: str) -> None:
    assert distribution.in_words() == words
