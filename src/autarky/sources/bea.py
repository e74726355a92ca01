"""United States: the Make, Use and Import tables of the Bureau of Economic Analysis, made symmetric."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky import iomath
from autarky.economy import (
    ABROAD,
    DeclaredGap,
    Economy,
    FinalUseKind,
    FinalUser,
    Gate,
    ImportTreatment,
    Industries,
    Provenance,
)
from autarky.errors import Problem, SourceError, did_you_mean
from autarky.sources.delimited import (
    Delimited,
    at_most,
    file_digest,
    nearest_path,
    read_delimited,
    require_file,
    unmatched_labels,
    unreadable,
)

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

REGION = "USA"
UNSOLD = {
    "Used": "scrap, used and secondhand goods",
    "Other": "noncomparable imports and rest-of-the-world adjustment",
    "S00401": "scrap",
    "S00402": "used and secondhand goods",
    "S00300": "noncomparable imports",
    "S00900": "rest-of-the-world adjustment",
}
"""Commodities without an industry: by-products, goods that users sell one another, corrections."""
IMPORT_VALUATION = "IMPORT_VALUATION"
NEGATIVE_USE = "NEGATIVE_USE"
_FILE = re.compile(r"(Summary|Detail)_(Make|Use|Import)_(\d{4})_(PRO_)?BeforeRedef.*\.csv(\.gz)?")
_TOTAL = re.compile(r"T\d{3}|Total .*|NA(\.\d+)?")
_KINDS = (
    (re.compile(r"F010"), FinalUseKind.HOUSEHOLDS),
    (re.compile(r"F(06|07|10)C"), FinalUseKind.GOVERNMENT),
    (re.compile(r"F(02|06|07|10)[SENR]"), FinalUseKind.INVESTMENT),
    (re.compile(r"F030"), FinalUseKind.INVENTORIES),
    (re.compile(r"F040"), FinalUseKind.EXPORTS),
)
_IMPORTS = "F050"


class Assumption(StrEnum):
    """How make and use become one symmetric table; the value is the sentence that is printed."""

    INDUSTRY_TECHNOLOGY = (
        "industry by industry under the industry-technology assumption, A = D·B "
        "(Miller & Blair 2022, ch. 5); in Eurostat's terms Model D, fixed product sales structure: each "
        "commodity is sold alike, whichever industry made it"
    )
    COMMODITY_TECHNOLOGY = (
        "commodity by commodity under the commodity-technology assumption, A = B·C⁻¹ "
        "(Miller & Blair 2022, ch. 5); in Eurostat's terms Model A, product technology: each commodity has "
        "one recipe, whichever industry made it"
    )


def read_bea(
    path: str | Path,
    year: int | None = None,
    level: str | None = None,
    assumption: str = "industry_technology",
) -> Economy:
    """Read a folder with BEA's Make, Use and Import tables before redefinitions, in million USD.

    Domestic use is use − imports, cell by cell, with the import matrix that BEA publishes: each commodity
    imported is a gate ``(ABROAD, commodity)``. Four things in these tables are no flow between industries,
    and are kept apart so that every identity holds and nothing is lost:

    * *Scrap, used goods, noncomparable imports, rest-of-the-world adjustment* have no industry of their own:
      what is sold of them is a column of final demand, what industries buy of them at home a row of
      adjustments.
    * *Import valuation*: the import matrix is at domestic port value, the import column of the use table at
      foreign port value; the difference is trade, transport and insurance made at home and embodied in
      imports, a column of final demand.
    * *Negative use*: where domestic or imported use of an industry is negative (a net sale), the cell
      is moved to a column of final demand and a row of adjustments of that name, and so are negative imports
      of final users. Changes in inventories may be negative and stay.
    * *Imports beyond use* are listed as declared gaps.

    Parameters
    ----------
    path : str or Path
        Folder with ``{Summary,Detail}_{Make,Use,Import}_YEAR_…BeforeRedef….csv`` or ``.csv.gz``.
    year : int, optional
        Needed where the folder holds several years.
    level : {"summary", "detail"}, optional
        71 industries, or 402; needed where the folder holds both.
    assumption : {"industry_technology", "commodity_technology"}
        ``Assumption`` says what each is. The second can give negative cells: they stay, and are counted in
        the notes.

    Returns
    -------
    Economy

    Raises
    ------
    SourceError
        No such tables; labels that do not match; a cell that is no number; commodity technology on tables
        with other than one commodity per industry (the detail tables).

    References
    ----------
    Horowitz & Planting (2009), *Concepts and Methods of the U.S. Input-Output Accounts*, BEA, ch. 12 (scrap).
    Miller & Blair (2022), ch. 5. Eurostat (2008), *Manual of Supply, Use and Input-Output Tables*, ch. 11.
    """
    method = _assumption(assumption)
    folder = Path(path)
    files, level, year = _files(folder, level, year)
    tables = _read(files)
    industries, commodities = tables.industries, tables.commodities
    sold = [k for k, code in enumerate(commodities) if code not in UNSOLD]
    unsold = [k for k, code in enumerate(commodities) if code in UNSOLD]
    n = len(industries)

    domestic = tables.use - tables.imports
    gaps = _imports_beyond_use(tables, domestic)
    # Value added and imports are known by user; moving a negative cell needs no assumption on who made what.
    negative = np.where(domestic < 0, domestic, 0.0)[sold]
    negative[:, n:] = 0.0
    domestic_sold = domestic[sold] - negative
    negative_imports = np.where(tables.imports < 0, tables.imports, 0.0)
    negative_imports[:, n:][:, [kind is FinalUseKind.INVENTORIES for kind in tables.kinds]] = 0.0
    imports = tables.imports - negative_imports
    gaps += _negative_imports(tables, negative_imports)

    make = tables.make[:, sold]
    final = np.column_stack((domestic_sold[:, n:], tables.import_valuation[sold], negative.sum(axis=1)))
    adjustments = np.vstack(
        (domestic[unsold][:, :n], (negative.sum(axis=0) + negative_imports.sum(axis=0))[None, :n])
    )
    sold_codes = tuple(commodities[k] for k in sold)
    unsold_codes = tuple(commodities[k] for k in unsold)
    if method is Assumption.INDUSTRY_TECHNOLOGY:
        labels, output = industries, tables.industry_output
        D = iomath.market_shares(make)
        Z = iomath.ordered_product(D, domestic_sold[:, :n])
        Y = np.column_stack((iomath.ordered_product(D, final), tables.make[:, unsold]))
        inputs = np.eye(n)
        extra: tuple[str, ...] = (IMPORT_VALUATION, NEGATIVE_USE, *unsold_codes)
    else:
        labels, output = sold_codes, tables.commodity_output[sold]
        inputs = _commodity_technology(make, folder)
        Z, Y = domestic_sold[:, :n] @ inputs, final
        # Scrap and the like are by-products here: what an industry sells of them lowers what it buys.
        adjustments[:-1] -= tables.make[:, unsold].T
        extra = (IMPORT_VALUATION, NEGATIVE_USE)
    value_added, adjustments = tables.value_added @ inputs, adjustments @ inputs
    imports_intermediate = imports[:, :n] @ inputs
    imports_final = np.zeros((len(commodities), Y.shape[1]))
    imports_final[:, : len(tables.kinds)] = imports[:, n:]
    imports_final[:, len(tables.kinds) + 1] = negative_imports.sum(axis=1)

    users = [
        FinalUser(REGION, code, kind) for code, kind in zip(tables.final_users, tables.kinds, strict=True)
    ]
    users += [FinalUser(REGION, code, FinalUseKind.DISCREPANCY) for code in extra]
    kept_users = [
        c for c in range(len(users)) if c < len(tables.kinds) or Y[:, c].any() or imports_final[:, c].any()
    ]
    gates = [k for k in range(len(commodities)) if (imports[k] > 0).any()]
    adjustment_names = (*unsold_codes, NEGATIVE_USE)
    kept_rows = [a for a, row in enumerate(adjustments) if row.any()]
    names = _names(folder, level)
    return Economy(
        name=f"United States {year}, {len(labels)} {'industries' if labels is industries else 'commodities'}",
        year=year,
        currency="USD",
        unit="million USD",
        valuation="producers' prices, before redefinitions; imports at domestic port value",
        industries=Industries((REGION,), labels),
        Z=Z,
        final_users=tuple(users[c] for c in kept_users),
        Y=Y[:, kept_users],
        value_added_names=tables.value_added_names,
        value_added=value_added,
        import_treatment=ImportTreatment.MATRIX,
        provenance=_provenance(tables, files, level, year, method, Z, imports_intermediate, gaps, gates),
        gates=tuple(Gate(ABROAD, commodities[k]) for k in gates),
        imports_intermediate=imports_intermediate[gates],
        imports_final=imports_final[np.ix_(gates, kept_users)],
        adjustment_names=tuple(adjustment_names[a] for a in kept_rows),
        adjustments=adjustments[kept_rows],
        reported_output=output,
        decimals=0,
        sector_names=tuple(names.get(code, code) for code in labels),
        declared_gaps=tuple(gaps),
    )


# ---------------------------------------------------------------------------------------------- reading


class _Tables(NamedTuple):
    """The published matrices, by label order of ``industries``, ``commodities`` and ``final_users``."""

    industries: tuple[str, ...]
    commodities: tuple[str, ...]
    final_users: tuple[str, ...]
    kinds: tuple[FinalUseKind, ...]
    make: Matrix
    """(industries, commodities)"""
    use: Matrix
    """(commodities, industries and final users)"""
    imports: Matrix
    """(commodities, industries and final users)"""
    import_valuation: Vector
    """Imports at domestic port value − imports at foreign port value, by commodity."""
    value_added_names: tuple[str, ...]
    value_added: Matrix
    industry_output: Vector
    commodity_output: Vector


def _files(folder: Path, level: str | None, year: int | None) -> tuple[dict[str, Path], str, int]:
    """The Make, Use and Import file of the one level and year asked for."""
    try:
        if not folder.exists():
            raise SourceError(Problem(str(folder), "does not exist", nearest_path(folder)))
        if not folder.is_dir():
            remedy = "give the folder that holds the Make, Use and Import tables"
            raise SourceError(Problem(str(folder), "is a file, not a folder", remedy))
        matches = [match for entry in sorted(folder.iterdir()) if (match := _FILE.fullmatch(entry.name))]
    except (OSError, ValueError) as error:
        raise SourceError(unreadable(folder, error)) from None
    found: dict[tuple[str, int], dict[str, Path]] = {}
    for match in matches:
        found.setdefault((match[1].lower(), int(match[3])), {})[match[2]] = folder / match[0]
    if not found:
        what = "holds no BEA table such as Summary_Make_2023_BeforeRedef.csv"
        raise SourceError(Problem(str(folder), what, "give the folder with the Make, Use and Import tables"))
    wanted = [key for key in found if (level is None or key[0] == level) and (year is None or key[1] == year)]
    held = ", ".join(f"{found_level} {found_year}" for found_level, found_year in found)
    if len(wanted) != 1:
        asked = (
            " ".join(str(word) for word in (level, year) if word is not None) or "level and year not given"
        )
        what = f"{asked}: {len(wanted) or 'no'} tables match" if wanted else f"has no table {asked}"
        raise SourceError(Problem(str(folder), what, f"give level and year of one of: {held}"))
    files = found[wanted[0]]
    if missing := [kind for kind in ("Make", "Use", "Import") if kind not in files]:
        place = f"{folder}, {wanted[0][0]} {wanted[0][1]}"
        raise SourceError(
            [Problem(place, f"has no {kind} table", "add it beside the others") for kind in missing]
        )
    return files, *wanted[0]


def _read(files: dict[str, Path]) -> _Tables:
    make, use, imports = (read_delimited(files[kind]) for kind in ("Make", "Use", "Import"))
    problems = [problem for table in (make, use, imports) for problem in table.duplicate_problems()]
    industries = tuple(code for code in make.labels() if not _TOTAL.fullmatch(code))
    commodities = tuple(code for code in make.header[1:] if not _TOTAL.fullmatch(code))
    final = tuple(code for code in use.header[1:] if _kind(code) or code[:4] == _IMPORTS)
    value_added = tuple(code for code in use.labels() if re.match(r"V\d", code))
    for table in (use, imports):
        columns = [code for code in table.header[1:] if not _TOTAL.fullmatch(code)]
        rows = [code for code in table.labels() if not _TOTAL.fullmatch(code)]
        expected_rows = commodities + (value_added if table is use else ())
        problems += unmatched_labels(f"{table.path}, line 1", "column", columns, industries + final)
        problems += unmatched_labels(str(table.path), "row", rows, expected_rows)
    for what, codes, table in (
        ("final use", [code for code in final if _kind(code)], use),
        (f"import column ({_IMPORTS}…)", [code for code in final if code[:4] == _IMPORTS], use),
        ("value added (V…)", value_added, use),
    ):
        if not codes:
            problems.append(Problem(str(table.path), f"has no {what}", "give the complete table"))
    if problems:
        raise SourceError(at_most(problems, use.path))
    imports_column = next(code for code in final if code[:4] == _IMPORTS)
    users = tuple(code for code in final if _kind(code))
    everyone = industries + users

    def block(table: Delimited, rows: Sequence[str], columns: Sequence[str]) -> Matrix:
        return table.numbers([table.row(row) for row in rows], [table.column(column) for column in columns])

    return _Tables(
        industries,
        commodities,
        users,
        tuple(kind for code in users if (kind := _kind(code))),
        make=block(make, industries, commodities),
        use=block(use, commodities, everyone),
        imports=block(imports, commodities, everyone),
        # Both columns print imports as negative numbers.
        import_valuation=(
            block(use, commodities, [imports_column]) - block(imports, commodities, [imports_column])
        )[:, 0],
        value_added_names=value_added,
        value_added=block(use, value_added, industries),
        industry_output=block(make, industries, [_total(make.header, make)])[:, 0],
        commodity_output=block(make, [_total(make.labels(), make)], commodities)[0],
    )


def _kind(code: str) -> FinalUseKind | None:
    """What a column of final use is; nothing for other columns, imports among them."""
    return next((kind for pattern, kind in _KINDS if pattern.match(code)), None)


def _total(labels: Sequence[str], make: Delimited) -> str:
    if totals := [label for label in labels if _TOTAL.fullmatch(label)]:
        return totals[-1]
    raise SourceError(Problem(str(make.path), "has no totals of output", "give the table with its totals"))


def _assumption(name: str) -> Assumption:
    known = {member.name.lower(): member for member in Assumption}
    if name not in known:
        raise SourceError(Problem("assumption", f"{name!r} is unknown", did_you_mean(str(name), list(known))))
    return known[name]


def _commodity_technology(make: Matrix, folder: Path) -> Matrix:
    rows, columns = make.shape
    if rows != columns:
        what = f"{rows} industries make {columns} commodities; commodity technology needs as many of both"
        raise SourceError(Problem(str(folder), what, "use assumption='industry_technology'"))
    try:
        return iomath.commodity_technology(make)
    except np.linalg.LinAlgError:
        what = "the make matrix has no inverse, which commodity technology needs"
        raise SourceError(Problem(str(folder), what, "use assumption='industry_technology'")) from None


def _names(folder: Path, level: str) -> dict[str, str]:
    """Published titles by code: of the summary from this package, of the detail from the folder if there."""
    if level == "summary":
        text = (resources.files("autarky") / "data" / "bea-summary-names.csv").read_text("utf-8")
        return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}
    names: dict[str, str] = {}
    for kind in ("Commodity", "Industry"):
        for path in sorted(folder.glob(f"Detail_{kind}CodeName_*.csv")):
            require_file(path)
            names.update((row[0], row[1]) for row in read_delimited(path).rows)
    return names


# ------------------------------------------------------------------------------------- what must be said


def _imports_beyond_use(tables: _Tables, domestic: Matrix) -> list[DeclaredGap]:
    """Each cell in which imports exceed use, so that use − imports is negative."""
    negative = "BEA's use table is negative there (stocks run down, used goods sold, corrections)"
    imputed = "BEA imputes imports by user from one import share per commodity, here beyond the use"
    return [
        DeclaredGap("imports within use", _place(tables, k, j), negative if tables.use[k, j] < 0 else imputed)
        for k, j in np.argwhere(domestic < 0)
    ]


def _negative_imports(tables: _Tables, negative: Matrix) -> list[DeclaredGap]:
    reason = "BEA's import matrix is negative there; the cell is kept in the final use NEGATIVE_USE"
    return [DeclaredGap("signs", _place(tables, k, j), reason) for k, j in np.argwhere(negative < 0)]


def _place(tables: _Tables, k: int, j: int) -> str:
    n = len(tables.industries)
    user = tables.industries[j] if j < n else f"{REGION}.{tables.final_users[j - n]}"
    return f"row {tables.commodities[k]}, column {user}"


def _provenance(
    tables: _Tables,
    files: dict[str, Path],
    level: str,
    year: int,
    method: Assumption,
    Z: Matrix,
    imports_intermediate: Matrix,
    gaps: Sequence[DeclaredGap],
    gates: Sequence[int],
) -> Provenance:
    n = len(tables.industries)
    domestic = (tables.use - tables.imports)[:, :n]
    unsold = [k for k, code in enumerate(tables.commodities) if code in UNSOLD]
    sold = [k for k, code in enumerate(tables.commodities) if code not in UNSOLD]
    margins = tables.import_valuation
    notes = [
        f"Made symmetric {method.value}.",
        "The import matrix is BEA's own, and itself imputed: each industry is assumed to import the same "
        "share of a commodity as the country does (ReadMe of BEA's import matrices).",
        f"Imports are at domestic port value ({tables.imports.sum():,.0f} million USD), in the use table at "
        f"foreign port value; the {margins.sum():,.0f} million USD between are duties, transport and "
        f"insurance of {', '.join(tables.commodities[k] for k in np.flatnonzero(margins))}, kept as the "
        f"final use {IMPORT_VALUATION}.",
        "Without an industry of their own: "
        + "; ".join(f"{tables.commodities[k]} ({UNSOLD[tables.commodities[k]]})" for k in unsold)
        + f". Their domestic use by industries, {domestic[unsold].sum():,.0f} million USD, is an adjustment.",
        f"In {sum(gap.check == 'imports within use' for gap in gaps)} cells imports exceed use; "
        f"{int((domestic[sold] < 0).sum())} of them are purchases by industries of what industries make, "
        f"{domestic[sold][domestic[sold] < 0].sum():,.0f} million USD, kept as {NEGATIVE_USE}.",
        "Government investment is investment, as in the System of National Accounts; households (F010) "
        "include nonprofit institutions serving them; negative changes in inventories (F030) are "
        "exogenous supply.",
    ]
    if (tables.make < 0).any():
        cells = ", ".join(
            f"{tables.industries[i]} makes {tables.make[i, k]:.0f} of {tables.commodities[k]}"
            for i, k in np.argwhere(tables.make < 0)
        )
        notes.append(f"Negative cells of the make table are used as they are: {cells}.")
    if dropped := [k for k in np.flatnonzero(tables.imports.any(axis=1)) if k not in gates]:
        codes = ", ".join(f"{tables.commodities[k]} ({tables.imports[k].sum():.0f})" for k in dropped)
        notes.append(f"No gate for commodities whose imports are negative only: {codes}.")
    for what, block in (("domestic use", Z), ("imported use", imports_intermediate)):
        below = block < -0.5  # less than the last printed digit shows is rounding
        if below.any():
            notes.append(
                f"{int(below.sum())} cells of {what} are negative, {block[below].sum():,.0f} million USD in "
                f"all, the least {block.min():,.0f}: the assumption gives them and they stay."
            )
    return Provenance(
        title=f"BEA Input-Output Accounts {year}, {level} level: Make, Use and Import, before redefinitions",
        citation=(
            "U.S. Bureau of Economic Analysis, Input-Output Accounts Data: Make Table, Use Table and Import "
            "Matrix, Before Redefinitions (Producers' Prices), "
            f"{level} level, {year}, as packed by U.S. EPA in useeior"
        ),
        licence="public domain (work of the United States government)",
        url="https://www.bea.gov/industry/input-output-accounts-data",
        files=tuple(file_digest(files[kind]) for kind in ("Make", "Use", "Import")),
        notes=tuple(notes),
    )
