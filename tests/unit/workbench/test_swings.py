"""A switched source or an end of a range changes what it should, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from autarky.errors import InfeasibleError, InputError
from autarky.sources import embedded
from autarky.study_file import packaged_study, read_study, study_from_bytes
from autarky.workbench.swings import AS_USED, LEAST, MOST, grounds, swing, switched

CLOSURE = packaged_study("border-closure-2020")


@pytest.fixture(scope="module")
def study():
    return read_study(CLOSURE)


def test_with_everything_as_used_table_and_scenario_are_those_of_the_study(study) -> None:
    economy, scenario = switched(study, {ground.key: AS_USED for ground in grounds(study)})
    assert economy.digest == study.read_economy().digest
    assert scenario == study.scenario_to_run


def test_every_figure_behind_the_table_names_who_says_it_and_its_grade(study) -> None:
    figures = [ground for ground in grounds(study) if ground.of_table and ground.key.startswith("measure")]
    assert len(figures) == 34
    for ground in figures:
        assert ground.said and all(said.grade and said.source for said in ground.said)
        assert next(iter(ground.choices)) == AS_USED


def test_a_figure_at_its_ends_moves_the_table_there(study) -> None:
    """Value added is the figure on gross domestic product: 35.3 trillion, give or take 2 per cent."""
    found = [switched(study, {"measure-0": end})[0].value_added.sum() for end in (LEAST, MOST)]
    assert found == pytest.approx([35_300 * 0.98, 35_300 * 1.02], rel=1e-4)


def test_a_donor_alone_gives_the_table_that_it_alone_would_give(study) -> None:
    one = switched(study, {"donor": "china-1987"})[0]
    two = switched(study, {"donor": "india-2014"})[0]
    assert one.digest != two.digest != embedded("north-korea-2019").digest
    assert one.value_added.sum() == pytest.approx(two.value_added.sum(), rel=0.05)


def test_a_parameter_is_set_wherever_the_study_lets_it_drive(study) -> None:
    ground = next(ground for ground in grounds(study) if ground.name == "pass-through of lost exports")
    scenario = switched(study, {ground.key: "the-lower-end"})[1]
    changed = [k for k, shock in enumerate(scenario.shocks) if shock != study.scenario.shocks[k]]
    assert changed == [12, 13, 14, 15]
    assert all(scenario.shocks[k].pass_through == pytest.approx(0.2) for k in changed)


def test_what_cannot_be_switched_is_refused_by_name(study) -> None:
    with pytest.raises(InputError, match="is nothing that can be switched"):
        switched(study, {"measure-99": LEAST})
    with pytest.raises(InputError, match="has no choice"):
        switched(study, {"donor": "atlantis"})


def test_figures_that_cannot_hold_together_are_said_to(study) -> None:
    """Every sector's share at its most: more than a hundred per cent."""
    shares = {
        ground.key: MOST
        for ground in grounds(study)
        if ground.name.startswith("gdp share") and "2019" in ground.name and MOST in ground.choices
    }
    with pytest.raises(InfeasibleError):
        switched(study, shares)


def test_a_table_that_is_not_estimated_has_parameters_alone() -> None:
    study = read_study(packaged_study("demo"))
    assert not any(ground.of_table for ground in grounds(study))


def test_the_swing_stands_beside_the_run_as_declared(study) -> None:
    content = CLOSURE.read_bytes()
    digest = study.read_economy().digest
    found = swing(content, CLOSURE, digest, {"donor": "china-1987"})
    assert found.changes == ("borrowed coefficients: china-1987 alone",)
    assert found.declared.consumption_lost != found.moved.consumption_lost
    with pytest.raises(InputError, match="is not the one of the run"):
        swing(content, CLOSURE, "0" * 64, {})


def test_a_study_that_names_its_own_table_by_path_has_no_recipe(tmp_path: Path) -> None:
    content = b"""version: 1
title: T
economy: {path: table}
scenario: {start: 2019-01-01, days: 10}
"""
    assert grounds(study_from_bytes(content, tmp_path / "study.yaml")) == ()
