"""Laws of a split table: it adds up, nobody sells more than it makes, and draws are their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autarky.firm_network.demography import Demography, SizeClass
from autarky.firm_network.from_table import Frame, frame_of
from autarky.firm_network.section import SplitTable
from autarky.splitting.split import split
from cases import law
from made_economies import make_economy
from reference.splitting import blocks, industry_of, wanted_blocks

Case = tuple[Frame, SplitTable, Demography]


@st.composite
def drawn(draw: st.DrawFn) -> Case:
    """A small table with oddities, a section that splits it, and sometimes counted firms."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    economy = make_economy(rng, oddities=True)
    least = len(economy.industries)
    section = SplitTable(
        firms=draw(st.sampled_from([least, least + 1, 2 * least, 100, 400])),
        seed=draw(st.integers(0, 3)),
        size_tail=draw(st.sampled_from([1.05, 1.1, 3.0])),
        links_per_firm=draw(st.sampled_from([0.5, 3.0, 8.0, 150.0])),
        buyer_reach=draw(st.sampled_from([0.0, 0.55, 2.0])),
        supplier_pull=draw(st.sampled_from([0.0, 0.75, 2.0])),
    )
    counted = (SizeClass(50, np.inf, 2), SizeClass(10, 50, 30), SizeClass(1, 10, 200))
    some = economy.industries.sectors[: draw(st.integers(0, 2))]
    return frame_of(economy), section, dict.fromkeys(some, counted)


@law(120)
@given(drawn())
def test_blocks_outputs_and_value_added_are_the_tables_and_nobody_is_oversold(case: Case) -> None:
    frame, section, demography = case
    jobs = np.arange(1.0, len(frame.industry_sector) + 1)
    network = split(frame, section, 1, demography=demography, jobs=jobs)
    found, wanted = blocks(network), wanted_blocks(frame)
    assert found.keys() == wanted.keys()
    for block, amount in wanted.items():
        assert abs(found[block] - amount) <= 1e-9 * amount, block
    assert (network.sold <= network.nodes.output * (1 + 1e-9)).all()

    industries = len(frame.industry_sector)
    assert network.firms == section.firms
    assert (network.nodes.output[network.firms :] == frame.output[industries:]).all()
    place = {pair: i for i, pair in enumerate(frame.economy.industries.pairs)}
    at = [
        place[frame.regions[network.nodes.region[j]], frame.sectors[network.nodes.sector[j]]]
        for j in range(network.firms)
    ]
    there = np.bincount(at, minlength=industries) > 0
    for given_, of_table in (
        (network.nodes.output, frame.output[:industries]),
        (network.nodes.value_added, frame.value_added),
        (network.nodes.jobs, jobs),
    ):
        sums = np.bincount(at, given_[: network.firms], industries)
        assert np.allclose(sums[there], of_table[there], rtol=1e-12, atol=1e-12 * np.abs(of_table).max())
        assert np.allclose(of_table[~there], 0.0) or given_ is network.nodes.jobs


@law(40)
@given(drawn())
def test_a_firm_sells_to_itself_only_where_it_is_its_whole_sector(case: Case) -> None:
    frame, section, demography = case
    network = split(frame, section, 0, demography=demography)
    own = np.unique(network.supplier[network.supplier == network.buyer])
    assert (own == np.flatnonzero(network.nodes.is_rest)).all()
    names = [industry_of(network.id_of(i)) for i in range(network.firms)]
    for firm in own:
        assert names.count(names[firm]) == 1
        assert network.id_of(int(firm)).endswith("-rest")
    assert ("stands for the whole" in " ".join(network.notes)) == bool(len(own))


@law(40)
@given(drawn())
def test_a_draw_is_the_same_by_itself_and_draws_share_ids_and_counts(case: Case) -> None:
    frame, section, demography = case
    first, second = (split(frame, section, k, demography=demography) for k in (0, 1))
    assert split(frame, section, 1, demography=demography).digest == second.digest
    assert (first.nodes.ids == second.nodes.ids).all()
    assert (first.nodes.sector == second.nodes.sector).all()
    if section.firms > len(frame.industry_sector):
        assert first.digest != second.digest


@law(40)
@given(drawn(), st.sampled_from([2.0**-20, 2.0**10, 2.0**30]))
def test_another_unit_of_money_scales_amounts_and_moves_no_link(case: Case, factor: float) -> None:
    frame, section, demography = case
    names = ("Z", "Y", "value_added", "imports_intermediate", "imports_final")
    economy = frame.economy
    scaled = replace(economy, **{name: getattr(economy, name) * factor for name in names})
    one = split(frame, section, 0, demography=demography)
    other = split(frame_of(scaled), section, 0, demography=demography)
    # Powers of two round nothing: whatever differs would hang on an amount that has a unit.
    assert (one.nodes.ids == other.nodes.ids).all()
    assert (one.nodes.output * factor == other.nodes.output).all()
    assert (one.first == other.first).all() and (one.buyer == other.buyer).all()
    assert (one.sales * factor == other.sales).all()
