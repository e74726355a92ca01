"""Nothing compiled that holds a loop over threads is kept on disk, but for what Python itself calls."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from numba.core.caching import NullCache
from numba.core.dispatcher import Dispatcher

SOURCE = Path(__file__).parents[2] / "src"
MODULES = sorted(
    ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for path in (SOURCE / "autarky").rglob("*.py")
    if "parallel=True" in path.read_text()
)


def test_there_are_such_loops() -> None:
    assert "autarky.simulation.kernels" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_a_part_with_a_loop_over_threads_is_never_loaded_into_another(name: str) -> None:
    """It would crash the processes after the one that does so (numba issue 8578)."""
    found = vars(importlib.import_module(name))
    compiled = {key: value for key, value in found.items() if isinstance(value, Dispatcher)}
    calls = {key: set(one.py_func.__code__.co_names) & set(compiled) for key, one in compiled.items()}
    holding = {key for key, one in compiled.items() if one.targetoptions.get("parallel")}
    while more := {key for key, called in calls.items() if called & holding} - holding:
        holding |= more
    outermost = holding - set().union(*calls.values())
    assert holding and outermost
    kept = {key for key in holding if not isinstance(compiled[key]._cache, NullCache)}
    assert kept <= outermost
