"""Chains: what is largest is drawn, shares beside one another add up, and every branch is in the table."""

import re
from dataclasses import replace

import pytest

from autarky.explanation.wording import percent
from autarky.report.chains import LEAST, MOST_NODES, MOST_ROWS, chain
from autarky.report.document import document, section
from made_chains import chain as why
from made_chains import gate, smaller, tree
from parsed_page import Page

HOSTILE = "</text></script><img src=x onerror=alert(1)>\"' </title>\x1b[31m\x00\u202e"


def page(found):
    return Page(document("t", "t", "s", section("answer", "Why", chain("c", found))))


def drawn(found):
    return re.search('<svg role="img".*?</svg>', str(chain("c", found)), re.S).group(0)


def five_levels():
    branch = gate(1.0)
    for _ in range(5):
        branch = replace(tree(1, 1.0, (1.0,)), branches=(branch,))
    return why(branch)


WIDE = why(tree(4, 0.6), tree(4, 0.25, at="b"), tree(4, 0.15, at="c"))


@pytest.mark.parametrize("found", [WIDE, five_levels(), why(gate(0.9), smaller(0.1)), why(smaller(1.0))])
def test_a_picture_has_at_most_twelve_nodes_each_with_its_share_on_an_arrow(found):
    svg = drawn(found)
    nodes = svg.count('class="node ')
    assert 2 <= nodes <= MOST_NODES == 12
    assert svg.count('class="flow"') == nodes - 1
    assert len(re.findall(r'text-anchor="end">[\d.]+ %</text>', svg)) == nodes - 1


def test_arrows_are_as_thick_as_their_shares():
    widths = [
        float(w) for w in re.findall(r'stroke-width="([\d.]+)"', drawn(why(gate(0.75), gate(0.25, "b"))))
    ]
    assert sorted(widths) == pytest.approx([4.0, 12.0])


def test_the_largest_branches_are_drawn_and_what_is_left_out_adds_up():
    """Beside one another: the industry's own branches, and those of the thickest of them."""
    svg = drawn(WIDE)
    shares = [float(s) for s in re.findall(r'text-anchor="end">([\d.]+) %</text>', svg)]
    places = re.findall(r'<path d="M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)" class="flow"', svg)
    foot = [float(place[3]) for place in places]
    assert sum(s for s, y in zip(shares, foot, strict=True) if y == min(foot)) == pytest.approx(100, abs=0.6)
    second = min(y for y in foot if y > min(foot))
    assert sum(s for s, y in zip(shares, foot, strict=True) if y == second) == pytest.approx(60, abs=0.6)
    assert "smaller branches" in svg and "goes on in the table" in svg


def test_what_is_next_to_nothing_has_no_node_but_a_row_of_the_table():
    found = why(gate(1 - LEAST / 2), smaller(LEAST / 2))
    assert "smaller branches" not in drawn(found)
    assert page(found).table("Rubber and plastics: branches")[-1][0] == "← smaller branches"


def test_a_chain_of_five_levels_reads_from_the_industry_down_to_the_cut():
    rows = page(five_levels()).table("Rubber and plastics: branches")[1:]
    assert [row[0].count("← ") for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[-1][1] == "import gate" and "Crude petroleum" in rows[-1][0]


def test_the_table_gives_shares_days_and_amounts_with_their_units():
    header, first, second = page(why(tree(1, 0.8, (1.0,)), smaller(0.2))).table(
        "Rubber and plastics: branches"
    )[:3]
    assert "million ARD" in header[5] and "days" in header[4]
    assert first[1:7] == ["input", "80 %", "day 1, 22 Jan 2024", "12", "2", "8"]
    assert second[1:] == ["import gate", "80 %", "day 0, 21 Jan 2024", "–", "3", "4", "trade cut"]


def test_what_the_table_leaves_out_is_counted_and_the_command_named():
    found = page(WIDE)
    rows = found.table("Rubber and plastics: branches")[1:]
    assert len(rows) <= MOST_ROWS
    named = sum(not row[0].endswith("smaller branches") for row in rows)
    every = 3 * (1 + 3 + 9 + 27 + 81)
    assert f"{every - named} smaller branches more: autarky why RUN C22 --json" in "".join(found.text)


def test_roots_are_listed_with_bars_and_those_next_to_nothing_are_not():
    rows = page(WIDE).table("Rubber and plastics: goes back to")[1:]
    assert [row[0] for row in rows] == ["Crude petroleum from BORIA, trade cut", "households want less"]
    assert rows[0][1] == "90 %"
    bars = re.findall(r'class="bar".*?</svg>|<svg[^>]*class="bar"', str(chain("c", WIDE)))
    assert len(bars) == 2


def test_relief_says_what_would_be_lost_and_what_would_bind_then():
    rows = page(WIDE).table("Rubber and plastics: what relief would do")
    assert rows[1] == ["Chemicals", "21 %", "day 90, 20 Apr 2024", "Machinery"]
    assert rows[2] == ["Mining and quarrying", "0 %", "never", "nothing"]


def test_the_words_of_the_picture_state_the_loss_and_where_it_goes_back_to():
    finding = re.search("<desc[^>]*>(.*?)</desc>", drawn(WIDE)).group(1)
    assert WIDE.sentence in finding
    assert f"Crude petroleum from BORIA, trade cut ({percent(0.9)})" in finding


def test_hostile_names_stay_text():
    found = why(gate(0.7, HOSTILE), gate(0.3, HOSTILE + "b"), name=HOSTILE, code=HOSTILE)
    text = str(chain("c", found))
    assert "<img" not in text and "&lt;img" in text and not re.search("[\x00\x1b\u202e]", text)
    page(found)
