"""Concentration of suppliers: small cases worked out by hand, and what is not known said so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.concentration import (
    eu_dependency_indicators,
    geodep,
    geodep_conditions,
    herfindahl_hirschman_index,
    import_concentration,
    single_point_of_failure,
    world_export_concentration,
)
from autarky.economy import ABROAD, Economy, FinalUseKind, FinalUser, Gate, ImportTreatment, Industries
from autarky.errors import InputError
from small_economies import chain, two_regions


def world(year: int = 2020, *, oil_from_a: float = 8.0, oil_to_b: float = 0.0) -> Economy:
    """Three regions that trade oil for final use: A sells H ``oil_from_a``, C sells H 2; H sells B some."""
    economy = two_regions()
    regions = ("H", "A", "B", "C")
    Y = np.zeros((4, 4))
    Y[1, 0], Y[3, 0], Y[0, 2] = oil_from_a, 2.0, oil_to_b
    Y[0, 0] = 5.0
    return replace(
        economy,
        year=year,
        industries=Industries(regions, ("oil",)),
        sector_names=("oil",),
        Z=np.zeros((4, 4)),
        Y=Y,
        final_users=tuple(FinalUser(region, "HH", FinalUseKind.HOUSEHOLDS) for region in regions),
        value_added=Y.sum(axis=1)[None, :],
    )


def test_three_quarters_and_a_quarter_make_five_eighths() -> None:
    index = herfindahl_hirschman_index(np.array([[3.0, 0.0, 2.0], [1.0, 0.0, -1.0]]))
    assert index[:1] == pytest.approx([0.625])
    assert np.isnan(index[1])  # nobody supplies
    assert index[2] == 1.0  # what goes back is no supply


def test_imports_of_oil_at_nine_to_one_and_of_ore_from_one() -> None:
    hhi = import_concentration(open_accounts(chain()))
    assert hhi.sel(product="oil", use="total").values == pytest.approx([0.82, 0.82])
    assert hhi.sel(product="oil", use="intermediate").values == pytest.approx([0.82, 0.82])
    assert hhi.sel(product="oil", use="final").isnull().all()
    assert hhi.sel(product="ore", use="final").values == pytest.approx([1.0, 1.0])
    assert hhi.sel(product="mine").isnull().all()
    assert "undefined" not in hhi.attrs


def test_partners_without_a_name_leave_bounds_and_alone_leave_nothing() -> None:
    some = replace(chain(), gates=(Gate("CHINA", "oil"), Gate(ABROAD, "oil"), Gate(ABROAD, "ore")))
    hhi = import_concentration(open_accounts(some)).sel(use="total")
    assert hhi.sel(product="oil").values == pytest.approx([0.81, 0.82])
    assert hhi.sel(product="ore").isnull().all()
    assert "undefined" not in hhi.attrs
    none = replace(chain(), gates=(Gate(ABROAD, "oil"), Gate(ABROAD, "coal"), Gate(ABROAD, "ore")))
    hhi = import_concentration(open_accounts(none))
    assert hhi.isnull().all() and hhi.attrs["undefined"] == "the table names no partner"
    blank = replace(
        chain(),
        gates=(),
        imports_intermediate=np.zeros((0, 3)),
        imports_final=np.zeros((0, 3)),
        import_treatment=ImportTreatment.NONE,
    )
    assert import_concentration(open_accounts(blank)).attrs["undefined"] == "the table gives no imports"
    indicators, conditions = eu_dependency_indicators(open_accounts(blank))
    assert indicators.isnull().all() and conditions.isnull().all()


def test_an_index_within_bounds_astride_the_threshold_is_not_known() -> None:
    intermediate = chain().imports_intermediate.copy()
    intermediate[:2, 1] = 0.6 * 365, 0.4 * 365  # least 0.36, most 0.52
    economy = replace(
        chain(),
        gates=(Gate("CHINA", "oil"), Gate(ABROAD, "oil"), Gate(ABROAD, "ore")),
        imports_intermediate=intermediate,
    )
    conditions = geodep_conditions(open_accounts(economy)).sel(product="oil")
    assert np.isnan(conditions.sel(condition="import_concentration"))
    assert conditions.sel(condition="imports_exceed_exports") == 1


def test_one_country_has_no_second_indicator_and_says_why() -> None:
    indicators, conditions = eu_dependency_indicators(open_accounts(chain()))
    assert indicators.sel(indicator="CDI2").isnull().all()
    assert indicators.attrs["undefined"] == "CDI2: one country has no imports from inside a bloc"
    oil = conditions.sel(product="oil")
    assert oil.sel(condition=["CDI1", "CDI3"]).values.tolist() == [1.0, 1.0]
    assert indicators.sel(product="oil", indicator="CDI3").isnull().all()  # no exports to divide by
    assert np.isnan(oil.sel(condition="all"))
    assert conditions.sel(product="mine", condition="all") == 0  # exported and not imported


def test_a_bloc_compares_imports_from_outside_with_those_from_inside() -> None:
    """H and C are one: 8 from A outside, 2 from C inside, 1 sold to B."""
    indicators, conditions = eu_dependency_indicators(open_accounts(world(oil_to_b=1.0), ("H", "C")))
    values = indicators.sel(product="oil", bound="least").values
    assert values == pytest.approx([1.0, 8 / 10, 8 / 3])
    assert conditions.sel(product="oil").values.tolist() == [1.0, 1.0, 1.0, 1.0]
    assert "undefined" not in indicators.attrs


def test_geodep_asks_for_two_concentrations_and_more_imports_than_exports() -> None:
    accounts = open_accounts(world(), ("H",))
    conditions = geodep_conditions(accounts).sel(product="oil")
    assert conditions.values.tolist() == [1.0, 1.0, 1.0, 1.0]  # 0.68, 0.68, 10 > 0
    assert world_export_concentration(accounts).sel(product="oil") == pytest.approx(0.68)
    seller = geodep_conditions(open_accounts(world(oil_to_b=10.0), ("H",))).sel(product="oil")
    assert seller.values.tolist() == [1.0, 1.0, 0.0, 0.0]  # (8² + 2² + 10²) / 20² = 0.42; 10 is not above 10


def year(number: int, *, holds: bool) -> Accounts:
    """A year in which all three criteria hold, or in which H exports more oil than it imports."""
    return open_accounts(world(number, oil_to_b=0.0 if holds else 99.0), ("H",))


@pytest.mark.parametrize(
    ("held", "dependent"), [((1, 1, 1), 1), ((1, 0, 1), 1), ((0, 1, 1), 1), ((0, 0, 1), 0), ((0, 0, 0), 0)]
)
def test_two_years_of_three_make_a_product_dependent(held: tuple[int, ...], dependent: int) -> None:
    years = [year(2018 + k, holds=bool(holds)) for k, holds in enumerate(held)]
    result = geodep(years)
    assert result.sel(product="oil").item() == dependent
    assert "2018, 2019, 2020" in result.attrs["formula"]


def test_years_that_do_not_fit_are_named_together() -> None:
    with pytest.raises(InputError) as caught:
        geodep([year(2018, holds=True), open_accounts(world(2018), ("A",))], at_least=3)
    text = str(caught.value)
    assert "2 years given, 3 of them must hold" in text
    assert "a year stands twice" in text
    assert "2018 has another home or other products than 2018" in text


def test_a_national_table_does_not_see_the_worlds_exports() -> None:
    accounts = open_accounts(chain())
    for array in (world_export_concentration(accounts), single_point_of_failure(accounts)):
        assert array.isnull().all()
        assert array.attrs["undefined"] == "a national table sees no other exporters"
    assert np.isnan(geodep([accounts], at_least=1).sel(product="oil"))


def test_the_largest_exporter_abroad_takes_its_share_with_it() -> None:
    """World exports 8 + 2 + 30 of home's own; H makes 35 and imports 10, 8 of them from A."""
    shares = single_point_of_failure(open_accounts(world(oil_to_b=30.0), ("H",))).sel(product="oil")
    assert shares.coords["top_exporter"].item() == "A"
    assert shares.values == pytest.approx([8 / 40, 8 / 10, 1 - 8 / 45])
