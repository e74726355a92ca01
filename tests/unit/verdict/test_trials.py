"""A trial finds no error where the donor is the truth, and errors where it is not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

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
from autarky.errors import EconomyError
from autarky.scenario import Behaviour
from autarky.verdict import trials
from autarky.verdict.trials import (
    WIDTHS,
    claims_like,
    import_multipliers,
    lived_through_cut,
    plain,
    recipe_like,
    run_trial,
    trials_csv,
)

SECTORS = ("agriculture", "mining", "food", "machinery", "electricity", "construction", "trade", "government")


def country(seed: int) -> Economy:
    """A national table with a true import matrix, made up from a seed."""
    rng = np.random.default_rng(seed)
    n = len(SECTORS)
    A, M = 0.4 * rng.dirichlet(np.full(n, 0.5), n).T, 0.1 * rng.dirichlet(np.full(n, 0.5), n).T
    M[4:] = 0.0
    Y = rng.uniform(5, 20, (n, 5))
    Y[:, 3] = rng.uniform(-1, 1, n)
    Y[4:, 4] = 0.0
    x = np.linalg.solve(np.eye(n) - A, Y.sum(axis=1))
    imports_final = np.zeros((n, 5))
    imports_final[:4, :3] = rng.uniform(0.5, 2, (4, 3))
    added = x * (1 - A.sum(axis=0) - M.sum(axis=0))
    return Economy(
        name=f"Country {seed}",
        year=2014,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), SECTORS),
        Z=A * x,
        final_users=(
            FinalUser("HOME", "C", FinalUseKind.HOUSEHOLDS),
            FinalUser("HOME", "G", FinalUseKind.GOVERNMENT),
            FinalUser("HOME", "I", FinalUseKind.INVESTMENT),
            FinalUser("HOME", "S", FinalUseKind.INVENTORIES),
            FinalUser(ABROAD, "E", FinalUseKind.EXPORTS),
        ),
        Y=Y,
        value_added_names=("wages", "profits"),
        value_added=np.array([0.6, 0.3])[:, None] * added,
        adjustment_names=("taxes",),
        adjustments=0.1 * added[None, :],
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance(f"Country {seed}", "assumption: made up"),
        gates=tuple(Gate(ABROAD, sector) for sector in SECTORS),
        imports_intermediate=M * x,
        imports_final=imports_final,
    )


def test_a_plain_table_keeps_its_output_and_its_imports() -> None:
    truth = country(1)
    found = plain(truth)
    assert found.x == pytest.approx(truth.x)
    assert found.imports == pytest.approx(truth.imports)
    assert found.value_added[0] == pytest.approx(truth.value_added.sum(axis=0) + truth.adjustments[0])
    assert found.Y[:, 2] == pytest.approx(truth.Y[:, 2] + truth.Y[:, 3])
    with pytest.raises(EconomyError, match="tells imported use not apart"):
        plain(replace(truth, gates=(), imports_intermediate=np.zeros((0, 8)), imports_final=np.zeros((0, 5))))


def test_claims_are_the_true_figures_with_the_widths_asked_for() -> None:
    truth = plain(country(1))
    evidence = claims_like(truth)
    [gdp] = evidence.on("gdp / value added", "2014")
    assert gdp.value == pytest.approx(truth.value_added.sum())
    assert gdp.range == pytest.approx((0.98 * gdp.value, 1.02 * gdp.value))
    [mining] = evidence.on("gdp share / mining")
    assert mining.value == pytest.approx(truth.value_added[0, 1] / truth.value_added.sum())
    [imported] = evidence.on("trade item / imports: food")
    assert imported.value == pytest.approx(truth.imports[2])
    [exported] = evidence.on("trade / exports")
    assert exported.value == pytest.approx(truth.Y[:, 3].sum())
    [households] = evidence.on("final use / households")
    spent = truth.Y[:, 0].sum() + truth.imports_final[:, 0].sum()
    assert households.value == pytest.approx(spent / truth.value_added.sum())
    assert not evidence.on("trade item / imports: electricity")
    recipe = recipe_like(truth, evidence, "donor")
    assert len(recipe.measures) == len(evidence.claims)
    assert {name.split(" / ")[0] for name in (claim.figure for claim in evidence.claims)} == set(WIDTHS)


def test_a_country_estimated_from_itself_has_no_error() -> None:
    truth = country(1)
    found = run_trial("Itself", truth, "itself", plain(truth))
    summary = found.summary
    assert summary.donor_coefficient_error < 1e-9
    assert summary.coefficient_error < 0.05
    assert summary.within_factor_two == 1
    assert summary.multiplier_estimated == pytest.approx(summary.multiplier_true, rel=0.03)
    assert summary.essential_loss_estimated == pytest.approx(summary.essential_loss_true, abs=0.01)


def test_a_country_estimated_from_another_has_errors_and_tells_them() -> None:
    truth = country(1)
    found = run_trial("First", truth, "Second", country(2))
    assert found.summary.coefficient_error > 0.2
    assert found.summary.correlation < 0.99
    text = found.text()
    assert text.startswith("First estimated from Second by the same method")
    assert all(sector in text for sector in SECTORS)
    assert json.loads(json.dumps(found.to_dict()))["summary"]["country"] == "First"
    lines = trials_csv([found]).decode().splitlines()
    assert len(lines) == 2 and lines[1].startswith(f"First,Second,{found.summary.coefficient_error:.4f}"[:-1])
    assert trials_csv([run_trial("First", truth, "Second", country(2))]) == trials_csv([found])


def test_other_sectors_are_refused() -> None:
    other = country(2)
    other = replace(other, industries=Industries(("HOME",), (*SECTORS[:-1], "services")))
    with pytest.raises(EconomyError, match="has other sectors than Country 2"):
        run_trial("First", country(1), "Second", other)


def test_multipliers_count_every_tier() -> None:
    economy = plain(country(3))
    direct = economy.imports_intermediate.sum(axis=0) / economy.x
    through, tier = direct.copy(), direct
    for _ in range(200):
        tier = economy.A.T @ tier
        through = through + tier
    assert import_multipliers(economy) == pytest.approx(through)


def test_the_cut_costs_nothing_where_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    economy = plain(country(1))
    hurt = lived_through_cut(economy, Behaviour())
    assert 0.3 < hurt.value_added < 0.9 and 0 < hurt.final_use < 1
    monkeypatch.setattr(trials, "CUT_KEPT", 1.0)
    unhurt = lived_through_cut(economy, Behaviour())
    assert unhurt.value_added == pytest.approx(0, abs=1e-9)
    assert np.abs(unhurt.by_sector).max() < 1e-9
