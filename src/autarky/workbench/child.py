"""What a child process does: one job, from its folder to its outcome.

``python -m autarky.workbench.child FOLDER RUNS``. An interruption leaves no outcome: whoever sent it knows
whether the job is cancelled or waits.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from autarky.errors import InfeasibleError, InputError, Problem, StoppedError
from autarky.run_folder import STUDY
from autarky.workbench.jobs import ASKED, PROGRESS, Kind, write_outcome
from autarky.workbench.workspace import Workspace, write_whole

_OFTEN = 0.2
"""Least seconds between two words of progress."""
_ROOM = 0.9
"""Share of the machine's memory that a process of a job may take."""


def work(folder: Path, runs: Path) -> int:
    """Does the job in a folder; its exit code."""
    began = time.monotonic()
    problems: list[Problem] = []
    run = None
    memory = _limit_memory()
    try:
        run = _do(folder, runs, Told(folder))
    except (KeyboardInterrupt, StoppedError):
        return 130
    except (InputError, InfeasibleError) as error:
        problems = list(error.problems)
    except MemoryError:
        what = f"needs more than {memory / 2**30:.1f} GB of memory"
        problems = [Problem("job", what, "ask for fewer draws or days, or close other programs")]
    except Exception as error:
        traceback.print_exc()
        what = f"internal error: {type(error).__name__}: {error}"
        problems = [Problem("job", what, "the job's log.txt says where; report it")]
    write_outcome(folder, run=run, problems=problems, seconds=time.monotonic() - began)
    return 0


class Told:
    """Progress, written for whoever asks: what is done in words, how much of how much, since when."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.last = folder, 0.0
        self.doing, self.first, self.since = "", 0, 0.0

    def __call__(self, doing: str, done: int, total: int) -> None:
        """A word of progress, written if the last is not too fresh."""
        now = time.time()
        if doing != self.doing:
            self.doing, self.first, self.since = doing, done, now
        elif now - self.last < _OFTEN and done < total:
            return
        self.last = now
        told = {
            "doing": doing,
            "done": done,
            "total": total,
            "first": self.first,
            "since": self.since,
            "at": now,
        }
        write_whole(self.folder / PROGRESS, json.dumps(told).encode())


def _do(folder: Path, runs: Path, told: Told) -> str:
    """Id of what the job made."""
    asked = json.loads((folder / ASKED).read_bytes())
    options, path = dict(asked["options"]), folder / STUDY
    if path.exists():
        _refuse_outside(path, Workspace(folder.parents[2], runs))
    kind = Kind(asked["kind"])
    # What is imported here takes a while.
    if kind is Kind.RUN:
        from autarky.study import run_study

        return run_study(path, runs, **options, progress=_prefixed("simulating", told)).id
    if kind is Kind.LIFELINES:
        from autarky.study import keep_first

        return keep_first(path, runs, **options, progress=told).id
    if kind is Kind.ENSEMBLE:
        from autarky.study import run_draws

        def drawn(done: int, total: int) -> None:
            told("simulating draws", done, total)

        return run_draws(path, runs, **options, progress=drawn).id
    if kind is Kind.PLAN:
        from autarky.planner import Asked, plan_study

        workers = options.pop("workers", None)
        progress = _prefixed("planning", told)
        return plan_study(path, runs, asked=Asked(**options), workers=workers, progress=progress).id
    from autarky.comparer import compare_any

    names = options.pop("what", None) or [str(path)]
    return compare_any(names, runs, **options, progress=_prefixed("comparing", told)).id


def _prefixed(word: str, told: Told) -> Callable[[str, int, int], None]:
    return lambda what, done, total: told(f"{word}: {what}", done, total)


def _refuse_outside(path: Path, workspace: Workspace) -> None:
    from autarky.study_file import read_study
    from autarky.workbench.studies import refuse_outside

    refuse_outside(read_study(path), workspace)


def _limit_memory() -> int:
    """What this process, and each that it begins, may take: too much is an error here, and not the end of
    the server beside it."""
    memory = int(_ROOM * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        memory = min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))
    return memory


def _main(arguments: list[str]) -> int:
    # A shell that starts a server in the background has told it, and so us, to ignore interruptions.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.nice(5)
    return work(Path(arguments[0]), Path(arguments[1]))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
