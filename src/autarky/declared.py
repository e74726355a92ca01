"""Declared: what every model of a user's file has in common, and the small types they share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=200, strict=True)]
Share = Annotated[float, Field(ge=0, le=1)]


class Declared(BaseModel):
    """Unknown fields are refused, nothing can be changed, and a field's docstring is its help text."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=True, allow_inf_nan=False
    )
