"""The section ``plan:`` of a study: what may be made, built, bought and wanted, declared by name.

These models are the file format: the docstring under a field is its help text in editors and docs. With a
table (``economy:``) its products and industries are there already, and what is declared here comes besides;
without one, everything is declared here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from autarky.declared import ALL, Declared, Name, Names, Share

Source = Annotated[str, Field(min_length=1, max_length=10_000)]
NotNegative = Annotated[float, Field(ge=0)]
Years = Annotated[float, Field(ge=0, le=100)]


def _as_tuple(given: object) -> object:
    # A list would be refused where validation is strict, as it is for files.
    return tuple(given) if isinstance(given, list) else given


def _as_label(given: object) -> object:
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


def _as_labels(given: object) -> object:
    return tuple(_as_label(one) for one in given) if isinstance(given, list | tuple) else given


def _by_period(given: object) -> object:
    if isinstance(given, dict):
        return {_as_label(key): value for key, value in given.items()}
    return _as_tuple(given)


Label = Annotated[str, Field(min_length=1, max_length=100)]
Path = Annotated[
    float | tuple[float, ...] | dict[Label, float],
    BeforeValidator(_by_period, json_schema_input_type=float | list[float] | dict[str, float]),
]
"""A number for all periods; one for each; or ``{period: number}``, each holding until the next that is named.
Before the first that is named, what would hold without it."""


class Amount(Declared):
    """A number with its unit, its range and where it comes from."""

    value: float
    """The number; the middle of the range where a source gives one only."""
    low: float | None = None
    """Least that sources or reason allow."""
    high: float | None = None
    """Most that they allow."""
    unit: Name | None = None
    """Unit of the number, or of the number per unit of technique (kg/t, where the technique is counted in t);
    converted into that of the product, or refused. Left out: the product's own."""
    source: Source | None = None
    """Where it comes from; a text that begins with the word assumption if from nowhere."""

    @model_validator(mode="after")
    def _in_range(self) -> Amount:
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            raise ValueError(f"is {self.value:g}, outside its range {low:g} to {high:g}; widen the range")
        return self


Given = float | Amount
"""A number, or a number with unit, range and source."""
GivenByName = dict[Name, Given]


class Periods(Declared):
    """The years of the plan, some of which may be taken together."""

    labels: Annotated[tuple[Label, ...], BeforeValidator(_as_labels)] = Field(min_length=1, max_length=100)
    """Name of each period, for instance the year it begins in."""
    years: Annotated[tuple[Annotated[float, Field(gt=0, le=100)], ...], BeforeValidator(_as_tuple)] = ()
    """Length of each; left out: one year each."""


class After(Declared):
    """The year after the plan, which may go on for ever: capacity kept up, no debt made, no stock drawn."""

    stationary: bool = True
    """Whether it is part of the plan. Without it a plan may leave nothing behind."""
    years: Annotated[float, Field(gt=0, le=1000)] = 10.0
    """How many years it counts for beside those of the plan."""


class IndustriesAsTechniques(Declared):
    """How the industries of a table become techniques: what the table does not say."""

    competitive: Names = ()
    """Products whose imports home products can stand for. Any other import is a product of its own,
    ``imported machinery``, which can stand for the home product where people use it and not the reverse."""
    slack: Share = 0.0
    """Capacity that stands idle in the base year, as a share of output."""
    retirement: Share = 0.05
    """Share of capacity lost per year."""
    lag: Years = 1.0
    """Years from the start of building to the first output."""
    capital_output: Annotated[float, Field(gt=0, le=100)] | None = None
    """Investment goods per unit of yearly output. Left out: so much that the investment of the base year
    just replaces what retires in it."""
    growth: NotNegative = 0.1
    """Most capacity that can be started per year beyond what retires, as a share of that of the base year."""
    source: Source = "assumption: the table does not say"
    """Where these come from."""


class Carved(Declared):
    """A product taken out of a wider imported one: coke out of petroleum products."""

    name: Name
    """Name of the new product."""
    product: Name
    """Product of the table whose imports hold it."""
    users: Names = ALL
    """Industries that use it."""
    share: Given
    """Share of these industries' imports of the product."""
    source: Source | None = None
    """Where the share comes from."""


class PhysicalQuantity(Declared):
    """A physical unit for a product that stands in money: what a unit of it costs at the table's prices.

    Either ``price``, or ``amount`` of a flow of the table, whose value divided by it is the price.
    """

    name: Name
    """What is counted, for instance anthracite; techniques may name it in place of the product."""
    product: Name
    """Product of the table."""
    unit: Name
    """For instance kt or GWh."""
    amount: Given | None = None
    """Amount of the flow."""
    flow: Literal["output", "imports"] = "output"
    """The flow whose amount is given."""
    price: Given | None = None
    """Units of the table's money per unit."""
    told: bool = True
    """Whether the plan tells the product in this unit. One quantity of a product is."""
    source: Source | None = None
    """Where it comes from."""

    @model_validator(mode="after")
    def _one_of_both(self) -> PhysicalQuantity:
        if (self.amount is None) == (self.price is None):
            raise ValueError("needs either amount or price, not both or none; keep one of them")
        return self


class Product(Declared):
    """A product that no table has."""

    name: Name
    """Name, by which techniques call it."""
    unit: Name
    """For instance t, GWh, hours or sets."""
    long_name: str = ""
    """How it is told to a reader."""


class Technique(Declared):
    """A way to make something: what goes in and out, who works, what must be built, and how long it takes."""

    name: Name
    """Name of the technique."""
    unit: Name | None = None
    """What one unit of it is; left out: the unit of the first product it makes."""
    makes: GivenByName = Field(min_length=1)
    """Products per unit of the technique; several: joint products."""
    uses: GivenByName = Field(default_factory=dict)
    """Inputs per unit of the technique, by product, physical quantity or carved product."""
    rest_of: Name | None = None
    """Industry of the table whose other inputs, and hours of skills that are not given here, it needs
    besides: as much per unit of output, its own being valued at the table's prices."""
    instead_of: Names = ()
    """Inputs of that industry that it does without, each by its name (``imported coal`` is not ``coal``);
    those under ``uses`` are left out anyway."""
    labour: GivenByName = Field(default_factory=dict)
    """Hours per unit, by skill."""
    capacity: Path | Amount | None = None
    """Units per year that the plants there before the plan allow; 0: none yet; left out: 0 if it can be
    built, else it needs no plant. By period: the first is what there is, what comes on top later is under
    way."""
    share_of: Name | None = None
    """Industry of the table whose base-year capacity it takes a part of; the industry keeps the rest. Its
    retirement, lag, capital goods and pace of building are the industry's where they are left out here."""
    share: Given | None = None
    """That part."""
    retirement: Share | None = None
    """Share of capacity lost per year; left out: 0."""
    lag: Years | None = None
    """Years from the start of building to the first output; left out: 1."""
    builds_with: GivenByName = Field(default_factory=dict)
    """Capital goods per unit of capacity, over the whole time of building."""
    invest: Given | None = None
    """Capital goods per unit of capacity in the table's money, made up as the table's investment."""
    building_labour: GivenByName = Field(default_factory=dict)
    """Hours per unit of capacity, by skill, over the whole time of building."""
    most_starts: Path | None = None
    """Most capacity that can be started per year; 0, or left out: cannot be built."""
    start_growth: NotNegative = 0.0
    """By how much a unit started before raises that limit."""
    yields: Path = 1.0
    """Multiplies what it makes, by period."""
    draws: GivenByName = Field(default_factory=dict)
    """What a unit takes from deposits."""
    source: Source | None = None
    """Where the coefficients come from that name no source of their own."""


class Substitution(Declared):
    """Home makers turn to a product that only came from abroad, at a price."""

    products: Names
    """Products of the table whose imports are replaced."""
    cost: Annotated[float, Field(ge=1, le=100)] = 1.25
    """Home inputs per unit, against those of the home product."""
    invest: NotNegative | None = None
    """Capital goods per unit of capacity; left out: as the industries'."""
    lag: Years = 2.0
    """Years until the first output."""
    growth: NotNegative = 0.1
    """Most capacity that can be started per year, as a share of the base year's imports of the product."""
    source: Source = "assumption: no plant is known"
    """Where these come from."""


class TradeRule(Declared):
    """Limits, contracts and prices of imports or exports that match; later rules stand over earlier ones.

    A rule that names products opens trade in those that are not traded yet: without a ceiling if it gives
    none (in products of a table only if it gives one, or unlimited).
    """

    products: Names = ALL
    """Products or physical quantities; a product of the table stands for all its parts (C19 also for
    ``imported C19`` and for what is carved out of it)."""
    partners: Names = ALL
    """Partners. Of a product that is not traded yet: with whom; all: with ABROAD."""
    share: Path | None = None
    """Ceiling as a share of the base year's trade of each product and partner."""
    ceiling: Path | None = None
    """Ceiling, units per year, of each product and partner."""
    contracted: Path | None = None
    """Least that is bound by contract, units per year; imports only."""
    price: Path | None = None
    """Currency per unit; of a table 1 in the base year, and this is terms of trade."""
    unlimited: bool = False
    """No ceiling at all."""
    source: Source | None = None
    """Where the figures come from."""

    @model_validator(mode="after")
    def _one_ceiling(self) -> TradeRule:
        if (self.share is not None) + (self.ceiling is not None) + self.unlimited > 1:
            raise ValueError("gives more than one of share, ceiling and unlimited; keep one of them")
        return self


class ForeignExchangeRule(Declared):
    """What pays for imports besides exports."""

    currency: Name | None = None
    """Unit of account; of a table its own."""
    inflow: Path | None = None
    """Per year, besides exports. Left out with a table: what imports cost beyond exports in the base year."""
    budget_share: Path | None = None
    """Spending on imports per year may not pass this share of what was spent in the base year, whatever
    exports bring; it holds as the target ``import budget``."""
    debt: NotNegative = 0.0
    """Before the plan."""
    debt_limit: Path = 0.0
    """Most debt at the end of each period."""
    interest: Share = 0.0
    """Per year."""
    reserves: NotNegative = 0.0
    """Before the plan."""
    source: Source | None = None
    """Where the figures come from."""


class Skill(Declared):
    """People of one skill and the hours they work."""

    name: Name
    """For instance engineers, or all."""
    hours: Path
    """Hours per year there are."""
    withheld: Path = 0.0
    """Share of them that goes elsewhere: campaigns, the market, the army."""
    overtime: Share = 0.0
    """Most overtime, as a share of hours."""
    of_industries: NotNegative | None = None
    """With a table: hours worked by its industries in the base year, split over them as value added. Home
    makers in place of imports work as their industry does, per unit of inputs."""
    source: Source | None = None
    """Where the figures come from."""


class Training(Declared):
    """Hours of one skill become hours of another, for good."""

    from_skill: Name
    """Who is trained."""
    to_skill: Name
    """What they become."""
    years: Years = 1.0
    """How long it takes; nobody works meanwhile."""
    most: Path
    """Hours per year that can start it in a year."""


class StandIn(Declared):
    """One skill does another's work."""

    skill: Name
    """Who stands in."""
    for_skill: Name
    """For whom."""
    worth: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Hours of the other that an hour is worth."""


class LabourRule(Declared):
    """Who works."""

    skills: Annotated[tuple[Skill, ...], BeforeValidator(_as_tuple)] = Field(min_length=1)
    """Skills."""
    unit: Name = "hours"
    """Unit of hours, for instance million hours."""
    training: Annotated[tuple[Training, ...], BeforeValidator(_as_tuple)] = ()
    """Who can learn what."""
    standing_in: Annotated[tuple[StandIn, ...], BeforeValidator(_as_tuple)] = ()
    """Who can do whose work."""


class Stock(Declared):
    """A product that keeps."""

    product: Name
    """Product or physical quantity."""
    initial: NotNegative = 0.0
    """Before the plan."""
    most: Path
    """Room at the end of each period."""
    least: Path = 0.0
    """Strategic minimum at the end of each period."""
    spoilage: Share = 0.0
    """Share lost per year."""
    unit: Name | None = None
    """Unit of the amounts; left out: the product's own."""
    source: Source | None = None
    """Where the figures come from."""


class Deposit(Declared):
    """Something in the ground that runs out."""

    name: Name
    """For instance iron ore of Musan."""
    unit: Name
    """For instance kt."""
    amount: Given
    """How much there is."""
    source: Source | None = None
    """Where the figure comes from."""


class BasketItem(Declared):
    """A need of one person in a year."""

    product: Name
    """Product or physical quantity."""
    amount: Given
    """Per person and year, in the unit of the amount or of the product."""
    weight: NotNegative | None = None
    """What its lack weighs in the basket; left out: its worth at the table's prices, or equal weights."""


class Group(Declared):
    """A group of people with a basket of its own."""

    name: Name
    """For instance cities."""
    persons: Path
    """How many."""
    share_of_base: Given | None = None
    """Basket as a share of what this many people consumed of every product in the base year; people are those
    of all groups in the first period."""
    products: Names = ALL
    """Products that belong to such a basket."""
    basket: Annotated[tuple[BasketItem, ...], BeforeValidator(_as_tuple)] = ()
    """Further needs; one of the same product stands in place of the share."""
    extra: Annotated[tuple[BasketItem, ...], BeforeValidator(_as_tuple)] | None = None
    """What one person-year beyond the basket is made of; left out: as base-year consumption with a table,
    as the basket otherwise. Empty: nothing is wanted beyond."""
    extra_together: bool | None = None
    """Whether that is wanted only all together, in these proportions: then the scarcest product decides. Else
    more of each product is worth something by itself, as its part of the whole. Left out: only if the
    products are declared here."""
    source: Source | None = None
    """Where the basket comes from."""


class Segment(Declared):
    """A part of consumption beyond the basket, worth less than the part before it."""

    width: Annotated[float, Field(gt=0)] | None = None
    """In person-years per person; left out in the last: without end."""
    worth: Annotated[float, Field(gt=0)]
    """Of each unit."""


class HouseholdsRule(Declared):
    """Whose livelihood comes first."""

    groups: Annotated[tuple[Group, ...], BeforeValidator(_as_tuple)] = Field(min_length=1)
    """Groups of people."""
    segments: Annotated[tuple[Segment, ...], BeforeValidator(_as_tuple)] = ()
    """How consumption beyond the basket is valued; left out: four segments, from 1 down to 0.4."""


class PublicDemand(Declared):
    """What is taken as given: government, defence."""

    share_of_base: Path | None = None
    """With a table: share of what government and others but households and investors used in its year, by
    default all of it."""
    items: dict[Name, Path] = Field(default_factory=dict)
    """Units per year, by product or physical quantity; besides the share."""
    source: Source | None = None
    """Where the figures come from."""


TargetKind = Literal[
    "imports", "import_share", "technique_share", "activity", "capacity", "stock_days", "employment"
]


class TargetRule(Declared):
    """What a policy wants, and how much it matters."""

    name: Name
    """As it is told to a reader."""
    kind: TargetKind
    """imports at most; import share of supply at most; share of techniques in all that make the product at
    least; activity, capacity, days of use in stock (by makers, baskets and public demand of the plan; each
    product is a target of its own), or hours of work in production at least."""
    products: Names = ALL
    """Products it is about (imports, import_share, technique_share, stock_days)."""
    partners: Names = ALL
    """Partners it is about (imports, import_share)."""
    techniques: Names = ALL
    """Techniques it is about (technique_share, activity, capacity)."""
    skills: Names = ALL
    """Skills it is about (employment)."""
    level: Path
    """What is wanted, by period."""
    of_base: bool = False
    """Whether the level is a share of the base year's."""
    priority: Annotated[int, Field(ge=1, le=99)] = 1
    """1 comes first."""
    source: Source | None = None
    """Who wants it."""


class Cut(Declared):
    """A part of imports that a siege stops."""

    products: Names = ALL
    """Product codes."""
    partners: Names = ALL
    """Partners."""
    share: Share = 1.0
    """Share that stops."""


class SiegeRule(Declared):
    """From a period on, a sudden cut of imports must leave a share of the basket, with nothing new built."""

    start: Annotated[Label, BeforeValidator(_as_label)] = Field(alias="from")
    """First period in which it may come."""
    cut: Annotated[tuple[Cut, ...], BeforeValidator(_as_tuple)] = (Cut(),)
    """What stops; by default everything."""
    coverage: Share
    """Share of every basket product that must be left."""
    public_share: Share = 0.0
    """Share of public demand that must be left."""
    years: Annotated[float, Field(gt=0, le=100)] = 1.0
    """How long stocks must last."""


class TechniqueSet(Declared):
    """Techniques of a country that come with autarky, to be named under ``include``."""

    title: Source
    """What they are and for which table."""
    carve: Annotated[tuple[Carved, ...], BeforeValidator(_as_tuple)] = ()
    """Products taken out of wider imported ones."""
    quantities: Annotated[tuple[PhysicalQuantity, ...], BeforeValidator(_as_tuple)] = ()
    """Physical units of the table's products."""
    products: Annotated[tuple[Product, ...], BeforeValidator(_as_tuple)] = ()
    """Further products."""
    techniques: Annotated[tuple[Technique, ...], BeforeValidator(_as_tuple)] = ()
    """The techniques."""
    deposits: Annotated[tuple[Deposit, ...], BeforeValidator(_as_tuple)] = ()
    """What is in the ground."""
    sources: dict[Name, Source] = Field(default_factory=dict)
    """Full citations, by the short name that a coefficient's source begins with."""
    gaps: Annotated[tuple[Source, ...], BeforeValidator(_as_tuple)] = ()
    """What nobody gives a figure for, one sentence each."""


class PlanSection(Declared):
    """What is planned for: how long, with what, and for whom."""

    periods: Annotated[
        Periods,
        BeforeValidator(lambda given: {"labels": given} if isinstance(given, list | tuple) else given),
    ]
    """The years of the plan: a list of them, or with their lengths."""
    after: After = After()
    """The year after the plan."""
    discount: Share = 0.0
    """Per year, of consumption beyond the basket; livelihoods are never discounted."""
    home: Names = ()
    """With a table of several regions: the country or bloc that plans."""
    industries: IndustriesAsTechniques = IndustriesAsTechniques()
    """How the industries of the table become techniques."""
    carve: Annotated[tuple[Carved, ...], BeforeValidator(_as_tuple)] = ()
    """Products taken out of wider imported ones."""
    quantities: Annotated[tuple[PhysicalQuantity, ...], BeforeValidator(_as_tuple)] = ()
    """Physical units of the table's products."""
    products: Annotated[tuple[Product, ...], BeforeValidator(_as_tuple)] = ()
    """Further products."""
    techniques: Annotated[tuple[Technique, ...], BeforeValidator(_as_tuple)] = ()
    """Further ways to make things."""
    include: Names = ()
    """Sets of techniques that come with autarky, for instance north-korea. What is declared here stands over
    what a set says by the same name."""
    substitutions: Annotated[tuple[Substitution, ...], BeforeValidator(_as_tuple)] = ()
    """Imports that home makers could turn to."""
    imports: Annotated[tuple[TradeRule, ...], BeforeValidator(_as_tuple)] = ()
    """What may come in. Without a table, what is named; with one, besides, the base year's and no more."""
    exports: Annotated[tuple[TradeRule, ...], BeforeValidator(_as_tuple)] = ()
    """What may go out; likewise."""
    foreign_exchange: ForeignExchangeRule | None = None
    """What pays for imports. Left out: with a table as in the base year, without one imports cost nothing."""
    labour: LabourRule | None = None
    """Who works. Left out: labour is not counted."""
    stocks: Annotated[tuple[Stock, ...], BeforeValidator(_as_tuple)] = ()
    """Products that keep."""
    deposits: Annotated[tuple[Deposit, ...], BeforeValidator(_as_tuple)] = ()
    """What is in the ground."""
    households: HouseholdsRule | None = None
    """Whose livelihood comes first. Left out: with a table everybody, as one person who needs what households
    used in the base year; without one nobody."""
    public: PublicDemand = PublicDemand()
    """What is taken as given."""
    targets: Annotated[tuple[TargetRule, ...], BeforeValidator(_as_tuple)] = ()
    """What policies want."""
    must_hold: Names = ()
    """Of livelihood and the targets (by name), what may not give way at all; then there may be no plan."""
    siege: SiegeRule | None = None
    """A sudden cut that must be survived."""
    least: Literal["imports and starts", "foreign exchange", "labour"] = "imports and starts"
    """What is kept small among plans that are equally good."""
