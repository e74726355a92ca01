"""From evidence to verdict: estimate a table, backtest a model, share out a loss, judge sentences."""

from __future__ import annotations

import datetime
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autarky.errors import InputError, Problem, did_you_mean
from autarky.estimation.estimate import Estimate, estimate
from autarky.estimation.known_errors import known_errors
from autarky.estimation.reading import packaged_recipes, read_recipe
from autarky.evidence import evidence_folder, read_evidence
from autarky.explanation import estimated
from autarky.explanation.sharing_out import PAIRS, attribute
from autarky.report.attribution import render_attribution
from autarky.report.backtest import render_backtest
from autarky.report.verdicts import render_verdicts
from autarky.run_folder import sha256
from autarky.run_folder.estimate import save_estimate
from autarky.sources.drawn import drawn_with
from autarky.study import accepted, executor_of, tables_of, uncertainty_of
from autarky.study_file import Study, packaged_study, read_study
from autarky.uncertainty import Uncertainty, draw_up
from autarky.uncertainty.distributions import TableDraws
from autarky.verdict.backtest import Hindcast, backtest
from autarky.verdict.judge import judge
from autarky.verdict.reading import packaged_sentences, read_sentences
from autarky.verdict.runs import COURSES, run_variants
from autarky.verdict.told import text as told_verdicts
from autarky.verdict.verdicts import to_dict as verdicts_to_dict

Progress = Callable[[int, int], None]

ESTIMATES = Path("estimates")
"""Where estimated tables go unless a place is named."""


@dataclass(frozen=True)
class EstimatedTable:
    """An estimated economy and the folder it was written to."""

    estimate: Estimate
    folder: Path

    def text(self) -> str:
        """What it rests on, and how to go on."""
        return (
            f"{estimated.text(self.estimate)}\n{self.folder} written, with the origin of every cell in "
            f"evidence/cells.csv; to use it: economy: {{path: {self.folder}}}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"folder": str(self.folder), **estimated.to_dict(self.estimate)}


def estimate_table(
    recipe: str | Path,
    out: str | Path | None = None,
    *,
    draws: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> EstimatedTable:
    """Estimates the economy of a recipe and writes it as a folder that studies can name.

    The recipe is a file, or the name of one that comes with autarky. The same recipe, claims and donors give
    the same bytes.

    Raises
    ------
    InputError
        If recipe, claims or donors are wrong: all problems at once, and nothing is written.
    InfeasibleError
        If the figures cannot all hold.
    """
    path = _recipe_path(recipe)
    folder = Path(out) if out is not None else ESTIMATES / path.stem
    if folder.exists():
        raise InputError(
            Problem(str(folder), "exists already", "choose another name with --out, or remove it")
        )
    read = read_recipe(path)
    evidence, donors = read.read_evidence(), read.read_donors()
    with read.naming_places():
        found = estimate(
            read.recipe,
            evidence,
            donors,
            draws=draws,
            seed=seed,
            known_errors=[trial.sentence() for trial in known_errors()],
            progress=progress,
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_estimate(found, folder, read.content)
    return EstimatedTable(found, folder)


@dataclass(frozen=True)
class Inquiry:
    """What came out, in words, as plain values, and as a page."""

    said: str
    values: dict[str, Any]
    page: str

    def text(self) -> str:
        """For a terminal."""
        return self.said

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return self.values


def backtest_studies(
    past: str | Path = "sanctions-2017",
    future: str | Path = "border-closure-2020",
    *,
    evidence: str | Path = "north-korea",
    observed: str | Path | None = None,
    draws: int = 200,
    permutations: int = 200,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Inquiry:
    """Calibrates on one study, predicts another, seals the predictions, and scores them beside baselines.

    Studies are files or names of those that come with autarky; so are claims. ``observed`` is a file of
    growth in the predicted years, for whoever has it. No number depends on ``workers``.

    Raises
    ------
    InputError
        If a study, a table, a claim or the file of observations is wrong: all problems at once.
    """
    studies = [read_study(_study_path(name)) for name in (past, future)]
    before, after = (_hindcast(study) for study in studies)
    found = backtest(
        before,
        after,
        read_evidence(_evidence_path(evidence)),
        observed=None if observed is None else Path(observed),
        draws=draws,
        permutations=permutations,
        executor=executor_of(workers, None),
        progress=progress,
    )
    command = ["autarky", "backtest", str(past), str(future)]
    command += ["--draws", str(draws), "--permutations", str(permutations)]
    command += [] if observed is None else ["--observed", str(observed)]
    digests = {study.title: sha256(study.content) for study in studies}
    digests |= {"script": found.script_digest, "predictions": found.predictions_digest}
    inputs = {"command": shlex.join(command), "digests": digests}
    values = {**found.to_dict(), "inputs": inputs}
    return Inquiry(found.text(), values, render_backtest(found, inputs=inputs))


def _hindcast(study: Study) -> Hindcast:
    """A study as the backtest takes it, with its tables and what each was drawn with."""
    uncertainty = uncertainty_of(study, None, None, None)
    return Hindcast(
        name=study.title,
        study=study.content,
        scenario=study.scenario_to_run,
        uncertainty=uncertainty,
        economy=accepted(study.read_economy(), study),
        tables={name: accepted(table, study) for name, table in tables_of(study, uncertainty).items()},
        table_labels=_labels(study, uncertainty),
    )


def _labels(study: Study, uncertainty: Uncertainty) -> dict[str, dict[str, Any]]:
    """Name of each drawn table → its donor and its rate of conversion."""
    found: dict[str, dict[str, Any]] = {}
    home = study.path.parent if study.path is not None else Path()
    for parameter in uncertainty.parameters:
        if isinstance(parameter.distribution, TableDraws):
            table = parameter.distribution.table
            for row in drawn_with(table, home):
                name = f"{table}#{row['draw']}"
                found[name] = {"donor": row["donor"], "phi": float(row["conversion_rate"])}
    return found


def judge_sentences(
    sentences: str | Path = "north-korea",
    study: str | Path = "border-closure-2020",
    *,
    evidence: str | Path = "north-korea",
    draws: int = 100,
    partner: str = "CHINA",
    least: float = 0.9,
    progress: Progress | None = None,
) -> Inquiry:
    """A verdict on each sentence, from claims, tables and six courses of a study run over its draws.

    Sentences are a file or the name of those that come with autarky. ``least`` is the share of draws in
    which a sentence must hold to be called supported; in the rest of it at most it is contradicted.

    Raises
    ------
    InputError
        If sentences, study, table or claims are wrong.
    """
    path = Path(sentences)
    said = read_sentences(path) if path.exists() else packaged_sentences(str(sentences))
    read = read_study(_study_path(study))
    uncertainty = uncertainty_of(read, draws, None, None)
    economy = accepted(read.read_economy(), read)
    tables = {name: accepted(table, read) for name, table in tables_of(read, uncertainty).items()}
    with read.naming_places():
        drawn = draw_up(uncertainty, read.scenario_to_run, economy, tables=tables)
    claims = read_evidence(_evidence_path(evidence))
    runs = run_variants(drawn, most=draws, partner=partner, progress=progress)
    found = judge(said, claims, [*tables.values()] or economy, runs, least=least)
    command = ["autarky", "claims", str(sentences), "--study", str(study), "--draws", str(draws)]
    command += [] if partner == "CHINA" else ["--partner", partner]
    command += [] if least == 0.9 else ["--least", str(least)]
    inputs = {
        "command": shlex.join(command),
        "digests": {read.title: sha256(read.content), "economy": economy.digest},
        "draws": runs.draws,
        "draws_left_out": runs.failed,
    }
    page = render_verdicts(
        found,
        evidence=claims,
        courses=COURSES,
        least=least,
        subtitle=f"{len(found)} sentences · {runs.draws} draws of {read.title}",
        inputs=inputs,
    )
    return Inquiry(told_verdicts(found), verdicts_to_dict(found, inputs), page)


def _study_path(study: str | Path) -> Path:
    """A study's file, or that of a study that comes with autarky."""
    path = Path(study)
    return path if path.exists() or len(path.parts) > 1 or path.suffix else packaged_study(str(study))


def _evidence_path(evidence: str | Path) -> Path:
    """A claim file, or the folder of claims that come with autarky."""
    path = Path(evidence)
    return path if path.exists() or len(path.parts) > 1 or path.suffix else evidence_folder(str(evidence))


def how_far_off() -> str:
    """How far the method of the estimated tables lands from tables that are known, and what else to ask."""
    trials = "\n".join(f"HOW FAR OFF  {trial.sentence()}" for trial in known_errors())
    return "\n".join(
        (
            trials,
            "against what was observed: autarky backtest      against what was said: autarky claims",
            "what it would take to do without: autarky new plan.yaml --from north-korea-five-years",
        )
    )


def _recipe_path(recipe: str | Path) -> Path:
    path, known = Path(recipe), packaged_recipes()
    if path.exists() or len(path.parts) > 1:
        return path
    if str(recipe) in known:
        return known[str(recipe)]
    remedy = did_you_mean(str(recipe), [*known])
    raise InputError(Problem(str(recipe), "no such recipe", remedy))


def attribute_study(
    study: str | Path,
    runs: str | Path = "runs",
    *,
    since: str | None = None,
    draws: int | None = None,
    pairs: int = PAIRS,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Inquiry:
    """The loss of a study shared out over the causes that its shocks name; with ``draws`` parts get ranges.

    What is simulated is kept in ``runs`` until all is done: the same call goes on where it stopped.

    Raises
    ------
    InputError
        If the study, its table, a name or an option is wrong.
    StoppedError
        If the user stops it: what is done is kept.
    """
    read = read_study(_study_path(study))
    try:
        first = None if since is None else datetime.date.fromisoformat(since)
    except ValueError as error:
        raise InputError(Problem("--since", f"is {since!r}, no date", "write it as 2020-01-31")) from error
    economy = accepted(read.read_economy(), read)
    drawn = None
    if draws:
        uncertainty = uncertainty_of(read, draws, None, None)
        tables = {name: accepted(table, read) for name, table in tables_of(read, uncertainty).items()}
        with read.naming_places():
            drawn = draw_up(uncertainty, read.scenario_to_run, economy, tables=tables)
    command = ["autarky", "attribute", str(study)]
    command += [] if since is None else ["--since", since]
    command += [] if not draws else ["--draws", str(draws)]
    command += [] if pairs == PAIRS else ["--pairs", str(pairs)]
    command += [] if not seed else ["--seed", str(seed)]
    again = shlex.join(command)
    decisive = repr((sha256(read.content), command[3:], version("autarky")))
    folder = Path(runs) / f".attribute-{sha256(decisive.encode())[:10]}"
    with read.naming_places():
        found = attribute(
            economy,
            read.scenario_to_run,
            since=first,
            draws=drawn,
            pairs=pairs,
            seed=seed,
            folder=folder,
            executor=executor_of(workers, None),
            command=again,
            progress=progress,
        )
    shutil.rmtree(folder, ignore_errors=True)
    inputs = {"command": again, "digests": {read.title: sha256(read.content), "economy": economy.digest}}
    page = render_attribution(found, inputs=inputs)
    return Inquiry(found.text(), {**found.to_dict(), "inputs": inputs}, page)
