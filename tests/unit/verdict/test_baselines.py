"""Baselines: rules of thumb by hand, and simpler engines that are what they say."""

import numpy as np
import pytest

from autarky.scenario import PresetName, ProductionFunction
from autarky.simulation import simulate
from autarky.verdict.baselines import (
    ExposureRule,
    as_boario,
    exposures,
    no_change,
    past_spread,
    without_stocks,
)
from autarky.verdict.growth import GROUPS, Observed, observed_growth
from made_backtest import SECTORS, future_study, made_country, made_evidence


def test_no_change_is_nought_for_all():
    assert no_change([2020, 2021]).shape == (1, 2, len(GROUPS)) and not no_change([2020]).any()


def test_the_spread_of_the_past_is_what_was_observed_no_more_and_no_less():
    forecast = past_spread(observed_growth(made_evidence(), range(2015, 2020)), [2020, 2021])
    services = forecast[:, 1, list(GROUPS).index("services")]
    assert services.tolist() == [0.8, 0.6, 0.5, 0.9, 0.9]
    light = forecast[:, 0, list(GROUPS).index("light_industry")]
    assert light[:2].tolist() == [-2.6, 1.0] and np.isnan(light[2:]).all()


def test_exposure_adds_up_imports_behind_final_demand():
    economy = made_country(2019)
    content = np.linalg.inv(np.eye(len(SECTORS)) - economy.A).T @ (
        economy.imports_intermediate.sum(axis=0) / economy.x
    )
    # All imported inputs end up in final demand for home products.
    assert content @ economy.Y.sum(axis=1) == pytest.approx(economy.imports_intermediate.sum())
    found = exposures(economy)[list(GROUPS).index("construction")]
    assert found == pytest.approx(content[SECTORS.index("construction")])


def test_the_exposure_rule_finds_the_elasticity_that_made_the_growth():
    exposure = np.linspace(0.05, 0.2, len(GROUPS))
    falls = {2017: -0.02, 2018: 0.3, 2019: -0.1, 2020: 0.7}
    seen = [
        Observed(year, group, -100 * 0.6 * exposure[k] * falls[year], 0.5, "made")
        for year in (2017, 2018, 2019)
        for k, group in enumerate(GROUPS)
    ]
    rule = ExposureRule.fitted(seen, exposure, falls)
    assert rule.elasticity == pytest.approx(0.6)
    assert np.allclose(rule.residuals, 0.0, atol=1e-12)
    assert np.allclose(rule.forecast(exposure, [falls[2020]])[0, 0], -100 * 0.6 * exposure * 0.7)


def test_imports_that_never_moved_give_no_elasticity():
    rule = ExposureRule.fitted([Observed(2017, "mining", -3.0, 0.5, "made")], np.ones(8), {2017: 0.0})
    assert rule.elasticity == 0.0 and rule.residuals == (-3.0,)


def test_without_stocks_a_cut_acts_within_days_and_in_full():
    study = future_study()
    scenario = study.scenario.model_copy(update={"days": 60})
    mild, hard = (
        simulate(study.economy, one).data["gdp"].values for one in (scenario, without_stocks(scenario))
    )
    base = simulate(study.economy, scenario).data["value_added_base"].values.sum()
    assert hard[10] / base < 0.35 < 0.9 < mild[10] / base
    assert without_stocks(scenario).behaviour.production is ProductionFunction.LEONTIEF
    assert without_stocks(scenario).shocks == scenario.shocks


def test_preset_boario_keeps_shocks_and_nothing_of_the_behaviour():
    scenario = future_study().scenario
    turned = as_boario(scenario)
    assert turned.behaviour.preset is PresetName.BOARIO and turned.behaviour.importance is None
    assert turned.shocks == scenario.shocks
