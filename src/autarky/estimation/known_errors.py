"""Known errors: how far the method lands from tables that are known, as the trials found."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path

from autarky.errors import Problem, SourceError
from autarky.estimation.labelled_csv import number, read_rows


@dataclass(frozen=True)
class TrialSummary:
    """One known country, estimated as if it were not: errors against its true table.

    Shares are fractions of 1. The cut: for a year a fifth of every import passes. ``essential``: every
    imported input is, and no home supplier can replace it; ``replaceable``: home suppliers can replace every
    import, without overtime.
    """

    country: str
    donor: str
    coefficient_error: float
    """``Σ x |â − a| / Σ x a`` over all technical coefficients, home and imported inputs together."""
    donor_coefficient_error: float
    """The same for the donor's coefficients as they are, before any figure moved them."""
    within_factor_two: float
    """Share of the coefficients of at least 0.1 % of output that are between half and twice the true ones."""
    coverage: float
    """Share of those that lie between the 5 % and the 95 % of the tables drawn; 0.9 would be right."""
    correlation: float
    """Of all technical coefficients with the true ones."""
    multiplier_true: float
    """Imports through all tiers per unit of final use of home products, mean over the true final use."""
    multiplier_estimated: float
    multiplier_low: float
    """5 % of the tables drawn."""
    multiplier_high: float
    """95 %."""
    multiplier_error: float
    """Mean absolute error of the sectors' multipliers, weighted by their output."""
    essential_loss_true: float
    """Value added that the cut costs, share of a year's."""
    essential_loss_estimated: float
    essential_sector_error: float
    """Mean absolute error of the sectors' losses of output, each a share of its own base output."""
    replaceable_loss_true: float
    replaceable_loss_estimated: float
    replaceable_sector_error: float
    replaceable_shortage_true: float
    """Share of a year's final use, exports included, that goes without."""
    replaceable_shortage_estimated: float

    def sentence(self) -> str:
        """What the trial found, as it is printed with an estimated economy."""
        return (
            f"{self.country} estimated from {self.donor} by the same method: coefficients off by "
            f"{percent(self.coefficient_error, 0)} (the donor's own: "
            f"{percent(self.donor_coefficient_error, 0)}), "
            f"{percent(self.within_factor_two, 0)} within a factor of two, "
            f"{percent(self.coverage, 0)} within the 90 % range of draws; imports per unit of final use "
            f"{self.multiplier_estimated:.3f} ({self.multiplier_low:.3f} to {self.multiplier_high:.3f}), in "
            f"truth {self.multiplier_true:.3f}; a year with a fifth of all imports costs "
            f"{percent(self.essential_loss_estimated)} of value added, in truth "
            f"{percent(self.essential_loss_true)}, if every import is essential; if home suppliers "
            f"can replace imports, it costs {percent(self.replaceable_loss_estimated)}, in truth "
            f"{percent(self.replaceable_loss_true)}, and leaves "
            f"{percent(self.replaceable_shortage_estimated)} of final use unserved, in truth "
            f"{percent(self.replaceable_shortage_true)}"
        )


def percent(share: float, decimals: int = 1) -> str:
    """A share in per cent, without the sign of a zero: ``8.8%``."""
    text = f"{share:.{decimals}%}"
    return text if float(text[:-1]) else text.lstrip("-")


HEADER = tuple(item.name for item in fields(TrialSummary))
"""Columns of ``trials.csv``."""


def known_errors() -> tuple[TrialSummary, ...]:
    """The trials that come with autarky, one per known country."""
    with resources.as_file(resources.files("autarky") / "data" / "trials.csv") as path:
        return read_trials(path)


def read_trials(path: Path) -> tuple[TrialSummary, ...]:
    """Read a file of trials, as ``verdict.trials.write_trials`` writes it.

    Raises
    ------
    SourceError
        Other columns, or cells that are no numbers: all at once.
    """
    _, rows = read_rows(path, HEADER)
    problems: list[Problem] = []
    found = []
    for row in rows:
        country, donor, *texts = row
        values = [
            number(text, f"{path}, {country}, {name}") for text, name in zip(texts, HEADER[2:], strict=True)
        ]
        problems += [value for value in values if isinstance(value, Problem)]
        figures = [value for value in values if not isinstance(value, Problem)]
        if len(figures) == len(values):
            found.append(TrialSummary(country, donor, *figures))
    if problems:
        raise SourceError(problems)
    return tuple(found)
