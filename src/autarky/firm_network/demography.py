"""Demography: how many firms a sector has, by persons engaged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SizeClass:
    """Firms of a sector with ``low`` to below ``high`` persons engaged."""

    low: float
    high: float
    """Infinite in the open class."""
    firms: float


Demography = dict[str, tuple[SizeClass, ...]]
"""Sector → its size classes, the largest first."""
