"""Wording: numbers, dates and labels as the words that are printed."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Sequence

_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Control, format (text direction, zero width), surrogate, private and unassigned characters: nothing of this
# may reach a terminal or a page from a label in somebody's table.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def plain(text: object) -> str:
    """A label as one line of visible characters: terminal escape sequences and control characters removed."""
    without_escapes = _ESCAPE_SEQUENCE.sub("", str(text))
    visible = (
        " " if char.isspace() else "" if unicodedata.category(char) in _UNPRINTABLE else char
        for char in without_escapes
    )
    return " ".join("".join(visible).split()) or "(no name)"


def percent(share: float) -> str:
    """A share as per cent, to the digits a reader can use: ``0.123`` is ``12 %``, ``0.0123`` is ``1.2 %``.

    Between 99 and 101 one decimal is kept, so that 99.6 % is not read as all of it.
    """
    if not math.isfinite(share):
        return "no data"
    value = abs(share) * 100
    if value < 0.001:
        return "0 %"
    sign = "−" if share < 0 else ""
    if value < 0.095:
        return f"{sign}{value:.1g} %"
    whole = 9.95 <= value < 98.95 or value >= 101.05
    digits = f"{value:.0f}" if whole else f"{value:.1f}".removesuffix(".0")
    return f"{sign}{digits} %"


def change(lost: float) -> str:
    """A loss as a signed change: ``−8.2 %``."""
    changed = percent(-lost)
    return f"+{changed}" if lost < 0 and changed != "0 %" else changed


def spaced(text: str) -> str:
    """A sentence made elsewhere, with a space before each per cent sign and no decimal that says nothing."""
    return re.sub(r"(?<=\d)%", " %", re.sub(r"\.0(?=%)", "", plain(text)))


def whole(value: float) -> str:
    """A number as a whole one, with a real minus: ``1,234``."""
    return f"{round(value):,}".replace("-", "−")


def rounded(value: float, digits: int = 2) -> str:
    """A number to so many digits, never in powers of ten: ``0.047``, ``24``, ``1,200``."""
    if not math.isfinite(value) or not value:
        return "0" if not value else "no data"
    first = math.floor(math.log10(abs(value)))
    kept = round(value, digits - 1 - first)
    written = f"{kept:,.{max(digits - 1 - first, 0)}f}"
    return (written.rstrip("0").rstrip(".") if "." in written else written).replace("-", "−")


def in_draws(number: int, told: int) -> str:
    """A number of draws out of those told: ``80 % of draws``; of fewer than 100 draws, a count."""
    if number == told:
        return "every draw" if told > 1 else "the one draw"
    if not number:
        return "no draw"
    if told < 100:
        return f"{number:,} of {told:,} draws"
    share = round(100 * number / told)
    if share in (0, 100):
        return f"{'more than 99' if share else 'less than 1'} % of draws"
    return f"{share} % of draws"


def date_words(date: datetime.date) -> str:
    """A date as ``1 Mar 2024``, whatever the machine's language."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{date.day} {months[date.month - 1]} {date.year}"


def count(number: int, one: str, many: str = "") -> str:
    """A number and its noun: ``1 day``, ``2 days``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listing(names: Sequence[str], most: int = 3) -> str:
    """``a, b and c``; of many, ``a, b and 5 more``; names with commas take semicolons."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most:,} more")
    if len(shown) < 2:
        return "".join(shown)
    if any("," in name for name in shown):
        return f"{'; '.join(shown[:-1])}; and {shown[-1]}"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def shorten(text: str, width: int) -> str:
    """The text, or its beginning and an ellipsis, in at most ``width`` characters."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
