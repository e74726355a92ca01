"""China, National Bureau of Statistics: the 33-sector tables of 1987, 1990, 1992 and 1995 → Economy.

One CSV a table, ``cn_1987_33.csv``: columns ``code, name_zh, name_en``, 33 sectors, subtotals, final uses.
"""

from __future__ import annotations

import re
from pathlib import Path

from autarky.economy import (
    ABROAD,
    Economy,
    FinalUseKind,
    FinalUser,
    ImportTreatment,
    Industries,
    Provenance,
)
from autarky.errors import Problem, SourceError
from autarky.sources.delimited import at_most, file_digest, read_delimited

FINAL_USES = {
    "SB101": FinalUseKind.HOUSEHOLDS,  # agricultural households
    "SB102": FinalUseKind.HOUSEHOLDS,  # non-agricultural households
    "SB103": FinalUseKind.GOVERNMENT,  # social consumption
    "SB201": FinalUseKind.INVESTMENT,  # major repairs
    "SB202": FinalUseKind.INVESTMENT,  # renewal and technical transformation
    "SB203": FinalUseKind.INVESTMENT,  # capital construction, material production
    "SB204": FinalUseKind.INVESTMENT,  # capital construction, non-material production
    "STFF": FinalUseKind.INVESTMENT,  # their sum: a subtotal in 1987, the only column in 1990
    "SB205": FinalUseKind.INVENTORIES,
    "SB301": FinalUseKind.EXPORTS,  # net
    "SB401": FinalUseKind.DISCREPANCY,
    "FU101": FinalUseKind.HOUSEHOLDS,
    "FU102": FinalUseKind.HOUSEHOLDS,
    "FU103": FinalUseKind.GOVERNMENT,
    "FU201": FinalUseKind.INVESTMENT,
    "FU202": FinalUseKind.INVENTORIES,
    "FU301": FinalUseKind.EXPORTS,  # net
    "ERR": FinalUseKind.DISCREPANCY,
}
VALUE_ADDED = re.compile(r"SA\d{3}|VA\d{3}")
"""SA101, SA102 depreciation (basic, major repairs), SA201 labourers' income, SA202 welfare funds, SA203
profit and tax, SA204 other; VA001 to VA004 depreciation, labour, net production taxes, operating surplus."""
SUBTOTALS = frozenset(
    {"T1", "T2", "T3", "TM", "TNM", "TII", "TIU", "THC", "TC", "TCF", "TFU", "TVA", "TI"}
    | {"STII", "STIU", "STHC", "STC", "STCC", "STAC", "STFC", "STFD", "STPI", "STI"}
)
OUTPUT = ("STO", "GO")
ZERO_MARKS = frozenset({"", ".", "...", "…", "---"})
DECIMALS = {1987: -1, 1990: -1}
"""The files of 1987 and 1990 hold seven significant digits, so their largest cells are rounded to tens; those
of 1992 and 1995 hold two decimals or integers."""


def read_nbs(path: str | Path, year: int | None = None) -> Economy:
    """China's 33-sector table: producers' prices, ten thousand CNY; imported use is not told apart.

    The table gives net exports only, so Z and Y are total use, and the net exports column is a final user
    abroad that is negative where a product is imported on balance. The error column is a discrepancy.

    Parameters
    ----------
    path : str or Path
    year : int, optional
        Read from the file name ``cn_YYYY_33.csv`` if not given.

    Returns
    -------
    Economy

    Raises
    ------
    SourceError
        Not this layout, no year, a column of unknown meaning, a cell that is no number.

    References
    ----------
    National Bureau of Statistics of China, input-output tables of 1987, 1990, 1992 and 1995. In 1987 and 1990
    they follow the material product system, enlarged by non-material services.
    """
    path = Path(path)
    table = read_delimited(path, zero_marks=ZERO_MARKS)
    table.refuse_duplicates()
    if table.header[:3] != ("code", "name_zh", "name_en"):
        what = f"starts with the columns {', '.join(table.header[:3])}"
        raise SourceError(Problem(f"{path}, line 1", what, "expected code, name_zh, name_en"))
    if year is None:
        if not (named := re.match(r"cn_(\d{4})_", path.name)):
            remedy = "name the year, or keep the name cn_YYYY_33.csv"
            raise SourceError(Problem(str(path), "does not tell its year", remedy))
        year = int(named[1])
    codes, header = table.labels(), table.header[3:]
    sectors = tuple(code for code in header if re.fullmatch(r"\d\d", code))
    # STFF is a subtotal only where its parts stand beside it.
    parts_given = "SB203" in header
    uses = [code for code in header if code in FINAL_USES and not (code == "STFF" and parts_given)]
    output = next((code for code in OUTPUT if code in header), None)
    added = [code for code in codes if VALUE_ADDED.fullmatch(code)]
    problems = [
        Problem(f"{path}, line 1", f"column {code!r} is of unknown meaning", "remove it, or correct its code")
        for code in header
        if code not in sectors and code not in FINAL_USES and code not in SUBTOTALS and code not in OUTPUT
    ]
    problems += [
        Problem(
            f"{path}, line {line}", f"row {code!r} is of unknown meaning", "remove it, or correct its code"
        )
        for code, line in zip(codes, table.lines, strict=True)
        if code not in sectors and code not in added and code not in SUBTOTALS
    ]
    problems += [
        Problem(f"{path}, column code", f"sector {code!r} has no row", "give each sector a row and a column")
        for code in sectors
        if code not in codes
    ]
    if not sectors or output is None or not added or not any(code in header for code in ("SB301", "FU301")):
        what = "lacks sectors 01, 02 …, a net exports column, an output column or value added rows"
        raise SourceError(Problem(str(path), what, "give a 33-sector table of 1987, 1990, 1992 or 1995"))
    if problems:
        raise SourceError(at_most(problems, path))
    rows, columns = [codes.index(code) for code in sectors], [table.column(code) for code in sectors]
    kinds = [FINAL_USES[code] for code in uses]
    dropped = [code for code in header if code in SUBTOTALS or (code == "STFF" and parts_given)]
    return Economy(
        name=f"China {year} (NBS, {len(sectors)} sectors)",
        year=year,
        currency="CNY",
        unit="ten thousand CNY",
        valuation="producers' prices",
        industries=Industries(("CHN",), sectors),
        Z=table.numbers(rows, columns),
        final_users=tuple(
            FinalUser(ABROAD if kind is FinalUseKind.EXPORTS else "CHN", code, kind)
            for code, kind in zip(uses, kinds, strict=True)
        ),
        Y=table.numbers(rows, [table.column(code) for code in uses]),
        value_added_names=tuple(added),
        value_added=table.numbers([codes.index(code) for code in added], columns),
        import_treatment=ImportTreatment.NET_EXPORTS,
        reported_output=table.numbers(rows, [table.column(output)])[:, 0],
        decimals=DECIMALS.get(year, 0),
        sector_names=tuple(table.rows[row][2].strip() or table.rows[row][1].strip() for row in rows),
        provenance=Provenance(
            title=f"Input-output table of China {year}, {len(sectors)} sectors",
            citation=f"National Bureau of Statistics of China, Input-output table of China {year}",
            licence="official statistics, no licence text found; attribute the National Bureau of Statistics",
            files=(file_digest(path),),
            notes=(
                "Z and final demand hold domestic and imported products together; "
                "the net exports column is negative where a product is imported on balance.",
                f"Subtotals left out: {', '.join(dropped)}.",
            )
            + (
                ("Seven significant digits are kept in the file: the largest cells are rounded to tens.",)
                if DECIMALS.get(year)
                else ()
            ),
        ),
    )
