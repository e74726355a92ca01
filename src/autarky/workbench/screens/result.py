"""Result: the report of a run, with levers that are solved again at once."""

from __future__ import annotations

import html
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from autarky.errors import InputError, Problem
from autarky.explanation.lifelines import Lifelines
from autarky.explanation.wording import change, count, listing
from autarky.report.two_courses import two_courses
from autarky.results import Variant
from autarky.run_folder import ComparisonRun, EnsembleRun, FirmRun, PlanRun, Run
from autarky.study import report_again
from autarky.workbench import jobs
from autarky.workbench.desk import Desk, desk_of
from autarky.workbench.kept_study import study_to_ask
from autarky.workbench.levers import Kind, Lever, edits_of, levers_of, solve, study_with, told
from autarky.workbench.rendering import drawn, page, report_body
from autarky.workbench.solved import Solved
from autarky.workbench.studies import Studies

Kept = Run | EnsembleRun | PlanRun | ComparisonRun | FirmRun

MOST_PAGES = 6
"""Reports that are held in memory."""
_KINDS = (
    (EnsembleRun, "ensemble"),
    (PlanRun, "plan"),
    (ComparisonRun, "comparison"),
    (FirmRun, "firm result"),
    (Run, "run"),
)
_NO_LEVERS = {
    "plan": "A plan has no levers: it is chosen for its purpose, not simulated. Its budget is under Builder.",
    "comparison": "A comparison has no levers: move those of one of the runs that it lays side by side.",
    "firm result": "A firm result has no levers: change what the study says of firms, and rank them again.",
}


@dataclass(frozen=True)
class Shown:
    """A run and its report, drawn."""

    kept: Kept
    report: str

    @property
    def heading(self) -> str:
        """Of the report, as text."""
        return self._text("h1")

    @property
    def subtitle(self) -> str:
        """Of the report, as text."""
        return self._text("p")

    @property
    def policy(self) -> str:
        """What the report says that it may load: its own style, nothing else."""
        found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', self.report)
        return html.unescape(found[1]) if found else "default-src 'none'"

    def _text(self, tag: str) -> str:
        header = self.report.partition("<header>")[2].partition("</header>")[0]
        found = re.search(f"<{tag}[^>]*>(.*?)</{tag}>", header, re.DOTALL)
        return html.unescape(re.sub("<[^>]*>", "", found[1])) if found else ""


def kind_of(kept: Kept) -> str:
    """run, ensemble, plan, comparison or firm result."""
    return next(word for one, word in _KINDS if isinstance(kept, one))


class Pages:
    """Reports drawn last, by the folder's manifest: drawing one takes longer than a page may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[str, bytes], Shown] = OrderedDict()

    def page(self, desk: Desk, name: str) -> Shown:
        """A run's report, drawn anew where its folder changed.

        Raises
        ------
        NotThere
            If there is no such run.
        InputError
            If its files are not what the run wrote.
        """
        folder = desk.workspace.run(name)
        key = name, (folder / "manifest.json").read_bytes()
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        kept, report = report_again(folder, desk.workspace.runs, links=lambda code: why_address(name, code))
        with self._lock:
            shown = self._pages[key] = Shown(kept, report)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
        return shown


PAGES = Pages()


def why_address(run: str, industry: str) -> str:
    """Where the drawer says why an industry made less."""
    return f"/runs/{run}/why?{urlencode({'industry': industry})}"


def result(request: Request) -> Response:
    """A run's report beside its levers."""
    return _result(request, PAGES.page(desk_of(request), request.path_params["run"]), {}, None)


def report(request: Request) -> Response:
    """The report by itself, which may do nothing but show itself."""
    shown = PAGES.page(desk_of(request), request.path_params["run"])
    policy = f"{shown.policy}; frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation"
    return HTMLResponse(shown.report, headers={"Content-Security-Policy": policy})


async def move(request: Request) -> Response:
    """What moving levers comes to: a part beside them where htmx asks, else the whole page."""
    async with request.form(max_files=0, max_fields=64, max_part_size=4096) as form:
        settings = _settings(form)
    return await run_in_threadpool(_moved, request, settings)


def _moved(request: Request, settings: Mapping[str, str]) -> Response:
    desk = desk_of(request)
    shown = PAGES.page(desk, request.path_params["run"])
    kept = _with_levers(shown)
    asked = study_to_ask(kept, desk.workspace)
    solved = desk.warm.call(
        solve,
        asked.content,
        asked.path,
        asked.digest,
        settings,
        _keep_first(kept),
        from_draws=isinstance(kept, EnsembleRun),
    )
    if request.headers.get("hx-request") == "true":
        return page(request, "levers_answer.html", **answer_values(solved))
    return _result(request, shown, settings, solved)


async def keep(request: Request) -> Response:
    """A new study with what the levers change, to be edited and run."""
    async with request.form(max_files=0, max_fields=64, max_part_size=4096) as form:
        settings = _settings(form)
    name = await run_in_threadpool(_kept, request, settings)
    return RedirectResponse(f"/studies/{name}", 303)


def _kept(request: Request, settings: Mapping[str, str]) -> str:
    desk = desk_of(request)
    kept = _with_levers(PAGES.page(desk, request.path_params["run"]))
    asked = study_to_ask(kept, desk.workspace)
    scenario, keep_first = asked.study.scenario_to_run, _keep_first(kept)
    known = kept.result if isinstance(kept, Run) else None
    changes = told(levers_of(scenario, known, keep_first), settings)
    if not changes:
        remedy = "move one of them, or choose 'Edit this study'"
        raise InputError(Problem("levers", "all stand as the study declares them", remedy))
    edits = edits_of(scenario, settings, known, keep_first)
    return Studies(desk.workspace).create(study_with(asked.content, edits, changes, kept.id))


def again(request: Request) -> Response:
    """The same study, run again with the same options."""
    desk = desk_of(request)
    kept = PAGES.page(desk, request.path_params["run"]).kept
    if not isinstance(kept, Run):
        remedy = "choose 'Edit this study', then start it"
        raise InputError(Problem("run again", "only a run can be run again as it was", remedy))
    asked, inputs = study_to_ask(kept, desk.workspace), kept.manifest["inputs"]
    options = {"variants": inputs.get("variants", True), **(inputs.get("lifelines") or {})}
    kind = jobs.Kind.LIFELINES if inputs.get("lifelines") else jobs.Kind.RUN
    job = desk.jobs.start(kind, asked.study.title, asked.content, options=options)
    return RedirectResponse(f"/jobs/{job.id}", 303)


def _with_levers(shown: Shown) -> Run | EnsembleRun:
    if not isinstance(shown.kept, Run | EnsembleRun):
        raise InputError(Problem("levers", f"a {kind_of(shown.kept)} has none", "open a run"))
    return shown.kept


def _keep_first(kept: Run | EnsembleRun) -> Lifelines | None:
    return kept.lifelines if isinstance(kept, Run) else None


def _settings(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _result(request: Request, shown: Shown, settings: Mapping[str, str], solved: Solved | None) -> Response:
    desk, kept = desk_of(request), shown.kept
    levers: tuple[Lever, ...] = ()
    without = ""
    if isinstance(kept, Run | EnsembleRun):
        try:
            scenario = study_to_ask(kept, desk.workspace).study.scenario_to_run
            known = kept.result if isinstance(kept, Run) else None
            levers = levers_of(scenario, known, _keep_first(kept))
        except InputError as error:
            without = f"The levers cannot be moved: {error.problems[0]}"
    else:
        without = _NO_LEVERS[kind_of(shown.kept)]
    cuts = [one for one in levers if one.name.startswith("trade-")]
    return page(
        request,
        "result.html",
        run=kept.id,
        kind=kind_of(shown.kept),
        heading=shown.heading,
        subtitle=shown.subtitle,
        report=_body(shown.report),
        levers={
            "sliders": [one for one in levers if one.kind is Kind.SLIDER and one not in cuts],
            "cuts": cuts,
            "choices": [one for one in levers if one.kind is Kind.CHOICE],
            "names": [one for one in levers if one.kind is Kind.NAME],
        },
        without=without,
        settings={lever.name: settings.get(lever.name) or lever.declared for lever in levers},
        **(answer_values(solved) if solved is not None else _unmoved(kept)),
    )


@lru_cache(maxsize=MOST_PAGES)
def _body(report: str) -> object:
    return report_body(report)


def answer_values(solved: Solved) -> dict[str, Any]:
    """What the part shows: the rows, and a picture of what households receive."""
    picture = two_courses(
        "levers-picture",
        f"What {solved.consumers} receive",
        solved.starts,
        solved.end,
        solved.period,
        solved.before,
        solved.after,
    )
    return {
        "solved": True,
        "changes": solved.changes,
        "rows": _rows(solved.declared, solved.moved, solved.consumers),
        "picture": drawn(picture),
    }


def _unmoved(kept: Kept) -> dict[str, Any]:
    """The same before anything is moved; draws have no single run to show."""
    if not isinstance(kept, Run):
        return {"solved": False}
    declared = kept.answer.as_declared
    rows = _rows(declared, declared, kept.answer.consumers)
    return {"solved": True, "changes": (), "rows": rows, "picture": None}


def _rows(one: Variant, two: Variant, consumers: str) -> list[tuple[str, str, str, str]]:
    """What, as declared, with levers, the difference."""
    who = consumers.capitalize()
    return [
        ("First to stop", _first(one), _first(two), _days_apart(one, two)),
        ("Industries that stop", f"{one.stops:,}", f"{two.stops:,}", _signed(two.stops - one.stops)),
        *(
            (what, _lost(before), _lost(after), _points(before, after))
            for what, before, after in (
                ("GDP over the run", one.gdp_lost, two.gdp_lost),
                (f"{who} over the run", one.consumption_lost, two.consumption_lost),
                (f"{who}, worst day", one.consumption_lost_at_most, two.consumption_lost_at_most),
            )
        ),
    ]


def _first(found: Variant) -> str:
    return f"{listing(found.first, most=1)}, day {found.day:,}" if found.day is not None else "nothing stops"


def _days_apart(one: Variant, two: Variant) -> str:
    if one.day is None or two.day is None:
        return ""
    days = two.day - one.day
    return "" if days == 0 else f"{count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"


def _lost(share: float | None) -> str:
    return "–" if share is None else change(share)


def _points(one: float | None, two: float | None) -> str:
    """The difference of two losses in percentage points, gains positive."""
    if one is None or two is None:
        return ""
    points = f"{100 * (one - two):+.1f}".replace("-", "−")
    return "" if points[1:] == "0.0" else f"{points} points"


def _signed(number: int) -> str:
    return "" if number == 0 else f"{number:+,}".replace("-", "−")


ROUTES = [
    Route("/runs/{run}", result),
    Route("/runs/{run}/report.html", report),
    Route("/runs/{run}/levers", move, methods=["POST"]),
    Route("/runs/{run}/levers/study", keep, methods=["POST"]),
    Route("/runs/{run}/again", again, methods=["POST"]),
]
