"""The line of a plan in one place: study → table → problem → plan, or clash → checks → page → folder."""

from __future__ import annotations

import math
import platform
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from autarky.accounts import Accounts, open_accounts
from autarky.declared import ALL, Names
from autarky.economy import Economy
from autarky.ensemble.plans import DrawnPlans, plan_under_draws
from autarky.errors import InputError, Problem, ScenarioError, SimulationError, StoppedError
from autarky.explanation.plan_by_days import lived_through
from autarky.planning.checking import checked
from autarky.planning.highs import LARGE, missing_hipo, solver_version
from autarky.planning.magnitudes import too_far_apart
from autarky.planning.plan import Plan, make_plan
from autarky.planning.posing.assembly import plan_problem, with_sets
from autarky.planning.posing.from_table import TableBase, table_base
from autarky.planning.posing.packaged import technique_set, technique_sets
from autarky.planning.posing.section import PlanSection
from autarky.planning.pricing.delays import delay_costs
from autarky.planning.pricing.prices import contradictions, keep, limits
from autarky.planning.pricing.valuation import valuations
from autarky.planning.problem import PlanningProblem
from autarky.planning.questions.clash import clash
from autarky.planning.questions.frontier import frontier
from autarky.planning.questions.rolling import rolling
from autarky.planning.stages import GAIN, LEAST, Infeasible, Unbounded
from autarky.planning.telling.result import plan_result
from autarky.planning.unbounded import unbounded_problem
from autarky.results.plan import Clash, Otherwise, PlanResult
from autarky.run_folder import PlanRun, save_plan, sha256
from autarky.scenario import PerProduct
from autarky.sources.drawn import drawn_with
from autarky.study import Log, accepted, executor_of
from autarky.study_file import Study, read_study

Progress = Callable[[str, int, int], None]
"""Told (what is done, number done, number in all) now and then."""


CHOICES: Mapping[str, Names] = {
    "home products can stand for every import": ALL,
    "home products can stand for no import": (),
}
"""Choices that decide a plan on a table, and that no figure settles."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a plan besides itself."""

    frontier: bool = False
    """The largest livelihood by import budget, and the years needed to reach one."""
    window: int | None = None
    """Plan again in every period, knowing only so many: what not knowing the future costs."""
    draws: int = 0
    """Plan again for so many draws of the table and of coefficients with a range."""
    seed: int = 0
    days: bool = True
    """Live through every year day by day."""
    variants: bool = True
    """With a table: plan again with all imports replaceable by home products, and with none."""

    @property
    def options(self) -> list[str]:
        """The same on a command line."""
        told = ["--frontier"] if self.frontier else []
        told += ["--window", str(self.window)] if self.window is not None else []
        told += ["--draws", str(self.draws)] if self.draws else []
        told += ["--seed", str(self.seed)] if self.seed else []
        told += [] if self.days else ["--no-days"]
        return told + ([] if self.variants else ["--no-variants"])


def plan_study(
    path: str | Path,
    runs: str | Path = "runs",
    *,
    asked: Asked | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PlanRun:
    """Plans the study in a file and keeps the plan, or why there is none, in a folder of its own in ``runs``.

    Parameters
    ----------
    asked : Asked, optional
        What is worked out besides the plan itself.
    workers : int, optional
        Processes for draws; by default one for each core. They decide how fast, and not one byte.

    Raises
    ------
    InputError
        If the study, its table or a name in it is wrong: all problems, and nothing is written.
    StoppedError
        If the user stops it while draws are made: those done are kept.
    """
    study, asked, log = read_study(path), asked or Asked(), Log()
    posed = problem_of(study, log)
    try:
        found = worked_out(posed, study, asked, log, progress)
    except SimulationError as error:
        apart = too_far_apart(posed.problem)
        if apart is None:
            raise
        with study.naming_places():
            raise ScenarioError(apart) from error
    if asked.draws and isinstance(found, PlanResult):
        draws = DrawnPlans(
            posed.section, study.title, posed.economy, drawn_tables(study), asked.draws, asked.seed
        )
        where = ["--runs", str(runs)] if Path(runs) != Path("runs") else []
        again = shlex.join(["autarky", "plan", str(path), *where, *asked.options])
        folder = Path(runs) / f".plan-{draws.plan[:10]}"
        told = partial(progress, "draws") if progress is not None else None
        try:
            robust = plan_under_draws(draws, folder, executor_of(workers, None), progress=told)
        except KeyboardInterrupt as error:
            what = f"interrupted: the draws done so far are kept in {folder}"
            raise StoppedError(Problem("autarky plan", what, f"to go on: {again}")) from error
        found = replace(found, robustness=robust)
        log.note("drawn", draws=robust.draws, feasible=robust.feasible)
    inputs = inputs_of(study, posed.economy, asked)
    run = save_plan(
        Path(runs),
        title=study.title,
        study=study.content,
        found=found,
        inputs=inputs,
        versions=versions(),
        log=log.events,
        seconds=log.seconds(),
    )
    if asked.draws and isinstance(found, PlanResult):
        shutil.rmtree(folder, ignore_errors=True)
    return run


@dataclass(frozen=True, eq=False)
class Posed:
    """What a study asks the planner, and what it was made from."""

    problem: PlanningProblem
    section: PlanSection
    """With all sets of techniques joined in."""
    economy: Economy | None
    base: TableBase | None


def problem_of(study: Study, log: Log) -> Posed:
    """The planning problem of a study.

    Raises
    ------
    ScenarioError
        If the study has no plan, or names what does not exist: all problems.
    """
    if study.plan is None:
        what, remedy = "has no plan to make", "give it to: autarky run, or add a section 'plan:'"
        raise ScenarioError(Problem(str(study.path or "study"), what, remedy))
    economy = None
    if study.economy is not None:
        economy = accepted(study.read_economy(), study)
        log.note("table read", name=economy.name, year=economy.year, industries=len(economy.industries))
    with study.naming_places():
        names = technique_sets() if study.plan.include == ALL else study.plan.include
        sets = {name: technique_set(name) for name in names}
        section = with_sets(study.plan, sets)
        base = None if economy is None else table_base(accounts_of(economy, section), section)
        problem = plan_problem(study.plan, base, title=study.title, sets=sets)
    log.note("problem set", products=len(problem.products), techniques=len(problem.techniques))
    return Posed(problem, section, economy, base)


def accounts_of(economy: Economy, section: PlanSection) -> Accounts:
    """The table seen from the territory that plans."""
    return open_accounts(economy, () if section.home == ALL else section.home)


def worked_out(
    posed: Posed, study: Study, asked: Asked, log: Log, progress: Progress | None
) -> PlanResult | Clash:
    """The plan with its prices and checks, or the policies that clash.

    Raises
    ------
    InputError
        If something can be had without end and for nothing.
    """
    problem = posed.problem
    told = (lambda _, done, total: progress("stages", done + 1, total)) if progress is not None else None
    reached = make_plan(problem, told)
    if isinstance(reached, Unbounded):
        with study.naming_places():
            raise ScenarioError(unbounded_problem(problem))
    if isinstance(reached, Infeasible):
        log.note("infeasible")
        return replace(clash(problem, title=study.title), assumptions=problem.assumptions)
    log.note("planned", stages=[stage.name for stage in reached.stages])
    certificate = checked(reached)
    program = reached.formulation.program
    is_large = len(program.row_lower) > LARGE
    scarce = limits(reached, checked=0) if is_large else limits(reached)
    notes = [*certificate.notes, *contradictions(scarce)]
    if is_large:
        notes.append(f"more than {LARGE:,} rows: no price was solved again, and no start was put off")
    if not reached.stages[-1].name.startswith(LEAST):
        notes.append("the solver found no quieter plan: some steps may be there for nothing")
    if slow := missing_hipo(program):
        notes.append(slow)
    found = plan_result(
        reached,
        certificate=replace(certificate, notes=tuple(notes)),
        limits=scarce,
        keep=keep(reached),
        valuations=valuations(reached),
        economy=f"{posed.economy.name}, {posed.economy.year}" if posed.economy is not None else "",
        base=posed.base,
        delays={} if is_large else delay_costs(reached),
    )
    log.note("priced", limits=len(found.limits))
    return beside(found, reached, posed, study, asked, log, progress)


def beside(
    found: PlanResult,
    plan: Plan,
    posed: Posed,
    study: Study,
    asked: Asked,
    log: Log,
    progress: Progress | None,
) -> PlanResult:
    """The plan with what was asked for besides."""
    problem = plan.problem
    if asked.frontier:
        told = partial(progress, "frontier") if progress is not None else None
        base = posed.base
        opened = problem if base is None else as_open_as(base, problem)
        spent = None if base is None else float(base.imports_base.sum())
        found = replace(found, frontier=frontier(opened, base_imports=spent, progress=told))
        log.note("frontier found")
    if asked.window is not None:
        found = replace(found, rolling=(rolling(problem, asked.window, plan=plan),))
        log.note("planned with a window", periods=asked.window)
    if asked.variants and posed.economy is not None:
        found = replace(found, otherwise=tuple(otherwise(plan, posed.economy, posed.section)))
        log.note("planned otherwise", choices=len(found.otherwise))
    if asked.days:
        stocks: PerProduct | None = study.scenario.behaviour.inventory_days if study.scenario else None
        days, notes = lived_through(problem, plan.values, inventory_days=stocks, progress=progress)
        found = replace(found, days=days, days_checked=True, days_notes=notes)
        log.note("lived through", contradictions=len(days))
    return found


def as_open_as(base: TableBase, problem: PlanningProblem) -> PlanningProblem:
    """The problem with as much of every import allowed as in the table's year.

    The frontier asks what a budget can buy, and not what a study's ceilings leave to be bought.
    """
    imports = problem.imports
    bought = dict(zip(base.import_channels, base.imports_base.tolist(), strict=True))
    then = np.array([bought.get(channel, 0.0) for channel in imports.channels])
    return replace(problem, imports=replace(imports, ceiling=np.maximum(imports.ceiling, then)))


def otherwise(plan: Plan, economy: Economy, section: PlanSection) -> Iterator[Otherwise]:
    """The plan with all imports replaceable by home products, and with none, where that is another choice."""
    gained = plan.stage(GAIN)
    for choice, competitive in CHOICES.items():
        if competitive == section.industries.competitive:
            continue
        industries = section.industries.model_copy(update={"competitive": competitive})
        # Where home products stand for every import anyway, no industry has to learn to replace one.
        kept = () if competitive == ALL else section.substitutions
        other = section.model_copy(update={"industries": industries, "substitutions": kept})
        try:
            problem = plan_problem(other, table_base(accounts_of(economy, other), other), title=choice)
            reached = make_plan(problem)
        except (ScenarioError, SimulationError):
            # The study names products that are there only under its own choice, or the solver does not come
            # to an end under the other: the plan itself stands.
            continue
        if isinstance(reached, Plan):
            gain = reached.stage(GAIN)
            share = gain.value / gained.value if gain and gained and gained.value > 0 else math.nan
            yield Otherwise(choice, reached.worst_coverage, share)
        elif isinstance(reached, Infeasible):
            yield Otherwise(choice, math.nan, math.nan, clash(problem).policies)


def drawn_tables(study: Study) -> tuple[str, ...]:
    """Places of the tables drawn beside the study's; empty if it is not an estimate."""
    if study.economy is None:
        return ()
    table = study.table_path
    name = study.economy.embedded or str(table)
    try:
        number = len(drawn_with(name, Path()))
    except InputError:
        return ()
    return tuple(f"{name}#{draw}" for draw in range(number))


def inputs_of(study: Study, economy: Economy | None, asked: Asked) -> dict[str, Any]:
    """What went into a plan, for its manifest and its page."""
    path = study.path if study.path is not None else Path("study.yaml")
    digest = sha256(study.content)
    digests = {path.name: digest}
    if economy is not None:
        digests |= {**dict(economy.provenance.files), "economy": economy.digest}
    return {
        "command": shlex.join(["autarky", "plan", path.name, *asked.options]),
        "study": {"title": study.title, "path": str(path.absolute()), "sha256": digest},
        "economy": None if economy is None else {"name": economy.name, "digest": economy.digest},
        "digests": digests,
    }


def versions() -> dict[str, str]:
    """What made a plan."""
    packages = ("autarky", "numpy", "scipy", "numba", "xarray")
    return {"python": platform.python_version(), "solver": solver_version()} | {
        package: version(package) for package in packages
    }
