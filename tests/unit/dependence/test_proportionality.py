"""Imports spread in proportion to use: by hand, and what must stay as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.import_content import vertical_specialisation
from autarky.dependence.proportionality import (
    misplaced_imports,
    proportional_imports,
    proportionality_difference,
)
from autarky.economy import FinalUseKind, FinalUser, Gate, ImportTreatment, Industries
from autarky.errors import InputError
from small_economies import crops_and_mills, three_regions


@pytest.fixture
def accounts() -> Accounts:
    return open_accounts(crops_and_mills())


def test_every_user_imports_the_same_share_of_a_product(accounts: Accounts) -> None:
    # Crops at home are used 30, 30 and 35; 15 of these 95 are imported.
    spread = proportional_imports(accounts)
    used = np.array([30.0, 30.0, 35.0])
    assert np.append(spread.imported_intermediate[0], spread.imported_final[0]) == pytest.approx(
        used * 15 / 95
    )
    assert np.append(spread.Z[0], spread.final[0]) == pytest.approx(used * 80 / 95)
    assert spread.economy.import_treatment is ImportTreatment.PROPORTIONAL
    assert "by assumption" in spread.economy.provenance.notes[-1]


def test_what_home_does_not_make_what_passes_through_and_what_is_exported_stay(accounts: Accounts) -> None:
    spread = proportional_imports(accounts)
    assert np.array_equal(spread.imported_intermediate[1], accounts.imported_intermediate[1])
    assert np.array_equal(spread.Z[1], accounts.Z[1])
    assert np.array_equal(spread.reexports, accounts.reexports)
    assert np.array_equal(spread.exports, accounts.exports)


def test_the_difference_and_the_share_misplaced_by_hand(accounts: Accounts) -> None:
    # Crops' own imports fall from 10 to 30·15/95, mills get as much as they had none of.
    share = 15 / 95
    assert misplaced_imports(accounts).item() == pytest.approx((10 - 30 * share) / 35)
    difference = proportionality_difference(vertical_specialisation, accounts)
    both = vertical_specialisation(proportional_imports(accounts)) - vertical_specialisation(accounts)
    assert difference.item() == both.item() != 0
    assert difference.name == "vertical_specialisation_proportionality_difference"
    assert difference.attrs["units"] == "1"


def test_a_user_with_a_negative_entry_keeps_its_column() -> None:
    economy = crops_and_mills()
    inventories = FinalUser("HOME", "INV", FinalUseKind.INVENTORIES)
    accounts = open_accounts(
        replace(
            economy,
            final_users=(*economy.final_users, inventories),
            Y=np.column_stack([economy.Y, [-9.0, 0.0]]),
            imports_final=np.column_stack([economy.imports_final, [4.0, 0.0]]),
        )
    )
    spread = proportional_imports(accounts)
    assert np.array_equal(spread.final[:, 1], accounts.final[:, 1])
    assert np.array_equal(spread.imported_final[:, 1], accounts.imported_final[:, 1])
    assert spread.imported_final[0, 0] == pytest.approx(35 * 15 / 95)


def test_a_product_whose_makers_at_home_stand_idle_is_bought_as_before() -> None:
    # Crops come from CHINA only, oil from RUSSIA only, but both now under the code of an idle home sector.
    economy = crops_and_mills()
    n = len(economy.x)
    idle = replace(
        economy,
        industries=Industries(("HOME",), (*economy.industries.sectors, "wood")),
        sector_names=(),
        gates=(Gate("CHINA", "wood"), Gate("RUSSIA", "wood")),
        Z=np.pad(economy.Z, (0, 1)),
        Y=np.pad(economy.Y, ((0, 1), (0, 0))),
        value_added=np.pad(economy.value_added, ((0, 0), (0, 1))),
        imports_intermediate=np.pad(economy.imports_intermediate, ((0, 0), (0, 1))),
    )
    accounts = open_accounts(idle)
    spread = proportional_imports(accounts)
    assert accounts.x[n] == 0
    assert np.array_equal(spread.imported_intermediate, accounts.imported_intermediate)
    assert misplaced_imports(accounts).item() == 0


def test_each_region_of_a_bloc_is_spread_by_itself() -> None:
    economy = three_regions()
    bloc = proportional_imports(open_accounts(economy, ("NOR", "CHN"))).economy
    one = proportional_imports(open_accounts(economy, ("NOR",))).economy
    two = proportional_imports(open_accounts(one, ("CHN",))).economy
    assert np.array_equal(bloc.Z, two.Z)
    assert np.array_equal(bloc.Y, two.Y)
    assert np.array_equal(bloc.Z[:, 4:], economy.Z[:, 4:])
    assert not np.allclose(bloc.Z[:, :4], economy.Z[:, :4])


def test_a_table_that_does_not_tell_who_uses_imports_is_refused() -> None:
    economy = replace(crops_and_mills(), import_treatment=ImportTreatment.PROPORTIONAL)
    with pytest.raises(InputError, match=r"crops and mills: imports: .* — compare on a table that has one"):
        proportional_imports(open_accounts(economy))
