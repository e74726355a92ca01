"""Clashes whose answer is known by hand: who is in the way of whom, and by how much each must give."""

from dataclasses import replace

import numpy as np
import pytest

from autarky.planning.plan import Plan, make_plan
from autarky.planning.problem import (
    CONTRACTS,
    DEBT,
    FOREIGN_EXCHANGE,
    IMPORT_CEILINGS,
    LIVELIHOOD,
    PUBLIC_DEMAND,
    RESERVES,
    SIEGE,
    ForeignExchange,
    Households,
    Labour,
    PlanningProblem,
    Siege,
    Stocks,
    Target,
    Trade,
)
from autarky.planning.questions.clash import clash
from autarky.results.plan import Clash, Giving
from problems.farms import farms

TARGET = "target: little oil"


def little_oil(level: float) -> Target:
    return Target(
        "little oil",
        "kl / year",
        1,
        np.array([np.nan, level]),
        10.0,
        np.zeros((2, 2)),
        np.ones((2, 1)),
        np.zeros((2, 2)),
        np.zeros((2, 0)),
    )


def of(givings: tuple[Giving, ...], policy: str) -> Giving:
    return next(giving for giving in givings if giving.policy == policy)


def test_a_full_basket_without_imports_clashes_with_their_ceilings() -> None:
    found = clash(farms(ceiling=0.0))
    assert found.policies == (LIVELIHOOD, IMPORT_CEILINGS)
    hunger = of(found.alone, LIVELIHOOD)
    assert (hunger.total, hunger.unit) == (pytest.approx(200.0), "person-years of basket")
    assert hunger.share == pytest.approx(1.0)
    assert [(place, amount.unit) for place, amount in hunger.by_place] == [
        ("2031, people.grain", "t / year"),
        ("2032, people.grain", "t / year"),
    ]
    opened = of(found.alone, IMPORT_CEILINGS)
    assert [amount.value for _, amount in opened.by_place] == pytest.approx([10.0, 10.0])
    # What a ceiling of nothing is held against: all oil that the farms could use.
    assert opened.share == pytest.approx(10 / 12)
    assert opened.total == pytest.approx(3 * 20)


def test_each_unit_let_in_saves_what_can_be_made_of_it() -> None:
    found = clash(farms(ceiling=4.0))
    assert found.exchanged == (IMPORT_CEILINGS, LIVELIHOOD)
    assert found.exchange[0] == pytest.approx((0.0, 120.0), abs=1e-3)
    assert found.exchange[-1] == pytest.approx((36.0, 0.0), abs=1e-3)
    assert len(found.exchange) == 5
    # 10 t of grain for a kl of oil, which costs 3.
    assert found.exchange_rate == pytest.approx(10 / 3, rel=1e-4)


def test_a_cut_of_foreign_exchange_is_told_in_currency() -> None:
    exchange = ForeignExchange("EUR", np.array([30.0, 12.0]), np.zeros(2), 0.0, 0.0, 0.0)
    found = clash(farms(foreign_exchange=exchange))
    # Debt without end would do as well.
    assert found.policies == (LIVELIHOOD, FOREIGN_EXCHANGE, DEBT)
    assert of(found.alone, DEBT).total == pytest.approx(18.0)
    more = of(found.alone, FOREIGN_EXCHANGE)
    assert (more.total, more.unit) == (pytest.approx(18.0), "EUR")
    assert [(place, amount.value) for place, amount in more.by_place] == [("2032", pytest.approx(18.0))]
    assert of(found.alone, LIVELIHOOD).total == pytest.approx(60.0)


def test_a_target_that_must_hold_clashes_with_livelihoods_that_must() -> None:
    found = clash(farms(must_hold=(LIVELIHOOD, TARGET), targets=(little_oil(4.0),)))
    assert found.policies == (LIVELIHOOD, TARGET)
    missed = of(found.alone, TARGET)
    assert [(place, amount.value, amount.unit) for place, amount in missed.by_place] == [
        ("2032", pytest.approx(6.0), "kl / year")
    ]


def test_what_may_give_way_anyway_is_never_named() -> None:
    found = clash(farms(ceiling=4.0, targets=(little_oil(0.0),)))
    assert found.policies == (LIVELIHOOD, IMPORT_CEILINGS)
    assert {giving.policy for giving in found.repair} <= {LIVELIHOOD, IMPORT_CEILINGS}


def test_a_livelihood_is_dearer_in_a_repair_than_a_ceiling_unless_said_otherwise() -> None:
    problem = farms(ceiling=4.0)
    assert [giving.policy for giving in clash(problem).repair] == [IMPORT_CEILINGS]
    assert [giving.policy for giving in clash(problem, worth={}).repair] == [LIVELIHOOD]


def test_a_siege_that_nothing_survives_clashes_with_itself() -> None:
    siege = Siege(1, np.ones(1), coverage=0.5, public_share=0.0, years=1.0)
    found = clash(farms(siege=siege))
    assert found.policies == (SIEGE,)
    assert [(place, amount.value) for place, amount in found.alone[0].by_place] == [
        ("2032, grain", pytest.approx(50.0))
    ]
    assert found.exchange == ()


def test_a_siege_gives_in_what_people_get_and_not_by_oil_out_of_nowhere() -> None:
    # A tenth of the oil would do for the whole basket, were it given.
    siege = Siege(0, np.array([0.9]), coverage=1.0, public_share=0.0, years=1.0)
    found = clash(farms(siege=siege, must_hold=(), ceiling=10.0))
    assert found.policies == (IMPORT_CEILINGS, SIEGE)
    less = of(found.alone, SIEGE)
    assert {place.split(", ")[1] for place, _ in less.by_place} == {"grain"}
    assert [amount.value for _, amount in less.by_place] == pytest.approx([90.0, 90.0])
    assert of(found.alone, IMPORT_CEILINGS).by_place[0][1].value == pytest.approx(90.0)


def test_public_demand_and_reserves_give_no_more_than_they_ask() -> None:
    demand = np.array([[50.0, 0.0], [50.0, 1.0]])
    stocks = Stocks(np.array([0]), np.zeros(1), np.full((2, 1), 50.0), np.zeros(1), np.array([[0.0], [30.0]]))
    dear = clash(
        farms(ceiling=0.0, must_hold=(), public_demand=demand, stocks=stocks), worth={IMPORT_CEILINGS: 1e3}
    )
    assert of(dear.repair, PUBLIC_DEMAND).share == pytest.approx(1.0)
    assert of(dear.repair, RESERVES).total == pytest.approx(30.0)


def test_a_contract_that_currency_cannot_pay_is_named() -> None:
    problem = farms(
        must_hold=(), foreign_exchange=ForeignExchange("EUR", np.full(2, 6.0), np.zeros(2), 0, 0, 0)
    )
    found = clash(replace(problem, imports=replace(problem.imports, contracted=np.full((2, 1), 5.0))))
    assert found.policies == (FOREIGN_EXCHANGE, DEBT, CONTRACTS)
    assert of(found.alone, CONTRACTS).share == pytest.approx(3 / 5)
    assert of(found.alone, FOREIGN_EXCHANGE).total == pytest.approx(18.0)


def test_numbers_that_contradict_themselves_are_not_blamed_on_a_policy() -> None:
    # More is pulled down than was ever there.
    found = clash(farms(arriving=np.array([[-200.0, 0.0], [0.0, 0.0]])))
    assert found.policies == found.alone == found.repair == ()


def test_there_is_no_clash_where_there_is_a_plan() -> None:
    assert isinstance(make_plan(farms()), Plan)
    with pytest.raises(ValueError, match="there is a plan"):
        clash(farms())


def test_the_same_clash_is_told_in_the_same_words() -> None:
    problem = farms(ceiling=4.0, must_hold=(LIVELIHOOD, TARGET), targets=(little_oil(3.0),))
    assert repr(clash(problem)) == repr(clash(problem))


def koslowski() -> PlanningProblem:
    """Final demand of the second product raised from 20 to 24, four factors limited to what the base uses."""
    make = np.array([[81, 27, 5], [0, 74, 0], [0, 18, 109.0]])
    use = np.array([[12, 10, 65], [38, 7, 9], [0, 59, 0.0]])
    factors = np.array([[10, 17, 7], [4, 0, 21], [15, 11, 0], [2, 15, 12.0]])
    none = Trade((), np.zeros(0, np.int64), np.zeros((1, 0)), np.zeros((1, 0)), np.zeros((1, 0)))
    return PlanningProblem(
        "Rectangular choice of technology",
        ("year",),
        np.ones(1),
        ("1", "2", "3"),
        ("EUR",) * 3,
        ("a", "b", "c"),
        ("of the base year",) * 3,
        make,
        use,
        np.ones((1, 3)),
        np.full(3, np.inf),
        np.zeros((1, 3)),
        np.zeros(3),
        np.zeros(3),
        np.zeros((1, 3)),
        np.zeros(3),
        np.zeros((3, 3)),
        none,
        none,
        Households((), np.zeros((1, 0)), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3))),
        public_demand=np.array([[26.0, 24.0, 68.0]]),
        labour=Labour(
            ("1", "2", "3", "4"), factors.sum(axis=1)[None], factors, np.zeros((4, 3)), np.zeros(4), "EUR"
        ),
        stationary_after=False,
    )


def test_koslowskis_factors_fall_short_of_the_raised_demand_by_the_published_amounts() -> None:
    # Koslowski et al., SU-RCOT, example c = i: 35.350, 25.543, 26.807, 30.300 are needed of 34, 25, 26, 29.
    found: Clash = clash(koslowski(), worth={PUBLIC_DEMAND: 1e6})
    needs = {giving.policy: giving.total for giving in found.repair}
    assert needs == pytest.approx(
        {"labour: 1": 1.350, "labour: 2": 0.543, "labour: 3": 0.807, "labour: 4": 1.300}, abs=6e-4
    )
    assert found.policies[0] == PUBLIC_DEMAND and len(found.policies) == 2
    # One factor more is not enough where all four are short; less demand is.
    assert of(found.alone, PUBLIC_DEMAND).possible
    assert not of(found.alone, found.policies[1]).possible
