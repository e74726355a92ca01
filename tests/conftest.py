"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tables: AUTARKY_SHARED_DATA, or ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("AUTARKY_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real tables are not here: {folder} does not exist (set AUTARKY_SHARED_DATA)")
    return folder
