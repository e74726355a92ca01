"""Page tree: a page that autarky made, taken apart again into its elements and its style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, fromstring

from autarky.errors import Problem, SourceError

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_OPEN_ENDED = re.compile(r"<(meta|br|hr|input|link|img)\b([^<>]*?)/?>")


class Place(NamedTuple):
    """An element and where it stands."""

    element: Element
    parent: Place | None = None
    position: int = 0
    """How many elements stand before it under the same parent."""

    def children(self) -> Iterator[Place]:
        """The elements in it, in their order."""
        for k, child in enumerate(self.element):
            yield Place(child, self, k)

    def walk(self) -> Iterator[Place]:
        """It and all in it, in the order of the page."""
        yield self
        for child in self.children():
            yield from child.walk()

    def inside(self, tag: str) -> Element | None:
        """The nearest element of a kind that it stands in."""
        around = self.parent
        while around is not None and around.element.tag != tag:
            around = around.parent
        return around.element if around is not None else None


def read_page(page: str) -> tuple[Place, str]:
    """The root of a page, and its style sheet.

    Raises
    ------
    SourceError
        If it is not a page that autarky made. No document type is read, so no entity can grow.
    """
    style = "".join(_STYLE.findall(page))
    body = _STYLE.sub("", page).removeprefix("<!DOCTYPE html>")
    try:
        if "<!" in body or "<?" in body:
            raise ParseError("a declaration")
        return Place(fromstring(_OPEN_ENDED.sub(r"<\1\2/>", body))), style
    except (ParseError, ValueError) as error:
        what = f"is not a page that autarky made: {error}"
        raise SourceError(Problem("the page", what, "draw it again with: autarky report RUN")) from error


def words(element: Element) -> str:
    """All text in an element as one line."""
    return " ".join("".join(element.itertext()).split())
