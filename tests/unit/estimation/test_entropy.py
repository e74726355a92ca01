"""Cross-entropy: what multipliers, edges and bounds mean, and how contradictions are told."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import scipy.sparse

from autarky.errors import EconomyError, InfeasibleError
from autarky.estimation.entropy import Constraints, cross_entropy, pulls


def constraints(
    rows: Sequence[Sequence[float]],
    ranges: Sequence[tuple[float, float, float]],
    names: Sequence[str] = "abcd",
) -> Constraints:
    low, target, high = np.array(ranges, dtype=float).T
    return Constraints(scipy.sparse.csr_array(np.array(rows)), low, target, high, tuple(names[: len(rows)]))


def test_one_exact_total_scales_the_prior_and_its_multiplier_is_the_logarithm() -> None:
    found = cross_entropy([1.0, 2.0, 3.0], constraints([[1, 1, 1]], [(9, 9, 9)]))
    np.testing.assert_allclose(found.cells, [1.5, 3.0, 4.5], rtol=1e-9)
    assert found.multipliers[0] == pytest.approx(math.log(1.5))
    assert found.cell_entropy == pytest.approx(9 * math.log(1.5) - 3)
    assert found.error_entropy == 0


def test_a_multiplier_is_what_the_objective_rises_by_per_unit_of_the_target() -> None:
    prior = np.array([4.0, 2.0, -1.0, 3.0])

    def solved(shift: float) -> tuple[float, float]:
        ranges = [(5.0, 6.0 + shift, 6.5 + shift), (2.0, 2.0, 2.0)]
        found = cross_entropy(
            prior, constraints([[1, 1, 1, 0], [0, 1, 0, -0.5]], ranges), error_weight=0.3, tolerance=1e-13
        )
        return found.cell_entropy + found.error_entropy, found.multipliers[0]

    step = 1e-4
    slope = (solved(step)[0] - solved(-step)[0]) / (2 * step)
    assert slope == pytest.approx(solved(0.0)[1], rel=1e-5)
    assert abs(slope) > 0.01


@pytest.mark.parametrize("ranges", [(3.0, 6.0, 40.0), (6.0, 6.0, 40.0), (1.0, 6.0, 6.0)])
def test_a_target_that_the_prior_meets_is_met_wherever_it_stands_in_its_range(
    ranges: tuple[float, float, float],
) -> None:
    found = cross_entropy([1.0, 2.0, 3.0], constraints([[1, 1, 1]], [ranges]))
    np.testing.assert_array_equal(found.cells, [1.0, 2.0, 3.0])
    assert found.multipliers[0] == 0
    assert found.at_edge[0] == 0


def test_the_prior_draws_a_value_off_its_target_but_not_out_of_its_range() -> None:
    rows, wide, narrow = [[1.0, 1.0]], (11.0, 14.0, 18.0), (13.0, 14.0, 15.0)
    values = [
        cross_entropy([5.0, 5.0], constraints(rows, [r]), error_weight=1).values[0] for r in (wide, narrow)
    ]
    assert 11 < values[0] < values[1] < 14
    heavy = cross_entropy([5.0, 5.0], constraints(rows, [wide]), error_weight=1e-3)
    assert heavy.at_edge[0] == -1
    assert 11 - 1e-9 <= heavy.values[0] < 11.05


def test_ranges_that_overlap_are_both_kept_and_their_pull_is_told() -> None:
    claims = constraints([[1, 1, 0], [1, 1, 0], [0, 0, 1]], [(90, 100, 111), (109, 120, 131), (1, 1.1, 2)])
    found = cross_entropy([40.0, 40.0, 1.0], claims)
    assert 109 <= found.values[0] <= 111
    np.testing.assert_allclose(found.values[0], found.values[1])
    (pull,) = pulls(found, claims)
    assert (pull.first, pull.second) == ("a", "b")
    assert pull.first_moved > 0 > pull.second_moved  # b draws a up, a draws b down
    assert pull.strength == pytest.approx(pull.second_moved * -found.multipliers[1])


def test_a_pull_goes_through_the_exact_constraints_between_two_claims() -> None:
    """Sales of one good are wanted high, its purchases low; only the balance joins the two."""
    claims = constraints(
        [[1, 0, -1, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]],
        [(0, 0, 0), (9, 12, 15), (6, 8, 11), (2, 2, 2)],
        ["balance", "sales", "purchases", "other"],
    )
    (pull,) = pulls(cross_entropy([10.0, 1.0, 10.0, 1.0], claims), claims)
    assert (pull.first, pull.second) == ("sales", "purchases")
    assert pull.first_moved < 0 < pull.second_moved
    assert pulls(cross_entropy([10.0, 1.0, 10.0, 1.0], claims), claims, among=[0, 1, 0, 0]) == ()


def test_bounds_hold_and_are_told() -> None:
    prior = [1.0, 2.0, -3.0, 4.0]
    rows = [[1.0, 1.0, 1.0, 1.0]]
    found = cross_entropy(
        prior,
        constraints(rows, [(8, 8, 8)]),
        lower=[-np.inf, -np.inf, -2.5, 4.5],
        upper=[1.1, np.inf, -2.2, np.inf],
    )
    assert found.cells.sum() == pytest.approx(8)
    np.testing.assert_array_equal(found.at_bound, [1, 0, 1, 0])
    np.testing.assert_allclose(found.cells[[0, 2]], [1.1, -2.2])
    assert found.cells[1] / 2 == pytest.approx(found.cells[3] / 4)


def test_a_cell_held_by_equal_bounds_stays_where_they_are() -> None:
    held = [-np.inf, 5.0, -np.inf], [np.inf, 5.0, np.inf]
    found = cross_entropy(
        [1.0, 2.0, 3.0], constraints([[1, 1, 1]], [(9, 9, 9)]), lower=held[0], upper=held[1]
    )
    np.testing.assert_allclose(found.cells, [1.0, 5.0, 3.0])


def test_a_total_of_zero_empties_its_cells() -> None:
    found = cross_entropy([1.0, 2.0, 3.0], constraints([[1, 1, 0], [0, 1, 1]], [(0, 0, 0), (4, 4, 4)]))
    np.testing.assert_allclose(found.cells, [0, 0, 4], rtol=1e-9)


def test_constraints_said_twice_change_nothing() -> None:
    rows, ranges = [[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]], [(4.0, 4.0, 4.0), (7.0, 7.0, 7.0)]
    once = cross_entropy([1.0, 2.0, 3.0], constraints(rows, ranges))
    twice = cross_entropy([1.0, 2.0, 3.0], constraints(rows * 2, ranges * 2))
    np.testing.assert_allclose(twice.cells, once.cells, rtol=1e-8)
    np.testing.assert_allclose(twice.multipliers[:2] + twice.multipliers[2:], once.multipliers, rtol=1e-6)


def test_a_second_solve_from_the_multipliers_of_the_first_takes_no_step() -> None:
    claims = constraints([[1, 1, 0], [0, 1, 1]], [(3, 4, 5), (7, 7, 7)])
    first = cross_entropy([1.0, 2.0, 3.0], claims)
    again = cross_entropy([1.0, 2.0, 3.0], claims, start=first.multipliers)
    assert first.iterations > 0 == again.iterations
    np.testing.assert_array_equal(again.cells, first.cells)


def test_the_least_set_that_cannot_hold_is_named_with_what_the_others_allow() -> None:
    """Three claims contradict each other, any two of them do not; the fourth has nothing to do with it."""
    rows = [[1, 1, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 1, 0]]
    ranges = [(90, 95, 100), (1, 2, 3), (50, 55, 60), (60, 70, 80)]
    names = ["GDP", "imports", "mining", "the rest"]
    with pytest.raises(InfeasibleError) as caught:
        cross_entropy([30.0, 30.0, 30.0, 1.0], constraints(rows, ranges, names))
    assert [f"{problem.place}: {problem.what}" for problem in caught.value.problems] == [
        "GDP: wants 90 to 100, but 'mining', 'the rest' allow 110 to 140",
        "mining: wants 50 to 60, but 'GDP', 'the rest' allow 10 to 40",
        "the rest: wants 60 to 80, but 'GDP', 'mining' allow 30 to 50",
    ]
    for left_out in (0, 2, 3):
        kept = [k for k in range(4) if k != left_out]
        some = constraints([rows[k] for k in kept], [ranges[k] for k in kept], [names[k] for k in kept])
        values = cross_entropy([30.0, 30.0, 30.0, 1.0], some).values
        assert (some.low <= values).all()
        assert (values <= some.high).all()


def test_all_constraints_that_signs_zeros_and_bounds_exclude_are_told_together() -> None:
    rows = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    with pytest.raises(InfeasibleError) as caught:
        cross_entropy(
            [1.0, 0.0, -3.0],
            constraints(rows, [(2, 3, 4), (1, 1, 1), (5, 5, 5)]),
            upper=[0.5, np.inf, np.inf],
        )
    assert [f"{problem.place}: {problem.what}" for problem in caught.value.problems] == [
        "a: wants 2 to 4, but the signs, zeros and bounds of its cells allow 0",
        "b: wants 1, but the signs, zeros and bounds of its cells allow 0 to 0.5",
        "c: wants 5, but the signs, zeros and bounds of its cells allow at most 0",
    ]


def test_bounds_that_leave_a_cell_no_value_of_its_sign_are_refused() -> None:
    with pytest.raises(EconomyError) as caught:
        cross_entropy(
            [1.0, 0.0, -3.0],
            constraints([[1, 1, 1]], [(1, 1, 1)]),
            lower=[2.0, 1.0, 0.5],
            upper=[1.0, 2.0, 1.0],
        )
    assert [problem.place for problem in caught.value.problems] == ["cell 0", "cell 1", "cell 2"]


def test_ranges_that_only_touch_have_an_answer() -> None:
    claims = constraints([[1, 1, 0], [1, 1, 0]], [(90, 100, 110), (110, 120, 130)])
    found = cross_entropy([40.0, 40.0, 1.0], claims)
    np.testing.assert_allclose(found.values, [110, 110], rtol=1e-8)
    np.testing.assert_array_equal(found.at_edge, [1, -1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"low": [2.0, 0.0]}, "a: low 2, target 1 and high 3"),
        ({"high": [np.inf, 1.0]}, "not finite"),
        ({"names": ("a", "a")}, "two constraints have one name"),
        ({"names": ("a",)}, "as many low, target, high and names"),
    ],
)
def test_constraints_that_are_none_are_refused(change: dict[str, object], told: str) -> None:
    fields: dict[str, object] = {
        "matrix": np.eye(2), "low": [0.0, 0.0], "target": [1.0, 1.0], "high": [3.0, 1.0], "names": ("a", "b"),
    }  # fmt: skip
    Constraints(**fields)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=told):
        Constraints(**(fields | change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prior", "more", "told"),
    [
        ([1.0], {}, "the prior has shape"),
        ([1.0, np.nan], {}, "not finite"),
        ([1.0, 1.0], {"error_weight": 0.0}, "must be positive"),
        ([1.0, 1.0], {"start": [1.0]}, "start has shape"),
        ([1.0, 1.0], {"upper": [1.0]}, "upper has shape"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    prior: list[float], more: dict[str, object], told: str
) -> None:
    claims = constraints([[1, 0], [0, 1]], [(0, 1, 2), (1, 1, 1)])
    with pytest.raises(ValueError, match=told):
        cross_entropy(prior, claims, **more)  # type: ignore[arg-type]
