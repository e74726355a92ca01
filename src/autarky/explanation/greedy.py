"""Greedy: in which order to keep gates, found forwards from nothing kept and backwards from all kept.

A search is a generator: it asks for the worth of sets of gates and is sent what they are worth, so that
several searches go on in step and ask for one sweep together.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from autarky.explanation.gates import Pair, Trial

Search = Generator[list[int], list[Pair], list[int]]

NOT_MORE = 0.01
"""Gates are closed together if it costs at most so much of the loss more than closing each by itself."""


def in_step(trial: Trial, *searches: Search) -> list[list[int]]:
    """What the searches come to, each round's questions put in one sweep."""
    orders: list[list[int]] = [[] for _ in searches]
    asked = {k: next(search) for k, search in enumerate(searches)}
    while asked:
        worths = iter(trial.worth([kept for sets in asked.values() for kept in sets], "one by one"))
        answers = {k: [next(worths) for _ in sets] for k, sets in asked.items()}
        asked = {}
        for k, answer in answers.items():
            try:
                asked[k] = searches[k].send(answer)
            except StopIteration as end:
                orders[k] = end.value
    return orders


def forwards(trial: Trial, gates: Sequence[int], budget: float, most: int) -> Search:
    """From nothing kept, always the gate that averts most per weight, of those that the budget still lets in.

    Ties, as on a plateau where nothing averts anything: value added, then smaller imports, then the label.
    """
    order: list[int] = []
    kept, left = 0, list(gates)
    (now,) = yield [kept]
    while len(order) < most:
        left = [g for g in left if trial.share(kept | 1 << g) <= budget]
        if not left:
            break
        worths = dict(zip(left, (yield [kept | 1 << g for g in left]), strict=True))

        def rank(
            g: int, worths: dict[int, Pair] = worths, now: Pair = now
        ) -> tuple[float, float, float, int]:
            gain = trial.per_weight(g, _difference(worths[g], now))
            return -gain[0], -gain[1], trial.gates[g].share, g

        best = min(left, key=rank)
        order.append(best)
        left.remove(best)
        kept, now = kept | 1 << best, worths[best]
    return order


def backwards(trial: Trial, gates: Sequence[int], most: int) -> Search:
    """From these gates kept, closes what costs least per weight; the order is that of keeping, so reversed.

    While there are more than ``most`` several are closed at once: of the cheapest eighths up to a half, as
    many as cost together at most ``NOT_MORE`` above what they cost one by one. Substitutes, of which each
    alone costs nothing, thus are not closed together. Ties: value added, then larger imports, then the label.
    """
    closed: list[int] = []
    left = list(gates)
    (now,) = yield [_set(left)]
    while left:
        kept = _set(left)
        worths = dict(zip(left, (yield [kept & ~(1 << g) for g in left]), strict=True))

        def rank(
            g: int, worths: dict[int, Pair] = worths, now: Pair = now
        ) -> tuple[float, float, float, int]:
            return *trial.per_weight(g, _difference(now, worths[g])), -trial.gates[g].share, g

        left.sort(key=rank)
        size = 1
        if len(left) > most:
            eighth = max(1, len(left) // 8)
            sizes = sorted({min(part * eighth, len(left) - most) for part in (1, 2, 3, 4)})
            together = yield [_set(left[size:]) for size in sizes]
            apart = [sum(max(0.0, now[0] - worths[g][0]) for g in left[:size]) for size in sizes]
            bearable = [k for k in range(len(sizes)) if now[0] - together[k][0] <= apart[k] + NOT_MORE]
            k = max(bearable, default=0)
            size, now = sizes[k], together[k]
        else:
            now = worths[left[0]]
        closed += left[:size]
        left = left[size:]
    return closed[::-1]


def within(trial: Trial, order: Sequence[int], budget: float, most: int) -> list[int]:
    """The gates of an order that a budget lets in, one after the other."""
    found: list[int] = []
    kept = 0
    for g in order:
        if len(found) < most and trial.share(kept | 1 << g) <= budget:
            found.append(g)
            kept |= 1 << g
    return found


def _set(gates: Sequence[int]) -> int:
    return sum(1 << g for g in gates)


def _difference(more: Pair, less: Pair) -> Pair:
    return more[0] - less[0], more[1] - less[1]
