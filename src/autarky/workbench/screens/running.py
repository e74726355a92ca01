"""Running: jobs, their progress, and how to stop them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autarky.errors import Problem
from autarky.run_folder import STUDY
from autarky.workbench.desk import desk_of
from autarky.workbench.jobs import Job, Kind, State
from autarky.workbench.rendering import page

WHAT = {
    Kind.RUN: "a run",
    Kind.LIFELINES: "a run with the imports to keep first",
    Kind.ENSEMBLE: "many draws of what is uncertain",
    Kind.PLAN: "a plan",
    Kind.COMPARE: "a comparison",
}
"""What a job makes, in words."""


@dataclass(frozen=True)
class Fault:
    """A problem of a study where it stands in it."""

    problem: Problem
    line: int | None
    """In the study file; None where the problem lies elsewhere."""
    text: str
    """What stands in that line."""


def jobs(request: Request) -> Response:
    """All jobs, the newest first."""
    found = desk_of(request).jobs.jobs()
    is_live = any(not job.is_over for job in found)
    return page(request, "jobs.html", jobs=found, is_live=is_live, what=WHAT, duration=duration)


def job(request: Request) -> Response:
    """A job: how far it is while it runs, what it came to once it is over."""
    return _page(request, "job.html", desk_of(request).jobs.job(request.path_params["job"]), None)


def progress(request: Request) -> Response:
    """The part of a job's page that changes. Once the job is done, htmx goes on to what it made.

    The page sends the tenth it has read out (``tenth``), so that a screen reader speaks of changes only.
    """
    job = desk_of(request).jobs.job(request.path_params["job"])
    if job.state is State.DONE:
        return Response(headers={"HX-Redirect": f"/runs/{job.run}"})
    return _page(request, "job_progress.html", job, request.query_params.get("tenth", ""))


def cancel(request: Request) -> Response:
    """Stops a job."""
    name = request.path_params["job"]
    desk_of(request).jobs.cancel(name)
    return RedirectResponse(f"/jobs/{name}", 303)


def again(request: Request) -> Response:
    """Starts a job that failed or was cancelled once more."""
    return RedirectResponse(f"/jobs/{desk_of(request).jobs.again(request.path_params['job']).id}", 303)


def _page(request: Request, template: str, job: Job, tenth: str | None) -> Response:
    desk = desk_of(request)
    ahead = 0
    if job.state is State.WAITING:
        ahead = sum(not other.is_over and other.id < job.id for other in desk.jobs.jobs())
    study = desk.workspace.kept("jobs", job.id) / STUDY
    content = study.read_text(encoding="utf-8", errors="replace") if job.problems and study.is_file() else ""
    faults = [fault_of(problem, content) for problem in job.problems]
    return page(
        request,
        template,
        job=job,
        what=WHAT[job.kind],
        ahead=ahead,
        faults=faults,
        is_study_wrong=any(fault.line for fault in faults),
        said=said(job, ahead),
        tenth=tenth,
        duration=duration,
    )


def fault_of(problem: Problem, study: str) -> Fault:
    """A problem with the line of the study that it is about, where its place is one."""
    found = re.fullmatch(rf".*{re.escape(STUDY)}:(\d+)(?::\d+)?(?:: .*)?", problem.place, re.DOTALL)
    lines = study.splitlines()
    if found is None or not 1 <= int(found[1]) <= len(lines):
        return Fault(problem, None, "")
    line = int(found[1])
    return Fault(problem, line, lines[line - 1].strip())


def said(job: Job, ahead: int) -> tuple[str, str]:
    """(which tenth, what is read out when it is reached)."""
    if job.state is State.WAITING:
        return f"waiting {ahead}", "Waiting."
    if job.state is not State.RUNNING:
        return str(job.state), f"This job is {job.state}."
    if not job.total:
        return "begun", "Getting ready."
    tenth = 10 * job.done // job.total
    return f"{job.doing} {tenth}", f"{job.doing}: {10 * tenth} percent done."


def duration(seconds: float) -> str:
    """A time in words, no finer than anybody plans by."""
    if seconds < 90:
        whole = max(round(seconds), 1)
        return f"{whole} second{'' if whole == 1 else 's'}"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min"


ROUTES = [
    Route("/jobs", jobs),
    Route("/jobs/{job}", job),
    Route("/jobs/{job}/progress", progress),
    Route("/jobs/{job}/cancel", cancel, methods=["POST"]),
    Route("/jobs/{job}/again", again, methods=["POST"]),
]
