"""The desk: what every screen works with (workspace, catalogue of runs, jobs, the warm process)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from autarky.run_folder.catalogue import Catalogue
from autarky.workbench.jobs import Jobs
from autarky.workbench.warm import Warm
from autarky.workbench.workspace import Workspace


@dataclass(frozen=True)
class Desk:
    """One workbench: two people at two browsers sit at the same."""

    workspace: Workspace
    catalogue: Catalogue
    jobs: Jobs
    warm: Warm


def desk_of(request: Request) -> Desk:
    """The desk that a request came to."""
    return cast(Desk, request.app.state.desk)
