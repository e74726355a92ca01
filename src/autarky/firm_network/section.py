"""The part of a study about firms: where the network comes from, what happens to firms, what is asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from autarky.declared import Declared, Name, Names, Share
from autarky.scenario import CriticalityRule, InWords, Recovery
from autarky.scenario.shocks import Telling

Weight = Literal["output", "value_added", "jobs"]


class FirmFiles(Declared):
    """Lists of firms and links on disk."""

    path: Name
    """Folder with firms and links, as CSV or Parquet, relative to the study file."""
    complete: bool = True
    """Whether what the table has and the lists lack becomes one rest-of-sector firm in each sector."""


class BusinessDemography(Declared):
    """How many firms a sector has, by size, in figures of a source."""

    path: Name
    """CSV with the columns sector, from, to (persons engaged; to is empty for the open class), firms;
    relative to the study file."""
    source: str
    """Where the numbers come from."""


class SectorJobs(Declared):
    """Persons engaged by sector."""

    path: Name
    """CSV with the columns sector, region (where the table has several) and jobs; relative to the study
    file."""
    source: str
    """Where the numbers come from."""


class SplitTable(Declared):
    """Firms drawn so that they add up to the study's table: a synthetic network."""

    firms: Annotated[int, Field(ge=1, le=20_000_000)]
    """Number of firms in all."""
    draws: Annotated[int, Field(ge=20, le=1_000)] = 20
    """Networks drawn. One would look like a fact, so there are at least 20 and results have a spread."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Where chance begins."""
    size_tail: Annotated[float, Field(gt=1.0, le=5.0)] = 1.1
    """Exponent of the Pareto tail of firm sizes within a sector; the lower, the larger the largest."""
    business_demography: BusinessDemography | None = None
    """Sizes from counted firms, in place of the Pareto tail."""
    links_per_firm: Annotated[float, Field(gt=0, le=200)] = 8.0
    """Links in all for each firm, about."""
    buyer_reach: Annotated[float, Field(ge=0, le=2)] = 0.55
    """A buyer's number of suppliers grows with its size to this power."""
    supplier_pull: Annotated[float, Field(ge=0, le=2)] = 0.75
    """The chance to be chosen grows with the supplier's size to this power."""


class Plant(Declared):
    """One plant taken out of its sector in the table: an illustration, and told as one."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What it is called."""
    sector: Name
    """Code of its sector in the table."""
    region: Name | None = None
    """Region of the table it stands in; the table's own if it has one."""
    share_of_sector: Annotated[float, Field(gt=0, lt=1)]
    """Its output as a share of its sector's."""
    makes: Name | None = None
    """What it makes, if nobody else in the sector makes it; then its buyers cannot turn to the rest."""
    sells_to: dict[Name, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)
    """Sector or other plant that buys → share of its output; the rest goes to final users. Left out: as its
    sector sells."""
    inputs: dict[Name, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    """Input → purchases as a share of its output, where they differ from its sector's: a product, another
    plant, or partner.product for an import."""
    source: str
    """Where this comes from, or assumption and why."""


class FirmLoss(InWords):
    """Named firms, or suppliers abroad, lose a share of what they could make."""

    kind: Literal["firm_loss"] = "firm_loss"
    firms: Names
    """Their names; of a supplier abroad partner.product."""
    share: Share
    """Share of capacity lost. Two losses on one firm leave (1 − a)(1 − b)."""
    recovery: Recovery | None = None
    """Capacity is whole again on the day after ``until`` if left out."""

    @model_validator(mode="after")
    def _somebody(self) -> FirmLoss:
        if not self.firms:
            raise ValueError("names no firm; name one, or write all")
        return self

    def clause(self, told: Telling) -> str:
        """``X can make 40 % less``."""
        less = "nothing" if self.share == 1 else f"{100 * self.share:.3g} % less"
        return f"{told(self.firms, 'every firm')} can make {less}"


class FirmsSection(Declared):
    """Firms in the study's table: autarky firms. Give one of files, split and plants."""

    files: FirmFiles | None = None
    """Firms and links that somebody recorded."""
    split: SplitTable | None = None
    """Firms drawn so that they add up to the table."""
    plants: tuple[Plant, ...] = ()
    """Plants inside the sectors of the table, the rest of each sector being one firm."""
    essentiality: tuple[CriticalityRule, ...] = ()
    """How critical kinds of inputs are, beside what the scenario's behaviour says; later rules override
    earlier ones. What nothing is said of is essential."""
    jobs: SectorJobs | None = None
    """Persons engaged, where losses are to be counted in jobs and the table has none."""
    shocks: tuple[FirmLoss, ...] = ()
    """What happens to named firms, beside what the scenario says."""
    weights: Annotated[tuple[Weight, ...], Field(min_length=1)] = ("output", "value_added", "jobs")
    """What a loss is counted in; the first decides the ranking."""
    top: Annotated[int, Field(ge=1, le=10_000)] = 20
    """Firms and foreign suppliers in the ranking that is printed."""
    substitution: bool = True
    """Whether other suppliers of a kind make up for one that fails, as far as their market share goes."""
    negligible_share: Annotated[float, Field(ge=0, lt=1)] | None = None
    """In a cascade, essential inputs worth at most this share of the buyer's output bind nothing; the same as
    day by day if left out: the scenario's, or one in a thousand."""
    tolerance: Annotated[float, Field(gt=0, le=0.1)] = 0.01
    """Change at which a cascade has settled."""
    why: tuple[Name, ...] = ()
    """Firms whose shortage is traced back; those that fall first if left out."""

    @model_validator(mode="after")
    def _one_origin(self) -> FirmsSection:
        if sum((self.files is not None, self.split is not None, bool(self.plants))) != 1:
            raise ValueError("needs one of files, split and plants, not none or several; keep one of them")
        return self
