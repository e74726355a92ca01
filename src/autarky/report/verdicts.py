"""The page of verdicts: each sentence with who said it, what was found, by which rule, from which numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autarky.evidence import Evidence
from autarky.explanation.wording import count, plain
from autarky.report.document import document, pairs, section, told
from autarky.report.markup import Content, Markup, element
from autarky.report.tables import folded, table
from autarky.verdict.told import WORDS
from autarky.verdict.verdicts import Finding, Number, Verdict, by_stance, in_words

MEANINGS = {
    Finding.SUPPORTED: "holds over the whole range of the claims, or in nearly every draw",
    Finding.CONTRADICTED: "holds nowhere in that range, or in hardly any draw",
    Finding.UNDECIDED: "claims or draws stand on both sides, or no figure is carried",
    Finding.BUILT_IN: "the model could not have come out otherwise, so its result is no evidence",
    Finding.NEEDS_MECHANISM: "nothing in the model stands for it yet",
    Finding.NOT_TESTABLE: "no figure and no flow could speak for or against it",
}


def render_verdicts(
    verdicts: Sequence[Verdict],
    *,
    evidence: Evidence | None = None,
    courses: Mapping[str, str] | None = None,
    least: float = 0.9,
    title: str = "What was said, held against figures and model",
    subtitle: str = "",
    inputs: Mapping[str, Any] | None = None,
) -> str:
    """The verdicts as one HTML file: no script, no request, the same bytes for the same verdicts.

    Parameters
    ----------
    evidence
        Gives the citations of claims and documents; without it their keys are printed.
    courses
        Name of each course of the runs, and what happens in it.
    least
        Share of draws that was asked of a sentence to be supported.
    inputs
        ``command`` (what reproduces the verdicts) and ``digests`` (name → SHA-256 of what went in).
    """
    return document(
        title,
        title,
        subtitle or count(len(verdicts), "sentence"),
        _answer_section(verdicts),
        _stance_section(verdicts),
        _sentences_section(verdicts, evidence),
        _rules_section(verdicts, evidence),
        _method_section(courses or {}, least, inputs or {}),
    )


def _answer_section(verdicts: Sequence[Verdict]) -> Markup:
    items = []
    for finding in Finding:
        ids = [verdict.sentence.id for verdict in verdicts if verdict.finding is finding]
        which = f": {', '.join(ids)}" if ids else ""
        items.append(
            element(
                "li",
                element("strong", _capital(WORDS[finding])),
                f" {count(len(ids), 'sentence')}{which}. It {_verb(MEANINGS[finding])}.",
            )
        )
    return section("answer", "Answer", element("ol", items, class_="answer"))


def _stance_section(verdicts: Sequence[Verdict]) -> Markup:
    rows = [
        (stance, *(str(row[finding]) for finding in Finding), str(sum(row.values())))
        for stance, row in by_stance(verdicts).items()
    ]
    return section(
        "stances",
        "By who says it",
        element(
            "p",
            "Rules see a sentence's document and never its speaker or stance: the words of a verdict are the "
            "same for everybody. Sentences were not drawn at random, so counts rank nobody.",
        ),
        table("Verdicts by stance", ("stance", *WORDS.values(), "all"), rows),
    )


def _sentences_section(verdicts: Sequence[Verdict], evidence: Evidence | None) -> Markup:
    rows = [
        (
            f"{verdict.sentence.id}. “{plain(verdict.sentence.quote)}”",
            f"{plain(verdict.sentence.speaker)} ({plain(verdict.sentence.stance)}), "
            f"{plain(verdict.sentence.date)}, in {verdict.sentence.document}",
            WORDS[verdict.finding],
            _why(verdict),
        )
        for verdict in verdicts
    ]
    header = ("sentence", "who, when, where", "verdict", "why")
    documents = dict.fromkeys(verdict.sentence.document for verdict in verdicts)
    sources = {} if evidence is None else evidence.sources
    cited = {name: sources[f"doc-{name}"].citation for name in documents if f"doc-{name}" in sources}
    return section(
        "sentences",
        "Sentences",
        table("Every sentence and its verdict", header, rows, "beside"),
        pairs("Documents", cited) if cited else None,
    )


def _why(verdict: Verdict) -> str:
    said = [verdict.reason]
    if verdict.part:
        said.append(f"{'Judged' if verdict.rule else 'About'}: {verdict.part}.")
    if verdict.opposing:
        said.append(f"What could oppose it: {verdict.opposing}.")
    return " ".join(said)


def _rules_section(verdicts: Sequence[Verdict], evidence: Evidence | None) -> Markup:
    tested = [verdict for verdict in verdicts if verdict.rule]
    parts: list[Content] = [
        element(
            "p",
            "Each rule is stated with its threshold, whatever its numbers turn out to be. Of claims, a range "
            "goes "
            "from the least to the most that any of them allows; of draws, from 5 to 95 %, and the value "
            "is the "
            "median.",
        )
    ]
    for verdict in tested:
        parts.append(
            folded(
                f"{verdict.sentence.id}. {verdict.sentence.quote}: {WORDS[verdict.finding]}",
                element("p", verdict.rule),
                table(
                    f"Numbers of sentence {verdict.sentence.id}",
                    ("number", "value (range)", "from"),
                    [
                        (number.name, in_words(number), _origin(number, evidence))
                        for number in verdict.numbers
                    ],
                    "beside",
                )
                if verdict.numbers
                else element("p", "No number is carried."),
            )
        )
    return section("rules", "Rules and numbers", *parts)


def _origin(number: Number, evidence: Evidence | None) -> str:
    if not number.claims:
        return number.run
    if evidence is None:
        return ", ".join(number.claims)
    return "; ".join(
        f"{name}: {evidence.cite(evidence.claim(name))}" for name in dict.fromkeys(number.claims)
    )


def _method_section(courses: Mapping[str, str], least: float, inputs: Mapping[str, Any]) -> Markup:
    content: list[Content] = [
        element(
            "p",
            f"A sentence on the model's results is supported if it holds in at least {100 * least:g} % of "
            "draws, "
            f"contradicted if in at most {100 - 100 * least:g} %, else undecided: an assumption. A "
            "sentence on a "
            "figure is decided only if the whole range of its claims is on one side of the threshold.",
        )
    ]
    if courses:
        content.append(pairs("Courses of the model", courses))
    if command := inputs.get("command"):
        content.append(element("p", "Reproduced by: ", element("code", told(command))))
    if digests := inputs.get("digests"):
        content.append(pairs("SHA-256 of what went in", digests))
    return section("method", "How it was found", *content)


def _verb(meaning: str) -> str:
    """A meaning as what may follow the word ``It``."""
    return meaning if meaning.startswith("holds") else f"means that {meaning}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
