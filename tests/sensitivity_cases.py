"""Ensembles whose every number is planted: designs, functions of parameters, results made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.stats import qmc

from autarky.results import FALLS, MEASURES, STOPS, EnsembleRecord, EnsembleResult, RunRecord

Floats = npt.NDArray[np.float64]
DAYS = 100


def saltelli(N: int, D: int, seed: int = 0) -> Floats:
    """Points of a Saltelli design on a scrambled Sobol sequence: A, B, AB_0 … AB_{D−1}; (N (D + 2), D)."""
    both = qmc.Sobol(2 * D, rng=np.random.default_rng(seed)).random(N)
    A, B = both[:, :D], both[:, D:]
    mixed = []
    for d in range(D):
        AB = A.copy()
        AB[:, d] = B[:, d]
        mixed.append(AB)
    return np.concatenate([A, B, *mixed])


def split(outputs: Floats, D: int) -> tuple[Floats, Floats, Floats]:
    """Outputs at such points, one column or more, as ``sobol_indices`` takes A, B and AB, in one stratum."""
    blocks = outputs.reshape(D + 2, -1, 1 if outputs.ndim == 1 else outputs.shape[1])
    return blocks[None, 0], blocks[None, 1], blocks[None, 2:]


def ishigami(points: Floats, a: float = 7.0, b: float = 0.1) -> Floats:
    """``sin x₁ + a sin² x₂ + b x₃⁴ sin x₁`` with x = π (2 p − 1) (Ishigami & Homma 1990)."""
    x = np.pi * (2 * points - 1)
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


def ensemble(
    points: Floats,
    measured: Mapping[str, npt.ArrayLike],
    *,
    design: str = "latin_hypercube",
    base: int | None = None,
    values: Floats | None = None,
    options: Mapping[int, Sequence[str]] | None = None,
    strata: npt.ArrayLike | None = None,
    failed: Sequence[int] = (),
    first_need: npt.ArrayLike | None = None,
    first_fall: npt.ArrayLike | None = None,
) -> EnsembleResult:
    """An ensemble with these points; measures not given are 0, and nothing ever happens.

    ``first_need`` and ``first_fall``: days for needs rice (9 in 10 of consumption), salt (1 in 200) and oil,
    and for industries farms and mills; −1: never.
    """
    draws, D = points.shape
    options = options or {}
    kept = np.zeros((draws, len(MEASURES)))
    kept[:, MEASURES.index("first_stop") :] = np.nan
    for name, column in measured.items():
        kept[:, MEASURES.index(name)] = column
    below = np.full((draws, 2, 2), -1, dtype=np.int32)
    if first_fall is not None:
        below[:, 0] = first_fall
    needs = np.full((draws, 3), -1) if first_need is None else np.asarray(first_need)
    errors = np.array(["" for _ in range(draws)], dtype=object)
    for draw in failed:
        errors[draw] = "no such day"
        kept[draw], below[draw], needs[draw] = np.nan, -1, -1
    names = [f"p{d}" for d in range(D)]
    data = xr.Dataset(
        {
            "point": (("draw", "parameter"), points),
            "value": (("draw", "parameter"), points if values is None else values),
            "stratum": ("draw", np.zeros(draws, dtype=np.int32) if strata is None else np.asarray(strata)),
            "failed": ("draw", errors),
            "measured": (("draw", "measure"), kept),
            "first_day_below": (("draw", "level", "industry"), below),
            "first_day_below_need": (("draw", "need"), needs.astype(np.int32)),
            "need_base": ("need", np.array([9.0, 0.05, 0.95])),
            "output_base": ("industry", np.array([1.0, 3.0])),
        },
        coords={
            "parameter": names,
            "measure": list(MEASURES),
            "level": [FALLS, STOPS],
            "industry": ["farms", "mills"],
            "region": ("industry", ["HOME", "HOME"]),
            "sector": ("industry", ["farms", "mills"]),
            "need": ["HOME.rice", "HOME.salt", "HOME.oil"],
            "need_region": ("need", ["HOME"] * 3),
            "need_product": ("need", ["rice", "salt", "oil"]),
            "day": np.datetime64("2020-01-01") + np.arange(DAYS),
        },
    )
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "sentence": name,
            "source": None,
            "kind": "choice" if d in options else "uniform",
            "options": list(options.get(d, ())),
            "unit": None,
        }
        for d, name in enumerate(names)
    ]
    run = RunRecord(scenario={}, parameters={}, assumptions=(), economy={}, versions={})
    uncertainty = {"design": design, "draws": base or draws, "seed": 1}
    return EnsembleResult(data, EnsembleRecord(run, uncertainty, draws, "float64", tuple(parameters)))
