"""Foreign exchange: when money ran short, how much, and what was earned, paid and held, period by period."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from autarky.explanation.losses import Array
from autarky.explanation.timeline import MOST_COLUMNS, PERIODS
from autarky.explanation.wording import count, date_words, percent, whole
from autarky.results import SimulationResult

FLOWS = (
    ("export_earnings", "earned by exports"),
    ("unrecorded_finance", "unrecorded finance"),
    ("debt_service", "debt service"),
    ("import_payments", "paid for imports"),
)
"""Flows of foreign exchange, and what they are called."""


@dataclass(frozen=True, eq=False)
class ForeignExchange:
    """What a run earned, paid and held, in the table's unit. Arrays have an entry for each period."""

    period: str
    """What a period is called: ``day``, ``week`` …"""
    starts: tuple[datetime.date, ...]
    flows: dict[str, Array]
    """Name → sum over each period, read-only."""
    reserves: Array
    """On the last evening of each period, read-only."""
    bound: Array
    """Days of each period on which imports were left out for want of money."""
    paid_share: dict[str, float]
    """Imported product → share, over the run, of what gates would have delivered that was paid for: products
    that went short, lowest first."""
    arrears: float
    """Due to creditors abroad and not paid by the end."""
    first: datetime.date | None
    """First day on which money bound."""
    finding: str
    """All of it in a sentence or three."""


def foreign_exchange(result: SimulationResult) -> ForeignExchange | None:
    """What a run earned, paid and held; None where it did not count foreign exchange."""
    data = result.data
    if "import_payments" not in data:
        return None
    dates = data["day"].values.astype("datetime64[D]").astype(object)
    length, period = next(
        (
            (length, period)
            for length, period in PERIODS
            if len(dates) <= (62 if length == 1 else MOST_COLUMNS * length)
        ),
        PERIODS[-1],
    )
    first = np.arange(0, len(dates), length)

    def summed(name: str) -> Array:
        sums = np.add.reduceat(np.asarray(data[name].values, dtype=np.float64), first)
        sums.flags.writeable = False
        return np.asarray(sums)

    last = np.minimum(first + length, len(dates)) - 1
    reserves = np.asarray(data["reserves"].values[last])
    reserves.flags.writeable = False
    bound = data["money_bound"].values != 0
    when = int(np.argmax(bound)) if bound.any() else None
    short = _paid_share(result)
    return ForeignExchange(
        period=period,
        starts=tuple(dates[first]),
        flows={name: summed(name) for name, _ in FLOWS},
        reserves=reserves,
        bound=summed("money_bound"),
        paid_share=short,
        arrears=float(data["arrears"].values[-1]),
        first=None if when is None else dates[when],
        finding=_finding(result, when, dates, short),
    )


def _paid_share(result: SimulationResult) -> dict[str, float]:
    """By product: delivered, over what would have been delivered with money enough."""
    data = result.data
    delivered, share = data["gate_delivery"].values, data["import_paid_share"].values
    # Of what was not paid at all nothing tells how much it would have been: the base year stands for it.
    wanted = np.where(
        share > 0, delivered / np.where(share > 0, share, 1.0), data["gate_delivery_base"].values
    )
    names = data["gate_product"].values
    shares = {
        str(name): float(delivered[:, names == name].sum() / total)
        for name in dict.fromkeys(names)
        if (total := wanted[:, names == name].sum()) > 0
    }
    return {name: part for name, part in sorted(shares.items(), key=lambda item: item[1]) if part < 0.995}


def _finding(
    result: SimulationResult,
    when: int | None,
    dates: np.ndarray[tuple[int], np.dtype[np.object_]],
    short: dict[str, float],
) -> str:
    data = result.data
    unit = str(result.record.economy["unit"])
    base = float(data["import_payments_base"])
    held = f"Reserves are {whole(float(data['reserves'].values[-1]))} {unit} on the last evening."
    owed = float(data["arrears"].values[-1])
    if owed > 1e-6 * base:
        held += f" {whole(owed)} {unit} of debt service are in arrears."
    if when is None:
        return f"On no day are imports short for want of foreign exchange. {held}"
    bound = data["money_bound"].values != 0
    paid = float(data["import_payments"].values[bound].mean())
    told = (
        f"Money binds from {date_words(dates[when])} on, on {count(int(bound.sum()), 'day')} of "
        f"{len(bound):,}: on these, imports cost {percent(paid / base)} of what they cost in the base year."
    )
    if short:
        product, part = next(iter(short.items()))
        name = result.labels.get(product, product)
        told += f" Least is paid of {name}: {percent(part)} of what would have come over the run."
    return f"{told} {held}"
