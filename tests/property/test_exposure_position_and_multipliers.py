"""Laws of exposure, position in the chain, linkages and multipliers on drawn economies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from autarky import iomath
from autarky.accounts import Accounts, open_accounts
from autarky.dependence import exposure, import_content, linkages, multipliers, position
from autarky.economy import Economy, Industries
from cases import law
from made_economies import make_economy

SMALL = 1e-12
MEASURES: tuple[Callable[[Accounts], xr.DataArray], ...] = (
    exposure.face_value_exposure,
    exposure.look_through_exposure,
    exposure.hidden_exposure,
    exposure.foreign_input_reliance,
    exposure.territorial_input_reliance,
    exposure.foreign_market_reliance,
    exposure.exported_share,
    position.upstreamness,
    position.downstreamness,
    linkages.backward_linkage,
    linkages.forward_linkage,
    linkages.power_of_dispersion,
    linkages.sensitivity_of_dispersion,
    linkages.dispersion_variation,
    linkages.key_sectors,
    multipliers.output_multipliers,
    multipliers.value_added_multipliers,
    import_content.import_content,
    multipliers.type_i_multipliers,
    multipliers.input_multipliers,
)
seeds = st.integers(0, 2**32 - 1)


def made(seed: int, *, national: bool | None = None, scale: float = 1.0) -> Accounts:
    """A drawn economy seen from its first region, or from two of them."""
    economy = make_economy(np.random.default_rng(seed), national=national, oddities=True, scale=scale)
    return seen_from(economy, economy.industries.regions[: 1 + seed % 2])


def seen_from(economy: Economy, regions: tuple[str, ...]) -> Accounts:
    return open_accounts(economy, regions[: max(1, len(economy.industries.regions) - 1)])


def all_measures(accounts: Accounts) -> Iterator[xr.DataArray]:
    for measure in MEASURES:
        yield measure(accounts)


def same(one: xr.DataArray, other: xr.DataArray) -> bool:
    """Equal but for rounding; in a yes or no, a linkage that is the mean itself may fall to either side."""
    return one.name == "key_sectors" or np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True)


@law(40)
@given(seeds)
def test_what_is_hidden_is_never_negative(seed: int) -> None:
    accounts = made(seed)
    hidden, face = exposure.hidden_exposure(accounts), exposure.face_value_exposure(accounts)
    producing = accounts.x > 0
    assert (hidden.values[:, producing] >= -SMALL).all()
    assert np.allclose(face + hidden, exposure.look_through_exposure(accounts), equal_nan=True)
    assert np.isnan(hidden.values[:, ~producing]).all()


@law(60)
@given(seeds)
def test_look_through_is_the_block_of_the_inverse_that_is_never_formed(seed: int) -> None:
    accounts = made(seed, national=False)
    L = iomath.leontief_inverse(accounts.economy.A)[:, accounts.positions]
    regions = np.array([region for region, _ in accounts.economy.industries.pairs])
    producing = accounts.x > 0
    for origin in accounts.origins:
        expected = L[regions == origin].sum(axis=0)[producing]
        assert exposure.look_through_exposure(accounts).sel(origin=origin).values[producing] == pytest.approx(
            expected, rel=1e-9, abs=SMALL
        )


@law(40)
@given(seeds)
def test_shares_lie_between_nothing_and_all_and_partners_add_up(seed: int) -> None:
    accounts = made(seed)
    total = exposure.foreign_input_reliance(accounts)
    shares = total.sel(view=["face value", "look-through"]).values
    shares = shares[~np.isnan(shares)]
    assert ((shares >= -SMALL) & (shares <= 1 + SMALL)).all()
    for measure, split in (
        (exposure.foreign_input_reliance, {"by_origin": True}),
        (exposure.territorial_input_reliance, {"by_origin": True}),
        (exposure.foreign_market_reliance, {"by_destination": True}),
        (exposure.exported_share, {"by_destination": True}),
    ):
        parts = measure(accounts, **split)
        partner = "origin" if "by_origin" in split else "destination"
        assert np.allclose(parts.sum(partner, skipna=False), measure(accounts), equal_nan=True)


@law(60)
@given(seeds)
def test_both_ends_of_a_chain_are_at_least_one_stage_away(seed: int) -> None:
    accounts = made(seed)
    for corrected in (True, False):
        for measure in (position.upstreamness, position.downstreamness):
            stages = measure(accounts, corrected=corrected).values
            assert (stages[~np.isnan(stages)] >= 1 - 1e-9).all()


@law(60)
@given(seeds)
def test_weighted_by_value_added_and_by_final_use_both_ends_are_equally_far(seed: int) -> None:
    """Miller & Temurshoev (2017): Σ v·U = Σ x = Σ f·D, so both means are output over value added."""
    economy = make_economy(np.random.default_rng(seed), national=False, negative_inventories=False)
    accounts = open_accounts(economy, economy.industries.regions)
    added, final = economy.value_added.sum(axis=0), economy.Y.sum(axis=1)
    U = position.upstreamness(accounts, corrected=False).values
    D = position.downstreamness(accounts).values
    assert np.average(U, weights=added) == pytest.approx(economy.x.sum() / added.sum(), rel=1e-9)
    assert np.average(D, weights=final) == pytest.approx(np.average(U, weights=added), rel=1e-9)


@law(60)
@given(seeds)
def test_value_added_and_imports_make_up_all_that_is_used(seed: int) -> None:
    accounts = made(seed)
    total = multipliers.value_added_multipliers(accounts) + import_content.import_content(accounts)
    assert total.values[accounts.x > 0] == pytest.approx(1.0, rel=1e-9)
    by_origin = import_content.import_content(accounts, by="origin")
    assert np.allclose(
        by_origin.sum("origin", skipna=False), import_content.import_content(accounts), equal_nan=True
    )


@law(60)
@given(seeds)
def test_the_mean_industry_has_linkages_of_one(seed: int) -> None:
    accounts = made(seed)
    for measure in (linkages.power_of_dispersion, linkages.sensitivity_of_dispersion):
        assert float(measure(accounts).mean()) == pytest.approx(1.0)


@law(15)
@given(seeds, st.sampled_from([1000.0, 1.0 / 7.0]))
def test_another_currency_changes_no_measure(seed: int, factor: float) -> None:
    for one, other in zip(all_measures(made(seed)), all_measures(made(seed, scale=factor)), strict=True):
        assert same(one, other), one.name


@law(15)
@given(seeds)
def test_another_order_of_sectors_and_regions_changes_no_measure(seed: int) -> None:
    economy = make_economy(np.random.default_rng(seed), oddities=True)
    rng = np.random.default_rng([seed, 1])
    old = economy.industries
    regions, sectors = rng.permutation(len(old.regions)), rng.permutation(len(old.sectors))
    rows = (regions[:, None] * len(old.sectors) + sectors[None, :]).ravel()
    gates = rng.permutation(len(economy.gates))
    other = replace(
        economy,
        industries=Industries(tuple(old.regions[r] for r in regions), tuple(old.sectors[s] for s in sectors)),
        sector_names=(),
        Z=economy.Z[np.ix_(rows, rows)],
        Y=economy.Y[rows],
        value_added=economy.value_added[:, rows],
        gates=tuple(economy.gates[g] for g in gates),
        imports_intermediate=economy.imports_intermediate[np.ix_(gates, rows)],
        imports_final=economy.imports_final[gates],
    )
    home = old.regions[:1]
    for one, two in zip(
        all_measures(seen_from(economy, home)), all_measures(seen_from(other, home)), strict=True
    ):
        assert same(one, two.sel(dict(one.indexes))), one.name


@law(20)
@given(seeds)
def test_every_measure_carries_its_unit_formula_source_and_blind_spots(seed: int) -> None:
    for measure in all_measures(made(seed)):
        for attribute in ("long_name", "units", "formula", "source", "blind_spots"):
            assert measure.attrs[attribute], (measure.name, attribute)
        assert not np.isinf(measure).any(), measure.name
