"""A Dask cluster does the same work: the same bytes, also when its workers are killed on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from autarky.cascade import Rules, weights_of
from autarky.ensemble import BLOCKS, Dask, Serial, all_cascades, cascades, claimed, run_ensemble
from autarky.errors import InputError, ScenarioError
from made_draws import MadeDraws, Slow, Toy, Wrong, made_ensemble
from made_firms import random_network

distributed = pytest.importorskip("distributed", reason="needs the extra: pip install 'autarky[dask]'")

TASKS = [(first, first + 1) for first in range(12)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two worker processes on this machine."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


def test_workers_that_are_killed_on_the_way_cost_nothing_but_time(address: str, tmp_path: Path) -> None:
    made = {}
    for count, (task, content) in enumerate(Dask(address).run(Slow(0.1, tmp_path), TASKS)):
        made[task] = content
        if count in (1, 5):  # whoever has worked so far, one of them the keeper of the work
            for path in tmp_path.iterdir():
                path.unlink()
                os.kill(int(path.name), signal.SIGKILL)
    assert made == {task: Toy()(task) for task in TASKS}


def test_an_ensemble_has_the_bytes_that_it_has_in_one_process(address: str, tmp_path: Path) -> None:
    ensemble = made_ensemble(MadeDraws(24, unrunnable=frozenset({5})))
    found = []
    for name, executor in (("here", Serial()), ("there", Dask(address))):
        with claimed(tmp_path / name):
            run_ensemble(ensemble, ensemble.simulation(executor.room()), tmp_path / name, executor)
        blocks = sorted((tmp_path / name / BLOCKS).iterdir())
        found.append({path.name: path.read_bytes() for path in blocks})
    assert found[0] == found[1]
    assert len(found[0]) == 3


def test_cascades_of_all_firms_survive_a_worker_that_is_killed_and_have_the_same_bytes(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cascades, "PART", 1_000)
    network = random_network(3, firms=400, links=1_600)
    given = network, Rules(), weights_of(network, ["output", "jobs"])
    alone = all_cascades(*given, folder=tmp_path / "here")
    parts = {path.name: path.read_bytes() for path in (tmp_path / "here").rglob("*.nc")}
    assert len(parts) > 12
    with distributed.Client(address, set_as_default=False) as client:
        before = set(client.run(os.getpid).values())
        reports: list[int] = []

        def kill_one(done: int, total: int) -> None:
            reports.append(done)
            if len(reports) == 4:
                os.kill(min(before), signal.SIGKILL)

        together = all_cascades(*given, folder=tmp_path / "there", executor=Dask(address), progress=kill_one)
        client.wait_for_workers(2, timeout=120)
        assert min(before) not in client.run(os.getpid).values()
    assert len(reports) == len(parts) + 1
    assert [a.tobytes() for a in alone] == [b.tobytes() for b in together]
    assert {path.name: path.read_bytes() for path in (tmp_path / "there").rglob("*.nc")} == parts


def test_an_error_on_the_cluster_arrives_as_it_was(address: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        list(Dask(address).run(Wrong(), TASKS))
    assert [problem.place for problem in caught.value.problems] == ["here", "there"]


def test_a_cluster_that_is_lost_on_the_way_is_one_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autarky.ensemble import cluster as module

    monkeypatch.setattr(module, "PATIENCE", 2)
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    )
    with cluster, pytest.raises(InputError, match=r"the cluster was lost .* the same command then resumes"):
        for _ in Dask(cluster.scheduler_address).run(Slow(0.1, tmp_path), TASKS):
            cluster.close()


@pytest.mark.parametrize("wrong", ["tcp://127.0.0.1:9", "nonsense", "", "tcp://127.0.0.1:99999"])
def test_an_address_where_nobody_answers_is_one_problem(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from autarky.ensemble import cluster

    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(InputError, match=r"^--cluster .*: no Dask scheduler answers.* — give its address"):
        Dask(wrong)


def test_a_cluster_without_workers_is_one_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    from autarky.ensemble import cluster

    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as empty,
        pytest.raises(InputError, match="has no worker after 1 s — start one"),
    ):
        Dask(empty.scheduler_address)


def test_without_the_extra_the_remedy_is_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'autarky\[dask\]'"):
        Dask("tcp://127.0.0.1:8786")
