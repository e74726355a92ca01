"""Prices: what one more unit of anything scarce is worth, in days of one person's basket.

The worth of something is ``−∂(what is lacking)/∂(what there is) · 365``: of a limit, of one unit more; of an
obligation (public demand, a contract, a strategic reserve, what a siege must leave), of one unit less. It is
never below zero. Lacking are person-years of basket as long as anything is; else consumption beyond the
basket, in weighted person-years, is what would be gained. A unit is one per year throughout the span; of
what is there once (stocks, debt, a deposit, a plant's start) one unit. Each worth is a rate: it holds as far
as its validity range says, and the dearest are found again by solving with more and with less.

References
----------
Kantorovich (1939), *Mathematical Methods of Organizing and Planning Production*, appendix 1 (resolving
multipliers); Dantzig (1963), *Linear Programming and Extensions*, ch. 12 (prices, ranges).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from autarky.errors import SimulationError
from autarky.planning.formulation import Formulation
from autarky.planning.highs import Session, Solution, Status
from autarky.planning.linear_program import Block, Floats
from autarky.planning.plan import Plan
from autarky.planning.problem import DAYS, TARGET
from autarky.results.plan import KeptImport, Limit, Measure

SHARES = (0.01, 0.05)
"""Changes, relative to what there is, with which a worth is checked."""
AGREES = 0.01
"""How far, relative to it, a worth may be from what solving again tells inside its validity range."""
NEGLIGIBLE = 1e-9
"""A price below this share of the dearest aim is the solver's last digit."""

RANKED = 4
"""How many times ``checked`` limits are at most solved again for their rank."""

OBLIGATIONS = ("contract", "strategic reserve", "siege", "public demand")
"""Kinds of which one unit less is worth something."""
LIMITS = (
    "import ceiling",
    "export ceiling",
    "foreign exchange",
    "debt limit",
    "deposit",
    "pace of building",
)
"""Kinds of which one unit more is, named as their rows are."""
BOUNDS = {
    "starts": "pace of building",
    "stock": "room for stocks",
    "overtime": "overtime",
    "training": "training",
}
"""Variables whose upper bound is scarce, and what it is called."""


def limits(plan: Plan, *, checked: int = 8) -> tuple[Limit, ...]:
    """Everything scarce with its worth, ranked by what 1 % more of it brings; the first ``checked`` verified.

    What there is: the side of the row; of foreign exchange, what imports cost; of a plant, its capacity; of
    an embargo, the usual ceiling. Relief brings less and less, so that its rate is the most that 1 % can
    bring: whatever could be among the first is solved again with 1 % more, and ranked by that. The first are
    also solved with 5 % more and with less. A change with which an earlier stage cannot be kept (fewer
    imports, and the worst coverage falls) has no price, and is left out of ``Limit.checked``.
    """
    stage = plan.priced
    if stage is None:
        return ()
    session = Session(stage.program, stage.locks)
    solution = session.solve(stage.objective, crossover=True)
    least = NEGLIGIBLE * float(np.abs(stage.objective).max(initial=0.0))
    scarce = [each for each in _scarce(plan, solution) if each.price > least]
    rows, bounds = ([each for each in scarce if each.of == of] for of in ("rows", "variables"))
    reach = session.reach([each.position for each in rows], [each.position for each in bounds])
    sides = zip(reach.low.tolist(), reach.high.tolist(), strict=True)
    ranges = {each.order: side for each, side in zip([*rows, *bounds], sides, strict=True)}
    found: dict[int, dict[float, float]] = {}
    percents = {each.order: each.price * each.there * SHARES[0] for each in scarce}

    def ranked() -> list[_Scarce]:
        return sorted(scarce, key=lambda each: (-percents[each.order], each.order))

    def solve(each: _Scarce, change: float) -> float:
        gains = found.setdefault(each.order, {})
        if change not in gains:
            gains[change] = _gained(session, stage.objective, solution, each, change)
        return gains[change]

    for _ in range(RANKED * checked):
        unsolved = [each for each in ranked()[:checked] if each.there > 0 and each.order not in found]
        if not unsolved:
            break
        first = unsolved[0]
        percents[first.order] = max(0.0, solve(first, first.relief * SHARES[0] * first.there))
    # Below this a gain is not told from the last digits of the whole.
    telling = 1e-7 * max(1.0, abs(solution.objective))
    for each in ranked()[:checked]:
        low, high = ranges[each.order]
        for change in _changes(each, low, high, telling):
            solve(each, change)
    return tuple(
        Limit(
            each.kind,
            each.what,
            each.span,
            each.unit,
            each.price * DAYS,
            max(0.0, each.side - ranges[each.order][0]),
            max(0.0, ranges[each.order][1] - each.side),
            percents[each.order] * DAYS,
            tuple(
                (change, gained * DAYS)
                for change, gained in sorted(found.get(each.order, {}).items())
                if np.isfinite(gained)
            ),
        )
        for each in ranked()
    )


def contradictions(told: Sequence[Limit]) -> tuple[str, ...]:
    """One sentence for each check that differs from its worth by more than ``AGREES`` within the range."""
    found = []
    for limit in told:
        for change, gained in limit.checked:
            within = -limit.valid_down <= change <= limit.valid_up
            expected = change * limit.worth * (-1 if limit.kind in OBLIGATIONS else 1)
            if within and abs(gained - expected) > AGREES * max(abs(expected), abs(gained)):
                where = f" in {limit.span}" if limit.span else ""
                found.append(
                    f"{limit.kind}, {limit.what}{where}: {change:+.4g} {limit.unit} should be worth "
                    f"{expected:.6g} person-days; solved again it is {gained:.6g}"
                )
    return tuple(found)


def product_prices(plan: Plan) -> xr.DataArray:
    """(span, product) worth of one unit of a product, in person-days: the dual of its balance per year.

    Nothing has a worth in a problem without people.
    """
    problem = plan.problem
    duals = duals_of(plan, "balance")
    worth = duals / problem.span_weights[:, None] * DAYS
    return xr.DataArray(
        worth,
        coords={"span": list(problem.spans), "product": list(problem.products)},
        dims=("span", "product"),
        name="worth",
        attrs={"units": "person-days / unit of product"},
    )


def keep(plan: Plan) -> tuple[KeptImport, ...]:
    """The plan's imports by their worth per unit of currency, the dearest first.

    An import is worth what its product is at home, and what a siege leaves of it is under siege.
    """
    problem = plan.problem
    trade = problem.imports
    if not trade.channels or plan.priced is None:
        return ()
    worth = product_prices(plan).values[:, trade.products]
    if problem.siege is not None:
        left = -duals_of(plan, "imports left under siege") * (1.0 - problem.siege.cut)
        weights = problem.span_weights[problem.siege.first :, None]
        worth[problem.siege.first :] += left / weights * DAYS
    prices = problem.spread(trade.price)
    amounts = plan.values["imports"].values
    ceilings = problem.spread(trade.ceiling)
    # What is left of the tolerance to which stages are kept is no import.
    usual = np.where(np.isfinite(ceilings), ceilings, amounts.max(axis=0, initial=0.0))
    found = []
    for t, c in zip(*np.nonzero((amounts > 1e-5 * usual) & (amounts > 0)), strict=True):
        partner, product = trade.channels[c]
        unit = problem.product_units[trade.products[c]]
        physical, physical_unit = problem.in_units(product, float(amounts[t, c]))
        other = physical_unit != unit
        each = max(0.0, float(worth[t, c]))
        price = float(prices[t, c])
        found.append(
            KeptImport(
                trade.labels[c],
                f"{problem.name_of(product)} from {problem.name_of(partner)}",
                problem.spans[t],
                Measure(
                    float(amounts[t, c]),
                    f"{unit} / year",
                    physical if other else None,
                    f"{physical_unit} / year" if other else "",
                ),
                each,
                price,
                each / price if price > 0 else (np.inf if each > 0 else 0.0),
            )
        )
    order = {span: t for t, span in enumerate(problem.spans)}
    return tuple(sorted(found, key=lambda kept: (-kept.worth_per_currency, kept.channel, order[kept.span])))


def duals_of(plan: Plan, rows: str) -> Floats:
    """Duals of a block of rows in the stage that is priced, in its shape; zero where nothing is priced."""
    block = plan.formulation.rows[rows]
    stage = plan.priced
    if stage is None:
        return np.zeros(block.positions.shape)
    return np.asarray(stage.solution.row_duals[block.positions])


@dataclass(frozen=True)
class _Scarce:
    """One side of a row, or bound of a variable, that holds something back."""

    order: int
    kind: str
    what: str
    span: str
    unit: str
    of: str
    """``rows`` or ``variables``."""
    position: int
    obligation: bool
    side: float
    price: float
    """Of one unit more; of an obligation, less."""
    there: float
    """What 1 % is a share of."""

    @property
    def relief(self) -> float:
        """The sign of a change that is worth something."""
        return -1.0 if self.obligation else 1.0


def _scarce(plan: Plan, solution: Solution) -> Iterator[_Scarce]:
    """Every limit, obligation and bound, in the order of the program."""
    formulation = plan.formulation
    stage = plan.priced
    assert stage is not None
    program = stage.program
    order = 0
    for of, blocks, duals, low, high in (
        ("rows", formulation.rows, solution.row_duals, program.row_lower, program.row_upper),
        ("variables", formulation.variables, solution.reduced_costs, program.lower, program.upper),
    ):
        for block in blocks.values():
            kind = _kind(block.name, of)
            if not kind:
                continue
            obligation = kind in OBLIGATIONS
            there = _there(
                formulation, solution, block, np.abs((low if obligation else high)[block.positions])
            )
            for place in np.ndindex(block.positions.shape):
                position = int(block.positions[place])
                if kind in ("public demand", "capacity") and there[place] <= NEGLIGIBLE:
                    continue  # what is not wanted is no obligation, what is not there no plant
                order += 1
                what, span, unit = _told(formulation, block, kind, place)
                side = float((low if obligation else high)[position])
                price = float(duals[position]) * (1.0 if obligation else -1.0)
                if np.isfinite(side):
                    yield _Scarce(
                        order,
                        kind,
                        what,
                        span,
                        unit,
                        of,
                        position,
                        obligation,
                        side,
                        max(0.0, price),
                        float(there[place]),
                    )


def _kind(name: str, of: str) -> str:
    """What a block of rows or variables limits; empty: nothing that anybody could have more of."""
    if of == "variables":
        return BOUNDS.get(name, "")
    if name.startswith(f"{TARGET}: "):
        return "target"
    if name.startswith("labour of "):
        return "labour"
    if name == "within capacity":
        return "capacity"
    if name == "balance":
        return "public demand"
    return name if name in LIMITS + OBLIGATIONS else ""


def _there(formulation: Formulation, solution: Solution, block: Block, sides: Floats) -> Floats:
    """What 1 % of each limit is a share of."""
    problem = formulation.problem
    if block.name == "balance":
        return problem.spread(problem.public_demand)
    if block.name == "within capacity":
        return solution.values[formulation.variables["capacity"].positions]
    if block.name == "foreign exchange" and "imports" in formulation.variables:
        paid = problem.spread(problem.imports.price)
        return np.asarray((paid * solution.values[formulation.variables["imports"].positions]).sum(axis=1))
    policy = formulation.policies.get(block.policy)
    return sides if policy is None else np.where(sides > 0, sides, policy.scale)


def _told(formulation: Formulation, block: Block, kind: str, place: tuple[int, ...]) -> tuple[str, str, str]:
    """(what, span, unit) of one place of a block."""
    problem = formulation.problem
    labels: Mapping[str, str] = {
        dim: given[at] for (dim, given), at in zip(block.labels.items(), place, strict=True)
    }
    span = labels.get("span", labels.get("period", ""))
    if "channel" in labels:
        trade = problem.imports if block.name != "export ceiling" else problem.exports
        product = trade.products[trade.labels.index(labels["channel"])]
        return labels["channel"], span, f"{problem.product_units[product]} / year"
    if "product" in labels:
        unit = problem.product_units[problem.products.index(labels["product"])]
        once = kind in ("strategic reserve", "room for stocks")
        return labels["product"], span, unit if once else f"{unit} / year"
    if "technique" in labels:
        unit = problem.technique_units[problem.techniques.index(labels["technique"])]
        return labels["technique"], span, f"{unit} / year"
    if "deposit" in labels:
        at = problem.deposits.index(labels["deposit"])
        return labels["deposit"], "", problem.deposit_units[at] if problem.deposit_units else block.unit
    if kind in ("labour", "target"):
        return block.name.removeprefix("labour of ").removeprefix(f"{TARGET}: "), span, block.unit
    what = labels.get("skill", labels.get("pair", ""))
    if not what and problem.foreign_exchange is not None:
        what = problem.foreign_exchange.currency
    return what, span, block.unit


def _changes(scarce: _Scarce, low: float, high: float, telling: float) -> list[float]:
    """Changes of a side with which it is solved again; one each way within its validity range, if it can be
    told from rounding."""
    found = []
    for sign, far in ((-1.0, scarce.side - low), (1.0, high - scarce.side)):
        sizes = [share * scarce.there for share in SHARES]
        found += [sign * size for size in sizes if size > 0]
        if far < sizes[0] and far * scarce.price > telling:
            found.append(sign * far)
    return found


def _gained(session: Session, objective: Floats, solution: Solution, scarce: _Scarce, change: float) -> float:
    """How much less is lacking with a side changed; −inf where what was kept can then not be kept, or the
    solver does not come to an end."""
    _set(session, scarce, scarce.side + change)
    try:
        again = session.solve(objective, method="simplex")
    except SimulationError:
        return -np.inf
    finally:
        _set(session, scarce, scarce.side)
    return solution.objective - again.objective if again.status is Status.OPTIMAL else -np.inf


def _set(session: Session, scarce: _Scarce, side: float) -> None:
    """Move one side of a row, or bound of a variable; the other stays."""
    at = scarce.position
    program = session.program
    if scarce.of == "rows":
        other = program.row_upper[at] if scarce.obligation else program.row_lower[at]
        low, high = (side, other) if scarce.obligation else (other, side)
        session.set_sides([at], [low], [high])
    else:
        session.set_bounds([at], [program.lower[at]], [side])
