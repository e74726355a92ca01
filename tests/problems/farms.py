"""Farms: 100 people need a t of grain each a year, which takes a tenth of a kl of imported oil."""

from dataclasses import replace

import numpy as np

from autarky.planning.problem import LIVELIHOOD, Households, PlanningProblem, Trade


def farms(
    *,
    ceiling: float | tuple[float, ...] = 100.0,
    must_hold: tuple[str, ...] = (LIVELIHOOD,),
    periods: int = 2,
    **others: object,
) -> PlanningProblem:
    """Some years from 2031 on in which farms can make 120 t, and oil costs 3 a kl; nothing comes after.

    Without oil, grain grows by hand, on plots of which there are none and on which work can be begun a year
    ahead: 60 t more each year, where ``most_starts`` lets it.
    """
    each = np.ones((periods, 1))
    nothing = np.zeros((periods, 2))
    problem = PlanningProblem(
        "Farms",
        tuple(str(2031 + t) for t in range(periods)),
        np.ones(periods),
        ("grain", "oil"),
        ("t", "kl"),
        ("farm", "by hand"),
        ("t", "t"),
        make=np.array([[1.0, 1.0], [0.0, 0.0]]),
        use=np.array([[0.0, 0.0], [0.1, 0.0]]),
        yields=np.ones((periods, 2)),
        capacity=np.array([120.0, 0.0]),
        arriving=nothing,
        retirement=np.zeros(2),
        lag=np.ones(2),
        most_starts=nothing,
        start_growth=np.zeros(2),
        builds_with=np.zeros((2, 2)),
        imports=Trade(
            (("ABROAD", "oil"),),
            np.array([1]),
            3 * each,
            np.array(ceiling)[:, None] if isinstance(ceiling, tuple) else ceiling * each,
            0 * each,
        ),
        exports=Trade((), np.zeros(0, np.int64), *3 * [np.zeros((periods, 0))]),
        households=Households(
            ("people",), 100 * each, np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]), np.zeros((1, 2))
        ),
        public_demand=nothing,
        must_hold=frozenset(must_hold),
        stationary_after=False,
    )
    return replace(problem, **others)  # type: ignore[arg-type]


def plots(periods: int) -> np.ndarray:
    """(periods, 2) ``most_starts`` that lets 60 t by hand be begun each year."""
    return np.tile([0.0, 60.0], (periods, 1))
