"""Gates: the imports that a scenario limits, and what is lost with any set of them kept."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autarky.economy import Economy
from autarky.ensemble import Executor, Sweep, claimed, run_sweep
from autarky.errors import InputError, Problem, ScenarioError, StoppedError
from autarky.explanation.wording import listing, plain
from autarky.scenario import Exemption, Scenario
from autarky.simulation.network import Network
from autarky.simulation.panel import Precision
from autarky.simulation.presets import parameters
from autarky.simulation.sweep import LimitedFlow, limited_imports

Progress = Callable[[str, int, int], None]
"""Told (what is simulated, scenarios done, scenarios in all) now and then."""

Pair = tuple[float, float]
"""Of the households' consumption, and of value added."""

OF_ITSELF = 0.005
"""A gate is weighed by its share of the imports cut and this besides (an assumption): without it gates of
next to no imports would head every list, since they avert next to nothing for nothing."""

_DIGITS = 5
"""What does not differ in so many digits is a tie."""


@contextmanager
def resumable(folder: Path | None, command: str) -> Iterator[None]:
    """Inside, sweeps keep what is done in a folder that nobody else writes to; without one, nothing is kept.

    Raises
    ------
    StoppedError
        If the user stops it while there is a folder; ``command`` goes on.
    InputError
        If the folder cannot be claimed, written or read.
    """
    if folder is None:
        yield
        return
    try:
        with claimed(folder):
            yield
    except KeyboardInterrupt as error:
        what = f"interrupted: what is done is kept in {folder}"
        raise StoppedError(Problem(" ".join(command.split()[:2]), what, f"to resume: {command}")) from error
    except OSError as error:
        what = f"cannot be written or read: {error.strerror or error}"
        raise InputError(Problem(str(folder), what, f"put that right, then: {command}")) from error


@dataclass(frozen=True)
class LimitedGate:
    """A gate that a scenario limits: imports of a product from a partner, into all regions that lose them."""

    flow: LimitedFlow
    label: str
    """``partner.product``."""
    name: str
    """As printed; with the partner where there are several."""
    share: float
    """Of the imports that all gates let in, in the base year."""


def limited_gates(
    economy: Economy, network: Network, scenario: Scenario, regions: Sequence[str] | None = None
) -> tuple[LimitedGate, ...]:
    """The gates that a scenario limits, in order of their labels: no table's order decides anything.

    Raises
    ------
    ScenarioError
        If there is none, or as ``simulate``.
    """
    flows = limited_imports(network, scenario, regions)
    if not flows:
        where = "" if regions is None else f" of {listing(regions)}"
        what = f"no trade_cut, bloc_cut or trade_series limits imports{where}"
        raise ScenarioError(
            Problem("shocks", what, "add one: kind: trade_cut, destination: …, share_kept: 0")
        )
    whole = math.fsum(flow.imports for flow in flows)
    several = len({flow.partner for flow in flows}) > 1
    names = [
        plain(economy.product_name(flow.product)) + (f" from {plain(flow.partner)}" if several else "")
        for flow in flows
    ]
    often = Counter(names)
    found = [
        LimitedGate(
            flow,
            f"{flow.partner}.{flow.product}",
            name if often[name] == 1 else f"{name} ({plain(flow.product)})",
            flow.imports / whole,
        )
        for name, flow in zip(names, flows, strict=True)
    ]
    return tuple(sorted(found, key=lambda gate: gate.label))


class Trial:
    """What is lost with some gates kept. A set of gates is a whole number, bit *g* for gate *g*.

    A gate is kept by an exemption, so that every other shock of the scenario stays.
    """

    def __init__(
        self,
        network: Network,
        scenario: Scenario,
        gates: tuple[LimitedGate, ...],
        regions: tuple[str, ...],
        *,
        precision: Precision = "float32",
        folder: Path | None = None,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.gates, self.regions, self.precision = gates, regions, precision
        self.all_kept = (1 << len(gates)) - 1
        self._network, self._scenario = network, scenario
        self._folder, self._executor, self._progress = folder, executor, progress
        self._known: dict[Precision, dict[int, Pair]] = {"float32": {}, "float64": {}}
        self._exemptions: dict[tuple[str, ...], Exemption] = {}

    @property
    def spare(self) -> float:
        """Share by which an import gate that is kept can deliver more than in the base year."""
        if self._network.economy.is_multi_regional:
            return 0.0
        params = parameters(self._scenario.behaviour, self._scenario.groups)
        return float(params.preset.import_spare)

    def lost(self, sets: Iterable[int], what: str, precision: Precision | None = None) -> list[Pair]:
        """What is lost with each of these sets kept; those not known yet are simulated in one sweep."""
        asked, chosen = list(sets), precision or self.precision
        known, told = self._known[chosen], self._progress
        if new := [kept for kept in dict.fromkeys(asked) if kept not in known]:
            sweep = Sweep(self._network, tuple(map(self._with, new)), self.regions, chosen)
            found = run_sweep(
                sweep,
                folder=self._folder,
                executor=self._executor,
                progress=None if told is None else lambda done, total: told(what, done, total),
            )
            known.update(
                (kept, (float(a), float(b))) for kept, (a, b) in zip(new, found["lost"], strict=True)
            )
        return [known[kept] for kept in asked]

    def averts(self, sets: Sequence[int], what: str, precision: Precision | None = None) -> list[Pair]:
        """``(loss of the scenario − loss with these kept) / loss of the scenario``; NaN where that is 0."""
        none, *rest = self.lost([0, *sets], what, precision)
        return [(_averted(none[0], kept[0]), _averted(none[1], kept[1])) for kept in rest]

    def worth(self, sets: Sequence[int], what: str) -> list[Pair]:
        """The same as it is compared: to so many digits, 0 where the scenario loses nothing."""
        return [(_compared(households), _compared(added)) for households, added in self.averts(sets, what)]

    def share(self, kept: int) -> float:
        """Of the imports cut, of a set of gates."""
        return math.fsum(gate.share for g, gate in enumerate(self.gates) if kept >> g & 1)

    def per_weight(self, gate: int, gain: Pair) -> Pair:
        """Gains per share of the imports that a gate takes, and ``OF_ITSELF``."""
        weight = self.gates[gate].share + OF_ITSELF
        return round(gain[0] / weight, _DIGITS), round(gain[1] / weight, _DIGITS)

    def _with(self, kept: int) -> Scenario:
        """The scenario with these gates exempt: one exemption for each partner and its destinations."""
        products: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for g, gate in enumerate(self.gates):
            if kept >> g & 1:
                products.setdefault((gate.flow.partner, gate.flow.destinations), []).append(gate.flow.product)
        exempt = [self._exemption(*ends, tuple(given)) for ends, given in products.items()]
        return self._scenario.model_copy(update={"exempt": (*self._scenario.exempt, *exempt)})

    def _exemption(self, partner: str, places: tuple[str, ...], products: tuple[str, ...]) -> Exemption:
        """Most scenarios of a sweep have most exemptions in common."""
        key = (partner, *places, "", *products)
        if key not in self._exemptions:
            self._exemptions[key] = Exemption(origin=(partner,), destination=places, products=products)
        return self._exemptions[key]


def _averted(none: float, kept: float) -> float:
    return (none - kept) / none if none > 1e-9 else math.nan


def _compared(share: float) -> float:
    return round(share, _DIGITS) if math.isfinite(share) else 0.0
