"""The answer: what stops, when, why, and what it does to households."""

import dataclasses
import json

import numpy as np
import pytest

from autarky.explanation import answer
from autarky.results import Binding, Outcome, Reason
from made_results import NATIONAL, dip, large_result, made_result, national_result, world_result

HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[31m\x07\r\n\u202eoil"


@pytest.fixture(scope="module")
def embargo():
    return answer(national_result())


@pytest.fixture(scope="module")
def world():
    return answer(world_result())


def test_the_first_to_stop_stands_with_its_day_and_cause(embargo):
    first = embargo.groups[0]
    assert first.names == ("Manufacture of coke and refined petroleum products",)
    output = national_result().data["output"].sel(industry="C19") / 25.0
    position = int(np.argmax(output.values < 0.5))
    # The shock starts on day 20 of the run: that is day 0 of the answer.
    assert first.first.number == position - 20
    assert first.first.date == str(output["day"].values[position])[:10]
    assert first.cause.input == "Mining and quarrying"
    assert first.cause.stock_days == 19
    assert first.cause.text == "Mining and quarrying (stock 19 d, non-competitive) ← ABROAD: trade cut"


def test_others_follow_by_cause_and_nothing_is_lost_between_groups(embargo):
    told = [name for group in embargo.groups for name in group.names]
    stopped = [loss.name for loss in embargo.industries if loss.stops]
    assert sorted(told) == sorted(stopped) and len(told) == embargo.stopping == 4
    assert len(embargo.industries) == 8
    assert [group.first.number for group in embargo.groups] == sorted(g.first.number for g in embargo.groups)


def test_industries_with_one_cause_share_a_line(world):
    assert world.groups[1].names == ("Calidor: Motor vehicles", "Delmark: Motor vehicles")
    assert world.groups[1].cause.text == "Electrical equipment (stock 30 d) ← Arcadia: trade cut"


def test_households_are_told_by_product_from_the_one_that_falls_most(embargo):
    data = national_result().data
    users = data["kind"] == "households"
    received = data["consumption"].sel(final_user=users).sum("final_user")
    base = data["consumption_base"].sel(final_user=users).sum("final_user")
    share = (received / base).transpose("day", "product")
    for loss in embargo.households:
        own = share.sel(product=loss.product).values
        assert loss.lowest == pytest.approx(own.min())
        assert loss.lost_of_year == pytest.approx((1 - own).sum() / 365)
        below = np.flatnonzero(own < 0.9)
        assert (loss.below.number + 20 if loss.below else None) == (below[0] if len(below) else None)
    assert embargo.households[0].product == "C19"
    lost = [loss.lost_of_year for loss in embargo.households if loss.weight >= 0.001]
    assert lost == sorted(lost, reverse=True)


def test_a_purchase_of_almost_nothing_does_not_head_the_list():
    shares = np.ones((100, 12))
    shares[:, 0], shares[:, 1] = dip(100, 10, 0.9), dip(100, 10, 0.3)
    base = np.full(12, 1000.0)
    base[0] = 0.5
    told = answer(made_result(shares, sectors=NATIONAL, base=base)).households
    assert told[0].product == "B" and told[-1].product == "A01"


def test_the_total_is_value_added_over_the_run(embargo):
    data = national_result().data
    base = float(data["value_added_base"].sum())
    assert embargo.gdp_lost == pytest.approx(1 - float(data["gdp"].mean()) / base)
    assert embargo.gdp_lowest == pytest.approx(float(data["gdp"].min()) / base)


def test_regions_are_ordered_by_what_their_households_lose(world):
    data = world_result().data
    own = (data["kind"] == "households") & (data["final_region"] == "BOR")
    received = float(data["consumption"].sel(final_user=own).sum())
    base = float(data["consumption_base"].sel(final_user=own).sum()) * 240
    assert world.regions[0].region == "BOR"
    assert world.regions[0].consumption_lost == pytest.approx(1 - received / base)
    assert "WHO" in world.text() and "Boria (households −" in world.text()


def test_recovery_is_told_with_its_day_or_its_absence(embargo, world):
    total = world_result().data["output"].sum("industry") / world_result().data["output_base"].sum()
    back = np.flatnonzero(total.values < 0.99)[-1] + 1
    assert world.back_since.number == back - 10
    assert embargo.back_since is None and "not back: total output is at" in embargo.text()
    assert embargo.below_at_end == 4


def test_cut_gates_are_listed_by_value_lost(embargo):
    assert [(gate.partner, gate.product, gate.lowest) for gate in embargo.gates] == [
        ("ABROAD", "Mining and quarrying", 0.0),
        ("ABROAD", "Manufacture of fabricated metal products, except machinery and equipment", 0.85),
    ]
    assert embargo.gates[0].lost_of_year == pytest.approx(121 / 365)


def test_the_declared_choice_that_decides_is_printed_with_the_way_to_vary_it(embargo, world):
    assert "4 of 5 imported inputs are declared non-competitive" in embargo.text(300)
    assert "behaviour: {imports: {default: competitive}}" in embargo.text(300)
    assert "substitution_days" in world.text(300)


def test_the_printed_answer_has_the_answer_first_the_cause_and_the_next_command(embargo):
    lines = embargo.text(100).splitlines()
    assert lines[0].startswith(
        "Crude oil embargo · Testland 2019 · 200 days from 1 Jan 2024 · 1 run, no range"
    )
    headings = [line.split("  ")[0] for line in lines[1:] if not line.startswith(" ")]
    assert [word for word in headings if word.isupper()] == [
        "IF",
        "FIRST TO STOP",
        "THEN",
        "HOUSEHOLDS",
        "TOTAL",
        "RECOVERY",
        "ASSUMPTIONS",
        "NEXT",
    ]
    assert "autarky new my.yaml --from demo" in lines[-1]
    assert "report: runs/7/report.html" in embargo.text(report="runs/7/report.html")


@pytest.mark.parametrize("width", [1, 40, 63, 100, 200])
def test_no_line_is_wider_than_asked(width, embargo):
    assert max(map(len, embargo.text(width).splitlines())) <= max(width, 40)


def test_five_sentences_are_five_sentences(embargo, world):
    for told in (embargo, world, answer(made_result(np.ones((30, 12)), sectors=NATIONAL))):
        assert len(told.sentences) == 5
        assert all(sentence.endswith(".") and ". " not in sentence for sentence in told.sentences)


def test_without_a_shock_nothing_falls_and_the_answer_says_so():
    told = answer(made_result(np.ones((90, 12)), sectors=NATIONAL))
    assert told.industries == () and told.groups == ()
    assert (
        told.gdp_lost == pytest.approx(0, abs=1e-12) and "GDP stays as in the base year" in told.sentences[3]
    )
    assert "NOTHING FALLS" in told.text() and "no shock happens" in told.text()
    assert "total output never falls below 99 % of base" in told.text()
    assert told.day_zero == told.start


def test_where_nothing_stops_the_first_to_fall_is_named():
    shares = np.ones((60, 12))
    shares[:, 3] = dip(60, 20, 0.2)
    told = answer(made_result(shares, sectors=NATIONAL, causes={3: (1, "B", str(Reason.SHORT_ITSELF))}))
    assert told.stopping == 0
    assert "NOTHING STOPS" in told.text()
    assert "because: Mining and quarrying (stock 19 d) ← home: itself short of inputs" in told.text(400)


def test_everything_may_stop_on_the_first_day():
    causes = {i: (int(Binding.CAPACITY), "", "") for i in range(12)}
    told = answer(made_result(np.zeros((5, 12)), sectors=NATIONAL, causes=causes))
    assert told.stopping == 12 and len(told.groups) == 1
    assert told.gdp_lost == 1 and told.groups[0].first.number == 0
    assert "and 9 more   day 0 (1 Jan 2024)   because: its own lost capacity" in told.text(400)


def test_one_industry_one_day_is_enough():
    told = answer(made_result(np.full((1, 1), 0.4), sectors={"X": "All"}, base=np.array([3.0])))
    assert told.groups[0].names == ("All",) and "1 of 1 industry falls below 90 %" in told.text(200)


def test_an_economy_that_makes_nothing_gives_no_numbers_and_no_error():
    told = answer(made_result(np.ones((10, 12)), sectors=NATIONAL, base=np.zeros(12)))
    assert told.gdp_lost is None and told.output_at_end is None and told.industries == ()
    assert "GDP cannot be told" in told.text()


def test_infinite_numbers_are_left_out_and_json_stays_json():
    result = national_result()
    result.data["value_added_base"][:] = np.inf
    result.data["consumption_base"][0] = np.inf
    result.data["output_base"][0] = np.nan
    told = json.loads(json.dumps(answer(result).to_dict(), allow_nan=False))
    assert told["gdp_lost"] is None
    assert "A01" not in {loss["product"] for loss in told["households"]}


def test_a_table_without_households_tells_all_final_users():
    shares = np.ones((50, 12))
    shares[:, 3] = dip(50, 5, 0.6)
    told = answer(made_result(shares, sectors=NATIONAL, consumers=[("I51", "investment")]))
    assert told.consumers == "final users" and "FINAL USERS" in told.text()


def test_an_interrupted_run_says_so():
    told = answer(made_result(np.ones((5, 12)), sectors=NATIONAL, outcome=Outcome.INTERRUPTED))
    assert "stopped by the user before the last day" in told.text()


def test_a_shock_that_still_acts_on_the_last_day_is_told():
    assert answer(large_result(5, 400)).shock_at_end
    assert not answer(national_result()).shock_at_end


def test_hostile_labels_reach_neither_terminal_nor_json_as_control_characters():
    told = answer(national_result(labels={code: f"{HOSTILE}{code}" for code in NATIONAL}))
    assert all(char.isprintable() or char == "\n" for char in told.text())
    assert "\x1b" not in repr(dataclasses.asdict(told)) and "\\x1b" not in repr(dataclasses.asdict(told))


def test_industries_with_one_name_keep_their_codes():
    told = answer(national_result(labels=dict.fromkeys(NATIONAL, "Industry")))
    assert told.groups[0].names == ("Industry (C19)",)


def test_very_long_labels_are_wrapped():
    text = answer(national_result(labels={"C19": "x" * 500})).text(80)
    assert max(map(len, text.splitlines())) <= 80


def test_the_dictionary_is_plain_json_and_says_what_the_answer_says(embargo):
    told = json.loads(json.dumps(embargo.to_dict(), allow_nan=False))
    assert told["stopping_count"] == 4 and told["falling_count"] == 8
    assert told["industries"][0]["cause"]["reason"] == "trade cut"
    assert told["conditions"][0]["kind"] == "trade_cut"
    assert told == embargo.to_dict()


@pytest.mark.parametrize(
    ("shock", "words"),
    [
        (
            {"kind": "trade_cut", "from": "2024-01-05", "share_kept": 0.2, "ramp_days": 7},
            "trade in all products is held to 20 % of the base year from 5 Jan 2024 on, "
            "coming in over 7 days",
        ),
        (
            {
                "kind": "trade_cut",
                "from": "2024-01-05",
                "until": "2024-01-05",
                "destination": "ABROAD",
                "products": ["A01", "B"],
                "ceiling": {"value": 5000, "per": "month"},
            },
            "trade in Crop and animal production, hunting and related service activities; and Mining and "
            "quarrying to ABROAD is held to 5,000 (table's unit) a month on 5 Jan 2024",
        ),
        (
            {
                "kind": "capacity_loss",
                "from": "2024-01-05",
                "until": "2024-01-09",
                "sectors": ["F"],
                "regions": ["HOM"],
                "share": 0.4,
                "recovery": {"days": 60},
            },
            "Construction in Homeland can make 40 % less from 5 Jan 2024 to 9 Jan 2024, "
            "then recovers over 60 days",
        ),
        (
            {"kind": "demand_change", "from": "2024-01-05", "users": "households", "factor": 0.8},
            "households want 80 % of their base-year demand for all products from 5 Jan 2024 on",
        ),
        (
            {
                "kind": "trade_series",
                "from": "2024-01-01",
                "origin": "ABROAD",
                "shares": [0.4, 0.1],
                "pass_through": 0.9,
            },
            "trade in all products from ABROAD follows the series recorded from 1 Jan 2024 on, 10 to 40 % "
            "of the base year by month, of whose difference 90 % takes effect",
        ),
        (
            {
                "kind": "harvest",
                "sectors": ["A01"],
                "crops": [{"month": 10, "share": 1}],
                "weather": {"2023": 0.9, "2024": 0.8},
            },
            "the harvest of Crop and animal production, hunting and related service activities is 90 % of "
            "the base year in 2023 and 80 % of the base year in 2024",
        ),
    ],
)
def test_shocks_read_as_conditions(shock, words):
    names = {**NATIONAL, "HOM": "Homeland"}
    result = made_result(np.ones((20, 12)), sectors=NATIONAL, scenario={"shocks": [shock]}, labels=names)
    assert answer(result).conditions[0].text == words


def test_a_cut_says_what_is_exempt_from_it():
    shock = {"kind": "trade_cut", "from": "2024-01-05", "share_kept": 0, "products": ["goods"]}
    given = {
        "shocks": [shock, {"kind": "demand_change", "from": "2024-01-05", "factor": 0.8}],
        "groups": {"goods": ["A01", "B"]},
        "exempt": [
            {"products": ["A01"], "origin": ["CHINA", "RUSSIA"]},
            {"destination": "HOM"},
            {"products": ["F"]},
        ],
    }
    names = {**NATIONAL, "HOM": "Homeland"}
    told = answer(made_result(np.ones((20, 12)), sectors=NATIONAL, scenario=given, labels=names)).conditions
    assert told[0].text == (
        "trade in goods is cut to nothing from 5 Jan 2024 on, except Crop and animal production, hunting and "
        "related service activities from CHINA and RUSSIA; and all products to Homeland"
    )
    assert "except" not in told[1].text


SERIES = {"kind": "trade_series", "from": "2024-01-01", "shares": [0.1, 0.4]}
HARVEST = {
    "kind": "harvest",
    "sectors": ["A01"],
    "crops": [{"month": 10, "share": 1}],
    "weather": {"2023": 0.9, "2024": 0.8, "2025": 1.04},
}


def told_of(*shocks):
    return answer(
        made_result(np.ones((20, 12)), sectors=NATIONAL, scenario={"shocks": shocks}, labels=NATIONAL)
    )


def test_a_long_if_part_is_said_shortly_in_the_first_sentence_and_in_full_where_it_is_listed():
    told = told_of(*[{**SERIES, "products": [code]} for code in ("A01", "B", "C19")], HARVEST)
    assert told.sentences[0].startswith(
        "If trade follows what was recorded from 1 Jan 2024 on and harvests are 80 to 104 % of the base "
        "year's, and nothing else changes"
    )
    (series, harvest) = [
        line for line in told.text(400).splitlines() if line.startswith("IF") or " 2025" in line
    ]
    assert "(3 series by product and partner)" in series
    assert "104 % of the base year in 2025" in harvest


def test_a_short_if_part_is_said_as_it_is():
    cut = {"kind": "trade_cut", "from": "2024-01-05", "share_kept": 0}
    told = told_of(cut)
    assert told.sentences[0].startswith(f"If {told.conditions[0].text}, and nothing else changes")


def test_two_harvests_are_told_apart_when_they_are_told_shortly():
    told = told_of(HARVEST, {**HARVEST, "sectors": ["B"], "weather": {"2023": 0.5, "2024": 0.6}})
    first = told.sentences[0]
    assert "the harvest of Crop and animal" in first and "is 50 to 60 % of the base year's" in first
