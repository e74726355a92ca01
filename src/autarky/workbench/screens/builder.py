"""Builder: imports to keep, stocks and plan under a budget."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
