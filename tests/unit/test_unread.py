"""Unread: what no run of a study reads is told; what an alternative, a change or a draw reads is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from autarky.errors import ScenarioError
from autarky.study_file import study_from_bytes

STUDY = """\
version: 1
title: Two rules
economy: {embedded: north-korea-2019}
scenario:
  start: 2020-01-01
  days: 30
  shocks:
    - {kind: institution_change, from: 2020-01-05, cause: reform, rationing: priority}
  behaviour:
    inventory_days: 10
    priority: [[households]]
alternatives:
  no reform: {without: [reform]}
  other stocks: {behaviour: {inventory_days: 5}}
uncertainty:
  parameters:
    - {name: stocks, source: assumption, sets: behaviour.inventory_days.default, distribution: {kind: uniform, low: 5, high: 9}}
"""  # noqa: E501
BIDS = "allocation: {willingness_to_pay: {households: 2}}"
SIGMA = "elasticities: {between: {short: 0.5}}"
HERE = "    inventory_days: 10\n"
CHANGE = "rationing: priority}"
OTHER = "{behaviour: {inventory_days: 5}}"
STOCKS = "behaviour.inventory_days.default, distribution: {kind: uniform, low: 5, high: 9}"


def told(*changes: tuple[str, str]) -> list[str]:
    text = STUDY
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    try:
        study_from_bytes(text.encode(), Path("mine.yaml"))
    except ScenarioError as error:
        return [str(problem) for problem in error.problems]
    return []


def either(name: str, one: str, other: str) -> str:
    options = f"[{{value: {one}, source: a}}, {{value: {other}, source: a}}]"
    return f"behaviour.{name}, distribution: {{kind: each, of: {options}}}"


NOBODY = {
    "bids": (HERE, f"{HERE}    {BIDS}\n"),
    "bids after the change": (CHANGE, f"rationing: priority, {BIDS}}}"),
    "bids of an alternative": (OTHER, f"{{behaviour: {{{BIDS}}}}}"),
    "bids of its change": (OTHER, f"{{shocks: [{{kind: institution_change, from: 2020-01-09, {BIDS}}}]}}"),
    "elasticities": (HERE, f"{HERE}    {SIGMA}\n"),
    "elasticities of an alternative": (OTHER, f"{{behaviour: {{{SIGMA}}}}}"),
}


@pytest.mark.parametrize("name", NOBODY)
def test_what_nobody_reads_is_told_once_at_its_place(name: str) -> None:
    old, new = NOBODY[name]
    what = "willingness_to_pay" if BIDS in new else "elasticities"
    (problem,) = told((old, new))
    before, _, after = STUDY.replace(old, new).partition(f"{what}: ")
    assert after, what
    place = f"{before.count(chr(10)) + 1}:{len(before.splitlines()[-1]) + len(what) + 3}"
    assert problem.startswith(f"mine.yaml:{place}: {what} ")


BASE_BIDS, BASE_SIGMA = (HERE, f"{HERE}    {BIDS}\n"), (HERE, f"{HERE}    {SIGMA}\n")
SOMEBODY = {
    "the rule": ((HERE, f"{HERE}    rationing: market\n    {BIDS}\n"),),
    "the rule of a product": (
        (HERE, f"{HERE}    {BIDS[:-1]}, by_product: {{coal: mixed}}, plan_share: 0.5}}\n"),
    ),
    "a seller": (
        (HERE, f"{HERE}    {BIDS[:-1]}, ownership: {{private: {{share: 0.1, rationing: market}}}}}}\n"),
    ),
    "the change": (BASE_BIDS, (CHANGE, "rationing: market}")),
    "the change with details of its own": ((CHANGE, f"rationing: market, {BIDS}}}"),),
    "a market that the change finds": (
        (CHANGE, f"{BIDS}}}"),
        (HERE, f"{HERE}    rationing: market\n"),
    ),
    "an alternative": (BASE_BIDS, (OTHER, "{behaviour: {rationing: market}}")),
    "a draw": (BASE_BIDS, (STOCKS, either("rationing", "priority", "market"))),
    "production": ((HERE, f"{HERE}    production: ces\n    {SIGMA}\n"),),
    "production of an alternative": (BASE_SIGMA, (OTHER, "{behaviour: {production: ces}}")),
    "production that is drawn": (BASE_SIGMA, (STOCKS, either("production", "critical", "ces"))),
    "the study, if not its alternative": (
        (HERE, f"{HERE}    production: ces\n    {SIGMA}\n"),
        (OTHER, "{behaviour: {production: leontief}}"),
    ),
}


@pytest.mark.parametrize("name", SOMEBODY)
def test_what_somebody_reads_is_no_problem(name: str) -> None:
    assert told(*SOMEBODY[name]) == []
