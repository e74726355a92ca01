"""Random planning problems: productive economies of any size, cut off bit by bit, with what a test asks for.

The economy of the base year reproduces itself (home output, imports, exports, replacement); then imports and
foreign exchange fall. Inputs are log-normal with rows of hubs and column sums of 0.3 to 0.72; about 70 % of
the products can be imported, 40 % exported, 60 % kept; a fifth of the industries have a second technique that
does without their largest imported input; building takes one to three years; some imports can be made by
nobody at home, and some activities need no plant.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from autarky.planning.problem import (
    LIVELIHOOD,
    TARGET,
    ForeignExchange,
    Households,
    Labour,
    PlanningProblem,
    Siege,
    Stocks,
    Target,
    Trade,
)

Floats = npt.NDArray[np.float64]

SKILLS = ("labourers", "machinists", "engineers", "doctors")
PERSONS = 1000.0


def random_plan(
    seed: int, *, products: int = 8, periods: int = 3, features: Collection[str] = ()
) -> PlanningProblem:
    """A planning problem drawn from a seed, with some of ``FEATURES`` besides; each changes only its part."""
    if unknown := set(features) - set(FEATURES):
        raise ValueError(f"unknown features: {sorted(unknown)}")
    problem = _economy(np.random.default_rng(seed), products, periods)
    for k, (name, added) in enumerate(FEATURES.items()):
        if name in features:
            problem = added(np.random.default_rng([seed, k]), problem)
    return replace(problem, title=f"random plan {seed}")


def _economy(rng: np.random.Generator, n: int, periods: int) -> PlanningProblem:
    inputs = _inputs(rng, n)
    importable, exportable, storable = (rng.random(n) < share for share in (0.7, 0.4, 0.6))
    importable[: min(2, n)] = True  # hubs come first: what all need is what a cut is about
    bought = np.where(importable, rng.uniform(0.05, 0.6, n), 0.0)  # share of supply
    bought[importable & (rng.random(n) < 0.05)] = 1.0
    bought[-1] = 0.0
    exportable &= bought < 1
    consumption = 100.0 * rng.lognormal(0, 0.8, n) * (rng.random(n) < 0.8)
    consumption[-1] += 50.0
    public = 0.05 * consumption
    sold = np.where(exportable, 30.0 * rng.lognormal(0, 0.8, n), 0.0)
    capital = np.zeros((n, n))
    makers = rng.choice(n, min(n, max(2, n // 10)), replace=False)
    capital[makers] = rng.dirichlet(np.ones(len(makers)), n).T * rng.uniform(0.5, 2.0, n)
    project = rng.random(n) < 0.3  # the others are kept up out of current inputs and cannot grow
    retirement = np.where(project, rng.uniform(0.02, 0.06, n), 0.0)
    needs = (inputs + capital * retirement * 1.05) * (1 - bought)
    supply = np.linalg.solve(np.eye(n) - needs, consumption + public + sold)
    output = (1 - bought) * supply

    home = np.flatnonzero(bought < 1)
    second = np.sort(rng.choice(home, max(1, len(home) // 5), replace=False))
    made = np.concatenate([home, second])  # (m,) the product of each technique
    m, first = len(made), len(home)
    new = np.arange(m) >= first
    make = np.zeros((n, m))
    make[made, np.arange(m)] = 1.0
    use = inputs[:, made]
    use[:, first:] = _without_largest_import(use[:, first:], bought, rng.uniform(1.1, 1.3, m - first))
    capacity = np.where(new, 0.0, 1.05 * output[made])
    capacity[~new & (rng.random(m) < 0.05)] = np.inf
    labour = rng.lognormal(-1, 0.6, (len(SKILLS), n))
    hours = labour @ output * rng.uniform(1.0, 1.1, len(SKILLS))

    each = np.ones((periods, 1))
    fallen = np.minimum(np.arange(1, periods + 1) / 3, 1.0)[:, None]  # over three periods
    imported, exported = np.flatnonzero(importable), np.flatnonzero(exportable)
    from_two = imported[: len(imported) // 4]
    channels = [("NEAR", f"P{i}") for i in imported] + [("FAR", f"P{i}") for i in from_two]
    product_of = np.concatenate([imported, from_two])
    base = (bought * supply)[product_of] * np.where(np.isin(product_of, from_two), 0.5, 1.0)
    price = np.where(np.arange(len(channels)) < len(imported), 1.0, 1.1)
    ceiling = base * (1.1 - rng.choice([0.0, 0.3, 0.7], len(base)) * fallen)
    ceiling[:, rng.random(len(base)) < 0.1] = np.inf
    kept = np.flatnonzero(storable)
    in_cities = rng.uniform(0.2, 0.8, n)
    per_person = np.array([in_cities, 1 - in_cities]) * consumption / (PERSONS / 2)
    return PlanningProblem(
        title="",
        periods=tuple(str(2021 + t) for t in range(periods)),
        years=np.ones(periods),
        products=tuple(f"P{i}" for i in range(n)),
        product_units=("MU",) * n,
        techniques=tuple(f"make P{i}" + " anew" * late for i, late in zip(made, new.tolist(), strict=True)),
        technique_units=("MU",) * m,
        make=make,
        use=use,
        yields=np.ones((periods, m)),
        capacity=capacity,
        arriving=np.zeros((periods, m)),
        retirement=np.where(np.isinf(capacity), 0.0, retirement[made]),
        lag=rng.integers(1, 4, m).astype(float),
        most_starts=np.where(np.isinf(capacity), 0.0, np.where(new, 0.1, 0.15 * project[made]) * output[made])
        * each,
        start_growth=np.zeros(m),
        builds_with=capital[:, made] * np.where(new, 1.3, 1.0),
        imports=Trade(tuple(channels), product_of, price * each, ceiling, np.zeros_like(ceiling)),
        exports=Trade(
            tuple(("NEAR", f"P{i}") for i in exported),
            exported,
            np.ones((periods, len(exported))),
            1.2 * sold[exported] * each,
            np.zeros((periods, len(exported))),
        ),
        households=Households(
            ("cities", "villages"),
            persons=np.full((periods, 2), PERSONS / 2) * 1.005 ** np.arange(periods)[:, None],
            basket=0.8 * per_person,
            weights=per_person / per_person.sum(axis=1, keepdims=True),
            extra=per_person,
        ),
        public_demand=public * each,
        foreign_exchange=ForeignExchange(
            "MU",
            inflow=(base * price).sum() * (1 - 0.3 * fallen[:, 0]) - sold.sum(),
            debt_limit=np.zeros(periods),
            interest=0.0,
            debt=0.0,
            reserves=0.0,
        ),
        labour=Labour(
            SKILLS,
            hours * each,
            labour[:, made] * np.where(new, 1.2, 1.0),
            0.3 * labour[:, made],
            overtime=np.array([0.05, 0.0, 0.1, 0.0]),
        ),
        stocks=Stocks(
            kept,
            initial=0.05 * supply[kept],
            most=0.2 * supply[kept] * each,
            spoilage=rng.choice([0.0, 0.03, 0.1], len(kept)),
            least=np.zeros((periods, len(kept))),
        ),
        targets=_import_shares(make, product_of, bought, base, periods, len(kept)),
        discount=0.02,
    )


def _inputs(rng: np.random.Generator, n: int) -> Floats:
    """(n, n) A: each tenth product is a hub that all need, and comes first."""
    A = rng.lognormal(0, 1.2, (n, n)) * (rng.random((n, n)) < min(0.8, 40 / n))
    A[: max(1, n // 10)] = 5.0 * rng.lognormal(0, 0.8, (max(1, n // 10), n))
    return np.asarray(A / A.sum(axis=0) * rng.uniform(0.3, 0.72, n))


def _without_largest_import(use: Floats, bought: Floats, worth: Floats) -> Floats:
    """Columns of inputs whose largest imported one is replaced by home inputs, ``worth`` as much."""
    column = np.arange(use.shape[1])
    largest = np.argmax(use * bought[:, None], axis=0)
    spared = use.copy()
    spared[largest, column] = 0.0
    home = spared * (1 - bought[:, None]) + 1e-9 * (1 - bought[:, None])
    return np.asarray(spared + home / home.sum(axis=0) * use[largest, column] * worth)


def _import_shares(
    make: Floats, product_of: npt.NDArray[np.int64], bought: Floats, base: Floats, periods: int, kept: int
) -> tuple[Target, ...]:
    """From the second half on, less imported of the n/10 most dependent products made at home: in the end
    half as large a share as now."""
    n, m = make.shape
    by_share = np.argsort(-np.where(bought < 1, bought, 0.0), kind="stable")[: max(1, n // 10)]
    level = np.where(np.arange(periods) >= periods // 2, 0.0, np.nan)
    share = 1 - 0.5 * np.arange(1, periods + 1)[:, None] / periods
    return tuple(
        Target(
            f"less P{i} from abroad",
            "MU / year",
            1,
            level,
            scale=float(base[product_of == i].sum()) or 1.0,
            activity=-share * bought[i] * make[i],
            imports=(1 - share * bought[i]) * (product_of == i),
            capacity=np.zeros((periods, m)),
            stocks=np.zeros((periods, kept)),
        )
        for i in by_share.tolist()
        if bought[i] > 0
    )


def _siege(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    channels = len(problem.imports.channels)
    cut = np.where(rng.random(channels) < 0.5, 0.8, 0.3)
    first = len(problem.periods) // 2
    return replace(
        problem, siege=Siege(first, cut, float(rng.uniform(0.4, 0.9)), public_share=0.1, years=1.5)
    )


def _deposits(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    plants = np.where(np.isfinite(problem.capacity), problem.capacity, 0.0)
    draws = rng.uniform(0.5, 2.0, (2, len(plants))) * (rng.random((2, len(plants))) < 0.3)
    there = 0.7 * draws @ plants * problem.span_weights.sum()
    return replace(problem, deposits=("ore", "coal"), deposit=there, draws=draws, deposit_units=("kt", "kt"))


def _scarce_labour(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    assert problem.labour is not None
    hours = problem.labour.hours * np.where(rng.random(len(SKILLS)) < 0.5, rng.uniform(0.6, 0.9), 1.05)
    return replace(problem, labour=replace(problem.labour, hours=hours))


def _training(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    assert problem.labour is not None
    pairs = (("labourers", "engineers", 2.0), ("machinists", "doctors", 1.0))
    most = rng.uniform(0.01, 0.05, 2) * problem.labour.hours[:, :2]
    return replace(problem, labour=replace(problem.labour, training=pairs, most_trained=most))


def _standing_in(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    assert problem.labour is not None
    worth = float(rng.uniform(0.5, 0.9))
    pairs = (("engineers", "machinists", worth), ("doctors", "labourers", 1.0))
    return replace(problem, labour=replace(problem.labour, substitutes=pairs))


def _debt(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    exchange = problem.foreign_exchange
    assert exchange is not None
    size = float(np.abs(exchange.inflow).max())
    limit = size * rng.uniform(0.1, 0.5, len(problem.periods))
    return replace(
        problem,
        foreign_exchange=replace(
            exchange, debt_limit=limit, interest=0.05, debt=0.05 * size, reserves=0.08 * size
        ),
    )


def _joint_products(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    n, m = problem.make.shape
    make = problem.make.copy()
    joint = np.flatnonzero(rng.random(m) < 0.4)
    make[rng.integers(0, n, len(joint)), joint] += rng.uniform(0.05, 0.2, len(joint))
    return replace(problem, make=make)


def _harvests(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    shape = problem.yields.shape
    return replace(problem, yields=np.where(rng.random(shape) < 0.3, rng.uniform(0.8, 1.1, shape), 1.0))


def _learning(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    learnt = rng.random(len(problem.techniques)) < 0.6
    return replace(problem, start_growth=np.where(learnt, rng.uniform(0.1, 0.5, len(learnt)), 0.0))


def _under_way(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    arriving = np.zeros_like(problem.arriving)
    plants = np.where(np.isfinite(problem.capacity), problem.capacity, 0.0)
    arriving[0] = 0.05 * plants * (rng.random(len(plants)) < 0.5)
    arriving[-1] = 0.1 * plants * (rng.random(len(plants)) < 0.5)
    return replace(problem, arriving=arriving)


def _contracts(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    trade = problem.imports
    least = np.where(np.isfinite(trade.ceiling), 0.5 * trade.ceiling, 0.0)
    return replace(
        problem,
        imports=replace(trade, contracted=least * (rng.random(len(trade.channels)) < 0.3)),
    )


def _strategic_reserves(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    stocks = problem.stocks
    assert stocks is not None
    least = np.outer(np.linspace(0.0, 1.0, len(problem.periods)), rng.uniform(0, 0.5, len(stocks.products)))
    return replace(problem, stocks=replace(stocks, least=least * stocks.most))


def _more_targets(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    stocks, labour = problem.stocks, problem.labour
    assert stocks is not None and labour is not None
    p, m = problem.yields.shape
    c, k = len(problem.imports.channels), len(stocks.products)
    nothing = {
        "activity": np.zeros((p, m)),
        "imports": np.zeros((p, c)),
        "capacity": np.zeros((p, m)),
        "stocks": np.zeros((p, k)),
    }
    last, wanted = np.full(p, np.nan), float(problem.most_starts[0].max()) or 1.0
    new = int(np.argmax(problem.most_starts[0]))
    last[-1] = -wanted * rng.uniform(0.5, 2.0)
    capacity = nothing | {"capacity": -np.eye(m)[new] * np.ones((p, 1))}
    more = [Target("a new plant", "MU / year", 2, last, wanted, **capacity)]
    if k:
        room = float(stocks.most[0, 0]) or 1.0
        kept = nothing | {"stocks": -np.eye(k)[0] * np.ones((p, 1))}
        more.append(Target("something in store", "MU", 1, np.full(p, -0.7 * room), room, **kept))
    hours = float(labour.hours[0, 2])
    work = nothing | {"activity": -labour.per_activity[2] * np.ones((p, 1))}
    level = np.full(p, -0.95 * hours)
    more.append(Target("work for engineers", "hours / year", 2, level, hours, **work))
    return replace(problem, targets=problem.targets + tuple(more))


def _unequal_periods(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    return replace(problem, years=rng.choice([0.5, 1.0, 2.0, 2.5], len(problem.periods)))


def _no_year_after(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    return replace(problem, stationary_after=False)


def _a_target_must_hold(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    return replace(problem, must_hold=frozenset(f"{TARGET}: {target.name}" for target in problem.targets[:1]))


def _livelihoods_must_hold(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    households = problem.households
    smaller = replace(households, basket=0.3 * households.basket)
    return replace(problem, households=smaller, must_hold=problem.must_hold | {LIVELIHOOD})


def _least_labour(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    return replace(problem, least="labour")


def _least_foreign_exchange(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    return replace(problem, least="foreign exchange")


def _more_of_each_by_itself(rng: np.random.Generator, problem: PlanningProblem) -> PlanningProblem:
    """More of each product is worth something without the others."""
    households = problem.households
    groups, products = np.nonzero(households.extra)
    wanted = np.zeros((len(groups), households.extra.shape[1]))
    wanted[np.arange(len(groups)), products] = households.extra[groups, products]
    parts = rng.uniform(0.5, 1.5, len(groups))
    for h in range(len(households.groups)):
        parts[groups == h] /= parts[groups == h].sum() or 1.0
    names = [f"{households.groups[h]}.{problem.products[i]}" for h, i in zip(groups, products, strict=True)]
    apart = replace(
        households, extra=wanted, bundles=tuple(names), bundle_groups=groups, bundle_weights=parts
    )
    return replace(problem, households=apart)


FEATURES: dict[str, Callable[[np.random.Generator, PlanningProblem], PlanningProblem]] = {
    "unequal periods": _unequal_periods,
    "no year after": _no_year_after,
    "siege": _siege,
    "deposits": _deposits,
    "scarce labour": _scarce_labour,
    "training": _training,
    "standing in": _standing_in,
    "debt": _debt,
    "joint products": _joint_products,
    "harvests": _harvests,
    "learning": _learning,
    "under way": _under_way,
    "contracts": _contracts,
    "strategic reserves": _strategic_reserves,
    "more targets": _more_targets,
    "a target must hold": _a_target_must_hold,
    "livelihoods must hold": _livelihoods_must_hold,
    "least labour": _least_labour,
    "least foreign exchange": _least_foreign_exchange,
    "more of each by itself": _more_of_each_by_itself,
}
"""What a problem can have besides, in the order in which it is added."""
