"""Ranking: which imports to keep, found by simulating the scenario with each, and sets of them, exempt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from autarky.economy import Economy
from autarky.ensemble import Executor
from autarky.errors import InputError, Problem, did_you_mean
from autarky.explanation.gates import OF_ITSELF, Progress, Trial, limited_gates, resumable
from autarky.explanation.greedy import backwards, forwards, in_step, within
from autarky.explanation.lifelines import BestSet, Kept, Lifelines, Step
from autarky.explanation.wording import listing, percent, plain, rounded
from autarky.scenario import Scenario
from autarky.simulation.panel import Precision
from autarky.simulation.sweep import has_households, network_of

MOST_EXHAUSTIVE = 12
"""Gates of which every set is tried, 4,096 of them, where there are no more."""
SOME, LARGE, FEWER = 10, 100_000, 8
"""Gates of which every set is tried where there are more; on a table of so many flows, fewer."""


def lifelines(
    economy: Economy,
    scenario: Scenario,
    *,
    regions: Sequence[str] | None = None,
    folder: Path | None = None,
    executor: Executor | None = None,
    budget: float | None = None,
    candidates: int = 30,
    exhaustive: int | None = None,
    precision: Precision = "float32",
    command: str = "autarky lifelines STUDY",
    progress: Progress | None = None,
) -> Lifelines:
    """Import gates ranked by the loss that keeping them averts, and what to keep under a budget.

    A gate is the imports of a product from a partner that some trade_cut or trade_series of the scenario
    limits, into all regions that lose imports. It is kept by an exemption, so that every other shock stays.
    What is averted is (loss of the scenario − loss with these gates kept) / loss of the scenario.

    The curve is a greedy choice under a budget in import value (Khuller, Moss & Naor 1999, the rule of the
    largest gain per cost), made twice: forwards from nothing kept over the ``candidates`` best gates, and
    backwards from everything kept, closing what costs least (several at once while there are many). Essential
    inputs are complements: forwards nothing may seem worth keeping until the last of them is. The order with
    the larger area under its curve is told.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
    regions : sequence of str, optional
        Whose imports and losses; all regions that lose imports if left out.
    folder : Path, optional
        Where what is simulated is kept, so that the same call goes on where it was stopped.
    executor : Executor, optional
        Who does the work where there is much; else this process.
    budget : float, optional
        Most imports to be kept, as a share of those cut.
    candidates : int
        Most steps of the curve.
    exhaustive : int, optional
        Gates of which every set is tried, at most 12; if left out all of up to 12, else 10, or 8 on a large
        table; 0: none.
    precision : str
        In which gates are compared. The numbers of the curve and of the best sets are always float64.
    command : str
        What the user is told to give again after an interruption.
    progress : callable, optional

    Raises
    ------
    ScenarioError
        If the scenario limits no imports of these regions, or as ``simulate``.
    InputError
        If an option is out of its range, or the folder cannot be written.
    StoppedError
        If the user stops it while there is a folder: what is done is kept there.

    References
    ----------
    Khuller, Moss & Naor (1999), Information Processing Letters 70(1).
    """
    _refuse_options(economy, regions, budget, candidates, exhaustive)
    network = network_of(economy, scenario)
    gates = limited_gates(economy, network, scenario, regions)
    losing = {place for gate in gates for place in gate.flow.destinations}
    places = tuple(region for region in economy.industries.regions if region in losing)
    if exhaustive is None:
        some = FEWER if network.tables.flows.size > LARGE else SOME
        exhaustive = MOST_EXHAUSTIVE if len(gates) <= MOST_EXHAUSTIVE else some
    trial = Trial(
        network,
        scenario,
        gates,
        places,
        precision=precision,
        folder=folder,
        executor=executor,
        progress=progress,
    )
    with resumable(folder, command):
        return _found(economy, scenario, trial, budget, candidates, exhaustive)


def _refuse_options(
    economy: Economy,
    regions: Sequence[str] | None,
    budget: float | None,
    candidates: int,
    exhaustive: int | None,
) -> None:
    problems = []
    if budget is not None and not 0.0 < budget <= 1.0:
        what = f"is {budget:g}, not a share of the imports cut"
        problems.append(Problem("budget", what, "give a number above 0, at most 1"))
    if candidates < 1:
        problems.append(Problem("candidates", f"are {candidates}", "give 1 or more"))
    if exhaustive is not None and not 0 <= exhaustive <= MOST_EXHAUSTIVE:
        what, remedy = f"is {exhaustive}", f"give 0 to {MOST_EXHAUSTIVE}: every gate more doubles the work"
        problems.append(Problem("exhaustive", what, remedy))
    known = economy.industries.regions
    problems += [
        Problem(f"regions[{k}]", f"unknown region {region!r}", did_you_mean(region, known))
        for k, region in enumerate(regions or ())
        if region not in known
    ]
    if problems:
        raise InputError(problems)


def _found(
    economy: Economy,
    scenario: Scenario,
    trial: Trial,
    budget: float | None,
    candidates: int,
    exhaustive: int,
) -> Lifelines:
    gates, most = trial.gates, 1.0 if budget is None else budget
    limit = math.inf if budget is None else budget + 1e-9  # all shares together may be 1 and a bit
    each = range(len(gates))
    if len(gates) <= exhaustive:  # every set at once: all that follows finds its numbers known
        trial.lost(range(trial.all_kept + 1), "every set of gates")
    alone = _alone(trial)
    fits = [g for g in _by_promise(trial) if gates[g].share <= limit]
    searches = forwards(trial, fits[:candidates], limit, candidates), backwards(trial, fits, candidates)
    orders = [within(trial, order, limit, candidates) for order in in_step(trial, *searches)]
    curves = [_curve(trial, order) for order in orders]
    areas = [_area(curve, most) for curve in curves]
    chosen = 1 if areas[1] > areas[0] + 1e-6 else 0
    notes = [_which(chosen, orders, curves, areas, alone)]
    # Of many gates those that the curve takes first, then those that promise most.
    pool = list(each) if len(gates) <= exhaustive else list(dict.fromkeys(orders[chosen] + fits))[:exhaustive]
    best: tuple[BestSet, ...] = ()
    if pool:
        best = _best(trial, pool, limit)
        notes.append(_how_far(trial, pool, orders[chosen]))
    (none, whole) = trial.lost([0, trial.all_kept], "the scenario as it stands", "float64")
    notes += _definitions(trial, none[0], whole[0], len(fits), candidates, budget)
    return Lifelines(
        scenario=plain(scenario.name),
        economy=plain(economy.name),
        unit=plain(economy.unit),
        consumers="households" if has_households(economy) else "final users",
        regions=trial.regions,
        days=scenario.days,
        consumption_lost=none[0],
        gdp_lost=none[1],
        imports_cut=math.fsum(gate.flow.imports for gate in gates),
        alone=alone,
        greedy=curves[chosen],
        best=best,
        budget=budget,
        notes=tuple(notes),
    )


def _sets_of_one(trial: Trial) -> tuple[list[int], list[int]]:
    """Each gate kept alone; each closed alone."""
    each = [1 << g for g in range(len(trial.gates))]
    return each, [trial.all_kept & ~one for one in each]


def _alone(trial: Trial) -> tuple[Kept, ...]:
    """Gates by what each alone averts; ties by value added, smaller imports, label."""
    kept, closed = _sets_of_one(trial)
    what = "each gate alone"
    trial.lost([0, trial.all_kept, *kept, *closed], what)
    averts, worth = trial.averts(kept, what), trial.worth(kept, what)
    whole, *lost = trial.lost([trial.all_kept, *closed], what)
    order = sorted(
        range(len(trial.gates)), key=lambda g: (-worth[g][0], -worth[g][1], trial.gates[g].share, g)
    )
    return tuple(
        Kept(
            gate=trial.gates[g].label,
            partner=trial.gates[g].flow.partner,
            product=trial.gates[g].flow.product,
            name=trial.gates[g].name,
            imports=trial.gates[g].flow.imports,
            imports_share=trial.gates[g].share,
            averts=averts[g][0],
            averts_value_added=averts[g][1],
            closed_alone=lost[g][0] - whole[0],
        )
        for g in order
    )


def _by_promise(trial: Trial) -> list[int]:
    """Gates by the larger of what each averts if kept alone and costs if closed alone, per weight."""
    kept, closed = _sets_of_one(trial)
    whole, *worth = trial.worth([trial.all_kept, *kept, *closed], "each gate alone")

    def rank(g: int) -> tuple[float, float, float, int]:
        alone, without = worth[g], worth[len(kept) + g]
        most = max(alone[0], whole[0] - without[0]), max(alone[1], whole[1] - without[1])
        promise = trial.per_weight(g, most)
        return -promise[0], -promise[1], trial.gates[g].share, g

    return sorted(range(len(trial.gates)), key=rank)


def _prefixes(order: Sequence[int]) -> list[int]:
    """The sets of gates kept along an order."""
    return [sum(1 << g for g in order[:number]) for number in range(1, len(order) + 1)]


def _curve(trial: Trial, order: Sequence[int]) -> tuple[Step, ...]:
    """What is averted along an order of keeping, in float64."""
    sets = _prefixes(order)
    averts = trial.averts(sets, "the curve", "float64")
    return tuple(
        Step(trial.gates[g].label, trial.gates[g].name, trial.share(kept), households, value_added)
        for g, kept, (households, value_added) in zip(order, sets, averts, strict=True)
    )


def _area(curve: Sequence[Step], most: float) -> float:
    """∫ of the most averted with so much of the imports kept, from none to ``most``, over ``most``."""
    ends = [*(step.imports_share for step in curve[1:]), most]
    highest, area = 0.0, 0.0
    for step, until in zip(curve, ends, strict=False):
        highest = max(highest, step.averts)
        area += highest * max(0.0, until - step.imports_share)
    return area / most


def _best(trial: Trial, pool: Sequence[int], limit: float) -> tuple[BestSet, ...]:
    """For each number of gates the set out of a pool that averts most, of those within the budget."""
    by_size: dict[int, int] = {}
    for kept, _, _ in _ranked_sets(trial, pool):
        if kept and trial.share(kept) <= limit:
            by_size.setdefault(kept.bit_count(), kept)
    found = [by_size[size] for size in sorted(by_size)]
    return tuple(
        BestSet(
            tuple(gate.label for g, gate in enumerate(trial.gates) if kept >> g & 1),
            trial.share(kept),
            averts,
        )
        for kept, (averts, _) in zip(found, trial.averts(found, "the best sets", "float64"), strict=True)
    )


def _ranked_sets(trial: Trial, pool: Sequence[int]) -> list[tuple[int, float, float]]:
    """Every set out of a pool with its share of imports and what it averts, the best first."""
    sets = [sum(1 << g for k, g in enumerate(pool) if number >> k & 1) for number in range(1 << len(pool))]
    worth = trial.worth(sets, "every set of gates")
    ranked = sorted(
        zip(sets, worth, strict=True), key=lambda one: (-one[1][0], -one[1][1], trial.share(one[0]), one[0])
    )
    return [(kept, trial.share(kept), households) for kept, (households, _) in ranked]


def _which(
    chosen: int,
    orders: Sequence[Sequence[int]],
    curves: Sequence[Sequence[Step]],
    areas: Sequence[float],
    alone: Sequence[Kept],
) -> str:
    """How the curve was found, why in this way, and where the other way is better."""
    if orders[0] == orders[1]:
        return "Forwards from nothing kept and backwards from everything kept the same order was found."
    ways = ("forwards from nothing kept", "backwards from everything kept")
    most = max((kept.averts for kept in alone if math.isfinite(kept.averts)), default=0.0)
    told = f"The curve was found {ways[chosen]}: over all budgets it averts {percent(areas[chosen])} on "
    told += f"average, {ways[1 - chosen]} {percent(areas[1 - chosen])}."
    if chosen:
        told += f" Inputs need each other: alone no gate averts more than {percent(most)}, which misleads "
        told += "whoever begins with nothing."
    # Of the other curve the step that averts most above what the chosen one does with no more imports.
    share, ahead = max(
        (
            (step.imports_share, step.averts - _at(curves[chosen], step.imports_share))
            for step in curves[1 - chosen]
        ),
        key=lambda step: (round(step[1], 6), -step[0]),
    )
    if ahead > 0.005:
        told += (
            f" With {percent(share)} of the imports kept {ways[1 - chosen]} averts {percent(ahead)} of the "
        )
        told += "loss more: give a budget as small to see its order."
    return told


def _at(curve: Sequence[Step], share: float) -> float:
    """The most that a curve averts with no more of the imports kept than this."""
    return max((step.averts for step in curve if step.imports_share <= share + 1e-12), default=0.0)


def _how_far(trial: Trial, pool: Sequence[int], order: Sequence[int]) -> str:
    """How far the curve is from the best possible sets of at most as many imports."""
    ranked = _ranked_sets(trial, pool)
    sets = [kept for kept in _prefixes(order) if not kept & ~sum(1 << g for g in pool)]
    gaps = [
        max(averts for _, share, averts in ranked if share <= trial.share(kept) + 1e-12) - own
        for kept, (own, _) in zip(sets, trial.worth(sets, "every set of gates"), strict=True)
    ]
    over = "these gates"
    if len(pool) < len(trial.gates):
        names = listing([trial.gates[g].name for g in pool], most=len(pool))
        over = f"{names}, all others closed"
    told = f"Every one of the {1 << len(pool):,} sets of {over} was tried"
    if not gaps:
        return told + "."
    if max(gaps) < 5e-4:
        return told + ": none of no more imports averts more than the first steps of the curve."
    step = gaps.index(max(gaps)) + 1
    return (
        f"{told}: of no more imports than the curve at step {step} the best averts {percent(max(gaps))} of "
        "the loss more; at no other step is the curve further from the best."
    )


def _definitions(
    trial: Trial, none: float, whole: float, fitting: int, candidates: int, budget: float | None
) -> list[str]:
    """What the numbers are."""
    told = [
        "A gate is kept by exempting it from every cut. Averted is what is lost in the scenario less what is "
        "lost with the gate kept, over the run, as a share of the former; imports are the base year's. "
        f"Gates are compared in {trial.precision}; the curve and the best sets are told in float64.",
        f"Each step takes what averts most per share of the imports cut and {percent(OF_ITSELF)} (an "
        "assumption: gates of next to no imports would head the list without it).",
    ]
    if trial.spare > 0:
        told.append(
            f"A gate that is kept can deliver up to {rounded(1 + trial.spare)} times the base year "
            "(import_spare): a small one can avert more than its share of the imports."
        )
    if math.isfinite(none) and none > 1e-9 and whole > 1e-3 * none:
        told.append(
            f"{percent(whole / none)} of the loss remains with every gate kept: it has other reasons "
            "(exports that are cut, other shocks, stocks that are not full)."
        )
    if budget is not None:
        told.append(
            f"Kept are at most {percent(budget)} of the imports cut; {fitting:,} gates fit by themselves."
        )
    if fitting > candidates:
        told.append(
            f"Forwards, the {candidates:,} gates were tried that avert most kept alone or cost most closed "
            f"alone; backwards, several were closed at once until {candidates:,} were left."
        )
    return told
