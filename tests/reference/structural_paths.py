"""The slow twin of ``autarky.dependence.structural_paths``: path by path, bounded by contents alone."""

from __future__ import annotations

from typing import Any

import numpy as np


def paths_at_least(A: Any, q: Any, y: Any, threshold: float, depth: int) -> dict[tuple[int, ...], float]:
    """Value of each path worth at least the threshold by size, by its steps from the final seller on.

    A branch is left where all that it carries, without sign, is below the threshold; that takes L.
    """
    content = abs(q) @ np.linalg.inv(np.eye(len(A)) - abs(A))
    found: dict[tuple[int, ...], float] = {}

    def follow(path: tuple[int, ...], flow: float) -> None:
        i = path[-1]
        if abs(flow) * content[i] < threshold:
            return
        if abs(flow * q[i]) >= threshold:
            found[path] = flow * q[i]
        if len(path) <= depth:
            for j in range(len(A)):
                if A[j, i]:
                    follow((*path, j), flow * A[j, i])

    for i in range(len(A)):
        if y[i]:
            follow((i,), y[i])
    return found
