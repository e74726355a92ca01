"""Blocs are measured like countries: sums of their members, less what they trade with each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.accounts import open_accounts
from autarky.dependence.measure import measure
from autarky.dependence.self_sufficiency import import_dependency_ratio, self_sufficiency_ratio
from autarky.economy import Economy, FinalUser, Industries
from autarky.scenario import Scenario
from autarky.simulation import simulate
from cases import law
from made_economies import START, make_economy

SEEDS = st.integers(0, 2**32 - 1)


def world(seed: int) -> Economy:
    return make_economy(
        np.random.default_rng(seed), national=False, regions=4, sectors=3, negative_inventories=False
    )


def merged(economy: Economy, bloc: tuple[str, ...]) -> Economy:
    """The table with the members of a bloc as one region, called like the first of them."""
    sectors = economy.industries.sectors
    regions = tuple(dict.fromkeys(bloc[0] if r in bloc else r for r in economy.industries.regions))

    def onto(names: list[tuple[str, str]], there: list[tuple[str, str]]) -> np.ndarray:
        return np.array([[float((bloc[0] if r in bloc else r, s) == one) for r, s in names] for one in there])

    users = list(
        dict.fromkeys((bloc[0] if u.region in bloc else u.region, u.category) for u in economy.final_users)
    )
    kind = {u.category: u.kind for u in economy.final_users}
    S = onto(list(economy.industries.pairs), [(region, sector) for region in regions for sector in sectors])
    T = onto([(u.region, u.category) for u in economy.final_users], users)
    return replace(
        economy,
        industries=Industries(regions, sectors),
        Z=S @ economy.Z @ S.T,
        Y=S @ economy.Y @ T.T,
        final_users=tuple(FinalUser(region, name, kind[name]) for region, name in users),
        value_added=economy.value_added @ S.T,
        imports_intermediate=np.zeros((0, len(S))),
        imports_final=np.zeros((0, len(T))),
    )


@law(25)
@given(SEEDS)
def test_a_bloc_is_measured_as_if_its_members_were_one_country(seed: int) -> None:
    economy, bloc = world(seed), ("NOR", "PRK")
    one = merged(economy, bloc)
    for ratio in (self_sufficiency_ratio, import_dependency_ratio):
        for total in (False, True):
            ours = ratio(open_accounts(economy, bloc), total=total)
            np.testing.assert_allclose(ours, ratio(open_accounts(one, bloc[:1]), total=total), rtol=1e-9)
    mine, theirs = open_accounts(economy, bloc), open_accounts(one, bloc[:1])
    np.testing.assert_allclose(mine.imports_by_product, theirs.imports_by_product, rtol=1e-9)
    np.testing.assert_allclose(mine.exports_by_product, theirs.exports_by_product, rtol=1e-9)


@law(25)
@given(SEEDS)
def test_a_bloc_imports_what_its_members_do_less_what_they_sell_each_other(seed: int) -> None:
    economy, bloc = world(seed), ("CHN", "USA", "NOR")
    here = np.array([region for region, _ in economy.industries.pairs])
    there = np.array([user.region for user in economy.final_users])
    inside = sum(
        economy.Z[np.ix_(here == one, here == other)].sum()
        + economy.Y[np.ix_(here == one, there == other)].sum()
        for one in bloc
        for other in bloc
        if one != other
    )
    apart = sum(open_accounts(economy, [member]).imports.sum() for member in bloc)
    assert open_accounts(economy, bloc).imports.sum() == pytest.approx(apart - inside, rel=1e-9)


@law(25)
@given(SEEDS)
def test_a_bloc_depends_on_imports_no_more_than_the_more_dependent_of_two_that_join(seed: int) -> None:
    """Use adds up and imports lose what is now inside: Σm − inside ≤ max(m/u) · Σu. Of the imports
    themselves no such law holds: a new member brings its own."""
    economy = world(seed)

    def ratio(*home: str) -> float:
        return float(import_dependency_ratio(open_accounts(economy, home), basis="gross", total=True))

    for one, other in ((("NOR",), ("CHN",)), (("NOR", "CHN"), ("USA",)), (("NOR", "CHN"), ("USA", "PRK"))):
        assert ratio(*one, *other) <= max(ratio(*one), ratio(*other)) * (1 + 1e-12)


def test_a_bloc_of_all_regions_imports_nothing_and_can_be_measured() -> None:
    economy = world(3)
    everybody = open_accounts(economy, economy.industries.regions)
    assert everybody.imports.sum() == everybody.exports.sum() == 0.0
    np.testing.assert_allclose(import_dependency_ratio(everybody, basis="gross"), 0.0)
    np.testing.assert_allclose(self_sufficiency_ratio(everybody), 100.0, rtol=1e-9)
    assert all(family.measures for family in measure(economy, economy.industries.regions).families)


def test_the_order_of_members_decides_nothing() -> None:
    economy = world(5)
    one, other = (measure(economy, home) for home in (["NOR", "USA"], ["USA", "NOR"]))
    for mine, theirs in zip(one.families, other.families, strict=True):
        assert all(a.identical(b) for a, b in zip(mine.measures, theirs.measures, strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_what_a_bloc_never_traded_with_is_not_touched_by_its_border(seed: int) -> None:
    """Two pairs of regions that trade with each other alone: cutting one pair apart leaves the other."""
    economy = world(seed)
    here = np.array([region in ("NOR", "CHN") for region, _ in economy.industries.pairs])
    there = np.array([user.region in ("NOR", "CHN") for user in economy.final_users])
    Z, Y = economy.Z * (here[:, None] == here), economy.Y * (here[:, None] == there)
    added = Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0)
    apart = replace(economy, Z=Z, Y=Y, value_added=added[None, :])
    shock = {"kind": "bloc_cut", "bloc": ["NOR"], "from": START, "share_kept": 0.0}
    data = simulate(apart, Scenario.model_validate({"start": START, "days": 60, "shocks": [shock]})).data
    left = data["output"].values[-1] / data["output_base"].values
    np.testing.assert_allclose(left[~here], 1.0, rtol=1e-9)
    assert left[here].min() < 0.999
