"""Value added in exports, worked out by hand on a national table and on two regions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence.value_added_in_exports import (
    domestic_value_added_share_of_exports,
    foreign_value_added_share_of_exports,
    value_added_in_exports,
    value_added_share_of_exports,
)
from small_economies import crops_and_mills, two_regions


def test_a_national_table_tells_value_added_at_home_only() -> None:
    accounts = open_accounts(crops_and_mills())
    # v = (0.4, 0.3), L·e = (19, 14) / 0.55.
    assert domestic_value_added_share_of_exports(accounts).item() == pytest.approx(11.8 / 0.55 / 30)
    foreign = foreign_value_added_share_of_exports(accounts)
    assert np.isnan(foreign)
    assert "national table tells value added at home only" in foreign.attrs["blind_spots"]
    by_origin = value_added_share_of_exports(accounts)
    assert list(by_origin["origin"].values) == ["HOME"]
    assert by_origin.values == pytest.approx([11.8 / 0.55 / 30])
    by_industry = value_added_in_exports(accounts, by="industry")
    expected = np.array([[0.4 * 0.8 * 20, 0.4 * 0.3 * 10], [0.3 * 0.3 * 20, 0.3 * 0.8 * 10]]) / 0.55
    assert by_industry.values == pytest.approx(expected)


def test_value_that_returns_home_is_home_value() -> None:
    # L = I + J/20, v = 5/6, each industry exports 1.2 a day.
    accounts = open_accounts(two_regions(), ("NOR",))
    assert foreign_value_added_share_of_exports(accounts).item() == pytest.approx(2 * 5 / 6 * 0.12 / 2.4)
    assert domestic_value_added_share_of_exports(accounts).item() == pytest.approx(2 * 5 / 6 * 1.32 / 2.4)
    added = value_added_in_exports(accounts)
    assert list(added["origin"].values) == ["NOR", "CHN"]
    assert added.sum("origin").values == pytest.approx([1.2 * 365, 1.2 * 365])


def test_the_whole_table_as_home_exports_nothing_and_has_no_share() -> None:
    accounts = open_accounts(two_regions(), ("NOR", "CHN"))
    assert np.isnan(domestic_value_added_share_of_exports(accounts))
    assert np.isnan(foreign_value_added_share_of_exports(accounts))
    assert np.isnan(value_added_share_of_exports(accounts)).all()
    assert (value_added_in_exports(accounts) == 0).all()


def test_taxes_on_products_are_nobodys_value_added() -> None:
    economy = two_regions()
    taxes = economy.value_added * 0.25
    taxed = replace(
        economy, value_added=economy.value_added - taxes, adjustment_names=("taxes",), adjustments=taxes
    )
    accounts = open_accounts(taxed, ("NOR",))
    assert value_added_share_of_exports(accounts).sum().item() == pytest.approx(0.75)
