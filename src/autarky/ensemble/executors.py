"""Executors: who does the work, behind one interface. Here: this process, or processes on this machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from autarky.errors import InputError, Problem
from autarky.memory import SHARE, free_memory

Task = tuple[int, int]
"""A block of draws: the first, and the one after the last."""
Work = Callable[[Task], bytes]
"""What is done to a task. It travels once to each worker, so it must pickle."""

Made = Generator[tuple[Task, bytes], None, None]
"""Tasks with what became of them, one after the other. Closing it stops the work."""

TRIES = 3
"""Workers a task may outlive; then something about the task kills them, most often too little memory."""

_ALONE = dict.fromkeys(
    ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
"""What keeps a worker to one thread; numpy and numba read it when they are imported."""


class Executor(Protocol):
    """Does work on tasks, at one or more places at once."""

    def room(self) -> int:
        """Bytes of memory that one task may use."""
        ...

    def run(self, work: Work, tasks: Sequence[Task]) -> Made:
        """Each task with what became of it, in order of completion.

        Raises
        ------
        InputError
            If a task costs ``TRIES`` workers their life, or the workers cannot be reached.
        """
        ...


class Serial:
    """One task after the other, in this process."""

    def room(self) -> int:
        """Four fifths of the memory that is free."""
        return int(free_memory() * SHARE)

    def run(self, work: Work, tasks: Sequence[Task]) -> Made:
        """Each task with what became of it, in the order given."""
        for task in tasks:
            yield task, work(task)


class Processes:
    """Processes of their own on this machine, one thread each.

    They are started afresh (*spawn*), as a process that already runs threads cannot be copied safely. One
    that dies is replaced, and its task is tried again.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def room(self) -> int:
        """An equal part, for each worker, of four fifths of the memory that is free."""
        return int(free_memory() * SHARE) // self.workers

    def run(self, work: Work, tasks: Sequence[Task]) -> Made:
        """Each task with what became of it, in order of completion."""
        cargo = pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL)
        waiting, lost = deque(tasks), Counter[Task]()
        busy: dict[Connection, tuple[BaseProcess, Task]] = {}
        try:
            while waiting or busy:
                hired = []
                while waiting and len(busy) < self.workers:
                    pipe, process = _hire()
                    busy[pipe] = process, waiting.popleft()
                    hired.append(pipe)
                for pipe in hired:  # once all of them are starting: a large cargo waits until it is read
                    _send(pipe, cargo)
                    _send(pipe, pickle.dumps(busy[pipe][1]))
                for ready in wait(list(busy)):
                    assert isinstance(ready, Connection)
                    pipe = ready
                    process, task = busy[pipe]
                    try:
                        is_done, value = pickle.loads(pipe.recv_bytes())
                    except (EOFError, OSError):
                        del busy[pipe]
                        process.join()
                        lost[task] += 1
                        if lost[task] >= TRIES:
                            raise too_many_lost(task, f"exit code {process.exitcode}") from None
                        waiting.appendleft(task)
                        continue
                    if not is_done:
                        raise value
                    if waiting:
                        busy[pipe] = process, waiting.popleft()
                        _send(pipe, pickle.dumps(busy[pipe][1]))
                    else:
                        del busy[pipe]
                        pipe.close()
                        process.join()
                    yield task, value
        finally:
            for pipe, (process, _) in busy.items():
                pipe.close()
                process.kill()
                process.join()


def _hire() -> tuple[Connection, BaseProcess]:
    """A new worker that awaits the work, and this end of the pipe to it."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    before = {name: os.environ.get(name) for name in _ALONE}
    os.environ.update(_ALONE)
    # Ctrl-C reaches a whole group of processes, and only the parent decides: workers are born deaf to it.
    # The tracker that the first of them would start takes the mask off again, so it is started before.
    resource_tracker.ensure_running()
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _not_now():
            process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    # Only the worker may hold its end, so that its death closes the pipe.
    there.close()
    return here, process


def _send(pipe: Connection, content: bytes) -> None:
    """Hands something to a worker; one that is dead already is found out where its answer is awaited."""
    with contextlib.suppress(OSError):
        pipe.send_bytes(content)


@contextlib.contextmanager
def _not_now() -> Iterator[None]:
    """Puts Ctrl-C off to the end: a worker must not be left half started.

    A mask alone does not: threads of numerical libraries hear what the main thread does not, and tell it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def _serve(pipe: Connection) -> None:
    """The life of a worker: the work, then task after task, until nobody asks any more."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        work: Work = pickle.loads(pipe.recv_bytes())
        while True:
            task: Task = pickle.loads(pipe.recv_bytes())
            try:
                answer: tuple[bool, Any] = True, work(task)
            except Exception as error:
                answer = False, _portable(error)
            pipe.send_bytes(pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL))
    except (EOFError, OSError):
        return


def _die_with_parent() -> None:
    """A parent that was killed leaves no worker computing for nobody."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _portable(error: Exception) -> Exception:
    """The error if it can travel, else one of the same words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def too_many_lost(task: Task, how: str) -> InputError:
    """What is said when a task has killed ``TRIES`` workers."""
    first, last = task
    what = f"{TRIES} workers that took it up ended before it was done (the last with {how})"
    remedy = "often too little memory: give fewer --workers; the same command resumes"
    return InputError(Problem(f"part {first} to {last - 1}", what, remedy))
