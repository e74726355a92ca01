"""Editing: what one press of a button, or a pause in typing, makes of a study; done by the warm process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autarky.declared import ALL
from autarky.economy import Economy
from autarky.errors import InputError, Problem
from autarky.workbench.forms import (
    Form,
    Help,
    Tables,
    edited,
    form_of,
    help_at,
    steps_at,
    with_shock,
    with_shock_again,
    without_shock,
)
from autarky.workbench.matching import Checked, checked
from autarky.workbench.splicing import in_line, plain_of
from autarky.workbench.workspace import Workspace


@dataclass(frozen=True)
class View:
    """A study as its page shows it."""

    text: str
    checked: Checked
    form: Form | None
    """None: the text cannot be read, and the form is not used."""
    refused: tuple[Problem, ...] = ()
    """What was asked of the form and could not be done."""


def view(
    text: str,
    path: Path,
    workspace: Workspace,
    tables: Tables,
    was: Mapping[str, str] | None = None,
    now: Mapping[str, str] | None = None,
    act: str = "",
) -> View:
    """The study after what was changed in the form (``was`` → ``now``) and a press on one of its buttons.

    ``act``: ``add:KIND``, ``duplicate:POSITION`` or ``remove:POSITION`` of a shock; empty for none.
    """
    refused: tuple[Problem, ...] = ()
    try:
        text = _acted(edited(text, was or {}, now or {}, tables), act)
    except InputError as error:
        refused = error.problems
    try:
        form = form_of(text, tables)
    except InputError:
        form = None
        if act or was != now:
            what = "is not used while the YAML cannot be read"
            refused = (Problem("the form", what, "correct the text at the places told below"),)
    return View(text, checked(text.encode(), path, workspace), form, refused)


def help_for(text: str, line: int) -> Help | None:
    """The schema's help for what stands on a line of a text; None where it has none, or cannot be read."""
    try:
        return help_at(steps_at(text, line), plain_of(text))
    except InputError:
        return None


def begun_with(reference: Mapping[str, Any], economy: Economy) -> bytes:
    """A first study of a table: all imports of its first region stop for 180 days, a year after the table's.

    Parameters
    ----------
    reference
        What the study writes under ``economy:``.
    """
    first = economy.industries.regions[0]
    partners = list(dict.fromkeys(gate.partner for gate in economy.gates))
    origin = in_line(partners if 0 < len(partners) <= 12 else ALL)
    year = min(max(economy.year + 1, 1800), 2400)
    title = " ".join(f"All imports of {first} stop for 180 days: {economy.name}".split())[:200]
    start = f"{year:04d}-01-01"
    return f"""\
# A first study of this table: all imports stop for 180 days. Change what you like, here or in the form; what
# may stand where is told under "What may stand here".

version: 1
title: {in_line(title)}

economy: {in_line(json.loads(json.dumps(reference)))}

scenario:
  start: {start}
  days: 365

  shocks:
    - kind: trade_cut
      origin: {origin}    # who delivers: regions or partners of the table, or all
      destination: {in_line(first)}    # who receives
      products: all    # or a list of codes, each in quotes
      from: {start}
      until: {year:04d}-06-28    # the last day; without it the cut lasts to the end
      share_kept: 0    # share of the base year's flow that still passes: 0 is a full cut

  behaviour:
    imports:
      default: non_competitive    # home makers cannot stand in; try competitive too: the choice decides much
      source: "assumption: nobody has been asked"

notes: A beginning, and no statement on what will happen.
""".encode()


def _acted(text: str, act: str) -> str:
    does, _, what = act.partition(":")
    if does == "add":
        return with_shock(text, what)
    if does in ("duplicate", "remove") and what.isdecimal() and len(what) < 6:
        return (with_shock_again if does == "duplicate" else without_shock)(text, int(what))
    return text
