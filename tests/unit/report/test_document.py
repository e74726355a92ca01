"""Document: the frame of a page, and what is taken out of it."""

import base64
import hashlib

import pytest

from autarky.report.document import body_of, document, section, stylesheet


def test_the_body_of_a_page_is_what_stands_inside_its_main():
    part = section("answer", "Answer </main> & <main>")
    page = document("title <main>", "heading </main>", "subtitle", part)
    assert body_of(page) == part


def test_a_text_without_a_main_has_no_body():
    with pytest.raises(ValueError, match="no <main>"):
        body_of("<html></html>")


def test_the_policy_of_a_page_lets_in_the_style_sheet_and_nothing_else():
    digest = base64.b64encode(hashlib.sha256(stylesheet().encode()).digest()).decode()
    page = document("t", "h", "s").replace("&#x27;", "'")
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
