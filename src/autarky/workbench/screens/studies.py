"""Studies: a form and its YAML side by side, checked while it is typed."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autarky.document.tree import MAX_BYTES
from autarky.errors import InputError, Problem, ScenarioError
from autarky.report.svg import DateAxis
from autarky.study_file import packaged_study
from autarky.workbench.desk import Desk, desk_of
from autarky.workbench.editing import View, begun_with, help_for, view
from autarky.workbench.examples import examples
from autarky.workbench.forms import Tables as NamedTables
from autarky.workbench.forms import embedded_tables, help_at, help_of, kinds, place_steps
from autarky.workbench.jobs import Kind
from autarky.workbench.matching import Checked
from autarky.workbench.rendering import page
from autarky.workbench.studies import Changed, Kept, Studies
from autarky.workbench.tables import Tables
from autarky.workbench.workspace import NotThere, Workspace

LISTED = 500
"""Most names of a table that a field suggests: those imported most."""
STARTS = {
    Kind.RUN: "Run",
    Kind.LIFELINES: "What to keep first",
    Kind.ENSEMBLE: "Run with uncertainty",
    Kind.PLAN: "Plan",
    Kind.COMPARE: "Compare alternatives",
}
LEFT, WIDTH, PITCH = 190.0, 640.0, 18.0
"""Of the picture of when shocks act: room for names, width, height of a row."""


def studies(request: Request) -> Response:
    """All studies, and how to begin one."""
    desk = desk_of(request)
    runs: dict[str, list[Any]] = {}
    for job in desk.jobs.jobs():
        if job.study is not None:
            runs.setdefault(job.study, []).append(job)
    return page(
        request,
        "studies.html",
        studies=Studies(desk.workspace).all(),
        runs=runs,
        examples=examples(),
        tables=Tables(desk.workspace).all(),
        made=desk.catalogue.entries()[:50],
    )


async def new(request: Request) -> Response:
    """A study begun from an example, a table, a run or a file."""
    desk = desk_of(request)
    async with request.form(max_files=1, max_fields=10, max_part_size=MAX_BYTES) as form:
        given = form.get("file")
        content = await given.read(MAX_BYTES + 1) if isinstance(given, UploadFile) and given.size else None
        asked = {name: str(form.get(name) or "") for name in ("example", "table", "run")}
    name = await run_in_threadpool(_begun, desk, asked, content)
    return RedirectResponse(f"/studies/{name}", 303)


def study(request: Request) -> Response:
    """A study in its form and its text."""
    desk = desk_of(request)
    kept = Studies(desk.workspace).read(request.path_params["study"])
    text = _text(kept.content)
    found = desk.warm.call(view, text, *_ground(desk, kept.id))
    saved = request.query_params.get("saved") == kept.digest[:12]
    return _page(request, kept, kept.digest, found, saved=saved)


async def save(request: Request) -> Response:
    """Keeps a study; or, without scripts, applies the form, checks, adds or removes a shock."""
    desk, came = desk_of(request), await _came(request)
    return await run_in_threadpool(_saved, request, desk, came)


async def check(request: Request) -> Response:
    """What was typed, held against itself and the table; the other side follows the one typed in."""
    desk, came = desk_of(request), await _came(request)
    return await run_in_threadpool(_checked, request, desk, came)


async def start(request: Request) -> Response:
    """Keeps a study and, if nothing is wrong with it, starts it."""
    desk, came = desk_of(request), await _came(request)
    return await run_in_threadpool(_started, request, desk, came)


def help_page(request: Request) -> Response:
    """What may stand at a place of a study, in the schema's words."""
    Studies(desk_of(request).workspace).path(request.path_params["study"])
    at = request.query_params.get("at", "")[:500]
    found = help_at(place_steps(at))
    if found is None:
        raise NotThere(at)
    return page(request, "study_help.html", help=found, study=request.path_params["study"])


async def help_at_line(request: Request) -> Response:
    """What may stand where the cursor is."""
    desk, came = desk_of(request), await _came(request)
    found = await run_in_threadpool(desk.warm.call, help_for, came.text, came.line)
    return page(request, "study_help.html", help=found, study=came.study)


@dataclass(frozen=True)
class Came:
    """What the editor's form sent."""

    study: str
    text: str
    digest: str
    """Of the text that was opened."""
    was: Mapping[str, str]
    now: Mapping[str, str]
    act: str
    side: str
    """Which side was typed in: form or yaml."""
    kind: str
    line: int


async def _came(request: Request) -> Came:
    async with request.form(max_files=0, max_fields=20_000, max_part_size=2 * MAX_BYTES) as form:
        now = {name[2:]: _sent(form, name) for name in form if name.startswith("f.")}
        line = _sent(form, "line")
        act = _sent(form, "do")
        return Came(
            request.path_params["study"],
            re.sub(r"\r\n?", "\n", _sent(form, "yaml")),
            _sent(form, "digest"),
            _was(_sent(form, "form_was")),
            now,
            f"add:{_sent(form, 'add_kind')}" if act == "add" else act,
            _sent(form, "side"),
            _sent(form, "kind"),
            int(line) if line.isdecimal() and len(line) < 8 else 1,
        )


def _sent(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _was(sent: str) -> dict[str, str]:
    try:
        told = json.loads(sent or "{}")
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        what = "the page did not send what the form had shown"
        raise InputError(Problem("the form", what, "open the study again"))
    return told


def _begun(desk: Desk, asked: Mapping[str, str], content: bytes | None) -> str:
    kept = Studies(desk.workspace)
    if content is not None:
        return kept.create(content)
    if asked["example"]:
        return kept.create(packaged_study(asked["example"]).read_bytes())
    if asked["table"]:
        table = Tables(desk.workspace).table(asked["table"])
        return kept.create(begun_with(table.reference, table.read()))
    if asked["run"]:
        path = desk.workspace.run(asked["run"]) / "study.yaml"
        if not path.is_file():
            what = "was not made from one study alone"
            raise InputError(Problem(asked["run"], what, "choose a run, or begin from a table"))
        return kept.create(path.read_bytes())
    raise InputError(
        Problem("a new study", "nothing was chosen", "choose an example, a table, a run or a file")
    )


def _ground(desk: Desk, name: str) -> tuple[Path, Workspace, NamedTables]:
    """What ``view`` wants to know besides the text."""
    named: dict[str, Mapping[str, Any]] = dict(embedded_tables())
    for table in Tables(desk.workspace).all():
        uploaded = table.uploaded[:16].replace("T", " ")
        called = " ".join(f"{table.name}, uploaded {uploaded} UTC".split())
        named[called if called not in named else f"{called} ({table.id})"] = table.reference
    return Studies(desk.workspace).path(name), desk.workspace, named


def _viewed(desk: Desk, came: Came) -> View:
    path, workspace, tables = _ground(desk, came.study)
    return desk.warm.call(view, came.text, path, workspace, tables, came.was, came.now, came.act)


def _saved(request: Request, desk: Desk, came: Came) -> Response:
    kept = Studies(desk.workspace)
    there, found = kept.read(came.study), _viewed(desk, came)
    if found.refused or came.act not in ("", "save"):
        status = 422 if found.refused else 200
        return _page(request, there, came.digest, found, status=status)
    try:
        now = kept.save(came.study, _content(found.text, there.content), came.digest)
    except Changed as error:
        return _both(request, error.kept, found.text)
    return RedirectResponse(f"/studies/{came.study}?saved={now.digest[:12]}", 303)


def _checked(request: Request, desk: Desk, came: Came) -> Response:
    there, found = Studies(desk.workspace).read(came.study), _viewed(desk, came)
    if request.headers.get("hx-request") != "true":
        return _page(request, there, came.digest, found)
    side = "both" if came.act else came.side if came.side in ("form", "yaml") else "both"
    return page(request, "study_checked.html", side=side, **_values(there, came.digest, found))


def _started(request: Request, desk: Desk, came: Came) -> Response:
    kept = Studies(desk.workspace)
    there, found = kept.read(came.study), _viewed(desk, came)
    if found.refused:
        return _page(request, there, came.digest, found, status=422)
    try:
        now = kept.save(came.study, _content(found.text, there.content), came.digest)
    except Changed as error:
        return _both(request, error.kept, found.text)
    if found.checked.problems or came.kind not in found.checked.can:
        return _page(request, now, now.digest, found, status=422, starting=came.kind)
    job = desk.jobs.start(Kind(came.kind), found.checked.title, now.content, study=came.study)
    return RedirectResponse(f"/jobs/{job.id}", 303)


def _both(request: Request, theirs: Kept, mine: str) -> Response:
    """Two have written: both texts, and what differs; whoever is here decides."""
    there = _text(theirs.content)
    differs = difflib.unified_diff(there.splitlines(), mine.splitlines(), "saved", "yours", lineterm="", n=2)
    return page(
        request, "study_changed.html", 409, theirs=theirs, there=there, mine=mine, differs=list(differs)
    )


def _page(
    request: Request,
    kept: Kept,
    digest: str,
    found: View,
    *,
    status: int = 200,
    saved: bool = False,
    starting: str = "",
) -> Response:
    values = _values(kept, digest, found)
    return page(request, "study.html", status, saved=saved, starting=starting, **values)


def _values(kept: Kept, digest: str, found: View) -> dict[str, Any]:
    offered = [kind.value for kind in STARTS]
    return {
        "kept": kept,
        "digest": digest,
        "view": found,
        "is_saved": _text(kept.content) == found.text,
        "form_was": json.dumps(found.form.values if found.form is not None else {}),
        "kinds": {kind: help_of(kind) for kind in kinds()},
        "starts": [(kind, STARTS[Kind(kind)]) for kind in offered if kind in found.checked.can],
        "problems": [_at_line(problem) for problem in found.checked.problems],
        "names": {
            which: sorted(known, key=lambda one: -one.imports)[:LISTED]
            for which, known in found.checked.names.items()
        },
        "chart": _chart(found.checked),
        "help": help_at(()),
        "study": kept.id,
    }


@dataclass(frozen=True)
class Placed:
    """A problem, with the line and column of the text."""

    line: int
    column: int
    place: str
    what: str
    remedy: str


def _at_line(problem: Problem) -> Placed:
    found = re.search(r":(\d+):(\d+)\Z", problem.place)
    if found is None:
        return Placed(0, 0, problem.place, problem.what, problem.remedy)
    line, column = int(found[1]), int(found[2])
    return Placed(line, column, f"line {line}, column {column}", problem.what, problem.remedy)


def _chart(found: Checked) -> dict[str, Any] | None:
    """Bars of the days on which shocks act, as places on a picture."""
    if found.start is None or not found.shocks:
        return None
    axis = DateAxis(found.start, found.days, LEFT, WIDTH - LEFT)
    shown = found.shocks[:40]
    bars = []
    for k, shock in enumerate(shown):
        left, right = (LEFT + axis.width * day / found.days for day in (shock.first, shock.after))
        bars.append(
            (
                f"{shock.position}: {shock.kind.replace('_', ' ')}",
                20 + PITCH * k,
                left,
                max(right - left, 2.0),
            )
        )
    last = max(shock.after for shock in shown)
    first = min(shock.first for shock in shown)
    finding = f"The first shock begins on day {first}; the last acts until day {last} of {found.days}."
    return {
        "width": WIDTH,
        "height": 24 + PITCH * len(shown),
        "bars": bars,
        "ticks": axis.ticks(),
        "finding": finding,
    }


def _text(content: bytes) -> str:
    """A study's bytes as a page shows them."""
    return re.sub(r"\r\n?", "\n", content.decode("utf-8").removeprefix("\ufeff"))


def _content(text: str, there: bytes) -> bytes:
    """A page's text as bytes, with the ends of lines that the file had; unchanged text is unchanged bytes."""
    if len(text.encode()) > MAX_BYTES:
        raise ScenarioError(
            Problem("the study", "is larger than 1 MiB", "a study is short; name tables by path")
        )
    if text == _text(there):
        return there
    if b"\r\n" in there:
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if there.startswith(b"\xef\xbb\xbf") else b"") + text.encode()


ROUTES = [
    Route("/studies", studies, methods=["GET"]),
    Route("/studies", new, methods=["POST"]),
    Route("/studies/{study}", study, methods=["GET"]),
    Route("/studies/{study}", save, methods=["POST"]),
    Route("/studies/{study}/check", check, methods=["POST"]),
    Route("/studies/{study}/start", start, methods=["POST"]),
    Route("/studies/{study}/help", help_page, methods=["GET"]),
    Route("/studies/{study}/help", help_at_line, methods=["POST"]),
]
