"""Each check fails once on a small economy made to break it, and passes once on one that does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.checks import CHECKS, SHOWN, Finding, Status, check, refusal
from autarky.economy import (
    ABROAD,
    DeclaredGap,
    Economy,
    FinalUseKind,
    FinalUser,
    Gate,
    ImportTreatment,
    Industries,
    Provenance,
)

USERS = (
    FinalUser("H", "homes", FinalUseKind.HOUSEHOLDS),
    FinalUser("H", "stocks", FinalUseKind.INVENTORIES),
    FinalUser(ABROAD, "exports", FinalUseKind.EXPORTS),
)
Z = np.array([[10.0, 30.0, 5.0], [20.0, 5.0, 40.0], [7.0, 12.0, 9.0]])
Y = np.array([[50.0, -5.0, 20.0], [30.0, 4.0, 11.0], [80.0, 2.0, 15.0]])
IMPORTS = np.array([[3.0, 1.0, 4.0], [1.0, 5.0, 9.0], [2.0, 6.0, 5.0]])
IMPORTS_FINAL = np.array([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [3.0, 0.0, 0.0]])


def economy(**changes: Any) -> Economy:
    """A balanced national table of three sectors; value added closes each column unless it is given."""
    parts: dict[str, Any] = {
        "name": "test",
        "year": 2020,
        "currency": "USD",
        "unit": "million USD",
        "valuation": "basic prices",
        "industries": Industries(("H",), ("farm", "mill", "shop")),
        "Z": Z,
        "final_users": USERS,
        "Y": Y,
        "value_added_names": ("pay", "profit"),
        "import_treatment": ImportTreatment.MATRIX,
        "provenance": Provenance("made up", "made up"),
        "gates": tuple(Gate(ABROAD, p) for p in ("farm", "mill", "shop")),
        "imports_intermediate": IMPORTS,
        "imports_final": IMPORTS_FINAL,
    } | changes
    output = parts["Z"].sum(axis=1) + parts["Y"].sum(axis=1)
    if "value_added" not in parts:
        rest = output - parts["Z"].sum(axis=0) - np.asarray(parts["imports_intermediate"]).sum(axis=0)
        rest = rest - np.asarray(parts.get("adjustments", np.zeros((0, len(output))))).sum(axis=0)
        parts["value_added"] = np.array([0.6 * rest, 0.4 * rest])
    parts.setdefault("reported_output", output)
    return Economy(**parts)


def of(findings: tuple[Finding, ...], name: str) -> list[Finding]:
    assert name in dict(CHECKS)
    return [finding for finding in findings if finding.check == name]


def status(given: Economy, name: str) -> Status:
    return of(check(given), name)[0].status


def test_a_sound_table_passes_every_check() -> None:
    findings = check(economy())
    assert [finding.check for finding in findings] == [name for name, _ in CHECKS]
    assert {finding.status for finding in findings} == {Status.PASS}
    assert refusal(findings) == ()


def test_a_printed_output_that_no_row_sum_meets_fails_the_row_balance() -> None:
    good = economy()
    output = np.array(good.reported_output)
    output[1] += 3
    (found,) = of(check(replace(good, reported_output=output)), "row balance")
    assert (found.status, found.row, found.column) == (Status.FAIL, "mill", "all uses")
    assert (found.left, found.right, found.difference) == (110.0, 113.0, -3.0)
    assert found.unit == "million USD"
    assert "row mill: intermediate and final use sum to 110, printed output is 113" in found.message


def test_without_a_printed_output_the_row_balance_is_skipped() -> None:
    assert status(replace(economy(), reported_output=None), "row balance") is Status.SKIPPED


def test_a_column_that_does_not_close_fails_the_column_balance() -> None:
    good = economy()
    added = np.array(good.value_added)
    added[0, 2] += 0.5
    (found,) = of(check(replace(good, value_added=added)), "column balance")
    assert (found.status, found.column) == (Status.FAIL, "shop")
    assert found.left == pytest.approx(125.5)
    assert found.right == 125.0
    assert found.difference == pytest.approx(0.5)


def test_adjustments_close_a_column_and_their_absence_opens_it() -> None:
    taxed = economy(adjustment_names=("tax",), adjustments=np.array([[1.0, 2.0, 3.0]]))
    assert status(taxed, "column balance") is Status.PASS
    open_ = replace(taxed, adjustment_names=(), adjustments=np.zeros((0, 3)))
    assert status(open_, "column balance") is Status.FAIL


def test_without_value_added_columns_are_skipped() -> None:
    bare = replace(economy(), value_added_names=(), value_added=np.zeros((0, 3)))
    for name in ("column balance", "orientation"):
        assert status(bare, name) is Status.SKIPPED


@pytest.mark.parametrize(
    ("decimals", "gap", "expected"),
    [
        # Row: 3 + 3 uses and the printed output, 7 cells of at most half a unit of the last digit each.
        (0, 3.4, Status.WARNING),
        (0, 3.6, Status.FAIL),
        (1, 0.34, Status.PASS),
        (1, 0.36, Status.FAIL),
        (-1, 34.0, Status.WARNING),
        (-1, 36.0, Status.FAIL),
        (None, 1e-8, Status.PASS),
        (None, 1e-6, Status.FAIL),
    ],
)
def test_what_rounding_allows_follows_from_the_printed_decimals(
    decimals: int | None, gap: float, expected: Status
) -> None:
    good = economy()
    output = np.array(good.reported_output)
    output[1] += gap
    found = of(check(replace(good, reported_output=output, decimals=decimals)), "row balance")
    # A gap that rounding allows and that is over 1 % of output is worth a WARNING.
    assert found[0].status is expected


def test_a_column_may_be_off_by_half_a_digit_for_each_of_its_cells_and_those_of_its_output() -> None:
    good = economy(decimals=0)
    # 3 domestic, 3 imported, 2 of value added, and the 3 + 3 uses that make up output: 14 cells.
    for gap, expected in ((6.9, Status.PASS), (7.1, Status.FAIL)):
        added = np.array(good.value_added)
        added[0, 0] += gap
        assert status(replace(good, value_added=added), "column balance") is expected


@pytest.mark.parametrize(
    ("block", "cell", "value", "expected"),
    [
        ("Z", (0, 1), -30.0, Status.FAIL),
        ("imports_intermediate", (1, 2), -9.0, Status.FAIL),
        ("imports_final", (0, 0), -1.0, Status.FAIL),
        ("Y", (0, 0), -2.0, Status.WARNING),
        ("Y", (1, 2), -1.0, Status.WARNING),
        ("Y", (0, 1), -7.0, Status.PASS),
        ("imports_final", (0, 1), -1.0, Status.PASS),
    ],
)
def test_a_negative_cell_is_judged_by_the_block_it_stands_in(
    block: str, cell: tuple[int, int], value: float, expected: Status
) -> None:
    blocks = {"Z": Z, "Y": Y, "imports_intermediate": IMPORTS, "imports_final": IMPORTS_FINAL}
    changed = blocks[block].copy()
    changed[cell] = value
    found = of(check(economy(**{block: changed})), "signs")
    assert found[0].status is expected
    if expected is not Status.PASS:
        assert (found[0].left, found[0].right) == (value, 0.0)


def test_negative_inventory_changes_are_counted_not_accused() -> None:
    (found,) = of(check(economy()), "signs")
    assert "1 negative cells of inventories and the like are exogenous supply" in found.message


def test_net_exports_may_be_negative_where_imports_are_not_told_apart() -> None:
    net = Y.copy()
    net[0, 2] = -20
    given = {
        "Y": net,
        "gates": (),
        "imports_intermediate": np.zeros((0, 3)),
        "imports_final": np.zeros((0, 3)),
    }
    assert status(economy(import_treatment=ImportTreatment.NET_EXPORTS, **given), "signs") is Status.PASS
    assert status(economy(import_treatment=ImportTreatment.NONE, **given), "signs") is Status.WARNING


def test_negative_value_added_is_a_warning_and_a_negative_component_is_none() -> None:
    good = economy()
    subsidised = np.array(good.value_added)
    subsidised[0, 0] += 200
    subsidised[1, 0] -= 200
    assert subsidised[1, 0] < 0
    assert status(replace(good, value_added=subsidised), "signs") is Status.PASS
    deep = IMPORTS.copy()
    deep[0, 0] += 100
    (found,) = of(check(economy(imports_intermediate=deep)), "signs")
    assert (found.status, found.column) == (Status.WARNING, "farm")


def test_negative_output_fails() -> None:
    gone = Y.copy()
    gone[0, 1] = -200
    found = of(check(economy(Y=gone)), "signs")
    assert (found[0].status, found[0].row) == (Status.FAIL, "farm")


def test_imports_beyond_total_use_are_named_with_both_and_are_no_second_finding_of_signs() -> None:
    """Domestic use calculated as use less imports comes out negative: 9 imported of 7 used."""
    short = Z.copy()
    short[1, 2] = -2
    findings = check(economy(Z=short))
    (found,) = of(findings, "imports within use")
    assert (found.status, found.row, found.column) == (Status.FAIL, "mill", "shop")
    assert (found.left, found.right, found.difference) == (9.0, 7.0, 2.0)
    assert of(findings, "signs")[0].status is Status.PASS


def test_imports_of_investors_may_exceed_what_disposals_leave_of_their_use() -> None:
    investors = (USERS[0]._replace(kind=FinalUseKind.INVESTMENT), *USERS[1:])
    sold = Y.copy()
    sold[1, 0] = -1
    findings = check(economy(final_users=investors, Y=sold))
    assert of(findings, "imports within use")[0].status is Status.PASS
    assert of(findings, "signs")[0].status is Status.WARNING


def test_where_imports_are_not_given_by_product_the_check_is_skipped_with_the_treatment() -> None:
    bare = economy(
        import_treatment=ImportTreatment.NONE,
        gates=(),
        imports_intermediate=np.zeros((0, 3)),
        imports_final=np.zeros((0, 3)),
    )
    (found,) = of(check(bare), "imports within use")
    assert found.status is Status.SKIPPED
    assert "the source gives no imports" in found.message


def test_a_proportional_split_is_a_warning_that_gives_its_error() -> None:
    (found,) = of(check(economy(import_treatment=ImportTreatment.PROPORTIONAL)), "imports within use")
    assert found.status is Status.WARNING
    assert "28 to 50 %" in found.message


def test_inputs_without_output_fail_and_an_idle_industry_is_a_warning() -> None:
    idle_Z, idle_Y = Z.copy(), Y.copy()
    idle_Z[2], idle_Y[2] = 0, 0
    (found,) = of(check(economy(Z=idle_Z, Y=idle_Y)), "near-zero output")[:1]
    assert (found.status, found.column, found.left) == (Status.FAIL, "shop", 63.0)
    idle_Z[:, 2] = 0
    none = IMPORTS.copy()
    none[:, 2] = 0
    (found,) = of(check(economy(Z=idle_Z, Y=idle_Y, imports_intermediate=none)), "near-zero output")
    assert found.status is Status.WARNING
    assert "1 of 3 industries make nothing (output 0 or less): shop" in found.message


def test_an_absurdly_small_output_fails_as_no_output_does() -> None:
    small_Z, small_Y = Z.copy(), Y.copy()
    small_Z[2], small_Y[2] = 0, [2.8e-6, 0, 0]
    assert status(economy(Z=small_Z, Y=small_Y), "near-zero output") is Status.FAIL


def test_a_table_that_eats_more_than_it_makes_fails_the_spectral_radius() -> None:
    drained = Y.copy()
    drained[:, 1] = -0.99 * (Z.sum(axis=1) + Y[:, 0] + Y[:, 2])
    (found,) = of(check(economy(Y=drained)), "spectral radius")
    assert found.status is Status.FAIL
    assert found.left is not None
    assert found.left > 1
    assert found.right == 1


def with_total(total_label: str) -> Economy:
    """The table with the sum of its three sectors read as a fourth."""
    wide = np.zeros((4, 4))
    wide[:3, :3] = Z
    wide[3, :3], wide[:3, 3] = Z.sum(axis=0), Z.sum(axis=1)
    wide[3, 3] = Z.sum()
    return economy(
        industries=Industries(("H",), ("farm", "mill", "shop", total_label)),
        Z=wide,
        Y=np.vstack([Y, Y.sum(axis=0)]),
        gates=(),
        imports_intermediate=np.zeros((0, 4)),
        imports_final=np.zeros((0, 3)),
        import_treatment=ImportTreatment.NONE,
    )


@pytest.mark.parametrize("label", ["Total", "T1", "zzz"])
def test_a_total_read_as_an_industry_fails_whatever_its_name(label: str) -> None:
    (found,) = of(check(with_total(label)), "totals read as industries")
    assert (found.status, found.row, found.column) == (Status.FAIL, label, "farm to shop")
    assert found.left == found.right == Z.sum() + Z.sum()


def test_a_total_of_value_added_and_one_of_final_users_fail() -> None:
    good = economy()
    added = np.vstack([good.value_added, good.value_added.sum(axis=0)])
    given = replace(good, value_added_names=("pay", "profit", "TVA"), value_added=added)
    (found,) = of(check(given), "totals read as industries")
    assert (found.status, found.row) == (Status.FAIL, "TVA")
    users = (*USERS, FinalUser("H", "Total final use", FinalUseKind.HOUSEHOLDS))
    twice = economy(
        final_users=users,
        Y=np.hstack([Y, Y.sum(axis=1, keepdims=True)]),
        imports_final=np.hstack([IMPORTS_FINAL, IMPORTS_FINAL.sum(axis=1, keepdims=True)]),
    )
    (found,) = of(check(twice), "totals read as industries")
    assert (found.status, found.row) == (Status.FAIL, "H.Total final use")


def test_two_rows_that_happen_to_make_a_third_are_a_warning_only() -> None:
    chance = Y.copy()
    chance[:, 2] = chance[:, 0] + chance[:, 1]
    (found,) = of(check(economy(Y=chance)), "totals read as industries")
    assert (found.status, found.row) == (Status.WARNING, "ABROAD.exports")


def test_a_label_like_a_total_is_a_warning_only() -> None:
    named = economy(industries=Industries(("H",), ("farm", "mill", "Total trade")))
    (found,) = of(check(named), "totals read as industries")
    assert (found.status, found.row) == (Status.WARNING, "Total trade")


def test_exchanged_axes_fail_the_orientation() -> None:
    good = economy()
    (found,) = of(check(replace(good, Z=good.Z.T)), "orientation")
    assert found.status is Status.FAIL
    assert "it is transposed" in found.message
    assert None not in (found.left, found.right, found.difference)


def test_a_table_that_merely_does_not_balance_is_not_called_transposed() -> None:
    good = economy()
    assert status(replace(good, value_added=good.value_added * 1.1), "orientation") is Status.PASS


@pytest.mark.parametrize(
    ("block", "factor", "times"),
    [
        ("value_added", 1000.0, "1,000 times too large"),
        ("value_added", 0.001, "1,000 times too small"),
        ("value_added", 1e6, "1,000,000 times too large"),
        ("Y", 1000.0, "1,000 times too large"),
        ("imports_intermediate", 1000.0, "1,000 times too large"),
    ],
)
def test_a_block_in_another_unit_fails_with_its_factor(block: str, factor: float, times: str) -> None:
    good = economy()
    slipped = replace(good, **{block: getattr(good, block) * factor}, reported_output=None)
    found = [f for f in of(check(slipped), "unit slips") if f.row == block]
    assert [f.status for f in found] == [Status.FAIL]
    assert times in found[0].message


def test_one_row_in_thousands_fails_with_its_name() -> None:
    good = economy()
    printed = np.array(good.reported_output)
    slipped_Z, slipped_Y = np.array(good.Z), np.array(good.Y)
    slipped_Z[1] *= 1000
    slipped_Y[1] *= 1000
    slipped = replace(good, Z=slipped_Z, Y=slipped_Y, reported_output=printed)
    found = [f for f in of(check(slipped), "unit slips") if f.row == "mill"]
    assert found[0].status is Status.FAIL
    assert "about 1,000 times apart" in found[0].message


def test_a_table_ten_per_cent_off_is_no_unit_slip() -> None:
    good = economy()
    assert status(replace(good, value_added=good.value_added * 1.1), "unit slips") is Status.PASS


def test_what_the_source_declares_is_a_warning_with_number_and_names() -> None:
    short = Z.copy()
    short[1, 2], short[0, 1] = -2, -0.5
    declared = (
        DeclaredGap("imports within use", "row mill, column shop", "imports are valued at another port"),
        DeclaredGap("imports within use", "row farm, column farm", "imports are valued at another port"),
    )
    findings = of(check(economy(Z=short, declared_gaps=declared)), "imports within use")
    assert [f.status for f in findings] == [Status.FAIL, Status.WARNING]
    assert (findings[0].row, findings[0].column) == ("farm", "mill")  # declared for another cell
    assert "2 declared by the source: row mill, column shop; row farm, column farm" in findings[1].message
    assert "another port" in findings[1].message
    assert findings[1].difference == 2.0


def test_the_worst_comes_first_and_the_rest_are_counted() -> None:
    bad = np.arange(1.0, 10.0).reshape(3, 3) * -1
    found = of(check(economy(Z=bad, imports_intermediate=np.zeros((3, 3)))), "signs")
    failed = [f for f in found if f.status is Status.FAIL]
    assert len(failed) == SHOWN
    assert (failed[0].row, failed[0].column) == ("shop", "shop")
    assert failed[0].message.endswith("(worst of 9)")
    assert [abs(f.difference or 0) for f in failed] == [9, 8, 7, 6, 5]


def test_every_fail_names_row_column_both_sums_difference_and_unit() -> None:
    good = economy()
    broken = [
        replace(good, Z=good.Z.T),
        replace(good, value_added=good.value_added * 1000),
        economy(Z=-Z),
        with_total("Total"),
    ]
    failed = [f for given in broken for f in check(given) if f.status is Status.FAIL]
    assert len({f.check for f in failed}) >= 5
    for finding in failed:
        assert finding.row
        assert finding.column
        assert finding.left is not None
        assert finding.right is not None
        assert finding.difference == pytest.approx(finding.left - finding.right)
        assert finding.unit
    assert len(refusal(failed)) == len(failed)


def test_checking_changes_nothing() -> None:
    given = economy(Z=-Z)
    before = given.digest
    check(given)
    assert given.digest == before


def test_a_finding_prints_as_one_line() -> None:
    line = str(check(economy())[0])
    assert line.startswith("PASS    row balance: 3 rows; largest gap")
    assert "\n" not in line


def test_the_spectral_radius_is_refused_from_one_on() -> None:
    """One sector that uses 0.9 and then 1.1 of its own output per unit of output."""
    for own, expected in ((0.9, Status.PASS), (1.1, Status.FAIL)):
        single = economy(
            industries=Industries(("H",), ("all",)),
            Z=np.array([[100 * own]]),
            Y=np.array([[100.0, 0.0, -100 * own]]),
            gates=(),
            imports_intermediate=np.zeros((0, 1)),
            imports_final=np.zeros((0, 3)),
        )
        assert status(single, "spectral radius") is expected


def test_the_worst_comes_first_whichever_block_it_stands_in() -> None:
    negative_Z, negative_imports = Z.copy(), IMPORTS.copy()
    negative_Z[0, 0], negative_imports[0, 0] = -1, -50
    found = of(check(economy(Z=negative_Z, imports_intermediate=negative_imports)), "signs")
    assert [f.row for f in found] == ["ABROAD.farm", "farm"]
