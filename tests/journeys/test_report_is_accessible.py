"""The report before axe, in a real browser: no violation, light and dark, on a screen and on a telephone."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from autarky.explanation import answer, answer_of_draws
from autarky.explanation.answer import json_ready
from autarky.explanation.table_evidence import table_evidence
from autarky.report import render, render_ensemble
from autarky.report.beside import Beside
from autarky.sensitivity import analyse
from browser import browser, is_too_wide, needs_chromium, watched
from made_chains import chain, gate, tree
from made_ensembles import made_ensemble
from made_lifelines import countdown, lifelines
from made_plans import made_clash, made_plan
from made_results import national_result

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


def full_run(links: bool = False) -> str:
    draws = made_ensemble(60)
    findings = analyse(draws)
    beside = Beside(plan=made_plan(), draws=(answer_of_draws(draws, findings), findings))
    result = national_result()
    evidence = tuple(json_ready(one) for one in table_evidence("north-korea-2019"))
    result = replace(result, record=replace(result.record, evidence=evidence))
    return render(
        result,
        answer(result),
        chains=[chain(tree(4), gate(0.1))],
        lifelines=lifelines(12),
        countdown=countdown(8, 6),
        beside=beside,
        links=(lambda code: f"#why-{code}") if links else None,
    )


def full_ensemble() -> str:
    return render_ensemble(made_ensemble(100), beside=Beside(plan=made_clash(), lifelines=lifelines(12)))


CASES = [
    (full_run, "light", 1280),
    (lambda: full_run(links=True), "dark", 320),
    (full_ensemble, "dark", 1280),
    (full_ensemble, "light", 320),
]


@pytest.mark.parametrize(
    ("made", "scheme", "width"), CASES, ids=["run", "run with links", "ensemble", "narrow ensemble"]
)
def test_axe_finds_nothing_on_a_whole_page(
    made: Callable[[], str], scheme: str, width: int, chromium: Browser
) -> None:
    # The policy of the page lets no script in, and axe is one.
    with watched(chromium, width, color_scheme=scheme, bypass_csp=True) as watching:
        page = watching.page()
        page.set_content(made())
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert is_too_wide(page) == []
