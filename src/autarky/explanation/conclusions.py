"""Conclusions: what a run says to a fixed list of questions, so that runs can be asked whether they agree.

Each question answers in one sentence. Two runs agree where the sentence is the same, letter for letter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from autarky.explanation.measured import (
    BELOW,
    ECONOMY,
    GROUPS,
    HOUSEHOLDS,
    INDUSTRIES,
    LOST,
    PRODUCTS,
    USERS,
    WORST,
    Measured,
)
from autarky.explanation.wording import listing

ALIKE = 0.001
"""Losses nearer to each other than this share of the base year count as alike: a tenth of a per cent."""


def _first_to_stop(run: Measured) -> str:
    names, _ = run.first_to_stop
    if not names:
        return "no industry stops (falls below half of base)"
    return f"the first to stop {'is' if len(names) == 1 else 'are'} {listing(names, most=len(names))}"


def _ranking(run: Measured) -> str:
    """Products that households lose more than a tenth of a per cent of, by what is lost in money."""
    hit = sorted(
        (one for one in run.of(PRODUCTS, LOST) if one.value > ALIKE),
        key=lambda one: (-one.weight, one.subject),
    )[:3]
    if not hit:
        return "households lose no product"
    return f"what households lose most of, by value, is {', then '.join(one.name for one in hit)}"


def _deepest(run: Measured) -> str:
    hit = [one for one in run.of(INDUSTRIES, LOST) if one.value > ALIKE]
    if not hit:
        return "no industry loses output"
    most = min(hit, key=lambda one: (-one.weight, one.subject))
    return f"the industry that loses most value added is {most.name}"


def _households_and_value_added(run: Measured) -> str:
    return _which(
        run.value(USERS, HOUSEHOLDS), run.value(ECONOMY, "gdp"), "households lose", "than value added does"
    )


def _households_and_government(run: Measured) -> str:
    return _which(
        run.value(USERS, HOUSEHOLDS),
        run.value(USERS, "government"),
        "households lose",
        "than the government does",
    )


def _households_and_exports(run: Measured) -> str:
    return _which(
        run.value(USERS, HOUSEHOLDS), run.value(USERS, "exports"), "households lose", "than exports do"
    )


def _below(run: Measured) -> str:
    day = run.value(USERS, HOUSEHOLDS, BELOW)
    if math.isnan(day):
        return ""
    return f"what households receive {'falls' if day < math.inf else 'never falls'} below 90 % of base"


def _half(run: Measured) -> str:
    lost = run.value(ECONOMY, "gdp", WORST)
    if math.isnan(lost):
        return ""
    return f"value added {'falls' if lost > 0.1 else 'never falls'} below 90 % of base"


def _group(run: Measured) -> str:
    groups = run.of(GROUPS, LOST)
    if len(groups) < 2:
        return ""
    most = max(one.value for one in groups)
    hit = [one.name for one in groups if one.value >= most - ALIKE]
    if len(hit) == len(groups):
        return "all groups of households lose the same share"
    return f"of the groups of households, {listing(hit)} {'loses' if len(hit) == 1 else 'lose'} most"


def _which(one: float, other: float, who: str, than: str) -> str:
    if math.isnan(one) or math.isnan(other):
        return ""
    if abs(one - other) <= ALIKE:
        return f"{who} about the same share {than.replace('than', 'as', 1)}"
    return f"{who} a {'larger' if one > other else 'smaller'} share {than}"


QUESTIONS: Mapping[str, Callable[[Measured], str]] = {
    "Which industry stops first?": _first_to_stop,
    "Which industry loses most value added?": _deepest,
    "Which products do households lose most of?": _ranking,
    "Do households lose a larger share than value added?": _households_and_value_added,
    "Do households lose a larger share than the government?": _households_and_government,
    "Do households lose a larger share than exports?": _households_and_exports,
    "Which group of households loses most?": _group,
    "Do households fall below 90 % of base?": _below,
    "Does value added fall below 90 % of base?": _half,
}
"""What every run is asked. An empty answer: the run cannot tell, and the question is left out."""


def answers(run: Measured) -> tuple[str, ...]:
    """The answer to each of the questions, in their order."""
    return tuple(ask(run) for ask in QUESTIONS.values())
