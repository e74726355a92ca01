"""What a loss shared out over its causes must obey, simulated on small economies."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.ensemble import Serial
from autarky.ensemble.executors import Made, Task, Work
from autarky.errors import InputError, Problem, ScenarioError, StoppedError
from autarky.explanation.attribution import Attribution
from autarky.explanation.sharing_out import attribute
from autarky.scenario import Scenario
from autarky.simulation import simulate_panel
from autarky.uncertainty import Draws, Uncertainty, draw_up
from cases import Case, cases, law
from made_economies import make_shocks
from small_economies import START, chain

CLOSURE = {"kind": "trade_cut", "origin": "CHINA", "share_kept": 0, "from": "2020-01-10"}
FIRE = {"kind": "capacity_loss", "sectors": ["mine"], "share": 0.3, "from": "2020-02-01"}
THRIFT = {"kind": "demand_change", "users": ["households"], "factor": 0.8, "from": "2020-03-01"}
NOTHING = {"kind": "demand_change", "users": ["households"], "factor": 1, "from": "2020-03-01"}


def _scenario(*shocks: dict[str, Any], **given: Any) -> Scenario:
    return Scenario.model_validate(
        {"name": "several", "start": START, "days": 120, "shocks": list(shocks), **given}
    )


def _parts(found: Attribution, loss: int = 0) -> dict[str, float]:
    return {part.cause: part.part for part in found.losses[loss].parts}


def _of(shock: dict[str, Any], cause: str) -> dict[str, Any]:
    return {**shock, "cause": cause}


@law(8)
@given(cases(), st.integers(0, 2**32 - 1))
def test_parts_add_up_to_what_is_lost(case: Case, seed: int) -> None:
    economy = case.economy()
    scenario = case.scenario(30, make_shocks(np.random.default_rng(seed), economy, 30))
    if not scenario.shocks:
        return
    for pairs in ({}, {"most_exact": 0, "pairs": 2}):
        found = attribute(economy, scenario, **pairs)  # type: ignore[arg-type]
        measured = simulate_panel(economy, [scenario])["measured"].sel(draw=0)
        none = scenario.model_copy(update={"shocks": (), "exempt": ()})
        before = simulate_panel(economy, [none])["measured"].sel(draw=0)
        for loss, measure in zip(found.losses, ("gdp_lost", "consumption_lost"), strict=False):
            lost = float(measured.sel(measure=measure) - before.sel(measure=measure))
            assert loss.total == pytest.approx(lost, abs=1e-12)
            assert sum(part.part for part in loss.parts) == pytest.approx(lost, abs=1e-9)
        for row in (*found.months, *found.industries, *found.needs):
            assert sum(row.parts) == pytest.approx(row.total, abs=1e-9)
        assert sum(row.total for row in found.industries) == pytest.approx(found.losses[0].total, abs=1e-6)


def test_months_add_up_to_the_run() -> None:
    found = attribute(chain(), _scenario(CLOSURE, FIRE))
    days = [31, 29, 31, 29]  # January to 29 April 2020
    assert [row.code for row in found.months] == ["2020-01", "2020-02", "2020-03", "2020-04"]
    for k, part in enumerate(found.losses[0].parts):
        months = sum(row.parts[k] * length for row, length in zip(found.months, days, strict=True))
        assert months / 120 == pytest.approx(part.part, abs=1e-12)


def test_two_causes_that_do_the_same_get_the_same() -> None:
    found = attribute(chain(), _scenario(_of(FIRE, "one"), _of(CLOSURE, "border"), _of(FIRE, "other")))
    for k in range(2):
        parts = _parts(found, k)
        assert parts["one"] == pytest.approx(parts["other"], abs=1e-12)
    assert _parts(found)["one"] > 0.01


def test_a_cause_that_does_nothing_gets_nothing() -> None:
    found = attribute(chain(), _scenario(CLOSURE, _of(NOTHING, "a rumour"), FIRE))
    for k in range(2):
        part = next(part for part in found.losses[k].parts if part.cause == "a rumour")
        assert (part.part, part.alone, part.last, part.least, part.most) == pytest.approx((0,) * 5, abs=1e-12)
    assert found.losses[0].total > 0.1


def test_the_order_of_shocks_decides_nothing() -> None:
    shocks = [_of(CLOSURE, "border"), _of(FIRE, "fire"), _of(THRIFT, "thrift"), _of(NOTHING, "fire")]
    one = attribute(chain(), _scenario(*shocks))
    other = attribute(chain(), _scenario(*reversed(shocks)))
    for k in range(2):
        assert _parts(one, k) == pytest.approx(_parts(other, k), abs=1e-12)
    assert {cause.name for cause in one.causes} == {"border", "fire", "thrift"}


def test_shocks_of_one_cause_come_and_go_together() -> None:
    found = attribute(chain(), _scenario(_of(CLOSURE, "both"), _of(FIRE, "both")))
    (part,) = found.losses[0].parts
    assert found.sets == 2
    assert part.part == part.alone == part.last == found.losses[0].total
    assert len(found.causes[0].shocks) == 2


def test_a_shock_without_a_cause_is_one_of_its_own_in_words() -> None:
    found = attribute(chain(), _scenario(_of(CLOSURE, "border"), FIRE))
    assert [cause.name for cause in found.causes] == [
        "border",
        "shock 2: mine can make 30 % less from 1 Feb 2020 on",
    ]


def test_sampled_orders_agree_with_all_of_them() -> None:
    scenario = _scenario(
        _of(CLOSURE, "border"),
        _of(FIRE, "fire"),
        _of(THRIFT, "thrift"),
        {"kind": "capacity_loss", "sectors": ["shop"], "share": 0.2, "from": "2020-02-10", "cause": "flood"},
    )
    whole = attribute(chain(), scenario)
    some = attribute(chain(), scenario, most_exact=3, pairs=30, seed=7)
    assert (whole.orders, some.orders, some.seed) == (None, 60, 7)
    for exactly, sampled in zip(whole.losses, some.losses, strict=True):
        for mine, theirs in zip(exactly.parts, sampled.parts, strict=True):
            assert abs(mine.part - theirs.part) <= 4 * theirs.error + 1e-12
            assert (mine.alone, mine.last) == (theirs.alone, theirs.last)
        assert sampled.pairs == ()
        assert any(part.error > 0 for part in sampled.parts)


def test_alone_and_last_lie_between_the_least_and_the_most() -> None:
    found = attribute(chain(), _scenario(CLOSURE, FIRE, THRIFT))
    for loss in found.losses:
        for part in loss.parts:
            for told in (part.alone, part.last, part.part):
                assert part.least - 1e-12 <= told <= part.most + 1e-12


def test_an_exemption_goes_with_the_cut_it_spares() -> None:
    scenario = _scenario(CLOSURE, FIRE, exempt=[{"origin": "CHINA", "products": ["ore"]}])
    kept = attribute(chain(), scenario)
    without = attribute(chain(), _scenario(CLOSURE, FIRE))
    assert kept.losses[1].total < without.losses[1].total
    assert sum(_parts(kept).values()) == pytest.approx(kept.losses[0].total, abs=1e-12)


def test_what_is_lost_with_no_cause_is_nobodys() -> None:
    scenario = _scenario(CLOSURE, FIRE, behaviour={"initial_stocks": 0.2, "inventory_days": 30})
    found = attribute(chain(), scenario)
    loss = found.losses[0]
    assert abs(loss.without) > 1e-3
    assert sum(part.part for part in loss.parts) == pytest.approx(loss.total, abs=1e-12)
    assert any("nobody's part" in note for note in found.notes)


def test_days_before_the_first_that_counts_do_not_count() -> None:
    scenario = _scenario(CLOSURE, FIRE)
    found = attribute(chain(), scenario, since=datetime.date(2020, 3, 1))
    assert (found.since, found.days) == ("2020-03-01", 60)
    by_day = 1 - simulate_panel(chain(), [scenario])["gdp"].values[0, 60:]
    assert found.losses[0].total == pytest.approx(by_day.mean(), abs=1e-12)
    with pytest.raises(InputError, match="outside the run"):
        attribute(chain(), scenario, since=datetime.date(2021, 3, 1))


class _Backwards(Serial):
    """Does the work in another order, as several workers may."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def run(self, work: Work, tasks: Sequence[Task]) -> Made:
        self.tasks += tasks
        return super().run(work, tasks[::-1])


def _four() -> Scenario:
    return _scenario(CLOSURE, FIRE, THRIFT, _of(NOTHING, "a rumour"))


def test_no_number_depends_on_who_does_the_work() -> None:
    workers = _Backwards()
    assert attribute(chain(), _four(), executor=workers) == attribute(chain(), _four())
    assert len(workers.tasks) > 1


def test_what_was_simulated_is_not_simulated_again(tmp_path: Path) -> None:
    first = attribute(chain(), _four(), folder=tmp_path)
    blocks = sorted(tmp_path.rglob("*.nc"))
    assert len(blocks) == 2
    blocks[0].write_bytes(b"damaged")
    workers, done = _Backwards(), []
    again = attribute(
        chain(),
        _four(),
        folder=tmp_path,
        executor=workers,
        progress=lambda what, so_far, of: done.append((so_far, of)),
    )
    assert again == first
    assert done == [(8, 16), (16, 16)]
    other = _scenario(CLOSURE, FIRE, THRIFT, _of(FIRE, "another fire"))
    assert attribute(chain(), other, folder=tmp_path) != first


def test_draws_give_ranges_of_the_parts() -> None:
    scenario = _scenario(_of(CLOSURE, "border"), _of(FIRE, "fire"))
    uncertainty = Uncertainty.model_validate(
        {
            "draws": 5,
            "parameters": [
                {
                    "name": "what burnt",
                    "distribution": {"kind": "uniform", "low": 0, "high": 0.6},
                    "source": "assumption: made by hand",
                    "sets": "shocks[1].share",
                }
            ],
        }
    )
    draws = draw_up(uncertainty, scenario, chain())
    found = attribute(chain(), scenario, draws=draws)
    plain = attribute(chain(), scenario)
    assert (found.draws, found.failed) == (5, 0)
    shares = [scenario.shocks[1].share for scenario in map(draws.scenario, range(5))]  # type: ignore[union-attr]
    each = [
        _parts(attribute(chain(), _scenario(_of(CLOSURE, "border"), {**_of(FIRE, "fire"), "share": share})))
        for share in shares
    ]
    for mine, central in zip(found.losses[0].parts, plain.losses[0].parts, strict=True):
        assert mine.part == central.part
        drawn = [parts[mine.cause] for parts in each]
        assert mine.range == pytest.approx(np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95]), abs=1e-12)
    leads = np.mean([parts["fire"] >= parts["border"] for parts in each])
    assert found.losses[0].parts[1].largest_in == pytest.approx(leads)


class _ContradictoryOnce:
    """Three draws of which the second is none: its values contradict each other."""

    sentence = "three draws made by hand"

    def __init__(self, scenario: Scenario) -> None:
        self.central = scenario

    def __len__(self) -> int:
        return 3

    def scenario(self, i: int) -> Scenario:
        if i == 1:
            raise ScenarioError(Problem("draw 1, shocks[0]", "ends before it starts", "swap the dates"))
        return self.central

    def economy(self, i: int) -> Economy:
        return chain()

    def economy_key(self, i: int) -> str:
        return "the one table"


def test_a_draw_that_cannot_be_is_left_out_of_the_ranges(tmp_path: Path) -> None:
    scenario = _scenario(CLOSURE, FIRE)
    draws = cast(Draws, _ContradictoryOnce(scenario))
    found = attribute(chain(), scenario, draws=draws, folder=tmp_path)
    assert (found.draws, found.failed) == (2, 1)
    for part in found.losses[0].parts:
        assert part.range == pytest.approx((part.part,) * 5, abs=1e-12)
    assert any("1 draw left out" in note for note in found.notes)


class _Stopped(Serial):
    """A user who stops it after the first block."""

    def run(self, work: Work, tasks: Sequence[Task]) -> Made:
        yield tasks[0], work(tasks[0])
        raise KeyboardInterrupt


def test_what_is_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    command = "autarky attribute study.yaml"
    with pytest.raises(StoppedError, match=r"^autarky attribute: interrupted.*resume: autarky attribute s"):
        attribute(chain(), _four(), folder=tmp_path, executor=_Stopped(), command=command)
    assert len(list(tmp_path.rglob("*.nc"))) == 1
    workers = _Backwards()
    found = attribute(chain(), _four(), folder=tmp_path, executor=workers, command=command)
    assert found == attribute(chain(), _four())
    assert workers.tasks == []  # what is left is one block, which needs no worker


def test_without_shocks_there_is_no_loss_to_share_out() -> None:
    with pytest.raises(ScenarioError, match="no loss to share out"):
        attribute(chain(), _scenario())
    with pytest.raises(InputError) as error:
        attribute(chain(), _scenario(FIRE), most_exact=13, pairs=1)
    assert [problem.place for problem in error.value.problems] == ["most_exact", "pairs"]


def test_a_set_of_causes_that_cannot_be_simulated_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*given: object, **more: object) -> tuple[np.ndarray, tuple[str, ...]]:
        return np.zeros((4, 20)), ("", "", "shocks[0]: makes no sense", "")

    monkeypatch.setattr("autarky.explanation.sharing_out.run_courses", failing)
    with pytest.raises(ScenarioError, match=r"with fire alone: shocks\[0\]: makes no sense"):
        attribute(chain(), _scenario(_of(CLOSURE, "border"), _of(FIRE, "fire")))
