"""Places: ``behaviour.inventory_days.default`` → a value of a scenario, and another value put there."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from autarky.errors import Problem, ScenarioError, did_you_mean
from autarky.scenario import PerProduct, Scenario, Shock

Step = str | int

_KINDS = {model.model_fields["kind"].default for model in get_args(get_args(Shock)[0])}
"""What pydantic puts into the place of a problem beside the fields: the kind of shock."""
_SAME_FOR_ALL = ("name", "start", "days", "groups")
_STEP = re.compile(
    r"""\.?(?:\[(?P<index>\d+)\]|\[?(?P<quote>["'])(?P<key>.+?)(?P=quote)\]?|(?P<name>[^.\[\]"']+))"""
)


@dataclass(frozen=True)
class Place:
    """A value of a scenario that draws may change."""

    spelt: str
    """As the study spells it."""
    steps: tuple[Step, ...]
    """Field names, positions and keys that lead there."""
    central: Any
    """What the scenario has there; None if it is left to the preset."""

    @property
    def product(self) -> str | None:
        """The product code (or group) whose own number this is; None elsewhere."""
        return str(self.steps[-1]) if len(self.steps) > 1 and self.steps[-2] == "products" else None


def find(path: str, scenario: Scenario) -> Place:
    """The place a path spells. It exists, or may be filled in: what is left to the preset can be set.

    Raises
    ------
    ScenarioError
        With one problem, whose place is the path.
    """
    steps: list[Step] = []
    value: Any = scenario
    annotation: Any = Scenario
    for step in _split(path):
        here = path_of(steps)
        if (model := _model(value, annotation)) is not None:
            known = {field.alias or name: name for name, field in model.model_fields.items()}
            name = str(step) if step in model.model_fields else known.get(str(step))
            if name is None:
                what = f"there is no {str(step)!r} in {here or 'a scenario'}"
                raise _refused(path, what, did_you_mean(str(step), tuple(known)))
            annotation = model.model_fields[name].annotation
            value = getattr(value, name, None)
            steps.append(name)
        elif isinstance(value, tuple):
            if not isinstance(step, int) or step >= len(value):
                remedy = f"count from 0: {here}[0]" if value else "declare it in the scenario first"
                raise _refused(path, f"{here} has {len(value)} entries, and no {step!r}", remedy)
            value, annotation = value[step], None
            steps.append(step)
        elif isinstance(value, dict) or get_origin(annotation) is dict:
            steps.append(str(step))
            value, annotation = (value or {}).get(str(step)), None
        else:
            raise _refused(path, f"{here} is a single value, with no {step!r} in it", f"write {here}")
    if not steps or steps[0] in _SAME_FOR_ALL:
        remedy = "give a place under shocks or behaviour"
        raise _refused(path, f"{path_of(steps[:1]) or 'the scenario'} is the same for all draws", remedy)
    model = _model(value, annotation)
    if model is PerProduct:
        steps.append("default")
        value = getattr(value, "default", None)
    elif model is not None:
        known = {
            f"{path_of(steps)}.{field.alias or name}": name for name, field in model.model_fields.items()
        }
        raise _refused(
            path, f"{path_of(steps)} is a group of fields", "name one of them: " + ", ".join(known)
        )
    elif isinstance(value, tuple | dict):
        example = f"{path_of(steps)}[0]" if isinstance(value, tuple) else f'{path_of(steps)}."code"'
        raise _refused(path, f"{path_of(steps)} holds several values", f"name one entry: {example}")
    return Place(path, tuple(steps), value)


def with_values(scenario: Scenario, dump: Any, values: Iterable[tuple[Place, Any]]) -> Scenario:
    """The scenario with other values at some places, checked as if it had been read so.

    Parameters
    ----------
    scenario : Scenario
        Returned as it is if there are no values.
    dump : mapping
        ``scenario.model_dump()``, made once for many calls.
    values : iterable of (place, value)

    Raises
    ------
    ScenarioError
        If a value does not fit, with the place it was meant for.
    """
    chosen = list(values)
    if not chosen:
        return scenario
    for place, value in chosen:
        dump = _replaced(dump, place.steps, value)
    try:
        return Scenario.model_validate(dump)
    except ValidationError as error:
        raise ScenarioError(_problem(error, chosen)) from error


def shifted(date: datetime.date, days: float) -> datetime.date:
    """The date so many whole days later, halves to even.

    Raises
    ------
    OverflowError
        If the calendar does not reach that far.
    """
    return date + datetime.timedelta(days=round(days))


def path_of(steps: Iterable[Step]) -> str:
    """``("shocks", 0, "start")`` → ``shocks[0].from``: steps as a study spells them."""
    text = ""
    for step in steps:
        spelt = "from" if step == "start" and text else step
        text += f"[{step}]" if isinstance(step, int) else f".{spelt}"
    return text.lstrip(".")


def _split(path: str) -> Iterator[Step]:
    rest = path.removeprefix("scenario.")
    while rest:
        found = _STEP.match(rest)
        if found is None:
            remedy = 'write it like shocks[0].share_kept or behaviour.inventory_days.products."334"'
            raise _refused(path, f"cannot be read as a place from {rest!r} on", remedy)
        yield int(found["index"]) if found["index"] else found["key"] or found["name"]
        rest = rest[found.end() :]


def _model(value: Any, annotation: Any) -> type[BaseModel] | None:
    """The model that stands at a place or, where nothing does, may stand there."""
    if isinstance(value, BaseModel):
        return type(value)
    if value is not None:
        return None
    return next(_models(annotation), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) not in (tuple, dict):
        for argument in get_args(annotation):
            yield from _models(argument)


def _replaced(node: Any, steps: tuple[Step, ...], value: Any) -> Any:
    """A copy along the path only: everything beside it is shared."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        return tuple(_replaced(item, rest, value) if k == step else item for k, item in enumerate(node))
    return {**(node or {}), step: _replaced((node or {}).get(step), rest, value)}


def _problem(error: ValidationError, chosen: list[tuple[Place, Any]]) -> Problem:
    """The first thing wrong, told at the place whose value caused it."""
    first = error.errors(include_url=False)[0]
    names = [step for step in first["loc"] if step not in _KINDS]
    place, value = next(
        (one for one in chosen if list(one[0].steps[: len(names)]) == names[: len(one[0].steps)]), chosen[0]
    )
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    what, _, remedy = message.partition("; ")
    shown = f"{value:.6g}" if isinstance(value, float) else str(value)
    what = f"cannot be {shown}: {what[:1].lower()}{what[1:]}"
    return Problem(place.spelt, what, remedy or "narrow the distribution")


def _refused(path: str, what: str, remedy: str) -> ScenarioError:
    return ScenarioError(Problem(path, what, remedy))
