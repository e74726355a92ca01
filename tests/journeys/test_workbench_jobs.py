"""Jobs as they are lived with: a server killed in the middle, a page that follows, cancel and again."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from autarky.run_folder import EnsembleRun
from autarky.study import run_draws
from autarky.workbench.jobs import MOST_WAITING, Kind, State
from browser import Served, browser, inaccessible, is_too_wide, needs_chromium, serving, watched
from made_jobs import LONG, STUDY, WRONG, jobs_in, kill, until_over, until_under_way, waited, worker
from made_workbench import client, workbench

LASTING = ("ensemble.nc", "plan.json", "report.html", "study.yaml")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> EnsembleRun:
    """The ensemble as it is when nothing comes between."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "study.yaml").write_bytes(STUDY)
    return run_draws(folder / "study.yaml", folder / "runs", workers=1)


@pytest.mark.parametrize("is_child_killed", [False, True], ids=["the server", "the server and its child"])
def test_a_server_killed_in_the_middle_of_an_ensemble_loses_nothing(
    is_child_killed: bool, tmp_path: Path, undisturbed: EnsembleRun
) -> None:
    jobs = jobs_in(tmp_path)
    job = jobs.start(Kind.ENSEMBLE, "Draws", STUDY)
    with serving(tmp_path, stop=signal.SIGKILL) as served:
        waited(lambda: any((tmp_path / "runs").glob("*/blocks/[0-9]*.nc")))
        group = worker(jobs, job)
        kill(served.process.pid)
        served.process.wait()
        if is_child_killed:
            kill(group)
            waited(lambda: jobs.job(job.id).state is State.WAITING)
        else:
            assert jobs.job(job.id).state in (State.RUNNING, State.DONE)
    with serving(tmp_path) as served:
        after = waited(lambda: jobs.job(job.id).state is not State.WAITING and worker(jobs, job))
        assert (after != group) == is_child_killed
        done = until_over(jobs, job)
        told = httpx.get(f"{served.address}/jobs/{job.id}", cookies=served.cookie).text
    assert done.state is State.DONE
    assert done.run == undisturbed.id
    assert f'href="/runs/{undisturbed.id}"' in told
    for name in LASTING:
        assert (tmp_path / "runs" / undisturbed.id / name).read_bytes() == (
            undisturbed.path / name
        ).read_bytes(), name


def test_two_browsers_that_start_jobs_at_once_fill_one_queue_and_the_next_is_told_to_wait(
    tmp_path: Path,
) -> None:
    jobs = jobs_in(tmp_path)
    first = jobs.start(Kind.RUN, "First", STUDY)
    jobs.cancel(first.id)

    async def press(times: int) -> list[httpx.Response]:
        async with client(workbench(tmp_path)) as one, client(workbench(tmp_path)) as two:
            pressed = [who.post(f"/jobs/{first.id}/again") for who in (one, two) for _ in range(times)]
            return [*await asyncio.gather(*pressed), await one.get("/jobs"), await two.get("/jobs")]

    *answers, listed, again = asyncio.run(press(times=MOST_WAITING // 2))
    assert [answer.status_code for answer in answers] == [303] * MOST_WAITING
    assert {answer.headers["location"] for answer in answers} == {
        f"/jobs/{job.id}" for job in jobs.jobs() if job.id != first.id
    }
    assert listed.text.count(">waiting<") == again.text.count(">waiting<") == MOST_WAITING
    *refused, _, _ = asyncio.run(press(times=1))
    assert [answer.status_code for answer in refused] == [422, 422]
    assert "20 jobs are waiting already" in refused[0].text


def test_a_page_without_scripts_looks_again_by_itself_until_the_job_is_over(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path)
    ahead, job = jobs.start(Kind.RUN, "First", STUDY), jobs.start(Kind.RUN, "<b>Second</b>", STUDY)

    async def look() -> list[str]:
        async with client(workbench(tmp_path)) as one:
            waiting = await one.get(f"/jobs/{job.id}")
            cancelled = await one.post(f"/jobs/{job.id}/cancel", follow_redirects=True)
            missing = await one.get("/jobs/00000000000-0123456789")
            part = await one.get(f"/jobs/{ahead.id}/progress?tenth=nothing", headers={"HX-Request": "true"})
        assert missing.status_code == 404
        return [waiting.text, cancelled.text, part.text]

    waiting, cancelled, part = asyncio.run(look())
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert "It waits for 1 job before it." in waiting
    assert "&lt;b&gt;Second" in waiting
    assert "<b>Second" not in waiting
    assert f"autarky run .autarky/jobs/{job.id}/study.yaml" in waiting
    assert "http-equiv" not in cancelled
    assert "This was cancelled" in cancelled
    assert "Start again" in cancelled
    assert "<html" not in part
    assert 'hx-swap-oob="innerHTML">Waiting.' in part


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A workbench with a job of each fate."""
    folder = tmp_path_factory.mktemp("served")
    with serving(folder) as found:
        yield found


@needs_chromium
def test_a_job_is_followed_cancelled_started_again_and_opened_in_a_browser(served: Served) -> None:
    jobs = jobs_in(served.folder)
    wrong = jobs.start(Kind.RUN, "A mistake", WRONG, study="00000000000-0123456789")
    long = jobs.start(Kind.ENSEMBLE, "Many draws", LONG)
    short = jobs.start(Kind.RUN, "A run", STUDY, options={"variants": False})
    with browser() as chromium, watched(chromium, width=320) as watching:
        page = watching.page()
        page.goto(served.link)
        until_over(jobs, wrong)
        page.goto(f"{served.address}/jobs/{wrong.id}")
        fault = page.get_by_role("alert")
        assert "Line 8 of the study" in fault.inner_text()
        assert "did you mean 'CHINA'?" in fault.inner_text()
        link = fault.get_by_role("link", name="Line 8").get_attribute("href")
        assert link == "/studies/00000000000-0123456789?line=8#yaml"
        assert (inaccessible(page), is_too_wide(page)) == ([], [])

        page.goto(f"{served.address}/jobs/{long.id}")
        until_under_way(jobs, long)
        bar = page.get_by_label("Simulating draws")
        before = float(waited(lambda: bar.get_attribute("value")))
        page.locator("#cancel").focus()
        waited(lambda: float(bar.get_attribute("value") or 0) > before)
        assert page.evaluate("document.activeElement.id") == "cancel"
        assert (inaccessible(page), is_too_wide(page)) == ([], [])
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Start again").wait_for(timeout=60_000)
        assert "The draws that were done are kept" in page.locator("#progress").inner_text()
        assert jobs.job(long.id).state is State.CANCELLED

        page.goto(f"{served.address}/jobs/{short.id}")
        page.wait_for_url(f"{served.address}/runs/*", timeout=60_000)
        assert page.url.endswith(f"/runs/{jobs.job(short.id).run}")

        page.goto(f"{served.address}/jobs/{long.id}")
        page.get_by_role("button", name="Start again").click()
        again = jobs.job(page.url.rpartition("/")[2])
        assert again.id != long.id
        # From what is kept: the first word is of draws that are done.
        assert until_under_way(jobs, again).done >= before
        page.goto(f"{served.address}/jobs")
        assert page.get_by_role("row").count() == 5
        assert (inaccessible(page), is_too_wide(page)) == ([], [])
        jobs.cancel(again.id)
        until_over(jobs, again)
        time.sleep(2.5)  # the list looks again every two seconds
        assert page.get_by_text("running").count() == 0
