"""Share: a run as a page, an archive or tables, and archives taken in."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
