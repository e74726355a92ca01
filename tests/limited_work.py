"""Work for a bounded child: a child can only be given functions of a module it can import."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from autarky.errors import Problem, ScenarioError


def total(numbers: list[int], times: int = 1) -> int:
    return times * sum(numbers)


def wrong() -> None:
    raise ScenarioError([Problem("here", "is wrong", "mend it"), Problem("there", "too", "mend it")])


def absent() -> None:
    raise LookupError("no such thing")


def buggy() -> None:
    raise TypeError("a bug of ours")


def swallow(size: int) -> int:
    return len(bytearray(size))


def spin() -> None:
    while True:
        pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def write(path: str) -> None:
    Path(path).write_bytes(b"x" * 10)
