"""The page of a clash: which policies cannot hold together, what each must give, and the cheapest way out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from autarky.explanation.action_plan import clash_sentences, large, measured
from autarky.explanation.wording import count, listing, percent
from autarky.report.document import document, pairs, section
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import line, number_axis, picture, text
from autarky.report.tables import folded, table
from autarky.results.plan import Clash, Giving


def render_clash(
    clash: Clash,
    *,
    command: str = "autarky plan STUDY",
    digests: Mapping[str, str] | None = None,
) -> str:
    """Why there is no plan, as one HTML file like a plan's."""
    told = clash_sentences(clash)
    header = ("policy", "gives", "of all it is about", "most in")
    return document(
        clash.title,
        clash.title,
        "There is no plan: what must hold cannot hold together",
        section(
            "answer",
            "Answer",
            element("ol", [element("li", element("strong", "No plan"), " ", told[0])], class_="answer"),
            element(
                "p",
                "What nature and arithmetic demand is never relaxed; only what somebody wants can give. "
                "These policies clash by themselves, and no fewer of them do. What each must give is told "
                "with all other policies held: others may be in the way besides.",
            )
            if len(clash.policies) > 1
            else None,
        ),
        section(
            "alone",
            "If only one gives",
            element("p", "How much each policy must give if all others hold."),
            table("Each policy giving alone", header, [_row(giving) for giving in clash.alone]),
        )
        if clash.alone
        else None,
        section(
            "repair",
            "The cheapest joint repair",
            element("p", "All give at once, so that the shares given, added up, are least."),
            table("All giving a little", header, [_row(giving) for giving in clash.repair]),
        )
        if clash.repair
        else None,
        _exchange_section(clash, told),
        section(
            "method",
            "How this was found",
            element(
                "p",
                f"Policies were left out one after another until no further one could be: "
                f"{count(clash.solved, 'linear program')} solved.",
            ),
            element("ul", [element("li", one) for one in clash.assumptions]) if clash.assumptions else None,
            element("p", "This command reproduces it: ", element("code", command)),
            pairs("Digests (SHA-256)", digests) if digests else None,
        ),
    )


def _exchange_section(clash: Clash, told: Sequence[str]) -> Markup | None:
    if len(clash.exchange) < 2:
        return None
    one, other = clash.exchanged
    units = {giving.policy: giving.unit for giving in (*clash.alone, *clash.repair)}
    across = number_axis([0.0, *(point[0] for point in clash.exchange)], 90.0, 520.0, ticks=5)
    upward = number_axis([0.0, *(point[1] for point in clash.exchange)], 260.0, -230.0, ticks=5)
    drawing: list[Markup] = []
    for place, number in upward.ticks():
        drawing += [
            line(90.0, place, 610.0, place, "grid" if number else "axis"),
            text(84.0, place + 4, large(number), "tick", "end"),
        ]
    for place, number in across.ticks():
        drawing.append(text(place, 280.0, large(number), "tick", "middle"))
    drawing += [
        text(350.0, 302.0, f"{one} gives, {units.get(one, '')}".strip(", "), "tick", "middle"),
        text(4.0, 14.0, f"{other} must give, {units.get(other, '')}".strip(", "), "tick"),
        element(
            "polyline",
            points=" ".join(f"{across.at(a):.1f},{upward.at(b):.1f}" for a, b in clash.exchange),
            class_="line",
        ),
        *(
            element("circle", cx=across.at(a), cy=upward.at(b), r=3.2, class_="dots")
            for a, b in clash.exchange
        ),
    ]
    finding = " ".join(told[1:])
    drawn = picture(
        "exchange", 640.0, 310.0, f"{one} against {other}", finding, drawing, class_="multiple single"
    )
    rows = [(large(a, 4), large(b, 4)) for a, b in clash.exchange]
    return section(
        "exchange-rate",
        "What one costs the other",
        element("p", finding) if finding else None,
        drawn,
        folded("The same as a table", table("What each gives", (f"{one} gives", f"{other} must give"), rows)),
    )


def _row(giving: Giving) -> Sequence[Content]:
    return (
        giving.policy,
        f"{large(giving.total)} {giving.unit}" if giving.possible else "wholly, and it does not suffice",
        percent(giving.share) if giving.possible and math.isfinite(giving.share) else "–",
        listing([f"{place}: {measured(amount)}" for place, amount in giving.by_place], 4) or "–",
    )
