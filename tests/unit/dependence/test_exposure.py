"""Exposure of economies whose answer can be written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.exposure import (
    exported_share,
    face_value_exposure,
    foreign_input_reliance,
    foreign_market_reliance,
    hidden_exposure,
    look_through_exposure,
    territorial_input_reliance,
)
from autarky.economy import Economy, FinalUseKind, FinalUser, ImportTreatment, Industries, Provenance
from autarky.errors import InputError
from small_economies import chain

FLOWS = {("A.raw", "B.part"): 1.0, ("B.part", "A.car"): 2.0, ("A.raw", "C.car"): 1.0}
FINAL = {("A.car", "A"): 3.0, ("C.car", "C"): 1.0}


def world(flows: Mapping[tuple[str, str], float], final: Mapping[tuple[str, str], float]) -> Economy:
    """A table of these flows between ``region.sector``, and to the households of regions."""
    industries = Industries(("A", "B", "C"), ("raw", "part", "car"))
    place = {label: i for i, label in enumerate(industries.labels)}
    Z, Y = np.zeros((9, 9)), np.zeros((9, 3))
    for (seller, buyer), flow in flows.items():
        Z[place[seller], place[buyer]] = flow
    for (seller, region), flow in final.items():
        Y[place[seller], industries.regions.index(region)] = flow
    return Economy(
        name="round trip",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=industries,
        Z=Z,
        final_users=tuple(FinalUser(region, "HH", FinalUseKind.HOUSEHOLDS) for region in industries.regions),
        Y=Y,
        value_added_names=("value added",),
        value_added=(Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0))[None, :],
        import_treatment=ImportTreatment.MULTI_REGIONAL,
        provenance=Provenance("round trip", "assumption: made by hand"),
    )


@pytest.fixture
def at_home_in_a() -> Accounts:
    """A.raw → B.part → A.car and A.raw → C.car, seen from A."""
    return open_accounts(world(FLOWS, FINAL), ("A",))


@pytest.fixture
def nation() -> Accounts:
    """Mine → mill → shop; oil is half the mill's inputs: 0.9 from China, 0.1 from Russia, of output 2."""
    return open_accounts(chain())


def test_an_industry_that_imports_nothing_is_exposed_through_its_supplier(nation: Accounts) -> None:
    assert face_value_exposure(nation).sel(industry="mill", origin="CHINA") == pytest.approx(0.45)
    assert face_value_exposure(nation).sel(industry="shop", origin="CHINA") == 0.0
    # The shop takes 2/3 of its output from the mill.
    assert look_through_exposure(nation).sel(industry="shop", origin="CHINA") == pytest.approx(0.3)
    hidden = hidden_exposure(nation).sel(industry="shop")
    assert hidden.sel(origin="CHINA") == pytest.approx(0.3)
    assert hidden.sel(origin="RUSSIA") == pytest.approx(1 / 30)


def test_a_national_table_has_the_foreign_part_of_the_first_tier_alone(nation: Accounts) -> None:
    reliance = foreign_input_reliance(nation)
    assert reliance.sel(view="face value").values[1:] == pytest.approx([0.5, 0.0])
    assert np.isnan(reliance.sel(view=["look-through", "hidden"])).all()
    assert "a national table ends at the border" in reliance.attrs["blind_spots"]
    # Mine 1, oil 1, mill 2.
    assert territorial_input_reliance(nation).sel(view="face value") == pytest.approx(0.25)
    by_origin = territorial_input_reliance(nation, by_origin=True)
    assert by_origin.sel(origin="RUSSIA", view="face value") == pytest.approx(0.025)


def test_an_industry_without_inputs_relies_on_nothing_that_is_defined(at_home_in_a: Accounts) -> None:
    assert np.isnan(foreign_input_reliance(at_home_in_a).sel(industry="A.raw")).all()
    assert np.isnan(foreign_input_reliance(at_home_in_a, by_origin=True).sel(industry="A.raw")).all()
    assert np.isnan(territorial_input_reliance(at_home_in_a, sectors=["raw"])).all()


def test_the_territory_is_weighted_by_output() -> None:
    """Car 3 of B's part 1 and home part 1; home part 1 of B's raw 0.5. All tiers: B 1 and 0.5, home 1."""
    flows = {("B.part", "A.car"): 1.0, ("A.part", "A.car"): 1.0, ("B.raw", "A.part"): 0.5}
    accounts = open_accounts(world(flows, {("A.car", "A"): 3.0}), ("A",))
    assert foreign_input_reliance(accounts).sel(industry="A.car").values == pytest.approx([0.5, 0.6, 0.1])
    # The part's own inputs again: B 0.5 more, in both.
    together = territorial_input_reliance(accounts).values
    assert together == pytest.approx([1.5 / 2.5, 2.0 / 3.0, 2.0 / 3.0 - 0.6])
    assert territorial_input_reliance(accounts, sectors=["car"]).values == pytest.approx([0.5, 0.6, 0.1])
    from_b = territorial_input_reliance(accounts, by_origin=True).sel(origin="B").values
    assert from_b == pytest.approx(together)


def test_an_unknown_sector_is_refused_by_name(nation: Accounts) -> None:
    with pytest.raises(InputError, match="sectors: unknown sector 'shpo' — did you mean 'shop'"):
        territorial_input_reliance(nation, sectors=["shpo"])


def test_home_inputs_that_come_back_are_not_foreign(at_home_in_a: Accounts) -> None:
    """The car's only direct input is B's part, which is made of A's own raw material."""
    car = foreign_input_reliance(at_home_in_a).sel(industry="A.car")
    assert car.values == pytest.approx([1.0, 2 / 3, -1 / 3])
    assert look_through_exposure(at_home_in_a).sel(industry="A.car").values == pytest.approx([2 / 3, 0.0])


def test_sales_abroad_that_end_at_home_do_not_rely_on_foreign_markets(at_home_in_a: Accounts) -> None:
    """Half of the raw material goes to B, from where it comes home in a part; half ends in C."""
    raw = foreign_market_reliance(at_home_in_a).sel(industry="A.raw")
    assert raw.values == pytest.approx([1.0, 0.5, -0.5])
    split = foreign_market_reliance(at_home_in_a, by_destination=True).sel(industry="A.raw")
    assert split.sel(view="face value").values == pytest.approx([0.5, 0.5])
    assert split.sel(view="look-through").values == pytest.approx([0.0, 0.5])
    assert np.isnan(foreign_market_reliance(at_home_in_a).sel(industry="A.car")).all()


def test_final_goods_sold_abroad_are_no_sales_to_industries() -> None:
    flows, final = {("A.raw", "A.car"): 1.0, ("A.raw", "B.car"): 3.0}, {("A.raw", "C"): 5.0}
    final |= {("A.car", "A"): 2.0, ("B.car", "A"): 4.0}
    raw = foreign_market_reliance(open_accounts(world(flows, final), ("A",))).sel(industry="A.raw")
    assert raw.values == pytest.approx([0.75, 0.75, 0.0])


def test_a_national_table_does_not_tell_who_uses_its_exports(nation: Accounts) -> None:
    assert np.isnan(foreign_market_reliance(nation)).all()
    assert exported_share(nation).sel(industry="mine").values == pytest.approx([0.5, 0.5, 0.0])


def test_net_exports_are_no_exports() -> None:
    economy = replace(chain(), import_treatment=ImportTreatment.NET_EXPORTS)
    assert np.isnan(exported_share(open_accounts(economy))).all()


def test_output_leaves_inside_the_exports_of_others() -> None:
    flows, final = (
        {("A.raw", "A.part"): 1.0, ("A.part", "B.car"): 2.0},
        {("A.raw", "A"): 1.0, ("B.car", "B"): 3.0},
    )
    share = exported_share(open_accounts(world(flows, final), ("A",)), by_destination=True)
    assert share.sel(industry="A.raw", destination="B").values == pytest.approx([0.0, 0.5, 0.5])
    assert share.sel(industry="A.raw", destination="C").values == pytest.approx([0.0, 0.0, 0.0])
    assert np.isnan(share.sel(industry="A.car")).all()


def test_a_bloc_is_home_to_all_its_regions() -> None:
    bloc = open_accounts(world(FLOWS, FINAL), ("A", "B"))
    assert foreign_input_reliance(bloc).sel(industry="A.car").values == pytest.approx([0.0, 0.0, 0.0])
    assert foreign_market_reliance(bloc).sel(industry="A.raw").values == pytest.approx([0.5, 0.5, 0.0])


def test_where_nothing_is_abroad_nothing_is_foreign_and_what_is_undefined_stays_so() -> None:
    everywhere = open_accounts(world(FLOWS, FINAL), ("A", "B", "C"))
    reliance = foreign_input_reliance(everywhere)
    assert reliance.sel(industry="A.car").values == pytest.approx([0.0, 0.0, 0.0])
    assert np.isnan(reliance.sel(industry="A.raw")).all()
    assert face_value_exposure(everywhere).shape == (0, 9)
