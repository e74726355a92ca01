"""Draws: every run made when it is asked for, the same whoever asks, and wrong names told at once."""

# A table reads best with one case to a line.
# ruff: noqa: E501

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from autarky.economy import Economy
from autarky.errors import EconomyError, ScenarioError
from autarky.scenario import Scenario
from autarky.study_file import read_study
from autarky.uncertainty import Base, Design, Uncertainty, draw_up
from autarky.uncertainty.design import unit_points
from made_economies import make_economy

STUDY = Path(__file__).parents[3] / "studies" / "us-semiconductors-uncertain.yaml"
HALF = {"kind": "uniform", "low": 0, "high": 0.5}
LEAK = {"name": "leak", "source": "a test", "distribution": HALF, "sets": "shocks[0].share_kept"}
SWITCH = {
    "name": "production",
    "source": "a test",
    "distribution": {"kind": "discrete", "of": [{"value": "critical"}, {"value": "leontief", "weight": 3}]},
    "sets": "behaviour.production",
}
SOURCES = {
    "name": "stock",
    "source": "a test",
    "distribution": {"kind": "each", "of": [{"value": 10, "source": "A"}, {"value": 20, "source": "B"}]},
    "sets": ["behaviour.inventory_days", "behaviour.restocking_days"],
}
OTHERS = {
    "name": "imports",
    "source": "a test",
    "distribution": {"kind": "each", "of": [{"value": mode, "source": mode} for mode in ("competitive", "non_competitive")]},
    "sets": "behaviour.imports.default",
}  # fmt: skip
RECIPE = {
    "name": "coal in steel",
    "source": "a test",
    "distribution": {"kind": "uniform", "low": 0.9, "high": 1.1},
    "coefficients": {"inputs": "coal", "users": ["steel"]},
}


@pytest.fixture(scope="module")
def economy() -> Economy:
    return make_economy(
        np.random.default_rng(3), national=False, sectors=3, regions=3, negative_inventories=False
    )


def scenario(**changes: Any) -> Scenario:
    cut = {"kind": "trade_cut", "from": "2020-01-05", "until": "2020-01-20", "share_kept": 0.5}
    return Scenario.model_validate({"start": "2020-01-01", "days": 30, "shocks": [cut], **changes})


def section(*parameters: dict[str, Any], **others: Any) -> Uncertainty:
    return Uncertainty.model_validate({"parameters": list(parameters), "draws": 8, **others})


def test_values_stand_where_the_parameter_says(economy: Economy) -> None:
    shift = {
        **LEAK,
        "name": "end",
        "distribution": {"kind": "uniform", "low": -9, "high": 9},
        "shifts": "shocks[0].until",
    }
    shift.pop("sets")
    scale = {**LEAK, "name": "factor", "scales": "behaviour.utilisation"}
    scale.pop("sets")
    central = scenario(behaviour={"utilisation": 0.8})
    draws = draw_up(
        section(
            {**LEAK, "distribution": {**HALF, "low": 0.1}},
            SWITCH,
            shift,
            {**scale, "distribution": {**HALF, "low": 0.1}},
        ),
        central,
        economy,
    )
    assert draws.names == ("leak", "production", "end", "factor")
    seen = set()
    for i in range(len(draws)):
        leak, switch, days, factor = draws.values[i]
        drawn = draws.scenario(i)
        assert drawn.shocks[0].share_kept == leak  # type: ignore[union-attr]
        assert drawn.behaviour.production == ("critical", "leontief")[int(switch)]
        assert (drawn.shocks[0].until - central.shocks[0].until).days == round(days)  # type: ignore[operator]
        assert drawn.behaviour.utilisation == 0.8 * factor
        assert drawn.start == central.start and drawn.days == central.days
        assert draws.economy(i) is economy and draws.economy_key(i) == ()
        seen.add(drawn.behaviour.production)
    assert seen == {"critical", "leontief"}


def test_a_draw_is_the_same_whatever_else_is_asked_for(economy: Economy) -> None:
    uncertainty = section(LEAK, SOURCES, RECIPE, seed=5)
    one, other = (draw_up(uncertainty, scenario(), economy) for _ in range(2))
    far = pickle.loads(pickle.dumps(other))
    for i in (15, 0, 7):
        for twin in (other, far):
            assert one.scenario(i) == twin.scenario(i)
            assert one.economy(i).digest == twin.economy(i).digest
            assert one.economy_key(i) == twin.economy_key(i)
            assert one.base(i) == twin.base(i)
    assert (far.points == one.points).all() and (far.values == one.values).all()
    assert far.parameters == one.parameters and len(far) == len(one) == 16
    assert (draw_up(section(LEAK, SOURCES, RECIPE, seed=6), scenario(), economy).points != one.points).any()


def test_every_source_gets_the_same_full_set_of_draws(economy: Economy) -> None:
    draws = draw_up(section(SOURCES, LEAK, OTHERS), scenario(), economy)
    assert len(draws) == 32
    assert draws.strata.tolist() == [0] * 8 + [1] * 8 + [2] * 8 + [3] * 8
    leaks = draws.values[:, 1].reshape(4, 8)
    assert (leaks == leaks[0]).all() and len(set(leaks[0])) == 8
    for i in (0, 8, 16, 24):
        drawn = draws.scenario(i).behaviour
        stratum = draws.strata[i]
        assert (
            drawn.inventory_days is not None
            and drawn.restocking_days is not None
            and drawn.imports is not None
        )
        assert drawn.inventory_days.default == drawn.restocking_days.default == (10, 20)[stratum // 2]
        assert drawn.imports.default == ("competitive", "non_competitive")[stratum % 2]
    assert draws.points[[0, 31], 0].tolist() == [0.25, 0.75]
    assert "the same for each of 4 combinations" in draws.sentence


def test_a_saltelli_design_says_where_each_run_stands(economy: Economy) -> None:
    draws = draw_up(section(SOURCES, LEAK, SWITCH, design="saltelli"), scenario(), economy)
    assert len(draws) == 2 * 8 * 4
    assert draws.base(0) == Base(0, "A", None) and draws.base(9) == Base(1, "B", None)
    assert draws.base(17) == Base(1, "AB", 1) and draws.base(32 + 31) == Base(7, "AB", 2)
    first, second, mixed = (draws.points[k] for k in (1, 9, 17))
    assert mixed.tolist() == [first[0], second[1], first[2]]
    assert (draws.points[:32, 1:] == unit_points(Design.SALTELLI, 0, 8, 2)).all()
    assert draw_up(section(LEAK), scenario(), economy).base(0) is None


def test_correlated_parameters_keep_their_values(economy: Economy) -> None:
    pair = {"parameters": ["leak", "production"], "rank_correlation": -0.6, "source": "a test"}
    plain = draw_up(section(LEAK, SWITCH, draws=500), scenario(), economy)
    joined = draw_up(section(LEAK, SWITCH, draws=500, correlations=[pair]), scenario(), economy)
    assert (np.sort(plain.values, axis=0) == np.sort(joined.values, axis=0)).all()
    assert np.corrcoef(joined.points, rowvar=False)[0, 1] == pytest.approx(-0.6, abs=0.02)


def test_parameters_are_told_in_sentences_with_their_options(economy: Economy) -> None:
    leak, stock = draw_up(section({**LEAK, "unit": "share"}, SOURCES), scenario(), economy).parameters
    assert leak["sentence"] == "leak (share): uniform 0–0.5, a test"
    assert leak["options"] == [] and leak["drives"] == "sets"
    assert stock["options"] == ["10", "20"] and stock["option_sources"] == ["A", "B"]
    assert stock["sentence"] == "stock: each source in turn: 10, 20, a test"


def test_the_last_table_made_is_kept_and_equal_keys_name_equal_tables(economy: Economy) -> None:
    draws = draw_up(section(SOURCES, RECIPE), scenario(), economy)
    assert draws.economy(0) is draws.economy(0)
    assert draws.economy_key(0) == draws.economy_key(8) != draws.economy_key(1)
    table = draws.economy(0)
    assert draws.economy(8) is table
    assert draws.economy(1) is not table
    assert draws.economy(0).digest == table.digest != economy.digest


def test_whole_tables_are_chosen_by_name(economy: Economy) -> None:
    tables = {"one": economy, "two": replace(economy, name="two", Z=economy.Z * 0.9)}
    chosen = {
        "name": "table",
        "source": "two offices",
        "distribution": {"kind": "each", "of": [{"value": name, "source": name} for name in tables]},
        "tables": True,
    }
    draws = draw_up(section(LEAK, chosen), scenario(), economy, tables=tables)
    assert draws.economy(0) is economy and draws.economy(8) is tables["two"]
    other = make_economy(np.random.default_rng(4), national=False, sectors=3, regions=2)
    with pytest.raises(ScenarioError) as error:
        draw_up(section(LEAK, chosen), scenario(), economy, tables={"one": other})
    assert "of[0].value: the table 'one' has other industries" in str(error.value)
    assert "of[1].value: unknown table 'two' — known: 'one'" in str(error.value)


def drawn_table(number: int, **more: Any) -> dict[str, Any]:
    spread = {"kind": "draws", "table": "made", "number": number}
    return {"name": "table", "source": "its claims", "distribution": spread, "tables": True} | more


def test_each_draw_of_a_table_is_taken_as_often_as_any_other(economy: Economy) -> None:
    tables = {f"made#{k}": replace(economy, name=f"made#{k}") for k in range(4)}
    draws = draw_up(section(LEAK, drawn_table(4), draws=20), scenario(), economy, tables=tables)
    taken = [draws.economy(i).name for i in range(20)]
    assert sorted(taken) == sorted([*tables] * 5)
    assert draws.parameters[1]["sentence"] == "table: one of 4 draws of made, its claims"
    assert draws.parameters[1]["options"] == list(tables)


def test_draws_of_a_table_that_cannot_be_are_told_once(economy: Economy) -> None:
    with pytest.raises(ScenarioError) as error:
        draw_up(section(LEAK, drawn_table(4)), scenario(), economy, tables={"made#0": economy})
    (problem,) = error.value.problems
    assert problem.place == "uncertainty.parameters[1].distribution.table"
    assert "unknown table 'made#1'" in str(problem)
    with pytest.raises(ValidationError, match="has draws of a table under sets; use draws with tables: true"):
        section(drawn_table(4, tables=None, sets="shocks[0].share_kept"))
    pair = {"parameters": ["leak", "table"], "rank_correlation": 0.5, "source": "a test"}
    with pytest.raises(ScenarioError, match="'table' is of kind draws, which has no ranks"):
        draw_up(section(LEAK, drawn_table(2), correlations=[pair]), scenario(), economy)


def origins(shares: dict[str, float], product: str = "coal", **more: Any) -> dict[str, Any]:
    spread = {"kind": "dirichlet", "shares": shares, "concentration": 30}
    return {
        "name": "who",
        "source": "a test",
        "distribution": spread,
        "origins": {"product": product, **more},
    }


def test_origins_are_split_as_drawn_and_what_is_used_stays(economy: Economy) -> None:
    assert economy.industries.regions[:2] == ("NOR", "CHN")
    draws = draw_up(section(origins({"NOR": 0.3, "CHN": 0.7}, destination="PRK")), scenario(), economy)
    assert draws.names == ("who.NOR", "who.CHN")
    rows = [economy.industries.pairs.index((region, "coal")) for region in ("NOR", "CHN")]
    there = [j for j, (region, _) in enumerate(economy.industries.pairs) if region == "PRK"]
    for i in range(3):
        table = draws.economy(i)
        bought = table.A[np.ix_(rows, there)]
        np.testing.assert_allclose(bought.sum(axis=0), economy.A[np.ix_(rows, there)].sum(axis=0))
        used = bought.sum(axis=0) > 0
        assert used.any()
        shares = bought[:, used] / bought.sum(axis=0)[used]
        np.testing.assert_allclose(shares, np.tile(draws.values[i][:, None], used.sum()))
        elsewhere = [j for j in range(len(economy.industries)) if j not in there]
        np.testing.assert_allclose(table.A[:, elsewhere], economy.A[:, elsewhere], rtol=1e-9)


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ({**RECIPE, "coefficients": {"inputs": "coals"}}, "coefficients.inputs[0]: unknown product 'coals' — did you mean 'coal'"),
        ({**RECIPE, "coefficients": {"users": ["steel", "stel"]}}, "coefficients.users[1]: unknown sector 'stel' — did you mean 'steel'"),
        ({**RECIPE, "distribution": {"kind": "uniform", "low": 1, "high": 90}, "coefficients": {}}, "without value added — narrow"),
        (origins({"NOR": 0.5, "CHM": 0.5}), "shares.CHM: 'CHM' supplies no 'coal' in the base year — did you mean 'CHN'"),
        (origins({"NOR": 0.5, "CHN": 0.5}, product="cole"), "origins.product: unknown product 'cole' — did you mean 'coal'"),
        (origins({"NOR": 0.5, "CHN": 0.5}, destination="PKR"), "origins.destination[0]: unknown region 'PKR' — did you mean 'PRK'"),
        ({**LEAK, "sets": "behaviour.inventory_days.products.cola"}, "sets[0]: unknown product 'cola' — did you mean 'coal'"),
        ({**LEAK, "sets": "shocks[1].share"}, "parameters[0].sets[0]: 'shocks[1].share': shocks has 1 entries"),
    ],
)  # fmt: skip
def test_names_that_are_not_in_the_table_are_told_at_their_place(
    parameter: dict[str, Any], words: str, economy: Economy
) -> None:
    with pytest.raises(ScenarioError) as error:
        draw_up(section(parameter), scenario(), economy)
    assert str(error.value).startswith("uncertainty.parameters[0]") and words in str(error.value)


def test_groups_of_the_study_count_as_names(economy: Economy) -> None:
    grouped = {**RECIPE, "coefficients": {"inputs": ["fuel"], "users": ["fuel", "steel"]}}
    table = draw_up(section(grouped), scenario(groups={"fuel": ["coal", "food"]}), economy).economy(0)
    factor = table.A / np.where(economy.A > 0, economy.A, 1)
    sectors = [sector for _, sector in economy.industries.pairs]
    changed = {sectors[i] for i, _ in np.argwhere((np.abs(factor - 1) > 1e-6) & (economy.A > 0))}
    assert changed == {"coal", "food"}


def test_values_that_contradict_each_other_fail_in_their_own_run_only(economy: Economy) -> None:
    start = {
        "name": "start",
        "source": "a test",
        "distribution": {"kind": "uniform", "low": 0, "high": 14},
        "shifts": "shocks[0].from",
    }
    end = {
        "name": "end",
        "source": "a test",
        "distribution": {"kind": "uniform", "low": -14, "high": 0},
        "shifts": "shocks[0].until",
    }
    draws = draw_up(section(start, end, draws=40), scenario(), economy)
    failed = []
    for i in range(len(draws)):
        try:
            draws.scenario(i)
        except ScenarioError as error:
            assert str(error).startswith(f"draw {i}, shocks[0]") and "swap the dates" in str(error)
            failed.append(i)
    assert 0 < len(failed) < 40


def test_an_economy_that_cannot_be_is_an_error_of_its_run(economy: Economy) -> None:
    least = (economy.value_added.sum(axis=0) / economy.x).min()
    # Each by itself leaves value added; together they do not.
    factor = 1 + 0.7 * least / (1 - least)
    wide = {"kind": "uniform", "low": factor - 1e-9, "high": factor}
    both = [{**RECIPE, "name": n, "distribution": wide, "coefficients": {}} for n in ("a", "b", "c", "d")]
    draws = draw_up(section(*both), scenario(), economy)
    with pytest.raises(EconomyError, match=r"^draw 2, made, edited: value added of .* — narrow"):
        draws.economy(2)


def test_the_section_of_a_study_is_read_and_drawn_up() -> None:
    study = read_study(STUDY)
    assert study.uncertainty is not None and study.uncertainty.draws == 1000
    draws = draw_up(study.uncertainty, study.scenario, study.read_economy())
    assert len(draws) == 1000 and len(draws.names) == 7
    assert all("assumption" in parameter["sentence"] for parameter in draws.parameters)
    for i in range(0, 1000, 10):
        assert Scenario.model_validate(draws.scenario(i).model_dump()) == draws.scenario(i)


def test_what_can_be_made_again_does_not_travel(economy: Economy) -> None:
    draws = draw_up(section(LEAK, RECIPE), scenario(), economy)
    before = len(pickle.dumps(draws))
    draws.economy(0), draws.scenario(0)
    assert len(pickle.dumps(draws)) == before
