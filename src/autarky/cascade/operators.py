"""Operators: a firm network as the shares along which losses travel, built once for all its cascades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.cascade.kernels import HEADER
from autarky.cascade.rules import Rules
from autarky.errors import InputError, Problem
from autarky.firm_network import FirmNetwork, Level

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.uint32]
Records = npt.NDArray[np.void]

ROW = np.dtype(
    [("up", np.uint32), ("down", np.uint32), ("kind", np.int32), ("head", np.uint32), ("sold", np.float64)]
)
UP = np.dtype([("head", np.uint32), ("share", np.float64)])
DOWN = np.dtype([("head", np.uint32), ("slot", np.uint32), ("share", np.float64)])


class Operators(NamedTuple):
    """Shares along which losses travel: read-only arrays, each of which may be a memory map.

    A **slot** is what a buyer cannot do without: all its suppliers of one essential kind, or all its
    important (``LINEAR``) suppliers of any kind. Every link stands twice, so that losses can be gathered
    (all of a node's neighbours) as well as spread (from a node whose loss has grown).

    A worker keeps what a cascade has done to a node in one block: ``HEADER`` numbers and one per slot, so
    that a spread link touches one line of memory. Places in these blocks stand in ``ups`` and ``downs``.
    """

    rules: Rules
    kind: npt.NDArray[np.int32]
    """(n,) position of what a node makes."""
    sold: Floats
    """(n,) sales to firms, currency / year."""
    market: Floats
    """(K,) sales of all suppliers of a kind to firms, currency / year."""
    customer_first: Integers
    """(n + 1,) first customer of each supplier."""
    customer: Nodes
    """(m,) who buys."""
    customer_share: Floats
    """(m,) sales over the supplier's output, or over all its sales."""
    slot_first: Integers
    """(n + 1,) first slot of each buyer."""
    input_first: Integers
    """(slots + 1,) first input of each slot."""
    input: Nodes
    """(d,) who supplies."""
    input_share: Floats
    """(d,) of an essential kind: share in the buyer's purchases of it; otherwise: in all its purchases."""
    rows: Records
    """(n + 1,) ``ROW``: where a node's links begin in ``ups`` and ``downs``, and what it sells."""
    ups: Records
    """(m,) ``UP``, buyer after buyer: the block of the supplier, and the share of its output."""
    downs: Records
    """(d,) ``DOWN``, supplier after supplier: the block of the buyer, the slot in it, and the share."""


def build_operators(network: FirmNetwork, rules: Rules | None = None) -> Operators:
    """The shares ``U`` and ``L`` of Diem et al. (2022) for the links of a network.

    Suppliers abroad are nodes like any other: their sales count in the market of their kind, so that they
    stand in for firms at home, and firms at home for them.

    Parameters
    ----------
    network : FirmNetwork
        ``n`` nodes and ``m`` links.
    rules : Rules, optional
        The usual ones if left out.

    References
    ----------
    Diem, Borsos, Reisch, Kertész, Thurner (2022), Sci. Rep. 12:7719, methods.
    """
    rules = rules or Rules()
    n, kinds = len(network), len(network.kinds)
    kind, sold = network.nodes.kind, network.sold
    supplier, buyer, sales = network.supplier, network.buyer, network.sales
    whole = network.nodes.output if rules.denominator == "output" else sold
    customer_share = sales / whole[supplier]

    depends, key = _dependences(network, rules)
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    input_first = np.append(begins, len(key))
    slots = len(begins)
    slot = np.repeat(np.arange(slots, dtype=np.uint32), np.diff(input_first))
    slot_first = np.concatenate([[0], np.cumsum(np.bincount(key[begins] // (kinds + 1), minlength=n))])
    of_slot = np.bincount(slot, weights=sales[depends], minlength=slots)
    linear = key[begins] % (kinds + 1) == kinds
    of_slot[linear] = network.bought[key[begins] // (kinds + 1)][linear]
    input_share = sales[depends] / of_slot[slot]
    del key, begins, of_slot, linear

    head = (HEADER * np.arange(n) + slot_first[:-1]).astype(np.uint32)
    by_buyer = np.argsort(buyer, kind="stable")
    ups = np.empty(len(buyer), dtype=UP)
    ups["head"], ups["share"] = head[supplier[by_buyer]], customer_share[by_buyer]
    del by_buyer
    sellers, buyers = supplier[depends], buyer[depends]
    by_seller = np.argsort(sellers, kind="stable")
    downs = np.empty(len(depends), dtype=DOWN)
    downs["head"] = head[buyers[by_seller]]
    downs["slot"] = (slot + HEADER * (buyers.astype(np.int64) + 1))[by_seller]
    downs["share"] = input_share[by_seller]
    rows = np.zeros(n + 1, dtype=ROW)
    rows["up"][1:] = np.cumsum(np.bincount(buyer, minlength=n))
    rows["down"][1:] = np.cumsum(np.bincount(sellers, minlength=n))
    rows["kind"][:n], rows["sold"][:n] = kind, sold
    rows["head"] = HEADER * np.arange(n + 1) + slot_first
    operators = Operators(
        rules=rules,
        kind=kind,
        sold=sold,
        market=np.bincount(kind, weights=sold, minlength=kinds).astype(np.float64),
        customer_first=network.first,
        customer=buyer,
        customer_share=customer_share,
        slot_first=slot_first.astype(np.int64),
        input_first=input_first.astype(np.int64),
        input=sellers,
        input_share=input_share,
        rows=rows,
        ups=ups,
        downs=downs,
    )
    for array in operators[1:]:
        array.flags.writeable = False
    return operators


def _dependences(network: FirmNetwork, rules: Rules) -> tuple[Integers, Integers]:
    """(d,) links whose lack is felt, slot after slot, and a number for the slot of each.

    It tells the buyer, and within the buyer the kind; important inputs of any kind are one bundle, behind the
    essential kinds.
    """
    kind, kinds, sales = network.nodes.kind, len(network.kinds), network.sales
    supplier, buyer = network.supplier, network.buyer
    level = network.essentiality[kind[supplier], kind[buyer]]
    depends = np.flatnonzero(level != Level.NO_EFFECT)
    key = np.where(level[depends] == Level.ESSENTIAL, kind[supplier[depends]], kinds).astype(np.int64)
    key += buyer[depends].astype(np.int64) * (kinds + 1)
    order = np.argsort(key, kind="stable")
    key, depends = key[order], depends[order]
    if rules.negligible_share == 0 or not len(key):
        return depends, key
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    least = rules.negligible_share * network.nodes.output[key[begins] // (kinds + 1)]
    binds = (np.add.reduceat(sales[depends], begins) > least) | (key[begins] % (kinds + 1) == kinds)
    binds = np.repeat(binds, np.diff(np.append(begins, len(key))))
    return depends[binds], key[binds]


def weights_of(network: FirmNetwork, names: Sequence[str]) -> Floats:
    """What a loss is counted in, (w, n): output, value added (currency / year) or jobs (persons) at home.

    Suppliers abroad weigh nothing: what they lose is no loss to the economy at home.

    Raises
    ------
    InputError
        If a name is unknown, or a weight is 0 in the whole network.
    """
    known: dict[str, Any] = {
        "output": network.nodes.output,
        "value_added": network.nodes.value_added,
        "jobs": network.nodes.jobs,
    }
    problems = []
    for name in names:
        if name not in known:
            problems.append(Problem(f"weight {name}", "is unknown", f"give some of {', '.join(known)}"))
        elif not known[name][: network.firms].sum() > 0:
            problems.append(Problem(f"weight {name}", f"{network.name} has none of it", "leave it out"))
    if problems:
        raise InputError(problems)
    return np.array([known[name] * ~network.is_foreign for name in names])
