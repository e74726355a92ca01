"""Jobs: work that takes a while, done by child processes one after the other; a restart loses none.

``.autarky/jobs/<id>/{job.json, study.yaml, lock, progress.json, log.txt, outcome.json}``, and ``cancel`` once
it was cancelled. The folder is the truth. Whoever works on a job holds the lock: a child that outlives its
server goes on, and the next server finds it at work; where nobody holds it and there is no outcome, the job
waits.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from autarky.errors import InputError, Problem
from autarky.run_folder import STUDY
from autarky.workbench.workspace import NotThere, Workspace, write_whole

ASKED, LOCK, PROGRESS, OUTCOME, LOG, CANCEL = (
    "job.json",
    "lock",
    "progress.json",
    "outcome.json",
    "log.txt",
    "cancel",
)
MOST_WAITING = 20
"""Jobs that may wait at a time."""
SECONDS = 2 * 3600.0
"""Longest that a job may run at a stretch."""
_GRACE = 5.0
"""Seconds from the request to stop to the end without asking."""
_LOOK = 0.2
"""Seconds between looks at who works."""


class Kind(StrEnum):
    """What a job does, each as the command of that name."""

    RUN = "run"
    LIFELINES = "lifelines"
    ENSEMBLE = "ensemble"
    PLAN = "plan"
    COMPARE = "compare"


class State(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Job:
    """A job as it stands."""

    id: str
    kind: Kind
    title: str
    options: Mapping[str, Any]
    study: str | None
    """Id of the study it was started from, to go back to."""
    created: str
    state: State
    doing: str = ""
    """What is being done, in words."""
    done: int = 0
    total: int = 0
    run: str | None = None
    """Id of what it made, once it is done."""
    problems: tuple[Problem, ...] = field(default=())
    """Why it failed."""
    command: str = ""
    """The same on a command line."""
    elapsed: float = 0.0
    """Seconds since it began, or that it took; a job that was taken up again counts from then."""
    remaining: float | None = None
    """Seconds until what is being done is done, at the pace so far; None where nothing is known."""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it will change any more."""
        return self.state not in (State.WAITING, State.RUNNING)


class Jobs:
    """The queue. Two servers on one workspace share it: it is the folders."""

    def __init__(self, workspace: Workspace, *, seconds: float = SECONDS) -> None:
        self.workspace, self.seconds = workspace, seconds
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._watch: threading.Thread | None = None
        self._child: tuple[str, subprocess.Popen[bytes]] | None = None
        self._asked_to_stop: dict[str, float] = {}
        self._late: set[str] = set()
        self._over: dict[str, Job] = {}
        self._unwritten: dict[str, Problem] = {}

    def begin(self) -> None:
        """Takes up what was waiting or running when the workbench stopped."""
        self._watch = threading.Thread(target=self._keep_working, name="jobs", daemon=True)
        self._watch.start()

    def start(
        self,
        kind: Kind,
        title: str,
        content: bytes = b"",
        *,
        study: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Job:
        """Puts a job at the end of the queue. ``content``: the study file as it is now. ``options``: as the
        keyword arguments of the public function (draws, budget, candidates, frontier, what=[runs] …).

        Raises
        ------
        InputError
            If too many are waiting, or the folder cannot be written.
        """
        with self._starting:
            waiting = sum(job.state is State.WAITING for job in self.jobs())
            if waiting >= MOST_WAITING:
                what = f"{waiting} jobs are waiting already"
                raise InputError(Problem("workbench", what, "wait for one to end, or cancel one"))
            asked = {
                "kind": str(kind),
                "title": title,
                "options": dict(options or {}),
                "study": study,
                "created": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            try:
                folder = self.workspace.new("jobs")
                try:
                    if content:
                        write_whole(folder / STUDY, content)
                    # Last: a folder without it is no job yet.
                    write_whole(folder / ASKED, json.dumps(asked, indent=1).encode())
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
            except OSError as error:
                raise InputError(_unwritable(self.workspace.hidden, error)) from error
        self._wake.set()
        return self.job(folder.name)

    def again(self, name: str) -> Job:
        """The same once more, as a job of its own; an ensemble goes on from the draws that are done.

        Raises
        ------
        NotThere
            If there is no such job.
        InputError
            As ``start``.
        """
        job, study = self.job(name), self.workspace.kept("jobs", name) / STUDY
        content = study.read_bytes() if study.is_file() else b""
        return self.start(job.kind, job.title, content, study=job.study, options=job.options)

    def job(self, name: str) -> Job:
        """A job by its id.

        Raises
        ------
        NotThere
            If there is none.
        """
        if name in self._over and (self.workspace.hidden / "jobs" / name).is_dir():
            return self._over[name]
        folder = self.workspace.kept("jobs", name)
        asked = _read(folder / ASKED)
        if not asked:
            raise NotThere(f"no job {name!r}")
        job = Job(
            name,
            Kind(asked["kind"]),
            asked["title"],
            asked["options"],
            asked["study"],
            asked["created"],
            State.WAITING,
            command=command_of(Kind(asked["kind"]), asked["options"], folder, self.workspace),
        )
        # Before the outcome: a child lets go of the lock after it has written what it came to.
        is_running = _is_held(folder / LOCK)
        told, outcome = _read(folder / PROGRESS), _read(folder / OUTCOME)
        job = replace(job, done=told.get("done", 0), total=told.get("total", 0), doing=told.get("doing", ""))
        if outcome:
            problems = tuple(Problem(*problem) for problem in outcome["problems"])
            state = State.FAILED if problems else State.DONE
            run, elapsed = outcome["run"], outcome["seconds"]
            job = replace(job, state=state, run=run, problems=problems, elapsed=elapsed)
            self._over[name] = job
        elif is_running:
            now = time.time()
            job = replace(
                job,
                state=State.RUNNING,
                doing="stopping" if (folder / CANCEL).exists() else job.doing,
                elapsed=max(now - _since(folder), 0.0),
                remaining=remaining_of(told, now),
            )
        elif (folder / CANCEL).exists():
            job = replace(job, state=State.CANCELLED)
        elif name in self._unwritten:
            job = replace(job, state=State.FAILED, problems=(self._unwritten[name],))
        return job

    def jobs(self) -> list[Job]:
        """All of them, the newest first."""
        found = []
        for name in self.workspace.names("jobs"):
            with contextlib.suppress(NotThere):
                found.append(self.job(name))
        return found

    def cancel(self, name: str) -> None:
        """Stops a job that waits or runs; what an ensemble has done so far is kept.

        Raises
        ------
        NotThere
            If there is none.
        InputError
            If the folder cannot be written.
        """
        job = self.job(name)
        if job.is_over:
            return
        folder = self.workspace.kept("jobs", name)
        try:
            (folder / CANCEL).touch()
        except OSError as error:
            raise InputError(_unwritable(folder, error)) from error
        self._wake.set()

    def close(self) -> None:
        """Stops the children; what they did not finish is taken up by the next ``begin``."""
        self._closing = True
        self._wake.set()
        if self._watch is not None:
            self._watch.join()

    def _keep_working(self) -> None:
        while not self._closing:
            try:
                self._look()
            except OSError as error:  # a full disk must not end the queue
                print(f"autarky serve: jobs: {error}", file=sys.stderr)
            self._wake.wait(_LOOK)
            self._wake.clear()
        if self._child is not None:
            child = self._child[1]
            _send(child.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE)
            _send(child.pid, signal.SIGKILL)
            child.wait()
            self._child = None

    def _look(self) -> None:
        """Once: who works, whether it has to stop, who comes next."""
        if self._child is not None and self._child[1].poll() is not None:
            self._ended(*self._child)
            self._child = None
        jobs = self.jobs()
        running = [job for job in jobs if job.state is State.RUNNING]
        for job in running:
            self._stop_if_need_be(job)
        waiting = []
        for job in jobs:
            if job.state is State.WAITING and job.id in self._late:
                self._fail(job.id, self._too_long())
            elif job.state is State.WAITING:
                waiting.append(job)
        if waiting and not running and self._child is None:
            first = min(waiting, key=lambda job: job.id)
            folder = self.workspace.kept("jobs", first.id)
            try:
                self._work_on(folder)
            except OSError as error:
                self._unwritten[first.id] = _unwritable(folder, error)

    def _work_on(self, folder: Path) -> None:
        (folder / PROGRESS).unlink(missing_ok=True)
        with (folder / LOCK).open("a") as lock, (folder / LOG).open("ab") as log:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # another server was faster, or somebody is just looking
            if (folder / OUTCOME).exists() or (folder / CANCEL).exists():
                return
            # Nobody may take the one who held it before for the one who holds it now.
            os.truncate(folder / LOCK, 0)
            command = [sys.executable, "-m", "autarky.workbench.child", str(folder), str(self.workspace.runs)]
            # The lock goes to the child: held from now to its end, whatever becomes of this process.
            child = subprocess.Popen(
                command,
                cwd=self.workspace.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )
            lock.write(str(child.pid))
        self._child = (folder.name, child)

    def _stop_if_need_be(self, job: Job) -> None:
        """One who runs and was cancelled, or takes too long: asked first, then ended."""
        folder = self.workspace.kept("jobs", job.id)
        if job.elapsed > self.seconds:
            self._late.add(job.id)
        pid = _worker(folder)
        if pid is None or not (job.id in self._late or (folder / CANCEL).exists()):
            return
        now = time.monotonic()
        if job.id not in self._asked_to_stop:
            self._asked_to_stop[job.id] = now
            _send(pid, signal.SIGINT)
        elif now - self._asked_to_stop[job.id] > _GRACE:
            _send(pid, signal.SIGKILL)

    def _ended(self, name: str, child: subprocess.Popen[bytes]) -> None:
        """A child is gone: if it left no outcome and nobody stopped it, that is the outcome."""
        _send(child.pid, signal.SIGKILL)  # what it had begun and left behind
        folder = self.workspace.hidden / "jobs" / name
        stopped = self._asked_to_stop.pop(name, None) is not None
        if stopped or not folder.is_dir() or (folder / OUTCOME).exists():
            return
        code = child.returncode
        what = f"its process was stopped ({signal.strsignal(-code)})" if code < 0 else "its process broke off"
        remedy = f"see {folder / LOG}; with little memory or disk, ask for fewer draws or days"
        self._fail(name, Problem("job", what, remedy))

    def _too_long(self) -> Problem:
        limit = f"{self.seconds / 3600:g} hours" if self.seconds >= 3600 else f"{self.seconds:g} seconds"
        remedy = "ask for less; or start it again: draws that are done are kept"
        return Problem("job", f"took more than {limit} and was stopped", remedy)

    def _fail(self, name: str, problem: Problem) -> None:
        try:
            write_outcome(self.workspace.hidden / "jobs" / name, problems=[problem])
        except InputError as error:
            # A disk that is full: told as long as this server lives, tried again by the next.
            self._unwritten[name] = error.problems[0]


def write_outcome(
    folder: Path, *, run: str | None = None, problems: Sequence[Problem] = (), seconds: float = 0.0
) -> None:
    """What a job came to, as its last word."""
    told = [[problem.place, problem.what, problem.remedy] for problem in problems]
    outcome = {"run": run, "problems": told, "seconds": round(seconds, 3)}
    write_whole(folder / OUTCOME, json.dumps(outcome, indent=1).encode())


def remaining_of(told: Mapping[str, Any], now: float) -> float | None:
    """Seconds that remain at the pace since the first word about what is being done."""
    count = told.get("done", 0) - told.get("first", 0)
    seconds = told.get("at", now) - told.get("since", now)
    if count <= 0 or seconds <= 0:
        return None
    left = (told["total"] - told["done"]) * seconds / count - (now - told["at"])
    return max(left, 0.0) if math.isfinite(left) else None


def command_of(kind: Kind, options: Mapping[str, Any], folder: Path, workspace: Workspace) -> str:
    """What to type in the workspace's folder to get the same."""
    words = ["autarky", str(kind)]
    words += options["what"] if options.get("what") else [_short(folder / STUDY, workspace.folder)]
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if name in NEGATED:
            words += [] if value else [f"--no-{name}"]
        elif name != "what" and value is not None and value is not False:
            words += [flag] if value is True else [flag, str(value)]
    if workspace.runs != workspace.folder / "runs":
        words += ["--runs", str(workspace.runs)]
    return shlex.join(words)


NEGATED = ("variants", "days")
"""Options that are on unless the command line says --no-…"""


def _short(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _read(path: Path) -> dict[str, Any]:
    """A JSON file that is written whole; empty if it is not there."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("rb") as handle:
            # Shared: those who look are not in each other's way.
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _worker(folder: Path) -> int | None:
    """Process group of the child that holds the lock."""
    try:
        told = (folder / LOCK).read_text(encoding="ascii")
    except OSError:
        return None
    # Of 0 and 1 a signal would reach others.
    return int(told) if re.fullmatch(r"[0-9]{1,10}", told) and int(told) > 1 else None


def _since(folder: Path) -> float:
    """When the child that holds the lock began: nothing is written to it afterwards."""
    try:
        return (folder / LOCK).stat().st_mtime
    except OSError:
        return time.time()


def _send(pid: int, what: signal.Signals) -> None:
    """To the child and the processes it has begun; one that is gone needs no signal."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, what)


def _unwritable(path: Path, error: OSError) -> Problem:
    what = f"cannot be written: {error.strerror or error}"
    return Problem(str(path), what, "check its permissions and the room on the disk")
