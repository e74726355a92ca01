"""Sharing out: a scenario simulated with every set of its causes, and its loss laid to each of them."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.economy import Economy
from autarky.ensemble import Executor
from autarky.ensemble.courses import Panel, run_courses
from autarky.errors import InputError, Problem, ScenarioError
from autarky.explanation.attribution import (
    LEAST,
    Attribution,
    CauseShocks,
    Pair,
    Part,
    Row,
    SharedLoss,
    sampled_words,
)
from autarky.explanation.conditions import conditions
from autarky.explanation.gates import Progress, resumable
from autarky.explanation.names import Names
from autarky.explanation.shapley import Shares, draw_orders, exact, interactions, sampled, sets_along
from autarky.explanation.wording import change, count, listing, plain, shorten
from autarky.results import QUANTILES
from autarky.scenario import Exemption, Scenario
from autarky.simulation import simulate, simulate_panel
from autarky.simulation.forcing import build_forcing
from autarky.simulation.network import Network
from autarky.simulation.sweep import has_households, network_of
from autarky.uncertainty import Draws

Floats = npt.NDArray[np.float64]

MOST_EXACT = 6
"""Causes of which every set is simulated, 64 of them; each cause more doubles the work."""
PAIRS = 64
"""Pairs of orders that are sampled where there are more."""
ROWS = 8
"""Industries and needs that are told by name; the others are one row."""


def attribute(
    economy: Economy,
    scenario: Scenario,
    *,
    since: datetime.date | None = None,
    draws: Draws | None = None,
    most_exact: int = MOST_EXACT,
    pairs: int = PAIRS,
    seed: int = 0,
    folder: Path | None = None,
    executor: Executor | None = None,
    command: str = "autarky attribute STUDY",
    progress: Progress | None = None,
) -> Attribution:
    """φ_k = mean over all orders of what cause k adds to the loss of the causes before it.

    Shocks that name one ``cause`` come and go together; a shock without is a cause of its own. The scenario
    is simulated with every set of its causes (of more than ``most_exact`` causes: with the sets along sampled
    orders) and all else as it stands, so that what is lost with none of them goes to nobody. An exemption
    that spares nothing of the cuts that are left is left out with the others.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
    since : date, optional
        First day whose losses count; the first day of the run if left out.
    draws : Draws, optional
        Draws of the same scenario and table: for each every set is simulated again, and parts get ranges.
    most_exact : int
        Most causes of which every set is simulated.
    pairs : int
        Pairs of an order and its reverse that are sampled of more causes.
    seed : int
        Of the orders.
    folder : Path, optional
        Where what is simulated is kept, so that the same call goes on where it was stopped.
    executor : Executor, optional
        Who does the work where there is much; else this process. No byte depends on it.
    command : str
        What the user is told to give again after an interruption.
    progress : callable, optional

    Raises
    ------
    ScenarioError
        If there is no shock, a set of causes cannot be simulated by itself, or as ``simulate``.
    InputError
        If an option is out of its range, or the folder cannot be written.
    StoppedError
        If the user stops it while there is a folder: what is done is kept there.

    References
    ----------
    Shapley (1953), A value for n-person games; Castro, Gómez & Tejada (2009) for sampled orders.
    """
    first = _first_day(scenario, since)
    _refuse_options(scenario, most_exact, pairs)
    names = Names(simulate(economy, scenario))
    players = _players(scenario, names)
    orders = None if len(players) <= most_exact else draw_orders(len(players), pairs, seed)
    sets = tuple(range(1 << len(players))) if orders is None else sets_along(orders)
    courses = _Courses(
        scenario,
        economy,
        draws,
        tuple(shocks for _, shocks in players),
        sets,
        _exemptions_of(network_of(economy, scenario), scenario, players, sets),
    )
    template = simulate_panel(economy, [scenario])
    counting = _Counting(template, first, economy)
    with resumable(folder, command):
        values, failed = run_courses(
            courses,
            len(sets) * (1 if draws is None else 1 + len(draws)),
            template,
            counting,
            folder=folder,
            executor=executor,
            progress=None if progress is None else partial(progress, "sets of causes"),
        )
    _refuse_failed(failed[: len(sets)], sets, [name for name, _ in players])
    by_draw = values.reshape(-1, len(sets), values.shape[1])
    alive = np.isfinite(by_draw[1:, :, 0]).all(axis=1)
    shared = _Shared([name for name, _ in players], sets, orders, by_draw[0], by_draw[1:][alive])
    return _told(economy, scenario, players, names, counting, shared, seed, draws)


Player = tuple[str, tuple[int, ...]]
"""A cause: its name, and the positions of its shocks."""


def _first_day(scenario: Scenario, since: datetime.date | None) -> int:
    if since is None:
        return 0
    if not scenario.start <= since <= scenario.end:
        what = f"is {since}, outside the run from {scenario.start} to {scenario.end}"
        raise InputError(Problem("--since", what, "name a day of the run"))
    return (since - scenario.start).days


def _refuse_options(scenario: Scenario, most_exact: int, pairs: int) -> None:
    problems = []
    if not 0 <= most_exact <= 12:
        what, remedy = f"is {most_exact}", "give 0 to 12: every cause more doubles the work"
        problems.append(Problem("most_exact", what, remedy))
    if pairs < 2:
        problems.append(Problem("pairs", f"are {pairs}", "give 2 or more: one has no error"))
    if problems:
        raise InputError(problems)
    if not scenario.shocks:
        raise ScenarioError(Problem("shocks", "are none: no loss to share out", "declare what happens"))


def _players(scenario: Scenario, names: Names) -> tuple[Player, ...]:
    """The causes in the order of their first shocks; one without a name is told in words."""
    found: dict[str, list[int]] = {}
    for k, (shock, said) in enumerate(zip(scenario.shocks, conditions(scenario, names), strict=True)):
        alone = f"shock {k + 1}: {shorten(said.text, 60)}"
        found.setdefault(plain(shock.cause) if shock.cause else alone, []).append(k)
    return tuple((name, tuple(shocks)) for name, shocks in found.items())


def _exemptions_of(
    network: Network, scenario: Scenario, players: Sequence[Player], sets: Sequence[int]
) -> dict[int, tuple[Exemption, ...]]:
    """For each set the exemptions that spare something of its cuts; a scenario refuses idle ones."""
    found: dict[int, tuple[Exemption, ...]] = {}
    for members in sets if scenario.exempt else ():
        present = sorted(k for p, (_, shocks) in enumerate(players) if members >> p & 1 for k in shocks)
        some = scenario.model_copy(update={"shocks": tuple(scenario.shocks[k] for k in present)})
        try:
            build_forcing(network, [some])
            found[members] = scenario.exempt
        except ScenarioError as error:
            # The scenario as a whole was accepted: of exemptions only idle ones can be wrong in a part of it.
            idle = {problem.place for problem in error.problems}
            found[members] = tuple(one for k, one in enumerate(scenario.exempt) if f"exempt[{k}]" not in idle)
    return found


@dataclass(frozen=True)
class _Courses:
    """The sets of causes of the scenario itself, then those of each draw."""

    central: Scenario
    table: Economy
    draws: Draws | None
    shocks: tuple[tuple[int, ...], ...]
    """Positions of the shocks of each cause."""
    sets: tuple[int, ...]
    exempt: dict[int, tuple[Exemption, ...]]

    def scenario(self, i: int) -> Scenario:
        """The scenario of course i: the shocks of its causes, in the order declared."""
        draw, members = i // len(self.sets) - 1, self.sets[i % len(self.sets)]
        whole = self.central if draw < 0 or self.draws is None else self.draws.scenario(draw)
        present = sorted(k for p, shocks in enumerate(self.shocks) if members >> p & 1 for k in shocks)
        kept = {"exempt": self.exempt[members]} if self.exempt else {}
        return whole.model_copy(update={"shocks": tuple(whole.shocks[k] for k in present), **kept})

    def economy(self, i: int) -> Economy:
        """The table of course i."""
        draw = i // len(self.sets) - 1
        return self.table if draw < 0 or self.draws is None else self.draws.economy(draw)

    def economy_key(self, i: int) -> Hashable:
        """Equal for courses on the same table."""
        draw = i // len(self.sets) - 1
        return "central" if draw < 0 or self.draws is None else self.draws.economy_key(draw)


class _Counting:
    """The losses of a course, side by side: value added, consumption, by month, by industry, by need."""

    def __init__(self, template: xr.Dataset, first: int, economy: Economy) -> None:
        self.days = template["day"].values.astype("datetime64[D]")[first:]
        self.months, starts = np.unique(self.days.astype("datetime64[M]"), return_index=True)
        self._first, self._starts = first, starts
        self._lengths = np.diff([*starts, len(self.days)])
        output_base = template["output_base"].values
        value_added = np.where(output_base > 0, economy.value_added.sum(axis=0), 0.0)
        whole = value_added.sum()
        self._industries = value_added / whole if whole else np.zeros(len(value_added))
        need_base = np.where(template["need_base"].values > 0, template["need_base"].values, 0.0)
        self.needs = [str(code) for code in template["need"].values]
        self.consumed = bool(need_base.sum() > 0)
        self.weights = need_base / need_base.sum() if self.consumed else need_base
        """(needs,) share of each in what consumers buy in the base year."""
        sizes = np.cumsum([2, len(self.months), len(output_base), len(need_base)])
        self.of_months, self.of_industries, self.of_needs = (
            slice(int(a), int(b)) for a, b in itertools.pairwise(sizes)
        )

    def __call__(self, panel: Panel) -> Floats:
        """(courses, K) all of them."""
        value_added, consumed = (
            1.0 - panel[name][:, self._first :] for name in ("gdp", "household_consumption")
        )
        output, consumption = (1.0 - panel[name][:, self._first :] for name in ("output", "consumption"))
        return np.concatenate(
            [
                value_added.mean(axis=1)[:, None],
                consumed.mean(axis=1)[:, None] if self.consumed else np.zeros((len(consumed), 1)),
                np.add.reduceat(value_added, self._starts, axis=1) / self._lengths,
                output.mean(axis=1) * self._industries,
                np.where(self.weights > 0, consumption.mean(axis=1), 0.0),
            ],
            axis=1,
        )


def _refuse_failed(failed: Sequence[str], sets: Sequence[int], names: Sequence[str]) -> None:
    """A part of the scenario that cannot be simulated by itself has no loss."""
    for members, why in zip(sets, failed, strict=True):
        if why:
            present = [name for k, name in enumerate(names) if members >> k & 1]
            what = f"with {listing(present, most=12) or 'no cause'} alone: {why}"
            raise ScenarioError(Problem("shocks", what, "give shocks that need each other one cause"))


class _Shared:
    """The losses of every set of causes, shared out; of the draws only the losses over the whole run."""

    def __init__(
        self,
        causes: Sequence[str],
        sets: tuple[int, ...],
        orders: npt.NDArray[np.int64] | None,
        values: Floats,
        drawn: Floats,
    ) -> None:
        self.causes, self.sets, self.orders = causes, sets, orders
        self.values, self.drawn = values, drawn[:, :, :2]
        self._shares = self._of(values)
        self._parts_drawn = np.array([self._of(one).parts for one in self.drawn])

    def _of(self, values: Floats) -> Shares:
        if self.orders is None:
            return exact(values)
        return sampled(dict(zip(self.sets, values, strict=True)), self.orders)

    def loss(self, loss: str, name: str, column: int) -> SharedLoss:
        """One of the losses over the run, with all that is told of it."""
        lost = dict(zip(self.sets, self.values[:, column].tolist(), strict=True))
        n, whole = len(self.causes), self.sets[-1]
        alone = [lost[1 << k] - lost[0] for k in range(n)]
        spread: list[tuple[float, ...]] = [()] * n
        largest: list[float | None] = [None] * n
        ranged: tuple[float, ...] = ()
        if len(self.drawn):
            parts = self._parts_drawn[:, :, column]
            totals = self.drawn[:, -1, column] - self.drawn[:, 0, column]
            spread = [tuple(np.quantile(parts[:, k], QUANTILES).tolist()) for k in range(n)]
            largest = list((parts >= parts.max(axis=1)[:, None]).mean(axis=0).tolist())
            ranged = tuple(np.quantile(totals, QUANTILES).tolist())
        return SharedLoss(
            loss=loss,
            name=name,
            total=lost[whole] - lost[0],
            without=lost[0],
            alone=math.fsum(alone),
            parts=tuple(
                Part(
                    cause=cause,
                    part=float(self._shares.parts[k, column]),
                    error=float(self._shares.errors[k, column]),
                    alone=alone[k],
                    last=lost[whole] - lost[whole & ~(1 << k)],
                    least=float(self._shares.least[k, column]),
                    most=float(self._shares.most[k, column]),
                    range=spread[k],
                    largest_in=largest[k],
                )
                for k, cause in enumerate(self.causes)
            ),
            pairs=self._pairs(column),
            range=ranged,
        )

    def _pairs(self, column: int) -> tuple[Pair, ...]:
        if self.orders is not None:
            return ()
        more = interactions(self.values[:, [column]])[..., 0]
        return tuple(
            Pair((self.causes[i], self.causes[j]), float(more[i, j]))
            for i, j in itertools.combinations(range(len(self.causes)), 2)
        )

    def rows(self, codes: Sequence[str], named: Sequence[str], columns: slice) -> tuple[Row, ...]:
        """A row for each of some columns."""
        totals = self.values[-1, columns] - self.values[0, columns]
        parts = self._shares.parts[:, columns]
        return tuple(
            Row(code, name, float(total), tuple(parts[:, k].tolist()))
            for k, (code, name, total) in enumerate(zip(codes, named, totals, strict=True))
        )


def _told(
    economy: Economy,
    scenario: Scenario,
    players: Sequence[Player],
    names: Names,
    counting: _Counting,
    shared: _Shared,
    seed: int,
    draws: Draws | None,
) -> Attribution:
    consumers = "households" if has_households(economy) else "final users"
    losses = [shared.loss("value_added", "value added", 0)]
    if counting.consumed:
        losses.append(shared.loss("consumption", f"what {consumers} consume", 1))
    words = conditions(scenario, names)
    months = [str(month) for month in counting.months]
    industries = shared.rows(names.industry_codes, names.industries, counting.of_industries)
    needs = shared.rows(counting.needs, [names.of(code) for code in counting.needs], counting.of_needs)
    return Attribution(
        scenario=plain(scenario.name),
        economy=plain(economy.name),
        consumers=consumers,
        since=str(counting.days[0]),
        until=str(counting.days[-1]),
        days=len(counting.days),
        causes=tuple(CauseShocks(name, tuple(words[k].text for k in shocks)) for name, shocks in players),
        losses=tuple(losses),
        months=shared.rows(months, months, counting.of_months),
        industries=_largest(industries, np.ones(len(industries)), "all other industries"),
        needs=_largest(needs, counting.weights),
        sets=len(shared.sets),
        orders=None if shared.orders is None else len(shared.orders),
        seed=None if shared.orders is None else seed,
        draws=len(shared.drawn),
        failed=0 if draws is None else len(draws) - len(shared.drawn),
        notes=tuple(_notes(losses, shared, draws)),
    )


def _largest(rows: Sequence[Row], weights: Floats, others: str = "") -> tuple[Row, ...]:
    """The rows that matter most (weight · loss); where rows add up, one called ``others`` for the rest."""
    matters = [abs(row.total) >= LEAST or any(abs(part) >= LEAST for part in row.parts) for row in rows]
    order = sorted(range(len(rows)), key=lambda k: -abs(rows[k].total) * float(weights[k]))
    shown = [k for k in order if matters[k] and weights[k] > 0][:ROWS]
    left = [rows[k] for k in order if k not in shown]
    found = [rows[k] for k in shown]
    if others and left:
        parts = tuple(math.fsum(of) for of in zip(*(row.parts for row in left), strict=True))
        found.append(Row("", others, math.fsum(row.total for row in left), parts))
    return tuple(found)


def _notes(losses: Sequence[SharedLoss], shared: _Shared, draws: Draws | None) -> list[str]:
    """What the numbers are, and what they are not."""
    told = [
        "A part is the mean, over all orders in which the causes may be counted, of what a cause adds to "
        "those counted before it (Shapley 1953); parts add up to the whole loss. It shares out what the "
        "model loses. It does not say whose fault it is, nor what a cause of another strength would cost."
    ]
    if shared.orders is None:
        causes = count(len(shared.causes), "cause")
        told.append(f"{count(len(shared.sets), 'set')} of {causes}, every one there is, were simulated.")
    else:
        told.append(sampled_words(len(shared.orders), len(shared.sets)))
    told += [
        f"With none of the causes {loss.name} differs already by {change(loss.without)} from the base year "
        "(stocks that are not full, behaviour): it is nobody's part."
        for loss in losses
        if abs(loss.without) >= LEAST
    ]
    if draws is not None:
        alive, failed = len(shared.drawn), len(draws) - len(shared.drawn)
        told.append(f"Ranges: {draws.sentence}; each of {count(alive, 'draw')} was shared out by itself.")
        if failed:
            told.append(f"{count(failed, 'draw')} left out: a set of causes could not be simulated in it.")
    return told
