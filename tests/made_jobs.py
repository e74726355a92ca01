"""Studies small enough for a job of some seconds, and waiting for what jobs do."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from autarky.workbench.jobs import Job, Jobs, State
from autarky.workbench.workspace import Workspace

T = TypeVar("T")

STUDY = b"""\
version: 1
title: Petroleum stops
economy: {embedded: north-korea-2019}
scenario:
  start: 2020-01-01
  days: 40
  shocks:
    - {kind: trade_cut, origin: CHINA, products: petroleum, share_kept: 0.3, from: 2020-01-10}
  behaviour: {inventory_days: 5}
uncertainty:
  draws: 120
  seed: 1
  parameters:
    - name: petroleum kept
      distribution: {kind: uniform, low: 0.0, high: 0.6}
      source: assumption
      sets: "shocks[0].share_kept"
"""
LONG = STUDY.replace(b"days: 40", b"days: 300").replace(b"draws: 120", b"draws: 4000")
"""Nobody waits for its end."""
WRONG = STUDY.replace(b"origin: CHINA", b"origin: CHNIA")


def jobs_in(folder: Path, **options: float) -> Jobs:
    """The queue of a workspace; nothing is begun."""
    return Jobs(Workspace(folder, folder / "runs"), **options)


def waited(told: Callable[[], T], seconds: float = 120) -> T:
    """What is told once it is not nothing."""
    upto = time.monotonic() + seconds
    while not (found := told()):
        assert time.monotonic() < upto, "waited in vain"
        time.sleep(0.02)
    return found


def until_over(jobs: Jobs, job: Job) -> Job:
    """A job once it is over."""
    return waited(lambda: found if (found := jobs.job(job.id)).is_over else None)


def until_under_way(jobs: Jobs, job: Job, done: int = 0) -> Job:
    """A job once it runs and has told of more than so much."""
    return waited(
        lambda: found if (found := jobs.job(job.id)).state is State.RUNNING and found.done > done else None
    )


def worker(jobs: Jobs, job: Job) -> int:
    """Process group of a job that runs."""
    return int(waited((jobs.workspace.kept("jobs", job.id) / "lock").read_text))


def kill(group: int) -> None:
    """As a machine that is out of memory does it."""
    os.killpg(group, signal.SIGKILL)
