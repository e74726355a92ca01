"""Laws of the bounds on what a failure costs, and of the ranking they certify."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from autarky.cascade.bounds import most_that_follows
from autarky.cascade.operators import build_operators, weights_of
from autarky.cascade.ranking import loss_bounds, most_systemic
from autarky.cascade.rules import Rules
from autarky.cascade.run import cascades
from autarky.cascade.upstream import upstream_losses
from made_firms import random_network

networks = st.builds(
    random_network,
    st.integers(0, 10_000),
    firms=st.integers(3, 60),
    abroad=st.integers(0, 5),
    kinds=st.integers(1, 12),
    links=st.integers(5, 250),
    final=st.sampled_from([0.02, 0.3, 0.7]),
    levels=st.sampled_from([(0, 1, 2), (2,), (1,), (0, 0, 2)]),
)
rules = st.builds(
    Rules,
    substitution=st.booleans(),
    denominator=st.sampled_from(["output", "sales"]),
    tolerance=st.sampled_from([1e-1, 1e-2, 1e-9]),
    reference=st.booleans(),
)


@settings(max_examples=60)
@given(networks, rules, st.integers(1, 8))
def test_bounds_are_above_every_loss_and_the_first_are_the_first(firms, rules, k):
    weights = weights_of(firms, ("jobs", "output"))
    operators = build_operators(firms, rules)
    exact = cascades(operators, np.arange(len(firms)), weights).joint[:, 0]
    assert (loss_bounds(firms, operators, weights[0]) >= exact).all()
    found = most_systemic(firms, rules, weights, k)
    assert found.losses.joint[:, 0].tolist() == np.sort(exact)[::-1][:k].tolist()
    assert exact[found.nodes].tolist() == found.losses.joint[:, 0].tolist()


@settings(max_examples=40)
@given(networks, st.sampled_from([1e-2, 1e-8]))
def test_the_closed_form_is_above_any_cascade_of_lost_demand_by_at_most_its_error(firms, error):
    weights = weights_of(firms, ("output",))
    found = upstream_losses(firms, weights, error=error)
    nodes = np.arange(len(firms))
    stopped = cascades(build_operators(firms, Rules(tolerance=1e-2)), nodes, weights).upstream
    assert (found >= stopped - 1e-12).all()
    settled = cascades(build_operators(firms, Rules(tolerance=1e-13)), nodes, weights).upstream
    assert (found <= settled + error + 1e-9).all()


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 12), st.floats(0.0, 2.0), st.sampled_from([1e-10, 1e-3, 0.5]))
def test_what_follows_is_never_below_the_sum_of_all_rounds(seed, n, strength, slack):
    rng = np.random.default_rng(seed)
    handed_on = strength * rng.random((n, n)) * (rng.random((n, n)) < 2 / n)
    own = rng.random((n, 2)) * (rng.random((n, 2)) < 0.7)
    most = most_that_follows(csr_array(handed_on), own, slack=slack, rounds=400)
    part, total = own, own
    for _ in range(400):
        part = handed_on @ part
        total = total + part
    assert (most >= total * (1 - 1e-9)).all()
    if np.abs(np.linalg.eigvals(handed_on)).max() < 0.9:
        truth = np.linalg.solve(np.eye(n) - handed_on, own)
        inverse = np.linalg.inv(np.eye(n) - handed_on).sum(axis=1)
        added = slack * own.sum(axis=0) / n * inverse[:, None]
        assert (most <= (truth + added) * (1 + slack) * (1 + 1e-9) + 1e-15).all()
