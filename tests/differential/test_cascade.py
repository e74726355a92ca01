"""The cascade's kernels against their slow twin, and against the published code on 500 firms."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.cascade import Rules, build_operators, cascade, cascades, run
from autarky.firm_network import FirmNetwork
from made_firms import network, random_network
from reference import cascade as twin

SETTINGS = {
    "usual": {},
    "no substitution": {"substitution": False, "tolerance": 1e-6},
    "sales": {"denominator": "sales", "tolerance": 1e-4},
    "negligible inputs": {"negligible_share": 0.1, "tolerance": 1e-6},
    "reference": {"tolerance": 1e-8, "reference": True},
    "reference, sales": {"substitution": False, "denominator": "sales", "reference": True},
}
NETWORKS = ("usual", "few kinds", "essential", "one kind", "little final use", "rest", "small money")
ALWAYS, NEVER = 0.0, 1e9


def made(name: str) -> FirmNetwork:
    """Dense and thin, one kind and many, with and without final users, amounts large and small."""
    if name == "rest":
        # The firms that node 3 stands for trade with one another.
        usual = random_network(6, firms=12, abroad=2, links=60)
        own = (np.r_[usual.supplier, 3], np.r_[usual.buyer, 3], np.r_[usual.sales, 0.5])
        is_rest = np.arange(len(usual)) == 3
        alike = {"kind": usual.nodes.kind, "essentiality": usual.essentiality, "abroad": 2}
        return network(*own, **alike, output=usual.nodes.output + 1, is_rest=is_rest)
    if name == "small money":
        usual = random_network(7, firms=14, kinds=3)
        alike = {"kind": usual.nodes.kind, "essentiality": usual.essentiality, "abroad": 3}
        few = usual.nodes.output * 1e-3
        return network(usual.supplier, usual.buyer, usual.sales * 1e-3, **alike, output=few)
    return {
        "usual": lambda: random_network(1, firms=20, links=80),
        "few kinds": lambda: random_network(2, firms=12, abroad=2, kinds=2, links=80),
        "essential": lambda: random_network(3, firms=20, kinds=8, links=50, levels=(2,)),
        "one kind": lambda: random_network(4, firms=15, kinds=1, links=50, levels=(1,)),
        "little final use": lambda: random_network(5, firms=16, final=0.05, links=90),
    }[name]()


def shocks(given: FirmNetwork) -> list[Any]:
    """What remains: one node gone, some partly, all partly, all suppliers abroad, all of a kind, nothing."""
    n = len(given)
    rng = np.random.default_rng(n)
    some = np.where(rng.random(n) < 0.3, rng.random(n), 1.0)
    one = np.where(np.arange(n) == int(given.sold.argmax()), 0.0, 1.0)
    abroad = np.where(given.is_foreign, 0.25, 1.0)
    kind = np.where(given.nodes.kind == given.nodes.kind[0], 0.0, 1.0)
    return [one, some, rng.random(n), abroad, kind, np.ones(n)]


@pytest.mark.parametrize("giant", [ALWAYS, NEVER], ids=["gathered", "spread"])
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_shock_leaves_what_the_twin_leaves(
    name: str, setting: str, giant: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "GIANT", giant)
    given = made(name)
    operators = build_operators(given, Rules(**SETTINGS[setting]))
    for remaining in shocks(given):
        found = cascade(operators, remaining)
        down, up, rounds = twin.cascade(given, remaining, **SETTINGS[setting])
        np.testing.assert_allclose(found.downstream, down, atol=1e-12)
        np.testing.assert_allclose(found.upstream, up, atol=1e-12)
        assert found.rounds == rounds
        assert found.change <= operators.rules.tolerance


@pytest.mark.parametrize("giant", [ALWAYS, 0.3, NEVER], ids=["gathered", "both", "spread"])
@pytest.mark.parametrize("remaining", [0.0, 0.4])
def test_single_failures_cost_what_the_twin_says(
    remaining: float, giant: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "GIANT", giant)
    for name in NETWORKS:
        given = made(name)
        failing = np.arange(len(given))[::-1]
        weights = np.array([given.sold, given.nodes.jobs])
        found = cascades(build_operators(given), failing, weights, remaining=remaining)
        for place, node in enumerate(failing):
            start = np.where(np.arange(len(given)) == node, remaining, 1.0)
            down, up, rounds = twin.cascade(given, start)
            expected = [
                weights @ (1 - left) / weights.sum(axis=1) for left in (np.minimum(down, up), down, up)
            ]
            losses = (found.joint[place], found.downstream[place], found.upstream[place])
            np.testing.assert_allclose(losses, expected, rtol=1e-12, atol=1e-15)
            assert found.rounds[place] == rounds


def test_a_wiped_out_market_of_small_money_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # As the published code counts, a market of 0.3 that shrinks to nothing counts as 1: losses fall again.
    monkeypatch.setattr(run, "GIANT", NEVER)
    given = network(
        [0, 0, 1, 2, 3], [3, 1, 2, 4, 0], [0.1, 0.1, 0.2, 0.3, 0.3],
        kind=[0, 1, 0, 2, 3], essentiality=np.full((4, 4), 2), output=[0.2, 0.2, 0.3, 0.3, 0.1],
    )  # fmt: skip
    rules = {"denominator": "sales", "tolerance": 1e-8, "reference": True}
    remaining = np.array([0.0, 1.0, 1.0, 1.0, 1.0])
    found = cascade(build_operators(given, Rules(**rules)), remaining)
    down, up, rounds = twin.cascade(given, remaining, **rules)
    assert found.rounds == rounds
    np.testing.assert_allclose([found.downstream, found.upstream], [down, up], atol=1e-12)
    usual = cascade(build_operators(given, Rules(**rules | {"reference": False})), remaining)
    assert found.downstream[2] > 0.5 > usual.downstream[2]


def test_what_is_left_of_a_market_is_right_to_the_last_digits_when_its_giant_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "GIANT", NEVER)
    given = network(
        [0, 1, 2, 1, 2], [3, 3, 3, 4, 4], [1e7, 0.4, 1.0, 0.6, 2.0],
        kind=[0, 0, 0, 1, 1], essentiality=np.full((2, 2), 2), output=[2e7, 1.0, 3.0, 3e7, 5.0],
    )  # fmt: skip
    remaining = np.array([0.0, 0.3141, 0.8237, 1.0, 1.0])
    found = cascade(build_operators(given), remaining)
    down, _, _ = twin.cascade(given, remaining)
    assert 0 < down[4] < 1
    np.testing.assert_allclose(found.downstream, down, rtol=0, atol=1e-13)


@pytest.fixture(scope="module")
def published(shared_data: Path) -> tuple[FirmNetwork, dict[str, Any]]:
    """500 firms, and what GLcascade 0.9.3.1 says of each of them in four settings."""
    folder = shared_data / "esri_fixtures"
    if not folder.is_dir():
        pytest.skip(f"the published code's results are not here: {folder} does not exist")
    links = np.loadtxt(folder / "net500_edges.csv", delimiter=",", skiprows=1)
    firms = np.loadtxt(folder / "net500_firms.csv", delimiter=",", skiprows=1)
    levels = np.loadtxt(folder / "net500_essentiality.csv", delimiter=",")
    with (folder / "net500_reference.csv").open() as file:
        rows = list(csv.DictReader(file))
    given = network(*links.T, kind=firms[:, 1].astype(int), essentiality=levels, output=firms[:, 2])
    return given, {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


@pytest.mark.parametrize("giant", [ALWAYS, NEVER], ids=["gathered", "spread"])
@pytest.mark.parametrize(
    "setting", ["sub0_rev0_eps0.01", "sub0_rev1_eps1e-08", "sub1_rev0_eps1e-08", "sub1_rev1_eps0.01"]
)
def test_500_firms_cost_what_the_published_code_says(
    published: Any, setting: str, giant: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "GIANT", giant)
    given, expected = published
    substitution, revenue, tolerance = setting.split("_")
    rules = Rules(
        substitution=substitution == "sub1",
        denominator="output" if revenue == "rev1" else "sales",
        tolerance=float(tolerance.removeprefix("eps")),
        reference=True,
    )
    found = cascades(build_operators(given, rules), np.arange(500), given.sold[None])
    losses = {"esri": found.joint, "down": found.downstream, "up": found.upstream}
    for name, values in losses.items():
        np.testing.assert_allclose(values[:, 0], expected[f"{setting}_{name}"], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.rounds, expected[f"{setting}_T"])
