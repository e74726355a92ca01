"""Beside: what other folders of the same study say, and the sections that it fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autarky.explanation.comparison import Comparison
from autarky.explanation.countdown import Countdown
from autarky.explanation.lifelines import Lifelines
from autarky.explanation.ranges import RangesAnswer
from autarky.report.comparison import comparison_in_short
from autarky.report.countdown import countdown_content
from autarky.report.keep_first import keep_first
from autarky.report.markup import Content, element
from autarky.report.outline import not_asked
from autarky.report.plan import plan_in_short
from autarky.results.plan import Clash, PlanResult
from autarky.sensitivity import Findings


@dataclass(frozen=True)
class Beside:
    """What was worked out elsewhere for the same economy; None: not asked."""

    plan: PlanResult | Clash | None = None
    comparison: Comparison | None = None
    draws: tuple[RangesAnswer, Findings] | None = None
    lifelines: Lifelines | None = None
    countdown: Countdown | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    """Section (``stocks``, ``keep``, ``plan``, ``compare``, ``sure``) → name of the folder it is from."""

    def taken(self, ident: str) -> Content:
        """Which folder a section is from; None where it is the run's own."""
        where = self.folders.get(ident)
        return element("p", "From the folder ", element("code", where), ".", class_="note") if where else None


def filled(
    beside: Beside, study: str, *, lifelines: Lifelines | None = None, countdown: Countdown | None = None
) -> dict[str, Content]:
    """Stocks, imports to keep, plan and comparison: the run's own before those beside, else who asks."""
    rank, counted = lifelines or beside.lifelines, countdown or beside.countdown
    asked = f"autarky lifelines {study}"
    return {
        "stocks": (None if countdown else beside.taken("stocks"), countdown_content(counted))
        if counted
        else not_asked(
            asked, "counts the days from the cut to the first stop by product, and what more stock would buy"
        ),
        "keep": (None if lifelines else beside.taken("keep"), keep_first(rank))
        if rank
        else not_asked(
            asked, "ranks imports by what keeping them would avert, each alone and one after another"
        ),
        "plan": (beside.taken("plan"), plan_in_short(beside.plan))
        if beside.plan
        else not_asked(
            "autarky plan STUDY",
            "works out, for a study with a section “plan:”, what to build, import and stock in which year, "
            "what that takes and what it avoids",
        ),
        "compare": (beside.taken("compare"), comparison_in_short(beside.comparison))
        if beside.comparison
        else not_asked(
            "autarky compare RUN OTHER",
            "lays runs, or the alternatives of a study, side by side: who loses what in each, and which "
            "conclusions hold in all",
        ),
    }
