"""A recipe file into a Recipe, with the claims and the donors that it names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from autarky.document import Document, Node, follow, read_bytes, read_document, steps_of
from autarky.errors import EvidenceError, InputError, Problem, did_you_mean
from autarky.estimation.donors import Donor, donor_names, packaged_donor, read_donor
from autarky.estimation.recipe import Recipe
from autarky.evidence import Evidence, evidence_folder, read_evidence

RECIPE = Document(
    name="recipe",
    error=EvidenceError,
    begin="begin one from a copy of one that comes with autarky: autarky estimate --list",
    outline="'version: 1', 'title: …', 'claims: …', 'donors: …', 'measures: …'",
    large="a recipe is short; claims stand in files of their own",
)


@dataclass(frozen=True)
class RecipeFile:
    """A recipe as it was read: what it says, and where each value of it stands."""

    recipe: Recipe
    path: Path
    content: bytes
    tree: Node

    def locate(self, place: str) -> str:
        """``measures[0].figure`` → ``file:line:column``."""
        mark = follow(self.tree, steps_of(place, self.tree))[1].mark
        return f"{self.path}:{mark.line}:{mark.column}"

    @contextmanager
    def naming_places(self) -> Iterator[None]:
        """Inside, whatever is wrong with the recipe is told as ``file:line:column``."""
        try:
            yield
        except InputError as error:
            placed = [
                replace(problem, place=self.locate(problem.place))
                if steps_of(problem.place, self.tree)
                else problem
                for problem in error.problems
            ]
            raise type(error)(placed) from error

    def read_evidence(self) -> Evidence:
        """The claims it names: of files that count from the recipe, or that come with autarky."""
        paths, problems = [], []
        for k, name in enumerate(self.recipe.claims):
            path = self.path.parent / name
            try:
                paths.append(path if path.exists() else evidence_folder(name))
            except EvidenceError as error:
                what = f"no such claim file, and no evidence of that name: {name}"
                problems.append(Problem(self.locate(f"claims[{k}]"), what, error.problems[0].remedy))
        if problems:
            raise EvidenceError(problems)
        return read_evidence(paths)

    def read_donors(self) -> dict[str, Donor]:
        """The donors it names: folders that count from the recipe, or those that come with autarky."""
        found, problems = {}, []
        for k, choice in enumerate(self.recipe.donors):
            path = self.path.parent / choice.name
            if path.is_dir():
                found[choice.name] = read_donor(path)
            elif choice.name in donor_names():
                found[choice.name] = packaged_donor(choice.name)
            else:
                place = self.locate(f"donors[{k}].name")
                remedy = did_you_mean(choice.name, donor_names())
                problems.append(Problem(place, f"no such donor: {choice.name}", remedy))
        if problems:
            raise EvidenceError(problems)
        return found


def read_recipe(path: str | Path) -> RecipeFile:
    """The recipe in a YAML file.

    Raises
    ------
    EvidenceError
        With every problem found, each at ``file:line:column``.
    """
    path = Path(path)
    content = read_bytes(path, RECIPE)
    recipe, tree = read_document(content, path, Recipe, RECIPE)
    return RecipeFile(recipe, path, content, tree)


def packaged_recipes() -> dict[str, Path]:
    """Name → file of the recipes that come with autarky."""
    folder = Path(str(files("autarky"))) / "data" / "recipes"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def recipe_schema_text() -> str:
    """JSON Schema (draft 2020-12) of the recipe file, as it is committed and printed."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "autarky recipe"}
    schema = {**Recipe.model_json_schema(by_alias=True), **title}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
