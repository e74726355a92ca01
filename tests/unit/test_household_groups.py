"""A table's households in groups: totals kept, bad groups refused at their place in the study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.household_groups import HouseholdGroup, with_household_groups
from autarky.sources import embedded
from autarky.study import tables_of
from autarky.study_file import read_study
from small_economies import chain, two_regions

STUDY = """\
version: 1
title: groups
economy:
  embedded: north-korea-2019
  household_groups:
    rural: {people: 10.1, share: {default: 0.4, products: {food: 0.5}}, source: assumption}
    urban: {people: 15.5, share: {default: 0.6, products: {food: 0.5}}, source: assumption}
scenario: {start: 2020-01-01, days: 10}
"""


def groups(**shares: Any) -> dict[str, HouseholdGroup]:
    return {
        name: HouseholdGroup.model_validate({"share": share, "source": "assumption"})
        for name, share in shares.items()
    }


def refused(text: str, tmp_path: Path) -> list[str]:
    """The lines that a study with this text is refused with, when its table is read."""
    path = tmp_path / "study.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_study(path).read_economy()
    return str(caught.value).replace(f"{path}:", "").splitlines()


def test_columns_are_split_by_product_and_add_up() -> None:
    economy = chain()
    poor = {"default": 0.3, "products": {"ore": 0.25}}
    rich = {"default": 0.7, "products": {"ore": 0.75}}
    split = with_household_groups(economy, groups(poor=poor, rich=rich))
    assert [user.category for user in split.final_users] == ["HH-poor", "HH-rich", "EXP", "INV"]
    np.testing.assert_allclose(split.Y[2, :2], economy.Y[2, 0] * np.array([0.3, 0.7]), rtol=1e-15)
    np.testing.assert_allclose(
        split.imports_final[2, :2], economy.imports_final[2, 0] * np.array([0.25, 0.75])
    )
    np.testing.assert_array_equal(split.Y[:, 2:], economy.Y[:, 1:])


@pytest.mark.parametrize("number", [2, 3, 7])
def test_totals_are_kept_to_the_last_bit_that_counts(number: int) -> None:
    economy = embedded("north-korea-2019")
    shares = np.random.default_rng(number).dirichlet(np.ones(number))
    split = with_household_groups(economy, groups(**{f"g{k}": float(s) for k, s in enumerate(shares)}))
    np.testing.assert_allclose(split.x, economy.x, rtol=1e-12)
    np.testing.assert_allclose(split.imports, economy.imports, rtol=1e-12)
    assert (split.Y >= 0.0).all()
    assert "g1, assumption" in split.provenance.notes[-1]
    assert split.digest != economy.digest


def test_a_group_without_a_share_of_a_product_gets_none_of_it() -> None:
    split = with_household_groups(chain(), groups(all_of_it=1.0, none=0.0))
    assert (split.Y[:, 1] == 0.0).all()


def test_one_region_can_be_split() -> None:
    split = with_household_groups(two_regions(), groups(a=0.5, b=0.5), region="CHN")
    assert [(u.region, u.category) for u in split.final_users] == [
        ("NOR", "HH"),
        ("CHN", "HH-a"),
        ("CHN", "HH-b"),
    ]


def test_all_problems_are_told_at_once() -> None:
    wrong = groups(a={"default": 0.5, "products": {"shop": 0.9, "shoe": 0.1}}, b=0.4)
    with pytest.raises(ScenarioError) as caught:
        with_household_groups(chain(), wrong)
    told = str(caught.value)
    assert "unknown product 'shoe'" in told
    assert "shares add to 0.9 over all groups" in told
    assert "shares of 'shop' add to 1.3" in told
    with pytest.raises(ScenarioError, match="there are no households in 'MARS'"):
        with_household_groups(chain(), groups(a=1.0), region="MARS")


def test_a_study_splits_its_table_and_the_tables_drawn_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(
        STUDY + "uncertainty:\n  draws: 4\n  parameters:\n    - name: table\n      tables: true\n"
        "      source: assumption\n"
        "      distribution: {kind: draws, table: north-korea-2019, number: 2}\n"
    )
    study = read_study(path)
    economy = study.read_economy()
    assert [u.category for u in economy.final_users[:2]] == ["households-rural", "households-urban"]
    assert study.uncertainty is not None
    for table in tables_of(study, study.uncertainty).values():
        assert table.final_users == economy.final_users


def test_bad_groups_are_refused_where_they_stand(tmp_path: Path) -> None:
    sums = refused(STUDY.replace("0.6,", "0.7,"), tmp_path)
    assert sums == ["6:5: shares add to 1.1 over all groups — make them add to 1"]
    unknown = refused(
        STUDY.replace(
            "food: 0.5}}, source: assumption}\n    urban", "foot: 0.5}}, source: assumption}\n    urban"
        ),
        tmp_path,
    )
    assert unknown[0].startswith("6:66: unknown product 'foot' — did you mean 'food'")
    nowhere = refused(
        STUDY.replace("  household_groups", "  household_region: MARS\n  household_groups"), tmp_path
    )
    assert nowhere[0].startswith("5:21: there are no households in 'MARS'")
    shape = refused(STUDY.replace("default: 0.4", "default: 1.4"), tmp_path)
    assert shape[0].startswith("6:44: ") and "1.4" in shape[0]
