"""The page of a backtest: method line first, scores beside baselines, what was learned, what is predicted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from autarky.explanation.wording import count, percent
from autarky.report.bars import Influence, influences
from autarky.report.document import as_json, document, framed, pairs, section
from autarky.report.forecasts import Held, forecasts, observed_legend
from autarky.report.intervals import intervals_legend
from autarky.report.markup import Content, Markup, element
from autarky.report.tables import folded, table
from autarky.verdict.attribution import METHOD, GroupShare
from autarky.verdict.backtest_result import (
    AUTARKY,
    CONDITIONAL,
    FORECASTS,
    PERMUTED,
    SCORE_HEADER,
    BacktestResult,
    Scored,
    between,
    contraction_words,
    figures_told,
    score_rows,
    signed,
)
from autarky.verdict.calibration import IDENTIFIED
from autarky.verdict.growth import GROUPS, HEADLINE, IN_WORDS


def render_backtest(result: BacktestResult, *, inputs: Mapping[str, Any] | None = None) -> str:
    """The report of a backtest as one HTML file: no script, no request, the same bytes for the same result.

    Parameters
    ----------
    result : BacktestResult
    inputs : mapping, optional
        As in a manifest: ``command`` (what reproduces it) and ``digests`` (name → SHA-256 of what went in).
    """
    span = f"{result.calibration_years[0]} to {result.calibration_years[-1]}"
    ahead = f"{result.years[0]} to {result.years[-1]}"
    subtitle = (
        f"calibrated on {span}, predicting {ahead} · {count(result.draws, 'draw')}, "
        f"{count(result.permutations, 'permutation')}, seed {result.seed}"
    )
    sections: list[Content] = [_answer(result)]
    sections += [_score(result, one, k) for k, one in enumerate(result.scored)]
    sections += [
        _predictions(result),
        _calibration(result),
        _attribution(result),
        _method(result, inputs or {}),
    ]
    return document("Backtest", f"Backtest: {result.future}", subtitle, *sections)


def _answer(result: BacktestResult) -> Markup:
    found = [("Of this range", result.method_sentence), ("What is tested", CONDITIONAL)]
    if result.scored:
        found.append(("How it did", _did(result.scored[0])))
    found.append(("What calibration taught", _taught(result)))
    if result.cut_off is not None:
        found.append(("A comparison", result.cut_off.sentence))
    lines = [element("li", element("strong", lead), " ", sentence) for lead, sentence in found]
    return section("answer", "Answer", element("ol", lines, class_="answer"))


def _did(one: Scored) -> str:
    """Autarky beside the best of the baselines, coverage beside width."""
    own = one.means[AUTARKY]
    others = {key: score for key, score in one.means.items() if key in _BASELINES}
    best = min(others, key=lambda key: others[key].crps)
    better = "better than" if own.crps < others[best].crps else "no better than"
    return (
        f"CRPS {signed(own.crps, 2)} points over {figures_told(one.observed)}: {better} the best baseline, "
        f"{FORECASTS[best]} ({signed(others[best].crps, 2)}). Mean error {signed(own.error)} points; "
        f"{percent(own.covered_90)} of figures fall inside the 90 % ranges, which are "
        f"{signed(own.width_90)} points wide on average."
    )


_BASELINES = tuple(key for key in FORECASTS if not key.startswith(AUTARKY))


def _taught(result: BacktestResult) -> str:
    told = "; ".join(
        f"{one.parameter}: contraction {contraction_words(one)}"
        for one in result.contractions
        if one.is_calibrated
    )
    return f"{result.learned_sentence()} {told}."


def _score(result: BacktestResult, one: Scored, position: int) -> Markup:
    ident = f"scores-{position}"
    named = figures_told(one.observed)
    best = min(one.means, key=lambda key: one.means[key].crps)
    finding = f"Lowest, and so best: {FORECASTS[best]}. {one.permuted_sentence}"
    bars = influences(
        ident,
        "Continuous ranked probability score of each forecast, points",
        finding,
        [Influence(FORECASTS[key], score.crps, None) for key, score in one.means.items()],
        signed,
    )
    rows = [
        Held(
            f"{IN_WORDS[figure.industry]}, {figure.year}",
            _quantiles(result, figure.year, figure.industry),
            figure.growth,
            f"observed {signed(figure.growth)} %",
        )
        for figure in one.observed
    ]
    inside = sum(score.covered_90 for score in one.each[AUTARKY])
    width = one.means[AUTARKY].width_90
    held = forecasts(
        f"{ident}-held",
        "What autarky said and what was observed, growth in %",
        f"{inside:.0f} of {len(rows)} figures lie inside the 5 to 95 % range, {signed(width)} points wide "
        "on average.",
        rows,
        signed,
    )
    details = [
        (
            f"{IN_WORDS[group]}, {year}",
            signed(observed),
            *cells,
            figure.source,
        )
        for (year, group, observed, *cells), figure in zip(result.held(one), one.observed, strict=True)
    ]
    content: list[Content] = [
        element("p", element("strong", one.permuted_sentence)),
        framed(bars, "Scores of forecasts"),
        table(f"Scores over {named}, percentage points of growth", SCORE_HEADER, score_rows(one)),
        element(
            "p",
            "CRPS: continuous ranked probability score, 0 is perfect; autarky's skill is 1 less its CRPS "
            "over that of the row. Coverage says nothing without the width of the interval beside it.",
        ),
        intervals_legend(),
        observed_legend(),
        framed(held, "Forecast and observation"),
        folded(
            "The same as a table, with sources",
            table(
                "Growth observed and predicted, %",
                ("industry", "observed", "median", "5 to 95 %", "within", "width", "source"),
                details,
            ),
        ),
    ]
    if position == 0 and result.shown:
        shown = [(f"{IN_WORDS[o.industry]}, {o.year}", signed(o.growth), o.source) for o in result.shown]
        content.append(
            folded(
                "Weather: shown, not scored",
                table("Growth observed, %", ("industry", "growth", "source"), shown),
            )
        )
    return section(ident, f"Scores against {one.against}", content)


def _quantiles(result: BacktestResult, year: int, group: str, key: str = AUTARKY) -> tuple[float, ...]:
    found = result.forecast(key).quantiles(result.years.index(year), list(GROUPS).index(group))
    return found or (0.0,) * 5


def _predictions(result: BacktestResult) -> Markup:
    unscored = result.unscored_years()
    years = unscored or result.years
    rows = [
        Held(f"{IN_WORDS[group]}, {year}", _quantiles(result, year, group), None)
        for group in HEADLINE
        for year in years
    ]
    widest = max(rows, key=lambda row: row.quantiles[4] - row.quantiles[0])
    span = ", ".join(map(str, years))
    told = (
        f"Nothing observed in {span} was used or known here: these figures are published before they can be "
        "scored, and whoever holds observations scores them with --observed FILE."
        if unscored
        else "Every predicted year has been scored above."
    )
    drawn = forecasts(
        "predictions",
        f"Growth predicted for {span}, %",
        f"Widest: {widest.name}, {between(widest.quantiles[0], widest.quantiles[4])} %.",
        rows,
        signed,
    )
    header = ("industry", *map(str, result.years))
    tables = [
        table(f"{forecast.name}: growth, %, median (5 to 95 %)", header, result.prediction_rows(forecast.key))
        for forecast in result.forecasts
    ]
    return section(
        "predictions",
        "Predictions" + (", unscored" if unscored else ""),
        element("p", told),
        intervals_legend(),
        framed(drawn, "Predicted growth"),
        tables[0],
        folded("Every other forecast", *tables[1:]),
    )


def _calibration(result: BacktestResult) -> Markup:
    rows = [
        (
            one.parameter,
            "posterior" if one.is_calibrated else "prior",
            f"{signed(one.prior_mean, 2)} ± {signed(one.prior_sd, 2)}",
            f"{signed(one.posterior_mean, 2)} ± {signed(one.posterior_sd, 2)}",
            contraction_words(one),
        )
        for one in result.contractions
    ]
    calibrated = [row for row, one in zip(rows, result.contractions, strict=True) if one.is_calibrated]
    others = [row for row, one in zip(rows, result.contractions, strict=True) if not one.is_calibrated]
    header = ("parameter", "predictions take", "prior", "posterior", "contraction")
    fitted = [
        Held(
            f"{IN_WORDS[one.observed.industry]}, {one.observed.year}",
            one.posterior,
            one.observed.growth,
            f"observed {signed(one.observed.growth)} %",
        )
        for one in result.fitted
    ]
    inside = sum(one.posterior[0] <= one.observed.growth <= one.posterior[4] for one in result.fitted)
    drawn = forecasts(
        "fitted",
        "Growth in the calibration years after calibration, %",
        f"{inside} of {len(fitted)} figures lie inside the 5 to 95 % range.",
        fitted,
        signed,
    )
    twin = [
        (
            f"{IN_WORDS[one.observed.industry]}, {one.observed.year}",
            signed(one.observed.growth),
            f"{signed(one.prior[2])} ({between(one.prior[0], one.prior[4])})",
            f"{signed(one.posterior[2])} ({between(one.posterior[0], one.posterior[4])})",
            one.observed.source,
        )
        for one in result.fitted
    ]
    content: list[Content] = [
        element("p", result.learned_sentence()),
        element(
            "p",
            "Contraction is 1 less the posterior's standard deviation over the prior's; under "
            f"{percent(IDENTIFIED)} a parameter is not identified by these figures.",
        ),
        table("Calibrated parameters, mean ± standard deviation", header, calibrated),
    ]
    if others:
        content.append(
            folded(
                "All others stay as their priors have them",
                table("What the same weights would say of them", header, others),
            )
        )
    content += [
        intervals_legend(),
        observed_legend(),
        framed(drawn, "Fit in the calibration years"),
        folded(
            "The same as a table, with sources",
            table(
                "Growth in the calibration years, %, median (5 to 95 %)",
                ("industry", "observed", "prior", "posterior", "source"),
                twin,
            ),
        ),
    ]
    return section("calibration", "What calibration taught", content)


def _attribution(result: BacktestResult) -> Markup:
    what, shares = result.attribution[0]
    told = [one for one in shares if math.isfinite(one.share)]
    content: list[Content] = [element("p", f"{METHOD[0].upper()}{METHOD[1:]}.")]
    if told:
        most = max(told, key=lambda one: one.share)
        drawn = influences(
            "shares",
            f"Shares of the variance of {what}",
            f"Most goes back to {most.group}: {percent(most.share)}.",
            [Influence(o.group, o.share, (o.share - o.error, o.share + o.error)) for o in told],
            percent,
        )
        content.append(framed(drawn, "Shares of the range by group of parameters"))
    groups = [one.group for one in shares]
    rows = [
        (name, *(_words(found.get(group)) for group in groups))
        for name, each in result.attribution
        for found in [{one.group: one for one in each}]
    ]
    content.append(
        folded(
            "The same as a table, and for each industry",
            table("First-order shares, % ± standard error", ("variance of", *groups), rows),
        )
    )
    return section("shares-of-range", "What the range is made of", content)


def _words(one: GroupShare | None) -> str:
    if one is None or not math.isfinite(one.share):
        return "–"
    return f"{100 * one.share:.0f} ± {100 * one.error:.0f}".replace("-", "−")


def _method(result: BacktestResult, inputs: Mapping[str, Any]) -> Markup:
    falls = {str(year): f"{signed(-100 * fall)} %" for year, fall in result.falls.items()}
    digests = {
        "script": result.script_digest,
        "predictions": result.predictions_digest,
        **{str(name): str(digest) for name, digest in dict(inputs.get("digests", {})).items()},
    }
    content: list[Content] = [
        element(
            "p",
            "Studies, tables, version and settings are hashed before anything runs, and all predictions "
            "before any figure of a predicted year is read.",
        ),
        pairs("SHA-256", digests),
        element("p", result.failed_sentence) if result.failed else None,
        element("ul", [element("li", sentence) for sentence in result.assumptions]),
        pairs(
            f"Change of imports on the year before; the exposure rule has ε = {signed(result.elasticity, 2)}",
            falls,
        ),
    ]
    if PERMUTED in {forecast.key for forecast in result.forecasts}:
        content.append(
            element(
                "p",
                "Permuted: columns of imported input coefficients are dealt out at random among industries; "
                "each gate imports as much as before, value added takes up the difference. Parameters stay "
                "as calibrated with the real table.",
            )
        )
    if "command" in inputs:
        content.append(element("pre", str(inputs["command"]), tabindex="0"))
    content.append(folded("All numbers", as_json(result.to_dict())))
    return section("method", "How it was computed", content)
