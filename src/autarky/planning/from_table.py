"""From a table: what its industries make and need, as techniques; what its year bought, sold and used."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from autarky.planning.problem import Matrix, Vector


@dataclass(frozen=True, eq=False)
class TableBase:
    """A table as products and techniques; n products, m techniques, c import and e export channels.

    Money of the table's unit, per year, in prices of the base year. Without sets declared besides, the base
    year itself is a plan: activity ``output``, imports and exports ``*_base``, consumption ``consumption``.
    """

    name: str
    year: int
    unit: str
    products: tuple[str, ...]
    """Home products by their codes, then ``imported CODE`` for imports that home products cannot stand for,
    then products never made at home by their codes, then carved ones by their names."""
    techniques: tuple[str, ...]
    """Industries by their codes, then ``imported CODE for CODE`` (an import stands for the home product; no
    plant, nothing needed but the import), then ``CODE in place of imports`` of declared substitutions."""
    make: Matrix
    """(n, m)"""
    use: Matrix
    """(n, m)"""
    output: Vector
    """(m,) activity of the base year."""
    capacity: Vector
    """(m,) inf: needs no plant."""
    retirement: Vector
    """(m,)"""
    lag: Vector
    """(m,)"""
    builds_with: Matrix
    """(n, m)"""
    most_starts: Vector
    """(m,)"""
    under_way: Vector
    """(m,) capacity that comes in each year of the lag from what was started before: what retires."""
    investment: Vector
    """(n,) what one unit of money of investment goods is made of; adds up to 1."""
    value_added: Vector
    """(m,) of each industry in the base year; 0 for other techniques."""
    import_channels: tuple[tuple[str, str], ...]
    """(partner, product)."""
    imports_base: Vector
    """(c,)"""
    export_channels: tuple[tuple[str, str], ...]
    exports_base: Vector
    """(e,)"""
    consumption: Vector
    """(n,) use by households (and non-profits that serve them)."""
    public: Vector
    """(n,) use by government and whoever is neither household nor investor, without changes in stocks."""
    names: dict[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def deficit(self) -> float:
        """What imports cost beyond what exports bring."""
        return float(np.sum(self.imports_base) - np.sum(self.exports_base))
