"""Derive the trade series of North Korea's studies from claims: ``carry_border_closure.py [TARGET]``.

Two tables: ``border-closure-series.csv``, by month from January 2020 to December 2023 as shares of 2019, and
``calibration-series.csv``, by year from 2017 to 2019 as shares of 2016. Shares are of the flow per day, so
that a month is not low for being short. Every row names the claims it comes from and what was assumed. The
shares are then written into the two studies, between the lines that begin and end their series.

Imports from China by month and group of products: customs publish totals by month, and few groups by year. A
group without a figure gets the share of its base-year value that all such groups have in common: what is left
of the year's total. RAS then fits groups × months to both totals, all groups on the total's own course but
for the months that a source gives of a group, for January 2020, when the border was still open and trade had
the base year's composition (assumption), and for fertiliser, which comes before the rice is set (assumption).
"""

from __future__ import annotations

import calendar
import csv
import datetime
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from autarky.estimation.ras import ras
from autarky.evidence import Claim, read_evidence

DATA = Path(__file__).resolve().parents[1] / "src" / "autarky" / "data"
YEARS = (2020, 2021, 2022, 2023)
COLUMNS = (
    "flow",
    "partner",
    "product",
    "month",
    "share_of_{base}",
    "low",
    "high",
    "derived_from",
    "note",
)

PRICES = {2017: 0.05, 2018: 0.05, 2019: 0.05, 2020: 0.05, 2021: 0.10, 2022: 0.15, 2023: 0.15}
"""Assumption: no deflator of this trade is at hand; values count as volumes, within these shares."""
COMMON = (0.5, 1.5)
"""Assumption: range of the share of a group that has no figure of its own, times the common share."""
SOWING = (3, 4, 5)
"""Assumption: months in which fertiliser mostly comes, five times as much as in others."""
SPLIT = (0.5, 1.5)
"""Assumption: range of a month that is published together with others, times its part by days."""

CENTRAL = {("imports", "petroleum"): 0.5, ("exports", "all"): 0.6}
"""Pass-through of a single run where it is not 1: the middle of what the studies draw."""
CRUDE = "crude oil (KOTRA estimate, ~500 kt)"
BANS = "bans of UN resolutions 2321, 2371, 2375 and 2397; before them BOK by year"
ORIGINS: dict[tuple[str, ...], str] = {
    (
        "imports",
        "CHINA",
    ): "customs of China by month, by way of the press; KOTRA, BOK, KITA and KIEP by item",
    (
        "exports",
        "CHINA",
    ): "customs of China by month, by way of the press; KOTRA, BOK and others by item",
    ("imports", "ABROAD"): "KOTRA by year, less trade with China; one share for all products (assumption)",
    ("exports", "ABROAD"): "KOTRA by year, less trade with China; one share for all products (assumption)",
    ("imports", "ALL"): "KOTRA and BOK by year and item",
    ("exports", "ALL"): "KOTRA and BOK by year and item",
    ("imports", "CHINA", "petroleum"): "refined oil reported to the UN 1718 Committee, by way of the press",
    (
        "imports",
        "CHINA",
        "crude_oil",
    ): "assumption: piped, at one quantity (Global Energy Monitor, KOTRA)",
    ("imports", "ALL", "crude_oil"): "assumption: piped, at one quantity (Global Energy Monitor)",
    ("exports", "ALL", "coal"): BANS,
    ("exports", "ALL", "textiles"): BANS,
    ("exports", "ALL", "fishing and food"): BANS,
}
"""Where the figures of a flow, or of a group of it, come from in the main: the series names each claim."""
FUELS = "HS27 mineral fuels incl. crude estimate"

PRODUCTS = {
    "agriculture": "agriculture fishing",
    "food": "food",
    "textiles": "textiles",
    "chemicals": "chemicals",
    "fertiliser": "fertiliser",
    "metals": "metals",
    "machinery": "machinery",
    "processing_parts": "processing_parts",
    "rest": "other_mining building_materials other_manufacturing",
    "petroleum": "petroleum coal",
    "crude_oil": "crude_oil",
    "all": "all",
    "processing": "processing",
    "coal": "coal",
    "other_mining": "other_mining",
    "fishing and food": "fishing food",
    "rest of exports": "agriculture fishing coal other_mining food textiles chemicals petroleum "
    "building_materials machinery other_manufacturing electricity",
    "rest of exports 2016": "agriculture chemicals petroleum building_materials machinery "
    "other_manufacturing electricity",
}
"""Group → products of the table, separated by blanks."""


@dataclass(frozen=True)
class Known:
    """What is known of a flow: a number with its range, where from, and what was assumed."""

    value: float
    low: float
    high: float
    source: str
    note: str = ""

    def times(self, factor: float) -> Known:
        """In another unit."""
        return replace(self, value=self.value * factor, low=self.low * factor, high=self.high * factor)


@dataclass(frozen=True)
class Row:
    """One line of a series."""

    flow: str
    partner: str
    group: str
    month: str
    share: Known


class Facts:
    """The claims by figure and period, the best graded first, and autarky's own assumptions."""

    def __init__(self) -> None:
        paths = [DATA / "north-korea", DATA / "recipes" / "north-korea-assumptions.yaml"]
        claims = sorted(read_evidence(paths).claims, key=lambda claim: (claim.reliability, claim.credibility))
        self.claims: dict[tuple[str, str], Claim] = {}
        for claim in claims:
            self.claims.setdefault((claim.figure, claim.as_of), claim)

    def known(self, figure: str, as_of: str | int) -> Known:
        """A figure with its range and the claim that says so."""
        claim = self.claims[figure, str(as_of)]
        return Known(claim.value, *claim.range, claim.id)

    def year(self, family: str, variable: str, year: int) -> float:
        return self.known(f"trade / {family} {variable}", year).value

    def cite(self, family: str, variable: str, *years: int) -> str:
        return "; ".join(self.known(f"trade / {family} {variable}", year).source for year in years)

    def _item(self, as_of: str, flow: str, item: str) -> Known:
        figure = f"trade item / {flow}: {item}"
        change = f"{figure}, change"
        return self.known(change if (change, as_of) in self.claims else figure, as_of)

    def item(self, as_of: str, flow: str, item: str) -> float:
        return self._item(as_of, flow, item).value

    def source(self, as_of: str, flow: str, item: str) -> str:
        return self._item(as_of, flow, item).source

    def assumption(self, figure: str, year: int) -> Known:
        return self.known(figure, year)

    def months(self, flow: str, year: int) -> list[tuple[int, int, Known]]:
        """First and last month and value of what is published about months of a year."""
        found = []
        for (figure, as_of), claim in self.claims.items():
            first, _, last = as_of.partition(" to ")
            if figure == f"china trade by month / {flow}" and re.fullmatch(rf"{year}-\d\d", first):
                known = Known(claim.value, *claim.range, claim.id)
                found.append((int(first[5:]), int((last or first)[5:]), known))
        return sorted(found, key=lambda one: (one[1] - one[0], one[0]))


# --- imports from China, 2020 to 2023 --------------------------------------------------------------------


def base_2019(facts: Facts) -> dict[str, float]:
    """Imports of each group in 2019, million USD; the rest is what is left of China's exports."""
    base = {
        "agriculture": facts.item("2019", "import", "HS10 cereals"),
        "food": facts.item("2019", "import", "HS15-24 fats and prepared food"),
        "textiles": facts.item("2019", "import", "HS50-63 textiles"),
        "chemicals": facts.item("2019", "import", "HS39 plastics"),
        "fertiliser": facts.assumption("imports / fertiliser", 2019).value,
        "metals": facts.assumption("imports / metals", 2019).value,
        "machinery": facts.assumption("imports / machinery", 2019).value,
        "processing_parts": _parts_2019(facts),
    }
    return base | {"rest": facts.year("GACC", "china imports", 2019) - sum(base.values())}


def _parts_2019(facts: Facts) -> float:
    share = facts.known("share / imported parts in processing", "2016 to 2019").value
    return float(share * facts.assumption("exports / processing", 2019).value)


def group_shares(facts: Facts, year: int) -> dict[str, Known]:
    """Shares of 2019 of the groups that a source tells something about in a year."""
    item, source = facts.item, facts.source
    base = base_2019(facts)
    fertiliser = facts.assumption("imports / fertiliser", 2019)
    if year == 2020:
        oil, flour, sugar = (
            1.0 + item("2020Q1-Q3", "import from China", name) / 100
            for name in ("cooking oil", "flour/starch", "sugar")
        )
        textiles = 1.0 + item("2020", "import", "textiles") / 100
        plastics = 1.0 + item("2020", "import", "plastics") / 100
        rubber = 1.0 + item("2020", "import", "plastics and rubber") / 100
        steel = 1.0 + item("2020", "import", "coke and steel-related") / 100
        return {
            "food": Known(
                0.75 * flour,
                0.4,
                0.75 * oil,
                "; ".join(
                    source("2020Q1-Q3", "import from China", name) for name in ("flour/starch", "cooking oil")
                ),
                "assumption: as flour in three quarters and next to nothing in the last; oil and sugar fell "
                "less, which the year's total would leave no room for; cooking oil is the upper end",
            ),
            "agriculture": Known(
                0.75 * flour,
                0.2,
                0.75 * sugar,
                source("2020Q1-Q3", "import from China", "flour/starch"),
                "assumption: grain as flour",
            ),
            "fertiliser": Known(
                0.75 * flour,
                0.1,
                0.75 * sugar,
                source("2020Q1-Q3", "import from China", "flour/starch"),
                "assumption: no figure; protected as flour was",
            ),
            "textiles": Known(textiles, textiles, textiles, source("2020", "import", "textiles")),
            "chemicals": Known(rubber, plastics, rubber, source("2020", "import", "plastics and rubber")),
            "metals": Known(
                min(steel, 0.19),
                0.0,
                steel,
                source("2020", "import", "coke and steel-related"),
                "a fall of at least 75 %: as all imports from China (assumption), at most a quarter",
            ),
            "processing_parts": Known(
                1.0 + item("2020", "export", "watches") / 100,
                1.0 + item("2020", "export", "feathers, artificial flowers, wigs") / 100,
                1.0 + item("2020", "export", "watches") / 100,
                source("2020", "export", "watches"),
                "assumption: parts come in as what is made of them goes out",
            ),
        }
    if year == 2021:
        sent = item("2021-04", "import from China", "ammonium phosphate")
        sent += item("2021-05", "import from China", "fertiliser")
        month = item("2021-09", "import from China", "food") + item("2021-09", "import from China", "tobacco")
        total = facts.year("GACC", "china imports", 2021)
        in_month = month / facts.known("china trade by month / imports", "2021-09").value
        precise = 1.0 + item("2021", "export", "optical/precision instruments") / 100
        watches = 1.0 + item("2020", "export", "watches") / 100
        return {
            "fertiliser": Known(
                sent / fertiliser.value,
                sent / fertiliser.high,
                sent / fertiliser.low,
                source("2021-04", "import from China", "ammonium phosphate"),
                "the two months that are reported; the range is that of the base (assumption)",
            ),
            "food": Known(
                in_month * total / base["food"],
                month / base["food"],
                1.5 * in_month * total / base["food"],
                source("2021-09", "import from China", "food"),
                "assumption: the year's part of food and tobacco as in September, the only month told",
            ),
            "agriculture": Known(
                0.05,
                0.0,
                0.3,
                source("2021", "import from China", "rice"),
                "no rice recorded; other grain a twentieth of 2019 (assumption)",
            ),
            "processing_parts": Known(
                watches * precise,
                0.5 * watches * precise,
                watches,
                source("2021", "export", "optical/precision instruments"),
                "assumption: parts come in as what is made of them goes out",
            ),
        }
    if year == 2022:
        plastics = item("2022", "import from China", "plastics")
        together = (
            item("2022", "import", "plastics and rubber share") / 100 * facts.year("KOTRA", "imports", 2022)
        )
        oils = item("2022Q1", "import from China", "soybean oil") + item(
            "2022Q1", "import from China", "palm oil"
        )
        told = oils + item("2022", "import from China", "tobacco")
        rice = item("2022-01 to 2022-10", "import from China", "rice") + item(
            "2022-11", "import from China", "rice"
        )
        sent = item("2022", "import from China", "fertiliser")
        return {
            "chemicals": Known(
                together / (base["chemicals"] + 60.0),
                plastics / base["chemicals"],
                together / base["chemicals"],
                source("2022", "import", "plastics and rubber share"),
                "assumption: 60 million USD of rubber beside the plastics of 2019",
            ),
            "food": Known(
                (told + 3 * oils) / base["food"] + 0.15,
                told / base["food"],
                1.0,
                source("2022", "import from China", "tobacco"),
                "assumption: oils all year as in the first quarter, and 0.15 for what is not told",
            ),
            "agriculture": Known(
                rice * 500e-6 / base["agriculture"],
                0.2,
                0.6,
                source("2022-11", "import from China", "rice"),
                "assumption: rice at 500 USD/t; no other grain told",
            ),
            "fertiliser": Known(
                sent / fertiliser.value,
                sent / fertiliser.high,
                sent / fertiliser.low,
                source("2022", "import from China", "fertiliser"),
                "the range is that of the base (assumption)",
            ),
            "processing_parts": Known(
                item("2022", "import from China", "wig/lash materials") / base["processing_parts"],
                0.1,
                0.4,
                source("2022", "import from China", "wig/lash materials"),
                "wigs and eyelashes only; range by assumption",
            ),
        }
    sent = item("2023-01 to 2023-05", "import from China", "fertiliser")
    rice = item("2023H1", "import from China", "rice")
    dual = item("2023", "import", "dual-use (industrial) imports") / 100
    industrial = Known(
        dual,
        dual - 0.1,
        dual + 0.15,
        source("2023", "import", "dual-use (industrial) imports"),
        "assumption: chemicals, metals and machinery as industrial goods together",
    )
    return {
        "chemicals": industrial,
        "metals": industrial,
        "machinery": industrial,
        "fertiliser": Known(
            sent / fertiliser.value,
            sent / fertiliser.high,
            sent / fertiliser.low,
            source("2023-01 to 2023-05", "import from China", "fertiliser"),
            "to May; nothing told of later months; the range is that of the base (assumption)",
        ),
        "agriculture": Known(
            1.4 * rice / base["agriculture"],
            rice / base["agriculture"],
            2.0 * rice / base["agriculture"],
            source("2023H1", "import from China", "rice"),
            "assumption: in the second half two fifths of the first; at least nothing, at most as much",
        ),
    }


def known_months(facts: Facts, year: int) -> dict[tuple[int, str], float]:
    """What a source gives of a group in a month, million USD."""
    told = {
        2021: {
            (4, "fertiliser"): facts.item("2021-04", "import from China", "ammonium phosphate"),
            (5, "fertiliser"): facts.item("2021-05", "import from China", "fertiliser"),
            (9, "food"): facts.item("2021-09", "import from China", "food")
            + facts.item("2021-09", "import from China", "tobacco"),
        },
        2023: {
            (month, "agriculture"): facts.item(f"2023-{month:02}", "import from China", "rice")
            for month in (3, 4, 5)
        },
    }
    return told.get(year, {})


def with_common(
    told: Mapping[str, Known], base: Mapping[str, float], total: float, year: int, whole: str
) -> dict[str, Known]:
    """All groups: those told, and the others at the share that is left for them in common."""
    others = [group for group in base if group not in told]
    left = total - sum(told[group].value * base[group] for group in told)
    if left < 0:
        raise SystemExit(f"{year}: the groups that are told come to more than the total of {total:g}")
    common = left / sum(base[group] for group in others)
    note = "assumption: no figure; the share that all groups without one have in common"
    rest = Known(common, COMMON[0] * common, COMMON[1] * common, whole, note)
    return {group: told.get(group, rest) for group in base}


def fitted(
    shares: Mapping[str, Known],
    base: Mapping[str, float],
    months: Mapping[int, Known],
    held: Mapping[tuple[int, str], float],
) -> dict[str, dict[int, float]]:
    """Group → month → million USD: RAS on groups × months, with the months that are known held fixed."""
    groups = list(base)
    columns = np.array([months[m].value for m in range(1, 13)])
    rows = np.array([shares[group].value * base[group] for group in groups])
    rows *= columns.sum() / rows.sum()
    prior = np.ones((len(groups), 12))
    if "fertiliser" in groups:
        prior[groups.index("fertiliser")] = [1.0 if m in SOWING else 0.2 for m in range(1, 13)]
    fixed = np.zeros_like(prior)
    for (month, group), value in held.items():
        fixed[groups.index(group), month - 1] = value
    prior[fixed > 0] = 0.0
    left = rows - fixed.sum(axis=1)
    # A year's figure that is only the months told leaves nothing for the others.
    left[left < 1e-3 * rows] = 0.0
    prior[left == 0.0] = 0.0
    room = columns - fixed.sum(axis=0)
    room[np.abs(room) < 1e-9] = 0.0
    left *= room.sum() / left.sum()
    cells = (
        ras(prior, left, room, row_names=groups, column_names=[str(m) for m in range(1, 13)]).cells + fixed
    )
    return {group: {m: float(cells[k, m - 1]) for m in range(1, 13)} for k, group in enumerate(groups)}


def open_january(
    base: Mapping[str, float], months: Mapping[int, Known], year: int
) -> dict[tuple[int, str], float]:
    """January 2020, when the border was open but for its last days, with the base year's composition."""
    if year != 2020:
        return {}
    whole = sum(base.values())
    return {(1, group): months[1].value * value / whole for group, value in base.items()}


# --- totals by month -------------------------------------------------------------------------------------


def month_totals(facts: Facts, year: int, flow: str) -> dict[int, Known]:
    """Trade with China in each month of a year, million USD; what is published jointly is split."""
    other = "imports" if flow == "exports" else "exports"
    annual = facts.year("GACC", f"china {flow}", year)
    published = facts.months(flow, year)
    found = {first: known for first, last, known in published if first == last}
    others = {first: known for first, last, known in facts.months(other, year) if first == last}
    for month, last, total in facts.months("total", year):
        # A total and the other flow leave this one.
        if month == last and month not in found and month in others:
            value = total.value - others[month].value
            found[month] = Known(value, value, value, total.source, f"total less {other}")
    for first, last, known in published:
        span = range(first, last + 1)
        left = known.value - sum(found[m].value for m in span if m in found)
        found |= _split(year, [m for m in span if m not in found], max(left, 0.0), known.source)
    missing = [m for m in range(1, 13) if m not in found]
    left = max(annual - sum(known.value for known in found.values()), 0.0)
    source = facts.cite("GACC", f"china {flow}", year)
    if missing == [1, 2] and flow == "exports":
        # The border closed at the end of January: exports of the two months went as imports did.
        imports = month_totals(facts, year, "imports")
        whole = imports[1].value + imports[2].value
        for m in missing:
            part = left * imports[m].value / whole
            note = "assumption: the two months as imports"
            found[m] = Known(part, SPLIT[0] * part, SPLIT[1] * part, source, note)
    else:
        found |= _split(year, missing, left, source)
    return found


def _split(year: int, missing: list[int], value: float, source: str) -> dict[int, Known]:
    """Months published jointly, by their days; in January 2022 the 16 from the first freight train on."""
    days = {m: 16 if (year, m) == (2022, 1) else calendar.monthrange(year, m)[1] for m in missing}
    found = {}
    for m in missing:
        part = value * days[m] / sum(days.values())
        if len(missing) == 1:
            found[m] = Known(part, part, part, source, "what is left of a sum published")
        else:
            note = "published jointly: split by days (assumption)"
            found[m] = Known(part, SPLIT[0] * part, SPLIT[1] * part, source, note)
    return found


# --- the border closure ----------------------------------------------------------------------------------


def closure(facts: Facts) -> Iterable[Row]:
    """All series of the border closure."""
    base = base_2019(facts)
    for year in YEARS:
        whole = facts.cite("GACC", "china imports", year)
        months = month_totals(facts, year, "imports")
        total = sum(known.value for known in months.values())
        shares = with_common(group_shares(facts, year), base, total, year, whole)
        held = known_months(facts, year) | open_january(base, months, year)
        yield from _by_month("imports", shares, base, months, held, year)
        yield from _fuel(facts, year)
        yield from _exports(facts, year)
        for flow in ("imports", "exports"):
            yield from _elsewhere(facts, flow, year)


def _by_month(
    flow: str,
    shares: Mapping[str, Known],
    base: Mapping[str, float],
    months: Mapping[int, Known],
    held: Mapping[tuple[int, str], float],
    year: int,
) -> Iterable[Row]:
    """Trade with China by group and month, as shares of 2019's flow per day."""
    cells = fitted(shares, base, months, held)
    for group, of_year in shares.items():
        fixed = sum(value for (_, name), value in held.items() if name == group) / base[group]
        for m in range(1, 13):
            share = cells[group][m] / calendar.monthrange(year, m)[1] / (base[group] / 365.0)
            of_month = months[m]
            low = _ratio(of_month.low, of_month.value) * (1.0 - PRICES[year])
            high = _ratio(of_month.high, of_month.value) * (1.0 + PRICES[year])
            notes = [of_month.note]
            if (m, group) not in held:
                # What the year leaves open, the months not told must take up.
                low *= min(1.0, _ratio(max(of_year.low - fixed, 0.0), of_year.value - fixed))
                high *= max(1.0, _ratio(of_year.high - fixed, of_year.value - fixed))
                notes.insert(0, of_year.note)
            elif year == 2020:
                notes.insert(0, "assumption: the border was open, and trade composed as in the base year")
            source = f"{of_month.source}; {of_year.source}"
            known = Known(share, low * share, high * share, source, "; ".join(filter(None, notes)))
            yield Row(flow, "CHINA", group, _month(year, m), known)


def _ratio(one: float, other: float) -> float:
    return one / other if other > 1e-9 else 1.0


def _fuel(facts: Facts, year: int) -> Iterable[Row]:
    """Crude by pipeline in tonnes, refined products in barrels as reported to the United Nations."""
    flat = facts.known("petroleum / crude KOTRA estimate", 2019)
    capacity = facts.known("petroleum / crude by pipeline", "undated")
    crude = Known(
        1.0,
        flat.value / capacity.value,
        capacity.value / flat.value,
        f"{flat.source}; {capacity.source}",
        "assumption: the pipeline runs on at its 2019 quantity; customs do not record it",
    )
    reported = facts.known("petroleum / refined reported", 2019)
    # Its note: 53,000 t are 418,000 barrels.
    base = 418_000.0 / 53_000.0 * reported.value
    spring = facts.known("petroleum / refined reported", "2020-01 to 2020-05").times(1 / (base * 152 / 365))
    later = facts.known("petroleum / refined reported china", 2021).times(1 / base)
    end = facts.known("petroleum / refined reported", 2024).times(1 / base)
    # What the panel was told of unrecorded tankers is more than the base year's recorded deliveries.
    alleged = facts.known("petroleum / refined alleged total", "2020-01 to 2020-09").source
    unseen = f"upper end: at least the base year's, by tankers that nobody reported ({alleged})"
    for month in range(1, 13):
        told, note = {
            2020: (spring, "") if month <= 5 else (later, "as in 2021 (assumption); "),
            2021: (later, ""),
        }.get(year, (end, "no figure: as reported for 2024 (assumption); "))
        source = f"{told.source}; {reported.source}"
        refined = Known(told.value, min(told.value, later.value), 1.0, source, note + unseen)
        yield Row("imports", "CHINA", "petroleum", _month(year, month), refined)
        yield Row("imports", "CHINA", "crude_oil", _month(year, month), crude)


def _exports(facts: Facts, year: int) -> Iterable[Row]:
    """Exports to China: assembled goods and metals where told, the rest in common."""
    base = {
        "processing": facts.assumption("exports / processing", 2019).value,
        "metals": facts.item("2019", "export", "HS72 iron and steel"),
    }
    base["rest of exports"] = facts.year("GACC", "china exports", 2019) - sum(base.values())
    months = month_totals(facts, year, "exports")
    total = sum(known.value for known in months.values())
    watches = 1.0 + facts.item("2020", "export", "watches") / 100
    wigs = 1.0 + facts.item("2020", "export", "feathers, artificial flowers, wigs") / 100
    precise = 1.0 + facts.item("2021", "export", "optical/precision instruments") / 100
    iron = facts.item("2021", "export to China", "ferroalloy") / base["metals"]
    told = {
        2020: {
            "processing": Known(
                watches, wigs, watches, facts.source("2020", "export", "watches"), "wigs as the lower end"
            )
        },
        2021: {
            "processing": Known(
                watches * precise,
                0.5 * watches * precise,
                watches,
                facts.source("2021", "export", "optical/precision instruments"),
                "assumption: as optical and precision instruments since 2020",
            ),
            "metals": Known(
                iron,
                0.8 * iron,
                1.2 * iron,
                facts.source("2021", "export to China", "ferroalloy"),
                "ferroalloys",
            ),
        },
    }.get(year, {})
    whole = facts.cite("GACC", "china exports", year)
    shares = with_common(told, base, total, year, whole)
    yield from _by_month("exports", shares, base, months, open_january(base, months, year), year)


def _elsewhere(facts: Facts, flow: str, year: int) -> Iterable[Row]:
    """Trade with all others: KOTRA's total less China's, by year, at one share for all products."""
    value, base = (
        facts.year("KOTRA", flow, y) - facts.year("KOTRA", f"china {flow}", y) for y in (year, 2019)
    )
    share = value / base * 365.0 / (366.0 if calendar.isleap(year) else 365.0)
    source = "; ".join(facts.cite("KOTRA", name, year) for name in (flow, f"china {flow}"))
    note = "assumption: all products and months alike; a small difference of large figures"
    known = Known(share, 0.5 * share, 1.5 * share, source, note)
    for month in range(1, 13):
        yield Row(flow, "ABROAD", "all", _month(year, month), known)


def _month(year: int, month: int) -> str:
    return datetime.date(year, month, 1).isoformat()[:7]


# --- the calibration years -------------------------------------------------------------------------------


def calibration(facts: Facts) -> Iterable[Row]:
    """Trade of 2017 to 2019 with everybody as shares of 2016, by year and group."""
    totals = {
        flow: {y: facts.year("KOTRA", flow, y) for y in range(2016, 2020)} for flow in ("imports", "exports")
    }
    base: dict[str, float] = {
        group: facts.assumption(f"imports / {group}", 2016).value
        for group in ("food", "textiles", "chemicals", "fertiliser", "machinery")
    }
    base |= {"metals": facts.item("2016", "import", "HS72 iron and steel")}
    crude = facts.item("2016", "import", CRUDE)
    fuel = facts.item("2016", "import", FUELS) - crude
    base["processing_parts"] = base_parts = (
        _parts_2019(facts)
        * facts.assumption("exports / processing", 2016).value
        / facts.assumption("exports / processing", 2019).value
    )
    base["agriculture"] = 60.0
    base["rest"] = totals["imports"][2016] - crude - fuel - sum(base.values())
    for year in (2017, 2018, 2019):
        whole = facts.cite("KOTRA", "imports", year, 2016)
        told = _imports_since_2016(facts, base, base_parts, fuel, year)
        crude_value = facts.item("2019", "import", CRUDE) if year > 2017 else crude * 1.25
        refined = told.pop("petroleum")
        total = totals["imports"][year] - crude_value - refined.value * fuel
        for group, share in with_common(told, base, total, year, whole).items():
            yield Row("imports", "ALL", group, str(year), share)
        yield Row("imports", "ALL", "petroleum", str(year), refined)
        flat = (
            "assumption: the pipeline carries about the same quantity every year; its value follows the price"
        )
        yield Row(
            "imports",
            "ALL",
            "crude_oil",
            str(year),
            Known(1.0, 0.95, 1.05, facts.known("petroleum / crude by pipeline", "undated").source, flat),
        )
        yield from _exports_since_2016(facts, totals["exports"][year], totals["exports"][2016], year)


def _imports_since_2016(
    facts: Facts, base: Mapping[str, float], parts: float, fuel: float, year: int
) -> dict[str, Known]:
    item, source = facts.item, facts.source
    textiles = {2019: item("2019", "import", "HS50-63 textiles")}
    textiles[2018] = textiles[2019] / (1.0 + item("2019", "import", "textiles") / 100)
    textiles[2017] = textiles[2018] / (1.0 + item("2018", "import", "textiles") / 100)
    spread = facts.assumption("imports / textiles", 2016)
    known = {
        "textiles": Known(
            textiles[year] / spread.value,
            textiles[year] / spread.high,
            textiles[year] / spread.low,
            "; ".join(
                [source("2019", "import", "HS50-63 textiles")]
                + [source(str(y), "import", "textiles") for y in (2019, 2018) if y > year]
                + [spread.source]
            ),
            "the range is that of the base (assumption)",
        ),
    }
    if year == 2017:
        total = facts.year("KOTRA", "imports", 2017) / facts.year("KOTRA", "imports", 2016)
        note = "assumption: as all imports; reported only since 2018"
        known["petroleum"] = Known(total, 0.7, 1.1, facts.cite("KOTRA", "imports", 2017), note)
        return known
    fallen = 1.0 + item("2018", "import", "machinery") / 100
    total = facts.year("KOTRA", "imports", 2017) / facts.year("KOTRA", "imports", 2016)
    machinery, metals = (
        facts.assumption("imports / machinery", 2019),
        facts.assumption("imports / metals", 2019),
    )
    food, oils = item("2019", "import", "HS15-24 fats and prepared food"), item("2018", "import", "HS15 oils")
    oils /= item("2019", "import", "HS15 animal/vegetable oils")
    banned = facts.assumption("imports / machinery", 2016)
    made = facts.assumption("exports / processing", 2019).value * 0.65
    watches = 1.0 / (1.0 + item("2019", "export", "watches and parts") / 100)
    spread = facts.assumption("imports / food", 2016)
    if year == 2018:
        known["machinery"] = Known(
            fallen * total,
            0.5 * fallen * total,
            machinery.high / banned.low,
            source("2018", "import", "machinery"),
            "from 2017 at the share of all imports (assumption)",
        )
    else:
        known["machinery"] = Known(
            machinery.value / banned.value,
            machinery.low / banned.high,
            machinery.high / banned.low,
            machinery.source,
            "the range is that of both years (assumption)",
        )
    known["metals"] = Known(
        metals.value / base["metals"],
        metals.low / base["metals"],
        metals.high / base["metals"],
        f"{metals.source}; {source('2016', 'import', 'HS72 iron and steel')}",
        "banned since the end of 2017; 2018 as 2019 (assumption)",
    )
    ratio = oils if year == 2018 else 1.0
    known["food"] = Known(
        ratio * food / spread.value,
        ratio * food / spread.high,
        ratio * food / spread.low,
        source("2019", "import", "HS15-24 fats and prepared food"),
        "2018 as oils; the range is that of the base (assumption)",
    )
    known["processing_parts"] = Known(
        (watches if year == 2018 else 1.0) * made / parts,
        0.5,
        4.0,
        source("2019", "export", "watches and parts"),
        "assumption: parts come in as what is made of them goes out; range by assumption",
    )
    crude = item("2019", "import", CRUDE)
    fuels = {
        2018: item("2018", "import", "mineral fuels"),
        2019: item("2019", "import", FUELS),
    }
    share = (fuels[year] - crude) / fuel
    known["petroleum"] = Known(
        share,
        0.5 * share,
        1.0,
        "; ".join(
            (
                source("2019", "import", CRUDE),
                source("2018", "import", "mineral fuels")
                if year == 2018
                else source("2019", "import", FUELS),
                source("2016", "import", FUELS),
            )
        ),
        "mineral fuels less crude, 2018 with the crude of 2019 (assumption); upper end: unrecorded tankers",
    )
    return known


def _exports_since_2016(facts: Facts, total: float, before: float, year: int) -> Iterable[Row]:
    """Exports by group as shares of 2016: banned goods fall to nothing after 2017."""
    base = {
        "coal": facts.item("2016", "export", "HS27 mineral fuels"),
        "textiles": facts.item("2016", "export", "HS50-63 textiles"),
    }
    base |= {
        group: facts.assumption(f"exports / {group.replace('_', ' ')}", 2016).value
        for group in ("other_mining", "fishing and food", "metals", "processing")
    }
    base["rest of exports 2016"] = before - sum(base.values())
    made = facts.assumption("exports / processing", 2019)
    watches = 1.0 / (1.0 + facts.item("2019", "export", "watches and parts") / 100)
    ores = facts.assumption("exports / other mining", 2019)
    iron = facts.item("2019", "export", "HS72 iron and steel")
    told: dict[str, Known] = {}
    if year == 2017:
        ceiling = 401.0 / base["coal"]
        told["coal"] = Known(
            ceiling,
            0.8 * ceiling,
            1.3 * ceiling,
            "UN resolution 2321",
            "assumption: the year's ceiling of 401 million USD was about what left",
        )
    else:
        banned = Known(
            0.0, 0.0, 0.05, "UN resolutions 2371, 2375, 2397", "banned; what leaves unseen is not recorded"
        )
        told |= dict.fromkeys(("coal", "textiles", "fishing and food"), banned)
        told["processing"] = Known(
            (watches if year == 2018 else 1.0) * made.value / base["processing"],
            0.5,
            4.0,
            facts.source("2019", "export", "watches and parts"),
            "assumption: assembled goods as watches; range by assumption",
        )
        told["metals"] = Known(
            iron / base["metals"],
            0.2,
            0.8,
            facts.source("2019", "export", "HS72 iron and steel"),
            "2018 as 2019 (assumption)",
        )
        told["other_mining"] = Known(
            ores.value / base["other_mining"],
            ores.low / base["other_mining"],
            ores.high / base["other_mining"],
            ores.source,
            "2018 as 2019 (assumption)",
        )
    whole = facts.cite("KOTRA", "exports", year, 2016)
    for group, share in with_common(told, base, total, year, whole).items():
        yield Row("exports", "ALL", group, str(year), share)


# --- writing ---------------------------------------------------------------------------------------------


def write(rows: Iterable[Row], base: int, path: Path) -> None:
    """A series as a table: one line for a flow, partner, group of products and month."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.format(base=base) for column in COLUMNS])
        for row in rows:
            share = row.share
            numbers: list[Any] = [f"{number:.4f}" for number in (share.value, share.low, share.high)]
            writer.writerow(
                [row.flow, row.partner, PRODUCTS[row.group], row.month, *numbers, share.source, share.note]
            )


BEGIN, END = "    # series: written by scripts/carry_border_closure.py\n", "    # end of the series\n"


def into_study(text: str, rows: Iterable[Row], name: str, first: str, per: str) -> str:
    """A study with its series written anew, between the lines that begin and end them."""
    series: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        series.setdefault((row.flow, row.partner, row.group), []).append(row.share.value)
    lines = []
    for (flow, partner, group), shares in series.items():
        partners = "[CHINA, ABROAD]" if partner == "ALL" else partner
        origin, destination = (partners, "HOME") if flow == "imports" else ("HOME", partners)
        lines += ["- kind: trade_series", f"  origin: {origin}", f"  destination: {destination}"]
        if group != "all":
            products = f"  products: [{PRODUCTS[group].replace(' ', ', ')}]"
            lines += textwrap.wrap(products, 106, drop_whitespace=True, subsequent_indent=" " * 13)
        lines.append(f"  from: {first}")
        written = [f"{share:.4f}" for share in shares]
        years = [", ".join(written[k : k + 12]) for k in range(0, len(written), 12)]
        lines.append(f"  shares: [{(',' + chr(10) + ' ' * 15).join(years)}]")
        lines.append(f"  per: {per}")
        if (flow, group) in CENTRAL or flow == "exports":
            lines.append(f"  pass_through: {CENTRAL.get((flow, group), CENTRAL['exports', 'all'])}")
        told = ORIGINS.get((flow, partner, group)) or ORIGINS[flow, partner]
        source = f'  source: "{told}; every claim and range: {name}-series.csv"'
        lines += textwrap.wrap(source, 112, break_on_hyphens=False, subsequent_indent=" " * 4)
    before, rest = text.split(BEGIN)
    return before + BEGIN + "".join(f"    {line}\n" for line in lines) + END + rest.split(END)[1]


def build(target: Path) -> None:
    """Derive both series before anything is written; ``target`` is laid out as the package's data."""
    facts = Facts()
    made = [
        (list(closure(facts)), 2019, "border-closure", "border-closure-2020", "2020-01-01", "month"),
        (list(calibration(facts)), 2016, "calibration", "sanctions-2017", "2017-01-01", "year"),
    ]
    for folder in ("north-korea", "studies"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    for rows, base, name, study, first, per in made:
        # Flow by flow, group by group: the order of the study's shocks.
        order = {key: k for k, key in enumerate(dict.fromkeys((r.flow, r.partner, r.group) for r in rows))}
        flows = ("imports", "exports")
        rows.sort(key=lambda r: (flows.index(r.flow), order[r.flow, r.partner, r.group], r.month))
        write(rows, base, target / "north-korea" / f"{name}-series.csv")
        text = (DATA / "studies" / f"{study}.yaml").read_text(encoding="utf-8")
        (target / "studies" / f"{study}.yaml").write_text(
            into_study(text, rows, name, first, per), encoding="utf-8", newline="\n"
        )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    build(Path(sys.argv[1]) if len(sys.argv) == 2 else DATA)
