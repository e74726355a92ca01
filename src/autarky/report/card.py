"""Card: what a notebook shows of a run, its answer and its first picture.

No style sheet, class or id is in it, and the picture is an image: it can neither change how the notebook
looks nor be changed by another card beside it. A sandboxed frame would do so too, but has no height of its
own and is left out by many viewers of notebooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autarky.report.figures import Figure
from autarky.report.markup import Content, Markup, element
from autarky.report.page_tree import Place, read_page, words

_BLOCKS = frozenset({"p", "ul", "ol", "li", "strong"})
_APART = frozenset({"svg", "table", "figure", "details", "h2"})


def card(page: str, figures: Iterable[Figure], path: str) -> Markup:
    """The answer of a page, its first picture and the names of all of them; ``path`` is where the page lies.

    Raises
    ------
    SourceError
        If it is not a page that autarky made.
    """
    root, _ = read_page(page)
    header = root.element.find("body/header")
    first = next(place for place in root.walk() if place.element.tag == "section")
    shown = list(figures)
    named = [[element("code", one.name), ", " if one is not shown[-1] else None] for one in shown]
    return element(
        "div",
        [element("strong" if one.tag == "h1" else "p", words(one)) for one in header or ()],
        list(_told(first)),
        shown[0].image() if shown else None,
        element("p", "figures: ", named) if shown else None,
        element("p", "report: ", element("code", path)),
        style="max-width:62rem",
    )


def _told(place: Place) -> Iterator[Content]:
    """The words of a section, without its pictures, tables, links and its heading."""
    found = place.element
    if found.text:
        yield found.text
    for child in place.children():
        tag = child.element.tag
        if tag not in _APART:
            inner = list(_told(child))
            yield element(tag, inner) if tag in _BLOCKS else inner
        if child.element.tail:
            yield child.element.tail
