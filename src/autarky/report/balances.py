"""Balances on the page: a table for each product, from where it comes and whereto it goes, by year."""

from __future__ import annotations

from collections.abc import Sequence

from autarky.explanation.wording import count, rounded
from autarky.report.document import section
from autarky.report.markup import Content, Markup, element
from autarky.report.tables import folded, table
from autarky.results.plan import Balance, PlanResult

MOST_FLOWS = 8
"""Flows of a balance that have a row of their own."""


def balances_section(result: PlanResult, most: int) -> Markup:
    """The balances of the first ``most`` products, each folded under its name."""
    by_product: dict[str, list[Balance]] = {}
    for one in result.balances:
        by_product.setdefault(one.product, []).append(one)
    shown = list(by_product)[:most]
    left = len(by_product) - len(shown)
    return section(
        "balances",
        "Where everything comes from and goes",
        element(
            "p",
            "For each product and year: what comes, less what goes, is what nobody takes. It is never below "
            "zero; it is the plan's own arithmetic, to the digits shown.",
        ),
        [folded(product, _balance_table(product, by_product[product], result)) for product in shown],
        element("p", f"{count(left, 'more product')} in what the command prints with --json.", class_="note")
        if left
        else None,
    )


def _balance_table(product: str, balances: Sequence[Balance], result: PlanResult) -> Markup:
    by_span = {one.span: one for one in balances}
    header = [f"{balances[0].unit}", *result.spans]
    rows: list[Sequence[Content]] = []
    for side, sign in (("comes", "+ "), ("goes", "− ")):
        flows = {span: dict(getattr(one, side)) for span, one in by_span.items()}
        size: dict[str, float] = {}
        for found in flows.values():
            for what, amount in found.items():
                size[what] = max(size.get(what, 0.0), abs(amount))
        order = sorted(size, key=lambda what: -size[what])
        named, rest = order[:MOST_FLOWS], order[MOST_FLOWS:]
        for what in named:
            cells = [_amount(flows.get(span, {}).get(what)) for span in result.spans]
            rows.append((f"{sign}{what}", *cells))
        if rest:
            cells = [
                _amount(sum(flows.get(span, {}).get(what, 0.0) for what in rest)) for span in result.spans
            ]
            rows.append((f"{sign}{len(rest):,} more", *cells))
    # What is left of large numbers that cancel is not told as an amount.
    cells = []
    for span in result.spans:
        one = by_span.get(span)
        whole = sum(amount for _, amount in one.comes) if one else 0.0
        cells.append(_amount(one.left_over if one and one.left_over > 1e-6 * whole else 0.0))
    rows.append((element("strong", "= left over"), *cells))
    return table(f"{product} by year", header, rows)


def _amount(value: float | None) -> str:
    return "–" if not value else rounded(value, 3)
