"""Estimate: donors and figures in; an Economy out, with how far all moved and tables drawn beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy, Gate, ImportTreatment, Industries, Provenance
from autarky.errors import EconomyError, InfeasibleError, Problem
from autarky.estimation.donors import Donor
from autarky.estimation.entropy import Balanced, Constraints, Pull, cross_entropy, pulls
from autarky.estimation.frame import HOME, Frame, frame_of
from autarky.estimation.measures import Reading, program_of, read_measures
from autarky.estimation.prior import prior_of
from autarky.estimation.recipe import Recipe
from autarky.evidence import Evidence, Figure, resolve
from autarky.evidence.units import conversion

Floats = npt.NDArray[np.float64]

DECIMALS = 3
"""Decimals of an estimated table: more would differ from one machine's solver to the next."""
_NEGLIGIBLE = 1e-7
"""Share of all value added under which a borrowed cell is left out."""


@dataclass(frozen=True)
class MeasureFound:
    """One figure after the estimation: what it asked for, what the table gives, and how hard it was held."""

    reading: Reading
    low: float
    target: float
    high: float
    """In money of the table, or as a ratio."""
    prior: float
    """What the donors alone would give."""
    found: float
    multiplier: float
    """How much the distance to the prior would grow if the figure were one range-width higher, in units of
    cross-entropy; 0 for a figure that does not pull."""

    @property
    def at_edge(self) -> bool:
        """Whether the table lies in the outer tenth of the figure's range."""
        width = self.high - self.low
        return width > 0 and not self.low + 0.05 * width <= self.found <= self.high - 0.05 * width


@dataclass(frozen=True)
class Drawn:
    """One table from the plausible set, and what it was drawn with."""

    cells: Floats
    """In the order of the frame, rounded."""
    donor: str
    rate: float


@dataclass(frozen=True)
class CompanionFound:
    """A physical quantity that goes with a flow of the table."""

    product: str
    flow: str
    figure: Figure
    cites: tuple[str, ...]
    """Citation of each claim used."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """An economy estimated from figures, and all that is known about how it came about."""

    recipe: Recipe
    economy: Economy
    frame: Frame
    prior: Floats
    """(cells,) before balancing."""
    cells: Floats
    """(cells,) after, rounded as in the economy."""
    measures: tuple[MeasureFound, ...]
    pulls: tuple[Pull, ...]
    """Figures that pull against each other, hardest first."""
    draws: tuple[Drawn, ...]
    failed: tuple[str, ...]
    """Why a draw found no table; usually none."""
    by_donor: Mapping[str, Floats]
    """(cells,) of the table that each donor alone would give, as far as there is one."""
    companions: tuple[CompanionFound, ...]
    evidence: Evidence

    def ranges(self) -> tuple[Floats, Floats]:
        """5 % and 95 % of each cell over the draws, (cells,); the cells themselves if there are no draws."""
        if not self.draws:
            return self.cells, self.cells
        drawn = np.array([one.cells for one in self.draws])
        low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
        return low, high

    def claims_of_cells(self) -> list[tuple[str, ...]]:
        """Ids of the claims whose measures bear on each cell, in the order of the frame."""
        found: list[dict[str, None]] = [{} for _ in range(self.frame.size)]
        for one in self.measures:
            for place in one.reading.cells:
                found[place] |= dict.fromkeys(one.reading.figure.claims)
        return [tuple(ids) for ids in found]


def estimate(
    recipe: Recipe,
    evidence: Evidence,
    donors: Mapping[str, Donor],
    *,
    draws: int | None = None,
    seed: int | None = None,
    known_errors: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Estimate:
    """The table nearest to the donors' (in cross-entropy) that balances and keeps to every figure's range.

    Parameters
    ----------
    recipe : Recipe
    evidence : Evidence
        The claims that the recipe's figures name.
    donors : mapping
        Name in the recipe → coefficients.
    draws, seed : int, optional
        Instead of the recipe's. Each draw takes one donor by its weight, a conversion rate and a value for
        each figure from its range, borrowed cells scattered by ``cell_spread``; draw i depends on the seed
        and i alone.
    known_errors : sequence of str
        How far the same method lands from tables that are known; they become notes of the economy.

    Raises
    ------
    EconomyError
        Names or figures that do not fit: all of them at once.
    InfeasibleError
        If no table keeps to all figures: the figures that cannot hold together are named.

    References
    ----------
    Golan, Judge & Robinson (1994); Robinson, Cattaneo & El-Said (2001).
    """
    _check_donors(recipe, donors)
    frame = frame_of(recipe)
    readings = read_measures(recipe, evidence, frame)
    rate = _rate(recipe, evidence)
    weighted = [(donors[choice.name], choice.weight) for choice in recipe.donors]
    prior, balanced, constraints = _solved(recipe, frame, weighted, readings, rate.value)
    cells = rounded(frame, balanced.cells[: frame.size])
    by_donor = {}
    for choice in recipe.donors:
        try:
            _, alone, _ = _solved(recipe, frame, [(donors[choice.name], 1.0)], readings, rate.value)
            by_donor[choice.name] = rounded(frame, alone.cells[: frame.size])
        except InfeasibleError:
            continue
    drawn, failed = [], []
    number = recipe.draws if draws is None else draws
    for i in range(number):
        rng = np.random.default_rng(np.random.SeedSequence([recipe.seed if seed is None else seed, i]))
        try:
            drawn.append(_draw(recipe, frame, donors, readings, rate, rng))
        except InfeasibleError as error:
            failed.append(str(error))
        if progress is not None:
            progress(i + 1, number)
    companions = tuple(_companions(recipe, evidence))
    return Estimate(
        recipe,
        _economy(recipe, evidence, frame, cells, readings, donors, known_errors),
        frame,
        prior,
        cells,
        tuple(_found(frame, readings, constraints, prior, balanced)),
        pulls(balanced, constraints),
        tuple(drawn),
        tuple(failed),
        by_donor,
        companions,
        evidence,
    )


def _solved(
    recipe: Recipe,
    frame: Frame,
    donors: Sequence[tuple[Donor, float]],
    readings: Sequence[Reading],
    rate: float,
    scatter: np.random.Generator | None = None,
) -> tuple[Floats, Balanced, Constraints]:
    """The prior, the table nearest to it, and what that had to keep to; cells scattered if asked for."""
    prior = prior_of(recipe, frame, donors, readings, rate)
    added = prior[frame.places["value_added"]].sum()
    prior = np.where(prior < _NEGLIGIBLE * added, 0.0, prior)
    if scatter is not None:
        prior = prior * np.exp(recipe.cell_spread * scatter.standard_normal(len(prior)))
    program = program_of(frame, readings, rate, prior)
    balanced = cross_entropy(np.concatenate([prior, program.slack]), program.constraints)
    return prior, balanced, program.constraints


def _draw(
    recipe: Recipe,
    frame: Frame,
    donors: Mapping[str, Donor],
    readings: Sequence[Reading],
    rate: Figure,
    rng: np.random.Generator,
) -> Drawn:
    weights = np.array([choice.weight for choice in recipe.donors])
    name = recipe.donors[int(rng.choice(len(weights), p=weights / weights.sum()))].name
    # A rate is a ratio: twice and half are as far away.
    at = (
        float(np.exp(rng.uniform(np.log(rate.low), np.log(rate.high))))
        if rate.high > rate.low
        else rate.value
    )
    sampled = [reading.drawn(rng) for reading in readings]
    _, balanced, _ = _solved(recipe, frame, [(donors[name], 1.0)], sampled, at, rng)
    return Drawn(rounded(frame, balanced.cells[: frame.size]), name, at)


def rounded(frame: Frame, cells: Floats) -> Floats:
    """Cells rounded to ``DECIMALS``; value added takes up what rounding leaves, so that columns add up."""
    blocks = {name: np.round(block, DECIMALS) for name, block in frame.blocks(cells).items()}
    x = blocks["Z"].sum(axis=1) + blocks["Y"].sum(axis=1)
    costs = blocks["Z"].sum(axis=0) + blocks["imports_intermediate"].sum(axis=0)
    blocks["value_added"] = np.round(x - costs, DECIMALS)[None, :]
    return frame.vector(blocks)


def _rate(recipe: Recipe, evidence: Evidence) -> Figure:
    """Money of the table per unit of foreign money; 1 where nothing is foreign."""
    if recipe.conversion is None:
        return Figure("conversion", "", 1.0, 1.0, 1.0, "ratio", (), "one money only")
    asked = recipe.conversion
    claims = evidence.on(asked.figure, asked.as_of)
    if not claims:
        place, what = "conversion.figure", f"no claim on {asked.figure!r} for {asked.as_of}"
        raise EconomyError(Problem(place, what, "add a claim, or name another figure"))
    found = resolve(claims, asked.resolve)
    if len(found) > 1:
        what = "several sources, each for itself, give several rates"
        raise EconomyError(Problem("conversion.resolve", what, "use range, or prefer one source"))
    wanted = f"{recipe.currency}/{asked.foreign}"
    if (factor := conversion(found[0].unit, wanted)) is None:
        what = f"{asked.figure} is in {found[0].unit}, and a rate is in {wanted}"
        raise EconomyError(Problem("conversion.figure", what, "name another figure"))
    rate = found[0]
    return replace(rate, value=factor * rate.value, low=factor * rate.low, high=factor * rate.high)


def _check_donors(recipe: Recipe, donors: Mapping[str, Donor]) -> None:
    problems = []
    for k, choice in enumerate(recipe.donors):
        donor = donors.get(choice.name)
        if donor is None:
            problems.append(Problem(f"donors[{k}].name", f"no donor {choice.name!r} was given", "give it"))
            continue
        missing = [sector for sector in recipe.sectors if sector not in donor.sectors]
        problems += [
            Problem(
                f"donors[{k}].name",
                f"donor {choice.name} has no sector {sector!r}",
                "use its codes, or declare the sector under 'activities'",
            )
            for sector in missing
        ]
    if problems:
        raise EconomyError(problems)


def _found(
    frame: Frame,
    readings: Sequence[Reading],
    constraints: Constraints,
    prior: Floats,
    balanced: Balanced,
) -> list[MeasureFound]:
    n, cells = len(frame.sectors), balanced.cells
    found = []
    for k, reading in enumerate(readings):
        low, high = constraints.low[n + k], constraints.high[n + k]
        target, ends = constraints.target[n + k], (low, high)
        width = high - low
        if reading.whole is None:
            amount, before = cells[reading.cells].sum(), prior[reading.cells].sum()
        else:
            amount, before = (
                at[reading.cells].sum() / at[reading.whole].sum() for at in (cells, np.append(prior, 0.0))
            )
            target, ends = reading.value, (reading.low, reading.high)
        pull = float(balanced.multipliers[n + k] * width)
        found.append(
            MeasureFound(
                reading, float(ends[0]), float(target), float(ends[1]), float(before), float(amount), pull
            )
        )
    return found


def _companions(recipe: Recipe, evidence: Evidence) -> list[CompanionFound]:
    found, problems = [], []
    for k, asked in enumerate(recipe.companions):
        claims = evidence.on(asked.figure, asked.as_of)
        if not claims:
            what = f"no claim on {asked.figure!r} for {asked.as_of}"
            problems.append(Problem(f"companions[{k}].figure", what, "name a figure of the claims"))
            continue
        figure = resolve(claims, asked.resolve)[0]
        cites = tuple(evidence.cite(evidence.claim(id)) for id in figure.claims)
        found.append(CompanionFound(asked.product, asked.flow, figure, cites))
    if problems:
        raise EconomyError(problems)
    return found


def _economy(
    recipe: Recipe,
    evidence: Evidence,
    frame: Frame,
    cells: Floats,
    readings: Sequence[Reading],
    donors: Mapping[str, Donor],
    known_errors: Sequence[str],
) -> Economy:
    """The cells as an Economy, without gates through which nothing passes."""
    blocks = frame.blocks(cells)
    used = (blocks["imports_intermediate"].sum(axis=1) + blocks["imports_final"].sum(axis=1)) > 0
    names = {**recipe.sectors, **{code: activity.name for code, activity in recipe.activities.items()}}
    borrowed = "; ".join(donors[choice.name].citation for choice in recipe.donors)
    sources = {evidence.claim(id).source: None for reading in readings for id in reading.figure.claims}
    cited = "; ".join(evidence.sources[key].citation for key in sources)
    return Economy(
        name=f"{recipe.title} (estimated)",
        year=recipe.year,
        currency=recipe.currency,
        unit=recipe.unit,
        valuation=recipe.valuation,
        industries=Industries((HOME,), frame.sectors),
        Z=blocks["Z"],
        final_users=frame.users,
        Y=blocks["Y"],
        value_added_names=("value_added",),
        value_added=blocks["value_added"],
        import_treatment=ImportTreatment.ESTIMATED,
        provenance=Provenance(
            title=f"{recipe.title}, estimated by cross-entropy",
            citation=f"Estimated by autarky. Figures: {cited} Coefficients borrowed from: {borrowed}",
            notes=(
                "estimated, not observed: every cell is borrowed from donors and moved to fit "
                f"{len(readings)} figures",
                *recipe.notes,
                *known_errors,
            ),
        ),
        gates=tuple(Gate(*gate) for gate, passes in zip(frame.gates, used, strict=True) if passes),
        imports_intermediate=blocks["imports_intermediate"][used],
        imports_final=blocks["imports_final"][used],
        decimals=DECIMALS,
        sector_names=tuple(names[sector] for sector in frame.sectors),
    )
