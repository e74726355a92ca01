"""What to keep, on a mill whose imports are known to matter or not."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from autarky.errors import InputError, ScenarioError, StoppedError
from autarky.explanation.lifelines import Lifelines
from autarky.explanation.ranking import lifelines
from autarky.scenario import Scenario
from made_gates import cut_off, fed_through
from small_economies import START, chain, three_regions

COMPLEMENTS = fed_through(("CHINA", "oil", 2.0, 0.0), ("CHINA", "ore", 1.0, 0.0))


def by_gate(found: Lifelines) -> dict[str, Any]:
    return {kept.gate: kept for kept in found.alone}


def test_one_gate_that_carries_everything_averts_everything() -> None:
    rules = [{"inputs": ["dust"], "level": "non_essential"}]
    economy = fed_through(("CHINA", "dust", 3.0, 0.0), ("CHINA", "oil", 1.0, 0.0))
    found = lifelines(economy, cut_off(production="critical", criticality=rules))
    oil, dust = found.alone
    assert (oil.gate, oil.imports, oil.imports_share) == ("CHINA.oil", 365.0, 0.25)
    assert oil.averts == pytest.approx(1.0, abs=1e-5)
    assert dust.averts == pytest.approx(0.0, abs=1e-5)
    assert oil.closed_alone == pytest.approx(found.consumption_lost, abs=1e-5)
    assert dust.closed_alone == pytest.approx(0.0, abs=1e-5)
    assert found.imports_cut == 4 * 365.0
    # 30 of 120 days are made from stock.
    assert found.consumption_lost == pytest.approx(0.75, abs=0.01)
    assert [step.gate for step in found.greedy] == ["CHINA.oil", "CHINA.dust"]
    assert "Kept alone, oil averts most: 100 %" in found.sentences[1]


def test_complements_avert_nothing_alone_and_everything_together() -> None:
    found = lifelines(COMPLEMENTS, cut_off())
    assert [kept.averts for kept in found.alone] == pytest.approx([0.0, 0.0], abs=1e-5)
    # A tie goes to the smaller imports.
    assert [kept.gate for kept in found.alone] == ["CHINA.ore", "CHINA.oil"]
    assert [step.averts for step in found.greedy] == pytest.approx([0.0, 1.0], abs=1e-5)
    assert [best.averts for best in found.best] == pytest.approx([0.0, 1.0], abs=1e-5)
    assert "No import kept alone averts" in found.sentences[1]
    assert "Keeping the first two, 100 % of the imports cut, averts 100 %" in found.sentences[2]


def test_of_substitutes_each_alone_averts_nearly_everything_and_costs_nearly_nothing() -> None:
    economy = fed_through(("CHINA", "oil", 1.0, 0.0), ("RUSSIA", "oil", 1.0, 0.0))
    found = lifelines(economy, cut_off(import_spare=2.0, substitution_days=3))
    assert {kept.name for kept in found.alone} == {"oil from CHINA", "oil from RUSSIA"}
    for kept in found.alone:
        assert kept.averts > 0.9
        assert kept.closed_alone < 0.05
    assert found.greedy[0].averts > 0.9


def test_backwards_finds_the_pair_that_forwards_misses() -> None:
    # Of three gates two only help together, and the third helps a little by itself.
    economy = fed_through(("CHINA", "oil", 1.0, 0.0), ("CHINA", "ore", 1.0, 0.0), ("CHINA", "toys", 0.0, 0.4))
    found = lifelines(economy, cut_off())
    assert [step.gate for step in found.greedy] == ["CHINA.oil", "CHINA.ore", "CHINA.toys"] or [
        step.gate for step in found.greedy
    ] == ["CHINA.ore", "CHINA.oil", "CHINA.toys"]
    assert "backwards from everything kept" in found.notes[0]
    # Toys, a sixth of the imports cut, are worth something by themselves: a smaller budget begins with them.
    assert "With 17 % of the imports kept forwards from nothing kept averts" in found.notes[0]
    assert [step.gate for step in lifelines(economy, cut_off(), budget=0.2).greedy] == ["CHINA.toys"]
    best = {len(one.gates): set(one.gates) for one in found.best}
    assert best[1] == {"CHINA.toys"}
    assert best[2] == {"CHINA.oil", "CHINA.ore"}


def test_a_budget_lets_in_only_what_fits() -> None:
    economy = fed_through(("CHINA", "oil", 2.0, 0.0), ("CHINA", "ore", 1.0, 0.0), ("CHINA", "toys", 0.0, 1.0))
    found = lifelines(economy, cut_off(), budget=0.5)
    assert all(step.imports_share <= 0.5 for step in found.greedy)
    assert all(best.imports_share <= 0.5 for best in found.best)
    assert found.greedy[0].gate == "CHINA.toys"
    assert {kept.gate for kept in found.alone} == {"CHINA.oil", "CHINA.ore", "CHINA.toys"}


def test_a_budget_that_lets_nothing_in_keeps_nothing() -> None:
    found = lifelines(COMPLEMENTS, cut_off(), budget=0.01)
    assert (found.greedy, found.best) == ((), ())
    assert "0 gates fit by themselves" in " ".join(found.notes)
    assert found.text()


def test_what_is_lost_for_other_reasons_is_not_averted() -> None:
    loss = {"kind": "capacity_loss", "from": START, "sectors": "mill", "share": 0.5}
    found = lifelines(COMPLEMENTS, cut_off(shocks=[loss]))
    assert 0.1 < found.greedy[-1].averts < 0.9
    assert any("of the loss remains with every gate kept" in note for note in found.notes)


def test_between_regions_a_gate_is_a_product_of_a_partner_into_all_that_lose_it() -> None:
    cut = {"kind": "trade_cut", "origin": "NOR", "from": START, "share_kept": 0.0}
    scenario = Scenario.model_validate({"start": START, "days": 60, "shocks": [cut]})
    found = lifelines(three_regions(), scenario)
    assert found.regions == ("CHN", "USA")
    assert {kept.gate for kept in found.alone} == {"NOR.food", "NOR.coal"}
    assert found.greedy[-1].averts == pytest.approx(1.0, abs=1e-9)
    one = lifelines(three_regions(), scenario, regions=["CHN"])
    assert one.regions == ("CHN",)
    assert one.imports_cut < found.imports_cut


def test_of_many_gates_every_set_of_some_is_tried() -> None:
    products = [f"p{k:02}" for k in range(14)]
    economy = fed_through(*(("CHINA", product, 0.1, 0.01 * k) for k, product in enumerate(products)))
    found = lifelines(economy, cut_off(days=50), candidates=6, exhaustive=3)
    assert len(found.alone) == 14
    assert len(found.greedy) == 6
    assert [len(best.gates) for best in found.best] == [1, 2, 3]
    assert any("the 8 sets of" in note for note in found.notes)
    assert any("several were closed at once until 6 were left" in note for note in found.notes)
    assert not lifelines(economy, cut_off(days=50), candidates=6, exhaustive=0).best


def test_where_nothing_is_lost_nothing_is_averted() -> None:
    found = lifelines(COMPLEMENTS, cut_off(days=5))
    assert math.isnan(found.alone[0].averts)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["alone"][0]["averts"] is None
    assert "nothing to avert" in found.sentences[1]


@pytest.mark.parametrize("width", [40, 100])
def test_the_text_fits_its_width(width: int) -> None:
    lines = lifelines(COMPLEMENTS, cut_off()).text(width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("cut off · mill")


def test_options_out_of_range_are_told_together() -> None:
    with pytest.raises(InputError) as error:
        lifelines(chain(), cut_off(), budget=1.2, candidates=0, exhaustive=13, regions=["HOMES"])
    assert [problem.place for problem in error.value.problems] == [
        "budget",
        "candidates",
        "exhaustive",
        "regions[0]",
    ]


def test_a_scenario_that_limits_no_imports_is_refused() -> None:
    cut = {"kind": "trade_cut", "destination": "ABROAD", "from": START, "share_kept": 0.0}
    exports = Scenario.model_validate({"start": START, "days": 10, "shocks": [cut]})
    with pytest.raises(ScenarioError, match="limits imports"):
        lifelines(chain(), exports)


def test_stopped_and_resumed_is_the_same_and_does_nothing_twice(tmp_path: Path) -> None:
    scenario, told = cut_off(), 0

    def stop(what: str, done: int, total: int) -> None:
        nonlocal told
        told += 1
        if told == 4:
            raise KeyboardInterrupt

    economy = fed_through(*(("CHINA", f"p{k}", 0.3, 0.1 * k) for k in range(5)))
    options: dict[str, Any] = {"exhaustive": 2, "candidates": 3}
    with pytest.raises(StoppedError, match=r"what is done is kept in .* to resume: autarky lifelines STUDY"):
        lifelines(economy, scenario, folder=tmp_path / "keep", progress=stop, **options)
    kept = {path: path.read_bytes() for path in (tmp_path / "keep").rglob("*.nc")}
    assert kept
    resumed = lifelines(economy, scenario, folder=tmp_path / "keep", **options)
    assert resumed == lifelines(economy, scenario, **options)
    assert kept.items() <= {path: path.read_bytes() for path in (tmp_path / "keep").rglob("*.nc")}.items()
    simulated = []
    lifelines(
        economy,
        scenario,
        folder=tmp_path / "keep",
        progress=lambda what, done, total: simulated.append(done < total),
        **options,
    )
    assert not any(simulated)


@pytest.mark.parametrize(("spare", "told"), [(0, False), (2, True)])
def test_gates_that_can_deliver_more_than_in_the_base_year_are_noted(spare: float, told: bool) -> None:
    found = lifelines(COMPLEMENTS, cut_off(import_spare=spare))
    assert any("up to 3 times the base year (import_spare)" in note for note in found.notes) is told
