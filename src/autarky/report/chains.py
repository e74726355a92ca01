"""Chains: why an industry fell, from its loss back to the cut, as a tree with shares on its arrows."""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autarky.explanation.losses import Day
from autarky.explanation.why import Branch, Root, Why
from autarky.explanation.wording import count, date_words, listing, percent, rounded, shorten
from autarky.report.bars import inline_bar
from autarky.report.document import framed
from autarky.report.markup import Content, Markup, element
from autarky.report.svg import picture, text
from autarky.report.tables import folded, table

MOST_CHAINS = 3
"""Chains that are drawn; others are named."""
MOST_NODES = 12
"""Nodes of a picture, the industry itself among them."""
LEAST = 0.005
"""Share of the loss below which what is left out has no node."""
MOST_ROWS = 30
"""Branches of a table; all of them are in what the command prints with ``--json``."""
KINDS = {
    "input": "input",
    "supplier": "supplier",
    "gate": "import gate",
    "money": "foreign exchange",
    "capacity": "capacity",
    "orders": "orders",
    "stock": "stock",
    "circle": "circle",
    "smaller": "smaller",
}
"""What a branch is, as printed."""
ENDS = ("gate", "money", "capacity", "orders", "circle")
"""Where a chain ends."""
WIDTH, PITCH, BOX, THICK = 960.0, 52.0, 40.0, 16.0
"""Width of the picture, distance of its rows, height of a node, thickness of an arrow that carries all."""

Path = tuple[int, ...]


def drawn_chains(chains: Sequence[Why]) -> list[Content]:
    """The first chains, each drawn; the others by name; and the rule by which a loss is divided, once."""
    intro = (
        "Each picture reads from an industry down to what its loss goes back to; an arrow is as wide as the "
        "share of the loss that it carries, and the shares beside one another add to that above them."
    )
    drawn = [chain(f"chain-{k}", why) for k, why in enumerate(chains[:MOST_CHAINS])]
    others = [why.name for why in chains[MOST_CHAINS:]]
    left = f"Not drawn: {listing(others, len(others))}." if others else None
    rules = dict.fromkeys(f"How a loss is divided: {why.rule.rstrip('.')}." for why in chains)
    notes = [element("p", told, class_="note") for told in (*rules, left) if told]
    return [element("p", intro), *drawn, *notes]


def chain(ident: str, why: Why) -> Markup:
    """An industry's chain: in a sentence, as a picture, as a table, its roots, and what relief would do."""
    title = f"Why {why.name} falls: what its loss goes back to"
    content: list[Content] = [element("h3", why.name), element("p", _sentence(why))]
    if why.branches:
        content += [
            framed(_tree(ident, title, why), f"Chain of {why.name}"),
        ]
    if why.roots:
        content.append(_roots(why))
    if why.relieved:
        content.append(_relieved(why))
    if why.branches:
        content.append(folded("The chain as a table: every branch with its days and amounts", _twin(why)))
    return element("div", *content, class_="chain")


def _sentence(why: Why) -> str:
    return f"{why.sentence}. {_back_to(why.roots)}" if why.roots else f"{why.sentence}."


def _back_to(roots: Sequence[Root]) -> str:
    roots = [root for root in roots if root.share >= 0.01] or roots
    return f"The loss goes back to {listing([f'{root.name} ({percent(root.share)})' for root in roots])}."


@dataclass(frozen=True)
class _Row:
    """A row of the tree: a branch, its depth (the industry itself is 0), and how many go on unseen."""

    branch: Branch
    depth: int
    hidden: int


def _rows(branches: Sequence[Branch], most: int, least: float = 0.0) -> list[_Row]:
    """The tree's rows in the order of reading, largest first; those left out are one row of their parent.

    Branches are taken by their share, never a branch without the one it hangs on, while rows are at most
    ``most``. What is left out has no row where it is less than ``least`` of the loss.
    """
    chosen: set[Path] = set()
    waiting = _offered(branches, ())
    heapq.heapify(waiting)
    rows = list(_walk(branches, chosen, least))
    while waiting:
        # No two paths are the same: branches themselves are never compared.
        _, path, branch = heapq.heappop(waiting)
        wider = list(_walk(branches, chosen | {path}, least))
        if len(wider) > most:
            break
        chosen.add(path)
        rows = wider
        for deeper in _offered(branch.branches, path):
            heapq.heappush(waiting, deeper)
    return rows


def _offered(branches: Sequence[Branch], above: Path) -> list[tuple[float, Path, Branch]]:
    return [
        (-branch.share, (*above, k), branch) for k, branch in enumerate(branches) if branch.kind != "smaller"
    ]


def _walk(branches: Sequence[Branch], chosen: set[Path], least: float, above: Path = ()) -> Iterator[_Row]:
    depth = len(above) + 1
    order = sorted(range(len(branches)), key=lambda k: -branches[k].share)
    shown = [k for k in order if (*above, k) in chosen]
    hidden = [branches[k] for k in order if (*above, k) not in chosen]
    for k in shown:
        branch, path = branches[k], (*above, k)
        unseen = not any((*path, n) in chosen for n in range(len(branch.branches)))
        going_on = sum(deeper.kind != "smaller" for deeper in branch.branches)
        yield _Row(branch, depth, going_on if unseen else 0)
        yield from _walk(branch.branches, chosen, least, path)
    # A branch of which nothing is shown says so itself: it needs no row that says the same.
    if hidden and (shown or depth == 1) and sum(branch.share for branch in hidden) >= least:
        yield _Row(_merged(hidden), depth, 0)


def _merged(hidden: Sequence[Branch]) -> Branch:
    if len(hidden) == 1 and hidden[0].kind == "smaller":
        return hidden[0]
    return replace(
        hidden[0],
        kind="smaller",
        name="smaller branches",
        code="",
        share=sum(branch.share for branch in hidden),
        first=None,
        stock_days=None,
        short=None,
        of=None,
        why="",
        branches=(),
    )


def _tree(ident: str, title: str, why: Why) -> Markup:
    """Rows under one another, each further in than what it feeds; an arrow is as wide as its share."""
    rows = _rows(why.branches, MOST_NODES - 1, LEAST)
    deepest = max((row.depth for row in rows), default=1)
    indent = max(min(76.0, 560 / deepest), 56.0)
    top = 2.0
    lefts = [0.0, *(indent * row.depth for row in rows)]
    middles = [top + BOX / 2 + PITCH * k for k in range(len(rows) + 1)]
    parents = _parents(rows)
    arrows: list[Markup] = []
    percents: list[Markup] = []
    for parent in sorted(set(parents)):
        # The last child's lane is the leftmost: no arrow crosses another.
        x = lane = lefts[parent] + 12
        for child in sorted((k for k, above in enumerate(parents, start=1) if above == parent), reverse=True):
            share = rows[child - 1].branch.share
            thick = max(THICK * share, 1.2)
            centre = lane + thick / 2
            lane += thick
            foot = middles[parent] + BOX / 2 + 6
            arrows.append(
                element(
                    "path",
                    d=f"M{lefts[child]:.1f} {middles[child]:.1f}H{centre:.1f}V{foot:.1f}",
                    class_="flow",
                    stroke_width=thick,
                )
            )
            percents.append(
                text(lefts[child] - 4, middles[child] - thick / 2 - 3, percent(share), "tick", "end")
            )
        tip, wide = middles[parent] + BOX / 2 - 1, lane - x
        arrows.append(
            element(
                "path", d=f"M{x - 4:.1f} {tip + 8:.1f}h{wide + 8:.1f}l-{wide / 2 + 4:.1f}-8z", class_="tip"
            )
        )
    nodes = [node(0, middles[0], "root", why.name, _root_note(why))]
    nodes += [
        node(left, middle, _style(row), row.branch.name, _note(row, why))
        for row, left, middle in zip(rows, lefts[1:], middles[1:], strict=True)
    ]
    height = middles[-1] + BOX / 2 + 2
    finding = f"{_sentence(why)} {_largest(rows)}"
    return picture(ident, WIDTH, height, title, finding, arrows, percents, nodes, class_="heatmap")


def _parents(rows: Sequence[_Row]) -> list[int]:
    """Row of what each row hangs on; 0 is the industry itself, row k is at k + 1."""
    above = {0: 0}
    parents = []
    for k, row in enumerate(rows, start=1):
        parents.append(above[row.depth - 1])
        above[row.depth] = k
    return parents


def _largest(rows: Sequence[_Row]) -> str:
    if not rows:
        return "No branch of it is large enough to be drawn."
    return f"{percent(rows[0].branch.share)} of it flows along {rows[0].branch.name}."


def _style(row: _Row) -> str:
    if row.branch.kind == "smaller":
        return "small"
    return "end" if row.branch.kind in ENDS else "via"


def node(x: float, y: float, style: str, name: str, note: str) -> Markup:
    """A box from ``x`` on with its middle at ``y``; style: ``root``, ``via``, ``end`` or ``small``."""
    room = WIDTH - x - 24
    heading, below = shorten(name, int(room / 7.4)), shorten(note, int(room / 6))
    width = min(max(len(heading) * 7.4, len(below) * 6.1) + 24, WIDTH - x - 1)
    return element(
        "g",
        element("rect", x=x + 0.5, y=y - BOX / 2, width=width, height=BOX, rx=3, class_=f"node n-{style}"),
        element("rect", x=x + 0.5, y=y - BOX / 2, width=5, height=BOX, class_=f"edge e-{style}"),
        text(x + 14, y - 4 if below else y + 4, heading, "name"),
        text(x + 14, y + 13, below, "tick") if below else None,
    )


def _root_note(why: Why) -> str:
    return (
        f"below {percent(why.level)} from {_day(why.day)} · loses {percent(why.lost_share)} of base, day "
        f"{_number(why.window[0])} to {_number(why.window[1])}"
    )


def _note(row: _Row, why: Why) -> str:
    branch = row.branch
    said = [KINDS.get(branch.kind, branch.kind)] if branch.kind != "smaller" else []
    if branch.first is not None:
        said.append(f"short from day {_number(branch.first)}")
    if branch.stock_days is not None:
        said.append(f"stock lasted {_days(branch.stock_days)}")
    if branch.short is not None and branch.of:
        said.append(f"{percent(branch.short / branch.of)} missing")
    if branch.why:
        said.append(branch.why)
    if row.hidden:
        said.append(f"goes on in the table ({count(row.hidden, 'branch', 'branches')})")
    return " · ".join(said)


def _twin(why: Why) -> list[Content]:
    rows = _rows(why.branches, MOST_ROWS)
    listed = [
        (
            f"{'← ' * row.depth}{row.branch.name}",
            KINDS.get(row.branch.kind, row.branch.kind),
            percent(row.branch.share),
            _day(row.branch.first) if row.branch.first else "–",
            "–" if row.branch.stock_days is None else rounded(row.branch.stock_days, 3),
            "–" if row.branch.short is None else rounded(row.branch.short, 3),
            "–" if row.branch.of is None else rounded(row.branch.of, 3),
            row.branch.why or "–",
        )
        for row in rows
    ]
    header = (
        "branch",
        "what it is",
        "share of the loss",
        "first day short",
        "stock lasted, days",
        f"missing, {why.unit}",
        f"of base, {why.unit}",
        "why",
    )
    left = _size(why.branches) - _size_of(rows)
    shown = table(f"{why.name}: branches of its loss", header, listed)
    if left <= 0:
        return [shown]
    said = f"{count(left, 'smaller branch', 'smaller branches')} more: "
    return [
        shown,
        element("p", said, element("code", f"autarky why RUN {why.industry} --json"), class_="note"),
    ]


def _size(branches: Sequence[Branch]) -> int:
    return sum(1 + _size(branch.branches) for branch in branches if branch.kind != "smaller")


def _size_of(rows: Sequence[_Row]) -> int:
    return sum(row.branch.kind != "smaller" for row in rows)


def _roots(why: Why) -> Markup:
    rows = [
        (
            root.name,
            [inline_bar(root.share), percent(root.share)],
            "" if root.averts is None else percent(root.averts),
            KINDS.get(root.kind, root.kind),
        )
        for root in why.roots[:MOST_NODES]
        if root.share >= 0.001
    ]
    header = ("root", "share of the loss", "kept alone, averts of it", "what it is")
    return table(f"{why.name}: goes back to", header, rows)


def _relieved(why: Why) -> Markup:
    rows = [
        (
            relieved.input,
            percent(relieved.lost_share),
            _day(relieved.day) if relieved.day else "never",
            relieved.then or "nothing",
        )
        for relieved in why.relieved
    ]
    header = (
        "had this not run out",
        f"it would lose (as it is: {percent(why.lost_share)} of base)",
        f"and fall below {percent(why.level)}",
        "then it would be held back by",
    )
    return table(f"{why.name}: what relief would do", header, rows)


def _days(number: float) -> str:
    return f"{rounded(number, 3)} {'day' if rounded(number, 3) == '1' else 'days'}"


def _day(day: Day) -> str:
    return f"day {_number(day)}, {date_words(datetime.date.fromisoformat(day.date))}"


def _number(day: Day) -> str:
    return f"{day.number:,}".replace("-", "−")
