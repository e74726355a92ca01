"""Wrong tables, one fault each: what a user might give, and what the answer must name.

``WRONG_TABLES`` are made by hand; ``generated(seed)`` puts a bad cell in a random place of a good table. Each
makes its table in an empty folder and returns the path to give to ``autarky.sources.read_table`` or to the
command line.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

GOOD = {
    "economy.csv": """\
field,value
name,Norland 2019
year,2019
currency,NOK
unit,million NOK
valuation,basic prices
import_treatment,matrix
citation,made up for tests
decimals,0
""",
    "sectors.csv": """\
sector,name
farms,Farms
mills,Mills
power,Power stations
""",
    "final_users.csv": """\
category,kind
household,households
export,exports
""",
    "Z.csv": """\
industry,farms,mills,power
farms,10,30,0
mills,5,20,5
power,5,10,5
""",
    "Y.csv": """\
industry,household,export
farms,40,20
mills,60,10
power,25,5
""",
    "value_added.csv": """\
component,farms,mills,power
wages,50,15,8
profits,20,10,12
""",
    "imports_intermediate.csv": """\
product,farms,mills,power
oil,5,10,20
mills,5,5,0
""",
    "imports_final.csv": """\
product,household,export
oil,10,0
mills,5,0
""",
    "output.csv": """\
industry,output
farms,100
mills,100
power,50
""",
}
"""A good table, as a person writes it by hand; it balances."""

GOOD_BEA = {
    "Summary_Make_2020_BeforeRedef.csv": """\
code,A,B,Used,Total Industry Output
A,90,0,2,92
B,10,100,0,110
Total Commodity Output,100,100,2,202
""",
    "Summary_Use_2020_PRO_BeforeRedef.csv": """\
code,A,B,Total Intermediate,F010,F030,F040,F050,Total Final Uses (GDP),Total Commodity Output
A,12,8,20,70,-2,22,-10,80,100
B,10,7,17,80,3,0,0,83,100
Used,1,0,1,3,0,0,-2,1,2
V001,50,60,110,0,0,0,0,0,110
V002,4,5,9,0,0,0,0,0,9
V003,15,30,45,0,0,0,0,0,45
Total Industry Output,92,110,202,0,0,0,0,0,202
""",
    "Summary_Import_2020_BeforeRedef.csv": """\
code,A,B,T001,F010,F030,F040,F050,T004
A,4,3,7,3,0,0,-10,0
B,0,0,0,0,0,0,0,0
Used,0,0,0,2,0,0,-2,0
""",
}
"""Make, use and import tables of two industries, laid out as BEA's."""


class WrongTable(NamedTuple):
    """One fault: how to make it, and what each part of the answer must say."""

    name: str
    make: Callable[[Path], Path]
    expected: tuple[str, ...]
    """Fragments that must stand in one and the same line: place, value, remedy."""
    options: Mapping[str, Any] = MappingProxyType({})
    """Options of ``read_table``."""


def write(folder: Path, files: dict[str, str] | None = None) -> Path:
    """A table of text files in a new folder; the good one unless others are given."""
    table = folder / "table"
    table.mkdir()
    for name, text in (GOOD if files is None else files).items():
        (table / name).write_bytes(text.encode())
    return table


def changed(name: str, old: str, new: str, base: dict[str, str] | None = None) -> Callable[[Path], Path]:
    """The good table with one piece of one file replaced, which must be there."""
    files = GOOD if base is None else base
    assert files[name].count(old) >= 1, (name, old)
    return lambda folder: write(folder, {**files, name: files[name].replace(old, new, 1)})


def replaced(name: str, content: bytes | None) -> Callable[[Path], Path]:
    """The good table with one file of other bytes, or without it."""

    def make(folder: Path) -> Path:
        table = write(folder)
        (table / name).unlink(missing_ok=True)
        if content is not None:
            (table / name).write_bytes(content)
        return table

    return make


def transposed(name: str) -> Callable[[Path], Path]:
    """The good table with rows and columns of one file exchanged."""

    def make(folder: Path) -> Path:
        rows = list(csv.reader(io.StringIO(GOOD[name])))
        text = "".join(",".join(row) + "\n" for row in zip(*rows, strict=True))
        return write(folder, {**GOOD, name: text})

    return make


def one_file(name: str, content: bytes) -> Callable[[Path], Path]:
    """A single file."""

    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def scaled(name: str, factor: int) -> Callable[[Path], Path]:
    """The good table with all numbers of one file in another unit."""
    header, *lines = GOOD[name].splitlines()
    rows = [line.split(",") for line in lines]
    text = "\n".join([header, *(",".join([r[0], *(str(int(c) * factor) for c in r[1:])]) for r in rows)])
    return lambda folder: write(folder, {**GOOD, name: text + "\n"})


def with_totals(folder: Path) -> Path:
    """A total row and column left in the table, declared as an industry."""
    sums = {"farms": 20, "mills": 60, "power": 10}
    z = "industry,farms,mills,power,total\nfarms,10,30,0,40\nmills,5,20,5,30\npower,5,10,5,20\n"
    z += "total," + ",".join(map(str, sums.values())) + ",90\n"
    files = {
        **GOOD,
        "sectors.csv": GOOD["sectors.csv"] + "total,Total\n",
        "Z.csv": z,
        "Y.csv": GOOD["Y.csv"] + "total,125,35\n",
        "value_added.csv": "component,farms,mills,power,total\nwages,50,15,8,73\nprofits,20,10,12,42\n",
        "imports_intermediate.csv": "product,farms,mills,power,total\noil,5,10,20,35\nmills,5,5,0,10\n",
        "output.csv": GOOD["output.csv"] + "total,250\n",
    }
    return write(folder, files)


def bomb(folder: Path) -> Path:
    """600 MiB of zeros in half a megabyte, made of one compressed block repeated."""
    table = write(folder)
    (table / "Z.csv").unlink()
    header = gzip.compress(b"industry,farms,mills,power\n")
    block = gzip.compress((b"farms," + b"0" * 100_000 + b",0,0\n") * 10, 9)
    (table / "Z.csv.gz").write_bytes(header + block * 630)
    return table


WRONG_TABLES = (
    # --- the path
    WrongTable("missing path", lambda folder: folder / "nowhere", ("nowhere", "does not exist", "check")),
    WrongTable(
        "misspelt path", lambda folder: write(folder).with_name("tabel"), ("tabel", "did you mean 'table'")
    ),
    WrongTable("empty folder", lambda folder: folder, ("is empty", "name the format")),
    WrongTable("empty file", one_file("world.csv", b""), ("world.csv", "0 bytes", "give a file")),
    WrongTable(
        "folder for a file",
        write,
        ("table", "is a folder", "give the path of one file"),
        {"format": "wiod2013"},
    ),
    WrongTable(
        "file for a folder",
        one_file("Z.csv", GOOD["Z.csv"].encode()),
        ("Z.csv", "is a file, not a folder", "give the folder"),
        {"format": "csv_folder"},
    ),
    WrongTable("null in the path", lambda folder: folder / "a\0b", ("a", "b", "check the path")),
    WrongTable("file of no known format", one_file("x.csv", b"a,b\n1,2\n"), ("x.csv", "a,b", "csv_folder")),
    WrongTable(
        "picture", one_file("x.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ("x.png", "0x89", "CSV UTF-8")
    ),
    # --- the options
    WrongTable("unknown format", write, ("format", "'csv-folder'", "'csv_folder'"), {"format": "csv-folder"}),
    WrongTable("unknown option", write, ("option 'yaer'", "leave it out"), {"yaer": 2019}),
    WrongTable(
        "year as words",
        lambda folder: write(folder, GOOD_BEA),
        ("option 'year'", "'last'", "whole number", "year=2023"),
        {"year": "last"},
    ),
    WrongTable(
        "unknown assumption",
        lambda folder: write(folder, GOOD_BEA),
        ("assumption", "'comodity_technology'", "did you mean 'commodity_technology'"),
        {"assumption": "comodity_technology"},
    ),
    WrongTable(
        "year that is not there",
        lambda folder: write(folder, GOOD_BEA),
        ("2021", "summary 2020"),
        {"year": 2021},
    ),
    # --- files of the folder
    WrongTable("no Z", replaced("Z.csv", None), ("Z.csv", "does not exist", "add it")),
    WrongTable("no final users", replaced("final_users.csv", None), ("final_users.csv", "add it")),
    WrongTable(
        "one half of the imports", replaced("imports_final.csv", None), ("imports_final.csv", "add it")
    ),
    WrongTable("misspelt file", replaced("valueadded.csv", b"x"), ("valueadded.csv", "'value_added.csv'")),
    WrongTable("both plain and packed", replaced("Z.csv.gz", b"x"), ("Z.csv.gz", "keep one of the two")),
    WrongTable("Z of 0 bytes", replaced("Z.csv", b""), ("Z.csv", "0 bytes")),
    WrongTable("Z of blank lines", replaced("Z.csv", b"\n\r\n\n"), ("Z.csv", "blank lines", "header")),
    WrongTable("Z of a header alone", replaced("Z.csv", b"industry,farms\n"), ("Z.csv", "no rows")),
    # --- text
    WrongTable("UTF-16", replaced("Z.csv", GOOD["Z.csv"].encode("utf-16")), ("Z.csv", "UTF-16", "CSV UTF-8")),
    WrongTable(
        "Latin-1",
        replaced("sectors.csv", b"sector,name\nfarms,\xe9levage\n"),
        ("sectors.csv, line 2", "0xe9"),
    ),
    WrongTable("workbook named .csv", replaced("Z.csv", b"PK\x03\x04rest"), ("Z.csv", "Excel", "save it as")),
    WrongTable(
        "semicolons",
        replaced("Z.csv", GOOD["Z.csv"].replace(",", ";").encode()),
        ("Z.csv, line 1", "';'", "separate columns by commas"),
    ),
    WrongTable("open quote", changed("Z.csv", "farms,10", '"farms,10'), ("Z.csv, line", "comma-separated")),
    WrongTable(
        "old Mac line ends", replaced("Z.csv", b"industry,farms\rfarms,1\r"), ("Z.csv, line 1", "CSV")
    ),
    WrongTable(
        "gap without a reason",
        replaced("declared_gaps.csv", b"check,place\nsigns,row mills\n"),
        ("declared_gaps.csv, line 1", "has no column 'reason'", "check,place,reason"),
    ),
    WrongTable(
        "packed text cut off",
        lambda folder: replaced_by_packed(folder, gzip.compress(GOOD["Z.csv"].encode())[:-12]),
        ("Z.csv.gz", "break", "fetch the file again"),
    ),
    WrongTable(
        "not packed at all",
        lambda folder: replaced_by_packed(folder, GOOD["Z.csv"].encode()),
        ("Z.csv.gz", "is not gzip", "rename it"),
    ),
    WrongTable("packed bomb", bomb, ("Z.csv.gz", "512 MiB", "smaller table")),
    # --- shape and labels
    WrongTable(
        "short row", changed("Z.csv", "5,20,5", "5,20"), ("Z.csv, line 3", "'mills' has 3 cells", "4")
    ),
    WrongTable("long row", changed("Z.csv", "5,20,5", "5,20,5,9"), ("Z.csv, line 3", "has 5 cells")),
    WrongTable("row twice", changed("Z.csv", "mills,5", "farms,5"), ("Z.csv, line 3", "'farms'", "line 2")),
    WrongTable(
        "column twice",
        changed("Z.csv", "farms,mills,power", "farms,farms,power"),
        ("Z.csv, line 1", "'farms'"),
    ),
    WrongTable(
        "sector twice",
        changed("sectors.csv", "mills,Mills", "farms,Mills"),
        ("sectors.csv", "'farms'", "twice"),
    ),
    WrongTable(
        "unknown row", changed("Y.csv", "mills,60", "milsl,60"), ("Y.csv", "'milsl'", "did you mean 'mills'")
    ),
    WrongTable(
        "unknown column", changed("Y.csv", "household", "househld"), ("Y.csv, line 1", "'household'?")
    ),
    WrongTable("missing column", transposed("Y.csv"), ("Y.csv, line 1", "has no column 'household'", "add")),
    WrongTable(
        "missing row", changed("Y.csv", "power,25,5\n", ""), ("Y.csv", "has no row 'power'", "add the row")
    ),
    WrongTable(
        "gate of one file only",
        changed("imports_final.csv", "oil", "gas"),
        ("imports_final.csv", "'ABROAD.gas' is unknown", "'ABROAD.oil'"),
    ),
    WrongTable(
        "gate twice",
        changed("imports_intermediate.csv", "mills,5,5,0", "oil,5,5,0"),
        ("imports_intermediate.csv, line 3", "'oil' from 'ABROAD' stands twice"),
    ),
    WrongTable(
        "gates without a product",
        changed("imports_final.csv", "product", "goods"),
        ("imports_final.csv, line 1", "'goods'", "begin with the columns partner,product"),
    ),
    # --- fields
    WrongTable(
        "no unit", changed("economy.csv", "unit,million NOK\n", ""), ("economy.csv", "'unit'", "million EUR")
    ),
    WrongTable("empty unit", changed("economy.csv", "million NOK", ""), ("line 5, field 'unit'", "is empty")),
    WrongTable(
        "year of two digits", changed("economy.csv", "2019\ncurr", "19\ncurr"), ("line 3", "'19'", "four")
    ),
    WrongTable(
        "unknown field", changed("economy.csv", "currency", "curency"), ("line 4", "did you mean 'currency'")
    ),
    WrongTable(
        "field twice", changed("economy.csv", "unit,", "year,"), ("line 5, field 'year'", "stands twice")
    ),
    WrongTable(
        "unknown import treatment",
        changed("economy.csv", "treatment,matrix", "treatment,Matrx"),
        ("line 7", "'Matrx'", "did you mean 'matrix'"),
    ),
    WrongTable(
        "decimals as words", changed("economy.csv", "decimals,0", "decimals,two"), ("line 9", "'two'", "0")
    ),
    WrongTable(
        "unknown kind of final use",
        changed("final_users.csv", ",households", ",household"),
        ("final_users.csv, line 2, column 'kind'", "did you mean 'households'"),
    ),
    # --- cells
    WrongTable(
        "NaN",
        changed("Z.csv", "5,20,5", "5,NaN,5"),
        ("Z.csv, line 3, row 'mills', column 'mills'", "write 0"),
    ),
    WrongTable(
        "infinity", changed("Y.csv", "25,5", "-inf,5"), ("Y.csv, line 4", "'household'", "'-inf'", "write 0")
    ),
    WrongTable("too large", changed("Y.csv", "25,5", "1e400,5"), ("Y.csv, line 4", "'1e400'", "exponent")),
    WrongTable(
        "empty cell", changed("Z.csv", "5,20,5", "5,,5"), ("Z.csv, line 3", "'mills'", "empty", "write 0")
    ),
    WrongTable(
        "thousands separators",
        changed("Z.csv", "5,20,5", '5,"1,234",5'),
        ("Z.csv, line 3, row 'mills', column 'mills'", "'1,234' has thousands", "digits alone"),
    ),
    WrongTable(
        "decimal comma", changed("Z.csv", "5,20,5", '5,"20,5",5'), ("line 3", "'20,5'", "decimal point")
    ),
    WrongTable(
        "dots for zero", changed("Z.csv", "10,30,0", "10,30,..."), ("line 2", "'power'", "'...'", "number")
    ),
    WrongTable(
        "text in a cell", changed("Z.csv", "10,30,0", "10,n.a.,0"), ("line 2", "'mills'", "'n.a.'", "number")
    ),
    WrongTable("underscore", changed("Z.csv", "10,30,0", "10,3_0,0"), ("line 2", "'3_0'", "number")),
    WrongTable("formula", changed("Z.csv", "10,30,0", "10,=A1,0"), ("line 2", "'=A1'", "number")),
    WrongTable(
        "digits of another script", changed("Z.csv", "10,30,0", "10,٣٠,0"), ("line 2", "'٣٠'", "number")
    ),
    # --- BEA
    WrongTable(
        "BEA without imports",
        lambda folder: write(folder, {k: v for k, v in GOOD_BEA.items() if "Import" not in k}),
        ("summary 2020", "has no Import table", "add it"),
    ),
    WrongTable(
        "BEA use column unknown",
        changed("Summary_Use_2020_PRO_BeforeRedef.csv", "code,A,B,", "code,A,X,", GOOD_BEA),
        ("Summary_Use_2020_PRO_BeforeRedef.csv, line 1", "column 'X' is unknown", "known: 'B'"),
    ),
    WrongTable(
        "BEA use without value added",
        changed("Summary_Use_2020_PRO_BeforeRedef.csv", "V001", "W001", GOOD_BEA),
        ("Summary_Use_2020_PRO_BeforeRedef.csv", "row 'W001' is unknown", "'V002'"),
    ),
    WrongTable(
        "BEA cell that is no number",
        changed("Summary_Import_2020_BeforeRedef.csv", "A,4,3", "A,4,(3)", GOOD_BEA),
        ("Summary_Import_2020_BeforeRedef.csv, line 2, row 'A', column 'B'", "'(3)'", "number"),
    ),
    WrongTable(
        "BEA make turned",
        lambda folder: write(
            folder,
            {
                **GOOD_BEA,
                "Summary_Make_2020_BeforeRedef.csv": "code,A,B,Total Industry Output\n"
                "A,90,10,100\nB,0,100,100\n"
                "Used,2,0,2\nTotal Commodity Output,92,110,202\n",
            },
        ),
        ("Summary_Use_2020_PRO_BeforeRedef.csv, line 1", "has no column 'Used'", "add"),
    ),
    # --- readable, and wrong: what check must refuse
    WrongTable(
        "negative use", changed("Z.csv", "5,20,5", "5,-20,5"), ("signs", "row mills, column mills", "-20")
    ),
    WrongTable(
        "unbalanced row", changed("Y.csv", "60,10", "90,10"), ("row balance", "row mills", "130", "100")
    ),
    WrongTable(
        "unbalanced column",
        changed("value_added.csv", "15,8", "45,8"),
        ("column balance", "column mills", "130"),
    ),
    WrongTable("swapped axes", transposed("Z.csv"), ("orientation", "transposed")),
    WrongTable(
        "unit slip", scaled("value_added.csv", 1000), ("unit slips", "value_added", "1,000 times too large")
    ),
    WrongTable("totals read as industries", with_totals, ("totals read as industries", "industry total")),
    WrongTable(
        "negative imports",
        changed("imports_intermediate.csv", "oil,5,10", "oil,5,-10"),
        ("signs", "row ABROAD.oil, column mills", "-10"),
    ),
    WrongTable(
        "industry without output",
        lambda folder: write(
            folder,
            {
                **GOOD,
                "Z.csv": GOOD["Z.csv"].replace("power,5,10,5", "power,0,0,0"),
                "Y.csv": GOOD["Y.csv"].replace("power,25,5", "power,0,0"),
            },
        ),
        ("near-zero output", "column power"),
    ),
)


def replaced_by_packed(folder: Path, content: bytes) -> Path:
    """The good table with ``Z.csv`` in a file named ``Z.csv.gz``."""
    table = write(folder)
    (table / "Z.csv").unlink()
    (table / "Z.csv.gz").write_bytes(content)
    return table


BLOCKS = ("Z.csv", "Y.csv", "value_added.csv", "output.csv")
BAD_CELLS = (
    "",
    "NaN",
    "-inf",
    "1,234",
    "1 234",
    "12..5",
    "...",
    "0x1F",
    "1e999",
    "twelve",
    "½",
    "1_000",
    "−5",
)


def generated(seed: int) -> WrongTable:
    """A bad cell at a random place of a random block; the answer must name the cell and what stands there."""
    draw = random.Random(seed)
    name = draw.choice(BLOCKS)
    rows = list(csv.reader(io.StringIO(GOOD[name])))
    i, j = draw.randrange(1, len(rows)), draw.randrange(1, len(rows[0]))
    bad = draw.choice(BAD_CELLS)
    rows[i][j] = bad
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    place = f"{name}, line {i + 1}, row {rows[i][0]!r}, column {rows[0][j]!r}"
    return WrongTable(
        f"generated {seed}: {bad!r} in {name}",
        lambda folder: write(folder, {**GOOD, name: text.getvalue()}),
        (place, repr(bad) if bad else "is empty", " — "),
    )
