"""Spread: five quantiles of the draws in words: the median, and in brackets where nine tenths of them lie."""

from __future__ import annotations

from collections.abc import Callable

from autarky.explanation.wording import change, percent, whole

Quantiles = tuple[float | None, ...]
"""``results.QUANTILES`` of a number; None: never."""


def days(quantiles: Quantiles) -> str:
    """``day 34 (24 to 51)``: median and range; without a number: ``never``."""
    words = _ranged(quantiles, lambda day: "never" if day is None else whole(day))
    return words.replace("never (", "never (day ") if words.startswith("never") else f"day {words}"


def numbers(quantiles: Quantiles) -> str:
    """``12 (3 to 25)``: median and range of a number of industries."""
    return _ranged(quantiles, lambda number: whole(number or 0))


def changes(quantiles: Quantiles) -> str:
    """``−4.1 % (−1.3 to −8.2 %)``: median and range of a loss; next to nothing of the largest is 0."""
    return _shares(quantiles, change)


def losses(quantiles: Quantiles) -> str:
    """``4.1 % (1.3 to 8.2 %)``: the same as a loss."""
    return _shares(quantiles, percent)


def _shares(quantiles: Quantiles, words: Callable[[float], str]) -> str:
    largest = max((abs(lost) for lost in quantiles if lost is not None), default=0.0)
    return _ranged(quantiles, lambda lost: words(0.0 if lost is None or abs(lost) < largest / 50 else lost))


def _ranged(quantiles: Quantiles, words: Callable[[float | None], str]) -> str:
    low, middle, high = words(quantiles[0]), words(quantiles[2]), words(quantiles[4])
    if low == middle == high:
        return middle
    if low.endswith(" %") and high.endswith(" %"):
        low = low.removesuffix(" %")
    return f"{middle} ({low} to {high})"
