"""From a table: what a firm network has to agree with, and the kinds, sectors and places it takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.declared import ALL
from autarky.economy import Economy
from autarky.firm_network.network import Floats, Integers, Level
from autarky.scenario import Criticality, CriticalityRule, ImportMode
from autarky.scenario.behaviour import ImportRule

LEVELS = {
    Criticality.ESSENTIAL: Level.ESSENTIAL,
    Criticality.IMPORTANT: Level.LINEAR,
    Criticality.NON_ESSENTIAL: Level.NO_EFFECT,
}
ABROAD = " (abroad)"
"""Marks the kind of an import that home products cannot replace."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A table as a firm network has to add up to it: I industries, g suppliers abroad, K kinds."""

    economy: Economy
    kinds: tuple[str, ...]
    """(K,) product codes; an import that home products cannot replace is ``code (abroad)``."""
    sectors: tuple[str, ...]
    """Product codes: the sectors, then imported products that no sector makes."""
    sector_names: tuple[str, ...]
    regions: tuple[str, ...]
    """Regions of the table, then partners."""
    industry_sector: Integers
    """(I,)"""
    industry_kind: Integers
    """(I,)"""
    industry_region: Integers
    """(I,)"""
    gate_sector: Integers
    """(g,)"""
    gate_kind: Integers
    """(g,)"""
    gate_region: Integers
    """(g,)"""
    use: Floats
    """(I + g, I) intermediate use of home products, then of imports; what is negative counts as none."""
    output: Floats
    """(I + g,) output of industries, imports through gates; at least what is sold to industries."""
    value_added: Floats
    """(I,)"""
    essentiality: npt.NDArray[np.uint8]
    """(K, K) ``Level``."""
    notes: tuple[str, ...]
    rules: tuple[CriticalityRule, ...] = ()
    """The rules behind ``essentiality``."""

    @property
    def product_of(self) -> dict[str, str]:
        """The product that each kind is a kind of."""
        return {kind: kind if kind in self.sectors else kind.removesuffix(ABROAD) for kind in self.kinds}

    @property
    def gate_names(self) -> tuple[str, ...]:
        """``partner.product`` of each supplier abroad."""
        return tuple(f"{gate.partner}.{gate.product}" for gate in self.economy.gates)


def frame_of(
    economy: Economy, imports: ImportRule | None = None, essentiality: Sequence[CriticalityRule] = ()
) -> Frame:
    """What firms in a table have to add up to.

    Imports are non-competitive in a national table and competitive in a multi-regional one, as in a
    simulation, where ``imports`` does not say otherwise.
    """
    pairs, products = economy.industries.pairs, economy.products
    many = economy.is_multi_regional
    competes = {gate.product: _competes(gate.product, imports, many) for gate in economy.gates}
    alone = [product for product in products if not competes.get(product, True)]
    abroad = tuple(f"{product}{ABROAD}" for product in alone)
    kinds = (*products, *abroad)
    product_of = dict(zip(kinds, (*products, *alone), strict=True))
    place = {kind: k for k, kind in enumerate(kinds)}
    partners = dict.fromkeys(gate.partner for gate in economy.gates)
    regions = tuple(dict.fromkeys((*economy.industries.regions, *partners)))
    use = np.vstack([economy.Z, economy.imports_intermediate])
    final = np.concatenate([economy.Y.sum(axis=1), economy.imports_final.sum(axis=1)])
    notes = []
    if (use < 0).any():
        notes.append(f"{int((use < 0).sum())} negative intermediate uses of the table count as none.")
    if (final < 0).any():
        notes.append(
            f"Of {int((final < 0).sum())} products final users take less than nothing (stocks run down): "
            "their output counts as what industries buy."
        )
    use = np.maximum(use, 0.0)
    return Frame(
        economy=economy,
        kinds=kinds,
        sectors=products,
        sector_names=tuple(economy.product_name(product) for product in products),
        regions=regions,
        industry_sector=np.array([products.index(sector) for _, sector in pairs], dtype=np.int64),
        industry_kind=np.array([place[sector] for _, sector in pairs], dtype=np.int64),
        industry_region=np.array([regions.index(region) for region, _ in pairs], dtype=np.int64),
        gate_sector=np.array([products.index(gate.product) for gate in economy.gates], dtype=np.int64),
        gate_kind=np.array(
            [
                place[gate.product if competes[gate.product] else f"{gate.product}{ABROAD}"]
                for gate in economy.gates
            ],
            dtype=np.int64,
        ),
        gate_region=np.array([regions.index(gate.partner) for gate in economy.gates], dtype=np.int64),
        use=use,
        output=use.sum(axis=1) + np.maximum(final, 0.0),
        value_added=economy.value_added.sum(axis=0),
        essentiality=levels_of(kinds, product_of, essentiality),
        notes=tuple(notes),
        rules=tuple(essentiality),
    )


def _competes(product: str, rule: ImportRule | None, many: bool) -> bool:
    if rule is not None and product in rule.competitive:
        return True
    if rule is not None and product in rule.non_competitive:
        return False
    if rule is not None and rule.default is not None:
        return rule.default is ImportMode.COMPETITIVE
    return many


def levels_of(
    kinds: Sequence[str],
    product_of: Mapping[str, str],
    rules: Sequence[CriticalityRule],
    listed: npt.NDArray[np.uint8] | None = None,
) -> npt.NDArray[np.uint8]:
    """Essentiality of each kind (row) for each kind (column): by rules, else as ``listed``, else essential.

    A rule names a kind, or the product it is a kind of. Later rules override earlier ones.
    """
    levels = np.full((len(kinds), len(kinds)), Level.ESSENTIAL, dtype=np.uint8)
    if listed is not None:
        levels[:] = listed

    def named(names: tuple[str, ...] | str) -> npt.NDArray[np.bool_]:
        return np.array([names == ALL or kind in names or product_of[kind] in names for kind in kinds])

    for rule in rules:
        levels[np.ix_(named(rule.inputs), named(rule.users))] = LEVELS[rule.level]
    return levels
