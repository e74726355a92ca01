"""Scenario: what happens and how the economy behaves, declared by name and never by position.

One file for each thing that can be declared; ``simulation/behaviours`` has a file of the same name for what
it does. These models are the file format: the docstring under a field is its help text in editors and docs.
"""

from autarky.scenario.adaptation import Adaptation, TechniqueChange
from autarky.scenario.aid import Aid
from autarky.scenario.allocation import Allocation, InstitutionChange, Rationing
from autarky.scenario.behaviour import (
    Behaviour,
    ByProduct,
    Criticality,
    CriticalityRule,
    ImportMode,
    ImportRule,
    Overtime,
    PerProduct,
    PresetName,
    ProductionFunction,
)
from autarky.scenario.blocs import BlocCut
from autarky.scenario.destruction import Destruction
from autarky.scenario.foreign_exchange import ForeignExchange
from autarky.scenario.households import Households, RationChange, Transfer
from autarky.scenario.labour import HoursWithheld, LabourTime
from autarky.scenario.scenario import Scenario, Shock
from autarky.scenario.search import Search
from autarky.scenario.shocks import (
    ByYear,
    CapacityLoss,
    Ceiling,
    Crop,
    Dated,
    DemandChange,
    Exemption,
    Fertiliser,
    Harvest,
    InWords,
    Period,
    Recovery,
    RecoveryCurve,
    Starting,
    TradeCut,
    TradeSeries,
)
from autarky.scenario.spare_parts import SpareParts

__all__ = [
    "Adaptation",
    "Aid",
    "Allocation",
    "Behaviour",
    "BlocCut",
    "ByProduct",
    "ByYear",
    "CapacityLoss",
    "Ceiling",
    "Criticality",
    "CriticalityRule",
    "Crop",
    "Dated",
    "DemandChange",
    "Destruction",
    "Exemption",
    "Fertiliser",
    "ForeignExchange",
    "Harvest",
    "HoursWithheld",
    "Households",
    "ImportMode",
    "ImportRule",
    "InWords",
    "InstitutionChange",
    "LabourTime",
    "Overtime",
    "PerProduct",
    "Period",
    "PresetName",
    "ProductionFunction",
    "RationChange",
    "Rationing",
    "Recovery",
    "RecoveryCurve",
    "Scenario",
    "Search",
    "Shock",
    "SpareParts",
    "Starting",
    "TechniqueChange",
    "TradeCut",
    "TradeSeries",
    "Transfer",
]
