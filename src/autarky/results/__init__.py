"""Results: labelled numbers with units, and the record of how they came to be: one run, or many draws."""

from autarky.results.ensemble import MEASURES, QUANTILES, EnsembleRecord, EnsembleResult
from autarky.results.simulation import (
    FALLS,
    STOPS,
    Binding,
    Outcome,
    Reason,
    RunRecord,
    SimulationResult,
    Variant,
    day_axis,
    variable,
)

__all__ = [
    "FALLS",
    "MEASURES",
    "QUANTILES",
    "STOPS",
    "Binding",
    "EnsembleRecord",
    "EnsembleResult",
    "Outcome",
    "Reason",
    "RunRecord",
    "SimulationResult",
    "Variant",
    "day_axis",
    "variable",
]
