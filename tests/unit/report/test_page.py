"""The page: one static file that shows what the result holds, safely and always in the same bytes."""

import base64
import hashlib
import itertools
import re
from importlib import resources

import numpy as np
import pytest

from autarky.explanation import answer
from autarky.report import render, render_ensemble
from autarky.report.chains import MOST_CHAINS
from autarky.report.page import MOST_TABLE_ROWS
from made_chains import chain, gate, smaller, tree
from made_ensembles import made_ensemble
from made_lifelines import countdown, lifelines
from made_results import NATIONAL, large_result, made_result, national_result, world_result
from parsed_page import Page

HOSTILE = "</script><img src=x onerror=alert(1)>\"' onload=x </style></title>\x1b[31m\x00\u202e"


def page_of(result, **more):
    return render(result, answer(result), **more)


def everything(name=""):
    """Chains, lifelines and a countdown as large as they come."""
    names = [name or f"Manufacture of fabricated metal products, except machinery {k}" for k in range(4)]
    return {
        "chains": [chain(tree(4, 0.7), tree(4, 0.2), gate(0.06), smaller(0.04), name=name) for name in names],
        "lifelines": lifelines(71, best=12, name=name or "Fabricated metal products, except machinery"),
        "countdown": countdown(73, 60, name=name or "Fabricated metal products, except machinery"),
    }


RESULTS = {
    "national": national_result(),
    "world": world_result(),
    "still": made_result(np.ones((90, 12)), sectors=NATIONAL),
    "all at once": made_result(np.zeros((3, 12)), sectors=NATIONAL),
    "nothing made": made_result(np.ones((3, 12)), sectors=NATIONAL, base=np.zeros(12)),
    "one industry": made_result(np.full((1, 1), 0.4), sectors={"X": "All"}, base=np.array([3.0])),
    "explained": national_result(),
    "years": made_result(np.linspace(1, 0.2, 4000)[:, None], sectors={"X": "All"}, base=np.array([3.0])),
}


@pytest.fixture(scope="module", params=RESULTS)
def text(request):
    return page_of(RESULTS[request.param], **(everything() if request.param == "explained" else {}))


@pytest.fixture(scope="module")
def national():
    return Page(page_of(RESULTS["national"]))


def test_the_page_is_one_balanced_file_without_scripts_or_requests(text):
    page = Page(text)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "use"}
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes), tag
        for name in ("href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")
        for value in attributes.values():
            assert "url(" not in (value or "") or re.fullmatch(r"url\(#[\w-]+\)", value)
    style = re.search("<style>(.*)</style>", text, re.S).group(1)
    assert "url(" not in style and "@import" not in style
    assert "http:" not in text and "https:" not in text


def test_the_policy_allows_this_style_and_nothing_else(text):
    page = Page(text)
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    style = resources.files("autarky.report").joinpath("style.css").read_bytes()
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    expected = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy == expected
    assert re.search("<style>(.*)</style>", text, re.S).group(1).encode() == style


def test_headings_are_in_order_ids_are_unique_and_references_hold(text):
    page = Page(text)
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(page.headings))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "href"):
            for reference in (attributes.get(name) or "").split():
                assert reference.removeprefix("#") in ids
        for value in attributes.values():
            if found := re.fullmatch(r"url\(#(.*)\)", value or ""):
                assert found.group(1) in ids
    assert ("html", {"lang": "en"}) in page.elements


def test_every_picture_names_itself_and_its_finding(text):
    pictures = re.findall(r"<svg[^>]*role=\"img\".*?</svg>", text, re.S)
    for picture in pictures:
        title, desc = re.search("<title[^>]*>(.*?)</title><desc[^>]*>(.*?)</desc>", picture, re.S).groups()
        assert title and re.search(r"\d", desc)
    # A picture is either told in words or hidden from those who do not see it.
    assert len(re.findall("<svg", text)) == len(pictures) + len(re.findall('aria-hidden="true"', text))


def test_labels_of_scrolling_boxes_are_unique(text):
    labels = [a["aria-label"] for _, a in Page(text).elements if a.get("role") == "region"]
    assert len(labels) == len(set(labels))


def test_the_five_sentences_stand_on_the_page():
    told = answer(RESULTS["national"])
    text = "".join(Page(render(RESULTS["national"], told)).text)
    assert all(sentence in text for sentence in told.sentences)


def test_weekly_numbers_are_the_means_of_the_result(national):
    data = RESULTS["national"].data
    daily = (data["output"] / data["output_base"]).sel(industry="C20").values
    header, *rows = national.table("Output, mean of each week")
    row = next(row for row in rows if row[0] == "Manufacture of chemicals and chemical products")
    assert header[1] == "1 Jan" and len(row) == len(header)
    for week, cell in enumerate(row[1:]):
        assert abs(float(cell) - 100 * daily[7 * week : 7 * week + 7].mean()) <= 0.5 + 1e-9


def test_the_table_of_industries_gives_first_days_and_causes_of_the_result(national):
    data = RESULTS["national"].data
    first = data["first_day_below"].sel(industry="C22")
    _, *rows = national.table("Industries in the order")
    row = next(row for row in rows if row[0] == "Manufacture of rubber and plastic products")
    days = [int(found) for found in re.findall(r"day (−?\d+)", " ".join(row[1:3]))]
    assert days == [int(first.sel(level=level)) - 20 for level in (0.9, 0.5)]
    assert row[3] == (
        "Manufacture of chemicals and chemical products (stock 30 d) ← home: itself short of inputs"
    )
    share = (data["output"] / data["output_base"]).sel(industry="C22")
    assert abs(float(row[4].rstrip(" %")) - 100 * float(share.min())) <= 0.5
    lost = float(((1 - share) * data["value_added_base"].sel(industry="C22")).sum())
    assert float(row[8].replace(",", "")) == pytest.approx(lost, rel=1e-3)
    assert [row[0] for row in rows] == [loss.name for loss in answer(RESULTS["national"]).industries]


def test_the_tables_of_households_and_gates_give_the_numbers_of_the_result(national):
    data = RESULTS["national"].data
    own = data["kind"] == "households"
    share = (
        data["consumption"].sel(final_user=own).sum("final_user")
        / data["consumption_base"].sel(final_user=own).sum("final_user")
    ).sel(product="H49")
    _, *rows = national.table("Consumption of households by product")
    row = next(row for row in rows if row[0] == "Land transport and transport via pipelines")
    assert float(row[3].rstrip(" %")) == pytest.approx(100 * float(share.min()), abs=0.5)
    assert float(row[5].rstrip(" %")) == pytest.approx(100 * float((1 - share).sum()) / 365, abs=0.5)
    _, *gates = national.table("Import gates")
    assert gates[0][:4] == ["Mining and quarrying", "ABROAD", "day 0, 21 Jan 2024", "0 %"]


def test_regions_have_their_picture_and_table():
    page = Page(page_of(RESULTS["world"]))
    _, *rows = page.table("Lost over the run by region")
    assert [row[0] for row in rows] == [loss.name for loss in answer(RESULTS["world"]).regions]
    assert any(a.get("id") == "region-map-title" for _, a in page.elements)
    assert "there are no import gates" in "".join(page.text)


def test_sections_come_in_order_with_and_without_what_they_show():
    order = [
        "answer",
        "change",
        "when",
        "why",
        "households",
        "stocks",
        "keep",
        "plan",
        "compare",
        "sure",
        "evidence",
        "method",
    ]
    for result in RESULTS.values():
        for more in ({}, everything()):
            text = page_of(result, **more)
            assert re.findall(r'<section id="([a-z]+)"', text) == order
            assert re.findall(r'href="#([a-z]+)">\d', text) == order[1:]


def test_where_nothing_was_asked_the_command_that_asks_stands():
    words = re.sub("<[^>]*>", "", page_of(RESULTS["national"]))
    first = answer(RESULTS["national"]).industries[0].industry
    assert f"autarky why RUN {first}" in words and words.count("autarky lifelines STUDY") == 2
    for command in ("autarky plan STUDY", "autarky compare RUN OTHER", "autarky ensemble STUDY"):
        assert command in words
    named = re.sub("<[^>]*>", "", page_of(RESULTS["national"], study="oil.yaml"))
    assert "autarky lifelines oil.yaml" in named and "lifelines STUDY" not in named
    assert "there is nothing to explain" in page_of(RESULTS["still"])


def test_chains_state_their_rule_once_and_those_not_drawn_are_named():
    chains = [chain(gate(1.0), name=f"Industry {k}") for k in range(MOST_CHAINS + 1)]
    text = page_of(RESULTS["national"], chains=chains)
    assert text.count("How a loss is divided") == 1
    assert text.count('aria-label="Chain of ') == MOST_CHAINS
    assert f"Not drawn: Industry {MOST_CHAINS}." in text


def test_provenance_and_the_way_to_reproduce_stand_on_the_page():
    page = Page(
        page_of(RESULTS["national"], command="autarky run oil.yaml", digests={"study.yaml": "ab" * 32})
    )
    text = "".join(page.text)
    for words in (
        "autarky run oil.yaml",
        "ab" * 32,
        "Made by formula for tests.",
        "Every number is invented.",
        "makes nothing",
        "30 days of stock of every input",
        "inventory days",
        '"share_kept": 0.0',
    ):
        assert words in text


@pytest.mark.parametrize("name", ["national", "world"])
def test_hostile_labels_are_inert(name):
    result = RESULTS[name]
    hostile = {code: f"{HOSTILE}{code}" for code in result.labels}
    economy = {
        **result.record.economy,
        "name": HOSTILE,
        "notes": [HOSTILE],
        "citation": HOSTILE,
        HOSTILE: HOSTILE,
    }
    record = type(result.record)(
        scenario={**result.record.scenario, "name": HOSTILE},
        parameters={HOSTILE: HOSTILE},
        assumptions=(HOSTILE,),
        economy=economy,
        versions={HOSTILE: HOSTILE},
    )
    attacked = type(result)(result.data, result.outcome, record, hostile)
    clean = Page(page_of(result, **everything()))
    text = page_of(attacked, command=HOSTILE, digests={HOSTILE: HOSTILE}, **everything(HOSTILE))
    page = Page(text)
    assert {tag for tag, _ in page.elements} == {tag for tag, _ in clean.elements}
    assert {name for _, a in page.elements for name in a} == {name for _, a in clean.elements for name in a}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "<img" not in text and "&lt;img" in text


@pytest.mark.parametrize(("industries", "days"), [(71, 730), (1435, 365)])
def test_a_large_result_stays_under_300_kb(industries, days):
    result = large_result(industries, days)
    text = page_of(result, **everything())
    assert len(text.encode()) < 300_000
    _, *rows = Page(text).table("Industries in the order")
    assert len(rows) == min(len(answer(result).industries), MOST_TABLE_ROWS)


def test_the_same_result_gives_the_same_bytes():
    assert page_of(national_result()) == page_of(national_result())


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_have_enough_contrast_and_shades_run_one_way(scheme):
    style = resources.files("autarky.report").joinpath("style.css").read_text()
    block = re.findall(r":root \{(.*?)\}", style, re.S)[scheme]
    colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    for text in ("ink", "soft", "link"):
        assert contrast(colour[text], colour["paper"]) >= 4.5
        assert contrast(colour[text], colour["panel"]) >= 4.5
    for graphic in ("shock", "course", "need", "flow"):
        assert contrast(colour[graphic], colour["paper"]) >= 3
    for name in ("above", "touched", "fallen", "stopped", "gone"):
        assert contrast(colour[f"on-{name}"], colour[name]) >= 3
    from_paper = [
        contrast(colour[name], colour["paper"]) for name in ("base", "touched", "fallen", "stopped", "gone")
    ]
    assert from_paper == sorted(from_paper)


def test_the_words_of_a_page_are_explained_once_each_with_its_own_need():
    for text, need in ((page_of(RESULTS["national"]), "90 %"), (render_ensemble(made_ensemble(20)), "80 %")):
        told = dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", text))
        assert len(told) == text.count("<dt>") and {"base", "need", "draw", "import gate"} <= set(told)
        assert told["need"].startswith(f"of households, {need} of what they received")
        method = text[text.index('<section id="method"') :]
        assert "<summary>What the words mean</summary>" in method
