"""Claims that come with autarky."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from autarky.errors import EvidenceError, Problem, did_you_mean
from autarky.evidence.claim import Evidence
from autarky.evidence.reading import read_evidence


def packaged_evidence(name: str) -> Evidence:
    """The claims on a country that come with autarky, for instance ``north-korea``.

    Raises
    ------
    EvidenceError
        If there are none of that name.
    """
    return read_evidence(evidence_folder(name))


def evidence_folder(name: str) -> Path:
    """The folder of a country's claims: ``claims.csv`` and ``sources.csv``."""
    data = Path(str(files("autarky"))) / "data"
    known = sorted(path.parent.name for path in data.glob("*/claims.csv"))
    if name not in known:
        raise EvidenceError(
            Problem("evidence", f"no claims on {name!r} come with autarky", did_you_mean(name, known))
        )
    return data / name
