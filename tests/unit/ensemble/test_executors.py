"""Executors: the same bytes from each, a worker may die, and nobody is left working."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from autarky.ensemble import Executor, Processes, Serial
from autarky.ensemble.executors import TRIES
from autarky.errors import InputError, ScenarioError
from made_draws import Deadly, Slow, Threads, Toy, Wrong

TASKS = [(first, first + 3) for first in range(0, 30, 3)]
EXECUTORS = [Serial(), Processes(1), Processes(2), Processes(3)]
NAMES = ["serial", "1 process", "2 processes", "3 processes"]


@pytest.mark.parametrize("executor", EXECUTORS, ids=NAMES)
def test_every_task_comes_back_once_with_the_same_bytes(executor: Executor) -> None:
    made = list(executor.run(Toy(), TASKS))
    assert sorted(task for task, _ in made) == TASKS
    assert all(content == Toy()(task) for task, content in made)
    assert list(executor.run(Toy(), [])) == []


@pytest.mark.parametrize("lives", [1, TRIES - 1])
def test_a_worker_that_is_killed_is_replaced_and_its_task_done(tmp_path: Path, lives: int) -> None:
    for life in range(lives):
        (tmp_path / str(life)).touch()
    made = dict(Processes(2).run(Deadly(tmp_path, TASKS[3]), TASKS))
    assert made == {task: Toy()(task) for task in TASKS}
    assert list(tmp_path.iterdir()) == []


def test_a_task_that_kills_every_worker_is_named_and_given_up(tmp_path: Path) -> None:
    for life in range(TRIES):
        (tmp_path / str(life)).touch()
    with pytest.raises(InputError, match=r"part 9 to 11: 3 workers .* exit code -9.*same command resumes"):
        list(Processes(2).run(Deadly(tmp_path, TASKS[3]), TASKS))


def test_an_error_in_a_worker_arrives_as_it_was() -> None:
    with pytest.raises(ScenarioError) as caught:
        list(Processes(1).run(Wrong(), TASKS))
    assert [problem.place for problem in caught.value.problems] == ["here", "there"]


def test_a_worker_has_one_thread_and_the_parent_keeps_its_own() -> None:
    before = dict(os.environ)
    assert dict(Processes(1).run(Threads(), TASKS[:1])) == {TASKS[0]: b"1"}
    assert dict(os.environ) == before


def test_closing_the_iterator_leaves_no_worker_behind(tmp_path: Path) -> None:
    made = Processes(2).run(Slow(0.2, tmp_path), TASKS)
    next(made)
    began = time.monotonic()
    made.close()
    assert time.monotonic() - began < 2
    workers = [int(path.name) for path in tmp_path.iterdir()]
    assert workers
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_workers_share_the_room_there_is() -> None:
    alone, shared = Serial().room(), Processes(4).room()
    assert shared == pytest.approx(alone / 4, rel=0.2)
