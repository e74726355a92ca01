"""Strips: every measure by the option of each choice, so that sources that disagree stand side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.sensitivity.quantiles import Summary, summary
from autarky.sensitivity.sample import Floats, Sample, is_constant, number


@dataclass(frozen=True)
class Strip:
    """The measures among the draws that took one option."""

    option: str
    draws: int
    summaries: tuple[Summary, ...]


@dataclass(frozen=True)
class Strips:
    """One choice: a strip for every option that was drawn, in the order declared."""

    parameter: str
    strips: tuple[Strip, ...]
    between: tuple[tuple[str, float | None], ...]
    """By measure: share of its variance that lies between options (correlation ratio η²)."""


def correlation_ratio(y: Floats, option: npt.ArrayLike) -> float:
    """Share of variance between options ``η² = Σ n_k (ȳ_k − ȳ)² / Σ (y − ȳ)²``; NaN where y stands still.

    For a choice drawn independently of all else it estimates the first-order Sobol index, from above: of pure
    noise in n draws it makes (K − 1) / (n − 1).

    References
    ----------
    Pearson (1905), On the general theory of skew correlation and non-linear regression.
    """
    if is_constant(y):
        return float("nan")
    _, place, counts = np.unique(option, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=y) / counts
    ratio = (counts * (means - y.mean()) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    return float(min(ratio, 1.0))  # rounding must not make it more than all


def strips_by_choice(sample: Sample) -> tuple[Strips, ...]:
    """Strips of every choice that varies: several sources, policies, tables.

    Medians and ranges count *never* as later than any day; the share between options counts it as the length
    of the run.
    """
    rows = sample.independent
    measured, within = sample.measured[rows], sample.within_run[rows]
    answers = []
    for j in sample.varied:
        taken = sample.values[rows, j]
        own = tuple(
            Strip(
                option,
                int((taken == k).sum()),
                tuple(
                    summary(measure, measured[taken == k, m], with_dots=False)
                    for m, measure in enumerate(sample.measures)
                ),
            )
            for k, option in enumerate(sample.options[j])
            if (taken == k).any()
        )
        if own:
            between = tuple(
                (measure, number(correlation_ratio(within[:, m], taken)))
                for m, measure in enumerate(sample.measures)
            )
            answers.append(Strips(sample.names[j], own, between))
    return tuple(answers)
