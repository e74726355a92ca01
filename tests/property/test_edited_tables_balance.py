"""A table with other coefficients or origins balances: rows, columns, and what is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autarky import iomath
from autarky.economy import Economy, FinalUseKind
from autarky.errors import EconomyError
from autarky.uncertainty.edits import edited, scaling, split, suppliers, value_added_share
from made_economies import make_economy


def column_gap(economy: Economy) -> np.ndarray:
    """Output less everything that is paid for it, relative to output."""
    paid = economy.Z.sum(axis=0) + economy.imports_intermediate.sum(axis=0)
    paid = paid + economy.value_added.sum(axis=0) + economy.adjustments.sum(axis=0)
    return (economy.x - paid) / np.where(economy.x != 0, np.abs(economy.x), 1.0)


def solved(economy: Economy) -> np.ndarray:
    """Output by a solver of its own."""
    return np.linalg.solve(np.eye(len(economy.industries)) - economy.A, economy.Y.sum(axis=1))


@settings(max_examples=150)
@given(st.integers(0, 2**32 - 1))
def test_rows_and_columns_balance_after_any_edit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng, oddities=bool(rng.integers(2)))
    paid = economy.value_added
    # A tenth of it as taxes on products, the rest as wages and a profit that may be a loss.
    economy = replace(
        economy,
        adjustment_names=("taxes",),
        adjustments=0.1 * paid,
        value_added_names=("wages", "profits"),
        value_added=np.concatenate([1.0 * paid, -0.1 * paid]),
    )
    sectors, products = economy.industries.sectors, economy.products
    inputs = frozenset(p for p in products if rng.random() < 0.5)
    users = frozenset(s for s in sectors if rng.random() < 0.5)
    factor = float(rng.uniform(0, 1.5))
    product = str(rng.choice(products))
    names = [name for name in suppliers(economy, product) if rng.random() < 0.8]
    splits = []
    if len(names) > 1:
        shares = rng.dirichlet(np.ones(len(names)))
        splits = [(split(economy, product, names, frozenset(economy.industries.regions)), shares)]
    cells = scaling(economy, inputs, users)
    try:
        new = edited(economy, splits, [(cells, factor)])
    except EconomyError:
        # Only dearer inputs can use up value added.
        assert factor > 1
        return
    # Outputs are exact to 1e-12 of themselves and 1e-15 of the largest: a tiny industry feels the latter.
    # What comes from stock can leave less than nothing to be made, hence sizes.
    size = np.abs(new.x)
    least = 1e-9 + 1e-12 * size.max() / np.where(size > 0, size, np.inf)
    made = economy.x > 0
    assert (np.abs(column_gap(new) - column_gap(economy))[made & (size > 0)] < least[made & (size > 0)]).all()
    np.testing.assert_allclose(new.x, solved(new), rtol=1e-9, atol=1e-9 * new.x.max())
    np.testing.assert_allclose(
        new.Y.sum() + new.imports_final.sum(), economy.Y.sum() + economy.imports_final.sum(), rtol=1e-9
    )
    if not splits:
        assert (new.Y == economy.Y).all() and (new.imports_final == economy.imports_final).all()
        np.testing.assert_allclose(
            new.A[np.ix_(cells.home, cells.users)],
            factor * economy.A[np.ix_(cells.home, cells.users)],
            rtol=1e-9,
            atol=1e-15,
        )
        bought = [
            table.imports_intermediate[np.ix_(cells.gates, cells.users)]
            / np.where(table.x != 0, table.x, 1.0)[cells.users]
            for table in (economy, new)
        ]
        np.testing.assert_allclose(bought[1], factor * bought[0], rtol=1e-9)
        more = (new.A - economy.A).sum(axis=0)
        more += (new.imports_intermediate / np.where(made, new.x, 1)).sum(axis=0)
        more -= (economy.imports_intermediate / np.where(made, economy.x, 1)).sum(axis=0)
        drop = value_added_share(economy) - value_added_share(new)
        np.testing.assert_allclose(drop[made], more[made], atol=1e-9)


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_a_split_keeps_what_each_user_takes_of_the_product(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng)
    product = str(rng.choice(economy.products))
    rows = suppliers(economy, product)
    if len(rows) < 2:
        return
    shares = rng.dirichlet(np.ones(len(rows)))
    everywhere = frozenset(user.region for user in economy.final_users) | set(economy.industries.regions)
    new = edited(economy, [(split(economy, product, tuple(rows), everywhere), shares)], [])

    def final_use(table: Economy) -> np.ndarray:
        return np.array([(table.imports_final if gate else table.Y)[row] for gate, row in rows.values()])

    before, after = final_use(economy), final_use(new)
    np.testing.assert_allclose(after.sum(axis=0), before.sum(axis=0), rtol=1e-9, atol=1e-9)
    for column, user in enumerate(economy.final_users):
        left_out = (before[:, column] < 0).any() or (economy.gates and user.kind is FinalUseKind.EXPORTS)
        expected = before[:, column] if left_out else shares * before[:, column].sum()
        np.testing.assert_allclose(after[:, column], expected, rtol=1e-9)
    # Per unit of output a user pays as much for its inputs as before.
    np.testing.assert_allclose(value_added_share(new), value_added_share(economy), rtol=1e-9)


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_no_edit_leaves_the_table_as_it_is(seed: int) -> None:
    economy = make_economy(np.random.default_rng(seed))
    everything = scaling(economy, frozenset(economy.products), frozenset(economy.industries.sectors))
    new = edited(economy, [], [(everything, 1.0)])
    for name in ("Z", "Y", "value_added", "imports_intermediate", "imports_final"):
        np.testing.assert_allclose(getattr(new, name), getattr(economy, name), rtol=1e-9, atol=1e-9)


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_output_round_by_round_is_that_of_a_solver(seed: int) -> None:
    economy = make_economy(np.random.default_rng(seed))
    x = iomath.gross_output(economy.A, economy.Y.sum(axis=1))
    np.testing.assert_allclose(x, solved(economy), rtol=1e-9, atol=1e-10 * x.max())
