"""Running: jobs, their progress, and how to stop them."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
