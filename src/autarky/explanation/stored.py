"""Stored: explanations kept as plain values in a run's record, and back."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from autarky.explanation.announced import Announced
from autarky.explanation.countdown import Countdown
from autarky.explanation.lifelines import Lifelines
from autarky.explanation.why import Why
from autarky.results import RunRecord

T = TypeVar("T")


def chains_of(record: RunRecord) -> tuple[Why, ...]:
    """Why a run's largest losers made less; empty where it was not traced."""
    return tuple(restored(Why, chain) for chain in record.chains)


def lifelines_of(record: RunRecord) -> Lifelines | None:
    """Which imports to keep; None where it was not asked."""
    return restored(Lifelines, record.lifelines) if record.lifelines else None


def announced_of(record: RunRecord) -> tuple[Announced, ...]:
    """What was announced beside what the run delivers; empty where the study names no announcement."""
    return tuple(restored(Announced, one) for one in record.announced)


def countdown_of(record: RunRecord) -> Countdown | None:
    """Days of stock by product; None where it was not asked."""
    return restored(Countdown, record.countdown) if record.countdown else None


def restored(of: type[T], stored: Mapping[str, Any]) -> T:
    """A dataclass from what ``json_ready`` made of it: nested dataclasses, tuples, None and NaN included.

    A field with a default may be missing, as in what was kept before there was one.

    Raises
    ------
    KeyError, TypeError
        If the values are not those of the dataclass.
    """
    hints = get_type_hints(of)
    values = {
        item.name: _value(hints[item.name], stored[item.name])
        for item in fields(of)  # type: ignore[arg-type]
        if item.name in stored or item.default is MISSING
    }
    return of(**values)


def _value(hint: Any, stored: Any) -> Any:
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        # Only "or None" occurs.
        kinds = [one for one in inside if one is not type(None)]
        return None if stored is None else _value(kinds[0], stored)
    if origin is tuple:
        if len(inside) == 2 and inside[1] is Ellipsis:
            return tuple(_value(inside[0], one) for one in stored)
        return tuple(_value(one, value) for one, value in zip(inside, stored, strict=True))
    if hasattr(hint, "__dataclass_fields__"):
        return restored(hint, stored)
    if hint is float:
        return math.nan if stored is None else float(stored)  # JSON has no NaN
    return stored
