"""Opening: the rules of the day and the evening before the first one, from names to arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from autarky.results import Binding
from autarky.scenario import ProductionFunction
from autarky.simulation import kernels
from autarky.simulation.forcing import Forcing
from autarky.simulation.lanes import LINE_BYTES, lanes_of, lines
from autarky.simulation.network import Books, Network, keep_books
from autarky.simulation.presets import Parameters

Floats = npt.NDArray[np.float64]
T = TypeVar("T")

BLOCK = 30
"""Days between two looks at the progress bar and the keyboard, and for which the kernels have room."""

_PRODUCTION = {
    ProductionFunction.LEONTIEF: kernels.LEONTIEF,
    ProductionFunction.CRITICAL: kernels.CRITICAL,
    ProductionFunction.LINEAR: kernels.LINEAR,
    ProductionFunction.CES: kernels.CES,
}


def by_slot(network: Network, default: float, exceptions: dict[str, float]) -> Floats:
    """A number for each slot, (P,): the default, or the exception of its product, or of the slot itself."""
    return np.array(
        [exceptions.get(str(slot), exceptions.get(slot.product, default)) for slot in network.slots]
    )


def build_rules(
    network: Network, each: Sequence[Parameters], forcing: Forcing, precision: npt.DTypeLike = np.float64
) -> kernels.Rules:
    """Parameters of each scenario as the kernels read them; what shapes the day is taken from the first.

    ``each`` fills whole packs (``fill_packs``).
    """
    tables, preset = network.tables, each[0].preset
    step = 1.0 / each[0].behaviour.steps_per_day
    target = np.stack([_target_days(network, params, step) for params in each], axis=1)
    restocking = np.stack(
        [by_slot(network, params.preset.restocking_days, params.restocking_days) for params in each], axis=1
    )
    # A gap is reordered, and a stock used, over no less than a step.
    restocking = np.maximum(restocking, step)
    share = preset.reserve_share
    reserve = np.full_like(target, step) if share is None else share * target
    speed = np.array([1.0 / params.preset.substitution_days for params in each])
    # Without ceilings, ranks or moving orders a supplier treats all groups alike.
    apart = network.channels.ranked or len(forcing.ceilings.first) > 0
    apart |= bool(speed.any()) and bool((np.diff(tables.pool_start) > 1).any())
    moves = speed > 0.0

    def packed(values: Floats) -> kernels.Packs:
        return in_packs(values, precision)

    return kernels.Rules(
        production=_PRODUCTION[preset.production],
        orders_follow=int(preset.orders_follow),
        weigh_by_capacity=preset.weigh_by_capacity,
        stock_target=int(preset.stock_target),
        orders_shrink=preset.orders_shrink,
        half_of_normal=preset.half_of_normal,
        use_on_arrival=preset.use_on_arrival,
        restart_share=preset.restart_share,
        signed_scarcity=preset.signed_scarcity,
        scarcity_tolerance=preset.scarcity_tolerance,
        tolerance=1e-9 if np.dtype(precision) == np.float64 else 1e-6,
        overtime_first_step=preset.overtime_first_step,
        closeness_gates=preset.closeness_gates,
        ranked=network.channels.ranked,
        step=step,
        first_final=first_final(network),
        groups_apart=apart,
        inventory_days=packed(target),
        restocking_pace=packed(1.0 / restocking),
        negligible_share=packed(np.array([params.preset.negligible_share for params in each])),
        importance=packed(np.array([params.preset.importance for params in each])),
        reserve_days=packed(reserve),
        overtime_max=packed(np.array([params.preset.overtime_max for params in each])),
        overtime_days=packed(np.array([params.preset.overtime_days for params in each])),
        normal_capacity=packed(np.stack([_normal_capacity(network, params) for params in each], axis=-1)),
        # The step's need is ordered within the step; restocking already orders a part of it.
        urgent_pace=packed(np.maximum(0.0, 1.0 / step - 1.0 / restocking) * preset.need_is_urgent),
        substitution_pace=packed(np.minimum(1.0, speed * step)),
        split=packed(np.stack([moves | preset.weigh_by_capacity, moves]).astype(np.float64)),
    )


def fill_packs(each: Sequence[T], precision: npt.DTypeLike) -> list[T]:
    """What each scenario has; the last, repeated, fills the last pack, unread."""
    return [*each, *[each[-1]] * (-len(each) % lanes_of(precision))]


def in_packs(values: Floats, precision: npt.DTypeLike) -> kernels.Packs:
    """Numbers with scenarios on the last axis, (…, K), as packs, (…, B, W)."""
    lanes = lanes_of(precision)
    packs = lines((*values.shape[:-1], values.shape[-1] // lanes), precision)
    packs[:] = values.reshape(packs.shape)
    return packs


def first_final(network: Network) -> int:
    """Position of the first final user among the users."""
    return len(network.economy.industries)


def _target_days(network: Network, params: Parameters, step: float) -> Floats:
    """Days of use each slot likes to hold, (P,); what does not keep is held for the step of its use."""
    days = by_slot(network, params.preset.inventory_days, params.inventory_days)
    shortest = params.preset.shortest_inventory_days
    return np.where(days <= 1.0, shortest, days) if shortest > 0.0 else np.maximum(days, step)


def _normal_capacity(network: Network, params: Parameters) -> Floats:
    """Capacity of industries (base year / utilisation) and import gates (base year × (1 + spare)), (m,)."""
    n = len(network.economy.industries)
    capacity = network.tables.base_output.copy()
    capacity[:n] /= params.preset.utilisation
    capacity[n:] *= 1.0 + params.preset.import_spare
    return capacity


def opening_state(
    network: Network,
    books: Books,
    each: Sequence[Parameters],
    rules: kernels.Rules,
    forcing: Forcing,
    precision: npt.DTypeLike = np.float64,
    *,
    adapts: bool = False,
) -> kernels.State:
    """The evening before the first day: base-year output, stocks as declared, base-year orders.

    ``adapts``: some scenario changes techniques.
    """
    tables = network.tables
    m, B = len(tables.base_output), len(each) // lanes_of(precision)
    P, N = tables.base_use.shape
    G, F, R, L = (
        len(tables.group_is_final),
        N - rules.first_final,
        len(tables.row_supplier),
        len(books.link_row),
    )
    filled = [by_slot(network, params.preset.initial_stocks, params.initial_stocks) for params in each]
    stock = lines((P, B, N), precision)
    stock[:] = (in_packs(np.stack(filled, axis=1), precision) * rules.inventory_days)[:, :, None]
    base = tables.base_output[None, :, None]
    pays = any(params.behaviour.foreign_exchange is not None for params in each)
    elasticities = each[0].behaviour.elasticities if rules.production == kernels.CES else None
    classes = 0 if elasticities is None else 1 + len(elasticities.classes)

    def packs(*shape: int, value: float = 0.0) -> kernels.Packs:
        return lines(shape, precision, value)

    state = kernels.State(
        stock=stock,
        orders=packs(P, B, N, value=1.0),
        weight=packs(B, L, value=1.0),
        served=packs(B, L if len(forcing.pairs.destination) or rules.ranked else 0),
        deliver=packs(B, L, value=1.0),
        booked=packs(B, L),
        accepted=packs(B, L if len(forcing.pairs.destination) else 0),
        row_demand=packs(B, R),
        row_final=packs(B, R),
        call=packs(B, R),
        upto=packs(len(books.ranking), P, B, value=1.0),
        ceiling=packs(B, len(forcing.pairs.destination), value=np.inf),
        survive=packs(B, m, value=1.0),
        hands=packs(B, m, value=np.inf),
        overtime=packs(B, m, value=1.0),
        demand=packs(B, m),
        capacity=packs(B, m),
        possible=packs(B, m, value=np.inf),
        output=packs(B, m),
        binding=packs(B, m, value=float(Binding.DEMAND)),
        made=packs(B, N),
        wanted=packs(B, N),
        draw=packs(B, N),
        intensity=packs(P if adapts else 0, B, rules.first_final, value=1.0),
        input_class=np.zeros(P if classes else 0, dtype=np.int64),
        elasticity=packs(1 + classes if classes else 0, B),
        level=packs(classes, B, rules.first_final),
        cover=packs(B, N, value=np.inf),
        appetite=packs(P, B, F, value=1.0),
        demand_factor=packs(P, B, F, value=1.0),
        asked_final=packs(P, B, F, value=1.0),
        received=packs(P, B, F),
        purse=packs(B if pays else 0, value=np.inf),
        gate_price=packs(B if pays else 0, len(network.economy.gates), value=1.0),
        gate_rank=np.zeros(len(network.economy.gates) if pays else 0, dtype=np.int64),
        before=packs(2, P, B, N) if rules.closeness_gates else packs(0, 0, 0, 0),
        close=packs(2, P, B),
        stand=packs(2, B),
        moved=np.zeros((B, P + G + 1), dtype=np.bool_),
        still=np.zeros(B, dtype=np.bool_),
        quiet=np.zeros(B, dtype=np.bool_),
        checks=np.zeros(B, dtype=np.bool_),
        again=np.zeros(B, dtype=np.bool_),
    )
    state.capacity[:], state.output[:] = base, base
    for b in range(B):
        changes, scenarios, first = forcing.demands, forcing.changes.shape[1], rules.first_final
        kernels.apply_demand(changes, scenarios, first, 0, state.appetite, state.demand_factor, b)
    state.orders[:, :, rules.first_final :] = state.demand_factor
    kernels.book_all(tables, books, rules, state)
    return state


def state_bytes(
    network: Network, params: Parameters, scenarios: int, precision: npt.DTypeLike, kept: int
) -> int:
    """Bytes of the state of so many scenarios, and of a month of days of which ``kept`` numbers are kept."""
    tables = network.tables
    pools, users = tables.base_use.shape
    links = len(keep_books(network, True).link_row)
    suppliers, rows, finals = len(tables.base_output), len(tables.row_supplier), users - first_final(network)
    by_slot = (4 if params.preset.closeness_gates else 2) * pools * users + 4 * pools * finals
    pairs = suppliers * len(network.destinations)
    state = by_slot + 5 * links + 3 * rows + 8 * suppliers + 4 * users + pairs
    packs = -(-scenarios // lanes_of(precision))
    return int(packs * (state + BLOCK * kept) * LINE_BYTES + tables.flows.size * 16)


def empty_days(
    network: Network,
    days: int,
    packs: int,
    precision: npt.DTypeLike,
    keep: Keep,
    stocks_of: int = 0,
) -> kernels.Days:
    """Room for what is kept of each day, filled with zeros; stocks are those of so many scenarios."""
    economy = network.economy
    n, g, P = len(economy.industries), len(economy.gates), len(network.slots)
    Q = len(economy.products)
    whole = days if keep.everything else 0
    columns = int(keep.final_column.max(initial=-1)) + 1
    industry_user = np.empty(n, dtype=np.int64)
    is_industry = network.tables.user_industry >= 0
    industry_user[network.tables.user_industry[is_industry]] = np.flatnonzero(is_industry)

    def room(*shape: int) -> kernels.Packs:
        return lines(shape, precision)

    return kernels.Days(
        output=room(days, packs, n),
        demand=room(whole, packs, n),
        capacity=room(whole, packs, n),
        binding=room(whole, packs, n),
        cover=room(whole, packs, n),
        forgone=room(whole, packs, n),
        gate_delivery=room(whole, packs, g),
        consumption=room(days, packs, Q, columns),
        unmet=room(whole, packs, Q, columns),
        inventory=np.zeros(
            (days if stocks_of else 0, packs, P, n, min(stocks_of, lanes_of(precision))), dtype=precision
        ),
        pool_product=network.slot_product,
        industry_user=industry_user,
        final_column=keep.final_column,
    )


@dataclass(frozen=True)
class Keep:
    """What is recorded of each day: everything, or output and the consumption of some final users."""

    everything: bool
    final_column: npt.NDArray[np.int64]
    """(final users in group order,) column that each is added to; -1: not kept."""


def keep_everything(network: Network) -> Keep:
    """Every variable, every final user by itself."""
    return Keep(True, np.arange(len(network.economy.final_users), dtype=np.int64))


class Record:
    """What the days leave behind: scenario first, then days, in float64 (stocks in the precision asked for),
    without lanes that fill a pack."""

    def __init__(
        self, days: kernels.Days, scenarios: int, total: int, stocks: npt.DTypeLike | None = None
    ) -> None:
        """``days``: room for some days as the kernels fill it; ``total``: days in all."""
        self.template = days
        self.done = 0
        self.values: dict[str, Floats] = {
            name: np.zeros(
                (scenarios, total if len(packs) else 0, *packs.shape[2:-1]),
                stocks if name == "inventory" and stocks is not None else np.float64,
            )
            for name, packs in days._asdict().items()
            if name not in ("pool_product", "industry_user", "final_column")
        }

    def take(self, days: kernels.Days, first: int, upto: int) -> None:
        """Take over the days from ``first`` up to ``upto``, and leave their room empty."""
        for name, kept in self.values.items():
            packs = getattr(days, name)
            if len(packs):
                # Of a single pack, only lanes that are scenarios.
                used = packs[: upto - first, ..., : len(kept)]
                by_scenario = np.moveaxis(used, (1, -1), (0, 1))
                by_scenario = by_scenario.reshape(used.shape[1] * used.shape[-1], *by_scenario.shape[2:])
                kept[:, first:upto] = by_scenario[: len(kept)]
                if name != "inventory":  # which is set, where all else is added to
                    packs[:] = 0.0
        self.done = upto

    def days_of(self, k: int, done: int) -> kernels.Days:
        """The days of one scenario, without the axes of packs and lanes."""
        mine: dict[str, Any] = {name: kept[k, :done] for name, kept in self.values.items()}
        return self.template._replace(**mine)
