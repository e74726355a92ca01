"""Evidence: the claims behind a figure; switch a source, see the swing."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
