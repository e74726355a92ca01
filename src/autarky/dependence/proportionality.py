"""Proportionality: the same home if each user imported the same share of a product, and what that hides.

Most statistical offices know imports by product and not by user, and spread them in proportion to use. Where
a table has a true import matrix, the assumption can be made on purpose, and any measure taken both ways.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.measured import measured
from autarky.economy import FinalUseKind, ImportTreatment
from autarky.errors import InputError, Problem

Matrix = npt.NDArray[np.float64]

_TRUE = (ImportTreatment.MATRIX, ImportTreatment.MULTI_REGIONAL)


def proportional_imports(accounts: Accounts) -> Accounts:
    """``z'_ij = Σ_j z_ij · u_pj / Σ_j u_pj``: every user buys a product of the same suppliers, in one mix.

    i supplies product p, from home or abroad; ``u_pj = Σ_i z_ij`` is what user j, an industry or a final
    user, uses of it in all. So each user imports the same share of a product. Kept, to rounding: what each
    supplier sells in each home region, imports of each gate, and each user's use of each product; so outputs,
    exports, and value added. Each home region is spread by itself, as its own statistical office would;
    within a bloc, what one region of it buys from another is an import like any other.

    Left as they are: products that the home region's own industries do not make, re-exports, and a user's use
    of a product for which the table has a negative entry (what inventories release has no proportion).

    Parameters
    ----------
    accounts : Accounts
        From a table with a true import matrix, or a multi-regional one.

    Returns
    -------
    accounts : Accounts
        Of an economy that differs in the home users' columns alone, so any measure can be taken of it.

    Raises
    ------
    InputError
        If the table does not say who uses the imports: there is nothing to compare with.

    References
    ----------
    Feenstra & Hanson (1996); Winkler & Milberg (2012) on its errors.

    Blind spots
    -----------
    Multi-regional tables are themselves made with a part of this assumption (WIOD: by kind of end use); the
    difference is understated there.
    """
    economy = accounts.economy
    if economy.import_treatment not in _TRUE:
        what = f"imports by user are not from a true import matrix ({economy.import_treatment.name.lower()})"
        remedy = "compare on a table that has one"
        raise InputError(Problem(f"{economy.name}: imports", what, remedy))
    n = len(economy.x)
    use = np.block([[economy.Z, economy.Y], [economy.imports_intermediate, economy.imports_final]])
    suppliers = [*economy.industries.pairs, *economy.gates]
    products = np.array([product for _, product in suppliers])
    buyers = np.array(
        [region for region, _ in economy.industries.pairs]
        + ["" if user.kind is FinalUseKind.EXPORTS else user.region for user in economy.final_users]
    )
    for region in accounts.home:
        columns = np.flatnonzero(buyers == region)
        for product in economy.industries.sectors:
            rows = np.flatnonzero(products == product)
            own = [i for i in rows if suppliers[i][0] == region]
            if economy.x[own].sum() > 0:
                use[np.ix_(rows, columns)] = _one_mix(use[np.ix_(rows, columns)])
    note = "Imports are spread over users in proportion to use, by assumption; the table tells them apart."
    spread = replace(
        economy,
        Z=use[:n, :n],
        Y=use[:n, n:],
        imports_intermediate=use[n:, :n],
        imports_final=use[n:, n:],
        import_treatment=economy.import_treatment
        if economy.is_multi_regional
        else ImportTreatment.PROPORTIONAL,
        provenance=replace(economy.provenance, notes=(*economy.provenance.notes, note)),
    )
    return open_accounts(spread, accounts.home)


def proportionality_difference(
    measure: Callable[[Accounts], xr.DataArray], accounts: Accounts
) -> xr.DataArray:
    """``measure(proportional) − measure(true)``: what the proportionality assumption does to a measure.

    Parameters
    ----------
    measure : callable
        Any measure of ``Accounts``.
    accounts : Accounts
        From a table with a true import matrix, or a multi-regional one.

    Returns
    -------
    difference : DataArray, dims and unit of the measure
        Named ``<measure>_proportionality_difference``.

    Raises
    ------
    InputError
        As ``proportional_imports``.

    Blind spots
    -----------
    As of ``proportional_imports`` and of the measure.
    """
    true = measure(accounts)
    difference = measure(proportional_imports(accounts)) - true
    difference.name = f"{true.name}_proportionality_difference"
    difference.attrs = true.attrs | {
        "long_name": f"{true.attrs['long_name']}: under proportional imports, less under true ones",
        "formula": f"proportional − true of: {true.attrs['formula']}",
    }
    return difference


def misplaced_imports(accounts: Accounts) -> xr.DataArray:
    """``Σ|m' − m| / (2·Σ|m|)``: the share of imports that proportionality gives to another user.

    Parameters
    ----------
    accounts : Accounts
        From a table with a true import matrix, or a multi-regional one.

    Returns
    -------
    misplaced_imports : DataArray, no dims, dimensionless
        0 to 1; imports by supplier and user, re-exports left out. NaN if nothing is imported.

    Raises
    ------
    InputError
        As ``proportional_imports``.

    References
    ----------
    Duncan & Duncan (1955), index of dissimilarity: the share that would have to move. The sum of absolute
    differences, printed by some, counts each amount twice: where it is missing and where it is too much.

    Blind spots
    -----------
    Imports that are left as they are, of products that home does not make, count as placed rightly.
    As of ``proportional_imports``.
    """
    spread = proportional_imports(accounts)
    true = np.hstack([accounts.imported_intermediate, accounts.imported_final])
    moved = np.abs(np.hstack([spread.imported_intermediate, spread.imported_final]) - true).sum() / 2
    imported = np.abs(true).sum()  # absolute: a release of imported inventories is negative
    return measured(
        moved / imported if imported > 0 else np.nan,
        {},
        name="misplaced_imports",
        long_name="Imports that the proportionality assumption gives to another user",
        units="1",
        formula="Σ|m' − m| / (2·Σ|m|)",
        source="Duncan & Duncan (1955), index of dissimilarity",
        blind="Imports of products that home does not make count as placed rightly. Multi-regional tables "
        "are themselves made with a part of this assumption.",
    )


def _one_mix(use: Matrix) -> Matrix:
    """(suppliers, users) use of one product: each user's total, spread over suppliers as all users' is."""
    spread = use.copy()
    # With a negative entry neither the user's total nor its shares mean an amount used.
    movable = (use >= 0).all(axis=0)
    totals = use[:, movable].sum(axis=0)
    if totals.sum() > 0:
        spread[:, movable] = np.outer(use[:, movable].sum(axis=1), totals / totals.sum())
    return spread
