"""Laws of allocation: who is served before whom, that all is handed out, and what equals what."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy, FinalUseKind, FinalUser, ImportTreatment, Industries, Provenance
from autarky.results import SimulationResult
from autarky.simulation.run import simulate, simulate_many
from autarky.sources import embedded
from cases import Case, day, law, scenario

Floats = npt.NDArray[np.float64]

RULES = ("proportional", "priority", "market", "mixed", "random")
DAYS = 40
SECTORS = ("farms", "mines", "mills")
USERS = ("households", "government", "investment")
PLAN = {"priority": [["government"], ["mills", "households"]]}
DETAILS = {"plan_share": 0.6, "seed": 3}

seeds = st.integers(0, 2**32 - 1)
drawn_cases = st.builds(
    Case, seed=seeds, national=st.booleans(), sectors=st.integers(2, 4), regions=st.integers(2, 3)
)


def _same(one: SimulationResult, other: SimulationResult) -> None:
    for name in ("output", "consumption", "capacity", "unmet_final_demand", "gate_delivery"):
        assert one.data[name].values.tobytes() == other.data[name].values.tobytes(), name


def _run(case: Case, shocks: list[dict[str, Any]] | None = None, **changes: Any) -> SimulationResult:
    """A drawn case under other rules; ranks as in ``make_behaviour``."""
    sectors = case.economy().industries.sectors
    ranks = {"priority": [[sectors[-1]], ["households", "industries"]]}
    return simulate(case.economy(), case.scenario(DAYS, shocks, **{"steps_per_day": 1, **ranks, **changes}))


# --- what equals what ------------------------------------------------------------------------------


@law(12)
@given(drawn_cases)
def test_mixed_with_all_to_the_plan_is_priority_and_with_nothing_is_market(case: Case) -> None:
    for share, rule in ((1.0, "priority"), (0.0, "market")):
        mixed = _run(case, rationing="mixed", allocation={"plan_share": share})
        _same(mixed, _run(case, rationing=rule))


@law(8)
@given(drawn_cases, st.floats(0.01, 100.0))
def test_a_market_in_which_all_pay_the_same_is_proportional(case: Case, price: float) -> None:
    willing = {"industries": price, **dict.fromkeys(_kinds(case.economy()), price)}
    market = _run(case, rationing="market", allocation={"willingness_to_pay": willing})
    _same(market, _run(case, rationing="proportional"))


@law(8)
@given(drawn_cases, st.floats(0.0, 1.0))
def test_sellers_who_all_sell_in_proportion_are_one_seller(case: Case, share: float) -> None:
    owners = {"state": {"share": share, "rationing": "proportional"}}
    both = _run(case, rationing="proportional", allocation={"ownership": owners})
    _same(both, _run(case, rationing="proportional"))


@law(6)
@given(drawn_cases, st.sampled_from(["priority", "market", "random"]))
def test_a_change_on_the_first_day_is_the_new_rule(case: Case, rule: str) -> None:
    """The old rule, proportional, ranks nobody: the groups of users are those of the new one."""
    change = {"kind": "institution_change", "from": day(0), "rationing": rule, "allocation": DETAILS}
    changed = _run(case, [*case.shocks(DAYS), change], rationing="proportional")
    _same(changed, _run(case, rationing=rule, allocation=DETAILS))


@law(6)
@given(drawn_cases, st.sampled_from(RULES))
def test_a_change_to_the_rules_there_are_changes_nothing(case: Case, rule: str) -> None:
    change = {"kind": "institution_change", "from": day(9), "rationing": rule, "transition_days": 11}
    same = _run(case, [*case.shocks(DAYS), change], rationing=rule, allocation=DETAILS)
    plain = _run(case, rationing=rule, allocation=DETAILS)
    for name in ("output", "consumption"):
        base = plain.data[f"{name}_base"].values
        # Handing out in two parts by one ranking is handing out at once, but where both parts are mixed.
        if rule != "mixed":
            apart = np.abs(same.data[name].values - plain.data[name].values)
            assert apart.max() <= 1e-9 * base.max(), name


@law(6)
@given(drawn_cases, st.floats(0.0, 1.0), st.floats(0.5, 1.5))
def test_shares_and_efficiencies_may_differ_side_by_side(case: Case, share: float, factor: float) -> None:
    economy = case.economy()
    scenarios = [
        case.scenario(
            DAYS,
            rationing="mixed",
            priority=[["households"]],
            allocation={"plan_share": part, "efficiency": {"market": {"factor": e, "source": "assumption"}}},
        )
        for part, e in ((0.5, 1.0), (0.02 + 0.96 * share, factor), (0.9, 0.8))
    ]
    _same(simulate_many(economy, scenarios)[1], simulate(economy, scenarios[1]))


# --- the base year ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
@law(2)
@given(drawn_cases)
def test_the_base_year_stands_still_for_ten_years_under_every_rule(rule: str, case: Case) -> None:
    change = {"kind": "institution_change", "from": day(40), "rationing": "mixed", "transition_days": 60}
    economy = case.economy()
    for shocks in ([], [change]):
        behaviour = {"initial_stocks": 1.0, "rationing": rule, "allocation": DETAILS, "steps_per_day": 1}
        behaviour["priority"] = [["households"], ["industries"]]
        data = simulate(economy, case.scenario(3650, shocks, **behaviour)).data
        for name in ("output", "consumption", "gate_delivery"):
            base = data[f"{name}_base"].values
            assert np.abs(data[name].values - base).max(initial=0.0) <= 1e-9 * np.abs(base).max(initial=0.0)


# --- who is served before whom ---------------------------------------------------------------------


@law(25)
@given(seeds, st.floats(0.2, 0.9), st.sampled_from(RULES))
def test_nobody_is_served_before_those_who_stand_before_him(seed: int, lost: float, rule: str) -> None:
    """One maker of each product: who is short of it leaves nothing to those after him."""
    economy = _one_region(seed)
    data = _short_of_all(economy, lost, {"rationing": rule, "allocation": {"seed": 3, "plan_share": 1.0}})
    got, missing = data["consumption"].values, data["unmet_final_demand"].values
    asked = got + missing
    small = 1e-9 * economy.Y.max() / 365.0
    assert (missing[1:] > small).any()
    for q, product in enumerate(economy.products):
        ranks = _ranks(rule, product)
        for first in range(len(USERS)):
            for then in range(len(USERS)):
                if ranks[first] < ranks[then]:
                    short = missing[:, q, first] > small
                    assert (got[short, q, then] <= small).all(), (product, first, then)
                if ranks[first] == ranks[then]:
                    ours, theirs = got[:, q, first] * asked[:, q, then], got[:, q, then] * asked[:, q, first]
                    assert np.allclose(ours, theirs, rtol=1e-9, atol=small**2), (product, first, then)


@law(20)
@given(seeds, st.floats(0.7, 0.9), st.floats(0.02, 0.2))
def test_the_plan_hands_out_its_share_before_the_market(seed: int, lost: float, share: float) -> None:
    """Who is first in the plan and bids nothing has the share of the plan, where he is short."""
    economy = _one_region(seed)
    mixed = {
        "rationing": "mixed",
        "allocation": {"plan_share": share, "willingness_to_pay": {"government": 0.0}},
    }
    data = _short_of_all(economy, lost, mixed)
    got, missing, made = (data[name].values for name in ("consumption", "unmet_final_demand", "output"))
    is_short = missing > 1e-9 * economy.Y.max() / 365.0
    short = is_short[:, :, 1]
    assert short.any()
    assert (got[:, :, 1][short] >= share * made[short] * (1.0 - 1e-9)).all()
    # What the others leave of the market's share comes on top, and they leave nothing while they are short.
    also = short & (is_short[:, :, 0] | is_short[:, :, 2])
    np.testing.assert_allclose(got[:, :, 1][also], share * made[also], rtol=1e-9)


@law(15)
@given(seeds, st.floats(0.2, 0.9), st.sampled_from(RULES))
def test_all_that_is_made_is_handed_out_while_somebody_asks(seed: int, lost: float, rule: str) -> None:
    economy = _one_region(seed)
    details = {"rationing": rule, "allocation": {**DETAILS, "ownership": _OWNERS}}
    data = _short_of_all(economy, lost, details, stocks=True)
    made, stock = data["output"].values, data["inventory"].values
    relative = made / data["output_base"].values
    use = economy.Z / 365.0
    used = np.minimum(relative[1:, None, :] * use, stock[:-1])
    into_stock = (stock[1:] - stock[:-1] + used).sum(axis=2)
    received = data["consumption"].values[1:].sum(axis=2) + into_stock
    np.testing.assert_allclose(received, made[1:], rtol=1e-9, atol=1e-9 * made.max())
    assert (data["unmet_final_demand"].values >= 0.0).all()


_OWNERS = {
    "state": {"share": 0.5, "rationing": "priority", "products": "mines"},
    "private": {"share": 0.3, "rationing": "random"},
}


def _ranks(rule: str, product: str) -> list[int]:
    """Rank of each final user, from the definitions."""
    if rule in ("priority", "mixed"):
        return [1, 0, 2]
    if rule == "random":
        drawn = [hashlib.blake2b(f"3\n{product}\nR.{user}".encode()).digest() for user in USERS]
        return [sorted(drawn).index(one) for one in drawn]
    return [0, 0, 0]


def _kinds(economy: Economy) -> list[str]:
    return sorted({user.kind.value for user in economy.final_users})


def _short_of_all(economy: Economy, lost: float, rules: dict[str, Any], stocks: bool = False) -> Any:
    """A part of all capacity is lost: everybody is short of everything."""
    loss = {"kind": "capacity_loss", "from": day(2), "share": lost}
    behaviour = {"inventory_days": 30.0, "overtime": {"max": 1.0}, "negligible_share": 0.0, **PLAN, **rules}
    behaviour["imports"] = {"default": "competitive"}
    return simulate(economy, scenario(DAYS, [loss], behaviour), record_inventory=stocks).data


def _one_region(seed: int) -> Economy:
    """Three industries and three final users of one region, each product made once."""
    rng = np.random.default_rng(seed)
    Y = rng.lognormal(2.0, 0.5, (len(SECTORS), len(USERS)))
    A = rng.uniform(0.02, 0.25, (len(SECTORS), len(SECTORS)))
    x = np.linalg.solve(np.eye(len(SECTORS)) - A, Y.sum(axis=1))
    kinds = (FinalUseKind.HOUSEHOLDS, FinalUseKind.GOVERNMENT, FinalUseKind.INVESTMENT)
    return Economy(
        name="one region",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("R",), SECTORS),
        Z=A * x,
        final_users=tuple(FinalUser("R", user, kind) for user, kind in zip(USERS, kinds, strict=True)),
        Y=Y,
        value_added_names=("value added",),
        value_added=(x * (1.0 - A.sum(axis=0)))[None, :],
        import_treatment=ImportTreatment.MULTI_REGIONAL,
        provenance=Provenance("one region", "assumption: random numbers"),
    )


@pytest.mark.parametrize("days", [0.0, 1.0])
def test_a_day_of_stock_is_enough_where_nothing_happens_whoever_is_served_first(days: float) -> None:
    """What rounding leaves short of the last rank must not grow: such stocks double it every few days."""
    economy = embedded("north-korea-2019")
    households_first = {"rationing": "priority", "priority": [["households"]], "inventory_days": days}
    data = simulate(economy, scenario(1000, [], households_first)).data
    base = data["output_base"].values
    assert np.abs(data["output"].values[-1] - base).max() <= 1e-9 * base.max()
