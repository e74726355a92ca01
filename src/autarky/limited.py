"""What comes from outside, within limits: a ZIP looked at before it is unpacked, work in a bounded child."""

from __future__ import annotations

import contextlib
import io
import math
import os
import pickle
import signal
import stat
import subprocess
import sys
import traceback
import unicodedata
import zipfile
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from autarky.errors import AutarkyError, InputError, Problem, SourceError

T = TypeVar("T")

SECONDS = 15.0
"""Longest that a file from outside is read."""
MEMORY = 2**30
"""Most memory (bytes) a child may take for it, besides what its modules take."""

MAX_UNPACKED = 100 * 2**20
MAX_RATIO = 200
MAX_PARTS = 2_000
MAX_LIST_BYTES = 2**20
"""Longest list of contents: room for names of 500 characters in each of ``MAX_PARTS``."""

_END = 22
"""Bytes of the record at the end of a ZIP without a comment."""


def in_limited_child(
    function: Callable[..., T],
    *args: Any,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    place: str = "the file",
    **named: Any,
) -> T:
    """What a function returns in a process of its own, which is stopped when it takes too much.

    The process writes no file. It is begun anew, not forked, so that it may be called from any thread and
    never runs a user's script again.

    Parameters
    ----------
    function : callable
        A function of a module; its arguments and what it returns can be pickled.
    seconds : float
        Longest time on the clock, and on the processor.
    memory : int
        Most bytes besides what the imported modules take.
    place : str
        What is named in a problem, such as the file that is read.

    Raises
    ------
    InputError
        If it takes too long or too much memory, or its process dies.
    Exception
        What the function raises, where that is an error of autarky or a ``LookupError``.
    RuntimeError
        If it raises another: a bug, with the child's traceback.
    """
    ours, theirs = Pipe()
    command = [sys.executable, "-P", "-c", f"from autarky.limited import _child; _child({theirs.fileno()})"]
    # One thread: more of them reserve address space that would count against the limit.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    child = subprocess.Popen(
        command,
        env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        theirs.close()
        ours.send_bytes(pickle.dumps((function, seconds, memory)))
        ours.send_bytes(pickle.dumps((args, named)))
        if not ours.poll(seconds):
            raise InputError(_too_long(place, seconds))
        is_done, value = pickle.loads(ours.recv_bytes(memory))
    except (EOFError, OSError):
        code = child.wait()
        raise InputError(
            _too_long(place, seconds) if code == -signal.SIGXCPU else _too_large(place, memory)
        ) from None
    finally:
        child.kill()
        child.wait()
        ours.close()
    if is_done:
        answer: T = value
        return answer
    if isinstance(value, MemoryError):
        raise InputError(_too_large(place, memory))
    raise value


def check_archive(archive: Path | bytes, place: str = "the file") -> None:
    """Looks at a ZIP's list of contents, and unpacks nothing.

    At most 100 MiB unpacked, 200 times its size, and 2,000 parts; names that stay inside, each once however
    it is written; no encrypted parts and no links. An unpacker that takes sizes from this list, as Python's
    does, writes no more than it says.

    Raises
    ------
    SourceError
        With one problem for each thing that is wrong.
    """
    try:
        if wrong := _unreadable_list(archive):
            raise SourceError(Problem(place, *wrong))
        with zipfile.ZipFile(io.BytesIO(archive) if isinstance(archive, bytes) else archive) as opened:
            parts = opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        what = "is not a ZIP archive, or a damaged one"
        raise SourceError(Problem(place, what, "make or fetch it again")) from None
    problems = []
    if len(parts) > MAX_PARTS:
        problems.append(Problem(place, f"holds {len(parts):,} parts", f"at most {MAX_PARTS:,} are read"))
    packed, unpacked = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED:
        what = f"unpacks to {unpacked / 2**20:,.0f} MiB"
        problems.append(Problem(place, what, f"at most {MAX_UNPACKED // 2**20} MiB are read"))
    elif unpacked > MAX_RATIO * max(packed, 1):
        what = f"unpacks to {unpacked / max(packed, 1):,.0f} times its size"
        problems.append(Problem(place, what, f"at most {MAX_RATIO} times are read; pack it as usual"))
    seen: set[str] = set()
    for part in parts:
        name = unicodedata.normalize("NFC", part.filename).casefold()
        if name in seen:
            problems.append(Problem(place, f"{part.filename!r} is in it twice", "pack each file once"))
        elif unsafe := _unsafe(part):
            problems.append(Problem(place, f"{part.filename!r} {unsafe}", "pack plain files only"))
        seen.add(name)
    if problems:
        raise SourceError(problems[:20])


def _unreadable_list(archive: Path | bytes) -> tuple[str, str] | None:
    """What is wrong with where a ZIP's list of contents lies; the list itself is read by ``zipfile``, whole,
    so its length is looked at first."""
    with io.BytesIO(archive) if isinstance(archive, bytes) else archive.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _END - 20))
        tail = stream.read()
    end = tail[-_END:]
    if size < _END or not end.startswith(b"PK\x05\x06") or end[-2:] != b"\0\0":
        return "is not a ZIP archive, or a damaged one", "make or fetch it again"
    if tail[:4] == b"PK\x06\x07" or int.from_bytes(end[12:16], "little") > MAX_LIST_BYTES:
        return "has too long a list of contents", f"at most {MAX_PARTS:,} parts are read"
    return None


def _unsafe(part: zipfile.ZipInfo) -> str | None:
    name, mode = part.orig_filename, part.external_attr >> 16
    if part.flag_bits & (1 | 1 << 6 | 1 << 13):
        return "is encrypted"
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in an unusual way"
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if (
        not name
        or name.startswith("/")
        or any(sign in name for sign in "\\:")
        or any(unicodedata.category(sign) == "Cc" for sign in name)
        or {"..", "."} & set(name.split("/"))
    ):
        return "is a name that leads elsewhere"
    return None


def _child(handle: int) -> None:
    """The other side of ``in_limited_child``: limits itself, works, answers, ends."""
    with contextlib.closing(Connection(handle)) as parent:
        try:
            function, seconds, memory = pickle.loads(parent.recv_bytes())
            _limit(seconds, memory)
            args, named = pickle.loads(parent.recv_bytes())
            content = pickle.dumps((True, function(*args, **named)))
        except (AutarkyError, LookupError, MemoryError) as error:
            content = pickle.dumps((False, error))
        except Exception:
            content = pickle.dumps((False, RuntimeError(traceback.format_exc())))
        parent.send_bytes(content)


def _limit(seconds: float, memory: int) -> None:
    # Only systems like Unix have it, and on others everything else here must go on being imported.
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    processor = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    # Only Linux says how much address space there is already; elsewhere the bound is looser by that.
    statm = Path("/proc/self/statm")
    taken = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 2**31
    resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _too_long(place: str, seconds: float) -> Problem:
    return Problem(place, f"takes more than {seconds:g} seconds to read", "give a smaller file")


def _too_large(place: str, memory: int) -> Problem:
    return Problem(place, f"cannot be read within {memory // 2**20:,} MiB of memory", "give a smaller file")
