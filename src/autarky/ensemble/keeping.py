"""Keeping: blocks that lie in a folder are read, the others are made and, where there is a folder, kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from autarky.ensemble.blocks import file_name, is_of_plan, write_atomically
from autarky.ensemble.executors import Executor, Serial, Task, Work
from autarky.errors import InputError, Problem, StoppedError

Progress = Callable[[int, int], None]
"""Told (scenarios done, scenarios in all) after every block."""


def kept_blocks(
    work: Callable[[Executor], Work],
    plan: str,
    every: Sequence[Task],
    *,
    folder: Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[Task, bytes]]:
    """Each block with its bytes, as they come; the same bytes whoever makes them.

    Blocks lie in a folder that is called after the plan, so that many plans share ``folder``; without one
    nothing is kept. A block that is damaged, or of another plan, is made again. A single block is made in
    this process: a worker takes seconds to start.

    Raises
    ------
    InputError
        If workers cannot do their work.
    OSError
        If a block cannot be written.
    """
    home = None if folder is None else home_of(folder, plan)
    there: list[Task] = []
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        there = [task for task in every if is_of_plan(home / file_name(task), plan)]
    missing = [task for task in every if task not in there]
    total, done = every[-1][1], sum(last - first for first, last in there)
    if progress is not None:
        progress(done, total)
    if home is not None:
        yield from ((task, (home / file_name(task)).read_bytes()) for task in there)
    if not missing:
        return
    doer = executor if executor is not None and len(missing) > 1 else Serial()
    with closing(doer.run(work(doer), missing)) as made:
        for task, content in made:
            if home is not None:
                write_atomically(home / file_name(task), content)
            done += task[1] - task[0]
            if progress is not None:
                progress(done, total)
            yield task, content


def home_of(folder: Path, plan: str) -> Path:
    """Where in ``folder`` the blocks of a plan lie."""
    return folder / plan[:16]


@contextmanager
def resumable(
    plan: str, every: Sequence[Task], what: str, *, folder: Path | None, command: str
) -> Iterator[None]:
    """Inside, an interruption or a full disk is told with how many of ``what`` are kept and how to go on.

    Without a folder nothing is kept, and an interruption stays what it is.

    Raises
    ------
    StoppedError
        If the user stops it.
    InputError
        If the folder cannot be written or read.
    """
    try:
        yield
    except (KeyboardInterrupt, OSError) as error:
        if folder is None:
            raise
        home, total = home_of(folder, plan), every[-1][1]
        done = sum(last - first for first, last in every if (home / file_name((first, last))).exists())
        kept = f"{done} of {total} {what} are done and kept in {folder}"
        if isinstance(error, KeyboardInterrupt):
            place = " ".join(command.split()[:2])
            raise StoppedError(Problem(place, f"interrupted: {kept}", f"to resume: {command}")) from error
        why = f"cannot be written or read: {error.strerror or error}; {kept}"
        raise InputError(Problem(str(folder), why, f"put that right, then: {command}")) from error
