"""Every screen as people find it who do not see it on a wide screen, or have no mouse, or no scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from autarky.workbench.jobs import Kind
from browser import JOB, Served, browser, followed, in_text, needs_chromium, serving, sound, watched
from furnished import Furnished, furnished
from made_jobs import LONG, jobs_in

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return furnished(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def served(there: Furnished) -> Iterator[Served]:
    with serving(there.folder) as found:
        yield found


def test_every_screen_fits_a_telephone_and_is_sound_in_light_and_dark(
    chromium: Browser, served: Served, there: Furnished
) -> None:
    running = jobs_in(there.folder).start(Kind.ENSEMBLE, "Draws", LONG)
    run, half = f"/runs/{there.ranked}", there.halved
    screens = {
        "/": "Last runs",
        "/tables": "Upload a table",
        f"/tables/{there.faulty}": "This table fails 2 of 9 checks",
        f"/tables/{there.faulty}?block=Z&row=farms&column=mills": "It should be",
        "/studies": "Begin a study",
        f"/studies/{there.study}": "No problem found",
        "/jobs": "One runs at a time",
        f"/jobs/{running.id}": "Draws",
        run: "Levers",
        f"{run}/why": "What it needed",
        f"{run}/builder?fill=budget&budget=100": "Make a study of this",
        f"/compare?run={there.ranked}&run={half}": "What differs",
        f"{run}/evidence": "What the answer rests on",
        f"{run}/share": "Before you send it",
        "/archives": "Take in an archive",
        f"{run}/why?day=soon": "This cannot be done as it stands",
        "/runs/nowhere": "there is nothing under this address",
    }
    try:
        with watched(chromium) as seen:
            page = seen.page()
            page.goto(served.link)
            for address, words in screens.items():
                page.goto(served.address + address)
                in_text(page, words)
                assert page.locator("h1").count() == 1, address
                assert len(page.title()) > len(" – autarky"), address
                sound(page)
    finally:
        jobs_in(there.folder).cancel(running.id)


def focused(page: Page) -> dict[str, Any]:
    """Where the focus is, and whether somebody who looks at the page sees it there."""
    return page.evaluate(
        """() => {
          const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
          const outlined = parseFloat(style.outlineWidth) >= 1 && style.outlineStyle !== 'none';
          // Pictures have no outline: there a frame is drawn.
          const framed = [...e.querySelectorAll('rect')].some(r => getComputedStyle(r).stroke !== 'none');
          const here = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
          const place = e.matches('body, [tabindex="-1"]');
          return {name: e.outerHTML.slice(0, 120), seen: place || (here && (outlined || framed))};
        }"""
    )


def tab_to(page: Page, wanted: Locator, most: int = 120) -> None:
    """Goes on with the key Tab until something has the focus; what has it is always to be seen."""
    wanted.first.wait_for(state="attached")
    for _ in range(most):
        page.keyboard.press("Tab")
        at = focused(page)
        assert at["seen"], at
        if wanted.first.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"not reached by Tab: {wanted}")


def back_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Goes back with Shift and Tab until something has the focus."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"not reached by Shift+Tab: {wanted}")


def pressed(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """Goes to something by Tab, and presses it."""
    tab_to(page, wanted)
    page.keyboard.press(key)


def typed(page: Page, wanted: Locator, text: str) -> None:
    """Goes to a field by Tab, and writes into it in place of what is there."""
    tab_to(page, wanted)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_the_way_from_a_faulty_table_to_a_comparison_needs_no_mouse(
    chromium: Browser, served: Served, there: Furnished
) -> None:
    with watched(chromium) as seen:
        page = seen.page()
        page.goto(served.link)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"

        pressed(page, page.get_by_role("link", name="Import a table"))
        page.wait_for_url("**/tables#upload")
        page.goto(f"{served.address}/tables/{there.faulty}")
        pressed(page, page.get_by_role("link", name="Correct it"))
        page.wait_for_url("**expected=30*")
        typed(page, page.get_by_label("Reason: where"), "a misprint")
        pressed(page, page.get_by_role("button", name="Correct this cell"))
        in_text(page, "This table passes all 9 checks")

        pressed(page, page.get_by_role("button", name="Begin a study with this table"))
        page.wait_for_url("**/studies/*")
        typed(page, page.get_by_label("days", exact=True), "200")
        typed(page, page.get_by_label("share kept"), "0.2")
        text = page.get_by_label("The study, as its file has it")
        expect(text).to_have_value(re.compile("days: 200.*share_kept: 0.2", re.DOTALL))
        back_to(page, page.get_by_role("button", name="Run", exact=True))
        page.keyboard.press("Enter")
        run = followed(page)

        tab_to(page, page.locator("#lever-trade"))
        page.keyboard.press("End")
        in_text(page, "100 % instead of")
        pressed(page, page.locator("a.hit"))
        expect(page.locator("#explain-heading")).to_be_focused()
        typed(page, page.locator("#explain-day"), "60")
        page.keyboard.press("Enter")
        in_text(page, "on day 60")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.matches('a.hit')")

        page.goto(f"{served.address}/runs/{there.ranked}")
        pressed(page, page.get_by_role("link", name="Builder"))
        page.wait_for_url("**/builder")
        tab_to(page, page.locator("#budget"))
        page.keyboard.press("End")
        in_text(page, "Chosen: 2 imports")
        assert page.evaluate("document.activeElement.id") == "budget", "a hand on the slider stays on it"
        pressed(page, page.get_by_role("button", name="Make a study of this"))
        page.wait_for_url("**/studies/*")

        pressed(page, page.get_by_role("link", name="Home"))
        page.wait_for_url(served.address + "/")
        # The newest is first.
        for name in (run.rpartition("/")[2], there.halved):
            pressed(page, page.locator(f"#compare-{name}"), "Space")
        pressed(page, page.get_by_role("button", name="Compare what is ticked"))
        in_text(page, "What differs")


def test_without_scripts_a_study_is_checked_run_moved_and_explained(
    chromium: Browser, served: Served, there: Furnished
) -> None:
    with watched(chromium, java_script_enabled=False) as seen:
        page = seen.page()
        page.goto(served.link)
        page.get_by_role("link", name="Studies").click()
        page.locator(f"a[href='/studies/{there.study}']").click()
        page.get_by_label("days", exact=True).fill("many")
        page.get_by_role("button", name="Apply form to YAML, and check").click()
        in_text(page, "a whole number")
        page.get_by_label("days", exact=True).fill("100")
        page.get_by_role("button", name="Apply form to YAML, and check").click()
        assert "days: 100" in page.get_by_label("The study, as its file has it").input_value()
        in_text(page, "Not saved yet")
        page.get_by_role("button", name="Run", exact=True).click()
        # The page looks again by itself: no script does it.
        page.get_by_role("link", name="Open it").wait_for(timeout=JOB)
        page.get_by_role("link", name="Open it").click()
        page.locator("#lever-trade").fill("100")
        page.get_by_role("button", name="Solve").click()
        in_text(page, "100 % instead of 0 %")
        page.locator("a.hit").first.click()
        in_text(page, "What it needed, and what came")
        assert page.locator("h1").inner_text().startswith("Why ")
        page.get_by_role("link", name="Builder").click()
        in_text(page, "has not been asked of this study yet")
