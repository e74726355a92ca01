"""The line of a comparison in one place: a study's alternatives, or runs → side by side → page → folder."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autarky.economy import Economy
from autarky.errors import EconomyError, InputError, Problem, ScenarioError
from autarky.explanation.comparison import Comparison, Drawn, compare, drawn, with_draws
from autarky.results import Outcome, SimulationResult
from autarky.run_folder import EnsembleRun, Run, read_any, sha256
from autarky.run_folder.comparison import ComparisonRun, save_comparison
from autarky.scenario import Scenario
from autarky.scenario.alternatives import Alternative
from autarky.simulation.presets import parameters
from autarky.simulation.run import network_key, simulate_many
from autarky.study import Log, accepted, study_and_table, tables_of, uncertainty_of
from autarky.study_file import Study, read_study
from autarky.uncertainty import Design, Draws, draw_up

Progress = Callable[[str, int, int], None]
"""Told (what is done, number done, number in all) now and then."""

OWN = "as declared"
"""What the study's own scenario is called beside its alternatives."""
LEAST, MOST = 2, 5
"""Runs that can be laid side by side."""
CENTRAL = ", as it stands (one run, no draws)"
"""Said of an ensemble beside runs."""
_BLOCK = 8
"""Draws simulated side by side."""


def compare_any(
    names: Sequence[str],
    runs: str | Path = "runs",
    *,
    draws: int = 0,
    seed: int | None = None,
    progress: Progress | None = None,
) -> ComparisonRun:
    """Compares a study with its alternatives if a single study file is named, else the runs that are named.

    Raises
    ------
    InputError
        As ``compare_study`` and ``compare_runs``; if draws are asked for of runs that are done already.
    """
    if len(names) == 1 and (Path(names[0]).is_file() or Path(names[0]).suffix in (".yaml", ".yml")):
        return compare_study(names[0], runs, draws=draws, seed=seed, progress=progress)
    if draws or seed is not None:
        what, remedy = "runs that are done have no draws in common", "give a study that has alternatives"
        raise InputError(Problem("--draws" if draws else "--seed", what, remedy))
    return compare_runs(names, runs)


def compare_study(
    path: str | Path,
    runs: str | Path = "runs",
    *,
    draws: int = 0,
    seed: int | None = None,
    progress: Progress | None = None,
) -> ComparisonRun:
    """Runs the study in a file and each of its alternatives; the comparison is kept in a folder in ``runs``.

    Parameters
    ----------
    draws : int
        Of the study's uncertainty; draw i has the same values and the same table in every alternative.
    seed : int, optional
        Another seed, other draws; by default that of the study.

    Raises
    ------
    InputError
        If the study, its table or a name in it is wrong, or it has no alternatives: all problems, and
        nothing is written.
    """
    study, log = read_study(path), Log()
    scenario = study.scenario_to_run
    if not study.alternatives:
        what = "has nothing to compare with"
        remedy = "add a section 'alternatives:', or give it to: autarky run"
        raise ScenarioError(Problem(str(path), what, remedy))
    economy = accepted(study.read_economy(), study)
    log.note("table read", name=economy.name, year=economy.year, industries=len(economy.industries))
    every: dict[str, Alternative] = {OWN: Alternative(), **study.alternatives}
    results = []
    for number, (name, alternative) in enumerate(every.items(), start=1):
        with _naming(study, name, alternative):
            results.append(_one(economy, alternative.of(scenario)))
        if progress is not None:
            progress("alternatives", number, len(every))
    log.note("simulated", alternatives=list(every))
    notes = [alternative.note for alternative in every.values()]
    found = compare(study.title, results, list(every), notes)
    if draws:
        made = _draws(study, economy, draws, seed)
        found = _with_draws(found, made, every, partial(progress, "draws") if progress else None)
        log.note("drawn", draws=found.draws, failed=found.failed)
    options = ["--draws", str(draws)] if draws else []
    options += ["--seed", str(seed)] if seed is not None else []
    name = Path(path).name
    digests = {name: sha256(study.content), **dict(economy.provenance.files), "economy": economy.digest}
    return save_comparison(
        Path(runs),
        found=found,
        studies={"study.yaml": study.content},
        inputs={
            "command": shlex.join(["autarky", "compare", name, *options]),
            "study": {"title": study.title, "path": str(Path(path).absolute())},
            "digests": digests,
        },
        versions=_versions(results),
        log=log.events,
        seconds=log.seconds(),
    )


def compare_runs(names: Sequence[str | Path], runs: str | Path = "runs") -> ComparisonRun:
    """Lays runs that are on disk side by side, and keeps the comparison in a folder in ``runs``.

    Raises
    ------
    InputError
        As ``side_by_side``.
    """
    log = Log()
    beside = side_by_side(names, runs)
    log.note("compared", runs=beside.inputs["runs"])
    return save_comparison(
        Path(runs),
        found=beside.found,
        studies=beside.studies,
        inputs=beside.inputs,
        versions=beside.versions,
        log=log.events,
        seconds=log.seconds(),
    )


@dataclass(frozen=True)
class SideBySide:
    """A comparison of runs that are on disk, and what it was made from."""

    found: Comparison
    studies: Mapping[str, bytes]
    inputs: Mapping[str, Any]
    versions: Mapping[str, Any]


def side_by_side(names: Sequence[str | Path], runs: str | Path = "runs") -> SideBySide:
    """Lays runs that are on disk side by side; of an ensemble its study as it stands, simulated again.

    Raises
    ------
    InputError
        If there are fewer than two or more than five, if one is neither a run nor an ensemble, if they are
        not in the same currency and unit, or if an ensemble's table has changed.
    """
    if not LEAST <= len(names) <= MOST:
        what = f"got {len(names)} run{'' if len(names) == 1 else 's'}"
        remedy = f"give {LEAST} to {MOST}, or a study that has alternatives"
        raise InputError(Problem("autarky compare", what, remedy))
    kept: list[Run | EnsembleRun] = []
    for name in names:
        run = read_any(name, runs)
        if not isinstance(run, Run | EnsembleRun):
            what = "is neither a run nor an ensemble"
            remedy = "give what autarky run, lifelines or ensemble left"
            raise InputError(Problem(str(name), what, remedy))
        kept.append(run)
    results = [run.result if isinstance(run, Run) else _central(run) for run in kept]
    named = [
        str(result.record.scenario.get("name", run.id)) + isinstance(run, EnsembleRun) * CENTRAL
        for run, result in zip(kept, results, strict=True)
    ]
    titles = _distinct(named, [run.id for run in kept])
    return SideBySide(
        found=compare(" and ".join(dict.fromkeys(titles)), results, titles),
        studies={f"study-{k}.yaml": run.study for k, run in enumerate(kept, start=1)},
        inputs={
            "command": shlex.join(["autarky", "compare", *(run.id for run in kept)]),
            "runs": [run.id for run in kept],
            "digests": {run.id: run.manifest["files"][run.numbers.name] for run in kept},
        },
        versions=_versions(results),
    )


def _central(kept: EnsembleRun) -> SimulationResult:
    """An ensemble's study as it stands: one run, without the draws."""
    study, economy = study_and_table(kept)
    return _one(economy, study.scenario_to_run)


def _one(economy: Economy, scenario: Scenario) -> SimulationResult:
    (result,) = simulate_many(economy, [scenario])
    if result.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return result


@contextmanager
def _naming(study: Study, name: str, alternative: Alternative) -> Iterator[None]:
    """Inside, a ScenarioError tells its places in the study, whichever alternative it is about."""
    try:
        yield
    except ScenarioError as error:
        place = partial(alternative.place_in_study, scenario=study.scenario_to_run, name=name)
        raise ScenarioError(
            replace(problem, place=study.locate(place(problem.place))) for problem in error.problems
        ) from error


def _draws(study: Study, economy: Economy, number: int, seed: int | None) -> Draws:
    """The study's draws. Pairs need no base points: a Saltelli design is drawn as a Latin hypercube."""
    asked = uncertainty_of(study, number, None, seed)
    if asked.design is Design.SALTELLI:
        asked = asked.model_copy(update={"design": Design.LATIN_HYPERCUBE})
    tables = {name: accepted(table, study) for name, table in tables_of(study, asked).items()}
    with study.naming_places():
        return draw_up(asked, study.scenario_to_run, economy, tables=tables)


def _with_draws(
    found: Comparison,
    draws: Draws,
    every: Mapping[str, Alternative],
    progress: Callable[[int, int], None] | None,
) -> Comparison:
    """Each draw of each alternative; a draw that one of them cannot be simulated with counts in none."""
    kept: list[tuple[Drawn, ...]] = []
    failed: list[InputError] = []
    for first in range(0, len(draws), _BLOCK):
        block = range(first, min(first + _BLOCK, len(draws)))
        told = _block(found, draws, list(every.values()), block)
        for i in block:
            one = told[i]
            if isinstance(one, InputError):
                failed.append(one)
            else:
                kept.append(one)
        if progress is not None:
            progress(block[-1] + 1, len(draws))
    if not kept:
        raise failed[0]
    return with_draws(found, kept, failed=len(failed), told=draws.sentence)


def _block(
    found: Comparison, draws: Draws, every: Sequence[Alternative], block: Sequence[int]
) -> dict[int, tuple[Drawn, ...] | InputError]:
    """Draw → what is kept of each alternative, or why it failed. What shares a network runs side by side."""
    failed: dict[int, InputError] = {}
    alike: dict[Hashable, list[tuple[int, int, Scenario]]] = {}
    for i in block:
        try:
            scenario = draws.scenario(i)
            for k, alternative in enumerate(every):
                one = alternative.of(scenario)
                params = parameters(one.behaviour, one.groups, one.shocks)
                key = (draws.economy_key(i), network_key(one, params))
                alike.setdefault(key, []).append((i, k, one))
        except ScenarioError as error:
            failed[i] = error
    done: dict[tuple[int, int], Drawn] = {}
    for members in alike.values():
        try:
            results = simulate_many(draws.economy(members[0][0]), [one for _, _, one in members])
        except (ScenarioError, EconomyError) as error:
            if len(members) > 1:
                done |= dict(_apart(found, draws, members, failed))
            else:
                failed[members[0][0]] = error
            continue
        if any(result.outcome is Outcome.INTERRUPTED for result in results):
            raise KeyboardInterrupt
        for (i, k, _), result in zip(members, results, strict=True):
            done[i, k] = drawn(found, result, k)
    return {i: failed[i] if i in failed else tuple(done[i, k] for k in range(len(every))) for i in block}


def _apart(
    found: Comparison,
    draws: Draws,
    members: Sequence[tuple[int, int, Scenario]],
    failed: dict[int, InputError],
) -> Iterator[tuple[tuple[int, int], Drawn]]:
    """One by one, so that a draw that fails does not take its company with it."""
    for i, k, scenario in members:
        try:
            yield (i, k), drawn(found, _one(draws.economy(i), scenario), k)
        except (ScenarioError, EconomyError) as error:
            failed[i] = error


def _distinct(titles: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Titles, with the run's id where two are called the same."""
    return [
        title if titles.count(title) == 1 else f"{title} ({name})"
        for title, name in zip(titles, ids, strict=True)
    ]


def _versions(results: Sequence[SimulationResult]) -> dict[str, Any]:
    return {**results[0].record.versions, "autarky": version("autarky")}
