"""Simulation: one day at a time, who can make what out of what is left."""

from autarky.simulation.panel import memory_needed, simulate_panel
from autarky.simulation.run import simulate

__all__ = ["memory_needed", "simulate", "simulate_panel"]
