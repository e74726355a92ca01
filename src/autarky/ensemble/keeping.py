"""Keeping: blocks that lie in a folder are read, the others are made and, where there is a folder, kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from autarky.ensemble.blocks import file_name, is_of_plan, write_atomically
from autarky.ensemble.executors import Executor, Serial, Task, Work

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
    home = None if folder is None else folder / plan[:16]
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
