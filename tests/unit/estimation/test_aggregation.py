"""Concordances are read strictly; an aggregated table has the sums of the table it was made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autarky.economy import Economy, FinalUseKind, FinalUser, Gate
from autarky.errors import EconomyError, SourceError
from autarky.estimation.aggregation import (
    aggregate,
    concordance_names,
    national,
    packaged_concordance,
    read_concordance,
)
from small_economies import chain, two_regions

GOOD = """of,source,target,share,basis
sector,mine,coal,0.25,assumption: a quarter
sector,mine,ore,0.75,assumption: a quarter
sector,mill,factory,1,
sector,shop,factory,1,
sector,oil,oil,1,
sector,ore,ore,1,
component,value added,wages,1,
"""


def concordance(tmp_path: Path, text: str = GOOD) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    return path


def made_at_home() -> Economy:
    """The chain, of which every gate delivers what a sector makes too."""
    economy = chain()
    return replace(
        economy,
        gates=(Gate("CHINA", "mine"), Gate("RUSSIA", "mine"), Gate("CHINA", "shop")),
        reported_output=economy.x,
    )


def test_a_table_is_summed_by_its_concordance(tmp_path: Path) -> None:
    economy = aggregate(made_at_home(), read_concordance(concordance(tmp_path)))
    assert economy.industries.sectors == ("coal", "ore", "factory", "oil")
    year = 365.0
    assert economy.Z[0, 2] == pytest.approx(0.25 * year)
    assert economy.Z[1, 2] == pytest.approx(0.75 * year)
    assert economy.Z[2, 2] == pytest.approx(2 * year)
    assert economy.value_added_names == ("wages",)
    assert economy.value_added.sum() == pytest.approx(chain().value_added.sum())
    assert economy.x.tolist() == pytest.approx([0.5 * year, 1.5 * year, 5 * year, 0])
    assert economy.reported_output is not None
    assert economy.reported_output.tolist() == pytest.approx(economy.x.tolist())
    bought = {gate: value / year for gate, value in zip(economy.gates, economy.imports, strict=True)}
    assert bought[Gate("RUSSIA", "ore")] == pytest.approx(0.075)
    assert bought[Gate("CHINA", "factory")] == pytest.approx(1.0)
    assert any("0.25 of mine counts as coal: assumption" in note for note in economy.provenance.notes)


def test_with_a_pattern_users_differ_and_the_shares_hold_in_total(tmp_path: Path) -> None:
    economy = replace(
        made_at_home(), gates=(), imports_intermediate=np.zeros((0, 3)), imports_final=np.zeros((0, 3))
    )
    rules = read_concordance(concordance(tmp_path))
    flat = aggregate(economy, rules)
    # Elsewhere factories buy ore and little coal, and only coal is exported.
    Z = np.zeros((4, 4))
    Z[0, 2], Z[1, 2] = 1.0, 9.0
    Y = np.zeros((4, 3))
    Y[0, 1] = Y[2, 0] = Y[3, 0] = 5.0
    Y[1, 1] = 0.5
    pattern = replace(flat, Z=Z, Y=Y)
    found = aggregate(economy, rules, pattern=pattern)
    assert found.x.tolist() == pytest.approx(flat.x.tolist())
    assert found.Z[:2].sum() == pytest.approx(flat.Z[:2].sum())
    coal_in_factories = found.Z[0, 2] / found.Z[:2, 2].sum()
    assert coal_in_factories < 0.1 < 0.25 < found.Y[0, 1] / found.Y[:2, 1].sum()
    columns = found.Z.sum(axis=0) + found.value_added.sum(axis=0) + found.imports_intermediate.sum(axis=0)
    missing = chain().imports_intermediate.sum()
    assert np.abs(columns - found.x).sum() == pytest.approx(missing)


def test_final_users_of_one_kind_become_one(tmp_path: Path) -> None:
    economy = made_at_home()
    users = (*economy.final_users, FinalUser("HOME", "NPISH", FinalUseKind.NONPROFIT))
    economy = replace(
        economy,
        final_users=users,
        Y=np.column_stack([economy.Y, np.ones(3)]),
        imports_final=np.column_stack([economy.imports_final, np.zeros(3)]),
    )
    found = aggregate(economy, read_concordance(concordance(tmp_path)))
    assert [user.category for user in found.final_users] == ["households", "exports", "inventories"]
    assert found.Y[:, 0].sum() == pytest.approx(economy.Y[:, [0, 3]].sum())


def test_a_sector_the_concordance_lacks_is_named_with_the_nearest(tmp_path: Path) -> None:
    rules = read_concordance(concordance(tmp_path, GOOD.replace("sector,mill,", "sector,mills,")))
    with pytest.raises(EconomyError, match=r"does not know the sector 'mill' — did you mean 'mills'\?"):
        aggregate(made_at_home(), rules)


def test_a_world_table_has_to_be_taken_apart_first(tmp_path: Path) -> None:
    with pytest.raises(EconomyError, match="has 2 regions"):
        aggregate(two_regions(), read_concordance(concordance(tmp_path)))


def test_a_pattern_in_other_sectors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EconomyError, match="as a pattern: has no sector 'coal'"):
        aggregate(made_at_home(), read_concordance(concordance(tmp_path)), pattern=chain())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sector,mine,coal,0.2,guess", "'mine': its shares add to 0.95 — make them add to 1"),
        ("sector,mine,coal,a quarter,guess", "'a quarter' is not a number"),
        ("sector,mine,coal,0.25,", "a split without a basis — say where the share comes from"),
        ("sector,mine,coal,1.25,guess", "share 1.25 is not between 0 and 1"),
        ("sector,mine,ore,0.25,guess", "stands twice"),
        ("branch,mine,coal,0.25,guess", "'branch' is unknown — write sector or component"),
        ("sector,mine,,0.25,guess", "names no source or no target"),
        ("sector,mine,coal,0.25", "has 4 cells, the header 5"),
        ("component,wages,pay,0.5,", "a component is split"),
    ],
)
def test_a_wrong_line_of_a_concordance_gets_one_clear_line(line: str, message: str, tmp_path: Path) -> None:
    text = GOOD.replace("sector,mine,coal,0.25,assumption: a quarter", line)
    with pytest.raises(SourceError) as caught:
        read_concordance(concordance(tmp_path, text))
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == len(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "has the columns a, b — the columns are of, source, target, share, basis"),
        ("of,source,target,share,basis\n", "has no sector"),
    ],
)
def test_what_is_no_concordance_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=message):
        read_concordance(concordance(tmp_path, text))


def test_a_concordance_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        read_concordance(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="did you mean 'nbs-33'"):
        packaged_concordance("nbs-34")


def test_every_packaged_concordance_ends_in_the_same_sectors() -> None:
    sectors = set(packaged_concordance("nbs-33").targets)
    assert len(sectors) == 20
    for name in concordance_names():
        rules = packaged_concordance(name)
        assert rules.shares.sum(axis=0).tolist() == pytest.approx([1.0] * len(rules.sources))
        if name != "comparable-17":
            assert set(rules.targets) == sectors
            assert rules.targets == packaged_concordance("nbs-33").targets
        else:
            assert set(rules.sources) == sectors


def test_a_region_taken_out_of_the_world_keeps_its_trade() -> None:
    world = two_regions()
    nation = national(world, "NOR")
    assert nation.industries.labels == ("food", "coal")
    assert nation.x.tolist() == pytest.approx(world.x[:2].tolist())
    assert nation.imports_intermediate == pytest.approx(world.Z[2:, :2])
    assert nation.imports_final[:, 0] == pytest.approx(world.Y[2:, 0])
    exports = nation.Y[:, [user.kind is FinalUseKind.EXPORTS for user in nation.final_users]].sum()
    assert exports == pytest.approx(world.Z[:2, 2:].sum() + world.Y[:2, 1].sum())
    with pytest.raises(EconomyError, match="has no region 'NRO' — did you mean 'NOR'"):
        national(world, "NRO")
