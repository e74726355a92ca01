"""Ranges: what an ensemble says: in how many draws something stops, when, and what that turns on."""

from __future__ import annotations

import datetime
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autarky.explanation.answer import json_ready, printed
from autarky.explanation.conditions import Condition, conditions, first_shock_day, if_lines, premise
from autarky.explanation.moving import DATED, Box, BySource, Mover, boxes, movers, sources
from autarky.explanation.names import Names
from autarky.explanation.option_words import option_words, with_words
from autarky.explanation.spread import Quantiles, changes, days, losses, numbers
from autarky.explanation.wording import count, date_words, in_draws, listing, percent, plain, spaced, whole
from autarky.results import QUANTILES, EnsembleResult
from autarky.scenario import Scenario
from autarky.sensitivity import Chance, Findings, Summary, analyse, read_sample
from autarky.sensitivity.probabilities import SHARES

NAMES = {
    "gdp_lost": "GDP lost over the run",
    "gdp_lost_at_most": "GDP lost on the worst day",
    "consumption_lost": "household consumption lost over the run",
    "consumption_lost_at_most": "household consumption lost on the worst day",
    "stops": "industries that stop",
    "falls": "industries that fall below 90 %",
    "first_stop": "day on which the first industry stops",
    "first_need": "day on which the first weighty need is not met",
}
"""The measures of an ensemble in words."""
COUNTED = ("stops", "falls")
"""Measures that are numbers of industries."""
FEW = 40
"""With fewer draws, 5 and 95 % are hardly more than the least and the most that was drawn."""


@dataclass(frozen=True)
class IndustryRange:
    """An industry that stops in some draws."""

    industry: str
    name: str
    first: int
    """Draws in which it is among the first to stop."""
    stops: int
    """Draws in which it stops."""
    day: Quantiles
    """Day on which it stops, counted from day 0, in those draws (``results.QUANTILES``)."""


@dataclass(frozen=True)
class NeedRange:
    """A need of households that is not met in some draws."""

    need: str
    name: str
    weight: float
    """Share of the base-year consumption of its region's households."""
    below: int
    """Draws in which it falls below need."""
    day: Quantiles
    """First day below need, counted from day 0, in those draws (``results.QUANTILES``)."""
    by_day: int | None
    """Day by which it is below need in ``by_share`` of all draws; None: not in half of them in the run."""
    by_share: float | None
    """0.8, or 0.5 where that is not reached within the run."""


@dataclass(frozen=True)
class MeasureRange:
    """One number per draw, over all draws; days are counted from day 0. None: never."""

    measure: str
    name: str
    quantiles: Quantiles
    """``results.QUANTILES``; a day that never comes is later than all others."""
    never: int
    """Draws in which it never happens."""
    dots: Quantiles
    """The fifty values of a quantile dotplot, lowest first."""

    @property
    def in_words(self) -> str:
        """Median and range: ``day 34 (24 to 51)``; of a loss the change, ``−4 % (−1.3 to −8 %)``."""
        return self._ranged(changes)

    @property
    def as_named(self) -> str:
        """The same with a loss as its name says: ``4 % (1.3 to 8 %)``."""
        return self._ranged(losses)

    def _ranged(self, share: Callable[[Quantiles], str]) -> str:
        if self.measure in DATED:
            return days(self.quantiles)
        return numbers(self.quantiles) if self.measure in COUNTED else share(self.quantiles)

    def words(self, value: float | None) -> str:
        """One of its numbers in words."""
        if value is None:
            return "never"
        return whole(value) if self.measure in (*DATED, *COUNTED) else percent(value)


@dataclass(frozen=True)
class Failure:
    """An error that draws ended in."""

    message: str
    draws: int


@dataclass(frozen=True)
class Drawn:
    """What is drawn: name, distribution in words, and where that comes from."""

    name: str
    sentence: str
    source: str
    """Empty, or a text that begins with *assumption*: from nowhere."""
    kind: str
    """Of distribution; ``each``: every option gets its own draws."""

    @property
    def is_assumed(self) -> bool:
        """Whether the distribution has no source."""
        return not self.source or self.source.lower().startswith("assumption")


@dataclass(frozen=True)
class RangesAnswer:
    """What an ensemble says, in plain values; :meth:`text` prints it, :meth:`to_dict` is ready for JSON.

    Days are counted from the first day of the first shock as the study declares it: that day is day 0. Shares
    are of the base year. Numbers of draws are out of ``told``.
    """

    scenario: str
    economy: str
    year: int | None
    start: str
    end: str
    days: int
    day_zero: str
    conditions: tuple[Condition, ...]
    """The if-part: one clause for each shock, with the study's own values."""
    parameters: tuple[Drawn, ...]
    draws: int
    """Draws in all."""
    failed: int
    told: int
    """Draws behind all numbers: those that did not fail; of a Saltelli design, of its two base samples."""
    design: str
    seed: int
    precision: str
    need_share: float
    sure_to: float | None
    """Half the width of the widest 95 % confidence interval of the shares of draws; None: nothing happens."""
    industry_count: int
    industries: tuple[IndustryRange, ...]
    """Those that stop in some draw: by number of draws in which they are first, then in which they stop."""
    still: int
    """Draws in which nothing stops."""
    needs: tuple[NeedRange, ...]
    """Those below need in some draw: weighty ones first, then by number of draws and by day."""
    measures: tuple[MeasureRange, ...]
    movers: tuple[Mover, ...]
    """Parameters with what the answer comes to where they are low and high; by measure, widest first."""
    boxes: tuple[Box, ...]
    """Where among the parameters something mostly happens."""
    sources: tuple[BySource, ...]
    """What the answer comes to by the option of each choice, for instance by source."""
    failures: tuple[Failure, ...]
    assumptions: tuple[str, ...]

    @property
    def economy_and_year(self) -> str:
        """Name and year of the economy; the year once, where the name has it."""
        known = self.year is None or str(self.year) in self.economy
        return self.economy if known else f"{self.economy} {self.year}"

    @property
    def title(self) -> str:
        """``scenario · economy year · days``."""
        return (
            f"{self.scenario} · {self.economy_and_year} · {count(self.days, 'day')} from {_date(self.start)}"
        )

    @property
    def draws_in_words(self) -> str:
        """``1,000 draws of 6 parameters, 3 of them failed``."""
        words = f"{count(self.draws, 'draw')} of {count(len(self.parameters), 'parameter')}"
        many = "all" if self.failed == self.draws else f"{self.failed:,}"
        return f"{words}, {many} of them failed" if self.failed else words

    @property
    def made_in_words(self) -> str:
        """``latin hypercube, seed 0, float64``."""
        return f"{self.design.replace('_', ' ')}, seed {self.seed}, {self.precision}"

    @property
    def groups(self) -> tuple[tuple[IndustryRange, ...], ...]:
        """Industries told in one line: those of the same numbers of draws and the same days."""
        alike: dict[tuple[int, int, Quantiles], list[IndustryRange]] = defaultdict(list)
        for found in self.industries:
            alike[found.first, found.stops, found.day].append(found)
        return tuple(tuple(group) for group in alike.values())

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in sentences: what stops first, what too, households, total, what moves it, how sure."""
        if not self.told:
            return (f"There is no answer: {self._failed()}.",)
        return (
            f"{self._premise()}, {self._first_sentence()}",
            self._then_sentence(),
            self._households_sentence(),
            f"{self._lost('gdp_lost', 'GDP changes by')}.",
            self._moving_sentence(),
            self._certainty_sentence(),
        )

    def measure(self, name: str) -> MeasureRange | None:
        """One of ``results.MEASURES``; None where no draw has it."""
        return next((found for found in self.measures if found.measure == name), None)

    def in_draws(self, number: int) -> str:
        """A number of draws in words: ``80 % of draws``; a count where there are few."""
        return in_draws(number, self.told)

    def text(self, width: int = 100, *, report: str = "autarky report RUN") -> str:
        """The printed answer, ``width`` columns wide; ``report``: where the page is, or how to get it."""
        lines = [("", f"{self.title} · {self.draws_in_words}")]
        lines += if_lines(self.conditions)
        if self.parameters:
            lines.append(("DRAWN", "in place of the study's own values:"))
        lines += [("DRAWN", drawn.sentence) for drawn in self.parameters[:4]]
        if len(self.parameters) > 4:
            lines.append(("", f"and {count(len(self.parameters) - 4, 'more parameter')}"))
        if self.told:
            lines += self._stop_lines()
            lines += [("HOUSEHOLDS", line) for line in self._household_lines()]
            lines.append(("TOTAL", self._lost("gdp_lost", "GDP")))
            lines += [("WOULD CHANGE IT", line) for line in self._moving_lines()]
            lines += [("BY SOURCE", line) for found in self._sources[:3] for line in found.lines]
        if self.failures:
            lines.append(("FAILED", self._failed()))
        lines += [("HOW SURE", line) for line in self._sure_lines()]
        lines.append(("NEXT", f"report: {report} · edit: autarky new my.yaml --from demo"))
        return printed(lines, max(width, 40))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: no tuples, no NaN; with the sentences a reader would ask for."""
        values: dict[str, Any] = json_ready(self)
        return {"title": self.title, "sentences": list(self.sentences), **values}

    def _premise(self) -> str:
        told = premise(self.conditions)
        drawn = f"with {count(len(self.parameters), 'parameter')} drawn instead of fixed"
        return f"If {told or 'no shock happens'}, {drawn}"

    def _first_sentence(self) -> str:
        if not self.industries:
            return "no industry stops (falls below half of base output) in any draw."
        group = self.groups[0]
        stop = "some industry stops (falls below half of base output) in "
        stop += self.in_draws(self.told - self.still)
        often = f"most often that is {listing([found.name for found in group])}"
        return (
            f"{stop}; {often}: among the first in {self.in_draws(group[0].first)}, there on "
            f"{days(group[0].day)}."
        )

    def _then_sentence(self) -> str:
        extent = self._extent()
        if len(self.groups) < 2:
            return f"{extent[0].upper()}{extent[1:]}."
        named = [
            f"{listing([found.name for found in group], most=2)} ({self.in_draws(group[0].stops)})"
            for group in self.groups[1:3]
        ]
        return f"Others that stop: {'; '.join(named)}; {extent}."

    def _extent(self) -> str:
        falls, stops = self.measure("falls"), self.measure("stops")
        fall, stop = (found.in_words if found else "none" for found in (falls, stops))
        industries = count(self.industry_count, "industry", "industries")
        return f"of {industries}, {fall} fall below 90 % of base and {stop} stop (median of draws)"

    def _households_sentence(self) -> str:
        lost = self._lost("consumption_lost", "household consumption changes by")
        need = f"{percent(self.need_share)} of base-year consumption"
        if not self.needs:
            return f"No need of households falls below {need} in any draw; {lost}."
        told = "; ".join(self._need_words(need) for need in self.needs[:3])
        more = f"; {count(len(self.needs) - 3, 'more need')} in some draws" if len(self.needs) > 3 else ""
        return f"Below need ({need}): {told}{more}; {lost}."

    def _need_words(self, need: NeedRange) -> str:
        if need.by_day is None or need.by_share is None:
            return f"{need.name} in {self.in_draws(need.below)}, there from {days(need.day)} on"
        reached = self.in_draws(math.ceil(need.by_share * self.told))
        by = f"{need.name} by day {whole(need.by_day)} in {reached}"
        in_all = self.in_draws(need.below)
        return by if in_all == reached else f"{by}, by the last day in {in_all}"

    def _lost(self, measure: str, what: str) -> str:
        over, worst = self.measure(measure), self.measure(f"{measure}_at_most")
        if over is None or worst is None:
            return f"{what.removesuffix(' changes by')} cannot be told: there is nothing to compare with"
        return f"{what} {over.in_words} over the run, {worst.in_words} on the worst day"

    def _moving_sentence(self) -> str:
        clear = [found for found in self.movers if found.is_clear]
        first = [found for found in clear if found.measure == clear[0].measure][:2]
        told = [found.in_words for found in first] or [self._no_mover()]
        told += [box.in_words for box in self.boxes if box.where][:1]
        told += [line for found in self._sources[:1] for line in found.lines]
        return f"{told[0][:1].upper()}{'; '.join(told)[1:]}."

    @property
    def _sources(self) -> list[BySource]:
        """Choices of which every option gets its own draws: sources that disagree."""
        each = {drawn.name for drawn in self.parameters if drawn.kind == "each"}
        return [found for found in self.sources if found.parameter in each]

    def _moving_lines(self) -> list[str]:
        lines: list[str] = []
        clear = [found for found in self.movers if found.is_clear]
        for measure in dict.fromkeys(found.measure for found in clear):
            own = [found for found in clear if found.measure == measure]
            lines += [found.in_words for found in own[: 1 if lines else 3]]
        return (lines[:5] or [self._no_mover()]) + [box.in_words for box in self.boxes if box.where]

    def _no_mover(self) -> str:
        if self.told < 2:
            return "One draw does not tell what moves the answer"
        if not self.movers:
            return "No parameter that is drawn moves the answer"
        return f"No parameter stands out from chance in {count(self.told, 'draw')}"

    def _certainty_sentence(self) -> str:
        failed = f"; {self._failed()}" if self.failures else ""
        return (
            f"This is {self.draws_in_words} ({self.made_in_words}); {'; '.join(self._sure_lines())}; "
            f"the ranges are of what is drawn, not of all that could be otherwise{failed}."
        )

    def _sure_lines(self) -> list[str]:
        lowest, highest = (f"{quantile * 100:g}" for quantile in (QUANTILES[0], QUANTILES[-1]))
        if self.told < 2:
            lines = ["one draw has no range" if self.told else "no draw could be run"]
        else:
            few = ", so few that these are about the least and the most drawn" if self.told < FEW else ""
            whole_design = self.told + self.failed >= self.draws
            base = "" if whole_design else " (the two base samples of the design)"
            lines = [f"in brackets: {lowest} to {highest} % of {count(self.told, 'draw')}{base}{few}"]
        if self.sure_to is not None and self.told > 1:
            lines[0] += f"; shares of draws are sure to within {count(round(100 * self.sure_to), 'point')}"
        assumed = sum(drawn.is_assumed for drawn in self.parameters)
        lines.append(
            f"{assumed:,} of {count(len(self.parameters), 'drawn parameter')} and "
            f"{count(len(self.assumptions), 'fixed assumption')} have no source"
        )
        return lines

    def _failed(self) -> str:
        told = [f"{failure.message} ({count(failure.draws, 'draw')})" for failure in self.failures]
        what = f"{self.failed:,} of {count(self.draws, 'draw')} failed and are left out"
        return f"{what}: {listing(told)}" if told else what

    def _stop_lines(self) -> list[tuple[str, str]]:
        lines: list[tuple[str, str]] = []
        for k, group in enumerate(self.groups[:4]):
            found = group[0]
            words = f"{listing([one.name for one in group])}   {days(found.day)}   "
            words += f"stop{'s' * (len(group) == 1)} in {self.in_draws(found.stops)}"
            if found.first == found.stops:
                words += ", always among the first"
            elif found.first:
                words += f", among the first in {self.in_draws(found.first)}"
            lines.append(("THEN" if k else "FIRST TO STOP", words))
        if left := sum(len(group) for group in self.groups[4:]):
            lines.append(("", f"and {count(left, 'more industry', 'more industries')} in some draws"))
        if self.still:
            lines.append(("NOTHING STOPS", f"in {self.in_draws(self.still)}"))
        return [*lines, ("IN ALL", self._extent())]

    def _household_lines(self) -> list[str]:
        lines = [self._lost("consumption_lost", "all products together")]
        need = f"{percent(self.need_share)} of base-year consumption"
        if not self.needs:
            return [*lines, f"no need falls below {need} in any draw"]
        lines.append(f"below need, which is {need}:")
        lines += [self._need_words(need) for need in self.needs[:4]]
        if len(self.needs) > 4:
            lines.append(f"and {count(len(self.needs) - 4, 'more need')} in some draws")
        return lines


def answer_of_draws(result: EnsembleResult, findings: Findings | None = None) -> RangesAnswer:
    """What stops, when, and what it does to households: in how many draws, from where to where, and why.

    An industry stops below half of base output (``results.STOPS``); a need is not met below the study's share
    of base-year consumption. ``findings`` are those of :func:`autarky.sensitivity.analyse`, which is asked if
    they are not given.
    """
    findings = findings or analyse(result)
    data, record = result.data, result.record
    names = Names(result)
    scenario = Scenario.model_validate(dict(record.run.scenario))
    dates = data["day"].values.astype("datetime64[D]").astype(object)
    zero = (first_shock_day(scenario) - dates[0]).days
    first, still = _firsts(result)
    year = record.run.economy.get("year")
    declared = record.uncertainty
    told = findings.independent
    wide = [(chance.high - chance.low) / 2 for chance in (*findings.needs, *findings.stops)]
    return RangesAnswer(
        scenario=plain(scenario.name),
        economy=plain(record.run.economy.get("name", "economy")),
        year=int(year) if year is not None else None,
        start=dates[0].isoformat(),
        end=dates[-1].isoformat(),
        days=len(dates),
        day_zero=first_shock_day(scenario).isoformat(),
        conditions=conditions(scenario, names),
        parameters=tuple(_drawn(parameter) for parameter in record.parameters),
        draws=findings.draws,
        failed=findings.failed,
        told=told,
        design=plain(declared.get("design", "latin_hypercube")),
        seed=int(declared.get("seed", 0)),
        precision=plain(record.precision),
        need_share=float(declared.get("need_share", 0.8)),
        sure_to=max(wide, default=None),
        industry_count=len(names.industries),
        industries=_industries(findings.stops, first, names, zero),
        still=still,
        needs=tuple(_need(chance, names, zero) for chance in findings.needs),
        measures=tuple(_measure(summary, zero) for summary in findings.summaries),
        movers=movers(findings, record.parameters, zero),
        boxes=boxes(findings, record.parameters),
        sources=sources(findings, record.parameters, zero),
        failures=_failures([str(text) for text in data["failed"].values]),
        assumptions=tuple(plain(sentence) for sentence in record.run.assumptions),
    )


def _firsts(result: EnsembleResult) -> tuple[Mapping[str, int], int]:
    """By industry, draws in which it is among the first to stop; and draws in which nothing stops."""
    rows = read_sample(result).independent
    # Levels stand in the order falls, stops.
    stops = (
        result.data["first_day_below"].transpose("draw", "level", "industry").values[rows, 1].astype(np.int64)
    )
    day = np.where(stops < 0, np.iinfo(np.int64).max, stops)
    first = (day == day.min(axis=1, keepdims=True)) & (stops >= 0)
    codes = [str(code) for code in result.data["industry"].values]
    return dict(zip(codes, first.sum(axis=0).tolist(), strict=True)), int((stops < 0).all(axis=1).sum())


def _industries(
    stops: Sequence[Chance], first: Mapping[str, int], names: Names, zero: int
) -> tuple[IndustryRange, ...]:
    called = dict(zip(names.industry_codes, names.industries, strict=True))
    found = [
        IndustryRange(
            industry=chance.name,
            name=called[chance.name],
            first=first[chance.name],
            stops=chance.happened,
            day=_from_zero(chance.when, zero),
        )
        for chance in stops
    ]
    return tuple(sorted(found, key=lambda one: -one.first))


def _need(chance: Chance, names: Names, zero: int) -> NeedRange:
    reached = [
        (share, day)
        for share, day in zip(SHARES, chance.by, strict=True)
        if share in (0.5, 0.8) and day is not None
    ]
    share, day = reached[-1] if reached else (None, None)
    return NeedRange(
        need=chance.name,
        name=dict(zip(names.need_codes, names.needs, strict=True))[chance.name],
        weight=chance.weight,
        below=chance.happened,
        day=_from_zero(chance.when, zero),
        by_day=None if day is None else day - zero,
        by_share=share,
    )


def _measure(summary: Summary, zero: int) -> MeasureRange:
    shift = zero if summary.measure in DATED else 0
    return MeasureRange(
        measure=summary.measure,
        name=NAMES.get(summary.measure, plain(summary.measure)),
        quantiles=_from_zero(summary.quantiles, shift),
        never=summary.never,
        dots=_from_zero(summary.dots, shift),
    )


def _from_zero(values: Sequence[float | None], zero: int) -> Quantiles:
    return tuple(None if value is None else value - zero for value in values)


def _failures(texts: Sequence[str]) -> tuple[Failure, ...]:
    often = Counter(plain(text) for text in texts if text)
    return tuple(Failure(message, draws) for message, draws in often.most_common())


def _drawn(parameter: Mapping[str, Any]) -> Drawn:
    name = plain(parameter.get("name", ""))
    source = parameter.get("source")
    words = option_words([parameter]).get(str(parameter.get("name", "")), {})
    return Drawn(
        name,
        spaced(with_words(parameter.get("sentence") or name, words)),
        plain(source) if source else "",
        str(parameter.get("kind", "")),
    )


def _date(iso: str) -> str:
    return date_words(datetime.date.fromisoformat(iso))
