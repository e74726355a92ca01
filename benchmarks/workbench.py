"""The workbench under load: 20 users for a minute, beside a static file server that sends the same page.

``python benchmarks/workbench.py [SECONDS]``: runs the demo once (its draws reduced: the page has the same
sections and size), then lets 20 users go round its screens, each waiting for a page before asking for the
next; then the same users ask Python's own file server for the report's file. Prints what moving levers takes,
pages per second, their ratio, the median and the 95th percentile of the time to answer by screen, and
answers that were not 200.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

from autarky.study import run_draws, run_study
from autarky.study_file import packaged_study

USERS = 20
DRAWS = 40


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> int:
    """Status of the answer to one request on a connection that stays open."""
    writer.write(head.encode())
    await writer.drain()
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    await reader.readexactly(int(fields["content-length"]))
    return int(lines[0].split()[1])


async def user(
    address: str, cookie: str, paths: list[str], until: float, taken: dict[str, list[float]], wrong: list[str]
) -> None:
    """Goes round the pages until the time is up."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    position = 0
    while time.perf_counter() < until:
        path = paths[position % len(paths)]
        position += 1
        began = time.perf_counter()
        head = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n\r\n"
        status = await answered(reader, writer, head)
        taken[path].append(time.perf_counter() - began)
        if status != 200:
            wrong.append(f"{status} {path}")
    writer.close()


async def levers(address: str, cookie: str, run: str, times: int) -> list[float]:
    """Seconds until the answer, one move of a lever after another."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    taken = []
    for k in range(times):
        body = f"trade={5 * k}&stocks={100 + k}"
        head = f"POST /runs/{run}/levers HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n"
        head += "HX-Request: true\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        began = time.perf_counter()
        status = await answered(reader, writer, f"{head}Content-Length: {len(body)}\r\n\r\n{body}")
        taken.append(time.perf_counter() - began)
        assert status == 200, status
    writer.close()
    return taken


async def crowd(address: str, cookie: str, paths: list[str], seconds: float, users: int) -> tuple[dict, list]:
    """Times to answer by page, and what was not answered as it should."""
    taken: dict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    until = time.perf_counter() + seconds
    rounds = [paths[k % len(paths) :] + paths[: k % len(paths)] for k in range(users)]
    await asyncio.gather(*(user(address, cookie, round_, until, taken, wrong) for round_ in rounds))
    return taken, wrong


def told(name: str, taken: dict[str, list[float]], wrong: list[str], seconds: float) -> float:
    """Prints what a crowd met; pages per second."""
    pages = sum(map(len, taken.values()))
    rate = pages / seconds
    print(
        f"{name}: {pages} pages in {seconds:.0f} s, {rate:.0f} a second, {len(wrong)} not answered with 200"
    )
    for what in sorted(set(wrong)):
        print(f"  {what}: {wrong.count(what)} times")
    for path, times in taken.items():
        ordered = sorted(times)
        middle, late = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
        print(f"  {1000 * middle:7.1f} ms median {1000 * late:7.1f} ms 95 %  {path}")
    return rate


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(seconds: float) -> None:
    """Measures, and prints."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder) / "runs"
        ensemble = run_draws(packaged_study("border-closure-2020"), runs, draws=DRAWS)
        single = run_study(packaged_study("border-closure-2020"), runs)
        command = [sys.executable, "-m", "autarky.cli", "serve", "--json", "--port", "0"]
        command += ["--folder", folder, "--runs", str(runs)]
        serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        port = free_port()
        files = subprocess.Popen(
            [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--protocol", "HTTP/1.1"],
            cwd=ensemble.path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            printed = ""
            assert serving.stdout is not None
            while not printed.rstrip().endswith("}"):
                printed += serving.stdout.readline()
            link = urlsplit(json.loads(printed)["link"])
            address, cookie = (
                f"http://{link.netloc}",
                f"autarky-{link.port}={link.query.removeprefix('token=')}",
            )
            paths = ["/", "/tables", "/studies", "/jobs", "/compare"]
            paths += [
                f"/runs/{run.id}{rest}"
                for run in (ensemble, single)
                for rest in ("", "/builder", "/evidence", "/share")
            ]
            asyncio.run(crowd(address, cookie, paths, 3, 2))  # everything once: pages are drawn and kept
            alone, wrong = asyncio.run(crowd(address, cookie, paths, 5, 1))
            told("one user", alone, wrong, 5)
            moved = asyncio.run(levers(address, cookie, single.id, 12))
            told_of = f"first {moved[0]:.2f} s, then median {statistics.median(moved[1:]):.2f} s"
            print(f"levers moved and the study solved again: {told_of}, most {max(moved[1:]):.2f} s")
            many, wrong = asyncio.run(crowd(address, cookie, paths, seconds, USERS))
            rate = told(f"{USERS} users", many, wrong, seconds)
            static, wrong = asyncio.run(crowd(f"http://127.0.0.1:{port}", "", ["/report.html"], 10, USERS))
            peer = told(f"{USERS} users, static file server, the report's file", static, wrong, 10)
            print(f"ratio: the static file server sends {peer / rate:.1f} times as many pages a second")
        finally:
            for process in (serving, files):
                process.send_signal(signal.SIGINT)
                process.wait(20)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
