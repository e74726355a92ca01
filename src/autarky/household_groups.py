"""Household groups: the one column of households in a table, split into groups that live differently."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, Field

from autarky.declared import Declared, Name, Share
from autarky.economy import Economy, FinalUseKind, FinalUser
from autarky.errors import Problem, ScenarioError, did_you_mean

Floats = npt.NDArray[np.float64]

PLACE = "economy.household_groups"
_ROUNDING = 1e-9


class ShareOfUse(Declared):
    """A share of what all households use, with exceptions by product."""

    default: Share
    """For products not named."""
    products: dict[Name, Share] = Field(default_factory=dict)
    """Product code → share."""


class HouseholdGroup(Declared):
    """One group of households: how many people, and which share of what all households use is theirs."""

    people: Annotated[float, Field(gt=0)] | None = None
    """Millions of people."""
    share: Annotated[
        ShareOfUse,
        BeforeValidator(
            lambda given: {"default": given} if isinstance(given, int | float) else given,
            json_schema_input_type=ShareOfUse | float,
        ),
    ]
    """Its share of all households' use, one number or by product. Of each product all groups' add to 1."""
    source: Name
    """Where people and shares come from, or the word assumption."""

    def of(self, product: str) -> float:
        """Its share of one product."""
        return self.share.products.get(product, self.share.default)


def group_code(category: str, group: str) -> str:
    """``households`` and ``rural`` → ``households-rural``: the code of a group's column."""
    return f"{category}-{group}"


def with_household_groups(
    economy: Economy, groups: Mapping[str, HouseholdGroup], region: str | None = None
) -> Economy:
    """``Y[i, h, group] = share[group, i]·Y[i, h]``: each column of households becomes one for each group.

    What is imported is split alike. The last group that has a share gets what the others leave, so that the
    groups add up to the column. The columns stand where the old one stood, in the order of the groups.

    Parameters
    ----------
    economy : Economy
    groups : mapping
        Name → group. The column's code is ``category-name``.
    region : str, optional
        Region whose households are split; those of every region if left out.

    Raises
    ------
    ScenarioError
        All problems at once, at places of a study file: unknown products or regions, shares of a product that
        do not add to 1, codes that are taken.
    """
    if problems := list(_problems(economy, groups, region)):
        raise ScenarioError(problems)
    gates = [gate.product for gate in economy.gates]
    made = [sector for _, sector in economy.industries.pairs]
    finals: list[FinalUser] = []
    home: list[Floats] = []
    imported: list[Floats] = []
    for column, user in enumerate(economy.final_users):
        if _is_split(user, region):
            finals += [user._replace(category=group_code(user.category, name)) for name in groups]
            home += _split(economy.Y[:, column], made, groups)
            imported += _split(economy.imports_final[:, column], gates, groups)
        else:
            finals.append(user)
            home.append(economy.Y[:, column])
            imported.append(economy.imports_final[:, column])
    where = "" if region is None else f" of {region}"
    told = "; ".join(f"{name}{_people(group)}, {group.source}" for name, group in groups.items())
    notes = (
        *economy.provenance.notes,
        f"Households{where} are split into groups that the study gives: {told}.",
    )
    return replace(
        economy,
        final_users=tuple(finals),
        Y=np.stack(home, axis=1),
        imports_final=np.stack(imported, axis=1),
        provenance=replace(economy.provenance, notes=notes),
    )


def _is_split(user: FinalUser, region: str | None) -> bool:
    return user.kind is FinalUseKind.HOUSEHOLDS and region in (None, user.region)


def _people(group: HouseholdGroup) -> str:
    return "" if group.people is None else f" ({group.people:g} million people)"


def _split(column: Floats, products: list[str], groups: Mapping[str, HouseholdGroup]) -> list[Floats]:
    """A column by group; the last group with a share of a product gets the rest of it."""
    shares = np.array([[group.of(product) for product in products] for group in groups.values()])
    parts = shares.reshape(len(groups), len(products)) * column
    for row in range(len(products)):
        last = int(np.flatnonzero(shares[:, row])[-1])
        parts[last, row] = column[row] - math.fsum(np.delete(parts[:, row], last))
    return list(parts)


def _problems(
    economy: Economy, groups: Mapping[str, HouseholdGroup], region: str | None
) -> Iterator[Problem]:
    split = [user for user in economy.final_users if _is_split(user, region)]
    if not groups:
        yield Problem(PLACE, "there is no group", "name some, or leave household_groups out")
        return
    if not split:
        regions = tuple(u.region for u in economy.final_users if u.kind is FinalUseKind.HOUSEHOLDS)
        if region is None or not regions:
            yield Problem(PLACE, "the table has no households", "leave household_groups out")
        else:
            what = f"there are no households in {region!r}"
            yield Problem("economy.household_region", what, did_you_mean(region, regions))
    for name, group in groups.items():
        for product in group.share.products:
            if product not in economy.products:
                place = f"{PLACE}.{name}.share.products.{product}"
                yield Problem(place, f"unknown product {product!r}", did_you_mean(product, economy.products))
    named = dict.fromkeys(product for group in groups.values() for product in group.share.products)
    shares = {f"shares of {product!r}": [group.of(product) for group in groups.values()] for product in named}
    if not set(economy.products) <= named.keys():
        shares = {"shares": [group.share.default for group in groups.values()], **shares}
    for what, given in shares.items():
        whole = math.fsum(given)
        if abs(whole - 1.0) > _ROUNDING:
            yield Problem(PLACE, f"{what} add to {whole:.10g} over all groups", "make them add to 1")
    taken = {user.category for user in economy.final_users} | {*economy.products}
    for user in dict.fromkeys(user.category for user in split):
        for name in groups:
            if (code := group_code(user, name)) in taken:
                place = f"{PLACE}.{name}"
                yield Problem(
                    place, f"the table has something called {code!r}", "give the group another name"
                )
