"""Declared: what every model of a user's file has in common, and the small types they share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

ALL: Literal["all"] = "all"


def _as_names(given: object) -> object:
    if isinstance(given, str) and given != ALL:
        return (given,)
    # A list would be refused where validation is strict, as it is for files.
    return tuple(given) if isinstance(given, list) else given


Name = Annotated[str, Field(min_length=1, max_length=200, strict=True)]
Names = Annotated[
    Literal["all"] | tuple[Name, ...],
    BeforeValidator(_as_names, json_schema_input_type=Name | tuple[Name, ...]),
]
"""One name, a list of names, or ``all``. In a scenario, groups that it declares count as names."""
Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[float, Field(ge=0, le=36_500)]
Positive = Annotated[float, Field(gt=0, le=36_500)]
"""Days, more than none."""


class Declared(BaseModel):
    """Unknown fields are refused, nothing can be changed, and a field's docstring is its help text."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=True, allow_inf_nan=False
    )
