"""Sets of techniques that come with autarky."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from autarky.document import Document, read_bytes, read_document
from autarky.errors import Problem, ScenarioError, did_you_mean
from autarky.planning.posing.section import TechniqueSet

TECHNIQUES = Document(
    name="set of techniques",
    error=ScenarioError,
    begin="begin one from a copy of one that comes with autarky",
    outline="'title: …', 'techniques: …', 'sources: …'",
)


def technique_sets() -> tuple[str, ...]:
    """Names of the sets of techniques that come with autarky."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


def technique_set(name: str) -> TechniqueSet:
    """The techniques of a country that come with autarky, for instance ``north-korea``.

    Raises
    ------
    ScenarioError
        If there are none of that name.
    """
    if name not in (known := technique_sets()):
        what = f"no techniques {name!r} come with autarky"
        raise ScenarioError(Problem("plan.include", what, did_you_mean(name, known)))
    return read_techniques(_folder() / f"{name}.yaml")


def read_techniques(path: Path) -> TechniqueSet:
    """The set of techniques that a file holds.

    Raises
    ------
    ScenarioError
        With every problem found, each at ``file:line:column``.
    """
    return read_document(read_bytes(path, TECHNIQUES), path, TechniqueSet, TECHNIQUES)[0]


def _folder() -> Path:
    return Path(str(files("autarky"))) / "data" / "techniques"
