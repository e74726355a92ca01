"""Make the pictures of the workbench's screens: ``screens.py [--folder WORKSPACE] [SCREEN …]``.

A workbench of its own is served and driven as a person does it, in Chromium, at 1280 and 320 pixels. A
workspace that is given is kept, so that a second call does not compute again what the first one did.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))

from browser import Served, browser, is_too_wide, serving, watched  # noqa: E402
from wrong_tables import GOOD  # noqa: E402

TARGET = ROOT / "docs" / "screens"
HEIGHTS = {1280: 1600, 320: 1400}
"""Pixels that a picture shows at most, by width: more is under the fold."""
COLOURS = 48
STUDY = """\
version: 1
title: North Korea without petroleum
economy: {embedded: north-korea-2019}
scenario:
  start: 2020-01-01
  days: 360
  shocks:
    - {kind: trade_cut, products: [petroleum], share_kept: 0.1, from: 2020-01-10}
  behaviour: {inventory_days: 20}
"""


class Tour:
    """A person with a wide and a narrow window, and where in the workbench things are."""

    def __init__(self, served: Served, pages: dict[int, Any], wanted: list[str]) -> None:
        self.served = served
        self.pages = pages
        self.wanted = wanted
        for page in pages.values():
            page.goto(served.link)

    @property
    def wide(self) -> Any:
        """The window in which things are done."""
        return self.pages[1280]

    def go(self, path: str) -> None:
        """Goes to an address in the window in which things are done."""
        self.wide.goto(self.served.address + path)

    def taken(self, screen: str, path: str, prepare: Callable[[Any], None] = lambda page: None) -> None:
        """The pictures of a screen."""
        if self.wanted and screen not in self.wanted:
            return
        for width, page in self.pages.items():
            page.goto(self.served.address + path)
            prepare(page)
            page.wait_for_timeout(150)
            self.kept(screen, width)

    def kept(self, screen: str, width: int) -> None:
        """What a window shows now, as a picture."""
        page = self.pages[width]
        height = min(HEIGHTS[width], page.evaluate("document.documentElement.scrollHeight"))
        if page.locator("dialog[open]").count():
            height = HEIGHTS[width]
        before = page.viewport_size
        page.set_viewport_size({"width": width, "height": height})
        picture = Image.open(io.BytesIO(page.screenshot()))
        page.set_viewport_size(before)
        file = TARGET / f"{screen}-{width}.png"
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
        told = is_too_wide(page)
        print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB{f', too wide: {told}' if told else ''}")

    def begun(self, title: str, text: str) -> str:
        """The address of a study with this text; the one that is there, if it is."""
        self.go("/studies")
        link = self.wide.get_by_role("link", name=title, exact=True)
        if link.count():
            return str(link.first.get_attribute("href"))
        file = {"name": "study.yaml", "mimeType": "text/yaml", "buffer": text.encode()}
        self.wide.locator("#new-file").set_input_files(file)
        self.wide.get_by_role("button", name="Take in the file").click()
        return re.sub(r"^.*?(/studies/[^?]*).*", r"\1", self.wide.url)

    def run(self, study: str, kind: str) -> str:
        """The address of what comes of a study; computed if it is not there."""
        self.go("/studies")
        row = self.wide.locator("tr", has=self.wide.locator(f"a[href='{study}']"))
        link = row.get_by_role("link", name=re.compile(f"^{kind} \\d"))
        if link.count():
            return str(link.first.get_attribute("href"))
        self.go(study)
        self.wide.locator(f"button[name=kind][value={kind}]").click()
        return self.finished()

    def finished(self) -> str:
        """The address of the result, once the job whose page is open is done."""
        self.wide.wait_for_url(re.compile(r"/runs/[^/]+$"), timeout=900_000)
        return re.sub(r"^.*?(/runs/.*)", r"\1", self.wide.url)


def demo(tour: Tour) -> str:
    """The demo's result, pressed at home once."""
    tour.go("/")
    link = tour.wide.locator("[id^=open-]", has_text="border closed")
    if link.count():
        return str(link.last.get_attribute("href"))
    tour.wide.get_by_role("button", name="Run the demo").click()
    return tour.finished()


def failing_table(tour: Tour) -> str:
    """The address of a table with a cell that was typed wrong."""
    tour.go("/tables")
    link = tour.wide.get_by_role("link", name=re.compile("Norland"))
    if link.count():
        return str(link.first.get_attribute("href"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in GOOD.items():
            archive.writestr(name, text.replace("10,30,0", "10,130,0") if name == "Z.csv" else text)
    file = {"name": "norland.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}
    tour.wide.locator("#file").set_input_files(file)
    tour.wide.get_by_role("button", name="Upload and check").click()
    return re.sub(r"^.*?(/tables/.*)", r"\1", tour.wide.url)


def moved(page: Any) -> None:
    """Lets half of the imports through."""
    slider = page.locator(".levers input[type=range]").first
    before = page.locator("#levers-answer").inner_text()
    slider.fill("50")
    page.wait_for_function("was => document.getElementById('levers-answer').innerText !== was", arg=before)
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")


def explained(page: Any) -> None:
    """Asks about the first row of the heatmap."""
    page.locator("a.hit").first.focus()
    page.keyboard.press("Enter")
    page.locator("#explain-heading").wait_for()


def bought(page: Any) -> None:
    """Spends a third of what everything would cost."""
    page.locator("#budget").fill("33")
    page.get_by_role("status").get_by_text("Chosen: 2 imports").wait_for()


def switched(page: Any) -> None:
    """Takes the first figure from another source."""
    taken = page.locator("select[name]").first
    taken.select_option(index=1)
    page.locator("#swing table").first.wait_for()


def tour_of(tour: Tour) -> None:
    """Every screen, in the order in which a person meets them."""
    result = demo(tour)
    table = failing_table(tour)
    study = tour.begun("North Korea without petroleum", STUDY)
    less = tour.run(study, "lifelines")
    halved = STUDY.replace("without", "on half its").replace("0.1", "0.5")
    more = tour.run(tour.begun("North Korea on half its petroleum", halved), "run")

    if not tour.wanted or "running" in tour.wanted:
        content = STUDY.replace("North Korea without petroleum", "Petroleum in 4,000 draws") + (
            "uncertainty:\n  draws: 4000\n  parameters:\n    - name: petroleum kept\n"
            "      distribution: {kind: uniform, low: 0.0, high: 0.6}\n      source: assumption\n"
            '      sets: "shocks[0].share_kept"\n'
        )
        tour.go(tour.begun("Petroleum in 4,000 draws", content))
        tour.wide.get_by_role("button", name="Run with uncertainty").click()
        tour.wide.locator("#bar[value]:not([value='0'])").wait_for(timeout=300_000)
        tour.kept("running", 1280)
        tour.pages[320].goto(tour.wide.url)
        tour.pages[320].locator("#bar[value]").wait_for()
        tour.kept("running", 320)
        tour.wide.locator("#cancel").click()
    tour.taken("home", "/")
    tour.taken("tables", "/tables")
    tour.taken("doctor", table)
    tour.taken("studies", "/studies")
    tour.taken("study", study)
    tour.taken("jobs", "/jobs")
    tour.taken("result", result, moved)
    tour.taken("explain", result, explained)
    tour.taken("builder", f"{less}/builder", bought)
    tour.taken("compare", f"/compare?run={less.split('/')[-1]}&run={more.split('/')[-1]}")
    tour.taken("evidence", f"{less}/evidence", switched)
    tour.taken("share", f"{less}/share")
    tour.taken("problems", f"{less}/why?industry=steel&day=never")


def main() -> None:
    """Serves, drives, keeps the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("screens", nargs="*")
    given = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        served = stack.enter_context(serving(folder))
        started = stack.enter_context(browser())
        pages = {width: stack.enter_context(watched(started, width)).page() for width in HEIGHTS}
        tour_of(Tour(served, pages, given.screens))


if __name__ == "__main__":
    main()
