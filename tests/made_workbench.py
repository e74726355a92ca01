"""A workbench without sockets, for tests, and the list of all its addresses."""

from __future__ import annotations

import functools
import re
import tempfile
from pathlib import Path

import httpx
from starlette.applications import Starlette

from autarky.run_folder.catalogue import Catalogue
from autarky.workbench.application import application
from autarky.workbench.desk import Desk
from autarky.workbench.jobs import Jobs
from autarky.workbench.warm import Warm
from autarky.workbench.workspace import Workspace

PORT, TOKEN = 8765, "a" * 43


def workbench(folder: Path) -> Starlette:
    """The application on a workspace; nothing runs in the background."""
    workspace = Workspace(folder, folder / "runs")
    catalogue = Catalogue(workspace.runs, workspace.hidden / "catalogue.sqlite")
    return application(Desk(workspace, catalogue, Jobs(workspace), Warm()), token=TOKEN, port=PORT)


def client(app: Starlette) -> httpx.AsyncClient:
    """Asks it as the browser does that was let in. An error of ours is an answer of 500, as on the wire."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url=f"http://127.0.0.1:{PORT}",
        cookies={f"autarky-{PORT}": TOKEN},
    )


@functools.cache
def routes() -> tuple[str, ...]:
    """Every address the application answers at, with ids that name nothing."""
    with tempfile.TemporaryDirectory() as folder:
        found = [getattr(route, "path", "") for route in workbench(Path(folder)).routes]
    return tuple(dict.fromkeys(re.sub(r"\{[^}]*\}", "00000000000-0000000000", path) for path in found))
