"""The public face: what it promises is there, and nothing slow is loaded before it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import autarky

SLOW = ("numpy", "numba", "xarray", "pandas", "scipy")


def loaded_by(program: str) -> list[str]:
    """Modules of SLOW that a fresh process has loaded after a program."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import json, sys\n{program}\nprint(json.dumps([m for m in {SLOW} if m in sys.modules]))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


@pytest.mark.parametrize("name", autarky.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(autarky, name).__doc__


def test_the_public_names_are_few_sorted_and_listed() -> None:
    assert list(autarky.__all__) == sorted(autarky.__all__)
    assert len(autarky.__all__) <= 25
    assert set(autarky.__all__) <= set(dir(autarky))
    assert {name for names in autarky._HOMES.values() for name in names} == set(autarky.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = autarky.nonsense


@pytest.mark.parametrize(
    "program",
    [
        "import autarky; autarky.__version__; dir(autarky)",
        "from autarky.cli import main; assert main(['--help']) == 0",
        "from autarky.cli import main; assert main([]) == 0",
        "from autarky.cli import main; assert main(['run', '--help']) == 0",
        "from autarky.cli import main; assert main(['--version']) == 0",
        "from autarky.cli import main; assert main(['nonsense']) == 2",
        "from autarky.cli import main; assert main(['doctor']) == 0",
    ],
)
def test_help_and_import_load_nothing_slow(program: str) -> None:
    assert loaded_by(program) == []


def test_writing_a_study_does_not_compile_anything() -> None:
    assert "numba" not in loaded_by("from autarky.cli import main; assert main(['schema']) == 0")
