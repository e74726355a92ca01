"""Packs: every lane does what a number would do, and none looks at another."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from autarky.simulation.lanes import (
    LINE_BYTES,
    add_product,
    lanes_of,
    lines,
    load,
    maximum,
    minimum,
    some,
    splat,
    store,
    where,
)


@njit
def _worked_out(a, b, out):  # type: ignore[no-untyped-def]
    x, y = load(a, (1, 2)), load(b, 0)
    store(out, 0, x + y)
    store(out, 1, x - y)
    store(out, 2, x * 0.5)
    store(out, 3, 1.0 / y)
    store(out, 4, minimum(x, y))
    store(out, 5, maximum(x, 0.25))
    store(out, 6, where((x > y) | (y == 0.5), x, y))
    store(out, 7, where((x > 0.2) & (x <= 0.8), splat(1.0, x), splat(0.0, x)))
    store(out, 8, add_product(3.0, x, y))
    return some(x > 2.0), some(x >= 0.0)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_packs_compute_as_numpy_does(precision: type) -> None:
    rng = np.random.default_rng(0)
    lanes = lanes_of(precision)
    assert lanes * np.dtype(precision).itemsize == LINE_BYTES
    a, b, out = lines((2, 3), precision), lines((1,), precision), lines((9,), precision)
    a[:], b[:] = rng.random(a.shape), rng.random(b.shape) + 0.1
    b[0, 0] = 0.5
    found = _worked_out(a, b, out)
    x, y = a[1, 2], b[0]
    half, quarter = precision(0.5), precision(0.25)
    expected = [
        x + y,
        x - y,
        x * half,
        precision(1.0) / y,
        np.minimum(x, y),
        np.maximum(x, quarter),
        np.where((x > y) | (y == half), x, y),
        np.where((x > precision(0.2)) & (x <= precision(0.8)), 1.0, 0.0),
    ]
    np.testing.assert_array_equal(out[:8], np.array(expected, dtype=precision))
    # Rounded once, where a product and a sum round twice.
    exact = (3.0 * x.astype(np.longdouble) + y.astype(np.longdouble)).astype(precision)
    np.testing.assert_allclose(out[8], exact, rtol=np.finfo(precision).eps)
    assert found == (False, True)


def test_arrays_of_packs_begin_at_a_line_of_cache() -> None:
    for shape in ((3,), (2, 5), (1, 1, 7), (0, 4)):
        packs = lines(shape, np.float64, 2.0)
        assert packs.shape == (*shape, 8) and (packs == 2.0).all()
        assert packs.size == 0 or packs.ctypes.data % LINE_BYTES == 0
