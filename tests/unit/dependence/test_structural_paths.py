"""Structural paths: equal to their slow twin, with what remains said, whichever bound stops the search."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence import structural_paths as module
from autarky.dependence.structural_paths import structural_paths
from autarky.errors import EconomyError, InputError
from made_economies import make_economy
from reference.structural_paths import paths_at_least
from small_economies import three_regions


def world() -> Any:
    return open_accounts(three_regions(), ["NOR"])


def by_hand(accounts: Any, of: str) -> tuple[Any, Any, Any]:
    """A, q and y of the value added behind a final user, in a table without zeros."""
    economy = accounts.economy
    users = [f"{user.region}.{user.category}" for user in economy.final_users]
    return economy.A, economy.value_added.sum(axis=0) / economy.x, economy.Y[:, users.index(of)]


@pytest.mark.parametrize("tails", [False, True], ids=["walked", "from both ends"])
@pytest.mark.parametrize("depth", [0, 1, 3, 64])
def test_the_paths_are_those_of_the_slow_twin(
    tails: bool, depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if tails:
        monkeypatch.setattr(module, "_WALKED", 0)
        monkeypatch.setattr(module, "_TAILS_EACH", 3)
    made: list[int] = []
    tails_of = module._made_tails

    def remember(*given: Any) -> Any:
        made.append(1)
        return tails_of(*given)

    monkeypatch.setattr(module, "_made_tails", remember)
    for seed in range(4):
        rng = np.random.default_rng(seed)
        economy = make_economy(rng, national=False, negative_inventories=True, sectors=3, regions=2)
        accounts = open_accounts(economy, [economy.industries.regions[0]])
        for of in accounts.final_labels:
            A, q, y = by_hand(accounts, of)
            if not y.any():
                continue
            found = structural_paths(accounts, of, share=0.98, depth=depth, paths=10**6)
            twin = paths_at_least(A, q, y, found.attrs["smallest"], depth)
            assert found.attrs["counted"] == len(twin)
            size = sum(abs(value) for value in twin.values()) / found.attrs["gross"]
            assert found.attrs["found_share"] == pytest.approx(size, rel=1e-12)
            labels = economy.industries.labels
            expected = {" ← ".join([of, *(labels[i] for i in path)]): twin[path] for path in twin}
            listed = dict(zip(found["path"].values.tolist(), found.values.tolist(), strict=True))
            # Listed are those at or above the threshold at which there were enough: here, all.
            assert listed == pytest.approx(expected, rel=1e-12)
    assert bool(made) == tails


def test_all_paths_of_few_rounds_add_up_to_the_first_terms_of_the_power_series() -> None:
    accounts = world()
    A, q, y = by_hand(accounts, "NOR.HH")
    found = structural_paths(accounts, "NOR.HH", depth=2, share=1 - 1e-13, paths=1_000)
    every = {
        path: q[path[-1]] * y[path[0]] * np.prod([A[j, i] for i, j in itertools.pairwise(path)])
        for length in (1, 2, 3)
        for path in itertools.product(range(6), repeat=length)
    }
    assert found.attrs["counted"] == len(every) == 6 + 36 + 216
    assert sorted(found.values) == pytest.approx(sorted(every.values()), rel=1e-12)
    total = q @ np.linalg.inv(np.eye(6) - A) @ y
    assert found.attrs["total"] == pytest.approx(total)
    assert found.values.sum() == pytest.approx(q @ (y + A @ y + A @ A @ y))
    assert found.attrs["remaining_share"] == pytest.approx(1 - found.values.sum() / total)
    assert found.attrs["beyond_depth_share"] == pytest.approx(found.attrs["remaining_share"])


def test_the_largest_paths_come_first_with_their_shares() -> None:
    found = structural_paths(world(), "NOR.HH", share=0.95, paths=20)
    assert found.sizes["path"] == 20
    assert found.attrs["counted"] > 20
    assert (np.diff(found.values) <= 0).all()
    assert found["share"].values == pytest.approx(found.values / found.attrs["total"])
    assert found["cumulative_share"].values == pytest.approx(np.cumsum(found["share"].values))
    assert found["depth"].values.tolist() == [text.count("←") - 1 for text in found["path"].values]
    assert found.attrs["found_share"] >= 0.95
    assert found.attrs["found_share"] + found.attrs["remaining_share"] == 1
    assert found.attrs["stopped"].startswith("share")
    everything = structural_paths(world(), "NOR.HH", share=0.95, paths=10**6)
    assert found["path"].values.tolist() == everything["path"].values[:20].tolist()


def test_a_search_bounded_by_branches_says_so_and_is_the_same_again() -> None:
    first = structural_paths(world(), "NOR.HH", share=0.999, nodes=500)
    again = structural_paths(world(), "NOR.HH", share=0.999, nodes=500)
    assert first.identical(again)
    assert first.attrs["stopped"].startswith("nodes")
    assert 0 < first.attrs["branches"] <= 500
    assert 0.001 < first.attrs["remaining_share"] < 1


def test_a_search_stopped_by_the_clock_says_so_and_what_remains() -> None:
    found = structural_paths(world(), "NOR.HH", seconds=0)
    assert found.attrs["stopped"].startswith("seconds")
    assert (found.sizes["path"], found.attrs["counted"]) == (0, 0)
    assert (found.attrs["found_share"], found.attrs["remaining_share"]) == (0, 1)


def test_value_added_of_one_origin_and_of_another_add_to_the_whole() -> None:
    accounts = world()
    whole = structural_paths(accounts, "NOR.HH").attrs["total"]
    parts = [structural_paths(accounts, "NOR.HH", origins=[r]) for r in ("NOR", "CHN", "USA")]
    assert sum(part.attrs["total"] for part in parts) == pytest.approx(whole)
    assert {text.split(" ← ")[-1][:4] for text in parts[1]["path"].values} == {"CHN."}
    # Whatever final users buy becomes somebody's income.
    assert whole == pytest.approx(accounts.economy.Y[:, 0].sum())


def test_imports_behind_a_national_final_use_are_followed_to_the_border() -> None:
    economy = make_economy(np.random.default_rng(5), national=True, sectors=4, negative_inventories=False)
    accounts = open_accounts(economy)
    partner = economy.gates[0].partner
    L = np.linalg.inv(np.eye(4) - accounts.A)
    q, exports = accounts.A_imported.sum(axis=0), accounts.exports.sum(axis=1)
    for of, y in (
        (accounts.final_labels[0], accounts.final[:, 0]),
        ("exports", exports),
        ("coal", np.eye(4)[1] * economy.Y[1].sum()),
    ):
        found = structural_paths(accounts, of, content="imports", share=0.99)
        assert found.attrs["total"] == pytest.approx(q @ L @ y)
        assert found.attrs["found_share"] >= 0.99
        assert found.values.sum() >= 0.9 * found.attrs["total"]
    one = structural_paths(accounts, "exports", content="imports", origins=[partner])
    rows = [gate.partner == partner for gate in accounts.sources]
    assert one.attrs["total"] == pytest.approx(accounts.A_imported[rows].sum(axis=0) @ L @ exports)


def test_all_that_is_wrong_with_a_question_is_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        structural_paths(world(), "NOR.HX", content="salt", origins=["MARS"], share=1.0, depth=-1, seconds=-1)
    lines = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["of", "content", "origins", "share", "depth", "seconds"]
    assert "NOR.HH" in lines[0]


def test_inputs_that_cost_more_than_output_are_refused() -> None:
    economy = three_regions()
    Z = economy.Z.copy()
    Z[0, 0] = 3 * economy.x[0]
    Y = economy.Y.copy()
    Y[0, 0] -= Z[0, 0] - economy.Z[0, 0]
    with pytest.raises(EconomyError, match="paths do not add up"):
        structural_paths(open_accounts(replace(economy, Z=Z, Y=Y), ["NOR"]), "NOR.HH")


def test_nothing_bought_leaves_no_paths_and_no_share() -> None:
    economy = three_regions()
    Y = economy.Y.copy()
    Y[:, 0] = 0
    found = structural_paths(open_accounts(replace(economy, Y=Y), ["NOR"]), "NOR.HH")
    assert found.sizes["path"] == 0
    assert np.isnan(found.attrs["found_share"])
    assert found.attrs["stopped"] == "there is no content to follow"
