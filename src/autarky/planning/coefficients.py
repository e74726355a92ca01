"""Coefficients: the numbers of techniques that have a range, and a problem with others in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from autarky.planning.problem import Coefficient, PlanningProblem, Vector
from autarky.uncertainty.distributions import Triangular


def uncertain(problem: PlanningProblem) -> tuple[tuple[Coefficient, ...], ...]:
    """The coefficients whose sources, or reason, give a range.

    Those that come from one declared number move together: an investment is made up of many products.
    """
    declared: dict[tuple[str, str, str], list[Coefficient]] = {}
    for one in problem.coefficients:
        if one.low < one.high:
            declared.setdefault((one.technique, one.kind, one.item), []).append(one)
    return tuple(map(tuple, declared.values()))


def drawn(problem: PlanningProblem, points: Vector) -> PlanningProblem:
    """The problem with each uncertain coefficient drawn from a triangle over its range.

    Parameters
    ----------
    points : (k,) array
        Numbers between 0 and 1, one for each of ``uncertain(problem)``: where in its distribution it lies.
    """
    moved = [
        (one, float(Triangular(low=one.low, mode=one.value, high=one.high).quantile(np.array([point]))[0]))
        for together, point in zip(uncertain(problem), points, strict=True)
        for one in together
    ]
    return with_values(problem, [one for one, _ in moved], [value for _, value in moved])


def with_values(
    problem: PlanningProblem, coefficients: Sequence[Coefficient], values: Sequence[float]
) -> PlanningProblem:
    """The problem with other values of some coefficients, in the units they were declared in."""
    arrays = {
        "makes": problem.make.copy(),
        "uses": problem.use.copy(),
        "builds_with": problem.builds_with.copy(),
    }
    labour = problem.labour
    if labour is not None:
        arrays |= {"labour": labour.per_activity.copy(), "building_labour": labour.per_start.copy()}
    for one, value in zip(coefficients, values, strict=True):
        j = problem.techniques.index(one.technique)
        if one.kind in ("labour", "building_labour"):
            assert labour is not None
            i = labour.skills.index(one.item)
        else:
            i = problem.products.index(one.product)
        # Added, not set: what the technique needs besides of the same product stays as it is.
        arrays[one.kind][i, j] += (value - one.value) * one.factor
    if labour is not None:
        labour = replace(labour, per_activity=arrays["labour"], per_start=arrays["building_labour"])
    return replace(
        problem,
        make=arrays["makes"],
        use=np.clip(arrays["uses"], 0.0, None),
        builds_with=np.clip(arrays["builds_with"], 0.0, None),
        labour=labour,
    )
