"""Every wrong table is refused in plain lines that name the place, the value and the remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autarky.checks import Status, check, refusal
from autarky.errors import InputError
from autarky.sources import read_table
from wrong_tables import GOOD, GOOD_BEA, WRONG_TABLES, WrongTable, generated, write

CASES = [*WRONG_TABLES, *(generated(seed) for seed in range(40))]


def answer(path: Path, options: dict) -> list[str]:
    """The lines a user gets: what reading refuses, else what checking refuses."""
    try:
        economy = read_table(path, **options)
    except InputError as error:
        assert error.exit_code == 2
        assert error.__cause__ is None, "a traceback of the inner error would be printed"
        assert str(error).count("\n") + 1 == len(error.problems)
        return str(error).splitlines()
    return [str(problem) for problem in refusal(check(economy))]


@pytest.mark.parametrize("wrong", CASES, ids=[wrong.name for wrong in CASES])
def test_a_wrong_table_is_refused_in_one_line_with_place_value_and_remedy(
    wrong: WrongTable, tmp_path: Path
) -> None:
    path = wrong.make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    lines = answer(path, wrong.options)
    assert lines, "the table was accepted"
    hits = [line for line in lines if all(fragment in line for fragment in wrong.expected)]
    assert len(hits) == 1, "\n".join(lines)
    for line in lines:
        assert re.fullmatch(r".+: .+ — .+", line), line
        assert "Traceback" not in line and "Error" not in line, line
        assert len(line) < 500 + len(str(tmp_path)), line
    assert sorted(tmp_path.rglob("*")) == before, "reading left a file behind"


def test_there_are_at_least_forty_wrong_tables_made_by_hand_and_no_two_alike() -> None:
    assert len(WRONG_TABLES) >= 40
    assert len({wrong.name for wrong in CASES}) >= len(WRONG_TABLES) + 30


def test_the_good_table_is_accepted_so_the_faults_alone_make_the_others_wrong(tmp_path: Path) -> None:
    economy = read_table(write(tmp_path))
    assert economy.x.tolist() == [100, 100, 50]
    assert {finding.status for finding in check(economy)} == {Status.PASS}


def test_the_good_bea_table_is_accepted_too(tmp_path: Path) -> None:
    economy = read_table(write(tmp_path, GOOD_BEA))
    assert economy.x.tolist() == pytest.approx([92, 110])
    assert not refusal(check(economy))


@pytest.mark.parametrize("kind", ["Windows line ends", "byte order mark", "blank lines", "no last line end"])
def test_what_spreadsheets_do_to_text_is_no_fault(kind: str, tmp_path: Path) -> None:
    texts = {
        "Windows line ends": {name: text.replace("\n", "\r\n") for name, text in GOOD.items()},
        "byte order mark": {name: "\ufeff" + text for name, text in GOOD.items()},
        "blank lines": {name: text.replace("\n", "\n\n") + ",,\n\n" for name, text in GOOD.items()},
        "no last line end": {name: text.rstrip("\n") for name, text in GOOD.items()},
    }[kind]
    (tmp_path / "plain").mkdir()
    expected = read_table(write(tmp_path / "plain"))
    assert read_table(write(tmp_path, texts)).digest == expected.digest


def test_rows_and_columns_are_matched_by_label_and_not_by_place(tmp_path: Path) -> None:
    files = {
        **GOOD,
        "Z.csv": "industry,power,farms,mills\nmills,5,5,20\npower,5,5,10\nfarms,0,10,30\n",
        "imports_final.csv": "product,export,household\nmills,0,5\noil,0,10\n",
    }
    (tmp_path / "plain").mkdir()
    assert read_table(write(tmp_path, files)).digest == read_table(write(tmp_path / "plain")).digest


def test_all_problems_of_a_table_are_told_at_once(tmp_path: Path) -> None:
    files = {
        **GOOD,
        "Z.csv": GOOD["Z.csv"].replace("30", "x").replace("20", "y"),
        "Y.csv": GOOD["Y.csv"].replace("60", "z"),
    }
    lines = answer(write(tmp_path, files), {})
    assert [re.search(r"'([xyz])'", line)[1] for line in lines] == ["x", "y", "z"]


def test_many_problems_are_counted_after_the_first_twenty(tmp_path: Path) -> None:
    n = 8
    labels = [f"s{i}" for i in range(n)]
    z = "industry," + ",".join(labels) + "\n" + "".join(f"{a}," + ",".join("x" * n) + "\n" for a in labels)
    files = {name: GOOD[name] for name in ("economy.csv", "final_users.csv")} | {
        "sectors.csv": "sector\n" + "\n".join(labels) + "\n",
        "Z.csv": z,
        "Y.csv": "industry,household,export\n" + "".join(f"{a},1,1\n" for a in labels),
    }
    lines = answer(write(tmp_path, files), {})
    assert len(lines) == 21
    assert "44 more of the kind" in lines[-1]
