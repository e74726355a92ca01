"""Labour: hours of the people there are, what they are spent on, and what takes them away."""

from __future__ import annotations

from typing import Literal

from autarky.scenario.part import Part
from autarky.scenario.shocks import InWords


class LabourTime(Part):
    """Hours of the people there are."""


class HoursWithheld(InWords):
    """Hours that people cannot spend on work, gardens or rest."""

    kind: Literal["hours_withheld"] = "hours_withheld"
