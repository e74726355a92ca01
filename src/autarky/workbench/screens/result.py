"""Result: the report of a run, with levers that are solved again at once."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
