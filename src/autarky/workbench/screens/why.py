"""Why: the drawer that says why an industry made less on a day."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
