"""Matching: what the shocks of a study touch in its table, found while the study is still being written."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from autarky.document import Node, parse_fields
from autarky.economy import Economy
from autarky.errors import InputError, Problem, did_you_mean
from autarky.scenario import (
    Behaviour,
    BlocCut,
    CapacityLoss,
    Dated,
    DemandChange,
    Harvest,
    Scenario,
    Shock,
    Starting,
    TradeCut,
    TradeSeries,
)
from autarky.simulation.channels import INDUSTRIES
from autarky.simulation.forcing import build_forcing
from autarky.simulation.lookup import Lookup
from autarky.simulation.network import DAYS_PER_YEAR, Network, build_network
from autarky.simulation.presets import parameters
from autarky.study_file import Study, study_from_bytes
from autarky.study_file.reading import STUDY
from autarky.workbench.studies import refuse_outside
from autarky.workbench.workspace import Workspace

NEAR = 8
"""Most names offered for one that the table does not have."""


@dataclass(frozen=True)
class Known:
    """A name of a table."""

    code: str
    name: str
    """As it is told to a reader; empty where the code says it all."""
    imports: float
    """Of it, or from there, a year, in the table's unit."""


@dataclass(frozen=True)
class Unknown:
    """A name that the table does not have."""

    given: str
    remedy: str
    near: tuple[Known, ...]
    """Those whose code or name holds what was written; where there are none, the remedy says more."""


@dataclass(frozen=True)
class Names:
    """What a field of a shock names, held against the table."""

    field: str
    given: int
    matched: tuple[Known, ...]
    unknown: tuple[Unknown, ...]


@dataclass(frozen=True)
class Touched:
    """A shock, when it acts, and what it touches."""

    position: int
    kind: str
    first: int
    """Day of the run on which it begins, from 0."""
    after: int
    """Day after its last."""
    dates: str
    says: str
    """What it touches, in a sentence; empty where only a run can tell."""
    names: tuple[Names, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What is to be said of a study while it is being written."""

    problems: tuple[Problem, ...] = ()
    """Everything wrong with it, by itself and held against its table."""
    title: str = ""
    can: tuple[str, ...] = ()
    """Kinds of job that it can be started as, once it has no problems."""
    table: str = ""
    unit: str = ""
    shocks: tuple[Touched, ...] = ()
    start: datetime.date | None = None
    days: int = 0
    names: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)
    """products, places, users: every name of the table."""


def checked(content: bytes, path: Path, workspace: Workspace) -> Checked:
    """A study held against itself and its table; what is right is matched though the rest is wrong.

    ``path`` says where the study lies: its table's path counts from there.
    """
    problems: list[Problem] = []
    study: Study | None = None
    try:
        study = study_from_bytes(content, path)
    except InputError as error:
        problems += error.problems
    try:
        tree = parse_fields(content, path, STUDY)
    except InputError:
        return Checked(tuple(problems))
    can = _can(study) if study is not None else ()
    title = study.title if study is not None else ""
    try:
        ground = _ground(study or _only(tree, path), workspace)
    except InputError as error:
        found = error.problems if study is not None else [_at(tree, path, one) for one in error.problems]
        return Checked((*problems, *found), title, can)
    if ground is None:
        return Checked(tuple(problems), title, can)
    network, names = ground
    shocks: list[Touched] = []
    start, days = datetime.date(2000, 1, 1), 0
    for position, scenario in _scenarios(study, tree, path):
        start, days = scenario.start, scenario.days
        shocks += [_touched(position, shock, scenario, network, names) for shock in scenario.shocks[-1:]]
    if study is not None and study.scenario is not None:
        start, days = study.scenario.start, study.scenario.days
        problems += _held_against(study, network)
    return Checked(
        tuple(dict.fromkeys(problems)),
        title,
        can,
        network.economy.name,
        network.economy.unit,
        tuple(shocks),
        # Shocks of a study that cannot be read were read on days of their own: no axis for a picture.
        start if days and study is not None else None,
        days,
        names,
    )


def near(typed: str, known: Sequence[Known], most: int = NEAR) -> tuple[Known, ...]:
    """Names whose code begins with what was typed, then those that hold it; the most imported first."""
    typed = typed.strip().casefold()
    if not typed:
        return ()
    found = [one for one in known if typed in one.code.casefold() or typed in one.name.casefold()]
    found.sort(key=lambda one: (not one.code.casefold().startswith(typed), -one.imports))
    return tuple(found[:most])


def names_of(network: Network) -> dict[str, tuple[Known, ...]]:
    """products, places and users of a table, with their imports a year (between regions: what crosses)."""
    economy, crossing = network.economy, _crossing(network)
    by_supplier = crossing.sum(axis=1) * DAYS_PER_YEAR
    products: dict[str, float] = dict.fromkeys(economy.products, 0.0)
    places: dict[str, float] = dict.fromkeys((*network.supplier_regions, *network.destinations), 0.0)
    for region, product, flow in zip(
        network.supplier_regions, network.supplier_products, by_supplier, strict=True
    ):
        products[product] += float(flow)
        places[region] += float(flow)
    lookup = Lookup(network, {}, [])
    told = {code: _told(economy, code) for code in products}
    return {
        "products": tuple(Known(code, told[code], flow) for code, flow in products.items()),
        "places": tuple(Known(code, "", flow) for code, flow in places.items()),
        "users": tuple(Known(code, "", 0.0) for code in lookup.final_names),
    }


def _told(economy: Economy, code: str) -> str:
    name = economy.product_name(code)
    return "" if name == code else name


_GROUNDS: dict[str, tuple[Network, dict[str, tuple[Known, ...]]]] = {}
"""Tables of late, by what names them and when their files were changed; kept by the warm process."""


def _ground(study: Study | None, workspace: Workspace) -> tuple[Network, dict[str, tuple[Known, ...]]] | None:
    """The table of a study, arranged for matching; None if it names none."""
    if study is None or study.economy is None:
        return None
    refuse_outside(study, workspace)
    table = study.table_path
    stamps = []
    if table is not None and table.exists():
        files = sorted(table.iterdir()) if table.is_dir() else [table]
        stamps = [(str(one), one.stat().st_mtime_ns, one.stat().st_size) for one in files]
    key = json.dumps([study.economy.model_dump(mode="json"), stamps])
    if key not in _GROUNDS:
        network = build_network(study.read_economy(), parameters(Behaviour()))
        while len(_GROUNDS) >= 4:
            _GROUNDS.pop(next(iter(_GROUNDS)))
        _GROUNDS[key] = network, names_of(network)
    return _GROUNDS[key]


def _only(tree: Node, path: Path, **scenario: Any) -> Study | None:
    """A study that has a table, a beginning and a length, and of the rest only what is given."""
    economy, whole = tree.child("economy"), tree.child("scenario")
    begun: dict[str, Any] = {"start": "2000-01-01", "days": 36_500}
    for name in ("start", "days", "groups"):
        if whole is not None and (there := whole.child(name)) is not None:
            begun[name] = there.plain()
    if economy is None:
        return None
    for one in (begun, {**begun, "start": "2000-01-01", "days": 36_500, "groups": {}}):
        plain = {"version": 1, "title": "-", "economy": economy.plain(), "scenario": {**one, **scenario}}
        try:
            return study_from_bytes(json.dumps(plain).encode(), path)
        except InputError:
            continue
    return None


def _at(tree: Node, path: Path, problem: Problem) -> Problem:
    """A problem with the table of a study that is read in parts, at the place of its table."""
    economy = tree.child("economy")
    assert economy is not None  # it was read from there
    named = economy.child("embedded") or economy.child("path") or economy
    return replace(problem, place=f"{path}:{named.mark.line}:{named.mark.column}")


def _scenarios(study: Study | None, tree: Node, path: Path) -> Iterator[tuple[int, Scenario]]:
    """(position, scenario that ends with this shock) of each shock that can be read."""
    if study is not None:
        scenario = study.scenario
        for k in range(len(scenario.shocks) if scenario is not None else 0):
            assert scenario is not None
            yield k, scenario.model_copy(update={"shocks": scenario.shocks[: k + 1]})
        return
    whole = tree.child("scenario")
    shocks = whole.child("shocks") if whole is not None else None
    for k, node in enumerate(shocks.value if shocks is not None and isinstance(shocks.value, list) else ()):
        alone = _only(tree, path, shocks=[node.plain()])
        if alone is not None and alone.scenario is not None:
            yield k, alone.scenario


def _touched(
    position: int, shock: Shock, scenario: Scenario, network: Network, names: Mapping[str, Sequence[Known]]
) -> Touched:
    problems: list[Problem] = []
    lookup = Lookup(network, scenario.groups, problems)
    place = f"shocks[{position}]"
    fields = tuple(_names(shock, lookup, names))
    says = "" if any(one.unknown for one in fields) else _says(shock, place, lookup)
    first, after, dates = _when(shock, scenario)
    return Touched(position, shock.kind, first, after, dates, says, fields, tuple(problems))


def _names(shock: Shock, lookup: Lookup, names: Mapping[str, Sequence[Known]]) -> Iterator[Names]:
    """Each field that names products, places or users of the table, groups opened up."""
    lists: Mapping[str, tuple[str, Sequence[str]]] = {
        "products": ("products", lookup.network.economy.products),
        "sectors": ("products", lookup.network.economy.products),
        "origin": ("places", lookup.origins),
        "destination": ("places", lookup.network.destinations),
        "bloc": ("places", tuple(known.code for known in names["places"])),
        "regions": ("places", tuple(known.code for known in names["places"])),
        "users": ("users", (*lookup.final_names, INDUSTRIES)),
    }
    for name, (which, codes) in lists.items():
        given = getattr(shock, name, None)
        if given is None or (given == "all" and name not in type(shock).model_fields):
            continue
        told = {known.code: known for known in names[which]}
        items = [item for one in ([] if given == "all" else given) for item in lookup.groups.get(one, (one,))]
        wrong = [item for item in dict.fromkeys(items) if item not in codes]
        right = codes if given == "all" else [item for item in dict.fromkeys(items) if item in codes]
        yield Names(
            name,
            len(codes) if given == "all" else len(dict.fromkeys(items)),
            tuple(told.get(code, Known(code, "", 0.0)) for code in right),
            tuple(
                Unknown(item, did_you_mean(item, (*codes, *lookup.groups)), near(item, names[which]))
                for item in wrong
            ),
        )


def _says(shock: Shock, place: str, lookup: Lookup) -> str:
    """What a shock touches, as a share of the base year's."""
    network = lookup.network
    before = len(lookup.problems)
    match shock:
        case TradeCut() | TradeSeries() | BlocCut():
            links = lookup.cut_links(shock, place)
            if len(lookup.problems) > before:
                return ""
            flows = network.tables.base_to_destination
            hit = np.zeros_like(flows)
            hit[links[:, 0], links[:, 1]] = flows[links[:, 0], links[:, 1]]
            crossing = _crossing(network)
            exports = np.where(lookup.trade, flows, 0.0) - crossing
            told = [
                f"{_share(np.minimum(hit, base).sum(), base.sum())} of {what}"
                for base, what in ((crossing, _trade(network)), (exports, "exports"))
                if np.minimum(hit, base).sum() > 0
            ]
            return f"Touches {_counted(len(links), 'flow')}: {' and '.join(told)} of the base year."
        case CapacityLoss() | Harvest():
            members = lookup.losing_suppliers(shock, place)
            base = network.tables.base_output
            part = _share(sum(float(base[i]) for i, _ in members), float(base[: _makers(network)].sum()))
            return f"Touches {_counted(len(members), 'supplier')}: {part} of output of the base year." * bool(
                members
            )
        case DemandChange():
            slots = lookup.final_slots(shock, place)
            use = network.tables.base_use
            n = len(network.economy.industries)
            whole = float(use[:, np.flatnonzero(network.users >= n)].sum())
            part = _share(sum(float(use[p, user]) for p, user in slots), whole)
            return f"Touches {part} of what final users want in the base year." * bool(slots)
    return ""


def _crossing(network: Network) -> Any:
    """(m, D) the base year's flows a day that come in from elsewhere: exports of a national table do not."""
    economy = network.economy
    home = set(economy.industries.regions)
    abroad = np.array(network.supplier_regions)[:, None] != np.array(network.destinations)
    received = np.array([place in home for place in network.destinations])
    return np.where(abroad & received, network.tables.base_to_destination, 0.0)


def _makers(network: Network) -> int:
    return len(network.economy.industries)


def _trade(network: Network) -> str:
    return "trade between regions" if network.economy.is_multi_regional else "imports"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)


def _share(part: float, whole: float) -> str:
    """A share in per cent, a small one not rounded to nothing."""
    if whole <= 0 or part <= 0:
        return "nothing"
    share = part / whole
    return "less than 0.1 %" if share < 0.001 else f"{share * 100:.3g} %"


def _when(shock: Shock, scenario: Scenario) -> tuple[int, int, str]:
    """First day, day after the last and dates in words, inside the run."""
    start = shock.start if isinstance(shock, Starting) else scenario.start
    until = shock.until if isinstance(shock, Dated) else None
    first = min(max((start - scenario.start).days, 0), scenario.days)
    after = scenario.days if until is None else min((until - scenario.start).days + 1, scenario.days)
    told = f"from {start} {'to the end' if until is None else f'to {until}'}"
    return first, max(after, first), told if isinstance(shock, Starting) else "the whole run"


def _held_against(study: Study, network: Network) -> list[Problem]:
    """What is wrong with the study's names and dates in its table, each at its line."""
    try:
        with study.naming_places():
            scenario = study.scenario_to_run
            build_forcing(network, [scenario])
    except InputError as error:
        return list(error.problems)
    return []


def _can(study: Study) -> tuple[str, ...]:
    """What the study can be started as."""
    offered: Sequence[tuple[str, Callable[[Study], bool]]] = (
        ("run", lambda one: one.scenario is not None),
        ("lifelines", lambda one: one.scenario is not None),
        ("ensemble", lambda one: one.uncertainty is not None),
        ("plan", lambda one: one.plan is not None),
        ("compare", lambda one: bool(one.alternatives)),
    )
    return tuple(kind for kind, fits in offered if fits(study))
