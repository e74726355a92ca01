"""A loss is passed on whole: at every step, in every economy, under all rules, and never to a later day."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, reject

from autarky.errors import ScenarioError
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.shortfalls import ENDS, Node, Place, Trace, simulate_and_trace
from cases import Case, cases, day, law

Floats = npt.NDArray[np.float64]

DAYS = 60


def _largest(trace: Trace) -> list[int]:
    total = trace.lost.sum(axis=0)
    return [int(j) for j in np.argsort(-total)[:2] if total[j] > 0]


@law(40)
@given(cases())
def test_what_a_load_comes_from_adds_up_to_it_and_lies_no_later(case: Case) -> None:
    _, trace = simulate_and_trace(case.economy(), case.scenario(DAYS))
    for j in _largest(trace):
        _adds_up_and_lies_no_later(trace, Node(Place.LOST, j), trace.lost[:, j])


def _adds_up_and_lies_no_later(trace: Trace, start: Node, lost: Floats) -> None:
    """Thirty steps back from a loss."""
    waiting = [(start, lost)]
    for _ in range(30):
        if not waiting:
            break
        node, load = waiting.pop(0)
        parts = trace.pass_on(node, load)
        np.testing.assert_allclose(
            sum(part.sum() for _, part in parts), load.sum(), rtol=1e-9, err_msg=str(node)
        )
        for _, part in parts:
            assert (part >= -1e-12 * load.max()).all()
            # From any day on there is no more than there was: nothing comes from the future.
            later = np.cumsum(load[::-1])[::-1]
            assert (np.cumsum(part[::-1])[::-1] <= later + 1e-9 * load.sum()).all()
        waiting += [(other, part) for other, part in parts if other.place not in ENDS]


@law(40)
@given(cases())
def test_what_a_loss_goes_back_to_adds_up_to_it(case: Case) -> None:
    _, trace = simulate_and_trace(case.economy(), case.scenario(DAYS))
    for j in _largest(trace):
        shares = trace.roots(Node(Place.LOST, j), trace.lost[:, j])
        assert all(node.place in ENDS for node in shares)
        assert abs(sum(shares.values()) - 1.0) < 1e-5


def _one_by_one(trace: Trace, node: Node, load: Floats) -> dict[Node, float]:
    """What a loss goes back to, the largest load passed on by itself until next to nothing is left."""
    ends: dict[Node, float] = {}
    waiting, whole = {node: load}, float(load.sum())
    while waiting:
        at = max(waiting, key=lambda one: float(waiting[one].sum()))
        for other, part in trace.pass_on(at, waiting.pop(at)):
            if other.place in ENDS:
                ends[other] = ends.get(other, 0.0) + float(part.sum()) / whole
            elif part.sum() > 1e-8 * whole:
                waiting[other] = waiting.get(other, 0.0) + part
    return ends


@law(40)
@given(cases())
def test_orders_passed_on_together_end_where_they_end_one_by_one(case: Case) -> None:
    _, trace = simulate_and_trace(case.economy(), case.scenario(40))
    for j in _largest(trace)[:1]:
        node, load = Node(Place.LOST, j), trace.lost[:, j]
        told = trace.roots(node, load, told=1.0 - 1e-6)
        slow = _one_by_one(trace, node, load)
        for end in told.keys() | slow.keys():
            if end.place is not Place.UNTOLD:
                assert abs(told.get(end, 0.0) - slow.get(end, 0.0)) < 1e-5, end


def _with_behaviours(case: Case) -> Scenario:
    """The case with hours, households' money, foreign exchange and spare parts counted, as far as it can."""
    economy, rng = case.economy(), np.random.default_rng([case.seed, 3])
    sectors = list(economy.industries.sectors)
    week = {"work": 40, "garden": 4, "market": 0, "sessions": 0}
    hit = {"from": day(int(rng.integers(2, 20)))}
    shocks = [
        *case.shocks(DAYS),
        {"kind": "hours_withheld", "hours_a_week": float(rng.uniform(4, 30)), "taken_from": {"work": 1}}
        | hit,
        {"kind": "transfer", "share": -float(rng.uniform(0.05, 0.6))} | hit,
    ]
    parts: dict[str, Any] = {
        "labour": {
            "groups": {"all": {"people": 10, "hours_a_week": week, "slack": float(rng.choice([0, 0.1]))}},
            "hiring": {} if rng.integers(2) else None,
        },
        "households": {"groups": {"households": {}}},
        "spare_parts": {"products": sectors[:1], "wear_days": 30, "store_days": 3},
    }
    if case.national:
        parts["foreign_exchange"] = {"reserves": 1.0}
    return case.scenario(DAYS, shocks, **parts)


@law(25)
@given(cases("autarky"))
def test_a_loss_is_passed_on_whole_where_behaviours_say_why_there_is_less(case: Case) -> None:
    try:
        _, trace = simulate_and_trace(case.economy(), _with_behaviours(case))
    except ScenarioError:
        reject()  # nobody exports, or nobody delivers parts
    assert trace.limits.suppliers
    for j in _largest(trace):
        node, load = Node(Place.LOST, j), trace.lost[:, j]
        _adds_up_and_lies_no_later(trace, node, load)
        shares = trace.roots(node, load)
        assert all(end.place in ENDS for end in shares)
        assert abs(sum(shares.values()) - 1.0) < 1e-5


@law(10)
@given(cases("autarky"))
def test_tracing_changes_nothing(case: Case) -> None:
    plain, (traced, _) = (
        simulate(case.economy(), case.scenario(DAYS)),
        simulate_and_trace(case.economy(), case.scenario(DAYS)),
    )
    for name, values in plain.data.variables.items():
        assert values.values.tobytes() == traced.data[name].values.tobytes(), name
