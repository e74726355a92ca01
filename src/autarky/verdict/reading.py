"""Reading: sentences from a table, and those that come with autarky."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from autarky.errors import InputError, Problem, SourceError, did_you_mean
from autarky.sources.delimited import at_most, read_delimited
from autarky.verdict.sentences import Sentence


def read_sentences(path: Path) -> tuple[Sentence, ...]:
    """The sentences of a CSV file with the columns of ``Sentence``; other columns are passed over.

    Raises
    ------
    SourceError
        With everything wrong: no such file, columns missing, an id that stands twice, fields out of form.
    """
    told = read_delimited(path)
    names = tuple(Sentence.model_fields)
    if missing := [name for name in names if name not in told.header]:
        raise SourceError(
            Problem(f"{path}, line 1", f"has no column {name!r}", did_you_mean(name, told.header))
            for name in missing
        )
    columns = {name: told.column(name) for name in names}
    found: dict[str, Sentence] = {}
    problems = []
    for line, row in zip(told.lines, told.rows, strict=True):
        place = f"{path}, line {line}"
        try:
            sentence = Sentence.model_validate({name: row[k].strip() for name, k in columns.items()})
        except ValidationError as error:
            problems += [
                Problem(
                    f"{place}, column {fault['loc'][0]}",
                    fault["msg"].removeprefix("Value error, "),
                    "correct it",
                )
                for fault in error.errors()
            ]
            continue
        if sentence.id in found:
            problems.append(
                Problem(place, f"the id {sentence.id!r} stands twice", "give each sentence its own")
            )
        found[sentence.id] = sentence
    if problems:
        raise SourceError(at_most(problems, path))
    return tuple(found.values())


def packaged_sentences(name: str) -> tuple[Sentence, ...]:
    """The sentences on a country that come with autarky, for instance ``north-korea``.

    Raises
    ------
    InputError
        If there are none of that name.
    """
    data = Path(str(files("autarky"))) / "data"
    known = sorted(path.parent.name for path in data.glob("*/sentences.csv"))
    if name not in known:
        what = f"no sentences on {name!r} come with autarky"
        raise InputError(Problem("sentences", what, did_you_mean(name, known)))
    return read_sentences(data / name / "sentences.csv")
