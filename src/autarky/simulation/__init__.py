"""Simulation: one day at a time, who can make what out of what is left."""

from autarky.simulation.run import simulate

__all__ = ["simulate"]
