"""A warm process: short work that must answer at once (levers, why, a study checked while it is typed).

It has loaded the engine beforehand, so an answer takes what the simulation takes; the process that serves
pages never waits for one. Work that takes too long is stopped, and the process begun anew.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from autarky.errors import InputError, Problem

P = ParamSpec("P")
T = TypeVar("T")

SECONDS = 60.0
"""Longest that short work may take."""


class Warm:
    """One process, used by all pages in turn. ``call`` blocks: handlers that use it are plain functions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def begin(self) -> None:
        """Loads the engine in the background, so that the first to ask need not wait for it."""
        self._running().submit(_load)

    def call(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """What ``work`` (a function of a module, its values picklable) returns; its errors are raised here.

        Raises
        ------
        InputError
            If it takes too long, or its process is killed.
        """
        pool = self._running()
        try:
            return pool.submit(work, *given, **named).result(SECONDS)
        except TimeoutError as error:
            self._drop(pool)
            what = f"takes more than {SECONDS:.0f} seconds"
            raise InputError(Problem("workbench", what, "run it as a job instead")) from error
        except BrokenProcessPool as error:
            self._drop(pool)
            what = "the process that answers at once was stopped"
            raise InputError(
                Problem("workbench", what, "ask again; with little memory, run it as a job")
            ) from error

    def close(self) -> None:
        """Stops the process."""
        if self._pool is not None:
            self._drop(self._pool)

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1, multiprocessing.get_context("spawn"), initializer=_end_with_parent
                )
            return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Lets this process end when the one that serves pages does, even if that is killed."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _load() -> None:
    """Everything that a simulation needs, its kernels compiled: one short run of the embedded study."""
    from autarky import answer, read_study, simulate
    from autarky.study_file import packaged_study

    study = read_study(packaged_study("border-closure-2020"))
    answer(simulate(study.read_economy(), study.scenario_to_run))
