"""Archives: what goes out comes in again; what is hostile, changed or besides stays out."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autarky.errors import InputError, SourceError
from autarky.run_folder import MANIFEST, REPORT, RESULT, read_run, sha256
from autarky.study import run_study
from autarky.study_file import packaged_study
from autarky.workbench.archives import CRATE, archive_of, packed, taken_in
from autarky.workbench.workspace import Workspace


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_study(packaged_study("border-closure-2020"), tmp_path_factory.mktemp("their") / "runs").path


@pytest.fixture(scope="module")
def archive(run: Path) -> bytes:
    return archive_of(run)


@pytest.fixture
def ours(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, tmp_path / "runs")


def parts_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def edited(archive: bytes, edit: Callable[[dict[str, bytes]], None], *, is_listed: bool = True) -> bytes:
    """An archive with its files changed; their digests in the manifest are made to match."""
    parts = {name.partition("/")[2]: part for name, part in parts_of(archive).items()}
    folder = next(iter(parts_of(archive))).partition("/")[0]
    edit(parts)
    if is_listed and MANIFEST in parts:
        manifest = json.loads(parts[MANIFEST])
        manifest["files"] = {
            name: sha256(part) for name, part in parts.items() if name not in (MANIFEST, CRATE)
        }
        parts[MANIFEST] = json.dumps(manifest).encode()
    return packed({f"{folder}/{name}": part for name, part in parts.items()})


def test_a_run_comes_in_as_it_went_out_and_only_once(run: Path, archive: bytes, ours: Workspace) -> None:
    assert archive == archive_of(run)
    name = taken_in(ours, archive)
    assert name == run.name
    kept = ours.runs / name
    assert {
        file.name: file.read_bytes() for file in kept.iterdir() if file.name not in (REPORT, MANIFEST)
    } == {file.name: file.read_bytes() for file in run.iterdir() if file.name not in (REPORT, MANIFEST)}
    assert read_run(kept).answer == read_run(run).answer
    assert taken_in(ours, archive) == name
    assert [entry.name for entry in ours.runs.iterdir()] == [name]
    assert not any(file.stat().st_mode & (stat.S_IWUSR | stat.S_IXUSR) for file in kept.iterdir())


def test_the_page_is_never_the_one_that_was_sent(archive: bytes, ours: Workspace) -> None:
    def hostile(parts: dict[str, bytes]) -> None:
        parts[REPORT] = b"<script>document.title='pwned'</script>"

    name = taken_in(ours, edited(archive, hostile))
    page = (ours.runs / name / REPORT).read_bytes()
    assert b"<script" not in page and b"pwned" not in page and b"</html>" in page
    manifest = json.loads((ours.runs / name / MANIFEST).read_bytes())
    assert manifest["files"][REPORT] == sha256(page)


def test_an_archive_says_in_ro_crate_what_it_holds(run: Path, archive: bytes) -> None:
    parts = parts_of(archive)
    graph = {one["@id"]: one for one in json.loads(parts[f"{run.name}/{CRATE}"])["@graph"]}
    assert graph[CRATE]["about"] == {"@id": "./"}
    assert {one["@id"] for one in graph["./"]["hasPart"]} == {file.name for file in run.iterdir()}
    for one in graph["./"]["hasPart"]:
        content = parts[f"{run.name}/{one['@id']}"]
        assert graph[one["@id"]]["sha256"] == sha256(content)
        assert int(graph[one["@id"]]["contentSize"]) == len(content)
    action = graph["#run"]
    assert graph[action["instrument"]["@id"]]["@type"] == "SoftwareApplication"
    digests = json.loads(parts[f"{run.name}/{MANIFEST}"])["inputs"]["digests"]
    read = [graph[one["@id"]] for one in action["object"] if one["@id"].startswith("#input")]
    assert {one["name"]: one["identifier"] for one in read} == {
        name: f"sha256:{digest}" for name, digest in digests.items()
    }
    assert {"@id": RESULT} in action["result"]
    named = {value["@id"] for one in graph.values() for value in one.values() if isinstance(value, dict)}
    assert {name for name in named if name.startswith("#")} <= set(graph)


def test_a_run_that_was_changed_on_disk_is_not_shared(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / run.name
    folder.mkdir()
    for file in run.iterdir():
        (folder / file.name).write_bytes(file.read_bytes() + (b" " if file.name == "study.yaml" else b""))
    with pytest.raises(SourceError, match=r"study\.yaml: was changed after the run"):
        archive_of(folder)


def refused(content: bytes, ours: Workspace) -> str:
    with pytest.raises(InputError) as found:
        taken_in(ours, content)
    assert not ours.runs.exists() or not any(ours.runs.iterdir())
    return str(found.value)


def test_a_file_that_is_not_what_the_manifest_says_is_refused(archive: bytes, ours: Workspace) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["study.yaml"] += b"\n# more"

    assert "study.yaml is not what its manifest says" in refused(
        edited(archive, change, is_listed=False), ours
    )


@pytest.mark.parametrize(
    "name", ["more.txt", ".autarky/token", "a/b.txt", "run.sh;x", "RESULT.nc", "x.nc.exe.y.z"]
)
def test_a_file_besides_is_refused(archive: bytes, ours: Workspace, name: str) -> None:
    def add(parts: dict[str, bytes]) -> None:
        parts[name] = b"more"

    told = refused(edited(archive, add, is_listed=False), ours)
    assert "leave it out" in told or "is in it twice" in told


@pytest.mark.parametrize("name", ["../x", "/x", "a\\b", "C:x", "..", "a/../../x"])
def test_a_name_that_leads_elsewhere_is_refused_though_the_manifest_lists_it(
    archive: bytes, ours: Workspace, name: str
) -> None:
    def add(parts: dict[str, bytes]) -> None:
        parts[name] = b"more"

    told = refused(edited(archive, add), ours)
    assert "leads elsewhere" in told or "is no name of a file of a run" in told


@pytest.mark.parametrize("folder", ["..", "runs", "", "20260101T000000Z-zzzzzzzz-x", "a" * 300])
def test_a_folder_that_is_not_named_like_a_run_is_refused(
    archive: bytes, ours: Workspace, folder: str
) -> None:
    moved = {f"{folder}/{name.partition('/')[2]}": part for name, part in parts_of(archive).items()}
    assert "the archive: " in refused(packed(moved), ours)


def test_a_link_is_refused(archive: bytes, ours: Workspace, run: Path) -> None:
    stream = io.BytesIO(archive)
    with zipfile.ZipFile(stream, "a") as opened:
        link = zipfile.ZipInfo(f"{run.name}/token")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    assert "is a link or a device" in refused(stream.getvalue(), ours)


def spoil(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    def edit(parts: dict[str, bytes]) -> None:
        parts[name] = content

    return edit


@pytest.mark.parametrize(
    "content",
    [b"CDF\x01" + b"\xff" * 200, b"\x80\x04cos\nsystem\n."],
    ids=["garbage", "pickle"],
)
def test_numbers_that_are_none_are_refused_in_a_line(archive: bytes, ours: Workspace, content: bytes) -> None:
    told = refused(edited(archive, spoil(RESULT, content)), ours)
    assert len(told.splitlines()) == 1 and " — " in told


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"format": "autarky run 1"}', b"[" * 100_000, b'{"format": {}, "files": {}}'],
)
def test_a_manifest_that_is_none_is_refused(archive: bytes, ours: Workspace, content: bytes) -> None:
    assert "has no manifest of a run" in refused(
        edited(archive, spoil(MANIFEST, content), is_listed=False), ours
    )


def test_a_manifest_that_would_break_the_list_of_runs_is_refused(archive: bytes, ours: Workspace) -> None:
    def change(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts[MANIFEST])
        parts[MANIFEST] = json.dumps(manifest | {"seconds": "nan"}).encode()

    assert "the archive: " in refused(edited(archive, change, is_listed=False), ours)


def test_another_run_of_the_same_name_is_not_overwritten(archive: bytes, ours: Workspace, run: Path) -> None:
    (ours.runs / run.name).mkdir(parents=True)
    (ours.runs / run.name / MANIFEST).write_text('{"files": {}}', encoding="utf-8")
    with pytest.raises(SourceError, match="lies here already"):
        taken_in(ours, archive)
