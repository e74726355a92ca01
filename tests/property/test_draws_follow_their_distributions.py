"""Whatever is declared, what is drawn follows it: marginals, strata, correlation, valid scenarios."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from autarky.scenario import Scenario
from autarky.uncertainty import Uncertainty, draw_up
from autarky.uncertainty.distributions import Lognormal, Normal, Scalar, Triangular, Uniform
from made_economies import make_economy

ECONOMY = make_economy(np.random.default_rng(0))
CENTRAL = Scenario.model_validate({"start": "2020-01-01", "days": 10})
PLACES = ("behaviour.inventory_days", "behaviour.restocking_days", "behaviour.overtime.days")


def scalars() -> st.SearchStrategy[Scalar]:
    """Distributions of days, between 1 and 1,000."""
    ends = st.tuples(st.floats(1, 400), st.floats(1.1, 2.5))
    return st.one_of(
        ends.map(lambda e: Uniform(low=e[0], high=e[0] * e[1])),
        st.tuples(ends, st.floats(0, 1)).map(
            lambda e: Triangular(
                low=e[0][0], high=e[0][0] * e[0][1], mode=e[0][0] * (1 + e[1] * (e[0][1] - 1))
            )
        ),
        st.tuples(ends, st.floats(0.05, 3)).map(
            lambda e: Normal(mean=e[0][0] * 1.05, sd=e[0][0] * e[1], low=e[0][0], high=e[0][0] * e[0][1])
        ),
        ends.map(lambda e: Lognormal(median=e[0], spread=e[1], at_least=1, at_most=1000)),
    )


def cumulative(distribution: Scalar, values: np.ndarray) -> np.ndarray:
    """Distribution function, written from its definition."""
    d = distribution
    if isinstance(d, Uniform):
        return (values - d.low) / (d.high - d.low)
    if isinstance(d, Triangular):
        return stats.triang((d.mode - d.low) / (d.high - d.low), d.low, d.high - d.low).cdf(values)
    if isinstance(d, Normal):
        peer, low, high = stats.norm(d.mean, d.sd), d.low, d.high
    else:
        assert isinstance(d, Lognormal) and d.spread is not None
        peer, low, high = stats.lognorm(np.log(d.spread), scale=d.median), d.at_least, d.at_most
    return (peer.cdf(values) - peer.cdf(low)) / (peer.cdf(high) - peer.cdf(low))


def section(spreads: list[Scalar], **others: object) -> Uncertainty:
    parameters = [
        {"name": f"p{k}", "source": "a test", "distribution": spread.model_dump(), "sets": PLACES[k]}
        for k, spread in enumerate(spreads)
    ]
    return Uncertainty.model_validate({"parameters": parameters, **others})


@settings(max_examples=60)
@given(st.lists(scalars(), min_size=1, max_size=3), st.integers(0, 10**6))
def test_values_of_a_hypercube_follow_their_distribution_part_by_part(
    spreads: list[Scalar], seed: int
) -> None:
    n = 400
    draws = draw_up(section(spreads, draws=n, seed=seed), CENTRAL, ECONOMY)
    for values, spread in zip(draws.values.T, spreads, strict=True):
        reached = np.sort(cumulative(spread, values))
        # One value in each of the n equally likely parts: the Kolmogorov-Smirnov distance is below 1/n.
        assert np.abs(reached - (np.arange(n) + 0.5) / n).max() <= 0.5 / n + 1e-6
    for i in range(0, n, 97):
        behaviour = draws.scenario(i).behaviour
        given_days = (behaviour.inventory_days, behaviour.restocking_days, behaviour.overtime)
        found = [getattr(one, "default", getattr(one, "days", None)) for one in given_days if one is not None]
        assert found == draws.values[i].tolist()


@settings(max_examples=40)
@given(st.lists(scalars(), min_size=3, max_size=3), st.floats(-0.9, 0.9), st.integers(0, 10**6))
def test_rank_correlations_are_reached_and_marginals_kept(
    spreads: list[Scalar], rho: float, seed: int
) -> None:
    pair = {"parameters": ["p2", "p0"], "rank_correlation": rho, "source": "a test"}
    plain = draw_up(section(spreads, draws=1000, seed=seed), CENTRAL, ECONOMY)
    draws = draw_up(section(spreads, draws=1000, seed=seed, correlations=[pair]), CENTRAL, ECONOMY)
    assert abs(stats.spearmanr(draws.values[:, 0], draws.values[:, 2]).statistic - rho) < 0.03
    assert (np.sort(draws.values, axis=0) == np.sort(plain.values, axis=0)).all()
    assert (draws.values[:, 1] == plain.values[:, 1]).all()
