"""Tables drawn beside an estimated one: ``NAME#7`` is the eighth table of its plausible set."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np

from autarky.economy import Economy
from autarky.errors import Problem, SourceError
from autarky.sources.csv_folder import read_csv_folder

ARRAYS = "evidence/draws.npz"
"""Blocks of every drawn table, stacked along a first axis."""
LIST = "evidence/draws.csv"
"""What each table was drawn with."""
BLOCKS = ("Z", "Y", "imports_intermediate", "imports_final", "value_added")


def read_drawn(folder: Path, number: int) -> Economy:
    """One drawn table of an estimated economy, with the labels and history of the central one.

    Raises
    ------
    SourceError
        If the folder has no draws, or not so many, or they cannot be read.
    """
    economy = read_csv_folder(folder)
    path = folder / ARRAYS
    try:
        # Never with pickles: a file of numbers must not be able to run anything.
        with np.load(path, allow_pickle=False) as stored:
            blocks = {name: stored[name] for name in BLOCKS}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        remedy = "estimate the table again: autarky estimate"
        raise SourceError(Problem(str(path), f"holds no drawn tables ({error})", remedy)) from None
    if number >= len(blocks["Z"]):
        what = f"holds {len(blocks['Z'])} drawn tables; #{number} is asked for, and they count from 0"
        raise SourceError(Problem(str(path), what, f"ask for #{len(blocks['Z']) - 1} or less"))
    chosen = {name: stack[number] for name, stack in blocks.items()}
    return replace(economy, name=f"{economy.name} #{number}", reported_output=None, **chosen)


def drawn_with(name: str, home: Path) -> list[dict[str, str]]:
    """What each table beside an estimated one was drawn with, in order: ``draw, donor, conversion_rate``.

    ``name`` is an embedded table, or a folder that counts from ``home``.

    Raises
    ------
    SourceError
        If there is no list of draws.
    """
    folder = home / name
    if not folder.exists():
        folder = Path(str(resources.files("autarky"))) / "data" / name
    path = folder / LIST
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        remedy = "estimate the table again: autarky estimate"
        raise SourceError(Problem(str(path), f"cannot be read ({error})", remedy)) from None
