"""Home and the table doctor over HTTP: a faulty table uploaded, looked at and corrected."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import Coroutine
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from autarky.run_folder.catalogue import Catalogue
from autarky.workbench.application import application
from autarky.workbench.desk import Desk
from autarky.workbench.jobs import Jobs
from autarky.workbench.tables import Tables
from autarky.workbench.warm import Warm
from autarky.workbench.workspace import Workspace
from hostile import MARKUP
from wrong_tables import GOOD

PORT, TOKEN = 8765, "t" * 43


class Browser:
    """The pages as a browser gets them, without a network."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.app = application(desk, token=TOKEN, port=PORT)

    def get(self, address: str, **headers: str) -> httpx.Response:
        return self._ask("GET", address, headers=headers)

    def post(self, address: str, **sent: Any) -> httpx.Response:
        return self._ask("POST", address, **sent)

    def upload(self, content: bytes, name: str = "n.zip", **fields: str) -> httpx.Response:
        return self.post("/tables", files={"file": (name, content)}, data=fields)

    def _ask(self, method: str, address: str, **sent: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            base = f"http://127.0.0.1:{PORT}"
            cookies = {f"autarky-{PORT}": TOKEN}
            async with httpx.AsyncClient(transport=transport, base_url=base, cookies=cookies) as client:
                return await client.request(method, address, **sent)

        work: Coroutine[Any, Any, httpx.Response] = asked()
        return asyncio.run(work)


@pytest.fixture(scope="module")
def warm() -> Any:
    warm = Warm()
    yield warm
    warm.close()


@pytest.fixture
def browser(tmp_path: Path, warm: Warm) -> Browser:
    workspace = Workspace(tmp_path, tmp_path / "runs")
    workspace.runs.mkdir()
    desk = Desk(workspace, Catalogue(workspace.runs, tmp_path / "catalogue.sqlite"), Jobs(workspace), warm)
    return Browser(desk)


def packed(**changes: tuple[str, str]) -> bytes:
    """The good table as a ZIP, one piece of some files replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in GOOD.items():
            old, new = changes.get(name.removesuffix(".csv"), ("", ""))
            assert old in text
            archive.writestr(name, text.replace(old, new, 1) if old else text)
    return stream.getvalue()


def hidden(page: str, name: str) -> str:
    """The value of the first hidden field of a name."""
    (first, *_) = re.findall(rf'name="{name}" value="([^"]*)"', page)
    return unescape(first)


def test_a_faulty_table_is_uploaded_diagnosed_corrected_and_undone(browser: Browser) -> None:
    sent = browser.upload(packed(Z=("10,30,0", "10,130,0")))
    assert sent.status_code == 303
    doctor = sent.headers["location"]
    page = browser.get(doctor).text
    assert "This table fails 2 of 9 checks (row balance, column balance)" in page
    told = "If intermediate use, row farms, column mills were 30 instead of 130"
    assert told in page
    link = unescape(re.findall(r'href="(\?[^"]*expected[^"]*)#correct"', page)[0])
    form = browser.get(doctor + link).text
    given = {name: hidden(form, name) for name in ("revision", "block", "row", "column", "was")}
    (expected,) = re.findall(r'name="now"[^>]* value="([^"]*)"', form)
    assert expected == "30"
    kept = browser.post(f"{doctor}/correct", data={**given, "now": expected, "reason": "misprint"})
    assert (kept.status_code, kept.headers["location"]) == (303, doctor)
    page = browser.get(doctor).text
    assert "This table passes all 9 checks" in page
    assert "row balance now passes; before, it failed" in page
    assert "130 became 30 million NOK, because: misprint" in page
    undone = browser.post(
        f"{doctor}/undo", data={"revision": hidden(page, "revision"), "change": hidden(page, "change")}
    )
    assert undone.status_code == 303
    assert "This table fails 2 of 9 checks" in browser.get(doctor).text


def test_two_browsers_with_one_table_neither_overwrites_the_other(browser: Browser) -> None:
    doctor = browser.upload(packed()).headers["location"]
    seen = hidden(browser.get(f"{doctor}?block=Z&row=farms&column=mills").text, "revision")
    data = {"revision": seen, "block": "Z", "row": "farms", "column": "mills", "was": "30", "reason": "r"}
    assert browser.post(f"{doctor}/correct", data={**data, "now": "31"}).status_code == 303
    late = browser.post(f"{doctor}/correct", data={**data, "now": "29"})
    assert late.status_code == 422
    assert "is now 31; you saw 30 and wanted 29" in late.text
    (table,) = Tables(browser.desk.workspace).all()
    assert table.read().Z[0, 1] == 31


def test_an_accepted_check_goes_with_its_reason_into_studies_of_the_table(
    browser: Browser,
) -> None:
    doctor = browser.upload(packed(Y=("60,10", "90,10"))).headers["location"]
    seen = hidden(browser.get(doctor).text, "revision")
    data = {"revision": seen, "check": "row balance", "reason": "as printed"}
    assert browser.post(f"{doctor}/accept", data=data).status_code == 303
    assert "Accepted, because: as printed" in browser.get(doctor).text
    (table,) = Tables(browser.desk.workspace).all()
    assert table.reference["accept"] == {"row balance": "as printed"}


@pytest.mark.parametrize(
    ("content", "fields", "told"),
    [
        (b"", {}, "is empty"),
        (b"a,b\n1,2\n", {}, "no format known by its header"),
        (b"a,b\n1,2\n", {"format": "xyz"}, "unknown"),
        (packed(Z=("10,30,0", "10,x,0")), {}, "column &#39;mills&#39;"),
        (packed(), {"year": "two"}, "option &#39;year&#39;"),
    ],
)
def test_a_bad_upload_is_answered_with_a_line_for_each_problem(
    browser: Browser, content: bytes, fields: dict[str, str], told: str
) -> None:
    answer = browser.upload(content, "<b>.zip", **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert "<b>.zip" not in answer.text
    assert str(browser.desk.workspace.folder) not in answer.text


@pytest.mark.parametrize("given", ["", "12..5", "1,234", "nan", "1e999", "=1+1"])
def test_what_is_no_number_is_refused_as_a_new_value(browser: Browser, given: str) -> None:
    data = {"revision": "", "block": "Z", "row": "a", "column": "b", "was": "30", "now": given, "reason": "r"}
    answer = browser.post("/tables/usa-2023/correct", data=data)
    assert answer.status_code == 422
    assert "new value" in answer.text


def test_markup_in_labels_and_names_is_text_on_the_doctors_page(browser: Browser) -> None:
    label = next(one for one in MARKUP if "<script>" in one and '"' not in one and "," not in one)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in GOOD.items():
            archive.writestr(name, text.replace("farms", label).replace("10,30,0", "10,130,0"))
    sent = browser.upload(stream.getvalue(), f"{label}.zip")
    assert sent.status_code == 303, sent.text
    for address in (sent.headers["location"], "/tables"):
        page = browser.get(address).text
        assert label not in page
        assert "<script>document" not in page
    assert "&lt;script&gt;" in browser.get(sent.headers["location"]).text


def test_tables_that_come_with_autarky_open_and_are_not_changed(browser: Browser) -> None:
    page = browser.get("/tables/north-korea-2019").text
    assert "Comes with autarky and is not changed here" in page
    assert "/correct" not in page
    assert browser.get("/tables/nothing").status_code == 404


def test_home_says_what_would_fill_each_list_and_starts_the_demo(browser: Browser) -> None:
    page = browser.get("/").text
    assert "Nothing runs now" in page
    assert "Nothing has been run yet" in page
    assert "hx-trigger" not in page
    assert page.count('name="example"') >= 6
    begun = browser.post("/demo")
    assert begun.status_code == 303
    assert re.fullmatch(r"/jobs/[0-9a-f]{11}-[0-9a-f]{10}", urlsplit(begun.headers["location"]).path)
    part = browser.get("/", **{"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="now" hx-get="/"')
    assert begun.headers["location"] in part
    assert "<nav" not in part
