"""Scenario discovery: the box of parameters in which a condition mostly holds (PRIM)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from autarky.sensitivity.quantiles import sample_quantiles
from autarky.sensitivity.sample import Flags, Floats, Integers, Sample, is_constant, number, settled

PEEL = 0.05
"""Share of a box that one step of peeling takes away (Friedman & Fisher's α)."""

SMALLEST = 0.05
"""No box holds less than this share of the draws (their β₀)."""

COVERAGE = 0.6
"""The box chosen holds at least this share of the draws in which the condition holds."""

CHANCE = 0.05
"""A restriction, or a box, that chance would give with more than this probability is not kept."""

ENOUGH = 20
"""Draws in which the condition holds, and in which it does not, without which nothing is looked for."""


@dataclass(frozen=True)
class Restriction:
    """How the box limits one parameter; a side that is not limited is None."""

    parameter: str
    low: float | None
    high: float | None
    options: tuple[str, ...]
    """Options inside, of a choice; empty for a number."""
    quasi_p: float
    """Chance of a density as high as the box has if this restriction did nothing."""


@dataclass(frozen=True)
class Step:
    """A box on the way from all draws to the smallest."""

    coverage: float
    """Share of the draws with the condition that lie in the box."""
    density: float
    """Share of the draws in the box that have the condition."""
    mass: float
    """Share of all draws that lie in the box."""
    restricted: int
    """Number of parameters limited."""


@dataclass(frozen=True)
class Discovery:
    """Where among the parameters a condition holds. Box figures come from draws it was not made from."""

    condition: str
    draws: int
    happened: int
    """Draws in which the condition holds."""
    found: bool
    verdict: str
    """The same as a sentence."""
    coverage: float | None = None
    density: float | None = None
    mass: float | None = None
    restrictions: tuple[Restriction, ...] = ()
    trajectory: tuple[Step, ...] = ()
    """All boxes of the last search, from all draws on, in the half of the draws that was searched."""

    @property
    def base_rate(self) -> float:
        """Share of all draws in which the condition holds: the density to beat."""
        return self.happened / self.draws if self.draws else 0.0


@dataclass(frozen=True, eq=False)
class _Box:
    """Limits by parameter; ``kept[j]`` are the options inside, empty for a number."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    kept: tuple[frozenset[int], ...]

    def holds(self, values: Floats, j: int) -> Flags:
        """Which draws lie inside along parameter j."""
        x = values[:, j]
        if self.kept[j]:
            return np.isin(x, sorted(self.kept[j]))
        return (x >= self.low[j]) & (x <= self.high[j])

    def inside(self, values: Floats, *, without: int = -1) -> Flags:
        """Which draws lie inside along every parameter but ``without``."""
        within = np.ones(len(values), dtype=bool)
        for j in range(values.shape[1]):
            if j != without:
                within &= self.holds(values, j)
        return within

    def moved(
        self,
        j: int,
        *,
        low: float | None = None,
        high: float | None = None,
        kept: frozenset[int] | None = None,
    ) -> _Box:
        """The box with other limits along parameter j."""
        lows, highs, options = list(self.low), list(self.high), list(self.kept)
        lows[j] = self.low[j] if low is None else low
        highs[j] = self.high[j] if high is None else high
        options[j] = self.kept[j] if kept is None else kept
        return _Box(tuple(lows), tuple(highs), tuple(options))

    def restricted(self, whole: _Box) -> list[int]:
        """Parameters along which it is smaller than the whole."""
        return [
            j
            for j in range(len(self.low))
            if (self.low[j], self.high[j], self.kept[j]) != (whole.low[j], whole.high[j], whole.kept[j])
        ]


def tail(happened: float, draws: float, rate: float) -> float:
    """Chance of at least k happened in n draws at a rate p: ``P(X ≥ k) = I_p(k, n − k + 1)``, X binomial."""
    return float(betainc(happened, draws - happened + 1, rate)) if happened > 0 else 1.0


def discover(
    condition: str,
    values: Floats,
    happened: npt.NDArray[np.bool_],
    names: Sequence[str],
    options: Sequence[Sequence[str]] | None = None,
    points: Integers | None = None,
    *,
    seed: int = 0,
) -> Discovery:
    """The Patient Rule Induction Method: thin slices are peeled off all draws till the condition is frequent.

    1. The draws are split in two halves at random, the condition equally frequent in both; one is searched.
       Draws of one point (the same numbers under several sources) stay together.
    2. *Peeling*: of the slices that cut ``PEEL`` of the box at the low or high end of a number, or one option
       of a choice, that one goes whose loss raises the density most per draw removed (slices of choices are
       not of equal size), down to ``SMALLEST`` of the draws.
    3. *Choice*: among the boxes with coverage ≥ ``COVERAGE`` the one with the highest density; of equals the
       larger.
    4. *Elimination*: if a restriction has a quasi-p value above ``CHANCE``, the search begins again without
       the parameter that has the highest, so that no draws are spent on parameters that do nothing.
    5. *Pasting*: sides are moved out again by slices of ``PEEL`` as long as the density does not fall.
    6. *Check*: coverage, density, mass and quasi-p values are counted in the other half. If a density as high
       would come by chance (binomial tail of the base rate above ``CHANCE``), there is no finding.

    The quasi-p value of a restriction (Bryant & Lempert) is ``P(X ≥ k)``, X binomial with the n draws of the
    box and the density of the box without that restriction; k of the n have the condition. Where r draws
    share a point, k and n are divided by r.

    Parameters
    ----------
    condition : str
        What is looked for, as a clause.
    values : array, shape (n, D)
        Of a choice: position of the option.
    happened : boolean array, shape (n,)
    names : sequence of str
    options : sequence of sequences of str, optional
        By parameter; empty for a number.
    points : integer array, shape (n,), optional
        Equal for draws of one point; every draw by itself if left out.
    seed : int
        Of the split.

    References
    ----------
    Friedman & Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing 9(2);
    Bryant & Lempert (2010), Thinking inside the box, Technological Forecasting & Social Change 77(1);
    Kwakkel & Jaxa-Rozen (2016), Improving scenario discovery …, Environmental Modelling & Software 79
    (density per draw removed, for choices).
    """
    n, hits = len(happened), int(happened.sum())
    if min(hits, n - hits) < ENOUGH:
        few = "too few to compare" if hits < ENOUGH else "too few without it to compare with"
        return Discovery(condition, n, hits, False, f"holds in {hits} of {n} draws: {few}")
    choices = [tuple(own) for own in options or [()] * len(names)]
    search, check, alike = _halves(happened, points, seed)
    whole = _Box(
        (-np.inf,) * len(names), (np.inf,) * len(names), tuple(frozenset(range(len(own))) for own in choices)
    )
    box, steps = _searched(values[search], happened[search], whole, alike)
    box = _pasted(values[search], happened[search], box, whole)
    within = box.inside(values[check])
    size, count = int(within.sum()), int(happened[check][within].sum())
    checked = int(happened[check].sum())
    base = checked / len(check)
    limited = box.restricted(whole)
    if not limited or not size or tail(count / alike, size / alike, base) > CHANCE:
        verdict = "in no part of the parameters does it hold more often than chance would have it"
        return Discovery(condition, n, hits, False, verdict, trajectory=steps)
    restrictions = tuple(
        Restriction(
            parameter=names[j],
            low=number(box.low[j]),
            high=number(box.high[j]),
            options=tuple(choices[j][k] for k in sorted(box.kept[j])),
            quasi_p=_quasi_p(values[check], happened[check], box, j, alike),
        )
        for j in limited
    )
    return Discovery(
        condition=condition,
        draws=n,
        happened=hits,
        found=True,
        verdict=f"holds in {count / size:.0%} of the draws inside the box, in {hits / n:.0%} of all; "
        f"{count / checked:.0%} of the draws in which it holds lie inside",
        coverage=count / checked,
        density=count / size,
        mass=size / len(check),
        restrictions=tuple(sorted(restrictions, key=lambda one: one.quasi_p)),
        trajectory=steps,
    )


def _halves(happened: Flags, points: Integers | None, seed: int) -> tuple[Integers, Integers, float]:
    """Draws to search, draws to check with, and how many draws share a point on average."""
    labels = np.arange(len(happened)) if points is None else points
    _, point, counts = np.unique(labels, return_inverse=True, return_counts=True)
    frequency = np.bincount(point, weights=happened) / counts
    # Its own stream: the draws themselves come from the seed too.
    order = np.random.default_rng((seed, 0x7072696D)).permutation(len(counts))
    order = order[np.argsort(frequency[order], kind="stable")]
    searched = np.isin(point, order[::2])
    return np.flatnonzero(searched), np.flatnonzero(~searched), len(point) / len(counts)


def _searched(values: Floats, happened: Flags, whole: _Box, alike: float) -> tuple[_Box, tuple[Step, ...]]:
    """The box chosen, every restriction of which does something, and the boxes it was chosen among."""
    total, along = int(happened.sum()), list(range(values.shape[1]))
    while True:
        boxes = _peeled(values, happened, whole, along)
        steps = tuple(
            Step(count / total, count / size, size / len(values), len(box.restricted(whole)))
            for box, count, size in boxes
        )
        rank = [(step.coverage >= COVERAGE, step.density, step.coverage) for step in steps]
        box = boxes[rank.index(max(rank))][0]
        suspects = [(_quasi_p(values, happened, box, j, alike), j) for j in box.restricted(whole)]
        if not suspects or max(suspects)[0] <= CHANCE:
            return box, steps
        along.remove(max(suspects)[1])


def _peeled(
    values: Floats, happened: Flags, whole: _Box, along: Sequence[int]
) -> list[tuple[_Box, int, int]]:
    """Boxes from the whole to the smallest, each with its draws that have the condition and all its draws."""
    box, left = whole, np.arange(len(values))
    least = max(SMALLEST * len(values), 1.0)
    boxes = [(box, int(happened.sum()), len(left))]
    while (count := boxes[-1][1]) < (size := boxes[-1][2]):
        best, choice = -np.inf, None
        own, hits = values[left], happened[left]
        for slice_, smaller in _slices(own, box, along):
            gone = int(slice_.sum())
            if not gone or size - gone < least:
                continue
            density = (count - int(hits[slice_].sum())) / (size - gone)
            if (gain := (density - count / size) / gone) > best:
                best, choice = gain, (slice_, smaller)
        if choice is None:
            break
        left, box = left[~choice[0]], choice[1]
        boxes.append((box, int(happened[left].sum()), len(left)))
    return boxes


def _slices(own: Floats, box: _Box, along: Sequence[int]) -> Iterator[tuple[Flags, _Box]]:
    """What can be peeled off a box, own being the draws in it: the draws that go and the box that stays."""
    k = max(1, int(PEEL * len(own)))
    for j in along:
        x = own[:, j]
        if box.kept[j]:
            for option in sorted(box.kept[j]) if len(box.kept[j]) > 1 else ():
                yield x == option, box.moved(j, kept=box.kept[j] - {option})
            continue
        ends = np.partition(x, (k - 1, len(x) - k))
        # Equal values go together, so that a limit says who is inside.
        for low in (True, False):
            gone = x <= ends[k - 1] if low else x >= ends[len(x) - k]
            if gone.all():
                continue
            yield gone, box.moved(j, low=x[~gone].min()) if low else box.moved(j, high=x[~gone].max())


def _quasi_p(values: Floats, happened: Flags, box: _Box, j: int, alike: float) -> float:
    """Quasi-p value of the restriction of parameter j."""
    rest = box.inside(values, without=j)
    within = rest & box.holds(values, j)
    if not within.any():
        return 1.0
    count, size = int(happened[within].sum()) / alike, int(within.sum()) / alike
    return tail(count, size, float(happened[rest].mean()))


def _pasted(values: Floats, happened: Flags, box: _Box, whole: _Box) -> _Box:
    """The box with its sides moved out as long as its density does not fall."""
    while True:
        within = box.inside(values)
        size, count = int(within.sum()), int(happened[within].sum())
        k = max(1, int(PEEL * size))
        best, choice = count / max(size, 1), None
        for j in box.restricted(whole):
            outside = box.inside(values, without=j) & ~box.holds(values, j)
            for larger in _larger(values[outside, j], box, j, k, whole):
                added = outside & larger.holds(values, j)
                density = (count + int(happened[added].sum())) / (size + int(added.sum()))
                if added.any() and density >= best:
                    best, choice = density, larger
        if choice is None:
            return box
        box = choice


def _larger(x: Floats, box: _Box, j: int, k: int, whole: _Box) -> Iterator[_Box]:
    """The box with one side along j moved out by k of the draws x beyond it, or one option more."""
    if box.kept[j]:
        for option in sorted(whole.kept[j] - box.kept[j]):
            yield box.moved(j, kept=box.kept[j] | {option})
        return
    if len(below := np.sort(x[x < box.low[j]])):
        yield box.moved(j, low=-np.inf if len(below) <= k else below[-k])
    if len(above := np.sort(x[x > box.high[j]])):
        yield box.moved(j, high=np.inf if len(above) <= k else above[k - 1])


def discoveries(sample: Sample) -> tuple[Discovery, ...]:
    """Where a weighty need of households is not met, and where the worst quarter of consumption lost lies."""
    columns = list(sample.varied)
    rows = sample.independent
    if not columns or not rows.any():
        return ()
    measured = sample.measured[rows]
    conditions = []
    if "first_need" in sample.measures:
        met = np.isposinf(measured[:, sample.measures.index("first_need")])
        conditions.append(("a weighty need of households is not met", ~met))
    if "consumption_lost" in sample.measures:
        lost = settled(measured[:, sample.measures.index("consumption_lost")])
        if not is_constant(lost):
            worst, least = float(sample_quantiles(lost, (0.75,))[0]), lost.min()
            happened = lost >= worst if worst > least else lost > least
            words = "at least" if worst > least else "more than"
            conditions.append((f"households lose {words} {worst:.1%} of consumption", happened))
    return tuple(
        discover(
            condition,
            sample.values[rows][:, columns],
            happened,
            [sample.names[j] for j in columns],
            [sample.options[j] for j in columns],
            sample.place[rows],
            seed=sample.seed,
        )
        for condition, happened in conditions
    )
