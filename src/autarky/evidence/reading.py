"""Claim files into Evidence: YAML or CSV, read strictly, with all problems of all files at once."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from autarky.declared import Declared
from autarky.document import Document, Mark, Node, model_of, number, parse_fields, read_bytes
from autarky.errors import EvidenceError, Problem, did_you_mean
from autarky.evidence.claim import Claim, Evidence, Source

MAX_CSV_BYTES = 16 * 2**20
MAX_PROBLEMS = 50
"""Problems told one by one; the rest are counted."""
SOURCES_FILE = "sources.csv"
"""Where the sources of a CSV file of claims stand: beside it."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


Held = TypeVar("Held", bound=Declared)


class ClaimsFile(Declared):
    """Claims and the sources they cite, in one YAML file."""

    version: Literal[1]
    """Version of the format: 1."""
    sources: tuple[Source, ...] = ()
    """Where the claims come from. Several files read together share their sources."""
    claims: tuple[Claim, ...] = ()
    """The claims; several on one figure stay several."""


_FILE = Document(
    name="claim file",
    error=EvidenceError,
    begin="see docs/formats/claims.md for an example",
    outline="'version: 1', 'sources: …', 'claims: …'",
)
_CLAIM = Document(name="claim", error=EvidenceError, begin=_FILE.begin, outline="")
_SOURCE = Document(name="source", error=EvidenceError, begin=_FILE.begin, outline="")


@dataclass(frozen=True)
class _Entry(Generic[Held]):
    """A source or a claim as a file holds it, before it is known whether it fits the others."""

    node: Node
    place: Callable[[Mark], str]
    held: Held | None
    """None if something is wrong with it."""

    def text(self, name: str) -> tuple[str, str]:
        """The text of a field and its place; empty if the field is not there or no text."""
        child = self.node.child(name)
        if child is None or not isinstance(child.value, str):
            return "", ""
        return child.value, self.place(child.mark)


@dataclass(frozen=True)
class _Read:
    """What the files hold, and what is wrong with each of them."""

    sources: list[_Entry[Source]] = field(default_factory=list)
    claims: list[_Entry[Claim]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_evidence(paths: str | Path | Sequence[str | Path]) -> Evidence:
    """The claims and sources of claim files, in the order of the files.

    A file is YAML (``version``, ``sources``, ``claims``), or CSV with one row a claim and its sources in
    ``sources.csv`` beside it; a folder stands for its ``claims.csv``. A source given in two files must be the
    same in both.

    Raises
    ------
    EvidenceError
        With every problem found, each at ``file:line:column`` or at file, line, row and column of the CSV.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    read = _Read()
    for path in dict.fromkeys(Path(path) for path in given):
        try:
            if path.suffix.lower() == ".csv" or path.is_dir():
                _read_tables(path / "claims.csv" if path.is_dir() else path, read)
            else:
                _read_yaml(path, read)
        except EvidenceError as error:
            read.problems.extend(error.problems)
    problems = [*read.problems, *_contradictions(read)]
    if problems:
        if len(problems) > MAX_PROBLEMS:
            rest = f"and {len(problems) - MAX_PROBLEMS} more problems"
            problems[MAX_PROBLEMS:] = [Problem(str(given[-1]), rest, "correct these first")]
        raise EvidenceError(problems)
    sources = {entry.held.key: entry.held for entry in read.sources if entry.held is not None}
    return Evidence(tuple(entry.held for entry in read.claims if entry.held is not None), sources)


def _read_yaml(path: Path, read: _Read) -> None:
    def place(mark: Mark) -> str:
        return f"{path}:{mark.line}:{mark.column}"

    tree = parse_fields(read_bytes(path, _FILE), path, _FILE)
    parsed: ClaimsFile | None = None
    try:
        parsed = model_of(tree, place, ClaimsFile, _FILE)
    except EvidenceError as error:
        read.problems.extend(error.problems)
    read.sources.extend(_listed(tree, "sources", parsed.sources if parsed else None, place))
    read.claims.extend(_listed(tree, "claims", parsed.claims if parsed else None, place))


def _listed(
    tree: Node, name: str, held: Sequence[Held] | None, place: Callable[[Mark], str]
) -> Iterator[_Entry[Held]]:
    listed = tree.child(name)
    nodes = listed.value if listed is not None and isinstance(listed.value, list) else []
    for position, node in enumerate(nodes):
        yield _Entry(node, place, held[position] if held is not None else None)


def _read_tables(path: Path, read: _Read) -> None:
    if (beside := path.with_name(SOURCES_FILE)).exists():
        _read_table(beside, Source, _SOURCE, read.sources, read.problems)
    _read_table(path, Claim, _CLAIM, read.claims, read.problems)


def _read_table(
    path: Path, model: type[Held], document: Document, into: list[_Entry[Held]], problems: list[Problem]
) -> None:
    """The rows of a CSV file, each held against the model; problems are collected."""
    try:
        for node, place in _rows(path, model, problems):
            held = None
            try:
                held = model_of(node, place, model, document)
            except EvidenceError as error:
                problems.extend(error.problems)
            into.append(_Entry(node, place, held))
    except EvidenceError as error:
        problems.extend(error.problems)


def _rows(
    path: Path, model: type[Declared], problems: list[Problem]
) -> Iterator[tuple[Node, Callable[[Mark], str]]]:
    """Each row as a tree of fields. A mark is the line of the file and the position of the column, from 1."""
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    header: list[str] = []
    try:
        for row in lines:
            line = lines.line_num
            if not header:
                header = row
                _check_header(path, header, model)
            elif len(row) == len(header):
                if any(row):
                    yield _row(path, header, row, line, problems)
            elif row:
                what = f"has {len(row)} cells where the header has {len(header)}"
                remedy = "put a text that holds a comma in quotes"
                problems.append(Problem(f"{path}, line {line}", what, remedy))
    except csv.Error as error:
        what = f"is not comma-separated text: {error}"
        raise _refused(f"{path}, line {lines.line_num}", what, "correct the quotes of this line") from error


def _row(
    path: Path, header: list[str], row: list[str], line: int, problems: list[Problem]
) -> tuple[Node, Callable[[Mark], str]]:
    def place(mark: Mark) -> str:
        named = f", row {row[0]!r}" if row[0] else ""
        return f"{path}, line {line}{named}" + (
            f", column {header[mark.column - 1]!r}" if mark.column else ""
        )

    fields = {}
    for column, (name, cell) in enumerate(zip(header, row, strict=True), start=1):
        mark = Mark(line, column)
        if (found := _CONTROL.search(cell)) is not None:
            problems.append(
                Problem(place(mark), f"holds the control character {found.group()!r}", "delete it")
            )
        elif cell:  # an empty cell is a field left out
            value = number(cell) if name in _NUMBERS else None
            fields[name] = Node(cell if value is None else value, mark, cell)
    return Node(fields, Mark(line, 0)), place


_NUMBERS = frozenset({"value", "low", "high", "credibility"})


def _check_header(path: Path, header: list[str], model: type[Declared]) -> None:
    known = tuple(model.model_fields)
    place, problems = f"{path}, line 1", []
    for position, name in enumerate(header):
        if name not in known:
            problems.append(Problem(place, f"unknown column {name!r}", did_you_mean(name, known)))
        elif name in header[:position]:
            problems.append(Problem(place, f"column {name!r} stands twice", "delete one of the two"))
    for name, one in model.model_fields.items():
        if one.is_required() and name not in header:
            help = (one.description or "").split("\n")[0]
            problems.append(Problem(place, f"has no column {name!r}", f"add it: {help}"))
    if problems:
        raise EvidenceError(problems)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_CSV_BYTES + 1)
    except (OSError, ValueError) as error:
        if not path.exists() and path.parent.is_dir():
            near = sorted(entry.name for entry in path.parent.iterdir() if entry.suffix.lower() == ".csv")
            raise _refused(str(path), "no such file", did_you_mean(path.name, near)) from error
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _refused(
            str(path), f"cannot be read: {reason}", "check the name and the permissions"
        ) from error
    if len(content) > MAX_CSV_BYTES:
        raise _refused(str(path), f"is larger than {MAX_CSV_BYTES // 2**20} MiB", _FILE.large)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise _refused(f"{path}, line {line}", what, "save the file as UTF-8") from None
    if not text.strip():
        raise _refused(f"{path}, line 1", "is empty", "write the column names into its first line")
    return text


def _refused(place: str, what: str, remedy: str) -> EvidenceError:
    return EvidenceError(Problem(place, what, remedy))


def _contradictions(read: _Read) -> Iterator[Problem]:
    """What no single entry can see: keys and ids given twice, sources that nobody gives."""
    keys = dict[str, tuple[str, Source | None]]()
    for entry in read.sources:
        key, place = entry.text("key")
        if key in keys and (entry.held is None or entry.held != keys[key][1]):
            remedy = f"give each source a key of its own; first at {keys[key][0]}"
            yield Problem(place, f"the source {key!r} stands twice, and not the same", remedy)
        if key:
            keys.setdefault(key, (place, entry.held))
    ids = dict[str, str]()
    for claim in read.claims:
        id, place = claim.text("id")
        if id in ids:
            remedy = f"give each claim an id of its own; first at {ids[id]}"
            yield Problem(place, f"the claim {id!r} stands twice", remedy)
        if id:
            ids.setdefault(id, place)
        source, place = claim.text("source")
        if source and source not in keys:
            remedy = (
                did_you_mean(source, tuple(keys)) if keys else f"give it under sources or in {SOURCES_FILE}"
            )
            yield Problem(place, f"unknown source {source!r}", remedy)


def claims_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a YAML claim file, for editors and forms."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "autarky claims"}
    return {**ClaimsFile.model_json_schema(by_alias=True), **title}


def claims_schema_text() -> str:
    """The schema as it is committed and printed."""
    return json.dumps(claims_schema(), indent=2, ensure_ascii=False) + "\n"
