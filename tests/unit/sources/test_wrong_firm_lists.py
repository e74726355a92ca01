"""Wrong firm lists: a line for each fault, with file, line, column, value, what to do; never a traceback."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.small_economies import chain
from tests.unit.sources.test_firm_lists import FIRMS, LINKS, NETWORK, folder_of

from autarky.errors import EconomyError, InputError
from autarky.firm_network.consistency import agreement
from autarky.firm_network.from_table import frame_of
from autarky.firm_network.rest import completed
from autarky.sources.firm_lists import read_firm_lists


def lines_of(folder: Path, economy: Any = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_firm_lists(folder, economy or chain())
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def link(*more: tuple[object, ...]) -> dict[str, Any]:
    return {"links": [*LINKS, *more]}


def firm(*more: tuple[object, ...]) -> dict[str, Any]:
    return {"firms": [*FIRMS, *more]}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "negative sales": (
        link(("Pit 1", "Corner shop", -5)),
        "links.csv, line 5, column 'sales': 'Pit 1' → 'Corner shop' is -5 — leave the link out",
    ),
    "no sales": (link(("Pit 1", "Corner shop", 0)), "line 5, column 'sales': 'Pit 1' → 'Corner shop' is 0"),
    "empty sales": (
        link(("Pit 1", "Corner shop", "")),
        "column 'sales': is empty — leave out the link where there is no trade",
    ),
    "text for sales": (
        link(("Pit 1", "Corner shop", "much")),
        "links.csv, line 5, row 'Pit 1', column 'sales': 'much' is not a number — write a number",
    ),
    "nan": (link(("Pit 1", "Corner shop", "nan")), "'nan' is no finite number"),
    "infinity": (link(("Pit 1", "Corner shop", "inf")), "'inf' is no finite number"),
    "too large a number": (link(("Pit 1", "Corner shop", "1e999")), "larger than a number can be"),
    "thousands": (link(("Pit 1", "Corner shop", "1,000")), "has thousands separators"),
    "self-loop": (
        link(("Grinder", "Grinder", 5)),
        "links.csv, line 5, column 'buyer': 'Grinder' → 'Grinder' is from a firm to itself — leave it out",
    ),
    "unknown buyer": (
        link(("Pit 1", "grinder", 5)),
        "links.csv, line 5, column 'buyer': 'grinder' is in no list of firms — did you mean 'Grinder'?",
    ),
    "unknown supplier": (link(("CHINA.ail", "Grinder", 5)), "did you mean 'CHINA.oil'"),
    "sold abroad": (link(("Pit 1", "CHINA.oil", 5)), "'Pit 1' → 'CHINA.oil' sells abroad — leave it out"),
    "duplicate edge": (
        link(("Pit 1", "Grinder", 7)),
        "links.csv, line 5: 'Pit 1' → 'Grinder' stands twice, first in line 2 — add the two together",
    ),
    "oversold": (
        link(("Pit 1", "Corner shop", 200)),
        "firms.csv, line 2, column 'output': of 'Pit 1' is 365, and it sells 400 in links.csv — correct",
    ),
    "duplicate id": (
        firm(("Pit 1", "mine", 1, 1, 1)),
        "firms.csv, line 5, column 'id': 'Pit 1' stands twice, first in line 2 — give each firm one row",
    ),
    "unknown sector": (
        firm(("x", "mime", 1, 1, 1)),
        "firms.csv, line 5, column 'sector': 'mime' is no sector of the table — did you mean 'mine'?",
    ),
    "unknown kind": (
        {"firms": [("id", "kind", "sector", "output"), ("Pit 1", "mime", "mine", 500)]},
        "firms.csv, line 2, column 'kind': 'mime' is no kind of the table and does not begin with its sector",
    ),
    "unknown region": (
        {"firms": [("id", "region", "sector", "output"), ("Pit 1", "HOMER", "mine", 500)]},
        "firms.csv, line 2, column 'region': 'HOMER' is no region of the table — did you mean 'HOME'?",
    ),
    "negative output": (
        firm(("x", "mine", -1, 1, 1)),
        "column 'output': of 'x' is -1 — give a number from 0",
    ),
    "negative jobs": (firm(("x", "mine", 1, 1, -1)), "column 'jobs': of 'x' is -1"),
    "no name": (firm(("", "mine", 1, 1, 1)), "firms.csv, line 5, column 'id': is empty"),
    "line break in a name": (firm(("x\ny", "mine", 1, 1, 1)), r"'x\ny' holds control characters"),
    "blanks round a name": (firm((" x ", "mine", 1, 1, 1)), "' x ' has blanks around it — leave them out"),
    "too long a name": (firm(("x" * 300, "mine", 1, 1, 1)), "…' is too long — give a name of at most 200"),
    "a firm called as the gate": (firm(("CHINA.oil", "mine", 1, 1, 1)), "'CHINA.oil' is an import gate of"),
    "missing column": ({"links": [row[:2] for row in LINKS]}, "has no column 'sales' — begin the file with"),
    "unknown column": (
        {"firms": [("id", "sector", "output", "job"), ("Pit 1", "mine", 365, 1)]},
        "column 'job': is unknown — did you mean 'jobs'?",
    ),
    "no header": ({"links": LINKS[1:]}, "links.csv, line 1: has no column 'supplier'"),
    "header alone": ({"links": LINKS[:1]}, "links.csv: has a header and no rows"),
    "too few cells": (link(("Pit 1", "Grinder")), "line 5: row 'Pit 1' has 2 cells, the header 3"),
    "strange gate": (
        {"foreign": [("partner", "product"), ("CHINA", "ail")]},
        "foreign.csv, line 2, column 'product': 'CHINA.ail' is no import gate of the table — did you mean",
    ),
    "level 3": (
        {"essentiality": [("supplier_kind", "buyer_kind", "level"), ("mine", "mill", 3)]},
        "essentiality.csv, line 2, column 'level': is '3' — write 2 (essential), 1 (important) or 0",
    ),
    "level of an unknown kind": (
        {"essentiality": [("supplier_kind", "buyer_kind", "level"), ("mime", "mill", 1)]},
        "essentiality.csv, line 2, column 'supplier_kind': 'mime' is no kind",
    ),
    "unit of another table": (
        {"network": [*NETWORK[:-1], ("unit", "USD")]},
        "network.csv, line 6, field 'unit': 'USD' is not the table's 'million USD' — convert",
    ),
    "no citation": ({"network": [*NETWORK[:2], *NETWORK[3:]]}, "network.csv: has no field 'citation'"),
    "unknown field": (
        {"network": [*NETWORK, ("licens", "x")]},
        "'licens': is unknown — did you mean 'licence'",
    ),
    "strange file": ({"firm": FIRMS}, "firm.csv: is no file of this format — did you mean 'firms.csv'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_told_in_one_line_with_its_place_and_a_remedy(name: str, tmp_path: Path) -> None:
    lists, line = WRONG[name]
    told = lines_of(folder_of(tmp_path, **lists))
    assert any(line in each for each in told), told
    assert all(" — " in each for each in told)


def test_all_faults_are_told_together_and_many_of_a_sort_are_counted(tmp_path: Path) -> None:
    links = [*LINKS, *(("nobody", "Grinder", 1) for _ in range(50)), ("Grinder", "Grinder", -1)]
    links += [("Pit 1", "Grinder", 900)]
    told = lines_of(folder_of(tmp_path, links=links, firms=[*FIRMS, ("x", "mime", 1, 1, 1)]))
    assert sum("'nobody' is in no list of firms" in line for line in told) == 20
    assert any("30 more of these (unknown firm)" in line for line in told)
    faults = ("'mime' is no sector", "to itself", "'Grinder' → 'Grinder' is -1", "stands twice", "sells 1100")
    for part in faults:
        assert any(part in line for line in told)


def bytes_in(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        folder = folder_of(place)
        (folder / "links.csv").unlink()
        (folder / name).write_bytes(content)
        return folder

    return make


HEADER = b"supplier,buyer,sales\n"
BROKEN: dict[str, tuple[Callable[[Path], Path], str]] = {
    "nothing there": (lambda place: place / "nowhere", "nowhere: does not exist"),
    "empty": (bytes_in("links.csv", b""), "links.csv: is empty (0 bytes)"),
    "no UTF-8": (bytes_in("links.csv", HEADER + b"Pit 1,Gr\xffnder,1\n"), "links.csv, line 2: byte 9 (0xff)"),
    "binary": (bytes_in("links.csv", b"\x7fELF\x00\x00"), "links.csv: is a binary file, not text"),
    "workbook": (bytes_in("links.csv", b"PK\x03\x04" + b"x" * 50), "Excel workbook"),
    "semicolons": (bytes_in("links.csv", b"supplier;buyer;sales\na;b;1\n"), "columns are separated by ';'"),
    "open quote": (bytes_in("links.csv", HEADER + b'"Pit 1,Grinder,1\n'), "links.csv, line 2: is not comma"),
    "no gzip": (bytes_in("links.csv.gz", HEADER), "is named .gz and is not gzip"),
    "broken gzip": (bytes_in("links.csv.gz", gzip.compress(HEADER * 99)[:-9]), "compressed data end"),
    "no links": (
        bytes_in("foreign.csv", b"partner,product\nCHINA,oil\n"),
        "links.csv: does not exist — add it",
    ),
    "no Parquet": (bytes_in("links.parquet", HEADER), "links.parquet: is not Parquet, or damaged"),
    "only its ends": (bytes_in("links.parquet", b"PAR1" + b"\xff" * 40 + b"PAR1"), "is not Parquet, or dam"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_list_is_told_so(name: str, tmp_path: Path) -> None:
    if "Parquet" in name or name == "only its ends":
        pytest.importorskip("pyarrow")
    make, line = BROKEN[name]
    told = lines_of(make(tmp_path))
    assert any(line in each for each in told), told
    assert len(told) == 1


def parquet(place: Path, columns: dict[str, Any], **options: Any) -> Path:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    folder = folder_of(place)
    (folder / "links.csv").unlink()
    pq.write_table(pa.table(columns), folder / "links.parquet", **options)
    return folder


GOOD = {"supplier": ["Pit 1", "Grinder"], "buyer": ["Grinder", "Corner shop"], "sales": [200.0, 365.0]}


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (GOOD | {"sales": ["200", "365"]}, "column 'sales': holds string, not numbers — save it as float64"),
        (GOOD | {"buyer": [1.5, 2.5]}, "column 'buyer': holds double, not text"),
        (GOOD | {"sales": [200.0, None]}, "row 2, column 'sales': is empty, or no finite number"),
        (GOOD | {"sales": [200.0, float("inf")]}, "row 2, column 'sales': is empty, or no finite number"),
        (GOOD | {"buyer": ["Grinder", None]}, "row 2, column 'buyer': '' is in no list of firms"),
        (GOOD | {"sales": [200.0, -1.0]}, "links.parquet, row 2, column 'sales'"),
        (GOOD | {"supplier": ["Pit 1"] * 2, "buyer": ["Grinder"] * 2}, "stands twice, first in row 1"),
        ({"supplier": ["Pit 1"], "buyer": ["Grinder"]}, "has no column 'sales'"),
        (GOOD | {"size": [1, 2]}, "column 'size': is unknown — known: 'supplier', 'buyer', 'sales'"),
        ({name: cells[:0] for name, cells in GOOD.items()}, "holds null, not"),
    ],
)
def test_a_wrong_parquet_list_is_told_by_its_rows(columns: dict[str, Any], line: str, tmp_path: Path) -> None:
    told = lines_of(parquet(tmp_path, columns))
    assert any(line in each for each in told), told


def test_a_parquet_file_cut_short_or_altered_is_told_so(tmp_path: Path) -> None:
    folder = parquet(tmp_path, {name: cells * 500 for name, cells in GOOD.items()}, compression="zstd")
    content = (folder / "links.parquet").read_bytes()
    (folder / "links.parquet").write_bytes(content[: len(content) // 2])
    assert any("is not Parquet, or damaged" in line for line in lines_of(folder))
    for place in range(4, len(content) - 8, max(1, len(content) // 3)):
        changed = bytearray(content)
        changed[place : place + 40] = b"\xa5" * len(changed[place : place + 40])
        (folder / "links.parquet").write_bytes(bytes(changed))
        assert lines_of(folder)


def test_a_parquet_file_that_unpacks_to_far_more_than_it_is_stops_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pa = pytest.importorskip("pyarrow")
    # One text of 16 MiB in each row, once in the file: 1.5 GiB in 100 rows.
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 100, pa.int8()), pa.array(["x" * 2**24]))
    columns = {"supplier": texts, "buyer": ["Grinder"] * 100, "sales": [1.0] * 100}
    monkeypatch.setattr("autarky.sources.firm_lists.parquet.MEMORY", 2**30 + 2**28)
    folder = parquet(tmp_path, columns, compression="zstd", store_schema=False)
    assert (folder / "links.parquet").stat().st_size < 2**20
    assert any("MiB of memory — give a smaller file" in line for line in lines_of(folder))


def test_parquet_without_its_library_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = parquet(tmp_path, GOOD)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert any("pip install 'autarky[parquet]'" in line for line in lines_of(folder))


def test_without_a_table_and_a_list_of_them_suppliers_abroad_are_unknown(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'CHINA\.oil' is in no list of firms, and there is no foreign"):
        read_firm_lists(folder_of(tmp_path))
    (tmp_path / "network.csv").unlink()
    with pytest.raises(InputError, match=r"network\.csv: does not exist — add it"):
        read_firm_lists(tmp_path)


def test_two_files_of_one_list_are_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "links.csv.gz").write_bytes(gzip.compress((folder / "links.csv").read_bytes()))
    assert any("links.csv: stands beside links.csv.gz — keep one of the two" in x for x in lines_of(folder))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_lists_too_large_for_the_machine_are_refused_before_they_are_read(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {name: cells * 5_000 for name, cells in GOOD.items()}
    folder = parquet(tmp_path, columns) if kind == "parquet" else folder_of(tmp_path, links=[*LINKS] * 3_000)
    read = []
    monkeypatch.setattr("autarky.sources.firm_lists.lists.free_memory", lambda: 200_000)
    monkeypatch.setattr("autarky.sources.firm_lists.lists.delimited_parts", _noted(read))
    told = lines_of(folder)
    assert len(told) == 1 and f"links.{kind}: has about " in told[0]
    assert "kB of memory; 160 kB are free" in told[0] and "machine with more memory" in told[0]
    assert read == ["firms.csv"]


def _noted(read: list[str]) -> Any:
    from autarky.sources.delimited import delimited_parts

    def parts(path: Path, *rest: Any) -> Any:
        read.append(path.name)
        return delimited_parts(path, *rest)

    return parts


def test_a_ten_gigabyte_list_on_a_small_machine_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path)
    with (folder / "links.csv").open("a") as stream:
        stream.write("Pit 1,Grinder,1\n" * 70_000)
        stream.truncate(10 * 10**9)
    monkeypatch.setattr("autarky.sources.firm_lists.lists.free_memory", lambda: 4 * 10**9)
    (line,) = lines_of(folder)
    assert "GB of memory; 3.2 GB are free" in line


def test_what_grows_while_it_is_read_stops_when_memory_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first lines are long, so that the guess is too low.
    firms = [("id", "label", "sector", "output"), *((f"g{i}", "x" * 100_000, "mine", 1) for i in range(12))]
    firms += [(f"f{i}", "", "mine", 1) for i in range(12_000)]
    monkeypatch.setattr("autarky.sources.firm_lists.lists.free_memory", lambda: 2 * 10**6)
    told = lines_of(folder_of(tmp_path, firms=firms))
    assert len(told) == 1 and "firms.csv: has about " in told[0]


def test_firms_that_have_more_than_the_table_are_named_with_both_sums(tmp_path: Path) -> None:
    links = [
        *LINKS[:1],
        ("Pit 1", "Grinder", 365),
        ("Pit 1", "Corner shop", 10),
        ("Grinder", "Corner shop", 9),
    ]
    firms = [FIRMS[0], ("Pit 1", "mine", 800, 300, 10), *FIRMS[2:]]
    network = read_firm_lists(folder_of(tmp_path, links=links, firms=firms), chain())
    for check in (agreement, completed):
        with pytest.raises(EconomyError) as caught:
            check(network, frame_of(chain()))  # type: ignore[operator]
        told = str(caught.value).splitlines()
        assert any("mine → shop, sales: firms have 10 million USD, the table 0, 10 more" in x for x in told)
        assert any(
            "mine, output: firms have 800 million USD, the table 730, 70 more than it" in x for x in told
        )
        assert len(told) == 2


def test_a_firm_called_as_the_rest_of_another_sector_is_refused(tmp_path: Path) -> None:
    network = read_firm_lists(folder_of(tmp_path, **firm(("mine-rest", "mill", 1, 0, 0))), chain())
    with pytest.raises(EconomyError, match="mine-rest: is a firm of the data — give it another name"):
        completed(network, frame_of(chain()))
