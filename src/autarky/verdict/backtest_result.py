"""Backtest result: forecasts with their digests, scores beside baselines, and what was learned."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.verdict.attribution import METHOD, GroupShare
from autarky.verdict.calibration import IDENTIFIED, Contraction
from autarky.verdict.growth import GROUPS, HEADLINE, IN_WORDS, WEATHER, Observed
from autarky.verdict.scores import Score, skill

Floats = npt.NDArray[np.float64]

CHANCE = 0.1
"""A table adds something only if fewer permutations than this share do as well."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
AUTARKY, WITH_ERROR, PERMUTED = "autarky", "autarky_with_error", "permuted"
FORECASTS: Mapping[str, str] = {
    AUTARKY: "autarky",
    WITH_ERROR: "autarky with its error of the calibration years",
    "no_change": "no change",
    "past_spread": "spread of past growth",
    "exposure": "exposure × fall of imports",
    "leontief": "pure Leontief without stocks",
    "boario": "preset boario",
    PERMUTED: "autarky with exposures permuted",
}
"""What forecasts are called, in the order of tables."""
CONDITIONAL = (
    "This is a hindcast conditional on observed imports: what came over the border in each month is given to "
    "the model; only what that did to output is predicted."
)


@dataclass(frozen=True, eq=False)
class Forecast:
    """A forecast in equally likely draws."""

    key: str
    """A key of ``FORECASTS``."""
    sample: Floats
    """Growth, (draws, years, groups), %; NaN ends the draws of a group that has fewer."""

    @property
    def name(self) -> str:
        """What it is called."""
        return FORECASTS[self.key]

    def draws(self, year: int, group: int) -> Floats:
        """The draws of a year and group by their positions, without NaN."""
        column = self.sample[:, year, group]
        return column[np.isfinite(column)]

    def quantiles(self, year: int, group: int) -> tuple[float, ...] | None:
        """``QUANTILES`` of its draws; None without any."""
        drawn = self.draws(year, group)
        return tuple(np.quantile(drawn, QUANTILES).tolist()) if len(drawn) else None


@dataclass(frozen=True)
class Fitted:
    """A growth figure of the calibration years beside what the model said before and after it was weighed."""

    observed: Observed
    prior: tuple[float, ...]
    """``QUANTILES`` of all draws."""
    posterior: tuple[float, ...]
    """The same after resampling by weight."""


@dataclass(frozen=True)
class AgainstPermuted:
    """Autarky beside itself with import exposures dealt out at random, each permutation with its own draw."""

    gain: float
    """CRPS of the permuted less autarky's own, points: above 0, the real table does better."""
    nearer: float
    """Share of pairs of equal draws in which the real table came nearer (mean absolute error)."""
    chance: float
    """``(1 + permutations as near or nearer) / (1 + permutations)``: the p-value of a permutation test."""

    @property
    def finding(self) -> str:
        """Whether the table adds anything."""
        if self.gain <= 0:
            return "The table adds nothing here"
        if self.chance > CHANCE:
            return "The table beats exposures dealt out at random here, but not beyond chance"
        return "The table adds something here"


@dataclass(frozen=True)
class Scored:
    """Every forecast held against a set of observations."""

    against: str
    """Whose figures: ``claims``, or a file's name."""
    observed: tuple[Observed, ...]
    """Those that count."""
    means: Mapping[str, Score]
    """Forecast → mean over all of them."""
    each: Mapping[str, tuple[Score, ...]]
    """Forecast → one score for each of ``observed``."""
    permuted: AgainstPermuted | None
    """None without permutations."""

    @property
    def permuted_sentence(self) -> str:
        """What the comparison with permuted exposures says of the table."""
        if self.permuted is None:
            return "No permutations were run: whether the table adds anything is not known."
        own, other = self.means[AUTARKY].crps, self.means[PERMUTED].crps
        numbers = (
            f"CRPS {signed(own, 2)} against {signed(other, 2)} points with import exposures permuted "
            f"across industries ({figures_told(self.observed)}); the real table came nearer in "
            f"{100 * self.permuted.nearer:.0f} % of pairs of equal draws"
        )
        return f"{self.permuted.finding}: {numbers}."


@dataclass(frozen=True)
class CutOff:
    """All trade stops: what manufacturing loses in the model, beside another model's answer."""

    loss: tuple[float, ...]
    """Change of manufacturing's value added against the base year, %, ``QUANTILES`` of draws."""
    year: int
    """Calendar year of the change: the second of the cut."""
    other: float
    """The other model's, %."""
    other_source: str

    @property
    def sentence(self) -> str:
        """The comparison; nothing was fitted to it."""
        low, _, middle, _, high = self.loss
        other = f"another model has {signed(self.other)} % ({self.other_source.rstrip('.')})"
        return (
            f"If all trade stopped, manufacturing would change by {signed(middle)} % in the second year "
            f"({between(low, high)}); {other}: a comparison, never a target."
        )


@dataclass(frozen=True, eq=False)
class BacktestResult:
    """A backtest: what was predicted, from what, and how it did."""

    past: str
    """Name of the calibration study."""
    future: str
    """Name of the predicted study."""
    version: str
    script_digest: str
    """SHA-256 of studies, tables, version and settings, taken before anything ran."""
    predictions_digest: str
    """SHA-256 of ``predictions_csv``, taken before anything was scored."""
    draws: int
    """Of the predicted study."""
    calibration_draws: int
    permutations: int
    seed: int
    calibration_years: tuple[int, ...]
    years: tuple[int, ...]
    forecasts: tuple[Forecast, ...]
    effective_draws: float
    """Effective sample size of the weights."""
    contractions: tuple[Contraction, ...]
    fitted: tuple[Fitted, ...]
    falls: Mapping[int, float]
    """Year → what imports fell by on the year before, share; negative where they rose."""
    elasticity: float
    """ε of the exposure rule."""
    scored: tuple[Scored, ...]
    shown: tuple[Observed, ...]
    """Observations of industries that weather moves: shown, not scored."""
    attribution: tuple[tuple[str, tuple[GroupShare, ...]], ...]
    """What is explained → shares by group; all headline industries together in the first year come first."""
    cut_off: CutOff | None
    runs: int
    """Scenarios simulated in all."""
    failed: tuple[str, ...]
    """Why a run failed, for each that did; it is left out of every number."""
    assumptions: tuple[str, ...]

    @property
    def method_sentence(self) -> str:
        """Of the range so much is donor, φ, criticality, observed figures; permuted tables do this well."""
        what, shares = self.attribution[0]
        told = [one for one in shares if math.isfinite(one.share)]
        parts = ", ".join(f"{_share(one)} {one.group}" for one in told)
        # Where nearly every draw has a table of its own, the last group is what remains.
        rest = 100.0 * (1.0 - sum(max(one.share, 0.0) for one in told))
        left = f"; the remaining {rest:.0f} % is joint, or noise of these estimates"
        if rest < 0.5:
            left = ""
        of = (
            f"Of the variance of {what}, {parts}{left}" if told else f"The range of {what} could not be split"
        )
        return f"{of}. {self.scored[0].permuted_sentence if self.scored else ''}".strip()

    @property
    def failed_sentence(self) -> str:
        """How many runs failed, and why the first did; empty if none."""
        if not self.failed:
            return ""
        return f"{len(self.failed)} of {self.runs} runs failed and are left out; the first: {self.failed[0]}."

    @property
    def is_narrow(self) -> bool:
        """Whether fewer than twenty draws carry the calibration."""
        return self.effective_draws < 20

    def rows(self) -> Iterator[tuple[Forecast, int, str, tuple[float, ...]]]:
        """(forecast, year, group, quantiles) of all that is predicted."""
        for forecast in self.forecasts:
            for y, year in enumerate(self.years):
                for g, group in enumerate(GROUPS):
                    if (quantiles := forecast.quantiles(y, g)) is not None:
                        yield forecast, year, group, quantiles

    def forecast(self, key: str) -> Forecast:
        """The forecast of that key."""
        return next(forecast for forecast in self.forecasts if forecast.key == key)

    def to_dict(self) -> dict[str, Any]:
        """Everything that is printed, JSON-ready; numbers to six decimals."""
        found = {
            "past": self.past,
            "future": self.future,
            "version": self.version,
            "conditional": CONDITIONAL,
            "method": self.method_sentence,
            "script_digest": self.script_digest,
            "predictions_digest": self.predictions_digest,
            "draws": self.draws,
            "calibration_draws": self.calibration_draws,
            "permutations": self.permutations,
            "seed": self.seed,
            "calibration": {
                "years": list(self.calibration_years),
                "effective_draws": self.effective_draws,
                "parameters": [
                    {**asdict(one), "is_identified": one.is_identified} for one in self.contractions
                ],
                "fitted": [asdict(one) for one in self.fitted],
            },
            "quantiles": list(QUANTILES),
            "predictions": [
                {"forecast": forecast.key, "year": year, "industry": group, "growth_pct": list(quantiles)}
                for forecast, year, group, quantiles in self.rows()
            ],
            "scores": [
                {
                    "against": one.against,
                    "observed": [asdict(figure) for figure in one.observed],
                    "means": {key: asdict(score) for key, score in one.means.items()},
                    "skill_of_autarky_against": {
                        key: skill(one.means[AUTARKY], score)
                        for key, score in one.means.items()
                        if key != AUTARKY
                    },
                    "each": {key: [asdict(score) for score in scores] for key, scores in one.each.items()},
                    "permuted": None
                    if one.permuted is None
                    else {**asdict(one.permuted), "finding": one.permuted.finding},
                }
                for one in self.scored
            ],
            "shown_not_scored": [asdict(one) for one in self.shown],
            "attribution": {
                "method": METHOD,
                "of": [
                    {"what": what, "shares": [asdict(one) for one in shares]}
                    for what, shares in self.attribution
                ],
            },
            "imports_fell_by": {str(year): fall for year, fall in self.falls.items()},
            "elasticity_of_exposure_rule": self.elasticity,
            "cut_off": None if self.cut_off is None else asdict(self.cut_off),
            "runs": self.runs,
            "failed": list(self.failed),
            "assumptions": list(self.assumptions),
        }
        tidy: dict[str, Any] = _tidy(found)
        return tidy

    def text(self) -> str:
        """The whole answer as plain text: method first, then scores, predictions, what was learned."""
        blocks = [
            self.method_sentence,
            CONDITIONAL,
            f"script      sha256 {self.script_digest}\npredictions sha256 {self.predictions_digest} "
            "(taken before scoring)",
            self._learned(),
            *(self._scores(one) for one in self.scored),
            self._predictions(),
            self.cut_off.sentence if self.cut_off else "",
            self.failed_sentence,
            "Taken as given: " + "; ".join(self.assumptions) + ".",
        ]
        return "\n\n".join(block for block in blocks if block) + "\n"

    def learned_sentence(self) -> str:
        """How many draws carry the calibration, and what that means."""
        span = f"{self.calibration_years[0]}–{str(self.calibration_years[-1])[2:]}"
        said = (
            f"Calibrated on {span} only ({len(self.fitted)} growth figures): {self.calibration_draws} draws "
            f"weigh as much as {self.effective_draws:.0f} equally likely ones."
        )
        return said + (
            " So few that ranges after calibration are themselves rough." if self.is_narrow else ""
        )

    def _learned(self) -> str:
        rows = [
            (
                one.parameter,
                f"{signed(one.prior_mean, 2)} ± {signed(one.prior_sd, 2)}",
                f"{signed(one.posterior_mean, 2)} ± {signed(one.posterior_sd, 2)}",
                contraction_words(one),
            )
            for one in self.contractions
            if one.is_calibrated
        ]
        header = ("calibrated parameter", "prior", "posterior", "contraction")
        rest = "Every other parameter stays as its prior has it."
        return f"{self.learned_sentence()} {rest}\n{_aligned(header, rows)}"

    def _scores(self, one: Scored) -> str:
        counted = f"Scores against {one.against}, {figures_told(one.observed)}, percentage points"
        parts = [f"{counted}\n{_aligned(SCORE_HEADER, score_rows(one))}", one.permuted_sentence]
        rows = [
            (str(year), IN_WORDS[group], signed(observed), *cells)
            for year, group, observed, *cells in self.held(one)
        ]
        header = ("year", "industry", "observed", "autarky, median", "5 to 95 %", "within", "width")
        parts.append(_aligned(header, rows))
        if one is self.scored[0] and self.shown:
            told = ", ".join(f"{IN_WORDS[o.industry]} {o.year} {signed(o.growth)} %" for o in self.shown)
            parts.append(f"Weather, shown and not scored: {told}.")
        return "\n\n".join(parts)

    def held(self, one: Scored) -> Iterator[tuple[int, str, float, str, str, str, str]]:
        """Each observation that counts: year, group, observed, median, interval, whether inside, width."""
        for figure, score in zip(one.observed, one.each[AUTARKY], strict=True):
            quantiles = self.forecast(AUTARKY).quantiles(
                self.years.index(figure.year), list(GROUPS).index(figure.industry)
            )
            assert quantiles is not None
            yield (
                figure.year,
                figure.industry,
                figure.growth,
                signed(quantiles[2]),
                between(quantiles[0], quantiles[4]),
                "yes" if score.covered_90 else "no",
                signed(score.width_90),
            )

    def unscored_years(self) -> tuple[int, ...]:
        """Predicted years for which no figure was given."""
        known = {figure.year for one in self.scored for figure in one.observed}
        return tuple(year for year in self.years if year not in known)

    def _predictions(self) -> str:
        header = ("industry", *map(str, self.years))
        unscored = ", ".join(map(str, self.unscored_years()))
        note = f"; {unscored} unscored: --observed FILE scores them" if unscored else ""
        return f"Growth predicted, % on the year before, median (5 to 95 %){note}\n" + _aligned(
            header, self.prediction_rows(AUTARKY)
        )

    def prediction_rows(self, key: str) -> list[tuple[str, ...]]:
        """A row for each group: its name, and median and interval in each year."""
        forecast, groups, rows = self.forecast(key), list(GROUPS), []
        for group in [*HEADLINE, *WEATHER]:
            cells = []
            for y in range(len(self.years)):
                found = forecast.quantiles(y, groups.index(group))
                cells.append("–" if found is None else f"{signed(found[2])} ({between(found[0], found[4])})")
            rows.append((IN_WORDS[group] + (" (weather)" if group in WEATHER else ""), *cells))
        return rows


SCORE_HEADER = (
    "forecast",
    "CRPS",
    "autarky's skill",
    "mean error",
    "abs. error of median",
    "inside 50 %",
    "width",
    "inside 90 %",
    "width",
)
"""Columns of a table of scores: coverage always beside the width of its interval."""


def score_rows(one: Scored) -> list[tuple[str, ...]]:
    """A row for each forecast, under ``SCORE_HEADER``."""
    own = one.means[AUTARKY]
    rows: list[tuple[str, ...]] = []
    for key, score in one.means.items():
        against = skill(own, score)
        rows.append(
            (
                FORECASTS[key],
                signed(score.crps, 2),
                ""
                if key == AUTARKY
                else signed(100.0 * against, 0) + " %"
                if math.isfinite(against)
                else "–",
                signed(score.error),
                signed(score.absolute_error),
                f"{100 * score.covered_50:.0f} %",
                signed(score.width_50),
                f"{100 * score.covered_90:.0f} %",
                signed(score.width_90),
            )
        )
    return rows


def predictions_csv(forecasts: Sequence[Forecast], years: Sequence[int]) -> str:
    """Every draw of every forecast as CSV, six decimals, in a fixed order: what the digest is taken of."""
    lines = ["forecast,year,industry,draw,growth_pct"]
    for forecast in forecasts:
        for y, year in enumerate(years):
            for g, group in enumerate(GROUPS):
                lines += [
                    f"{forecast.key},{year},{group},{k},{value + 0.0:.6f}"
                    for k, value in enumerate(forecast.draws(y, g).tolist())
                ]
    return "\n".join(lines) + "\n"


def contraction_words(one: Contraction) -> str:
    """``35 % ± 6``, or that it is not identified."""
    if not math.isfinite(one.contraction):
        return "does not vary"
    told = f"{100 * one.contraction:.0f} % ± {100 * one.error:.0f}".replace("-", "−")
    return told if one.is_identified else f"{told}: not identified (under {100 * IDENTIFIED:.0f} %)"


def figures_told(observed: Sequence[Observed]) -> str:
    """How many figures: ``5 figures of 2020``."""
    years = sorted({one.year for one in observed})
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"
    return f"{len(observed)} figure{'s' if len(observed) != 1 else ''} of {span}"


def _share(one: GroupShare) -> str:
    return f"{max(100 * one.share, 0.0):.0f} ± {100 * one.error:.0f} % is"


def signed(value: float, decimals: int = 1) -> str:
    """A number with so many decimals and a real minus, never ``−0.0``."""
    written = f"{value:.{decimals}f}"
    return written.replace("-", "−") if float(written) else written.replace("-", "")


def between(low: float, high: float) -> str:
    """``−3.1 to 4.0``."""
    return f"{signed(low)} to {signed(high)}"


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, *rows):
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _tidy(value: Any) -> Any:
    """Numbers to six decimals; what is not finite is None, which JSON can write."""
    if isinstance(value, float):
        return round(value, 6) + 0.0 if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _tidy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_tidy(item) for item in value]
    return value
