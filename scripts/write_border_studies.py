"""Write the two North Korean studies from their heads and the derived trade series: ``write_border_studies.py``.

What is said by hand stands in ``scripts/north_korea_<study>.yaml`` around a line ``# SERIES``; the series, made by
``carry_border_closure.py``, are put there as shocks, so that a study is one file that needs nothing else.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "src" / "autarky" / "data"
STUDIES = {
    "sanctions-2017": ("calibration-series.csv", "year", "2017-01-01"),
    "border-closure-2020": ("border-closure-series.csv", "month", "2020-01-01"),
}


def shocks(path: Path, per: str, start: str) -> tuple[list[str], dict[str, list[str]]]:
    """Lines of the series' shocks, and the places of those of each kind: ``fuel``, ``imports``, ``exports``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines, places = [], dict[str, list[str]]()
    flows = dict[tuple[str, str, str], list[dict[str, str]]]()
    for row in rows:
        flows.setdefault((row["flow"], row["partner"], row["product"]), []).append(row)
    for position, ((flow, partner, products), given) in enumerate(flows.items()):
        share = next(name for name in given[0] if name.startswith("share_of_"))
        partners = "[CHINA, ABROAD]" if partner == "ALL" else partner
        way = ("origin", "destination") if flow == "imports" else ("destination", "origin")
        numbers = ", ".join(re.sub(r"\.?0+$", "", row[share]) or "0" for row in given)
        lines += [
            f"    - kind: trade_series  # {flow}; share of the base year; derived from {given[0]['derived_from']}",
            f"      from: {start}",
            f"      {way[0]}: {partners}",
            f"      {way[1]}: HOME",
            *([] if products == "all" else [f"      products: [{', '.join(products.split())}]"]),
            f"      per: {per}",
            f"      shares: [{numbers}]",
        ]
        is_fuel = flow == "imports" and ("crude_oil" in products or "petroleum" in products)
        places.setdefault("fuel" if is_fuel else flow, []).append(f"shocks[{position}].pass_through")
    return lines, places


def build() -> None:
    """Write both studies."""
    for study, (series, per, start) in STUDIES.items():
        lines, places = shocks(DATA / "north-korea" / series, per, start)
        text = (HERE / f"north_korea_{study.replace('-', '_')}.yaml").read_text(encoding="utf-8")
        for kind, found in places.items():
            text = text.replace(f"PLACES OF {kind}", ", ".join(f'"{place}"' for place in found))
        text = text.replace("    # SERIES", "\n".join(lines))
        (DATA / "studies" / f"{study}.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    build()
