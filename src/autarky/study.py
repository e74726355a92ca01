"""The whole line in one place, to be read first: study → table → simulation → answer → page → run folder."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast, get_args

from autarky import sources
from autarky.checks import Status, check
from autarky.economy import DeclaredGap, Economy
from autarky.ensemble import Dask, Executor, Processes, Serial, claimed, prepare, run_ensemble
from autarky.errors import InputError, Problem, ScenarioError, StoppedError, did_you_mean
from autarky.explanation import answer, answer_of_draws, other_choices
from autarky.explanation.announced import announced
from autarky.explanation.answer import json_ready
from autarky.explanation.counting import countdown
from autarky.explanation.ranking import lifelines
from autarky.explanation.stored import announced_of, chains_of, countdown_of, lifelines_of
from autarky.explanation.table_evidence import table_evidence
from autarky.explanation.tracing import largest_losers, why, with_what_keeping_averts
from autarky.explanation.why import Why
from autarky.report import render, render_ensemble
from autarky.report.beside import Beside
from autarky.results import Outcome, SimulationResult
from autarky.run_folder import (
    MANIFEST,
    REPORT,
    RESULT,
    STUDY,
    ComparisonRun,
    EnsembleRun,
    FirmRun,
    PlanRun,
    Run,
    changed_files,
    ensemble_id,
    is_ensemble,
    read_any,
    read_ensemble,
    read_run,
    save_ensemble,
    save_run,
    sha256,
    tidy,
    to_netcdf,
)
from autarky.scenario import Scenario
from autarky.sensitivity import analyse
from autarky.simulation import simulate
from autarky.simulation.panel import Precision
from autarky.simulation.shortfalls import simulate_and_trace, stocks_needed
from autarky.study_file import Study, read_study, study_from_bytes
from autarky.uncertainty import Design, Uncertainty, draw_up
from autarky.uncertainty.distributions import Choice, TableDraws

Progress = Callable[[str, int, int], None]
"""Told (what is simulated, days done, days in all) now and then."""

_STOCKS = 2**30
"""Bytes that a run may take to record its stocks, from which its losses are traced back."""


def run_study(
    path: str | Path,
    runs: str | Path = "runs",
    *,
    variants: bool = True,
    progress: Progress | None = None,
) -> Run:
    """Runs the study in a file and keeps the run in a folder of its own in ``runs``.

    With ``variants`` it is also run under the other values of the choices that decide the answer.

    Raises
    ------
    InputError
        If the study, its table, or a name in it is wrong: all problems, and nothing is written.
    """
    study = read_study(path)
    found = work_out(study, variants=variants, progress=progress)
    return saved(study, found, runs)


def keep_first(
    path: str | Path,
    runs: str | Path = "runs",
    *,
    budget: float | None = None,
    candidates: int = 30,
    workers: int | None = None,
    variants: bool = True,
    progress: Progress | None = None,
) -> Run:
    """Runs the study in a file as ``run_study``, with which imports to keep and how long stocks last.

    What is simulated for it is kept in ``runs`` until all is done: the same call goes on where it stopped.

    Parameters
    ----------
    budget : float, optional
        Most imports to be kept, as a share of those cut.
    candidates : int
        Most imports that are chosen one after the other.
    workers : int, optional
        Processes; by default one for each core. They decide how fast, and not one byte.

    Raises
    ------
    InputError
        If the study, its table, a name or an option is wrong, or the study cuts no imports.
    StoppedError
        If the user stops it: what is done is kept.
    """
    study = read_study(path)
    keep = KeepList(budget, candidates)
    where = ["--runs", str(runs)] if Path(runs) != Path("runs") else []
    again = shlex.join(["autarky", "lifelines", str(path), *where, *keep.options, *_no_variants(variants)])
    decisive = (sha256(study.content), keep.options, version("autarky"))
    folder = Path(runs) / f".lifelines-{sha256(repr(decisive).encode())[:10]}"
    found = work_out(
        study,
        variants=variants,
        keep=keep,
        folder=folder,
        executor=executor_of(workers, None),
        again=again,
        progress=progress,
    )
    run = saved(study, found, runs)
    shutil.rmtree(folder, ignore_errors=True)
    return run


def saved(study: Study, found: WorkedOut, runs: str | Path) -> Run:
    """What a study came to, in a folder of its own in ``runs``."""
    return save_run(
        Path(runs),
        title=study.title,
        study=study.content,
        result=found.result,
        report=found.page,
        inputs=found.inputs,
        log=found.log.events,
        seconds=found.log.seconds(),
    )


@dataclass(frozen=True)
class KeepList:
    """What is asked of the imports to keep."""

    budget: float | None = None
    candidates: int = 30

    @property
    def options(self) -> list[str]:
        """The same on a command line."""
        told = ["--budget", f"{self.budget:g}"] if self.budget is not None else []
        return told + (["--candidates", str(self.candidates)] if self.candidates != 30 else [])


def _no_variants(variants: bool) -> list[str]:
    return [] if variants else ["--no-variants"]


def work_out(
    study: Study,
    *,
    variants: bool = True,
    keep: KeepList | None = None,
    folder: Path | None = None,
    executor: Executor | None = None,
    again: str = "autarky lifelines STUDY",
    progress: Progress | None = None,
) -> WorkedOut:
    """The line itself: what a study comes to, without keeping it.

    With ``keep`` also which imports to keep; what is simulated for that lies in ``folder`` until it is done.
    """
    log = Log()
    economy = study.read_economy()
    log.note("table read", name=economy.name, year=economy.year, industries=len(economy.industries))
    economy = accepted(economy, study)
    log.note("table checked", declared_gaps=len(economy.declared_gaps))
    with study.naming_places():
        result = with_reasons(economy, study.scenario_to_run, log, progress)
        if keep is not None:
            kept = lifelines(
                economy,
                study.scenario_to_run,
                budget=keep.budget,
                candidates=keep.candidates,
                folder=folder,
                executor=executor,
                command=again,
                progress=progress,
            )
            log.note("imports ranked", gates=len(kept.alone))
            counted = countdown(
                economy,
                study.scenario_to_run,
                result,
                folder=folder,
                executor=executor,
                command=again,
                progress=progress,
            )
            log.note("stocks counted", products=len(counted.rows))
            record = replace(result.record, lifelines=json_ready(kept), countdown=json_ready(counted))
            result = replace(result, record=record)
        held = announced(result, study.announcements, study.opinion)
        said = tuple(json_ready(one) for one in held)
        record = replace(result.record, announced=said, evidence=evidence_of(study), sources=study.sources)
        result = replace(result, record=record)
    if variants:
        result = with_variants(result, economy, study.scenario_to_run, log, progress)
    inputs = inputs_of(study, economy, variants, keep)
    page = page_of(result, inputs)
    log.note("answered")
    return WorkedOut(result, page, inputs, log)


def evidence_of(study: Study) -> tuple[Mapping[str, Any], ...]:
    """The figures behind a study's table, JSON-ready; empty where the table is not estimated."""
    embedded = study.economy.embedded if study.economy is not None else None
    table = study.table_path or (embedded or "").partition("#")[0]
    return tuple(json_ready(one) for one in table_evidence(table)) if table else ()


def with_reasons(
    economy: Economy, scenario: Scenario, log: Log, progress: Progress | None
) -> SimulationResult:
    """The scenario's result, with why its largest losers made less in its record; without, where the stocks
    of all days, from which that is traced, take too much memory."""
    what = "the study"
    if stocks_needed(economy, scenario) > _STOCKS:
        log.note("not traced", bytes=stocks_needed(economy, scenario))
        return simulated(economy, scenario, what, log, progress)
    told = partial(progress, what) if progress else None
    result, trace = simulate_and_trace(economy, scenario, progress=told)
    log.note("simulated", what=what, days=scenario.days)
    losers = largest_losers(result, trace, scenario)
    losers = with_what_keeping_averts(losers, economy, scenario, trace)
    chains = tuple(json_ready(one) for one in losers)
    log.note("traced", industries=len(chains))
    return replace(result, record=replace(result.record, chains=chains))


def simulated(
    economy: Economy, scenario: Scenario, what: str, log: Log, progress: Progress | None
) -> SimulationResult:
    """The scenario's result, noted in the log; an interruption goes on up."""
    result = simulate(economy, scenario, progress=partial(progress, what) if progress else None)
    if result.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    log.note("simulated", what=what, days=scenario.days)
    return result


def with_variants(
    result: SimulationResult, economy: Economy, scenario: Scenario, log: Log, progress: Progress | None
) -> SimulationResult:
    """The result, with what the scenario comes to under each other choice in its record."""
    variants = tuple(
        answer(simulated(economy, other.scenario, other.sentence, log, progress)).in_short(
            other.sentence, other.behaviour
        )
        for other in other_choices(scenario, result)
    )
    return replace(result, record=replace(result.record, variants=variants))


def run_draws(
    path: str | Path,
    runs: str | Path = "runs",
    *,
    draws: int | None = None,
    design: str | None = None,
    seed: int | None = None,
    precision: str = "float64",
    workers: int | None = None,
    cluster: str | None = None,
    keep_draws: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> EnsembleRun:
    """Runs many draws of the study in a file and keeps them in a folder of their own in ``runs``.

    The folder's name follows from what is run: the same call resumes an ensemble that was stopped, and reads
    one that is done. Number, design, seed and precision are those of the study where they are not given;
    workers (by default one for each core) or the address of a Dask cluster decide how fast, and not one byte.

    Raises
    ------
    InputError
        If the study, its table, a name or an option is wrong: all problems, and nothing is written.
    StoppedError
        If the user stops it: the draws done so far are kept.
    """
    log = Log()
    study = read_study(path)
    uncertainty = uncertainty_of(study, draws, design, seed)
    if precision not in get_args(Precision):
        remedy = did_you_mean(precision, get_args(Precision))
        raise InputError(Problem("--precision", f"unknown precision {precision!r}", remedy))
    economy = accepted(study.read_economy(), study)
    tables = {name: accepted(table, study) for name, table in tables_of(study, uncertainty).items()}
    log.note("tables read", name=economy.name, year=economy.year, besides=sorted(tables))
    declared = uncertainty.model_dump(mode="json")
    digests = {name: table.digest for name, table in tables.items()}
    decisive = (sha256(study.content), economy.digest, digests, declared, precision, version("autarky"))
    folder = Path(runs) / ensemble_id(study.title, decisive)
    if (folder / MANIFEST).is_file():
        return finished(folder, keep_draws)
    with study.naming_places():
        drawn = draw_up(uncertainty, study.scenario_to_run, economy, tables=tables)
        ensemble = prepare(
            economy,
            study.scenario_to_run,
            drawn,
            uncertainty=declared,
            need_share=uncertainty.need_share,
            precision=cast(Precision, precision),
        )
    executor = executor_of(workers, cluster)
    work = ensemble.simulation(executor.room())
    log.note("draws made", draws=len(drawn), block=ensemble.block, side_by_side=work.batch)
    options = options_of_draws(study, uncertainty, precision)
    where = ["--runs", str(runs)] if Path(runs) != Path("runs") else []
    where += ["--keep-draws"] if keep_draws else []
    again = shlex.join(["autarky", "ensemble", str(path), *where, *options])
    with claimed(folder):
        if (folder / MANIFEST).is_file():  # another process has just finished it
            return finished(folder, keep_draws)
        result = run_ensemble(
            ensemble,
            work,
            folder,
            executor,
            beside={STUDY: study.content},
            command=again,
            progress=progress,
        )
        log.note("simulated", failed=int((result.data["failed"] != "").sum()))
        inputs = inputs_of(study, economy, variants=False)
        inputs["command"] = shlex.join(["autarky", "ensemble", Path(path).name, *options])
        inputs["digests"] |= {f"table {name}": digest for name, digest in digests.items()}
        try:
            chains = with_reasons(economy, study.scenario_to_run, log, None).record.chains
            run = replace(
                result.record.run, chains=chains, evidence=evidence_of(study), sources=study.sources
            )
            result = replace(result, record=replace(result.record, run=run))
            findings = analyse(result)
            told = answer_of_draws(result, findings)
            page = render_ensemble(result, told, findings, inputs=inputs)
            log.note("answered")
            return save_ensemble(
                folder,
                study=study.content,
                result=result,
                answer=told,
                report=page,
                inputs=inputs,
                log=log.events,
                seconds=log.seconds(),
                keep_draws=keep_draws,
            )
        except KeyboardInterrupt as error:
            what = f"interrupted: all {len(drawn)} draws are done and kept in {folder}"
            raise StoppedError(Problem("autarky ensemble", what, f"to go on: {again}")) from error


def options_of_draws(study: Study, uncertainty: Uncertainty, precision: str) -> list[str]:
    """What a command line has to say beside the study to get these draws."""
    own = study.uncertainty
    options = [] if precision == "float64" else ["--precision", precision]
    for name in ("draws", "design", "seed"):
        if (value := getattr(uncertainty, name)) != getattr(own, name):
            options += [f"--{name}", str(value)]
    return options


def uncertainty_of(study: Study, draws: int | None, design: str | None, seed: int | None) -> Uncertainty:
    """The study's uncertainty, with what was asked for instead.

    Raises
    ------
    ScenarioError
        If the study declares none, or there is no such design.
    """
    if study.uncertainty is None:
        what = "says nothing of what is uncertain, so there is nothing to draw"
        remedy = "add a section 'uncertainty:' with 'parameters:', or give the study to: autarky run"
        raise ScenarioError(Problem(str(study.path), what, remedy))
    if design is not None and design not in tuple(Design):
        remedy = did_you_mean(design, [str(one) for one in Design])
        raise ScenarioError(Problem("--design", f"unknown design {design!r}", remedy))
    asked = {"draws": draws, "design": design and Design(design), "seed": seed}
    return study.uncertainty.model_copy(update={k: v for k, v in asked.items() if v is not None})


def tables_of(study: Study, uncertainty: Uncertainty) -> dict[str, Economy]:
    """The tables that draws choose from: each embedded, or a path that counts from the study file.

    Raises
    ------
    ScenarioError
        For each that does not exist.
    SourceError
        If one cannot be read.
    """
    found: dict[str, Economy] = {}
    problems = []
    home = study.path.parent if study.path is not None else Path()
    for k, parameter in enumerate(uncertainty.parameters):
        if not (parameter.tables and isinstance(parameter.distribution, Choice)):
            continue
        for position, option in enumerate(parameter.distribution.of):
            name = str(option.value)
            # NAME#7 is a table drawn beside NAME.
            where = name.rpartition("#")[0] if isinstance(parameter.distribution, TableDraws) else name
            if where in sources.embedded_names():
                found[name] = study.in_groups(sources.embedded(name))
            elif (home / where).exists():
                found[name] = study.in_groups(sources.read_table(home / name))
            else:
                spelt = "table" if where != name else f"of[{position}].value"
                place = study.locate(f"uncertainty.parameters[{k}].distribution.{spelt}")
                remedy = "name an embedded table, or a path that counts from the study file"
                problems.append(Problem(place, f"no such table: {where}", remedy))
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return found


def executor_of(workers: int | None, cluster: str | None) -> Executor:
    """Who does the work: a Dask cluster, or as many processes as asked for, by default one for each core."""
    if cluster is not None:
        if workers is not None:
            what = "is given beside --cluster, which has its own workers"
            raise InputError(Problem("--workers", what, "leave out one of the two"))
        return Dask(cluster)
    # Not every system knows which cores this process may use.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    workers = workers or cores or 1
    return Serial() if workers == 1 else Processes(workers)


def finished(folder: Path, keep_draws: bool) -> EnsembleRun:
    """An ensemble that is done already.

    Raises
    ------
    InputError
        If its draws are wanted and were not kept.
    """
    found = read_ensemble(folder)
    if keep_draws and not found.manifest["ended"]["kept"]:
        remedy = "move the folder away and give the command again, or leave out --keep-draws"
        raise InputError(Problem(str(folder), "is done, and its draws were not kept", remedy))
    tidy(found)  # it may have been stopped between its last word and this
    return found


@dataclass
class Log:
    """What was done, one event after the other, each with the seconds since the beginning."""

    events: list[dict[str, Any]] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def note(self, event: str, **facts: Any) -> None:
        """Adds an event."""
        self.events.append({"seconds": round(self.seconds(), 3), "event": event, **facts})

    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.began


@dataclass(frozen=True)
class WorkedOut:
    """What a study comes to: the result, the page, what went in, and what was done."""

    result: SimulationResult
    page: str
    inputs: Mapping[str, Any]
    """For the manifest: the study, the table, where they lie and their digests."""
    log: Log


def page_of(
    result: SimulationResult,
    inputs: Mapping[str, Any],
    beside: Beside | None = None,
    links: Callable[[str], str] | None = None,
) -> str:
    """The report; ``inputs`` as in a run's manifest: the command and the digests printed on it."""
    return render(
        result,
        answer(result),
        chains=chains_of(result.record),
        lifelines=lifelines_of(result.record),
        countdown=countdown_of(result.record),
        announced=announced_of(result.record),
        command=inputs["command"],
        digests=inputs["digests"],
        study=Path(inputs["study"]["path"]).name,
        beside=beside,
        links=links,
    )


def report_again(
    run: str | Path,
    runs: str | Path = "runs",
    *,
    others: Sequence[str | Path] = (),
    links: Callable[[str], str] | None = None,
) -> tuple[Run | EnsembleRun | PlanRun | ComparisonRun | FirmRun, str]:
    """A run, ensemble, plan, comparison or firm result, and its page, drawn again from the stored result.

    ``others``: plans, comparisons, ensembles and runs with lifelines of the same economy, whose findings fill
    the sections of a run's or an ensemble's page that it has no numbers for. ``links``: code of an industry →
    where a click on its row of the heatmap goes.

    Raises
    ------
    InputError
        If a folder cannot be read, is of another economy, or holds nothing to lay beside: all problems.
    """
    found = read_any(run, runs)
    if isinstance(found, PlanRun | ComparisonRun | FirmRun):
        if others:
            what, remedy = "has a page of its own", "lay it beside a run: autarky report RUN --with it"
            raise InputError(Problem(found.id, what, remedy))
        return found, found.page()
    beside = laid_beside(found, others, runs)
    if isinstance(found, EnsembleRun):
        return found, render_ensemble(
            found.result, inputs=found.manifest["inputs"], beside=beside, links=links
        )
    return found, page_of(found.result, found.manifest["inputs"], beside, links)


def laid_beside(run: Run | EnsembleRun, others: Sequence[str | Path], runs: str | Path = "runs") -> Beside:
    """What other folders say of the economy of a run, for its page; of two of a kind the last.

    Raises
    ------
    InputError
        If a folder is of another economy, or holds nothing to lay beside: all problems.
    """
    beside, problems = Beside(), []
    own = economies_of(run)
    for other in others:
        found = read_any(other, runs)
        theirs = economies_of(found)
        if not set(own) & set(theirs):
            what = f"is of {theirs[0] if theirs else 'no table'}, and {run.id} of {own[0]}"
            problems.append(Problem(found.id, what, "give a folder of the same economy"))
            continue
        said: dict[str, Any]
        named: tuple[str, ...]
        match found:
            case PlanRun():
                said, named = {"plan": found.found}, ("plan",)
            case FirmRun():
                remedy = "open its own page; lay beside what plan, compare, ensemble or lifelines left"
                problems.append(Problem(found.id, "has a page of its own", remedy))
                continue
            case ComparisonRun():
                said, named = {"comparison": found.found}, ("compare",)
            case EnsembleRun():
                findings = analyse(found.result)
                said, named = {"draws": (answer_of_draws(found.result, findings), findings)}, ("sure",)
            case Run():
                if found.lifelines is None or found.countdown is None:
                    remedy = "give what autarky plan, compare, ensemble or lifelines left"
                    problems.append(Problem(found.id, "holds nothing to lay beside", remedy))
                    continue
                said = {"lifelines": found.lifelines, "countdown": found.countdown}
                named = ("stocks", "keep")
        folders = {**beside.folders, **dict.fromkeys(named, found.id)}
        beside = replace(beside, **said, folders=folders)
    if problems:
        raise InputError(problems)
    return beside


def economies_of(found: Run | EnsembleRun | PlanRun | ComparisonRun | FirmRun) -> tuple[str, ...]:
    """What the tables behind a folder are called; none where there is no table."""
    match found:
        case PlanRun() | FirmRun():
            economy = found.manifest["inputs"].get("economy")
            return (economy["name"],) if economy else ()
        case ComparisonRun():
            return tuple(dict.fromkeys(column.economy for column in found.found.columns))
        case EnsembleRun():
            return (found.answer.economy, found.answer.economy_and_year)
    return (found.answer.economy, found.answer.economy_and_year)


def accepted(economy: Economy, study: Study) -> Economy:
    """The economy, if its table passes the checks or the study accepts each failure; it carries those along.

    Raises
    ------
    ScenarioError
        For each check that fails and is not accepted, and for each accepted check that does not exist.
    """
    findings = check(economy)
    accept = study.economy.accept if study.economy is not None else {}
    known = tuple(dict.fromkeys(finding.check for finding in findings))
    problems = [
        Problem(study.locate(f"economy.accept.{name}"), f"unknown check {name!r}", did_you_mean(name, known))
        for name in accept
        if name not in known
    ]
    failed = [finding for finding in findings if finding.status is Status.FAIL]
    problems += [
        Problem(
            study.locate("economy"),
            f"the table fails the check {finding.check!r}: {finding.message}",
            f"correct the table, or accept it with a reason: accept: {{{finding.check}: why}}",
        )
        for finding in failed
        if finding.check not in accept
    ]
    if problems:
        raise ScenarioError(problems)
    gaps = tuple(
        DeclaredGap(
            finding.check,
            ", ".join(filter(None, (finding.row, finding.column))) or finding.message,
            f"accepted in the study: {accept[finding.check]}",
        )
        for finding in failed
    )
    return replace(economy, declared_gaps=economy.declared_gaps + gaps) if gaps else economy


def why_it_fell(
    run: str | Path,
    industry: str,
    runs: str | Path = "runs",
    *,
    day: int | None = None,
    relieve: Sequence[str] = (),
    progress: Progress | None = None,
) -> Why:
    """Why an industry made less in a run (of an ensemble: in its study as it stands), back to the cut.

    The run is simulated again, from its folder and the table it names, with its stocks on record.

    Raises
    ------
    InputError
        If the folder is not a run, the table has changed, or there is nothing to explain.
    """
    kept = read_ensemble(run, runs) if is_ensemble(run, runs) else read_run(run, runs)
    study, economy = study_and_table(kept)
    told = partial(progress, "the run") if progress else None
    return why(economy, study.scenario_to_run, industry, day=day, relieve=relieve, progress=told)


def study_and_table(kept: Run | EnsembleRun) -> tuple[Study, Economy]:
    """The study and the table that a run or an ensemble was made from, to ask more of them.

    Raises
    ------
    InputError
        If the table is gone, or is no longer the same.
    """
    study = study_of(kept)
    return study, same_table(study, kept.manifest["inputs"]["economy"]["digest"])


def same_table(study: Study, digest: str) -> Economy:
    """The table of a study, if it is still the one whose digest a run has noted.

    Raises
    ------
    InputError
        If it is gone, or another by now.
    """
    economy = accepted(study.read_economy(), study)
    if economy.digest != digest:
        what = f"is not the one of the run: {economy.digest[:12]}, was {digest[:12]}"
        raise InputError(
            Problem(f"the table {study.table_path or economy.name}", what, "run the study again, then ask")
        )
    return economy


def study_of(kept: Run | EnsembleRun) -> Study:
    """The study that a run or an ensemble was made from, as it was given."""
    return study_from_bytes(kept.study, Path(kept.manifest["inputs"]["study"]["path"]))


def inputs_of(study: Study, economy: Economy, variants: bool, keep: KeepList | None = None) -> dict[str, Any]:
    """What went into a run, for its manifest and its page."""
    path = study.path if study.path is not None else Path("study.yaml")
    table = study.table_path
    study_digest = sha256(study.content)
    asked = ["run", path.name] if keep is None else ["lifelines", path.name, *keep.options]
    return {
        "command": shlex.join(["autarky", *asked, *_no_variants(variants)]),
        "variants": variants,
        "lifelines": None if keep is None else asdict(keep),
        "study": {"title": study.title, "path": str(path.absolute()), "sha256": study_digest},
        "economy": {
            "name": economy.name,
            "digest": economy.digest,
            "location": None if table is None else str(table.absolute()),
            "files": dict(economy.provenance.files),
            **(study.economy.model_dump(mode="json") if study.economy is not None else {}),
        },
        "digests": {path.name: study_digest, **dict(economy.provenance.files), "economy": economy.digest},
    }


@dataclass(frozen=True)
class Verification:
    """Whether a run, done again, gives the same bytes; if not, what differs."""

    run: Run
    differences: tuple[str, ...]

    def text(self) -> str:
        """One line if all is the same, else one line per difference."""
        if not self.differences:
            return f"{self.run.id}: {RESULT} and {REPORT} come out the same, byte for byte"
        return "\n".join(f"{self.run.id}: {difference}" for difference in self.differences)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"run": self.run.id, "same": not self.differences, "differences": list(self.differences)}


def verify_run(
    run: str | Path, runs: str | Path = "runs", *, progress: Progress | None = None
) -> Verification:
    """Runs a run again, from its folder and the table it names, and compares what comes out byte for byte.

    Raises
    ------
    InputError
        If the folder is not a run, or the table is no longer where it was.
    """
    kept = read_run(run, runs)
    was = kept.manifest["inputs"]
    differences = [f"{name} was changed after the run" for name in changed_files(kept)]
    if f"{STUDY} was changed after the run" in differences:
        return Verification(kept, tuple(differences))
    study = study_of(kept)
    keep = KeepList(**was["lifelines"]) if was.get("lifelines") else None
    executor = None if keep is None else executor_of(None, None)
    found = work_out(
        study, variants=was.get("variants", True), keep=keep, executor=executor, progress=progress
    )
    digest = found.inputs["economy"]["digest"]
    if digest != was["economy"]["digest"]:
        where = was["economy"]["location"] or was["economy"]["embedded"]
        before = was["economy"]["digest"]
        differences.append(f"the table {where} is not the one of the run: {digest[:12]}, was {before[:12]}")
    new = {RESULT: to_netcdf(found.result), REPORT: page_of(found.result, was).encode()}
    differences += [
        f"{name} comes out differently"
        for name in new
        if sha256(new[name]) != kept.manifest["files"].get(name)
    ]
    if differences:
        differences += [
            f"{package} is {version}, was {kept.manifest['versions'].get(package)}"
            for package, version in found.result.record.versions.items()
            if version != kept.manifest["versions"].get(package)
        ]
    return Verification(kept, tuple(differences))
