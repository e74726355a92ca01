"""Days of firms: what a simulation of a network left on record, as the values of a result."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.explanation.conditions import first_shock_day
from autarky.explanation.firm_chain import chain_of
from autarky.explanation.firm_findings import spread
from autarky.explanation.firm_names import label_of
from autarky.firm_network import FirmNetwork
from autarky.results.firms import FirmCourse, FirmDays
from autarky.scenario import Dated, Scenario, Starting
from autarky.simulation.by_firm.run import FirmSimulation

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_FIRST = 10
"""Firms told that fell first."""
MOST_CHAINS = 3
"""Firms whose shortage is traced back where none is asked for."""


def days_of(
    network: FirmNetwork,
    numbers: Mapping[str, npt.NDArray[Any]],
    lived: FirmSimulation,
    together: Mapping[str, npt.NDArray[Any]],
    happens: Scenario,
    wanted: Sequence[int] = (),
) -> FirmDays:
    """The days of a network, or of draws of it, beside those of each of its sectors as one firm.

    Parameters
    ----------
    network : FirmNetwork
        The network, or the first of its draws.
    numbers : mapping
        Of each draw: ``value_added_lost`` (draws, 1), ``by_week`` and ``stopped_by_week`` (draws, S, weeks),
        ``fell`` (draws, n), the day on which each node fell, inf if never.
    lived : FirmSimulation
        Of ``network``; it has watched ``wanted``.
    together : mapping
        The same numbers, without draws, with every sector as one firm.
    happens : Scenario
        The scenario, with losses of named firms among its shocks.
    wanted : sequence of int
        Nodes whose shortage is traced back; those that fell first if there are none.
    """
    there = np.unique(network.nodes.sector[: network.firms])
    first_shock = (first_shock_day(happens) - happens.start).days
    days = np.median(numbers["fell"], axis=0)
    fell = fell_first(network, days)
    traced = list(wanted) or [node for node in fell if lived.falls.day[node] >= 0][:MOST_CHAINS]
    lost, by_sector = numbers["value_added_lost"][:, 0], float(together["value_added_lost"][0])
    # Where firms lose nothing there is nothing to err about.
    error = np.divide(by_sector - lost, lost, out=np.zeros_like(lost), where=lost != 0)
    return FirmDays(
        start=lived.start.isoformat(),
        days=lived.days,
        first_shock=first_shock,
        sectors=tuple(network.sectors[s] for s in there),
        sector_names=tuple(network.sector_names[s] for s in there),
        by_week=_rows(np.median(numbers["by_week"], axis=0)[there]),
        by_sector_model=_rows(together["by_week"][there]),
        stopped_by_week=_rows(np.median(numbers["stopped_by_week"], axis=0)[there]),
        gdp_lost=spread(lost),
        gdp_lost_by_sector=by_sector,
        error=spread(error),
        first=tuple((label_of(network, node), round(days[node]) - first_shock) for node in fell[:MOST_FIRST]),
        courses=tuple(
            FirmCourse(network.id_of(node), label_of(network, node), tuple(map(float, lived.watched[:, at])))
            for at, node in enumerate(wanted)
        ),
        chains=tuple(chain_of(network, lived, node, first_shock) for node in traced),
        shocks=tuple(_dates(shock, happens) for shock in happens.shocks),
        notes=lived.notes,
    )


def fell_first(network: FirmNetwork, days: Floats) -> list[int]:
    """Firms at home that fell, in order of ``days`` (inf: never), on one day the larger first."""
    fell = np.flatnonzero(np.isfinite(days[: network.firms]))
    order = np.lexsort((-network.nodes.output[fell], days[fell]))
    return [int(node) for node in fell[order]]


def _rows(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in values)


def _dates(shock: object, happens: Scenario) -> tuple[str, str]:
    """First and last date on which a shock acts in full; the last is empty: to the end."""
    start: datetime.date = shock.start if isinstance(shock, Starting) else happens.start
    last = shock.until if isinstance(shock, Dated) else None
    return start.isoformat(), last.isoformat() if last is not None else ""
