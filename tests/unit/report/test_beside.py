"""Beside a run: plan, comparison and lifelines of other folders on its page, inert, and the gap adds up."""

import dataclasses
import re

import pytest

from autarky.explanation import answer
from autarky.explanation.comparison import compare
from autarky.explanation.plan_gap import PlanGap, plan_gap
from autarky.report import render, render_ensemble
from autarky.report.beside import Beside
from autarky.report.waterfall import Fall, waterfall
from autarky.results.plan import Livelihood, Series
from made_ensembles import made_ensemble
from made_lifelines import countdown, lifelines
from made_plans import made_clash, made_plan
from made_results import national_result
from parsed_page import Page

HOSTILE = "</script><img src=x onerror=alert(1)>\"' onload=x </style></title>\x1b[31m\x00\u202e"


def section(page, ident):
    return re.search(rf'<section id="{ident}".*?</section>', page, re.S).group(0)


def test_a_plan_beside_a_run_shows_what_is_begun_its_chart_and_the_gap():
    plan, result = made_plan(), national_result()
    held = Beside(plan=plan, folders={"plan": "20260101T000000Z-12345678-a-plan"})
    part = section(render(result, answer(result), beside=held), "plan")
    page = Page(part)
    header, *rows = page.table("What is begun")
    assert header == ["year", "action", "makes", "needs", "cost", "lead time", "avoids"]
    begun = [step for step in plan.steps if step.act in ("start", "keep up")]
    assert len(rows) == min(len(begun), 12) and rows
    worth = [step.delay_cost or 0.0 for step in begun]
    assert max(begun, key=lambda step: step.delay_cost or 0.0).name in rows[0][1] or max(worth) == 0
    assert "20260101T000000Z-12345678-a-plan" in part and "autarky plan" in part
    assert "From the gap to what remains" in part


def test_a_clash_beside_an_ensemble_says_that_there_is_no_plan():
    part = section(render_ensemble(made_ensemble(60), beside=Beside(plan=made_clash())), "plan")
    assert made_clash().policies[0] in part and "autarky plan STUDY" not in part


def test_a_comparison_beside_a_run_shows_each_run_with_its_numbers():
    one, other = national_result(), national_result(days=150)
    found = compare("two lengths", [one, other], ["long", "short"])
    part = section(render(one, answer(one), beside=Beside(comparison=found)), "compare")
    header, *rows = Page(part).table("Lost over the run in each")
    assert header[1:] == ["long", "short"] and rows
    assert "Conclusions put to the test" in part


def test_own_lifelines_stand_before_those_of_another_folder():
    result = national_result()
    held = Beside(
        lifelines=lifelines(9, name="other"), countdown=countdown(4, 3), folders={"keep": "elsewhere"}
    )
    own = section(render(result, answer(result), lifelines=lifelines(9, name="own"), beside=held), "keep")
    assert "own" in own and "other 0" not in own and "elsewhere" not in own
    assert "elsewhere" in section(render(result, answer(result), beside=held), "keep")


def livelihoods(*baskets):
    return tuple(
        Livelihood(span, "all", basket, 0.0)
        for span, basket in zip(("2026", "2027", "2028"), baskets, strict=True)
    )


def planned(**changes):
    plan = made_plan()
    return dataclasses.replace(plan, spans=("2026", "2027", "2028"), **changes)


def test_the_gap_of_a_livelihood_closes_by_what_is_ready_and_adds_up():
    gap = plan_gap(planned(livelihoods=livelihoods(0.6, 0.9, 0.85)))
    assert isinstance(gap, PlanGap) and gap.unit == ""
    assert gap.whole == pytest.approx(0.4) and gap.remains == pytest.approx(0.15)
    assert [change for _, change in gap.parts] == pytest.approx([-0.3, 0.05])
    assert gap.parts[0][0].startswith("2027: ")
    assert "40 %" in gap.finding and "15 %" in gap.finding


def test_the_bars_of_a_gap_lead_from_the_whole_to_what_remains():
    plan = made_plan()
    baskets = [0.6, 0.9, *[0.85] * (len(plan.spans) - 2)]
    lived = tuple(Livelihood(span, "all", had, 0.0) for span, had in zip(plan.spans, baskets, strict=True))
    result = national_result()
    page = render(result, answer(result), beside=Beside(plan=dataclasses.replace(plan, livelihoods=lived)))
    drawn = page[page.index('aria-labelledby="plan-gap-title') :]
    found = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawn[: drawn.index("</svg>")])
    (left, whole), _, (last, more), (zero, remains) = [(float(x), float(wide)) for x, wide in found]
    assert left == zero and remains == pytest.approx(whole * 0.15 / 0.4, rel=0.01)
    assert last + more == pytest.approx(zero + remains, abs=0.02)


def imports(*pairs, unit="million USD / year"):
    return tuple(
        Series(f"C{k}", f"good {k}", unit, by_span=(base, after, after), base=base)
        for k, (base, after) in enumerate(pairs)
    )


def test_where_nobody_lacks_anything_the_gap_is_what_is_imported():
    whole = livelihoods(1.0, 1.0, 1.0)
    gap = plan_gap(planned(livelihoods=whole, imports=imports((10, 0), (5, 3), *[(1, 0.5)] * 12)))
    assert gap is not None and gap.whole == 27 and gap.remains == pytest.approx(9)
    assert gap.parts[0] == ("no more good 0", -10) and gap.parts[-1] == ("6 other imports", -3.0)
    assert len(gap.parts) == 9
    assert plan_gap(planned(livelihoods=whole, imports=imports((10, 10)))) is None
    mixed = imports((10, 0)) + imports((10, 0), unit="kt / year")
    assert plan_gap(planned(livelihoods=whole, imports=mixed)) is None


def test_each_bar_of_a_waterfall_begins_where_the_one_above_ends():
    falls = [
        Fall("a", 0, 10, "", "b-keep"),
        Fall("b", 10, -4, "", "swing-low"),
        Fall("c", 6, 1, "", "swing-high"),
    ]
    drawn = waterfall("w", "title", "finding", falls, str)
    boxes = [
        (float(x), float(w)) for x, w in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawn)
    ]
    assert boxes[0][0] + boxes[0][1] == pytest.approx(boxes[1][0] + boxes[1][1], abs=0.02)
    assert boxes[1][0] == pytest.approx(boxes[2][0], abs=0.02)
    assert boxes[1][1] == pytest.approx(4 * boxes[2][1], rel=0.01)


def test_hostile_labels_of_what_is_beside_are_inert():
    plan, result = made_plan(), national_result()
    steps = tuple(dataclasses.replace(step, name=HOSTILE, why=HOSTILE) for step in plan.steps)
    attacked = dataclasses.replace(plan, title=HOSTILE, steps=steps)
    found = compare(HOSTILE, [result, result], [HOSTILE, f"{HOSTILE}2"])
    held = Beside(
        plan=attacked,
        comparison=found,
        lifelines=lifelines(9, name=HOSTILE),
        countdown=countdown(4, 3, name=HOSTILE),
        folders=dict.fromkeys(("plan", "compare", "keep"), HOSTILE),
    )
    text = render(result, answer(result), beside=held, study=HOSTILE)
    Page(text)
    assert "<img" not in text and "&lt;img" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
