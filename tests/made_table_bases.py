"""A small table as techniques and its base year, with round numbers."""

from __future__ import annotations

import numpy as np

from autarky.planning.posing.from_table import TableBase


def farms_and_works() -> TableBase:
    """Farms (output 200) and works (output 100), 40 of imported works, and 10 of oil, made nowhere at home.

    Investment (15) replaces the twentieth of plants that retires, at one unit of works per unit of capacity;
    what imports cost beyond exports is paid from abroad.
    """
    products = ("farms", "works", "imported works", "oil")
    output = np.array([200.0, 100.0, 10.0])
    make = np.zeros((4, 3))
    make[0, 0] = make[1, 1] = make[1, 2] = 1.0
    use = np.zeros((4, 3))
    use[:, 0] = np.array([20.0, 30.0, 10.0, 4.0]) / 200.0
    use[:, 1] = np.array([40.0, 10.0, 20.0, 6.0]) / 100.0
    use[2, 2] = 1.0
    builds_with = np.zeros((4, 3))
    builds_with[1, :2] = 1.0
    return TableBase(
        name="made",
        year=2019,
        unit="million USD",
        products=products,
        table_products=("farms", "works", "works", "oil"),
        techniques=("farms", "works", "imported works for works"),
        recipes=np.array([0, 1, -1]),
        make=make,
        use=use,
        output=output,
        capacity=np.array([200.0, 100.0, np.inf]),
        retirement=np.array([0.05, 0.05, 0.0]),
        lag=np.array([1.0, 1.0, 0.0]),
        builds_with=builds_with,
        most_starts=np.array([20.0, 10.0, 0.0]),
        under_way=np.array([10.0, 5.0, 0.0]),
        investment=np.array([0.0, 1.0, 0.0, 0.0]),
        value_added=np.array([136.0, 24.0, 0.0]),
        import_channels=(("CHINA", "imported works"), ("CHINA", "oil")),
        imports_base=np.array([40.0, 10.0]),
        export_channels=(("CHINA", "farms"),),
        exports_base=np.array([30.0]),
        consumption=np.array([90.0, 45.0, 0.0, 0.0]),
        public=np.array([20.0, 10.0, 0.0, 0.0]),
        left_over=np.zeros(4),
    )
