"""Made verdicts: evidence and runs by hand, in which a sentence is as true or false as a test wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.evidence import Claim, Evidence, Source
from autarky.verdict.runs import COURSES, GROUPS, Runs
from autarky.verdict.sentences import Sentence
from autarky.verdict.verdicts import Finding, Verdict
from small_economies import chain

SERIES = ("gdp", "imports", "households", "government", *GROUPS)
INDUSTRIES = ("mine", "mill", "textiles")
DAYS, DRAWS = 730, 10
START = "2020-01-01"


def sentence(id: str, **changes: Any) -> Sentence:
    """A sentence of that id."""
    told = {
        "id": id,
        "document": "paper-2021",
        "quote": "words that somebody said",
        "speaker": "somebody",
        "stance": "citizen",
        "date": "2021-06",
        "kind": "outcome",
        "representable": "yes",
    }
    return Sentence.model_validate(told | changes)


def evidence(*figures: tuple[Any, ...]) -> Evidence:
    """Claims from (figure, as_of, value) or (figure, as_of, low, high), with a unit and a source if given."""
    claims = []
    for k, (figure, as_of, *numbers) in enumerate(figures):
        words = [item for item in numbers if isinstance(item, str)]
        told = [item for item in numbers if not isinstance(item, str)]
        unit, source = (*words, *("pct", "paper")[len(words) :])
        claims.append(
            Claim(
                id=f"c{k}",
                figure=figure,
                as_of=as_of,
                value=told[0],
                low=min(told),
                high=max(told),
                unit=unit,
                source=source,
                kind="press",
                reliability="B",
                credibility=2,
            )
        )
    keys = {claim.source for claim in claims}
    sources = {key: Source(key=key, title="A paper", publisher="A publisher", date="2021") for key in keys}
    return Evidence(tuple(claims), sources)


def runs(
    levels: Mapping[str, Mapping[str, npt.ArrayLike]] | None = None,
    *,
    lowest: Mapping[str, Mapping[str, npt.ArrayLike]] | None = None,
    bound: Mapping[str, Sequence[float]] | None = None,
    without: Sequence[str] = (),
    partner: str = "CHINA",
    ranked: bool = False,
) -> Runs:
    """Every course at the base year's level, but for what is named.

    ``levels``: course → series → a level for all draws, or one for each; NaN: the table has nothing of it.
    ``lowest``: course → industry → lowest output. ``bound``: course → orders unserved, by cause.
    """
    courses = {}
    for name in COURSES:
        if name in without:
            continue
        path = np.ones((DRAWS, len(SERIES), DAYS), dtype=np.float32)
        for series, level in (levels or {}).get(name, {}).items():
            path[:, SERIES.index(series)] = np.broadcast_to(level, DRAWS)[:, None]
        low = np.ones((DRAWS, len(INDUSTRIES)))
        for industry, level in (lowest or {}).get(name, {}).items():
            low[:, INDUSTRIES.index(industry)] = level
        unserved = np.tile((bound or {}).get(name, (0.0, 0.0)), (DRAWS, 1))
        courses[name] = xr.Dataset(
            {
                "path": (("draw", "series", "day"), path),
                "lowest": (("draw", "industry"), low),
                "first_stop": (("draw", "industry"), np.where(low < 0.5, 100.0, -1.0)),
                "unserved": (("draw", "bound_by"), unserved),
            },
            coords={
                "series": list(SERIES),
                "day": np.datetime64(START, "D") + np.arange(DAYS),
                "industry": list(INDUSTRIES),
                "bound_by": ["inputs", "capacity"],
            },
        )
    return Runs(courses, partner, ranked)


def judged(id: str, figures: Evidence | None = None, courses: Runs | None = None, **more: Any) -> Verdict:
    """The verdict on the sentence of that id, by the register."""
    from autarky.verdict.judge import judge

    table = more.pop("economy", chain())
    (verdict,) = judge([sentence(id)], figures or evidence(), table, courses or runs(), **more)
    return verdict


def finding(id: str, figures: Evidence | None = None, courses: Runs | None = None, **more: Any) -> Finding:
    """What was found on it."""
    return judged(id, figures, courses, **more).finding
