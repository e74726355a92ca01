"""Cascade: what the failure of firms or of suppliers abroad costs at once, before stocks and days."""

from autarky.cascade.operators import Operators, build_operators, weights_of
from autarky.cascade.rules import Rules
from autarky.cascade.run import Losses, Settled, cascade, cascades

__all__ = [
    "Losses",
    "Operators",
    "Rules",
    "Settled",
    "build_operators",
    "cascade",
    "cascades",
    "weights_of",
]
