"""Foreign exchange: what exports earn, what imports may cost, and what is held in between."""

from __future__ import annotations

from autarky.scenario.part import Part


class ForeignExchange(Part):
    """What imports may cost."""
