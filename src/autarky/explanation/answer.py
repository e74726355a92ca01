"""The answer: what stops, when, why, and what it does to households, as plain values and as printed text."""

from __future__ import annotations

import datetime
import math
import textwrap
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from autarky.explanation.conditions import (
    Condition,
    conditions,
    first_shock_day,
    if_lines,
    premise,
    rules_in_force,
    shock_acts_on,
)
from autarky.explanation.losses import (
    Calendar,
    Cause,
    Day,
    GateLoss,
    IndustryLoss,
    ProductLoss,
    RegionLoss,
    consumption,
    gate_losses,
    imported_products,
    industry_losses,
    is_consumer,
    product_losses,
    region_losses,
    total_share,
)
from autarky.explanation.names import Names, texts
from autarky.explanation.wording import change, count, date_words, listing, percent, plain
from autarky.results import Outcome, SimulationResult, Variant
from autarky.scenario import Scenario

BACK = 0.99
"""Output counts as back at 99 % of base."""


@dataclass(frozen=True)
class FallGroup:
    """Industries that fall (or stop) for one cause."""

    first: Day
    last: Day
    names: tuple[str, ...]
    cause: Cause


@dataclass(frozen=True)
class Answer:
    """What a run says, in plain values; :meth:`text` prints it, :meth:`to_dict` is ready for JSON.

    Days are counted from the first day of the first shock: that day is day 0. Shares are of the base year.
    """

    scenario: str
    economy: str
    year: int | None
    unit: str
    start: str
    end: str
    days: int
    outcome: str
    day_zero: str
    """Date of day 0 (ISO)."""
    conditions: tuple[Condition, ...]
    """The if-part: one clause for each shock."""
    rules: tuple[str, ...]
    """Behaviours that are switched on, a clause for each."""
    industry_count: int
    industries: tuple[IndustryLoss, ...]
    """Industries that fall below 90 %, in the order in which they stop, then fall."""
    groups: tuple[FallGroup, ...]
    """The first to stop, then the others by cause; falls below 90 % where nothing stops."""
    consumers: str
    """Whose consumption is told: ``households``, or ``final users`` where the table names no households."""
    households: tuple[ProductLoss, ...]
    """Products that households buy, those that fall most first."""
    consumption_lost: float | None
    """All that households receive, share of base lost over the run; None without households."""
    consumption_lowest: float | None
    consumption_lowest_day: Day | None
    regions: tuple[RegionLoss, ...]
    """Regions of a multi-regional table, those whose households lose most first."""
    gates: tuple[GateLoss, ...]
    """Import gates that deliver less than base, those that lose most value first."""
    gdp_lost: float | None
    """Value added at base-year coefficients, share of base lost over the run; None without value added."""
    gdp_lowest: float | None
    gdp_lowest_day: Day | None
    output_at_end: float | None
    """Total output on the last day, share of base."""
    back_since: Day | None
    """First day from which total output stays at 99 % of base or more; None: it does not, or never left."""
    output_left: bool
    """Whether total output was ever below 99 % of base."""
    below_at_end: int
    """Industries below 90 % of base on the last day."""
    shock_at_end: bool
    """Whether a shock still acts on the last day."""
    assumptions: tuple[str, ...]
    deciding: str
    """The declared choice that decides results, and how to vary it; empty where there is none to make."""
    variants: tuple[Variant, ...]
    """What would change the answer: the same run under other declared choices; empty where none was tried."""

    @property
    def stopping(self) -> int:
        """Number of industries that stop (fall below half of base)."""
        return sum(loss.stops is not None for loss in self.industries)

    @property
    def economy_and_year(self) -> str:
        """Name and year of the economy; the year once, where the name has it."""
        told = self.year is None or str(self.year) in self.economy
        return self.economy if told else f"{self.economy} {self.year}"

    @property
    def title(self) -> str:
        """``scenario · economy year · days``."""
        return (
            f"{self.scenario} · {self.economy_and_year} · {count(self.days, 'day')} from {_words(self.start)}"
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in five sentences: what stops, what follows, households, the total, how sure."""
        told = premise(self.conditions)
        return (
            f"If {told or 'no shock happens'}, and nothing else changes, {self._first_sentence()}",
            self._then_sentence(),
            self._households_sentence(),
            self._total_sentence(),
            self._certainty_sentence(),
        )

    @property
    def as_declared(self) -> Variant:
        """This run in the numbers of a variant, to stand beside the others."""
        return self.in_short("as declared", "")

    def in_short(self, sentence: str, behaviour: str) -> Variant:
        """The run in the numbers of a variant, under the words for the choice that it makes."""
        first = self.groups[0] if self.stopping else None
        return Variant(
            sentence=sentence,
            behaviour=behaviour,
            first=first.names if first else (),
            day=first.first.number if first else None,
            cause=first.cause.text if first else "",
            stops=self.stopping,
            falls=len(self.industries),
            gdp_lost=self.gdp_lost,
            gdp_lost_at_most=None if self.gdp_lowest is None else 1 - self.gdp_lowest,
            consumption_lost=self.consumption_lost,
            consumption_lost_at_most=None if self.consumption_lowest is None else 1 - self.consumption_lowest,
        )

    def text(
        self,
        width: int = 100,
        *,
        report: str = "autarky report RUN",
        run: str = "RUN",
        besides: Sequence[tuple[str, str]] = (),
    ) -> str:
        """The printed answer, ``width`` columns wide; ``report``: where the page is, or how to get it.

        ``besides``: headings and sentences of what else is told of the run, before what comes next.
        """
        lines = [("", f"{self.title} · {self._certainty()}")]
        if self.outcome != Outcome.COMPLETED:
            lines.append(("OUTCOME", self.outcome))
        lines += if_lines(self.conditions)
        if self.rules:
            lines.append(("UNDER", "; ".join(self.rules)))
        lines += self._stop_lines()
        lines += [(self.consumers.upper(), line) for line in self._household_lines()]
        lines.append(("TOTAL", self._total_line()))
        if told := self._region_list(4):
            lines.append(("WHO", f"{told} (over the run)"))
        lines.append(("RECOVERY", self._recovery_line()))
        lines += besides
        if self.variants:
            lines += [
                ("WOULD CHANGE IT", self._variant_line(told)) for told in (self.as_declared, *self.variants)
            ]
        lines.append(("ASSUMPTIONS", self._assumption_line()))
        lines.append(("NEXT", " · ".join((f"report: {report}", *self._next(run)))))
        return printed(lines, max(width, 40))

    def _next(self, run: str) -> tuple[str, ...]:
        """Commands that go on from here."""
        why = (f"why: autarky why {run} {self.industries[0].industry}",) if self.industries else ()
        trade = any(
            condition.kind in ("trade_cut", "trade_series", "bloc_cut") for condition in self.conditions
        )
        keep = ("what to keep: autarky lifelines STUDY",) if trade else ()
        return (*why, *keep, "edit: autarky new my.yaml --from demo")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: no tuples, no NaN; with the sentences and counts a reader would ask for."""
        values = json_ready(self)
        return {
            "title": self.title,
            "sentences": list(self.sentences),
            "stopping_count": self.stopping,
            "falling_count": len(self.industries),
            **values,
        }

    def _first_sentence(self) -> str:
        if not self.groups:
            return "no industry falls below 90 % of its base output."
        first = self.groups[0]
        who, verb = listing(first.names), "is" if len(first.names) == 1 else "are"
        if self.stopping:
            fate = f"{who} {verb} the first to stop (below half of base output), on {_day(first.first)}"
        else:
            fate = f"nothing stops; {who} {verb} the first to fall below 90 % of base, on {_day(first.first)}"
        return f"{fate}, {first.cause.clause}."

    def _then_sentence(self) -> str:
        falling, total = len(self.industries), count(self.industry_count, "industry", "industries")
        if not falling:
            return f"None of {total} falls below 90 % of its base output."
        extent = f"{falling:,} of {total} {_verb(falling, 'fall')} below 90 % of base and "
        extent += f"{self.stopping:,} of them {_verb(self.stopping, 'stop')}"
        if len(self.groups) < 2:
            return f"In all, {extent}."
        then = self.groups[1]
        return f"Then {listing(then.names)}, {_span(then)}, {then.cause.clause}; in all, {extent}."

    def _households_sentence(self) -> str:
        below = [loss for loss in self.households if loss.below is not None]
        if not self.households:
            return f"The table has no consumption of {self.consumers} to compare with."
        who = self.consumers.capitalize()
        if not below:
            most = min(self.households, key=lambda loss: loss.lowest)
            return (
                f"{who} keep at least 90 % of their base-year consumption of every product; the lowest is "
                f"{most.name} at {percent(most.lowest)}."
            )
        told = [
            f"{loss.name} from {_day(loss.below)}, down to {percent(loss.lowest)}"
            for loss in below[:3]
            if loss.below
        ]
        more = f"; and {count(len(below) - 3, 'other product')}" if len(below) > 3 else ""
        in_all = ""
        if self.consumption_lost is not None and self.consumption_lowest is not None:
            in_all = f"{percent(self.consumption_lost)} less over the run and "
            in_all += f"{percent(1 - self.consumption_lowest)} less on the worst day; "
        return f"{who} receive {in_all}less than 90 % of base: {'; '.join(told)}{more}."

    def _total_sentence(self) -> str:
        told = self._region_list(2)
        return f"{self._gdp_clause()}; {f'hit most: {told}; ' if told else ''}{self._recovery_line()}."

    def _gdp_clause(self) -> str:
        if self.gdp_lost is None or self.gdp_lowest is None or self.gdp_lowest_day is None:
            return self._total_line()
        if percent(self.gdp_lost) == "0 %" and percent(self.gdp_lowest) == "100 %":
            return "GDP stays as in the base year"
        return (
            f"GDP is {percent(abs(self.gdp_lost))} {'higher' if self.gdp_lost < 0 else 'lower'} "
            f"than in as many days of the base year, and at {percent(self.gdp_lowest)} of base on its lowest "
            f"day, {_day(self.gdp_lowest_day)}"
        )

    def _certainty_sentence(self) -> str:
        number = len(self.assumptions)
        sure = f"This is 1 run without a range, and {count(number, 'assumption')} of it "
        sure += "has no source" if number == 1 else "have no source"
        return "; ".join(part for part in (sure, self._variants_clause(), self.deciding) if part) + "."

    def _variants_clause(self) -> str:
        """How far the answer moves between the declared choices, this one among them."""
        if not self.variants:
            return ""
        every = (self.as_declared, *self.variants)
        days = sorted({told.day for told in every if told.day is not None})
        stops = (
            " to ".join(f"day {_counted(day)}" for day in dict.fromkeys((days[0], days[-1]))) if days else ""
        )
        if stops and any(told.day is None for told in every):
            stops += ", or nothing stops"
        clause = f"turning {count(len(self.variants), 'declared choice')} round, one at a time, moves "
        clause += f"the first stop ({stops or 'nothing stops under any'})"
        lost = [told.gdp_lost_at_most for told in every if told.gdp_lost_at_most is not None]
        if len(lost) == len(every):
            clause += f" and GDP on its lowest day ({change(max(lost))} to {change(min(lost))})"
        return clause

    def _variant_line(self, told: Variant) -> str:
        if told.day is None:
            first = "nothing stops"
            first += f", {told.falls:,} fall below 90 %" if told.falls else " or falls below 90 %"
        else:
            first = f"first to stop {listing(told.first, most=1)} on day {_counted(told.day)}"
            first += f", because: {told.cause}" if told.behaviour else ""
            first += f"; {told.stops:,} {_verb(told.stops, 'stop')}"
        lost = [
            f"{what} {change(over)} (worst day {change(most)})"
            for what, over, most in (
                ("GDP", told.gdp_lost, told.gdp_lost_at_most),
                (self.consumers, told.consumption_lost, told.consumption_lost_at_most),
            )
            if over is not None and most is not None
        ]
        return "; ".join((f"{told.sentence}: {first}", *lost))

    def _stop_lines(self) -> list[tuple[str, str]]:
        if not self.groups:
            return [
                ("NOTHING FALLS", f"all {self.industry_count:,} industries keep at least 90 % of base output")
            ]
        first, *others = self.groups
        told = f"{listing(first.names)}   {_day(first.first)}   because: {first.cause.text}"
        if self.stopping:
            lines = [("FIRST TO STOP", told)]
        else:
            lines = [("NOTHING STOPS", f"first to fall below 90 %: {told}")]
        lines += [
            ("THEN", f"{_span(group)}: {listing(group.names)}   because: {group.cause.text}")
            for group in others[:3]
        ]
        rest = sum(len(group.names) for group in others[3:])
        in_all = f"{len(self.industries):,} of {count(self.industry_count, 'industry', 'industries')} "
        in_all += f"{_verb(len(self.industries), 'fall')} below 90 %, {self.stopping:,} of them below half"
        lines.append(
            ("IN ALL" if len(lines) == 1 else "", in_all + (f" ({rest:,} not listed here)" if rest else ""))
        )
        return lines

    def _household_lines(self) -> list[str]:
        below = [loss for loss in self.households if loss.below is not None]
        if not self.households:
            return [f"the table has no consumption of {self.consumers} to compare with"]
        if not below:
            most = min(self.households, key=lambda loss: loss.lowest)
            return [
                f"no product falls below 90 % of base; the lowest is {most.name} at {percent(most.lowest)}"
            ]
        lines = [f"{line}; by product:"] if (line := self._consumption_line()) else []
        lines += [
            f"{loss.name}: below 90 % from {_day(loss.below)}, lowest {percent(loss.lowest)}, "
            f"{percent(loss.lost_of_year)} of a year's use lost"
            for loss in below[:4]
            if loss.below
        ]
        if len(below) > 4:
            lines.append(f"and {count(len(below) - 4, 'more product')} below 90 %")
        return lines

    def _consumption_line(self) -> str:
        """All products together."""
        if self.consumption_lost is None or self.consumption_lowest is None:
            return ""
        day = self.consumption_lowest_day
        return (
            f"all products together {change(self.consumption_lost)} over the run, "
            f"{change(1 - self.consumption_lowest)} on the worst day"
            + (f" (day {_number(day)}, {_words(day.date)})" if day is not None else "")
        )

    def _region_list(self, most: int) -> str:
        told = []
        for loss in self.regions[:most]:
            # Rounded away is not hit.
            hit = [
                f"{what} {change(lost)}"
                for what, lost in ((self.consumers, loss.consumption_lost), ("GDP", loss.gdp_lost))
                if lost is not None and abs(lost) > 5e-6
            ]
            if hit:
                told.append(f"{loss.name} ({', '.join(hit)})")
        return ", ".join(told)

    def _total_line(self) -> str:
        if self.gdp_lost is None or self.gdp_lowest is None or self.gdp_lowest_day is None:
            return "GDP cannot be told: the table has no value added"
        return (
            f"GDP {change(self.gdp_lost)} over the run, {change(1 - self.gdp_lowest)} on its lowest day "
            f"(day {_number(self.gdp_lowest_day)}, {_words(self.gdp_lowest_day.date)})"
        )

    def _recovery_line(self) -> str:
        if self.output_at_end is None:
            return "no output to compare with"
        end = f"total output is at {percent(self.output_at_end)} of base on the last day"
        if not self.output_left:
            line = "total output never falls below 99 % of base"
        elif self.back_since is not None:
            line = f"back: total output is within 1 % of base or above from {_day(self.back_since)} on"
        else:
            line = f"not back: {end}"
        if self.below_at_end:
            line += f"; {count(self.below_at_end, 'industry', 'industries')} still below 90 %"
        return line + ("; a shock still acts on that day" if self.shock_at_end and self.output_left else "")

    def _certainty(self) -> str:
        return f"1 run, no range: {count(len(self.assumptions), 'assumption')} without a source"

    def _assumption_line(self) -> str:
        return "; ".join(
            part for part in (f"{len(self.assumptions):,} without a source", self.deciding) if part
        )


def answer(result: SimulationResult) -> Answer:
    """What stops, when and why, and what it does to households, read off a result.

    Output below half of base counts as *stopped*, below 90 % as *fallen* (``results.STOPS``, ``FALLS``).
    Industries and products whose base is not a positive number are left out: nothing to compare with.
    """
    data, record = result.data, result.record
    names = Names(result)
    scenario = Scenario.model_validate(dict(record.scenario))
    calendar = Calendar(result, first_shock_day(scenario))
    industries = industry_losses(result, names, calendar)
    consumers, _ = is_consumer(result)

    base = np.asarray(data["output_base"].values, dtype=np.float64)
    output = np.asarray(data["output"].transpose("day", "industry").values, dtype=np.float64)
    total = total_share(output, base)
    known = bool(np.isfinite(total).all())
    below = np.flatnonzero(total < BACK) if known else np.array([], dtype=int)
    back = int(below[-1]) + 1 if len(below) else 0

    value_added = float(np.nansum(data["value_added_base"].values))
    gdp = np.asarray(data["gdp"].values, dtype=np.float64) / (
        value_added if 0 < value_added < np.inf else np.nan
    )
    gdp_known = bool(np.isfinite(gdp).all())
    lowest = int(np.argmin(gdp)) if gdp_known else 0
    consumed = total_share(*consumption(result))
    consumed_known = bool(np.isfinite(consumed).all())
    least = int(np.argmin(consumed)) if consumed_known else 0

    year = record.economy.get("year")
    return Answer(
        scenario=plain(scenario.name),
        economy=plain(record.economy.get("name", "economy")),
        year=int(year) if year is not None else None,
        unit=plain(record.economy.get("unit", "table's unit")),
        start=calendar.dates[0].isoformat(),
        end=calendar.dates[-1].isoformat(),
        days=len(calendar.dates),
        outcome=str(result.outcome.value),
        day_zero=calendar.origin.isoformat(),
        conditions=conditions(scenario, names),
        rules=rules_in_force(scenario),
        industry_count=len(names.industries),
        industries=industries,
        groups=_groups(industries),
        consumers=consumers,
        households=product_losses(result, names, calendar),
        consumption_lost=float(1 - consumed.mean()) if consumed_known else None,
        consumption_lowest=float(consumed[least]) if consumed_known else None,
        consumption_lowest_day=calendar.day(least) if consumed_known else None,
        regions=region_losses(result, names),
        gates=gate_losses(result, names, calendar),
        gdp_lost=float(1 - gdp.mean()) if gdp_known else None,
        gdp_lowest=float(gdp[lowest]) if gdp_known else None,
        gdp_lowest_day=calendar.day(lowest) if gdp_known else None,
        output_at_end=float(total[-1]) if known else None,
        back_since=calendar.day(back) if len(below) and back < len(total) else None,
        output_left=bool(len(below)),
        below_at_end=sum(loss.at_end < 0.9 for loss in industries),
        shock_at_end=shock_acts_on(scenario, calendar.dates[-1]),
        assumptions=tuple(plain(sentence) for sentence in record.assumptions),
        deciding=_deciding_choice(result, names),
        variants=record.variants,
    )


def _groups(industries: Sequence[IndustryLoss]) -> tuple[FallGroup, ...]:
    """The industries of the first day that share its cause, then all others by cause, earliest first."""
    any_stops = any(loss.stops is not None for loss in industries)
    told = [loss for loss in industries if loss.stops is not None or not any_stops]
    if not told:
        return ()
    opening = (told[0].first, told[0].cause.text)
    grouped: dict[tuple[bool, str], list[IndustryLoss]] = defaultdict(list)
    for loss in told:
        grouped[(loss.first, loss.cause.text) == opening, loss.cause.text].append(loss)
    return tuple(
        FallGroup(group[0].first, group[-1].first, tuple(loss.name for loss in group), group[0].cause)
        for group in grouped.values()
    )


def _deciding_choice(result: SimulationResult, names: Names) -> str:
    """Competitive or non-competitive imports (model.md §3); between regions, how fast orders move."""
    if names.is_multi_regional:
        days = result.record.parameters.get("substitution_days")
        moving = f"move to other suppliers over {days:g} days" if days else "never move to other suppliers"
        return f"unserved orders {moving}; to see what turns on it, vary behaviour: {{substitution_days: …}}"
    slots = zip(texts(result.data, "slot_product"), texts(result.data, "slot_origin"), strict=True)
    imported = imported_products(result)
    origins = [origin for product, origin in slots if product in imported and origin != "home"]
    if not origins:
        return ""
    alone = origins.count("abroad")
    other = "competitive" if alone * 2 >= len(origins) else "non_competitive"
    return (
        f"{alone:,} of {count(len(origins), 'imported input')} {'is' if alone == 1 else 'are'} declared "
        f"non-competitive (no home supplier can replace them)"
        + (
            ""
            if result.record.variants
            else f"; to see what turns on it, try behaviour: {{imports: {{default: {other}}}}}"
        )
    )


def _verb(number: int, verb: str) -> str:
    return f"{verb}s" if number == 1 else verb


def _day(day: Day) -> str:
    return f"day {_number(day)} ({_words(day.date)})"


def _number(day: Day) -> str:
    return _counted(day.number)


def _counted(day: int) -> str:
    return f"{day:,}".replace("-", "−")


def _words(iso: str) -> str:
    return date_words(datetime.date.fromisoformat(iso))


def _span(group: FallGroup) -> str:
    if group.first == group.last:
        return f"on day {_number(group.first)}"
    return f"from day {_number(group.first)} to {_number(group.last)}"


def printed(lines: Sequence[tuple[str, str]], width: int) -> str:
    """Headings in a column, text beside them, wrapped; a heading is printed once."""
    column = max(len(heading) for heading, _ in lines) + 2
    printed: list[str] = []
    before = ""
    for heading, words in lines:
        hang = " " * column if heading or printed else ""
        shown = heading if heading != before else ""
        before = heading or before
        start = shown.ljust(column) if hang else ""
        # A number keeps its per cent sign on its line.
        printed += textwrap.wrap(
            words.replace(" %", "\u00a0%"),
            width,
            initial_indent=start,
            subsequent_indent=hang,
            break_long_words=True,
            break_on_hyphens=False,
            drop_whitespace=True,
        ) or [start.rstrip()]
    return "\n".join(line.rstrip() for line in printed).replace("\u00a0", " ")


def json_ready(value: Any, *, infinity: bool = False) -> Any:
    """A value as JSON has it: dataclasses as objects, tuples as lists, NaN and infinity as null.

    With ``infinity``, where "no limit" and "not known" both occur, infinity is the text ``inf`` or ``-inf``.
    """
    if is_dataclass(value):
        return {item.name: json_ready(getattr(value, item.name), infinity=infinity) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [json_ready(item, infinity=infinity) for item in value]
    if isinstance(value, Mapping):
        return {str(key): json_ready(item, infinity=infinity) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value) if infinity and not math.isnan(value) else None
    return value
