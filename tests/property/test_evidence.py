"""Laws of claims: a range holds every claim, order moves no end, tables give back what they hold."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.evidence import Claim, Evidence, read_evidence, resolve
from autarky.evidence.units import SCALES, conversion

MASS = ("t", "kt", "Mt", "kg", "g", "million t")
AMOUNTS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6))


@st.composite
def claims(draw: st.DrawFn, units: tuple[str, ...] = MASS) -> list[Claim]:
    """One to six claims on one figure, of up to three sources."""
    made = []
    for number in range(draw(st.integers(1, 6))):
        low, value, high = sorted(draw(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS)))
        fields: dict[str, Any] = {
            "id": f"c{number}",
            "figure": "food / grain",
            "value": value,
            "low": draw(st.sampled_from([low, None])),
            "high": draw(st.sampled_from([high, None])),
            "unit": draw(st.sampled_from(units)),
            "as_of": "2019",
            "source": draw(st.sampled_from(["a", "b", "c"])),
            "kind": "estimate",
            "reliability": draw(st.sampled_from("ABCDEF")),
            "credibility": draw(st.integers(1, 6)),
        }
        made.append(Claim(**fields))
    return made


@given(claims())
def test_a_range_holds_every_claim_and_ends_at_one(given: list[Claim]) -> None:
    (figure,) = resolve(given)
    ends = [
        end * factor
        for claim in given
        for factor in [conversion(claim.unit, figure.unit)]
        for end in claim.range
        if factor is not None
    ]
    assert figure.low == min(ends)
    assert figure.high == max(ends)
    assert figure.low <= figure.value <= figure.high
    assert set(figure.claims) == {claim.id for claim in given}
    assert min((claim.reliability, claim.credibility) for claim in given) == next(
        (claim.reliability, claim.credibility) for claim in given if claim.id == figure.claims[0]
    )


@given(claims(units=("t",)), st.randoms())
def test_the_order_of_claims_moves_no_end_of_their_range(given: list[Claim], chance: Any) -> None:
    mixed = list(given)
    chance.shuffle(mixed)
    assert (resolve(given)[0].low, resolve(given)[0].high) == (resolve(mixed)[0].low, resolve(mixed)[0].high)


@given(claims())
def test_each_keeps_every_claim_once_and_the_range_holds_all_of_them(given: list[Claim]) -> None:
    figures = resolve(given, "each")
    assert sorted(id for figure in figures for id in figure.claims) == sorted(claim.id for claim in given)
    assert len(figures) == len({claim.source for claim in given})


@given(st.sampled_from(MASS), st.sampled_from(MASS), st.sampled_from(MASS))
def test_conversions_go_there_and_back_and_by_way_of_another(one: str, two: str, three: str) -> None:
    def factor(a: str, b: str) -> float:
        found = conversion(a, b)
        assert found is not None
        return found

    assert factor(one, two) * factor(two, one) == pytest.approx(1, rel=1e-12)
    assert factor(one, two) * factor(two, three) == pytest.approx(factor(one, three), rel=1e-12)


@given(st.sampled_from(sorted(SCALES)), st.sampled_from(["USD", "KRW", "bbl", "person"]))
def test_a_scale_is_its_number(scale: str, base: str) -> None:
    assert conversion(f"{scale} {base}", base) == SCALES[scale]


@given(claims(), st.text(st.characters(exclude_categories=["C"]), max_size=30))
def test_a_table_gives_back_the_claims_it_was_written_from(
    tmp_path_factory: pytest.TempPathFactory, given: list[Claim], note: str
) -> None:
    folder: Path = tmp_path_factory.mktemp("claims")
    note = note.lstrip("=@+")
    made = [claim.model_copy(update={"note": note}) for claim in given]
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Claim.model_fields)
        for claim in made:
            writer.writerow("" if value is None else value for value in dict(claim).values())
    with (folder / "sources.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["key", "title", "publisher"], *([key, "t", "p"] for key in "abc")])
    evidence = read_evidence(folder)
    assert evidence == Evidence(tuple(made), evidence.sources)
