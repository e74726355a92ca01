"""Baselines: what to beat: no change, the past, a rule of thumb, simpler engines, a shuffled table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from autarky import iomath
from autarky.economy import Economy
from autarky.errors import EconomyError, Problem
from autarky.scenario import Behaviour, Overtime, PerProduct, PresetName, ProductionFunction, Scenario
from autarky.verdict.growth import GROUPS, Observed, value_added_weights

Floats = npt.NDArray[np.float64]


def no_change(years: Sequence[int]) -> Floats:
    """Growth 0 for every group and year, as a forecast of one draw: shape (1, years, groups), %."""
    return np.zeros((1, len(years), len(GROUPS)))


def past_spread(observed: Sequence[Observed], years: Sequence[int]) -> Floats:
    """Every growth rate observed in the past, each as likely, in every year.

    Returns
    -------
    forecast : array, shape (most figures of a group, years, groups), %
        A group with fewer figures ends in NaN; one without any has no forecast.
    """
    columns = [[one.growth for one in observed if one.industry == group] for group in GROUPS]
    sample = np.full((max(map(len, columns)), len(years), len(GROUPS)), np.nan)
    for k, column in enumerate(columns):
        sample[: len(column), :, k] = np.array(column)[:, None]
    return sample


def exposures(economy: Economy) -> Floats:
    """``m′(I − A)⁻¹``: imports behind a unit of a group's output, direct and through inputs, (groups,).

    Industries of a group are weighed by their value added.
    """
    imported = iomath.technical_coefficients(economy.imports_intermediate, economy.x)
    content = iomath.import_multipliers(economy.A, imported)
    sectors = np.array([sector for _, sector in economy.industries.pairs])
    weights = np.array([np.isin(sectors, codes) for codes in GROUPS.values()]) * value_added_weights(economy)
    return np.asarray((weights * content).sum(axis=1) / weights.sum(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class ExposureRule:
    """``g_k = −ε · exposure_k · ΔM``: growth in proportion to how much of a product is imported."""

    elasticity: float
    """ε: least squares through the origin on past growth."""
    residuals: tuple[float, ...]
    """Observed less fitted, percentage points; each as likely around a forecast."""

    @classmethod
    def fitted(
        cls, observed: Sequence[Observed], exposure: Floats, falls: Mapping[int, float]
    ) -> ExposureRule:
        """The rule that comes nearest to past growth.

        Parameters
        ----------
        observed : sequence of Observed
        exposure : array, shape (groups,)
        falls : mapping of year to share
            ΔM: what imports fell by on the year before, as a share of it; negative where they rose.
        """
        groups = list(GROUPS)
        g = np.array([one.growth for one in observed])
        z = np.array([-100.0 * exposure[groups.index(one.industry)] * falls[one.year] for one in observed])
        elasticity = float((g * z).sum() / (z**2).sum()) if (z**2).sum() > 0 else 0.0
        return cls(elasticity, tuple((g - elasticity * z).tolist()))

    def forecast(self, exposure: Floats, falls: Sequence[float]) -> Floats:
        """Growth by year and group with the past's residuals around it: (residuals, years, groups), %."""
        middle = -100.0 * self.elasticity * np.asarray(falls)[:, None] * exposure
        return np.asarray(middle + np.array(self.residuals)[:, None, None], dtype=np.float64)


def without_stocks(scenario: Scenario) -> Scenario:
    """The scenario under pure Leontief: every input binds and nothing is held beyond a day's use.

    No overtime, no change of supplier; shocks stay.
    """
    behaviour = scenario.behaviour.model_copy(
        update={
            "preset": PresetName.AUTARKY,
            "production": ProductionFunction.LEONTIEF,
            "criticality": (),
            "importance": None,
            "inventory_days": PerProduct(default=1.0),
            "restocking_days": PerProduct(default=1.0),
            "initial_stocks": PerProduct(default=1.0),
            "overtime": Overtime(max=1.0),
            "substitution_days": "off",
            "utilisation": None,
        }
    )
    return scenario.model_copy(update={"behaviour": behaviour})


def as_boario(scenario: Scenario) -> Scenario:
    """The scenario under the whole of preset boario; shocks stay."""
    return scenario.model_copy(update={"behaviour": Behaviour(preset=PresetName.BOARIO)})


_TRIES, _ROUNDS = 100, 500
_LEFT = 0.02
"""Share of a column's imports and value added together that stays value added."""


def permuted(economy: Economy, rng: np.random.Generator) -> Economy:
    """The economy with columns of imported input coefficients dealt out anew among its industries.

    With M = imports_intermediate / x and a random permutation π of the industries that make something, the
    new imports start from ``M[:, π]·diag(x)``. Rows are scaled so that every gate imports as much as before;
    columns that would then cost an industry all but a fiftieth of its value added are scaled down, in turn
    until both hold. Value added takes up the difference. Home inputs, final use and outputs stay, so rows and
    columns balance as before.

    Raises
    ------
    EconomyError
        If no permutation fits (imports nearly as large as all value added).
    """
    x = economy.x
    active = np.flatnonzero(x > 0)
    imports, value_added = economy.imports_intermediate, economy.value_added.sum(axis=0)
    totals, before = imports.sum(axis=1), imports.sum(axis=0)
    coefficients = iomath.technical_coefficients(imports, x)
    # An industry that leaves less than that already may keep what it imports.
    most = np.maximum(before, (1.0 - _LEFT) * (before + value_added))
    for _ in range(_TRIES):
        dealt = np.zeros_like(imports)
        dealt[:, active] = coefficients[:, active[rng.permutation(len(active))]] * x[active]
        if (found := _within(dealt, totals, most)) is None:
            continue
        kept = value_added - (found.sum(axis=0) - before)
        return replace(
            economy,
            imports_intermediate=found,
            value_added=_shared_out(economy.value_added, kept),
            provenance=replace(
                economy.provenance,
                notes=(*economy.provenance.notes, "imported inputs permuted across industries: a baseline"),
            ),
        )
    remedy = "run the backtest without permutations"
    raise EconomyError(Problem(economy.name, "has imports that fit no other industries", remedy))


def _within(dealt: Floats, totals: Floats, most: Floats) -> Floats | None:
    """Row totals exactly, columns at most so much: scaled in turn; None if that does not settle."""
    for _ in range(_ROUNDS):
        rows = dealt.sum(axis=1)
        if (totals[rows <= 0] > 0).any():
            return None
        dealt = dealt * np.where(rows > 0, totals / np.where(rows > 0, rows, 1.0), 0.0)[:, None]
        columns = dealt.sum(axis=0)
        over = columns > most * (1.0 + 1e-12)
        if not over.any():
            return dealt
        # A little more than needed, so that the end is reached and not only approached.
        dealt = dealt * np.where(over, 0.999 * most / np.where(over, columns, 1.0), 1.0)
    return None


def _shared_out(value_added: Floats, totals: Floats) -> Floats:
    """Components of value added changed to new column totals, by the size of each component."""
    more = totals - value_added.sum(axis=0)
    size = np.abs(value_added).sum(axis=0)
    weight = np.where(size > 0, np.abs(value_added) / np.where(size > 0, size, 1.0), 1.0 / len(value_added))
    return np.asarray(value_added + weight * more, dtype=np.float64)
