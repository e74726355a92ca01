"""Plans under draws: each draw once, kept, and the same whoever makes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from autarky.ensemble.executors import Made, Serial, Task, Work
from autarky.ensemble.plans import DrawnPlans, plan_under_draws
from autarky.planning.posing.section import PlanSection
from autarky.study_file import packaged_study, read_study


class Counting(Serial):
    """Does the work, and remembers which."""

    def __init__(self) -> None:
        self.done: list[Task] = []

    def run(self, work: Work, tasks: Sequence[Task]) -> Made:
        self.done += tasks
        yield from super().run(work, tasks)


def plans(draws: int = 10, seed: int = 0) -> DrawnPlans:
    section = read_study(packaged_study("plan")).plan
    assert isinstance(section, PlanSection)
    return DrawnPlans(section, "island", None, (), draws, seed)


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    first = Counting()
    told = plan_under_draws(plans(), tmp_path, first)
    assert first.done == [(0, 4), (4, 8), (8, 10)]
    assert (told.draws, told.feasible) == (10, 10)
    files = sorted(tmp_path.iterdir())
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes().replace(b"start", b"stort", 1))
    again = Counting()
    seen: list[tuple[int, int]] = []
    assert plan_under_draws(plans(), tmp_path, again, progress=lambda *done: seen.append(done)) == told
    assert again.done == [(0, 4), (4, 8)]
    assert seen == [(2, 10), (6, 10), (10, 10)]
    other = Counting()
    plan_under_draws(plans(seed=1), tmp_path, other)
    assert other.done == first.done


def test_steps_are_counted_by_the_share_of_draws_in_which_they_appear(tmp_path: Path) -> None:
    told = plan_under_draws(plans(), tmp_path, Serial())
    shares = [share for *_, share in told.steps]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1.0 and shares[-1] >= 0.1
    blocks = [json.loads(path.read_bytes())["draws"] for path in sorted(tmp_path.iterdir())]
    drawn = [draw for block in blocks for draw in block]
    period, act, what, share = told.steps[-1]
    assert share == pytest.approx(sum([period, act, what] in draw["steps"] for draw in drawn) / 10)
    assert told.coverage[0] <= told.coverage[1] <= told.coverage[2]
    assert len({draw["coverage"] for draw in drawn}) > 1


def test_a_draw_that_fails_is_counted_and_ends_nothing(tmp_path: Path) -> None:
    section = plans().section.model_copy(update={"must_hold": ("livelihood",)})
    told = plan_under_draws(DrawnPlans(section, "island", None, (), 10, 0), tmp_path, Serial())
    assert told.draws == 10
    assert 0 < told.feasible < 10
