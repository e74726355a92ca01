"""Rulings: how a figure's range, or a count of draws, becomes a finding; nothing here knows who speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.evidence import Claim, Evidence, Figure, resolve
from autarky.evidence.units import conversion
from autarky.verdict.runs import Runs
from autarky.verdict.verdicts import Finding, Number

Floats = npt.NDArray[np.float64]

LEAST = 0.9
"""Share of draws in which a sentence must hold to be supported; contradicted if it holds in at most
1 − LEAST of them. An assumption."""


@dataclass(frozen=True)
class Bench:
    """What a rule may see: figures, tables, runs, and which claims are only the sentence over again."""

    evidence: Evidence
    tables: Sequence[Economy]
    """One table, or one for each draw."""
    runs: Runs
    own: str = ""
    """Source key of the sentence's own document: its claims do not speak for it."""
    least: float = LEAST

    @property
    def partner(self) -> str:
        """Whose trade the runs cut."""
        return self.runs.partner


@dataclass(frozen=True)
class Ruling:
    """What a rule came to."""

    finding: Finding
    reason: str
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A test of a sentence: stated in words, thresholds and all, and applied to whatever the numbers are."""

    words: str
    apply: Callable[[Bench], Ruling] = field(repr=False)
    part: str = ""
    """The part of the sentence that is judged; empty: all of it."""
    opposing: str = ""
    """If it may come out as built_in: the mechanism that could oppose it."""


@dataclass(frozen=True)
class Needs:
    """No rule yet: what the model would need."""

    needs: str
    part: str = ""


@dataclass(frozen=True)
class Beyond:
    """No rule: why no figure and no flow could decide it."""

    why: str


Entry = Rule | Needs | Beyond


def over_draws(holds: npt.ArrayLike, least: float) -> Finding:
    """Supported if it holds in at least ``least`` of the draws, contradicted in at most 1 − ``least``.

    ``holds`` is 1 or 0 by draw, NaN where the draw says nothing; undecided if all say nothing.
    """
    told = np.asarray(holds, dtype=np.float64)
    told = told[~np.isnan(told)]
    if not len(told):
        return Finding.UNDECIDED
    share, room = float(told.mean()), 1e-9
    if share >= least - room:
        return Finding.SUPPORTED
    return Finding.CONTRADICTED if share <= 1.0 - least + room else Finding.UNDECIDED


def between(holds: npt.ArrayLike, fails: npt.ArrayLike, least: float) -> Finding:
    """As ``over_draws`` where a draw may speak neither for nor against: contradicted if enough say no."""
    for_it, against = over_draws(holds, least), over_draws(fails, least)
    if for_it is Finding.SUPPORTED:
        return for_it
    return Finding.CONTRADICTED if against is Finding.SUPPORTED else Finding.UNDECIDED


def above(number: Number | None, threshold: float) -> Finding:
    """Supported if the whole range lies above, contradicted if none of it does."""
    if number is None:
        return Finding.UNDECIDED
    if number.low > threshold:
        return Finding.SUPPORTED
    return Finding.CONTRADICTED if number.high <= threshold else Finding.UNDECIDED


def below(number: Number | None, threshold: float) -> Finding:
    """Supported if the whole range lies below, contradicted if none of it does."""
    if number is None:
        return Finding.UNDECIDED
    if number.high < threshold:
        return Finding.SUPPORTED
    return Finding.CONTRADICTED if number.low >= threshold else Finding.UNDECIDED


def exactly(number: Number | None, value: float) -> Finding:
    """Supported if every claim says so, contradicted if no claim's range holds the value."""
    if number is None:
        return Finding.UNDECIDED
    if number.low == number.high == value:
        return Finding.SUPPORTED
    return Finding.UNDECIDED if number.low <= value <= number.high else Finding.CONTRADICTED


def all_of(findings: Iterable[Finding]) -> Finding:
    """Of parts that must all hold: contradicted if one is, supported if all are, else undecided."""
    each = tuple(findings)
    if Finding.CONTRADICTED in each:
        return Finding.CONTRADICTED
    return Finding.SUPPORTED if set(each) == {Finding.SUPPORTED} else Finding.UNDECIDED


def measured(
    bench: Bench, name: str, figures: str | Sequence[str], of: str | Sequence[str] = ()
) -> Number | None:
    """The range over all claims on figures that begin with one of some texts, told by the latest of them.

    ``of`` are the periods that count, all if left out. Spelling with ``_`` or blanks, capitals or not, is the
    same. Claims of the sentence's own document do not count, nor claims in another unit than the first's.
    None if there is none.
    """
    found = sorted(_figures(bench, _many(figures), _many(of)), key=lambda figure: figure.as_of, reverse=True)
    if not found:
        return None
    unit = found[0].unit
    kept = [figure for figure in found if figure.unit == unit]
    return Number(
        name,
        kept[0].value,
        min(figure.low for figure in kept),
        max(figure.high for figure in kept),
        unit,
        tuple(claim for figure in kept for claim in figure.claims),
    )


def by_period(bench: Bench, figure: str) -> dict[str, Number]:
    """Period → range of the claims on one figure, in the order of periods."""
    found = _figures(bench, (figure,), ())
    return {
        told.as_of: Number(told.as_of, told.value, told.low, told.high, told.unit, told.claims)
        for told in sorted(found, key=lambda told: told.as_of)
    }


def ratio(
    name: str, over: Number | None, under: Number | None, unit: str = "1", scale: float = 1.0
) -> Number | None:
    """``scale·over / under``, with the range of a quotient of two positive ranges.

    None without both, or where their units measure different things.
    """
    if over is None or under is None or under.low <= 0:
        return None
    same = conversion(over.unit, under.unit)
    if same is None:
        return None
    return Number(
        name,
        scale * same * over.value / under.value,
        scale * same * over.low / under.high,
        scale * same * over.high / under.low,
        unit,
        over.claims + under.claims,
    )


def spread(name: str, values: npt.ArrayLike, unit: str, run: str) -> Number | None:
    """Median and 5 to 95 % of what draws say; None if they say nothing."""
    told = np.asarray(values, dtype=np.float64)
    told = told[~np.isnan(told)]
    if not len(told):
        return None
    low, value, high = (float(q) for q in np.quantile(told, (0.05, 0.5, 0.95)))
    return Number(name, value, low, high, unit, run=f"{run}, {len(told)} draw{'s' * (len(told) != 1)}")


def share_of_draws(name: str, holds: npt.ArrayLike, run: str) -> Number | None:
    """In how many per cent of draws something holds; no range."""
    told = np.asarray(holds, dtype=np.float64)
    told = told[~np.isnan(told)]
    if not len(told):
        return None
    share = float(100.0 * told.mean())
    return Number(
        name, share, share, share, "% of draws", run=f"{run}, {len(told)} draw{'s' * (len(told) != 1)}"
    )


def some(*numbers: Number | None) -> tuple[Number, ...]:
    """Those that there are."""
    return tuple(number for number in numbers if number is not None)


def lacking(*known: tuple[str, Number | None]) -> str:
    """Which figures are not carried, as a sentence; empty if all are."""
    missing = [name for name, number in known if number is None]
    return f"No figure independent of the sentence is carried: {', '.join(missing)}." if missing else ""


def _figures(bench: Bench, figures: Sequence[str], of: Sequence[str]) -> list[Figure]:
    begins = tuple(_plain(figure) for figure in figures)
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in bench.evidence.claims:
        if (
            _plain(claim.figure).startswith(begins)
            and (not of or claim.as_of in of)
            and claim.source != bench.own
        ):
            groups.setdefault((claim.figure, claim.as_of), []).append(claim)
    # One unit a figure: claims in another one are of something else, and left out.
    return [resolve([c for c in claims if c.unit == claims[0].unit])[0] for claims in groups.values()]


def _many(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())
