"""Tables: upload one, and the table doctor: its checks shown cell by cell."""

from __future__ import annotations

from starlette.routing import Route

ROUTES: list[Route] = []
