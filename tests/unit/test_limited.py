"""Work in a bounded child, and archives looked at before they are unpacked."""

from __future__ import annotations

import io
import stat
import time
import zipfile
from pathlib import Path

import pytest

from autarky.errors import InputError, ScenarioError, SourceError
from autarky.limited import MAX_PARTS, check_archive, in_limited_child
from limited_work import absent, buggy, die, spin, swallow, total, write, wrong


def test_a_child_returns_what_the_function_returns() -> None:
    assert in_limited_child(total, [1, 2, 3], times=2) == 12


def test_a_child_raises_the_error_that_the_function_raised_with_all_its_problems() -> None:
    with pytest.raises(ScenarioError) as found:
        in_limited_child(wrong)
    assert [problem.place for problem in found.value.problems] == ["here", "there"]
    with pytest.raises(LookupError, match="no such thing"):
        in_limited_child(absent)


def test_a_bug_in_a_child_is_told_with_its_traceback_and_is_no_fault_of_the_input() -> None:
    with pytest.raises(RuntimeError, match=r"in buggy(?s:.*)a bug of ours"):
        in_limited_child(buggy)


@pytest.mark.parametrize("size", [2**28, 2**40])
def test_a_child_that_takes_too_much_memory_is_refused_in_one_line(size: int) -> None:
    with pytest.raises(InputError, match=r"table\.xlsx: cannot be read within 128 MiB of memory — "):
        in_limited_child(swallow, size, memory=2**27, place="table.xlsx")
    assert in_limited_child(swallow, 2**20, memory=2**27) == 2**20


def test_a_child_that_takes_too_long_is_stopped() -> None:
    begun = time.monotonic()
    with pytest.raises(InputError, match="takes more than 1 seconds"):
        in_limited_child(spin, seconds=1)
    assert time.monotonic() - begun < 5


def test_a_child_that_is_killed_is_refused_like_one_without_memory() -> None:
    with pytest.raises(InputError, match="cannot be read within"):
        in_limited_child(die)


def test_a_child_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="File too large"):
        in_limited_child(write, str(tmp_path / "file"))
    assert not (tmp_path / "file").exists() or (tmp_path / "file").stat().st_size == 0


def archive(*names: str, content: bytes = b"some text", **changed: object) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in names:
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            for key, value in changed.items():
                setattr(part, key, value)
            opened.writestr(part, content)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(SourceError) as found:
        check_archive(content, "it.zip")
    return str(found.value)


def test_an_ordinary_archive_passes_from_memory_and_from_disk(tmp_path: Path) -> None:
    content = archive("folder/a.csv", "folder/ä b.csv", "..c", "d..")
    check_archive(content)
    (tmp_path / "it.zip").write_bytes(content)
    check_archive(tmp_path / "it.zip")


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../a", "a/../../b", "a/./b", "..", "a\\b", "C:a", "a:stream", "a\nb", "a\x7fb", "./a"],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert "is a name that leads elsewhere" in refusal(archive("fine.csv", name))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a.csv", "a.csv"), ("a.csv", "A.CSV"), ("\u00e9", "e\u0301")])
def test_a_name_that_some_system_takes_for_another_is_refused(names: tuple[str, str]) -> None:
    assert "is in it twice" in refusal(archive(*names))


def test_a_name_is_judged_as_it_stands_in_the_list_and_not_as_python_shortens_it() -> None:
    assert "leads elsewhere" in refusal(archive("abcdefgh").replace(b"abcdefgh", b"ab\0defgh"))


def test_links_and_devices_are_refused() -> None:
    assert "is a link or a device" in refusal(archive("a", external_attr=(stat.S_IFLNK | 0o777) << 16))
    assert "is a link or a device" in refusal(archive("a", external_attr=(stat.S_IFIFO | 0o600) << 16))
    check_archive(archive("a", external_attr=(stat.S_IFREG | 0o600) << 16))


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(archive("a"))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in refusal(bytes(content))


def test_an_archive_that_unpacks_to_too_much_is_refused_by_its_size_or_its_ratio() -> None:
    zeros = archive("a", content=bytes(50 * 2**20))
    assert "times its size — at most 200 times" in refusal(zeros)
    assert "unpacks to 150 MiB" in refusal(archive("a", "b", "c", content=bytes(50 * 2**20)))


def test_an_archive_of_too_many_parts_is_refused_before_its_list_is_read() -> None:
    assert "2,001 parts" in refusal(archive(*map(str, range(MAX_PARTS + 1))))
    begun = time.monotonic()
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + (60 * 2**20).to_bytes(4, "little") + bytes(6)
    assert "too long a list" in refusal(bytes(60 * 2**20) + end)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("content", [b"", b"PK", b"text" * 20, archive("a")[:-3], archive("a") + b"more"])
def test_what_is_no_whole_archive_is_refused(content: bytes) -> None:
    assert "is not a ZIP archive, or a damaged one" in refusal(content)
