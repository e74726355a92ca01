"""What is wrong with a section is told all at once, each thing in a line of its own, with a remedy."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from autarky.errors import ScenarioError
from autarky.planning.posing.assembly import plan_problem, with_sets
from autarky.planning.posing.from_table import TableBase
from autarky.planning.posing.section import PlanSection, TechniqueSet
from made_table_bases import farms_and_works

GRAIN = {"name": "grain", "unit": "kt"}
UREA = {"name": "urea", "unit": "kt"}
FIELDS = {"name": "fields", "makes": {"grain": 1}, "uses": {"urea": 0.1}, "capacity": 100}
PEOPLE = {"name": "all", "persons": 1, "basket": [{"product": "grain", "amount": 1}]}
GIVEN: dict[str, Any] = {
    "products": [GRAIN, UREA],
    "techniques": [FIELDS],
    "imports": [{"products": "urea", "ceiling": 5}],
    "stocks": [{"product": "grain", "most": 5}],
    "labour": {"skills": [{"name": "all", "hours": 9}]},
    "households": {"groups": [PEOPLE]},
}


def lines(base: TableBase | None = None, **given: Any) -> list[str]:
    section = PlanSection.model_validate({"periods": [2026, 2027], **given})
    with pytest.raises(ScenarioError) as caught:
        plan_problem(section, base, title="a plan")
    return [str(problem) for problem in caught.value.problems]


def fields(**changes: Any) -> dict[str, Any]:
    return {"techniques": [{**FIELDS, **changes}]}


def goal(kind: str, **about: Any) -> dict[str, Any]:
    return {"targets": [{"name": "goal", "kind": kind, "level": 1, **about}]}


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown product": (
        fields(uses={"ura": 1}),
        "plan.techniques[0].uses.ura: unknown product 'ura' — did you mean 'urea'?",
    ),
    "a negative coefficient": (
        fields(uses={"urea": -0.1}),
        "plan.techniques[0].uses.urea: is -0.1, a negative number — give a number of 0 or more",
    ),
    "a unit that measures something else": (
        fields(uses={"urea": {"value": 1, "unit": "bbl"}}),
        "plan.techniques[0].uses.urea: unit mismatch: it is in bbl, and urea is counted in kt — "
        "give it in kt, or in a unit that measures the same",
    ),
    "a technique that uses up what it makes": (
        fields(uses={"grain": 1}),
        "plan.techniques[0].uses: unproductive technique: fields uses as much of grain as it makes — "
        "let it use less than it makes, or leave it out",
    ),
    "a technique that its worst yields leave nothing": (
        fields(uses={"grain": 0.6}, yields=[0.5, 0.6]),
        "plan.techniques[0].uses: unproductive technique: fields uses as much of grain as it makes — "
        "let it use less than it makes, or leave it out",
    ),
    "a path that is too short": (
        fields(capacity=[5]),
        "plan.techniques[0].capacity: has 1 number for 2 periods — "
        "give one number for all, one for each, or {period: number}",
    ),
    "a capacity that falls": (
        fields(capacity=[5, 4]),
        "plan.techniques[0].capacity: falls from 5 to 4 in 2027 — "
        "only what comes on top is named here: give a retirement",
    ),
    "a negative capacity": (
        fields(capacity=-5),
        "plan.techniques[0].capacity: is -5, a negative number — give a number of 0 or more",
    ),
    "an unknown period": (
        fields(yields={2031: 1}),
        "plan.techniques[0].yields.2031: unknown period '2031' — known: '2026', '2027'",
    ),
    "an unknown skill": (
        fields(labour={"al": 1}),
        "plan.techniques[0].labour.al: unknown skill 'al' — did you mean 'all'?",
    ),
    "an unknown deposit": (
        fields(draws={"seam": 1}),
        "plan.techniques[0].draws.seam: unknown deposit 'seam' — there is none to choose from",
    ),
    "an industry without a table": (
        fields(rest_of="farms"),
        "plan.techniques[0].rest_of: needs a table — give the study a section 'economy:', or leave this out",
    ),
    "a technique given twice": (
        {"techniques": [FIELDS, FIELDS]},
        "plan.techniques[1].name: technique 'fields' is there already — give it another name",
    ),
    "a product given twice": (
        {"products": [GRAIN, UREA, GRAIN]},
        "plan.products[2].name: product 'grain' is there already — give it another name",
    ),
    "a contract above its ceiling": (
        {"imports": [{"products": "urea", "ceiling": [5, 3], "contracted": 4}]},
        "plan.imports[0].contracted: 4 of urea from ABROAD is contracted in 2027, above the ceiling of 3 — "
        "raise the ceiling or lower the contract",
    ),
    "a share of what no table has": (
        {"imports": [{"products": "urea", "share": 0.5}]},
        "plan.imports[0].share: the table has no imports of urea — give a ceiling",
    ),
    "a contract of exports": (
        {"exports": [{"products": "grain", "contracted": 1}]},
        "plan.exports[0].contracted: binds exports, which have no least amount — "
        "take them as given under public.items",
    ),
    "an unknown partner": (
        goal("imports", partners="CHINA"),
        "plan.targets[0].partners: unknown partner 'CHINA' — known: 'ABROAD'",
    ),
    "a target about nothing": (
        goal("imports", products="grain"),
        "plan.targets[0]: has nothing to be about: nothing that matches it is imported — "
        "name something that is there",
    ),
    "a target about a stock that is not kept": (
        goal("stock_days", products="urea"),
        "plan.targets[0]: has nothing to be about: nothing of it is kept in stock — "
        "name something that is there",
    ),
    "a target about an unknown technique": (
        goal("activity", techniques="field"),
        "plan.targets[0].techniques: unknown technique 'field' — did you mean 'fields'?",
    ),
    "a target of all techniques together": (
        goal("technique_share"),
        "plan.targets[0].techniques: is about all techniques, whose share is always the whole — "
        "name the techniques",
    ),
    "a share of a base year without a table": (
        goal("activity", of_base=True),
        "plan.targets[0].of_base: needs a table — give the study a section 'economy:', or leave this out",
    ),
    "a policy that is none": (
        {"must_hold": "livelyhood"},
        "plan.must_hold[0]: unknown policy 'livelyhood' — did you mean 'livelihood'?",
    ),
    "a siege from an unknown period": (
        {"siege": {"from": 2030, "coverage": 0.5}},
        "plan.siege.from: unknown period '2030' — known: '2026', '2027'",
    ),
    "a minimum for which there is no room": (
        {"stocks": [{"product": "grain", "most": 5, "least": [2, 6]}]},
        "plan.stocks[0].least: is 6 in 2027, and there is room for 5 — lower the minimum or make room",
    ),
    "more withheld than there is": (
        {"labour": {"skills": [{"name": "all", "hours": 9, "withheld": 1.5}]}},
        "plan.labour.skills[0].withheld: is 1.5 — give a number of 1 or less",
    ),
    "a segment worth more than the one before": (
        {"households": {"groups": [PEOPLE], "segments": [{"width": 1, "worth": 1}, {"worth": 2}]}},
        "plan.households.segments[1].worth: is worth 2, more than the one before it — "
        "let each be worth no more than the one before",
    ),
    "a period named as the year after": (
        {"periods": ["2026", "after"]},
        "plan.periods.labels[1]: 'after' is the year after the plan — give the period another name",
    ),
    "persons of whom nothing is said at first": (
        {"households": {"groups": [{**PEOPLE, "persons": {2027: 1}}]}},
        "plan.households.groups[0].persons: says nothing for 2026 — name the first period too",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_clear_line(case: str) -> None:
    changed, line = CASES[case]
    assert lines(**{**GIVEN, **changed}) == [line]


def test_everything_is_told_at_once() -> None:
    told = lines(
        products=[GRAIN],
        techniques=[{**FIELDS, "capacity": -1}],
        imports=[{"products": "grian", "ceiling": 1}],
        least="labour",
    )
    assert [line.split(":")[0] for line in told] == [
        "plan.techniques[0].uses.urea",
        "plan.techniques[0].capacity",
        "plan.imports[0].products",
        "plan.least",
    ]


TABLE_CASES: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown industry": (
        fields(rest_of="farm"),
        "plan.techniques[0].rest_of: unknown industry 'farm' — did you mean 'farms'?",
    ),
    "an industry without a price for what is made": (
        fields(rest_of="farms"),
        "plan.techniques[0].rest_of: fields makes nothing that the table has a price for — "
        "let it make a product or physical quantity of the table, or leave this out",
    ),
    "more than the whole of an industry": (
        {"techniques": [{"name": "plots", "makes": {"farms": 1}, "share_of": "farms", "share": 1.5}]},
        "plan.techniques[0].share: shares of farms add up to 1.5 — let them add up to 1 or less",
    ),
    "an unknown partner": (
        {"imports": [{"partners": "CHNA", "share": 0.5}]},
        "plan.imports[0].partners: unknown partner 'CHNA' — did you mean 'CHINA'?",
    ),
    "an amount of a flow that the table does not have": (
        {"quantities": [{"name": "ore", "product": "oil", "unit": "kt", "amount": 1}]},
        "plan.quantities[0].amount: makes a price of 0 million USD for 1 kt — "
        "give a flow and an amount above 0, or a price",
    ),
    "a product that the table has": (
        {"products": [GRAIN, UREA, {"name": "oil", "unit": "kt"}]},
        "plan.products[2].name: product 'oil' is there already — give it another name",
    ),
}


@pytest.mark.parametrize("case", TABLE_CASES)
def test_one_clear_line_on_a_table(case: str) -> None:
    changed, line = TABLE_CASES[case]
    given = {"products": [GRAIN, UREA], "techniques": [FIELDS], **changed}
    assert line in lines(farms_and_works(), **given)


def test_what_is_wrong_with_a_set_is_told_where_it_is_included() -> None:
    coal_set = TechniqueSet.model_validate(
        {"title": "a set", "techniques": [{"name": "mine", "makes": {"coal": 1}}]}
    )
    section = PlanSection.model_validate({"periods": [2026], "include": "coal"})
    with pytest.raises(ScenarioError) as caught:
        plan_problem(section, None, title="", sets={"coal": coal_set})
    assert str(caught.value) == (
        "plan.include: techniques, mine.makes.coal: unknown product 'coal' — there is none to choose from"
    )
    with pytest.raises(ScenarioError, match=r"plan.include\[0\]: unknown set of techniques 'coal'"):
        with_sets(section, {"coals": coal_set})


def test_a_rule_of_trade_has_one_ceiling() -> None:
    with pytest.raises(ValidationError, match="more than one of share, ceiling and unlimited"):
        PlanSection.model_validate({"periods": [2026], "imports": [{"ceiling": 1, "unlimited": True}]})
