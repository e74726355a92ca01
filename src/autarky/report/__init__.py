"""Report: a result and its answer as one self-contained page; nothing is computed here."""

from autarky.report.ensemble import render_ensemble
from autarky.report.measures import render_measures
from autarky.report.page import render

__all__ = ["render", "render_ensemble", "render_measures"]
