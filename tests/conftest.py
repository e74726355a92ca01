"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run, so that a change is judged by what it changed, and no clock: a busy machine
# is not a wrong result. To look for new ones: pytest tests/property --hypothesis-profile=explore
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None)
settings.load_profile("same")

# A shell that starts the tests in the background lets them, and every program they start, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tables: AUTARKY_SHARED_DATA, or ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("AUTARKY_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real tables are not here: {folder} does not exist (set AUTARKY_SHARED_DATA)")
    return folder
