"""Memory: how many draws may be simulated side by side in it."""

from __future__ import annotations

from collections.abc import Callable

from autarky.errors import InputError, Problem
from autarky.memory import in_words


def side_by_side(needed: Callable[[int], int], room: int, most: int) -> int:
    """The largest number of draws, at most ``most``, whose ``needed(draws)`` bytes fit in ``room``.

    Raises
    ------
    InputError
        If not even one fits: with what it needs and what there is.
    """
    if needed(1) > room:
        what = f"one draw needs {in_words(needed(1))}, and each worker may take {in_words(room)}"
        remedy = "give fewer --workers, --precision float32, fewer days or a smaller table"
        raise InputError(Problem("memory", what, remedy))
    fits, too_many = 1, most + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        fits, too_many = (middle, too_many) if needed(middle) <= room else (fits, middle)
    return fits
