"""Grounds: what an answer rests on: figures with their claims and grades, sources, and assumptions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autarky.explanation.conditions import Condition
from autarky.explanation.stored import restored
from autarky.explanation.wording import count, listing, percent, plain
from autarky.results import RunRecord


@dataclass(frozen=True)
class GroundClaim:
    """What somebody says a figure amounted to, with its two grades and where it stands."""

    says: str
    """Value, range and unit in words."""
    source: str
    """Publisher and title."""
    date: str
    """When it was published; empty: undated."""
    url: str
    """An address or a reference; empty if it was not kept."""
    reliability: str
    """Of the source, A to F."""
    credibility: int
    """Of the figure, 1 to 6."""
    kind: str
    used: bool

    @property
    def grade(self) -> str:
        """Both grades: ``B2``."""
        return f"{self.reliability}{self.credibility}"


@dataclass(frozen=True)
class GroundFigure:
    """A figure behind the table, the claims on it, which were used and why."""

    figure: str
    as_of: str
    how: str
    """Which claims were used and why, in words."""
    share: float
    """Of all that the table records, by value, in cells on which the figure bears."""
    claims: tuple[GroundClaim, ...]
    """Those used first."""

    @property
    def is_assumed(self) -> bool:
        """Whether the best graded claim on it is an assumption, as it was settled."""
        return self.how.startswith("assumption")


@dataclass(frozen=True)
class GroundParameter:
    """Something the study declares beside the table, and where its value comes from."""

    what: str
    source: str
    """Empty: from nowhere."""

    @property
    def is_assumed(self) -> bool:
        """Whether it has no source, or one that calls itself an assumption."""
        return not self.source or self.source.lower().startswith("assumption")


@dataclass(frozen=True)
class Grounds:
    """All that an answer rests on."""

    figures: tuple[GroundFigure, ...]
    """Behind an estimated table, those that bear on most of it first; empty for a published one."""
    parameters: tuple[GroundParameter, ...]
    """Declared with a source or as an assumption, those drawn first."""
    shocks: tuple[GroundParameter, ...]
    """What happens, told together where the figures are from one source."""
    named: tuple[str, ...]
    """What the study names as its sources."""
    citation: str
    """Of the table."""

    @property
    def assumed(self) -> int:
        """Number of figures and parameters that are assumptions."""
        shocks = sum(bool(one.source) and one.is_assumed for one in self.shocks)
        figures = sum(one.is_assumed for one in self.figures)
        return figures + sum(one.is_assumed for one in self.parameters) + shocks

    @property
    def sentences(self) -> tuple[str, ...]:
        """How many figures, of which grades, how many assumptions."""
        told = []
        if self.figures:
            used = [claim for figure in self.figures for claim in figure.claims if claim.used]
            grades = Counter(claim.grade for claim in used)
            graded = listing([f"{number:,} {grade}" for grade, number in sorted(grades.items())], most=6)
            assumed = sum(figure.is_assumed for figure in self.figures)
            told.append(
                f"The table is estimated: it rests on {count(len(self.figures), 'figure')} with "
                f"{count(len(used), 'claim')} in use, graded {graded}; {assumed:,} of the figures "
                f"{'is an assumption' if assumed == 1 else 'are assumptions'}."
            )
            first = self.figures[0]
            told.append(
                f"The figure that bears on most of the table is {first.figure}: {percent(first.share)} of "
                f"what it records."
            )
        if self.parameters:
            assumed = sum(one.is_assumed for one in self.parameters)
            sourced = len(self.parameters) - assumed
            told.append(
                f"Beside the table stand {count(len(self.parameters), 'declared choice')}: {assumed:,} "
                f"{'is an assumption' if assumed == 1 else 'are assumptions'}, "
                f"{sourced:,} {'has' if sourced == 1 else 'have'} a source."
            )
        return tuple(told)


def grounds(
    record: RunRecord, conditions: Sequence[Condition], drawn: Sequence[Mapping[str, Any]] = ()
) -> Grounds:
    """What a run under some conditions rests on.

    ``drawn``: an ensemble's parameters, each with ``name`` and ``source``.
    """
    parameters = [
        GroundParameter(f"{plain(row.get('name', ''))} (drawn)", plain(source) if source else "")
        for row in drawn
        for source in (row.get("source"),)
    ]
    parameters += [GroundParameter(what, source) for what, source in _declared(record.scenario)]
    # What is declared as an assumption stands among the assumptions already.
    told = {one.source for one in parameters}
    parameters += [
        GroundParameter(sentence, "")
        for sentence in map(plain, record.assumptions)
        if not any(source and sentence.endswith(source) for source in told)
    ]
    return Grounds(
        tuple(restored(GroundFigure, one) for one in record.evidence),
        tuple(parameters),
        _shocks(conditions),
        tuple(plain(source) for source in record.sources),
        plain(record.economy.get("citation") or "no citation is given"),
    )


def _shocks(conditions: Sequence[Condition]) -> tuple[GroundParameter, ...]:
    """The shocks by the source of their figures, in the order declared; those without a source last."""
    alike: dict[str, list[str]] = defaultdict(list)
    for one in conditions:
        alike[one.source].append(one.short)
    return tuple(
        GroundParameter(listing(told, most=1), source)
        for source, told in sorted(alike.items(), key=lambda item: not item[0])
    )


def _declared(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(what it is of, source) of every ``source`` in a declared scenario but those of its shocks."""
    if isinstance(value, Mapping):
        source = value.get("source")
        is_shock = path[:1] == ("shocks",) and "kind" in value
        if isinstance(source, str) and source and not is_shock:
            yield plain(", ".join(path) or "scenario").replace("_", " "), plain(source)
        for key, held in value.items():
            yield from _declared(held, (*path, str(key)) if key != "behaviour" else path)
    elif isinstance(value, list | tuple):
        for k, held in enumerate(value, start=1):
            yield from _declared(held, (*path, str(k)) if len(value) > 1 else path)
