"""Memory: what is free is read where the system says it, and what does not fit is told before it is tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.ensemble.memory import side_by_side
from autarky.errors import InputError
from autarky.memory import free_memory


def machine(root: Path, available_kb: int, cgroup: str = "", **files: str) -> Path:
    """A made /proc and /sys; ``files`` are those of the control groups, with / written __."""
    (root / "proc" / "self").mkdir(parents=True)
    (root / "proc" / "meminfo").write_text(f"MemTotal: 9 kB\nMemAvailable:  {available_kb} kB\n")
    (root / "proc" / "self" / "cgroup").write_text(cgroup)
    for name, content in files.items():
        path = root / "sys" / "fs" / "cgroup" / name.replace("__", "/").replace("memory_", "memory.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    return root


def test_without_a_group_what_the_machine_has_left_counts(tmp_path: Path) -> None:
    assert free_memory(machine(tmp_path, 1000)) == 1_024_000


def test_the_smallest_limit_of_the_groups_around_the_process_counts(tmp_path: Path) -> None:
    files = {"a__b__memory_max": "max", "a__b__memory_current": "70", "a__memory_max": "500"}
    root = machine(tmp_path, 1000, "0::/a/b\n", **files, a__memory_current="70")
    assert free_memory(root) == 430


def test_a_limit_of_the_first_version_counts(tmp_path: Path) -> None:
    home = tmp_path / "sys" / "fs" / "cgroup" / "memory" / "job"
    home.mkdir(parents=True)
    (home / "memory.limit_in_bytes").write_text("900\n")
    (home / "memory.usage_in_bytes").write_text("100\n")
    assert free_memory(machine(tmp_path, 1000, "4:memory:/job\n0::/\n")) == 800


def test_in_a_container_the_limit_at_the_root_counts(tmp_path: Path) -> None:
    files = {"memory_max": "300", "memory_current": "100"}
    assert free_memory(machine(tmp_path, 1000, "0::/seen/from/outside\n", **files)) == 200


def test_a_system_that_says_nothing_is_taken_to_have_four_gigabytes(tmp_path: Path) -> None:
    assert free_memory(tmp_path) == 4 * 10**9


@given(st.integers(1, 1000), st.integers(1, 100), st.integers(1, 200), st.integers(0, 10**5))
def test_as_many_draws_as_fit_and_not_one_more(fixed: int, each: int, most: int, spare: int) -> None:
    def needed(draws: int) -> int:
        return fixed + each * draws

    found = side_by_side(needed, needed(1) + spare, most)
    assert 1 <= found <= most
    assert needed(found) <= needed(1) + spare
    assert found == most or needed(found + 1) > needed(1) + spare


def test_a_draw_that_does_not_fit_says_what_it_needs_and_what_there_is() -> None:
    with pytest.raises(InputError, match=r"one draw needs 12\.5 GB.*may take 3 GB"):
        side_by_side(lambda draws: 12_500_000_000 * draws, 3_000_000_000, 64)
