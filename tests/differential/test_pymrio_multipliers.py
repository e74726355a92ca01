"""Multipliers and exposure of pymrio's test system are the sums of pymrio's Leontief and Ghosh inverses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence.exposure import foreign_input_reliance, look_through_exposure
from autarky.dependence.linkages import dispersion_variation, forward_linkage, power_of_dispersion
from autarky.dependence.multipliers import input_multipliers, output_multipliers
from autarky.dependence.position import downstreamness, upstreamness
from autarky.economy import Economy
from autarky.sources.pymrio_bridge import from_pymrio

pymrio = pytest.importorskip("pymrio", reason="the extra 'pymrio' is not installed")


@pytest.fixture(scope="module")
def system() -> Any:
    system = pymrio.load_test()
    system.calc_system(include_ghosh=True)
    return system


@pytest.fixture(scope="module")
def economy(system: Any) -> Economy:
    return from_pymrio(system, year=2010)


def test_over_all_regions_both_sum_the_same_inverses(system: Any, economy: Economy) -> None:
    accounts = open_accounts(economy, economy.industries.regions)
    L, G = system.L.to_numpy(), system.G.to_numpy()
    assert output_multipliers(accounts).values == pytest.approx(L.sum(axis=0), rel=1e-10)
    assert downstreamness(accounts).values == pytest.approx(L.sum(axis=0), rel=1e-10)
    assert input_multipliers(accounts).values == pytest.approx(G.sum(axis=1), rel=1e-10)
    assert upstreamness(accounts, corrected=False).values == pytest.approx(G.sum(axis=1), rel=1e-10)
    direct, _ = forward_linkage(accounts).values
    assert direct == pytest.approx(system.B.to_numpy().sum(axis=1), rel=1e-10)
    assert power_of_dispersion(accounts).values == pytest.approx(L.mean(axis=0) / L.mean(), rel=1e-10)
    assert dispersion_variation(accounts).values[1] == pytest.approx(
        L.std(axis=1, ddof=1) / L.mean(axis=1), rel=1e-9
    )


def test_what_a_region_takes_from_another_is_that_block_of_pymrios_inverse(
    system: Any, economy: Economy
) -> None:
    accounts = open_accounts(economy, ("reg2",))
    block = system.L.loc["reg4", "reg2"].to_numpy().sum(axis=0)
    assert look_through_exposure(accounts).sel(origin="reg4").values == pytest.approx(block, rel=1e-10)
    columns = system.L.loc[:, "reg2"].to_numpy().sum(axis=0) - 1.0
    own = system.L.loc["reg2", "reg2"].to_numpy().sum(axis=0) - 1.0
    reliance = foreign_input_reliance(accounts).sel(view="look-through").values
    assert reliance == pytest.approx((columns - own) / columns, rel=1e-10)
    assert np.isfinite(reliance).all()
