"""Tables projected to another year's totals: Austria 2010 to 2011; China 1987 to 1990, where the truth is."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp

from autarky.errors import InfeasibleError
from autarky.estimation.entropy import Constraints, cross_entropy
from autarky.estimation.gras import gras
from autarky.estimation.ras import ras
from autarky.sources.nbs import read_nbs
from reference import estimation as twin

Floats = npt.NDArray[np.float64]


class SupplyUse(NamedTuple):
    """Supply (product by industry), domestic and imported use (product by user)."""

    supply: Floats
    domestic: Floats
    imported: Floats


def distance(found: Floats, other: Floats) -> float:
    """Weighted absolute percentage error: Σ |found − other| / Σ |other|."""
    return float(np.abs(found - other).sum() / np.abs(other).sum())


@pytest.fixture(scope="module")
def austria(shared_data: Path) -> tuple[SupplyUse, Floats, Floats, float]:
    """The tables of 2010; output by industry, use by user and imports in all of 2011, million EUR."""

    def read(name: str) -> Floats:
        with (shared_data / "austria2010_sut" / name).open(encoding="utf-8", newline="") as file:
            return np.array([[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]])

    table = SupplyUse(read("V.csv"), read("Ud.csv"), read("Um.csv"))
    output, use, imports = (read(f"NA2011_{name}.csv")[:, 0] for name in ("xbar", "ubar", "M"))
    return table, output, use, float(imports[0])


def joint(table: SupplyUse, output: Floats, use: Floats, imports: float) -> tuple[Floats, Constraints]:
    """All cells in one row, and what is known of 2011; every product's supply is its domestic use."""
    products, industries = table.supply.shape
    users = table.domestic.shape[1]
    one = np.ones((1, products))
    no = sp.csr_array
    balance = [
        sp.kron(sp.eye_array(products), np.ones((1, industries))),
        -sp.kron(sp.eye_array(products), np.ones((1, users))),
        no((products, products * users)),
    ]
    by_industry = [sp.kron(one, sp.eye_array(industries)), no((industries, 2 * products * users))]
    by_user = [no((users, products * industries)), *[sp.kron(one, sp.eye_array(users))] * 2]
    abroad = [no((1, products * (industries + users))), sp.csr_array(np.ones((1, products * users)))]
    matrix = sp.vstack([sp.hstack(block) for block in (balance, by_industry, by_user, abroad)], format="csr")
    target = np.concatenate([np.zeros(products), output, use, [imports]])
    names = [f"balance of product {k}" for k in range(products)]
    names += [f"output of industry {k}" for k in range(industries)]
    names += [f"use of user {k}" for k in range(users)] + ["imports"]
    cells = np.concatenate([part.ravel() for part in table])
    return cells, Constraints(matrix, target, target, target, tuple(names))


def cut(cells: Floats, like: SupplyUse) -> SupplyUse:
    """The three tables out of one row of cells."""
    ends = np.cumsum([part.size for part in like])[:-1]
    parts = np.split(cells, ends)
    return SupplyUse(*(part.reshape(old.shape) for part, old in zip(parts, like, strict=True)))


def by_columns(part: Floats, totals: Floats) -> Floats:
    """Columns scaled to totals; a column of nothing stays nothing."""
    now = part.sum(axis=0)
    return np.asarray(part * np.divide(totals, now, out=np.zeros_like(now), where=now != 0))


def test_austria_2011_by_cross_entropy_is_sut_ras(austria: tuple[SupplyUse, Floats, Floats, float]) -> None:
    """Under exact totals it is the problem of SUT-RAS (Temurshoev & Timmer 2011); the twin takes turns."""
    table, output, use, imports = austria
    cells, known = joint(table, output, use, imports)
    found = cross_entropy(cells, known)
    size = abs(known.matrix) @ np.abs(found.cells)
    assert (np.abs(found.values - known.target) <= 1e-9 * np.maximum(size, 1e-9)).all()
    np.testing.assert_array_equal(np.sign(cut(found.cells, table).domestic), _kept_signs(table.domestic, use))
    slow = twin.cyclic(cells, known.matrix.toarray(), known.target, rounds=60)
    np.testing.assert_allclose(found.cells, slow, rtol=1e-6, atol=1e-6)


def _kept_signs(part: Floats, use: Floats) -> Floats:
    """Signs of the prior; a user of nothing in 2011 leaves nothing."""
    return np.asarray(np.sign(part) * (use != 0))


def test_austria_2011_side_by_side(austria: tuple[SupplyUse, Floats, Floats, float]) -> None:
    """How far each method goes from 2010, and what it leaves open.

    No table of 2011 stands beside these totals, so this is no distance to a truth: a method should meet all
    totals and change little more than it must.
    """
    table, output, use, imports = austria
    cells, known = joint(table, output, use, imports)
    entropy = cut(cross_entropy(cells, known).cells, table)
    with pytest.raises(InfeasibleError):  # totals by product, which RAS needs, are not those of 2010
        totals = table.supply.sum(axis=1)
        ras(table.supply, totals * output.sum() / totals.sum(), output)
    supply = by_columns(table.supply, output)
    both = np.vstack([table.domestic, table.imported])
    columns = np.split(by_columns(both, use), 2)
    rows = np.concatenate([supply.sum(axis=1), table.imported.sum(axis=1) * imports / table.imported.sum()])
    two_steps = np.split(gras(both, rows, use).cells, 2)
    found = {
        "2010 as it is": table,
        "columns scaled": SupplyUse(supply, *columns),
        "supply by columns, use by GRAS": SupplyUse(supply, *two_steps),
        "cross-entropy (SUT-RAS)": entropy,
    }
    told = {
        name: (
            *(distance(new, old) for new, old in zip(each, table, strict=True)),
            float(np.abs(each.supply.sum(axis=1) - each.domestic.sum(axis=1)).sum() / output.sum()),
            abs(float(each.imported.sum()) / imports - 1),
        )
        for name, each in found.items()
    }
    print("\nfrom 2010: supply, domestic use, imported use; open: product balance, imports")
    for name, numbers in told.items():
        print(f"  {name:32}" + " ".join(f"{100 * number:7.2f} %" for number in numbers))
    expected = {
        "2010 as it is": (0, 0, 0, 0, 0.1560),
        "columns scaled": (0.0829, 0.1022, 0.1275, 0.0391, 0.0498),
        "supply by columns, use by GRAS": (0.0829, 0.1003, 0.1865, 0, 0),
        "cross-entropy (SUT-RAS)": (0.0840, 0.0947, 0.1849, 0, 0),
    }
    for name, numbers in expected.items():
        np.testing.assert_allclose(told[name], numbers, atol=1e-4)


def test_china_1990_from_1987_and_the_truth(shared_data: Path) -> None:
    """33 industries, output up by 64 %: intermediate use from the year's own totals, beside the truth."""
    old, new = (read_nbs(shared_data / "china_nbs" / f"cn_{year}_33.csv") for year in (1987, 1990))
    n = len(old.industries)
    found = {
        "1987 coefficients": old.A * new.x,
        "1987, columns scaled": by_columns(old.Z, new.Z.sum(axis=0)),
        "RAS, totals of intermediate use": ras(old.Z, new.Z.sum(axis=1), new.Z.sum(axis=0)).cells,
    }
    wide, true = (np.hstack([each.Z, each.Y.sum(axis=1)[:, None]]) for each in (old, new))
    prior = wide * true.sum() / wide.sum()
    u, v = true.sum(axis=1), true.sum(axis=0)
    found["GRAS, output and columns"] = gras(prior, u, v).cells[:, :n]
    by_row = sp.kron(sp.eye_array(n), np.ones((1, n + 1)))
    matrix = sp.vstack([by_row, sp.kron(np.ones((1, n)), sp.eye_array(n + 1))])
    both = np.concatenate([u, v])
    names = tuple(f"row {k}" for k in range(n)) + tuple(f"column {k}" for k in range(n + 1))

    def entropy(digits: int | None) -> Floats:
        """Cross-entropy under totals known to some digits, as ranges; to all of them if None."""
        step = np.zeros_like(both) if digits is None else 10.0 ** (np.floor(np.log10(both)) - digits + 1)
        target = both if digits is None else np.round(both / step) * step
        known = Constraints(matrix, target - step / 2, target, target + step / 2, names)
        return cross_entropy(prior.ravel(), known).cells.reshape(wide.shape)[:, :n]

    found["cross-entropy, the same"] = entropy(None)
    found["cross-entropy, two digits of them"] = entropy(2)
    found["cross-entropy, one digit of them"] = entropy(1)
    told = {name: distance(each, new.Z) for name, each in found.items()}
    print("\nChina, intermediate use 1990: Σ |estimate − truth| / Σ truth")
    for name, number in told.items():
        print(f"  {name:36}{100 * number:6.2f} %")
    np.testing.assert_allclose(found["cross-entropy, the same"], found["GRAS, output and columns"], rtol=1e-7)
    expected = {
        "1987 coefficients": 0.1717,
        "1987, columns scaled": 0.1723,
        "RAS, totals of intermediate use": 0.0965,
        "GRAS, output and columns": 0.1420,
        "cross-entropy, two digits of them": 0.1458,
        "cross-entropy, one digit of them": 0.1913,
    }
    for name, number in expected.items():
        assert told[name] == pytest.approx(number, abs=1e-4), name
