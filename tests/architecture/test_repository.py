"""What the repository promises as a whole: portable texts, whole locks, named fragments."""

from __future__ import annotations

import re
import subprocess
import sys

from architecture.repository import ROOT, texts

# Written in pieces, or this file would be the first to break its own rule.
MACHINE = re.compile(r"(?<![\w.:/-])/" + r"(?:work|farm|home|root|opt|Users)" + r"/\w")
REGISTRY = re.compile(
    "|".join(("pypi" r"\.org", "pythonhosted" r"\.org", "npmjs" r"\.", "deb" r"\.debian\."))
)


def test_no_file_mentions_a_path_of_one_machine_or_a_registry_host() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE.search(line) or REGISTRY.search(line)
    ]
    assert found == []


def pins(name: str) -> dict[str, tuple[str, int]]:
    """Package → (version, how many hashes) of a lock."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    found = {}
    for line in lines:
        match = re.match(r"([a-z0-9-]+)==(\S+)", line)
        assert match, f"{name}: not a pin: {line[:80]}"
        found[match[1]] = (match[2], line.count("--hash=sha256:"))
    return found


def test_every_pin_of_a_lock_has_its_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert [package for package, (_, hashes) in pins(name).items() if not hashes] == []


def test_the_tests_run_on_the_same_versions_as_the_user() -> None:
    user, developer = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {package: developer.get(package) for package in user} == user


def test_the_test_only_peer_is_not_installed_for_users() -> None:
    assert {"boario", "pymrio"} & set(pins("requirements.lock")) == set()
    assert {"boario", "pymrio"} <= set(pins("requirements-dev.lock"))


def test_the_changelog_can_be_assembled_from_its_fragments() -> None:
    program = [sys.executable, ROOT / "scripts" / "changelog.py"]
    shown = subprocess.run(program, capture_output=True, text=True, check=True)
    fragments = [path for path in (ROOT / "changelog.d").glob("*.md") if path.name != "README.md"]
    assert shown.stdout.count("\n* ") == len(fragments)
