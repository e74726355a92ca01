"""Memory: how much this process may still take, and amounts of it in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

SHARE = 0.8
"""Part of the free memory that is planned with."""


def free_memory(root: Path = Path("/")) -> int:
    """Bytes this process may still take: what the machine has left, or its control group if that is less.

    ``root`` is where ``proc`` and ``sys`` lie. Without either (not Linux): 4 GB, an assumption.
    """
    found = [*_left_on_machine(root), *_left_in_group(root)]
    return max(0, min(found, default=4 * 10**9))


def in_words(size: int) -> str:
    """``12.5 GB``: three digits and the nearest unit."""
    power = min(3, max(0, len(str(size)) - 1) // 3)
    return f"{size / 1000**power:.3g} {('bytes', 'kB', 'MB', 'GB')[power]}"


def _left_on_machine(root: Path) -> Iterator[int]:
    for line in _lines(root / "proc" / "meminfo"):
        name, _, amount = line.partition(":")
        if name == "MemAvailable":
            yield int(amount.split()[0]) * 1024


def _left_in_group(root: Path) -> Iterator[int]:
    """What each control group around this process leaves it: version 2, then version 1."""
    for line in _lines(root / "proc" / "self" / "cgroup"):
        _, controllers, place = line.split(":", 2)
        home = root / "sys" / "fs" / "cgroup"
        limit, used = "memory.max", "memory.current"
        if controllers == "memory":
            home, limit, used = home / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
        elif controllers:
            continue
        group = home / place.lstrip("/")
        # Inside a container the place is told as seen from outside, and does not exist: the root counts.
        for folder in (group, *group.parents):
            amounts = [*_lines(folder / limit)[:1], *_lines(folder / used)[:1]]
            if len(amounts) == 2 and all(amount.isdigit() for amount in amounts):
                yield int(amounts[0]) - int(amounts[1])
            if folder == home:
                break


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
