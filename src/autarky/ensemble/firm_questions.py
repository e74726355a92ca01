"""Questions to a firm network: which failures cost most; what a shock comes to, at once and over the days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from autarky.cascade.aggregation import by_sector, compared, on_sectors
from autarky.cascade.operators import build_operators, weights_of
from autarky.cascade.rules import Rules
from autarky.cascade.run import Losses, cascades
from autarky.cascade.shock import Remaining, remaining_after
from autarky.ensemble.firm_draws import Numbers
from autarky.firm_network import FirmNetwork
from autarky.firm_network.demography import Demography
from autarky.firm_network.from_table import Frame
from autarky.firm_network.section import FirmLoss, SplitTable
from autarky.results import Outcome
from autarky.scenario import Scenario
from autarky.simulation.by_firm.run import DAYS_PER_WEEK, FirmSimulation, simulate_firms
from autarky.splitting.split import split

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shocked:
    """What happens to firms: a scenario, and losses of named firms beside it."""

    scenario: Scenario
    losses: tuple[FirmLoss, ...]

    @cached_property
    def told(self) -> Scenario:
        """The scenario with the losses among its shocks, to be put in words."""
        return self.scenario.model_copy(update={"shocks": (*self.scenario.shocks, *self.losses)})

    def remaining(self, network: FirmNetwork) -> Remaining:
        """What the shock leaves of each node at its worst."""
        return remaining_after(network, self.scenario, self.losses)

    def lived(
        self,
        network: FirmNetwork,
        *,
        watch: Sequence[int] = (),
        threads: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> FirmSimulation:
        """The scenario day by day, to its end: some of its days are no answer.

        Raises
        ------
        KeyboardInterrupt
            If the user stops it.
        """
        found = simulate_firms(
            network, self.scenario, self.losses, watch=watch, threads=threads, progress=progress
        )
        if found.outcome is Outcome.INTERRUPTED:
            raise KeyboardInterrupt
        return found

    def lived_by_sector(self, network: FirmNetwork, threads: int | None = None) -> FirmSimulation:
        """The same with every sector as one firm."""
        return Shocked(self.scenario, on_sectors(network, self.losses)).lived(
            by_sector(network), threads=threads
        )


@dataclass(frozen=True)
class Questions:
    """What is asked of a network."""

    rules: Rules
    weights: tuple[str, ...]
    """What losses are counted in; the first decides."""
    shocked: Shocked | None
    """None: nothing happens."""
    days: bool
    """Whether the scenario is lived through."""

    def shock_numbers(self, network: FirmNetwork, threads: int | None = None) -> Numbers:
        """What the shock comes to at once; nothing where there is none."""
        if self.shocked is None:
            return {}
        left = self.shocked.remaining(network).share
        found = compared(network, left, self.rules, weights_of(network, self.weights))
        return {
            "direct": found.direct,
            "by_firms": found.by_firms.joint,
            "by_firms_downstream": found.by_firms.downstream,
            "by_firms_upstream": found.by_firms.upstream,
            "by_sector": found.by_sector.joint,
            "of_sector_by_firms": found.by_firms.of_sector,
            "of_sector_by_sector": found.by_sector.of_sector,
            "shock_rounds": np.array([max(found.by_firms.rounds, found.by_sector.rounds)]),
        }


def days_numbers(lived: FirmSimulation) -> Numbers:
    """What is kept of the days of a network: value added lost; sectors by week; the day each node fell."""
    weeks = np.arange(lived.days) // DAYS_PER_WEEK
    made = np.stack([np.bincount(weeks, daily) for daily in lived.output.T])
    base = lived.base_output[:, None] * np.bincount(weeks)
    return {
        "value_added_lost": np.array([lived.value_added_lost]),
        "by_week": np.divide(made, base, out=np.ones_like(made), where=base > 0),
        "stopped_by_week": np.ascontiguousarray(lived.stopped.T),
        "fell": np.where(lived.falls.day >= 0, lived.falls.day, np.inf),
    }


@dataclass(frozen=True, eq=False)
class DrawnFirms:
    """Networks drawn from a table. They travel to workers as what they are drawn from."""

    frame: Frame
    section: SplitTable
    demography: Demography | None
    jobs: Floats | None

    def network(self, draw: int) -> FirmNetwork:
        """The network of a draw."""
        return split(self.frame, self.section, draw, demography=self.demography, jobs=self.jobs)


def numbers_of_draw(drawn: DrawnFirms, questions: Questions, threads: int | None, draw: int) -> Numbers:
    """The numbers of a draw: what the failure of each node costs, and what the shock comes to."""
    network = drawn.network(draw)
    every = np.arange(len(network))
    weights = weights_of(network, questions.weights)
    losses = cascades(build_operators(network, questions.rules), every, weights, threads=threads)
    found = {**numbers_of(network, every, losses), **questions.shock_numbers(network, threads=threads)}
    if questions.shocked is not None and questions.days:
        found |= days_numbers(questions.shocked.lived(network, threads=threads))
    return found


def numbers_of(network: FirmNetwork, nodes: Integers, losses: Losses) -> Numbers:
    """What is kept of the failures of nodes: all weights together, the first one way at a time."""
    output = network.nodes.output
    return {
        "output": output[nodes] / output[: network.firms].sum(),
        "joint": losses.joint,
        "downstream": losses.downstream[:, 0],
        "upstream": losses.upstream[:, 0],
        "rounds": losses.rounds,
    }
