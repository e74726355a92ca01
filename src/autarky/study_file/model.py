"""Study: which table, which scenario, and why; frozen, with the place of every value for messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from autarky import sources
from autarky.announcements import Announcement, Opinion
from autarky.declared import Declared, Name
from autarky.document import Node, Step, follow, steps_of
from autarky.economy import Economy
from autarky.errors import Problem, ScenarioError, SourceError, did_you_mean
from autarky.firm_network.section import FirmsSection
from autarky.household_groups import HouseholdGroup, with_household_groups
from autarky.planning.posing.section import PlanSection
from autarky.scenario import Scenario
from autarky.scenario.alternatives import Alternative
from autarky.uncertainty import Uncertainty

Text = Annotated[str, Field(max_length=10_000)]


class EconomyReference(Declared):
    """The table a study runs on: one that comes with autarky, or one on disk."""

    embedded: Name | None = None
    """Name of a table that comes with autarky. Give this or a path."""
    path: Name | None = None
    """File or folder of a table, relative to the study file. Give this or embedded."""
    format: Name | None = None
    """How the table is laid out; recognised from the file if left out."""
    options: dict[Name, str | int | float | bool] = Field(default_factory=dict)
    """What the reader of this format wants to know besides, for instance a country or a year."""
    accept: dict[Name, Name] = Field(default_factory=dict)
    """Checks that the table fails and that are accepted all the same: name of the check → reason."""
    household_groups: dict[Name, HouseholdGroup] = Field(default_factory=dict)
    """Groups that each column of households is split into: name → people, share of its use, and source. The
    group's column is called like the old one and the group: households-rural."""
    household_region: Name | None = None
    """Region whose households are split; every region's if left out."""

    @model_validator(mode="after")
    def _one_table(self) -> EconomyReference:
        if (self.embedded is None) == (self.path is None):
            raise ValueError("needs either embedded or path, not both or none; keep one of them")
        if self.embedded is not None and (self.format is not None or self.options):
            raise ValueError("an embedded table takes neither format nor options; delete them")
        return self


class Study(Declared):
    """One question: a table, what happens to it or what is planned for it, and where the question comes from.

    A study with a scenario is run, one with a plan is planned, one with firms is asked about firms; one with
    several can be any.
    """

    version: Literal[1]
    """Version of the study format: 1."""
    title: Annotated[str, Field(min_length=1, max_length=200)]
    """One line, printed on the answer; the scenario's name where it has none of its own."""
    economy: EconomyReference | None = None
    """The table to run on. A plan that declares all its products and techniques needs none."""
    scenario: Scenario | None = None
    """What happens, when, to whom, and how everybody reacts."""
    plan: PlanSection | None = None
    """What may be made, built and bought instead, and for whom: autarky plan."""
    firms: FirmsSection | None = None
    """Firms in the table, and what is asked of them: autarky firms."""
    announcements: tuple[Announcement, ...] = ()
    """What somebody said would be, to be held against what the run delivers, by month and group."""
    opinion: Opinion | None = None
    """An illustration of how far announcements could outlive experience; left out, there is none."""
    alternatives: dict[Name, Alternative] = Field(default_factory=dict, max_length=8)
    """Name → what is otherwise: each is run beside the scenario, and compared with it: autarky compare."""
    uncertainty: Uncertainty | None = None
    """What is not known about it, and how it spreads. A single run takes the scenario as it is."""
    sources: tuple[Text, ...] = ()
    """Where the question and its figures come from, one reference per line."""
    notes: Text = ""
    """Anything a reader should know."""

    @model_validator(mode="after")
    def _asks_something(self) -> Study:
        if self.scenario is None and self.plan is None and self.firms is None:
            raise ValueError("has neither 'scenario' nor 'plan'; add it: autarky new my.yaml shows how")
        if self.firms is not None and self.economy is None and self.firms.files is None:
            raise ValueError("has firms and no economy that they are in; add economy: {embedded: …}")
        if self.firms is not None and self.economy is None and self.firms.jobs is not None:
            raise ValueError("has jobs by sector and no economy; add one, or give jobs in the list of firms")
        if self.scenario is not None and self.economy is None:
            raise ValueError("has a scenario and no economy for it to happen to; add economy: {embedded: …}")
        if self.alternatives and self.scenario is None:
            raise ValueError("has alternatives and no scenario to differ from; add one, or delete them")
        if self.uncertainty is not None and self.scenario is None:
            raise ValueError("has uncertainty and no scenario that it could bear on; add one, or delete it")
        if self.opinion is not None and not self.announcements:
            raise ValueError("has an opinion and no announcement to hold it on; add one, or delete it")
        return self

    _path: Path | None = PrivateAttr(default=None)
    _tree: Node | None = PrivateAttr(default=None)
    _content: bytes = PrivateAttr(default=b"")

    @property
    def path(self) -> Path | None:
        """The file the study was read from; None for one made in Python."""
        return self._path

    @property
    def content(self) -> bytes:
        """The file's bytes as they were when it was read; empty for a study made in Python."""
        return self._content

    @property
    def table_path(self) -> Path | None:
        """Where the table lies on disk: relative paths count from the study file. None if embedded."""
        if self.economy is None or self.economy.path is None:
            return None
        home = self._path.parent if self._path is not None else Path()
        return home / self.economy.path

    @property
    def scenario_to_run(self) -> Scenario:
        """The scenario.

        Raises
        ------
        ScenarioError
            If the study has none: it is there to be planned, not run.
        """
        if self.scenario is None:
            other = "plan" if self.firms is None else "firms"
            remedy = f"give it to: autarky {other}, or add a section 'scenario:'"
            raise ScenarioError(Problem(str(self.path or "study"), "has no scenario to run", remedy))
        return self.scenario

    def read_economy(self) -> Economy:
        """The table the study names, its households in the groups that the study gives.

        Raises
        ------
        ScenarioError
            If the study names an embedded table or a format that does not exist, or groups that do not fit.
        SourceError
            If the table cannot be read.
        """
        return self.in_groups(self._table())

    def in_groups(self, economy: Economy) -> Economy:
        """A table with its households split as the study says; as it is where the study says nothing."""
        if self.economy is None or not self.economy.household_groups:
            return economy
        with self.naming_places():
            groups = self.economy.household_groups
            return with_household_groups(economy, groups, self.economy.household_region)

    def _table(self) -> Economy:
        """The table the study names, as its source prints it."""
        reference = self.economy
        if reference is None:
            remedy = "add economy: {embedded: …}, or {path: …}"
            raise ScenarioError(Problem(self.locate("economy"), "the study names no table", remedy))
        if reference.embedded is not None:
            if reference.embedded not in (known := sources.embedded_names()):
                raise self._unknown("embedded", "embedded table", reference.embedded, tuple(known))
            return sources.embedded(reference.embedded)
        if reference.format is not None and reference.format not in sources.FORMATS:
            raise self._unknown("format", "format", reference.format, tuple(sources.FORMATS))
        table = self.table_path
        assert table is not None
        if not table.exists():
            remedy = "paths count from the folder of the study file"
            raise ScenarioError(Problem(self.locate("economy.path"), f"no such table: {table}", remedy))
        try:
            return sources.read_table(table, reference.format, **reference.options)
        except SourceError as error:
            raise SourceError([self._option_placed(problem, table) for problem in error.problems]) from error

    def _option_placed(self, problem: Problem, table: Path) -> Problem:
        """A problem with an option, told at the option's place in the study."""
        for name in self.economy.options if self.economy is not None else ():
            if problem.place == f"{table}, option {name!r}":
                what = f"option {name!r} {problem.what}"
                return Problem(self.locate(f"economy.options.{name}"), what, problem.remedy)
        return problem

    def _unknown(self, field: str, what: str, given: str, known: tuple[str, ...]) -> ScenarioError:
        place = self.locate(f"economy.{field}")
        return ScenarioError(Problem(place, f"unknown {what} {given!r}", did_you_mean(given, known)))

    def locate(self, place: str) -> str:
        """``shocks[0].origin`` → ``file:line:column``; unchanged for a study made in Python."""
        if self._tree is None or self._path is None:
            return place
        for root in ("scenario", None):
            start = self._tree if root is None else self._tree.child(root)
            spelt = place.replace(".start", ".from").removeprefix("scenario.") if root else place
            if start is not None and (steps := steps_of(spelt, start)):
                return self.place_of((root, *steps) if root else steps)
        return f"{self._path}: {place}"

    def place_of(self, steps: tuple[Step, ...]) -> str:
        """``file:line:column`` of the value at the end of a path through the file."""
        if self._tree is None or self._path is None:
            return ".".join(map(str, steps))
        mark = follow(self._tree, steps)[1].mark
        return f"{self._path}:{mark.line}:{mark.column}"

    @contextmanager
    def naming_places(self) -> Iterator[None]:
        """Inside, a ScenarioError tells its places as ``file:line:column``."""
        try:
            yield
        except ScenarioError as error:
            problems = [replace(problem, place=self.locate(problem.place)) for problem in error.problems]
            raise ScenarioError(problems) from error


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the study file, for editors and forms."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "autarky study"}
    return {**Study.model_json_schema(by_alias=True), **title}


def schema_text() -> str:
    """The schema as it is committed and printed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
