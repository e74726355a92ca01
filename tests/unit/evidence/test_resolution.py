"""What several claims come to: a range, a preference with its reason, or each; never an average."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from autarky.errors import EvidenceError
from autarky.evidence import Claim, Evidence, Prefer, Preference, Source, resolve

GOOD: dict[str, Any] = {
    "id": "fao",
    "figure": "food / grain",
    "value": 1.2,
    "unit": "Mt",
    "as_of": "2019",
    "source": "FAO",
    "kind": "survey",
    "reliability": "A",
    "credibility": 2,
}


def claim(id: str = "fao", **fields: Any) -> Claim:
    return Claim(**{**GOOD, "id": id, **fields})


FAO = claim()
OFFICE = claim("office", value=1.4, low=1.0, high=1.55, source="Office", reliability="B")
PRESS = claim("press", value=1300, unit="kt", source="Press", reliability="C", credibility=4)


def preferring(source: str, reason: str = "counts more") -> Prefer:
    return Prefer(prefer=Preference(source=source, reason=reason))


def test_a_range_goes_from_extreme_to_extreme_and_its_value_is_the_best_graded() -> None:
    (figure,) = resolve([PRESS, OFFICE, FAO])
    assert (figure.value, figure.low, figure.high, figure.unit) == (1.2, 1.0, 1.55, "Mt")
    assert figure.claims == ("fao", "press", "office")
    assert figure.sentence == "range of 3 sources: 1–1.55 Mt (best graded 1.2: FAO, A2)"


def test_reliability_goes_before_credibility_and_the_first_of_equals_decides() -> None:
    sure = claim("sure", value=9, reliability="B", credibility=1, source="S")
    again = claim("again", value=7, source="T")
    assert resolve([sure, FAO, again])[0].value == 1.2
    assert resolve([again, sure, FAO])[0].value == 7


def test_figures_convert_into_the_unit_of_the_best_graded() -> None:
    (figure,) = resolve([FAO, PRESS])
    assert (figure.low, figure.high, figure.unit) == (1.2, pytest.approx(1.3), "Mt")
    (figure,) = resolve([claim("t", value=1250, unit="kt", source="T", credibility=1), FAO])
    assert (figure.value, figure.low, figure.unit) == (1250, pytest.approx(1200), "kt")


def test_each_gives_one_figure_for_each_source() -> None:
    second = claim("second", value=1.1)
    figures = resolve([FAO, OFFICE, second], "each")
    assert [figure.claims for figure in figures] == [("fao", "second"), ("office",)]
    assert figures[0].sentence == "range of 2 claims of one source: 1.1–1.2 Mt (best graded 1.2: FAO, A2)"
    assert figures[1].sentence == "one source: 1–1.55 Mt (best graded 1.4: Office, B2)"


def test_a_preference_takes_one_source_and_says_why() -> None:
    (figure,) = resolve([FAO, OFFICE, PRESS], preferring("Office"))
    assert (figure.value, figure.low, figure.high) == (1.4, 1.0, 1.55)
    assert figure.claims == ("office",)
    assert figure.sentence.endswith("preferred to 2 other sources: counts more")


def test_a_preferred_source_in_another_unit_stands_alone() -> None:
    """What is left aside need not be comparable: that may be why it is left aside."""
    barrels = claim("barrels", unit="bbl", source="B")
    assert resolve([FAO, barrels], preferring("FAO"))[0].value == 1.2


def test_an_assumption_says_so() -> None:
    assumed = claim(kind="assumption", reliability="F", credibility=6, low=1, high=2)
    assert resolve([assumed])[0].sentence.startswith("assumption: 1–2 Mt")


@pytest.mark.parametrize(
    ("claims", "how", "words"),
    [
        ([], "range", ["no claim"]),
        (
            [FAO, claim("crude", unit="million bbl")],
            "range",
            ["claims fao and crude", "Mt (mass)", "million bbl (volume of oil)"],
        ),
        ([FAO, claim("later", as_of="2020")], "range", ["claims fao and later", "different figures"]),
        ([FAO, claim("fish", figure="food / fish")], "each", ["claims fao and fish", "food / fish"]),
        ([FAO, OFFICE], preferring("Ofice"), ["no claim of source 'Ofice'", "did you mean 'Office'?"]),
    ],
)
def test_claims_that_cannot_be_resolved_are_named(claims: list[Claim], how: Any, words: list[str]) -> None:
    with pytest.raises(EvidenceError) as told:
        resolve(claims, how)
    assert all(word in str(told.value) for word in words), told.value


SOURCES = {key: Source(key=key, title="Book", publisher=key) for key in ("FAO", "Office", "Press")}


def test_evidence_finds_by_figure_period_and_id() -> None:
    evidence = Evidence((FAO, claim("later", as_of="2020"), OFFICE), SOURCES)
    assert evidence.on("food / grain", "2019") == (FAO, OFFICE)
    assert len(evidence.on("food / grain")) == 3
    assert evidence.on("Food / Grain", "2019") == evidence.on("food /  grain", "2019") == (FAO, OFFICE)
    assert evidence.on("food / rice") == ()
    assert evidence.claim("office") is OFFICE
    with pytest.raises(EvidenceError, match="did you mean 'office'"):
        evidence.claim("offise")


def test_spelling_of_a_figure_makes_no_other_figure() -> None:
    (figure,) = resolve([FAO, claim("b", figure="food / Grain", source="B", value=2)])
    assert (figure.low, figure.high) == (1.2, 2)


def test_evidence_refuses_ids_twice_and_sources_that_nobody_gives() -> None:
    with pytest.raises(EvidenceError) as told:
        Evidence((FAO, FAO, claim("x", source="Ofice")), SOURCES)
    assert [problem.what for problem in told.value.problems] == [
        "stands twice",
        "cites the unknown source 'Ofice'",
    ]


def test_evidence_cannot_be_changed_even_after_a_trip_to_a_worker() -> None:
    evidence = pickle.loads(pickle.dumps(Evidence((FAO,), SOURCES)))
    assert evidence == Evidence((FAO,), SOURCES)
    with pytest.raises(TypeError):
        evidence.sources["FAO"] = SOURCES["Office"]
    with pytest.raises(Exception, match="frozen"):
        evidence.claims[0].value = 2.0


@pytest.mark.parametrize("field", ["value", "low", "high"])
def test_a_claim_made_in_python_keeps_to_the_same_rules(field: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        claim(**{field: float("nan")})
    with pytest.raises(ValueError, match="low ≤ value ≤ high"):
        claim(low=2, high=3)
