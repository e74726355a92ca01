"""Assemble the fragments of ``changelog.d/``: print what is unreleased, or close it as a release.

``python scripts/changelog.py`` prints; ``python scripts/changelog.py 0.2.0`` writes the section into
CHANGELOG.md above the older ones and removes the fragments. Standard library only.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterable
from pathlib import Path

KINDS = ("added", "changed", "fixed", "removed", "security")
FRAGMENT = re.compile(rf"\d{{3}}\.(?P<kind>{'|'.join(KINDS)})\.md")
RELEASE = re.compile(r"\d+\.\d+\.\d+")


def fragments(folder: Path) -> dict[str, list[Path]]:
    """Kind → its fragments in order of their numbers; a file of another name ends the program."""
    found: dict[str, list[Path]] = {kind: [] for kind in KINDS}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        if (match := FRAGMENT.fullmatch(path.name)) is None:
            sys.exit(f"{path}: not a fragment's name — call it NNN.kind.md, kind one of {', '.join(KINDS)}")
        found[match["kind"]].append(path)
    return found


def section(title: str, found: dict[str, list[Path]]) -> str:
    """One section of the changelog: a heading for each kind, one point for each fragment."""
    parts = [f"## {title}\n"]
    for kind, paths in found.items():
        if paths:
            parts.append(f"### {kind.capitalize()}\n\n" + "".join(_points(paths)))
    return "\n".join(parts)


def _points(paths: Iterable[Path]) -> Iterable[str]:
    for path in paths:
        text = " ".join(path.read_text(encoding="utf-8").split())
        yield f"* {text}\n"


def main(root: Path, arguments: list[str]) -> None:
    """Print the unreleased changes, or write them into CHANGELOG.md as the release named."""
    found = fragments(root / "changelog.d")
    if not arguments:
        print(section("Unreleased", found), end="")
        return
    (release,) = arguments
    if not RELEASE.fullmatch(release):
        sys.exit(f"{release}: not a release — give three numbers such as 0.2.0")
    if not any(found.values()):
        sys.exit("changelog.d: holds no fragment — write one for each change a user can notice")
    changelog = root / "CHANGELOG.md"
    # The preamble ends where the newest release begins.
    preamble, heading, older = changelog.read_text(encoding="utf-8").partition("\n## ")
    new = section(f"{release} ({datetime.date.today()})", found)
    changelog.write_text(f"{preamble.rstrip()}\n\n{new}{heading}{older}", encoding="utf-8")
    for path in (path for paths in found.values() for path in paths):
        path.unlink()


if __name__ == "__main__":
    main(Path(__file__).parent.parent, sys.argv[1:])
