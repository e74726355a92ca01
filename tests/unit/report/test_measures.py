"""The page of measures: formula, source, blind spots and unit of each; largest first; undefined as such."""

import itertools
import re

import numpy as np
import pytest

from autarky.dependence.measured import measured
from autarky.report.measures import MOST_BYTES, render_measures
from parsed_page import Page

HOSTILE = "</script><img src=x onerror=alert(1)>\"' onload=x </style></title>\x1b[31m\x00\u202e"
ECONOMY = {
    "name": "Arcadia",
    "year": 2020,
    "unit": "million ARD / year",
    "citation": "Made by formula.",
    "imports": "proportional",
    "digest": "ab" * 32,
}


def made(values, name="upstreamness", **coords):
    return measured(
        values,
        coords,
        name=name,
        long_name=f"stages of {name.replace('_', ' ')} before final use",
        units="1",
        formula="(I − B)⁻¹·1 < 2 & more",
        source="Antràs et al. (2012)",
        blind="stages, not days",
    )


CODES = [f"C{k}" for k in range(20)]
VALUES = np.array([*(10.0 - np.arange(18)), np.nan, np.nan])
NAMES = {"C0": "Crops", "C1": "Chemicals", "C2": "Chemicals", "BOR": "Boria"}


@pytest.fixture(scope="module")
def text():
    families = {
        "Position": [made(VALUES, industry=CODES)],
        "Exposure": [
            made(0.125, name="vertical_specialisation"),
            made(np.arange(8.0).reshape(2, 4), name="exposure", origin=["BOR", "CAL"], industry=CODES[:4]),
            made(np.arange(400.0).reshape(20, 20), name="paths", source=CODES, industry=CODES),
            made(np.arange(4.0).reshape(1, 4), name="one_origin", origin=["BOR"], industry=CODES[:4]),
            made(np.arange(400.0).reshape(20, 20), name="paths", source=CODES, industry=CODES),
            made(
                np.arange(18.0).reshape(9, 1, 2),
                name="bounds",
                product=CODES[:9],
                use=["all"],
                bound=["low", "high"],
            ),
            made(
                np.array([[1.0, 0, 0], [0, 1, 1], [np.nan, 1, 0]]),
                name="ties",
                industry=CODES[:3],
                of=["a", "b", "c"],
            ),
            made(np.full(3, np.nan), name="nowhere", industry=CODES[:3]).assign_attrs(
                undefined="the table tells no partners"
            ),
            made(np.array([False, True]), name="holds", industry=CODES[:2]),
            made(np.empty(0), name="nobody", industry=[]),
            made(-np.arange(3.0), name="losses", industry=CODES[:3]),
        ],
    }
    return render_measures(
        "Where Arcadia depends",
        ECONOMY,
        ["ARC"],
        families,
        names=NAMES,
        command="autarky measure arcadia",
        digests={"table": "cd" * 32},
        notes=["Found out."],
    )


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_the_page_is_one_balanced_file_without_scripts_or_requests(text, page):
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "image"}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
    assert "http:" not in text and "https:" not in text
    assert all(b - a <= 1 for a, b in itertools.pairwise(page.headings))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert all(a["href"].removeprefix("#") in ids for _, a in page.elements if "href" in a)
    labels = [a["aria-label"] for _, a in page.elements if a.get("role") == "region"]
    assert len(labels) == len(set(labels))
    assert not re.search(r'="[^"]*\b(nan|inf)\b', text)


def test_every_measure_says_what_it_is_by_which_formula_from_whom_and_what_it_does_not_see(page):
    words = "".join(page.text)
    assert words.count("Formula: (I − B)⁻¹·1 < 2 & more") == 12
    assert words.count("Source: Antràs et al. (2012)") == words.count("Not seen: stages, not days") == 12


def test_the_largest_come_first_and_undefined_ones_are_said_to_be(page):
    shown = page.table("upstreamness: the 15 largest of 20")
    assert shown[0] == ["industry", "value, unit 1"]
    assert [row[1] for row in shown[1:4]] == ["10", "9", "8"]
    rest = page.table("upstreamness: the next 5")
    assert [row[1] for row in rest[1:]] == ["−5", "−6", "−7", "not defined", "not defined"]
    assert "Not defined for 2 of 20." in "".join(page.text)
    assert "Not defined here: the table tells no partners." in "".join(page.text)
    assert [row[1] for row in page.table("losses")[1:]] == ["−2", "−1", "0"]


def test_what_holds_or_does_not_is_told_as_yes_and_no(page):
    assert page.table("holds")[1:] == [["Chemicals", "yes"], ["Crops", "no"]]


def test_labels_read_as_long_names_and_those_with_one_name_keep_their_code(page):
    names = [row[0] for row in page.table("upstreamness: the 15")[1:]]
    assert names[:4] == ["Crops", "Chemicals (C1)", "Chemicals (C2)", "C3"]


def test_a_short_dimension_makes_columns_and_two_long_ones_make_a_list(page):
    matrix = page.table("exposure")
    assert matrix[0] == ["industry; unit 1", "Boria", "CAL"]
    assert matrix[1] == ["C3", "3", "7"]
    cells = page.table("paths: the 15 largest of 400")
    assert cells[0] == ["source", "industry", "value, unit 1"]
    assert cells[1] == ["C19", "C19", "399"]
    assert [row[0] for row in page.table("ties")[1:]] == ["Chemicals (C1)", "Crops", "Chemicals (C2)"]
    assert page.table("bounds, use: all")[:2] == [["product; unit 1", "low", "high"], ["C8", "16", "17"]]
    assert page.table("paths (2): the 15 largest of 400") == cells
    assert page.table("one_origin, origin: Boria")[1][1] == "3"


def test_single_numbers_stand_at_the_top_and_in_their_family(page):
    assert page.table("Of the whole economy")[1][1:] == ["0.125", "unit 1"]
    assert "Found out." in "".join(page.text)


def test_provenance_and_the_command_stand_on_the_page(page):
    words = "".join(page.text)
    for told in ("Made by formula.", "proportional", "ab" * 32, "cd" * 32, "autarky measure arcadia --json"):
        assert told in words


def test_a_page_of_many_large_measures_stays_under_300_kb():
    """71 industries × 71 gates, 40 measures of industries, long names: rows are cut, and said to be."""
    industries = [f"I{k}" for k in range(71)]
    gates = [f"G{k}" for k in range(71)]
    names = {code: f"Manufacture of something with a rather long name, {code}" for code in industries + gates}
    rng = np.random.default_rng(1)
    families = {
        f"Family {f}": [made(rng.random(71), name=f"measure_{f}_{k}", industry=industries) for k in range(8)]
        + [made(rng.random((71, 71)), name=f"cells_{f}", source=gates, industry=industries)]
        for f in range(5)
    }
    text = render_measures(
        "Dependence", ECONOMY, ["USA"], families, names=names, command="autarky measure us"
    )
    assert len(text.encode()) < MOST_BYTES < 300_000
    assert "more are not on this page: <code>autarky measure us --json" in text
    Page(text)


def test_hostile_labels_are_inert():
    hostile = measured(
        np.arange(2.0),
        {HOSTILE: [HOSTILE, HOSTILE + "b"]},
        name=HOSTILE,
        long_name=HOSTILE,
        units=HOSTILE,
        formula=HOSTILE,
        source=HOSTILE,
        blind=HOSTILE,
    )
    text = render_measures(
        HOSTILE,
        {HOSTILE: HOSTILE, "name": HOSTILE},
        [HOSTILE],
        {HOSTILE: [hostile]},
        names={HOSTILE: HOSTILE},
        command=HOSTILE,
        digests={HOSTILE: HOSTILE},
        notes=[HOSTILE],
    )
    Page(text)
    assert "<img" not in text and "&lt;img" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_the_same_numbers_give_the_same_bytes():
    one = made(VALUES, industry=CODES)
    first, second = (render_measures("t", ECONOMY, ["A"], {"F": [one]}) for _ in range(2))
    assert first == second
