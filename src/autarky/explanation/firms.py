"""Firms in words: what a cut costs on firms and on sectors, who is systemic, who falls first and why."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from autarky.explanation import spread
from autarky.explanation.answer import printed
from autarky.explanation.wording import count, date_words, listing, percent, plain, rounded
from autarky.results import FALLS
from autarky.results.firms import (
    ChainStep,
    CutLoss,
    FirmDays,
    FirmResult,
    NetworkFacts,
    RankedNode,
    Spread,
)

WEIGHTS = {"output": "output", "value_added": "value added", "jobs": "jobs"}
"""What a loss is counted in, as printed."""
CAPACITY, ORDERS = "capacity", "demand"
"""What a firm of a chain was bound by, where it was no input."""
IN_DRAW = ", in the first of the draws"
"""Beside a chain of drawn firms, which other draws do not have."""
MOST_FIRST = 5
"""Firms that fell first, as printed."""
MOST_ABROAD = 8
"""Suppliers abroad beyond the first nodes, as printed."""
MOST_SECTORS = 8
"""Sectors of the printed comparison with the sector result."""


def sentences(result: FirmResult) -> tuple[tuple[str, str], ...]:
    """The answer as (lead, sentences): what was not asked for has none."""
    told = []
    if result.cut is not None:
        told.append(("The cut", cut_sentence(result.cut, result.ranking.weights)))
    if (error := error_sentence(result)) is not None:
        told.append(("Firms or sectors", error))
    told.append(("Most systemic", _systemic(result)))
    if result.days is not None:
        told.append(("When and why", _when(result.days, result.network)))
    told.append(("How sure", _how_sure(result)))
    return tuple(told)


def text(result: FirmResult, width: int = 100) -> str:
    """The printed answer, ``width`` columns wide: the answer, then ranking, sectors and chains."""
    facts = result.network
    lines = [("", f"{result.title} · {name_words(facts)}"), ("", network_sentence(facts))]
    lines += [(lead.upper(), told) for lead, told in sentences(result)]
    weight = weight_words(result.ranking.weights[0])
    lines += [("IF IT FAILS", node_sentence(node, weight)) for node in result.ranking.nodes]
    ranked = len(result.ranking.nodes)
    beyond = result.ranking.first(ranked, len(result.ranking.foreign))[ranked:]
    farther = [node for node in beyond if node.loss[0].high > 0]
    lines += [("AND ABROAD", node_sentence(node, weight)) for node in farther[:MOST_ABROAD]]
    if len(farther) > MOST_ABROAD:
        lines.append(("", f"and {len(farther) - MOST_ABROAD:,} more suppliers abroad"))
    if result.cut is not None:
        worst = sorted(result.cut.sectors, key=lambda one: -_least(one.by_firms.middle))
        lines += [
            (
                "BY SECTOR",
                f"{one.name}: by firms {loss_words(one.by_firms)}, as one firm {loss_words(one.by_sector)}",
            )
            for one in worst[:MOST_SECTORS]
        ]
        if len(worst) > MOST_SECTORS:
            lines.append(("", f"and {count(len(worst) - MOST_SECTORS, 'more sector')}"))
    for chain in result.days.chains if result.days is not None else ():
        loses = f"{chain.label} {lost_words(chain.lost)}"
        lines.append(("WHY", f"{loses}{IN_DRAW if facts.draws > 1 else ''}"))
        lines += [("", f"← {step_sentence(step)}") for step in chain.steps]
    noted = (*facts.notes, *(result.cut.notes if result.cut is not None else ()))
    noted += result.days.notes if result.days is not None else ()
    lines += [("RULES", f"{name}: {value}") for name, value in result.rules]
    lines += [("NOTE", note) for note in noted]
    return printed([(lead, plain(words)) for lead, words in lines], max(width, 40))


def name_words(facts: NetworkFacts) -> str:
    """What the network is called, with its year."""
    return facts.name if str(facts.year) in facts.name else f"{facts.name} {facts.year}"


def network_sentence(facts: NetworkFacts) -> str:
    """How large the network is, where it comes from, and what of it is not firm by firm."""
    told = (
        f"{count(facts.firms, 'firm')}, {count(facts.foreign_suppliers, 'supplier')} abroad, "
        f"{count(facts.links, 'link')}; {percent(facts.final_share)} of output goes to final users, and "
        f"{percent(facts.residual_share)} is made by rest-of-sector firms"
    )
    return f"{told}; {_origin(facts)}"


def cut_sentence(cut: CutLoss, weights: Sequence[str]) -> str:
    """What the cut costs at once, where it strikes and by what follows."""
    first, *others = (weight_words(weight) for weight in weights)
    told = (
        f"If {cut.sentence}, {loss_words(cut.loss[0])} of {first} is lost once all has followed, with "
        f"nothing in stock: {loss_words(cut.direct)} where it strikes; through lack of inputs alone "
        f"{loss_words(cut.downstream)}, through lack of buyers alone {loss_words(cut.upstream)}."
    )
    if others:
        also = [f"{loss_words(loss)} of {weight}" for weight, loss in zip(others, cut.loss[1:], strict=True)]
        told += f" Lost too: {listing(also)}."
    return told


def error_sentence(result: FirmResult) -> str | None:
    """What the sector result errs by, at once and day by day; None where nothing is cut."""
    told = []
    if (cut := result.cut) is not None:
        told.append(
            f"With every sector as one firm the cut costs {loss_words(cut.by_sector[0])} of "
            f"{weight_words(result.ranking.weights[0])}, by firms {loss_words(cut.loss[0])}: aggregation "
            f"error {error_words(cut.error)} of the firm result."
        )
    if (days := result.days) is not None:
        told.append(
            f"Day by day the sectors lose {percent(days.gdp_lost_by_sector)} of value added, the firms "
            f"{loss_words(days.gdp_lost)}: aggregation error {error_words(days.error)}."
        )
    return " ".join(told) or None


def node_sentence(node: RankedNode, weight: str) -> str:
    """A ranked node as one line: its place, what its failure costs, and what it makes itself."""
    own = "imports of" if node.is_foreign else "of which itself"
    base = f"{percent(node.output_share)} of output" if node.is_foreign else percent(node.output_share)
    return f"{placed_label(node)}: {loss_words(node.loss[0])} of {weight}; {own} {base}"


def placed_label(node: RankedNode) -> str:
    """``3. Anchor mill``; without a number where its place is not known."""
    return node.label if node.place is None else f"{node.place:,}. {node.label}"


def place_words(node: RankedNode, ranked: int) -> str:
    """Where a node stands, beside so many that are ranked."""
    return f"after the first {ranked:,}" if node.place is None else f"in place {node.place:,}"


def step_sentence(step: ChainStep) -> str:
    """A link of a because-chain as one line."""
    if step.day is None:
        return f"{step.label} {cut_words(step)}"
    told = (
        f"{step.label}: below {percent(FALLS)} from day {step.day:,} ({day_words(step.date)}), "
        f"{bound_words(step)}"
    )
    return "; ".join(filter(None, (told, share_words(step))))


def cut_words(step: ChainStep) -> str:
    """What the cut leaves where a chain ends."""
    return f"is cut: on {day_words(step.date)} it delivers {percent(step.output)} of base"


def bound_words(step: ChainStep) -> str:
    """What bound a firm: ``for want of Plastics (18.5 days in stock)``."""
    if step.bound_by == CAPACITY:
        return "its own capacity being lost"
    if step.bound_by == ORDERS:
        return "for want of orders"
    stock = "" if step.stock_days is None else f" ({rounded(step.stock_days, 3)} days in stock)"
    return f"for want of {step.bound_by}{stock}"


def share_words(step: ChainStep) -> str:
    """What ties a firm of a chain to the next: a share of the input, or of its sales; empty at the end."""
    if step.share is None:
        return ""
    tied = "its output went to" if step.bound_by == ORDERS else "it came from"
    return f"{percent(step.share)} of {tied} the next"


def lost_words(lost: float) -> str:
    """What a firm lost over the run as a share of its output, or made more: a firm can gain by a cut."""
    told = percent(lost)
    more = told.removeprefix("−")
    return f"loses {told} of its output over the run" if more == told else f"makes {more} more over the run"


def loss_words(figure: Spread) -> str:
    """``3.2 % (2.8 to 3.6 %)``; of one network ``3.2 %``."""
    return spread.losses((figure.low, figure.middle, figure.middle, figure.middle, figure.high))


def error_words(figure: Spread) -> str:
    """``−24 % (−36 to −5 %)``: a signed share, its sign kept."""
    return spread.changes((-figure.low, -figure.middle, -figure.middle, -figure.middle, -figure.high))


def weight_words(weight: str) -> str:
    """A weight as printed."""
    return WEIGHTS.get(weight, weight.replace("_", " "))


def day_words(date: str) -> str:
    """An ISO date as printed."""
    return date_words(datetime.date.fromisoformat(date))


def _origin(facts: NetworkFacts) -> str:
    if facts.is_synthetic:
        return (
            f"{count(facts.draws, 'draw')}: firms are drawn to add up to the table, and no real firm is meant"
        )
    if facts.is_illustrative:
        return "plants marked illustrative are examples, and no real one is meant"
    return "firms as they are recorded"


def _systemic(result: FirmResult) -> str:
    ranking = result.ranking
    weight = weight_words(ranking.weights[0])
    if not ranking.nodes:
        return "No firm and no supplier abroad was ranked."
    named = [f"{node.label}, {loss_words(node.loss[0])}" for node in ranking.nodes[:3]]
    told = f"What would cost most of {weight} if it alone failed: {listing(named)}."
    if ranking.foreign:
        first = ranking.foreign[0]
        among = sum(node.is_foreign for node in ranking.nodes)
        told += (
            f" The first supplier abroad is {first.label}, {place_words(first, len(ranking.nodes))}, with "
            f"{loss_words(first.loss[0])}; {among or 'none'} of the first "
            f"{len(ranking.nodes):,} {'are' if among > 1 else 'is'} abroad."
        )
    elif result.network.foreign_suppliers:
        told += " No supplier abroad was ranked."
    else:
        told += " There is no supplier abroad in this network."
    return told


def _when(days: FirmDays, facts: NetworkFacts) -> str:
    if not days.first:
        told = f"No firm falls below {percent(FALLS)} of base."
    else:
        named = [f"{label} on day {day:,}" for label, day in days.first]
        told = f"First to fall below {percent(FALLS)}: {listing(named, MOST_FIRST)}."
    if days.chains:
        told += f" {_capital(days.chains[0].sentence.rstrip('.'))}{IN_DRAW if facts.draws > 1 else ''}."
    return told


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _how_sure(result: FirmResult) -> str:
    facts, ranking = result.network, result.ranking
    if facts.is_synthetic:
        told = (
            f"{count(facts.draws, 'network')} were drawn that add up to the table; figures are medians, in "
            "brackets where nine tenths of the draws lie; no real firm is meant."
        )
    elif facts.is_illustrative:
        told = (
            "One network; plants marked illustrative are examples, so their numbers show how, not how much."
        )
    else:
        told = "One network, as it is recorded, so no figure has a range."
    return f"{told} {_ended(ranking.how)}"


def _ended(sentence: str) -> str:
    return f"{sentence.rstrip('.')}."


def _least(value: float) -> float:
    """For ordering: what has no number comes last."""
    return value if value == value else -1.0
