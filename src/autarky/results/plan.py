"""Plan result: the action plan in values, as it is told, shown and kept; who works it out is ``planning``.

Amounts are per year of their period. Worth is in person-days of basket: what one person needs for a day.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measure:
    """An amount in its product's unit, and in a physical one where there is one."""

    value: float
    unit: str
    physical: float | None = None
    physical_unit: str = ""


@dataclass(frozen=True)
class Need:
    """Something a step takes."""

    what: str
    amount: Measure
    low: float | None = None
    """What it comes to where every declared number behind it is lowest, in the amount's unit; None: there
    is no range."""
    high: float | None = None
    """The same where every one is highest."""


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    period: str
    act: str
    """``start``, ``keep up`` (existing plants), ``commission``, ``run``, ``stop``, ``import``,
    ``stop importing``, ``stock``, ``train``."""
    what: str
    """Technique, import channel, product or pair of skills."""
    name: str
    """The same as it is told to a reader."""
    amount: Measure
    """Capacity started or commissioned; activity, imports, stock or hours after the step."""
    before: float | None = None
    """The same in the period before, where the step changes something that was there."""
    ready: str = ""
    """Of a start: the period in which it can first be used."""
    needs: tuple[Need, ...] = ()
    """Of a start: capital goods and hours, over the whole time of building; else inputs per year."""
    preceded_by: tuple[str, ...] = ()
    """Steps that supply what it needs and would be short otherwise."""
    unlocks: tuple[str, ...] = ()
    """What can run, or no longer needs to be imported, because of it."""
    why: str = ""
    """One sentence: what it is worth against what it takes."""
    delay_cost: float | None = None
    """Person-days of basket lost if it is put off by one period, solved again; None: not asked."""
    source: str = ""


@dataclass(frozen=True)
class StageReached:
    """One objective and what it came to."""

    name: str
    unit: str
    value: float


@dataclass(frozen=True)
class Coverage:
    """How much of its need of a product a group gets."""

    span: str
    group: str
    product: str
    need: Measure
    share: float


@dataclass(frozen=True)
class Livelihood:
    """What a group lives on: 1 is its whole basket."""

    span: str
    group: str
    basket: float
    """Weighted share of the basket."""
    extra: float
    """Person-years beyond the basket, per person and year."""


@dataclass(frozen=True)
class Series:
    """One activity, import or export over the spans."""

    code: str
    name: str
    unit: str
    by_span: tuple[float, ...]
    limit: tuple[float, ...] = ()
    """Capacity or ceiling by span; inf: none."""
    base: float | None = None
    """In the base year, where there is one."""
    physical_unit: str = ""
    physical_per_unit: float | None = None


@dataclass(frozen=True)
class Balance:
    """A product in one span: what came and what went; comes − goes = left over, never below zero."""

    span: str
    product: str
    unit: str
    comes: tuple[tuple[str, float], ...]
    """(``made by a technique``, ``imported from a partner``, ``from stock``, amount)."""
    goes: tuple[tuple[str, float], ...]
    """(``used by …``, ``built into …``, ``households``, ``public``, ``exported to …``, ``into stock``)."""

    @property
    def left_over(self) -> float:
        """What nobody takes."""
        return sum(amount for _, amount in self.comes) - sum(amount for _, amount in self.goes)


@dataclass(frozen=True)
class TargetReached:
    """A target in one span."""

    name: str
    span: str
    unit: str
    level: float
    missed: float
    priority: int
    must_hold: bool


@dataclass(frozen=True)
class Limit:
    """Something scarce, and what one more unit of it is worth."""

    kind: str
    """``import ceiling``, ``foreign exchange``, ``labour``, ``capacity``, ``public demand``, ``target`` …"""
    what: str
    """The channel, technique, skill or policy."""
    span: str
    unit: str
    worth: float
    """Person-days of basket per unit of it (one unit per year throughout the span)."""
    valid_down: float
    """How much less there can be before the worth changes, in the unit."""
    valid_up: float
    """How much more."""
    worth_of_percent: float
    """Person-days for 1 % more of what there is: by this limits are ranked."""
    checked: tuple[tuple[float, float], ...] = ()
    """(change, person-days gained when solved again with it)."""


@dataclass(frozen=True)
class KeptImport:
    """An import, and what it is worth for what it costs."""

    channel: str
    name: str
    span: str
    amount: Measure
    worth: float
    """Person-days per unit, before it is paid."""
    price: float
    """Currency per unit."""
    worth_per_currency: float
    """Person-days per unit of currency: by this imports are ranked."""


@dataclass(frozen=True)
class Valuation:
    """A technique at the plan's prices: what a unit makes against what it takes (Kantorovich 1939)."""

    technique: str
    name: str
    span: str
    used: bool
    makes: tuple[tuple[str, float], ...]
    """(product, person-days)."""
    takes: tuple[tuple[str, float], ...]
    """(input, hours, plant …, person-days)."""
    loss: float
    """takes − makes: 0 for one that is used; what each unit would cost for one that is not."""


@dataclass(frozen=True)
class SiegeCoverage:
    """What a siege that begins in a span leaves."""

    span: str
    coverage: float
    """Largest share of every basket product that could be kept up."""
    scarcest: str


@dataclass(frozen=True)
class Certificate:
    """What makes the plan checkable."""

    solver: str
    rows: int
    columns: int
    entries: int
    violation: float
    """Largest breach of a constraint, relative to its size, by arithmetic that does not share the matrix."""
    where: str
    gap: float
    """Primal against dual value of the last stage, relative."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Giving:
    """How much one policy must give if no other does."""

    policy: str
    unit: str
    total: float
    """Of flows the amounts of all years added up, of levels the largest; livelihoods in person-years of
    basket, trade at its prices. nan: not possible."""
    share: float
    """Of all that the policy is about, over all years: 1 is giving way wholly; a limit can pass 1."""
    possible: bool
    """False: even giving way wholly it does not suffice alone."""
    by_place: tuple[tuple[str, Measure], ...] = ()
    """(span and product, channel or skill; amount, of flows per year), largest share first."""


@dataclass(frozen=True)
class Clash:
    """Why there is no plan: policies that cannot all hold, each of which is needed for the clash."""

    title: str
    policies: tuple[str, ...]
    """None: nothing that anybody wants is in the way; what is there contradicts itself."""
    alone: tuple[Giving, ...]
    """What each must give alone."""
    repair: tuple[Giving, ...]
    """The cheapest joint repair: shares, added up with what a share of each is worth, are least."""
    exchange: tuple[tuple[float, float], ...] = ()
    """(what the first of ``exchanged`` gives, what the second must then give), as totals."""
    exchanged: tuple[str, str] = ("", "")
    solved: int = 0
    """Linear programs solved to find it."""
    assumptions: tuple[str, ...] = ()

    @property
    def exchange_rate(self) -> float:
        """How much less the second must give for each unit that the first gives, over the whole curve."""
        if len(self.exchange) < 2:
            return float("nan")
        (first, most), (last, least) = self.exchange[0], self.exchange[-1]
        return (most - least) / (last - first)


@dataclass(frozen=True)
class FrontierPoint:
    """The largest livelihood at one import budget."""

    budget: float
    """As a share of the base year's imports."""
    spent: float
    """Currency per year in the year after."""
    livelihood: float
    """Baskets for everybody: worst coverage, which may pass 1; nan: what must hold cannot."""
    techniques: tuple[str, ...]
    """Those that run in the year after here and not at every budget: what switches on and off."""


@dataclass(frozen=True)
class YearsNeeded:
    """How long it takes until a livelihood can be kept up at an import budget."""

    budget: float
    livelihood: float
    years: float | None
    """From the beginning of the plan; None: not within it."""


@dataclass(frozen=True)
class Frontier:
    """The autarky frontier, and its version in time."""

    currency: str
    base_imports: float
    points: tuple[FrontierPoint, ...]
    years: tuple[YearsNeeded, ...] = ()


@dataclass(frozen=True)
class DayCheck:
    """A product of which the day-by-day simulation of a span brings less than the plan counts on."""

    span: str
    product: str
    planned: float
    simulated: float
    unit: str
    cause: str = ""


@dataclass(frozen=True)
class Robustness:
    """The plan under draws of the economy and of the techniques' ranges."""

    draws: int
    feasible: int
    steps: tuple[tuple[str, str, str, float], ...]
    """(period, act, what, share of draws in which the step appears), largest first."""
    coverage: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """5 %, 50 % and 95 % quantile of the worst coverage."""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class RollingHorizon:
    """What not knowing the future costs: planned again every period with a window of some periods."""

    window: int
    worst_coverage: float
    """Of the path as it came, to be held against the plan's own; nan: it could not be gone to its end."""
    shortfall: float
    """Person-days of basket more than with all years known."""
    gain: float
    """Consumption beyond the basket as a share of the plan's; nan where neither has any."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Otherwise:
    """The same question under another choice, which no figure settles."""

    choice: str
    """``home products can stand for no import``."""
    worst_coverage: float
    """nan: there is no plan."""
    gain: float
    """Consumption beyond the basket, against the plan's: a share; nan where there is none."""
    clash: tuple[str, ...] = ()
    """Policies that clash, where there is no plan."""


@dataclass(frozen=True)
class PlanResult:
    """The action plan."""

    title: str
    economy: str
    periods: tuple[str, ...]
    years: tuple[float, ...]
    spans: tuple[str, ...]
    persons: float
    """In the first period."""
    stages: tuple[StageReached, ...]
    worst_coverage: float
    coverages: tuple[Coverage, ...]
    livelihoods: tuple[Livelihood, ...]
    steps: tuple[Step, ...]
    activities: tuple[Series, ...]
    imports: tuple[Series, ...]
    exports: tuple[Series, ...]
    balances: tuple[Balance, ...]
    targets: tuple[TargetReached, ...]
    certificate: Certificate
    priced: str = ""
    """The stage whose prices these are: ``shortfall`` or ``consumption beyond the basket``; empty: none."""
    limits: tuple[Limit, ...] = ()
    keep: tuple[KeptImport, ...] = ()
    valuations: tuple[Valuation, ...] = ()
    siege: tuple[SiegeCoverage, ...] = ()
    frontier: Frontier | None = None
    rolling: tuple[RollingHorizon, ...] = ()
    days: tuple[DayCheck, ...] = ()
    days_checked: bool = False
    days_notes: tuple[str, ...] = ()
    robustness: Robustness | None = None
    otherwise: tuple[Otherwise, ...] = ()
    assumptions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    """Long name by code."""
    currency: str = ""
    """What imports are paid in; empty: they cost nothing."""
