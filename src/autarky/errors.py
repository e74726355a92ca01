"""Every error autarky raises on purpose, drawn as a tree.

AutarkyError
├── InputError            something the user gave is wrong; exit code 2
│   ├── SourceError       a file that cannot be read as the table it claims to be
│   ├── EvidenceError     claims: figures, units, dates, sources
│   ├── EconomyError      accounts that contradict themselves
│   └── ScenarioError     a study: names, dates, shares
├── InfeasibleError       a well-posed question without a solution; exit code 3
├── StoppedError          stopped by the user, with what is done kept; exit code 130
└── SimulationError       a state that the model excludes: our bug; exit code 4

How a run *ended* is not an error: it is ``result.outcome``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the user's input: where it stands, what it is, what to do about it."""

    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        # One line whatever the input held: a label with a newline must not break the promise.
        line = f"{self.place}: {self.what} — {self.remedy}"
        return " ".join(line.split())


class AutarkyError(Exception):
    """Base of every error raised on purpose. ``exit_code`` is what the command line returns."""

    exit_code = 4


class InputError(AutarkyError):
    """The user's input is wrong. All problems found are carried together, one line each."""

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        # By its problems, not by the text made of them: it may come from another process.
        return type(self), (self.problems,)


class SourceError(InputError):
    """A file cannot be read as the table it claims to be."""


class EvidenceError(InputError):
    """Claims contradict themselves, or say something that no figure can say."""


class EconomyError(InputError):
    """The accounts of a table contradict themselves."""


class ScenarioError(InputError):
    """A study names something that does not exist, or asks for something impossible."""


class InfeasibleError(AutarkyError):
    """The question is well posed and has no solution; ``problems`` are the demands in each other's way."""

    exit_code = 3

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InfeasibleError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class StoppedError(AutarkyError):
    """The user stopped what can be resumed: ``problem`` says what is kept and how to go on."""

    exit_code = 130

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class SimulationError(AutarkyError):
    """The simulation reached a state that the model excludes: a bug in autarky."""


def did_you_mean(word: str, known: Sequence[str], limit: int = 3) -> str:
    """The remedy for an unknown name: the nearest known ones, or all of them if they are few.

    Compared without case and surrounding blanks first, so that ``'NOR '`` finds ``'NOR'``.
    """
    folded = {name.strip().casefold(): name for name in known}
    if (exact := folded.get(word.strip().casefold())) is not None:
        return f"did you mean {exact!r}?"
    near = difflib.get_close_matches(word.strip().casefold(), list(folded), n=limit, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(repr(folded[name]) for name in near) + "?"
    if not known:
        return "there is none to choose from"
    shown = ", ".join(repr(name) for name in known[:12])
    return f"known: {shown}" + (f" and {len(known) - 12} more" if len(known) > 12 else "")
