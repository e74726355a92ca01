"""Raster: an SVG file as PNG, with its words or not at all."""

from __future__ import annotations

from functools import cache

from autarky.errors import InputError, Problem

COMMON = (
    "Noto Sans",
    "Segoe UI",
    "Helvetica Neue",
    "Helvetica",
    "Arial",
    "Liberation Sans",
    "Roboto",
    "Ubuntu",
    "Cantarell",
    "DejaVu Sans",
    "FreeSans",
    "Open Sans",
    "Tahoma",
    "Verdana",
    "DejaVu Sans Mono",
    "DejaVu Serif",
    "Liberation Serif",
    "Times New Roman",
)
"""Fonts that systems come with, the more usual for pictures first."""


def png(svg: str, family: str, scale: float = 2.0) -> bytes:
    """An SVG file as PNG, ``scale`` pixels for each of its own.

    Words are drawn in the first of its fonts that is installed. The renderer leaves words out where it has
    none of them and no substitute, so it is asked first.

    Raises
    ------
    InputError
        If the extra ``figures`` is not installed, no font is, or the scale is not above 0.
    """
    if not 0 < scale <= 10:
        raise InputError(Problem("scale", f"{scale:g} is not above 0 and at most 10", "2 is sharp on paper"))
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        remedy = "install it with: pip install 'autarky[figures]'; an SVG needs nothing"
        raise InputError(Problem("PNG", "needs resvg_py, which is not installed", remedy)) from error
    substitute = _substitute(family)
    return bytes(svg_to_bytes(svg_string=svg, zoom=scale, sans_serif_family=substitute))


@cache
def _substitute(family: str) -> str | None:
    """What stands in for "sans-serif": None where the system knows that itself.

    Raises
    ------
    InputError
        If no font draws anything.
    """
    from resvg_py import svg_to_bytes

    def drawn(words: str, font: str | None) -> bytes:
        probe = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">'
            f'<text y="15" font-size="12" font-family="{family}">{words}</text></svg>'
        )
        return bytes(svg_to_bytes(svg_string=probe, sans_serif_family=font))

    empty = drawn("", None)
    for font in (None, *COMMON):
        if drawn("Aa 1", font) != empty:
            return font
    remedy = "install one, such as DejaVu Sans or Noto Sans (on Debian: fonts-dejavu-core), or use the SVG"
    raise InputError(Problem("PNG", "no font is installed, so the picture would have no words", remedy))
