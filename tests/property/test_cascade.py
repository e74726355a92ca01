"""Laws of the cascade: bounds, more shock never costs less, and what must not matter does not."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autarky.cascade import Rules, build_operators, cascade, cascades
from autarky.firm_network import FirmNetwork, links_in_order
from made_firms import network, random_network

seeds = st.integers(0, 10_000)
few = settings(max_examples=25)


def drawn(seed: int, **changed: Any) -> FirmNetwork:
    return random_network(seed, **{"kinds": 1 + seed % 6, "links": 60 + seed % 90, **changed})


@few
@given(seeds)
def test_losses_are_shares_and_a_failure_costs_at_least_itself(seed: int) -> None:
    made = drawn(seed, final=(0.5, 0.05)[seed % 2])
    weights = np.array([made.nodes.output, made.nodes.jobs])
    found = cascades(build_operators(made), np.arange(len(made)), weights)
    own = (weights / weights.sum(axis=1, keepdims=True)).T
    rounding = 1e-14
    assert (found.joint <= 1 + rounding).all()
    assert (found.downstream >= own - rounding).all()
    assert (found.upstream >= own - rounding).all()
    assert (found.joint >= np.maximum(found.downstream, found.upstream) - rounding).all()
    assert (found.joint <= found.downstream + found.upstream - own + rounding).all()


@few
@given(seeds)
def test_more_shock_never_leaves_more(seed: int) -> None:
    made = drawn(seed)
    rng = np.random.default_rng(seed)
    operators = build_operators(made, Rules(tolerance=1e-9))
    remaining = np.where(rng.random(len(made)) < 0.5, rng.random(len(made)), 1.0)
    less = remaining * rng.random(len(made))
    some, more = cascade(operators, remaining), cascade(operators, less)
    for before, after in ((some.downstream, more.downstream), (some.upstream, more.upstream)):
        assert (after <= before + 1e-7).all()
        assert (after >= 0).all()
        assert (before <= 1).all()


@few
@given(seeds, st.sampled_from([1e-12, 1e6]))
def test_the_unit_of_money_changes_nothing(seed: int, factor: float) -> None:
    made = drawn(seed, links=40)
    amounts = {name: getattr(made.nodes, name) * factor for name in ("output", "value_added")}
    nodes = dataclasses.replace(made.nodes, **amounts)
    other = dataclasses.replace(made, nodes=nodes, sales=made.sales * factor)
    failing = np.arange(len(made))
    here = cascades(build_operators(made), failing, made.nodes.output[None])
    there = cascades(build_operators(other), failing, other.nodes.output[None])
    np.testing.assert_allclose(here.joint, there.joint, rtol=1e-12)
    np.testing.assert_array_equal(here.rounds, there.rounds)


@few
@given(seeds)
def test_the_order_of_firms_changes_nothing(seed: int) -> None:
    made = drawn(seed)
    rng = np.random.default_rng(seed)
    order = np.r_[rng.permutation(made.firms), np.arange(made.firms, len(made))]
    place = np.argsort(order)
    first, buyer, sales = links_in_order(len(made), place[made.supplier], place[made.buyer], made.sales)
    nodes = dataclasses.replace(
        made.nodes,
        **{item.name: getattr(made.nodes, item.name)[order] for item in dataclasses.fields(made.nodes)},
    )
    other = dataclasses.replace(made, nodes=nodes, first=first, buyer=buyer, sales=sales)
    here = cascades(build_operators(made), order, made.nodes.output[None])
    there = cascades(build_operators(other), np.arange(len(made)), other.nodes.output[None])
    np.testing.assert_allclose(here.joint, there.joint, rtol=1e-12)
    np.testing.assert_array_equal(here.rounds, there.rounds)


@settings(max_examples=8)
@given(seeds)
def test_threads_and_company_change_no_byte(seed: int) -> None:
    made = drawn(seed, firms=150, links=700, final=0.2)
    operators = build_operators(made)
    weights = np.array([made.nodes.output, made.nodes.jobs])
    failing = np.random.default_rng(seed).permutation(len(made))
    alone = cascades(operators, failing, weights, threads=1)
    shared = cascades(operators, failing, weights, threads=3)
    every_third = cascades(operators, failing[::3], weights, threads=2)
    for one, other, third in zip(alone, shared, every_third, strict=True):
        assert one.tobytes() == other.tobytes()
        assert one[::3].tobytes() == third.tobytes()


@few
@given(seeds)
def test_a_firm_without_links_costs_itself_only(seed: int) -> None:
    made = drawn(seed)
    alone = network(
        made.supplier,
        made.buyer,
        made.sales,
        kind=np.r_[made.nodes.kind, 0],
        essentiality=made.essentiality,
        output=np.r_[made.nodes.output, 3.0],
    )
    found = cascades(build_operators(alone), np.array([len(made)]), alone.nodes.output[None])
    share = 3.0 / alone.nodes.output.sum()
    np.testing.assert_allclose([found.joint, found.downstream, found.upstream], share, rtol=1e-14)
    assert found.rounds[0] == 1


@few
@given(seeds)
def test_a_firm_that_sells_to_final_users_alone_starves_nobody(seed: int) -> None:
    made = drawn(seed)
    failing = np.flatnonzero(made.sold == 0)
    found = cascades(build_operators(made), failing, made.nodes.output[None])
    share = made.nodes.output[failing] / made.nodes.output.sum()
    np.testing.assert_allclose(found.downstream[:, 0], share, rtol=1e-14)
