"""Extraction by updates of one factored system gives what zeroing the cells and solving again gives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.extraction import (
    KINDS,
    hypothetical_extraction,
    import_extraction,
    import_requirement_at_risk,
    trade_extraction,
)
from autarky.economy import Economy
from made_economies import make_economy

Matrix = npt.NDArray[np.float64]

seeds = st.integers(0, 2**32 - 1)


def made(seed: int, *, national: bool | None = None, **options: bool) -> tuple[Economy, Accounts]:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng, national=national, **options)
    regions = economy.industries.regions
    home = tuple(rng.permutation(regions)[: rng.integers(1, len(regions) + 1)])
    return economy, open_accounts(economy, home)


def lost_naively(economy: Economy, A: Matrix, final: Matrix) -> Matrix:
    return economy.x - np.linalg.solve(np.eye(len(A)) - A, final)


def industry_zeroed(economy: Economy, j: int, kind: str) -> Matrix:
    """Output lost by each industry: the cells zeroed, the system solved again."""
    A, final = economy.A.copy(), economy.Y.sum(axis=1)
    if kind == "forward_ghosh":
        B = np.divide(economy.Z, economy.x[:, None], out=np.zeros_like(A), where=economy.x[:, None] != 0)
        primary = economy.x - economy.Z.sum(axis=0)
        B[j] = 0.0
        return economy.x - np.linalg.solve(np.eye(len(B)) - B.T, primary)
    if kind in ("complete", "backward"):
        A[:, j] = 0.0
    if kind in ("complete", "forward"):
        A[j] = 0.0
    if kind == "complete":
        final = np.where(np.arange(len(A)) == j, 0.0, final)
    return lost_naively(economy, A, final)


def close(values: Matrix, expected: Matrix, economy: Economy) -> None:
    np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9 * economy.x.max())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(seed=seeds)
def test_an_industry_extracted_by_update_is_an_industry_zeroed(kind: str, seed: int) -> None:
    economy, accounts = made(seed, oddities=True)
    expected = np.array([industry_zeroed(economy, j, kind) for j in accounts.positions])
    output, added = hypothetical_extraction(accounts, kind=kind, by_industry=True)
    close(output.values, expected, economy)
    assert output.dims == ("industry", "losing_industry")
    share = np.divide(
        economy.value_added.sum(axis=0), economy.x, out=np.zeros(len(economy.x)), where=economy.x != 0
    )
    if kind == "forward_ghosh":
        assert added.isnull().all() and "Ghosh" in added.attrs["undefined"]
    else:
        close(added.values, expected * share, economy)
    where, added_where = hypothetical_extraction(accounts, kind=kind)
    rows = np.arange(len(expected))
    own = expected[rows, accounts.positions]
    at_home = expected[:, accounts.positions].sum(axis=1) - own
    close(where.sel(where="own").values, own, economy)
    close(where.sel(where="others_at_home").values, at_home, economy)
    if economy.is_multi_regional:
        close(where.sum("where").values, expected.sum(axis=1), economy)
        assert kind == "forward_ghosh" or np.allclose(
            added_where.sum("where"), (expected * share).sum(axis=1), atol=1e-9 * economy.x.max()
        )
    else:
        assert where.sel(where="abroad").isnull().all()


@settings(max_examples=40)
@given(seed=seeds)
def test_losses_are_never_negative_and_the_whole_is_never_less_than_a_part(seed: int) -> None:
    economy, accounts = made(seed, negative_inventories=False)
    complete, _ = hypothetical_extraction(accounts, kind="complete", by_industry=True)
    slack = 1e-9 * economy.x.max()
    for kind in KINDS:
        part, _ = hypothetical_extraction(accounts, kind=kind, by_industry=True)
        assert part.min() >= -slack
        if kind in ("backward", "forward"):
            assert (part <= complete + slack).all()


@settings(max_examples=40)
@given(seed=seeds, by=st.sampled_from(("product", "origin", "source", "all")))
def test_imports_extracted_by_update_are_imports_zeroed(seed: int, by: str) -> None:
    economy, accounts = made(seed, national=False)
    home = np.isin(np.arange(len(economy.x)), accounts.positions)
    users = np.array([user.region in accounts.home for user in economy.final_users])
    output, added = import_extraction(accounts, by=by, by_industry=True)
    where, added_where = import_extraction(accounts, by=by)
    for label in output.coords[output.dims[0]].values:
        names = {
            "product": [sector for _, sector in economy.industries.pairs],
            "origin": [region for region, _ in economy.industries.pairs],
            "source": list(economy.industries.labels),
            "all": ["all"] * len(economy.x),
        }[by]
        rows = (np.array(names) == label) & ~home
        A, Y = economy.A.copy(), economy.Y.copy()
        A[np.ix_(rows, home)] = 0.0
        Y[np.ix_(rows, users)] = 0.0
        expected = lost_naively(economy, A, Y.sum(axis=1))
        added_expected = expected * economy.value_added.sum(axis=0) / economy.x
        chosen = {output.dims[0]: label}
        close(output.sel(chosen).values, expected, economy)
        close(added.sel(chosen).values, added_expected, economy)
        close(where.sel(chosen).values, np.array([expected[home].sum(), expected[~home].sum()]), economy)
        close(
            added_where.sel(chosen).values,
            np.array([added_expected[home].sum(), added_expected[~home].sum()]),
            economy,
        )


@settings(max_examples=40)
@given(seed=seeds)
def test_trade_with_a_partner_extracted_by_update_is_that_trade_zeroed(seed: int) -> None:
    economy, accounts = made(seed, national=False)
    region = np.array([region for region, _ in economy.industries.pairs])
    buyer = np.array([user.region for user in economy.final_users])
    home, home_buys = np.isin(region, accounts.home), np.isin(buyer, accounts.home)
    output, added = trade_extraction(accounts, by_industry=True)
    where, _ = trade_extraction(accounts)
    assert tuple(output["origin"].values) == accounts.destinations
    for partner in accounts.destinations:
        there, buys = region == partner, buyer == partner
        A, Y = economy.A.copy(), economy.Y.copy()
        A[np.ix_(home, there)] = A[np.ix_(there, home)] = 0.0
        Y[np.ix_(home, buys)] = Y[np.ix_(there, home_buys)] = 0.0
        expected = lost_naively(economy, A, Y.sum(axis=1))
        close(output.sel(origin=partner).values, expected, economy)
        close(added.sel(origin=partner).values, expected * economy.value_added[0] / economy.x, economy)
        sums = [expected[home].sum(), expected[there].sum(), expected[~home & ~there].sum()]
        close(where.sel(origin=partner).values, np.array(sums), economy)


@settings(max_examples=40)
@given(seed=seeds)
def test_what_contains_an_import_adds_to_the_imports(seed: int) -> None:
    economy, accounts = made(seed)
    at_risk = import_requirement_at_risk(accounts, by="source")
    L = np.linalg.inv(np.eye(len(accounts.x)) - accounts.A)
    content = accounts.A_imported @ L
    close(
        at_risk.sel(contained_in="home_final_use").values,
        content @ accounts.final.sum(axis=1) + accounts.imported_final.sum(axis=1),
        economy,
    )
    close(at_risk.sel(contained_in="value_added").values, content @ accounts.value_added, economy)
    carried = at_risk.sel(contained_in=["home_final_use", "exports"]).sum("contained_in")

    close(carried.values, accounts.imports - accounts.reexports, economy)
    for by in ("product", "origin", "all"):
        together = import_requirement_at_risk(accounts, by=by).sum("origin" if by == "all" else by)
        close(together.values, at_risk.sum("source").values, economy)
