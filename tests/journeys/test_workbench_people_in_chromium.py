"""Two people at two browsers, a job in the background, the server killed in the middle: nothing is lost."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from browser import browser, followed, in_text, needs_chromium, serving, sound, watched
from made_jobs import STUDY

pytestmark = needs_chromium
SLOW = STUDY.replace(b"draws: 120", b"draws: 1200").replace(b"days: 40", b"days: 120")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


def test_two_people_share_a_study_and_a_server_that_is_killed_and_lose_nothing(
    chromium: Browser, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        # A server that is gone is told in the console, as it should be.
        one, two = (stack.enter_context(watched(chromium, may_be_offline=True)).page() for _ in range(2))
        with serving(tmp_path, stop=signal.SIGKILL) as served:
            one.goto(served.link)
            one.get_by_role("link", name="Studies").click()
            file = {"name": "petroleum.yaml", "mimeType": "text/yaml", "buffer": SLOW}
            one.get_by_label("Study file").set_input_files(files=[file])
            one.get_by_role("button", name="Take in the file").click()
            study = one.url
            two.goto(served.link)
            two.goto(study)

            one.get_by_role("button", name="Run with uncertainty").click()
            job = one.url
            one.locator("#bar").wait_for()
            ones, twos = (page.get_by_label("The study, as its file has it") for page in (one, two))
            two.get_by_label("title", exact=True).fill("Petroleum stops for good")
            expect(twos).to_have_value(re.compile("Petroleum stops for good"))
            two.get_by_role("button", name="Save", exact=True).click()
            in_text(two, "Saved at")

            one.goto(study)
            twos.fill(twos.input_value().replace("stops for good", "becomes scarce"))
            two.get_by_role("button", name="Save", exact=True).click()
            in_text(two, "Saved at")
            ones.fill(ones.input_value().replace("seed: 1", "seed: 2"))
            one.get_by_role("button", name="Save", exact=True).click()
            in_text(one, "Somebody else has saved this study meanwhile")
            yours, saved = one.get_by_label("Yours"), one.get_by_label("The saved one").input_value()
            assert "becomes scarce" in saved and "seed: 1" in saved
            assert "stops for good" in yours.input_value() and "seed: 2" in yours.input_value()
            sound(one)
            yours.fill(saved.replace("seed: 1", "seed: 2"))
            one.get_by_role("button", name="Save this text").click()
            in_text(one, "Saved at")

            two.reload()
            one.goto(job)
            one.locator("#bar").wait_for()
            port = urlsplit(served.link).port or 0
            os.kill(served.process.pid, signal.SIGKILL)
            served.process.wait()
            # Two goes on writing while nobody answers.
            twos.fill(twos.input_value().replace("days: 120", "days: 130"))
            two.wait_for_timeout(1000)
        with serving(tmp_path, port=port):
            run = followed(one)
            assert "1,200 draws" in one.locator("main").inner_text()
            assert "days: 130" in twos.input_value()
            two.get_by_role("button", name="Save", exact=True).click()
            in_text(two, "Saved at")
            two.goto(study)
            kept = twos.input_value()
            assert all(words in kept for words in ("becomes scarce", "seed: 2", "days: 130"))
            two.get_by_role("link", name="Home").click()
            two.locator(f"#open-{run.rpartition('/')[2]}").click()
            in_text(two, "Levers")
