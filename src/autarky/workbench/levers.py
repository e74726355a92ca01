"""Levers: what can be moved beside an answer, and what the study comes to with it moved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from autarky.economy import Economy
from autarky.errors import InputError, Problem, ScenarioError, did_you_mean
from autarky.explanation import other_choices
from autarky.explanation.conditions import conditions
from autarky.explanation.lifelines import Lifelines
from autarky.explanation.names import Names, texts
from autarky.explanation.wording import listing, plain
from autarky.results import FALLS, STOPS, SimulationResult
from autarky.scenario import BlocCut, Scenario, TradeCut, TradeSeries
from autarky.simulation import simulate
from autarky.simulation.presets import parameters
from autarky.study import same_table
from autarky.study_file import study_from_bytes
from autarky.workbench.solved import Solved, side_by_side
from autarky.workbench.splicing import plain_of, put

MOST_CUTS, MOST_GATES = 6, 300
"""Cuts that have a lever of their own; imports that can be named."""
KEPT = (1, 3, 5)
"""How many of the imports to keep first are offered."""
BY_HAND = ("gate-1", "gate-2", "gate-3")
"""Levers that name an import to keep."""

Settings = Mapping[str, str]
"""Name of a lever → what a form says; what is left out, or empty, is as declared."""
Edits = dict[tuple[str | int, ...], Any]
"""Place in a scenario → what stands there instead, JSON-ready."""
Cut = TradeCut | BlocCut | TradeSeries


class Kind(StrEnum):
    """How a lever is moved."""

    SLIDER = "slider"
    CHOICE = "choice"
    NAME = "name"


@dataclass(frozen=True)
class Lever:
    """Something that can be moved: a number on a slider, one of several choices, or a name from a list."""

    name: str
    kind: Kind
    label: str
    declared: str = ""
    """Where it stands in the study, as a form says it."""
    high: int = 100
    """Of a slider: from 0 to here, in steps of 1."""
    unit: str = "%"
    options: tuple[tuple[str, str], ...] = ()
    """Of a choice or a name: (value, words)."""
    note: str = ""


def levers_of(
    scenario: Scenario, result: SimulationResult | None = None, keep_first: Lifelines | None = None
) -> tuple[Lever, ...]:
    """What can be moved in a scenario.

    Parameters
    ----------
    result : SimulationResult, optional
        The scenario's: without it (draws have none) levers that need to know what happened are left out.
    keep_first : Lifelines, optional
        Which imports to keep, where that was asked.
    """
    return (
        *_trade_levers(scenario, result),
        *_stock_levers(result),
        *_keep_levers(result, keep_first),
        *_rule_levers(scenario, result),
    )


def with_levers(
    scenario: Scenario,
    settings: Settings,
    result: SimulationResult | None = None,
    keep_first: Lifelines | None = None,
) -> Scenario:
    """The scenario with levers moved; the same object where every lever stands as declared.

    Raises
    ------
    InputError
        For each lever that is moved to where it cannot go.
    """
    edits = edits_of(scenario, settings, result, keep_first)
    if not edits:
        return scenario
    return edited(scenario, edits)


def edited(scenario: Scenario, edits: Edits) -> Scenario:
    """The scenario with some of its places set to other values, checked as if it had been read so.

    Raises
    ------
    ScenarioError
        For each value that does not fit.
    """
    given = scenario.model_dump(mode="json", by_alias=True)
    for place, value in edits.items():
        _put(given, place, value)
    try:
        # By way of JSON: there, strict means the types of a file.
        return Scenario.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        raise ScenarioError(
            Problem(".".join(map(str, one["loc"])), one["msg"], "move the lever back")
            for one in error.errors(include_url=False)
        ) from error


def edits_of(
    scenario: Scenario,
    settings: Settings,
    result: SimulationResult | None = None,
    keep_first: Lifelines | None = None,
) -> Edits:
    """What moving levers changes in a scenario.

    Raises
    ------
    InputError
        For each lever that is moved to where it cannot go.
    """
    moved = moved_of(levers_of(scenario, result, keep_first), settings)
    return {
        **_trade_edits(scenario, result, moved),
        **_stock_edits(scenario, result, moved),
        **_keep_edits(scenario, result, keep_first, moved),
        **_rule_edits(scenario, result, moved),
    }


def moved_of(levers: Iterable[Lever], settings: Settings) -> dict[str, str]:
    """The settings of levers that do not stand as declared.

    Raises
    ------
    InputError
        For each that is moved to where it cannot go.
    """
    moved, problems = {}, []
    for lever in levers:
        value = settings.get(lever.name, "").strip()
        if value in ("", lever.declared):
            continue
        if lever.kind is Kind.SLIDER:
            if not (value.isascii() and value.isdigit() and int(value) <= lever.high):
                remedy = f"give a whole number from 0 to {lever.high}"
                problems.append(Problem(lever.label, f"cannot be {value[:40]!r}", remedy))
        elif value not in (known := [option for option, _ in lever.options]):
            problems.append(Problem(lever.label, f"cannot be {value[:80]!r}", did_you_mean(value, known)))
        moved[lever.name] = value
    if problems:
        raise InputError(problems)
    return moved


def told(levers: Iterable[Lever], settings: Settings) -> tuple[str, ...]:
    """What is moved, in words: ``Stocks of all inputs: 150 % instead of 100 %``.

    Raises
    ------
    InputError
        For each lever that is moved to where it cannot go.
    """
    levers = tuple(levers)
    moved = moved_of(levers, settings)
    return tuple(_in_words(lever, moved[lever.name]) for lever in levers if lever.name in moved)


def _in_words(lever: Lever, value: str) -> str:
    if lever.kind is Kind.SLIDER:
        return f"{lever.label}: {value} {lever.unit} instead of {lever.declared} {lever.unit}"
    return f"{lever.label}: {dict(lever.options)[value]}"


@lru_cache(maxsize=2)
def as_declared(content: bytes, path: Path, digest: str) -> tuple[Scenario, Economy, SimulationResult]:
    """A study's scenario, its table, and what happens as declared; kept for those who ask again.

    Raises
    ------
    InputError
        If the table is gone, or is not the one whose digest is given.
    """
    study = study_from_bytes(content, path)
    economy = same_table(study, digest)
    return study.scenario_to_run, economy, simulate(economy, study.scenario_to_run)


def solve(
    content: bytes,
    path: Path,
    digest: str,
    settings: Settings,
    keep_first: Lifelines | None = None,
    *,
    from_draws: bool = False,
) -> Solved:
    """What a study comes to with levers moved, beside what it comes to as declared.

    Parameters
    ----------
    content, path
        The study file, and where it counts as lying.
    digest
        Of the table that the run was made with.
    from_draws
        Whether the levers are those of draws, which know no result.

    Raises
    ------
    InputError
        If the table is gone or another, or a lever is moved to where it cannot go.
    """
    scenario, economy, declared = as_declared(content, path, digest)
    known = None if from_draws else declared
    changes = told(levers_of(scenario, known, keep_first), settings)
    other = with_levers(scenario, settings, known, keep_first)
    moved = declared if other is scenario else simulate(economy, other)
    return side_by_side(declared, moved, changes)


def study_with(
    content: bytes, edits: Edits, changes: Iterable[str], of: str, how: str = "levers moved"
) -> bytes:
    """A study file with its scenario changed; all else, its comments too, stays as it was written.

    Parameters
    ----------
    edits, changes
        As ``edits_of`` and ``told`` return them; what was changed is told in a comment on top.
    of
        The run that it was made from.
    how
        What was done, for the title and the comment.
    """
    text = content.decode("utf-8")
    for place, value in edits.items():
        text = put(text, ("scenario", *place), value)
    title = f"{plain(plain_of(text)['title'])[:160]}, {how}"
    text = put(text, ("title",), title)
    head = [f"# Made from the run {plain(of)}, {how}:", *(f"#   {plain(one)}" for one in changes)]
    return "\n".join([*head, "#", text]).encode("utf-8")


def _put(node: Any, place: tuple[str | int, ...], value: Any) -> None:
    """Sets a value in nested mappings and lists; a mapping that is not there, or empty, is made."""
    *steps, last = place
    for step in steps:
        if not isinstance(step, int) and node.get(step) is None:
            node[step] = {}
        node = node[step]
    node[last] = value


# Trade: a cut lets a share of the base year's flow through; what is missing in a series takes effect in part.


def _cuts(scenario: Scenario, result: SimulationResult | None) -> list[tuple[int, Cut]]:
    """Cuts that limit imports and not in money, each with its position among the shocks.

    In a national table what only home delivers is exports.
    """
    home: set[str] = set()
    if result is not None and texts(result.data, "gate"):
        home = set(texts(result.data, "region"))

    def opened(given: Any) -> set[str]:
        return {member for name in given for member in scenario.groups.get(name, (name,))}

    return [
        (k, shock)
        for k, shock in enumerate(scenario.shocks)
        if isinstance(shock, TradeSeries)
        or (isinstance(shock, TradeCut | BlocCut) and shock.share_kept is not None)
        if isinstance(shock, BlocCut) or shock.origin == "all" or not home or not opened(shock.origin) <= home
    ]


def _share(cut: Cut) -> int | None:
    """Per cent of base-year flow that a cut lets through; None for a series, which has no single one."""
    return None if isinstance(cut, TradeSeries) else round(100 * (cut.share_kept or 0.0))


def _trade_levers(scenario: Scenario, result: SimulationResult | None) -> Iterable[Lever]:
    cuts = _cuts(scenario, result)
    if not cuts:
        return
    shares = {_share(cut) for _, cut in cuts}
    held = sum(isinstance(shock, Cut) for shock in scenario.shocks) - len(cuts)
    note = f"{held} of the cuts (of exports, or held to an amount of money) stay as declared." if held else ""
    if len(shares) == 1 and None not in shares:
        label, place = "Imports let through", shares.pop()
    else:
        label, place = "Let through of what the cuts take away", 0
    yield Lever("trade", Kind.SLIDER, label, str(place), note=note)
    if len(cuts) < 2:
        return
    clauses: dict[int, str] = {}
    if result is not None:
        clauses = {k: one.text for k, one in enumerate(conditions(scenario, Names(result)))}
    for k, cut in cuts[:MOST_CUTS]:
        share, told_by = _share(cut), clauses.get(k) or f"shock {k + 1}"
        label = "Let through of what it takes away" if share is None else "Let through"
        yield Lever(f"trade-{k}", Kind.SLIDER, f"{label}: {told_by}", str(share or 0))


def _trade_edits(scenario: Scenario, result: SimulationResult | None, moved: Settings) -> Edits:
    cuts = _cuts(scenario, result)
    same = len({_share(cut) for _, cut in cuts}) == 1 and None not in {_share(cut) for _, cut in cuts}
    edits: Edits = {}
    for k, cut in cuts:
        own = moved.get(f"trade-{k}")
        given = own if own is not None else moved.get("trade")
        if given is None:
            continue
        through = int(given) / 100
        if isinstance(cut, TradeSeries):
            edits["shocks", k, "pass_through"] = round(cut.pass_through * (1 - through), 9)
        elif own is not None or same:
            edits["shocks", k, "share_kept"] = through
        else:
            kept = cut.share_kept or 0.0
            edits["shocks", k, "share_kept"] = round(kept + (1 - kept) * through, 9)
    return edits


# Stocks: days of use that industries hold, on the first day as a share of that.


def _stock_levers(result: SimulationResult | None) -> Iterable[Lever]:
    note = "100 % is what the study says; at 0 nothing is held beyond the day."
    yield Lever("stocks", Kind.SLIDER, "Stocks of all inputs", "100", high=400, note=note)
    if result is not None and (found := _first_input(result)) is not None:
        product, name = found
        held = round(_days_held(result, product))
        yield Lever(
            "stock",
            Kind.SLIDER,
            f"Stock of {name}",
            str(held),
            high=max(180, 2 * held),
            unit="days",
            note="The input for want of which the first industry stops, or falls.",
        )


def _first_input(result: SimulationResult) -> tuple[str, str] | None:
    """Code and name of the product for want of which the first industry stops, else falls."""
    levels = result.data["level"].values.astype(np.float64)
    for level in (STOPS, FALLS):
        row = int(np.argmin(np.abs(levels - level)))
        days = result.data["first_day_below"].transpose("level", "industry").values[row]
        slots = result.data["cause_binding"].transpose("level", "industry").values[row]
        wanting = [(int(days[j]), j) for j in range(len(days)) if days[j] >= 0 and slots[j] >= 0]
        if wanting:
            slot = int(slots[min(wanting)[1]])
            return texts(result.data, "slot_product")[slot], Names(result).slots[slot]
    return None


def _days_held(result: SimulationResult, product: str) -> float:
    in_force = result.record.parameters
    return float(in_force["by_product"]["inventory_days"].get(product, in_force["inventory_days"]))


def _stock_edits(scenario: Scenario, result: SimulationResult | None, moved: Settings) -> Edits:
    if not {"stocks", "stock"} & moved.keys():
        return {}
    given = scenario.behaviour.inventory_days
    default = parameters(scenario.behaviour, scenario.groups, scenario.shocks).preset.inventory_days
    times = int(moved.get("stocks", "100")) / 100
    products = {code: round(days * times, 9) for code, days in (given.products if given else {}).items()}
    if "stock" in moved and result is not None and (found := _first_input(result)) is not None:
        products[found[0]] = float(moved["stock"])
    source = "assumption: levers were moved"
    days = {"default": round(default * times, 9), "products": products, "source": source}
    return {("behaviour", "inventory_days"): days}


# Imports to keep: exempt from every cut.


def _keep_levers(result: SimulationResult | None, keep_first: Lifelines | None) -> Iterable[Lever]:
    if keep_first is not None:
        steps = keep_first.greedy
        offered = [number for number in KEPT if number <= len(steps)]
        options = [
            (str(number), f"the first {number}: {listing([step.name for step in steps[:number]], most=5)}")
            for number in offered
        ]
        yield Lever("keep", Kind.CHOICE, "Imports kept", options=(("", "as declared"), *options))
    gates = _gates(result)
    if gates:
        options = [(name, name) for name in gates][:MOST_GATES]
        for k, name in enumerate(BY_HAND, start=1):
            yield Lever(name, Kind.NAME, f"Keep also, {k}", options=tuple(options))


def _gates(result: SimulationResult | None) -> dict[str, tuple[str, str]]:
    """Imports that ever deliver less than in the base year: name → (partner, product), the largest first."""
    if result is None or not texts(result.data, "gate"):
        return {}
    base = result.data["gate_delivery_base"].values
    least = result.data["gate_delivery"].transpose("day", "gate").values.min(axis=0)
    names = Names(result).gates
    codes = list(zip(texts(result.data, "partner"), texts(result.data, "gate_product"), strict=True))
    short = [g for g in np.argsort(-base, kind="stable").tolist() if least[g] < 0.99 * base[g]]
    several = len({partner for partner, _ in codes}) > 1
    found: dict[str, tuple[str, str]] = {}
    for g in short:
        name = names[g].product + (f" from {names[g].partner}" if several else "")
        found[name if name not in found else f"{name} ({plain('.'.join(codes[g]))})"] = codes[g]
    return found


def _keep_edits(
    scenario: Scenario, result: SimulationResult | None, keep_first: Lifelines | None, moved: Settings
) -> Edits:
    kept: list[dict[str, Any]] = []
    if keep_first is not None and "keep" in moved:
        places = {one.gate: (one.partner, one.product) for one in keep_first.alone}
        for step in keep_first.greedy[: int(moved["keep"])]:
            partner, product = places[step.gate]
            kept.append({"origin": [partner], "destination": list(keep_first.regions), "products": [product]})
    gates = _gates(result)
    for partner, product in dict.fromkeys(gates[moved[name]] for name in BY_HAND if name in moved):
        kept.append({"origin": [partner], "destination": "all", "products": [product]})
    if not kept:
        return {}
    declared = scenario.model_dump(mode="json", by_alias=True)["exempt"]
    return {("exempt",): [*declared, *kept]}


# Rules: who is served first, and the choices that decide the answer.


def _rule_levers(scenario: Scenario, result: SimulationResult | None) -> Iterable[Lever]:
    options = [(value, words) for value, (words, _) in _rationing(scenario, result).items()]
    label = "Who is served when not all can be"
    yield Lever("rationing", Kind.CHOICE, label, options=(("", "as declared"), *options))
    if result is not None and (others := other_choices(scenario, result)):
        options = [(other.behaviour, other.sentence) for other in others]
        yield Lever("choice", Kind.CHOICE, "What decides", options=(("", "as declared"), *options))


def _rationing(scenario: Scenario, result: SimulationResult | None) -> dict[str, tuple[str, dict[str, Any]]]:
    """Value → words, and what it sets in ``behaviour``."""
    found: dict[str, tuple[str, dict[str, Any]]] = {
        "proportional": ("everybody the same share", {"rationing": "proportional"})
    }
    if scenario.behaviour.priority:
        found["priority"] = ("the ranks that the study declares", {"rationing": "priority"})
    kinds = set(texts(result.data, "kind")) if result is not None else set()
    for first in ("households", "industries"):
        if first in (kinds | {"industries"}) and kinds:
            ranks = ["households", "government", "industries", "investment", "exports"]
            order = [first, *(rank for rank in ranks if rank != first and rank in kinds | {"industries"})]
            value = {"rationing": "priority", "priority": [[rank] for rank in order]}
            found[f"{first}_first"] = (f"{first} first", value)
    return found


def _rule_edits(scenario: Scenario, result: SimulationResult | None, moved: Settings) -> Edits:
    edits: Edits = {}
    if "rationing" in moved:
        for field, value in _rationing(scenario, result)[moved["rationing"]][1].items():
            edits["behaviour", field] = value
    if "choice" in moved and result is not None:
        chosen = next(one for one in other_choices(scenario, result) if one.behaviour == moved["choice"])
        one, other = (which.behaviour.model_dump(mode="json") for which in (scenario, chosen.scenario))
        edits |= {("behaviour", field): other[field] for field in other if other[field] != one[field]}
    return edits
