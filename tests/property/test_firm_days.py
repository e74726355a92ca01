"""Laws of the days on a network of firms: goods conserve, nothing moves by itself, a passing shock passes."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autarky.firm_network import FirmNetwork, links_in_order
from autarky.scenario import Scenario
from autarky.simulation.by_firm import kernels
from autarky.simulation.by_firm import network as arranged
from autarky.simulation.by_firm.allocation import allocation_of
from autarky.simulation.by_firm.forcing import build_forcing
from autarky.simulation.by_firm.network import open_days, slots_of
from autarky.simulation.by_firm.run import FirmSimulation, simulate_firms
from autarky.simulation.presets import parameters
from cases import law
from made_firms import random_network

CUT = {"kind": "trade_cut", "origin": "ABROAD", "destination": "HOME", "share_kept": 0.0}
CUT |= {"from": "2020-01-06", "until": "2020-03-10"}
HIT = {"kind": "capacity_loss", "from": "2020-01-20", "until": "2020-02-05", "share": 0.6}


def scenario(days: int, shocks: Any = (CUT, HIT), **behaviour: Any) -> Scenario:
    return Scenario.model_validate(
        {"start": "2020-01-01", "days": days, "shocks": list(shocks), "behaviour": behaviour}
    )


behaviours = st.fixed_dictionaries(
    {
        "production": st.sampled_from(["leontief", "critical", "linear"]),
        "rationing": st.sampled_from(["proportional", "priority", "market", "mixed", "random"]),
        "allocation": st.just({"plan_share": 0.5, "seed": 1, "by_product": {"sector-0": "market"}}),
        "priority": st.just([["sector-1"], ["households"]]),
        "inventory_days": st.integers(0, 60),
        "restocking_days": st.integers(1, 60),
        "initial_stocks": st.sampled_from([0.3, 1.0, 1.5]),
        "substitution_days": st.sampled_from([3, 30, "off"]),
        "import_spare": st.sampled_from([0.0, 0.5]),
    }
)
seeds = st.integers(0, 2**32 - 1)


@law(25)
@given(seeds, behaviours)
def test_what_is_shipped_is_received_and_nobody_makes_more_than_he_can_or_is_asked(
    seed: int, behaviour: dict[str, Any]
) -> None:
    network, told = random_network(seed), scenario(80, **behaviour)
    params = parameters(told.behaviour)
    forcing = build_forcing(network, told, (), params)
    slots = slots_of(network)
    allocation = allocation_of(network, told, params)
    tables, rules, state, _ = vars(open_days(network, slots, params, allocation)).values()
    whole = tables.base.sum()
    for day in range(told.days):
        forcing.act(day, tables, state)
        allocation.act(day, tables, state)
        kernels.scale_final(tables, state)
        kernels.produce(tables, rules, state, 0)
        to_final = (state.booked[-1] * state.offer[-1, :, 0] / state.offer[-1, :, 1]).sum()
        capacity = rules.normal * state.survive * state.overtime
        assert (state.output <= capacity * (1 + 1e-12)).all()
        assert (state.output <= state.booked.sum(axis=0) * (1 + 1e-12)).all()
        assert (state.output <= state.ceiling * (1 + 1e-12)).all()
        if rules.substitution_pace > 0:
            kernels.weigh_up(state)
            kernels.substitute(tables, rules, state, 0)
        made, draw = state.made[slots.buyer], state.draw[slots.buyer]
        before = state.stock.copy()
        used = np.minimum(made, before) + draw * np.maximum(before - made, 0.0)
        kernels.exchange(tables, rules, state, 0)
        received = (tables.use * (state.stock - before + used)).sum()
        assert abs(state.output.sum() - to_final - received) <= 1e-9 * whole
        assert (state.stock >= -1e-12).all()
        assert (state.order >= 0).all()


A_DAY_OF_STOCK = {
    "production": "critical",
    "rationing": "priority",
    "priority": [["sector-1"], ["households"]],
    "inventory_days": 1,
    "restocking_days": 7,
}


@law(10)
@given(seeds, behaviours)
# What rounding leaves short of the last rank grew until half of the network stood.
@example(9, A_DAY_OF_STOCK)
def test_without_a_shock_nothing_moves_for_ten_years(seed: int, behaviour: dict[str, Any]) -> None:
    network = random_network(seed)
    told = scenario(3650, (), **behaviour | {"initial_stocks": 1.0})
    result = simulate_firms(network, told, watch=range(len(network)))
    assert np.abs(result.watched - 1.0).max() < 1e-9
    assert (result.falls.day == -1).all()
    assert np.abs(result.lost).max() <= 1e-9 * network.nodes.output.max() / 365 * 3650
    assert result.value_added_lost == 0.0


@law(10)
@given(seeds, st.integers(1, 120), st.integers(1, 120), st.sampled_from(["leontief", "critical", "linear"]))
def test_a_passing_shock_passes(seed: int, stock: int, restocking: int, production: str) -> None:
    network = random_network(seed, firms=12, links=50)
    told = scenario(5 * 365 + 80, production=production, inventory_days=stock, restocking_days=restocking)
    result = simulate_firms(network, told, watch=range(len(network)))
    assert result.watched.min() < 0.9
    assert np.abs(result.watched[-1] - 1.0).max() < 0.01


def scaled(network: FirmNetwork, factor: float) -> FirmNetwork:
    nodes = replace(
        network.nodes,
        output=network.nodes.output * factor,
        value_added=network.nodes.value_added * factor,
    )
    return replace(network, nodes=nodes, sales=network.sales * factor)


def shuffled(network: FirmNetwork, order: Any) -> FirmNetwork:
    """The same network with firms in another order."""
    order = np.concatenate([order, np.arange(network.firms, len(network))])
    place = np.argsort(order)
    first, buyer, sales = links_in_order(
        len(network), place[network.supplier], place[network.buyer], network.sales
    )
    nodes = {item.name: getattr(network.nodes, item.name)[order] for item in fields(network.nodes)}
    return replace(network, nodes=replace(network.nodes, **nodes), first=first, buyer=buyer, sales=sales)


@law(10)
@given(seeds, behaviours)
def test_order_of_firms_and_unit_of_money_change_nothing(seed: int, behaviour: dict[str, Any]) -> None:
    network, told = random_network(seed), scenario(60, **behaviour)
    order = np.random.default_rng(seed).permutation(network.firms)
    place = [*np.argsort(order), *range(network.firms, len(network))]
    one = simulate_firms(network, told, watch=range(len(network)))
    other = simulate_firms(scaled(shuffled(network, order), 1e6), told, watch=place)
    np.testing.assert_allclose(other.watched, one.watched, rtol=0, atol=1e-8)
    np.testing.assert_allclose(other.output, one.output * 1e6, rtol=1e-7, atol=1e-6)
    assert other.value_added_lost == pytest.approx(one.value_added_lost, abs=1e-8)


def numbers(result: FirmSimulation) -> list[bytes]:
    return [
        np.ascontiguousarray(part).tobytes()
        for part in (
            result.output,
            result.value_added,
            result.stopped,
            result.lost,
            result.watched,
            *result.falls,
        )
    ]


def test_threads_change_no_byte_and_blocks_next_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network, told = random_network(7, firms=300, links=2000), scenario(60)
    whole = simulate_firms(network, told, watch=range(len(network)))
    monkeypatch.setattr(arranged, "_WORTH_BLOCKS", 0)
    one = simulate_firms(network, told, watch=range(len(network)), threads=1)
    three = simulate_firms(network, told, watch=range(len(network)), threads=3)
    assert numbers(one) == numbers(three)
    np.testing.assert_allclose(one.watched, whole.watched, rtol=0, atol=1e-10)
