"""From a table: what its industries make and need, as techniques; what its year bought, sold and used.

The base year is cleaned of what no year can repeat, and what is cleaned away is said with its amount: goods
that went into stocks are left over, goods that came out of them (or stand below zero) count as made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse

from autarky import iomath
from autarky.accounts import Accounts
from autarky.declared import ALL, Names
from autarky.economy import Economy, FinalUseKind, FinalUser
from autarky.errors import EconomyError, Problem, ScenarioError, did_you_mean
from autarky.planning.posing.section import Amount, Carved, PlanSection
from autarky.planning.problem import Matrix, Positions, Vector

CONSUMPTION, PUBLIC, INVESTMENT = range(3)
"""Groups of final users."""
NOISE = 1e-12
"""Share of the largest output below which a gap is rounding."""


@dataclass(frozen=True, eq=False)
class TableBase:
    """A table as products and techniques; n products, m techniques, c import and e export channels.

    Money of the table's unit, per year, in prices of the base year. The base year itself is a plan: with
    activity ``output``, imports and exports ``*_base``, ``consumption``, ``public`` and what replaces the
    plants that retire, ``(make − use)·output + imports − exports − consumption − public − builds_with·
    (retirement·capacity)`` is ``left_over`` for every product (if ``capital_output`` is given, up to what
    its investment differs from the table's, which is said).
    """

    name: str
    year: int
    unit: str
    products: tuple[str, ...]
    """Home products by their codes (in a bloc of several regions by ``region.code``), then ``imported CODE``
    for imports that home products cannot stand for, then products never made at home by their codes, then
    carved ones by their names."""
    table_products: tuple[str, ...]
    """(n,) the table's product that each one is, or is a part of: what rules of trade may name it by."""
    techniques: tuple[str, ...]
    """Industries by their codes, then ``imported CODE for CODE`` (an import stands for the home product; no
    plant, nothing needed but the import), then ``CODE in place of imports`` of declared substitutions."""
    recipes: Positions
    """(m,) position of the industry whose recipe a technique is; −1: an import stands for a home product, by
    which nothing is made."""
    make: Matrix
    """(n, m)"""
    use: Matrix
    """(n, m)"""
    output: Vector
    """(m,) activity of the base year: the table's output, raised by what came out of stocks."""
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
    """(n,) what one unit of money of investment goods is made of; adds up to 1, or is 0 where the table tells
    no investment."""
    value_added: Vector
    """(m,) of each industry in the base year; 0 for other techniques."""
    import_channels: tuple[tuple[str, str], ...]
    """(partner, product), those that were used in the base year."""
    imports_base: Vector
    """(c,) without re-exports and what went into stocks."""
    export_channels: tuple[tuple[str, str], ...]
    """(partner, product), those that were used in the base year."""
    exports_base: Vector
    """(e,) without re-exports."""
    consumption: Vector
    """(n,) use by households (and non-profits that serve them), home and imported under the home product."""
    public: Vector
    """(n,) use by government and whoever is neither household nor investor, without changes in stocks; like
    ``consumption``, and with the investment of a table whose plants do not retire."""
    left_over: Vector
    """(n,) made in the base year beyond all this: what went into stocks."""
    names: dict[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def deficit(self) -> float:
        """What imports cost beyond what exports bring."""
        return float(np.sum(self.imports_base) - np.sum(self.exports_base))


def table_base(accounts: Accounts, section: PlanSection) -> TableBase:
    """The industries of a table as techniques, one each, and the base year they come from.

    An industry j makes 1 of its own product and uses ``A[i, j]`` of home products and imported inputs.
    Imports of a competitive product are pooled with the home product of the region that uses them; any other
    import that a home industry also makes is a product of its own, which can stand for the home product and
    not the reverse (final users' imports do). Investment goods are those of the table's investment columns.

    Raises
    ------
    ScenarioError
        If the table does not tell imports from home products, or the section names what is not there.
    EconomyError
        If industries would need more than they make once nothing comes out of stocks.

    References
    ----------
    Miller & Blair (2022), §4.1 (competitive and non-competitive imports), §13.4 (capital coefficients).
    """
    whole = _base_year(accounts)
    problems: list[Problem] = []
    carved = _carved(accounts, section, whole, problems)
    year = replace(whole, imported=(whole.imported - sum(flow for _, flow in carved)).clip(min=0.0))
    goods = _Goods.of(accounts, section, year)
    problems += _problems(accounts, section, year, goods)
    if problems:
        raise ScenarioError(problems)
    flows = _flows(accounts, year, carved, goods)
    invested = year.invested
    invest = _invested(section, year, invested)
    kinds = (
        _industries(accounts, section, year, goods, flows, invest),
        _conversions(goods, flows),
        _substitutes(section, year, goods, flows, invest),
    )
    consumption, public, investment = flows.final
    composition = investment / invested if invested else investment
    economy, homes = accounts.economy, len(year.made)
    return TableBase(
        name=economy.name,
        year=economy.year,
        unit=economy.unit,
        products=goods.codes,
        table_products=goods.table_products,
        techniques=sum((kind.names for kind in kinds), ()),
        recipes=np.concatenate([kind.recipes for kind in kinds]),
        make=_joined(kinds, "make"),
        use=_joined(kinds, "use"),
        output=_joined(kinds, "output"),
        capacity=_joined(kinds, "capacity"),
        retirement=_joined(kinds, "retirement"),
        lag=_joined(kinds, "lag"),
        builds_with=composition[:, None] * _joined(kinds, "invest"),
        most_starts=_joined(kinds, "most_starts"),
        under_way=_joined(kinds, "under_way"),
        investment=composition,
        value_added=_joined(kinds, "value_added"),
        import_channels=flows.import_channels,
        imports_base=flows.imports,
        export_channels=tuple(
            (accounts.destinations[p], goods.codes[h]) for p, h in np.argwhere(year.exports.T > 0)
        ),
        exports_base=year.exports.T[year.exports.T > 0],
        consumption=consumption,
        # What replaces nothing is wanted all the same.
        public=public if invest else public + investment,
        left_over=np.concatenate([year.left_over, np.zeros(len(goods.codes) - homes)]),
        names=goods.names | _technique_names(goods, kinds[2], flows),
        sources=(f"{economy.name}: {economy.provenance.citation}",),
        assumptions=(*year.remarks, *_assumptions(section, year, goods, economy, invested, invest)),
    )


@dataclass(frozen=True, eq=False)
class _Year:
    """The base year without what no year can repeat; h home industries that make something, s suppliers
    abroad, r home regions, p destinations."""

    made: Positions
    """(h,) their positions among the home industries of the accounts."""
    output: Vector
    """(h,)"""
    home: Matrix
    """(h, h) use of home products by industries."""
    imported: Matrix
    """(s, h)"""
    final: Matrix
    """(3, h) home products used as consumption, by the public, as investment."""
    imported_final: npt.NDArray[np.float64]
    """(3, s, r)"""
    exports: Matrix
    """(h, p)"""
    left_over: Vector
    """(h,)"""
    region: Positions
    """(h,) home region of each industry."""
    remarks: tuple[str, ...]

    @property
    def invested(self) -> float:
        """Investment, home and imported."""
        return float(self.final[INVESTMENT].sum() + self.imported_final[INVESTMENT].sum())

    @property
    def imports(self) -> Matrix:
        """(s, r) imports by supplier and by the home region that uses them."""
        used: Matrix = self.imported_final.sum(axis=0)
        for r in range(used.shape[1]):
            used[:, r] += self.imported[:, self.region == r].sum(axis=1)
        return used


def _base_year(accounts: Accounts) -> _Year:
    if not accounts.imports_are_told:
        what = f"{accounts.economy.name} does not tell imports from home products"
        raise ScenarioError(Problem("economy", what, "plan with a table that does"))
    unit = accounts.economy.unit
    below: list[str] = []

    def positive(what: str, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        amount = -float(values.clip(max=0.0).sum())
        if amount > 0:
            below.append(f"{_told(amount, unit)} of {what}")
        return values.clip(min=0.0)

    home_final, foreign_final = _by_group(accounts)
    groups = ("consumption", "public use", "investment")
    made = np.flatnonzero(accounts.x > 0)
    if not len(made):
        what = f"no industry of {', '.join(accounts.home)} makes anything"
        raise ScenarioError(Problem("plan.home", what, "name another country or bloc"))
    home = positive("home inputs", accounts.Z)
    foreign_inputs = positive("imported inputs", accounts.imported_intermediate)
    final = np.array([positive(f"home {what}", part) for what, part in zip(groups, home_final, strict=True)])
    imported_final = np.array(
        [positive(f"imported {what}", part) for what, part in zip(groups, foreign_final, strict=True)]
    )
    exports = positive("exports", accounts.exports)
    remarks = [*_stock_remarks(accounts)]
    if below:
        remarks.append(f"Negative entries of the table are set to 0: {', '.join(below)}.")
    if accounts.reexports.any():
        amount = _told(float(accounts.reexports.sum()), unit)
        remarks.append(f"Imports that leave again as they came ({amount}) are left out on both sides.")
    idle = np.flatnonzero(accounts.x <= 0)
    uses = home[np.ix_(idle, made)].sum(axis=1) + final[:, idle].sum(axis=0) + exports[idle].sum(axis=1)
    if uses.any():
        told = f"{_told(float(uses.sum()), unit)} of {_listed([accounts.labels[i] for i in idle[uses > 0]])}"
        remarks.append(f"What came from home industries that made nothing is left out: {told}.")
    takes = home[:, idle].sum(axis=0) + foreign_inputs[:, idle].sum(axis=0)
    if takes.any():
        told = (
            f"{_told(float(takes.sum()), unit)} by {_listed([accounts.labels[i] for i in idle[takes > 0]])}"
        )
        remarks.append(f"What industries used that made nothing is left out: {told}.")
    home, final, exports = home[np.ix_(made, made)], final[:, made], exports[made]
    imported = foreign_inputs[:, made]
    x = accounts.x[made]
    over = x - home.sum(axis=1) - final.sum(axis=0) - exports.sum(axis=1)
    over[np.abs(over) <= NOISE * x.max(initial=0.0)] = 0.0
    raised = _raised(accounts, home, x, np.maximum(-over, 0.0))
    if raised.any():
        growth, most = raised / x, int(np.argmax(raised / x))
        told = f"{_told(float(raised.sum()), unit)} ({raised.sum() / x.sum():.2g} of all output) higher"
        remarks.append(
            f"Output is counted {told} than in the table, so that nothing comes out of stocks or stands "
            f"below zero; most in {accounts.labels[made[most]]}, by {growth[most]:.1%}."
        )
    grown = 1.0 + raised / np.where(x > 0, x, 1.0)
    place = {region: r for r, region in enumerate(accounts.home)}
    return _Year(
        made=made,
        output=x + raised,
        home=home * grown,
        imported=imported * grown,
        final=final,
        imported_final=imported_final,
        exports=exports,
        left_over=np.maximum(over, 0.0),
        region=np.array([place[accounts.industries[i][0]] for i in made], dtype=np.int64),
        remarks=tuple(remarks),
    )


def _by_group(accounts: Accounts) -> tuple[list[Matrix], list[Matrix]]:
    """Final use at home by group of users, home (h,) and imported (s, r); changes in inventories left out."""
    place = {region: r for r, region in enumerate(accounts.home)}

    def group(user: FinalUser) -> int | None:
        match user.kind:
            case FinalUseKind.HOUSEHOLDS | FinalUseKind.NONPROFIT:
                return CONSUMPTION
            case FinalUseKind.INVESTMENT:
                return INVESTMENT
            case FinalUseKind.INVENTORIES:
                return None
            case _:
                return PUBLIC

    final = [np.zeros(len(accounts.x)) for _ in range(3)]
    imported = [np.zeros((len(accounts.sources), len(place))) for _ in range(3)]
    for column, user in enumerate(accounts.final_users):
        if (of := group(user)) is not None:
            final[of] += accounts.final[:, column]
            # A national table's only region is home whatever its users are said to be in.
            imported[of][:, place.get(user.region, 0)] += accounts.imported_final[:, column]
    return final, imported


def _stock_remarks(accounts: Accounts) -> Iterator[str]:
    columns = [k for k, user in enumerate(accounts.final_users) if user.kind is FinalUseKind.INVENTORIES]
    home, imported = accounts.final[:, columns].sum(axis=1), accounts.imported_final[:, columns].sum(axis=1)
    changes = [
        f"{_told(amount, accounts.economy.unit)} of {what} {where}"
        for what, flow in (("home products", home), ("imports", imported))
        for where, amount in (
            ("went into stocks", float(flow.clip(min=0.0).sum())),
            ("came out of them", -float(flow.clip(max=0.0).sum())),
        )
        if amount > 0
    ]
    if changes:
        yield f"Changes in inventories are left out: {', '.join(changes)}."


def _raised(accounts: Accounts, home: Matrix, x: Vector, missing: Vector) -> Vector:
    """(h,) output besides that of the table which makes what is missing: ``(I − A)⁻¹·missing``."""
    if not missing.any():
        return np.zeros_like(x)
    try:
        return iomath.gross_output(iomath.technical_coefficients(home, x), missing)
    except ValueError as error:
        what = "once nothing comes out of stocks, some industries need more than they make"
        raise EconomyError(Problem(accounts.economy.name, what, "run: autarky check TABLE")) from error


def _carved(
    accounts: Accounts, section: PlanSection, year: _Year, problems: list[Problem]
) -> list[tuple[Carved, Matrix]]:
    """What is taken out of wider imports, (s, h) each."""
    product = np.array([source.product for source in accounts.sources], dtype=object)
    sectors = [accounts.industries[i][1] for i in year.made]
    labels = [accounts.labels[i] for i in year.made]
    shares: list[tuple[Carved, Matrix]] = []
    taken = np.zeros_like(year.imported)
    for k, one in enumerate(section.carve):
        place = f"plan.carve[{k}]"
        rows = product == one.product
        if one.product not in accounts.economy.products:
            what, known = f"unknown product {one.product!r}", accounts.economy.products
            problems.append(Problem(f"{place}.product", what, did_you_mean(one.product, known)))
        elif not year.imported[rows].any():
            what = f"no industry imports {one.product!r}"
            problems.append(Problem(f"{place}.product", what, "carve a product that is imported"))
        users = () if one.users == ALL else one.users
        unknown = [(u, user) for u, user in enumerate(users) if user not in labels and user not in sectors]
        problems += [
            Problem(
                f"{place}.users[{u}]",
                f"unknown industry {user!r}",
                did_you_mean(user, tuple(dict.fromkeys([*labels, *sectors]))),
            )
            for u, user in unknown
        ]
        share = one.share.value if isinstance(one.share, Amount) else one.share
        unit = one.share.unit if isinstance(one.share, Amount) else None
        if not 0 <= share <= 1 or unit not in (None, "1"):
            what = f"is {share:g}{f' {unit}' if unit else ''}, not a share"
            problems.append(Problem(f"{place}.share", what, "give a number from 0 to 1"))
            continue
        columns = [
            one.users == ALL or label in one.users or sector in one.users
            for label, sector in zip(labels, sectors, strict=True)
        ]
        share_of = np.outer(rows, columns) * share
        taken += share_of
        if taken.max(initial=0.0) > 1 + NOISE:
            what = f"with the carved products before it, more than all imports of {one.product!r} are taken"
            problems.append(Problem(f"{place}.share", what, "lower one of the shares"))
            taken = taken.clip(max=1.0)
        shares.append((one, share_of * year.imported))
    return shares


@dataclass(frozen=True, eq=False)
class _Goods:
    """The products of the plan, and which of them every flow of the table is; q products of the table."""

    codes: tuple[str, ...]
    table: tuple[str, ...]
    """(q,) codes of the table's products."""
    table_products: tuple[str, ...]
    names: dict[str, str]
    stand_in: Positions
    """(q, r) the home product of each product of the table in each home region, that of the region with the
    largest output where the region makes none; −1: no home industry makes it."""
    arrives_as: Positions
    """(q, r) what an import of it is in each home region; −1: nothing comes."""
    apart: tuple[int, ...]
    """Positions among the table's products of those whose imports are products of their own."""
    product: Positions
    """(s,) position of each supplier's product among those of the table."""
    carved: Positions
    """Positions of the carved products."""

    @classmethod
    def of(cls, accounts: Accounts, section: PlanSection, year: _Year) -> _Goods:
        economy, regions = accounts.economy, len(accounts.home)
        table = {code: q for q, code in enumerate(economy.products)}
        sectors = [accounts.industries[i][1] for i in year.made]
        codes = sectors if regions == 1 else [accounts.labels[i] for i in year.made]
        stand_in = np.full((len(table), regions), -1)
        made_by = np.array([table[sector] for sector in sectors], dtype=np.int64)
        for h in np.argsort(year.output, kind="stable"):  # the largest is written last, and stays
            stand_in[made_by[h]] = h
        stand_in[made_by, year.region] = np.arange(len(codes))
        product = np.array([table[source.product] for source in accounts.sources], dtype=np.int64)
        comes = np.bincount(product, weights=year.imports.sum(axis=1), minlength=len(table)) > 0
        made = stand_in[:, 0] >= 0
        pooled = np.array([code in _competitive(section, economy.products) for code in table]) & made
        apart, foreign = np.flatnonzero(comes & made & ~pooled), np.flatnonzero(comes & ~made)
        arrives_as = np.where(pooled[:, None] & comes[:, None], stand_in, -1)
        arrives_as[apart] = len(codes) + np.arange(len(apart))[:, None]
        arrives_as[foreign] = len(codes) + len(apart) + np.arange(len(foreign))[:, None]
        known = {code: economy.product_name(code) for code in table}
        long = [known[sector] for sector in sectors]
        if regions > 1:
            long = [f"{name} ({accounts.industries[i][0]})" for name, i in zip(long, year.made, strict=True)]
        names = dict(zip(codes, long, strict=True))
        names |= {f"imported {economy.products[q]}": f"imported {known[economy.products[q]]}" for q in apart}
        names |= {economy.products[q]: known[economy.products[q]] for q in foreign}
        return cls(
            codes=(
                *codes,
                *(f"imported {economy.products[q]}" for q in apart),
                *(economy.products[q] for q in foreign),
                *(one.name for one in section.carve),
            ),
            table=economy.products,
            table_products=(
                *sectors,
                *(economy.products[q] for q in (*apart, *foreign)),
                *(one.product for one in section.carve),
            ),
            names=names,
            stand_in=stand_in,
            arrives_as=arrives_as,
            apart=tuple(apart.tolist()),
            product=product,
            carved=len(codes) + len(apart) + len(foreign) + np.arange(len(section.carve)),
        )


def _competitive(section: PlanSection, products: Sequence[str]) -> Sequence[str]:
    given: Names = section.industries.competitive
    return products if given == ALL else given


def _problems(accounts: Accounts, section: PlanSection, year: _Year, goods: _Goods) -> Iterator[Problem]:
    """What the section says of industries and substitutions that the table does not bear out."""
    products, rules = accounts.economy.products, section.industries
    of_table = goods.codes[: len(goods.codes) - len(section.carve)]
    for code, count in Counter(of_table).items():
        if count > 1:
            remedy = "give each product a code of its own"
            yield Problem("economy", f"{code!r} would be the name of {count} products", remedy)
    for k, carve in enumerate(section.carve):
        if carve.name in of_table or carve.name in products:
            what = f"{carve.name!r} is the name of a product of the table"
            yield Problem(f"plan.carve[{k}].name", what, "give it another name")
        elif carve.name in [other.name for other in section.carve[:k]]:
            what = f"{carve.name!r} stands twice"
            yield Problem(f"plan.carve[{k}].name", what, "give each its own name")
    if rules.competitive != ALL:
        for k, name in enumerate(rules.competitive):
            place = f"plan.industries.competitive[{k}]"
            if name not in products:
                yield Problem(place, f"unknown product {name!r}", did_you_mean(name, products))
            elif goods.stand_in[products.index(name), 0] < 0:
                yield Problem(place, f"no home industry makes {name!r}", "leave it out")
    if rules.capital_output is not None and not year.invested:
        what = "is given, and the table does not tell what investment goods are"
        yield Problem("plan.industries.capital_output", what, "leave it out")
    if rules.slack == 1:
        yield Problem("plan.industries.slack", "is 1: no capacity was used at all", "give less than 1")
    known = tuple(products[q] for q in goods.apart)
    for k, substitution in enumerate(section.substitutions):
        names = known if substitution.products == ALL else substitution.products
        for n, name in enumerate(names):
            place = f"plan.substitutions[{k}].products[{n}]"
            if name not in products:
                yield Problem(place, f"unknown product {name!r}", did_you_mean(name, products))
            elif goods.stand_in[products.index(name), 0] < 0:
                remedy = "declare a technique that makes it"
                yield Problem(place, f"no home industry makes {name!r}, so there is no recipe", remedy)
            elif name not in known and name in _competitive(section, products):
                what = f"home products can stand for imports of {name!r} already: it is competitive"
                yield Problem(place, what, "take it out of one of the two lists")
            elif name not in known:
                yield Problem(place, f"{name!r} is not imported", "leave it out")
            elif any(one.products == ALL or name in one.products for one in section.substitutions[:k]):
                yield Problem(place, f"{name!r} has a substitution already", "keep one of them")


@dataclass(frozen=True, eq=False)
class _Flows:
    """The base year by products of the plan; k pairs of an import and the home product it stands for."""

    use: Matrix
    """(n, h) by industries."""
    final: Matrix
    """(3, n) consumption, public, investment."""
    conversions: tuple[tuple[int, int], ...]
    """(k,) (imported product, home product)."""
    converted: Vector
    """(k,) imports that final users take as the home product."""
    import_channels: tuple[tuple[str, str], ...]
    imports: Vector


def _flows(accounts: Accounts, year: _Year, carved: Sequence[tuple[Carved, Matrix]], goods: _Goods) -> _Flows:
    n, homes, s = len(goods.codes), len(year.made), len(accounts.sources)
    origin = {partner: o for o, partner in enumerate(accounts.origins)}
    partner = np.array([origin[source.partner] for source in accounts.sources], dtype=np.int64)
    use = np.zeros((n, homes))
    use[:homes] = year.home
    final = np.hstack([year.final, np.zeros((3, n - homes))])
    bought = np.zeros((len(origin), n))
    converted: dict[tuple[int, int], float] = {}
    for r in range(len(accounts.home)):
        arrives_as, columns = goods.arrives_as[goods.product, r], year.region == r
        comes = np.flatnonzero(arrives_as >= 0)
        by_product = scipy.sparse.csr_array((np.ones(len(comes)), (arrives_as[comes], comes)), shape=(n, s))
        use[:, columns] += by_product @ year.imported[:, columns]
        np.add.at(bought, (partner[comes], arrives_as[comes]), year.imports[comes, r])
        final[INVESTMENT] += by_product @ year.imported_final[INVESTMENT, :, r]
        stand_in = goods.stand_in[goods.product, r]
        told_under = np.where(stand_in >= 0, stand_in, arrives_as)
        taken = year.imported_final[[CONSUMPTION, PUBLIC], :, r]
        for group, flow in zip((CONSUMPTION, PUBLIC), taken, strict=True):
            np.add.at(final[group], told_under[comes], flow[comes])
        by_table = np.bincount(goods.product, weights=taken.sum(axis=0), minlength=len(goods.stand_in))
        for q in goods.apart:
            pair = (int(goods.arrives_as[q, r]), int(goods.stand_in[q, r]))
            converted[pair] = converted.get(pair, 0.0) + float(by_table[q])
    for one, (_, flow) in zip(goods.carved, carved, strict=True):
        use[one] = flow.sum(axis=0)
        np.add.at(bought[:, one], partner, flow.sum(axis=1))
    channels = np.argwhere(bought > 0)
    return _Flows(
        use=use,
        final=final,
        conversions=tuple(sorted(converted)),
        converted=np.array([converted[pair] for pair in sorted(converted)]),
        import_channels=tuple((accounts.origins[o], goods.codes[i]) for o, i in channels),
        imports=bought[bought > 0],
    )


@dataclass(frozen=True, eq=False)
class _Techniques:
    """k techniques of one kind, as in :class:`TableBase`."""

    names: tuple[str, ...]
    recipes: Positions
    make: Matrix
    use: Matrix
    output: Vector
    capacity: Vector
    retirement: Vector
    lag: Vector
    invest: Vector
    """(k,) investment goods per unit of capacity."""
    most_starts: Vector
    under_way: Vector
    value_added: Vector


def _industries(
    accounts: Accounts, section: PlanSection, year: _Year, goods: _Goods, flows: _Flows, invest: float
) -> _Techniques:
    rules, homes = section.industries, len(year.made)
    capacity = year.output / (1.0 - rules.slack)
    return _Techniques(
        names=goods.codes[:homes],
        recipes=np.arange(homes),
        make=np.eye(len(goods.codes), homes),
        use=flows.use / year.output,
        output=year.output,
        capacity=capacity,
        retirement=np.full(homes, rules.retirement),
        lag=np.full(homes, rules.lag),
        invest=np.full(homes, invest),
        most_starts=(rules.growth + rules.retirement) * capacity,
        under_way=rules.retirement * capacity,
        value_added=accounts.value_added[year.made],
    )


def _conversions(goods: _Goods, flows: _Flows) -> _Techniques:
    k = len(flows.conversions)
    imported, stood_for = np.array(flows.conversions, dtype=np.int64).reshape(k, 2).T
    unit, none = np.eye(len(goods.codes)), np.zeros(k)
    return _Techniques(
        names=tuple(f"{goods.codes[a]} for {goods.codes[b]}" for a, b in flows.conversions),
        recipes=np.full(k, -1),
        make=unit[:, stood_for],
        use=unit[:, imported],
        output=flows.converted,
        capacity=np.full(k, np.inf),
        retirement=none,
        lag=none,
        invest=none,
        most_starts=none,
        under_way=none,
        value_added=none,
    )


def _substitutes(
    section: PlanSection, year: _Year, goods: _Goods, flows: _Flows, invest: float
) -> _Techniques:
    """In every home region that makes the product, as much as the region imports of it can be grown into."""
    pairs = [
        (one, q, h)
        for one in section.substitutions
        for q in goods.apart
        if one.products == ALL or goods.table[q] in one.products
        for h in dict.fromkeys(goods.stand_in[q].tolist())
    ]
    k = len(pairs)
    imported = np.array([goods.arrives_as[q, 0] for _, q, _ in pairs], dtype=np.int64)
    recipe = np.array([h for _, _, h in pairs], dtype=np.int64)
    by_table = np.zeros(goods.stand_in.shape)
    np.add.at(by_table, goods.product, year.imports)
    replaced = np.array([by_table[q, goods.stand_in[q] == h].sum() for _, q, h in pairs])
    none = np.zeros(k)
    return _Techniques(
        names=tuple(f"{goods.codes[h]} in place of imports" for h in recipe),
        recipes=recipe,
        make=np.eye(len(goods.codes))[:, imported],
        use=flows.use[:, recipe] / year.output[recipe] * np.array([one.cost for one, _, _ in pairs]),
        output=none,
        capacity=none,
        retirement=np.full(k, section.industries.retirement),
        lag=np.array([one.lag for one, _, _ in pairs]),
        invest=np.array([invest if one.invest is None else one.invest for one, _, _ in pairs]),
        most_starts=replaced * np.array([one.growth for one, _, _ in pairs]),
        under_way=none,
        value_added=none,
    )


def _joined(kinds: Sequence[_Techniques], item: str) -> npt.NDArray[np.float64]:
    return np.concatenate([getattr(kind, item) for kind in kinds], axis=-1)


def _invested(section: PlanSection, year: _Year, investment: float) -> float:
    """Investment goods per unit of capacity."""
    rules = section.industries
    if rules.capital_output is not None:
        return rules.capital_output
    retiring = rules.retirement * float(year.output.sum()) / (1.0 - rules.slack)
    return investment / retiring if retiring > 0 else 0.0


def _technique_names(goods: _Goods, substitutes: _Techniques, flows: _Flows) -> dict[str, str]:
    return {
        f"{goods.codes[a]} for {goods.codes[b]}": f"{goods.names[goods.codes[a]]}, as the home product"
        for a, b in flows.conversions
    } | {
        name: f"{goods.names[goods.codes[h]]} in place of imports"
        for name, h in zip(substitutes.names, substitutes.recipes, strict=True)
    }


def _assumptions(
    section: PlanSection, year: _Year, goods: _Goods, economy: Economy, invested: float, invest: float
) -> Iterator[str]:
    """One sentence for each choice that the table does not make."""
    rules = section.industries
    yield f"A unit of a product of the table is what one {economy.unit} bought in {economy.year}."
    if goods.apart:
        told = f"{len(goods.apart)} products that are both made at home and imported"
        yield (
            f"Home products cannot stand in for what industries and investors import of {told} "
            f"(non-competitive imports); for other users the two are one."
        )
    pooled = [
        code
        for q, code in enumerate(goods.table)
        if goods.stand_in[q, 0] >= 0 and q not in goods.apart and (goods.arrives_as[q] >= 0).any()
    ]
    if pooled:
        yield f"Home products stand for imports, and imports for home products, of {_listed(pooled)}."
    capacity = float(year.output.sum()) / (1.0 - rules.slack)
    yield f"In the base year {rules.slack:.1%} of the industries' capacity stood idle ({rules.source})."
    yield f"Of that capacity {rules.retirement:.1%} retires per year ({rules.source})."
    yield (
        f"An industry's plant takes {rules.lag:g} years to build, and {rules.growth + rules.retirement:.1%} "
        f"of base-year capacity can be started per year ({rules.source})."
    )
    replaced, unit = invest * rules.retirement * capacity, economy.unit
    if not invested:
        yield "The table tells no investment: what is built takes no goods."
    elif not invest:
        yield (
            f"As nothing retires, investment of the base year ({_told(invested, unit)}) is public demand, "
            f"and what is built takes no goods besides."
        )
    elif rules.capital_output is None:
        yield (
            f"A unit of yearly output takes {invest:.3g} of investment goods, so that the base year's "
            f"investment ({_told(invested, unit)}) just replaces what retires."
        )
    else:
        yield (
            f"A unit of yearly output takes {invest:.3g} of investment goods ({rules.source}): replacing "
            f"what retires takes {_told(replaced, unit)} a year, against {_told(invested, unit)} invested in "
            f"the base year."
        )
    for carve in section.carve:
        users = "industries" if carve.users == ALL else _listed(carve.users)
        yield f"{carve.name} is {_share_told(carve)} of what {users} import of {carve.product}."
    for one in section.substitutions:
        products = "every such product" if one.products == ALL else _listed(one.products)
        yield (
            f"Home makers of {products} can turn to what is imported of it at {one.cost:g} times the inputs "
            f"of the home product, with plants built in {one.lag:g} years ({one.source})."
        )


def _share_told(carve: Carved) -> str:
    given = carve.share if isinstance(carve.share, Amount) else Amount(value=carve.share)
    between = "" if given.low is None or given.high is None else f", between {given.low:g} and {given.high:g}"
    source = given.source or carve.source or "assumption: no source is given"
    return f"{given.value:g}{between} ({source})"


def _told(amount: float, unit: str) -> str:
    """An amount of money to three digits or more: ``23,781 million USD``."""
    return f"{amount:,.0f} {unit}" if amount >= 1000 else f"{amount:.3g} {unit}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
