"""Whatever plants are taken out of whatever table, the firms of each industry add up to the table."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.firm_network import FirmNetwork
from autarky.firm_network.from_table import Frame, frame_of
from autarky.firm_network.plants import with_plants
from autarky.firm_network.section import Plant
from cases import law
from made_economies import make_economy

seeds = st.integers(0, 2**32 - 1)
EXACT = 1e-9


def made_plants(economy: Economy, rng: np.random.Generator) -> list[Plant]:
    """Four plants, each within what its industry buys and sells."""
    makers = np.flatnonzero((economy.x > 0) & (economy.Y.sum(axis=1) > 0.01 * economy.x))
    plants: list[Plant] = []
    places = rng.choice(makers, 4) if len(makers) else []
    for number, k in enumerate(places):
        region, sector = economy.industries.pairs[k]
        more: dict[str, object] = {}
        if rng.random() < 0.5:
            more["makes"] = f"what {sector} {number % 2} makes"
        buyable = economy.Z[:, k] / economy.x[k]
        row = int(np.argmax(buyable))
        if rng.random() < 0.5 and 0 < buyable[row] < 0.3:
            name = ".".join(economy.industries.pairs[row])
            more["inputs"] = {name: float(buyable[row] * rng.uniform(0.3, 1.9))}
        final = economy.Y[k].sum() / economy.x[k]
        column = int(np.argmax(economy.Z[k]))
        if rng.random() < 0.3 and economy.Z[k, column] > 0:
            # No more than it takes for the rest of the industry not to have to sell more than it makes.
            least, most = max(0.0, 1 - 5 * final), min(1.0, 3 * float(economy.Z[k, column] / economy.x[k]))
            if least < most:
                buyer = ".".join(economy.industries.pairs[column])
                more["sells_to"] = {buyer: float(rng.uniform(least, most))}
        plants.append(
            Plant(
                name=f"plant {number}",
                sector=sector,
                region=region,
                share_of_sector=float(rng.uniform(0.001, 0.1)),
                source="assumption",
                **more,  # type: ignore[arg-type]
            )
        )
    if plants and not plants[0].sells_to:
        traded = max(float(economy.Z[places[0], places[1]]), 0.0) * plants[0].share_of_sector
        share = traded / float(economy.x[places[1]])
        if 0 < share < 1:
            bought = {**plants[1].inputs, plants[0].name: share * rng.uniform(0.01, 1)}
            plants[1] = plants[1].model_copy(update={"inputs": bought})
    return plants


def industry_of(network: FirmNetwork, frame: Frame, firms: int) -> npt.NDArray[np.int64]:
    """(n,) industry of each firm, then a number of its own for each supplier abroad."""
    pairs = list(zip(frame.industry_sector, frame.industry_region, strict=True))
    nodes = network.nodes
    home = [pairs.index((nodes.sector[i], nodes.region[i])) for i in range(firms)]
    return np.array([*home, *range(len(pairs), len(pairs) + len(network) - firms)])


def summed(
    values: npt.NDArray[np.float64], industry: npt.NDArray[np.int64], n: int
) -> npt.NDArray[np.float64]:
    return np.bincount(industry, weights=values, minlength=n)


@law(60)
@given(seeds)
def test_sales_output_imports_value_added_and_jobs_add_up_to_the_table(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng, oddities=True)
    frame = frame_of(economy)
    jobs = rng.random(len(frame.industry_sector)) * 1000
    network = with_plants(frame, made_plants(economy, rng), jobs)
    industry, n = industry_of(network, frame, network.firms), len(frame.use)
    inside = len(jobs)
    between = summed(network.sales, industry[network.supplier] * n + industry[network.buyer], n * n)
    scale = EXACT * max(float(frame.use.sum()), 1e-300)
    assert abs(between.reshape(n, n)[:, :inside] - frame.use).max() <= scale
    assert not between.reshape(n, n)[:, inside:].any()
    np.testing.assert_allclose(summed(network.nodes.output, industry, n), frame.output, rtol=EXACT)
    firms = industry[: network.firms]
    for given_name, table in (("value_added", frame.value_added), ("jobs", jobs)):
        total = summed(getattr(network.nodes, given_name)[: network.firms], firms, inside)
        np.testing.assert_allclose(total, table, rtol=EXACT, atol=EXACT * abs(table).max())


@law(40)
@given(seeds)
def test_each_firm_has_for_value_added_what_its_purchases_and_taxes_leave(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng, negative_inventories=False)
    frame = frame_of(economy)
    network = with_plants(frame, made_plants(economy, rng))
    industry = industry_of(network, frame, network.firms)[: network.firms]
    output = network.nodes.output[: network.firms]
    taxes = economy.adjustments.sum(axis=0)[industry] * output / np.maximum(economy.x[industry], 1e-300)
    left = output - network.bought[: network.firms] - taxes
    np.testing.assert_allclose(
        network.nodes.value_added[: network.firms], left, atol=EXACT * float(economy.x.max())
    )


@law(30)
@given(seeds)
def test_the_order_of_plants_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng)
    plants = made_plants(economy, rng)
    frame = frame_of(economy)
    mixed = random.Random(seed).sample(plants, len(plants))
    assert with_plants(frame, plants).digest == with_plants(frame, mixed).digest


@law(30)
@given(seeds)
def test_without_plants_the_network_is_the_table(seed: int) -> None:
    economy = make_economy(np.random.default_rng(seed), oddities=True)
    frame = frame_of(economy)
    network = with_plants(frame, ())
    flows = np.zeros((len(network), len(network)))
    flows[network.supplier, network.buyer] = network.sales
    np.testing.assert_array_equal(flows[:, : network.firms], frame.use)
    assert network.nodes.is_rest[: network.firms].all()
    assert not network.nodes.is_rest[network.firms :].any()
    assert not network.is_illustrative
