"""Input-output algebra on plain arrays: letters as in Miller & Blair (2022), no labels, no files."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse.linalg

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]


def technical_coefficients(Z: Matrix, x: Vector) -> Matrix:
    """Technical coefficients ``A[i, j] = Z[i, j] / x[j]``.

    An industry that produces nothing has no recipe: its column is zero.

    Parameters
    ----------
    Z : array, shape (m, n), currency / year
        Intermediate use; m = n for domestic use, m = gates for imported use.
    x : array, shape (n,), currency / year
        Gross output.

    Returns
    -------
    A : array, shape (m, n), dimensionless
        Input per unit of output.

    Raises
    ------
    ValueError
        If x is not a flat vector of one entry per column of Z (a column vector would divide by rows).

    References
    ----------
    Miller & Blair (2022), eq. 2.4; called *input coefficients* by Eurostat.
    """
    if x.shape != (Z.shape[1],):
        raise ValueError(f"x has shape {x.shape}; expected ({Z.shape[1]},), one output per column of Z")
    # A flow over infinity is zero, in one pass over the table.
    return np.asarray(Z / np.where(x != 0, x, np.inf))


def leontief_inverse(A: Matrix) -> Matrix:
    """Leontief inverse ``L = (I − A)⁻¹``, formed only when the matrix itself is the answer.

    Parameters
    ----------
    A : array, shape (n, n), dimensionless

    Returns
    -------
    L : array, shape (n, n), dimensionless
        Output of row needed, directly and indirectly, per unit of final demand for column.

    Raises
    ------
    numpy.linalg.LinAlgError
        If I − A is singular.

    References
    ----------
    Miller & Blair (2022), eq. 2.11.
    """
    identity = np.eye(len(A))
    return np.asarray(scipy.linalg.solve(identity - A, identity), dtype=np.float64)


def gross_output(A: Matrix, final_demand: Vector, start: Vector | None = None) -> Vector:
    """Gross output ``x = (I − A)⁻¹·y``, round by round: ``x ← A·x + y`` until it stands still.

    A library's solver may give other last digits on another number of threads; this does not, and for one
    right-hand side and a start near the solution it is also faster.

    Parameters
    ----------
    A : array, shape (n, n), dimensionless
    final_demand : array, shape (n,), currency / year
    start : array, shape (n,), optional
        Where to begin; the final demand if left out.

    Returns
    -------
    x : array, shape (n,), currency / year
        To 1e-12 of each output.

    Raises
    ------
    ValueError
        If it does not settle: the economy would need more than it makes.

    References
    ----------
    Miller & Blair (2022), §2.4, eq. 2.12 (power series).
    """
    x = final_demand if start is None else start
    for _ in range(10_000):
        new = np.einsum("ij,j->i", A, x) + final_demand
        size = np.abs(new)
        if not np.isfinite(size).all():
            break
        if (np.abs(new - x) <= 1e-12 * size + 1e-15 * size.max(initial=0.0)).all():
            return np.asarray(new, dtype=np.float64)
        x = new
    raise ValueError("outputs do not settle: the inputs of some industries cost more than they make")


def import_multipliers(A: Matrix, imported: Matrix) -> Vector:
    """Import multipliers ``m′(I − A)⁻¹``: imports, direct and through inputs, per unit of final use.

    Round by round, as ``gross_output``, so that the last digits do not depend on a library's threads.

    Parameters
    ----------
    A : array, shape (n, n), dimensionless
        Domestic technical coefficients.
    imported : array, shape (g, n), dimensionless
        Imported inputs per unit of output, by gate.

    Returns
    -------
    multipliers : array, shape (n,), dimensionless

    Raises
    ------
    ValueError
        If they do not settle: the economy would need more than it makes.

    References
    ----------
    Miller & Blair (2022), ch. 6; Hummels, Ishii & Yi (2001), eq. 3 (vertical specialisation).
    """
    return gross_output(np.ascontiguousarray(A.T), imported.sum(axis=0))


def spectral_radius(A: Matrix) -> float:
    """Largest modulus of the eigenvalues; a non-negative A is productive exactly if it is below 1.

    Small matrices are solved densely, large ones by Arnoldi iteration from a fixed start.

    Parameters
    ----------
    A : array, shape (n, n), dimensionless

    Returns
    -------
    radius : float

    References
    ----------
    Miller & Blair (2022), §2.4 (convergence of the power series).
    """
    if len(A) <= 600:
        return float(np.abs(np.linalg.eigvals(A)).max()) if len(A) else 0.0
    values = scipy.sparse.linalg.eigs(A, k=1, which="LM", return_eigenvectors=False, v0=np.ones(len(A)))
    return float(np.abs(values).max())


def market_shares(V: Matrix) -> Matrix:
    """Market shares ``D = V·diag(q)⁻¹``: the part of each commodity that each industry makes; q = Vᵀ·1.

    Industry by industry, under fixed product sales structures (each commodity is sold alike, whoever made
    it): ``Z = D·U``, ``Y = D·F``, and inputs from outside the table stay as they are. Miller & Blair reach
    the same table from the industry-technology assumption; Eurostat calls it *Model D*. Never negative if U
    and V are not. A commodity that nobody makes has an empty column.

    Parameters
    ----------
    V : array, shape (n, m), currency / year
        Make matrix: industry by commodity.

    Returns
    -------
    D : array, shape (n, m), dimensionless
        Columns add to 1 (or 0).

    References
    ----------
    Miller & Blair (2022), ch. 5, ``A = D·B``; Eurostat (2008), *Manual of Supply, Use and Input-Output
    Tables*, ch. 11, Model D.
    """
    return technical_coefficients(V, V.sum(axis=0))


def ordered_product(A: Matrix, B: Matrix) -> Matrix:
    """Matrix product ``A·B``, summed over k from first to last: the same to the last bit on every machine.

    A library's product sums in an order that depends on processor and threads; a table that is published
    with a digest must not. About ten times slower than ``A @ B``, which is nothing for one table.

    Parameters
    ----------
    A : array, shape (m, k)
    B : array, shape (k, n)

    Returns
    -------
    product : array, shape (m, n)
    """
    product = np.zeros((A.shape[0], B.shape[1]))
    for column, row in zip(A.T, B, strict=True):
        product += column[:, None] * row
    return product


def industry_technology(V: Matrix) -> Matrix:
    """``R = diag(x)⁻¹·V``: an industry has one recipe, whatever it makes; x = V·1.

    Commodity by commodity: ``Z = U·R``, and value added and imports by industry become ``W·R``; final demand
    stays as it is. *Model B* of Eurostat. Never negative if U and V are not.

    Parameters
    ----------
    V : array, shape (n, m), currency / year
        Make matrix: industry by commodity.

    Returns
    -------
    R : array, shape (n, m), dimensionless
        Rows add to 1 (or 0 for an industry that makes nothing).

    References
    ----------
    Miller & Blair (2022), ch. 5, ``A = B·D``; Eurostat (2008), ch. 11, Model B.
    """
    return technical_coefficients(V.T, V.sum(axis=1)).T


def commodity_technology(V: Matrix) -> Matrix:
    """``R = (Vᵀ)⁻¹·diag(q)``: a commodity has one recipe, whoever makes it; q = Vᵀ·1.

    Commodity by commodity: ``Z = U·R``, and value added and imports by industry become ``W·R``; final demand
    stays as it is. *Model A* of Eurostat (*product technology*). Negative cells arise where an industry's
    inputs fall short of the recipes of its by-products; they tell that the assumption does not hold there.

    Parameters
    ----------
    V : array, shape (n, n), currency / year
        Make matrix: industry by commodity, as many industries as commodities.

    Returns
    -------
    R : array, shape (n, n), dimensionless

    Raises
    ------
    numpy.linalg.LinAlgError
        If V is not square or not invertible.

    References
    ----------
    Miller & Blair (2022), ch. 5, ``A = B·C⁻¹``; Eurostat (2008), ch. 11, Model A.
    """
    return np.asarray(scipy.linalg.solve(V.T, np.diag(V.sum(axis=0))), dtype=np.float64)
