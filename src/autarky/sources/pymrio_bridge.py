"""pymrio's ``IOSystem`` → Economy and back; pymrio's own parsers for the large world tables.

pymrio (extra ``pymrio``) is imported only when one of these functions is called.

An ``IOSystem`` says neither year nor currency nor what a column of final demand is. Year is given by the
caller, currency is read from the unit, and the kind of a final user from its category (``KINDS``).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args

import numpy as np

from autarky.economy import (
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

Parser = Literal["exiobase1", "exiobase2", "exiobase3", "eora26", "gloria", "oecd", "wiod"]
"""``pymrio.parse_<name>``."""

KINDS: tuple[tuple[str, FinalUseKind], ...] = (
    (r"non-?profit|npish|\bnps\b|cons_np|\bc38\b|P\.?3n", FinalUseKind.NONPROFIT),
    (r"government|ggfc|cons_g\b|\bc39\b|P\.?3g", FinalUseKind.GOVERNMENT),
    (r"household|hfce|cons_h|\bc37\b|P\.?3h", FinalUseKind.HOUSEHOLDS),
    # Purchases abroad by residents are theirs, whatever the table calls them.
    (r"direct purchases|dirp|dpabr|\bp33\b", FinalUseKind.HOUSEHOLDS),
    (r"inventor|invnt|inven\b|\binv\b|valuables|stocks|\bc42\b", FinalUseKind.INVENTORIES),
    (r"capital formation|gfcf|\bc41\b", FinalUseKind.INVESTMENT),
    (r"export|\bexp\b", FinalUseKind.EXPORTS),
    (r"discrepan|\bdisc\b", FinalUseKind.DISCREPANCY),
)
"""Pattern found in the category, without regard to case, and the kind it means; the first that fits."""

CURRENCIES = ((r"US\$|USD|dollar", "USD"), (r"EUR|€", "EUR"))
VALUE_ADDED = ("factor_inputs", "factor_input", "VA", "value_added")
"""Names under which pymrio's parsers hold value added. EXIOBASE 3.8 holds it in ``satellite``, as the rows
whose unit is money."""


def read_pymrio(
    path: str | Path,
    parser: Parser,
    *,
    year: int,
    currency: str | None = None,
    valuation: str = "basic prices",
    kinds: Mapping[str, FinalUseKind] | None = None,
    nan: Literal["refuse", "zero"] = "refuse",
    licence: str = "not stated",
    **options: Any,
) -> Economy:
    """A world table read by pymrio's own parser, for instance EXIOBASE 3, Eora26, GLORIA or OECD ICIO.

    Parameters
    ----------
    path : str or Path
        What that parser takes: a folder, an archive or a file.
    parser : str
        The name after ``pymrio.parse_``.
    year, currency, valuation, kinds, nan
        As in `from_pymrio`; the year is handed to the parser too, if it takes one.
    options
        Further arguments of that parser.

    Raises
    ------
    SourceError
        pymrio is missing, there is no such parser or path, or the parser refuses the files.
    """
    pymrio = _pymrio()
    path = Path(path)
    if parser not in get_args(Parser):
        remedy = did_you_mean(parser, get_args(Parser))
        raise SourceError(Problem(str(path), f"pymrio has no parser {parser!r}", remedy))
    if not path.exists():
        raise SourceError(Problem(str(path), "does not exist", "check the path"))
    parse = getattr(pymrio, f"parse_{parser}")
    if "year" in inspect.signature(parse).parameters:
        options.setdefault("year", year)
    try:
        io = parse(path, **options)
    except Exception as error:  # pymrio's parsers raise whatever pandas, zipfile and they themselves raise
        what = f"pymrio's parser {parser!r} refuses it: {type(error).__name__}: {error}"
        remedy = f"give what pymrio.parse_{parser} expects"
        raise SourceError(Problem(str(path), what, remedy)) from error
    return from_pymrio(
        io,
        year=year,
        currency=currency,
        valuation=valuation,
        kinds=kinds,
        nan=nan,
        provenance=Provenance(
            title=f"{io.meta.name or parser} {year}",
            citation=f"{io.meta.name or parser} {io.meta.version or ''}".strip(),
            licence=licence,
            notes=(f"Read by pymrio {pymrio.__version__}, parse_{parser}.",),
        ),
    )


def from_pymrio(
    io: Any,
    *,
    year: int,
    currency: str | None = None,
    valuation: str = "basic prices",
    name: str | None = None,
    value_added: str | None = None,
    kinds: Mapping[str, FinalUseKind] | None = None,
    nan: Literal["refuse", "zero"] = "refuse",
    decimals: int | None = None,
    provenance: Provenance | None = None,
) -> Economy:
    """An Economy from ``io.Z``, ``io.Y`` and the extension that holds value added.

    Negative cells pass as they are, for ``checks`` to judge. ``io.x``, where it has been calculated or read,
    is kept as reported output. Extensions named ``adjustments`` and ``imports`` (as `to_pymrio` writes them)
    become adjustments and import gates; all others are left behind.

    Parameters
    ----------
    io : pymrio.IOSystem
        Z by (region, sector), every region with every sector; Y columns by (region, category).
    year : int
    currency : str, optional
        ISO code; read from ``io.unit`` if not given.
    value_added : str, optional
        Name of the extension; otherwise the first of ``VALUE_ADDED``, or the money rows of ``satellite``.
        A system with none of these has no value added, and ``checks`` skips its columns.
    kinds : mapping, optional
        Kind of each category that ``KINDS`` does not know, or should read otherwise.
    nan : "refuse" or "zero"
        What to do with cells that are not finite: refuse them by name, or read them as no flow and note it.
    decimals : int, optional
        Decimals the source prints; None: full precision.

    Returns
    -------
    Economy
        Multi-regional, or with the gates of the extension ``imports``.

    Raises
    ------
    SourceError
        Missing parts, ragged regions, unknown categories or units, cells that are not finite.
    """
    name = name or str(io.name or io.meta.name or "pymrio system")
    if io.Z is None or io.Y is None:
        what = "has no Z or no Y"
        raise SourceError(Problem(name, what, "call io.calc_all() first, or give a complete system"))
    pairs = [(str(region), str(sector)) for region, sector in io.Z.index]
    industries = Industries(
        tuple(dict.fromkeys(region for region, _ in pairs)), tuple(dict.fromkeys(s for _, s in pairs))
    )
    if tuple(pairs) != industries.pairs:
        missing = sorted(set(industries.pairs) - set(pairs))
        what = (
            f"lacks {len(missing)} of its regions × sectors, first {missing[0]}"
            if missing
            else "is unordered"
        )
        remedy = "aggregate the regions to one list of sectors, in one order"
        raise SourceError(Problem(f"{name}, Z", what, remedy))
    for block, labels in (("columns of Z", io.Z.columns), ("rows of Y", io.Y.index)):
        if [(str(region), str(sector)) for region, sector in labels] != pairs:
            raise SourceError(
                Problem(f"{name}, {block}", "do not name the rows of Z in order", "reindex them")
            )
    notes: list[str] = []
    problems: list[Problem] = []

    def finite(frame: Any, block: str) -> Matrix:
        values = np.array(frame.to_numpy(dtype=np.float64, na_value=np.nan))
        holes = np.argwhere(~np.isfinite(values))
        if len(holes) and nan == "zero":
            values[~np.isfinite(values)] = 0.0
            notes.append(f"{len(holes)} cells of {block} that were not finite are read as zero.")
        elif len(holes):
            i, j = holes[0]
            place = f"{name}, {block}, row {frame.index[i]}, column {frame.columns[j]}"
            what = f"is {values[i, j]}" + (f", as are {len(holes) - 1} more" if len(holes) > 1 else "")
            problems.append(Problem(place, what, "correct the cells, or pass nan='zero'"))
        return values

    final_users = _final_users(io, name, kinds or {}, problems)
    unit = _unit(io, name, problems)
    currency = currency or next((code for sign, code in CURRENCIES if re.search(sign, unit, re.I)), None)
    if currency is None:
        what = f"unit {unit!r} tells no currency"
        problems.append(Problem(name, what, "pass currency, for instance currency='USD'"))
    added, added_names = _extension_rows(io, name, value_added, unit, problems)
    adjustments = getattr(io, "adjustments", None)
    imports = getattr(io, "imports", None)
    Z, Y = finite(io.Z, "Z"), finite(io.Y, "Y")
    blocks: dict[str, Any] = {}
    if added is not None:
        blocks["value_added"] = finite(added, "value added")
    if adjustments is not None:
        blocks["adjustment_names"] = tuple(str(label) for label in adjustments.F.index)
        blocks["adjustments"] = finite(adjustments.F, "adjustments")
    if imports is not None:
        blocks["gates"] = tuple(Gate(str(partner), str(product)) for partner, product in imports.F.index)
        blocks["imports_intermediate"] = finite(imports.F, "imports")
        blocks["imports_final"] = finite(imports.F_Y, "imports of final users")
    if io.x is not None:
        blocks["reported_output"] = finite(io.x, "x")[:, 0]
    if problems:
        raise SourceError(problems)
    assert currency is not None  # problems would have been raised
    source = provenance or Provenance(title=name, citation=f"pymrio system {name!r}")
    treatment = ImportTreatment.MULTI_REGIONAL if imports is None else ImportTreatment.MATRIX
    if imports is None and len(industries.regions) == 1:
        treatment = ImportTreatment.NONE
    return Economy(
        name=name,
        year=year,
        currency=currency,
        unit=unit,
        valuation=valuation,
        industries=industries,
        Z=Z,
        final_users=final_users,
        Y=Y,
        value_added_names=added_names,
        value_added=blocks.pop("value_added", np.zeros((0, len(pairs)))),
        import_treatment=treatment,
        decimals=decimals,
        provenance=Provenance(
            source.title, source.citation, source.licence, source.url, source.files, (*source.notes, *notes)
        ),
        **blocks,
    )


def to_pymrio(economy: Economy) -> Any:
    """The economy as a ``pymrio.IOSystem``: Z, Y, x and up to three extensions.

    ``factor_inputs`` holds value added; ``adjustments`` what else closes the columns; ``imports`` the gates,
    by (partner, product), for industries (F) and final users (F_Y). The year, currency, valuation and the
    kinds of final users have no place in an ``IOSystem``.

    Returns
    -------
    pymrio.IOSystem

    Raises
    ------
    SourceError
        pymrio is missing.
    """
    pymrio = _pymrio()
    import pandas as pd

    rows = pd.MultiIndex.from_tuples(economy.industries.pairs, names=["region", "sector"])
    users = pd.MultiIndex.from_tuples(
        [(user.region, user.category) for user in economy.final_users], names=["region", "category"]
    )

    def extension(title: str, index: Any, F: Matrix, F_Y: Matrix | None = None) -> dict[str, Any]:
        # An IOSystem builds its extensions itself, from the arguments of each.
        parts = {
            "name": title,
            "F": pd.DataFrame(F, index=index, columns=rows),
            "unit": pd.DataFrame({"unit": [economy.unit] * len(index)}, index=index),
        }
        return parts if F_Y is None else {**parts, "F_Y": pd.DataFrame(F_Y, index=index, columns=users)}

    extensions = {}
    if economy.value_added_names:
        names = pd.Index(economy.value_added_names, name="inputtype")
        extensions["factor_inputs"] = extension("factor_inputs", names, economy.value_added)
    if economy.adjustment_names:
        names = pd.Index(economy.adjustment_names, name="inputtype")
        extensions["adjustments"] = extension("adjustments", names, economy.adjustments)
    if economy.gates:
        gates = pd.MultiIndex.from_tuples(economy.gates, names=["partner", "product"])
        extensions["imports"] = extension(
            "imports", gates, economy.imports_intermediate, economy.imports_final
        )
    return pymrio.IOSystem(
        Z=pd.DataFrame(economy.Z, index=rows, columns=rows),
        Y=pd.DataFrame(economy.Y, index=rows, columns=users),
        x=pd.DataFrame({"indout": economy.x}, index=rows),
        unit=pd.DataFrame({"unit": [economy.unit] * len(rows)}, index=rows),
        name=economy.name,
        **extensions,
    )


def _pymrio() -> ModuleType:
    try:
        import pymrio
    except ImportError:
        remedy = "install the extra: pip install 'autarky[pymrio]'"
        raise SourceError(Problem("pymrio", "is not installed", remedy)) from None
    module: ModuleType = pymrio
    return module


def _final_users(
    io: Any, name: str, kinds: Mapping[str, FinalUseKind], problems: list[Problem]
) -> tuple[FinalUser, ...]:
    users = []
    unknown = []
    for region, category in ((str(region), str(category)) for region, category in io.Y.columns):
        known = (kind for pattern, kind in KINDS if re.search(pattern, category, re.IGNORECASE))
        kind = kinds.get(category) or next(known, None)
        if kind is None:
            unknown.append(category)
        else:
            users.append(FinalUser(region, category, kind))
    for category in dict.fromkeys(unknown):
        what = f"final demand category {category!r} is of unknown kind"
        remedy = f"pass kinds={{{category!r}: …}} with one of {', '.join(kind.name for kind in FinalUseKind)}"
        problems.append(Problem(f"{name}, Y", what, remedy))
    return tuple(users)


def _unit(io: Any, name: str, problems: list[Problem]) -> str:
    units = [] if io.unit is None else list(dict.fromkeys(str(u).strip() for u in io.unit.iloc[:, 0]))
    if len(units) == 1:
        return units[0]
    what = f"has {len(units)} units" + (f": {', '.join(units[:5])}" if units else "")
    problems.append(Problem(f"{name}, unit", what, "give a monetary table in one unit"))
    return ""


def _extension_rows(
    io: Any, name: str, wanted: str | None, unit: str, problems: list[Problem]
) -> tuple[Any, tuple[str, ...]]:
    """The rows of value added as a frame, and their names."""
    known: Sequence[str] = list(io.get_extensions())
    if wanted is not None and wanted not in known:
        problems.append(Problem(name, f"has no extension {wanted!r}", did_you_mean(wanted, known)))
        return None, ()
    chosen = wanted or next((key for key in VALUE_ADDED if key in known), None)
    if chosen is None and "satellite" in known:
        satellite = io.satellite
        money = satellite.unit.iloc[:, 0].astype(str).str.strip() == unit
        frame = satellite.F.loc[satellite.unit.index[money]]
    elif chosen is None:
        return None, ()
    else:
        frame = getattr(io, chosen).F
    if not len(frame):
        return None, ()
    labels = [
        ".".join(str(part) for part in (label if isinstance(label, tuple) else (label,)))
        for label in frame.index
    ]
    return frame, tuple(labels)
