"""Gross output, round by round: what does not settle is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.iomath import gross_output


@pytest.mark.parametrize("own_use", [1.2, 2.0, 50.0])
def test_outputs_that_grow_without_end_are_refused_and_not_told_as_infinite(own_use: float) -> None:
    with pytest.raises(ValueError, match="do not settle"):
        gross_output(np.array([[own_use]]), np.array([1.0]))


def test_outputs_that_settle_are_those_of_the_closed_form() -> None:
    A, y = np.array([[0.2, 0.3], [0.3, 0.2]]), np.array([11.0, 5.5])
    assert gross_output(A, y) == pytest.approx([(0.8 * 11 + 0.3 * 5.5) / 0.55, (0.3 * 11 + 0.8 * 5.5) / 0.55])
