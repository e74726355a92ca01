"""A loss is passed on whole: at every step, in every economy, under all rules, and never to a later day."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from autarky.simulation.shortfalls import ENDS, Node, Place, Trace, simulate_and_trace
from cases import Case, cases, law

DAYS = 60


def _largest(trace: Trace) -> list[int]:
    total = trace.lost.sum(axis=0)
    return [int(j) for j in np.argsort(-total)[:2] if total[j] > 0]


@law(40)
@given(cases())
def test_what_a_load_comes_from_adds_up_to_it_and_lies_no_later(case: Case) -> None:
    _, trace = simulate_and_trace(case.economy(), case.scenario(DAYS))
    for j in _largest(trace):
        waiting = [(Node(Place.LOST, j), trace.lost[:, j])]
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


@law(10)
@given(cases("autarky"))
def test_tracing_changes_nothing(case: Case) -> None:
    from autarky.simulation import simulate

    plain, (traced, _) = (
        simulate(case.economy(), case.scenario(DAYS)),
        simulate_and_trace(case.economy(), case.scenario(DAYS)),
    )
    for name, values in plain.data.variables.items():
        assert values.values.tobytes() == traced.data[name].values.tobytes(), name
