"""Matching: the names in an uncertainty section held against the table, and the cells they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autarky.declared import ALL, Names
from autarky.economy import Economy
from autarky.errors import Problem, did_you_mean
from autarky.scenario import Scenario
from autarky.uncertainty.checking import places_of
from autarky.uncertainty.distributions import Dirichlet, TableDraws, options_of
from autarky.uncertainty.edits import Scaling, Split, input_share, scaling, split, suppliers
from autarky.uncertainty.section import Parameter, Uncertainty


class TableNames:
    """Names of a section → cells of the table; problems are collected, not raised."""

    def __init__(self, economy: Economy, scenario: Scenario) -> None:
        self.economy = economy
        self.scenario = scenario
        self.problems: list[Problem] = []
        final = (user.region for user in economy.final_users)
        self.regions = tuple(dict.fromkeys((*economy.industries.regions, *final)))

    def cells(self, parameter: Parameter) -> Scaling | Split | None:
        """The cells that a parameter edits; None if it edits none."""
        economy = self.economy
        if (change := parameter.coefficients) is not None:
            inputs = self.resolve(change.inputs, economy.products)
            return scaling(economy, inputs, self.resolve(change.users, economy.industries.sectors))
        if (origins := parameter.origins) is not None and isinstance(parameter.distribution, Dirichlet):
            destinations = self.resolve(origins.destination, self.regions)
            return split(economy, origins.product, tuple(parameter.distribution.shares), destinations)
        return None

    def check(self, parameter: Parameter, place: str, tables: Iterable[Economy]) -> None:
        """Collects what is wrong with the names of a parameter."""
        economy, before = self.economy, len(self.problems)
        for k, path in enumerate(places_of(parameter, self.scenario)):
            known = (*economy.products, *self.scenario.groups)
            if path.product is not None and path.product not in known:
                at = f"{place}.{'sets' if parameter.sets else 'scales'}[{k}]"
                self._refuse(at, f"unknown product {path.product!r}", did_you_mean(path.product, known))
        if (change := parameter.coefficients) is not None:
            inputs = f"{place}.coefficients.inputs"
            self.resolve(change.inputs, economy.products, inputs, "product")
            users = f"{place}.coefficients.users"
            self.resolve(change.users, economy.industries.sectors, users, "sector")
            cells = self.cells(parameter)
            if (
                len(self.problems) == before
                and isinstance(cells, Scaling)
                and not input_share(economy, cells).any()
            ):
                what = "none of these users takes any of these inputs in the base year"
                self._refuse(f"{place}.coefficients", what, "name other inputs or users")
        if (origins := parameter.origins) is not None and isinstance(parameter.distribution, Dirichlet):
            self.resolve(origins.destination, self.regions, f"{place}.origins.destination", "region")
            if origins.product not in economy.products:
                remedy = did_you_mean(origins.product, economy.products)
                self._refuse(f"{place}.origins.product", f"unknown product {origins.product!r}", remedy)
                return
            for table in tables:
                known = tuple(suppliers(table, origins.product))
                for name in parameter.distribution.shares:
                    if name not in known:
                        what = f"{name!r} supplies no {origins.product!r} in the base year"
                        at = f"{place}.distribution.shares.{name}"
                        self._refuse(at, what, did_you_mean(name, known))

    def _refuse(self, place: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(place, what, remedy))

    def resolve(
        self, given: Names, known: tuple[str, ...], place: str = "", what: str = ""
    ) -> frozenset[str]:
        """The known names a list stands for, groups opened up; unknown ones are told if a place is given."""
        if given == ALL:
            return frozenset(known)
        opened = [
            (k, item) for k, name in enumerate(given) for item in self.scenario.groups.get(name, (name,))
        ]
        for k, item in opened:
            if place and item not in known:
                remedy = did_you_mean(item, (*known, *self.scenario.groups))
                self._refuse(f"{place}[{k}]", f"unknown {what} {item!r}", remedy)
        return frozenset(item for _, item in opened if item in known)


def table_problems(
    uncertainty: Uncertainty, economy: Economy, tables: Mapping[str, Economy]
) -> Iterable[Problem]:
    """Tables that are not there, that nobody can tell apart, or that are laid out otherwise."""
    choosing = [(k, p) for k, p in enumerate(uncertainty.parameters) if p.tables]
    for k, _ in choosing[1:]:
        what = f"{uncertainty.parameters[k].name!r} chooses the table, as a parameter above does"
        yield Problem(f"uncertainty.parameters[{k}].tables", what, "list all tables under one parameter")
    for k, parameter in choosing:
        for j, option in enumerate(options_of(parameter.distribution)):
            of_one = isinstance(parameter.distribution, TableDraws)
            place = f"uncertainty.parameters[{k}].distribution"
            place += ".table" if of_one else f".of[{j}].value"
            if (table := tables.get(str(option.value))) is None:
                remedy = did_you_mean(str(option.value), tuple(tables))
                yield Problem(place, f"unknown table {option.value!r}", remedy)
                if of_one:
                    break
                continue
            for what in ("industries", "final_users", "gates", "unit"):
                if getattr(table, what) != getattr(economy, what):
                    said = (
                        f"the table {option.value!r} has other {what.replace('_', ' ')} than the study's own"
                    )
                    yield Problem(
                        place, said, "draws are compared cell by cell: bring it into the same layout"
                    )
