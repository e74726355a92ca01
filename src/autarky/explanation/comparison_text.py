"""A comparison in words: for the terminal, and the sentences that head its page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from autarky.explanation.answer import printed
from autarky.explanation.comparison import SAME, Comparison, Conclusion, Range, Row
from autarky.explanation.measured import (
    BESIDES,
    ECONOMY,
    GROUPS,
    HOUSEHOLDS,
    INDUSTRIES,
    LOST,
    PRODUCTS,
    USERS,
    WORST,
)
from autarky.explanation.wording import (
    change,
    count,
    in_draws,
    listing,
    percent,
    rounded,
    shorten,
    spaced,
    whole,
)

GARDEN = "garden_food."
"""Begins the subjects of food from household plots."""
LEADS = ("In all of them", "What differs", "Who", "What flips", "How sure")


def value_words(value: float, unit: str) -> str:
    """A number of the table: ``−8.2 %``, ``day 34``, ``12``."""
    if math.isnan(value):
        return "no data"
    match unit:
        case "share":
            return change(value)
        case "day":
            return "never" if math.isinf(value) else f"day {whole(value)}"
        case "count":
            return whole(value)
    return rounded(value, 4)


def difference_words(value: float, unit: str) -> str:
    """A difference: ``−1.2 points`` (of the base year), ``9 days later``, ``3 more``."""
    if math.isnan(value):
        return "no data"
    if abs(value) <= SAME:
        return "the same"
    match unit:
        case "share":
            # A larger loss is a change downwards.
            return f"{change(value).removesuffix(' %')} points"
        case "day":
            if math.isinf(value):
                return "never instead" if value > 0 else "happens instead"
            return f"{count(round(abs(value)), 'day')} {'later' if value > 0 else 'earlier'}"
        case "count":
            return f"{whole(abs(value))} {'more' if value > 0 else 'fewer'}"
    told = rounded(value, 3)
    return f"+{told}" if value > 0 else told


def range_words(found: Range, unit: str) -> str:
    """``−8.2 % (−3 to −12 %)``: median and where nine tenths of the draws lie."""
    middle, span = value_words(found.middle, unit), span_words(found, unit)
    return f"{middle} ({span})" if span else middle


def span_words(found: Range, unit: str) -> str:
    """``−3 to −12 %``: where nine tenths of the draws lie; nothing where all of them say the same."""
    low, high = value_words(found.low, unit), value_words(found.high, unit)
    if low == high == value_words(found.middle, unit):
        return ""
    if low.endswith(" %") and high.endswith(" %"):
        low = low.removesuffix(" %")
    return f"{low} to {high.removeprefix('day ')}"


def difference_range_words(found: Range, unit: str) -> str:
    """The same of a difference, with the share of draws in which its sign holds."""
    told = [
        difference_words(value, unit)
        for value in (found.difference_low, found.difference_middle, found.difference_high)
    ]
    words = told[1] if len(set(told)) == 1 else f"{told[1]} ({told[0]} to {told[2]})"
    return words if math.isnan(found.sign_holds) else f"{words}; sign in {percent(found.sign_holds)}"


def sentences(comparison: Comparison) -> tuple[str, ...]:
    """What all agree on, where they differ, who loses under which, what flips, and how sure that is."""
    number = len(comparison.columns)
    held = [one for one in comparison.conclusions if one.is_sure]
    flips = [one for one in comparison.conclusions if not one.holds_in_all]
    where = f"Under all {number}" + (", in nine of ten draws or more" if comparison.draws else "")
    return (
        (
            f"{where}: {'; '.join(_said(one.sentence) for one in held)}."
            if held
            else f"{where}, no conclusion that is tested holds."
        ),
        _spread_sentence(comparison),
        _who_sentence(comparison),
        _flips(comparison, [f"that {_said(one.sentence)} {_where(one, comparison.names)}" for one in flips]),
        _sure_sentence(comparison),
    )


def in_short(comparison: Comparison) -> tuple[str, ...]:
    """The same sentences; of what flips the questions only, for a page that is about something else."""
    agree, differ, who, _, sure = sentences(comparison)
    questions = [one.question for one in comparison.conclusions if not one.holds_in_all]
    asked = [f"{one[:1].lower()}{one[1:].removesuffix('?')}" for one in questions]
    return agree, differ, who, _flips(comparison, asked), sure


def _flips(comparison: Comparison, told: Sequence[str]) -> str:
    if not told:
        return "No conclusion that is tested flips."
    many = f"{count(len(told), 'conclusion')} of {len(comparison.conclusions)}"
    return f"{many} {'flips' if len(told) == 1 else 'flip'}: {'; '.join(told)}."


def _spread_sentence(comparison: Comparison) -> str:
    told = []
    for row in comparison.of(ECONOMY, USERS, what=LOST):
        if row.subject not in ("gdp", HOUSEHOLDS) or any(math.isnan(value) for value in row.values):
            continue
        if row.ranges:
            each = zip(comparison.names, row.ranges, strict=True)
            words = ", ".join(f"{range_words(one, row.unit)} under {name}" for name, one in each)
            told.append(f"{row.name} {words}")
            continue
        low, high = _extremes(row, comparison.names)
        if low[1] == high[1]:
            told.append(f"{row.name} {change(low[1])} under each")
        else:
            told.append(f"{row.name} {change(low[1])} under {low[0]} to {change(high[1])} under {high[0]}")
    grown = [row for row in comparison.of(BESIDES) if row.subject.startswith(GARDEN) and row.differs]
    told += [
        f"{row.name} {', '.join(_against_first(row, comparison.names))} ({row.unit})" for row in grown[:4]
    ]
    return f"Over the run: {'; '.join(told)}." if told else "The tables have nothing to compare with."


def _against_first(row: Row, names: Sequence[str]) -> list[str]:
    """Each other run's difference against the first."""
    if row.ranges:
        told = [difference_range_words(one, row.unit) for one in row.ranges]
    else:
        told = [difference_words(value, row.unit) for value in row.differences]
    return [f"{words} under {name}" for words, name in zip(told[1:], names[1:], strict=True)]


def _who_sentence(comparison: Comparison) -> str:
    """For each user whose loss differs, under which it loses least and most."""
    told = []
    rows = comparison.of(GROUPS, what=LOST) or comparison.of(USERS, what=LOST)
    for row in rows:
        # With draws the middle ones are compared.
        told_of = replace(row, values=tuple(one.middle for one in row.ranges) or row.values)
        known = [value for value in told_of.values if not math.isnan(value)]
        if len(known) == len(row.values) and max(known) - min(known) > 5e-4:
            least, most = _extremes(told_of, comparison.names)
            verb = "lose" if row.name.endswith("s") else "loses"
            told.append(f"{row.name} {verb} least under {least[0]} and most under {most[0]}")
    if not told:
        return "No user's loss differs by more than a twentieth of a per cent of the base year."
    return f"{'; '.join(told[:6])}."


def _extremes(row: Row, names: Sequence[str]) -> tuple[tuple[str, float], tuple[str, float]]:
    """(names, value) of the smallest and the largest loss."""
    low, high = min(row.values), max(row.values)

    def at(wanted: float) -> str:
        return listing(
            [name for name, value in zip(names, row.values, strict=True) if abs(value - wanted) <= 5e-6]
        )

    return (at(low), low), (at(high), high)


def _where(one: Conclusion, names: Sequence[str]) -> str:
    """In how many it holds, and what those say in which it does not."""
    others = [
        f"under {name} {_said(answer) or 'there is no answer'}"
        for name, answer, holds in zip(names, one.answers, one.holds, strict=True)
        if not holds
    ]
    return f"holds in {one.number} of {len(names)} ({'; '.join(others)})"


def _sure_sentence(comparison: Comparison) -> str:
    if not comparison.draws:
        return (
            "This compares single runs without a range: whether a difference is larger than what is not "
            "known, only draws can tell."
        )
    open_ = [one for one in comparison.conclusions if one.holds_in_all and not one.is_sure]
    told = [
        f"that {_said(one.sentence)}, {in_draws(round(one.share * comparison.draws), comparison.draws)}"
        for one in open_
    ]
    drawn = f"{comparison.draws} draws, the same for each"
    if comparison.failed:
        drawn += f", and {comparison.failed} more that could not be simulated"
    if not told:
        return f"Of {drawn}: what holds under all in the single runs holds in nine of ten draws."
    all_ = f"these hold under all {len(comparison.columns)} in fewer than nine of ten"
    return f"Of {drawn}, {all_}: {'; '.join(told)}."


def text(comparison: Comparison, width: int = 100) -> str:
    """What is printed."""
    number = len(comparison.columns)
    head = f"{comparison.title} · {number} side by side"
    if comparison.draws:
        head += f" · {comparison.draws} draws of each, the same for all"
    lines = [("", head)]
    for k, column in enumerate(comparison.columns, start=1):
        told = "; ".join(column.differs[:4]) if k > 1 else "what the others are compared with"
        told += f"; and {len(column.differs) - 4} more" if len(column.differs) > 4 else ""
        lines.append(("COMPARED" if k == 1 else "", f"{k} {column.name}: {told or 'nothing is otherwise'}"))
    for k, column in enumerate(comparison.columns, start=1):
        stops = f"{listing(column.first)} on {value_words(column.first_day, 'day')}" if column.first else ""
        lines.append(("FIRST TO STOP" if k == 1 else "", f"{k} {stops or 'nothing stops'}"))
    held = [one for one in comparison.conclusions if one.holds_in_all]
    flips = [one for one in comparison.conclusions if not one.holds_in_all]
    after = [("HOLDS IN ALL", _said(one.sentence) + _in_draws(one, comparison)) for one in held] or [
        ("HOLDS IN ALL", "nothing that is tested")
    ]
    after += [("FLIPS", f"{_said(one.sentence)}: {_where(one, comparison.names)}") for one in flips]
    after += [("NOTE", remark) for remark in comparison.remarks]
    after.append(("HOW SURE", _sure_sentence(comparison)))
    return "\n".join((printed(lines, width), *_table(comparison), printed(after, width)))


def _said(sentence: str) -> str:
    """A sentence at a length that can be read among others; the page's table has all of it."""
    return shorten(sentence, 150)


def _in_draws(one: Conclusion, comparison: Comparison) -> str:
    if not comparison.draws:
        return ""
    return f" ({in_draws(round(one.share * comparison.draws), comparison.draws)})"


def _table(comparison: Comparison) -> list[str]:
    """Who loses what, a column for each run, as wide as its words."""
    rows = [
        *comparison.of(ECONOMY),
        *(row for row in comparison.of(USERS, GROUPS) if row.what != WORST),
        *comparison.of(PRODUCTS, what=LOST)[:5],
        *comparison.of(INDUSTRIES, what=LOST)[:5],
        *(row for row in comparison.of(BESIDES) if row.differs),
    ]
    cells = []
    for row in rows:
        middles = [one.middle for one in row.ranges] or row.values
        told = (value_words(value, row.unit) for value in middles)
        cells.append((row_words(replace(row, name=shorten(row.name, 28))), *told))
        if any(spans := [span_words(one, row.unit) for one in row.ranges]):
            cells.append(("  nine tenths of the draws", *spans))
    header = ("WHO LOSES WHAT", *map(str, range(1, len(comparison.columns) + 1)))
    widths = [max(len(line[k]) for line in (header, *cells)) for k in range(len(header))]
    return [
        "  ".join(
            cell.ljust(size) if k == 0 else cell.rjust(size)
            for k, (cell, size) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (header, *cells)
    ]


def row_words(row: Row) -> str:
    """Who, and what is measured."""
    unit = "" if row.unit in ("share", "day", "count", "1") else f", {row.unit}"
    # A product and the industry that makes it often have one name.
    name = shorten(row.name, 60) + {PRODUCTS: " received", INDUSTRIES: " made"}.get(row.section, "")
    return spaced(f"{name}, {row.what}{unit}")
