"""The most systemic nodes: certified against the exact cascades of all nodes."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.cascade import ranking
from autarky.cascade.operators import build_operators, weights_of
from autarky.cascade.ranking import loss_bounds, most_systemic
from autarky.cascade.rules import Rules
from autarky.cascade.run import cascades
from made_firms import network, random_network


def all_losses(firms, rules, weights):
    return cascades(build_operators(firms, rules), np.arange(len(firms)), weights)


def hub_trap(seed: int, *, firms: int = 600):
    """Many firms of middling size, and a few tiny ones that alone make an essential kind for all of them."""
    rng = np.random.default_rng(seed)
    kinds, hubs = 6, 3
    kind = np.concatenate([kinds + np.arange(hubs), rng.integers(0, kinds, firms - hubs)])
    supplier = rng.integers(hubs, firms, 4 * firms)
    buyer = rng.integers(hubs, firms, 4 * firms)
    fed = np.flatnonzero(rng.random(firms) < 0.3)[hubs:]
    supplier = np.concatenate([supplier, rng.integers(0, hubs, len(fed))])
    buyer = np.concatenate([buyer, fed])
    pairs = np.unique(np.stack([supplier, buyer], axis=1)[supplier != buyer], axis=0)
    sales = rng.lognormal(0, 1, len(pairs)) * np.where(pairs[:, 0] < hubs, 1e-4, 1.0)
    sold = np.bincount(pairs[:, 0], weights=sales, minlength=firms)
    levels = rng.choice([0, 1, 2], (kinds + hubs, kinds + hubs), p=[0.6, 0.3, 0.1])
    levels[kinds:] = 2
    output = np.where(np.arange(firms) < hubs, sold * 1.01, 2 * sold + rng.pareto(1.2, firms))
    return network(pairs[:, 0], pairs[:, 1], sales, kind=kind, essentiality=levels, output=output)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rules", [Rules(), Rules(tolerance=1e-9), Rules(denominator="sales")])
def test_the_first_are_those_of_all_exact_cascades_with_tiny_hubs(seed, rules):
    firms = hub_trap(seed)
    weights = weights_of(firms, ("output",))
    every = all_losses(firms, rules, weights)
    order = np.lexsort((np.arange(len(firms)), -every.joint[:, 0]))
    found = most_systemic(firms, rules, weights, 8)
    assert found.nodes.tolist() == order[:8].tolist()
    assert found.losses.joint.tolist() == every.joint[order[:8]].tolist()
    assert found.losses.rounds.tolist() == every.rounds[order[:8]].tolist()
    assert set(order[:8]) & {0, 1, 2}  # the trap: of next to no size, and among the first
    assert found.among == len(firms)
    left = np.delete(every.joint[:, 0], found.nodes)
    assert left.max() <= found.losses.joint[-1, 0]


def test_few_cascades_are_enough_and_what_is_left_is_told():
    firms = hub_trap(1, firms=2000)
    found = most_systemic(firms, Rules(), weights_of(firms, ("output",)), 10)
    assert found.ran < 0.3 * found.among
    assert 0 < found.most_elsewhere <= found.losses.joint[-1, 0]
    assert found.how.startswith(f"{found.ran:,} of 2,000 cascades were run exactly; no other node's failure")


@pytest.mark.parametrize("seed", range(12))
def test_no_exact_loss_is_above_its_bound(seed):
    firms = random_network(
        seed,
        firms=(40, 150)[seed % 2],
        links=(200, 300)[seed // 2 % 2],
        kinds=(2, 5, 20)[seed % 3],
        final=(0.1, 0.5, 0.8)[seed // 3 % 3],
    )
    for rules in (
        Rules(tolerance=1e-9),
        Rules(substitution=False),
        Rules(reference=True, denominator="sales"),
    ):
        for name in ("value_added", "jobs"):
            weights = weights_of(firms, (name,))
            bounds = loss_bounds(firms, build_operators(firms, rules), weights[0])
            assert (bounds >= all_losses(firms, rules, weights).joint[:, 0]).all()


def test_a_supplier_whose_loss_a_small_share_of_a_market_hides_is_bounded_closely():
    """A chain of firms with large markets beside them: the bound is near the truth, not just above it."""
    firms = random_network(5, firms=400, links=500, kinds=3, final=0.6)
    weights = weights_of(firms, ("output",))
    rules = Rules(tolerance=1e-9)
    bounds = loss_bounds(firms, build_operators(firms, rules), weights[0])
    exact = all_losses(firms, rules, weights).joint[:, 0]
    assert np.median(bounds[exact > 0] / exact[exact > 0]) < 1.2


def test_candidates_may_be_the_suppliers_abroad_alone_or_nobody():
    firms = random_network(2, firms=30, abroad=6, links=150)
    weights = weights_of(firms, ("output", "jobs"))
    abroad = np.flatnonzero(firms.is_foreign)
    found = most_systemic(firms, Rules(), weights, 100, among=abroad)
    assert sorted(found.nodes) == abroad.tolist()
    assert found.losses.joint.shape == (6, 2)
    assert found.how == "All 6 cascades were run exactly."
    assert (np.diff(found.losses.joint[:, 0]) <= 0).all()
    assert len(most_systemic(firms, Rules(), weights, 5, among=abroad[:0]).nodes) == 0


def test_progress_tells_how_many_may_still_have_to_be_run():
    told = []
    firms = hub_trap(1, firms=1000)
    weights = weights_of(firms, ("output",))
    found = most_systemic(firms, Rules(), weights, 40, progress=lambda *at: told.append(at))
    assert told[-1] == (found.ran, found.ran)
    assert [most for _, most in told] == sorted((most for _, most in told), reverse=True)


def test_after_a_first_look_all_that_may_still_be_among_the_first_is_run(monkeypatch):
    monkeypatch.setattr(ranking, "FEWEST", 1)
    ran = []
    for seed in range(6):
        firms = hub_trap(seed, firms=300)
        weights = weights_of(firms, ("output",))
        exact = all_losses(firms, Rules(), weights).joint[:, 0]
        found = most_systemic(firms, Rules(), weights, 6)
        assert found.losses.joint[:, 0].tolist() == np.sort(exact)[::-1][:6].tolist()
        ran.append(found.ran)
    assert max(ran) > 6


def test_of_equals_the_one_that_stands_first_comes_first():
    alike = network([], [], [], kind=[0] * 200, essentiality=[[2]], output=[1.0] * 200)
    found = most_systemic(alike, Rules(), np.ones((1, 200)), 3)
    assert found.nodes.tolist() == [0, 1, 2]
