"""Blocs: trade inside kept, trade with the outside cut."""

from __future__ import annotations

from typing import Literal

from autarky.scenario.shocks import InWords


class BlocCut(InWords):
    """Trade across the border of a bloc is cut."""

    kind: Literal["bloc_cut"] = "bloc_cut"
