"""Whatever firms are listed, of whatever table: completed, they add up to it, and nobody oversells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_economies import make_economy
from tests.made_firm_lists import firms_of, some_of

from autarky.errors import EconomyError
from autarky.firm_network import FirmNetwork
from autarky.firm_network.consistency import agreement, blocks, places
from autarky.firm_network.from_table import Frame, frame_of
from autarky.firm_network.plants import with_plants
from autarky.firm_network.rest import completed
from autarky.firm_network.section import Plant
from small_economies import crops_and_mills

seeds = st.integers(0, 2**32 - 1)
shares = st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])

FACTORY = Plant(name="mill 1", sector="mills", share_of_sector=0.2, source="assumption")


def links(network: FirmNetwork) -> dict[tuple[str, str], float]:
    ends = zip(network.supplier, network.buyer, network.sales, strict=True)
    return {(network.id_of(s), network.id_of(b)): float(amount) for s, b, amount in ends}


def add_up(network: FirmNetwork, frame: Frame) -> None:
    place, home = places(network, frame), slice(network.firms)
    largest = frame.use.max(initial=1.0)
    np.testing.assert_allclose(blocks(network, place, frame), frame.use, rtol=1e-9, atol=1e-9 * largest)
    output = np.bincount(place, network.nodes.output, len(frame.output))
    np.testing.assert_allclose(output, frame.output, rtol=1e-9, atol=1e-9 * largest)
    value_added = np.bincount(place[home], network.nodes.value_added[home], len(frame.value_added))
    np.testing.assert_allclose(value_added, frame.value_added, rtol=1e-9, atol=1e-9 * largest)


@given(seeds, shares, shares)
@settings(max_examples=60)
def test_completed_lists_have_every_sum_of_the_table(seed: int, nodes: float, links: float) -> None:
    rng = np.random.default_rng(seed)
    frame = frame_of(make_economy(rng, oddities=True))
    listed = some_of(firms_of(frame, rng), rng, nodes, links)
    jobs = np.full(len(frame.value_added), 150.0)
    whole = completed(listed, frame, jobs=jobs)
    add_up(whole, frame)
    place = places(whole, frame)
    home = slice(whole.firms)
    np.testing.assert_allclose(np.bincount(place[home], whole.nodes.jobs[home]), jobs, rtol=1e-9)
    again = agreement(whole, frame)
    assert again.residual_output < 1e-9 and again.residual_links < 1e-9 and again.residual_imports < 1e-9
    # The listed keep what they have, and nothing of theirs is lost.
    at = [whole.find(listed.id_of(i)) for i in range(len(listed))]
    assert None not in at
    np.testing.assert_allclose(
        whole.nodes.output[at][: listed.firms], listed.nodes.output[: listed.firms], rtol=1e-9
    )
    pairs = {(s, b): v for s, b, v in zip(whole.supplier, whole.buyer, whole.sales, strict=True)}
    for supplier, buyer, sales in zip(listed.supplier, listed.buyer, listed.sales, strict=True):
        assert pairs[at[supplier], at[buyer]] >= sales * (1 - 1e-9)


@given(seeds, shares, shares)
@settings(max_examples=20)
def test_what_is_complete_stays_as_it_is(seed: int, nodes: float, links: float) -> None:
    rng = np.random.default_rng(seed)
    frame = frame_of(make_economy(rng))
    whole = completed(some_of(firms_of(frame, rng), rng, nodes, links), frame)
    again = completed(whole, frame)
    assert again.nodes.ids.tolist() == whole.nodes.ids.tolist()
    np.testing.assert_allclose(again.sales.sum(), whole.sales.sum(), rtol=1e-9)
    np.testing.assert_allclose(again.nodes.output, whole.nodes.output, rtol=1e-9, atol=1e-9)


@given(seeds)
@settings(max_examples=20)
def test_a_rest_firm_of_the_data_takes_more_where_others_are_missing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = frame_of(make_economy(rng))
    whole = completed(some_of(firms_of(frame, rng), rng, 0.6, 0.6), frame)
    again = completed(some_of(whole, rng, 0.7, 0.7), frame)
    add_up(again, frame)
    ids = [again.id_of(i) for i in range(len(again))]
    assert len(set(ids)) == len(ids)


@given(seeds)
@settings(max_examples=20)
def test_listed_firms_are_given_no_more_inputs_than_their_recipe(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = frame_of(make_economy(rng))
    listed = some_of(firms_of(frame, rng), rng, 0.7, 0.5)
    whole = completed(listed, frame)
    at = [whole.find(listed.id_of(i)) for i in range(listed.firms)]
    place = places(listed, frame)[: listed.firms]
    made = np.maximum(frame.output[: len(frame.value_added)], 1e-12)
    recipe = (frame.use.sum(axis=0) / made)[place] * listed.nodes.output[: listed.firms]
    most = np.maximum(recipe, listed.bought[: listed.firms])
    assert (whole.bought[at] <= most * (1 + 1e-9)).all()


@given(seeds)
@settings(max_examples=20)
def test_what_firms_exceed_a_table_by_rounding_is_taken_off_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = frame_of(make_economy(rng))
    listed = firms_of(frame, rng)
    nodes = replace(
        listed.nodes,
        output=listed.nodes.output * (1 + 5e-7),
        value_added=np.where(listed.nodes.value_added > 0, 1 + 5e-7, 1.0) * listed.nodes.value_added,
    )
    over = replace(listed, nodes=nodes, sales=listed.sales * (1 + 5e-7))
    assert 4e-7 < agreement(over, frame).largest_excess < 6e-7
    add_up(completed(over, frame), frame)


def test_a_sector_that_loses_money_may_have_firms_that_lose_less() -> None:
    rng = np.random.default_rng(1)
    frame = frame_of(make_economy(rng, national=True))
    listed = some_of(firms_of(frame, rng), rng, 0.5, 0.5)
    losses = np.full(len(frame.value_added), -50.0)
    nodes = replace(listed.nodes, value_added=np.where(listed.is_foreign, 0.0, -1.0))
    listed, frame = replace(listed, nodes=nodes), replace(frame, value_added=losses)
    add_up(completed(listed, frame), frame)


def test_jobs_of_the_listed_firms_are_not_taken_for_all_jobs() -> None:
    frame = frame_of(make_economy(np.random.default_rng(3)))
    whole = firms_of(frame, np.random.default_rng(4))
    some = some_of(whole, np.random.default_rng(5), 0.5, 0.5)
    some = replace(
        some, nodes=replace(some.nodes, jobs=np.where(np.arange(len(some)) < some.firms, 1.0, 0.0))
    )
    lacks = "Jobs are those of the listed firms alone: how many the others have is not known."
    assert lacks in completed(some, frame).notes
    assert lacks not in completed(some, frame, jobs=np.full(len(frame.value_added), 150.0)).notes


def test_purchases_of_a_firm_without_output_are_told() -> None:
    rng = np.random.default_rng(2)
    frame = frame_of(make_economy(rng, national=True))
    listed = some_of(firms_of(frame, rng), rng, 1.0, 0.5)
    whole = completed(listed, frame)
    idle = whole.nodes.is_rest & (whole.nodes.output == 0)
    lacks = 100 * whole.bought[idle].sum() / frame.use.sum()
    assert idle.sum() == len(frame.value_added) and lacks > 10
    all_of_them = f"make all the output of {idle.sum()} of {idle.sum()} industries"
    assert f"{all_of_them}, and their links lack {lacks:.3g} %" in " ".join(whole.notes)


@pytest.mark.parametrize("plants", [(), (FACTORY,)])
def test_a_table_with_plants_has_all_of_it_and_without_its_rest_firms_plants_buy_the_same(
    plants: tuple[Plant, ...],
) -> None:
    frame = frame_of(crops_and_mills())
    whole = with_plants(frame, plants)
    same = completed(whole, frame)
    assert same.nodes.ids.tolist() == whole.nodes.ids.tolist() and same.notes == whole.notes
    assert links(same) == pytest.approx(links(whole), rel=1e-12)
    again = links(completed(some_of(whole, np.random.default_rng(1), 0.0, 1.0), frame))
    for ends, sales in links(whole).items():
        if not plants or ends[1] == FACTORY.name:
            assert again[ends] == pytest.approx(sales, rel=1e-9)


def test_links_that_memory_does_not_hold_are_refused_before_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(1)
    frame = frame_of(make_economy(rng, national=True))
    listed = some_of(firms_of(frame, rng), rng, 0.5, 0.5)
    monkeypatch.setattr("autarky.firm_network.rest.free_memory", lambda: 500)
    with pytest.raises(EconomyError, match=r"more links and .* kB; 400 bytes are free — take a table"):
        completed(listed, frame)
