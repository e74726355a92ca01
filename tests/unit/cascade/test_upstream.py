"""The closed form of lost demand against exact cascades."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from autarky.cascade.operators import build_operators, weights_of
from autarky.cascade.rules import Rules
from autarky.cascade.run import cascades
from autarky.cascade.upstream import upstream_losses
from autarky.errors import EconomyError
from autarky.firm_network import links_in_order
from made_firms import eleven_firms, network, random_network

ALL = ("output", "value_added", "jobs")


def exact(firms, weights, **rules):
    operators = build_operators(firms, Rules(tolerance=1e-14, **rules))
    return cascades(operators, np.arange(len(firms)), weights).upstream


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("final", [0.05, 0.5])
def test_it_is_what_exact_cascades_come_to_in_every_weight(seed, final):
    firms = random_network(seed, firms=40, links=240, final=final)
    weights = weights_of(firms, ALL)
    found = upstream_losses(firms, weights, error=1e-11)
    assert np.abs(found - exact(firms, weights)).max() < 1e-9


@pytest.mark.parametrize("error", [1e-2, 1e-4, 1e-7, None])
def test_a_loss_is_never_too_low_and_too_high_by_at_most_the_error_asked_for(error):
    worst = 0.0
    for seed in range(8):
        firms = random_network(seed, firms=40, links=240, final=0.2)
        weights = weights_of(firms, ("output", "jobs"))
        above = upstream_losses(firms, weights, error=error) - exact(firms, weights)
        assert above.min() > -1e-12
        worst = max(worst, above.max())
    assert worst < (0.05 if error is None else error)
    assert error is not None or worst > 1e-4  # returns after two steps do happen here


def test_the_example_of_diem_and_others_in_print():
    firms = eleven_firms(np.full((5, 5), 2))
    found = upstream_losses(firms, firms.sold[None], denominator="sales")[:, 0]
    assert found == pytest.approx([0.1, 0.2, 0.2, 0.35, 0.1, 0.1, 0.7, 0.1, 0.2, 0.2, 0.45], abs=1e-6)


def test_a_firm_that_stands_for_a_sector_may_sell_to_itself():
    firms = random_network(3, firms=20, links=80)
    supplier, buyer = np.append(firms.supplier, 4), np.append(firms.buyer, 4)
    sales = np.append(firms.sales, 0.4 * firms.final_sales[4])
    with_own = _with_rest(firms, supplier, buyer, sales)
    weights = weights_of(with_own, ("output",))
    found = upstream_losses(with_own, weights, error=1e-12)
    assert np.abs(found - exact(with_own, weights)).max() < 1e-10
    quick = upstream_losses(with_own, weights, error=None)
    assert (quick >= found - 1e-12).all()


def _with_rest(firms, supplier, buyer, sales):
    first, buyer, sales = links_in_order(len(firms), supplier, buyer, sales)
    nodes = dataclasses.replace(firms.nodes, is_rest=np.ones(len(firms), dtype=bool))
    return dataclasses.replace(firms, nodes=nodes, first=first, buyer=buyer, sales=sales)


def test_a_supplier_abroad_has_nobody_at_home_who_lacks_its_demand():
    firms = random_network(0)
    found = upstream_losses(firms, weights_of(firms, ("output",)))
    assert np.abs(found[firms.firms :]).max() < 1e-9


def test_firms_that_sell_all_they_make_to_one_another_are_refused():
    ring = network([0, 1, 2, 3], [1, 2, 0, 0], np.ones(4), kind=[0, 0, 0, 0], essentiality=[[1]])
    with pytest.raises(EconomyError, match=r"made: sales: firm-\d is paid for by firms .* — measure sales"):
        upstream_losses(ring, np.ones((1, 4)))
