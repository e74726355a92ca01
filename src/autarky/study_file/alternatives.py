"""What is wrong with a study's alternatives: found in the file itself, at the place of each value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from autarky.document import Document, Mark, Node, Step, model_of
from autarky.errors import InputError, Problem, did_you_mean
from autarky.scenario import Scenario
from autarky.scenario.alternatives import Alternative
from autarky.study_file.model import Study

Contradictions = Callable[[Scenario], Iterable[tuple[tuple[Step, ...], str, str]]]


def problems_of_alternatives(
    study: Study, tree: Node, document: Document, contradictions: Contradictions
) -> Iterator[Problem]:
    """Causes that no shock has, behaviour that no scenario could have, shocks that contradict themselves."""
    scenario = study.scenario_to_run
    causes = tuple(dict.fromkeys(shock.cause for shock in scenario.shocks if shock.cause is not None))
    for name, alternative in study.alternatives.items():
        here: tuple[Step, ...] = ("alternatives", name)
        for k, cause in enumerate(alternative.without):
            if cause not in causes:
                what = f"no shock has the cause {cause!r}"
                yield Problem(study.place_of((*here, "without", k)), what, did_you_mean(cause, causes))
        found = list(_of_behaviour(name, tree, document, study.path or Path()))
        yield from found
        if not found:
            yield from _of_shocks(study, name, alternative, contradictions)


def _of_behaviour(name: str, tree: Node, document: Document, path: Path) -> Iterator[Problem]:
    """The scenario is read again with the alternative's behaviour laid over its own."""
    scenario = tree.child("scenario")
    alternatives = tree.child("alternatives")
    given = alternatives and (one := alternatives.child(name)) and one.child("behaviour")
    if scenario is None or given is None or not isinstance(scenario.value, dict):
        return
    behaviour = _laid_over(scenario.child("behaviour"), given)
    read = replace(scenario, value={**scenario.value, "behaviour": behaviour})

    def place(mark: Mark) -> str:
        return f"{path}:{mark.line}:{mark.column}"

    try:
        model_of(read, place, Scenario, document)
    except InputError as error:
        yield from error.problems


def _laid_over(base: Node | None, other: Node) -> Node:
    if base is None or not (isinstance(base.value, dict) and isinstance(other.value, dict)):
        return other
    laid = {key: _laid_over(base.value.get(key), value) for key, value in other.value.items()}
    return replace(other, value={**base.value, **laid}, keys={**base.keys, **other.keys})


def _of_shocks(
    study: Study, name: str, alternative: Alternative, contradictions: Contradictions
) -> Iterator[Problem]:
    """Contradictions that the scenario has not by itself."""
    scenario = study.scenario_to_run
    other = alternative.of(scenario)
    first = len(other.shocks) - len(alternative.shocks)
    own = {(what, remedy) for _, what, remedy in contradictions(scenario)}
    for steps, what, remedy in contradictions(other):
        match steps:
            case ("shocks", int(k), *rest) if k >= first:
                yield Problem(
                    study.place_of(("alternatives", name, "shocks", k - first, *rest)),
                    what.replace(f"shocks[{k}]", f"shocks[{k - first}]"),
                    remedy,
                )
            case ("behaviour", *rest) if (what, remedy) not in own:
                yield Problem(study.place_of(("alternatives", name, "behaviour", *rest)), what, remedy)
