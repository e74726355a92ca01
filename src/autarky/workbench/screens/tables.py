"""Tables: upload one, and the table doctor: its checks shown cell by cell."""

from __future__ import annotations

import math
import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autarky.errors import InputError, Problem
from autarky.sources import FORMATS, embedded_names
from autarky.workbench.desk import desk_of
from autarky.workbench.doctoring import examined
from autarky.workbench.limits import MAX_UPLOAD
from autarky.workbench.rendering import page
from autarky.workbench.tables import Tables

OPTIONS = tuple(
    dict.fromkeys(name for one in FORMATS.values() for name in one.options if name not in one.required)
)
"""What may be asked of an upload's reader."""


def tables(request: Request) -> Response:
    """The list, and the form that takes another."""
    kept = Tables(desk_of(request).workspace).all()
    formats = [(name, one.description) for name, one in FORMATS.items() if not one.required]
    return page(
        request,
        "tables.html",
        tables=kept,
        embedded=embedded_names(),
        formats=formats,
        most=MAX_UPLOAD // 2**20,
    )


async def upload(request: Request) -> Response:
    """Takes in a table and opens it in the doctor."""
    async with request.form(max_files=1, max_fields=len(OPTIONS) + 2, max_part_size=2**16) as form:
        given = form.get("file")
        if given is None or isinstance(given, str):
            raise InputError(Problem("upload", "no file was chosen", "choose one, then upload it"))
        content, name = await given.read(), given.filename or ""
        format = str(form.get("format", ""))
        options = {one: str(form[one]).strip() for one in OPTIONS if str(form.get(one, "")).strip()}
    kept = Tables(desk_of(request).workspace)
    if format and format not in FORMATS:
        raise InputError(Problem("format", f"{format[:40]!r} is unknown", "choose one of the list"))
    table = await run_in_threadpool(kept.upload, name, content, format or None, options)
    return RedirectResponse(f"/tables/{table}", 303)


def table(request: Request) -> Response:
    """The doctor: what every check says, cell by cell, and what can be done."""
    desk = desk_of(request)
    kept = Tables(desk.workspace).table(request.path_params["table"])
    asked = tuple(request.query_params.get(name, "") for name in ("block", "row", "column"))
    place = str(kept.folder or kept.id)
    seen, cell = desk.warm.call(examined, place, kept.revision, asked if all(asked) else None)
    return page(
        request,
        "table.html",
        table=kept,
        seen=seen,
        cell=cell,
        asked=asked,
        expected=request.query_params.get("expected", ""),
        standing=[change for change in kept.changes if not change.undone],
    )


async def correct(request: Request) -> Response:
    """A cell gets another value."""
    form = await _form(request, "revision", "block", "row", "column", "was", "now", "reason")
    named = {name: form[name] for name in ("block", "row", "column", "reason")}
    return await _changed(
        request, "correct", form["revision"], **named, was=_number(form, "was"), now=_number(form, "now")
    )


async def take_out(request: Request) -> Response:
    """A total is taken out of what it is a total of."""
    form = await _form(request, "revision", "block", "label", "reason")
    return await _changed(request, "take_out", **form)


async def undo(request: Request) -> Response:
    """A change is taken back."""
    form = await _form(request, "revision", "change")
    return await _changed(request, "undo", **form)


async def accept(request: Request) -> Response:
    """A failing check is accepted with a reason, or no more."""
    form = await _form(request, "revision", "check", "reason")
    return await _changed(request, "accept", **form)


async def _form(request: Request, *names: str) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=len(names)) as form:
        return {name: str(form.get(name, "")) for name in names}


async def _changed(request: Request, how: str, revision: str, **given: Any) -> Response:
    name = request.path_params["table"]
    change = getattr(Tables(desk_of(request).workspace), how)
    await run_in_threadpool(change, name, revision, **given)
    return RedirectResponse(f"/tables/{name}", 303)


def _number(form: dict[str, str], name: str) -> float:
    text = form[name].strip()
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text, re.ASCII) or not math.isfinite(
        float(text)
    ):
        what = f"{text[:40]!r} is no number" if text else "is empty"
        where = "new value" if name == "now" else "value you saw"
        raise InputError(Problem(where, what, "write digits with a decimal point, such as 1234.5"))
    return float(text)


ROUTES = [
    Route("/tables", tables),
    Route("/tables", upload, methods=["POST"]),
    Route("/tables/{table}", table),
    Route("/tables/{table}/correct", correct, methods=["POST"]),
    Route("/tables/{table}/take-out", take_out, methods=["POST"]),
    Route("/tables/{table}/undo", undo, methods=["POST"]),
    Route("/tables/{table}/accept", accept, methods=["POST"]),
]
