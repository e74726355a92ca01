"""Rules of a cascade: who can stand in for whom, what a lost sale is measured against, when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autarky.errors import InputError, Problem


@dataclass(frozen=True)
class Rules:
    """What may differ between two computations of the economic systemic risk index (Diem et al. 2022).

    Raises
    ------
    InputError
        If the denominator is unknown, a share is not between 0 and 1, or there is not one round.
    """

    substitution: bool = True
    """Whether other suppliers of a kind make up for one that fails, as far as their market share goes."""
    denominator: Literal["output", "sales"] = "output"
    """What a lost sale is a share of. ``output`` holds sales to final users, at which a cascade of lost
    demand ends; with ``sales`` to firms alone it circulates, and its size hangs on the tolerance."""
    negligible_share: float = 0.0
    """Purchases of an essential kind worth at most this share of the buyer's output bind nothing. 0 in the
    published index, where the last screw stops a plant."""
    tolerance: float = 1e-2
    """The cascade has settled once no node loses more than this share of its output in a round."""
    reference: bool = False
    """Whether a market that is wiped out counts as one unit of money, as in the published code (GLcascade
    0.9.3.1); otherwise its left-over suppliers replace nothing, whatever the unit of money."""
    most_rounds: int = 1000
    """Rounds after which a cascade is left as it is. Assumption: with final users none comes near."""

    def __post_init__(self) -> None:
        problems = []
        if self.denominator not in ("output", "sales"):
            problems.append(Problem("denominator", f"is {self.denominator!r}", "give output or sales"))
        if not 0 <= self.negligible_share < 1:
            what = f"is {self.negligible_share:g}"
            problems.append(Problem("negligible_share", what, "give a share from 0 to below 1"))
        if not 0 < self.tolerance < 1:
            problems.append(Problem("tolerance", f"is {self.tolerance:g}", "give a number between 0 and 1"))
        if self.most_rounds < 1:
            problems.append(Problem("most_rounds", f"is {self.most_rounds}", "give at least 1"))
        if problems:
            raise InputError(problems)
