"""Defects that stand in published tables are found, named and measured; sound tables are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from autarky.checks import Status, check, refusal
from autarky.sources.wiod2016 import read_wiod2016


@pytest.fixture(scope="module")
def stacked(shared_data: Path) -> Path:
    return shared_data / "wiod2016_niot" / "niot_2014_all43.csv.gz"


def test_romania_2014_fails_in_sector_r_s_by_3853_of_8584_million_usd(stacked: Path) -> None:
    (defect,) = (f for f in check(read_wiod2016(stacked, "ROU")) if f.status is Status.FAIL)
    assert (defect.check, defect.column, defect.unit) == ("column balance", "R_S", "million USD")
    assert defect.left == pytest.approx(12_436.882)
    assert defect.right == pytest.approx(8_584.098)
    assert defect.difference == pytest.approx(3_852.784)
    assert "column R_S" in defect.message
    assert "difference 3,853 of 8,584 million USD" in defect.message


def test_a_study_is_refused_on_it_with_the_same_words(stacked: Path) -> None:
    (problem,) = refusal(check(read_wiod2016(stacked, "ROU")))
    assert "R_S" in str(problem)
    assert "3,853 of 8,584 million USD" in str(problem)
    assert refusal(check(read_wiod2016(stacked, "DEU"))) == ()


@pytest.mark.parametrize(
    ("country", "worst", "gap"), [("LUX", "H52", -64.5), ("BGR", "R_S", 26.8), ("MLT", "C31_C32", 2.65)]
)
def test_the_lesser_gaps_are_named_too(stacked: Path, country: str, worst: str, gap: float) -> None:
    found = [f for f in check(read_wiod2016(stacked, country)) if f.check == "column balance"]
    assert (found[0].status, found[0].column) == (Status.FAIL, worst)
    assert found[0].difference == pytest.approx(gap, abs=0.05)


def test_the_other_39_countries_have_no_failing_check(stacked: Path) -> None:
    import csv
    import gzip

    with gzip.open(stacked, "rt", encoding="utf-8", newline="") as stream:
        countries = {row[0] for row in csv.reader(stream)} - {"Country"}
    sound = countries - {"ROU", "LUX", "BGR", "MLT"}
    assert len(sound) == 39
    for country in sorted(sound):
        findings = check(read_wiod2016(stacked, country))
        assert [f for f in findings if f.status is Status.FAIL] == [], country
        assert next(f for f in findings if f.check == "column balance").status is Status.PASS, country
