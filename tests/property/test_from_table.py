"""Laws of a table as techniques: balances hold, names and units of money change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autarky.accounts import open_accounts
from autarky.economy import Economy, FinalUseKind, Gate, Industries
from autarky.planning.formulation import formulate
from autarky.planning.posing.from_table import TableBase, table_base
from autarky.planning.posing.section import PlanSection
from cases import law
from made_base_years import base_problem, breach, imbalance, section
from made_economies import make_economy

Drawn = tuple[Economy, tuple[str, ...], PlanSection]


@st.composite
def drawn(draw: st.DrawFn, *, national: bool | None = None) -> Drawn:
    """A small economy that may invest, its home, and a section about its industries."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    economy = make_economy(rng, national=national, oddities=True)
    if draw(st.booleans()):
        invests = {"GOV": FinalUseKind.INVESTMENT}
        users = tuple(
            user._replace(kind=invests.get(user.category, user.kind)) for user in economy.final_users
        )
        economy = replace(economy, final_users=users)
    regions = economy.industries.regions
    home = tuple(rng.choice(regions, int(rng.integers(1, len(regions) + 1)), replace=False))
    sectors = [sector for sector in economy.industries.sectors if makes(economy, home, sector)]
    industries = {
        "competitive": draw(st.sampled_from([(), "all", tuple(sectors[:1])])),
        "slack": draw(st.sampled_from([0.0, 0.2])),
        "retirement": draw(st.sampled_from([0.0, 0.05])),
    }
    imported = table_base(open_accounts(economy, home), section()).import_channels
    product = imported[0][1].removeprefix("imported ") if imported else ""
    used = product and any(product == one for one in imported_inputs(economy, home))
    carve = [{"name": "wax", "product": product, "share": 0.3}] if used and draw(st.booleans()) else []
    return economy, home, section(industries=industries, carve=carve, substitutions=[{"products": "all"}])


def makes(economy: Economy, home: tuple[str, ...], sector: str) -> bool:
    accounts = open_accounts(economy, home)
    return any(made == sector and x > 0 for (_, made), x in zip(accounts.industries, accounts.x, strict=True))


def imported_inputs(economy: Economy, home: tuple[str, ...]) -> set[str]:
    accounts = open_accounts(economy, home)
    there = accounts.imported_intermediate[:, accounts.x > 0].sum(axis=1) > 0
    return {source.product for source, used in zip(accounts.sources, there, strict=True) if used}


def base_of(case: Drawn) -> TableBase:
    economy, home, plan = case
    return table_base(open_accounts(economy, home), plan)


@law(150)
@given(drawn())
def test_every_balance_holds_and_nothing_is_below_zero(case: Drawn) -> None:
    base = base_of(case)
    assert np.abs(imbalance(base)).max() <= 1e-9 * base.output.max()
    for name in ("use", "builds_with", "consumption", "public", "left_over", "imports_base", "exports_base"):
        assert (getattr(base, name) >= 0).all(), name
    assert base.make.sum(axis=0).tolist() == [1.0] * len(base.techniques)
    assert len(set(base.products)) == len(base.products) and len(set(base.techniques)) == len(base.techniques)


@law(60)
@given(drawn())
def test_the_base_year_breaks_no_row_of_the_program(case: Drawn) -> None:
    base = base_of(case)
    assert breach(formulate(base_problem(base)), base) <= 1e-9
    assert breach(formulate(base_problem(base, given=True)), base) <= 1e-9


@law(60)
@given(drawn())
def test_output_is_the_tables_or_more_and_imports_are_told_once(case: Drawn) -> None:
    economy, home, _ = case
    accounts, base = open_accounts(economy, home), base_of(case)
    industries = base.output[: (accounts.x > 0).sum()]
    assert (industries >= accounts.x[accounts.x > 0] * (1 - 1e-12)).all()
    made = accounts.x > 0
    grown = industries / accounts.x[made]
    final = [k for k, user in enumerate(accounts.final_users) if user.kind is not FinalUseKind.INVENTORIES]
    bought = (accounts.imported_intermediate[:, made] * grown).sum() + accounts.imported_final[:, final].sum()
    assert np.isclose(base.imports_base.sum(), bought, rtol=1e-9)


@law(60)
@given(drawn(), st.sampled_from([1e-6, 1e-3, 7.0, 1e6]))
def test_another_unit_of_money_scales_flows_and_leaves_recipes(case: Drawn, factor: float) -> None:
    economy, home, plan = case
    names = ("Z", "Y", "value_added", "imports_intermediate", "imports_final")
    scaled = replace(economy, **{name: getattr(economy, name) * factor for name in names})
    one, other = base_of(case), base_of((scaled, home, plan))
    assert (one.products, one.techniques) == (other.products, other.techniques)
    assert one.import_channels == other.import_channels and one.export_channels == other.export_channels
    for name in ("make", "use", "builds_with", "investment", "retirement", "lag"):
        assert np.allclose(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-15), name
    for name in (
        "output",
        "capacity",
        "most_starts",
        "under_way",
        "value_added",
        "imports_base",
        "exports_base",
        "consumption",
        "public",
        "left_over",
    ):
        flow = getattr(one, name) * factor
        size = one.output.max() * factor
        assert np.allclose(flow, getattr(other, name), rtol=1e-9, atol=1e-11 * size), name


@law(60)
@given(drawn(national=True))
def test_the_order_of_industries_and_their_names_change_nothing(case: Drawn) -> None:
    economy, home, plan = case
    n = len(economy.industries)
    order = np.random.default_rng(int(economy.x.sum())).permutation(n)
    new = {sector: f"new {sector}" for sector in economy.industries.sectors}
    shuffled = replace(
        economy,
        industries=Industries(
            economy.industries.regions, tuple(new[economy.industries.sectors[i]] for i in order)
        ),
        sector_names=(),
        Z=economy.Z[np.ix_(order, order)],
        Y=economy.Y[order],
        value_added=economy.value_added[:, order],
        imports_intermediate=economy.imports_intermediate[:, order],
        gates=tuple(Gate(gate.partner, new.get(gate.product, gate.product)) for gate in economy.gates),
    )
    rules = plan.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if plan.industries.competitive != "all":
        rules["industries"]["competitive"] = [new[name] for name in plan.industries.competitive]
    for carved in rules.get("carve", ()):
        carved["product"] = new.get(carved["product"], carved["product"])
    one, other = base_of(case), base_of((shuffled, home, PlanSection.model_validate(rules)))

    def renamed(label: str) -> str:
        return " ".join(new.get(word, word) for word in label.split(" "))

    products = [other.products.index(renamed(product)) for product in one.products]
    techniques = [other.techniques.index(renamed(technique)) for technique in one.techniques]
    assert sorted(products) == list(range(len(other.products)))
    assert sorted(techniques) == list(range(len(other.techniques)))
    close = {"rtol": 1e-9, "atol": 1e-12 * one.output.max()}
    for name in ("make", "use", "builds_with"):
        assert np.allclose(getattr(one, name), getattr(other, name)[np.ix_(products, techniques)], **close), (
            name
        )
    for name in ("output", "capacity", "most_starts", "value_added"):
        assert np.allclose(getattr(one, name), getattr(other, name)[techniques], **close), name
    for name in ("consumption", "public", "left_over", "investment"):
        assert np.allclose(getattr(one, name), getattr(other, name)[products], **close), name
    bought = dict(zip(other.import_channels, other.imports_base.tolist(), strict=True))
    assert np.allclose(
        [bought[partner, renamed(product)] for partner, product in one.import_channels], one.imports_base
    )
