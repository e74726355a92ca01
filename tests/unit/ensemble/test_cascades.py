"""All cascades: the same bytes whoever makes the parts, and only what is missing is made again."""

from __future__ import annotations

import os
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.cascade import Losses, Rules, build_operators, cascade, weights_of
from autarky.cascade import cascades as cascades_of
from autarky.ensemble import Processes, all_cascades, cascades
from autarky.errors import InputError, StoppedError
from autarky.firm_network import FirmNetwork
from made_firms import random_network

RULES = Rules()


@pytest.fixture(scope="module")
def network() -> FirmNetwork:
    return random_network(3, firms=100, links=400)


@pytest.fixture(scope="module")
def weights(network: FirmNetwork) -> np.ndarray[Any, Any]:
    return weights_of(network, ["output", "jobs"])


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cascades, "PART", 3_000)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The failures that are computed in this process, call after call."""
    calls: list[Any] = []

    def counted(operators: Any, failing: Any, *given: Any, **more: Any) -> Losses:
        calls.append(failing)
        return cascades_of(operators, failing, *given, **more)

    monkeypatch.setattr(cascades, "cascades", counted)
    return calls


def same(first: Losses, second: Losses) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(first, second, strict=True))


def files(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(folder.rglob("*.nc"))}


def test_losses_are_those_of_one_call_in_the_order_asked_for(
    network: FirmNetwork, weights: np.ndarray[Any, Any], asked: list[Any]
) -> None:
    whole = cascades_of(build_operators(network, RULES), np.arange(len(network)), weights)
    found = all_cascades(network, RULES, weights)
    assert len(asked) > 3
    work = cascades.estimated_work(build_operators(network, RULES))[np.concatenate(asked)]
    assert (np.diff(work) <= 0).all()  # the largest go first
    for one, other in zip(found, whole, strict=True):
        assert one.dtype == other.dtype
        assert one == pytest.approx(other, abs=1e-13)
    some = np.array([70, 3, 102, 5])
    few = all_cascades(network, RULES, weights, failing=some)
    for one, other in zip(few, whole, strict=True):
        assert one == pytest.approx(other[some], abs=1e-13)
    assert all_cascades(network, RULES, weights, failing=np.array([], dtype=int)).joint.shape == (0, 2)


def test_threads_and_processes_change_no_byte_of_the_losses_nor_of_the_parts(
    network: FirmNetwork, weights: np.ndarray[Any, Any], tmp_path: Path
) -> None:
    here = all_cascades(network, RULES, weights, folder=tmp_path / "a")
    there = all_cascades(network, RULES, weights, folder=tmp_path / "b", executor=Processes(2))
    assert same(here, there)
    assert same(here, all_cascades(network, RULES, weights, threads=1))
    a, b = files(tmp_path / "a"), files(tmp_path / "b")
    assert {name: path.read_bytes() for name, path in a.items()} == {n: p.read_bytes() for n, p in b.items()}
    assert len(a) > 3


def test_only_parts_that_are_missing_or_damaged_are_made_again(
    network: FirmNetwork, weights: np.ndarray[Any, Any], tmp_path: Path, asked: list[Any]
) -> None:
    first = all_cascades(network, RULES, weights, folder=tmp_path)
    paths = list(files(tmp_path).values())
    sizes = [len(part) for part in asked]
    times = [path.stat().st_mtime_ns for path in paths]
    asked.clear()
    paths[1].unlink()
    paths[3].unlink()
    told: list[tuple[int, int]] = []
    again = all_cascades(network, RULES, weights, folder=tmp_path, progress=lambda *now: told.append(now))
    assert same(first, again)
    assert [len(part) for part in asked] == [sizes[1], sizes[3]]
    assert told[0] == (len(network) - sizes[1] - sizes[3], len(network))
    assert told[-1] == (len(network), len(network))
    later = [path.stat().st_mtime_ns for path in paths]
    assert [a == b for a, b in zip(times, later, strict=True)] == [n not in (1, 3) for n in range(len(paths))]

    asked.clear()
    content = bytearray(paths[0].read_bytes())
    content[-3] ^= 1
    paths[0].write_bytes(content)
    paths[2].write_bytes(paths[2].read_bytes()[:-1])
    assert same(first, all_cascades(network, RULES, weights, folder=tmp_path))
    assert [len(part) for part in asked] == [sizes[0], sizes[2]]


def test_whatever_changes_a_number_changes_the_key(
    network: FirmNetwork, weights: np.ndarray[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = random_network(4, firms=100, links=400)
    each: list[tuple[FirmNetwork, Rules, Any]] = [
        (network, RULES, weights),
        (network, Rules(tolerance=1e-3), weights),
        (network, Rules(substitution=False), weights),
        (network, Rules(reference=True), weights),
        (network, RULES, weights[:1]),
        (other, RULES, weights),
    ]
    for count, given in enumerate(each, start=1):
        all_cascades(*given, folder=tmp_path)
        assert len(list(tmp_path.iterdir())) == count
    all_cascades(network, RULES, weights, failing=np.arange(50), folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 7
    monkeypatch.setattr(cascades, "version", lambda _: "another")
    all_cascades(network, RULES, weights, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 8


def test_two_runs_at_once_share_a_folder(
    network: FirmNetwork, weights: np.ndarray[Any, Any], tmp_path: Path
) -> None:
    alone = all_cascades(network, RULES, weights)
    found: list[Losses] = []
    both = threading.Barrier(2)

    def run() -> None:
        # They meet after every part, and so write each at the same moment.
        found.append(
            all_cascades(network, RULES, weights, folder=tmp_path, progress=lambda *_: both.wait(20) and None)
        )

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert len(found) == 2
    assert all(same(alone, each) for each in found)
    assert not list(tmp_path.rglob(".*"))


def test_a_write_that_fails_leaves_nothing_beside(
    network: FirmNetwork, weights: np.ndarray[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"No space left on device; 0 of 103 failures are done"):
        all_cascades(network, RULES, weights, folder=tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_interruption_says_what_is_kept_and_the_next_start_goes_on(
    network: FirmNetwork, weights: np.ndarray[Any, Any], tmp_path: Path, asked: list[Any]
) -> None:
    def stop(done: int, total: int) -> None:
        if len(asked) == 2:
            raise KeyboardInterrupt

    with pytest.raises(StoppedError) as caught:
        all_cascades(network, RULES, weights, folder=tmp_path, progress=stop, command="autarky firms s.yaml")
    kept = f"{sum(map(len, asked))} of {len(network)} failures are done and kept in {tmp_path}"
    assert str(caught.value) == f"autarky firms: interrupted: {kept} — to resume: autarky firms s.yaml"
    all_cascades(network, RULES, weights, folder=tmp_path)
    assert sorted(np.concatenate(asked)) == list(range(len(network)))


def test_workers_map_the_arrays_and_find_out_when_they_are_damaged_or_not_there(
    network: FirmNetwork, weights: np.ndarray[Any, Any], tmp_path: Path
) -> None:
    operators = build_operators(network, RULES)
    arrays = {**operators._asdict(), "weights": weights, "order": np.arange(len(network))}
    del arrays["rules"]
    digest = cascades.digest_of(arrays)
    folder = cascades.written(arrays, tmp_path / "arrays", digest)
    found = cascades.mapped(folder, digest)
    assert not any(array.flags.writeable or array.flags.owndata for array in found.values())
    assert cascades.mapped(folder, digest) is found
    task = (3, 9)
    work = cascades.Failures(folder, RULES, digest, "plan", 1)
    assert work(task) == cascades.Failures(arrays, RULES, digest, "plan", None)(task)

    cascades.mapped.cache_clear()
    path = folder / "weights.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="arrays that are damaged — start it again"):
        work(task)
    assert cascades.mapped(cascades.written(arrays, folder, digest), digest).keys() == arrays.keys()
    with pytest.raises(InputError, match=r"elsewhere: is not there on the worker .* that all machines see"):
        cascades.Failures(tmp_path / "elsewhere", RULES, digest, "plan", 1)(task)


def test_parts_are_of_about_equal_work_and_the_largest_failures_go_first() -> None:
    work = np.sort(np.random.default_rng(1).pareto(1.1, 5_000))[::-1] + 1
    every = cascades.parts(work, work.sum() / 20)
    assert every[0][0] == 0
    assert every[-1][1] == 5_000
    assert all(a[1] == b[0] and b[0] % cascades.TOGETHER == 0 for a, b in pairwise(every))
    each = np.array([work[first:last].sum() for first, last in every[1:]])
    assert each.max() < 1.5 * work.sum() / 20
    assert cascades.parts(work, work.sum() * 2) == [(0, 5_000)]
    assert cascades.parts(np.array([1e9, 1.0]), 10.0) == [(0, 2)]


def test_failures_that_touch_more_are_estimated_to_take_longer(network: FirmNetwork) -> None:
    operators = build_operators(network, RULES)
    estimate = cascades.estimated_work(operators)
    touched = np.empty(len(network))
    for node in range(len(network)):
        touched[node] = _links_touched(operators, node)
    order = np.argsort(np.argsort(touched)), np.argsort(np.argsort(estimate))
    assert np.corrcoef(*order)[0, 1] > 0.8
    assert 0.3 < estimate.sum() / touched.sum() < 3


def _links_touched(operators: Any, node: int) -> int:
    """Links over which a loss that has grown is passed on, round after round, counted one by one."""
    n = len(operators.kind)
    start = np.ones(n)
    start[node] = 0.0
    buyer = np.repeat(np.arange(n), np.diff(operators.slot_first))
    uses = np.bincount(operators.input, minlength=n)
    buys = np.bincount(operators.customer, minlength=n)
    assert len(buyer) == len(operators.input_first) - 1
    before_down = before_up = np.ones(n)
    after_down = after_up = start
    count = 0
    for rounds in range(1, 100):
        count += uses[after_down < before_down].sum() + buys[after_up < before_up].sum()
        rules = Rules(most_rounds=rounds)
        settled = cascade(operators._replace(rules=rules), start)
        if settled.rounds < rounds:
            break
        before_down, before_up = after_down, after_up
        after_down, after_up = settled.downstream, settled.upstream
    return int(count)
