"""An economy goes to pymrio and comes back unchanged, and both calculate the same A, L and x."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky import iomath
from autarky.checks import Status, check
from autarky.economy import (
    ABROAD,
    Economy,
    FinalUseKind,
    FinalUser,
    Gate,
    ImportTreatment,
    Industries,
    Provenance,
)
from autarky.errors import SourceError
from autarky.sources.pymrio_bridge import KINDS, from_pymrio, read_pymrio, to_pymrio
from autarky.sources.wiod2016 import read_wiod2016

pymrio = pytest.importorskip("pymrio", reason="the extra 'pymrio' is not installed")


@pytest.fixture
def system() -> Any:
    return pymrio.load_test()


def test_the_test_system_comes_over_cell_by_cell(system: Any) -> None:
    economy = from_pymrio(system, year=2010)
    assert (economy.currency, economy.unit, economy.year) == ("USD", "Mill USD", 2010)
    assert economy.import_treatment is ImportTreatment.MULTI_REGIONAL
    assert economy.industries.regions == ("reg1", "reg2", "reg3", "reg4", "reg5", "reg6")
    assert np.array_equal(economy.Z, system.Z.to_numpy())
    assert np.array_equal(economy.Y, system.Y.to_numpy())
    assert np.array_equal(economy.value_added, system.factor_inputs.F.to_numpy())
    assert [user.kind for user in economy.final_users[:7]] == [
        FinalUseKind.HOUSEHOLDS,
        FinalUseKind.NONPROFIT,
        FinalUseKind.GOVERNMENT,
        FinalUseKind.INVESTMENT,
        FinalUseKind.INVENTORIES,
        FinalUseKind.INVENTORIES,
        FinalUseKind.EXPORTS,
    ]


def test_the_test_systems_made_up_value_added_does_not_balance_and_check_says_so(system: Any) -> None:
    found = [f for f in check(from_pymrio(system, year=2010)) if f.check == "column balance"]
    assert found[0].status is Status.FAIL


def test_both_calculate_the_same_output_coefficients_and_inverse(system: Any) -> None:
    economy = from_pymrio(system, year=2010)
    system.calc_all()
    assert economy.x == pytest.approx(system.x.to_numpy()[:, 0], rel=1e-12)
    assert np.abs(economy.A - system.A.to_numpy()).max() < 1e-12
    assert np.abs(iomath.leontief_inverse(economy.A) - system.L.to_numpy()).max() < 1e-10


def test_there_and_back_changes_nothing(system: Any) -> None:
    there = from_pymrio(system, year=2010)
    system.calc_all()
    back = from_pymrio(to_pymrio(there), year=2010)
    for block in ("Z", "Y", "value_added"):
        assert np.array_equal(getattr(back, block), getattr(there, block)), block
    assert back.final_users == there.final_users
    assert back.industries == there.industries
    assert back.reported_output is not None
    assert back.reported_output == pytest.approx(system.x.to_numpy()[:, 0], rel=1e-12)


def test_a_national_table_keeps_its_gates_and_adjustments(shared_data: Path) -> None:
    there = read_wiod2016(shared_data / "wiod2016_niot" / "RUS_2014.csv")
    back = from_pymrio(to_pymrio(there), year=2014)
    assert back.import_treatment is ImportTreatment.MATRIX
    assert back.final_users == there.final_users
    for name in ("gates", "adjustment_names", "value_added_names"):
        assert getattr(back, name) == getattr(there, name), name
    for block in ("Z", "Y", "imports_intermediate", "imports_final", "adjustments", "value_added"):
        assert np.array_equal(getattr(back, block), getattr(there, block)), block


def small() -> Economy:
    return Economy(
        name="two by one",
        year=2020,
        currency="EUR",
        unit="M.EUR",
        valuation="basic prices",
        industries=Industries(("aa", "bb"), ("s",)),
        Z=np.array([[1.0, 2.0], [3.0, -4.0]]),
        final_users=(FinalUser("aa", "widgets", FinalUseKind.HOUSEHOLDS),),
        Y=np.array([[5.0], [6.0]]),
        value_added_names=("pay",),
        value_added=np.array([[4.0, 7.0]]),
        import_treatment=ImportTreatment.MULTI_REGIONAL,
        provenance=Provenance("made up", "made up"),
        gates=(Gate(ABROAD, "tea"),),
        imports_intermediate=np.array([[0.5, 0.0]]),
        imports_final=np.array([[0.25]]),
    )


def test_an_unknown_category_is_refused_until_its_kind_is_given() -> None:
    io = to_pymrio(small())
    with pytest.raises(SourceError, match="'widgets' is of unknown kind — pass kinds="):
        from_pymrio(io, year=2020)
    back = from_pymrio(io, year=2020, kinds={"widgets": FinalUseKind.HOUSEHOLDS})
    assert back.final_users == small().final_users
    assert back.gates == small().gates


def test_negative_cells_pass_for_the_checks_to_judge() -> None:
    back = from_pymrio(to_pymrio(small()), year=2020, kinds={"widgets": FinalUseKind.HOUSEHOLDS})
    assert back.Z[1, 1] == -4
    found = [f for f in check(back) if f.check == "signs" and f.status is Status.FAIL]
    assert next((f.row, f.column) for f in found) == ("bb.s", "bb.s")


def test_a_hole_is_refused_by_name_or_read_as_zero_and_noted(system: Any) -> None:
    system.Z.iloc[2, 5] = np.nan
    with pytest.raises(SourceError, match=r"Z, row \('reg1', 'manufactoring'\), .* pass nan='zero'"):
        from_pymrio(system, year=2010)
    economy = from_pymrio(system, year=2010, nan="zero")
    assert economy.Z[2, 5] == 0
    assert "1 cells of Z that were not finite are read as zero." in economy.provenance.notes


def test_a_ragged_system_and_a_mute_unit_are_refused_together(system: Any) -> None:
    system.unit["unit"] = "points"
    with pytest.raises(SourceError, match="'points' tells no currency"):
        from_pymrio(system, year=2010)
    system.Z = system.Z.iloc[1:, 1:]
    system.Y = system.Y.iloc[1:]
    with pytest.raises(SourceError, match=r"lacks 1 of its regions × sectors, first \('reg1', 'food'\)"):
        from_pymrio(system, year=2010)


def test_an_oecd_file_is_read_by_pymrios_own_parser(tmp_path: Path) -> None:
    industries = ["AUS_A", "AUS_B", "NZL_A", "NZL_B"]
    finals = [f"{r}_{c}" for r in ("AUS", "NZL") for c in ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")]
    lines = [",".join(["V1", *industries, *finals, "OUT"])]
    for i, row in enumerate(industries):
        Z, Y = [float(i + j) for j in range(4)], [10.0 * i + k for k in range(len(finals))]
        lines.append(",".join([row, *map(str, Z), *map(str, Y), str(sum(Z) + sum(Y))]))
    for row in ("TLS", "VA"):
        lines.append(",".join([row, *["1.5"] * 4, *["0"] * len(finals), "6"]))
    file = tmp_path / "ICIO2021_2018.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    economy = read_pymrio(file, "oecd", year=2018)
    assert economy.industries.labels == ("AUS.A", "AUS.B", "NZL.A", "NZL.B")
    assert economy.Z[3, 2] == 5
    assert economy.value_added_names == ("TLS", "VA")
    assert economy.currency == "USD"
    abroad = [user.kind for user in economy.final_users if user.category == "DPABR"]
    assert abroad == [FinalUseKind.HOUSEHOLDS] * 2
    assert "parse_oecd" in economy.provenance.notes[0]


def test_value_added_in_a_satellite_is_found_by_its_unit() -> None:
    """EXIOBASE 3.8 keeps money rows and physical rows in one extension."""
    import pandas as pd

    io = to_pymrio(small())
    rows = pd.Index(["Value added", "CO2"], name="stressor")
    io.satellite = pymrio.Extension(
        name="satellite",
        F=pd.DataFrame([[4.0, 7.0], [1e6, 2e6]], index=rows, columns=io.Z.columns),
        unit=pd.DataFrame({"unit": ["M.EUR", "kg"]}, index=rows),
    )
    io.remove_extension("factor_inputs")
    back = from_pymrio(io, year=2020, kinds={"widgets": FinalUseKind.HOUSEHOLDS})
    assert back.value_added_names == ("Value added",)
    assert back.value_added.tolist() == [[4.0, 7.0]]


@pytest.mark.parametrize(
    ("parser", "name", "message"),
    [
        ("oecd", "nowhere", "does not exist"),
        ("oecde", ".", "did you mean 'oecd'"),
        ("eora26", ".", "pymrio's parser 'eora26' refuses it"),
    ],
)
def test_what_a_parser_refuses_is_said_in_one_line(
    tmp_path: Path, parser: Any, name: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        read_pymrio(tmp_path / name, parser, year=2018)
    assert "\n" not in str(caught.value)


def test_without_pymrio_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymrio", None)
    with pytest.raises(SourceError, match=r"autarky\[pymrio\]"):
        to_pymrio(small())


def test_every_kind_of_final_user_can_be_recognised() -> None:
    assert {kind for _, kind in KINDS} == set(FinalUseKind)
