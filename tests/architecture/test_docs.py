"""Docs that match the code: glossary, commands, links, the README's own lines."""

from __future__ import annotations

import importlib
import re
from typing import Any

import numpy as np
import pytest
import typer
import xarray as xr

import autarky
from architecture.repository import ROOT, texts
from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment, Industries, Provenance
from autarky.scenario import Scenario
from autarky.simulation import simulate

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \|.*\| `([^`]+)` \|$", GLOSSARY, re.MULTILINE)
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    """Everything a run can record: two industries, three final users and two gates in two days.

    Households that count their money say themselves what they want, and those who spend by income and
    expectation do, so that it takes two runs.
    """
    economy = Economy(
        name="two sectors",
        year=2020,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), ("farms", "mills")),
        Z=np.array([[1.0, 4.0], [2.0, 1.0]]),
        final_users=(
            FinalUser("HOME", "C", FinalUseKind.HOUSEHOLDS),
            FinalUser("HOME", "I", FinalUseKind.INVESTMENT),
            FinalUser("ABROAD", "E", FinalUseKind.EXPORTS),
        ),
        Y=np.array([[4.0, 0.0, 1.0], [4.0, 2.0, 1.0]]),
        value_added_names=("value added",),
        value_added=np.array([[6.0, 3.0]]),
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("two sectors", "made for a test"),
        gates=(Gate("NEAR", "oil"), Gate("FAR", "oil")),
        imports_intermediate=np.array([[0.5, 1.0], [0.5, 1.0]]),
        imports_final=np.array([[0.5, 0.0, 0.0], [0.5, 0.0, 0.0]]),
    )
    everything = {
        "start": "2020-01-01",
        "days": 2,
        "shocks": [
            {
                "kind": "aid",
                "giver": "FAR",
                "receiver": "HOME",
                "basket": {"oil": 0.1},
                "from": "2020-01-01",
            },
            {
                "kind": "technique_change",
                "sectors": ["mills"],
                "inputs": [{"product": "oil", "factor": 0.5}],
                "from": "2020-01-01",
            },
            {
                "kind": "destruction",
                "sectors": ["farms"],
                "share": 0.1,
                "capital_years": 2,
                "goods": {"mills": 1},
                "days": 100,
                "from": "2020-01-01",
            },
        ],
        "behaviour": {
            "labour": {
                "groups": {
                    "farmers": {
                        "people": 10,
                        "sectors": ["farms"],
                        "hours_a_week": {"work": 48, "garden": 10},
                        "plot": {"food": {"farms": 1}},
                    }
                }
            },
            "households": {"groups": {"C": {"basket": {"food": {"farms": 0.8}}}}, "food": ["farms"]},
            "foreign_exchange": {"reserves": 1},
            "search": {"days": 30, "most": 0.5},
            "spare_parts": {"products": ["mills"], "wear_days": 1000, "store_days": 10},
        },
    }
    lived = simulate(economy, Scenario.model_validate(everything), record_inventory=True).data
    expecting = Scenario.model_validate({**everything, "shocks": [], "behaviour": {"consumption": {}}})
    spent = simulate(economy, expecting).data
    return lived.assign({name: spent[name] for name in set(spent.data_vars) - set(lived.data_vars)})


def stands_in_the_code(where: str) -> bool:
    """Whether a dotted path below ``autarky`` leads to a module's name, a class's attribute or its field."""
    parts = ["autarky", *where.split(".")]
    for cut in range(len(parts) - 1, 0, -1):
        try:
            thing: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            fields = {
                **getattr(thing, "__dataclass_fields__", {}),
                **getattr(thing, "model_fields", {}),
            }
            if not hasattr(thing, part):
                return part in fields
            thing = getattr(thing, part)
        return True
    return False


@pytest.mark.parametrize(("name", "where"), [row for row in ROWS if not row[1].startswith("data[")])
def test_every_code_name_of_the_glossary_stands_where_it_says(name: str, where: str) -> None:
    assert where.split(".")[-1] == name
    assert stands_in_the_code(where)


def test_a_name_that_is_not_in_the_code_would_be_found_out() -> None:
    assert not stands_in_the_code("economy.Economy.zeal")
    assert not stands_in_the_code("attic.Economy")


def test_every_variable_of_a_result_has_its_row_and_every_row_its_variable(dataset: xr.Dataset) -> None:
    rows = [(name, where) for name, where in ROWS if where.startswith("data[")]
    assert [row for row in rows if row[1] != f'data["{row[0]}"]'] == []
    named = {name for name, _ in rows}
    assert named - set(dataset.variables) == set()
    assert set(dataset.data_vars) - named == set()


def test_no_name_has_two_rows_in_one_place() -> None:
    places = [where for _, where in ROWS]
    assert len(places) == len(set(places)) > 50


def test_every_command_and_option_is_told_in_the_docs() -> None:
    from autarky.cli import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert commands
    missing = []
    for name, command in commands.items():
        section = re.search(rf"^## `autarky {name}\b.*?(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL)
        if section is None:
            missing.append(name)
            continue
        told = section[0] + COMMANDS.partition("\n## ")[0]  # what holds for all stands before the first
        missing += [
            f"{name} {option}"
            for parameter in command.params
            for option in parameter.opts
            if option.startswith("--") and option != "--help" and f"`{option}" not in told
        ]
    assert missing == []


def test_no_command_is_told_that_does_not_exist() -> None:
    from autarky.cli import app

    told = set(re.findall(r"^## `autarky ([a-z]+)", COMMANDS, re.MULTILINE))
    assert told - set(typer.main.get_command(app).commands) == set()  # type: ignore[attr-defined]


def heading_anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as they are made on the web."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for path, text in texts():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            page, _, anchor = target.partition("#")
            other = (path.parent / page).resolve() if page else path
            place = f"{path.relative_to(ROOT)}: {target}"
            if not other.exists() or (
                anchor and anchor not in heading_anchors(other.read_text(encoding="utf-8"))
            ):
                broken.append(place)
    assert broken == []


def test_every_page_of_the_docs_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = [path for path in (ROOT / "docs").rglob("*.md") if path.name != "index.md"]
    assert [str(p) for p in pages if str(p.relative_to(ROOT / "docs")) not in index] == []


def test_the_python_lines_of_the_readme_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec(compile(lines, "README.md", "exec"), names)
    assert capsys.readouterr().out.strip()
    unmet = names["result"].data["unmet_final_demand"].sum("day")
    assert float(unmet.sum()) > 0  # the demo's cut reaches somebody


def test_every_public_name_loads() -> None:
    assert len(autarky.__all__) == len(set(autarky.__all__))
    assert [name for name in autarky.__all__ if getattr(autarky, name, None) is None] == []
