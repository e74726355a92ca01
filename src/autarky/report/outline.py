"""Outline: the twelve sections of a report, always the same, in one order and under the same names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autarky.report.document import section
from autarky.report.markup import Content, Markup, element
from autarky.report.tables import folded

TITLES = {
    "answer": ("Answer", "Answer"),
    "change": ("What would change it", "What would change it"),
    "when": ("When", "When industries fall and stop"),
    "why": ("Why", "Why: from the loss back to the cut"),
    "households": ("Households", "Households"),
    "stocks": ("Stocks", "Stocks: days bought"),
    "keep": ("Keep first", "Keep first"),
    "plan": ("Plan", "Plan: what it would take"),
    "compare": ("Compare", "Compare"),
    "sure": ("How sure", "How sure"),
    "evidence": ("Evidence", "Evidence: what the answer rests on"),
    "method": ("Method", "Method, limits and how to reproduce it"),
}
"""Name of a section → what the contents call it, and its heading."""


MOST_CLAUSES = 6
"""Shocks that are listed openly."""


def outline(parts: Mapping[str, Content], **headings: str) -> list[Markup]:
    """All sections of ``TITLES``, those of ``headings`` under another heading; contents follow the answer."""
    links = [
        element("li", element("a", f"{number} {short}", href=f"#{ident}"))
        for number, (ident, (short, _)) in enumerate(TITLES.items(), start=1)
    ]
    contents = element("nav", element("ol", links[1:]), class_="contents", aria_label="Contents")
    return [
        section(ident, headings.get(ident, title), parts[ident], contents if ident == "answer" else None)
        for ident, (_, title) in TITLES.items()
    ]


def part(ident: str, title: str, *content: Content) -> Markup:
    """A part of a section under a heading of its own."""
    return element("div", element("h3", title), *content, id=ident)


def declared_list(clauses: Sequence[Markup]) -> Markup:
    """The shocks of a study, a list item each; folded away where they are many."""
    if not clauses:
        return element("p", "No shock is declared.")
    whole = element("ul", clauses)
    return folded(f"{len(clauses):,} shocks, one by one", whole) if len(clauses) > MOST_CLAUSES else whole


def not_asked(command: str, would: str, placed: bool = True) -> Markup:
    """What a section without data would tell, and the command for it; ``placed``: its folder goes beside."""
    then: list[Content] = ["; ", element("code", "autarky report RUN --with FOLDER"), " puts it here."]
    return element("p", element("code", command), f" {would}", then if placed else ".")
