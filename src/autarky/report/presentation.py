"""Presentation: what a style sheet gives an element of a picture, in its light theme, as attributes.

A picture that carries its colours on its elements shows them in every program that reads SVG, and has no
style sheet that could reach what stands beside it. Understood are types, classes, ids, beginnings of classes
and the four ways in which elements stand to each other; rules of any other kind do not apply to a picture
that nobody points at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autarky.report.page_tree import Place

PRESENTATION = frozenset(
    {
        "fill",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
    }
    | {"stroke-opacity", "opacity", "font-size", "font-family", "font-weight", "font-style", "text-anchor"}
    | {"dominant-baseline", "letter-spacing", "paint-order", "visibility"}
)
"""Properties of a style sheet that are attributes in SVG too."""
FONT = re.compile(r"(?:(\d00|bold)\s+)?([\d.]+(?:px|rem))(?:/\S+)?\s+(.+)")
_COMPOUND = re.compile(r'(\*|[a-zA-Z]\w*)?((?:\.[\w-]+|#[\w-]+|\[class\^="[^"]*"\])*)')
_PART = re.compile(r'\.([\w-]+)|#([\w-]+)|\[class\^="([^"]*)"\]')
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_HARMLESS = re.compile(r"[\w\s#%.,()\"'-]*")


@dataclass(frozen=True)
class Selector:
    """One compound of a selector, and what must stand before or around it."""

    tag: str
    classes: frozenset[str]
    ident: str
    begins: str
    joint: str = ""
    """How ``rest`` stands to it: around it (" "), its parent (">"), before it ("~", "+"), or nothing."""
    rest: Selector | None = None

    def fits(self, place: Place) -> bool:
        """Whether it means this element."""
        element, parent, position = place
        named = element.get("class", "")
        if not (
            self.tag in ("*", element.tag)
            and self.classes <= set(named.split())
            and self.ident in ("", element.get("id"))
            and named.startswith(self.begins)
        ):
            return False
        return self.rest is None or any(map(self.rest.fits, _joined(self.joint, parent, position)))

    @property
    def weight(self) -> tuple[int, int, int]:
        """Which of two rules wins: ids, then classes, then types."""
        own = (bool(self.ident), len(self.classes) + bool(self.begins), self.tag != "*")
        rest = self.rest.weight if self.rest is not None else (0, 0, 0)
        return own[0] + rest[0], own[1] + rest[1], own[2] + rest[2]


@dataclass(frozen=True)
class Rule:
    """What is declared for the elements of a selector."""

    selector: Selector
    declared: tuple[tuple[str, str], ...]


class Style:
    """The rules of a style sheet for a screen with a light theme."""

    def __init__(self, sheet: str) -> None:
        plain = "".join(_outside_conditions(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)))
        blocks = re.findall(r"([^{}]+)\{([^{}]*)\}", plain)
        self.variables = dict(
            pair for named, body in blocks if named.strip() == ":root" for pair in _pairs(body)
        )
        found = [
            Rule(selector, declared)
            for named, body in blocks
            if (declared := tuple(self._presentation(body)))
            for one in named.split(",")
            if (selector := selector_of(one.strip())) is not None
        ]
        # Of equal weight, the later rule wins: sorting keeps their order.
        self.rules = sorted(found, key=lambda rule: rule.selector.weight)

    def attributes(self, place: Place) -> dict[str, str]:
        """Attribute → value of all that is declared for an element."""
        return dict(pair for rule in self.rules if rule.selector.fits(place) for pair in rule.declared)

    def _presentation(self, body: str) -> Iterator[tuple[str, str]]:
        for name, written in _pairs(body):
            value = _VARIABLE.sub(lambda found: self.variables.get(found[1], "var()"), written)
            if "var(" in value or "url(" in value.lower() or not _HARMLESS.fullmatch(value):
                continue
            if name == "font" and (found := FONT.fullmatch(value)):
                if found[1]:
                    yield "font-weight", found[1]
                yield "font-size", _pixels(found[2])
                yield "font-family", found[3].replace('"', "'")
            elif name in PRESENTATION:
                yield name, _pixels(value)


def selector_of(text: str) -> Selector | None:
    """A selector, or None if it is of a kind that is not understood."""
    made: Selector | None = None
    joint = ""
    for part in re.findall(r"\s*[>~+]\s*|\s+|[^\s>~+]+", text):
        if part.strip() in ("", ">", "~", "+"):
            joint = part.strip() or " "
            continue
        found = _COMPOUND.fullmatch(part)
        if found is None:
            return None
        parts = _PART.findall(found[2])
        classes = frozenset(one for one, _, _ in parts if one)
        ident = next((one for _, one, _ in parts if one), "")
        begins = next((one for _, _, one in parts if one), "")
        made = Selector(found[1] or "*", classes, ident, begins, joint, made)
    return made


def _joined(joint: str, parent: Place | None, position: int) -> Iterator[Place]:
    if parent is None:
        return
    if joint in (" ", ">"):
        yield parent
        if joint == " ":
            yield from _joined(joint, parent.parent, 0)
    else:
        earlier = list(parent.children())[:position]
        yield from earlier[-1:] if joint == "+" else earlier


def _outside_conditions(sheet: str) -> Iterator[str]:
    """The sheet without blocks that hold for print or a dark screen alone."""
    depth, at = 0, 0
    for found in re.finditer(r"@[^{;]*[{;]", sheet):
        if found.start() < at:
            continue
        yield sheet[at : found.start()]
        at, depth = found.end(), found[0].endswith("{")
        while depth and at < len(sheet):
            depth += {"{": 1, "}": -1}.get(sheet[at], 0)
            at += 1
    yield sheet[at:]


def _pairs(body: str) -> Iterable[tuple[str, str]]:
    for declaration in body.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _pixels(value: str) -> str:
    """A length in the units of the picture, which are pixels."""
    if found := re.fullmatch(r"([\d.]+)rem", value):
        return f"{float(found[1]) * 16:g}"
    return re.sub(r"(?<=\d)px\b", "", value)
