"""The study editor as a user drives it: by its form, by its text, without scripts, and two at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from autarky.workbench.forms import embedded_tables, form_of
from autarky.workbench.studies import Studies
from autarky.workbench.workspace import Workspace
from browser import browser, inaccessible, is_too_wide, needs_chromium, serving, watched
from hostile import MARKUP

STUDY = (Path(__file__).parents[2] / "studies" / "us-semiconductors.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    """A program that was let in; it goes where it is sent."""
    with serving(folder) as served:
        options = {"cookies": served.cookie, "follow_redirects": True, "timeout": 60}
        with httpx.Client(base_url=served.address, **options) as found:
            yield found


def _begun(client: httpx.Client, content: str) -> tuple[str, str]:
    """Address and digest of a study taken in as a file."""
    page = client.post("/studies", files={"file": ("x.yaml", content.encode())})
    assert page.status_code == 200
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page.text)
    assert digest is not None
    return page.url.path, digest[1]


def test_without_scripts_the_form_is_applied_saved_and_checked(client: httpx.Client, folder: Path) -> None:
    address, digest = _begun(client, STUDY)
    was = form_of(STUDY, embedded_tables()).values
    sent = {
        "yaml": STUDY.replace("\n", "\r\n"),
        "digest": digest,
        "form_was": json.dumps(was),
        **{f"f.{place}": value for place, value in was.items()},
        "f.scenario.days": "many",
    }
    checked = client.post(f"{address}/check", data=sent)
    assert "days: many" in checked.text and "where a whole number is expected" in checked.text
    saved = client.post(address, data={**sent, "do": "save", "f.scenario.days": "31"})
    assert saved.status_code == 200 and "saved=" in str(saved.url)
    kept = Studies(Workspace(folder, folder / "runs")).read(address.rpartition("/")[2])
    assert kept.content.decode() == STUDY.replace("days: 730", "days: 31")
    stale = client.post(address, data={**sent, "do": "save", "f.scenario.days": "45"})
    assert stale.status_code == 409 and "days: 45" in stale.text and "days: 31" in stale.text
    wrong = client.post(f"{address}/start", data={"yaml": "title: [", "digest": kept.digest, "kind": "run"})
    assert wrong.status_code == 422 and "is not YAML" in wrong.text


def test_labels_that_attack_are_text_in_every_part_of_the_editor(client: httpx.Client) -> None:
    for label in MARKUP:
        content = STUDY.replace('["334"]', json.dumps([label])).replace(
            "title: US", f"title: {json.dumps(label)} #"
        )
        address, _ = _begun(client, content)
        page = client.get(address).text
        assert label not in page or not set(label) & set('<>&"'), label


@needs_chromium
def test_form_and_text_follow_each_other_while_they_are_typed(tmp_path: Path) -> None:
    name = Studies(Workspace(tmp_path, tmp_path / "runs")).create(STUDY.encode())
    with serving(tmp_path) as served, browser() as started, watched(started) as seen:
        page = seen.page()
        page.goto(served.link)
        page.goto(f"{served.address}/studies/{name}")
        assert inaccessible(page) == []
        page.get_by_label("products", exact=True).first.fill("334, comp")
        page.locator("#says-0 .wrong").wait_for()
        assert "1 of 2 matched" in page.locator("#says-0").inner_text()
        assert '["334", comp]' in page.locator("#yaml").input_value()
        page.locator("#problems a").first.click()
        assert page.locator("#yaml").evaluate("one => one === document.activeElement") is True
        text = page.locator("#yaml")
        text.fill(text.input_value().replace(", comp", "").replace("days: 730", "days: 400"))
        page.locator("#problems .fine").wait_for()
        assert page.locator("#f-scenario-days").input_value() == "400"
        page.set_viewport_size({"width": 320, "height": 800})
        assert is_too_wide(page) == []
        page.get_by_role("button", name="Save").press("Enter")
        page.get_by_text("Saved at").wait_for()
    kept = Studies(Workspace(tmp_path, tmp_path / "runs")).read(name)
    assert kept.content.decode() == STUDY.replace("days: 730", "days: 400")
