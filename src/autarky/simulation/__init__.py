"""Simulation: one day at a time, who can make what out of what is left."""

from autarky.simulation.panel import simulate_panel
from autarky.simulation.run import simulate

__all__ = ["simulate", "simulate_panel"]
