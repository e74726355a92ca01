"""The study file: YAML in, a frozen Study out, and every problem told with its line and column."""

from autarky.study_file.model import EconomyReference, Study, schema, schema_text
from autarky.study_file.packaged import packaged_study
from autarky.study_file.reading import read_study, study_from_bytes

__all__ = [
    "EconomyReference",
    "Study",
    "packaged_study",
    "read_study",
    "schema",
    "schema_text",
    "study_from_bytes",
]
