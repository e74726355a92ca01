"""Home: the demo, what was run, what is running, and where to begin."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autarky.workbench.rendering import page


def home(request: Request) -> Response:
    """The first page."""
    return page(request, "home.html")


ROUTES = [Route("/", home)]
