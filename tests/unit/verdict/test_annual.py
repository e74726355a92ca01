"""Annual output: the mean of a year's days, and draws that fail without taking others with them."""

import numpy as np
import pytest

from autarky.ensemble.executors import Serial
from autarky.errors import ScenarioError
from autarky.scenario import TradeCut
from autarky.simulation import simulate
from autarky.verdict.annual import Job, annual_output
from made_backtest import past_study

NOBODY = TradeCut.model_validate(
    {"from": "2017-01-01", "origin": "CHINA", "products": "construction", "share_kept": 0}
)


def test_a_year_is_the_mean_of_its_days():
    study = past_study()
    output, failed = annual_output([Job(study.economy, (study.scenario,), (0,))], Serial())
    days = simulate(study.economy, study.scenario).data
    relative = (days["output"] / days["output_base"]).groupby("day.year").mean()
    assert output.shape == (1, 3, 19) and not failed
    assert np.allclose(output[0], relative.values, rtol=1e-6)


def test_a_draw_that_fails_is_left_out_and_says_why():
    study = past_study()
    good = study.scenario.model_copy(update={"days": 365})
    bad = good.model_copy(update={"shocks": (NOBODY,)})
    jobs = [Job(study.economy, (good, bad, good), (2, 0, 1)), Job(study.economy, (bad,), (3,))]
    told = []
    output, failed = annual_output(jobs, Serial(), told.append)
    assert np.isnan(output[[0, 3]]).all() and np.isfinite(output[[1, 2]]).all()
    assert np.array_equal(output[1], output[2]) and told == [3, 1]
    assert list(failed) == [0, 3] and "touches no trade flow" in failed[0]


def test_a_study_of_which_every_draw_fails_is_refused():
    study = past_study()
    bad = study.scenario.model_copy(update={"days": 365, "shocks": (NOBODY,)})
    with pytest.raises(ScenarioError, match=r"all 2 draws failed, the first with: shocks\[0\]"):
        annual_output([Job(study.economy, (bad, bad), (0, 1))], Serial())
