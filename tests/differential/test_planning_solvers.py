"""HiGHS agrees with scipy's simplex and with Clarabel on every stage of 50 plans; duals with re-solves.

scipy brings HiGHS too, of another version and by another method; Clarabel is independent of it.
"""

from __future__ import annotations

import clarabel
import numpy as np
import pytest
import scipy.optimize
import scipy.sparse as sp

from autarky.planning.highs import Session
from autarky.planning.plan import Plan, make_plan
from autarky.planning.stages import GAIN, Stage
from problems.random_plans import FEATURES, random_plan

PLANS = 50
CAN_MAKE_IT_INFEASIBLE = {"siege", "contracts", "a target must hold", "livelihoods must hold"}


def plan_of(seed: int) -> Plan:
    """A small plan; what could make it impossible is left out of it."""
    rng = np.random.default_rng([seed, 11])
    chosen = [name for name in FEATURES if rng.random() < 0.4 and name not in CAN_MAKE_IT_INFEASIBLE]
    problem = random_plan(
        seed + 100, products=int(rng.integers(3, 9)), periods=int(rng.integers(1, 5)), features=chosen
    )
    made = make_plan(problem)
    assert isinstance(made, Plan)
    return made


def sides(stage: Stage) -> tuple[sp.csr_array, np.ndarray, sp.csr_array, np.ndarray]:
    """``G·x ≤ h`` and ``E·x = f`` of a stage's rows and of the locks it keeps."""
    program = stage.program
    A = sp.csr_array(program.A)
    equal = program.row_lower == program.row_upper
    above, below = (
        np.flatnonzero(np.isfinite(side) & ~equal) for side in (program.row_upper, program.row_lower)
    )
    locks = sp.csr_array(np.array([lock.coefficients for lock in stage.locks]).reshape(-1, A.shape[1]))
    G = sp.csr_array(sp.vstack([A[above], -A[below], locks]))
    h = np.concatenate(
        [program.row_upper[above], -program.row_lower[below], [lock.at_most for lock in stage.locks]]
    )
    return G, h, sp.csr_array(A[np.flatnonzero(equal)]), program.row_upper[equal]


def least_by_scipy(stage: Stage) -> float:
    G, h, E, f = sides(stage)
    program = stage.program
    found = scipy.optimize.linprog(
        stage.objective,
        G,
        h,
        E,
        f,
        np.column_stack([program.lower, program.upper]),
        method="highs-ds",
        options={"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-9},
    )
    assert found.status == 0, found.message
    return float(found.fun)


def least_by_clarabel(stage: Stage) -> float:
    G, h, E, f = sides(stage)
    low, high = stage.program.lower, stage.program.upper
    each = sp.eye_array(len(low), format="csr")
    fixed = low == high
    above, below = np.flatnonzero(np.isfinite(high) & ~fixed), np.flatnonzero(np.isfinite(low) & ~fixed)
    same = sp.vstack([E, each[np.flatnonzero(fixed)]])
    inside = sp.vstack([G, each[above], -each[below]])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
    # As it comes it adds 1e-8 to the diagonal of its systems, which is more than some objectives can bear.
    settings.static_regularization_constant = 1e-10
    settings.iterative_refinement_max_iter = 50
    settings.iterative_refinement_reltol = settings.iterative_refinement_abstol = 1e-15
    found = clarabel.DefaultSolver(
        sp.csc_matrix((len(low), len(low))),
        stage.objective,
        sp.csc_matrix(sp.vstack([same, inside])),
        np.concatenate([f, low[fixed], h, high[above], -low[below]]),
        [clarabel.ZeroConeT(same.shape[0]), clarabel.NonnegativeConeT(inside.shape[0])],
        settings,
    ).solve()
    assert str(found.status) in ("Solved", "AlmostSolved"), found.status
    return float(found.obj_val)


@pytest.mark.parametrize("seed", range(PLANS))
def test_three_solvers_reach_the_same_in_every_stage(seed: int) -> None:
    for stage in plan_of(seed).stages:
        reached = stage.solution.objective
        # A gain is in person-years of a thousand people; below a millionth of theirs it is what the slack of
        # earlier stages leaves.
        close = pytest.approx(reached, rel=1e-6, abs=1e-3 if stage.name == GAIN else 1e-6)
        assert least_by_scipy(stage) == close, stage.name
        assert least_by_clarabel(stage) == close, stage.name


@pytest.mark.parametrize("seed", range(0, PLANS, 5))
def test_a_dual_is_what_a_side_moved_a_little_does_to_the_objective(seed: int) -> None:
    stage = plan_of(seed).priced
    assert stage is not None
    program = stage.program
    session = Session(program, stage.locks)
    found = session.solve(stage.objective, crossover=True)
    priced = np.flatnonzero(np.abs(found.row_duals) > 1e-6 * np.abs(found.row_duals).max())
    reach = session.reach(priced)
    # Duals of rows that bind below are positive: more is asked for, and it costs.
    side = np.where(found.row_duals[priced] > 0, program.row_lower[priced], program.row_upper[priced])
    moved = 0
    for k in np.random.default_rng(seed).permutation(len(priced))[:12]:
        row, dual = int(priced[k]), found.row_duals[priced[k]]
        low, high = program.row_lower[row], program.row_upper[row]
        for end in (reach.low[k], reach.high[k]):
            most = 0.5 * (np.clip(end, side[k] - 10, side[k] + 10) - side[k])
            if abs(most * dual) < 1e-4 * max(1.0, abs(found.objective)):
                continue  # a corner where several meet: the dual holds in one direction only
            there = side[k] + most
            session.set_sides(row, there if low == side[k] else low, there if high == side[k] else high)
            change = session.solve(stage.objective, method="simplex").objective - found.objective
            assert change == pytest.approx(dual * most, rel=1e-4, abs=1e-7), program.row(row)
            moved += 1
        session.set_sides(row, low, high)
    assert moved >= 3
