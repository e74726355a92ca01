"""Technology: products and techniques of a table and of a section together, as arrays.

A technique of the section may name a product by a physical quantity, which becomes money at the price that
the table implies; may need what an industry needs besides; and may take part of an industry's plants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.declared import ALL, Names
from autarky.planning.posing.from_table import TableBase
from autarky.planning.posing.reading import Number, Reader
from autarky.planning.posing.section import Amount, PhysicalQuantity, PlanSection, Technique
from autarky.planning.problem import Coefficient, Matrix, Quantity, Vector

NEEDS_TABLE = "needs a table", "give the study a section 'economy:', or leave this out"


@dataclass(frozen=True)
class Item:
    """What a name stands for: a product, and units of it per unit of what is named."""

    product: int
    unit: str
    factor: float = 1.0


@dataclass(frozen=True, eq=False)
class Technology:
    """n products and m techniques, s skills, d deposits; shapes as in ``PlanningProblem``."""

    products: tuple[str, ...]
    product_units: tuple[str, ...]
    of_table: int
    """The first so many products are the table's, in money."""
    items: dict[str, Item]
    """Products and physical quantities by the names they go by."""
    parts: dict[str, tuple[int, ...]]
    """Products that are, or are a part of, a product of the table."""
    quantities: tuple[Quantity, ...]
    techniques: tuple[str, ...]
    technique_units: tuple[str, ...]
    make: Matrix
    use: Matrix
    yields: Matrix
    capacity: Vector
    arriving: Matrix
    retirement: Vector
    lag: Vector
    most_starts: Matrix
    start_growth: Vector
    builds_with: Matrix
    hours: Matrix
    """(s, m)"""
    building_hours: Matrix
    """(s, m)"""
    draws: Matrix
    """(d, m)"""
    base_activity: Vector
    """(m,) nan where the table knows nothing of the technique."""
    makes_anew: npt.NDArray[np.bool_]
    """(m,) False where an import only stands for the home product."""
    coefficients: tuple[Coefficient, ...]
    names: dict[str, str]

    def named(self, reader: Reader, place: str, names: Names) -> dict[int, Item]:
        """Products by what they are called here; a product of the table stands for all its parts too: its
        imports, and what is carved out of them."""
        if names == ALL:
            return {i: Item(i, unit) for i, unit in enumerate(self.product_units)}
        found: dict[int, Item] = {}
        for name in names:
            found |= {i: Item(i, self.product_units[i]) for i in self.parts.get(name, ())}
            if name in self.items:
                found[self.items[name].product] = self.items[name]
            elif name not in self.parts:
                reader.knows(place, "product", name, self.items)
        return found


def read_technology(section: PlanSection, base: TableBase | None, reader: Reader) -> Technology:
    """Products and techniques; what is wrong with them is kept in the reader."""
    work = _Work(section, base, reader)
    work.read_products()
    work.read_quantities()
    work.take_table()
    for k, technique in enumerate(section.techniques):
        work.read_technique(f"plan.techniques[{k}]", technique)
    return work.result()


@dataclass
class _Column:
    """One technique in the making."""

    name: str
    unit: str
    make: Vector
    use: Vector
    builds_with: Vector
    hours: Vector
    building_hours: Vector
    draws: Vector
    yields: Vector
    most_starts: Vector
    arriving: Vector
    capacity: float = np.inf
    retirement: float = 0.0
    lag: float = 1.0
    start_growth: float = 0.0
    base_activity: float = np.nan
    makes_anew: bool = True


class _Work:
    """Products first, then one column after the other."""

    def __init__(self, section: PlanSection, base: TableBase | None, reader: Reader) -> None:
        self.section, self.base, self.reader = section, base, reader
        self.years = years_of(section)
        self.products: list[str] = list(base.products) if base else []
        self.units: list[str] = [base.unit] * len(base.products) if base else []
        self.items: dict[str, Item] = {}
        self.quantities: list[Quantity] = []
        self.columns: list[_Column] = []
        self.coefficients: list[Coefficient] = []
        self.names: dict[str, str] = dict(base.names) if base else {}
        labour = section.labour
        self.skills = tuple(skill.name for skill in labour.skills) if labour else ()
        self.labour_unit = labour.unit if labour else "hours"
        self.deposits = {deposit.name: deposit.unit for deposit in section.deposits}
        shares: dict[str, float] = {}
        for technique in section.techniques:
            if technique.share_of and technique.share is not None:
                share = technique.share.value if isinstance(technique.share, Amount) else technique.share
                shares[technique.share_of] = shares.get(technique.share_of, 0.0) + share
        self.shares = shares

    def read_products(self) -> None:
        for k, product in enumerate(self.section.products):
            if product.name in self.products:
                what = f"product {product.name!r} is there already"
                self.reader.refuse(f"plan.products[{k}].name", what, "give it another name")
                continue
            self.products.append(product.name)
            self.units.append(product.unit)
            if product.long_name:
                self.names[product.name] = product.long_name
        self.items |= {
            name: Item(i, unit) for i, (name, unit) in enumerate(zip(self.products, self.units, strict=True))
        }
        if self.base is None:
            for k in range(len(self.section.carve)):
                self.reader.refuse(f"plan.carve[{k}]", *NEEDS_TABLE)

    def read_quantities(self) -> None:
        named = dict(self.items)
        for k, quantity in enumerate(self.section.quantities):
            place = f"plan.quantities[{k}]"
            if quantity.name in self.items:
                what = f"product {quantity.name!r} is there already"
                self.reader.refuse(f"{place}.name", what, "give it another name")
            elif self.reader.knows(f"{place}.product", "product", quantity.product, named):
                price = self._price(place, quantity)
                if price is None:
                    continue
                product = named[quantity.product].product
                self.items[quantity.name] = Item(product, quantity.unit, price)
                self.reader.cite(quantity.name, quantity.source)
                if quantity.told:
                    self.quantities.append(
                        Quantity(
                            quantity.name, quantity.product, quantity.unit, 1 / price, quantity.source or ""
                        )
                    )

    def _price(self, place: str, quantity: PhysicalQuantity) -> float | None:
        """Units of the product per physical unit."""
        product = self.products.index(quantity.product)
        if quantity.price is not None:
            number = self.reader.amount(
                f"{place}.price",
                quantity.price,
                f"the price of {quantity.name}",
                self.units[product],
                per=quantity.unit,
            )
            self.reader.cite(quantity.name, number.source)
            price = number.converted
            if price <= 0:
                self.reader.refuse(f"{place}.price", f"is {price:g}", "give a price above 0")
                return None
            return price
        assert quantity.amount is not None
        number = self.reader.amount(f"{place}.amount", quantity.amount, quantity.name, quantity.unit)
        self.reader.cite(quantity.name, number.source)
        if self.base is None:
            self.reader.refuse(f"{place}.amount", *NEEDS_TABLE)
            return None
        flow = self._flow(quantity.product, quantity.flow)
        if number.converted <= 0 or flow <= 0:
            what = f"makes a price of {flow:g} {self.base.unit} for {number.converted:g} {quantity.unit}"
            self.reader.refuse(f"{place}.amount", what, "give a flow and an amount above 0, or a price")
            return None
        return flow / number.converted

    def _flow(self, product: str, flow: str) -> float:
        """Output or imports of a product in the base year, money."""
        base = self.base
        assert base is not None
        if product not in base.products:
            return 0.0
        i = base.products.index(product)
        if flow == "output":
            return float(base.make[i] @ (base.output * (base.recipes >= 0)))
        carved = {one.name for one in self.section.carve}
        imported = {product} | {
            code
            for code, of in zip(base.products, base.table_products, strict=True)
            if of == base.table_products[i] and code not in carved
        }
        flows = zip(base.import_channels, base.imports_base, strict=True)
        return float(sum(amount for (_, code), amount in flows if code in imported))

    def take_table(self) -> None:
        base, p = self.base, len(self.section.periods.labels)
        if base is None:
            return
        per_output = self._hours_of_industries()
        begin = np.concatenate([[0.0], np.cumsum(self.years)])[:-1]
        for j, name in enumerate(base.techniques):
            left = 1.0 - self.shares.get(name, 0.0)
            padded = [np.zeros(len(self.products)) for _ in range(3)]
            for whole, part in zip(padded, (base.make, base.use, base.builds_with), strict=True):
                whole[: len(part)] = part[:, j]
            make, use, builds_with = padded
            self.columns.append(
                _Column(
                    name,
                    base.unit,
                    make,
                    use,
                    builds_with,
                    per_output[:, j],
                    np.zeros(len(self.skills)),
                    np.zeros(len(self.deposits)),
                    np.ones(p),
                    np.full(p, base.most_starts[j] * left),
                    self._under_way(base.under_way[j] * left, base.retirement[j], base.lag[j], begin),
                    base.capacity[j] * left,
                    base.retirement[j],
                    base.lag[j],
                    base_activity=base.output[j],
                    makes_anew=bool(base.recipes[j] >= 0),
                )
            )

    def _under_way(self, per_year: float, retirement: float, lag: float, begin: Vector) -> Vector:
        """(p,) what comes in, until the first start of the plan can, so that nothing is lost meanwhile."""
        lasting = self.years if retirement == 0 else (1.0 - (1.0 - retirement) ** self.years) / retirement
        return np.where(begin < lag - 1e-9, per_year * lasting, 0.0)

    def _hours_of_industries(self) -> Matrix:
        """(s, m of the table) hours per unit of output: those of all industries, split as value added."""
        base, labour = self.base, self.section.labour
        assert base is not None
        hours = np.zeros((len(self.skills), len(base.techniques)))
        earned = np.clip(base.value_added, 0.0, None)
        for s, skill in enumerate(labour.skills if labour else ()):
            if skill.of_industries:
                there = base.output > 0
                hours[s, there] = (
                    skill.of_industries * earned[there] / (earned.sum() or 1.0) / base.output[there]
                )
        inputs = base.use.sum(axis=0)
        for j, industry in enumerate(base.recipes):
            if industry >= 0 and industry != j:
                hours[:, j] = hours[:, industry] * inputs[j] / (inputs[industry] or 1.0)
        return hours

    def read_technique(self, place: str, technique: Technique) -> None:
        reader = self.reader
        if any(column.name == technique.name for column in self.columns):
            what = f"technique {technique.name!r} is there already"
            reader.refuse(f"{place}.name", what, "give it another name")
        p, skills = len(reader.periods), len(self.skills)
        first = next(iter(technique.makes))
        unit = technique.unit or (self.items[first].unit if first in self.items else "")
        column = _Column(
            technique.name,
            unit,
            make=np.zeros(len(self.products)),
            use=np.zeros(len(self.products)),
            builds_with=np.zeros(len(self.products)),
            hours=np.zeros(skills),
            building_hours=np.zeros(skills),
            draws=np.zeros(len(self.deposits)),
            yields=reader.by_period(f"{place}.yields", technique.yields, before=1.0),
            most_starts=np.zeros(p),
            arriving=np.zeros(p),
            start_growth=technique.start_growth,
        )
        reader.cite(technique.name, technique.source)
        self._read_coefficients(place, technique, column)
        self._read_industry(place, technique, column)
        self._read_plants(place, technique, column)
        made = column.make > 0
        best = column.make * (column.yields.max() if p else 1.0)
        if made.any() and (best[made] <= column.use[made]).all():
            told = " and ".join(self.products[i] for i in np.flatnonzero(made))
            what = f"unproductive technique: {technique.name} uses as much of {told} as it makes"
            reader.refuse(f"{place}.uses", what, "let it use less than it makes, or leave it out")
        self.columns.append(column)

    def _read_coefficients(self, place: str, technique: Technique, column: _Column) -> None:
        for kind, given, vector in (
            ("makes", technique.makes, column.make),
            ("uses", technique.uses, column.use),
            ("builds_with", technique.builds_with, column.builds_with),
        ):
            for name, amount in given.items():
                at = f"{place}.{kind}.{name}"
                if not self.reader.knows(at, "product", name, self.items):
                    continue
                item = self.items[name]
                number = self.reader.amount(at, amount, name, item.unit, per=column.unit, factor=item.factor)
                vector[item.product] += number.converted
                self._keep(technique, kind, name, number, self.products[item.product])
        hours = (
            ("labour", technique.labour, column.hours),
            ("building_labour", technique.building_labour, column.building_hours),
        )
        for kind, given, vector in hours:
            if given and not self.skills:
                self.reader.assume("Hours of work are not counted: the section labour is left out.")
                continue
            for skill, amount in given.items():
                at = f"{place}.{kind}.{skill}"
                if self.reader.knows(at, "skill", skill, self.skills):
                    number = self.reader.amount(at, amount, skill, self.labour_unit, per=column.unit)
                    vector[self.skills.index(skill)] += number.converted
                    self._keep(technique, kind, skill, number)
        for deposit, amount in technique.draws.items():
            at = f"{place}.draws.{deposit}"
            if self.reader.knows(at, "deposit", deposit, self.deposits):
                number = self.reader.amount(at, amount, deposit, self.deposits[deposit], per=column.unit)
                column.draws[list(self.deposits).index(deposit)] += number.converted
                self.reader.cite(technique.name, number.source)

    def _keep(self, technique: Technique, kind: str, item: str, number: Number, product: str = "") -> None:
        source = number.source or technique.source or ""
        self.reader.cite(f"{technique.name}, {item}", number.source)
        if number.is_told or source:
            self.coefficients.append(
                Coefficient(
                    technique.name,
                    kind,
                    item,
                    number.value,
                    number.low,
                    number.high,
                    number.unit,
                    source,
                    product,
                    number.factor,
                )
            )

    def _read_industry(self, place: str, technique: Technique, column: _Column) -> None:
        """What else an industry needs, and investment goods as the table's."""
        base, reader = self.base, self.reader
        if base is None:
            for name in ("rest_of", "instead_of", "share_of", "invest"):
                if getattr(technique, name) not in (None, ()):
                    reader.refuse(f"{place}.{name}", *NEEDS_TABLE)
            return
        if technique.instead_of and technique.rest_of is None:
            reader.refuse(f"{place}.instead_of", "stands without rest_of", "name the industry under rest_of")
        if technique.rest_of is not None and reader.knows(
            f"{place}.rest_of", "industry", technique.rest_of, base.techniques
        ):
            industry = self.columns[base.techniques.index(technique.rest_of)]
            worth = self._worth(f"{place}.rest_of", technique, column)
            # Where home products stand for imports, the two are one, and there is nothing to leave out.
            pooled = {f"imported {code}" for code in base.table_products} - set(self.products)
            left_out = technique.instead_of
            if left_out != ALL:
                left_out = tuple(name for name in left_out if name not in pooled)
            without = reader.known_of(f"{place}.instead_of", "product", left_out, self.products)
            rest = industry.use * worth
            rest[column.use > 0] = 0.0
            rest[without] = 0.0
            column.use += rest
            given = np.array([skill in technique.labour for skill in self.skills], bool)
            column.hours += np.where(given, 0.0, industry.hours * worth)
        if technique.invest is not None:
            number = reader.amount(
                f"{place}.invest", technique.invest, "investment", base.unit, per=column.unit
            )
            for i in np.flatnonzero(base.investment):
                part = float(base.investment[i])
                column.builds_with[i] += number.converted * part
                spread = Number(
                    number.value, number.low, number.high, number.unit, number.factor * part, number.source
                )
                self._keep(technique, "builds_with", "invest", spread, self.products[i])

    def _worth(self, place: str, technique: Technique, column: _Column) -> float:
        """What a unit of a technique makes of the table's products, at the table's prices."""
        assert self.base is not None
        worth = float(column.make[: len(self.base.products)].sum())
        if worth <= 0:
            what = f"{technique.name} makes nothing that the table has a price for"
            remedy = "let it make a product or physical quantity of the table, or leave this out"
            self.reader.refuse(place, what, remedy)
        return worth

    def _read_plants(self, place: str, technique: Technique, column: _Column) -> None:
        reader = self.reader
        p = len(reader.periods)
        column.retirement = technique.retirement or 0.0
        column.lag = 1.0 if technique.lag is None else technique.lag
        if technique.most_starts is not None:
            column.most_starts = reader.by_period(f"{place}.most_starts", technique.most_starts, before=0.0)
        if isinstance(technique.capacity, Amount):
            number = reader.amount(f"{place}.capacity", technique.capacity, technique.name, column.unit)
            reader.cite(technique.name, number.source)
            column.capacity = number.converted
        elif technique.capacity is not None:
            there = reader.by_period(f"{place}.capacity", technique.capacity, before=0.0)
            column.capacity = float(there[0])
            column.arriving = np.diff(there, prepend=there[0])
            if (column.arriving < 0).any():
                t = int(np.argmax(column.arriving < 0))
                what = f"falls from {there[t - 1]:g} to {there[t]:g} in {reader.periods[t]}"
                reader.refuse(
                    f"{place}.capacity", what, "only what comes on top is named here: give a retirement"
                )
        elif column.most_starts.any():
            column.capacity = 0.0
        if technique.share_of is not None:
            self._read_share(place, technique, column)
        elif technique.share is not None:
            reader.refuse(f"{place}.share", "stands without share_of", "name the industry under share_of")
        needs = (column.builds_with.any(), column.building_hours.any())
        if np.isfinite(column.capacity) and column.most_starts.any() and not any(needs):
            reader.assume(f"{technique.name}: building it takes no goods and no work, for none are given.")
        if p and technique.start_growth and not column.most_starts.any():
            what = "grows from starts that are not possible"
            reader.refuse(f"{place}.start_growth", what, "give most_starts too")

    def _read_share(self, place: str, technique: Technique, column: _Column) -> None:
        base, reader = self.base, self.reader
        if base is None:
            return
        assert technique.share_of is not None
        if not reader.knows(f"{place}.share_of", "industry", technique.share_of, base.techniques):
            return
        if technique.share is None:
            reader.refuse(f"{place}.share_of", "stands without share", "say which part under share")
            return
        if technique.capacity is not None:
            reader.refuse(f"{place}.capacity", "stands beside share_of", "keep one of them")
        share = reader.amount(f"{place}.share", technique.share, technique.share_of, "share")
        reader.cite(f"{technique.name}, share of {technique.share_of}", share.source or technique.source)
        if self.shares[technique.share_of] > 1 + 1e-9:
            what = f"shares of {technique.share_of} add up to {self.shares[technique.share_of]:g}"
            reader.refuse(f"{place}.share", what, "let them add up to 1 or less")
        j = base.techniques.index(technique.share_of)
        worth = self._worth(f"{place}.share_of", technique, column) or 1.0
        part = share.converted / worth
        column.capacity = part * base.capacity[j]
        if technique.retirement is None:
            column.retirement = base.retirement[j]
        if technique.lag is None:
            column.lag = base.lag[j]
        if technique.most_starts is None:
            column.most_starts = np.full(len(reader.periods), part * base.most_starts[j])
        if technique.invest is None and not technique.builds_with:
            column.builds_with[: len(base.products)] = base.builds_with[:, j] * worth
        begin = np.concatenate([[0.0], np.cumsum(self.years)])[:-1]
        column.arriving = self._under_way(part * base.under_way[j], column.retirement, column.lag, begin)

    def _parts(self) -> dict[str, tuple[int, ...]]:
        parts: dict[str, list[int]] = {}
        for i, product in enumerate(self.base.table_products if self.base else ()):
            parts.setdefault(product, []).append(i)
        return {product: tuple(found) for product, found in parts.items()}

    def result(self) -> Technology:
        columns = self.columns
        p, n = len(self.reader.periods), len(self.products)

        def stacked(name: str, rows: int) -> Matrix:
            vectors = [getattr(column, name) for column in columns]
            return np.stack(vectors, axis=1) if vectors else np.zeros((rows, 0))

        def listed(name: str) -> Vector:
            return np.array([getattr(column, name) for column in columns], np.float64)

        return Technology(
            tuple(self.products),
            tuple(self.units),
            len(self.base.products) if self.base else 0,
            self.items,
            self._parts(),
            tuple(self.quantities),
            tuple(column.name for column in columns),
            tuple(column.unit for column in columns),
            stacked("make", n),
            stacked("use", n),
            stacked("yields", p),
            listed("capacity"),
            stacked("arriving", p),
            listed("retirement"),
            listed("lag"),
            stacked("most_starts", p),
            listed("start_growth"),
            stacked("builds_with", n),
            stacked("hours", len(self.skills)),
            stacked("building_hours", len(self.skills)),
            stacked("draws", len(self.deposits)),
            listed("base_activity"),
            np.array([column.makes_anew for column in columns], bool),
            tuple(self.coefficients),
            self.names,
        )


def years_of(section: PlanSection) -> Vector:
    """(p,) length of each period; one year where lengths are left out."""
    labels, years = section.periods.labels, section.periods.years
    return np.array(years if len(years) == len(labels) else [1.0] * len(labels), np.float64)
