"""Ranking: the nodes whose failure costs most, certified without running the cascade of every node.

A bound says cheaply what the failure of each node can cost at most; the exact cascades are run from the
highest bound down until no bound left is above the k-th best found.

The bound on lost supplies: as long as every market keeps a share 1 − c of its sales, a supplier with market
share a passes on at most σ = min(1, a / (1 − c)) of its loss. Then losses are at most those of the linear
chain in which kinds of inputs add up, where truly the worst one counts, D = (I − σL)⁻¹ g. Whether markets do
keep that share is a chain of the same form, with a in place of g: where it stays below c for a node, D holds
for the whole cascade of that node. (By induction over rounds: losses below the chain's keep the markets, and
so σ, and so losses below the chain's in the next round.) Without substitution σ = 1 and nothing is asked of
markets.

The bound on lost demand is the closed form, see ``upstream``. The worse of the two is at most their sum, in
which the failing node itself stands twice. A cascade that stops at its tolerance has lost less than one that
goes on, so that the bounds hold for it as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array

from autarky.cascade.bounds import most_that_follows
from autarky.cascade.operators import Operators, build_operators
from autarky.cascade.rules import Rules
from autarky.cascade.run import Losses, cascades
from autarky.cascade.upstream import sales_shares, short_returns
from autarky.firm_network import FirmNetwork

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MARKET_LOST = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
"""Shares of a market that may be lost, c: a small one gives low bounds, a large one bounds for more nodes."""
SLACK = 1e-3
"""Share by which a bound is above what the chain gives: far more than rounding anywhere."""
ROUNDS = 300
"""Steps of a chain after which it is taken for endless; its nodes are run exactly."""
FEWEST = 64
"""Cascades run before the first look at what is left."""


@dataclass(frozen=True, eq=False)
class MostSystemic:
    """The ``k`` nodes whose failure costs most in the first weight, and what shows that it is they."""

    nodes: Integers
    """(k,) the most systemic first; of equals the one that stands first in the network."""
    losses: Losses
    """Exact cascades of ``nodes``, in this order."""
    ran: int
    """Exact cascades it took."""
    among: int
    """Nodes that were candidates."""
    most_elsewhere: float
    """The most that the failure of any candidate not run can cost, in the first weight; 0 if all were."""

    @property
    def how(self) -> str:
        """How it is known that no other costs more, one sentence."""
        if self.ran == self.among:
            return f"All {self.among:,} cascades were run exactly."
        return (
            f"{self.ran:,} of {self.among:,} cascades were run exactly; no other node's failure can cost "
            f"more than {100 * self.most_elsewhere:.2g} %."
        )


def most_systemic(
    network: FirmNetwork,
    rules: Rules,
    weights: Floats,
    k: int,
    *,
    among: Integers | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> MostSystemic:
    """The ``k`` nodes whose failure costs most in the first weight, with exact losses in all weights.

    Parameters
    ----------
    network : FirmNetwork
    rules : Rules
    weights : array, shape (w, n)
        What losses are counted in; the first decides.
    k : int
        How many; all candidates if there are fewer.
    among : integers, optional
        Candidates, no two alike, for instance the suppliers abroad; all nodes if left out.
    threads : int, optional
        All processors if left out. No byte of the answer depends on it.
    progress : callable, optional
        Told (cascades run, most that may have to be run), the latter falling as the answer narrows.
    """
    operators = build_operators(network, rules)
    candidates = np.arange(len(network)) if among is None else np.sort(among)
    bounds = loss_bounds(network, operators, weights[0])[candidates]
    order = np.argsort(-bounds, kind="stable")
    candidates, bounds = candidates[order], bounds[order]
    k = min(k, len(candidates))
    found: list[Losses] = []
    # Candidates stand by falling bounds: the first ``still`` of them may be among the k.
    ran, step, still = 0, max(FEWEST, k), len(candidates)
    while not found or ran < still:
        part = candidates[ran : min(ran + step, still)]
        found.append(cascades(operators, part, weights, threads=threads))
        ran += len(part)
        step *= 2
        value = np.concatenate([losses.joint[:, 0] for losses in found])
        if len(value) >= k > 0:
            still = max(ran, int(np.searchsorted(-bounds, -np.sort(value)[-k], side="left")))
        if progress is not None:
            progress(ran, still)
    losses = Losses(
        joint=np.concatenate([part.joint for part in found]),
        downstream=np.concatenate([part.downstream for part in found]),
        upstream=np.concatenate([part.upstream for part in found]),
        rounds=np.concatenate([part.rounds for part in found]),
    )
    best = np.lexsort((candidates[:ran], -losses.joint[:, 0]))[:k]
    return MostSystemic(
        nodes=candidates[best],
        losses=Losses(
            losses.joint[best], losses.downstream[best], losses.upstream[best], losses.rounds[best]
        ),
        ran=ran,
        among=len(candidates),
        most_elsewhere=float(bounds[ran]) if ran < len(candidates) else 0.0,
    )


def loss_bounds(network: FirmNetwork, operators: Operators, weight: Floats) -> Floats:
    """The most that the failure of each node can cost, as a share of a weight's sum, (n,)."""
    own = weight.clip(0.0) / weight.sum()
    shares = sales_shares(network, operators.rules.denominator)
    met = most_that_follows(shares.T.tocsr(), own[:, None], slack=SLACK, rounds=ROUNDS)[:, 0]
    # Where a walk never ends its returns are certain, and infinity times nothing says nothing.
    upstream = met * np.where(np.isfinite(met), 1.0 - short_returns(shares), 1.0)
    return np.asarray(np.minimum(_downstream(operators, own) + upstream - own, own.sum()))


def _downstream(operators: Operators, own: Floats) -> Floats:
    """The most that is lost by lack of each node's product, (n,); inf where no chain bounds it."""
    n = len(operators.kind)
    buyer = np.repeat(np.repeat(np.arange(n), np.diff(operators.slot_first)), np.diff(operators.input_first))
    depends = csr_array((operators.input_share, (operators.input, buyer)), shape=(n, n))
    if not operators.rules.substitution:
        return most_that_follows(depends, own[:, None], slack=SLACK, rounds=ROUNDS)[:, 0]
    market = operators.market[operators.kind]
    held = np.divide(operators.sold, market, out=np.zeros(n), where=market > 0)
    least = np.full(n, np.inf)
    for lost in MARKET_LOST:
        passed_on = np.minimum(1.0, held / (1.0 - lost))
        chain = (diags_array(passed_on) @ depends).tocsr()
        most = most_that_follows(chain, np.stack([own, held], axis=1), slack=SLACK, rounds=ROUNDS)
        least = np.where(most[:, 1] <= lost, np.minimum(least, most[:, 0]), least)
    return least
