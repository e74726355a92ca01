"""Import content worked out by hand; every route told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.import_content import (
    import_content,
    import_content_of_final_use,
    imports_embodied,
    vertical_specialisation,
    vertical_specialisation_by_industry,
)
from small_economies import chain, crops_and_mills, two_regions


@pytest.fixture
def accounts() -> Accounts:
    return open_accounts(crops_and_mills())


def test_import_content_per_unit_of_final_use_by_industry_origin_and_source(accounts: Accounts) -> None:
    # Imported inputs 0.1 and 0.2 per unit of output, times (I − A)⁻¹.
    assert import_content(accounts).values == pytest.approx([0.14 / 0.55, 0.19 / 0.55])
    by_origin = import_content(accounts, by="origin")
    assert by_origin.dims == ("origin", "industry")
    assert by_origin.sel(origin="CHINA").values == pytest.approx([0.08 / 0.55, 0.03 / 0.55])
    assert by_origin.sel(origin="RUSSIA").values == pytest.approx([0.06 / 0.55, 0.16 / 0.55])
    by_source = import_content(accounts, by="source")
    assert list(by_source["source"].values) == ["CHINA.crops", "RUSSIA.oil"]
    assert np.array_equal(by_source.values, by_origin.values)


def test_direct_imports_and_imports_through_inputs_are_kept_apart(accounts: Accounts) -> None:
    embodied = imports_embodied(accounts)
    assert embodied.dims == ("route", "final_user")
    assert embodied.sel(route="direct").values == pytest.approx([5.0, 1.0])
    assert embodied.sel(route="through inputs").values == pytest.approx([11.8 / 0.55, 4.7 / 0.55])
    assert embodied.attrs["units"] == "million USD / year"
    shares = import_content_of_final_use(accounts)
    assert shares.sel(final_user="HOME.HH").values == pytest.approx([5 / 75, 11.8 / 0.55 / 75])
    assert shares.sel(final_user="exports").values == pytest.approx([1 / 31, 4.7 / 0.55 / 31])
    assert import_content_of_final_use(accounts, by="origin").sum("origin").values == pytest.approx(
        shares.values
    )


def test_vertical_specialisation_by_hand_and_by_industry(accounts: Accounts) -> None:
    assert vertical_specialisation(accounts).item() == pytest.approx(4.7 / 0.55 / 30)
    by_industry = vertical_specialisation_by_industry(accounts)
    assert by_industry.values == pytest.approx([2.8 / 0.55 / 30, 1.9 / 0.55 / 30])
    by_origin = vertical_specialisation(accounts, by="origin")
    # China's: (20·0.08 + 10·0.03) / 0.55.
    assert by_origin.sel(origin="CHINA").item() == pytest.approx(1.9 / 0.55 / 30)


def test_vertical_specialisation_of_one_country_of_two() -> None:
    # At home (I − A)⁻¹ = I + J/22; imported inputs are 2/24 of output.
    accounts = open_accounts(two_regions(), ("NOR",))
    assert vertical_specialisation(accounts).item() == pytest.approx(2 / 24 * 2 * (1.2 + 2.4 / 22) / 2.4)


def test_oil_reaches_households_through_mill_and_shop() -> None:
    # A year's 1 of oil a day through the shop, 1 of ore bought directly, of 4 in all.
    shares = import_content_of_final_use(open_accounts(chain()))
    assert shares.sel(final_user="HOME.HH").values == pytest.approx([0.25, 0.25])
    assert import_content(open_accounts(chain())).values == pytest.approx([0.0, 0.5, 1 / 3])


def test_without_exports_there_is_no_share_of_exports() -> None:
    economy = crops_and_mills()
    closed = open_accounts(
        replace(
            economy,
            Y=economy.Y * [1.0, 0.0],
            imports_final=economy.imports_final * [1.0, 0.0],
        )
    )
    assert np.isnan(vertical_specialisation(closed))
    assert np.isnan(vertical_specialisation_by_industry(closed)).all()
    assert np.isnan(import_content_of_final_use(closed).sel(final_user="exports")).all()
    assert (imports_embodied(closed).sel(final_user="exports") == 0).all()


def test_a_user_that_uses_nothing_has_no_share() -> None:
    shares = import_content_of_final_use(open_accounts(chain()))
    assert np.isnan(shares.sel(final_user="HOME.INV")).all()
