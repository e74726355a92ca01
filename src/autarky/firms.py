"""The line of a study with firms, in one place: table → network → ranking, cut, days → page → folder."""

from __future__ import annotations

import datetime
import json
import platform
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.cascade.operators import weights_of
from autarky.cascade.ranking import most_systemic
from autarky.cascade.rules import Rules
from autarky.cascade.run import Losses
from autarky.declared import ALL, Names
from autarky.ensemble import Executor
from autarky.ensemble.cascades import all_cascades
from autarky.ensemble.firm_draws import Numbers, run_draws
from autarky.ensemble.firm_questions import (
    DrawnFirms,
    Questions,
    Shocked,
    days_numbers,
    numbers_of,
    numbers_of_draw,
)
from autarky.errors import EconomyError, InputError, Problem, ScenarioError, StoppedError, did_you_mean
from autarky.explanation.firm_days import days_of
from autarky.explanation.firm_findings import cut_of, facts_of, ranking_of
from autarky.explanation.wording import count, listing
from autarky.firm_network import FirmNetwork
from autarky.firm_network.consistency import agreement
from autarky.firm_network.from_table import Frame, frame_of
from autarky.firm_network.plants import with_plants
from autarky.firm_network.rest import completed
from autarky.firm_network.section import FirmLoss, FirmsSection
from autarky.results.firms import FirmResult
from autarky.run_folder import sha256
from autarky.run_folder.firms import FirmRun, save_firms
from autarky.scenario import Behaviour, CriticalityRule, ProductionFunction, Scenario
from autarky.scenario.behaviour import ImportRule
from autarky.simulation.presets import Parameters, parameters
from autarky.sources.firm_lists import read_firm_lists
from autarky.sources.firm_statistics import read_demography, read_jobs
from autarky.study import Log, accepted, executor_of
from autarky.study_file import Study, read_study, study_from_bytes

Integers = npt.NDArray[np.int64]
Progress = Callable[[str, int, int], None]
"""Told (what is done, number done, number in all) now and then."""

EVERY = 200_000
"""Nodes up to which the failure of each is worked out; of a larger network only the worst, certified."""
FIRST_DAY = datetime.date(2020, 1, 1)
"""Where days begin if nothing says so: a date that a reader is told, and nothing hangs on."""


@dataclass(frozen=True)
class Asked:
    """What is asked of the firms besides what the study asks."""

    cut: tuple[tuple[str, float], ...] = ()
    """Supplier abroad (partner.product), and the share of its capacity that is lost."""
    close: tuple[tuple[str, float], ...] = ()
    """Firm, and the share of its capacity that is lost."""
    why: tuple[str, ...] = ()
    """Firms whose shortage is traced back."""
    top: int | None = None
    """Nodes in the ranking; the study's number if left out."""
    every: bool = False
    """The failure of each node, however large the network."""
    days: bool = True
    """Live through the scenario day by day."""

    @property
    def options(self) -> list[str]:
        """The same on a command line."""
        told: list[str] = []
        for option, given in (("--cut", self.cut), ("--close", self.close)):
            for name, share in given:
                told += [option, name if share == 1 and "=" not in name else f"{name}={share}"]
        for name in self.why:
            told += ["--why", name]
        told += ["--top", str(self.top)] if self.top is not None else []
        return told + (["--every"] if self.every else []) + ([] if self.days else ["--no-days"])


def ask_firms(
    path: str | Path,
    runs: str | Path = "runs",
    *,
    asked: Asked | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> FirmRun:
    """Ranks the firms of a study or of a folder of lists, follows its cut, and keeps that in ``runs``.

    What is worked out is kept in ``runs`` until all is done: the same call goes on where it stopped.

    Parameters
    ----------
    path : str or Path
        A study file with a section ``firms``, or a folder with firms and links.
    asked : Asked, optional
    workers : int, optional
        Threads, or processes for draws; by default one for each core. They decide how fast, and not one byte.
    cluster : str, optional
        Address of a Dask cluster that sees ``runs`` under the same path.

    Raises
    ------
    InputError
        If the study, its table, its lists or a name is wrong: all problems, and nothing is written.
    StoppedError
        If the user stops it: what is done is kept.
    """
    asked, log = asked or Asked(), Log()
    file = Path(path)
    if file.is_file() and file.suffix in (".csv", ".gz", ".parquet"):
        raise InputError(Problem(str(path), "is no study, but a list", f"give its folder: {file.parent}"))
    study = study_of_folder(file) if file.is_dir() else read_study(path)
    with study.naming_places():
        posed = posed_by(study, asked, log)
    where = ["--runs", str(runs)] if Path(runs) != Path("runs") else []
    again = shlex.join(["autarky", "firms", str(path), *where, *asked.options])
    folder = Path(runs) / f".firms-{sha256(posed.key.encode())[:10]}"
    doer = Doer(folder, workers, cluster, again, progress)
    wanted = nodes_named(posed, asked)
    with study.naming_places():
        wanted += [named(posed.network, name, f"firms.why[{k}]") for k, name in enumerate(posed.section.why)]
        try:
            found, ranked = worked_out(posed, asked, list(dict.fromkeys(wanted)), doer, study.title, log)
        except KeyboardInterrupt as error:
            if not folder.is_dir():
                raise
            what = f"interrupted: what is done is kept in {folder}"
            raise StoppedError(Problem("autarky firms", what, f"to resume: {again}")) from error
    run = save_firms(
        Path(runs),
        title=study.title,
        study=study.content,
        found=found,
        ranking=ranking_rows(posed.network, ranked, posed.questions.weights),
        inputs=inputs_of(study, posed, asked, file),
        versions=versions(),
        log=log.events,
        seconds=log.seconds(),
    )
    shutil.rmtree(folder, ignore_errors=True)
    return run


def study_of_folder(folder: Path) -> Study:
    """The study that a folder of lists asks by itself: which of its firms matter most."""
    told = {
        "version": 1,
        "title": f"Firms of {folder.resolve().name}"[:200],
        "firms": {"files": {"path": "."}},
    }
    return study_from_bytes(json.dumps(told).encode(), folder / "study.yaml")


@dataclass(frozen=True, eq=False)
class Origin:
    """A network, and what it comes from."""

    network: FirmNetwork
    """Of drawn ones the first."""
    frame: Frame | None = None
    """The table; None: there is none."""
    drawn: DrawnFirms | None = None
    """None: the network is given."""

    @property
    def draws(self) -> int:
        """Networks that are asked."""
        return self.drawn.section.draws if self.drawn is not None else 1


@dataclass(frozen=True, eq=False)
class Posed:
    """What a study asks about its firms, and of which network."""

    section: FirmsSection
    questions: Questions
    origin: Origin
    rules: tuple[tuple[str, str], ...]
    """Parameters in force, as they are told."""

    @property
    def network(self) -> FirmNetwork:
        """The network; of drawn ones the first."""
        return self.origin.network

    @property
    def key(self) -> str:
        """What decides every number."""
        asked = self.questions
        happens = () if asked.shocked is None else (asked.shocked.scenario, *asked.shocked.losses)
        own = [part.model_dump_json(by_alias=True) for part in (self.section, *happens)]
        decisive = [version("autarky"), self.network.digest, *own, asdict(asked.rules), asked.days]
        return json.dumps([*decisive, asked.weights])


def posed_by(study: Study, asked: Asked, log: Log) -> Posed:
    """What a study and a command line ask, with the network they ask it of.

    Raises
    ------
    InputError
        If the study has no firms, its lists or its table cannot be read, or they contradict each other.
    """
    section, scenario = study.firms, study.scenario
    if section is None:
        what, remedy = "has no firms to ask", "add a section 'firms:': docs/firms/index.md shows how"
        raise ScenarioError(Problem("firms", what, remedy))
    groups = {} if scenario is None else scenario.groups
    params = parameters(Behaviour() if scenario is None else scenario.behaviour, groups)
    levels = rules_of_levels(params, groups, section)
    found = network_of(study, section, params.behaviour.imports, levels)
    network = found.network
    log.note("network", firms=network.firms, links=len(network.sales))
    if problems := list(unknown_kinds(network, scenario, section)):
        raise ScenarioError(problems)
    weights = tuple(
        name for name in section.weights if getattr(network.nodes, name)[: network.firms].sum() > 0
    )
    if not weights:
        what = f"{listing(section.weights)}: known of no firm"
        raise ScenarioError(Problem("firms.weights", what, "count losses in output"))
    negligible = section.negligible_share
    if negligible is None:
        negligible = params.preset.negligible_share
    rules = Rules(substitution=section.substitution, negligible_share=negligible, tolerance=section.tolerance)
    shocked = what_happens(scenario, section, asked)
    questions = Questions(rules, weights, shocked, days=asked.days and shocked is not None)
    unknown = [name for name in section.weights if name not in weights]
    return Posed(section, questions, found, rules_told(rules, len(levels), unknown))


def network_of(
    study: Study, section: FirmsSection, imports: ImportRule | None, levels: Sequence[CriticalityRule]
) -> Origin:
    """The network that a study names, and what it comes from."""
    home = study.path.parent if study.path is not None else Path()
    frame = jobs = None
    if study.economy is not None:
        frame = frame_of(accepted(study.read_economy(), study), imports, levels)
        jobs = None if section.jobs is None else read_jobs(home / section.jobs.path, frame)
    if section.files is not None:
        economy = None if frame is None else frame.economy
        network = read_firm_lists(home / section.files.path, economy, imports, levels)
        if frame is None:
            return Origin(network)
        if section.files.complete:
            return Origin(completed(network, frame, jobs=jobs), frame)
        lacks = agreement(network, frame, jobs=jobs).sentence
        told = f"{lacks} Losses are shares of what the listed firms make."
        return Origin(replace(network, notes=(*network.notes, told)), frame)
    assert frame is not None  # a study without a table has lists
    if section.split is None:
        try:
            return Origin(with_plants(frame, section.plants, jobs), frame)
        except EconomyError as error:
            raise EconomyError([plant_placed(problem, study) for problem in error.problems]) from error
    counted = section.split.business_demography
    demography = None if counted is None else read_demography(home / counted.path, frame.sectors)
    drawn = DrawnFirms(frame, section.split, demography, jobs)
    return Origin(drawn.network(0), frame, drawn)


def plant_placed(problem: Problem, study: Study) -> Problem:
    """A problem with a plant, told at the plant's place in the study."""
    plants = study.firms.plants if study.firms is not None else ()
    for k, plant in enumerate(plants):
        head, _, field = problem.place.partition(f"plant {plant.name}")
        if not head and field[:1] in ("", ","):
            steps = field.replace(", ", ".", 2)
            return replace(
                problem,
                place=study.locate(f"firms.plants[{k}]{steps}"),
                what=f"{problem.place}: {problem.what}",
            )
    return replace(problem, place=study.locate("firms.plants"), what=f"{problem.place}: {problem.what}")


def rules_of_levels(
    params: Parameters, groups: Mapping[str, tuple[str, ...]], section: FirmsSection
) -> tuple[CriticalityRule, ...]:
    """What firms can do without: by the scenario's rules if inputs bind by them, then by the firms' own."""

    def opened(names: Names) -> Names:
        if names == ALL:
            return names
        return tuple(member for name in names for member in groups.get(name, (name,)))

    critical = params.preset.production is ProductionFunction.CRITICAL
    return (
        *(params.behaviour.criticality if critical else ()),
        *(
            rule.model_copy(update={"inputs": opened(rule.inputs), "users": opened(rule.users)})
            for rule in section.essentiality
        ),
    )


def unknown_kinds(
    network: FirmNetwork, scenario: Scenario | None, section: FirmsSection
) -> Iterator[Problem]:
    """One problem for each name in the rules of inputs and imports that is no kind, no product, no group."""
    groups: tuple[str, ...] = ()
    lists: list[tuple[str, Names]] = []
    rules = [(f"firms.essentiality[{k}]", rule) for k, rule in enumerate(section.essentiality)]
    if scenario is not None:
        groups, behaviour = tuple(scenario.groups), scenario.behaviour
        rules += [(f"behaviour.criticality[{k}]", rule) for k, rule in enumerate(behaviour.criticality)]
        if behaviour.imports is not None:
            lists = [
                (f"behaviour.imports.{field}", getattr(behaviour.imports, field))
                for field in ("competitive", "non_competitive")
            ]
    lists += [
        (f"{place}.{field}", getattr(rule, field)) for place, rule in rules for field in ("inputs", "users")
    ]
    known = tuple(dict.fromkeys((*network.kinds, *network.sectors, *groups)))
    for place, names in lists:
        for k, name in enumerate(names if names != ALL else ()):
            if name not in known:
                yield Problem(f"{place}[{k}]", f"unknown kind {name!r}", did_you_mean(name, known))


def what_happens(scenario: Scenario | None, section: FirmsSection, asked: Asked) -> Shocked | None:
    """The study's shocks, losses of firms and those of the command line; a year where there is no scenario.

    None where nothing happens.
    """
    if not (section.shocks or asked.cut or asked.close or (scenario is not None and scenario.shocks)):
        return None
    if scenario is None:
        first = min((loss.start for loss in section.shocks), default=FIRST_DAY)
        # As in a cascade, nobody stops for want of what the lists or the section call not essential.
        heeding = Behaviour(production=ProductionFunction.CRITICAL)
        scenario = Scenario(name="one year", start=first, days=365, behaviour=heeding)
    named = (*asked.cut, *asked.close)
    losses = [FirmLoss(start=scenario.start, firms=(name,), share=share) for name, share in named]
    return Shocked(scenario, (*section.shocks, *losses))


@dataclass(frozen=True)
class Doer:
    """Who does the work, where it is kept until all is done, and how to go on."""

    folder: Path
    workers: int | None
    cluster: str | None
    again: str
    progress: Progress | None

    def told(self, what: str) -> Callable[[int, int], None] | None:
        """Progress of one part of the work."""
        return None if self.progress is None else partial(self.progress, what)

    @property
    def executor(self) -> Executor:
        """Processes or a cluster."""
        return executor_of(self.workers, self.cluster)


def nodes_named(posed: Posed, asked: Asked) -> list[int]:
    """Nodes whose shortage a command line wants traced, once all its names are known."""
    for option, losses in (("--cut", asked.cut), ("--close", asked.close)):
        for name, _ in losses:
            named(posed.network, name, option)
    wanted = [named(posed.network, name, "--why") for name in asked.why]
    if wanted and not posed.questions.days:
        what = "no day is lived through" if posed.questions.shocked is not None else "nothing happens"
        remedy = "leave out --no-days" if posed.questions.shocked is not None else "add --cut or --close"
        raise InputError(Problem("--why", f"{what}, so there is no shortage to trace", remedy))
    return wanted


def worked_out(
    posed: Posed, asked: Asked, wanted: Sequence[int], doer: Doer, title: str, log: Log
) -> tuple[FirmResult, Ranked]:
    """The ranking, the cut and the days of the network, over its draws; ``wanted`` are traced back."""
    network, questions = posed.network, posed.questions
    shocked = questions.shocked
    # What of the shock a cascade cannot tell; names that are unknown are found here, before long work.
    untold = () if shocked is None else shocked.remaining(network).notes
    origin = posed.origin
    if origin.drawn is not None:
        # A large network needs the machine for itself; small ones are made side by side.
        alone = len(network) > EVERY
        found = run_draws(
            partial(numbers_of_draw, origin.drawn, questions, doer.workers if alone else 1),
            origin.draws,
            posed.key,
            folder=doer.folder,
            executor=None if alone else doer.executor,
            progress=doer.told("draws"),
            command=doer.again,
        )
        ranked = Ranked(np.arange(len(network)), found, how_of_all(len(network)), True)
    else:
        ranked = failures_of(posed, asked, doer)
        struck = questions.shock_numbers(network, threads=doer.workers)
        found = {**ranked.numbers, **{name: values[None] for name, values in struck.items()}}
    log.note("cascades run", nodes=len(ranked.nodes), draws=origin.draws)
    days = None
    if shocked is not None and questions.days:
        lived = shocked.lived(network, watch=wanted, threads=doer.workers, progress=doer.told("days"))
        if origin.drawn is None:
            found |= {name: values[None] for name, values in days_numbers(lived).items()}
        together = days_numbers(shocked.lived_by_sector(network, threads=doer.workers))
        days = days_of(network, found, lived, together, shocked.told, wanted)
        log.note("days lived through", days=days.days)
    result = FirmResult(
        title=title,
        network=facts_of(network, origin.draws, origin.frame),
        ranking=ranking_of(
            network,
            ranked.nodes,
            ranked.numbers,
            weights=questions.weights,
            tolerance=questions.rules.tolerance,
            how=f"{ranked.how}{unsettled(ranked, questions.rules)}",
            every=ranked.every,
            top=asked.top or posed.section.top,
        ),
        cut=None if shocked is None else cut_of(network, found, shocked.told, untold),
        days=days,
        rules=posed.rules,
    )
    return result, ranked


@dataclass(frozen=True, eq=False)
class Ranked:
    """Failures that were worked out: nodes, their numbers with draws first, and what is known of others."""

    nodes: Integers
    numbers: Numbers
    how: str
    every: bool


def unsettled(ranked: Ranked, rules: Rules) -> str:
    """What is said of cascades that were left before they had settled; nothing where there are none."""
    left = int((ranked.numbers["rounds"] >= rules.most_rounds).any(axis=0).sum())
    if not left:
        return ""
    after = count(rules.most_rounds, "round")
    return f" {count(left, 'cascade')} went on after {after}, and more may be lost."


def failures_of(posed: Posed, asked: Asked, doer: Doer) -> Ranked:
    """The failure of every node of a given network; of a large one of the worst, at home and abroad."""
    network, rules, top = posed.network, posed.questions.rules, asked.top or posed.section.top
    weights = weights_of(network, posed.questions.weights)
    if asked.every or doer.cluster is not None or len(network) <= EVERY:
        executor = doer.executor if doer.cluster is not None else None
        losses = all_cascades(
            network,
            rules,
            weights,
            folder=doer.folder,
            executor=executor,
            threads=doer.workers,
            progress=doer.told("failures"),
            command=doer.again,
        )
        nodes, how, every = np.arange(len(network)), how_of_all(len(network)), True
    else:
        told = doer.told("failures")
        worst = most_systemic(network, rules, weights, top, threads=doer.workers, progress=told)
        abroad = np.arange(network.firms, len(network))
        besides = most_systemic(network, rules, weights, top, among=abroad, threads=doer.workers)
        new = ~np.isin(besides.nodes, worst.nodes)
        losses = Losses(
            np.concatenate([worst.losses.joint, besides.losses.joint[new]]),
            np.concatenate([worst.losses.downstream, besides.losses.downstream[new]]),
            np.concatenate([worst.losses.upstream, besides.losses.upstream[new]]),
            np.concatenate([worst.losses.rounds, besides.losses.rounds[new]]),
        )
        nodes, how, every = np.concatenate([worst.nodes, besides.nodes[new]]), worst.how, False
    numbers = numbers_of(network, nodes, losses)
    return Ranked(nodes, {name: values[None] for name, values in numbers.items()}, how, every)


def how_of_all(nodes: int) -> str:
    """How a ranking of all nodes is known."""
    return f"The failure of each of the {nodes:,} nodes was worked out exactly."


def named(network: FirmNetwork, name: str, place: str) -> int:
    """The node of a name.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    node = network.find(name)
    if node is None:
        raise ScenarioError(
            Problem(place, f"unknown firm {name!r}", did_you_mean(name, network.ids_near(name)))
        )
    return node


def rules_told(rules: Rules, levels: int, unknown: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Parameters in force, as they are told, and weights of which nothing is known."""
    others = "others of a kind make up for a failure as far as their market share goes"
    told = [
        ("substitution", others if rules.substitution else "none: nobody makes up for a failure"),
        ("denominator of lost sales", "total output, sales to final users included"),
        ("inputs that never stop a firm", f"worth up to {rules.negligible_share:.2g} of its output"),
        ("tolerance", f"{rules.tolerance:g} of output"),
        ("essentiality", f"{count(levels, 'rule')} of the study, all else essential (assumption)"),
    ]
    without = [("not counted", f"{name.replace('_', ' ')}: nothing is known of it") for name in unknown]
    return (*told, *without)


def inputs_of(study: Study, posed: Posed, asked: Asked, path: Path) -> dict[str, Any]:
    """What went in, for the manifest and the page."""
    digest = sha256(study.content)
    digests = {path.name: digest, "network": posed.network.digest}
    if posed.origin.frame is not None:
        economy = posed.origin.frame.economy
        digests |= {**dict(economy.provenance.files), "economy": economy.digest}
    return {
        "command": shlex.join(["autarky", "firms", path.name, *asked.options]),
        "study": {"title": study.title, "path": str(path.absolute()), "sha256": digest},
        "economy": None if posed.origin.frame is None else {"name": economy.name, "digest": economy.digest},
        "digests": digests,
    }


def ranking_rows(
    network: FirmNetwork, ranked: Ranked, weights: Sequence[str]
) -> Iterator[Sequence[str | float | int]]:
    """Every node whose loss is known, as rows of a table: medians over the draws, the worst first."""
    yield (
        "node",
        "sector",
        "region",
        "kind",
        "abroad",
        "share of output",
        *(f"loss of {name}" for name in weights),
    )
    nodes, about = ranked.nodes, network.nodes
    middle, output = (np.median(ranked.numbers[name], axis=0) for name in ("joint", "output"))
    for at in np.lexsort((nodes, -middle[:, 0])):
        node = int(nodes[at])
        yield (
            network.id_of(node),
            network.sectors[about.sector[node]],
            network.regions[about.region[node]],
            network.kinds[about.kind[node]],
            int(node >= network.firms),
            float(output[at]),
            *map(float, middle[at]),
        )


def versions() -> dict[str, str]:
    """What made a result."""
    packages = ("autarky", "numpy", "scipy", "numba")
    return {"python": platform.python_version()} | {package: version(package) for package in packages}
