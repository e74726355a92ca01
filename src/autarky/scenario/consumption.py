"""Consumption: how much of what they earn, and expect to earn, households spend."""

from __future__ import annotations

from collections.abc import Hashable

from autarky.declared import Share
from autarky.scenario.part import Part


class Consumption(Part):
    """Households spend out of income, today's and expected, and are slow to change (Pichler et al. 2022).

    log c = ρ log c' + (1 − ρ) [½ log l + ½ log ξ + log(1 − Δs (1 − s))], all relative to the base year: c is
    what they spend in all (c' the day before), l labour income with benefits, ξ the income they expect, s
    what changes of demand leave of their wants, and ρ = 1 − (1 − persistence) / 90 a day.
    """

    persistence: Share = 0.6
    """Share of a gap that is left after a quarter of 90 days."""
    replaced: Share = 0.8
    """Share of lost labour income that benefits replace."""
    pessimists: Share = 0.5
    """Share of households that expect a loss of income to stay."""
    saved: Share = 0.5
    """Share of what is no longer wanted of some products that is saved; the rest goes to other products."""
    source: str = "Pichler et al. (2022)"
    """Where the numbers come from."""

    def assumptions(self) -> tuple[str, ...]:
        """Whose income is whose is not in a table."""
        told = ("labour income moves with value added of the region's industries: assumption",)
        called = self.source.startswith("assumption")
        return (*told, f"what households spend: {self.source}") if called else told

    def in_common(self) -> Hashable:
        """Every number may differ."""
        return ()
