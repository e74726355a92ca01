"""autarky: if imports stop, what stops, when, why, and what does it do to people?"""

# Names are loaded on first use (PEP 562), so that ``import autarky`` and ``autarky --help`` are instant.

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autarky.checks import Finding, check
    from autarky.economy import Economy
    from autarky.errors import AutarkyError, InputError
    from autarky.explanation import Answer, answer
    from autarky.report import render
    from autarky.results import SimulationResult
    from autarky.run_folder import Run, export_run, read_run
    from autarky.scenario import CapacityLoss, DemandChange, Scenario, TradeCut
    from autarky.simulation import simulate
    from autarky.sources import embedded, embedded_names, read_table
    from autarky.study import run_draws, run_study, verify_run
    from autarky.study_file import Study, read_study

_HOMES = {
    "checks": ("Finding", "check"),
    "economy": ("Economy",),
    "errors": ("AutarkyError", "InputError"),
    "explanation": ("Answer", "answer"),
    "report": ("render",),
    "results": ("SimulationResult",),
    "run_folder": ("Run", "export_run", "read_run"),
    "scenario": ("CapacityLoss", "DemandChange", "Scenario", "TradeCut"),
    "simulation": ("simulate",),
    "sources": ("embedded", "embedded_names", "read_table"),
    "study": ("run_draws", "run_study", "verify_run"),
    "study_file": ("Study", "read_study"),
}

__all__ = [
    "Answer",
    "AutarkyError",
    "CapacityLoss",
    "DemandChange",
    "Economy",
    "Finding",
    "InputError",
    "Run",
    "Scenario",
    "SimulationResult",
    "Study",
    "TradeCut",
    "answer",
    "check",
    "embedded",
    "embedded_names",
    "export_run",
    "read_run",
    "read_study",
    "read_table",
    "render",
    "run_draws",
    "run_study",
    "simulate",
    "verify_run",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("autarky")
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"autarky.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'autarky' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
