"""Verdicts see no speaker: whoever says a sentence, what is found on it is the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autarky.evidence import packaged_evidence
from autarky.verdict.judge import judge
from autarky.verdict.reading import packaged_sentences
from autarky.verdict.ruling import above, all_of, below, over_draws
from autarky.verdict.runs import CLOSURE, CLOSURE_REPLACED, PARTNER_CUT, TOTAL, TOTAL_REPLACED
from autarky.verdict.verdicts import Finding, Number
from made_verdicts import DRAWS, runs

SENTENCES = packaged_sentences("north-korea")
EVIDENCE = packaged_evidence("north-korea")
GOT = {"households": 0.7, "government": 0.9, "food": 0.6, "materials": 0.5, "energy": 0.5, "electricity": 0.8}
CUT = (CLOSURE, TOTAL, PARTNER_CUT, CLOSURE_REPLACED, TOTAL_REPLACED)
RUNS = runs({name: GOT | {"commerce": 0.5} for name in CUT}, lowest={CLOSURE: {"mill": 0.1}})
FOUND = judge(SENTENCES, EVIDENCE, (), RUNS)


@given(
    st.permutations(range(len(SENTENCES))), st.sampled_from(["state", "citizen", "outlet", "advocate", "x"])
)
def test_relabelling_who_speaks_changes_no_verdict(order: list[int], stance: str) -> None:
    swapped = [
        sentence.model_copy(
            update={"stance": SENTENCES[k].stance if k % 2 else stance, "speaker": SENTENCES[k].speaker}
        )
        for sentence, k in zip(SENTENCES, order, strict=True)
    ]
    found = judge(swapped, EVIDENCE, (), RUNS)
    assert [replace(now, sentence=then.sentence) for now, then in zip(found, FOUND, strict=True)] == list(
        FOUND
    )


@settings(max_examples=25)
@given(st.permutations(range(DRAWS)))
def test_the_order_of_draws_changes_no_finding(order: list[int]) -> None:
    shuffled = replace(RUNS, courses={name: course.isel(draw=order) for name, course in RUNS.courses.items()})
    assert [v.finding for v in judge(SENTENCES, EVIDENCE, (), shuffled)] == [v.finding for v in FOUND]


@given(st.lists(st.booleans(), min_size=1, max_size=50), st.floats(0.51, 1.0))
def test_what_is_supported_has_a_contradicted_opposite(holds: list[bool], least: float) -> None:
    opposite = {Finding.SUPPORTED: Finding.CONTRADICTED, Finding.CONTRADICTED: Finding.SUPPORTED}
    found = over_draws(np.array(holds), least)
    assert over_draws(~np.array(holds), least) is opposite.get(found, found)


@given(st.floats(-100, 100), st.floats(0, 50), st.floats(-100, 100))
def test_a_range_is_never_above_and_below(low: float, width: float, threshold: float) -> None:
    number = Number("x", low, low, low + width, "pct")
    both = {above(number, threshold), below(number, threshold)}
    assert both != {Finding.SUPPORTED}
    assert all_of(both) is not Finding.SUPPORTED
