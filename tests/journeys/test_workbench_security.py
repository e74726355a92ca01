"""The workbench on the wire: a real ``autarky serve``, asked over raw sockets as an attacker would."""

from __future__ import annotations

import dataclasses
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import hostile_files
from autarky.sources.csv_folder import write_csv_folder
from autarky.workbench.guard import HEADERS
from browser import Served, serving
from made_workbench import routes
from small_economies import chain

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW")


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """One connection kept open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.reader = self.socket.makefile("rb")

    def ask(self, method: str, target: str, *headers: str, body: bytes = b"") -> Answer:
        """The answer to a request made of exactly these lines."""
        length = [f"Content-Length: {len(body)}"] if body or method == "POST" else []
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *headers, *length, "", ""])
        self.socket.sendall(head.encode("latin-1") + body)
        return self.answer(method)

    def answer(self, method: str = "GET") -> Answer:
        """The next answer."""
        status = int(self.reader.readline().split()[1])
        lines = b"".join(iter(self.reader.readline, b"\r\n"))
        found = BytesHeaderParser().parsebytes(lines)
        if method == "HEAD":
            content = b""
        elif found["transfer-encoding"] == "chunked":
            content = b""
            while size := int(self.reader.readline(), 16):
                content += self.reader.read(size)
                self.reader.readline()
            self.reader.readline()
        else:
            content = self.reader.read(int(found["content-length"] or 0))
        if found["connection"] == "close":
            self.close()
            self._open()
        return Answer(status, {name.lower(): value for name, value in found.items()}, content)

    def close(self) -> None:
        self.reader.close()
        self.socket.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("workspace")) as found:
        yield dataclasses.replace(found, link=link_in(found.link))


def link_in(told: str) -> str:
    found = re.search(r"http://[^\s\"]+", told)
    assert found, told
    return found[0]


@pytest.fixture(scope="module")
def port(served: Served) -> int:
    return urlsplit(served.link).port or 0


@pytest.fixture
def line(port: int) -> Iterator[Line]:
    found = Line(port)
    yield found
    found.close()


@pytest.fixture
def host(port: int) -> str:
    return f"Host: 127.0.0.1:{port}"


@pytest.fixture
def cookie(served: Served, port: int) -> str:
    return f"Cookie: autarky-{port}={served.token}"


def guarded(answer: Answer) -> bool:
    """Whether an answer bears what every answer bears, and lets no other site read it."""
    return not any(name.startswith("access-control-") for name in answer.headers) and all(
        answer.headers.get(name.lower()) == value for name, value in HEADERS.items()
    )


def test_there_are_routes_of_every_screen() -> None:
    assert len(routes()) >= 3
    assert {"/", "/compare"} <= set(routes())


@pytest.mark.parametrize("method", METHODS)
def test_no_address_answers_a_browser_that_was_not_let_in(
    line: Line, host: str, served: Served, port: int, method: str
) -> None:
    strangers = [(), (f"Cookie: autarky-{port}=wrong",), (f"Cookie: autarky-1={served.token}",)]
    strangers += [(f"Cookie: autarky-{port}=",), (f"Cookie: autarky-{port}={served.token[:-1]}",)]
    for path in (*routes(), "/enter", "/nothing/here"):
        for stranger in strangers:
            answer = line.ask(method, path, host, *stranger)
            assert answer.status == (401 if method in ("GET", "HEAD", "POST") else 405), path
            assert guarded(answer), path
            assert answer.status != 401 or method == "HEAD" or b"link that 'autarky serve'" in answer.body


def hosts(port: int) -> list[tuple[str, ...]]:
    names = [
        "127.0.0.1.evil.example",
        "evil.example",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1.",
        "user@127.0.0.1",
        "127.0.0.1@evil.example",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.2",
        "0.0.0.0",
        "::1",
        "[::1%25lo]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "127.0.0.1 ",
        "",
    ]
    own = f"127.0.0.1:{port}"
    lines = [(f"Host: {name}:{port}",) for name in names]
    lines += [(f"Host: {name}",) for name in (*names, "127.0.0.1", "localhost", "[::1]")]
    lines += [(f"Host: 127.0.0.1:{other}",) for other in (80, port + 1, f"0{port}", f"{port} ", "x", "")]
    lines += [(), (f"Host: {own}", f"Host: {own}"), (f"Host: {own}", "Host: evil.example")]
    return [*lines, (f"Host: {own}, evil.example",), (f"Host: http://{own}",), (f"Host: {own}/",)]


def test_no_address_answers_under_another_name(line: Line, cookie: str, port: int) -> None:
    for lines in hosts(port):
        # h11 takes the blanks off the end of a header and refuses a request without or with two hosts.
        if lines and lines[0].rstrip() == f"Host: 127.0.0.1:{port}" and len(lines) == 1:
            continue
        answer = line.ask("GET", "/", *lines, cookie)
        assert answer.status in (400, 421), lines
        assert "access-control-allow-origin" not in answer.headers
        assert answer.status == 400 or guarded(answer)
    for path in routes():
        assert line.ask("GET", path, f"Host: evil.example:{port}", cookie).status == 421
        assert line.ask("POST", path, f"Host: evil.example:{port}", cookie).status == 421


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_the_three_names_of_this_machine_are_answered(line: Line, cookie: str, port: int, name: str) -> None:
    answer = line.ask("GET", "/", f"Host: {name}:{port}", cookie)
    assert answer.status == 200 and guarded(answer)


def test_a_request_for_another_machine_through_this_one_finds_nothing(
    line: Line, host: str, cookie: str
) -> None:
    assert line.ask("GET", "http://evil.example/", host, cookie).status == 404
    assert line.ask("GET", "http://evil.example/", "Host: evil.example", cookie).status == 421


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_another_site_asks_for_is_refused_whatever_it_is(
    line: Line, host: str, cookie: str, port: int, method: str
) -> None:
    foreign = [(f"Sec-Fetch-Site: {site}",) for site in ("same-site", "cross-site", "", "None", "nonsense")]
    foreign += [("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site")]
    foreign += [
        (f"Origin: {origin}",)
        for origin in (
            "null",
            "http://evil.example",
            f"https://127.0.0.1:{port}",
            f"http://localhost:{port}",
            f"http://127.0.0.1:{port + 1}",
            f"http://127.0.0.1:{port}.evil.example",
        )
    ]
    for lines in foreign:
        for path in (*routes(), "/enter"):
            answer = line.ask(method, path, host, cookie, *lines)
            assert answer.status == 403 and guarded(answer), (lines, path)
            assert method == "HEAD" or b"another site led here" in answer.body


def test_the_workbenchs_own_pages_its_user_and_programs_are_answered(
    line: Line, host: str, cookie: str, port: int
) -> None:
    own = [
        (),
        ("Sec-Fetch-Site: none",),
        ("Sec-Fetch-Site: same-origin",),
        (f"Origin: http://127.0.0.1:{port}",),
    ]
    for lines in own:
        assert line.ask("GET", "/", host, cookie, *lines).status == 200
    # Where a browser says both, it is the newer header that counts.
    assert line.ask("GET", "/", host, cookie, "Sec-Fetch-Site: cross-site", own[3][0]).status == 403


def test_the_link_gives_a_cookie_that_scripts_and_other_sites_cannot_use(
    line: Line, host: str, served: Served, port: int
) -> None:
    answer = line.ask("GET", urlsplit(served.link)._replace(scheme="", netloc="").geturl(), host)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert guarded(answer)
    name, *flags = (part.strip() for part in answer.headers["set-cookie"].split(";"))
    assert name == f"autarky-{port}={served.token}"
    assert {flag.lower() for flag in flags} == {"httponly", "samesite=strict", "path=/"}


@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=wrong", "?token={0}&token=x", "?token={0}%00", "?t={0}"]
)
def test_a_link_with_another_token_gives_none(line: Line, host: str, served: Served, query: str) -> None:
    answer = line.ask("GET", "/enter" + query.format(served.token), host)
    assert answer.status == 401 and "set-cookie" not in answer.headers and guarded(answer)
    assert served.token.encode() not in answer.body


def test_cookies_of_other_programs_on_this_machine_do_not_shut_the_user_out(
    line: Line, host: str, cookie: str
) -> None:
    mixed = cookie.replace("Cookie: ", 'Cookie: other={"json": [1]}; =; bad name=1; ')
    assert line.ask("GET", "/", host, mixed).status == 200


def test_every_answer_bears_the_headers_those_to_errors_and_files_too(
    line: Line, host: str, cookie: str
) -> None:
    page = line.ask("GET", "/", host, cookie)
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.body.decode())
    assert files
    for path in ("/nothing", "/static/0/none", "/runs/none", "/jobs/none", *files):
        answer = line.ask("GET", path, host, cookie)
        assert answer.status == (200 if path in files else 404), path
        expected = dict(HEADERS)
        if path in files:
            del expected["Cache-Control"]
        assert {name: answer.headers.get(name.lower()) for name in expected} == expected, path
    assert line.ask("POST", "/", host, cookie).status == 405


def test_an_answer_is_sent_at_once_and_does_not_wait_for_more(line: Line, host: str) -> None:
    def seconds() -> float:
        begun = time.monotonic()
        line.ask("GET", "/", host)
        return time.monotonic() - begun

    assert min(seconds() for _ in range(20)) < 0.03


def test_a_websocket_is_not_opened_for_anybody(line: Line, host: str, cookie: str) -> None:
    asked = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    asked += ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",)
    for path in ("/", "/jobs"):
        assert line.ask("GET", path, host, *asked).status == 401
        assert line.ask("GET", path, host, cookie, *asked, "Origin: http://evil.example").status == 403
        assert line.ask("GET", path, host, cookie, *asked).status != 101


def test_what_is_no_http_is_refused_and_the_workbench_goes_on(
    port: int, line: Line, host: str, cookie: str
) -> None:
    for nonsense in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET /\r\n\r\n", b"G" * 100_000, b"\0" * 100):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as other:
            other.sendall(nonsense)
            other.shutdown(socket.SHUT_WR)
            assert not other.recv(100).startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
    smuggled = ("Transfer-Encoding: chunked", "Content-Length: 5")
    assert line.ask("GET", "/", host, cookie).status == 200
    with socket.create_connection(("127.0.0.1", port), timeout=10) as other:
        head = "\r\n".join(
            ["POST /studies HTTP/1.1", host, cookie, *smuggled, "", "0", "", "GET / HTTP/1.1", "", ""]
        )
        other.sendall(head.encode())
        other.shutdown(socket.SHUT_WR)
        assert b"HTTP/1.1 200" not in b"".join(iter(lambda: other.recv(65536), b""))


@pytest.mark.parametrize("path", ["/tables", "/archives", "/studies"])
@pytest.mark.parametrize("is_declared", [True, False])
def test_a_body_of_200_MB_is_refused_and_not_kept(
    served: Served, port: int, host: str, cookie: str, path: str, is_declared: bool
) -> None:
    def most_memory() -> int:
        about = Path(f"/proc/{served.process.pid}/status").read_text(encoding="ascii")
        return int(about.partition("VmHWM:")[2].split()[0]) * 1024

    size = 200 * 2**20
    framing = f"Content-Length: {size}" if is_declared else "Transfer-Encoding: chunked"
    kind = "Content-Type: multipart/form-data; boundary=x"
    head = "\r\n".join([f"POST {path} HTTP/1.1", host, cookie, kind, framing, "", ""])
    opening = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    begun, before = time.monotonic(), most_memory()
    line = Line(port)

    def send() -> None:
        block = bytes(2**20)
        try:
            line.socket.sendall(head.encode())
            for content in (opening, *(block for _ in range(size // len(block)))):
                line.socket.sendall(content if is_declared else b"%x\r\n%b\r\n" % (len(content), content))
        except OSError:
            pass

    sender = threading.Thread(target=send)
    sender.start()
    answer = line.answer()
    line.socket.close()
    sender.join()
    assert answer.status == 413 and b"MiB are not taken here" in answer.body
    assert guarded(answer)
    assert time.monotonic() - begun < 20
    # What still comes is read and thrown away, so that a browser reads the answer and not a broken line.
    assert most_memory() - before < 32 * 2**20


def test_the_token_is_for_its_owner_alone_and_lies_in_no_log(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autarky.cli", "serve", "--port", "0", "--folder", str(tmp_path)]
    command += ["--runs", str(tmp_path / "runs")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        link = link_in(process.stdout.readline())
        token = urlsplit(link).query.removeprefix("token=")
        line = Line(urlsplit(link).port or 0)
        own = f"Host: {urlsplit(link).netloc}"
        for asked in (link.partition(own[6:])[2], f"/enter?token={token[:-1]}", f"/nothing?token={token}"):
            line.ask("GET", asked, own, "Upgrade: websocket", f"Cookie: autarky-{line.port}={token}")
        line.close()
    finally:
        process.send_signal(signal.SIGINT)
        told = "".join(process.communicate(timeout=20))
    assert token[:-1] not in told
    kept = tmp_path / ".autarky"
    assert stat.S_IMODE((kept / "token").stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if token.encode() in path.read_bytes()] == [kept / "token"]


def with_macros(folder: Path) -> bytes:
    """A workbook that would be read if it had none."""
    write_csv_folder(chain(), folder / "table")
    return hostile_files.with_macros(hostile_files.workbook_of(folder / "table"))


@pytest.mark.parametrize("what", ["zip_bomb", "far_cell", "laughs_in_a_sheet", "macros"])
def test_a_hostile_workbook_is_refused_in_a_line_and_the_workbench_goes_on(
    what: str, served: Served, tmp_path: Path
) -> None:
    content = with_macros(tmp_path) if what == "macros" else getattr(hostile_files, what)()
    options = {"cookies": served.cookie, "timeout": 60}
    with httpx.Client(base_url=served.address, **options) as client:
        began = time.monotonic()
        answer = client.post("/tables", files={"file": ("table.xlsx", content)}, data={"format": ""})
        assert time.monotonic() - began < 20
        assert answer.status_code == 422
        assert answer.text.count('class="remedy"') == 1 and "table.xlsx" in answer.text
        assert client.get("/tables").status_code == 200
    tables = served.folder / ".autarky" / "tables"
    assert not tables.exists() or not list(tables.iterdir())
