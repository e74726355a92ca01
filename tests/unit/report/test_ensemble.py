"""The page of an ensemble: one static file that shows what the draws hold, safely and in the same bytes."""

import dataclasses
import datetime
import itertools
import re

import numpy as np
import pytest

from autarky.explanation import answer_of_draws
from autarky.explanation.timeline import Timeline, weekly_quantiles
from autarky.explanation.wording import percent
from autarky.report import render_ensemble
from autarky.report.bars import Influence, Swing, influences, tornado
from autarky.report.chances import MOST_LINES, Line, chances
from autarky.report.document import stylesheet
from autarky.report.dotplot import dotplot
from autarky.report.heatmap import SHADES
from autarky.report.intervals import Interval, intervals
from autarky.report.strips import floors_of, strips, strips_legend
from autarky.results import RunRecord
from autarky.sensitivity import analyse
from made_ensembles import PARAMETERS, SHOCK, made_ensemble, widened
from parsed_page import Page

HOSTILE = "</script><img src=x onerror=alert(1)>\"' onload=x </style></title>\x1b[31m\x00\u202e"
RESULTS = {
    "plain": made_ensemble(200),
    "saltelli": made_ensemble(64, design="saltelli"),
    "still": made_ensemble(60, harm=0),
    "all": made_ensemble(60, harm=10),
    "one draw": made_ensemble(1),
    "one survivor": made_ensemble(5, failed=(0, 1, 2, 4)),
    "none": made_ensemble(3, failed=(0, 1, 2)),
}


@pytest.fixture(scope="module", params=RESULTS)
def text(request):
    return render_ensemble(RESULTS[request.param])


@pytest.fixture(scope="module")
def plain():
    return Page(render_ensemble(RESULTS["plain"]))


@pytest.fixture(scope="module")
def findings():
    return analyse(RESULTS["plain"])


def test_the_page_is_one_balanced_file_without_scripts_or_requests(text):
    page = Page(text)
    assert not {tag for tag, _ in page.elements} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "image",
        "use",
    }
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes), tag
        assert attributes.get("href", "#").startswith("#")
    assert "http:" not in text and "https:" not in text
    assert "nan" not in re.findall(r'="([^"]*)"', text) and not re.search(r'[ "M]-?(nan|inf)[ "]', text)


def test_headings_are_in_order_ids_are_unique_and_references_hold(text):
    page = Page(text)
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(page.headings))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for ident in attributes.get("aria-labelledby", "").split():
            assert ident in ids
    regions = [a["aria-label"] for _, a in page.elements if a.get("role") == "region"]
    assert len(regions) == len(set(regions))


def test_every_picture_has_a_finding_and_a_table_after_it(text):
    for section in re.findall(r"<section.*?</section>", text, re.S):
        pictures = re.findall(r'<svg role="img".*?<desc[^>]*>(.*?)</desc>', section, re.S)
        pictures += re.findall(r"<svg(?=[^>]*role=.img)[^>]*>.*?<desc[^>]*>(.*?)</desc>", section, re.S)
        assert all(len(finding) > 10 for finding in pictures)
        if pictures:
            assert "<table" in section[section.rindex("</svg>") :]


def test_the_sentences_of_the_answer_stand_on_the_page():
    for result in RESULTS.values():
        told = answer_of_draws(result)
        text = "".join(Page(render_ensemble(result, told)).text)
        assert all(sentence in text for sentence in told.sentences)


def test_quantiles_in_the_table_are_those_of_the_draws(plain):
    data = RESULTS["plain"].data
    _, *rows = plain.table("Measures over all draws")
    by_name = {row[0]: row[1:] for row in rows}
    for name, measure in (
        ("GDP lost over the run", "gdp_lost"),
        ("household consumption lost on the worst day", "consumption_lost_at_most"),
    ):
        expected = np.quantile(data["measured"].sel(measure=measure), (0.05, 0.25, 0.5, 0.75, 0.95))
        assert by_name[name][:5] == [percent(float(value)) for value in expected]
    first = data["measured"].sel(measure="first_stop").values
    first = np.sort(np.where(np.isnan(first), np.inf, first)) - SHOCK
    assert by_name["day on which the first industry stops"][0] == str(round(np.quantile(first, 0.05)))
    never = int(np.isinf(first).sum())
    assert by_name["day on which the first industry stops"][5] == f"{round(100 * never / 200)} % of draws"
    assert by_name["day on which the first industry stops"][4] == "never"


def test_the_strips_are_the_means_of_each_week_of_the_result(plain):
    data = RESULTS["plain"].data
    header, *rows = plain.table("Households, quantiles of draws, mean of each week")
    cells = {row[0]: row[1:] for row in rows}
    for quantile in (0.05, 0.5, 0.95):
        daily = data["consumption"].sel(need="HOM.ENE", quantile=quantile).values
        row = cells[f"Energy, {percent(quantile)}"]
        assert len(row) == len(header) - 1
        for week, cell in enumerate(row):
            assert abs(float(cell) - 100 * daily[7 * week : 7 * week + 7].mean()) <= 0.5 + 1e-9


def test_the_share_of_draws_by_day_is_counted_from_them(plain):
    first = RESULTS["plain"].data["first_day_below_need"].sel(need="HOM.FOO").values
    header, *rows = plain.table("Share of draws by day")
    food = next(row for row in rows if row[0] == "below need: Food")
    for day, cell in zip(header[1:], food[1:], strict=True):
        share = 100 * np.mean((first >= 0) & (first <= int(day.replace("−", "-")) + SHOCK))
        assert abs(share - float(cell)) <= 0.5


def test_tables_of_tornado_and_box_give_what_was_found(plain, findings):
    bars = next(found for found in findings.tornadoes if found.measure == "consumption_lost").bars
    _, *rows = plain.table("Household consumption lost over the run, by parameter")
    assert [row[0] for row in rows] == [bar.parameter for bar in bars]
    for row, bar in zip(rows, bars, strict=True):
        assert row[2] == percent(bar.swing)
        assert all(percent(end.level) in row[1] for end in bar.ends)
    _, *boxes = plain.table("Boxes of parameters")
    for row, box in zip(boxes, findings.discoveries, strict=True):
        assert row[3] == percent(box.base_rate)
        assert row[2] == (percent(box.density) if box.found else "–")


def test_sobol_indices_stand_with_their_intervals():
    result = RESULTS["saltelli"]
    found = next(one for one in analyse(result).indices if one.measure == "consumption_lost").indices
    page = Page(render_ensemble(result))
    _, *rows = page.table("Sobol indices")
    for row, index in zip(rows, found, strict=True):
        assert row[0] == index.parameter
        assert row[1] == f"{percent(index.first)} ({percent(index.first_low)} to {percent(index.first_high)})"
        assert row[2] == f"{percent(index.total)} ({percent(index.total_low)} to {percent(index.total_high)})"


def test_without_a_saltelli_design_ranks_stand_and_are_no_sobol_indices(plain):
    assert any(table["caption"].startswith("Rank coefficients") for table in plain.tables)
    assert "These are no Sobol indices" in "".join(plain.text)


def test_sources_stand_side_by_side_with_their_draws(plain):
    data = RESULTS["plain"].data
    _, *rows = plain.table("Household consumption lost over the run by harvest")
    lost = data["measured"].sel(measure="consumption_lost").values
    for k, row in enumerate(rows):
        own = lost[data["value"].values[:, 2] == k]
        assert row[1] == str(len(own))
        assert row[4] == percent(float(np.median(own)))
    assert ["harvest", "ministry", "yearbook of the ministry"] in plain.table(
        "Options and where they come from"
    )


def test_failed_draws_stand_with_their_reason():
    page = Page(render_ensemble(RESULTS["one survivor"]))
    assert page.table("Why draws failed")[1][1] == "4"
    assert "4 of 5 draws; they are left out" in "".join(page.text)


def test_what_repeats_the_ensemble_stands_on_the_page():
    inputs = {"command": "autarky ensemble oil.yaml --draws 200", "digests": {"study": "ab" * 32}}
    text = "".join(Page(render_ensemble(RESULTS["plain"], inputs=inputs)).text)
    for words in (
        inputs["command"],
        "ab" * 32,
        "smuggling and detours",
        '"need_share": 0.8',
        "Every number is invented.",
    ):
        assert words in text


def test_hostile_labels_are_inert():
    parameters = [
        {**row, "name": f"{HOSTILE}{k}", "sentence": HOSTILE, "source": HOSTILE, "unit": HOSTILE}
        for k, row in enumerate(PARAMETERS)
    ]
    parameters[2] = {**parameters[2], "options": [HOSTILE, HOSTILE + "b"], "option_sources": [HOSTILE] * 2}
    clean = made_ensemble(60, failed=(3,))
    result = made_ensemble(60, failed=(3,), error=HOSTILE, parameters=parameters)
    run = RunRecord(
        scenario={**result.record.run.scenario, "name": HOSTILE},
        parameters={HOSTILE: HOSTILE},
        assumptions=(HOSTILE,),
        economy={"name": HOSTILE, "notes": [HOSTILE], HOSTILE: HOSTILE},
        versions={HOSTILE: HOSTILE},
    )
    attacked = dataclasses.replace(
        result,
        record=dataclasses.replace(result.record, run=run, uncertainty={"design": HOSTILE, HOSTILE: HOSTILE}),
        labels={code: f"{HOSTILE}{code}" for code in result.labels},
    )
    text = render_ensemble(attacked, inputs={"command": HOSTILE, "digests": {HOSTILE: HOSTILE}})
    page, other = Page(text), Page(render_ensemble(clean, inputs={"digests": {"study": "ab"}}))
    assert {tag for tag, _ in page.elements} == {tag for tag, _ in other.elements}
    assert {name for _, a in page.elements for name in a} == {name for _, a in other.elements for name in a}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "<img" not in text and "&lt;img" in text


def test_a_large_ensemble_stays_under_300_kb():
    parameters = [
        {**PARAMETERS[k % 2], "name": f"parameter {k} with a long name that says it all"} for k in range(2)
    ]
    result = widened(made_ensemble(300, days=730, parameters=[*parameters, PARAMETERS[2]]), 60)
    text = render_ensemble(result)
    assert len(text.encode()) < 300_000
    assert len(Page(text).table("Industries that stop in some draw")) == 101


def test_the_same_draws_give_the_same_bytes():
    assert render_ensemble(made_ensemble(60)) == render_ensemble(made_ensemble(60))


def test_a_dotplot_has_a_dot_for_each_value_and_those_of_never_stand_apart():
    dots = [10.0] * 30 + [20.0] * 10 + [float("nan")] * 10
    drawn = dotplot("d", "title", "finding", dots, (10, 10, float("inf")), lambda value: f"{value:g}")
    circles = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"[^>]*r=', drawn)]
    assert len(circles) == 51  # and the median
    assert ">never<" in drawn and ">10<" in drawn and ">20<" in drawn
    assert sum(x > 255 for x in circles) == 10


def test_dots_keep_to_the_picture_and_do_not_overlap():
    dots = sorted(np.random.default_rng(1).lognormal(size=50).tolist())
    drawn = dotplot("d", "title", "finding", dots, None, str)
    found = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', drawn)
    places = np.array(found, dtype=float)
    assert len(places) == 50 and places[:, 1].min() - places[0, 2] >= 0
    gaps = np.hypot(*(places[:, None, :2] - places[None, :, :2]).T)
    assert gaps[~np.eye(50, dtype=bool)].min() >= 2 * places[0, 2]


def falling(*rows):
    """A timeline of weeks whose quantiles are these rows, lowest first."""
    starts = tuple(datetime.date(2024, 1, 1) + datetime.timedelta(7 * k) for k in range(len(rows[0])))
    return Timeline(("0.05", "0.5", "0.95"), starts, 7, "week", np.array(rows))


def drawn_cells(drawn):
    """(shade, left edge, upper edge, width) of each run of cells."""
    return [
        (kind, *map(float, cell))
        for path, kind in re.findall(r'<path d="([^"]*)" class="s-(\w+)"', drawn)
        for cell in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v", path)
    ]


def test_strips_shade_each_quantile_by_the_need_with_the_worst_draws_at_the_bottom():
    timeline = falling([0.79, 0.39, 0.07], [0.8, 0.8, 0.41], [1.0, 1.02, 0.98])
    end = datetime.date(2024, 1, 21)
    drawn = strips("s", "title", "finding", timeline, end, floors_of(0.8))
    heights = sorted({y for _, _, y, _ in drawn_cells(drawn)})
    rows = [
        [kind for kind, _, y, _ in sorted(drawn_cells(drawn), key=lambda c: c[1]) if y == own]
        for own in heights
    ]
    assert rows == [["base", "above", "touched"], ["touched", "fallen"], ["fallen", "stopped", "gone"]]
    names = re.findall(r">(half lower|1 in 20 \w+)<", drawn)
    assert names == ["1 in 20 higher", "half lower", "1 in 20 lower"]
    assert re.findall(r">(\d+ %)<", drawn) == ["98 %", "41 %", "7 %"]
    assert "half of the draws are below 41 % of base, and 1 in 20 below 7 %" in drawn


def test_strips_hold_no_area_and_no_line_that_could_be_read_as_a_course():
    timeline = weekly_quantiles(RESULTS["plain"], "gdp")
    drawn = strips("s", "title", "finding", timeline, datetime.date(2024, 5, 29))
    assert "<line" not in drawn
    cells = drawn_cells(drawn)
    assert {kind for kind, *_ in cells} <= {kind.name for kind in SHADES}
    for own in {y for _, _, y, _ in cells}:
        row = sorted((x, width) for _, x, y, width in cells if y == own)
        assert sum(width for _, width in row) == pytest.approx(320 - 96 - 52, abs=0.1 * len(row))
        assert all(a + wide == pytest.approx(b, abs=0.11) for (a, wide), (b, _) in itertools.pairwise(row))


def test_the_legend_of_strips_names_the_need_as_an_edge():
    assert "40 to 80 %: below need" in strips_legend(0.8) and "80 to 99 %" in strips_legend(0.8)
    assert "s-touched" not in strips_legend(1.0) and "50 to 100 %: below need" in strips_legend(1.0)


def test_lines_of_chances_end_where_they_are_named():
    rows = [
        Line("a", "stops", [0.0, 0.5, 0.5]),
        Line("b", "stops", [0.0, 0.5, 0.51]),
        Line("c", "stops", [0.0, 0.0, 0.0]),
    ]
    drawn = chances("c", "title", "finding", rows, datetime.date(2024, 1, 1))
    heights = [float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)" class="name"', drawn)]
    assert len(heights) == 3
    assert min(abs(a - b) for a, b in itertools.combinations(heights, 2)) >= 30.9
    full = chances("c", "title", "finding", rows[2:] * 6, datetime.date(2024, 1, 1))
    heights = [float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)" class="name"', full)]
    assert len(heights) == 6 and min(heights) > 12 and max(heights) + 14 < 288


def test_every_line_of_chances_has_dashes_of_its_own():
    dashes = dict(re.findall(r"\.l-(\d) \{ stroke-dasharray: ([\d ]+);", stylesheet()))
    assert len(set(dashes.values())) == len(dashes) == MOST_LINES - 1  # the first is solid


def test_an_interval_without_a_day_has_its_name_and_no_mark():
    rows = [Interval("always", (1, 2, 3, 4, 5)), Interval("never", None, "no draw")]
    drawn = intervals("i", "title", "finding", rows, str)
    assert drawn.count("<circle") == 1 and ">never<" in drawn and ">no draw<" in drawn


def test_bars_of_a_tornado_meet_at_the_middle_and_name_where_the_parameter_stands():
    drawn = tornado("t", "title", "finding", [Swing("stock", 1, "at most 9", 5, "at least 40")], 2.0, str)
    boxes = [
        (float(x), float(width), kind)
        for x, width, kind in re.findall(
            r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="16" class="swing-(\w+)"', drawn
        )
    ]
    (left, right) = sorted(boxes)
    assert left[0] + left[1] == pytest.approx(right[0], abs=0.02) and (left[2], right[2]) == ("low", "high")
    assert right[1] == pytest.approx(3 * left[1], rel=0.01)
    assert ">at most 9<" in drawn and ">at least 40<" in drawn and "hollow" not in drawn
    unclear = tornado("t", "title", "finding", [Swing("stock", 1, "a", 5, "b", is_clear=False)], 2.0, str)
    assert unclear.count("hollow") == 2


def test_influences_below_zero_run_to_the_left():
    rows = [Influence("a", -0.5, (-0.6, -0.4)), Influence("b", 0.5, None, 0.75, (0.7, 0.8))]
    drawn = influences("f", "title", "finding", rows, str)
    first, second = re.findall(
        r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="11" class="b-first"', drawn
    )
    assert float(first[0]) + float(first[1]) == pytest.approx(float(second[0]), abs=0.02)
    assert drawn.count('class="b-total"') == 1 and drawn.count('class="range"') == 2
