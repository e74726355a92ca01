"""Option words: values of the study format that a choice is drawn from, as clauses for people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from autarky.explanation.wording import plain
from autarky.scenario import ImportMode, ProductionFunction, Rationing

CLAUSES: tuple[Mapping[str, str], ...] = (
    {
        ImportMode.COMPETITIVE: "home goods replace imports",
        ImportMode.NON_COMPETITIVE: "home goods do not replace imports",
    },
    {
        ProductionFunction.LEONTIEF: "every input is essential",
        ProductionFunction.CRITICAL: "some inputs are essential",
        ProductionFunction.LINEAR: "inputs replace each other",
        ProductionFunction.CES: "inputs replace each other in part",
    },
    {
        Rationing.PROPORTIONAL: "everybody gets the same share",
        Rationing.PRIORITY: "some are served before others",
        Rationing.MARKET: "who pays most is served first",
        Rationing.MIXED: "a part is served by priority, the rest by market",
        Rationing.RANDOM: "the order of service is drawn",
    },
)
"""What each value of a choice means, by choice."""


def option_words(parameters: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, str]]:
    """Name of a parameter → option → clause, of parameters whose options are all values of one choice."""
    found: dict[str, Mapping[str, str]] = {}
    for row in parameters:
        options = {str(option) for option in row.get("options") or ()}
        clauses = next((one for one in CLAUSES if options and options <= set(one)), None)
        if clauses is not None:
            found[str(row.get("name", ""))] = {str(option): clauses[option] for option in options}
    return found


def where_it_is(option: str, words: Mapping[str, str]) -> str:
    """What follows *where*: the option's clause, or ``it is`` and the option."""
    return words.get(option) or f"it is {plain(option)}"


def with_words(sentence: str, words: Mapping[str, str]) -> str:
    """A sentence that lists options with their weights, the clauses in place of the options."""
    for option, clause in words.items():
        sentence = re.sub(rf"\b{re.escape(option)}(?= \()", clause, sentence)
    return sentence
