"""Hypothetical extraction on economies whose answer can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence.extraction import (
    hypothetical_extraction,
    import_extraction,
    import_requirement_at_risk,
    trade_extraction,
)
from autarky.errors import InputError
from small_economies import chain, two_regions

YEAR = 365.0


def test_the_mill_of_a_chain_takes_its_mine_with_it() -> None:
    """Mine 2 (1 to mill, 1 exported) → mill 2 → shop 3, per day; value added 2, 0, 1."""
    accounts = open_accounts(chain())
    output, added = hypothetical_extraction(accounts)
    mill = output.sel(industry="mill") / YEAR
    assert mill.sel(where="own") == pytest.approx(2.0)
    assert mill.sel(where="others_at_home") == pytest.approx(1.0)
    assert np.isnan(mill.sel(where="abroad"))
    assert (added.sel(industry="mill") / YEAR).sel(where="others_at_home") == pytest.approx(1.0)
    assert output.attrs["units"] == "million USD"


def test_purchases_spare_the_mill_and_sales_spare_the_final_user() -> None:
    accounts = open_accounts(chain())
    backward, _ = hypothetical_extraction(accounts, kind="backward")
    assert backward.sel(industry="mill", where="own") == pytest.approx(0.0)
    assert backward.sel(industry="mill", where="others_at_home") / YEAR == pytest.approx(1.0)
    forward, _ = hypothetical_extraction(accounts, kind="forward")
    assert forward.sel(industry="mine", where="own") / YEAR == pytest.approx(1.0)  # exports stay
    assert forward.sel(industry="shop").sum() == pytest.approx(0.0)  # it sells to households alone
    ghosh, added = hypothetical_extraction(accounts, kind="forward_ghosh", by_industry=True)
    # Half of what the mine makes goes to the mill, half of whose costs it is; shop: 2/3 of that of its costs.
    assert ghosh.sel(industry="mine").values / YEAR == pytest.approx([0.0, 1.0, 1.0])
    assert "Ghosh" in added.attrs["undefined"]


def test_a_partner_extracted_from_two_equal_regions_costs_both_the_same() -> None:
    """Z is 0.1 everywhere, x = 2.4: without trade x̄ = 1 + 2·x̄/24 = 12/11."""
    accounts = open_accounts(two_regions(), ("NOR",))
    output, _ = trade_extraction(accounts)
    expected = 2 * (2.4 - 12 / 11)
    assert output.sel(origin="CHN").values / YEAR == pytest.approx([expected, expected, 0.0])


def test_imports_that_go_cost_the_supplier_and_home_only_what_it_sold_for_them() -> None:
    """Per industry a = 1/24: h = 2 + 2a·h + 2a·c, c = 1 + 2a·c, so c = 12/11 and h = (2 + c/12)·12/11."""
    accounts = open_accounts(two_regions(), ("NOR",))
    output, _ = import_extraction(accounts, by="all")
    c = 12 / 11
    h = (2 + c / 12) * 12 / 11
    assert output.sel(origin="all").values / YEAR == pytest.approx([2 * (2.4 - h), 2 * (2.4 - c)])


def test_a_national_table_has_no_import_extraction_and_says_what_it_has() -> None:
    accounts = open_accounts(chain())
    for output in (*import_extraction(accounts), *trade_extraction(accounts)):
        assert output.isnull().all()
        assert "import_requirement_at_risk" in output.attrs["undefined"]


def test_oil_is_contained_in_what_the_mill_and_the_shop_sell() -> None:
    """Mill takes 1 of oil for 2; shop makes 3 of 2 from the mill, all of it for households."""
    at_risk = import_requirement_at_risk(open_accounts(chain())) / YEAR
    assert at_risk.sel(product="oil").values == pytest.approx([1.0, 0.0, 1 / 3])
    assert at_risk.sel(product="ore").values == pytest.approx([1.0, 0.0, 0.0])
    china = import_requirement_at_risk(open_accounts(chain()), by="origin") / YEAR
    assert china.sel(origin="CHINA", contained_in="home_final_use") == pytest.approx(1.9)


def test_unknown_words_are_refused_with_the_known_ones() -> None:
    accounts = open_accounts(chain())
    with pytest.raises(InputError, match="kind: unknown kind 'backwards' — did you mean 'backward'"):
        hypothetical_extraction(accounts, kind="backwards")
    with pytest.raises(InputError, match="unknown by 'partner'"):
        import_requirement_at_risk(accounts, by="partner")
