"""A study file into a Study: strict, and with all problems at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autarky.declared import ALL
from autarky.document import Document, Step, read_bytes, read_document
from autarky.errors import Problem, ScenarioError
from autarky.scenario import Dated, Scenario, Starting, TradeCut, TradeSeries
from autarky.study_file.alternatives import problems_of_alternatives
from autarky.study_file.model import Study
from autarky.study_file.unread import problems_of_unread
from autarky.uncertainty import problems as problems_of

STUDY = Document(
    name="study",
    error=ScenarioError,
    begin="begin one with: autarky new my.yaml",
    outline="'version: 1', 'title: …', 'economy: …', 'scenario: …' or 'plan: …'",
    implied="scenario",
    large="a study is short; tables are named in it by path",
)


def read_study(path: str | Path) -> Study:
    """The study in a YAML file.

    Names of regions, sectors and users are held against the table when the study runs; everything else is
    checked here.

    Raises
    ------
    ScenarioError
        With every problem found, each at ``file:line:column``.
    """
    return study_from_bytes(read_bytes(Path(path), STUDY), Path(path))


def study_from_bytes(content: bytes, path: Path) -> Study:
    """The study in a file's bytes at hand; ``path`` says where the file counts as lying."""
    study, tree = read_document(content, path, Study, STUDY, _named)
    study._path, study._tree, study._content = path, tree, content
    found = [
        Problem(study.place_of(("scenario", *steps)), what, remedy)
        for steps, what, remedy in (_contradictions(study.scenario) if study.scenario else ())
    ]
    if study.alternatives:
        found += problems_of_alternatives(study, tree, STUDY, _contradictions)
    found += () if found else problems_of_unread(study)
    if study.uncertainty is not None and study.scenario is not None:
        # What the scenario contradicts in any case is told once, and not again for each trial.
        also = (lambda trial: ()) if found else _contradictions
        found += [
            Problem(study.place_of(("uncertainty", *steps)), what, remedy)
            for steps, what, remedy in problems_of(study.uncertainty, study.scenario, also)
        ]
    if found:
        raise ScenarioError(found)
    return study


def _named(plain: dict[str, Any]) -> None:
    """A scenario without a name of its own bears the study's title."""
    if isinstance(plain.get("scenario"), dict) and isinstance(plain.get("title"), str):
        plain["scenario"].setdefault("name", plain["title"])


def _contradictions(scenario: Scenario) -> Iterator[tuple[tuple[Step, ...], str, str]]:
    """What no single field can see: dates outside the run, one shock given twice, empty lists."""
    if not 1800 <= scenario.start.year <= 2500:
        yield ("start",), f"start is {scenario.start}", "give a year between 1800 and 2500"
        return
    for position, shock in enumerate(scenario.shocks):
        here: tuple[Step, ...] = ("shocks", position)
        if isinstance(shock, Starting):
            yield from _outside(scenario, (*here, "from"), shock.start)
        if isinstance(shock, Dated) and shock.until is not None:
            yield from _outside(scenario, (*here, "until"), shock.until)
        if shock in scenario.shocks[:position]:
            first = scenario.shocks.index(shock)
            yield here, f"shocks[{position}] says the same as shocks[{first}]", "delete one of the two"
        for name, value in shock:
            if value == ():
                yield (*here, name), f"shocks[{position}].{name} is an empty list", "name one, or write all"
        if (
            isinstance(shock, TradeCut | TradeSeries)
            and shock.origin == shock.destination != ALL
            and len(shock.origin) == 1
            and shock.origin[0] not in scenario.groups
        ):
            what = f"shocks[{position}] cuts {shock.origin[0]!r} from itself"
            yield (
                (*here, "destination"),
                what,
                "name another region; inside a region nothing is cut",
            )
    for name, members in scenario.groups.items():
        if name == ALL:
            yield ("groups", name), "a group is called 'all'", "choose another name: 'all' means everything"
        if not members:
            yield ("groups", name), f"the group {name!r} is empty", "name its members"
    rule = scenario.behaviour.imports
    if rule is not None:
        for product in sorted(set(rule.competitive) & set(rule.non_competitive)):
            place = ("behaviour", "imports", "non_competitive", rule.non_competitive.index(product))
            yield place, f"{product!r} is both competitive and non_competitive", "name it in one of the two"


def _outside(
    scenario: Scenario, steps: tuple[Step, ...], day: datetime.date
) -> Iterator[tuple[tuple[Step, ...], str, str]]:
    name = f"shocks[{steps[1]}].{steps[2]}"
    if day < scenario.start:
        yield (
            steps,
            f"{name} is {day}, before the run starts on {scenario.start}",
            "move one of the two dates",
        )
    elif day > scenario.end:
        needed = (day - scenario.start).days + 1
        remedy = f"raise days from {scenario.days} to at least {needed}, or move the date"
        yield steps, f"{name} is {day}, after the last day of the run, {scenario.end}", remedy
