"""Backtest: calibrate on some years, predict the next ones, seal the predictions, only then score them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy, FinalUseKind
from autarky.ensemble.executors import Executor, Serial
from autarky.errors import EvidenceError, Problem, ScenarioError, did_you_mean
from autarky.evidence import Claim, Evidence, resolve
from autarky.scenario import Scenario, TradeCut, TradeSeries
from autarky.uncertainty import Design, Draws, Parameter, Uncertainty, draw_up
from autarky.verdict import baselines
from autarky.verdict.annual import Job, annual_output, by_table
from autarky.verdict.attribution import Column, GroupShare, attribute
from autarky.verdict.backtest_result import (
    AUTARKY,
    PERMUTED,
    QUANTILES,
    WITH_ERROR,
    AgainstPermuted,
    BacktestResult,
    CutOff,
    Fitted,
    Forecast,
    Scored,
    predictions_csv,
)
from autarky.verdict.calibration import (
    DEGREES,
    DISCREPANCY,
    contractions,
    effective_sample_size,
    log_weights,
    noise,
    normalised,
    systematic,
)
from autarky.verdict.growth import (
    GRADE_SD,
    GROUPS,
    IN_WORDS,
    MANUFACTURING,
    WEATHER,
    Observed,
    group_growth,
    headline_growth,
    observed_growth,
    read_observed,
    require_sectors,
    scored,
)
from autarky.verdict.scores import crps, mean_score, score

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
"""Told (scenarios simulated, scenarios in all)."""

IMPORTS = "trade / KOTRA imports"
"""The figure of yearly imports that the exposure rule reads."""
CUT_OFF = "complete trade cut-off"
"""What the figure of another model's answer to a full cut is called, under the topic outcome."""
FIRST_YEAR_OF_SPREAD = 2015
MOST_CALIBRATED = 2
CALIBRATION = 4
"""Draws of the past for each of the future: weighing leaves few of them, and draws on one table are cheap."""
CUT_OFF_DRAWS, CUT_OFF_DAYS = 64, 730


@dataclass(frozen=True, eq=False)
class Hindcast:
    """A study of past years as the backtest takes it: whole calendar years right after the table's."""

    name: str
    study: bytes
    """The study's file as it is on disk, for the digest."""
    scenario: Scenario
    uncertainty: Uncertainty
    economy: Economy
    tables: Mapping[str, Economy] = field(default_factory=dict)
    """Tables that a parameter of the uncertainty chooses among, by name."""
    table_labels: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Name of a table → what it was drawn with: ``donor`` (its name) and ``phi`` (conversion rate)."""

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years of the scenario."""
        return tuple(range(self.scenario.start.year, self.scenario.end.year + 1))


def backtest(
    past: Hindcast,
    future: Hindcast,
    evidence: Evidence,
    *,
    observed: Path | None = None,
    calibrate: Sequence[str] | None = None,
    draws: int = 200,
    permutations: int = 200,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> BacktestResult:
    """Calibrate on one study, predict the other, and score what is observed.

    Draws of ``past`` are weighed by how well they fit observed growth. Predictions are draws of ``future`` in
    which the calibrated parameters take the posterior and everything else stays a prior. Script and
    predictions are hashed before any observation of the predicted years is read.

    Parameters
    ----------
    past, future : Hindcast
        Both declare the calibrated parameters under the same names.
    evidence : Evidence
        Claims ``growth / <group>`` and ``trade / KOTRA imports`` by year, and perhaps ``outcome / …``.
    observed : Path, optional
        A CSV file with growth in predicted years, see ``read_observed``. It is checked before anything runs
        and scored last.
    calibrate : sequence of str, optional
        Names of at most two parameters; by default those that set ``behaviour.importance`` or the
        ``pass_through`` of exports.
    draws : int
        Draws of ``future``, at least 20; of ``past`` four times as many.
    permutations : int
        Runs with import exposures permuted; 0 leaves them out.
    executor : Executor, optional
        Where it is simulated; no number depends on it. In this process if left out.
    progress : callable, optional
        Called with (scenarios simulated, scenarios in all).

    Raises
    ------
    ScenarioError, EconomyError, EvidenceError, SourceError
        With everything wrong in one of the inputs.
    """
    given = () if observed is None else read_observed(observed, future.years)
    names = _checked(past, future, calibrate, draws)
    other = _other_answer(past, evidence)
    runs = (CALIBRATION + 3) * draws + permutations + (min(draws, CUT_OFF_DRAWS) if other else 0)
    simulate = _Simulator(executor or Serial(), progress, runs)
    falls = _falls(evidence, (*past.years, *future.years))
    history = observed_growth(evidence, range(FIRST_YEAR_OF_SPREAD, past.years[-1] + 1))
    fitted_to = [one for one in scored(history) if one.year in past.years]
    if not fitted_to:
        span = f"{past.years[0]} to {past.years[-1]}"
        raise EvidenceError(
            Problem("growth", f"no claim of {span}", "give claims on figures such as growth / mining")
        )
    script = _script_digest(past, future, names, draws, permutations)

    drawn = _draw_up(past, CALIBRATION * draws)
    calibration = _Calibration(drawn, simulate(by_table(drawn, range(len(drawn)))), fitted_to, past)
    predicted = _with_posterior(_draw_up(future, draws), calibration, names)
    forecasts = list(_forecasts(predicted, calibration, future, permutations, simulate))
    rule = baselines.ExposureRule.fitted(fitted_to, baselines.exposures(past.economy), falls)
    ahead = [falls[year] for year in future.years]
    forecasts[2:2] = [
        Forecast("no_change", baselines.no_change(future.years)),
        Forecast("past_spread", baselines.past_spread(history, future.years)),
        Forecast("exposure", rule.forecast(baselines.exposures(future.economy), ahead)),
    ]
    sealed = hashlib.sha256(predictions_csv(forecasts, future.years).encode()).hexdigest()

    seen = observed_growth(evidence, future.years)
    sets = [("claims", scored(seen))] if scored(seen) else []
    if observed is not None:
        sets.append((observed.name, scored(given)))
    return BacktestResult(
        past=past.name,
        future=future.name,
        version=version("autarky"),
        script_digest=script,
        predictions_digest=sealed,
        draws=draws,
        calibration_draws=len(drawn),
        permutations=permutations,
        seed=future.uncertainty.seed,
        calibration_years=past.years,
        years=future.years,
        forecasts=tuple(forecasts),
        effective_draws=effective_sample_size(calibration.weights),
        contractions=contractions(drawn.names, drawn.values, calibration.weights, names),
        fitted=calibration.fitted(),
        falls=falls,
        elasticity=rule.elasticity,
        scored=tuple(_held_against(forecasts, future.years, *one) for one in sets if one[1]),
        shown=tuple(one for one in (*seen, *given) if one.industry in WEATHER),
        attribution=_attribution(predicted, future, forecasts[0], simulate.last_of(AUTARKY), names),
        cut_off=None if other is None else _cut_off(past, calibration, other, evidence, simulate),
        runs=simulate.done,
        failed=tuple(simulate.failed),
        assumptions=_ASSUMPTIONS,
    )


_ASSUMPTIONS = (
    f"assumption: a year's growth of an industry is missed by about {DISCREPANCY:g} points (times a factor "
    f"learned from the calibration years, prior worth {DEGREES:g} figures), independently",
    "assumption: growth figures have errors of their own by reliability of their source, points: "
    + ", ".join(f"{grade} {sd:g}" for grade, sd in GRADE_SD.items()),
    "value added follows output at the base-year coefficients of the study's own table",
    "permuted tables keep the parameters calibrated with the real one, which favours the real one",
    "where light or heavy industry has no figure of a year, manufacturing as a whole is scored besides",
)


class _Simulator:
    """Runs jobs, tells progress over all of them, and keeps outputs that are asked for twice."""

    def __init__(self, executor: Executor, progress: Progress | None, total: int) -> None:
        self.executor, self.progress, self.total, self.done = executor, progress, total, 0
        self.failed: list[str] = []
        self._kept: dict[str, Floats] = {}

    def __call__(self, jobs: Sequence[Job], keep: str = "") -> Floats:
        output, failed = annual_output(jobs, self.executor, self._told)
        self.failed += failed.values()
        if keep:
            self._kept[keep] = output
        return output

    def last_of(self, name: str) -> Floats:
        return self._kept[name]

    def _told(self, more: int) -> None:
        self.done += more
        if self.progress is not None:
            self.progress(self.done, max(self.total, self.done))


@dataclass(frozen=True, eq=False)
class _Calibration:
    """Draws of the past and what they are worth."""

    draws: Draws
    output: Floats
    observed: Sequence[Observed]
    study: Hindcast
    predicted: Floats = field(init=False)
    """(draws, observations), %."""
    weights: Floats = field(init=False)
    chosen: npt.NDArray[np.int64] = field(init=False)
    """Positions of draws resampled by weight."""

    def __post_init__(self) -> None:
        growth = group_growth(self.study.economy, self.output)
        places = [(self.study.years.index(o.year), list(GROUPS).index(o.industry)) for o in self.observed]
        predicted = np.stack([growth[:, y, g] for y, g in places], axis=1)
        object.__setattr__(self, "predicted", predicted)
        weights = normalised(log_weights(self.residuals, self.sd))
        object.__setattr__(self, "weights", weights)
        rng = np.random.default_rng([self.draws.uncertainty.seed, 1])
        object.__setattr__(self, "chosen", systematic(weights, len(weights), rng))

    @property
    def residuals(self) -> Floats:
        """Predicted less observed, (draws, observations), points."""
        growth = np.array([one.growth for one in self.observed])
        return np.asarray(self.predicted - growth, dtype=np.float64)

    @property
    def sd(self) -> Floats:
        """Of each observation: the model's discrepancy and the figure's own error together."""
        own = np.array([one.sd for one in self.observed], dtype=np.float64)
        return np.asarray(np.hypot(DISCREPANCY, own), dtype=np.float64)

    def fitted(self) -> tuple[Fitted, ...]:
        """Every observation beside prior and posterior."""
        prior = np.nanquantile(self.predicted, QUANTILES, axis=0)
        posterior = np.nanquantile(self.predicted[self.chosen], QUANTILES, axis=0)
        return tuple(
            Fitted(one, tuple(prior[:, k].tolist()), tuple(posterior[:, k].tolist()))
            for k, one in enumerate(self.observed)
        )


def _draw_up(study: Hindcast, draws: int) -> Draws:
    """As many draws of a study's uncertainty as asked for; a design for indices gives way to a hypercube."""
    uncertainty = study.uncertainty
    design = Design.LATIN_HYPERCUBE if uncertainty.design is Design.SALTELLI else uncertainty.design
    uncertainty = uncertainty.model_copy(update={"draws": draws, "design": design})
    return draw_up(uncertainty, study.scenario, study.economy, tables=study.tables)


def _with_posterior(drawn: Draws, calibration: _Calibration, names: Sequence[str]) -> Draws:
    """The draws with the calibrated parameters taken, together, from resampled draws of the past."""
    values = drawn.values.copy()
    rows = np.resize(calibration.chosen, len(values))
    for name in names:
        past = calibration.draws.values[:, calibration.draws.names.index(name)]
        values[:, drawn.names.index(name)] = past[rows]
    values.flags.writeable = False
    return replace(drawn, values=values)


def _forecasts(
    drawn: Draws,
    calibration: _Calibration,
    study: Hindcast,
    permutations: int,
    simulate: _Simulator,
) -> Iterator[Forecast]:
    """Everything that has to be simulated: the engine itself, then its simpler and shuffled selves."""
    every = range(len(drawn))
    growth = group_growth(study.economy, simulate(by_table(drawn, every), keep=AUTARKY))
    yield Forecast(AUTARKY, growth)
    rng = np.random.default_rng([drawn.uncertainty.seed, 2])
    rows = np.resize(calibration.chosen, len(drawn))
    sd = calibration.sd.mean() * noise(calibration.residuals, calibration.sd, rng)[rows]
    yield Forecast(WITH_ERROR, growth + sd[:, None, None] * rng.standard_normal(growth.shape))
    for key, turned in (("leontief", baselines.without_stocks), ("boario", baselines.as_boario)):
        yield Forecast(key, group_growth(study.economy, simulate(by_table(drawn, every, turned))))
    if permutations:
        jobs = []
        for k in range(permutations):
            i = k % len(drawn)
            shuffled = baselines.permuted(
                drawn.economy(i), np.random.default_rng([drawn.uncertainty.seed, 3, k])
            )
            jobs.append(Job(shuffled, (drawn.scenario(i),), (k,)))
        # Weighed by the value added of the real table: what is predicted is the same number.
        yield Forecast(PERMUTED, group_growth(study.economy, simulate(jobs)))


def _held_against(
    forecasts: Sequence[Forecast], years: Sequence[int], source: str, observed: Sequence[Observed]
) -> Scored:
    """Every forecast's scores, and autarky beside its permuted twin."""
    places = [(years.index(one.year), list(GROUPS).index(one.industry)) for one in observed]
    each = {
        forecast.key: tuple(
            score(forecast.draws(*place), one.growth) for place, one in zip(places, observed, strict=True)
        )
        for forecast in forecasts
        if all(len(forecast.draws(*place)) for place in places)
    }
    means = {key: mean_score(scores) for key, scores in each.items()}
    there = {
        forecast.key: np.stack([forecast.sample[:, y, g] for y, g in places], axis=1)
        for forecast in forecasts
        if forecast.key in (AUTARKY, PERMUTED)
    }
    permuted = None
    if PERMUTED in there:
        growth = np.array([one.growth for one in observed])
        permuted = against_permuted(there[AUTARKY], there[PERMUTED], growth)
    return Scored(source, tuple(observed), means, each, permuted)


def against_permuted(own: Floats, permuted: Floats, observed: Floats) -> AgainstPermuted:
    """What the real table gains over permuted ones, and how many of them come as near.

    Parameters
    ----------
    own : array, shape (draws, observations)
    permuted : array, shape (permutations, observations)
        Permutation k was run with draw k modulo the number of draws.
    observed : array, shape (observations,)
    """
    each = [_crps(permuted[:, k], y) - _crps(own[:, k], y) for k, y in enumerate(observed.tolist())]
    paired = own[np.arange(len(permuted)) % len(own)]
    away, twins = (np.abs(sample - observed).mean(axis=1) for sample in (paired, permuted))
    both = np.isfinite(away) & np.isfinite(twins)
    as_near, pairs = int((twins <= away)[both].sum()), int(both.sum())
    return AgainstPermuted(
        gain=float(np.mean(each)),
        nearer=1.0 - as_near / pairs,
        chance=(1.0 + as_near) / (1.0 + pairs),
    )


def _crps(sample: Floats, observed: float) -> float:
    """Of the draws that have a growth rate."""
    return crps(sample[np.isfinite(sample)], observed)


def _attribution(
    drawn: Draws, study: Hindcast, forecast: Forecast, output: Floats, names: Sequence[str]
) -> tuple[tuple[str, tuple[GroupShare, ...]], ...]:
    """Shares of the first predicted year's variance by group of parameters, all industries, then each."""
    groups = _columns(drawn, study, names)
    year = study.years[0]
    found = [
        (
            f"predicted {year} growth of the headline industries together",
            _shares(headline_growth(study.economy, output)[:, 0], groups),
        )
    ]
    for g, group in enumerate(GROUPS):
        if group not in WEATHER:
            found.append((f"{year} growth of {IN_WORDS[group]}", _shares(forecast.sample[:, 0, g], groups)))
    return tuple(found)


_TABLES = "tables"


def _shares(y: Floats, groups: Mapping[str, Sequence[Column]]) -> tuple[GroupShare, ...]:
    """First-order shares; what tables differ in beyond donor and φ is left to observed figures."""
    usable = np.isfinite(y)
    kept = {name: [np.asarray(column)[usable] for column in columns] for name, columns in groups.items()}
    shares = list(attribute(y[usable], kept))
    for k, one in enumerate(shares):
        if one.group != _TABLES:
            continue
        if np.isfinite(one.share):
            told = [s for s in shares if s.group in (_DONOR, _PHI)]
            whole, name = one.share, _FIGURES
        else:
            # Nearly every draw has a table of its own: what else explains is known, the rest is not split.
            told = [s for s in shares if s is not one]
            whole, name = 1.0, _REST
        rest = whole - sum(s.share for s in told)
        error = float(np.linalg.norm([s.error for s in told] + [one.error] * (name == _FIGURES)))
        shares[k] = GroupShare(name, rest, error)
    return tuple(shares)


_DONOR, _PHI, _FIGURES = "the donor table", "the conversion rate φ", "observed figures behind the table"
_REST = "observed figures behind the table, with what groups do jointly"


def _columns(drawn: Draws, study: Hindcast, names: Sequence[str]) -> dict[str, list[Column]]:
    """Group → columns of the draws, in the order in which shares are told."""
    columns: dict[str, list[Column]] = {_DONOR: [], _PHI: [], _CRITICALITY: [], _TABLES: []}
    for first, parameter in drawn.uncertainty.drawn():
        for k in range(len(parameter.columns)):
            values = drawn.values[:, first + k]
            if parameter.tables:
                options = getattr(parameter.distribution, "of", ())
                chosen = [str(options[int(value)].value) for value in values]
                columns[_TABLES].append(chosen)
                labels = [study.table_labels.get(name, {}) for name in chosen]
                if all("donor" in label for label in labels):
                    columns[_DONOR].append([str(label["donor"]) for label in labels])
                if all("phi" in label for label in labels):
                    columns[_PHI].append(np.array([float(label["phi"]) for label in labels]))
            else:
                columns.setdefault(_group(parameter, parameter.name in names), []).append(values)
    # What does not vary explains nothing.
    return {
        name: [column for column in found if len(np.unique(np.asarray(column))) > 1]
        for name, found in columns.items()
    }


_CRITICALITY = "criticality and substitution"
_WORDS: tuple[tuple[str, str], ...] = (
    (_CRITICALITY, "importance criticality production substitution imports. negligible"),
    ("stocks", "inventory stocks restocking"),
    ("harvests", "weather fertiliser crops"),
    ("trade figures and unrecorded trade", "pass_through shares share_kept ceiling import_spare"),
)


def _group(parameter: Parameter, is_calibrated: bool) -> str:
    """What a parameter counts as in the attribution, by the places that it drives."""
    if parameter.coefficients or parameter.origins:
        return "technical coefficients"
    places = " ".join(parameter.sets or parameter.scales or parameter.shifts or ())
    if is_calibrated and "pass_through" in places:
        return "export-loss pass-through"
    for name, words in _WORDS:
        if any(word in places for word in words.split()):
            return name
    return "everything else"


def _other_answer(study: Hindcast, evidence: Evidence) -> Claim | None:
    """Another model's answer to a full cut; None if there is none, or no trade to cut."""
    abroad = any(user.kind is FinalUseKind.EXPORTS for user in study.economy.final_users)
    claims = [c for c in evidence.claims if c.figure.startswith("outcome /") and CUT_OFF in c.figure]
    return claims[0] if claims and abroad and study.economy.gates else None


def _cut_off(
    study: Hindcast, calibration: _Calibration, other: Claim, evidence: Evidence, simulate: _Simulator
) -> CutOff:
    """Manufacturing in the second year of a full cut, beside another model's figure."""
    economy = study.economy
    partners = tuple(sorted({gate.partner for gate in economy.gates}))
    abroad = tuple(sorted({u.region for u in economy.final_users if u.kind is FinalUseKind.EXPORTS}))
    start = study.scenario.start
    cuts = (
        TradeCut.model_validate({"from": start, "origin": partners, "share_kept": 0.0}),
        TradeCut.model_validate(
            {"from": start, "origin": economy.industries.regions, "destination": abroad, "share_kept": 0.0}
        ),
    )

    def stopped(scenario: Scenario) -> Scenario:
        return scenario.model_copy(update={"shocks": cuts, "days": CUT_OFF_DAYS})

    chosen = calibration.chosen[:CUT_OFF_DRAWS].tolist()
    output = simulate(by_table(calibration.draws, chosen, stopped))
    growth = group_growth(economy, output)[:, :2, list(GROUPS).index(MANUFACTURING)]
    loss = 100.0 * ((1.0 + growth[:, 0] / 100.0) * (1.0 + np.nan_to_num(growth[:, 1]) / 100.0) - 1.0)
    return CutOff(
        tuple(np.nanquantile(loss, QUANTILES).tolist()),
        start.year + 1,
        other.value,
        evidence.cite(other),
    )


def _falls(evidence: Evidence, years: Sequence[int]) -> dict[int, float]:
    """``ΔM = 1 − M_t / M_{t−1}``: what imports fell by on the year before, by year."""
    wanted = sorted({year - 1 for year in years} | set(years))
    found: dict[int, float] = {}
    problems = []
    for year in wanted:
        claims = evidence.on(IMPORTS, str(year))
        if not claims:
            problems.append(
                Problem(IMPORTS, f"no claim of {year}", "give imports of the base year and each year after")
            )
            continue
        found[year] = resolve(claims)[0].value
    if problems:
        raise EvidenceError(problems)
    return {year: 1.0 - found[year] / found[year - 1] for year in years}


def calibrated_by_default(scenario: Scenario, uncertainty: Uncertainty, economy: Economy) -> tuple[str, ...]:
    """Names of the parameters that set ``behaviour.importance``, or the ``pass_through`` of exports."""
    abroad = {u.region for u in economy.final_users if u.kind is FinalUseKind.EXPORTS}
    places = {"behaviour.importance"}
    for k, shock in enumerate(scenario.shocks):
        if isinstance(shock, TradeSeries) and shock.destination != "all":
            reached = {region for name in shock.destination for region in scenario.groups.get(name, (name,))}
            if reached <= abroad:
                places.add(f"shocks[{k}].pass_through")
    return tuple(p.name for p in uncertainty.parameters if p.sets and set(p.sets) <= places)


def _checked(
    past: Hindcast, future: Hindcast, calibrate: Sequence[str] | None, draws: int
) -> tuple[str, ...]:
    """Names of the calibrated parameters; refuses studies that a backtest cannot be made of."""
    found: list[Problem] = []
    for study in (past, future):
        require_sectors(study.economy)
        first, last = study.scenario.start, study.scenario.end
        if (first.month, first.day, last.month, last.day) != (1, 1, 12, 31):
            what = f"runs from {first} to {last}"
            found.append(Problem(f"{study.name}: scenario", what, "give whole calendar years"))
        if study.economy.year != first.year - 1:
            what = f"begins in {first.year} on a table of {study.economy.year}"
            found.append(Problem(f"{study.name}: economy", what, "begin in the year after the table's"))
    if past.scenario.end >= future.scenario.start:
        what = f"ends on {past.scenario.end}, not before {future.name} begins"
        found.append(Problem(f"{past.name}: scenario", what, "calibrate on earlier years only"))
    if draws < 20:
        found.append(Problem("draws", f"{draws} are too few to weigh", "give at least 20"))
    names = (
        calibrated_by_default(past.scenario, past.uncertainty, past.economy)
        if calibrate is None
        else tuple(calibrate)
    )
    if not 1 <= len(names) <= MOST_CALIBRATED:
        told = ", ".join(map(repr, names)) or "none"
        what = f"{len(names)} parameters would be calibrated ({told})"
        found.append(Problem("calibrate", what, f"name one or {MOST_CALIBRATED}"))
    for study in (past, future):
        known = {p.name: p for p in study.uncertainty.parameters}
        for name in names:
            if name not in known:
                what = f"no parameter is called {name!r}"
                found.append(Problem(f"{study.name}: uncertainty", what, did_you_mean(name, tuple(known))))
            elif known[name].sets is None or len(known[name].columns) != 1:
                what = f"{name!r} is not one number that sets places of the scenario"
                found.append(Problem(f"{study.name}: uncertainty", what, "calibrate another parameter"))
    if found:
        raise ScenarioError(found)
    return names


def _script_digest(
    past: Hindcast, future: Hindcast, names: Sequence[str], draws: int, permutations: int
) -> str:
    """SHA-256 over all that decides the predictions: studies, tables, version, settings."""
    said = {
        "version": version("autarky"),
        "studies": [
            {
                "name": study.name,
                "file": hashlib.sha256(study.study).hexdigest(),
                "table": study.economy.digest,
                "tables": {name: table.digest for name, table in sorted(study.tables.items())},
                "seed": study.uncertainty.seed,
            }
            for study in (past, future)
        ],
        "calibrated": list(names),
        "draws": [CALIBRATION * draws, draws],
        "permutations": permutations,
        "groups": {group: list(codes) for group, codes in GROUPS.items()},
        "discrepancy": [DISCREPANCY, DEGREES],
        "grades": dict(GRADE_SD),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
