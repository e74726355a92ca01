"""The page of a backtest: method first, pictures that state their finding, every number also in a table."""

import re

import pytest

from autarky.report.backtest import render_backtest
from autarky.verdict.backtest import backtest
from made_backtest import future_study, made_evidence, past_study

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def result():
    return backtest(past_study(), future_study(), made_evidence(), draws=20, permutations=4)


@pytest.fixture(scope="module")
def page(result):
    return render_backtest(
        result, inputs={"command": f"autarky backtest {HOSTILE}", "digests": {"study": "00"}}
    )


def test_the_page_is_the_same_for_the_same_result_and_runs_no_script(result, page):
    inputs = {"command": f"autarky backtest {HOSTILE}", "digests": {"study": "00"}}
    assert render_backtest(result, inputs=inputs) == page
    assert "<script" not in page and "<img" not in page and "&lt;img" in page
    assert "http://" not in page and "https://" not in page


def test_the_first_line_is_the_method_line(result, page):
    first = re.search(r'<ol class="answer"><li>(.*?)</li>', page).group(1)
    assert result.method_sentence in first


def test_sections_come_in_order(page):
    assert re.findall(r'<section id="([a-z0-9-]+)"', page) == [
        "answer",
        "scores-0",
        "predictions",
        "calibration",
        "shares-of-range",
        "method",
    ]


def test_every_picture_has_a_name_and_states_its_finding(page):
    pictures = re.findall(r'<svg role="img".*?</svg>', page, re.S)
    assert len(pictures) == 5
    for picture in pictures:
        assert re.search(r"<title [^>]*>[^<]{10,}</title>", picture)
        assert re.search(r"<desc [^>]*>[^<]{10,}</desc>", picture)
    idents = re.findall(r' id="([^"]+)"', page)
    assert len(idents) == len(set(idents))


def test_coverage_stands_beside_width_in_every_table_of_scores(page):
    header = re.search(r"<caption>Scores over.*?</thead>", page, re.S).group(0)
    assert re.findall(r'scope="col">([^<]*)', header)[-4:] == ["inside 50 %", "width", "inside 90 %", "width"]


def test_digests_and_the_unscored_years_are_on_the_page(result, page):
    assert result.predictions_digest in page and result.script_digest in page
    assert "Predictions, unscored" in page and "2021, 2022, 2023" in page
    assert "a comparison, never a target" in page
