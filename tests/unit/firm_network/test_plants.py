"""Plants inside a table: what they take, from whom and for whom, and when they take too much."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.errors import EconomyError
from autarky.firm_network import FirmNetwork, Level
from autarky.firm_network.from_table import Frame, frame_of
from autarky.firm_network.plants import with_plants
from autarky.firm_network.section import Plant
from autarky.scenario import CriticalityRule
from small_economies import crops_and_mills, two_regions


def plant(name: str = "mill 1", sector: str = "mills", share: float = 0.2, **more: Any) -> Plant:
    return Plant(name=name, sector=sector, share_of_sector=share, source="assumption", **more)


def frame(*rules: dict[str, Any]) -> Frame:
    return frame_of(crops_and_mills(), essentiality=[CriticalityRule.model_validate(rule) for rule in rules])


def sales(network: FirmNetwork) -> dict[tuple[str, str], float]:
    ends = zip(network.supplier, network.buyer, network.sales, strict=True)
    return {(network.id_of(s), network.id_of(b)): float(amount) for s, b, amount in ends}


def problems(*plants: Plant, of: Frame | None = None) -> list[str]:
    with pytest.raises(EconomyError) as caught:
        with_plants(frame() if of is None else of, plants)
    return [str(problem) for problem in caught.value.problems]


def test_a_plant_has_its_share_and_the_rest_firm_what_is_left() -> None:
    network = with_plants(frame(), [plant()], np.array([50.0, 10.0]))
    assert [network.id_of(i) for i in range(len(network))] == [
        "mill 1",
        "crops-rest",
        "mills-rest",
        "CHINA.crops",
        "RUSSIA.oil",
    ]
    assert network.nodes.output.tolist() == [20, 100, 80, 16, 20]
    assert network.nodes.value_added.tolist() == pytest.approx([6, 40, 24, 0, 0])
    assert network.nodes.jobs.tolist() == [2, 50, 8, 0, 0]
    assert network.nodes.is_rest.tolist() == [False, True, True, False, False]
    told = sales(network)
    # Its own use, 4 of the 20 that mills sell mills, is bought of the rest and sold to the rest.
    assert told["mill 1", "mills-rest"] == told["mills-rest", "mill 1"] == 4
    assert told["mills-rest", "mills-rest"] == pytest.approx(12)
    assert ("mill 1", "mill 1") not in told
    assert told["RUSSIA.oil", "mill 1"] == 4
    assert told["crops-rest", "mill 1"] == 6


def test_what_a_plant_says_of_its_inputs_is_what_it_buys_and_its_value_added_bears_it() -> None:
    network = with_plants(frame(), [plant(inputs={"RUSSIA.oil": 0.5, "crops": 0.1})])
    told = sales(network)
    assert told["RUSSIA.oil", "mill 1"] == 10
    assert told["RUSSIA.oil", "mills-rest"] == 10
    assert told["crops-rest", "mill 1"] == pytest.approx(2)
    assert network.nodes.value_added[0] == pytest.approx(20 - 10 - 2 - 4)


def test_a_product_is_all_of_it_from_wherever_and_a_part_named_alone_counts_within() -> None:
    farm = plant("farm", "crops", 0.1, inputs={"crops": 0.4, "CHINA.crops": 0.15})
    told = sales(with_plants(frame(), [farm]))
    assert told["CHINA.crops", "farm"] == 1.5
    assert told["crops-rest", "farm"] == pytest.approx(2.5)


def test_what_a_plant_says_of_its_buyers_is_what_it_sells_and_the_rest_is_for_final_users() -> None:
    network = with_plants(frame(), [plant(sells_to={"crops": 0.6})])
    told = sales(network)
    assert told["mill 1", "crops-rest"] == 12
    assert told["mills-rest", "crops-rest"] == 18
    assert ("mill 1", "mills-rest") not in told
    assert network.final_sales[0] == pytest.approx(8)


@pytest.mark.parametrize("by_the_seller", [True, False])
def test_trade_between_plants_is_the_same_whoever_tells_it(by_the_seller: bool) -> None:
    farm = plant(
        "farm", "crops", 0.1, **({"sells_to": {"mill 1": 0.2, "mills": 0.5}} if by_the_seller else {})
    )
    mill = plant(inputs={} if by_the_seller else {"farm": 0.1})
    network = with_plants(frame(), [farm, mill])
    assert sales(network)["farm", "mill 1"] == pytest.approx(2)
    into = {ends[0]: amount for ends, amount in sales(network).items() if ends[1] == "mill 1"}
    assert into["farm"] + into["crops-rest"] == pytest.approx(6)  # as its sector buys: the 2 are of these


def test_a_plant_that_buys_more_of_another_than_its_sector_of_all_of_them_buys_that_much() -> None:
    network = with_plants(frame(), [plant("farm", "crops", 0.3), plant(inputs={"farm": 0.4})])
    assert sales(network)["farm", "mill 1"] == pytest.approx(8)
    assert ("crops-rest", "mill 1") not in sales(network)
    assert network.nodes.value_added[1] == pytest.approx(20 - 8 - 4 - 4)


def test_what_only_a_plant_makes_is_a_kind_of_its_own_as_critical_as_its_sectors_but_where_a_rule_says() -> (
    None
):
    rules = (
        {"inputs": "mills", "users": "crops", "level": "important"},
        {"inputs": "flour", "users": "crops", "level": "non_essential"},
    )
    network = with_plants(frame(rules[0]), [plant(makes="flour")])
    flour, crops, mills = (network.kinds.index(kind) for kind in ("flour", "crops", "mills"))
    assert network.nodes.kind[0] == flour
    assert network.essentiality[flour, crops] == network.essentiality[mills, crops] == Level.LINEAR
    network = with_plants(frame(*rules), [plant(makes="flour")])
    assert network.essentiality[flour, crops] == Level.NO_EFFECT
    assert network.essentiality[mills, crops] == Level.LINEAR


def test_a_plant_of_a_table_of_several_regions_stands_in_one_and_buys_from_all() -> None:
    of = frame_of(two_regions())
    network = with_plants(of, [plant("kitchen", "food", 0.25, region="CHN", inputs={"coal": 0.1})])
    told = sales(network)
    assert told["NOR.coal-rest", "kitchen"] == pytest.approx(told["CHN.coal-rest", "kitchen"])
    output = network.nodes.output[0]
    assert told["NOR.coal-rest", "kitchen"] + told["CHN.coal-rest", "kitchen"] == pytest.approx(0.1 * output)
    assert network.id_of(3) == "CHN.food-rest"


def test_an_illustration_says_so_and_what_it_rests_on() -> None:
    network = with_plants(frame(), [plant()])
    assert network.is_illustrative
    assert not network.is_synthetic
    assert network.notes[-1] == "mill 1 is an illustration, no record of a real plant: assumption"


@pytest.mark.parametrize(
    ("plants", "told"),
    [
        (
            [plant(inputs={"RUSSIA.oil": 0.9}, share=0.3)],
            "plant mill 1, inputs, RUSSIA.oil: takes 27 million USD a year, and mills buys 20 million "
            "USD of it in all — lower its share in inputs, or share_of_sector",
        ),
        (
            [plant(inputs={"RUSSIA.oil": 0.6}), plant("mill 2", inputs={"RUSSIA.oil": 0.5})],
            "plant mill 1, inputs, RUSSIA.oil: takes 12 million USD a year and other plants 10 million "
            "USD, and mills buys 20 million USD of it in all — lower its share in inputs, or "
            "share_of_sector",
        ),
        (
            [plant(sells_to={"crops": 1.0}, share=0.4)],
            "plant mill 1, sells_to, crops: sells 40 million USD a year, and crops buys 30 million USD "
            "of mills in all — lower its share in sells_to, or share_of_sector",
        ),
        (
            [plant(inputs={"crops": 0.5, "RUSSIA.oil": 0.6})],
            "plant mill 1, inputs: cost 26 million USD a year, and it makes 20 million USD — lower a "
            "share: what is left is its value added",
        ),
        (
            [plant(share=0.6)],
            "plants mill 1: leave the rest of mills -4 million USD a year to sell to the rest of mills: "
            "a plant sells nothing to itself — lower share_of_sector",
        ),
        (
            [plant("store", share=0.9, sells_to={"crops": 0.001})],
            "plant store, sells_to: sells 0.09 million USD a year to firms; that leaves the rest of "
            "mills 49.91 million USD to sell them, and it makes 10 million USD — sell more to sectors, "
            "or lower share_of_sector",
        ),
        (
            [plant(sells_to={"crops": 0.7, "mills": 0.5})],
            "plant mill 1, sales: come to 24 million USD a year, and it makes 20 million USD — lower "
            "sells_to, or what other plants buy of it",
        ),
        (
            [plant(inputs={"oil": 0.1, "RUSSIA.oil": 0.2})],
            "plant mill 1, inputs, oil: is 2 million USD a year in all, less than its parts that are "
            "named — raise it, or lower a part",
        ),
        (
            [plant("farm", "crops", inputs={"oil": 0.1})],
            "plant farm, inputs, oil: wants 2 million USD a year, and crops buys none of it in the table "
            "— leave it out, or choose another sector",
        ),
        (
            [plant(inputs={"farm": 0.1}), plant("farm", "crops", sells_to={"mill 1": 0.2})],
            "plant mill 1, inputs, farm: is 2 million USD, and the other plant says 4 million USD — say "
            "it on one side only",
        ),
        (
            [plant(inputs={"mill 1": 0.1})],
            "plant mill 1, inputs, mill 1: is from a plant to itself — leave it out: it is no trade",
        ),
        (
            [plant(inputs={"farm": 0.2, "crops": 0.1}), plant("farm", "crops")],
            "plant mill 1, inputs, HOME.crops: is 2 million USD a year, and of plants there alone it "
            "buys 4 million USD — raise it, or lower the other",
        ),
        (
            [plant(sells_to={"crops": 0.1, "farm": 0.2}), plant("farm", "crops")],
            "plant mill 1, sells_to, crops: is 2 million USD a year, and to plants there alone it sells "
            "4 million USD — raise it, or lower the other",
        ),
        (
            [plant(sector="mils")],
            "plant mill 1, sector: no sector 'mils' in the table — did you mean 'mills'?",
        ),
        ([plant(region="HOM")], "plant mill 1, region: no region 'HOM' in the table — did you mean 'HOME'?"),
        (
            [plant(inputs={"RUSIA.oil": 0.1})],
            "plant mill 1, inputs, RUSIA.oil: is nothing that can be bought — did you mean 'RUSSIA.oil'?",
        ),
        (
            [plant(sells_to={"crop": 0.1})],
            "plant mill 1, sells_to, crop: is nobody who buys — did you mean 'crops'?",
        ),
        ([plant("mills-rest")], "plant mills-rest: bears a name that is in use — give it another"),
        (
            [plant("a", share=0.5), plant("b", share=0.5)],
            "plants a, b, share_of_sector: take 1 of mills together — leave something for the rest",
        ),
        (
            [plant(makes="crops")],
            "plant mill 1, makes: 'crops' is made by a sector of the table — name what it alone makes, "
            "or leave it out",
        ),
        (
            [plant(makes="paste"), plant("farm", "crops", makes="paste")],
            "plant mill 1, makes: 'paste' is also made by a plant of another sector — give the two kinds "
            "two names",
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_line_with_both_amounts(plants: list[Plant], told: str) -> None:
    assert told in problems(*plants)


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(problems(plant(sector="x"), plant("mill 2", region="y"), plant("crops", "crops"))) == 3
    assert len(problems(plant(inputs={"x": 0.1}, sells_to={"y": 0.1}))) == 2


def test_a_table_of_several_regions_has_to_be_told_where_a_plant_stands() -> None:
    assert problems(plant(sector="food"), of=frame_of(two_regions())) == [
        "plant mill 1, region: is not said, and the table has several — say where it stands: NOR, CHN"
    ]
