"""With every behaviour on, company does not change a byte of a scenario, nor do workers one of its draws."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autarky.economy import Economy
from autarky.results import SimulationResult
from autarky.scenario import Behaviour, Scenario
from autarky.scenario.part import Part
from autarky.simulation.run import simulate, simulate_many
from autarky.study import run_draws
from autarky.study_file import study_from_bytes
from cases import law
from wrong_studies import WHOLE_DAY

DAYS = 30
BESIDES: dict[str, Any] = {
    "adaptation": {"learning": {"rate": 0.2, "initial": 1.2, "first_days": 20}},
    "foreign_exchange": {
        "unrecorded": {"share": 0.7, "from": "2020-01-08"},
        "import_prices": [{"products": "all", "factor": 1.1, "from": "2020-01-06"}],
        "debt_service": {"per_year": 20.0, "from": "2020-01-04"},
        "processing": [
            {"partners": ["CHINA", "ABROAD"], "imports": ["processing_parts"], "exports": ["processing"]}
        ],
    },
    "labour": {"hiring": {"hiring_days": 30, "firing_days": 15, "most": 1.1}},
    "allocation": {"efficiency": {"priority": {"factor": 0.98, "source": "assumption"}}},
}
"""What the right study of the whole day leaves out."""
SHARED = ("willingness_to_pay", "ownership", "steps_per_day", "seed")
"""Numbers that scenarios side by side have in common, or that add to at most 1."""

_STUDY = study_from_bytes(WHOLE_DAY.encode(), Path("study.yaml"))


@pytest.fixture(scope="module")
def economy() -> Economy:
    return _STUDY.read_economy()


def _whole() -> dict[str, Any]:
    """A scenario with every behaviour on, as a file has it."""
    plain = _STUDY.scenario_to_run.model_dump(mode="json", by_alias=True, exclude_none=True)
    for name, fields in BESIDES.items():
        plain["behaviour"][name] = plain["behaviour"].get(name, {}) | fields
    return plain | {"days": DAYS}


def _numbers(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths of all numbers that may differ."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in children:
        if key in SHARED:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield (*path, key)
        else:
            yield from _numbers(value, (*path, key))


def _otherwise(rng: np.random.Generator) -> Scenario:
    """The scenario with some numbers changed, as far as each is allowed, and some shocks left out."""
    plain = _whole()
    parts = {name: plain[name] for name in ("shocks", "behaviour")}
    paths = list(_numbers(parts))
    for k in rng.choice(len(paths), 12, replace=False):
        *way, last = paths[k]
        place = parts
        for step in way:
            place = place[step]  # type: ignore[index]
        was = place[last]  # type: ignore[index]
        place[last] = was * float(rng.choice([0.5, 0.9, 1.1, 2.0]))  # type: ignore[index]
        try:
            Scenario.model_validate(plain)
        except ValidationError:
            place[last] = was  # type: ignore[index]
    # Which rules there are is in common, too.
    kept = [shock["kind"] == "institution_change" or rng.random() < 0.8 for shock in plain["shocks"]]
    plain["shocks"] = [shock for shock, stays in zip(plain["shocks"], kept, strict=True) if stays]
    return Scenario.model_validate(plain)


def _same(one: SimulationResult, other: SimulationResult) -> None:
    assert one.outcome == other.outcome
    assert set(one.data.variables) == set(other.data.variables)
    for name, mine in one.data.variables.items():
        assert mine.values.tobytes() == other.data[name].values.tobytes(), name


@law(6)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 8, 11]))
def test_company_does_not_change_a_byte_whatever_behaves(economy: Economy, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    scenarios = [_otherwise(rng) for _ in range(count)]
    together = simulate_many(economy, scenarios)
    for k in {0, count // 2, count - 1}:
        _same(simulate(economy, scenarios[k]), together[k])


def test_every_behaviour_is_on_and_acts(economy: Economy) -> None:
    scenario = Scenario.model_validate(_whole())
    # Households count their money themselves: consumption cannot be on as well.
    known = {
        name
        for name, field in Behaviour.model_fields.items()
        if any(isinstance(kind, type) and issubclass(kind, Part) for kind in get_args(field.annotation))
    }
    assert {*scenario.behaviour.parts} == known - {"consumption"}
    told = simulate(economy, scenario).data
    for name in (
        "aid_given",
        "damage_left",
        "technique_share",
        "capacity_found",
        "machines",
        "arrears",
        "eaten",
    ):
        assert name in told, name
    assert (told["hours"].isel(day=-1) != told["hours_base"]).any()
    assert told["gdp"].min() < told["value_added_base"].sum()


RANGES = {
    "shocks[0].share_kept": (0.0, 0.4),
    "shocks[1].hours_a_week": (1.0, 9.0),
    "shocks[6].share": (0.0, 0.2),
    "behaviour.labour.groups.employees.slack": (0.0, 0.3),
    "behaviour.foreign_exchange.reserves": (0.0, 900.0),
    "behaviour.households.groups.households-urban.rations.food": (0.1, 0.6),
    "behaviour.search.most": (0.0, 1.0),
}
UNCERTAINTY = "uncertainty:\n  draws: 20\n  parameters:\n" + "".join(
    f"    - {{name: p{k}, source: assumption, sets: '{place}',\n"
    f"       distribution: {{kind: uniform, low: {low}, high: {high}}}}}\n"
    for k, (place, (low, high)) in enumerate(RANGES.items())
)


def test_draws_on_two_workers_are_those_on_one(tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_text(WHOLE_DAY.replace("days: 60", "days: 40") + UNCERTAINTY, encoding="utf-8")
    one, two = (
        run_draws(study, tmp_path / f"{workers}", workers=workers, keep_draws=True) for workers in (1, 2)
    )
    assert not (one.result.data["failed"] != "").any()
    files = sorted(path.name for path in one.path.iterdir() if path.suffix in (".nc", ".html"))
    assert len(files) >= 2
    for name in files:
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes(), name
