"""Days of firms: what a simulation of a network left on record, as the values of a result."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autarky.explanation.conditions import first_shock_day
from autarky.explanation.firm_chain import chain_of
from autarky.explanation.firm_findings import spread
from autarky.explanation.firm_names import label_of
from autarky.firm_network import FirmNetwork
from autarky.results.firms import FirmCourse, FirmDays
from autarky.scenario import Dated, Scenario, Starting
from autarky.simulation.by_firm.run import DAYS_PER_WEEK, FirmSimulation

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_FIRST = 10
"""Firms told that fell first."""
MOST_CHAINS = 3
"""Firms whose shortage is traced back where none is asked for."""


def days_of(
    network: FirmNetwork,
    lived: FirmSimulation,
    together: FirmSimulation,
    value_added_lost: Floats,
    happens: Scenario,
    wanted: Sequence[int] = (),
) -> FirmDays:
    """The days of a network beside those of each of its sectors as one firm.

    Parameters
    ----------
    network : FirmNetwork
        The network, or the first of its draws.
    lived, together : FirmSimulation
        The same scenario on the network, and on its sectors; ``lived`` has watched ``wanted``.
    value_added_lost : array, shape (draws,)
        Share of value added lost over the run, of each draw.
    happens : Scenario
        The scenario, with losses of named firms among its shocks.
    wanted : sequence of int
        Nodes whose shortage is traced back; those that fell first if there are none.
    """
    there = np.unique(network.nodes.sector[: network.firms])
    first_shock = (first_shock_day(happens) - happens.start).days
    fell = fell_first(network, lived)
    traced = list(wanted) or fell[:MOST_CHAINS]
    lost, by_sector = spread(value_added_lost), together.value_added_lost
    return FirmDays(
        start=lived.start.isoformat(),
        days=lived.days,
        first_shock=first_shock,
        sectors=tuple(network.sectors[s] for s in there),
        sector_names=tuple(network.sector_names[s] for s in there),
        by_week=_rows(_by_week(lived)[there]),
        by_sector_model=_rows(_by_week(together)[there]),
        stopped_by_week=_rows(lived.stopped.T[there]),
        gdp_lost=lost,
        gdp_lost_by_sector=by_sector,
        error=(by_sector - lost.middle) / lost.middle if lost.middle else 0.0,
        first=tuple(
            (label_of(network, node), int(lived.falls.day[node]) - first_shock) for node in fell[:MOST_FIRST]
        ),
        courses=tuple(
            FirmCourse(network.id_of(node), label_of(network, node), tuple(map(float, lived.watched[:, at])))
            for at, node in enumerate(wanted)
        ),
        chains=tuple(chain_of(network, lived, node, first_shock) for node in traced),
        shocks=tuple(_dates(shock, happens) for shock in happens.shocks),
    )


def fell_first(network: FirmNetwork, lived: FirmSimulation) -> list[int]:
    """Firms at home that fell, in order of days, on one day the larger first."""
    fell = np.flatnonzero(lived.falls.day[: network.firms] >= 0)
    order = np.lexsort((-network.nodes.output[fell], lived.falls.day[fell]))
    return [int(node) for node in fell[order]]


def _by_week(lived: FirmSimulation) -> Floats:
    """(S, weeks) output as a share of the base year's; 1 where a sector makes nothing."""
    weeks = np.arange(lived.days) // DAYS_PER_WEEK
    days = np.bincount(weeks)
    total = np.stack([np.bincount(weeks, daily) for daily in lived.output.T])
    base = lived.base_output[:, None] * days
    return np.divide(total, base, out=np.ones_like(total), where=base > 0)


def _rows(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in values)


def _dates(shock: object, happens: Scenario) -> tuple[str, str]:
    """First and last date on which a shock acts in full; the last is empty: to the end."""
    start: datetime.date = shock.start if isinstance(shock, Starting) else happens.start
    last = shock.until if isinstance(shock, Dated) else None
    return start.isoformat(), last.isoformat() if last is not None else ""
