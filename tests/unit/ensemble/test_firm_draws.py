"""Draws of firms: kept one by one, the same on any number of workers, and resumed where they stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.ensemble import Processes, run_draws
from autarky.errors import InputError, StoppedError
from made_firm_draws import Numbers


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return {name: a.tobytes() for name, a in first.items()} == {n: a.tobytes() for n, a in second.items()}


@pytest.fixture
def numbers(tmp_path: Path) -> Numbers:
    (tmp_path / "marks").mkdir()
    return Numbers(tmp_path / "marks")


def test_draws_come_back_as_they_were_made_in_order(numbers: Numbers) -> None:
    made = run_draws(numbers, 3, "key")
    assert made["loss"].shape == (3, 4, 2)
    assert all((made["loss"][d] == numbers(d)["loss"]).all() for d in range(3))
    assert made["loss"].dtype == np.dtype("float64")
    assert made["links"].tolist() == [1000, 1001, 1002]
    assert made["first"][2].tolist() == ["steel-00001", "mill-2"]


def test_workers_change_no_byte_and_what_is_kept_is_not_made_again(numbers: Numbers, tmp_path: Path) -> None:
    here = run_draws(numbers, 5, "key", folder=tmp_path / "a")
    assert numbers.done() == {0, 1, 2, 3, 4}
    assert same(here, run_draws(numbers, 5, "key", folder=tmp_path / "b", executor=Processes(2)))
    numbers.done()
    files = {path.name: path for path in (tmp_path / "b").rglob("*.nc")}
    there = {path.name: path.read_bytes() for path in (tmp_path / "a").rglob("*.nc")}
    assert {name: path.read_bytes() for name, path in files.items()} == there
    files["000001-000002.nc"].unlink()
    torn = files["000003-000004.nc"]
    torn.write_bytes(torn.read_bytes()[:-9])
    assert same(here, run_draws(numbers, 5, "key", folder=tmp_path / "b"))
    assert numbers.done() == {1, 3}


def test_more_draws_add_to_those_that_are_kept_and_another_key_does_not_meet_them(
    numbers: Numbers, tmp_path: Path
) -> None:
    run_draws(numbers, 2, "key", folder=tmp_path / "parts")
    numbers.done()
    run_draws(numbers, 4, "key", folder=tmp_path / "parts")
    assert numbers.done() == {2, 3}
    run_draws(numbers, 1, "another", folder=tmp_path / "parts")
    assert numbers.done() == {0}


def test_an_interruption_says_what_is_kept_and_how_to_go_on(numbers: Numbers, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with pytest.raises(StoppedError) as caught:
        run_draws(
            Numbers(numbers.marks, stops_at=3),
            8,
            "key",
            folder=tmp_path / "parts",
            progress=lambda done, total: told.append((done, total)),
            command="autarky firms mine.yaml",
        )
    kept = f"3 of 8 draws are done and kept in {tmp_path / 'parts'}"
    assert str(caught.value) == f"autarky firms: interrupted: {kept} — to resume: autarky firms mine.yaml"
    assert told[-1] == (3, 8)
    numbers.done()
    run_draws(numbers, 8, "key", folder=tmp_path / "parts")
    assert numbers.done() == {3, 4, 5, 6, 7}


def test_without_a_folder_an_interruption_stays_one(numbers: Numbers) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_draws(Numbers(numbers.marks, stops_at=1), 3, "key")


def test_a_folder_that_cannot_be_written_is_one_line(numbers: Numbers, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot be written .*0 of 3 draws .* — put that right"):
        run_draws(numbers, 3, "key", folder=tmp_path / "file")
