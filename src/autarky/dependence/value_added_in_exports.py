"""Value added in exports: at home and abroad, where the value of what is exported was added."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky import iomath
from autarky.accounts import Accounts
from autarky.dependence.measured import measured

Vector = npt.NDArray[np.float64]

_SOURCE = "Hummels, Ishii & Yi (2001); Koopman, Wang & Wei (2014); OECD, Guide to TiVA indicators"
_BLIND = (
    "Value that crosses the border twice is counted each time it is exported. Taxes on products and inputs "
    "from outside the table are nobody's value added, so shares may add to less than 1. Ownership is not "
    "seen: profits may leave. A national table tells value added at home only; what foreign suppliers and "
    "their suppliers added, and what returned, it cannot tell: see vertical specialisation."
)


def value_added_in_exports(
    accounts: Accounts, *, by: Literal["origin", "industry"] = "origin"
) -> xr.DataArray:
    """``V̂·L·Ê``: value added by each origin in the gross exports of each home industry.

    L is the whole table's, so value added at home that returns in imports is home's. In a national table L
    is the home one, and the only origin is home.

    Parameters
    ----------
    accounts : Accounts
    by : {"origin", "industry"}
        Origins are regions (the default), or industries of the table.

    Returns
    -------
    value_added_in_exports : DataArray, dims (origin, industry), the table's unit per year
        Column sums are exports, less taxes on products and inputs from outside the table.

    References
    ----------
    Wang, Wei & Zhu (2013), eq. 5 (Leontief's insight); OECD, *Guide to OECD's TiVA Indicators*, EXGR by
    origin of value added. Reproduces the worked example of the R package decompr.

    Blind spots
    -----------
    Exports of a bloc are what leaves the bloc. Value that crosses the border twice is counted each time.
    """
    exports = accounts.exports.sum(axis=1)
    per_output = _value_added_per_output(accounts)
    if by == "industry":
        unit_exports = np.zeros((len(per_output), len(exports)))
        unit_exports[accounts.positions, np.arange(len(exports))] = exports
        added = per_output[:, None] * accounts.world_factor.solve(unit_exports)
        origins = accounts.economy.industries.labels
    else:
        origins = accounts.economy.industries.regions
        of_origin = np.array([region for region, _ in accounts.economy.industries.pairs])[:, None] == origins
        content = accounts.world_factor.solve_transposed(np.where(of_origin, per_output[:, None], 0.0))
        added = content[accounts.positions].T * exports
    return measured(
        added,
        {"origin": origins, "industry": accounts.labels},
        name="value_added_in_exports",
        long_name="Value added in gross exports, by origin",
        units=f"{accounts.economy.unit} / year",
        formula="V̂·L·Ê",
        source=_SOURCE,
        blind=_BLIND,
    )


def value_added_share_of_exports(accounts: Accounts) -> xr.DataArray:
    """``Σ_{i in origin} (V̂·L·e)_i / Σe``: the share of gross exports that each region of the table added.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    value_added_share_of_exports : DataArray, dims (origin), dimensionless
        Home regions among the origins. NaN if nothing is exported.

    References
    ----------
    OECD, *Guide to OECD's TiVA Indicators*, EXGR_DVASH and EXGR_FVASH by origin.

    Blind spots
    -----------
    As of ``value_added_in_exports``.
    """
    added = _added(accounts)
    regions = accounts.economy.industries.regions
    by_region = added.reshape(len(regions), -1).sum(axis=1)  # Industries are region-major.
    return measured(
        by_region / _exports(accounts),
        {"origin": regions},
        name="value_added_share_of_exports",
        long_name="Value added in gross exports by origin, share",
        units="1",
        formula="Σ_origin V̂·L·e / Σe",
        source=_SOURCE,
        blind=_BLIND,
    )


def domestic_value_added_share_of_exports(accounts: Accounts) -> xr.DataArray:
    """``V_home·L·e / Σe``: domestic value added share of gross exports (TiVA: EXGR_DVASH).

    For a bloc, value added in any region of the bloc is domestic.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    domestic_value_added_share_of_exports : DataArray, no dims, dimensionless
        NaN if nothing is exported.

    References
    ----------
    OECD, *Guide to OECD's TiVA Indicators*, EXGR_DVASH.

    Blind spots
    -----------
    In a national table home value that returns in imports is not seen, so it is a lower bound.
    """
    return measured(
        _added(accounts)[accounts.positions].sum() / _exports(accounts),
        {},
        name="domestic_value_added_share_of_exports",
        long_name="Domestic value added share of gross exports",
        units="1",
        formula="V_home·L·e / Σe",
        source=_SOURCE,
        blind=_BLIND,
    )


def foreign_value_added_share_of_exports(accounts: Accounts) -> xr.DataArray:
    """``V_foreign·L·e / Σe``: foreign value added share of gross exports (TiVA: EXGR_FVASH).

    At most vertical specialisation, which takes imports as wholly foreign.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    foreign_value_added_share_of_exports : DataArray, no dims, dimensionless
        NaN for a national table, which does not tell who added the value of an import; vertical
        specialisation is what it can tell. NaN if nothing is exported, or if home is the whole table.

    References
    ----------
    OECD, *Guide to OECD's TiVA Indicators*, EXGR_FVASH; Koopman, Wang & Wei (2014).

    Blind spots
    -----------
    As of ``value_added_in_exports``.
    """
    added = _added(accounts)
    foreign = added.sum() - added[accounts.positions].sum()
    return measured(
        foreign / _exports(accounts) if accounts.economy.is_multi_regional else np.nan,
        {},
        name="foreign_value_added_share_of_exports",
        long_name="Foreign value added share of gross exports",
        units="1",
        formula="V_foreign·L·e / Σe",
        source=_SOURCE,
        blind=_BLIND,
    )


def _value_added_per_output(accounts: Accounts) -> Vector:
    """(n,) of every industry of the table; 0 where nothing is made."""
    economy = accounts.economy
    return np.asarray(iomath.technical_coefficients(economy.value_added, economy.x).sum(axis=0))


def _added(accounts: Accounts) -> Vector:
    """(n,) value added by each industry of the table in the home territory's exports."""
    exports = np.zeros(len(accounts.economy.x))
    exports[accounts.positions] = accounts.exports.sum(axis=1)
    return np.asarray(_value_added_per_output(accounts) * accounts.world_factor.solve(exports))


def _exports(accounts: Accounts) -> float:
    total = float(accounts.exports.sum())
    return total if total > 0 else float("nan")
