"""A balanced multi-regional table of any size, made from a seed: dense at home, a third full abroad."""

from __future__ import annotations

import numpy as np

from autarky.economy import Economy, FinalUseKind, FinalUser, ImportTreatment, Industries, Provenance


def synthetic_economy(regions: int, sectors: int, seed: int = 0, density: float = 0.3) -> Economy:
    """``regions × sectors`` industries and one final user per region.

    Input coefficients are log-normal with column sums between 0.35 and 0.65; flows at home are eight times
    those abroad; output solves the table exactly, so rows and columns balance to rounding.
    """
    rng = np.random.default_rng(seed)
    n = regions * sectors
    home = np.repeat(np.arange(regions), sectors)
    same = home[:, None] == home[None, :]
    A = rng.lognormal(0.0, 1.5, (n, n))
    A *= (rng.random((n, n)) < density) | (same & (rng.random((n, n)) < 0.8))
    A *= np.where(same, 8.0, 1.0)
    A *= rng.uniform(0.35, 0.65, n) / np.maximum(A.sum(axis=0), 1e-12)
    Y = rng.lognormal(3.0, 1.0, (n, regions))
    Y *= np.where(home[:, None] == np.arange(regions)[None, :], 1.0, 0.02)
    x = np.linalg.solve(np.eye(n) - A, Y.sum(axis=1))
    Z = A * x
    region_names = tuple(f"R{r:03d}" for r in range(regions))
    return Economy(
        name=f"synthetic {regions} × {sectors}",
        year=2000,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(region_names, tuple(f"S{s:03d}" for s in range(sectors))),
        Z=Z,
        final_users=tuple(FinalUser(region, "HH", FinalUseKind.HOUSEHOLDS) for region in region_names),
        Y=Y,
        value_added_names=("value added",),
        value_added=(x - Z.sum(axis=0))[None, :],
        import_treatment=ImportTreatment.MULTI_REGIONAL,
        provenance=Provenance("synthetic table", "assumption: random numbers"),
    )
