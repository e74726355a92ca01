"""Unread: numbers that a study declares and no run of it would read, alternatives and draws included."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Set
from typing import Any

from autarky.document import Step
from autarky.errors import Problem
from autarky.scenario import Allocation, InstitutionChange, ProductionFunction, Rationing, Scenario
from autarky.scenario.alternatives import Alternative
from autarky.study_file.model import Study

_ELASTICITIES, _BIDS = "elasticities", "willingness_to_pay"
_SAID = {
    _ELASTICITIES: ("are read under production: ces alone", "declare production: ces, or delete them"),
    _BIDS: ("is read where something goes by market, and here nothing does", "let something, or delete it"),
}


def problems_of_unread(study: Study) -> Iterator[Problem]:
    """Elasticities without production: ces, and bids without a market, each at its place."""
    if study.scenario is None:
        return
    runs = {name: one.of(study.scenario) for name, one in study.alternatives.items()}
    drawn = set(_read_by_draws(study))
    read = drawn.union(*map(_read, (study.scenario, *runs.values())))
    places = [
        ("scenario", *steps)
        for steps in (
            *_of_behaviour(study.scenario.behaviour.model_dump(), read),
            *_of_shocks(study.scenario, read),
        )
    ]
    for name, one in study.alternatives.items():
        mine = drawn.union(_read(runs[name]))
        found = (*_of_behaviour(one.behaviour, mine), *_of_shocks(one, mine))
        places += [("alternatives", name, *steps) for steps in found]
    for place in places:
        what, remedy = _SAID[str(place[-1])]
        yield Problem(study.place_of(place), f"{place[-1]} {what}", remedy)


def _of_behaviour(given: Mapping[str, Any], read: Set[Hashable]) -> Iterator[tuple[Step, ...]]:
    """Where a behaviour, or what an alternative lays over one, declares what nobody reads."""
    if given.get(_ELASTICITIES) is not None and _ELASTICITIES not in read:
        yield "behaviour", _ELASTICITIES
    if (given.get("allocation") or {}).get(_BIDS) and _BIDS not in read:
        yield "behaviour", "allocation", _BIDS


def _of_shocks(given: Scenario | Alternative, read: Set[Hashable]) -> Iterator[tuple[Step, ...]]:
    """Where a change of institutions states bids that nobody reads."""
    for k, shock in enumerate(given.shocks):
        details = shock.allocation if isinstance(shock, InstitutionChange) else None
        if details is not None and details.willingness_to_pay and id(details) not in read:
            yield "shocks", k, "allocation", _BIDS


def _read(run: Scenario) -> Iterator[Hashable]:
    """What a run reads: of its behaviour by name, of a change of institutions by the id of its details."""
    behaviour = run.behaviour
    if behaviour.production is ProductionFunction.CES:
        yield _ELASTICITIES
    own: Allocation | None
    changes = [(one.rationing, one.allocation) for one in run.shocks if isinstance(one, InstitutionChange)]
    for rationing, own in ((None, None), *changes):
        allocation = own or behaviour.allocation or Allocation()
        if allocation.rules(rationing or behaviour.rationing) & {Rationing.MARKET, Rationing.MIXED}:
            yield _BIDS if own is None else id(own)


def _read_by_draws(study: Study) -> Iterator[Hashable]:
    """What some draw may read, whatever the scenario says: draws can choose rules."""
    for parameter in study.uncertainty.parameters if study.uncertainty is not None else ():
        for place in parameter.sets or ():
            if place.endswith("production"):
                yield _ELASTICITIES
            if "rationing" in place or "by_product" in place:
                yield _BIDS
                declared = [
                    study.scenario_to_run.shocks,
                    *(one.shocks for one in study.alternatives.values()),
                ]
                yield from (id(getattr(one, "allocation", None)) for shocks in declared for one in shocks)
