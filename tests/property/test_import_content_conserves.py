"""Laws of self-sufficiency, import content, value added in exports and proportional imports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.import_content import (
    import_content,
    import_content_of_final_use,
    imports_embodied,
    vertical_specialisation,
    vertical_specialisation_by_industry,
)
from autarky.dependence.proportionality import misplaced_imports, proportional_imports
from autarky.dependence.self_sufficiency import import_dependency_ratio, self_sufficiency_ratio
from autarky.dependence.value_added_in_exports import (
    domestic_value_added_share_of_exports,
    foreign_value_added_share_of_exports,
    value_added_in_exports,
    value_added_share_of_exports,
)
from autarky.economy import Economy, Industries
from cases import law
from made_economies import make_economy

SEEDS = st.integers(0, 2**32 - 1)

MEASURES = (
    self_sufficiency_ratio,
    import_dependency_ratio,
    import_content,
    import_content_of_final_use,
    vertical_specialisation,
    vertical_specialisation_by_industry,
    domestic_value_added_share_of_exports,
    foreign_value_added_share_of_exports,
    misplaced_imports,
)
"""Those that do not count in money."""


def _accounts(seed: int, scale: float = 1.0) -> Accounts:
    """A nation, or a country or a bloc of some table, all of its regions at times."""
    rng = np.random.default_rng(seed)
    economy = make_economy(rng, oddities=True, scale=scale)
    regions = economy.industries.regions
    return open_accounts(economy, regions[: int(rng.integers(1, len(regions) + 1))])


def _close(one: object, two: object) -> None:
    np.testing.assert_allclose(np.asarray(one), np.asarray(two), rtol=1e-9, atol=1e-9)


@law(60)
@given(SEEDS)
def test_self_sufficiency_and_net_dependency_add_to_a_hundred(seed: int) -> None:
    accounts = _accounts(seed)
    for total in (False, True):
        ratio = self_sufficiency_ratio(accounts, total=total)
        net = import_dependency_ratio(accounts, total=total)
        gross = import_dependency_ratio(accounts, basis="gross", total=total)
        defined = np.isfinite(ratio.values)
        assert (defined == np.isfinite(net.values)).all()
        assert (defined == np.isfinite(gross.values)).all()
        assert (np.abs(ratio + net - 100).values[defined] <= 1e-9 * (1 + ratio.values[defined])).all()
        assert (net.values[defined] <= gross.values[defined]).all()


@law(60)
@given(SEEDS)
def test_every_import_ends_in_a_final_use(seed: int) -> None:
    accounts = _accounts(seed)
    embodied = imports_embodied(accounts, by="source")
    total = accounts.imports.sum()
    _close(embodied.sum(["route", "final_user"]) / max(total, 1.0), accounts.imports / max(total, 1.0))
    _close(imports_embodied(accounts).sum(), total)
    _close(imports_embodied(accounts, by="origin").sum("origin"), imports_embodied(accounts))
    exports = accounts.exports.sum(axis=1)
    through = imports_embodied(accounts).sel(route="through inputs", final_user="exports")
    _close(import_content(accounts).values @ exports, through)
    if exports.sum() > 0:
        _close(vertical_specialisation(accounts) * exports.sum(), through)
        _close(vertical_specialisation_by_industry(accounts).sum(), vertical_specialisation(accounts))


@law(60)
@given(SEEDS)
def test_value_added_at_home_and_abroad_is_all_that_is_exported(seed: int) -> None:
    accounts = _accounts(seed)
    added = value_added_in_exports(accounts)
    by_industry = value_added_in_exports(accounts, by="industry")
    _close(by_industry.sum("origin"), added.sum("origin"))
    if accounts.exports.sum() == 0:
        assert np.isnan(value_added_share_of_exports(accounts)).all()
        return
    _close(value_added_share_of_exports(accounts), added.sum("industry") / accounts.exports.sum())
    home = domestic_value_added_share_of_exports(accounts).item()
    vertical = vertical_specialisation(accounts).item()
    if accounts.economy.is_multi_regional:
        _close(added.sum("origin"), accounts.exports.sum(axis=1))
        foreign = foreign_value_added_share_of_exports(accounts).item()
        assert home + foreign == pytest.approx(1)
        assert foreign <= vertical + 1e-12
    else:
        assert home + vertical == pytest.approx(1)


@law(60)
@given(SEEDS)
def test_proportional_imports_keep_every_total_and_change_nothing_twice(seed: int) -> None:
    accounts = _accounts(seed)
    spread = proportional_imports(accounts)
    scale = accounts.x.max()
    for name in ("x", "imports", "exports", "reexports", "value_added"):
        _close(getattr(spread, name) / scale, getattr(accounts, name) / scale)
    _close(_use_by_product(spread) / scale, _use_by_product(accounts) / scale)
    assert (spread.Z >= 0).all()
    assert (spread.imported_intermediate >= 0).all()
    again = proportional_imports(replace(spread, economy=_as_if_true(spread, accounts)))
    for name in ("Z", "final", "imported_intermediate", "imported_final"):
        _close(getattr(again, name) / scale, getattr(spread, name) / scale)
    share = misplaced_imports(accounts).item()
    assert 0 <= share <= 1 or (np.isnan(share) and not accounts.imported_intermediate.any())


@law(40)
@given(SEEDS)
def test_no_share_depends_on_the_currency(seed: int) -> None:
    one, two = _accounts(seed), _accounts(seed, scale=1000.0)
    for measure in MEASURES:
        _close(measure(one), measure(two))
    _close(imports_embodied(one) * 1000.0, imports_embodied(two))


@law(40)
@given(SEEDS)
def test_no_number_depends_on_the_order_of_industries_and_gates(seed: int) -> None:
    one = _accounts(seed)
    two = open_accounts(_reordered(one.economy, np.random.default_rng(seed)), one.home)
    for measure in (*MEASURES, imports_embodied, value_added_in_exports):
        here, there = measure(one), measure(two)
        labels = {dim: here[dim].values for dim in here.dims}
        assert there.dims == here.dims
        _close(here, there.sel(labels))


def _use_by_product(accounts: Accounts) -> np.ndarray:
    """(products, users at home) home and imported together."""
    products = [sector for _, sector in accounts.industries]
    products += [source.product for source in accounts.sources]
    use = np.block([[accounts.Z, accounts.final], [accounts.imported_intermediate, accounts.imported_final]])
    total = np.zeros((len(accounts.economy.products), use.shape[1]))
    np.add.at(total, [accounts.economy.products.index(product) for product in products], use)
    return total


def _as_if_true(spread: Accounts, accounts: Accounts) -> Economy:
    return replace(spread.economy, import_treatment=accounts.economy.import_treatment)


def _reordered(economy: Economy, rng: np.random.Generator) -> Economy:
    regions = rng.permutation(len(economy.industries.regions))
    sectors = rng.permutation(len(economy.industries.sectors))
    rows = (regions[:, None] * len(sectors) + sectors).ravel()
    gates = rng.permutation(len(economy.gates))
    return replace(
        economy,
        industries=Industries(
            tuple(economy.industries.regions[r] for r in regions),
            tuple(economy.industries.sectors[s] for s in sectors),
        ),
        sector_names=(),
        Z=economy.Z[np.ix_(rows, rows)],
        Y=economy.Y[rows],
        value_added=economy.value_added[:, rows],
        gates=tuple(economy.gates[g] for g in gates),
        imports_intermediate=economy.imports_intermediate[np.ix_(gates, rows)],
        imports_final=economy.imports_final[gates],
    )
