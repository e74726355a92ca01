"""Variants: the same scenario under the other values of the declared choices that decide the answer."""

from __future__ import annotations

from dataclasses import dataclass

from autarky.explanation.losses import imported_products
from autarky.explanation.names import texts
from autarky.results import SimulationResult
from autarky.scenario import ImportMode, ImportRule, ProductionFunction, Scenario, TechniqueChange

_IMPORTS = {
    ImportMode.COMPETITIVE: "if home products could replace imports",
    ImportMode.NON_COMPETITIVE: "if home products could not replace imports",
}
_PRODUCTION = {
    ProductionFunction.LEONTIEF: "if every input were essential",
    ProductionFunction.LINEAR: "if inputs could replace each other",
}


@dataclass(frozen=True)
class OtherChoice:
    """One declared choice turned round: in words, as a study writes it, and the scenario that has it."""

    sentence: str
    behaviour: str
    scenario: Scenario


def other_choices(scenario: Scenario, result: SimulationResult) -> tuple[OtherChoice, ...]:
    """The other default for imports, then the extremes of the production function; at most three.

    ``result`` is that of the scenario: it says what is in force where the scenario leaves it to the preset.
    Products whose imports the study declares by name keep their declaration. Without a shock nothing moves
    under any choice, so there is none to turn round.
    """
    if not scenario.shocks:
        return ()
    behaviour, in_force = scenario.behaviour, result.record.parameters
    changes: list[tuple[str, str, dict[str, object]]] = []
    if (mode := _other_import_mode(scenario, result)) is not None:
        rule = (behaviour.imports or ImportRule()).model_copy(update={"default": mode})
        changes.append((_IMPORTS[mode], f"imports: {{default: {mode.value}}}", {"imports": rule}))
    changes += [
        (sentence, f"production: {production.value}", {"production": production})
        for production, sentence in _PRODUCTION.items()
        if production != in_force["production"]
    ]
    return tuple(
        OtherChoice(
            sentence,
            told,
            scenario.model_copy(update={"behaviour": behaviour.model_copy(update=change)}),
        )
        for sentence, told, change in changes
    )


def _other_import_mode(scenario: Scenario, result: SimulationResult) -> ImportMode | None:
    """What the imports that are left to the default are not; None where no import is left to it.

    A technique that takes an input from home instead of from abroad has no meaning where the two are one.
    """
    changes = (shock for shock in scenario.shocks if isinstance(shock, TechniqueChange))
    if any(one.origin != "any" for change in changes for one in change.inputs):
        return None
    rule = scenario.behaviour.imports
    named = set(rule.competitive + rule.non_competitive) if rule else set()
    named |= {member for name in named for member in scenario.groups.get(name, ())}
    # Between regions every product may be imported.
    traded = imported_products(result)
    if len(set(texts(result.data, "region"))) > 1:
        traded |= set(texts(result.data, "slot_product"))
    origins = {
        origin
        for product, origin in zip(
            texts(result.data, "slot_product"), texts(result.data, "slot_origin"), strict=True
        )
        if product in traded - named
    }
    if not origins:
        return None
    return ImportMode.NON_COMPETITIVE if "any" in origins else ImportMode.COMPETITIVE
