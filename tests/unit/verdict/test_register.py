"""Every rule, both ways: evidence and runs in which the sentence holds, and in which it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.verdict.register import REGISTER
from autarky.verdict.ruling import Rule
from autarky.verdict.runs import CLOSURE, CLOSURE_REPLACED, OPEN, PARTNER_CUT, TOTAL, TOTAL_REPLACED, Runs
from autarky.verdict.verdicts import Finding
from made_verdicts import DRAWS, evidence, finding, judged, runs
from small_economies import chain

SUPPORTED, CONTRADICTED, UNDECIDED = Finding.SUPPORTED, Finding.CONTRADICTED, Finding.UNDECIDED
M = "million USD"
MONTHS = ("trade / GACC china imports", "2019", 1200.0, M)


def month(period: str, value: float) -> tuple[Any, ...]:
    """Imports from China in a month, when 100 is the average of 2019."""
    return ("china trade by month / imports", period, value, M)


def growth(*rates: Any) -> list[tuple[Any, ...]]:
    """Growth of 2016, 2017 …: a rate, or (low, high)."""
    each = [rate if isinstance(rate, tuple) else (rate,) for rate in rates]
    return [("growth / total", str(2016 + k), *rate) for k, rate in enumerate(each)]


IMPORTS_FELL = [("trade / KOTRA imports", "2019", 3000.0, M), ("trade / KOTRA imports", "2020", 800.0, M)]
SESSIONS = "institution / study_sessions_per_week"
EXPORTS = "trade / KOTRA exports"
OFFICIAL = "institution / official employment"
SHARE = ("trade / KOTRA china_share_pct", "2019")
FIGURES: list[tuple[str, list[tuple[Any, ...]], Finding]] = [
    (
        "2",
        [
            ("growth / total", "2020", -4.5),
            ("trade / KOTRA imports", "2019", 3000.0, M),
            ("trade / KOTRA imports", "2020", 800.0, M),
        ],
        SUPPORTED,
    ),
    (
        "2",
        [
            ("growth / total", "2020", 1.0),
            ("trade / KOTRA imports", "2019", 3000.0, M),
            ("trade / KOTRA imports", "2020", 800.0, M),
        ],
        CONTRADICTED,
    ),
    ("6", [("food / prevalence_undernourishment", "2018 to 2020", 41.6, 42.6)], SUPPORTED),
    ("6", [("food / prevalence_undernourishment", "2018 to 2020", 5.0)], CONTRADICTED),
    ("6", [("food / prevalence_undernourishment", "2018 to 2020", 30.0, 42.0)], UNDECIDED),
    ("10", [(SESSIONS, "2021-05", 2.0, "count/week")], SUPPORTED),
    ("10", [(SESSIONS, "2021-05", 3.0, "count/week")], CONTRADICTED),
    (
        "10",
        [(SESSIONS, "2021-05", 2.0, "count/week", "doc-paper-2021")],
        UNDECIDED,
    ),
    ("11", [(SESSIONS, "2021-06", 3.0, "count/week")], SUPPORTED),
    ("11", [(SESSIONS, "2021-06", 2.0, "count/week")], CONTRADICTED),
    ("13", [(*SHARE, 95.4), MONTHS, month("2020-11", 0.1), month("2020-05", 60.0)], SUPPORTED),
    ("13", [(*SHARE, 95.4), MONTHS, month("2020-11", 50.0)], CONTRADICTED),
    ("13", [(*SHARE, 30.0), MONTHS, month("2020-11", 0.1)], CONTRADICTED),
    ("14", [MONTHS, month("2020-02", 0.5), month("2020-05", 60.0)], CONTRADICTED),
    ("14", [MONTHS, month("2020-02", 0.5), month("2020-05", 0.0)], SUPPORTED),
    ("14", [MONTHS, month("2020-01", 90.0), month("2020-02", 0.0)], SUPPORTED),
    ("14", [], UNDECIDED),
    ("28", growth(3.9, -3.5, -4.1, 0.4, -4.5), SUPPORTED),
    ("28", growth(3.9, 3.5, 4.1, 0.4, 4.5), CONTRADICTED),
    ("28", growth((-20.0, 20.0), 0.0, 0.0, 0.0, 0.0), UNDECIDED),
    ("28", growth(3.9, -3.5), UNDECIDED),
    ("31", [("un accounts / imports", "2016", 20.0, M), ("un accounts / GDP", "2016", 100.0, M)], SUPPORTED),
    ("31", [("un accounts / imports", "2016", 4.0, M), ("un accounts / GDP", "2016", 100.0, M)], UNDECIDED),
    (
        "35",
        [(EXPORTS, "2016", 2820.0, M), (EXPORTS, "2018", 243.0, M)],
        SUPPORTED,
    ),
    (
        "35",
        [(EXPORTS, "2016", 2820.0, M), (EXPORTS, "2018", 2800.0, M)],
        CONTRADICTED,
    ),
    ("43", [("institution / factories run on private investment", "2019", 60.0)], SUPPORTED),
    ("43", [("institution / factories run on private investment", "2019", 20.0)], CONTRADICTED),
    ("49", [("institution / enterprises under private control", "2019", 60.0)], SUPPORTED),
    ("49", [("institution / enterprises under private control", "2019", 20.0)], CONTRADICTED),
    ("50", [("institution / never_received_rations", "2016 to 2020", 72.2)], CONTRADICTED),
    ("50", [("institution / never_received_rations", "2016 to 2020", 2.0)], SUPPORTED),
    (
        "52",
        [
            ("institution / real employment", "2016", 31.0, 62.0),
            ("institution / official employment", "2016", 88.0),
        ],
        CONTRADICTED,
    ),
    ("52", [(OFFICIAL, "2016", 99.0)], SUPPORTED),
    ("56", [("price / export price over world price, coal", "2013", 55.0)], SUPPORTED),
    ("56", [("price / export price over world price, coal", "2013", 110.0)], CONTRADICTED),
]


@pytest.mark.parametrize(("id", "figures", "found"), FIGURES)
def test_a_rule_on_figures_follows_the_figures(
    id: str, figures: list[tuple[Any, ...]], found: Finding
) -> None:
    assert finding(id, evidence(*figures)) is found


CHINA_TRADES = evidence((*SHARE, 95.4))
SHORT = {"food": 0.7, "energy": 0.8, "electricity": 0.8, "commerce": 0.5, "materials": 0.6}
HALF = [1.0] * (DRAWS // 2) + [0.0] * (DRAWS // 2)
MILL_STOPS = {CLOSURE: {"mill": 0.2}}
LOST = {"materials": 0.5, "scarcest material": 0.1}
HALF_OF_IT = {"scarcest material": 0.6}
RUNS: list[tuple[str, dict[str, Any], Finding]] = [
    ("15", {"levels": {CLOSURE: SHORT}, "lowest": MILL_STOPS}, SUPPORTED),
    ("15", {"levels": {CLOSURE: SHORT}}, CONTRADICTED),
    (
        "15",
        {"levels": {CLOSURE: SHORT, OPEN: {"food": 0.7}}, "lowest": MILL_STOPS},
        CONTRADICTED,
    ),
    (
        "15",
        {"levels": {CLOSURE: SHORT | {"food": np.add(0.5, HALF)}}, "lowest": MILL_STOPS},
        UNDECIDED,
    ),
    ("15", {"levels": {CLOSURE: SHORT | {"energy": np.nan}}, "lowest": MILL_STOPS}, UNDECIDED),
    ("18", {"lowest": {CLOSURE_REPLACED: {"textiles": 0.3}, CLOSURE: {"textiles": 0.2}}}, SUPPORTED),
    ("18", {"lowest": {CLOSURE_REPLACED: {"textiles": 0.9}, CLOSURE: {"textiles": 0.8}}}, CONTRADICTED),
    ("18", {"lowest": {CLOSURE_REPLACED: {"textiles": 0.9}, CLOSURE: {"textiles": 0.2}}}, UNDECIDED),
    ("20", {"levels": {TOTAL_REPLACED: {"materials": 0.5, "scarcest material": 0.1}}}, SUPPORTED),
    ("20", {"levels": {TOTAL_REPLACED: {"materials": 0.99, "scarcest material": 0.95}}}, CONTRADICTED),
    ("20", {"levels": {TOTAL_REPLACED: {"materials": 0.99, "scarcest material": 0.1}}}, UNDECIDED),
    ("21", {"levels": {TOTAL: LOST, TOTAL_REPLACED: LOST}}, SUPPORTED),
    (
        "21",
        {"levels": {TOTAL: LOST, TOTAL_REPLACED: {"materials": 0.9, "scarcest material": 0.6}}},
        CONTRADICTED,
    ),
    (
        "21",
        {"levels": {TOTAL: LOST, TOTAL_REPLACED: {"materials": 0.9, "scarcest material": 0.1}}},
        UNDECIDED,
    ),
    ("21", {}, UNDECIDED),
    ("22", {"levels": {TOTAL_REPLACED: {"households": 0.6}, TOTAL: {"households": 0.5}}}, SUPPORTED),
    ("22", {"levels": {TOTAL_REPLACED: {"households": 0.98}, TOTAL: {"households": 0.97}}}, CONTRADICTED),
    ("22", {"levels": {TOTAL_REPLACED: {"households": 0.98}, TOTAL: {"households": 0.5}}}, UNDECIDED),
    ("26", {"bound": {CLOSURE_REPLACED: (5.0, 1.0)}}, SUPPORTED),
    ("26", {"bound": {CLOSURE_REPLACED: (1.0, 5.0)}}, CONTRADICTED),
    ("26", {"bound": {CLOSURE_REPLACED: (0.0, 0.0)}}, UNDECIDED),
    ("27", {"levels": {CLOSURE: SHORT}}, SUPPORTED),
    ("27", {"levels": {CLOSURE: SHORT | {"electricity": 1.0}}}, CONTRADICTED),
    ("30", {"levels": {TOTAL: {"food": 0.5}}}, SUPPORTED),
    ("30", {"levels": {TOTAL: {"food": 0.95}}}, CONTRADICTED),
    ("37", {"levels": {TOTAL: {"households": 0.6}}}, Finding.BUILT_IN),
    ("37", {"levels": {TOTAL: {"households": 1.2}}}, SUPPORTED),
    ("37", {"levels": {TOTAL: {"households": np.add(0.5, HALF)}}}, UNDECIDED),
    ("38", {"levels": {CLOSURE: {"households": 0.8}, CLOSURE_REPLACED: {"households": 0.95}}}, SUPPORTED),
    ("38", {"levels": {CLOSURE: {"households": 0.8}, CLOSURE_REPLACED: {"households": 0.81}}}, CONTRADICTED),
    ("39", {"levels": {CLOSURE: {"households": 0.8, "government": 0.95}}}, SUPPORTED),
    ("39", {"levels": {CLOSURE: {"households": 0.95, "government": 0.8}}}, CONTRADICTED),
    ("39", {"levels": {CLOSURE: {"households": 0.8, "government": 0.8}}}, UNDECIDED),
    ("39", {"levels": {CLOSURE: {"households": 0.8, "government": 0.95}}, "ranked": True}, Finding.BUILT_IN),
]


@pytest.mark.parametrize(("id", "made", "found"), RUNS)
def test_a_rule_on_runs_follows_the_runs(id: str, made: dict[str, Any], found: Finding) -> None:
    assert finding(id, courses=runs(**made)) is found


@pytest.mark.parametrize(
    ("alone", "found"),
    [(0.6, SUPPORTED), (0.95, CONTRADICTED), (np.add(0.6, np.multiply(0.39, HALF)), UNDECIDED)],
)
def test_a_partner_is_a_lifeline_if_a_cut_of_it_alone_takes_most(alone: Any, found: Finding) -> None:
    made = runs({TOTAL: {"households": 0.5}, PARTNER_CUT: {"households": alone}})
    assert finding("8", CHINA_TRADES, made) is found


def test_a_partner_without_most_of_trade_is_none() -> None:
    made = runs({TOTAL: {"households": 0.5}, PARTNER_CUT: {"households": 0.5}})
    assert finding("8", evidence((*SHARE, 40.0)), made) is CONTRADICTED


def test_without_a_gate_of_the_partner_nothing_is_said_of_it() -> None:
    assert finding("8", CHINA_TRADES, runs(without=[PARTNER_CUT], partner="MARS")) is UNDECIDED


def test_dependence_on_the_partner_is_told_product_by_product() -> None:
    numbers = {number.name: number.value for number in judged("8").numbers}
    assert numbers["oil: from CHINA, ready-made"] == pytest.approx(0.9)
    assert numbers["mill: from CHINA, ready-made"] == 0.0
    assert numbers["mill: from CHINA, with inputs of its makers"] == pytest.approx(0.45)


def test_what_falls_short_first_is_told_with_its_day() -> None:
    made = runs({CLOSURE: SHORT | {"electricity": 0.85}})
    path = made.courses[CLOSURE]["path"]
    path.loc[{"series": "electricity", "day": path["day"][:40]}] = 1.0
    path.loc[{"series": "food", "day": path["day"][:90]}] = 1.0
    verdict = judged("27", courses=made)
    assert "materials, then electricity, then food (100 % of draws)" in verdict.reason
    numbers = {number.name: number for number in verdict.numbers}
    assert numbers["electricity below 90 % of base, first day"].value == 40
    assert numbers["food below 80 % of base, first day"].value == 90
    assert numbers["electricity below 80 % of base"].value == 0


def test_shortages_after_a_sentence_do_not_speak_for_it() -> None:
    made = runs({CLOSURE: SHORT})
    path = made.courses[CLOSURE]["path"]
    path.loc[{"series": "food", "day": slice("2020-01-01", "2021-06-11")}] = 1.0
    assert finding("27", courses=made) is CONTRADICTED


@pytest.mark.parametrize(("id", "found"), [("31", SUPPORTED), ("55", CONTRADICTED)])
def test_imports_over_gdp_are_those_of_every_denominator(id: str, found: Finding) -> None:
    # Of the chain: imports of 2 over value added of 3 a day, 67 %.
    assert finding(id) is found
    low = evidence(("un accounts / imports", "2016", 0.5, M), ("un accounts / GDP", "2016", 100.0, M))
    assert finding(id, low) is UNDECIDED


def test_a_closed_economy_keeps_to_self_reliance() -> None:
    figures = evidence(("un accounts / imports", "2016", 0.5, M), ("un accounts / GDP", "2016", 100.0, M))
    assert finding("55", figures, economy=()) is SUPPORTED
    assert finding("31", figures, economy=()) is CONTRADICTED


def test_the_states_own_gdp_in_dollars_is_a_denominator() -> None:
    figures = evidence(
        ("gdp level / GDP_official_DPRK", "2019", 33.5, "billion USD"),
        ("trade / KOTRA imports", "2019", 2970.0, M),
    )
    (number,) = judged("55", figures, economy=()).numbers
    assert number.value == pytest.approx(100 * 2970 / 33500)


def test_inputs_bought_from_the_partner_are_counted_for_the_industry_itself() -> None:
    assert finding("17") is UNDECIDED  # the chain has no textiles
    from autarky.verdict.on_runs import buys_inputs_from_partner
    from autarky.verdict.ruling import Bench

    bench = Bench(evidence(), [chain()], runs())
    assert buys_inputs_from_partner("mill", 0.4)(bench).finding is SUPPORTED  # 0.9 of 2 a day
    assert buys_inputs_from_partner("mill", 0.5)(bench).finding is CONTRADICTED


def test_every_rule_says_its_threshold_in_words() -> None:
    rules = [entry for entry in REGISTER.values() if isinstance(entry, Rule)]
    assert len(rules) > 25
    begins = ("Supported if", "Supported (", "Contradicted if")
    assert [rule.words for rule in rules if not rule.words.startswith(begins)] == []


def test_each_finding_of_a_draw_rule_needs_nine_draws_in_ten() -> None:
    nine = [0.9] * 9 + [0.5]
    eight = [0.9] * 8 + [0.5] * 2

    def averting(levels: list[float]) -> Runs:
        return runs({CLOSURE: {"households": 0.5}, CLOSURE_REPLACED: {"households": levels}})

    assert finding("38", courses=averting(nine)) is SUPPORTED
    assert finding("38", courses=averting(eight)) is UNDECIDED
    assert finding("38", courses=averting(eight), least=0.8) is SUPPORTED
