"""Studies of the workbench: nobody's text is lost, and a study names no file of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autarky.errors import ScenarioError
from autarky.study_file import packaged_study, schema, study_from_bytes
from autarky.workbench.studies import Changed, Studies, digest_of, refuse_outside, title_of
from autarky.workbench.workspace import Workspace
from hostile import HOSTILE

DEMO = packaged_study().read_bytes()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, tmp_path / "runs")


def test_a_study_is_read_as_it_was_saved_and_every_text_is_kept(workspace: Workspace) -> None:
    studies = Studies(workspace)
    name = studies.create(DEMO)
    first = studies.read(name)
    assert first.content == DEMO and first.digest == digest_of(DEMO)
    later = DEMO + b"# another word\n"
    assert studies.save(name, later, first.digest).content == later
    assert studies.earlier(name) == [later, DEMO]
    assert [kept.id for kept in studies.all()] == [name]


def test_whoever_saves_second_is_told_and_overwrites_nothing(workspace: Workspace) -> None:
    studies = Studies(workspace)
    name = studies.create(DEMO)
    opened = studies.read(name).digest
    studies.save(name, b"title: theirs\n", opened)
    with pytest.raises(Changed, match="saved by somebody else") as caught:
        studies.save(name, b"title: mine\n", opened)
    assert caught.value.kept.content == b"title: theirs\n" == studies.read(name).content
    # The same text from both is no quarrel.
    assert studies.save(name, b"title: theirs\n", opened).content == b"title: theirs\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [(b" \n", "is empty"), (b"#" * (1024 * 1024 + 1), "1 MiB"), (b"title: \xff\n", "0xff is not UTF-8")],
)
def test_what_is_no_text_is_not_kept(workspace: Workspace, content: bytes, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        Studies(workspace).create(content)
    assert Studies(workspace).all() == []


@pytest.mark.parametrize("name", ["../../etc", "x", "", "0" * 22, "00000000000-0000000000"])
def test_a_name_that_is_no_study_leads_nowhere(workspace: Workspace, name: str) -> None:
    with pytest.raises(LookupError):
        Studies(workspace).read(name)


def test_a_title_is_found_in_a_draft_that_is_not_right() -> None:
    assert title_of(b"version: 1\ntitle: A cut\nscenario: [\n") == "A cut"
    assert title_of(b'title: "A: b"   # why\n') == "A: b"
    assert title_of(b"title: >-\n  of two\n  lines\nversion: 1\n") == "of two lines"
    for draft in (b"scenario:\n  title: not this\n", b"title:\n", b"title: [a]\n", b"title: *x\n"):
        assert title_of(draft) == "a study without a title"


def _with(economy: dict[str, Any], distribution: dict[str, Any] | None = None) -> bytes:
    plain: dict[str, Any] = {
        "version": 1,
        "title": "t",
        "economy": economy,
        "scenario": {"start": "2024-01-01", "days": 10},
    }
    if distribution is not None:
        one = {"name": "table", "distribution": distribution, "source": "assumption", "tables": True}
        plain["uncertainty"] = {"draws": 2, "parameters": [one]}
    return json.dumps(plain).encode()


def _refused(content: bytes, workspace: Workspace) -> list[str]:
    path = workspace.hidden / "studies" / "x" / "study.yaml"
    try:
        refuse_outside(study_from_bytes(content, path), workspace)
    except ScenarioError as error:
        return [f"{problem.place.rpartition('/')[2]}: {problem.what}" for problem in error.problems]
    return []


def _outside(workspace: Workspace) -> list[str]:
    table = workspace.new("tables")
    (table / "link").symlink_to("/etc")
    here = f"../../tables/{table.name}"
    return [
        "/etc/passwd",
        "usa-2023",
        "table",
        "../study.yaml",
        "../../tables",
        "../../tables/",
        "../../tables/..",
        f"../../tables/../tables/{table.name}",
        f"{here}/../../../token",
        f"{here}/link/passwd",
        f"{here}\\..\\..",
        f"./{here}",
        f"/{here}",
        f"{here}//x",
        "../../tables/00000000000-0000000000",
        "https://192.0.2.1/table",
        *(one for one in HOSTILE if 0 < len(one) <= 200 and one.isprintable()),
    ]


def test_a_path_out_of_the_workspace_is_refused_wherever_a_study_may_name_one(workspace: Workspace) -> None:
    own = {"embedded": "usa-2023"}
    for path in _outside(workspace):
        assert len(_refused(_with({"path": path}), workspace)) == 1, path
        if path != "usa-2023":  # the name of an embedded table, where a draw names a table
            draws = {"kind": "draws", "table": path, "number": 2}
            assert len(_refused(_with(own, draws), workspace)) == 1, path
            for value in (path, f"{path}#1"):
                chosen = {"kind": "discrete", "of": [{"value": "usa-2023"}, {"value": value}]}
                assert len(_refused(_with(own, chosen), workspace)) == 1, value
                each = {
                    "kind": "each",
                    "of": [{"value": "usa-2023", "source": "a"}, {"value": value, "source": "b"}],
                }
                assert len(_refused(_with(own, each), workspace)) == 1, value


def test_tables_of_the_workspace_and_embedded_ones_may_be_named(workspace: Workspace) -> None:
    table = workspace.new("tables")
    here = f"../../tables/{table.name}"
    for path in (here, f"{here}/table", f"{here}/table/Z.csv", f"{here}/"):
        assert _refused(_with({"path": path}), workspace) == []
        draws = {"kind": "draws", "table": path, "number": 2}
        assert _refused(_with({"embedded": "north-korea-2019"}, draws), workspace) == []
    chosen = {"kind": "discrete", "of": [{"value": "north-korea-2019"}, {"value": "north-korea-2019#1"}]}
    assert _refused(_with({"embedded": "north-korea-2019"}, chosen), workspace) == []


def test_each_refusal_stands_at_its_line(workspace: Workspace) -> None:
    content = b"version: 1\ntitle: t\neconomy:\n  path: /etc/passwd\nscenario: {start: 2024-01-01, days: 3}\n"
    assert _refused(content, workspace)[0].startswith("study.yaml:4:9: the table '/etc/passwd' is neither")


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ("files: {path: /etc}", "4:23"),
        ("split: {firms: 100, business_demography: {path: /etc/hosts, source: s}}", "4:57"),
        ("split: {firms: 100}, jobs: {path: ../jobs.csv, source: s}", "4:43"),
    ],
)
def test_lists_of_firms_are_read_from_nowhere(section: str, place: str, workspace: Workspace) -> None:
    content = f"version: 1\ntitle: t\neconomy: {{embedded: usa-2023}}\nfirms: {{{section}}}\n"
    (told,) = _refused(content.encode(), workspace)
    assert told.startswith(f"study.yaml:{place}") and "neither" in told


def test_no_other_field_of_a_study_is_a_path() -> None:
    """Whoever adds one finds here that ``refuse_outside`` has to know it."""
    words = ("path that counts", "file or folder", "relative to the study", "on disk")
    found = {
        f"{name}.{field}"
        for name, one in schema()["$defs"].items()
        for field, described in one.get("properties", {}).items()
        if any(word in " ".join(described.get("description", "").lower().split()) for word in words)
    }
    lists = {"FirmFiles.path", "SectorJobs.path", "BusinessDemography.path"}
    assert found == {"EconomyReference.path", "TableDraws.table", *lists}
