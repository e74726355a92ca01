"""Tables on disk become economies: one file per family of formats, this one to choose among them."""

from __future__ import annotations

import csv
import re
from importlib import import_module, resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from autarky.errors import Problem, SourceError, did_you_mean
from autarky.sources.delimited import require_file, text_lines, unreadable

if TYPE_CHECKING:
    from autarky.economy import Economy


class Format(NamedTuple):
    """One way in which tables stand on disk, and the function that reads it."""

    description: str
    module: str
    function: str
    options: MappingProxyType[str, type] = MappingProxyType({})
    """Options by name, and the type of their value."""
    required: tuple[str, ...] = ()
    """Options that have no default."""


_YEAR = MappingProxyType({"year": int})
FORMATS = MappingProxyType(
    {
        "csv_folder": Format(
            "autarky's own folder of CSV files (docs/formats/csv-folder.md)", "csv_folder", "read_csv_folder"
        ),
        "workbook": Format(
            "the same as one Excel workbook, a sheet for each file (needs the extra 'excel')",
            "workbook",
            "read_workbook",
        ),
        "bea": Format(
            "United States, BEA: folder of Make, Use and Import tables, summary or detail",
            "bea",
            "read_bea",
            MappingProxyType({"year": int, "level": str, "assumption": str}),
        ),
        "wiod2016": Format(
            "WIOD 2016 national table: CSV of one or more countries, or the published workbook",
            "wiod2016",
            "read_wiod2016",
            MappingProxyType({"country": str, "year": int}),
        ),
        "wiod2013": Format("WIOD 2013 world table: one CSV", "wiod2013", "read_wiod2013", _YEAR),
        "ons": Format("United Kingdom 2010, ONS: folder with iot_domestic_pxp.csv.gz", "ons", "read_ons"),
        "nbs": Format("China, NBS: 33-sector CSV, 1987 to 1995", "nbs", "read_nbs", _YEAR),
        "pymrio": Format(
            "what pymrio parses: EXIOBASE, Eora26, GLORIA, OECD ICIO (needs the extra 'pymrio')",
            "pymrio_bridge",
            "read_pymrio",
            MappingProxyType({"parser": str, "year": int, "currency": str, "valuation": str}),
            required=("parser", "year"),
        ),
    }
)
"""The formats that ``read_table`` reads, by name."""


def read_table(path: str | Path, format: str | None = None, **options: Any) -> Economy:
    """Read one table from a file or folder.

    Parameters
    ----------
    path : str or Path
    format : str, optional
        A name in ``FORMATS``; without it the format is recognised by what stands at the path.
    options
        What the format's reader takes, for instance ``year=2023``; numbers may be given as text.

    Returns
    -------
    Economy

    Raises
    ------
    SourceError
        The path does not exist or holds no known format; an option is unknown or of the wrong type; whatever
        the format's reader finds wrong.
    EconomyError
        The accounts read contradict each other.
    """
    where, number = _split_name(str(path))
    path = Path(path)
    if number is not None and not path.exists():
        return _drawn(Path(where), number)
    if format is not None and format not in FORMATS:
        raise SourceError(
            Problem("format", f"{format!r} is unknown", did_you_mean(str(format), list(FORMATS)))
        )
    name = format or _recognise(path)
    reader = FORMATS[name]
    problems = []
    for option, value in options.items():
        if option not in reader.options:
            remedy = did_you_mean(option, list(reader.options)) if reader.options else "leave it out"
            problems.append(Problem(f"{path}, option {option!r}", f"is unknown to format {name!r}", remedy))
        elif (
            reader.options[option] is int and isinstance(value, str) and re.fullmatch(r"\d+", value, re.ASCII)
        ):
            options[option] = int(value)
        elif value is not None and type(value) is not reader.options[option]:
            what = f"{value!r} is no {'whole number' if reader.options[option] is int else 'text'}"
            problems.append(Problem(f"{path}, option {option!r}", what, "give one, such as year=2023"))
    for option in reader.required:
        if option not in options:
            what = f"format {name!r} needs it"
            problems.append(Problem(f"{path}, option {option!r}", what, f"give {option}=…"))
    if problems:
        raise SourceError(problems)
    read = getattr(import_module(f"autarky.sources.{reader.module}"), reader.function)
    economy: Economy = read(path, **options)
    return economy


def embedded(name: str) -> Economy:
    """An economy that comes with autarky, by its name in ``embedded_names()``.

    ``NAME#7`` is the eighth table drawn beside an estimated one.

    Raises
    ------
    SourceError
        There is none of that name; the nearest names are given.
    """
    where, number = _split_name(name)
    if where not in embedded_names():
        raise SourceError(
            Problem("embedded economy", f"{name!r} is unknown", did_you_mean(name, embedded_names()))
        )
    from autarky.sources.csv_folder import read_csv_folder

    with resources.as_file(_data() / where) as folder:
        return read_csv_folder(folder) if number is None else _drawn(folder, number)


def embedded_names() -> tuple[str, ...]:
    """The names of the economies that come with autarky."""
    return tuple(
        sorted(entry.name for entry in _data().iterdir() if entry.is_dir() and (entry / "Z.csv").is_file())
    )


def _split_name(name: str) -> tuple[str, int | None]:
    """``folder#7`` → ``folder`` and 7; None where no drawn table is asked for."""
    found = re.fullmatch(r"(.+)#(\d{1,9})", name, re.DOTALL)
    return (found[1], int(found[2])) if found else (name, None)


def _drawn(folder: Path, number: int) -> Economy:
    from autarky.sources.drawn import read_drawn

    return read_drawn(folder, number)


def _data() -> Any:
    return resources.files("autarky") / "data"


def _recognise(path: Path) -> str:
    """The name of the format that stands at ``path``."""
    if path.is_dir():
        return _recognise_folder(path)
    require_file(path)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        from autarky.sources.spreadsheet import read_workbook_sheets
        from autarky.sources.wiod2016 import SHEET

        return "wiod2016" if SHEET in read_workbook_sheets(path, ()).names else "workbook"
    header = next(csv.reader(text_lines(path)), [])
    if header[:4] == ["Country", "Year", "Code", "Origin"]:
        return "wiod2016"
    if header[:3] == ["code", "name_zh", "name_en"]:
        return "nbs"
    if header[-1:] == ["GO"] and "." in header[1]:
        return "wiod2013"
    shown = ",".join(header[:4])
    what = f"is of no format known by its header ({shown if len(shown) < 60 else shown[:60] + '…'})"
    raise SourceError(Problem(f"{path}, line 1", what, _HOW_TO_NAME))


def _recognise_folder(folder: Path) -> str:
    try:
        names = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise SourceError(unreadable(folder, error)) from None
    plain = {name.removesuffix(".gz") for name in names}
    if plain & {"economy.csv", "Z.csv"}:
        return "csv_folder"
    if "iot_domestic_pxp.csv" in plain:
        return "ons"
    if any(re.match(r"(Summary|Detail)_(Make|Use|Import)_\d{4}", name) for name in names):
        return "bea"
    what = "is empty" if not names else "holds no table of a known format"
    raise SourceError(Problem(str(folder), what, _HOW_TO_NAME))


_HOW_TO_NAME = f"name the format: one of {', '.join(FORMATS)}"
