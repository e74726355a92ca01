"""Donors: coefficients of a known table, to be borrowed where a country has none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky import iomath
from autarky.economy import Economy, FinalUseKind, ImportTreatment
from autarky.errors import EconomyError, Problem, SourceError, did_you_mean
from autarky.estimation.labelled_csv import block_rows, encoded, read_block, read_rows

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

FINAL_USERS = tuple(
    kind.value
    for kind in (
        FinalUseKind.HOUSEHOLDS,
        FinalUseKind.GOVERNMENT,
        FinalUseKind.INVESTMENT,
        FinalUseKind.INVENTORIES,
        FinalUseKind.EXPORTS,
    )
)
"""Final users of a donor, in this order."""
FIELDS = ("name", "year", "citation", "licence", "import_treatment")
PRODUCTS_ONLY = ("crude_oil",)
"""Sectors of which a donor keeps the product and its users, and drops the recipe."""

HIDDEN_EXPORTS = 0.01
"""Least exports of a traded product per unit of output where a source gives net exports only (assumption): a
product that is imported on balance is exported too, and a zero could never become anything else."""


@dataclass(frozen=True, eq=False)
class Donor:
    """Coefficients of one table. ``n`` sectors, ``p`` products, ``c`` final users, ``v`` components.

    Identity: ``Σ_p A + Σ_v value_added = 1`` for each sector that makes anything. All dimensionless.
    """

    name: str
    year: int
    citation: str
    licence: str
    import_treatment: ImportTreatment
    notes: tuple[str, ...]
    sectors: tuple[str, ...]
    products: tuple[str, ...]
    """The sectors, then products of which no sector here has a recipe."""
    final_users: tuple[str, ...]
    components: tuple[str, ...]
    A: Matrix
    """Technical coefficients, home and imported inputs together, (p, n): input per unit of output."""
    value_added: Matrix
    """Per unit of output, (v, n); what closes a column besides, such as taxes on products, included."""
    final_use: Matrix
    """Shares of each final user's spending, (p, c); of inventories, of the sum of absolute changes."""
    final_total: Vector
    """Spending of each final user per unit of gross output, (c,)."""
    output_share: Vector
    """Share of each sector in gross output, (n,)."""
    import_share: Matrix | None = None
    """Imported part of what each user buys of a product, (p, n + c); None where the source does not know."""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value = np.array(value, dtype=np.float64)
                value.flags.writeable = False
                object.__setattr__(self, item.name, value)

    def merged(self, product: str, into: str) -> Donor:
        """The donor with one product counted as part of another: ``crude_oil`` in ``other_mining``, say."""
        gone, kept = self.products.index(product), self.products.index(into)
        if product in self.sectors:
            raise EconomyError(
                Problem(self.name, f"{product!r} is a sector with a recipe", "aggregate the table instead")
            )

        def added(rows: Matrix) -> Matrix:
            rows = rows.copy()
            rows[kept] += rows[gone]
            return np.delete(rows, gone, axis=0)

        share = None
        if self.import_share is not None:
            use = np.hstack([self.A, self.final_use])
            imported, total = added(use * self.import_share), added(use)
            share = np.divide(imported, total, out=np.zeros_like(total), where=total != 0)
        return replace(
            self,
            products=tuple(code for code in self.products if code != product),
            A=added(self.A),
            final_use=added(self.final_use),
            import_share=share,
        )


def donor_of(economy: Economy, *, products_only: Collection[str] = PRODUCTS_ONLY) -> Donor:
    """Coefficients of an economy: ``A[p, j] = (Z + imports)[p, j] / x[j]``, and so for final use.

    Where the source gives net exports only, the exports column is their positive part, and of products
    traded at least ``HIDDEN_EXPORTS`` of output. A statistical discrepancy is left out. Taxes and margins on
    inputs stand with value added, as ``adjustments``.

    Parameters
    ----------
    economy : Economy
        A national table, for instance from ``aggregate``.
    products_only : collection of str
        Sectors that the borrowing country lacks: their product and its users stay, their recipe goes.

    Returns
    -------
    Donor

    Raises
    ------
    EconomyError
        Several regions, or no final user of a kind that donors have.
    """
    if economy.is_multi_regional:
        remedy = "take one region out of it first (estimation.national)"
        raise EconomyError(Problem(economy.name, f"has {len(economy.industries.regions)} regions", remedy))
    everything = economy.industries.sectors
    kept = [i for i, code in enumerate(everything) if code not in products_only]
    order = kept + [i for i in range(len(everything)) if i not in kept]
    net = economy.import_treatment is ImportTreatment.NET_EXPORTS
    kinds = np.array([user.kind.value for user in economy.final_users])
    kinds[kinds == FinalUseKind.NONPROFIT.value] = FinalUseKind.HOUSEHOLDS.value
    F = np.array([kinds == kind for kind in FINAL_USERS], dtype=np.float64)
    position = {code: i for i, code in enumerate(everything)}
    inputs, final = np.zeros_like(economy.Z), np.zeros_like(economy.Y)
    for gate, used, bought in zip(
        economy.gates, economy.imports_intermediate, economy.imports_final, strict=True
    ):
        if gate.product not in position:
            what = f"product {gate.product!r} is bought abroad only"
            raise EconomyError(Problem(economy.name, what, "give it a sector, or leave the gate out"))
        inputs[position[gate.product]] += used
        final[position[gate.product]] += bought
    Y, imported_Y = economy.Y @ F.T, final @ F.T
    exports = FINAL_USERS.index(FinalUseKind.EXPORTS.value)
    if net:
        Y[:, exports] = np.where(
            Y[:, exports] != 0, np.maximum(Y[:, exports], HIDDEN_EXPORTS * economy.x), 0.0
        )
    total = Y + imported_Y
    spending = total.sum(axis=0)
    whole = spending.copy()
    stocks = FINAL_USERS.index(FinalUseKind.INVENTORIES.value)
    whole[stocks] = np.abs(total[:, stocks]).sum()
    output = economy.x[kept].sum()
    # Of stocks that grow from abroad and shrink at home, or the other way round, sizes are compared.
    imported = np.abs(np.hstack([inputs, imported_Y]))
    use = np.abs(np.hstack([economy.Z, Y])) + imported
    columns = [*kept, *range(len(everything), use.shape[1])]
    components, value_added = list(economy.value_added_names), economy.value_added
    if economy.adjustment_names:
        components.append("adjustments")
        value_added = np.vstack([value_added, economy.adjustments.sum(axis=0)])
    notes = list(economy.provenance.notes)
    if net:
        notes.append(
            "Only net exports are known: exports are their positive part, but of what is traded at least "
            f"{HIDDEN_EXPORTS:.0%} of output (assumption); imported use is unknown."
        )
    if gap := np.abs(economy.Y[:, kinds == FinalUseKind.DISCREPANCY.value]).sum():
        notes.append(f"A discrepancy of {gap / economy.x.sum():.1%} of gross output is left out.")
    if left := [everything[i] for i in order[len(kept) :]]:
        notes.append(f"The recipe of {', '.join(left)} is left out; its product and its users stay.")
    return Donor(
        name=economy.name,
        year=economy.year,
        citation=economy.provenance.citation,
        licence=economy.provenance.licence,
        import_treatment=economy.import_treatment,
        notes=tuple(notes),
        sectors=tuple(everything[i] for i in kept),
        products=tuple(everything[i] for i in order),
        final_users=FINAL_USERS,
        components=tuple(components),
        A=iomath.technical_coefficients(economy.Z + inputs, economy.x)[np.ix_(order, kept)],
        value_added=_shares(value_added, economy.x)[:, kept],
        final_use=_shares(total, whole)[order],
        final_total=spending / output,
        output_share=economy.x[kept] / output,
        import_share=None if net or not economy.gates else _shares(imported, use)[np.ix_(order, columns)],
    )


def donor_names() -> tuple[str, ...]:
    """The names of the donors that come with autarky."""
    folder = resources.files("autarky") / "data" / "donors"
    return tuple(sorted(item.name for item in folder.iterdir() if (item / "donor.csv").is_file()))


def packaged_donor(name: str) -> Donor:
    """A donor that comes with autarky, by its name in ``donor_names()``.

    Raises
    ------
    SourceError
        There is none of that name; the nearest names are given.
    """
    if name not in donor_names():
        raise SourceError(Problem("donor", f"{name!r} is unknown", did_you_mean(name, donor_names())))
    with resources.as_file(resources.files("autarky") / "data" / "donors" / name) as folder:
        return read_donor(folder)


def read_donor(folder: str | Path) -> Donor:
    """Read a donor from its folder of CSV files (``docs/formats/donors.md``).

    Raises
    ------
    SourceError
        A file or field is missing or unknown; labels do not match; cells that are no numbers; shares of
        imports or output outside 0 to 1; columns that do not add to 1.
    """
    folder = Path(folder)
    if not (folder / "donor.csv").is_file():
        remedy = "give a folder as docs/formats/donors.md describes it"
        raise SourceError(Problem(str(folder), "has no file donor.csv", remedy))
    about, notes = _read_about(folder / "donor.csv")
    sectors, _, output = read_block(folder / "output_share.csv", columns=("share",))
    products, _, A = read_block(folder / "A.csv", columns=sectors)
    if missing := [code for code in sectors if code not in products]:
        remedy = "give each sector a row, and 0 for no use"
        raise SourceError(
            [Problem(str(folder / "A.csv"), f"has no row {code!r}", remedy) for code in missing]
        )
    components, _, value_added = read_block(folder / "value_added.csv", columns=sectors)
    users, _, total = read_block(folder / "final_total.csv", columns=("per_output",))
    _, _, final_use = read_block(folder / "final_use.csv", products, users)
    share = None
    if (folder / "import_share.csv").is_file():
        _, _, share = read_block(folder / "import_share.csv", products, _users(sectors, users))
    problems = []
    for name, values in (("import_share.csv", share), ("output_share.csv", output)):
        if values is not None and (values.min() < -_ROUNDING or values.max() > 1 + _ROUNDING):
            remedy = "write shares as fractions of 1"
            problems.append(Problem(str(folder / name), "has a share outside 0 to 1", remedy))
    problems += [
        Problem(
            f"{folder}, sector {code!r}",
            f"inputs and value added add to {whole:.4f}",
            "they are parts of one unit of output: make them add to 1",
        )
        for code, whole in zip(sectors, A.sum(axis=0) + value_added.sum(axis=0), strict=True)
        # A sector without output has no recipe. Sums of a source's printed figures miss by their rounding.
        if abs(whole - 1) > _CLOSURE and whole != 0
    ]
    if problems:
        raise SourceError(problems)
    return Donor(
        name=about["name"],
        year=int(about["year"]),
        citation=about["citation"],
        licence=about["licence"],
        import_treatment=ImportTreatment[about["import_treatment"].upper()],
        notes=notes,
        sectors=sectors,
        products=products,
        final_users=users,
        components=components,
        A=A,
        value_added=value_added,
        final_use=final_use,
        final_total=total[:, 0],
        output_share=output[:, 0],
        import_share=share,
    )


def write_donor(donor: Donor, folder: str | Path) -> None:
    """Write a donor as a folder of CSV files, numbers with six decimals; the folder must not exist.

    Raises
    ------
    SourceError
        The folder exists, or cannot be written.
    """
    folder = Path(folder)
    about = [
        ("name", donor.name),
        ("year", str(donor.year)),
        ("citation", donor.citation),
        ("licence", donor.licence),
        ("import_treatment", donor.import_treatment.name.lower()),
        *(("note", note) for note in donor.notes),
    ]
    tables = {
        "donor.csv": [["field", "value"], *map(list, about)],
        "A.csv": block_rows("product", donor.products, donor.sectors, donor.A),
        "value_added.csv": block_rows("component", donor.components, donor.sectors, donor.value_added),
        "final_use.csv": block_rows("product", donor.products, donor.final_users, donor.final_use),
        "final_total.csv": block_rows(
            "final_user", donor.final_users, ("per_output",), donor.final_total[:, None]
        ),
        "output_share.csv": block_rows("sector", donor.sectors, ("share",), donor.output_share[:, None]),
    }
    if donor.import_share is not None:
        users = _users(donor.sectors, donor.final_users)
        tables["import_share.csv"] = block_rows("product", donor.products, users, donor.import_share)
    if folder.exists():
        raise SourceError(Problem(str(folder), "exists already", "choose another name, or remove it first"))
    try:
        folder.mkdir(parents=True)
        for name, rows in tables.items():
            (folder / name).write_bytes(encoded(rows))
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise SourceError(Problem(str(folder), what, "check the path and its permissions")) from None


def _users(sectors: tuple[str, ...], final_users: tuple[str, ...]) -> tuple[str, ...]:
    """Column labels of import shares: government is a sector and a final user, so final users say so."""
    return (*sectors, *(f"final {user}" for user in final_users))


_ROUNDING = 1e-6
_CLOSURE = 0.01


def _read_about(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The fields of ``donor.csv`` and its notes; SourceError with all that is wrong."""
    _, rows = read_rows(path, ("field", "value"))
    about: dict[str, str] = {}
    notes, problems = [], []
    for field, value in rows:
        if field == "note":
            notes.append(value)
        elif field not in FIELDS:
            remedy = did_you_mean(field, (*FIELDS, "note"))
            problems.append(Problem(str(path), f"field {field!r} is unknown", remedy))
        elif field in about:
            problems.append(Problem(str(path), f"field {field!r} stands twice", "keep one"))
        else:
            about[field] = value
    problems += [
        Problem(str(path), f"field {field!r} is missing or empty", "give it; a source is never left out")
        for field in FIELDS
        if not about.get(field)
    ]
    if (year := about.get("year", "")) and not year.isdecimal():
        problems.append(Problem(str(path), f"year {year!r} is not a year", "write it like 1987"))
    known = [item.name.lower() for item in ImportTreatment]
    if (treatment := about.get("import_treatment", "")) and treatment not in known:
        problems.append(
            Problem(str(path), f"import_treatment {treatment!r} is unknown", did_you_mean(treatment, known))
        )
    if problems:
        raise SourceError(problems)
    return about, tuple(notes)


def _shares(parts: Matrix, whole: Matrix) -> Matrix:
    """``parts / whole``, zero where the whole is zero."""
    whole = np.broadcast_to(whole, parts.shape)
    return np.divide(parts, whole, out=np.zeros_like(parts), where=whole != 0)
