"""Told: verdicts for the terminal, one line a sentence, and a table by stance."""

from __future__ import annotations

from collections.abc import Sequence

from autarky.verdict.verdicts import Finding, Verdict, by_stance

WORDS = {finding: finding.value.replace("_", " ") for finding in Finding}


def text(verdicts: Sequence[Verdict], width: int = 0) -> str:
    """One line a sentence: id, finding, who said what, reason; then the table by stance.

    ``width`` cuts lines to so many characters; 0 leaves them whole.
    """
    ids = max((len(verdict.sentence.id) for verdict in verdicts), default=1)
    most = max(len(word) for word in WORDS.values())
    lines = [
        f"{verdict.sentence.id:>{ids}}  {WORDS[verdict.finding]:{most}}  {verdict.sentence.stance}: "
        f"“{verdict.sentence.quote}”. {verdict.reason}"
        for verdict in verdicts
    ]
    if width:
        lines = [line if len(line) <= width else f"{line[: width - 1].rstrip()}…" for line in lines]
    return "\n".join([*lines, "", *_table(verdicts)]) + "\n"


def _table(verdicts: Sequence[Verdict]) -> list[str]:
    counted = by_stance(verdicts)
    names = max((len(stance) for stance in (*counted, "stance")), default=0)
    head = "  ".join([f"{'stance':{names}}", *WORDS.values()])
    rows = [
        "  ".join([f"{stance:{names}}", *(f"{row[finding]:>{len(WORDS[finding])}}" for finding in Finding)])
        for stance, row in counted.items()
    ]
    return [head, *rows]
