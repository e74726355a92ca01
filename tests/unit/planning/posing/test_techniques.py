"""Sets of techniques that come with autarky: every figure with a source, and nature's floors kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autarky.accounts import open_accounts
from autarky.errors import ScenarioError
from autarky.planning.posing.assembly import plan_problem, with_sets
from autarky.planning.posing.from_table import table_base
from autarky.planning.posing.packaged import read_techniques, technique_set, technique_sets
from autarky.planning.posing.section import (
    Amount,
    IndustriesAsTechniques,
    Periods,
    PlanSection,
    Technique,
    TechniqueSet,
)
from autarky.sources import embedded

NORTH_KOREA = technique_set("north-korea")


def figures(techniques: TechniqueSet) -> Iterator[tuple[str, object]]:
    """Every figure that may have a source of its own, by where it stands."""
    for carved in techniques.carve:
        yield f"carve.{carved.name}.share", carved.share
    for quantity in techniques.quantities:
        yield f"quantities.{quantity.name}", quantity.price if quantity.amount is None else quantity.amount
    for one in techniques.techniques:
        for kind in ("makes", "uses", "labour", "builds_with", "building_labour", "draws"):
            for item, figure in getattr(one, kind).items():
                yield f"{one.name}.{kind}.{item}", figure
        for kind in ("share", "invest", "capacity"):
            if (figure := getattr(one, kind)) is not None:
                yield f"{one.name}.{kind}", figure


def cited(source: str) -> set[str]:
    """What a source cites: the short names before its first colon, and those it names in brackets."""
    named = {name.strip() for name in source.split(":")[0].split(",")}
    for part in source.split("; ")[1:]:
        if re.match(r"[\w -]+(, [\w -]+)*:", part):
            named |= {name.strip() for name in part.split(":")[0].split(",")}
    return named | set(re.findall(r"\(([a-z][a-z_]*[0-9][a-z0-9_]*)", source))


def technique(name: str) -> Technique:
    return next(one for one in NORTH_KOREA.techniques if one.name == name)


def used(name: str, item: str) -> Amount:
    figure = technique(name).uses[item]
    assert isinstance(figure, Amount)
    return figure


def least(figure: Amount) -> float:
    return figure.value if figure.low is None else figure.low


@pytest.mark.parametrize("name", technique_sets())
def test_every_figure_has_a_range_or_is_one_and_says_where_it_comes_from(name: str) -> None:
    for place, figure in figures(technique_set(name)):
        assert isinstance(figure, Amount), place
        assert figure.source, place
        whole = place.rsplit(".", 2)[-2] == "makes" or figure.low is not None
        assert whole or place.startswith("quantities."), place


@pytest.mark.parametrize("name", technique_sets())
def test_every_source_that_is_cited_is_listed_and_every_one_listed_is_cited(name: str) -> None:
    techniques = technique_set(name)
    sources = [figure.source or "" for _, figure in figures(techniques) if isinstance(figure, Amount)]
    sources += [one.source or "" for one in techniques.techniques]
    assert all(sources)
    named = set[str]().union(*map(cited, sources)) - {"assumption"}
    assert named == set(techniques.sources)


def test_no_coefficient_falls_below_what_atoms_and_heat_demand() -> None:
    carbon = 0.85  # of anthracite, at most
    assert least(used("steel with anthracite and oxygen", "anthracite")) * carbon >= 0.322
    assert least(used("carbide", "anthracite")) >= 0.562
    assert least(used("carbide", "limestone")) >= 0.875 * 100.09 / 56.08 - 0.005
    assert least(used("carbide", "power")) >= 464.0 / 64.1 / 3.6 - 0.02
    assert least(used("vinylon from carbide", "carbide")) >= 1.455
    assert least(used("plastics from carbide", "carbide")) >= 1.026
    assert least(used("plastics from carbide", "salt")) >= 58.44 / 62.5
    # Two of ammonia to one of urea, and carbon of 529 kg a tonne of ammonia as feed alone.
    assert least(used("urea from anthracite", "anthracite")) * carbon >= 0.529 * 2 * 17.03 / 60.06
    assert least(used("power from oil", "refined oil")) * 42.0 * 0.5 > 3.6
    assert least(used("power from coal", "anthracite")) * 29.3 * 0.5 > 3.6


def test_parts_of_an_industry_add_up_to_no_more_than_all_of_it() -> None:
    parts: dict[str, float] = {}
    for one in NORTH_KOREA.techniques:
        if one.share_of is not None:
            assert isinstance(one.share, Amount)
            parts[one.share_of] = parts.get(one.share_of, 0.0) + one.share.value
    assert parts.pop("electricity") == pytest.approx(0.974)
    assert all(0 < part < 0.1 for part in parts.values())


def test_what_nobody_gives_a_figure_for_is_said() -> None:
    said = " ".join(NORTH_KOREA.gaps)
    for subject in ("anthracite", "oxygen", "coke", "carbide", "hours", "fertiliser", "cost"):
        assert subject in said.lower()


def test_an_unknown_set_is_told_with_the_nearest_there_is() -> None:
    with pytest.raises(
        ScenarioError, match=r"plan.include: no techniques 'north-corea' come with autarky — .*'north-korea'"
    ):
        technique_set("north-corea")


def test_what_is_wrong_with_a_set_is_told_by_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "title: mine\n"
        "techniques:\n"
        "  - name: steel\n"
        "    makes: {metals: {value: 2, low: 3}}\n"
        "    coefficients: 1\n"
    )
    with pytest.raises(ScenarioError) as raised:
        read_techniques(path)
    told = str(raised.value)
    assert f"{path}:4:" in told and "widen the range" in told
    assert f"{path}:5:5" in told


def test_the_page_on_techniques_shows_every_coefficient_every_gap_and_every_source() -> None:
    page = (Path(__file__).parents[4] / "docs" / "techniques.md").read_text(encoding="utf-8")
    flat = " ".join(page.split())
    for one in NORTH_KOREA.techniques:
        assert f"| {one.name} |" in page
        for item in one.uses:
            figure = used(one.name, item)
            unit = f"{figure.unit or 'billion KRW'} / {one.unit or 'billion KRW'}"
            assert f"| {item} | {figure.value:g} ({figure.low:g} to {figure.high:g}) {unit} |" in page
    assert all(" ".join(gap.split()) in flat for gap in NORTH_KOREA.gaps)
    assert all(f"`{key}`: {' '.join(source.split())}" in flat for key, source in NORTH_KOREA.sources.items())


@pytest.mark.parametrize("competitive", ["all", ()])
def test_a_set_fits_its_table_whether_home_products_stand_for_imports_or_not(competitive: str) -> None:
    industries = IndustriesAsTechniques(competitive=competitive)
    section = PlanSection(periods=Periods(labels=("2020",)), industries=industries, include=("north-korea",))
    section = with_sets(section, {"north-korea": NORTH_KOREA})
    base = table_base(open_accounts(embedded("north-korea-2019")), section)
    problem = plan_problem(section, base, title="North Korea")
    smelting = problem.techniques.index("steel with anthracite and oxygen")
    taken = {problem.products[i] for i in problem.use[:, smelting].nonzero()[0]}
    # Fuel for heat is replaced, at home and from abroad; what repairs take is not.
    assert taken & {"petroleum", "imported petroleum", "imported coal"} == set()
    assert "machinery" in taken
