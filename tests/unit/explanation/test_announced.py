"""What was announced beside what a run delivers: readings, gaps, groups, and the illustration."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.announcements import Announcement, Opinion
from autarky.errors import ScenarioError
from autarky.explanation.announced import announced
from autarky.explanation.opinion import drawn_weights, opinions
from autarky.results import SimulationResult
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.sources import embedded


@pytest.fixture(scope="module")
def cut() -> SimulationResult:
    """Sixty days, imports gone from the second month on, without stocks of anything."""
    shock = {"kind": "trade_cut", "origin": "CHINA", "share_kept": 0.2, "from": "2020-02-01"}
    behaviour = {"inventory_days": {"default": 0}}
    given = {"start": "2020-01-01", "days": 60, "shocks": [shock], "behaviour": behaviour}
    return simulate(embedded("north-korea-2019"), Scenario.model_validate(given))


def said(**changes: Any) -> Announcement:
    plain = {
        "text": "it will be as it was",
        "speaker": "somebody",
        "source": "made up",
        "reading": "assumption",
        "measure": "gdp",
        "low": 0.9,
        "high": 1.0,
        "from": "2020-01-01",
    }
    return Announcement.model_validate(plain | changes)


def test_the_gap_is_what_is_missing_to_the_reading_that_asks_least(cut: SimulationResult) -> None:
    (one,) = announced(cut, [said()])
    (everybody,) = one.groups
    by_month = [
        float(cut.data["gdp"].sel(day=month).mean() / cut.data["value_added_base"].sum())
        for month in ("2020-01", "2020-02")
    ]
    assert one.months == ("2020-01-01", "2020-02-01")
    assert everybody.delivered == pytest.approx(by_month)
    assert everybody.gap == pytest.approx([0.0, 0.9 - by_month[1]])
    assert by_month[1] < 0.8


def test_a_sentence_that_says_at_most_errs_the_other_way(cut: SimulationResult) -> None:
    (one,) = announced(cut, [said(sense="at_most", low=0.1, high=0.5)])
    (everybody,) = one.groups
    january, february = everybody.delivered
    assert everybody.gap == pytest.approx([january - 0.5, max(february - 0.5, 0)])
    assert "at most 10 % to 50 %" in one.finding


def test_months_of_which_nothing_was_said_have_no_gap(cut: SimulationResult) -> None:
    (one,) = announced(cut, [said(**{"from": "2020-02-10", "until": "2020-02-20"})])
    assert one.spoken == (False, True)
    assert math.isnan(one.groups[0].gap[0])
    assert one.groups[0].gap[1] > 0


def test_consumption_is_told_by_group_of_final_users(cut: SimulationResult) -> None:
    (one,) = announced(cut, [said(measure="consumption", users="all", of=["food", "agriculture"])])
    data = cut.data.sel(product=["food", "agriculture"])
    found = {group.group: group for group in one.groups}
    told = dict(zip(data["category"].values, data["final_user"].values, strict=True))
    for name, group in found.items():
        base = float(data["consumption_base"].sel(final_user=told[name]).sum())
        got = float(data["consumption"].sel(final_user=told[name], day="2020-02").mean("day").sum())
        assert group.delivered[1] == pytest.approx(got / base)
    assert "households" in found


def test_every_wrong_name_is_told_at_once(cut: SimulationResult) -> None:
    wrong = [
        said(measure="output", of=["coel"]),
        said(measure="consumption", users=["huseholds"]),
        said(measure="need"),
        said(**{"from": "2021-01-01"}),
    ]
    with pytest.raises(ScenarioError) as caught:
        announced(cut, wrong)
    places = [problem.place for problem in caught.value.problems]
    assert places == [
        "announcements[0].of[0]",
        "announcements[1].users[0]",
        "announcements[2].measure",
        "announcements[3].from",
    ]


def test_an_opinion_of_a_group_nobody_spoke_of_is_refused(cut: SimulationResult) -> None:
    opinion = Opinion.model_validate({"weights": {"rural": {"others": 0, "message": 0, "experience": 1}}})
    with pytest.raises(ScenarioError, match="unknown group 'rural'"):
        announced(cut, [said()], opinion)


def test_the_illustration_outlives_only_what_was_not_delivered(cut: SimulationResult) -> None:
    (one,) = announced(cut, [said()], Opinion(draws=200))
    everybody = one.groups[0]
    assert len(everybody.held) == 5
    assert everybody.outlives[0] == 0.0  # nobody holds more than wholly so
    assert 0.0 < everybody.outlives[1] < 1.0
    assert announced(cut, [said()], Opinion(draws=200)) == announced(cut, [said()], Opinion(draws=200))


# --- the model of opinion ------------------------------------------------------------------------


def test_without_signals_opinions_settle_where_friedkin_and_johnsen_say() -> None:
    rng = np.random.default_rng(5)
    contacts = rng.random((4, 4))
    contacts /= contacts.sum(axis=1, keepdims=True)
    open_to_others, first = rng.random(4) * 0.9, rng.random(4)
    weights = np.stack([open_to_others, np.zeros(4), np.zeros(4)], axis=-1)
    silent, nothing = np.zeros(2000, dtype=bool), np.zeros((2000, 4))
    held = opinions(silent, nothing, weights, first, contacts)[-1]
    settled = np.linalg.solve(np.eye(4) - open_to_others[:, None] * contacts, (1 - open_to_others) * first)
    assert held == pytest.approx(settled, abs=1e-9)


def test_who_goes_by_experience_alone_holds_what_is_so() -> None:
    lived = np.linspace(1.0, 0.2, 6)[:, None]
    weights = np.array([[0.0, 0.0, 1.0]])
    held = opinions(np.ones(6, dtype=bool), lived, weights, np.array([0.3]), np.eye(1))
    assert held == pytest.approx(lived)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 12))
def test_opinions_stay_between_what_goes_into_them(seed: int, groups: int, months: int) -> None:
    rng = np.random.default_rng(seed)
    weights, first = drawn_weights(Opinion(draws=20, seed=seed), [f"g{k}" for k in range(groups)])
    lived = rng.random((months, groups))
    held = opinions(rng.random(months) < 0.5, lived, weights, first, np.full((groups, groups), 1 / groups))
    assert held.min() >= min(first.min(), lived.min()) - 1e-12
    assert held.max() <= 1.0 + 1e-12


def test_weights_are_drawn_evenly_over_all_there_are() -> None:
    weights, first = drawn_weights(Opinion(draws=20_000, seed=2), ["a"])
    shares = np.concatenate([weights[:, 0], 1 - weights[:, 0].sum(axis=-1, keepdims=True)], axis=1)
    assert shares.min() >= 0
    assert shares.mean(axis=0) == pytest.approx(0.25, abs=0.01)  # Dirichlet(1, 1, 1, 1)
    assert shares.var(axis=0) == pytest.approx(3 / 80, abs=0.002)
    assert first.mean() == pytest.approx(0.5, abs=0.02)
