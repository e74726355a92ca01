"""The guard: who may speak to the workbench (Host, Sec-Fetch-Site, token), and what its answers may do."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
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


METHODS = frozenset({"GET", "HEAD", "POST"})

_NOT_HERE = """421: the workbench does not answer under this name.

It answers on this machine alone: open the link that 'autarky serve' printed in its terminal.
"""
_FOREIGN = """403: another site led here.

So that no site can use the workbench in your name, links from elsewhere are refused. Copy the link that
'autarky serve' printed in its terminal into the address bar.
"""
_UNKNOWN = """401: this browser is not let in.

Open the link that 'autarky serve' printed in its terminal (it ends in ?token=...): it lets this browser in.
If the terminal is gone, stop the workbench and run 'autarky serve' again.
"""


class Guard:
    """Middleware around everything, HTTP and WebSocket: whatever is not let in here reaches no handler.

    Wrong tokens are not counted: one has 256 bits, so that guessing is hopeless, and a limit would let
    another user of the machine shut the owner out.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        if not token:
            raise ValueError("without a token, anybody would be let in")
        self.app, self.token = app, token
        self.hosts = own_hosts(port)
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
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return PlainTextResponse(_NOT_HERE, 421)
        if not is_own(headers):
            return PlainTextResponse(_FOREIGN, 403)
        if scope["type"] == "http" and scope["method"] not in METHODS:
            allowed = ", ".join(sorted(METHODS))
            return PlainTextResponse(f"405: only {allowed} are answered\n", 405, {"Allow": allowed})
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == ENTER:
            return self._enter(scope)
        if not self._is_token(cookie_parser(headers.get("cookie", "")).get(self.cookie, "")):
            return PlainTextResponse(_UNKNOWN, 401)
        return None

    def _enter(self, scope: Scope) -> Response:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])
        if len(given) != 1 or not self._is_token(given[0]):
            return PlainTextResponse(_UNKNOWN, 401)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
        return answer

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(errors="replace"), self.token.encode())


def link(port: int, token: str) -> str:
    """The address to open first."""
    return f"http://127.0.0.1:{port}{ENTER}?{urlencode({'token': token})}"


def own_hosts(port: int) -> frozenset[str]:
    """What a Host header may say, letter by letter; nothing is parsed, so nothing can be parsed wrongly."""
    names = ("127.0.0.1", "localhost", "[::1]")
    # Browsers leave out the port that http has anyway.
    return frozenset(f"{name}:{port}" for name in names) | frozenset(names if port == 80 else ())


def is_own(headers: Headers) -> bool:
    """Whether a browser says that the request comes from the workbench's own pages, or from its user.

    Browsers say it in Sec-Fetch-Site, whatever the method; older ones in Origin; programs in neither.
    Another port of this machine is another site here: ``same-site`` is refused.
    """
    if sites := headers.getlist("sec-fetch-site"):
        return set(sites) <= {"same-origin", "none"}
    return all(origin == f"http://{headers.get('host')}" for origin in headers.getlist("origin"))


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
