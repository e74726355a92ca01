"""Documents: YAML read strictly into frozen models, every problem told with its line and column."""

from autarky.document.reading import read_document
from autarky.document.tree import Document, Mark, Node, Step, follow, read_bytes, steps_of

__all__ = ["Document", "Mark", "Node", "Step", "follow", "read_bytes", "read_document", "steps_of"]
