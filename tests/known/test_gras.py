"""GRAS gives the numbers others print."""

from __future__ import annotations

import numpy as np

from autarky.estimation.gras import gras


def test_a_table_with_a_column_of_one_negative_cell() -> None:
    """No positive cell in a line (Temurshoev, Miller & Bouwmeester 2013); numbers of riot (zauster/riot)."""
    found = gras(
        [[7, 3, 5, -3], [2, 9, 8, 0], [-2, 0, 2, 0]], row_totals=[15, 26, -1], column_totals=[9, 16, 17, -2]
    )
    np.testing.assert_allclose(
        found.cells,
        [
            [8.424340881, 3.375237362, 5.200422021, -2.000000263],
            [3.000997078, 12.624763744, 10.374239178, 0],
            [-2.425339135, 0, 1.425339135, 0],
        ],
        atol=1e-6,
    )
