"""A document's bytes into a frozen model: strict, and with all problems at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from autarky.document import wording
from autarky.document.tree import Document, Mark, Node, parse

Model = TypeVar("Model", bound=BaseModel)


def read_document(
    content: bytes,
    path: Path,
    model: type[Model],
    document: Document,
    complete: Callable[[dict[str, Any]], None] | None = None,
) -> tuple[Model, Node]:
    """The model that a document holds, and the tree that knows where each of its values stands.

    ``path`` stands for the file in messages; ``complete`` may fill in, before the check, what goes without
    saying.

    Raises
    ------
    InputError
        The document's own, with every problem found, each at ``file:line:column``.
    """
    tree = parse_fields(content, path, document)
    return model_of(tree, lambda mark: f"{path}:{mark.line}:{mark.column}", model, document, complete), tree


def parse_fields(content: bytes, path: Path, document: Document) -> Node:
    """The tree of a document, which is a group of fields; its own InputError if it is not."""
    tree = parse(content, path, document)
    if not isinstance(tree.value, dict):
        given = "a list" if isinstance(tree.value, list) else "a text"
        place = f"{path}:{tree.mark.line}:{tree.mark.column}"
        what = f"a {document.name} is a group of fields, this is {given}"
        raise document.refused(place, what, f"write {document.outline}")
    return tree


def model_of(
    tree: Node,
    place: Callable[[Mark], str],
    model: type[Model],
    document: Document,
    complete: Callable[[dict[str, Any]], None] | None = None,
) -> Model:
    """The model that a tree holds; the document's InputError names each problem at ``place`` of its mark."""
    plain: Any = tree.plain()
    if complete is not None:
        complete(plain)
    try:
        # By way of JSON: there, strict means the types of JSON, so that dates and lists are as in the file.
        return model.model_validate_json(json.dumps(plain), strict=True)
    except ValidationError as error:
        found = wording.problems(error.errors(include_url=False), tree, place, model, document)
        raise document.error(found) from error
