"""The page of an attribution: pictures with their tables, numbers as computed, hostile names harmless."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from autarky.explanation.attribution import Attribution, CauseShocks, Pair, Part, Row, SharedLoss
from autarky.explanation.stored import restored
from autarky.report.attribution import render_attribution
from parsed_page import Page

HOSTILE = "</text></script><img src=x onerror=alert(1)>\"' </title>\x1b[31m\x00\u202e"


def _part(cause, part, alone, last, **given):
    return Part(
        cause, part, given.pop("error", 0.0), alone, last, min(alone, last), max(alone, last), **given
    )


def _found(**given):
    parts = (
        _part("border", 0.06, 0.08, 0.04),
        _part("harvest", 0.03, 0.04, 0.02),
        _part("aid", -0.01, 0, -0.02),
    )
    loss = SharedLoss(
        "value_added",
        "value added",
        0.08,
        0.0,
        0.12,
        parts,
        (Pair(("border", "harvest"), -0.04), Pair(("border", "aid"), 0.0), Pair(("harvest", "aid"), 0.0)),
    )
    eaten = replace(loss, loss="consumption", name="what households consume")
    months = tuple(
        Row(f"2020-{m:02}", f"2020-{m:02}", 0.01 * m, (0.008 * m, 0.003 * m, -0.001 * m)) for m in range(1, 9)
    )
    industries = (Row("coal", "Coal", 0.05, (0.04, 0.02, -0.01)),)
    causes = tuple(CauseShocks(name, (f"what {name} does",)) for name in ("border", "harvest", "aid"))
    made = Attribution(
        "Two things at once",
        "Boria",
        "households",
        "2020-01-01",
        "2020-08-31",
        244,
        causes,
        (loss, eaten),
        months,
        industries,
        (),
        8,
        None,
        None,
        0,
        0,
        ("A note.",),
    )
    return replace(made, **given)


def _pictures(written):
    return re.findall('<svg role="img".*?</svg>', written, re.S)


def test_every_picture_states_its_finding_and_has_its_table():
    written = render_attribution(_found())
    shown = _pictures(written)
    assert len(shown) == 2 + 3
    for one in shown:
        assert re.search(r"<desc[^>]*>[^<]*\d[^<]*</desc>", one)
        after = written[written.index(one) + len(one) :]
        assert "<table" in after[: after.index("</details>")]
    assert "8 % is lost; the largest part, 6 %, goes back to border" in shown[0]


def test_the_answer_comes_first_and_says_what_holds_in_every_order():
    words = "".join(Page(render_attribution(_found())).text)
    assert "In whatever order they are counted" not in words  # 4 to 8 % against 2 to 4 %: they touch
    assert "Which costs most depends on the order" in words
    assert "Nothing is lost to aid in any order" not in words  # alone it does nothing
    assert "4 % of the base year less than each alone added up (12 %): they take in part the same" in words
    assert "most of all border and harvest (−4 %)" in words
    assert words.index("Of value added 8 % is lost") < words.index("A bar is a cause's part")


def test_bars_begin_where_the_one_before_ends_and_end_at_the_whole():
    first = _pictures(render_attribution(_found()))[0]
    bars = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="18" class="([\w-]+)"', first)
    starts = [float(x) for x, _, _ in bars]
    ends = [float(x) + float(width) for x, width, _ in bars]
    assert [style for _, _, style in bars] == ["swing-high", "swing-high", "swing-low", "b-keep"]
    assert starts[1] == pytest.approx(ends[0], abs=0.02)
    assert ends[2] == pytest.approx(ends[1], abs=0.02)  # aid goes back to the left
    assert starts[3] == pytest.approx(starts[0], abs=0.02)
    assert ends[3] == pytest.approx(starts[2], abs=0.02)


def test_tables_give_all_numbers():
    page = Page(render_attribution(_found()))
    header, first, *_, last = page.table("Parts of value added lost")
    assert header == ["cause", "part, % of base", "% of the loss", "alone", "last", "least", "most"]
    assert first == ["border", "6 %", "75 %", "8 %", "4 %", "4 %", "8 %"]
    assert last[:4] == ["all together", "8 %", "", "12 %"]
    assert page.table("What two causes do to value added")[1] == ["border", "harvest", "−4 %", "overlap"]
    assert page.table("Value added lost by month")[8] == ["Aug 2020", "8 %", "6.4 %", "2.4 %", "−0.8 %"]
    assert page.table("Value added lost in each industry")[1] == ["Coal", "5 %", "4 %", "2 %", "−1 %"]


def test_ranges_and_errors_are_told_where_there_are_some():
    found = _found()
    loss = found.losses[0]
    parts = tuple(
        replace(part, error=0.002, range=(0.01, 0.02, 0.03, 0.04, 0.05), largest_in=0.25)
        for part in loss.parts
    )
    loss = replace(loss, parts=parts, range=(0.02, 0.05, 0.08, 0.1, 0.2), pairs=())
    page = Page(render_attribution(replace(found, losses=(loss,), draws=100)))
    header, first, *_ = page.table("Parts of value added lost")
    assert header[7:] == ["standard error", "median of draws", "5 to 95 %", "largest in % of draws"]
    assert first[7:] == ["± 0.2 %", "3 %", "1 % to 5 %", "25 %"]
    words = "".join(page.text)
    assert "6 % ± 0.2 % (1 % to 5 %)" in words
    assert "(2 % to 20 % in nine tenths of draws)" in words
    assert "the largest part is that of border in 25 %, harvest in 25 % and aid in 25 %" in words


def test_names_cannot_leave_their_places():
    found = _found()
    loss = found.losses[0]
    parts = (replace(loss.parts[0], cause=HOSTILE), *loss.parts[1:])
    hostile = replace(
        found,
        scenario=HOSTILE,
        economy=HOSTILE,
        causes=(CauseShocks(HOSTILE, (HOSTILE,)), *found.causes[1:]),
        losses=(replace(loss, parts=parts, pairs=(Pair((HOSTILE, "aid"), 0.01),)),),
        industries=(Row(HOSTILE, HOSTILE, 0.05, (0.04, 0.02, -0.01)),),
    )
    written = render_attribution(hostile, inputs={"command": HOSTILE, "digests": {HOSTILE: "0"}})
    names = {name for _, attributes in Page(written).elements for name in attributes}
    assert "onerror" not in names
    assert not {tag for tag, _ in Page(written).elements} & {"img", "script"}


def test_an_attribution_comes_back_from_its_plain_values():
    found = _found()
    told = found.to_dict()
    assert told.pop("sentences") == list(found.sentences)
    assert restored(Attribution, told) == found


def test_the_text_tells_parts_months_and_industries():
    told = _found().text(width=90)
    assert all(len(line) <= 90 for line in told.splitlines())
    assert "border: 6 %, 75 % of the loss (alone 8 %, last 4 %; in any order 4 % to 8 %)" in " ".join(
        told.split()
    )
    assert "BY MONTH" in told and "2020-08: 8 % of value added" in told
    assert "Coal: 5 % (border 4 %, harvest 2 % and aid −1 %)" in told


def test_what_costs_most_in_every_order_is_told_with_the_numbers_that_show_it():
    loss = _found().losses[0]
    clear = replace(loss, parts=(_part("border", 0.06, 0.08, 0.05), *loss.parts[1:]))
    assert any(
        "border costs more than any other: at least 5 %, the others at most 4 %" in told
        for told in clear.sentences
    )
    saved = replace(loss, parts=(*loss.parts[:2], _part("aid", -0.01, -0.005, -0.02)))
    assert any("Nothing is lost to aid in any order" in told for told in saved.sentences)
    none = replace(loss, total=0.0, parts=(_part("border", 0.0, 0.0, 0.0),))
    assert none.sentences == ("Value added: nothing is lost to these causes.",)
