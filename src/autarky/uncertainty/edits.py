"""Edits: an Economy with other technical coefficients or other origins, solved and balanced again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from autarky import iomath
from autarky.economy import Economy, FinalUseKind
from autarky.errors import EconomyError, Problem

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Scaling:
    """A factor on the coefficients of some inputs (home rows and gates) in some industries (columns)."""

    home: Positions
    gates: Positions
    users: Positions


@dataclass(frozen=True)
class Split:
    """A product's suppliers, each a home row or a gate, and the users whose use of it is split anew."""

    rows: tuple[tuple[bool, int], ...]
    """(whether a gate, position) of each supplier, in the order of the shares."""
    users: Positions
    """Industries."""
    final_users: Positions


def scaling(economy: Economy, inputs: frozenset[str], users: frozenset[str]) -> Scaling:
    """The cells that products as inputs of sectors stand for, in all regions."""
    pairs = economy.industries.pairs
    return Scaling(
        np.flatnonzero([sector in inputs for _, sector in pairs]),
        np.flatnonzero([gate.product in inputs for gate in economy.gates]),
        np.flatnonzero([sector in users for _, sector in pairs]),
    )


def split(economy: Economy, product: str, names: Sequence[str], destinations: frozenset[str]) -> Split:
    """The rows of a product by region or partner, and the users in some regions.

    A name is a key of ``suppliers``. Buyers of a national table's exports are left out: what they buy is
    made at home.
    """
    rows = suppliers(economy, product)
    return Split(
        tuple(rows[name] for name in names),
        np.flatnonzero([region in destinations for region, _ in economy.industries.pairs]),
        np.flatnonzero(
            [
                user.region in destinations and not (economy.gates and user.kind is FinalUseKind.EXPORTS)
                for user in economy.final_users
            ]
        ),
    )


def suppliers(economy: Economy, product: str) -> dict[str, tuple[bool, int]]:
    """Region or partner → (whether a gate, position) of all that supply a product; idle industries do not."""
    home = {
        region: (False, i)
        for i, (region, sector) in enumerate(economy.industries.pairs)
        if sector == product and economy.x[i] > 0
    }
    gates = {gate.partner: (True, g) for g, gate in enumerate(economy.gates) if gate.product == product}
    return home | gates


def edited(
    economy: Economy,
    splits: Sequence[tuple[Split, Floats]],
    scalings: Sequence[tuple[Scaling, float]],
    note: str = "",
) -> Economy:
    """The economy with origins split anew and coefficients scaled, outputs solved for the same final demand.

    With ``A`` and ``M`` the home and imported coefficients after the edits: ``x = (I − A)⁻¹·Y·1``,
    ``Z = A·diag(x)``, imports ``M·diag(x)``; value added per unit of output takes up what inputs gain or
    lose, in proportion to its components; adjustments per unit of output stay. Rows and columns balance
    as far as they did before. A split changes neither what a user takes of the product in all nor a cell of
    a user with a negative entry among its suppliers. No Leontief inverse is scaled.

    Parameters
    ----------
    economy : Economy
    splits : sequence of (split, shares), shares of shape (suppliers,), adding to 1
    scalings : sequence of (scaling, factor), factor ≥ 0
    note : str
        Added to the provenance.

    Raises
    ------
    EconomyError
        If an industry's value added would turn negative, or the economy would need more than it makes.
    """
    x = economy.x
    A = iomath.technical_coefficients(economy.Z, x)
    M = iomath.technical_coefficients(economy.imports_intermediate, x)
    value_added = iomath.technical_coefficients(economy.value_added, x)
    adjustments = iomath.technical_coefficients(economy.adjustments, x)
    Y, imports_final = economy.Y.copy(), economy.imports_final.copy()
    for one, shares in splits:
        _divide(A, M, one, one.users, shares)
        _divide(Y, imports_final, one, one.final_users, shares)
    before = A.sum(axis=0) + M.sum(axis=0)
    for cells, factor in scalings:
        A[np.ix_(cells.home, cells.users)] *= factor
        M[np.ix_(cells.gates, cells.users)] *= factor
    more = A.sum(axis=0) + M.sum(axis=0) - before
    value_added = _taking_up(economy, value_added, more) if scalings else value_added
    try:
        new = iomath.gross_output(A, Y.sum(axis=1), start=x)
    except ValueError as error:
        remedy = "narrow the distribution of the coefficients"
        raise EconomyError(Problem(f"{economy.name}, edited", str(error), remedy)) from error
    provenance = economy.provenance
    if note:
        provenance = replace(provenance, notes=(*provenance.notes, note))
    return replace(
        economy,
        Z=A * new,
        Y=Y,
        value_added=value_added * new,
        imports_intermediate=M * new,
        imports_final=imports_final,
        adjustments=adjustments * new,
        reported_output=None,
        decimals=None,
        provenance=provenance,
    )


def input_share(economy: Economy, cells: Scaling) -> Floats:
    """Share of output, by industry, that a scaling's inputs cost; 0 outside its users. Shape (n,)."""
    cost = np.zeros(len(economy.industries))
    users = cells.users
    cost[users] = economy.Z[np.ix_(cells.home, users)].sum(axis=0)
    cost[users] += economy.imports_intermediate[np.ix_(cells.gates, users)].sum(axis=0)
    return np.asarray(iomath.technical_coefficients(cost[None, :], economy.x)[0], dtype=np.float64)


def value_added_share(economy: Economy) -> Floats:
    """Value added per unit of output, by industry, shape (n,)."""
    shares = iomath.technical_coefficients(economy.value_added, economy.x)
    return np.asarray(shares.sum(axis=0), dtype=np.float64)


def _divide(home: Floats, gates: Floats, one: Split, users: Positions, shares: Floats) -> None:
    """Gives each supplier its share of what the users take of all of them together, in place."""
    block = np.array([(gates if gate else home)[row, users] for gate, row in one.rows])
    anew = np.where((block >= 0).all(axis=0), shares[:, None] * block.sum(axis=0), block)
    for (gate, row), cells in zip(one.rows, anew, strict=True):
        (gates if gate else home)[row, users] = cells


def _taking_up(economy: Economy, value_added: Floats, more: Floats) -> Floats:
    """Value added per unit of output, less what inputs cost more, by the size of its components."""
    whole = value_added.sum(axis=0)
    left = whole - more
    negative = np.flatnonzero((left < -1e-12) & (whole >= 0))
    if len(negative) or not len(value_added):
        j = negative[0] if len(negative) else 0
        raise EconomyError(
            Problem(
                f"{economy.name}, edited: value added of {economy.industries.labels[j]}",
                f"would be {left[j]:.3g} per unit of output",
                "narrow the distribution of the coefficients",
            )
        )
    size = np.abs(value_added).sum(axis=0)
    weight = np.where(size > 0, np.abs(value_added) / np.where(size > 0, size, 1.0), 1.0 / len(value_added))
    return value_added - weight * more
