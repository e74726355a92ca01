"""Households: what each group earns, is rationed, grows, holds, and needs."""

from __future__ import annotations

from typing import Literal

from autarky.scenario.part import Part
from autarky.scenario.shocks import InWords


class Households(Part):
    """What households earn, are rationed, grow and hold."""


class RationChange(InWords):
    """Rations are cut or raised."""

    kind: Literal["ration_change"] = "ration_change"


class Transfer(InWords):
    """Money is given to households, or taken."""

    kind: Literal["transfer"] = "transfer"


class Aid(InWords):
    """Goods are given to households."""

    kind: Literal["aid"] = "aid"
