"""Jobs: work that takes a while, done by child processes one after the other; a restart loses none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from autarky.errors import Problem
from autarky.workbench.workspace import Workspace


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


class Jobs:
    """The queue."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def begin(self) -> None:
        """Takes up what was waiting or running when the workbench stopped."""
        raise NotImplementedError

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
            If too many are waiting.
        """
        raise NotImplementedError

    def job(self, name: str) -> Job:
        """A job by its id.

        Raises
        ------
        LookupError
            If there is none.
        """
        raise NotImplementedError

    def jobs(self) -> list[Job]:
        """All of them, the newest first."""
        raise NotImplementedError

    def cancel(self, name: str) -> None:
        """Stops a job that waits or runs; what an ensemble has done so far is kept."""
        raise NotImplementedError

    def close(self) -> None:
        """Stops the children; what they did not finish is taken up by the next ``begin``."""
        raise NotImplementedError
