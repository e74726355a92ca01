"""What every file of the package owes its reader: a first line, docstrings that match, declared imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import autarky
from architecture.repository import PACKAGE, ROOT, modules, parsed

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public_definitions(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Every public class, function and method, with its dotted name inside the module."""
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node, f"{prefix}{node.name}.")


def everything_public() -> list[tuple[str, Definition]]:
    """(file: dotted name, definition) over the package."""
    return [
        (f"{path.relative_to(PACKAGE)}: {name}", node)
        for path in modules()
        for name, node in public_definitions(parsed(path))
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_first_line_of_every_file_says_its_job(path: Path) -> None:
    docstring = ast.get_docstring(parsed(path))
    assert docstring, "no docstring"
    first = docstring.splitlines()[0]
    assert re.search(r"[.?:]$", first), f"not a sentence on one line: {first!r}"


def test_every_public_definition_has_a_docstring() -> None:
    assert [place for place, node in everything_public() if not ast.get_docstring(node)] == []


def test_docstrings_list_only_parameters_that_exist() -> None:
    wrong = []
    for place, node in everything_public():
        if isinstance(node, ast.ClassDef):
            continue
        section = re.search(
            r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", ast.get_docstring(node) or "", re.M | re.S
        )
        listed = re.findall(r"^(\w[\w, ]*?) : ", section[1], re.M) if section else []
        names = {name.strip() for entry in listed for name in entry.split(",")}
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        arguments += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
        wrong += [f"{place}({name})" for name in sorted(names - {argument.arg for argument in arguments})]
    assert wrong == []


def imported(folder: Path) -> set[str]:
    """First part of every module that the Python files of a folder import."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                found.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names)


def declared(requirements: list[str]) -> set[str]:
    """Import names of a list of requirements."""
    names = {re.split(r"[\[<>=!~; ]", requirement)[0].replace("-", "_") for requirement in requirements}
    return {name.split(".")[0] for name in names}


def test_the_package_imports_only_what_it_declares() -> None:
    extras = [need for needs in PROJECT["project"]["optional-dependencies"].values() for need in needs]
    known = declared(PROJECT["project"]["dependencies"] + extras)
    known |= {"autarky", "pydantic_core"}  # the second is pydantic's own other half, pinned by it
    assert imported(PACKAGE) - known == set()


def test_the_package_never_imports_the_test_only_peer() -> None:
    assert "boario" in declared(PROJECT["dependency-groups"]["test"])
    assert "boario" not in imported(PACKAGE)


def test_the_version_is_written_once() -> None:
    assert autarky.__version__ == PROJECT["project"]["version"]
