"""Optimal patterns of growth and aid: Pakistan, 1962 to 1985 (PAK).

Data: Chenery, H. B. & MacEwan, A. (1979), "Optimal patterns of growth and aid", ch. 9 in Chenery (ed.),
*Structural Change and Development Policy*, Oxford University Press; billions of 1965 rupees. Optimum:
welfare 1075.5471, as the GAMS model library prints it for its model PAK (no. 34), whose terminal conditions
these are.

The study format cannot hold it: it plans by macroeconomic gaps (saving, trade, capital by sector) and values
consumption against the aid it took, and knows neither products nor techniques.
"""

from __future__ import annotations

import numpy as np
import pytest

from autarky.planning.highs import Solution, Status, solve
from autarky.planning.linear_program import Builder, LinearProgram

YEARS = range(1963, 1986)
SECTORS = ("non-traded", "traded")
UNIT = "billion rupees of 1965"

# The base year, 1962.
SAVING, INVESTMENT, IMPORTS, EXPORTS, GNP, CONSUMPTION = 3.381, 4.564, 3.743, 2.559, 37.380, 33.999
MARGINAL_SAVING, IMPORTS_PER_GNP, IMPORTS_PER_INVESTMENT = 0.24, 0.10, 0.35
CAPITAL_OUTPUT = np.array([3.0, 4.5])
POPULATION_GROWTH, INVESTMENT_GROWTH, EXPORT_GROWTH = 0.025, 0.13, 0.049
AID_PER_GNP, COST_OF_AID, YEARS_WITHOUT_AID = 0.5, 2.0, 4
DISCOUNT, LATER_DISCOUNT, LATER_GROWTH = 0.08, 0.10, 0.073

FREE = {"lower": -np.inf, "unit": UNIT}


def pakistan() -> tuple[LinearProgram, np.ndarray]:
    """The program, and welfare: discounted consumption less twice the aid, and what the end promises."""
    years = len(YEARS)
    by_year = {"year": [str(year) for year in YEARS]}
    by_sector = {**by_year, "sector": SECTORS}
    extended = {"year": ["1962", *by_year["year"]]}
    after = np.arange(1, years + 1)
    discount = (1 + DISCOUNT) ** -after.astype(float)

    b = Builder()
    gnp = b.variables("gross national product", by_year, **FREE)
    output = b.variables("net output", by_sector, unit=UNIT)
    saving = b.variables("saving", by_year, unit=UNIT)
    imports = b.variables("imports", by_year, **FREE)
    total = b.variables("total investment", extended, **FREE)
    aid_ends = np.where(years - after >= YEARS_WITHOUT_AID, np.inf, 0.0)
    aid = b.variables("net inflow of capital", by_year, lower=-np.inf, upper=aid_ends, unit=UNIT)
    consumption = b.variables("consumption", extended, **FREE)
    b.sides_of(consumption).lower[0] = b.sides_of(consumption).upper[0] = CONSUMPTION
    investment = b.variables("investment", {**extended, "sector": SECTORS}, unit=UNIT)
    for side in b.sides_of(investment):
        side[0] = INVESTMENT, 0.0
    capital = b.variables("capital added since 1962", {**extended, "sector": SECTORS}, **FREE)
    for side in b.sides_of(capital):
        side[0] = 0.0

    row = b.rows("gross national product is output", by_year, lower=0, upper=0, unit=UNIT)
    b.add(row[:], gnp[:], 1)
    b.add(row[:, None], output[:], -1)
    row = b.rows("investment is saved or given", by_year, lower=0, upper=0, unit=UNIT)
    b.add(row[:], total[1:], 1)
    b.add(row[:], saving[:], -1)
    b.add(row[:], aid[:], -1)
    row = b.rows("investment by sector", extended, lower=0, upper=0, unit=UNIT)
    b.add(row[:], total[:], 1)
    b.add(row[:, None], investment[:], -1)
    exports = EXPORTS * (1 + EXPORT_GROWTH) ** after
    row = b.rows("trade gap", by_year, lower=-exports, upper=-exports, unit=UNIT)
    b.add(row[:], aid[:], 1)
    b.add(row[:], imports[:], -1)
    b.add(row[:], output[:, 1], 1)
    row = b.rows("use of income", by_year, lower=0, upper=0, unit=UNIT)
    b.add(row[:], gnp[:], 1)
    b.add(row[:], consumption[1:], -1)
    b.add(row[:], total[1:], -1)
    b.add(row[:], aid[:], 1)
    row = b.rows("within capacity", by_sector, upper=[GNP, 0.0], unit=UNIT)
    b.add(row[:], output[:], 1)
    b.add(row[:], capital[1:], -1 / CAPITAL_OUTPUT)
    row = b.rows("capital grows by investment", by_sector, lower=0, upper=0, unit=UNIT)
    b.add(row[:], capital[1:], 1)
    b.add(row[:], capital[:-1], -1)
    b.add(row[:], investment[:-1], -1)
    row = b.rows("most saving", by_year, upper=SAVING - MARGINAL_SAVING * GNP, unit=UNIT)
    b.add(row[:], saving[:], 1)
    b.add(row[:], gnp[:], -MARGINAL_SAVING)
    least = IMPORTS - IMPORTS_PER_GNP * GNP - IMPORTS_PER_INVESTMENT * INVESTMENT
    row = b.rows("least imports", by_year, lower=least, unit=UNIT)
    b.add(row[:], imports[:], 1)
    b.add(row[:], gnp[:], -IMPORTS_PER_GNP)
    b.add(row[:], total[1:], -IMPORTS_PER_INVESTMENT)
    row = b.rows("most growth of investment", by_year, upper=0, unit=UNIT)
    b.add(row[:], total[1:], 1)
    b.add(row[:], total[:-1], -1 - INVESTMENT_GROWTH)
    row = b.rows("investment never falls", by_year, lower=0, unit=UNIT)
    b.add(row[:], total[1:], 1)
    b.add(row[:], total[:-1], -1)
    row = b.rows("consumption keeps up with population", by_year, lower=0, unit=UNIT)
    b.add(row[:], consumption[1:], 1)
    b.add(row[:], consumption[:-1], -1 - POPULATION_GROWTH)
    row = b.rows("most aid", by_year, upper=0, unit=UNIT)
    b.add(row[:], aid[:], 1)
    b.add(row[:], gnp[:], -AID_PER_GNP)

    program = b.build()
    welfare = np.zeros(len(program.lower))
    welfare[consumption[1:]] = discount
    welfare[aid[:]] = -COST_OF_AID * discount
    promise = (1 + LATER_DISCOUNT) ** -years * (1 - MARGINAL_SAVING) * (1 + LATER_GROWTH)
    welfare[gnp[-1]] = promise / (LATER_DISCOUNT - LATER_GROWTH)
    return program, welfare


@pytest.fixture(scope="module")
def solved() -> tuple[LinearProgram, Solution]:
    program, welfare = pakistan()
    return program, solve(program, -welfare, crossover=True)


def test_growth_with_aid_reaches_the_welfare_that_is_printed(solved: tuple[LinearProgram, Solution]) -> None:
    _, solution = solved
    assert solution.status is Status.OPTIMAL
    assert -solution.objective == pytest.approx(1075.5471, abs=5e-5)


def test_aid_rises_to_a_peak_and_then_winds_down(solved: tuple[LinearProgram, Solution]) -> None:
    program, solution = solved
    aid = program.labelled(solution.values)["net inflow of capital"]
    assert aid.attrs["units"] == UNIT
    peak = int(np.argmax(aid.values))
    assert 0 < peak < len(YEARS) - YEARS_WITHOUT_AID
    assert (aid[: peak + 1].diff("year") > 0).all()
    assert (aid[peak:-YEARS_WITHOUT_AID].diff("year") < 0).all()
