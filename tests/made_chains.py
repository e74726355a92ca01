"""Made chains: why an industry fell, as trees by formula, for tests of what draws them."""

from __future__ import annotations

import datetime

from autarky.explanation.losses import Day
from autarky.explanation.why import Branch, Relieved, Root, Why

START = datetime.date(2024, 1, 21)


def day(number: int) -> Day:
    return Day(number, (START + datetime.timedelta(number)).isoformat())


def smaller(share: float) -> Branch:
    return Branch("smaller", "smaller branches", "", share, None, None, None, None, "")


def gate(share: float, name: str = "Crude petroleum from BORIA") -> Branch:
    return Branch("gate", name, "BORIA.B", share, day(0), None, 3.0, 4.0, "trade cut")


def tree(
    depth: int, share: float = 1.0, parts: tuple[float, ...] = (0.55, 0.3, 0.15), at: str = ""
) -> Branch:
    """An input or a supplier whose share divides by ``parts`` at each of ``depth`` levels, to a gate."""
    deeper = tuple(
        tree(depth - 1, share * part, parts, f"{at}{k}") if depth > 1 else gate(share * part)
        for k, part in enumerate(parts)
    )
    name = f"Manufacture of basic metals and fabricated metal products {at or '-'}"
    if depth % 2:
        return Branch("input", name, f"I{at}", share, day(depth), 12.0, 2.0, 8.0, "", deeper)
    return Branch(
        "supplier", name, f"S{at}", share, day(depth), None, 1.0, 8.0, "itself short of inputs", deeper
    )


def chain(*branches: Branch, name: str = "Rubber and plastics", code: str = "C22") -> Why:
    return Why(
        scenario="Crude oil embargo",
        economy="Arcadia 2020",
        unit="million ARD",
        day_zero=START.isoformat(),
        industry=code,
        name=name,
        level=0.5,
        day=day(34),
        lowest=0.12,
        lowest_day=day(80),
        window=(day(20), day(200)),
        lost=456.7,
        lost_share=0.31,
        branches=branches,
        roots=(
            Root("gate", "Crude petroleum from BORIA, trade cut", "BORIA.B", 0.9),
            Root("orders", "households want less", "", 0.0996),
            Root("smaller", "not traced further", "", 0.0004),
        ),
        relieved=(
            Relieved("Chemicals", 0.21, day(90), "Machinery"),
            Relieved("Mining and quarrying", 0.0, None, ""),
        ),
    )
