"""Labelling: what the kernels kept of each day becomes a result with names, units and its own history."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np
import xarray as xr

from autarky.results import FALLS, STOPS, Outcome, RunRecord, SimulationResult, day_axis, variable
from autarky.scenario import Scenario
from autarky.simulation import kernels
from autarky.simulation.behaviours import Acting
from autarky.simulation.causes import find_causes
from autarky.simulation.forcing import Forcing
from autarky.simulation.limits import NO_LIMITS, Limits
from autarky.simulation.network import DAYS_PER_YEAR, Network
from autarky.simulation.presets import Parameters


def label_days(
    network: Network,
    scenario: Scenario,
    params: Parameters,
    forcing: Forcing,
    days: kernels.Days,
    k: int,
    outcome: Outcome,
    acting: Sequence[Acting] = (),
    limits: Limits = NO_LIMITS,
) -> SimulationResult:
    """The days of scenario k, ``days``, as a dataset with names and units, its outcome and its record."""
    economy, tables = network.economy, network.tables
    n = len(economy.industries)
    flow = f"{economy.unit} per day"
    first_final = len(network.users) - len(economy.final_users)
    final_columns = network.users[first_final:] - n
    table_order = np.argsort(final_columns)
    base_final = np.zeros((len(economy.products), len(economy.final_users)))
    np.add.at(base_final, days.pool_product, tables.base_use[:, first_final:])
    base_final = base_final[:, table_order]
    value_added = economy.value_added.sum(axis=0) / DAYS_PER_YEAR
    output = days.output
    base_output = tables.base_output[:n]
    share = np.divide(value_added, base_output, out=np.zeros(n), where=base_output > 0)
    data: dict[str, Any] = {
        "output": variable(output, ("day", "industry"), flow, "Output"),
        "output_base": variable(base_output, ("industry",), flow, "Output in the base year"),
        "demand": variable(days.demand, ("day", "industry"), flow, "Orders received after ceilings"),
        "capacity": variable(
            days.capacity, ("day", "industry"), flow, "Output possible with all inputs at hand"
        ),
        "binding": variable(
            days.binding.astype(np.int32),
            ("day", "industry"),
            "1",
            "What limited output: -1 demand, -2 capacity, else the position of an input slot",
        ),
        "stock_cover": variable(
            days.cover,
            ("day", "industry"),
            "day",
            "Morning stock of the scarcest binding input, in days of base-year use",
        ),
        "forgone_inputs": variable(
            days.forgone, ("day", "industry"), flow, "Use of non-binding inputs that was not there"
        ),
        "value_added_base": variable(value_added, ("industry",), flow, "Value added in the base year"),
        "gdp": variable(output @ share, ("day",), flow, "Value added at base-year coefficients"),
        "gate_delivery": variable(days.gate_delivery, ("day", "gate"), flow, "Delivered by import gate"),
        "gate_delivery_base": variable(
            (tables.base_output + tables.exogenous_supply)[n:],
            ("gate",),
            flow,
            "Delivered by import gate in the base year",
        ),
        "consumption": variable(
            days.consumption[:, :, table_order],
            ("day", "product", "final_user"),
            flow,
            "Received by final users, home and imported together",
        ),
        "consumption_base": variable(
            base_final, ("product", "final_user"), flow, "Received by final users in the base year"
        ),
        "unmet_final_demand": variable(
            days.unmet[:, :, table_order],
            ("day", "product", "final_user"),
            flow,
            "Wanted by final users and not received",
        ),
    }
    if len(days.inventory):
        data["inventory"] = variable(
            days.inventory,
            ("day", "slot", "industry"),
            economy.unit,
            "Stock of each input, in the morning of the next day",
        )
    data |= find_causes(network, params, forcing, days, k, limits)
    gates = [f"{gate.partner}.{gate.product}" for gate in economy.gates]
    users = [f"{user.region}.{user.category}" for user in economy.final_users]
    coords: dict[str, Any] = {
        "day": day_axis(scenario.start, len(days.output)),
        "industry": list(economy.industries.labels),
        "region": ("industry", [region for region, _ in economy.industries.pairs]),
        "sector": ("industry", [sector for _, sector in economy.industries.pairs]),
        "gate": gates,
        "partner": ("gate", [gate.partner for gate in economy.gates]),
        "gate_product": ("gate", [gate.product for gate in economy.gates]),
        "product": list(economy.products),
        "final_user": users,
        "final_region": ("final_user", [user.region for user in economy.final_users]),
        "category": ("final_user", [user.category for user in economy.final_users]),
        "kind": ("final_user", [user.kind.value for user in economy.final_users]),
        "slot": [str(slot) for slot in network.slots],
        "slot_product": ("slot", [slot.product for slot in network.slots]),
        "slot_origin": ("slot", [slot.origin for slot in network.slots]),
        "level": [FALLS, STOPS],
    }
    for behaviour in acting:
        kept = behaviour.told(k, len(days.output))
        data |= kept.variables
        coords |= kept.coords
    labels = dict(zip(economy.industries.sectors, economy.sector_names, strict=True))
    return SimulationResult(
        data=xr.Dataset(data, coords=coords),
        outcome=outcome,
        record=run_record(network, scenario, params),
        labels=labels,
    )


def run_record(network: Network, scenario: Scenario, params: Parameters) -> RunRecord:
    """Everything needed to run again and get the same bytes."""
    economy = network.economy
    assumptions = list(params.assumptions)
    if network.negative_flows:
        assumptions.append(
            f"{len(network.negative_flows)} negative flows of the table are supply that always goes on: "
            + "; ".join(network.negative_flows[:5])
            + ("; …" if len(network.negative_flows) > 5 else "")
        )
    packages = ("autarky", "numpy", "numba", "scipy", "xarray")
    return RunRecord(
        scenario=scenario.model_dump(mode="json", by_alias=True),
        parameters=params.in_force(),
        assumptions=tuple(assumptions),
        economy={
            "name": economy.name,
            "year": economy.year,
            "unit": economy.unit,
            "currency": economy.currency,
            "valuation": economy.valuation,
            "import_treatment": economy.import_treatment.value,
            "digest": economy.digest,
            "title": economy.provenance.title,
            "citation": economy.provenance.citation,
            "licence": economy.provenance.licence,
            "url": economy.provenance.url,
            "notes": list(economy.provenance.notes),
            "declared_gaps": [
                {"check": gap.check, "place": gap.place, "reason": gap.reason}
                for gap in economy.declared_gaps
            ],
        },
        versions={"python": platform.python_version(), **{name: metadata.version(name) for name in packages}},
    )
