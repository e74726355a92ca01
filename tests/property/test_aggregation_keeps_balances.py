"""An aggregated table balances as the table did, whatever is merged or split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.estimation.aggregation import Concordance, aggregate
from made_economies import make_economy


def nation(rng: np.random.Generator) -> Economy:
    """A national table that makes all it imports, with taxes; oil comes from nowhere."""
    economy = make_economy(rng, national=True, oddities=bool(rng.integers(2)))
    kept = [i for i, gate in enumerate(economy.gates) if gate.product in economy.industries.sectors]
    oil = economy.imports_intermediate.sum(axis=0) - economy.imports_intermediate[kept].sum(axis=0)
    return replace(
        economy,
        gates=tuple(economy.gates[i] for i in kept),
        imports_intermediate=economy.imports_intermediate[kept],
        imports_final=economy.imports_final[kept],
        adjustment_names=("oil",),
        adjustments=oil[None, :],
    )


def concordance(rng: np.random.Generator, sources: tuple[str, ...], targets: int) -> Concordance:
    """Shares at random, half of them none; every target and every source has some."""
    shares = rng.random((targets, len(sources))) * (rng.random((targets, len(sources))) < 0.5)
    shares[rng.integers(targets, size=len(sources)), range(len(sources))] += 0.5
    shares[range(targets), rng.integers(len(sources), size=targets)] += 0.2
    return Concordance("made", sources, tuple(f"t{k}" for k in range(targets)), shares / shares.sum(axis=0))


def gap(economy: Economy) -> np.ndarray:
    """Output less all that is paid for it."""
    paid = economy.Z.sum(axis=0) + economy.imports_intermediate.sum(axis=0)
    return economy.x - paid - economy.value_added.sum(axis=0) - economy.adjustments.sum(axis=0)


@settings(max_examples=150)
@given(st.integers(0, 2**32 - 1))
def test_totals_and_balances_are_kept_with_and_without_a_pattern(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = nation(rng)
    rules = concordance(rng, economy.industries.sectors, int(rng.integers(1, 6)))
    flat = aggregate(economy, rules)
    elsewhere = nation(rng)
    other = aggregate(
        elsewhere, concordance(rng, elsewhere.industries.sectors, len(rules.targets)), pattern=None
    )
    for found in (flat, aggregate(economy, rules, pattern=other)):
        scale = economy.x.sum()
        assert np.abs(found.x - rules.shares @ economy.x).max() < 1e-9 * scale
        assert np.abs(gap(found)).max() < 1e-9 * scale + np.abs(gap(economy)).sum()
        assert abs(found.imports.sum() - economy.imports.sum()) < 1e-9 * scale
        assert abs(found.value_added.sum() - economy.value_added.sum()) < 1e-9 * scale
        users = {user.kind: found.Y[:, k].sum() for k, user in enumerate(found.final_users)}
        for k, user in enumerate(economy.final_users):
            assert abs(users[user.kind] - economy.Y[:, k].sum()) < 1e-9 * scale


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_what_is_split_and_merged_again_is_what_it_was(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = nation(rng)
    sectors = economy.industries.sectors
    parts = tuple(f"{sector} {part}" for sector in sectors for part in "ab")
    share = rng.uniform(0.1, 0.9, len(sectors))
    split = np.zeros((len(parts), len(sectors)))
    split[0::2][np.diag_indices(len(sectors))] = share
    split[1::2][np.diag_indices(len(sectors))] = 1 - share
    apart = Concordance("apart", sectors, parts, split)
    together = Concordance("together", parts, sectors, (split.T > 0).astype(float))
    direct = aggregate(economy, Concordance("same", sectors, sectors, np.eye(len(sectors))))
    again = aggregate(aggregate(economy, apart), together)
    for block in ("Z", "Y", "value_added", "adjustments"):
        assert np.allclose(getattr(again, block), getattr(direct, block), rtol=1e-9, atol=1e-9), block
    assert np.allclose(again.imports.sum(), direct.imports.sum())
    assert np.allclose(direct.Z, economy.Z) and np.allclose(direct.value_added, economy.value_added)
