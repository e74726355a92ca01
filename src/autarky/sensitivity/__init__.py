"""Sensitivity: from the numbers of many draws to what they say: ranges, chances, and what they come from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from autarky.results import FALLS, STOPS, EnsembleResult
from autarky.sensitivity.discovery import Discovery, Restriction, Step, discover, discoveries
from autarky.sensitivity.indices import SobolIndex, SobolIndices, sobol_indices, sobol_of_sample
from autarky.sensitivity.probabilities import WEIGHTY, Chance, Curve, chances, share_of_region, wilson
from autarky.sensitivity.quantiles import Summary, dots, sample_quantiles, summary
from autarky.sensitivity.ranks import RankCoefficient, RankRegression, rank_regression, ranks_of_sample
from autarky.sensitivity.sample import Sample, read_sample
from autarky.sensitivity.strips import Strip, Strips, correlation_ratio, strips_by_choice
from autarky.sensitivity.tornado import Bar, End, Tornado, tornado_of, tornadoes

__all__ = [
    "Bar",
    "Chance",
    "Curve",
    "Discovery",
    "End",
    "Findings",
    "RankCoefficient",
    "RankRegression",
    "Restriction",
    "Sample",
    "SobolIndex",
    "SobolIndices",
    "Step",
    "Strip",
    "Strips",
    "Summary",
    "Tornado",
    "analyse",
    "correlation_ratio",
    "discover",
    "dots",
    "rank_regression",
    "read_sample",
    "sample_quantiles",
    "sobol_indices",
    "tornado_of",
    "wilson",
]


@dataclass(frozen=True)
class Findings:
    """What the draws of an ensemble say. Plain numbers and names only; None: never, or not defined."""

    draws: int
    """In all."""
    failed: int
    independent: int
    """Draws behind everything but Sobol indices: those that did not fail, of a Saltelli design in A and B."""
    days: int
    """Length of the run."""
    summaries: tuple[Summary, ...]
    """By measure."""
    needs: tuple[Chance, ...]
    """Needs of households that are not met in some draw, most probable first."""
    falls: tuple[Chance, ...]
    """Industries that fall below 90 % of base output in some draw, most probable first."""
    stops: tuple[Chance, ...]
    """Industries that stop in some draw, most probable first."""
    indices: tuple[SobolIndices, ...]
    """By measure; of a Saltelli design only."""
    ranks: tuple[RankRegression, ...]
    """By measure; of any other design. No Sobol indices."""
    tornadoes: tuple[Tornado, ...]
    """By measure."""
    discoveries: tuple[Discovery, ...]
    """By condition."""
    strips: tuple[Strips, ...]
    """By choice among sources, tables, policies."""

    def to_dict(self) -> dict[str, Any]:
        """The same as dictionaries, tuples, numbers and texts, ready for JSON."""
        return asdict(self)


def analyse(result: EnsembleResult) -> Findings:
    """Everything the draws of an ensemble say that its design allows to be said.

    A draw that failed is left out everywhere; it takes its base row of a Saltelli design with it. A day that
    *never* comes is later than all days in quantiles and chances, and counts as the length of the run in
    indices, rank regressions and tornadoes. The same result gives the same findings.

    Raises
    ------
    ValueError
        If a Saltelli design is not laid out as A, B, AB by stratum.
    """
    sample = read_sample(result)
    rows = sample.independent
    some = bool(rows.any())
    measured = sample.measured[rows]
    data = result.data
    points = len(np.unique(sample.place[rows]))
    levels = [float(level) for level in data["level"].values]
    below = data["first_day_below"].transpose("draw", "level", "industry").values[rows]
    industries = [str(name) for name in data["industry"].values]
    output = share_of_region(data["output_base"].values, data["region"].values.tolist())
    falls, stops = (
        chances(kind, industries, output, below[:, levels.index(level)], sample.days, points=points)
        for kind, level in (("falls", FALLS), ("stops", STOPS))
    )
    return Findings(
        draws=len(rows),
        failed=int(np.sum(~sample.usable)),
        independent=int(rows.sum()),
        days=sample.days,
        summaries=tuple(
            summary(measure, measured[:, m]) for m, measure in enumerate(sample.measures) if some
        ),
        needs=chances(
            "need",
            [str(name) for name in data["need"].values],
            share_of_region(data["need_base"].values, data["need_region"].values.tolist()),
            data["first_day_below_need"].transpose("draw", "need").values[rows],
            sample.days,
            points=points,
            weighty=WEIGHTY,
        ),
        falls=falls,
        stops=stops,
        indices=sobol_of_sample(sample) if sample.saltelli and some else (),
        ranks=ranks_of_sample(sample) if not sample.saltelli and some else (),
        tornadoes=tornadoes(sample) if some else (),
        discoveries=discoveries(sample),
        strips=strips_by_choice(sample) if some else (),
    )
