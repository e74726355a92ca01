"""Concentration of suppliers: Herfindahl–Hirschman index, EU indicators, GeoDep, loss of the top exporter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts
from autarky.dependence.measured import measured
from autarky.economy import ABROAD
from autarky.errors import InputError, Problem

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

CONCENTRATED = 0.4
"""A Herfindahl–Hirschman index above it: concentrated (SWD(2021) 352; Lefebvre & Wibaux 2024)."""
RELIANT = 0.5
"""Imports from outside the bloc above this share of all its imports: reliant (SWD(2021) 352)."""
NOT_SUBSTITUTABLE = 1.0
"""Imports above this multiple of exports: not substitutable (SWD(2021) 352; Lefebvre & Wibaux 2024)."""

USES = ("total", "intermediate", "final")
BOUNDS = ("least", "most")
"""Of an index of suppliers some of whom have no name: each of those negligible, or all of them one."""

_SECTORS = (
    "Shares of a sector, not of a product (HS6): a concentrated product hides in a sector of many. "
    "Thresholds on concentration do not rank by welfare lost, which turns on expenditure and on how hard a "
    "supplier is to replace (Consonni & Magerman 2026). A region of many countries counts as one supplier"
)


def herfindahl_hirschman_index(amounts: Matrix) -> Vector:
    """``HHI = Σ_c s_c²``, s_c the share of supplier c; between 1/n (all alike) and 1 (one supplier).

    Parameters
    ----------
    amounts : array, shape (suppliers, k)
        A negative amount (stocks run down by more than was bought) is no supply and counts as zero.

    Returns
    -------
    index : array, shape (k,), dimensionless
        NaN where nobody supplies. On the scale of 0 to 1; antitrust prints 10,000 times it.

    References
    ----------
    Hirschman (1945), *National Power and the Structure of Foreign Trade*; Herfindahl (1950).
    """
    supplied = np.maximum(amounts, 0.0)
    return _ratio((supplied**2).sum(axis=0), supplied.sum(axis=0) ** 2)


def import_concentration(accounts: Accounts) -> xr.DataArray:
    """``HHI = Σ_c s_c²`` over partners abroad, by product; total imports, intermediate and final use.

    Where part of a product comes from partners that the table does not name (``ABROAD``), the index is
    known within bounds: least, if they are many and small (only the named add), and most, if they are one.
    Where none is named it is not defined.

    Returns
    -------
    hhi : DataArray, (product, use, bound), dimensionless
        NaN where nothing is imported or no partner is named.

    References
    ----------
    Hirschman (1945); Herfindahl (1950); as criterion of dependence SWD(2021) 352, Lefebvre & Wibaux (2024).

    Blind spots: suppliers of suppliers; sectors are not products; a region of many countries is one supplier.
    """
    values = np.stack([_import_hhi(accounts, use) for use in USES], axis=1)
    array = measured(
        values,
        {"product": accounts.economy.products, "use": USES, "bound": BOUNDS},
        name="import_concentration",
        long_name="Herfindahl-Hirschman index of partners that a product is imported from",
        units="1",
        formula="sum_c s_c^2, s_c share of partner c in imports of the product",
        source="Hirschman (1945); Herfindahl (1950)",
        blind=_SECTORS,
    )
    return _undefined(array, _no_partners(accounts))


def world_export_concentration(accounts: Accounts) -> xr.DataArray:
    """``HHI = Σ_r e_r²``, e_r the share of region r in the exports of a product by all regions of the table.

    Returns
    -------
    hhi : DataArray, (product,), dimensionless
        NaN where nothing is traded; all NaN on a national table, with the reason in ``undefined``.

    References
    ----------
    Lefebvre & Wibaux (2024), GeoDep, criterion 2.

    Blind spots: each region of the table is an exporter of its own, also inside a bloc at home, and trade
    between regions of one bloc counts; output that is not exported could be.
    """
    array = measured(
        _world_hhi(accounts),
        {"product": accounts.economy.products},
        name="world_export_concentration",
        long_name="Herfindahl-Hirschman index of regions that export a product",
        units="1",
        formula="sum_r e_r^2, e_r share of region r in exports of the product by all regions",
        source="Lefebvre & Wibaux (2024), GeoDep, criterion 2",
        blind=_SECTORS,
    )
    return _undefined(array, _no_exporters(accounts))


def eu_dependency_indicators(accounts: Accounts) -> tuple[xr.DataArray, xr.DataArray]:
    """CDI1 = HHI of extra-bloc imports; CDI2 = extra/(extra + intra) imports; CDI3 = extra imports/exports.

    Thresholds: CDI1 > 0.4, CDI2 > 0.5, CDI3 > 1; a product that passes all three is dependent. Exports in
    CDI3 are all exports of the bloc's regions, to each other too. CDI2 is not defined for one country, all of
    whose imports come from outside. CDI3 is not defined without exports; its condition then is that there
    are imports.

    Returns
    -------
    indicators : DataArray, (product, indicator, bound), dimensionless
        Bounds differ for CDI1 alone, as in ``import_concentration``.
    exceeded : DataArray, (product, condition), 1 yes, 0 no, NaN not known
        CDI1, CDI2, CDI3 and all: no as soon as one is no.

    References
    ----------
    European Commission (2021), SWD(2021) 352, *Strategic dependencies and capacities*: core dependency
    indicators, there by HS6 product in sensitive ecosystems.

    Blind spots: sectors are not products; made at home but not exported counts for nothing; thresholds cut
    where neighbours differ little, and a fifth of dependent products are not so a year later (Vicard &
    Wibaux 2023).
    """
    extra, exports = _imports_and_exports(accounts)
    intra = _intra_bloc(accounts)
    cdi1 = _import_hhi(accounts, "total")
    cdi2 = _ratio(extra, extra + intra) if len(accounts.home) > 1 else np.full(len(extra), np.nan)
    cdi3 = _ratio(extra, exports + intra)
    values = np.stack([cdi1, np.stack([cdi2, cdi2], axis=1), np.stack([cdi3, cdi3], axis=1)], axis=1)
    exceeded = [
        _above(cdi1, CONCENTRATED),
        _above(cdi2, RELIANT),
        _more(extra, NOT_SUBSTITUTABLE * (exports + intra)),
    ]
    names = ("CDI1", "CDI2", "CDI3")
    source = "European Commission (2021), SWD(2021) 352"
    indicators = measured(
        values,
        {"product": accounts.economy.products, "indicator": names, "bound": BOUNDS},
        name="eu_dependency_indicators",
        long_name="core dependency indicators: concentration, reliance, substitutability of imports",
        units="1",
        formula="CDI1: HHI of extra-bloc imports; CDI2: extra / (extra + intra) imports; "
        "CDI3: extra imports / (extra + intra) exports",
        source=source,
        blind=_SECTORS,
    )
    conditions = measured(
        np.stack([*exceeded, _all(exceeded)], axis=1),
        {"product": accounts.economy.products, "condition": (*names, "all")},
        name="eu_dependency_exceeded",
        long_name="core dependency indicator above its threshold (1 yes, 0 no)",
        units="1",
        formula=f"CDI1 > {CONCENTRATED:g}; CDI2 > {RELIANT:g}; CDI3 > {NOT_SUBSTITUTABLE:g}",
        source=source,
        blind=_SECTORS,
    )
    reasons = (
        _no_partners(accounts, "CDI1: "),
        "CDI2: one country has no imports from inside a bloc" if len(accounts.home) == 1 else "",
    )
    return _undefined(indicators, *reasons), _undefined(conditions, *reasons)


def geodep_conditions(accounts: Accounts) -> xr.DataArray:
    """GeoDep in one year: (1) import HHI > 0.4; (2) world-export HHI > 0.4; (3) imports > exports.

    Criterion 3 is M/X > 1; without exports it is met by any import (GeoDep writes 9999 for M/0). A bloc at
    home is one country: trade inside it counts neither as imports nor as exports.

    Returns
    -------
    conditions : DataArray, (product, condition), 1 yes, 0 no, NaN not known
        import_concentration, world_export_concentration, imports_exceed_exports and all: no as soon as one
        is no. On a national table criterion 2 is not known.

    References
    ----------
    Lefebvre & Wibaux (2024), *Import dependencies: where does the EU stand?*, CEPII Policy Brief 47; GeoDep.

    Blind spots: GeoDep is by HS6 product, a table by sector, where concentration above 0.4 is rare; output
    that is not exported counts for nothing.
    """
    imports, exports = _imports_and_exports(accounts)
    conditions = [
        _above(_import_hhi(accounts, "total"), CONCENTRATED),
        _above(_world_hhi(accounts), CONCENTRATED),
        _more(imports, NOT_SUBSTITUTABLE * exports),
    ]
    names = ("import_concentration", "world_export_concentration", "imports_exceed_exports", "all")
    array = measured(
        np.stack([*conditions, _all(conditions)], axis=1),
        {"product": accounts.economy.products, "condition": names},
        name="geodep_conditions",
        long_name="GeoDep criteria 1 to 3 of import dependence in one year (1 yes, 0 no)",
        units="1",
        formula=f"import HHI > {CONCENTRATED:g}; world-export HHI > {CONCENTRATED:g}; imports > exports",
        source="Lefebvre & Wibaux (2024), GeoDep, criteria 1-3",
        blind=_SECTORS,
    )
    return _undefined(
        array,
        _no_partners(accounts, "import_concentration: "),
        _no_exporters(accounts, "world_export_concentration: "),
    )


def geodep(years: Sequence[Accounts], *, at_least: int = 2) -> xr.DataArray:
    """Dependent: criteria 1 to 3 of GeoDep hold together in at least two of three years (criterion 4).

    Parameters
    ----------
    years : sequence of Accounts
        The same home and products, three different years in GeoDep's own use; any number here.
    at_least : int
        Years in which all three must hold.

    Returns
    -------
    dependent : DataArray, (product,), 1 yes, 0 no, NaN not known

    Raises
    ------
    InputError
        If there are fewer years than must hold, a year twice, or home or products differ.

    References
    ----------
    Lefebvre & Wibaux (2024), GeoDep, criterion 4.

    Blind spots: those of ``geodep_conditions``; tables of different years may classify a product differently.
    """
    problems = []
    named = [accounts.economy.year for accounts in years]
    if len(named) < at_least or at_least < 1:
        what = f"{len(named)} years given, {at_least} of them must hold"
        problems.append(
            Problem("years", what, "give three years' tables, or set at_least between 1 and these")
        )
    if len(set(named)) < len(named):
        problems.append(Problem("years", f"a year stands twice: {named}", "give each year once"))
    for accounts in years[1:]:
        if (accounts.home, accounts.economy.products) != (years[0].home, years[0].economy.products):
            what = f"{accounts.economy.year} has another home or other products than {named[0]}"
            problems.append(
                Problem("years", what, "open all with one home, from tables of one classification")
            )
    if problems:
        raise InputError(problems)
    held = np.stack([geodep_conditions(accounts).sel(condition="all").values for accounts in years])
    surely, maybe = (held == 1).sum(axis=0), (held != 0).sum(axis=0)
    values = np.where(surely >= at_least, 1.0, np.where(maybe < at_least, 0.0, np.nan))
    array = measured(
        values,
        {"product": years[0].economy.products},
        name="geodep",
        long_name=f"dependent on imports in at least {at_least} of {len(named)} years (1 yes, 0 no)",
        units="1",
        formula=f"criteria 1 to 3 hold in at least {at_least} of the years {', '.join(map(str, named))}",
        source="Lefebvre & Wibaux (2024), GeoDep, criteria 1-4",
        blind=_SECTORS,
    )
    reasons = [why(accounts) for accounts in years for why in (_no_partners, _no_exporters)]
    return _undefined(array, *dict.fromkeys(reasons))


def single_point_of_failure(accounts: Accounts) -> xr.DataArray:
    """Single point of failure (autarky's definition): what is lost with a product's largest exporter abroad.

    ``world_exports_lost`` = its exports / all regions' exports; ``imports_lost`` = home's imports from it /
    home's imports; ``supply_kept`` = (output + imports − imports from it) / (output + imports), before anyone
    makes more or sells elsewhere.

    Returns
    -------
    shares : DataArray, (product, share), dimensionless
        With the exporter's name as coordinate ``top_exporter`` (first in the table among equals). NaN where
        nobody abroad exports, or home has no imports or no supply; all NaN on a national table.

    References
    ----------
    Definition: autarky. The question is that of Arjona, Connell & Herghelegiu (2023), whose statistic on the
    world trade network is another one.

    Blind spots: sectors are not products; one failure at a time; a fall of exports that pass through the
    exporter from elsewhere is counted as its own.
    """
    economy, products = accounts.economy, accounts.economy.products
    shares = np.full((len(products), 3), np.nan)
    top = np.full(len(products), "", dtype=object)
    if economy.is_multi_regional:
        trade = _trade(accounts)
        inside = np.isin(economy.industries.regions, accounts.home)
        exports = np.maximum(trade.sum(axis=2), 0.0)
        outside = np.where(inside[:, None], 0.0, exports)
        first, each = outside.argmax(axis=0), np.arange(len(products))
        known = outside[first, each] > 0
        from_top = trade[first, each][:, inside].sum(axis=1)
        imports, supply = (
            accounts.imports_by_product,
            accounts.imports_by_product + accounts.output_by_product,
        )
        shares[:, 0] = _ratio(exports[first, each], exports.sum(axis=0))
        shares[:, 1] = _ratio(from_top, imports)
        shares[:, 2] = _ratio(supply - from_top, supply)
        shares[~known] = np.nan
        top[known] = np.array(economy.industries.regions, dtype=object)[first[known]]
    array = measured(
        shares,
        {"product": products, "share": ("world_exports_lost", "imports_lost", "supply_kept")},
        name="single_point_of_failure",
        long_name="what is lost if the largest exporter of a product is gone (autarky's definition)",
        units="1",
        formula="top exporter's exports / all exports; imports from it / imports; "
        "(output + imports - imports from it) / (output + imports)",
        source="definition: autarky; the question is that of Arjona, Connell & Herghelegiu (2023)",
        blind=_SECTORS,
    )
    named = array.assign_coords(top_exporter=("product", top.astype(str)))
    return _undefined(named, _no_exporters(accounts))


def _no_partners(accounts: Accounts, what: str = "") -> str:
    """Why an index of import partners is not defined, or nothing."""
    if not accounts.sources and not accounts.economy.is_multi_regional:
        return f"{what}the table gives no imports"
    return f"{what}the table names no partner" if set(accounts.origins) == {ABROAD} else ""


def _no_exporters(accounts: Accounts, what: str = "") -> str:
    return "" if accounts.economy.is_multi_regional else f"{what}a national table sees no other exporters"


def _undefined(array: xr.DataArray, *reasons: str) -> xr.DataArray:
    if any(reasons):
        array.attrs["undefined"] = "; ".join(reason for reason in reasons if reason)
    return array


def _ratio(above: Vector, below: Vector) -> Vector:
    """NaN, not infinity and not zero, where there is nothing to divide by."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _above(values: Matrix, threshold: float) -> Vector:
    """1, 0, or NaN where not known; of values with bounds (k, 2), 1 if the least and 0 if not the most is."""
    least, most = (values[:, 0], values[:, 1]) if values.ndim == 2 else (values, values)
    sure = np.where(least > threshold, 1.0, np.where(most > threshold, np.nan, 0.0))
    return np.where(np.isnan(most), np.nan, sure)


def _more(values: Vector, others: Vector) -> Vector:
    return np.where(np.isnan(values + others), np.nan, (values > others).astype(np.float64))


def _all(conditions: Sequence[Vector]) -> Vector:
    """0 as soon as one is 0, else NaN if one is not known, else 1."""
    stacked = np.stack(conditions)
    return np.where((stacked == 0).any(axis=0), 0.0, stacked.sum(axis=0) / len(stacked))


def _import_hhi(accounts: Accounts, use: str) -> Matrix:
    """(product, bound); the partner ``ABROAD`` is suppliers without a name."""
    amounts = {
        "total": accounts.imports,
        "intermediate": accounts.imported_intermediate.sum(axis=1),
        "final": accounts.imported_final.sum(axis=1),
    }[use]
    products = accounts.economy.products
    supplied = np.zeros((len(accounts.origins), len(products)))
    rows = [accounts.origins.index(source.partner) for source in accounts.sources]
    columns = [products.index(source.product) for source in accounts.sources]
    np.add.at(supplied, (rows, columns), amounts)
    supplied = np.maximum(supplied, 0.0)
    unnamed = np.array([origin == ABROAD for origin in accounts.origins], dtype=bool)
    most = herfindahl_hirschman_index(supplied)
    rest = _ratio(supplied[unnamed].sum(axis=0), supplied.sum(axis=0))
    bounds = np.stack([most - rest**2, most], axis=1)
    bounds[~(supplied[~unnamed].sum(axis=0) > 0)] = np.nan
    return bounds


def _world_hhi(accounts: Accounts) -> Vector:
    if not accounts.economy.is_multi_regional:
        return np.full(len(accounts.economy.products), np.nan)
    return herfindahl_hirschman_index(_trade(accounts).sum(axis=2))


def _trade(accounts: Accounts) -> Matrix:
    """(seller, product, buyer) trade between the regions of a multi-regional table; none with oneself."""
    economy = accounts.economy
    regions, sectors = economy.industries.regions, economy.industries.sectors
    shape = (len(regions), len(sectors), len(regions))
    buyers = np.array([[user.region == region for region in regions] for user in economy.final_users])
    trade: Matrix = economy.Z.reshape(*shape, len(sectors)).sum(axis=3) + (economy.Y @ buyers).reshape(shape)
    own = np.arange(len(regions))
    trade[own, :, own] = 0.0
    return trade


def _intra_bloc(accounts: Accounts) -> Vector:
    """Trade in each product between the regions at home; none in a national table."""
    if not accounts.economy.is_multi_regional:
        return np.zeros(len(accounts.economy.products))
    inside = np.isin(accounts.economy.industries.regions, accounts.home)
    return np.asarray(_trade(accounts)[inside][:, :, inside].sum(axis=(0, 2)))


def _imports_and_exports(accounts: Accounts) -> tuple[Vector, Vector]:
    """By product, over the border of home; NaN where the table gives no imports."""
    if not accounts.sources and not accounts.economy.is_multi_regional:
        unknown = np.full(len(accounts.economy.products), np.nan)
        return unknown, unknown
    return accounts.imports_by_product, accounts.exports_by_product
