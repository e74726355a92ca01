"""Operators and runs of cascades: what they refuse, how they go on, and what they may be stored as."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from autarky.cascade import Operators, Rules, build_operators, cascade, cascades, run, weights_of
from autarky.errors import InputError
from made_firms import network, random_network


def test_wrong_rules_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        Rules(denominator="money", tolerance=0.0, most_rounds=0)  # type: ignore[arg-type]
    assert [problem.place for problem in caught.value.problems] == ["denominator", "tolerance", "most_rounds"]


def test_what_suppliers_abroad_lose_is_no_loss_at_home() -> None:
    made = random_network(1, firms=10, abroad=2)
    weights = weights_of(made, ["jobs", "output"])
    assert weights.shape == (2, 12)
    assert (weights[:, 10:] == 0).all()
    np.testing.assert_array_equal(weights[1, :10], made.nodes.output[:10])


def test_a_weight_of_nothing_is_refused() -> None:
    made = network([0], [1], [1.0], kind=[0, 1], essentiality=np.ones((2, 2)), jobs=[0, 0])
    with pytest.raises(InputError) as caught:
        weights_of(made, ["jobs", "happiness"])
    assert [problem.place for problem in caught.value.problems] == ["weight jobs", "weight happiness"]


def test_shares_of_a_slot_add_up_and_lost_sales_leak_to_final_users() -> None:
    made = random_network(2, levels=(2,))
    operators = build_operators(made)
    np.testing.assert_allclose(np.add.reduceat(operators.input_share, operators.input_first[:-1]), 1.0)
    sold = np.bincount(made.supplier, operators.customer_share, len(made))
    np.testing.assert_allclose(sold, made.sold / made.nodes.output)


def test_a_link_without_effect_carries_lost_demand_alone() -> None:
    made = network([0], [1], [1.0], kind=[0, 1], essentiality=np.zeros((2, 2)), output=[2.0, 4.0])
    operators = build_operators(made)
    supplier_fails, buyer_fails = (cascade(operators, np.array(left)) for left in ([0.0, 1], [1, 0.0]))
    np.testing.assert_array_equal(supplier_fails.downstream, [0, 1])
    np.testing.assert_array_equal(buyer_fails.upstream, [0.5, 0])


def test_operators_may_be_pickled_or_lie_on_disk(tmp_path: Path) -> None:
    made = random_network(3)
    operators = build_operators(made)
    for name, array in operators._asdict().items():
        if name != "rules":
            np.save(tmp_path / f"{name}.npy", array)
    names = Operators._fields[1:]
    mapped = (np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in names)
    failing, weights = np.arange(len(made)), made.nodes.output[None]
    losses = cascades(operators, failing, weights)
    for other in (Operators(operators.rules, *mapped), pickle.loads(pickle.dumps(operators))):
        assert cascades(other, failing, weights).joint.tobytes() == losses.joint.tobytes()


@pytest.mark.parametrize("giant", [0.0, 0.5])
def test_progress_counts_every_failure_once(giant: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "GIANT", giant)
    made = random_network(4, firms=200, links=1500)
    told: list[tuple[int, int]] = []
    failing = np.arange(len(made))
    cascades(
        build_operators(made),
        failing,
        made.sold[None],
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (len(made), len(made))
    assert sorted(told) == told
    assert len(told) > 10


def test_ctrl_c_leaves_the_parts_not_begun_undone() -> None:
    made = random_network(5, firms=200, links=1500)
    told = []

    def interrupt(done: int, total: int) -> None:
        told.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cascades(build_operators(made), np.arange(len(made)), made.sold[None], threads=2, progress=interrupt)
    assert told[0] < len(made)


def test_nodes_and_shares_out_of_range_are_refused() -> None:
    made = random_network(6)
    operators, weights = build_operators(made), made.sold[None]
    with pytest.raises(ValueError, match="failing"):
        cascades(operators, np.array([len(made)]), weights)
    with pytest.raises(ValueError, match="remaining"):
        cascades(operators, np.array([0]), weights, remaining=1.5)
    with pytest.raises(ValueError, match="remaining"):
        cascade(operators, np.full(len(made), np.nan))


def test_nothing_fails_and_nothing_is_lost() -> None:
    made = random_network(7)
    operators = build_operators(made)
    assert cascades(operators, np.array([], dtype=np.int64), made.sold[None]).joint.shape == (0, 1)
    assert cascades(operators, np.array([2]), made.sold[None], remaining=1.0).joint[0, 0] == 0


def test_rounds_end_at_the_most_there_may_be() -> None:
    made = random_network(8, final=0.01, links=200)
    for reference in (False, True):
        rules = Rules(tolerance=1e-12, most_rounds=4, reference=reference)
        settled = cascade(build_operators(made, rules), np.where(np.arange(len(made)) == 0, 0.0, 1.0))
        assert settled.rounds == 4
        assert settled.change > 1e-12
