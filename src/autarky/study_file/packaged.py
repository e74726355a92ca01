"""Studies that come with autarky: to run as they are, or to begin one's own from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from autarky.errors import InputError, Problem, did_you_mean


def packaged_study(name: str = "demo") -> Path:
    """The file of a study that comes with autarky.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    folder = Path(str(files("autarky"))) / "data" / "studies"
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise InputError(Problem("--from", f"unknown study {name!r}", did_you_mean(name, known)))
    return folder / f"{name}.yaml"
