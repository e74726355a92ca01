"""Rank regression: how much and which way a measure's rank moves with each parameter's, for any design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autarky.sensitivity.resampling import CONFIDENCE, bootstrap
from autarky.sensitivity.sample import Floats, Integers, Sample, is_constant, number, settled

RESAMPLES = 200


@dataclass(frozen=True)
class RankCoefficient:
    """Standardised rank regression coefficient. It is no Sobol index; None where the measure stands still."""

    parameter: str
    coefficient: float | None
    """−1 to 1, roughly: by how many standard deviations the measure's rank moves with one of the
    parameter's. Of a choice among three or more: without a sign."""
    low: float | None
    high: float | None


@dataclass(frozen=True)
class RankRegression:
    """The coefficients of one measure, strongest first."""

    measure: str
    draws: int
    explained: float | None
    """Share of the variance of ranks that the regression explains (R²). Where it is low, the coefficients
    miss what matters: effects that turn round, or that parameters have only together."""
    coefficients: tuple[RankCoefficient, ...]


def ranks(values: Floats) -> Floats:
    """Ranks of a column from 1 on; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((counts.cumsum() - (counts - 1) / 2)[place], dtype=np.float64)


def rank_regression(
    values: Floats,
    outputs: Floats,
    options: Sequence[int] | None = None,
    points: Integers | None = None,
    *,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> tuple[tuple[Floats, Floats, Floats], Floats]:
    """Standardised rank regression coefficients ``β = R_xx⁻¹ R_xy``, R the correlations of ranks.

    A choice among K ≥ 3 options has no order: it enters as K − 1 indicators g, and its coefficient is the
    standard deviation of their joint part, ``√(β_gᵀ R_gg β_g)``. Where parameters are independent, squared
    coefficients add up to R².

    Parameters
    ----------
    values : array, shape (n, D)
        Of a choice: position of the option.
    outputs : array, shape (n, measures)
        Finite. What differs by less than 10⁻⁹ of the largest (or of 1) has equal ranks.
    options : sequence of int, one by parameter, optional
        Number of options of a choice; 0: a number.
    points : integer array, shape (n,), optional
        Draws with the same number are resampled together; every draw by itself if left out.
    resamples, seed : int
        Of the bootstrap over points, which keeps the ranks of the whole sample.
    confidence : float

    Returns
    -------
    (estimate, low, high) : arrays, shape (D, measures)
        NaN for a measure that stands still.
    explained : array, shape (measures,)
        R².

    References
    ----------
    Iman & Conover (1979), The use of the rank transform in regression, Technometrics 21(4);
    Saltelli & Marivoet (1990), Non-parametric statistics in sensitivity analysis for model output,
    Reliability Engineering & System Safety 28(2).
    """
    parameters = values.shape[1]
    columns: list[Floats] = []
    groups: list[list[int]] = []
    for j, count in enumerate(options or [0] * parameters):
        if count >= 3:
            own = [(values[:, j] == option).astype(np.float64) for option in range(1, count)]
        else:
            own = [_centred_ranks(values[:, j])]
        groups.append(list(range(len(columns), len(columns) + len(own))))
        columns += own
    still = is_constant(outputs)
    # Whole and half numbers, so that sums are exact in whatever order threads make them.
    X = np.column_stack([*columns, *(_centred_ranks(output) for output in settled(outputs).T)])
    size, inputs = X.shape[1], len(columns)
    upper = np.triu_indices(size)
    products = X[:, upper[0]] * X[:, upper[1]]
    point = np.arange(len(X)) if points is None else np.unique(points, return_inverse=True)[1]

    def statistic(points_count: Floats) -> Floats:
        weights = points_count[:, point]
        total = weights.sum(axis=1)[:, None]
        means = weights @ X / total
        moments = np.empty((len(weights), size, size))
        moments[:, upper[0], upper[1]] = moments[:, upper[1], upper[0]] = weights @ products / total
        covariance = moments - means[:, :, None] * means[:, None, :]
        spread = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), 0.0))
        scale = np.where(spread > 1e-6, spread, np.inf)  # what stands still has no part
        R = covariance / scale[:, :, None] / scale[:, None, :]
        Rxx, Rxy = R[:, :inputs, :inputs], R[:, :inputs, inputs:]
        # The pseudo-inverse shares out between inputs that are each other's copies.
        beta = np.linalg.pinv(Rxx, rcond=1e-9, hermitian=True) @ Rxy
        found = np.empty((len(weights), parameters + 1, outputs.shape[1]))
        for j, group in enumerate(groups):
            if len(group) == 1:
                found[:, j] = beta[:, group[0]]
            else:
                own = beta[:, group]
                joint = (own * (Rxx[:, group][:, :, group] @ own)).sum(axis=1)
                found[:, j] = np.sqrt(np.maximum(joint, 0.0))
        found[:, parameters] = (beta * Rxy).sum(axis=1)
        return found

    estimate, low, high = (
        np.where(still, np.nan, part)
        for part in bootstrap(
            statistic, int(point.max()) + 1, resamples=resamples, confidence=confidence, seed=seed
        )
    )
    return (estimate[:-1], low[:-1], high[:-1]), estimate[-1]


def _centred_ranks(column: Floats) -> Floats:
    return ranks(column) - (len(column) + 1) / 2


def ranks_of_sample(sample: Sample, *, resamples: int = RESAMPLES) -> tuple[RankRegression, ...]:
    """Rank regression of every measure on all varied parameters; *never* counts as the length of the run.

    Empty where there are not more draws than parameters (or options).
    """
    varied = list(sample.varied)
    values, outputs = sample.values[sample.independent], sample.within_run[sample.independent]
    counts = [len(sample.options[j]) for j in varied]
    if not varied or len(values) <= sum(max(1, count - 1) for count in counts) + 1:
        return ()
    found, explained = rank_regression(
        values[:, varied],
        outputs,
        counts,
        sample.place[sample.independent],
        resamples=resamples,
        seed=sample.seed,
    )
    answers = []
    for m, measure in enumerate(sample.measures):
        rows = [
            RankCoefficient(sample.names[column], *(number(part[j, m]) for part in found))
            for j, column in enumerate(varied)
        ]
        rows.sort(key=lambda row: -abs(row.coefficient or 0.0))
        answers.append(RankRegression(measure, len(values), number(explained[m]), tuple(rows)))
    return tuple(answers)
