"""The firm network: built once, never changed, and each thing that cannot be is told in one line."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.errors import EconomyError
from autarky.firm_network import FirmNetwork, Level, links_in_order
from autarky.firm_network.from_table import frame_of
from autarky.scenario import CriticalityRule
from autarky.scenario.behaviour import ImportRule
from made_firms import network, random_network
from small_economies import chain, coal_from_apart, two_regions


def three(**more: Any) -> FirmNetwork:
    """Two firms and a supplier abroad: 0 → 1 (2), abroad → 0 (1), abroad → 1 (3)."""
    given = {"output": [5, 6, 4], "abroad": 1, "kind": [0, 1, 2], "essentiality": np.full((3, 3), 2)}
    return network([0, 2, 2], [1, 0, 1], [2, 1, 3], **given | more)


def problems(**more: Any) -> list[str]:
    with pytest.raises(EconomyError) as caught:
        three(**more)
    return [str(problem) for problem in caught.value.problems]


def test_what_is_derived_follows_from_the_links() -> None:
    made = three()
    assert len(made) == 3
    assert made.supplier.tolist() == [0, 2, 2]
    assert made.sold.tolist() == [2, 0, 4]
    assert made.bought.tolist() == [1, 5, 0]
    assert made.final_sales.tolist() == [3, 6, 0]
    assert made.is_foreign.tolist() == [False, False, True]


def test_nodes_are_found_by_their_names_whatever_the_alphabet() -> None:
    made = three(ids=["Чхонджин".encode(), "b", "A"])
    assert made.find("Чхонджин") == 0
    assert made.find("A") == 2
    assert made.find("C") is None
    assert made.find("zzz") is None
    assert made.id_of(0) == "Чхонджин"


def test_nothing_in_it_can_be_written_to_also_after_it_travelled() -> None:
    for made in (three(), pickle.loads(pickle.dumps(three()))):
        arrays = [made.essentiality, made.first, made.buyer, made.sales, made.nodes.output, made.nodes.ids]
        for array in [*arrays, made.supplier, made.sold, made.bought, made.final_sales, made.is_foreign]:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = array[0]
        with pytest.raises(AttributeError):
            made.firms = 1


def test_what_is_given_is_not_frozen_in_the_hands_of_its_giver() -> None:
    given = np.array([5.0, 6.0, 4.0])
    three(output=given)
    given[0] = 7.0
    assert given[0] == 7.0


def test_a_pickled_network_is_the_same_network() -> None:
    made = random_network(1)
    again = pickle.loads(pickle.dumps(made))
    assert again.digest == made.digest
    assert (again.name, again.kinds, again.provenance, again.notes) == (
        made.name,
        made.kinds,
        made.provenance,
        made.notes,
    )


@pytest.mark.parametrize(
    "other",
    [
        {"output": [5, 6, 4.5]},
        {"jobs": [1, 0, 0]},
        {"value_added": [0, 0, 0]},
        {"kind": [1, 1, 2]},
        {"sector": [0, 0, 2]},
        {"essentiality": np.full((3, 3), 1)},
        {"ids": ["a", "b", "c"]},
        {"unit": "thousand USD"},
        {"abroad": 1, "region": [0, 1, 1]},
    ],
    ids=lambda other: next(iter(other)),
)
def test_the_digest_knows_every_number_and_label(other: dict[str, Any]) -> None:
    assert three().digest == three().digest
    assert three(**other).digest != three().digest


def test_links_come_in_order_and_nothing_is_added_together() -> None:
    rng = np.random.default_rng(2)
    supplier, buyer, sales = rng.integers(0, 50, 400), rng.integers(0, 50, 400), rng.random(400)
    first, buyers, amounts = links_in_order(50, supplier, buyer, sales)
    order = np.lexsort((buyer, supplier))
    assert np.array_equal(np.repeat(np.arange(50), np.diff(first)), supplier[order])
    assert np.array_equal(buyers, buyer[order])
    assert np.array_equal(amounts, sales[order])


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"output": [5, -1, 4]},
            "made: firm-1, output: is -1 — give a number from 0 on",
        ),
        (
            {"output": [5, np.nan, 4]},
            "made: firm-1, output: is nan — give a number from 0 on",
        ),
        (
            {"jobs": [1, -2, 0]},
            "made: firm-1, jobs: is -2 — give a number from 0 on",
        ),
        (
            {"output": [1, 6, 4]},
            "made: firm-0, output: is 1 million USD, and it sells 2 — correct its output or its sales",
        ),
        ({"region": [-1, 0, 1]}, "made: firm-0, region: is position -1 — unknown"),
        ({"abroad": 3}, "made: firms: 0 of 3 nodes — give at least one firm"),
        (
            {"abroad": 2},
            "made: link firm-0 → firm-1: sells to a supplier abroad (2 million USD) — make it an export: "
            "leave it out",
        ),
        ({"essentiality": np.full((3, 3), 3)}, "made: essentiality: knows 0, 1 and 2 only — correct it"),
        (
            {"essentiality": np.full((2, 2), 2)},
            "made: firm-2, kind: is position 2 — unknown",
        ),
        ({"jobs": [1, 2]}, "made: jobs: has shape (2,), not (3,) — give one number per label"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(more: dict[str, Any], told: str) -> None:
    assert told in problems(**more)


@pytest.mark.parametrize(
    ("supplier", "buyer", "sales", "told"),
    [
        ([0], [1], [-2], "made: link firm-0 → firm-1: is not above 0 (-2 million USD) — leave the link out"),
        ([0], [1], [0], "made: link firm-0 → firm-1: is not above 0 (0 million USD) — leave the link out"),
        ([0], [1], [np.inf], "made: link firm-0 → firm-1: is not above 0 (inf million USD)"),
        (
            [0],
            [0],
            [2],
            "made: link firm-0 → firm-0: is from a firm to itself (2 million USD) — leave it out",
        ),
        ([0, 0], [1, 1], [2, 3], "made: link firm-0 → firm-1: stands twice (3 million USD) — add the two"),
    ],
)
def test_what_a_link_cannot_be_is_told_in_one_line(supplier: Any, buyer: Any, sales: Any, told: str) -> None:
    with pytest.raises(EconomyError) as caught:
        network(supplier, buyer, sales, kind=[0, 0], essentiality=[[2]], output=[9, 9])
    assert any(str(problem).startswith(told) for problem in caught.value.problems)


def test_a_firm_that_loses_money_is_no_mistake_and_one_that_is_a_number_less_is() -> None:
    assert three(value_added=[-3, 1, 0]).nodes.value_added[0] == -3
    assert "made: firm-0, value_added: is nan — give a number from 0 on" in problems(
        value_added=[np.nan, 1, 0]
    )


def test_only_the_rest_of_a_sector_sells_to_itself() -> None:
    made = three()
    first, buyer, sales = links_in_order(
        3, np.array([0, 0, 2, 2]), np.array([0, 1, 0, 1]), np.array([1.0, 2, 1, 3])
    )
    rest = replace(made.nodes, is_rest=np.array([True, False, False]))
    assert len(replace(made, nodes=rest, first=first, buyer=buyer, sales=sales).sales) == 4
    with pytest.raises(EconomyError, match="from a firm to itself"):
        replace(made, first=first, buyer=buyer, sales=sales)


def test_links_in_no_order_are_refused_with_the_way_to_order_them() -> None:
    made = three()
    with pytest.raises(EconomyError, match="links_in_order"):
        replace(made, buyer=made.buyer[[0, 2, 1]])
    with pytest.raises(EconomyError, match="does not count the links"):
        replace(made, first=np.array([0, 1, 1, 2]))
    with pytest.raises(EconomyError, match="name a buyer that is no node"):
        replace(made, buyer=np.array([1, 0, 9]))


def test_many_problems_of_a_sort_are_counted_and_of_several_sorts_told_together() -> None:
    n = 30
    with pytest.raises(EconomyError) as caught:
        network(
            range(n),
            [n] * n,
            [-1] * n,
            kind=[0] * (n + 1),
            essentiality=[[2]],
            output=[1] * (n + 1),
            jobs=[*[-1] * n, 0],
        )
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 42
    assert told[20].startswith("made: jobs: 10 more of these")
    assert told[41].startswith("made: links: 10 more of these")


# --- what is taken over from a table -------------------------------------------------------------


def test_imports_of_a_national_table_are_kinds_of_their_own_where_home_products_cannot_replace_them() -> None:
    frame = frame_of(coal_from_apart())
    assert frame.kinds == ("food", "coal", "coal (abroad)")
    assert frame.kinds[frame.gate_kind[0]] == "coal (abroad)"
    assert frame.product_of == {"food": "food", "coal": "coal", "coal (abroad)": "coal"}
    assert frame.gate_names == ("CHINA.coal",)
    competes = frame_of(coal_from_apart(), ImportRule(competitive=("coal",)))
    assert competes.kinds == ("food", "coal")
    assert competes.kinds[competes.gate_kind[0]] == "coal"


def test_a_frame_holds_what_firms_add_up_to() -> None:
    economy = chain()
    frame = frame_of(economy)
    assert frame.sectors == ("mine", "mill", "shop", "oil", "ore")
    assert frame.regions == ("HOME", "CHINA", "RUSSIA")
    assert np.array_equal(frame.use, np.vstack([economy.Z, economy.imports_intermediate]))
    assert np.array_equal(frame.output[:3], economy.x)
    assert frame.output[3:] == pytest.approx([0.9 * 365, 0.1 * 365, 365])
    assert np.array_equal(frame.value_added, economy.value_added[0])
    assert frame.notes == ()


def test_a_frame_of_several_regions_has_one_kind_for_one_product() -> None:
    frame = frame_of(two_regions())
    assert frame.kinds == ("food", "coal")
    assert frame.industry_kind.tolist() == [0, 1, 0, 1]
    assert frame.industry_region.tolist() == [0, 0, 1, 1]


def test_what_is_taken_out_of_stocks_leaves_a_note_and_no_negative_sale() -> None:
    frame = frame_of(chain(shop_inventories=-3.5))
    assert frame.output[2] == frame.use[2].sum() == 0
    assert "final users take less than nothing" in frame.notes[0]


def test_later_rules_override_earlier_ones_and_a_product_names_all_its_kinds() -> None:
    rules = [
        CriticalityRule.model_validate({"level": "non_essential"}),
        CriticalityRule.model_validate({"inputs": "coal", "users": "food", "level": "important"}),
        CriticalityRule.model_validate({"inputs": "coal (abroad)", "users": "food", "level": "essential"}),
    ]
    levels = frame_of(coal_from_apart(), essentiality=rules).essentiality
    assert levels[1, 0] == Level.LINEAR
    assert levels[2, 0] == Level.ESSENTIAL
    assert (levels == Level.NO_EFFECT).sum() == 7
    assert (frame_of(coal_from_apart()).essentiality == Level.ESSENTIAL).all()
