"""Uncertainty: numbers that are not known, as distributions with sources, and the draws made of them."""

from autarky.uncertainty.checking import problems
from autarky.uncertainty.design import Base, Design
from autarky.uncertainty.draws import Draws, draw_up
from autarky.uncertainty.section import Parameter, RankCorrelation, Uncertainty

__all__ = ["Base", "Design", "Draws", "Parameter", "RankCorrelation", "Uncertainty", "draw_up", "problems"]
