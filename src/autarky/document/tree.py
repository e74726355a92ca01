"""YAML text → a tree of plain values that remember where they stand; what a document may not hold is refused.

YAML 1.2, core schema (specification ch. 10.3.2): ``NO`` and ``2024-01-01`` are text, ``0101`` is a number.
A document is read by people and machines: no aliases, no tags, no second document, no field given twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from autarky.errors import InputError, Problem, did_you_mean

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20

Step = str | int
Plain = dict[str, Any] | list[Any] | str | int | float | bool | None


@dataclass(frozen=True)
class Document:
    """What sort of file is read: its name in messages, the error it raises, how one is begun."""

    name: str
    """``study``: what a reader would call it."""
    error: type[InputError]
    begin: str
    """How to begin one: what to do where there is none, or an empty one."""
    outline: str
    """Its main fields as one would write them."""
    implied: str = ""
    """The field whose name a reader leaves out of a path, if there is one."""
    large: str = "split it into several files"
    """What to do if it is larger than ``MAX_BYTES``."""

    def refused(self, place: str, what: str, remedy: str) -> InputError:
        """The error for one thing wrong."""
        return self.error(Problem(place, what, remedy))


@dataclass(frozen=True)
class Mark:
    """Line and column, counted from 1 as editors do."""

    line: int
    column: int


@dataclass(frozen=True)
class Node:
    """A value of the file and where it begins. A mapping also knows where each of its keys begins."""

    value: dict[str, Node] | list[Node] | str | int | float | bool | None
    mark: Mark
    text: str = ""
    """A scalar as written: ``0101`` where the value is 101."""
    keys: dict[str, Mark] = field(default_factory=dict)

    def plain(self) -> Plain:
        """The value without its marks, as ``json`` takes it."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def child(self, step: Step) -> Node | None:
        """The value under a key or at a position, if there is one."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None


def parse(content: bytes, path: Path, document: Document) -> Node:
    """The tree of a document's bytes; ``path`` stands for the file in messages.

    Raises
    ------
    InputError
        The document's own, if it is not UTF-8 or not YAML, or holds what a document may not hold.
    """
    name = str(path)
    text = _decoded(content, path, document)
    _refuse_characters(text, name, document)
    reader = _Reader(name, document)
    try:
        root = reader.read(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark is not None else name
        reader.problems.append(
            Problem(where, f"is not YAML: {error.problem or error.context}", "correct the text at this place")
        )
    except (YAMLError, ValueError, OverflowError) as error:
        reader.problems.append(
            Problem(f"{name}:1:1", f"is not YAML: {error}", "correct the text; suspect quotes and escapes")
        )
    if reader.problems:
        raise document.error(reader.problems)
    return root


def read_bytes(path: Path, document: Document) -> bytes:
    """The bytes of a document's file.

    Raises
    ------
    InputError
        The document's own, if it is not there, cannot be read, or is larger than ``MAX_BYTES``.
    """
    try:
        if path.is_dir():
            raise document.refused(str(path), "is a directory", f"name the {document.name} file inside it")
        if not path.exists():
            raise document.refused(str(path), "no such file", _nearest_file(path, document))
        if not path.is_file():
            raise document.refused(str(path), "is not an ordinary file", "name a YAML file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        remedy = "check the name and the permissions"
        raise document.refused(str(path), f"cannot be read: {reason}", remedy) from error
    if len(content) > MAX_BYTES:
        raise document.refused(str(path), "is larger than 1 MiB", document.large)
    return content


def _nearest_file(path: Path, document: Document) -> str:
    if not path.parent.is_dir():
        return f"the folder {str(path.parent)!r} does not exist either"
    near = sorted(entry.name for entry in path.parent.iterdir() if entry.suffix in (".yaml", ".yml"))
    return did_you_mean(path.name, near) if near else document.begin


def _decoded(content: bytes, path: Path, document: Document) -> str:
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise document.refused(
            f"{path}:1:1", "is empty", f"write a {document.name} into it; {document.begin}"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        what = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise document.refused(f"{path}:{line}:{column}", what, "save the file as UTF-8") from None


# Specification ch. 5.1: what a YAML text may hold unescaped.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INDENTED_BY_TAB = re.compile(r"^ *\t", re.MULTILINE)


def _refuse_characters(text: str, name: str, document: Document) -> None:
    problems = []
    for pattern, what, remedy in (
        (_UNPRINTABLE, "holds a control character", f"delete it; a {document.name} is plain text"),
        (_INDENTED_BY_TAB, "is indented with a tab", "indent with spaces"),
    ):
        if (found := pattern.search(text)) is not None:
            before = text[: found.end() - 1]
            line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
            problems.append(Problem(f"{name}:{line}:{column}", what, remedy))
    if problems:
        raise document.error(problems)


class _Reader:
    """Builds the tree from parser events, and collects what a document may not hold."""

    def __init__(self, name: str, document: Document) -> None:
        self.name, self.document = name, document
        self.problems: list[Problem] = []

    def read(self, events: Iterator[Event]) -> Node:
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                remedy = f"keep one {self.document.name} per file, without '---'"
                self.refuse(event, "starts a second document", remedy)
                break
            if isinstance(event, NodeEvent):
                root = self.node(event, events, depth=1)
        return root if root is not None else Node(None, Mark(1, 1))

    def node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        mark = _mark(event)
        if depth > MAX_DEPTH:
            what = f"is nested more than {MAX_DEPTH} deep"
            self.refuse(event, what, f"a {self.document.name} is flatter than that")
            # What follows cannot be counted any more: stop here with what was found.
            raise self.document.error(self.problems)
        if isinstance(event, AliasEvent):
            self.refuse(event, f"is an alias (*{event.anchor})", "write the value out")
            return Node(None, mark)
        if (anchor := getattr(event, "anchor", None)) is not None:
            self.refuse(event, f"is an anchor (&{anchor})", "write the value out where it is used")
        if (tag := getattr(event, "tag", None)) is not None:
            self.refuse(event, f"carries a tag ({tag})", "delete the tag")
        if isinstance(event, MappingStartEvent):
            return self.mapping(mark, events, depth)
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(item := next(events), SequenceEndEvent):
                items.append(self.node(item, events, depth + 1))
            return Node(items, mark)
        assert isinstance(event, ScalarEvent)
        if (bad := _UNPRINTABLE.search(event.value)) is not None:
            self.refuse(event, f"holds the escaped character {bad.group()!r}", "delete it")
            return Node("", mark)
        # ``implicit[0]``: a plain scalar, whose type is told by its looks.
        return Node(scalar(event.value) if event.implicit[0] else event.value, mark, event.value)

    def mapping(self, mark: Mark, events: Iterator[Event], depth: int) -> Node:
        children: dict[str, Node] = {}
        marks: dict[str, Mark] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if value.value is None and not value.text:
                value = Node(None, key.mark)  # an empty value stands nowhere: its name shows the place
            if not isinstance(key.value, str):
                if isinstance(key.value, dict | list):
                    self.refuse(event, "a field's name is a list or a mapping", "write a word")
                else:
                    self.refuse(
                        event, f"{key.text or 'nothing'} stands for a name and is not text", quoted(key.text)
                    )
            elif key.value in children:
                first = marks[key.value].line
                self.refuse(
                    event, f"{key.value!r} is given twice, first in line {first}", "delete one of the two"
                )
            else:
                children[key.value], marks[key.value] = value, key.mark
        return Node(children, mark, keys=marks)

    def refuse(self, event: Event, what: str, remedy: str) -> None:
        mark = _mark(event)
        self.problems.append(Problem(f"{self.name}:{mark.line}:{mark.column}", what, remedy))


def quoted(text: str) -> str:
    """The remedy for a code that YAML reads as a number, a truth value or nothing."""
    return f'write it in quotes: "{text}"' if text else "write a name in quotes"


def _mark(event: Event) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def scalar(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar: YAML 1.2.2, ch. 10.3.2."""
    if text in _WORDS:
        return _WORDS[text]
    if (value := number(text)) is not None:
        return value
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def number(text: str) -> int | float | None:
    """The finite or too large number that a text spells: YAML 1.2.2, ch. 10.3.2; None if it spells none."""
    # A number longer than any machine number is left to be refused as infinite.
    if _INTEGER.fullmatch(text) and len(text) < 300:
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text) if _NUMBER.fullmatch(text) else None


def follow(root: Node, steps: Sequence[Step]) -> tuple[tuple[Step, ...], Node]:
    """The deepest value on a path; steps that the file does not have are skipped."""
    node, taken = root, []
    for step in steps:
        child = node.child(step)
        if child is not None:
            node = child
            taken.append(step)
    return tuple(taken), node


def steps_of(place: str, root: Node) -> tuple[Step, ...]:
    """The path that a place such as ``shocks[0].origin[1]`` spells, as far as the file has it.

    Keys may hold dots and brackets (``groups.A.B[0]``): the longest key that fits is taken.
    """
    node, rest, steps = root, place, list[Step]()
    while rest:
        if isinstance(node.value, list):
            index = re.match(r"\.?\[?(\d+)\]?", rest)
            if index is None or (child := node.child(int(index[1]))) is None:
                break
            steps.append(int(index[1]))
            node, rest = child, rest[index.end() :]
        elif isinstance(node.value, dict):
            rest = rest.lstrip(".")
            fitting = [
                (len(spelt), key)
                for key in node.value
                for spelt in (key, repr(key), f"[{key!r}]", f"[{key}]")
                if rest == spelt or (rest.startswith(spelt) and rest[len(spelt)] in ".[")
            ]
            if not fitting:
                break
            length, key = max(fitting)
            steps.append(key)
            node, rest = node.value[key], rest[length:]
        else:
            break
    return tuple(steps)
