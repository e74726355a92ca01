"""The JSON Schema of claim files: committed as it is, and it describes the examples."""

from __future__ import annotations

import json
import re
from pathlib import Path

from architecture.repository import ROOT
from autarky.evidence import claims_schema, claims_schema_text, read_evidence
from autarky.evidence.units import _BASES, CURRENCIES

PAGE = (ROOT / "docs" / "formats" / "claims.md").read_text(encoding="utf-8")


def test_the_committed_schema_is_current() -> None:
    committed = (ROOT / "docs" / "claims.schema.json").read_text(encoding="utf-8")
    assert committed == claims_schema_text()


def test_every_field_of_the_schema_says_what_it_is_and_stands_on_the_page() -> None:
    schema = claims_schema()
    for model in (schema, schema["$defs"]["Claim"], schema["$defs"]["Source"]):
        assert model["additionalProperties"] is False
        for name, field in model["properties"].items():
            assert field.get("description"), name
            assert f"`{name}`" in PAGE or f"{name}:" in PAGE, name
    assert json.loads(claims_schema_text()) == schema


def test_the_example_of_the_page_reads(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "claims.yaml").write_text(example, encoding="utf-8")
    assert len(read_evidence(tmp_path / "claims.yaml").claims) == 2


def test_every_unit_stands_on_the_page() -> None:
    assert "ISO 4217" in PAGE
    assert not [base for base in _BASES if base not in CURRENCIES and f"`{base}`" not in PAGE]
