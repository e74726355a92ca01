"""World Input-Output Database, release 2013: the world table of every trade flow → Economy.

Layouts: 41 regions × 35 industries (``wiod2013_2011_41x35.csv.gz``) and its aggregation to 16 regions × 19
sectors, which has one column more, ``DISC`` (``wiod2013_2011_r16s17.csv``).
"""

from __future__ import annotations

import re
from pathlib import Path

from autarky.economy import Economy, FinalUseKind, FinalUser, ImportTreatment, Industries, Provenance
from autarky.errors import Problem, SourceError, did_you_mean
from autarky.sources.delimited import Delimited, at_most, file_digest, read_delimited

FINAL_USES = {
    "CONS_h": FinalUseKind.HOUSEHOLDS,
    "CONS_np": FinalUseKind.NONPROFIT,
    "CONS_g": FinalUseKind.GOVERNMENT,
    "GFCF": FinalUseKind.INVESTMENT,
    "INVEN": FinalUseKind.INVENTORIES,
}
UNALLOCATED = "UNALLOCATED"
"""Region of the column ``DISC``: what truncation took from a row belongs to no region's final demand, so no
trade cut between regions may touch it."""


def read_wiod2013(path: str | Path, year: int | None = None) -> Economy:
    """The world table of WIOD 2013: multi-regional, million current USD, basic prices.

    The distributed numbers are truncated to integers. Output is therefore the sum of the row as printed
    (``x = Z·1 + Y·1``), never the column ``GO``, which is kept as ``reported_output``; the sum falls short of
    it by 0.04 % in total and by 108 million USD at most (2011). The single value added row is the
    source's residual: it also holds product taxes, transport margins and purchases abroad.

    Parameters
    ----------
    path : str or Path
        Rows ``REG.sector`` then ``VA_residual``; columns the same, ``REG.final use``, ``DISC`` if there,
        ``GO``.
    year : int, optional
        Read from the file name if not given.

    Returns
    -------
    Economy

    Raises
    ------
    SourceError
        Not this layout, no year, a cell that is no number.

    References
    ----------
    Timmer, Dietzenbacher, Los, Stehrer & de Vries (2015), Review of International Economics 23, 575–605.
    """
    path = Path(path)
    table = read_delimited(path)
    table.refuse_duplicates()
    if year is None:
        if not (named := re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", path.name.removeprefix("wiod2013"))):
            raise SourceError(Problem(str(path), "does not tell its year", "name the year"))
        year = int(named[1])
    industries = _industries(table)
    n = len(industries)
    last = table.header[-1]
    if last != "GO":
        raise SourceError(Problem(f"{path}, line 1", f"last column is {last!r}", "expected 'GO', output"))
    if table.labels() != (*table.header[1 : n + 1], "VA_residual"):
        i = next(
            (i for i, label in enumerate(table.labels()) if label != (*table.header, "")[i + 1]),
            len(table.rows) - 1,
        )
        what = f"row {table.labels()[i]!r} does not match column {i + 2}, {table.header[i + 1]!r}"
        remedy = "rows must name the industries in the order of the columns, then VA_residual"
        raise SourceError(Problem(f"{path}, line {table.lines[i]}", what, remedy))
    final_users = _final_users(table, n)
    numbers = table.numbers(slice(None), slice(1, None))
    truncated = "The distributed numbers are truncated to integers; x is the row sum, GO is kept beside it."
    disc = "DISC" in table.header
    return Economy(
        name=f"WIOD 2013 world {year}, {len(industries.regions)} × {len(industries.sectors)}",
        year=year,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=industries,
        Z=numbers[:n, :n],
        final_users=final_users,
        Y=numbers[:n, n:-1],
        value_added_names=("VA_residual",),
        value_added=numbers[n:, :n],
        import_treatment=ImportTreatment.MULTI_REGIONAL,
        reported_output=numbers[:n, -1],
        decimals=0,
        sector_names=_sector_names(path, industries.sectors),
        provenance=Provenance(
            title=f"WIOD 2013 release, world input-output table {year}",
            citation="Timmer, M. P., Dietzenbacher, E., Los, B., Stehrer, R., de Vries, G. J. (2015), "
            "An Illustrated User Guide to the World Input–Output Database, "
            "Review of International Economics 23, 575–605",
            licence="free with citation; the terms of the 2013 release are to be verified before shipping",
            files=(file_digest(path),),
            notes=(
                truncated,
                "VA_residual is output less intermediate use: value added, product taxes, transport margins "
                "and purchases abroad together.",
            )
            + ((f"DISC, the truncation gap, is a final user of the region {UNALLOCATED}.",) if disc else ()),
        ),
    )


def _industries(table: Delimited) -> Industries:
    """Regions and sectors from the column labels ``REG.sector`` that have a row of their own."""
    rows = set(table.labels())
    labels = [label for label in table.header[1:] if label in rows]
    pairs = [label.partition(".")[::2] for label in labels]
    industries = Industries(
        tuple(dict.fromkeys(region for region, _ in pairs)),
        tuple(dict.fromkeys(sector for _, sector in pairs)),
    )
    if not labels or tuple(pairs) != industries.pairs or tuple(labels) != table.header[1 : len(labels) + 1]:
        what = f"columns 2 to {len(labels) + 1} are not every sector of every region, region by region"
        raise SourceError(
            Problem(f"{table.path}, line 1", what, "label them REG.sector; each needs its row and its column")
        )
    return industries


def _final_users(table: Delimited, n: int) -> tuple[FinalUser, ...]:
    users, problems = [], []
    for label in table.header[n + 1 : -1]:
        region, _, category = label.partition(".")
        if label == "DISC":
            users.append(FinalUser(UNALLOCATED, label, FinalUseKind.DISCREPANCY))
        elif category in FINAL_USES:
            users.append(FinalUser(region, category, FINAL_USES[category]))
        else:
            what = f"column {label!r} is neither an industry with a row nor a known final use"
            remedy = did_you_mean(category or label, (*FINAL_USES, "DISC"))
            problems.append(Problem(f"{table.path}, line 1", what, remedy))
    if problems:
        raise SourceError(at_most(problems, table.path))
    return tuple(users)


def _sector_names(path: Path, sectors: tuple[str, ...]) -> tuple[str, ...]:
    """Long names from ``sectors.csv`` beside the table (columns code, name, agg17); the codes without it."""
    if not (beside := path.with_name("sectors.csv")).is_file():
        return sectors
    names: dict[str, list[str]] = {}
    for code, name, group in (row[:3] for row in read_delimited(beside).rows if len(row) >= 3):
        names.setdefault(code, []).append(name.strip())
        names.setdefault(group.strip(), []).append(name.strip())
    return tuple("; ".join(names.get(sector, [sector])) for sector in sectors)
