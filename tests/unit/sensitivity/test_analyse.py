"""The whole of what draws say: counts, failed and never apart, ready for JSON, the same every time."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.results import MEASURES, EnsembleResult
from autarky.sensitivity import Findings, analyse, correlation_ratio
from sensitivity_cases import DAYS, ensemble, saltelli


def planted(draws: int = 200, **more: Any) -> EnsembleResult:
    """p0 decides the day of need and the loss, p1 is one of two sources, p2 does nothing."""
    rng = np.random.default_rng(0)
    points = rng.random((draws, 3))
    values = points.copy()
    values[:, 1] = points[:, 1] > 0.5
    day = np.where(points[:, 0] < 0.8, np.floor(10 + 50 * points[:, 0]), -1)
    needs = np.column_stack([day, np.zeros(draws), np.full(draws, -1)])
    measured = {
        "gdp_lost": points[:, 0] + values[:, 1],
        "consumption_lost": points[:, 0],
        "first_need": np.where(day < 0, np.nan, day),
        "falls": np.floor(4 * points[:, 0]),
    }
    falls = np.column_stack([np.where(points[:, 0] > 0.5, 7, -1), np.full(draws, -1)])
    return ensemble(
        points,
        measured,
        values=values,
        options={1: ["UN", "state"]},
        first_need=needs,
        first_fall=falls,
        **more,
    )


def test_failed_draws_are_counted_and_left_out_and_never_is_told_apart() -> None:
    result = planted(failed=[3, 5])
    found = analyse(result)
    assert (found.draws, found.failed, found.independent, found.days) == (200, 2, 198, DAYS)
    told = {one.measure: one for one in found.summaries}
    days = np.delete(result.data["measured"].values[:, MEASURES.index("first_need")], [3, 5])
    assert told["first_need"].never == np.isnan(days).sum() > 0
    assert told["first_need"].quantiles[2] == np.median(np.where(np.isnan(days), 1e9, days))
    assert told["first_need"].quantiles[4] is None
    assert told["first_stop"].never == 198
    lost = np.delete(result.data["measured"].values[:, 0], [3, 5])
    assert told["gdp_lost"].quantiles == pytest.approx(np.quantile(lost, (0.05, 0.25, 0.5, 0.75, 0.95)))


def test_needs_and_industries_are_told_with_their_chances() -> None:
    found = analyse(planted())
    assert [one.name for one in found.needs] == [
        "HOME.rice",
        "HOME.salt",
    ]  # salt: always, but next to nothing
    assert [one.name for one in found.falls] == ["farms"]
    assert found.stops == ()
    rice = found.needs[0]
    assert rice.weight == 0.9
    assert rice.low < rice.share < rice.high
    assert rice.share == pytest.approx(0.8, abs=0.08)


def test_strips_set_sources_side_by_side() -> None:
    result = planted()
    (strips,) = analyse(result).strips
    assert [strip.option for strip in strips.strips] == ["UN", "state"]
    assert sum(strip.draws for strip in strips.strips) == 200
    medians = [strip.summaries[0].quantiles[2] for strip in strips.strips]
    assert medians[0] is not None
    assert medians[1] is not None
    assert medians[1] - medians[0] == pytest.approx(1.0, abs=0.25)
    assert dict(strips.between)["gdp_lost"] == pytest.approx(0.75, abs=0.06)  # 1/4 of 1/4 + 1/12


def test_the_correlation_ratio_is_one_of_options_and_nothing_of_what_stands_still() -> None:
    option = np.array([0, 0, 1, 1, 2, 2])
    assert correlation_ratio(np.array([1.0, 1.0, 5.0, 5.0, 2.0, 2.0]), option) == 1.0
    assert correlation_ratio(np.array([1.0, 2.0, 1.0, 2.0, 1.0, 2.0]), option) == 0.0
    assert np.isnan(correlation_ratio(np.ones(6), option))


@pytest.mark.parametrize("design", ["latin_hypercube", "saltelli"])
def test_findings_are_plain_numbers_and_names(design: str) -> None:
    result = planted()
    if design == "saltelli":
        points = saltelli(128, 3)
        measured = {"gdp_lost": points[:, 0], "consumption_lost": points[:, 1]}
        result = ensemble(points, measured, design="saltelli", base=128)
    found = analyse(result)
    assert bool(found.indices) == (design == "saltelli") != bool(found.ranks)
    assert found.independent == (256 if design == "saltelli" else 200)
    kinds = set()

    def look(into: object) -> None:
        kinds.add(type(into))
        for part in into.values() if isinstance(into, dict) else into if isinstance(into, tuple) else ():
            look(part)

    look(found.to_dict())
    assert kinds <= {dict, tuple, str, float, int, bool, type(None)}  # numpy's floats call themselves float
    assert any(one.found for one in found.discoveries)
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert set(told) == {field.name for field in dataclasses.fields(Findings)}
    assert told["summaries"][0]["measure"] == "gdp_lost"


def test_no_draw_that_did_not_fail_leaves_nothing_to_say() -> None:
    found = analyse(planted(failed=range(200)))
    assert (found.failed, found.independent) == (200, 0)
    assert not any((found.summaries, found.needs, found.falls, found.ranks, found.tornadoes, found.strips))


def test_a_single_draw_is_told_without_what_needs_many() -> None:
    found = analyse(planted(1))
    assert found.summaries[0].draws == 1
    assert (found.ranks, found.tornadoes, found.strips) == ((), (), ())


def test_a_measure_that_no_draw_has_is_left_out() -> None:
    result = planted()
    result.data["measured"][:, MEASURES.index("consumption_lost")] = np.nan
    found = analyse(result)
    assert found.failed == 0
    assert "consumption_lost" not in {one.measure for one in found.summaries}
    assert len(found.discoveries) == 1


SAME = """
import hashlib, json
import numpy as np
from autarky.sensitivity import analyse
from sensitivity_cases import ensemble, saltelli
points = saltelli(128, 20)
weights = np.random.default_rng(1).normal(size=(8, 20))
for design in ("saltelli", "random"):
    measured = {"gdp_lost": (points * weights[0]).sum(1), "falls": np.exp(points * weights[1]).sum(1)}
    measured["consumption_lost"] = np.where(points[:, 3] > 0.5, 0.1, points[:, 4])
    found = analyse(ensemble(points, measured, design=design, base=128)).to_dict()
    print(hashlib.sha256(json.dumps(found).encode()).hexdigest())
"""


def test_findings_are_the_same_bytes_on_any_number_of_threads() -> None:
    """Matrix products may share their work out between threads; it must not show."""
    told = {
        subprocess.run(
            [sys.executable, "-c", SAME],
            env=os.environ
            | {"OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
            | {"PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "3")
    }
    assert len(told) == 1
    assert len(told.pop().split()) == 2
