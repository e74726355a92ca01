"""Why: the drawer that says why an industry made less on a day."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autarky.errors import InputError, Problem
from autarky.explanation.wording import date_words, percent, rounded
from autarky.report.chains import chain
from autarky.run_folder import EnsembleRun, Run, read_any
from autarky.workbench.balance import Explained, Input, Received, explain
from autarky.workbench.desk import desk_of
from autarky.workbench.kept_study import study_to_ask
from autarky.workbench.rendering import drawn, page

MOST_ROWS = 15
"""Inputs, and users, that are shown one by one."""

Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class View:
    """What is shown, in words."""

    day: str
    sentence: str
    address: str
    made: Rows
    inputs: Rows
    handed: Rows
    chain: Markup | None


def why(request: Request) -> Response:
    """Why an industry made less on a day, and its balance: a part for the drawer, or a page.

    Without a day, on its worst; without an industry, the first that falls.
    """
    desk = desk_of(request)
    folder = desk.workspace.run(request.path_params["run"])
    kept = read_any(folder)
    if not isinstance(kept, Run | EnsembleRun):
        what, remedy = "only a run can be asked why", "open one of its runs"
        raise InputError(Problem("explain", what, remedy))
    asked = study_to_ask(kept, desk.workspace)
    industry, day = request.query_params.get("industry", ""), _day(request)
    found = desk.warm.call(explain, asked.content, asked.path, asked.digest, industry, day)
    kind = "ensemble" if isinstance(kept, EnsembleRun) else "run"
    return page(request, "why.html", run=kept.id, kind=kind, found=found, view=_view(kept.id, found))


def _day(request: Request) -> int | datetime.date | None:
    """The day that is asked for, as a number or as a date."""
    day, date = (request.query_params.get(name, "").strip() for name in ("day", "date"))
    try:
        if day:
            return int(day) if len(day) <= 6 else 10**6
        return datetime.date.fromisoformat(date) if date else None
    except ValueError:
        remedy = "give a whole number, counted from the first shock"
        raise InputError(Problem("day", f"cannot be {(day or date)[:40]!r}", remedy)) from None


def _view(run: str, found: Explained) -> View:
    balance = found.balance
    number = f"{balance.day.number:,}".replace("-", "−")
    date = date_words(datetime.date.fromisoformat(balance.day.date))
    part = (
        f"{percent(balance.share)} of the base year" if balance.base > 0 else "nothing, as in the base year"
    )
    what = {"industry": balance.industry, "day": balance.day.number}
    return View(
        day=number,
        sentence=f"On {date} it makes {part}. What limits it is {balance.limit}.",
        address=f"/runs/{run}/why?{urlencode(what)}",
        made=[
            (name, _amount(value), _share(value, balance.base))
            for name, value in (
                ("made in the base year", balance.base),
                ("orders received", balance.orders),
                ("capacity with all inputs at hand", balance.capacity),
                ("made", balance.output),
            )
        ],
        inputs=_inputs(found),
        handed=[
            *((f"delivered: {one.name}", *_received(one)) for one in balance.suppliers),
            ("delivered in all", *_received(_together("", balance.suppliers))),
            *((one.name, *_received(one)) for one in balance.users[:MOST_ROWS]),
            *_rest(balance.users[MOST_ROWS:]),
            ("received in all", *_received(_together("", balance.users))),
        ]
        if balance.users
        else [],
        chain=drawn(chain("explain-chain", found.why)) if found.why is not None else None,
    )


def _inputs(found: Explained) -> Rows:
    """The inputs that matter most; the others together."""
    shown, rest = found.balance.inputs[:MOST_ROWS], found.balance.inputs[MOST_ROWS:]
    rows: Rows = [
        (
            one.name,
            *map(_amount, _flows(one)),
            f"{one.left_days:.1f}",
            f"{one.binds}: what limits output" if one.limits else one.binds,
        )
        for one in shown
    ]
    if rest:
        sums = [math.fsum(values) for values in zip(*(_flows(one) for one in rest), strict=True)]
        rows.append((f"{len(rest)} other inputs", *map(_amount, sums), "", ""))
    return rows


def _flows(one: Input) -> tuple[float, ...]:
    return one.needed, one.at_hand, one.short, one.stock, one.delivered, one.used, one.left


def _rest(users: tuple[Received, ...]) -> Rows:
    return [(f"{len(users)} other users", *_received(_together("", users)))] if users else []


def _together(name: str, of: tuple[Received, ...]) -> Received:
    return Received(name, math.fsum(one.base for one in of), math.fsum(one.received for one in of))


def _received(one: Received) -> tuple[str, str, str]:
    return _amount(one.base), _amount(one.received), _share(one.received, one.base)


def _amount(value: float) -> str:
    """Three digits; what is next to nothing is 0."""
    return "0" if abs(value) < 5e-7 else rounded(value, 3).replace("-", "−")


def _share(value: float, base: float) -> str:
    return percent(value / base) if base > 0 else "–"


ROUTES = [Route("/runs/{run}/why", why)]
