"""Forms: what the form changes is changed in the text, and nothing else is."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autarky.errors import InputError
from autarky.study_file import packaged_study
from autarky.workbench.editing import begun_with, view
from autarky.workbench.forms import (
    edited,
    embedded_tables,
    form_of,
    help_at,
    kinds,
    names_in,
    place_steps,
    steps_at,
    with_shock,
    with_shock_again,
    without_shock,
)
from autarky.workbench.matching import checked
from autarky.workbench.splicing import drop, plain_of, put
from autarky.workbench.workspace import Workspace
from hostile import HOSTILE

HERE = Path(__file__).parents[3] / "studies"
STUDIES = {path.stem: path for path in (*packaged_study().parent.glob("*.yaml"), *HERE.glob("*.yaml"))}
TABLES = embedded_tables()
DAY = STUDIES["whole-day"].read_text(encoding="utf-8")
BORDER = STUDIES["border-closure-2020"].read_text(encoding="utf-8")


SMALL = """\
# About all of it
version: 1
title: A small one   # its title
economy: {embedded: usa-2023}
scenario:
  start: 2024-01-01
  # why so many days
  days: 30
  shocks:
    - {kind: trade_cut, products: ["334"], from: 2024-01-01, share_kept: 0}    # in brackets
    # what comes second
    - kind: trade_cut
      origin: ABROAD   # from anywhere
      from: 2024-01-02
      share_kept: 0.5
    - kind: aid
      giver: A
      receiver: B
      from: 2024-01-03
      basket: {food: 1}
  behaviour:
    inventory_days: 20   # for all
# the end
"""


def _changed(one: str, other: str) -> list[str]:
    return [line for line in difflib.ndiff(one.split("\n"), other.split("\n")) if line[:2] in ("- ", "+ ")]


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_opened_and_put_back_is_the_same_to_the_byte(name: str) -> None:
    text = STUDIES[name].read_text(encoding="utf-8")
    shown = form_of(text, TABLES).values
    assert shown["title"] and edited(text, shown, shown, TABLES) == text
    # A browser ends the lines of a text in its own way.
    assert edited(text, shown, {k: v.replace("\n", "\r\n") for k, v in shown.items()}, TABLES) == text


_WORDS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12).filter(
    lambda word: word.isprintable() and word.strip()
)
_NAMES = st.lists(_WORDS.map(str.strip).filter(bool), min_size=1, max_size=3)
_PLACES = {
    "title": _WORDS,
    "notes": st.lists(_WORDS, min_size=1, max_size=3).map("\n".join),
    "scenario.days": st.integers(1, 36_500).map(str),
    "scenario.start": st.dates().map(str),
    "scenario.shocks[1].share_kept": st.sampled_from(["0", "0.25", "1", "1e-05"]),
    "scenario.shocks[1].until": st.just("") | st.dates().map(str),
    "scenario.shocks[1].origin": _NAMES.map(
        lambda names: ", ".join(f'"{n.replace(chr(34), chr(34) * 2)}"' for n in names)
    ),
    "scenario.shocks[1].ceiling.value": st.just("") | st.integers(0, 99).map(str),
    "scenario.shocks[2].basket": st.integers(0, 9).map(lambda n: f"food: {n}, coal: 2"),
    "scenario.behaviour.inventory_days.default": st.just("") | st.integers(0, 99).map(str),
    "scenario.behaviour.inventory_days.products": st.sampled_from(["", "food: 3", "food: 3, coal: 0.5"]),
    "scenario.behaviour.imports.competitive": st.sampled_from(["", "food", "food, coal"]),
    "scenario.behaviour.rationing": st.sampled_from(["", "proportional", "priority"]),
}


@settings(max_examples=12)
@given(st.fixed_dictionaries({}, optional=_PLACES))
def test_what_the_form_sends_is_what_it_shows_again(values: dict[str, str]) -> None:
    was = form_of(SMALL, TABLES).values
    text = edited(SMALL, was, {**was, **values}, TABLES)
    again = form_of(text, TABLES).values
    for place, value in values.items():
        told, meant = again.get(place), value.strip()
        if place.endswith("origin"):
            assert told is None or names_in(told) == names_in(meant) or names_in(meant) == ["all"]
        elif told:
            assert told == meant, place
        else:
            assert not meant or not told, place
    others = {place: value for place, value in was.items() if place not in values}
    assert {place: again[place] for place in others} == others
    comments = (
        "# About all of it",
        "# why so many days",
        "# in brackets",
        "# what comes second",
        "# the end",
    )
    assert all(comment in text for comment in comments)
    # And back again, the study says what it said before.
    back = edited(text, again, {**again, **{k: was[k] for k in values}}, TABLES)
    assert form_of(back, TABLES).values == was


def test_one_field_changes_one_line() -> None:
    was = form_of(BORDER, TABLES).values
    for place, value, lines in (
        ("scenario.days", "30", ["-   days: 1461", "+   days: 30"]),
        (
            "scenario.shocks[0].products",
            "food",
            ["-       products: [agriculture, fishing]", "+       products: [food]"],
        ),
        ("uncertainty.draws", "7", ["-   draws: 400", "+   draws: 7"]),
        (
            "scenario.behaviour.importance",
            "",
            ["-     importance: 0.5                   # Pichler et al. (2022)"],
        ),
    ):
        assert _changed(BORDER, edited(BORDER, was, {**was, place: value}, TABLES)) == lines


def test_only_what_was_changed_in_the_form_is_written_over_a_text_changed_meanwhile() -> None:
    was = form_of(DAY, TABLES).values
    meanwhile = put(DAY, ("title",), "Changed in the text")
    text = edited(meanwhile, was, {**was, "scenario.days": "30"}, TABLES)
    assert plain_of(text)["title"] == "Changed in the text" and plain_of(text)["scenario"]["days"] == 30


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_stays_one_name_or_is_refused(label: str) -> None:
    was = form_of(SMALL, TABLES).values
    quoted = '"' + label.replace('"', '""') + '"'
    now = {**was, "title": label, "scenario.shocks[1].products": quoted}
    try:
        text = edited(SMALL, was, now, TABLES)
    except InputError:
        return
    plain, before = plain_of(text), plain_of(SMALL)
    before.pop("title"), plain.pop("title", None)
    before["scenario"]["shocks"][1].pop("products", None)
    plain["scenario"]["shocks"][1].pop("products", None)
    assert plain == before
    form_of(text, TABLES)


def test_a_shock_of_every_kind_can_be_added_repeated_and_taken_away() -> None:
    count = len(plain_of(SMALL)["scenario"]["shocks"])
    for kind in kinds():
        more = with_shock(SMALL, kind)
        assert plain_of(more)["scenario"]["shocks"][-1]["kind"] == kind
        assert more.startswith(SMALL[: SMALL.index("  behaviour:")]), "all before is as it was"
        twice = with_shock_again(more, count)
        shocks = plain_of(twice)["scenario"]["shocks"]
        assert len(shocks) == count + 2 and shocks[-1] == shocks[-2]
        assert without_shock(without_shock(twice, count), count) == SMALL


def test_uncertainty_still_names_the_same_shocks_when_an_earlier_one_goes() -> None:
    def named(text: str) -> list[dict[str, object]]:
        plain = plain_of(text)
        paths = plain["uncertainty"]["parameters"][2]["sets"]
        return [plain["scenario"]["shocks"][int(place_steps(path)[1])] for path in paths]

    assert named(without_shock(BORDER, 10)) == named(BORDER)
    with pytest.raises(InputError, match="names this shock"):
        without_shock(BORDER, 12)
    for position in (-1, 99):
        with pytest.raises(InputError, match="no such shock"):
            without_shock(BORDER, position)


def test_the_last_shock_leaves_an_empty_scenario_to_which_one_can_be_added() -> None:
    text = (HERE / "us-imports-stop.yaml").read_text(encoding="utf-8")
    bare = without_shock(text, 0)
    assert "shocks" not in plain_of(bare)["scenario"] or plain_of(bare)["scenario"]["shocks"] == []
    assert len(plain_of(with_shock(bare, "capacity_loss"))["scenario"]["shocks"]) == 1


def test_another_table_takes_the_place_of_the_whole_reference() -> None:
    text = "version: 1\ntitle: t\neconomy:\n  path: ../../tables/x  # mine\n  format: csv_folder\n"
    was = form_of(text, TABLES).values
    assert was["economy"] == "../../tables/x"
    now = edited(text, was, {**was, "economy": "usa-2023"}, TABLES)
    assert plain_of(now)["economy"] == {"embedded": "usa-2023"}
    tables = {**TABLES, "p": {"path": "../../tables/y", "format": "csv_folder"}}
    was = form_of(now, tables).values
    other = edited(now, was, {**was, "economy": "p"}, tables)
    assert plain_of(other)["economy"] == tables["p"]
    with pytest.raises(InputError, match="no table"):
        edited(now, was, {**was, "economy": "/etc"}, tables)


def test_texts_that_only_look_like_something_else_are_quoted() -> None:
    for value in (
        "0101",
        "NO",
        "null",
        "1.5",
        "a: b",
        "a #b",
        "- a",
        "[a]",
        "{a}",
        "*a",
        "&a",
        "!a",
        "a, b",
        "'",
        '"',
        " ",
    ):
        text = put("a: 1\nb: [x, y]\n", ("b", 1), value)
        assert plain_of(text) == {"a": 1, "b": ["x", value]}
    assert drop("a: 1\nb: {c: 1}\nd: 2\n", ("b", "c")) == "a: 1\nd: 2\n"


def test_a_text_that_cannot_be_read_is_shown_and_the_form_is_not_used(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, tmp_path / "runs")
    found = view("title: [\n", tmp_path / "study.yaml", workspace, TABLES, {"title": "a"}, {"title": "b"})
    assert found.text == "title: [\n" and found.form is None and found.refused and found.checked.problems


def test_a_first_study_of_each_table_has_no_problem(tmp_path: Path) -> None:
    from autarky import sources

    workspace = Workspace(tmp_path, tmp_path / "runs")
    for name in TABLES:
        content = begun_with({"embedded": name}, sources.embedded(name))
        found = checked(content, tmp_path / "study.yaml", workspace)
        assert found.problems == () and "100 % of imports" in found.shocks[0].says


def test_help_is_found_by_the_line_and_knows_the_kind_of_a_shock() -> None:
    lines = DAY.split("\n")
    line = next(k for k, one in enumerate(lines, start=1) if one.strip().startswith("directions:"))
    steps = steps_at(DAY, line)
    assert steps == ("scenario", "shocks", 0, "directions")
    found = help_at(steps, plain_of(DAY))
    assert (
        found is not None and "imports, exports or both" in found.told and "both if left out" in found.limits
    )
    one = help_at(("scenario", "shocks", 0), plain_of(DAY))
    assert one is not None and "bloc" in dict(one.fields) and "crops" not in dict(one.fields)
    assert help_at(("scenario", "nothing")) is None and help_at(()) is not None
