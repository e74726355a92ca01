"""Laws of labour time: a week has 168 hours, withholding more never gives more, slack hides what is small."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.run import simulate_many
from cases import Case, cases, day, law
from small_economies import chain

DAYS = 25
CALM = {"overtime": {"max": 1.0, "days": 30.0}, "substitution_days": "off", "steps_per_day": 1}
share = st.floats(0.0, 0.33)
shocks = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.just("hours_withheld"),
            "from": st.integers(0, 15).map(day),
            "hours_a_week": st.floats(0.0, 168.0),
            "people_share": st.floats(0.0, 1.0),
            "groups": st.sampled_from(["all", ["a"], ["b"]]),
            "purpose": st.sampled_from(["sessions", "mobilisation", "lockdown"]),
            "taken_from": st.fixed_dictionaries({"work": share, "garden": share, "market": share}),
        },
        optional={"until": st.integers(15, 20).map(day)},
    ),
    min_size=1,
    max_size=4,
)
numbers = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def make_labour(economy: Economy, rng: np.random.Generator, slack: float = 0.0) -> dict[str, Any]:
    """Two groups that work everywhere and have plots; all numbers drawn."""
    sector = economy.industries.sectors[0]

    def one() -> dict[str, Any]:
        week = {
            use: float(rng.uniform(1, most))
            for use, most in {"work": 70, "garden": 30, "market": 30, "sessions": 20}.items()
        }
        plot = {"food": {sector: 5.0}, "elasticity": float(rng.uniform(0, 1))}
        return {"people": float(rng.uniform(1, 9)), "hours_a_week": week, "plot": plot, "slack": slack}

    return {"groups": {"a": one(), "b": one()}}


def _scenario(case: Case, given: list[dict[str, Any]], labour: dict[str, Any], **changes: Any) -> Scenario:
    return case.scenario(DAYS, given, **CALM, labour=labour, **changes)


@law(20)
@given(cases("autarky"), shocks, numbers)
def test_the_hours_of_a_week_add_to_168_whatever_is_withheld(
    case: Case, given: list[dict[str, Any]], rng: np.random.Generator
) -> None:
    economy = case.economy()
    data = simulate(economy, _scenario(case, given, make_labour(economy, rng))).data
    assert np.abs(data["hours"].sum("hours_use") - 168.0).max() < 1e-9
    assert data["hours"].min() >= 0.0


@law(20)
@given(cases("autarky"), shocks, numbers, st.floats(0.0, 1.0))
def test_more_hours_withheld_never_let_hands_make_or_gardens_grow_more(
    case: Case, given: list[dict[str, Any]], rng: np.random.Generator, part: float
) -> None:
    """Each shock in full against a part of it; without overtime capacity is what hands and machines allow."""
    economy = case.economy()
    labour = make_labour(economy, rng)
    less = [{**shock, "hours_a_week": part * shock["hours_a_week"]} for shock in given]
    few, many = simulate_many(economy, [_scenario(case, less, labour), _scenario(case, given, labour)])
    for name in ("capacity", "garden_food", "hours_at_work"):
        scale = float(np.abs(few.data[name]).max()) + 1.0
        assert (many.data[name] - few.data[name]).max() <= 1e-12 * scale, name


@law(15)
@given(cases("autarky"), numbers, st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_more_hours_withheld_from_everybody_alike_never_raise_output(
    case: Case, rng: np.random.Generator, hours: float, further: float
) -> None:
    economy = case.economy()
    week = {"hours_a_week": {"work": 48.0}}
    labour = {"groups": {"a": {"people": 1, **week}}}

    def withheld(number: float) -> list[dict[str, Any]]:
        taken = {"kind": "hours_withheld", "from": day(3), "taken_from": {"work": 1}}
        return [{**taken, "hours_a_week": number}]

    full = {"initial_stocks": 1.0}
    few, many = simulate_many(
        economy,
        [_scenario(case, withheld(number), labour, **full) for number in (hours, hours + further)],
    )
    base = few.data["output_base"].sum()
    assert ((many.data["output"] - few.data["output"]).sum("industry") / base).max() <= 1e-9


@law(15)
@given(cases("autarky"), numbers, st.booleans())
def test_slack_and_rest_hide_what_is_withheld_to_the_last_byte(
    case: Case, rng: np.random.Generator, from_rest: bool
) -> None:
    """Either all comes from rest, or less from work than nobody would miss."""
    economy = case.economy()
    labour = make_labour(economy, rng, slack=0.0 if from_rest else 0.9)
    # Machines that stand idle would let hands bind: at full utilisation neither does.
    changes = {"utilisation": 1.0}
    shock = {
        "kind": "hours_withheld",
        "from": day(4),
        "hours_a_week": 0.5,
        "taken_from": {"work": 0.0 if from_rest else 1.0},
    }
    others = case.shocks(DAYS)
    free, held = simulate_many(
        economy,
        [_scenario(case, others, labour, **changes), _scenario(case, [*others, shock], labour, **changes)],
    )
    assert not free.data["hours"].identical(held.data["hours"])
    _same(free.data, held.data, without=("hours", "hours_at_work"))


@law(12)
@given(cases("autarky"), shocks, numbers, st.integers(1, 9), st.booleans())
def test_company_does_not_change_a_byte_of_labour(
    case: Case, given: list[dict[str, Any]], rng: np.random.Generator, count: int, hires: bool
) -> None:
    economy = case.economy()
    hiring = {"hiring": {"hiring_days": 7} if hires else None}
    mine = _scenario(case, [*case.shocks(DAYS), *given], make_labour(economy, rng) | hiring)
    others = [_scenario(case, given[:-1], make_labour(economy, rng) | hiring) for _ in range(count)]
    together = simulate_many(economy, [*others, mine])[-1]
    _same(simulate(economy, mine).data, together.data)


def _same(one: xr.Dataset, other: xr.Dataset, without: tuple[str, ...] = ()) -> None:
    for name in set(one.variables) - set(without):
        assert one[name].values.tobytes() == other[name].values.tobytes(), name


@pytest.mark.parametrize("hiring", [None, {}])
def test_the_base_year_stands_still_for_ten_years(hiring: dict[str, Any] | None) -> None:
    for case in (None, Case(4, True, 4, 1)):
        economy = case.economy() if case else chain()
        labour = make_labour(economy, np.random.default_rng(1)) | {"hiring": hiring}
        given = {"start": day(0), "days": 3650, "behaviour": {"labour": labour}}
        data = simulate(economy, Scenario.model_validate(given)).data
        for name in ("output", "employment", "garden_food", "hours", "hours_at_work"):
            base = data[f"{name}_base"]
            moved = float((np.abs(data[name] - base) / np.maximum(base, 1e-9 + base.max())).max())
            assert moved < 1e-9, name
