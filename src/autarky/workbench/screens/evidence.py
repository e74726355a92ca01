"""Evidence: the claims behind a figure; switch a source, see the swing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autarky.run_folder import EnsembleRun, Run
from autarky.study_file import study_from_bytes
from autarky.workbench.desk import desk_of
from autarky.workbench.kept_study import study_to_ask
from autarky.workbench.rendering import page
from autarky.workbench.screens.result import PAGES, answer_values, kind_of
from autarky.workbench.swings import AS_USED, Ground, grounds, swing


def evidence(request: Request) -> Response:
    """What a run rests on, each figure with its sources; with some switched, what the run comes to."""
    desk, name = desk_of(request), request.path_params["run"]
    kept = PAGES.page(desk, name).kept
    found: dict[str, Any] = {"run": name, "kind": kind_of(kept), "title": kept.id}
    if not isinstance(kept, Run | EnsembleRun):
        return page(request, "evidence.html", **found, of_table=[], of_study=[], chosen={}, answered=False)
    asked = study_to_ask(kept, desk.workspace)
    known = desk.warm.call(_grounds, asked.content, asked.path)
    chosen = _chosen(request.query_params, known)
    solved = None
    if chosen:
        solved = desk.warm.call(swing, asked.content, asked.path, asked.digest, chosen)
    return page(
        request,
        "evidence.html",
        **{**found, "title": asked.study.title},
        of_table=[one for one in known if one.of_table],
        of_study=[one for one in known if not one.of_table],
        chosen=chosen,
        answered=solved is not None,
        **(answer_values(solved) if solved is not None else {}),
    )


def _chosen(asked: QueryParams, known: tuple[Ground, ...]) -> dict[str, str]:
    """What is switched: ground → choice, without what stays as it is."""
    names = {one.key for one in known}
    return {key: value for key, value in asked.items() if key in names and value != AS_USED}


@lru_cache(maxsize=4)
def _grounds(content: bytes, path: Path) -> tuple[Ground, ...]:
    return grounds(study_from_bytes(content, path))


ROUTES = [Route("/runs/{run}/evidence", evidence)]
