"""World Input-Output Database, release 2016: a national table with an import matrix → Economy.

Layouts: one country and year (``RUS_2014.csv``), many stacked (``niot_2014_all43.csv.gz``), and the release's
own workbook (``RUS_NIOT_nov16.xlsx``, 15 years of 120 rows in one sheet; needs the extra ``excel``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeGuard

import numpy as np

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
from autarky.errors import Problem, SourceError, did_you_mean
from autarky.sources.delimited import file_digest, read_delimited, require_file
from autarky.sources.spreadsheet import Cell, read_workbook_sheets

FINAL_USES = {
    "CONS_h": FinalUseKind.HOUSEHOLDS,
    "CONS_np": FinalUseKind.NONPROFIT,
    "CONS_g": FinalUseKind.GOVERNMENT,
    "GFCF": FinalUseKind.INVESTMENT,
    "INVEN": FinalUseKind.INVENTORIES,
    "EXP": FinalUseKind.EXPORTS,
}
ADJUSTMENTS = ("TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM")
"""Taxes less subsidies on products, cif/fob adjustment, purchases abroad by residents and at home by
non-residents, international transport margins: with value added they close each column."""
SHEET = "National IO-tables"
"""Of the release's workbook."""
DECIMALS = 2
"""The release does not state its rounding. In 2014 the columns of 39 of 43 tables close within 0.3 million
USD, which two decimals per cell allow and three do not."""


class _Rows(NamedTuple):
    """The rows of one country and year, whichever layout they came in."""

    place: str
    columns: tuple[str, ...]
    """Sectors, final uses, ``GO``."""
    codes: tuple[str, ...]
    origins: tuple[str, ...]
    numbers: Matrix
    sector_names: dict[str, str]


def read_wiod2016(path: str | Path, country: str | None = None, year: int = 2014) -> Economy:
    """One national table of WIOD 2016: 56 sectors, domestic and imported use, million current USD.

    Columns close with ``VA`` and the five adjustment rows; the row ``II_fob`` is a subtotal and is dropped.
    Exports are one final user abroad; imports come through one gate per product, ``(ABROAD, product)``.

    Parameters
    ----------
    path : str or Path
        A CSV of one country, the stacked CSV, or ``XXX_NIOT_nov16.xlsx``.
    country : str, optional
        Three-letter code; needed only if the file holds several.
    year : int
        2000 to 2014.

    Returns
    -------
    Economy

    Raises
    ------
    SourceError
        Not this layout, an unknown country or year, a cell that is no number.

    References
    ----------
    Timmer, Dietzenbacher, Los, Stehrer & de Vries (2015), Review of International Economics 23, 575–605.
    """
    path = Path(path)
    require_file(path)
    reader = _workbook_rows if path.suffix.lower() in (".xlsx", ".xlsm") else _text_rows
    country, rows = reader(path, country, year)
    if len(rows.columns) < len(FINAL_USES) + 2 or rows.columns[-len(FINAL_USES) - 1 :] != (*FINAL_USES, "GO"):
        what = f"columns end with {', '.join(rows.columns[-len(FINAL_USES) - 1 :])}"
        raise SourceError(Problem(rows.place, what, f"expected {', '.join((*FINAL_USES, 'GO'))}"))
    sectors = rows.columns[: -len(FINAL_USES) - 1]
    n = len(sectors)
    domestic = _block(rows, "Domestic", sectors)
    imported = _block(rows, "Imports", sectors)
    closing = _block(rows, "TOT", ("VA", *ADJUSTMENTS))[:, :n]
    return Economy(
        name=f"WIOD 2016 {country} {year}",
        year=year,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries((country,), sectors),
        Z=domestic[:, :n],
        final_users=tuple(
            FinalUser(ABROAD if kind is FinalUseKind.EXPORTS else country, code, kind)
            for code, kind in FINAL_USES.items()
        ),
        Y=domestic[:, n:-1],
        value_added_names=("VA",),
        value_added=closing[:1],
        import_treatment=ImportTreatment.MATRIX,
        gates=tuple(Gate(ABROAD, sector) for sector in sectors),
        imports_intermediate=imported[:, :n],
        imports_final=imported[:, n:-1],
        adjustment_names=ADJUSTMENTS,
        adjustments=closing[1:],
        reported_output=domestic[:, -1],
        decimals=DECIMALS,
        sector_names=tuple(rows.sector_names.get(sector, sector) for sector in sectors),
        provenance=Provenance(
            title=f"WIOD 2016 release, national input-output table, {country} {year}",
            citation="Timmer, M. P., Dietzenbacher, E., Los, B., Stehrer, R., de Vries, G. J. (2015), "
            "An Illustrated User Guide to the World Input–Output Database, "
            "Review of International Economics 23, 575–605",
            licence="CC BY 4.0",
            url="https://doi.org/10.34894/PJ2M1C",
            files=(file_digest(path),),
            notes=(
                "The source built its import matrix by proportionality within each end use.",
                "No imports are re-exported: imported use by the column EXP is zero throughout.",
                "Taxes, margins and purchases abroad on final use stand in the source and are not carried.",
                f"The rounding is not stated; sums are compared as if printed with {DECIMALS} decimals, "
                "which the source's own closed columns need.",
            ),
        ),
    )


def _block(rows: _Rows, origin: str, wanted: Sequence[str]) -> Matrix:
    """The rows of one origin in the order wanted, each exactly once."""
    at = {code: i for i, code in enumerate(rows.codes) if rows.origins[i] == origin}
    missing = [code for code in wanted if code not in at]
    if missing:
        what = f"has no row {missing[0]!r} of origin {origin!r}" + (
            f" (and lacks {len(missing) - 1} more)" if len(missing) > 1 else ""
        )
        raise SourceError(Problem(rows.place, what, did_you_mean(missing[0], list(at))))
    repeated = [
        code
        for (code, mark), times in Counter(zip(rows.codes, rows.origins, strict=True)).items()
        if mark == origin and times > 1
    ]
    if repeated:
        what = f"row {repeated[0]!r} of origin {origin!r} stands twice"
        raise SourceError(Problem(rows.place, what, "keep one"))
    return rows.numbers[[at[code] for code in wanted]]


def _text_rows(path: Path, country: str | None, year: int) -> tuple[str, _Rows]:
    table = read_delimited(path)
    expected = ("Country", "Year", "Code", "Origin")
    if table.header[:4] != expected:
        what = f"starts with the columns {', '.join(table.header[:4])}"
        raise SourceError(
            Problem(f"{path}, line 1", what, f"a WIOD 2016 table starts with {', '.join(expected)}")
        )
    countries = tuple(dict.fromkeys(table.labels(0)))
    if country is None and len(countries) > 1:
        remedy = f"name one; the file holds {', '.join(countries[:5])} and {len(countries) - 5} more"
        raise SourceError(Problem(str(path), "holds several countries", remedy))
    country = countries[0] if country is None else country
    if country not in countries:
        what = f"holds no country {country!r}"
        raise SourceError(Problem(f"{path}, column Country", what, did_you_mean(country, countries)))
    chosen = [i for i, row in enumerate(table.rows) if row[0] == country and row[1].strip() == str(year)]
    if not chosen:
        years = tuple(dict.fromkeys(row[1].strip() for row in table.rows if row[0] == country))
        what = f"holds no year {year} for {country}"
        raise SourceError(Problem(f"{path}, column Year", what, did_you_mean(str(year), years)))
    names: dict[str, str] = {}
    if (beside := path.with_name("codes.csv")).is_file():
        codes = read_delimited(beside)
        names = {row[0]: row[1].strip() for row in codes.rows if len(row) > 1}
    return country, _Rows(
        f"{path}, {country} {year}",
        table.header[4:],
        tuple(table.rows[i][2].strip() for i in chosen),
        tuple(table.rows[i][3].strip() for i in chosen),
        table.numbers(chosen, range(4, len(table.header))),
        names,
    )


def _workbook_rows(path: Path, country: str | None, year: int) -> tuple[str, _Rows]:
    if not (named := re.match(r"([A-Z]{3})_NIOT", path.name)) and country is None:
        remedy = "name the country, or keep the name XXX_NIOT_nov16.xlsx"
        raise SourceError(Problem(str(path), "does not tell which country it holds", remedy))
    if named and country not in (None, named[1]):
        raise SourceError(
            Problem(str(path), f"holds no country {country!r}", did_you_mean(str(country), (named[1],)))
        )
    country = country or (named[1] if named else "")
    book = read_workbook_sheets(path, (SHEET,))
    if SHEET not in book.sheets:
        raise SourceError(Problem(str(path), f"has no sheet {SHEET!r}", did_you_mean(SHEET, book.names)))
    cells = iter(book.sheets[SHEET])
    header = tuple("" if cell is None else str(cell).strip() for cell in next(cells, ()))
    expected = ("Year", "Code", "Description", "Origin")
    if header[:4] != expected:
        what = f"row 1 starts with {', '.join(header[:4]) or 'nothing'}"
        raise SourceError(Problem(str(path), what, f"a WIOD 2016 sheet starts with {', '.join(expected)}"))
    codes, origins, numbers, years = [], [], [], []
    names: dict[str, str] = {}
    for line, found in enumerate(cells, start=2):
        row = found + [None] * (len(header) - len(found))
        if row[0] is None:
            continue
        if str(row[0]) not in years:
            years.append(str(row[0]))
        if row[0] != year:
            continue
        wrong = [j for j in range(4, len(header)) if not _is_number(row[j])]
        if wrong:
            place = f"{path}, row {line} ({row[1]}), column {header[wrong[0]]}"
            raise SourceError(
                Problem(place, f"{row[wrong[0]]!r} is not a number", "write 0 where there is no flow")
            )
        codes.append(str(row[1]).strip())
        origins.append(str(row[3]).strip())
        names.setdefault(codes[-1], str(row[2]).strip())
        numbers.append([float(cell) for cell in row[4 : len(header)] if _is_number(cell)])
    if not numbers:
        raise SourceError(Problem(str(path), f"holds no year {year}", did_you_mean(str(year), years)))
    return country, _Rows(
        f"{path}, {year}", header[4:], tuple(codes), tuple(origins), np.array(numbers), names
    )


def _is_number(cell: Cell) -> TypeGuard[int | float]:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and bool(np.isfinite(cell))
