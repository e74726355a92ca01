"""Opinion: Friedkin and Johnsen's model with a message and an experience: an illustration, no evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autarky.announcements import Opinion

Array = npt.NDArray[np.float64]


def opinions(
    message: npt.NDArray[np.bool_], experience: Array, weights: Array, first: Array, contacts: Array
) -> Array:
    """How far each group holds what is announced to be so, from 0 (not at all) to 1 (wholly), by month.

    ``x_t = o·W x_{t−1} + m·1[announced in t] + e·E_t + (1 − o − m − e)·x_0``: the weight of the message falls
    to the group's first opinion in months without one.

    Parameters
    ----------
    message : (months,)
        Whether it is announced in the month.
    experience : (months, groups)
        What was delivered of what was announced, 0 to 1.
    weights : (…, groups, 3)
        Weight of others, of the message, of experience; each row adds to at most 1.
    first : (…, groups)
        Opinions before the first month, 0 to 1.
    contacts : (groups, groups)
        Whose opinion counts for whom; rows add to 1.

    Returns
    -------
    held : (…, months, groups)

    References
    ----------
    Friedkin & Johnsen (1990), *Journal of Mathematical Sociology* 15(3–4), eq. 1. The two signals from
    outside, and their linear form, are an assumption.
    """
    others, heard, lived = (weights[..., k] for k in range(3))
    rest = 1.0 - weights.sum(axis=-1)
    before, held = first, []
    for announced, delivered in zip(message, experience, strict=True):
        spoken = heard if announced else heard * first
        met = np.einsum("gh,...h->...g", contacts, before)
        before = others * met + spoken + lived * delivered + rest * first
        held.append(before)
    return np.stack(held, axis=-2)


def drawn_weights(opinion: Opinion, groups: Sequence[str]) -> tuple[Array, Array]:
    """Weights (draws, groups, 3) and first opinions (draws, groups): given, or evenly over all there are."""
    rng = np.random.Generator(np.random.PCG64(opinion.seed))
    # The first three of four shares that are even over the simplex: gaps between sorted even numbers.
    cuts = np.sort(rng.random((opinion.draws, len(groups), 3)), axis=-1)
    weights = np.diff(cuts, axis=-1, prepend=0.0)
    first = rng.random((opinion.draws, len(groups)))
    for k, group in enumerate(groups):
        if (given := opinion.weights.get(group)) is not None:
            weights[:, k] = given.others, given.message, given.experience
    return weights, first
