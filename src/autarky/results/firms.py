"""Firm result: what a study with firms comes to, in values, as it is told, shown and kept.

Money is in the network's unit per year, losses are shares of the whole economy unless said otherwise. With
several draws of a synthetic network a figure is a ``Spread``; with one network its three values are equal.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """A figure over the draws: the median, and what 5 % and 95 % of the draws stay below."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class NetworkFacts:
    """The network, or one of the draws of it."""

    name: str
    year: int
    unit: str
    firms: int
    foreign_suppliers: int
    links: int
    kinds: int
    sectors: int
    draws: int
    """Networks drawn; 1: the network is given, not drawn."""
    is_synthetic: bool
    is_illustrative: bool
    """Whether it holds a plant that stands for no real one."""
    final_share: float
    """Share of output that goes to final users: the leak at which cascades end."""
    residual_share: float
    """Share of output made by rest-of-sector firms."""
    block_error: float
    """Largest difference between the table and the sum of its firms, as a share of the table's total."""
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RankedNode:
    """A firm or a supplier abroad, and what its failure alone would cost."""

    place: int | None
    """Among all nodes, by loss; None: after those of the ranking, and how far is not known."""
    name: str
    label: str
    """As it is told to a reader; of a drawn firm its size and sector, since it is no real one."""
    sector: str
    region: str
    kind: str
    is_foreign: bool
    is_rest: bool
    output_share: float
    """Its output over all output: lost if nothing follows. Of a supplier abroad what it sells here."""
    loss: tuple[Spread, ...]
    """Economic systemic risk index (Diem et al. 2022), one per weight."""
    downstream: Spread
    """The same by lack of its product alone, in the first weight."""
    upstream: Spread
    """By lack of its demand alone."""
    iterations: int
    """Rounds until the cascade had settled, at most over the draws."""


@dataclass(frozen=True)
class Ranking:
    """Nodes by what their failure costs."""

    weights: tuple[str, ...]
    tolerance: float
    most_iterations: int
    how: str
    """How it is known that no node outside ``nodes`` costs more than the last of them, one sentence."""
    nodes: tuple[RankedNode, ...]
    """The first of all nodes."""
    foreign: tuple[RankedNode, ...]
    """The first of the suppliers abroad."""
    curve: tuple[tuple[int, Spread], ...]
    """Number of nodes from the top → their share in the sum of all losses, in the first weight."""

    def first(self, nodes: int, foreign: int) -> tuple[RankedNode, ...]:
        """So many of the first nodes, and of the suppliers abroad that are not among these."""
        told = self.nodes[:nodes]
        names = {node.name for node in told}
        return (*told, *(node for node in self.foreign[:foreign] if node.name not in names))


@dataclass(frozen=True)
class SectorLoss:
    """One sector under the study's shock: by its firms, and with the sector as one firm."""

    sector: str
    name: str
    by_firms: Spread
    by_sector: Spread
    """Shares of the sector's own output."""


@dataclass(frozen=True)
class CutLoss:
    """What the study's shock comes to at once, without stocks and days: a cascade on firms and on sectors."""

    sentence: str
    """What is cut."""
    direct: Spread
    """Lost where it strikes, in the first weight: 0 where only suppliers abroad fail."""
    loss: tuple[Spread, ...]
    """By firms, one per weight."""
    downstream: Spread
    upstream: Spread
    by_sector: tuple[Spread, ...]
    """With every sector as one firm, one per weight."""
    error: Spread
    """Aggregation error in the first weight: (sector result − firm result) / firm result."""
    sectors: tuple[SectorLoss, ...]
    iterations: int
    notes: tuple[str, ...] = ()
    """What of the shock a cascade cannot tell, one sentence each."""


@dataclass(frozen=True)
class ChainStep:
    """One link of a because-chain."""

    name: str
    label: str
    sector: str
    is_foreign: bool
    day: int | None
    """Day, counted from the first shock, on which it fell below the threshold; None: the cut itself."""
    date: str
    output: float
    """Output (deliveries) on that day, as a share of the base year's."""
    bound_by: str
    """Input that bound it, ``capacity`` or ``demand``; empty for a cut."""
    stock_days: float | None
    """Days of use of that input it had when it began."""
    share: float | None
    """Share of that input that came from the next in the chain; of a firm bound by demand, of its output that
    went there; None at the end."""


@dataclass(frozen=True)
class FirmChain:
    """Why one firm made less, back to the cut."""

    firm: str
    label: str
    lost: float
    """Output lost over the run, as a share of what it would have made."""
    steps: tuple[ChainStep, ...]
    """The firm first, the cut last; empty: it did not fall."""
    sentence: str
    """All of it in one sentence."""


@dataclass(frozen=True)
class FirmCourse:
    """The output of one firm day by day, as a share of the base year's."""

    name: str
    label: str
    output: tuple[float, ...]


@dataclass(frozen=True)
class FirmDays:
    """The scenario lived through day by day; of draws medians, but for ``courses``, ``chains``."""

    start: str
    days: int
    first_shock: int
    """Day of the first shock, counted from ``start``."""
    sectors: tuple[str, ...]
    sector_names: tuple[str, ...]
    by_week: tuple[tuple[float, ...], ...]
    """Sector after sector, its output by week as a share of the base year's, from its firms."""
    by_sector_model: tuple[tuple[float, ...], ...]
    """The same from the table's sectors as single firms."""
    stopped_by_week: tuple[tuple[float, ...], ...]
    """Share of each sector's firms that make less than half."""
    gdp_lost: Spread
    """Value added lost over the run, by firms."""
    gdp_lost_by_sector: float
    """The same with each sector as one firm."""
    error: Spread
    """(sector − firms) / firms, of value added lost."""
    first: tuple[tuple[str, int], ...]
    """Firms that fell first: label, and day counted from the first shock."""
    courses: tuple[FirmCourse, ...]
    chains: tuple[FirmChain, ...]
    shocks: tuple[tuple[str, str], ...] = ()
    """First and last date (ISO) on which each shock acts in full; the last is empty: to the end."""
    notes: tuple[str, ...] = ()
    """What of the scenario the days leave out, one sentence each."""


@dataclass(frozen=True)
class FirmResult:
    """All that ``autarky firms`` tells."""

    title: str
    network: NetworkFacts
    ranking: Ranking
    cut: CutLoss | None
    """None where the study has no shock."""
    days: FirmDays | None
    """None where the study has no scenario."""
    rules: tuple[tuple[str, str], ...]
    """Parameter → value, as in force, assumptions marked."""
