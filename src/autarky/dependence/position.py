"""Position: how many stages stand between an industry and final use, and between primary inputs and it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky import iomath
from autarky.accounts import Accounts, Factor
from autarky.dependence.measured import measured
from autarky.economy import FinalUseKind

Matrix = npt.NDArray[np.float64]


def upstreamness(accounts: Accounts, *, corrected: bool = True) -> xr.DataArray:
    """``U = (I − B)⁻¹·1``: mean number of stages between an industry's product and final use, at least 1.

    ``B[i, j] = z_ij / (x_i − e_i + m_i − n_i)``: the part of product i's home use that industry j takes. z
    holds imported inputs too; e exports, m imports, n net addition to inventories, which is not taken for a
    final use. So exports and inventories are put to the same uses as the rest, and imports as home
    products. A multi-regional table is closed: the whole of it is used, e = m = 0, and only n is taken off.
    Uncorrected, ``B[i, j] = z_ij / x_i`` with home products alone: exports and inventories are final uses.
    Undefined (NaN) for an industry that makes nothing, whose product nobody uses at home, or part of whose
    product goes round among industries for ever and never reaches a final use.

    Parameters
    ----------
    accounts : Accounts
    corrected : bool
        For an open economy and for inventories, as above.

    Returns
    -------
    upstreamness : DataArray, dims (industry,), stages

    References
    ----------
    Antràs, Chor, Fally & Hillberry (2012), eq. 3 and the open-economy correction; inventories as in Antràs &
    Chor (2013, 2018). Same as Ghosh's row sums where uncorrected: Miller & Temurshoev (2017).

    Blind spots
    -----------
    Fixed sales shares; a stage is a row of the table, so that a finer table has more of them. Imported
    products that no industry at home makes are left out.
    """
    economy = accounts.economy
    left_out = {FinalUseKind.INVENTORIES} if corrected else set()
    if corrected and not economy.is_multi_regional:
        left_out.add(FinalUseKind.EXPORTS)
    kept = [user.kind not in left_out for user in economy.final_users]
    Z, final = economy.Z, economy.Y[:, kept].sum(axis=1)
    if corrected and not economy.is_multi_regional:
        Z = Z + _competing(accounts, economy.imports_intermediate)
        final = final + _competing(accounts, economy.imports_final[:, kept].sum(axis=1)[:, None])[:, 0]
    used = Z.sum(axis=1) + final
    B = np.where(used > 0, Z.T, 0.0).T / np.where(used > 0, used, 1.0)[:, None]
    endless = _reaching(B, ~_reaching(B, (final > 0) | (used <= 0)))
    B[endless] = 0.0
    defined = (used > 0) & (economy.x > 0) & ~endless
    stages = np.where(defined, Factor(B).solve(np.ones(len(B))), np.nan)
    return measured(
        stages[accounts.positions],
        {"industry": accounts.labels},
        name="upstreamness",
        long_name="mean number of stages from an industry's product to final use",
        units="stages",
        formula="(I − B)⁻¹·1, B_ij = z_ij / (x_i − e_i + m_i − n_i)" if corrected else "(I − x̂⁻¹Z)⁻¹·1",
        source="Antràs, Chor, Fally & Hillberry (2012); Antràs & Chor (2013, 2018)",
        blind="fixed sales shares; a finer table has more stages; "
        + (
            "exports and inventories are assumed to be put to the uses that the rest is put to"
            if corrected
            else "exports and inventories count as final uses, however they are processed later"
        ),
    )


def downstreamness(accounts: Accounts, *, corrected: bool = True) -> xr.DataArray:
    """``D = (I − Aᵀ)⁻¹·1``: mean number of stages from primary inputs to an industry's product, at least 1.

    ``a_ij = z_ij / x_j``. z holds imported inputs too, which are taken to be made abroad as at home.
    Uncorrected, home products alone: imports are primary inputs, no stage behind them. A multi-regional table
    needs no correction: the whole of it is used. Undefined (NaN) for an industry that makes nothing.

    Parameters
    ----------
    accounts : Accounts
    corrected : bool
        For imported inputs, as above.

    Returns
    -------
    downstreamness : DataArray, dims (industry,), stages

    References
    ----------
    Fally (2012), N; Antràs & Chor (2013); Miller & Temurshoev (2017): the column sums of L where uncorrected.

    Blind spots
    -----------
    Fixed recipes; a stage is a column of the table, so that a finer table has more of them. Imported products
    that no industry at home makes have no stage behind them.
    """
    economy = accounts.economy
    if economy.is_multi_regional or not corrected:
        stages = accounts.world_factor.solve_transposed(np.ones(len(economy.x)))
    else:
        Z = economy.Z + _competing(accounts, economy.imports_intermediate)
        A = iomath.technical_coefficients(Z, economy.x)
        stages = Factor(A).solve_transposed(np.ones(len(A)))
    return measured(
        np.where(economy.x > 0, stages, np.nan)[accounts.positions],
        {"industry": accounts.labels},
        name="downstreamness",
        long_name="mean number of stages from primary inputs to an industry's product",
        units="stages",
        formula="(I − Aᵀ)⁻¹·1",
        source="Fally (2012); Antràs & Chor (2013); Miller & Temurshoev (2017)",
        blind="fixed recipes; a finer table has more stages; "
        + ("imports are assumed to be made as at home" if corrected else "imports count as primary inputs")
        + " (national table)",
    )


def _reaching(flows: Matrix, goal: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(n,) whether an industry's product gets to an industry of ``goal``, itself included, by any path."""
    while True:
        wider = goal | (flows[:, goal] > 0).any(axis=1)
        if (wider == goal).all():
            return goal
        goal = wider


def _competing(accounts: Accounts, imported: Matrix) -> Matrix:
    """Rows of gates, (g, k), on the rows of the home industries that make the same product, (n, k)."""
    row = {sector: i for i, sector in enumerate(accounts.economy.industries.sectors)}
    matched = [g for g, gate in enumerate(accounts.economy.gates) if gate.product in row]
    total = np.zeros((len(accounts.economy.x), imported.shape[1]))
    np.add.at(total, [row[accounts.economy.gates[g].product] for g in matched], imported[matched])
    return total
