"""The page of a plan, and of a clash: everything is on it, nothing of it is code, pictures are to scale."""

import re
from dataclasses import replace

import pytest

from autarky.explanation.action_plan import LEADS, sentences
from autarky.planning.plan import make_plan
from autarky.planning.telling.result import plan_result
from autarky.report.clash import render_clash
from autarky.report.plan import MOST_BYTES, OPEN_ROWS, cost_words, render_plan
from autarky.results.plan import Balance, Certificate, Clash, Measure, Need, Step
from made_plans import made_clash, made_plan
from made_problems import fading_naphtha
from parsed_page import Page

HOSTILE = "</text></script><img src=x onerror=alert(1)>\"' </title>\x1b[31m\x00\u202e"


@pytest.fixture(scope="module")
def written():
    return render_plan(made_plan(), digests={"study.yaml": "ab" * 32})


@pytest.fixture(scope="module")
def page(written):
    return Page(written)


def attributes(page, class_, name):
    return [
        float(found[name]) for _, found in page.elements if found.get("class") == class_ and name in found
    ]


def test_the_answer_comes_first_in_the_words_of_the_terminal(page):
    words = "".join(page.text)
    for lead, sentence in zip(LEADS, sentences(made_plan()), strict=True):
        assert lead in words and sentence in words
    assert words.index(LEADS[-1]) < words.index("Checklist for 2031")


def test_headings_do_not_skip_a_level_and_every_picture_has_a_name_and_a_finding(written, page):
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    for picture in re.findall('<svg role="img".*?</svg>', written, re.S):
        assert re.search(r"<title[^>]*>[^<]+</title>", picture)
        assert re.search(r"<desc[^>]*>[^<]*\d[^<]*</desc>|<desc[^>]*>[^<]+</desc>", picture)
    idents = [found["id"] for _, found in page.elements if "id" in found]
    assert len(idents) == len(set(idents))


def test_a_page_asks_for_nothing_and_runs_nothing(written, page):
    policy = next(found["content"] for tag, found in page.elements if tag == "meta" and "content" in found)
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"<script|<link|<iframe|\bsrc=|url\(|@import|\bon\w+=|style=", written)


def test_the_same_numbers_make_the_same_bytes(written):
    assert render_plan(made_plan(), digests={"study.yaml": "ab" * 32}) == written


def test_no_label_becomes_markup():
    plan = made_plan()
    steps = tuple(replace(step, name=HOSTILE, why=HOSTILE) for step in plan.steps)
    hostile = replace(
        plan,
        title=HOSTILE,
        steps=steps,
        imports=tuple(replace(one, name=HOSTILE) for one in plan.imports),
        balances=tuple(replace(one, product=HOSTILE) for one in plan.balances),
        livelihoods=tuple(replace(one, group=HOSTILE) for one in plan.livelihoods),
        assumptions=(HOSTILE,),
        names={"coalgas": HOSTILE, "peat": HOSTILE},
    )
    for text in (render_plan(hostile), render_clash(made_clash(title=HOSTILE, policies=(HOSTILE, HOSTILE)))):
        Page(text)
        assert "<img" not in text and "\x1b" not in text and "\x00" not in text and "\u202e" not in text


def test_the_table_of_steps_gives_needs_lead_time_why_and_what_it_avoids(page):
    header, first, *_ = page.table("Steps by year")
    assert header == ["year", "action", "makes", "needs", "lead time", "why", "avoids"]
    assert first[:3] == [
        "2031",
        "start building Fertiliser from coal gas",
        "24,000 t / year (12 million ARD / year)",
    ]
    assert "Machines 6 million ARD" in first[3]
    assert first[4] == "ready 2032; after Machine works (started 2031)"
    assert "40 person-days of basket" in first[5]
    assert "no more Naphtha from abroad from 2033" in first[6] and "costs 1,250 person-days" in first[6]


def test_building_bars_reach_from_the_start_to_the_year_in_which_it_is_ready(page):
    """Three years and the year after, each a quarter of the axis: one year of building is one quarter."""
    left, width = attributes(page, "swing-high", "x"), attributes(page, "swing-high", "width")
    quarter = (960 - 300 - 14) / 4
    # The sample in the legend comes first and has no place.
    bars = list(zip(left, width[1:], strict=True))
    assert sorted(bars) == [
        (pytest.approx(301), pytest.approx(quarter - 2)),
        (pytest.approx(301), pytest.approx(quarter - 2)),
        (pytest.approx(301 + 2 * quarter, abs=0.01), pytest.approx(quarter - 2)),
    ]


def test_running_bars_are_as_high_as_output_against_its_highest(page):
    heights = [height for height in attributes(page, "half", "height") if height != 12]
    assert heights == [pytest.approx(12.5), 15.0, 15.0]


def test_what_is_lacking_is_shaded_in_proportion(page):
    """80 and 95 per cent of the basket: gaps of 20 and of 5."""
    gaps = [height for height in attributes(page, "gap", "height") if height != 20]
    assert len(gaps) == 2
    assert gaps[0] / gaps[1] == pytest.approx(4.0, rel=0.01)
    assert page.table("Products short of need")[1][:4] == ["Grain", "towns", "2031", "80 %"]


def test_balances_add_up_on_the_page(page):
    rows = page.table("Fertiliser by year")
    assert rows[1][0] == "+ made by Fertiliser from coal gas" and rows[2][0] == "− used by Farms"
    for made, used, left in zip(rows[1][1:], rows[2][1:], rows[3][1:], strict=True):
        assert float(made) - float(used) == float(left)


def test_imports_to_keep_and_limits_say_worth_range_and_what_was_solved_again(page):
    assert page.table("Imports by worth")[1][:3] == ["Naphtha from abroad", "2031", "930"]
    first, second = page.table("Limits by what it is worth")[1:]
    assert first[2] == "13.5" and "0.5 less to 0.2 more" in first[4] and first[5] == "+0.075: +66"
    assert "any less" in second[4] and second[5] == "–"


def test_rejected_techniques_stand_apart_from_used_ones(page):
    assert page.table("Techniques that are used")[1][0] == "Fertiliser from coal gas"
    assert page.table("Techniques that are rejected")[1][-1] == "30"


def test_robust_steps_are_those_in_nine_of_ten_draws(page):
    rows = page.table("Steps by the share of draws")[1:]
    assert [(row[0], row[-1]) for row in rows] == [
        ("Fertiliser from coal gas", "robust"),
        ("Machine works", ""),
    ]


def test_the_frontier_numbers_the_budgets_at_which_techniques_switch_on(written, page):
    curve = re.search(r'aria-labelledby="frontier-title.*?</svg>', written, re.S)[0]
    assert "1. 50 %: Fertiliser from coal gas" in curve and "2. 0 %: Fertiliser from peat" in curve
    assert page.table("Years until")[2][-1] == "not within the plan"


def test_certificate_assumptions_sources_and_digests_are_on_the_page(page):
    words = "".join(page.text)
    for told in ("HiGHS 1.0", "3e-10", "Plants last 25 years.", "Made Yearbook (2030)", "ab" * 32):
        assert told in words


def test_a_plan_with_nothing_but_a_certificate_still_makes_a_page():
    bare = made_plan(
        **dict.fromkeys(
            [
                "stages",
                "coverages",
                "livelihoods",
                "steps",
                "activities",
                "imports",
                "exports",
                "balances",
                "targets",
                "limits",
                "keep",
                "valuations",
                "siege",
                "rolling",
                "days",
                "days_notes",
                "assumptions",
                "sources",
            ],
            (),
        ),
        frontier=None,
        robustness=None,
        days_checked=False,
        names={},
    )
    words = "".join(Page(render_plan(bare)).text)
    assert "Nothing is built beyond the plants there are." in words
    assert "was not tried under draws" in words


def test_long_tables_are_folded_and_a_page_stays_small_enough_to_open():
    plan = made_plan()
    steps = tuple(replace(plan.steps[0], name=f"Technique {k}", what=str(k)) for k in range(230))
    balances = tuple(
        Balance(
            span, f"Product {k}", "t", tuple((f"made by {j}", 1.0 + j) for j in range(8)), (("used", 2.0),)
        )
        for k in range(90)
        for span in plan.spans
    )
    text = render_plan(replace(plan, steps=steps, balances=balances))
    assert len(text.encode()) < MOST_BYTES
    page = Page(text)
    assert len(page.table("Steps by year")) == OPEN_ROWS + 1
    words = "".join(page.text)
    assert "30 more in what the command prints with --json." in words
    assert "more products in what the command prints" in words


def test_a_page_of_a_real_plan_shows_its_steps():
    result = plan_result(
        make_plan(fading_naphtha()), certificate=Certificate("made", 1, 1, 1, 0.0, "", 0.0), economy="made"
    )
    page = Page(render_plan(result))
    rows = page.table("Steps by year")
    assert any(row[1] == "start building Fertiliser from coal" for row in rows)
    assert any(row[1] == "stop running from naphtha" for row in rows)


def test_a_clash_shows_what_each_gives_alone_together_and_against_each_other():
    page = Page(render_clash(replace(made_clash(), assumptions=("Plants last 25 years.",))))
    words = "".join(page.text)
    assert "livelihood and import ceilings cannot both hold" in words
    assert page.table("Each policy giving alone")[2][1] == "wholly, and it does not suffice"
    assert page.table("All giving a little")[2][:3] == ["import ceilings", "7 million USD", "30 %"]
    assert page.table("What each gives")[1:] == [["0", "12"], ["40", "7"], ["120", "0"]]


def test_a_clash_without_policies_is_a_page_too():
    assert "contradicts itself" in "".join(Page(render_clash(Clash("t", (), (), ()))).text)


def test_the_cost_of_a_step_has_the_range_of_what_it_takes_or_says_that_there_is_none():
    steel, work = Need("steel", Measure(6.0, "M"), 3.0, 9.0), Need("cement", Measure(4.0, "M"))
    made = Step("2030", "start", "a", "A", Measure(1.0, "M / year"))
    assert cost_words(replace(made, needs=(steel, work))) == "10 M (7 to 13)"
    assert cost_words(replace(made, needs=(work,))) == "4 M (no range)"
    assert cost_words(replace(made, needs=(steel, Need("work", Measure(1.0, "hours"))))) == "–"
