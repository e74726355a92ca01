"""Wrong claim files, one or more faults each: what a user might give, and what the answer must name.

``WRONG_CLAIMS`` change a good file by hand; ``generated(seed)`` puts a bad cell into a random place of the
good table. Each says which problems are to be told, as place and words, in their order.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

YAML = """\
version: 1
sources:
  - {key: office, title: Yearbook, publisher: Statistics Office, date: "2020"}
  - {key: survey, title: Survey, publisher: University, url: "https://example.org/s"}
claims:
  - id: grain-office
    figure: food / grain
    value: 4.6
    low: 4.4
    high: 4.9
    unit: Mt
    as_of: "2019"
    source: office
    kind: statistical_office
    reliability: A
    credibility: 2
  - id: grain-survey
    figure: food / grain
    value: 4100
    unit: kt
    as_of: "2019"
    source: survey
    kind: survey
    reliability: B
    credibility: 3
  - id: farms
    figure: gdp share / farms
    value: 21.2
    unit: pct of total
    as_of: "2019"
    source: office
    kind: statistical_office
    reliability: A
    credibility: 2
    quote: farms made a fifth of it
"""

CLAIMS = """\
id,figure,value,low,high,unit,as_of,source,kind,method,reliability,credibility,quote,note
grain-office,food / grain,4.6,4.4,4.9,Mt,2019,office,statistical_office,,A,2,,
grain-survey,food / grain,4100,,,kt,2019,survey,survey,asked,B,3,,"a note, with a comma"
farms,gdp share / farms,21.2,,,pct of total,2019,office,statistical_office,,A,2,farms made a fifth of it,
"""

SOURCES = """\
key,title,publisher,date,url
office,Yearbook,Statistics Office,2020,
survey,Survey,University,,https://example.org/s
"""

Problems = tuple[tuple[str, ...], ...]


class WrongClaims(NamedTuple):
    """Files to write, the one to read, and the problems to be told: (place, words in the line …)."""

    name: str
    files: dict[str, bytes]
    problems: Problems

    def make(self, folder: Path) -> Path:
        """Write the files; the path of the one to read."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return folder / next(iter(self.files))


def yaml(name: str, old: str, new: str, *problems: tuple[str, ...]) -> WrongClaims:
    """The good YAML file with one text replaced."""
    assert old in YAML, name
    return WrongClaims(name, {"claims.yaml": YAML.replace(old, new, 1).encode()}, problems)


def table(name: str, old: str, new: str, *problems: tuple[str, ...]) -> WrongClaims:
    """The good table of claims with one text replaced; its sources are good."""
    assert old in CLAIMS, name
    claims = CLAIMS.replace(old, new, 1).encode()
    return WrongClaims(name, {"claims.csv": claims, "sources.csv": SOURCES.encode()}, problems)


def sources(name: str, old: str, new: str, *problems: tuple[str, ...]) -> WrongClaims:
    """The good table of claims beside sources with one text replaced."""
    assert old in SOURCES, name
    changed = SOURCES.replace(old, new, 1).encode()
    return WrongClaims(name, {"claims.csv": CLAIMS.encode(), "sources.csv": changed}, problems)


LONG_QUOTE = " ".join(["word"] * 21)
GRAIN = "claims.csv, line 2, row 'grain-office'"

WRONG_CLAIMS = (
    yaml("unit misspelt", "unit: Mt", "unit: MT", ("claims.yaml:11:11", "'MT', an unknown unit", "'Mt'")),
    yaml(
        "unit unheard of", "unit: Mt", "unit: bushels", ("claims.yaml:11:11", "'bushels'", "thousand|million")
    ),
    yaml(
        "scale misspelt", "unit: Mt", "unit: milion USD", ("claims.yaml:11:11", "did you mean 'million USD'")
    ),
    yaml("share with a scale", "unit: Mt", "unit: million share", ("claims.yaml:11:11", "takes no scale")),
    yaml(
        "pct share over 100", "value: 21.2", "value: 212", ("claims.yaml:26:5", "share of 212", "0 and 100")
    ),
    yaml(
        "share over 1",
        "21.2\n    unit: pct of total",
        "21.2\n    unit: share",
        ("claims.yaml:26:5", "share of 21.2", "between 0 and 1"),
    ),
    yaml("share below 0", "value: 21.2", "value: -3", ("claims.yaml:26:5", "share of -3")),
    yaml("low over value", "low: 4.4", "low: 4.7", ("claims.yaml:6:5", "low 4.7, value 4.6", "low ≤ value")),
    yaml("value over high", "high: 4.9", "high: 4.5", ("claims.yaml:6:5", "high 4.5", "low ≤ value ≤ high")),
    yaml(
        "reliability off the scale", "reliability: B", "reliability: G", ("claims.yaml:24:18", "'G'", "A, B")
    ),
    yaml("credibility off the scale", "credibility: 3", "credibility: 7", ("claims.yaml:25:18", "7", "6")),
    yaml("credibility as text", "credibility: 3", "credibility: high", ("claims.yaml:25:18", "'high'")),
    yaml("kind misspelt", "kind: survey", "kind: surveys", ("claims.yaml:23:11", "did you mean 'survey'")),
    yaml(
        "source missing",
        "    source: survey\n",
        "",
        ("claims.yaml:17:5", "claims[1] needs the field 'source'", "Key of a source"),
    ),
    yaml(
        "source unknown", "source: survey", "source: surveys", ("claims.yaml:22:13", "'surveys'", "'survey'")
    ),
    yaml(
        "no sources at all",
        YAML[11 : YAML.index("claims:")],
        "",
        *(
            (f"claims.yaml:{line}:13", f"unknown source {name!r}", "sources.csv")
            for line, name in ((10, "office"), (19, "survey"), (28, "office"))
        ),
    ),
    yaml(
        "id twice",
        "id: grain-survey",
        "id: grain-office",
        ("claims.yaml:17:9", "'grain-office' stands twice", "claims.yaml:6:9"),
    ),
    yaml(
        "key twice",
        "key: survey",
        "key: office",
        ("claims.yaml:4:11", "'office' stands twice"),
        ("claims.yaml:22:13", "unknown source 'survey'"),
    ),
    yaml(
        "quote too long",
        "quote: farms made a fifth of it",
        f"quote: {LONG_QUOTE}",
        ("claims.yaml:35:12", "21 words", "at most 20"),
    ),
    yaml("figure empty", "figure: gdp share / farms", "figure:", ("claims.yaml:27:5", "figure is empty")),
    yaml(
        "figure without a topic",
        "figure: gdp share / farms",
        "figure: farms",
        ("claims.yaml:27:13", "'farms'", "topic / variable"),
    ),
    yaml(
        "period is no date",
        'as_of: "2019"',
        "as_of: last year",
        ("claims.yaml:12:12", "'last year'", "2018/19"),
    ),
    yaml("month 13", 'as_of: "2019"', "as_of: 2019-13", ("claims.yaml:12:12", "'2019-13'", "no period")),
    yaml("year as a number", 'as_of: "2019"', "as_of: 2019", ("claims.yaml:12:12", "2019", "quotes")),
    yaml("value is NaN", "value: 4.6", "value: .nan", ("claims.yaml:8:12", "finite number")),
    yaml("value is infinite", "value: 4.6", "value: 1e999", ("claims.yaml:8:12", "finite number")),
    yaml(
        "value in words", "value: 4.6", "value: about four", ("claims.yaml:8:12", "'about four'", "a number")
    ),
    yaml(
        "a formula",
        "quote: farms made a fifth of it",
        'quote: "=1+2"',
        ("claims.yaml:35:12", "begins with '='", "plain text"),
    ),
    yaml(
        "field misspelt",
        "credibility: 3",
        "credability: 3",
        ("claims.yaml:17:5", "needs the field 'credibility'"),
        ("claims.yaml:25:5", "'credability'", "'credibility'"),
    ),
    yaml("no version", "version: 1\n", "", ("claims.yaml:1:1", "the claim file needs the field 'version'")),
    yaml("another version", "version: 1", "version: 2", ("claims.yaml:1:10", "2", "1")),
    yaml(
        "three at once",
        'value: 4.6\n    low: 4.4\n    high: 4.9\n    unit: Mt\n    as_of: "2019"\n    source: office',
        "value: 4.6\n    unit: MT\n    as_of: never\n    source: nobody",
        ("claims.yaml:9:11", "'MT'"),
        ("claims.yaml:10:12", "'never'"),
        ("claims.yaml:11:13", "'nobody'"),
    ),
    WrongClaims("a list", {"claims.yaml": b"- a\n"}, (("claims.yaml:1:1", "this is a list", "version: 1"),)),
    WrongClaims(
        "an empty file", {"claims.yaml": b""}, (("claims.yaml:1:1", "is empty", "docs/formats/claims.md"),)
    ),
    WrongClaims(
        "more than a mebibyte",
        {"claims.yaml": YAML.encode() + b"# " * 2**19},
        (("claims.yaml", "larger than 1 MiB", "several files"),),
    ),
    table("unit unknown in a table", ",Mt,", ",MMt,", (f"{GRAIN}, column 'unit'", "'MMt'", "'Mt'")),
    table(
        "thousands separator",
        ",4100,",
        ',"4,100",',
        ("claims.csv, line 3, row 'grain-survey', column 'value'", "'4,100'", "a number"),
    ),
    table(
        "NaN in a table",
        ",4100,",
        ",NaN,",
        ("claims.csv, line 3, row 'grain-survey', column 'value'", "'NaN'"),
    ),
    table(
        "formula for a value",
        ",4100,",
        ",=2*2050,",
        ("claims.csv, line 3, row 'grain-survey', column 'value'", "'=2*2050'"),
    ),
    table(
        "formula in a note",
        '"a note, with a comma"',
        "@SUM(A1)",
        ("claims.csv, line 3, row 'grain-survey', column 'note'", "begins with '@'"),
    ),
    table("range upside down", "4.6,4.4,4.9", "4.6,4.9,4.4", (GRAIN, "low 4.9, value 4.6, high 4.4")),
    table(
        "no value",
        ",4100,",
        ",,",
        ("claims.csv, line 3, row 'grain-survey'", "needs the field 'value'", "The figure"),
    ),
    table(
        "no figure",
        "farms,gdp share / farms",
        "farms,",
        ("claims.csv, line 4, row 'farms'", "needs the field 'figure'"),
    ),
    table(
        "a source nobody gives",
        "kt,2019,survey",
        "kt,2019,rumour",
        ("claims.csv, line 3, row 'grain-survey', column 'source'", "'rumour'"),
    ),
    table(
        "the same id",
        "grain-survey,",
        "grain-office,",
        ("claims.csv, line 3, row 'grain-office', column 'id'", "stands twice", "line 2"),
    ),
    table(
        "a cell too many",
        ",A,2,,\ngrain",
        ",A,2,,,,\ngrain",
        ("claims.csv, line 2", "16 cells where the header has 14", "quotes"),
    ),
    table(
        "column unknown",
        "id,figure",
        "id,figgure",
        ("claims.csv, line 1", "'figgure'", "'figure'"),
        ("claims.csv, line 1", "no column 'figure'"),
    ),
    table("column twice", "quote,note", "note,note", ("claims.csv, line 1", "'note' stands twice")),
    table(
        "control character",
        "asked",
        "as\x07ked",
        ("claims.csv, line 3, row 'grain-survey', column 'method'", "control character", "delete it"),
    ),
    WrongClaims(
        "not UTF-8",
        {"claims.csv": CLAIMS.encode() + "é".encode("latin-1"), "sources.csv": SOURCES.encode()},
        (("claims.csv, line 5", "0xe9 is not UTF-8"),),
    ),
    WrongClaims(
        "an empty table",
        {"claims.csv": b"\n", "sources.csv": SOURCES.encode()},
        (("claims.csv, line 1", "is empty"),),
    ),
    sources(
        "publisher missing",
        "Yearbook,Statistics Office",
        "Yearbook,",
        ("sources.csv, line 2, row 'office'", "needs the field 'publisher'"),
    ),
    sources(
        "source's date",
        ",2020,",
        ",some time,",
        ("sources.csv, line 2, row 'office', column 'date'", "'some time'"),
    ),
    sources(
        "key stands twice",
        "survey,Survey",
        "office,Survey",
        ("sources.csv, line 3, row 'office', column 'key'", "stands twice"),
        ("claims.csv, line 3, row 'grain-survey', column 'source'", "unknown source 'survey'"),
    ),
)


def generated(seed: int) -> WrongClaims:
    """The good table with one bad cell in a random place that is checked."""
    chance = random.Random(seed)
    column, bad = chance.choice(
        [
            ("value", "twelve"), ("value", "1e400"), ("low", "1e9"), ("high", "-1e9"), ("unit", "Mtt"),
            ("as_of", "2019-02-30"), ("as_of", "soon"), ("source", "nobody"), ("kind", "guess"),
            ("reliability", "a"), ("credibility", "0"), ("credibility", "2.5"), ("quote", LONG_QUOTE),
            ("figure", "grain"), ("note", "=A1"),
        ]
    )  # fmt: skip
    header, *rows = (line.split(",") for line in CLAIMS.replace('"a note, with a comma"', "").splitlines())
    row = chance.randrange(len(rows))
    rows[row][header.index(column)] = bad
    text = "\n".join(",".join(cells) for cells in [header, *rows]) + "\n"
    place = f"claims.csv, line {row + 2}, row {rows[row][0]!r}"
    if column not in ("low", "high"):
        place += f", column {column!r}"
    files = {"claims.csv": text.encode(), "sources.csv": SOURCES.encode()}
    return WrongClaims(f"generated {seed}: {column} {bad[:9]}", files, ((place,),))
