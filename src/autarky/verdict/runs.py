"""Runs: the few courses of events that sentences are held against, over the draws of a study."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.declared import ALL
from autarky.economy import Economy, FinalUseKind
from autarky.errors import EconomyError, InputError, Problem, ScenarioError
from autarky.results import STOPS, Binding, Outcome, SimulationResult
from autarky.scenario import (
    Behaviour,
    BlocCut,
    Harvest,
    ImportMode,
    ImportRule,
    Scenario,
    Shock,
    TradeCut,
    TradeSeries,
)
from autarky.simulation.presets import parameters
from autarky.simulation.run import network_key, simulate_many

Floats = npt.NDArray[np.float64]

CLOSURE, OPEN, TOTAL, PARTNER_CUT = "closure", "open", "total", "partner_cut"
CLOSURE_REPLACED, TOTAL_REPLACED = "closure_replaced", "total_replaced"

COURSES = {
    CLOSURE: "the study as it is",
    OPEN: "imports free, all else as in the study",
    TOTAL: "no imports from the study's first limit on imports on",
    PARTNER_CUT: "no imports from the partner from that day on, all other imports free",
    CLOSURE_REPLACED: "the study, but home makers may replace any import of their sector, with spare room",
    TOTAL_REPLACED: "no imports, but home makers may replace them likewise",
}
"""Name of each course, and what happens in it."""

SPARE = (0.0, 0.5)
"""Spare capacity of home makers where they may replace imports, as a share of base output: an assumption,
spread evenly over the draws, since nobody has measured it."""


class Group(NamedTuple):
    """Products of one kind, and what tells that they are short."""

    how: Literal["received", "made", "available", "scarcest"]
    """``received``: by households. ``made``: by home makers and gates together. ``available``: the same, but
    on days on which only a lack of orders holds a home maker back it counts as delivering the base year's.
    ``scarcest``: the same of each product by itself, of which the least counts."""
    products: tuple[str, ...]
    """Codes; those that a table has not are passed over."""


_MATERIALS = (
    "other_mining",
    "textiles",
    "chemicals",
    "petroleum",
    "building_materials",
    "metals",
    "crude_oil",
    "fertiliser",
)

GROUPS: Mapping[str, Group] = {
    "food": Group("received", ("agriculture", "fishing", "food")),
    "energy": Group("received", ("electricity", "petroleum", "coal")),
    "electricity": Group("received", ("electricity",)),
    "materials": Group("available", _MATERIALS),
    "scarcest material": Group("scarcest", _MATERIALS),
    "commerce": Group("made", ("trade",)),
}
"""Groups that sentences speak of, in the codes of the North Korean tables."""

_GOLDEN = 0.6180339887498949

WINDOW = 30
"""Days over which a low is averaged: one bad day is no stop."""


class DrawsLike(Protocol):
    """What is asked of ``autarky.uncertainty.Draws``."""

    def __len__(self) -> int:
        """Number of draws."""

    def scenario(self, i: int) -> Scenario:
        """The scenario of draw i."""

    def economy(self, i: int) -> Economy:
        """The table of draw i."""


@dataclass(frozen=True, eq=False)
class Runs:
    """What each course came to. ``courses`` maps a name of ``COURSES`` to a Dataset.

    =========  ===================  ====================================================================
    path       draw, series, day    relative to the base year: gdp, imports, households, government and
                                    the groups; NaN where the table has nothing of it (float32)
    lowest     draw, industry       output over base, the lowest mean of ``WINDOW`` days
    first_stop draw, industry       first day below half of base output; −1: never
    unserved   draw, bound_by       orders that home makers left unserved while inputs, or capacity, held
                                    them back; in days of all base output
    =========  ===================  ====================================================================
    """

    courses: Mapping[str, xr.Dataset]
    partner: str
    """Whose imports are cut in ``partner_cut``."""
    ranked: bool
    """Whether the study itself ranks final users (``rationing: priority``): then incidence is declared."""
    failed: int = 0
    """Draws left out because they could not be run."""

    @property
    def draws(self) -> int:
        """Number of draws in every course."""
        return next((int(course.sizes["draw"]) for course in self.courses.values()), 0)


def variants(
    scenario: Scenario, economy: Economy, *, partner: str = "CHINA", spare: float = SPARE[1]
) -> dict[str, Scenario]:
    """The scenario of each course; ``partner_cut`` only where the table has gates of that partner.

    Limits on imports are all shocks with an origin among the table's partners. Where imports are free,
    harvests have the base year's fertiliser; elsewhere what the study declares.

    Raises
    ------
    ScenarioError
        If the scenario limits no imports, or the table has no import gates.
    """
    partners = tuple(dict.fromkeys(gate.partner for gate in economy.gates))
    limits = [
        shock
        for shock in scenario.shocks
        if isinstance(shock, TradeCut | TradeSeries | BlocCut) and _limits_imports(shock, scenario, partners)
    ]
    if not partners or not limits:
        what = "limits no imports" if partners else "runs on a table without import gates"
        remedy = "give a study with a bloc_cut, trade_cut or trade_series of imports, on a table with gates"
        raise ScenarioError(Problem("scenario.shocks", what, remedy))
    begins = min(shock.start for shock in limits)
    others = tuple(shock for shock in scenario.shocks if shock not in limits)

    def cut(origin: Sequence[str]) -> TradeCut:
        return TradeCut.model_validate({"from": begins, "origin": tuple(origin), "share_kept": 0.0})

    def course(name: str, *shocks: Shock, behaviour: Behaviour = scenario.behaviour) -> Scenario:
        return scenario.model_copy(update={"name": name, "shocks": shocks, "behaviour": behaviour})

    replaced = _home_replaces(scenario.behaviour, spare)
    found = {
        CLOSURE: scenario,
        OPEN: course(OPEN, *(_well_fed(shock) for shock in others)),
        TOTAL: course(TOTAL, *others, cut(partners)),
        CLOSURE_REPLACED: course(CLOSURE_REPLACED, *scenario.shocks, behaviour=replaced),
        TOTAL_REPLACED: course(TOTAL_REPLACED, *others, cut(partners), behaviour=replaced),
    }
    if partner in partners:
        found[PARTNER_CUT] = course(PARTNER_CUT, *others, cut((partner,)))
    return found


def _limits_imports(
    cut: TradeCut | TradeSeries | BlocCut, scenario: Scenario, partners: Sequence[str]
) -> bool:
    if isinstance(cut, BlocCut):
        bloc = {member for name in cut.bloc for member in scenario.groups.get(name, (name,))}
        home = not bloc.issubset(partners)
        return any(cut.crosses(partner in bloc, home) for partner in partners)
    if cut.origin == ALL:
        return True
    opened = {member for name in cut.origin for member in scenario.groups.get(name, (name,))}
    return not opened.isdisjoint(partners)


def _well_fed(shock: Shock) -> Shock:
    """A harvest whose fertiliser is the base year's; any other shock as it is."""
    return shock.model_copy(update={"fertiliser": None}) if isinstance(shock, Harvest) else shock


def _home_replaces(behaviour: Behaviour, spare: float) -> Behaviour:
    used = 1.0 / (1.0 + spare)
    rule = ImportRule(
        default=ImportMode.COMPETITIVE, source="assumption: home makers may replace every import"
    )
    given = behaviour.utilisation
    return behaviour.model_copy(
        update={"imports": rule, "utilisation": used if given is None else min(given, used)}
    )


def run_variants(
    draws: DrawsLike,
    *,
    most: int = 100,
    partner: str = "CHINA",
    spare: tuple[float, float] = SPARE,
    groups: Mapping[str, Group] = GROUPS,
    progress: Callable[[int, int], None] | None = None,
) -> Runs:
    """Every course over up to ``most`` draws, evenly picked; draws that cannot be run are left out, counted.

    Raises
    ------
    InputError
        If no draw can be run; with the problems of the first.
    """
    picked = np.unique(np.linspace(0, len(draws) - 1, min(most, len(draws))).astype(int))
    measured: dict[str, list[dict[str, npt.NDArray[Any]]]] = {}
    ranked = failed = 0
    first_error: InputError | None = None
    days: Any = None
    industries: tuple[str, ...] = ()
    for done, i in enumerate(picked.tolist()):
        # Golden steps fill the range evenly, and do not go along with the order of draws.
        filled = spare[0] + (spare[1] - spare[0]) * ((0.5 + done * _GOLDEN) % 1.0)
        try:
            economy, scenario = draws.economy(i), draws.scenario(i)
            courses = variants(scenario, economy, partner=partner, spare=filled)
            found = {
                name: _measured(result, economy, groups)
                for name, result in _simulated(economy, courses).items()
            }
        except (ScenarioError, EconomyError) as error:
            failed += 1
            first_error = first_error or error
            continue
        ranked += bool(scenario.behaviour.priority)
        for name, values in found.items():
            days, industries = values.pop("day"), economy.industries.labels
            measured.setdefault(name, []).append(values)
        if progress is not None:
            progress(done + 1, len(picked))
    if not measured:
        raise first_error or InputError(Problem("draws", "there is none", "ask for at least one"))
    told = {
        name: xr.Dataset(
            {
                "path": (("draw", "series", "day"), _stacked(rows, "path"), {"units": "1"}),
                "lowest": (("draw", "industry"), _stacked(rows, "lowest"), {"units": "1"}),
                "first_stop": (("draw", "industry"), _stacked(rows, "first_stop"), {"units": "day"}),
                "unserved": (("draw", "bound_by"), _stacked(rows, "unserved"), {"units": "day"}),
            },
            coords={
                "series": ["gdp", "imports", "households", "government", *groups],
                "day": days,
                "industry": list(industries),
                "bound_by": ["inputs", "capacity"],
            },
        )
        for name, rows in measured.items()
    }
    return Runs(told, partner, ranked > 0, failed)


def _stacked(rows: Sequence[Mapping[str, npt.NDArray[Any]]], name: str) -> npt.NDArray[Any]:
    return np.stack([row[name] for row in rows])


def _simulated(economy: Economy, courses: Mapping[str, Scenario]) -> dict[str, SimulationResult]:
    """Courses that share a network are run side by side."""
    alike: dict[Hashable, list[str]] = {}
    for name, scenario in courses.items():
        key = network_key(scenario, parameters(scenario.behaviour, scenario.groups, scenario.shocks))
        alike.setdefault(key, []).append(name)
    found: dict[str, SimulationResult] = {}
    for names in alike.values():
        results = simulate_many(economy, [courses[name] for name in names])
        if any(result.outcome is Outcome.INTERRUPTED for result in results):
            raise KeyboardInterrupt
        found |= dict(zip(names, results, strict=True))
    return {name: found[name] for name in courses}


def _measured(
    result: SimulationResult, economy: Economy, groups: Mapping[str, Group]
) -> dict[str, npt.NDArray[Any]]:
    """What is kept of one course of one draw."""
    data = {name: found.values for name, found in result.data.data_vars.items()}
    base, output = data["output_base"], data["output"]
    sectors = np.array([sector for _, sector in economy.industries.pairs])
    gates = np.array([gate.product for gate in economy.gates])
    delivered, delivered_base = data["gate_delivery"], data["gate_delivery_base"]
    products = np.array(economy.products)

    def received(kind: FinalUseKind, among: Sequence[str]) -> Floats:
        users = np.array([user.kind is kind for user in economy.final_users])
        rows = np.isin(products, among)
        consumed = data["consumption"][:, rows][:, :, users].sum(axis=(1, 2))
        return _over(consumed, data["consumption_base"][rows][:, users].sum())

    def delivered_by(makers: Floats, among: Sequence[str]) -> Floats:
        made, bought = np.isin(sectors, among), np.isin(gates, among)
        flow = makers[:, made].sum(axis=1) + delivered[:, bought].sum(axis=1)
        return _over(flow, base[made].sum() + delivered_base[bought].sum())

    waiting = data["binding"] == Binding.DEMAND
    ready = np.where(waiting, np.maximum(output, base), output)

    def of_group(group: Group) -> Floats:
        match group.how:
            case "received":
                return received(FinalUseKind.HOUSEHOLDS, group.products)
            case "made":
                return delivered_by(output, group.products)
            case "available":
                return delivered_by(ready, group.products)
            case "scarcest":
                # fmin: a product that the table has not says nothing.
                each = [delivered_by(ready, (product,)) for product in group.products]
                return np.asarray(np.fmin.reduce(each))

    path = [
        _over(data["gdp"], data["value_added_base"].sum()),
        _over(delivered.sum(axis=1), delivered_base.sum()),
        received(FinalUseKind.HOUSEHOLDS, economy.products),
        received(FinalUseKind.GOVERNMENT, economy.products),
        *(of_group(group) for group in groups.values()),
    ]
    relative = np.where(base > 0, output / np.where(base > 0, base, 1.0), 1.0)
    left = np.maximum(data["demand"] - output, 0.0)
    held_back = (data["binding"] >= 0, data["binding"] == Binding.CAPACITY)
    stops = result.data["first_day_below"].sel(level=STOPS).values
    return {
        "path": np.stack(path).astype(np.float32),
        "lowest": rolling_mean(relative, WINDOW).min(axis=0),
        "first_stop": stops.astype(np.float64),
        "unserved": np.array([np.where(held, left, 0.0).sum() for held in held_back]) / base.sum(),
        "day": result.data["day"].values,
    }


def _over(flow: Floats, base: float) -> Floats:
    return flow / base if base > 0 else np.full(len(flow), np.nan)


def rolling_mean(values: Floats, window: int) -> Floats:
    """Means of so many rows in a row; of all rows if there are fewer."""
    window = min(window, len(values))
    added = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    return np.asarray((added[window:] - added[:-window]) / window)
