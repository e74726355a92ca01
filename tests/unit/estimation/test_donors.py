"""Donors: coefficients add up and come back as written; what is wrong in a folder gets a clear line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import autarky
from autarky.economy import Economy, FinalUseKind, FinalUser, ImportTreatment
from autarky.errors import EconomyError, SourceError
from autarky.estimation.donors import (
    HIDDEN_EXPORTS,
    Donor,
    donor_names,
    donor_of,
    packaged_donor,
    read_donor,
    write_donor,
)
from made_economies import make_economy
from small_economies import chain, two_regions

SECTORS = (
    *("agriculture", "fishing", "coal", "other_mining", "food", "textiles", "chemicals", "petroleum"),
    *("building_materials", "metals", "machinery", "other_manufacturing", "electricity", "construction"),
    *("trade", "transport", "market_services", "government", "education_health"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    packaged = Path(autarky.__file__).parent / "data" / "donors" / "china-1995"
    return Path(shutil.copytree(packaged, tmp_path / "china-1995"))


def closed_chain() -> Economy:
    """The chain, its gates delivering what its sectors make too."""
    economy = chain()
    gates = tuple(
        gate._replace(product={"oil": "mine", "ore": "shop"}[gate.product]) for gate in economy.gates
    )
    return replace(economy, gates=gates)


def test_coefficients_are_those_of_the_table() -> None:
    donor = donor_of(closed_chain())
    assert donor.A[0].tolist() == pytest.approx([0, 1.0, 0])  # 1 from home, 1 from abroad, per 2 made
    assert donor.import_share is not None
    assert donor.import_share[0, 1] == pytest.approx(0.5)
    assert donor.output_share.tolist() == pytest.approx([2 / 7, 2 / 7, 3 / 7])
    households, exports = donor.final_users.index("households"), donor.final_users.index("exports")
    assert donor.final_use[2, households] == 1
    assert donor.import_share[2, 3 + households] == pytest.approx(0.25)
    assert donor.final_total[[households, exports]].tolist() == pytest.approx([4 / 7, 1 / 7])


@pytest.mark.parametrize("name", donor_names())
def test_every_packaged_donor_is_complete_and_adds_up(name: str) -> None:
    donor = packaged_donor(name)
    assert donor.sectors == SECTORS
    assert donor.products == (*SECTORS, "crude_oil")
    assert donor.final_users == ("households", "government", "investment", "inventories", "exports")
    assert (donor.A >= 0).all()
    # Truncated cells of WIOD 2013 leave up to 0.3 % of a column.
    assert np.abs(donor.A.sum(axis=0) + donor.value_added.sum(axis=0) - 1).max() < 0.003
    assert donor.output_share.sum() == pytest.approx(1, abs=2e-5)
    spending = np.delete(donor.final_use, donor.final_users.index("inventories"), axis=1)
    assert spending.sum(axis=0) == pytest.approx(np.ones(4), abs=2e-5)
    assert donor.citation and donor.licence
    assert (donor.import_share is None) == (donor.import_treatment is ImportTreatment.NET_EXPORTS)
    assert any("assumption" in note for note in donor.notes)


def test_the_donors_have_the_shapes_that_are_known_of_their_countries() -> None:
    planned, trading = packaged_donor("china-1987"), packaged_donor("china-1995")
    coal, electricity = planned.products.index("coal"), planned.sectors.index("electricity")
    refining, crude = planned.sectors.index("petroleum"), planned.products.index("crude_oil")
    for donor in (planned, trading):
        # Power stations burn coal, refineries crude.
        assert donor.A[coal, electricity] > 0.05
        assert donor.A[crude, refining] == donor.A[:, refining].max()
    agriculture = planned.sectors.index("agriculture")
    assert planned.output_share[agriculture] > trading.output_share[agriculture]


def test_a_donor_comes_back_as_written(tmp_path: Path) -> None:
    donor = packaged_donor("india-2014")
    write_donor(donor, tmp_path / "india")
    again = read_donor(tmp_path / "india")
    for field in ("name", "year", "citation", "notes", "products", "components", "import_treatment"):
        assert getattr(again, field) == getattr(donor, field)
    for field in ("A", "import_share", "value_added", "final_use", "final_total", "output_share"):
        assert np.array_equal(getattr(again, field), getattr(donor, field)), field
    with pytest.raises(SourceError, match="exists already"):
        write_donor(donor, tmp_path / "india")


def test_a_donors_numbers_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        packaged_donor("china-1987").A[0, 0] = 1


def test_merging_a_product_moves_its_use_and_its_imports() -> None:
    donor = packaged_donor("china-1995")
    merged = donor.merged("crude_oil", "other_mining")
    assert merged.products == donor.sectors
    assert merged.A.sum(axis=0) == pytest.approx(donor.A.sum(axis=0))
    row, refining = merged.products.index("other_mining"), merged.sectors.index("petroleum")
    crude = donor.products.index("crude_oil")
    assert merged.A[row, refining] == pytest.approx(donor.A[row, refining] + donor.A[crude, refining])
    assert merged.import_share is not None and donor.import_share is not None
    imported = (donor.A * donor.import_share[:, : len(donor.sectors)]).sum(axis=0)
    assert (merged.A * merged.import_share[:, : len(donor.sectors)]).sum(axis=0) == pytest.approx(imported)
    with pytest.raises(EconomyError, match="'coal' is a sector with a recipe"):
        donor.merged("coal", "other_mining")


def test_a_sector_that_the_borrower_lacks_keeps_its_product_only() -> None:
    donor = donor_of(closed_chain(), products_only=("mine",))
    assert (donor.sectors, donor.products) == (("mill", "shop"), ("mill", "shop", "mine"))
    assert donor.A[2].tolist() == pytest.approx([1.0, 0])
    assert any("recipe of mine is left out" in note for note in donor.notes)


def test_net_exports_hide_imports_and_some_exports() -> None:
    economy = chain()
    Y = economy.Y.copy()
    Y[0, 1], Y[1, 1], Y[2, 1] = -200.0, 300.0, 0.0
    economy = replace(
        economy,
        import_treatment=ImportTreatment.NET_EXPORTS,
        Y=Y,
        gates=(),
        imports_intermediate=np.zeros((0, 3)),
        imports_final=np.zeros((0, 3)),
    )
    donor = donor_of(economy)
    assert donor.import_share is None
    exports = donor.final_use[:, donor.final_users.index("exports")]
    hidden = HIDDEN_EXPORTS * economy.x[0]
    assert exports.tolist() == pytest.approx([hidden / (300 + hidden), 300 / (300 + hidden), 0])


def test_nonprofit_and_discrepancy_are_households_and_nothing() -> None:
    economy = closed_chain()
    users = (
        FinalUser("HOME", "NP", FinalUseKind.NONPROFIT),
        economy.final_users[1],
        FinalUser("HOME", "ERR", FinalUseKind.DISCREPANCY),
    )
    donor = donor_of(replace(economy, final_users=users, Y=economy.Y + np.eye(3)))
    assert donor.final_use[2, donor.final_users.index("households")] > 0.99
    assert any("discrepancy of" in note for note in donor.notes)


def test_a_world_table_and_a_product_bought_abroad_only_are_refused() -> None:
    with pytest.raises(EconomyError, match="has 2 regions"):
        donor_of(two_regions())
    with pytest.raises(EconomyError, match="'oil' is bought abroad only"):
        donor_of(chain())


def test_columns_of_any_donor_add_to_one() -> None:
    for seed in range(20):
        economy = make_economy(np.random.default_rng(seed), national=True)
        at_home = [i for i, gate in enumerate(economy.gates) if gate.product in economy.industries.sectors]
        lost = np.delete(economy.imports_intermediate, at_home, axis=0).sum(axis=0)
        economy = replace(
            economy,
            gates=tuple(economy.gates[i] for i in at_home),
            imports_intermediate=economy.imports_intermediate[at_home],
            imports_final=economy.imports_final[at_home],
            value_added=np.vstack([economy.value_added[:1] + lost, economy.value_added[1:]]),
        )
        donor = donor_of(economy)
        made = economy.x > 0
        assert (donor.A.sum(axis=0) + donor.value_added.sum(axis=0))[made] == pytest.approx(1)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("donor.csv", "year,1995", "year,nineteen", "year 'nineteen' is not a year"),
        (
            "donor.csv",
            "import_treatment,matrix",
            "import_treatment,true",
            "import_treatment 'true' is unknown",
        ),
        ("donor.csv", "citation,", "citations,", "field 'citations' is unknown — did you mean 'citation'"),
        ("donor.csv", "citation,", "note,", "field 'citation' is missing or empty"),
        (
            "A.csv",
            "agriculture,0.",
            "agriculture,1.",
            "sector 'agriculture': inputs and value added add to 2.",
        ),
        ("A.csv", "product,agriculture", "product,farming", "column 'farming' is unknown"),
        ("A.csv", "\nfishing,", "\nfish,", "has no row 'fishing'"),
        ("A.csv", "\nfishing,", "\nagriculture,", "row 'agriculture' stands twice"),
        ("A.csv", "agriculture,0.", "agriculture,x.", "is not a number — write a number such as 0.25"),
        ("output_share.csv", "share\nagriculture,0.", "share\nagriculture,7.", "has a share outside 0 to 1"),
        ("import_share.csv", "\nfishing,0", "\nfishing,nan", "'nan"),
        ("final_use.csv", "households,", "household,", "did you mean 'households'"),
    ],
)
def test_a_wrong_donor_gets_one_clear_line(file: str, old: str, new: str, message: str, folder: Path) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(SourceError) as caught:
        read_donor(folder)
    assert message in str(caught.value)


def test_a_donor_without_a_file_says_which(folder: Path) -> None:
    (folder / "value_added.csv").unlink()
    with pytest.raises(SourceError, match=r"value_added\.csv: cannot be read: No such file"):
        read_donor(folder)
    with pytest.raises(SourceError, match=r"has no file donor\.csv"):
        read_donor(folder.parent)
    with pytest.raises(SourceError, match="did you mean 'china-1987'"):
        packaged_donor("china-1978")


def test_a_donor_without_import_shares_is_read(folder: Path) -> None:
    (folder / "import_share.csv").unlink()
    assert isinstance(donor := read_donor(folder), Donor) and donor.import_share is None
