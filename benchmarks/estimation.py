"""Estimation: GRAS against quadrium's and the memory's speed, cross-entropy against what it must compute.

    python benchmarks/estimation.py [--threads 2] [--repeats 5] [--industries 4000]

GRAS of a full table with 2 % negative cells, brought to the totals of another. Beside it, in turns: the time
to stream the table twice per round (for rows, for columns) on the same threads; and at a size it takes in
reasonable time quadrium 0.2.0 (MIT), whose time includes an exact test of whether signs and zeros allow the
totals. Cross-entropy with n industries, 25 final users and value added: n balances and n outputs, exact, and
500 claims of about a hundred cells each with a range of 5 %. Its bound is, for each Newton step, one Cholesky
factorisation and one pass over the coefficients. Ratios are of the least times, which a busy machine moves
least. Prints one JSON object per case.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any


def main() -> None:
    """Parse, set thread counts before numpy loads, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--industries", type=int, default=4_000, help="of the large GRAS table")
    arguments = parser.parse_args()
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = str(arguments.threads)
    print(json.dumps(large_gras(arguments.industries, arguments.repeats)), flush=True)
    print(json.dumps(gras_against_quadrium(400, arguments.repeats)), flush=True)
    print(json.dumps(entropy(100, 500, arguments.repeats)), flush=True)


def in_turns(sides: dict[str, Callable[[], Any]], repeats: int) -> dict[str, dict[str, float]]:
    """Median and least seconds of each side, taken in turns so that a noisy machine slows all."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, side in sides.items():
            begin = time.perf_counter()
            side()
            times[name].append(time.perf_counter() - begin)
    return {
        name: {"median": round(statistics.median(values), 4), "least": round(min(values), 4)}
        for name, values in times.items()
    }


def ratio(seconds: dict[str, dict[str, float]], one: str, other: str) -> float:
    """Least time of one side over that of the other."""
    return round(seconds[one]["least"] / seconds[other]["least"], 2)


def made(n: int) -> tuple[Any, Any, Any]:
    """A prior of n industries with 2 % negative cells, and another table's totals."""
    import numpy as np

    rng = np.random.default_rng(7)
    Z = rng.lognormal(0, 2, (n, n))
    Z *= np.where(rng.random((n, n)) < 0.02, -1, 1)
    X = Z * rng.lognormal(0, 0.3, (n, 1)) * rng.lognormal(0, 0.3, n)
    return Z, X.sum(axis=1), X.sum(axis=0)


def large_gras(n: int, repeats: int) -> dict[str, Any]:
    """Ours beside the streaming of the table."""
    import numba

    from autarky.estimation.gras import gras

    Z, u, v = made(n)
    found = gras(Z, u, v)

    @numba.njit(parallel=True, fastmath=True)
    def total(values):  # type: ignore[no-untyped-def]
        result = 0.0
        for k in numba.prange(len(values)):
            result += values[k]
        return result

    flat = Z.ravel()
    total(flat)

    def memory() -> None:
        for _ in range(2 * found.iterations):
            total(flat)

    seconds = in_turns({"autarky": lambda: gras(Z, u, v), "memory": memory}, repeats)
    return {
        "case": "gras",
        "industries": n,
        "rounds": found.iterations,
        "largest gap": found.largest_gap,
        "seconds": seconds,
        "autarky / memory": ratio(seconds, "autarky", "memory"),
    }


def gras_against_quadrium(n: int, repeats: int) -> dict[str, Any]:
    """Ours beside quadrium's, which goes on until its factors stand still to 10⁻¹⁰."""
    from quadrium.gras import gras as theirs

    from autarky.estimation.gras import gras

    Z, u, v = made(n)
    peer, found = theirs(Z, u, v, eps=1e-10), gras(Z, u, v)
    sides = {"autarky": lambda: gras(Z, u, v), "quadrium": lambda: theirs(Z, u, v, eps=1e-10)}
    seconds = in_turns(sides, repeats)
    return {
        "case": "gras",
        "industries": n,
        "rounds": {"autarky": found.iterations, "quadrium": peer.iterations},
        "largest difference": float(abs(found.cells / peer.X - 1).max()),
        "seconds": seconds,
        "quadrium / autarky": ratio(seconds, "quadrium", "autarky"),
    }


def entropy(n: int, claims: int, repeats: int) -> dict[str, Any]:
    """Ours beside the factorisations and passes that its steps cannot do without."""
    import numpy as np
    import scipy.linalg
    import scipy.sparse as sp

    from autarky.estimation.entropy import Constraints, cross_entropy

    rng = np.random.default_rng(11)
    users = n + 25
    table = rng.lognormal(0, 2, (n, users)) * np.where(rng.random((n, users)) < 0.02, -0.1, 1)
    output = table.sum(axis=1)
    truth = np.concatenate([table.ravel(), output - table[:, :n].sum(axis=0)])
    by_row = sp.hstack([sp.kron(sp.eye_array(n), np.ones((1, users))), sp.csr_array((n, n))])
    by_column = sp.hstack([sp.kron(np.ones((1, n)), sp.eye_array(n, users)), sp.eye_array(n)])
    chosen = sp.random_array(
        (claims, truth.size), density=100 / truth.size, rng=rng, data_sampler=lambda size: np.ones(size)
    ).tocsr()
    matrix = sp.vstack([by_row - by_column, by_row, chosen], format="csr")
    value = matrix @ truth
    width = np.concatenate([np.zeros(2 * n), 0.05 * (abs(chosen) @ np.abs(truth))])
    target = value + width * rng.uniform(-0.8, 0.8, len(width))
    names = tuple(f"{k}" for k in range(len(width)))
    known = Constraints(matrix, target - width, target, target + width, names)
    prior = truth * rng.lognormal(0, 0.5, truth.size)
    found = cross_entropy(prior, known)
    spd = np.eye(len(width)) + 1e-3 * np.ones((len(width), len(width)))
    coefficients = np.ones(matrix.nnz)

    def least() -> None:
        for _ in range(found.iterations):
            scipy.linalg.cho_factor(spd, lower=True)
            coefficients.sum()

    sides = {
        "autarky": lambda: cross_entropy(prior, known),
        "again, from its multipliers, prior 1 % off": lambda: cross_entropy(
            prior * 1.01, known, start=found.multipliers
        ),
        "bound": least,
    }
    seconds = in_turns(sides, repeats)
    return {
        "case": "cross-entropy",
        "industries": n,
        "cells": truth.size,
        "exact": 2 * n,
        "claims": claims,
        "coefficients": matrix.nnz,
        "steps": found.iterations,
        "seconds": seconds,
        "autarky / bound": ratio(seconds, "autarky", "bound"),
    }


if __name__ == "__main__":
    main()
