"""United Kingdom 2010, Office for National Statistics: the product-by-product analytical table → Economy.

A folder with ``iot_domestic_pxp.csv.gz``, ``use_imports_pxp.csv.gz`` and, for long names, ``labels.csv``.
"""

from __future__ import annotations

from pathlib import Path

from autarky.economy import (
    ABROAD,
    Economy,
    FinalUseKind,
    FinalUser,
    Gate,
    ImportTreatment,
    Industries,
    Matrix,
    Provenance,
)
from autarky.errors import Problem, SourceError
from autarky.sources.delimited import Delimited, file_digest, nearest_path, read_delimited

DOMESTIC, IMPORTS, LABELS = "iot_domestic_pxp.csv.gz", "use_imports_pxp.csv.gz", "labels.csv"
SUBTOTAL = "Total intermediate demand"
FINAL_USES = {
    "Households": FinalUseKind.HOUSEHOLDS,
    "Non-profit instns serving households": FinalUseKind.NONPROFIT,
    "Central government": FinalUseKind.GOVERNMENT,
    "Local government": FinalUseKind.GOVERNMENT,
    "Gross fixed capital formation": FinalUseKind.INVESTMENT,
    # Acquisitions less disposals of valuables: a store of value that may be sold down, like stocks.
    "Valuables": FinalUseKind.INVENTORIES,
    "Changes in inventories": FinalUseKind.INVENTORIES,
    "Exports of goods": FinalUseKind.EXPORTS,
    "Exports of services": FinalUseKind.EXPORTS,
}
VALUE_ADDED = ("Taxes less subsidies on production", "Compensation of employees", "Gross Operating Surplus")
PRODUCT_TAXES = "Taxes less subsidies on products"
DECIMALS = 5
"""The files carry full precision, yet the row of imports and the column sums of the import matrix differ by
up to 5e-4 million GBP, which five decimals per cell allow and six do not."""


def read_ons(path: str | Path) -> Economy:
    """The UK table of 2010: 127 products, domestic and imported use, million GBP, basic prices.

    Parameters
    ----------
    path : str or Path
        The folder.

    Returns
    -------
    Economy
        ``iomath.technical_coefficients(Z, x)`` is the published A; its Leontief inverse the published L.

    Raises
    ------
    SourceError
        A file is missing, or a row or column that the layout needs.

    References
    ----------
    Office for National Statistics (2014), UK Input-Output Analytical Tables 2010.
    """
    folder = Path(path)
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        remedy = "give the folder that holds " + DOMESTIC if folder.exists() else nearest_path(folder)
        raise SourceError(Problem(str(folder), what, remedy))
    domestic, imports = read_delimited(folder / DOMESTIC), read_delimited(folder / IMPORTS)
    products = domestic.header[1 : domestic.column(SUBTOTAL)]
    n, closing = len(products), (*VALUE_ADDED, PRODUCT_TAXES)
    home, abroad = _uses(domestic, products), _uses(imports, products)
    below = domestic.numbers([domestic.row(label) for label in closing], range(1, n + 1))
    names = {}
    files = [folder / DOMESTIC, folder / IMPORTS]
    if (folder / LABELS).is_file():
        files.append(folder / LABELS)
        names = {row[0]: " ".join(row[1].split()) for row in read_delimited(files[-1]).rows if len(row) > 1}
    return Economy(
        name="UK 2010 (ONS)",
        year=2010,
        currency="GBP",
        unit="million GBP",
        valuation="basic prices",
        industries=Industries(("GBR",), products),
        Z=home[:, :n],
        final_users=tuple(
            FinalUser(ABROAD if kind is FinalUseKind.EXPORTS else "GBR", label, kind)
            for label, kind in FINAL_USES.items()
        ),
        Y=home[:, n:],
        value_added_names=VALUE_ADDED,
        value_added=below[:-1],
        import_treatment=ImportTreatment.MATRIX,
        gates=tuple(Gate(ABROAD, product) for product in products),
        imports_intermediate=abroad[:, :n],
        imports_final=abroad[:, n:],
        adjustment_names=(PRODUCT_TAXES,),
        adjustments=below[-1:],
        reported_output=domestic.numbers(slice(0, n), [domestic.column("Total demand")])[:, 0],
        decimals=DECIMALS,
        sector_names=tuple(names.get(product, product) for product in products),
        provenance=Provenance(
            title="United Kingdom input-output analytical tables 2010, product by product",
            citation="Office for National Statistics (2014), UK Input-Output Analytical Tables 2010. "
            "Contains public sector information licensed under the Open Government Licence v3.0",
            licence="Open Government Licence v3.0",
            files=tuple(file_digest(file) for file in files),
            notes=(
                "Market, non-market (NM_) and non-profit (NPISH_) products are kept apart, as in the source.",
                "The import matrix sums to the row of imports to 5e-4 million GBP; "
                f"sums are compared as if printed with {DECIMALS} decimals.",
                "Product taxes on final use stand in the source and are not carried.",
            ),
        ),
    )


def _uses(table: Delimited, products: tuple[str, ...]) -> Matrix:
    """Use by products, then by final users: rows and columns must name the products in one order."""
    n = len(products)
    for what, found in (("columns", table.header[1 : n + 1]), ("rows", table.labels()[:n])):
        if found != products:
            i = next((i for i, label in enumerate(found) if label != products[i]), len(found))
            got = repr(found[i]) if i < len(found) else "nothing"
            remedy = f"rows and columns of {DOMESTIC} and {IMPORTS} must name the products in one order"
            raise SourceError(
                Problem(str(table.path), f"{what}: {got} stands where {products[i]!r} belongs", remedy)
            )
    columns = [*range(1, n + 1), *(table.column(label) for label in FINAL_USES)]
    return table.numbers(slice(0, n), columns)
