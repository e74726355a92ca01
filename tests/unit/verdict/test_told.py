"""Told: verdicts as text, as data and as a page."""

from __future__ import annotations

import json

from autarky.report.verdicts import render_verdicts
from autarky.verdict.judge import judge
from autarky.verdict.runs import COURSES, TOTAL
from autarky.verdict.told import text
from autarky.verdict.verdicts import Finding, Number, by_stance, in_words, to_dict
from made_verdicts import evidence, runs, sentence
from parsed_page import Page

FIGURES = evidence(
    ("food / prevalence undernourishment", "2018 to 2020", 42.4), ("growth / total", "2020", -4.5)
)
SENTENCES = [
    sentence("6", stance="outlet"),
    sentence("37", stance="state", quote="more on <b>our</b> own"),
    sentence("3", stance="state"),
    sentence("7"),
]
VERDICTS = judge(SENTENCES, FIGURES, (), runs({TOTAL: {"households": 0.6}}))


def test_a_line_a_sentence_and_a_table_by_stance() -> None:
    lines = text(VERDICTS).splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [
        ["6", "supported"],
        ["37", "built"],
        ["3", "not"],
        ["7", "needs"],
    ]
    assert "outlet: “words that somebody said”. Undernourished people, FAO: 42.4 %." in lines[0]
    assert lines[5].split() == [
        "stance",
        "supported",
        "contradicted",
        "undecided",
        "built",
        "in",
        "needs",
        "mechanism",
        "not",
        "testable",
    ]
    assert lines[7].split() == ["state", "0", "0", "0", "1", "0", "1"]
    assert all(len(line) <= 60 for line in text(VERDICTS, 60).splitlines()[:4])


def test_counts_by_stance_add_up() -> None:
    counted = by_stance(VERDICTS)
    assert list(counted) == ["outlet", "state", "citizen"]
    assert sum(sum(row.values()) for row in counted.values()) == len(VERDICTS)
    assert counted["state"][Finding.BUILT_IN] == 1


def test_everything_is_json() -> None:
    told = json.loads(json.dumps(to_dict(VERDICTS, {"command": "autarky claims"}), allow_nan=False))
    assert told["verdicts"][0]["finding"] == "supported"
    assert told["verdicts"][0]["numbers"][0]["claims"] == ["c0"]
    assert told["verdicts"][1]["opposing"].startswith("learning by doing")
    assert told["verdicts"][3]["needs"]
    assert told["by_stance"]["citizen"]["needs_mechanism"] == 1
    assert told["inputs"] == {"command": "autarky claims"}


def test_numbers_are_told_with_their_range() -> None:
    assert in_words(Number("x", 95.4, 94.9, 95.4, "pct")) == "95.4 (94.9 to 95.4) %"
    assert in_words(Number("x", 0.5, 0.5, 0.5, "1")) == "50 %"
    assert in_words(Number("x", -4.5, -4.5, -4.5, "pct")) == "−4.5 %"
    assert in_words(Number("x", 12345.6, 12345.6, 12345.6, "t")) == "12,346 t"
    assert in_words(None) == "no figure"


def test_the_page_holds_every_sentence_its_rule_and_its_sources() -> None:
    inputs = {"command": "autarky claims study.yaml", "digests": {"claims.csv": "ab" * 32}}
    page = render_verdicts(VERDICTS, evidence=FIGURES, courses=COURSES, inputs=inputs)
    assert page == render_verdicts(VERDICTS, evidence=FIGURES, courses=COURSES, inputs=inputs)
    assert len(Page(page).tables) > 3
    for verdict in VERDICTS:
        assert verdict.rule.replace("'", "&#x27;") in page or verdict.rule in page
    assert "A publisher (2021): A paper." in page
    assert "autarky claims study.yaml" in page and "ab" * 32 in page
    assert "more on &lt;b&gt;our&lt;/b&gt; own" in page
    assert "<script" not in page
    assert COURSES[TOTAL] in page


def test_a_page_needs_no_evidence_to_be_read() -> None:
    assert "c0" in render_verdicts(VERDICTS)
