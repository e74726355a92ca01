"""The share screen: each form a download with a safe name; a hostile title is text in all of them."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path

import httpx
import openpyxl
import pytest

from autarky import explanation, report
from autarky.run_folder import save_run
from autarky.workbench.screens.share import FORMS
from hostile import MARKUP
from made_results import NATIONAL, national_result
from made_workbench import client, workbench

TITLE = MARKUP[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one run, its title hostile."""
    folder = tmp_path_factory.mktemp("workspace")
    result = national_result(60, labels=dict.fromkeys(NATIONAL, TITLE))
    page = report.render(result, explanation.answer(result), command=TITLE, digests={})
    save_run(
        folder / "runs",
        title="embargo",
        study=b"version: 1\n",
        result=result,
        report=page.replace("</main>", "<script>sent by somebody</script></main>"),
        inputs={"command": TITLE, "digests": {}, "study": {"title": TITLE, "path": TITLE}},
        log=[],
        seconds=1.5,
    )
    return folder


@pytest.fixture(scope="module")
def answers(folder: Path) -> dict[str, httpx.Response]:
    """What is answered for the screen and for each form."""

    async def ask() -> dict[str, httpx.Response]:
        app = workbench(folder)
        async with client(app) as browser:
            run = next((folder / "runs").iterdir()).name
            found = {what: await browser.get(f"/runs/{run}/share/{what}") for what in FORMS}
            found["screen"] = await browser.get(f"/runs/{run}/share")
            found["nothing"] = await browser.get(f"/runs/{run}/share/nothing")
        app.state.desk.warm.close()
        return found

    return asyncio.run(ask())


def test_each_form_is_a_download_named_after_the_run(answers: dict[str, httpx.Response]) -> None:
    assert answers["nothing"].status_code == 404
    for what, form in FORMS.items():
        answer = answers[what]
        assert answer.status_code == 200, answer.text[-500:]
        told = answer.headers["content-disposition"]
        assert told.startswith('attachment; filename="2') and told.endswith(f'{form.ending}"')
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert f"/share/{what}" in answers["screen"].text


def test_a_shared_page_can_do_nothing_should_a_browser_show_it(answers: dict[str, httpx.Response]) -> None:
    assert answers["page"].headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "<script" not in answers["page"].text


def test_a_hostile_title_is_text_on_the_screen_and_on_the_page(answers: dict[str, httpx.Response]) -> None:
    for what in ("screen", "page"):
        assert "<img" not in answers[what].text and "onerror" in answers[what].text


def test_no_cell_of_a_table_is_a_formula(answers: dict[str, httpx.Response]) -> None:
    with zipfile.ZipFile(io.BytesIO(answers["csv"].content)) as archive:
        assert len(archive.namelist()) > 10
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8-sig")
            assert not any(line.startswith(("=", "+", "@", "\t")) for line in text.splitlines()), name
    book = openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content), read_only=True)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
