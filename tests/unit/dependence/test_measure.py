"""All families at once: each measure is labelled, told, documented, undefined where nobody can know it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autarky.audit import measure_table
from autarky.dependence.measure import FAMILIES, Measures, Paths, measure
from autarky.economy import ImportTreatment
from autarky.errors import InputError
from autarky.explanation import dependence
from parsed_page import Page
from small_economies import chain, three_regions

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "dependence.md"


@pytest.fixture(scope="module", params=["nation", "country", "bloc"])
def measures(request: pytest.FixtureRequest) -> Measures:
    home = {"nation": (), "country": ("NOR",), "bloc": ("NOR", "CHN")}[request.param]
    return measure(chain() if request.param == "nation" else three_regions(), home)


def test_every_measure_says_what_it_is_how_it_is_computed_by_whom_and_what_it_does_not_see(
    measures: Measures,
) -> None:
    for family in measures.families:
        assert family.measures, family.name
        for one in family.measures:
            for about in ("long_name", "units", "formula", "source", "blind_spots"):
                assert str(one.attrs[about]).strip(), (one.name, about)
            assert not np.isinf(one.values.astype(float)).any(), one.name


def test_every_measure_is_in_the_document_with_its_formula(measures: Measures) -> None:
    document = DOCUMENT.read_text()
    for family in measures.families:
        assert f"## {family.question}\n\n`--family {family.name}`" in document
        for one in family.measures:
            assert f"`{one.name}`" in document
            assert str(one.attrs["formula"]).replace("|", "∣") in document, one.name


def test_every_measure_is_printed_and_every_number_is_in_the_json(measures: Measures) -> None:
    text = dependence.text(measures)
    told = json.loads(json.dumps(dependence.to_dict(measures), allow_nan=False))
    assert [family["family"] for family in told["families"]] == list(FAMILIES)
    for family, stored in zip(measures.families, told["families"], strict=True):
        assert family.name.replace("_", " ").upper() in text
        for one, plain in zip(family.measures, stored["measures"], strict=True):
            values = np.array(plain["values"], dtype=float)
            np.testing.assert_array_equal(values, one.values.astype(float))
            assert set(one.dims) <= set(plain["labels"])


def test_families_are_chosen_by_name_and_told_one_after_the_other() -> None:
    heard: list[str] = []
    found = measure(chain(), families=("position", "linkages"), progress=lambda what, *_: heard.append(what))
    assert [family.name for family in found.families] == ["position", "linkages"] == heard


@pytest.mark.parametrize("treatment", [ImportTreatment.NONE, ImportTreatment.NET_EXPORTS])
def test_imports_that_a_table_does_not_tell_are_not_nothing(treatment: ImportTreatment) -> None:
    untold = replace(
        chain(),
        import_treatment=treatment,
        gates=(),
        imports_intermediate=np.zeros((0, 0)),
        imports_final=np.zeros((0, 0)),
    )
    found = {
        str(one.name): one for family in measure(untold).families for one in family.measures if not one.dims
    }
    assert np.isnan(found["import_dependency_ratio_gross"])
    assert np.isnan(found["vertical_specialisation"])
    # Output less net exports is what is used, whatever the imports.
    assert np.isnan(found["self_sufficiency_ratio"]) == (treatment is ImportTreatment.NONE)


def test_other_years_are_judged_together_and_a_yes_is_told_by_its_place() -> None:
    tables = [replace(three_regions(), year=year) for year in (2019, 2018, 2017)]
    found = measure(tables[0], ["NOR"], families=["concentration"], other_years=tables[1:])
    (geodep,) = [one for one in found.families[0].measures if one.name == "geodep"]
    (one_year,) = [one for one in found.families[0].measures if one.name == "geodep_conditions"]
    # Three years alike: what holds in one holds in two of three.
    np.testing.assert_array_equal(geodep.values, one_year.sel(condition="all").values)
    dependent = [str(product) for product in geodep["product"].values[geodep.values == 1]]
    line = next(line for line in dependence.text(found, 400).splitlines() if "at least 2 of 3 years" in line)
    assert line.endswith(f"(1 yes, 0 no): {', '.join(dependent) or 'none'}")


def test_paths_are_sought_of_what_is_asked() -> None:
    found = measure(chain(), families=("structural_paths",), paths=Paths(of=("shop",), depth=1))
    (paths,) = found.families[0].measures
    assert str(paths.attrs["long_name"]).endswith("behind shop")
    # What the mill buys abroad for the shop is one round away from the shop.
    assert list(paths["path"].values) == ["final use ← shop ← mill"]
    assert paths.values == pytest.approx([365.0])


def test_a_table_measured_by_name_says_the_command_and_draws_a_page() -> None:
    found = measure_table("north-korea-2019", families=["self_sufficiency"])
    assert found.command == "autarky measure north-korea-2019 --family self_sufficiency"
    page = Page(found.page)
    assert any("How much of what it uses does it make?" in text for text in page.text)
    assert any("Metals and metal products" in text for text in page.text)


def test_wrong_names_are_refused_with_what_is_known() -> None:
    with pytest.raises(InputError, match="unknown family 'postion' — did you mean 'position'"):
        measure(chain(), families=["postion"])
    with pytest.raises(InputError, match="unknown region 'NRO' — did you mean 'NOR'"):
        measure(three_regions(), ["NRO"])
    with pytest.raises(InputError, match="3 regions, and none is named as home"):
        measure(three_regions())
