"""Evidence: what the answer rests on, largest first, and every figure with its claims, grades and links."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autarky.explanation.grounds import GroundClaim, Grounds
from autarky.explanation.wording import percent, shorten
from autarky.report.bars import inline_bar
from autarky.report.markup import Content, element
from autarky.report.tables import folded, table

MOST_OPEN = 6
"""Rows of the largest that are open; the rest is folded."""
GRADES = (
    "Two grades: of the source from A (completely reliable) to E (unreliable), F cannot be judged; of the "
    "figure from 1 (confirmed by others) to 5 (improbable), 6 cannot be judged. Sources that disagree are "
    "never averaged."
)
"""The Admiralty scale, in words."""


def evidence_content(grounds: Grounds, moving: Sequence[tuple[str, str]] = ()) -> Content:
    """The section; ``moving``: what of the declared moves the answer most, (name, how far), largest first."""
    content: list[Content] = [element("ul", [element("li", told) for told in grounds.sentences])]
    if not grounds.figures:
        content.append(element("p", f"The table is cited as: {grounds.citation}"))
    if any(one.source for one in grounds.shocks):
        content.append(
            table(
                "What happens, and where its figures come from",
                ("what", "where its figures come from"),
                [(one.what, one.source or "no source: it is what the study asks") for one in grounds.shocks],
                "beside",
            )
        )
    if moving:
        sources = {one.what: one for one in grounds.parameters}
        rows = []
        for name, far in moving[:MOST_OPEN]:
            one = sources.get(f"{name} (drawn)")
            rows.append((name, far, (one.source if one else "") or "assumption"))
        content.append(
            table(
                "What is drawn, by how far it moves the answer",
                ("parameter", "how far", "where it comes from"),
                rows,
                "beside",
            )
        )
    if grounds.figures:
        widest = [
            (
                f"{one.figure}, {one.as_of}",
                [inline_bar(one.share), percent(one.share)],
                "assumption" if one.is_assumed else ", ".join(c.grade for c in one.claims if c.used),
                one.how,
            )
            for one in grounds.figures[:MOST_OPEN]
        ]
        content += [
            table(
                "Figures behind the table, by how much of it they bear on",
                ("figure", "bears on, % of the table by value", "grade", "which was used, and why"),
                widest,
                "beside",
            ),
            element("p", GRADES, class_="note"),
            folded(f"Every figure and its claims ({len(grounds.figures):,})", _figures(grounds)),
        ]
    if grounds.parameters:
        told = [
            (one.what, "assumption" if one.is_assumed else "source", one.source or "none given")
            for one in sorted(grounds.parameters, key=lambda one: not one.is_assumed)
        ]
        content.append(
            folded(
                f"Every declared choice and where it comes from ({len(told):,})",
                table(
                    "Choices that the study and the model declare, assumptions first",
                    ("what", "rests on", "in words"),
                    told,
                    "beside",
                ),
            )
        )
    if grounds.named:
        content += [
            element("h3", "What the study names as its sources"),
            element("ul", [element("li", one) for one in grounds.named]),
        ]
    return content


def _figures(grounds: Grounds) -> Content:
    rows = [
        (
            f"{one.figure}, {one.as_of}",
            percent(one.share),
            claim.says,
            "assumption" if claim.kind == "assumption" else claim.grade,
            _where(claim),
            claim.date or "undated",
            one.how if claim.used else "not used",
        )
        for one in grounds.figures
        for claim in one.claims
    ]
    rows += [
        (
            f"{one.figure}, {one.as_of}",
            percent(one.share),
            "–",
            "–",
            "its claims are not at hand",
            "–",
            one.how,
        )
        for one in grounds.figures
        if not one.claims
    ]
    header = ("figure", "bears on", "claim", "grade", "source", "published", "used, and why")
    return table("Figures behind the table and the claims on them", header, rows)


def _where(claim: GroundClaim) -> Content:
    """The source, as a link where its address is one of the web; nothing else may become a link."""
    name = shorten(claim.source, 90)
    if re.match(r"https?://\S+$", claim.url):
        return element("a", name, href=claim.url, rel="noreferrer")
    return f"{name} ({claim.url})" if claim.url else name
