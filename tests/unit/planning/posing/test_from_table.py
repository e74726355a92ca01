"""A table as products and techniques: what goes where, and a base year that holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autarky.accounts import Accounts, open_accounts
from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment
from autarky.errors import EconomyError, InputError, ScenarioError
from autarky.planning.formulation import formulate
from autarky.planning.plan import Plan, make_plan
from autarky.planning.posing.assembly import plan_problem
from autarky.planning.posing.from_table import TableBase, table_base
from autarky.sources import embedded
from autarky.sources.wiod2013 import read_wiod2013
from made_base_years import base_problem, breach, flow, imbalance, section
from made_economies import make_economy
from small_economies import YEAR, chain, coal_from_apart, crops_and_mills, three_regions, two_regions


def base_of(economy: Economy, home: tuple[str, ...] = (), **given: object) -> TableBase:
    return table_base(open_accounts(economy, home), section(**given))


def used(base: TableBase, product: str, technique: str) -> float:
    return float(base.use[base.products.index(product), base.techniques.index(technique)])


def amounts(base: TableBase, values: np.ndarray) -> dict[str, float]:
    return {name: value for name, value in zip(base.products, values.tolist(), strict=True) if value}


def imports(base: TableBase) -> dict[tuple[str, str], float]:
    return dict(zip(base.import_channels, base.imports_base.tolist(), strict=True))


def investing() -> Economy:
    """Crops and mills, whose final users invest as well: 20 of mills, and 5 of crops from CHINA."""
    economy = crops_and_mills()
    Y = np.hstack([economy.Y, [[0.0], [20.0]]])
    Y[1, 0] -= 20.0
    imported = np.hstack([economy.imports_final, [[5.0], [0.0]]])
    users = (*economy.final_users, FinalUser("HOME", "GFCF", FinalUseKind.INVESTMENT))
    return replace(economy, Y=Y, imports_final=imported, final_users=users)


def refusals(economy: Economy, home: tuple[str, ...] = (), **given: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        base_of(economy, home, **given)
    return [str(problem) for problem in caught.value.problems]


# The base year as a plan, on real tables.


@pytest.fixture(scope="module")
def tables(shared_data: Path) -> dict[str, Accounts]:
    world = read_wiod2013(shared_data / "wiod2013" / "wiod2013_2011_41x35.csv.gz")
    return {"korea": open_accounts(world, ("KOR",)), "bloc": open_accounts(world, ("KOR", "CHN", "JPN"))}


def accounts_of(name: str, request: pytest.FixtureRequest) -> Accounts:
    if name in ("korea", "bloc"):
        found: Accounts = request.getfixturevalue("tables")[name]
        return found
    return open_accounts(embedded(name))


REAL = ("north-korea-2019", "usa-2023", "korea", "bloc")


@pytest.mark.parametrize("industries", [{}, {"competitive": "all"}, {"slack": 0.1, "retirement": 0}])
@pytest.mark.parametrize("name", REAL)
def test_every_balance_of_the_base_year_holds(
    name: str, industries: dict[str, object], request: pytest.FixtureRequest
) -> None:
    base = table_base(accounts_of(name, request), section(industries=industries))
    assert np.abs(imbalance(base)).max() <= 1e-12 * base.output.max()
    assert (base.use >= 0).all()
    assert min(part.min() for part in (base.consumption, base.public, base.left_over, base.imports_base)) >= 0


@pytest.mark.parametrize("name", REAL)
def test_the_base_year_again_and_again_breaks_no_row_of_the_program(
    name: str, request: pytest.FixtureRequest
) -> None:
    base = table_base(accounts_of(name, request), section())
    assert breach(formulate(base_problem(base)), base) <= 1e-12
    assert breach(formulate(base_problem(base, given=True)), base) <= 1e-12


@pytest.mark.parametrize("name", ["north-korea-2019", "usa-2023", "korea"])
def test_who_asks_for_nothing_else_gets_the_base_year_in_every_span(
    name: str, request: pytest.FixtureRequest
) -> None:
    base = table_base(accounts_of(name, request), section())
    plan = make_plan(base_problem(base, given=True))
    assert isinstance(plan, Plan)
    # To what the stages let go of what is kept: 1e-6.
    assert plan.worst_coverage == pytest.approx(1.0, abs=2e-6)
    assert np.abs(plan.values["activity"].values - base.output).max() <= 1e-5 * base.output.max()
    assert np.abs(plan.values["imports"].values - base.imports_base).max() <= 1e-4 * base.imports_base.max()


@pytest.mark.parametrize("name", ["north-korea-2019", "korea"])
def test_under_the_base_years_ceilings_and_payments_everybody_has_the_whole_basket(
    name: str, request: pytest.FixtureRequest
) -> None:
    everything = {"groups": [{"name": "people", "persons": 1, "share_of_base": 1.0}]}
    asked = section(households=everything)
    base = table_base(accounts_of(name, request), asked)
    problem = plan_problem(asked, base, title=name)
    assert breach(formulate(problem), base) <= 1e-12
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    assert plan.worst_coverage == pytest.approx(1.0, abs=2e-6)


# Which product an import becomes.


def test_an_industry_makes_one_of_its_product_and_uses_what_it_used() -> None:
    base = base_of(crops_and_mills())
    assert base.products == ("crops", "mills", "imported crops", "oil")
    assert base.techniques == ("crops", "mills", "imported crops for crops")
    assert base.make.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 0]]
    expected = [[0.2, 0.3, 0], [0.3, 0.2, 0], [0.1, 0, 1], [0, 0.2, 0]]
    assert base.use == pytest.approx(np.array(expected))
    assert base.output.tolist() == [100, 100, 5]
    assert base.recipes.tolist() == [0, 1, -1]


def test_final_users_imports_are_told_under_the_home_product() -> None:
    base = base_of(crops_and_mills())
    assert amounts(base, base.consumption) == {"crops": 35, "mills": 40}
    assert imports(base) == {("CHINA", "imported crops"): 15, ("RUSSIA", "oil"): 20}
    assert dict(zip(base.export_channels, base.exports_base.tolist(), strict=True)) == {
        ("ABROAD", "crops"): 20,
        ("ABROAD", "mills"): 10,
    }
    assert base.deficit == 5


def test_reexports_are_left_out_on_both_sides_and_said() -> None:
    told = "Imports that leave again as they came (1 million USD) are left out on both sides."
    assert told in base_of(crops_and_mills()).assumptions


def test_competitive_imports_are_pooled_with_the_home_product() -> None:
    base = base_of(crops_and_mills(), industries={"competitive": ["crops"]})
    assert base.products == ("crops", "mills", "oil")
    assert base.techniques == ("crops", "mills")
    assert used(base, "crops", "crops") == pytest.approx(0.3)
    assert imports(base) == {("CHINA", "crops"): 15, ("RUSSIA", "oil"): 20}
    assert any(told.endswith("imports for home products, of crops.") for told in base.assumptions)


def test_all_products_can_be_competitive_and_oil_keeps_its_code() -> None:
    assert base_of(crops_and_mills(), industries={"competitive": "all"}).products == ("crops", "mills", "oil")


def test_the_only_home_of_a_world_table_is_told_by_bare_codes_and_a_bloc_by_labels() -> None:
    single = base_of(two_regions(), ("NOR",))
    assert single.products == ("food", "coal", "imported food", "imported coal")
    assert single.import_channels == (("CHN", "imported food"), ("CHN", "imported coal"))
    bloc = base_of(three_regions(), ("NOR", "CHN"))
    assert bloc.products[:4] == ("NOR.food", "NOR.coal", "CHN.food", "CHN.coal")
    assert bloc.products[4:] == ("imported food", "imported coal")
    assert bloc.techniques[4:6] == ("imported food for NOR.food", "imported food for CHN.food")
    assert bloc.table_products == ("food", "coal", "food", "coal", "food", "coal")
    assert np.abs(imbalance(bloc)).max() <= 1e-9 * bloc.output.max()


def test_a_blocs_competitive_imports_are_the_product_of_the_region_that_uses_them() -> None:
    economy = three_regions()
    bloc = base_of(economy, ("NOR", "CHN"), industries={"competitive": ["food"]})
    pairs, labels = economy.industries.pairs, economy.industries.labels
    source, buyers = labels.index("USA.food"), [k for k, (region, _) in enumerate(pairs) if region == "CHN"]
    final = [k for k, user in enumerate(economy.final_users) if user.region == "CHN"]
    expected = economy.Z[source, buyers].sum() + economy.Y[source, final].sum()
    assert imports(bloc)[("USA", "CHN.food")] == pytest.approx(expected)


def test_a_region_of_a_bloc_that_makes_none_of_a_product_is_served_by_the_largest_that_does() -> None:
    economy = make_economy(np.random.default_rng(1), national=False, sectors=2, regions=4)
    gone = economy.industries.labels.index("CHN.food")
    Z, Y = economy.Z.copy(), economy.Y.copy()
    Z[gone], Z[:, gone], Y[gone] = 0.0, 0.0, 0.0
    without = replace(economy, Z=Z, Y=Y)
    output = dict(zip(without.industries.labels, without.x.tolist(), strict=True))
    small, large = sorted(("NOR.food", "PRK.food"), key=lambda label: output[label])
    for industries in ({}, {"competitive": ["food"]}):
        bloc = base_of(without, ("NOR", "CHN", "PRK"), industries=industries)
        home = without.Y[:, [k for k, user in enumerate(without.final_users) if user.category == "HH"][:3]]
        rows = {label: without.industries.labels.index(label) for label in (small, large, "USA.food")}
        own = {"NOR.food": 0, "PRK.food": 2}
        abroad = home[rows["USA.food"]]
        assert abroad[1] > 0
        expected = home[rows[large]].sum() + abroad[own[large]] + abroad[1]
        assert bloc.consumption[bloc.products.index(large)] == pytest.approx(expected)
        expected = home[rows[small]].sum() + abroad[own[small]]
        assert bloc.consumption[bloc.products.index(small)] == pytest.approx(expected)


def test_a_whole_world_at_home_imports_nothing() -> None:
    base = base_of(two_regions(), ("NOR", "CHN"))
    assert base.import_channels == () and base.export_channels == ()
    assert np.abs(imbalance(base)).max() <= 1e-12 * base.output.max()


def test_a_home_that_makes_none_of_a_product_imports_it_by_its_code() -> None:
    economy = two_regions()
    Z, Y, added = economy.Z.copy(), economy.Y.copy(), economy.value_added.copy()
    Z[1], Z[:, 1], Y[1], added[:, 1] = 0.0, 0.0, 0.0, 0.0
    base = base_of(replace(economy, Z=Z, Y=Y, value_added=added), ("NOR",))
    assert base.products == ("food", "imported food", "coal")
    assert imports(base)[("CHN", "coal")] == pytest.approx(1.1 * YEAR)
    assert amounts(base, base.consumption)["coal"] == YEAR


# What is carved out, and what could be made instead.


def test_a_carved_product_takes_its_share_of_its_users_imports() -> None:
    carve = {"name": "seed", "product": "crops", "users": ["crops"], "share": 0.4, "source": "a survey"}
    base = base_of(crops_and_mills(), carve=[carve])
    assert base.products == ("crops", "mills", "imported crops", "oil", "seed")
    assert used(base, "seed", "crops") == pytest.approx(0.04)
    assert used(base, "imported crops", "crops") == pytest.approx(0.06)
    assert imports(base)[("CHINA", "seed")] == pytest.approx(4)
    assert imports(base)[("CHINA", "imported crops")] == pytest.approx(11)
    assert "seed is 0.4 (a survey) of what crops import of crops." in base.assumptions
    assert base.table_products[-1] == "crops"


def test_all_of_an_import_can_be_carved_away() -> None:
    base = base_of(crops_and_mills(), carve=[{"name": "naphtha", "product": "oil", "share": {"value": 1}}])
    assert base.products == ("crops", "mills", "imported crops", "naphtha")
    assert np.abs(imbalance(base)).max() <= 1e-12 * base.output.max()


def test_a_substitute_uses_the_home_recipe_at_its_cost() -> None:
    rule = {"products": ["crops"], "cost": 1.5, "lag": 3, "growth": 0.2}
    base = base_of(investing(), substitutions=[rule], industries={"capital_output": 2.0})
    j = base.techniques.index("crops in place of imports")
    assert base.make[:, j].tolist() == [0, 0, 1, 0]
    assert base.use[:, j] == pytest.approx(1.5 * base.use[:, 0])
    assert base.capacity[j] == 0 and base.lag[j] == 3 and base.output[j] == 0
    assert base.most_starts[j] == pytest.approx(0.2 * 20)  # 10 as inputs, 5 eaten, 5 invested
    assert base.builds_with[:, j] == pytest.approx(2.0 * base.investment)
    assert base.recipes[j] == 0
    cheap = base_of(investing(), substitutions=[rule | {"invest": 0.5}])
    assert cheap.builds_with[:, j] == pytest.approx(0.5 * base.investment)


def test_each_region_of_a_bloc_has_a_substitute_of_its_own() -> None:
    bloc = base_of(three_regions(), ("NOR", "CHN"), substitutions=[{"products": "all", "growth": 1.0}])
    names = [name for name in bloc.techniques if name.endswith("in place of imports")]
    assert names == [
        f"{label} in place of imports" for label in ("NOR.food", "CHN.food", "NOR.coal", "CHN.coal")
    ]
    assert bloc.most_starts[-4:].sum() == pytest.approx(bloc.imports_base.sum())


# Plants.


def test_investment_of_the_base_year_just_replaces_what_retires() -> None:
    base = base_of(investing(), industries={"slack": 0.2, "retirement": 0.1, "growth": 0.3, "lag": 2})
    assert base.capacity.tolist() == [125, 125, np.inf]
    assert amounts(base, base.investment) == pytest.approx({"mills": 0.8, "imported crops": 0.2})
    assert base.builds_with[:, :2].sum(axis=0) == pytest.approx(25 / (0.1 * 250))
    assert base.builds_with @ (base.retirement * [125, 125, 0]) == pytest.approx([0, 20, 5, 0])
    assert base.most_starts == pytest.approx([50, 50, 0])
    assert base.under_way == pytest.approx([12.5, 12.5, 0])
    assert base.lag.tolist() == [2, 2, 0]
    assert not base.public.any()


def test_where_nothing_retires_investment_is_public_demand() -> None:
    base = base_of(investing(), industries={"retirement": 0})
    assert amounts(base, base.public) == {"mills": 20, "imported crops": 5}
    assert not base.builds_with.any() and not base.under_way.any()
    assert any("(25 million USD) is public demand" in told for told in base.assumptions)


def test_a_given_capital_output_is_told_beside_what_was_invested() -> None:
    base = base_of(investing(), industries={"capital_output": 3.0, "source": "a handbook"})
    assert base.builds_with[:, 0].sum() == pytest.approx(3.0)
    told = next(sentence for sentence in base.assumptions if "investment goods" in sentence)
    assert "(a handbook)" in told and "30 million USD a year, against 25 million USD" in told


# What no year can repeat.


def test_what_went_into_stocks_is_left_over_and_said() -> None:
    base = base_of(chain(shop_inventories=0.5))
    assert amounts(base, base.left_over) == pytest.approx({"shop": 0.5 * YEAR})
    assert base.output[:3] == pytest.approx(np.array([2, 2, 3.5]) * YEAR)
    told = "Changes in inventories are left out: 182 million USD of home products went into stocks."
    assert told in base.assumptions


def test_what_came_out_of_stocks_counts_as_made_and_so_do_its_inputs() -> None:
    base = base_of(chain(shop_inventories=-1.0))  # the shop makes 2 of 3, with 2 of mill and 1 of ore in it
    made = dict(zip(base.techniques, (base.output / YEAR).tolist(), strict=True))
    assert made["shop"] == pytest.approx(3.0)
    assert made["mill"] == pytest.approx(3.0)
    assert made["mine"] == pytest.approx(2.5)
    assert imports(base)[("CHINA", "oil")] == pytest.approx(0.9 * 1.5 * YEAR)
    assert base.capacity[:3] == pytest.approx(base.output[:3])
    assert not base.left_over.any()
    assert np.abs(imbalance(base)).max() <= 1e-12 * base.output.max()
    assert any("0.42 of all output) higher than in the table" in told for told in base.assumptions)


def test_negative_entries_are_set_to_zero_and_said() -> None:
    economy = crops_and_mills()
    Z, Y, imported = economy.Z.copy(), economy.Y.copy(), economy.imports_intermediate.copy()
    Z[0, 1], Y[0, 1], imported[1, 0] = -1.0, -3.0, -0.5
    base = base_of(replace(economy, Z=Z, Y=Y, imports_intermediate=imported))
    assert base.export_channels == (("ABROAD", "mills"),)
    assert (base.use >= 0).all()
    assert np.abs(imbalance(base)).max() <= 1e-12 * base.output.max()
    told = next(sentence for sentence in base.assumptions if sentence.startswith("Negative"))
    assert (
        "1 million USD of home inputs, 0.5 million USD of imported inputs, 3 million USD of exports" in told
    )


def test_what_industries_without_output_gave_and_took_is_left_out_and_said() -> None:
    economy = crops_and_mills()
    users = (*economy.final_users, FinalUser("HOME", "INV", FinalUseKind.INVENTORIES))
    Y = np.hstack([economy.Y, [[0.0], [-100.0]]])
    imported = np.hstack([economy.imports_final, [[0.0], [0.0]]])
    base = base_of(replace(economy, Y=Y, imports_final=imported, final_users=users))
    assert base.techniques == ("crops", "imported crops for crops")
    left = [sentence for sentence in base.assumptions if "made nothing" in sentence]
    assert left == [
        "What came from home industries that made nothing is left out: 80 million USD of mills.",
        "What industries used that made nothing is left out: 70 million USD by mills.",
    ]


def test_households_non_profits_government_and_discrepancies_have_their_places() -> None:
    economy = coal_from_apart()
    kinds = {
        FinalUseKind.HOUSEHOLDS: "consumption",
        FinalUseKind.NONPROFIT: "consumption",
        FinalUseKind.GOVERNMENT: "public",
        FinalUseKind.DISCREPANCY: "public",
    }
    for kind, place in kinds.items():
        users = (economy.final_users[0]._replace(kind=kind), economy.final_users[1])
        base = base_of(replace(economy, final_users=users))
        assert getattr(base, place) == pytest.approx(np.array([1.0, 0.3, 0.0]) * YEAR)


# What is refused.


def test_a_table_that_does_not_tell_imports_is_refused() -> None:
    economy = replace(
        crops_and_mills(),
        import_treatment=ImportTreatment.NONE,
        gates=(),
        imports_intermediate=np.zeros((0, 2)),
        imports_final=np.zeros((0, 2)),
    )
    assert refusals(economy) == [
        "economy: crops and mills does not tell imports from home products — plan with a table that does"
    ]


def test_all_wrong_names_are_told_together() -> None:
    lines = refusals(
        crops_and_mills(),
        industries={"competitive": ["corps", "oil"], "slack": 1},
        carve=[
            {"name": "mills", "product": "oil", "users": ["mill"], "share": 0.5},
            {"name": "seed", "product": "crop", "share": 0.5},
            {"name": "seed", "product": "mills", "share": 1.5},
            {"name": "tar", "product": "oil", "share": {"value": 0.8}},
        ],
        substitutions=[{"products": ["crop", "oil", "mills"]}, {"products": "crops"}, {"products": "all"}],
    )
    assert lines == [
        "plan.carve[0].users[0]: unknown industry 'mill' — did you mean 'mills'?",
        "plan.carve[1].product: unknown product 'crop' — did you mean 'crops'?",
        "plan.carve[2].product: no industry imports 'mills' — carve a product that is imported",
        "plan.carve[2].share: is 1.5, not a share — give a number from 0 to 1",
        "plan.carve[0].name: 'mills' is the name of a product of the table — give it another name",
        "plan.carve[2].name: 'seed' stands twice — give each its own name",
        "plan.industries.competitive[0]: unknown product 'corps' — did you mean 'crops'?",
        "plan.industries.competitive[1]: no home industry makes 'oil' — leave it out",
        "plan.industries.slack: is 1: no capacity was used at all — give less than 1",
        "plan.substitutions[0].products[0]: unknown product 'crop' — did you mean 'crops'?",
        "plan.substitutions[0].products[1]: no home industry makes 'oil', so there is no recipe — "
        "declare a technique that makes it",
        "plan.substitutions[0].products[2]: 'mills' is not imported — leave it out",
        "plan.substitutions[2].products[0]: 'crops' has a substitution already — keep one of them",
    ]


def test_no_more_can_be_carved_out_than_there_is() -> None:
    shares = [{"name": name, "product": "oil", "share": 0.6} for name in ("tar", "wax")]
    assert refusals(crops_and_mills(), carve=shares) == [
        "plan.carve[1].share: with the carved products before it, more than all imports of 'oil' are taken — "
        "lower one of the shares"
    ]


def test_what_is_competitive_needs_no_substitute() -> None:
    lines = refusals(
        crops_and_mills(), industries={"competitive": ["crops"]}, substitutions=[{"products": ["crops"]}]
    )
    assert lines == [
        "plan.substitutions[0].products[0]: home products can stand for imports of 'crops' already: "
        "it is competitive — take it out of one of the two lists"
    ]


def test_capital_goods_need_a_table_that_tells_them() -> None:
    lines = refusals(crops_and_mills(), industries={"capital_output": 2})
    assert lines == [
        "plan.industries.capital_output: is given, and the table does not tell what investment goods are — "
        "leave it out"
    ]


def test_a_home_without_any_output_is_refused() -> None:
    economy = two_regions()
    Z, Y, added = economy.Z.copy(), economy.Y.copy(), economy.value_added.copy()
    Z[:2], Z[:, :2], Y[:2], added[:, :2] = 0.0, 0.0, 0.0, 0.0
    assert refusals(replace(economy, Z=Z, Y=Y, value_added=added), ("NOR",)) == [
        "plan.home: no industry of NOR makes anything — name another country or bloc"
    ]


def test_two_products_of_one_name_are_refused() -> None:
    economy = replace(crops_and_mills(), gates=(Gate("CHINA", "crops"), Gate("RUSSIA", "imported crops")))
    assert refusals(economy) == [
        "economy: 'imported crops' would be the name of 2 products — give each product a code of its own"
    ]


def test_industries_that_need_more_than_they_make_without_stocks_are_refused() -> None:
    economy = crops_and_mills()
    Z = np.array([[99.0, 30.0], [30.0, 99.0]])
    users = (economy.final_users[0]._replace(kind=FinalUseKind.INVENTORIES), economy.final_users[1])
    Y = 100.0 - Z.sum(axis=1)
    broken = replace(economy, Z=Z, Y=np.column_stack([Y - 10, [10.0, 10.0]]), final_users=users)
    with pytest.raises(EconomyError, match="once nothing comes out of stocks"):
        base_of(broken)


def test_problems_with_a_section_are_scenario_errors_that_a_study_can_place() -> None:
    with pytest.raises(ScenarioError):
        base_of(crops_and_mills(), industries={"competitive": ["corps"]})


def test_trade_by_product_adds_up_to_the_tables() -> None:
    economy = embedded("usa-2023")
    base = base_of(economy)
    stocks = [k for k, user in enumerate(economy.final_users) if user.kind is FinalUseKind.INVENTORIES]
    table = float(economy.imports.sum() - economy.imports_final[:, stocks].sum())
    # Besides what raised outputs need, and what stood below zero.
    assert flow(base, base.import_channels, base.imports_base).sum() == pytest.approx(table, rel=1e-3)
