"""Swings: one figure or parameter taken from another source, or at an end of its range, and the run again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autarky.economy import Economy
from autarky.errors import InputError, Problem, did_you_mean
from autarky.estimation.donors import donor_names
from autarky.estimation.estimate import estimate
from autarky.estimation.reading import packaged_recipes, read_recipe
from autarky.estimation.recipe import Measure, Recipe
from autarky.evidence import Claim, Evidence, resolve
from autarky.explanation.wording import rounded
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.study import accepted
from autarky.study_file import Study, study_from_bytes
from autarky.uncertainty import Uncertainty
from autarky.uncertainty.checking import driven_value, places_of
from autarky.uncertainty.distributions import Dirichlet, options_of, trials
from autarky.uncertainty.places import with_values
from autarky.uncertainty.section import Parameter
from autarky.workbench.levers import as_declared
from autarky.workbench.solved import Solved, side_by_side

AS_USED = "as used"
"""The choice that changes nothing."""
LEAST, MOST = "least", "most"
DONOR = "borrowed coefficients"
_PINNED = 1e-6
"""Relative room left around a figure that is set to one value; an assumption, for the solver's sake."""


@dataclass(frozen=True)
class Said:
    """What one source says of a figure."""

    says: str
    source: str
    grade: str
    """Admiralty: reliability of the source, credibility of the figure; empty for a parameter."""
    url: str
    """Empty unless it is an address of the web."""


@dataclass(frozen=True)
class Ground:
    """A figure behind the table, or a parameter of the study, and what it can be switched to."""

    key: str
    name: str
    of_table: bool
    said: tuple[Said, ...]
    choices: Mapping[str, str]
    """Key → words; the first is ``AS_USED``."""


def grounds(study: Study) -> tuple[Ground, ...]:
    """What the answer of a study rests on and can be switched, the table's figures first.

    Figures can be switched where the table is one that autarky estimates (its recipe comes along), and
    parameters where the study says what is uncertain. Otherwise there are none.
    """
    return (*_figures(study), *_parameters(study))


def switched(study: Study, chosen: Mapping[str, str]) -> tuple[Economy, Scenario]:
    """The table and the scenario of a study with some of its grounds switched: ground → choice.

    With nothing switched they are those of the study.

    Raises
    ------
    InputError
        If there is no such ground or choice, or no table keeps to what was chosen.
    """
    known = {ground.key: ground for ground in grounds(study)}
    problems = [
        Problem(key, "is nothing that can be switched", did_you_mean(key, tuple(known)))
        if key not in known
        else Problem(
            known[key].name, f"has no choice {choice!r}", did_you_mean(choice, [*known[key].choices])
        )
        for key, choice in chosen.items()
        if key not in known or choice not in known[key].choices
    ]
    if problems:
        raise InputError(problems)
    turned = {key: choice for key, choice in chosen.items() if choice != AS_USED}
    of_table = {key: choice for key, choice in turned.items() if known[key].of_table}
    with study.naming_places():
        economy = _estimated(study, of_table) if of_table else study.read_economy()
        return accepted(economy, study), _with_parameters(study, turned)


def _recipe_path(study: Study) -> Path | None:
    """The recipe of the table, where it is one that autarky estimates."""
    name = study.economy.embedded if study.economy is not None else None
    return packaged_recipes().get(name or "")


def _figures(study: Study) -> Iterator[Ground]:
    path = _recipe_path(study)
    if path is None:
        return
    file = read_recipe(path)
    recipe, evidence = file.recipe, file.read_evidence()
    donors = [Said(choice.name, choice.reason, "", "") for choice in recipe.donors]
    alone = {choice.name: f"{choice.name} alone" for choice in recipe.donors if choice.name in donor_names()}
    used = " and ".join(choice.name for choice in recipe.donors)
    yield Ground("donor", DONOR, True, tuple(donors), {AS_USED: f"{AS_USED}: {used}", **alone})
    if (rate := recipe.conversion) is not None:
        yield _figure("conversion", rate.figure, rate.as_of, evidence, 0.0)
    for k, measure in enumerate(recipe.measures):
        yield _figure(
            f"measure-{k}", measure.figure, measure.as_of, evidence, _error(recipe, measure, evidence)
        )


def _error(recipe: Recipe, measure: Measure, evidence: Evidence) -> float:
    """Relative room of a claim that states no range."""
    best = _best(evidence.on(measure.figure, measure.as_of))
    return recipe.errors.get(best.reliability, 0.0) if measure.error is None else measure.error


def _ends(claims: tuple[Claim, ...], error: float) -> tuple[float, float]:
    """The least and the most that the claims allow, in the unit of the best graded."""
    found = resolve(claims)[0]
    if found.low < found.high:
        return found.low, found.high
    return found.low - error * abs(found.low), found.high + error * abs(found.high)


def _best(claims: tuple[Claim, ...]) -> Claim:
    return min(claims, key=lambda claim: (claim.reliability, claim.credibility))


def _figure(key: str, figure: str, as_of: str, evidence: Evidence, error: float) -> Ground:
    claims = evidence.on(figure, as_of)
    used, (low, high) = resolve(claims)[0], _ends(claims, error)
    choices = {AS_USED: f"{AS_USED}: {rounded(used.value, 4)} {used.unit}"}
    if low < high:
        choices |= {LEAST: f"at its least: {rounded(low, 4)}", MOST: f"at its most: {rounded(high, 4)}"}
    for claim in claims:
        if claim.source != evidence.claim(used.claims[0]).source:
            choices[f"source {claim.source}"] = f"{claim.source}: {rounded(claim.value, 4)} {claim.unit}"
    said = [
        Said(
            f"{rounded(claim.value, 4)} {claim.unit}",
            evidence.cite(claim),
            claim.grade,
            evidence.sources[claim.source].url,
        )
        for claim in claims
    ]
    return Ground(key, f"{figure}, {as_of}", True, tuple(said), choices)


def _estimated(study: Study, chosen: Mapping[str, str]) -> Economy:
    """The table estimated again, with some of its figures at other values."""
    path = _recipe_path(study)
    assert path is not None  # only its figures can be switched
    file = read_recipe(path)
    recipe, evidence = file.recipe, file.read_evidence()
    measures = list(recipe.measures)
    changes: dict[str, object] = {}
    for key, choice in chosen.items():
        if key == "donor":
            changes["donors"] = tuple(donor for donor in recipe.donors if donor.name == choice)
        elif key == "conversion" and recipe.conversion is not None:
            evidence = _pinned(evidence, recipe.conversion.figure, recipe.conversion.as_of, choice, 0.0)
        else:
            k = int(key.removeprefix("measure-"))
            one = measures[k]
            error = _error(recipe, one, evidence)
            evidence = _pinned(evidence, one.figure, one.as_of, choice, error)
            measures[k] = one.model_copy(update={"error": _PINNED, "resolve": "range"})
    recipe = recipe.model_copy(update={**changes, "measures": tuple(measures)})
    donors = {name: donor for name, donor in file.read_donors().items() if name in _names(recipe)}
    return study.in_groups(estimate(recipe, evidence, donors, draws=0).economy)


def _names(recipe: Recipe) -> set[str]:
    return {choice.name for choice in recipe.donors}


def _pinned(evidence: Evidence, figure: str, as_of: str, choice: str, error: float) -> Evidence:
    """The claims with a single one on a figure: at an end of its range, or another source's."""
    claims = evidence.on(figure, as_of)
    best = _best(claims)
    if choice.startswith("source "):
        kept = next(claim for claim in claims if f"source {claim.source}" == choice)
    else:
        value = _ends(claims, error)[choice == MOST]
        kept = best.model_copy(update={"value": value, "low": value, "high": value})
    others = tuple(claim for claim in evidence.claims if claim not in claims)
    return replace(evidence, claims=(*others, kept))


def _parameters(study: Study) -> Iterator[Ground]:
    """Parameters of the scenario, each with both ends and the middle of its distribution, or its options."""
    for k, parameter in enumerate(_driving(study.uncertainty)):
        spread = parameter.distribution
        assert not isinstance(spread, Dirichlet)
        unit = f" {parameter.unit}" if parameter.unit else ""
        options = options_of(spread)
        sources = [Said(str(one.value), one.source, "", "") for one in options if getattr(one, "source", "")]
        said = sources or [Said(spread.in_words() + unit, parameter.source, "", "")]
        choices = {
            key: f"{which}: {rounded(round(value, 6), 3) if isinstance(value, float) else value}{unit}"
            if not options
            else str(value)
            for key, (which, value) in _values(parameter).items()
        }
        yield Ground(
            f"parameter-{k}", parameter.name, False, tuple(said), {AS_USED: "as declared", **choices}
        )


def _driving(uncertainty: Uncertainty | None) -> list[Parameter]:
    """Parameters that set, scale or shift a place of the scenario by a single value."""
    return [
        one
        for one in (uncertainty.parameters if uncertainty is not None else ())
        if (one.sets or one.scales or one.shifts) and not isinstance(one.distribution, Dirichlet)
    ]


def _values(parameter: Parameter) -> dict[str, tuple[str, object]]:
    """Key of a choice → (what it is in words, the value)."""
    assert not isinstance(parameter.distribution, Dirichlet)
    found = trials(parameter.distribution).items()
    return {which.replace(" ", "-"): (which, value) for which, value in found}


def _with_parameters(study: Study, chosen: Mapping[str, str]) -> Scenario:
    scenario = study.scenario_to_run
    values = []
    for k, parameter in enumerate(_driving(study.uncertainty)):
        if (choice := chosen.get(f"parameter-{k}")) is not None:
            value = _values(parameter)[choice][1]
            for place in places_of(parameter, scenario):
                values.append((place, driven_value(parameter, place, value, scenario.end)))
    return with_values(scenario, scenario.model_dump(), values)


def swing(content: bytes, path: Path, digest: str, chosen: Mapping[str, str]) -> Solved:
    """What a run comes to with some of its grounds switched, beside what it comes to as declared.

    Raises
    ------
    InputError
        As ``switched``; if the run's table is gone or another.
    """
    _, _, declared = as_declared(content, path, digest)
    study = study_from_bytes(content, path)
    economy, scenario = switched(study, chosen)
    names = {ground.key: ground for ground in grounds(study)}
    changes = [f"{names[key].name}: {names[key].choices[choice]}" for key, choice in chosen.items()]
    return side_by_side(declared, simulate(economy, scenario), changes)
