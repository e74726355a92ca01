"""Frame: the empty table that is to be filled, as one long vector of cells that have names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse

from autarky.declared import Names
from autarky.economy import FinalUseKind, FinalUser, Gate
from autarky.estimation.recipe import Cells, Recipe

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Axis = Literal["products", "users", "partners"]

HOME = "HOME"


@dataclass(frozen=True)
class Frame:
    """Rows and columns of a national table. ``n`` industries, ``c`` final users, ``g`` import gates."""

    sectors: tuple[str, ...]
    """Industries, those that no donor has last."""
    users: tuple[FinalUser, ...]
    """Final users at home, then one for the exports to each partner."""
    gates: tuple[Gate, ...]

    @cached_property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Blocks of the table in the order of the vector, and their shapes."""
        n, c, g = len(self.sectors), len(self.users), len(self.gates)
        return {
            "Z": (n, n),
            "Y": (n, c),
            "imports_intermediate": (g, n),
            "imports_final": (g, c),
            "value_added": (1, n),
        }

    @cached_property
    def places(self) -> dict[str, Positions]:
        """Position in the vector of each cell of each block."""
        found, start = {}, 0
        for block, shape in self.shapes.items():
            size = shape[0] * shape[1]
            found[block] = np.arange(start, start + size).reshape(shape)
            start += size
        return found

    @property
    def size(self) -> int:
        """Number of cells."""
        return sum(rows * columns for rows, columns in self.shapes.values())

    def blocks(self, cells: Floats) -> dict[str, Floats]:
        """The vector, cut into blocks."""
        return {block: cells[places] for block, places in self.places.items()}

    def vector(self, blocks: dict[str, Floats]) -> Floats:
        """The blocks, as one vector."""
        return np.concatenate([np.ravel(blocks[block]) for block in self.shapes])

    def names(self) -> Iterator[tuple[str, str, str]]:
        """(block, row, column) of each cell, in the order of the vector."""
        gates = [f"{gate.partner}.{gate.product}" for gate in self.gates]
        users = [user.category for user in self.users]
        rows = {"Z": self.sectors, "Y": self.sectors, "value_added": ("value_added",)}
        for block in self.shapes:
            columns = users if block in ("Y", "imports_final") else self.sectors
            for row in rows.get(block, gates):
                for column in columns:
                    yield block, row, column

    def balance(self) -> scipy.sparse.csr_array:
        """(n, cells): sales less costs of each industry; zero in a balanced table."""
        n = len(self.sectors)
        matrix = scipy.sparse.lil_array((n, self.size))
        for i in range(n):
            for block, sign in (("Z", 1.0), ("Y", 1.0)):
                matrix[i, self.places[block][i]] = sign
            for block in ("Z", "imports_intermediate", "value_added"):
                for place in self.places[block][:, i]:
                    matrix[i, place] -= 1.0
        return scipy.sparse.csr_array(matrix)

    def known(self, axis: Axis) -> tuple[str, ...]:
        """The names that ``Cells`` may use on an axis."""
        match axis:
            case "products":
                return tuple(dict.fromkeys((*self.sectors, *(gate.product for gate in self.gates))))
            case "users":
                return (*self.sectors, *(user.category for user in self.users))
            case "partners":
                return tuple(dict.fromkeys(gate.partner for gate in self.gates))

    def select(self, cells: Cells) -> Positions:
        """Positions of the cells that a measure names."""
        n = len(self.sectors)
        home = self._rows(self.sectors, cells.products)
        gates = np.array(
            [
                k
                for k, gate in enumerate(self.gates)
                if _in(gate.product, cells.products) and _in(gate.partner, cells.partners)
            ],
            dtype=np.intp,
        )
        industries = self._rows(self.sectors, cells.users)
        exports = np.array([user.kind is FinalUseKind.EXPORTS for user in self.users])
        final = self._rows(tuple(user.category for user in self.users), cells.users)
        at_home = final[~exports[final]]
        place = self.places
        match cells.block:
            case "value_added":
                found = [place["value_added"][:, home]]
            case "output":
                found = [place["Z"][home], place["Y"][home]]
            case "intermediate_use":
                found = [
                    place["Z"][np.ix_(home, industries)],
                    place["imports_intermediate"][np.ix_(gates, industries)],
                ]
            case "final_use":
                found = [place["Y"][np.ix_(home, at_home)], place["imports_final"][np.ix_(gates, at_home)]]
            case "imports":
                everybody = np.arange(n) if cells.users == "all" else industries
                found = [
                    place["imports_intermediate"][np.ix_(gates, everybody)],
                    place["imports_final"][np.ix_(gates, at_home)],
                ]
            case "imported_inputs":
                found = [place["imports_intermediate"][np.ix_(gates, industries)]]
            case "exports":
                buyers = [
                    k for k, user in enumerate(self.users) if exports[k] and _in(user.region, cells.partners)
                ]
                found = [place["Y"][np.ix_(home, np.array(buyers, dtype=np.intp))]]
        return np.concatenate([np.ravel(part) for part in found])

    def _rows(self, names: tuple[str, ...], asked: Names) -> Positions:
        return np.array([k for k, name in enumerate(names) if _in(name, asked)], dtype=np.intp)


def _in(name: str, asked: Names) -> bool:
    return asked == "all" or name in asked


def frame_of(recipe: Recipe) -> Frame:
    """The frame a recipe asks for, with a gate of every partner for every product that is traded."""
    sectors = (*recipe.sectors, *recipe.activities)
    at_home = [FinalUser(HOME, name, FinalUseKind(kind)) for name, kind in recipe.final_users.items()]
    abroad = [
        FinalUser(partner, one.exports, FinalUseKind.EXPORTS) for partner, one in recipe.partners.items()
    ]
    products = (*(sector for sector in recipe.sectors if _in(sector, recipe.traded)), *recipe.imported)
    gates = [Gate(partner, product) for partner in recipe.partners for product in products]
    return Frame(sectors, (*at_home, *abroad), tuple(gates))
