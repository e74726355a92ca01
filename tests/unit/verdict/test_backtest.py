"""Backtest: sealed before it is scored, calibrated on the past alone, the same wherever it is computed."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest

from autarky.errors import EvidenceError, InputError, ScenarioError, SourceError
from autarky.evidence import Evidence
from autarky.verdict.backtest import against_permuted, backtest, calibrated_by_default
from autarky.verdict.backtest_result import (
    AUTARKY,
    FORECASTS,
    PERMUTED,
    AgainstPermuted,
    predictions_csv,
)
from autarky.verdict.growth import GROUPS
from made_backtest import (
    GROWTH,
    IMPORTANCE,
    PASS_THROUGH,
    future_study,
    made_evidence,
    past_study,
)

DRAWS, PERMUTATIONS = 20, 6


def run(**given):
    settings = {"draws": DRAWS, "permutations": PERMUTATIONS, **given}
    past, future = settings.pop("past", past_study()), settings.pop("future", future_study())
    return backtest(past, future, settings.pop("evidence", made_evidence()), **settings)


@pytest.fixture(scope="module")
def result():
    told = []
    found = run(progress=lambda done, whole: told.append((done, whole)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    return found


@pytest.fixture(scope="module")
def bare():
    """Without permutations and without another model's answer."""
    return run(permutations=0, evidence=made_evidence(cut_off=False))


@pytest.fixture(scope="module")
def with_other_outcomes(tmp_path_factory):
    """The same with another 2020 in the claims, and a user's figures for 2021."""
    path = tmp_path_factory.mktemp("seen") / "seen.csv"
    path.write_text(
        "year,industry,growth_pct\n2021,mining,-5\n2021,construction,1\n2021,electricity_gas_water,3\n"
    )
    other = {**GROWTH, 2020: {"mining": 9.0, "services": 9.0, "electricity_gas_water": 1.0}}
    return run(evidence=made_evidence(other), observed=path)


def test_every_forecast_says_something_of_every_headline_industry_and_year(result):
    assert [forecast.key for forecast in result.forecasts] == list(FORECASTS)
    found = {(f.key, year, group) for f, year, group, _ in result.rows()}
    assert {(AUTARKY, year, group) for year in range(2020, 2024) for group in GROUPS} <= found


def test_predictions_do_not_depend_on_what_was_observed_in_their_years(result, with_other_outcomes):
    assert result.predictions_digest == with_other_outcomes.predictions_digest
    assert result.script_digest == with_other_outcomes.script_digest
    assert result.scored[0].means != with_other_outcomes.scored[0].means


def test_the_digest_is_that_of_the_predictions(result):
    written = predictions_csv(result.forecasts, result.years)
    assert hashlib.sha256(written.encode()).hexdigest() == result.predictions_digest
    rows = written.splitlines()
    assert rows[0] == "forecast,year,industry,draw,growth_pct" and "nan" not in written
    assert sum(row.startswith("autarky,") for row in rows) == DRAWS * 4 * len(GROUPS)


def test_the_script_digest_follows_studies_and_settings(result, bare):
    past = dataclasses.replace(past_study(), study=b"another file")
    other = run(past=past, permutations=0, evidence=made_evidence(cut_off=False))
    assert len({result.script_digest, bare.script_digest, other.script_digest}) == 3
    assert other.predictions_digest == bare.predictions_digest != result.predictions_digest


def test_without_permutations_or_another_model_nothing_is_said_of_them(bare):
    assert bare.cut_off is None and "never a target" not in bare.text()
    assert PERMUTED not in bare.scored[0].means
    assert "not known" in bare.scored[0].permuted_sentence


def test_it_is_the_same_again_and_elsewhere(result):
    from autarky.ensemble.executors import Processes

    other = run(executor=Processes(2))
    assert json.dumps(other.to_dict()) == json.dumps(result.to_dict())
    assert other.text() == result.text()


def test_only_the_calibrated_parameters_take_what_the_past_taught(result):
    names = [one.parameter for one in result.contractions]
    assert names[:2] == [PASS_THROUGH, IMPORTANCE]
    assert [one.is_calibrated for one in result.contractions] == [True, True, False, False]
    assert 1 <= result.effective_draws < result.calibration_draws == 4 * DRAWS


def test_calibration_reads_no_figure_of_the_predicted_years(result):
    assert {one.observed.year for one in result.fitted} == {2017, 2018, 2019}


def test_calibration_brings_the_past_nearer(result):
    prior = np.mean([abs(one.prior[2] - one.observed.growth) for one in result.fitted])
    posterior = np.mean([abs(one.posterior[2] - one.observed.growth) for one in result.fitted])
    assert posterior < prior


def test_a_file_of_observations_is_scored_beside_the_claims(with_other_outcomes):
    claims, own = with_other_outcomes.scored
    assert (claims.against, own.against) == ("claims", "seen.csv")
    assert [one.industry for one in own.observed] == ["mining", "construction"]
    assert [one.industry for one in with_other_outcomes.shown] == ["electricity_gas_water"] * 2
    assert with_other_outcomes.unscored_years() == (2022, 2023)


def test_the_answer_begins_with_what_the_range_is_made_of_and_says_what_it_is_conditional_on(result):
    first, second, *rest = result.text().split("\n\n")
    for word in ("donor", "φ", "criticality", "observed figures", "permuted"):
        assert word in first
    assert "conditional on observed imports" in second
    assert result.predictions_digest in rest[0] and result.script_digest in rest[0]
    assert "a comparison, never a target" in result.text()
    assert "2021, 2022, 2023 unscored" in result.text()


def test_all_of_it_can_be_written_as_json(result):
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["draws"] == DRAWS


def test_shares_of_the_range_are_told_by_group(result):
    groups = [one.group for one in result.attribution[0][1]]
    assert groups == [
        "the donor table",
        "the conversion rate φ",
        "criticality and substitution",
        "observed figures behind the table",
        "export-loss pass-through",
        "stocks",
    ]
    assert len(result.attribution) == 1 + 6


def test_a_full_cut_costs_manufacturing_something(result):
    assert result.cut_off.other == -43.0 and result.cut_off.year == 2018
    assert -100 <= result.cut_off.loss[0] < result.cut_off.loss[4] < 0


def test_a_table_that_is_right_beats_its_permutations_and_a_wrong_one_does_not():
    rng = np.random.default_rng(0)
    observed = np.array([-10.0, 0.0, 5.0])
    near, far = (observed + rng.normal(0, sd, (50, 3)) for sd in (0.5, 20.0))
    right, wrong = against_permuted(near, far, observed), against_permuted(far, near, observed)
    assert right.finding == "The table adds something here" and right.nearer > 0.95
    assert wrong.finding == "The table adds nothing here" and wrong.gain < 0
    same = against_permuted(near, near, observed)
    assert (same.gain, same.nearer, same.chance) == (0.0, 0.0, 1.0)


def test_a_small_gain_that_many_permutations_share_is_no_gain():
    assert AgainstPermuted(gain=0.01, nearer=0.6, chance=0.4).finding.endswith("but not beyond chance")


def test_the_calibrated_parameters_are_found_by_what_they_set():
    past = past_study()
    assert calibrated_by_default(past.scenario, past.uncertainty, past.economy) == (PASS_THROUGH, IMPORTANCE)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"calibrate": [PASS_THROUGH, IMPORTANCE, "days of stock"]}, "3 parameters would be calibrated"),
        ({"calibrate": []}, "0 parameters would be calibrated (none)"),
        ({"calibrate": ["import critcality"]}, "did you mean 'import criticality'?"),
        ({"calibrate": ["table"]}, "'table' is not one number that sets places"),
        ({"draws": 5}, "5 are too few to weigh"),
        ({"past": future_study()}, "not before made-2020 begins"),
    ],
)
def test_a_backtest_that_cannot_be_made_is_refused(given, told):
    with pytest.raises(ScenarioError) as raised:
        run(**given)
    assert told in str(raised.value)


def test_years_that_do_not_follow_the_table_are_refused():
    past = past_study()
    late = dataclasses.replace(past, economy=future_study().economy)
    short = past.scenario.model_copy(update={"days": 900})
    with pytest.raises(ScenarioError, match="begins in 2017 on a table of 2019"):
        run(past=late)
    with pytest.raises(ScenarioError, match="give whole calendar years"):
        run(past=dataclasses.replace(past, scenario=short))


def test_evidence_without_imports_or_growth_is_refused():
    evidence = made_evidence()
    without = [claim for claim in evidence.claims if claim.id != "imports-2021"]
    with pytest.raises(EvidenceError, match="no claim of 2021"):
        run(evidence=Evidence(tuple(without), evidence.sources))
    with pytest.raises(EvidenceError, match="no claim of 2017 to 2019"):
        run(evidence=made_evidence({2020: GROWTH[2020]}))


def test_a_wrong_file_is_refused_before_anything_runs(tmp_path):
    path = tmp_path / "seen.csv"
    path.write_text("year,industry,growth_pct\n2030,mining,1\n")
    with pytest.raises(SourceError, match="is not predicted"):
        run(observed=path, progress=lambda done, whole: pytest.fail("something ran"))
    assert issubclass(SourceError, InputError)
