"""Limits of what is sent to the workbench: how long a body may be, counted while it comes in."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_UPLOAD = 64 * 2**20
"""Most bytes a form with a file may have."""
MAX_BODY = 2 * 2**20
"""Most bytes any other form may have."""
UPLOADS = frozenset({"/tables", "/archives"})
"""Addresses that take files."""


class BodyLimit:
    """Middleware: whoever reads a body that is too long is told so (413), at once where its length is given.

    The error is raised where the body is read, so that it is answered as any other page is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through and counts its body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = MAX_UPLOAD if scope["path"] in UPLOADS else MAX_BODY
        given = Headers(scope=scope).get("content-length", "0")
        too_long = HTTPException(413, f"more than {most // 2**20} MiB are not taken here")
        came = 0

        async def counted() -> Message:
            nonlocal came
            if not given.isdecimal() or int(given) > most:
                raise too_long
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise too_long
            return message

        await self.app(scope, counted, send)
