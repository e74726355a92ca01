"""The study file: what it says is what is read, and every option is shown, described and kept."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from autarky.document.tree import parse, scalar, steps_of
from autarky.errors import InputError, Problem, ScenarioError
from autarky.scenario import Scenario
from autarky.study_file import Study, packaged_study, read_study, schema, schema_text, study_from_bytes
from autarky.study_file.reading import STUDY
from wrong_studies import RIGHT

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "studies").glob("*.yaml"))
DEMO = packaged_study("demo").read_text(encoding="utf-8")
PLAN = packaged_study("plan").read_text(encoding="utf-8")
WHOLE_DAY = packaged_study("whole-day").read_text(encoding="utf-8")


def read(text: str, path: str = "study.yaml") -> Study:
    return study_from_bytes(text.encode(), Path(path))


def test_a_study_says_what_its_file_says() -> None:
    study = read(RIGHT)
    assert study.economy.embedded == "usa-2023"
    assert study.scenario.name == "A right study"
    assert study.scenario.groups == {"chips": ("334",)}
    cut, loss, change = study.scenario.shocks
    assert (cut.start, cut.until) == (datetime.date(2024, 1, 10), datetime.date(2024, 2, 10))
    assert cut.products == ("334", "335")
    assert loss.recovery is not None and loss.recovery.days == 10
    assert change.factor == 0.9
    assert study.scenario.behaviour.inventory_days is not None
    assert study.scenario.behaviour.inventory_days.products == {"334": 60}
    assert study.content == RIGHT.encode()


def test_a_study_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read(RIGHT).title = "another"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-7", -7),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("None", "None"),
        ("-.inf", float("-inf")),
    ],
)
def test_plain_words_and_numbers_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_study_of_the_repository_reads(path: Path) -> None:
    study = read_study(path)
    assert study.economy is None or study.economy.embedded is not None
    assert study.sources


def every_model(annotation: Any) -> set[type[BaseModel]]:
    from autarky.document.wording import _models

    found: set[type[BaseModel]] = set()
    waiting = list(_models(annotation))
    while waiting:
        model = waiting.pop()
        if model not in found:
            found.add(model)
            waiting += [child for field in model.model_fields.values() for child in _models(field.annotation)]
    return found


def test_the_demo_the_plan_and_the_whole_day_show_every_option() -> None:
    shown = set(re.findall(r"[#\s{,-](\w+):", DEMO + PLAN + WHOLE_DAY))
    models = every_model(Study)
    assert len(models) > 10
    missing = {
        f"{model.__name__}.{name}"
        for model in models
        for field_name, field in model.model_fields.items()
        if (name := field.alias or field_name) not in shown
    }
    assert missing == set()


def options(of: str) -> list[str]:
    """A study with one of its commented options switched on, each in turn."""
    lines = of.splitlines()
    found = []
    k = 0
    while k < len(lines):
        if re.match(r" *#[\w-]", lines[k]):
            end = k + 1
            # A commented shock goes on over the lines below it.
            while lines[k].lstrip().startswith("#-") and re.match(r" *#  \w", lines[end]):
                end += 1
            on = [re.sub(r"^( *)#", r"\1", line) for line in lines[k:end]]
            found.append("\n".join([*lines[:k], *on, *lines[end:]]))
            k = end
        else:
            k += 1
    return found


@pytest.mark.parametrize(
    "text",
    options(DEMO) + options(PLAN),
    ids=lambda text: next(
        (
            a.strip().split(":")[0]
            for a, b in zip(
                text.splitlines(), (PLAN if "\nplan:" in text else DEMO).splitlines(), strict=False
            )
            if a != b
        ),
        "",
    ),
)
def test_every_commented_option_of_the_demo_and_the_plan_can_be_switched_on(text: str) -> None:
    try:
        study = read(text)
    except ScenarioError as error:
        # Some exclude each other, and the study says so.
        assert len(error.problems) == 1
        excluding = (
            "either (share_kept or ceiling|embedded or path)|neither format nor options|keep one of them"
        )
        assert re.search(excluding, str(error))
    else:
        assert study != read(PLAN if study.plan else DEMO)


def test_there_are_options_to_switch_on() -> None:
    assert len(options(DEMO)) > 20
    assert len(options(PLAN)) > 20


def test_the_committed_schema_is_current() -> None:
    committed = (ROOT / "docs" / "study.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "write it again: autarky schema > docs/study.schema.json"


def test_every_field_in_the_schema_is_described() -> None:
    definitions = {"Study": schema(), **schema()["$defs"]}
    bare = [
        f"{model}.{name}"
        for model, definition in definitions.items()
        for name, field in definition.get("properties", {}).items()
        if name != "kind" and not {"description", "$ref"} & set(field)
    ]
    assert bare == []
    assert all(definition.get("additionalProperties", False) is False for definition in definitions.values())


def test_a_place_in_a_scenario_becomes_a_place_in_the_file() -> None:
    study = read(RIGHT, "some/study.yaml")
    for place, expected in {
        "shocks[0]": "11:7",
        "shocks[0].origin": "12:15",
        "shocks[0].origin[0]": "12:15",
        "shocks[0].products[1]": "13:25",
        "shocks[0].start": "14:13",
        "scenario.shocks[1].from": "21:13",
        "groups.chips[0]": "9:13",
        "behaviour.inventory_days.products.334": "31:53",
        "behaviour.inventory_days.products['334']": "31:53",
        "economy.embedded": "4:13",
    }.items():
        assert study.locate(place) == f"some/study.yaml:{expected}", place
    assert study.locate("elsewhere") == "some/study.yaml: elsewhere"


def test_keys_with_dots_and_brackets_are_found() -> None:
    tree = parse(b'groups: {"A.B[0]": [x], A: [y]}', Path("f"), STUDY)
    assert steps_of("groups.A.B[0][0]", tree) == ("groups", "A.B[0]", 0)
    assert steps_of("groups.A[0]", tree) == ("groups", "A", 0)


def test_problems_from_below_are_told_at_their_place_in_the_file() -> None:
    with (
        pytest.raises(ScenarioError, match=r"^study\.yaml:12:15: unknown — look$"),
        read(RIGHT).naming_places(),
    ):
        raise ScenarioError(Problem("shocks[0].origin[0]", "unknown", "look"))


def test_a_study_made_in_python_needs_no_file() -> None:
    made = Study(
        version=1,
        title="made",
        economy={"embedded": "usa-2023"},  # type: ignore[arg-type]
        scenario=Scenario(start=datetime.date(2024, 1, 1), days=10),
    )
    assert made.path is None
    assert made.locate("shocks[0]") == "shocks[0]"
    assert made.read_economy().name


def test_tables_are_looked_for_beside_the_study() -> None:
    study = read(RIGHT.replace("embedded: usa-2023", "path: tables/x"), "some/where/study.yaml")
    assert study.table_path == Path("some/where/tables/x")


def test_an_option_the_reader_refuses_is_told_in_its_line(tmp_path: Path) -> None:
    (tmp_path / "economy.csv").write_text("")
    text = RIGHT.replace("embedded: usa-2023", "path: .\n  format: csv_folder\n  options: {yaer: 2014}")
    with pytest.raises(InputError, match=r"study\.yaml:6:19: option 'yaer' is unknown"):
        read(text, str(tmp_path / "study.yaml")).read_economy()


def test_an_unknown_packaged_study_finds_its_neighbour() -> None:
    with pytest.raises(InputError, match="unknown study 'dmo' — did you mean 'demo'"):
        packaged_study("dmo")


@settings(max_examples=300)
@given(st.data())
def test_no_damage_to_a_file_raises_anything_but_problems(data: st.DataObject) -> None:
    content = bytearray(RIGHT.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([0, 0, 1, 3, 30]))
        content[start : start + length] = data.draw(
            st.sampled_from([
                b":", b"- ", b"\n", b"[", b"}", b"'", b'"', b"&a ", b"*a", b"!!x ", b"? ", b"|\n", b"%",
                b"---\n", b"\xff", b"\x00", b"1e999", b"{}", b"\t", b"\\", b"<<: ", b"#", b"0",
            ])
        )  # fmt: skip
    try:
        study_from_bytes(bytes(content), Path("study.yaml"))
    except ScenarioError as error:
        assert error.problems
        for problem in error.problems:
            assert re.match(r"study\.yaml:\d+:\d+: .+ — .+$", str(problem)), str(problem)


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    names = schema()["$defs"]["TradeCut"]["properties"]["products"]["anyOf"]
    assert {"type": "string", "minLength": 1, "maxLength": 200} in names
    assert json.loads(schema_text())["required"] == ["version", "title"]
