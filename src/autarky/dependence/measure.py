"""Measure: every family of measures of dependence, or those that are asked for, on one table and one home."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import xarray as xr

from autarky.accounts import Accounts, open_accounts
from autarky.dependence import (
    concentration,
    exposure,
    extraction,
    footprints,
    import_content,
    linkages,
    multipliers,
    position,
    proportionality,
    self_sufficiency,
    structural_paths,
    value_added_in_exports,
)
from autarky.economy import Economy, FinalUseKind, ImportTreatment
from autarky.errors import InputError, Problem, did_you_mean

Arrays = Iterator[xr.DataArray]


@dataclass(frozen=True)
class Paths:
    """Which structural paths are sought: of which final demands, to what share and depth, how long."""

    of: tuple[str, ...] = ()
    """Final users at home, industries at home, or ``exports``; households and exports if left out."""
    share: float = 0.99
    depth: int = 64
    seconds: float = 60.0
    listed: int = 200


@dataclass(frozen=True, eq=False)
class Asked:
    """What some families want to know besides the accounts."""

    paths: Paths
    other_years: tuple[Accounts, ...]
    """The same home in other years, for what is judged over several."""


@dataclass(frozen=True, eq=False)
class Family:
    """Measures that answer one question."""

    name: str
    question: str
    measures: tuple[xr.DataArray, ...]


@dataclass(frozen=True, eq=False)
class Measures:
    """What a home territory depends on, family by family."""

    accounts: Accounts
    families: tuple[Family, ...]


def measure(
    economy: Economy,
    home: Sequence[str] = (),
    *,
    families: Sequence[str] = (),
    paths: Paths | None = None,
    other_years: Sequence[Economy] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> Measures:
    """The measures of dependence of a home territory: a country or a bloc, or a national table's own region.

    Parameters
    ----------
    home : sequence of str
        Regions that count as home; may be left out where the table has only one.
    families : sequence of str
        Names in ``FAMILIES``; all if left out.
    paths : Paths, optional
        Which structural paths are sought.
    other_years : sequence of Economy
        The same table in other years, for GeoDep's criterion over several.
    progress : callable, optional
        Told (family, families done, families in all).

    Raises
    ------
    InputError
        If a region or a family is unknown, or no home is named where there are several regions.
    """
    problems = [
        Problem("--family", f"unknown family {name!r}", did_you_mean(name, tuple(FAMILIES)))
        for name in families
        if name not in FAMILIES
    ]
    if problems:
        raise InputError(problems)
    accounts = open_accounts(economy, home)
    asked = Asked(paths or Paths(), tuple(open_accounts(year, home) for year in other_years))
    found = []
    chosen = [name for name in FAMILIES if not families or name in families]
    for done, name in enumerate(chosen):
        if progress is not None:
            progress(name, done, len(chosen))
        question, family = FAMILIES[name]
        found.append(Family(name, question, tuple(family(accounts, asked))))
    return Measures(accounts, tuple(found))


def _self_sufficiency(accounts: Accounts, _: Asked) -> Arrays:
    for total in (True, False):
        yield self_sufficiency.self_sufficiency_ratio(accounts, total=total)
        yield self_sufficiency.import_dependency_ratio(accounts, basis="net", total=total)
        yield self_sufficiency.import_dependency_ratio(accounts, basis="gross", total=total)


def _import_content(accounts: Accounts, _: Asked) -> Arrays:
    yield import_content.vertical_specialisation(accounts)
    if len(accounts.origins) > 1:
        yield import_content.vertical_specialisation(accounts, by="origin")
    yield import_content.import_content_of_final_use(accounts)
    yield import_content.vertical_specialisation_by_industry(accounts)
    yield import_content.import_content(accounts)
    # Where the source tells who uses which import, what the usual assumption would have made of it is told.
    if accounts.economy.import_treatment in (ImportTreatment.MATRIX, ImportTreatment.MULTI_REGIONAL):
        yield proportionality.misplaced_imports(accounts)
        for told in (import_content.vertical_specialisation, import_content.import_content_of_final_use):
            yield proportionality.proportionality_difference(told, accounts)


def _exposure(accounts: Accounts, _: Asked) -> Arrays:
    yield exposure.territorial_input_reliance(accounts)
    yield exposure.territorial_input_reliance(accounts, by_origin=True)
    yield exposure.foreign_input_reliance(accounts)
    yield exposure.face_value_exposure(accounts)
    yield exposure.look_through_exposure(accounts)
    yield exposure.hidden_exposure(accounts)
    yield exposure.foreign_market_reliance(accounts)
    yield exposure.exported_share(accounts)


def _value_added_in_exports(accounts: Accounts, _: Asked) -> Arrays:
    yield value_added_in_exports.domestic_value_added_share_of_exports(accounts)
    yield value_added_in_exports.foreign_value_added_share_of_exports(accounts)
    yield value_added_in_exports.value_added_share_of_exports(accounts)


def _position(accounts: Accounts, _: Asked) -> Arrays:
    yield position.upstreamness(accounts)
    yield position.downstreamness(accounts)


def _concentration(accounts: Accounts, asked: Asked) -> Arrays:
    yield concentration.import_concentration(accounts)
    yield from concentration.eu_dependency_indicators(accounts)
    yield concentration.geodep_conditions(accounts)
    if asked.other_years:
        yield concentration.geodep([accounts, *asked.other_years])
    yield concentration.single_point_of_failure(accounts)


def _extraction(accounts: Accounts, _: Asked) -> Arrays:
    for kind in extraction.KINDS:
        yield from extraction.hypothetical_extraction(accounts, kind=kind)
    ways = ("product", "origin") if len(accounts.origins) > 1 else ("product",)
    for by in ways:
        yield extraction.import_requirement_at_risk(accounts, by=by)
    if accounts.economy.is_multi_regional:
        for by in ways:
            yield from extraction.import_extraction(accounts, by=by)
        yield from extraction.trade_extraction(accounts)


def _linkages(accounts: Accounts, _: Asked) -> Arrays:
    yield linkages.backward_linkage(accounts)
    yield linkages.forward_linkage(accounts)
    yield linkages.power_of_dispersion(accounts)
    yield linkages.sensitivity_of_dispersion(accounts)
    yield linkages.dispersion_variation(accounts)
    yield linkages.key_sectors(accounts)


def _multipliers(accounts: Accounts, _: Asked) -> Arrays:
    yield multipliers.output_multipliers(accounts)
    yield multipliers.value_added_multipliers(accounts)
    yield multipliers.type_i_multipliers(accounts)
    yield multipliers.input_multipliers(accounts)


def _footprints(accounts: Accounts, _: Asked) -> Arrays:
    yield footprints.footprints_of_final_users(accounts)
    yield from footprints.footprints(accounts)


def _structural_paths(accounts: Accounts, asked: Asked) -> Arrays:
    paths = asked.paths
    content = "imports" if accounts.imports_are_told else "value added"
    for of in paths.of or _usual(accounts):
        yield structural_paths.structural_paths(
            accounts,
            of,
            content=content,
            share=paths.share,
            depth=paths.depth,
            seconds=paths.seconds,
            paths=paths.listed,
        )


def _usual(accounts: Accounts) -> tuple[str, ...]:
    """Households, or the first final user where there are none; and exports where there are any."""
    kinds = [user.kind for user in accounts.final_users]
    first = kinds.index(FinalUseKind.HOUSEHOLDS) if FinalUseKind.HOUSEHOLDS in kinds else 0
    users = accounts.final_labels[first : first + 1]
    return (*users, structural_paths.EXPORTS) if accounts.exports.any() else users


FAMILIES: dict[str, tuple[str, Callable[[Accounts, Asked], Arrays]]] = {
    "self_sufficiency": ("How much of what it uses does it make?", _self_sufficiency),
    "import_content": ("What do its final use and its exports contain of imports?", _import_content),
    "exposure": ("On whom do its industries rely, directly and through all tiers?", _exposure),
    "concentration": ("From how few partners do its imports come?", _concentration),
    "value_added_in_exports": ("Who added the value of its exports?", _value_added_in_exports),
    "footprints": ("Who makes, in the end, what is bought?", _footprints),
    "structural_paths": ("Along which chains do imports reach final use?", _structural_paths),
    "extraction": ("What would be gone without an industry, an import or a partner?", _extraction),
    "position": ("How far are its industries from final use, and from primary inputs?", _position),
    "linkages": ("Which industries pull and push the others most?", _linkages),
    "multipliers": ("What does a unit of final use come to?", _multipliers),
}
"""Name of each family → the question it answers, and its measures."""
