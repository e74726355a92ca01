"""Footprints: value added, or any account by industry, where it is made and for whom in the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts
from autarky.dependence.measured import measured
from autarky.errors import InputError, Problem

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

_MILLER = "Miller & Blair (2022), ch. 6 and 10; Peters (2008)"
_BLIND = (
    "Follows money, not things: a product's content is the same for every buyer. What is counted is what "
    "industries do; what final users do themselves (their own emissions, say) is not in it"
)


def footprints(
    accounts: Accounts, account: Vector | None = None, *, what: str = "value added", units: str = ""
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray, xr.DataArray]:
    """Consumption-based ``q·L·y_r``, production-based ``q·x``, and the part of each that crosses a border.

    Of every region of the table and, in a national table, of partners abroad as buyers. With q the account
    per unit of output, q_r the same in region r alone, Y[i, r] what all final users of r buy:

    * consumption-based, by product bought: ``Σ_s (q·L)[(s, p)]·Y[(s, p), r]``, over makers s;
    * production-based, by industry: ``q·x``;
    * abroad (imports embodied), by product bought: ``Σ_s ((q − q_r)·L)[(s, p)]·Y[(s, p), r]``;
    * exported (exports embodied), by industry: ``q·(x − L·Y[:, own region])``.

    One solve with as many right-hand sides as regions, and one transposed; L is never formed.

    Parameters
    ----------
    accounts : Accounts
        Of any home: all regions of its table are told.
    account : array, shape (n,), optional
        What each industry of the table makes, uses or emits in a year; value added if left out.
    what, units : str
        Its name and unit; the table's unit for value added.

    Returns
    -------
    consumption_based, production_based, footprint_abroad, footprint_exported : DataArray
        Dims (region, product); ``product`` is what is bought in the first and third, and what the region's
        industry makes in the others. ``consumption_based − footprint_abroad`` is what a region makes for
        itself, and so is ``production_based − footprint_exported``; both accounts have the same sum. NaN
        where a buyer abroad has no industries in the table.

    Raises
    ------
    InputError
        If the account has another number of entries than the table has industries.

    References
    ----------
    Miller & Blair (2022), ch. 6 and 10; Peters (2008), consumption- and production-based inventories. Same
    numbers as D_cba, D_pba, D_imp and D_exp of Stadler (2021), pymrio.

    Blind spots
    -----------
    Follows money, not things: a product's content is the same for every buyer. What is counted is what
    industries do; what final users do themselves is not in it.
    """
    economy = accounts.economy
    x, intensity = _intensity(accounts, account)
    makers, products = economy.industries.regions, economy.industries.sectors
    buyers = tuple(dict.fromkeys((*makers, *(user.region for user in economy.final_users))))
    of_buyer = np.array([user.region for user in economy.final_users])[:, None] == np.array(buyers)
    bought = economy.Y @ of_buyer.astype(np.float64)
    content = accounts.world_factor.solve_transposed(_by_region(intensity, len(makers)))
    everywhere = content.sum(axis=1)
    needed = accounts.world_factor.solve(bought)
    R, P, B = len(makers), len(products), len(buyers)
    consumption = np.einsum("sp,spb->bp", everywhere.reshape(R, P), bought.reshape(R, P, B))
    own = np.zeros((B, P))
    own[:R] = np.einsum("spr,spr->rp", content.reshape(R, P, R), bought.reshape(R, P, B)[:, :, :R])
    production = np.full((B, P), np.nan)
    exports = np.full((B, P), np.nan)
    production[:R] = (intensity * x).reshape(R, P)
    at_home = np.einsum("rpr->rp", needed.reshape(R, P, B)[:, :, :R])
    exports[:R] = intensity.reshape(R, P) * (x.reshape(R, P) - at_home)
    labels = {"region": buyers, "product": products}
    about: dict[str, Any] = {"units": _units(accounts, account, units), "source": _MILLER, "blind": _BLIND}
    return (
        measured(
            consumption,
            labels,
            name="consumption_based",
            long_name=f"Consumption-based account of {what}, by product bought",
            formula="Σ_s (q·L)[(s, p)]·Y[(s, p), r]",
            **about,
        ),
        measured(
            production,
            labels,
            name="production_based",
            long_name=f"Production-based account of {what}, by industry",
            formula="q·x",
            **about,
        ),
        measured(
            consumption - own,
            labels,
            name="footprint_abroad",
            long_name=f"{what.capitalize()} of other regions embodied in final use, by product bought",
            formula="Σ_s ((q − q_r)·L)[(s, p)]·Y[(s, p), r]",
            **about,
        ),
        measured(
            exports,
            labels,
            name="footprint_exported",
            long_name=f"{what.capitalize()} for final use in other regions, by industry",
            formula="q·(x − L·Y[:, own region])",
            **about,
        ),
    )


def footprints_of_final_users(
    accounts: Accounts, account: Vector | None = None, *, what: str = "value added", units: str = ""
) -> xr.DataArray:
    """``q_o·L·Y[:, f]``: what each region makes, in the end, for each final user at home.

    One transposed solve with as many right-hand sides as the table has regions.

    Parameters
    ----------
    accounts : Accounts
    account : array, shape (n,), optional
        By industry of the whole table; value added if left out.
    what, units : str
        Its name and unit.

    Returns
    -------
    footprints_of_final_users : DataArray, dims (origin, final_user)
        ``origin``: regions of the table, home among them.

    Raises
    ------
    InputError
        If the account has another number of entries than the table has industries.

    References
    ----------
    Miller & Blair (2022), ch. 6 and 10; Peters (2008).

    Blind spots
    -----------
    As ``footprints``. In a national table what was added abroad is not in it: see ``imports_embodied``.
    """
    economy = accounts.economy
    _, intensity = _intensity(accounts, account)
    regions = economy.industries.regions
    content = accounts.world_factor.solve_transposed(_by_region(intensity, len(regions)))
    chosen = [economy.final_users.index(user) for user in accounts.final_users]
    return measured(
        content.T @ economy.Y[:, chosen],
        {"origin": regions, "final_user": accounts.final_labels},
        name="footprints_of_final_users",
        long_name=f"{what.capitalize()} behind what final users buy, by region of origin",
        units=_units(accounts, account, units),
        formula="q_o·L·Y[:, f]",
        source=_MILLER,
        blind=_BLIND,
    )


def _intensity(accounts: Accounts, account: Vector | None) -> tuple[Vector, Vector]:
    """Output, and the account per unit of it; 0 for an industry that makes nothing."""
    economy = accounts.economy
    row = economy.value_added.sum(axis=0) if account is None else np.asarray(account, dtype=np.float64)
    if row.shape != economy.x.shape:
        what = f"has shape {row.shape}; the table has {len(economy.x)} industries"
        raise InputError(Problem("account", what, "give one number per industry, in the table's order"))
    return economy.x, np.divide(row, economy.x, out=np.zeros(len(row)), where=economy.x != 0)


def _units(accounts: Accounts, account: Vector | None, units: str) -> str:
    return units or (f"{accounts.economy.unit} / year" if account is None else "of the account / year")


def _by_region(intensity: Vector, regions: int) -> Matrix:
    """(n, R) the intensity of each region's industries in a column of its own."""
    size = len(intensity) // regions
    columns = np.zeros((regions, size, regions))
    columns[np.arange(regions), :, np.arange(regions)] = intensity.reshape(regions, size)
    return columns.reshape(len(intensity), regions)
