"""Wrong study files: made by hand, each with what must be said about it, and drawn by a seeded generator."""

# A table reads best with one case to a line.
# ruff: noqa: E501

from __future__ import annotations

import random
import re
from dataclasses import dataclass

RIGHT = """\
version: 1
title: A right study
economy:
  embedded: usa-2023
scenario:
  start: 2024-01-01
  days: 100
  groups:
    chips: ["334"]
  shocks:
    - kind: trade_cut
      origin: ABROAD
      products: ["334", "335"]
      from: 2024-01-10
      until: 2024-02-10
      share_kept: 0.5
      ramp_days: 3
    - kind: capacity_loss
      sectors: ["325"]
      share: 0.2
      from: 2024-02-01
      until: 2024-02-05
      recovery: {days: 10, curve: linear}
    - kind: demand_change
      users: [households]
      factor: 0.9
      from: 2024-01-05
  behaviour:
    preset: autarky
    rationing: proportional
    inventory_days: {default: 30, products: {"334": 60}}
    overtime: {max: 1.1, days: 30}
    imports: {default: non_competitive, competitive: ["335"]}
sources:
  - a test
notes: nothing
"""

WHOLE_DAY = """\
version: 1
title: A right study of the whole day
economy:
  embedded: north-korea-2019
  household_groups:
    rural: {share: 0.4, source: assumption}
    urban: {share: {default: 0.6, products: {food: 0.6}}, source: assumption}
scenario:
  start: 2020-01-01
  days: 60
  groups:
    foods: [agriculture, food]
  shocks:
    - {kind: bloc_cut, bloc: [HOME, CHINA], share_kept: 0.1, from: 2020-01-05}
    - {kind: hours_withheld, cause: sessions, groups: [employees], hours_a_week: 2, purpose: sessions, from: 2020-01-05}
    - {kind: ration_change, groups: [households-urban], products: [food], factor: 0.5, from: 2020-01-05}
    - kind: aid
      giver: CHINA
      receiver: HOME
      basket: {food: 100}
      shares: {households-rural: 0.5, households-urban: 0.5}
      from: 2020-01-05
    - {kind: institution_change, rationing: priority, priority: [[industries]], from: 2020-01-05}
    - kind: technique_change
      sectors: [agriculture]
      inputs:
        - {product: fertiliser, factor: 0.5}
      from: 2020-01-05
    - kind: destruction
      sectors: [coal]
      share: 0.02
      capital_years: 2
      goods: {construction: 0.8, machinery: 0.2}
      days: 180
      from: 2020-01-05
  behaviour:
    production: ces
    elasticities:
      between: {short: 0.1}
      classes:
        fuels: {products: [coal, petroleum], short: 0.3}
    rationing: market
    allocation:
      willingness_to_pay: {households: 1.5}
      ownership:
        state: {share: 0.7, products: [coal], rationing: priority}
    priority: [[electricity], [households]]
    labour:
      groups:
        employees:
          people: 7.8e+6
          sectors: {coal: 0.5, textiles: 0.5}
          hours_a_week: {work: 48, garden: 4}
          plot: {food: {agriculture: 50}, household: households-urban}
    households:
      food: [foods]
      essentials: [[foods], [electricity]]
      groups:
        households-rural: {basket: {food: {foods: 0.8}}}
        households-urban:
          income: {wages: 0.6, markets: 0.4, market_sectors: [trade]}
          rations: {food: 0.2}
    foreign_exchange:
      reserves: 3000
      export_prices:
        - {products: [coal], factor: 1.8, from: 2020-01-05}
      first_paid: [[crude_oil], [food]]
    search: {days: 120, most: 0.3}
    spare_parts: {products: [machinery], users: [coal], wear_days: 1500, store_days: 60}
alternatives:
  without sessions:
    without: [sessions]
announcements:
  - text: enough for all
    speaker: somebody
    source: a test
    reading: assumption
    measure: need
    users: [households-rural]
    low: 0.9
    high: 1
    from: 2020-01-05
opinion:
  weights: {households-rural: {others: 0.3, message: 0.2, experience: 0.4}}
"""


@dataclass(frozen=True)
class Wrong:
    """A wrong study and what its problems must say, in the order of the file: ``(line:column, words …)``."""

    name: str
    content: bytes
    problems: tuple[tuple[str, ...], ...]


def _edit(name: str, old: str, new: str, *problems: tuple[str, ...]) -> Wrong:
    assert RIGHT.count(old) == 1, (name, old)
    return Wrong(name, RIGHT.replace(old, new).encode(), problems)


def _day(name: str, old: str, new: str, *problems: tuple[str, ...]) -> Wrong:
    assert WHOLE_DAY.count(old) == 1, (name, old)
    return Wrong(name, WHOLE_DAY.replace(old, new).encode(), problems)


def _whole(name: str, content: str | bytes, *problems: tuple[str, ...]) -> Wrong:
    return Wrong(name, content if isinstance(content, bytes) else content.encode(), problems)


SHOCK = "    - kind: trade_cut\n"
QUOTES = "write it in quotes"

BY_HAND = (
    # Not a study at all.
    _whole("a file of 0 bytes", "", ("1:1", "is empty", "autarky new")),
    _whole("blanks only", "\n  \n", ("1:1", "is empty")),
    _whole("comments only", "# nothing\n", ("1:1", "group of fields")),
    _whole("a list", "- version: 1\n", ("1:1", "this is a list", "version: 1")),
    _whole("a text", "just words\n", ("1:1", "this is a text")),
    _whole("not YAML", "version: 1\ntitle: [a\n", ("3:1", "is not YAML")),
    _whole("two colons", "version: 1\ntitle: a: b\n", ("2:9", "is not YAML")),
    _whole("an open quote", 'version: 1\ntitle: "a\n', ("3:1", "is not YAML")),
    _whole("an impossible escape", 'title: "\\U99999999"\n', ("1:1", "is not YAML")),
    _whole("NUL bytes", b"version: 1\ntitle: a\x00b\n", ("2:9", "control character")),
    _whole("Latin-1", "version: 1\ntitle: caf\u00e9\n".encode("latin-1"), ("2:11", "0xe9", "UTF-8")),
    _whole("UTF-16", "version: 1\n".encode("utf-16"), ("1:1", "0xff", "UTF-8")),
    _whole("larger than 1 MiB", "# " + "x" * 1024 * 1024, ("", "larger than 1 MiB")),
    _whole("nested too deep", "a: " + "[" * 40 + "]" * 40, ("1:23", "more than 20 deep")),
    _whole("nested a million deep", "[" * 1_000_000, ("1:21", "more than 20 deep")),
    _whole("two documents", RIGHT + "---\n" + RIGHT, ("37:1", "second document", "one study per file")),
    _whole("other YAML", "%YAML 3.0\n---\na: 1\n", ("1:1", "is not YAML")),
    _edit("a tab", "  days: 100", "\tdays: 100", ("7:1", "tab", "spaces")),
    _edit("a doubled field", "  days: 100\n", "  days: 100\n  days: 90\n", ("8:3", "'days'", "line 7", "delete")),
    _edit(
        "an alias",
        "title: A right study\neconomy:",
        "title: &t A right study\nnotes: *t\neconomy:",
        ("2:8", "anchor (&t)"),
        ("3:8", "alias (*t)", "write the value out"),
        ("37:1", "'notes'", "given twice"),
    ),
    _edit("a tag", "days: 100", "days: !!str 100", ("7:9", "tag", "delete the tag")),
    _edit("a Python object", "notes: nothing", "notes: !!python/name:os.system x", ("36:8", "tag")),
    # Fields.
    _edit("no scenario", RIGHT[RIGHT.index("scenario:") : RIGHT.index("sources:")], "", ("1:1", "'scenario'", "add it")),
    _edit("no version", "version: 1\n", "", ("1:1", "'version'", "add it")),
    _edit("wrong version", "version: 1", "version: 2", ("1:10", "version is 2", "write 1")),
    _edit("version as text", "version: 1", 'version: "1"', ("1:10", "version is '1'", "write 1")),
    _edit("a misspelt field", "  behaviour:", "  behavior:", ("28:3", "'behavior'", "did you mean 'behaviour'?")),
    _edit("a misspelt field of a shock", "origin: ABROAD", "orgin: ABROAD", ("12:7", "'orgin'", "'origin'")),
    _edit("a field of another shock", "share: 0.2", "share_kept: 0.2",
          ("18:7", "shocks[1] needs the field 'share'"), ("20:7", "'share_kept'", "did you mean 'share'?")),
    _edit("a number as a field's name", "title: A right study", "title: x\n7: y", ("3:1", "7", QUOTES)),
    _edit("an empty value", "days: 100", "days:", ("7:3", "days is empty")),
    _edit("a mapping where a list is", "sources:\n  - a test", "sources: {a: test}", ("34:10", "a list is expected")),
    _edit("a list where a mapping is", "overtime: {max: 1.1, days: 30}", "overtime: [1.1, 30]",
          ("32:15", "fields are expected")),
    _edit("a text where a mapping is", "economy:\n  embedded: usa-2023", "economy: usa-2023",
          ("3:10", "'usa-2023'", "field: value")),
    _edit("a shock that is a number", SHOCK, "    - 7\n" + SHOCK, ("11:7", "shocks[0] is 7")),
    _edit("no kind", SHOCK, "    - share_kept: 0\n" + SHOCK, ("11:7", "'kind'", "harvest, bloc_cut")),
    _edit("an unknown kind", "kind: trade_cut", "kind: trade_cuts", ("11:13", "'trade_cuts'", "'trade_cut'")),
    _edit("two tables", "embedded: usa-2023", "embedded: usa-2023\n  path: here",
          ("4:3", "either embedded or path", "keep one")),
    _edit("no table", "economy:\n  embedded: usa-2023", "economy: {}", ("3:10", "either embedded or path")),
    # Numbers.
    _edit("no days", "  days: 100", "  days: 0", ("7:9", "days is 0", "write 1 or more")),
    _edit("a thousand million days", "  days: 100", "  days: 1000000000", ("7:9", "1000000000", "write 36500 or less")),
    _edit("more digits than a machine number", "  days: 100", "  days: " + "9" * 5000, ("7:9", "days is 999")),
    _edit("half a day", "  days: 100", "  days: 99.5", ("7:9", "99.5", "whole number")),
    _edit("days as text", "  days: 100", '  days: "100"', ("7:9", "'100'", "without quotes")),
    _edit("days as a truth value", "  days: 100", "  days: true", ("7:9", "true", "whole number")),
    _edit("a share of 120", "share_kept: 0.5", "share_kept: 120", ("16:19", "120", "between 0 and 1", "0.2 means 20 %")),
    _edit("a share of 20", "share: 0.2", "share: 20", ("20:14", "20", "for 20 % write 0.2")),
    _edit("a negative share", "share_kept: 0.5", "share_kept: -0.5", ("16:19", "-0.5", "between 0 and 1")),
    _edit("a share that is no number", "share_kept: 0.5", "share_kept: .nan", ("16:19", ".nan", "finite")),
    _edit("an infinite factor", "factor: 0.9", "factor: .inf", ("26:15", ".inf")),
    _edit("a share and a ceiling", "share_kept: 0.5", "share_kept: 0.5\n      ceiling: {value: 1, per: year}",
          ("11:7", "either share_kept or ceiling", "keep one")),
    _edit("neither share nor ceiling", "      share_kept: 0.5\n", "", ("11:7", "either share_kept or ceiling")),
    _edit("a negative ramp", "ramp_days: 3", "ramp_days: -3", ("17:18", "-3", "write 0 or more")),
    # Dates.
    _edit("30 February", "start: 2024-01-01", "start: 2024-02-30", ("6:10", "'2024-02-30'", "not a date")),
    _edit("a date the other way round", "from: 2024-01-05", "from: 05.01.2024", ("27:13", "'05.01.2024'", "2024-01-31")),
    _edit("a year for a date", "start: 2024-01-01", "start: 2024", ("6:10", "2024", "not a date")),
    _edit("ends before it starts", "until: 2024-02-10", "until: 2024-01-09", ("11:7", "before it starts", "swap")),
    _edit("starts before the run", "from: 2024-01-10", "from: 2023-12-31", ("14:13", "2023-12-31", "before the run")),
    _edit("ends after the run", "until: 2024-02-10", "until: 2024-12-31", ("15:14", "2024-12-31", "at least 366")),
    _edit("starts after the run", "from: 2024-01-05", "from: 2025-01-05", ("27:13", "2025-01-05", "after the last day")),
    _edit("the year 9999", "start: 2024-01-01", "start: 9999-12-31", ("6:10", "9999-12-31", "between 1800 and 2500")),
    # Words.
    _edit("an unknown preset", "preset: autarky", "preset: ario", ("29:13", "'ario'", "boario")),
    _edit("an unknown rationing", "rationing: proportional", "rationing: lottery",
          ("30:16", "'lottery'", "mixed or random")),
    _edit("an unknown curve", "curve: linear", "curve: linea", ("23:35", "'linea'", "did you mean 'linear'?")),
    _edit("an unknown embedded table", "usa-2023", "usa-2022", ("4:13", "'usa-2022'", "did you mean 'usa-2023'?")),
    _edit("an unknown check accepted", "embedded: usa-2023", "embedded: usa-2023\n  accept: {row balanse: why}",
          ("5:25", "'row balanse'", "did you mean 'row balance'")),
    _edit("a table that is not there", "embedded: usa-2023", "path: tables/none", ("4:9", "tables/none", "folder of the study")),
    _edit("an unknown format", "embedded: usa-2023", "path: .\n  format: cvs_folder",
          ("5:11", "'cvs_folder'", "did you mean 'csv_folder'?")),
    # Codes and names.
    _edit("a code without quotes", 'sectors: ["325"]', "sectors: [0325]", ("19:17", "0325", 'write it in quotes: "0325"')),
    _edit("one code without quotes", 'sectors: ["325"]', "sectors: 325", ("19:16", "325", 'write it in quotes: "325"')),
    _edit("a code as a truth value", "users: [households]", "users: [true]", ("25:15", "true", QUOTES)),
    _edit("a code without quotes as a field", '{"334": 60}', "{334: 60}", ("31:46", "334", QUOTES)),
    _edit("an empty name", "origin: ABROAD", 'origin: ""', ("12:15", "origin", "empty")),
    _edit("an empty list", 'products: ["334", "335"]', "products: []", ("13:17", "products", "empty list", "all")),
    _edit("a group called all", "chips:", "all:", ("9:10", "'all'", "another name")),
    _edit("an empty group", 'chips: ["334"]', "chips: []", ("9:12", "'chips'", "empty")),
    _edit("an unknown region", "origin: ABROAD", "origin: 'ABROAD '", ("12:15", "'ABROAD '", "did you mean 'ABROAD'?")),
    _edit("an unknown product", '"334", "335"', '"334", "3355"', ("13:25", "'3355'", "did you mean")),
    _edit("an unknown sector", 'sectors: ["325"]', 'sectors: ["25"]', ("19:17", "'25'")),
    _edit("an unknown user", "users: [households]", "users: [household]", ("25:15", "'household'", "'households'")),
    _edit("a product in both lists", 'competitive: ["335"]}', 'competitive: ["335"], non_competitive: ["335"]}',
          ("33:81", "'335'", "both competitive and non_competitive")),
    _edit("a cut that touches nothing", 'products: ["334", "335"]', 'products: ["23"]', ("11:7", "no trade flow", "match")),
    _edit("a cut of a region from itself", "origin: ABROAD", "origin: ABROAD\n      destination: ABROAD",
          ("13:20", "'ABROAD'", "itself")),
    _edit("one shock twice", "  behaviour:", "    - {kind: demand_change, users: [households], factor: 0.9, from: 2024-01-05}\n  behaviour:",
          ("28:7", "same as shocks[2]", "delete")),
    _edit("three mistakes at once", "share_kept: 0.5\n      ramp_days: 3", "share_kept: 50\n      ramp_day: 3\n      until_: 1",
          ("16:19", "for 50 % write 0.5"), ("17:7", "'ramp_day'", "'ramp_days'"), ("18:7", "'until_'", "'until'")),
)  # fmt: skip


def _unsure(name: str, section: str, *problems: tuple[str, ...]) -> Wrong:
    """The right study with an uncertainty section, whose first line is 38."""
    return Wrong(name, f"{RIGHT}uncertainty:\n{section}".encode(), problems)


def _leak(
    distribution: str, drives: str = "sets: shocks[0].share_kept", source: str = "assumption: a test"
) -> str:
    """A section of one parameter: name in line 39, distribution in 40, source in 41, what it drives in 42."""
    return f'  parameters:\n    - name: leak\n      distribution: {distribution}\n      source: "{source}"\n      {drives}\n'


HALF = "{kind: uniform, low: 0, high: 0.5}"
TWO = (
    _leak(HALF)
    + "    - {name: loss, source: a test, distribution: {kind: uniform, low: 0, high: 1}, sets: 'shocks[1].share'}\n"
)

BY_HAND += (
    # Distributions.
    _unsure("an unknown distribution", _leak("{kind: unifrom, low: 0, high: 1}"), ("40:28", "'unifrom'", "'uniform'")),
    _unsure("a distribution without its kind", _leak("{low: 0, high: 1}"), ("40:21", "'kind'", "triangular")),
    _unsure("limits the other way round", _leak("{kind: uniform, low: 1, high: 0}"), ("40:21", "low 1 not below high 0", "swap")),
    _unsure("a mode outside", _leak("{kind: triangular, low: 0, mode: 2, high: 1}"), ("40:21", "mode 2 outside 0 to 1", "move")),
    _unsure("no standard deviation", _leak("{kind: normal, mean: 0, sd: 0}"), ("40:49", "sd is 0", "more than 0")),
    _unsure("nothing between the limits", _leak("{kind: normal, mean: 0, sd: 0.01, low: 0.4, high: 0.5}"), ("40:21", "next to nothing", "widen")),
    _unsure("a lognormal said twice", _leak("{kind: lognormal, median: 0.1, spread: 2, low: 0.05, high: 0.2}"),
            ("40:21", "median and spread, or low and high", "one of the two")),
    _unsure("a misspelt field of a distribution", _leak("{kind: uniform, low: 0, hihg: 1}"),
            ("40:21", "needs the field 'high'"), ("40:45", "'hihg'", "did you mean 'high'?")),
    _unsure("a single option", _leak("{kind: discrete, of: [{value: 0.1}]}"), ("40:21", "at least two options", "into the scenario")),
    _unsure("a weight of nothing", _leak("{kind: discrete, of: [{value: 0.1, weight: 0}, {value: 0.2}]}"), ("40:64", "weight is 0", "more than 0")),
    _unsure("each without a source", _leak("{kind: each, of: [{value: 0.1}, {value: 0.2, source: b}]}"), ("40:39", "'source'", "add it")),
    _unsure("shares that do not add up", _leak("{kind: dirichlet, shares: {a: 0.5, b: 0.4}, concentration: 9}"),
            ("40:21", "add to 0.9", "make them add to 1")),
    _unsure("too little concentration", _leak("{kind: dirichlet, shares: {a: 0.5, b: 0.5}, concentration: 0.01}"), ("40:21", "concentration 0.01", "at least 0.1")),
    # Parameters.
    _unsure("no source", _leak(HALF, source=""), ("41:15", "source", "empty")),
    _unsure("no parameters", "  parameters: []\n", ("38:15", "names no parameter", "delete the section")),
    _unsure("nothing driven", _leak(HALF, "unit: days"), ("39:7", "exactly one of sets, scales", "none of them")),
    _unsure("two things driven", _leak(HALF, "sets: shocks[0].share_kept\n      scales: shocks[1].share"), ("39:7", "sets and scales", "keep one")),
    _unsure("no place", _leak(HALF, "sets: []"), ("39:7", "an empty list under sets", "shocks[0].share_kept")),
    _unsure("a distribution for origins", _leak(HALF, 'origins: {product: "334"}'), ("39:7", "uniform", "kind: dirichlet")),
    _unsure("a table by a number", _leak("{kind: discrete, of: [{value: 1}, {value: 2}]}", "tables: true"), ("39:7", "not named by a text", "in quotes")),
    _unsure("a word that multiplies", _leak("{kind: discrete, of: [{value: a}, {value: b}]}", "scales: shocks[1].share"), ("39:7", "'a' under scales", "use sets")),
    _unsure("a negative coefficient", _leak("{kind: normal, mean: 1, sd: 1}", "coefficients: {inputs: all}"), ("40:21", "can be -5", "cut it off at 0")),
    _unsure("one name twice", TWO.replace("loss", "leak"), ("43:14", "'leak'", "its own name")),
    _unsure("one place twice", TWO.replace("shocks[1].share", "shocks[0].share_kept"), ("43:90", "driven by 'leak' already", "split")),
    # Places.
    _unsure("a misspelt place", _leak(HALF, "sets: shocks[0].share_keep"), ("42:13", "'share_keep' in shocks[0]", "did you mean 'share_kept'?")),
    _unsure("a place of another shock", _leak(HALF, "sets: ['shocks[1].share', 'shocks[2].share']"),
            ("42:33", "'share' in shocks[2]", "known: ", "'from'")),
    _unsure("a shock that is not there", _leak(HALF, "sets: shocks[7].share"), ("42:13", "shocks has 3 entries", "shocks[0]")),
    _unsure("a place that cannot be read", _leak(HALF, "sets: shocks[first].share"), ("42:13", "cannot be read as a place", "shocks[0].share_kept")),
    _unsure("a group of fields as a place", _leak(HALF, "sets: behaviour.overtime"), ("42:13", "a group of fields", "behaviour.overtime.max")),
    _unsure("several values as a place", _leak(HALF, "sets: shocks[0].products"), ("42:13", "several values", "shocks[0].products[0]")),
    _unsure("deeper than a value", _leak(HALF, "sets: shocks[0].share_kept.x"), ("42:13", "a single value", "write shocks[0].share_kept")),
    _unsure("the start drawn", _leak(HALF, "shifts: start"), ("42:15", "the same for all draws", "under shocks or behaviour")),
    _unsure("nothing to multiply", _leak(HALF, "scales: behaviour.import_spare"), ("42:15", "no number", "use sets")),
    _unsure("nothing to move", _leak(HALF, "shifts: shocks[2].until"), ("42:15", "no date", "write a date there")),
    _unsure("a date that is set", _leak(HALF, "sets: shocks[0].until"), ("42:13", "is a date", "use shifts")),
    # What would be drawn.
    _unsure("a share above 1", _leak("{kind: uniform, low: 0, high: 1.5}"), ("40:21", "the upper end of 'leak'", "shocks[0].share_kept", "cannot be 1.5", "narrow")),
    _unsure("a share below 0", _leak("{kind: normal, mean: 0.3, sd: 0.1}"), ("40:21", "the lower end of 'leak'", "greater than or equal to 0")),
    _unsure("an unknown word drawn", _leak("{kind: each, of: [{value: critical, source: a}, {value: critcal, source: b}]}", "sets: behaviour.production"),
            ("40:21", "option 2 of 'leak'", "critcal", "'critical'")),
    _unsure("half a step drawn", _leak("{kind: uniform, low: 1, high: 4}", "sets: behaviour.steps_per_day"), ("40:21", "valid integer")),
    _unsure("an end before the start", _leak("{kind: uniform, low: -90, high: 0}", "shifts: shocks[0].until"), ("40:21", "before it starts", "swap the dates")),
    _unsure("a start after the run", _leak("{kind: uniform, low: 0, high: 90}", "shifts: shocks[0].from"), ("40:21", "before it starts", "swap the dates")),
    _unsure("a date out of the calendar", _leak("{kind: uniform, low: 0, high: 1e7}", "shifts: shocks[0].until"), ("40:21", "leaves the calendar", "narrow")),
    # The whole day: a part each.
    _day("a bloc of everybody", "bloc: [HOME, CHINA]", "bloc: all", ("14:30", "nobody is left outside")),
    _day("a misspelt group of workers", "groups: [employees]", "groups: [employes]", ("15:56", "'employes'", "did you mean 'employees'?")),
    _day("more taken than there is", "purpose: sessions,", "taken_from: {work: 0.9, garden: 0.9}, purpose: sessions,", ("15:97", "adds to 1.8", "at most 1")),
    _day("a ration of an unknown household", "groups: [households-urban]", "groups: [urban]", ("16:38", "unknown household 'urban'", "'households-urban'")),
    _day("a ration that nobody had", "groups: [households-urban]", "groups: [households-rural]", ("16:7", "changes no ration", "declare rations")),
    _day("aid that is not all shared out", "shares: {households-rural: 0.5, households-urban: 0.5}", "shares: {households-rural: 0.5}", ("17:7", "add to 0.5", "add to 1")),
    _day("aid to somebody who receives nothing", "shares: {households-rural: 0.5,", "shares: {households: 0.5,", ("21:15", "'households'", "receivers only")),
    _day("a plan without its share", "{kind: institution_change, rationing: priority,", "{kind: institution_change, rationing: mixed,", ("23:7", "plan_share is left out", "by market")),
    _day("an institution without ranks", "    priority: [[electricity], [households]]\n", "", ("37:5", "priority is empty", "at least one rank")),
    _day("a technique for a misspelt input", "{product: fertiliser,", "{product: fertilizer,", ("27:21", "'fertilizer'", "did you mean 'fertiliser'?")),
    _day("rebuilding of a part of the goods", "{construction: 0.8, machinery: 0.2}", "{construction: 0.8}", ("29:7", "add to 0.8", "add to 1")),
    _day("a class of an unknown product", "products: [coal, petroleum], short", "products: [coal, petrolium], short", ("41:34", "'petrolium'", "did you mean 'petroleum'?")),
    _day("a long run of no length", "petroleum], short: 0.3", "petroleum], short: 0.3, long: 1", ("39:7", "long_run_days", "how long")),
    _day("elasticities that nobody reads", "production: ces", "production: leontief", ("39:7", "elasticities are read under production: ces alone", "declare production: ces")),
    _day("bids where there is no market", "    rationing: market\n", "    rationing: priority\n", ("44:27", "willingness_to_pay is read where something goes by market", "delete it")),
    _day("a willing user who is not there", "{households: 1.5}", "{housholds: 1.5}", ("44:39", "'housholds'", "'households'")),
    _day("owners of more than there is", "rationing: priority}\n", "rationing: priority}\n        private: {share: 0.7, rationing: market}\n",
         ("46:9", "add to 1.4 of coal", "1 at most")),
    _day("a rule that no efficiency can be of", "      ownership:\n", "      efficiency: {plan: {factor: 0.9, source: assumption}}\n      ownership:\n", ("45:20", "'plan'", "choose proportional")),
    _day("an owner without a name", "        state: {share", '        "": {share', ("46:9", "an empty name", "write a name")),
    _day("a group with no room for its name", "        employees:\n", f"        {'e' * 201}:\n", ("50:9", "201 characters", "at most 200")),
    _day("sectors that are not all work", "textiles: 0.5}", "textiles: 0.4}", ("51:11", "add to 0.9", "add to 1")),
    _day("a week of 180 hours", "{work: 48, garden: 4}", "{work: 100, garden: 80}", ("53:25", "180 hours", "168")),
    _day("a plot of households that are split", "household: households-urban}", "household: households}", ("54:54", "'households'", "'households-urban'")),
    _day("bought in two ranks", "[[foods], [electricity]]", "[[foods], [food]]", ("57:29", "'food' stands in an earlier rank", "once")),
    _day("households declared twice", "        households-rural: {basket", "        households: {basket", ("61:11", "by 'households' already", "once")),
    _day("an income of more than all", "wages: 0.6", "wages: 0.7", ("61:19", "add to 1.1", "add to 1")),
    _day("paid in two ranks", "[[crude_oil], [food]]", "[[crude_oil], [food, crude_oil]]", ("67:33", "rank 1", "once")),
    _day("a price after the run", "factor: 1.8, from: 2020-01-05", "factor: 1.8, from: 2021-01-05", ("66:11", "no day of the run", "move its dates")),
    _day("a search where there is nobody else", "search: {days", "search: {products: [construction], days", ("68:24", "two partners", "leave search out")),
    _day("spare parts of nobody", "users: [coal], wear", "users: [mines], wear", ("69:50", "'mines'", "known: 'agriculture'")),
    _day("an alternative without an unknown cause", "without: [sessions]", "without: [session]", ("72:15", "'session'", "did you mean 'sessions'?")),
    _day("an announcement to nobody", "users: [households-rural]", "users: [households-rurl]", ("79:13", "'households-rurl'", "did you mean")),
    _day("an opinion of nobody", "weights: {households-rural:", "weights: {rural:", ("84:20", "'rural'", "known: 'households-rural'")),
    _day("shares of more than all use", "{share: 0.4,", "{share: 0.5,", ("6:5", "shares add to 1.1", "add to 1"), ("6:5", "'food' add to 1.1", "add to 1")),
    _day("households of a partner", "  household_groups:", "  household_region: CHINA\n  household_groups:", ("5:21", "'CHINA'", "known: 'HOME'")),
    # Draws and correlations.
    _unsure("no draws", "  draws: 0\n" + _leak(HALF), ("38:10", "draws is 0", "write 1 or more")),
    _unsure("an unknown design", "  design: latin\n" + _leak(HALF), ("38:11", "'latin'", "choose latin_hypercube, sobol")),
    _unsure("more runs than can be", "  draws: 1000000\n  design: saltelli\n" + "".join([_leak(HALF)] + [
        f"    - {{name: p{k}, source: t, distribution: {HALF}, sets: 'behaviour.restocking_days.products.\"{k}\"'}}\n" for k in range(9)]),
            ("38:10", "12,000,000 runs", "10,000,000")),
    _unsure("a correlation of nobody", TWO + "  correlations: [{parameters: [leak, los], rank_correlation: 0.5, source: t}]\n",
            ("44:38", "'los'", "did you mean 'loss'?")),
    _unsure("a correlation with itself", TWO + "  correlations: [{parameters: [leak, leak], rank_correlation: 0.5, source: t}]\n", ("44:31", "with itself", "two parameters")),
    _unsure("a correlation of 1", TWO + "  correlations: [{parameters: [leak, loss], rank_correlation: 1, source: t}]\n", ("44:63", "less than 1")),
    _unsure("a correlation of a Saltelli design", TWO + "  design: saltelli\n  correlations: [{parameters: [leak, loss], rank_correlation: 0.5, source: t}]\n",
            ("45:17", "Sobol indices", "latin_hypercube")),
    _unsure("too few draws to correlate", "  draws: 3\n" + TWO + "  correlations: [{parameters: [leak, loss], rank_correlation: 0.5, source: t}]\n", ("38:10", "too few", "4 or more")),
    _unsure("correlations that contradict", TWO + "    - {name: ramp, source: a test, distribution: {kind: uniform, low: 0, high: 9}, sets: 'shocks[0].ramp_days'}\n"
            "  correlations:\n    - {parameters: [leak, loss], rank_correlation: 0.9, source: t}\n    - {parameters: [loss, ramp], rank_correlation: 0.9, source: t}\n",
            ("46:5", "contradict each other", "count as 0")),
)  # fmt: skip


def drawn(seed: int) -> Wrong:
    """A study made wrong in one place that a seed chooses; what must be said is its line."""
    rng = random.Random(seed)
    lines = RIGHT.splitlines(keepends=True)
    named = [k for k, line in enumerate(lines) if re.match(r"[ -]*\w+:", line)]
    k = rng.choice(named)
    name, how = (
        re.match(r"[ -]*(\w+):", lines[k])[1],
        rng.choice(["field", "twice", "tab", "alias", "value", "nested"]),
    )  # type: ignore[index]
    place = f"{k + 1}:"
    match how:
        case "field":
            wrong = rng.choice([name + "x", name[:-1] + "_", "x" + name, name.upper()])
            lines[k] = lines[k].replace(f"{name}:", f"{wrong}:", 1)
            # A shock without its kind is told where the shock begins, a group may have any name.
            said = ("",) if name in ("kind", "chips") else (place, repr(wrong))
            if name == "chips":
                lines[k] = lines[k].replace('["334"]', "334")
        case "twice":
            lines.insert(k, lines[k].replace("- ", "  ").rstrip().split(":")[0] + ": 1\n")
            said = ("",)
        case "tab":
            lines[k] = "\t" + lines[k]
            said = (f"{k + 1}:1", "tab")
        case "alias":
            lines[k] = lines[k].split(":")[0] + ": *it\n"
            said = ("",)
        case "nested":
            lines[k] = lines[k].split(":")[0] + ": " + "[" * 21 + "]" * 21 + "\n"
            said = ("",)
        case _:
            lines[k] = lines[k].split(":")[0] + ": !what 1\n"
            said = ("",)
    return Wrong(f"{how} {name}", "".join(lines).encode(), (said,))


def all_drawn(count: int = 60) -> list[Wrong]:
    """As many as are wanted, always the same."""
    return [drawn(seed) for seed in range(count)]
