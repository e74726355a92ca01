"""A section of a study as a planning problem: what is declared arrives, in the units of the problem."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.planning.plan import Plan, make_plan
from autarky.planning.posing.assembly import plan_problem, with_sets
from autarky.planning.posing.from_table import TableBase
from autarky.planning.posing.section import PlanSection, TechniqueSet
from autarky.planning.problem import PlanningProblem, Target
from autarky.planning.unbounded import unbounded_problem
from made_table_bases import farms_and_works

GRAIN = {"name": "grain", "unit": "kt"}
COAL = {"name": "coal", "unit": "kt"}
UREA = {"name": "urea", "unit": "kt"}
FIELDS = {"name": "fields", "makes": {"grain": 1}, "capacity": 100}
GASIFIERS = {"name": "gasifiers", "makes": {"urea": 1}, "uses": {"coal": 2}}


def problem(base: TableBase | None = None, **given: Any) -> PlanningProblem:
    section = PlanSection.model_validate({"periods": [2026, 2027, 2028], **given})
    return plan_problem(section, base, title="a plan")


def planned(found: PlanningProblem) -> Plan:
    plan = make_plan(found)
    assert isinstance(plan, Plan)
    return plan


def column(found: PlanningProblem, technique: str, of: str = "use") -> dict[str, float]:
    values = getattr(found, of)[:, found.techniques.index(technique)]
    return {name: value for name, value in zip(found.products, values.tolist(), strict=True) if value}


def target(found: PlanningProblem, name: str) -> Target:
    return next(one for one in found.targets if one.name == name)


# Numbers and units.


def test_an_amount_per_unit_of_technique_is_converted_and_keeps_its_range_and_source() -> None:
    urea = {"value": 50, "low": 40, "high": 70, "unit": "kg/t", "source": "an almanac, 2019"}
    found = problem(products=[GRAIN, UREA], techniques=[{**FIELDS, "uses": {"urea": urea}}])
    assert column(found, "fields") == pytest.approx({"urea": 0.05})
    (kept,) = found.coefficients
    assert (kept.value, kept.low, kept.high, kept.unit) == (50, 40, 70, "kg/t")
    assert kept.value * kept.factor == pytest.approx(0.05)
    assert found.sources == ("an almanac, 2019",)


@pytest.mark.parametrize(
    ("path", "expected"),
    [(5, [5, 5, 5]), ([1, 2, 3], [1, 2, 3]), ({2027: 4}, [0, 4, 4]), ({2026: 1, 2028: 3}, [1, 1, 3])],
)
def test_a_number_by_period_holds_until_the_next_that_is_named(path: Any, expected: list[float]) -> None:
    found = problem(products=[GRAIN], techniques=[{**FIELDS, "most_starts": path}])
    assert found.most_starts[:, 0].tolist() == expected


def test_a_level_that_is_not_yet_named_is_not_wanted_yet() -> None:
    wanted = {"name": "crops", "kind": "activity", "techniques": "fields", "level": {2027: 50}}
    found = problem(products=[GRAIN], techniques=[FIELDS], targets=[wanted])
    np.testing.assert_array_equal(target(found, "crops").level, [np.nan, -50, -50])


def test_capacity_on_top_of_what_is_there_is_under_way() -> None:
    found = problem(products=[GRAIN], techniques=[{**FIELDS, "capacity": {2026: 100, 2028: 130}}])
    assert found.capacity[0] == 100
    assert found.arriving[:, 0].tolist() == [0, 0, 30]


def test_what_can_be_built_starts_from_nothing_and_what_cannot_needs_no_plant() -> None:
    found = problem(products=[UREA, COAL], techniques=[{**GASIFIERS, "most_starts": 1}])
    assert found.capacity[0] == 0
    assert found.assumptions == ("gasifiers: building it takes no goods and no work, for none are given.",)
    assert problem(products=[UREA, COAL], techniques=[GASIFIERS]).capacity[0] == np.inf


def test_hours_are_those_that_are_not_withheld() -> None:
    labour = {"skills": [{"name": "all", "hours": 200, "withheld": {2027: 0.25}}]}
    fields = {**FIELDS, "labour": {"all": {"value": 3, "unit": "hours/t"}}, "unit": "t"}
    found = problem(products=[GRAIN], techniques=[fields], labour=labour)
    assert found.labour is not None
    assert found.labour.hours[:, 0].tolist() == [200, 150, 150]
    assert found.labour.per_activity.tolist() == [[3]]


# Trade.


def test_later_rules_of_trade_stand_over_earlier_ones_from_the_period_they_name() -> None:
    imports = [
        {"products": "urea", "partners": ["CHINA", "RUSSIA"], "ceiling": 10, "price": 2},
        {"partners": "CHINA", "ceiling": {2027: 1}, "contracted": {2028: 0.5}},
    ]
    found = problem(products=[UREA], techniques=[], imports=imports)
    assert found.imports.labels == ("CHINA.urea", "RUSSIA.urea")
    assert found.imports.ceiling.tolist() == [[10, 10], [1, 10], [1, 10]]
    assert found.imports.contracted[:, 0].tolist() == [0, 0, 0.5]
    assert (found.imports.price == 2).all()


def test_an_import_without_a_ceiling_has_none_and_comes_from_abroad() -> None:
    found = problem(products=[UREA], imports=[{"products": "urea"}])
    assert found.imports.labels == ("ABROAD.urea",)
    assert np.isinf(found.imports.ceiling).all()
    assert found.foreign_exchange is None


# Households.


def test_a_basket_weighs_its_items_alike_where_nothing_has_a_price() -> None:
    group = {
        "name": "all",
        "persons": 10,
        "basket": [
            {"product": "grain", "amount": {"value": 200, "unit": "kg"}},
            {"product": "coal", "amount": 3},
        ],
    }
    found = problem(products=[GRAIN, COAL], households={"groups": [group]})
    assert found.households.basket.tolist() == [pytest.approx([0.0002, 3])]
    assert found.households.weights.tolist() == [[0.5, 0.5]]
    assert found.households.extra.tolist() == found.households.basket.tolist()


def test_nothing_is_wanted_beyond_a_basket_with_an_empty_extra() -> None:
    group = {"name": "all", "persons": 10, "basket": [{"product": "grain", "amount": 1}], "extra": []}
    assert not problem(products=[GRAIN], households={"groups": [group]}).households.extra.any()


def test_more_of_each_product_of_a_table_is_worth_something_by_itself() -> None:
    base = farms_and_works()
    found = problem(base, households={"groups": [{"name": "all", "persons": 10}]}).households
    wanted = base.consumption / 10
    assert found.bundles == tuple(f"all.{base.products[i]}" for i in np.flatnonzero(wanted))
    assert found.extra.sum(axis=0).tolist() == pytest.approx(wanted.tolist())
    assert (np.count_nonzero(found.extra, axis=1) == 1).all()
    assert found.bundle_weights.tolist() == pytest.approx((wanted[wanted > 0] / wanted.sum()).tolist())
    together = {"name": "all", "persons": 10, "extra_together": True}
    found = problem(base, households={"groups": [together]}).households
    assert found.bundles == ("all",)
    assert found.extra[0].tolist() == pytest.approx(wanted.tolist())


def test_what_is_declared_as_wanted_beyond_comes_together_unless_said() -> None:
    basket = [{"product": "grain", "amount": 1}, {"product": "coal", "amount": 3}]
    groups = [
        {"name": "cities", "persons": 10, "basket": basket},
        {"name": "country", "persons": 5, "basket": basket, "extra_together": False},
    ]
    found = problem(products=[GRAIN, COAL], households={"groups": groups}).households
    assert found.bundles == ("cities", "country.grain", "country.coal")
    assert found.bundle_groups.tolist() == [0, 1, 1]
    assert found.bundle_weights.tolist() == [1, 0.5, 0.5]
    assert found.extra.tolist() == [[1, 3], [1, 0], [0, 3]]


# Targets, held against the plans they make.


ISLAND: dict[str, Any] = {
    "products": [GRAIN, COAL, UREA],
    "techniques": [
        {**FIELDS, "uses": {"urea": 0.1}, "labour": {"all": 1}},
        {**GASIFIERS, "capacity": 4, "labour": {"all": 5}},
        {"name": "mine", "makes": {"coal": 1}, "capacity": 20, "labour": {"all": 1}},
    ],
    "labour": {"skills": [{"name": "all", "hours": 1000}]},
    "imports": [{"products": "urea", "ceiling": 20}],
    "stocks": [{"product": "grain", "initial": 5, "most": 50}],
    "households": {
        "groups": [{"name": "all", "persons": 50, "basket": [{"product": "grain", "amount": 1}], "extra": []}]
    },
}


def reached(kind: str, level: Any, **about: Any) -> Plan:
    wanted = {"name": "goal", "kind": kind, "level": level, **about}
    plan = planned(problem(**ISLAND, targets=[wanted]))
    assert float(plan.values["target: goal missed"].max()) == pytest.approx(0, abs=1e-4)
    return plan


def test_imports_are_held_to_a_level() -> None:
    plan = reached("imports", 2, products="urea")
    assert float(plan.values["imports"].max()) <= 2 + 1e-4
    assert float(plan.values["imports"].max()) > 0


def test_the_imported_share_of_supply_is_held() -> None:
    values = reached("import_share", {2027: 0.21}, products="urea").values
    bought = values["imports"].sel(channel="ABROAD.urea")
    made = values["activity"].sel(technique="gasifiers")
    share = (bought / (bought + made)).sel(span=["2027", "2028", "after"])
    assert 0.19 < float(share.min()) <= float(share.max()) <= 0.21 + 1e-4
    wanted = {"name": "goal", "kind": "import_share", "level": 0.25, "products": "urea"}
    row = target(problem(**ISLAND, targets=[wanted]), "goal")
    # 3 bought and 5 made: 3 − 0.25·8.
    assert float((row.imports[0] @ [3]) + (row.activity[0] @ [50, 5, 10])) == pytest.approx(1)


def test_activity_hours_and_days_in_stock_are_reached() -> None:
    assert float(reached("activity", 70, techniques="fields").values["activity"][:, 0].min()) >= 70 - 1e-3
    activity = reached("employment", 80).values["activity"]
    assert float((activity * [1, 5, 1]).sum("technique").min()) >= 80 - 1e-3
    stock = reached("stock_days", 73, products="grain").values["stock"]
    assert float(stock.min()) == pytest.approx(50 / 5, abs=1e-3)


def test_a_share_of_techniques_counts_what_they_make() -> None:
    wanted = {"name": "goal", "kind": "technique_share", "techniques": "gasifiers", "level": 1}
    found = problem(**ISLAND, targets=[wanted])
    # Imports are not made: all of what is made is made by gasifiers, whatever comes from abroad.
    assert not target(found, "goal").activity.any()
    two = [*ISLAND["techniques"], {"name": "naphtha", "makes": {"urea": 2}}]
    found = problem(**{**ISLAND, "techniques": two}, targets=[{**wanted, "level": 0.25}])
    assert target(found, "goal").activity[0].tolist() == [0, -0.75, 0, 0.5]


def test_a_target_that_must_hold_and_the_livelihood_are_named_as_policies() -> None:
    wanted = {"name": "goal", "kind": "stock_days", "level": 30}
    stocks = [{"product": "grain", "most": 50}, {"product": "urea", "most": 5}]
    held = ["livelihood", "goal"]
    found = problem(**{**ISLAND, "stocks": stocks}, targets=[wanted], must_hold=held)
    assert found.must_hold == {"livelihood", "target: goal: grain", "target: goal: urea"}


def test_a_siege_stops_what_it_names_from_its_period_on() -> None:
    siege = {"from": 2027, "cut": [{"products": "urea", "share": 0.5}], "coverage": 0.8}
    found = problem(**ISLAND, siege=siege)
    assert found.siege is not None
    assert (found.siege.first, found.siege.cut.tolist()) == (1, [0.5])
    planned(found)


# With a table.


def test_without_anything_declared_the_base_year_is_a_plan() -> None:
    base = farms_and_works()
    plan = planned(problem(base))
    assert plan.worst_coverage == pytest.approx(1, abs=1e-5)
    for span in plan.values["activity"].values:
        np.testing.assert_allclose(span, base.output, atol=1e-3)
    assert [sentence for sentence in plan.problem.assumptions if "base" in sentence or "2019" in sentence]


def test_what_retires_before_the_plans_first_plants_are_ready_is_under_way() -> None:
    base = replace(farms_and_works(), lag=np.array([1.5, 3.0, 0.0]))
    lengths = {"labels": ["2026", "2028", "2029"], "years": [2, 1, 5]}
    found = problem(base, periods=lengths)
    left = (1.0 - base.retirement[:2]) ** np.array([[2], [1], [5]])
    capacity, kept = base.capacity[:2], []
    for share, arriving in zip(left, found.arriving[:, :2], strict=True):
        capacity = capacity * share + arriving
        kept.append(capacity.tolist())
    # Farms begun at once are there from 2028, works from 2029.
    assert kept[0] == pytest.approx([200, 100])
    assert kept[1] == pytest.approx([190, 100])
    assert kept[2][1] == pytest.approx(100 * 0.95**5)


@pytest.mark.parametrize(
    ("price", "expected"),
    [(0.5, 0.5), ({"value": 300, "unit": "USD/t"}, 0.3), ({"value": 2, "unit": "billion USD"}, 2000)],
)
def test_a_price_is_converted_into_the_tables_money_per_physical_unit(price: Any, expected: float) -> None:
    quantities = [{"name": "grain", "product": "farms", "unit": "kt", "price": price}]
    found = problem(farms_and_works(), quantities=quantities, stocks=[{"product": "grain", "most": 1}])
    assert found.stocks is not None
    assert found.stocks.most.tolist() == [[pytest.approx(expected)]] * 3
    assert found.quantities[0].per_unit == pytest.approx(1 / expected)


def test_a_physical_quantity_is_priced_by_the_flow_it_is_the_amount_of() -> None:
    quantities = [{"name": "grain", "product": "farms", "unit": "kt", "amount": {"value": 2, "unit": "Mt"}}]
    using = {"name": "mills", "makes": {"bread": 1}, "uses": {"grain": {"value": 1, "unit": "t"}}}
    bread = {"name": "bread", "unit": "kt"}
    found = problem(farms_and_works(), quantities=quantities, products=[bread], techniques=[using])
    # 200 of money for 2,000 kt.
    assert column(found, "mills") == pytest.approx({"farms": 0.0001})
    assert found.in_units("farms", 10) == (pytest.approx(100), "kt")


def test_a_technique_takes_the_rest_of_an_industry_at_the_worth_of_what_it_makes() -> None:
    quantities = [{"name": "grain", "product": "farms", "unit": "kt", "price": 0.5}]
    plots = {
        "name": "plots",
        "makes": {"grain": 1},
        "uses": {"works": 0.01},
        "rest_of": "farms",
        "instead_of": "imported works",
        "invest": 2,
    }
    base = replace(farms_and_works(), investment=np.array([0.25, 0.75, 0.0, 0.0]))
    hours = {"skills": [{"name": "all", "hours": 100, "of_industries": 90}]}
    found = problem(base, quantities=quantities, techniques=[plots], labour=hours)
    farms = column(found, "farms")
    assert set(farms) == {"farms", "works", "imported works", "oil"}
    rest = {name: 0.5 * farms[name] for name in ("farms", "oil")}
    assert column(found, "plots") == pytest.approx({**rest, "works": 0.01})
    assert column(found, "plots", "builds_with") == {"farms": 0.5, "works": 1.5}
    assert found.labour is not None
    assert found.labour.per_activity[0, -1] == pytest.approx(0.5 * found.labour.per_activity[0, 0])
    assert found.technique_units[-1] == "kt"


def test_a_technique_like_the_industry_whose_plants_it_shares_changes_nothing() -> None:
    base = farms_and_works()
    quantities = [{"name": "grain", "product": "farms", "unit": "kt", "price": 0.5}]
    half = {
        "name": "half",
        "makes": {"grain": 1},
        "rest_of": "farms",
        "share_of": "farms",
        "share": 0.4,
    }
    hours = {"skills": [{"name": "all", "hours": 100, "of_industries": 90}]}
    alone, shared = (
        planned(problem(base, quantities=quantities, techniques=more, labour=hours)) for more in ([], [half])
    )
    assert shared.problem.capacity[0] == pytest.approx(0.6 * base.capacity[0])
    assert shared.problem.capacity[-1] == pytest.approx(0.4 * base.capacity[0] / 0.5)
    assert [stage.name for stage in alone.stages] == [stage.name for stage in shared.stages]
    for one, other in zip(alone.stages[:-1], shared.stages[:-1], strict=True):
        assert other.value == pytest.approx(one.value, rel=1e-4, abs=1e-3)
    activity = shared.values["activity"]
    together = activity.sel(technique="farms") + 0.5 * activity.sel(technique="half")
    np.testing.assert_allclose(together, alone.values["activity"].sel(technique="farms"), rtol=1e-3)


def test_hours_of_industries_are_split_as_value_added() -> None:
    base = farms_and_works()
    hours = {"skills": [{"name": "all", "hours": 100, "of_industries": 90}]}
    found = problem(base, labour=hours)
    assert found.labour is not None
    worked = found.labour.per_activity[0] * base.output
    assert worked.sum() == pytest.approx(90)
    np.testing.assert_allclose(worked * base.value_added.sum(), 90 * base.value_added)


def test_a_share_of_imports_is_one_of_the_base_year_in_all_parts_of_a_product() -> None:
    base = farms_and_works()
    found = problem(base, imports=[{"products": "works", "share": {2027: 0.5}}])
    ceiling = dict(zip(found.imports.channels, found.imports.ceiling.T.tolist(), strict=True))
    assert ceiling["CHINA", "imported works"] == [40, 20, 20]
    assert ceiling["CHINA", "oil"] == [10, 10, 10]


def test_trade_that_the_table_does_not_have_opens_under_the_imported_product() -> None:
    bread = {"name": "bread", "unit": "kt"}
    rules = [{"products": ["works", "bread"], "partners": "ABROAD", "ceiling": 7}]
    found = problem(farms_and_works(), products=[bread], imports=rules)
    assert found.imports.labels[2:] == ("ABROAD.imported works", "ABROAD.bread")
    assert found.imports.ceiling[0].tolist() == [40, 10, 7, 7]
    assert "bread is traded at 1 per unit: no price is given." in found.assumptions


def test_rules_that_only_change_trade_open_none_and_a_ceiling_holds_from_its_period() -> None:
    rules = [
        {"products": ["farms", "works"], "partners": "CHINA", "price": 1.5},
        {"products": "farms", "partners": "CHINA", "ceiling": {2027: 8}},
    ]
    found = problem(farms_and_works(), imports=rules)
    assert found.imports.labels == ("CHINA.imported works", "CHINA.oil", "CHINA.farms")
    assert found.imports.price[0].tolist() == [1.5, 1, 1]
    assert found.imports.ceiling[:, 2].tolist() == [0, 8, 8]


def test_amounts_of_a_physical_quantity_become_money_wherever_they_stand() -> None:
    found = problem(
        farms_and_works(),
        quantities=[{"name": "crude", "product": "oil", "unit": "kt", "amount": 20, "flow": "imports"}],
        imports=[{"products": "crude", "ceiling": 30, "price": 4}],
        stocks=[{"product": "crude", "initial": 8, "most": {2026: 12}, "least": 6}],
        public={"items": {"crude": 2}},
        targets=[{"name": "less oil", "kind": "imports", "products": "crude", "level": 0.5, "of_base": True}],
    )
    # 10 of money for 20 kt.
    at = found.imports.labels.index("CHINA.oil")
    assert found.imports.ceiling[0, at] == pytest.approx(15)
    assert found.imports.price[0, at] == pytest.approx(8)
    assert found.stocks is not None
    assert found.stocks.initial.tolist() == pytest.approx([4])
    assert (found.stocks.most[0, 0], found.stocks.least[0, 0]) == pytest.approx((6, 3))
    assert found.public_demand[0].tolist() == pytest.approx([20, 10, 0, 1])
    less = target(found, "less oil")
    # Half of 20 kt; a unit of money is 2 kt.
    assert less.level[0] == pytest.approx(10)
    assert less.imports[0, at] == pytest.approx(2)
    assert less.unit == "kt / year"


def test_an_import_that_only_stands_for_the_home_product_is_not_made_at_home() -> None:
    wanted = {"name": "goal", "kind": "import_share", "products": "works", "level": 0.5, "of_base": True}
    quantities = [{"name": "tools", "product": "works", "unit": "t", "amount": 100}]
    found = problem(farms_and_works(), targets=[wanted], quantities=quantities)
    # 40 of 140 came from abroad.
    assert target(found, "goal").imports[0].tolist() == pytest.approx([1 - 20 / 140, 0])
    assert target(found, "goal").activity[0].tolist() == pytest.approx([0, -20 / 140, 0])
    assert found.quantities[0].per_unit == pytest.approx(1)


def test_what_has_no_price_weighs_in_a_basket_as_one_of_its_items() -> None:
    items = [
        {"product": "farms", "amount": 3},
        {"product": "works", "amount": 1},
        {"product": "bread", "amount": 9},
    ]
    group = {"name": "all", "persons": 1, "basket": items}
    bread = {"name": "bread", "unit": "kt"}
    found = problem(farms_and_works(), products=[bread], households={"groups": [group]})
    assert found.households.weights[0, [0, 1, -1]].tolist() == pytest.approx([0.5, 1 / 6, 1 / 3])


def test_an_import_budget_holds_whatever_exports_bring() -> None:
    base = farms_and_works()
    found = problem(base, foreign_exchange={"budget_share": 0.5, "inflow": 1000})
    assert "target: import budget" in found.must_hold
    plan = planned(found)
    assert float(plan.values["imports"].sum("channel").max()) <= 25 + 1e-3


def test_groups_share_the_base_years_consumption_by_their_persons() -> None:
    base = farms_and_works()
    groups = [
        {"name": "towns", "persons": 30, "share_of_base": 0.5, "basket": [{"product": "works", "amount": 9}]},
        {"name": "country", "persons": 10, "share_of_base": 1.0, "products": "farms"},
    ]
    households = problem(base, households={"groups": groups}).households
    farms, works = base.products.index("farms"), base.products.index("works")
    assert households.basket[0, farms] == pytest.approx(0.5 * base.consumption[farms] / 40)
    assert households.basket[0, works] == 9
    assert households.basket[1].nonzero()[0].tolist() == [farms]
    np.testing.assert_allclose(households.weights.sum(axis=1), 1)


# Sets.


def test_what_is_declared_stands_over_what_a_set_says_by_the_same_name() -> None:
    coal_set = TechniqueSet.model_validate(
        {
            "title": "a set",
            "products": [COAL, UREA],
            "techniques": [GASIFIERS, {"name": "mine", "makes": {"coal": 1}, "capacity": 5}],
            "sources": {"almanac": "An almanac, 2019"},
            "gaps": ["Nobody counts the mines."],
        }
    )
    declared = {"products": [UREA], "techniques": [{**GASIFIERS, "uses": {"coal": 3}}], "include": "coal"}
    section = PlanSection.model_validate({"periods": [2026], **declared})
    joined = with_sets(section, {"coal": coal_set})
    assert [technique.name for technique in joined.techniques] == ["gasifiers", "mine"]
    found = plan_problem(section, None, title="", sets={"coal": coal_set})
    assert column(found, "gasifiers") == {"coal": 3}
    assert found.sources == ("An almanac, 2019",)
    assert found.assumptions == ("Nobody counts the mines.",)
    assert plan_problem(joined, None, title="").techniques == found.techniques


# Without end.


def test_what_can_be_had_without_end_is_named_with_how() -> None:
    free: dict[str, Any] = {
        **ISLAND,
        "techniques": [{"name": "fields", "makes": {"grain": 1}, "uses": {"urea": 0.1}}],
        "imports": [{"products": "urea"}],
        "households": {
            "groups": [{"name": "all", "persons": 5, "basket": [{"product": "grain", "amount": 1}]}]
        },
    }
    line = str(unbounded_problem(problem(**free)))
    assert line == (
        "plan: grain can be had without end and for nothing, by importing ABROAD.urea and running fields — "
        "give imports a ceiling, or foreign exchange that pays for them and techniques a capacity, "
        "hours or inputs that run out"
    )
