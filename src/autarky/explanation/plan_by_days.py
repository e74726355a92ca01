"""A plan lived through day by day: where stocks and timing contradict what holds on the average of a year.

The plan knows years and chooses who gets what; the simulation knows days, orders and rationing, and nobody in
it chooses. Each year of the plan becomes a table: its techniques, mixed as the plan mixes them, are the
industries. Three questions are put to it. Does the year stand on its own? Can it be entered from the
year before, when orders and stocks were those of that year? And does a siege leave what the plan promises?
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment, Industries, Provenance
from autarky.planning.problem import PlanningProblem
from autarky.results import Binding, SimulationResult
from autarky.results.plan import DayCheck
from autarky.scenario import (
    Behaviour,
    CapacityLoss,
    DemandChange,
    ImportMode,
    ImportRule,
    Overtime,
    PerProduct,
    ProductionFunction,
    Scenario,
    TradeCut,
)
from autarky.simulation import simulate

HOME = "HOME"
STOCKS = "STOCKS"
"""The partner from which what is taken out of stock comes."""
YEAR = 365
TOLD = 0.01
"""Shares of a planned amount below this are not told."""
STOCK_DAYS = 30.0
"""Days of use that makers hold of each input, where the study does not say."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlannedYear:
    """One year of a plan as a table, with what each of its plants could make."""

    economy: Economy
    products: tuple[str, ...]
    """Of the problem."""
    units: tuple[str, ...]
    """Of the products."""
    capacity: Mapping[str, float]
    """Product made at home → how much its plants could make, against what they do make; inf: no plant."""
    users: Mapping[str, Floats]
    """Final user → (n,) what it gets of each product of the problem."""
    used: Floats
    """(n,) what makers use of each product."""


def lived_through(
    problem: PlanningProblem,
    values: Mapping[str, xr.DataArray],
    *,
    inventory_days: PerProduct | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[tuple[DayCheck, ...], tuple[str, ...]]:
    """Where the days contradict a plan, and notes on how they were lived.

    Parameters
    ----------
    values : mapping
        The plan's values by block (``Plan.values``).
    inventory_days : PerProduct, optional
        Days of use that makers hold of each input; an assumption of 30 days if left out.
    """
    held = inventory_days or PerProduct(default=STOCK_DAYS, source="assumption: a month of use")
    found: list[DayCheck] = []
    before: PlannedYear | None = None
    for t, span in enumerate(problem.spans):
        if progress is not None:
            progress("days", t + 1, len(problem.spans))
        year = planned_year(problem, values, t)
        if year is None:
            before = None  # nothing is made at home: there is nothing to live through, or to be entered from
            continue
        how = "on its own" if before is None else f"entered from {problem.spans[t - 1]}"
        stores = _stores_of(before or year, year, held)
        found += _fallen_short(year, _simulated(year, held, stores, (), span), span, how)
        if problem.siege is not None and t >= problem.siege.first:
            found += _besieged(problem, values, year, t, held)
        before = year
    days = f"{held.default:g} days" if held.default is not None else "the preset's days"
    notes = (
        f"Makers hold {days} of use of every input"
        + (f" ({held.source})." if held.source else " (assumption).")
        + " What the plan takes out of its own stocks comes evenly through the year.",
        "A year begins with the stocks that the use of the year before had called for, and a day's use of "
        "what was not used then; a plant can make no more than the plan gives it.",
        "A technique that makes several products is counted where it makes most; the others come with it.",
    )
    return tuple(found), notes


def planned_year(problem: PlanningProblem, values: Mapping[str, xr.DataArray], t: int) -> PlannedYear | None:
    """One span of a plan as a table, in the products' own units per year; None if nothing is made in it."""
    n = len(problem.products)
    span_of_period = min(t, len(problem.periods) - 1)
    activity = np.clip(values["activity"].to_numpy()[t], 0.0, None)
    make = problem.make * problem.spread(problem.yields)[t]
    imports, through = _imports(problem, values, t, activity)
    made = make @ activity
    made_by_import = np.zeros(n)
    for j, i in through.items():
        made_by_import[i] += activity[j]
    home = np.clip(made - made_by_import, 0.0, None)
    main = np.argmax(make, axis=0)
    use = np.zeros((n, n))
    for j in np.flatnonzero(activity > 0).tolist():
        if j not in through:
            use[:, main[j]] += problem.use[:, j] * activity[j]
    users = _final_uses(problem, values, t)
    exports = {user: amount for user, amount in users.items() if user.startswith("exports ")}
    gone = sum(exports.values(), np.zeros(n))
    came = sum(imports.values(), np.zeros(n))
    left = home + came - use.sum(axis=1) - sum(users.values(), np.zeros(n))
    users["left over"] = np.clip(left, 0.0, None)
    largest = float(home.max(initial=0.0) or 1.0)
    sectors = np.flatnonzero(home > 1e-9 * largest)
    if not len(sectors):
        return None
    at_home = np.zeros(n, dtype=bool)
    at_home[sectors] = True
    absorbed = np.clip(home - gone, 0.0, None) + came
    share = np.divide(came, absorbed, out=np.zeros(n), where=absorbed > 0)
    share[~at_home] = 1.0
    gates = [(who, i) for who, amount in imports.items() for i in np.flatnonzero(amount > 0)]
    part = np.array([imports[who][i] / came[i] for who, i in gates])
    rows = [i for _, i in gates]
    kinds = {"households": FinalUseKind.HOUSEHOLDS, "public": FinalUseKind.GOVERNMENT,
             "building": FinalUseKind.INVESTMENT, "into stock": FinalUseKind.INVENTORIES,
             "left over": FinalUseKind.DISCREPANCY}  # fmt: skip
    final_users, Y, imports_final = [], [], []
    for user, amount in users.items():
        abroad = user in exports
        region = user.removeprefix("exports ") if abroad else HOME
        kind = FinalUseKind.EXPORTS if abroad else kinds[user]
        final_users.append(FinalUser(region, user, kind))
        foreign = np.zeros(n) if abroad else share
        Y.append((amount * (1 - foreign))[sectors])
        imports_final.append((amount * foreign)[rows] * part)
    Z = (use * (1 - share[:, None]))[np.ix_(sectors, sectors)]
    intermediate = (use * share[:, None])[rows][:, sectors] * part[:, None]
    x = Z.sum(axis=1) + np.sum(Y, axis=0)
    economy = Economy(
        name=f"{problem.title}, {problem.spans[t]}",
        year=_year_of(problem.spans[span_of_period]),
        currency="XXX",
        unit="units of product",
        valuation="the plan's own units",
        industries=Industries((HOME,), tuple(problem.products[i] for i in sectors)),
        Z=Z,
        final_users=tuple(final_users),
        Y=np.array(Y).T,
        value_added_names=("what is made less what is used",),
        value_added=(x - Z.sum(axis=0) - intermediate.sum(axis=0))[None],
        import_treatment=ImportTreatment.PROPORTIONAL,
        provenance=Provenance(problem.title, "the plan"),
        gates=tuple(Gate(who, problem.products[i]) for who, i in gates),
        imports_intermediate=intermediate,
        imports_final=np.array(imports_final).T,
    )
    return PlannedYear(
        economy,
        problem.products,
        problem.product_units,
        _headroom(problem, values, t, make, main, home),
        users,
        use.sum(axis=1),
    )


def _imports(
    problem: PlanningProblem, values: Mapping[str, xr.DataArray], t: int, activity: Floats
) -> tuple[dict[str, Floats], dict[int, int]]:
    """(n,) what comes from each partner, and techniques that only let an import stand for a home product.

    Such a technique is no industry: what goes through it comes from abroad as the product it stands for.
    """
    n = len(problem.products)
    by_partner: dict[str, Floats] = {}
    if "imports" in values:
        flow = np.clip(values["imports"].to_numpy()[t], 0.0, None)
        for (partner, _), i, amount in zip(
            problem.imports.channels, problem.imports.products, flow, strict=True
        ):
            by_partner.setdefault(partner, np.zeros(n))[i] += amount
    if problem.stocks is not None:
        drawn = _stock_change(problem, values, t)
        if (drawn < 0).any():
            by_partner[STOCKS] = np.clip(-drawn, 0.0, None)
    came = sum(by_partner.values(), np.zeros(n))
    made_at_home = (problem.make * activity).sum(axis=1) > 0
    through = {}
    for j in np.flatnonzero((activity > 0) & ~np.isfinite(problem.capacity)):
        takes, gives = np.flatnonzero(problem.use[:, j]), np.flatnonzero(problem.make[:, j])
        if len(takes) == len(gives) == 1 and not made_at_home[takes[0]] and came[takes[0]] > 0:
            moved = min(1.0, problem.use[takes[0], j] * activity[j] / came[takes[0]])
            for amount in by_partner.values():
                amount[gives[0]] += amount[takes[0]] * moved / problem.use[takes[0], j]
                amount[takes[0]] *= 1 - moved
            through[int(j)] = int(gives[0])
    return by_partner, through


def _final_uses(problem: PlanningProblem, values: Mapping[str, xr.DataArray], t: int) -> dict[str, Floats]:
    """(n,) what each final user gets."""
    n = len(problem.products)
    households = problem.households
    persons = problem.spread(households.persons)[t]
    consumed = (persons[:, None] * households.basket).sum(axis=0)
    if "basket shortfall" in values:
        lacking = values["basket shortfall"][t]
        for basket, lack in zip(lacking["basket"].to_numpy(), lacking.to_numpy(), strict=True):
            consumed[problem.products.index(str(basket).split(".", 1)[1])] -= lack
    if "extra consumption" in values:
        extra = values["extra consumption"][t].sum("segment")
        for bundle, years in zip(extra["bundle"].to_numpy(), extra.to_numpy(), strict=True):
            consumed = consumed + years * households.extra[households.bundles.index(str(bundle))]
    users = {
        "households": np.clip(consumed, 0.0, None),
        "public": problem.spread(problem.public_demand)[t].copy(),
    }
    users["building"] = _building(problem, values, t)
    if problem.stocks is not None:
        users["into stock"] = np.clip(_stock_change(problem, values, t), 0.0, None)
    if "exports" in values:
        for (partner, _), i, amount in zip(
            problem.exports.channels, problem.exports.products, values["exports"].to_numpy()[t], strict=True
        ):
            users.setdefault(f"exports {partner}", np.zeros(n))[i] += max(amount, 0.0)
    return users


def _building(problem: PlanningProblem, values: Mapping[str, xr.DataArray], t: int) -> Floats:
    """(n,) capital goods used in a span."""
    needs = np.zeros(len(problem.products))
    if "capacity" not in values:
        return needs
    if t == len(problem.periods):
        kept = values["capacity"].to_numpy()[-1]
        plants = problem.with_plants
        return np.asarray(problem.builds_with[:, plants] @ (problem.retirement[plants] * kept))
    if "starts" in values:
        starts = np.clip(values["starts"].to_numpy(), 0.0, None)
        built = problem.buildable
        during = (starts * problem.building[:, t, :][:, built]).sum(axis=0)
        needs = problem.builds_with[:, built] @ during
    return np.asarray(needs)


def _stock_change(problem: PlanningProblem, values: Mapping[str, xr.DataArray], t: int) -> Floats:
    """(n,) what goes into stock less what is taken out, per year; what spoils counts as taken in."""
    assert problem.stocks is not None
    change = np.zeros(len(problem.products))
    stock = values["stock"].to_numpy()
    if t == len(problem.periods):
        change[problem.stocks.products] = stock[-1] * problem.stocks.spoilage
        return change
    before = stock[t - 1] if t else problem.stocks.initial
    left = before * (1 - problem.stocks.spoilage) ** problem.years[t]
    change[problem.stocks.products] = (stock[t] - left) / problem.years[t]
    return change


def _headroom(
    problem: PlanningProblem,
    values: Mapping[str, xr.DataArray],
    t: int,
    make: Floats,
    main: npt.NDArray[np.int64],
    home: Floats,
) -> dict[str, float]:
    """What plants could make of a product against what they do; inf where a technique needs no plant."""
    could = np.zeros(len(problem.products))
    activity = np.clip(values["activity"].to_numpy()[t], 0.0, None)
    capacity = np.full(len(problem.techniques), np.inf)
    if "capacity" in values:
        capacity[problem.with_plants] = values["capacity"].to_numpy()[t]
    for j in range(len(problem.techniques)):
        # A technique that the plan lets stand idle stands idle here too.
        if activity[j] > 0:
            could[main[j]] += make[main[j], j] * max(capacity[j], activity[j])
    return {
        product: float(could[i] / home[i])
        for i, product in enumerate(problem.products)
        if home[i] > 0 and could[i] > 0
    }


def _simulated(
    year: PlannedYear,
    held: PerProduct,
    stores: PerProduct,
    shocks: tuple[DemandChange | TradeCut, ...],
    span: str,
    days: int = YEAR,
) -> SimulationResult:
    """The planned year, lived: no plant makes more than the plan gives it."""
    finite = [room for room in year.capacity.values() if np.isfinite(room)]
    spare = min(max(finite, default=1.0), 4.0)
    start = datetime.date(year.economy.year, 1, 1)
    known = set(year.economy.industries.sectors)
    limits = tuple(
        CapacityLoss(sectors=(product,), share=1 - room / spare, start=start)
        for product, room in year.capacity.items()
        if product in known and room < spare * (1 - 1e-9)
    )
    products = {name: value for name, value in held.products.items() if name in year.economy.products}
    scenario = Scenario(
        name=f"days of {span}",
        start=start,
        days=days,
        shocks=(*limits, *shocks),
        behaviour=Behaviour(
            production=ProductionFunction.LEONTIEF,
            utilisation=1 / spare,
            overtime=Overtime(max=1),
            inventory_days=held.model_copy(update={"products": products}),
            initial_stocks=stores,
            # The plan pools what is imported and what is made at home of one product.
            imports=ImportRule(default=ImportMode.COMPETITIVE, source="the plan"),
            negligible_share=0,
        ),
    )
    return simulate(year.economy, scenario)


def _stores_of(before: PlannedYear, year: PlannedYear, held: PerProduct) -> PerProduct:
    """Stock of each input on the first day: what the year before held, as a share of what this one does."""
    share = {}
    for product in year.economy.products:
        i = year.products.index(product)
        now, then = (float(one.used[i]) for one in (year, before))
        days = max(held.products.get(product, held.default or STOCK_DAYS), 1.0)
        if now > 0:
            share[product] = max(min(then / now, 1.0), 1.0 / days)
    return PerProduct(default=1.0, products=share, source="the plan's year before")


def _fallen_short(year: PlannedYear, result: SimulationResult, span: str, how: str) -> list[DayCheck]:
    """Products of which less is made, or reaches people, in the days than the plan counts on."""
    data = result.data
    output = data["output"].transpose("day", "industry").to_numpy()
    binding = data["binding"].transpose("day", "industry").to_numpy()
    slots = [str(slot) for slot in data["slot_product"].to_numpy()] if "slot_product" in data.coords else []
    found = []
    for i, product in enumerate(year.economy.industries.sectors):
        planned = float(year.economy.x[i])
        simulated = float(output[:, i].mean() * YEAR)
        if simulated < planned * (1 - TOLD):
            short = output[:, i] < planned / YEAR * (1 - TOLD)
            codes, days = np.unique(binding[short, i], return_counts=True)
            code = int(codes[np.argmax(days)])
            limits = {Binding.CAPACITY: "its plants", Binding.DEMAND: "fewer orders"}
            cause = limits[Binding(code)] if code < 0 else f"short of {slots[code]}"
            unit = f"{year.units[year.products.index(product)]} / year"
            found.append(DayCheck(span, product, planned, simulated, unit, f"{how}: {cause}"))
    for product, received in _eaten(result).items():
        at = year.products.index(product)
        planned = float(year.users["households"][at])
        if received < planned * (1 - TOLD):
            cause = f"{how}: others' orders come before people's"
            unit = f"{year.units[at]} / year"
            found.append(DayCheck(span, product, planned, received, unit, cause))
    return found


def _eaten(result: SimulationResult, skipped: int = 0) -> dict[str, float]:
    """What reaches households of each product, per year."""
    kinds = result.data["kind"].to_numpy() == FinalUseKind.HOUSEHOLDS.value
    got = result.data["consumption"].transpose("day", "product", "final_user").to_numpy()[skipped:, :, kinds]
    by_product = got.sum(axis=2).mean(axis=0) * YEAR
    return dict(zip(result.data["product"].to_numpy().tolist(), by_product.tolist(), strict=True))


def _besieged(
    problem: PlanningProblem,
    values: Mapping[str, xr.DataArray],
    year: PlannedYear,
    t: int,
    held: PerProduct,
) -> list[DayCheck]:
    """Basket products of which a siege leaves less in the days than the plan promises.

    What the plan would take out of its stocks is handed out evenly; everybody else wants what the plan leaves
    them, and makers serve orders in proportion.
    """
    siege, economy = problem.siege, year.economy
    assert siege is not None
    days = max(1, round(siege.years * YEAR))
    start = datetime.date(economy.year, 1, 1) + datetime.timedelta(days=1)
    promised = siege.coverage * problem.households.needs(min(t, len(problem.periods) - 1)).sum(axis=0)
    handed_out = np.zeros(len(problem.products))
    if problem.stocks is not None:
        used = values["stock used under siege"].to_numpy()[t - siege.first]
        handed_out[problem.stocks.products] = np.clip(used, 0.0, None)
    shocks: list[DemandChange | TradeCut] = []
    for user in economy.final_users:
        if user.category == "left over":
            continue
        now = year.users[user.category]
        for i in np.flatnonzero(now > 0):
            wanted = {
                "households": max(0.0, promised[i] - handed_out[i]),
                "public": siege.public_share * now[i],
            }.get(user.category, 0.0)
            if year.products[i] in economy.products and abs(wanted / now[i] - 1) > 1e-9:
                shocks.append(
                    DemandChange(regions=(user.region,), users=(user.category,), start=start,
                                 products=(year.products[i],), factor=min(float(wanted / now[i]), 100.0))
                )  # fmt: skip
    there = {
        (gate.partner, gate.product)
        for gate, flow in zip(economy.gates, economy.imports, strict=True)
        if flow > 0
    }
    for (partner, product), cut in zip(problem.imports.channels, siege.cut, strict=True):
        if cut > 0 and (partner, product) in there:
            shocks.append(
                TradeCut(origin=(partner,), products=(product,), start=start, share_kept=float(1 - cut))
            )
    full = PerProduct(default=1.0, source="the plan")
    result = _simulated(year, held, full, tuple(shocks), problem.spans[t], days + 1)
    by_product = _eaten(result, skipped=1)
    found = []
    for i in np.flatnonzero(promised > 0):
        product = problem.products[i]
        left = by_product.get(product, 0.0) + handed_out[i]
        if left < promised[i] * (1 - TOLD):
            cause = f"under a siege of {days} days, nobody choosing who is served"
            unit = f"{problem.product_units[i]} / year"
            found.append(DayCheck(problem.spans[t], product, float(promised[i]), float(left), unit, cause))
    return found


def _year_of(label: str) -> int:
    digits = label[:4]
    return int(digits) if digits.isdigit() and 1800 <= int(digits) <= 2500 else 2000
