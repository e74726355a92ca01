"""Judge: each sentence before its rule, which sees its document and never its speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autarky.economy import Economy
from autarky.errors import InputError, Problem
from autarky.evidence import Evidence
from autarky.verdict.register import REGISTER
from autarky.verdict.ruling import LEAST, Bench, Beyond, Entry, Needs
from autarky.verdict.runs import Runs
from autarky.verdict.sentences import Sentence
from autarky.verdict.verdicts import Finding, Verdict


def judge(
    sentences: Sequence[Sentence],
    evidence: Evidence,
    economy: Economy | Sequence[Economy],
    runs: Runs,
    *,
    least: float = LEAST,
    register: Mapping[str, Entry] = REGISTER,
) -> tuple[Verdict, ...]:
    """A verdict on every sentence, in their order.

    Parameters
    ----------
    sentences : sequence of Sentence
    evidence : Evidence
        Claims; those of a sentence's own document never count for it.
    economy : Economy, or a sequence of them
        The table, or those of the draws.
    runs : Runs
        From ``run_variants``.
    least : float
        Share of draws in which a sentence must hold to be supported; contradicted in at most 1 − least.
    register : mapping of sentence id to Rule, Needs or Beyond

    Raises
    ------
    InputError
        Sentences without an entry in the register; ``least`` not above a half.
    """
    problems = [
        Problem(f"sentence {sentence.id}", "has no entry in the register", "state its rule before judging it")
        for sentence in sentences
        if sentence.id not in register
    ]
    if not 0.5 < least <= 1.0:
        problems.append(Problem("least", f"is {least:g}", "give a share of draws above 0.5, up to 1"))
    if problems:
        raise InputError(problems)
    tables = (economy,) if isinstance(economy, Economy) else tuple(economy)
    return tuple(
        _verdict(
            sentence, register[sentence.id], Bench(evidence, tables, runs, f"doc-{sentence.document}", least)
        )
        for sentence in sentences
    )


def _verdict(sentence: Sentence, entry: Entry, bench: Bench) -> Verdict:
    if isinstance(entry, Beyond):
        return Verdict(sentence, Finding.NOT_TESTABLE, entry.why)
    if isinstance(entry, Needs):
        reason = f"The model would need {entry.needs}."
        return Verdict(sentence, Finding.NEEDS_MECHANISM, reason, part=entry.part, needs=entry.needs)
    found = entry.apply(bench)
    opposing = entry.opposing if found.finding is Finding.BUILT_IN else ""
    return Verdict(sentence, found.finding, found.reason, entry.words, entry.part, found.numbers, opposing)
