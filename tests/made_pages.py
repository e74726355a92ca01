"""Made pages: a small one of each kind that has pictures, with any name in the place of every label."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from autarky.explanation import answer
from autarky.explanation.comparison import compare
from autarky.report import render, render_ensemble
from autarky.report.comparison import render_comparison
from autarky.report.firms import render_firms
from autarky.report.plan import render_plan
from made_chains import chain, gate, tree
from made_ensembles import made_ensemble
from made_firm_results import plant
from made_lifelines import countdown, lifelines
from made_plans import made_plan
from made_results import NATIONAL, national_result


def page_of_run(name: str = "") -> str:
    """A run with chains, stocks and imports to keep."""
    result = national_result(labels={code: f"{name}{code}" for code in NATIONAL})
    return render(
        result,
        answer(result),
        chains=[chain(tree(5), gate(0.1), name=name or "Mills")],
        lifelines=lifelines(20, name=name or "gate"),
        countdown=countdown(12, 8, name=name or "input"),
    )


def page_of_ensemble(name: str = "") -> str:
    """A hundred draws."""
    result = made_ensemble(100)
    return render_ensemble(
        dataclasses.replace(result, labels={code: f"{name}{code}" for code in result.labels})
    )


def page_of_plan(name: str = "") -> str:
    """A plan of several techniques."""
    plan = made_plan(**({"title": name} if name else {}))
    return render_plan(
        dataclasses.replace(
            plan, steps=tuple(dataclasses.replace(step, name=f"{name}{step.name}") for step in plan.steps)
        )
    )


def page_of_comparison(name: str = "") -> str:
    """Two runs side by side."""
    results = [national_result(labels={code: f"{name}{code}" for code in NATIONAL})] * 2
    return render_comparison(compare(name or "Two", results, (f"{name}a", f"{name}b"), ("", "")))


def page_of_firms(name: str = "") -> str:
    """An illustrative plant with its chain, its course and its sectors."""
    found = plant()
    nodes = tuple(dataclasses.replace(node, label=f"{name}{node.label}") for node in found.ranking.nodes)
    ranking = dataclasses.replace(found.ranking, nodes=nodes)
    return render_firms(dataclasses.replace(found, title=name or found.title, ranking=ranking))


PAGES: dict[str, Callable[..., str]] = {
    "run": page_of_run,
    "ensemble": page_of_ensemble,
    "plan": page_of_plan,
    "comparison": page_of_comparison,
    "firms": page_of_firms,
}
"""Kind → a page of it."""
