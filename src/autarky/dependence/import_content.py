"""Import content: imports, direct and through inputs, in what final users buy and in what is exported."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts
from autarky.dependence.measured import measured

Matrix = npt.NDArray[np.float64]

By = Literal["all", "origin", "source"]
"""How imports are told apart: not at all, by the partner or region they come from, or by each supplier."""

ROUTES = ("direct", "through inputs")
EXPORTS = "exports"

_HUMMELS = "Hummels, Ishii & Yi (2001), eq. 3"
_MILLER = "Miller & Blair (2022), ch. 2 and 4"
_BLIND = (
    "Counts an import at the border by value: it says neither whether it can be replaced nor what stops "
    "without it, and home value that comes back in imports counts as foreign. All that an industry makes "
    "has one recipe, exports as well as sales at home."
)


def import_content(accounts: Accounts, *, by: By = "all") -> xr.DataArray:
    """``u·Aᵐ·(I − Aᵈ)⁻¹``: imports, through inputs of all tiers, per unit of final use of each home industry.

    Final use of any kind: what households buy of an industry's product has the content of what is exported.

    Parameters
    ----------
    accounts : Accounts
    by : {"all", "origin", "source"}

    Returns
    -------
    import_content : DataArray, dims (industry), (origin, industry) or (source, industry), dimensionless
        0 for an industry that makes nothing; NaN in a table that does not tell imports from home products.

    References
    ----------
    Miller & Blair (2022), eq. 2.11; Hummels, Ishii & Yi (2001), eq. 3.

    Blind spots
    -----------
    Goods that final users import themselves are not in it. One recipe per industry, although goods made for
    export often need more imports (Koopman, Wang & Wei 2012).
    """
    inputs, coords = _told_apart(accounts.A_imported, accounts, by)
    content = accounts.factor.solve_transposed(inputs.T).T
    return measured(
        content if coords else content[0],
        coords | {"industry": accounts.labels},
        name="import_content",
        long_name="Import content per unit of final use",
        units="1",
        formula="u·Aᵐ·(I − Aᵈ)⁻¹",
        source=f"{_MILLER}; {_HUMMELS}",
        blind=_BLIND,
    )


def imports_embodied(accounts: Accounts, *, by: By = "all") -> xr.DataArray:
    """``u·Aᵐ·(I − Aᵈ)⁻¹·f`` through inputs, and ``u·fᵐ`` direct, for each final use f and for exports.

    Every imported unit ends in some final use: where no industry with inputs is without output and every
    final use has an owner, the whole adds up to all imports.

    Parameters
    ----------
    accounts : Accounts
    by : {"all", "origin", "source"}

    Returns
    -------
    imports_embodied : DataArray, dims (route, final_user), after (origin) or (source) if told apart
        In the table's unit per year. ``route``: *direct*, imported by the final user itself, and *through
        inputs* of home industries. The last ``final_user`` is *exports*; its direct imports are re-exports.

    References
    ----------
    Miller & Blair (2022), eq. 2.11.

    Blind spots
    -----------
    A final use that the table gives to no region (a discrepancy column) is in none. What inventories release
    counts against the imports it once took.
    """
    flows, coords = _embodied(accounts, by)
    return measured(
        flows if coords else flows[0],
        coords | {"route": ROUTES, "final_user": (*accounts.final_labels, EXPORTS)},
        name="imports_embodied",
        long_name="Imports embodied in final uses",
        units=f"{accounts.economy.unit} / year",
        formula="direct: u·fᵐ; through inputs: u·Aᵐ·(I − Aᵈ)⁻¹·f",
        source=_MILLER,
        blind=_BLIND,
    )


def import_content_of_final_use(accounts: Accounts, *, by: By = "all") -> xr.DataArray:
    """``(u·fᵐ, u·Aᵐ·(I − Aᵈ)⁻¹·f) / (u·f + u·fᵐ)``: the imported part of what each final use is worth.

    Parameters
    ----------
    accounts : Accounts
    by : {"all", "origin", "source"}

    Returns
    -------
    import_content_of_final_use : DataArray, dims as ``imports_embodied``, dimensionless
        Shares of final use at home and imported together, of exports re-exports included. NaN where that
        total is not positive.

    References
    ----------
    Miller & Blair (2022), eq. 2.11; for exports Hummels, Ishii & Yi (2001), eq. 3.

    Blind spots
    -----------
    For changes in inventories, in which additions and withdrawals offset each other, a share of the total
    means little and may leave 0 to 1.
    """
    flows, coords = _embodied(accounts, by)
    used = np.append(
        accounts.final.sum(axis=0) + accounts.imported_final.sum(axis=0),
        accounts.exports.sum() + accounts.reexports.sum(),
    )
    shares = flows / np.where(used > 0, used, np.nan)
    return measured(
        shares if coords else shares[0],
        coords | {"route": ROUTES, "final_user": (*accounts.final_labels, EXPORTS)},
        name="import_content_of_final_use",
        long_name="Import content of final uses",
        units="1",
        formula="direct: u·fᵐ / (u·f + u·fᵐ); through inputs: u·Aᵐ·(I − Aᵈ)⁻¹·f / (u·f + u·fᵐ)",
        source=f"{_MILLER}; {_HUMMELS}",
        blind=f"{_BLIND} Of a change in inventories, a share of what may offset itself.",
    )


def vertical_specialisation(accounts: Accounts, *, by: By = "all") -> xr.DataArray:
    """``VS = u·Aᵐ·(I − Aᵈ)⁻¹·EX / ΣEX``: the share of imported inputs in exports.

    Re-exports are neither in EX nor in the inputs. Exports of a bloc are what leaves the bloc.

    Parameters
    ----------
    accounts : Accounts
    by : {"all", "origin", "source"}

    Returns
    -------
    vertical_specialisation : DataArray, no dims, (origin) or (source), dimensionless
        NaN if nothing is exported.

    References
    ----------
    Hummels, Ishii & Yi (2001), eq. 3; OECD, import content of exports.

    Blind spots
    -----------
    Takes imports as wholly foreign, also value that left home before: so it is at least the foreign value
    added in exports (Koopman, Wang & Wei 2014). One recipe per industry, which understates it where exports
    are processed from imports.
    """
    exports = accounts.exports.sum(axis=1)
    inputs, coords = _told_apart(accounts.A_imported, accounts, by)
    needed = inputs @ accounts.factor.solve(exports)
    share = needed / _positive(exports.sum())
    return measured(
        share if coords else share[0],
        coords,
        name="vertical_specialisation",
        long_name="Vertical specialisation: import content of exports",
        units="1",
        formula="u·Aᵐ·(I − Aᵈ)⁻¹·EX / ΣEX",
        source=_HUMMELS,
        blind=_BLIND,
    )


def vertical_specialisation_by_industry(accounts: Accounts) -> xr.DataArray:
    """``VS_i = (u·Aᵐ·(I − Aᵈ)⁻¹)_i·EX_i / ΣEX``: each exporting industry's part of vertical specialisation.

    They add to ``vertical_specialisation``. Per unit of its own exports, an industry's is ``import_content``.

    Parameters
    ----------
    accounts : Accounts

    Returns
    -------
    vertical_specialisation_by_industry : DataArray, dims (industry), dimensionless
        NaN if nothing is exported.

    References
    ----------
    Hummels, Ishii & Yi (2001), eq. 3.

    Blind spots
    -----------
    As of ``vertical_specialisation``.
    """
    exports = accounts.exports.sum(axis=1)
    inputs, _ = _told_apart(accounts.A_imported, accounts, "all")
    content = accounts.factor.solve_transposed(inputs[0])
    return measured(
        content * exports / _positive(exports.sum()),
        {"industry": accounts.labels},
        name="vertical_specialisation_by_industry",
        long_name="Vertical specialisation by exporting industry",
        units="1",
        formula="(u·Aᵐ·(I − Aᵈ)⁻¹)_i·EX_i / ΣEX",
        source=_HUMMELS,
        blind=_BLIND,
    )


def _embodied(accounts: Accounts, by: By) -> tuple[Matrix, dict[str, tuple[str, ...]]]:
    """(k, 2, f + 1) imports by route and final use, exports last."""
    uses = np.column_stack([accounts.final, accounts.exports.sum(axis=1)])
    inputs, coords = _told_apart(accounts.A_imported, accounts, by)
    direct, _ = _told_apart(np.column_stack([accounts.imported_final, accounts.reexports]), accounts, by)
    return np.stack([direct, inputs @ accounts.factor.solve(uses)], axis=1), coords


def _told_apart(flows: Matrix, accounts: Accounts, by: By) -> tuple[Matrix, dict[str, tuple[str, ...]]]:
    """(s, n) flows from suppliers abroad, summed to (k, n), with the label of each of the k; NaN in a table
    that does not tell imports from home products."""
    if not accounts.imports_are_told:
        flows = np.full_like(flows, np.nan) if len(flows) else np.full((1, flows.shape[1]), np.nan)
    if by == "all":
        return flows.sum(axis=0, keepdims=True), {}
    if by == "source":
        return flows[: len(accounts.sources)], {"source": accounts.source_labels}
    return accounts.by_origin(flows[: len(accounts.sources)]), {"origin": accounts.origins}


def _positive(amount: float) -> float:
    return amount if amount > 0 else float("nan")
