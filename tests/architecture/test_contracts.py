"""The floors hold, and the contract that says so is awake: a seeded upward import breaks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from architecture.repository import PACKAGE, ROOT

FLOORS = "Each floor imports only the floors under it"
NUMBERS = "Mathematics knows only numbers"
REPORT = "The report only reads results"
KERNELS = "Kernels stand alone"


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of ``root/pyproject.toml`` held against the package in ``root/src``."""
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--config", root / "pyproject.toml"],
        cwd=root,
        # The copy must be found before the installed package; width keeps a contract's name on one line.
        env=os.environ | {"PYTHONPATH": str(root / "src"), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contracts that a test may spoil."""
    shutil.copytree(
        PACKAGE, tmp_path / "src" / "autarky", ignore=shutil.ignore_patterns("__pycache__", "data")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_import_contract_holds(copy: Path) -> None:
    # Held on the copy: this also shows that what breaks the seeded ones below is the seed.
    verdict = lint_imports(copy)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "0 broken" in verdict.stdout


@pytest.mark.parametrize(
    ("module", "seed", "contract"),
    [
        ("errors.py", "import autarky.economy", FLOORS),
        ("economy.py", "import autarky.results", FLOORS),
        ("results/simulation.py", "import autarky.simulation.run", FLOORS),
        ("sources/__init__.py", "import autarky.simulation", FLOORS),
        ("simulation/run.py", "import autarky.checks", FLOORS),
        ("study.py", "import autarky.cli", FLOORS),
        ("iomath.py", "import xarray", NUMBERS),
        ("report/__init__.py", "import autarky.simulation", REPORT),
        ("simulation/kernels.py", "import autarky.economy", KERNELS),
    ],
)
def test_a_seeded_import_that_goes_up_or_sideways_breaks_its_contract(
    copy: Path, module: str, seed: str, contract: str
) -> None:
    path = copy / "src" / "autarky" / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{seed}\n", encoding="utf-8")
    verdict = lint_imports(copy)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert f"{contract} BROKEN" in verdict.stdout


def test_a_new_module_without_a_floor_breaks_the_contract(copy: Path) -> None:
    (copy / "src" / "autarky" / "attic.py").write_text(
        '"""A module nobody gave a floor."""\n', encoding="utf-8"
    )
    verdict = lint_imports(copy)
    assert verdict.returncode == 1
    assert "attic" in verdict.stdout
