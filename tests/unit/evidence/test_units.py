"""Units: known ones, their nearest, and conversion only within what they measure."""

from __future__ import annotations

import pytest

from autarky.evidence.units import MOST, conversion, parse_unit


@pytest.mark.parametrize(
    ("unit", "into", "factor"),
    [
        ("kt", "t", 1000.0),
        ("billion USD", "million USD", 1000.0),
        ("trillion KRW", "billion KRW", 1000.0),
        ("Mt", "thousand t", 1000.0),
        ("t", "kg", 1000.0),
        ("pct of total", "share", 0.01),
        ("pct", "ratio", 0.01),
        ("TWh", "GWh", 1000.0),
        ("kWh", "GWh", 1e-6),
        ("Mtoe", "TWh", 11.63),
        ("kgce", "GJ", 0.0293076),
        ("GJ/t", "kWh/kg", 1 / 3.6),
        ("kg/t", "kg/kg", 0.001),
        ("million bbl", "bbl", 1e6),
        ("bbl/day", "bbl/hour", 1 / 24),
        ("km2", "ha", 100.0),
        ("thousand person", "person", 1000.0),
        ("KPW/kg", "KPW/t", 1000.0),
        ("million KRW/person", "billion KRW/million person", None),
        ("kcal/person/day", "kcal/day/person", 1.0),
    ],
)
def test_units_convert_within_what_they_measure(unit: str, into: str, factor: float | None) -> None:
    if factor is None:
        with pytest.raises(ValueError, match="unknown unit"):
            conversion(unit, into)
    else:
        assert conversion(unit, into) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "into"),
    [
        ("t", "bbl"),
        ("USD", "KRW"),
        ("pct", "pct of total"),
        ("kcal", "GWh"),
        ("MW", "GWh"),
        ("count", "person"),
        ("index", "ratio"),
        ("month", "day"),
        ("KPW/USD", "USD/KPW"),
        ("t", "t/year"),
    ],
)
def test_units_of_different_things_do_not_convert(unit: str, into: str) -> None:
    assert conversion(unit, into) is None


@pytest.mark.parametrize(
    ("unit", "remedy"),
    [
        ("mt", "'Mt'"),
        ("Million USD", "did you mean 'million USD'"),
        ("KPW per kg", "/ for per"),
        ("GWhs", "'GWh'"),
        ("furlong", "thousand|million|billion|trillion"),
        ("", "write"),
        ("million", "million"),
        ("t/", "did you mean 't'"),
        ("t//ha", "write"),
        ("percent", "pct"),
    ],
)
def test_an_unknown_unit_is_named_with_a_remedy(unit: str, remedy: str) -> None:
    with pytest.raises(ValueError, match="unknown unit") as told:
        parse_unit(unit)
    what, _, offered = str(told.value).partition("; ")
    assert repr(unit) in what
    assert remedy in offered


@pytest.mark.parametrize("share", MOST)
def test_a_share_takes_no_scale(share: str) -> None:
    with pytest.raises(ValueError, match="takes no scale"):
        parse_unit(f"thousand {share}")
