"""Figures: each is the picture of its page, mark by mark, and is whole without it."""

import dataclasses
import re
import struct
import sys
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autarky.errors import InputError, SourceError
from autarky.report import raster
from autarky.report.card import card
from autarky.report.figures import KEPT, extent, figures_of, lines
from autarky.report.presentation import PRESENTATION, Style, selector_of
from made_pages import PAGES

SVG = "{http://www.w3.org/2000/svg}"
PLACES = ("points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "width", "height", "transform")
SHEET = resources.files("autarky.report").joinpath("style.css").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=sorted(PAGES))
def page(request):
    return PAGES[request.param]()


@pytest.fixture(scope="module")
def figures(page):
    return figures_of(page)


def pictures(page):
    """Every picture of a page as the text it is there."""
    return re.findall(r'<svg(?:(?!<svg|>).)*role="img".*?</svg>', page, re.DOTALL)


def geometry(element):
    """What is drawn: places and words, in their order."""
    return [
        (one.tag.removeprefix(SVG), one.get("d"), one.text or "", *map(one.get, PLACES))
        for one in element.iter()
        if one.tag.removeprefix(SVG) not in ("svg", "g", "title", "desc")
    ]


def test_every_picture_of_a_page_is_a_figure_in_its_order(page, figures):
    assert list(figures) == re.findall(r'<title id="([^"]*)-title">', page)
    assert len(figures) == len(pictures(page)) > 0


def test_a_figure_draws_what_the_page_draws_mark_by_mark(page, figures):
    for written, figure in zip(pictures(page), figures.values(), strict=True):
        given = geometry(ElementTree.fromstring(written))
        drawn = geometry(
            ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{figure.drawing}</svg>')
        )
        # A mark on a single point gets a line of no length, without which some programs leave it out.
        assert [(one[0], (one[1] or "").replace("h0", ""), *one[2:]) for one in drawn] == [
            (one[0], one[1] or "", *one[2:]) for one in given
        ]
        assert figure.drawing in figure.svg()


def test_a_figure_says_its_title_its_finding_and_what_it_is_of(page, figures):
    heading = re.search("<h1>(.*?)</h1>", page).group(1)
    for figure in figures.values():
        root = ElementTree.fromstring(figure.svg())
        assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == (figure.title, figure.finding)
        said = " ".join("".join(" " + (one.text or "") for one in root.iter(f"{SVG}tspan")).split())
        assert f"{figure.title} " in said
        assert said.endswith(f"{figure.finding} {figure.about}")
        assert figure.about.startswith(heading)


def test_a_figure_stands_alone(figures):
    for figure in figures.values():
        text = figure.svg()
        assert text.replace("http://www.w3.org/2000/svg", "").count("http") == 0
        root = ElementTree.fromstring(text)
        assert float(root.get("width")) >= figure.width and float(root.get("height")) > figure.height
        for one in root.iter():
            assert one.tag.removeprefix(SVG) not in ("script", "style", "image", "foreignObject", "a")
            for name, value in one.attrib.items():
                assert name not in ("class", "style", "href") and not name.startswith("on")
                assert "var(" not in value
                assert "url(" not in value or value.startswith("url(#")


def test_every_mark_has_a_colour_of_its_own(figures):
    """Nothing is left to the black that a mark without its class would be filled with."""
    for figure in figures.values():
        root = ElementTree.fromstring(figure.svg())
        over = {child: parent for parent in root.iter() for child in parent}
        for one in root.iter():
            if one.tag.removeprefix(SVG) in ("path", "rect", "circle", "line", "polyline", "text"):
                around, said = one, set()
                while around is not None:
                    said |= {"fill", "stroke"} & set(around.attrib)
                    around = over.get(around)
                assert said, ElementTree.tostring(one)


def test_a_mark_on_a_single_cell_stands_on_a_line_which_every_program_draws():
    page = (
        '<html><body><main><svg role="img" viewBox="0 0 9 9"><title id="a-title">t</title><desc>f</desc>'
        '<path d="M1 2M3 4h5M6.5 7" marker-start="url(#a-x)"/><path d="M1 2"/></svg></main></body></html>'
    )
    drawn = re.findall(' d="([^"]*)"', figures_of(page)["a"].drawing)
    assert drawn == ["M1 2h0M3 4h5M6.5 7h0", "M1 2"]


def test_a_legend_names_only_marks_that_are_in_the_picture():
    figures = figures_of(PAGES["run"]())
    meanings = [meaning for _, meaning in figures["when-map"].legend]
    assert "below 10 %" in meanings or "50 to 90 %: falls" in meanings
    for sample, meaning in figures["when-map"].legend:
        fill = re.search(r'<rect[^>]*fill="(#\w+)"', sample)
        if fill:
            assert fill.group(1) in figures["when-map"].drawing, meaning


def test_the_same_page_gives_the_same_bytes(page):
    first, second = figures_of(page), figures_of(page)
    assert [one.svg() for one in first.values()] == [one.svg() for one in second.values()]


def test_no_rule_for_pictures_is_overlooked():
    plain = Style(SHEET)
    told = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", SHEET)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", told)
    looks = [named for named, body in rules if re.search(r"(^|[;\s])(fill|stroke)", body)]
    assert len(looks) > 30
    for named in looks:
        for one in named.split(","):
            assert selector_of(one.strip()) is not None or re.search(":(hover|focus|active|target)", one), one
    assert plain.variables["--paper"] == "#ffffff"


def test_no_attribute_of_a_picture_is_unknown(page):
    known = re.compile("class|role|tabindex|aria-.*|data-.*|href")
    for written in pictures(page):
        for one in ElementTree.fromstring(written).iter():
            for name in one.attrib:
                assert KEPT.fullmatch(name) or name in PRESENTATION or known.fullmatch(name), name


def test_the_weightier_rule_wins_then_the_later():
    style = Style(
        ".a { fill: red } svg .a { fill: blue; stroke: var(--x) } path { fill: black } .a { fill: green }"
        "@media print { svg .a { fill: white } } :root { --x: #123456 } @media screen { :root { --x: red } }"
        ".b ~ .a { stroke-width: 2px } .b + .a { opacity: .5 } g > .a { font: 600 12px 'X Y', serif }"
        ".a:hover { fill: pink } .a { stroke-dasharray: url(http://x/) }"
    )
    from autarky.report.page_tree import Place

    svg = Place(ElementTree.fromstring('<svg><path class="b"/><g/><path class="a"/></svg>'))
    *_, last = svg.children()
    assert style.attributes(last) == {"fill": "blue", "stroke": "#123456", "stroke-width": "2"}


@pytest.mark.parametrize(
    "page",
    [
        "",
        "plain words",
        "<p>never closed",
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><html><body>&b;</body></html>',
        "<html><body><?xml-stylesheet href='http://192.0.2.1/'?></body></html>",
    ],
)
def test_what_is_no_page_is_refused(page):
    with pytest.raises(SourceError, match="is not a page that autarky made"):
        figures_of(page)


def test_nothing_but_marks_is_taken_over_from_a_page_that_was_tampered_with():
    evil = (
        '<script>alert(1)</script><image href="http://192.0.2.1/x.png"/><foreignObject><p>x</p></foreignObject>'
        '<a href="javascript:alert(1)"><rect width="5" height="5" onclick="alert(1)" class="evil"/></a>'
        '<use href="http://192.0.2.1/#a"/><path d="M0 0" fill="url(http://192.0.2.1/#p)" style="fill:red"/>'
        '<animate attributeName="href"/><set/><iframe/>'
    )
    page = (
        '<!DOCTYPE html><html><head><style>.evil { fill: url("http://192.0.2.1/"); stroke: expression(1) }'
        '</style></head><body><header><h1>x</h1></header><main><section id="answer"><svg role="img" '
        f'viewBox="0 0 9 9" onload="alert(1)"><title id="a-title">t</title><desc>f</desc>{evil}</svg>'
        "</section></main></body></html>"
    )
    found = figures_of(page)["a"].svg()
    assert "rect" in found
    for word in (
        "script",
        "image",
        "foreign",
        "iframe",
        "animate",
        "192.0.2.1",
        "onclick",
        "onload",
        "style=",
    ):
        assert word not in found, word


@pytest.mark.parametrize("room", [3.0, 20.0])
def test_words_are_broken_without_loss_and_fit(room):
    said = "Loses 90 % of it · a_word_that_is_much_longer_than_a_line 철강공업 i…"
    made = lines(said, room)
    assert "".join(made).replace("\u00a0", " ").replace(" ", "") == said.replace(" ", "")
    assert all(extent(line) <= room for line in made)
    assert len(made) > 1
    wide = lines(said, 20.0)
    assert not any(line.startswith(("%", "·")) for line in wide)


def test_a_png_is_the_svg_at_a_scale(figures):
    figure = next(iter(figures.values()))
    root = ElementTree.fromstring(figure.svg())
    for scale in (1.0, 2.0):
        content = figure.png(scale)
        assert content.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", content[16:24])
        assert abs(width - scale * float(root.get("width"))) <= 1
        assert abs(height - scale * float(root.get("height"))) <= 1
    with pytest.raises(InputError, match="scale"):
        figure.png(0)


@pytest.fixture
def fonts(monkeypatch):
    """The renderer with no fonts but those that are given."""
    import resvg_py

    draw = resvg_py.svg_to_bytes
    raster._substitute.cache_clear()

    def only(*files):
        def drawn(**options):
            return draw(skip_system_fonts=True, font_files=list(map(str, files)), **options)

        monkeypatch.setattr(resvg_py, "svg_to_bytes", drawn)

    yield only
    raster._substitute.cache_clear()


def test_a_png_without_words_is_not_made(fonts):
    fonts()
    with pytest.raises(InputError, match=r"no font is installed.*fonts-dejavu-core"):
        figures_of(PAGES["plan"]())["gantt"].png()


def test_a_png_takes_the_one_font_there_is(fonts):
    there = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
    if not there.exists():
        pytest.skip("DejaVu Sans Mono is not installed")
    fonts(there)
    figure = figures_of(PAGES["plan"]())["gantt"]
    wordless = dataclasses.replace(figure, title=" ", finding=" ", about=" ")
    assert len(figure.png()) > len(wordless.png()) + 2000


def test_a_png_without_the_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(InputError, match=r"pip install 'autarky\[figures\]'"):
        figures_of(PAGES["plan"]())["gantt"].png()


def test_a_notebook_is_shown_an_image_that_says_what_it_shows(figures):
    figure = next(iter(figures.values()))
    shown = figure._repr_html_()
    assert shown.startswith('<img src="data:image/svg+xml;base64,')
    assert f'alt="{figure.title}'.split("'")[0] in shown
    assert figure._repr_svg_() == figure.svg()


def test_a_card_has_the_answer_and_nothing_that_reaches_the_notebook(page, figures):
    shown = card(page, figures.values(), "runs/a<b>/report.html")
    assert not re.search(r"<(style|script|iframe|link|svg)\b|\s(class|id|on\w+)=", shown)
    root = ElementTree.fromstring(re.sub(r"(<img[^>]*)>", r"\1/>", shown))
    said = " ".join("".join(root.itertext()).split())
    section = re.search(r"<section.*?</section>", page, re.DOTALL).group(0)
    for item in re.findall(
        r"<li>(.*?)</li>", re.sub(r"<(svg|table|details|figure).*?</\1>", "", section, flags=re.S)
    ):
        words = " ".join("".join(ElementTree.fromstring(f"<p>{item}</p>").itertext()).split())
        assert words in said
    assert "runs/a<b>/report.html" in said
    assert [one.get("alt") for one in root.iter("img")] == [
        f"{one.title}: {one.finding}" for one in list(figures.values())[:1]
    ]
