"""Exposure: how much of an industry's inputs and sales is foreign, at face value and through all tiers.

*Face value* is what trade statistics show: the supplier or buyer of the first tier. *Look-through* follows
the supply chain to its end. *Hidden* is the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts
from autarky.dependence.measured import measured
from autarky.economy import ImportTreatment
from autarky.errors import InputError, Problem, did_you_mean

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

VIEWS = ("face value", "look-through", "hidden")
SOURCE = "Baldwin, Freeman & Theodorakopoulos (2022), Horses for courses; (2023), Hidden exposure"
NORMALISED = "the denominator is our normalisation: that of the authors is not verified; "
TIERS = (
    "look-through is gross: an input that crosses borders twice counts each time; a national table ends at "
    "the border: what suppliers abroad buy is not seen"
)
NO_RATIO = ", and the ratio is left out"


def face_value_exposure(accounts: Accounts) -> xr.DataArray:
    """``a_oj = Σ_{i in o} a_ij``: inputs bought at origin o abroad, per unit of output of home industry j.

    The part of ``(I + A)·F`` that lies abroad, per unit of final sale F of industry j. Undefined (NaN) for an
    industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    exposure : DataArray, dims (origin, industry), dimensionless

    References
    ----------
    Baldwin, Freeman & Theodorakopoulos (2023), §I.A.

    Blind spots
    -----------
    First tier only: what the home suppliers of an industry import is not in it.
    """
    return measured(
        _where_made(accounts, accounts.by_origin(accounts.A_imported)),
        _by_origin_and_industry(accounts),
        name="face_value_exposure",
        long_name="inputs bought directly from an origin abroad, per unit of output",
        units="1",
        formula="Σ_{i in origin} a_ij",
        source=SOURCE,
        blind="first tier only: what the industry's home suppliers import is not in it",
    )


def look_through_exposure(accounts: Accounts) -> xr.DataArray:
    """``Σ_{i in o} l_ij``: output of origin o abroad behind one unit of final sale of home industry j.

    In a multi-regional table L is that of the whole table; in a national one
    ``u·Aᵐ·(I − Aᵈ)⁻¹`` by origin. Solved for one right-hand side per origin; L is never formed. Undefined
    (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    exposure : DataArray, dims (origin, industry), dimensionless

    References
    ----------
    Baldwin, Freeman & Theodorakopoulos (2023), §I.A, ``L·F``; Hummels, Ishii & Yi (2001), eq. 3, for one
    country.

    Blind spots
    -----------
    Gross output, not value added: it may exceed 1. A national table ends at the border.
    """
    abroad, _ = _look_through(accounts)
    return measured(
        _where_made(accounts, abroad),
        _by_origin_and_industry(accounts),
        name="look_through_exposure",
        long_name="output of an origin abroad, direct and through all tiers, per unit of final sale",
        units="1",
        formula="Σ_{i in origin} l_ij" if accounts.economy.is_multi_regional else "u·Am·(I − Ad)⁻¹",
        source=SOURCE,
        blind=TIERS,
    )


def hidden_exposure(accounts: Accounts) -> xr.DataArray:
    """``Σ_{i in o} (l_ij − a_ij)``: look-through less face value, what the first tier does not show.

    Never negative where no coefficient is. Undefined (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    exposure : DataArray, dims (origin, industry), dimensionless

    References
    ----------
    Baldwin, Freeman & Theodorakopoulos (2023), §I.A, ``L·F − (I + A)·F``.

    Blind spots
    -----------
    As ``look_through_exposure``; hidden from trade statistics, not from the firms.
    """
    abroad, _ = _look_through(accounts)
    return measured(
        _where_made(accounts, abroad - accounts.by_origin(accounts.A_imported)),
        _by_origin_and_industry(accounts),
        name="hidden_exposure",
        long_name="look-through less face-value exposure to an origin abroad, per unit of final sale",
        units="1",
        formula="Σ_{i in origin} (l_ij − a_ij)",
        source=SOURCE,
        blind=TIERS + "; hidden from trade statistics, not from the firms",
    )


def foreign_input_reliance(accounts: Accounts, *, by_origin: bool = False) -> xr.DataArray:
    """``Σ_{i abroad} (L − I)_ij / Σ_i (L − I)_ij``: foreign part of all inputs of home industry j, all tiers.

    At face value ``Σ_{i abroad} a_ij / Σ_i a_ij``; hidden: the difference, negative where home inputs come
    back in foreign ones. Undefined (NaN) for an industry that buys nothing, and in a table that does not tell
    imports. A national table has the face value alone: it follows home inputs through all tiers and foreign
    ones through one, so that their ratio would say less than face value does (``look_through_exposure`` does
    not divide by it).

    Parameters
    ----------
    accounts : Accounts
    by_origin : bool
        Split by origin; the origins of an industry add up to its reliance.

    Returns
    -------
    reliance : DataArray, dims (view, industry), or (view, origin, industry), shares
        view: face value, look-through, hidden.

    References
    ----------
    Baldwin, Freeman & Theodorakopoulos (2022, 2023); the denominator is our normalisation.

    Blind spots
    -----------
    Gross output, multiple crossings counted; primary inputs (labour, capital) are not among the inputs.
    """
    face, look = _inputs(accounts)
    return _reliance(
        (face, look),
        {"origin": accounts.origins} if by_origin else {},
        {"industry": accounts.labels},
        name="foreign_input_reliance",
        long_name="foreign part of an industry's intermediate inputs",
        formula="face value Σ_{i abroad} a_ij / Σ_i a_ij; "
        "look-through Σ_{i abroad} (L − I)_ij / Σ_i (L − I)_ij",
        source=SOURCE,
        blind=NORMALISED + TIERS + NO_RATIO,
    )


def territorial_input_reliance(
    accounts: Accounts, *, sectors: Sequence[str] = (), by_origin: bool = False
) -> xr.DataArray:
    """``Σ_j x_j Σ_{i abroad} (L − I)_ij / Σ_j x_j Σ_i (L − I)_ij``: the same for many industries.

    Foreign input reliance of the home industries j of ``sectors`` together, weighted by their output x. At
    face value, with a_ij in the place of (L − I)_ij, it is the imported part of the inputs that they buy. A
    national table has the face value alone, as ``foreign_input_reliance``.

    Parameters
    ----------
    accounts : Accounts
    sectors : sequence of str
        Which sectors; all if left empty.
    by_origin : bool
        Split by origin; the origins add up to the reliance.

    Returns
    -------
    reliance : DataArray, dims (view,), or (view, origin), shares

    Raises
    ------
    InputError
        If a sector is not in the table.

    References
    ----------
    Baldwin, Freeman & Theodorakopoulos (2022, 2023); weights and denominator are our normalisation.

    Blind spots
    -----------
    As ``foreign_input_reliance``. Inputs that one of the industries sells to another count in both.
    """
    known = accounts.economy.industries.sectors
    if unknown := [sector for sector in sectors if sector not in known]:
        raise InputError(
            [Problem("sectors", f"unknown sector {name!r}", did_you_mean(name, known)) for name in unknown]
        )
    chosen = np.array([not sectors or sector in sectors for _, sector in accounts.industries], dtype=bool)
    weight = np.where(chosen, accounts.x, 0.0)
    face, look = (((part * weight).sum(axis=1), (whole * weight).sum()) for part, whole in _inputs(accounts))
    return _reliance(
        (face, look),
        {"origin": accounts.origins} if by_origin else {},
        {},
        name="territorial_input_reliance",
        long_name="foreign part of the intermediate inputs of the home industries together",
        formula="face value Σ_j x_j Σ_{i abroad} a_ij / Σ_j x_j Σ_i a_ij; "
        "look-through the same with (L − I)_ij",
        source=SOURCE,
        blind=NORMALISED + TIERS + NO_RATIO,
    )


def foreign_market_reliance(accounts: Accounts, *, by_destination: bool = False) -> xr.DataArray:
    """``Σ_{j abroad} (L − I)_ij·f_j / Σ_j (L − I)_ij·f_j``: part of i's intermediate sales that ends abroad.

    f_j: final sales of industry j. ``(L − I)·f = x − f = Z·1``, so look-through splits home industry i's
    intermediate sales by the industry in whose final sales they end, and face value,
    ``Σ_{j abroad} z_ij / Σ_j z_ij``, splits the same sum by the industry that buys first. Hidden is
    negative where goods processed abroad come home. Undefined (NaN) for an industry that sells nothing to
    industries, and in a national table, which does not say what use its exports are put to
    (``exported_share`` does with exports as a whole).

    Parameters
    ----------
    accounts : Accounts
    by_destination : bool
        Split by the region abroad; the destinations of an industry add up to its reliance.

    Returns
    -------
    reliance : DataArray, dims (view, industry), or (view, destination, industry), shares

    References
    ----------
    Baldwin, Freeman & Theodorakopoulos (2022, 2023), sales side; weights and denominator are our
    normalisation.

    Blind spots
    -----------
    Where the last producer sits, not who consumes. Final goods sold abroad are not in it. Negative final use
    (stocks run down) can push a share out of 0 to 1.
    """
    nowhere = np.full(len(accounts.x), np.nan)
    abroad = np.full((len(accounts.destinations), len(accounts.x)), np.nan)
    face = look = (abroad, nowhere)
    if accounts.economy.is_multi_regional:
        final = accounts.economy.Y.sum(axis=1)
        sales = accounts.world_factor.solve(_regions_abroad(accounts, accounts.destinations) * final[:, None])
        sold = accounts.economy.Z[accounts.positions].sum(axis=1)
        face = ((accounts.exports - accounts.exports_final).T, sold)
        look = (sales[accounts.positions].T, sold)
    return _reliance(
        (face, look),
        {"destination": accounts.destinations} if by_destination else {},
        {"industry": accounts.labels},
        name="foreign_market_reliance",
        long_name="foreign part of an industry's sales to industries",
        formula="face value Σ_{j abroad} z_ij / Σ_j z_ij; "
        "look-through Σ_{j abroad} (L − I)_ij·f_j / Σ_j (L − I)_ij·f_j",
        source=SOURCE,
        blind=NORMALISED
        + "shows where the last producer sits, not who consumes; final goods sold abroad are not "
        "in it; not defined for a national table, which does not say what its exports are used for",
    )


def exported_share(accounts: Accounts, *, by_destination: bool = False) -> xr.DataArray:
    """``(Lᵈ·e)_i / x_i``: part of home industry i's output that leaves, as itself or inside others' exports.

    At face value ``e_i / x_i``; hidden: the part that leaves inside the exports of other home industries. Lᵈ
    is the home territory's. Undefined (NaN) for an industry that makes nothing, and in a table that tells
    exports net of imports.

    Parameters
    ----------
    accounts : Accounts
    by_destination : bool
        Split by buyer abroad; the destinations of an industry add up to its share.

    Returns
    -------
    share : DataArray, dims (view, industry), or (view, destination, industry), shares

    References
    ----------
    Miller & Blair (2022), eq. 2.12, with exports as the final demand; Imbs & Pauwels (2025), part of
    production sold abroad, directly or indirectly.

    Blind spots
    -----------
    Ends at the first border: what comes home again, or goes on to a third country, counts where it left to.
    Re-exports are not output and are not in it. Stocks that buyers abroad run down count as negative sales.
    """
    exports = accounts.exports
    if accounts.economy.import_treatment is ImportTreatment.NET_EXPORTS:
        exports = np.full_like(exports, np.nan)
    leaving = accounts.factor.solve(exports)
    return _reliance(
        ((exports.T, accounts.x), (leaving.T, accounts.x)),
        {"destination": accounts.destinations} if by_destination else {},
        {"industry": accounts.labels},
        name="exported_share",
        long_name="part of an industry's output that is sold abroad, as itself or inside other home products",
        formula="face value e_i / x_i; look-through (Ld·e)_i / x_i",
        source="Miller & Blair (2022), eq. 2.12; Imbs & Pauwels (2025)",
        blind="ends at the first border: what comes home again counts as gone; re-exports are not output",
    )


def _inputs(accounts: Accounts) -> tuple[tuple[Matrix, Vector], tuple[Matrix, Vector]]:
    """Inputs of each home industry by origin, (o, h), and altogether, (h,): face value, look-through."""
    direct = accounts.by_origin(accounts.A_imported)
    bought = direct.sum(axis=0) + accounts.A.sum(axis=0)
    face = direct, bought if accounts.imports_are_told else np.full_like(bought, np.nan)
    if accounts.economy.is_multi_regional:
        return face, _look_through(accounts)
    return face, (np.full_like(direct, np.nan), np.full_like(accounts.x, np.nan))


def _look_through(accounts: Accounts) -> tuple[Matrix, Vector]:
    """Column sums of L − I for each home industry: by origin abroad, (o, h), and altogether, (h,)."""
    if accounts.economy.is_multi_regional:
        abroad = _regions_abroad(accounts, accounts.origins)
        home = np.zeros((len(abroad), 1))
        home[accounts.positions] = 1.0
        sums = accounts.world_factor.solve_transposed(np.hstack([abroad, home]))[accounts.positions].T
    else:
        direct = accounts.by_origin(accounts.A_imported)
        sums = accounts.factor.solve_transposed(np.vstack([direct, np.ones(len(accounts.x))]).T).T
    return sums[:-1], sums.sum(axis=0) - 1.0


def _regions_abroad(accounts: Accounts, regions: Sequence[str]) -> Matrix:
    """(n, r) 1 where an industry of the whole table is in the region."""
    region_of = np.array([region for region, _ in accounts.economy.industries.pairs])
    return np.asarray(region_of[:, None] == np.array(regions, dtype=region_of.dtype), dtype=np.float64)


def _where_made(accounts: Accounts, values: Matrix) -> Matrix:
    return np.where(accounts.x > 0, values, np.nan)


def _by_origin_and_industry(accounts: Accounts) -> dict[str, Sequence[str]]:
    return {"origin": accounts.origins, "industry": accounts.labels}


def _reliance(
    views: Sequence[tuple[Matrix, Vector]],
    split: Mapping[str, Sequence[str]],
    others: Mapping[str, Sequence[str]],
    **about: str,
) -> xr.DataArray:
    """Part / whole at face value and look-through, and their difference.

    The parts come by partner (first axis); an empty ``split`` adds them up.
    """
    shares = [
        np.where(whole > 0, part if split else part.sum(axis=0), np.nan) / np.where(whole > 0, whole, 1.0)
        for part, whole in views
    ]
    values = np.stack([*shares, shares[1] - shares[0]])
    return measured(values, {"view": VIEWS, **split, **others}, units="1", **about)
