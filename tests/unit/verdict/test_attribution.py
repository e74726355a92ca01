"""Attribution: shares of a variance that are known beforehand."""

import numpy as np
import pytest

from autarky.verdict.attribution import attribute, first_order


def known(draws, seed):
    """Independent parts of variance 3, 2, 1 and a product of variance 2; eighths of the whole."""
    rng = np.random.default_rng(seed)
    donor = rng.integers(0, 3, draws)
    phi, theta, a, b = rng.uniform(-1, 1, (4, draws))
    y = (
        np.sqrt(3.0) * np.sqrt(1.5) * (donor - 1.0)
        + np.sqrt(2.0) * np.sqrt(3.0) * phi
        + np.sqrt(5.0) / 2.0 * (3.0 * theta**2 - 1.0)
        + np.sqrt(2.0) * 3.0 * a * b
    )
    groups = {
        "donor": [[f"table {d}" for d in donor]],
        "phi": [phi],
        "theta": [theta],
        "joint": [a, b],
        "nothing": [],
    }
    return y, groups


def test_known_shares_come_back_within_their_errors():
    shares = {one.group: one for one in attribute(*known(2000, 0))}
    for group, truth in {"donor": 3 / 8, "phi": 2 / 8, "theta": 1 / 8, "joint": 0.0}.items():
        assert shares[group].share == pytest.approx(truth, abs=3 * shares[group].error + 0.01)
        assert shares[group].error < 0.04
    assert "nothing" not in shares


def test_the_error_told_is_about_the_error_made():
    found = [first_order(y, groups["phi"]) for y, groups in (known(200, seed) for seed in range(100))]
    shares, errors = np.array(found).T
    assert shares.mean() == pytest.approx(2 / 8, abs=0.02)
    assert errors.mean() == pytest.approx(shares.std(), rel=0.25)


def test_many_categories_do_not_explain_noise():
    rng = np.random.default_rng(0)
    shares = [
        first_order(rng.normal(size=200), [[str(k) for k in rng.integers(0, 40, 200)]])[0] for _ in range(50)
    ]
    assert abs(np.mean(shares)) < 0.03


def test_a_table_for_every_draw_is_not_told_apart_from_noise():
    y = np.random.default_rng(0).normal(size=90)
    assert np.isnan(first_order(y, [[str(k) for k in range(90)]])[0])


def test_what_does_not_vary_has_no_shares():
    assert np.isnan(first_order(np.full(50, 3.0), [np.arange(50.0)])[0])
