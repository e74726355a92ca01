"""Steps: what a plan does, one thing at a time: start, commission, run, stop, import, stock, train."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from autarky.planning.linear_program import Floats
from autarky.planning.plan import Plan
from autarky.planning.posing.from_table import TableBase
from autarky.planning.problem import PlanningProblem
from autarky.planning.telling.balances import numbers
from autarky.results.plan import KeptImport, Measure, Need, Step, Valuation

MAIN = 0.25
"""Share of a technique's inputs from which one is a main input."""
NOISE = 1e-6
"""Share of the largest amount in the same unit below which an amount is nothing."""
CHANGED = 0.01
"""Change against the period before from which imports and stocks are a step; growth from which plants
expand rather than only being kept up."""
OF_SUPPLY, MOST_BEFORE = 0.1, 3
"""Share of what another's new plants make from which a start is told to need them; and how many at most."""
EXISTING = "existing plants"
"""What ``keep up`` is about."""
ACTS = ("start", "keep up", "train", "stock", "commission", "run", "import", "stop importing", "stop")
"""In the order in which they are told within a period."""

Delays = Mapping[tuple[str, str], float]
"""(period, technique) → person-days of basket that putting its start off costs."""


def steps(
    plan: Plan,
    *,
    base: TableBase | None = None,
    valuations: Sequence[Valuation] = (),
    keep: Sequence[KeptImport] = (),
    delays: Delays | None = None,
) -> tuple[Step, ...]:
    """Everything a plan does that is not as in the period before, by period, then as in ``ACTS``.

    Plants that never grow beyond what there was are not told one by one: their starts are added up in one
    ``keep up`` step a period and unit. Amounts below ``NOISE`` of the largest are no step.

    Parameters
    ----------
    base
        The table's year: what the first period is compared with.
    valuations, keep
        Prices of scarcity, from which ``why`` is told.
    delays
        What putting starts off costs, as from ``delay_costs``.
    """
    told = _Told(plan, base, valuations, keep, delays or {})
    found = [
        *told.starts(),
        *told.kept_up(),
        *told.training(),
        *told.stocks(),
        *told.commissions(),
        *told.runs_and_stops(),
        *told.imports(),
    ]
    when = {span: t for t, span in enumerate(plan.problem.spans)}
    return tuple(sorted(found, key=lambda step: (when[step.period], ACTS.index(step.act))))


def measure(problem: PlanningProblem, product: str, amount: float, per_year: bool = False) -> Measure:
    """An amount of a product, in its physical unit too where there is one."""
    own = problem.product_units[problem.products.index(product)]
    physical, unit = problem.in_units(product, amount)
    year = " / year" if per_year else ""
    if unit != own:
        return Measure(float(amount), own + year, float(physical), unit + year)
    return Measure(float(amount), own + year)


def physical_of(problem: PlanningProblem, technique: int) -> tuple[str, float] | None:
    """(physical unit, how much of it per unit of activity) of what a technique mainly makes, where known."""
    made = problem.make[:, technique]
    if not made.any():
        return None
    product = problem.products[int(np.argmax(made))]
    for quantity in problem.quantities:
        if quantity.product == product and quantity.unit != problem.technique_units[technique]:
            return quantity.unit, quantity.per_unit * float(made.max())
    return None


def without_noise(values: Floats, units: Sequence[str], scale: Mapping[str, float] | None = None) -> Floats:
    """Values (spans, columns), those below ``NOISE`` of the largest of any column in the same unit as 0.

    ``scale`` gives what is the least large of each unit, as from ``scales``.
    """
    largest = dict(scale or {})
    for column, unit in enumerate(units):
        largest[unit] = max(largest.get(unit, 0.0), float(np.abs(values[:, column]).max(initial=0.0)))
    least = np.array([NOISE * largest[unit] for unit in units])
    return np.asarray(np.where(np.abs(values) > least, values, 0.0))


def scales(plan: Plan) -> dict[str, float]:
    """The largest activity, import or export in each unit."""
    problem = plan.problem
    found: dict[str, float] = {}
    for block, units in (
        ("activity", problem.technique_units),
        ("imports", [problem.product_units[i] for i in problem.imports.products]),
        ("exports", [problem.product_units[i] for i in problem.exports.products]),
    ):
        highest = np.abs(numbers(plan, block, len(units))).max(axis=0, initial=0.0)
        for unit, amount in zip(units, highest, strict=True):
            found[unit] = max(found.get(unit, 0.0), float(amount))
    return found


def _old_capacity(problem: PlanningProblem) -> Floats:
    """(spans, m) capacity without anything started in the plan; inf where no plant is needed."""
    left = (1.0 - problem.retirement) ** problem.years[:, None]
    old = [problem.capacity * left[0] + problem.arriving[0]]
    for t in range(1, len(problem.spans)):
        arriving = problem.arriving[t] if t < len(problem.periods) else 0.0
        old.append(old[-1] * left[min(t, len(problem.periods) - 1)] + arriving)
    return np.asarray(old)


def expanding(plan: Plan) -> npt.NDArray[np.bool_]:
    """(m,) whether starts ever take the plants of a technique beyond what there was or was under way."""
    problem = plan.problem
    grows = np.zeros(len(problem.techniques), dtype=bool)
    if "starts" in plan.values and "capacity" in plan.values:
        plants = problem.with_plants
        there = np.maximum(problem.capacity, _old_capacity(problem).max(axis=0))[plants]
        highest = numbers(plan, "capacity").max(axis=0)
        units = [problem.technique_units[j] for j in plants]
        beyond = without_noise((highest - (1.0 + CHANGED) * there)[None], units)[0]
        grows[plants] = beyond > 0
        built = np.zeros(len(grows), dtype=bool)
        built[problem.buildable] = numbers(plan, "starts").max(axis=0) > 0
        grows &= built
    return grows


class _Told:
    """One plan with what its steps are told from."""

    def __init__(
        self,
        plan: Plan,
        base: TableBase | None,
        valuations: Sequence[Valuation],
        keep: Sequence[KeptImport],
        delays: Delays,
    ) -> None:
        self.plan, self.problem, self.base, self.delays = plan, plan.problem, base, delays
        # A technique may be valued twice in a span: its running, by its own name, and its building.
        names = plan.problem.names
        self.valuations = {
            (one.technique, one.span): one
            for one in valuations
            if one.name == names.get(one.technique, one.technique)
        }
        self.keep = {(one.channel, one.span): one for one in keep}
        self.grows = expanding(plan)
        self.scale = scales(plan)

    def starts(self) -> list[Step]:
        """A step for each technique and period in which plants beyond those there were are begun."""
        problem = self.problem
        found = []
        for t, j in zip(*np.nonzero(self.started), strict=True):
            if not self.grows[j]:
                continue
            technique, ready = problem.techniques[j], self.ready(t, j)
            before = self._supplied_by(int(t), int(j))
            found.append(
                Step(
                    problem.periods[t],
                    "start",
                    technique,
                    problem.name_of(technique),
                    self._of_technique(j, self.started[t, j]),
                    ready=ready,
                    needs=self._building_needs(int(j), float(self.started[t, j])),
                    preceded_by=tuple(before),
                    unlocks=self._unlocked(int(t), int(j)),
                    why=self._why_started(int(j), ready),
                    delay_cost=self.delays.get((problem.periods[t], technique)),
                    source=self._source(technique),
                )
            )
        return found

    def kept_up(self) -> list[Step]:
        """One step a period and unit for all starts that only take the place of what retires."""
        problem = self.problem
        found = []
        kept = np.where(self.grows, 0.0, self.started)
        for t, period in enumerate(problem.periods):
            units = dict.fromkeys(problem.technique_units[j] for j in np.flatnonzero(kept[t]))
            for unit in units:
                columns = [j for j in np.flatnonzero(kept[t]) if problem.technique_units[j] == unit]
                amount = float(kept[t, columns].sum())
                needs = problem.builds_with[:, columns] @ kept[t, columns]
                found.append(
                    Step(
                        period,
                        "keep up",
                        EXISTING,
                        EXISTING,
                        Measure(amount, f"{unit} / year"),
                        needs=self._needs(dict(enumerate(needs))),
                        why=f"plants of {_techniques(len(columns))} retire and are built anew",
                    )
                )
        return found

    def commissions(self) -> list[Step]:
        """Capacity that the plan began, in the span in which it can first be used."""
        problem = self.problem
        arrived: dict[tuple[int, int], float] = {}
        for t, j in zip(*np.nonzero(self.started), strict=True):
            span = int(problem.arrival[t, j])
            if self.grows[j] and span < len(problem.spans):
                arrived[span, int(j)] = arrived.get((span, int(j)), 0.0) + float(self.started[t, j])
        return [
            Step(
                problem.spans[span],
                "commission",
                problem.techniques[j],
                problem.name_of(problem.techniques[j]),
                self._of_technique(j, amount),
            )
            for (span, j), amount in sorted(arrived.items())
        ]

    def runs_and_stops(self) -> list[Step]:
        """Techniques that run for the first time, and those that ran and no longer do."""
        problem, activity = self.problem, self.activity
        base = self._base("activity")
        found = []
        for j, technique in enumerate(problem.techniques):
            # Before the plan: as in the table, else what its plants allow; of what needs none, nothing known.
            plants = problem.capacity[j]
            before = base.get(technique, plants if np.isfinite(plants) else None)
            ran = before is not None and before > 0
            for t, period in enumerate(problem.periods):
                now = float(activity[t, j])
                amount = self._of_technique(j, now)
                name = problem.name_of(technique)
                if now > 0 and not ran and (t or before is not None):
                    takes = {int(i): problem.use[i, j] * now for i in np.flatnonzero(problem.use[:, j])}
                    needs = self._needs(takes, per_year=True)
                    source = self._source(technique)
                    why = self._worth(technique, period)
                    found.append(
                        Step(period, "run", technique, name, amount, 0.0, needs=needs, why=why, source=source)
                    )
                if now == 0 and (before or 0.0) > 0:
                    why = self._worth(technique, period)
                    found.append(Step(period, "stop", technique, name, amount, before, why=why))
                ran |= now > 0
                before = now
        return found

    def imports(self) -> list[Step]:
        """Imports that differ from the period before (at first: from the base year) by more than 1 %."""
        problem = self.problem
        base = self._base("imports")
        found = []
        for c, label in enumerate(problem.imports.labels):
            partner, product = problem.imports.channels[c]
            before = base.get(label)
            name = f"{problem.name_of(product)} from {problem.name_of(partner)}"
            for t, period in enumerate(problem.periods):
                now = float(self.imported[t, c])
                measured = measure(problem, product, now, per_year=True)
                if now == 0 and (before or 0.0) > 0:
                    why = self._why_less(t, c)
                    found.append(Step(period, "stop importing", label, name, measured, before, why=why))
                elif now > 0 and (before is None or abs(now - before) > CHANGED * max(before, now)):
                    less = before is not None and now < before
                    why = self._why_less(t, c) if less else self._why_imported(label, period)
                    found.append(Step(period, "import", label, name, measured, before, why=why))
                before = now
        return found

    def stocks(self) -> list[Step]:
        """Stocks that grow by more than 1 %."""
        problem = self.problem
        if problem.stocks is None:
            return []
        units = [problem.product_units[i] for i in problem.stocks.products]
        held = without_noise(numbers(self.plan, "stock"), units)
        before = np.vstack([problem.stocks.initial, held[:-1]])
        return [
            Step(
                problem.periods[t],
                "stock",
                problem.products[problem.stocks.products[k]],
                problem.name_of(problem.products[problem.stocks.products[k]]),
                measure(problem, problem.products[problem.stocks.products[k]], float(held[t, k])),
                float(before[t, k]),
            )
            for t, k in zip(*np.nonzero(held > before * (1 + CHANGED)), strict=True)
        ]

    def training(self) -> list[Step]:
        """Hours of people who begin to learn another skill."""
        labour = self.problem.labour
        if labour is None or not labour.training:
            return []
        trained = without_noise(numbers(self.plan, "training"), [""] * len(labour.training))
        return [
            Step(
                self.problem.periods[t],
                "train",
                f"{labour.training[k][0]} to {labour.training[k][1]}",
                f"{labour.training[k][0]} to {labour.training[k][1]}",
                Measure(float(trained[t, k]), f"{labour.unit} / year"),
            )
            for t, k in zip(*np.nonzero(trained), strict=True)
        ]

    @cached_property
    def started(self) -> Floats:
        """(p, m) capacity begun, without noise."""
        problem = self.problem
        begun = np.zeros((len(problem.periods), len(problem.techniques)))
        if "starts" in self.plan.values:
            units = [problem.technique_units[j] for j in problem.buildable]
            begun[:, problem.buildable] = without_noise(numbers(self.plan, "starts"), units, self.scale)
        return begun

    @cached_property
    def activity(self) -> Floats:
        """(spans, m) without noise."""
        return without_noise(numbers(self.plan, "activity"), self.problem.technique_units, self.scale)

    @cached_property
    def imported(self) -> Floats:
        """(spans, c) without noise."""
        trade = self.problem.imports
        units = [self.problem.product_units[i] for i in trade.products]
        return without_noise(numbers(self.plan, "imports", len(trade.channels)), units, self.scale)

    def ready(self, period: int, technique: int) -> str:
        """The span in which what is started can first be used."""
        span = int(self.problem.arrival[period, technique])
        return self.problem.spans[span] if span < len(self.problem.spans) else "after the plan"

    def _base(self, what: str) -> dict[str, float]:
        if self.base is None:
            return {}
        if what == "activity":
            return dict(zip(self.base.techniques, map(float, self.base.output), strict=True))
        labels = (f"{partner}.{product}" for partner, product in self.base.import_channels)
        return dict(zip(labels, map(float, self.base.imports_base), strict=True))

    def _of_technique(self, technique: int, amount: float) -> Measure:
        unit = f"{self.problem.technique_units[technique]} / year"
        physical = physical_of(self.problem, technique)
        if physical is None:
            return Measure(float(amount), unit)
        return Measure(float(amount), unit, float(amount) * physical[1], f"{physical[0]} / year")

    def _building_needs(self, technique: int, amount: float) -> tuple[Need, ...]:
        problem = self.problem
        goods = problem.builds_with[:, technique] * amount
        found = self._needs(dict(enumerate(goods)), moved=self._moved.get(technique, {}), by=amount)
        if problem.labour is not None:
            hours = problem.labour.per_start[:, technique] * amount
            found += tuple(
                Need(f"work of {skill}", Measure(float(hours[s]), problem.labour.unit))
                for s, skill in enumerate(problem.labour.skills)
                if hours[s] > 0
            )
        return found

    def _needs(
        self,
        amounts: Mapping[int, float],
        per_year: bool = False,
        moved: Mapping[int, tuple[float, float]] = MappingProxyType({}),
        by: float = 1.0,
    ) -> tuple[Need, ...]:
        """Amounts by position of product, those dearest in the plan first.

        ``moved``: how far ranges move an amount down and up, per unit of ``by``.
        """
        problem = self.problem
        order = sorted(
            (i for i, amount in amounts.items() if amount > 0),
            key=lambda i: (-self._dearest[i] * amounts[i], -amounts[i]),
        )
        return tuple(
            Need(
                problem.name_of(problem.products[i]),
                measure(problem, problem.products[i], float(amounts[i]), per_year),
                *(max(float(amounts[i]) + by * far, 0.0) for far in moved.get(i, ())),
            )
            for i in order
        )

    @cached_property
    def _moved(self) -> dict[int, dict[int, tuple[float, float]]]:
        """Technique → product → how far the ranges of what building takes move it down and up, per unit."""
        problem, found = self.problem, defaultdict[int, dict[int, tuple[float, float]]](dict)
        for one in problem.coefficients:
            if one.kind == "builds_with" and one.low < one.high:
                j, i = problem.techniques.index(one.technique), problem.products.index(one.product)
                down, up = found[j].get(i, (0.0, 0.0))
                found[j][i] = (
                    down + (one.low - one.value) * one.factor,
                    up + (one.high - one.value) * one.factor,
                )
        return found

    @cached_property
    def _dearest(self) -> Floats:
        """(n,) the highest scarcity price of each product in any span; zeros without prices."""
        if self.plan.priced is None:
            return np.zeros(len(self.problem.products))
        rows = self.plan.formulation.rows["balance"].positions
        return np.asarray(self.plan.priced.solution.row_duals[rows].max(axis=0))

    @cached_property
    def _beyond_old(self) -> Floats:
        """(spans, m) activity that only plants begun in the plan allow."""
        return np.maximum(self.activity - _old_capacity(self.problem), 0.0)

    def _supplied_by(self, period: int, technique: int) -> list[str]:
        """Starts of others whose new plants make what this one is built of, or takes once it runs."""
        problem = self.problem
        amount = self.started[period, technique]
        ready = int(problem.arrival[period, technique])
        wanted = [
            (
                int(span),
                problem.builds_with[:, technique] * amount * problem.building[period, span, technique],
            )
            for span in np.flatnonzero(problem.building[period, :, technique])
        ]
        if ready < len(problem.spans):
            running = min(amount, self.activity[ready, technique])
            wanted.append((ready, problem.use[:, technique] * running))
        found: list[tuple[float, str]] = []
        for other in np.flatnonzero(self.grows):
            if other == technique or not self.started[: period + 1, other].any():
                continue
            made = problem.make[:, other]
            new = self._beyond_old[:, other]
            share = max(
                (
                    float((needs[made > 0] / (made[made > 0] * new[span])).max())
                    for span, needs in wanted
                    if new[span] > 0 and span >= self._first_ready(int(other))
                ),
                default=0.0,
            )
            if share > OF_SUPPLY:
                begun = problem.periods[int(np.flatnonzero(self.started[:, other])[0])]
                found.append((share, f"{problem.name_of(problem.techniques[other])} (started {begun})"))
        found.sort(key=lambda one: -one[0])
        return [told for _, told in found[:MOST_BEFORE]]

    def _first_ready(self, technique: int) -> int:
        begun = int(np.flatnonzero(self.started[:, technique])[0])
        return int(self.problem.arrival[begun, technique])

    def _unlocked(self, period: int, technique: int) -> tuple[str, ...]:
        """What it lets run for the first time, and imports that fall once it is ready, of what it makes or
        of what others take to make the same."""
        problem = self.problem
        ready = int(problem.arrival[period, technique])
        found = []
        if problem.capacity[technique] == 0 and ready == self._first_ready(technique):
            found.append(f"{problem.name_of(problem.techniques[technique])} can run")
        if ready >= len(problem.spans):
            return tuple(found)
        made = problem.make[:, technique] > 0
        rivals = (problem.make[made] > 0).any(axis=0) & (np.arange(len(problem.techniques)) != technique)
        fewer = self.activity[-1] < self.activity[period] * (1 - CHANGED)
        freed = made | self._main_inputs[:, rivals & fewer].any(axis=1)
        for c, product in enumerate(problem.imports.products):
            before = self.imported[period:ready, c].max(initial=0.0)
            then = self.imported[ready:, c]
            if freed[product] and before > 0 and (then < before * (1 - CHANGED)).all():
                partner, code = problem.imports.channels[c]
                name = f"{problem.name_of(code)} from {problem.name_of(partner)}"
                last = np.flatnonzero(then).max(initial=-1) + ready + 1
                ends = last < len(problem.spans)
                found.append(f"no more {name} from {problem.spans[last]}" if ends else f"less {name}")
        return tuple(found)

    def _why_started(self, technique: int, ready: str) -> str:
        problem = self.problem
        spans = problem.spans[problem.spans.index(ready) :] if ready in problem.spans else ()
        worth = next(
            (told for span in spans if (told := self._worth(problem.techniques[technique], span))), ""
        )
        scarce = self._limited(technique)
        if worth and scarce:
            return f"{worth}; {scarce}"
        return worth or scarce

    def _worth(self, technique: str, span: str) -> str:
        """What a unit makes against what it takes, in one clause; empty without prices."""
        one = self.valuations.get((technique, span))
        if one is None:
            return ""
        made, taken = sum(days for _, days in one.makes), sum(days for _, days in one.takes)
        what, most = (
            " and ".join(
                self.problem.name_of(item) for item, _ in sorted(parts, key=lambda part: -part[1])[:2]
            )
            for parts in (one.makes, one.takes)
        )
        unit = self.problem.technique_units[self.problem.techniques.index(technique)]
        if not one.used and one.loss > 0:
            return (
                f"in {span} one {unit} of it would make {what} worth {_days(made)} of basket and take what "
                f"is worth {_days(taken)}, mostly {most}"
            )
        return (
            f"in {span} one {unit} of it makes {what} worth {_days(made)} of basket; it takes mostly {most}"
        )

    def _limited(self, technique: int) -> str:
        """Imports that a ceiling holds down: of what it makes, or of what others take to make the same."""
        problem, trade = self.problem, self.problem.imports
        made = problem.make[:, technique] > 0
        rivals = (problem.make[made] > 0).any(axis=0) & (np.arange(len(problem.techniques)) != technique)
        relevant = made | self._main_inputs[:, rivals].any(axis=1)
        named = []
        for c in np.flatnonzero(relevant[trade.products] & self._held_down):
            partner, product = trade.channels[c]
            named.append(f"{problem.name_of(product)} from {problem.name_of(partner)}")
        if not named:
            return ""
        listed = ", ".join(named[:2]) + (f" and {len(named) - 2} more" if len(named) > 2 else "")
        return f"a ceiling holds down imports of {listed}"

    @cached_property
    def _main_inputs(self) -> npt.NDArray[np.bool_]:
        """(n, m) whether a product is a large part of all that a technique takes."""
        use = self.problem.use
        return np.asarray((use > 0) & (use >= MAIN * use.sum(axis=0)))

    @cached_property
    def _held_down(self) -> npt.NDArray[np.bool_]:
        """(c,) whether a ceiling binds somewhere: it has a price, or it falls and imports with it."""
        problem = self.problem
        ceiling = problem.spread(problem.imports.ceiling)
        falls = (ceiling < ceiling[0] * (1 - CHANGED)) & (self.imported >= ceiling * (1 - NOISE))
        held = falls.any(axis=0)
        stage, block = self.plan.priced, self.plan.formulation.rows.get("import ceiling")
        if stage is not None and block is not None:
            worth = -stage.solution.row_duals[block.positions]
            price = without_noise(worth, ["1"] * worth.shape[1]).max(axis=0)
            channels = [problem.imports.labels.index(label) for label in block.labels["channel"]]
            held[channels] |= price > 0
        return np.asarray(held)

    def _why_imported(self, label: str, span: str) -> str:
        one = self.keep.get((label, span))
        if one is None:
            return ""
        return f"each unit is worth {_days(one.worth)} of basket before it is paid"

    def _why_less(self, period: int, channel: int) -> str:
        """What holds an import down: its ceiling, a target, or that it is worth no more than it costs."""
        problem = self.problem
        ceiling = problem.imports.ceiling[period, channel]
        if self.imported[period, channel] >= ceiling * (1 - 1e-6):
            return "its ceiling allows no more"
        held = [
            target.name
            for target in problem.targets
            if target.imports[period, channel] > 0 and not np.isnan(target.level[period])
        ]
        if held:
            return f"wanted by the target {held[0]}"
        return "what it was for is made at home or done without"

    def _source(self, technique: str) -> str:
        sources = (one.source for one in self.problem.coefficients if one.technique == technique)
        return "; ".join(dict.fromkeys(filter(None, sources)))


def _techniques(number: int) -> str:
    return "1 technique" if number == 1 else f"{number:,} techniques"


def _days(amount: float) -> str:
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if abs(amount) >= size:
            return f"{amount / size:.3g}{word} person-days"
    # Three digits, and none of them as a power of ten.
    return f"{float(f'{amount:.3g}'):,.10g} person-days"
