"""Verdicts: what a rule found on a sentence, with its numbers, in the same words whoever said it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from autarky.verdict.sentences import Sentence


class Finding(StrEnum):
    """What a verdict says; the value is the word that is printed."""

    SUPPORTED = "supported"
    """It holds over the whole range of the claims, or in nearly every draw."""
    CONTRADICTED = "contradicted"
    """It holds nowhere in the range of the claims, or in hardly any draw."""
    UNDECIDED = "undecided"
    """Claims or draws stand on both sides, or no figure is carried."""
    BUILT_IN = "built_in"
    """The model could not have come out otherwise: its result is no evidence."""
    NEEDS_MECHANISM = "needs_mechanism"
    """Nothing in the model stands for it yet."""
    NOT_TESTABLE = "not_testable"
    """No figure and no flow could speak for or against it."""


@dataclass(frozen=True)
class Number:
    """A number that a verdict rests on, or shows beside it, and where it comes from."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    claims: tuple[str, ...] = ()
    """Ids of the claims it comes from; then low and high are the ends of their range."""
    run: str = ""
    """The courses or tables it comes from; then value is the median over draws, low and high 5 and 95 %."""


@dataclass(frozen=True)
class Verdict:
    """What was found on a sentence, by which rule, from which numbers."""

    sentence: Sentence
    finding: Finding
    reason: str
    """Why, in one or two sentences."""
    rule: str = ""
    """The test in words with its threshold, as the register states it; empty without a test."""
    part: str = ""
    """The part of the sentence that is judged; empty: all of it."""
    numbers: tuple[Number, ...] = ()
    opposing: str = ""
    """Of built_in: the mechanism that could oppose it, were it in the model."""
    needs: str = ""
    """Of needs_mechanism: what the model would need."""


def in_words(number: Number | None) -> str:
    """``95.4 (94.9 to 95.4) %``; shares are told in per cent; ``no figure`` if there is none."""
    if number is None:
        return "no figure"
    scale = 100.0 if number.unit == "1" else 1.0
    unit = "%" if number.unit in ("1", "pct", "pct of total") else number.unit
    value, low, high = (_short(scale * figure) for figure in (number.value, number.low, number.high))
    return f"{value} {unit}" if low == high else f"{value} ({low} to {high}) {unit}"


def _short(value: float) -> str:
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 1 else 3
    text = f"{value:,.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def by_stance(verdicts: Sequence[Verdict]) -> dict[str, dict[Finding, int]]:
    """How many sentences of each stance came to each finding; stances in the order in which they appear."""
    counted: dict[str, dict[Finding, int]] = {}
    for verdict in verdicts:
        row = counted.setdefault(verdict.sentence.stance, dict.fromkeys(Finding, 0))
        row[verdict.finding] += 1
    return counted


def to_dict(verdicts: Sequence[Verdict], inputs: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Everything, JSON-ready. ``inputs`` are the command and the digests that reproduce it."""
    return {
        "verdicts": [
            {
                "sentence": verdict.sentence.model_dump(mode="json"),
                "finding": verdict.finding.value,
                "part": verdict.part,
                "rule": verdict.rule,
                "reason": verdict.reason,
                "numbers": [asdict(number) | {"claims": list(number.claims)} for number in verdict.numbers],
                "opposing": verdict.opposing,
                "needs": verdict.needs,
            }
            for verdict in verdicts
        ],
        "by_stance": {
            stance: {finding.value: number for finding, number in row.items()}
            for stance, row in by_stance(verdicts).items()
        },
        **({"inputs": dict(inputs)} if inputs else {}),
    }
