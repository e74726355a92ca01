"""The cascade reproduces the example of Diem et al. (2022), Fig. 1, as their own code computes it."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.cascade import Losses, Rules, build_operators, cascades
from made_firms import eleven_firms

KINDS = 5
LINEAR, ESSENTIAL = np.full((KINDS, KINDS), 1), np.full((KINDS, KINDS), 2)
# GLcascade 0.9.3.1; R and C++ agree, whatever the tolerance. Exact to the five digits printed.
PUBLISHED = {
    "linear, no substitution": (
        LINEAR,
        False,
        [0.1, 0.36667, 0.26667, 0.35, 0.1, 0.16667, 0.7, 0.1, 0.36667, 0.26667, 0.45],
    ),
    "linear": (LINEAR, True, [0.1, 0.3, 0.26667, 0.35, 0.1, 0.11667, 0.7, 0.1, 0.31111, 0.26667, 0.45]),
    "essential, no substitution": (
        ESSENTIAL,
        False,
        [0.1, 0.5, 0.4, 0.35, 0.1, 0.3, 0.7, 0.1, 0.5, 0.4, 0.45],
    ),
    "essential": (ESSENTIAL, True, [0.1, 0.36667, 0.4, 0.35, 0.1, 0.15, 0.7, 0.1, 0.4, 0.4, 0.45]),
    "first two kinds essential": (
        np.where(np.arange(KINDS)[:, None] < 2, ESSENTIAL, LINEAR),
        True,
        [0.1, 0.36667, 0.4, 0.35, 0.1, 0.15, 0.7, 0.1, 0.31111, 0.26667, 0.45],
    ),
}
UPSTREAM = [0.1, 0.2, 0.2, 0.35, 0.1, 0.1, 0.7, 0.1, 0.2, 0.2, 0.45]


def losses(essentiality: np.ndarray, substitution: bool, tolerance: float) -> Losses:
    network = eleven_firms(essentiality)
    rules = Rules(substitution=substitution, denominator="sales", tolerance=tolerance, reference=True)
    return cascades(build_operators(network, rules), np.arange(11), network.sold[None])


@pytest.mark.parametrize("tolerance", [1e-2, 1e-10])
@pytest.mark.parametrize("setting", PUBLISHED)
def test_eleven_firms_cost_what_is_published(setting: str, tolerance: float) -> None:
    essentiality, substitution, published = PUBLISHED[setting]
    found = losses(essentiality, substitution, tolerance)
    np.testing.assert_allclose(found.joint[:, 0], published, atol=6e-6)
    np.testing.assert_allclose(found.upstream[:, 0], UPSTREAM, atol=1e-12)
