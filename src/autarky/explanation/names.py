"""Names: the codes of a result as the long names that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import xarray as xr

from autarky.explanation.wording import plain
from autarky.results import EnsembleResult, SimulationResult


class Gate(NamedTuple):
    """An import gate by its long names."""

    partner: str
    product: str


class Names:
    """Long names by position along each dimension, and by code. Every name is safe to print.

    An industry of a multi-regional table reads ``region: sector``. Two codes with one long name keep
    their code in brackets, so that no two lines of an answer read the same. Needs of an ensemble are
    products, or ``region: product`` where several regions have households; those of a run that counts what
    households live on have the names that its study gives them.
    """

    def __init__(self, result: SimulationResult | EnsembleResult) -> None:
        self._labels = result.labels
        data = result.data
        self.industry_codes = texts(data, "industry")
        sectors = texts(data, "sector") or self.industry_codes
        regions = texts(data, "region") or ("",) * len(sectors)
        self.is_multi_regional = len(set(regions)) > 1
        self.industries = _distinct(
            self.industry_codes,
            [
                f"{self.of(region)}: {self.of(sector)}" if self.is_multi_regional else self.of(sector)
                for region, sector in zip(regions, sectors, strict=True)
            ],
        )
        self.product_codes = texts(data, "product")
        self.products = _distinct(self.product_codes, [self.of(code) for code in self.product_codes])
        self.need_codes = texts(data, "need")
        places, bought = texts(data, "need_region"), texts(data, "need_product")
        several = len(set(places)) > 1
        self.needs = _distinct(
            self.need_codes,
            [
                f"{self.of(place)}: {self.of(product)}" if several else self.of(product)
                for place, product in zip(places, bought, strict=True)
            ]
            or [plain(code) for code in self.need_codes],
        )
        self.slots = tuple(self.of(code) for code in texts(data, "slot_product"))
        self.gate_codes = texts(data, "gate")
        partners, products = texts(data, "partner"), texts(data, "gate_product")
        self.gates = tuple(
            Gate(self.of(partner), self.of(product))
            for partner, product in zip(partners, products, strict=True)
        )
        self._industry_by_code = dict(zip(self.industry_codes, self.industries, strict=True))
        self._region_by_code = {
            code: self.of(region) for code, region in zip(self.industry_codes, regions, strict=True)
        }
        self._gate_by_code = dict(zip(self.gate_codes, self.gates, strict=True))

    def of(self, code: object) -> str:
        """The long name of a sector, product or region code; the code where there is none."""
        return plain(self._labels.get(str(code)) or code)

    def supplier(self, code: str) -> str:
        """The long name of a supplier: an industry, or the partner behind an import gate."""
        if code in self._industry_by_code:
            return self._industry_by_code[code]
        if code in self._gate_by_code:
            return self._gate_by_code[code].partner
        return self.of(code)

    def origin(self, supplier: str) -> str:
        """Where a supplier of a known product sits: its partner abroad, its region, or ``home``."""
        if supplier in self._industry_by_code:
            return self._region_by_code[supplier] if self.is_multi_regional else "home"
        return self.supplier(supplier) if supplier else ""


def texts(data: xr.Dataset, name: str) -> tuple[str, ...]:
    """A coordinate as Python text, whatever the file format made of it; empty where it is absent."""
    if name not in data.variables:
        return ()
    return tuple(str(value) for value in data[name].values.ravel())


def _distinct(codes: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    often = Counter(names)
    return tuple(
        name if often[name] == 1 or name == plain(code) else f"{name} ({plain(code)})"
        for code, name in zip(codes, names, strict=True)
    )
