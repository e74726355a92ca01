"""Splicing: one value of a YAML text is changed, added or taken out; every other character stays as it is."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tokens import BlockEntryToken

from autarky.document import Step, parse_fields
from autarky.document.tree import Plain, scalar
from autarky.errors import InputError, Problem
from autarky.study_file.reading import STUDY

Steps = Sequence[Step]


def put(text: str, steps: Steps, value: Plain) -> str:
    """The text with a value at the end of a path, in the place of another or added; so are fields on the way.

    The number after a list's last position adds an entry.

    Raises
    ------
    InputError
        If the text cannot be read, or this place cannot be changed without touching others.
    """
    return _checked(text, _put(text, list(steps), value), _expected(plain_of(text), list(steps), value))


def drop(text: str, steps: Steps) -> str:
    """The text without a field or entry; a group of fields that would be left empty goes with its last one.

    Raises
    ------
    InputError
        If there is none, or it cannot be taken out without touching others.
    """
    plain = plain_of(text)
    path = list(steps)
    while len(path) > 1 and isinstance(path[-1], str) and len(_at(plain, path[:-1])) == 1:
        if isinstance(path[-2], int):
            return put(text, path[:-1], {})
        path.pop()
    if isinstance(path[-1], int) and len(_at(plain, path[:-1])) == 1:
        return put(text, path[:-1], [])
    expected = copy.deepcopy(plain)
    del _at(expected, path[:-1])[path[-1]]
    return _checked(text, _drop(text, path), expected)


def repeat(text: str, steps: Steps) -> str:
    """The text with an entry of a list once more at the list's end, comments inside it included.

    The others keep their positions: uncertainty names shocks by theirs.

    Raises
    ------
    InputError
        If there is none, or it cannot be repeated without touching others.
    """
    path = list(steps)
    expected = copy.deepcopy(plain_of(text))
    entries = _at(expected, path[:-1])
    entries.append(copy.deepcopy(entries[path[-1]]))
    among, entry = _node(text, path[:-1]), _node(text, path)
    if _is_flow(among):
        start, end = _span(text, entry)
        last = _end(text, among.value[-1])
        return _checked(text, f"{text[:last]}, {text[start:end]}{text[last:]}", expected)
    whole = text if text.endswith("\n") else text + "\n"
    start, end = _lines_of_entry(whole, entry)
    last = _lines_of_entry(whole, among.value[-1])[1]
    return _checked(text, whole[:last] + whole[start:end] + whole[last:], expected)


def put_each(text: str, values: Mapping[tuple[Step, ...], str]) -> str:
    """The text with other values at the ends of several paths, all of them there already.

    Raises
    ------
    InputError
        If one is not there, or cannot be changed without touching others.
    """
    root, expected = _compose(text), plain_of(text)
    spans = []
    for steps, value in values.items():
        node: Node | None = root
        for step in steps:
            node = node and _child(node, step)
        if node is None:
            raise InputError(Problem("the form", "this place is not in the text any more", "press Check"))
        spans.append((*_span(text, node), value))
        expected = _expected(expected, list(steps), value)
    new = text
    for start, end, value in sorted(spans, reverse=True):
        new = new[:start] + json.dumps(value, ensure_ascii=False).translate(_BREAKS) + new[end:]
    return _checked(text, new, expected)


def plain_of(text: str) -> Any:
    """What a study's text says, as plain values.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    return parse_fields(text.encode(), Path("study.yaml"), STUDY).plain()


def _put(text: str, steps: list[Step], value: Plain) -> str:
    node = _compose(text)
    for k, step in enumerate(steps):
        child = _child(node, step)
        if child is None:
            for name in reversed(steps[k + 1 :]):
                value = {name: value} if isinstance(name, str) else [value]
            return _add(text, node, step, value)
        node = child
    start, end = _span(text, node)
    told = in_line(value)
    if isinstance(value, str) and "\n" in value and (block := _literal(text, start, value)) is not None:
        told = block
    # A value of several lines, its own comments with it, gives way to one on the line of its name.
    before = text[:start].rstrip()
    if before.endswith(":") and "\n" in text[len(before) : start]:
        start = len(before)
    space = " " if text[start - 1 : start] == ":" else ""
    return text[:start] + space + told + text[end:]


def _add(text: str, node: Node, step: Step, value: Plain) -> str:
    """A field or entry after the last one of a group or list."""
    if isinstance(node, ScalarNode):  # an empty one
        start, end = _span(text, node)
        told = f"{{{in_line(step)}: {in_line(value)}}}" if isinstance(step, str) else f"[{in_line(value)}]"
        return text[:start] + (" " if text[start - 1 : start] == ":" else "") + told + text[end:]
    if _is_flow(node) or not node.value:
        told = f"{in_line(step)}: {in_line(value)}" if isinstance(step, str) else in_line(value)
        if not node.value:
            start, end = _span(text, node)
            pair = "{}" if isinstance(step, str) else "[]"
            return text[:start] + pair[0] + told + pair[1] + text[end:]
        at = _end(text, node.value[-1][1] if isinstance(step, str) else node.value[-1])
        return f"{text[:at]}, {told}{text[at:]}"
    whole = text if text.endswith("\n") else text + "\n"
    last = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
    at = _line_end(whole, max(_end(text, last) - 1, node.start_mark.index))
    indent = node.start_mark.column
    if isinstance(node, SequenceNode):
        lines = _entry(value, _dash(text, node.value[-1])[1])
    else:
        lines = _field(str(step), value, indent)
    return whole[:at] + "".join(f"{line}\n" for line in lines) + whole[at:]


def _drop(text: str, steps: list[Step]) -> str:
    parent, node = _node(text, steps[:-1]), _node(text, steps)
    if isinstance(parent, MappingNode):
        position = next(k for k, (key, _) in enumerate(parent.value) if key.value == steps[-1])
        starts = [key.start_mark.index for key, _ in parent.value]
        ends = [_end(text, child) for _, child in parent.value]
    else:
        position = int(steps[-1])
        starts = [_span(text, child)[0] for child in parent.value]
        ends = [_end(text, child) for child in parent.value]
    if _is_flow(parent):
        if position > 0:
            return text[: ends[position - 1]] + text[ends[position] :]
        return text[: starts[0]] + text[starts[1] :]
    if isinstance(parent, SequenceNode):
        start, end = _lines_of_entry(text, node)
        return text[:start] + text[end:]
    start = text.rfind("\n", 0, starts[position]) + 1
    if text[
        start : starts[position]
    ].strip():  # it stands on the line of a dash: the next one takes its place
        return text[: starts[position]] + text[starts[position + 1] :]
    return text[:start] + text[_line_end(text, max(ends[position] - 1, starts[position])) :]


def _checked(text: str, new: str, expected: Any) -> str:
    """What was spliced, if it says what it is to say and nothing else: this keeps all mistakes inside."""
    try:
        found = plain_of(new)
    except InputError:
        found = None
    if found != expected:
        what = "this place cannot be changed without touching what stands around it"
        raise InputError(Problem("the form", what, "change it in the YAML text"))
    return new


def _expected(plain: Any, steps: list[Step], value: Plain) -> Any:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        entries = list(plain) if isinstance(plain, list) else []
        return [
            *entries[:step],
            _expected(next(iter(entries[step:]), None), rest, value),
            *entries[step + 1 :],
        ]
    fields = dict(plain) if isinstance(plain, dict) else {}
    return {**fields, step: _expected(fields.get(step), rest, value)}


def _at(plain: Any, steps: Steps) -> Any:
    for step in steps:
        plain = plain[step]
    return plain


def _compose(text: str) -> Node:
    # Only texts that were read before come here: without aliases, tags and depth.
    root: Node = YAML(typ="safe", pure=True).compose(text)
    return root


def _child(node: Node, step: Step) -> Node | None:
    if isinstance(node, MappingNode):
        return next((child for key, child in node.value if key.value == step), None)
    within = isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value)
    return node.value[step] if within else None


def _node(text: str, steps: Steps) -> Node:
    node: Node | None = _compose(text)
    for step in steps:
        node = node and _child(node, step)
    if node is None:
        raise InputError(Problem("the form", "this place is not in the text any more", "press Check"))
    return node


def _is_flow(node: Node) -> bool:
    """Whether a group or list stands in brackets."""
    return isinstance(node, CollectionNode) and bool(node.flow_style)


def _span(text: str, node: Node) -> tuple[int, int]:
    return node.start_mark.index, _end(text, node)


def _end(text: str, node: Node) -> int:
    """Where a value ends: a group in lines ends with its last value, not where the next one begins."""
    if isinstance(node, MappingNode | SequenceNode) and not _is_flow(node) and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


def _line_end(text: str, at: int) -> int:
    """Where the next line begins."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _dash(text: str, entry: Node) -> tuple[int, int]:
    """(position, column) of the dash before an entry of a list in lines."""
    found = None
    for token in YAML(typ="safe", pure=True).scan(text):
        if token.start_mark.index > entry.start_mark.index:
            break
        if isinstance(token, BlockEntryToken):
            found = token
    assert found is not None  # lists in lines have dashes
    return found.start_mark.index, found.start_mark.column


def _lines_of_entry(text: str, entry: Node) -> tuple[int, int]:
    dash, column = _dash(text, entry)
    return dash - column, _line_end(text, max(_end(text, entry) - 1, dash))


def _field(name: str, value: Plain, indent: int) -> Iterator[str]:
    """A field in lines, indented by so many spaces."""
    room = " " * indent
    if isinstance(value, dict) and value:
        yield f"{room}{in_line(name)}:"
        for key, below in value.items():
            yield from _field(key, below, indent + 2)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        yield f"{room}{in_line(name)}:"
        for one in value:
            yield from _entry(one, indent + 2)
    else:
        yield f"{room}{in_line(name)}: {in_line(value)}"


def _entry(value: Plain, indent: int) -> Iterator[str]:
    """An entry of a list in lines."""
    if not isinstance(value, dict) or not value:
        yield " " * indent + f"- {in_line(value)}"
        return
    lines = (line for key, below in value.items() for line in _field(key, below, indent + 2))
    for k, line in enumerate(lines):
        yield line if k else " " * indent + "- " + line.lstrip()


def _literal(text: str, start: int, value: str) -> str | None:
    """A text of several lines as it is, under its name; None where it must be written otherwise."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    named = re.fullmatch(r"( *)[A-Za-z_]+: *", line)
    if named is None or value != value.strip() or any(one != one.rstrip() for one in value.split("\n")):
        return None
    room = named[1] + "  "
    return "|-\n" + "\n".join(room + one if one else "" for one in value.split("\n"))


_PLAIN = re.compile(r"[^\W\d_](?:[\w.()'’&+/-]| (?! ))*(?<! )|\d{4}-\d\d-\d\d")
_OLD_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""What readers of older YAML take for something else than text."""
_BREAKS = {ord(one): f"\\u{ord(one):04x}" for one in "\x7f\x85\u2028\u2029\ufeff"} | {
    code: f"\\u{code:04x}" for code in range(0x80, 0xA0)
}


def in_line(value: Plain) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{in_line(key)}: {in_line(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(in_line(one) for one in value) + "]"
    if isinstance(value, str):
        safe = _PLAIN.fullmatch(value) and isinstance(scalar(value), str) and value.lower() not in _OLD_WORDS
        return value if safe else json.dumps(value, ensure_ascii=False).translate(_BREAKS)
    return json.dumps(value)
