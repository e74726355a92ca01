"""A real workbench in a process of its own, and the system's Chromium that watches what its pages do."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium or google-chrome on the PATH: apt-get install chromium"
)

JOB = 120_000
"""Milliseconds that a job may take on a machine that does other things besides."""


@dataclass
class Served:
    """A running ``autarky serve``."""

    folder: Path
    link: str
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        """Without the token."""
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def token(self) -> str:
        """The secret of the link."""
        return urlsplit(self.link).query.removeprefix("token=")

    @property
    def cookie(self) -> dict[str, str]:
        """The cookie that opening the link would give, for programs."""
        return {f"autarky-{urlsplit(self.link).port}": self.token}


@contextlib.contextmanager
def serving(folder: Path, port: int = 0, stop: signal.Signals = signal.SIGINT) -> Iterator[Served]:
    """A workbench on a workspace, until the block ends; ``stop`` says how it is ended."""
    command = [sys.executable, "-m", "autarky.cli", "serve", "--json", "--port", str(port)]
    command += ["--folder", str(folder), "--runs", str(folder / "runs")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield Served(folder, _link(process), process)
    finally:
        process.send_signal(stop)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise


def _link(process: subprocess.Popen[str]) -> str:
    """What ``serve --json`` printed: an object over several lines."""
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if line.startswith("}"):
            return str(json.loads(told)["link"])
    raise AssertionError(f"serve ended: {process.stderr.read() if process.stderr else ''}")


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium, kept from speaking to anybody on its own."""
    options = ("background-networking", "component-update", "sync", "default-apps")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *(f"--disable-{name}" for name in options)]
        )
        try:
            yield started
        finally:
            started.close()


@dataclass
class Watched:
    """What a browser's pages did that they should not have done."""

    context: BrowserContext
    may_be_offline: bool = False
    """Whether the server may be gone for a while, which Chromium and htmx report."""
    complaints: list[str] = field(default_factory=list)
    """Console errors and warnings, errors of scripts, requests that leave the machine, dialogs."""

    def page(self) -> Page:
        """A new page, watched."""
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("dialog", self._dialog)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports every answer of 400 and above; those that a journey asks for are asserted there.
        is_answer = "Failed to load resource" in message.text and " 4" in message.text
        is_offline = re.search(
            "ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|^htmx:(sendError|afterRequest)", message.text
        )
        if self.may_be_offline and is_offline:
            return
        if message.type in ("error", "warning") and not is_answer:
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about", "file") and parts.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            self.complaints.append(f"request: {request.url}")

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@contextlib.contextmanager
def watched(
    started: Browser, width: int = 1280, height: int = 900, *, may_be_offline: bool = False, **options: Any
) -> Iterator[Watched]:
    """A browser of its own (cookies, size), watched; leaving the block asserts that nothing was amiss."""
    context = started.new_context(viewport={"width": width, "height": height}, **options)
    found = Watched(context, may_be_offline)
    try:
        yield found
    finally:
        context.close()
    assert found.complaints == [], found.complaints


def inaccessible(page: Page) -> list[str]:
    """What axe calls serious or critical on a page: rule, and the first element it names."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['target']} of {len(one['nodes'])}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def is_too_wide(page: Page) -> list[str]:
    """Elements that make the page scroll sideways; none when it fits."""
    return page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= wide) return [];
          return [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > wide + 1 && !e.closest('.scroll'))
            .slice(0, 5).map(e => e.outerHTML.slice(0, 120));
        }"""
    )


def sound(page: Page) -> None:
    """Asserts that a page can be used as it stands: by axe in light and dark, and at 320 pixels."""
    size, where = page.viewport_size, urlsplit(page.url).path
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert inaccessible(page) == [], f"{where}, {scheme}"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 900})
    assert is_too_wide(page) == [], where
    if size is not None:
        page.set_viewport_size(size)


def in_text(page: Page, words: str) -> None:
    """Waits until a page says so."""
    page.get_by_text(words).first.wait_for()


def followed(page: Page) -> str:
    """The address of what a job made, once its page has gone on to it."""
    page.wait_for_url(re.compile(r"/jobs/"))
    page.wait_for_url(re.compile(r"/runs/[^/?]+$"), timeout=JOB)
    return page.url
