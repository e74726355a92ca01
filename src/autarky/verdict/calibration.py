"""Calibration: draws weighed by how well they fit what was observed; what that teaches, and what not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

IDENTIFIED = 0.2
"""Least contraction of a parameter that is called identified."""
DISCREPANCY = 4.0
"""Assumption: the model misses a year's growth of an industry by about so many points, besides the figure's
own error."""
DEGREES = 4.0
"""Assumption: how sure that is, as the number of observations that would say the same."""


@dataclass(frozen=True)
class Contraction:
    """How far observations narrowed a parameter."""

    parameter: str
    prior_mean: float
    prior_sd: float
    posterior_mean: float
    posterior_sd: float
    contraction: float
    """``1 − sd of the posterior / sd of the prior``; below 0: wider than before. NaN: it does not vary."""
    error: float
    """Standard error of the contraction from the number of draws that count, ``sd ratio / √(2·ESS)``."""
    is_calibrated: bool
    """Whether predictions take its posterior; every other parameter stays as the prior has it."""

    @property
    def is_identified(self) -> bool:
        """Whether observations narrowed it by at least ``IDENTIFIED``."""
        return self.contraction >= IDENTIFIED


def log_weights(residuals: Floats, sd: Floats, degrees: float = DEGREES) -> Floats:
    """``log w = −(ν + n)/2 · log(1 + Σ (r/s)² / ν)``: how well each draw fits, up to a constant.

    Errors are normal and independent with standard deviations c·s, where the common factor c is unknown, with
    a scaled inverse chi-squared prior around 1 of ν degrees of freedom, and is integrated out: a model that
    fits worse than assumed widens its own errors in place of resting on a single draw.

    Parameters
    ----------
    residuals : array, shape (draws, n)
        Predicted less observed.
    sd : array, shape (n,)
    degrees : float
        ν.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sec. 3.2: the marginal is a multivariate t.
    """
    squares = np.einsum("dn->d", (residuals / sd) ** 2)
    n = residuals.shape[1]
    return np.asarray(-0.5 * (degrees + n) * np.log1p(squares / degrees), dtype=np.float64)


def normalised(logs: Floats) -> Floats:
    """Weights that add to 1; draws without a finite weight get none."""
    usable = np.isfinite(logs)
    if not usable.any():
        raise ValueError("no draw has a weight")
    weights = np.where(usable, np.exp(np.where(usable, logs, 0.0) - logs[usable].max()), 0.0)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def effective_sample_size(weights: Floats) -> float:
    """``1 / Σ w²``: how many equally likely draws the weighted ones are worth (Kish 1965)."""
    return float(1.0 / (weights**2).sum())


def systematic(weights: Floats, count: int, rng: np.random.Generator) -> Positions:
    """Positions of ``count`` draws, each taken as often as its weight says, up or down to a whole number.

    They come in random order. One uniform number places a comb of ``count`` teeth over the cumulated weights
    (Kitagawa 1996; Douc & Cappé 2005).
    """
    teeth = (np.arange(count) + rng.random()) / count
    ends = np.cumsum(weights)
    chosen = np.minimum(np.searchsorted(ends / ends[-1], teeth, side="right"), len(weights) - 1)
    return np.asarray(rng.permutation(chosen), dtype=np.int64)


def contractions(
    names: Sequence[str], values: Floats, weights: Floats, calibrated: Sequence[str]
) -> tuple[Contraction, ...]:
    """Prior to posterior of every parameter; those that are calibrated first.

    The posterior's variance is divided by ``1 − Σ w²``, else few draws that count would look like knowledge.

    Parameters
    ----------
    names : sequence of str, length D
    values : array, shape (draws, D)
    weights : array, shape (draws,), adding to 1
    calibrated : sequence of str
        Whose posterior predictions take.
    """
    count, found = effective_sample_size(weights), []
    for name, drawn in zip(names, values.T, strict=True):
        prior_mean, prior_sd = float(drawn.mean()), float(drawn.std())
        mean = float((weights * drawn).sum())
        spread = float((weights * (drawn - mean) ** 2).sum())
        sd = (spread / (1.0 - 1.0 / count)) ** 0.5 if count > 1.0 + 1e-9 else 0.0
        ratio = sd / prior_sd if prior_sd > 1e-12 * max(abs(prior_mean), 1e-300) else float("nan")
        error = ratio / (2.0 * count) ** 0.5
        found.append(
            Contraction(name, prior_mean, prior_sd, mean, sd, 1.0 - ratio, error, name in calibrated)
        )
    return tuple(sorted(found, key=lambda one: not one.is_calibrated))


def noise(residuals: Floats, sd: Floats, rng: np.random.Generator, degrees: float = DEGREES) -> Floats:
    """The factor c of each draw's errors, given how it fitted: ``c² = (ν + Σ (r/s)²) / χ²(ν + n)``.

    Shapes as in ``log_weights``; returns shape (draws,).
    """
    squares = np.einsum("dn->d", (residuals / sd) ** 2)
    chi = rng.chisquare(degrees + residuals.shape[1], len(residuals))
    return np.asarray(np.sqrt((degrees + squares) / chi), dtype=np.float64)
