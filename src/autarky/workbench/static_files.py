"""Static files: a list of what there is, each under an address that changes with its content."""

from __future__ import annotations

import hashlib
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response

from autarky.report.document import stylesheet

_TYPES = {".css": "text/css", ".js": "text/javascript", ".txt": "text/plain", ".svg": "image/svg+xml"}


def _files() -> dict[str, bytes]:
    folder = resources.files("autarky.workbench").joinpath("static")
    found = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    return {**found, "report.css": stylesheet().encode()}


FILES = _files()
"""Name → content. A name that is not among them does not exist: no path is ever made of a request."""
_DIGESTS = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in FILES.items()}


def address_of(name: str) -> str:
    """Where a static file is served."""
    return f"/static/{_DIGESTS[name]}/{name}"


def static_file(request: Request) -> Response:
    """A static file; browsers may keep it for ever, as its address holds its digest."""
    name = request.path_params["name"]
    if _DIGESTS.get(name) != request.path_params["digest"]:
        return Response("no such file", 404)
    kind = _TYPES.get(name[name.rfind(".") :], "application/octet-stream")
    return Response(
        FILES[name], media_type=kind, headers={"Cache-Control": "private, max-age=31536000, immutable"}
    )
