"""Carry the claims on North Korea into the package: ``carry_claims.py DATA_FOLDER [TARGET]``.

DATA_FOLDER holds ``dprk/*.csv``: one file a topic, each row a figure with its source and a grade. What
becomes of each file stands with its reader below. Everywhere:

* Outcomes are carried up to 2020; inputs (trade, petroleum, harvests, power from rain) up to 2024.
* A row stays out if its source is not usable (not seen, or neither date nor reference), if its cell is no
  figure (a sign, a word, a date), or if its period is not stated where it matters.
* A figure without a printed range gets none. ``10-20`` becomes its range with the middle as value, and says
  so; ``at least``, ``at most``, ``above``, ``below`` become a range where the other end is certain.
* Grade A (a primary body or a wire report of its release) becomes reliability A, B (secondary) B, C
  (partisan, anonymous or of one author) D, derived B. Credibility is by kind (``CREDIBILITY``), one worse
  where the row notes a conflict with another, 5 where it notes an outlier.

Claims that the folder lacks stand in ``north_korea_added_claims.yaml`` beside this file, what the sentences
mean to a model in ``north_korea_sentences.yaml``.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from autarky.errors import InputError
from autarky.evidence import Claim, Evidence, Source, read_evidence
from autarky.evidence.claim import checked_quote
from autarky.evidence.period import is_period, last_year

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "src" / "autarky" / "data" / "north-korea"
ADDED = HERE / "north_korea_added_claims.yaml"
SENTENCES = HERE / "north_korea_sentences.yaml"

OUTCOMES_UNTIL, INPUTS_UNTIL = 2020, 2024

Row = dict[str, str]

# ---- kinds and grades ----

# Source id, or how it begins → how its figures come about; the longest that fits decides.
KINDS = {
    "bok": "statistical_office",
    "sk": "statistical_office",
    "rda": "statistical_office",
    "census08": "statistical_office",
    "vnr": "statistical_office",
    "kotra": "mirror_statistics",
    "gacc": "mirror_statistics",
    "kita": "mirror_statistics",
    "kiep": "mirror_statistics",
    "sonosa": "mirror_statistics",
    "voa1905": "mirror_statistics",
    "usgs16": "mirror_statistics",
    "hri15": "mirror_statistics",
    "press22i": "mirror_statistics",
    "un1718": "mirror_statistics",
    "kh24": "mirror_statistics",
    "mou": "survey",
    "csis17": "survey",
    "kimkim": "survey",
    "kdi21nl": "satellite",
    "lee18": "satellite",
    "park22": "satellite",
    "crespo": "satellite",
    "gh23": "satellite",
    "namhung": "state_media",
    "chosinbo": "state_media",
    "spn23": "state_media",
    "kimchaek": "state_media",
    "noc": "press",
    "dnk": "press",
    "rfa": "press",
    "mkts": "press",
    "doc-": "press",
    "hk93": "press",
    "cac2stoi": "derived",
    "derived": "derived",
}
CREDIBILITY = {
    "mirror_statistics": 2,
    "statistical_office": 2,
    "survey": 3,
    "satellite": 3,
    "estimate": 3,
    "press": 3,
    "derived": 3,
    "state_media": 4,
    "assumption": 6,
}
RELIABILITY = {"A": "A", "B": "B", "C": "D", "derived": "B"}

# Ranges that a row's note prints.
PRINTED_RANGES = {
    ("trade / GACC china exports", "2019"): (215.0, 220.0),
    ("trade / GACC china imports", "2019"): (2570.0, 2574.0),
    ("china trade by month / imports", "2020-10"): (0.18, 0.3),
}

UNITS = {
    "Mt product": "Mt",
    "million": "million person",
    "persons": "person",
    "unit as in source (thousand adults)": "thousand person",
    "kcal/day": "kcal/person/day",
    "g/day": "g/person/day",
    "kg/cap/yr": "kg/person/year",
    "bbl/yr": "bbl/year",
    "bbl/d": "bbl/day",
    "t/yr": "t/year",
    "kt/yr": "kt/year",
    "m3/h": "m3/hour",
    "h/day": "hour/day",
    "h": "hour",
    "days": "day",
    "sessions": "count/week",
    "Mm3": "million m3",
    "pct of refugees": "pct of total",
    "pct of imports": "pct of total",
    "pct of annual oil use": "pct of total",
    "pct of petroleum supply": "pct of total",
    "ratio (at most)": "ratio",
    "pct (at least)": "pct of total",
    "pct (below)": "pct",
    "pct of GDP (above)": "pct",
    "pct change on year": "pct",
    "pct change on 2017": "pct",
    "pct change on year (at least)": "pct",
    "x": "ratio",
}


@dataclass(frozen=True)
class Carried:
    """A figure as a file gives it: what of, how much, for when; the rest stands in its row."""

    figure: str
    value: str
    unit: str
    period: str
    row: Row
    outcome: bool = True
    """Whether it is an outcome, which is carried up to 2020 only."""
    derived: bool = False
    note: str = ""


def rows(folder: Path, name: str) -> list[Row]:
    """The rows of one file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(text: str) -> str:
    """Underscores as blanks."""
    return text.replace("_", " ").strip()


# ---- one reader for each file ----


def gross_domestic_product(folder: Path) -> Iterator[Carried]:
    """Growth, shares and levels by the Bank of Korea, at South Korean prices: outcomes."""
    for row in rows(folder, "gdp_growth_by_industry"):
        yield Carried(f"growth / {words(row['sector'])}", row["real_growth_pct"], "pct", row["year"], row)
    for row in rows(folder, "gdp_structure_shares"):
        share = row["share_of_nominal_gdp_pct"]
        yield Carried(f"gdp share / {words(row['sector'])}", share, "pct of total", row["year"], row)
    for row in rows(folder, "gdp_nominal_levels"):
        unit = {"2011 intl $": "USD", "million KRW": "million KRW/person"}.get(row["unit"], row["unit"])
        note = "at international dollars of 2011" if row["unit"] == "2011 intl $" else ""
        figure = f"gdp level / {words(row['variable'])}"
        yield Carried(figure, row["value"], unit, row["year"], row, note=note)


def trade(folder: Path) -> Iterator[Carried]:
    """Trade by year, month and item, and what is left of imports against 2019: inputs of the closure."""
    for row in rows(folder, "trade_annual"):
        variable, share = row["variable"], row["variable"].endswith("_pct")
        unit = "pct of total" if share else "million USD"
        figure = f"trade / {row['family']} {words(variable.removesuffix('_pct'))}"
        yield Carried(figure, row["value_million_usd_or_pct"], unit, row["year"], row, outcome=False)
    for row in rows(folder, "trade_china_monthly"):
        mean = "mean " if row["month"].endswith("-avg") else ""
        for flow, column in (
            ("imports", "dprk_imports_from_china_musd"),
            ("exports", "dprk_exports_to_china_musd"),
            ("total", "total_musd"),
        ):
            if row[column]:
                figure = f"china trade by month / {mean}{flow}"
                worked_out = f"{flow} = " in row["note"]
                yield Carried(figure, row[column], "million USD", row["month"], row, False, worked_out)
    for row in rows(folder, "trade_import_items"):
        change = "change" in row["unit"]
        item = row["item"].replace(" relative to 2018-19", "") + (", change" if change else "")
        note = row["unit"] if change or row["unit"].startswith("pct of") else ""
        figure = f"trade item / {row['flow']}: {item}"
        yield Carried(figure, row["value"], row["unit"], row["period"], row, outcome=False, note=note)
    for row in rows(folder, "import_shock_vectors"):
        figure = f"import shock / {words(row['variable'])}"
        modelled = "elasticity" in row["variable"]
        yield Carried(figure, row["value"], row["unit"], row["period"], row, outcome=modelled)


def petroleum(folder: Path) -> Iterator[Carried]:
    """Crude and refined petroleum: inputs."""
    for row in rows(folder, "petroleum"):
        figure = f"petroleum / {words(row['variable'])}"
        yield Carried(figure, row["value"], row["unit"], row["period"], row, outcome=False)


def food(folder: Path) -> Iterator[Carried]:
    """Harvests are inputs (weather, not the border, makes them); needs, gaps and hunger are outcomes."""
    for row in rows(folder, "food"):
        harvest = row["variable"].endswith("_RDA") or "production" in row["variable"]
        harvest = harvest or row["variable"] in ("maize_FAO", "soy_FAO", "rice_vs_5yr_avg")
        unit = row["unit"]
        if unit == "pct" and not row["variable"].startswith("rice_vs"):
            unit = "pct of total"
        figure = f"food / {words(row['variable'])}"
        yield Carried(figure, row["value"], unit, row["period"], row, outcome=not harvest)


def energy(folder: Path) -> Iterator[Carried]:
    """Energy, power and materials: outcomes, except power from water, which rain makes."""
    for row in rows(folder, "energy_materials"):
        variable = row["variable"]
        topic, unit = "materials", row["unit"]
        if variable.startswith(("electricity", "generating")):
            topic = "power"
        elif variable.startswith(("coal", "TPES", "clean_energy")):
            topic = "energy"
        elif variable.startswith(("firm", "obstacle", "Kimchaek_days")):
            topic = "institution"
        if unit == "pct":
            unit = "pct of total"
        if variable.endswith("_per_capita"):
            unit += "/person"
        yield Carried(f"{topic} / {words(variable)}", row["value"], unit, row["year"], row)
    for name, unit in (("iea_electricity_by_fuel", "GWh"), ("owid_energy", "TWh")):
        for row in rows(folder, name):
            for column, value in row.items():
                if not column.endswith(f"_{unit}") or not value:
                    continue
                fuel = column.removesuffix(f"_{unit}")
                figure = {
                    "generation": "power / electricity generation",
                    "primary_energy": "energy / primary energy",
                }.get(fuel, f"power / generation from {fuel}")
                yield Carried(figure, value, unit, row["year"], row, outcome=fuel not in ("hydro", "solar"))


def institutions(folder: Path) -> Iterator[Carried]:
    """Markets, labour, surveys: outcomes, except study sessions, which are ordered."""
    for row in rows(folder, "institutional"):
        unit = "pct of total" if row["unit"] == "pct" else row["unit"]
        variable, value, period = row["variable"], row["value"], row["period"]
        ordered = variable.startswith("study_sessions")
        if not ordered:  # 2006-10 are years here, not October 2006
            period = re.sub(r"^(\d\d)(\d\d)-(\d\d)$", r"\1\2-\1\3", period)
        if variable == "real_employment_high":
            continue  # told with the low end: the source prints 31-62
        if variable == "real_employment_low":
            variable, value = "real_employment", f"{value}-62"
        figure = f"institution / {words(variable.removesuffix('_2016_20'))}"
        note = row["unit"] if "of " in row["unit"] else ""
        yield Carried(figure, value, unit, period, row, outcome=not ordered, note=note)


def coefficients(folder: Path) -> Iterator[Carried]:
    """Inputs per unit of output of single processes: physics and civilian analogues, without a date."""
    for row in rows(folder, "technical_coefficients"):
        unit, per = row["unit"], row["per"]
        if per.startswith("t ") and unit != "x":
            unit = f"{unit.split(' ')[0]}/t"
        elif unit.startswith("t (at least)"):
            unit = "t/day"
        elif unit == "pct":
            unit = "pct of total"
        origin = row["origin_of_input"]
        note = "; ".join(
            text
            for text in (f"per {per}" if per not in ("-", "") else "", f"input: {origin}" if origin else "")
            if text
        )
        figure = f"coefficient / {row['process']}: {row['input_or_property']}"
        yield Carried(figure, row["value"], unit, "undated", row, note=note)


def prices(folder: Path) -> Iterator[Carried]:
    """Market prices and exchange rates: outcomes."""
    for row in rows(folder, "prices_fx"):
        unit, item = row["unit"], row["item"]
        if unit == "KPW per unit":
            unit, item = f"KPW/{item}", f"{item} rate"
        place = row["place"].replace("/", " and ")
        figure = f"price / {words(item)}, {place}"
        yield Carried(figure, row["value"], unit, row["date"], row)


def outcomes(folder: Path) -> Iterator[Carried]:
    """What a model may be held against."""
    again = "manufacturing loss under complete trade cut-off"
    for row in rows(folder, "validation_targets"):
        target = again if row["target"].startswith("same,") else row["target"]
        note = "; ".join(text for text in (row["scope"], row["quality"]) if text)
        yield Carried(f"outcome / {target}", row["value"], row["unit"], row["period"], row, note=note)


def united_nations(folder: Path) -> Iterator[Carried]:
    """Expenditure and value added at current dollars, 2010 to 2016: fixed ratios rather than observations."""
    for row in rows(folder, "un_snaama_dprk"):
        if "current" in row["table"] and int(row["year"]) >= 2010:
            item = re.sub(r" \(ISIC.*\)", "", words(row["item"]))
            figure = f"un accounts / {'value added: ' if row['table'].startswith('value') else ''}{item}"
            note = "at current dollars; an estimate of the UN, in ratios that hardly move"
            yield Carried(figure, row["value_usd"], "USD", row["year"], row, note=note)


def agricultural_inputs(folder: Path) -> Iterator[Carried]:
    """Inputs to agriculture, 2015 to 2019; fertiliser of 2019 is a break in the data and stays out."""
    columns = {
        "fertilizer_quantity": ("fertiliser nutrients", "t"),
        "labor_quantity": ("labour", "thousand person"),
        "cropland_quantity": ("cropland", "thousand ha"),
        "irrigation_quantity": ("irrigated land", "thousand ha"),
    }
    for row in rows(folder, "usda_agri_inputs_1961_2019"):
        for column, (name, unit) in columns.items():
            if int(row["year"]) >= 2015 and not (row["year"] == "2019" and column == "fertilizer_quantity"):
                yield Carried(f"agricultural inputs / {name}", row[column], unit, row["year"], row)


FILES = (
    gross_domestic_product,
    trade,
    petroleum,
    food,
    energy,
    institutions,
    coefficients,
    prices,
    outcomes,
    united_nations,
    agricultural_inputs,
)

# ---- from a row to a claim ----

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


def period_of(text: str) -> tuple[str, str] | None:
    """The period as claims spell it, and what is lost by it; None if the row does not say one."""
    if text in ("n.d.", "annual"):
        return "undated", "" if text == "n.d." else "any year"
    if text == "counterfactual":
        return "2013 to 2019", "counterfactual"
    if text.startswith("after "):
        return f"from {text.removeprefix('after ')}", text
    text = text.removesuffix("-avg")
    if found := re.fullmatch(r"(\d{4})-([QH]\d)", text):
        return found[1] + found[2], ""
    if found := re.fullmatch(r"(\d{4})-(\d\d)\.\.(\d\d)", text):
        return f"{found[1]}-{found[2]} to {found[1]}-{found[3]}", ""
    if found := re.fullmatch(r"(\d{4})(?:-|->)(\d{4})", text):
        return f"{found[1]} to {found[2]}", ""
    if (found := re.fullmatch(r"(\d{2})(\d\d)-(\d\d)", text)) and int(found[3]) > max(12, int(found[2])):
        return f"{found[1]}{found[2]} to {found[1]}{found[3]}", ""
    if found := re.fullmatch(r"(\d{4})-", text):
        return f"from {found[1]}", ""
    if found := re.fullmatch(r"(\d{3})0s", text):
        return f"{found[1]}0 to {found[1]}9", ""
    if found := re.fullmatch(r"(\d{4}-\d\d)-(early|mid|end)", text):
        return found[1], f"{found[2]} of the month"
    return (text, "") if is_period(text) else None


def range_of(carried: Carried, unit: str, as_of: str) -> tuple[float, float | None, float | None, str] | None:
    """Value, low, high and what is said of them; None if the cell is no figure."""
    text = carried.value
    if span := _SPAN.fullmatch(text):
        low, high = float(span[1]), float(span[2])
        return (low + high) / 2, low, high, "value: the middle of the printed range"
    if not _NUMBER.fullmatch(text):
        return None
    value, raw = float(text), carried.row.get("unit", "")
    if (carried.figure, as_of) in PRINTED_RANGES:
        low, high = PRINTED_RANGES[carried.figure, as_of]
        return value, low, high, ""
    if "(at least)" in raw and value < 0:
        return value, -100.0, value, "a fall of at least this much"
    if "(at least)" in raw:
        return value, value, 100.0 if unit == "pct of total" else None, "at least"
    if "(at most)" in raw:
        return value, 0.0, value, "at most"
    if "(above)" in raw or "(below)" in raw:
        return (
            value,
            None,
            None,
            "above; no upper end is given" if "above" in raw else "below; no lower end is given",
        )
    return value, None, None, ""


def kind_of(source: str, row: Row) -> str:
    """How a figure of a source comes about; an estimate if the table does not say."""
    fitting = [begin for begin in KINDS if source.startswith(begin)]
    return KINDS[max(fitting, key=len)] if fitting else "estimate"


def claim_of(carried: Carried, key: str) -> Claim | None:
    """The claim in a row; None if it stays out."""
    row = carried.row
    found = period_of(carried.period)
    if found is None or row["seen"] not in ("yes", "derived", "partly"):
        return None
    as_of, lost = found
    year = last_year(as_of)
    if year is not None and year > (OUTCOMES_UNTIL if carried.outcome else INPUTS_UNTIL):
        return None
    unit = UNITS.get(carried.unit, carried.unit)
    if unit in ("text", "date", "year", ""):
        return None
    figures = range_of(carried, unit, as_of)
    if figures is None:
        return None
    value, low, high, said = figures
    kind = "derived" if carried.derived or row["seen"] == "derived" else kind_of(row["source_id"], row)
    if "alleged" in carried.figure or "claim" in carried.figure:
        kind = "estimate"
    credibility = CREDIBILITY[kind]
    if "CONFLICT" in row["note"]:
        credibility += 1
    if "OUTLIER" in row["note"]:
        credibility = 5
    return Claim(
        id=identifier(carried.figure, as_of, key),
        figure=carried.figure,
        value=value,
        low=low,
        high=high,
        unit=unit,
        as_of=as_of,
        source=key,
        kind=kind,
        reliability=RELIABILITY[row["grade"]],
        credibility=credibility,
        note="; ".join(text for text in (said, lost, carried.note, row["note"]) if text).lstrip("=+@ "),
    )


def identifier(figure: str, as_of: str, key: str) -> str:
    """``gdp share / mining``, 2019, bok2019c → ``gdp-share-2019-mining-bok2019c``."""
    topic, _, variable = figure.partition(" / ")
    return "-".join(
        re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower() for text in (topic, as_of, variable, key)
    )


def without_twins(claims: list[Claim]) -> list[Claim]:
    """Rows that say the same twice are one claim; different figures of one source are numbered."""
    kept: dict[str, Claim] = {}
    for claim in claims:
        number = 1
        named = claim
        while named.id in kept and kept[named.id].value != claim.value:
            number += 1
            named = claim.model_copy(update={"id": f"{claim.id}-{number}"})
        kept.setdefault(named.id, named)
    return list(kept.values())


# ---- sources ----


def source_of(row: Row) -> Source | None:
    """The source in a row of the registry; None if it cannot be used: neither date nor reference."""
    if row["source_id"] == "derived":
        return Source(
            key="derived",
            title="Arithmetic from the claims that the note names",
            publisher="autarky",
            note="worked out, not read anywhere",
        )
    notes, date, url = [], row["date"], row["url_or_ref"]
    if found := re.fullmatch(r"(.*?) \((.*)\)", date):
        date = found[1]
        notes.append(f"date {found[2]}")
    if date == "row date":
        date = ""
        notes.append("several reports, each of the date of its figure")
    spelt = period_of(date)
    date = spelt[0] if spelt is not None and spelt[0] != "undated" else ""
    if re.search(r"not kept|^see |^several pages|^page read|^-$", url):
        url = ""
        notes.append("URL not kept")
    if not row["publisher"] or not (date or url or row["source_id"] == "dnk_misc"):
        return None
    # A figure in a title would be carried without its claim.
    title = re.sub(r" \([^)]*[+-]\d[^)]*\)", "", row["title_or_description"])
    return Source(
        key=row["source_id"],
        title=title,
        publisher=row["publisher"],
        date=date,
        url=url,
        note="; ".join(notes),
    )


# ---- everything ----


def evidence(folder: Path) -> tuple[Evidence, list[Row]]:
    """The claims with the sources they cite, and the sentences of the founding documents."""
    registry = {row["source_id"]: source_of(row) for row in rows(folder, "sources")}
    claims = []
    for read in FILES:
        for carried in read(folder):
            source = registry[carried.row["source_id"]]
            if source is not None and (claim := claim_of(carried, source.key)) is not None:
                claims.append(claim)
    added = read_evidence(ADDED)
    claims = [*without_twins(claims), *added.claims]
    sentences = list(sentence_rows(folder))
    cited = {claim.source for claim in claims} | {f"doc-{row['document']}" for row in sentences}
    known = {source.key: source for source in registry.values() if source is not None} | dict(added.sources)
    return Evidence(tuple(claims), {key: source for key, source in known.items() if key in cited}), sentences


def sentence_rows(folder: Path) -> Iterator[Row]:
    """The sentences, with what each means to the model in the words of this package."""
    meanings = YAML(typ="safe", pure=True).load(SENTENCES.read_text(encoding="utf-8"))
    for row in rows(folder, "founding_claims"):
        date = row["date"].partition(" (")[0]
        if found := re.fullmatch(r"(\d{4}-\d\d-\d\d)/(\d\d)", date):
            date = f"{found[1]} to {found[1][:8]}{found[2]}"
        yield {
            "id": row["claim_id"],
            "document": row["document"],
            "quote": checked_quote(row["quote"]),
            "speaker": row["who_says_it"],
            "stance": row["stance"],
            "date": date,
            "kind": row["kind"],
            "representable": row["representable"],
            "model_representation": meanings[int(row["claim_id"])],
            "found_verbatim": row["quote_found_verbatim"],
        }


def cell(value: object) -> str:
    """A cell of CSV: numbers in the fewest digits that give them back."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def write(path: Path, header: list[str], lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


def build(source: Path, target: Path) -> None:
    """Read everything first, so that a fault leaves the target as it was."""
    carried, sentences = evidence(source / "dprk")
    target.mkdir(parents=True, exist_ok=True)
    for name, model, items in (
        ("claims", Claim, carried.claims),
        ("sources", Source, tuple(carried.sources.values())),
    ):
        fields = list(model.model_fields)
        lines = [[cell(getattr(item, field)) for field in fields] for item in items]
        write(target / f"{name}.csv", fields, lines)
    write(target / "sentences.csv", list(sentences[0]), [list(row.values()) for row in sentences])


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        build(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else TARGET)
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
