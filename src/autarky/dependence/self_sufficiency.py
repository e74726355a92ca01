"""Self-sufficiency: how much of what is used could have been made at home, after FAO's two ratios."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts
from autarky.dependence.measured import measured
from autarky.economy import ImportTreatment

Vector = npt.NDArray[np.float64]

_SOURCE = "FAO, Suite of Food Security Indicators; FAO (2001), Food Balance Sheets: A Handbook"
_BLIND = (
    "Says what was made, not what can be made without foreign inputs; in money, so prices count as amounts. "
    "Imports and exports include re-exports, as far as the table tells: they cancel in the net ratio and "
    "raise the gross one. One year, where FAO averages three."
)


def self_sufficiency_ratio(accounts: Accounts, *, total: bool = False) -> xr.DataArray:
    """``SSR = P/(P + M − X)·100``, P output, M imports, X exports.

    100: as much is made as is used; above 100 the home territory is a net exporter. A product that no
    industry at home makes has P = 0. SSR and the *net* import dependency ratio add to 100.

    Parameters
    ----------
    accounts : Accounts
    total : bool
        All products together instead of each.

    Returns
    -------
    self_sufficiency_ratio : DataArray, dims (product), or none in total, %
        NaN where the supply P + M − X is not positive: nothing is used at home, or more is taken out of
        inventories than is used; everywhere in a table without imports.

    References
    ----------
    FAO (2001), *Food Balance Sheets: A Handbook*; FAO, Suite of Food Security Indicators.

    Blind spots
    -----------
    What is made at home may itself need imports (see import content). Values, not tonnes or calories.
    Re-exports are part of M and of X. Products of a sector are not alike: a territory that exports wheat and
    imports rice is self-sufficient in crops.
    """
    output, _, _, supply = _balance(accounts, total)
    return _ratio(
        output / supply,
        accounts,
        total,
        name="self_sufficiency_ratio",
        long_name="Self-sufficiency ratio",
        formula="P / (P + M − X) · 100",
    )


def import_dependency_ratio(
    accounts: Accounts, *, basis: Literal["net", "gross"] = "net", total: bool = False
) -> xr.DataArray:
    """Net: ``IDR = (M − X)/(P + M − X)·100``; gross: ``IDR = M/(P + M − X)·100``.

    The two are different measures under different names. Net: at most 100, negative for a net exporter, and
    SSR + IDR = 100. Gross: imports alone; goods that pass through can raise it above 100.

    Parameters
    ----------
    accounts : Accounts
    basis : {"net", "gross"}
    total : bool
        All products together instead of each.

    Returns
    -------
    import_dependency_ratio_net or import_dependency_ratio_gross : DataArray, dims (product), or none in total
        In %. NaN where the supply P + M − X is not positive; gross also where the table gives net exports
        only.

    References
    ----------
    Net: FAO, Suite of Food Security Indicators, cereal import dependency ratio. Gross: FAO (2001), *Food
    Balance Sheets: A Handbook*.

    Blind spots
    -----------
    As of the self-sufficiency ratio. Net: imports that exports offset within one product code are not seen.
    """
    _, imports, exports, supply = _balance(accounts, total)
    if basis == "gross" and not accounts.imports_are_told:
        imports = np.full_like(imports, np.nan)
    return _ratio(
        (imports - exports if basis == "net" else imports) / supply,
        accounts,
        total,
        name=f"import_dependency_ratio_{basis}",
        long_name=f"Import dependency ratio, {basis}",
        formula="(M − X) / (P + M − X) · 100" if basis == "net" else "M / (P + M − X) · 100",
    )


def _balance(accounts: Accounts, total: bool) -> tuple[Vector, Vector, Vector, Vector]:
    """Output, imports, exports, and supply, NaN where it is not positive."""
    flows = accounts.output_by_product, accounts.imports_by_product, accounts.exports_by_product
    output, imports, exports = (flow.sum(keepdims=True) if total else flow for flow in flows)
    if accounts.economy.import_treatment is ImportTreatment.NONE:
        imports = np.full_like(imports, np.nan)
    supply = output + imports - exports
    # What cancels to the last digits is nothing, and a ratio to it would be noise.
    is_used = supply > 1e-12 * (np.abs(output) + np.abs(imports) + np.abs(exports))
    return output, imports, exports, np.where(is_used, supply, np.nan)


def _ratio(
    share: Vector, accounts: Accounts, total: bool, *, name: str, long_name: str, formula: str
) -> xr.DataArray:
    return measured(
        share[0] * 100 if total else share * 100,
        {} if total else {"product": accounts.economy.products},
        name=name,
        long_name=f"{long_name}, all products together" if total else long_name,
        units="%",
        formula=formula,
        source=_SOURCE,
        blind=_BLIND,
    )
