"""Uncertainty: which numbers of a study are not known, how they spread, and what each of them drives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from autarky.declared import ALL, Declared, Name, Names
from autarky.uncertainty.design import Design
from autarky.uncertainty.distributions import Choice, Dirichlet, Distribution, Each, TableDraws


def _as_paths(given: object) -> object:
    if isinstance(given, str):
        return (given,)
    # A list would be refused where validation is strict, as it is for study files.
    return tuple(given) if isinstance(given, list) else given


Path = Annotated[str, Field(min_length=1, max_length=500)]
Paths = Annotated[
    tuple[Path, ...], BeforeValidator(_as_paths, json_schema_input_type=Path | tuple[Path, ...])
]
"""One place of the scenario, or a list of them, as messages spell them: ``shocks[0].share_kept``."""
Source = Annotated[str, Field(min_length=1, max_length=10_000)]

DRIVES = ("sets", "scales", "shifts", "coefficients", "origins", "tables")
"""What a parameter may drive: fields of ``Parameter``, exactly one of which is given."""


class Coefficients(Declared):
    """Technical coefficients, of home and of imported inputs alike, that a drawn factor multiplies."""

    inputs: Names = ALL
    """Product codes (or groups) of the inputs."""
    users: Names = ALL
    """Sector codes (or groups) of the industries that use them."""


class Origins(Declared):
    """A product whose use is split anew over those who supply it."""

    product: Name
    """Product code, in quotes."""
    destination: Names = ALL
    """Regions whose users are split anew; those abroad who buy a national table's exports never are."""


class Parameter(Declared):
    """One uncertain thing: its name, its distribution, where that comes from, and what it drives."""

    name: Name
    """What it is, in words: stock of inputs."""
    unit: Annotated[str, Field(max_length=100)] = ""
    """Unit of the values, for instance days."""
    distribution: Distribution
    """uniform, triangular, normal, lognormal, discrete, each, draws or dirichlet."""
    source: Source
    """Where the distribution comes from; if from nowhere, a text that begins with the word assumption."""
    sets: Paths | None = None
    """Places of the scenario that take the value. Of dirichlet: one for each share, in their order."""
    scales: Paths | None = None
    """Places of the scenario whose number is multiplied by the value."""
    shifts: Paths | None = None
    """Places of the scenario whose date moves by so many days."""
    coefficients: Coefficients | None = None
    """Technical coefficients that are multiplied by the value; value added takes up the difference."""
    origins: Origins | None = None
    """For dirichlet, with regions and partners as names: the product that they share in supplying."""
    tables: Literal[True] | None = None
    """For discrete, each and draws: true if the values are the names of whole tables."""

    @model_validator(mode="after")
    def _drives_one_thing(self) -> Parameter:
        given = [name for name in DRIVES if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) if given else "none of them"
            raise ValueError(f"needs exactly one of {', '.join(DRIVES)}, and has {found}; keep one")
        for places in (self.sets, self.scales, self.shifts):
            if places is not None and not places:
                raise ValueError(
                    f"has an empty list under {given[0]}; name a place such as shocks[0].share_kept"
                )
        self._refuse_unfit(given[0])
        return self

    def _refuse_unfit(self, drives: str) -> None:
        spread = self.distribution
        if drives == "origins" and not isinstance(spread, Dirichlet):
            raise ValueError(f"sets origins by a {spread.kind} distribution; shares need kind: dirichlet")
        if isinstance(spread, Dirichlet):
            if drives not in ("sets", "origins"):
                raise ValueError(f"has shares under {drives}; use dirichlet with sets or with origins")
            if self.sets is not None and len(self.sets) != len(spread.shares):
                sizes = f"{len(spread.shares)} shares and {len(self.sets)} places"
                raise ValueError(f"has {sizes}; name one place for each share")
        if isinstance(spread, TableDraws) and drives != "tables":
            raise ValueError(f"has draws of a table under {drives}; use draws with tables: true")
        if drives == "tables":
            if not isinstance(spread, Choice):
                raise ValueError(f"takes tables by a {spread.kind} distribution; use discrete, each or draws")
            if not all(isinstance(option.value, str) for option in spread.of):
                raise ValueError("has a table that is not named by a text; write the names in quotes")
        if drives in ("scales", "shifts", "coefficients") and isinstance(spread, Choice):
            words = [o.value for o in spread.of if isinstance(o.value, str | bool)]
            if words:
                raise ValueError(f"has the option {words[0]!r} under {drives}; give numbers, or use sets")

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns among the draws: its own, or of dirichlet one for each share."""
        if isinstance(self.distribution, Dirichlet):
            return tuple(f"{self.name}.{share}" for share in self.distribution.shares)
        return (self.name,)

    @property
    def sentence(self) -> str:
        """``stock of inputs (days): triangular 15–30–60, assumption: …``."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.name}{unit}: {self.distribution.in_words()}, {self.source}"

    @property
    def is_crossed(self) -> bool:
        """Whether every value gets a full set of draws (``each``) instead of being drawn."""
        return isinstance(self.distribution, Each)


class RankCorrelation(Declared):
    """Two parameters that go together: Spearman's rank correlation. Pairs not named are uncorrelated."""

    parameters: tuple[Name, Name]
    """Names of the two parameters; not of kind each or dirichlet."""
    rank_correlation: Annotated[float, Field(gt=-1, lt=1)]
    """Between −1 and 1: high with high above 0, high with low below."""
    source: Source
    """Where it comes from; if from nowhere, a text that begins with the word assumption."""


class Uncertainty(Declared):
    """What is not known about a study, and how many draws are made of it."""

    parameters: tuple[Parameter, ...]
    """What is uncertain."""
    correlations: tuple[RankCorrelation, ...] = ()
    """Parameters that go together. For the designs latin_hypercube and random."""
    draws: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    """Number of draws N, for each combination of the sources of kind each. Of saltelli: of base points."""
    design: Design = Design.LATIN_HYPERCUBE
    """latin_hypercube, sobol, halton, saltelli or random."""
    seed: Annotated[int, Field(ge=0, le=2**53)] = 0
    """Another seed, another set of draws; the same seed, the same draws."""
    need_share: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Share of base-year consumption below which a household need counts as not met; an assumption."""

    def drawn(self) -> Iterator[tuple[int, Parameter]]:
        """(position of its first column, parameter) in order."""
        column = 0
        for parameter in self.parameters:
            yield column, parameter
            column += len(parameter.columns)
