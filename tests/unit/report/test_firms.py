"""The page of a firm result: pictures to scale, a table for each, every name inert, examples marked."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from autarky.explanation.firms import error_words, loss_words, sentences
from autarky.report.firms import MOST_SECTORS, render_firms
from hostile import MARKUP
from made_firm_results import MADE, about, drawn, given, plant, sure
from parsed_page import Page

HOSTILE = "</text></script><img src=x onerror=alert(1)>\"' </title>\x1b[31m\x00\u202e"


def shown(result):
    return Page(render_firms(result, digests={"study.yaml": "ab" * 32}))


def words(page):
    return " ".join("".join(page.text).split())


def marks(page, tag, class_):
    return [found for name, found in page.elements if name == tag and found.get("class") == class_]


@pytest.mark.parametrize("name", MADE)
def test_the_answer_comes_first_in_the_words_of_the_terminal(name):
    told = words(shown(MADE[name]()))
    for lead, sentence in sentences(MADE[name]()):
        assert lead in told and sentence in told
    assert told.index(sentences(MADE[name]())[-1][1]) < told.index("Who holds up most")


@pytest.mark.parametrize("name", MADE)
def test_every_picture_has_a_name_a_finding_and_a_table(name):
    written = render_firms(MADE[name]())
    page = Page(written)
    pictures = re.findall('<svg role="img".*?</svg>', written, re.S)
    findings = [re.search(r"<desc[^>]*>([^<]+)</desc>", one) for one in pictures]
    assert pictures and all(found and found[1].endswith(".") for found in findings)
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    idents = [found["id"] for _, found in page.elements if "id" in found]
    assert len(idents) == len(set(idents))
    labels = [found["aria-label"] for _, found in page.elements if found.get("role") == "region"]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", MADE)
def test_a_page_asks_for_nothing_runs_nothing_and_is_small(name):
    written = render_firms(MADE[name]())
    assert not re.search(r"<script|<link|<iframe|\bsrc=|url\((?!#)|@import|\bon\w+=|style=", written)
    assert len(written.encode()) < 300_000
    assert render_firms(MADE[name]()) == written


def test_bars_of_firms_and_of_suppliers_abroad_are_to_one_scale():
    result = drawn()
    page = shown(result)
    firms = [node for node in result.ranking.nodes if not node.is_foreign]
    abroad = list(result.ranking.foreign)
    scale = None
    for nodes, class_ in ((firms, "b-first"), (abroad, "b-cost"), (firms, "b-keep")):
        drawn_bars = marks(page, "rect", class_)[-len(nodes) :]
        own = [0.0 if node.is_foreign else node.output_share for node in nodes]
        follows = [node.loss[0].middle - part for node, part in zip(nodes, own, strict=True)]
        values = own if class_ == "b-keep" else follows
        widths = [float(found["width"]) for found in drawn_bars]
        scale = scale or widths[0] / values[0]
        assert widths == pytest.approx([value * scale for value in values], abs=0.02)


def test_the_table_of_the_ranking_has_every_weight_and_both_ways():
    result = drawn()
    header, *rows = shown(result).table("Lost of output if it alone fails")
    assert header[2:5] == ["lost of output", "lost of value added", "lost of jobs"]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "37"]
    first = result.ranking.nodes[0]
    assert rows[0][1:7] == [
        first.label,
        *map(loss_words, first.loss),
        loss_words(first.downstream),
        loss_words(first.upstream),
    ]


def test_where_losses_are_not_counted_in_output_no_part_is_told_as_the_firms_own():
    result = given()
    jobs = replace(result, ranking=replace(result.ranking, weights=("jobs", "output", "value_added")))
    assert not marks(shown(jobs), "rect", "b-keep")
    assert marks(shown(result), "rect", "b-keep")


def test_the_curve_says_how_few_hold_half():
    told = words(shown(given()))
    assert "2 nodes of 5 hold half of all single losses added together; the first alone holds 41 %." in told
    assert [row[1] for row in shown(given()).table("Share of all single losses")[1:]][-1] == "100 %"
    assert "How few hold most" not in words(shown(drawn()))


def test_firms_and_sectors_stand_side_by_side_with_the_aggregation_error():
    result = drawn()
    page = shown(result)
    assert page.table("Lost by the cut")[1:] == [
        ["output", loss_words(about(0.34)), "26 %"],
        ["value added", loss_words(about(0.3)), "24 %"],
        ["jobs", loss_words(about(0.38)), "30 %"],
    ]
    assert words(page).count(f"aggregation error {error_words(result.cut.error)}") == 2
    rows = page.table("Lost of each sector's output")[1:]
    assert [row[0] for row in rows] == ["Trade", "Metals", "Chemicals", "Farms"]
    assert rows[0][3] == "−24 %"
    picture = [found for found in marks(page, "circle", "middle") if float(found["cx"]) > 20]
    ends = [one.by_firms.middle for one in sorted(result.cut.sectors, key=lambda one: -one.by_firms.middle)]
    places = [float(found["cx"]) - 370 for found in picture]
    assert places == pytest.approx([end * places[0] / ends[0] for end in ends], abs=0.02)


def test_a_sector_without_output_is_told_and_not_drawn():
    page = shown(plant())
    rows = {row[0]: row[1:] for row in page.table("Lost of each sector's output")[1:]}
    assert rows["Idle"] == ["no data", "no data", "–"]
    assert len([one for one in marks(page, "circle", "best") if float(one["cx"]) > 20]) == 2


def test_sectors_that_stop_come_first_with_their_weeks_and_their_stopped_firms():
    page = shown(plant())
    told = words(page)
    assert (
        "2 sectors of 3 fall below 90 % of base: Plastics from 15 Jan 2020 and Gear from 5 Feb 2020." in told
    )
    rows = page.table("Sector by sector, by firms and as one firm")[1:]
    assert [row[0] for row in rows] == ["Plastics", "Gear", "Farms"]
    assert rows[0][1:3] == ["20 %", "30 %"] and rows[0][5] == "50 %"
    output = page.table("Output from firms, mean of each week")
    assert len(output[0]) - 1 >= 15 and output[1][0] == "Plastics"
    stopped = page.table("Firms below half of base, mean of each week, % of the sector's firms")
    assert [row[0] for row in stopped[1:]] == ["Plastics"]
    assert len(marks(page, "rect", "shock")) == 1


def test_a_run_of_ten_years_of_many_sectors_keeps_the_page_small():
    result = plant()
    days = result.days
    many = tuple(days.by_week[k % 3] * 18 for k in range(71))
    names = tuple(f"Sector {k}" for k in range(71))
    long = replace(
        days,
        days=7 * len(many[0]),
        sectors=names,
        sector_names=names,
        by_week=many,
        by_sector_model=many,
        courses=(replace(days.courses[0], output=days.courses[0].output * 18),),
        stopped_by_week=tuple(tuple(1.0 if share < 0.5 else 0.0 for share in row) for row in many),
    )
    written = render_firms(replace(result, days=long))
    assert len(written.encode()) < 300_000
    page = Page(written)
    assert f"{71 - MOST_SECTORS} more sectors in firms.json" in words(page)
    assert "mean of each quarter" in "".join(one["caption"] for one in page.tables)


def test_the_chain_stands_in_a_table_with_its_days_and_the_course_in_weeks():
    page = shown(plant())
    rows = page.table("Fishing-gear factory (illustrative): back to the cut")[1:]
    assert [row[2] for row in rows] == ["day 29, 13 Feb 2020", "day 7, 22 Jan 2020", "the cut"]
    assert rows[0][4:] == ["for want of Plastics (18.5 days in stock)", "70 % of it came from the next"]
    assert rows[-1][4:] == ["is cut: on 15 Jan 2020 it delivers 0 % of base", "–"]
    course = page.table("Fishing-gear factory (illustrative): mean of each week")
    assert len(course) == 1 + 30 and course[1] == ["1 Jan 2020", "100"]


def test_examples_and_drawn_firms_are_marked_wherever_they_are_named():
    for result, name, mark in (
        (drawn(), r"firm of (?:Chemicals|Metals)", " (drawn)"),
        (plant(), "Fishing-gear factory", " (illustrative)"),
    ):
        written = render_firms(result)
        named = [written[found.end() : found.end() + len(mark)] for found in re.finditer(name, written)]
        assert len(named) > 4 and set(named) == {mark}
    assert "no real one is meant" in words(shown(plant()))
    assert "no real firm is meant" in words(shown(drawn()))


@pytest.mark.parametrize("label", [HOSTILE, *MARKUP])
def test_no_label_becomes_markup(label):
    result = plant()
    node = replace(result.ranking.nodes[0], label=label)
    days = replace(
        result.days,
        sector_names=(label, label + "b", label + "c"),
        first=((label, 3),),
        chains=(
            replace(
                result.days.chains[0],
                label=label,
                sentence=label,
                steps=tuple(
                    replace(step, label=label, bound_by=label) for step in result.days.chains[0].steps
                ),
            ),
        ),
        courses=(replace(result.days.courses[0], label=label),),
    )
    cut = replace(
        result.cut,
        sentence=label,
        notes=(label,),
        sectors=tuple(replace(one, name=label) for one in result.cut.sectors),
    )
    hostile = replace(
        result,
        title=label,
        network=replace(result.network, name=label, notes=(label,)),
        ranking=replace(result.ranking, nodes=(node,), how=label),
        cut=cut,
        days=days,
        rules=((label, label),),
    )
    written = render_firms(hostile, command=label, digests={label: label})
    page = Page(written)
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in shown(plant()).elements} | {"li", "ul"}
    assert not re.search("[\x1b\0\u202e]", written)


def test_what_has_no_node_is_said():
    empty = replace(given(), ranking=replace(given().ranking, nodes=(), foreign=(), curve=()))
    assert "Nothing was ranked." in words(shown(empty))


def test_one_network_has_no_whiskers():
    assert not marks(shown(given()), "line", "range")
    one = replace(drawn().ranking.nodes[0], loss=(sure(0.1),) * 3)
    assert len(marks(shown(drawn()), "line", "range")) > len(marks(shown(plant()), "line", "range")) == 0
    assert loss_words(one.loss[0]) == "10 %"
