"""No text in the place of an id, a file name or a form leads anywhere; asked without sockets."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette

from cases import law
from hostile import HOSTILE
from made_workbench import PORT, client, workbench

SECRET = "what nobody may read"
STEPS = st.sampled_from(
    ["..", ".", "/", "\\", "%2f", "%00", "\0", "runs", ".autarky", "token", "secret", "C:", "~"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(STEPS, max_size=8).map("/".join), st.sampled_from(HOSTILE))


@pytest.fixture(scope="module")
def app() -> Iterator[Starlette]:
    """A workbench beside a folder, and a link, that it must not touch."""
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder)
        for name in ("secret", "workspace/secret", "workspace/.autarky/token", "manifest.json", "study.yaml"):
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_text(SECRET, encoding="utf-8")
        (beside / "workspace" / "runs").mkdir()
        link = beside / "workspace" / "runs" / "20260101T000000Z-00000000-link"
        link.symlink_to(beside, target_is_directory=True)
        yield workbench(beside / "workspace")


def paths(app: Starlette, text: str) -> Iterator[str]:
    """Each address that takes something, with the text in its place."""
    for route in app.routes:
        template = getattr(route, "path", "")
        if "{" in template:
            yield re.sub(r"\{[^}]*\}", lambda _: quote(text, safe="", errors="replace"), template)
            yield re.sub(r"\{[^}]*\}", lambda _: quote(text, safe="/.\\", errors="replace"), template)


@law(15)
@example("../../secret")
@example("..")
@example("20260101T000000Z-00000000-link")
@example("")
@given(TEXTS)
def test_any_text_in_the_place_of_an_id_finds_nothing(app: Starlette, text: str) -> None:
    async def ask() -> None:
        async with client(app) as browser:
            for path in dict.fromkeys(paths(app, text)):
                answer = await browser.get(path)
                # A slash too many is taken off, and steps upward lead to another address before it is asked.
                assert answer.status_code in (404, 405, 422) or (
                    answer.headers["location"].startswith(f"http://127.0.0.1:{PORT}/")
                    if answer.status_code == 307
                    else answer.status_code == 200 and answer.request.url.path != unquote(path)
                ), (path, answer.status_code, answer.text[-600:])
                assert SECRET not in answer.text

    before = snapshot(app)
    asyncio.run(ask())
    assert snapshot(app) == before


def snapshot(app: Starlette) -> list[tuple[str, int]]:
    folder = app.state.desk.workspace.folder.parent
    return sorted(
        (str(path), path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and "catalogue" not in path.name
    )
