"""Alternatives: the same scenario with something otherwise, to stand beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from autarky.declared import Declared, Name
from autarky.errors import Problem, ScenarioError
from autarky.scenario.behaviour import Behaviour
from autarky.scenario.scenario import Scenario, Shock


class Alternative(Declared):
    """What is otherwise; all else is as the scenario declares it."""

    behaviour: dict[Name, Any] = {}  # noqa: RUF012 (pydantic copies it)
    """Fields of ``behaviour`` with other values. Groups of fields are merged field by field, anything else
    is replaced; null goes back to the preset."""
    shocks: tuple[Shock, ...] = ()
    """What happens besides."""
    without: tuple[Name, ...] = ()
    """Causes that are left out: all shocks with this ``cause``."""
    note: str = ""
    """What a reader should know of it, for instance whose proposal it is."""

    def of(self, scenario: Scenario) -> Scenario:
        """The scenario with this otherwise.

        Raises
        ------
        ScenarioError
            If its behaviour does not fit the scenario's.
        """
        behaviour = scenario.behaviour
        if self.behaviour:
            given = merged(behaviour.model_dump(mode="json", by_alias=True), self.behaviour)
            try:
                # By way of JSON: there, strict means the types of a file.
                behaviour = Behaviour.model_validate_json(json.dumps(given), strict=True)
            except ValidationError as error:
                raise ScenarioError(
                    Problem(
                        ".".join(("behaviour", *map(str, one["loc"]))), one["msg"], "see autarky schema study"
                    )
                    for one in error.errors(include_url=False)
                ) from error
        kept = tuple(shock for shock in scenario.shocks if shock.cause not in self.without)
        return scenario.model_copy(update={"behaviour": behaviour, "shocks": kept + self.shocks})

    def place_in_study(self, place: str, scenario: Scenario, name: str) -> str:
        """A place in ``of(scenario)``, such as ``shocks[3].origin``, as a place in the study."""
        field = re.match(r"behaviour\.(\w+)", place)
        if field is not None and field[1] in self.behaviour:
            return f"alternatives.{name}.{place}"
        numbered = re.match(r"shocks\[(\d+)\]", place)
        if numbered is None:
            return place
        kept = [k for k, shock in enumerate(scenario.shocks) if shock.cause not in self.without]
        k, rest = int(numbered[1]), place[numbered.end() :]
        if k < len(kept):
            return f"shocks[{kept[k]}]{rest}"
        return f"alternatives.{name}.shocks[{k - len(kept)}]{rest}"


def merged(base: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with the values of ``other``: mappings field by field, everything else replaced."""
    return {
        **base,
        **{
            key: merged(base[key], value)
            if isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
            else value
            for key, value in other.items()
        },
    }
