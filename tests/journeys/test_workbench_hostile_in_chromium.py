"""A table whose names are attacks, on each page and in each export that a browser opens: text, no more."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from browser import browser, in_text, needs_chromium, serving, watched
from furnished import Furnished, furnished
from hostile import MARKUP
from wrong_tables import GOOD

NAMES = (
    *(
        "farms",
        "mills",
        "power",
        "Farms",
        "Mills",
        "Power stations",
        "oil",
        "Norland 2019",
        "household",
        "export",
    ),
    *("wages", "profits", "made up for tests", "NOK", "million NOK", "matrix of nothing"),
)
CALLED = dict(zip(NAMES, MARKUP, strict=True))
KEPT = {"NOK", "million NOK"}
"""A currency is three letters, and a unit begins with a number."""


def hostile_table() -> dict[str, str]:
    """The good table under other names."""
    files = {}
    for name, text in GOOD.items():
        out = io.StringIO()
        rows = csv.reader(io.StringIO(text))
        csv.writer(out).writerows(
            [cell if cell in KEPT else CALLED.get(cell, cell) for cell in row] for row in rows
        )
        files[name] = out.getvalue()
    return files


def attacked(page: Page) -> list[Any]:
    """What on a page would be there only if a name were more than text."""
    return page.evaluate(
        """() => {
          const strange = [...document.querySelectorAll('img, iframe, object, embed, base')];
          const scripts = [...document.scripts].filter(s => !s.src.startsWith(location.origin + '/static/'));
          const links = [...document.querySelectorAll('[href], [src]')].filter(
            e => /^(javascript|data):/i.test((e.getAttribute('href') || e.getAttribute('src')).trim())
              && !e.matches('link[rel=icon]'));
          const events = [...document.querySelectorAll('*')].filter(
            e => [...e.attributes].some(a => a.name.startsWith('on')) || e.hasAttribute('autofocus'));
          const hidden = getComputedStyle(document.documentElement).display === 'none';
          const titled = ['pwned', '1'].includes(document.title);
          return [...strange, ...scripts, ...links, ...events].map(e => e.outerHTML.slice(0, 200))
            .concat(hidden ? ['hidden'] : [], titled ? ['titled'] : []);
        }"""
    )


@needs_chromium
def test_names_that_attack_are_text_on_every_page_and_in_every_export(tmp_path: Path) -> None:
    there = furnished(tmp_path / "workspace", hostile_table())
    with browser() as chromium, serving(there.folder) as served:
        saved = seen_on_every_page(chromium, served.link, served.address, there, tmp_path)
        seen_in_every_export(chromium, saved, tmp_path)


def seen_on_every_page(
    chromium: Browser, link: str, address: str, there: Furnished, folder: Path
) -> list[Path]:
    """Opens each page; what the page of sharing offers is downloaded."""
    run, chosen = f"/runs/{there.ranked}", f"run={there.ranked}&run={there.halved}"
    pages = {
        "/": "Norland 2019",
        "/tables": "Norland 2019",
        f"/tables/{there.table}": "Norland 2019",
        f"/tables/{there.faulty}": "farms",
        "/studies": "Norland 2019",
        f"/studies/{there.study}": "Norland 2019",
        run: "Farms",
        f"{run}/why": "Farms",
        f"{run}/builder?fill=budget&budget=100": "Farms",
        f"/compare?{chosen}": "Farms",
        f"{run}/evidence": "Norland 2019",
        f"{run}/share": "Norland 2019",
        f"{run}/report.html": "Farms",
    }
    with watched(chromium) as seen:
        page = seen.page()
        page.goto(link)
        for path, name in pages.items():
            page.goto(address + path)
            assert attacked(page) == [], path
            assert CALLED[name] in " ".join(page.locator("body").inner_text().split()), path
        page.goto(address + run)
        page.locator("a.hit").first.focus()
        page.keyboard.press("Enter")
        in_text(page, "What it needed")
        page.keyboard.press("Escape")
        page.locator("#lever-trade").press("ArrowRight")
        in_text(page, "1 % instead of")
        assert attacked(page) == []
        page.goto(f"{address}{run}/share")
        saved = []
        for offered in page.locator("a[download]").all():
            with page.expect_download() as coming:
                offered.click()
            saved.append(folder / coming.value.suggested_filename)
            coming.value.save_as(saved[-1])
    return saved


def seen_in_every_export(chromium: Browser, saved: list[Path], folder: Path) -> None:
    """Opens what a browser can open of it."""
    (figures,) = (path for path in saved if path.name.endswith("-figures.zip"))
    with zipfile.ZipFile(figures) as archive:
        archive.extractall(folder / "figures")
    pictures = sorted((folder / "figures").rglob("*.svg"))
    pages = [path for path in saved if path.suffix == ".html"]
    assert len(pages) == 1 and len(pictures) > 3
    with watched(chromium) as seen:
        page = seen.page()
        for path in (*pages, *pictures):
            page.goto(path.as_uri())
            assert attacked(page) == [], path.name
            text = page.evaluate("document.documentElement.textContent")
            if path in pages:
                assert CALLED["Farms"] in text and CALLED["Mills"] in text
