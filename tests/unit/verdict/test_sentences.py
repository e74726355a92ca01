"""Sentences: those that come with autarky, and files that are wrong."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from autarky.errors import InputError, SourceError
from autarky.evidence import packaged_evidence
from autarky.verdict.judge import judge
from autarky.verdict.reading import packaged_sentences, read_sentences
from autarky.verdict.register import REGISTER
from autarky.verdict.ruling import Beyond
from autarky.verdict.sentences import Sentence
from autarky.verdict.verdicts import Finding
from made_verdicts import runs, sentence

HEADER = "id,document,quote,speaker,stance,date,kind,representable\n"
GOOD = "1,paper,words,somebody,state,2021,norm,no\n"


def test_the_packaged_sentences_are_the_founding_ones(shared_data: Path) -> None:
    with (shared_data / "dprk" / "founding_claims.csv").open(encoding="utf-8") as file:
        given = [
            (row["claim_id"], row["quote"], row["stance"], row["representable"])
            for row in csv.DictReader(file)
        ]
    found = packaged_sentences("north-korea")
    assert [(s.id, s.quote, s.stance, s.representable) for s in found] == given
    assert Counter(s.representable for s in found) == {"yes": 35, "partly": 19, "no": 13}


def test_every_packaged_sentence_has_an_entry_and_every_entry_a_sentence() -> None:
    found = packaged_sentences("north-korea")
    assert {s.id for s in found} == set(REGISTER)
    no = {s.id for s in found if s.representable == "no"}
    assert all(isinstance(REGISTER[id], Beyond) for id in no)
    # Representable ones have a rule, or what it would need.
    assert [s.id for s in found if s.representable == "yes" and isinstance(REGISTER[s.id], Beyond)] == []


def test_the_packaged_claims_decide_what_they_can() -> None:
    """No model is asked here: the runs stand still and there is no table."""
    verdicts = judge(packaged_sentences("north-korea"), packaged_evidence("north-korea"), (), runs())
    found = {verdict.sentence.id: verdict for verdict in verdicts}
    supported = {"2", "6", "13", "28", "35", "56"}
    contradicted = {"14", "50", "52", "55"}
    assert {id for id in supported if found[id].finding is not Finding.SUPPORTED} == set()
    assert {id for id in contradicted if found[id].finding is not Finding.CONTRADICTED} == set()
    # Only the article itself speaks of sessions; denominators of GDP differ.
    assert {found[id].finding for id in ("10", "11", "31")} == {Finding.UNDECIDED}
    (highest, came) = found["14"].numbers
    assert came.value == pytest.approx(491.059)
    assert highest.name == "2020-06"


def test_other_columns_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(HEADER.replace("\n", ",more\n") + GOOD.replace("\n", ",x\n"), encoding="utf-8")
    (found,) = read_sentences(path)
    assert (found.id, found.speaker, found.representable) == ("1", "somebody", "no")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER.replace("stance", "side") + GOOD, "has no column 'stance'"),
        (HEADER + GOOD.replace(",no", ",maybe"), "line 2, column representable"),
        (HEADER + GOOD.replace("words", "w " * 21), "has 21 words"),
        (HEADER + GOOD + GOOD, "the id '1' stands twice"),
        (HEADER + GOOD.replace("somebody", ""), "column speaker"),
    ],
)
def test_a_wrong_file_is_told_by_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_sentences(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


def test_all_wrong_lines_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(HEADER + GOOD.replace("no", "never") + GOOD.replace("state", ""), encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_sentences(path)
    assert len(caught.value.problems) == 2


def test_an_unknown_country_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="north-korea"):
        packaged_sentences("north-corea")


def test_a_sentence_without_an_entry_is_refused_before_anything_is_judged() -> None:
    with pytest.raises(InputError) as caught:
        judge(
            [sentence("6"), sentence("x"), sentence("y")],
            packaged_evidence("north-korea"),
            (),
            runs(),
            least=0.4,
        )
    assert [problem.place for problem in caught.value.problems] == ["sentence x", "sentence y", "least"]


def test_a_sentence_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        sentence("1").stance = "state"  # type: ignore[misc]
    assert isinstance(sentence("1"), Sentence)
