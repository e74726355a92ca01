"""Markup: elements balanced by construction, texts escaped."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from autarky.report.markup import Markup, element, join


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.attributes = [], "", []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def test_content_is_nested_and_numbers_are_short():
    made = element("p", "a", element("br"), [1, 2.0, None], class_="x", data_n=1 / 3, title=None)
    assert made == '<p class="x" data-n="0.33">a<br>12</p>'
    assert element("rect", width=0.5) == '<rect width="0.5"/>'


def test_markup_is_kept_and_text_is_escaped():
    assert join(["<b>", Markup("<b>")]) == "&lt;b&gt;<b>"


@given(st.text(), st.text())
def test_no_text_or_attribute_can_open_an_element_or_add_an_attribute(text, value):
    reader = Reader()
    reader.feed(element("p", f"<{text}", title=f'"{value}'))
    reader.close()
    assert reader.tags == ["p"] and [name for name, _ in reader.attributes] == ["title"]
    assert all(char.isprintable() or char == " " for char in reader.text)
