"""Linkages: which industries draw much on others, which supply much to others, and which do both.

All within the home territory, ``L = (I − Aᵈ)⁻¹``, over the industries that make something; n counts those.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts
from autarky.dependence.measured import measured

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

REACH = ("direct", "total")
BLOCK = 256
"""Columns of L that are held at a time; a matter of memory only."""
HOME = "links within the home territory only: what goes abroad and comes back is not in them"
EQUAL = "; every industry weighs the same, however little of it is used"


def backward_linkage(accounts: Accounts) -> xr.DataArray:
    """``Σ_i a_ij`` direct, ``Σ_i l_ij`` total: home inputs drawn on per unit of output, of final use of j.

    Undefined (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    linkage : DataArray, dims (reach, industry), dimensionless
        reach: direct, total.

    References
    ----------
    Chenery & Watanabe (1958), direct; Hirschman (1958), ch. 6, as measured by Rasmussen (1956), total.

    Blind spots
    -----------
    Imports draw on nobody at home: an industry that imports all its inputs has no linkage. Links are not
    lack of substitutes.
    """
    return _in_both_reaches(
        accounts,
        accounts.A.sum(axis=0),
        accounts.factor.solve_transposed(np.ones(len(accounts.x))),
        name="backward_linkage",
        long_name="home inputs drawn on per unit of output (direct) and of final use (total)",
        formula="direct Σ_i a_ij; total Σ_i l_ij",
        source="Chenery & Watanabe (1958); Hirschman (1958); Rasmussen (1956)",
    )


def forward_linkage(accounts: Accounts) -> xr.DataArray:
    """``Σ_j b_ij`` direct, ``Σ_j g_ij`` total, with ``b_ij = z_ij / x_i`` and Ghosh's ``G = (I − B)⁻¹``.

    How much of i's output home industries buy, and how many outputs it goes through. ``G·1 = x̂⁻¹·L·x``: one
    solve. Undefined (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    linkage : DataArray, dims (reach, industry), dimensionless
        reach: direct, total.

    References
    ----------
    Chenery & Watanabe (1958), direct; Beyers (1976) and Jones (1976), total; Miller & Blair (2022), ch. 12.

    Blind spots
    -----------
    Fixed sales shares. Exports are the end of the road: what buyers abroad make of them is not in it.
    """
    return _in_both_reaches(
        accounts,
        accounts.per_output(accounts.Z.sum(axis=1)),
        accounts.per_output(accounts.factor.solve(accounts.x)),
        name="forward_linkage",
        long_name="part of output that home industries buy (direct), and outputs it goes through (total)",
        formula="direct Σ_j z_ij / x_i; total Σ_j g_ij, G = (I − x̂⁻¹Z)⁻¹",
        source="Chenery & Watanabe (1958); Beyers (1976); Jones (1976)",
    )


def power_of_dispersion(accounts: Accounts) -> xr.DataArray:
    """``(1/n)·Σ_i l_ij / ((1/n²)·Σ_i Σ_j l_ij)``: how much final use of j sets in motion, the mean being 1.

    Undefined (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    power : DataArray, dims (industry,), dimensionless

    References
    ----------
    Rasmussen (1956), ch. 8; Hirschman (1958): backward linkage.

    Blind spots
    -----------
    As ``backward_linkage``; every industry weighs the same.
    """
    return measured(
        _dispersion(accounts)[0],
        {"industry": accounts.labels},
        name="power_of_dispersion",
        long_name="output set in motion by one unit of final use, relative to the mean industry",
        units="1",
        formula="n·Σ_i l_ij / Σ_i Σ_j l_ij",
        source="Rasmussen (1956)",
        blind=HOME + EQUAL,
    )


def sensitivity_of_dispersion(accounts: Accounts) -> xr.DataArray:
    """``(1/n)·Σ_j l_ij / ((1/n²)·Σ_i Σ_j l_ij)``: how much i makes if final use of all rises by one, mean 1.

    Undefined (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    sensitivity : DataArray, dims (industry,), dimensionless

    References
    ----------
    Rasmussen (1956), ch. 8. Jones (1976) prefers Ghosh's row sums as forward linkage: ``forward_linkage``.

    Blind spots
    -----------
    One more unit of every product is nobody's demand: industries with large customers of small final use
    look more important than they are.
    """
    return measured(
        _dispersion(accounts)[1],
        {"industry": accounts.labels},
        name="sensitivity_of_dispersion",
        long_name="output made for one more unit of every product, relative to the mean industry",
        units="1",
        formula="n·Σ_j l_ij / Σ_i Σ_j l_ij",
        source="Rasmussen (1956)",
        blind=HOME + EQUAL,
    )


def dispersion_variation(accounts: Accounts) -> xr.DataArray:
    """``sqrt(Σ_i (l_ij − l̄_j)² / (n − 1)) / l̄_j``: variation of each column of L, and of each row likewise.

    Low: the industry draws on (or supplies) many evenly; high: few. The columns of L are solved for in blocks
    and thrown away. Undefined (NaN) for an industry that makes nothing, and for n = 1.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    variation : DataArray, dims (of, industry), dimensionless
        of: power of dispersion (columns), sensitivity of dispersion (rows).

    References
    ----------
    Rasmussen (1956), ch. 8, coefficients of variation V_j and V_i.

    Blind spots
    -----------
    The industry's own unit (the 1 of I in L) is in it and weighs heavily in fine tables.
    """
    made = np.flatnonzero(accounts.x > 0)
    n = len(made)
    values = np.full((2, len(accounts.x)), np.nan)
    if n > 1:
        row_mean = accounts.factor.solve(_ones(accounts, made))[made] / n
        row_squares = np.zeros(n)
        for start in range(0, n, BLOCK):
            chosen = made[start : start + BLOCK]
            unit = np.zeros((len(accounts.x), len(chosen)))
            unit[chosen, np.arange(len(chosen))] = 1.0
            columns = accounts.factor.solve(unit)[made]
            values[0, chosen] = columns.std(axis=0, ddof=1) / columns.mean(axis=0)
            row_squares += ((columns - row_mean[:, None]) ** 2).sum(axis=1)
        values[1, made] = np.sqrt(row_squares / (n - 1)) / row_mean
    return measured(
        values,
        {"of": ("power of dispersion", "sensitivity of dispersion"), "industry": accounts.labels},
        name="dispersion_variation",
        long_name="coefficient of variation of the columns and rows of the Leontief inverse",
        units="1",
        formula="sqrt(Σ_i (l_ij − mean_j)² / (n − 1)) / mean_j; rows likewise",
        source="Rasmussen (1956)",
        blind=HOME + "; the industry's own unit is in it and weighs heavily in fine tables",
    )


def key_sectors(accounts: Accounts) -> xr.DataArray:
    """1 where backward and forward linkage are both above the mean industry's, else 0.

    Backward: power of dispersion. Forward, twice: Leontief, the sensitivity of dispersion; Ghosh, the total
    forward linkage over its mean. They often disagree, so both stand. Undefined (NaN) for an industry that
    makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    key : DataArray, dims (forward, industry), 0 or 1
        forward: Leontief, Ghosh.

    References
    ----------
    Rasmussen (1956); Hirschman (1958); Jones (1976); Miller & Blair (2022), ch. 12.

    Blind spots
    -----------
    Above the mean by however little; it says what moves the home economy, not what it lacks without imports.
    """
    power, sensitivity = _dispersion(accounts)
    supply = forward_linkage(accounts).sel(reach="total").values
    made = accounts.x > 0
    if made.any():
        supply = supply / supply[made].mean()
    forward = np.stack([sensitivity, supply])
    return measured(
        np.where(made, ((power > 1) & (forward > 1)).astype(np.float64), np.nan),
        {"forward": ("Leontief", "Ghosh"), "industry": accounts.labels},
        name="key_sectors",
        long_name="draws on others and supplies others more than the mean industry does (1 yes, 0 no)",
        units="1",
        formula="power of dispersion > 1 and (sensitivity of dispersion > 1 | n·Σ_j g_ij / Σ_i Σ_j g_ij > 1)",
        source="Rasmussen (1956); Hirschman (1958); Jones (1976)",
        blind=HOME + EQUAL + "; above the mean by however little",
    )


def _dispersion(accounts: Accounts) -> tuple[Vector, Vector]:
    """Column and row sums of L over their mean, (h,) each; NaN where nothing is made."""
    made = accounts.x > 0
    n, ones = made.sum(), _ones(accounts, np.flatnonzero(made))
    columns = np.where(made, accounts.factor.solve_transposed(ones), np.nan)
    rows = np.where(made, accounts.factor.solve(ones), np.nan)
    mean = columns[made].sum() / n if n else np.nan
    return columns / mean, rows / mean


def _ones(accounts: Accounts, made: npt.NDArray[np.intp]) -> Vector:
    ones = np.zeros(len(accounts.x))
    ones[made] = 1.0
    return ones


def _in_both_reaches(accounts: Accounts, direct: Vector, total: Vector, **about: str) -> xr.DataArray:
    values = np.where(accounts.x > 0, np.stack([direct, total]), np.nan)
    return measured(values, {"reach": REACH, "industry": accounts.labels}, units="1", blind=HOME, **about)
