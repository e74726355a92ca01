"""Sobol indices of an ensemble: failed rows, strata, never, and what stands still."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.sensitivity import SobolIndex, analyse, sobol_indices
from autarky.sensitivity.sample import saltelli_rows
from autarky.uncertainty import Uncertainty, draw_up
from sensitivity_cases import DAYS, ensemble, ishigami, saltelli, split
from small_economies import chain, scenario


def by_name(result: object, measure: str) -> dict[str, SobolIndex]:
    (answer,) = [one for one in analyse(result).indices if one.measure == measure]  # type: ignore[arg-type]
    return {index.parameter: index for index in answer.indices}


def test_a_failed_draw_takes_its_base_row_with_it() -> None:
    N, D = 64, 3
    points = saltelli(N, D)
    outputs = ishigami(points)
    rows = np.arange(len(points)) % N
    kept = rows != 5
    clean = sobol_indices(*split(outputs[kept], D), resamples=2)
    for broken in (5, N + 5, 3 * N + 5):  # in A, in B, in AB_1
        result = ensemble(points, {"gdp_lost": outputs}, design="saltelli", base=N, failed=[broken])
        found = analyse(result)
        assert found.failed == 1
        told = by_name(result, "gdp_lost")
        assert [told[f"p{d}"].first for d in range(D)] == pytest.approx(list(clean.first[0][:, 0]))
        assert [told[f"p{d}"].total for d in range(D)] == pytest.approx(list(clean.total[0][:, 0]))
        assert found.indices[0].rows == N - 1


def test_indices_are_shares_of_the_variance_inside_sources_and_the_rest_lies_between_them() -> None:
    """Two sources, the second 10 higher: it changes no index, and its strip takes almost all variance."""
    points = saltelli(64, 2)
    outputs = points[:, 0] + 2 * points[:, 1]
    source = np.repeat([0, 1], len(points))
    both = np.column_stack([np.tile(points, (2, 1)), (source + 0.5) / 2])
    values = np.column_stack([np.tile(points, (2, 1)), source])
    alone = by_name(ensemble(points, {"gdp_lost": outputs}, design="saltelli", base=64), "gdp_lost")
    result = ensemble(
        both,
        {"gdp_lost": np.tile(outputs, 2) + 10 * source},
        design="saltelli",
        base=64,
        values=values,
        options={2: ["census", "survey"]},
        strata=source,
    )
    together = by_name(result, "gdp_lost")
    assert set(together) == {"p0", "p1"}
    for name in alone:
        assert together[name].first == pytest.approx(alone[name].first)
        # Both sources stand at the same points: they are no second sample, and the limits stay as wide.
        assert together[name].first_low == pytest.approx(alone[name].first_low)
    (strips,) = analyse(result).strips
    assert [strip.option for strip in strips.strips] == ["census", "survey"]
    assert dict(strips.between)["gdp_lost"] == pytest.approx(1.0, abs=0.03)


def test_never_counts_as_the_length_of_the_run() -> None:
    points = saltelli(64, 2)
    days = np.where(points[:, 0] < 0.5, 10.0, np.nan)
    result = ensemble(points, {"first_need": days}, design="saltelli", base=64)
    told = by_name(result, "first_need")
    expected = sobol_indices(*split(np.where(np.isnan(days), DAYS, days), 2), resamples=2)
    assert told["p0"].first == pytest.approx(expected.first[0][0, 0])
    assert told["p0"].total == pytest.approx(1.0, abs=0.1)


def test_a_measure_that_stands_still_has_no_indices() -> None:
    points = saltelli(16, 2)
    noise = 1e-16 * np.random.default_rng(0).normal(size=len(points))
    result = ensemble(points, {"gdp_lost": 0.1 + noise, "falls": points[:, 0]}, design="saltelli", base=16)
    assert {(i.first, i.total, i.first_low) for i in by_name(result, "gdp_lost").values()} == {(None,) * 3}
    assert by_name(result, "falls")["p0"].total is not None


def test_all_base_rows_broken_leave_nothing_to_say() -> None:
    points = saltelli(4, 2)
    result = ensemble(points, {"gdp_lost": points[:, 0]}, design="saltelli", base=4, failed=range(4, 8))
    told = by_name(result, "gdp_lost")
    assert {index.first for index in told.values()} == {None}


def test_draws_that_are_no_saltelli_design_are_refused() -> None:
    points = np.random.default_rng(0).random((40, 3))
    with pytest.raises(ValueError, match="not the rows A, B, AB"):
        analyse(ensemble(points, {"gdp_lost": points[:, 0]}, design="saltelli", base=8))


def test_the_same_seed_gives_the_same_limits() -> None:
    parts = split(ishigami(saltelli(64, 3)), 3)
    one, same, other = (sobol_indices(*parts, resamples=50, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.first[1], same.first[1])
    assert not np.array_equal(one.first[1], other.first[1])


def test_a_design_as_it_is_drawn_is_read_with_its_sources_and_every_row_in_its_matrix() -> None:
    uncertainty = Uncertainty.model_validate(
        {
            "design": "saltelli",
            "draws": 8,
            "parameters": [
                {
                    "name": "stocks",
                    "distribution": {"kind": "uniform", "low": 5, "high": 60},
                    "source": "assumption",
                    "sets": "behaviour.inventory_days",
                },
                {
                    "name": "use of oil",
                    "distribution": {
                        "kind": "each",
                        "of": [{"value": 30.0, "source": "a"}, {"value": 60.0, "source": "b"}],
                    },
                    "source": "two papers",
                    "sets": "behaviour.restocking_days",
                },
                {
                    "name": "spare",
                    "distribution": {"kind": "triangular", "low": 0, "mode": 0.1, "high": 0.5},
                    "source": "assumption",
                    "sets": "behaviour.import_spare",
                },
            ],
        }
    )
    draws = draw_up(uncertainty, scenario(restocking_days=30, inventory_days=30, import_spare=0.0), chain())
    for stratum, (rows, columns) in enumerate(saltelli_rows(draws.points, draws.strata)):
        assert [draws.names[column] for column in columns] == ["stocks", "spare"]
        for place, row in enumerate(rows):
            base = draws.base(int(row))
            assert base is not None
            matrix = {"A": 0, "B": 1, "AB": 2}[base.matrix]
            if base.parameter is not None:
                matrix += list(columns).index(base.parameter)
            assert (base.row, matrix) == (place % 8, place // 8)
            assert draws.strata[row] == stratum
