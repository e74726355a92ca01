"""The result screen as a user drives it: the report, its levers, and the drawer that explains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from autarky.sources.csv_folder import write_csv_folder
from autarky.study import run_study
from autarky.study_file import packaged_study
from autarky.workbench.studies import Studies
from autarky.workbench.workspace import Workspace
from browser import Served, browser, inaccessible, is_too_wide, needs_chromium, serving, watched
from small_economies import chain

TOKEN, PORT = "t" * 43, 8765


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def run(folder: Path) -> str:
    """The demo, run."""
    return run_study(packaged_study(), folder / "runs", variants=False).id


@pytest.fixture(scope="module")
def client(folder: Path, run: str) -> Iterator[httpx.Client]:
    """A program that was let in; it goes where it is sent."""
    with serving(folder) as served:
        options = {"cookies": served.cookie, "follow_redirects": True, "timeout": 60}
        with httpx.Client(base_url=served.address, **options) as found:
            yield found


def test_the_report_stands_beside_its_levers_and_by_itself(client: httpx.Client, run: str) -> None:
    shown = client.get(f"/runs/{run}")
    assert shown.status_code == 200
    assert shown.text.count("<h1") == 1 and 'id="answer"' in shown.text and 'name="trade"' in shown.text
    assert re.search(rf'href="/runs/{run}/why\?industry=\w+"[^>]*class="hit"', shown.text)
    alone = client.get(f"/runs/{run}/report.html")
    policy = alone.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "sandbox" in policy
    assert "<script" not in alone.text


def test_without_scripts_the_levers_are_a_form(client: httpx.Client, run: str) -> None:
    moved = client.post(f"/runs/{run}/levers", data={"trade": "50", "stocks": "100"})
    assert moved.status_code == 200 and "Imports let through: 50 % instead of 0 %" in moved.text
    assert re.search(r'id="lever-trade"[^>]* value="50"', moved.text), (
        "the levers stand where they were moved"
    )
    part = client.post(f"/runs/{run}/levers", data={"trade": "50"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text and "nothing stops" in part.text and "<svg" in part.text


def test_what_a_lever_cannot_do_is_told_in_one_line(client: httpx.Client, run: str) -> None:
    wrong = client.post(f"/runs/{run}/levers", data={"trade": "-3"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    assert "Imports let through" in wrong.text and "0 to 100" in wrong.text


def test_a_study_is_made_of_levers_and_not_of_none(client: httpx.Client, run: str, folder: Path) -> None:
    made = client.post(
        f"/runs/{run}/levers/study", data={"trade": "50", "stock": "90"}, follow_redirects=False
    )
    assert made.status_code == 303
    kept = Studies(Workspace(folder, folder / "runs")).read(made.headers["location"].rpartition("/")[2])
    assert kept.title.endswith("levers moved") and b"share_kept: 0.5" in kept.content
    assert client.post(f"/runs/{run}/levers/study", data={}).status_code == 422


def test_a_run_can_be_run_again_as_it_was(client: httpx.Client, run: str) -> None:
    started = client.post(f"/runs/{run}/again", follow_redirects=False)
    assert started.status_code == 303
    job = started.headers["location"]
    shown = client.get(job)
    assert shown.status_code == 200 and "autarky run" in shown.text and "--no-variants" in shown.text
    assert client.post(f"{job}/cancel").status_code in (200, 303)


def test_an_explanation_has_an_address_of_its_own(client: httpx.Client, run: str) -> None:
    whole = client.get(f"/runs/{run}/why?industry=333&day=145")
    assert whole.status_code == 200 and "<h1" in whole.text and "Machinery on day 145" in whole.text
    dated = client.get(f"/runs/{run}/why?industry=333&date=2024-05-25", headers={"HX-Request": "true"})
    assert "<html" not in dated.text and "Machinery on day 145" in dated.text
    for wrong in ("industry=nobody&day=1", "industry=333&day=99999", "industry=333&day=soon", "date=x"):
        assert client.get(f"/runs/{run}/why?{wrong}").status_code == 422
    assert client.get(f"/runs/{run[:-1]}x/why").status_code == 404


def test_a_table_of_elsewhere_is_not_read_and_its_report_still_shows(
    client: httpx.Client, folder: Path, tmp_path: Path
) -> None:
    write_csv_folder(chain(), tmp_path / "table")
    cut = "{kind: trade_cut, origin: CHINA, from: 2020-01-01, share_kept: 0}"
    text = "version: 1\ntitle: oil\neconomy: {path: table}\n"
    text += f"scenario:\n  start: 2020-01-01\n  days: 40\n  shocks: [{cut}]\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    name = run_study(tmp_path / "study.yaml", folder / "runs", variants=False).id
    shown = client.get(f"/runs/{name}")
    assert shown.status_code == 200 and 'id="answer"' in shown.text
    assert "The levers cannot be moved" in shown.text and "nor one of this workspace" in shown.text
    for asked in (client.post(f"/runs/{name}/levers", data={}), client.get(f"/runs/{name}/why")):
        assert asked.status_code == 422 and "nor one of this workspace" in asked.text


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def served(folder: Path, run: str) -> Iterator[Served]:
    with serving(folder) as found:
        yield found


def opened(page: Page, served: Served, run: str) -> None:
    page.goto(served.link)
    page.goto(f"{served.address}/runs/{run}")


@needs_chromium
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_levers_and_drawer_by_keyboard_alone(
    chromium: Browser, served: Served, run: str, width: int, scheme: str
) -> None:
    with watched(chromium, width, color_scheme=scheme) as seen:
        page = seen.page()
        opened(page, served, run)
        page.locator("#lever-trade").focus()
        for _ in range(4):
            page.keyboard.press("PageUp")
        assert page.locator("output[for=lever-trade]").inner_text() == "40 %"
        page.get_by_text("Imports let through: 40 % instead of 0 %").wait_for()
        assert is_too_wide(page) == []
        # A look at a whole report takes seconds: once at the one size, and the drawer at the other.
        assert width == 320 or inaccessible(page) == []
        page.locator("button[type=reset]").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Everything as declared").wait_for()
        assert page.locator("output[for=lever-trade]").inner_text() == "0 %"

        row = page.locator("a.hit").first
        row.focus()
        page.keyboard.press("Enter")
        heading = page.locator("#explain-heading")
        heading.wait_for()
        assert "on day" in heading.inner_text()
        assert page.evaluate("document.activeElement.id") == "explain-heading"
        assert is_too_wide(page) == []
        assert width != 320 or inaccessible(page) == []
        page.locator("#explain-day").fill("60")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="on day 60").wait_for()
        page.keyboard.press("Escape")
        assert not page.locator("#drawer").is_visible()
        assert page.evaluate("document.activeElement.matches('a.hit')"), "the focus is back on the row"


@needs_chromium
def test_a_click_on_a_cell_asks_for_its_day(chromium: Browser, served: Served, run: str) -> None:
    with watched(chromium) as seen:
        page = seen.page()
        opened(page, served, run)
        row = page.locator("a.hit").nth(1)
        row.scroll_into_view_if_needed()
        box = row.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] * 100.5 / 730, box["y"] + box["height"] / 2)
        heading = page.locator("#explain-heading")
        heading.wait_for()
        assert re.search(r"on day (99|100|101)$", heading.inner_text())
        page.get_by_role("button", name="Close").click()
        assert not page.locator("#drawer").is_visible()
