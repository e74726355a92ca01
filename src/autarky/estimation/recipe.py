"""Recipe: what a table is estimated from: its frame, its donors, and which figures bear on which cells."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from autarky.declared import ALL, Declared, Name, Names, Share
from autarky.evidence import Resolve
from autarky.evidence.units import parse_unit


def _as_list(given: object) -> object:
    return tuple(given) if isinstance(given, list | tuple) else (given,)


Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Positive = Annotated[float, Field(gt=0)]

Block = Literal[
    "value_added", "output", "intermediate_use", "final_use", "imports", "imported_inputs", "exports"
]


class Cells(Declared):
    """Some cells of the table, by the names of their rows and columns."""

    block: Block
    """value_added (by sector), output (home sales of products), intermediate_use and final_use (home and
    imported together), imports (by product, for all uses), imported_inputs (of industries), exports."""
    products: Names = ALL
    """Product codes: rows. Of value_added: sector codes."""
    users: Names = ALL
    """Sector codes (intermediate_use, imported_inputs), or categories of final users (final_use, imports)."""
    partners: Names = ALL
    """Partners, for imports, imported_inputs and exports."""


Sum = Annotated[
    tuple[Cells, ...], BeforeValidator(_as_list, json_schema_input_type=Cells | tuple[Cells, ...])
]
"""One group of cells, or a list of them to be added up."""


class Measure(Declared):
    """A figure held against the table: a sum of cells, or a ratio of two sums."""

    figure: Name
    """Name of the figure in the claims: gdp share / mining."""
    as_of: Name
    """Period of the figure: 2019."""
    sum: Sum
    """The cells that the figure measures."""
    of: Sum | None = None
    """For a share or ratio: the cells it is a part of."""
    bound: Literal["equal", "at_least", "at_most"] = "equal"
    """Whether the figure is all of the sum, or only its floor or its ceiling."""
    resolve: Resolve = "range"
    """What several claims on the figure come to: range, or prefer one with a reason."""
    error: Share | None = None
    """Relative error for claims that state no range, instead of that by grade; an assumption."""
    scale: Positive = 1.0
    """The figure is multiplied by this before it is held against the cells."""
    reason: str = ""
    """Why it is read so, where the words of the figure are not those of the table."""


class DonorChoice(Declared):
    """A table of another country or time from which coefficients are borrowed."""

    name: Name
    """A donor that comes with autarky, or a folder that counts from the recipe."""
    weight: Positive = 1.0
    """Weight in the central prior, and chance of being drawn."""
    reason: Text
    """Why it may resemble the country."""


class Imported(Declared):
    """A product bought only abroad, for which the donors have no row of its own."""

    part_of: Name | None = None
    """The product of the donors that holds it: so much less of that is bought at home."""
    users: dict[Name, Positive]
    """Who uses it, with shares in any unit."""


class Activity(Declared):
    """An industry that no donor has and that sells abroad, such as the assembly of imported parts."""

    name: Text
    """Long name."""
    inputs: dict[Name, Share]
    """Product → share of output. What stands under ``imported`` is bought abroad, all else at home."""
    source: Text
    """Where the shares come from; if from nowhere, a text that begins with the word assumption."""


class Companion(Declared):
    """A physical quantity that goes with a flow of the table: tonnes, kilowatt hours."""

    product: Name
    """Product code."""
    flow: Literal["output", "imports"]
    """What the quantity measures."""
    figure: Name
    """Name of the figure in the claims."""
    as_of: Name
    """Period of the figure; the nearest there is, if not the table's year."""
    resolve: Resolve = "range"
    """What several claims on the figure come to."""


class Conversion(Declared):
    """Money of the table for one unit of foreign money, at which trade enters the table."""

    foreign: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    """The foreign money, ISO code."""
    figure: Name
    """Name of the figure in the claims, in the table's currency per foreign one: KRW/USD."""
    as_of: Name
    resolve: Resolve = "range"


class Partner(Declared):
    """A partner abroad: what is bought from it passes its gates, what is sold to it is a final use."""

    exports: Name
    """Category of the final user that stands for exports to this partner."""


class Recipe(Declared):
    """How one economy is estimated: everything but the figures and the donors themselves."""

    version: Literal[1]
    """Version of the format: 1."""
    title: Annotated[str, Field(min_length=1, max_length=200)]
    """Name of the table: North Korea 2019."""
    year: Annotated[int, Field(ge=1800, le=2500)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    """ISO code."""
    unit: Name
    """What one unit of the table is: billion KRW."""
    valuation: Name
    """Price basis."""
    claims: Annotated[
        tuple[Name, ...], BeforeValidator(_as_list, json_schema_input_type=Name | tuple[Name, ...])
    ]
    """Claim files, counted from the recipe, or the name of evidence that comes with autarky."""
    donors: Annotated[tuple[DonorChoice, ...], Field(min_length=1)]
    sectors: dict[Name, Text]
    """Sector code → long name, in the order of the table; codes as in the donors."""
    final_users: dict[Name, Literal["households", "government", "investment"]]
    """Category → what it is."""
    partners: dict[Name, Partner]
    """Partner → how exports to it are called."""
    traded: Names = ALL
    """Products in the figures on trade, for instance goods alone: all others neither come nor go."""
    imported: dict[Name, Imported] = Field(default_factory=dict)
    """Products bought only abroad."""
    activities: dict[Name, Activity] = Field(default_factory=dict)
    """Industries that no donor has."""
    conversion: Conversion | None = None
    """How money of the claims becomes money of the table."""
    errors: dict[Literal["A", "B", "C", "D", "E", "F"], Share]
    """Relative error of a claim that states no range, by reliability of its source; an assumption."""
    cell_spread: Annotated[float, Field(ge=0, le=3)]
    """Log standard deviation of each borrowed cell in the draws; an assumption."""
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]
    companions: tuple[Companion, ...] = ()
    draws: Annotated[int, Field(ge=0, le=10_000)] = 100
    """Number of tables drawn from the plausible set."""
    seed: Annotated[int, Field(ge=0, le=2**53)] = 0
    notes: tuple[Text, ...] = ()
    """What a reader must know; one sentence each."""

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str) -> str:
        parse_unit(unit)
        return unit

    @model_validator(mode="after")
    def _names_do_not_collide(self) -> Recipe:
        for group in ("imported", "activities"):
            if clash := set(getattr(self, group)) & set(self.sectors):
                raise ValueError(f"{sorted(clash)[0]!r} is a sector and stands under {group} too; rename one")
        return self
