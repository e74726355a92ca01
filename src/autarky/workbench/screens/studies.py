"""Studies: a form and its YAML side by side, checked while it is typed."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
