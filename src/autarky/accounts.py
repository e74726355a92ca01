"""Accounts: an economy seen from a home territory; what is made and used inside, and what crosses its border.

Home is one region or a bloc of them. A national table and a multi-regional one come to the same arrays:
suppliers abroad are import gates in the first and industries of other regions in the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.linalg

from autarky import iomath
from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment
from autarky.errors import EconomyError, InputError, Problem, did_you_mean

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]


class Factor:
    """``I − A``, factored once (LU) and solved for as many right-hand sides as are asked; L is never formed.

    Raises
    ------
    EconomyError
        If ``I − A`` is singular, so that no outputs satisfy the table.

    References
    ----------
    Golub & Van Loan (2013), §3.4 (LU with partial pivoting); Miller & Blair (2022), eq. 2.11.
    """

    def __init__(self, A: Matrix) -> None:
        identity_less = -A
        identity_less.flat[:: len(A) + 1] += 1.0
        # The transpose is factored: LAPACK wants columns together, so that no copy is made.
        self._lu = scipy.linalg.lu_factor(identity_less.T, overwrite_a=True, check_finite=False)
        if (np.diag(self._lu[0]) == 0).any():
            what = "I − A is singular: no outputs satisfy the table"
            raise EconomyError(Problem("technical coefficients", what, "run: autarky check TABLE"))

    def solve(self, right: Matrix) -> Matrix:
        """``(I − A)⁻¹·right``, right of shape (n,) or (n, k)."""
        return np.asarray(
            scipy.linalg.lu_solve(self._lu, right, trans=1, check_finite=False), dtype=np.float64
        )

    def solve_transposed(self, right: Matrix) -> Matrix:
        """``(I − Aᵀ)⁻¹·right``: row vectors times L, right of shape (n,) or (n, k)."""
        return np.asarray(scipy.linalg.lu_solve(self._lu, right, check_finite=False), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Accounts:
    """A home territory's accounts: h industries at home, f final users, s suppliers abroad.

    Flows are in the table's unit per year.
    """

    economy: Economy
    home: tuple[str, ...]
    """Regions of the home territory."""
    positions: npt.NDArray[np.int64]
    """(h,) positions of the home industries among all industries of the table."""
    industries: tuple[tuple[str, str], ...]
    """(h,) (region, sector) of each home industry."""
    sources: tuple[Gate, ...]
    """(s,) suppliers abroad: (partner, product)."""
    final_users: tuple[FinalUser, ...]
    """(f,) final users at home; exports are not among them."""
    Z: Matrix
    """(h, h) use of home products by home industries."""
    imported_intermediate: Matrix
    """(s, h)"""
    final: Matrix
    """(h, f) home products used by final users at home."""
    imported_final: Matrix
    """(s, f)"""
    exports: Matrix
    """(h, p) by destination, in the order of ``destinations``."""
    exports_final: Matrix
    """(h, p) the part of exports that is known to go to final users abroad; zero in a national table, which
    does not say."""
    destinations: tuple[str, ...]
    """(p,) regions or partners that buy."""
    reexports: Vector
    """(s,) imports that leave again as they came; zero in a multi-regional table."""
    x: Vector
    """(h,) gross output."""
    value_added: Vector
    """(h,) all components together."""

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """(h,) the label of each home industry, as in the table."""
        return tuple(self.economy.industries.labels[i] for i in self.positions)

    @cached_property
    def source_labels(self) -> tuple[str, ...]:
        """(s,) ``partner.product`` of each supplier abroad."""
        return tuple(f"{source.partner}.{source.product}" for source in self.sources)

    @cached_property
    def final_labels(self) -> tuple[str, ...]:
        """(f,) ``region.category`` of each final user at home."""
        return tuple(f"{user.region}.{user.category}" for user in self.final_users)

    @cached_property
    def A(self) -> Matrix:
        """(h, h) domestic technical coefficients."""
        return iomath.technical_coefficients(self.Z, self.x)

    @cached_property
    def A_imported(self) -> Matrix:
        """(s, h) imported inputs per unit of output."""
        return iomath.technical_coefficients(self.imported_intermediate, self.x)

    @cached_property
    def factor(self) -> Factor:
        """``I − A`` of the home territory, factored."""
        return Factor(self.A)

    @cached_property
    def world_factor(self) -> Factor:
        """``I − A`` of the whole table, factored; the home one where there is nothing besides."""
        return Factor(self.economy.A) if len(self.positions) < len(self.economy.x) else self.factor

    @cached_property
    def imports(self) -> Vector:
        """(s,) imports from each supplier abroad, re-exports included."""
        used = self.imported_intermediate.sum(axis=1) + self.imported_final.sum(axis=1)
        return np.asarray(used + self.reexports)

    @property
    def imports_are_told(self) -> bool:
        """Whether the table tells imports from home products; where not, what is foreign is undefined."""
        untold = (ImportTreatment.NONE, ImportTreatment.NET_EXPORTS)
        return self.economy.is_multi_regional or self.economy.import_treatment not in untold

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """(o,) partners or regions abroad that sell, in the order of ``sources``."""
        return tuple(dict.fromkeys(source.partner for source in self.sources))

    def per_output(self, values: Vector) -> Vector:
        """(h,) values per unit of output; 0 for an industry that makes nothing."""
        made = self.x > 0
        return np.asarray(np.where(made, values, 0.0) / np.where(made, self.x, 1.0))

    def by_origin(self, values: Matrix) -> Matrix:
        """(o, k) the rows of ``values`` (s, k), one for each supplier abroad, added up by origin."""
        place = {origin: o for o, origin in enumerate(self.origins)}
        total = np.zeros((len(place), *values.shape[1:]))
        np.add.at(total, [place[source.partner] for source in self.sources], values)
        return total

    @cached_property
    def imports_by_product(self) -> Vector:
        """Imports of each product of ``economy.products``, all partners together, re-exports included."""
        return self._by_product(self.imports, [source.product for source in self.sources])

    @cached_property
    def output_by_product(self) -> Vector:
        """Output of each product of ``economy.products``, all home regions together."""
        return self._by_product(self.x, [sector for _, sector in self.industries])

    @cached_property
    def exports_by_product(self) -> Vector:
        """Exports of each product of ``economy.products``, re-exports included."""
        own = self._by_product(self.exports.sum(axis=1), [sector for _, sector in self.industries])
        return own + self._by_product(self.reexports, [source.product for source in self.sources])

    def _by_product(self, values: Vector, products: Sequence[str]) -> Vector:
        place = {product: p for p, product in enumerate(self.economy.products)}
        total = np.zeros(len(place))
        np.add.at(total, [place[product] for product in products], values)
        return total


def open_accounts(economy: Economy, home: Sequence[str] = ()) -> Accounts:
    """The accounts of a home territory: regions of the table; left empty, a national table's only region.

    Raises
    ------
    InputError
        If a region is not in the table, or none is named where there are several.
    """
    regions = economy.industries.regions
    problems = [
        Problem("home", f"unknown region {region!r}", did_you_mean(region, regions))
        for region in home
        if region not in regions
    ]
    if not home and len(regions) > 1:
        what = f"the table has {len(regions)} regions, and none is named as home"
        problems.append(Problem("home", what, f"name one or more of them: {', '.join(regions[:8])} …"))
    if problems:
        raise InputError(problems)
    chosen = tuple(region for region in regions if region in home) if home else regions
    return _of_bloc(economy, chosen) if economy.is_multi_regional else _of_nation(economy, chosen)


def _of_nation(economy: Economy, home: tuple[str, ...]) -> Accounts:
    abroad = np.array([user.kind is FinalUseKind.EXPORTS for user in economy.final_users], dtype=bool)
    users = [user for user, is_abroad in zip(economy.final_users, abroad, strict=True) if not is_abroad]
    buyers = [user.region for user, is_abroad in zip(economy.final_users, abroad, strict=True) if is_abroad]
    destinations = tuple(dict.fromkeys(buyers))
    exports = np.zeros((len(economy.x), len(destinations)))
    for buyer, column in zip(buyers, np.flatnonzero(abroad), strict=True):
        exports[:, destinations.index(buyer)] += economy.Y[:, column]
    return Accounts(
        economy=economy,
        home=home,
        positions=np.arange(len(economy.x)),
        industries=economy.industries.pairs,
        sources=economy.gates,
        final_users=tuple(users),
        Z=economy.Z,
        imported_intermediate=economy.imports_intermediate,
        final=economy.Y[:, ~abroad],
        imported_final=economy.imports_final[:, ~abroad],
        exports=exports,
        exports_final=np.zeros_like(exports),
        destinations=destinations,
        reexports=economy.imports_final[:, abroad].sum(axis=1),
        x=economy.x,
        value_added=economy.value_added.sum(axis=0),
    )


def _of_bloc(economy: Economy, home: tuple[str, ...]) -> Accounts:
    pairs = economy.industries.pairs
    inside = np.array([region in home for region, _ in pairs])
    users_inside = np.array([user.region in home for user in economy.final_users])
    destinations = tuple(region for region in economy.industries.regions if region not in home)
    exports = np.zeros((inside.sum(), len(destinations)))
    exports_final = np.zeros_like(exports)
    industry_region = np.array([region for region, _ in pairs])
    user_region = np.array([user.region for user in economy.final_users])
    for p, region in enumerate(destinations):
        exports_final[:, p] = economy.Y[np.ix_(inside, user_region == region)].sum(axis=1)
        sold = economy.Z[np.ix_(inside, industry_region == region)].sum(axis=1)
        exports[:, p] = sold + exports_final[:, p]
    sources = tuple(Gate(*pair) for pair, is_inside in zip(pairs, inside, strict=True) if not is_inside)
    return Accounts(
        economy=economy,
        home=home,
        positions=np.flatnonzero(inside),
        industries=tuple(pair for pair, is_inside in zip(pairs, inside, strict=True) if is_inside),
        sources=sources,
        final_users=tuple(
            user for user, is_inside in zip(economy.final_users, users_inside, strict=True) if is_inside
        ),
        Z=economy.Z[np.ix_(inside, inside)],
        imported_intermediate=economy.Z[np.ix_(~inside, inside)],
        final=economy.Y[np.ix_(inside, users_inside)],
        imported_final=economy.Y[np.ix_(~inside, users_inside)],
        exports=exports,
        exports_final=exports_final,
        destinations=destinations,
        reexports=np.zeros(len(sources)),
        x=economy.x[inside],
        value_added=economy.value_added[:, inside].sum(axis=0),
    )
