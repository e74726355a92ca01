"""autarky's own format: a folder of plain CSV files, easy to write by hand, read back to the last bit."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

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
    at_most,
    files_of,
    read_delimited,
    read_records,
    unmatched_labels,
    unreadable,
)

Matrix = npt.NDArray[np.float64]
Member = TypeVar("Member", bound=StrEnum)

HOME = "HOME"
"""The region of a national table whose ``economy.csv`` names none."""
REQUIRED_FIELDS = ("name", "year", "currency", "unit", "valuation", "import_treatment", "citation")
OPTIONAL_FIELDS = ("title", "licence", "url", "decimals")
REPEATED_FIELDS = ("region", "note", "file")
REQUIRED_FILES = ("economy.csv", "final_users.csv", "Z.csv", "Y.csv")
OPTIONAL_FILES = (
    "sectors.csv",
    "value_added.csv",
    "imports_intermediate.csv",
    "imports_final.csv",
    "adjustments.csv",
    "output.csv",
    "declared_gaps.csv",
)


def read_csv_folder(path: str | Path) -> Economy:
    """Read an economy from a folder of CSV files (``docs/formats/csv-folder.md``).

    Rows and columns are matched by label, in whatever order they stand. Problems are raised
    together.

    Parameters
    ----------
    path : str or Path
        The folder.

    Returns
    -------
    Economy

    Raises
    ------
    SourceError
        A file is missing, unknown or unreadable; labels do not match; a cell is no number.
    EconomyError
        What was read cannot be one table.
    """
    files = _known_files(Path(path))
    about = _read_about(files["economy.csv"])
    sectors, sector_names = _read_sectors(files, about.regions)
    industries = Industries(about.regions, sectors)
    _refuse_ambiguous(industries.labels, files.get("sectors.csv", files["Z.csv"]))
    users = _read_final_users(files["final_users.csv"], about.regions)
    user_labels = final_user_labels(users, about.regions)
    _refuse_ambiguous(user_labels, files["final_users.csv"])

    problems: list[Problem] = []
    Z = _collect(problems, lambda: _read_block(files["Z.csv"], industries.labels, industries.labels))
    Y = _collect(problems, lambda: _read_block(files["Y.csv"], industries.labels, user_labels))
    value_added = _collect(
        problems, lambda: _read_named_rows(files.get("value_added.csv"), industries.labels)
    )
    adjustments = _collect(
        problems, lambda: _read_named_rows(files.get("adjustments.csv"), industries.labels)
    )
    imports = _collect(problems, lambda: _read_imports(files, industries.labels, user_labels))
    output = _collect(problems, lambda: _read_output(files.get("output.csv"), industries.labels))
    gaps = _collect(problems, lambda: _read_declared_gaps(files.get("declared_gaps.csv")))
    if problems:
        raise SourceError(problems)
    # _collect gives None only together with a problem.
    assert Z is not None and Y is not None and value_added and adjustments and imports and gaps is not None
    return Economy(
        name=about.fields["name"],
        year=about.year,
        currency=about.fields["currency"],
        unit=about.fields["unit"],
        valuation=about.fields["valuation"],
        industries=industries,
        Z=Z,
        final_users=users,
        Y=Y,
        value_added_names=value_added[0],
        value_added=value_added[1],
        import_treatment=about.import_treatment,
        provenance=Provenance(
            title=about.fields.get("title", about.fields["name"]),
            citation=about.fields["citation"],
            licence=about.fields.get("licence", "not stated"),
            url=about.fields.get("url", ""),
            files=about.files,
            notes=about.notes,
        ),
        gates=imports[0],
        imports_intermediate=imports[1],
        imports_final=imports[2],
        adjustment_names=adjustments[0],
        adjustments=adjustments[1],
        reported_output=output,
        decimals=about.decimals,
        sector_names=sector_names,
        declared_gaps=gaps,
    )


def write_csv_folder(economy: Economy, path: str | Path, beside: Mapping[str, bytes] | None = None) -> None:
    """Write an economy as a folder of CSV files that ``read_csv_folder`` reads back to the last bit.

    The folder is written beside its place, flushed to the disk and renamed: it is there whole or not at all.

    Parameters
    ----------
    economy : Economy
    path : str or Path
        The folder to make; it must not exist.
    beside : mapping, optional
        Further files of the folder, in folders of their own: ``evidence/cells.csv`` → its bytes.

    Raises
    ------
    SourceError
        The folder exists or cannot be made; the economy has no final user, or a label that a CSV cannot keep.
    """
    path = Path(path)
    tables = _tables(economy, path)
    if path.exists():
        raise SourceError(Problem(str(path), "exists already", "choose another name, or remove it first"))
    contents = {name: _encoded(rows, str(path / name)) for name, rows in tables.items()} | dict(beside or {})
    draft = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        draft.mkdir(parents=True)
        for name, content in contents.items():
            (draft / name).parent.mkdir(exist_ok=True)
            with (draft / name).open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        for folder in {(draft / name).parent for name in contents}:
            _flush_folder(folder)
        draft.rename(path)
        _flush_folder(path.parent)
    except OSError as error:
        raise SourceError(unreadable(path, error, "written")) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def final_user_labels(users: Sequence[FinalUser], regions: Sequence[str]) -> tuple[str, ...]:
    """Column labels of final users: the category in a table of one region, else ``region.category``."""
    if len(regions) == 1 and all(user.region == regions[0] for user in users):
        return tuple(user.category for user in users)
    return tuple(f"{user.region}.{user.category}" for user in users)


# ---------------------------------------------------------------------------------------------- reading


class _About(NamedTuple):
    """What ``economy.csv`` says."""

    fields: dict[str, str]
    regions: tuple[str, ...]
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    year: int
    import_treatment: ImportTreatment
    decimals: int | None


Read = TypeVar("Read")


def _collect(problems: list[Problem], read: Callable[[], Read]) -> Read | None:
    try:
        return read()
    except SourceError as error:
        problems.extend(error.problems)
        return None


def _known_files(folder: Path) -> dict[str, Path]:
    """The files of the folder by plain name (without ``.gz``); a misspelt name would else be passed over."""
    found = files_of(folder, r"\.csv(\.gz)?$", "Z.csv")
    files: dict[str, Path] = {}
    problems = []
    for entry in found:
        name = entry.name.removesuffix(".gz")
        if name not in REQUIRED_FILES + OPTIONAL_FILES:
            remedy = did_you_mean(name, REQUIRED_FILES + OPTIONAL_FILES)
            problems.append(Problem(str(entry), "is no file of this format", remedy))
        elif name in files:
            problems.append(Problem(str(entry), f"stands beside {files[name].name}", "keep one of the two"))
        files[name] = entry
    for name in REQUIRED_FILES:
        if name not in files:
            remedy = "add it, as docs/formats/csv-folder.md describes"
            problems.append(Problem(str(folder / name), "does not exist", remedy))
    for one, other in (
        ("imports_intermediate.csv", "imports_final.csv"),
        ("imports_final.csv", "imports_intermediate.csv"),
    ):
        if one in files and other not in files:
            problems.append(Problem(str(folder / other), f"does not exist, but {one} does", "add it"))
    if problems:
        raise SourceError(problems)
    return files


def _read_about(path: Path) -> _About:
    known = REQUIRED_FIELDS + OPTIONAL_FIELDS + REPEATED_FIELDS
    fields: dict[str, str] = {}
    places: dict[str, str] = {}
    repeated: dict[str, list[str]] = {name: [] for name in REPEATED_FIELDS}
    problems = []
    for line, record in read_records(path, ("field", "value")):
        name, value = record["field"].strip(), record["value"]
        place = f"{line}, field {name!r}"
        if name in repeated:
            repeated[name].append(value)
            continue
        if name not in known:
            problems.append(Problem(place, "is unknown", did_you_mean(name, known)))
        elif name in fields:
            problems.append(Problem(place, "stands twice", "keep one"))
        elif name in REQUIRED_FIELDS and not value.strip():
            problems.append(Problem(place, "is empty", "give it a value"))
        fields[name] = value
        places[name] = place
    for name in REQUIRED_FIELDS:
        if name not in fields:
            remedy = f"add a line such as {_EXAMPLES[name]}"
            problems.append(Problem(str(path), f"has no field {name!r}", remedy))
    year = fields.get("year", "0").strip()
    if "year" in fields and year and not re.fullmatch(r"\d{4}", year, re.ASCII):
        problems.append(Problem(places["year"], f"{year!r} is no year", "write four digits, such as 2023"))
    decimals = fields.get("decimals", "").strip()
    if decimals and not re.fullmatch(r"[+-]?\d{1,2}", decimals, re.ASCII):
        remedy = "write how many decimals the source prints, such as 0; or leave the field out"
        problems.append(Problem(places["decimals"], f"{decimals!r} is no whole number", remedy))
    treatment = fields.get("import_treatment", "").strip()
    treatments = {member.name.lower(): member for member in ImportTreatment}
    if treatment and treatment not in treatments:
        remedy = did_you_mean(treatment, list(treatments))
        problems.append(Problem(places["import_treatment"], f"{treatment!r} is unknown", remedy))
    for text in repeated["file"]:
        if " " not in text:
            what = f"{text!r} is no digest followed by a file name"
            problems.append(
                Problem(f"{path}, field 'file'", what, "write the sha256, a blank, the file name")
            )
    if problems:
        raise SourceError(problems)
    digests = (text.partition(" ") for text in repeated["file"])
    return _About(
        fields,
        regions=tuple(repeated["region"]) or (HOME,),
        notes=tuple(repeated["note"]),
        files=tuple((name, digest) for digest, _, name in digests),
        year=int(year),
        import_treatment=treatments[treatment],
        decimals=int(decimals) if decimals else None,
    )


_EXAMPLES = {
    "name": "name,Norland 2019",
    "year": "year,2019",
    "currency": "currency,EUR",
    "unit": "unit,million EUR",
    "valuation": "valuation,basic prices",
    "import_treatment": "import_treatment,matrix",
    "citation": "citation,where the figures come from",
}


def _read_sectors(files: dict[str, Path], regions: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sector codes and names in order; without ``sectors.csv`` the columns of a national ``Z.csv``."""
    if path := files.get("sectors.csv"):
        records = [record for _, record in read_records(path, ("sector",), ("name",))]
        names = tuple(record["name"] for record in records) if "name" in records[0] else ()
        return tuple(record["sector"].strip() for record in records), names
    if len(regions) > 1:
        place = str(files["Z.csv"].parent / "sectors.csv")
        raise SourceError(
            Problem(place, f"does not exist; there are {len(regions)} regions", "list the sectors")
        )
    return read_delimited(files["Z.csv"]).header[1:], ()


def _read_final_users(path: Path, regions: Sequence[str]) -> tuple[FinalUser, ...]:
    kinds = [member.value for member in FinalUseKind]
    users, problems = [], []
    for place, record in read_records(path, ("category", "kind"), ("region",)):
        if (kind := record["kind"].strip()) in kinds:
            region = record.get("region", regions[0]).strip()
            users.append(FinalUser(region, record["category"].strip(), FinalUseKind(kind)))
        else:
            what = f"{kind!r} is no kind of final use"
            problems.append(Problem(f"{place}, column 'kind'", what, did_you_mean(kind, kinds)))
    if problems:
        raise SourceError(at_most(problems, path))
    return tuple(users)


def _read_block(path: Path, row_labels: Sequence[str], column_labels: Sequence[str]) -> Matrix:
    """The numbers of a file whose rows and columns must carry exactly these labels."""
    table = read_delimited(path)
    problems = table.duplicate_problems()
    problems += unmatched_labels(f"{path}, line 1", "column", table.header[1:], column_labels)
    problems += unmatched_labels(str(path), "row", table.labels(), row_labels)
    if problems:
        raise SourceError(at_most(problems, path))
    columns = {label: index for index, label in enumerate(table.header) if index}
    rows = {label: index for index, label in enumerate(table.labels())}
    return table.numbers([rows[label] for label in row_labels], [columns[label] for label in column_labels])


def _read_named_rows(path: Path | None, labels: Sequence[str]) -> tuple[tuple[str, ...], Matrix]:
    """Row names as they stand, and their numbers by industry."""
    if path is None:
        return (), np.zeros((0, len(labels)))
    names = read_delimited(path).labels()
    return names, _read_block(path, names, labels)


def _read_output(path: Path | None, labels: Sequence[str]) -> npt.NDArray[np.float64] | None:
    return None if path is None else _read_block(path, labels, ("output",))[:, 0]


def _read_imports(
    files: dict[str, Path], industries: Sequence[str], users: Sequence[str]
) -> tuple[tuple[Gate, ...], Matrix, Matrix]:
    """Gates in the order of ``imports_intermediate.csv``, and imports by industry and by final user."""
    if "imports_intermediate.csv" not in files:
        return (), np.zeros((0, len(industries))), np.zeros((0, len(users)))
    gates, intermediate = _read_gates(files["imports_intermediate.csv"], industries)
    path = files["imports_final.csv"]
    final_gates, final = _read_gates(path, users)
    names, found = ([f"{gate.partner}.{gate.product}" for gate in some] for some in (gates, final_gates))
    if problems := unmatched_labels(str(path), "gate", found, names):
        raise SourceError(at_most(problems, path))
    order = {gate: index for index, gate in enumerate(final_gates)}
    return gates, intermediate, final[[order[gate] for gate in gates]]


def _read_gates(path: Path, column_labels: Sequence[str]) -> tuple[tuple[Gate, ...], Matrix]:
    """Rows labelled ``partner,product``, or by ``product`` alone where partners are not told apart."""
    table = read_delimited(path)
    first = table.header.index("product") + 1 if "product" in table.header[:2] else 0
    if not first or (first == 2 and table.header[0] != "partner"):
        what = f"begins with {', '.join(map(repr, table.header[:2]))}"
        raise SourceError(Problem(f"{path}, line 1", what, "begin with the columns partner,product"))
    problems = unmatched_labels(f"{path}, line 1", "column", table.header[first:], column_labels)
    gates: list[Gate] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        gate = Gate(row[0] if first == 2 else ABROAD, row[first - 1].strip())
        if gate in gates:
            what = f"{gate.product!r} from {gate.partner!r} stands twice"
            problems.append(Problem(f"{path}, line {line}", what, "keep one row per partner and product"))
        gates.append(gate)
    if problems := problems + table.duplicate_columns(first):
        raise SourceError(at_most(problems, path))
    columns = {label: index for index, label in enumerate(table.header) if index >= first}
    return tuple(gates), table.numbers(slice(None), [columns[label] for label in column_labels])


def _read_declared_gaps(path: Path | None) -> tuple[DeclaredGap, ...]:
    records = [] if path is None else read_records(path, ("check", "place", "reason"))
    return tuple(DeclaredGap(**record) for _, record in records)


def _refuse_ambiguous(labels: Sequence[str], path: Path) -> None:
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice:
        problems = [
            Problem(str(path), f"label {label!r} stands twice", "give each its own") for label in twice
        ]
        raise SourceError(at_most(problems, path))


# ---------------------------------------------------------------------------------------------- writing


def _tables(economy: Economy, path: Path) -> dict[str, list[list[str]]]:
    """The rows of each file, header first; SourceError for what the format cannot keep."""
    industries = economy.industries.labels
    users = final_user_labels(economy.final_users, economy.industries.regions)
    _refuse_unkept(economy, path)
    _refuse_ambiguous(industries, path)
    _refuse_ambiguous(users, path)
    _refuse_ambiguous(economy.adjustment_names, path)
    provenance = economy.provenance
    about = [
        ("name", economy.name),
        ("year", str(economy.year)),
        ("currency", economy.currency),
        ("unit", economy.unit),
        ("valuation", economy.valuation),
        ("import_treatment", economy.import_treatment.name.lower()),
        *(() if economy.decimals is None else (("decimals", str(economy.decimals)),)),
        *(("region", region) for region in economy.industries.regions),
        ("title", provenance.title),
        ("citation", provenance.citation),
        ("licence", provenance.licence),
        ("url", provenance.url),
        *(("file", f"{digest} {name}") for name, digest in provenance.files),
        *(("note", note) for note in provenance.notes),
    ]
    sectors = zip(economy.industries.sectors, economy.sector_names, strict=True)
    tables = {
        "economy.csv": [["field", "value"], *map(list, about)],
        "sectors.csv": [["sector", "name"], *map(list, sectors)],
        "final_users.csv": [
            ["category", "kind", "region"],
            *([user.category, user.kind.value, user.region] for user in economy.final_users),
        ],
        "Z.csv": _block("industry", industries, industries, economy.Z),
        "Y.csv": _block("industry", industries, users, economy.Y),
    }
    if economy.value_added_names:
        names = economy.value_added_names
        tables["value_added.csv"] = _block("component", names, industries, economy.value_added)
    if economy.adjustment_names:
        names = economy.adjustment_names
        tables["adjustments.csv"] = _block("adjustment", names, industries, economy.adjustments)
    for name, columns, block in (
        ("imports_intermediate.csv", industries, economy.imports_intermediate),
        ("imports_final.csv", users, economy.imports_final),
    ):
        if economy.gates:
            rows = [[*gate, *map(_text, row)] for gate, row in zip(economy.gates, block, strict=True)]
            tables[name] = [["partner", "product", *columns], *rows]
    if economy.reported_output is not None:
        output = economy.reported_output[:, None]
        tables["output.csv"] = _block("industry", industries, ("output",), output)
    if economy.declared_gaps:
        gaps = ([gap.check, gap.place, gap.reason] for gap in economy.declared_gaps)
        tables["declared_gaps.csv"] = [["check", "place", "reason"], *gaps]
    return tables


def _block(corner: str, rows: Sequence[str], columns: Sequence[str], numbers: Matrix) -> list[list[str]]:
    body = ([label, *map(_text, row)] for label, row in zip(rows, numbers, strict=True))
    return [[corner, *columns], *body]


def _text(number: float) -> str:
    """The shortest text that reads back as the same float; -0.0 keeps its sign."""
    number = float(number)
    if number.is_integer() and abs(number) < 1e15 and (number or math.copysign(1, number) > 0):
        return str(int(number))
    return repr(number)


def _refuse_unkept(economy: Economy, path: Path) -> None:
    """Raise SourceError for what would not be read back as it is: blanks around a label, no final user, …"""
    provenance = economy.provenance
    labels: list[tuple[str, Iterable[str]]] = [
        ("region", economy.industries.regions),
        ("sector", economy.industries.sectors),
        ("final user", (text for user in economy.final_users for text in (user.region, user.category))),
        ("gate", (text for gate in economy.gates for text in gate)),
        ("value added component", economy.value_added_names),
        ("adjustment", economy.adjustment_names),
        ("declared gap", (gap.check for gap in economy.declared_gaps)),
    ]
    problems = [
        Problem(str(path), f"{what} {text!r} is empty or has blanks around it", "give it a plain label")
        for what, texts in labels
        for text in texts
        if not text or text != text.strip()
    ]
    for field in REQUIRED_FIELDS:
        text = provenance.citation if field == "citation" else str(getattr(economy, field))
        if not text.strip():
            problems.append(Problem(str(path), f"the economy's {field} is empty", "give it one"))
    if not economy.final_users:
        problems.append(Problem(str(path), "the economy has no final user", "give it one"))
    if not 1000 <= economy.year <= 9999:
        problems.append(
            Problem(str(path), f"year {economy.year} has not four digits", "give a calendar year")
        )
    if any(" " in digest for _, digest in provenance.files):
        problems.append(Problem(str(path), "a file's digest has a blank in it", "give the sha256"))
    if problems:
        raise SourceError(problems)


def _encoded(rows: Iterable[Sequence[str]], place: str) -> bytes:
    """The text of one file; SourceError for characters that no CSV file keeps."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    text = stream.getvalue()
    try:
        if "\r" not in text and "\0" not in text:
            return text.encode()
    except UnicodeEncodeError:
        pass
    what = "a text holds a carriage return, a null or half a character"
    raise SourceError(Problem(place, what, "take it out of the label or note"))


def _flush_folder(folder: Path) -> None:
    """Make a rename in this folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
