"""Document: the frame of a page, its sections, and values of a record in words; one file, no scripts."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from autarky.report.markup import Content, Markup, element
from autarky.report.tables import table


def document(title: str, heading: str, subtitle: str, *sections: Content) -> str:
    """A whole page; its policy lets in its own style sheet and nothing else. The answer comes first."""
    style = stylesheet()
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", f"{title} – autarky"),
        element("style", Markup(style)),
    )
    body = element(
        "body",
        element("a", "Skip to the answer", class_="skip", href="#answer"),
        element("header", element("h1", heading), element("p", subtitle)),
        element("main", *sections),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def stylesheet() -> str:
    """The style sheet of every page."""
    return resources.files("autarky.report").joinpath("style.css").read_text(encoding="utf-8")


def body_of(page: str) -> str:
    """What stands inside ``<main>`` of a page made by ``document``, to be shown inside another frame.

    It is markup of our own, in which every label is escaped already: no label can hold a ``<main>``.

    Raises
    ------
    ValueError
        If the text is no such page.
    """
    _, opened, rest = page.partition("<main>")
    body, closed, _ = rest.rpartition("</main>")
    if not (opened and closed):
        raise ValueError("not a page of autarky: it has no <main>")
    return body


def section(ident: str, title: str, *content: Content) -> Markup:
    """A section under its heading, which names it to those who cannot see it."""
    heading = element("h2", title, id=f"{ident}-heading")
    return element("section", heading, *content, id=ident, aria_labelledby=f"{ident}-heading")


def framed(drawn: Markup, label: str) -> Markup:
    """A wide picture in its own scrolling box, which takes the focus so that keys can scroll it."""
    return element("div", drawn, class_="scroll", role="region", aria_label=label, tabindex="0")


def pairs(caption: str, values: Mapping[str, Any]) -> Markup:
    """A table of names and values."""
    rows = [(key.replace("_", " "), told(value)) for key, value in values.items()]
    return table(caption, ("name", "value"), rows, "pairs")


def told(value: Any) -> str:
    """A value of the record in words: no braces and quotes where none are needed."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float() | int():
            return f"{value:g}"
        case Mapping():
            return "; ".join(f"{key}: {told(item)}" for key, item in value.items()) or "none"
        case list() | tuple():
            return ", ".join(told(item) for item in value) or "none"
    return str(value) or "none"


def as_json(value: Mapping[str, Any]) -> Markup:
    """A value as indented JSON that scrolls by keys."""
    # Every character beyond ASCII leaves json.dumps as an escape; its own line ends and indents must stay.
    written = json.dumps(value, indent=2, ensure_ascii=True, default=str)
    return element("pre", Markup(html.escape(written, quote=False)), tabindex="0")
