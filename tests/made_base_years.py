"""A table's base year as a planning problem and as its plan, put together by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from autarky.planning.formulation import Formulation
from autarky.planning.posing.from_table import TableBase
from autarky.planning.posing.section import PlanSection
from autarky.planning.problem import ForeignExchange, Households, PlanningProblem, Trade

Floats = npt.NDArray[np.float64]


def section(**given: object) -> PlanSection:
    """A section of three years; what is not given stands as it comes."""
    return PlanSection.model_validate({"periods": ["1", "2", "3"], **given})


def flow(base: TableBase, channels: tuple[tuple[str, str], ...], amounts: Floats) -> Floats:
    """(n,) trade by product."""
    total = np.zeros(len(base.products))
    np.add.at(total, [base.products.index(product) for _, product in channels], amounts)
    return total


def imbalance(base: TableBase) -> Floats:
    """(n,) what comes less what goes in the base year, with what is left over and what replaces plants."""
    plants = np.where(np.isfinite(base.capacity), base.capacity, 0.0)
    return np.asarray(
        (base.make - base.use) @ base.output
        + flow(base, base.import_channels, base.imports_base)
        - flow(base, base.export_channels, base.exports_base)
        - base.consumption
        - base.public
        - base.left_over
        - base.builds_with @ (base.retirement * plants)
    )


def base_problem(base: TableBase, *, given: bool = False, periods: int = 3) -> PlanningProblem:
    """The base year's ceilings, public use and, as basket of one person, consumption.

    With ``given``, what was exported and left over is demanded too, so that nothing at all is left to choose.
    """
    p, m, n = periods, len(base.techniques), len(base.products)

    def trade(channels: tuple[tuple[str, str], ...], amounts: Floats) -> Trade:
        positions = np.array([base.products.index(product) for _, product in channels], dtype=np.int64)
        every = np.ones((p, len(channels)))
        return Trade(channels, positions, every, every * amounts, every * 0.0)

    exported = flow(base, base.export_channels, base.exports_base)
    demanded = base.public + (exported + base.left_over if given else 0.0)
    arriving = np.zeros((p, m))
    for year in range(p):
        arriving[year] = np.where(year < base.lag, base.under_way, 0.0)
    weights = base.consumption / base.consumption.sum()
    return PlanningProblem(
        title=base.name,
        periods=tuple(str(t + 1) for t in range(p)),
        years=np.ones(p),
        products=base.products,
        product_units=(base.unit,) * n,
        techniques=base.techniques,
        technique_units=(base.unit,) * m,
        make=base.make,
        use=base.use,
        yields=np.ones((p, m)),
        capacity=base.capacity,
        arriving=arriving,
        retirement=base.retirement,
        lag=base.lag,
        most_starts=np.tile(base.most_starts, (p, 1)),
        start_growth=np.zeros(m),
        builds_with=base.builds_with,
        imports=trade(base.import_channels, base.imports_base),
        exports=trade((), np.zeros(0)) if given else trade(base.export_channels, base.exports_base),
        households=Households(
            ("people",), np.ones((p, 1)), base.consumption[None], weights[None], base.consumption[None]
        ),
        public_demand=np.tile(demanded, (p, 1)),
        foreign_exchange=None
        if given
        else ForeignExchange(base.unit, np.full(p, base.deficit), np.zeros(p), 0.0, 0.0, 0.0),
    )


def breach(formulation: Formulation, base: TableBase) -> float:
    """By how much the base year, again in every span, breaks any row or bound, against the largest output."""
    program, blocks = formulation.program, formulation.variables
    plants = formulation.problem.with_plants
    built = formulation.problem.buildable
    values = np.zeros(len(program.lower))
    values[blocks["activity"].positions] = base.output
    values[blocks["capacity"].positions] = base.capacity[plants]
    if len(built):
        values[blocks["starts"].positions] = base.retirement[built] * base.capacity[built]
    for name, amounts in (("imports", base.imports_base), ("exports", base.exports_base)):
        if name in blocks:
            values[blocks[name].positions] = amounts
    values[blocks["worst coverage"].positions] = 1.0
    rows = program.A @ values
    sides = (
        program.lower - values,
        values - program.upper,
        program.row_lower - rows,
        rows - program.row_upper,
    )
    return float(max(side.max() for side in sides) / base.output.max())
