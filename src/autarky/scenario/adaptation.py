"""Adaptation: what can be learnt, found, repaired, replaced and rebuilt."""

from __future__ import annotations

from typing import Literal

from autarky.scenario.part import Part
from autarky.scenario.shocks import InWords


class Adaptation(Part):
    """What can be learnt, found, repaired and replaced."""


class TechniqueChange(InWords):
    """An industry comes to need more of some inputs and less of others."""

    kind: Literal["technique_change"] = "technique_change"
