"""The line of a study with firms, in one place: table → network → ranking, cut, days → page → folder."""

from __future__ import annotations

import datetime
import json
import platform
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.cascade.aggregation import by_sector, compared, on_sectors
from autarky.cascade.operators import build_operators, weights_of
from autarky.cascade.ranking import most_systemic
from autarky.cascade.rules import Rules
from autarky.cascade.run import Losses, cascades
from autarky.cascade.shock import remaining_after
from autarky.declared import ALL, Names
from autarky.ensemble import Executor
from autarky.ensemble.cascades import all_cascades
from autarky.ensemble.firm_draws import Numbers, run_draws
from autarky.errors import Problem, ScenarioError, did_you_mean
from autarky.explanation.firm_days import days_of
from autarky.explanation.firm_findings import cut_of, facts_of, ranking_of
from autarky.explanation.wording import count
from autarky.firm_network import FirmNetwork
from autarky.firm_network.consistency import Agreement, agreement
from autarky.firm_network.from_table import Frame, frame_of
from autarky.firm_network.plants import with_plants
from autarky.firm_network.rest import completed
from autarky.firm_network.section import FirmLoss, FirmsSection
from autarky.results.firms import FirmDays, FirmResult
from autarky.run_folder import sha256
from autarky.run_folder.firms import FirmRun, save_firms
from autarky.scenario import CriticalityRule, Scenario
from autarky.simulation.by_firm.run import FirmSimulation, simulate_firms
from autarky.sources.firm_lists import read_firm_lists
from autarky.sources.firm_statistics import read_jobs
from autarky.splitting.sizes import Demography, read_demography
from autarky.splitting.split import split
from autarky.study import Log, accepted, executor_of
from autarky.study_file import Study, read_study, study_from_bytes

Floats = npt.NDArray[np.float64]
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
                told += [option, name if share == 1 else f"{name}={share:g}"]
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
    study = study_of_folder(Path(path)) if Path(path).is_dir() else read_study(path)
    with study.naming_places():
        posed = posed_by(study, asked, log)
    where = ["--runs", str(runs)] if Path(runs) != Path("runs") else []
    again = shlex.join(["autarky", "firms", str(path), *where, *asked.options])
    folder = Path(runs) / f".firms-{sha256(posed.key.encode())[:10]}"
    doer = Doer(folder, workers, cluster, again, progress)
    with study.naming_places():
        found, ranked = worked_out(posed, asked, doer, study.title, log)
    run = save_firms(
        Path(runs),
        title=study.title,
        study=study.content,
        found=found,
        ranking=ranking_rows(posed.network, ranked.nodes, ranked.numbers, posed.weights),
        inputs=inputs_of(study, posed, asked, Path(path)),
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
class Posed:
    """What a study asks about its firms. It travels to workers as it is: a draw's numbers are made of it."""

    section: FirmsSection
    frame: Frame | None
    network: FirmNetwork
    """Of a split the first draw."""
    agreement: Agreement | None
    """The network held against the table."""
    scenario: Scenario | None
    losses: tuple[FirmLoss, ...]
    rules: Rules
    level_rules: int
    weights: tuple[str, ...]
    notes: tuple[str, ...]
    demography: Demography | None
    jobs: Floats | None
    days: bool

    @property
    def draws(self) -> int:
        """Networks that are asked."""
        return self.section.split.draws if self.section.split is not None else 1

    @property
    def is_struck(self) -> bool:
        """Whether anything happens."""
        return bool(self.losses) or (self.scenario is not None and bool(self.scenario.shocks))

    @property
    def happens(self) -> Scenario:
        """The scenario, with losses of named firms among its shocks, to be told."""
        assert self.scenario is not None
        return self.scenario.model_copy(update={"shocks": (*self.scenario.shocks, *self.losses)})

    @property
    def key(self) -> str:
        """What decides every number."""
        scenario = None if self.scenario is None else self.scenario.model_dump(mode="json", by_alias=True)
        losses = [loss.model_dump(mode="json", by_alias=True) for loss in self.losses]
        section = self.section.model_dump(mode="json")
        return json.dumps([version("autarky"), self.network.digest, section, scenario, losses, self.days])

    def drawn(self, draw: int) -> FirmNetwork:
        """The network of a draw."""
        if self.section.split is None or draw == 0:
            return self.network
        assert self.frame is not None
        return split(self.frame, self.section.split, draw, demography=self.demography, jobs=self.jobs)

    def __call__(self, draw: int) -> Numbers:
        """The numbers of a draw: the failure of each node, the shock on firms and sectors, the days' loss."""
        network = self.drawn(draw)
        weights = weights_of(network, self.weights)
        losses = cascades(build_operators(network, self.rules), np.arange(len(network)), weights, threads=1)
        return {**numbers_of(losses), **self.struck(network, weights, threads=1)}

    def struck(self, network: FirmNetwork, weights: Floats, threads: int | None = None) -> Numbers:
        """What the shock comes to on a network, at once and over the days; nothing where there is none."""
        if not self.is_struck:
            return {}
        assert self.scenario is not None
        found = compared(
            network, remaining_after(network, self.scenario, self.losses).share, self.rules, weights
        )
        told = {
            "direct": found.direct,
            "by_firms": found.by_firms.joint,
            "by_firms_downstream": found.by_firms.downstream,
            "by_firms_upstream": found.by_firms.upstream,
            "by_sector": found.by_sector.joint,
            "of_sector_by_firms": found.by_firms.of_sector,
            "of_sector_by_sector": found.by_sector.of_sector,
            "shock_rounds": np.array([max(found.by_firms.rounds, found.by_sector.rounds)]),
        }
        if self.days:
            told["gdp_lost"] = np.array([self.lived(network, threads=threads).value_added_lost])
        return told

    def lived(
        self, network: FirmNetwork, *, watch: Sequence[int] = (), threads: int | None = None
    ) -> FirmSimulation:
        """The scenario day by day."""
        assert self.scenario is not None
        return simulate_firms(network, self.scenario, self.losses, watch=watch, threads=threads)


def posed_by(study: Study, asked: Asked, log: Log) -> Posed:
    """What a study and a command line ask, with the network they ask it of.

    Raises
    ------
    InputError
        If the study has no firms, its lists or its table cannot be read, or they contradict each other.
    """
    section = study.firms
    if section is None:
        what, remedy = "has no firms to ask", "add a section 'firms:': docs/firms/index.md shows how"
        raise ScenarioError(Problem(str(study.path or "study"), what, remedy))
    scenario, losses = with_losses(study, section, asked)
    imports = None if scenario is None else scenario.behaviour.imports
    levels = rules_of_levels(scenario, section)
    economy = frame = agreed = None
    if study.economy is not None:
        economy = accepted(study.read_economy(), study)
        log.note("table read", name=economy.name, year=economy.year, industries=len(economy.industries))
        frame = frame_of(economy, imports, levels)
    home = study.path.parent if study.path is not None else Path()
    jobs = None
    if section.jobs is not None and frame is not None:
        jobs = read_jobs(home / section.jobs.path, frame)
    demography = None
    if section.files is not None:
        network = read_firm_lists(home / section.files.path, economy, imports, levels)
        if frame is not None:
            agreed = agreement(network, frame)
            network = completed(network, frame) if section.files.complete else network
    elif section.split is not None:
        assert frame is not None
        if (counted := section.split.business_demography) is not None:
            demography = read_demography(home / counted.path, frame.sectors)
        network = split(frame, section.split, 0, demography=demography, jobs=jobs)
    else:
        assert frame is not None
        network = with_plants(frame, section.plants, jobs)
    log.note("network", firms=network.firms, links=len(network.sales), draws=1)
    firms = slice(network.firms)
    weights = tuple(name for name in section.weights if getattr(network.nodes, name)[firms].sum() > 0)
    unknown = [name.replace("_", " ") for name in section.weights if name not in weights]
    notes = tuple(f"Losses are not counted in {words}: nothing is known of it." for words in unknown)
    if not weights:
        raise ScenarioError(Problem("firms.weights", "are known of no firm", "count losses in output"))
    rules = Rules(substitution=section.substitution, tolerance=section.tolerance)
    return Posed(
        section,
        frame,
        network,
        agreed,
        scenario,
        losses,
        rules,
        len(levels),
        weights,
        notes,
        demography,
        jobs,
        days=asked.days and scenario is not None,
    )


def rules_of_levels(scenario: Scenario | None, section: FirmsSection) -> tuple[CriticalityRule, ...]:
    """What firms can do without: by the scenario's rules, then by those of the firms; groups opened."""
    groups = {} if scenario is None else scenario.groups
    own = () if scenario is None else scenario.behaviour.criticality

    def opened(names: Names) -> Names:
        if names == ALL:
            return names
        return tuple(member for name in names for member in groups.get(name, (name,)))

    return tuple(
        rule.model_copy(update={"inputs": opened(rule.inputs), "users": opened(rule.users)})
        for rule in (*own, *section.essentiality)
    )


def with_losses(
    study: Study, section: FirmsSection, asked: Asked
) -> tuple[Scenario | None, tuple[FirmLoss, ...]]:
    """The study's scenario and losses of firms, with those of the command line; a year from the table's
    first day where there is no scenario and something happens."""
    scenario = study.scenario
    struck = section.shocks or asked.cut or asked.close
    if scenario is None and struck:
        first = min((loss.start for loss in section.shocks), default=FIRST_DAY)
        scenario = Scenario(name="one year", start=first, days=365)
    losses = list(section.shocks)
    for name, share in (*asked.cut, *asked.close):
        assert scenario is not None
        losses.append(FirmLoss(start=scenario.start, firms=(name,), share=share))
    return scenario, tuple(losses)


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


def worked_out(posed: Posed, asked: Asked, doer: Doer, title: str, log: Log) -> tuple[FirmResult, Ranked]:
    """The ranking, the cut and the days of the network, over its draws."""
    network = posed.network
    top = asked.top or posed.section.top
    if posed.section.split is not None:
        found = run_draws(
            posed,
            posed.draws,
            posed.key,
            folder=doer.folder,
            executor=doer.executor,
            progress=doer.told("draws"),
            command=doer.again,
        )
        ranked = Ranked(np.arange(len(network)), found, how_of_all(len(network)), True)
    else:
        ranked = failures_of(posed, asked, doer, top)
        weights = weights_of(network, posed.weights)
        struck = posed.struck(network, weights, threads=doer.workers)
        found = {**ranked.numbers, **{name: values[None] for name, values in struck.items()}}
    log.note("cascades run", nodes=len(ranked.nodes), draws=posed.draws)
    ranking = ranking_of(
        network,
        ranked.nodes,
        ranked.numbers,
        weights=posed.weights,
        tolerance=posed.rules.tolerance,
        how=ranked.how,
        every=ranked.every,
        top=top,
    )
    cut = None
    if posed.is_struck:
        assert posed.scenario is not None
        told = remaining_after(network, posed.scenario, posed.losses).notes
        cut = cut_of(network, found, posed.happens, told)
    days = lived_days(posed, asked, found, doer) if posed.days else None
    if days is not None:
        log.note("days lived through", days=days.days)
    result = FirmResult(
        title=title,
        network=facts_of(network, posed.draws, posed.agreement, posed.frame, bool(posed.section.plants)),
        ranking=ranking,
        cut=cut,
        days=days,
        rules=rules_told(posed),
    )
    return result, ranked


@dataclass(frozen=True, eq=False)
class Ranked:
    """Failures that were worked out: nodes, their numbers with draws first, and what is known of others."""

    nodes: Integers
    numbers: Numbers
    how: str
    every: bool


def failures_of(posed: Posed, asked: Asked, doer: Doer, top: int) -> Ranked:
    """The failure of every node of a given network; of a large one of the worst, at home and abroad."""
    network, rules = posed.network, posed.rules
    weights = weights_of(network, posed.weights)
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
        numbers = numbers_of(losses)
        nodes, how, every = np.arange(len(network)), how_of_all(len(network)), True
    else:
        told = doer.told("failures")
        worst = most_systemic(network, rules, weights, top, threads=doer.workers, progress=told)
        abroad = np.arange(network.firms, len(network))
        besides = most_systemic(network, rules, weights, top, among=abroad, threads=doer.workers)
        new = ~np.isin(besides.nodes, worst.nodes)
        joined = Losses(
            np.concatenate([worst.losses.joint, besides.losses.joint[new]]),
            np.concatenate([worst.losses.downstream, besides.losses.downstream[new]]),
            np.concatenate([worst.losses.upstream, besides.losses.upstream[new]]),
            np.concatenate([worst.losses.rounds, besides.losses.rounds[new]]),
        )
        numbers = numbers_of(joined)
        nodes, how, every = np.concatenate([worst.nodes, besides.nodes[new]]), worst.how, False
    return Ranked(nodes, {name: values[None] for name, values in numbers.items()}, how, every)


def numbers_of(losses: Losses) -> Numbers:
    """What is kept of the failures of a network: all weights together, the first one way at a time."""
    return {
        "joint": losses.joint,
        "downstream": losses.downstream[:, 0],
        "upstream": losses.upstream[:, 0],
        "rounds": losses.rounds,
    }


def how_of_all(nodes: int) -> str:
    """How a ranking of all nodes is known."""
    return f"The failure of each of the {nodes:,} nodes was worked out exactly."


def lived_days(posed: Posed, asked: Asked, found: Numbers, doer: Doer) -> FirmDays:
    """The days of the network (of draws: of the first), beside those of each sector as one firm."""
    network = posed.network
    assert posed.scenario is not None
    wanted = [node_named(network, name, "--why") for name in asked.why]
    wanted += [node_named(network, name, "firms.why") for name in posed.section.why]
    lived = posed.lived(network, watch=wanted, threads=doer.workers)
    together = simulate_firms(
        by_sector(network), posed.scenario, on_sectors(network, posed.losses), threads=doer.workers
    )
    return days_of(network, lived, together, found["gdp_lost"][:, 0], posed.happens, wanted)


def node_named(network: FirmNetwork, name: str, place: str) -> int:
    """The node of a name.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    node = network.find(name)
    if node is None:
        raise ScenarioError(Problem(place, f"unknown firm {name!r}", did_you_mean(name, network.near(name))))
    return node


def rules_told(posed: Posed) -> tuple[tuple[str, str], ...]:
    """Parameters in force, as they are told."""
    rules = posed.rules
    others = "others of a kind make up for a failure as far as their market share goes"
    told = [
        ("substitution", others if rules.substitution else "none: nobody makes up for a failure"),
        ("denominator of lost sales", "total output, sales to final users included"),
        ("tolerance", f"{rules.tolerance:g} of output"),
        ("essentiality", f"{count(posed.level_rules, 'rule')} of the study, all else essential (assumption)"),
    ]
    return (*told, *(("note", note) for note in posed.notes))


def inputs_of(study: Study, posed: Posed, asked: Asked, path: Path) -> dict[str, Any]:
    """What went in, for the manifest and the page."""
    digest = sha256(study.content)
    digests = {path.name: digest, "network": posed.network.digest}
    if posed.frame is not None:
        economy = posed.frame.economy
        digests |= {**dict(economy.provenance.files), "economy": economy.digest}
    return {
        "command": shlex.join(["autarky", "firms", path.name, *asked.options]),
        "study": {"title": study.title, "path": str(path.absolute()), "sha256": digest},
        "economy": None if posed.frame is None else {"name": economy.name, "digest": economy.digest},
        "digests": digests,
    }


def ranking_rows(
    network: FirmNetwork, nodes: Integers, numbers: Numbers, weights: Sequence[str]
) -> Iterator[Sequence[str | float | int]]:
    """Every node whose loss is known, as rows of a table: medians over the draws, the worst first."""
    yield ("node", "sector", "region", "kind", "abroad", "output", *(f"loss of {name}" for name in weights))
    middle = np.median(numbers["joint"], axis=0)
    about = network.nodes
    for at in np.lexsort((nodes, -middle[:, 0])):
        node = int(nodes[at])
        yield (
            network.id_of(node),
            network.sectors[about.sector[node]],
            network.regions[about.region[node]],
            network.kinds[about.kind[node]],
            int(node >= network.firms),
            float(about.output[node]),
            *map(float, middle[at]),
        )


def versions() -> dict[str, str]:
    """What made a result."""
    packages = ("autarky", "numpy", "scipy", "numba")
    return {"python": platform.python_version()} | {package: version(package) for package in packages}
