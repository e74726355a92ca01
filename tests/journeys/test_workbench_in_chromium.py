"""A person at the workbench: from a faulty table to an answer that is explained and shared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import Served, browser, followed, in_text, needs_chromium, serving, sound, watched
from furnished import faulty_table

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("workspace")) as found:
        yield found


def test_a_faulty_table_becomes_an_answer_that_is_explained_planned_compared_and_shared(
    chromium: Browser, served: Served, tmp_path: Path
) -> None:
    with watched(chromium, accept_downloads=True) as seen:
        page = seen.page()
        page.goto(served.link)
        page.get_by_role("link", name="Import a table").click()
        file = {"name": "norland.zip", "mimeType": "application/zip", "buffer": faulty_table()}
        page.get_by_label("File, at most").set_input_files(files=[file])
        page.get_by_role("button", name="Upload and check").click()

        in_text(page, "This table fails 2 of 9 checks (row balance, column balance)")
        assert page.locator("#row-balance ~ * td.wrong").first.inner_text().strip().endswith("200")
        sound(page)
        page.get_by_role("link", name="Correct it").click()
        assert page.get_by_label("It should be").input_value() == "30"
        page.get_by_label("Reason: where").fill("a misprint")
        page.get_by_role("button", name="Correct this cell").click()
        in_text(page, "This table passes all 9 checks")
        in_text(page, "130 became 30 million NOK, because: a misprint")

        page.get_by_role("button", name="Begin a study with this table").click()
        in_text(page, "No problem found with Norland 2019")
        assert page.get_by_label("table", exact=True).input_value().startswith("norland.zip, uploaded ")
        page.get_by_label("days", exact=True).fill("90")
        page.get_by_label("products", exact=True).fill("olives")
        in_text(page, "Unknown:")
        sound(page)
        page.get_by_label("products", exact=True).fill("oil")
        page.get_by_label("from", exact=True).fill("2020-01-11")
        text = page.get_by_label("The study, as its file has it")
        expect(text).to_have_value(re.compile("days: 90.*oil.*from: 2020-01-11", re.DOTALL))
        in_text(page, "raise days from 90 to at least 180, or move the date")
        page.get_by_label("until", exact=True).fill("")
        in_text(page, "No problem found")
        page.get_by_role("button", name="Run", exact=True).click()

        page.get_by_role("button", name="Cancel").wait_for()
        in_text(page, "You may close the browser")
        sound(page)
        run = followed(page)
        assert "from 11 Jan 2020" in page.locator("#answer").inner_text()

        page.locator("a.hit").first.click()
        page.locator("#explain-heading").wait_for()
        in_text(page, "What it needed, and what came")
        sound(page)
        page.keyboard.press("Escape")

        page.get_by_role("link", name="Builder").click()
        page.get_by_role("button", name="Rank imports and stocks").click()
        ranked = followed(page)
        page.get_by_role("link", name="Builder").click()
        page.get_by_label(re.compile("^Budget")).fill("100")
        page.get_by_role("button", name="Fill from the budget").click()
        in_text(page, "Chosen: 1 import and 1 stock")
        in_text(page, "nothing stops")
        sound(page)
        page.locator("input[name=keep]").evaluate("one => { one.value = 'CHINA.nothing'; }")
        page.get_by_role("button", name="Solve what is ticked").click()
        in_text(page, "is not among those ranked")
        page.go_back()
        page.get_by_role("button", name="Make a study of this").click()
        page.get_by_role("button", name="Run", exact=True).click()
        kept = followed(page)
        assert "nothing stops" in page.locator("#answer").inner_text()

        page.get_by_role("link", name="Home").click()
        for name in (run, kept):
            page.locator(f"#compare-{name.rpartition('/')[2]}").check()
        page.get_by_role("button", name="Compare what is ticked").click()
        in_text(page, "What differs")
        sound(page)

        page.get_by_role("link", name="Studies").click()
        page.get_by_label("Study that comes with autarky").select_option("plan")
        page.get_by_role("button", name="Begin from the example").click()
        page.get_by_role("button", name="Plan", exact=True).click()
        followed(page)
        in_text(page, "An island plans to do without imports")
        assert page.get_by_role("heading", name="Plan").count()
        sound(page)

        page.goto(ranked)
        page.get_by_role("link", name="Share").click()
        sound(page)
        saved = {what: downloaded(page, what, tmp_path) for what in ("Page", "Archive", "Workbook")}
        page.goto(f"{ranked}/report.html")
        answer = page.locator("#answer").inner_text()
        page.goto(saved["Page"].as_uri())
        assert page.locator("#answer").inner_text() == answer

    with serving(tmp_path / "elsewhere") as elsewhere, watched(chromium) as seen:
        page = seen.page()
        page.goto(elsewhere.link)
        page.goto(f"{elsewhere.address}/archives")
        page.get_by_label("Archive").set_input_files(saved["Archive"])
        page.get_by_role("button", name="Take it in").click()
        page.wait_for_url(re.compile(r"/runs/"))
        assert page.locator(".report #answer").inner_text() == answer
        sound(page)
        page.get_by_role("link", name="Home").click()
        page.get_by_role("link", name="All imports of HOME").first.wait_for()


def downloaded(page: Page, what: str, folder: Path) -> Path:
    """A form of a run, as a file of a person's own."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=what).first.click()
    target = folder / coming.value.suggested_filename
    coming.value.save_as(target)
    return target
