"""The demo in a browser: pressed, stopped, made smaller by hand, answered, and a lever moved."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from browser import JOB, browser, followed, in_text, needs_chromium, serving, sound, watched


@needs_chromium
def test_the_demo_is_one_press_from_home_and_can_be_stopped_and_made_smaller(tmp_path: Path) -> None:
    with browser() as chromium, serving(tmp_path) as served, watched(chromium) as seen:
        page = seen.page()
        page.goto(served.link)
        page.get_by_role("button", name="Run the demo").click()
        page.get_by_text(re.compile(r"\d+ of 400")).wait_for(timeout=JOB)
        page.get_by_role("button", name="Cancel").click()
        in_text(page, "This was cancelled before it was done.")

        page.get_by_role("link", name="Home").click()
        page.get_by_role("button", name="North Korea's border closed from January 2020").click()
        text = page.get_by_label("The study, as its file has it")
        study = text.input_value()
        assert "draws: 400" in study and "days: 1461" in study
        text.fill(study.replace("draws: 400", "draws: 8"))
        in_text(page, "No problem found with North Korea 2019")
        page.get_by_role("button", name="Run with uncertainty").click()
        followed(page)
        assert "of draws" in page.locator("#answer").inner_text()
        assert "8 draws" in page.locator("main").inner_text()
        before = page.locator("#levers-answer").inner_text()
        page.get_by_label("Let through of what the cuts take away").press("End")
        expect(page.locator("#levers-answer")).not_to_have_text(before)
        in_text(page, "100 % instead of 0 %")
        sound(page)
