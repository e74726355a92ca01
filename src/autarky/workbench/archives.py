"""Archives: a run folder as a ZIP that says of itself what it is (RO-Crate), and one taken in again.

An archive may come from anybody. Nothing of it is unpacked before its list is looked at, nothing is kept
whose digests do not match, and the page in it is thrown away: it is drawn again from the numbers.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autarky.errors import InputError, Problem, SourceError
from autarky.limited import check_archive, in_limited_child
from autarky.run_folder import ENSEMBLE_ID, MANIFEST, REPORT, RUN_ID, sha256
from autarky.run_folder.catalogue import BROKEN, KINDS, Catalogue
from autarky.run_folder.folder import json_bytes, read_bytes, write_folder
from autarky.workbench.workspace import Workspace

CRATE = "ro-crate-metadata.json"
SECONDS, MEMORY = 60.0, 2 * 2**30
"""What reading and drawing a run that was taken in may take."""
MAX_MANIFEST = 2**22
PLACE = "the archive"

_FILE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9]+){1,2}")
"""What files of a run are called."""
_KINDS_OF_FILES = {
    ".html": "text/html",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".nc": "application/netcdf",
    ".yaml": "application/yaml",
}


def archive_of(folder: Path) -> bytes:
    """A run folder as a ZIP: the files of its manifest under the folder's name, and a Process Run Crate.

    The same folder gives the same bytes.

    Raises
    ------
    SourceError
        If a file is missing or no longer what its manifest says.
    """
    content = {MANIFEST: read_bytes(folder / MANIFEST)}
    manifest = json.loads(content[MANIFEST])
    for name, digest in manifest["files"].items():
        content[name] = read_bytes(folder / name)
        if sha256(content[name]) != digest:
            raise SourceError(Problem(str(folder / name), "was changed after the run", "run the study again"))
    content[CRATE] = json_bytes(_crate(folder.name, manifest, content))
    return packed({f"{folder.name}/{name}": part for name, part in content.items()})


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP of files by name; the same files give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in sorted(parts):
            part = zipfile.ZipInfo(name)
            part.compress_type, part.create_system = zipfile.ZIP_DEFLATED, 3
            part.external_attr = 0o100444 << 16
            archive.writestr(part, parts[name])
    return stream.getvalue()


def taken_in(workspace: Workspace, content: bytes) -> str:
    """Keeps a run that came as an archive among the runs, and returns its id.

    One that lies there already is not kept twice.

    Raises
    ------
    SourceError
        For an archive that is none of a run, holds anything besides, or does not match its digests.
    InputError
        If it takes too long to read, or the folder cannot be written.
    """
    check_archive(content, PLACE)
    name, files = _unpacked(content)
    manifest = _manifest_of(files)
    if (kept := workspace.runs / name).exists():
        if _same(kept, manifest):
            return name
        what = f"another run called {name} lies here already"
        raise SourceError(Problem(PLACE, what, "move that away first"))
    with tempfile.TemporaryDirectory(prefix="autarky-") as beside:
        (Path(beside) / name).mkdir()
        for file, part in files.items():
            (Path(beside) / name / file).write_bytes(part)
        page = _drawn(Path(beside) / name)
    # What is kept of it hereafter is what was drawn here; its digest is the manifest's.
    files[REPORT] = page.encode()
    manifest["files"][REPORT] = sha256(files[REPORT])
    return write_folder(workspace.runs, name, {**files, MANIFEST: json_bytes(manifest)}).name


def _unpacked(content: bytes) -> tuple[str, dict[str, bytes]]:
    """The folder's name and its files, in memory: they come to at most what ``check_archive`` allows."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {part.filename: archive.read(part) for part in archive.infolist() if not part.is_dir()}
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error):
        raise SourceError(Problem(PLACE, "is damaged", "fetch it again")) from None
    folders = {name.partition("/")[0] for name in parts}
    name = folders.pop() if len(folders) == 1 else ""
    if not (RUN_ID.fullmatch(name) or ENSEMBLE_ID.fullmatch(name)) or len(name) > 200:
        what = "does not hold one folder that is named like a run"
        raise SourceError(Problem(PLACE, what, "give a ZIP as 'Share' makes it"))
    files = {path.removeprefix(f"{name}/"): part for path, part in parts.items()}
    files.pop(CRATE, None)
    return name, files


def _manifest_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest, if it tells of exactly these files."""
    manifest = None
    if len(content := files.get(MANIFEST, b"")) <= MAX_MANIFEST:
        with contextlib.suppress(ValueError, RecursionError):
            manifest = json.loads(content)
    if not (
        isinstance(manifest, dict)
        and str(manifest.get("format")) in KINDS
        and isinstance(manifest.get("inputs"), dict)
        and isinstance(listed := manifest.get("files"), dict)
        and REPORT in listed
    ):
        raise SourceError(Problem(PLACE, "has no manifest of a run", "give a ZIP as 'Share' makes it"))
    problems = []
    for name in sorted(listed.keys() | files.keys() - {MANIFEST}):
        if not _FILE.fullmatch(name) or name == MANIFEST:
            problems.append(Problem(PLACE, f"{name!r} is no name of a file of a run", "leave it out"))
        elif name not in files:
            problems.append(Problem(PLACE, f"lacks {name}, which its manifest lists", "share the run again"))
        elif name not in listed:
            problems.append(Problem(PLACE, f"holds {name}, which its manifest does not list", "leave it out"))
        elif sha256(files[name]) != listed[name]:
            problems.append(Problem(PLACE, f"{name} is not what its manifest says", "share the run again"))
    if problems:
        raise SourceError(problems[:20])
    return manifest


def _same(kept: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether a run that is here holds the same; its page may have been drawn by another version."""
    try:
        there = json.loads(read_bytes(kept / MANIFEST))["files"]
    except (SourceError, ValueError, KeyError, TypeError):
        return False
    return bool({**there, REPORT: ""} == {**manifest["files"], REPORT: ""})


def _drawn(folder: Path) -> str:
    """The page of a run that may be hostile, in a process of its own."""
    try:
        return in_limited_child(_page, folder, seconds=SECONDS, memory=MEMORY, place=PLACE)
    except (RuntimeError, LookupError):
        raise SourceError(Problem(PLACE, "holds numbers that are no run's", "share the run again")) from None
    except InputError as error:
        plain = [Problem(one.place.replace(f"{folder}/", ""), one.what, one.remedy) for one in error.problems]
        raise type(error)(plain) from None


def _page(folder: Path) -> str:
    from autarky.study import report_again

    (entry,) = Catalogue(folder.parent).entries()
    if entry.kind == BROKEN:
        raise SourceError(Problem(PLACE, entry.headline, "share the run again"))
    return report_again(folder)[1]


def _crate(name: str, manifest: Mapping[str, Any], content: Mapping[str, bytes]) -> dict[str, Any]:
    """The metadata of a Process Run Crate 0.5 (RO-Crate 1.1): what was run and what came of it."""
    inputs = manifest["inputs"]
    titled = inputs.get("study") or {}
    title = str(titled.get("title") or name)
    files = [
        {
            "@id": file,
            "@type": "File",
            "name": file,
            "encodingFormat": _KINDS_OF_FILES.get(Path(file).suffix, "application/octet-stream"),
            "contentSize": str(len(part)),
            "sha256": sha256(part),
        }
        for file, part in sorted(content.items())
    ]
    read = [
        {"@id": f"#input-{k}", "@type": "CreativeWork", "name": str(what), "identifier": f"sha256:{digest}"}
        for k, (what, digest) in enumerate(sorted((inputs.get("digests") or {}).items()))
    ]
    studies = [{"@id": file} for file in sorted(content) if file.endswith(".yaml")]
    made = [{"@id": file} for file in sorted(content) if not file.endswith(".yaml") and file != MANIFEST]
    profile = "https://w3id.org/ro/wfrun/process/0.5"
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": title,
                "description": f"{title}: a {KINDS[manifest['format']]} of autarky. If imports stop, "
                "what stops, when and why.",
                "datePublished": manifest["created"],
                "license": "The study and its outputs are their author's; the licence of the table that "
                "they rest on is told in the report.",
                "conformsTo": {"@id": profile},
                "hasPart": [{"@id": file["@id"]} for file in files],
                "mentions": {"@id": "#run"},
            },
            {"@id": profile, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
            {
                "@id": "#autarky",
                "@type": "SoftwareApplication",
                "name": "autarky",
                "softwareVersion": str((manifest.get("versions") or {}).get("autarky", "")),
                "url": "https://github.com/autarky-model/autarky",
                "license": {"@id": "https://spdx.org/licenses/Apache-2.0"},
            },
            {
                "@id": "#run",
                "@type": "CreateAction",
                "name": title,
                "description": str(inputs.get("command") or ""),
                "instrument": {"@id": "#autarky"},
                "object": [*studies, *({"@id": one["@id"]} for one in read)],
                "result": made,
                "endTime": manifest["created"],
                "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
            },
            *files,
            *read,
        ],
    }
