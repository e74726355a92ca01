"""Multipliers: what one unit of final use, or of primary inputs, sets in motion in the home territory.

Those of demand are row vectors times ``L = (I − Aᵈ)⁻¹``; that of supply is Ghosh's. L is never formed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts
from autarky.dependence.measured import measured

Vector = npt.NDArray[np.float64]

FIXED = "fixed recipes and prices, no capacity limits; ends at the border of the home territory"


def output_multipliers(accounts: Accounts) -> xr.DataArray:
    """``u·L``: output of all home industries, direct and through inputs, per unit of final use of product j.

    Undefined (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    multipliers : DataArray, dims (industry,), dimensionless, at least 1 where no coefficient is negative

    References
    ----------
    Leontief (1936); Miller & Blair (2022), §6.2, *simple output multipliers*.

    Blind spots
    -----------
    Fixed recipes, no limits of capacity, households' spending not fed back. Gross output: the same value
    counts at every stage.
    """
    return _by_industry(
        accounts,
        accounts.factor.solve_transposed(np.ones(len(accounts.x))),
        name="output_multipliers",
        long_name="output of all home industries per unit of final use",
        formula="u·L, L = (I − Ad)⁻¹",
        source="Leontief (1936); Miller & Blair (2022), §6.2",
        blind=FIXED + "; gross output counts the same value at every stage",
    )


def value_added_multipliers(accounts: Accounts) -> xr.DataArray:
    """``v·L``, v = value added / output: home value added behind one unit of final use of product j.

    With ``import_content`` it adds to 1 where columns balance; what lacks is taxes less subsidies on
    products and other adjustments. Undefined (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    multipliers : DataArray, dims (industry,), dimensionless

    References
    ----------
    Miller & Blair (2022), §6.2, *value-added multipliers*.

    Blind spots
    -----------
    Fixed recipes, no limits of capacity. Home value added inside imports is not in it.
    """
    return _by_industry(
        accounts,
        accounts.factor.solve_transposed(accounts.per_output(accounts.value_added)),
        name="value_added_multipliers",
        long_name="home value added, direct and through inputs, per unit of final use",
        formula="v·L, v_j = value added_j / x_j",
        source="Miller & Blair (2022), §6.2",
        blind=FIXED + "; home value added inside imports is not in it",
    )


def type_i_multipliers(accounts: Accounts) -> xr.DataArray:
    """``(v·L)_j / v_j``: direct and indirect effect per unit of the direct one; value added and imports.

    Undefined (NaN) where the direct effect is nil or negative.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    multipliers : DataArray, dims (effect, industry), dimensionless
        effect: value added, imports.

    References
    ----------
    Miller & Blair (2022), §6.2, *type I multipliers*.

    Blind spots
    -----------
    A small direct effect makes a large multiplier: it ranks nothing by itself.
    """
    direct = np.stack(
        [
            accounts.per_output(accounts.value_added),
            accounts.by_origin(accounts.A_imported).sum(axis=0),
        ]
    )
    total = accounts.factor.solve_transposed(direct.T).T
    return _by_industry(
        accounts,
        np.where(direct > 0, total, np.nan) / np.where(direct > 0, direct, 1.0),
        split={"effect": ("value added", "imports")},
        name="type_i_multipliers",
        long_name="direct and indirect effect per unit of the direct one",
        formula="(v·L)_j / v_j; for imports v = u·Am",
        source="Miller & Blair (2022), §6.2",
        blind=FIXED + "; a small direct effect makes a large multiplier: it ranks nothing by itself",
    )


def input_multipliers(accounts: Accounts) -> xr.DataArray:
    """``G·1``, ``G = (I − x̂⁻¹Z)⁻¹``: output of all home industries per unit of primary inputs of industry i.

    Ghosh's row sums, by one solve: ``G = x̂⁻¹·L·x̂``, so ``G·1 = x̂⁻¹·L·x``. Undefined (NaN) for an industry
    that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    multipliers : DataArray, dims (industry,), dimensionless, at least 1 where no flow is negative

    References
    ----------
    Ghosh (1958); Dietzenbacher (1997), as a price model; Miller & Blair (2022), ch. 12, *input multipliers*.

    Blind spots
    -----------
    Fixed sales shares: read as quantities it lets output grow without its other inputs. It measures how far
    costs or values travel, not what a lack of i would stop.
    """
    reached = accounts.factor.solve(accounts.x)
    return _by_industry(
        accounts,
        accounts.per_output(reached),
        name="input_multipliers",
        long_name="output of all home industries per unit of primary inputs",
        formula="G·1, G = (I − x̂⁻¹Z)⁻¹",
        source="Ghosh (1958); Dietzenbacher (1997); Miller & Blair (2022), ch. 12",
        blind="fixed sales shares; read as quantities, output grows without its other inputs; "
        "ends at the border of the home territory",
    )


def _by_industry(
    accounts: Accounts,
    values: npt.NDArray[np.float64],
    *,
    split: dict[str, tuple[str, ...]] | None = None,
    **about: str,
) -> xr.DataArray:
    """Values whose last axis is the home industries; not defined where nothing is made."""
    made = np.where(accounts.x > 0, values, np.nan)
    return measured(made, {**(split or {}), "industry": accounts.labels}, units="1", **about)
