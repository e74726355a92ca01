"""A household that has many times what it needs: the scale of its picture stays short."""

from __future__ import annotations

from pathlib import Path

import pytest

from autarky.study import work_out
from autarky.study_file import study_from_bytes
from wrong_studies import WHOLE_DAY


@pytest.mark.parametrize("need", ["0.001", "1e-200"])
def test_a_tiny_need_makes_no_long_page(need: str) -> None:
    text = WHOLE_DAY.replace("{food: {foods: 0.8}}", f"{{food: {{foods: {need}}}}}")
    assert text != WHOLE_DAY
    page = work_out(study_from_bytes(text.encode(), Path("study.yaml")), variants=False).page
    assert len(page) < 300_000
    assert page.count('class="grid"') < 200
