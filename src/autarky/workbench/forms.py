"""Forms: what of a study people change most, as fields made from the JSON Schema; text in, text out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from autarky import sources
from autarky.document import Mark, Node, Step, number, parse_fields
from autarky.errors import InputError, Problem
from autarky.study_file import schema
from autarky.study_file.reading import STUDY
from autarky.workbench.splicing import drop, plain_of, put, put_each, repeat

TEXT, LONG, NUMBER, WHOLE, DATE, CHOICE = "text", "long", "number", "whole", "date", "choice"
NAMES, BY_NAME, NUMBERS, YES = "names", "by_name", "numbers", "yes"
"""How a value is written in the form."""

_SUGGESTED = {
    **dict.fromkeys(("products", "product", "inputs", "goods", "weather", "competitive"), "products"),
    **dict.fromkeys(("non_competitive", "sectors"), "products"),
    **dict.fromkeys(("origin", "destination", "regions", "bloc", "giver", "receiver"), "places"),
    **dict.fromkeys(("users", "giver_users", "receiver_users"), "users"),
}
"""Field → which of a table's names may stand there."""
_BEHAVIOUR = (
    "preset",
    "production",
    "importance",
    "rationing",
    "inventory_days",
    "restocking_days",
    "initial_stocks",
    "imports",
    "import_spare",
    "utilisation",
    "substitution_days",
)
MOST_SHOCKS = 100
"""Most shocks that the form shows; the YAML shows all."""
_UNCERTAINTY = ("draws", "design", "seed", "need_share")
_BEGUN: Mapping[str, Mapping[str, Any]] = {
    "trade_cut": {"origin": "all", "products": "all", "share_kept": 0},
    "bloc_cut": {"share_kept": 0},
    "ration_change": {"factor": 1},
    "transfer": {"share": 0},
}
"""What a new shock begins with, where its schema does not say."""


@dataclass(frozen=True)
class Field:
    """A value of the study as the form shows it."""

    place: str
    """``scenario.shocks[0].origin``: its path, and its name in the form."""
    label: str
    help: str
    kind: str
    value: str
    choices: tuple[str, ...] = ()
    limits: str = ""
    """Bounds, default and unit in words."""
    required: bool = False
    suggested: str = ""
    """Which of the table's names may stand here: products, places or users."""

    @property
    def ident(self) -> str:
        """Its id in the page."""
        return "f-" + re.sub(r"\W+", "-", self.place)


@dataclass(frozen=True)
class Fieldset:
    """Fields that belong together: a shock, the behaviour."""

    place: str
    legend: str
    fields: tuple[Field, ...]
    help: str = ""
    elsewhere: tuple[str, ...] = ()
    """Fields that are there and only the YAML shows."""


@dataclass(frozen=True)
class Form:
    """All that the form knows of a study."""

    general: Fieldset
    shocks: tuple[Fieldset, ...] = ()
    others: tuple[Fieldset, ...] = field(default=())

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field."""
        sets = (self.general, *self.shocks, *self.others)
        return tuple(one for fieldset in sets for one in fieldset.fields)

    @property
    def values(self) -> dict[str, str]:
        """Place → value as the form shows it."""
        return {one.place: one.value for one in self.fields}


Tables = Mapping[str, Mapping[str, Any]]
"""What the form calls a table → what ``economy:`` says to name it."""


def embedded_tables() -> dict[str, Mapping[str, Any]]:
    """The tables that come with autarky, as the form names them."""
    return {name: {"embedded": name} for name in sources.embedded_names()}


def form_of(text: str, tables: Tables) -> Form:
    """The form for a study's text.

    Raises
    ------
    InputError
        If the text cannot be read as YAML; what its fields hold may be wrong.
    """
    tree = parse_fields(text.encode(), Path("study.yaml"), STUDY)
    general = [_field(_schema(), "Study", "title", tree, ("title",)), _economy(tree, tables)]
    scenario = tree.child("scenario")
    shocks: list[Fieldset] = []
    others: list[Fieldset] = []
    if scenario is not None:
        general += [_field(_schema(), "Scenario", one, tree, ("scenario", one)) for one in ("start", "days")]
        listed = scenario.child("shocks")
        entries = listed.value[:MOST_SHOCKS] if listed is not None and isinstance(listed.value, list) else []
        shocks = [_shock(k, one, tree) for k, one in enumerate(entries)]
        others.append(
            _section(tree, "Behaviour", ("scenario", "behaviour"), _BEHAVIOUR, "How everybody reacts")
        )
    if tree.child("uncertainty") is not None:
        others.append(_section(tree, "Uncertainty", ("uncertainty",), _UNCERTAINTY, "What is not known"))
    notes = _field(_schema(), "Study", "notes", tree, ("notes",))
    others.append(Fieldset("notes", "Notes", (notes,)))
    return Form(Fieldset("", "Study", tuple(general)), tuple(shocks), tuple(others))


def edited(text: str, was: Mapping[str, str], now: Mapping[str, str], tables: Tables) -> str:
    """The text with what was changed in the form since it was shown, and with nothing else changed.

    Parameters
    ----------
    text
        The study as it stands by now.
    was, now
        Place → value as the form showed it, and as it came back.

    Raises
    ------
    InputError
        With a problem for each value that cannot be understood, or whose place is no longer there.
    """
    changes = {place: value for place, value in now.items() if place in was and _tidy(value) != was[place]}
    if not changes:
        return text
    problems: list[Problem] = []
    known = {one.place: one for one in form_of(text, tables).fields}
    for place, value in changes.items():
        try:
            if place not in known:
                what = "is not in the text any more"
                raise InputError(Problem(place, what, "look at the YAML, and change it there"))
            text = _edited(text, known[place], _tidy(value), tables)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return text


def with_shock(text: str, kind: str) -> str:
    """The text with one more shock at the end, on the first day of the run.

    Raises
    ------
    InputError
        If there is no such kind, or the text cannot take it.
    """
    if kind not in kinds():
        raise InputError(Problem("add a shock", f"there is no kind {kind!r}", "choose one of the list"))
    plain = plain_of(text)
    scenario = plain.get("scenario") if isinstance(plain.get("scenario"), dict) else {}
    definition = _definition(kinds()[kind])
    begun: dict[str, Any] = {"kind": kind, **_BEGUN.get(kind, {})}
    for name in definition.get("required", ()):
        if name not in begun:
            begun[name] = _begin_with(
                definition["properties"][name], str(scenario.get("start", "2020-01-01"))
            )
    shocks = scenario.get("shocks")
    return put(text, ("scenario", "shocks", len(shocks) if isinstance(shocks, list) else 0), begun)


def without_shock(text: str, position: int) -> str:
    """The text without a shock; uncertainty that names later ones by position names the same ones after.

    Raises
    ------
    InputError
        If there is none, or something uncertain is said of it.
    """
    _refuse_no_shock(text, position)
    moved: dict[tuple[Step, ...], str] = {}
    for steps, path in _named_shocks(plain_of(text)):
        found = re.match(r"((?:scenario\.)?shocks\[)(\d+)(\].*)", path, re.DOTALL)
        if found is not None and int(found[2]) == position:
            what = f"the uncertainty {'.'.join(map(str, steps[:3]))} names this shock as {path!r}"
            raise InputError(Problem(f"shocks[{position}]", what, "take it out there first"))
        if found is not None and int(found[2]) > position:
            moved[steps] = f"{found[1]}{int(found[2]) - 1}{found[3]}"
    return put_each(drop(text, ("scenario", "shocks", position)), moved)


def with_shock_again(text: str, position: int) -> str:
    """The text with a shock once more at the end, to be changed there.

    Raises
    ------
    InputError
        If there is none.
    """
    _refuse_no_shock(text, position)
    return repeat(text, ("scenario", "shocks", position))


@cache
def kinds() -> dict[str, str]:
    """Kind of shock → its definition in the schema."""
    items = _schema()["$defs"]["Scenario"]["properties"]["shocks"]["items"]
    order = [one["$ref"] for one in items["oneOf"]]
    found = sorted(items["discriminator"]["mapping"].items(), key=lambda one: order.index(one[1]))
    return {kind: reference.rpartition("/")[2] for kind, reference in found}


def help_of(kind: str) -> str:
    """What a kind of shock is, in the schema's words."""
    return _first(_definition(kinds()[kind]).get("description", ""))


@dataclass(frozen=True)
class Help:
    """What the schema says of a place."""

    place: str
    told: str
    limits: str
    fields: tuple[tuple[str, str], ...]
    """Fields that may stand there, each with its help."""


def help_at(steps: Sequence[Step], plain: Any = None) -> Help | None:
    """The schema's help for a path through a study; None where it has none.

    ``plain``: the study, which says of what kind a shock is; without it every kind's fields are told.
    """
    nodes: list[Mapping[str, Any]] = [_schema()]
    value, told, limits = plain, "", ""
    for step in steps:
        below = [one for node in nodes for one in _below(node, step, value)]
        if not below:
            return None
        value = _value_at(value, step)
        told = next((one["description"] for one in below if "description" in one), "")
        limits = _limits(below[0], False)
        nodes = below
    opened = [one for node in nodes for one in _opened(node, value)]
    told = told or next((one["description"] for one in opened if "description" in one), "")
    fields = {
        name: _first(one.get("description", "") or _limits(one, False))
        for node in opened
        for name, one in node.get("properties", {}).items()
    }
    return Help(_spelt(steps), " ".join(told.split()), limits, tuple(fields.items()))


def place_steps(place: str) -> list[Step]:
    """``scenario.shocks[0].origin`` → its steps."""
    found = re.findall(r"\[(\d+)\]|([^.\[\]]+)", place)
    return [int(position) if position else name for position, name in found]


def steps_at(text: str, line: int) -> tuple[Step, ...]:
    """The path of what stands on a line, counted from 1: its first field, else what it is a part of.

    Raises
    ------
    InputError
        If the text cannot be read.
    """
    best: tuple[Step, ...] = ()
    for mark, steps in _marks(parse_fields(text.encode(), Path("study.yaml"), STUDY)):
        if mark.line > line:
            break
        if mark.line == line:
            return steps
        best = steps
    return best


def _marks(node: Node, steps: tuple[Step, ...] = ()) -> Iterator[tuple[Mark, tuple[Step, ...]]]:
    """Where each field and entry begins, in the order of the text."""
    if isinstance(node.value, dict):
        for name, child in node.value.items():
            yield node.keys[name], (*steps, name)
            yield from _marks(child, (*steps, name))
    elif isinstance(node.value, list):
        for k, child in enumerate(node.value):
            if not isinstance(child.value, dict):
                yield child.mark, (*steps, k)
            yield from _marks(child, (*steps, k))


@cache
def _schema() -> dict[str, Any]:
    return schema()


def _definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _schema()["$defs"].get(name) or _schema()
    return found


def _section(
    tree: Node, definition: str, steps: tuple[Step, ...], names: Sequence[str], legend: str
) -> Fieldset:
    fields = [one for name in names for one in _fields(definition, name, tree, (*steps, name))]
    return Fieldset(
        _spelt(steps), legend, tuple(fields), _first(_definition(definition).get("description", ""))
    )


def _shock(position: int, node: Node, tree: Node) -> Fieldset:
    here: tuple[Step, ...] = ("scenario", "shocks", position)
    kind = node.child("kind")
    name = kind.value if kind is not None and isinstance(kind.value, str) else ""
    legend = f"Shock {position}: {name.replace('_', ' ') or 'of no kind'}"
    if name not in kinds():
        return Fieldset(_spelt(here), legend, (), "The form knows no shock of this kind: see the YAML.")
    definition = _definition(kinds()[name])
    fields: list[Field] = []
    elsewhere: list[str] = []
    for one in definition["properties"]:
        if one == "kind":
            continue
        found = _fields(kinds()[name], one, tree, (*here, one))
        fields += found
        if not found and node.child(one) is not None:
            elsewhere.append(one)
    order = {
        _spelt((*here, one)): k for k, one in enumerate(("origin", "regions", "products", "from", "until"))
    }
    fields.sort(key=lambda one: order.get(one.place, len(order)) + one.place.endswith(".cause"))
    return Fieldset(_spelt(here), legend, tuple(fields), help_of(name), tuple(elsewhere))


def _fields(definition: str, name: str, tree: Node, steps: tuple[Step, ...]) -> list[Field]:
    """A field, or the fields of a group of them; none if the form cannot show it."""
    described = _definition(definition)["properties"][name]
    kind, _ = _kind(described)
    if kind:
        return [one] if (one := _field(_schema(), definition, name, tree, steps)) is not None else []
    group = next((_resolved(one) for one in _branches(described) if "$ref" in one), None)
    if group is None or "properties" not in group or "discriminator" in described:
        return []
    title = str(next(one["$ref"] for one in _branches(described) if "$ref" in one)).rpartition("/")[2]
    if not all(_kind(one)[0] for one in group["properties"].values()):
        return []
    return [
        one
        for below in group["properties"]
        if below != "source"
        and (one := _field(_schema(), title, below, tree, (*steps, below), name, described)) is not None
    ]


def _field(
    whole: Mapping[str, Any],
    definition: str,
    name: str,
    tree: Node,
    steps: tuple[Step, ...],
    group: str = "",
    outer: Mapping[str, Any] | None = None,
) -> Field:
    holder = whole if definition == "Study" else whole["$defs"][definition]
    described = holder["properties"][name]
    kind, choices = _kind(described)
    node: Node | None = tree
    for k, step in enumerate(steps):
        below = node.child(step) if node is not None else None
        if below is None and node is not None and k == len(steps) - 1 and name == "default":
            # One number for all products stands where a default with exceptions might.
            below = node if not isinstance(node.value, dict | list) else None
        node = below
    told = _first(described.get("description", ""))
    if outer is not None and name in ("default", "products"):
        told = f"{_first(outer.get('description', ''))} {told}"
    label = name.replace("_", " ")
    value = "" if node is None else _shown(node, kind)
    if value is None:
        return Field(_spelt(steps), label, told + " Written so that only the YAML can show it.", "", "")
    if kind == CHOICE and value and value not in choices:
        choices = (*choices, value)
    return Field(
        _spelt(steps),
        f"{group.replace('_', ' ')}: {label}" if group else label,
        told,
        LONG if name == "notes" else kind,
        value,
        choices,
        _limits(described, name in holder.get("required", ()) and not group),
        name in holder.get("required", ()) and not group,
        _SUGGESTED.get(name, ""),
    )


def _economy(tree: Node, tables: Tables) -> Field:
    node = tree.child("economy")
    embedded, path = (node and node.child(name) for name in ("embedded", "path"))
    value = next((str(one.value) for one in (embedded, path) if one is not None and one.text), "")
    called = {str(given.get("embedded") or given["path"]): name for name, given in tables.items()}
    value = called.get(value, value)
    choices = tuple(tables) if not value or value in tables else (*tables, value)
    told = "The table to run on: one that comes with autarky, or one of this workspace."
    return Field("economy", "table", told, CHOICE, value, choices)


def _kind(described: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """How a value is written in the form, and the words it is chosen from; empty: not in the form."""
    branches = [one for one in _branches(described) if one.get("type") != "null"]
    types = [_resolved(one) for one in branches]
    names = [one for one in types if one.get("type") == "array" and one["items"].get("type") == "string"]
    if names:
        return NAMES, ()
    if len(types) == 2 and types[0].get("type") == "number" and "const" in types[1]:
        return TEXT, ()
    if len(types) != 1:
        return "", ()
    only = types[0]
    if "enum" in only:
        return CHOICE, tuple(map(str, only["enum"]))
    match only.get("type"):
        case "string":
            return (DATE, ()) if only.get("format") == "date" else (TEXT, ())
        case "number":
            return NUMBER, ()
        case "integer":
            return WHOLE, ()
        case "boolean":
            return YES, ("true", "false")
        case "array" if only["items"].get("type") == "number":
            return NUMBERS, ()
        case "object" if _numbers_by_name(only):
            return BY_NAME, ()
    return "", ()


def _numbers_by_name(described: Mapping[str, Any]) -> bool:
    given = described.get("additionalProperties") or next(
        iter(described.get("patternProperties", {}).values()), 0
    )
    return isinstance(given, dict) and given.get("type") == "number"


def _branches(described: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = described.get("anyOf") or described.get("oneOf") or (described,)
    return found


def _resolved(described: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = described.get("$ref")
    return described if reference is None else _definition(str(reference).rpartition("/")[2])


_TYPES = {"integer": "a whole number", "boolean": "true or false", "number": "a number", "array": "a list"}


def _limits(described: Mapping[str, Any], required: bool) -> str:
    """Bounds and default in words."""
    told = []
    for one in map(_resolved, _branches(described)):
        low, high = one.get("minimum"), one.get("maximum")
        if low is not None and high is not None:
            told.append(f"from {low:,g} to {high:,g}")
        elif low is not None:
            told.append(f"at least {low:g}")
        if "exclusiveMinimum" in one:
            told.append(f"more than {one['exclusiveMinimum']:g}" + (f", at most {high:,g}" if high else ""))
        if one.get("enum"):
            told.append("one of " + ", ".join(map(str, one["enum"])))
        if one.get("format") == "date":
            told.append("year-month-day")
        if not told and one.get("type") in _TYPES:
            told.append(_TYPES[str(one["type"])])
    default = described.get("default")
    if default is not None and default not in ([], {}, "") and not isinstance(default, dict):
        told.append(f"{default if isinstance(default, str) else json.dumps(default)} if left out")
    return "; ".join((*dict.fromkeys(told), *(["needed"] if required else [])))


def _first(told: str) -> str:
    """A help text on one line, without the marks of its markup."""
    return " ".join(told.replace("``", "").split())


def _shown(node: Node, kind: str) -> str | None:
    """A value as the form writes it; None if only the YAML can."""
    value = node.value
    if isinstance(value, dict):
        if kind != BY_NAME or any(isinstance(one.value, dict | list) for one in value.values()):
            return None
        told = ", ".join(f"{_quoted(name, ',:')}: {one.text}" for name, one in value.items())
    elif isinstance(value, list):
        if kind not in (NAMES, NUMBERS) or any(isinstance(one.value, dict | list) for one in value):
            return None
        told = ", ".join(_quoted(one.text, ",") if kind == NAMES else one.text for one in value)
        if kind == NAMES and len(value) == 1 and value[0].text == "all":
            return None  # a name, where the word alone means everything
    elif kind == NAMES:
        told = _quoted(node.text, ",") if value is not None else ""
    else:
        told = node.text
    return told if _tidy(told) == told and (kind == TEXT or told.isprintable() or "\n" in told) else None


def _quoted(name: str, apart: str) -> str:
    needed = name != name.strip() or not name or any(one in name for one in apart + '"')
    return '"' + name.replace('"', '""') + '"' if needed else name


def _tidy(value: str) -> str:
    """A value as a browser sends it, with the ends of lines that a study has."""
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


_ITEM = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",][^,]*?)|)\s*(?:,|\Z)')


def names_in(value: str) -> list[str]:
    """Names written one after the other with commas; one that holds a comma stands in quotes.

    Raises
    ------
    InputError
        If a quote is not closed.
    """
    found, at = [], 0
    while at < len(value):
        match = _ITEM.match(value, at)
        if match is None:
            what = f"cannot be read from {value[at : at + 30]!r} on"
            raise InputError(
                Problem("the form", what, 'separate names with commas; quote "a, b" if it is one')
            )
        name = match[1].replace('""', '"') if match[1] is not None else match[2]
        if name:
            found.append(name)
        at = match.end()
    return found


def _edited(text: str, one: Field, value: str, tables: Tables) -> str:
    """The text with one value as the form has it now."""
    if one.place == "economy":
        return _with_table(text, value, tables)
    plain = plain_of(text)
    steps = place_steps(one.place)
    above = _value_along(plain, steps[:-1])
    if isinstance(above, int | float) and steps[-1] == "default":
        steps = steps[:-1]
    elif isinstance(above, int | float) and value:  # one number for all products gets exceptions
        return put(text, steps[:-1], {"default": above, str(steps[-1]): _understood(one, value)})
    if not value:
        return drop(text, steps) if _value_along(plain, steps, _MISSING) is not _MISSING else text
    given = _understood(one, value)
    if one.kind == NAMES:
        was = _value_along(plain, steps)
        listed = isinstance(was, list) or steps[-1] in ("competitive", "non_competitive", "food")
        given = "all" if given == ["all"] else given[0] if len(given) == 1 and not listed else given
    return put(text, steps, given)


_MISSING = object()


def _understood(one: Field, value: str) -> Any:
    """What a form's text means; what it does not is kept as text, for the study's check to tell."""
    match one.kind:
        case "number" | "whole":
            return found if (found := number(value)) is not None else value
        case "yes":
            return value == "true" if value in ("true", "false") else value
        case "names":
            return names_in(value)
        case "numbers":
            return [found if (found := number(each)) is not None else each for each in names_in(value)]
        case "by_name":
            return _by_name(one.place, value)
        case "text" if one.limits.startswith(("more than", "from", "at least")):
            return found if (found := number(value)) is not None else value
    return value


def _by_name(place: str, value: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    pattern = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",:]+?))\s*:\s*([^,]*?)\s*(?:,|\Z)')
    at = 0
    while at < len(value):
        match = pattern.match(value, at)
        if match is None:
            what = f"cannot be read from {value[at : at + 30]!r} on"
            raise InputError(Problem(place, what, "write name: number, name: number"))
        name = match[1].replace('""', '"') if match[1] is not None else match[2]
        found[name] = each if (each := number(match[3])) is not None else match[3]
        at = match.end()
    return found


def _with_table(text: str, value: str, tables: Tables) -> str:
    if value not in tables:
        raise InputError(Problem("table", f"there is no table {value!r}", "choose one of the list"))
    there = plain_of(text).get("economy")
    for name, given in tables[value].items():
        text = put(text, ("economy", name), given)
    for name in ("embedded", "path", "format", "options", "accept"):
        if isinstance(there, dict) and name in there and name not in tables[value]:
            text = drop(text, ("economy", name))
    return text


def _spelt(steps: Sequence[Step]) -> str:
    told = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in steps)
    return told.lstrip(".")


def _value_at(plain: Any, step: Step) -> Any:
    if isinstance(plain, dict):
        return plain.get(str(step))
    return plain[step] if isinstance(plain, list) and isinstance(step, int) and step < len(plain) else None


def _value_along(plain: Any, steps: Sequence[Step], missing: Any = None) -> Any:
    for step in steps:
        if isinstance(plain, dict) and step not in plain:
            return missing
        plain = _value_at(plain, step)
    return plain


def _refuse_no_shock(text: str, position: int) -> None:
    shocks = _value_along(plain_of(text), ("scenario", "shocks"))
    if not isinstance(shocks, list) or not 0 <= position < len(shocks):
        raise InputError(
            Problem(f"shocks[{position}]", "there is no such shock any more", "look at the YAML")
        )


def _named_shocks(plain: Any) -> Iterator[tuple[tuple[Step, ...], str]]:
    """(path, text) of all that uncertainty says of places of the scenario."""
    parameters = _value_along(plain, ("uncertainty", "parameters"))
    for k, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
        for name in ("sets", "scales", "shifts"):
            given, here = _value_at(parameter, name), ("uncertainty", "parameters", k, name)
            if isinstance(given, str):
                yield here, given
            elif isinstance(given, list):
                yield from (((*here, j), one) for j, one in enumerate(given) if isinstance(one, str))


def _begin_with(described: Mapping[str, Any], start: str) -> Any:
    kind, choices = _kind(described)
    if kind == DATE:
        return start
    if kind == CHOICE:
        return choices[0]
    return {NUMBER: 0.5, WHOLE: 1, NAMES: "all", TEXT: "name", NUMBERS: [1.0], BY_NAME: {}}.get(kind, {})


def _opened(node: Mapping[str, Any], value: Any = None) -> list[Mapping[str, Any]]:
    """The groups of fields that may stand at a node; ``kind`` chooses among them where the study gives it."""
    found = [_resolved(one) for one in _branches(node)]
    found = [
        each
        for one in found
        for each in (_opened(one, value) if "anyOf" in one or "oneOf" in one else (one,))
    ]
    kind = _value_at(value, "kind") if isinstance(value, dict) else None
    chosen = [one for one in found if one.get("properties", {}).get("kind", {}).get("const") == kind]
    return chosen or found


def _below(node: Mapping[str, Any], step: Step, value: Any) -> list[Mapping[str, Any]]:
    found = []
    for one in _opened(node, value):
        if isinstance(step, int):
            found += [one["items"]] if "items" in one else []
        elif step in one.get("properties", {}):
            found.append(one["properties"][step])
        elif isinstance(given := one.get("additionalProperties"), dict):
            found.append(given)
    return found
