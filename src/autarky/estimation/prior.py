"""Prior: a donor's coefficients, blown up to the size that the figures say, before any balancing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autarky.economy import FinalUseKind
from autarky.estimation.donors import Donor
from autarky.estimation.frame import Frame
from autarky.estimation.measures import Reading
from autarky.estimation.recipe import Recipe

Floats = npt.NDArray[np.float64]

_LEFT_AT_HOME = 0.05
"""Share of a use that stays with home suppliers in the prior however much is imported: a zero could never
become anything else again."""
_SWEEPS = 30
_SEED = 0.01
"""Size of an activity that no donor has, relative to the mean industry, until figures say more."""


def prior_of(
    recipe: Recipe,
    frame: Frame,
    donors: Sequence[tuple[Donor, float]],
    readings: Sequence[Reading],
    rate: float,
) -> Floats:
    """The table before it is balanced, as a vector of cells in money of the table.

    Coefficients are the donors' (their mean by weight, where there are several); the size of each industry
    is what the figures on value added say, of each import what those on imports say, and so on. Where no
    figure bears on an industry, the donors' proportions stand.

    Parameters
    ----------
    donors : pairs of (donor, weight)
    rate : float
        Money of the table for one unit of foreign money.
    """
    mean = _Mean(donors, frame, recipe)
    use = mean.A * mean.output
    wages = mean.value_added * mean.output
    spending = mean.output.sum() * mean.final_use
    imported_inputs, imported_final = _imports(frame, recipe, mean, use, spending)
    cells = frame.vector(
        {
            "Z": use,
            "Y": spending,
            "imports_intermediate": imported_inputs,
            "imports_final": imported_final,
            "value_added": wages[None, :],
        }
    )
    sized = frame.blocks(_sized(frame, cells, readings, rate))
    # All that is used was counted as bought at home until here: what comes from abroad is taken off.
    sized["Z"] = _at_home(frame, recipe, sized["Z"], sized["imports_intermediate"])
    sized["Y"] = _at_home(frame, recipe, sized["Y"], sized["imports_final"])
    return frame.vector(sized)


class _Mean:
    """The donors' coefficients, averaged by weight, in the frame's order; the recipe's own besides."""

    def __init__(self, donors: Sequence[tuple[Donor, float]], frame: Frame, recipe: Recipe) -> None:
        total = sum(weight for _, weight in donors)
        borrowed = list(recipe.sectors)
        b, n = len(borrowed), len(frame.sectors)
        self.A = np.zeros((n, n))
        self.imported = np.zeros((n, n + len(frame.users)))
        """Share of each use of a product that comes from abroad."""
        self.value_added, self.output = np.zeros(n), np.zeros(n)
        self.final_use = np.zeros((n, len(frame.users)))
        kinds = [user.kind for user in frame.users]
        knowing = sum(weight for donor, weight in donors if donor.import_share is not None)
        for given, weight in donors:
            donor = _without(given, recipe)
            rows = [donor.sectors.index(sector) for sector in borrowed]
            part = weight / total
            self.A[:b, :b] += part * donor.A[np.ix_(rows, rows)]
            self.value_added[:b] += part * donor.value_added.sum(axis=0)[rows]
            self.output[:b] += part * donor.output_share[rows]
            columns = [_column(donor, kind) for kind in kinds]
            spent = donor.final_use[np.ix_(rows, columns)] * donor.final_total[columns]
            self.final_use[:b] += part * np.maximum(spent, 0.0)
            if donor.import_share is not None:
                share = donor.import_share[np.ix_(rows, [*rows, *(len(donor.sectors) + k for k in columns)])]
                where = [*range(b), *range(n, n + len(kinds))]
                self.imported[np.ix_(range(b), where)] += weight / knowing * share
        if knowing == 0:
            # Any pattern would be an invention: the same share of every use.
            self.imported[:b] = 0.1
        exports = np.flatnonzero([kind is FinalUseKind.EXPORTS for kind in kinds])
        self.imported[:, n + exports] = 0.0
        for k, name in enumerate(borrowed):
            if recipe.traded != "all" and name not in recipe.traded:
                self.imported[k] = 0.0
                self.final_use[k, exports] = 0.0
        # What a recipe's own activities buy, as shares of their output; the rest is value added.
        self.own: dict[tuple[str, int], float] = {}
        for k, (name, activity) in enumerate(recipe.activities.items()):
            j = b + k
            assert frame.sectors[j] == name
            for product, part_of_output in activity.inputs.items():
                if product in recipe.imported:
                    self.own[product, j] = part_of_output
                else:
                    self.A[frame.sectors.index(product), j] = part_of_output
            self.value_added[j] = 1.0 - sum(activity.inputs.values())
            self.output[j] = _SEED * self.output[:b].mean()
            self.final_use[j, exports] = self.output[j] / self.output[:b].sum() / len(exports)


def _without(donor: Donor, recipe: Recipe) -> Donor:
    """The donor with products that a recipe buys only abroad counted as part of what holds them elsewhere."""
    for product, bought in recipe.imported.items():
        if bought.part_of is not None and product in donor.products:
            donor = donor.merged(product, bought.part_of)
    return donor


def _column(donor: Donor, kind: FinalUseKind) -> int:
    return donor.final_users.index(kind.value)


def _imports(
    frame: Frame, recipe: Recipe, mean: _Mean, use: Floats, spending: Floats
) -> tuple[Floats, Floats]:
    """Imports by gate and user, in the donors' pattern; partners share alike until figures say more."""
    n, g = len(frame.sectors), len(frame.gates)
    partners = len(frame.known("partners"))
    inputs, final = np.zeros((g, n)), np.zeros((g, len(frame.users)))
    for k, gate in enumerate(frame.gates):
        if gate.product in frame.sectors:
            row = frame.sectors.index(gate.product)
            inputs[k] = mean.imported[row, :n] * use[row] / partners
            final[k] = mean.imported[row, n:] * spending[row] / partners
            continue
        bought = recipe.imported[gate.product]
        for user, share in bought.users.items():
            j = frame.sectors.index(user)
            part = mean.own.get((gate.product, j), 0.01 * share / sum(bought.users.values()))
            inputs[k, j] = part * mean.output[j] / partners
    return inputs, final


def _at_home(frame: Frame, recipe: Recipe, use: Floats, imported: Floats) -> Floats:
    """Use of home products: all use less what is imported, but never nothing where there was something."""
    home = use.copy()
    for k, gate in enumerate(frame.gates):
        product = gate.product if gate.product in frame.sectors else recipe.imported[gate.product].part_of
        if product is not None:
            home[frame.sectors.index(product)] -= imported[k]
    return np.maximum(home, _LEFT_AT_HOME * use)


def _sized(frame: Frame, cells: Floats, readings: Sequence[Reading], rate: float) -> Floats:
    """Cells blown up in turn until each figure is met or the sweeps are over.

    A figure on value added carries the whole column of its industries, so that recipes stay; any other
    figure carries its own cells.
    """
    cells = cells * _size(cells, readings, rate)
    for reading in readings:
        # Where donors have nothing of what a figure says there is, its cells begin alike.
        if reading.measure.bound != "at_most" and reading.value > 0 and not cells[reading.cells].any():
            cells[reading.cells] = reading.value / len(reading.cells)
    for _ in range(_SWEEPS):
        for reading in readings:
            if reading.measure.bound != "equal":
                continue
            has = cells[reading.cells].sum()
            if reading.whole is None:
                wanted = reading.value * (rate if reading.foreign else 1.0)
            else:
                wanted = reading.value * cells[reading.whole].sum()
            if has > 0 and wanted > 0:
                cells[_carried(frame, reading)] *= wanted / has
    return cells


def _size(cells: Floats, readings: Sequence[Reading], rate: float) -> float:
    """By how much all cells are blown up first: the largest amount that a figure states decides.

    Cells that no figure bears on would else stay as small as the donors' shares.
    """
    amounts = [
        (reading.value * (rate if reading.foreign else 1.0), float(cells[reading.cells].sum()))
        for reading in readings
        if reading.whole is None
    ]
    wanted, has = max(amounts, default=(1.0, 1.0))
    return wanted / has if has > 0 else 1.0


def _carried(frame: Frame, reading: Reading) -> npt.NDArray[np.intp]:
    if all(cells.block == "value_added" for cells in reading.measure.sum):
        columns = np.isin(frame.places["value_added"][0], reading.cells)
        blocks = ("Z", "imports_intermediate", "value_added")
        return np.concatenate([frame.places[block][:, columns].ravel() for block in blocks])
    return reading.cells
