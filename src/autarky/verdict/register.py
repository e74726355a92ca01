"""Register: which rule judges which sentence, in words with its threshold.

Thresholds without a source are assumptions; change one here and every verdict that rests on it follows.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from autarky.verdict import on_figures as figures
from autarky.verdict import on_runs as runs
from autarky.verdict.ruling import Beyond, Entry, Needs, Rule
from autarky.verdict.runs import CLOSURE_REPLACED, TOTAL, WINDOW

_DRAWS = "in at least 90 % of draws (contradicted: in at most 10 %)"
_REPLACED = (
    "home makers may replace any import of their sector, with 0 to 50 % more capacity by draw (assumed)"
)
_RFA_2021 = datetime.date(2021, 6, 11)

_IDEOLOGY = "a measured effect of ideology on output: none is known, so a multiplier for it stays at none"
_REGIMES = "allocation regimes: who decides what firms make, buy and keep, and what that does to their output"
_PLANNER = "a plan: a planner who weighs imports, growth and livelihoods against each other"
_HOUSEHOLDS = "groups of households, with incomes, transfers, plots and markets of their own"
_TIME = "hours: study sessions and gardens that take time from work, in every group of households"
_SHOCKS = "each of the four shocks by itself: sanctions, weather, lockdown at home, border; then their shares"
_TECHNIQUES = "techniques: Juche iron, coal-gas ammonia and carbide vinylon as activities beside imports"
_EXPECTATIONS = "expectations of the future, which the model of daily flows has none of"

_NORM = "It says what ought to be, or calls names; nothing in it could be measured."
_POLITICAL = "A claim on power, rights or morals; no flow of goods stands for it."
_ELSEWHERE = "It is about other countries than the one whose table is used."

REGISTER: Mapping[str, Entry] = {
    "1": Needs(_IDEOLOGY, "that ideological strength raises output"),
    "2": Rule(
        "Supported if over the whole range of claims output fell in 2020 and imports were below those of "
        "2019.",
        figures.fell_between("2019", "2020"),
        "arduous challenges: less output and fewer imports than before",
    ),
    "3": Beyond(_NORM),
    "4": Beyond("It is about a technique of propaganda, not about goods."),
    "5": Beyond("Music and films cross no border of an input-output table."),
    "6": Rule(
        "Supported if over the whole range of claims more than 35 % of people are undernourished: the "
        "level that FAO's Hunger Map (2015) calls very high; contradicted if at most 35 %.",
        figures.figure_above(
            "undernourished people, FAO",
            ("food / prevalence undernourishment", "food / prevalence of undernourishment"),
            35.0,
        ),
        "hunger, as undernourishment; no figure on deaths from hunger is carried",
    ),
    "7": Needs(_SHOCKS),
    "8": Rule(
        "Supported if China's share of trade exceeds 50 % over the whole range of claims, and a cut of "
        f"China alone costs households at least half of what a cut of all imports costs, {_DRAWS}.",
        runs.partner_is_lifeline(50.0, 0.5),
    ),
    "9": Beyond(_NORM),
    "10": Rule(
        "Supported if every claim but the article's own says 2 sessions a week before June 2021; "
        "contradicted if none does.",
        figures.figure_is(
            "study sessions a week, May 2021", "institution / study sessions per week", 2.0, "2021-05"
        ),
    ),
    "11": Rule(
        "Supported if every claim but the article's own says 3 sessions a week from June 2021; "
        "contradicted if none does.",
        figures.figure_is(
            "study sessions a week, June 2021", "institution / study sessions per week", 3.0, "2021-06"
        ),
    ),
    "12": Needs(_TIME),
    "13": Rule(
        "Supported if China's share of trade exceeds 50 % over the whole range of claims, and in some "
        "month up to June 2021 imports from China fell below 5 % of an average month of 2019.",
        figures.ground_to_a_halt("2020-02", "2021-05", 5.0, 50.0),
    ),
    "14": Rule(
        "Supported if in no month from February 2020 to May 2021 imports from China were above 1 % of an "
        "average month of 2019; contradicted if in some month they were, over the whole range of claims.",
        figures.all_trade_stopped("2020-02", "2021-05", 1.0),
        "all trade; that the border was closed is not at issue",
    ),
    "15": Rule(
        "Supported if by 11 June 2021, and not with imports free, food, energy and trade (commerce) fall "
        f"below 90 % of the base year, and some industry below half of its output for {WINDOW} days, "
        f"{_DRAWS}.",
        runs.short_of(("food", "energy", "commerce"), 0.9, stops=True, until=_RFA_2021),
    ),
    "16": Needs(_HOUSEHOLDS),
    "17": Rule(
        "Supported if the textile industry (nets, yarn) buys at least 10 % of its material inputs from "
        f"China, {_DRAWS}.",
        runs.buys_inputs_from_partner("textiles", 0.1),
        "the industry that makes nets; a single factory is not in the table",
    ),
    "18": Rule(
        f"Supported if in the closure textiles fall below half of their output although {_REPLACED}, in at "
        "least 90 % of draws; contradicted only if they stay above in as many where nothing can be "
        "replaced.",
        runs.stops_although_replaced("textiles", 0.5),
    ),
    "19": Needs(_PLANNER),
    "20": Rule(
        f"Supported (production materials are missing) if without imports, although {_REPLACED}, all "
        "materials together stay below 90 % of base in the last year, in at least 90 % of draws; "
        "contradicted only if the scarcest of them stays above it in as many.",
        runs.materials_missing("materials", "scarcest material", 0.9),
    ),
    "21": Rule(
        f"Supported if without imports, although {_REPLACED}, less than a tenth of the loss of all "
        "materials is averted, in at least 90 % of draws; contradicted only if at least a tenth of the "
        "loss of the scarcest of them is averted in as many.",
        runs.materials_lost_for_good("materials", "scarcest material", 0.1),
    ),
    "22": Rule(
        f"Supported (no chance) if without imports, although {_REPLACED}, households get less than 95 % of "
        "the base year in the last year, in at least 90 % of draws; contradicted only if they get more in "
        "as many where nothing can be replaced.",
        runs.consumption_not_kept(0.95),
        "that today's consumption cannot be kept without imports by the plants there are",
    ),
    "23": Needs(_HOUSEHOLDS),
    "24": Needs(_TIME),
    "25": Needs(_PLANNER, "that no plan names projects, inputs and dates"),
    "26": Rule(
        f"Supported if in the closure, although {_REPLACED}, they leave more orders unserved for want of "
        f"inputs than for want of capacity, {_DRAWS}.",
        runs.inputs_hold_back(CLOSURE_REPLACED),
    ),
    "27": Rule(
        "Supported if by 11 June 2021, and not with imports free, food, electricity and materials all fall "
        f"below 90 % of the base year, {_DRAWS}.",
        runs.short_of(("food", "electricity", "materials"), 0.9, until=_RFA_2021),
    ),
    "28": Rule(
        "Supported if output fell over the plan's years 2016 to 2020, over the whole range of claims: any "
        "plan aims at growth; contradicted if it rose.",
        figures.no_growth_over(("2016", "2017", "2018", "2019", "2020")),
    ),
    "29": Beyond(
        "It says what is stressed in a plan; an import cap is a scenario, and has no truth of its own."
    ),
    "30": Rule(
        "Supported if without imports the food that households get falls below 80 % of the base year over "
        f"{WINDOW} days, {_DRAWS}.",
        runs.falls_below(TOTAL, "food", 0.8),
        "food under closed trade; starving to death is not in the model",
    ),
    "31": Rule(
        "Supported if imports exceed 10 % of GDP by every denominator carried; contradicted if by none. "
        "The threshold is an assumption.",
        figures.imports_over_gdp(10.0, True),
        "heavy dependence, as imports over GDP",
    ),
    "32": Needs(_IDEOLOGY, "that ideology moves innovation and growth"),
    "33": Beyond("A slogan that calls people up; it says nothing that could be counted."),
    "34": Needs(_REGIMES, "that discipline changes market activity and attendance at work"),
    "35": Rule(
        "Supported if exports of 2018 were at most half of those of 2016 over the whole range of claims; "
        "contradicted if more.",
        figures.exports_lost("2016", "2018", 0.5),
        "pressure that can be seen in trade; whether it still grew in 2022 is not judged",
    ),
    "36": Beyond("It dates an event and names no quantity."),
    "37": Rule(
        f"Supported if household consumption is higher without imports than with them, {_DRAWS}; built in "
        "if it is lower in all of them, since imports only add to supply in the model.",
        runs.welfare_rises_with_self_reliance(),
        opposing="learning by doing; demand that idle home capacity gains once imports do not displace it; "
        "terms of trade",
    ),
    "38": Rule(
        f"Supported if at least half of what the closure costs households is averted once {_REPLACED}, "
        f"{_DRAWS}.",
        runs.loss_averted(0.5),
        "that capacity to replace imports lessens the loss; whether it is there is not observed",
    ),
    "39": Rule(
        "Supported if in the closure households lose a larger share of what they used to get than "
        f"government, {_DRAWS}; built in if the study ranks who is served first.",
        runs.households_bear_more(),
        opposing="rationing in proportion to orders, which ranks nobody",
    ),
    "40": Needs(_PLANNER, "a low weight on livelihoods"),
    "41": Needs(_EXPECTATIONS, "that talks raised hopes of relief"),
    "42": Needs(_REGIMES),
    "43": Rule(
        "Supported if over the whole range of claims more than 50 % of factories are run on private "
        "investment; figures on persons who borrow do not count factories.",
        figures.figure_above(
            "factories run on private investment", "institution / factories run on private investment", 50.0
        ),
        "most factories; collusion with officials is not judged",
    ),
    "44": Needs(_REGIMES, "control by size of factory"),
    "45": Needs(_REGIMES),
    "46": Needs(_REGIMES),
    "47": Needs(_REGIMES),
    "48": Beyond("A feeling about what is talked of."),
    "49": Rule(
        "Supported if over the whole range of claims more than 50 % of the enterprises are under private "
        "control.",
        figures.figure_above(
            "enterprises under private control", "institution / enterprises under private control", 50.0
        ),
        "private control of most enterprises",
    ),
    "50": Rule(
        "Contradicted if over the whole range of claims at least 10 % of people never received rations; "
        "supported if fewer.",
        figures.figure_below(
            "people who never received rations", "institution / never received rations", 10.0
        ),
        "food; healthcare, housing and education are not judged",
    ),
    "51": Beyond("No figure on homelessness is carried."),
    "52": Rule(
        "Supported if over the whole range of claims more than 95 % are employed; contradicted if at most "
        "95 %.",
        figures.figure_above(
            "employment, real and official",
            ("institution / real employment", "institution / official employment"),
            95.0,
        ),
    ),
    "53": Needs(_REGIMES, "how firms are managed"),
    "54": Needs(_PLANNER, "the fastest growth under self-reliance, as a planner's aim"),
    "55": Rule(
        "Supported if imports are at most 1 % of GDP by every denominator carried; contradicted if more by "
        "every one.",
        figures.imports_over_gdp(1.0, False),
    ),
    "56": Rule(
        "Supported if over the whole range of claims the export price of coal and ore was below 90 % of "
        "the world's.",
        figures.figure_below("export price over world price", "price / export price over world price", 90.0),
        "the price of coal and ore; who sold them, and why, is not judged",
    ),
    "57": Needs(_TECHNIQUES),
    "58": Needs(_PLANNER, "what an upper limit on the import share costs"),
    "59": Beyond("It says what nations should do; the same rules can be run on any other country's table."),
    "60": Beyond("A doctrine; nothing in it could be measured."),
    "61": Needs(_IDEOLOGY, "that enthusiasm raises output"),
    "62": Beyond("A cause given for a historical event; no flow of goods stands for it."),
    "63": Needs(_REGIMES, "sharing, as a rule of distribution"),
    "64": Beyond(_POLITICAL),
    "65": Beyond(_POLITICAL),
    "66": Beyond(_ELSEWHERE),
    "67": Beyond(_ELSEWHERE),
}
"""Sentence id → its rule, what the model would need, or why nothing could decide it."""
