"""Sobol indices: which share of a measure's variance goes back to which parameter, from a Saltelli design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autarky.sensitivity.resampling import CONFIDENCE, RESAMPLES, bootstrap
from autarky.sensitivity.sample import Flags, Floats, Sample, is_constant, number, saltelli_rows


@dataclass(frozen=True)
class SobolIndex:
    """Shares of a measure's variance; None where the measure does not vary. Estimates may fall below 0."""

    parameter: str
    first: float | None
    """By the parameter alone: what would go, on average, if it were known."""
    first_low: float | None
    first_high: float | None
    total: float | None
    """With all it does together with others: what would remain, on average, if all others were known."""
    total_low: float | None
    total_high: float | None


@dataclass(frozen=True)
class SobolIndices:
    """The indices of one measure, greatest total first."""

    measure: str
    rows: int
    """Complete base rows behind the estimates, in all strata together."""
    indices: tuple[SobolIndex, ...]


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimate, lower and upper limit, each of shape (parameters, measures)."""

    first: tuple[Floats, Floats, Floats]
    total: tuple[Floats, Floats, Floats]
    rows: int


def sobol_indices(
    A: Floats,
    B: Floats,
    AB: Floats,
    *,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> Estimates:
    """First ``V_i / V`` and total ``E_i / V`` Sobol indices.

    ``V_i = 1/N Σ f(B) (f(AB_i) − f(A))``, ``E_i = 1/2N Σ (f(A) − f(AB_i))²``, ``V`` the variance of f over A
    and B together; f is centred on the mean of all draws first, because V_i is noisy where the mean is far
    from zero. With several strata, V_i, E_i and V are means over strata: shares of the variance inside them.

    Parameters
    ----------
    A, B : arrays, shape (strata, N, measures)
        Measures at the rows of the two base matrices. NaN: failed.
    AB : array, shape (strata, D, N, measures)
        At A with column i from B.
    resamples, seed : int
        Of the bootstrap: base rows are drawn with replacement, a row with its A, B, all AB and all strata.
    confidence : float

    Returns
    -------
    estimates : Estimates
        NaN for a measure that does not vary, or without a complete row. A failed draw takes its base row (of
        its stratum) with it.

    References
    ----------
    V_i: Saltelli, Annoni, Azzini, Campolongo, Ratto & Tarantola (2010), Computer Physics Communications 181,
    table 2 (b). E_i: Jansen (1999), Computer Physics Communications 117; there, table 2 (f).
    """
    strata, parameters, N, measures = AB.shape
    complete = _finite(A, 2) & _finite(B, 2) & _finite(AB, (1, 3))
    whole = [s for s in range(strata) if complete[s].any()]
    parts = [_contributions(A[s], B[s], AB[s], complete[s]) for s in whole]
    if not parts:
        nothing = np.full((parameters, measures), np.nan)
        return Estimates((nothing,) * 3, (nothing,) * 3, 0)

    def statistic(weights: Floats) -> Floats:
        variance = np.zeros((len(weights), measures))
        shares = np.zeros((len(weights), 2, parameters, measures))
        for sums, counts in parts:
            rows = (weights * counts).sum(axis=1)
            # Not a matrix product: its last bit depends on how many threads share the work.
            means = np.einsum("rn,nk->rk", weights, sums) / np.where(rows > 0, rows, 1.0)[:, None]
            once, squared, rest = np.split(means, [measures, 2 * measures], axis=1)
            variance += squared - once**2
            shares += rest.reshape(shares.shape)
        usable = variance > 0
        variance = np.where(usable, variance, np.nan)
        return np.asarray(shares / variance[:, None, None, :])

    both = [np.concatenate([A[s][complete[s]], B[s][complete[s]]]) for s in whole]
    still = np.all([is_constant(outputs) for outputs in both], axis=0)
    found = [
        np.where(still, np.nan, part)
        for part in bootstrap(statistic, N, resamples=resamples, confidence=confidence, seed=seed)
    ]
    first, total = ((found[0][k], found[1][k], found[2][k]) for k in (0, 1))
    return Estimates(first, total, int(complete.sum()))


def _finite(outputs: Floats, axes: int | tuple[int, int]) -> Flags:
    return np.asarray(np.isfinite(outputs).all(axis=axes), dtype=np.bool_)


def _contributions(A: Floats, B: Floats, AB: Floats, complete: Flags) -> tuple[Floats, Floats]:
    """What each base row adds to the sums the indices are made of, shape (N, …), and whether it counts."""
    every = np.concatenate([A[None], B[None], AB])[:, complete]
    centre = every.mean(axis=(0, 1))
    whole = complete.astype(np.float64)
    a, b = (np.where(complete[:, None], matrix - centre, 0.0) for matrix in (A, B))
    ab = np.where(complete[:, None], AB - centre, 0.0)
    first = (b * (ab - a)).swapaxes(0, 1)
    total = ((a - ab) ** 2 / 2).swapaxes(0, 1)
    rows = len(complete)
    sums = [(a + b) / 2, (a**2 + b**2) / 2, first.reshape(rows, -1), total.reshape(rows, -1)]
    return np.concatenate(sums, axis=1), whole


def sobol_of_sample(sample: Sample, *, resamples: int = RESAMPLES) -> tuple[SobolIndices, ...]:
    """Sobol indices of every measure of a Saltelli design; *never* counts as the length of the run."""
    outputs = sample.within_run
    laid_out = saltelli_rows(sample.points, sample.strata)
    columns = laid_out[0][1]
    if not len(columns):
        return ()
    if any(not np.array_equal(columns, other) for _, other in laid_out):
        raise ValueError("strata of a Saltelli design vary different parameters")
    blocks = np.array([outputs[rows].reshape(len(columns) + 2, -1, outputs.shape[1]) for rows, _ in laid_out])
    found = sobol_indices(blocks[:, 0], blocks[:, 1], blocks[:, 2:], resamples=resamples, seed=sample.seed)
    answers = []
    for m, measure in enumerate(sample.measures):
        rows = [
            SobolIndex(
                sample.names[column],
                *(number(part[i, m]) for part in found.first),
                *(number(part[i, m]) for part in found.total),
            )
            for i, column in enumerate(columns)
        ]
        rows.sort(key=lambda index: -(index.total or 0.0))
        answers.append(SobolIndices(measure, found.rows, tuple(rows)))
    return tuple(answers)
