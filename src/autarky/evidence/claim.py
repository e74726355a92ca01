"""Claims: a figure with its range, unit, date, source and grades; several on one figure stay several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from autarky.declared import Declared, Name
from autarky.errors import EvidenceError, Problem, did_you_mean
from autarky.evidence.period import EXAMPLES, is_period
from autarky.evidence.units import MOST, parse_unit

ClaimKind = Literal[
    "statistical_office",
    "mirror_statistics",
    "state_media",
    "survey",
    "satellite",
    "estimate",
    "press",
    "derived",
    "assumption",
]
Reliability = Literal["A", "B", "C", "D", "E", "F"]
Credibility = Literal[1, 2, 3, 4, 5, 6]
MAX_QUOTE_WORDS = 20


def _no_formula(text: str) -> str:
    # A spreadsheet would run it when it opens the file as a table.
    if text.startswith(("=", "@", "+")):
        raise ValueError(f"begins with {text[0]!r}, as a formula does; write plain text")
    return text


Label = Annotated[Name, AfterValidator(_no_formula)]
Text = Annotated[str, Field(max_length=2_000), AfterValidator(_no_formula)]


def checked_quote(quote: str) -> str:
    """The quote itself, if it is short enough to be quoted; otherwise ``what; remedy``."""
    if (words := len(quote.split())) > MAX_QUOTE_WORDS:
        raise ValueError(f"has {words} words; quote at most {MAX_QUOTE_WORDS}, and put the rest in your own")
    return quote


class Source(Declared):
    """Where claims come from."""

    key: Label
    """Short name by which claims refer to it."""
    title: Label
    """Its title, or a description where the title is not kept."""
    publisher: Label
    """Who published it."""
    date: Annotated[str, Field(max_length=40)] = ""
    """When it was published; empty if it bears no date."""
    url: Text = ""
    """Where it is to be found: an address or a reference; empty if it was not kept."""
    note: Text = ""
    """Anything a reader should know."""

    @field_validator("date")
    @classmethod
    def _dated(cls, date: str) -> str:
        if date and not is_period(date):
            raise ValueError(f"is {date!r}, which is no date; write for instance {EXAMPLES}")
        return date

    @property
    def citation(self) -> str:
        """``publisher (date): title. url``."""
        dated = f" ({self.date})" if self.date else ""
        return f"{self.publisher}{dated}: {self.title}." + (f" {self.url}" if self.url else "")


class Claim(Declared):
    """A figure from a source: what somebody says something amounted to."""

    id: Label
    """Unique in its file, for instance gdp-share-mining-2019-bok2019."""
    figure: Label
    """What it is a figure of, as topic / variable, for instance gdp share / mining."""
    value: float
    """The figure."""
    low: float | None = None
    """The least it may be; the value itself if left out."""
    high: float | None = None
    """The most it may be; the value itself if left out."""
    unit: Label
    """For instance pct, pct of total, million USD, kt, GWh, KPW/kg."""
    as_of: Label
    """The period it is for, for instance 2019, 2020-03, 2018/19, 2020Q1-Q3."""
    source: Label
    """Key of a source."""
    kind: ClaimKind
    """How such a figure comes about."""
    method: Text = ""
    """How it was measured or worked out."""
    reliability: Reliability
    """Of the source: A completely reliable … E unreliable, F cannot be judged."""
    credibility: Credibility
    """Of the figure: 1 confirmed by others, 2 probably true … 5 improbable, 6 cannot be judged."""
    quote: Text = ""
    """The source's own words, at most 20."""
    note: Text = ""
    """Anything a reader should know."""

    @field_validator("figure")
    @classmethod
    def _of_a_topic(cls, figure: str) -> str:
        topic, slash, variable = figure.partition(" / ")
        if not (topic.strip() and slash and variable.strip()):
            raise ValueError(f"is {figure!r}; write topic / variable, for instance gdp share / mining")
        return figure

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str) -> str:
        parse_unit(unit)
        return unit

    @field_validator("as_of")
    @classmethod
    def _dated(cls, as_of: str) -> str:
        if not is_period(as_of):
            raise ValueError(f"is {as_of!r}, which is no period; write for instance {EXAMPLES}")
        return as_of

    @field_validator("quote")
    @classmethod
    def _short(cls, quote: str) -> str:
        return checked_quote(quote)

    @model_validator(mode="after")
    def _in_order(self) -> Claim:
        low, high = self.range
        if not low <= self.value <= high:
            raise ValueError(
                f"has low {low:g}, value {self.value:g}, high {high:g}; order them: low ≤ value ≤ high"
            )
        most = MOST.get(self.unit)
        if most is not None and not (low >= 0 and high <= most):
            wrong = high if high > most else low
            remedy = "0.2 means 20 %" if most == 1 else "20 means 20 %"
            raise ValueError(
                f"is a share of {wrong:g}; in {self.unit} it lies between 0 and {most:g}: {remedy}"
            )
        return self

    @property
    def range(self) -> tuple[float, float]:
        """Least and most it may be; both the value itself where the claim gives no range."""
        return (
            self.value if self.low is None else self.low,
            self.value if self.high is None else self.high,
        )

    @property
    def grade(self) -> str:
        """Reliability and credibility as they are written together: ``B2``."""
        return f"{self.reliability}{self.credibility}"


@dataclass(frozen=True)
class Evidence:
    """Claims and the sources they cite. Each id is unique, and each claim's source is among the sources."""

    claims: tuple[Claim, ...]
    sources: Mapping[str, Source]

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        if problems := [
            Problem(f"claim {place}", what, remedy) for place, what, remedy in self._contradictions()
        ]:
            raise EvidenceError(problems)

    def _contradictions(self) -> Iterator[tuple[str, str, str]]:
        seen = set[str]()
        for claim in self.claims:
            if claim.id in seen:
                yield claim.id, "stands twice", "give each claim an id of its own"
            seen.add(claim.id)
            if claim.source not in self.sources:
                remedy = did_you_mean(claim.source, tuple(self.sources))
                yield claim.id, f"cites the unknown source {claim.source!r}", remedy

    def on(self, figure: str, as_of: str | None = None) -> tuple[Claim, ...]:
        """The claims on one figure, of one period or of all, in the order of the files; perhaps none.

        Capitals, blanks and underscores make no difference: ``nominal_GDP`` is ``nominal gdp``.
        """
        return tuple(
            claim
            for claim in self.claims
            if plain_figure(claim.figure) == plain_figure(figure) and (as_of is None or claim.as_of == as_of)
        )

    def claim(self, id: str) -> Claim:
        """The claim of that id; EvidenceError with the nearest ids if there is none."""
        for claim in self.claims:
            if claim.id == id:
                return claim
        remedy = did_you_mean(id, tuple(claim.id for claim in self.claims))
        raise EvidenceError(Problem(f"claim {id}", "there is no such claim", remedy))

    def cite(self, claim: Claim) -> str:
        """The citation of a claim's source: ``publisher (date): title. url``."""
        return self.sources[claim.source].citation

    def __reduce__(self) -> tuple[type[Evidence], tuple[tuple[Claim, ...], dict[str, Source]]]:
        # A mapping that cannot be changed cannot be pickled either: it travels as a plain one.
        return type(self), (self.claims, dict(self.sources))


def plain_figure(figure: str) -> str:
    """A figure's name without capitals, underscores and double blanks, which make no difference."""
    return " ".join(figure.replace("_", " ").casefold().split())
