"""The pictures of a run as files: one SVG each, a PNG beside it where that can be drawn, and a list."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from autarky.errors import InputError, Problem
from autarky.run_folder.csv_text import csv_bytes
from autarky.run_folder.export import written_beside
from autarky.run_folder.folder import Kept

LIST = "figures.csv"


def export_figures(run: Kept, target: str | Path | None = None) -> Path:
    """Writes every picture on the page of a run, ensemble, plan or comparison into a folder.

    ``NAME.svg``, with the extra ``figures`` also ``NAME.png``, and ``figures.csv``: file, title, finding.
    Without a target, the folder is named after the run and lies in the working directory.

    Raises
    ------
    InputError
        If the folder exists or cannot be written, if no font is installed, or if the page has no picture.
    SourceError
        If the page is not what the run wrote.
    """
    target = Path(target) if target is not None else Path(f"{run.id}-figures")
    figures = run.figures.values()
    if not figures:
        raise InputError(Problem(str(run.report), "has no picture", "its numbers: autarky export RUN"))
    contents: dict[str, bytes] = {}
    for one in figures:
        contents[f"{one.name}.svg"] = one.svg().encode()
        if find_spec("resvg_py") is not None:
            contents[f"{one.name}.png"] = one.png()
    about = {one.name: (one.title, one.finding) for one in figures}
    listed = ([name, *about[Path(name).stem]] for name in contents)
    contents[LIST] = csv_bytes([["file", "title", "finding"], *listed])
    with written_beside(target) as written:
        written.mkdir()
        for name, content in contents.items():
            (written / name).write_bytes(content)
    return target
