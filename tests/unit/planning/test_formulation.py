"""Formulation: every row says something of its own, and every bound is a number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autarky.planning.formulation import formulate
from autarky.planning.linear_program import Builder, LinearProgram
from autarky.planning.problem import (
    ForeignExchange,
    Households,
    Labour,
    PlanningProblem,
    Siege,
    Stocks,
    Target,
    Trade,
)

PERIODS = ("2021", "2022", "2023")


def trade(prices: list[float], ceilings: list[float], contracted: float = 0.0) -> Trade:
    """One channel for each of the first products."""
    n, p = len(prices), len(PERIODS)
    return Trade(
        tuple(("ABROAD", product) for product in ("grain", "coal", "machines")[:n]),
        np.arange(n),
        np.tile(prices, (p, 1)),
        np.tile(ceilings, (p, 1)),
        np.full((p, n), contracted),
    )


def everything() -> PlanningProblem:
    """A small problem in which every kind of row occurs."""
    p, n, m = len(PERIODS), 3, 4
    nothing = np.zeros((p, m))
    mining = np.tile([0.0, 1.0, 0.0, 0.0], (p, 1))
    only_coal = np.tile([0.0, 1.0, 0.0], (p, 1))
    return PlanningProblem(
        title="everything",
        periods=PERIODS,
        years=np.array([1.0, 1.0, 2.0]),
        products=("grain", "coal", "machines"),
        product_units=("kt", "kt", "units"),
        techniques=("farm", "mine", "workshop", "better farm"),
        technique_units=("kt", "kt", "units", "kt"),
        make=np.array([[1.0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]),
        use=np.array([[0.1, 0, 0, 0.1], [0.3, 0.1, 0.4, 0.1], [0, 0.05, 0, 0]]),
        yields=np.ones((p, m)),
        capacity=np.array([10.0, 20, 5, 0]),
        arriving=nothing,
        retirement=np.array([0.05, 0.05, 0.1, 0.05]),
        lag=np.array([1.0, 1, 1, 2]),
        most_starts=np.tile([1.0, 2, 1, 3], (p, 1)),
        start_growth=np.array([0.0, 0, 0.1, 0.2]),
        builds_with=np.array([[0.0] * 4, [0.0] * 4, [0.5, 0.2, 0.1, 0.7]]),
        imports=trade([1.0, 2.0, 3.0], [5.0, 8.0, 2.0], contracted=0.5),
        exports=trade([1.0, 1.0], [2.0, 4.0]),
        households=Households(
            ("cities", "country"),
            np.tile([4.0, 6.0], (p, 1)),
            np.array([[0.5, 0.2, 0], [0.6, 0.1, 0]]),
            np.array([[0.7, 0.3, 0], [0.8, 0.2, 0]]),
            np.array([[0.5, 0.2, 0.1], [0.6, 0.1, 0]]),
        ),
        public_demand=np.tile([0.5, 1.0, 0.2], (p, 1)),
        foreign_exchange=ForeignExchange("dollars", np.full(p, 3.0), np.full(p, 2.0), 0.05, 1.0, 1.0),
        labour=Labour(
            ("hands", "engineers"),
            np.tile([30.0, 6.0], (p, 1)),
            np.array([[1.0, 1, 0.5, 0.8], [0, 0.1, 0.5, 0.2]]),
            np.array([[0.1, 0.1, 0.1, 0.1], [0.1, 0.2, 0.1, 0.3]]),
            np.array([0.1, 0.0]),
            training=(("hands", "engineers", 1.0),),
            most_trained=np.full((p, 1), 0.5),
            substitutes=(("engineers", "hands", 1.0),),
        ),
        stocks=Stocks(
            np.array([0, 1]),
            np.array([1.0, 2.0]),
            np.full((p, 2), 5.0),
            np.array([0.1, 0.0]),
            np.ones((p, 2)),
        ),
        siege=Siege(1, np.ones(3), 0.5, 0.2, 0.5),
        deposits=("seam",),
        deposit=np.array([500.0]),
        draws=np.array([[0.0, 1.0, 0, 0]]),
        targets=(
            Target("less coal", "kt", 1, np.full(p, 3.0), 3.0, nothing, only_coal, nothing, np.zeros((p, 2))),
            Target(
                "mines", "kt", 2, np.full(p, -9.0), 9.0, -mining, np.zeros((p, n)), nothing, np.zeros((p, 2))
            ),
        ),
    )


def parallel_rows(program: LinearProgram) -> list[tuple[str, str]]:
    """Pairs of rows that say the same: one is a positive multiple of the other, sides and all.

    Of such a pair the solver prices one and not the other, and which one is chance.
    """
    A = program.A.tocsr()
    sides = np.column_stack([program.row_lower, program.row_upper])
    seen: dict[tuple[bytes, ...], int] = {}
    found = []
    for row in range(A.shape[0]):
        at = slice(A.indptr[row], A.indptr[row + 1])
        order = np.argsort(A.indices[at])
        columns, values = A.indices[at][order], A.data[at][order]
        columns, values = columns[values != 0], values[values != 0]
        # Divided by its first coefficient; if that is negative, the sides change places.
        first = values[0] if len(values) else 1.0
        low, high = sides[row] / first if first > 0 else sides[row][::-1] / first
        numbers = np.round([low, high, *(values / first)], 9) + 0.0  # −0 is 0
        key = (columns.tobytes(), numbers.tobytes())
        if key in seen:
            found.append((program.row(seen[key]), program.row(row)))
        seen.setdefault(key, row)
    return found


@pytest.mark.parametrize("giving", [False, True])
def test_no_two_rows_say_the_same(giving: bool) -> None:
    program = formulate(everything(), giving=giving).program
    kinds = {block.name for block in program.rows}
    assert kinds >= {
        "balance",
        "within capacity",
        "capacity kept",
        "pace of building",
        "import ceiling",
        "export ceiling",
        "contract",
        "strategic reserve",
        "coverage",
        "labour of hands",
        "foreign exchange",
        "debt limit",
        "deposit",
        "target: less coal",
        "siege",
    }
    assert parallel_rows(program) == []


def test_rows_that_say_the_same_are_found() -> None:
    builder = Builder()
    x = builder.variables("x", {"good": ["a", "b"]})
    first = builder.rows("first", upper=4.0)
    builder.add(first.positions, x[:], [1.0, 2.0])
    doubled = builder.rows("twice the first", lower=-8.0)
    builder.add(doubled.positions, x[:], [-2.0, -4.0])
    other = builder.rows("less than the first", upper=3.0)
    builder.add(other.positions, x[:], [1.0, 2.0])
    assert parallel_rows(builder.build()) == [("first", "twice the first")]


def test_people_who_are_not_there_yet_want_nothing_even_without_end() -> None:
    problem = everything()
    households = problem.households
    persons = households.persons.copy()
    persons[0, 1] = 0.0
    endless = replace(households, persons=persons, segments=((0.5, 1.0), (np.inf, 0.5)))
    formulation = formulate(replace(problem, households=endless))
    extra = formulation.program.labelled(formulation.program.upper)["extra consumption"]
    assert (extra.sel(span="2021", bundle="country") == 0).all()
    assert extra.sel(span="2021", bundle="cities").values.tolist() == [2.0, np.inf]
