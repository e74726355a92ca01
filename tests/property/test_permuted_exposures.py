"""A table with permuted import exposures balances as before, and is another table."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autarky.errors import EconomyError
from autarky.verdict.baselines import permuted
from made_backtest import made_country
from made_economies import make_economy


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_totals_outputs_and_balances_stay(seed):
    economy = make_economy(np.random.default_rng(seed), national=True, oddities=True)
    try:
        found = permuted(economy, np.random.default_rng(seed))
    except EconomyError:
        assume(False)
    size = economy.x.max()
    assert np.array_equal(found.Z, economy.Z) and np.array_equal(found.Y, economy.Y)
    assert np.array_equal(found.imports_final, economy.imports_final)
    by_gate = economy.imports_intermediate.sum(axis=1)
    assert np.allclose(found.imports_intermediate.sum(axis=1), by_gate, atol=1e-9 * size)
    assert (found.imports_intermediate >= 0).all()
    before = economy.imports_intermediate.sum(axis=0) + economy.value_added.sum(axis=0)
    after = found.imports_intermediate.sum(axis=0) + found.value_added.sum(axis=0)
    assert np.allclose(after, before, atol=1e-9 * size)
    assert (
        found.value_added.sum(axis=0) >= np.minimum(economy.value_added.sum(axis=0), 0) - 1e-9 * size
    ).all()
    assert (found.imports_intermediate[:, economy.x <= 0] == 0).all()


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_exposures_are_those_of_other_industries_and_repeat_with_the_seed(seed):
    economy = made_country(2019)
    first, again = (permuted(economy, np.random.default_rng(seed)) for _ in range(2))
    assert first.digest == again.digest != economy.digest
    # Small imports leave value added everywhere: rows scaled, columns are those of other industries.
    scale = first.imports_intermediate.sum(axis=1) / economy.imports_intermediate.sum(axis=1)
    assert np.allclose(scale, 1.0)
    before, after = (e.imports_intermediate / e.x for e in (economy, first))
    ratios = after[:, :, None] / before[:, None, :]
    # Up to the factor of each row, every column of the new is one column of the old.
    spread = ratios / ratios[:, :1, :]
    assert np.isfinite(spread).all()
    order = [
        next(j for j in range(len(economy.x)) if np.allclose(ratios[:, k, j], _rows(after, before)))
        for k in range(len(economy.x))
    ]
    assert sorted(order) == list(range(len(economy.x)))


def _rows(after, before):
    """The factor of each row: a permutation keeps the sum of a row's coefficients before it is scaled."""
    return after.sum(axis=1) / before.sum(axis=1)


def test_permutations_are_not_all_the_same():
    economy = made_country(2019)
    assert len({permuted(economy, np.random.default_rng(k)).digest for k in range(10)}) == 10
