"""Trials: a country whose table is known is estimated as if it were not, and the two are compared."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autarky import iomath
from autarky.economy import ABROAD, Economy, FinalUseKind, FinalUser, Gate
from autarky.errors import EconomyError, Problem
from autarky.estimation.donors import donor_of
from autarky.estimation.estimate import estimate
from autarky.estimation.frame import frame_of
from autarky.estimation.known_errors import HEADER, TrialSummary, percent
from autarky.estimation.labelled_csv import decimal, encoded
from autarky.estimation.recipe import Cells, Recipe
from autarky.evidence import Claim, Evidence, Source
from autarky.scenario import Behaviour, ImportMode, ImportRule, Overtime, Scenario, TradeCut
from autarky.simulation import simulate

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

LIGHT = ("food", "textiles", "other_manufacturing")
HEAVY = ("chemicals", "petroleum", "building_materials", "metals", "machinery")
SERVICES = ("trade", "transport", "market_services", "government", "education_health")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "agriculture, forestry and fishing": ("agriculture", "fishing"),
    "mining": ("mining", "coal", "other_mining"),
    "manufacturing": (*LIGHT, *HEAVY),
    "electricity, gas and water": ("electricity",),
    "construction": ("construction",),
    "services": SERVICES,
}
"""The industries in which the Bank of Korea gives the value added of North Korea, by our sectors."""
GOODS = (*("agriculture", "fishing", "mining", "coal", "other_mining"), *LIGHT, *HEAVY)
"""Products that pass customs: of services traded nothing is known by product."""
WIDTHS: Mapping[str, float] = {
    "gdp": 0.02,
    "gdp share": 0.02,
    "structure": 0.25,
    "final use": 0.25,
    "trade": 0.05,
    "trade item": 0.15,
}
"""Half the relative width of each kind of figure (assumption: as wide as in the recipe for North Korea, where
the Bank of Korea's are narrow, customs wider, and final use and shares within services are themselves
assumptions)."""
BEHAVIOURS: Mapping[str, Behaviour] = {
    "essential": Behaviour(),
    "replaceable": Behaviour(imports=ImportRule(default=ImportMode.COMPETITIVE), overtime=Overtime(max=1)),
}
"""How everybody reacts to the trial's cut: what is not said is the preset ``autarky``."""
DRAWS = 100
"""Tables drawn in a trial, to see whether ranges hold what is true."""
CELL_SPREAD = 1.0
"""Log standard deviation of borrowed cells in the draws (assumption: as in the recipe for North Korea)."""
CUT_KEPT = 0.2
"""Share of every import that passes in the trial's year."""
_START = datetime.date(2015, 1, 1)
_RANGE = (0.05, 0.95)
_LEAST = 0.001
"""Smallest true coefficient for which a factor of two is asked."""
_HOME_USERS = {
    "households": FinalUseKind.HOUSEHOLDS,
    "government": FinalUseKind.GOVERNMENT,
    "investment": FinalUseKind.INVESTMENT,
}


@dataclass(frozen=True)
class Trial:
    """A known country, estimated as if it were not, beside its true table."""

    summary: TrialSummary
    sectors: tuple[str, ...]
    multipliers_true: tuple[float, ...]
    """Imports through all tiers per unit of final use of each sector's product."""
    multipliers_estimated: tuple[float, ...]
    losses_true: Mapping[str, tuple[float, ...]]
    """Behaviour → share of each sector's yearly output that the cut costs."""
    losses_estimated: Mapping[str, tuple[float, ...]]

    def text(self) -> str:
        """The summary and a line for each sector, as printed."""
        lines = [self.summary.sentence() + ".", ""]
        head = f"{'sector':<20}{'imports per unit':>20}" + "".join(
            f"{'loss, ' + behaviour:>20}" for behaviour in self.losses_true
        )
        lines += [head, f"{'':<20}" + f"{'true':>11}{'est.':>9}" * (1 + len(self.losses_true))]
        for i, sector in enumerate(self.sectors):
            line = f"{sector:<20}{self.multipliers_true[i]:>11.3f}{self.multipliers_estimated[i]:>9.3f}"
            for behaviour, true in self.losses_true.items():
                line += f"{percent(true[i]):>11}{percent(self.losses_estimated[behaviour][i]):>9}"
            lines.append(line)
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The trial as plain values, JSON-ready."""
        return asdict(self)


class _Figure(NamedTuple):
    """A figure that is known of North Korea: its kind, and the cells it measures, as a recipe names them."""

    kind: str
    sum: dict[str, Any]
    of: dict[str, Any] | None = None


def _figures(sectors: Sequence[str]) -> dict[str, _Figure]:
    """Name of each figure → what it measures in a table of these sectors."""

    def added(codes: Sequence[str]) -> dict[str, Any]:
        return {"block": "value_added", "products": tuple(code for code in codes if code in sectors)}

    gdp = {"block": "value_added"}
    found = {"gdp / value added": _Figure("gdp", gdp)}
    found |= {
        f"gdp share / {name}": _Figure("gdp share", added(codes), gdp) for name, codes in GROUPS.items()
    }
    found["structure / light industry in manufacturing"] = _Figure(
        "structure", added(LIGHT), added(LIGHT + HEAVY)
    )
    for codes in (("government", "education_health"), ("trade", "transport")):
        found[f"structure / {' and '.join(codes)}"] = _Figure("structure", added(codes), gdp)
    for user in _HOME_USERS:
        found[f"final use / {user}"] = _Figure("final use", {"block": "final_use", "users": (user,)}, gdp)
    for flow in ("imports", "exports"):
        found[f"trade / {flow}"] = _Figure("trade", {"block": flow})
        for product in (code for code in GOODS if code in sectors):
            cells = {"block": flow, "products": (product,)}
            found[f"trade item / {flow}: {product}"] = _Figure("trade item", cells)
    found["structure / imports used by final users"] = _Figure(
        "structure", {"block": "imports", "users": tuple(_HOME_USERS)}, {"block": "imports"}
    )
    return found


def claims_like(economy: Economy, *, widths: Mapping[str, float] = WIDTHS) -> Evidence:
    """The kinds of figures that are known of North Korea, taken from a known table.

    Value added in total and by the Bank of Korea's industries, light industry in manufacturing, public
    services and trade, final use of households, government and investment; imports and exports in total and
    of each good, and what final users take of the imports. Values are the true ones, ranges as wide as
    ``widths`` says; what is nothing in truth is left out.

    Parameters
    ----------
    economy : Economy
        As ``plain`` makes it.
    widths : mapping
        Kind of figure (the word before the slash in its name) → half its width, relative.

    Returns
    -------
    Evidence
    """
    year = str(economy.year)
    frame = frame_of(
        _recipe(economy, "true table", ({"figure": "x / y", "as_of": year, "sum": _EVERYTHING},))
    )
    cells = frame.vector(
        {block: getattr(economy, block) for block in frame.shapes}
        | {"imports_intermediate": _by_product(economy)[:, : len(frame.sectors)]}
        | {"imports_final": _by_product(economy)[:, len(frame.sectors) :]}
    )
    source = Source(
        key="true-table",
        title=economy.provenance.title,
        publisher=economy.name,
        date=year,
        note=economy.provenance.citation,
    )
    claims = []
    for name, figure in _figures(economy.industries.sectors).items():
        value = float(cells[frame.select(Cells.model_validate(figure.sum))].sum())
        if figure.of is not None:
            value /= float(cells[frame.select(Cells.model_validate(figure.of))].sum())
        if value <= 0:
            continue
        width = widths[figure.kind]
        claims.append(
            Claim(
                id=f"{name}, {year}",
                figure=name,
                value=value,
                low=value * (1 - width),
                high=value * (1 + width),
                unit=economy.unit if figure.of is None else "ratio",
                as_of=year,
                source=source.key,
                kind="derived",
                method="sum of cells of the known table; the range is an assumption",
                reliability="A",
                credibility=2,
            )
        )
    return Evidence(tuple(claims), {source.key: source})


def recipe_like(economy: Economy, evidence: Evidence, donor: str) -> Recipe:
    """The recipe by which a known table is estimated: the figures of ``claims_like``, and one donor."""
    figures = _figures(economy.industries.sectors)
    measures = []
    for claim in evidence.claims:
        figure = figures[claim.figure]
        measure = {"figure": claim.figure, "as_of": claim.as_of, "sum": figure.sum}
        measures.append(measure if figure.of is None else {**measure, "of": figure.of})
    return _recipe(economy, donor, tuple(measures))


_EVERYTHING = {"block": "value_added"}


def _recipe(economy: Economy, donor: str, measures: tuple[dict[str, Any], ...]) -> Recipe:
    return Recipe.model_validate(
        {
            "version": 1,
            "title": f"{economy.name}, as if unknown",
            "year": economy.year,
            "currency": economy.currency,
            "unit": economy.unit,
            "valuation": economy.valuation,
            "claims": ("true table",),
            "donors": ({"name": donor, "reason": "the trial"},),
            "sectors": {code: code for code in economy.industries.sectors},
            "final_users": {name: kind.value for name, kind in _HOME_USERS.items()},
            "partners": {ABROAD: {"exports": "exports"}},
            "errors": {},
            "cell_spread": CELL_SPREAD,
            "measures": measures,
            "draws": DRAWS,
        }
    )


def run_trial(
    country: str, truth: Economy, donor_name: str, donor: Economy, *, widths: Mapping[str, float] = WIDTHS
) -> Trial:
    """Estimate a known country from a donor and from figures of its own, and compare with the truth.

    Parameters
    ----------
    country, donor_name : str
        As printed.
    truth, donor : Economy
        National tables in the same sectors, the first with a true import matrix.
    widths : mapping
        As for ``claims_like``.

    Returns
    -------
    Trial

    Raises
    ------
    EconomyError
        The sectors differ, or the true table has no import matrix.
    InfeasibleError
        No table keeps to the figures.
    """
    if truth.industries.sectors != donor.industries.sectors:
        what = f"has other sectors than {donor.name}"
        raise EconomyError(Problem(truth.name, what, "aggregate both by one concordance"))
    truth = plain(truth)
    lent = donor_of(donor, products_only=())
    evidence = claims_like(truth, widths=widths)
    estimated = estimate(recipe_like(truth, evidence, donor_name), evidence, {donor_name: lent})
    found = estimated.economy
    drawn = [_as_drawn(truth, estimated.frame.blocks(one.cells)) for one in estimated.draws]
    A, a = _coefficients(truth), _coefficients(found)
    large = _LEAST <= A
    low, high = np.quantile([_coefficients(one) for one in drawn], _RANGE, axis=0)
    ratio = a[large] / A[large]
    true_multipliers, multipliers = import_multipliers(truth), import_multipliers(found)
    final = truth.Y.sum(axis=1) / truth.Y.sum()
    least, most = np.quantile([import_multipliers(one) @ final for one in drawn], _RANGE)
    true_cuts = {name: lived_through_cut(truth, behaviour) for name, behaviour in BEHAVIOURS.items()}
    cuts = {name: lived_through_cut(found, behaviour) for name, behaviour in BEHAVIOURS.items()}

    def sector_error(name: str) -> float:
        return float(np.abs(np.subtract(cuts[name].by_sector, true_cuts[name].by_sector)).mean())

    summary = TrialSummary(
        country,
        donor_name,
        coefficient_error=_error(a, A, truth.x),
        donor_coefficient_error=_error(lent.A, A, truth.x),
        within_factor_two=float(((ratio >= 0.5) & (ratio <= 2)).mean()),
        coverage=float(((low <= A) & (high >= A))[large].mean()),
        correlation=float(np.corrcoef(a.ravel(), A.ravel())[0, 1]),
        multiplier_true=float(true_multipliers @ final),
        multiplier_estimated=float(multipliers @ final),
        multiplier_low=float(least),
        multiplier_high=float(most),
        multiplier_error=float(np.abs(multipliers - true_multipliers) @ truth.x / truth.x.sum()),
        essential_loss_true=true_cuts["essential"].value_added,
        essential_loss_estimated=cuts["essential"].value_added,
        essential_sector_error=sector_error("essential"),
        replaceable_loss_true=true_cuts["replaceable"].value_added,
        replaceable_loss_estimated=cuts["replaceable"].value_added,
        replaceable_sector_error=sector_error("replaceable"),
        replaceable_shortage_true=true_cuts["replaceable"].final_use,
        replaceable_shortage_estimated=cuts["replaceable"].final_use,
    )
    return Trial(
        summary,
        truth.industries.sectors,
        tuple(map(float, true_multipliers)),
        tuple(map(float, multipliers)),
        {name: cut.by_sector for name, cut in true_cuts.items()},
        {name: cut.by_sector for name, cut in cuts.items()},
    )


def plain(economy: Economy) -> Economy:
    """A table in the form of an estimated one, so that the two are compared like with like.

    Value added is what closes each column (taxes and margins on inputs included); stocks and a discrepancy
    count as investment; one export column.
    """
    if not economy.gates:
        what = "tells imported use not apart"
        raise EconomyError(Problem(economy.name, what, "give a table with an import matrix"))
    kinds = [user.kind for user in economy.final_users]
    exports = np.array([kind is FinalUseKind.EXPORTS for kind in kinds])
    households = np.array([kind in (FinalUseKind.HOUSEHOLDS, FinalUseKind.NONPROFIT) for kind in kinds])
    government = np.array([kind is FinalUseKind.GOVERNMENT for kind in kinds])
    F = np.array([households, government, ~(exports | households | government), exports], dtype=np.float64).T
    region = economy.industries.regions[0]
    users = [FinalUser(region, name, kind) for name, kind in _HOME_USERS.items()]
    costs = economy.Z.sum(axis=0) + economy.imports_intermediate.sum(axis=0)
    return replace(
        economy,
        final_users=(*users, FinalUser(ABROAD, "exports", FinalUseKind.EXPORTS)),
        Y=economy.Y @ F,
        imports_final=economy.imports_final @ F,
        value_added_names=("value_added",),
        value_added=(economy.x - costs)[None, :],
        adjustment_names=(),
        adjustments=np.zeros((0, len(economy.industries))),
        reported_output=None,
        decimals=None,
    )


def import_multipliers(economy: Economy) -> Vector:
    """Imports through all tiers per unit of final use, (n,), dimensionless: ``iomath.import_multipliers``."""
    imported = iomath.technical_coefficients(economy.imports_intermediate, economy.x)
    return iomath.import_multipliers(economy.A, imported)


class Lost(NamedTuple):
    """What a cut costs in a year, each as a share of the base year's."""

    value_added: float
    by_sector: tuple[float, ...]
    """Output of each sector."""
    final_use: float
    """Products that final users wanted and did not get."""


def lived_through_cut(economy: Economy, behaviour: Behaviour) -> Lost:
    """A year in which a fifth of every import passes, simulated."""
    scenario = Scenario(
        name="a fifth of imports",
        start=_START,
        days=365,
        shocks=(TradeCut(start=_START, origin=(ABROAD,), share_kept=CUT_KEPT),),
        behaviour=behaviour,
    )
    data = simulate(economy, scenario).data

    def lost(name: str, base: str) -> float:
        whole = data[base].to_numpy().sum() * scenario.days
        return float(1 - data[name].to_numpy().sum() / whole)

    output = data["output"].to_numpy().sum(axis=0)
    before = data["output_base"].to_numpy() * scenario.days
    by_sector = 1 - np.divide(output, before, out=np.ones_like(output), where=before > 0)
    return Lost(
        lost("gdp", "value_added_base"),
        tuple(float(share) for share in by_sector),
        lost("consumption", "consumption_base"),
    )


def trials_csv(trials: Sequence[Trial]) -> bytes:
    """The summaries as the bytes of ``trials.csv``, figures with six decimals."""
    rows = []
    for trial in trials:
        country, donor, *figures = asdict(trial.summary).values()
        rows.append([country, donor, *map(decimal, figures)])
    return encoded([list(HEADER), *rows])


def _as_drawn(truth: Economy, blocks: Mapping[str, Matrix]) -> Economy:
    """A drawn table in the place of the true one; the frame has one gate for each sector, in order."""
    gates = tuple(Gate(ABROAD, sector) for sector in truth.industries.sectors)
    return replace(
        truth,
        gates=gates,
        Z=blocks["Z"],
        Y=blocks["Y"],
        value_added=blocks["value_added"],
        imports_intermediate=blocks["imports_intermediate"],
        imports_final=blocks["imports_final"],
    )


def _by_product(economy: Economy) -> Matrix:
    """Imported use by product and user, (n, n + c)."""
    sectors = economy.industries.sectors
    use = np.zeros((len(sectors), len(sectors) + len(economy.final_users)))
    for gate, row in zip(
        economy.gates, np.hstack([economy.imports_intermediate, economy.imports_final]), strict=True
    ):
        use[sectors.index(gate.product)] += row
    return use


def _coefficients(economy: Economy) -> Matrix:
    """Technical coefficients, home and imported inputs together, (n, n)."""
    n = len(economy.industries)
    return iomath.technical_coefficients(economy.Z + _by_product(economy)[:, :n], economy.x)


def _error(found: Matrix, true: Matrix, x: Vector) -> float:
    return float((np.abs(found - true) @ x).sum() / (true @ x).sum())
