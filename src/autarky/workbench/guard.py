"""The guard: who may speak to the workbench (Host, Sec-Fetch-Site, token), and what its answers may do."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENTER = "/enter"
"""Where the link that ``autarky serve`` prints leads: it turns the token into a cookie."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Middleware around everything, HTTP and WebSocket: whatever is not let in here reaches no handler."""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self.app, self.token, self.port = app, token, port
        self.cookie = f"autarky-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refused(scope, receive, _with_headers(send))

    def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not is_local(headers.getlist("host"), self.port):
            return PlainTextResponse("421: this workbench answers on 127.0.0.1 and localhost only", 421)
        if not is_own(headers):
            return PlainTextResponse("403: another site asked for this", 403)
        if scope["path"] == ENTER and scope["type"] == "http" and scope["method"] == "GET":
            return self._enter(scope)
        if not self._is_known(headers):
            told = "401: open the link that 'autarky serve' printed; it ends in a token"
            return PlainTextResponse(told, 401)
        return None

    def _enter(self, scope: Scope) -> Response:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[-1]
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            return PlainTextResponse("401: this is not the token that 'autarky serve' printed", 401)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
        return answer

    def _is_known(self, headers: Headers) -> bool:
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return False
        given = cookies[self.cookie].value if self.cookie in cookies else ""
        return hmac.compare_digest(given.encode(), self.token.encode())


def link(port: int, token: str) -> str:
    """The address to open first."""
    return f"http://127.0.0.1:{port}{ENTER}?{urlencode({'token': token})}"


def is_local(hosts: list[str], port: int) -> bool:
    """Whether a request names this machine as its host, exactly once, with this port."""
    if len(hosts) != 1:
        return False
    name, colon, given = hosts[0].rpartition(":") if not hosts[0].endswith("]") else (hosts[0], "", "")
    if not colon:
        name, given = hosts[0], "80"
    if given != str(port):
        return False
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(
            name[1:-1] if name.startswith("[") and name.endswith("]") else name
        ).is_loopback
    except ValueError:
        return False


def is_own(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that the request comes from the workbench's own pages, or from its user.

    Browsers say it in Sec-Fetch-Site; older ones in Origin; programs in neither.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin == f"http://{headers.get('host')}"


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
