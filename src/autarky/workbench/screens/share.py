"""Share: a run as a page, an archive or tables, and archives taken in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autarky.errors import InputError, Problem
from autarky.run_folder import MANIFEST, REPORT, export_figures, export_run, read_any
from autarky.study import report_again
from autarky.workbench.archives import archive_of, packed, taken_in
from autarky.workbench.desk import desk_of
from autarky.workbench.limits import MAX_UPLOAD
from autarky.workbench.rendering import page
from autarky.workbench.workspace import NotThere


class Form(NamedTuple):
    """A form in which a run leaves the workbench."""

    name: str
    sentence: str
    ending: str
    type: str


FORMS = {
    "page": Form(
        "Page",
        "One file that opens in any browser, prints, and needs nothing else: for whoever is to read it.",
        ".html",
        "text/html",
    ),
    "archive": Form(
        "Archive",
        "Study, numbers and page, with the digests of all that was read. Another workbench takes it in; a "
        "program that knows RO-Crate can tell what it is.",
        ".zip",
        "application/zip",
    ),
    "csv": Form(
        "Tables (CSV)",
        "Every number as plain tables, one file for each, in one ZIP: for programs.",
        "-csv.zip",
        "application/zip",
    ),
    "xlsx": Form(
        "Workbook (Excel)",
        "The same tables as sheets of one workbook, without formulas or macros: for a spreadsheet.",
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "figures": Form(
        "Pictures",
        "Every picture of the page as SVG, and as PNG where one can be drawn, and a list of what each says.",
        "-figures.zip",
        "application/zip",
    ),
}
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Of a page that leaves the workbench: should a browser show it here, it can do nothing."""


def share(request: Request) -> Response:
    """Each form, in a sentence and with its size."""
    desk, run = desk_of(request), request.path_params["run"]
    folder = desk.workspace.run(run)
    sizes = {file.name: file.stat().st_size for file in folder.iterdir() if file.is_file()}
    whole = sum(sizes.values())
    numbers = whole - sizes.get(REPORT, 0) - sizes.get(MANIFEST, 0)
    told = {
        "page": f"about {_size(sizes.get(REPORT, 0))}",
        "archive": f"less than {_size(whole)}",
        "csv": f"the numbers take {_size(numbers)} here",
        "xlsx": f"the numbers take {_size(numbers)} here",
        "figures": "some 20 to 200 kB each",
    }
    entry = desk.catalogue.entry(run)
    return page(request, "share.html", run=run, entry=entry, forms=FORMS, sizes=told)


def shared(request: Request) -> Response:
    """One of them, as a download."""
    desk, run, what = desk_of(request), request.path_params["run"], request.path_params["what"]
    if what not in FORMS:
        raise NotThere(f"nothing is shared as {what!r}")
    form = FORMS[what]
    content = desk.warm.call(_made, desk.workspace.run(run), what)
    headers = {"Content-Disposition": f'attachment; filename="{run}{form.ending}"'}
    if form.type == "text/html":
        headers["Content-Security-Policy"] = SANDBOX
    return Response(content, media_type=form.type, headers=headers)


def archives(request: Request) -> Response:
    """The form that takes an archive in."""
    return page(request, "share_archives.html", most=MAX_UPLOAD // 2**20)


async def take_in(request: Request) -> Response:
    """Takes an archive in and opens the run."""
    async with request.form(max_files=1, max_fields=1) as form:
        given = form.get("file")
        if given is None or isinstance(given, str):
            raise InputError(Problem("the archive", "no file was chosen", "choose a ZIP, then send it"))
        content = await given.read()
    run = await run_in_threadpool(taken_in, desk_of(request).workspace, content)
    return RedirectResponse(f"/runs/{run}", 303)


def _made(folder: Path, what: str) -> bytes:
    """A run in one of the forms; made in the warm process."""
    if what == "page":
        # Drawn from the numbers: whoever put the folder here, the page is ours.
        return report_again(folder)[1].encode()
    if what == "archive":
        return archive_of(folder)
    with tempfile.TemporaryDirectory(prefix="autarky-") as beside:
        target = Path(beside) / f"{folder.name}{FORMS[what].ending.removesuffix('.zip')}"
        if what == "figures":
            export_figures(read_any(folder), target)
        else:
            export_run(read_any(folder), what, target)
        if target.is_file():
            return target.read_bytes()
        return packed({f"{target.name}/{file.name}": file.read_bytes() for file in target.iterdir()})


def _size(count: int) -> str:
    for unit, of in (("MB", 10**6), ("kB", 10**3)):
        if count >= of:
            return f"{count / of:.{0 if count >= 10 * of else 1}f} {unit}"
    return f"{count} bytes"


ROUTES = [
    Route("/runs/{run}/share", share),
    Route("/runs/{run}/share/{what}", shared),
    Route("/archives", archives),
    Route("/archives", take_in, methods=["POST"]),
]
