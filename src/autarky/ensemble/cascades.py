"""Cascades: what the failure of each node costs, in parts that can be stopped, resumed and shared out."""

from __future__ import annotations

import hashlib
import json
import socket
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.cascade import Losses, Operators, Rules, build_operators, cascades
from autarky.ensemble.blocks import arrays_in, arrays_sealed, write_atomically
from autarky.ensemble.executors import Executor, Serial, Task
from autarky.ensemble.keeping import Progress, home_of, kept_blocks, resumable
from autarky.errors import InputError, Problem
from autarky.firm_network import FirmNetwork

FORMAT = "autarky cascades 1"

PART = 400_000_000
"""Links that the cascades of a part touch, about: at 12 to 50 ns each it takes 5 to 20 s of a core."""
TOGETHER = 16
"""Parts hold whole groups of so many failures: the largest are computed side by side."""
DEPTH = 4
"""Rounds of a cascade that its work is estimated from."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Failures:
    """What is done to a part: the cascades of its failures.

    Arrays lie in memory for work in this process. For workers they lie in a folder, which each maps into its
    memory once: a network is neither sent with a task nor held twice on a machine.
    """

    arrays: Arrays | Path
    """The operators, the ``weights``, and the ``order`` in which nodes fail; or the folder they lie in."""
    rules: Rules
    digest: str
    plan: str
    threads: int | None

    def __call__(self, task: Task) -> bytes:
        """The losses of a part as a sealed netCDF file."""
        arrays = mapped(self.arrays, self.digest) if isinstance(self.arrays, Path) else self.arrays
        operators = Operators(self.rules, *(arrays[name] for name in Operators._fields[1:]))
        failing = arrays["order"][slice(*task)]
        losses = cascades(operators, failing, arrays["weights"], threads=self.threads)
        return arrays_sealed(losses._asdict(), self.plan, FORMAT)


def all_cascades(
    network: FirmNetwork,
    rules: Rules,
    weights: Floats,
    *,
    failing: Integers | None = None,
    folder: Path | None = None,
    executor: Executor | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    command: str = "autarky firms STUDY",
) -> Losses:
    """What the failure of each node costs, each on its own; parts that lie in ``folder`` are read.

    The work of each failure is estimated, and the largest go first: parts take about as long as one another,
    whatever the network. No byte depends on who makes them, or in which order. Many networks, and many runs
    at once, may share ``folder``.

    Parameters
    ----------
    network : FirmNetwork
    rules : Rules
    weights : array, shape (w, n)
        What losses are counted in, as ``weights_of`` gives it.
    failing : integers, shape (f,), optional
        Nodes that fail; all if left out.
    folder : path, optional
        Where parts are kept. Workers on several machines all need to see it under the same path.
    executor : Executor, optional
        Who does the work; threads of this process if left out.
    threads : int, optional
        In this process; all processors if left out. Workers have one each.
    progress : callable, optional
        Told (failures done, failures in all) after each part.
    command : str
        What the user is told to give again after an interruption.

    Returns
    -------
    Losses
        In the order of ``failing``.

    Raises
    ------
    StoppedError
        If the user stops it: the parts done so far stay in ``folder``.
    InputError
        If ``folder`` cannot be written, a worker does not find it, or workers cannot do their work.
    """
    operators = build_operators(network, rules)
    nodes = np.arange(len(network)) if failing is None else np.asarray(failing, dtype=np.int64)
    shapes = (len(nodes), len(weights))
    rounds = np.empty(len(nodes), dtype=np.int32)
    losses = Losses(np.empty(shapes), np.empty(shapes), np.empty(shapes), rounds)
    if not len(nodes):
        return losses
    estimate = estimated_work(operators)[nodes]
    places = np.argsort(-estimate, kind="stable")
    every = parts(estimate[places], PART)
    arrays = {**operators._asdict(), "weights": np.ascontiguousarray(weights), "order": nodes[places]}
    del arrays["rules"]
    digest = digest_of(arrays)
    told = [FORMAT, version("autarky"), digest, asdict(rules), every]
    plan = hashlib.sha256(json.dumps(told).encode()).hexdigest()

    with ExitStack() as later, resumable(plan, every, "failures", folder=folder, command=command):

        def work(doer: Executor) -> Failures:
            if isinstance(doer, Serial):
                return Failures(arrays, rules, digest, plan, threads)
            if folder is None:
                home = Path(later.enter_context(tempfile.TemporaryDirectory(prefix="autarky-")))
            else:
                home = home_of(folder.resolve(), plan)
            return Failures(written(arrays, home / "arrays", digest), rules, digest, plan, 1)

        for (first, last), content in kept_blocks(
            work, plan, every, folder=folder, executor=executor, progress=progress
        ):
            found = arrays_in(content, FORMAT)
            for name, values in losses._asdict().items():
                values[places[first:last]] = found[name]
    return losses


def estimated_work(operators: Operators) -> Floats:
    """Links that the cascade of each node's failure touches, (n,): walks along customers and suppliers.

    A round follows while the strongest walk so far carries more than the tolerance. Losses that meet, and so
    carry further, are left out: an estimate, on which only the length of parts depends.
    """
    n, links = len(operators.kind), len(operators.customer) + len(operators.input)
    rules = operators.rules
    buyer = np.repeat(np.arange(n), np.diff(operators.slot_first))
    left = np.maximum(operators.market[operators.kind] - operators.sold, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        others = operators.sold / left
    replaced = np.nan_to_num(np.minimum(1.0, others), nan=1.0) if rules.substitution else np.ones(n)
    seller = np.repeat(np.arange(n), np.diff(operators.customer_first))
    ways = [  # who passes a loss on, to whom, and how much of it
        (
            operators.input,
            np.repeat(buyer, np.diff(operators.input_first)),
            operators.input_share * replaced[operators.input],
        ),
        (operators.customer, seller, operators.customer_share),
    ]
    walks, strength = [np.ones(n), np.ones(n)], [np.ones(n), np.ones(n)]
    goes_on, touched = np.ones(n, dtype=bool), np.ones(n)
    for _ in range(DEPTH):
        for way, (giver, taker, share) in enumerate(ways):
            walks[way] = np.bincount(giver, walks[way][taker], n).astype(np.float64, copy=False)
            carried = np.zeros(n)
            np.maximum.at(carried, giver, share * strength[way][taker])
            strength[way] = carried
        touched += goes_on * (walks[0] + walks[1])
        goes_on &= np.maximum(*strength) > rules.tolerance
        if not goes_on.any():
            break
    return np.minimum(touched, links)  # a cascade that touches more is swept together with others


def parts(work: Floats, most: float) -> list[Task]:
    """Failures in order, in parts of about equal work, ``most`` or less: (first, one after last)."""
    done = np.cumsum(work)
    number = int(min(np.ceil(done[-1] / most), np.ceil(len(work) / TOGETHER)))
    cuts = np.searchsorted(done, done[-1] / number * np.arange(1, number)) + 1
    # In whole groups; a single failure may be worth several parts.
    bounds = np.unique([0, *np.minimum(-(-cuts // TOGETHER) * TOGETHER, len(work)), len(work)])
    return [(int(first), int(last)) for first, last in pairwise(bounds)]


def digest_of(arrays: Arrays) -> str:
    """SHA-256 over the names, types, shapes and bytes of arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(repr((name, array.dtype.descr, array.shape)).encode())
        digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    return digest.hexdigest()


def written(arrays: Arrays, folder: Path, digest: str) -> Path:
    """``folder``, in which the arrays now lie, a file each. Several may write the same at once."""
    if not folder.is_dir() or digest_of(_read(folder)) != digest:
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in arrays.items():
            file = BytesIO()
            np.save(file, array, allow_pickle=False)
            write_atomically(folder / f"{name}.npy", file.getvalue())
    return folder


@lru_cache(maxsize=1)
def mapped(folder: Path, digest: str) -> Arrays:
    """The arrays in a folder, mapped into memory, once for all tasks of a worker.

    Raises
    ------
    InputError
        If they are not there, or not as they were written.
    """
    arrays = _read(folder)
    if not arrays:
        what = f"is not there on the worker {socket.gethostname()}"
        raise InputError(Problem(str(folder), what, "give --runs a folder that all machines see as the same"))
    if digest_of(arrays) != digest:
        remedy = "start it again: they are then written anew"
        raise InputError(Problem(str(folder), "holds arrays that are damaged", remedy))
    return arrays


def _read(folder: Path) -> Arrays:
    found = {}
    for path in folder.glob("*.npy"):
        with suppress(ValueError, EOFError):  # torn: the digest then tells
            # A plain view: compiled code takes it for what it is, an array that cannot be written.
            found[path.stem] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return found
