"""Markup: HTML and SVG elements that are balanced by construction and escape every text put into them."""

from __future__ import annotations

import html
from collections.abc import Iterable

from autarky.explanation.wording import plain


class Markup(str):
    """Text that is markup already. Everything else is escaped when it enters an element."""

    __slots__ = ()


Content = str | float | Iterable["Content"] | None

_VOID = frozenset({"meta", "br", "img"})
_ALONE = frozenset({"rect", "path", "line", "circle", "polyline", "polygon"})


def element(name: str, *content: Content, **attributes: str | float | None) -> Markup:
    """An element. ``class_`` is written ``class``, ``aria_label`` is ``aria-label``; None is left out.

    Attribute values and text lose control characters and are escaped, so that no label can end its element.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_text(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    if name in _ALONE and not content:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(content)}</{name}>")


def join(content: Content) -> Markup:
    """The markup of some content: texts are escaped, markup is kept, None is nothing."""
    if content is None:
        return Markup("")
    if isinstance(content, Markup):
        return content
    if isinstance(content, str | int | float):
        return Markup(html.escape(_text(content), quote=False))
    return Markup("".join(join(part) for part in content))


def _text(value: str | float) -> str:
    if isinstance(value, str):
        # A space at an edge separates words from the element beside them.
        edges = value[:1].isspace() * " ", value[1:][-1:].isspace() * " "
        return edges[0] + plain(value) + edges[1] if value.strip() else value
    # Coordinates: two decimals are finer than a screen.
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
