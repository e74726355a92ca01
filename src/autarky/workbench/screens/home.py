"""Home: the demo, what was run, what is running, and where to begin."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autarky.study_file import packaged_study
from autarky.workbench.desk import desk_of
from autarky.workbench.examples import DEMO, examples
from autarky.workbench.jobs import Kind
from autarky.workbench.rendering import page
from autarky.workbench.studies import title_of

LAST = 20
"""Runs shown; the others are under Compare."""


def home(request: Request) -> Response:
    """The first page; for htmx, what runs now and what was run last."""
    desk = desk_of(request)
    entries = desk.catalogue.entries()
    return page(
        request,
        "home.html",
        jobs=[job for job in desk.jobs.jobs() if not job.is_over],
        runs=entries[:LAST],
        more=max(len(entries) - LAST, 0),
        examples=examples(),
    )


def demo(request: Request) -> Response:
    """Starts the ensemble of the demo, with the draws that its study asks for."""
    content = packaged_study(DEMO).read_bytes()
    job = desk_of(request).jobs.start(Kind.ENSEMBLE, title_of(content), content)
    return RedirectResponse(f"/jobs/{job.id}", 303)


ROUTES = [Route("/", home), Route("/demo", demo, methods=["POST"])]
