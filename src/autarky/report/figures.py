"""Figures: every picture of a page as a file of its own, with its words, its legend and where it is from.

A figure is cut out of the page, so that it shows what the page shows, number by number.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring

from autarky.report.markup import Markup, element
from autarky.report.page_tree import Place, read_page, words
from autarky.report.presentation import PRESENTATION, Style
from autarky.report.raster import png

MARGIN, LINE, SWATCH = 16.0, 17.0, 14.0
"""Around everything, height of a line of words, size of a sample in the legend."""
TITLE, WORDS = 15.0, 12.5
"""Sizes of letters."""
DRAWN = re.compile(
    "svg|g|a|defs|title|path|line|rect|circle|ellipse|polyline|polygon|text|tspan|marker|clipPath|use"
)
"""Elements that a picture is made of. Nothing else is taken over: no script, no image, no foreign markup."""
KEPT = re.compile(
    "id|d|[xyr]|[xy][12]|[cdr][xy]|width|height|points|transform|viewBox|preserveAspectRatio|overflow|"
    "marker-(start|mid|end)|marker(Units|Width|Height)|ref[XY]|orient|clip-path|(clip|fill)-rule"
)
"""Attributes that say where something is; those that say how it looks are kept too."""
_ELSEWHERE = re.compile(r"url\((?!#)", re.IGNORECASE)
_NAME = re.compile(r"([A-Za-z][\w-]*)-title")
_ALONE = re.compile(r"(M[^A-Za-z]+)(?=M|$)")
"""A point of a path that no line leads to or from."""
BOLD = 1.12
"""How much longer bold words are."""


@dataclass(frozen=True)
class Figure:
    """A picture of a page with what it says, whole without the page."""

    name: str
    """What it is called on its page and as a file."""
    title: str
    finding: str
    """What it shows, in words."""
    about: str
    """Which run, economy and year it is of, as at the top of its page."""
    width: float
    height: float
    """Of the drawing, in pixels."""
    drawing: Markup
    """The marks, each with its own colours."""
    legend: tuple[tuple[Markup, str], ...]
    """Samples (20 × 20) of the marks that are in it, and what they stand for."""
    ink: str
    soft: str
    paper: str
    """Colours of words, of lesser words and of the ground, in the page's light theme."""
    family: str
    """The page's fonts."""

    def svg(self) -> str:
        """A file of its own: no script, no style sheet, nothing from elsewhere; the same bytes each time."""
        wide = self.width
        head, y = self._lines(self.title, MARGIN, wide, TITLE, self.ink, "600")
        parts = [head, element("g", self.drawing, transform=f"translate({MARGIN:g} {y + 6:g})")]
        y += 6 + self.height + 8
        if self.legend:
            samples, y = self._samples(y, wide)
            parts += samples
        told, y = self._lines(self.finding, y + 2, wide, WORDS, self.ink)
        source, y = self._lines(self.about, y + 2, wide, WORDS - 1, self.soft)
        return element(
            "svg",
            element("title", self.title, id=f"{self.name}-title"),
            element("desc", self.finding, id=f"{self.name}-finding"),
            element("rect", width="100%", height="100%", fill=self.paper),
            parts,
            told,
            source,
            xmlns="http://www.w3.org/2000/svg",
            width=f"{wide + 2 * MARGIN:g}",
            height=f"{y + MARGIN - 4:g}",
            viewBox=f"0 0 {wide + 2 * MARGIN:g} {y + MARGIN - 4:g}",
            role="img",
            aria_labelledby=f"{self.name}-title {self.name}-finding",
            font_family=self.family,
        )

    def png(self, scale: float = 2.0) -> bytes:
        """The same as PNG, ``scale`` pixels for each of the SVG.

        Raises
        ------
        InputError
            If the extra ``figures`` is not installed, or no font is, without which it would have no words.
        """
        return png(self.svg(), self.family, scale)

    def image(self) -> Markup:
        """The same as an HTML image whose content stands in its address: nothing of it reaches outside."""
        # An image runs no script and shares neither ids nor styles with the page it is put into.
        content = base64.b64encode(self.svg().encode()).decode()
        return element(
            "img",
            src=f"data:image/svg+xml;base64,{content}",
            alt=f"{self.title}: {self.finding}",
            style="max-width:100%;height:auto",
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        return self.image()

    def _lines(
        self, told: str, y: float, room: float, size: float, fill: str, weight: str | None = None
    ) -> tuple[Markup, float]:
        """Words below ``y``, and where they end."""
        height = LINE * size / WORDS
        spans = [
            element("tspan", one, x=MARGIN, y=y + height * (k + 0.8))
            for k, one in enumerate(lines(told, room / size / (BOLD if weight else 1)))
        ]
        drawn = element("text", spans, font_size=size, fill=fill, font_weight=weight)
        return drawn, y + height * len(spans)

    def _samples(self, y: float, room: float) -> tuple[list[Markup], float]:
        """The legend below ``y``, as many items in a row as fit, and where it ends."""
        drawn, x, beside = [], 0.0, SWATCH + 5
        for sample, meaning in self.legend:
            told = lines(meaning, (room - beside) / (WORDS - 0.5))
            wide = beside + max(map(extent, told)) * (WORDS - 0.5)
            if x and x + wide > room:
                x, y = 0.0, y + LINE + 2
            place = f"translate({MARGIN + x:g} {y + 2:g}) scale({SWATCH / 20:g})"
            spans = [
                element("tspan", one, x=MARGIN + x + beside, y=y + LINE * (k + 0.8))
                for k, one in enumerate(told)
            ]
            drawn += [
                element("g", sample, transform=place),
                element("text", spans, font_size=WORDS - 0.5, fill=self.ink),
            ]
            x, y = x + wide + 18, y + LINE * (len(told) - 1)
        return drawn, y + LINE + 4


def figures_of(page: str) -> dict[str, Figure]:
    """Name → figure of every picture of a page that autarky made, in their order on the page.

    Raises
    ------
    SourceError
        If it is not a page that autarky made.
    """
    root, sheet = read_page(page)
    style = Style(sheet)
    colours = {name: style.variables.get(f"--{name}", shown) for name, shown in _COLOURS.items()}
    places = list(root.walk())
    legends = [(k, place) for k, place in enumerate(places) if place.element.get("class") == "legend"]
    header = root.element.find("body/header")
    about = " · ".join(words(one) for one in (header if header is not None else ()) if one.tag in ("h1", "p"))
    found: dict[str, Figure] = {}
    for k, place in enumerate(places):
        drawn = place.element
        title, finding = drawn.find("title"), drawn.find("desc")
        if drawn.tag != "svg" or drawn.get("role") != "img" or title is None or finding is None:
            continue
        name = _NAME.fullmatch(title.get("id", ""))
        size = re.fullmatch(r"0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)", drawn.get("viewBox", ""))
        if name is None or size is None or name[1] in found:
            continue
        found[name[1]] = Figure(
            name[1],
            words(title),
            words(finding),
            about,
            max(float(size[1]), _right(place, style)),
            float(size[2]),
            _drawn(place, style),
            tuple(_legend(k, place, legends, style)),
            family=_family(style),
            **colours,
        )
    return found


_COLOURS = {"ink": "#1b1f23", "soft": "#50575e", "paper": "#ffffff"}


def lines(told: str, room: float) -> list[str]:
    """Words broken into lines of at most ``room`` times the size of their letters; a longer word is cut.

    A number stays with its per cent sign, and a dot between two things at the end of the line.
    """
    made = [""]
    wide = 0.0
    together = " ".join(told.split()).replace(" %", "\u00a0%").replace(" ·", "\u00a0·")
    for word in together.split(" "):
        for part in _cut(word, room):
            long = extent(part)
            if made[-1] and wide + _width(" ") + long > room:
                made.append("")
                wide = 0.0
            wide += long + (_width(" ") if made[-1] else 0.0)
            made[-1] += f" {part}" if made[-1] else part
    return made


def extent(told: str) -> float:
    """How long words are at most, in sizes of their letters: no font is at hand that could be measured."""
    return sum(map(_width, told))


def _width(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF" or char in "mwMW%@—…":
        return 1.0
    if char in " \u00a0.,:;'|!iljtfI()[]·":
        return 0.4
    return 0.7 if char.isupper() or char.isdigit() else 0.63


def _cut(word: str, room: float) -> Iterator[str]:
    start, wide = 0, 0.0
    for k, char in enumerate(word):
        wide += _width(char)
        if wide > room and k > start:
            yield word[start:k]
            start, wide = k, _width(char)
    yield word[start:]


def _drawn(place: Place, style: Style) -> Markup:
    """The marks of a picture without its title and finding, which the figure has itself."""
    made = _taken(place, style)
    named = [child for child in made if child.tag == "title"]
    for child in named:
        made.remove(child)
    made.attrib = {
        name: value for name, value in made.attrib.items() if name not in ("width", "height", "viewBox")
    }
    return Markup(tostring(made, encoding="unicode"))


def _taken(place: Place, style: Style) -> Element:
    """An element as it looks on the page, with no class left that a style sheet could take hold of."""
    given = place.element
    # A link leads to a place on the page, which is not here.
    top = given.tag in ("svg", "a")
    made = Element("g" if top else given.tag)
    for name, value in {**given.attrib, **style.attributes(place)}.items():
        if name == "d" and "marker-start" in given.attrib:
            # Some programs draw no mark on a point alone; on a line of no length they do.
            value = _ALONE.sub(r"\1h0", value)
        local = name == "href" and given.tag == "use" and value.startswith("#")
        if (KEPT.fullmatch(name) or name in PRESENTATION or local) and not _ELSEWHERE.search(value):
            made.set(name, value)
    made.text = given.text
    for child in place.children():
        if DRAWN.fullmatch(child.element.tag):
            taken = _taken(child, style)
            taken.tail = child.element.tail
            made.append(taken)
    return made


def _legend(
    at: int, place: Place, legends: Sequence[tuple[int, Place]], style: Style
) -> Iterator[tuple[Markup, str]]:
    """The items of the nearest legend whose marks are in the picture, one in its own section first."""
    used = _classes(place)
    section = place.inside("section")
    near = sorted(
        legends, key=lambda one: (one[1].inside("section") is not section, one[0] > at, abs(one[0] - at))
    )
    for _, found in near:
        shown = False
        for item in found.children():
            for sample in item.children():
                if sample.element.tag == "svg" and _classes(sample) <= used:
                    shown = True
                    yield _drawn(sample, style), words(item.element)
        if shown:
            return


def _right(picture: Place, style: Style) -> float:
    """How far to the right words reach: on a page what is beyond the edge would be cut off."""
    ends = [0.0]
    for place in picture.walk():
        found = place.element
        if found.tag == "text" and found.get("text-anchor") is None and "transform" not in found.attrib:
            attributes = style.attributes(place)
            size = float(attributes.get("font-size", WORDS)) * (BOLD if "font-weight" in attributes else 1)
            ends.append(float(found.get("x", "0")) + 0.92 * size * extent(words(found)))
    return max(ends)


def _classes(picture: Place) -> set[str]:
    """Classes of all that is in a picture."""
    return {
        name
        for child in picture.children()
        for place in child.walk()
        for name in place.element.get("class", "").split()
    }


def _family(style: Style) -> str:
    """The fonts of words in a picture."""
    text = Place(Element("text"), Place(Element("svg")))
    return style.attributes(text).get("font-family", "sans-serif")
