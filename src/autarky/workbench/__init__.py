"""The workbench: a study, its table and its runs in a browser on this machine; no request leaves it."""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from autarky.errors import InputError, Problem

HOST = "127.0.0.1"


def serve(
    folder: str | Path = ".",
    runs: str | Path = "runs",
    *,
    port: int = 8765,
    told: Callable[[str], None] = print,
) -> None:
    """Serves the workbench until it is interrupted.

    Parameters
    ----------
    folder
        The workspace: uploaded tables, studies and jobs are kept in its ``.autarky``.
    runs
        Folder that holds the run folders.
    port
        Where it listens on 127.0.0.1; 0 for any that is free.
    told
        Is given the link to open, once the workbench listens.

    Raises
    ------
    InputError
        If the extra ``workbench`` is missing, the port is taken, or the folder cannot be written.
    """
    try:
        import jinja2  # noqa: F401
        import python_multipart  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn
    except ImportError as error:
        what, remedy = f"needs {error.name}, which is not installed", "pip install 'autarky[workbench]'"
        raise InputError(Problem("autarky serve", what, remedy)) from error
    from autarky.run_folder.catalogue import Catalogue
    from autarky.workbench.application import application
    from autarky.workbench.desk import Desk
    from autarky.workbench.guard import link
    from autarky.workbench.jobs import Jobs
    from autarky.workbench.warm import Warm
    from autarky.workbench.workspace import Workspace

    workspace = Workspace(Path(folder).absolute(), Path(runs).absolute())
    token = token_of(workspace.hidden)
    with _listening(port) as listening:
        port = listening.getsockname()[1]
        desk = Desk(
            workspace,
            Catalogue(workspace.runs, workspace.hidden / "catalogue.sqlite"),
            Jobs(workspace),
            Warm(),
        )
        app = application(desk, token=token, port=port)
        told(link(port, token))
        config = uvicorn.Config(
            app,
            ws="none",
            proxy_headers=False,
            # The address that holds the token is in no log.
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        # Ctrl-C is how a workbench ends; uvicorn raises it again once it has shut down.
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([listening])


def token_of(folder: Path) -> str:
    """The workspace's token, made when it is first served: a browser that has it stays in after a restart.

    One that others could read, or that is no whole token, is replaced.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    from autarky.workbench.workspace import write_whole

    file = folder / "token"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if file.is_file() and not file.is_symlink() and file.stat().st_mode & 0o077 == 0:
            token = file.read_bytes().decode("ascii", "replace")
            if re.fullmatch(r"[A-Za-z0-9_-]{43}", token):
                return token
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise InputError(Problem(str(folder), what, "choose another folder with --folder")) from error
    token = secrets.token_urlsafe(32)
    write_whole(file, token.encode(), mode=0o600)
    return token


def _listening(port: int) -> socket.socket:
    # Only where the protocol is named does asyncio send at once (TCP_NODELAY); else each answer waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        # From here on a browser that was quick waits, and is not turned away.
        listening.listen()
    except OSError as error:
        listening.close()
        what = f"port {port} cannot be used: {error.strerror}"
        raise InputError(Problem("--port", what, "give another, or 0 for any that is free")) from error
    return listening
