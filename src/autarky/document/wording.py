"""What pydantic finds wrong in a document, in plain sentences: what is there, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from autarky.document.tree import Document, Mark, Node, Step, follow, quoted, scalar
from autarky.errors import Problem, did_you_mean

# Errors that say "none of the branches of a union": the branch that came nearest says more. So does that of
# the fields, where a number or fields may stand and fields do.
_WEAK = {"literal_error", "none_required"}


def problems(
    errors: Iterable[ErrorDetails],
    root: Node,
    place: Callable[[Mark], str],
    model: type[BaseModel],
    document: Document,
) -> list[Problem]:
    """One problem per value of the file, in the order of the file; ``place`` spells where each stands."""
    found: dict[tuple[Step, ...], list[ErrorDetails]] = {}
    for error in errors:
        found.setdefault(_spelt(root, error), []).append(error)
    told = []
    for path, here in found.items():
        deeper = any(other != path and other[: len(path)] == path for other in found)
        grouped = isinstance(follow(root, path)[1].value, dict)
        strong = [
            error
            for error in here
            if error["type"] not in _WEAK and not (grouped and error["type"].startswith("float"))
        ]
        if not strong and deeper:
            continue
        error = (strong or here)[0]
        mark, what, remedy = _worded(error, path, root, model, document)
        if error["type"].startswith(("float", "int")):
            words = [
                choice for other in here if other["type"] == "literal_error" for choice in _choices(other)
            ]
            remedy = " or ".join((remedy, *words))
        told.append((mark, Problem(place(mark), what, remedy)))
    return [problem for _, problem in sorted(told, key=lambda item: (item[0].line, item[0].column))]


def _spelt(root: Node, error: ErrorDetails) -> tuple[Step, ...]:
    """The path of an error without the names of union branches, ending in a field that is missing."""
    path, _ = follow(root, error["loc"])
    if error["type"] == "missing":
        return (*path, error["loc"][-1])
    if error["type"].startswith("union_tag") and follow(root, (*path, "kind"))[0] != path:
        return (*path, "kind")
    return path


def _worded(
    error: ErrorDetails, path: tuple[Step, ...], root: Node, model: type[BaseModel], document: Document
) -> tuple[Mark, str, str]:
    _, node = follow(root, path)
    kind, context, mark = error["type"], error.get("ctx", {}), node.mark
    name = _name(path, document)
    shown = _shown(node)
    if error["loc"][-1:] == ("[key]",):
        mark = follow(root, path[:-1])[1].keys.get(str(path[-1]), mark)
        return mark, *_wrong_key(error, str(path[-1]), _name(path[:-1], document))
    if kind == "extra_forbidden":
        _, parent = follow(root, path[:-1])
        known = tuple(_fields(model, error["loc"][:-1]))
        mark = parent.keys.get(str(path[-1]), mark)
        return mark, f"unknown field {_short(str(path[-1]))}", did_you_mean(str(path[-1]), known)
    if kind == "missing":
        helps = _fields(model, error["loc"][:-1]).get(str(path[-1]), "")
        return (
            mark,
            f"{_name(path[:-1], document)} needs the field {path[-1]!r}",
            f"add it: {helps}".rstrip(": "),
        )
    if kind == "union_tag_not_found":
        return mark, f"{name} needs the field 'kind'", "choose " + _listed(_kinds(model, error["loc"]))
    if kind == "union_tag_invalid":
        kinds = tuple(_choices({"ctx": {"expected": context["expected_tags"]}}))
        given = str(context["tag"])
        return mark, f"unknown kind {_short(given)}", _choose(given, kinds)
    if kind in ("literal_error", "enum"):
        choices = tuple(_choices(error))
        given = node.value if isinstance(node.value, str) else ""
        if not choices:
            return mark, f"{name} is {shown}", f"write {context.get('expected', 'another value')}"
        return mark, f"{name} is {shown}", _choose(given, choices)
    if kind == "value_error":
        what, _, remedy = str(context["error"]).partition("; ")
        return mark, f"{name} {what}", remedy or "correct it"
    what, remedy = _wrong_value(kind, context, node, name, shown)
    return mark, what, remedy


def _wrong_key(error: ErrorDetails, key: str, parent: str) -> tuple[str, str]:
    """A name that stands before a colon and may not stand there."""
    if not key:
        return f"{parent} has an empty name", "write a name before the colon"
    what = f"{parent} has the name {_short(key)}"
    if error["type"] == "enum":
        return what, _choose(key, tuple(_choices(error)))
    if error["type"] == "string_too_long":
        return f"{what} of {len(key)} characters", f"write at most {error['ctx']['max_length']}"
    if error["type"] == "string_pattern_mismatch":
        return what, f"write one that fits {error['ctx']['pattern']}"
    return what, "see the names that may stand there: autarky schema"


def _wrong_value(kind: str, context: dict[str, Any], node: Node, name: str, shown: str) -> tuple[str, str]:
    if node.value is None and kind not in ("missing",):
        return f"{name} is empty", "write a value, or delete the line if it may be left out"
    if kind == "string_type":
        if isinstance(node.value, dict | list):
            return f"{name} is {shown}, where one name is expected", "write a name"
        return f"{name} is {shown}, which YAML reads as {_read_as(node)} and not as text", quoted(node.text)
    if kind in ("tuple_type", "list_type"):
        if isinstance(node.value, str | dict):
            return f"{name} is {shown}, where a list is expected", "write [a, b] or one '- ' line for each"
        return f"{name} is {shown}, which YAML reads as {_read_as(node)} and not as text", quoted(node.text)
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        if isinstance(node.value, str) and isinstance(scalar(node.value), int | float):
            return f"{name} is the text {shown}", "write the number without quotes"
        return f"{name} is {shown}, where fields are expected", "write 'field: value' lines under it"
    if kind == "finite_number":
        return f"{name} is {shown}", "give a finite number"
    if kind.startswith(("float", "int", "bool")):
        wanted = "a whole number" if kind.startswith("int") else "a number"
        is_quoted = isinstance(node.value, str) and isinstance(scalar(node.value), int | float)
        remedy = f"write {wanted}" + (" without quotes" if is_quoted else "")
        return f"{name} is {shown}, where {wanted} is expected", remedy
    if kind.startswith("date"):
        why = f" ({context['error']})" if "error" in context and "-" in str(node.value) else ""
        return f"{name} is {shown}, which is not a date{why}", "write year-month-day, for instance 2024-01-31"
    if kind in ("less_than_equal", "greater_than_equal", "less_than", "greater_than"):
        return _out_of_bounds(kind, context, node, name, shown)
    if kind.startswith("string_too"):
        if not node.text:
            return f"{name} is an empty text", "write a name, or delete the line if it may be left out"
        return f"{name} has {len(node.text)} characters", f"write at most {context['max_length']}"
    return f"{name} is {shown}: {kind.replace('_', ' ')}", "see the fields and their types: autarky schema"


def _out_of_bounds(kind: str, context: dict[str, Any], node: Node, name: str, shown: str) -> tuple[str, str]:
    limit = next(iter(context.values()))
    last = name.rpartition(".")[2]
    if last in ("share", "share_kept"):
        what = f"{name} is {shown}, and a share lies between 0 and 1"
        if isinstance(node.value, int | float) and 1 < node.value <= 100:
            return what, f"for {node.value:g} % write {node.value / 100:g}"
        return what, "0 is nothing and 1 is all; 0.2 means 20 %"
    side = "more than" if kind == "greater_than" else "less than" if kind == "less_than" else ""
    if side:
        return f"{name} is {shown}, and must be {side} {limit:g}", f"write a number that is {side} {limit:g}"
    most = kind == "less_than_equal"
    what = f"{name} is {shown}, and the {'most' if most else 'least'} allowed is {limit:g}"
    return what, f"write {limit:g} or {'less' if most else 'more'}"


def _name(path: tuple[Step, ...], document: Document) -> str:
    """``shocks[0].origin``: the path as a reader would say it, without the field that goes without saying."""
    text = ""
    for step in path[1:] if path[:1] == (document.implied,) and len(path) > 1 else path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".") or f"the {document.name}"


def _shown(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a group of fields"
    if isinstance(node.value, list):
        return "a list"
    if isinstance(node.value, str):
        return _short(node.value)
    return node.text[:60] or "empty"


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _read_as(node: Node) -> str:
    return "true or false" if isinstance(node.value, bool) else "a number"


def _choices(error: Any) -> list[str]:
    return re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))


def _choose(given: str, choices: tuple[str, ...]) -> str:
    near = did_you_mean(given, choices)
    return near if near.startswith("did you mean") else "choose " + _listed(choices)


def _listed(names: tuple[str, ...]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        if argument is not NoneType:
            yield from _models(argument)


def _models_at(model: type[BaseModel], steps: Iterable[Step]) -> list[type[BaseModel]]:
    """The models that may stand at a path; the tag of a union (``trade_cut``) chooses among them."""
    models = [model]
    for step in steps:
        below = [
            child
            for candidate in models
            for name, field in candidate.model_fields.items()
            if step in (name, field.alias)
            for child in _models(field.annotation)
        ]
        tagged = [
            one for one in models if "kind" in one.model_fields and one.model_fields["kind"].default == step
        ]
        models = below or tagged or models
    return models


def _fields(model: type[BaseModel], steps: Iterable[Step]) -> dict[str, str]:
    """Field name as written in the file → the first sentence of its help."""
    return {
        field.alias or name: (field.description or "").split("\n")[0]
        for candidate in _models_at(model, steps)
        for name, field in candidate.model_fields.items()
    }


def _kinds(model: type[BaseModel], steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(kind for one in _models_at(model, steps) if (kind := _kind(one)) is not None)


def _kind(model: type[BaseModel]) -> str | None:
    return str(model.model_fields["kind"].default) if "kind" in model.model_fields else None
