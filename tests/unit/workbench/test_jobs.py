"""Jobs are folders: whatever stops, whoever asks, each is done once and none is lost."""

from __future__ import annotations

import errno
import json
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autarky.errors import InputError, Problem
from autarky.run_folder import read_any
from autarky.workbench import child, workspace
from autarky.workbench.jobs import MOST_WAITING, Jobs, Kind, State, remaining_of
from made_jobs import LONG, STUDY, WRONG, jobs_in, kill, until_over, until_under_way, worker


@contextmanager
def at_work(jobs: Jobs) -> Iterator[Jobs]:
    """A queue that is worked on, until the block ends."""
    jobs.begin()
    try:
        yield jobs
    finally:
        jobs.close()


def test_jobs_run_in_the_order_in_which_they_were_started_and_one_at_a_time(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path)
    wrong = jobs.start(Kind.RUN, "Wrong", WRONG, study="00000000000-0123456789")
    right = jobs.start(Kind.RUN, "Right", STUDY, options={"variants": False})
    elsewhere = jobs.start(Kind.RUN, "Elsewhere", STUDY.replace(b"embedded: north-korea-2019", b"path: /etc"))
    assert [job.state for job in jobs.jobs()] == [State.WAITING] * 3
    with at_work(jobs):
        until_under_way(jobs, wrong, done=-1)
        assert jobs.job(right.id).state is jobs.job(elsewhere.id).state is State.WAITING
        failed, done, refused = (until_over(jobs, job) for job in (wrong, right, elsewhere))
    assert failed.state is State.FAILED
    assert failed.study == "00000000000-0123456789"
    assert [(problem.place.rpartition("/")[2], problem.remedy) for problem in failed.problems] == [
        ("study.yaml:8:33", "did you mean 'CHINA'?")
    ]
    assert done.state is State.DONE
    assert done.run is not None
    assert done.elapsed > 0
    assert read_any(done.run, tmp_path / "runs").manifest["inputs"]["study"]["title"] == "Petroleum stops"
    assert refused.state is State.FAILED
    assert "neither embedded nor one of this workspace" in refused.problems[0].what
    assert len(list((tmp_path / "runs").iterdir())) == 1
    # What another process reads of it is the same.
    assert jobs_in(tmp_path).jobs() == [refused, done, failed]


def test_a_server_that_is_stopped_leaves_its_job_waiting_and_the_next_takes_it_up(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path)
    job = jobs.start(Kind.ENSEMBLE, "Draws", LONG)
    with at_work(jobs):
        until_under_way(jobs, job)
    assert jobs.job(job.id).state is State.WAITING
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").glob("*/blocks/[0-9]*.nc")}
    assert kept
    with at_work(jobs_in(tmp_path)) as others:
        assert until_under_way(others, job).done > 0
        others.cancel(job.id)
        assert until_over(others, job).state is State.CANCELLED
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_child_that_is_killed_is_a_job_that_failed(tmp_path: Path) -> None:
    with at_work(jobs_in(tmp_path)) as jobs:
        job = jobs.start(Kind.ENSEMBLE, "Draws", LONG)
        until_under_way(jobs, job, done=-1)
        kill(worker(jobs, job))
        failed = until_over(jobs, job)
    assert failed.state is State.FAILED
    assert failed.problems[0].what == "its process was stopped (Killed)"


def test_a_job_that_takes_too_long_is_stopped_and_says_so(tmp_path: Path) -> None:
    with at_work(jobs_in(tmp_path, seconds=0.4)) as jobs:
        job = jobs.start(Kind.ENSEMBLE, "Draws", LONG)
        failed = until_over(jobs, job)
    assert failed.state is State.FAILED
    assert failed.problems[0].what == "took more than 0.4 seconds and was stopped"


def test_a_job_that_waits_is_cancelled_at_once_and_can_be_started_again(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path)
    job = jobs.start(Kind.ENSEMBLE, "Draws", STUDY, study="00000000000-0123456789", options={"draws": 3})
    jobs.cancel(job.id)
    assert jobs.job(job.id).state is State.CANCELLED
    jobs.cancel(job.id)
    again = jobs.again(job.id)
    assert again.state is State.WAITING
    assert (again.kind, again.title, again.study, dict(again.options)) == (
        job.kind,
        job.title,
        job.study,
        {"draws": 3},
    )
    assert (jobs.workspace.kept("jobs", again.id) / "study.yaml").read_bytes() == STUDY


def test_two_who_start_jobs_at_once_share_one_queue_of_a_bounded_length(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path)
    told: list[str] = []

    def start() -> None:
        for _ in range(MOST_WAITING - 3):
            try:
                told.append(jobs.start(Kind.RUN, "A run", STUDY).id)
            except InputError as error:
                told.append(error.problems[0].what)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [what for what in told if "waiting" in what]
    assert set(refused) == {"20 jobs are waiting already"}
    assert len(refused) == 2 * (MOST_WAITING - 3) - MOST_WAITING
    assert {job.id for job in jobs.jobs()} == set(told) - set(refused)
    jobs.cancel(jobs.jobs()[0].id)
    assert jobs.start(Kind.RUN, "A run", STUDY).state is State.WAITING


def test_a_disk_that_is_full_is_one_line_and_leaves_no_half_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_in(tmp_path)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(workspace.os, "fsync", full)
    with pytest.raises(InputError, match=r"cannot be written: No space left on device") as refused:
        jobs.start(Kind.RUN, "A run", STUDY)
    assert len(refused.value.problems) == 1
    assert list((tmp_path / ".autarky" / "jobs").iterdir()) == []


def test_folders_that_cannot_be_written_are_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "runs").touch()
    with at_work(jobs_in(tmp_path)) as jobs:
        failed = until_over(jobs, jobs.start(Kind.RUN, "A run", STUDY, options={"variants": False}))
    assert [str(problem) for problem in failed.problems] == [
        f"{tmp_path / 'runs'}: cannot be written: File exists — choose another folder with --runs"
    ]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".autarky").touch()
    with pytest.raises(InputError, match="cannot be written"):
        jobs_in(tmp_path / "other").start(Kind.RUN, "A run", STUDY)


def test_a_folder_without_a_word_of_what_was_asked_is_no_job(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path)
    half = jobs.workspace.new("jobs")
    (half / "study.yaml").write_bytes(STUDY)
    assert jobs.jobs() == []
    for name in (half.name, "00000000000-0123456789", "../../etc"):
        with pytest.raises(LookupError):
            jobs.job(name)


@pytest.mark.parametrize(
    ("kind", "options", "command"),
    [
        (Kind.RUN, {"variants": False}, "autarky run STUDY --no-variants"),
        (Kind.RUN, {"variants": True}, "autarky run STUDY"),
        (Kind.ENSEMBLE, {"draws": 5, "seed": None}, "autarky ensemble STUDY --draws 5"),
        (
            Kind.LIFELINES,
            {"budget": 0.2, "candidates": 3},
            "autarky lifelines STUDY --budget 0.2 --candidates 3",
        ),
        (Kind.PLAN, {"frontier": True, "days": False}, "autarky plan STUDY --frontier --no-days"),
        (Kind.COMPARE, {}, "autarky compare STUDY"),
        (Kind.COMPARE, {"what": ["one", "two"]}, "autarky compare one two"),
    ],
)
def test_the_command_of_a_job_does_the_same(
    kind: Kind, options: dict[str, object], command: str, tmp_path: Path
) -> None:
    job = jobs_in(tmp_path).start(kind, "A job", STUDY, options=options)
    assert job.command == command.replace("STUDY", f".autarky/jobs/{job.id}/study.yaml")
    assert shlex.split(job.command)[1] in {str(one) for one in Kind}


@pytest.mark.parametrize(
    ("kind", "options", "function"),
    [
        (Kind.RUN, {"variants": False}, "autarky.study.run_study"),
        (Kind.LIFELINES, {"budget": 0.1}, "autarky.study.keep_first"),
        (Kind.ENSEMBLE, {"draws": 7}, "autarky.study.run_draws"),
        (Kind.PLAN, {"frontier": True, "workers": 1}, "autarky.planner.plan_study"),
        (Kind.COMPARE, {"draws": 2}, "autarky.comparer.compare_any"),
    ],
)
def test_a_child_calls_the_public_function_of_its_kind_and_passes_on_its_progress(
    kind: Kind, options: dict[str, object], function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs_in(tmp_path).start(kind, "A job", STUDY, options=options)
    folder = tmp_path / ".autarky" / "jobs" / job.id
    called: list[dict[str, object]] = []

    class Made:
        id = "its-id"

    def does(given: object, runs: Path, *, progress: object, **named: object) -> Made:
        called.append({"given": given, "runs": runs, **named})
        progress(*([] if kind is Kind.ENSEMBLE else ["a thing"]), 3, 4)  # type: ignore[operator]
        return Made()

    monkeypatch.setattr(function, does)
    monkeypatch.setattr(child, "_limit_memory", lambda: 2**30)
    assert child.work(folder, tmp_path / "runs") == 0
    (call,) = called
    assert call["given"] == ([str(folder / "study.yaml")] if kind is Kind.COMPARE else folder / "study.yaml")
    if kind is Kind.PLAN:
        assert call["asked"].frontier  # type: ignore[attr-defined]
        assert call["workers"] == 1
    else:
        assert options.items() <= call.items()
    done = jobs_in(tmp_path).job(job.id)
    assert (done.state, done.run, done.done, done.total) == (State.DONE, "its-id", 3, 4)
    assert done.doing


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (InputError([Problem("a", "b", "c"), Problem("d", "e", "f")]), "a: b — c\nd: e — f"),
        (MemoryError(), "job: needs more than 1.0 GB of memory — ask for fewer draws or days, or close"),
        (ZeroDivisionError("no"), "job: internal error: ZeroDivisionError: no — "),
    ],
)
def test_what_goes_wrong_in_a_child_is_told_in_lines(
    error: Exception,
    what: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    job = jobs_in(tmp_path).start(Kind.RUN, "A job", STUDY)

    def fails(*given: object, **named: object) -> None:
        raise error

    monkeypatch.setattr("autarky.study.run_study", fails)
    monkeypatch.setattr(child, "_limit_memory", lambda: 2**30)
    child.work(tmp_path / ".autarky" / "jobs" / job.id, tmp_path / "runs")
    failed = jobs_in(tmp_path).job(job.id)
    assert failed.state is State.FAILED
    assert "\n".join(map(str, failed.problems)).startswith(what)
    assert ("Traceback" in capsys.readouterr().err) == isinstance(error, ZeroDivisionError)


def test_a_child_may_not_take_all_memory() -> None:
    program = (
        "import resource; from autarky.workbench.child import _limit_memory as limit; "
        "print(limit(), *resource.getrlimit(resource.RLIMIT_AS))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told, soft, _ = map(int, done.stdout.split())
    assert 2**28 < told == soft < 2**46


def test_progress_is_written_when_it_says_something_else_and_else_now_and_then(tmp_path: Path) -> None:
    told = child.Told(tmp_path)
    written = []
    for doing, done in [("days", 0), ("days", 1), ("days", 2), ("draws", 0), ("draws", 9), ("draws", 10)]:
        told(doing, done, 10)
        last = json.loads((tmp_path / "progress.json").read_bytes())
        written.append((last["doing"], last["done"]))
    assert written == [("days", 0)] * 3 + [("draws", 0)] * 2 + [("draws", 10)]


def test_what_remains_is_told_at_the_pace_since_what_was_done_before() -> None:
    told = {"first": 40, "done": 60, "total": 100, "since": 1000.0, "at": 1010.0}
    assert remaining_of(told, 1010.0) == pytest.approx(20.0)
    assert remaining_of(told, 1015.0) == pytest.approx(15.0)
    assert remaining_of(told, 1100.0) == 0.0
    assert remaining_of(told | {"done": 40}, 1010.0) is None
    assert remaining_of({}, 1010.0) is None
