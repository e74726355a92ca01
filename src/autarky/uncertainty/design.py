"""Designs: N points in the unit cube, the same for ever for one (seed, design, N, dimensions).

What determines a draw: the seed, the design, the number of draws N and its position i, with the parameters of
the section in their order. Who computes it, when, and in what company does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import linalg, special

from autarky.uncertainty.distributions import NEAREST

Floats = npt.NDArray[np.float64]


class Design(StrEnum):
    """How draws are spread over the parameters."""

    LATIN_HYPERCUBE = "latin_hypercube"
    """Each parameter's range is cut into N equally likely parts, each met once (McKay et al. 1979)."""
    SOBOL = "sobol"
    """Scrambled Sobol sequence; best where N is a power of two (Owen 1998)."""
    HALTON = "halton"
    """Scrambled Halton sequence, for any N (Owen 2017)."""
    SALTELLI = "saltelli"
    """For first and total Sobol indices: N·(parameters + 2) runs (Saltelli et al. 2010)."""
    RANDOM = "random"
    """Independent random points."""


class Base(NamedTuple):
    """Where a run stands in a Saltelli design."""

    row: int
    """Row of the base sample, 0 … N−1."""
    matrix: str
    """``A``, ``B``, or ``AB``: A with one column taken from B."""
    parameter: int | None
    """Of AB: position of that column among all columns of ``Draws.names``."""


def runs_of(design: Design, draws: int, columns: int) -> int:
    """Number of runs: N, or N·(columns + 2) for a Saltelli design."""
    return draws * (columns + 2) if design is Design.SALTELLI else draws


def unit_points(design: Design, seed: int, draws: int, columns: int) -> Floats:
    """Points in the open unit cube, one row per run; no coordinate is nearer to 0 or 1 than 2⁻³¹.

    A Saltelli design comes in the order A, B, AB₁ … AB_D, each of N rows: A and B are the halves of a
    scrambled Sobol sequence in 2·D dimensions, AB_d is A with column d from B.

    Parameters
    ----------
    design : Design
    seed : int
        Of numpy's PCG64, which scrambles the sequences and shuffles the hypercube.
    draws : int
        N, at least 1.
    columns : int
        D, number of parameters that are drawn.

    Returns
    -------
    points : array, shape (N, D), for a Saltelli design (N·(D + 2), D)

    References
    ----------
    McKay, Beckman & Conover (1979), Technometrics 21(2); Owen (1998), ACM TOMACS 8(1); Owen (2017),
    arXiv:1706.02808; Saltelli et al. (2010), Computer Physics Communications 181, table 2 (radial sampling).
    """
    if columns == 0:
        return np.zeros((runs_of(design, draws, 0), 0))
    # Imported here: it takes longer than everything else that reading a study needs.
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    if design is Design.RANDOM:
        points = rng.random((draws, columns))
    elif design is Design.LATIN_HYPERCUBE:
        points = qmc.LatinHypercube(columns, rng=rng).random(draws)
    elif design is Design.HALTON:
        points = qmc.Halton(columns, rng=rng).random(draws)
    else:
        dimensions = 2 * columns if design is Design.SALTELLI else columns
        points = qmc.Sobol(dimensions, rng=rng).random_base2(math.ceil(math.log2(draws)))[:draws]
    if design is Design.SALTELLI:
        first, second = points[:, :columns], points[:, columns:]
        points = np.concatenate([first, second, *(_with_column(first, second, d) for d in range(columns))])
    return np.clip(np.asarray(points, dtype=np.float64), NEAREST, 1.0 - NEAREST)


def _with_column(first: Floats, second: Floats, column: int) -> Floats:
    mixed = first.copy()
    mixed[:, column] = second[:, column]
    return mixed


def base_of(run: int, draws: int) -> tuple[int, int]:
    """(row of the base sample, which matrix: 0 is A, 1 is B, 2 + d is AB_d) of a run of a Saltelli design."""
    return run % draws, run // draws


def score_correlation(rank_correlations: Floats) -> Floats:
    """``r = 2·sin(π·ρ/6)``: correlation of normal scores that gives the rank correlation ρ (Pearson 1907)."""
    scores = np.asarray(2.0 * np.sin(np.pi / 6.0 * rank_correlations), dtype=np.float64)
    np.fill_diagonal(scores, 1.0)
    return scores


def is_possible(rank_correlations: Floats) -> bool:
    """Whether some sample has these rank correlations: their score correlations are positive definite."""
    return bool(np.linalg.eigvalsh(score_correlation(rank_correlations)).min() > 1e-9)


def correlated(points: Floats, columns: Sequence[int], rank_correlations: Floats) -> Floats:
    """The points with some columns reordered so that their ranks correlate as asked; no value changes.

    Van der Waerden scores of each column's ranks are mixed to the wanted correlation, after taking out the
    correlation they have by chance, and the column is put into the order of the mixed scores.

    Parameters
    ----------
    points : array, shape (N, D)
    columns : positions of the columns, at least two, fewer than N
    rank_correlations : array, shape (columns, columns)
        Spearman's ρ; ``is_possible``.

    Returns
    -------
    points : array, shape (N, D)

    References
    ----------
    Iman & Conover (1982), Communications in Statistics B 11(3), 311-334.
    """
    chosen = list(columns)
    ranks = points[:, chosen].argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    scores = special.ndtri((ranks + 1.0) / (len(points) + 1.0))
    # Summed by einsum: a library's product may end in other digits on another number of threads.
    together = np.einsum("na,nb->ab", scores, scores) / np.einsum("n,n->", scores[:, 0], scores[:, 0])
    by_chance = linalg.cholesky(together, lower=True)
    wanted = linalg.cholesky(score_correlation(rank_correlations), lower=True)
    mixed = np.einsum("na,ba->nb", scores, wanted @ linalg.inv(by_chance))
    order = mixed.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    reordered = points.copy()
    reordered[:, chosen] = np.take_along_axis(np.sort(points[:, chosen], axis=0), order, axis=0)
    return reordered


def in_words(design: Design, seed: int, draws: int, columns: int) -> str:
    """What is drawn and how, one sentence; of sequences built on powers of two, what another number loses."""
    name = {
        Design.LATIN_HYPERCUBE: "a Latin hypercube",
        Design.SOBOL: "a scrambled Sobol sequence",
        Design.HALTON: "a scrambled Halton sequence",
        Design.SALTELLI: "a Saltelli design on a scrambled Sobol sequence",
        Design.RANDOM: "independent random points",
    }[design]
    runs = runs_of(design, draws, columns)
    of = f"{draws:,} base points, {runs:,} runs," if design is Design.SALTELLI else f"{draws:,} draws"
    sentence = f"{of} from {name}, seed {seed}"
    if design in (Design.SOBOL, Design.SALTELLI) and draws & (draws - 1):
        less, more = 1 << (draws.bit_length() - 1), 1 << draws.bit_length()
        sentence += (
            f"; {draws:,} is no power of two, so the sequence stops before it is balanced and its error "
            f"falls hardly faster than that of random points: {less:,} or {more:,} keep what it is good for"
        )
    return sentence
