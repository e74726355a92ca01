"""JSON Schemas of the files that users write, for editors and forms."""

from __future__ import annotations

from collections.abc import Callable

from autarky.errors import InputError, Problem, did_you_mean


def schema_text(of: str = "study") -> str:
    """JSON Schema (draft 2020-12) of study, claim or recipe files, as it is printed and committed.

    Raises
    ------
    InputError
        If there is no such kind of file.
    """
    known = {"study": _study, "claims": _claims, "recipe": _recipe}
    if of not in known:
        raise InputError(Problem("autarky schema", f"no schema of {of!r}", did_you_mean(of, tuple(known))))
    text: Callable[[], str] = known[of]()
    return text()


# Each loads only what it describes: to write a study nothing has to be compiled.
def _study() -> Callable[[], str]:
    from autarky.study_file import schema_text

    return schema_text


def _claims() -> Callable[[], str]:
    from autarky.evidence import claims_schema_text

    return claims_schema_text


def _recipe() -> Callable[[], str]:
    from autarky.estimation.reading import recipe_schema_text

    return recipe_schema_text
