"""Economy: one input-output table with its labels and its history, read once and never changed.

Money is in ``currency`` units per year, as the source prints it (``unit``, for instance "million USD").
How a table was read is the business of ``sources``; what may be wrong with it, of ``checks``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autarky import iomath
from autarky.errors import EconomyError, Problem

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

ABROAD = "ABROAD"
"""The region name of every partner that a national table does not tell apart."""


class ImportTreatment(StrEnum):
    """How the source separates imported from domestic use; the value is the sentence that is printed."""

    MULTI_REGIONAL = "multi-regional: every trade flow is in the table"
    MATRIX = "matrix: the source gives imports by product and user"
    ROW = "row: the source gives each user's imports, not by product"
    PROPORTIONAL = (
        "proportional: the source gives imports by product only; each user is assumed to import the same "
        "share of a product. Against true import matrices the cells differ by 28 to 50 % of the imports, a "
        "misplaced unit being counted where it is and where it should be"
    )
    NET_EXPORTS = (
        "net exports: the source gives exports minus imports only; imported use cannot be told apart"
    )
    ESTIMATED = "estimated: imports by product fit figures, and their split over users is borrowed"
    NONE = "none: the source gives no imports"


class FinalUseKind(StrEnum):
    """What a column of final demand is, in the words of the System of National Accounts."""

    HOUSEHOLDS = "households"
    NONPROFIT = "nonprofit"
    GOVERNMENT = "government"
    INVESTMENT = "investment"
    INVENTORIES = "inventories"
    EXPORTS = "exports"
    DISCREPANCY = "discrepancy"


class FinalUser(NamedTuple):
    """A column of final demand: where it buys from (its own region), its code, what it is."""

    region: str
    category: str
    kind: FinalUseKind


class Gate(NamedTuple):
    """An import gate of a national table: a product bought from a partner abroad."""

    partner: str
    product: str


@dataclass(frozen=True)
class Industries:
    """Sectors in regions, region-major: the one place where a name meets a position."""

    regions: tuple[str, ...]
    sectors: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.regions) * len(self.sectors)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(region, sector) of each industry, in table order."""
        return tuple((region, sector) for region in self.regions for sector in self.sectors)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Name of each industry: the sector alone in a national table, ``region.sector`` otherwise."""
        if len(self.regions) == 1:
            return self.sectors
        return tuple(f"{region}.{sector}" for region, sector in self.pairs)


@dataclass(frozen=True)
class Provenance:
    """Where a table comes from: citation, terms, files with their digests, and what was done to it."""

    title: str
    citation: str
    licence: str = "not stated"
    url: str = ""
    files: tuple[tuple[str, str], ...] = ()
    """(file name, sha256) of each file read."""
    notes: tuple[str, ...] = ()
    """What a reader must know: conversions made, traps met, valuation gaps. One sentence each."""


@dataclass(frozen=True)
class DeclaredGap:
    """A breach of an identity that the source itself explains; ``check`` reports it as a WARNING."""

    check: str
    """Name of the check it excuses, for instance ``imports within use``."""
    place: str
    """Row and column."""
    reason: str


@dataclass(frozen=True, eq=False)
class Economy:
    """One input-output table. ``n`` industries, ``c`` final users, ``g`` import gates, ``v`` components.

    Identities (checked by ``autarky check``, to the tolerance the printed decimals allow):
    rows ``Z·1 + Y·1 = x``; columns ``1ᵀZ + 1ᵀimports_intermediate + 1ᵀvalue_added + 1ᵀadjustments = x``.

    References
    ----------
    Miller & Blair (2022), ch. 2 and 4; System of National Accounts 2008, ch. 28.
    """

    name: str
    year: int
    currency: str
    """ISO code, for instance ``USD``."""
    unit: str
    """What one unit of the numbers is, for instance ``million USD``."""
    valuation: str
    """Price basis, for instance ``basic prices`` or ``producers' prices``."""
    industries: Industries
    Z: Matrix
    """Domestic intermediate use, (n, n), currency / year: row supplies, column uses."""
    final_users: tuple[FinalUser, ...]
    Y: Matrix
    """Final demand for domestic products, (n, c), currency / year. Negative: stocks run down."""
    value_added_names: tuple[str, ...]
    value_added: Matrix
    """Value added by component, (v, n), currency / year."""
    import_treatment: ImportTreatment
    provenance: Provenance
    gates: tuple[Gate, ...] = ()
    imports_intermediate: Matrix = field(default_factory=lambda: np.zeros((0, 0)))
    """Imported intermediate use by gate, (g, n), currency / year."""
    imports_final: Matrix = field(default_factory=lambda: np.zeros((0, 0)))
    """Imported final use by gate, (g, c), currency / year."""
    adjustment_names: tuple[str, ...] = ()
    adjustments: Matrix = field(default_factory=lambda: np.zeros((0, 0)))
    """Column entries that are neither goods nor value added (taxes on products, margins, …), (a, n)."""
    reported_output: Vector | None = None
    """Output as the source prints it, (n,): compared with x by ``check``, used by nothing else."""
    decimals: int | None = None
    """Decimals the source prints (0 = integers, negative = rounded to tens …); None: full precision."""
    sector_names: tuple[str, ...] = ()
    """Long name of each sector, in the order of ``industries.sectors``; the codes if the source has none."""
    declared_gaps: tuple[DeclaredGap, ...] = ()

    def __post_init__(self) -> None:
        n, c, g = len(self.industries), len(self.final_users), len(self.gates)
        shapes = {
            "Z": (n, n),
            "Y": (n, c),
            "value_added": (len(self.value_added_names), n),
            "imports_intermediate": (g, n),
            "imports_final": (g, c),
            "adjustments": (len(self.adjustment_names), n),
        }
        if not self.sector_names:
            object.__setattr__(self, "sector_names", self.industries.sectors)
        for name, shape in shapes.items():
            given = np.asarray(getattr(self, name), dtype=np.float64)
            # An empty block (no gates, no adjustments) may be given in any empty shape.
            array = np.zeros(shape) if given.size == 0 and 0 in shape else np.ascontiguousarray(given)
            if array is given:
                array = given.copy()
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.reported_output is not None:
            output = np.array(self.reported_output, dtype=np.float64)
            output.flags.writeable = False
            object.__setattr__(self, "reported_output", output)
            shapes["reported_output"] = (n,)  # type: ignore[assignment]
        problems = list(self._label_problems())
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array.shape != shape:
                problems.append(
                    Problem(
                        f"{self.name}: {name}",
                        f"has shape {array.shape}, its labels say {shape}",
                        "give one row and one column per label",
                    )
                )
            elif not np.isfinite(array).all():
                place = np.argwhere(~np.isfinite(array))[0]
                problems.append(
                    Problem(
                        f"{self.name}: {name}, {self._cell(name, place)}",
                        f"is {array[tuple(place)]}",
                        "every cell needs a finite number; write 0 where there is no flow",
                    )
                )
        if problems:
            raise EconomyError(problems)

    def _label_problems(self) -> Sequence[Problem]:
        groups: dict[str, Sequence[Any]] = {
            "regions": self.industries.regions,
            "sectors": self.industries.sectors,
            "final users": [(user.region, user.category) for user in self.final_users],
            "import gates": self.gates,
            "value added components": self.value_added_names,
        }
        problems = []
        for what, labels in groups.items():
            seen: set[Any] = set()
            for label in labels:
                if label in seen:
                    problems.append(
                        Problem(f"{self.name}: {what}", f"{label!r} stands twice", "give each its own label")
                    )
                seen.add(label)
        if not len(self.industries):
            problems.append(Problem(f"{self.name}: industries", "there is none", "give at least one"))
        return problems

    def _cell(self, block: str, place: npt.NDArray[np.intp]) -> str:
        industries = self.industries.labels
        final = [f"{user.region}.{user.category}" for user in self.final_users]
        gates = [f"{gate.partner}.{gate.product}" for gate in self.gates]
        rows, columns = {
            "Z": (industries, industries),
            "Y": (industries, final),
            "value_added": (self.value_added_names, industries),
            "imports_intermediate": (gates, industries),
            "imports_final": (gates, final),
            "adjustments": (self.adjustment_names, industries),
            "reported_output": (industries, ()),
        }[block]
        row = f"row {rows[place[0]]}"
        return row if len(place) == 1 else f"{row}, column {columns[place[1]]}"

    def __reduce__(self) -> tuple[Any, ...]:
        # numpy forgets ``writeable = False`` when pickled; rebuilding keeps the promise on a worker.
        return type(self), tuple(getattr(self, item.name) for item in fields(self))

    @cached_property
    def x(self) -> Vector:
        """Gross output ``x = Z·1 + Y·1``, (n,), currency / year."""
        return _frozen(self.Z.sum(axis=1) + self.Y.sum(axis=1))

    @cached_property
    def A(self) -> Matrix:
        """Domestic technical coefficients ``A[i, j] = Z[i, j] / x[j]``, (n, n), dimensionless."""
        return _frozen(iomath.technical_coefficients(self.Z, self.x))

    @cached_property
    def imports(self) -> Vector:
        """Imports by gate, (g,), currency / year."""
        return _frozen(self.imports_intermediate.sum(axis=1) + self.imports_final.sum(axis=1))

    @property
    def is_multi_regional(self) -> bool:
        """Whether the table holds more than one producing region."""
        return len(self.industries.regions) > 1

    @cached_property
    def products(self) -> tuple[str, ...]:
        """Product codes: the sectors, then imported products that no sector at home makes."""
        extra = dict.fromkeys(gate.product for gate in self.gates)
        return self.industries.sectors + tuple(p for p in extra if p not in self.industries.sectors)

    def product_name(self, product: str) -> str:
        """The long name of a product code, or the code where there is none."""
        if product in self.industries.sectors:
            return self.sector_names[self.industries.sectors.index(product)]
        return product

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every number and label: two economies with one digest simulate alike."""
        digest = hashlib.sha256()
        for item in fields(self):
            if item.name in ("provenance", "declared_gaps"):
                continue
            value = getattr(self, item.name)
            digest.update(item.name.encode())
            digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
        return digest.hexdigest()


def _frozen(array: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    array.flags.writeable = False
    return array
