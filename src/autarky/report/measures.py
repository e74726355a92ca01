"""The page of measures: what each is, its formula, source and blind spots, and its largest numbers."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.explanation.wording import count, listing, plain, rounded
from autarky.report.bars import inline_bar
from autarky.report.document import document, pairs, section
from autarky.report.markup import Content, Markup, element
from autarky.report.tables import folded, table

ROWS = ((15, 85), (15, 45), (15, 25), (15, 10), (15, 0), (10, 0), (5, 0), (3, 0))
"""Rows of a measure that are open, and that are folded away: as many as keep under ``MOST_BYTES``."""
MOST_COLUMNS = 6
"""Columns of a table whose longest dimension goes down; of more, cells are listed."""
MOST_BYTES = 290_000
NOT_DEFINED = "not defined"


def render_measures(
    title: str,
    economy: Mapping[str, Any],
    home: Sequence[str],
    families: Mapping[str, Sequence[xr.DataArray]],
    *,
    names: Mapping[str, str] | None = None,
    command: str = "autarky measure ECONOMY",
    digests: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Measures of dependence as one HTML file: no script, no request, the same bytes for the same numbers.

    Parameters
    ----------
    economy
        What is told of the table: name, year, unit, citation, treatment of imports, digest.
    home
        Regions that count as home.
    families
        Title of each family → its measures, with ``long_name``, ``units``, ``formula``, ``source`` and
        ``blind_spots`` as attributes. NaN is printed as not defined.
    names
        Long name of each label.
    command
        What prints all numbers, with ``--json``.
    digests
        Name → SHA-256 of the files that went in.
    notes
        Sentences on the table that bear on what is measured.
    """
    text = ""
    for rows in ROWS:
        page = _Page(names or {}, command, *rows)
        text = document(
            title,
            title,
            _subtitle(economy, home, names or {}),
            page.overview(families, notes),
            [page.family(f"family-{k}", name, found) for k, (name, found) in enumerate(families.items())],
            _method(economy, command, digests or {}),
        )
        if len(text.encode()) < MOST_BYTES:
            break
    return text


def _subtitle(economy: Mapping[str, Any], home: Sequence[str], names: Mapping[str, str]) -> str:
    told = [str(economy[key]) for key in ("name", "year") if economy.get(key)]
    where = listing([plain(names.get(region) or region) for region in home], 6)
    return " · ".join([*told, f"home: {where}"] if where else told)


def _method(economy: Mapping[str, Any], command: str, digests: Mapping[str, str]) -> Markup:
    notes = [
        "Shares are between 0 and 1 with unit 1; ratios of FAO are in per cent.",
        "Not defined: the formula divides by nothing there. It is never printed as 0.",
        "Tables begin with the largest numbers; a bar is drawn against the largest in size of its table, in "
        "another colour where the number is negative.",
    ]
    return section(
        "method",
        "How this was computed",
        element("ul", [element("li", note) for note in notes]),
        pairs("Economy and its source", {key: value for key, value in economy.items() if key != "notes"}),
        element("p", "This command prints all numbers: ", element("code", f"{command} --json")),
        pairs("Digests (SHA-256)", digests) if digests else None,
    )


class _Page:
    """How labels are named and how many rows are shown."""

    def __init__(self, names: Mapping[str, str], command: str, shown: int, more: int) -> None:
        self.names, self.command, self.shown, self.most = names, command, shown, shown + more
        self._told: Counter[str] = Counter()

    def overview(self, families: Mapping[str, Sequence[xr.DataArray]], notes: Sequence[str]) -> Markup:
        """What was found, single numbers, and what is on the page."""
        single = [
            (_title(one), _words(one)(float(one)), _units(one))
            for found in families.values()
            for one in found
            if one.ndim == 0
        ]
        contents = [
            element(
                "li", element("a", name, href=f"#family-{k}-heading"), f": {count(len(found), 'measure')}"
            )
            for k, (name, found) in enumerate(families.items())
        ]
        return section(
            "answer",
            "What was measured",
            table("Of the whole economy", ("measure", "value", "unit"), single) if single else None,
            element("ul", contents),
            element("ul", [element("li", note) for note in notes], class_="note") if notes else None,
        )

    def family(self, ident: str, title: str, measures: Sequence[xr.DataArray]) -> Markup:
        """One family of measures."""
        return section(ident, title, [self.measure(one) for one in measures])

    def measure(self, one: xr.DataArray) -> Content:
        """What a measure is, and its numbers."""
        about = [
            (lead, plain(one.attrs[key]))
            for lead, key in (("Formula: ", "formula"), ("Source: ", "source"), ("Not seen: ", "blind_spots"))
            if one.attrs.get(key)
        ]
        return (
            element("h3", _title(one)),
            element(
                "p",
                [
                    (lead, element("code", said) if key == 0 else said, element("br"))
                    for key, (lead, said) in enumerate(about)
                ],
                class_="note",
            ),
            self._numbers(one),
        )

    def _numbers(self, one: xr.DataArray) -> Content:
        # A dimension of one label tells nothing apart: it goes into the caption.
        only = [str(dimension) for dimension, size in one.sizes.items() if size == 1 and one.ndim > 1]
        where = ", ".join(f"{_dimension(dimension)}: {self._named(one, dimension)[0]}" for dimension in only)
        one = one.isel(dict.fromkeys(only, 0))
        if not np.isfinite(np.asarray(one.values, dtype=np.float64)).any():
            reason = plain(one.attrs["undefined"]) if one.attrs.get("undefined") else ""
            return element("p", f"Not defined here{f': {reason}' if reason else ''}.")
        if one.ndim == 0:
            value = f" {_units(one)}{f' ({where})' if where else ''}"
            return element("p", element("strong", _words(one)(float(one))), value)
        if one.ndim > 1 and one.size // max(one.shape) <= MOST_COLUMNS < one.size:
            return self._matrix(one, where)
        return self._largest(one, where)

    def _largest(self, one: xr.DataArray, where: str) -> Content:
        """The largest cells, each with its labels and a bar."""
        values = np.asarray(one.values, dtype=np.float64).ravel()
        order = _largest_first(values)
        longest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
        labels = [self._named(one, str(dimension)) for dimension in one.dims]
        words = _words(one)

        def row(cell: int) -> Sequence[Content]:
            value = float(values[cell])
            cells = np.unravel_index(cell, one.shape)
            named = [labels[k][position] for k, position in enumerate(cells)]
            bar = inline_bar(value / longest) if math.isfinite(value) else None
            return (*named, [bar, words(value)])

        rows = [row(int(cell)) for cell in order[: self.most]]
        header = (*(_dimension(str(dimension)) for dimension in one.dims), f"value, {_units(one)}")
        undefined = int((~np.isfinite(values)).sum())
        return self._tables(one, where, header, rows, len(values), undefined)

    def _matrix(self, one: xr.DataArray, where: str) -> Content:
        """A column for each label of the short dimensions; the rows with the largest numbers first."""
        down = str(one.dims[int(np.argmax(one.shape))])
        over = [str(dimension) for dimension in one.dims if dimension != down]
        values = np.asarray(one.transpose(down, *over).values, dtype=np.float64).reshape(one.sizes[down], -1)
        columns = map(", ".join, itertools.product(*(self._named(one, dimension) for dimension in over)))
        defined = np.isfinite(values)
        largest = np.where(defined, values, -np.inf).max(axis=1)
        order = _largest_first(
            np.where(defined.any(axis=1), largest, np.nan), np.where(defined, values, 0.0).sum(axis=1)
        )
        names, words = self._named(one, down), _words(one)
        rows = [(names[k], *(words(float(value)) for value in values[k])) for k in order[: self.most]]
        header = (f"{_dimension(down)}; {_units(one)}", *columns)
        return self._tables(one, where, header, rows, len(values), int((~defined).all(axis=1).sum()))

    def _tables(
        self,
        one: xr.DataArray,
        where: str,
        header: Sequence[str],
        rows: Sequence[Sequence[Content]],
        total: int,
        undefined: int,
    ) -> Content:
        shown, rest = rows[: self.shown], rows[self.shown :]
        # Two measures may have one name, as paths into final use and into exports do: captions differ.
        self._told[str(one.name)] += 1
        again = self._told[str(one.name)]
        named = f"{one.name} ({again})" if again > 1 else str(one.name)
        caption = ", ".join(filter(None, (named, where)))
        if total > len(shown):
            caption += f": the {len(shown)} largest of {total:,}"
        notes: list[Content] = []
        if left := total - len(rows):
            command = element("code", f"{self.command} --json")
            notes.append(element("p", f"{left:,} more are not on this page: ", command, class_="note"))
        if undefined:
            notes.append(element("p", f"Not defined for {undefined:,} of {total:,}.", class_="note"))
        return (
            table(caption, header, shown, "measure"),
            folded(
                f"The next {len(rest):,}",
                table(f"{named}: the next {len(rest):,}", header, rest, "measure"),
            )
            if rest
            else None,
            notes,
        )

    def _named(self, one: xr.DataArray, dimension: str) -> list[str]:
        """Long names of a dimension's labels; two labels with one name keep their label in brackets."""
        labels = [str(label) for label in one[dimension].values]
        names = [plain(self.names.get(label) or label) for label in labels]
        often = Counter(names)
        return [
            name if often[name] == 1 else f"{name} ({plain(label)})"
            for name, label in zip(names, labels, strict=True)
        ]


def _largest_first(
    values: npt.NDArray[np.float64], then: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.intp]:
    """Positions by value, the largest first, of none but negative ones the most negative; undefined last.

    Equal values are told apart by ``then``, the largest first; else they keep the table's order.
    """
    defined = np.isfinite(values)
    sign = -1.0 if defined.any() and values[defined].max() <= 0 else 1.0
    key = -np.where(defined, sign * values, -np.inf)
    return np.argsort(key, kind="stable") if then is None else np.lexsort((-sign * then, key))


def _title(one: xr.DataArray) -> str:
    told = plain(one.attrs.get("long_name") or str(one.name).replace("_", " ")).rstrip(".")
    return told[:1].upper() + told[1:]


def _units(one: xr.DataArray) -> str:
    units = plain(one.attrs.get("units") or "unit not declared")
    return "unit 1" if units == "1" else units


def _dimension(name: str) -> str:
    return name.replace("_", " ")


def _words(one: xr.DataArray) -> Callable[[float], str]:
    """How a measure's values are written: numbers, or whether something holds."""
    return _holds if one.dtype.kind == "b" else _number


def _holds(value: float) -> str:
    return "yes" if value else "no"


def _number(value: float) -> str:
    return rounded(value, 4) if math.isfinite(value) else NOT_DEFINED
