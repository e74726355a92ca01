"""Evidence on the page: figures with their claims and grades, links only to the web, assumptions as such."""

import dataclasses

import numpy as np
import pytest

from autarky.errors import SourceError
from autarky.explanation import answer
from autarky.explanation.answer import json_ready
from autarky.explanation.grounds import GroundClaim, GroundFigure, grounds
from autarky.explanation.table_evidence import table_evidence
from autarky.report import render, render_ensemble
from autarky.results.netcdf import from_netcdf, to_netcdf
from autarky.sources.figures_behind import figures_behind
from made_ensembles import made_ensemble
from made_results import NATIONAL, made_result, national_result
from parsed_page import Page

URLS = ("https://example.org/a?b=1&c=2", "javascript:alert(1)", "data:text/html,x", "https://a b", "")


def claim(url="", used=True, kind="survey", reliability="B", credibility=3):
    return GroundClaim("35 pct", "Office: Yearbook", "2019", url, reliability, credibility, kind, used)


FIGURES = (
    GroundFigure("gdp / total", "2019", "one source: 35", 0.5, tuple(claim(url) for url in URLS)),
    GroundFigure("final use / state", "2019", "assumption: 1 to 2", 0.25, (claim(kind="assumption"),)),
    GroundFigure("trade / all", "2019", "one source: 7", 0.1, (claim(), claim(used=False, reliability="D"))),
    GroundFigure("trade / lost", "2019", "one source: 8", 0.0, ()),
)


def with_evidence(result, figures=FIGURES):
    evidence = tuple(json_ready(one) for one in figures)
    return dataclasses.replace(result, record=dataclasses.replace(result.record, evidence=evidence))


def test_the_page_tells_each_figure_with_its_claims_and_which_was_used():
    result = with_evidence(national_result())
    page = Page(render(result, answer(result)))
    _, *rows = page.table("Figures behind the table and the claims")
    assert len(rows) == sum(max(len(one.claims), 1) for one in FIGURES)
    assert ["trade / all, 2019", "10 %", "35 pct", "B3", "Office: Yearbook", "2019", "one source: 7"] in rows
    assert [row[-1] for row in rows if row[3] == "D3"] == ["not used"]
    assert [row[3] for row in rows if row[0].startswith("final use")] == ["assumption"]
    _, *largest = page.table("Figures behind the table, by how much")
    assert [row[1] for row in largest] == ["50 %", "25 %", "10 %", "0 %"]
    words = "".join(page.text)
    assert "4 figures with 7 claims in use, graded 7 B3; 1 of the figures is an assumption" in words


def test_only_addresses_of_the_web_become_links():
    result = with_evidence(national_result())
    page = Page(render(result, answer(result)))
    links = [held["href"] for tag, held in page.elements if tag == "a" and not held["href"].startswith("#")]
    assert links == [URLS[0]]
    assert "javascript:alert(1)" in "".join(page.text)


def test_every_assumption_of_a_run_stands_among_its_declared_choices():
    result = national_result()
    told = grounds(result.record, ())
    rows = Page(render(result, answer(result))).table("Choices that the study and the model declare")
    assert len(rows) - 1 == len(told.parameters)
    for sentence in result.record.assumptions:
        assert any(row[0] == sentence and row[1] == "assumption" for row in rows)
    assert told.assumed == sum(row[1] == "assumption" for row in rows)


def test_what_is_drawn_stands_with_its_source_by_how_far_it_moves_the_answer():
    result = made_ensemble(200)
    page = Page(render_ensemble(result))
    rows = page.table("Choices that the study and the model declare")
    for row in result.record.parameters:
        told = next(one for one in rows if one[0] == f"{row['name']} (drawn)")
        assert told[2] == (row["source"] or "none given")
    header, *moving = page.table("What is drawn, by how far it moves the answer")
    assert len(header) == 3 and moving
    by_parameter = page.table("Household consumption lost over the run, by parameter")
    assert [row[0] for row in moving] == [row[0] for row in by_parameter[1:]]


def test_the_figures_of_the_estimated_table_have_claims_grades_and_shares():
    found = table_evidence("north-korea-2019")
    assert len(found) == 34 and all(one.claims for one in found)
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
    assert found[0].figure == "gdp level / nominal GDP" and 0.2 < found[0].share < 0.5
    assert found[0].claims[0].grade == "A2" and found[0].claims[0].used
    assumed = [one for one in found if one.is_assumed]
    assert assumed and all(one.how.startswith("assumption") for one in assumed)
    assert all(one.how.startswith("assumption") == one.is_assumed for one in found)


def test_a_published_table_has_no_figures_behind_it():
    assert figures_behind("usa-2023") == ()
    assert "The table is cited as: " in render(national_result(), answer(national_result()))


def test_evidence_that_cannot_be_read_is_refused_with_its_place(tmp_path):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "figures.csv").write_text("figure,as_of\n")
    (tmp_path / "evidence" / "cells.csv").write_text("block,value,claims\nZ,much,\n")
    with pytest.raises(SourceError, match=r"figures\.csv.*cannot be read"):
        figures_behind(tmp_path)


def test_the_page_of_an_ensemble_with_a_whole_table_behind_it_stays_under_300_kb():
    result = made_ensemble(200, days=1461)
    run = dataclasses.replace(
        result.record.run,
        evidence=tuple(json_ready(one) for one in table_evidence("north-korea-2019")),
    )
    result = dataclasses.replace(result, record=dataclasses.replace(result.record, run=run))
    digests = {f"table north-korea-2019#{k}": f"{k:064x}" for k in range(100)}
    text = render_ensemble(result, inputs={"digests": digests})
    assert len(text.encode()) < 250_000
    assert "88 more digests" in text


SERIES = {"kind": "trade_series", "from": "2024-01-01", "shares": [0.5], "source": "customs by month"}


def test_what_happens_stands_with_where_its_figures_come_from_and_shocks_of_one_source_together():
    shocks = [
        {**SERIES, "products": ["A01"]},
        {"kind": "trade_cut", "from": "2024-01-05", "share_kept": 0},
        {**SERIES, "products": ["B"]},
        {**SERIES, "products": ["F"], "source": "assumption: as the others"},
    ]
    result = made_result(np.ones((20, 12)), sectors=NATIONAL, scenario={"shocks": shocks}, labels=NATIONAL)
    named = ("Customs (2024)", "<b>A book</b>")
    result = dataclasses.replace(result, record=dataclasses.replace(result.record, sources=named))
    page = Page(render(result, answer(result)))
    _, *rows = page.table("What happens, and where its figures come from")
    assert [row[1] for row in rows] == [
        "customs by month",
        "assumption: as the others",
        "no source: it is what the study asks",
    ]
    assert rows[0][0].startswith("trade in Crop and animal") and rows[0][0].endswith("and 1 more")
    assert not any(
        "customs by month" in row for row in page.table("Choices that the study and the model")[1:]
    )
    assert all(source in "".join(page.text) for source in named)
    told = grounds(result.record, answer(result).conditions)
    assert told.assumed == sum(one.is_assumed for one in told.parameters) + 1


def test_sources_of_shocks_and_study_survive_the_result_file():
    result = made_result(np.ones((20, 12)), sectors=NATIONAL, scenario={"shocks": [SERIES]})
    result = dataclasses.replace(result, record=dataclasses.replace(result.record, sources=("a", "b")))
    again = from_netcdf(to_netcdf(result), "result.nc")
    assert again.record.sources == ("a", "b")
    assert answer(again).conditions[0].source == "customs by month"
