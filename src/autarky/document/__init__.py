"""Documents: YAML read strictly into frozen models, every problem told with its line and column."""

from autarky.document.reading import model_of, parse_fields, read_document
from autarky.document.tree import Document, Mark, Node, Step, follow, number, read_bytes, steps_of

__all__ = [
    "Document",
    "Mark",
    "Node",
    "Step",
    "follow",
    "model_of",
    "number",
    "parse_fields",
    "read_bytes",
    "read_document",
    "steps_of",
]
