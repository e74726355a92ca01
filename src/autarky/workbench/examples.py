"""Examples: the studies that come with autarky, each with its title and what it says of itself first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autarky.study_file import packaged_study
from autarky.workbench.studies import title_of

DEMO = "border-closure-2020"


@dataclass(frozen=True)
class Example:
    """A study to begin from."""

    name: str
    title: str
    line: str
    """The first sentence of its comment."""


@cache
def examples() -> tuple[Example, ...]:
    """Every packaged study, the one of the demo first."""
    found = [_example(path) for path in packaged_study().parent.glob("*.yaml")]
    return tuple(sorted(found, key=lambda one: (one.name != DEMO, one.name)))


def _example(path: Path) -> Example:
    content = path.read_bytes()
    comment = []
    for line in content.decode().splitlines():
        if not line.startswith("#"):
            break
        if not line.startswith("# yaml-language-server"):
            comment.append(line.lstrip("# ").split("    ")[0])
    first = re.match(r".*?[.](?=\s|$)", " ".join(comment).strip())
    return Example(path.stem, title_of(content), first[0] if first else "")
