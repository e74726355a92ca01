"""Firms and links that somebody recorded, from a folder of CSV or Parquet lists (``docs/firms/files.md``)."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy, Provenance
from autarky.errors import Problem, SourceError, did_you_mean
from autarky.firm_network import FirmNetwork, Level, Nodes, links_in_order
from autarky.firm_network.from_table import ABROAD, Frame, frame_of, levels_of
from autarky.firm_network.network import OVERSOLD, Floats, Integers
from autarky.scenario import CriticalityRule
from autarky.scenario.behaviour import ImportRule
from autarky.sources.csv_folder import HOME
from autarky.sources.delimited import file_digest, files_of, read_records
from autarky.sources.firm_lists.lists import ADD_IT, Faults, ListFile, find_file, shown

__all__ = ["read_firm_lists"]

LISTS = ("firms", "links", "foreign")
FILES = (
    "network.csv",
    "essentiality.csv",
    *(f"{name}.{end}" for name in LISTS for end in ("csv", "parquet")),
)
FIELDS = ("name", "citation", "year", "currency", "unit")
OPTIONAL_FIELDS = ("title", "licence", "url", "note")
MAX_ID = 200
"""Longest name of a firm, in bytes of UTF-8: in memory all are as long as the longest."""
BYTES_PER_FIRM = 600
BYTES_PER_LINK = 64
"""Memory that a row takes until links are in order (measured: see the tests)."""
_MOST_KNOWN = 2_000
"""Names among which the nearest one is looked for: it takes a minute among a million."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def read_firm_lists(
    folder: str | Path,
    economy: Economy | None = None,
    imports: ImportRule | None = None,
    essentiality: Sequence[CriticalityRule] = (),
) -> FirmNetwork:
    """Read a firm network from a folder of lists (``docs/firms/files.md``).

    The order of rows changes nothing: firms stand in the order of their names. Problems are raised together.

    Parameters
    ----------
    folder : str or Path
    economy : Economy, optional
        The table the firms are part of: sectors and regions are then its codes, kinds are its products or
        begin with the code of their sector, and links may name its import gates as suppliers.
    imports : ImportRule, optional
        Which imports home products can replace, as in a scenario.
    essentiality : sequence of CriticalityRule
        Rules of a study; they override the list in the folder.

    Raises
    ------
    SourceError
        A file is missing, unknown or unreadable, memory is too short, or rows are wrong: each with its line.
    InputError
        A Parquet file takes too much to decode.
    """
    folder = Path(folder)
    found = files_of(folder, r"\.(csv|csv\.gz|parquet)$", "firms.csv")
    _refuse_unknown(found)
    firms_file, links_file, foreign_file = (
        find_file(folder, found, name, name != "foreign") for name in LISTS
    )
    assert firms_file is not None and links_file is not None
    if not (folder / "network.csv").exists():
        raise SourceError(Problem(str(folder / "network.csv"), "does not exist", ADD_IT))
    frame = None if economy is None else frame_of(economy, imports, essentiality)
    faults = Faults()
    about = _read_about(folder / "network.csv", economy, faults)
    firms = _read_firms(firms_file, frame, faults)
    foreign = _read_foreign(foreign_file, firms, frame, faults)
    codes = _codes_of(firms, foreign, frame)
    levels = _read_levels(folder / "essentiality.csv", codes, essentiality, faults)
    links = _read_links(links_file, firms, foreign, faults)
    return _network(firms, foreign, links, codes, levels, about, found, faults)


@dataclass
class _Sellers:
    """Firms, or suppliers abroad, in the order of their ids."""

    file: ListFile | None
    ids: list[str]
    at: Integers
    """Line or row of each; 0 for a gate that only the table names."""
    kind: list[str]
    sector: list[str]
    region: list[str]
    figures: dict[str, Floats]
    """By column that is there."""
    index: dict[str, int]
    """Position by id."""


class _Codes(NamedTuple):
    kinds: tuple[str, ...]
    product_of: dict[str, str]
    sectors: tuple[str, ...]
    sector_names: tuple[str, ...]
    regions: tuple[str, ...]
    frame: Frame | None


class _Links(NamedTuple):
    file: ListFile
    supplier: npt.NDArray[np.int32]
    buyer: npt.NDArray[np.int32]
    sales: Floats
    starts: list[int]
    """First link of each part."""
    at: list[Sequence[int]]
    """Line or row of each link of each part."""

    def line(self, link: int) -> int:
        """Line or row of a link."""
        part = bisect_right(self.starts, link) - 1
        return int(self.at[part][link - self.starts[part]])


def _refuse_unknown(found: Iterable[Path]) -> None:
    problems = []
    for path in found:
        if path.name.removesuffix(".gz") not in FILES:
            remedy = did_you_mean(path.name.removesuffix(".gz"), FILES)
            problems.append(Problem(str(path), "is no file of this format", remedy))
    if problems:
        raise SourceError(problems)


def _read_about(path: Path, economy: Economy | None, faults: Faults) -> dict[str, str | list[str]]:
    """Fields of ``network.csv``; what a table says is taken from it."""
    fields: dict[str, Any] = {"note": []}
    for place, record in read_records(path, ("field", "value")):
        name, value = record["field"].strip(), record["value"].strip()
        at = f"{place}, field {shown(name)}"
        if name not in FIELDS + OPTIONAL_FIELDS:
            remedy = did_you_mean(name, FIELDS + OPTIONAL_FIELDS)
            faults.add(path, "fields", Problem(at, "is unknown", remedy))
        elif name == "note":
            fields["note"].append(value)
        elif name in fields:
            faults.add(path, "fields", Problem(at, "stands twice", "keep one"))
        elif not value:
            faults.add(path, "fields", Problem(at, "is empty", "give it a value"))
        elif name == "year" and not re.fullmatch(r"\d{4}", value, re.ASCII):
            what = f"{shown(value)} is no year"
            faults.add(path, "fields", Problem(at, what, "write four digits, such as 2023"))
        else:
            if economy is not None and name in ("currency", "unit") and value != getattr(economy, name):
                what = f"{shown(value)} is not the table's {getattr(economy, name)!r}"
                faults.add(path, "fields", Problem(at, what, "convert the amounts of the lists"))
            fields[name] = value
    for name in FIELDS:
        if name not in fields and economy is not None and name != "citation":
            fields[name] = str(getattr(economy, name))
        elif name not in fields:
            what, remedy = f"has no field {name!r}", f"add a line such as {_EXAMPLES[name]}"
            faults.add(path, "fields", Problem(str(path), what, remedy))
    return fields


_EXAMPLES = {
    "name": "name,Firms of Norland 2019",
    "citation": "citation,where the lists come from",
    "year": "year,2019",
    "currency": "currency,EUR",
    "unit": "unit,million EUR",
}


def _read_firms(path: Path, frame: Frame | None, faults: Faults) -> _Sellers:
    several = frame is not None and frame.economy.is_multi_regional
    required = ("id", "sector", *(("region",) if several else ()), "output")
    optional = ("kind", "value_added", "jobs", "label", *(() if several else ("region",)))
    file = ListFile(path, required, optional, frozenset(("output", "value_added", "jobs")), BYTES_PER_FIRM)
    home = HOME if frame is None else frame.economy.industries.regions[0]
    ids: list[str] = []
    at: list[Integers] = []
    texts: dict[str, list[str]] = {"kind": [], "sector": [], "region": []}
    figures: dict[str, list[Floats]] = {}
    first: dict[str, int] = {}
    for part in file.parts(faults):
        own = part.texts["id"]
        sector = part.texts["sector"]
        columns = {
            "sector": sector,
            "kind": part.texts.get("kind", sector),
            "region": part.texts.get("region", [home] * len(own)),
        }
        _check_ids(file, part.at, own, first, faults)
        _check_codes(file, part.at, columns, frame, faults)
        for name, values in part.numbers.items():
            if name != "value_added":
                for i in np.flatnonzero(values < 0):
                    _tell(
                        file, faults, part.at[int(i)], name, f"of {shown(own[i])} is {values[i]:g}", _FROM_0
                    )
            figures.setdefault(name, []).append(values)
        ids += own
        at.append(np.asarray(part.at, dtype=np.int64))
        for name, cells in columns.items():
            # One object for each text: a list of a million firms names a few sectors.
            texts[name] += map(sys.intern, cells)
    return _in_order(file, ids, np.concatenate(at), texts, {n: np.concatenate(v) for n, v in figures.items()})


_FROM_0 = "give a number from 0 on"


def _in_order(
    file: ListFile | None,
    ids: list[str],
    at: Integers,
    texts: dict[str, list[str]],
    figures: dict[str, Floats],
) -> _Sellers:
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return _Sellers(
        file,
        ids=[ids[i] for i in order],
        at=at[order],
        **{name: [cells[i] for i in order] for name, cells in texts.items()},
        figures={name: values[order] for name, values in figures.items()},
        index={ids[i]: position for position, i in enumerate(order)},
    )


def _tell(file: ListFile, faults: Faults, at: int, column: str, what: str, remedy: str) -> None:
    faults.add(file.path, f"{column}: {remedy}", Problem(file.place(int(at), column), what, remedy))


def _check_ids(
    file: ListFile, at: Sequence[int], ids: list[str], first: dict[str, int], faults: Faults
) -> None:
    # Names of many firms at once: each by itself only if something is wrong.
    together = "".join(ids)
    if _UNSEEN.search(together) or not all(ids) or max(map(len, ids)) * 4 > MAX_ID or _has_blanks(ids):
        for where, name in zip(at, ids, strict=True):
            if not name:
                _tell(file, faults, where, "id", "is empty", "give the firm a name")
            elif len(name.encode(errors="replace")) > MAX_ID:
                remedy = f"give a name of at most {MAX_ID} bytes"
                _tell(file, faults, where, "id", f"{shown(name)} is too long", remedy)
            elif _UNSEEN.search(name):
                remedy = "write it without line breaks, tabs and the like"
                _tell(file, faults, where, "id", f"{shown(name)} holds control characters", remedy)
            elif name != name.strip():
                _tell(file, faults, where, "id", f"{shown(name)} has blanks around it", "leave them out")
    for where, name in zip(at, ids, strict=True):
        if (before := first.setdefault(name, where)) != where:
            what = f"{shown(name)} stands twice, first in {'row' if file.is_parquet else 'line'} {before}"
            _tell(file, faults, where, "id", what, "give each firm one row and a name of its own")


def _has_blanks(ids: list[str]) -> bool:
    return [*map(str.strip, ids)] != ids


def _check_codes(
    file: ListFile, at: Sequence[int], columns: dict[str, list[str]], frame: Frame | None, faults: Faults
) -> None:
    known: dict[str, Sequence[str]] = {}
    if frame is not None:
        industries = frame.economy.industries
        known = {"sector": industries.sectors, "region": industries.regions}
    for name in ("sector", "region"):
        strange = {text for text in set(columns[name]) if not text or (known and text not in known[name])}
        for where, text in zip(at, columns[name], strict=True) if strange else ():
            if text in strange:
                what = f"{shown(text)} is no {name} of the table" if text else "is empty"
                _tell_code(file, faults, where, name, what, text, known.get(name, ()))
    kinds = () if frame is None else frame.kinds
    wrong = {
        (kind, sector)
        for kind, sector in set(zip(columns["kind"], columns["sector"], strict=True))
        if not kind or (frame is not None and kind not in kinds and not kind.startswith(sector or kind))
    }
    for where, *pair in zip(at, columns["kind"], columns["sector"], strict=True) if wrong else ():
        if tuple(pair) in wrong:
            kind, sector = pair
            what = f"{shown(kind)} is no kind of the table and does not begin with its sector {shown(sector)}"
            _tell_code(file, faults, where, "kind", what if kind else "is empty", kind, kinds)


def _tell_code(
    file: ListFile, faults: Faults, at: int, column: str, what: str, text: str, known: Sequence[str]
) -> None:
    remedy = did_you_mean(text, known) if text and known else f"give it a {column}"
    faults.add(file.path, column, Problem(file.place(int(at), column), what, remedy))


def _read_foreign(path: Path | None, firms: _Sellers, frame: Frame | None, faults: Faults) -> _Sellers:
    """Suppliers abroad of the list, then the gates of the table that links may name."""
    ids: list[str] = []
    at: list[int] = []
    texts: dict[str, list[str]] = {"kind": [], "sector": [], "region": []}
    output: list[float] = []
    gates = {} if frame is None else dict(zip(frame.gate_names, frame.gate_kind, strict=True))
    first: dict[str, int] = {}
    file = None
    if path is not None:
        file = ListFile(
            path, ("partner", "product"), ("id", "kind", "output"), frozenset(("output",)), BYTES_PER_FIRM
        )
        for part in file.parts(faults):
            named = [
                ".".join(pair) for pair in zip(part.texts["partner"], part.texts["product"], strict=True)
            ]
            own = part.texts.get("id", named)
            _check_ids(file, part.at, own, first, faults)
            amounts = part.numbers.get("output", np.full(len(own), np.nan))
            for i, gate in enumerate(named):
                where, product = part.at[i], part.texts["product"][i]
                if own[i] in firms.index:
                    what = f"{shown(own[i])} is a firm at home too"
                    _tell(file, faults, where, "id", what, "give each a name of its own")
                if not part.texts["partner"][i] or not product:
                    _tell(file, faults, where, "product", "or the partner is empty", "give both")
                elif frame is not None and gate not in gates:
                    what = f"{shown(gate)} is no import gate of the table"
                    _tell_code(file, faults, where, "product", what, gate, frame.gate_names)
                kind = part.texts["kind"][i] if "kind" in part.texts else ""
                if kind and frame is not None and kind not in frame.kinds and not kind.startswith(product):
                    what = f"{shown(kind)} is no kind of the table and does not begin with {shown(product)}"
                    _tell_code(file, faults, where, "kind", what, kind, frame.kinds)
                if amounts[i] < 0:
                    _tell(file, faults, where, "output", f"of {shown(own[i])} is {amounts[i]:g}", _FROM_0)
                texts["kind"].append(kind or _kind_abroad(gate, product, gates, frame))
            ids += own
            at += map(int, part.at)
            texts["sector"] += part.texts["product"]
            texts["region"] += part.texts["partner"]
            output += amounts.tolist()
    if frame is not None:
        for partner, product in frame.economy.gates:
            if (name := f"{partner}.{product}") in first:
                continue
            if name in firms.index and firms.file is not None:
                where = firms.at[firms.index[name]]
                what = f"{shown(name)} is an import gate of the table"
                _tell(firms.file, faults, where, "id", what, "give the firm another name")
            ids.append(name)
            at.append(0)
            texts["kind"].append(_kind_abroad(name, product, gates, frame))
            texts["sector"].append(product)
            texts["region"].append(partner)
            output.append(np.nan)
    return _in_order(file, ids, np.array(at, dtype=np.int64), texts, {"output": np.array(output)})


def _kind_abroad(gate: str, product: str, gates: Mapping[str, int], frame: Frame | None) -> str:
    return frame.kinds[gates[gate]] if frame is not None and gate in gates else product + ABROAD


def _codes_of(firms: _Sellers, foreign: _Sellers, frame: Frame | None) -> _Codes:
    """All kinds, sectors and regions: the table's first, then the lists' in the order of their names."""
    product_of = {} if frame is None else dict(frame.product_of)
    for some in (firms, foreign):
        for kind, sector in sorted(set(zip(some.kind, some.sector, strict=True))):
            product_of.setdefault(kind, sector)
    if frame is not None:
        return _Codes(tuple(product_of), product_of, frame.sectors, frame.sector_names, frame.regions, frame)
    own = sorted(set(firms.sector))
    sectors = (*own, *sorted(set(foreign.sector).difference(own)))
    at_home = sorted(set(firms.region))
    regions = (*at_home, *sorted(set(foreign.region).difference(at_home)))
    return _Codes(tuple(product_of), product_of, sectors, sectors, regions, None)


def _read_levels(
    path: Path, codes: _Codes, rules: Sequence[CriticalityRule], faults: Faults
) -> npt.NDArray[np.uint8]:
    listed = np.full((len(codes.kinds), len(codes.kinds)), Level.ESSENTIAL, dtype=np.uint8)
    position = {kind: i for i, kind in enumerate(codes.kinds)}
    if path.exists():
        seen: dict[tuple[str, str], str] = {}
        for place, record in read_records(path, ("supplier_kind", "buyer_kind", "level")):
            pair = (record["supplier_kind"].strip(), record["buyer_kind"].strip())
            level = record["level"].strip()
            for column, kind in zip(("supplier_kind", "buyer_kind"), pair, strict=True):
                if kind not in position:
                    what = f"{shown(kind)} is no kind of any firm or of the table"
                    remedy = did_you_mean(kind, codes.kinds[:_MOST_KNOWN])
                    faults.add(path, column, Problem(f"{place}, column {column!r}", what, remedy))
            if level not in ("0", "1", "2"):
                remedy = "write 2 (essential), 1 (important) or 0 (not essential)"
                faults.add(path, "level", Problem(f"{place}, column 'level'", f"is {shown(level)}", remedy))
            elif pair in seen:
                what = f"{shown(pair[0])} for {shown(pair[1])} stands twice, first in {seen[pair]}"
                faults.add(path, "pairs", Problem(place, what, "keep one"))
            elif pair[0] in position and pair[1] in position:
                listed[position[pair[0]], position[pair[1]]] = int(level)
            seen.setdefault(pair, place.rpartition(", ")[2])
    return levels_of(codes.kinds, codes.product_of, rules, listed)


class _Index(dict[str, int]):
    def __missing__(self, key: str) -> int:
        return -1


def _read_links(path: Path, firms: _Sellers, foreign: _Sellers, faults: Faults) -> _Links:
    file = ListFile(path, ("supplier", "buyer", "sales"), (), frozenset(("sales",)), BYTES_PER_LINK)
    home = len(firms.ids)
    index = _Index(firms.index)
    index.update((name, home + i) for name, i in foreign.index.items())
    is_rest = np.append(_are_rest(firms), np.zeros(len(foreign.ids), dtype=bool))
    suppliers: list[npt.NDArray[np.int32]] = []
    buyers: list[npt.NDArray[np.int32]] = []
    amounts: list[Floats] = []
    starts: list[int] = []
    at: list[Sequence[int]] = []
    count = 0
    for part in file.parts(faults):
        names = part.texts["supplier"], part.texts["buyer"]
        supplier, buyer = (np.fromiter(map(index.__getitem__, own), np.int32, len(own)) for own in names)
        sales = part.numbers["sales"]
        wrong = (supplier < 0) | (buyer < 0) | (buyer >= home) | ~(sales > 0)
        wrong |= (supplier == buyer) & ~is_rest[supplier]
        for i in np.flatnonzero(wrong):
            where, pair = part.at[int(i)], f"{shown(names[0][i])} → {shown(names[1][i])}"
            for column, name, node in zip(
                ("supplier", "buyer"), (names[0][i], names[1][i]), (supplier[i], buyer[i]), strict=True
            ):
                if node < 0:
                    # Suppliers abroad are known by a list or by a table.
                    lacks = "" if column == "buyer" or foreign.ids else ", and there is no foreign.csv"
                    what, remedy = f"{shown(name)} is in no list of firms{lacks}", _nearest(name, index)
                    faults.add(path, "unknown firm", Problem(file.place(where, column), what, remedy))
            if buyer[i] >= home:
                what, remedy = (
                    f"{pair} sells abroad",
                    "leave it out: exports are what a firm does not sell here",
                )
                faults.add(path, "sold abroad", Problem(file.place(where, "buyer"), what, remedy))
            if supplier[i] == buyer[i] >= 0 and not is_rest[supplier[i]]:
                what, remedy = f"{pair} is from a firm to itself", "leave it out: it is no trade"
                faults.add(path, "self-loop", Problem(file.place(where, "buyer"), what, remedy))
            if sales[i] <= 0:
                what, remedy = (
                    f"{pair} is {sales[i]:g}",
                    "leave the link out, or correct it: sales are above 0",
                )
                faults.add(path, "not above 0", Problem(file.place(where, "sales"), what, remedy))
        keep = ~wrong
        starts.append(count)
        at.append(part.at if keep.all() else np.asarray(part.at)[keep].tolist())
        suppliers.append(supplier[keep])
        buyers.append(buyer[keep])
        amounts.append(sales[keep])
        count += int(keep.sum())
    return _Links(file, _joined(suppliers), _joined(buyers), _joined(amounts), starts, at)


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """The parts as one array, each freed as the whole is made."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def _nearest(name: str, known: Mapping[str, int]) -> str:
    if len(known) <= _MOST_KNOWN:
        return did_you_mean(name, list(known))
    return (
        f"did you mean {name.strip()!r}?" if name.strip() in known else "add it to the firms, or correct it"
    )


def _are_rest(firms: _Sellers) -> npt.NDArray[np.bool_]:
    """Firms called as the rest of their sector is: they stand for many, and trade with themselves."""
    return np.array(
        [
            name in (f"{sector}-rest", f"{region}.{sector}-rest")
            for name, sector, region in zip(firms.ids, firms.sector, firms.region, strict=True)
        ]
    )


def _network(
    firms: _Sellers,
    foreign: _Sellers,
    links: _Links,
    codes: _Codes,
    levels: npt.NDArray[np.uint8],
    about: dict[str, Any],
    found: Sequence[Path],
    faults: Faults,
) -> FirmNetwork:
    home, n = len(firms.ids), len(firms.ids) + len(foreign.ids)
    # Gates that nobody lists and no link names are left out.
    is_named = np.append(np.ones(home, dtype=bool), foreign.at > 0)
    is_named[links.supplier] = True
    position = np.cumsum(is_named, dtype=np.int64) - 1
    ids = [*firms.ids, *foreign.ids]
    first, buyer, sales = links_in_order(
        int(is_named.sum()), position[links.supplier], links.buyer, links.sales
    )
    again = np.flatnonzero(buyer[1:] == buyer[:-1]) + 1
    if (again := again[~np.isin(again, first)]).size:
        _tell_twice(links, ids, faults)
    sold = np.bincount(links.supplier, weights=links.sales, minlength=n)
    output = np.append(firms.figures["output"], foreign.figures["output"])
    # What a supplier abroad makes is what it sells here, where nothing else is said.
    output = np.where(np.isnan(output), sold, output)
    # An output that is no number, or below 0, is told already.
    for node in np.flatnonzero((sold > output * (1 + OVERSOLD)) & (output >= 0)):
        sellers, i = (firms, node) if node < home else (foreign, node - home)
        assert sellers.file is not None
        told = f"of {shown(ids[node])} is {output[node]:.10g}"
        what = f"{told}, and it sells {sold[node]:.10g} in {links.file.path.name}"
        _tell(sellers.file, faults, sellers.at[i], "output", what, "correct its output or its sales")
    faults.refuse()
    places = [
        [*mine, *theirs]
        for mine, theirs in (
            (firms.sector, foreign.sector),
            (firms.region, foreign.region),
            (firms.kind, foreign.kind),
        )
    ]
    sector, region, kind = (
        _coded(texts, names)[is_named]
        for texts, names in zip(places, (codes.sectors, codes.regions, codes.kinds), strict=True)
    )
    value_added, notes = _value_added(firms, output, sector, region, codes.frame, links, home)
    if "jobs" not in firms.figures:
        notes.append("The lists do not say how many persons a firm employs.")
    abroad = np.zeros(int(is_named.sum()) - home)
    return FirmNetwork(
        name=about["name"],
        year=int(about["year"]),
        currency=about["currency"],
        unit=about["unit"],
        kinds=codes.kinds,
        essentiality=levels,
        sectors=codes.sectors,
        sector_names=codes.sector_names,
        regions=codes.regions,
        nodes=Nodes(
            ids=np.array([name.encode() for name, stays in zip(ids, is_named, strict=True) if stays]),
            kind=kind,
            sector=sector,
            region=region,
            output=output[is_named],
            value_added=np.append(value_added, abroad),
            jobs=np.append(firms.figures.get("jobs", np.zeros(home)), abroad),
            is_rest=np.append(_are_rest(firms), abroad > 0),
        ),
        firms=home,
        first=first,
        buyer=buyer,
        sales=sales,
        provenance=Provenance(
            title=about.get("title", about["name"]),
            citation=about["citation"],
            licence=about.get("licence", "not stated"),
            url=about.get("url", ""),
            files=tuple(file_digest(path) for path in found),
            notes=tuple(about["note"]),
        ),
        notes=tuple(notes),
    )


def _coded(texts: Sequence[str], names: Sequence[str]) -> Integers:
    known = {name: i for i, name in enumerate(names)}
    return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))


def _tell_twice(links: _Links, ids: Sequence[str], faults: Faults) -> None:
    key = links.supplier.astype(np.int64) * len(ids) + links.buyer
    order = np.argsort(key, kind="stable")
    word = "row" if links.file.is_parquet else "line"
    for i in np.flatnonzero(key[order][1:] == key[order][:-1]):
        one, other = int(order[i]), int(order[i + 1])
        pair = f"{shown(ids[links.supplier[one]])} → {shown(ids[links.buyer[one]])}"
        what = f"{pair} stands twice, first in {word} {links.line(one)}"
        place = links.file.place(links.line(other))
        faults.add(links.file.path, "twice", Problem(place, what, "add the two together"))


def _value_added(
    firms: _Sellers,
    output: Floats,
    sector: Integers,
    region: Integers,
    frame: Frame | None,
    links: _Links,
    home: int,
) -> tuple[Floats, list[str]]:
    if "value_added" in firms.figures:
        return firms.figures["value_added"], []
    if frame is None:
        bought = np.bincount(links.buyer, weights=links.sales, minlength=home)
        note = "Value added of firms is their output less their purchases in the list (assumption)."
        return output[:home] - bought, [note]
    share = np.zeros((len(frame.sectors), len(frame.regions)))
    made = frame.output[: len(frame.value_added)]
    own = np.divide(frame.value_added, made, out=np.zeros_like(made), where=made > 0)
    share[frame.industry_sector, frame.industry_region] = own
    note = "Value added of firms is their sector's share of output (assumption)."
    return output[:home] * share[sector[:home], region[:home]], [note]
