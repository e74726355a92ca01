"""The application: every address in one list, the guard around all of it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autarky.errors import InfeasibleError, InputError, Problem
from autarky.workbench.desk import Desk
from autarky.workbench.guard import HEADERS, Guard
from autarky.workbench.limits import BodyLimit
from autarky.workbench.rendering import problems_page
from autarky.workbench.screens import SCREENS
from autarky.workbench.static_files import static_file
from autarky.workbench.workspace import NotThere


def application(desk: Desk, *, token: str, port: int) -> Starlette:
    """The workbench as an ASGI application."""

    @contextlib.asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        desk.jobs.begin()
        desk.warm.begin()
        yield
        await run_in_threadpool(desk.jobs.close)
        await run_in_threadpool(desk.warm.close)

    routes = [route for screen in SCREENS for route in screen.ROUTES]
    app = Starlette(
        routes=[*routes, Route("/static/{digest}/{name}", static_file)],
        middleware=[Middleware(Guard, token=token, port=port), Middleware(BodyLimit)],
        exception_handlers={
            InputError: _wrong_input,
            InfeasibleError: _wrong_input,
            NotThere: _not_there,
            HTTPException: _refused,
            Exception: _surprise,
        },
        lifespan=running,
    )
    app.state.desk = desk
    return app


def _wrong_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError | InfeasibleError)
    return problems_page(request, error.problems)


def _not_there(request: Request, error: Exception) -> Response:
    remedy = "go back to the list it was in: it may have been moved away"
    return problems_page(request, [Problem("workbench", "there is nothing under this address", remedy)], 404)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = Problem("workbench", error.detail[:1].lower() + error.detail[1:], "go back and choose a link")
    return problems_page(request, [problem], error.status_code)


def _surprise(request: Request, error: Exception) -> Response:
    remedy = "the terminal of 'autarky serve' shows where; report it"
    what = f"internal error: {type(error).__name__}"
    answer = problems_page(request, [Problem("workbench", what, remedy)], 500)
    # Starlette sends this one from outside the guard.
    answer.headers.update(HEADERS)
    return answer
