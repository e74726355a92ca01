"""Dependence: how much of what is used of each product comes from a partner, directly and through inputs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky import iomath
from autarky.economy import Economy, FinalUseKind

Vector = npt.NDArray[np.float64]


class Dependence(NamedTuple):
    """Shares of home use of each product that come from a partner, in the order of ``Economy.products``.

    NaN where nothing is used.
    """

    direct: Vector
    """Bought ready-made."""
    total: Vector
    """With what home makers of it, and their suppliers in turn, buy from there."""


def dependence(economy: Economy, partner: str) -> Dependence:
    """``direct = m_r / s`` and ``total = direct + (h / s)·(1ᵀM_r L)``, with s = h + m, product by product.

    Here h is home output sold at home, m imports and m_r imports from partner r of the product, M_r imports
    from r per unit of output, L the Leontief inverse. Imported inputs of home makers count, inputs of makers
    abroad do not: what the partner itself buys elsewhere is still bought from the partner.

    Parameters
    ----------
    economy : Economy
        A table of one region with import gates.
    partner : str

    Returns
    -------
    Dependence
        Two arrays, shape (products,), dimensionless, between 0 and 1.

    References
    ----------
    Miller & Blair (2022), ch. 2; import content of final demand by the Leontief inverse, as in Hummels, Ishii
    & Yi (2001), eq. 3.
    """
    gates, products, n = economy.gates, economy.products, len(economy.industries)
    from_partner = np.array([gate.partner == partner for gate in gates], dtype=bool)
    position = [products.index(gate.product) for gate in gates]
    imports, bought = np.zeros(len(products)), np.zeros(len(products))
    np.add.at(imports, position, economy.imports)
    np.add.at(bought, position, np.where(from_partner, economy.imports, 0.0))
    exported = [user.kind is FinalUseKind.EXPORTS for user in economy.final_users]
    home = np.zeros(len(products))
    home[:n] = np.maximum(economy.x - economy.Y[:, exported].sum(axis=1), 0.0)
    used = home + imports
    imported = iomath.technical_coefficients(economy.imports_intermediate[from_partner], economy.x)
    content = np.zeros(len(products))
    content[:n] = iomath.import_multipliers(economy.A, imported)
    with np.errstate(invalid="ignore", divide="ignore"):
        direct = np.where(used > 0, bought / used, np.nan)
        total = direct + np.where(used > 0, home / used, np.nan) * content
    return Dependence(direct, total)


def direct_input_share(economy: Economy, partner: str, sector: str) -> float:
    """Share of a sector's material inputs, from home and abroad, that it buys from a partner itself.

    NaN if the table has no such sector, or it uses nothing.
    """
    if sector not in economy.industries.sectors:
        return float("nan")
    j = economy.industries.sectors.index(sector)
    from_partner = np.array([gate.partner == partner for gate in economy.gates], dtype=bool)
    inputs = economy.Z[:, j].sum() + economy.imports_intermediate[:, j].sum()
    return float(economy.imports_intermediate[from_partner, j].sum() / inputs) if inputs > 0 else float("nan")


def imports_to_gdp(economy: Economy) -> float:
    """Imports over value added of all industries, in the table's own unit."""
    return float(economy.imports.sum() / economy.value_added.sum())
