"""Ensembles in a folder: one result whoever works, resumed where it stopped, and never by two at once."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from autarky.ensemble import (
    BLOCKS,
    PLAN,
    Ensemble,
    Executor,
    Processes,
    Serial,
    claimed,
    reduction,
    run_ensemble,
)
from autarky.ensemble.executors import Made, Task, Work
from autarky.errors import InputError, StoppedError
from autarky.results import QUANTILES, EnsembleResult
from autarky.results.netcdf import ensemble_from_netcdf, to_netcdf
from made_draws import MadeDraws, made_ensemble

COUNT = 40


class AnyOrder:
    """Tasks in an order of its own, each of them asked for by name."""

    def __init__(self, seed: int = 0, stop_after: int | None = None) -> None:
        self.seed, self.stop_after = seed, stop_after
        self.done: list[Task] = []

    def room(self) -> int:
        """Enough."""
        return 10**9

    def run(self, work: Work, tasks: Sequence[Task]) -> Made:
        """Shuffled; after some of them, Ctrl-C."""
        for task in random.Random(self.seed).sample(list(tasks), len(tasks)):
            if self.stop_after == len(self.done):
                raise KeyboardInterrupt
            self.done.append(task)
            yield task, work(task)


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    """Forty draws, two of which fail."""
    return made_ensemble(MadeDraws(COUNT, undrawable=frozenset({3}), unrunnable=frozenset({30})))


@pytest.fixture(scope="module")
def undisturbed(ensemble: Ensemble, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "ensemble"
    run(ensemble, folder, Serial())
    return folder


def run(ensemble: Ensemble, folder: Path, executor: Executor, **options: object) -> EnsembleResult:
    """Claims the folder and runs."""
    with claimed(folder):
        return run_ensemble(
            ensemble, ensemble.simulation(10**9), folder, executor, command="again!", **options
        )  # type: ignore[arg-type]


def blocks(folder: Path) -> dict[str, bytes]:
    """File name → bytes."""
    return {path.name: path.read_bytes() for path in sorted((folder / BLOCKS).iterdir())}


@pytest.mark.parametrize(
    "executor",
    [Processes(1), Processes(2), Processes(3), AnyOrder(1), AnyOrder(2)],
    ids=lambda e: repr(e)[:40],
)
def test_one_result_whoever_works_in_whatever_order(
    ensemble: Ensemble, undisturbed: Path, tmp_path: Path, executor: Executor
) -> None:
    result = run(ensemble, tmp_path / "e", executor)
    assert blocks(tmp_path / "e") == blocks(undisturbed)
    assert to_netcdf(result) == to_netcdf(run(ensemble, undisturbed, AnyOrder()))


def test_an_ensemble_of_one_is_one_run(tmp_path: Path) -> None:
    from autarky.simulation import simulate_panel

    draws = MadeDraws(1)
    result = run(made_ensemble(draws), tmp_path / "e", Serial())
    panel = simulate_panel(draws.economy(0), [draws.scenario(0)])
    for position in range(len(QUANTILES)):
        np.testing.assert_array_equal(result.data["output"].values[position], panel["output"].values[0])
    np.testing.assert_array_equal(result.data["measured"].values, panel["measured"].values)


def test_quantiles_are_those_of_all_draws_that_did_not_fail_however_they_are_cut(
    ensemble: Ensemble, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(ensemble, undisturbed, Serial()).data
    monkeypatch.setattr(reduction, "BYTES", 1)  # a day at a time
    by_day = run(ensemble, undisturbed, Serial()).data
    assert whole.identical(by_day)
    from autarky.simulation import simulate_panel

    draws = ensemble.draws
    alive = [draw for draw in range(COUNT) if draw not in (3, 30)]
    panel = simulate_panel(draws.economy(0), [draws.scenario(draw) for draw in alive])
    for name in ("gdp", "output", "consumption", "household_consumption"):
        expected = np.quantile(panel[name].values.astype(np.float64), QUANTILES, axis=0)
        np.testing.assert_allclose(
            whole[name].values, expected, rtol=1e-7 if panel[name].dtype == np.float32 else 1e-14
        )
    assert np.flatnonzero(whole["failed"].values != "").tolist() == [3, 30]
    np.testing.assert_array_equal(whole["measured"].values[alive], panel["measured"].values)


def test_the_result_comes_back_from_disk_as_it_was(ensemble: Ensemble, undisturbed: Path) -> None:
    result = run(ensemble, undisturbed, Serial())
    again = ensemble_from_netcdf(to_netcdf(result), "ensemble.nc")
    assert again.record == result.record
    assert again.labels == result.labels
    xr.testing.assert_equal(again.data, result.data)
    for name in ("output", "measured", "need_base"):
        assert again.data[name].attrs == result.data[name].attrs


@pytest.mark.parametrize("seed", range(4))
def test_blocks_that_are_gone_or_damaged_are_made_again_and_only_those(
    ensemble: Ensemble, undisturbed: Path, tmp_path: Path, seed: int
) -> None:
    folder = shutil.copytree(undisturbed, tmp_path / "e")
    rng = random.Random(seed)
    wrong = rng.sample(sorted((folder / BLOCKS).iterdir()), 3)
    wrong[0].unlink()
    content = bytearray(wrong[1].read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    wrong[1].write_bytes(bytes(content))
    wrong[2].write_bytes(wrong[2].read_bytes()[: rng.randrange(len(content))])
    executor, told = AnyOrder(seed), []
    run(ensemble, folder, executor, progress=lambda done, total: told.append((done, total)))
    assert sorted(f"{first:06d}-{last:06d}.nc" for first, last in executor.done) == sorted(
        path.name for path in wrong
    )
    assert blocks(folder) == blocks(undisturbed)
    assert told[0] == (COUNT - sum(last - first for first, last in executor.done), COUNT)
    assert told[-1] == (COUNT, COUNT)


def test_blocks_of_another_plan_are_made_again(ensemble: Ensemble, undisturbed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(undisturbed, tmp_path / "e")
    other = made_ensemble(MadeDraws(COUNT, days=31))
    executor = AnyOrder()
    result = run(other, folder, executor)
    assert len(executor.done) == 5
    assert result.data.sizes["day"] == 31


def test_an_interruption_says_what_is_kept_and_the_same_call_resumes(
    ensemble: Ensemble, undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "e"
    with pytest.raises(StoppedError) as caught:
        run(ensemble, folder, AnyOrder(stop_after=2))
    assert caught.value.problem.what == f"interrupted: 16 of 40 draws are done and kept in {folder}"
    assert caught.value.problem.remedy == "to resume: again!"
    executor = AnyOrder()
    run(ensemble, folder, executor)
    assert len(executor.done) == 3
    assert blocks(folder) == blocks(undisturbed)


def test_if_every_draw_fails_the_first_error_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    ensemble = made_ensemble(MadeDraws(9, undrawable=frozenset(range(9))))
    with pytest.raises(InputError, match="all 9 draws failed: the first with 'stock: is negative"):
        run(ensemble, tmp_path / "e", Serial(), beside={"study.yaml": b"version: 1"})
    assert not (tmp_path / "e").exists()


def test_two_do_not_work_in_one_folder(tmp_path: Path) -> None:
    with claimed(tmp_path / "e"):
        (tmp_path / "e" / PLAN).touch()
        with (
            pytest.raises(InputError, match="another process is running this ensemble"),
            claimed(tmp_path / "e"),
        ):
            pass
    with claimed(tmp_path / "e"):
        pass
    assert (tmp_path / "e" / PLAN).exists()


def test_a_claimed_folder_that_stays_empty_goes_again(tmp_path: Path) -> None:
    with claimed(tmp_path / "runs" / "e"):
        assert (tmp_path / "runs" / "e").is_dir()
    assert not (tmp_path / "runs" / "e").exists()


def test_a_folder_that_cannot_be_made_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match="choose another folder with --runs"),
        claimed(tmp_path / "file" / "e"),
    ):
        pass


def test_a_disk_that_refuses_is_one_problem_and_what_is_done_is_kept(
    ensemble: Ensemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autarky.ensemble import run as module

    honest = module.write_atomically

    def full(path: Path, content: bytes) -> None:
        if path.name.startswith("000016"):
            raise OSError(28, "No space left on device")
        honest(path, content)

    monkeypatch.setattr(module, "write_atomically", full)
    with pytest.raises(InputError, match=r"No space left on device; 16 of 40 draws are kept — .*again!"):
        run(ensemble, tmp_path / "e", Serial())
    monkeypatch.undo()
    executor = AnyOrder()
    run(ensemble, tmp_path / "e", executor)
    assert len(executor.done) == 3
