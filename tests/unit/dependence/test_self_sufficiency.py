"""FAO's ratios on numbers that fit on the back of an envelope."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.self_sufficiency import import_dependency_ratio, self_sufficiency_ratio
from autarky.economy import Gate
from small_economies import crops_and_mills, two_regions


@pytest.fixture
def accounts() -> Accounts:
    return open_accounts(crops_and_mills())


def test_each_product_and_the_total_have_the_ratios_worked_out_by_hand(accounts: Accounts) -> None:
    # crops: 100 + 16 − 21 = 95 are used at home; mills: 100 + 0 − 10; oil is only imported.
    ratio = self_sufficiency_ratio(accounts)
    assert list(ratio["product"].values) == ["crops", "mills", "oil"]
    assert ratio.values == pytest.approx([100 / 0.95, 100 / 0.9, 0.0])
    assert import_dependency_ratio(accounts).values == pytest.approx([-5 / 0.95, -10 / 0.9, 100.0])
    gross = import_dependency_ratio(accounts, basis="gross")
    assert gross.values == pytest.approx([16 / 0.95, 0.0, 100.0])
    assert self_sufficiency_ratio(accounts, total=True).item() == pytest.approx(200 / 2.05)
    assert import_dependency_ratio(accounts, total=True).item() == pytest.approx(5 / 2.05)
    assert import_dependency_ratio(accounts, basis="gross", total=True).item() == pytest.approx(36 / 2.05)


def test_net_and_gross_have_names_of_their_own(accounts: Accounts) -> None:
    net, gross = (import_dependency_ratio(accounts, basis=basis) for basis in ("net", "gross"))
    assert (net.name, gross.name) == ("import_dependency_ratio_net", "import_dependency_ratio_gross")
    assert net.attrs["formula"] != gross.attrs["formula"]
    assert net.attrs["units"] == gross.attrs["units"] == "%"


def test_goods_that_only_pass_through_have_no_ratio() -> None:
    economy = crops_and_mills()
    passing = replace(
        economy,
        gates=(*economy.gates, Gate("CHINA", "ore")),
        imports_intermediate=np.vstack([economy.imports_intermediate, [0.0, 0.0]]),
        imports_final=np.vstack([economy.imports_final, [0.0, 7.0]]),
    )
    accounts = open_accounts(passing)
    for ratio in (
        self_sufficiency_ratio(accounts),
        import_dependency_ratio(accounts),
        import_dependency_ratio(accounts, basis="gross"),
    ):
        assert np.isnan(ratio.sel(product="ore"))
        assert np.isfinite(ratio.drop_sel(product="ore")).all()


def test_more_taken_from_inventories_than_is_used_has_no_ratio() -> None:
    economy = crops_and_mills()
    Y = economy.Y.copy()
    Y[0, 0] = -66.0  # 4 made, 16 imported, 21 exported
    ratio = self_sufficiency_ratio(open_accounts(replace(economy, Y=Y)))
    assert np.isnan(ratio.sel(product="crops"))
    assert np.isfinite(ratio.sel(product="mills"))


def test_two_countries_that_swap_alike_goods_depend_on_imports_gross_and_not_net() -> None:
    accounts = open_accounts(two_regions(), ("NOR",))
    # Of food: 2.4 made, 1.2 imported, 1.2 exported.
    assert self_sufficiency_ratio(accounts).values == pytest.approx([100.0, 100.0])
    assert import_dependency_ratio(accounts).values == pytest.approx([0.0, 0.0], abs=1e-12)
    assert import_dependency_ratio(accounts, basis="gross").values == pytest.approx([50.0, 50.0])
