"""Doctor: what autarky finds on this machine: versions, cores, memory, writable places, missing extras."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

MINIMUM_MEMORY_GB = 2.0
"""Enough for a world table of 1,500 industries and a year of days."""


@dataclass(frozen=True)
class Condition:
    """One thing looked at: what it is, how it stands, and what to do if it is not well."""

    name: str
    found: str
    remedy: str = ""
    """Empty if all is well."""

    def __str__(self) -> str:
        state = f"{self.name:<22} {self.found}"
        return f"{state} — {self.remedy}" if self.remedy else state


@dataclass(frozen=True)
class Health:
    """Everything looked at."""

    conditions: tuple[Condition, ...]
    """What autarky needs: a remedy means that it may not work."""
    extras: tuple[Condition, ...]
    """What it can do without: a remedy says how to get it."""

    @property
    def is_well(self) -> bool:
        """Whether nothing needed is missing."""
        return not any(condition.remedy for condition in self.conditions)

    def text(self) -> str:
        """One line per condition."""
        return "\n".join(map(str, (*self.conditions, *self.extras)))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "well": self.is_well,
            "conditions": [vars(condition) for condition in self.conditions],
            "extras": [vars(condition) for condition in self.extras],
        }


def examine() -> Health:
    """Looks at this machine; changes nothing on it and imports none of the packages it names."""
    needed, extras = _requirements()
    conditions = [
        Condition("autarky", metadata.version("autarky")),
        Condition("python", f"{platform.python_version()} ({sys.executable})"),
        Condition("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        *(_package(name, "set up again: make install") for name in needed),
        Condition("cores", str(os.cpu_count() or "unknown")),
        _memory(),
        _writable("working folder", Path.cwd(), "runs are written here; go to another folder, or use --runs"),
        _writable("package folder", Path(__file__).parent, "", "compiled code is kept in the user's cache"),
    ]
    return Health(
        tuple(conditions),
        tuple(_package(name, f"optional: pip install 'autarky[{extra}]'") for extra, name in extras),
    )


def _requirements() -> tuple[list[str], list[tuple[str, str]]]:
    """Names of the packages needed, and (extra, name) of the optional ones, from the installed metadata."""
    needed, extras = [], []
    for requirement in metadata.requires("autarky") or []:
        name = re.split(r"[\s;<>=!~\[(]", requirement, maxsplit=1)[0]
        extra = re.search(r"""extra\s*==\s*['"]([^'"]+)['"]""", requirement)
        if extra is None:
            needed.append(name)
        else:
            extras.append((extra[1], name))
    return needed, extras


def _package(name: str, remedy: str) -> Condition:
    try:
        return Condition(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Condition(name, "missing", remedy)


def _memory() -> Condition:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return Condition("memory", "unknown")
    remedy = "" if total >= MINIMUM_MEMORY_GB else "large tables may not fit"
    return Condition("memory", f"{total:.1f} GB", remedy)


def _writable(name: str, path: Path, remedy: str, otherwise: str = "not writable") -> Condition:
    if not os.access(path, os.W_OK):
        return Condition(name, f"{path}: {otherwise}", remedy)
    return Condition(name, f"{path} (writable, {shutil.disk_usage(path).free / 1e9:.1f} GB free)")
