"""Builder: imports to keep and stocks to lay in under a budget, and the plan of the same study."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autarky.explanation.counting import MORE_DAYS
from autarky.run_folder import STUDY, EnsembleRun, Run, read_any
from autarky.study import study_of
from autarky.study_file import study_from_bytes
from autarky.workbench.building import (
    LOTS,
    Basket,
    Offer,
    bought,
    edits_of,
    offer_of,
    refuse_unknown,
    solve,
    told,
)
from autarky.workbench.desk import Desk, desk_of
from autarky.workbench.jobs import Kind
from autarky.workbench.kept_study import study_to_ask
from autarky.workbench.levers import study_with
from autarky.workbench.rendering import page
from autarky.workbench.screens.result import PAGES, answer_values, kind_of
from autarky.workbench.studies import Studies
from autarky.workbench.workspace import NotThere

STEPS = 100
"""Places of the budget's slider."""


def builder(request: Request) -> Response:
    """What can be kept and laid in; what is chosen, what it costs and what it comes to."""
    desk, name = desk_of(request), request.path_params["run"]
    kept = PAGES.page(desk, name).kept
    ranked = _ranked(desk, kept)
    plans = [entry for entry in desk.catalogue.entries() if entry.kind == "plan" and _is_same(entry, kept)]
    found: dict[str, Any] = {
        "run": name,
        "kind": kind_of(kept),
        "title": kept.manifest["inputs"]["study"]["title"] if "study" in kept.manifest["inputs"] else name,
        "ranked": None if ranked is None else ranked.id,
        "can_rank": isinstance(kept, Run | EnsembleRun),
        "plans": plans,
        "has_plan": isinstance(kept, Run | EnsembleRun) and _has_plan(kept.study, kept.path),
    }
    if ranked is None or ranked.lifelines is None or ranked.countdown is None:
        return page(request, "builder.html", **found, offer=None)
    offer = offer_of(ranked.lifelines, ranked.countdown)
    step, basket = _asked(request.query_params, offer)
    solved = None
    if basket.kept or any((basket.lots or {}).values()):
        asked = study_to_ask(ranked, desk.workspace)
        solved = desk.warm.call(
            solve, asked.content, asked.path, asked.digest, ranked.lifelines, ranked.countdown, basket
        )
    return page(
        request,
        "builder.html",
        **found,
        offer=offer,
        lots=LOTS,
        lot_days=MORE_DAYS,
        step=step,
        steps=STEPS,
        budget=offer.most * step / STEPS,
        basket=basket,
        cost=basket.cost(offer),
        answered=solved is not None,
        **(answer_values(solved) if solved is not None else {}),
    )


async def rank(request: Request) -> Response:
    """Starts the ranking of a run's imports and stocks, or its plan, as a job."""
    async with request.form(max_files=0, max_fields=4) as form:
        kind = Kind.PLAN if form.get("kind") == Kind.PLAN else Kind.LIFELINES
    job = await run_in_threadpool(_begun, desk_of(request), request.path_params["run"], kind)
    return RedirectResponse(f"/jobs/{job}", 303)


def _begun(desk: Desk, name: str, kind: Kind) -> str:
    """Id of the job that ranks or plans a run's study."""
    kept = read_any(desk.workspace.run(name))
    options = {"frontier": True} if kind is Kind.PLAN else {}
    return desk.jobs.start(kind, kept.manifest["inputs"]["study"]["title"], kept.study, options=options).id


async def keep(request: Request) -> Response:
    """Makes a study of what is chosen, and opens it."""
    async with request.form(max_files=0, max_fields=2_000) as form:
        asked = QueryParams([(key, str(value)) for key, value in form.multi_items()])
    made = await run_in_threadpool(_made, desk_of(request), request.path_params["run"], asked)
    if request.headers.get("hx-request") == "true":
        # A redirect that htmx follows would only be looked through for the part it wants.
        return Response(headers={"HX-Redirect": f"/studies/{made}"})
    return RedirectResponse(f"/studies/{made}", 303)


def _made(desk: Desk, name: str, asked: QueryParams) -> str:
    """Id of the study that has what is chosen."""
    ranked = _ranked(desk, PAGES.page(desk, name).kept)
    if ranked is None or ranked.lifelines is None or ranked.countdown is None:
        raise NotThere("nothing is ranked")
    offer = offer_of(ranked.lifelines, ranked.countdown)
    _, basket = _asked(asked, offer)
    refuse_unknown(offer, basket)
    edits = edits_of(study_of(ranked).scenario_to_run, basket, offer, ranked.lifelines.regions)
    changes, how = told(basket, offer), "imports kept and stocks raised"
    return Studies(desk.workspace).create(study_with(ranked.study, edits, changes, ranked.id, how))


def _asked(asked: QueryParams, offer: Offer) -> tuple[int, Basket]:
    """Where the budget's slider stands, and what is chosen: what the budget buys, or what is ticked."""
    given = asked.get("budget", "")
    step = min(int(given), STEPS) if given.isdecimal() and len(given) < 4 else 0
    if asked.get("fill") == "budget":
        return step, bought(offer, offer.most * step / STEPS)
    lots = {
        key.removeprefix("stock-"): int(value)
        for key, value in asked.items()
        if key.startswith("stock-") and value.isdecimal() and value != "0"
    }
    return step, Basket(tuple(dict.fromkeys(asked.getlist("keep"))), lots)


def _ranked(desk: Desk, kept: object) -> Run | None:
    """The run itself if its imports are ranked, else the newest run of the same study of which they are."""
    if isinstance(kept, Run) and kept.manifest["inputs"].get("lifelines") is not None:
        return kept
    for entry in desk.catalogue.entries():
        if entry.kind == "run" and _is_same(entry, kept):
            found = read_any(desk.workspace.run(entry.id))
            if isinstance(found, Run) and found.manifest["inputs"].get("lifelines") is not None:
                # The one whose numbers are in memory already, if it was shown.
                again = PAGES.page(desk, entry.id).kept
                return again if isinstance(again, Run) else None
    return None


@lru_cache(maxsize=16)
def _has_plan(content: bytes, path: Path) -> bool:
    return study_from_bytes(content, path / STUDY).plan is not None


def _is_same(entry: Any, kept: Any) -> bool:
    """Whether two things on disk were made from the same study, letter by letter."""
    return bool(entry.study_sha256) and entry.study_sha256 == kept.manifest["files"].get("study.yaml")


ROUTES = [
    Route("/runs/{run}/builder", builder),
    Route("/runs/{run}/builder/start", rank, methods=["POST"]),
    Route("/runs/{run}/builder/study", keep, methods=["POST"]),
]
