"""What several claims on one figure come to: their range, one that is preferred with a reason, or each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from autarky.declared import Declared, Name
from autarky.errors import EvidenceError, Problem, did_you_mean
from autarky.evidence.claim import Claim, plain_figure
from autarky.evidence.units import conversion, parse_unit


class Preference(Declared):
    """Whose claim is taken, and why."""

    source: Name
    """Key of the source whose claim is taken."""
    reason: Name
    """Why; it is printed with the figure."""


class Prefer(Declared):
    """One source's claim is taken and the others are left aside, with a reason."""

    prefer: Preference


Range = Literal["range"]
"""From the least to the most that any claim allows; the value is that of the best graded claim."""
Each = Literal["each"]
"""One figure for each source."""
Resolve = Range | Each | Prefer


@dataclass(frozen=True)
class Figure:
    """What the claims on one figure come to: a value, its range, and the claims that were used."""

    figure: str
    as_of: str
    value: float
    low: float
    high: float
    unit: str
    claims: tuple[str, ...]
    """Ids of the claims used, the one that gives the value first."""
    sentence: str
    """How it came about, with the best claim's source and grade."""


def resolve(claims: Sequence[Claim], how: Resolve = "range") -> tuple[Figure, ...]:
    """One figure from several claims; with ``each``, one for each source.

    ``range`` goes from the least to the most that any claim allows, and its value is that of the best graded
    claim (reliability, then credibility, then the first given). Nothing is ever averaged. Figures in other
    units of the same kind are converted into the unit of the best graded claim.

    Raises
    ------
    EvidenceError
        If there is no claim, if they are of different figures or periods, if two units measure different
        things, or if the preferred source makes no claim here.
    """
    if not claims:
        raise EvidenceError(Problem("resolve", "there is no claim", "give at least one claim on the figure"))
    _one_figure(claims)
    if isinstance(how, Prefer):
        source, reason = how.prefer.source, how.prefer.reason
        chosen = [claim for claim in claims if claim.source == source]
        if not chosen:
            first = claims[0]
            what = f"{first.figure} {first.as_of}: no claim of source {source!r} to prefer"
            known = tuple(dict.fromkeys(claim.source for claim in claims))
            raise EvidenceError(Problem("resolve", what, did_you_mean(source, known)))
        aside = len({claim.source for claim in claims} - {source})
        tail = f", preferred to {_sources(aside)}: {reason}" if aside else f", preferred: {reason}"
        return (_figure(chosen, tail),)
    if how == "each":
        groups = dict[str, list[Claim]]()
        for claim in claims:
            groups.setdefault(claim.source, []).append(claim)
        return tuple(_figure(group) for group in groups.values())
    return (_figure(claims),)


def _one_figure(claims: Sequence[Claim]) -> None:
    first = claims[0]
    problems = [
        Problem(
            f"claims {first.id} and {claim.id}",
            f"are of different figures: {first.figure} {first.as_of}, {claim.figure} {claim.as_of}",
            "resolve claims on one figure and period at a time",
        )
        for claim in claims
        if plain_figure(claim.figure) != plain_figure(first.figure) or claim.as_of != first.as_of
    ]
    if problems:
        raise EvidenceError(problems)


def _factors(claims: Sequence[Claim], best: Claim) -> list[float]:
    """What turns each claim's unit into that of the best graded; EvidenceError naming those that cannot."""
    factors = [conversion(claim.unit, best.unit) for claim in claims]
    problems = [
        Problem(
            f"claims {best.id} and {claim.id}",
            f"measure different things: {_measure(best.unit)}, {_measure(claim.unit)}",
            "give both in units of one kind, or prefer one source",
        )
        for claim, factor in zip(claims, factors, strict=True)
        if factor is None
    ]
    if problems:
        raise EvidenceError(problems)
    return [factor for factor in factors if factor is not None]


def _measure(unit: str) -> str:
    return f"{unit} ({' per '.join(parse_unit(unit).kinds)})"


def _figure(claims: Sequence[Claim], tail: str = "") -> Figure:
    """The range of claims that measure the same thing, in the unit of the best graded."""
    best = min(claims, key=lambda claim: (claim.reliability, claim.credibility))  # the first of equals
    factors = _factors(claims, best)
    low = min(claim.range[0] * factor for claim, factor in zip(claims, factors, strict=True))
    high = max(claim.range[1] * factor for claim, factor in zip(claims, factors, strict=True))
    used = (best.id, *(claim.id for claim in claims if claim is not best))
    return Figure(
        best.figure,
        best.as_of,
        best.value,
        low,
        high,
        best.unit,
        used,
        _sentence(claims, best, low, high) + tail,
    )


def _sentence(claims: Sequence[Claim], best: Claim, low: float, high: float) -> str:
    graded = f"{best.source}, {best.grade}"
    if low == high:
        figures = f"{_number(best.value)} {best.unit} ({graded})"
    else:
        figures = f"{_number(low)}–{_number(high)} {best.unit} (best graded {_number(best.value)}: {graded})"
    count = len({claim.source for claim in claims})
    if best.kind == "assumption":
        return f"assumption: {figures}"
    if count > 1:
        return f"range of {count} sources: {figures}"
    if len(claims) > 1:
        return f"range of {len(claims)} claims of one source: {figures}"
    return f"one source: {figures}"


def _sources(count: int) -> str:
    return "1 other source" if count == 1 else f"{count} other sources"


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")
