"""Attribution: which share of a range goes back to which group of things not known, from the draws alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FOLDS = 10
"""Groups of draws that the jackknife leaves out in turn."""
METHOD = (
    "first-order share Var(E[y | group]) / Var(y): adjusted R² of a regression of y on the group's own "
    "columns (categories as they are, numbers by the first two Legendre polynomials of their ranks), ± one "
    "standard error from a jackknife over 10 groups of draws; what groups do only together is in no share"
)


@dataclass(frozen=True)
class GroupShare:
    """What a group of parameters makes of a variance: its share if all else were averaged out."""

    group: str
    share: float
    """NaN where the draws are too few to tell. Noise may put it slightly below 0."""
    error: float
    """Standard error."""


Column = Floats | Sequence[str]
"""A value for each draw: a number, or the name of a category."""


def first_order(y: Floats, columns: Sequence[Column]) -> tuple[float, float]:
    """Share of the variance of y that goes back to some columns by themselves, and its standard error.

    Parameters
    ----------
    y : array, shape (draws,)
    columns : sequence of arrays or of sequences of str, each of length draws

    Returns
    -------
    share, error : float
        NaN if y does not vary, or if the columns take up more than a third of the draws' degrees of freedom.

    References
    ----------
    Plischke, Borgonovo & Smith (2013), Eur. J. Oper. Res. 226(3), sec. 4 (given-data estimation of
    ``Var(E[y|x])``); adjusted R²: Ezekiel (1930).
    """
    design = _design(columns, len(y))
    keep = np.arange(len(y))
    share = _adjusted(y, design)
    parts = np.array([_adjusted(y[keep % FOLDS != k], design[keep % FOLDS != k]) for k in range(FOLDS)])
    error = np.sqrt((FOLDS - 1) / FOLDS * ((parts - parts.mean()) ** 2).sum())
    return share, float(error)


def attribute(y: Floats, groups: Mapping[str, Sequence[Column]]) -> tuple[GroupShare, ...]:
    """``first_order`` of each group, in the order given; one without columns has no share and is left out."""
    return tuple(
        GroupShare(name, *first_order(y, columns)) for name, columns in groups.items() if len(columns)
    )


def _design(columns: Sequence[Column], draws: int) -> Floats:
    parts = [np.ones((draws, 1))]
    for column in columns:
        values = np.asarray(column)
        distinct, codes = np.unique(values, return_inverse=True)
        if values.dtype.kind == "f" and len(distinct) > 3:
            # Ranks, the same for ties, so that a skewed parameter's tail does not rule the fit.
            ends = np.cumsum(np.bincount(codes))
            places = (ends - 0.5 * np.bincount(codes)) / draws
            z = 2.0 * places[codes] - 1.0
            parts.append(np.stack([z, 1.5 * z**2 - 0.5], axis=1))
        else:
            parts.append((codes[:, None] == np.arange(1, len(distinct))).astype(np.float64))
    return np.concatenate(parts, axis=1)


def _adjusted(y: Floats, design: Floats) -> float:
    n = len(y)
    whole = float(((y - y.mean()) ** 2).sum())
    if whole <= 1e-18 * max(float((y**2).sum()), 1e-300):
        return float("nan")
    fitted, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    if rank - 1 > n / 3:
        return float("nan")
    left = float(((y - design @ fitted) ** 2).sum())
    return 1.0 - (left / (n - rank)) / (whole / (n - 1))
