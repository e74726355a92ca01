"""Compare: two to five runs side by side, shown at once, kept where that is wanted."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autarky.comparer import LEAST, MOST, compare_runs, side_by_side
from autarky.run_folder.comparison import page_of
from autarky.workbench.desk import desk_of
from autarky.workbench.rendering import page, report_body

COMPARED = ("run", "ensemble")
"""Kinds of what can be laid side by side."""


def compare(request: Request) -> Response:
    """Runs to choose from, and those that are chosen laid side by side."""
    desk = desk_of(request)
    chosen = list(dict.fromkeys(request.query_params.getlist("run")))
    folders = [str(desk.workspace.run(name)) for name in chosen]
    report = desk.warm.call(_page_beside, folders) if LEAST <= len(folders) <= MOST else None
    return page(
        request,
        "compare.html",
        runs=[entry for entry in desk.catalogue.entries() if entry.kind in COMPARED],
        chosen=chosen,
        least=LEAST,
        most=MOST,
        report=None if report is None else report_body(report),
    )


async def keep(request: Request) -> Response:
    """Keeps a comparison in a folder of its own."""
    desk = desk_of(request)
    async with request.form(max_files=0, max_fields=MOST + 1) as form:
        folders = [desk.workspace.run(str(name)) for name in form.getlist("run")]
    kept = await run_in_threadpool(desk.warm.call, _kept, folders, desk.workspace.runs)
    return RedirectResponse(f"/runs/{kept}", 303)


def _page_beside(folders: list[str]) -> str:
    beside = side_by_side(folders)
    return page_of(beside.found, beside.inputs)


def _kept(folders: list[Path], runs: Path) -> str:
    return compare_runs(folders, runs).id


ROUTES = [Route("/compare", compare), Route("/compare", keep, methods=["POST"])]
