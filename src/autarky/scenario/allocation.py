"""Allocation: who gets what is scarce, under which rule, and how fast the rule can change."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from autarky.scenario.part import Part
from autarky.scenario.shocks import InWords


class Rationing(StrEnum):
    """Who is served when a supplier cannot serve all."""

    PROPORTIONAL = "proportional"
    """Everybody gets the same share of what they ordered."""
    PRIORITY = "priority"
    """Rank by rank; within a rank the same share."""


class Allocation(Part):
    """Who is served under which rule."""


class InstitutionChange(InWords):
    """The rules of allocation change."""

    kind: Literal["institution_change"] = "institution_change"
