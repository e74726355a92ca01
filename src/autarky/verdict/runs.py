"""Runs: the few courses of events that sentences are held against, over the draws of a study."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.economy import Economy, FinalUseKind
from autarky.errors import EconomyError, InputError, Problem, ScenarioError
from autarky.results import STOPS, Binding, Outcome, SimulationResult
from autarky.scenario import (
    ALL,
    Behaviour,
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
    CLOSURE_REPLACED: "the study, with home makers who may replace imports and have spare capacity",
    TOTAL_REPLACED: "no imports, with home makers who may replace them and have spare capacity",
}
"""Name of each course, and what happens in it."""

SPARE = 0.25
"""Spare capacity of home makers where they may replace imports, as a share of base output: an assumption."""


class Group(NamedTuple):
    """Products of one kind, and what tells that they are short."""

    how: Literal["received", "made", "available"]
    """``received``: by households. ``made``: by home makers and gates together. ``available``: the same, but
    on days on which only a lack of orders holds a home maker back it counts as delivering the base year's."""
    products: tuple[str, ...]
    """Codes; those that a table has not are passed over."""


GROUPS: Mapping[str, Group] = {
    "food": Group("received", ("agriculture", "fishing", "food")),
    "energy": Group("received", ("electricity", "petroleum", "coal")),
    "electricity": Group("received", ("electricity",)),
    "materials": Group(
        "available",
        (
            "other_mining",
            "textiles",
            "chemicals",
            "petroleum",
            "building_materials",
            "metals",
            "crude_oil",
            "fertiliser",
        ),
    ),
    "commerce": Group("made", ("trade",)),
}
"""Groups that sentences speak of, in the codes of the North Korean tables."""

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
    lost       draw, bound_by       output lost against base while inputs, capacity or demand bound, in base
                                    days
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
    scenario: Scenario, economy: Economy, *, partner: str = "CHINA", spare: float = SPARE
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
        if isinstance(shock, TradeCut | TradeSeries) and _limits_imports(shock, scenario, partners)
    ]
    if not partners or not limits:
        what = "limits no imports" if partners else "runs on a table without import gates"
        remedy = "give a study with a trade_cut or trade_series of imports, on a table with import gates"
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


def _limits_imports(cut: TradeCut | TradeSeries, scenario: Scenario, partners: Sequence[str]) -> bool:
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
    spare: float = SPARE,
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
        try:
            economy, scenario = draws.economy(i), draws.scenario(i)
            courses = variants(scenario, economy, partner=partner, spare=spare)
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
                "lost": (("draw", "bound_by"), _stacked(rows, "lost"), {"units": "day"}),
            },
            coords={
                "series": ["gdp", "imports", "households", "government", *groups],
                "day": days,
                "industry": list(industries),
                "bound_by": ["inputs", "capacity", "demand"],
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
        key = network_key(scenario, parameters(scenario.behaviour, scenario.groups))
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
    makers = {"made": output, "available": np.where(waiting, np.maximum(output, base), output)}
    everything = economy.products
    path = [
        _over(data["gdp"], data["value_added_base"].sum()),
        _over(delivered.sum(axis=1), delivered_base.sum()),
        received(FinalUseKind.HOUSEHOLDS, everything),
        received(FinalUseKind.GOVERNMENT, everything),
    ]
    for group in groups.values():
        if group.how == "received":
            path.append(received(FinalUseKind.HOUSEHOLDS, group.products))
        else:
            path.append(delivered_by(makers[group.how], group.products))
    relative = np.where(base > 0, output / np.where(base > 0, base, 1.0), 1.0)
    missing = np.maximum(base - output, 0.0)
    bound = (data["binding"] >= 0, data["binding"] == Binding.CAPACITY, waiting)
    stops = result.data["first_day_below"].sel(level=STOPS).values
    return {
        "path": np.stack(path).astype(np.float32),
        "lowest": rolling_mean(relative, WINDOW).min(axis=0),
        "first_stop": stops.astype(np.float64),
        "lost": np.array([np.where(held, missing, 0.0).sum() for held in bound]) / base.sum(),
        "day": result.data["day"].values,
    }


def _over(flow: Floats, base: float) -> Floats:
    return flow / base if base > 0 else np.full(len(flow), np.nan)


def rolling_mean(values: Floats, window: int) -> Floats:
    """Means of so many rows in a row; of all rows if there are fewer."""
    window = min(window, len(values))
    added = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    return np.asarray((added[window:] - added[:-window]) / window)
