"""Pages: templates filled with values that are escaped; the only room that lets markup through as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from autarky.errors import Problem
from autarky.report.document import body_of
from autarky.report.markup import Markup as Drawn
from autarky.workbench.static_files import address_of

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("autarky.workbench"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.globals["static"] = address_of


def page(
    request: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page (a template that extends ``base.html``) or a part of one, its values escaped.

    A template knows ``request``, ``is_part`` (htmx asked and will put it into a page) and ``static(NAME)``,
    the address of a file of ``static/``.
    """
    is_part = request.headers.get("hx-request") == "true"
    text = _ENVIRONMENT.get_template(template).render(request=request, is_part=is_part, **values)
    return HTMLResponse(text, status, dict(headers or {}))


def problems_page(request: Request, problems: Sequence[Problem], status: int = 422) -> HTMLResponse:
    """What is wrong with what was given, a line for each: a part where htmx asked, else a page."""
    # Whatever part htmx had wanted, it shows these lines, and in the place where that part was.
    instead = {"HX-Reselect": "[role=alert]", "HX-Reswap": "innerHTML"}
    return page(request, "problems.html", status, instead, problems=problems)


def report_body(report: str) -> Markup:
    """The sections of a report that autarky wrote, its labels escaped when they entered it, to be shown as
    they are. Nothing else may pass through here."""
    return Markup(body_of(report))


def drawn(part: Drawn) -> Markup:
    """A picture or table that the report's own functions drew, its labels escaped when they entered it.

    Raises
    ------
    TypeError
        If it is any other text.
    """
    if not isinstance(part, Drawn):
        raise TypeError("not drawn by autarky.report")
    return Markup(str(part))
