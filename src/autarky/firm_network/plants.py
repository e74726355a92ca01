"""Plants inside a table: each takes its share of an industry, and one firm stands for the rest of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.errors import EconomyError, Problem, did_you_mean
from autarky.firm_network.from_table import Frame, levels_of
from autarky.firm_network.network import FirmNetwork, Floats, Integers, Nodes, links_in_order
from autarky.firm_network.section import Plant

Flags = npt.NDArray[np.bool_]
ROUNDING = 1e-12
"""Share of a table's cell, or of a firm's output, that counts as nothing."""


def with_plants(frame: Frame, plants: Sequence[Plant], jobs: Floats | None = None) -> FirmNetwork:
    """The table as a firm network: plants, then the rest of each industry as one firm, then suppliers abroad.

    What firms sell to firms of another industry, what they make, import and earn adds up to the table. The
    order of ``plants`` changes nothing. Without plants the network is the table itself, own use included.

    Parameters
    ----------
    frame : Frame
        The table, I industries.
    plants : sequence of Plant
        A plant buys and sells as its industry does, where it says nothing else. What it buys of another plant
        counts within what it buys of that plant's industry. It sells nothing to itself.
    jobs : array, shape (I,), persons, optional
        A plant has its share of its industry's; none are counted if left out.

    Raises
    ------
    EconomyError
        If a plant names what the table does not have, or takes more of it than there is.
    """
    plants = tuple(sorted(plants, key=lambda plant: plant.name))
    industry = _industries(frame, plants)
    share = np.array([plant.share_of_sector for plant in plants])
    wanted = _Wanted(frame, plants, industry, share)
    flows = wanted.flows()
    if wanted.problems:
        raise EconomyError(wanted.problems)

    taken = np.bincount(industry, weights=share, minlength=len(frame.industry_sector))
    kinds, kind, essentiality = _kinds(frame, plants, industry)
    supplier, buyer = np.nonzero(flows)
    first, buyers, sales = links_in_order(len(flows), supplier, buyer, flows[supplier, buyer])
    abroad = np.zeros(len(frame.gate_sector))

    def everywhere(home: Integers, gates: Integers) -> npt.NDArray[np.int32]:
        return np.concatenate([home[industry], home, gates]).astype(np.int32)

    def parted(amount: Floats) -> Floats:
        return np.concatenate([share * amount[industry], (1 - taken) * amount, abroad])

    purchases = wanted.purchases.sum(axis=1) - share * frame.use.sum(axis=0)[industry]
    value_added = share * frame.value_added[industry] - purchases
    rest_value_added = frame.value_added - np.bincount(industry, value_added, minlength=len(taken))
    output = parted(frame.output[: len(taken)])
    output[len(output) - len(abroad) :] = frame.output[len(taken) :]
    economy = frame.economy
    return FirmNetwork(
        name=economy.name,
        year=economy.year,
        currency=economy.currency,
        unit=economy.unit,
        kinds=kinds,
        essentiality=essentiality,
        sectors=frame.sectors,
        sector_names=frame.sector_names,
        regions=frame.regions,
        nodes=Nodes(
            ids=np.array([name.encode() for name in _ids(frame, plants)]),
            kind=kind,
            sector=everywhere(frame.industry_sector, frame.gate_sector),
            region=everywhere(frame.industry_region, frame.gate_region),
            output=output,
            value_added=np.concatenate([value_added, rest_value_added, abroad]),
            jobs=parted(np.zeros(len(taken)) if jobs is None else jobs),
            is_rest=np.repeat([False, True, False], [len(plants), len(taken), len(abroad)]),
        ),
        firms=len(plants) + len(taken),
        first=first,
        buyer=buyers,
        sales=sales,
        provenance=economy.provenance,
        is_illustrative=bool(plants),
        notes=(
            *frame.notes,
            *(
                f"{plant.name} is an illustration, no record of a real plant: {plant.source}"
                for plant in plants
            ),
        ),
    )


def _ids(frame: Frame, plants: Sequence[Plant]) -> list[str]:
    rests = [f"{name}-rest" for name in frame.economy.industries.labels]
    return [*(plant.name for plant in plants), *rests, *frame.gate_names]


def _industries(frame: Frame, plants: Sequence[Plant]) -> Integers:
    """(P,) the industry each plant stands in."""
    industries = frame.economy.industries
    places = {pair: i for i, pair in enumerate(industries.pairs)}
    problems, found = [], []
    taken = {*_ids(frame, ()), *frame.economy.industries.labels, *frame.sectors}
    for plant in plants:
        place = f"plant {plant.name}"
        if plant.name in taken:
            problems.append(Problem(place, "bears a name that is in use", "give it another"))
        taken.add(plant.name)
        if plant.sector not in industries.sectors:
            remedy = did_you_mean(plant.sector, industries.sectors)
            problems.append(Problem(f"{place}, sector", f"no sector {plant.sector!r} in the table", remedy))
            continue
        region = plant.region
        if region is None and len(industries.regions) > 1:
            remedy = f"say where it stands: {', '.join(industries.regions)}"
            problems.append(Problem(f"{place}, region", "is not said, and the table has several", remedy))
            continue
        region = industries.regions[0] if region is None else region
        if region not in industries.regions:
            remedy = did_you_mean(region, industries.regions)
            problems.append(Problem(f"{place}, region", f"no region {region!r} in the table", remedy))
            continue
        found.append(places[region, plant.sector])
        if not frame.output[found[-1]]:
            problems.append(Problem(f"{place}, sector", f"{plant.sector} makes nothing", "choose another"))
    if problems:
        raise EconomyError(problems)
    industry = np.array(found, dtype=np.int64)
    for i in np.unique(industry):
        there = [plant for plant, at in zip(plants, found, strict=True) if at == i]
        if (share := sum(plant.share_of_sector for plant in there)) >= 1:
            names = ", ".join(plant.name for plant in there)
            what = f"take {share:g} of {frame.economy.industries.labels[i]} together"
            problems.append(Problem(f"plants {names}, share_of_sector", what, "leave something for the rest"))
    if problems:
        raise EconomyError(problems)
    return industry


def _kinds(
    frame: Frame, plants: Sequence[Plant], industry: Integers
) -> tuple[tuple[str, ...], npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Kinds with what only plants make, the kind of each node, and the essentiality of kinds."""
    kinds = list(frame.kinds)
    own: dict[str, int] = {}
    home = frame.industry_kind[industry]
    problems = []
    for plant, of in zip(plants, home, strict=True):
        if plant.makes is None:
            continue
        place = f"plant {plant.name}, makes"
        if plant.makes in frame.kinds:
            what = f"{plant.makes!r} is made by a sector of the table"
            problems.append(Problem(place, what, "name what it alone makes, or leave it out"))
        elif own.setdefault(plant.makes, int(of)) != of:
            what = f"{plant.makes!r} is also made by a plant of another sector"
            problems.append(Problem(place, what, "give the two kinds two names"))
    if problems:
        raise EconomyError(problems)
    kinds += own
    place_of = {kind: k for k, kind in enumerate(kinds)}
    product_of = frame.product_of | {kind: frame.product_of[frame.kinds[of]] for kind, of in own.items()}
    made = [
        of if plant.makes is None else place_of[plant.makes] for plant, of in zip(plants, home, strict=True)
    ]
    kind = np.concatenate([made, frame.industry_kind, frame.gate_kind]).astype(np.int32)
    return tuple(kinds), kind, levels_of(kinds, product_of, frame.rules)


@dataclass
class _Wanted:
    """What each of P plants buys and sells, as it is asked for and before it is known to be there."""

    frame: Frame
    plants: tuple[Plant, ...]
    industry: Integers
    share: Floats

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        self.unit = self.frame.economy.unit
        self.industries = len(self.frame.industry_sector)
        self.output = self.share * self.frame.output[self.industry]
        self.purchases = self.share[:, None] * self.frame.use[:, self.industry].T
        """(P, I + g) from the whole of each industry and from each supplier abroad, a year."""
        self.sales = self.share[:, None] * self.frame.use[self.industry]
        """(P, I) to the whole of each industry, a year."""
        self.between = np.full((len(self.plants), len(self.plants)), np.nan)
        """(P, P) from plant to plant, within the two above; NaN: not said."""
        np.fill_diagonal(self.between, 0.0)
        names = self.frame.economy.industries.pairs
        self.rows = {f"{region}.{sector}": i for i, (region, sector) in enumerate(names)}
        self.rows |= {name: self.industries + k for k, name in enumerate(self.frame.gate_names)}
        self.row_names = list(self.rows)
        self.number = {plant.name: p for p, plant in enumerate(self.plants)}
        self.products = np.concatenate([self.frame.industry_sector, self.frame.gate_sector])

    def _tell(self, plant: int, where: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(f"plant {self.plants[plant].name}, {where}", what, remedy))

    def _amount(self, amount: float) -> str:
        return f"{amount:.6g} {self.unit}"

    # --- what was asked for ----------------------------------------------------------------------

    def _take_between(self) -> None:
        """What plants say of each other, by the buyer or by the seller."""
        for p, plant in enumerate(self.plants):
            for name in sorted(plant.inputs.keys() & self.number.keys()):
                self._pair(self.number[name], p, plant.inputs[name] * self.output[p], p, f"inputs, {name}")
            for name in sorted(plant.sells_to.keys() & self.number.keys()):
                amount = plant.sells_to[name] * self.output[p]
                self._pair(p, self.number[name], amount, p, f"sells_to, {name}")

    def _pair(self, seller: int, buyer: int, amount: float, teller: int, where: str) -> None:
        said = self.between[seller, buyer]
        if seller == buyer:
            self._tell(teller, where, "is from a plant to itself", "leave it out: it is no trade")
        elif np.isfinite(said) and abs(said - amount) > 1e-9 * amount:
            what = f"is {self._amount(amount)}, and the other plant says {self._amount(said)}"
            self._tell(teller, where, what, "say it on one side only")
        else:
            self.between[seller, buyer] = amount

    def _take_inputs(self) -> None:
        """Purchases that differ from the sector's."""
        known = [*self.frame.sectors, *self.rows, *self.number]
        for p, plant in enumerate(self.plants):
            told = np.zeros(len(self.products), dtype=bool)
            for name in plant.inputs.keys() & self.rows.keys():
                self.purchases[p, self.rows[name]] = plant.inputs[name] * self.output[p]
                told[self.rows[name]] = True
            # Sorted: what is told first and what is added first must not depend on how names were written.
            for name in sorted(plant.inputs.keys() - self.rows.keys() - self.number.keys()):
                if name not in self.frame.sectors:
                    self._tell(
                        p, f"inputs, {name}", "is nothing that can be bought", did_you_mean(name, known)
                    )
                    continue
                rows = self.products == self.frame.sectors.index(name)
                self._spread(p, self.purchases[p], rows, told, plant.inputs[name], f"inputs, {name}", "buys")
                told |= rows
            of_plants = np.zeros(len(self.products))
            np.add.at(of_plants, self.industry, np.nan_to_num(self.between[:, p]))
            for row in np.flatnonzero(told & _above(of_plants, self.purchases[p])):
                what = (
                    f"is {self._amount(self.purchases[p, row])} a year, and of plants there alone it buys "
                    f"{self._amount(of_plants[row])}"
                )
                self._tell(p, f"inputs, {self.row_names[row]}", what, "raise it, or lower the other")
            self.purchases[p] = np.maximum(self.purchases[p], of_plants)
            spent = self.purchases[p].sum()
            if plant.inputs and spent > self.output[p]:
                what = f"cost {self._amount(spent)} a year, and it makes {self._amount(self.output[p])}"
                self._tell(p, "inputs", what, "lower a share: what is left is its value added")

    def _take_sales(self) -> None:
        """Sales that differ from the sector's."""
        names = self.frame.economy.industries.labels
        columns = {name: i for name, i in self.rows.items() if i < self.industries}
        known = [*self.frame.economy.industries.sectors, *columns, *self.number]
        for p, plant in enumerate(self.plants):
            told = np.zeros(self.industries, dtype=bool)
            if plant.sells_to:
                self.sales[p] = 0.0
            for name in plant.sells_to.keys() & columns.keys():
                self.sales[p, columns[name]] = plant.sells_to[name] * self.output[p]
                told[columns[name]] = True
            for name in sorted(plant.sells_to.keys() - columns.keys() - self.number.keys()):
                if name not in self.frame.economy.industries.sectors:
                    self._tell(p, f"sells_to, {name}", "is nobody who buys", did_you_mean(name, known))
                    continue
                to = self.frame.industry_sector == self.frame.sectors.index(name)
                self.sales[p, to & ~told] = self.frame.use[self.industry[p], to & ~told]
                self._spread(p, self.sales[p], to, told, plant.sells_to[name], f"sells_to, {name}", "sells")
                told |= to
            to_plants = np.zeros(self.industries)
            np.add.at(to_plants, self.industry, np.nan_to_num(self.between[p]))
            for column in np.flatnonzero(told & _above(to_plants, self.sales[p])):
                what = (
                    f"is {self._amount(self.sales[p, column])} a year, and to plants there alone it sells "
                    f"{self._amount(to_plants[column])}"
                )
                self._tell(p, f"sells_to, {names[column]}", what, "raise it, or lower the other")
            self.sales[p] = np.maximum(self.sales[p], to_plants)
            if _above(sold := self.sales[p].sum(), self.output[p]):
                what = f"come to {self._amount(sold)} a year, and it makes {self._amount(self.output[p])}"
                self._tell(p, "sales", what, "lower sells_to, or what other plants buy of it")

    def _spread(
        self, p: int, amounts: Floats, where: Flags, told: Flags, share: float, place: str, verb: str
    ) -> None:
        """Bring all amounts of one product to a share of output, leaving those that were named alone."""
        wanted = share * self.output[p]
        left, free = wanted - amounts[where & told].sum(), where & ~told
        if left < -ROUNDING * wanted:
            what = f"is {self._amount(wanted)} a year in all, less than its parts that are named"
            self._tell(p, place, what, "raise it, or lower a part")
        elif left > ROUNDING * wanted and not amounts[free].sum():
            sector = self.plants[p].sector
            what = f"wants {self._amount(left)} a year, and {sector} {verb} none of it in the table"
            self._tell(p, place, what, "leave it out, or choose another sector")
        elif left > 0 and amounts[free].sum():
            amounts[free] *= left / amounts[free].sum()
        else:
            amounts[free] = 0.0

    # --- whether it is there ---------------------------------------------------------------------

    def flows(self) -> Floats:
        """(P + I + g, P + I + g) sales of each node to each, so that they add up to the table.

        Plants and rests of two industries share what the one sells the other in proportion to what each
        sells and buys of it, but where two plants said how much they trade.
        """
        self._take_between()
        self._take_inputs()
        self._take_sales()
        p, i, use = len(self.plants), self.industries, self.frame.use
        n = p + len(use)
        flows = np.zeros((n, n))
        rest = flows[p:, p : p + i]
        rest += use
        rest -= self._summed(self.purchases, axis=1)
        rest[:i] -= self._summed(self.sales, axis=0)
        flows[p:, :p] = self.purchases.T
        flows[:p, p : p + i] = self.sales
        self._check_totals()
        if self.problems:
            return flows
        for k in np.unique(self.industry):
            for to in np.unique(self.industry):
                sellers, buyers = np.flatnonzero(self.industry == k), np.flatnonzero(self.industry == to)
                pairs = self._pairs(sellers, buyers, int(k), int(to))
                flows[np.ix_(sellers, buyers)] = pairs
                flows[p + k, buyers] -= pairs.sum(axis=0)
                flows[sellers, p + to] -= pairs.sum(axis=1)
                rest[k, to] += pairs.sum()
        industries = self.frame.economy.industries.labels
        for k, to in np.argwhere(rest[:i] < -ROUNDING * use[:i]):
            names = ", ".join(
                plant.name for plant, at in zip(self.plants, self.industry, strict=True) if at in (k, to)
            )
            what = (
                f"leave the rest of {industries[k]} {self._amount(rest[k, to])} a year to sell to the "
                f"rest of {industries[to]}: a plant sells nothing to itself"
            )
            self.problems.append(Problem(f"plants {names}", what, "lower share_of_sector"))
        cells = np.pad(use, ((p, 0), (p, n - p - i)))
        cells[:p, p : p + i], cells[p:, :p] = use[self.industry], use[:, self.industry]
        cells[:p, :p] = use[np.ix_(self.industry, self.industry)]
        flows[flows <= ROUNDING * cells] = 0.0
        return flows

    def _summed(self, amounts: Floats, axis: int) -> Floats:
        """Amounts of plants, summed over the plants of each industry: to its column (1) or its row (0)."""
        total = np.zeros((self.industries, amounts.shape[1]))
        np.add.at(total, self.industry, amounts)
        return total.T if axis == 1 else total

    def _check_totals(self) -> None:
        use, names = self.frame.use, self.frame.economy.industries.labels
        bought, sold = self._summed(self.purchases, axis=1), self._summed(self.sales, axis=0)
        for k, to in np.argwhere(_above(bought, use)):
            p = self._keenest(self.purchases[:, k] - self.share * use[k, to], int(to))
            own = self.purchases[p, k]
            what = (
                f"takes {self._amount(own)} a year{self._others(bought[k, to], own)}, and {names[to]} buys "
                f"{self._amount(use[k, to])} of it in all"
            )
            self._tell(
                p, f"inputs, {self.row_names[k]}", what, "lower its share in inputs, or share_of_sector"
            )
        for k, to in np.argwhere(_above(sold, use[: self.industries])):
            p = self._keenest(self.sales[:, to] - self.share * use[k, to], int(k))
            own = self.sales[p, to]
            what = (
                f"sells {self._amount(own)} a year{self._others(sold[k, to], own)}, and {names[to]} buys "
                f"{self._amount(use[k, to])} of {names[k]} in all"
            )
            self._tell(p, f"sells_to, {names[to]}", what, "lower its share in sells_to, or share_of_sector")
        made = np.bincount(self.industry, self.output, minlength=self.industries)
        left = self.frame.output[: self.industries] - made
        to_sell = use[: self.industries].sum(axis=1) - sold.sum(axis=1)
        for k in np.flatnonzero(to_sell > left + ROUNDING * self.frame.output[: self.industries]):
            p = self._keenest(self.share * use[k].sum() - self.sales.sum(axis=1), int(k))
            what = (
                f"sells {self._amount(self.sales[p].sum())} a year to firms; that leaves the rest of "
                f"{names[k]} {self._amount(to_sell[k])} to sell them, and it makes {self._amount(left[k])}"
            )
            self._tell(p, "sells_to", what, "sell more to sectors, or lower share_of_sector")

    def _keenest(self, beyond: Floats, industry: int) -> int:
        """The plant of an industry that goes farthest beyond its share."""
        return int(np.argmax(np.where(self.industry == industry, beyond, -np.inf)))

    def _others(self, total: float, own: float) -> str:
        return f" and other plants {self._amount(total - own)}" if total > own * (1 + ROUNDING) else ""

    def _pairs(self, sellers: Integers, buyers: Integers, k: int, to: int) -> Floats:
        """What plants of one industry sell to plants of another, or of their own."""
        said = self.between[np.ix_(sellers, buyers)]
        fixed = np.nan_to_num(said)
        sells = self.sales[sellers, to] - fixed.sum(axis=1)
        buys = self.purchases[buyers, k] - fixed.sum(axis=0)
        left = self.frame.use[k, to] - fixed.sum()
        drawn = np.outer(sells, buys) / left if left > 0 else np.zeros_like(said)
        pairs: Floats = np.where(np.isnan(said), np.maximum(drawn, 0.0), fixed)
        return pairs


def _above(amount: Floats | float, limit: Floats | float) -> Flags:
    above: Flags = np.asarray(amount > np.asarray(limit) * (1 + ROUNDING))
    return above
